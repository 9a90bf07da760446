/* SPDX-License-Identifier: GPL-2.0-only */
/* The arrays of a cache: filled, flushed, and parked. */
#ifndef SB_SLAB_CPU_H
#define SB_SLAB_CPU_H

#include "slab_cache.h"

/* Bytes of one array with room for @limit objects. */
size_t sb_slab_cpu_bytes(u32 limit);
/* Room of an array for objects of that many bytes. */
u32 sb_slab_cpu_limit(u32 size);

/* Sets up all arrays, empty; those of a cache with debug switches are parked. */
void sb_slab_cpu_init(struct sb_slab_cache *cache, void *mem);

static inline struct sb_slab_slot *sb_slab_cpu_slots(const struct sb_slab_cpu *array)
{
	return (struct sb_slab_slot *)(array + 1);
}

/* Objects on an array. */
static inline u32 sb_slab_cpu_nr(const struct sb_slab_cpu *array)
{
	return (u32)(array->top - sb_slab_cpu_slots(array));
}

/* The array of a CPU, parked or not. */
static inline struct sb_slab_cpu *sb_slab_cpu_at(const struct sb_slab_cache *cache,
						 unsigned int cpu)
{
	return (struct sb_slab_cpu *)(cache->arrays + cpu * cache->array_bytes);
}

/**
 * sb_slab_cpu_park() - Show an empty array to all CPUs.
 * @cache: cache
 *
 * After sb_quiesce() the arrays are the caller's, until sb_slab_cpu_unpark().
 *
 * Context: as sb_slab_cache_shrink().
 */
void sb_slab_cpu_park(struct sb_slab_cache *cache);
void sb_slab_cpu_unpark(struct sb_slab_cache *cache);

/* Takes an object from this CPU's array, where a batch is put first when it is empty; or NULL. */
void *sb_slab_cpu_take(struct sb_slab_cache *cache);

/**
 * sb_slab_cpu_put() - Put an object on this CPU's array, a batch flushed when it is full.
 * @cache: cache
 * @slot: object of it
 *
 * Context: Any but NMI, without locks.
 * Return: true; false when the arrays are parked, or the object is not in use.
 */
bool sb_slab_cpu_put(struct sb_slab_cache *cache, const struct sb_slab_slot *slot);

/**
 * sb_slab_cpu_drain() - Flush the array of a CPU that does not use it.
 * @cache: cache
 * @cpu: its number; its array is parked, or it is offline
 * @empty: as for sb_slab_node_give()
 *
 * Context: Any, with the caches' lock held.
 */
void sb_slab_cpu_drain(struct sb_slab_cache *cache, unsigned int cpu, struct sb_slab **empty);

#endif

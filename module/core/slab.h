/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects: taken from a cache, and freed to it. */
#ifndef SB_SLAB_H
#define SB_SLAB_H

#include "slab_cache.h"

/* The last object of this CPU's array, with interrupts off; or NULL: see sb_slab_take(). */
static inline void *sb_slab_pop(struct sb_slab_cpu *cpu)
{
	struct sb_slab_slot *slot = cpu->top - 1;
	void *obj = slot->obj;
	u8 *state = slot->state;

	if (unlikely(READ_ONCE(*state) != SB_SLAB_CPU))
		return NULL;
	cpu->top = slot;
	WRITE_ONCE(*state, SB_SLAB_USED);
	return obj;
}

/**
 * sb_slab_take() - Take an object from this CPU's array.
 * @cache: cache
 *
 * What nearly every sb_slab_alloc() comes down to, for callers who can do without
 * a look at the flags: the object is not zeroed.
 *
 * Context: Any but NMI. No locks.
 * Return: the object; NULL when there is more to it, sb_slab_alloc() then: the array
 *	is empty, or its last object left another one already.
 */
static inline void *sb_slab_take(struct sb_slab_cache *cache)
{
	unsigned long irq = sb_irq_save();
	void *obj = sb_slab_pop(READ_ONCE(cache->cpu[sb_this_cpu()]));

	sb_irq_restore(irq);
	return obj;
}

/**
 * sb_slab_put() - Put an object on this CPU's array.
 * @cache: cache that it is to be of
 * @obj: any address
 *
 * Context: Any but NMI. No locks.
 * Return: true; false when there is more to it, sb_slab_free() then: the array is
 *	full, the object does not lie where most do, or it is none of this cache's
 *	that is in use.
 */
static inline bool sb_slab_put(struct sb_slab_cache *cache, void *obj)
{
	struct sb_slab_cpu *cpu;
	u8 *states, *state;
	unsigned long irq;
	bool done = false;
	u32 inside, index;

	if (unlikely(!sb_slab_cache_near(cache, obj, &inside, &states)))
		return false;
	index = (u32)((u64)inside * cache->reciprocal >> 32);
	if (unlikely(index * cache->size + sb_slab_page_of_states(states)->colour != inside))
		return false;
	state = states + index;
	irq = sb_irq_save();
	cpu = READ_ONCE(cache->cpu[sb_this_cpu()]);
	if (likely(READ_ONCE(*state) == SB_SLAB_USED && cpu->top < cpu->end)) {
		struct sb_slab_slot *slot = cpu->top;

		slot->obj = obj;
		slot->state = state;
		cpu->top = slot + 1;
		WRITE_ONCE(*state, SB_SLAB_CPU);
		done = true;
	}
	sb_irq_restore(irq);
	return done;
}

/**
 * sb_slab_alloc() - Allocate an object.
 * @cache: cache
 * @gfp: SB_GFP_*; SB_GFP_ZERO has it zeroed
 * @nid: node to begin with, or SB_NID_ANY
 * @obj: set to it
 *
 * From this CPU's array; when it is empty, a batch is put on it from slabs that
 * have free objects, and a slab is made when there is none. With a node, from that
 * node's slabs: kmem_cache_alloc_node(), Linux 6.12.
 *
 * Context: Any but NMI. Takes a node's lock with interrupts off, and what
 *	sb_alloc() takes.
 * Return: 0; -ENOMEM when there is no memory for a slab; -EINVAL for flags that no
 *	slab can have: SB_GFP_HIGHMEM, SB_GFP_MOVABLE, what sb_alloc() refuses, and
 *	SB_GFP_ZERO with a constructor; or for a node out of range; -ENODEV or -EIO as
 *	sb_alloc().
 */
int __must_check sb_slab_alloc(struct sb_slab_cache *cache, u32 gfp, int nid, void **obj);

/**
 * sb_slab_free() - Free an object.
 * @cache: cache that it is of
 * @obj: the object
 *
 * What cannot be freed is refused with one line that tells why. Two CPUs that free
 * the same object in the same instant may both be believed: it is told when the
 * second leaves its array, and the instance stops. kmem_cache_free(), Linux 6.12.
 *
 * Context: Any but NMI. Takes a node's lock with interrupts off, and what
 *	sb_alloc_free() takes.
 * Return: 0; -ERANGE for an address outside of the instance; -ENOENT for one in
 *	no slab; -EPERM for an object of another cache; -EINVAL for an address
 *	where no object begins; -EALREADY for an object that is free.
 */
int sb_slab_free(struct sb_slab_cache *cache, void *obj);

/**
 * sb_slab_alloc_bulk() - Allocate many objects, or none.
 * @cache: cache
 * @gfp: as for sb_slab_alloc()
 * @nr: how many
 * @objs: filled
 *
 * kmem_cache_alloc_bulk(), Linux 6.12.
 *
 * Context, Return: as sb_slab_alloc().
 */
int __must_check sb_slab_alloc_bulk(struct sb_slab_cache *cache, u32 gfp, unsigned long nr,
				    void **objs);

/**
 * sb_slab_free_bulk() - Free many objects.
 * @cache: cache that they are of
 * @nr: how many
 * @objs: the objects
 *
 * Context, Return: as sb_slab_free(), of the first that is refused; the others are
 *	freed all the same.
 */
int sb_slab_free_bulk(struct sb_slab_cache *cache, unsigned long nr, void **objs);

/**
 * sb_slab_cache_of() - Say whose object it is.
 * @inst: instance
 * @obj: any address
 *
 * Context: Any.
 * Return: the cache, if an object of it that is in use begins there; or NULL.
 */
struct sb_slab_cache *sb_slab_cache_of(const struct sb_instance *inst, const void *obj);

#endif

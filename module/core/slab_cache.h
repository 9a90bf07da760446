/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slab caches: objects of one size, cut from blocks of pages.
 *
 *	this CPU's array   [o o o o . . . .]   taken from and put to its top, no lock
 *	                     | refill  ^ flush
 *	node: partial        v         |
 *	   [slab] - [slab] - [slab]            some objects free, or all of them
 *	      full
 *	   [slab] - [slab]                     none free
 *
 *	one slab   | object | object | ... | rest | struct sb_slab, a byte an object |
 *	           0                              header                       its end
 *
 * The descriptor of a slab's first page names its cache, so an address is known
 * for an object's, or refused, by one word and the object's byte in the header.
 *
 * A CPU's array is its own CPU's alone, with interrupts off. Who wants the arrays
 * of others parks them: each CPU is shown an empty array that has no room, and
 * once all have left what they did before, they are his. A cache with debug
 * switches on is parked for good, so that they cost nothing where they are off.
 */
#ifndef SB_SLAB_CACHE_H
#define SB_SLAB_CACHE_H

#include "instance.h"
#include "slab_page.h"

/* Larger objects are pages: alloc.h. */
#define SB_SLAB_MAX_BYTES 65536ul

enum sb_slab_flags {
	SB_SLAB_HWCACHE_ALIGN = 1 << 0, /* SLAB_HWCACHE_ALIGN: no more cache lines than needed */
	SB_SLAB_RECLAIMABLE = 1 << 1, /* SLAB_RECLAIM_ACCOUNT: slabs from Reclaimable pageblocks */
	SB_SLAB_DMA = 1 << 2, /* SLAB_CACHE_DMA: slabs from the DMA zone */
	SB_SLAB_COLOUR = 1 << 3, /* first objects of slabs lie on different cache lines */
	SB_SLAB_RED_ZONE = 1 << 4, /* SLAB_RED_ZONE: writes beside an object are found */
	SB_SLAB_POISON = 1 << 5, /* SLAB_POISON: writes to free objects are found */
	SB_SLAB_OWNER = 1 << 6, /* SLAB_STORE_USER: who allocated and freed each object */
};

#define SB_SLAB_DEBUG (SB_SLAB_RED_ZONE | SB_SLAB_POISON | SB_SLAB_OWNER)
#define SB_SLAB_FLAGS \
	(SB_SLAB_DEBUG | SB_SLAB_HWCACHE_ALIGN | SB_SLAB_RECLAIMABLE | SB_SLAB_DMA | SB_SLAB_COLOUR)

/**
 * struct sb_slab_config - All that is chosen before a cache is created.
 * @name: what it is called, no other cache's; valid until it is destroyed
 * @size: bytes of an object, 1 .. about 63 KiB, so that one and the header fit
 *	SB_SLAB_MAX_BYTES
 * @align: bytes, a power of two, up to SB_PAGE_SIZE; 0 for what a u64 needs
 * @flags: enum sb_slab_flags; slab_debug of the instance is added to it where there
 *	is room
 * @ctor: makes an object what it is to be when it is allocated, and is to be
 *	again when it is freed; called when its slab is made, and with
 *	SB_SLAB_POISON at each allocation. In the context of the allocation, without
 *	locks. NULL for none.
 */
struct sb_slab_config {
	const char *name;
	size_t size;
	size_t align;
	u32 flags;
	void (*ctor)(void *obj);
};

/* An object on a CPU's array, and its byte in the header. */
struct sb_slab_slot {
	void *obj;
	u8 *state;
};

/**
 * struct sb_slab_cpu - Free objects at hand for one CPU.
 * @top: after the last of them
 * @end: after the last that there is room for
 * @nothing: SB_SLAB_NONE, the byte of @bottom
 * @bottom: no object: who takes it sees by its byte that there are none left
 *
 * The objects follow, the last freed at the end: sb_slab_cpu_slots().
 */
struct sb_slab_cpu {
	struct sb_slab_slot *top;
	struct sb_slab_slot *end;
	u8 nothing;
	struct sb_slab_slot bottom;
};

static_assert(offsetof(struct sb_slab_cpu, bottom) + sizeof(struct sb_slab_slot) ==
		      sizeof(struct sb_slab_cpu),
	      "the bottom is right below the first object");

/**
 * struct sb_slab_node - Slabs of one node.
 * @lock: guards the lists, and what of its slabs slab_page.h says
 * @partial: slabs with free objects; those with nothing else at the end
 * @full: slabs without
 * @nr_partial: slabs on @partial
 * @nr_empty: of these, those with free objects alone
 * @nr_slabs: all of them
 * @nr_objects: objects that they have
 * @nr_free: of these, those that are free and on no CPU's array
 */
struct sb_slab_node {
	struct sb_lock lock;
	struct sb_slab_list partial;
	struct sb_slab_list full;
	unsigned long nr_partial;
	unsigned long nr_empty;
	unsigned long nr_slabs;
	unsigned long nr_objects;
	unsigned long nr_free;
};

/**
 * struct sb_slab_cache - A cache; the caller's memory.
 * @cpu: by CPU number, the array that it uses now: its own, or @none
 * @window: an address from which on all is contiguous, descriptors included; no
 *	slab of @order lies across it
 * @window_bytes: how far, whole slabs; other addresses are looked up
 * @window_map: descriptor of the page at @window
 * @mask: those bits of an offset in the window that say which slab of @order
 * @page_word: next_order of the first page of a slab of @order, and of no other
 * @reciprocal: 2^32 / @size, rounded up
 * @size: bytes from one object to the next
 * @states: where the bytes of the objects would be, of a slab of @order at @window
 * @header: bytes from the start of a slab of @order to its header
 * @order: log2 of the pages of a slab
 * @min_order: the same when there is no memory for such a one
 * @object_size: bytes that the client asked for
 * @align: of each object
 * @pad: bytes from where an object's place begins to it
 * @inuse: bytes from the object to what is kept of its owners
 * @flags: enum sb_slab_flags
 * @refused: SB_GFP_* that no allocation can have
 * @colours: how many there are, 1 for none
 * @colour_step: bytes from one to the next
 * @next_colour: of the next slab that is made
 * @min_partial: slabs with free objects alone are kept below so many partial ones
 * @batch: objects of a refill or a flush, half of @limit at most
 * @limit: room of each array
 * @nr_cpus: CPU numbers are below
 * @id: its number in descriptors
 * @name: see struct sb_slab_config
 * @ctor: likewise
 * @inst: instance whose pages it uses
 * @arrays: all arrays, one after the other
 * @array_bytes: bytes of each
 * @none: an array without objects and without room
 * @next: next cache of the instance
 * @node: by node number
 */
struct sb_slab_cache {
	struct sb_slab_cpu **cpu;
	unsigned long window;
	unsigned long window_bytes;
	const struct sb_page *window_map;
	unsigned long mask;
	unsigned long states;
	u32 page_word;
	u32 reciprocal;
	u32 size;
	u32 header;
	unsigned int order;
	unsigned int min_order;
	u32 object_size;
	u32 align;
	u32 pad;
	u32 inuse;
	u32 flags;
	u32 refused;
	u32 colours;
	u32 colour_step;
	u32 next_colour;
	u32 min_partial;
	u32 batch;
	u32 limit;
	unsigned int nr_cpus;
	u32 id;
	const char *name;
	void (*ctor)(void *obj);
	struct sb_instance *inst;
	u8 *arrays;
	size_t array_bytes;
	struct sb_slab_cpu none;
	struct sb_slab_cache *next;
	struct sb_slab_node node[SB_MAX_NODES];
};

/**
 * sb_slab_cache_near() - Look for the slab that an address lies in, in the window.
 * @cache: cache
 * @addr: any address
 * @inside: set to the bytes from the start of the slab to it
 * @states: set to the bytes of the slab's objects
 *
 * Context: Any.
 * Return: true; false for an address outside of the window, or in no slab of the
 *	cache's order.
 */
static inline bool sb_slab_cache_near(const struct sb_slab_cache *cache, const void *addr,
				      u32 *inside, u8 **states)
{
	unsigned long offset = (unsigned long)addr - cache->window;
	unsigned long start = offset & cache->mask;
	const struct sb_page *page;

	*inside = (u32)(offset - start);
	*states = (u8 *)(cache->states + start);
	if (unlikely(offset >= cache->window_bytes))
		return false;
	/* The same as [start >> SB_PAGE_SHIFT], in one shift. */
	page = (const void *)((unsigned long)cache->window_map +
			      (start >> (SB_PAGE_SHIFT - SB_PAGE_BITS)));
	return likely(READ_ONCE(page->next_order) == cache->page_word);
}

/* The bytes of the objects of a slab of the cache's order, by an address in it. */
static inline u8 *sb_slab_cache_states(const struct sb_slab_cache *cache, const void *addr,
				       unsigned long inside)
{
	return (u8 *)addr - inside + cache->states;
}

/**
 * sb_slab_cache_memory() - Bytes that the arrays of a cache take.
 * @config: cache that is wanted
 * @nr_cpus: CPUs, as sb_slab_cache_create() is told
 *
 * Context: Any.
 * Return: bytes.
 */
size_t sb_slab_cache_memory(const struct sb_slab_config *config, unsigned int nr_cpus);

/**
 * sb_slab_cache_create() - Make a cache of objects of one size.
 * @cache: caller's memory; need not be zeroed
 * @inst: live instance; not let go of before sb_slab_cache_destroy()
 * @config: what is wanted
 * @mem: sb_slab_cache_memory() bytes, aligned as a pointer; need not be zeroed
 * @nr_cpus: more than any number that sb_this_cpu() ever gives
 *
 * No slab is made yet. The order of its slabs is that of Linux's rules:
 * sb_slab_cache_order(). kmem_cache_create(), Linux 6.12.
 *
 * Context: Process. One caller at a time, of an instance, for all functions of
 *	this file but as they say.
 * Return: 0; -EINVAL for a value that struct sb_slab_config does not allow;
 *	-EEXIST when a cache has that name; -ENODEV when the instance is not live;
 *	-EOPNOTSUPP when the kernel does not reach its memory.
 */
int __must_check sb_slab_cache_create(struct sb_slab_cache *cache, struct sb_instance *inst,
				      const struct sb_slab_config *config, void *mem,
				      unsigned int nr_cpus);

/**
 * sb_slab_cache_destroy() - Give back all slabs of a cache, which is no more.
 * @cache: cache that nobody allocates from or frees to meanwhile
 *
 * kmem_cache_destroy(), Linux 6.12.
 *
 * Context: as sb_slab_cache_create(); waits for other CPUs.
 * Return: 0; or -EBUSY while objects are in use: the log names the first of them,
 *	and the cache goes on.
 */
int sb_slab_cache_destroy(struct sb_slab_cache *cache);

/**
 * sb_slab_cache_in_use() - Count objects in use, and name the first in the log.
 * @cache: cache that nobody allocates from or frees to meanwhile
 *
 * The arrays of all CPUs are flushed first.
 *
 * Context: as sb_slab_cache_create(); waits for other CPUs.
 * Return: how many there are.
 */
unsigned long sb_slab_cache_in_use(struct sb_slab_cache *cache);

/**
 * sb_slab_cache_shrink() - Give back slabs whose objects are all free.
 * @cache: cache
 *
 * The arrays of all CPUs are flushed first: kmem_cache_shrink(), Linux 6.12.
 *
 * Context: as sb_slab_cache_create(); waits for other CPUs.
 * Return: slabs given back.
 */
unsigned long sb_slab_cache_shrink(struct sb_slab_cache *cache);

/* sb_slab_cache_shrink() for all caches of an instance. */
unsigned long sb_slab_cache_shrink_all(struct sb_instance *inst);

/**
 * sb_slab_cache_drain_cpu() - Flush the arrays of a CPU that is offline.
 * @inst: instance
 * @cpu: its number
 *
 * Context: as sb_slab_cache_create(), and not while sb_slab_check() counts. The CPU
 *	runs nothing.
 */
void sb_slab_cache_drain_cpu(struct sb_instance *inst, unsigned int cpu);

/**
 * sb_slab_cache_order() - Choose the order of slabs by what they waste.
 * @size: bytes from one object to the next
 * @nr_cpus: CPUs; the more, the more objects a slab is to have
 *
 * The lowest order with objects enough of which at most 1/16 is wasted, or 1/8 and
 * so on, but order 3 at most unless not even one object fits: calculate_order(),
 * Linux 6.12. The header counts as waste, which Linux does not have.
 *
 * Context: Any.
 * Return: the order, or -EINVAL when a slab would exceed SB_SLAB_MAX_BYTES.
 */
int sb_slab_cache_order(u32 size, unsigned int nr_cpus);

#endif

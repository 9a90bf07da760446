/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-CPU lists: small stacks of blocks in front of the zone lock.
 *
 *	          order 0   1   2   3
 *	Unmovable     [.]  [.] [.] [.]     a stack each: taken from and freed to
 *	Movable       [.]  [.] [.] [.]     its top, drained from its bottom
 *	Reclaimable   [.]  [.] [.] [.]
 *	                                 and two of huge pages, if there are any
 *
 * One such table for each CPU and zone, in arrays as small as batch and high
 * allow. Pages on them are free for their CPU and in use for the zone.
 */
#ifndef SB_PCP_H
#define SB_PCP_H

#include "fallback.h"

#define SB_PCP_ORDERS 4
/* Those of the orders above, and two for huge pages: Movable ones, and others. */
#define SB_PCP_HUGE (SB_PCP_ORDERS * SB_PCPTYPES)
#define SB_PCP_LISTS (SB_PCP_HUGE + 2)
#define SB_PCP_MAX_BATCH 512
#define SB_PCP_MAX_HIGH 8192
#define SB_PCP_MAX_TUNED 131072

/* The events that are counted with the lists, enum sb_event_item. */
#define SB_PCP_EVENTS (SB_EVENT_FREE_PAGES + 1)

/**
 * struct sb_pcp_list - A stack of blocks of one order and type.
 * @nr: blocks on it
 * @max: blocks it has room for
 * @slot: first pages of the blocks, as indices into the descriptors
 */
struct sb_pcp_list {
	u32 nr;
	u32 max;
	u32 *slot;
};

/**
 * struct sb_pcp - One CPU's lists of one zone.
 * @lock: guards the rest
 * @count: pages on all lists
 * @high: pages at which they overflow, as the rules have tuned it
 * @alloc_factor: how often the batch of a refill is to be doubled
 * @free_factor: how often that of an overflow; Linux 6.1 alone
 * @free_count: pages freed in a row, halved by each allocation; since 6.7
 * @free_high_order: the last free was of an order above 0
 * @events: enum sb_event_item, those below SB_PCP_EVENTS
 * @list: see sb_pcp_list_index()
 */
struct sb_pcp {
	struct sb_lock lock;
	unsigned int count;
	unsigned int high;
	unsigned int alloc_factor;
	unsigned int free_factor;
	unsigned int free_count;
	bool free_high_order;
	unsigned long events[SB_PCP_EVENTS];
	struct sb_pcp_list list[SB_PCP_LISTS];
};

/*
 * The list of an order and type, order_to_pindex(). HighAtomic and CMA blocks
 * rest among Movable ones, and go back to their own lists from there.
 */
static inline unsigned int sb_pcp_list_index(unsigned int order, unsigned int type)
{
	if (unlikely(type >= SB_PCPTYPES))
		type = SB_MOVABLE;
	if (unlikely(order >= SB_PCP_ORDERS))
		return SB_PCP_HUGE + (type == SB_MOVABLE);
	return order * SB_PCPTYPES + type;
}

static inline unsigned int sb_pcp_list_order(const struct sb_instance *inst, unsigned int which)
{
	return which < SB_PCP_HUGE ? which / SB_PCPTYPES : inst->cfg.pcp_huge_order;
}

static inline bool sb_pcp_serves(const struct sb_instance *inst, unsigned int order)
{
	return (order < SB_PCP_ORDERS || order == inst->cfg.pcp_huge_order) && inst->cfg.pcp_high;
}

/**
 * sb_pcp_init() - Place and set up the lists of every zone and CPU.
 * @inst: instance whose layout is done
 *
 * Context: Process. The instance is not live yet.
 * Return: 0, or -ENOMEM when no memory that the kernel reaches is left.
 */
int sb_pcp_init(struct sb_instance *inst);
void sb_pcp_exit(struct sb_instance *inst);

/**
 * sb_pcp_take() - Take a block from this CPU's list, refilled when empty.
 * @zone: zone to take from
 * @take: what is wanted, of an order that sb_pcp_serves()
 * @pfn: set to the first page, in use from now on
 *
 * A refill moves pcp_batch pages, at least two blocks if the batch is not 1,
 * and twice as many each time that single pages are taken without one being
 * freed: nr_pcp_alloc(), Linux 6.12.
 *
 * Context: Any. Takes the per-CPU lock, and for a refill the zone lock.
 * Return: true, or false when the zone has nothing for it.
 */
bool sb_pcp_take(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn);

/* Takes up to @nr of them into the slots that are SB_PFN_NONE; says how many it took. */
unsigned long sb_pcp_take_bulk(struct sb_zone *zone, struct sb_fallback *take, unsigned long nr,
			       unsigned long *pfns);

/**
 * sb_pcp_put() - Put a block on this CPU's list.
 * @zone: zone that the block lies in
 * @pfn: first page
 * @order: one that sb_pcp_serves()
 * @type: type of its pageblock, not SB_ISOLATE
 * @done: of SB_HOOKS_FREE, what was done for it
 *
 * At pcp_high pages, pcp_batch of them or as many as were freed in a row go
 * back to the zone, the oldest of each list first, the lists in turn:
 * nr_pcp_high(), nr_pcp_free() and free_pcppages_bulk(), Linux 6.12. Where
 * Linux differs: it lets pcp_high decay with time, keeps a batch of larger
 * blocks on CPUs with large caches, and has a pcp_high of four batches at least.
 *
 * Context: Any. Takes the per-CPU lock, and for an overflow the zone lock.
 * Return: true; false when there is more to be done for it first: debug.h.
 */
bool sb_pcp_put(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		unsigned long done);

/*
 * Puts a block of a per-CPU list on the zone's, and says of which type it was. A drain
 * does so with each list of a CPU, the oldest of its blocks first.
 */
unsigned int sb_pcp_return(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/* Returns all pages of one CPU's lists of @zone to it, and says how many there were. */
unsigned int sb_pcp_drain_zone(struct sb_zone *zone, unsigned int cpu);
/* The same for all zones: what a CPU that goes offline needs. */
unsigned int sb_pcp_drain_cpu(struct sb_instance *inst, unsigned int cpu);
unsigned int sb_pcp_drain_all(struct sb_instance *inst);

/* Pages on the lists of all CPUs, read without locks. */
unsigned long sb_pcp_count(const struct sb_zone *zone);

#endif

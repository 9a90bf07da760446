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
 *
 * Most blocks come and go by the front, without a look at the table as a whole:
 * front.h. So a list knows how far it may grow before somebody has to look, and
 * most of what Linux counts is worked out when it is asked for.
 */
#ifndef SB_PCP_H
#define SB_PCP_H

#include "engine.h"
#include "fallback.h"

/* Those of the orders above, and two for huge pages: Movable ones, and others. */
#define SB_PCP_HUGE (SB_PCP_ORDERS * SB_PCPTYPES)
#define SB_PCP_LISTS (SB_PCP_HUGE + 2)
#define SB_PCP_MAX_BATCH 512
#define SB_PCP_MAX_HIGH 8192
#define SB_PCP_MAX_TUNED 131072

/*
 * Let the smallest zone choose pcp_high when the instance boots: 1/64 of its memory for all CPUs
 * together, but so many pages for each, and a batch.
 */
#define SB_PCP_HIGH_AUTO (~0u)
#define SB_PCP_AUTO_MIN 64u
#define SB_PCP_AUTO_MAX 512u

/**
 * struct sb_pcp_list - A stack of blocks of one order and type.
 * @nr: blocks on it
 * @limit: blocks at which a free has to look whether the lists overflow
 * @slot: first pages of the blocks, as indices into the descriptors; the oldest may have
 *	been drained before @room was used again from its beginning
 * @room: where there is room for @max of them
 * @in_a_row: of its CPU and zone, see there
 * @most_in_a_row: from which on @in_a_row does not grow by a single page, and a larger
 *	block has to be looked at
 * @word: first word of the descriptors of its blocks
 * @state: the second, of those that the front brings
 * @max: blocks it has room for
 * @nr_missing: blocks of a refill that requests to come are to fetch, unless frees come and
 *	need the room; none with pcp_at_once
 * @nr_taken: blocks ever given to requests
 * @nr_moved: blocks that came from the zone, less those that went back. May wrap.
 */
struct sb_pcp_list {
	u32 nr;
	u32 limit;
	u32 *slot;
	u32 *room;
	u32 *in_a_row;
	u32 most_in_a_row;
	u32 word;
	u32 state;
	u32 max;
	u32 nr_missing;
	unsigned long nr_taken;
	unsigned long nr_moved;
};

/**
 * struct sb_pcp_surplus - What is to go back to the zone, and has not yet.
 * @nr_pages: pages; 0 when nothing is
 * @keep: pages at which the lists have too few, however it came
 * @which: the list that is next
 */
struct sb_pcp_surplus {
	unsigned int nr_pages;
	unsigned int keep;
	unsigned int which;
};

/**
 * struct sb_pcp - One CPU's lists of one zone.
 * @lock: guards the rest, but from their CPU while the front is open
 * @high: pages at which they overflow, as the rules have tuned it
 * @in_a_row: pages freed in a row, halved by each allocation: free_count, Linux 6.12
 * @nr_others: blocks ever freed that were not of order 1 to 3, when one of these was last
 *	looked at; if there are no more now, that was the free before this one
 * @alloc_factor: how often the batch of a refill is to be doubled, halved by each free
 * @nr_freed: frees until @alloc_factor was last brought up to date
 * @free_factor: how often that of an overflow, halved by each allocation; Linux 6.1
 *	alone
 * @nr_taken: allocations until @free_factor was
 * @nr_miss: requests of this CPU, served by the zone, that preferred another node
 * @nr_foreign: requests of this CPU that preferred the zone, served on another node
 * @zone: the zone that they are in front of
 * @granted: some list may grow without a look; may say so when none may any more
 * @surplus: what frees to come are to give back; nothing with pcp_at_once
 * @list: see sb_pcp_list_index()
 */
struct sb_pcp {
	struct sb_lock lock;
	unsigned int high;
	u32 in_a_row;
	unsigned long nr_others;
	unsigned int alloc_factor;
	unsigned long nr_freed;
	unsigned int free_factor;
	unsigned long nr_taken;
	unsigned long nr_miss;
	unsigned long nr_foreign;
	struct sb_zone *zone;
	bool granted;
	struct sb_pcp_surplus surplus;
	struct sb_pcp_list list[SB_PCP_LISTS];
};

/* The table that a list is of. */
static inline struct sb_pcp *sb_pcp_of(const struct sb_pcp_list *list)
{
	return (struct sb_pcp *)((char *)list->in_a_row - offsetof(struct sb_pcp, in_a_row));
}

/* Blocks that were ever freed to a list. */
static inline unsigned long sb_pcp_list_freed(const struct sb_pcp_list *list)
{
	return READ_ONCE(list->nr) + READ_ONCE(list->nr_taken) - READ_ONCE(list->nr_moved);
}

/* Type of the lists that serve a type. */
static inline unsigned int sb_pcp_type(unsigned int type)
{
	return type < SB_PCPTYPES ? type : SB_MOVABLE;
}

/*
 * The list of an order and type, order_to_pindex(). HighAtomic and CMA blocks
 * rest among Movable ones, and go back to their own lists from there.
 */
static inline unsigned int sb_pcp_list_index(unsigned int order, unsigned int type)
{
	type = sb_pcp_type(type);
	if (unlikely(order >= SB_PCP_ORDERS))
		return SB_PCP_HUGE + (type == SB_MOVABLE);
	return order * SB_PCPTYPES + type;
}

static inline unsigned int sb_pcp_list_order(const struct sb_instance *inst, unsigned int which)
{
	return which < SB_PCP_HUGE ? which / SB_PCPTYPES : inst->cfg.pcp_huge_order;
}

/* CPUs beyond those the instance has lists for share them. */
static inline struct sb_pcp *sb_pcp_this(const struct sb_zone *zone)
{
	unsigned int cpu = sb_this_cpu();

	if (unlikely(cpu >= zone->inst->cfg.nr_cpus))
		cpu %= zone->inst->cfg.nr_cpus;
	return &zone->pcp[cpu];
}

/* The page of a slot. */
static inline unsigned long sb_pcp_pfn(const struct sb_zone *zone, u32 slot)
{
	return zone->inst->map.base_pfn + slot;
}

/* Uses the room of blocks that were drained again. */
static inline void sb_pcp_move_down(struct sb_pcp_list *list)
{
	if (list->slot == list->room)
		return;
	memmove(list->room, list->slot, list->nr * sizeof(*list->slot));
	list->slot = list->room;
}

/* Says of a block that it is on a list, and of which type those are that it goes back to. */
static inline void sb_pcp_mark(const struct sb_zone *zone, unsigned long pfn, unsigned int order,
			       unsigned int type)
{
	struct sb_page *page = sb_memmap_page(&zone->inst->map, pfn);

	WRITE_ONCE(page->next_order, sb_page_pcp_word(order, sb_pcp_type(type)));
	WRITE_ONCE(page->prev_state, sb_page_pcp_state(type));
}

static inline bool sb_pcp_serves(const struct sb_instance *inst, unsigned int order)
{
	return (order < SB_PCP_ORDERS || order == inst->cfg.pcp_huge_order) && inst->cfg.pcp_high;
}

/* The zone has lists: it has memory, or may get some by sb_memory_block_zone_for(). */
bool sb_pcp_wanted(const struct sb_zone *zone);

/**
 * sb_pcp_init() - Place and set up the lists of every zone and CPU.
 * @inst: instance whose layout is done
 *
 * Context: Process. The instance is not live yet.
 * Return: 0, or -ENOMEM when no memory that the kernel reaches is left.
 */
int sb_pcp_init(struct sb_instance *inst);
void sb_pcp_exit(struct sb_instance *inst);

/* A refill, and what an overflow gives back, are one call's work. */
static inline bool sb_pcp_at_once(const struct sb_zone *zone)
{
	return zone->inst->cfg.pcp_at_once || zone->inst->engine->at_once;
}

/**
 * sb_pcp_take() - Take a block from this CPU's list, refilled when empty.
 * @zone: zone to take from
 * @take: what is wanted, of an order that sb_pcp_serves()
 * @pfn: set to the first page, in use from now on
 *
 * A refill moves pcp_batch pages, at least two blocks if the batch is not 1,
 * and twice as many each time that single pages are taken without one being
 * freed: nr_pcp_alloc(), Linux 6.12. It does so some blocks at a time, and interrupts are
 * on in between. Without pcp_at_once a request fetches one such part, and the rest
 * is left to those that find the list empty again.
 *
 * Context: Any. Takes the per-CPU lock, and for a refill the zone lock.
 * Return: true, or false when the zone has nothing for it.
 */
bool sb_pcp_take(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn);

/*
 * Takes up to @nr of them into the slots that are SB_PFN_NONE, some at a time; says how many
 * it took.
 */
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
 * blocks on CPUs with large caches, and has a pcp_high of four batches at least. Here they
 * go some at a time, and interrupts are on in between: pcp_drain.h. Without pcp_at_once a
 * free that finds them too many leaves it at that, and each one after it gives some
 * back, unless it has to move a list to where there is room; a list that has no room left
 * meanwhile loses its oldest block first.
 *
 * Context: Any. Takes the per-CPU lock, and for an overflow the zone lock.
 * Return: true; false when there is more to be done for it first: debug.h.
 */
bool sb_pcp_put(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		unsigned long done);

/* Gives back a part of what is too much, after a block has come to list @which. */
void sb_pcp_overflow(struct sb_pcp *pcp, unsigned int which) __must_hold(pcp->lock);

/* Pages on one CPU's lists, and on those of all; read without locks. */
unsigned int sb_pcp_pages(const struct sb_instance *inst, const struct sb_pcp *pcp);
unsigned long sb_pcp_count(const struct sb_zone *zone);

/* How often @item happened with the lists of all CPUs; read without locks. */
unsigned long sb_pcp_events(const struct sb_zone *zone, enum sb_event_item item);

#endif

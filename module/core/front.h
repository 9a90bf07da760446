/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The front: a block from this CPU's list, or to it, with interrupts off and no lock.
 *
 *	order, flags of a request --> home --+
 *	                                     +--> this CPU's table --> list
 *	page --> home of its pageblock ------+
 *
 * A home is a zone and a type in one number. Whatever might keep a block from being
 * taken or put was looked at when it changed, and where something does, the way leads
 * to a list that is always empty and always full; the request then goes by alloc.h,
 * which looks at everything:
 *
 *	the zone nears its high watermark, or has no block as large    home of requests
 *	the pageblock's type has no lists, or it has no memory         its home
 *	somebody looks on, or the instance is corrupt or not live      all tables
 *	somebody wants the lists of other CPUs                         all tables
 *
 * So the lists belong to their CPU alone as long as its table leads to them. Who wants
 * those of others closes the front, and takes their locks, by which all go then:
 *
 *	sb_front_close(inst);
 *	...
 *	sb_front_open(inst);
 *
 * CPUs that have to share lists always go by the lock.
 *
 * A block that is too large for lists goes between its user and the zone, under the zone's
 * lock, where as little has to be looked at: sb_front_take_large().
 */
#ifndef SB_FRONT_H
#define SB_FRONT_H

#include "gfp.h"
#include "pcp.h"

/* Flags that ask for more than the front can tell. */
#define SB_FRONT_CAREFUL (SB_GFP_ZERO | SB_GFP_NOFAIL | SB_GFP_COMP | SB_GFP_THISNODE)

/**
 * struct sb_front - What one CPU's requests go by.
 * @list: by sb_front_list()
 */
struct sb_front {
	struct sb_pcp_list *list[SB_NR_HOMES * SB_PCP_ORDERS];
};

/* Number of the list of a home and an order below SB_PCP_ORDERS. */
static inline unsigned int sb_front_list(unsigned int home, unsigned int order)
{
	return home * SB_PCP_ORDERS + order;
}

/* Slots of struct sb_fronts are fewer than CPUs may be. */
static inline const struct sb_front *sb_front_this(const struct sb_instance *inst)
{
	unsigned int cpu = sb_this_cpu();

	if (SB_NR_CPUS > SB_MAX_CPUS)
		cpu %= SB_MAX_CPUS;
	return READ_ONCE(inst->front.of[cpu]);
}

/* Takes what is uppermost of @nr + 1 blocks of a list, by who has interrupts off. */
static inline unsigned long sb_front_take_from(struct sb_instance *inst, struct sb_pcp_list *list,
					       u32 nr)
{
	unsigned long pfn = inst->map.base_pfn + list->slot[nr];

	WRITE_ONCE(sb_memmap_page(&inst->map, pfn)->prev_state, SB_PAGE_USED);
	WRITE_ONCE(list->nr, nr);
	*list->in_a_row >>= 1;
	WRITE_ONCE(list->nr_taken, list->nr_taken + 1);
	return pfn;
}

/**
 * sb_front_take() - Take a block from this CPU's list, if that is all there is to it.
 * @inst: instance at any stage
 * @gfp: SB_GFP_* without any of SB_FRONT_CAREFUL, for any node; only those that say
 *	which zone and type is wanted are looked at
 * @order: log2 of the pages wanted, below SB_PCP_ORDERS
 * @pfn: set to the first page, in use from now on
 *
 * Context: Any but NMI. Takes no lock.
 * Return: true; or false: ask sb_alloc().
 */
static inline bool sb_front_take(struct sb_instance *inst, u32 gfp, unsigned int order,
				 unsigned long *pfn)
{
	unsigned long irq = sb_irq_save();
	unsigned int which = READ_ONCE(inst->front.list[order][gfp % SB_FRONT_GFPS]);
	struct sb_pcp_list *list = sb_front_this(inst)->list[which];
	u32 nr;
	bool found = !__builtin_sub_overflow(list->nr, 1u, &nr);

	if (likely(found))
		*pfn = sb_front_take_from(inst, list, nr);
	sb_irq_restore(irq);
	return found;
}

/**
 * sb_front_take_more() - Take a block from this CPU's list, after some were fetched to it.
 * @inst: instance at any stage
 * @gfp: as for sb_front_take()
 * @order: log2 of the pages wanted, below SB_PCP_ORDERS
 *
 * For a list that is empty: a part of a refill comes to it, of the list's own type.
 *
 * Context: Any but NMI. Takes the per-CPU and the zone lock.
 * Return: the first page, in use from now on; or SB_PFN_NONE: ask sb_alloc().
 */
unsigned long sb_front_take_more(struct sb_instance *inst, u32 gfp, unsigned int order);

/* What of the first word of a block's descriptor a free must know. */
#define SB_FRONT_FREE_MASK (SB_PAGE_SLAB << 4 | 15)

/* There is such a pageblock, and there are lists of the order. */
static inline bool sb_front_knows(const struct sb_instance *inst, unsigned long block,
				  unsigned int order)
{
	return block < inst->blocks.nr_blocks && order < SB_PCP_ORDERS;
}

/* The list that a block would go to, by who has interrupts off. */
static inline struct sb_pcp_list *sb_front_list_of(const struct sb_instance *inst,
						   const struct sb_front *front,
						   unsigned long block, unsigned int order)
{
	return front->list[sb_front_list(READ_ONCE(inst->blocks.home[block]), order)];
}

/* Puts the block at @index, as links are, on a list that has room, if it is in use as it says. */
static inline bool sb_front_push(struct sb_instance *inst, struct sb_pcp_list *list,
				 unsigned long index, unsigned int order)
{
	struct sb_page *page = sb_memmap_at(&inst->map, (u32)index);
	u32 nr = list->nr, word = READ_ONCE(page->next_order);

	if (unlikely(READ_ONCE(page->prev_state) != SB_PAGE_USED))
		return false;
	if (unlikely(word != list->word)) {
		if ((word & SB_FRONT_FREE_MASK) != order)
			return false;
		WRITE_ONCE(page->next_order, list->word);
	}
	WRITE_ONCE(page->prev_state, list->state);
	list->slot[nr] = (u32)index;
	WRITE_ONCE(list->nr, nr + 1);
	return true;
}

/* The same, unless more has to be looked at: how many are freed in a row. */
static inline bool sb_front_put_on(struct sb_instance *inst, struct sb_pcp_list *list,
				   unsigned long index, unsigned int order)
{
	u32 *row = list->in_a_row, in_a_row = *row;

	if (likely(in_a_row < list->most_in_a_row))
		in_a_row += 1u << order;
	else if (order)
		return false;
	if (unlikely(!sb_front_push(inst, list, index, order)))
		return false;
	*row = in_a_row;
	return true;
}

/* sb_front_put() by who has interrupts off, to what @front leads to. */
static inline bool sb_front_put_to(struct sb_instance *inst, const struct sb_front *front,
				   unsigned long pfn, unsigned int order)
{
	unsigned long index = pfn - inst->map.base_pfn;
	unsigned long block = index >> inst->blocks.order;
	struct sb_pcp_list *list;

	if (unlikely(!sb_front_knows(inst, block, order)))
		return false;
	list = sb_front_list_of(inst, front, block, order);
	/* Where the home is none there may be no descriptor. */
	return likely(list->nr < READ_ONCE(list->limit)) &&
	       sb_front_put_on(inst, list, index, order);
}

/**
 * sb_front_put() - Put a block on this CPU's list, if that is all there is to it.
 * @inst: instance at any stage
 * @pfn: any frame number
 * @order: any
 *
 * Context: Any but NMI. Takes no lock.
 * Return: true when it is on the list; false: ask sb_alloc_free(), also for why it
 *	cannot be freed.
 */
static inline bool sb_front_put(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	unsigned long irq = sb_irq_save();
	bool done = sb_front_put_to(inst, sb_front_this(inst), pfn, order);

	sb_irq_restore(irq);
	return done;
}

/**
 * sb_front_put_more() - Put a block on this CPU's list, and give back some that are too many.
 * @inst: instance at any stage
 * @pfn: any frame number
 * @order: any
 *
 * For lists that have overflown, and not given back yet all that was too much.
 *
 * Context: Any but NMI. Takes the per-CPU and the zone lock.
 * Return: true when it is on the list; false: ask sb_alloc_free(), also for why it
 *	cannot be freed.
 */
bool sb_front_put_more(struct sb_instance *inst, unsigned long pfn, unsigned int order);

/**
 * sb_front_take_bulk() - Take single pages from this CPU's list, as long as it has some.
 * @inst: instance at any stage
 * @gfp: as for sb_front_take()
 * @nr: entries of @pfns
 * @pfns: those that are SB_PFN_NONE are filled, from the first on
 *
 * Some at a time, with interrupts on in between. They do not count as an end of what is freed
 * in a row, as in Linux.
 *
 * Context: Any but NMI. Takes no lock.
 * Return: entries filled from the first on without a gap, those that were filled before
 *	included. For the rest ask sb_alloc_bulk().
 */
unsigned long sb_front_take_bulk(struct sb_instance *inst, u32 gfp, unsigned long nr,
				 unsigned long *pfns);

/**
 * sb_front_put_bulk() - Put single pages on this CPU's list, as long as that is all.
 * @inst: instance at any stage
 * @nr: entries of @pfns
 * @pfns: any frame numbers
 *
 * Some at a time, with interrupts on in between.
 *
 * Context: Any but NMI. Takes no lock.
 * Return: how many are on it, from the first on; for the next ask sb_alloc_free().
 */
unsigned long sb_front_put_bulk(struct sb_instance *inst, unsigned long nr,
				const unsigned long *pfns);

/**
 * sb_front_take_large() - Take a block from the zone, if that is all there is to it.
 * @inst: instance at any stage
 * @gfp: as for sb_front_take()
 * @order: log2 of the pages wanted, from SB_PCP_ORDERS on
 * @pfn: set to the first page, in use from now on
 *
 * From the zone that the request prefers, if that has plenty and a block of its own type.
 *
 * Context: Any but NMI. Takes the zone lock.
 * Return: true; or false: ask sb_alloc().
 */
bool sb_front_take_large(struct sb_instance *inst, u32 gfp, unsigned int order, unsigned long *pfn);

/**
 * sb_front_put_large() - Give a block to its zone, if that is all there is to it.
 * @inst: instance at any stage
 * @pfn: any frame number
 * @order: from SB_PCP_ORDERS on
 *
 * Context: Any but NMI. Takes the zone lock.
 * Return: true when it is free; false: ask sb_alloc_free(), also for why it cannot be
 *	freed.
 */
bool sb_front_put_large(struct sb_instance *inst, unsigned long pfn, unsigned int order);

/* Of an instance that is all new: closed for any CPU there may be. */
void sb_front_setup(struct sb_instance *inst);

/* Numbers the zones that have lists. */
void sb_front_number(struct sb_instance *inst);

/* Bytes for the tables of all CPUs. */
size_t sb_front_size(const struct sb_instance *inst);

/* Lays the tables of an instance out that has per-CPU lists, in zeroed memory; it is closed. */
void sb_front_init(struct sb_instance *inst, void *tables);
void sb_front_exit(struct sb_instance *inst);

/* Recounts homes of a zone that is held still; for sb_check(). */
unsigned int sb_front_check(struct sb_zone *zone, struct sb_out *out) __must_hold(zone->lock);

/* Something has changed that might keep requests from the front. Context: any. */
void sb_front_update(struct sb_instance *inst);

/**
 * sb_front_close() - Keep CPUs to the locks of their lists.
 * @inst: instance at any stage
 *
 * Context: Process, without locks. Waits until no CPU goes by the front any more.
 *	Others may have closed it, too.
 */
void sb_front_close(struct sb_instance *inst);
void sb_front_open(struct sb_instance *inst);

#endif

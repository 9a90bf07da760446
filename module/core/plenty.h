/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plenty: zones with so much free that a request for a small block need not look.
 *
 *	free pages of a zone
 *	  |  orders 0 .. 3 that have a block: requests find their home here
 *	  |........ high + boost + lowmem_reserve + a block of order 3
 *	  |         and all that lies on CMA lists or is reserved for HighAtomic
 *	  |
 *	  |  no order: requests look at watermarks, zone by zone
 *	  0
 *
 * Free pages and blocks change under the zone's lock alone, so it is there that it
 * is seen whether a zone comes to have plenty, or ceases to. Then homes are written: by
 * the order of a request and its flags, zone and type of the list that serves it.
 * Above the line the watermark check of the first pass, sb_watermark_ok() with the
 * high mark, cannot fail; below it that check decides, as it always did.
 */
#ifndef SB_PLENTY_H
#define SB_PLENTY_H

#include "gfp.h"
#include "instance.h"

/* The mark of a zone that has none. */
#define SB_PLENTY_NEVER (~0ul / 2)

/* gfp_migratetype(): of an instance too small for groups, all are one. */
static inline unsigned int sb_plenty_type(const struct sb_instance *inst, u32 gfp)
{
	return inst->blocks.grouping ? sb_gfp_type(gfp) : SB_UNMOVABLE;
}

/* Orders from 0 on that the zone has a block of, on lists that any request may use. */
static inline unsigned int sb_plenty_orders(const struct sb_zone *zone)
{
	u32 orders = zone->nonempty[SB_UNMOVABLE] | zone->nonempty[SB_MOVABLE] |
		     zone->nonempty[SB_RECLAIMABLE];
	unsigned int nr = SB_PCP_ORDERS;

	while (nr && !(orders >> (nr - 1)))
		nr--;
	return nr;
}

/* So many pages of small blocks may go, and it has plenty still. Read without a lock, too. */
static inline bool sb_plenty_after(const struct sb_zone *zone, unsigned long nr_pages)
{
	unsigned long others =
		READ_ONCE(zone->nr_free_cma) + READ_ONCE(zone->nr_reserved_highatomic);

	return READ_ONCE(zone->nr_free) > READ_ONCE(zone->plenty) + others + nr_pages;
}

/*
 * The line as it is for a larger block: what prefers the zone may take one of an order from
 * SB_PCP_ORDERS on, if there is one of its own type.
 * Context: the zone's lock is held.
 */
static inline bool sb_plenty_for(const struct sb_zone *zone, unsigned int order)
	__must_hold(zone->lock)
{
	return sb_plenty_after(zone, sb_order_pages(order) - sb_order_pages(SB_PCP_ORDERS - 1));
}

/*
 * Writes the homes of requests that prefer the zone, for so many orders from 0 on.
 * Context: the zone's lock is held.
 */
void sb_plenty_set(struct sb_zone *zone, unsigned int nr_orders);

/*
 * Free pages or blocks of the zone have changed.
 * Context: the zone's lock is held, or the instance is not live yet.
 */
static inline void sb_plenty_look(struct sb_zone *zone)
{
	unsigned int nr_orders = sb_plenty_after(zone, 0) ? sb_plenty_orders(zone) : 0;

	if (unlikely(nr_orders != zone->plenty_orders))
		sb_plenty_set(zone, nr_orders);
}

/*
 * The same where a block has become free, of @type: if all orders were there, they still are.
 * Context: as sb_plenty_look().
 */
static inline void sb_plenty_look_more(struct sb_zone *zone, unsigned int type)
{
	if (unlikely(zone->plenty_orders != SB_PCP_ORDERS || type >= SB_PCPTYPES))
		sb_plenty_look(zone);
}

/* The zone's watermarks, its boost or its reserves have changed. */
void sb_plenty_measure(struct sb_zone *zone) __must_hold(zone->lock);

/**
 * sb_plenty_build() - Find out which zone requests prefer.
 * @inst: instance whose zonelists have been written
 *
 * Context: as sb_zonelist_build(). Takes zone locks.
 */
void sb_plenty_build(struct sb_instance *inst);

#endif

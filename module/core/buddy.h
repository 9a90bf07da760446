/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The buddy system: free blocks of a zone, split and merged by powers of two.
 *
 *	order 3  |               8               |
 *	order 2  |       4       |       4       |   taking one page of eight
 *	order 1  |   2   |   2   |                   leaves 1 + 2 + 4 free:
 *	order 0  | 1 |[1]|                           the upper half of each split
 *
 * What is above (fallback, per-CPU lists, hand-over) asks for blocks here, of
 * whatever engine the instance has. The list engine is here as well.
 */
#ifndef SB_BUDDY_H
#define SB_BUDDY_H

#include "engine.h"

/**
 * sb_buddy_take() - Take the smallest block that is large enough.
 * @zone: zone to take from
 * @order: order wanted
 * @type: type to take from; no other is tried
 * @pfn: set to the first page, now a tail of no block
 *
 * The list engine gives the lower half of a block, upper halves go to the head of
 * their lists: __rmqueue_smallest() and expand(), Linux 6.12.
 *
 * Context: Any. @zone->lock held.
 * Return: true, or false when no block of @type is large enough.
 */
bool sb_buddy_take(struct sb_zone *zone, unsigned int order, unsigned int type, unsigned long *pfn)
	__must_hold(zone->lock);

/**
 * sb_buddy_take_many() - Take some blocks of an order at a time.
 * @zone: zone to take from, with neither tracing nor guard pages on
 * @order: order wanted
 * @type: type to take from, below SB_PCPTYPES; no other is tried
 * @most: how many are wanted, at least 1
 * @end: their first pages are written below it: that of the first block at @end[-1], as
 *	links are, counted from the first descriptor. Descriptors say that they are on a
 *	per-CPU list of @type.
 *
 * The list engine gives the same blocks in the same order as sb_buddy_take() would one
 * by one, from one larger block, and leaves the same lists. The word engine gives
 * those of one word.
 *
 * Context: Any. @zone->lock held.
 * Return: how many there are; 0 when no block of @type is large enough.
 */
unsigned int sb_buddy_take_many(struct sb_zone *zone, unsigned int order, unsigned int type,
				unsigned int most, u32 *end) __must_hold(zone->lock);

/**
 * sb_buddy_put() - Return a block, merged with its free buddies.
 * @zone: zone that the block lies in
 * @pfn: first page, aligned to @order
 * @order: order of the block
 * @type: list that it goes to: that of its pageblock, but for what the rules
 *	of Linux 6.1 remember of a page on a per-CPU list
 * @fresh: it was never allocated, so it goes to the tail of its list
 *
 * Merges within the zone and across pageblocks as __free_one_page(), Linux
 * 6.12: above the pageblock order only when both types are mergeable, and the
 * buddy's pageblocks then take over the type. A block that may soon merge
 * further goes to the tail, another to the head.
 *
 * Context: Any. @zone->lock held.
 * Return: the order of the block that it is part of now, which says how long it took.
 */
unsigned int sb_buddy_put(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			  unsigned int type, bool fresh) __must_hold(zone->lock);

/**
 * sb_buddy_free() - Return a block of any order to the lists of its pageblocks.
 * @zone: zone that the block lies in
 * @pfn: first page, aligned to @order
 * @order: order of the block
 * @fresh: as for sb_buddy_put()
 *
 * More than a pageblock goes back pageblock by pageblock, each with its own
 * type: split_large_buddy(), Linux 6.12; by the rules of 6.1 only while some
 * pageblock of the zone is isolated.
 *
 * Context: Any. @zone->lock held.
 */
void sb_buddy_free(struct sb_zone *zone, unsigned long pfn, unsigned int order, bool fresh)
	__must_hold(zone->lock);

/**
 * sb_buddy_move_free() - Put a pageblock's free pages on another type's lists.
 * @zone: zone that the pageblock lies in
 * @pfn: any page of it; no free block reaches beyond the pageblock
 * @type: the new type
 *
 * The pageblock keeps its own type: move_freepages_block(), Linux 6.1, by whose
 * rules nothing is moved of a pageblock that ends above the zone, and only what
 * lies at @pfn and above of one that begins below it.
 *
 * Context: Any. @zone->lock held.
 * Return: pages moved.
 */
unsigned long sb_buddy_move_free(struct sb_zone *zone, unsigned long pfn, unsigned int type)
	__must_hold(zone->lock);

/* The same for what lies at @pfn and above, wherever the zone begins and ends. */
unsigned long sb_buddy_move_rest(struct sb_zone *zone, unsigned long pfn, unsigned int type)
	__must_hold(zone->lock);

/* Gives a pageblock and its free pages another type: 0 pages may have been free. */
unsigned long sb_buddy_move_block(struct sb_zone *zone, unsigned long pfn, unsigned int type)
	__must_hold(zone->lock);

/* Gives all pageblocks of a block of at least one of them another type. */
void sb_buddy_retype(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type)
	__must_hold(zone->lock);

#endif

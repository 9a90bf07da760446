/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fallback: whose pages a request may use when its own type has none.
 *
 *	| wanted      | first       | then        |
 *	| Unmovable   | Reclaimable | Movable     |
 *	| Movable     | Reclaimable | Unmovable   |
 *	| Reclaimable | Unmovable   | Movable     |
 *
 * Linux 6.12 first claims a whole pageblock, from the largest foreign block
 * down, and if no claim is allowed steals the smallest block that fits; the
 * pageblock then stays what it was. Linux 6.1 moves the largest block, and all
 * free pages of its pageblock that it may, to the request's own lists.
 */
#ifndef SB_FALLBACK_H
#define SB_FALLBACK_H

#include "buddy.h"

/* Where a run of takes last found something, and begins the next time. */
enum sb_fallback_mode {
	SB_FALLBACK_NORMAL,
	SB_FALLBACK_CMA,
	SB_FALLBACK_CLAIM,
	SB_FALLBACK_STEAL,
};

/**
 * struct sb_fallback - One take, or a run of them under one hold of the lock.
 * @order: order wanted
 * @type: type wanted; one without fallbacks takes from its own lists alone
 * @flags: enum sb_alloc_flags
 * @mode: SB_FALLBACK_NORMAL at first; kept by the run
 */
struct sb_fallback {
	unsigned int order;
	unsigned int type;
	unsigned int flags;
	enum sb_fallback_mode mode;
};

/**
 * sb_fallback_take() - Take a block, from another type's lists if need be.
 * @zone: zone to take from
 * @take: what is wanted
 * @pfn: set to the first page, now a tail of no block
 *
 * __rmqueue() of Linux 6.12, or of 6.1 where the rules say so. Pages in use by
 * movable requests count as movable, where Linux asks whether they are on the
 * LRU. SB_ALLOC_NOFRAGMENT leaves all but whole pageblocks to their types.
 *
 * Context: Any. @zone->lock held.
 * Return: true, or false when nothing in the zone can serve it.
 */
bool sb_fallback_take(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn)
	__must_hold(zone->lock);

/**
 * struct sb_fallback_plan - Where sb_fallback_take() would find a block.
 * @mode: how it would take it: from the request's own lists, from those of CMA,
 *	by a claim or by a steal
 * @type: type of the list that the block is on
 * @order: its order there
 */
struct sb_fallback_plan {
	enum sb_fallback_mode mode;
	unsigned int type;
	unsigned int order;
};

/**
 * sb_fallback_plan() - Say what sb_fallback_take() would do, and do nothing.
 * @zone: zone to look at
 * @take: what is wanted; @take->mode is not looked at
 * @plan: filled in
 *
 * Context: Any. @zone->lock held.
 * Return: true, or false when nothing in the zone can serve it.
 */
bool sb_fallback_plan(struct sb_zone *zone, const struct sb_fallback *take,
		      struct sb_fallback_plan *plan) __must_hold(zone->lock);

/* The first type with a free block of @order that a request of @type falls back to, or -1. */
int sb_fallback_find(const struct sb_zone *zone, unsigned int order, unsigned int type);

/* A fallback to a block of @order may make its pageblock one of @type. */
bool sb_fallback_may_claim(const struct sb_instance *inst, unsigned int order, unsigned int type);

#endif

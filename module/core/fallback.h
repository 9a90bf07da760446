/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fallback: whose pages a request may use when its own type has none.
 *
 *	| wanted      | first       | then        |
 *	| Unmovable   | Reclaimable | Movable     |
 *	| Movable     | Reclaimable | Unmovable   |
 *	| Reclaimable | Unmovable   | Movable     |
 *
 * First a whole pageblock is claimed, from the largest foreign block down; if
 * no claim is allowed, the smallest block that fits is stolen from its block.
 */
#ifndef SB_FALLBACK_H
#define SB_FALLBACK_H

#include "buddy.h"

/**
 * sb_fallback_take() - Take a block, from another type's lists if need be.
 * @zone: zone to take from
 * @order: order wanted
 * @type: type wanted; one without fallbacks takes from its own lists alone
 * @pfn: set to the first page, now a tail of no block
 *
 * __rmqueue() of Linux 6.12 without CMA and NOFRAGMENT: own lists, claim
 * (__rmqueue_claim()), steal (__rmqueue_steal()). Pages in use by movable
 * requests count as movable, where Linux asks whether they are on the LRU.
 *
 * Context: Any. @zone->lock held.
 * Return: true, or false when nothing in the zone can serve it.
 */
bool sb_fallback_take(struct sb_zone *zone, unsigned int order, unsigned int type,
		      unsigned long *pfn) __must_hold(zone->lock);

#endif

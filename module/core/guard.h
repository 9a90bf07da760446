/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guard pages: what a split leaves over stays empty, to catch whoever writes past a block.
 *
 *	order 1  |   block   |   guard   |    blocks below debug_guardpage_minorder
 *	order 0  |block|guard|               leave guards, larger ones free halves
 *
 * A guard is filled with SB_PATTERN_GUARD, is on no list and not free to
 * anybody. It is looked at and merged when the block beside it is freed, and
 * looked at by the checker. set_page_guard() and page_is_guard(), Linux 6.12,
 * which unmaps guards where we fill them.
 */
#ifndef SB_GUARD_H
#define SB_GUARD_H

#include "instance.h"

/* Highest value of debug_guardpage_minorder: guards are filled with the zone's lock held. */
#define SB_GUARD_ORDER_MAX 5u

/* The same for an instance: Linux's limit, and a guard stays within a pageblock. */
unsigned int sb_guard_order_max(const struct sb_config *cfg);

/* Splits a block that was taken off its list, as the list engine does, and keeps guards. */
void sb_guard_expand(struct sb_zone *zone, unsigned long pfn, unsigned int low, unsigned int high,
		     unsigned int type) __must_hold(zone->lock);

/**
 * sb_guard_absorb() - Make a guard part of the block beside it.
 * @zone: zone of both
 * @pfn: buddy of a block that is freed; any page that exists
 * @order: order of both
 *
 * Context: Any. @zone->lock held. A pattern that is damaged is told.
 * Return: true when it was a guard of @order, whose first page is a tail now.
 */
bool sb_guard_absorb(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/* Puts all guards of an instance on the free lists, a pageblock under one hold of a lock. */
void sb_guard_release(struct sb_instance *inst);

#endif

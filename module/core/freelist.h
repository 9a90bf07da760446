/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Free lists: the only code that links a block, counts it, or says it is free.
 *
 * Everything above composes these few, so that list, count and descriptor
 * cannot drift apart.
 */
#ifndef SB_FREELIST_H
#define SB_FREELIST_H

#include "instance.h"

enum sb_freelist_end { SB_FREELIST_HEAD, SB_FREELIST_TAIL };

void sb_freelist_init(struct sb_zone *zone);

/* The block's pages other than its first are tails already. */
void sb_freelist_add(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		     enum sb_freelist_end end) __must_hold(zone->lock);

/* Leaves the block's first page a tail: the caller says what it is from now on. */
void sb_freelist_del(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/* Puts a free block at the end of another type's list, as move_to_free_list(). */
void sb_freelist_move(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		      unsigned int type) __must_hold(zone->lock);

static inline bool sb_freelist_empty(const struct sb_zone *zone, unsigned int order,
				     unsigned int type)
{
	return zone->free_area[order].list[type].first == SB_PAGE_LINK_NONE;
}

/* First block of a list that is not empty. */
static inline unsigned long sb_freelist_first(const struct sb_zone *zone, unsigned int order,
					      unsigned int type)
{
	return zone->inst->map.base_pfn + zone->free_area[order].list[type].first;
}

/* Blocks on a list, counted by walking it; stops at @limit. */
unsigned long sb_freelist_count(const struct sb_zone *zone, unsigned int order, unsigned int type,
				unsigned long limit) __must_hold(zone->lock);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of the word engine's pageblocks, and free blocks of a pageblock or more. All
 * of it with the zone's lock held.
 */
#ifndef SB_WORD_LIST_H
#define SB_WORD_LIST_H

#include "word_block.h"

/* Puts a pageblock on the list that its order, type and count ask for, or takes it off. */
void sb_word_link(struct sb_zone *zone, u32 index) __must_hold(zone->lock);
void sb_word_unlink(struct sb_zone *zone, u32 index) __must_hold(zone->lock);

/* Bits of a pageblock that is not free as a whole were changed: it may belong elsewhere. */
void sb_word_settle(struct sb_zone *zone, u32 index) __must_hold(zone->lock);

/*
 * The pageblocks of a block, which are on no list, are free as a whole: the block
 * merges with its buddies, and is put on its list. By the list engine's rules,
 * sb_buddy_put(). Says which order it has then.
 */
unsigned int sb_word_merge(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			   unsigned int type) __must_hold(zone->lock);

/* First page and order of the free block of a pageblock or more that a page lies in. */
bool sb_word_run_of(const struct sb_instance *inst, unsigned long pfn, unsigned long *head,
		    unsigned int *order);

/*
 * Takes 2^@order pages, a pageblock or more, out of the free block that they lie in;
 * its other parts stay on lists. What was taken is on none.
 */
void sb_word_cut(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/* Gives pageblocks that are on no list, and what is free in them, to another type. */
void sb_word_retype(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type)
	__must_hold(zone->lock);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The word engine: free pages are bits, pageblocks are on lists.
 *
 *	pageblock   |####.#..|........|.##.....|########|   words of 32 pages
 *	has[0]           1        .        1        1       words with a free page,
 *	has[1]           1        .        .        1       with two, aligned, and so
 *	has[5]           .        .        .        1       on up to a whole word
 *
 * Merging is setting bits, splitting is clearing some: what is free beside each other
 * is one block, found by shifts. A pageblock with some free pages is on a list by its
 * type, its largest free block, and how full it is; one that is free as a whole
 * merges with its buddies as in the list engine. A request goes to the pageblock whose
 * largest block is the smallest that will do; of such to the one that its CPU took from
 * before, or else the fullest, unless it is another CPU's; then to one that is free as a
 * whole. So few are in use at a time, the emptiest get empty, and what large requests
 * need is left for them.
 *
 * Free pages are tails to their descriptors. Their type is that of their pageblock,
 * always, so Linux 6.1, which knows others, has to do with lists.
 */
#ifndef SB_WORD_H
#define SB_WORD_H

#include "engine.h"

/* log2 of the pages in a word; and of those in a pageblock: 1 to 16 words. */
#define SB_WORD_ORDER 5
#define SB_WORD_MIN_BLOCK SB_WORD_ORDER
#define SB_WORD_MAX_BLOCK 9

/* How full a pageblock is, in eighths; those that some CPU takes from are apart. */
#define SB_WORD_FILLS 8
#define SB_WORD_ACTIVE SB_WORD_FILLS

/* No pageblock. */
#define SB_WORD_NONE 0xffffffffu

/* In the place of an order: nothing is free, or it is a later part of a larger block. */
#define SB_WORD_EMPTY 0xff
#define SB_WORD_INNER 0xfe

/**
 * struct sb_word_block - What is free in a pageblock.
 * @next: on the same list, or SB_WORD_NONE
 * @prev: likewise
 * @has: words that have an aligned free block of an order, a bit each
 * @nr_free: free pages
 * @order: largest free block, that of which it is the first part when all is free; or
 *	SB_WORD_EMPTY or SB_WORD_INNER, and it is on no list
 * @type: of its free pages
 * @fill: which list of its order it is on
 * @active: some CPU takes from it; not when it is on no list, or free as a whole
 */
struct sb_word_block {
	u32 next;
	u32 prev;
	u16 has[SB_WORD_ORDER + 1];
	u16 nr_free;
	u8 order;
	u8 type;
	u8 fill;
	bool active;
};

/**
 * struct sb_word_zone - Lists of a zone's pageblocks.
 * @fills: which of @partial have an entry, a bit each
 * @partial: first pageblock of each list of those that are not free as a whole
 * @whole: first parts of free blocks of a pageblock or more, by order
 * @active: pageblocks that were taken from last, by CPU and type
 */
struct sb_word_zone {
	u16 fills[SB_NR_TYPES][SB_WORD_MAX_BLOCK];
	u32 partial[SB_NR_TYPES][SB_WORD_MAX_BLOCK][SB_WORD_FILLS + 1];
	u32 whole[SB_NR_TYPES][SB_NR_ORDERS];
	u32 active[];
};

extern const struct sb_engine sb_engine_word;

#endif

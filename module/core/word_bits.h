/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Aligned runs of ones in a word, found for all places at a time:
 *
 *	1 1 1 1 0 1 1 1     as they are
 *	. 1 . 1 . . . 1     heads of pairs: each with its neighbour, where a pair begins
 *	. . . 1 . . . .     heads of fours: each with the one two further up
 *
 * The lowest bit is on the right.
 */
#ifndef SB_WORD_BITS_H
#define SB_WORD_BITS_H

#include "sb_platform.h"

/* Runs twice as long as those of 2^@order bits whose heads are set. */
static inline u32 sb_word_double(u32 runs, unsigned int order)
{
	static const u32 heads[] = { 0x55555555, 0x11111111, 0x01010101, 0x00010001, 1 };

	return runs & (runs >> (1u << order)) & heads[order];
}

/* Heads of aligned runs of 2^@order ones. */
static inline u32 sb_word_runs(u32 bits, unsigned int order)
{
	unsigned int i;

	for (i = 0; i < order; i++)
		bits = sb_word_double(bits, i);
	return bits;
}

/* Of runs of 2^@order those that are part of no longer one. */
static inline u32 sb_word_alone(u32 runs, u32 longer, unsigned int order)
{
	return runs & ~(longer | longer << (1u << order));
}

/* log2 of the longest run up to 2^@most in bits that are not all 0. */
static inline unsigned int sb_word_longest(u32 bits, unsigned int most)
{
	unsigned int order = 0;

	while (order < most && (bits = sb_word_double(bits, order)))
		order++;
	return order;
}

/*
 * Head of the shortest run of 2^@order ones or more, up to 2^@most: there is one. What
 * larger requests need is left alone as long as there is anything else.
 */
static inline unsigned int sb_word_tightest(u32 bits, unsigned int order, unsigned int most)
{
	u32 runs = sb_word_runs(bits, order);

	for (; order < most; order++) {
		u32 longer = sb_word_double(runs, order);
		u32 alone = sb_word_alone(runs, longer, order);

		if (alone)
			return sb_ctz(alone);
		runs = longer;
	}
	return sb_ctz(runs);
}

/* Ones in a word. */
static inline unsigned int sb_word_weight(u32 bits)
{
	bits -= bits >> 1 & 0x55555555;
	bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f;
	return bits * 0x01010101 >> 24;
}

/* 2^@order ones from @at on, @order below that of a word. */
static inline u32 sb_word_mask(unsigned int at, unsigned int order)
{
	return ((1u << (1u << order)) - 1) << at;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* One pageblock of the word engine: its bits, and what is derived from them. */
#ifndef SB_WORD_BLOCK_H
#define SB_WORD_BLOCK_H

#include "word.h"
#include "word_bits.h"

static inline struct sb_word_block *sb_word_at(const struct sb_instance *inst, u32 index)
{
	return &inst->words.block[index];
}

static inline u32 sb_word_index(const struct sb_instance *inst, unsigned long pfn)
{
	return (u32)sb_pageblock_index(&inst->blocks, pfn);
}

static inline struct sb_word_block *sb_word_of(const struct sb_instance *inst, unsigned long pfn)
{
	return sb_word_at(inst, sb_word_index(inst, pfn));
}

static inline unsigned long sb_word_pfn(const struct sb_instance *inst, u32 index)
{
	return inst->blocks.base_pfn + ((unsigned long)index << inst->blocks.order);
}

/* The words of a pageblock, and log2 of how many they are. */
static inline u32 *sb_word_bits(const struct sb_instance *inst, u32 index)
{
	return inst->words.bits + ((size_t)index << (inst->blocks.order - SB_WORD_ORDER));
}

static inline unsigned int sb_word_log(const struct sb_instance *inst)
{
	return inst->blocks.order - SB_WORD_ORDER;
}

/* Derives what is kept of a word. */
void sb_word_note(struct sb_word_block *block, unsigned int word, u32 bits);

/*
 * Makes 2^@order pages from page @at of a pageblock free, or used; the order below its own.
 * Says whether they all were the other: if not, a stray write was there.
 */
bool sb_word_set(const struct sb_instance *inst, u32 index, unsigned int at, unsigned int order,
		 bool free);

/* The same for all of it. */
void sb_word_set_all(const struct sb_instance *inst, u32 index, bool free);

/* The largest free block of a pageblock, or SB_WORD_EMPTY; its own order when all is free. */
unsigned int sb_word_largest(const struct sb_instance *inst, const struct sb_word_block *block);

/* Where a block of @order is to be taken from a pageblock that has one: page of it. */
unsigned int sb_word_find(const struct sb_instance *inst, u32 index, unsigned int order);

/*
 * Takes up to @most blocks of an order from a pageblock that has one, and writes their first
 * pages below @end, the first uppermost: as many as are in one word, or one.
 */
unsigned int sb_word_take(const struct sb_instance *inst, u32 index, unsigned int order,
			  unsigned int most, u32 *end);

/* Order of the free block within its pageblock that a page lies in, or -1 when it is not free. */
int sb_word_order_at(const struct sb_instance *inst, u32 index, unsigned int at);

/* Adds the free blocks of a pageblock that is not free as a whole, by order. */
void sb_word_tally(const struct sb_instance *inst, u32 index, unsigned long *nr);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include "word_block.h"

/* Who has a block of an order has one of each below: what is right above stays so. */
void sb_word_note(struct sb_word_block *block, unsigned int word, u32 bits)
{
	u16 bit = (u16)(1u << word);
	unsigned int order = 0;

	for (; bits; order++) {
		block->has[order] |= bit;
		bits = order < SB_WORD_ORDER ? sb_word_double(bits, order) : 0;
	}
	for (; order <= SB_WORD_ORDER && (block->has[order] & bit); order++)
		block->has[order] ^= bit;
}

/* Makes the bits of @mask in a word free, or used, unless some of them are already. */
static bool set_bits(const struct sb_instance *inst, u32 index, unsigned int word, u32 mask,
		     bool free)
{
	u32 *bits = &sb_word_bits(inst, index)[word], old = *bits;
	u32 new = free ? old | mask : old & ~mask;

	if (unlikely((old ^ new) != mask))
		return false;
	WRITE_ONCE(*bits, new);
	sb_word_note(sb_word_at(inst, index), word, new);
	return true;
}

bool sb_word_set(const struct sb_instance *inst, u32 index, unsigned int at, unsigned int order,
		 bool free)
{
	struct sb_word_block *block = sb_word_at(inst, index);
	unsigned int word = at >> SB_WORD_ORDER, end;

	if (order < SB_WORD_ORDER) {
		u32 mask = sb_word_mask(at & ((1u << SB_WORD_ORDER) - 1), order);

		if (unlikely(!set_bits(inst, index, word, mask, free)))
			return false;
	} else {
		for (end = word + (1u << (order - SB_WORD_ORDER)); word < end; word++)
			if (unlikely(!set_bits(inst, index, word, ~0u, free)))
				return false;
	}
	block->nr_free =
		(u16)(free ? block->nr_free + (1u << order) : block->nr_free - (1u << order));
	return true;
}

void sb_word_set_all(const struct sb_instance *inst, u32 index, bool free)
{
	struct sb_word_block *block = sb_word_at(inst, index);
	unsigned int nr_words = 1u << sb_word_log(inst), i;
	u32 *bits = sb_word_bits(inst, index);

	for (i = 0; i < nr_words; i++)
		WRITE_ONCE(bits[i], free ? ~0u : 0);
	for (i = 0; i <= SB_WORD_ORDER; i++)
		block->has[i] = (u16)(free ? (1u << nr_words) - 1 : 0);
	block->nr_free = (u16)(free ? sb_order_pages(inst->blocks.order) : 0);
}

unsigned int sb_word_largest(const struct sb_instance *inst, const struct sb_word_block *block)
{
	unsigned int order = SB_WORD_ORDER;

	if (!block->nr_free)
		return SB_WORD_EMPTY;
	while (!block->has[order])
		order--;
	if (order < SB_WORD_ORDER)
		return order;
	return order + sb_word_longest(block->has[order], sb_word_log(inst));
}

unsigned int sb_word_find(const struct sb_instance *inst, u32 index, unsigned int order)
{
	const struct sb_word_block *block = sb_word_at(inst, index);
	const u32 *bits = sb_word_bits(inst, index);
	unsigned int at;

	for (at = order; at < SB_WORD_ORDER; at++) {
		u32 words = block->has[at] & ~(u32)block->has[at + 1];

		if (!words)
			continue;
		at = sb_ctz(words);
		return (at << SB_WORD_ORDER) + sb_word_tightest(bits[at], order, SB_WORD_ORDER);
	}
	order = max(order, (unsigned int)SB_WORD_ORDER) - SB_WORD_ORDER;
	return sb_word_tightest(block->has[SB_WORD_ORDER], order, sb_word_log(inst))
	       << SB_WORD_ORDER;
}

/*
 * Takes up to @most blocks of less than a word from one that has some: what larger ones
 * need last, and what follows each other in a row.
 */
static unsigned int take_of_word(u32 *word, unsigned int order, unsigned int most, u32 first,
				 u32 *end)
{
	unsigned int nr = 0, at;
	u32 left = *word, mask;

	while (nr < most && sb_word_runs(left, order)) {
		at = sb_word_tightest(left, order, SB_WORD_ORDER);
		mask = sb_word_mask(at, order);
		for (; nr < most && mask && (left & mask) == mask; mask <<= 1u << order) {
			left &= ~mask;
			*--end = first + at;
			at += 1u << order;
			nr++;
		}
	}
	WRITE_ONCE(*word, left);
	return nr;
}

unsigned int sb_word_take(const struct sb_instance *inst, u32 index, unsigned int order,
			  unsigned int most, u32 *end)
{
	struct sb_word_block *block = sb_word_at(inst, index);
	unsigned int at = sb_word_find(inst, index, order), word = at >> SB_WORD_ORDER, nr;
	u32 first = index << inst->blocks.order;
	u32 *bits = sb_word_bits(inst, index);

	if (order >= SB_WORD_ORDER) {
		sb_word_set(inst, index, at, order, false);
		end[-1] = first + at;
		return 1;
	}
	nr = take_of_word(&bits[word], order, most, first + (word << SB_WORD_ORDER), end);
	sb_word_note(block, word, bits[word]);
	block->nr_free = (u16)(block->nr_free - (nr << order));
	return nr;
}

/* Order of the run that a one lies in, up to @most. */
static unsigned int order_of_run(u32 bits, unsigned int at, unsigned int most)
{
	unsigned int order = 0;

	while (order < most) {
		bits = sb_word_double(bits, order);
		if (!(bits >> (at & ~((2u << order) - 1)) & 1))
			break;
		order++;
	}
	return order;
}

int sb_word_order_at(const struct sb_instance *inst, u32 index, unsigned int at)
{
	u32 *bits = sb_word_bits(inst, index);
	unsigned int word = at >> SB_WORD_ORDER, bit = at & ((1u << SB_WORD_ORDER) - 1);
	u32 own = READ_ONCE(bits[word]), full = 0;
	unsigned int i;

	if (!(own >> bit & 1))
		return -1;
	if (~own)
		return (int)order_of_run(own, bit, SB_WORD_ORDER);
	for (i = 0; i < 1u << sb_word_log(inst); i++)
		full |= (u32)(!~READ_ONCE(bits[i])) << i;
	return (int)(SB_WORD_ORDER + order_of_run(full | 1u << word, word, sb_word_log(inst)));
}

static void tally(u32 bits, unsigned int most, unsigned long *nr)
{
	unsigned int order;

	for (order = 0; order < most; order++) {
		u32 longer = sb_word_double(bits, order);

		nr[order] += sb_word_weight(sb_word_alone(bits, longer, order));
		bits = longer;
	}
	nr[most] += bits & 1;
}

void sb_word_tally(const struct sb_instance *inst, u32 index, unsigned long *nr)
{
	u32 *bits = sb_word_bits(inst, index), full = 0;
	unsigned int i;

	for (i = 0; i < 1u << sb_word_log(inst); i++) {
		u32 word = READ_ONCE(bits[i]);

		if (~word)
			tally(word, SB_WORD_ORDER, nr);
		else
			full |= 1u << i;
	}
	tally(full, sb_word_log(inst), nr + SB_WORD_ORDER);
}

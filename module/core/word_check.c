// SPDX-License-Identifier: GPL-2.0-only
#include "word_check.h"
#include "word_list.h"

/* What was seen in one zone. */
struct tally {
	struct sb_out *out;
	unsigned int violations;
	struct sb_engine_seen bits;
	unsigned long nr_listed;
	unsigned long nr_linked;
};

static struct sb_out *blame(struct tally *tally)
{
	tally->violations++;
	return tally->out;
}

#define violation(tally, ...) sb_out_printf(blame(tally), __VA_ARGS__)

static bool owns(const struct sb_zone *zone, u32 index)
{
	return sb_instance_zone_at(zone->inst, sb_word_pfn(zone->inst, index)) == zone;
}

/* Masks and count are derived again from the bits. */
static void check_masks(const struct sb_zone *zone, struct tally *tally, u32 index)
{
	const struct sb_word_block *block = sb_word_at(zone->inst, index);
	const u32 *bits = sb_word_bits(zone->inst, index);
	struct sb_word_block again = { 0 };
	unsigned int nr_free = 0, i;

	for (i = 0; i < 1u << sb_word_log(zone->inst); i++) {
		sb_word_note(&again, i, bits[i]);
		nr_free += sb_word_weight(bits[i]);
	}
	if (memcmp(again.has, block->has, sizeof(again.has)))
		violation(tally, "pageblock %u: its masks do not say what its bits do\n", index);
	if (nr_free != block->nr_free)
		violation(tally, "pageblock %u has %u free pages, its counter says %u\n", index,
			  nr_free, block->nr_free);
}

/* Every later part of a free block has a first one, which says so. */
static void check_whole(const struct sb_zone *zone, struct tally *tally, u32 index)
{
	const struct sb_word_block *block = sb_word_at(zone->inst, index);
	unsigned long pfn = sb_word_pfn(zone->inst, index), head;
	unsigned int order;

	if (!sb_word_run_of(zone->inst, pfn, &head, &order))
		violation(tally, "pageblock %u is free, and part of no block\n", index);
	else if ((head != pfn) != (block->order == SB_WORD_INNER))
		violation(tally, "pageblock %u has order %u in a block of pfn %#lx order %u\n",
			  index, block->order, head, order);
	else if (head == pfn)
		tally->bits.blocks[order][block->type]++;
	else if (sb_word_of(zone->inst, head)->type != block->type)
		violation(tally, "pageblock %u has not the type of its block\n", index);
}

static void check_block(const struct sb_zone *zone, struct tally *tally, u32 index)
{
	const struct sb_instance *inst = zone->inst;
	const struct sb_word_block *block = sb_word_at(inst, index);
	unsigned long nr[SB_NR_ORDERS] = { 0 };
	unsigned int order;

	check_masks(zone, tally, index);
	tally->nr_listed += block->order < SB_NR_ORDERS;
	if (block->type >= SB_NR_TYPES && block->nr_free) {
		violation(tally, "pageblock %u has type %u\n", index, block->type);
		return;
	}
	if (block->nr_free == sb_order_pages(inst->blocks.order)) {
		check_whole(zone, tally, index);
		return;
	}
	if (block->order != sb_word_largest(inst, block))
		violation(tally, "pageblock %u has order %u, and a block of order %u\n", index,
			  block->order, sb_word_largest(inst, block));
	sb_word_tally(inst, index, nr);
	for (order = 0; order < SB_NR_ORDERS; order++)
		if (nr[order])
			tally->bits.blocks[order][block->type] += nr[order];
}

static bool is_filled(const struct sb_zone *zone, const struct sb_word_block *block,
		      unsigned int order, unsigned int fill)
{
	unsigned int block_order = zone->inst->blocks.order;

	if (order >= block_order)
		return !block->active;
	return block->fill == fill &&
	       fill == (block->active ?
				SB_WORD_ACTIVE :
				(unsigned int)block->nr_free * SB_WORD_FILLS >> block_order);
}

/* A list leads over pageblocks that belong there; true when it has any. */
static bool walk_list(const struct sb_zone *zone, struct tally *tally, u32 index,
		      unsigned int order, unsigned int type, unsigned int fill)
{
	const struct sb_instance *inst = zone->inst;
	u32 prev = SB_WORD_NONE;
	bool any = index != SB_WORD_NONE;

	for (; index != SB_WORD_NONE; index = sb_word_at(inst, index)->next) {
		const struct sb_word_block *block;

		if (index >= inst->blocks.nr_blocks || !owns(zone, index)) {
			violation(tally, "order %u type %u leads to pageblock %u\n", order, type,
				  index);
			break;
		}
		block = sb_word_at(inst, index);
		if (block->order != order || block->type != type || block->prev != prev ||
		    !is_filled(zone, block, order, fill)) {
			violation(tally, "pageblock %u is not for order %u type %u fill %u\n",
				  index, order, type, fill);
			break;
		}
		tally->nr_linked++;
		prev = index;
	}
	return any;
}

/* Lists of one type and order; their bits say which have entries. */
static bool walk_order(const struct sb_zone *zone, struct tally *tally, unsigned int order,
		       unsigned int type)
{
	const struct sb_word_zone *lists = zone->inst->words.zone[zone - zone->inst->zones];
	unsigned int fill, fills = 0;

	if (order >= zone->inst->blocks.order)
		return walk_list(zone, tally, lists->whole[type][order], order, type, 0);
	for (fill = 0; fill <= SB_WORD_ACTIVE; fill++)
		if (walk_list(zone, tally, lists->partial[type][order][fill], order, type, fill))
			fills |= 1u << fill;
	if (fills != lists->fills[type][order])
		violation(tally, "order %u type %u has lists %#x, its bits say %#x\n", order, type,
			  fills, lists->fills[type][order]);
	return fills != 0;
}

unsigned int sb_word_check(const struct sb_zone *zone, const struct sb_engine_seen *seen,
			   struct sb_out *out)
{
	u32 index = sb_word_index(zone->inst, zone->start_pfn);
	u32 end = sb_word_index(zone->inst, sb_zone_end(zone) - 1) + 1;
	struct tally tally = { .out = out };
	unsigned int order, type;

	for (; index < end; index++)
		if (owns(zone, index))
			check_block(zone, &tally, index);
	for (type = 0; type < SB_NR_TYPES; type++)
		for (order = 0; order <= zone->inst->cfg.max_order; order++)
			if (walk_order(zone, &tally, order, type) ==
			    sb_engine_empty(zone, order, type))
				violation(&tally, "order %u type %u: its bit is wrong\n", order,
					  type);
	if (tally.nr_linked != tally.nr_listed)
		violation(&tally, "%lu pageblocks are on lists, %lu should be\n", tally.nr_linked,
			  tally.nr_listed);
	for (type = 0; type < SB_NR_TYPES; type++)
		for (order = 0; order < SB_NR_ORDERS; order++)
			if (tally.bits.blocks[order][type] != seen->blocks[order][type])
				violation(&tally, "order %u type %u: %lu blocks, pages say %lu\n",
					  order, type, tally.bits.blocks[order][type],
					  seen->blocks[order][type]);
	return tally.violations;
}

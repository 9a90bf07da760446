// SPDX-License-Identifier: GPL-2.0-only
#include "word_list.h"

static struct sb_word_zone *lists_of(const struct sb_zone *zone)
{
	return zone->inst->words.zone[zone - zone->inst->zones];
}

static bool is_whole_order(const struct sb_zone *zone, unsigned int order)
{
	return order >= zone->inst->blocks.order;
}

static bool is_listed(const struct sb_word_block *block)
{
	return block->order < SB_NR_ORDERS;
}

static u32 *list_of(const struct sb_zone *zone, const struct sb_word_block *block)
{
	struct sb_word_zone *lists = lists_of(zone);

	return is_whole_order(zone, block->order) ?
		       &lists->whole[block->type][block->order] :
		       &lists->partial[block->type][block->order][block->fill];
}

static unsigned int fill_of(const struct sb_zone *zone, const struct sb_word_block *block)
{
	if (block->active)
		return SB_WORD_ACTIVE;
	return (unsigned int)block->nr_free * SB_WORD_FILLS >> zone->inst->blocks.order;
}

void sb_word_link(struct sb_zone *zone, u32 index)
{
	struct sb_word_block *block = sb_word_at(zone->inst, index);
	struct sb_word_zone *lists = lists_of(zone);
	u32 *list;

	sb_assert_held(&zone->lock);
	if (!is_whole_order(zone, block->order)) {
		block->fill = (u8)fill_of(zone, block);
		lists->fills[block->type][block->order] |= (u16)(1u << block->fill);
	}
	list = list_of(zone, block);
	block->prev = SB_WORD_NONE;
	block->next = *list;
	if (*list != SB_WORD_NONE)
		sb_word_at(zone->inst, *list)->prev = index;
	*list = index;
	sb_engine_set_order(zone, block->order, block->type, true);
}

/* A list has lost its last entry. */
static void note_empty(struct sb_zone *zone, const struct sb_word_block *block)
	__must_hold(zone->lock)
{
	u16 *fills;

	if (!is_whole_order(zone, block->order)) {
		fills = &lists_of(zone)->fills[block->type][block->order];
		*fills ^= (u16)(1u << block->fill);
		if (*fills)
			return;
	}
	sb_engine_set_order(zone, block->order, block->type, false);
}

void sb_word_unlink(struct sb_zone *zone, u32 index)
{
	struct sb_word_block *block = sb_word_at(zone->inst, index);
	u32 *list = list_of(zone, block);

	sb_assert_held(&zone->lock);
	if (block->next != SB_WORD_NONE)
		sb_word_at(zone->inst, block->next)->prev = block->prev;
	if (block->prev != SB_WORD_NONE)
		sb_word_at(zone->inst, block->prev)->next = block->next;
	else
		*list = block->next;
	if (*list == SB_WORD_NONE)
		note_empty(zone, block);
}

void sb_word_settle(struct sb_zone *zone, u32 index)
{
	struct sb_word_block *block = sb_word_at(zone->inst, index);
	unsigned int order = sb_word_largest(zone->inst, block);

	block->active = block->active && block->nr_free;
	if (order == block->order && (!is_listed(block) || fill_of(zone, block) == block->fill))
		return;
	if (is_listed(block))
		sb_word_unlink(zone, index);
	WRITE_ONCE(block->order, (u8)order);
	if (is_listed(block))
		sb_word_link(zone, index);
}

/* Any pfn may be asked. */
static bool is_run(const struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	return sb_instance_zone_at(zone->inst, pfn) == zone &&
	       sb_word_of(zone->inst, pfn)->order == order;
}

static bool may_merge(unsigned int type, unsigned int other)
{
	return type == other || (type < SB_PCPTYPES && other < SB_PCPTYPES);
}

void sb_word_retype(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type)
{
	struct sb_instance *inst = zone->inst;
	u32 index = sb_word_index(inst, pfn), end = index + (1u << (order - inst->blocks.order));

	for (; index < end; index++) {
		struct sb_word_block *block = sb_word_at(inst, index);

		sb_engine_account(zone, block->type, -(long)block->nr_free);
		sb_engine_account(zone, type, block->nr_free);
		block->type = (u8)type;
	}
}

/* Gives a free buddy's pageblocks the same type, as far as that is not so already. */
static void adopt(struct sb_zone *zone, unsigned long buddy, unsigned int order, unsigned int type)
	__must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	unsigned long end = buddy + sb_order_pages(order), pfn;

	if (sb_word_of(inst, buddy)->type == type)
		return;
	for (pfn = buddy; pfn < end; pfn += sb_order_pages(inst->blocks.order))
		sb_pageblock_set_type(inst, pfn, type);
	sb_word_retype(zone, buddy, order, type);
}

unsigned int sb_word_merge(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			   unsigned int type)
{
	struct sb_instance *inst = zone->inst;

	for (; order < inst->cfg.max_order; order++) {
		unsigned long buddy = sb_pfn_buddy(pfn, order);

		if (!is_run(zone, buddy, order) || !may_merge(type, sb_word_of(inst, buddy)->type))
			break;
		sb_word_unlink(zone, sb_word_index(inst, buddy));
		adopt(zone, buddy, order, type);
		WRITE_ONCE(sb_word_of(inst, max(pfn, buddy))->order, SB_WORD_INNER);
		pfn = min(pfn, buddy);
	}
	WRITE_ONCE(sb_word_of(inst, pfn)->order, (u8)order);
	sb_word_link(zone, sb_word_index(inst, pfn));
	return order;
}

bool sb_word_run_of(const struct sb_instance *inst, unsigned long pfn, unsigned long *head,
		    unsigned int *order)
{
	for (*order = inst->blocks.order; *order <= inst->cfg.max_order; ++*order) {
		*head = sb_pfn_block(pfn, *order);
		if (*head < inst->blocks.base_pfn)
			break;
		if (READ_ONCE(sb_word_of(inst, *head)->order) == *order)
			return true;
	}
	return false;
}

void sb_word_cut(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	struct sb_instance *inst = zone->inst;
	unsigned int found;
	unsigned long head;

	if (!sb_word_run_of(inst, pfn, &head, &found)) {
		sb_instance_broken(inst, "no free block at pfn", pfn);
		return;
	}
	sb_word_unlink(zone, sb_word_index(inst, head));
	while (found > order) {
		unsigned long other;

		found--;
		other = sb_pfn_buddy(sb_pfn_block(pfn, found), found);
		WRITE_ONCE(sb_word_of(inst, other)->order, (u8)found);
		sb_word_link(zone, sb_word_index(inst, other));
	}
	WRITE_ONCE(sb_word_of(inst, pfn)->order, (u8)order);
}

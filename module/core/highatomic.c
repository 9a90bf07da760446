// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "highatomic.h"
#include "zonelist.h"

/* Pages that may be reserved: a hundredth of the zone, in whole pageblocks. */
static unsigned long most_reserved(const struct sb_zone *zone)
{
	unsigned long block = sb_order_pages(zone->inst->cfg.pageblock_order);
	unsigned long part = zone->managed / 100;

	if (zone->inst->rules->highatomic_small)
		return part + block;
	return part < block ? 0 : (part + block - 1) / block * block;
}

/* Only a pageblock that merges with others is one to be kept. */
static void reserve_locked(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	unsigned int block_order = inst->cfg.pageblock_order;
	unsigned long start = sb_pfn_block(pfn, block_order);

	if (zone->nr_reserved_highatomic >= most_reserved(zone) ||
	    sb_pageblock_type(&inst->blocks, pfn) >= SB_PCPTYPES)
		return;
	if (order < block_order) {
		if (inst->rules->own_lists &&
		    !(sb_zone_spans(zone, start) &&
		      sb_zone_spans(zone, start + sb_order_pages(block_order) - 1)))
			return;
		sb_buddy_move_block(zone, pfn, SB_HIGHATOMIC);
	} else if (inst->rules->own_lists) {
		sb_buddy_retype(zone, pfn, order, SB_HIGHATOMIC);
	} else {
		sb_pageblock_set_type(inst, pfn, SB_HIGHATOMIC);
	}
	zone->events[SB_EVENT_HIGHATOMIC_RESERVE]++;
}

void sb_highatomic_reserve(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long irq;

	if (READ_ONCE(zone->nr_reserved_highatomic) >= most_reserved(zone))
		return;
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	reserve_locked(zone, pfn, order);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

/* Gives up the pageblocks of one free block. */
static void give_up(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type)
	__must_hold(zone->lock)
{
	if (order <= zone->inst->cfg.pageblock_order) {
		sb_buddy_move_block(zone, pfn, type);
	} else {
		sb_buddy_retype(zone, pfn, order, type);
		sb_freelist_move(zone, pfn, order, type);
	}
	zone->events[SB_EVENT_HIGHATOMIC_UNRESERVE]++;
}

static bool unreserve_zone(struct sb_zone *zone, unsigned int type)
{
	unsigned long irq = sb_irq_save();
	unsigned int order;
	bool found = false;

	sb_lock(&zone->lock);
	for (order = 0; order <= zone->inst->cfg.max_order && !found; order++) {
		found = !sb_freelist_empty(zone, order, SB_HIGHATOMIC);
		if (found)
			give_up(zone, sb_freelist_first(zone, order, SB_HIGHATOMIC), order, type);
	}
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return found;
}

bool sb_highatomic_unreserve(struct sb_instance *inst, const struct sb_request *request, bool force)
{
	unsigned long kept = force ? 0 : sb_order_pages(inst->cfg.pageblock_order);
	unsigned int type = inst->blocks.grouping ? request->type : SB_UNMOVABLE;
	struct sb_zonelist_iter it;
	struct sb_zone *zone;

	sb_zonelist_begin(&it, inst, request);
	while ((zone = sb_zonelist_next(&it)))
		if (READ_ONCE(zone->nr_reserved_highatomic) > kept && unreserve_zone(zone, type))
			return true;
	return false;
}

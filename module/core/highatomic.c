// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "highatomic.h"
#include "trace.h"
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

static bool inside_zone(const struct sb_zone *zone, unsigned long start)
{
	return sb_zone_spans(zone, start) &&
	       sb_zone_spans(zone, start + sb_order_pages(zone->inst->cfg.pageblock_order) - 1);
}

/* Only pageblocks that merge with others are to be kept; one may be isolated by now. */
static bool all_merge(const struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	unsigned long end = pfn + sb_order_pages(order);

	for (; pfn < end; pfn += sb_order_pages(inst->cfg.pageblock_order))
		if (sb_pageblock_type(&inst->blocks, pfn) >= SB_PCPTYPES)
			return false;
	return true;
}

static void reserve_locked(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	unsigned int block_order = inst->cfg.pageblock_order;
	unsigned long start = sb_pfn_block(pfn, block_order);
	unsigned int type = sb_pageblock_type(&inst->blocks, pfn);

	if (zone->nr_reserved_highatomic >= most_reserved(zone) ||
	    !all_merge(inst, start, max(order, block_order)))
		return;
	/* To Linux 6.1 it is one pageblock, whatever the order and wherever it ends. */
	if (order >= block_order && inst->rules->own_lists)
		sb_buddy_retype(zone, pfn, order, SB_HIGHATOMIC);
	else if (inside_zone(zone, start) || !inst->rules->own_lists)
		sb_buddy_move_block(zone, pfn, SB_HIGHATOMIC);
	else
		return;
	zone->events[SB_EVENT_HIGHATOMIC_RESERVE]++;
	if (unlikely(sb_trace_on(inst)))
		sb_trace_highatomic(inst, start, type, true);
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

/* Gives up the pageblocks of one free block, and says how many pages that freed. */
static unsigned long give_up(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			     unsigned int type) __must_hold(zone->lock)
{
	unsigned long moved = sb_order_pages(order);

	if (order < zone->inst->cfg.pageblock_order || !zone->inst->rules->own_lists) {
		moved = sb_buddy_move_block(zone, pfn, type);
	} else {
		sb_buddy_retype(zone, pfn, order, type);
		sb_engine_move(zone, pfn, order, type);
	}
	zone->events[SB_EVENT_HIGHATOMIC_UNRESERVE]++;
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_highatomic(zone->inst, sb_pfn_block(pfn, zone->inst->cfg.pageblock_order),
				    type, false);
	return moved;
}

static bool unreserve_zone(struct sb_zone *zone, unsigned int type)
{
	unsigned long irq = sb_irq_save();
	unsigned long moved = 0;
	unsigned int order;

	sb_lock(&zone->lock);
	for (order = 0; order <= zone->inst->cfg.max_order && !moved; order++)
		if (!sb_engine_empty(zone, order, SB_HIGHATOMIC))
			moved = give_up(zone, sb_engine_first(zone, order, SB_HIGHATOMIC), order,
					type);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return moved != 0;
}

bool sb_highatomic_unreserve(struct sb_instance *inst, const struct sb_request *request, bool force)
{
	unsigned long kept = sb_order_pages(inst->cfg.pageblock_order);
	unsigned int type = inst->blocks.grouping ? request->type : SB_UNMOVABLE;
	struct sb_zonelist_iter it;
	struct sb_zone *zone;

	sb_zonelist_begin(&it, inst, request);
	while ((zone = sb_zonelist_next(&it)))
		if ((force || READ_ONCE(zone->nr_reserved_highatomic) > kept) &&
		    unreserve_zone(zone, type))
			return true;
	return false;
}

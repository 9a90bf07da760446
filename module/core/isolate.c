// SPDX-License-Identifier: GPL-2.0-only
#include "isolate.h"
#include "migrate.h"
#include "pcp_drain.h"
#include "trace.h"

static unsigned long block_pages(const struct sb_instance *inst)
{
	return sb_order_pages(inst->cfg.pageblock_order);
}

static unsigned long block_of(const struct sb_instance *inst, unsigned long pfn)
{
	return sb_pfn_block(pfn, inst->cfg.pageblock_order);
}

/* The page could leave: nobody has it, or it is in use by somebody who lets it be moved. */
static bool can_leave(const struct sb_zone *zone, const struct sb_page_info *info,
		      unsigned int flags)
{
	switch (info->state) {
	case SB_PAGE_HOLE:
		return flags & SB_ISOLATION_OFFLINE;
	case SB_PAGE_RESERVED:
		return false;
	case SB_PAGE_ALLOC:
		return info->type == SB_MOVABLE || zone->type == SB_ZONE_MOVABLE ||
		       sb_migrate_can(zone->inst, info);
	case SB_PAGE_POISONED:
		return (flags & SB_ISOLATION_OFFLINE) || zone->type == SB_ZONE_MOVABLE;
	default:
		return true;
	}
}

/* The first page of [pfn, end) that cannot leave, or one from @end on. */
static unsigned long first_pinned(const struct sb_zone *zone, unsigned long pfn, unsigned long end,
				  unsigned int flags) __must_hold(zone->lock)
{
	struct sb_page_info info;

	while (pfn < end) {
		sb_memmap_info(zone->inst, pfn, &info);
		if (!can_leave(zone, &info, flags))
			break;
		pfn = sb_page_info_next(&info, pfn);
	}
	return pfn;
}

/* Gives back a free block, each pageblock to its own type; a lone one to the tail. */
static void put_blocks(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock)
{
	const struct sb_instance *inst = zone->inst;
	unsigned long end = pfn + sb_order_pages(order);

	for (; pfn < end; pfn += block_pages(inst))
		sb_buddy_put(zone, pfn, inst->cfg.pageblock_order,
			     sb_pageblock_type(&inst->blocks, pfn),
			     order == inst->cfg.pageblock_order);
}

/*
 * Gives the pageblock at @start and its free pages another type. A free block of
 * a pageblock or more is taken off its list, so that it comes apart where types
 * differ from now on, and merges where they do not: move_freepages_block_isolate()
 * and, for the merge, unset_migratetype_isolate() of Linux 6.12.
 */
static void change_type(struct sb_zone *zone, unsigned long start, unsigned int type)
	__must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	struct sb_page_info info;

	sb_memmap_info(inst, start, &info);
	if (info.state != SB_PAGE_FREE || info.order < inst->cfg.pageblock_order) {
		sb_pageblock_set_type(inst, start, type);
		sb_buddy_move_rest(zone, start, type);
		return;
	}
	if (unlikely(!sb_engine_del(zone, info.head, info.order)))
		return;
	sb_pageblock_set_type(inst, start, type);
	put_blocks(zone, info.head, info.order);
}

/* All that @range has of a pageblock can leave; if not, @bad is the first page that cannot. */
static bool all_can_leave(const struct sb_zone *zone, unsigned long start,
			  const struct sb_isolation *range, unsigned long *bad)
	__must_hold(zone->lock)
{
	unsigned long end = min(start + block_pages(zone->inst), range->end);
	unsigned int type = sb_pageblock_type(&zone->inst->blocks, start);

	*bad = max(start, range->start);
	if (type == SB_ISOLATE)
		return false;
	if (type == SB_CMA)
		return range->type == SB_CMA;
	*bad = first_pinned(zone, *bad, end, range->flags);
	return *bad >= end;
}

static int isolate_block(struct sb_zone *zone, unsigned long start,
			 const struct sb_isolation *range, unsigned long *bad)
{
	struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long irq = sb_irq_save();
	bool able;

	sb_lock(&zone->lock);
	able = all_can_leave(zone, start, range, bad);
	if (able) {
		blocks->former[sb_pageblock_index(blocks, start)] =
			(u8)sb_pageblock_type(blocks, start);
		change_type(zone, start, SB_ISOLATE);
	}
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return able ? 0 : -EBUSY;
}

/* The one zone that all of the range's memory lies in, or NULL. */
static struct sb_zone *only_zone(struct sb_instance *inst, const struct sb_isolation *range)
{
	unsigned int found = SB_ZONE_NONE, index;
	unsigned long pfn;

	for (pfn = block_of(inst, range->start); pfn < range->end; pfn += block_pages(inst)) {
		index = sb_pageblock_zone(&inst->blocks, pfn);
		if (index == SB_ZONE_NONE && (range->flags & SB_ISOLATION_OFFLINE))
			continue;
		if (index == SB_ZONE_NONE || (found != SB_ZONE_NONE && index != found))
			return NULL;
		found = index;
	}
	return found == SB_ZONE_NONE ? NULL : &inst->zones[found];
}

int sb_isolate_range(struct sb_instance *inst, const struct sb_isolation *range, unsigned long *bad)
{
	unsigned long first = block_of(inst, range->start), pfn;
	struct sb_zone *zone;
	int err;

	if (range->start >= range->end)
		return -EINVAL;
	if (!sb_memmap_covers(&inst->map, range->start) ||
	    !sb_memmap_covers(&inst->map, range->end - 1))
		return -ERANGE;
	zone = only_zone(inst, range);
	if (!zone)
		return -ERANGE;
	for (pfn = first; pfn < range->end; pfn += block_pages(inst)) {
		if (sb_pageblock_zone(&inst->blocks, pfn) == SB_ZONE_NONE)
			continue;
		err = isolate_block(zone, pfn, range, bad);
		if (err) {
			sb_isolate_undo(inst, first, pfn);
			return err;
		}
	}
	sb_pcp_drain_zone(zone);
	return 0;
}

static void undo_block(struct sb_zone *zone, unsigned long start)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long irq = sb_irq_save();

	sb_lock(&zone->lock);
	if (sb_pageblock_type(blocks, start) == SB_ISOLATE)
		change_type(zone, start, blocks->former[sb_pageblock_index(blocks, start)]);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

void sb_isolate_undo(struct sb_instance *inst, unsigned long start, unsigned long end)
{
	unsigned long pfn;

	for (pfn = block_of(inst, start); pfn < end; pfn += block_pages(inst)) {
		unsigned int zone = sb_pageblock_zone(&inst->blocks, pfn);

		if (zone != SB_ZONE_NONE)
			undo_block(&inst->zones[zone], pfn);
	}
}

static bool is_out(const struct sb_page_info *info, unsigned int flags)
{
	if (info->state == SB_PAGE_FREE)
		return true;
	return (flags & SB_ISOLATION_OFFLINE) &&
	       (info->state == SB_PAGE_POISONED || info->state == SB_PAGE_QUARANTINE ||
		info->state == SB_PAGE_HOLE);
}

/* The first page of [pfn, end), all of one pageblock, that is not out, or one from @end on. */
static unsigned long first_in(struct sb_zone *zone, unsigned long pfn, unsigned long end,
			      unsigned int flags)
{
	unsigned long irq = sb_irq_save();
	struct sb_page_info info;

	sb_lock(&zone->lock);
	/* Free pages of a pageblock are on lists of its type. */
	while (pfn < end && sb_pageblock_type(&zone->inst->blocks, pfn) == SB_ISOLATE) {
		sb_memmap_info(zone->inst, pfn, &info);
		if (!is_out(&info, flags))
			break;
		pfn = sb_page_info_next(&info, pfn);
	}
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return pfn;
}

int sb_isolate_test(struct sb_instance *inst, const struct sb_isolation *range, unsigned long *bad)
{
	unsigned long pfn = range->start;

	while (pfn < range->end) {
		unsigned long end = min(block_of(inst, pfn) + block_pages(inst), range->end);
		unsigned int zone = sb_pageblock_zone(&inst->blocks, pfn);

		if (zone != SB_ZONE_NONE)
			pfn = first_in(&inst->zones[zone], pfn, end, range->flags);
		else if (range->flags & SB_ISOLATION_OFFLINE)
			pfn = end;
		if (pfn < end)
			break;
	}
	if (unlikely(sb_trace_on(inst)))
		sb_trace_test_isolated(inst, range->start, range->end, pfn);
	*bad = pfn;
	return pfn < range->end ? -EBUSY : 0;
}

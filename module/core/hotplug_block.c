// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"
#include "handover.h"
#include "hotplug_block.h"
#include "isolate.h"
#include "pcp_drain.h"
#include "quarantine.h"
#include "zone_span.h"
#include "zonelist.h"

/* Times that a block is emptied before others are waited for: they free pages meanwhile. */
#define MAX_ROUNDS 5

int sb_hotplug_block_notify(struct sb_instance *inst, enum sb_hotplug_event event,
			    const struct sb_memory_block *block, struct sb_zone *zone)
{
	const struct sb_hotplug_ops *ops = inst->hotplug.ops;

	if (!ops)
		return 0;
	return ops->notify(inst->hotplug.ctx, event, block->start_pfn, block->nr_pages, block->nid,
			   zone);
}

static unsigned long end_of(const struct sb_memory_block *block)
{
	return block->start_pfn + block->nr_pages;
}

static bool has_bad_page(const struct sb_instance *inst, const struct sb_memory_block *block)
{
	unsigned long pfn;

	for (pfn = block->start_pfn; pfn < end_of(block); pfn++)
		if (sb_page_state(sb_memmap_page(&inst->map, pfn)) == SB_PAGE_POISONED)
			return true;
	return false;
}

/* The zone has more pages present, or with a negative number fewer. */
static void count_present(struct sb_zone *zone, const struct sb_memory_block *block, long nr_pages)
	__must_hold(zone->lock)
{
	WRITE_ONCE(zone->present, zone->present + (unsigned long)nr_pages);
	if (block->at_boot)
		zone->present_early += (unsigned long)nr_pages;
}

/* Its pages are the zone's from now on, still reserved: move_pfn_range_to_zone(). */
static void join_zone(struct sb_zone *zone, const struct sb_memory_block *block)
{
	struct sb_instance *inst = zone->inst;
	unsigned long pfn, irq;

	for (pfn = block->start_pfn; pfn < end_of(block); pfn += sb_order_pages(inst->blocks.order))
		sb_pageblock_set_type(inst, pfn, SB_MOVABLE);
	sb_section_set_online(inst, block->start_pfn, end_of(block), true);
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	for (pfn = block->start_pfn; pfn < end_of(block); pfn += sb_order_pages(inst->blocks.order))
		sb_pageblock_set_zone(inst, pfn, (unsigned int)(zone - inst->zones));
	sb_zone_span_grow(zone, block->start_pfn, end_of(block));
	count_present(zone, block, (long)block->nr_pages);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

/* Hands over all but bad pages, which stay as they are, and are the zone's again. */
static void release(struct sb_zone *zone, unsigned long pfn, unsigned long end)
{
	const struct sb_memmap *map = &zone->inst->map;
	unsigned long stop;

	for (; pfn < end; pfn = stop + 1) {
		stop = pfn;
		while (stop < end && sb_page_state(sb_memmap_page(map, stop)) != SB_PAGE_POISONED)
			stop++;
		sb_handover_online(zone, pfn, stop);
		if (stop < end) {
			zone->managed++;
			zone->nr_hwpoison++;
		}
	}
}

static void bring(struct sb_instance *inst, const struct sb_memory_block *block,
		  struct sb_zone *zone)
{
	bool was_empty = !sb_zone_populated(zone);

	join_zone(zone, block);
	if (was_empty)
		sb_zonelist_build(inst);
	release(zone, block->start_pfn + block->nr_meta, end_of(block));
	sb_watermark_setup(inst);
	sb_hotplug_block_notify(inst, SB_ONLINED, block, zone);
}

int sb_hotplug_block_online(struct sb_instance *inst, const struct sb_memory_block *block,
			    struct sb_zone *zone)
{
	int err;

	if (has_bad_page(inst, block))
		return -EHWPOISON;
	err = sb_hotplug_block_notify(inst, SB_GOING_ONLINE, block, zone);
	if (err) {
		sb_hotplug_block_notify(inst, SB_CANCEL_ONLINE, block, zone);
		return err;
	}
	bring(inst, block, zone);
	return 0;
}

void sb_hotplug_block_put_back(struct sb_instance *inst, const struct sb_memory_block *block,
			       struct sb_zone *zone)
{
	sb_hotplug_block_notify(inst, SB_GOING_ONLINE, block, zone);
	bring(inst, block, zone);
}

/* Pages of [pfn, end) that are free and isolated, or bad; the first other one ends it. */
static unsigned long pages_out(const struct sb_zone *zone, unsigned long pfn, unsigned long end,
			       unsigned long *nr_bad) __must_hold(zone->lock)
{
	unsigned long start = pfn;

	*nr_bad = 0;
	while (pfn < end) {
		struct sb_page_info info;

		sb_engine_look(zone->inst, pfn, &info);
		if (info.state == SB_PAGE_POISONED)
			++*nr_bad;
		else if (info.state != SB_PAGE_FREE || info.type != SB_ISOLATE)
			break;
		pfn += sb_order_pages(info.order);
	}
	return pfn - start;
}

/* Pages of a block in their zone's lists leave them: __offline_isolated_pages(). */
static void take_off(struct sb_zone *zone, unsigned long pfn, unsigned long end)
	__must_hold(zone->lock)
{
	while (pfn < end) {
		struct sb_page_info info;

		sb_engine_look(zone->inst, pfn, &info);
		if (info.state == SB_PAGE_FREE)
			sb_engine_del(zone, pfn, info.order);
		pfn += sb_order_pages(info.order);
	}
}

/* No pageblock of it is the zone's any more; they stay Isolate, so that nobody is in doubt. */
static void disown(struct sb_zone *zone, const struct sb_memory_block *block)
	__must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	unsigned long pfn;

	for (pfn = block->start_pfn; pfn < end_of(block);
	     pfn += sb_order_pages(inst->blocks.order)) {
		zone->nr_isolated_blocks -= sb_pageblock_type(&inst->blocks, pfn) == SB_ISOLATE;
		sb_pageblock_set_zone(inst, pfn, SB_ZONE_NONE);
	}
}

static bool leave_locked(struct sb_zone *zone, const struct sb_memory_block *block)
	__must_hold(zone->lock)
{
	unsigned long start = block->start_pfn + block->nr_meta, nr_bad;

	if (pages_out(zone, start, end_of(block), &nr_bad) != end_of(block) - start)
		return false;
	take_off(zone, start, end_of(block));
	disown(zone, block);
	zone->managed -= end_of(block) - start;
	zone->nr_hwpoison -= nr_bad;
	count_present(zone, block, -(long)block->nr_pages);
	sb_zone_span_shrink(zone, block->start_pfn, end_of(block));
	return true;
}

/* False when a page has come back since it was looked at. */
static bool leave_zone(struct sb_zone *zone, const struct sb_memory_block *block)
{
	struct sb_instance *inst = zone->inst;
	unsigned long irq = sb_irq_save(), pfn;
	bool left;

	sb_lock(&zone->lock);
	left = leave_locked(zone, block);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	if (!left)
		return false;
	/* Nobody is led to them any more. */
	for (pfn = block->start_pfn; pfn < end_of(block); pfn++) {
		struct sb_page *page = sb_memmap_page(&inst->map, pfn);

		if (sb_page_state(page) != SB_PAGE_POISONED)
			sb_page_set(page, SB_PAGE_RESERVED, 0, SB_PAGE_LINK_NONE);
	}
	sb_section_set_online(inst, block->start_pfn, end_of(block), false);
	return true;
}

static void drain(struct sb_zone *zone)
{
	sb_quarantine_shrink(zone, 0);
	sb_pcp_drain_zone(zone);
}

/* Waits for others, as long as it is worth while. What stays for good was not isolated. */
static int wait_for_others(struct sb_instance *inst, unsigned int tries)
{
	const struct sb_hotplug_ops *ops = inst->hotplug.ops;

	return ops && ops->again ? ops->again(inst->hotplug.ctx, tries) : -EBUSY;
}

static int empty_once(struct sb_zone *zone, const struct sb_memory_block *block,
		      const struct sb_isolation *range, unsigned long *bad)
{
	const struct sb_migration how = { .mode = SB_MIGRATE_SYNC, .reason = SB_MR_MEMORY_HOTPLUG };
	int err;

	drain(zone);
	err = sb_migrate_range(zone->inst, range->start, range->end, &how, bad);
	if (!err)
		err = sb_isolate_test(zone->inst, range, bad);
	if (err)
		return err;
	*bad = range->start;
	return leave_zone(zone, block) ? 0 : -EBUSY;
}

/* Moves what is in use, and takes what is free off the lists; @bad is a page that stays. */
static int empty(struct sb_zone *zone, const struct sb_memory_block *block,
		 const struct sb_isolation *range, unsigned long *bad)
{
	unsigned int round = 0;
	int err;

	while ((err = empty_once(zone, block, range, bad)) == -EBUSY) {
		if (++round < MAX_ROUNDS)
			continue;
		err = wait_for_others(zone->inst, round - MAX_ROUNDS);
		if (err)
			break;
	}
	return err;
}

/* Isolates the block and empties it, or leaves it as it was. */
static int isolate_and_empty(struct sb_zone *zone, const struct sb_memory_block *block,
			     const char **reason, unsigned long *bad)
{
	struct sb_instance *inst = zone->inst;
	struct sb_isolation range = {
		.start = block->start_pfn + block->nr_meta,
		.end = end_of(block),
		.type = SB_MOVABLE,
		.flags = SB_ISOLATION_OFFLINE,
	};
	int err = sb_isolate_range(inst, &range, bad);

	if (err)
		return err;
	err = sb_hotplug_block_notify(inst, SB_GOING_OFFLINE, block, zone);
	if (err)
		*reason = "refused by a notifier";
	else
		err = empty(zone, block, &range, bad);
	if (!err)
		return 0;
	sb_isolate_undo(inst, range.start, range.end);
	sb_hotplug_block_notify(inst, SB_CANCEL_OFFLINE, block, zone);
	return err;
}

/* Fills in why a block stays: a page, or something about all of it. */
static void tell(struct sb_instance *inst, const struct sb_memory_block *block, const char *reason,
		 unsigned long bad, struct sb_pinned *pinned)
{
	if (!pinned)
		return;
	if (!reason) {
		sb_pinned_find(inst, bad, pinned);
		return;
	}
	memset(pinned, 0, sizeof(*pinned));
	pinned->pfn = block->start_pfn;
	pinned->reason = reason;
}

int sb_hotplug_block_offline(struct sb_instance *inst, const struct sb_memory_block *block,
			     struct sb_pinned *pinned)
{
	struct sb_zone *zone = block->zone;
	unsigned long bad = block->start_pfn;
	const char *reason = NULL;
	int err;

	if (block->has_holes || !zone) {
		reason = zone ? "memory holes" : "several zones";
		tell(inst, block, reason, bad, pinned);
		return -EINVAL;
	}
	inst->hotplug.going = block->start_pfn;
	inst->hotplug.going_end = end_of(block);
	err = isolate_and_empty(zone, block, &reason, &bad);
	inst->hotplug.going = 0;
	inst->hotplug.going_end = 0;
	if (err) {
		tell(inst, block, reason, bad, pinned);
		return err;
	}
	if (!sb_zone_populated(zone)) {
		sb_watermark_clear(zone);
		sb_zonelist_build(inst);
	}
	sb_watermark_setup(inst);
	sb_hotplug_block_notify(inst, SB_OFFLINED, block, zone);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "compact_policy.h"
#include "debug.h"
#include "trace_compact.h"

static const struct sb_instance *inst_of(const struct sb_compact_scan *scan)
{
	return scan->zone->inst;
}

static unsigned long block_pages(const struct sb_compact_scan *scan)
{
	return sb_order_pages(inst_of(scan)->cfg.pageblock_order);
}

static unsigned long block_of(const struct sb_compact_scan *scan, unsigned long pfn)
{
	return sb_pfn_block(pfn, inst_of(scan)->cfg.pageblock_order);
}

static bool in_zone(const struct sb_compact_scan *scan, unsigned long pfn)
{
	return sb_pageblock_zone(&inst_of(scan)->blocks, pfn) ==
	       (unsigned int)(scan->zone - inst_of(scan)->zones);
}

static void set_free_pfn(struct sb_compact_scan *scan, unsigned long pfn)
{
	unsigned int order;

	for (order = 0; order < SB_NR_ORDERS; order++)
		scan->free_pfn[order] = min(pfn, sb_zone_end(scan->zone));
}

void sb_compact_scan_begin(struct sb_compact_scan *scan)
{
	unsigned int sync = scan->want->mode != SB_MIGRATE_ASYNC;
	struct sb_zone_compact *c = &scan->zone->compact;
	struct sb_zone *zone = scan->zone;
	unsigned long start = READ_ONCE(zone->start_pfn), end = start + READ_ONCE(zone->spanned);
	unsigned long last;

	/* All of it went offline since it was chosen: the scanners have met. */
	if (start == end)
		return;
	last = block_of(scan, end - 1);
	if (scan->want->whole_zone) {
		scan->whole = true;
		scan->migrate_pfn = zone->start_pfn;
		set_free_pfn(scan, last + block_pages(scan));
		return;
	}
	if (!sb_zone_spans(zone, c->free_pfn))
		c->free_pfn = last;
	if (!sb_zone_spans(zone, c->migrate_pfn[sync])) {
		c->migrate_pfn[0] = zone->start_pfn;
		c->migrate_pfn[1] = zone->start_pfn;
	}
	scan->migrate_pfn = c->migrate_pfn[sync];
	scan->whole = scan->migrate_pfn <= c->init_migrate_pfn;
	set_free_pfn(scan, block_of(scan, c->free_pfn) + block_pages(scan));
}

bool sb_compact_scan_met(const struct sb_compact_scan *scan)
{
	return scan->free_pfn[0] <= scan->migrate_pfn ||
	       block_of(scan, scan->free_pfn[0] - 1) <= block_of(scan, scan->migrate_pfn);
}

/* Where the free scanner goes on: what is too small for others is so for larger ones. */
static unsigned long free_pfn_for(const struct sb_compact_scan *scan, unsigned int order)
{
	unsigned long pfn = scan->free_pfn[order];

	while (order-- > 0)
		pfn = min(pfn, scan->free_pfn[order]);
	return pfn;
}

/* Free blocks from this order on are what the run is for. */
static unsigned int order_kept(const struct sb_compact_scan *scan)
{
	return scan->want->order == SB_COMPACT_WHOLE ? inst_of(scan)->cfg.pageblock_order :
						       (unsigned int)scan->want->order;
}

/* A free block of order @found is one that a unit of @order may have a part of. */
static bool fits(const struct sb_compact_scan *scan, unsigned int found, unsigned int order)
{
	if (order >= inst_of(scan)->cfg.pageblock_order)
		return found == order;
	return found >= order && found < order_kept(scan);
}

/* skip_isolation_on_order(): it would only change places with what is wanted. */
static bool too_large(const struct sb_compact_scan *scan, unsigned int order)
{
	return order > inst_of(scan)->cfg.max_order ||
	       (scan->want->order != SB_COMPACT_WHOLE && order >= (unsigned int)scan->want->order);
}

/* suitable_migration_target() and isolation_suitable(). */
static bool is_target(const struct sb_compact_scan *scan, unsigned long pfn,
		      const struct sb_unit *unit)
{
	const struct sb_pageblocks *blocks = &inst_of(scan)->blocks;
	unsigned int type;

	if (!in_zone(scan, pfn))
		return false;
	type = sb_pageblock_type(blocks, pfn);
	if (type == SB_ISOLATE)
		return false;
	if (!scan->want->ignore_skip_hint && sb_pageblock_skip(blocks, pfn))
		return false;
	if (scan->want->ignore_block_suitable || type == SB_MOVABLE)
		return type != SB_CMA || unit->type == SB_MOVABLE;
	if (!blocks->grouping)
		return type < SB_PCPTYPES;
	return type == SB_CMA && unit->type == SB_MOVABLE;
}

/* Half a pageblock or more makes it a Movable one: __isolate_free_page(). */
static void claim_blocks(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long end = pfn + sb_order_pages(order);

	if (order + 1 < blocks->order || !blocks->grouping)
		return;
	for (pfn = sb_pfn_block(pfn, blocks->order); pfn < end;
	     pfn += sb_order_pages(blocks->order))
		if (sb_pageblock_type(blocks, pfn) < SB_PCPTYPES &&
		    sb_pageblock_type(blocks, pfn) != SB_MOVABLE)
			sb_buddy_move_block(zone, pfn, SB_MOVABLE);
}

/* Obeys the watermark as if the pages were allocated. */
static bool may_take(struct sb_compact_scan *scan, unsigned int order)
{
	unsigned long mark = scan->zone->watermark[SB_WMARK_MIN] + sb_order_pages(order);

	if (!sb_watermark_ok(scan->zone, 0, mark, SB_ZONE_DMA, SB_ALLOC_CMA))
		scan->short_of_free = true;
	return !scan->short_of_free;
}

/* What a unit needs of a block becomes used, in its pieces; the rest is free again. */
static void use_block(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		      const struct sb_unit *unit) __must_hold(zone->lock)
{
	const struct sb_memmap *map = &zone->inst->map;
	unsigned long used = pfn + unit->nr_pages, end = pfn + sb_order_pages(order);
	unsigned int type = zone->inst->blocks.grouping ? unit->type : SB_UNMOVABLE;
	unsigned int piece;

	if (order && used == end && (unit->gfp & SB_GFP_COMP))
		type |= SB_PAGE_COMP;
	for (; pfn < used; pfn += sb_order_pages(piece)) {
		piece = sb_order_at(pfn, used - pfn, order);
		sb_page_set(sb_memmap_page(map, pfn), SB_PAGE_ALLOC, piece, type);
	}
	for (; pfn < end; pfn += sb_order_pages(piece)) {
		piece = sb_order_at(pfn, end - pfn, order);
		sb_engine_add(zone, pfn, piece, sb_pageblock_type(&zone->inst->blocks, pfn),
			      SB_ENGINE_TAIL);
	}
}

/* Gives the upper end of a free block to a unit, if that is what it is. */
static bool carve(struct sb_zone *zone, unsigned long pfn, unsigned int found, unsigned int order,
		  const struct sb_unit *unit) __must_hold(zone->lock)
{
	unsigned int type = sb_engine_type(zone->inst, pfn);

	if (unlikely(!sb_engine_del(zone, pfn, found)))
		return false;
	while (found-- > order) {
		sb_engine_add(zone, pfn, found, type, SB_ENGINE_HEAD);
		pfn += sb_order_pages(found);
	}
	claim_blocks(zone, pfn, order);
	use_block(zone, pfn, order, unit);
	return true;
}

/* It may have been taken meanwhile, or gone offline. */
static bool is_still_free(const struct sb_zone *zone, const struct sb_page_info *info)
	__must_hold(zone->lock)
{
	return sb_instance_zone_at(zone->inst, info->head) == zone &&
	       sb_engine_is_free(zone->inst, info->head, info->order) &&
	       sb_engine_type(zone->inst, info->head) != SB_ISOLATE;
}

/* Takes of a free block, if that is what it still is. */
static bool take(struct sb_compact_scan *scan, const struct sb_page_info *info, unsigned int order,
		 const struct sb_unit *unit)
{
	struct sb_zone *zone = scan->zone;
	unsigned long irq = sb_irq_save();
	bool taken;

	sb_lock(&zone->lock);
	taken = is_still_free(zone, info) && may_take(scan, order) &&
		carve(zone, info->head, info->order, order, unit);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return taken;
}

/*
 * Looks through [from, *pfn) from above; *pfn is where it stopped. Nothing that
 * is larger than the pageblock begins in it below @from, but for what is kept.
 */
static bool find_in_block(struct sb_compact_scan *scan, unsigned long from, unsigned long *pfn,
			  unsigned int order, const struct sb_unit *unit, unsigned long *to)
{
	unsigned long start = *pfn;
	struct sb_page_info info;
	bool found = false;

	while (*pfn > from && !found && !scan->short_of_free) {
		sb_memmap_info(inst_of(scan), *pfn - 1, &info);
		*to = info.head + sb_order_pages(info.order) - sb_order_pages(order);
		found = info.state == SB_PAGE_FREE && fits(scan, info.order, order) &&
			*to >= from && take(scan, &info, order, unit);
		if (!scan->short_of_free)
			*pfn = found ? min(*to, *pfn) : max(min(info.head, *pfn - 1), from);
	}
	scan->want->done.free_scanned += start - *pfn;
	if (unlikely(sb_trace_on(inst_of(scan))))
		sb_trace_compact_isolate(scan->zone->inst, SB_TRACE_COMPACT_FREEPAGES, *pfn, start,
					 found ? unit->nr_pages : 0);
	return found;
}

/* No page of it is free: update_pageblock_skip(). */
static void note_full(struct sb_compact_scan *scan, unsigned long block)
{
	struct sb_zone_compact *c = &scan->zone->compact;
	unsigned long below = block > block_pages(scan) ? block - block_pages(scan) : 0;

	sb_pageblock_set_skip(scan->zone->inst, block, true);
	c->free_pfn = min(c->free_pfn, below);
}

/* The highest place for a unit above @limit: isolate_freepages(). */
static bool find_place(struct sb_compact_scan *scan, unsigned long limit, unsigned int order,
		       const struct sb_unit *unit, unsigned long *to)
{
	unsigned long pfn = free_pfn_for(scan, order);
	bool found = false;

	while (pfn > limit && !found && !scan->short_of_free) {
		unsigned long block = block_of(scan, pfn - 1), from = max(block, limit);
		bool all = !order && from == block &&
			   pfn == min(block + block_pages(scan), sb_zone_end(scan->zone));

		if (!is_target(scan, block, unit)) {
			pfn = from;
			continue;
		}
		found = find_in_block(scan, from, &pfn, order, unit, to);
		if (all && !found && pfn == from)
			note_full(scan, block);
	}
	scan->free_pfn[order] = pfn;
	return found;
}

/* A unit that is held is given its place: compaction_alloc(). */
static int give_place(void *arg, const struct sb_unit *unit, unsigned long *to)
{
	struct sb_compact_scan *scan = arg;
	struct sb_compact_done *done = &scan->want->done;
	unsigned long end = unit->pfn + unit->nr_pages;
	unsigned int order = sb_order_for(unit->nr_pages);
	u32 verifying = sb_debug_verifying(inst_of(scan));
	bool found;

	done->isolated += unit->nr_pages;
	if (unit->nr_pages > sb_order_pages(order) || too_large(scan, order))
		return -E2BIG;
	/* Up, and out of the way of the migrate scanner. */
	end = max(end, block_of(scan, scan->migrate_pfn) + block_pages(scan));
	found = find_place(scan, end, order, unit, to);
	if (!found && scan->short_of_free) {
		/* What was freed behind is on per-CPU lists, and not counted yet. */
		sb_compact_drain(scan->zone, true);
		scan->short_of_free = false;
		found = find_place(scan, end, order, unit, to);
	}
	if (!found)
		return -ENOMEM;
	done->isolated += unit->nr_pages;
	scan->given = *to + unit->nr_pages;
	sb_debug_verify(scan->zone->inst, *to, unit->nr_pages, verifying);
	return 0;
}

/* Moves what is found at @pfn, and says where to go on. */
static int move_unit(struct sb_compact_scan *scan, unsigned long *pfn,
		     const struct sb_page_info *info, struct sb_compact_step *step)
{
	const struct sb_migration how = {
		.mode = scan->want->mode,
		.reason = SB_MR_COMPACTION,
		.target = give_place,
		.arg = scan,
	};
	struct sb_unit unit;
	int err;

	scan->given = 0;
	err = sb_migrate_unit(scan->zone->inst, *pfn, &how, &unit);
	if (err) {
		step->failed += unit.nr_pages ? unit.nr_pages : sb_order_pages(info->order);
		/* What was given is free again, where the scanner has been. */
		scan->highest_back = max(scan->highest_back, scan->given);
	} else {
		step->moved += unit.nr_pages;
		scan->nr_moved += unit.nr_pages;
		scan->want->done.units++;
	}
	scan->stopped |= err == -EIO || err == -ENODEV;
	*pfn = unit.nr_pages ? max(unit.pfn + unit.nr_pages, *pfn + 1) :
			       sb_page_info_next(info, *pfn);
	return err;
}

/* It can be moved, and there may be a place for it. */
static bool is_source(const struct sb_compact_scan *scan, const struct sb_page_info *info)
{
	return sb_migrate_can(inst_of(scan), info) && !too_large(scan, info->order) &&
	       free_pfn_for(scan, info->order) >
		       block_of(scan, scan->migrate_pfn) + block_pages(scan);
}

/* Nothing in [pfn, end) would stay: else it is of no use to move a part of it. */
static bool can_empty(const struct sb_compact_scan *scan, unsigned long pfn, unsigned long end)
{
	struct sb_page_info info;

	while (pfn < end) {
		sb_memmap_info(inst_of(scan), pfn, &info);
		if (info.state != SB_PAGE_FREE && info.state != SB_PAGE_PCP &&
		    !is_source(scan, &info))
			return false;
		pfn = sb_page_info_next(&info, pfn);
	}
	return true;
}

/*
 * A request that does not want to wait gains nothing by half a block: of what it wants
 * those are left alone that cannot be emptied, and are left when that fails.
 */
struct hurry {
	bool on;
	unsigned long end;
};

static bool skip_hopeless(const struct sb_compact_scan *scan, struct hurry *hurry,
			  unsigned long *pfn, unsigned long end)
{
	unsigned int order = (unsigned int)scan->want->order;

	if (!hurry->on || *pfn < hurry->end)
		return false;
	hurry->end = sb_pfn_block(*pfn, order) + sb_order_pages(order);
	if (can_empty(scan, *pfn, min(hurry->end, end)))
		return false;
	*pfn = hurry->end;
	return true;
}

/* Enough for one step, or for what a request in a hurry needs. */
static bool step_is_done(const struct sb_compact_scan *scan, const struct sb_compact_step *step,
			 const struct hurry *hurry, unsigned long pfn)
{
	if (hurry->on && step->moved && pfn >= hurry->end)
		return true;
	return step->moved >= SB_COMPACT_CLUSTER && !scan->finish;
}

/* isolate_migratepages_block(), and what it found is moved. */
static unsigned long scan_block(struct sb_compact_scan *scan, unsigned long pfn, unsigned long end,
				struct sb_compact_step *step)
{
	struct hurry hurry = {
		.on = scan->want->direct && scan->want->mode == SB_MIGRATE_ASYNC,
	};
	struct sb_page_info info;

	while (pfn < end && !sb_compact_stopped(scan) && !scan->short_of_free) {
		if (step_is_done(scan, step, &hurry, pfn))
			break;
		if (skip_hopeless(scan, &hurry, &pfn, end))
			continue;
		sb_memmap_info(inst_of(scan), pfn, &info);
		if (!is_source(scan, &info))
			pfn = sb_page_info_next(&info, pfn);
		else if (move_unit(scan, &pfn, &info, step) && hurry.on)
			pfn = max(pfn, hurry.end);
	}
	return pfn;
}

/* suitable_migration_source(). */
static bool is_source_block(const struct sb_compact_scan *scan, unsigned long pfn)
{
	const struct sb_compact *want = scan->want;
	unsigned int type;

	if (want->mode != SB_MIGRATE_ASYNC || !want->direct)
		return true;
	type = sb_pageblock_type(&inst_of(scan)->blocks, pfn);
	return type == want->type || (want->type == SB_MOVABLE && type == SB_CMA);
}

/* update_cached_migrate(). */
static void note_scanned(struct sb_compact_scan *scan, unsigned long end)
{
	struct sb_zone_compact *c = &scan->zone->compact;

	c->migrate_pfn[0] = max(c->migrate_pfn[0], end);
	if (scan->want->mode != SB_MIGRATE_ASYNC)
		c->migrate_pfn[1] = max(c->migrate_pfn[1], end);
}

/* A pageblock is looked at from its start, or from where the last step ended. */
static bool at_start(const struct sb_compact_scan *scan, unsigned long pfn)
{
	return pfn == block_of(scan, pfn) || pfn == scan->zone->start_pfn;
}

/* Goes to the next pageblock that may have something to move; false when there is none. */
static bool find_block(struct sb_compact_scan *scan)
{
	const struct sb_pageblocks *blocks = &inst_of(scan)->blocks;

	while (!sb_compact_scan_met(scan) && !sb_compact_stopped(scan)) {
		unsigned long pfn = scan->migrate_pfn;
		unsigned long end = block_of(scan, pfn) + block_pages(scan);
		bool skip = at_start(scan, pfn) && !scan->want->ignore_skip_hint &&
			    in_zone(scan, pfn) && sb_pageblock_skip(blocks, pfn);

		if (in_zone(scan, pfn) && !skip) {
			if (is_source_block(scan, pfn))
				return true;
			note_scanned(scan, end);
		}
		scan->migrate_pfn = end;
	}
	return false;
}

void sb_compact_scan_step(struct sb_compact_scan *scan, struct sb_compact_step *step)
{
	unsigned long start, end, pfn;

	memset(step, 0, sizeof(*step));
	if (!find_block(scan))
		return;
	start = scan->migrate_pfn;
	end = block_of(scan, start) + block_pages(scan);
	pfn = scan_block(scan, start, end, step);
	scan->want->done.migrate_scanned += pfn - start;
	scan->want->done.moved += step->moved;
	scan->want->done.failed += step->failed;
	if (unlikely(sb_trace_on(inst_of(scan))))
		sb_trace_compact_isolate(scan->zone->inst, SB_TRACE_COMPACT_MIGRATEPAGES, start,
					 pfn, step->moved + step->failed);
	/* What was found in it once is not looked for again soon. */
	if (at_start(scan, start) && !scan->want->ignore_skip_hint && (step->moved || step->failed))
		sb_pageblock_set_skip(scan->zone->inst, start, true);
	if (pfn >= end && (scan->finish || !(step->moved || step->failed))) {
		if (at_start(scan, start))
			sb_pageblock_set_skip(scan->zone->inst, start, true);
		note_scanned(scan, end);
	}
	scan->migrate_pfn = pfn;
}

void sb_compact_scan_end(struct sb_compact_scan *scan)
{
	struct sb_zone_compact *c = &scan->zone->compact;

	if (scan->highest_back)
		c->free_pfn = max(c->free_pfn, block_of(scan, scan->highest_back - 1));
}

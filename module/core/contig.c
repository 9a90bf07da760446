// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "contig.h"
#include "contig_place.h"
#include "debug.h"
#include "hwpoison.h"
#include "isolate.h"
#include "migrate.h"
#include "owner.h"
#include "pcp.h"
#include "quarantine.h"
#include "watermark.h"
#include "zonelist.h"

/* __alloc_contig_verify_gfp_mask(): the rest promises what nobody here could keep. */
#define CONTIG_GFP                                                                            \
	(SB_GFP_DMA | SB_GFP_HIGHMEM | SB_GFP_MOVABLE | SB_GFP_RECLAIMABLE | SB_GFP_RECLAIM | \
	 SB_GFP_THISNODE | SB_GFP_ZERO | SB_GFP_NOWARN | SB_GFP_COMP)

static bool is_power(unsigned long n)
{
	return n && !(n & (n - 1));
}

/* Puts what an isolated block has beside [pfn, pfn + 2^low) back on its lists. */
static void split_around(struct sb_zone *zone, unsigned long pfn, unsigned int low,
			 unsigned int high) __must_hold(zone->lock)
{
	while (high-- > low)
		sb_engine_add(zone, sb_pfn_buddy(sb_pfn_block(pfn, high), high), high, SB_ISOLATE,
			      SB_ENGINE_HEAD);
}

/* An aligned piece that is isolated and all free is part of one block: all has merged. */
static bool take_piece(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		       unsigned int owner)
{
	unsigned long irq = sb_irq_save();
	struct sb_page_info info;
	bool found;

	sb_lock(&zone->lock);
	found = sb_memmap_info(zone->inst, pfn, &info) && info.state == SB_PAGE_FREE &&
		info.order >= order && info.type == SB_ISOLATE;
	found = found && sb_engine_del(zone, info.head, info.order);
	if (found) {
		split_around(zone, pfn, order, info.order);
		sb_page_set(sb_memmap_page(&zone->inst->map, pfn), SB_PAGE_ALLOC, order, owner);
	}
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return found;
}

/* Meanwhile a mode may have been switched on, or a page been marked bad. */
static void give_back(struct sb_zone *zone, unsigned long start, unsigned long end)
{
	unsigned long irq = sb_irq_save();
	unsigned int order;

	sb_lock(&zone->lock);
	for (; start < end; start += sb_order_pages(order)) {
		order = sb_page_order(sb_memmap_page(&zone->inst->map, start));
		/* They are zero, as nobody has had them. */
		if (unlikely(zone->inst->hooks & SB_HOOK_POISON))
			sb_debug_fill(zone->inst, start, sb_order_pages(order));
		if (unlikely(sb_hwpoison_any(zone, start, order)))
			sb_hwpoison_free(zone, start, order);
		else
			sb_buddy_free(zone, start, order, false);
	}
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

/* All of an isolated range, in the pieces that sb_alloc_free_exact() expects. */
static bool take_pieces(struct sb_zone *zone, unsigned long start, unsigned long end,
			unsigned int owner)
{
	unsigned int order;
	unsigned long pfn;

	for (pfn = start; pfn < end; pfn += sb_order_pages(order)) {
		order = sb_order_at(pfn, end - pfn, zone->inst->cfg.max_order);
		if (take_piece(zone, pfn, order, owner))
			continue;
		give_back(zone, start, pfn);
		return false;
	}
	return true;
}

/* What the descriptors keep of a request. */
static unsigned int owner_of(const struct sb_instance *inst, const struct sb_request *request)
{
	unsigned int type = inst->blocks.grouping ? request->type : SB_UNMOVABLE;

	return request->gfp & SB_GFP_COMP ? type | SB_PAGE_COMP : type;
}

/* What sb_alloc() does with a block that was taken. */
static void finish(struct sb_instance *inst, const struct sb_isolation *range,
		   const struct sb_request *request, u32 verifying)
{
	struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, range->start)];
	unsigned long nr_pages = range->end - range->start, pfn;
	unsigned int order;

	sb_zone_count(zone, SB_EVENT_ALLOC, 1);
	sb_zone_count(zone, SB_EVENT_ALLOC_PAGES, nr_pages);
	sb_debug_verify(inst, range->start, nr_pages, verifying);
	if (likely(!(READ_ONCE(inst->hooks) & SB_HOOK_OWNER)))
		return;
	for (pfn = range->start; pfn < range->end; pfn += sb_order_pages(order)) {
		order = sb_page_order(sb_memmap_page(&inst->map, pfn));
		sb_owner_alloc(inst, pfn, request, order);
	}
}

/* What can be moved is; what stays is for sb_isolate_test() to tell: alloc_contig_range(). */
static int move_away(struct sb_instance *inst, const struct sb_isolation *range, unsigned long *bad)
{
	const struct sb_migration how = { .mode = SB_MIGRATE_SYNC, .reason = SB_MR_CONTIG_RANGE };
	int err = sb_migrate_range(inst, range->start, range->end, &how, bad);

	/* It was freed, and rests. */
	sb_quarantine_drain_all(inst);
	return err == -EBUSY ? 0 : err;
}

static int take_isolated(struct sb_instance *inst, const struct sb_isolation *range,
			 const struct sb_request *request, bool moves, unsigned long *bad)
{
	struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, range->start)];
	int err = moves ? move_away(inst, range, bad) : 0;

	if (!err)
		err = sb_isolate_test(inst, range, bad);
	/* Bad memory is taken off an Isolate list, too. */
	if (!err && !take_pieces(zone, range->start, range->end, owner_of(inst, request)))
		err = sb_isolate_test(inst, range, bad) ?: -EBUSY;
	return err;
}

static int take_range(struct sb_instance *inst, const struct sb_isolation *range,
		      const struct sb_request *request, bool moves, unsigned long *bad)
{
	u32 verifying = sb_debug_verifying(inst);
	int err;

	err = sb_isolate_range(inst, range, bad);
	if (err)
		return err;
	err = take_isolated(inst, range, request, moves, bad);
	sb_isolate_undo(inst, range->start, range->end);
	if (!err)
		finish(inst, range, request, verifying);
	return err;
}

/* Where to go on after a place that was lost: somebody was faster, or something stays. */
static unsigned long beyond_lost(const struct sb_search *s, const struct sb_isolation *range,
				 unsigned long bad)
{
	unsigned long seen, beyond;

	if (sb_contig_place_blocked(s, range->start, range->end, &seen, &beyond))
		return beyond;
	/* Should it be free again, a page further will do. */
	if (!s->moves || bad < range->start || bad >= range->end)
		return s->top_down ? range->end - 1 : range->start + 1;
	return sb_contig_place_past(s, bad);
}

static int take_in_zone(struct sb_search *s, const struct sb_request *request, unsigned long *pfn)
{
	struct sb_isolation range = { .type = SB_MOVABLE };
	unsigned long bad, beyond;
	int err;

	while (sb_contig_place_next(s, pfn)) {
		range.start = *pfn;
		range.end = *pfn + s->nr_pages;
		if (!sb_contig_place_blocked(s, range.start, range.end, &bad, &beyond)) {
			bad = range.end;
			err = take_range(s->zone->inst, &range, request, s->moves, &bad);
			if (!err || (err != -EBUSY && !s->moves) || err == -EIO)
				return err;
			beyond = beyond_lost(s, &range, bad);
		}
		sb_contig_place_leave(s, beyond);
	}
	return -ENOMEM;
}

static int check_live(const struct sb_instance *inst)
{
	if (inst->corrupt)
		return -EIO;
	return inst->stage == SB_STAGE_LIVE ? 0 : -ENODEV;
}

static bool is_possible(const struct sb_instance *inst, const struct sb_contig *contig)
{
	const struct sb_request *request = &contig->request;
	unsigned long nr_pages = contig->nr_pages;

	if (request->type >= SB_PCPTYPES || request->zone >= SB_NR_ZONE_TYPES ||
	    request->nid < SB_NID_ANY || request->nid >= SB_MAX_NODES ||
	    (request->gfp & ~CONTIG_GFP))
		return false;
	if (!nr_pages || (contig->align_pages && !is_power(contig->align_pages)) ||
	    (contig->boundary_pages &&
	     (!is_power(contig->boundary_pages) || contig->boundary_pages < nr_pages)))
		return false;
	return !(request->gfp & SB_GFP_COMP) ||
	       (is_power(nr_pages) && nr_pages <= sb_order_pages(inst->cfg.max_order));
}

static struct sb_search search_of(const struct sb_contig *contig, struct sb_zone *zone, bool moves)
{
	struct sb_search s = {
		.zone = zone,
		.start = max(contig->min_pfn, zone->start_pfn),
		.end = sb_zone_end(zone),
		.nr_pages = contig->nr_pages,
		.align = max(contig->align_pages, 1ul),
		.boundary = contig->boundary_pages,
		.top_down = contig->top_down,
		.moves = moves,
	};

	if (contig->max_pfn)
		s.end = min(s.end, contig->max_pfn);
	if (contig->request.gfp & SB_GFP_COMP)
		s.align = max(s.align, s.nr_pages);
	return s;
}

/* What lies on per-CPU lists is free to be taken, too. */
static bool has_enough(const struct sb_zone *zone, const struct sb_contig *contig,
		       unsigned long nr_pages)
{
	unsigned long need = sb_watermark(zone, SB_WMARK_MIN) + nr_pages;
	unsigned long cached = sb_pcp_count(zone);

	return !contig->keeps_min ||
	       sb_watermark_ok(zone, 0, need - min(need, cached), contig->request.zone, 0);
}

static int take_first(struct sb_instance *inst, const struct sb_contig *contig, bool moves,
		      unsigned long *pfn)
{
	struct sb_zonelist_iter it;
	struct sb_zone *zone;
	int err = -ENOMEM;

	sb_zonelist_begin(&it, inst, &contig->request);
	while (err == -ENOMEM && (zone = sb_zonelist_next(&it))) {
		struct sb_search s = search_of(contig, zone, moves);

		if (!has_enough(zone, contig, contig->nr_pages))
			continue;
		err = take_in_zone(&s, &contig->request, pfn);
		/* Others may have had some while pages were moved. */
		if (!err && !has_enough(zone, contig, 0)) {
			sb_alloc_free_range(inst, *pfn, contig->nr_pages);
			err = -ENOMEM;
		}
	}
	return err;
}

/* Who can wait has others moved out of his way, if somebody moves them. */
static bool may_move(const struct sb_instance *inst, u32 gfp)
{
	return (gfp & SB_GFP_DIRECT_RECLAIM) && READ_ONCE(inst->mover);
}

int sb_contig_alloc(struct sb_instance *inst, const struct sb_contig *contig, unsigned long *pfn)
{
	int err = check_live(inst);

	if (!err && !is_possible(inst, contig))
		err = -EINVAL;
	if (err)
		return err;
	err = take_first(inst, contig, false, pfn);
	/* What rests is free, too. */
	if (err == -ENOMEM && sb_quarantine_drain_all(inst))
		err = take_first(inst, contig, false, pfn);
	if (err == -ENOMEM && may_move(inst, contig->request.gfp))
		err = take_first(inst, contig, true, pfn);
	return err;
}

static int take_fixed(struct sb_instance *inst, const struct sb_isolation *range, bool moves,
		      unsigned long *bad)
{
	const struct sb_request request = { .type = SB_UNMOVABLE, .nid = SB_NID_ANY };
	unsigned int zone = sb_pageblock_zone(&inst->blocks, range->start);
	const struct sb_search s = {
		.zone = &inst->zones[zone],
		.cma = range->type == SB_CMA,
		.moves = moves,
	};
	unsigned long beyond;

	/* What cannot be moved need not be isolated first. */
	if (sb_contig_place_blocked(&s, range->start, range->end, bad, &beyond))
		return sb_pageblock_zone(&inst->blocks, *bad) == zone ? -EBUSY : -ERANGE;
	return take_range(inst, range, &request, moves, bad);
}

int sb_contig_alloc_range(struct sb_instance *inst, unsigned long start, unsigned long end,
			  unsigned int type, u32 gfp, unsigned long *bad)
{
	const struct sb_isolation range = { .start = start, .end = end, .type = type };
	int err = check_live(inst);

	if (err)
		return err;
	if (start >= end || (type != SB_CMA && type != SB_MOVABLE) || (gfp & ~CONTIG_GFP))
		return -EINVAL;
	if (sb_pageblock_zone(&inst->blocks, start) == SB_ZONE_NONE ||
	    !sb_memmap_covers(&inst->map, end - 1))
		return -ERANGE;
	err = take_fixed(inst, &range, may_move(inst, gfp), bad);
	if (err == -EBUSY && sb_quarantine_drain_all(inst))
		err = take_fixed(inst, &range, may_move(inst, gfp), bad);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "contig.h"
#include "debug.h"
#include "hwpoison.h"
#include "isolate.h"
#include "owner.h"
#include "quarantine.h"
#include "zonelist.h"

/* __alloc_contig_verify_gfp_mask(): the rest promises what nobody here could keep. */
#define CONTIG_GFP                                                                            \
	(SB_GFP_DMA | SB_GFP_HIGHMEM | SB_GFP_MOVABLE | SB_GFP_RECLAIMABLE | SB_GFP_RECLAIM | \
	 SB_GFP_THISNODE | SB_GFP_ZERO | SB_GFP_NOWARN | SB_GFP_COMP)

/**
 * struct search - What is left of one zone to look at.
 * @zone: zone
 * @start: first page
 * @end: first page after it
 * @nr_pages: how many are wanted
 * @align: the first page is a multiple of it
 * @boundary: no multiple of it is crossed, or 0
 * @top_down: from @end
 * @cma: CMA pageblocks will do
 */
struct search {
	struct sb_zone *zone;
	unsigned long start;
	unsigned long end;
	unsigned long nr_pages;
	unsigned long align;
	unsigned long boundary;
	bool top_down;
	bool cma;
};

static bool is_power(unsigned long n)
{
	return n && !(n & (n - 1));
}

static unsigned long round_down_to(unsigned long pfn, unsigned long align)
{
	return pfn & ~(align - 1);
}

static unsigned long round_up_to(unsigned long pfn, unsigned long align)
{
	return round_down_to(pfn + (align - 1), align);
}

static bool crosses(const struct search *s, unsigned long pfn)
{
	return s->boundary && ((pfn ^ (pfn + s->nr_pages - 1)) & ~(s->boundary - 1));
}

/*
 * One step to a border is enough: a boundary has room for the range, and what is
 * aligned to more than that crosses none.
 */
static bool lowest_place(const struct search *s, unsigned long *pfn)
{
	*pfn = round_up_to(s->start, s->align);
	if (crosses(s, *pfn))
		*pfn = round_up_to(*pfn, s->boundary);
	return *pfn >= s->start && *pfn <= s->end - s->nr_pages;
}

static bool highest_place(const struct search *s, unsigned long *pfn)
{
	unsigned long border;

	*pfn = round_down_to(s->end - s->nr_pages, s->align);
	if (crosses(s, *pfn)) {
		border = round_down_to(*pfn + s->nr_pages - 1, s->boundary);
		*pfn = round_down_to(border - s->nr_pages, s->align);
	}
	return *pfn >= s->start;
}

static bool next_place(const struct search *s, unsigned long *pfn)
{
	if (s->start >= s->end || s->end - s->start < s->nr_pages)
		return false;
	return s->top_down ? highest_place(s, pfn) : lowest_place(s, pfn);
}

/* Free for us: on a free list, or on a per-CPU list that is drained first. */
static bool is_takeable(const struct sb_page_info *info)
{
	return info->state == SB_PAGE_FREE || info->state == SB_PAGE_PCP;
}

/* The page in the way that is met first in [start, end). */
static bool find_page(const struct search *s, unsigned long start, unsigned long end,
		      unsigned long *bad) __must_hold(s->zone->lock)
{
	struct sb_page_info info;

	while (start < end) {
		*bad = s->top_down ? end - 1 : start;
		sb_memmap_info(s->zone->inst, *bad, &info);
		if (!is_takeable(&info))
			return true;
		if (s->top_down)
			end = min(info.head, *bad);
		else
			start = sb_page_info_next(&info, *bad);
	}
	return false;
}

/* Where what is in the way ends, from @bad on to its pageblock's end or, top down, start. */
static unsigned long skip_run(const struct search *s, unsigned long bad) __must_hold(s->zone->lock)
{
	const struct sb_instance *inst = s->zone->inst;
	unsigned long block = sb_pfn_block(bad, inst->cfg.pageblock_order);
	unsigned long end = block + sb_order_pages(inst->cfg.pageblock_order);
	unsigned long beyond = s->top_down ? bad + 1 : bad;
	struct sb_page_info info;

	while (s->top_down ? beyond > block : beyond < end) {
		sb_memmap_info(inst, s->top_down ? beyond - 1 : beyond, &info);
		if (is_takeable(&info))
			break;
		beyond = s->top_down ? min(info.head, beyond - 1) :
				       sb_page_info_next(&info, beyond);
	}
	return beyond;
}

/* The pageblock is not to be looked into: another zone's, a CMA area's, isolated. */
static bool is_closed(const struct search *s, unsigned long pfn)
{
	const struct sb_instance *inst = s->zone->inst;
	unsigned int type;

	if (sb_pageblock_zone(&inst->blocks, pfn) != (unsigned int)(s->zone - inst->zones))
		return true;
	type = sb_pageblock_type(&inst->blocks, pfn);
	return type == SB_ISOLATE || (type == SB_CMA && !s->cma);
}

/*
 * What is in the way in a part of one pageblock: @bad is its page that was met
 * first, @beyond where the next place may begin, or with top_down end.
 */
static bool find_in_pageblock(const struct search *s, unsigned long start, unsigned long end,
			      unsigned long *bad, unsigned long *beyond)
{
	unsigned int order = s->zone->inst->cfg.pageblock_order;
	unsigned long block = sb_pfn_block(start, order), irq;
	bool found;

	if (is_closed(s, start)) {
		*bad = s->top_down ? end - 1 : start;
		*beyond = s->top_down ? block : block + sb_order_pages(order);
		return true;
	}
	irq = sb_irq_save();
	sb_lock(&s->zone->lock);
	found = find_page(s, start, end, bad);
	if (found)
		*beyond = skip_run(s, *bad);
	sb_unlock(&s->zone->lock);
	sb_irq_restore(irq);
	return found;
}

/* What is met first in the way of a range, likewise. */
static bool find_obstacle(const struct search *s, unsigned long start, unsigned long end,
			  unsigned long *bad, unsigned long *beyond)
{
	unsigned int order = s->zone->inst->cfg.pageblock_order;

	while (start < end) {
		unsigned long block = sb_pfn_block(s->top_down ? end - 1 : start, order);
		unsigned long from = max(start, block),
			      to = min(end, block + sb_order_pages(order));

		if (find_in_pageblock(s, from, to, bad, beyond))
			return true;
		if (s->top_down)
			end = from;
		else
			start = to;
	}
	return false;
}

/* Puts what an isolated block has beside [pfn, pfn + 2^low) back on its lists. */
static void split_around(struct sb_zone *zone, unsigned long pfn, unsigned int low,
			 unsigned int high) __must_hold(zone->lock)
{
	while (high-- > low)
		sb_freelist_add(zone, sb_pfn_buddy(sb_pfn_block(pfn, high), high), high, SB_ISOLATE,
				SB_FREELIST_HEAD);
}

/* An aligned piece that is isolated and all free is part of one block: all has merged. */
static bool take_piece(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		       unsigned int owner)
{
	const struct sb_memmap *map = &zone->inst->map;
	unsigned long irq = sb_irq_save();
	struct sb_page_info info;
	bool found;

	sb_lock(&zone->lock);
	found = sb_memmap_info(zone->inst, pfn, &info) && info.state == SB_PAGE_FREE &&
		info.order >= order && sb_page_list(sb_memmap_page(map, info.head)) == SB_ISOLATE;
	if (found) {
		sb_freelist_del(zone, info.head, info.order);
		split_around(zone, pfn, order, info.order);
		sb_page_set(sb_memmap_page(map, pfn), SB_PAGE_ALLOC, order, owner);
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
static void finish(struct sb_zone *zone, const struct sb_isolation *range,
		   const struct sb_request *request, u32 verifying)
{
	unsigned long nr_pages = range->end - range->start, pfn;
	struct sb_instance *inst = zone->inst;
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

static int take_range(struct sb_instance *inst, const struct sb_isolation *range,
		      const struct sb_request *request, unsigned long *bad)
{
	u32 verifying = sb_debug_verifying(inst);
	struct sb_zone *zone;
	int err;

	err = sb_isolate_range(inst, range, bad);
	if (err)
		return err;
	zone = &inst->zones[sb_pageblock_zone(&inst->blocks, range->start)];
	err = sb_isolate_test(inst, range, bad);
	/* Bad memory is taken off an Isolate list, too. */
	if (!err && !take_pieces(zone, range->start, range->end, owner_of(inst, request)))
		err = sb_isolate_test(inst, range, bad) ?: -EBUSY;
	sb_isolate_undo(inst, range->start, range->end);
	if (!err)
		finish(zone, range, request, verifying);
	return err;
}

static int take_in_zone(struct search *s, const struct sb_request *request, unsigned long *pfn)
{
	struct sb_isolation range = { .type = SB_MOVABLE };
	unsigned long bad, beyond;
	int err;

	while (next_place(s, pfn)) {
		range.start = *pfn;
		range.end = *pfn + s->nr_pages;
		if (!find_obstacle(s, range.start, range.end, &bad, &beyond)) {
			err = take_range(s->zone->inst, &range, request, &bad);
			if (err != -EBUSY)
				return err;
			/* Somebody was faster. Should it be free again, a page further will do. */
			if (!find_obstacle(s, range.start, range.end, &bad, &beyond))
				beyond = s->top_down ? range.end - 1 : range.start + 1;
		}
		if (s->top_down)
			s->end = beyond;
		else
			s->start = beyond;
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

static struct search search_of(const struct sb_contig *contig, struct sb_zone *zone)
{
	struct search s = {
		.zone = zone,
		.start = max(contig->min_pfn, zone->start_pfn),
		.end = sb_zone_end(zone),
		.nr_pages = contig->nr_pages,
		.align = max(contig->align_pages, 1ul),
		.boundary = contig->boundary_pages,
		.top_down = contig->top_down,
	};

	if (contig->max_pfn)
		s.end = min(s.end, contig->max_pfn);
	if (contig->request.gfp & SB_GFP_COMP)
		s.align = max(s.align, s.nr_pages);
	return s;
}

static int take_first(struct sb_instance *inst, const struct sb_contig *contig, unsigned long *pfn)
{
	struct sb_zonelist_iter it;
	struct sb_zone *zone;
	int err = -ENOMEM;

	sb_zonelist_begin(&it, inst, &contig->request);
	while (err == -ENOMEM && (zone = sb_zonelist_next(&it))) {
		struct search s = search_of(contig, zone);

		err = take_in_zone(&s, &contig->request, pfn);
	}
	return err;
}

int sb_contig_alloc(struct sb_instance *inst, const struct sb_contig *contig, unsigned long *pfn)
{
	int err = check_live(inst);

	if (!err && !is_possible(inst, contig))
		err = -EINVAL;
	if (err)
		return err;
	err = take_first(inst, contig, pfn);
	/* What rests is free, too. */
	if (err == -ENOMEM && sb_quarantine_drain_all(inst))
		err = take_first(inst, contig, pfn);
	return err;
}

static int take_fixed(struct sb_instance *inst, const struct sb_isolation *range,
		      unsigned long *bad)
{
	const struct sb_request request = { .type = SB_UNMOVABLE, .nid = SB_NID_ANY };
	unsigned int zone = sb_pageblock_zone(&inst->blocks, range->start);
	const struct search s = {
		.zone = &inst->zones[zone],
		.cma = range->type == SB_CMA,
	};
	unsigned long beyond;

	/* What cannot be moved need not be isolated first. */
	if (find_obstacle(&s, range->start, range->end, bad, &beyond))
		return sb_pageblock_zone(&inst->blocks, *bad) == zone ? -EBUSY : -ERANGE;
	return take_range(inst, range, &request, bad);
}

int sb_contig_alloc_range(struct sb_instance *inst, unsigned long start, unsigned long end,
			  unsigned int type, unsigned long *bad)
{
	const struct sb_isolation range = { .start = start, .end = end, .type = type };
	int err = check_live(inst);

	if (err)
		return err;
	if (start >= end || (type != SB_CMA && type != SB_MOVABLE))
		return -EINVAL;
	if (sb_pageblock_zone(&inst->blocks, start) == SB_ZONE_NONE ||
	    !sb_memmap_covers(&inst->map, end - 1))
		return -ERANGE;
	err = take_fixed(inst, &range, bad);
	if (err == -EBUSY && sb_quarantine_drain_all(inst))
		err = take_fixed(inst, &range, bad);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "explain.h"
#include "extfrag.h"
#include "pcp.h"
#include "zonelist.h"

/* As sb_alloc() does, but for an order that no block has. */
static bool is_valid(const struct sb_request *request)
{
	return request->order < 32 && request->type < SB_PCPTYPES &&
	       request->zone < SB_NR_ZONE_TYPES && request->nid >= SB_NID_ANY &&
	       request->nid < SB_MAX_NODES && !(request->nodes >> SB_MAX_NODES) &&
	       !(request->gfp & ~SB_GFP_KNOWN) && !(request->gfp & SB_GFP_NOFAIL) &&
	       sb_gfp_type(request->gfp) < SB_PCPTYPES;
}

static void count_lists(const struct sb_zone *zone, struct sb_explain_zone *seen)
	__must_hold(zone->lock)
{
	unsigned long nr[SB_NR_ORDERS];
	unsigned int order, type;

	for (type = 0; type < SB_NR_TYPES; type++)
		seen->largest[type] = -1;
	sb_engine_tally(zone, nr);
	for (order = 0; order <= zone->inst->cfg.max_order; order++) {
		seen->nr_blocks[order] = nr[order];
		for (type = 0; type < SB_NR_TYPES; type++)
			if (!sb_engine_empty(zone, order, type))
				seen->largest[type] = (int)order;
	}
}

/* A block is on some list that the pass may take from. */
static bool has_block(const struct sb_explain *ex, const struct sb_explain_zone *seen)
{
	unsigned int flags = ex->prediction.flags, type;

	for (type = 0; type < SB_ISOLATE; type++) {
		if (type == SB_CMA && !(flags & SB_ALLOC_CMA))
			continue;
		if (type == SB_HIGHATOMIC && !(flags & (SB_ALLOC_HIGHATOMIC | SB_ALLOC_NON_BLOCK)))
			continue;
		if (seen->largest[type] >= (int)ex->request.order)
			return true;
	}
	return false;
}

static bool has_pages(const struct sb_explain *ex, const struct sb_explain_zone *seen)
{
	const struct sb_watermark_sum *sum = &seen->sum;
	unsigned long kept =
		ex->prediction.flags & SB_ALLOC_NO_WATERMARKS ? 0 : sum->min + sum->reserve;

	return sum->free > sum->unusable + kept;
}

static void do_sum(const struct sb_explain *ex, const struct sb_zone *zone,
		   enum sb_zone_type highest, struct sb_explain_zone *seen)
{
	unsigned int flags = ex->prediction.flags;

	seen->mark = flags & SB_ALLOC_WMARK;
	seen->boost = ex->prediction.unboosted ? 0 : zone->watermark_boost;
	sb_watermark_sum(zone, ex->request.order, zone->watermark[seen->mark] + seen->boost,
			 highest, flags, &seen->sum);
}

static struct sb_explain_zone *look_at_zone(struct sb_explain *ex, struct sb_zone *zone,
					    enum sb_zone_type highest)
{
	struct sb_explain_zone *seen = &ex->zones[ex->nr_zones++];
	struct sb_extfrag extfrag;
	unsigned long irq;

	seen->nid = zone->nid;
	seen->type = zone->type;
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	count_lists(zone, seen);
	do_sum(ex, zone, highest, seen);
	sb_extfrag_count(zone, ex->request.order, &extfrag);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	seen->nr_pcp = sb_pcp_count(zone);
	seen->extfrag_index = sb_extfrag_index(&extfrag, ex->request.order);
	seen->unusable_index = sb_extfrag_unusable(&extfrag, ex->request.order);
	return seen;
}

/* A zone that suits the request. */
static void look_at_suiting(struct sb_explain *ex, struct sb_zone *zone, enum sb_zone_type highest)
{
	int nr = (int)ex->nr_zones;
	struct sb_explain_zone *seen = look_at_zone(ex, zone, highest);

	if (ex->serves >= 0) {
		seen->fit = SB_EXPLAIN_FIT_NOT_NEEDED;
	} else if (ex->prediction.served && ex->prediction.zone == zone) {
		seen->fit = SB_EXPLAIN_FIT_GIVES;
		ex->serves = nr;
	} else if (has_block(ex, seen)) {
		seen->fit = SB_EXPLAIN_FIT_MARK;
	} else {
		seen->fit = has_pages(ex, seen) ? SB_EXPLAIN_FIT_BLOCKS : SB_EXPLAIN_FIT_PAGES;
	}
}

static bool was_looked_at(const struct sb_explain *ex, const struct sb_zone *zone)
{
	unsigned int i;

	for (i = 0; i < ex->nr_zones; i++)
		if (ex->zones[i].nid == zone->nid && ex->zones[i].type == zone->type)
			return true;
	return false;
}

static void look_at_zones(struct sb_instance *inst, struct sb_explain *ex)
{
	struct sb_zonelist_iter it;
	struct sb_zone *zone;

	sb_zonelist_begin(&it, inst, &ex->request);
	while ((zone = sb_zonelist_next(&it)))
		look_at_suiting(ex, zone, it.highest);
	zone = NULL;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		bool of_kind = zone->type <= it.highest &&
			       (zone->type != SB_ZONE_MOVABLE || ex->request.type == SB_MOVABLE);

		if (!was_looked_at(ex, zone))
			look_at_zone(ex, zone, it.highest)->fit = of_kind ? SB_EXPLAIN_FIT_NODE :
									    SB_EXPLAIN_FIT_ZONE;
	}
}

/* Would a request that may do a little more be served? Then that is what helps. */
static bool helps(struct sb_instance *inst, struct sb_explain *ex, const struct sb_request *request,
		  unsigned int help)
{
	sb_predict(inst, request, &ex->scratch);
	if (!ex->scratch.served)
		return false;
	ex->help = help;
	ex->help_zone = request->zone;
	return true;
}

/* What is free is kept for those who say that they need it more. */
static bool is_reserved(struct sb_instance *inst, struct sb_explain *ex)
{
	struct sb_request more = ex->request;

	more.gfp |= SB_GFP_HIGH;
	if (helps(inst, ex, &more, SB_EXPLAIN_HELP_HIGH))
		return true;
	more.gfp &= ~(SB_GFP_DIRECT_RECLAIM | SB_GFP_NOMEMALLOC);
	if (helps(inst, ex, &more, SB_EXPLAIN_HELP_ATOMIC))
		return true;
	more = ex->request;
	more.gfp |= SB_GFP_MEMALLOC;
	more.gfp &= ~SB_GFP_NOMEMALLOC;
	if (helps(inst, ex, &more, SB_EXPLAIN_HELP_MEMALLOC))
		return true;
	more = ex->request;
	more.type = SB_MOVABLE;
	more.gfp &= ~SB_GFP_RECLAIMABLE;
	/* From areas of CMA; the zone Movable is another matter. */
	sb_predict(inst, &more, &ex->scratch);
	return ex->scratch.served && ex->scratch.zone->type != SB_ZONE_MOVABLE &&
	       helps(inst, ex, &more, SB_EXPLAIN_HELP_MOVABLE);
}

/* The lowest zone that would do; what is in Movable takes that type, too. */
static bool is_in_wrong_zone(struct sb_instance *inst, struct sb_explain *ex, unsigned int help)
{
	struct sb_request more = ex->request;

	if (help & SB_EXPLAIN_HELP_NODE) {
		more.gfp &= ~SB_GFP_THISNODE;
		more.nodes = 0;
	}
	help |= SB_EXPLAIN_HELP_ZONE;
	while (++more.zone < SB_NR_ZONE_TYPES)
		if (helps(inst, ex, &more, help))
			return true;
	if (more.type == SB_MOVABLE)
		return false;
	more.zone = SB_ZONE_MOVABLE;
	more.type = SB_MOVABLE;
	more.gfp &= ~SB_GFP_RECLAIMABLE;
	if (ex->request.zone == SB_ZONE_MOVABLE)
		help &= ~(unsigned int)SB_EXPLAIN_HELP_ZONE;
	return helps(inst, ex, &more, help | SB_EXPLAIN_HELP_MOVABLE);
}

static bool is_on_wrong_node(struct sb_instance *inst, struct sb_explain *ex)
{
	struct sb_request more = ex->request;

	more.gfp &= ~SB_GFP_THISNODE;
	more.nodes = 0;
	return helps(inst, ex, &more, SB_EXPLAIN_HELP_NODE);
}

/* Blocks looked at while interrupts are off: each takes some 170 instructions. */
#define PART_BLOCKS 6u

/* Counts what is in use from @pfn on, for a part; false where it cannot be moved away. */
static bool count_part(const struct sb_explain *ex, const struct sb_zone *zone, unsigned long *pfn,
		       unsigned long end, struct sb_explain_block *block) __must_hold(zone->lock)
{
	const struct sb_instance *inst = zone->inst;
	bool cma = ex->prediction.flags & SB_ALLOC_CMA;
	struct sb_page_info info;
	unsigned long next;
	unsigned int i;

	for (i = 0; i < PART_BLOCKS && *pfn < end; i++, *pfn = next) {
		unsigned int type = sb_pageblock_type(&inst->blocks, *pfn);

		if (sb_pageblock_zone(&inst->blocks, *pfn) != (unsigned int)(zone - inst->zones) ||
		    (type >= SB_PCPTYPES && !(cma && type == SB_CMA)))
			return false;
		sb_memmap_info(inst, *pfn, &info);
		next = sb_page_info_next(&info, *pfn);
		if (info.state == SB_PAGE_FREE || info.state == SB_PAGE_PCP)
			continue;
		if (info.state != SB_PAGE_ALLOC || info.head < block->pfn || next > end)
			return false;
		block->nr_used += next - *pfn;
		if (info.type == SB_MOVABLE)
			block->nr_movable += next - *pfn;
	}
	return true;
}

/* Counts what is in use in a block; false for one that does not become free by moving that. */
static bool count_used(const struct sb_explain *ex, struct sb_zone *zone, unsigned long pfn,
		       struct sb_explain_block *block)
{
	unsigned long end = pfn + sb_order_pages(ex->request.order);
	bool movable = true;

	*block = (struct sb_explain_block){ .found = true, .pfn = pfn };
	while (movable && pfn < end) {
		unsigned long irq = sb_irq_save();

		sb_lock(&zone->lock);
		movable = count_part(ex, zone, &pfn, end, block);
		sb_unlock(&zone->lock);
		sb_irq_restore(irq);
	}
	return movable;
}

static bool is_better(const struct sb_explain_block *block, const struct sb_explain_block *best)
{
	if (!best->found || block->nr_used != best->nr_used)
		return !best->found || block->nr_used < best->nr_used;
	return block->nr_movable > best->nr_movable;
}

/* The block that takes the fewest moves, looked for a pageblock or a block at a time. */
static void find_block(struct sb_explain *ex, struct sb_zone *zone)
{
	unsigned int order = ex->request.order;
	unsigned int grain = max(order, zone->inst->cfg.pageblock_order);
	unsigned long pfn = sb_pfn_block(zone->start_pfn, grain);
	struct sb_explain_block block;

	for (; pfn < sb_zone_end(zone); pfn += sb_order_pages(grain)) {
		unsigned long end = pfn + sb_order_pages(grain), at;

		if (sb_pageblock_zone(&zone->inst->blocks, pfn) == SB_ZONE_NONE)
			continue;
		for (at = pfn; at < end; at += sb_order_pages(order))
			if (count_used(ex, zone, at, &block) && is_better(&block, &ex->block))
				ex->block = block;
	}
}

static bool is_fragmented(struct sb_instance *inst, struct sb_explain *ex)
{
	bool fragmented = false;
	unsigned int i;

	for (i = 0; i < ex->nr_zones; i++) {
		if (ex->zones[i].fit != SB_EXPLAIN_FIT_BLOCKS)
			continue;
		find_block(ex, sb_instance_zone(inst, ex->zones[i].nid, ex->zones[i].type));
		fragmented = true;
	}
	if (fragmented && ex->block.found && ex->block.nr_movable == ex->block.nr_used)
		ex->help = SB_EXPLAIN_HELP_MOVE;
	return fragmented;
}

static enum sb_explain_verdict why_not(struct sb_instance *inst, struct sb_explain *ex)
{
	if (is_reserved(inst, ex))
		return SB_EXPLAIN_RESERVED;
	if (is_fragmented(inst, ex))
		return SB_EXPLAIN_FRAGMENTED;
	if (is_in_wrong_zone(inst, ex, 0))
		return SB_EXPLAIN_WRONG_ZONE;
	if (is_on_wrong_node(inst, ex))
		return SB_EXPLAIN_WRONG_NODE;
	if (is_in_wrong_zone(inst, ex, SB_EXPLAIN_HELP_NODE))
		return SB_EXPLAIN_WRONG_ZONE;
	return SB_EXPLAIN_NO_MEMORY;
}

static int settle(struct sb_explain *ex, enum sb_explain_verdict verdict, int err)
{
	ex->verdict = verdict;
	ex->err = err;
	return 0;
}

int sb_explain(struct sb_instance *inst, const struct sb_request *request, struct sb_explain *ex)
{
	memset(ex, 0, sizeof(*ex));
	ex->request = *request;
	ex->serves = -1;
	if (!is_valid(request))
		return -EINVAL;
	if (inst->corrupt)
		return settle(ex, SB_EXPLAIN_CORRUPT, -EIO);
	if (inst->stage != SB_STAGE_LIVE)
		return settle(ex, SB_EXPLAIN_NOT_LIVE, -ENODEV);
	if (request->order > inst->cfg.max_order)
		return settle(ex, SB_EXPLAIN_TOO_LARGE, -EINVAL);
	sb_predict(inst, request, &ex->prediction);
	look_at_zones(inst, ex);
	if (ex->prediction.served)
		return settle(ex, SB_EXPLAIN_SERVED, 0);
	return settle(ex, why_not(inst, ex), -ENOMEM);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "compact_policy.h"
#include "extfrag.h"
#include "fallback.h"
#include "engine.h"
#include "pcp_drain.h"
#include "trace_compact.h"

const char *sb_compact_result_name(enum sb_compact_result result)
{
	static const char *const names[SB_NR_COMPACT_RESULTS] = {
		[SB_COMPACT_NOT_SUITABLE_ZONE] = "not_suitable_zone",
		[SB_COMPACT_SKIPPED] = "skipped",
		[SB_COMPACT_DEFERRED] = "deferred",
		[SB_COMPACT_NO_SUITABLE_PAGE] = "no_suitable_page",
		[SB_COMPACT_CONTINUE] = "continue",
		[SB_COMPACT_COMPLETE] = "complete",
		[SB_COMPACT_PARTIAL_SKIPPED] = "partial_skipped",
		[SB_COMPACT_CONTENDED] = "contended",
		[SB_COMPACT_SUCCESS] = "success",
	};

	return (unsigned int)result < ARRAY_SIZE(names) ? names[result] : "unknown";
}

void sb_compact_defer(struct sb_zone *zone, unsigned int order)
{
	struct sb_zone_compact *c = &zone->compact;

	c->considered = 0;
	c->defer_shift = min(c->defer_shift + 1, (unsigned int)SB_COMPACT_MAX_DEFER_SHIFT);
	c->order_failed = min(c->order_failed, order);
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_compact_defer(zone, SB_TRACE_COMPACT_DEFER, order);
}

bool sb_compact_deferred(struct sb_zone *zone, unsigned int order)
{
	struct sb_zone_compact *c = &zone->compact;
	unsigned int limit = 1u << c->defer_shift;

	if (order < c->order_failed)
		return false;
	if (++c->considered >= limit) {
		c->considered = limit;
		return false;
	}
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_compact_defer(zone, SB_TRACE_COMPACT_DEFERRED, order);
	return true;
}

void sb_compact_defer_reset(struct sb_zone *zone, unsigned int order, bool success)
{
	struct sb_zone_compact *c = &zone->compact;

	if (success) {
		c->considered = 0;
		c->defer_shift = 0;
	}
	if (order >= c->order_failed)
		c->order_failed = order + 1;
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_compact_defer(zone, SB_TRACE_COMPACT_DEFER_RESET, order);
}

bool sb_compact_restarting(const struct sb_zone *zone, int order)
{
	const struct sb_zone_compact *c = &zone->compact;

	if (order < (int)c->order_failed)
		return false;
	return c->defer_shift == SB_COMPACT_MAX_DEFER_SHIFT &&
	       c->considered >= 1u << c->defer_shift;
}

/* __compaction_suitable(): order 0 stands for the free pages that there are to be. */
static bool has_free(const struct sb_zone *zone, unsigned int order, enum sb_zone_type highest)
{
	enum sb_wmark wmark = order > SB_COSTLY_ORDER ? SB_WMARK_LOW : SB_WMARK_MIN;

	return sb_watermark_ok(zone, 0, sb_watermark(zone, wmark) + sb_compact_gap(order), highest,
			       SB_ALLOC_CMA);
}

bool sb_compact_suitable(struct sb_zone *zone, unsigned int order, enum sb_zone_type highest)
{
	enum sb_compact_result result = SB_COMPACT_CONTINUE;
	struct sb_extfrag seen;

	if (!has_free(zone, order, highest)) {
		result = SB_COMPACT_SKIPPED;
	} else if (order > SB_COSTLY_ORDER) {
		int index;

		sb_extfrag_count(zone, order, &seen);
		index = sb_extfrag_index(&seen, order);
		if (index >= 0 && index <= (int)zone->inst->cfg.extfrag_threshold)
			result = SB_COMPACT_NOT_SUITABLE_ZONE;
	}
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_compact_judged(zone, SB_TRACE_COMPACT_SUITABLE, (int)order, result);
	return result == SB_COMPACT_CONTINUE;
}

enum sb_compact_result sb_compact_needed(struct sb_zone *zone, unsigned int order,
					 enum sb_zone_type highest, unsigned int flags)
{
	if (sb_watermark_ok(zone, order, sb_watermark(zone, flags & SB_ALLOC_WMARK), highest,
			    flags))
		return SB_COMPACT_SUCCESS;
	return sb_compact_suitable(zone, order, highest) ? SB_COMPACT_CONTINUE : SB_COMPACT_SKIPPED;
}

unsigned int sb_compact_score_zone(const struct sb_zone *zone)
{
	unsigned int order = zone->inst->cfg.pageblock_order;
	struct sb_extfrag seen;

	sb_extfrag_count(zone, order, &seen);
	if (!seen.free_pages)
		return 0;
	return (unsigned int)sb_div64_u64((seen.free_pages - (seen.suitable << order)) * 100ull,
					  seen.free_pages);
}

unsigned int sb_compact_score_node(struct sb_instance *inst, int nid)
{
	struct sb_zone *zone = NULL;
	unsigned int score = 0;
	u64 present = 0;

	while ((zone = sb_instance_next_zone(inst, zone)))
		present += zone->nid == nid ? zone->present : 0;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		u64 part = (u64)zone->present * sb_compact_score_zone(zone);

		if (zone->nid == nid)
			score += (unsigned int)sb_div64_u64(part, present + 1);
	}
	return score;
}

unsigned int sb_compact_score_wmark(const struct sb_instance *inst, bool low)
{
	unsigned int mark = max(SB_PROACTIVENESS_MAX - inst->cfg.compaction_proactiveness, 5u);

	return low ? mark : min(mark + 10, 100u);
}

bool sb_compact_should_proactive(struct sb_instance *inst, int nid)
{
	return inst->cfg.compaction_proactiveness &&
	       sb_compact_score_node(inst, nid) > sb_compact_score_wmark(inst, false);
}

bool sb_compact_stopped(struct sb_compact_scan *scan)
{
	const struct sb_compact_limit *limit = &scan->want->limit;

	if (scan->stopped)
		return true;
	scan->stopped = (limit->pages && scan->nr_moved >= limit->pages) ||
			(limit->us && limit->now_us(limit->ctx) - scan->start_us >= limit->us) ||
			(limit->should_stop && limit->should_stop(limit->ctx));
	return scan->stopped;
}

void sb_compact_drain(struct sb_zone *zone, bool all)
{
	if (all)
		sb_pcp_drain_zone(zone);
	else if (zone->pcp)
		sb_pcp_drain_this(zone);
}

static unsigned long last_block(const struct sb_zone *zone)
{
	return sb_pfn_block(sb_zone_end(zone) - 1, zone->inst->cfg.pageblock_order);
}

void sb_compact_reset_positions(struct sb_zone *zone)
{
	zone->compact.migrate_pfn[0] = zone->start_pfn;
	zone->compact.migrate_pfn[1] = zone->start_pfn;
	zone->compact.free_pfn = last_block(zone);
}

/* Somebody of this type could have a block of this order: his own, or one that he would claim. */
static bool block_is_free(const struct sb_zone *zone, unsigned int order, unsigned int type)
{
	if (!sb_engine_empty(zone, order, type) ||
	    (type == SB_MOVABLE && !sb_engine_empty(zone, order, SB_CMA)))
		return true;
	return sb_fallback_may_claim(zone->inst, order, type) &&
	       sb_fallback_find(zone, order, type) >= 0;
}

static enum sb_compact_result judge_free(const struct sb_compact_scan *scan)
{
	const struct sb_compact *want = scan->want;
	unsigned int order;

	if (want->order == SB_COMPACT_WHOLE)
		return SB_COMPACT_CONTINUE;
	/* A pageblock that was begun is done with first. */
	if (!sb_pfn_aligned(scan->migrate_pfn, scan->zone->inst->cfg.pageblock_order))
		return SB_COMPACT_CONTINUE;
	for (order = (unsigned int)want->order; order <= scan->zone->inst->cfg.max_order; order++)
		if (block_is_free(scan->zone, order, want->type))
			return SB_COMPACT_SUCCESS;
	return SB_COMPACT_NO_SUITABLE_PAGE;
}

static enum sb_compact_result judge(struct sb_compact_scan *scan)
{
	struct sb_zone *zone = scan->zone;
	enum sb_compact_result result;

	if (sb_compact_scan_met(scan)) {
		sb_compact_reset_positions(zone);
		if (scan->want->direct)
			zone->compact.flush = true;
		return scan->whole ? SB_COMPACT_COMPLETE : SB_COMPACT_PARTIAL_SKIPPED;
	}
	if (!scan->want->proactive)
		result = judge_free(scan);
	else if (sb_compact_score_zone(zone) > sb_compact_score_wmark(zone->inst, true))
		result = SB_COMPACT_CONTINUE;
	else
		result = SB_COMPACT_SUCCESS;
	return sb_compact_stopped(scan) ? SB_COMPACT_CONTENDED : result;
}

enum sb_compact_result sb_compact_finished(struct sb_compact_scan *scan)
{
	enum sb_compact_result result = judge(scan);

	if (unlikely(sb_trace_on(scan->zone->inst)))
		sb_trace_compact_judged(scan->zone, SB_TRACE_COMPACT_FINISHED, scan->want->order,
					result);
	return result == SB_COMPACT_NO_SUITABLE_PAGE ? SB_COMPACT_CONTINUE : result;
}

static bool in_zone(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_zone_spans(zone, pfn) && sb_pageblock_zone(&zone->inst->blocks, pfn) ==
						   (unsigned int)(zone - zone->inst->zones);
}

/* One block that stays has all of it: pageblock_skip_persistent(). */
static bool is_filled(const struct sb_instance *inst, unsigned long pfn)
{
	struct sb_page_info info;

	sb_memmap_info(inst, pfn, &info);
	return info.state == SB_PAGE_ALLOC && info.order >= inst->cfg.pageblock_order &&
	       !sb_migrate_can(inst, &info);
}

/*
 * There is something to move, or a place to move to. Linux looks at every eighth page, and
 * where all of these stay, compacts nothing there until some other page is free; here nobody
 * reclaims meanwhile, so that this could be for ever.
 */
static bool is_worth_it(const struct sb_zone *zone, unsigned long block, bool source, bool target)
{
	const struct sb_instance *inst = zone->inst;
	unsigned long pfn = max(block, zone->start_pfn);
	unsigned long end =
		min(block + sb_order_pages(inst->cfg.pageblock_order), sb_zone_end(zone));
	struct sb_page_info info;

	for (; pfn < end; pfn = sb_page_info_next(&info, pfn)) {
		sb_memmap_info(inst, pfn, &info);
		if ((source && sb_migrate_can(inst, &info)) ||
		    (target && info.state == SB_PAGE_FREE))
			return true;
	}
	return false;
}

/* __reset_isolation_pfn(). */
static bool reset_block(struct sb_zone *zone, unsigned long pfn, bool source, bool target)
{
	struct sb_instance *inst = zone->inst;
	unsigned long block = sb_pfn_block(pfn, inst->cfg.pageblock_order);

	if (!in_zone(zone, pfn) || is_filled(inst, pfn))
		return false;
	if (source && target && !sb_pageblock_skip(&inst->blocks, pfn))
		return true;
	if (!source && target && sb_pageblock_type(&inst->blocks, pfn) != SB_MOVABLE)
		return false;
	if (!is_worth_it(zone, block, source, target))
		return false;
	sb_pageblock_set_skip(inst, pfn, false);
	return true;
}

static void set_migrate(struct sb_zone_compact *c, unsigned long pfn)
{
	c->migrate_pfn[0] = pfn;
	c->migrate_pfn[1] = pfn;
}

void sb_compact_reset_skip(struct sb_zone *zone)
{
	unsigned long step = sb_order_pages(zone->inst->cfg.pageblock_order);
	unsigned long low = zone->start_pfn, high = sb_zone_end(zone) - 1;
	unsigned long first = high, last = low;
	struct sb_zone_compact *c = &zone->compact;
	bool source = false, target = false;

	if (!c->flush)
		return;
	c->flush = false;
	for (; low < high; low += step, high -= min(step, high)) {
		if (reset_block(zone, low, true, source) && low < first) {
			source = true;
			first = low;
			c->init_migrate_pfn = low;
			set_migrate(c, low);
		}
		if (reset_block(zone, high, target, true) && high > last) {
			target = true;
			last = high;
			c->init_free_pfn = high;
			c->free_pfn = high;
		}
	}
	/* Nothing to move, or nowhere: the scanners meet at once. */
	if (first >= last) {
		set_migrate(c, low);
		c->free_pfn = high;
	}
}

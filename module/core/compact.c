// SPDX-License-Identifier: GPL-2.0-only
#include "compact_policy.h"
#include "pcp.h"
#include "trace_compact.h"
#include "zonelist.h"

static bool is_sync(const struct sb_compact *compact)
{
	return compact->mode != SB_MIGRATE_ASYNC;
}

/* When the scanner has left the block of the order wanted that it moved things out of. */
static void drain_behind(const struct sb_compact_scan *scan, unsigned long *last_moved)
{
	int order = scan->want->order;

	if (order <= 0 || !*last_moved ||
	    *last_moved >= sb_pfn_block(scan->migrate_pfn, (unsigned int)order))
		return;
	sb_compact_drain(scan->zone, false);
	*last_moved = 0;
}

static void count(struct sb_zone *zone, const struct sb_compact_done *before,
		  const struct sb_compact_done *done)
{
	sb_zone_count(zone, SB_EVENT_COMPACT_MIGRATE_SCANNED,
		      done->migrate_scanned - before->migrate_scanned);
	sb_zone_count(zone, SB_EVENT_COMPACT_FREE_SCANNED,
		      done->free_scanned - before->free_scanned);
	sb_zone_count(zone, SB_EVENT_COMPACT_ISOLATED, done->isolated - before->isolated);
}

static void trace_run(const struct sb_compact_scan *scan, unsigned int kind,
		      enum sb_compact_result result)
{
	unsigned int order = scan->zone->inst->cfg.pageblock_order;

	if (likely(!sb_trace_on(scan->zone->inst)))
		return;
	sb_trace_compact_run(scan->zone, kind, scan->migrate_pfn,
			     max(sb_pfn_block(scan->free_pfn[0] - 1, order), scan->zone->start_pfn),
			     is_sync(scan->want), result);
}

/* One step, and what is kept of it: the loop's body of compact_zone(). */
static void step(struct sb_compact_scan *scan, unsigned long *last_moved, bool *update_cached)
{
	unsigned int order = scan->zone->inst->cfg.pageblock_order;
	struct sb_zone_compact *c = &scan->zone->compact;
	struct sb_compact_step did;

	/* What was left of a pageblock is gone through at once, not piece by piece. */
	scan->finish = *last_moved &&
		       sb_pfn_block(*last_moved, order) == sb_pfn_block(scan->migrate_pfn, order);
	sb_compact_scan_step(scan, &did);
	if (!did.moved && !did.failed) {
		/* Nothing that an async run could not move: others need not look either. */
		if (*update_cached)
			c->migrate_pfn[1] = c->migrate_pfn[0];
	} else {
		*update_cached = false;
		*last_moved =
			max(scan->zone->start_pfn, sb_pfn_block(scan->migrate_pfn - 1, order));
		if (unlikely(sb_trace_on(scan->zone->inst)))
			sb_trace_compact_moved(scan->zone->inst, did.moved, did.failed);
	}
	drain_behind(scan, last_moved);
}

static enum sb_compact_result run(struct sb_compact_scan *scan)
{
	const struct sb_zone_compact *c = &scan->zone->compact;
	bool update_cached = !is_sync(scan->want) && c->migrate_pfn[0] == c->migrate_pfn[1];
	bool all = scan->want->order == SB_COMPACT_WHOLE;
	enum sb_compact_result result;
	unsigned long last_moved = 0;

	trace_run(scan, SB_TRACE_COMPACT_BEGIN, SB_COMPACT_CONTINUE);
	if (all)
		sb_compact_drain(scan->zone, true);
	while ((result = sb_compact_finished(scan)) == SB_COMPACT_CONTINUE) {
		step(scan, &last_moved, &update_cached);
		if (scan->short_of_free && !sb_compact_scan_met(scan)) {
			result = SB_COMPACT_CONTENDED;
			break;
		}
	}
	if (all)
		sb_compact_drain(scan->zone, true);
	sb_compact_scan_end(scan);
	trace_run(scan, SB_TRACE_COMPACT_END, result);
	return result;
}

enum sb_compact_result sb_compact_zone(struct sb_zone *zone, struct sb_compact *compact)
{
	struct sb_compact_scan scan = { .zone = zone, .want = compact };
	const struct sb_compact_done before = compact->done;
	enum sb_compact_result result;

	if (!READ_ONCE(zone->inst->mover) || zone->inst->corrupt)
		return SB_COMPACT_SKIPPED;
	if (compact->order != SB_COMPACT_WHOLE) {
		result = sb_compact_needed(zone, (unsigned int)compact->order, compact->highest,
					   compact->flags);
		if (result != SB_COMPACT_CONTINUE)
			return result;
	}
	/* Deferred as often as can be: it is time to look everywhere again. */
	if (sb_compact_restarting(zone, compact->order))
		sb_compact_reset_skip(zone);
	if (compact->limit.us)
		scan.start_us = compact->limit.now_us(compact->limit.ctx);
	sb_compact_scan_begin(&scan);
	result = run(&scan);
	count(zone, &before, &compact->done);
	return result;
}

/* For all zones of a run together: what is left of the budget. */
static bool is_used_up(const struct sb_compact_limit *limit, u64 start_us, unsigned long moved,
		       struct sb_compact_limit *left)
{
	u64 us = limit->us ? limit->now_us(limit->ctx) - start_us : 0;

	*left = *limit;
	if (limit->should_stop && limit->should_stop(limit->ctx))
		return true;
	if ((limit->us && us >= limit->us) || (limit->pages && moved >= limit->pages))
		return true;
	if (limit->us)
		left->us = limit->us - us;
	if (limit->pages)
		left->pages = limit->pages - moved;
	return false;
}

static void count_daemon(struct sb_zone *zone, const struct sb_compact_done *done)
{
	sb_zone_count(zone, SB_EVENT_COMPACT_DAEMON_MIGRATE_SCANNED, done->migrate_scanned);
	sb_zone_count(zone, SB_EVENT_COMPACT_DAEMON_FREE_SCANNED, done->free_scanned);
}

void sb_compact_add_done(struct sb_compact_done *sum, const struct sb_compact_done *done)
{
	sum->migrate_scanned += done->migrate_scanned;
	sum->free_scanned += done->free_scanned;
	sum->isolated += done->isolated;
	sum->moved += done->moved;
	sum->failed += done->failed;
	sum->units += done->units;
}

enum sb_compact_result sb_compact_node(struct sb_instance *inst, int nid, bool proactive,
				       const struct sb_compact_limit *limit,
				       struct sb_compact_done *done)
{
	const struct sb_compact_limit none = { 0 };
	const struct sb_compact_limit *most = limit ? limit : &none;
	enum sb_compact_result best = SB_COMPACT_SKIPPED, result;
	u64 start_us = most->us ? most->now_us(most->ctx) : 0;
	unsigned long moved = 0;
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(inst, zone))) {
		struct sb_compact compact = {
			.order = SB_COMPACT_WHOLE,
			.mode = proactive ? SB_MIGRATE_SYNC_LIGHT : SB_MIGRATE_SYNC,
			.proactive = proactive,
			.whole_zone = true,
			.ignore_skip_hint = true,
		};

		if (nid != SB_NID_ANY && zone->nid != nid)
			continue;
		if (is_used_up(most, start_us, moved, &compact.limit))
			return SB_COMPACT_CONTENDED;
		result = sb_compact_zone(zone, &compact);
		if (proactive)
			count_daemon(zone, &compact.done);
		sb_compact_add_done(done, &compact.done);
		moved += compact.done.moved;
		best = max(best, result);
	}
	return best;
}

/* SB_COMPACT_CONTENDED counts for more than SB_COMPACT_COMPLETE, as in Linux. */
static enum sb_compact_result compact_for(struct sb_zone *zone, const struct sb_request *request,
					  enum sb_zone_type highest, unsigned int flags,
					  enum sb_compact_prio prio)
{
	bool full = prio == SB_COMPACT_PRIO_SYNC_FULL;
	struct sb_compact compact = {
		.order = (int)request->order,
		.type = zone->inst->blocks.grouping ? request->type : SB_UNMOVABLE,
		.highest = highest,
		.flags = flags,
		.mode = prio == SB_COMPACT_PRIO_ASYNC ? SB_MIGRATE_ASYNC : SB_MIGRATE_SYNC_LIGHT,
		.direct = true,
		.whole_zone = full,
		.ignore_skip_hint = full,
		.ignore_block_suitable = full,
	};
	enum sb_compact_result result;

	if (!full && sb_compact_deferred(zone, request->order))
		return SB_COMPACT_DEFERRED;
	result = sb_compact_zone(zone, &compact);
	if (result == SB_COMPACT_SUCCESS)
		sb_compact_defer_reset(zone, request->order, false);
	else if (prio != SB_COMPACT_PRIO_ASYNC &&
		 (result == SB_COMPACT_COMPLETE || result == SB_COMPACT_PARTIAL_SKIPPED))
		sb_compact_defer(zone, request->order);
	return result;
}

enum sb_compact_result sb_compact_direct(struct sb_instance *inst, const struct sb_request *request,
					 unsigned int flags, enum sb_compact_prio prio)
{
	enum sb_compact_result best = SB_COMPACT_SKIPPED, result;
	struct sb_zonelist_iter it;
	struct sb_zone *zone;

	if (!request->order || !(request->gfp & SB_GFP_DIRECT_RECLAIM) || request->no_io ||
	    !READ_ONCE(inst->mover))
		return SB_COMPACT_SKIPPED;
	if (unlikely(sb_trace_on(inst)))
		sb_trace_compact_try(inst, request->order,
				     request->gfp | sb_gfp_of_type(request->type), prio);
	sb_zonelist_begin(&it, inst, request);
	while ((zone = sb_zonelist_next(&it))) {
		result = compact_for(zone, request, it.highest, flags, prio);
		best = max(best, result);
		if (result == SB_COMPACT_SUCCESS)
			break;
	}
	return best;
}

bool sb_compact_take(struct sb_instance *inst, const struct sb_request *request, unsigned int flags,
		     enum sb_compact_prio prio, unsigned long *pfn)
{
	struct sb_zonelist_iter it;
	struct sb_zone *preferred;
	struct sb_zone *zone;

	if (sb_compact_direct(inst, request, flags, prio) == SB_COMPACT_SKIPPED)
		return false;
	sb_zonelist_begin(&it, inst, request);
	preferred = sb_zonelist_next(&it);
	sb_zone_count(preferred, SB_EVENT_COMPACT_STALL, 1);
	if (!sb_zonelist_take(inst, request, flags, pfn)) {
		sb_zone_count(preferred, SB_EVENT_COMPACT_FAIL, 1);
		return false;
	}
	zone = &inst->zones[sb_pageblock_zone(&inst->blocks, *pfn)];
	zone->compact.flush = false;
	sb_compact_defer_reset(zone, request->order, true);
	sb_zone_count(preferred, SB_EVENT_COMPACT_SUCCESS, 1);
	return true;
}

static bool on_node(const struct sb_zone *zone, int nid, enum sb_zone_type highest)
{
	return zone->nid == nid && zone->type <= highest;
}

bool sb_compact_daemon_suitable(struct sb_instance *inst, int nid, unsigned int order,
				enum sb_zone_type highest)
{
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(inst, zone)))
		if (on_node(zone, nid, highest) &&
		    sb_compact_needed(zone, order, highest, SB_WMARK_MIN) == SB_COMPACT_CONTINUE)
			return true;
	return false;
}

void sb_compact_set_worker(struct sb_instance *inst,
			   void (*wake)(void *ctx, const struct sb_request *request), void *ctx)
{
	inst->worker.ctx = ctx;
	inst->worker.wake = wake;
}

/* What a worker does for one zone. */
static void serve(struct sb_zone *zone, unsigned int order, enum sb_zone_type highest,
		  const struct sb_compact_limit *limit)
{
	struct sb_compact compact = {
		.order = (int)order,
		.highest = highest,
		.flags = SB_WMARK_MIN,
		.mode = SB_MIGRATE_SYNC_LIGHT,
		.limit = *limit,
	};
	enum sb_compact_result result;

	if (sb_compact_deferred(zone, order) ||
	    sb_compact_needed(zone, order, zone->type, SB_WMARK_MIN) != SB_COMPACT_CONTINUE)
		return;
	result = sb_compact_zone(zone, &compact);
	if (result == SB_COMPACT_SUCCESS) {
		sb_compact_defer_reset(zone, order, false);
	} else if (result == SB_COMPACT_COMPLETE || result == SB_COMPACT_PARTIAL_SKIPPED) {
		/* What could merge may be kept by other CPUs. */
		sb_compact_drain(zone, true);
		sb_compact_defer(zone, order);
	}
	count_daemon(zone, &compact.done);
}

void sb_compact_daemon(struct sb_instance *inst, int nid, unsigned int order,
		       enum sb_zone_type highest, const struct sb_compact_limit *limit)
{
	const struct sb_compact_limit none = { 0 };
	struct sb_zone *zone = NULL;
	bool first = true;

	if (unlikely(sb_trace_on(inst)))
		sb_trace_compact_worker(inst, SB_TRACE_COMPACT_WAKE, nid, (int)order, highest);
	limit = limit ? limit : &none;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (!on_node(zone, nid, highest))
			continue;
		if (first)
			sb_zone_count(zone, SB_EVENT_COMPACT_DAEMON_WAKE, 1);
		first = false;
		if (limit->should_stop && limit->should_stop(limit->ctx))
			return;
		serve(zone, order, highest, limit);
	}
}

unsigned int sb_compact_proactive(struct sb_instance *inst, int nid,
				  const struct sb_compact_limit *limit,
				  struct sb_compact_done *done)
{
	unsigned int before;

	if (!READ_ONCE(inst->mover) || !sb_compact_should_proactive(inst, nid))
		return SB_COMPACT_CHECK_MS;
	before = sb_compact_score_node(inst, nid);
	sb_compact_node(inst, nid, true, limit, done);
	return sb_compact_score_node(inst, nid) >= before ?
		       SB_COMPACT_CHECK_MS << SB_COMPACT_MAX_DEFER_SHIFT :
		       SB_COMPACT_CHECK_MS;
}

void sb_compact_tell_sleep(struct sb_instance *inst, int nid)
{
	if (unlikely(sb_trace_on(inst)))
		sb_trace_compact_worker(inst, SB_TRACE_COMPACT_SLEEP, nid, 0, SB_ZONE_DMA);
}

void sb_compact_tell_wakeup(struct sb_instance *inst, int nid, unsigned int order,
			    enum sb_zone_type highest)
{
	if (unlikely(sb_trace_on(inst)))
		sb_trace_compact_worker(inst, SB_TRACE_COMPACT_WAKEUP, nid, (int)order, highest);
}

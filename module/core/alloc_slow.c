// SPDX-License-Identifier: GPL-2.0-only
#include "alloc_slow.h"
#include "compact.h"
#include "highatomic.h"
#include "pcp_drain.h"
#include "quarantine.h"
#include "zonelist.h"

/* kswapd would be woken. It finds nothing to reclaim, so the boost that calls for it ends. */
static void unboost(struct sb_instance *inst, const struct sb_request *request)
{
	struct sb_zonelist_iter it;
	struct sb_zone *zone;

	if (!(request->gfp & SB_GFP_KSWAPD_RECLAIM))
		return;
	sb_zonelist_begin(&it, inst, request);
	while ((zone = sb_zonelist_next(&it)))
		sb_watermark_unboost(zone);
}

/* The MEMALLOC that it has is not taken back by NOMEMALLOC: gfp_pfmemalloc_allowed(). */
static bool ignores_watermarks(const struct sb_request *request)
{
	return (request->gfp & SB_GFP_MEMALLOC) && !(request->gfp & SB_GFP_NOMEMALLOC);
}

static bool is_costly(const struct sb_request *request)
{
	return request->order > SB_COSTLY_ORDER;
}

/*
 * Before all else for large blocks, which drains alone hardly make, and for those that
 * would spread over Movable pageblocks. Linux ends a NORETRY here that was skipped or
 * deferred, to save itself reclaim; drains cost little.
 */
static bool compact_first(struct sb_instance *inst, const struct sb_request *request,
			  unsigned int flags, unsigned long *pfn)
{
	return (is_costly(request) || request->type != SB_MOVABLE) &&
	       !ignores_watermarks(request) &&
	       sb_compact_take(inst, request, flags, SB_COMPACT_PRIO_ASYNC, pfn);
}

/* A large block that may be done without is not waited for. */
static bool compact_again(struct sb_instance *inst, const struct sb_request *request,
			  unsigned int flags, unsigned long *pfn)
{
	bool hurry = is_costly(request) && (request->gfp & SB_GFP_NORETRY);

	return sb_compact_take(inst, request, flags,
			       hurry ? SB_COMPACT_PRIO_ASYNC : SB_COMPACT_PRIO_SYNC_LIGHT, pfn);
}

/*
 * Free pages parked on per-CPU lists, in quarantine or in the reserve may be what
 * it takes. Of the reserve each zone keeps a pageblock, until a small request insists.
 */
static bool take_all(struct sb_instance *inst, const struct sb_request *request, unsigned int flags,
		     unsigned long *pfn)
{
	sb_highatomic_unreserve(inst, request, false);
	sb_pcp_drain_all(inst);
	sb_quarantine_drain_all(inst);
	if (sb_zonelist_take(inst, request, flags, pfn) || compact_again(inst, request, flags, pfn))
		return true;
	if ((request->gfp & SB_GFP_NORETRY) || is_costly(request))
		return false;
	while (sb_highatomic_unreserve(inst, request, true))
		if (sb_zonelist_take(inst, request, flags, pfn))
			return true;
	return false;
}

static bool try_slowly(struct sb_instance *inst, const struct sb_request *request,
		       unsigned long *pfn)
{
	unsigned int flags = sb_zonelist_slow_flags(inst, request);
	bool hopeless = sb_zonelist_hopeless(inst, request);

	unboost(inst, request);
	if ((!hopeless && sb_zonelist_take(inst, request, flags, pfn)) ||
	    compact_first(inst, request, flags, pfn))
		return true;
	if (ignores_watermarks(request)) {
		/* Instead of what it was allowed before: not the HighAtomic reserve. */
		flags = SB_ALLOC_NO_WATERMARKS | (flags & SB_ALLOC_CMA);
		if (!hopeless && sb_zonelist_take(inst, request, flags, pfn))
			return true;
	}
	return (request->gfp & SB_GFP_DIRECT_RECLAIM) && take_all(inst, request, flags, pfn);
}

/* Who can wait compacts by himself, and wakes nobody as long as that helps. */
static void wake_worker(struct sb_instance *inst, const struct sb_request *request, bool helped)
{
	const struct sb_compact_worker *worker = &inst->worker;

	if (!worker->wake || !request->order || !(request->gfp & SB_GFP_KSWAPD_RECLAIM))
		return;
	if (!helped || !(request->gfp & SB_GFP_DIRECT_RECLAIM))
		worker->wake(worker->ctx, request);
}

/* A zone that came meanwhile may have been missed: check_retry_zonelist(), Linux 6.12. */
static bool try_until_none_came(struct sb_instance *inst, const struct sb_request *request,
				unsigned long *pfn)
{
	unsigned int seq;

	do {
		seq = sb_zonelist_seq(inst);
		if (try_slowly(inst, request, pfn))
			return true;
	} while (unlikely(sb_zonelist_seq(inst) != seq));
	return false;
}

bool sb_alloc_slowly(struct sb_instance *inst, const struct sb_request *request, unsigned long *pfn)
{
	bool helped = try_until_none_came(inst, request, pfn);

	wake_worker(inst, request, helped);
	return helped;
}

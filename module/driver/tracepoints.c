// SPDX-License-Identifier: GPL-2.0-only
#include "events.h"
#include "gfp.h"
#include "trace.h"
#include "tracepoints_compact.h"

#define CREATE_TRACE_POINTS
#include "tracepoints.h"

static void emit_cma(const struct sb_event *event)
{
	switch (event->kind) {
	case SB_TRACE_CMA_START:
		trace_cma_alloc_start(event);
		break;
	case SB_TRACE_CMA_FINISH:
		trace_cma_alloc_finish(event);
		break;
	case SB_TRACE_CMA_BUSY:
		trace_cma_alloc_busy_retry(event);
		break;
	case SB_TRACE_CMA_RELEASE:
		trace_cma_release(event);
		break;
	case SB_TRACE_TEST_ISOLATED:
		trace_test_pages_isolated(event);
		break;
	}
}

static void emit_rare(const struct sb_event *event)
{
	switch (event->kind) {
	case SB_TRACE_HIGHATOMIC_RESERVE:
		trace_highatomic_reserve(event);
		break;
	case SB_TRACE_HIGHATOMIC_UNRESERVE:
		trace_highatomic_unreserve(event);
		break;
	case SB_TRACE_POISON:
		trace_page_poison(event);
		break;
	case SB_TRACE_MIGRATE:
		trace_mm_migrate_pages(event);
		break;
	default:
		if (!sbuddy_tracepoints_emit_compact(event))
			emit_cma(event);
	}
}

void sbuddy_tracepoints_emit(const struct sb_event *event, unsigned int pageblock_order)
{
	switch (event->kind) {
	case SB_TRACE_PAGE_ALLOC:
		trace_mm_page_alloc(event);
		break;
	case SB_TRACE_PAGE_FREE:
		trace_mm_page_free(event);
		break;
	case SB_TRACE_PAGE_FREE_BATCHED:
		trace_mm_page_free_batched(event);
		break;
	case SB_TRACE_ZONE_LOCKED:
		trace_mm_page_alloc_zone_locked(event);
		break;
	case SB_TRACE_PCPU_DRAIN:
		trace_mm_page_pcpu_drain(event);
		break;
	case SB_TRACE_EXTFRAG:
		trace_mm_page_alloc_extfrag(event, pageblock_order);
		break;
	default:
		emit_rare(event);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
#include "trace_compact.h"

#define CREATE_TRACE_POINTS
#include "tracepoints_compact.h"

/* What a run tells of itself. */
static bool emit_run(const struct sb_event *event)
{
	switch (event->kind) {
	case SB_TRACE_COMPACT_BEGIN:
		trace_mm_compaction_begin(event);
		return true;
	case SB_TRACE_COMPACT_END:
		trace_mm_compaction_end(event);
		return true;
	case SB_TRACE_COMPACT_MIGRATEPAGES:
		trace_mm_compaction_isolate_migratepages(event);
		return true;
	case SB_TRACE_COMPACT_FREEPAGES:
		trace_mm_compaction_isolate_freepages(event);
		return true;
	case SB_TRACE_COMPACT_MOVED:
		trace_mm_compaction_migratepages(event);
		return true;
	case SB_TRACE_COMPACT_FINISHED:
		trace_mm_compaction_finished(event);
		return true;
	}
	return false;
}

/* Who begins one, and who does not. */
static bool emit_policy(const struct sb_event *event)
{
	switch (event->kind) {
	case SB_TRACE_COMPACT_TRY:
		trace_mm_compaction_try_to_compact_pages(event);
		return true;
	case SB_TRACE_COMPACT_SUITABLE:
		trace_mm_compaction_suitable(event);
		return true;
	case SB_TRACE_COMPACT_DEFERRED:
		trace_mm_compaction_deferred(event);
		return true;
	case SB_TRACE_COMPACT_DEFER:
		trace_mm_compaction_defer_compaction(event);
		return true;
	case SB_TRACE_COMPACT_DEFER_RESET:
		trace_mm_compaction_defer_reset(event);
		return true;
	}
	return false;
}

static bool emit_worker(const struct sb_event *event)
{
	switch (event->kind) {
	case SB_TRACE_COMPACT_SLEEP:
		trace_mm_compaction_kcompactd_sleep(event);
		return true;
	case SB_TRACE_COMPACT_WAKEUP:
		trace_mm_compaction_wakeup_kcompactd(event);
		return true;
	case SB_TRACE_COMPACT_WAKE:
		trace_mm_compaction_kcompactd_wake(event);
		return true;
	}
	return false;
}

bool sbuddy_tracepoints_emit_compact(const struct sb_event *event)
{
	return emit_run(event) || emit_policy(event) || emit_worker(event);
}

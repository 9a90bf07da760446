/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of compaction: names, fields and texts of Linux's events/compaction/,
 * with the number of the instance at the end.
 */
/* clang-format off */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sbuddy

#if !defined(SBUDDY_TRACEPOINTS_COMPACT_H) || defined(TRACE_HEADER_MULTI_READ)
#define SBUDDY_TRACEPOINTS_COMPACT_H

#include <linux/tracepoint.h>

#include "events.h"
#include "gfp.h"
#include "trace_compact.h"

/* Passes an event to the tracepoint of its kind; false when it is none of compaction. */
bool sbuddy_tracepoints_emit_compact(const struct sb_event *event);

TRACE_DEFINE_ENUM(SB_COMPACT_NOT_SUITABLE_ZONE);
TRACE_DEFINE_ENUM(SB_COMPACT_SKIPPED);
TRACE_DEFINE_ENUM(SB_COMPACT_DEFERRED);
TRACE_DEFINE_ENUM(SB_COMPACT_NO_SUITABLE_PAGE);
TRACE_DEFINE_ENUM(SB_COMPACT_CONTINUE);
TRACE_DEFINE_ENUM(SB_COMPACT_COMPLETE);
TRACE_DEFINE_ENUM(SB_COMPACT_PARTIAL_SKIPPED);
TRACE_DEFINE_ENUM(SB_COMPACT_CONTENDED);
TRACE_DEFINE_ENUM(SB_COMPACT_SUCCESS);
TRACE_DEFINE_ENUM(SB_ZONE_DMA);
TRACE_DEFINE_ENUM(SB_ZONE_NORMAL);
TRACE_DEFINE_ENUM(SB_ZONE_HIGHMEM);
TRACE_DEFINE_ENUM(SB_ZONE_MOVABLE);

#define show_compact_result(result) \
	__print_symbolic(result, \
			 { SB_COMPACT_NOT_SUITABLE_ZONE, "not_suitable_zone" }, \
			 { SB_COMPACT_SKIPPED, "skipped" }, \
			 { SB_COMPACT_DEFERRED, "deferred" }, \
			 { SB_COMPACT_NO_SUITABLE_PAGE, "no_suitable_page" }, \
			 { SB_COMPACT_CONTINUE, "continue" }, \
			 { SB_COMPACT_COMPLETE, "complete" }, \
			 { SB_COMPACT_PARTIAL_SKIPPED, "partial_skipped" }, \
			 { SB_COMPACT_CONTENDED, "contended" }, \
			 { SB_COMPACT_SUCCESS, "success" })

#define show_zone(idx) \
	__print_symbolic(idx, \
			 { SB_ZONE_DMA, "DMA" }, \
			 { SB_ZONE_NORMAL, "Normal" }, \
			 { SB_ZONE_HIGHMEM, "HighMem" }, \
			 { SB_ZONE_MOVABLE, "Movable" })

#define show_compact_gfp(flags) \
	((flags) ? SB_TRACE_WITH_GFP_NAMES(__print_flags, flags, "|") : "none")

#define SBUDDY_COMPACT_EVENT(class, name) \
	DEFINE_EVENT_FN(class, name, TP_PROTO(const struct sb_event *event), TP_ARGS(event), \
			sbuddy_events_reg, sbuddy_events_unreg)

DECLARE_EVENT_CLASS(sbuddy_isolate,
		    TP_PROTO(const struct sb_event *event),
		    TP_ARGS(event),
		    TP_STRUCT__entry(__field(unsigned long, start_pfn)
				     __field(unsigned long, end_pfn)
				     __field(unsigned long, nr_scanned)
				     __field(unsigned long, nr_taken)
				     __field(unsigned int, instance)),
		    TP_fast_assign(__entry->start_pfn = (unsigned long)event->pfn;
				   __entry->end_pfn =
					(unsigned long)(event->pfn + event->nr_pages);
				   __entry->nr_scanned = event->nr_pages;
				   __entry->nr_taken = event->nr_fine;
				   __entry->instance = event->instance),
		    TP_printk("range=(0x%lx ~ 0x%lx) nr_scanned=%lu nr_taken=%lu instance=%u",
			      __entry->start_pfn, __entry->end_pfn, __entry->nr_scanned,
			      __entry->nr_taken, __entry->instance)
);

SBUDDY_COMPACT_EVENT(sbuddy_isolate, mm_compaction_isolate_migratepages);
SBUDDY_COMPACT_EVENT(sbuddy_isolate, mm_compaction_isolate_freepages);

TRACE_EVENT_FN(mm_compaction_migratepages,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(unsigned long, nr_migrated)
				__field(unsigned long, nr_failed)
				__field(unsigned int, instance)),
	       TP_fast_assign(__entry->nr_migrated = event->nr_pages;
			      __entry->nr_failed = event->nr_fine;
			      __entry->instance = event->instance),
	       TP_printk("nr_migrated=%lu nr_failed=%lu instance=%u",
			 __entry->nr_migrated, __entry->nr_failed, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

TRACE_EVENT_FN(mm_compaction_begin,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(unsigned long, zone_start)
				__field(unsigned long, migrate_pfn)
				__field(unsigned long, free_pfn)
				__field(unsigned long, zone_end)
				__field(bool, sync)
				__field(unsigned int, instance)),
	       TP_fast_assign(struct sb_trace_run run = sb_trace_run(event);

			      __entry->zone_start = (unsigned long)run.zone_start;
			      __entry->migrate_pfn = (unsigned long)run.migrate_pfn;
			      __entry->free_pfn = (unsigned long)run.free_pfn;
			      __entry->zone_end = (unsigned long)run.zone_end;
			      __entry->sync = run.sync;
			      __entry->instance = event->instance),
	       TP_printk("zone_start=0x%lx migrate_pfn=0x%lx free_pfn=0x%lx zone_end=0x%lx, mode=%s instance=%u",
			 __entry->zone_start, __entry->migrate_pfn, __entry->free_pfn,
			 __entry->zone_end, __entry->sync ? "sync" : "async", __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

TRACE_EVENT_FN(mm_compaction_end,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(unsigned long, zone_start)
				__field(unsigned long, migrate_pfn)
				__field(unsigned long, free_pfn)
				__field(unsigned long, zone_end)
				__field(bool, sync)
				__field(int, status)
				__field(unsigned int, instance)),
	       TP_fast_assign(struct sb_trace_run run = sb_trace_run(event);

			      __entry->zone_start = (unsigned long)run.zone_start;
			      __entry->migrate_pfn = (unsigned long)run.migrate_pfn;
			      __entry->free_pfn = (unsigned long)run.free_pfn;
			      __entry->zone_end = (unsigned long)run.zone_end;
			      __entry->sync = run.sync;
			      __entry->status = run.status;
			      __entry->instance = event->instance),
	       TP_printk("zone_start=0x%lx migrate_pfn=0x%lx free_pfn=0x%lx zone_end=0x%lx, mode=%s status=%s instance=%u",
			 __entry->zone_start, __entry->migrate_pfn, __entry->free_pfn,
			 __entry->zone_end, __entry->sync ? "sync" : "async",
			 show_compact_result(__entry->status), __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

TRACE_EVENT_FN(mm_compaction_try_to_compact_pages,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(int, order)
				__field(unsigned long, gfp_mask)
				__field(int, prio)
				__field(unsigned int, instance)),
	       TP_fast_assign(__entry->order = event->order;
			      __entry->gfp_mask = event->gfp;
			      __entry->prio = event->type;
			      __entry->instance = event->instance),
	       TP_printk("order=%d gfp_mask=%s priority=%d instance=%u", __entry->order,
			 show_compact_gfp(__entry->gfp_mask), __entry->prio, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

DECLARE_EVENT_CLASS(sbuddy_judged,
		    TP_PROTO(const struct sb_event *event),
		    TP_ARGS(event),
		    TP_STRUCT__entry(__field(int, nid)
				     __field(int, idx)
				     __field(int, order)
				     __field(int, ret)
				     __field(unsigned int, instance)),
		    TP_fast_assign(__entry->nid = (int)(event->pfn >> 8);
				   __entry->idx = (int)(event->pfn & 255);
				   __entry->order = sb_trace_compact_order(event);
				   __entry->ret = event->type;
				   __entry->instance = event->instance),
		    TP_printk("node=%d zone=%-8s order=%d ret=%s instance=%u",
			      __entry->nid, show_zone(__entry->idx), __entry->order,
			      show_compact_result(__entry->ret), __entry->instance)
);

SBUDDY_COMPACT_EVENT(sbuddy_judged, mm_compaction_finished);
SBUDDY_COMPACT_EVENT(sbuddy_judged, mm_compaction_suitable);

DECLARE_EVENT_CLASS(sbuddy_defer,
		    TP_PROTO(const struct sb_event *event),
		    TP_ARGS(event),
		    TP_STRUCT__entry(__field(int, nid)
				     __field(int, idx)
				     __field(int, order)
				     __field(unsigned int, considered)
				     __field(unsigned int, defer_shift)
				     __field(int, order_failed)
				     __field(unsigned int, instance)),
		    TP_fast_assign(__entry->nid = (int)(event->pfn >> 8);
				   __entry->idx = (int)(event->pfn & 255);
				   __entry->order = event->order;
				   __entry->considered = event->nr_pages;
				   __entry->defer_shift = event->type;
				   __entry->order_failed = event->other_order;
				   __entry->instance = event->instance),
		    TP_printk("node=%d zone=%-8s order=%d order_failed=%d consider=%u limit=%lu instance=%u",
			      __entry->nid, show_zone(__entry->idx), __entry->order,
			      __entry->order_failed, __entry->considered,
			      1UL << __entry->defer_shift, __entry->instance)
);

SBUDDY_COMPACT_EVENT(sbuddy_defer, mm_compaction_deferred);
SBUDDY_COMPACT_EVENT(sbuddy_defer, mm_compaction_defer_compaction);
SBUDDY_COMPACT_EVENT(sbuddy_defer, mm_compaction_defer_reset);

TRACE_EVENT_FN(mm_compaction_kcompactd_sleep,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(int, nid)
				__field(unsigned int, instance)),
	       TP_fast_assign(__entry->nid = (int)(event->pfn >> 8);
			      __entry->instance = event->instance),
	       TP_printk("nid=%d instance=%u", __entry->nid, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

DECLARE_EVENT_CLASS(sbuddy_worker,
		    TP_PROTO(const struct sb_event *event),
		    TP_ARGS(event),
		    TP_STRUCT__entry(__field(int, nid)
				     __field(int, order)
				     __field(int, highest_zoneidx)
				     __field(unsigned int, instance)),
		    TP_fast_assign(__entry->nid = (int)(event->pfn >> 8);
				   __entry->order = sb_trace_compact_order(event);
				   __entry->highest_zoneidx = (int)(event->pfn & 255);
				   __entry->instance = event->instance),
		    TP_printk("nid=%d order=%d classzone_idx=%-8s instance=%u",
			      __entry->nid, __entry->order, show_zone(__entry->highest_zoneidx),
			      __entry->instance)
);

SBUDDY_COMPACT_EVENT(sbuddy_worker, mm_compaction_wakeup_kcompactd);
SBUDDY_COMPACT_EVENT(sbuddy_worker, mm_compaction_kcompactd_wake);

#endif

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE tracepoints_compact
#include <trace/define_trace.h>
/* clang-format on */

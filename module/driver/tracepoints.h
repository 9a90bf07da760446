/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: events/sbuddy/ of tracefs. Names, fields and texts are those of
 * Linux's events/kmem/, events/cma/, events/page_isolation/ and events/migrate/, with
 * the number of the instance at the end and without page, of which there is none here.
 *
 * On a kernel without tracepoints all of this compiles to nothing.
 */
/* clang-format off */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sbuddy

#if !defined(SBUDDY_TRACEPOINTS_H) || defined(TRACE_HEADER_MULTI_READ)
#define SBUDDY_TRACEPOINTS_H

#include <linux/tracepoint.h>

#include "events.h"
#include "gfp.h"
#include "migrate.h"
#include "trace.h"

/* Passes an event to the tracepoint of its kind. Context: any but NMI. */
void sbuddy_tracepoints_emit(const struct sb_event *event, unsigned int pageblock_order);

TRACE_DEFINE_ENUM(SB_UNMOVABLE);
TRACE_DEFINE_ENUM(SB_MOVABLE);
TRACE_DEFINE_ENUM(SB_RECLAIMABLE);
TRACE_DEFINE_ENUM(SB_HIGHATOMIC);
TRACE_DEFINE_ENUM(SB_CMA);
TRACE_DEFINE_ENUM(SB_ISOLATE);

#define show_migratetype(type) \
	__print_symbolic(type, \
			 { SB_UNMOVABLE, "Unmovable" }, \
			 { SB_MOVABLE, "Movable" }, \
			 { SB_RECLAIMABLE, "Reclaimable" }, \
			 { SB_HIGHATOMIC, "HighAtomic" }, \
			 { SB_CMA, "CMA" }, \
			 { SB_ISOLATE, "Isolate" })

#define show_gfp(flags) \
	((flags) ? SB_TRACE_WITH_GFP_NAMES(__print_flags, flags, "|") : "none")

TRACE_EVENT_FN(mm_page_alloc,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(unsigned long, pfn)
				__field(unsigned int, order)
				__field(unsigned long, gfp_flags)
				__field(int, migratetype)
				__field(unsigned int, instance)),
	       TP_fast_assign(__entry->pfn = (unsigned long)event->pfn;
			      __entry->order = event->order;
			      __entry->gfp_flags = event->gfp;
			      __entry->migratetype = event->type;
			      __entry->instance = event->instance),
	       TP_printk("pfn=0x%lx order=%u migratetype=%s gfp_flags=%s instance=%u",
			 __entry->pfn != -1UL ? __entry->pfn : 0, __entry->order,
			 show_migratetype(__entry->migratetype), show_gfp(__entry->gfp_flags),
			 __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

DECLARE_EVENT_CLASS(sbuddy_block,
		    TP_PROTO(const struct sb_event *event),
		    TP_ARGS(event),
		    TP_STRUCT__entry(__field(unsigned long, pfn)
				     __field(unsigned int, order)
				     __field(unsigned int, instance)),
		    TP_fast_assign(__entry->pfn = (unsigned long)event->pfn;
				   __entry->order = event->order;
				   __entry->instance = event->instance),
		    TP_printk("pfn=0x%lx order=%u instance=%u",
			      __entry->pfn, __entry->order, __entry->instance)
);

#define SBUDDY_EVENT(class, name) \
	DEFINE_EVENT_FN(class, name, TP_PROTO(const struct sb_event *event), TP_ARGS(event), \
			sbuddy_events_reg, sbuddy_events_unreg)

SBUDDY_EVENT(sbuddy_block, mm_page_free);
SBUDDY_EVENT(sbuddy_block, page_poison);

TRACE_EVENT_FN(mm_page_free_batched,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(unsigned long, pfn)
				__field(unsigned int, instance)),
	       TP_fast_assign(__entry->pfn = (unsigned long)event->pfn;
			      __entry->instance = event->instance),
	       TP_printk("pfn=0x%lx order=0 instance=%u", __entry->pfn, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

TRACE_EVENT_FN(mm_page_alloc_zone_locked,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(unsigned long, pfn)
				__field(unsigned int, order)
				__field(int, migratetype)
				__field(int, percpu_refill)
				__field(unsigned int, instance)),
	       TP_fast_assign(__entry->pfn = (unsigned long)event->pfn;
			      __entry->order = event->order;
			      __entry->migratetype = event->type;
			      __entry->percpu_refill = event->percpu_refill;
			      __entry->instance = event->instance),
	       TP_printk("pfn=0x%lx order=%u migratetype=%s percpu_refill=%d instance=%u",
			 __entry->pfn, __entry->order, show_migratetype(__entry->migratetype),
			 __entry->percpu_refill, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

DECLARE_EVENT_CLASS(sbuddy_typed_block,
		    TP_PROTO(const struct sb_event *event),
		    TP_ARGS(event),
		    TP_STRUCT__entry(__field(unsigned long, pfn)
				     __field(unsigned int, order)
				     __field(int, migratetype)
				     __field(unsigned int, instance)),
		    TP_fast_assign(__entry->pfn = (unsigned long)event->pfn;
				   __entry->order = event->order;
				   __entry->migratetype = event->type;
				   __entry->instance = event->instance),
		    TP_printk("pfn=0x%lx order=%u migratetype=%s instance=%u",
			      __entry->pfn, __entry->order, show_migratetype(__entry->migratetype),
			      __entry->instance)
);

SBUDDY_EVENT(sbuddy_typed_block, mm_page_pcpu_drain);
SBUDDY_EVENT(sbuddy_typed_block, highatomic_reserve);
SBUDDY_EVENT(sbuddy_typed_block, highatomic_unreserve);

TRACE_EVENT_FN(mm_page_alloc_extfrag,
	       TP_PROTO(const struct sb_event *event, unsigned int block_order),
	       TP_ARGS(event, block_order),
	       TP_STRUCT__entry(__field(unsigned long, pfn)
				__field(int, alloc_order)
				__field(int, fallback_order)
				__field(int, pageblock_order)
				__field(int, alloc_migratetype)
				__field(int, fallback_migratetype)
				__field(int, change_ownership)
				__field(unsigned int, instance)),
	       TP_fast_assign(__entry->pfn = (unsigned long)event->pfn;
			      __entry->alloc_order = event->order;
			      __entry->fallback_order = event->other_order;
			      __entry->pageblock_order = block_order;
			      __entry->alloc_migratetype = event->type;
			      __entry->fallback_migratetype = event->other_type;
			      __entry->change_ownership = event->change_ownership;
			      __entry->instance = event->instance),
	       TP_printk("pfn=0x%lx alloc_order=%d fallback_order=%d pageblock_order=%d alloc_migratetype=%s fallback_migratetype=%s fragmenting=%d change_ownership=%d instance=%u",
			 __entry->pfn, __entry->alloc_order, __entry->fallback_order,
			 __entry->pageblock_order, show_migratetype(__entry->alloc_migratetype),
			 show_migratetype(__entry->fallback_migratetype),
			 __entry->fallback_order < __entry->pageblock_order,
			 __entry->change_ownership, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

/* Areas have numbers. An array, as kernels differ in how a string is assigned. */
#define SBUDDY_AREA_LEN 8

TRACE_EVENT_FN(cma_alloc_start,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__array(char, name, SBUDDY_AREA_LEN)
				__field(unsigned long, count)
				__field(unsigned int, align)
				__field(unsigned int, instance)),
	       TP_fast_assign(snprintf(__entry->name, SBUDDY_AREA_LEN, "cma%u", event->area);
			      __entry->count = event->nr_pages;
			      __entry->align = event->align;
			      __entry->instance = event->instance),
	       TP_printk("name=%s count=%lu align=%u instance=%u",
			 __entry->name, __entry->count, __entry->align, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

TRACE_EVENT_FN(cma_alloc_finish,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__array(char, name, SBUDDY_AREA_LEN)
				__field(unsigned long, pfn)
				__field(unsigned long, count)
				__field(unsigned int, align)
				__field(int, errorno)
				__field(unsigned int, instance)),
	       TP_fast_assign(snprintf(__entry->name, SBUDDY_AREA_LEN, "cma%u", event->area);
			      __entry->pfn = (unsigned long)event->pfn;
			      __entry->count = event->nr_pages;
			      __entry->align = event->align;
			      __entry->errorno = -event->errorno;
			      __entry->instance = event->instance),
	       TP_printk("name=%s pfn=0x%lx count=%lu align=%u errorno=%d instance=%u",
			 __entry->name, __entry->pfn, __entry->count, __entry->align,
			 __entry->errorno, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

TRACE_EVENT_FN(cma_alloc_busy_retry,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__array(char, name, SBUDDY_AREA_LEN)
				__field(unsigned long, pfn)
				__field(unsigned long, count)
				__field(unsigned int, align)
				__field(unsigned int, instance)),
	       TP_fast_assign(snprintf(__entry->name, SBUDDY_AREA_LEN, "cma%u", event->area);
			      __entry->pfn = (unsigned long)event->pfn;
			      __entry->count = event->nr_pages;
			      __entry->align = event->align;
			      __entry->instance = event->instance),
	       TP_printk("name=%s pfn=0x%lx count=%lu align=%u instance=%u",
			 __entry->name, __entry->pfn, __entry->count, __entry->align,
			 __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

TRACE_EVENT_FN(cma_release,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__array(char, name, SBUDDY_AREA_LEN)
				__field(unsigned long, pfn)
				__field(unsigned long, count)
				__field(unsigned int, instance)),
	       TP_fast_assign(snprintf(__entry->name, SBUDDY_AREA_LEN, "cma%u", event->area);
			      __entry->pfn = (unsigned long)event->pfn;
			      __entry->count = event->nr_pages;
			      __entry->instance = event->instance),
	       TP_printk("name=%s pfn=0x%lx count=%lu instance=%u",
			 __entry->name, __entry->pfn, __entry->count, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

TRACE_EVENT_FN(test_pages_isolated,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(unsigned long, start_pfn)
				__field(unsigned long, end_pfn)
				__field(unsigned long, fin_pfn)
				__field(unsigned int, instance)),
	       TP_fast_assign(__entry->start_pfn = (unsigned long)event->pfn;
			      __entry->end_pfn = (unsigned long)(event->pfn + event->nr_pages);
			      __entry->fin_pfn = (unsigned long)(event->pfn + event->nr_fine);
			      __entry->instance = event->instance),
	       TP_printk("start_pfn=0x%lx end_pfn=0x%lx fin_pfn=0x%lx ret=%s instance=%u",
			 __entry->start_pfn, __entry->end_pfn, __entry->fin_pfn,
			 __entry->end_pfn <= __entry->fin_pfn ? "success" : "fail",
			 __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

TRACE_DEFINE_ENUM(SB_MIGRATE_ASYNC);
TRACE_DEFINE_ENUM(SB_MIGRATE_SYNC_LIGHT);
TRACE_DEFINE_ENUM(SB_MIGRATE_SYNC);
TRACE_DEFINE_ENUM(SB_MR_COMPACTION);
TRACE_DEFINE_ENUM(SB_MR_MEMORY_FAILURE);
TRACE_DEFINE_ENUM(SB_MR_MEMORY_HOTPLUG);
TRACE_DEFINE_ENUM(SB_MR_SYSCALL);
TRACE_DEFINE_ENUM(SB_MR_CONTIG_RANGE);
TRACE_DEFINE_ENUM(SB_MR_LONGTERM_PIN);

#define show_migrate_mode(mode) \
	__print_symbolic(mode, \
			 { SB_MIGRATE_ASYNC, "MIGRATE_ASYNC" }, \
			 { SB_MIGRATE_SYNC_LIGHT, "MIGRATE_SYNC_LIGHT" }, \
			 { SB_MIGRATE_SYNC, "MIGRATE_SYNC" })

#define show_migrate_reason(reason) \
	__print_symbolic(reason, \
			 { SB_MR_COMPACTION, "compaction" }, \
			 { SB_MR_MEMORY_FAILURE, "memory_failure" }, \
			 { SB_MR_MEMORY_HOTPLUG, "memory_hotplug" }, \
			 { SB_MR_SYSCALL, "syscall_or_cpuset" }, \
			 { SB_MR_CONTIG_RANGE, "contig_range" }, \
			 { SB_MR_LONGTERM_PIN, "longterm_pin" })

/* A unit each: Linux tells of many at once, and has no pfn. */
TRACE_EVENT_FN(mm_migrate_pages,
	       TP_PROTO(const struct sb_event *event),
	       TP_ARGS(event),
	       TP_STRUCT__entry(__field(unsigned long, succeeded)
				__field(unsigned long, failed)
				__field(int, mode)
				__field(int, reason)
				__field(unsigned long, pfn)
				__field(unsigned int, instance)),
	       TP_fast_assign(__entry->succeeded = event->failed ? 0 : event->nr_pages;
			      __entry->failed = event->failed ? event->nr_pages : 0;
			      __entry->mode = event->mode;
			      __entry->reason = event->reason;
			      __entry->pfn = (unsigned long)event->pfn;
			      __entry->instance = event->instance),
	       TP_printk("nr_succeeded=%lu nr_failed=%lu mode=%s reason=%s pfn=0x%lx instance=%u",
			 __entry->succeeded, __entry->failed, show_migrate_mode(__entry->mode),
			 show_migrate_reason(__entry->reason), __entry->pfn, __entry->instance),
	       sbuddy_events_reg, sbuddy_events_unreg
);

#endif

/* The search begins in include/trace/, which must not have a file of this name. */
#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE tracepoints
#include <trace/define_trace.h>
/* clang-format on */

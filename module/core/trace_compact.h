/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace of compaction: events of Linux's events/compaction/, and their records.
 *
 *	event                              told by                                locks
 *
 *	mm_compaction_begin, _end          sb_compact_zone()                      none
 *	mm_compaction_isolate_migratepages each step of the migrate scanner       none
 *	mm_compaction_isolate_freepages    each pageblock of the free scanner     none
 *	mm_compaction_migratepages         each step that moved, or tried to      none
 *	mm_compaction_finished             before each step, and at the end       none
 *	mm_compaction_suitable             sb_compact_suitable()                  none
 *	mm_compaction_deferred,
 *	_defer_compaction, _defer_reset    functions of compact.h                 none
 *	mm_compaction_try_to_compact_pages sb_compact_direct()                    none
 *	mm_compaction_kcompactd_sleep,
 *	_wakeup_kcompactd, _kcompactd_wake a worker                               none
 */
#ifndef SB_TRACE_COMPACT_H
#define SB_TRACE_COMPACT_H

#include "compact.h"
#include "trace.h"

/* Where a record of BEGIN and END keeps pages counted from the start of the zone. */
#define SB_TRACE_ZONE_SHIFT 36
#define SB_TRACE_SPAN_MASK 0xfffffffu

/**
 * struct sb_trace_run - A run of compaction, taken from its record.
 * @zone_start: first page of the zone
 * @zone_end: first page after it
 * @migrate_pfn: where the migrate scanner is
 * @free_pfn: where the free scanner is
 * @sync: it may wait
 * @status: enum sb_compact_result; of END
 */
struct sb_trace_run {
	u64 zone_start;
	u64 zone_end;
	u64 migrate_pfn;
	u64 free_pfn;
	bool sync;
	unsigned int status;
};

static inline struct sb_trace_run sb_trace_run(const struct sb_event *event)
{
	u64 start = event->pfn & (((u64)1 << SB_TRACE_ZONE_SHIFT) - 1);
	struct sb_trace_run run = {
		.zone_start = start,
		.zone_end = start + (event->pfn >> SB_TRACE_ZONE_SHIFT),
		.migrate_pfn = start + (event->nr_pages & SB_TRACE_SPAN_MASK),
		.free_pfn = start + (event->nr_fine & SB_TRACE_SPAN_MASK),
		.sync = event->nr_fine >> 28,
		.status = event->nr_pages >> 28,
	};

	return run;
}

static inline int sb_trace_compact_order(const struct sb_event *event)
{
	return (signed char)event->order;
}

/* @kind is SB_TRACE_COMPACT_BEGIN or _END; @status is that of the end. */
void sb_trace_compact_run(struct sb_zone *zone, unsigned int kind, unsigned long migrate_pfn,
			  unsigned long free_pfn, bool sync, enum sb_compact_result status);
/* @kind is SB_TRACE_COMPACT_MIGRATEPAGES or _FREEPAGES: [@start, @end) was looked at. */
void sb_trace_compact_isolate(struct sb_instance *inst, unsigned int kind, unsigned long start,
			      unsigned long end, unsigned long nr_taken);
void sb_trace_compact_moved(struct sb_instance *inst, unsigned long nr_migrated,
			    unsigned long nr_failed);
void sb_trace_compact_try(struct sb_instance *inst, unsigned int order, u32 gfp,
			  enum sb_compact_prio prio);
/* @kind is SB_TRACE_COMPACT_FINISHED or _SUITABLE. */
void sb_trace_compact_judged(struct sb_zone *zone, unsigned int kind, int order,
			     enum sb_compact_result result);
/* @kind is SB_TRACE_COMPACT_DEFERRED, _DEFER or _DEFER_RESET. */
void sb_trace_compact_defer(struct sb_zone *zone, unsigned int kind, unsigned int order);
/* @kind is SB_TRACE_COMPACT_SLEEP, _WAKEUP or _WAKE. */
void sb_trace_compact_worker(struct sb_instance *inst, unsigned int kind, int nid, int order,
			     enum sb_zone_type highest);

/* An event of compaction as text, without its name; false for any other. */
bool sb_trace_compact_show(struct sb_out *out, const struct sb_event *event);

#endif

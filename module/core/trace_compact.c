// SPDX-License-Identifier: GPL-2.0-only
#include "trace_compact.h"

/* A zone, or the highest that will do on a node. */
static u64 zone_code(int nid, enum sb_zone_type type)
{
	return (u64)nid << 8 | type;
}

static u64 code_of(const struct sb_zone *zone)
{
	return zone_code(zone->nid, zone->type);
}

void sb_trace_compact_run(struct sb_zone *zone, unsigned int kind, unsigned long migrate_pfn,
			  unsigned long free_pfn, bool sync, enum sb_compact_result status)
{
	struct sb_event event = {
		.kind = kind,
		.pfn = (u64)zone->spanned << SB_TRACE_ZONE_SHIFT | zone->start_pfn,
		.nr_pages = (u32)(migrate_pfn - zone->start_pfn) | (u32)status << 28,
		.nr_fine = (u32)(free_pfn - zone->start_pfn) | (u32)sync << 28,
	};

	sb_platform_trace(zone->inst, &event);
}

void sb_trace_compact_isolate(struct sb_instance *inst, unsigned int kind, unsigned long start,
			      unsigned long end, unsigned long nr_taken)
{
	struct sb_event event = {
		.kind = kind,
		.pfn = start,
		.nr_pages = (u32)(end - start),
		.nr_fine = (u32)nr_taken,
	};

	sb_platform_trace(inst, &event);
}

void sb_trace_compact_moved(struct sb_instance *inst, unsigned long nr_migrated,
			    unsigned long nr_failed)
{
	struct sb_event event = {
		.kind = SB_TRACE_COMPACT_MOVED,
		.nr_pages = (u32)nr_migrated,
		.nr_fine = (u32)nr_failed,
	};

	sb_platform_trace(inst, &event);
}

void sb_trace_compact_try(struct sb_instance *inst, unsigned int order, u32 gfp,
			  enum sb_compact_prio prio)
{
	struct sb_event event = {
		.kind = SB_TRACE_COMPACT_TRY,
		.gfp = gfp,
		.order = order,
		.type = prio,
	};

	sb_platform_trace(inst, &event);
}

void sb_trace_compact_judged(struct sb_zone *zone, unsigned int kind, int order,
			     enum sb_compact_result result)
{
	struct sb_event event = {
		.kind = kind,
		.pfn = code_of(zone),
		.order = (u8)order,
		.type = result,
	};

	sb_platform_trace(zone->inst, &event);
}

void sb_trace_compact_defer(struct sb_zone *zone, unsigned int kind, unsigned int order)
{
	struct sb_event event = {
		.kind = kind,
		.pfn = code_of(zone),
		.nr_pages = zone->compact.considered,
		.order = order,
		.type = zone->compact.defer_shift,
		.other_order = zone->compact.order_failed,
	};

	sb_platform_trace(zone->inst, &event);
}

void sb_trace_compact_worker(struct sb_instance *inst, unsigned int kind, int nid, int order,
			     enum sb_zone_type highest)
{
	struct sb_event event = {
		.kind = kind,
		.pfn = zone_code(nid, highest),
		.order = (u8)order,
	};

	sb_platform_trace(inst, &event);
}

static unsigned int node_of(const struct sb_event *event)
{
	return (unsigned int)(event->pfn >> 8);
}

static const char *zone_of(const struct sb_event *event)
{
	unsigned int type = event->pfn & 255;

	return type < SB_NR_ZONE_TYPES ? sb_zone_type_name(type) : "unknown";
}

static void show_run(struct sb_out *out, const struct sb_event *event)
{
	struct sb_trace_run run = sb_trace_run(event);

	sb_out_printf(out, "zone_start=0x%llx migrate_pfn=0x%llx", run.zone_start, run.migrate_pfn);
	sb_out_printf(out, " free_pfn=0x%llx zone_end=0x%llx, mode=%s", run.free_pfn, run.zone_end,
		      run.sync ? "sync" : "async");
	if (event->kind == SB_TRACE_COMPACT_END)
		sb_out_printf(out, " status=%s", sb_compact_result_name(run.status));
}

static void show_judged(struct sb_out *out, const struct sb_event *event)
{
	sb_out_printf(out, "node=%u zone=%-8s order=%d", node_of(event), zone_of(event),
		      sb_trace_compact_order(event));
	if (event->kind == SB_TRACE_COMPACT_FINISHED || event->kind == SB_TRACE_COMPACT_SUITABLE)
		sb_out_printf(out, " ret=%s", sb_compact_result_name(event->type));
	else
		sb_out_printf(out, " order_failed=%u consider=%u limit=%lu", event->other_order,
			      event->nr_pages, 1ul << (event->type & 31));
}

static void show_worker(struct sb_out *out, const struct sb_event *event)
{
	sb_out_printf(out, "nid=%u", node_of(event));
	if (event->kind != SB_TRACE_COMPACT_SLEEP)
		sb_out_printf(out, " order=%d classzone_idx=%-8s", sb_trace_compact_order(event),
			      zone_of(event));
}

bool sb_trace_compact_show(struct sb_out *out, const struct sb_event *event)
{
	switch (event->kind) {
	case SB_TRACE_COMPACT_BEGIN:
	case SB_TRACE_COMPACT_END:
		show_run(out, event);
		return true;
	case SB_TRACE_COMPACT_MIGRATEPAGES:
	case SB_TRACE_COMPACT_FREEPAGES:
		sb_out_printf(out, "range=(0x%llx ~ 0x%llx) nr_scanned=%u nr_taken=%u", event->pfn,
			      event->pfn + event->nr_pages, event->nr_pages, event->nr_fine);
		return true;
	case SB_TRACE_COMPACT_MOVED:
		sb_out_printf(out, "nr_migrated=%u nr_failed=%u", event->nr_pages, event->nr_fine);
		return true;
	case SB_TRACE_COMPACT_FINISHED:
	case SB_TRACE_COMPACT_SUITABLE:
	case SB_TRACE_COMPACT_DEFERRED:
	case SB_TRACE_COMPACT_DEFER:
	case SB_TRACE_COMPACT_DEFER_RESET:
		show_judged(out, event);
		return true;
	case SB_TRACE_COMPACT_SLEEP:
	case SB_TRACE_COMPACT_WAKEUP:
	case SB_TRACE_COMPACT_WAKE:
		show_worker(out, event);
		return true;
	default:
		return false;
	}
}

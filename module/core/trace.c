// SPDX-License-Identifier: GPL-2.0-only
#include "gfp.h"
#include "migrate.h"
#include "trace.h"
#include "trace_compact.h"

void sb_trace_page_alloc(struct sb_instance *inst, unsigned long pfn, unsigned int order, u32 gfp,
			 unsigned int type)
{
	struct sb_event event = {
		.kind = SB_TRACE_PAGE_ALLOC,
		.pfn = pfn == SB_TRACE_NO_PFN ? ~0ull : pfn,
		.gfp = gfp,
		.order = order,
		.type = type,
	};

	sb_platform_trace(inst, &event);
}

/* What has a block of pages, and perhaps a type, to tell of. */
static void tell_block(struct sb_instance *inst, enum sb_trace_kind kind, unsigned long pfn,
		       unsigned int order, unsigned int type)
{
	struct sb_event event = {
		.kind = kind,
		.pfn = pfn,
		.order = order,
		.type = type,
	};

	sb_platform_trace(inst, &event);
}

void sb_trace_page_free(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	tell_block(inst, SB_TRACE_PAGE_FREE, pfn, order, 0);
}

void sb_trace_page_free_batched(struct sb_instance *inst, unsigned long pfn)
{
	tell_block(inst, SB_TRACE_PAGE_FREE_BATCHED, pfn, 0, 0);
}

void sb_trace_zone_locked(struct sb_instance *inst, unsigned long pfn, unsigned int order,
			  unsigned int type, bool percpu_refill)
{
	struct sb_event event = {
		.kind = SB_TRACE_ZONE_LOCKED,
		.pfn = pfn,
		.percpu_refill = percpu_refill,
		.order = order,
		.type = type,
	};

	sb_platform_trace(inst, &event);
}

void sb_trace_pcpu_drain(struct sb_instance *inst, unsigned long pfn, unsigned int order,
			 unsigned int type)
{
	tell_block(inst, SB_TRACE_PCPU_DRAIN, pfn, order, type);
}

void sb_trace_extfrag(struct sb_instance *inst, unsigned long pfn, unsigned int order,
		      unsigned int other_order, unsigned int type, unsigned int other_type)
{
	struct sb_event event = {
		.kind = SB_TRACE_EXTFRAG,
		.pfn = pfn,
		.change_ownership = sb_pageblock_type(&inst->blocks, pfn) == type,
		.order = order,
		.type = type,
		.other_order = other_order,
		.other_type = other_type,
	};

	sb_platform_trace(inst, &event);
}

static void tell_cma(struct sb_instance *inst, enum sb_trace_kind kind, unsigned int area,
		     unsigned long pfn, unsigned long nr_pages, unsigned int align, int err)
{
	struct sb_event event = {
		.kind = kind,
		.pfn = pfn,
		.nr_pages = (u32)nr_pages,
		.align = align,
		.area = area,
		.errorno = -err,
	};

	sb_platform_trace(inst, &event);
}

void sb_trace_cma_start(struct sb_instance *inst, unsigned int area, unsigned long nr_pages,
			unsigned int align)
{
	tell_cma(inst, SB_TRACE_CMA_START, area, 0, nr_pages, align, 0);
}

void sb_trace_cma_finish(struct sb_instance *inst, unsigned int area, unsigned long pfn,
			 unsigned long nr_pages, unsigned int align, int err)
{
	tell_cma(inst, SB_TRACE_CMA_FINISH, area, pfn, nr_pages, align, err);
}

void sb_trace_cma_busy(struct sb_instance *inst, unsigned int area, unsigned long pfn,
		       unsigned long nr_pages, unsigned int align)
{
	tell_cma(inst, SB_TRACE_CMA_BUSY, area, pfn, nr_pages, align, 0);
}

void sb_trace_cma_release(struct sb_instance *inst, unsigned int area, unsigned long pfn,
			  unsigned long nr_pages)
{
	tell_cma(inst, SB_TRACE_CMA_RELEASE, area, pfn, nr_pages, 0, 0);
}

void sb_trace_test_isolated(struct sb_instance *inst, unsigned long start, unsigned long end,
			    unsigned long fin)
{
	struct sb_event event = {
		.kind = SB_TRACE_TEST_ISOLATED,
		.pfn = start,
		.nr_pages = (u32)(end - start),
		.nr_fine = (u32)(fin - start),
	};

	sb_platform_trace(inst, &event);
}

void sb_trace_highatomic(struct sb_instance *inst, unsigned long pfn, unsigned int type,
			 bool reserve)
{
	tell_block(inst, reserve ? SB_TRACE_HIGHATOMIC_RESERVE : SB_TRACE_HIGHATOMIC_UNRESERVE, pfn,
		   inst->cfg.pageblock_order, type);
}

void sb_trace_poison(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	tell_block(inst, SB_TRACE_POISON, pfn, order, 0);
}

void sb_trace_migrate(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		      unsigned int mode, unsigned int reason, bool failed)
{
	struct sb_event event = {
		.kind = SB_TRACE_MIGRATE,
		.pfn = pfn,
		.nr_pages = (u32)nr_pages,
		.mode = mode,
		.reason = reason,
		.failed = failed,
	};

	sb_platform_trace(inst, &event);
}

const char *sb_trace_name(unsigned int kind)
{
	static const char *const names[SB_NR_TRACE_KINDS] = {
		[SB_TRACE_PAGE_ALLOC] = "mm_page_alloc",
		[SB_TRACE_PAGE_FREE] = "mm_page_free",
		[SB_TRACE_PAGE_FREE_BATCHED] = "mm_page_free_batched",
		[SB_TRACE_ZONE_LOCKED] = "mm_page_alloc_zone_locked",
		[SB_TRACE_PCPU_DRAIN] = "mm_page_pcpu_drain",
		[SB_TRACE_EXTFRAG] = "mm_page_alloc_extfrag",
		[SB_TRACE_CMA_START] = "cma_alloc_start",
		[SB_TRACE_CMA_FINISH] = "cma_alloc_finish",
		[SB_TRACE_CMA_BUSY] = "cma_alloc_busy_retry",
		[SB_TRACE_CMA_RELEASE] = "cma_release",
		[SB_TRACE_TEST_ISOLATED] = "test_pages_isolated",
		[SB_TRACE_HIGHATOMIC_RESERVE] = "highatomic_reserve",
		[SB_TRACE_HIGHATOMIC_UNRESERVE] = "highatomic_unreserve",
		[SB_TRACE_POISON] = "page_poison",
		[SB_TRACE_MIGRATE] = "mm_migrate_pages",
		[SB_TRACE_COMPACT_BEGIN] = "mm_compaction_begin",
		[SB_TRACE_COMPACT_END] = "mm_compaction_end",
		[SB_TRACE_COMPACT_MIGRATEPAGES] = "mm_compaction_isolate_migratepages",
		[SB_TRACE_COMPACT_FREEPAGES] = "mm_compaction_isolate_freepages",
		[SB_TRACE_COMPACT_MOVED] = "mm_compaction_migratepages",
		[SB_TRACE_COMPACT_TRY] = "mm_compaction_try_to_compact_pages",
		[SB_TRACE_COMPACT_FINISHED] = "mm_compaction_finished",
		[SB_TRACE_COMPACT_SUITABLE] = "mm_compaction_suitable",
		[SB_TRACE_COMPACT_DEFERRED] = "mm_compaction_deferred",
		[SB_TRACE_COMPACT_DEFER] = "mm_compaction_defer_compaction",
		[SB_TRACE_COMPACT_DEFER_RESET] = "mm_compaction_defer_reset",
		[SB_TRACE_COMPACT_SLEEP] = "mm_compaction_kcompactd_sleep",
		[SB_TRACE_COMPACT_WAKEUP] = "mm_compaction_wakeup_kcompactd",
		[SB_TRACE_COMPACT_WAKE] = "mm_compaction_kcompactd_wake",
	};
	const char *name = kind < SB_NR_TRACE_KINDS ? names[kind] : NULL;

	return name ? name : "unknown";
}

/* What no name stands for is a number at the end, as Linux prints it. */
static void show_gfp(struct sb_out *out, const char *what, u32 gfp)
{
#define GFP_NAMES(name, ...) static const struct gfp_name name[] = { __VA_ARGS__ }
	struct gfp_name {
		u32 flags;
		const char *name;
	};
	SB_TRACE_WITH_GFP_NAMES(GFP_NAMES, gfp_names);
	const char *separator = "";
	size_t i;

	sb_out_printf(out, " %s=", what);
	if (!gfp)
		sb_out_printf(out, "none");
	for (i = 0; gfp && i < ARRAY_SIZE(gfp_names); i++) {
		if ((gfp & gfp_names[i].flags) != gfp_names[i].flags)
			continue;
		sb_out_printf(out, "%s%s", separator, gfp_names[i].name);
		gfp &= ~gfp_names[i].flags;
		separator = "|";
	}
	if (gfp)
		sb_out_printf(out, "%s0x%x", separator, gfp);
}

static void show_pfn(struct sb_out *out, const struct sb_event *event)
{
	sb_out_printf(out, "pfn=0x%llx", event->pfn == ~0ull ? 0 : event->pfn);
}

static void show_type(struct sb_out *out, const char *what, unsigned int type)
{
	sb_out_printf(out, " %s=%s", what, sb_pageblock_type_name(type));
}

static void show_block(struct sb_out *out, const struct sb_event *event)
{
	show_pfn(out, event);
	sb_out_printf(out, " order=%u", event->order);
}

static void show_typed_block(struct sb_out *out, const struct sb_event *event)
{
	show_block(out, event);
	show_type(out, "migratetype", event->type);
}

static void show_extfrag(struct sb_out *out, const struct sb_event *event,
			 unsigned int pageblock_order)
{
	show_pfn(out, event);
	sb_out_printf(out, " alloc_order=%u fallback_order=%u pageblock_order=%u", event->order,
		      event->other_order, pageblock_order);
	show_type(out, "alloc_migratetype", event->type);
	show_type(out, "fallback_migratetype", event->other_type);
	sb_out_printf(out, " fragmenting=%d change_ownership=%u",
		      event->other_order < pageblock_order, event->change_ownership);
}

static void show_cma(struct sb_out *out, const struct sb_event *event)
{
	sb_out_printf(out, "name=cma%u", event->area);
	if (event->kind != SB_TRACE_CMA_START)
		sb_out_printf(out, " pfn=0x%llx", event->pfn);
	sb_out_printf(out, " count=%u", event->nr_pages);
	if (event->kind != SB_TRACE_CMA_RELEASE)
		sb_out_printf(out, " align=%u", event->align);
	if (event->kind == SB_TRACE_CMA_FINISH)
		sb_out_printf(out, " errorno=%d", -event->errorno);
}

static void show_test_isolated(struct sb_out *out, const struct sb_event *event)
{
	sb_out_printf(out, "start_pfn=0x%llx end_pfn=0x%llx fin_pfn=0x%llx ret=%s", event->pfn,
		      event->pfn + event->nr_pages, event->pfn + event->nr_fine,
		      event->nr_fine >= event->nr_pages ? "success" : "fail");
}

static void show_migrate(struct sb_out *out, const struct sb_event *event)
{
	sb_out_printf(out, "nr_succeeded=%u nr_failed=%u mode=%s reason=%s pfn=0x%llx",
		      event->failed ? 0 : event->nr_pages, event->failed ? event->nr_pages : 0,
		      sb_migrate_mode_name(event->mode), sb_migrate_reason_name(event->reason),
		      event->pfn);
}

static void show_fields(struct sb_out *out, const struct sb_event *event,
			unsigned int pageblock_order)
{
	switch (event->kind) {
	case SB_TRACE_PAGE_ALLOC:
		show_typed_block(out, event);
		show_gfp(out, "gfp_flags", event->gfp);
		break;
	case SB_TRACE_ZONE_LOCKED:
		show_typed_block(out, event);
		sb_out_printf(out, " percpu_refill=%u", event->percpu_refill);
		break;
	case SB_TRACE_PCPU_DRAIN:
	case SB_TRACE_HIGHATOMIC_RESERVE:
	case SB_TRACE_HIGHATOMIC_UNRESERVE:
		show_typed_block(out, event);
		break;
	case SB_TRACE_EXTFRAG:
		show_extfrag(out, event, pageblock_order);
		break;
	case SB_TRACE_CMA_START:
	case SB_TRACE_CMA_FINISH:
	case SB_TRACE_CMA_BUSY:
	case SB_TRACE_CMA_RELEASE:
		show_cma(out, event);
		break;
	case SB_TRACE_TEST_ISOLATED:
		show_test_isolated(out, event);
		break;
	case SB_TRACE_MIGRATE:
		show_migrate(out, event);
		break;
	case SB_TRACE_COMPACT_TRY:
		sb_out_printf(out, "order=%u", event->order);
		show_gfp(out, "gfp_mask", event->gfp);
		sb_out_printf(out, " priority=%u", event->type);
		break;
	default:
		if (!sb_trace_compact_show(out, event))
			show_block(out, event);
	}
}

void sb_trace_show(struct sb_out *out, const struct sb_event *event, unsigned int pageblock_order)
{
	sb_out_printf(out, "%s: ", sb_trace_name(event->kind));
	show_fields(out, event, pageblock_order);
	sb_out_printf(out, " instance=%u", event->instance);
}

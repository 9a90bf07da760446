// SPDX-License-Identifier: GPL-2.0-only
/* Trace: what a record holds, and how it reads. */
#include "fixture.h"
#include "gfp.h"
#include "migrate.h"
#include "trace.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;

static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_boot(&f, &cfg);
	unit_events_clear();
}

/* The event told since the last call, the only one. */
static struct sb_event told(void)
{
	struct sb_event event;

	EXPECT_EQ(unit_nr_events, 1);
	event = *unit_event(0);
	unit_events_clear();
	return event;
}

/* The same as text, of an instance with pageblocks of order 8. */
static const char *said(void)
{
	static char text[512];
	struct sb_out out = { .text = text, .size = sizeof(text) };
	struct sb_event event = told();

	event.instance = 3;
	sb_trace_show(&out, &event, 8);
	return text;
}

static void a_record_is_as_documented(void)
{
	/* Programs read these bytes: nothing here may move. */
	EXPECT_EQ(offsetof(struct sb_event, time_ns), 0);
	EXPECT_EQ(offsetof(struct sb_event, pfn), 8);
	EXPECT_EQ(offsetof(struct sb_event, seq), 16);
	EXPECT_EQ(offsetof(struct sb_event, gfp), 20);
	EXPECT_EQ(offsetof(struct sb_event, nr_pages), 20);
	EXPECT_EQ(offsetof(struct sb_event, order), 24);
	EXPECT_EQ(offsetof(struct sb_event, type), 25);
	EXPECT_EQ(offsetof(struct sb_event, other_order), 26);
	EXPECT_EQ(offsetof(struct sb_event, other_type), 27);
	EXPECT_EQ(offsetof(struct sb_event, nr_fine), 24);
	EXPECT_EQ(offsetof(struct sb_event, cpu), 28);
	EXPECT_EQ(offsetof(struct sb_event, instance), 30);
	EXPECT_EQ(offsetof(struct sb_event, kind), 31);
	EXPECT_EQ(SB_TRACE_PAGE_ALLOC, 1);
	EXPECT_EQ(SB_TRACE_EXTFRAG, 6);
	EXPECT_EQ(offsetof(struct sb_event, mode), 24);
	EXPECT_EQ(offsetof(struct sb_event, reason), 25);
	EXPECT_EQ(offsetof(struct sb_event, failed), 26);
	EXPECT_EQ(SB_TRACE_POISON, 14);
	EXPECT_EQ(SB_TRACE_MIGRATE, 15);
}

static void nothing_is_told_unless_somebody_listens(void)
{
	long pfn;

	boot();
	EXPECT(!sb_trace_on(&f.inst));
	pfn = fixture_alloc(&f, 0, SB_MOVABLE);
	fixture_free(&f, (unsigned long)pfn, 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(unit_nr_events, 0);
	f.inst.hooks |= ~(unsigned long)SB_HOOK_TRACE;
	EXPECT(!sb_trace_on(&f.inst));
	f.inst.hooks = SB_HOOK_TRACE;
	EXPECT(sb_trace_on(&f.inst));
	f.inst.hooks = 0;
	fixture_exit(&f);
}

static void an_allocation_has_all_that_was_asked(void)
{
	struct sb_event event;

	boot();
	sb_trace_page_alloc(&f.inst, PFN + 5, 3, SB_GFP_KERNEL | SB_GFP_MOVABLE, SB_MOVABLE);
	event = told();
	EXPECT_EQ(event.kind, SB_TRACE_PAGE_ALLOC);
	EXPECT_EQ(event.pfn, PFN + 5);
	EXPECT_EQ(event.order, 3);
	EXPECT_EQ(event.gfp, SB_GFP_KERNEL | SB_GFP_MOVABLE);
	EXPECT_EQ(event.type, SB_MOVABLE);
	EXPECT_EQ(event.other_order, 0);
	EXPECT_EQ(event.other_type, 0);
	fixture_exit(&f);
}

static void one_that_failed_has_no_page(void)
{
	struct sb_event event;

	boot();
	sb_trace_page_alloc(&f.inst, SB_TRACE_NO_PFN, 10, SB_GFP_KERNEL, SB_UNMOVABLE);
	event = told();
	EXPECT(event.pfn == ~0ull);
	sb_trace_page_alloc(&f.inst, SB_TRACE_NO_PFN, 10, SB_GFP_KERNEL, SB_UNMOVABLE);
	EXPECT_STR(said(), "mm_page_alloc: pfn=0x0 order=10 migratetype=Unmovable "
			   "gfp_flags=GFP_KERNEL instance=3");
	fixture_exit(&f);
}

static void flags_have_linux_s_names(void)
{
	static const struct {
		u32 gfp;
		const char *text;
	} table[] = {
		{ 0, "none" },
		{ SB_GFP_KERNEL, "GFP_KERNEL" },
		{ SB_GFP_ATOMIC, "GFP_ATOMIC" },
		{ SB_GFP_NOWAIT, "GFP_NOWAIT" },
		{ SB_GFP_DMA, "GFP_DMA" },
		{ SB_GFP_KERNEL | SB_GFP_HIGHMEM | SB_GFP_MOVABLE,
		  "GFP_KERNEL|__GFP_HIGHMEM|__GFP_MOVABLE" },
		{ SB_GFP_HIGH, "__GFP_HIGH" },
		{ SB_GFP_DIRECT_RECLAIM | SB_GFP_ZERO, "__GFP_ZERO|__GFP_DIRECT_RECLAIM" },
		{ SB_GFP_KERNEL | SB_GFP_HIGH, "GFP_KERNEL|__GFP_HIGH" },
		{ SB_GFP_ATOMIC | SB_GFP_THISNODE | 0x40000000u,
		  "GFP_ATOMIC|__GFP_THISNODE|0x40000000" },
	};
	char wanted[256];
	size_t i;

	boot();
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		sb_trace_page_alloc(&f.inst, PFN, 0, table[i].gfp, SB_RECLAIMABLE);
		snprintf(wanted, sizeof(wanted),
			 "mm_page_alloc: pfn=0x90000 order=0 migratetype=Reclaimable gfp_flags=%s "
			 "instance=3",
			 table[i].text);
		EXPECT_STR(said(), wanted);
	}
	fixture_exit(&f);
}

/* A flag without a name would print as a number. */
static void every_flag_has_a_name(void)
{
	u32 bit;

	boot();
	for (bit = 1; bit; bit <<= 1) {
		if (!(bit & SB_GFP_KNOWN))
			continue;
		sb_trace_page_alloc(&f.inst, PFN, 0, bit, SB_MOVABLE);
		EXPECT(!strstr(said(), "gfp_flags=0x"));
	}
	fixture_exit(&f);
}

static void events_of_pages_read_as_linux_s(void)
{
	boot();
	sb_trace_page_free(&f.inst, PFN + 1, 4);
	EXPECT_STR(said(), "mm_page_free: pfn=0x90001 order=4 instance=3");
	sb_trace_page_free_batched(&f.inst, PFN + 2);
	EXPECT_STR(said(), "mm_page_free_batched: pfn=0x90002 order=0 instance=3");
	sb_trace_zone_locked(&f.inst, PFN + 3, 2, SB_MOVABLE, true);
	EXPECT_STR(said(), "mm_page_alloc_zone_locked: pfn=0x90003 order=2 migratetype=Movable "
			   "percpu_refill=1 instance=3");
	sb_trace_pcpu_drain(&f.inst, PFN + 4, 1, SB_UNMOVABLE);
	EXPECT_STR(said(),
		   "mm_page_pcpu_drain: pfn=0x90004 order=1 migratetype=Unmovable instance=3");
	sb_trace_poison(&f.inst, PFN + 5, 0);
	EXPECT_STR(said(), "page_poison: pfn=0x90005 order=0 instance=3");
	fixture_exit(&f);
}

static void a_move_tells_what_for(void)
{
	boot();
	sb_trace_migrate(&f.inst, PFN, 3, SB_MIGRATE_SYNC, SB_MR_CONTIG_RANGE, false);
	EXPECT_STR(said(), "mm_migrate_pages: nr_succeeded=3 nr_failed=0 mode=MIGRATE_SYNC "
			   "reason=contig_range pfn=0x90000 instance=3");
	sb_trace_migrate(&f.inst, PFN, 4, SB_MIGRATE_ASYNC, SB_MR_COMPACTION, true);
	EXPECT_STR(said(), "mm_migrate_pages: nr_succeeded=0 nr_failed=4 mode=MIGRATE_ASYNC "
			   "reason=compaction pfn=0x90000 instance=3");
	fixture_exit(&f);
}

static void a_fallback_looks_up_who_owns_the_pageblock(void)
{
	unsigned long irq;
	struct sb_zone *zone;

	boot();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_trace_extfrag(&f.inst, PFN + 7, 1, 3, SB_UNMOVABLE, SB_MOVABLE);
	EXPECT_STR(said(), "mm_page_alloc_extfrag: pfn=0x90007 alloc_order=1 fallback_order=3 "
			   "pageblock_order=8 alloc_migratetype=Unmovable "
			   "fallback_migratetype=Movable fragmenting=1 change_ownership=0 "
			   "instance=3");
	irq = sb_zone_freeze(zone);
	sb_pageblock_set_type(&f.inst, PFN, SB_UNMOVABLE);
	sb_trace_extfrag(&f.inst, PFN + 7, 1, 8, SB_UNMOVABLE, SB_MOVABLE);
	sb_pageblock_set_type(&f.inst, PFN, SB_MOVABLE);
	sb_zone_thaw(zone, irq);
	EXPECT_STR(said(), "mm_page_alloc_extfrag: pfn=0x90007 alloc_order=1 fallback_order=8 "
			   "pageblock_order=8 alloc_migratetype=Unmovable "
			   "fallback_migratetype=Movable fragmenting=0 change_ownership=1 "
			   "instance=3");
	fixture_exit(&f);
}

static void events_of_cma_read_as_linux_s(void)
{
	boot();
	sb_trace_cma_start(&f.inst, 1, 300, 8);
	EXPECT_STR(said(), "cma_alloc_start: name=cma1 count=300 align=8 instance=3");
	sb_trace_cma_busy(&f.inst, 1, PFN, 300, 8);
	EXPECT_STR(said(), "cma_alloc_busy_retry: name=cma1 pfn=0x90000 count=300 align=8 "
			   "instance=3");
	sb_trace_cma_finish(&f.inst, 1, PFN, 300, 8, 0);
	EXPECT_STR(said(), "cma_alloc_finish: name=cma1 pfn=0x90000 count=300 align=8 errorno=0 "
			   "instance=3");
	sb_trace_cma_finish(&f.inst, 1, 0, 300, 8, -ENOMEM);
	EXPECT_STR(said(), "cma_alloc_finish: name=cma1 pfn=0x0 count=300 align=8 errorno=-12 "
			   "instance=3");
	sb_trace_cma_release(&f.inst, 1, PFN, 300);
	EXPECT_STR(said(), "cma_release: name=cma1 pfn=0x90000 count=300 instance=3");
	fixture_exit(&f);
}

static void a_range_being_isolated_succeeds_when_none_is_in_use(void)
{
	boot();
	sb_trace_test_isolated(&f.inst, PFN, PFN + 0x100, PFN + 0x100);
	EXPECT_STR(said(), "test_pages_isolated: start_pfn=0x90000 end_pfn=0x90100 "
			   "fin_pfn=0x90100 ret=success instance=3");
	sb_trace_test_isolated(&f.inst, PFN, PFN + 0x100, PFN + 0xff);
	EXPECT_STR(said(), "test_pages_isolated: start_pfn=0x90000 end_pfn=0x90100 "
			   "fin_pfn=0x900ff ret=fail instance=3");
	fixture_exit(&f);
}

static void a_highatomic_pageblock_tells_its_other_type(void)
{
	boot();
	sb_trace_highatomic(&f.inst, PFN, SB_MOVABLE, true);
	EXPECT_STR(said(),
		   "highatomic_reserve: pfn=0x90000 order=8 migratetype=Movable instance=3");
	sb_trace_highatomic(&f.inst, PFN, SB_UNMOVABLE, false);
	EXPECT_STR(said(),
		   "highatomic_unreserve: pfn=0x90000 order=8 migratetype=Unmovable instance=3");
	fixture_exit(&f);
}

static void every_kind_has_a_name(void)
{
	unsigned int kind, other;

	for (kind = 1; kind < SB_NR_TRACE_KINDS; kind++)
		for (other = 0; other <= SB_NR_TRACE_KINDS; other++)
			EXPECT(kind == other ||
			       strcmp(sb_trace_name(kind), sb_trace_name(other)) != 0);
	EXPECT_STR(sb_trace_name(0), "unknown");
	EXPECT_STR(sb_trace_name(SB_NR_TRACE_KINDS), "unknown");
}

UNIT_MAIN(UNIT_CASE(a_record_is_as_documented), UNIT_CASE(nothing_is_told_unless_somebody_listens),
	  UNIT_CASE(an_allocation_has_all_that_was_asked), UNIT_CASE(one_that_failed_has_no_page),
	  UNIT_CASE(flags_have_linux_s_names), UNIT_CASE(every_flag_has_a_name),
	  UNIT_CASE(events_of_pages_read_as_linux_s), UNIT_CASE(a_move_tells_what_for),
	  UNIT_CASE(a_fallback_looks_up_who_owns_the_pageblock),
	  UNIT_CASE(events_of_cma_read_as_linux_s),
	  UNIT_CASE(a_range_being_isolated_succeeds_when_none_is_in_use),
	  UNIT_CASE(a_highatomic_pageblock_tells_its_other_type), UNIT_CASE(every_kind_has_a_name))

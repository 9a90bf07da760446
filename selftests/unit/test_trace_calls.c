// SPDX-License-Identifier: GPL-2.0-only
/* Trace: what core tells while it works, and in which order. */
#include "fixture.h"
#include "trace.h"

#define BASE 0x90000000ull

static struct fixture f;

/* Listening, with empty per-CPU lists. */
static void boot(u64 size)
{
	struct sb_config cfg = fixture_config(BASE, size);

	cfg.pcp_batch = 4;
	cfg.pcp_high = 16;
	cfg.nr_cpus = 1;
	fixture_boot(&f, &cfg);
	sb_pcp_drain_all(&f.inst);
	f.inst.hooks |= SB_HOOK_TRACE;
	unit_events_clear();
}

static unsigned long alloc(unsigned int order, unsigned int type)
{
	long pfn = fixture_alloc(&f, order, type);

	EXPECT(pfn > 0);
	return (unsigned long)pfn;
}

/* How many events there are of a kind. */
static unsigned int count(enum sb_trace_kind kind)
{
	unsigned int i, nr = 0;

	for (i = 0; i < unit_nr_events; i++)
		nr += unit_event(i)->kind == kind;
	return nr;
}

/* The last event of a kind, and all zero when there is none. */
static struct sb_event last(enum sb_trace_kind kind)
{
	struct sb_event none = { 0 };
	unsigned int i = unit_nr_events;

	while (i--)
		if (unit_event(i)->kind == kind)
			return *unit_event(i);
	EXPECT_EQ(count(kind), 1);
	return none;
}

static void an_allocation_tells_of_its_refill_first(void)
{
	struct sb_event event;
	bool found = false;
	unsigned long pfn;
	unsigned int i;

	boot(16 * MiB);
	pfn = alloc(0, SB_MOVABLE);
	EXPECT(count(SB_TRACE_ZONE_LOCKED) >= 4);
	EXPECT_EQ(count(SB_TRACE_ZONE_LOCKED), unit_nr_events - 1);
	for (i = 0; i + 1 < unit_nr_events; i++) {
		event = *unit_event(i);
		found |= event.pfn == pfn;
		EXPECT_EQ(event.order, 0);
		EXPECT_EQ(event.type, SB_MOVABLE);
		EXPECT_EQ(event.percpu_refill, 1);
	}
	EXPECT(found);
	event = last(SB_TRACE_PAGE_ALLOC);
	EXPECT_EQ(event.pfn, pfn);
	EXPECT_EQ(event.order, 0);
	EXPECT_EQ(event.type, SB_MOVABLE);
	/* The next one is served from the list. */
	unit_events_clear();
	alloc(0, SB_MOVABLE);
	EXPECT_EQ(unit_nr_events, 1);
	fixture_exit(&f);
}

static void a_large_block_is_no_refill(void)
{
	struct sb_event event;
	unsigned long pfn;

	boot(16 * MiB);
	pfn = alloc(5, SB_MOVABLE);
	EXPECT_EQ(unit_nr_events, 2);
	event = last(SB_TRACE_ZONE_LOCKED);
	EXPECT_EQ(event.pfn, pfn);
	EXPECT_EQ(event.order, 5);
	EXPECT_EQ(event.percpu_refill, 0);
	fixture_exit(&f);
}

static void one_that_fails_is_told_of_too(void)
{
	struct sb_event event;

	boot(16 * MiB);
	while (fixture_alloc(&f, 10, SB_MOVABLE) >= 0)
		;
	event = last(SB_TRACE_PAGE_ALLOC);
	EXPECT(event.pfn == ~0ull);
	EXPECT_EQ(event.order, 10);
	/* One that is wrong is not. */
	unit_events_clear();
	EXPECT_EQ(fixture_alloc(&f, 12, SB_MOVABLE), -EINVAL);
	EXPECT_EQ(unit_nr_events, 0);
	fixture_exit(&f);
}

static void a_free_is_told_once_and_its_drain_too(void)
{
	struct sb_event event;
	unsigned long pfn;

	boot(16 * MiB);
	pfn = alloc(2, SB_MOVABLE);
	unit_events_clear();
	fixture_free(&f, pfn, 2);
	EXPECT_EQ(unit_nr_events, 1);
	event = last(SB_TRACE_PAGE_FREE);
	EXPECT_EQ(event.pfn, pfn);
	EXPECT_EQ(event.order, 2);
	unit_events_clear();
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(count(SB_TRACE_PCPU_DRAIN), unit_nr_events);
	event = last(SB_TRACE_PCPU_DRAIN);
	EXPECT_EQ(event.pfn, pfn);
	EXPECT_EQ(event.order, 2);
	EXPECT_EQ(event.type, SB_MOVABLE);
	fixture_exit(&f);
}

static void a_free_that_is_refused_is_not_told(void)
{
	unsigned long pfn;

	boot(16 * MiB);
	pfn = alloc(2, SB_MOVABLE);
	unit_events_clear();
	EXPECT_EQ(sb_alloc_free(&f.inst, pfn, 1), -EINVAL);
	EXPECT_EQ(sb_alloc_free(&f.inst, 1, 0), -ERANGE);
	EXPECT_EQ(unit_nr_events, 0);
	fixture_exit(&f);
}

static void a_fallback_is_told_with_what_became_of_the_pageblock(void)
{
	struct sb_event event;
	unsigned long pfn;

	boot(16 * MiB);
	pfn = alloc(4, SB_UNMOVABLE);
	EXPECT_EQ(count(SB_TRACE_EXTFRAG), 1);
	event = last(SB_TRACE_EXTFRAG);
	EXPECT_EQ(event.pfn, pfn);
	EXPECT_EQ(event.order, 4);
	EXPECT_EQ(event.type, SB_UNMOVABLE);
	EXPECT_EQ(event.other_type, SB_MOVABLE);
	EXPECT(event.other_order >= 4);
	EXPECT_EQ(event.change_ownership, 1);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(an_allocation_tells_of_its_refill_first), UNIT_CASE(a_large_block_is_no_refill),
	  UNIT_CASE(one_that_fails_is_told_of_too),
	  UNIT_CASE(a_free_is_told_once_and_its_drain_too),
	  UNIT_CASE(a_free_that_is_refused_is_not_told),
	  UNIT_CASE(a_fallback_is_told_with_what_became_of_the_pageblock))

// SPDX-License-Identifier: GPL-2.0-only
/* What another CPU does at the worst of moments, put there by hooks of the locks. */
#include <time.h>

#include "cma.h"
#include "contig.h"
#include "debug.h"
#include "fixture.h"
#include "highatomic.h"
#include "hwpoison.h"
#include "isolate.h"

#define BASE 0x80000000ull

static struct fixture f;
static struct sb_zone *zone;
static unsigned long start; /* pages that the case is about */
static bool between; /* the block after them is on its way */

static void boot(struct sb_config *cfg)
{
	cfg->nr_cpus = 2;
	fixture_boot(&f, cfg);
	start = f.inst.map.base_pfn + 1024;
	zone = fixture_zone_of(&f, start);
}

static enum sb_page_state state_of(unsigned long pfn)
{
	return sb_page_state(sb_memmap_page(&f.inst.map, pfn));
}

/* Called with the zone's lock held, when the page after the range was just taken. */
static void hold_it_there(struct sb_instance *inst, const struct sb_event *event)
{
	const struct timespec a_while = { .tv_nsec = 50 * 1000 * 1000 };

	(void)inst;
	(void)event;
	if (READ_ONCE(between) || sb_host_cpu != 1 || state_of(start + 4) != SB_PAGE_TAIL)
		return;
	WRITE_ONCE(between, true);
	nanosleep(&a_while, NULL);
}

static void *free_the_range(void *unused)
{
	(void)unused;
	sb_host_cpu = 0;
	while (!READ_ONCE(between))
		sched_yield();
	EXPECT_EQ(sb_alloc_free_range(&f.inst, start, 4), 0);
	return NULL;
}

static void a_range_ends_where_somebody_elses_block_is_being_taken(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	pthread_t other;

	boot(&cfg);
	fixture_fill(&f);
	fixture_free(&f, start + 4, 0);
	sb_pcp_drain_all(&f.inst);
	sb_instance_hook(&f.inst, SB_HOOK_TRACE, true);
	between = false;
	unit_event_hook = hold_it_there;
	pthread_create(&other, NULL, free_the_range, NULL);
	sb_host_cpu = 1;
	EXPECT_EQ(fixture_alloc(&f, 0, SB_MOVABLE), (long)start + 4);
	pthread_join(other, NULL);
	unit_event_hook = NULL;
	sb_host_cpu = 0;
	fixture_exit(&f);
}

static void release_the_first_half(struct sb_lock *lock)
{
	if (lock != &zone->lock)
		return;
	unit_lock_hooks.before_lock = NULL;
	EXPECT_EQ(sb_cma_release(&f.inst, 0, start, 8), 0);
}

static void two_may_free_different_parts_of_one_block(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.nr_cma = 1;
	snprintf(cfg.cma[0].name, sizeof(cfg.cma[0].name), "a");
	cfg.cma[0].size = 4 * MiB;
	cfg.cma[0].nid = SB_NID_ANY;
	boot(&cfg);
	EXPECT_EQ(sb_cma_alloc(&f.inst, 0, 16, 4, 0, &start), 0);
	zone = fixture_zone_of(&f, start);
	unit_lock_hooks.before_lock = release_the_first_half;
	EXPECT_EQ(sb_cma_release(&f.inst, 0, start + 8, 8), 0);
	fixture_exit(&f);
}

/* A range of three pages, of which the third cannot be had once the first is. */
static void claim_three(void (*meanwhile)(struct sb_lock *lock))
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned long bad;

	boot(&cfg);
	unit_lock_hooks.after_unlock = meanwhile;
	EXPECT_EQ(sb_contig_alloc_range(&f.inst, start, start + 3, SB_MOVABLE, 0, &bad), -EBUSY);
}

static void mark_first_and_third(struct sb_lock *lock)
{
	if (lock != &zone->lock || state_of(start) != SB_PAGE_ALLOC)
		return;
	unit_lock_hooks.after_unlock = NULL;
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, start), 1);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, start + 2), 0);
}

static void a_page_marked_bad_during_a_claim_does_not_come_back(void)
{
	claim_three(mark_first_and_third);
	EXPECT_EQ(state_of(start), SB_PAGE_POISONED);
	EXPECT_EQ(sb_hwpoison_count(&f.inst), 2);
	fixture_exit(&f);
}

static void poison_and_mark_third(struct sb_lock *lock)
{
	if (lock != &zone->lock || state_of(start) != SB_PAGE_ALLOC)
		return;
	unit_lock_hooks.after_unlock = NULL;
	sb_debug_set_poison(&f.inst, true);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, start + 2), 0);
}

static void pages_of_a_claim_that_fails_are_filled_if_free_pages_are(void)
{
	claim_three(poison_and_mark_third);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	fixture_exit(&f);
}

static void a_reserve_leaves_a_block_alone_that_is_isolated_in_part(void)
{
	struct sb_config cfg = fixture_config(BASE, 256 * MiB);
	struct sb_isolation second;
	unsigned long pfn, bad;

	boot(&cfg);
	pfn = (unsigned long)fixture_alloc(&f, 9, SB_MOVABLE);
	second = (struct sb_isolation){ .start = pfn + 256, .end = pfn + 512 };
	EXPECT_EQ(sb_isolate_range(&f.inst, &second, &bad), 0);
	sb_highatomic_reserve(fixture_zone_of(&f, pfn), pfn, 9);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, pfn), SB_MOVABLE);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, pfn + 256), SB_ISOLATE);
	sb_isolate_undo(&f.inst, second.start, second.end);
	fixture_exit(&f);
}

static void an_exact_range_that_wraps_is_refused(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	long pfn;

	boot(&cfg);
	pfn = fixture_alloc(&f, 0, SB_MOVABLE);
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, (unsigned long)pfn, ~0ul), -EINVAL);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(a_range_ends_where_somebody_elses_block_is_being_taken),
	  UNIT_CASE(two_may_free_different_parts_of_one_block),
	  UNIT_CASE(a_page_marked_bad_during_a_claim_does_not_come_back),
	  UNIT_CASE(pages_of_a_claim_that_fails_are_filled_if_free_pages_are),
	  UNIT_CASE(a_reserve_leaves_a_block_alone_that_is_isolated_in_part),
	  UNIT_CASE(an_exact_range_that_wraps_is_refused))

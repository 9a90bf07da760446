// SPDX-License-Identifier: GPL-2.0-only
/* Bad memory: pages leave circulation, one by one, wherever they are. */
#include "fixture.h"
#include "debug.h"
#include "hwpoison.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;
static struct sb_zone *zone;

static void boot(unsigned int pcp_high)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_high = pcp_high;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_pcp_drain_all(&f.inst);
}

static enum sb_page_state state_of(unsigned long pfn)
{
	struct sb_page_info info;

	EXPECT(sb_memmap_info(&f.inst, pfn, &info));
	return info.state;
}

static bool is_marked(unsigned long pfn)
{
	return sb_page_is_marked(sb_memmap_page(&f.inst.map, pfn));
}

static unsigned long alloc(unsigned int order)
{
	long pfn = fixture_alloc(&f, order, SB_MOVABLE);

	EXPECT(pfn > 0);
	CHECK(&f);
	return (unsigned long)pfn;
}

/* From now on only blocks of the largest order are split. */
static void take_small_blocks(void)
{
	unsigned int order;

	for (order = 0; order < 10; order++)
		while (fixture_free_blocks(&f, order, SB_MOVABLE))
			alloc(order);
}

/* Everything that can be had, page by page: is @pfn among it? */
static bool can_be_had(unsigned long pfn)
{
	static long pages[4096];
	bool found = false;
	size_t nr = 0, i;

	while (nr < ARRAY_SIZE(pages)) {
		pages[nr] = fixture_alloc(&f, 0, SB_MOVABLE);
		if (pages[nr] < 0)
			break;
		found |= (unsigned long)pages[nr++] == pfn;
	}
	for (i = 0; i < nr; i++)
		fixture_free(&f, (unsigned long)pages[i], 0);
	CHECK(&f);
	return found;
}

static void a_free_page_is_split_off_from_its_block(void)
{
	unsigned long before;
	unsigned int order;

	boot(0);
	before = zone->nr_free;
	EXPECT_EQ(state_of(PFN + 5), SB_PAGE_FREE);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN + 5), 0);
	CHECK(&f);
	EXPECT_EQ(state_of(PFN + 5), SB_PAGE_POISONED);
	EXPECT_EQ(zone->nr_free, before - 1);
	EXPECT_EQ(zone->nr_hwpoison, 1);
	/* The page beside it, the two, the four, and so on. */
	EXPECT(sb_page_is_free(sb_memmap_page(&f.inst.map, PFN + 4), 0));
	EXPECT(sb_page_is_free(sb_memmap_page(&f.inst.map, PFN + 6), 1));
	EXPECT(sb_page_is_free(sb_memmap_page(&f.inst.map, PFN), 2));
	for (order = 3; order < 10; order++)
		EXPECT(sb_page_is_free(sb_memmap_page(&f.inst.map, PFN + (1ul << order)), order));
	EXPECT(!can_be_had(PFN + 5));
	EXPECT_EQ(f.inst.hooks, 0);
	fixture_exit(&f);
}

static void first_and_last_page_of_a_block_are_split_off_alike(void)
{
	boot(0);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN), 0);
	CHECK(&f);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN + 1023), 0);
	CHECK(&f);
	EXPECT_EQ(zone->nr_hwpoison, 2);
	EXPECT_EQ(sb_hwpoison_count(&f.inst), 2);
	fixture_exit(&f);
}

static void a_page_on_a_per_cpu_list_is_drained_first(void)
{
	unsigned long pfn;

	boot(64);
	pfn = alloc(0);
	fixture_free(&f, pfn, 0);
	EXPECT_EQ(state_of(pfn), SB_PAGE_PCP);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn), 0);
	EXPECT_EQ(state_of(pfn), SB_PAGE_POISONED);
	CHECK(&f);
	EXPECT(!can_be_had(pfn));
	fixture_exit(&f);
}

static void a_page_in_quarantine_is_let_out_first(void)
{
	unsigned long pfn;

	boot(64);
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 64), 0);
	pfn = alloc(2);
	fixture_free(&f, pfn, 2);
	EXPECT_EQ(state_of(pfn + 3), SB_PAGE_QUARANTINE);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 3), 0);
	EXPECT_EQ(state_of(pfn + 3), SB_PAGE_POISONED);
	EXPECT_EQ(zone->nr_quarantine, 0);
	fixture_exit(&f);
}

static void the_rest_of_a_guard_becomes_free(void)
{
	unsigned long pfn, before;

	boot(0);
	take_small_blocks();
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 3), 0);
	pfn = alloc(0);
	EXPECT_EQ(state_of(pfn ^ 2), SB_PAGE_GUARD);
	before = zone->nr_free;
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn ^ 2), 0);
	CHECK(&f);
	EXPECT_EQ(zone->nr_free, before + 1);
	EXPECT_EQ(state_of(pfn ^ 1), SB_PAGE_GUARD);
	EXPECT_EQ(state_of(pfn ^ 3), SB_PAGE_FREE);
	fixture_free(&f, pfn, 0);
	fixture_exit(&f);
}

static void a_page_in_use_is_marked_and_leaves_when_it_is_freed(void)
{
	unsigned long pfn, before;

	boot(64);
	pfn = alloc(3);
	before = zone->nr_free;
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 5), 1);
	CHECK(&f);
	EXPECT(is_marked(pfn + 5));
	EXPECT_EQ(state_of(pfn + 5), SB_PAGE_ALLOC);
	EXPECT_EQ(zone->nr_marked, 1);
	EXPECT_EQ(f.inst.hooks, SB_HOOK_BAD_PAGE);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 5), -EALREADY);
	fixture_free(&f, pfn, 3);
	CHECK(&f);
	EXPECT_EQ(state_of(pfn + 5), SB_PAGE_POISONED);
	/* The other seven went to the zone, past the lists. */
	EXPECT_EQ(zone->nr_free, before + 7);
	EXPECT_EQ(zone->nr_marked, 0);
	EXPECT_EQ(f.inst.hooks, 0);
	EXPECT(!can_be_had(pfn + 5));
	fixture_exit(&f);
}

static void the_first_page_of_a_block_in_use_is_marked_like_any(void)
{
	unsigned long pfn;

	boot(64);
	pfn = alloc(2);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn), 1);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, pfn)), 2);
	CHECK(&f);
	fixture_free(&f, pfn, 2);
	EXPECT_EQ(state_of(pfn), SB_PAGE_POISONED);
	EXPECT_EQ(state_of(pfn + 1), SB_PAGE_FREE);
	fixture_exit(&f);
}

static void all_pages_of_a_block_may_be_bad(void)
{
	unsigned long pfn, i, before;

	boot(64);
	pfn = alloc(2);
	before = zone->nr_free;
	for (i = 0; i < 4; i++)
		EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + i), 1);
	fixture_free(&f, pfn, 2);
	EXPECT_EQ(zone->nr_free, before);
	EXPECT_EQ(zone->nr_hwpoison, 4);
	fixture_exit(&f);
}

static void a_block_of_more_than_a_pageblock_loses_its_bad_pages_alone(void)
{
	unsigned long pfn, before;

	boot(0);
	before = zone->nr_free;
	pfn = alloc(10);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 255), 1);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 700), 1);
	fixture_free(&f, pfn, 10);
	CHECK(&f);
	EXPECT_EQ(zone->nr_free, before - 2);
	fixture_exit(&f);
}

static void other_blocks_are_freed_as_before_but_past_the_lists(void)
{
	unsigned long bad, good;

	boot(64);
	bad = alloc(0);
	good = alloc(0);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, bad), 1);
	fixture_free(&f, good, 0);
	EXPECT_EQ(state_of(good), SB_PAGE_FREE);
	fixture_free(&f, bad, 0);
	good = alloc(0);
	fixture_free(&f, good, 0);
	EXPECT_EQ(state_of(good), SB_PAGE_PCP);
	fixture_exit(&f);
}

static void a_mark_outlives_a_split(void)
{
	unsigned long pfn;

	boot(64);
	pfn = alloc(3);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 6), 1);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 3), 0);
	EXPECT(is_marked(pfn + 6));
	CHECK(&f);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn, 8), 0);
	EXPECT_EQ(state_of(pfn + 6), SB_PAGE_POISONED);
	EXPECT_EQ(zone->nr_hwpoison, 1);
	fixture_exit(&f);
}

static void parts_of_a_block_are_freed_around_it(void)
{
	unsigned long pfn;

	boot(64);
	pfn = alloc(4);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 9), 1);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn + 2, 3), 0);
	EXPECT(is_marked(pfn + 9));
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn + 5, 11), 0);
	EXPECT_EQ(state_of(pfn + 9), SB_PAGE_POISONED);
	CHECK(&f);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn, 2), 0);
	fixture_exit(&f);
}

static void a_block_with_a_bad_page_does_not_rest(void)
{
	unsigned long pfn;

	boot(64);
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 64), 0);
	pfn = alloc(2);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 1), 1);
	fixture_free(&f, pfn, 2);
	EXPECT_EQ(zone->nr_quarantine, 0);
	EXPECT_EQ(state_of(pfn + 1), SB_PAGE_POISONED);
	fixture_exit(&f);
}

static void bad_memory_is_not_written_to_when_it_is_freed(void)
{
	unsigned long pfn;

	boot(64);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	pfn = alloc(1);
	memset(f.memory[0] + (pfn - PFN) * SB_PAGE_SIZE, 0x11, 2 * SB_PAGE_SIZE);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 1), 1);
	fixture_free(&f, pfn, 1);
	EXPECT_EQ(f.memory[0][(pfn - PFN) * SB_PAGE_SIZE], 0xaa);
	EXPECT_EQ(f.memory[0][(pfn + 1 - PFN) * SB_PAGE_SIZE], 0x11);
	/* What comes back is filled like the others. */
	EXPECT_EQ(sb_hwpoison_unmark(&f.inst, pfn + 1), 0);
	EXPECT(can_be_had(pfn + 1));
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_WRITE], 0);
	fixture_exit(&f);
}

static void it_can_be_taken_back(void)
{
	unsigned long pfn, before;

	boot(0);
	before = zone->nr_free;
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN + 77), 0);
	EXPECT_EQ(sb_hwpoison_unmark(&f.inst, PFN + 77), 0);
	CHECK(&f);
	/* All has merged again. */
	EXPECT_EQ(zone->nr_free, before);
	EXPECT(sb_page_is_free(sb_memmap_page(&f.inst.map, PFN), 10));
	EXPECT_EQ(sb_hwpoison_unmark(&f.inst, PFN + 77), -EINVAL);
	pfn = alloc(3);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 1), 1);
	EXPECT_EQ(sb_hwpoison_unmark(&f.inst, pfn + 1), 0);
	EXPECT_EQ(f.inst.hooks, 0);
	fixture_free(&f, pfn, 3);
	EXPECT_EQ(zone->nr_hwpoison, 0);
	fixture_exit(&f);
}

static void what_was_never_in_circulation_is_refused(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_add_bank(&cfg, BASE + 32 * MiB, 4 * MiB, 0);
	fixture_reserve(&cfg, BASE + MiB, MiB);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN + 256), -EPERM);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN + 5000), -ERANGE);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN - 1), -ERANGE);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, 0), -ERANGE);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, ~0ul), -ERANGE);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN + 1), 0);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN + 1), -EALREADY);
	EXPECT_EQ(sb_alloc_free(&f.inst, PFN + 1, 0), -EPERM);
	EXPECT_EQ(sb_hwpoison_unmark(&f.inst, PFN + 256), -EINVAL);
	fixture_exit(&f);
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, PFN), -ENODEV);
	fixture_exit(&f);
}

static void the_checker_knows_a_mark_that_is_lost_or_not_counted(void)
{
	struct sb_out out = { .text = NULL };
	static char text[4096];
	unsigned long pfn;

	boot(0);
	pfn = alloc(2);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 1), 1);
	sb_page_set_marked(sb_memmap_page(&f.inst.map, pfn + 1), false);
	out.text = text;
	out.size = sizeof(text);
	EXPECT(sb_check(&f.inst, &out) > 0);
	EXPECT(strstr(text, "pages are in use and marked bad, the counter says 1"));
	fixture_drop(&f);

	boot(0);
	zone->nr_hwpoison++;
	out.used = 0;
	EXPECT(sb_check(&f.inst, &out) > 0);
	EXPECT(strstr(text, "pages are bad memory, the counter says 1"));
	fixture_drop(&f);
}

/* Pages at random, in whatever state they are. */
static void random_pages_and_requests_leave_it_in_order(void)
{
	unsigned long steps = unit_iterations(3000), nr = 0, bad = 0, i;
	u64 seed = unit_seed();
	struct {
		unsigned long pfn;
		unsigned int order;
	} held[64];

	boot(64);
	for (i = 0; i < steps; i++) {
		u64 dice = unit_below(&seed, 100);

		if (dice < 5 && bad < 1000) {
			bad += sb_hwpoison_mark(&f.inst, PFN + unit_below(&seed, 4096)) >= 0;
		} else if (dice < 50 && nr < ARRAY_SIZE(held)) {
			unsigned int order = (unsigned int)unit_below(&seed, 6);
			long pfn = fixture_alloc(&f, order, (unsigned int)unit_below(&seed, 3));

			if (pfn < 0)
				continue;
			held[nr].pfn = (unsigned long)pfn;
			held[nr++].order = order;
		} else if (nr) {
			size_t which = unit_below(&seed, nr);

			fixture_free(&f, held[which].pfn, held[which].order);
			held[which] = held[--nr];
		}
		CHECK(&f);
	}
	while (nr--)
		fixture_free(&f, held[nr].pfn, held[nr].order);
	EXPECT_EQ(zone->nr_hwpoison, bad);
	EXPECT_EQ(zone->nr_marked, 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(zone->nr_free + bad, zone->managed);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(a_free_page_is_split_off_from_its_block),
	  UNIT_CASE(first_and_last_page_of_a_block_are_split_off_alike),
	  UNIT_CASE(a_page_on_a_per_cpu_list_is_drained_first),
	  UNIT_CASE(a_page_in_quarantine_is_let_out_first),
	  UNIT_CASE(the_rest_of_a_guard_becomes_free),
	  UNIT_CASE(a_page_in_use_is_marked_and_leaves_when_it_is_freed),
	  UNIT_CASE(the_first_page_of_a_block_in_use_is_marked_like_any),
	  UNIT_CASE(all_pages_of_a_block_may_be_bad),
	  UNIT_CASE(a_block_of_more_than_a_pageblock_loses_its_bad_pages_alone),
	  UNIT_CASE(other_blocks_are_freed_as_before_but_past_the_lists),
	  UNIT_CASE(a_mark_outlives_a_split), UNIT_CASE(parts_of_a_block_are_freed_around_it),
	  UNIT_CASE(a_block_with_a_bad_page_does_not_rest),
	  UNIT_CASE(bad_memory_is_not_written_to_when_it_is_freed), UNIT_CASE(it_can_be_taken_back),
	  UNIT_CASE(what_was_never_in_circulation_is_refused),
	  UNIT_CASE(the_checker_knows_a_mark_that_is_lost_or_not_counted),
	  UNIT_CASE(random_pages_and_requests_leave_it_in_order))

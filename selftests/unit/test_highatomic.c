// SPDX-License-Identifier: GPL-2.0-only
/* Pageblocks kept for large requests that cannot wait: how many, for whom, how long. */
#include "fixture.h"
#include "highatomic.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul
#define BLOCK 16ul
#define PAGES 4096ul

static struct fixture f;
static struct sb_zone *zone;

/* 16 MiB with pageblocks of 64 KiB, so that the hundredth, 40 pages, is three of them. */
static void boot(enum sb_rules_version rules)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pageblock_order = 4;
	cfg.max_order = 8;
	cfg.pcp_high = 0;
	cfg.rules = rules;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
}

static struct sb_request request_of(unsigned int order, unsigned int type, u32 gfp)
{
	struct sb_request request = {
		.order = order, .type = type, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = gfp
	};

	return request;
}

static long ask(unsigned int order, unsigned int type, u32 gfp)
{
	long pfn = fixture_ask(&f, request_of(order, type, gfp));

	CHECK(&f);
	return pfn;
}

static unsigned int type_of(unsigned long pfn)
{
	return sb_pageblock_type(&f.inst.blocks, pfn);
}

/*
 * The first pass fails below the low mark; what is given on the second is from
 * the reserve's owner.
 */
static void short_of_memory(void)
{
	zone->watermark[SB_WMARK_LOW] = PAGES;
	zone->watermark[SB_WMARK_HIGH] = PAGES;
	fixture_measure(zone);
}

static void only_a_served_request_that_is_high_large_and_cannot_wait_reserves(void)
{
	static const struct {
		unsigned int order;
		u32 gfp;
		bool pressed, reserves;
	} rows[] = {
		{ 1, SB_GFP_ATOMIC, true, true },
		{ 3, SB_GFP_HIGH, true, true },
		{ 1, SB_GFP_ATOMIC, false, false }, /* served by the first pass */
		{ 0, SB_GFP_ATOMIC, true, false },
		{ 1, SB_GFP_NOWAIT, true, false },
		{ 1, SB_GFP_HIGH | SB_GFP_KERNEL, true, false },
		{ 1, SB_GFP_ATOMIC | SB_GFP_NOMEMALLOC, true, false },
	};
	unsigned int rules;
	size_t i;

	for (rules = 0; rules < SB_NR_RULES; rules++)
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			long pfn;

			boot(rules);
			if (rows[i].pressed)
				short_of_memory();
			pfn = ask(rows[i].order, SB_MOVABLE, rows[i].gfp);
			EXPECT(pfn > 0);
			EXPECT_EQ(zone->nr_reserved_highatomic, rows[i].reserves ? BLOCK : 0);
			EXPECT_EQ(type_of((unsigned long)pfn),
				  rows[i].reserves ? SB_HIGHATOMIC : SB_MOVABLE);
			fixture_exit(&f);
		}
}

static void free_pages_of_a_pageblock_are_reserved_with_it(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		boot(rules);
		fixture_fill(&f);
		fixture_free_run(&f, PFN, BLOCK);
		EXPECT_EQ(ask(2, SB_MOVABLE, SB_GFP_ATOMIC), PFN);
		short_of_memory();
		EXPECT_EQ(zone->nr_free_highatomic, 0);
		EXPECT_EQ(ask(1, SB_MOVABLE, SB_GFP_ATOMIC), PFN + 4);
		EXPECT_EQ(zone->nr_free_highatomic, BLOCK - 6);
		EXPECT_EQ(zone->events[SB_EVENT_HIGHATOMIC_RESERVE], 1);
		fixture_exit(&f);
	}
}

/* 6.12: a hundredth in whole pageblocks, none if that is less than one. 6.1: and one more. */
static void no_more_is_reserved_than_a_hundredth(void)
{
	static const struct {
		unsigned long managed;
		unsigned long most[SB_NR_RULES];
	} rows[] = {
		{ 4000, { 48, 64 } }, /* 40 pages are two pageblocks and a half */
		{ 3200, { 32, 48 } }, { 1600, { 16, 32 } }, { 1599, { 0, 32 } }, { 50, { 0, 16 } },
	};
	unsigned int rules;
	size_t i, n;

	for (rules = 0; rules < SB_NR_RULES; rules++)
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			unsigned long managed;

			boot(rules);
			short_of_memory();
			managed = zone->managed;
			zone->managed = rows[i].managed;
			for (n = 0; n < 40; n++)
				EXPECT(fixture_ask(&f, request_of(3, SB_UNMOVABLE, SB_GFP_ATOMIC)) >
				       0);
			EXPECT_EQ(zone->nr_reserved_highatomic, rows[i].most[rules]);
			zone->managed = managed;
			fixture_exit(&f);
		}
}

static void a_block_of_many_pageblocks_is_reserved_whole_and_by_6_1_its_first(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		unsigned long pfn;

		boot(rules);
		short_of_memory();
		pfn = (unsigned long)ask(5, SB_MOVABLE, SB_GFP_ATOMIC);
		EXPECT_EQ(type_of(pfn), SB_HIGHATOMIC);
		EXPECT_EQ(type_of(pfn + BLOCK),
			  rules == SB_RULES_6_12 ? SB_HIGHATOMIC : SB_MOVABLE);
		EXPECT_EQ(zone->nr_reserved_highatomic, rules == SB_RULES_6_12 ? 2 * BLOCK : BLOCK);
		fixture_exit(&f);
	}
}

static void pageblocks_that_do_not_merge_are_not_reserved(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		boot(rules);
		fixture_fill(&f);
		fixture_set_type(&f, PFN, SB_CMA);
		fixture_free_run(&f, PFN, BLOCK);
		short_of_memory();
		EXPECT_EQ(ask(2, SB_MOVABLE, SB_GFP_ATOMIC), PFN);
		EXPECT_EQ(zone->nr_reserved_highatomic, 0);
		fixture_exit(&f);
	}
}

/* Everything in use but one pageblock, which is the reserve. */
static void boot_with_reserve(enum sb_rules_version rules, unsigned long nr_free)
{
	boot(rules);
	fixture_fill(&f);
	fixture_set_type(&f, PFN, SB_HIGHATOMIC);
	fixture_free_run(&f, PFN, nr_free);
}

static void who_may_use_the_reserve(void)
{
	static const struct {
		unsigned int order;
		u32 gfp;
		bool given;
	} rows[] = {
		{ 2, SB_GFP_ATOMIC, true },
		{ 0, SB_GFP_ATOMIC, true },
		{ 0, SB_GFP_NOWAIT, true }, /* rather than fail */
		{ 2, SB_GFP_NOWAIT, false }, /* the check sees no block for it */
		{ 0, SB_GFP_ATOMIC | SB_GFP_NOMEMALLOC, false },
		{ 0, SB_GFP_KERNEL | SB_GFP_NORETRY, false },
		{ 0, SB_GFP_KERNEL | SB_GFP_NORETRY | SB_GFP_MEMALLOC, false },
		{ 0, SB_GFP_KERNEL | SB_GFP_NORETRY | SB_GFP_HIGH, false },
	};
	unsigned int rules;
	size_t i;

	for (rules = 0; rules < SB_NR_RULES; rules++)
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			long pfn;

			boot_with_reserve(rules, BLOCK);
			pfn = ask(rows[i].order, SB_UNMOVABLE, rows[i].gfp);
			EXPECT_EQ(pfn > 0, rows[i].given);
			EXPECT_EQ(type_of(PFN), SB_HIGHATOMIC);
			fixture_exit(&f);
		}
}

/* ALLOC_NO_WATERMARKS replaces what HIGH and ATOMIC allow: the marks refuse these first. */
static void without_watermarks_the_reserve_is_still_not_touched(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		boot_with_reserve(rules, BLOCK);
		zone->watermark[SB_WMARK_MIN] = PAGES;
		zone->watermark[SB_WMARK_LOW] = PAGES;
		fixture_measure(zone);
		EXPECT_EQ(ask(0, SB_MOVABLE, SB_GFP_ATOMIC | SB_GFP_MEMALLOC), -ENOMEM);
		EXPECT_EQ(ask(2, SB_MOVABLE, SB_GFP_ATOMIC | SB_GFP_MEMALLOC), -ENOMEM);
		fixture_free_run(&f, PFN + 4 * BLOCK, BLOCK);
		EXPECT_EQ(ask(2, SB_MOVABLE, SB_GFP_ATOMIC | SB_GFP_MEMALLOC), PFN + 4 * BLOCK);
		EXPECT_EQ(type_of(PFN + 4 * BLOCK), SB_MOVABLE);
		fixture_exit(&f);
	}
}

static void what_is_in_the_reserve_is_taken_from_it_first(void)
{
	boot_with_reserve(SB_RULES_6_12, BLOCK);
	fixture_free_run(&f, PFN + 4 * BLOCK, BLOCK);
	short_of_memory();
	EXPECT_EQ(ask(2, SB_UNMOVABLE, SB_GFP_ATOMIC), PFN);
	EXPECT_EQ(sb_pfn_block((unsigned long)ask(2, SB_UNMOVABLE, SB_GFP_NOWAIT), 4),
		  PFN + 4 * BLOCK);
	fixture_exit(&f);
}

static void what_is_freed_in_a_reserved_pageblock_stays_reserved(void)
{
	boot_with_reserve(SB_RULES_6_12, 4);
	fixture_free_run(&f, PFN + 8, 4);
	EXPECT_EQ(zone->nr_free_highatomic, 8);
	EXPECT_EQ(fixture_free_blocks(&f, 2, SB_HIGHATOMIC), 2);
	fixture_exit(&f);
}

static bool unreserve(unsigned int type, bool force)
{
	struct sb_request request = request_of(0, type, SB_GFP_KERNEL);
	bool done = sb_highatomic_unreserve(&f.inst, &request, force);

	CHECK(&f);
	return done;
}

/* Smallest free block first; the last pageblock of a zone only by force. */
static void pageblocks_are_given_up_one_by_one_the_last_by_force(void)
{
	boot(SB_RULES_6_12);
	fixture_fill(&f);
	fixture_set_type(&f, PFN, SB_HIGHATOMIC);
	fixture_set_type(&f, PFN + 4 * BLOCK, SB_HIGHATOMIC);
	fixture_free_run(&f, PFN, 4);
	fixture_free_run(&f, PFN + 4 * BLOCK, 2);
	EXPECT(unreserve(SB_RECLAIMABLE, false));
	EXPECT_EQ(type_of(PFN + 4 * BLOCK), SB_RECLAIMABLE);
	EXPECT_EQ(fixture_free_blocks(&f, 1, SB_RECLAIMABLE), 1);
	EXPECT_EQ(zone->nr_reserved_highatomic, BLOCK);
	EXPECT(!unreserve(SB_RECLAIMABLE, false));
	EXPECT_EQ(type_of(PFN), SB_HIGHATOMIC);
	EXPECT(unreserve(SB_UNMOVABLE, true));
	EXPECT_EQ(type_of(PFN), SB_UNMOVABLE);
	EXPECT(!unreserve(SB_UNMOVABLE, true));
	EXPECT_EQ(zone->nr_reserved_highatomic, 0);
	EXPECT_EQ(zone->events[SB_EVENT_HIGHATOMIC_UNRESERVE], 2);
	fixture_exit(&f);
}

static void a_pageblock_without_free_pages_is_not_given_up(void)
{
	boot(SB_RULES_6_12);
	fixture_fill(&f);
	fixture_set_type(&f, PFN, SB_HIGHATOMIC);
	EXPECT(!unreserve(SB_UNMOVABLE, true));
	EXPECT_EQ(type_of(PFN), SB_HIGHATOMIC);
	fixture_exit(&f);
}

/* A free block of two reserved pageblocks; 6.1 looks at its first alone. */
static void a_free_block_of_many_pageblocks_is_given_up_whole(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		boot(rules);
		fixture_fill(&f);
		fixture_set_type(&f, PFN, SB_HIGHATOMIC);
		fixture_set_type(&f, PFN + BLOCK, SB_HIGHATOMIC);
		fixture_free_run(&f, PFN, 2 * BLOCK);
		EXPECT_EQ(fixture_free_blocks(&f, 5, SB_HIGHATOMIC), 1);
		EXPECT(unreserve(SB_UNMOVABLE, true));
		EXPECT_EQ(fixture_free_blocks(&f, 5, SB_UNMOVABLE), 1);
		EXPECT_EQ(type_of(PFN), SB_UNMOVABLE);
		EXPECT_EQ(type_of(PFN + BLOCK),
			  rules == SB_RULES_6_12 ? SB_UNMOVABLE : SB_HIGHATOMIC);
		EXPECT_EQ(zone->nr_free_highatomic, 0);
		fixture_exit(&f);
	}
}

/* One pageblock after the other, until one has a block that is large enough. */
static void a_small_request_that_can_wait_has_the_whole_reserve_given_up(void)
{
	boot(SB_RULES_6_12);
	fixture_fill(&f);
	fixture_set_type(&f, PFN, SB_HIGHATOMIC);
	fixture_set_type(&f, PFN + 4 * BLOCK, SB_HIGHATOMIC);
	fixture_set_type(&f, PFN + 8 * BLOCK, SB_HIGHATOMIC);
	fixture_set_type(&f, PFN + 12 * BLOCK, SB_HIGHATOMIC);
	fixture_free_run(&f, PFN, 1);
	fixture_free_run(&f, PFN + 4 * BLOCK, 2);
	fixture_free_run(&f, PFN + 8 * BLOCK, 8);
	fixture_free_run(&f, PFN + 12 * BLOCK, 4);
	EXPECT_EQ(ask(3, SB_UNMOVABLE, SB_GFP_KERNEL | SB_GFP_NORETRY), -ENOMEM);
	EXPECT_EQ(type_of(PFN), SB_UNMOVABLE);
	EXPECT_EQ(ask(3, SB_UNMOVABLE, SB_GFP_KERNEL), PFN + 8 * BLOCK);
	EXPECT_EQ(zone->nr_reserved_highatomic, 0);
	fixture_exit(&f);
}

static void a_large_request_leaves_the_last_pageblock_alone(void)
{
	boot_with_reserve(SB_RULES_6_12, BLOCK);
	EXPECT_EQ(ask(4, SB_UNMOVABLE, SB_GFP_KERNEL), -ENOMEM);
	EXPECT_EQ(type_of(PFN), SB_HIGHATOMIC);
	EXPECT_EQ(ask(3, SB_UNMOVABLE, SB_GFP_KERNEL), PFN);
	fixture_exit(&f);
}

static void a_request_that_cannot_wait_leaves_the_reserve_reserved(void)
{
	boot_with_reserve(SB_RULES_6_12, BLOCK);
	EXPECT_EQ(ask(1, SB_UNMOVABLE, SB_GFP_NOWAIT), -ENOMEM);
	EXPECT_EQ(type_of(PFN), SB_HIGHATOMIC);
	fixture_exit(&f);
}

/* 12 MiB and half a pageblock, which 6.12 leaves alone. */
static void a_pageblock_that_sticks_out_is_not_reserved_but_by_6_1(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		struct sb_config cfg = fixture_config(BASE, 12 * MiB + 8 * 4096);

		cfg.pageblock_order = 4;
		cfg.max_order = 8;
		cfg.pcp_high = 0;
		cfg.bottom_up = true;
		cfg.rules = rules;
		fixture_boot(&f, &cfg);
		zone = fixture_zone(&f, SB_ZONE_NORMAL);
		fixture_fill(&f);
		fixture_free_run(&f, PFN + 3072, 8);
		short_of_memory();
		EXPECT_EQ(ask(2, SB_MOVABLE, SB_GFP_ATOMIC), PFN + 3072);
		EXPECT_EQ(type_of(PFN + 3072), rules == SB_RULES_6_12 ? SB_MOVABLE : SB_HIGHATOMIC);
		/* And even then its free pages stay where they are. */
		EXPECT_EQ(zone->nr_free_highatomic, 0);
		fixture_exit(&f);
	}
}

/* A page that was reserved when it went to a per-CPU list: nothing else is, any more. */
static void by_6_1_even_a_stray_page_of_the_reserve_is_found(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	long pfn;

	cfg.pageblock_order = 4;
	cfg.rules = SB_RULES_6_1;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	pfn = ask(0, SB_MOVABLE, SB_GFP_KERNEL);
	sb_pcp_drain_all(&f.inst);
	fixture_set_type(&f, (unsigned long)pfn, SB_HIGHATOMIC);
	fixture_free(&f, (unsigned long)pfn, 0);
	fixture_set_type(&f, (unsigned long)pfn, SB_MOVABLE);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(zone->nr_reserved_highatomic, 0);
	EXPECT(zone->nr_free_highatomic > 0);
	EXPECT(unreserve(SB_MOVABLE, true));
	EXPECT_EQ(zone->nr_free_highatomic, 0);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(only_a_served_request_that_is_high_large_and_cannot_wait_reserves),
	  UNIT_CASE(free_pages_of_a_pageblock_are_reserved_with_it),
	  UNIT_CASE(no_more_is_reserved_than_a_hundredth),
	  UNIT_CASE(a_block_of_many_pageblocks_is_reserved_whole_and_by_6_1_its_first),
	  UNIT_CASE(pageblocks_that_do_not_merge_are_not_reserved),
	  UNIT_CASE(who_may_use_the_reserve),
	  UNIT_CASE(without_watermarks_the_reserve_is_still_not_touched),
	  UNIT_CASE(what_is_in_the_reserve_is_taken_from_it_first),
	  UNIT_CASE(what_is_freed_in_a_reserved_pageblock_stays_reserved),
	  UNIT_CASE(pageblocks_are_given_up_one_by_one_the_last_by_force),
	  UNIT_CASE(a_pageblock_without_free_pages_is_not_given_up),
	  UNIT_CASE(a_free_block_of_many_pageblocks_is_given_up_whole),
	  UNIT_CASE(a_small_request_that_can_wait_has_the_whole_reserve_given_up),
	  UNIT_CASE(a_large_request_leaves_the_last_pageblock_alone),
	  UNIT_CASE(a_request_that_cannot_wait_leaves_the_reserve_reserved),
	  UNIT_CASE(a_pageblock_that_sticks_out_is_not_reserved_but_by_6_1),
	  UNIT_CASE(by_6_1_even_a_stray_page_of_the_reserve_is_found))

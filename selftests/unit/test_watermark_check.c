// SPDX-License-Identifier: GPL-2.0-only
/* Who may go below a zone's watermarks, how far, and what a boost does. */
#include "fixture.h"
#include "zonelist.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul
#define BLOCK 256ul

static struct fixture f;
static struct sb_zone *zone;

/* 16 MiB of Normal without per-CPU lists, and marks that tell apart. */
static void boot(enum sb_rules_version rules)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_high = 0;
	cfg.rules = rules;
	cfg.watermark_boost_factor = 15000;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	zone->watermark[SB_WMARK_MIN] = 401;
	zone->watermark[SB_WMARK_LOW] = 501;
	zone->watermark[SB_WMARK_HIGH] = 601;
	fixture_measure(zone);
}

static struct sb_request single(u32 gfp)
{
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = gfp
	};

	return request;
}

/* Free pages that are left when a kind of request finds nothing more. */
static unsigned long left_by(struct sb_request request)
{
	while (fixture_ask(&f, request) > 0)
		;
	CHECK(&f);
	return zone->nr_free;
}

static void each_kind_of_request_stops_at_its_share_of_min(void)
{
	static const struct {
		u32 gfp;
		unsigned long left;
	} rows[] = {
		{ SB_GFP_KERNEL, 401 },
		{ SB_GFP_NOWAIT, 401 },
		{ 0, 401 },
		{ SB_GFP_HIGH | SB_GFP_KERNEL, 201 }, /* half: 401 - 200 */
		{ SB_GFP_ATOMIC, 151 }, /* and a quarter of that: 201 - 50 */
		{ SB_GFP_HIGH, 151 },
		{ SB_GFP_ATOMIC | SB_GFP_NOMEMALLOC, 201 },
		{ SB_GFP_KERNEL | SB_GFP_MEMALLOC | SB_GFP_NOMEMALLOC, 401 },
		{ SB_GFP_KERNEL | SB_GFP_MEMALLOC, 0 },
		{ SB_GFP_ATOMIC | SB_GFP_MEMALLOC, 0 },
	};
	unsigned int rules;
	size_t i;

	for (rules = 0; rules < SB_NR_RULES; rules++)
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			boot(rules);
			EXPECT_EQ(left_by(single(rows[i].gfp)), rows[i].left);
			fixture_exit(&f);
		}
}

/* The first pass keeps low; the second one goes down to min. */
static void the_first_pass_keeps_the_low_mark(void)
{
	struct sb_request request = single(SB_GFP_KERNEL);
	unsigned long pfn;

	boot(SB_RULES_6_12);
	while (sb_zonelist_take(&f.inst, &request, sb_zonelist_first_flags(&f.inst, &request),
				&pfn))
		;
	EXPECT_EQ(zone->nr_free, 501);
	EXPECT_EQ(left_by(request), 401);
	fixture_exit(&f);
}

/* Of its own block all but one page counts as gone. */
static void a_block_counts_but_for_one_page_as_gone(void)
{
	unsigned int order;

	boot(SB_RULES_6_12);
	for (order = 0; order <= 10; order++) {
		unsigned long rest = zone->nr_free - (sb_order_pages(order) - 1);

		EXPECT(sb_watermark_ok(zone, order, rest - 1, SB_ZONE_NORMAL, 0));
		EXPECT(!sb_watermark_ok(zone, order, rest, SB_ZONE_NORMAL, 0));
	}
	fixture_exit(&f);
}

/* Pages in plenty, but none of them in a block: every second one is free. */
static void a_block_that_is_large_enough_has_to_be_there(void)
{
	unsigned long pfn;

	boot(SB_RULES_6_12);
	fixture_fill(&f);
	for (pfn = PFN; pfn < PFN + 4 * BLOCK; pfn += 2)
		fixture_free(&f, pfn, 0);
	EXPECT(sb_watermark_ok(zone, 0, 0, SB_ZONE_NORMAL, 0));
	EXPECT(!sb_watermark_ok(zone, 1, 0, SB_ZONE_NORMAL, 0));
	fixture_free(&f, PFN + 1, 0);
	EXPECT(sb_watermark_ok(zone, 1, 0, SB_ZONE_NORMAL, 0));
	EXPECT(!sb_watermark_ok(zone, 2, 0, SB_ZONE_NORMAL, 0));
	fixture_exit(&f);
}

/* The least mark that refuses. */
static unsigned long usable(unsigned int order, unsigned int flags)
{
	unsigned long mark = 0;

	while (sb_watermark_ok(zone, order, mark, SB_ZONE_NORMAL, flags))
		mark++;
	return mark;
}

static void free_cma_pages_count_for_those_who_may_borrow(void)
{
	boot(SB_RULES_6_12);
	fixture_fill(&f);
	fixture_set_type(&f, PFN, SB_CMA);
	fixture_free_run(&f, PFN, BLOCK);
	fixture_free_run(&f, PFN + BLOCK + 1, 1);
	EXPECT_EQ(usable(0, 0), 1);
	EXPECT_EQ(usable(0, SB_ALLOC_CMA), BLOCK + 1);
	EXPECT_EQ(usable(3, 0), 0);
	EXPECT_EQ(usable(3, SB_ALLOC_CMA), BLOCK + 1 - 7);
	fixture_exit(&f);
}

/* 6.12 leaves out what is free of the reserve, 6.1 all of it. */
static void the_highatomic_reserve_counts_for_those_with_reserves(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		boot(rules);
		fixture_fill(&f);
		fixture_set_type(&f, PFN, SB_HIGHATOMIC);
		fixture_free_run(&f, PFN, 64);
		fixture_free_run(&f, PFN + 2 * BLOCK, BLOCK);
		EXPECT_EQ(usable(0, 0), rules == SB_RULES_6_12 ? BLOCK : 64);
		EXPECT_EQ(usable(0, SB_ALLOC_NON_BLOCK), BLOCK + 64);
		fixture_exit(&f);
	}
}

static void a_block_of_the_reserve_is_there_for_highatomic_requests_alone(void)
{
	boot(SB_RULES_6_12);
	fixture_fill(&f);
	fixture_set_type(&f, PFN, SB_HIGHATOMIC);
	fixture_free_run(&f, PFN, BLOCK);
	EXPECT_EQ(usable(3, SB_ALLOC_NON_BLOCK | SB_ALLOC_MIN_RESERVE), 0);
	EXPECT(usable(3, SB_ALLOC_NON_BLOCK | SB_ALLOC_HIGHATOMIC) > 0);
	fixture_exit(&f);
}

/* A request for a higher zone has to leave the reserve, too. */
static void lowmem_is_kept_back_by_the_highest_zone_that_would_do(void)
{
	boot(SB_RULES_6_12);
	zone->lowmem_reserve[SB_ZONE_HIGHMEM] = 100;
	EXPECT(sb_watermark_ok(zone, 0, zone->nr_free - 1, SB_ZONE_NORMAL, 0));
	EXPECT(sb_watermark_ok(zone, 0, zone->nr_free - 101, SB_ZONE_HIGHMEM, 0));
	EXPECT(!sb_watermark_ok(zone, 0, zone->nr_free - 100, SB_ZONE_HIGHMEM, 0));
	fixture_exit(&f);
}

static void boost_times(unsigned int times)
{
	sb_lock(&zone->lock);
	while (times--)
		sb_watermark_boost(zone);
	sb_unlock(&zone->lock);
}

/* By a pageblock each time, up to the factor's share of high, or a pageblock.
 */
static void a_boost_raises_all_marks_up_to_a_share_of_high(void)
{
	boot(SB_RULES_6_12);
	boost_times(1);
	EXPECT_EQ(zone->watermark_boost, BLOCK);
	EXPECT_EQ(sb_watermark(zone, SB_WMARK_MIN), 401 + BLOCK);
	EXPECT_EQ(sb_watermark(zone, SB_WMARK_HIGH), 601 + BLOCK);
	boost_times(9);
	EXPECT_EQ(zone->watermark_boost, 901); /* 601 * 15000 / 10000 */
	sb_watermark_unboost(zone);
	EXPECT_EQ(zone->watermark_boost, 0);
	zone->watermark[SB_WMARK_HIGH] = 10;
	boost_times(3);
	EXPECT_EQ(zone->watermark_boost, BLOCK);
	sb_watermark_unboost(zone);
	f.inst.cfg.watermark_boost_factor = 0;
	boost_times(1);
	EXPECT_EQ(zone->watermark_boost, 0);
	/* A product that needs more than 32 bits. */
	f.inst.cfg.watermark_boost_factor = SB_BOOST_FACTOR_MAX;
	zone->watermark[SB_WMARK_HIGH] = 9999;
	boost_times(5000);
	EXPECT_EQ(zone->watermark_boost, 999900);
	fixture_exit(&f);
}

static void a_zone_of_less_than_four_pageblocks_is_not_boosted(void)
{
	boot(SB_RULES_6_12);
	zone->managed = 4 * BLOCK - 1;
	boost_times(1);
	EXPECT_EQ(zone->watermark_boost, 0);
	zone->managed = 4 * BLOCK;
	boost_times(1);
	EXPECT_EQ(zone->watermark_boost, BLOCK);
	fixture_drop(&f);
}

/* A claim of part of a pageblock is what raises it; of a whole one does not. */
static void mixing_types_boosts(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		boot(rules);
		EXPECT(fixture_alloc(&f, 0, SB_UNMOVABLE) > 0);
		EXPECT_EQ(zone->watermark_boost, 0);
		fixture_fill(&f);
		memset(zone->watermark, 0, sizeof(zone->watermark));
		zone->watermark[SB_WMARK_HIGH] = 601;
		zone->events[SB_EVENT_BOOST] = 0;
		EXPECT_EQ(zone->watermark_boost, 0);
		fixture_free_run(&f, PFN + 8 * BLOCK, 64);
		EXPECT(fixture_alloc(&f, 0, SB_RECLAIMABLE) > 0);
		EXPECT_EQ(zone->watermark_boost, BLOCK);
		EXPECT_EQ(zone->events[SB_EVENT_BOOST], 1);
		fixture_exit(&f);
	}
}

/* Who would wake kswapd ends the boost of the zones it may use; others have to live with it. */
static void a_boost_ends_when_a_request_would_wake_kswapd(void)
{
	boot(SB_RULES_6_12);
	boost_times(1);
	EXPECT_EQ(left_by(single(SB_GFP_DIRECT_RECLAIM)), 401 + BLOCK);
	EXPECT_EQ(zone->watermark_boost, BLOCK);
	EXPECT_EQ(left_by(single(SB_GFP_NOWAIT)), 401);
	EXPECT_EQ(zone->watermark_boost, 0);
	boost_times(1);
	sb_watermark_setup(&f.inst);
	EXPECT_EQ(zone->watermark_boost, 0);
	fixture_exit(&f);
}

/* The share of min of a single page is reckoned without the boost; of more with it. */
static void single_pages_of_high_requests_ignore_a_boost(void)
{
	static const struct {
		u32 gfp;
		unsigned long left[SB_NR_RULES];
	} rows[] = {
		/* 6.1 asks for __GFP_ATOMIC: (401 + 256) / 2 are kept without. */
		{ SB_GFP_HIGH | SB_GFP_DIRECT_RECLAIM, { 201, 329 } },
		{ SB_GFP_HIGH, { 151, 151 } },
	};
	unsigned int rules;
	size_t i;

	for (rules = 0; rules < SB_NR_RULES; rules++)
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			struct sb_request request = single(rows[i].gfp);

			boot(rules);
			boost_times(1);
			request.order = 1;
			EXPECT(left_by(request) >= 247); /* 657 - 328 - 82 */
			request.order = 0;
			EXPECT_EQ(left_by(request), rows[i].left[rules]);
			fixture_exit(&f);
		}
}

static void a_zone_is_noticed_to_be_below_its_high_mark(void)
{
	struct sb_request request = single(SB_GFP_KERNEL);

	boot(SB_RULES_6_12);
	while (zone->nr_free > 601) {
		EXPECT(!zone->below_high);
		EXPECT(fixture_ask(&f, request) > 0);
	}
	EXPECT(!zone->below_high);
	EXPECT(fixture_ask(&f, request) > 0);
	EXPECT(zone->below_high);
	/* A page that may ignore the boost does not look at high with it. */
	zone->below_high = false;
	zone->watermark[SB_WMARK_HIGH] = 4000;
	boost_times(1);
	request.gfp = SB_GFP_HIGH;
	EXPECT(sb_zonelist_take(&f.inst, &request, sb_zonelist_slow_flags(&f.inst, &request),
				&(unsigned long){ 0 }));
	EXPECT(!zone->below_high);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(each_kind_of_request_stops_at_its_share_of_min),
	  UNIT_CASE(the_first_pass_keeps_the_low_mark),
	  UNIT_CASE(a_block_counts_but_for_one_page_as_gone),
	  UNIT_CASE(a_block_that_is_large_enough_has_to_be_there),
	  UNIT_CASE(free_cma_pages_count_for_those_who_may_borrow),
	  UNIT_CASE(the_highatomic_reserve_counts_for_those_with_reserves),
	  UNIT_CASE(a_block_of_the_reserve_is_there_for_highatomic_requests_alone),
	  UNIT_CASE(lowmem_is_kept_back_by_the_highest_zone_that_would_do),
	  UNIT_CASE(a_boost_raises_all_marks_up_to_a_share_of_high),
	  UNIT_CASE(a_zone_of_less_than_four_pageblocks_is_not_boosted),
	  UNIT_CASE(mixing_types_boosts), UNIT_CASE(a_boost_ends_when_a_request_would_wake_kswapd),
	  UNIT_CASE(single_pages_of_high_requests_ignore_a_boost),
	  UNIT_CASE(a_zone_is_noticed_to_be_below_its_high_mark))

// SPDX-License-Identifier: GPL-2.0-only
/* Whose pages a request may use when its own type has none: Linux 6.12's rules. */
#include "fallback.h"
#include "fixture.h"
#include "watermark.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul
#define BLOCK 256ul

static struct fixture f;
static struct sb_zone *zone;

/* 16 MiB, pageblocks of 1 MiB, no per-CPU lists. */
static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
}

static unsigned long alloc(unsigned int order, unsigned int type)
{
	long pfn = fixture_alloc(&f, order, type);

	CHECK(&f);
	return pfn < 0 ? 0 : (unsigned long)pfn;
}

static unsigned int type_of(unsigned long pfn)
{
	return sb_pageblock_type(&f.inst.blocks, pfn);
}

static void set_type(unsigned long pfn, unsigned int type)
{
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, pfn, type);
	sb_unlock(&zone->lock);
}

/*
 * Takes everything as single Movable pages, so that a test can free exactly
 * what its picture needs.
 */
static void fill(void)
{
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = SB_GFP_KERNEL
	};
	unsigned long pfn;

	while (!sb_alloc(&f.inst, &request, &pfn))
		;
	CHECK(&f);
}

static void free_run(unsigned long pfn, unsigned long nr_pages)
{
	while (nr_pages--)
		fixture_free(&f, pfn++, 0);
	CHECK(&f);
}

static void a_whole_free_block_is_claimed_with_its_pageblocks(void)
{
	unsigned long pfn;

	boot();
	pfn = alloc(0, SB_UNMOVABLE);
	/* Largest first: 4 MiB, four pageblocks, change their type. */
	EXPECT_EQ(zone->events[SB_EVENT_CLAIM], 1);
	EXPECT_EQ(type_of(pfn), SB_UNMOVABLE);
	EXPECT_EQ(type_of(pfn + 3 * BLOCK), SB_UNMOVABLE);
	EXPECT_EQ(type_of(pfn + 4 * BLOCK), SB_MOVABLE);
	/* The next one finds them on its own lists. */
	EXPECT_EQ(alloc(0, SB_UNMOVABLE), pfn + 1);
	EXPECT_EQ(zone->events[SB_EVENT_CLAIM], 1);
	fixture_exit(&f);
}

static void who_needs_part_of_a_foreign_pageblock_boosts_the_marks(void)
{
	boot();
	f.inst.cfg.watermark_boost_factor = 15000;
	f.inst.cfg.watermark_scale_factor = 100;
	sb_watermark_setup(&f.inst);
	fill();
	EXPECT_EQ(zone->watermark_boost, 0);
	free_run(PFN + 4 * BLOCK, BLOCK / 2);
	EXPECT_EQ(sb_pfn_block(alloc(0, SB_UNMOVABLE), 8), PFN + 4 * BLOCK);
	EXPECT(zone->watermark_boost > 0);
	fixture_exit(&f);
}

static void the_order_of_fallbacks_is_linux_own(void)
{
	static const unsigned char rows[SB_PCPTYPES][2] = {
		[SB_UNMOVABLE] = { SB_RECLAIMABLE, SB_MOVABLE },
		[SB_MOVABLE] = { SB_RECLAIMABLE, SB_UNMOVABLE },
		[SB_RECLAIMABLE] = { SB_UNMOVABLE, SB_MOVABLE },
	};
	unsigned int type;

	for (type = 0; type < SB_PCPTYPES; type++) {
		unsigned long a = PFN, b = PFN + 4 * BLOCK;
		unsigned long i;

		boot();
		fill();
		/* One free pageblock of each foreign type; none of the own one. */
		for (i = 0; i < 15; i++)
			set_type(PFN + i * BLOCK, type);
		set_type(a, rows[type][0]);
		set_type(b, rows[type][1]);
		free_run(a, BLOCK);
		free_run(b, BLOCK);
		EXPECT_EQ(sb_pfn_block(alloc(0, type), 8), a);
		fixture_exit(&f);
	}
}

/* Half of the pageblock free or alike: it changes over; one page less: it does not. */
static void a_pageblock_is_claimed_when_half_is_free_or_alike(void)
{
	unsigned long extra;

	for (extra = 0; extra < 2; extra++) {
		unsigned long pfn;

		boot();
		fill();
		/* An Unmovable request, a Movable pageblock of movable pages. */
		free_run(PFN, BLOCK / 2 - 1 + extra);
		pfn = alloc(0, SB_UNMOVABLE);
		EXPECT_EQ(sb_pfn_block(pfn, 8), PFN);
		EXPECT_EQ(type_of(PFN), extra ? SB_UNMOVABLE : SB_MOVABLE);
		EXPECT_EQ(zone->events[SB_EVENT_CLAIM], extra);
		EXPECT_EQ(zone->events[SB_EVENT_STEAL], 1 - extra);
		fixture_exit(&f);
	}
}

static void unmovable_pages_in_a_movable_pageblock_are_alike(void)
{
	boot();
	fill();
	free_run(PFN, BLOCK / 2 - 1);
	/* One page that serves an unmovable request: half in all. */
	sb_page_set(sb_memmap_page(&f.inst.map, PFN + 200), SB_PAGE_ALLOC, 0, SB_UNMOVABLE);
	alloc(0, SB_RECLAIMABLE);
	EXPECT_EQ(type_of(PFN), SB_RECLAIMABLE);
	fixture_exit(&f);
}

static void unmovable_and_reclaimable_pages_are_not_alike(void)
{
	boot();
	fill();
	set_type(PFN, SB_UNMOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, PFN + 200), SB_PAGE_ALLOC, 0, SB_UNMOVABLE);
	free_run(PFN, BLOCK / 2 - 1);
	alloc(0, SB_RECLAIMABLE);
	EXPECT_EQ(type_of(PFN), SB_UNMOVABLE);
	EXPECT_EQ(zone->events[SB_EVENT_STEAL], 1);
	fixture_exit(&f);
}

static void movable_pages_count_for_a_movable_request(void)
{
	boot();
	fill();
	set_type(PFN, SB_UNMOVABLE);
	/* 16 free pages (half of a pageblock's order) and 240 movable ones. */
	free_run(PFN, 16);
	alloc(0, SB_MOVABLE);
	EXPECT_EQ(type_of(PFN), SB_MOVABLE);
	fixture_exit(&f);
}

/* Below half of the pageblock's order a Movable request steals and leaves. */
static void small_movable_requests_steal_the_smallest_block(void)
{
	unsigned long pfn;

	boot();
	fill();
	set_type(PFN, SB_UNMOVABLE);
	set_type(PFN + BLOCK, SB_UNMOVABLE);
	free_run(PFN, 8);
	free_run(PFN + BLOCK, 2);
	pfn = alloc(0, SB_MOVABLE);
	EXPECT_EQ(pfn, PFN + BLOCK);
	EXPECT_EQ(type_of(pfn), SB_UNMOVABLE);
	EXPECT_EQ(zone->events[SB_EVENT_STEAL], 1);
	EXPECT_EQ(fixture_free_blocks(&f, 0, SB_UNMOVABLE), 1);
	fixture_exit(&f);
}

static void a_refused_claim_goes_on_to_smaller_blocks(void)
{
	unsigned long pfn;

	boot();
	fill();
	/* 64 free in one piece, too few to claim; 128 free in pieces of two. */
	free_run(PFN, 64);
	for (pfn = PFN + BLOCK; pfn < PFN + 2 * BLOCK; pfn += 4)
		free_run(pfn, 2);
	pfn = alloc(0, SB_UNMOVABLE);
	EXPECT_EQ(sb_pfn_block(pfn, 8), PFN + BLOCK);
	EXPECT_EQ(type_of(pfn), SB_UNMOVABLE);
	EXPECT_EQ(type_of(PFN), SB_MOVABLE);
	fixture_exit(&f);
}

static void a_pageblock_that_sticks_out_of_the_zone_is_not_claimed(void)
{
	struct sb_config cfg = fixture_config(BASE + MiB / 2, 8 * MiB);

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	fill();
	/* All of the zone's part of its first pageblock: half of it. */
	free_run(PFN + BLOCK / 2, BLOCK / 2);
	alloc(0, SB_UNMOVABLE);
	EXPECT_EQ(type_of(PFN + BLOCK / 2), SB_MOVABLE);
	EXPECT_EQ(zone->events[SB_EVENT_STEAL], 1);
	fixture_exit(&f);
}

static void highatomic_cma_and_isolated_pages_are_nobody_elses(void)
{
	static const unsigned char types[] = { SB_HIGHATOMIC, SB_CMA, SB_ISOLATE };
	size_t i;
	unsigned int type;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		boot();
		fill();
		set_type(PFN, types[i]);
		free_run(PFN, BLOCK);
		for (type = 0; type < SB_PCPTYPES; type++) {
			struct sb_request request = { .type = type,
						      .zone = SB_ZONE_NORMAL,
						      .nid = SB_NID_ANY,
						      .gfp = SB_GFP_NOMEMALLOC };
			unsigned long pfn;

			/* What moves may borrow from CMA. */
			EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn),
				  types[i] == SB_CMA && type == SB_MOVABLE ? 0 : -ENOMEM);
		}
		fixture_exit(&f);
	}
}

static void a_pageblock_that_sticks_out_at_the_end_is_not_claimed(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_add_bank(&cfg, BASE + 8 * MiB, MiB / 2, 0);
	cfg.bottom_up = true;
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	fill();
	free_run(PFN + 8 * BLOCK, BLOCK / 2);
	alloc(0, SB_UNMOVABLE);
	EXPECT_EQ(type_of(PFN + 8 * BLOCK), SB_MOVABLE);
	EXPECT_EQ(zone->events[SB_EVENT_STEAL], 1);
	fixture_exit(&f);
}

/* One page of a pageblock is enough, though all others are movable. */
static void without_grouping_any_pageblock_is_claimed(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	unsigned long pfn;

	cfg.pcp_high = 0;
	cfg.bottom_up = true;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	fill();
	set_type(PFN + 3 * BLOCK, SB_MOVABLE);
	for (pfn = PFN + 3 * BLOCK; pfn < PFN + 4 * BLOCK; pfn++)
		sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_ALLOC, 0, SB_MOVABLE);
	free_run(PFN + 3 * BLOCK + 5, 1);
	alloc(0, SB_UNMOVABLE);
	EXPECT_EQ(type_of(PFN + 3 * BLOCK), SB_UNMOVABLE);
	EXPECT_EQ(zone->events[SB_EVENT_STEAL], 0);
	fixture_exit(&f);
}

static void without_grouping_everything_becomes_unmovable(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	unsigned long pfn;

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	EXPECT(!f.inst.blocks.grouping);
	pfn = alloc(0, SB_MOVABLE);
	EXPECT_EQ(type_of(pfn), SB_UNMOVABLE);
	EXPECT_EQ(alloc(0, SB_RECLAIMABLE), pfn + 1);
	EXPECT_EQ(sb_page_type(sb_memmap_page(&f.inst.map, pfn)), SB_UNMOVABLE);
	fill();
	fixture_exit(&f);
}

static void movable_requests_borrow_from_cma_while_it_has_over_half_of_all(void)
{
	boot();
	fill();
	set_type(PFN, SB_CMA);
	free_run(PFN, 65);
	free_run(PFN + 2 * BLOCK, 64);
	/* 65 of 129, and then 64 of 128. */
	EXPECT_EQ(sb_pfn_block(alloc(0, SB_MOVABLE), 8), PFN);
	EXPECT_EQ(sb_pfn_block(alloc(0, SB_MOVABLE), 8), PFN + 2 * BLOCK);
	EXPECT_EQ(sb_pfn_block(alloc(0, SB_UNMOVABLE), 8), PFN + 2 * BLOCK);
	fixture_exit(&f);
}

static void movable_requests_borrow_from_cma_before_they_fall_back(void)
{
	boot();
	fill();
	set_type(PFN, SB_CMA);
	set_type(PFN + 2 * BLOCK, SB_UNMOVABLE);
	free_run(PFN, 8);
	free_run(PFN + 2 * BLOCK, 64);
	EXPECT_EQ(sb_pfn_block(alloc(0, SB_MOVABLE), 8), PFN);
	EXPECT_EQ(type_of(PFN), SB_CMA);
	fixture_exit(&f);
}

static unsigned long take(struct sb_fallback *run)
{
	unsigned long pfn = 0;

	sb_lock(&zone->lock);
	if (sb_fallback_take(zone, run, &pfn))
		sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_ALLOC, run->order, run->type);
	sb_unlock(&zone->lock);
	CHECK(&f);
	return pfn;
}

/* What it did not find before cannot have come: the lock is held. A claim brings it. */
static void a_run_begins_where_the_last_take_found_something(void)
{
	struct sb_fallback run = { .type = SB_MOVABLE, .flags = SB_ALLOC_CMA };

	boot();
	fill();
	set_type(PFN, SB_CMA);
	set_type(PFN + 2 * BLOCK, SB_UNMOVABLE);
	free_run(PFN, 1);
	free_run(PFN + 2 * BLOCK, 8);
	EXPECT_EQ(take(&run), PFN);
	EXPECT_EQ(run.mode, SB_FALLBACK_CMA);
	EXPECT_EQ(sb_pfn_block(take(&run), 8), PFN + 2 * BLOCK);
	EXPECT_EQ(run.mode, SB_FALLBACK_STEAL);
	free_run(PFN + 4 * BLOCK, 1);
	EXPECT_EQ(sb_pfn_block(take(&run), 8), PFN + 2 * BLOCK);
	run.mode = SB_FALLBACK_NORMAL;
	EXPECT_EQ(take(&run), PFN + 4 * BLOCK);
	free_run(PFN + 2 * BLOCK, 2);
	/* Six are free there: no claim for a small Movable one, but for an Unmovable one. */
	free_run(PFN + 6 * BLOCK, BLOCK);
	run.type = SB_RECLAIMABLE;
	run.flags = 0;
	run.mode = SB_FALLBACK_CLAIM;
	EXPECT_EQ(take(&run), PFN + 6 * BLOCK);
	EXPECT_EQ(run.mode, SB_FALLBACK_NORMAL);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(a_whole_free_block_is_claimed_with_its_pageblocks),
	  UNIT_CASE(who_needs_part_of_a_foreign_pageblock_boosts_the_marks),
	  UNIT_CASE(the_order_of_fallbacks_is_linux_own),
	  UNIT_CASE(a_pageblock_is_claimed_when_half_is_free_or_alike),
	  UNIT_CASE(unmovable_pages_in_a_movable_pageblock_are_alike),
	  UNIT_CASE(unmovable_and_reclaimable_pages_are_not_alike),
	  UNIT_CASE(movable_pages_count_for_a_movable_request),
	  UNIT_CASE(small_movable_requests_steal_the_smallest_block),
	  UNIT_CASE(a_refused_claim_goes_on_to_smaller_blocks),
	  UNIT_CASE(a_pageblock_that_sticks_out_of_the_zone_is_not_claimed),
	  UNIT_CASE(a_pageblock_that_sticks_out_at_the_end_is_not_claimed),
	  UNIT_CASE(without_grouping_any_pageblock_is_claimed),
	  UNIT_CASE(highatomic_cma_and_isolated_pages_are_nobody_elses),
	  UNIT_CASE(without_grouping_everything_becomes_unmovable),
	  UNIT_CASE(movable_requests_borrow_from_cma_while_it_has_over_half_of_all),
	  UNIT_CASE(movable_requests_borrow_from_cma_before_they_fall_back),
	  UNIT_CASE(a_run_begins_where_the_last_take_found_something))

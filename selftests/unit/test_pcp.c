// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU lists: refill, overflow, drain, and what never gets on them. */
#include "contig.h"
#include "fixture.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;
static struct sb_zone *zone;

static void boot(unsigned int batch, unsigned int high, unsigned int nr_cpus)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_batch = batch;
	cfg.pcp_high = high;
	cfg.nr_cpus = nr_cpus;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_host_cpu = 0;
	sb_pcp_drain_all(&f.inst);
}

static unsigned long alloc(unsigned int order, unsigned int type)
{
	long pfn = fixture_alloc(&f, order, type);

	EXPECT(pfn > 0);
	CHECK(&f);
	return (unsigned long)pfn;
}

static void give(unsigned long pfn, unsigned int order)
{
	fixture_free(&f, pfn, order);
	CHECK(&f);
}

/* Takes the odd pieces, so that only blocks of the largest order are free. */
static void take_small_blocks(void)
{
	unsigned int order;
	unsigned long pfn;

	sb_lock(&zone->lock);
	for (order = 0; order < 10; order++)
		while (!sb_engine_empty(zone, order, SB_MOVABLE) &&
		       sb_buddy_take(zone, order, SB_MOVABLE, &pfn))
			sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_ALLOC, order,
				    SB_MOVABLE);
	sb_unlock(&zone->lock);
}

static void an_empty_list_is_refilled_by_a_batch(void)
{
	unsigned long pfn;
	unsigned int i;

	boot(16, 64, 1);
	take_small_blocks();
	pfn = alloc(0, SB_MOVABLE);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 15);
	/* Physical order, as the zone gave them. */
	for (i = 1; i < 16; i++)
		EXPECT_EQ(alloc(0, SB_MOVABLE), pfn + i);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 0);
	/* Twice as many, as nothing was freed in between. */
	alloc(0, SB_MOVABLE);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 31);
	fixture_exit(&f);
}

static void a_refill_is_a_batch_of_pages_and_at_least_two_blocks(void)
{
	static const struct {
		unsigned int batch, order, nr_blocks;
	} rows[] = {
		{ 16, 0, 16 }, { 16, 1, 8 }, { 16, 2, 4 }, { 16, 3, 2 },
		{ 1, 0, 1 },   { 1, 3, 1 },  { 63, 3, 7 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		boot(rows[i].batch, 256, 1);
		alloc(rows[i].order, SB_RECLAIMABLE);
		EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), (rows[i].nr_blocks - 1)
									   << rows[i].order);
		fixture_exit(&f);
	}
}

static void a_freed_page_goes_there_and_comes_back_first(void)
{
	unsigned long pfn;
	unsigned long before;

	boot(16, 64, 1);
	pfn = alloc(2, SB_MOVABLE);
	before = zone->nr_free;
	give(pfn, 2);
	EXPECT_EQ(zone->nr_free, before);
	EXPECT_EQ(alloc(2, SB_MOVABLE), pfn);
	fixture_exit(&f);
}

static void an_overflow_returns_what_was_freed_in_a_row_oldest_first(void)
{
	unsigned long pfn[64];
	unsigned int i;

	boot(16, 64, 1);
	for (i = 0; i < 64; i++)
		pfn[i] = alloc(0, SB_MOVABLE);
	sb_pcp_drain_all(&f.inst);
	for (i = 0; i < 63; i++)
		give(pfn[i], 0);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 63);
	give(pfn[63], 0);
	/* A batch at least stays. */
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 16);
	for (i = 0; i < 64; i++)
		EXPECT_EQ(sb_page_state(sb_memmap_page(&f.inst.map, pfn[i])) == SB_PAGE_PCP,
			  i >= 48);
	fixture_exit(&f);
}

static void an_overflow_goes_round_the_lists(void)
{
	unsigned long small[8], large;
	unsigned int i;

	boot(12, 28, 1);
	for (i = 0; i < 8; i++)
		small[i] = alloc(0, SB_MOVABLE);
	large = alloc(3, SB_MOVABLE);
	sb_pcp_drain_all(&f.inst);
	for (i = 0; i < 8; i++)
		give(small[i], 0);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 8);
	/* 16 pages: below high. */
	give(large, 3);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 16);
	large = alloc(3, SB_UNMOVABLE); /* a refill of two, one left: 24 */
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 24);
	give(large, 3);
	/* Began with Unmovable order 3: both of its blocks are what was freed of late. */
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 16);
	EXPECT_EQ(zone->pcp[0].list[3 * SB_PCPTYPES + SB_UNMOVABLE].nr, 0);
	fixture_exit(&f);
}

/* A page in use, whose pageblock has changed its type since. */
static unsigned long alloc_in_block_of(unsigned int type)
{
	unsigned long pfn = alloc(0, SB_MOVABLE);

	sb_pcp_drain_all(&f.inst);
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, pfn, type);
	sb_unlock(&zone->lock);
	return pfn;
}

static void large_blocks_and_isolated_ones_never_get_there(void)
{
	unsigned long pfn;

	boot(16, 64, 1);
	pfn = alloc(4, SB_MOVABLE);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 0);
	give(pfn, 4);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 0);
	pfn = alloc_in_block_of(SB_ISOLATE);
	give(pfn, 0);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 0);
	fixture_exit(&f);
}

static void special_blocks_rest_among_movable_ones(void)
{
	static const unsigned char types[] = { SB_HIGHATOMIC, SB_CMA };
	unsigned long pfn;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		boot(16, 64, 1);
		pfn = alloc_in_block_of(types[i]);
		give(pfn, 0);
		EXPECT_EQ(zone->pcp[0].list[SB_MOVABLE].nr, 1);
		CHECK(&f);
		sb_pcp_drain_all(&f.inst);
		EXPECT_EQ(sb_page_list(sb_memmap_page(&f.inst.map, sb_pfn_block(pfn, 8))),
			  types[i]);
		fixture_exit(&f);
	}
}

/* Taken as a range: no split or claim makes such a block. */
static void a_block_across_pageblocks_of_two_types_returns_to_both(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned long bad = 0;

	cfg.pageblock_order = 2;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	fixture_fill(&f);
	fixture_free_run(&f, PFN, 8);
	EXPECT_EQ(sb_contig_alloc_range(&f.inst, PFN, PFN + 8, SB_MOVABLE, 0, &bad), 0);
	fixture_set_type(&f, PFN + 4, SB_UNMOVABLE);
	give(PFN, 3);
	EXPECT_EQ(sb_pcp_count(zone), 8);
	sb_pcp_drain_all(&f.inst);
	fixture_exit(&f);
}

static void high_0_switches_them_off(void)
{
	unsigned long pfn;

	boot(16, 0, 1);
	pfn = alloc(0, SB_MOVABLE);
	EXPECT_EQ(sb_pcp_count(zone), 0);
	give(pfn, 0);
	EXPECT_EQ(sb_pcp_count(zone), 0);
	fixture_exit(&f);
}

static void each_cpu_has_its_own_and_drains_alone(void)
{
	unsigned long pfn;

	boot(16, 64, 4);
	alloc(0, SB_MOVABLE);
	sb_host_cpu = 3;
	pfn = alloc(0, SB_UNMOVABLE);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 15);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[3]), 15);
	EXPECT_EQ(sb_pcp_drain_cpu(&f.inst, 3), 15);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[0]), 15);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[3]), 0);
	give(pfn, 0);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[3]), 1);
	EXPECT_EQ(sb_pcp_drain_all(&f.inst), 16);
	EXPECT_EQ(sb_pcp_count(zone), 0);
	sb_host_cpu = 0;
	fixture_exit(&f);
}

static void pages_on_another_cpus_list_are_found_before_giving_up(void)
{
	unsigned long nr = 0;
	unsigned long pfn = 0;
	long next;

	boot(16, 64, 2);
	while ((next = fixture_alloc(&f, 0, SB_MOVABLE)) > 0) {
		pfn = (unsigned long)next;
		nr++;
	}
	EXPECT_EQ(nr, zone->managed);
	sb_host_cpu = 1;
	give(pfn, 0);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[1]), 1);
	sb_host_cpu = 0;
	EXPECT_EQ(alloc(0, SB_UNMOVABLE), pfn);
	fixture_exit(&f);
}

/* The smallest lists there are, filled to the brim. */
static void lists_have_room_for_what_high_allows(void)
{
	static const struct {
		unsigned int batch, high, order;
	} rows[] = { { 1, 1, 0 }, { 1, 1, 3 }, { 1, 8, 3 }, { 16, 16, 0 }, { 7, 63, 2 } };
	unsigned long pfn[256];
	size_t i;
	unsigned int n;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		boot(rows[i].batch, rows[i].high, 1);
		for (n = 0; n < ARRAY_SIZE(pfn); n++)
			pfn[n] = alloc(rows[i].order, SB_MOVABLE);
		for (n = 0; n < ARRAY_SIZE(pfn); n++)
			give(pfn[n], rows[i].order);
		EXPECT(sb_pcp_pages(zone->inst, &zone->pcp[0]) < rows[i].high);
		fixture_exit(&f);
	}
}

/* Behind the last slots of one CPU lie the first ones of the next. */
static void no_list_writes_into_its_neighbours(void)
{
	unsigned long small, large;

	boot(1, 4, 2);
	sb_host_cpu = 1;
	small = alloc(0, SB_UNMOVABLE);
	give(small, 0);
	sb_host_cpu = 0;
	large = alloc(3, SB_RECLAIMABLE);
	give(large, 3);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[1]), 1);
	fixture_exit(&f);
}

static void cpus_without_lists_of_their_own_share_them(void)
{
	unsigned long pfn;

	boot(16, 64, 2);
	sb_host_cpu = 7;
	pfn = alloc(0, SB_MOVABLE);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[1]), 15);
	give(pfn, 0);
	EXPECT_EQ(sb_pcp_pages(zone->inst, &zone->pcp[1]), 16);
	EXPECT_EQ(sb_pcp_drain_cpu(&f.inst, 7), 16);
	sb_host_cpu = 0;
	fixture_exit(&f);
}

/* Threads stand for CPUs and share one zone. */
struct worker {
	unsigned int cpu;
	u64 seed;
	unsigned long steps;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct {
		unsigned long pfn;
		unsigned int order;
	} held[64];
	unsigned int nr = 0;

	sb_host_cpu = w->cpu;
	while (w->steps--) {
		if (nr < ARRAY_SIZE(held) && unit_below(&w->seed, 2)) {
			unsigned int order = (unsigned int)unit_below(&w->seed, 6);
			long pfn = fixture_alloc(&f, order, (unsigned int)unit_below(&w->seed, 3));

			if (pfn < 0)
				continue;
			held[nr].pfn = (unsigned long)pfn;
			held[nr++].order = order;
		} else if (nr) {
			unsigned int i = (unsigned int)unit_below(&w->seed, nr);

			fixture_free(&f, held[i].pfn, held[i].order);
			held[i] = held[--nr];
		}
		if (w->steps % 1024 == 0)
			CHECK(&f);
		if (w->steps % 512 == 0)
			sb_pcp_drain_all(&f.inst);
	}
	while (nr--)
		fixture_free(&f, held[nr].pfn, held[nr].order);
	return NULL;
}

static void four_cpus_share_a_zone(void)
{
	struct worker workers[4];
	pthread_t threads[4];
	u64 seed = unit_seed();
	unsigned int i;

	boot(16, 64, 4);
	for (i = 0; i < 4; i++) {
		workers[i] = (struct worker){ i, unit_random(&seed) | 1, unit_iterations(20000) };
		pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(zone->nr_free, zone->managed);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(an_empty_list_is_refilled_by_a_batch),
	  UNIT_CASE(a_refill_is_a_batch_of_pages_and_at_least_two_blocks),
	  UNIT_CASE(a_freed_page_goes_there_and_comes_back_first),
	  UNIT_CASE(an_overflow_returns_what_was_freed_in_a_row_oldest_first),
	  UNIT_CASE(an_overflow_goes_round_the_lists),
	  UNIT_CASE(large_blocks_and_isolated_ones_never_get_there),
	  UNIT_CASE(special_blocks_rest_among_movable_ones), UNIT_CASE(high_0_switches_them_off),
	  UNIT_CASE(a_block_across_pageblocks_of_two_types_returns_to_both),
	  UNIT_CASE(each_cpu_has_its_own_and_drains_alone),
	  UNIT_CASE(pages_on_another_cpus_list_are_found_before_giving_up),
	  UNIT_CASE(lists_have_room_for_what_high_allows),
	  UNIT_CASE(no_list_writes_into_its_neighbours),
	  UNIT_CASE(cpus_without_lists_of_their_own_share_them), UNIT_CASE(four_cpus_share_a_zone))

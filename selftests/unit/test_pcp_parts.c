// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU lists are filled and emptied in parts: what comes between two of them. */
#include "fixture.h"
#include "pcp_refill.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul
#define BATCH 128
#define HIGH 512

static struct fixture f;
static struct sb_zone *zone;
static struct sb_pcp *pcp;

/* Called where a list of CPU 0 is let go of, unless it is by what that does itself. */
static void (*between)(void);
static unsigned int nr_parts;
static bool inside;

static void on_unlock(struct sb_lock *lock)
{
	if (inside || lock != &pcp->lock)
		return;
	nr_parts++;
	inside = true;
	between();
	inside = false;
}

static void nothing(void)
{
}

static void check(void)
{
	CHECK(&f);
}

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
	pcp = &zone->pcp[0];
}

static void watch(void (*what)(void))
{
	between = what;
	nr_parts = 0;
	unit_lock_hooks.after_unlock = on_unlock;
}

static unsigned int stop_watching(void)
{
	unit_lock_hooks.after_unlock = NULL;
	return nr_parts;
}

static unsigned long alloc(unsigned int type)
{
	long pfn = fixture_alloc(&f, 0, type);

	EXPECT(pfn > 0);
	return (unsigned long)pfn;
}

static unsigned long held[4096];
static unsigned int nr_held;

static void take_pages(unsigned int nr)
{
	nr_held = 0;
	while (nr_held < nr)
		held[nr_held++] = alloc(SB_MOVABLE);
}

static void give_page(void)
{
	fixture_free(&f, held[--nr_held], 0);
}

static void a_refill_lets_others_in_and_is_whole_at_last(void)
{
	unsigned int i;

	boot(BATCH, HIGH, 1);
	take_pages(BATCH);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 0);
	fixture_drop(&f);
	boot(BATCH, HIGH, 1);
	watch(check);
	EXPECT_EQ(alloc(SB_MOVABLE), held[0]);
	EXPECT(stop_watching() > 1);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), BATCH - 1);
	/* As if nobody had been let in. */
	for (i = 1; i < BATCH; i++)
		EXPECT_EQ(alloc(SB_MOVABLE), held[i]);
	CHECK(&f);
	fixture_drop(&f);
}

static void a_drain_lets_others_in_and_is_whole_at_last(void)
{
	boot(BATCH, HIGH, 1);
	take_pages(HIGH);
	sb_pcp_drain_all(&f.inst);
	while (nr_held > 1)
		give_page();
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), HIGH - 1);
	watch(check);
	give_page();
	EXPECT(stop_watching() > 1);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), BATCH);
	fixture_exit(&f);
}

/* What looks at each block keeps interrupts off no longer. */
static void a_part_takes_less_where_each_block_has_to_be_found(void)
{
	unsigned int whole, pieces, i;

	boot(BATCH, HIGH, 1);
	watch(nothing);
	alloc(SB_MOVABLE);
	whole = stop_watching();
	fixture_drop(&f);
	boot(BATCH, HIGH, 1);
	fixture_fill(&f);
	for (i = 0; i < 4096; i += 2)
		if (sb_page_state(sb_memmap_page(&f.inst.map, PFN + i)) == SB_PAGE_ALLOC)
			fixture_free(&f, PFN + i, 0);
	sb_pcp_drain_all(&f.inst);
	watch(nothing);
	alloc(SB_MOVABLE);
	pieces = stop_watching();
	EXPECT(pieces > 2 * whole);
	fixture_drop(&f);
}

static void free_many(void)
{
	unsigned int i;

	for (i = 0; i < 100 && nr_held; i++)
		give_page();
}

/* Others' frees come to the list that is being filled, which has room for so many alone. */
static void a_list_that_is_freed_to_meanwhile_gets_what_it_has_room_for(void)
{
	boot(BATCH, BATCH, 1);
	take_pages(2000);
	sb_pcp_drain_all(&f.inst);
	watch(free_many);
	alloc(SB_MOVABLE);
	EXPECT(stop_watching() > 1);
	EXPECT(pcp->list[sb_pcp_list_index(0, SB_MOVABLE)].nr <=
	       pcp->list[sb_pcp_list_index(0, SB_MOVABLE)].max);
	CHECK(&f);
	while (nr_held)
		give_page();
	CHECK(&f);
	fixture_drop(&f);
}

static void take_many(void)
{
	unsigned int i;

	for (i = 0; i < 40; i++)
		held[nr_held++] = alloc(SB_MOVABLE);
}

static void a_list_that_is_taken_from_meanwhile_is_drained_no_further(void)
{
	unsigned int nr = HIGH;

	boot(BATCH, HIGH, 1);
	take_pages(nr);
	sb_pcp_drain_all(&f.inst);
	while (nr_held > 1)
		give_page();
	watch(take_many);
	fixture_free(&f, held[--nr_held], 0);
	EXPECT(stop_watching() > 1);
	/* At first a part is drained with nobody between; the last may be too much by a block. */
	EXPECT(sb_pcp_pages(&f.inst, pcp) + 40 >= BATCH);
	CHECK(&f);
	fixture_drop(&f);
}

static void drain(void)
{
	sb_pcp_drain_this(zone);
}

static void lists_that_are_drained_meanwhile_stay_whole(void)
{
	boot(BATCH, HIGH, 1);
	watch(drain);
	take_pages(HIGH);
	while (nr_held)
		give_page();
	EXPECT(stop_watching() > 1);
	EXPECT_EQ(zone->nr_free + sb_pcp_count(zone), zone->managed);
	fixture_exit(&f);
}

static void go_to_other_cpu(void)
{
	sb_host_cpu = 1;
}

static void who_comes_to_another_cpu_leaves_the_rest(void)
{
	unsigned int left;

	boot(BATCH, HIGH, 2);
	watch(go_to_other_cpu);
	alloc(SB_MOVABLE);
	EXPECT_EQ(stop_watching(), 1);
	left = sb_pcp_pages(&f.inst, pcp);
	EXPECT(left > 0 && left < BATCH - 1);
	EXPECT_EQ(sb_pcp_pages(&f.inst, &zone->pcp[1]), 0);
	CHECK(&f);
	sb_host_cpu = 0;
	take_pages(HIGH);
	sb_pcp_drain_all(&f.inst);
	while (nr_held > 1)
		give_page();
	watch(go_to_other_cpu);
	give_page();
	EXPECT_EQ(stop_watching(), 1);
	EXPECT(sb_pcp_pages(&f.inst, pcp) > BATCH);
	CHECK(&f);
	sb_host_cpu = 0;
	/* The next free has to look, and finds too many. */
	fixture_free(&f, alloc(SB_UNMOVABLE), 0);
	CHECK(&f);
	fixture_drop(&f);
}

static void many_pages_are_taken_in_parts(void)
{
	static unsigned long pfns[1000];
	struct sb_request request;
	size_t i;

	boot(BATCH, HIGH, 1);
	EXPECT_EQ(sb_request_init(&request, SB_GFP_MOVABLE, 0, SB_NID_ANY), 0);
	for (i = 0; i < ARRAY_SIZE(pfns); i++)
		pfns[i] = SB_PFN_NONE;
	watch(check);
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, ARRAY_SIZE(pfns), pfns), ARRAY_SIZE(pfns));
	EXPECT(stop_watching() >= ARRAY_SIZE(pfns) / 32);
	for (i = 0; i < ARRAY_SIZE(pfns); i++)
		fixture_free(&f, pfns[i], 0);
	fixture_exit(&f);
}

/* Those of a list that was filled lie so, the last page lowest. */
static void pages_that_follow_each_other_downwards_go_back_as_one_block(void)
{
	unsigned int order, i;

	boot(1, 64, 1);
	for (order = 1; order <= 5; order++) {
		unsigned long pfn = (unsigned long)fixture_alloc(&f, order, SB_MOVABLE);
		unsigned int nr = 1u << order;

		EXPECT_EQ(sb_alloc_split(&f.inst, pfn, order), 0);
		sb_pcp_drain_all(&f.inst);
		for (i = nr; i--;)
			fixture_free(&f, pfn + i, 0);
		sb_pcp_drain_all(&f.inst);
		EXPECT_EQ(zone->nr_free, zone->managed);
		CHECK(&f);
	}
	fixture_exit(&f);
}

static void find_it_broken(void)
{
	sb_instance_broken(&f.inst, "test", 0);
}

static void a_broken_instance_gives_no_more_than_a_part(void)
{
	static unsigned long pfns[1000];
	struct sb_request request;
	size_t i;

	boot(BATCH, HIGH, 1);
	EXPECT_EQ(sb_request_init(&request, SB_GFP_MOVABLE, 0, SB_NID_ANY), 0);
	for (i = 0; i < ARRAY_SIZE(pfns); i++)
		pfns[i] = SB_PFN_NONE;
	watch(find_it_broken);
	EXPECT(sb_alloc_bulk(&f.inst, &request, ARRAY_SIZE(pfns), pfns) <= 32);
	stop_watching();
	EXPECT(sb_pcp_pages(&f.inst, pcp) < BATCH - 32);
	fixture_drop(&f);
}

/* Each third page of others' is free, so that no pageblock can be claimed: all are stolen. */
static void a_failed_claim_is_tried_once_in_all_parts(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned long boosts, i;

	cfg.pcp_batch = BATCH;
	cfg.pcp_high = HIGH;
	cfg.min_free_kbytes = 2048;
	cfg.watermark_boost_factor = 15000;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	pcp = &zone->pcp[0];
	fixture_fill(&f);
	for (i = 0; i < 4096; i += 3)
		if (sb_page_state(sb_memmap_page(&f.inst.map, PFN + i)) == SB_PAGE_ALLOC)
			fixture_free(&f, PFN + i, 0);
	sb_pcp_drain_all(&f.inst);
	boosts = zone->events[SB_EVENT_BOOST];
	alloc(SB_UNMOVABLE);
	EXPECT(sb_pcp_pages(&f.inst, pcp) > 16);
	EXPECT(zone->events[SB_EVENT_BOOST] - boosts <= 2);
	CHECK(&f);
	fixture_drop(&f);
}

static u64 seed;

static void anything(void)
{
	unsigned int nr = (unsigned int)unit_below(&seed, 60);

	if (unit_below(&seed, 16) == 0)
		drain();
	for (; nr; nr--) {
		if (nr_held < 3000 && unit_below(&seed, 2))
			held[nr_held++] = alloc(SB_MOVABLE);
		else if (nr_held)
			give_page();
	}
	if (unit_below(&seed, 32) == 0)
		CHECK(&f);
}

static void whatever_comes_between_nothing_is_lost(void)
{
	unsigned long steps = unit_iterations(3000);

	seed = unit_seed();
	boot(BATCH, 2 * BATCH, 1);
	nr_held = 0;
	watch(anything);
	while (steps--) {
		unsigned int i = nr_held ? (unsigned int)unit_below(&seed, nr_held) : 0;

		if (nr_held < 3000 && unit_below(&seed, 128) < 64 + steps / 256 % 2 * 16) {
			unsigned long pfn = alloc(SB_MOVABLE);

			held[nr_held++] = pfn;
		} else if (nr_held) {
			unsigned long pfn = held[i];

			held[i] = held[--nr_held];
			fixture_free(&f, pfn, 0);
		}
	}
	stop_watching();
	CHECK(&f);
	while (nr_held)
		give_page();
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(a_refill_lets_others_in_and_is_whole_at_last),
	  UNIT_CASE(a_drain_lets_others_in_and_is_whole_at_last),
	  UNIT_CASE(a_part_takes_less_where_each_block_has_to_be_found),
	  UNIT_CASE(a_list_that_is_freed_to_meanwhile_gets_what_it_has_room_for),
	  UNIT_CASE(a_list_that_is_taken_from_meanwhile_is_drained_no_further),
	  UNIT_CASE(lists_that_are_drained_meanwhile_stay_whole),
	  UNIT_CASE(who_comes_to_another_cpu_leaves_the_rest),
	  UNIT_CASE(many_pages_are_taken_in_parts),
	  UNIT_CASE(pages_that_follow_each_other_downwards_go_back_as_one_block),
	  UNIT_CASE(a_broken_instance_gives_no_more_than_a_part),
	  UNIT_CASE(a_failed_claim_is_tried_once_in_all_parts),
	  UNIT_CASE(whatever_comes_between_nothing_is_lost))

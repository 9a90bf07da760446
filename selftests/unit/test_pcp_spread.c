// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU lists without pcp_at_once: no call does more than a part of what they need. */
#include "fixture.h"

#define BASE 0x90000000ull
#define BATCH 128u
#define HIGH 512u
/* More than any call may bring to a list, or give back in one run. */
#define PART 64u
#define MOST 2048u

static struct fixture f;
static struct sb_zone *zone;
static struct sb_pcp *pcp;
static unsigned long held[MOST];
static unsigned int nr_held;

static void boot_as(struct sb_config *cfg, unsigned int batch, unsigned int high)
{
	cfg->pcp_batch = batch;
	cfg->pcp_high = high;
	fixture_boot(&f, cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_host_cpu = 0;
	sb_pcp_drain_all(&f.inst);
	pcp = &zone->pcp[0];
	nr_held = 0;
}

static void boot(unsigned int batch, unsigned int high, bool at_once)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_at_once = at_once;
	boot_as(&cfg, batch, high);
}

static unsigned int on_lists(void)
{
	return sb_pcp_pages(&f.inst, pcp);
}

static unsigned long alloc(unsigned int order, unsigned int type)
{
	long pfn = fixture_alloc(&f, order, type);

	EXPECT(pfn > 0);
	return (unsigned long)pfn;
}

static void take_pages(unsigned int nr)
{
	while (nr--)
		held[nr_held++] = alloc(0, SB_MOVABLE);
}

static void give_page(void)
{
	fixture_free(&f, held[--nr_held], 0);
}

/* Pages in use, and lists that were given as many as they take without a look. */
static void fill_lists(void)
{
	take_pages(HIGH + 200);
	sb_pcp_drain_all(&f.inst);
	while (on_lists() < HIGH - 1)
		give_page();
}

static void a_request_fetches_a_part_of_a_refill_and_later_ones_the_rest(void)
{
	unsigned int before, i, most = 0;

	boot(BATCH, HIGH, true);
	take_pages(BATCH);
	fixture_drop(&f);
	boot(BATCH, HIGH, false);
	for (i = 0; i < BATCH; i++) {
		before = on_lists();
		/* Those that one call would have brought, in the same order. */
		EXPECT_EQ(alloc(0, SB_MOVABLE), held[i]);
		if (on_lists() > before)
			most = max(most, on_lists() - before);
	}
	EXPECT(most > 1 && most < PART);
	EXPECT_EQ(on_lists(), 0);
	EXPECT_EQ(pcp->list[SB_MOVABLE].nr_missing, 0);
	CHECK(&f);
	fixture_drop(&f);
}

static void the_batch_doubles_by_whole_refills(void)
{
	boot(BATCH, HIGH, false);
	take_pages(1);
	EXPECT_EQ(on_lists() + pcp->list[SB_MOVABLE].nr_missing, BATCH - 1);
	take_pages(BATCH - 1);
	EXPECT_EQ(pcp->alloc_factor, 1);
	take_pages(1);
	EXPECT_EQ(on_lists() + pcp->list[SB_MOVABLE].nr_missing, 2 * BATCH - 1);
	CHECK(&f);
	fixture_drop(&f);
}

static void frees_give_back_a_part_each_until_all_is_back(void)
{
	unsigned int before, frees = 0;

	boot(BATCH, HIGH, false);
	fill_lists();
	before = zone->nr_free;
	give_page();
	/* Who finds out leaves it at that. */
	EXPECT_EQ(zone->nr_free, before);
	EXPECT_EQ(on_lists(), HIGH);
	EXPECT_EQ(pcp->surplus.nr_pages, HIGH - BATCH);
	for (; pcp->surplus.nr_pages; frees++) {
		before = on_lists() + 1;
		give_page();
		EXPECT(on_lists() < before && before - on_lists() < PART);
		CHECK(&f);
	}
	EXPECT(frees > (HIGH - BATCH) / PART);
	EXPECT(on_lists() >= BATCH && on_lists() <= BATCH + frees);
	/* Room is found out by the next, and used by those that follow. */
	give_page();
	EXPECT(pcp->list[SB_MOVABLE].limit > pcp->list[SB_MOVABLE].nr);
	CHECK(&f);
	while (nr_held)
		give_page();
	fixture_exit(&f);
}

/* Each brings eight pages, and single ones go. */
static void blocks_that_come_faster_than_pages_go_have_room(void)
{
	static unsigned long block[256];
	unsigned int i;

	boot(16, 64, false);
	for (i = 0; i < ARRAY_SIZE(block); i++)
		block[i] = alloc(3, SB_MOVABLE);
	take_pages(200);
	sb_pcp_drain_all(&f.inst);
	for (i = 0; i < 63; i++)
		give_page();
	for (i = 0; i < ARRAY_SIZE(block); i++) {
		fixture_free(&f, block[i], 3);
		EXPECT(pcp->list[3 * SB_PCPTYPES + SB_MOVABLE].nr <=
		       pcp->list[3 * SB_PCPTYPES + SB_MOVABLE].max);
		CHECK(&f);
	}
	while (nr_held)
		give_page();
	fixture_exit(&f);
}

static void a_free_takes_the_room_of_what_is_missing(void)
{
	boot(BATCH, BATCH, false);
	/* The second refill is of as much as there is room for. */
	take_pages(BATCH + 1);
	EXPECT(pcp->list[SB_MOVABLE].nr_missing > 0);
	give_page();
	give_page();
	EXPECT_EQ(pcp->list[SB_MOVABLE].nr_missing, 0);
	EXPECT(pcp->list[SB_MOVABLE].limit > pcp->list[SB_MOVABLE].nr);
	while (nr_held)
		give_page();
	fixture_exit(&f);
}

static void a_drain_ends_what_was_too_much(void)
{
	boot(BATCH, HIGH, false);
	fill_lists();
	give_page();
	EXPECT(pcp->surplus.nr_pages > 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(pcp->surplus.nr_pages, 0);
	give_page();
	EXPECT_EQ(on_lists(), 1);
	while (nr_held)
		give_page();
	fixture_exit(&f);
}

static void a_page_is_not_freed_twice_while_lists_are_too_full(void)
{
	boot(BATCH, HIGH, false);
	fill_lists();
	give_page();
	EXPECT(pcp->surplus.nr_pages > 0);
	give_page();
	EXPECT_EQ(sb_alloc_free(&f.inst, held[nr_held], 0), -EALREADY);
	EXPECT_EQ(sb_alloc_free(&f.inst, held[0], 1), -EINVAL);
	CHECK(&f);
	while (nr_held)
		give_page();
	fixture_exit(&f);
}

/* Each brings eight pages to a list of its type's, while single ones go that merge with nothing. */
static void large_blocks_do_not_pile_up_while_pages_go(void)
{
	static unsigned long block[64];
	unsigned int i;

	boot(16, 64, false);
	for (i = 0; i < ARRAY_SIZE(block); i++)
		block[i] = alloc(3, i % 3);
	take_pages(256);
	sb_pcp_drain_all(&f.inst);
	for (i = 0; i < nr_held && !pcp->surplus.nr_pages; i += 2)
		fixture_free(&f, held[i], 0);
	EXPECT(pcp->surplus.nr_pages > 0);
	for (i = 0; i < ARRAY_SIZE(block); i++) {
		fixture_free(&f, block[i], 3);
		EXPECT(on_lists() < 2 * 64);
	}
	CHECK(&f);
	fixture_drop(&f);
}

/* Whatever the configuration says. */
static void the_word_engine_shares_nothing(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_use_word(&cfg);
	cfg.pcp_at_once = false;
	boot_as(&cfg, BATCH, HIGH);
	take_pages(1);
	EXPECT_EQ(on_lists(), BATCH - 1);
	EXPECT_EQ(pcp->list[SB_MOVABLE].nr_missing, 0);
	fill_lists();
	give_page();
	EXPECT_EQ(on_lists(), BATCH);
	EXPECT_EQ(pcp->surplus.nr_pages, 0);
	while (nr_held)
		give_page();
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(a_request_fetches_a_part_of_a_refill_and_later_ones_the_rest),
	  UNIT_CASE(the_batch_doubles_by_whole_refills),
	  UNIT_CASE(frees_give_back_a_part_each_until_all_is_back),
	  UNIT_CASE(blocks_that_come_faster_than_pages_go_have_room),
	  UNIT_CASE(a_free_takes_the_room_of_what_is_missing),
	  UNIT_CASE(a_drain_ends_what_was_too_much),
	  UNIT_CASE(a_page_is_not_freed_twice_while_lists_are_too_full),
	  UNIT_CASE(large_blocks_do_not_pile_up_while_pages_go),
	  UNIT_CASE(the_word_engine_shares_nothing))

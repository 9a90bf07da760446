// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU lists as runs of requests and of frees tune them, by the rules of both versions. */
#include "fixture.h"
#include "pcp_tune.h"

#define BASE 0x90000000ull

static struct fixture f;
static struct sb_zone *zone;

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

/* The lists as Linux tunes them; CPU 0 has them empty. */
static struct sb_pcp *boot_tuned(enum sb_rules_version rules, unsigned int batch, unsigned int high,
				 unsigned int high_max)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.rules = rules;
	cfg.pcp_batch = batch;
	cfg.pcp_high = high;
	cfg.pcp_high_max = high_max;
	cfg.pcp_huge_order = 9;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_host_cpu = 0;
	sb_pcp_drain_all(&f.inst);
	return &zone->pcp[0];
}

/* Blocks ever freed but those of order 1 to 3. */
static unsigned long nr_others(const struct sb_pcp *pcp)
{
	unsigned long nr = 0;
	unsigned int i;

	for (i = 0; i < SB_PCP_LISTS; i++)
		if (i < SB_PCPTYPES || i >= SB_PCP_HUGE)
			nr += sb_pcp_list_freed(&pcp->list[i]);
	return nr;
}

/* As if factors were just set to these, and the last free was of a small block or not. */
static void set_factors(struct sb_pcp *pcp, unsigned int alloc_factor, unsigned int free_factor,
			bool after_small)
{
	unsigned int i;

	pcp->alloc_factor = alloc_factor;
	pcp->free_factor = free_factor;
	pcp->nr_freed = 0;
	pcp->nr_taken = 0;
	for (i = 0; i < SB_PCP_LISTS; i++) {
		pcp->nr_freed += sb_pcp_list_freed(&pcp->list[i]);
		pcp->nr_taken += pcp->list[i].nr_taken;
	}
	pcp->nr_others = after_small ? nr_others(pcp) : ~0ul;
	sb_pcp_tune_revoke(pcp);
}

/* Blocks in use, and nothing on the lists. */
static void take_many(unsigned long *pfn, unsigned int nr, unsigned int order)
{
	struct sb_pcp *pcp = &zone->pcp[0];
	unsigned int i;

	for (i = 0; i < nr; i++)
		pfn[i] = alloc(order, SB_MOVABLE);
	sb_pcp_drain_all(&f.inst);
	pcp->in_a_row = 0;
	set_factors(pcp, 0, 0, false);
	pcp->high = f.inst.cfg.pcp_high;
}

/* Takes what a refill brought, and says how much it was. */
static unsigned int use_up_refill(struct sb_pcp *pcp)
{
	unsigned int nr = 1;

	alloc(0, SB_MOVABLE);
	for (; sb_pcp_pages(&f.inst, pcp); nr++)
		alloc(0, SB_MOVABLE);
	return nr;
}

static void refills_double_while_nothing_is_freed_as_far_as_there_is_room(void)
{
	static const struct {
		enum sb_rules_version rules;
		unsigned int high_max;
		unsigned int refill[7], high[7];
	} rows[] = {
		/* At last there is room for high less a batch. */
		{ SB_RULES_6_12, 0, { 4, 8, 16, 32, 60, 60, 60 }, { 64, 64, 64, 64, 64, 64, 64 } },
		/* 32 batches are the most; high grows by each refill. */
		{ SB_RULES_6_12,
		  400,
		  { 4, 8, 16, 32, 64, 128, 128 },
		  { 68, 76, 92, 124, 188, 316, 400 } },
		{ SB_RULES_6_1, 400, { 4, 4, 4, 4, 4, 4, 4 }, { 64, 64, 64, 64, 64, 64, 64 } },
	};
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_pcp *pcp = boot_tuned(rows[i].rules, 4, 64, rows[i].high_max);

		for (n = 0; n < ARRAY_SIZE(rows[i].refill); n++) {
			EXPECT_EQ(use_up_refill(pcp), rows[i].refill[n]);
			EXPECT_EQ(pcp->high, rows[i].high[n]);
		}
		fixture_exit(&f);
	}
}

static void a_zone_that_is_short_does_not_let_refills_raise_high(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 4, 64, 400);

	zone->below_high = true;
	EXPECT_EQ(use_up_refill(pcp), 4);
	EXPECT_EQ(pcp->high, 64);
	fixture_exit(&f);
}

static void blocks_are_refilled_by_a_batch_of_pages_however_often(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 16, 64, 0);
	unsigned int i;

	for (i = 0; i < 3; i++) {
		alloc(2, SB_MOVABLE);
		EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 12);
		sb_pcp_drain_all(&f.inst);
	}
	EXPECT_EQ(pcp->alloc_factor, 0);
	fixture_exit(&f);
}

static void each_free_halves_what_the_next_refill_takes(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 4, 64, 0);
	unsigned long pfn[2];

	take_many(pfn, 2, 0);
	set_factors(pcp, 3, 0, false);
	give(pfn[0], 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(use_up_refill(pcp), 8);
	pfn[0] = alloc(0, SB_MOVABLE);
	set_factors(pcp, 3, 0, false);
	give(pfn[0], 0);
	give(pfn[1], 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(use_up_refill(pcp), 4);
	fixture_exit(&f);
}

/* Of 64: at least a batch, at most all but a batch. */
static void an_overflow_returns_as_many_as_were_freed_in_a_row(void)
{
	static const struct {
		unsigned int in_a_row, left;
	} rows[] = { { 0, 48 }, { 14, 48 }, { 20, 43 }, { 47, 16 }, { 400, 16 } };
	unsigned long pfn[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 16, 64, 0);
		unsigned int n;

		take_many(pfn, 64, 0);
		for (n = 0; n < 63; n++)
			give(pfn[n], 0);
		pcp->in_a_row = rows[i].in_a_row;
		give(pfn[63], 0);
		EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), rows[i].left);
		fixture_exit(&f);
	}
}

static void pages_freed_in_a_row_are_counted_and_halved_by_a_request(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 2, 200, 0);
	unsigned long pfn[80];
	unsigned int i;

	take_many(pfn, 80, 0);
	for (i = 0; i < 10; i++)
		give(pfn[i], 0);
	EXPECT_EQ(pcp->in_a_row, 10);
	pfn[0] = alloc(0, SB_MOVABLE);
	EXPECT_EQ(pcp->in_a_row, 5);
	/* Up to 32 batches. */
	for (i = 10; i < 80; i++)
		give(pfn[i], 0);
	EXPECT_EQ(pcp->in_a_row, 64);
	fixture_exit(&f);
}

/* They are wanted whole: once a batch was freed in a row, the next of two such goes on with all. */
static void blocks_freed_in_a_row_go_back_at_once(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 4, 100, 0);
	unsigned long pfn[5];

	take_many(pfn, 5, 1);
	give(pfn[0], 1);
	give(pfn[1], 1);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 4);
	give(pfn[2], 1);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 0);
	/* Not after a page of another kind. */
	take_many(pfn, 5, 1);
	give(pfn[0], 1);
	pcp->in_a_row = 50;
	set_factors(pcp, 0, 0, false);
	give(pfn[1], 1);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 4);
	fixture_exit(&f);
}

/* And 32 batches at most, by which high shrinks as well. */
static void no_more_than_32_batches_go_back_at_once(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 1, 50, 400);
	unsigned long pfn[41], block[1];
	unsigned int i;

	take_many(pfn, 41, 0);
	take_many(block, 1, 1);
	for (i = 0; i < 41; i++)
		give(pfn[i], 0);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 41);
	set_factors(pcp, 0, 0, true);
	pcp->high = 90;
	give(block[0], 1);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 11);
	EXPECT_EQ(pcp->high, 58);
	fixture_exit(&f);
}

static void a_page_freed_between_two_blocks_keeps_them(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 2, 100, 0);
	unsigned long block[4], page[1];

	take_many(page, 1, 0);
	take_many(block, 4, 1);
	give(block[0], 1);
	give(page[0], 0);
	give(block[1], 1);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 5);
	/* Nothing came in between now. */
	give(block[2], 1);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 0);
	fixture_exit(&f);
}

/* Frees that do not fit raise high for the next time. */
static void runs_of_frees_raise_high_up_to_its_limit(void)
{
	static const unsigned int high_max[] = { 256, 18, 16 };
	static const unsigned int high[] = { 20, 18, 16 };
	unsigned long pfn[16];
	unsigned int i, n;

	for (n = 0; n < ARRAY_SIZE(high_max); n++) {
		struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 4, 16, high_max[n]);

		take_many(pfn, 16, 0);
		for (i = 0; i < 16; i++)
			give(pfn[i], 0);
		EXPECT_EQ(pcp->high, high[n]);
		EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 4);
		fixture_exit(&f);
	}
}

static void a_zone_that_is_short_shrinks_high_and_gets_pages_back(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 4, 16, 256);
	unsigned long pfn[24];
	unsigned int i;

	take_many(pfn, 24, 0);
	pcp->high = 100;
	for (i = 0; i < 20; i++)
		give(pfn[i], 0);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 20);
	sb_pcp_tune_below_high(zone);
	zone->watermark[SB_WMARK_HIGH] = zone->nr_free + 1000;
	fixture_measure(zone);
	/* 21 freed in a row: high falls by so much, of the 21 pages all but a batch go. */
	give(pfn[20], 0);
	EXPECT_EQ(pcp->high, 79);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 4);
	EXPECT(zone->below_high);
	/* Below pcp_high nothing goes. */
	give(pfn[21], 0);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 5);
	/* A free that leads above the mark ends it. */
	zone->watermark[SB_WMARK_HIGH] = 0;
	fixture_measure(zone);
	give(pfn[22], 0);
	EXPECT(zone->below_high);
	/* Which takes an overflow. */
	f.inst.cfg.pcp_high = 4;
	give(pfn[23], 0);
	EXPECT(!zone->below_high);
	fixture_exit(&f);
}

/* 6.1: 4, 8, 16 and then all but a batch. */
static void by_6_1_overflows_double_while_nothing_is_allocated(void)
{
	static const unsigned int left[] = { 28, 24, 16, 4 };
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_1, 4, 32, 0);
	unsigned long pfn[96];
	unsigned int i = 0, n;

	take_many(pfn, 96, 0);
	for (n = 0; n < ARRAY_SIZE(left); n++) {
		while (sb_pcp_pages(&f.inst, pcp) < 31)
			give(pfn[i++], 0);
		give(pfn[i++], 0);
		EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), left[n]);
	}
	/* An allocation halves how often: once now, not three times. */
	alloc(0, SB_MOVABLE);
	while (sb_pcp_pages(&f.inst, pcp) < 31)
		give(pfn[i++], 0);
	give(pfn[i++], 0);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 24);
	fixture_exit(&f);
}

static void by_6_1_a_block_freed_after_an_overflow_empties_the_lists(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_1, 4, 32, 0);
	unsigned long pfn[10], block[1];
	unsigned int i;

	take_many(pfn, 10, 0);
	take_many(block, 1, 2);
	for (i = 0; i < 10; i++)
		give(pfn[i], 0);
	set_factors(pcp, 0, 1, false);
	give(block[0], 2);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 0);
	fixture_exit(&f);
}

/* Movable ones apart from all others; not taken for blocks that are wanted whole. */
static void huge_pages_have_two_lists(void)
{
	struct sb_pcp *pcp = boot_tuned(SB_RULES_6_12, 16, 4096, 0);
	unsigned long movable, other, third;

	movable = alloc(9, SB_MOVABLE);
	other = alloc(9, SB_UNMOVABLE);
	third = alloc(9, SB_RECLAIMABLE);
	sb_pcp_drain_all(&f.inst);
	set_factors(pcp, 0, 0, true);
	pcp->in_a_row = 512;
	give(movable, 9);
	give(other, 9);
	give(third, 9);
	EXPECT_EQ(pcp->list[SB_PCP_HUGE + 1].nr, 1);
	EXPECT_EQ(pcp->list[SB_PCP_HUGE].nr, 2);
	EXPECT_EQ(sb_pcp_pages(&f.inst, pcp), 3 * 512);
	EXPECT_EQ(alloc(9, SB_MOVABLE), movable);
	EXPECT(!sb_pcp_serves(&f.inst, 8) && !sb_pcp_serves(&f.inst, 10));
	EXPECT(sb_pcp_serves(&f.inst, 9) && sb_pcp_serves(&f.inst, 3));
	fixture_exit(&f);
}

/* One more than a list may ever be asked to hold: nothing is written behind it.
 */
static void lists_have_room_for_what_high_may_become(void)
{
	unsigned long pfn[160];
	unsigned int order, i;

	for (order = 0; order <= 3; order++) {
		boot_tuned(SB_RULES_6_12, 3, 5, 64);
		for (i = 0; i < ARRAY_SIZE(pfn); i++)
			pfn[i] = alloc(order, SB_MOVABLE);
		for (i = 0; i < ARRAY_SIZE(pfn); i++)
			give(pfn[i], order);
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(refills_double_while_nothing_is_freed_as_far_as_there_is_room),
	  UNIT_CASE(a_zone_that_is_short_does_not_let_refills_raise_high),
	  UNIT_CASE(blocks_are_refilled_by_a_batch_of_pages_however_often),
	  UNIT_CASE(each_free_halves_what_the_next_refill_takes),
	  UNIT_CASE(an_overflow_returns_as_many_as_were_freed_in_a_row),
	  UNIT_CASE(pages_freed_in_a_row_are_counted_and_halved_by_a_request),
	  UNIT_CASE(blocks_freed_in_a_row_go_back_at_once),
	  UNIT_CASE(no_more_than_32_batches_go_back_at_once),
	  UNIT_CASE(a_page_freed_between_two_blocks_keeps_them),
	  UNIT_CASE(runs_of_frees_raise_high_up_to_its_limit),
	  UNIT_CASE(a_zone_that_is_short_shrinks_high_and_gets_pages_back),
	  UNIT_CASE(by_6_1_overflows_double_while_nothing_is_allocated),
	  UNIT_CASE(by_6_1_a_block_freed_after_an_overflow_empties_the_lists),
	  UNIT_CASE(huge_pages_have_two_lists), UNIT_CASE(lists_have_room_for_what_high_may_become))

// SPDX-License-Identifier: GPL-2.0-only
/* Plans of compaction: what is said is what comes. */
#define MOVER_UNITS 2048
#include "compact_plan.h"
#include "model_mover.h"

#define BASE 0x90000000ull

static struct fixture f;
static struct mover m;

static struct sb_config random_config(u64 *seed)
{
	struct sb_config cfg = fixture_config(BASE, (2 + unit_below(seed, 3)) * MiB);

	cfg.pageblock_order = 2 + (unsigned int)unit_below(seed, 5);
	cfg.max_order = cfg.pageblock_order + (unsigned int)unit_below(seed, 4);
	cfg.pcp_batch = 4;
	cfg.pcp_high = unit_below(seed, 2) ? 32 : 0;
	cfg.rules = unit_below(seed, 4) ? SB_RULES_6_12 : SB_RULES_6_1;
	cfg.nr_cpus = 1 + (unsigned int)unit_below(seed, 2);
	if (unit_below(seed, 2))
		cfg.lowmem_bytes = MiB;
	if (unit_below(seed, 2))
		cfg.movablecore_percent = 40;
	if (unit_below(seed, 2))
		fixture_add_bank(&cfg, BASE + 16 * MiB, 1 * MiB, (int)unit_below(seed, 2));
	if (unit_below(seed, 3) == 0)
		cfg.min_free_kbytes = 64;
	return cfg;
}

/* Memory of units and of others, some of it freed, some pinned. */
static void scatter(u64 *seed)
{
	unsigned long most = min(sb_order_pages(f.inst.cfg.max_order), 64ul);
	unsigned long others[64], i;
	unsigned int nr = 0;

	for (i = 0; i < 600; i++) {
		unsigned long nr_pages = unit_below(seed, 3) ? 1 + unit_below(seed, 4) :
							       1 + unit_below(seed, most);
		struct mover_unit *unit;

		sb_host_cpu = (unsigned int)unit_below(seed, f.inst.cfg.nr_cpus);
		if (unit_below(seed, 12) == 0 && nr < ARRAY_SIZE(others)) {
			long pfn = fixture_alloc(&f, 0, (unsigned int)unit_below(seed, 3));

			if (pfn > 0)
				others[nr++] = (unsigned long)pfn;
			continue;
		}
		unit = mover_alloc(&m, min(nr_pages, most),
				   SB_GFP_MOVABLE | SB_GFP_HIGHMEM | SB_GFP_KSWAPD_RECLAIM);
		if (unit)
			unit->pinned = unit_below(seed, 20) == 0;
	}
	for (i = 0; i < MOVER_UNITS; i++)
		if (m.unit[i].nr_pages && unit_below(seed, 3) == 0)
			mover_free(&m, &m.unit[i]);
	while (nr > 32)
		fixture_free(&f, others[--nr], 0);
}

static int largest(void)
{
	struct sb_zone *zone = NULL;
	int most = -1, order;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		for (order = 0; order <= (int)f.inst.cfg.max_order; order++)
			if (zone->free_area[order].nr_free)
				most = max(most, order);
	return most;
}

static void plan(int nid, struct sb_compact_plan *plan)
{
	size_t size = sb_compact_plan_size(&f.inst, nid);
	void *memory = malloc(size);

	EXPECT_EQ(sb_compact_plan(&f.inst, nid, memory, size - 1, NULL, plan), -ENOSPC);
	EXPECT_EQ(sb_compact_plan(&f.inst, nid, memory, size, NULL, plan), 0);
	free(memory);
}

static void what_is_said_is_what_comes(void)
{
	u64 seed = unit_seed();
	unsigned long i, exact = 0, runs = unit_iterations(60);

	for (i = 0; i < runs; i++) {
		struct sb_config cfg = random_config(&seed);
		struct sb_compact_done done = { 0 };
		struct sb_compact_plan before, after;
		enum sb_compact_result result;

		fixture_boot(&f, &cfg);
		mover_init(&m, &f);
		scatter(&seed);
		plan(SB_NID_ANY, &before);
		CHECK(&f);
		mover_expect_all(&m);
		EXPECT(before.exact);
		EXPECT_EQ(before.order_now, largest());
		result = sb_compact_node(&f.inst, SB_NID_ANY, false, NULL, &done);
		CHECK(&f);
		mover_expect_all(&m);
		EXPECT_EQ(result, before.result);
		EXPECT_EQ(done.moved, before.done.moved);
		EXPECT_EQ(done.units, before.done.units);
		EXPECT_EQ(largest(), before.order_after);
		plan(SB_NID_ANY, &after);
		EXPECT_EQ(after.run_now, before.run_after);
		exact += before.exact;
		mover_exit(&m);
		fixture_exit(&f);
	}
	EXPECT_EQ(exact, runs);
}

static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 2 * MiB);

	cfg.pageblock_order = 4;
	cfg.max_order = 6;
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
}

static void without_anybody_to_ask_all_stays(void)
{
	struct sb_compact_plan seen;

	boot();
	sb_migrate_set_mover(&f.inst, NULL, NULL);
	EXPECT(fixture_alloc(&f, 0, SB_UNMOVABLE) > 0);
	plan(0, &seen);
	EXPECT_EQ(seen.result, SB_COMPACT_SKIPPED);
	EXPECT(seen.exact);
	EXPECT_EQ(seen.order_now, 6);
	EXPECT_EQ(seen.order_after, 6);
	EXPECT_EQ(seen.run_now, seen.run_after);
	EXPECT_EQ(seen.done.moved, 0);
	fixture_exit(&f);
}

static void no_such_node_is_refused(void)
{
	struct sb_compact_plan seen;
	char memory[16];

	boot();
	EXPECT_EQ(sb_compact_plan_size(&f.inst, 3), 0);
	EXPECT_EQ(sb_compact_plan(&f.inst, 3, memory, sizeof(memory), NULL, &seen), -EINVAL);
	f.inst.corrupt = true;
	EXPECT_EQ(sb_compact_plan(&f.inst, 0, memory, sizeof(memory), NULL, &seen), -EIO);
	f.inst.corrupt = false;
	fixture_exit(&f);
}

/*
 * Two pageblocks of two types merge when their pages leave a CPU's lists, Unmovable ones
 * first, and are Movable from then on. A unit finds its place there.
 */
static void lists_are_drained_as_they_will_be(void)
{
	unsigned long base = sb_pfn_down(BASE);
	struct sb_config cfg = fixture_config(BASE, 2 * MiB);
	struct sb_compact_done done = { 0 };
	struct sb_compact_plan seen;
	struct mover_unit *unit;

	cfg.pageblock_order = 3;
	cfg.max_order = 6;
	cfg.pcp_batch = 1;
	cfg.pcp_high = 64;
	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	fixture_fill(&f);
	fixture_free_run(&f, base + 32, 16);
	sb_pcp_drain_all(&f.inst);
	unit = mover_alloc(&m, 16, SB_GFP_MOVABLE | SB_GFP_KERNEL);
	EXPECT_EQ(unit->pfn, base + 32);
	fixture_free_run(&f, base, 32);
	sb_pcp_drain_all(&f.inst);
	fixture_set_type(&f, base + 72, SB_UNMOVABLE);
	fixture_free_run(&f, base + 64, 16);
	plan(0, &seen);
	EXPECT(seen.exact);
	sb_compact_node(&f.inst, 0, false, NULL, &done);
	EXPECT_EQ(unit->pfn, base + 64);
	EXPECT_EQ(seen.done.units, 1);
	EXPECT_EQ(done.units, 1);
	mover_exit(&m);
	fixture_drop(&f);
}

/* An owner that does not know its page any more: somebody is at work. */
static void a_disturbed_plan_is_not_exact(void)
{
	struct sb_compact_plan seen;
	unsigned int i;

	boot();
	while (mover_alloc(&m, 3, SB_GFP_MOVABLE | SB_GFP_MEMALLOC))
		;
	for (i = 0; m.unit[i].nr_pages; i += 2)
		mover_free(&m, &m.unit[i]);
	plan(0, &seen);
	EXPECT(seen.exact);
	EXPECT(seen.done.moved > 0);
	m.fail_begin = -ENOENT;
	plan(0, &seen);
	EXPECT(!seen.exact);
	m.fail_begin = -EBUSY;
	plan(0, &seen);
	EXPECT(seen.exact);
	EXPECT_EQ(seen.done.moved, 0);
	m.fail_begin = 0;
	f.inst.hooks |= SB_HOOK_QUARANTINE;
	plan(0, &seen);
	EXPECT(!seen.exact);
	f.inst.hooks = 0;
	mover_exit(&m);
	fixture_exit(&f);
}

static unsigned int nr_holds;

static void count_hold(struct sb_lock *lock)
{
	nr_holds += lock == &fixture_zone(&f, SB_ZONE_NORMAL)->lock;
}

/* However large a block may be: of single pages there are as many as it has. */
static void the_zone_is_held_for_a_few_blocks_at_a_time(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	struct sb_compact_plan seen;
	unsigned long nr_pages;

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	nr_pages = fixture_zone(&f, SB_ZONE_NORMAL)->nr_free;
	EXPECT(nr_pages > 1024);
	while (fixture_ask(&f, (struct sb_request){ .gfp = SB_GFP_MEMALLOC }) >= 0)
		;
	nr_holds = 0;
	unit_lock_hooks.before_lock = count_hold;
	plan(0, &seen);
	unit_lock_hooks.before_lock = NULL;
	EXPECT(seen.exact);
	EXPECT(nr_holds >= nr_pages / SB_COMPACT_PLAN_BATCH);
	fixture_exit(&f);
}

/* Somebody allocates and frees whenever the zone is let go of. */
static struct {
	unsigned long pfn;
	unsigned int order;
} meddled[1024];
static u64 meddling;
static bool in_it;

static void change_some(unsigned int nr)
{
	while (nr--) {
		unsigned int i = (unsigned int)unit_below(&meddling, ARRAY_SIZE(meddled));

		if (meddled[i].pfn) {
			fixture_free(&f, meddled[i].pfn, meddled[i].order);
			meddled[i].pfn = 0;
		} else {
			meddled[i].order = (unsigned int)unit_below(&meddling, 3);
			meddled[i].pfn = (unsigned long)max(
				fixture_alloc(&f, meddled[i].order, SB_MOVABLE), 0l);
		}
	}
}

static void meddle(struct sb_lock *lock)
{
	if (lock != &fixture_zone(&f, SB_ZONE_NORMAL)->lock || in_it)
		return;
	in_it = true;
	change_some(64);
	in_it = false;
}

static void who_works_meanwhile_makes_it_inexact_and_no_worse(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	unsigned int i, inexact = 0;
	struct sb_compact_plan seen;

	cfg.pcp_high = 0;
	meddling = unit_seed();
	memset(meddled, 0, sizeof(meddled));
	fixture_boot(&f, &cfg);
	/* No owner is asked: what is seen is seen in the copy. */
	mover_init(&m, &f);
	change_some(4096);
	for (i = 0; i < 20; i++) {
		unit_lock_hooks.after_unlock = meddle;
		plan(0, &seen);
		unit_lock_hooks.after_unlock = NULL;
		inexact += !seen.exact;
		CHECK(&f);
	}
	EXPECT(inexact > 15);
	mover_exit(&m);
	fixture_drop(&f);
}

UNIT_MAIN(UNIT_CASE(what_is_said_is_what_comes), UNIT_CASE(without_anybody_to_ask_all_stays),
	  UNIT_CASE(no_such_node_is_refused), UNIT_CASE(lists_are_drained_as_they_will_be),
	  UNIT_CASE(a_disturbed_plan_is_not_exact),
	  UNIT_CASE(the_zone_is_held_for_a_few_blocks_at_a_time),
	  UNIT_CASE(who_works_meanwhile_makes_it_inexact_and_no_worse))

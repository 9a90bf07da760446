// SPDX-License-Identifier: GPL-2.0-only
/* Memory goes offline, and is removed, just when others are in the middle of something. */
#include "compact.h"
#include "compact_plan.h"
#include "fixture.h"
#include "hotplug.h"
#include "isolate.h"
#include "model_mover.h"

#define BASE 0x80000000ull
#define BLOCK (4 * MiB)

static struct fixture f;
static struct mover m;
static u64 going;

static void boot(unsigned int nr_blocks)
{
	struct sb_config cfg = fixture_config(BASE, nr_blocks * BLOCK);

	cfg.section_bytes = BLOCK;
	cfg.window_base = BASE;
	cfg.window_bytes = 16 * BLOCK;
	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
}

static void go_offline(unsigned long pfn)
{
	sb_isolate_undo(&f.inst, sb_pfn_down(going), sb_pfn_down(going + BLOCK));
	EXPECT_EQ(sb_hotplug_offline(&f.inst, going, BLOCK, NULL), 0);
}

/* One unit that stays in the second block or the third, and nothing else of the block is free. */
static struct mover_unit *one_in_a_block(void)
{
	struct sb_isolation range = { .type = SB_MOVABLE, .flags = SB_ISOLATION_OFFLINE };
	struct mover_unit *unit[40], *kept = NULL;
	unsigned long bad;
	unsigned int i;

	for (i = 0; i < 40; i++)
		unit[i] = mover_alloc(&m, 64, SB_GFP_KERNEL | SB_GFP_MOVABLE);
	for (i = 0; i < 40; i++) {
		u64 base = sb_pfn_addr(unit[i]->pfn);

		if (!kept && base >= BASE + BLOCK && base < BASE + 3 * BLOCK)
			kept = unit[i];
		else
			mover_free(&m, unit[i]);
	}
	going = sb_pfn_addr(kept->pfn) & ~(BLOCK - 1);
	range.start = sb_pfn_down(going);
	range.end = sb_pfn_down(going + BLOCK);
	EXPECT_EQ(sb_isolate_range(&f.inst, &range, &bad), 0);
	return kept;
}

static int find_any(void *arg, const struct sb_unit *unit, unsigned long *to)
{
	struct sb_request request;

	EXPECT_EQ(sb_request_init(&request, SB_GFP_KERNEL | SB_GFP_MOVABLE, 0, SB_NID_ANY), 0);
	return sb_alloc_exact(&f.inst, &request, unit->nr_pages, to);
}

/* The old place of what is moved is its block's last use; it counts for the zone all the same. */
static void the_place_that_a_unit_leaves(void)
{
	struct sb_migration how = { .mode = SB_MIGRATE_SYNC,
				    .reason = SB_MR_COMPACTION,
				    .target = find_any };
	struct mover_unit *unit;
	struct sb_unit moved;
	unsigned long was;

	boot(4);
	unit = one_in_a_block();
	was = unit->pfn;
	m.in_end = go_offline;
	EXPECT_EQ(sb_migrate_unit(&f.inst, was, &how, &moved), 0);
	EXPECT_EQ(sb_pageblock_zone(&f.inst.blocks, was), SB_ZONE_NONE);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->events[SB_EVENT_MIGRATE_SUCCESS], 64);
	mover_free(&m, unit);
	fixture_exit(&f);
}

/* Calls of should_stop, and that in which the block goes; more than any run makes. */
static unsigned int nr_calls, at_call;
#define TOO_MANY 100000

static bool let_it_go(void *ctx)
{
	if (++nr_calls == at_call)
		EXPECT_EQ(sb_hotplug_offline(&f.inst, going, BLOCK, NULL), 0);
	return nr_calls == TOO_MANY;
}

/* All of a zone that is compacted, at each moment at which others may run. */
static void a_zone_that_is_compacted(void)
{
	struct sb_compact_limit limit = { .should_stop = let_it_go };
	struct sb_compact_done done;
	unsigned int nr_all;

	boot(8);
	going = BASE + 9 * BLOCK;
	EXPECT_EQ(sb_hotplug_add(&f.inst, going, BLOCK, 0), 0);
	EXPECT_EQ(sb_hotplug_online(&f.inst, going, BLOCK, SB_ONLINE_MOVABLE), 0);
	at_call = 0;
	nr_calls = 0;
	sb_compact_node(&f.inst, SB_NID_ANY, false, &limit, &done);
	nr_all = nr_calls;
	EXPECT(nr_all > 8 && nr_all < TOO_MANY);
	for (at_call = 1; at_call <= nr_all; at_call++) {
		nr_calls = 0;
		sb_compact_node(&f.inst, SB_NID_ANY, false, &limit, &done);
		EXPECT(nr_calls < TOO_MANY);
		EXPECT_EQ(sb_hotplug_online(&f.inst, going, BLOCK, SB_ONLINE_MOVABLE), 0);
	}
	fixture_exit(&f);
}

static int nr_locks, at_lock;

/* Its removal waits until who is about to take the lock has given it back. */
static void take_it_offline(struct sb_lock *lock)
{
	if (lock != &fixture_zone(&f, SB_ZONE_NORMAL)->lock || ++nr_locks != at_lock)
		return;
	unit_lock_hooks.before_lock = NULL;
	EXPECT_EQ(sb_hotplug_offline(&f.inst, going, BLOCK, NULL), 0);
}

/* Where a plan takes the zone's lock, its copy is as old as the zone was before. */
static void a_zone_that_is_planned_for(void)
{
	struct sb_compact_plan plan;
	size_t size;
	void *memory;

	for (at_lock = 1; at_lock < 40; at_lock++) {
		boot(8);
		going = BASE + 5 * BLOCK;
		size = sb_compact_plan_size(&f.inst, SB_NID_ANY);
		memory = malloc(size);
		nr_locks = 0;
		unit_lock_hooks.before_lock = take_it_offline;
		EXPECT_EQ(sb_compact_plan(&f.inst, SB_NID_ANY, memory, size, NULL, &plan), 0);
		unit_lock_hooks.before_lock = NULL;
		free(memory);
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(the_place_that_a_unit_leaves), UNIT_CASE(a_zone_that_is_compacted),
	  UNIT_CASE(a_zone_that_is_planned_for))

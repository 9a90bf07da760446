// SPDX-License-Identifier: GPL-2.0-only
/* Blocks come and go while others allocate and free. */
#include "fixture.h"
#include "hotplug.h"
#include "model_mover.h"
#include "pagemap.h"

#define BASE 0x80000000ull
#define BLOCK (4 * MiB)
#define PAGES 1024ul
#define CYCLES 200
#define HELD 64

static struct fixture f;
static bool stop;

/* With each engine in turn. */
static struct sb_config config(enum sb_engine_kind engine)
{
	struct sb_config cfg = fixture_config(BASE, 4 * BLOCK);

	cfg.section_bytes = BLOCK;
	cfg.window_bytes = 8 * BLOCK;
	cfg.window_base = BASE;
	cfg.memmap_on_memory = true;
	cfg.nr_cpus = 3;
	cfg.pcp_at_once = false;
	if (engine == SB_ENGINE_WORD)
		fixture_use_word(&cfg);
	return cfg;
}

/* Holds a few blocks at a time, of Movable memory where there is some, and none at the end. */
static void *allocate_and_free(void *cpu)
{
	struct {
		unsigned long pfn;
		unsigned int order;
	} held[HELD];
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_MOVABLE, .nid = 0, .gfp = SB_GFP_KERNEL
	};
	unsigned int nr = 0;
	u64 seed;

	sb_host_cpu = *(unsigned int *)cpu;
	seed = sb_host_cpu;
	while (!READ_ONCE(stop)) {
		request.order = (unsigned int)unit_below(&seed, 5);
		if (nr < HELD && unit_below(&seed, 2)) {
			if (!sb_alloc(&f.inst, &request, &held[nr].pfn))
				held[nr++].order = request.order;
		} else if (nr) {
			nr--;
			EXPECT_EQ(sb_alloc_free(&f.inst, held[nr].pfn, held[nr].order), 0);
		}
		/* Now and then nothing is held, and what cannot move can leave. */
		if (unit_below(&seed, 200))
			continue;
		while (nr) {
			nr--;
			EXPECT_EQ(sb_alloc_free(&f.inst, held[nr].pfn, held[nr].order), 0);
		}
		sched_yield();
	}
	while (nr) {
		nr--;
		EXPECT_EQ(sb_alloc_free(&f.inst, held[nr].pfn, held[nr].order), 0);
	}
	return NULL;
}

static void run_beside(void (*run)(void))
{
	static unsigned int cpus[] = { 1, 2 };
	pthread_t thread[ARRAY_SIZE(cpus)];
	unsigned int i;

	WRITE_ONCE(stop, false);
	for (i = 0; i < ARRAY_SIZE(cpus); i++)
		pthread_create(&thread[i], NULL, allocate_and_free, &cpus[i]);
	sb_host_cpu = 0;
	run();
	WRITE_ONCE(stop, true);
	for (i = 0; i < ARRAY_SIZE(cpus); i++)
		pthread_join(thread[i], NULL);
}

static void take_offline(u64 base)
{
	struct sb_pinned pinned;
	int err;

	do {
		err = sb_hotplug_offline(&f.inst, base, BLOCK, &pinned);
		sched_yield();
	} while (err == -EBUSY);
	EXPECT_EQ(err, 0);
}

/* The zone comes and goes with its only block, and so do its zonelists. */
static void cycle(void)
{
	const u64 base = BASE + 5 * BLOCK;
	unsigned int i;

	for (i = 0; i < CYCLES; i++) {
		EXPECT_EQ(sb_hotplug_add(&f.inst, base, BLOCK, 0), 0);
		EXPECT_EQ(sb_hotplug_online(&f.inst, base, BLOCK,
					    i % 2 ? SB_ONLINE_MOVABLE : SB_ONLINE_KERNEL),
			  0);
		sched_yield();
		take_offline(base);
		EXPECT_EQ(sb_hotplug_remove(&f.inst, base, BLOCK), 0);
		if (i % 20 == 0)
			CHECK(&f);
	}
}

/* Asks of any page, as files do: never led to what is gone. */
static void *look_at_all(void *unused)
{
	unsigned long pfn, first = sb_pfn_down(BASE), end = first + 8 * PAGES;
	struct sb_page_info info;
	u64 word;

	sb_host_cpu = 3;
	while (!READ_ONCE(stop)) {
		for (pfn = first; pfn < end; pfn += 61) {
			EXPECT(sb_memmap_info(&f.inst, pfn, &info));
			sb_pagemap_fill(&f.inst, pfn, 1, &word);
		}
	}
	return NULL;
}

static void cycle_looked_at(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, look_at_all, NULL);
	cycle();
	WRITE_ONCE(stop, true);
	pthread_join(thread, NULL);
}

static void looked_at(enum sb_engine_kind engine)
{
	struct sb_config cfg = config(engine);

	fixture_boot(&f, &cfg);
	run_beside(cycle_looked_at);
	fixture_exit(&f);
}

static void beside_others(enum sb_engine_kind engine)
{
	struct sb_config cfg = config(engine);

	fixture_boot(&f, &cfg);
	run_beside(cycle);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->present, 4 * PAGES);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_MOVABLE)->present, 0);
	fixture_exit(&f);
}

static void boot_memory(enum sb_engine_kind engine)
{
	struct sb_config cfg = config(engine);

	cfg.quarantine_pages = 16;
	fixture_boot(&f, &cfg);
	run_beside(cycle);
	take_offline(BASE);
	EXPECT_EQ(sb_hotplug_online(&f.inst, BASE, BLOCK, SB_ONLINE), 0);
	fixture_exit(&f);
}

static struct mover m;

/* Units that hold still stay whole, wherever they are moved to. */
static void cycle_with_units(void)
{
	unsigned int i;

	for (i = 0; i < 40; i++)
		mover_alloc(&m, 1 + i, SB_GFP_KERNEL | SB_GFP_MOVABLE);
	for (i = 0; i < CYCLES; i++) {
		u64 base = BASE + i % 3 * BLOCK;

		take_offline(base);
		EXPECT_EQ(sb_hotplug_online(&f.inst, base, BLOCK, SB_ONLINE), 0);
		mover_expect_all(&m);
	}
	EXPECT(m.nr_move > CYCLES);
}

static void units_move(enum sb_engine_kind engine)
{
	struct sb_config cfg = config(engine);

	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	run_beside(cycle_with_units);
	mover_exit(&m);
	fixture_exit(&f);
}

#define WITH_BOTH(name, run)         \
	static void name(void)       \
	{                            \
		run(SB_ENGINE_LIST); \
		run(SB_ENGINE_WORD); \
	}

WITH_BOTH(blocks_come_and_go_while_somebody_looks, looked_at)
WITH_BOTH(blocks_come_and_go_beside_others, beside_others)
WITH_BOTH(boot_memory_goes_beside_others, boot_memory)
WITH_BOTH(units_move_beside_others, units_move)

UNIT_MAIN(UNIT_CASE(blocks_come_and_go_beside_others),
	  UNIT_CASE(blocks_come_and_go_while_somebody_looks),
	  UNIT_CASE(boot_memory_goes_beside_others), UNIT_CASE(units_move_beside_others))

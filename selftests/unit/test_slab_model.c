// SPDX-License-Identifier: GPL-2.0-only
/* Random work on caches, against a plain list of what is in use and what it holds. */
#include "model_objects.h"
#include "model_trace.h"

#define BASE 0x80000000ull

static struct fixture f;
static struct objects objects;
static unsigned long nr_steps;

static void boot(u64 *seed)
{
	struct sb_config cfg = fixture_config(BASE, 2 * MiB);

	cfg.nr_cpus = 2;
	cfg.pcp_at_once = unit_below(seed, 2);
	fixture_add_bank(&cfg, BASE + 16 * MiB, 2 * MiB, 1);
	fixture_boot(&f, &cfg);
	objects_init(&objects, &f);
}

static const char *step(u64 *seed)
{
	u64 what = unit_below(seed, 1000);

	sb_host_cpu = (unsigned int)unit_below(seed, SLAB_CPUS);
	if (what < 480)
		objects_alloc(&objects, seed);
	else if (what < 930)
		objects_free(&objects, seed);
	else if (what < 980)
		objects_free_nonsense(
			&objects, f.memory[unit_below(seed, 2)] + unit_below(seed, 2 * MiB), seed);
	else if (what < 985)
		sb_slab_cache_shrink(&objects_random_cache(&objects, seed)->cache);
	else if (what < 990)
		sb_slab_cache_drain_cpu(&f.inst, sb_host_cpu);
	else if (what < 992)
		EXPECT(objects.nr == 0 || sb_slab_cache_shrink_all(&f.inst) < 1000);
	else if (what < 994)
		while (objects.nr > OBJECTS_MOST / 10)
			objects_free(&objects, seed);
	if (++nr_steps % 8 == 0) {
		MODEL_CHECK(&f);
		objects_expect_counts(&objects);
	}
	return "";
}

static void end(u64 *seed)
{
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_OBJECT_WRITE], 0);
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_OBJECT_OVERRUN], 0);
	sb_host_cpu = 0;
	objects_exit(&objects, seed);
	fixture_exit(&f);
}

static void random_work(void)
{
	const struct model_run run = { .round = 4000, .boot = boot, .step = step, .end = end };

	model_run(&run, 4000);
}

UNIT_MAIN(UNIT_CASE(random_work))

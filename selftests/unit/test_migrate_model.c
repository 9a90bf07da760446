// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random units that move, are pinned, and fail to move, while ranges and CMA areas
 * are claimed, pages turn bad and debug modes come and go: a model of pages knows
 * who has which, contents are where they should be, and the checker is content.
 */
#include "model_buffers.h"
#include "model_modes.h"

static struct fixture f;
static struct buffers buffers;
static void *owners;

static void step_mode(struct buffers *b, u64 *seed)
{
	model_switch_mode(&f, &owners, below(seed, 2), seed);
}

static void step_look(struct buffers *b, u64 *seed)
{
	(void)seed;
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
}

/* In a thousand steps, how many are of which kind. */
static const struct buffers_step steps[] = {
	{ 250, buffers_unit },	  { 130, buffers_free_unit }, { 60, buffers_pin },
	{ 130, buffers_migrate }, { 80, buffers_block },      { 120, buffers_give_back },
	{ 70, buffers_contig },	  { 50, buffers_fixed },      { 40, buffers_cma },
	{ 30, buffers_range },	  { 15, buffers_bad },	      { 15, step_mode },
	{ 10, step_look },
};

static void boot(u64 *seed)
{
	struct sb_config cfg = random_config(seed);

	sb_host_cpu = 0;
	model_boot(&buffers.m, &f, &cfg);
	buffers_init(&buffers, &f);
}

static const char *step(u64 *seed)
{
	buffers_step(&buffers, steps, ARRAY_SIZE(steps), seed);
	MODEL_CHECK(&f);
	if (model_is_check_due())
		mover_expect_all(&buffers.mover);
	return "";
}

static void end(u64 *seed)
{
	buffers_give_back_all(&buffers, seed);
	model_end_modes(&f, &owners);
	buffers_mend_all(&buffers);
	sb_pcp_drain_all(&f.inst);
	model_expect_all_back(&buffers.m);
	model_expect_no_findings(&f);
	fixture_exit(&f);
}

static void random_units_agree_with_the_model(void)
{
	const struct model_run run = { .round = 1000, .boot = boot, .step = step, .end = end };

	model_run(&run, 12000);
}

UNIT_MAIN(UNIT_CASE(random_units_agree_with_the_model))

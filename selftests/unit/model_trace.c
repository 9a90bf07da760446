// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "model_trace.h"

static u64 hash;
static bool same_everywhere; /* where metadata lies, be it 32 or 64 bit */
static unsigned long nr_steps, check_every = 1;

/* FNV-1a, a word at a time. */
void model_note(u64 what)
{
	hash = (hash ^ what) * 1099511628211ull;
}

bool model_is_check_due(void)
{
	return nr_steps % check_every == 0;
}

/* The list of the round that runs, a line at a time, for who ends amid a step. */
static FILE *record;

static void record_round(u64 seed)
{
	const char *path = getenv("SB_RECORD");

	if (!path)
		return;
	if (record)
		fclose(record);
	record = fopen(path, "w");
	if (!record) {
		perror(path);
		exit(1);
	}
	fprintf(record, "round %llu\n", seed);
	fflush(record);
}

static void record_step(u64 seed)
{
	if (!record)
		return;
	fprintf(record, "step %llu", seed);
	fflush(record);
}

static void record_name(const char *name)
{
	if (record)
		fprintf(record, " %s\n", name);
}

/* Says whether all is well. */
static bool do_step(const struct model_run *run, u64 seed)
{
	u64 own = seed | 1;

	record_step(seed);
	nr_steps++;
	record_name(run->step(&own));
	return !unit_failures();
}

static void do_round(const struct model_run *run, u64 seed)
{
	u64 own = seed | 1;

	record_round(seed);
	run->boot(&own);
}

static void do_end(const struct model_run *run, u64 seed)
{
	u64 own = ~seed | 1;

	run->end(&own);
}

static void replay(const struct model_run *run, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[128];
	u64 round = 0, seed;

	if (!file) {
		perror(path);
		exit(1);
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "round %llu", &round) == 1)
			do_round(run, round);
		else if (sscanf(line, "step %llu", &seed) == 1 && !do_step(run, seed))
			break;
	}
	fclose(file);
	if (!unit_failures())
		do_end(run, round);
}

static void say_how_to_repeat(void)
{
	printf("# it failed after %lu steps: selftests/unit/shrink makes a short list of them\n",
	       nr_steps);
}

static void run_rounds(const struct model_run *run, unsigned long normally)
{
	unsigned long left = unit_iterations(normally), round;
	u64 seed = unit_seed(), own;

	while (left && !unit_failures()) {
		own = unit_random(&seed);
		do_round(run, own);
		for (round = min(left, run->round); round && do_step(run, unit_random(&seed));
		     round--)
			left--;
		if (!unit_failures())
			do_end(run, own);
	}
	if (unit_failures())
		say_how_to_repeat();
	printf("# trace hash %016llx of %lu steps\n", hash, nr_steps);
}

void model_run(const struct model_run *run, unsigned long normally)
{
	const char *path = getenv("SB_TRACE"), *every = getenv("SB_CHECK");

	check_every = every ? max(strtoul(every, NULL, 0), 1ul) : 1;
	nr_steps = 0;
	hash = 14695981039346656037ull;
	same_everywhere = true;
	if (path)
		replay(run, path);
	else
		run_rounds(run, normally);
	same_everywhere = false;
}

/* Bytes that are enough for lists of CPUs, or for sections, with pointers of any size. */
static u64 enough_for(const struct sb_instance *inst)
{
	u64 most = max(inst->cfg.pcp_high, inst->cfg.pcp_high_max) + inst->cfg.pcp_batch;
	unsigned int nr_zones = 0, i;

	for (i = 0; i < SB_MAX_ZONES; i++)
		nr_zones += sb_pcp_wanted(&inst->zones[i]);
	return (nr_zones * (3072 + 64 * most) + 8192) * inst->cfg.nr_cpus;
}

int __wrap_sb_instance_place(struct sb_instance *inst, u64 size, struct sb_own_range *range)
{
	if (same_everywhere && (range == &inst->pcp_range || range == &inst->sections_range)) {
		EXPECT(size <= enough_for(inst));
		size = enough_for(inst);
	}
	return __real_sb_instance_place(inst, size, range);
}

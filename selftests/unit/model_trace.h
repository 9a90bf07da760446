/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a random model runs: rounds of an instance each, and steps of a round. A round and
 * each step have a seed of their own, so a run is a list of numbers:
 *
 *	round 9312841		what the instance is like
 *	step 771 alloc		what is done to it; the name is for people
 *	step 51238 free
 *
 * Steps can be left out of such a list, and what is left does what it did, as far as
 * what it needs is still there. So a list that fails becomes a short one: shrink.
 *
 *	SB_SEED=N	the same run again
 *	SB_ITER=N	so many steps
 *	SB_CHECK=N	the checker looks after every N steps, and where rounds begin and end
 *	SB_RECORD=FILE	write the list of the round that is run
 *	SB_TRACE=FILE	run that list, and nothing else
 *
 * What the allocator gave is added up in a hash, which is printed. It is the same
 * wherever seed and number of steps are, whatever the compiler and the CPU.
 */
#ifndef MODEL_TRACE_H
#define MODEL_TRACE_H

#include "fixture.h"

/**
 * struct model_run - A model.
 * @round: most steps of a round
 * @boot: makes an instance
 * @step: does something to it, and says what
 * @end: gives all back, and ends the instance
 */
struct model_run {
	unsigned long round;
	void (*boot)(u64 *seed);
	const char *(*step)(u64 *seed);
	void (*end)(u64 *seed);
};

/* Runs @normally steps, or as many as the environment says, until something fails. */
void model_run(const struct model_run *run, unsigned long normally);

/* Adds to the hash what came of a step. */
void model_note(u64 what);

/* The checker is to look now. */
bool model_is_check_due(void);

/*
 * sb_instance_place(), and what the linker has instead of it: so that lists of CPUs and
 * sections, which are as large as pointers and locks are, get as much room everywhere, and
 * all else lies at the same addresses everywhere.
 */
int __real_sb_instance_place(struct sb_instance *inst, u64 size, struct sb_own_range *range);
int __wrap_sb_instance_place(struct sb_instance *inst, u64 size, struct sb_own_range *range);

#define MODEL_CHECK(f)                    \
	do {                              \
		if (model_is_check_due()) \
			CHECK(f);         \
	} while (0)

#endif

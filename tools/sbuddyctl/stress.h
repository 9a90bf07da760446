/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb stress: threads that allocate and free at random, and what that took.
 *
 * A thread has an open file of its own, and a CPU as far as there are enough. Of each
 * Nth request it asks before by which path it would be served, which is what becomes of
 * it when nobody else is at work; with several threads it is a forecast.
 */
#ifndef SBUDDYCTL_STRESS_H
#define SBUDDYCTL_STRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "histogram.h"
#include "libsbuddy.h"

#define STRESS_MAX_KINDS 32
#define STRESS_MAX_THREADS 64

/* What a request asks for, and how often compared with others. */
struct stress_kind {
	uint64_t bytes; /* 0: @order counts */
	unsigned int order;
	unsigned int weight;
};

/**
 * struct stress_plan - What is to be done.
 * @info: the device
 * @kinds: sizes, with weights of which the sum is @sizes
 * @nr_kinds: how many
 * @sizes: sum of the weights
 * @types: weights by migratetype
 * @type_sum: their sum
 * @ops: requests, frees included, of all threads; 0 for any number
 * @seconds: 0 for any time
 * @seed: of all random numbers
 * @threads: how many
 * @pages: that all threads together aim to have
 * @sample: each Nth request is asked about; 0 for none
 */
struct stress_plan {
	struct sbuddy_info info;
	struct stress_kind kinds[STRESS_MAX_KINDS];
	unsigned int nr_kinds;
	unsigned int sizes;
	unsigned int types[3];
	unsigned int type_sum;
	uint64_t ops;
	double seconds;
	uint32_t seed;
	unsigned int threads;
	uint64_t pages;
	unsigned int sample;
};

/* Where a block comes from. */
enum stress_path {
	PATH_PCP, /* the CPU's list */
	PATH_BUDDY, /* a free list of its type */
	PATH_RESERVE, /* one of HighAtomic or CMA */
	PATH_FALLBACK, /* one of another type */
	PATH_FREED, /* what lists, the reserve or compaction gave for it */
	PATH_FAILURE,
	NR_PATHS,
};

/**
 * struct stress_totals - What was done.
 * @paths: times of requests that were asked about, by path
 * @alloc: times of all requests for memory
 * @free: times of all frees
 * @failures: requests that got nothing
 * @peak: most pages at one time; of several threads the sum of theirs
 * @error: negative errno that ended it, or 0
 */
struct stress_totals {
	struct histogram paths[NR_PATHS];
	struct histogram alloc;
	struct histogram free;
	uint64_t failures;
	uint64_t peak;
	int error;
};

/**
 * struct stress_progress - What threads tell while they run.
 * @stop: set to have them end
 * @running: threads that have not ended
 * @ops: requests and frees
 * @failures: of these
 * @pages: that they have
 */
struct stress_progress {
	atomic_bool stop;
	atomic_uint running;
	atomic_ulong ops;
	atomic_ulong failures;
	atomic_ulong pages;
};

/* stress_options.c: the plan of the options; ends the program if they make no sense */
void stress_plan(struct stress_plan *plan, const struct sbuddy_info *info);
unsigned int stress_parse_sizes(const char *list, unsigned int max_order,
				struct stress_kind *kinds);
unsigned int stress_parse_types(const char *list, unsigned int *weights);

/* stress_thread.c: until the plan is through, or @progress says so; all is given back */
void stress_run(const struct stress_plan *plan, struct stress_progress *progress,
		void (*watch)(const struct stress_plan *plan, struct stress_progress *progress),
		struct stress_totals *totals);

/* stress_report.c */
void stress_print(const struct stress_plan *plan, const struct stress_totals *totals,
		  double seconds, uint64_t before, uint64_t after);
void stress_record(const struct stress_totals *totals);
void stress_json(const struct stress_plan *plan, const struct stress_totals *totals, double seconds,
		 uint64_t before, uint64_t after);

#endif

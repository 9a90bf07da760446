// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pool that is full to a level with blocks of many orders and types, at random places.
 * One of them is freed, and one of those freed sixteen times ago allocated, again and
 * again, so that level and mixture stay as they are.
 */
#include "side.h"

#define NR_HOLES 16
#define NR_STEPS 8192
#define EMPTY (~0ul)
#define MOST_PAGES 6

/**
 * struct plan - What all allocators are asked for.
 * @nr: blocks, the first NR_HOLES of which are free at first
 * @order: of each
 * @type: likewise
 */
struct plan {
	u32 nr;
	u8 *order;
	u8 *type;
};

/**
 * struct churn - How far an allocator has come.
 * @handle: blocks, or EMPTY
 * @hole: those freed last
 * @next: the one of these that is next
 * @random: where the numbers are
 * @nr_failed: requests for which there was no block
 */
struct churn {
	unsigned long *handle;
	u32 hole[NR_HOLES];
	unsigned int next;
	u64 random;
	u64 nr_failed;
};

static __always_inline void step(struct pool *pool, const struct side *side,
				 const struct plan *plan, struct churn *churn)
{
	u32 out = (u32)(bench_random(&churn->random) % plan->nr);
	u32 in = churn->hole[churn->next];

	if (churn->handle[out] != EMPTY) {
		side->put(pool, plan->order[out], churn->handle[out]);
		churn->handle[out] = EMPTY;
	}
	churn->hole[churn->next] = out;
	churn->next = (churn->next + 1) % NR_HOLES;
	if (churn->handle[in] == EMPTY &&
	    !side->get(pool, plan->order[in], plan->type[in], &churn->handle[in])) {
		churn->handle[in] = EMPTY;
		churn->nr_failed++;
	}
}

static __always_inline u64 steps(struct pool *pool, const struct side *side,
				 const struct plan *plan, struct churn *churn)
{
	u64 start = bench_now();
	unsigned int i;

	for (i = 0; i < NR_STEPS; i++)
		step(pool, side, plan, churn);
	return bench_each(bench_now() - start, NR_STEPS);
}

static __always_inline void fill(struct pool *pool, const struct side *side,
				 const struct plan *plan, struct churn *churn)
{
	u32 i;

	churn->next = 0;
	churn->random = 1;
	churn->nr_failed = 0;
	for (i = 0; i < plan->nr; i++) {
		churn->handle[i] = EMPTY;
		if (i < NR_HOLES)
			churn->hole[i] = i;
		else if (!side->get(pool, plan->order[i], plan->type[i], &churn->handle[i]))
			churn->handle[i] = EMPTY;
	}
}

static __always_inline void empty(struct pool *pool, const struct side *side,
				  const struct plan *plan, struct churn *churn)
{
	u32 i;

	for (i = 0; i < plan->nr; i++)
		if (churn->handle[i] != EMPTY)
			side->put(pool, plan->order[i], churn->handle[i]);
}

/* Half of the blocks are pages, a quarter is of order 1, and so on; six of ten are Movable. */
static void make_plan(struct plan *plan, unsigned long nr_pages)
{
	unsigned long sum = 0;
	u64 state = 2;

	plan->nr = 0;
	while (sum < nr_pages) {
		u64 random = bench_random(&state);
		unsigned int order = sb_ctz((unsigned long)random | 1ul << MOST_PAGES);
		unsigned int tenth = (unsigned int)(random >> 32) % 10;

		if (sum + sb_order_pages(order) > nr_pages)
			order = 0;
		plan->order[plan->nr] = (u8)order;
		plan->type[plan->nr] = tenth < 6 ? SB_MOVABLE :
				       tenth < 9 ? SB_UNMOVABLE :
						   SB_RECLAIMABLE;
		plan->nr++;
		sum += sb_order_pages(order);
	}
}

static void do_level(struct pool *pool, struct plan *plan, struct churn *us, struct churn *them,
		     unsigned int percent)
{
	u64 our_best = BENCH_NONE, best = BENCH_NONE;
	unsigned int round;
	char name[16];

	snprintf(name, sizeof(name), "mixed-%u", percent);
	report_progress(name);
	make_plan(plan, pool->nr_pages * percent / 100);
	fill(pool, &ours, plan, us);
	fill(pool, &list, plan, them);
	for (round = 0; round < bench_options.rounds; round++) {
		our_best = min(our_best, steps(pool, &ours, plan, us));
		best = min(best, steps(pool, &list, plan, them));
	}
	report(name, "list-buddy", our_best, best);
	if (us->nr_failed || them->nr_failed)
		report_note(
			"%s: of %u requests each, sbuddy found no block for %llu, list-buddy for %llu",
			name, bench_options.rounds * NR_STEPS, us->nr_failed, them->nr_failed);
	empty(pool, &ours, plan, us);
	empty(pool, &list, plan, them);
	pool_verify(pool, name);
}

static void do_levels(struct pool *pool, struct plan *plan, struct churn *us, struct churn *them)
{
	static const unsigned int levels[] = { 50, 75, 90, 99 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(levels); i++)
		do_level(pool, plan, us, them, levels[i]);
}

void bench_mixed(void)
{
	struct pool *pool = pool_create(256 * MiB, 1);
	struct churn us = { 0 }, them = { 0 };
	struct plan plan = { 0 };

	if (pool) {
		us.handle = pool->slot;
		them.handle = calloc(pool->nr_pages, sizeof(*them.handle));
		plan.order = malloc(pool->nr_pages);
		plan.type = malloc(pool->nr_pages);
	}
	if (them.handle && plan.order && plan.type)
		do_levels(pool, &plan, &us, &them);
	else
		report_failure("no memory for a pool of 256 MiB");
	free(them.handle);
	free(plan.order);
	free(plan.type);
	if (pool)
		pool_destroy(pool);
}

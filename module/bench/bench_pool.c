// SPDX-License-Identifier: GPL-2.0-only
#include <linux/genalloc.h>
#include <linux/numa.h>
#include <linux/sizes.h>

#include "work.h"

/* Addresses that nobody goes to; 0 would mean that there is nothing. */
#define POOL_START SZ_1G

/* Where not, nothing of what follows is called. */
#define HAS_POOLS IS_ENABLED(CONFIG_GENERIC_ALLOCATOR)

static struct gen_pool *pool;

static int start_pool(struct bench *bench)
{
	int err;

	if (!HAS_POOLS)
		return -EOPNOTSUPP;
	pool = gen_pool_create(PAGE_SHIFT, NUMA_NO_NODE);
	if (!pool)
		return -ENOMEM;
	err = gen_pool_add(pool, POOL_START, bench->nr_pages << PAGE_SHIFT, NUMA_NO_NODE);
	if (err)
		gen_pool_destroy(pool);
	return err;
}

static void stop_pool(struct bench *bench)
{
	if (HAS_POOLS)
		gen_pool_destroy(pool);
}

static __always_inline bool get_first(struct bench *bench, unsigned int order, gfp_t gfp,
				      unsigned long *addr)
{
	if (!HAS_POOLS)
		return false;
	*addr = gen_pool_alloc_algo(pool, PAGE_SIZE << order, gen_pool_first_fit, NULL);
	return *addr;
}

static __always_inline bool get_best(struct bench *bench, unsigned int order, gfp_t gfp,
				     unsigned long *addr)
{
	if (!HAS_POOLS)
		return false;
	*addr = gen_pool_alloc_algo(pool, PAGE_SIZE << order, gen_pool_best_fit, NULL);
	return *addr;
}

static __always_inline void put_range(struct bench *bench, unsigned int order, unsigned long addr)
{
	if (HAS_POOLS)
		gen_pool_free(pool, addr, PAGE_SIZE << order);
}

static const struct side first = { get_first, put_range };
BENCH_KIND(first, pairs)
BENCH_KIND(first, burst)
BENCH_KIND(first, mixed)
BENCH_KIND(first, scarce)
BENCH_KIND(first, worst_burst)
BENCH_KIND(first, worst_mixed)
BENCH_KIND(first, worst_scarce)

const struct bench_side bench_first_fit = {
	.name = "gen_pool-first-fit",
	.lacks = "this kernel has no pools, or no memory for one",
	.start = start_pool,
	.stop = stop_pool,
	.work = {
		[BENCH_PAIRS] = first_pairs,
		[BENCH_BURST] = first_burst,
		[BENCH_MIXED] = first_mixed,
		[BENCH_SCARCE] = first_scarce,
		[BENCH_WORST_BURST] = first_worst_burst,
		[BENCH_WORST_MIXED] = first_worst_mixed,
		[BENCH_WORST_SCARCE] = first_worst_scarce,
	},
};

static const struct side best = { get_best, put_range };
BENCH_KIND(best, pairs)
BENCH_KIND(best, burst)
BENCH_KIND(best, mixed)
BENCH_KIND(best, scarce)
BENCH_KIND(best, worst_burst)
BENCH_KIND(best, worst_mixed)
BENCH_KIND(best, worst_scarce)

const struct bench_side bench_best_fit = {
	.name = "gen_pool-best-fit",
	.lacks = "this kernel has no pools, or no memory for one",
	.start = start_pool,
	.stop = stop_pool,
	.work = {
		[BENCH_PAIRS] = best_pairs,
		[BENCH_BURST] = best_burst,
		[BENCH_MIXED] = best_mixed,
		[BENCH_SCARCE] = best_scarce,
		[BENCH_WORST_BURST] = best_worst_burst,
		[BENCH_WORST_MIXED] = best_worst_mixed,
		[BENCH_WORST_SCARCE] = best_worst_scarce,
	},
};

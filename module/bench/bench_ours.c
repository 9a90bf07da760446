// SPDX-License-Identifier: GPL-2.0-only
#include "work.h"

/* The largest blocks of an instance, unless it is told otherwise. */
#define LARGEST 10

static __always_inline bool get_block(struct bench *bench, unsigned int order, gfp_t gfp,
				      unsigned long *pfn)
{
	return !sbuddy_alloc_pages(bench->sb, gfp, order, pfn);
}

static __always_inline void put_block(struct bench *bench, unsigned int order, unsigned long pfn)
{
	sbuddy_free_pages(bench->sb, pfn, order);
}

static const struct side block = { get_block, put_block };
BENCH_KIND(block, pairs)
BENCH_KIND(block, burst)
BENCH_KIND(block, mixed)
BENCH_KIND(block, scarce)
BENCH_KIND(block, worst_burst)
BENCH_KIND(block, worst_mixed)
BENCH_KIND(block, worst_scarce)

/* A request that finds nothing empties the per-CPU lists: what works before left there. */
static int start_block(struct bench *bench)
{
	unsigned int nr = 0;

	while (nr < bench->nr_pages && !sbuddy_alloc_pages(bench->sb, GFP_KERNEL | __GFP_NOWARN,
							   LARGEST, &bench->slots[nr]))
		nr++;
	while (nr)
		sbuddy_free_pages(bench->sb, bench->slots[--nr], LARGEST);
	return 0;
}

const struct bench_side bench_ours = {
	.name = "sbuddy",
	.start = start_block,
	.work = {
		[BENCH_PAIRS] = block_pairs,
		[BENCH_BURST] = block_burst,
		[BENCH_MIXED] = block_mixed,
		[BENCH_SCARCE] = block_scarce,
		[BENCH_WORST_BURST] = block_worst_burst,
		[BENCH_WORST_MIXED] = block_worst_mixed,
		[BENCH_WORST_SCARCE] = block_worst_scarce,
	},
};

/* The loop around it stays. */
static __always_inline bool get_nothing(struct bench *bench, unsigned int order, gfp_t gfp,
					unsigned long *handle)
{
	*handle = order;
	return true;
}

static __always_inline void put_nothing(struct bench *bench, unsigned int order,
					unsigned long handle)
{
	barrier();
}

static const struct side nothing = { get_nothing, put_nothing };
BENCH_KIND(nothing, pairs)

const struct bench_side bench_empty = {
	.name = "nothing",
	.work = { [BENCH_PAIRS] = nothing_pairs },
};

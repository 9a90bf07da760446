/* SPDX-License-Identifier: GPL-2.0-only */
/* The works of one thread, inlined for each allocator, which does the same as the others. */
#ifndef WORK_H
#define WORK_H

#include "side.h"

#define NR_PAIRS 20000u
#define BULK 64u
#define NR_BULKS 256u

/* Gives back the first @nr slots, and says that the work could not be done. */
static __always_inline u64 work_gave_up(struct pool *pool, const struct side *side,
					unsigned int order, unsigned long nr)
{
	while (nr)
		side->put(pool, order, pool->slot[--nr]);
	return BENCH_NONE;
}

static __always_inline u64 work_pairs(struct pool *pool, const struct side *side,
				      unsigned int order)
{
	u64 start = bench_now();
	unsigned long handle;
	unsigned int i;

	for (i = 0; i < NR_PAIRS; i++) {
		if (unlikely(!side->get(pool, order, SB_UNMOVABLE, &handle)))
			return BENCH_NONE;
		side->put(pool, order, handle);
	}
	return bench_each(bench_now() - start, NR_PAIRS);
}

/* Takes slots until there is nothing more, or @nr. */
static __always_inline unsigned long work_take(struct pool *pool, const struct side *side,
					       unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr; i++)
		if (unlikely(!side->get(pool, 0, SB_UNMOVABLE, &pool->slot[i])))
			break;
	return i;
}

static __always_inline u64 work_fifo(struct pool *pool, const struct side *side, unsigned int nr)
{
	u64 start = bench_now();
	unsigned long got = work_take(pool, side, nr), i;

	if (got != nr)
		return work_gave_up(pool, side, 0, got);
	for (i = 0; i < nr; i++)
		side->put(pool, 0, pool->slot[i]);
	return bench_each(bench_now() - start, nr);
}

static __always_inline u64 work_lifo(struct pool *pool, const struct side *side, unsigned int nr)
{
	u64 start = bench_now();
	unsigned long got = work_take(pool, side, nr), i;

	if (got != nr)
		return work_gave_up(pool, side, 0, got);
	for (i = nr; i > 0; i--)
		side->put(pool, 0, pool->slot[i - 1]);
	return bench_each(bench_now() - start, nr);
}

static __always_inline u64 work_random(struct pool *pool, const struct side *side, unsigned int nr)
{
	unsigned long got, i;
	u64 start;

	pool_shuffle(pool, nr);
	start = bench_now();
	got = work_take(pool, side, nr);
	if (got != nr)
		return work_gave_up(pool, side, 0, got);
	for (i = 0; i < nr; i++)
		side->put(pool, 0, pool->slot[pool->turn[i]]);
	return bench_each(bench_now() - start, nr);
}

/* Many at a time, which the others have nothing for. False when there are not as many. */
static inline bool work_take_bulk(struct pool *pool, unsigned int nr)
{
	struct sb_request request = {
		.type = SB_UNMOVABLE,
		.zone = SB_ZONE_NORMAL,
		.nid = SB_NID_ANY,
		.gfp = SB_GFP_KERNEL,
	};
	long got = 0, before;
	unsigned int i;

	for (i = 0; i < nr; i++)
		pool->slot[i] = SB_PFN_NONE;
	do {
		before = got;
		got = sb_alloc_bulk(&pool->host.inst, &request, nr, pool->slot);
	} while (got > before && got < nr);
	return got == nr;
}

static inline u64 work_ours_in_bulk(struct pool *pool, unsigned int nr)
{
	u64 start = bench_now();
	unsigned int round, i;

	for (round = 0; round < NR_BULKS; round++) {
		bool full = work_take_bulk(pool, nr);

		for (i = 0; i < nr && pool->slot[i] != SB_PFN_NONE; i++)
			host_put(&pool->host, pool->slot[i], 0);
		if (!full)
			return BENCH_NONE;
	}
	return bench_each(bench_now() - start, (u64)NR_BULKS * nr);
}

/* The others go one by one. */
static __always_inline u64 work_bulk(struct pool *pool, const struct side *side, unsigned int nr)
{
	u64 start = bench_now();
	unsigned int round, i;

	if (side == &ours)
		return work_ours_in_bulk(pool, nr);
	for (round = 0; round < NR_BULKS; round++) {
		unsigned long got = work_take(pool, side, nr);

		if (unlikely(got != nr))
			return work_gave_up(pool, side, 0, got);
		for (i = 0; i < nr; i++)
			side->put(pool, 0, pool->slot[i]);
	}
	return bench_each(bench_now() - start, (u64)NR_BULKS * nr);
}

/* Takes every page; giving them back is not counted. */
static __always_inline u64 work_fill(struct pool *pool, const struct side *side, unsigned int nr)
{
	u64 start = bench_now();
	unsigned long got = work_take(pool, side, pool->nr_pages);
	u64 ns = bench_now() - start;

	work_gave_up(pool, side, 0, got);
	return got == pool->nr_pages ? bench_each(ns, got) : BENCH_NONE;
}

/* Gives every page back in random order; taking them is not counted. */
static __always_inline u64 work_free_all(struct pool *pool, const struct side *side,
					 unsigned int nr)
{
	unsigned long got = work_take(pool, side, pool->nr_pages), i;
	u64 start;

	if (got != pool->nr_pages)
		return work_gave_up(pool, side, 0, got);
	pool_shuffle(pool, got);
	start = bench_now();
	for (i = 0; i < got; i++)
		side->put(pool, 0, pool->slot[pool->turn[i]]);
	return bench_each(bench_now() - start, got);
}

#endif

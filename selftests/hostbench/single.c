// SPDX-License-Identifier: GPL-2.0-only
#include "work.h"

static const struct side heap = { malloc_get, malloc_put };

/* A work done by each allocator. */
#define WORK(work)                                                  \
	static u64 ours_##work(struct pool *pool, unsigned int arg) \
	{                                                           \
		return work(pool, &ours, arg);                      \
	}                                                           \
	static u64 list_##work(struct pool *pool, unsigned int arg) \
	{                                                           \
		return work(pool, &list, arg);                      \
	}                                                           \
	static u64 heap_##work(struct pool *pool, unsigned int arg) \
	{                                                           \
		return work(pool, &heap, arg);                      \
	}

WORK(work_pairs)
WORK(work_fifo)
WORK(work_lifo)
WORK(work_random)
WORK(work_bulk)
WORK(work_fill)
WORK(work_free_all)

enum contender { OURS, LIST, HEAP, NR_CONTENDERS };

static const char *const names[NR_CONTENDERS] = { "sbuddy", "list-buddy", "malloc-4k" };

typedef u64 (*work_fn_t)(struct pool *pool, unsigned int arg);

/**
 * struct work - A row of the table.
 * @name: as it is printed
 * @arg: handed to it: an order, or how many pages
 * @run: by contender; NULL for one that cannot do it
 */
struct work {
	const char *name;
	unsigned int arg;
	work_fn_t run[NR_CONTENDERS];
};

#define ALL(work)                                     \
	{                                             \
		ours_##work, list_##work, heap_##work \
	}
#define PAGES(work)                      \
	{                                \
		ours_##work, list_##work \
	}

static const struct work in_large[] = {
	{ "pair-order-0", 0, ALL(work_pairs) },
	{ "pair-order-1", 1, PAGES(work_pairs) },
	{ "pair-order-2", 2, PAGES(work_pairs) },
	{ "pair-order-3", 3, PAGES(work_pairs) },
	{ "pair-order-4", 4, PAGES(work_pairs) },
	{ "pair-order-5", 5, PAGES(work_pairs) },
	{ "pair-order-6", 6, PAGES(work_pairs) },
	{ "pair-order-7", 7, PAGES(work_pairs) },
	{ "pair-order-8", 8, PAGES(work_pairs) },
	{ "pair-order-9", 9, PAGES(work_pairs) },
	{ "pair-order-10", 10, PAGES(work_pairs) },
	{ "burst-512-fifo", 512, ALL(work_fifo) },
	{ "burst-512-lifo", 512, ALL(work_lifo) },
	{ "burst-512-random", 512, ALL(work_random) },
	{ "burst-16384-fifo", 16384, ALL(work_fifo) },
	{ "burst-16384-lifo", 16384, ALL(work_lifo) },
	{ "burst-16384-random", 16384, ALL(work_random) },
	{ "bulk-64", BULK, ALL(work_bulk) },
};

static const struct work in_small[] = {
	{ "fill-64m", 0, ALL(work_fill) },
	{ "free-all-random-64m", 0, ALL(work_free_all) },
};

static void do_work(struct pool *pool, const struct work *work)
{
	u64 best[NR_CONTENDERS] = { BENCH_NONE, BENCH_NONE, BENCH_NONE };
	unsigned int round, who;

	report_progress(work->name);
	for (round = 0; round < bench_options.rounds; round++)
		for (who = 0; who < NR_CONTENDERS; who++)
			if (work->run[who])
				best[who] = min(best[who], work->run[who](pool, work->arg));
	for (who = LIST; who < NR_CONTENDERS; who++)
		if (work->run[who])
			report(work->name, names[who], best[OURS], best[who]);
	pool_verify(pool, work->name);
}

static void do_works(u64 size, const struct work *works, unsigned int nr)
{
	struct pool *pool = pool_create(size, 1);
	unsigned int i;

	if (!pool) {
		report_failure("no memory for a pool of %llu MiB", size / MiB);
		return;
	}
	for (i = 0; i < nr; i++)
		do_work(pool, &works[i]);
	pool_destroy(pool);
}

void bench_single(void)
{
	do_works(256 * MiB, in_large, ARRAY_SIZE(in_large));
	do_works(64 * MiB, in_small, ARRAY_SIZE(in_small));
}

// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <time.h>

#include "bench.h"

u64 bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

/* splitmix64: each number is a bijection of a counter. */
u64 bench_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

u64 bench_each(u64 ns, u64 nr)
{
	return ns * 1000 / nr;
}

/*
 * The metadata is at the end, and leaves blocks of all orders below it, which a request
 * might find or not. So the first boot tells how large it is, and the second has the
 * rest of its largest block reserved.
 */
static bool boot(struct pool *pool, u64 size, unsigned int nr_cpus)
{
	struct host *host = &pool->host;
	u64 whole = size + HOST_BLOCK;

	if (!host_boot(host, whole, 1, nr_cpus, SB_STAGE_LIVE))
		return false;
	host->gap = HOST_BLOCK - (whole - ((u64)host_managed(host) << SB_PAGE_SHIFT));
	sb_instance_exit(&host->inst);
	if (!host_boot(host, whole, 1, nr_cpus, SB_STAGE_LIVE))
		return false;
	pool->nr_pages = host_managed(host);
	return pool->nr_pages == size >> SB_PAGE_SHIFT;
}

struct pool *pool_create(u64 size, unsigned int nr_cpus)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	if (!host_create(&pool->host, size + HOST_BLOCK, nr_cpus)) {
		free(pool);
		return NULL;
	}
	pool->host.engine = bench_options.engine;
	if (boot(pool, size, nr_cpus)) {
		pool->list = list_buddy_create(pool->nr_pages);
		pool->slot = calloc(pool->nr_pages, sizeof(*pool->slot));
		pool->turn = calloc(pool->nr_pages, sizeof(*pool->turn));
		if (pool->list && pool->slot && pool->turn)
			return pool;
	}
	pool_destroy(pool);
	return NULL;
}

void pool_destroy(struct pool *pool)
{
	if (pool->list)
		list_buddy_destroy(pool->list);
	free(pool->slot);
	free(pool->turn);
	sb_instance_exit(&pool->host.inst);
	host_destroy(&pool->host);
	free(pool);
}

void pool_verify(struct pool *pool, const char *work)
{
	if (!host_is_whole(&pool->host))
		report_failure("%s: sbuddy has not all its pages back", work);
	if (!list_buddy_is_whole(pool->list))
		report_failure("%s: list-buddy has not all its pages back", work);
	if (pool->nr_heap)
		report_failure("%s: the heap has not all its blocks back", work);
}

void pool_shuffle(struct pool *pool, unsigned long nr)
{
	u64 state = nr;
	u32 i;

	if (pool->nr_turns == nr)
		return;
	for (i = 0; i < nr; i++) {
		u32 at = (u32)(bench_random(&state) % (i + 1));

		pool->turn[i] = pool->turn[at];
		pool->turn[at] = i;
	}
	pool->nr_turns = nr;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>
#include <linux/string.h>

#include "peers.h"
#include "work.h"

/* Bulks of a work: as many pages for each size. */
#define NR_PAGES 8192

/**
 * struct bulk - Who allocates many pages at once.
 * @clear: empties the array, as it has to be before
 * @get: fills it; how many it has then
 * @put: frees as many
 */
struct bulk {
	void (*clear)(struct bench *bench, unsigned int nr);
	unsigned int (*get)(struct bench *bench, unsigned int nr);
	void (*put)(struct bench *bench, unsigned int nr);
};

static __always_inline u64 do_bulk(struct bench *bench, const struct bench_work *work,
				   const struct bulk *bulk)
{
	unsigned int nr = work->nr, times = NR_PAGES / nr, got = nr, i;
	u64 start = ktime_get_ns();

	for (i = 0; i < times && got == nr; i++) {
		bulk->clear(bench, nr);
		got = bulk->get(bench, nr);
		bulk->put(bench, got);
	}
	return got == nr ? bench_each(ktime_get_ns() - start, times * nr) : BENCH_NONE;
}

static __always_inline void clear_ours(struct bench *bench, unsigned int nr)
{
	memset(bench->slots, 0xff, nr * sizeof(*bench->slots));
}

static __always_inline unsigned int get_ours(struct bench *bench, unsigned int nr)
{
	return sbuddy_alloc_pages_bulk(bench->sb, BENCH_GFP, nr, bench->slots);
}

static __always_inline void put_ours(struct bench *bench, unsigned int nr)
{
	sbuddy_free_pages_bulk(bench->sb, nr, bench->slots);
}

static __always_inline void clear_theirs(struct bench *bench, unsigned int nr)
{
	memset(bench->slots, 0, nr * sizeof(*bench->slots));
}

static __always_inline unsigned int get_theirs(struct bench *bench, unsigned int nr)
{
	return alloc_pages_bulk(BENCH_GFP, nr, (struct page **)bench->slots);
}

/* What frees many at once is not for modules. */
static __always_inline void put_theirs(struct bench *bench, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		__free_page((struct page *)bench->slots[i]);
}

static u64 bulk_ours(struct bench *bench, const struct bench_work *work)
{
	static const struct bulk ours = { clear_ours, get_ours, put_ours };

	return do_bulk(bench, work, &ours);
}

static u64 bulk_theirs(struct bench *bench, const struct bench_work *work)
{
	static const struct bulk theirs = { clear_theirs, get_theirs, put_theirs };

	return do_bulk(bench, work, &theirs);
}

static const struct bench_side ours = {
	.name = "sbuddy",
	.work = { [BENCH_BULK] = bulk_ours },
};

const struct bench_side bench_bulk = {
	.name = "alloc_pages_bulk",
	.ours = &ours,
	.work = { [BENCH_BULK] = bulk_theirs },
};

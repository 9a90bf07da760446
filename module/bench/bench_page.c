// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>

#include "work.h"

/* The kernel's own reserves are not for us. */
static __always_inline bool get_pages(struct bench *bench, unsigned int order, gfp_t gfp,
				      unsigned long *page)
{
	*page = (unsigned long)alloc_pages(gfp & ~__GFP_MEMALLOC, order);
	return *page;
}

static __always_inline void put_pages(struct bench *bench, unsigned int order, unsigned long page)
{
	__free_pages((struct page *)page, order);
}

static const struct side pages = { get_pages, put_pages };
BENCH_KIND(pages, pairs)
BENCH_KIND(pages, burst)
BENCH_KIND(pages, mixed)
BENCH_KIND(pages, scarce)
BENCH_KIND(pages, worst_burst)
BENCH_KIND(pages, worst_mixed)

const struct bench_side bench_page = {
	.name = "alloc_pages",
	.work = {
		[BENCH_PAIRS] = pages_pairs,
		[BENCH_BURST] = pages_burst,
		[BENCH_MIXED] = pages_mixed,
		[BENCH_SCARCE] = pages_scarce,
		[BENCH_WORST_BURST] = pages_worst_burst,
		[BENCH_WORST_MIXED] = pages_worst_mixed,
	},
};

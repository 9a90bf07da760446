// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/string.h>

#include "client.h"

static void test_contig(struct run *run)
{
	struct sbuddy_contig contig = { .nr_pages = 100, .align_pages = 4, .nid = NUMA_NO_NODE };
	unsigned long free = sbuddy_nr_free_pages(run->sb), first, last;

	if (!EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, run->gfp, &first), 0))
		return;
	EXPECT_EQ(run, first % 4, 0);
	EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free - 100);
	contig.top_down = true;
	contig.boundary_pages = 128;
	if (EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, run->gfp, &last), 0)) {
		EXPECT(run, last >= first + 100);
		EXPECT_EQ(run, last / 128, (last + 99) / 128);
		EXPECT_EQ(run, sbuddy_free_range(run->sb, last, 100), 0);
	}
	/* In parts. */
	EXPECT_EQ(run, sbuddy_free_range(run->sb, first + 50, 50), 0);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, first, 50), 0);
}

/* Where the first range was, and nowhere else. */
static void test_window(struct run *run)
{
	struct sbuddy_contig contig = { .nr_pages = 10, .nid = NUMA_NO_NODE };
	unsigned long first, again;

	if (!EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, run->gfp, &first), 0))
		return;
	contig.min_addr = sbuddy_pfn_to_phys(first);
	contig.max_addr = sbuddy_pfn_to_phys(first + 10);
	EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, run->gfp | __GFP_NOWARN, &again),
		  -ENOMEM);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, first, 10), 0);
	EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, run->gfp, &again), 0);
	EXPECT_EQ(run, again, first);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, first, 10), 0);
}

static void test_contig_zero(struct run *run)
{
	struct sbuddy_contig contig = { .nr_pages = 3, .nid = NUMA_NO_NODE };
	gfp_t gfp = run->gfp | __GFP_ZERO | __GFP_NOWARN;
	unsigned long pfn;
	int err, i;

	for (i = 0; i < 2; i++) {
		err = sbuddy_alloc_contig(run->sb, &contig, gfp, &pfn);
		if (!EXPECT_EQ(run, err, run->has_addresses ? 0 : -EOPNOTSUPP) || err)
			return;
		EXPECT(run, is_filled(sbuddy_pfn_to_virt(run->sb, pfn), 0, 3));
		memset(sbuddy_pfn_to_virt(run->sb, pfn), 0xff, 3 * PAGE_SIZE);
		EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn, 3), 0);
	}
}

static void test_contig_wrong(struct run *run)
{
	struct sbuddy_contig contig = { .nid = NUMA_NO_NODE };
	gfp_t gfp = run->gfp | __GFP_NOWARN;
	unsigned long pfn = 42;

	EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, gfp, &pfn), -EINVAL);
	contig.nr_pages = 5;
	contig.boundary_pages = 4;
	EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, gfp, &pfn), -EINVAL);
	contig.boundary_pages = 0;
	contig.align_pages = 3;
	EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, gfp, &pfn), -EINVAL);
	contig.align_pages = 0;
	EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, gfp | __GFP_NORETRY, &pfn), -EINVAL);
	contig.max_addr = 1;
	EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, gfp, &pfn), -ENOMEM);
	contig.max_addr = 0;
	contig.nr_pages = ULONG_MAX;
	EXPECT_EQ(run, sbuddy_alloc_contig(run->sb, &contig, gfp, &pfn), -ENOMEM);
	EXPECT_EQ(run, pfn, 42);
}

/* As far as the instance has areas. */
static void test_cma(struct run *run)
{
	int area = sbuddy_cma_find(run->sb, "cma0");
	unsigned long pfn, other;

	EXPECT_EQ(run, sbuddy_cma_find(run->sb, "no-such-area"), -ENOENT);
	EXPECT_EQ(run, sbuddy_cma_alloc(run->sb, 99, 1, 0, true, &pfn), -ENOENT);
	EXPECT_EQ(run, sbuddy_cma_release(run->sb, 99, 0, 1), -ENOENT);
	if (area < 0 || !EXPECT_EQ(run, sbuddy_cma_alloc(run->sb, area, 20, 3, false, &pfn), 0))
		return;
	EXPECT_EQ(run, pfn % 8, 0);
	EXPECT_EQ(run, sbuddy_cma_alloc(run->sb, area, ULONG_MAX, 0, true, &other), -ENOMEM);
	EXPECT_EQ(run, sbuddy_cma_alloc(run->sb, area, 0, 0, true, &other), -EINVAL);
	EXPECT_EQ(run, sbuddy_cma_release(run->sb, area, pfn, 21), -EALREADY);
	EXPECT_EQ(run, sbuddy_cma_release(run->sb, area, 0, 1), -ERANGE);
	EXPECT_EQ(run, sbuddy_cma_release(run->sb, area, pfn + 7, 13), 0);
	EXPECT_EQ(run, sbuddy_cma_release(run->sb, area, pfn, 7), 0);
}

const struct test contig_tests[] = {
	{ "a contiguous range is where it was asked for", test_contig, true },
	{ "a contiguous range lies in its window", test_window, true },
	{ "a contiguous range is zeroed, where there are addresses", test_contig_zero, true },
	{ "a contiguous range that cannot be is refused", test_contig_wrong, true },
	{ "a CMA area gives pages and takes them back", test_cma, true },
	{},
};

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/kernel.h>

#include "client.h"

static void test_twice(struct run *run)
{
	unsigned long pfn;

	if (!EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, run->gfp, 2, &pfn), 0))
		return;
	EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn, 2), 0);
	EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn, 2), -EALREADY);
}

static void test_wrong_order(struct run *run)
{
	unsigned long pfn;

	if (!EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, run->gfp, 2, &pfn), 0))
		return;
	EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn, 1), -EINVAL);
	EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn, 3), -EINVAL);
	EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn + 1, 0), -EINVAL);
	EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn, 2), 0);
}

static void test_outside(struct run *run)
{
	EXPECT_EQ(run, sbuddy_free_pages(run->sb, 0, 0), -ERANGE);
	EXPECT_EQ(run, sbuddy_free_page(run->sb, SBUDDY_PFN_NONE), -ERANGE);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, 0, 4), -ERANGE);
	EXPECT_EQ(run, sbuddy_split_page(run->sb, 0, 1), -ERANGE);
}

static void test_address(struct run *run)
{
	void *addr = sbuddy_get_free_pages(run->sb, run->gfp | __GFP_NOWARN, 1);

	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, NULL, 1), 0);
	EXPECT_EQ(run, sbuddy_free_pages_exact(run->sb, NULL, 1), 0);
	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, run, 0), -ERANGE);
	EXPECT_EQ(run, sbuddy_free_pages_exact(run->sb, run, 1), -ERANGE);
	if (!addr)
		return;
	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, addr + 1, 1), -EINVAL);
	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, addr, 0), -EINVAL);
	EXPECT_EQ(run, sbuddy_free_pages_exact(run->sb, addr, 0), -EINVAL);
	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, addr, 1), 0);
	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, addr, 1), -EALREADY);
}

/* [3, 9) first, which is aligned to nothing, then what is left on either side. */
static void test_parts(struct run *run)
{
	unsigned long free = sbuddy_nr_free_pages(run->sb), pfn;

	if (!EXPECT_EQ(run, sbuddy_alloc_pfns_exact(run->sb, 13, run->gfp, &pfn), 0))
		return;
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn + 3, 6), 0);
	EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free - 7);
	EXPECT(run, sbuddy_free_range(run->sb, pfn, 13) < 0);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn + 3, 1), -EALREADY);
	EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free - 7);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn, 3), 0);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn + 9, 4), 0);
}

static void test_range_wrong(struct run *run)
{
	unsigned long pfn;

	if (!EXPECT_EQ(run, sbuddy_alloc_pfns_exact(run->sb, 5, run->gfp, &pfn), 0))
		return;
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn, 0), -EINVAL);
	EXPECT(run, sbuddy_free_range(run->sb, pfn, ULONG_MAX) < 0);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn, 5), 0);
}

/* In an order that no list would be freed in. */
static void test_split(struct run *run)
{
	unsigned long pfn, i;

	if (!EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, run->gfp, 3, &pfn), 0))
		return;
	EXPECT_EQ(run, sbuddy_split_page(run->sb, pfn, 2), -EINVAL);
	EXPECT_EQ(run, sbuddy_split_page(run->sb, pfn, 3), 0);
	EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn, 3), -EINVAL);
	for (i = 0; i < 8; i++)
		EXPECT_EQ(run, sbuddy_free_page(run->sb, pfn + i * 3 % 8), 0);
	EXPECT_EQ(run, sbuddy_split_page(run->sb, pfn, 3), -EALREADY);
}

static void test_split_range(struct run *run)
{
	unsigned long pfn;

	if (!EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, run->gfp, 4, &pfn), 0))
		return;
	EXPECT_EQ(run, sbuddy_split_page(run->sb, pfn, 4), 0);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn + 5, 9), 0);
	EXPECT_EQ(run, sbuddy_free_page(run->sb, pfn + 4), 0);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn, 4), 0);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn + 14, 2), 0);
}

static void test_compound(struct run *run)
{
	unsigned long pfn;

	if (!EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, run->gfp | __GFP_COMP, 2, &pfn), 0))
		return;
	EXPECT_EQ(run, sbuddy_split_page(run->sb, pfn, 2), -EPERM);
	EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn, 1), -EPERM);
	EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn, 2), 0);
}

const struct test free_tests[] = {
	{ "a block is freed once", test_twice },
	{ "a block is freed by its order", test_wrong_order },
	{ "what is not the instance's is not freed", test_outside },
	{ "a block is freed by its address", test_address },
	{ "a range is freed in parts, each once", test_parts },
	{ "no pages, and too many, are refused", test_range_wrong },
	{ "a block is split, its pages freed singly", test_split },
	{ "a split block is freed in ranges", test_split_range },
	{ "a block of __GFP_COMP stays whole", test_compound },
	{},
};

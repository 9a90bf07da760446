// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "client.h"

/* Takes pages until @nr are there, and frees each second one: 0 without memory. */
#define HOLES 64

struct holes {
	unsigned long pfn[2 * HOLES];
	unsigned int nr;
};

/* Pages of one block, so that each free one has both neighbours in use. */
static bool make_holes(struct run *run, struct holes *holes)
{
	unsigned long pfn;
	unsigned int i;

	if (!EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, run->gfp, 7, &pfn), 0))
		return false;
	EXPECT_EQ(run, sbuddy_split_page(run->sb, pfn, 7), 0);
	holes->nr = 2 * HOLES;
	for (i = 0; i < holes->nr; i++)
		holes->pfn[i] = pfn + i;
	for (i = 1; i < holes->nr; i += 2)
		EXPECT_EQ(run, sbuddy_free_page(run->sb, holes->pfn[i]), 0);
	return true;
}

static void fill_holes(struct run *run, const struct holes *holes)
{
	unsigned int i;

	for (i = 0; i < holes->nr; i += 2)
		EXPECT_EQ(run, sbuddy_free_page(run->sb, holes->pfn[i]), 0);
}

static unsigned long check_runs(struct run *run, const struct sbuddy_scattered *mem)
{
	unsigned long nr_pages = 0, end = 0;
	unsigned int i;

	for (i = 0; i < mem->nr_runs; i++) {
		EXPECT(run, mem->runs[i].nr_pages);
		EXPECT(run, !i || mem->runs[i].pfn > end);
		EXPECT(run, sbuddy_pfn_node(run->sb, mem->runs[i].pfn) >= 0);
		end = mem->runs[i].pfn + mem->runs[i].nr_pages;
		nr_pages += mem->runs[i].nr_pages;
	}
	return nr_pages;
}

static void test_scattered(struct run *run)
{
	unsigned long free = sbuddy_nr_free_pages(run->sb);
	unsigned long nr;

	for (nr = 1; nr < 100; nr += 13) {
		struct sbuddy_scattered *mem = sbuddy_alloc_scattered(run->sb, nr, run->gfp);

		if (!EXPECT(run, !IS_ERR(mem)))
			continue;
		EXPECT_EQ(run, mem->nr_pages, nr);
		EXPECT_EQ(run, check_runs(run, mem), nr);
		EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free - nr);
		EXPECT_EQ(run, sbuddy_free_scattered(run->sb, mem), 0);
		EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free);
	}
}

/* All the memory there is, so that the holes are among it: in as many runs, or more. */
static struct sbuddy_scattered *take_most(struct run *run)
{
	unsigned long nr = sbuddy_nr_free_pages(run->sb);
	struct sbuddy_scattered *mem;

	do {
		mem = sbuddy_alloc_scattered(run->sb, nr,
					     GFP_HIGHUSER_MOVABLE | __GFP_MEMALLOC | __GFP_NOWARN);
		nr -= nr / 64 + 1;
	} while (IS_ERR(mem) && PTR_ERR(mem) == -ENOMEM && nr > HOLES);
	return mem;
}

/* Each page, by the range and by where the instance has it. */
static void check_range(struct run *run, const struct sbuddy_scattered *mem, u32 *va)
{
	const unsigned long words = PAGE_SIZE / sizeof(*va);
	unsigned long page = 0, i;
	unsigned int r;

	for (i = 0; i < mem->nr_pages; i++) {
		WRITE_ONCE(va[i * words], i);
		WRITE_ONCE(va[i * words + words - 1], ~i);
	}
	for (r = 0; r < mem->nr_runs; r++)
		for (i = 0; i < mem->runs[r].nr_pages; i++, page++) {
			const u32 *at = sbuddy_pfn_to_virt(run->sb, mem->runs[r].pfn + i);

			if (!EXPECT(run, READ_ONCE(at[0]) == page) ||
			    !EXPECT(run, READ_ONCE(at[words - 1]) == ~(u32)page))
				return;
		}
}

/* Not all kernels make one range of memory that has no struct pages. */
static bool has_range(const struct run *run, const struct sbuddy_scattered *mem)
{
	return run->has_addresses && (SBUDDY_HAS_VMAP_PFN || pfn_valid(mem->runs[0].pfn));
}

static void test_vmap(struct run *run)
{
	struct holes *holes = kmalloc(sizeof(*holes), GFP_KERNEL);
	struct sbuddy_scattered *mem;
	void *va;

	if (!EXPECT(run, holes) || !make_holes(run, holes))
		goto out;
	mem = take_most(run);
	if (EXPECT(run, !IS_ERR(mem))) {
		EXPECT(run, mem->nr_runs >= HOLES / 2);
		EXPECT_EQ(run, check_runs(run, mem), mem->nr_pages);
		va = sbuddy_vmap(run->sb, mem);
		if (EXPECT_EQ(run, PTR_ERR_OR_ZERO(va), has_range(run, mem) ? 0 : -EOPNOTSUPP) &&
		    has_range(run, mem))
			check_range(run, mem, va);
		sbuddy_vunmap(run->sb, va);
		EXPECT_EQ(run, sbuddy_free_scattered(run->sb, mem), 0);
	}
	fill_holes(run, holes);
out:
	kfree(holes);
}

/* One run is mapped already, and stays so. */
static void test_vmap_one(struct run *run)
{
	struct sbuddy_scattered *mem = sbuddy_alloc_scattered(run->sb, 4, run->gfp);
	void *va;

	if (!EXPECT(run, !IS_ERR(mem)))
		return;
	va = sbuddy_vmap(run->sb, mem);
	EXPECT_EQ(run, IS_ERR(va), !run->has_addresses);
	if (mem->nr_runs == 1 && run->has_addresses)
		EXPECT(run, va == sbuddy_pfn_to_virt(run->sb, mem->runs[0].pfn));
	sbuddy_vunmap(run->sb, va);
	if (run->has_addresses)
		memset(sbuddy_pfn_to_virt(run->sb, mem->runs[0].pfn), 0x5a, PAGE_SIZE);
	EXPECT_EQ(run, sbuddy_free_scattered(run->sb, mem), 0);
}

static void test_scattered_zero(struct run *run)
{
	gfp_t gfp = run->gfp | __GFP_ZERO | __GFP_NOWARN;
	struct sbuddy_scattered *mem;
	void *va;
	int i;

	for (i = 0; i < 2; i++) {
		mem = sbuddy_alloc_scattered(run->sb, 11, gfp);
		if (!run->has_addresses) {
			EXPECT(run, IS_ERR(mem) && PTR_ERR(mem) == -EOPNOTSUPP);
			return;
		}
		if (!EXPECT(run, !IS_ERR(mem)))
			return;
		va = sbuddy_vmap(run->sb, mem);
		if (EXPECT(run, !IS_ERR(va))) {
			EXPECT(run, is_filled(va, 0, 11));
			memset(va, 0xff, 11 * PAGE_SIZE);
		}
		sbuddy_vunmap(run->sb, va);
		EXPECT_EQ(run, sbuddy_free_scattered(run->sb, mem), 0);
	}
}

static long errno_of(struct run *run, unsigned long nr_pages, gfp_t gfp)
{
	struct sbuddy_scattered *mem =
		sbuddy_alloc_scattered(run->sb, nr_pages, gfp | __GFP_NOWARN);
	long err = PTR_ERR_OR_ZERO(mem);

	sbuddy_free_scattered(run->sb, mem);
	return err;
}

static void test_scattered_wrong(struct run *run)
{
	EXPECT_EQ(run, errno_of(run, 0, run->gfp), -EINVAL);
	EXPECT_EQ(run, errno_of(run, 4, run->gfp | __GFP_NOFAIL), -EINVAL);
	EXPECT_EQ(run, errno_of(run, sbuddy_nr_free_pages(run->sb) + 1, run->gfp), -ENOMEM);
	EXPECT_EQ(run, errno_of(run, ULONG_MAX, run->gfp), -ENOMEM);
	EXPECT_EQ(run, sbuddy_free_scattered(run->sb, NULL), 0);
	sbuddy_vunmap(run->sb, NULL);
	sbuddy_vunmap(run->sb, ERR_PTR(-ENOMEM));
}

const struct test scattered_tests[] = {
	{ "scattered pages are as many as were asked for", test_scattered, true },
	{ "scattered pages are one range for the kernel", test_vmap, true },
	{ "pages in one run are where they are anyway", test_vmap_one, true },
	{ "scattered pages are zeroed, where there are addresses", test_scattered_zero, true },
	{ "scattered pages that cannot be are refused", test_scattered_wrong, true },
	{},
};

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "client.h"

#define ORDERS 6
#define SLOTS 16

static void check_block(struct run *run, unsigned long pfn, unsigned int order)
{
	void *va = sbuddy_pfn_to_virt(run->sb, pfn);
	unsigned long last = pfn + (1ul << order) - 1;

	EXPECT_EQ(run, pfn & ((1ul << order) - 1), 0);
	EXPECT(run, sbuddy_pfn_node(run->sb, pfn) >= 0);
	EXPECT(run, sbuddy_pfn_zone(run->sb, pfn));
	EXPECT(run, sbuddy_pfn_to_phys(pfn) == (phys_addr_t)pfn << PAGE_SHIFT);
	EXPECT_EQ(run, !!va, run->has_addresses);
	if (!va)
		return;
	EXPECT(run, sbuddy_pfn_to_virt(run->sb, last) == va + ((last - pfn) << PAGE_SHIFT));
	EXPECT_EQ(run, sbuddy_virt_to_pfn(run->sb, va), pfn);
	EXPECT_EQ(run, sbuddy_virt_to_pfn(run->sb, va + PAGE_SIZE - 1), pfn);
	memset(va, 0xa5, PAGE_SIZE << order);
	EXPECT(run, is_filled(va, 0xa5, 1ul << order));
}

static void test_pages(struct run *run)
{
	unsigned long free = sbuddy_nr_free_pages(run->sb), pfn;
	unsigned int order;

	for (order = 0; order < ORDERS; order++) {
		if (!EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, run->gfp, order, &pfn), 0))
			continue;
		EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free - (1ul << order));
		check_block(run, pfn, order);
		EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn, order), 0);
	}
}

static void test_page(struct run *run)
{
	unsigned long first = 0, second = 0;

	EXPECT_EQ(run, sbuddy_alloc_page(run->sb, run->gfp, &first), 0);
	EXPECT_EQ(run, sbuddy_alloc_page(run->sb, run->gfp, &second), 0);
	EXPECT(run, first != second);
	EXPECT_EQ(run, sbuddy_free_page(run->sb, first), 0);
	EXPECT_EQ(run, sbuddy_free_page(run->sb, second), 0);
}

static void test_failure_leaves_pfn(struct run *run)
{
	unsigned long pfn = 42;

	EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, run->gfp | __GFP_NOWARN, 16, &pfn), -EINVAL);
	EXPECT_EQ(run, pfn, 42);
}

/* What the last owner left is gone. */
static void test_zero(struct run *run)
{
	unsigned long pfn;
	int i, err;

	for (i = 0; i < 4; i++) {
		err = sbuddy_alloc_pages(run->sb, run->gfp | __GFP_ZERO | __GFP_NOWARN, 2, &pfn);
		if (!EXPECT_EQ(run, err, run->has_addresses ? 0 : -EOPNOTSUPP) || err)
			return;
		EXPECT(run, is_filled(sbuddy_pfn_to_virt(run->sb, pfn), 0, 4));
		memset(sbuddy_pfn_to_virt(run->sb, pfn), 0xff, 4 * PAGE_SIZE);
		EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfn, 2), 0);
	}
}

/* Address or NULL, as the instance has them. */
static bool expect_address(struct run *run, void *addr)
{
	EXPECT_EQ(run, !!addr, run->has_addresses);
	return addr;
}

static void test_free_pages(struct run *run)
{
	gfp_t gfp = run->gfp | __GFP_HIGHMEM | __GFP_NOWARN;
	void *addr = sbuddy_get_free_pages(run->sb, gfp, 3);

	if (!expect_address(run, addr))
		return;
	check_block(run, sbuddy_virt_to_pfn(run->sb, addr), 3);
	/* Where an address is asked for, HighMem will not do. */
	EXPECT(run, strcmp(sbuddy_pfn_zone(run->sb, sbuddy_virt_to_pfn(run->sb, addr)), "HighMem"));
	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, addr, 3), 0);
}

static void test_zeroed_page(struct run *run)
{
	void *addr = sbuddy_get_zeroed_page(run->sb, run->gfp | __GFP_NOWARN);

	if (!expect_address(run, addr))
		return;
	EXPECT(run, is_filled(addr, 0, 1));
	memset(addr, 0xff, PAGE_SIZE);
	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, addr, 0), 0);
}

static void test_dma_pages(struct run *run)
{
	void *addr = sbuddy_get_dma_pages(run->sb, run->gfp | __GFP_NOWARN, 1);
	const char *zone;

	if (!expect_address(run, addr))
		return;
	zone = sbuddy_pfn_zone(run->sb, sbuddy_virt_to_pfn(run->sb, addr));
	EXPECT(run, !strcmp(zone, "DMA") || !strcmp(zone, "Normal"));
	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, addr, 1), 0);
}

static void test_exact(struct run *run)
{
	unsigned long free = sbuddy_nr_free_pages(run->sb);
	size_t bytes = 4 * PAGE_SIZE + 1;
	void *addr = sbuddy_alloc_pages_exact(run->sb, bytes, run->gfp | __GFP_ZERO | __GFP_NOWARN);

	if (!expect_address(run, addr))
		return;
	EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free - 5);
	EXPECT(run, is_filled(addr, 0, 5));
	EXPECT_EQ(run, sbuddy_free_pages_exact(run->sb, addr, bytes), 0);
}

static void test_exact_wrong(struct run *run)
{
	gfp_t gfp = run->gfp | __GFP_NOWARN;
	unsigned long pfn;

	EXPECT(run, !sbuddy_alloc_pages_exact(run->sb, 0, gfp));
	EXPECT(run, !sbuddy_alloc_pages_exact(run->sb, SIZE_MAX, gfp));
	EXPECT_EQ(run, sbuddy_alloc_pfns_exact(run->sb, 0, gfp, &pfn), -EINVAL);
	EXPECT_EQ(run, sbuddy_alloc_pfns_exact(run->sb, ULONG_MAX, gfp, &pfn), -EINVAL);
	EXPECT_EQ(run, sbuddy_alloc_pfns_exact(run->sb, (1ul << 15) + 1, gfp, &pfn), -EINVAL);
}

static void test_exact_pfns(struct run *run)
{
	unsigned long free = sbuddy_nr_free_pages(run->sb), nr, pfn;

	for (nr = 1; nr <= 40; nr += 3) {
		if (!EXPECT_EQ(run, sbuddy_alloc_pfns_exact(run->sb, nr, run->gfp, &pfn), 0))
			continue;
		EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free - nr);
		EXPECT_EQ(run, sbuddy_free_range(run->sb, pfn, nr), 0);
	}
}

static bool all_differ(const unsigned long *pfns, unsigned int nr)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++)
		for (j = 0; j < i; j++)
			if (pfns[i] == pfns[j])
				return false;
	return true;
}

static void check_filled(struct run *run, unsigned long pfn)
{
	EXPECT(run, sbuddy_pfn_node(run->sb, pfn) >= 0);
	if (run->has_addresses)
		EXPECT(run, is_filled(sbuddy_pfn_to_virt(run->sb, pfn), 0, 1));
	EXPECT_EQ(run, sbuddy_free_page(run->sb, pfn), 0);
}

/* Until it gets no further, as a client that needs them all. */
static unsigned long fill(struct run *run, gfp_t gfp, unsigned long *pfns)
{
	unsigned long filled = 0, before;

	do {
		before = filled;
		filled = sbuddy_alloc_pages_bulk(run->sb, gfp, SLOTS, pfns);
	} while (filled < SLOTS && filled > before);
	return filled;
}

/* Full slots, here each third, are left alone. */
static void test_bulk(struct run *run)
{
	gfp_t gfp = run->gfp | (run->has_addresses ? __GFP_ZERO : 0);
	unsigned long pfns[SLOTS];
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		pfns[i] = i % 3 ? SBUDDY_PFN_NONE : i;
	EXPECT_EQ(run, fill(run, gfp, pfns), SLOTS);
	EXPECT(run, all_differ(pfns, SLOTS));
	for (i = 0; i < SLOTS; i++)
		if (i % 3)
			check_filled(run, pfns[i]);
		else
			EXPECT_EQ(run, pfns[i], i);
}

/* What is no page in use is refused, and the others are freed. */
static void test_free_bulk(struct run *run)
{
	unsigned long pfns[SLOTS];
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		pfns[i] = SBUDDY_PFN_NONE;
	EXPECT_EQ(run, fill(run, run->gfp, pfns), SLOTS);
	EXPECT_EQ(run, sbuddy_free_pages_bulk(run->sb, SLOTS, pfns), SLOTS);
	EXPECT_EQ(run, sbuddy_free_pages_bulk(run->sb, 2, pfns), 0);
	EXPECT_EQ(run, sbuddy_alloc_page(run->sb, run->gfp, &pfns[0]), 0);
	EXPECT_EQ(run, sbuddy_alloc_page(run->sb, run->gfp, &pfns[2]), 0);
	pfns[1] = 0;
	EXPECT_EQ(run, sbuddy_free_pages_bulk(run->sb, 3, pfns), 2);
	EXPECT_EQ(run, sbuddy_free_pages_bulk(run->sb, 0, pfns), 0);
}

static void test_bulk_full(struct run *run)
{
	unsigned long pfns[] = { 1, 2, 3 };

	EXPECT_EQ(run, sbuddy_alloc_pages_bulk(run->sb, run->gfp, 0, pfns), 0);
	EXPECT_EQ(run, sbuddy_alloc_pages_bulk(run->sb, run->gfp, 3, pfns), 3);
	EXPECT(run, pfns[0] == 1 && pfns[1] == 2 && pfns[2] == 3);
}

/* As many as are filled from the start, and the rest as it was. */
static void test_bulk_none(struct run *run)
{
	gfp_t gfp = run->gfp | __GFP_NOFAIL | __GFP_NOWARN;
	unsigned long pfns[] = { 1, 2, SBUDDY_PFN_NONE, 4, SBUDDY_PFN_NONE };

	EXPECT_EQ(run, sbuddy_alloc_pages_bulk(run->sb, gfp, 5, pfns), 2);
	EXPECT(run, pfns[2] == SBUDDY_PFN_NONE && pfns[3] == 4 && pfns[4] == SBUDDY_PFN_NONE);
}

static void test_strangers(struct run *run)
{
	EXPECT(run, !sbuddy_pfn_to_virt(run->sb, 0));
	EXPECT(run, !sbuddy_pfn_to_virt(run->sb, SBUDDY_PFN_NONE));
	EXPECT_EQ(run, sbuddy_virt_to_pfn(run->sb, NULL), SBUDDY_PFN_NONE);
	EXPECT_EQ(run, sbuddy_virt_to_pfn(run->sb, run), SBUDDY_PFN_NONE);
	EXPECT_EQ(run, sbuddy_pfn_node(run->sb, 0), -ERANGE);
	EXPECT_EQ(run, sbuddy_pfn_node(run->sb, SBUDDY_PFN_NONE), -ERANGE);
	EXPECT(run, !sbuddy_pfn_zone(run->sb, 0));
	EXPECT(run, !sbuddy_pfn_zone(run->sb, SBUDDY_PFN_NONE));
}

const struct test alloc_tests[] = {
	{ "a block of each order is aligned and the instance's", test_pages },
	{ "two pages are not the same", test_page },
	{ "a failure leaves the frame number alone", test_failure_leaves_pfn },
	{ "__GFP_ZERO clears what was there", test_zero },
	{ "a block by address", test_free_pages },
	{ "a zeroed page by address", test_zeroed_page },
	{ "a block of the DMA zone by address", test_dma_pages },
	{ "bytes by address, the tail given back", test_exact },
	{ "no bytes, and too many, are refused", test_exact_wrong },
	{ "a number of pages, the tail given back", test_exact_pfns },
	{ "an array's empty slots are filled, the full ones are left alone", test_bulk },
	{ "a full array, and an empty one, are done at once", test_bulk_full },
	{ "many pages are freed at once, and what is none is refused", test_free_bulk },
	{ "an array that cannot be filled tells how far it got", test_bulk_none },
	{ "pages and addresses of others are nobody's here", test_strangers },
	{},
};

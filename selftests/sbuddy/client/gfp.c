// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "client.h"

#define NODES 8
#define BLOCKS 256

/* Allocates a page, tells its zone, and frees it. */
static const char *zone_of(struct run *run, gfp_t gfp)
{
	unsigned long pfn;
	const char *zone;

	if (!EXPECT_EQ(run, sbuddy_alloc_page(run->sb, gfp, &pfn), 0))
		return "none";
	zone = sbuddy_pfn_zone(run->sb, pfn);
	EXPECT_EQ(run, sbuddy_free_page(run->sb, pfn), 0);
	return zone ?: "none";
}

static bool is_lowmem(const char *zone)
{
	return !strcmp(zone, "DMA") || !strcmp(zone, "Normal");
}

static void test_zones(struct run *run)
{
	EXPECT(run, is_lowmem(zone_of(run, run->gfp)));
	EXPECT(run, is_lowmem(zone_of(run, run->gfp | __GFP_MOVABLE)));
	EXPECT(run, is_lowmem(zone_of(run, run->gfp | __GFP_RECLAIMABLE)));
	EXPECT(run, strcmp(zone_of(run, run->gfp | __GFP_HIGHMEM), "Movable"));
	EXPECT(run, strcmp(zone_of(run, run->gfp | __GFP_HIGHMEM | __GFP_MOVABLE), "none"));
}

/* The usual ones, and what they have that says nothing here. */
static void test_combinations(struct run *run)
{
	static const gfp_t may_sleep[] = {
		GFP_KERNEL,
		GFP_KERNEL_ACCOUNT,
		GFP_NOIO,
		GFP_NOFS,
		GFP_USER,
		GFP_HIGHUSER,
		GFP_HIGHUSER_MOVABLE,
		GFP_KERNEL | __GFP_RETRY_MAYFAIL,
	};
	static const gfp_t any[] = {
		GFP_NOWAIT,
		GFP_ATOMIC,
		GFP_ATOMIC | __GFP_WRITE,
		GFP_ATOMIC | __GFP_NORETRY,
		GFP_ATOMIC | __GFP_MEMALLOC,
		GFP_ATOMIC | __GFP_NOMEMALLOC,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(may_sleep) && run->context == PROCESS; i++)
		EXPECT(run, strcmp(zone_of(run, may_sleep[i]), "none"));
	for (i = 0; i < ARRAY_SIZE(any); i++)
		EXPECT(run, is_lowmem(zone_of(run, any[i])));
}

static void test_refused(struct run *run)
{
	const gfp_t gfp = run->gfp | __GFP_NOWARN;
	unsigned long pfn;

	EXPECT_EQ(run, sbuddy_alloc_page(run->sb, gfp | __GFP_NOFAIL, &pfn), -EINVAL);
	EXPECT_EQ(run, sbuddy_alloc_page(run->sb, gfp | __GFP_MOVABLE | __GFP_RECLAIMABLE, &pfn),
		  -EINVAL);
	EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, gfp, UINT_MAX, &pfn), -EINVAL);
	EXPECT_EQ(run, sbuddy_alloc_pages_node(run->sb, NODES, gfp, 0, &pfn), -EINVAL);
	EXPECT_EQ(run, sbuddy_alloc_pages_node(run->sb, -2, gfp, 0, &pfn), -EINVAL);
}

/* A page of any zone of @wanted, or of no node if that has no memory; node 0 has. */
static void check_node(struct run *run, int nid, u32 nodes, gfp_t gfp, int wanted)
{
	unsigned long pfn;
	int err;

	gfp |= run->gfp | __GFP_HIGHMEM | __GFP_MOVABLE | __GFP_NOWARN;
	err = sbuddy_alloc_pages_nodemask(run->sb, gfp, 0, nid, nodes, &pfn);
	if (err) {
		EXPECT_EQ(run, err, -ENOMEM);
		EXPECT(run, wanted);
		return;
	}
	EXPECT_EQ(run, sbuddy_pfn_node(run->sb, pfn), wanted);
	EXPECT_EQ(run, sbuddy_free_page(run->sb, pfn), 0);
}

static void test_nodes(struct run *run)
{
	unsigned long pfn;
	int nid;

	for (nid = 0; nid < NODES; nid++) {
		check_node(run, nid, 0, __GFP_THISNODE, nid);
		check_node(run, nid, 1u << nid, 0, nid);
		check_node(run, NUMA_NO_NODE, 1u << nid, 0, nid);
		check_node(run, 0, 1u << nid, 0, nid);
		/* Without a word about others they will do. */
		if (EXPECT_EQ(run, sbuddy_alloc_pages_node(run->sb, nid, run->gfp, 0, &pfn), 0))
			EXPECT_EQ(run, sbuddy_free_page(run->sb, pfn), 0);
	}
}

/* One line each in the kernel's log, which the script looks for. */
static void test_lines(struct run *run)
{
	unsigned long pfn;

	EXPECT_EQ(run, sbuddy_alloc_pages(run->sb, run->gfp, 16, &pfn), -EINVAL);
	EXPECT_EQ(run, sbuddy_alloc_page(run->sb, run->gfp | __GFP_NOFAIL, &pfn), -EINVAL);
}

/* To the last block of an order, and all back. */
static void test_exhausted(struct run *run)
{
	static unsigned long pfns[BLOCKS];
	gfp_t gfp = run->gfp | __GFP_NOWARN;
	unsigned long nr = 0;
	int err = 0;

	while (nr < BLOCKS && !err) {
		err = sbuddy_alloc_pages(run->sb, gfp, 8, &pfns[nr]);
		nr += !err;
	}
	if (err)
		EXPECT_EQ(run, err, -ENOMEM);
	EXPECT(run, nr);
	while (nr)
		EXPECT_EQ(run, sbuddy_free_pages(run->sb, pfns[--nr], 8), 0);
}

const struct test gfp_tests[] = {
	{ "flags choose the zone", test_zones },
	{ "the usual combinations are served", test_combinations },
	{ "what cannot be is refused", test_refused },
	{ "a node alone, by number and by mask", test_nodes },
	{ "failures are told", test_lines, true },
	{ "nothing more is free, and then all is again", test_exhausted },
	{},
};

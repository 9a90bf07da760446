// SPDX-License-Identifier: GPL-2.0-only
/* Which zones of which nodes are tried, in which order, and what keeps a request from one. */
#include "fixture.h"
#include "zonelist.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul
#define BLOCK 256ul

static struct fixture f;

static struct sb_request request_for(enum sb_zone_type zone, unsigned int order, u32 gfp)
{
	struct sb_request request = {
		.order = order, .type = SB_MOVABLE, .zone = zone, .nid = SB_NID_ANY, .gfp = gfp
	};

	return request;
}

/* HighMem and Movable keep some pages back in any case. */
static void boot_without_marks(const struct sb_config *cfg)
{
	struct sb_zone *zone = NULL;

	fixture_boot(&f, cfg);
	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		memset(zone->watermark, 0, sizeof(zone->watermark));
}

/* DMA 4 MiB, Normal 8 MiB, HighMem 8 MiB, Movable 12 MiB, without per-CPU lists. */
static void boot_four_zones(void)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);

	cfg.dma_bytes = 4 * MiB;
	cfg.lowmem_bytes = 12 * MiB;
	cfg.kernelcore_bytes = 20 * MiB;
	cfg.pcp_high = 0;
	boot_without_marks(&cfg);
}

/* Three nodes of 8 MiB, 4 of them Movable on each. */
static void boot_nodes(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_add_bank(&cfg, BASE + 8 * MiB, 8 * MiB, 1);
	fixture_add_bank(&cfg, BASE + 16 * MiB, 8 * MiB, 3);
	cfg.kernelcore_bytes = 12 * MiB;
	cfg.pcp_high = 0;
	boot_without_marks(&cfg);
}

/* The zones that serve a request until nothing is left: node * 10 + type each.
 */
static void expect_path(struct sb_request request, const int *path)
{
	int last = -1;
	long pfn;

	while ((pfn = fixture_ask(&f, request)) > 0) {
		const struct sb_zone *zone = fixture_zone_of(&f, (unsigned long)pfn);
		int here = zone->nid * 10 + (int)zone->type;

		if (here == last)
			continue;
		EXPECT_EQ(here, *path);
		if (*path < 0)
			break;
		last = here;
		path++;
	}
	EXPECT_EQ(pfn, -ENOMEM);
	EXPECT_EQ(*path, -1);
	CHECK(&f);
}

static void zones_are_tried_from_the_highest_that_will_do_down_to_dma(void)
{
	static const int paths[SB_NR_ZONE_TYPES][5] = {
		{ 0, -1 }, { 1, 0, -1 }, { 2, 1, 0, -1 }, { 3, 2, 1, 0, -1 }
	};
	unsigned int type;

	for (type = 0; type < SB_NR_ZONE_TYPES; type++) {
		boot_four_zones();
		expect_path(request_for(type, 4, SB_GFP_KERNEL), paths[type]);
		fixture_exit(&f);
	}
}

/* ZONE_DMA of a kernel without it is ZONE_NORMAL. */
static void dma_means_normal_where_there_is_no_such_zone(void)
{
	static const int path[] = { 1, -1 };
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.lowmem_bytes = 8 * MiB;
	fixture_boot(&f, &cfg);
	expect_path(request_for(SB_ZONE_DMA, 4, SB_GFP_KERNEL), path);
	fixture_exit(&f);
}

/* A node's own zones, then those of the nodes above it, then of those below. */
static void nodes_are_tried_from_the_own_one_up_and_round(void)
{
	static const struct {
		int nid;
		int path[7];
	} rows[] = {
		{ 0, { 3, 1, 13, 11, 33, 31, -1 } },
		{ 1, { 13, 11, 33, 31, 3, 1, -1 } },
		{ 3, { 33, 31, 3, 1, 13, 11, -1 } },
		{ 2, { 33, 31, 3, 1, 13, 11, -1 } }, /* without memory */
		{ SB_NID_ANY, { 3, 1, 13, 11, 33, 31, -1 } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_request request = request_for(SB_ZONE_MOVABLE, 4, SB_GFP_KERNEL);

		boot_nodes();
		request.nid = rows[i].nid;
		expect_path(request, rows[i].path);
		fixture_exit(&f);
	}
}

static void thisnode_and_node_masks_keep_requests_where_they_are_told(void)
{
	static const struct {
		int nid;
		u32 gfp, nodes;
		int path[5];
	} rows[] = {
		{ 1, SB_GFP_THISNODE, 0, { 13, 11, -1 } },
		{ 2, SB_GFP_THISNODE, 0, { -1 } },
		{ SB_NID_ANY, SB_GFP_THISNODE, 0, { 3, 1, -1 } },
		{ 1, 0, 1 << 0 | 1 << 3, { 33, 31, 3, 1, -1 } },
		{ 0, 0, 1 << 1, { 13, 11, -1 } },
		{ 0, 0, 1 << 2, { -1 } },
		{ 0, SB_GFP_THISNODE, 1 << 1, { -1 } },
		{ 3, 0, 0xff, { 33, 31, 3, 1, -1 } },
	};
	static const u32 urgent[] = { SB_GFP_KERNEL, SB_GFP_ATOMIC,
				      SB_GFP_KERNEL | SB_GFP_MEMALLOC };
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (k = 0; k < ARRAY_SIZE(urgent); k++) {
			struct sb_request request =
				request_for(SB_ZONE_MOVABLE, 4, rows[i].gfp | urgent[k]);
			int path[7] = { 33, 31, 3, 1, 13, 11, -1 };

			boot_nodes();
			request.nid = rows[i].nid;
			request.nodes = rows[i].nodes;
			if (rows[i].nodes != 0xff)
				memcpy(path, rows[i].path, sizeof(rows[i].path));
			expect_path(request, path);
			fixture_exit(&f);
		}
}

/* What could have had HighMem leaves Normal its reserve, what could not does not. */
static void a_zone_keeps_its_reserve_from_requests_that_could_go_higher(void)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);
	struct sb_request request = request_for(SB_ZONE_HIGHMEM, 0, SB_GFP_KERNEL);
	struct sb_zone *normal;

	cfg.lowmem_bytes = 16 * MiB;
	cfg.lowmem_reserve_ratio[SB_ZONE_NORMAL] = 32;
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	normal = fixture_zone(&f, SB_ZONE_NORMAL);
	EXPECT_EQ(normal->lowmem_reserve[SB_ZONE_HIGHMEM], 128);
	while (fixture_ask(&f, request) > 0)
		;
	EXPECT_EQ(normal->nr_free, 128);
	request.zone = SB_ZONE_NORMAL;
	while (fixture_ask(&f, request) > 0)
		;
	EXPECT_EQ(normal->nr_free, 0);
	fixture_exit(&f);
}

static void expect_counts(int nid, unsigned long served, unsigned long miss, unsigned long foreign)
{
	const struct sb_zone *zone = sb_instance_zone(&f.inst, nid, SB_ZONE_NORMAL);

	EXPECT_EQ(sb_zone_events(zone, SB_EVENT_ALLOC), served);
	EXPECT_EQ(sb_zone_events(zone, SB_EVENT_MISS), miss);
	EXPECT_EQ(sb_zone_events(zone, SB_EVENT_FOREIGN), foreign);
}

/* zone_statistics(): a hit is what is served and is no miss. */
static void what_another_node_serves_is_a_miss_there_and_foreign_here(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	struct sb_request request = request_for(SB_ZONE_NORMAL, 8, SB_GFP_KERNEL);

	fixture_add_bank(&cfg, BASE + 8 * MiB, 8 * MiB, 1);
	fixture_boot(&f, &cfg);
	request.nid = 1;
	EXPECT(fixture_ask(&f, request) > 0);
	expect_counts(0, 0, 0, 0);
	expect_counts(1, 1, 0, 0);
	/* Node 1 has six more: the last one holds descriptors. */
	while (sb_instance_zone(&f.inst, 0, SB_ZONE_NORMAL)->events[SB_EVENT_ALLOC] == 0)
		EXPECT(fixture_ask(&f, request) > 0);
	expect_counts(0, 1, 1, 0);
	expect_counts(1, 7, 0, 1);
	/* The preferred node is the first that the request allows. */
	request.nodes = 1;
	EXPECT(fixture_ask(&f, request) > 0);
	expect_counts(0, 2, 1, 0);
	expect_counts(1, 7, 0, 1);
	/* A CPU more than the instance knows of has no counts of its own. */
	request.nodes = 0;
	sb_host_cpu = f.inst.cfg.nr_cpus;
	EXPECT(fixture_ask(&f, request) > 0);
	sb_host_cpu = 0;
	expect_counts(0, 3, 2, 0);
	expect_counts(1, 7, 0, 2);
	EXPECT_EQ(sb_instance_zone(&f.inst, 0, SB_ZONE_NORMAL)->events[SB_EVENT_MISS], 1);
	fixture_exit(&f);
}

/* 8 MiB of DMA, all Movable pageblocks, above 8 MiB of Normal that only has some pages free. */
static void boot_mixed(bool with_node)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.dma_bytes = 8 * MiB;
	cfg.pcp_high = 0;
	if (with_node)
		fixture_add_bank(&cfg, BASE + 16 * MiB, 8 * MiB, 1);
	fixture_boot(&f, &cfg);
	fixture_fill(&f);
	fixture_free_run(&f, PFN + 10 * BLOCK, 64);
}

static long ask_unmovable(void)
{
	struct sb_request request = request_for(SB_ZONE_NORMAL, 0, SB_GFP_KERNEL);

	request.type = SB_UNMOVABLE;
	request.nid = 0;
	return fixture_ask(&f, request);
}

static void a_whole_pageblock_of_a_lower_zone_is_taken_rather_than_types_mixed(void)
{
	long pfn;

	boot_mixed(false);
	fixture_free_run(&f, PFN + 4 * BLOCK, BLOCK);
	pfn = ask_unmovable();
	EXPECT_EQ(sb_pfn_block((unsigned long)pfn, 8), PFN + 4 * BLOCK);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, (unsigned long)pfn), SB_UNMOVABLE);
	fixture_exit(&f);
}

static void types_are_mixed_when_no_whole_pageblock_is_free(void)
{
	struct sb_request request = request_for(SB_ZONE_NORMAL, 0, SB_GFP_KERNEL);
	unsigned long pfn;

	boot_mixed(false);
	fixture_free_run(&f, PFN + 4 * BLOCK, BLOCK - 1);
	EXPECT_EQ(sb_pfn_block((unsigned long)ask_unmovable(), 8), PFN + 10 * BLOCK);
	/* By a second pass above the same mark. */
	request.type = SB_RECLAIMABLE;
	EXPECT(sb_zonelist_take(&f.inst, &request, SB_WMARK_LOW | SB_ALLOC_NOFRAGMENT, &pfn));
	fixture_exit(&f);
}

static void another_node_is_worse_than_mixed_types(void)
{
	boot_mixed(true);
	fixture_free_run(&f, PFN + 20 * BLOCK, BLOCK);
	EXPECT_EQ(sb_pfn_block((unsigned long)ask_unmovable(), 8), PFN + 10 * BLOCK);
	fixture_exit(&f);
}

/* A zone below Normal on the preferred node is what makes it worth it on several nodes. */
static void types_are_kept_apart_from_normal_alone_and_where_there_is_a_way_out(void)
{
	static const struct {
		u64 dma, lowmem;
		bool nodes;
		enum sb_zone_type zone;
		unsigned int flag;
	} rows[] = {
		{ 0, 0, false, SB_ZONE_NORMAL, SB_ALLOC_NOFRAGMENT },
		{ 4 * MiB, 0, false, SB_ZONE_NORMAL, SB_ALLOC_NOFRAGMENT },
		{ 4 * MiB, 0, false, SB_ZONE_DMA, 0 },
		{ 0, 8 * MiB, false, SB_ZONE_HIGHMEM, 0 },
		{ 0, 8 * MiB, false, SB_ZONE_NORMAL, SB_ALLOC_NOFRAGMENT },
		{ 0, 0, true, SB_ZONE_NORMAL, 0 },
		{ 4 * MiB, 0, true, SB_ZONE_NORMAL, SB_ALLOC_NOFRAGMENT },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_config cfg = fixture_config(BASE, 16 * MiB);
		struct sb_request request = request_for(rows[i].zone, 0, SB_GFP_KERNEL);

		cfg.dma_bytes = rows[i].dma;
		cfg.lowmem_bytes = rows[i].lowmem;
		if (rows[i].nodes)
			fixture_add_bank(&cfg, BASE + 16 * MiB, 8 * MiB, 1);
		fixture_boot(&f, &cfg);
		EXPECT_EQ(sb_zonelist_first_flags(&f.inst, &request) & SB_ALLOC_NOFRAGMENT,
			  rows[i].flag);
		fixture_exit(&f);
	}
}

/* gfp_to_alloc_flags() */
static void flags_of_a_request_say_how_hard_it_tries(void)
{
	static const struct {
		u32 gfp;
		unsigned int order, type, flags;
	} rows[] = {
		{ SB_GFP_KERNEL, 0, SB_UNMOVABLE, 0 },
		{ SB_GFP_KERNEL, 0, SB_MOVABLE, SB_ALLOC_CMA },
		{ SB_GFP_KERNEL | SB_GFP_HIGH, 3, SB_RECLAIMABLE, SB_ALLOC_MIN_RESERVE },
		{ SB_GFP_NOWAIT, 3, SB_UNMOVABLE, SB_ALLOC_NON_BLOCK },
		{ SB_GFP_ATOMIC, 0, SB_UNMOVABLE, SB_ALLOC_NON_BLOCK | SB_ALLOC_MIN_RESERVE },
		{ SB_GFP_ATOMIC, 1, SB_UNMOVABLE,
		  SB_ALLOC_NON_BLOCK | SB_ALLOC_MIN_RESERVE | SB_ALLOC_HIGHATOMIC },
		{ SB_GFP_ATOMIC | SB_GFP_NOMEMALLOC, 1, SB_UNMOVABLE, SB_ALLOC_MIN_RESERVE },
		{ SB_GFP_ATOMIC | SB_GFP_DIRECT_RECLAIM, 1, SB_UNMOVABLE, SB_ALLOC_MIN_RESERVE },
	};
	size_t i;

	boot_four_zones();
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_request request = request_for(SB_ZONE_NORMAL, rows[i].order, rows[i].gfp);

		request.type = rows[i].type;
		EXPECT_EQ(sb_zonelist_slow_flags(&f.inst, &request), rows[i].flags);
	}
	fixture_exit(&f);
}

/* gfp_migratetype(): nothing is Movable there, so nothing may borrow from CMA.
 */
static void without_grouping_no_request_may_borrow_from_cma(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	struct sb_request request = request_for(SB_ZONE_NORMAL, 0, SB_GFP_KERNEL);

	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_zonelist_slow_flags(&f.inst, &request), SB_WMARK_MIN);
	EXPECT_EQ(sb_zonelist_first_flags(&f.inst, &request) & SB_ALLOC_CMA, 0);
	fixture_drop(&f);
}

UNIT_MAIN(UNIT_CASE(zones_are_tried_from_the_highest_that_will_do_down_to_dma),
	  UNIT_CASE(dma_means_normal_where_there_is_no_such_zone),
	  UNIT_CASE(nodes_are_tried_from_the_own_one_up_and_round),
	  UNIT_CASE(thisnode_and_node_masks_keep_requests_where_they_are_told),
	  UNIT_CASE(a_zone_keeps_its_reserve_from_requests_that_could_go_higher),
	  UNIT_CASE(what_another_node_serves_is_a_miss_there_and_foreign_here),
	  UNIT_CASE(a_whole_pageblock_of_a_lower_zone_is_taken_rather_than_types_mixed),
	  UNIT_CASE(types_are_mixed_when_no_whole_pageblock_is_free),
	  UNIT_CASE(another_node_is_worse_than_mixed_types),
	  UNIT_CASE(types_are_kept_apart_from_normal_alone_and_where_there_is_a_way_out),
	  UNIT_CASE(flags_of_a_request_say_how_hard_it_tries),
	  UNIT_CASE(without_grouping_no_request_may_borrow_from_cma))

// SPDX-License-Identifier: GPL-2.0-only
/* Nodes and zones: spans, holes, HighMem and the border of Movable. */
#include "fixture.h"

#define BASE 0x80000000ull
#define PAGES(mib) (256ul * (mib))

static struct fixture f;

static void walk_to(const struct sb_config *cfg, enum sb_stage stage)
{
	f.fail_map = 0;
	EXPECT_EQ(fixture_init(&f, cfg), 0);
	while (f.inst.stage < stage)
		if (sb_instance_step(&f.inst)) {
			EXPECT(!"a stage failed");
			return;
		}
}

static void expect_zone(int nid, enum sb_zone_type type, unsigned long start_mib,
			unsigned long spanned_mib, unsigned long present_mib)
{
	const struct sb_zone *zone = sb_instance_zone(&f.inst, nid, type);

	EXPECT_EQ(zone->spanned, PAGES(spanned_mib));
	EXPECT_EQ(zone->present, PAGES(present_mib));
	if (spanned_mib)
		EXPECT_EQ(zone->start_pfn, sb_pfn_down(BASE) + PAGES(start_mib));
}

static void one_bank_is_one_normal_zone(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 64, 64);
	expect_zone(0, SB_ZONE_HIGHMEM, 0, 0, 0);
	expect_zone(0, SB_ZONE_MOVABLE, 0, 0, 0);
	fixture_exit(&f);
}

static void a_hole_is_spanned_and_not_present(void)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);

	fixture_add_bank(&cfg, BASE + 128 * MiB, 16 * MiB, 0);
	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 144, 48);
	fixture_exit(&f);
}

static void memory_above_lowmem_is_highmem(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	/* The border is rounded down to a pageblock, 1 MiB here. */
	cfg.lowmem_bytes = 24 * MiB + 4096;
	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 24, 24);
	expect_zone(0, SB_ZONE_HIGHMEM, 24, 40, 40);
	fixture_exit(&f);
}

static void a_limit_above_all_memory_makes_no_highmem(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.lowmem_bytes = ~0ull;
	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 64, 64);
	expect_zone(0, SB_ZONE_HIGHMEM, 0, 0, 0);
	fixture_exit(&f);
}

/* One node of 64 MiB, max_order 10 (4 MiB), no HighMem: MiB that stay Normal. */
static void kernelcore_and_movablecore_share_a_node_by_linux_rule(void)
{
	static const struct {
		u64 kernelcore, movablecore;
		unsigned int kernelcore_percent, movablecore_percent;
		unsigned long normal_mib;
	} rows[] = {
		{ 0, 0, 0, 0, 64 },
		{ 16 * MiB, 0, 0, 0, 16 },
		{ 17 * MiB, 0, 0, 0, 20 }, /* Movable starts at a block of max_order */
		{ 64 * MiB, 0, 0, 0, 64 }, /* all of it: no Movable */
		{ 0, 16 * MiB, 0, 0, 48 },
		{ 0, 13 * MiB, 0, 0, 48 }, /* movablecore is rounded up */
		{ 0, 64 * MiB, 0, 0, 64 }, /* nothing would be left for the kernel */
		{ 16 * MiB, 16 * MiB, 0, 0, 48 }, /* the larger kernelcore wins */
		{ 56 * MiB, 16 * MiB, 0, 0, 56 },
		{ 0, 0, 25, 0, 16 },
		{ 0, 0, 0, 25, 48 },
		{ 60 * MiB, 0, 25, 0, 16 }, /* a percentage wins over bytes */
		{ 0, 0, 100, 0, 64 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_config cfg = fixture_config(BASE, 64 * MiB);
		unsigned long normal = rows[i].normal_mib;

		cfg.kernelcore_bytes = rows[i].kernelcore;
		cfg.movablecore_bytes = rows[i].movablecore;
		cfg.kernelcore_percent = rows[i].kernelcore_percent;
		cfg.movablecore_percent = rows[i].movablecore_percent;
		walk_to(&cfg, SB_STAGE_LAYOUT);
		expect_zone(0, SB_ZONE_NORMAL, 0, normal, normal);
		expect_zone(0, SB_ZONE_MOVABLE, normal, 64 - normal, 64 - normal);
		fixture_exit(&f);
	}
}

static void movable_is_cut_from_highmem_when_there_is_any(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.lowmem_bytes = 16 * MiB;
	cfg.kernelcore_bytes = 24 * MiB;
	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 16, 16);
	expect_zone(0, SB_ZONE_HIGHMEM, 16, 8, 8);
	expect_zone(0, SB_ZONE_MOVABLE, 24, 40, 40);
	fixture_exit(&f);
}

/* kernelcore below the size of Normal leaves all of HighMem to Movable. */
static void movable_never_starts_in_normal_when_there_is_highmem(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.lowmem_bytes = 16 * MiB;
	cfg.kernelcore_bytes = 8 * MiB;
	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 16, 16);
	expect_zone(0, SB_ZONE_HIGHMEM, 0, 0, 0);
	expect_zone(0, SB_ZONE_MOVABLE, 16, 48, 48);
	fixture_exit(&f);
}

static void kernelcore_is_spread_over_nodes(void)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);

	fixture_add_bank(&cfg, BASE + 32 * MiB, 32 * MiB, 1);
	cfg.kernelcore_bytes = 24 * MiB;
	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 12, 12);
	expect_zone(0, SB_ZONE_MOVABLE, 12, 20, 20);
	expect_zone(1, SB_ZONE_NORMAL, 32, 12, 12);
	expect_zone(1, SB_ZONE_MOVABLE, 44, 20, 20);
	fixture_exit(&f);
}

/* 20 MiB each would be fair; node 0 has 8, so node 1 takes the rest. */
static void what_a_small_node_cannot_hold_goes_to_the_others(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_add_bank(&cfg, BASE + 64 * MiB, 64 * MiB, 1);
	cfg.kernelcore_bytes = 40 * MiB;
	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 8, 8);
	expect_zone(0, SB_ZONE_MOVABLE, 0, 0, 0);
	expect_zone(1, SB_ZONE_NORMAL, 64, 32, 32);
	expect_zone(1, SB_ZONE_MOVABLE, 96, 32, 32);
	fixture_exit(&f);
}

/* Node 0 is all Normal and counts once, in the first round of two. */
static void normal_memory_is_not_counted_twice_as_kernelcore(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_add_bank(&cfg, BASE + 16 * MiB, 48 * MiB, 1);
	cfg.lowmem_bytes = 24 * MiB;
	cfg.kernelcore_bytes = 40 * MiB;
	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 16, 16);
	expect_zone(1, SB_ZONE_NORMAL, 16, 8, 8);
	expect_zone(1, SB_ZONE_HIGHMEM, 24, 16, 16);
	expect_zone(1, SB_ZONE_MOVABLE, 40, 24, 24);
	fixture_exit(&f);
}

/* Node 0 has more Normal than its share, so node 1 owes less than half. */
static void what_a_node_has_beyond_its_share_is_spared_the_others(void)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);

	fixture_add_bank(&cfg, BASE + 32 * MiB, 32 * MiB, 1);
	cfg.lowmem_bytes = 32 * MiB;
	cfg.kernelcore_bytes = 40 * MiB;
	walk_to(&cfg, SB_STAGE_LAYOUT);
	expect_zone(0, SB_ZONE_NORMAL, 0, 32, 32);
	expect_zone(1, SB_ZONE_HIGHMEM, 32, 8, 8);
	expect_zone(1, SB_ZONE_MOVABLE, 40, 24, 24);
	fixture_exit(&f);
}

static void zonelists_go_down_the_node_and_then_to_the_next(void)
{
	static const struct {
		int nid;
		enum sb_zone_type type;
	} wanted[2][4] = {
		{ { 0, SB_ZONE_HIGHMEM },
		  { 0, SB_ZONE_NORMAL },
		  { 2, SB_ZONE_MOVABLE },
		  { 2, SB_ZONE_HIGHMEM } },
		{ { 2, SB_ZONE_MOVABLE },
		  { 2, SB_ZONE_HIGHMEM },
		  { 0, SB_ZONE_HIGHMEM },
		  { 0, SB_ZONE_NORMAL } },
	};
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	int i, n;

	fixture_add_bank(&cfg, BASE + 16 * MiB, 32 * MiB, 2);
	cfg.lowmem_bytes = 8 * MiB;
	cfg.kernelcore_bytes = 32 * MiB;
	walk_to(&cfg, SB_STAGE_LAYOUT);
	for (n = 0; n < 2; n++) {
		const struct sb_node *node = &f.inst.nodes[n * 2];

		EXPECT_EQ(node->zonelist->nr_zones, 4);
		for (i = 0; i < 4; i++)
			EXPECT_EQ(node->zonelist->zone[i],
				  sb_instance_zone(&f.inst, wanted[n][i].nid, wanted[n][i].type) -
					  f.inst.zones);
	}
	fixture_exit(&f);
}

static void nodes_may_be_interleaved(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_add_bank(&cfg, BASE + 8 * MiB, 8 * MiB, 1);
	fixture_add_bank(&cfg, BASE + 16 * MiB, 8 * MiB, 0);
	walk_to(&cfg, SB_STAGE_LIVE);
	expect_zone(0, SB_ZONE_NORMAL, 0, 24, 16);
	expect_zone(1, SB_ZONE_NORMAL, 8, 8, 8);
	fixture_exit(&f);
}

static void nodes_that_share_a_pageblock_are_refused(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB + 8192);

	fixture_add_bank(&cfg, BASE + 8 * MiB + 8192, 8 * MiB, 1);
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_instance_boot(&f.inst), -EINVAL);
	EXPECT_EQ(f.inst.stage, SB_STAGE_REGIONS);
	EXPECT(strstr(unit_last_warning, "share the pageblock of pfn 0x80802"));
	fixture_exit(&f);
}

static void memory_without_a_whole_page_is_refused(void)
{
	struct sb_config cfg = fixture_config(BASE + 2048, 4096);

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_instance_boot(&f.inst), -EINVAL);
	EXPECT(strstr(unit_last_warning, "no whole page"));
	fixture_exit(&f);
}

static void a_span_too_large_for_links_is_refused(void)
{
	struct sb_config cfg = fixture_config(0, 64 * MiB);

	fixture_add_bank(&cfg, 1024 * GiB, 64 * MiB, 0);
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_instance_boot(&f.inst), -ERANGE);
	EXPECT(strstr(unit_last_warning, "spans"));
	fixture_exit(&f);
}

/* A frame number is an unsigned long: 32 bits reach 8 TiB, 64 bits everything.
 */
static void memory_beyond_frame_numbers_is_refused(void)
{
	struct sb_config cfg = fixture_config(0xffffffff00000000ull, 64 * MiB);
	bool reached = sizeof(unsigned long) == 8;

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_instance_boot(&f.inst), reached ? 0 : -ERANGE);
	EXPECT(reached || strstr(unit_last_warning, "no frame numbers"));
	fixture_exit(&f);
}

static void memory_above_4_gib_works_on_any_cpu(void)
{
	struct sb_config cfg = fixture_config(0x840000000ull, 64 * MiB);

	fixture_boot(&f, &cfg);
	EXPECT_EQ(fixture_alloc(&f, 10, SB_MOVABLE), 0x840000);
	fixture_free(&f, 0x840000, 10);
	fixture_exit(&f);
}

/* DMA is measured from the lowest bank and rounded down to a pageblock, 1 MiB here. */
static void memory_at_the_start_is_dma(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.dma_bytes = 16 * MiB + 8192;
	walk_to(&cfg, SB_STAGE_LIVE);
	expect_zone(0, SB_ZONE_DMA, 0, 16, 16);
	expect_zone(0, SB_ZONE_NORMAL, 16, 48, 48);
	fixture_exit(&f);
	cfg.dma_bytes = MiB - 4096;
	walk_to(&cfg, SB_STAGE_LIVE);
	expect_zone(0, SB_ZONE_DMA, 0, 0, 0);
	expect_zone(0, SB_ZONE_NORMAL, 0, 64, 64);
	fixture_exit(&f);
}

static void dma_may_be_all_and_ends_where_highmem_begins(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.dma_bytes = ~0ull;
	walk_to(&cfg, SB_STAGE_LIVE);
	expect_zone(0, SB_ZONE_DMA, 0, 64, 64);
	expect_zone(0, SB_ZONE_NORMAL, 0, 0, 0);
	fixture_exit(&f);
	cfg.lowmem_bytes = 24 * MiB;
	walk_to(&cfg, SB_STAGE_LIVE);
	expect_zone(0, SB_ZONE_DMA, 0, 24, 24);
	expect_zone(0, SB_ZONE_NORMAL, 0, 0, 0);
	expect_zone(0, SB_ZONE_HIGHMEM, 24, 40, 40);
	fixture_exit(&f);
}

/* What is Movable is cut from Normal, even if kernelcore is less than DMA. */
static void movable_never_starts_in_dma_when_there_is_normal(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.dma_bytes = 16 * MiB;
	cfg.kernelcore_bytes = 32 * MiB;
	walk_to(&cfg, SB_STAGE_LIVE);
	expect_zone(0, SB_ZONE_DMA, 0, 16, 16);
	expect_zone(0, SB_ZONE_NORMAL, 16, 16, 16);
	expect_zone(0, SB_ZONE_MOVABLE, 32, 32, 32);
	fixture_exit(&f);
	cfg.kernelcore_bytes = 8 * MiB;
	walk_to(&cfg, SB_STAGE_LIVE);
	expect_zone(0, SB_ZONE_DMA, 0, 16, 16);
	expect_zone(0, SB_ZONE_NORMAL, 0, 0, 0);
	expect_zone(0, SB_ZONE_MOVABLE, 16, 48, 48);
	fixture_exit(&f);
}

static void dma_lies_on_the_nodes_that_have_the_lowest_memory(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_add_bank(&cfg, BASE + 16 * MiB, 16 * MiB, 1);
	cfg.dma_bytes = 20 * MiB;
	walk_to(&cfg, SB_STAGE_LIVE);
	expect_zone(0, SB_ZONE_DMA, 0, 16, 16);
	expect_zone(0, SB_ZONE_NORMAL, 0, 0, 0);
	expect_zone(1, SB_ZONE_DMA, 16, 4, 4);
	expect_zone(1, SB_ZONE_NORMAL, 20, 12, 12);
	EXPECT_EQ(f.inst.nodes[1].zonelist->nr_zones, 3);
	EXPECT_EQ(f.inst.nodes[1].zonelist->zone[1], SB_NR_ZONE_TYPES + SB_ZONE_DMA);
	fixture_exit(&f);
}

static void nodes_with_memory_are_counted_and_the_lowest_is_known(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.banks[0].nid = 5;
	fixture_add_bank(&cfg, BASE + 16 * MiB, 16 * MiB, 2);
	walk_to(&cfg, SB_STAGE_LAYOUT);
	EXPECT_EQ(f.inst.first_nid, 2);
	EXPECT_EQ(f.inst.nr_nodes, 2);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(one_bank_is_one_normal_zone), UNIT_CASE(a_hole_is_spanned_and_not_present),
	  UNIT_CASE(memory_above_lowmem_is_highmem),
	  UNIT_CASE(a_limit_above_all_memory_makes_no_highmem),
	  UNIT_CASE(kernelcore_and_movablecore_share_a_node_by_linux_rule),
	  UNIT_CASE(movable_is_cut_from_highmem_when_there_is_any),
	  UNIT_CASE(movable_never_starts_in_normal_when_there_is_highmem),
	  UNIT_CASE(kernelcore_is_spread_over_nodes),
	  UNIT_CASE(what_a_small_node_cannot_hold_goes_to_the_others),
	  UNIT_CASE(normal_memory_is_not_counted_twice_as_kernelcore),
	  UNIT_CASE(what_a_node_has_beyond_its_share_is_spared_the_others),
	  UNIT_CASE(zonelists_go_down_the_node_and_then_to_the_next),
	  UNIT_CASE(nodes_may_be_interleaved), UNIT_CASE(nodes_that_share_a_pageblock_are_refused),
	  UNIT_CASE(memory_without_a_whole_page_is_refused),
	  UNIT_CASE(a_span_too_large_for_links_is_refused),
	  UNIT_CASE(memory_beyond_frame_numbers_is_refused),
	  UNIT_CASE(memory_above_4_gib_works_on_any_cpu), UNIT_CASE(memory_at_the_start_is_dma),
	  UNIT_CASE(dma_may_be_all_and_ends_where_highmem_begins),
	  UNIT_CASE(movable_never_starts_in_dma_when_there_is_normal),
	  UNIT_CASE(dma_lies_on_the_nodes_that_have_the_lowest_memory),
	  UNIT_CASE(nodes_with_memory_are_counted_and_the_lowest_is_known))

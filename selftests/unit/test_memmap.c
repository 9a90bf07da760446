// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors and pageblocks: their cost, their place, and what they say. */
#include "fixture.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;

static struct sb_page_info info_of(unsigned long pfn)
{
	struct sb_page_info info;

	EXPECT(sb_memmap_info(&f.inst, pfn, &info));
	return info;
}

static void descriptors_lie_in_the_carveout_and_are_reserved(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	fixture_boot(&f, &cfg);
	/* 16384 pages, 8 bytes each, at the top of memory. */
	EXPECT_EQ(f.inst.map.nr_present, 16384);
	EXPECT_EQ(f.inst.map.phys, BASE + 64 * MiB - 128 * 1024);
	EXPECT(sb_region_is_range_reserved(&f.inst.regions, f.inst.map.phys, 1));
	EXPECT_EQ(info_of(sb_pfn_down(f.inst.map.phys)).state, SB_PAGE_RESERVED);
	EXPECT(sb_region_is_reserved(&f.inst.regions, f.inst.blocks.phys));
	fixture_exit(&f);
}

static void bottom_up_puts_them_at_the_bottom(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.bottom_up = true;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.map.phys, BASE);
	fixture_exit(&f);
}

static void metadata_stays_in_lowmem(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.lowmem_bytes = 8 * MiB;
	fixture_boot(&f, &cfg);
	EXPECT(f.inst.map.phys + f.inst.map_range.size <= BASE + 8 * MiB);
	EXPECT(f.inst.blocks.phys < BASE + 8 * MiB);
	EXPECT(f.inst.pcp_range.base < BASE + 8 * MiB);
	fixture_exit(&f);
}

/* 32 MiB, a hole of 96 MiB, 16 MiB: 12288 pages, and 24 pages of descriptors. */
static void holes_cost_no_descriptors(void)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);

	fixture_add_bank(&cfg, BASE + 128 * MiB, 16 * MiB, 0);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.map.nr_pages, 36864);
	EXPECT_EQ(f.inst.map.nr_present, 12288);
	EXPECT_EQ(sb_region_reserved_size(&f.inst.regions),
		  12288 * 8 + f.inst.blocks_range.size + f.inst.pcp_range.size);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->managed,
		  12288 - (sb_region_reserved_size(&f.inst.regions) >> SB_PAGE_SHIFT));
	EXPECT_EQ(info_of(PFN + 8192).state, SB_PAGE_HOLE);
	EXPECT(!sb_memmap_exists(&f.inst, PFN + 8192));
	fixture_exit(&f);
}

/* What is given back never holds a descriptor of a pageblock with memory. */
static void holes_give_back_whole_pages_of_descriptors_alone(void)
{
	unsigned int order;

	for (order = 1; order <= 11; order++) {
		struct sb_config cfg = fixture_config(BASE + 5 * MiB + 12288, 16 * MiB);

		fixture_add_bank(&cfg, BASE + 67 * MiB + 20480, 16 * MiB + 4096, 0);
		fixture_add_bank(&cfg, BASE + 93 * MiB, 8 * MiB, 0);
		cfg.max_order = 12;
		cfg.pageblock_order = order;
		fixture_boot(&f, &cfg);
		fixture_exit(&f);
	}
}

/* Their descriptors exist, as the pageblock has some, and say what they are. */
static void a_hole_inside_of_a_pageblock_is_told(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_add_bank(&cfg, BASE + 8 * MiB + 64 * 1024, 1 * MiB, 0);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(info_of(PFN + 2048).state, SB_PAGE_HOLE);
	EXPECT_EQ(info_of(PFN + 2048 + 16).state, SB_PAGE_FREE);
	EXPECT_EQ(sb_alloc_free(&f.inst, PFN + 2048, 0), -ERANGE);
	fixture_exit(&f);
}

static void a_page_tells_what_it_is_at_any_time(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);
	struct sb_page_info info;
	unsigned long block, page;

	fixture_boot(&f, &cfg);
	block = (unsigned long)fixture_alloc(&f, 5, SB_RECLAIMABLE);
	info = info_of(block + 7);
	EXPECT_EQ(info.state, SB_PAGE_ALLOC);
	EXPECT_EQ(info.tail, true);
	EXPECT_EQ(info.head, block);
	EXPECT_EQ(info.order, 5);
	EXPECT_EQ(info.type, SB_RECLAIMABLE);
	EXPECT_EQ(info_of(block).tail, false);

	page = (unsigned long)fixture_alloc(&f, 0, SB_MOVABLE);
	fixture_free(&f, page, 0);
	EXPECT_EQ(info_of(page).state, SB_PAGE_PCP);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(info_of(page).state, SB_PAGE_FREE);

	fixture_free(&f, block, 5);
	info = info_of(block + 7);
	EXPECT_EQ(info.state, SB_PAGE_FREE);
	EXPECT_EQ(info.tail, true);
	EXPECT(info.order >= 5);
	EXPECT(!sb_memmap_info(&f.inst, PFN - 1, &info));
	EXPECT(!sb_memmap_info(&f.inst, PFN + 16384, &info));
	fixture_exit(&f);
}

static void all_pageblocks_start_movable(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);
	unsigned long pfn;

	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.blocks.nr_blocks, 64);
	EXPECT(f.inst.blocks.grouping);
	for (pfn = PFN; pfn < PFN + 16384; pfn += 256) {
		EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, pfn), SB_MOVABLE);
		EXPECT(!sb_pageblock_skip(&f.inst.blocks, pfn));
	}
	fixture_exit(&f);
}

static void pageblock_bits_do_not_touch_their_neighbours(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);
	unsigned long pfn;

	fixture_boot(&f, &cfg);
	for (pfn = PFN; pfn < PFN + 256 * 20; pfn += 256) {
		unsigned int type = pfn / 256 % SB_NR_TYPES;

		fixture_retype(&f, pfn, type);
		sb_pageblock_set_skip(&f.inst, pfn, pfn / 256 % 3 == 0);
	}
	for (pfn = PFN; pfn < PFN + 256 * 20; pfn += 256) {
		EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, pfn), pfn / 256 % SB_NR_TYPES);
		EXPECT_EQ(sb_pageblock_skip(&f.inst.blocks, pfn), pfn / 256 % 3 == 0);
	}
	for (pfn = PFN; pfn < PFN + 256 * 20; pfn += 256) {
		fixture_retype(&f, pfn, SB_MOVABLE);
		EXPECT_EQ(sb_pageblock_skip(&f.inst.blocks, pfn), pfn / 256 % 3 == 0);
	}
	fixture_exit(&f);
}

/* Six types of 1 MiB pageblocks. */
static void small_instances_do_not_group_by_mobility(void)
{
	struct sb_config cfg = fixture_config(BASE, 6 * MiB - 4096);

	fixture_boot(&f, &cfg);
	EXPECT(!f.inst.blocks.grouping);
	fixture_exit(&f);

	cfg.banks[0].size = 6 * MiB;
	fixture_boot(&f, &cfg);
	EXPECT(f.inst.blocks.grouping);
	fixture_exit(&f);
}

static void pageblock_order_can_be_chosen(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.max_order = 15;
	cfg.pageblock_order = 13;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.blocks.nr_blocks, 2);
	fixture_exit(&f);
	cfg.max_order = 1;
	cfg.pageblock_order = 1;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.blocks.nr_blocks, 8192);
	fixture_exit(&f);
}

/* Each piece of metadata fails once: descriptors, pageblocks, per-CPU lists. */
static void a_stage_that_fails_can_be_repeated(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);
	unsigned long managed;
	unsigned int fail;

	fixture_boot(&f, &cfg);
	managed = fixture_zone(&f, SB_ZONE_NORMAL)->managed;
	fixture_exit(&f);
	for (fail = 1; fail <= 3; fail++) {
		enum sb_stage stage;

		f.fail_map = fail;
		EXPECT_EQ(fixture_init(&f, &cfg), 0);
		EXPECT_EQ(sb_instance_boot(&f.inst), -ENOMEM);
		stage = f.inst.stage;
		EXPECT_EQ(stage, SB_STAGE_LAYOUT + fail - 1);
		CHECK(&f);
		EXPECT_EQ(sb_instance_boot(&f.inst), 0);
		EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->managed, managed);
		fixture_exit(&f);
	}
}

static void no_room_for_metadata_is_told(void)
{
	struct sb_config cfg = fixture_config(BASE, 4096);

	f.fail_map = 0;
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_instance_boot(&f.inst), -ENOMEM);
	EXPECT(strstr(unit_last_warning, "no room for 4096 bytes of metadata"));
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(descriptors_lie_in_the_carveout_and_are_reserved),
	  UNIT_CASE(bottom_up_puts_them_at_the_bottom), UNIT_CASE(metadata_stays_in_lowmem),
	  UNIT_CASE(holes_cost_no_descriptors),
	  UNIT_CASE(holes_give_back_whole_pages_of_descriptors_alone),
	  UNIT_CASE(a_hole_inside_of_a_pageblock_is_told),
	  UNIT_CASE(a_page_tells_what_it_is_at_any_time), UNIT_CASE(all_pageblocks_start_movable),
	  UNIT_CASE(pageblock_bits_do_not_touch_their_neighbours),
	  UNIT_CASE(small_instances_do_not_group_by_mobility),
	  UNIT_CASE(pageblock_order_can_be_chosen), UNIT_CASE(a_stage_that_fails_can_be_repeated),
	  UNIT_CASE(no_room_for_metadata_is_told))

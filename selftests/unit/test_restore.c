// SPDX-License-Identifier: GPL-2.0-only
/* Restore: an instance that starts as it is told. */
#include "fixture.h"
#include "restore.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;
static struct sb_zone *zone;

/* 8 MiB: eight pageblocks of 256 pages; metadata sits at the top. */
static struct sb_config config(void)
{
	return fixture_config(BASE, 8 * MiB);
}

static int restore_as(const struct sb_config *cfg, const struct sb_restore *state)
{
	f.fail_map = 0;
	EXPECT_EQ(fixture_init(&f, cfg), 0);
	while (f.inst.stage != SB_STAGE_PAGEBLOCKS)
		EXPECT_EQ(sb_instance_step(&f.inst), 0);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	return sb_restore(&f.inst, state, 1);
}

static struct sb_restore state_of(const struct sb_restore_block *blocks, unsigned long nr)
{
	struct sb_restore state = { .zone = SB_ZONE_NORMAL, .blocks = blocks, .nr_blocks = nr };

	return state;
}

static int restore(const struct sb_restore_block *blocks, unsigned long nr)
{
	struct sb_restore state = state_of(blocks, nr);
	struct sb_config cfg = config();

	return restore_as(&cfg, &state);
}

static void refused(const struct sb_restore_block *blocks, unsigned long nr, int err)
{
	EXPECT_EQ(restore(blocks, nr), err);
	EXPECT(f.inst.stage != SB_STAGE_LIVE);
	fixture_drop(&f);
}

static void lists_have_the_order_that_was_told(void)
{
	static const struct sb_restore_block blocks[] = {
		{ PFN + 8, 0, SB_MOVABLE },
		{ PFN + 2, 0, SB_MOVABLE },
		{ PFN + 64, 2, SB_MOVABLE },
		{ PFN + 4, 0, SB_MOVABLE },
	};
	u32 index;

	EXPECT_EQ(restore(blocks, ARRAY_SIZE(blocks)), 0);
	EXPECT_EQ(zone->nr_free, 7);
	EXPECT_EQ(zone->free_area[0].nr_free, 3);
	index = zone->free_area[0].list[SB_MOVABLE].first;
	EXPECT_EQ(index, 8);
	index = sb_page_next(sb_memmap_at(&f.inst.map, index));
	EXPECT_EQ(index, 2);
	EXPECT_EQ(sb_page_next(sb_memmap_at(&f.inst.map, index)), 4);
	EXPECT_EQ(zone->free_area[2].list[SB_MOVABLE].first, 64);
	fixture_exit(&f);
}

static void all_else_is_in_use_as_single_unmovable_pages(void)
{
	static const struct sb_restore_block block = { PFN, 3, SB_MOVABLE };
	struct sb_page_info info;

	EXPECT_EQ(restore(&block, 1), 0);
	EXPECT(sb_memmap_info(&f.inst, PFN + 8, &info));
	EXPECT_EQ(info.state, SB_PAGE_ALLOC);
	EXPECT_EQ(info.order, 0);
	EXPECT_EQ(info.type, SB_UNMOVABLE);
	/* What the metadata has is nobody's to give. */
	EXPECT(sb_memmap_info(&f.inst, PFN + 2047, &info));
	EXPECT_EQ(info.state, SB_PAGE_RESERVED);
	EXPECT(zone->managed > 1900 && zone->managed < 2048);
	EXPECT_EQ(zone->nr_free, 8);
	fixture_exit(&f);
}

static void it_is_live_and_blocks_come_and_go(void)
{
	static const struct sb_restore_block block = { PFN + 256, 8, SB_MOVABLE };
	long pfn;

	EXPECT_EQ(restore(&block, 1), 0);
	EXPECT_EQ(f.inst.stage, SB_STAGE_LIVE);
	pfn = fixture_alloc(&f, 4, SB_MOVABLE);
	EXPECT_EQ(pfn, PFN + 256);
	CHECK(&f);
	fixture_free(&f, (unsigned long)pfn, 4);
	EXPECT_EQ(zone->free_area[8].nr_free, 1);
	fixture_exit(&f);
}

static void pageblocks_have_the_types_that_were_told(void)
{
	static const struct sb_restore_block block = { PFN + 512, 8, SB_HIGHATOMIC };
	static const u8 types[] = { SB_UNMOVABLE, SB_RECLAIMABLE, SB_HIGHATOMIC };
	struct sb_restore state = state_of(&block, 1);
	struct sb_config cfg = config();

	state.types = types;
	state.nr_types = ARRAY_SIZE(types);
	EXPECT_EQ(restore_as(&cfg, &state), 0);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, PFN), SB_UNMOVABLE);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, PFN + 256), SB_RECLAIMABLE);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, PFN + 768), SB_MOVABLE);
	EXPECT_EQ(zone->nr_reserved_highatomic, 256);
	EXPECT_EQ(zone->nr_free_highatomic, 256);
	fixture_exit(&f);
}

static void by_the_rules_of_6_1_a_list_need_not_be_of_the_pageblocks_type(void)
{
	static const struct sb_restore_block block = { PFN, 4, SB_RECLAIMABLE };
	struct sb_restore state = state_of(&block, 1);
	struct sb_config cfg = config();

	cfg.rules = SB_RULES_6_1;
	EXPECT_EQ(restore_as(&cfg, &state), 0);
	EXPECT_EQ(fixture_free_blocks(&f, 4, SB_RECLAIMABLE), 1);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, PFN), SB_MOVABLE);
	fixture_exit(&f);
}

static void watermarks_are_those_that_were_told(void)
{
	static const struct sb_restore_block block = { PFN, 6, SB_MOVABLE };
	struct sb_restore state = state_of(&block, 1);
	struct sb_config cfg = config();

	cfg.pcp_high = 0;
	state.watermark[SB_WMARK_MIN] = 50;
	state.watermark[SB_WMARK_LOW] = 60;
	state.watermark[SB_WMARK_HIGH] = 70;
	state.watermark_boost = 10;
	state.lowmem_reserve[SB_ZONE_MOVABLE] = 7;
	EXPECT_EQ(restore_as(&cfg, &state), 0);
	EXPECT_EQ(zone->watermark[SB_WMARK_LOW], 60);
	EXPECT_EQ(zone->watermark_boost, 10);
	EXPECT_EQ(zone->lowmem_reserve[SB_ZONE_MOVABLE], 7);
	/* 64 pages are free, 50 must be left. */
	EXPECT(fixture_alloc(&f, 3, SB_MOVABLE) > 0);
	EXPECT_EQ(fixture_alloc(&f, 3, SB_MOVABLE), -ENOMEM);
	fixture_exit(&f);
}

static void a_block_that_cannot_be_is_refused(void)
{
	static const struct sb_restore_block twice[] = { { PFN, 2, SB_MOVABLE },
							 { PFN + 2, 1, SB_MOVABLE } };
	static const struct sb_restore_block wrong[] = {
		{ PFN + 1, 1, SB_MOVABLE }, /* not aligned */
		{ PFN, 11, SB_MOVABLE }, /* larger than max_order */
		{ PFN, 0, SB_NR_TYPES }, /* no such list */
		{ PFN + 2047, 0, SB_MOVABLE }, /* metadata */
		{ PFN - 1, 0, SB_MOVABLE }, /* no memory */
		{ PFN + 2048, 10, SB_MOVABLE }, /* nor there */
	};
	unsigned int i;

	refused(twice, ARRAY_SIZE(twice), -EINVAL);
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		refused(&wrong[i], 1, -EINVAL);
}

static void a_description_that_does_not_fit_is_refused(void)
{
	static const u8 unknown[] = { SB_MOVABLE, SB_NR_TYPES };
	static const u8 too_many[9];
	struct sb_restore state = state_of(NULL, 0);
	struct sb_config cfg = config();

	state.types = unknown;
	state.nr_types = ARRAY_SIZE(unknown);
	EXPECT_EQ(restore_as(&cfg, &state), -EINVAL);
	fixture_drop(&f);
	state.types = too_many;
	state.nr_types = ARRAY_SIZE(too_many);
	EXPECT_EQ(restore_as(&cfg, &state), -ERANGE);
	fixture_drop(&f);
	state = state_of(NULL, 0);
	state.zone = SB_ZONE_MOVABLE;
	EXPECT_EQ(restore_as(&cfg, &state), -ERANGE);
	fixture_drop(&f);
	state.zone = SB_ZONE_NORMAL;
	state.nid = -1;
	EXPECT_EQ(restore_as(&cfg, &state), -ERANGE);
	fixture_drop(&f);
}

static void it_is_done_at_its_stage_alone(void)
{
	struct sb_restore state = state_of(NULL, 0);
	struct sb_config cfg = config();

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_restore(&f.inst, &state, 1), -ENODEV);
	EXPECT_EQ(sb_instance_boot(&f.inst), 0);
	EXPECT_EQ(sb_restore(&f.inst, &state, 1), -ENODEV);
	fixture_exit(&f);
}

static void without_room_for_the_lists_nothing_is_restored(void)
{
	struct sb_restore state = state_of(NULL, 0);
	struct sb_config cfg = config();

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	while (f.inst.stage != SB_STAGE_PAGEBLOCKS)
		EXPECT_EQ(sb_instance_step(&f.inst), 0);
	f.fail_map = f.nr_map_calls + 1;
	EXPECT_EQ(sb_restore(&f.inst, &state, 1), -ENOMEM);
	f.fail_map = 0;
	EXPECT_EQ(sb_restore(&f.inst, &state, 1), 0);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(lists_have_the_order_that_was_told),
	  UNIT_CASE(all_else_is_in_use_as_single_unmovable_pages),
	  UNIT_CASE(it_is_live_and_blocks_come_and_go),
	  UNIT_CASE(pageblocks_have_the_types_that_were_told),
	  UNIT_CASE(by_the_rules_of_6_1_a_list_need_not_be_of_the_pageblocks_type),
	  UNIT_CASE(watermarks_are_those_that_were_told),
	  UNIT_CASE(a_block_that_cannot_be_is_refused),
	  UNIT_CASE(a_description_that_does_not_fit_is_refused),
	  UNIT_CASE(it_is_done_at_its_stage_alone),
	  UNIT_CASE(without_room_for_the_lists_nothing_is_restored))

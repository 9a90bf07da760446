// SPDX-License-Identifier: GPL-2.0-only
/* The page map: a word for each page, for every kind of page. */
#include "fixture.h"
#include "pagemap.h"

#include <linux/sbuddy.h>

#define MAX_WORDS 16384

static struct fixture f;
static u64 words[MAX_WORDS];

static void fill(void)
{
	sb_pagemap_fill(&f.inst, f.inst.map.base_pfn, f.inst.map.nr_pages, words);
}

static u64 word(unsigned long pfn)
{
	return words[pfn - f.inst.map.base_pfn];
}

/* Two nodes with a hole between; node 1 has a DMA zone above it only by number. */
static void boot(void)
{
	struct sb_config cfg = fixture_config(0x80000000, 8 * MiB);

	fixture_add_bank(&cfg, 0x81000000, 4 * MiB, 3);
	fixture_reserve(&cfg, 0x80000000, 4096);
	cfg.dma_bytes = 2 * MiB;
	cfg.lowmem_bytes = 4 * MiB;
	cfg.pcp_batch = 4;
	cfg.pcp_high = 16;
	fixture_boot(&f, &cfg);
}

static void every_state_has_its_number(void)
{
	struct sb_request request = { .order = 2,
				      .type = SB_RECLAIMABLE,
				      .zone = SB_ZONE_NORMAL,
				      .nid = 0,
				      .gfp = SB_GFP_KERNEL | SB_GFP_COMP };
	unsigned long pfn, other;

	boot();
	EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), 0);
	EXPECT_EQ(sb_alloc(&f.inst, &request, &other), 0);
	fixture_free(&f, other, 2);
	fill();
	EXPECT_EQ(SBUDDY_PM_STATE(word(0x80000)), SBUDDY_PM_RESERVED);
	EXPECT_EQ(SBUDDY_PM_ZONE(word(0x80000)), SBUDDY_ZONE_DMA);
	EXPECT_EQ(SBUDDY_PM_NODE(word(0x80000)), 0);
	EXPECT_EQ(word(0x80900), 0);
	EXPECT_EQ(SBUDDY_PM_STATE(word(pfn)), SBUDDY_PM_USED);
	EXPECT_EQ(SBUDDY_PM_ORDER(word(pfn)), 2);
	EXPECT_EQ(SBUDDY_PM_TYPE(word(pfn)), SBUDDY_RECLAIMABLE);
	EXPECT_EQ(SBUDDY_PM_ZONE(word(pfn)), SBUDDY_ZONE_NORMAL);
	EXPECT_EQ(word(pfn) & (SBUDDY_PM_HEAD | SBUDDY_PM_TAIL | SBUDDY_PM_COMP),
		  SBUDDY_PM_HEAD | SBUDDY_PM_COMP);
	EXPECT_EQ(word(pfn + 3) & (SBUDDY_PM_HEAD | SBUDDY_PM_TAIL), SBUDDY_PM_TAIL);
	EXPECT_EQ(SBUDDY_PM_ORDER(word(pfn + 3)), 2);
	EXPECT_EQ(SBUDDY_PM_BLOCK_TYPE(word(pfn)), sb_pageblock_type(&f.inst.blocks, pfn));
	EXPECT_EQ(SBUDDY_PM_STATE(word(other)), SBUDDY_PM_PCP);
	EXPECT_EQ(SBUDDY_PM_STATE(word(0x81000)), SBUDDY_PM_FREE);
	EXPECT_EQ(SBUDDY_PM_NODE(word(0x81000)), 3);
	EXPECT_EQ(SBUDDY_PM_ZONE(word(0x81000)), SBUDDY_ZONE_HIGHMEM);
	EXPECT_EQ(SBUDDY_PM_TYPE(word(0x81000)), SBUDDY_MOVABLE);
	EXPECT_EQ(SBUDDY_PM_BLOCK_TYPE(word(0x81000)), SBUDDY_MOVABLE);
	fixture_exit(&f);
}

/* Counted by state, the map says what the zones say. */
static void states_add_up_to_the_zones_counters(void)
{
	unsigned long nr[8] = { 0 }, nr_free = 0, nr_pcp = 0, i;
	struct sb_zone *zone = NULL;

	boot();
	for (i = 0; i < 100; i++)
		EXPECT(fixture_alloc(&f, i % 5, i % SB_PCPTYPES) > 0);
	fill();
	for (i = 0; i < f.inst.map.nr_pages; i++)
		nr[SBUDDY_PM_STATE(words[i])]++;
	while ((zone = sb_instance_next_zone(&f.inst, zone))) {
		nr_free += zone->nr_free;
		nr_pcp += sb_pcp_count(zone);
	}
	EXPECT_EQ(nr[SBUDDY_PM_FREE], nr_free);
	EXPECT_EQ(nr[SBUDDY_PM_PCP], nr_pcp);
	EXPECT_EQ(nr[SBUDDY_PM_USED], 100 / 5 * (1 + 2 + 4 + 8 + 16));
	EXPECT_EQ(nr[SBUDDY_PM_HOLE], 8 * MiB / SB_PAGE_SIZE);
	fixture_exit(&f);
}

static void a_part_of_the_map_is_that_part(void)
{
	u64 part[700];

	boot();
	fill();
	sb_pagemap_fill(&f.inst, 0x80101, 700, part);
	EXPECT(!memcmp(part, &words[0x101], sizeof(part)));
	fixture_exit(&f);
}

/* Before there are pageblocks, pages have neither zone nor type. */
static void the_map_is_readable_before_pageblocks(void)
{
	struct sb_config cfg = fixture_config(0x80000000, 8 * MiB);
	enum sb_stage at;

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	for (at = SB_STAGE_NEW; at < SB_STAGE_MEMMAP; at++)
		EXPECT_EQ(sb_instance_step(&f.inst), 0);
	fill();
	EXPECT_EQ(words[0], SBUDDY_PM_RESERVED | SBUDDY_PM_HEAD);
	EXPECT_EQ(sb_instance_step(&f.inst), 0);
	fill();
	EXPECT_EQ(words[0], SBUDDY_PM_RESERVED | SBUDDY_PM_HEAD |
				    (u64)SBUDDY_MOVABLE << SB_PM_BLOCK_TYPE_SHIFT);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(every_state_has_its_number), UNIT_CASE(states_add_up_to_the_zones_counters),
	  UNIT_CASE(a_part_of_the_map_is_that_part),
	  UNIT_CASE(the_map_is_readable_before_pageblocks))

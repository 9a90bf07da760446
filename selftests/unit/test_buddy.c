// SPDX-License-Identifier: GPL-2.0-only
/* Split and merge, in one zone, below and across pageblocks. */
#include "buddy.h"
#include "fixture.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;
static struct sb_zone *zone;

/* 16 MiB without per-CPU lists; metadata sits at the top. */
static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
}

static unsigned long take(unsigned int order, unsigned int type)
{
	unsigned long pfn = 0;
	bool found;

	sb_lock(&zone->lock);
	found = sb_buddy_take(zone, order, type, &pfn);
	if (found)
		sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_ALLOC, order, type);
	sb_unlock(&zone->lock);
	return found ? pfn : 0;
}

static void put(unsigned long pfn, unsigned int order)
{
	sb_lock(&zone->lock);
	sb_buddy_free(zone, pfn, order, false);
	sb_unlock(&zone->lock);
}

static void move_block(unsigned long pfn, unsigned int type)
{
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, pfn, type);
	sb_unlock(&zone->lock);
}

static unsigned long first(unsigned int order, unsigned int type)
{
	return sb_engine_empty(zone, order, type) ? 0 : sb_engine_first(zone, order, type);
}

static void a_split_gives_the_lower_half_and_keeps_the_upper_ones(void)
{
	unsigned int order;
	unsigned long pfn;

	boot();
	pfn = take(0, SB_MOVABLE);
	for (order = 0; order < 10 && fixture_free_blocks(&f, order, SB_MOVABLE) == 0; order++)
		;
	EXPECT_EQ(first(order, SB_MOVABLE), pfn + (1ul << order));
	put(pfn, 0);
	fixture_exit(&f);
}

static void the_smallest_block_that_fits_is_taken(void)
{
	unsigned long a, b;

	boot();
	a = take(10, SB_MOVABLE);
	b = take(10, SB_MOVABLE);
	put(b, 10);
	EXPECT_EQ(take(10, SB_MOVABLE), b); /* freed last, taken first */
	put(a, 10);
	put(b, 10);
	fixture_exit(&f);
}

static void halves_merge_up_to_max_order_in_any_order_of_return(void)
{
	unsigned long pfn;
	unsigned int i;

	boot();
	pfn = take(10, SB_MOVABLE);
	/* The block's own pages, in bit-reversed order. */
	for (i = 0; i < 1024; i++) {
		unsigned int j = 0, bit;

		for (bit = 0; bit < 10; bit++)
			j |= (i >> bit & 1) << (9 - bit);
		sb_page_set(sb_memmap_page(&f.inst.map, pfn + j), SB_PAGE_ALLOC, 0, SB_MOVABLE);
	}
	CHECK(&f);
	for (i = 0; i < 1024; i++) {
		unsigned int j = 0, bit;

		for (bit = 0; bit < 10; bit++)
			j |= (i >> bit & 1) << (9 - bit);
		put(pfn + j, 0);
	}
	EXPECT_EQ(first(10, SB_MOVABLE), pfn);
	fixture_exit(&f);
}

static void merging_stops_at_max_order(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.max_order = 8;
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	EXPECT_EQ(zone->free_area[8].nr_free, 15);
	EXPECT_EQ(zone->free_area[9].nr_free, 0);
	fixture_exit(&f);
}

static void merging_stops_at_the_border_of_the_zone(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct sb_zone *highmem;

	/* A block of order 10 has 4 MiB; the border is at 6 MiB. */
	cfg.lowmem_bytes = 6 * MiB;
	fixture_boot(&f, &cfg);
	highmem = fixture_zone(&f, SB_ZONE_HIGHMEM);
	EXPECT_EQ(highmem->free_area[10].nr_free, 2);
	EXPECT_EQ(highmem->free_area[9].nr_free, 1);
	EXPECT_EQ(highmem->nr_free, 2560);
	fixture_exit(&f);
}

static void merging_stops_at_a_hole(void)
{
	struct sb_config cfg = fixture_config(BASE, 2 * MiB);

	fixture_add_bank(&cfg, BASE + 4 * MiB, 4 * MiB, 0);
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, PFN)), 9);
	fixture_exit(&f);
}

static void a_block_about_to_merge_goes_to_the_tail(void)
{
	unsigned long pfn;

	boot();
	pfn = take(4, SB_MOVABLE);
	/* In use: pages 0..7 one by one; 8..15 free, so 0..7 may soon be order 3. */
	sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_ALLOC, 1, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, pfn + 2), SB_PAGE_ALLOC, 1, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, pfn + 4), SB_PAGE_ALLOC, 2, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, pfn + 8), SB_PAGE_ALLOC, 3, SB_MOVABLE);
	put(pfn + 4, 2);
	EXPECT_EQ(first(2, SB_MOVABLE), pfn + 4);
	/* 0..1 and its buddy's next order, 4..7, is free: to the tail of order 1. */
	put(pfn, 1);
	EXPECT_EQ(zone->free_area[1].list[SB_MOVABLE].last, pfn - PFN);
	/* No such neighbour: to the head. */
	put(pfn + 8, 3);
	EXPECT_EQ(first(3, SB_MOVABLE), pfn + 8);
	put(pfn + 2, 1);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, pfn)) >= 4, 1);
	fixture_exit(&f);
}

/* What is above can only merge into the largest order, which is no reason to wait. */
static void a_block_below_the_largest_order_goes_to_the_head(void)
{
	unsigned long pfn;

	boot();
	pfn = take(10, SB_MOVABLE);
	EXPECT(sb_page_is_free(sb_memmap_page(&f.inst.map, sb_pfn_buddy(pfn, 10)), 10));
	EXPECT(first(9, SB_MOVABLE) != 0);
	sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_ALLOC, 9, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, pfn + 512), SB_PAGE_ALLOC, 9, SB_MOVABLE);
	put(pfn, 9);
	EXPECT_EQ(first(9, SB_MOVABLE), pfn);
	fixture_exit(&f);
}

static void moved_blocks_go_to_the_tail(void)
{
	unsigned long a, b;

	boot();
	a = take(9, SB_MOVABLE);
	b = a + 256;
	sb_page_set(sb_memmap_page(&f.inst.map, a), SB_PAGE_ALLOC, 7, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, a + 128), SB_PAGE_ALLOC, 7, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, b), SB_PAGE_ALLOC, 7, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, b + 128), SB_PAGE_ALLOC, 7, SB_MOVABLE);
	put(a, 7);
	put(b, 7);
	move_block(a, SB_RECLAIMABLE);
	move_block(b, SB_RECLAIMABLE);
	EXPECT_EQ(first(7, SB_RECLAIMABLE), a);
	EXPECT_EQ(zone->free_area[7].list[SB_RECLAIMABLE].last, b - PFN);
	fixture_exit(&f);
}

static void moving_a_pageblock_moves_its_free_blocks(void)
{
	unsigned long pfn, used;

	boot();
	pfn = take(8, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_ALLOC, 7, SB_MOVABLE);
	used = pfn + 128;
	sb_page_set(sb_memmap_page(&f.inst.map, used), SB_PAGE_ALLOC, 7, SB_MOVABLE);
	put(pfn, 7);
	move_block(pfn + 3, SB_RECLAIMABLE);
	CHECK(&f);
	EXPECT_EQ(first(7, SB_RECLAIMABLE), pfn);
	put(used, 7); /* goes to the type of its pageblock and merges */
	CHECK(&f);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, used), SB_RECLAIMABLE);
	fixture_exit(&f);
}

static void mergeable_pageblocks_merge_and_take_over_the_type(void)
{
	unsigned long a, b;

	boot();
	a = take(9, SB_MOVABLE);
	b = a + 256;
	sb_page_set(sb_memmap_page(&f.inst.map, a), SB_PAGE_ALLOC, 8, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, b), SB_PAGE_ALLOC, 8, SB_MOVABLE);
	move_block(a, SB_UNMOVABLE);
	put(a, 8);
	EXPECT_EQ(first(8, SB_UNMOVABLE), a);
	put(b, 8); /* Movable takes the Unmovable buddy along */
	CHECK(&f);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, a), SB_MOVABLE);
	fixture_exit(&f);
}

static void isolated_pageblocks_do_not_merge_and_do_not_count(void)
{
	unsigned long before;
	unsigned long a;

	boot();
	before = zone->nr_free;
	a = take(9, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, a), SB_PAGE_ALLOC, 8, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, a + 256), SB_PAGE_ALLOC, 8, SB_MOVABLE);
	move_block(a, SB_ISOLATE);
	put(a, 8);
	put(a + 256, 8);
	CHECK(&f);
	EXPECT_EQ(first(8, SB_ISOLATE), a);
	EXPECT_EQ(zone->nr_free, before - 256);
	move_block(a, SB_MOVABLE);
	EXPECT_EQ(zone->nr_free, before);
	/* Merges again when it comes back in use and is freed. */
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, a), SB_MOVABLE);
	sb_lock(&zone->lock);
	sb_engine_del(zone, a, 8);
	sb_buddy_free(zone, a, 8, false);
	sb_unlock(&zone->lock);
	fixture_exit(&f);
}

/* Four pageblocks in one go: what becomes of them is what would if each were freed alone. */
static void a_large_block_goes_back_by_the_types_of_its_pageblocks(void)
{
	unsigned long a;

	boot();
	a = take(10, SB_MOVABLE);
	put(a, 10);
	CHECK(&f);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, a)), 10);
	a = take(10, SB_MOVABLE);
	move_block(a + 256, SB_UNMOVABLE);
	put(a, 10);
	CHECK(&f);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, a)), 10);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, a + 256), SB_MOVABLE);
	a = take(10, SB_MOVABLE);
	move_block(a + 256, SB_ISOLATE);
	put(a, 10);
	CHECK(&f);
	EXPECT_EQ(first(8, SB_ISOLATE), a + 256);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, a)), 8);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, a + 512)), 9);
	fixture_exit(&f);
}

/* The last pageblock has half its pages; those that are free sit on lists of Movable. */
static void a_pageblock_that_the_zones_end_cuts_is_not_moved_by_6_1(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB + 512 * 1024);
	unsigned long pfn = PFN + 16 * 256;

	cfg.pcp_high = 0;
	cfg.rules = SB_RULES_6_1;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	move_block(pfn, SB_RECLAIMABLE);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, pfn), SB_RECLAIMABLE);
	EXPECT_EQ(sb_page_list(sb_memmap_page(&f.inst.map, pfn)), SB_MOVABLE);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(a_split_gives_the_lower_half_and_keeps_the_upper_ones),
	  UNIT_CASE(the_smallest_block_that_fits_is_taken),
	  UNIT_CASE(halves_merge_up_to_max_order_in_any_order_of_return),
	  UNIT_CASE(merging_stops_at_max_order), UNIT_CASE(merging_stops_at_the_border_of_the_zone),
	  UNIT_CASE(merging_stops_at_a_hole), UNIT_CASE(a_block_about_to_merge_goes_to_the_tail),
	  UNIT_CASE(a_block_below_the_largest_order_goes_to_the_head),
	  UNIT_CASE(moved_blocks_go_to_the_tail),
	  UNIT_CASE(moving_a_pageblock_moves_its_free_blocks),
	  UNIT_CASE(a_pageblock_that_the_zones_end_cuts_is_not_moved_by_6_1),
	  UNIT_CASE(mergeable_pageblocks_merge_and_take_over_the_type),
	  UNIT_CASE(isolated_pageblocks_do_not_merge_and_do_not_count),
	  UNIT_CASE(a_large_block_goes_back_by_the_types_of_its_pageblocks))

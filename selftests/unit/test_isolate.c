// SPDX-License-Identifier: GPL-2.0-only
/* Isolation: what it takes away, what is in its way, and what undoing gives back. */
#include "fixture.h"
#include "isolate.h"

#define BASE 0x90000000ull
#define FIRST 0x90000ul
#define BLOCK 256ul

static struct fixture f;

static struct sb_isolation range(unsigned long start, unsigned long nr_pages)
{
	struct sb_isolation r = {
		.start = FIRST + start,
		.end = FIRST + start + nr_pages,
		.type = SB_MOVABLE,
	};

	return r;
}

static int isolate(unsigned long start, unsigned long nr_pages)
{
	struct sb_isolation r = range(start, nr_pages);
	unsigned long bad;

	return sb_isolate_range(&f.inst, &r, &bad);
}

/* The page in the way, counted from the first one, or -errno. */
static long in_the_way(const struct sb_isolation *r)
{
	unsigned long bad = 0;
	int err = sb_isolate_range(&f.inst, r, &bad);

	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_isolated_blocks, 0);
	return err == -EBUSY ? (long)(bad - FIRST) : err;
}

static long not_free(unsigned long start, unsigned long nr_pages, unsigned int flags)
{
	struct sb_isolation r = range(start, nr_pages);
	unsigned long bad = 0;
	int err;

	r.flags = flags;
	err = sb_isolate_test(&f.inst, &r, &bad);
	EXPECT_EQ(bad - FIRST < start + nr_pages ? -EBUSY : 0, err);
	return err ? (long)(bad - FIRST) : 0;
}

static void undo(unsigned long start, unsigned long nr_pages)
{
	sb_isolate_undo(&f.inst, FIRST + start, FIRST + start + nr_pages);
	CHECK(&f);
}

static unsigned int type_at(unsigned long page)
{
	return sb_pageblock_type(&f.inst.blocks, FIRST + page);
}

static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_boot(&f, &cfg);
}

/* The pages [page, page + 2^order), free so far, are in use by a request of @type. */
static void use(unsigned long page, unsigned int order, unsigned int type)
{
	struct sb_page_info info;
	unsigned long pfn = FIRST + page;
	struct sb_zone *zone = &f.inst.zones[sb_pageblock_zone(&f.inst.blocks, pfn)];

	sb_lock(&zone->lock);
	EXPECT(sb_memmap_info(&f.inst, pfn, &info));
	EXPECT_EQ(info.state, SB_PAGE_FREE);
	EXPECT(info.order >= order);
	sb_engine_del(zone, info.head, info.order);
	while (info.order > order) {
		info.order--;
		sb_engine_add(zone, sb_pfn_buddy(sb_pfn_block(pfn, info.order), info.order),
			      info.order, SB_MOVABLE, SB_ENGINE_HEAD);
	}
	sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_ALLOC, order, type);
	sb_unlock(&zone->lock);
	CHECK(&f);
}

static void isolated_pages_are_free_to_nobody(void)
{
	unsigned long nr_free, pages = 0;
	struct sb_zone *zone;

	boot();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	nr_free = zone->nr_free + sb_pcp_count(zone);
	EXPECT_EQ(isolate(0, 2 * BLOCK), 0);
	CHECK(&f);
	EXPECT_EQ(zone->nr_free, nr_free - 2 * BLOCK);
	EXPECT_EQ(zone->nr_isolated_blocks, 2);
	EXPECT_EQ(fixture_free_blocks(&f, 9, SB_ISOLATE), 1);
	EXPECT_EQ(not_free(0, 2 * BLOCK, 0), 0);
	while (fixture_alloc(&f, 0, SB_MOVABLE) >= 0)
		pages++;
	EXPECT_EQ(pages, nr_free - 2 * BLOCK);
	EXPECT_EQ(not_free(0, 2 * BLOCK, 0), 0);
	undo(0, 2 * BLOCK);
	EXPECT_EQ(zone->nr_free, 2 * BLOCK);
	EXPECT_EQ(zone->nr_isolated_blocks, 0);
	fixture_drop(&f);
}

static void blocks_across_the_border_are_split_and_merge_again(void)
{
	boot();
	/* A block of four pageblocks: its second one, then its third, then its first. */
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), 3);
	EXPECT_EQ(isolate(BLOCK, BLOCK), 0);
	CHECK(&f);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), 2);
	EXPECT_EQ(fixture_free_blocks(&f, 8, SB_ISOLATE), 1);
	EXPECT_EQ(isolate(2 * BLOCK, BLOCK), 0);
	CHECK(&f);
	EXPECT_EQ(fixture_free_blocks(&f, 8, SB_ISOLATE), 2);
	EXPECT_EQ(isolate(0, BLOCK), 0);
	CHECK(&f);
	EXPECT_EQ(fixture_free_blocks(&f, 9, SB_ISOLATE), 1);
	undo(BLOCK, BLOCK);
	undo(0, BLOCK);
	EXPECT_EQ(fixture_free_blocks(&f, 8, SB_ISOLATE), 1);
	undo(2 * BLOCK, BLOCK);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), 3);
	fixture_exit(&f);
}

static void pages_freed_meanwhile_join_the_isolate_lists(void)
{
	boot();
	use(5, 0, SB_MOVABLE);
	use(64, 5, SB_MOVABLE);
	EXPECT_EQ(isolate(0, BLOCK), 0);
	EXPECT_EQ(not_free(0, BLOCK, 0), 5);
	fixture_free(&f, FIRST + 5, 0);
	CHECK(&f);
	EXPECT_EQ(not_free(0, BLOCK, 0), 64);
	fixture_free(&f, FIRST + 64, 5);
	CHECK(&f);
	EXPECT_EQ(not_free(0, BLOCK, 0), 0);
	EXPECT_EQ(fixture_free_blocks(&f, 8, SB_ISOLATE), 1);
	undo(0, BLOCK);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), 3);
	fixture_exit(&f);
}

static void a_block_larger_than_a_pageblock_is_freed_to_both_sides(void)
{
	static const enum sb_rules_version versions[] = { SB_RULES_6_12, SB_RULES_6_1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		struct sb_config cfg = fixture_config(BASE, 16 * MiB);

		cfg.rules = versions[i];
		fixture_boot(&f, &cfg);
		use(0, 10, SB_MOVABLE);
		EXPECT_EQ(isolate(BLOCK, BLOCK), 0);
		fixture_free(&f, FIRST, 10);
		CHECK(&f);
		EXPECT_EQ(fixture_free_blocks(&f, 8, SB_ISOLATE), 1);
		undo(BLOCK, BLOCK);
		EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), 3);
		fixture_exit(&f);
	}
}

static void a_per_cpu_block_larger_than_a_pageblock_is_drained_to_both_sides(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	long pfn;

	cfg.pageblock_order = 2;
	cfg.pcp_batch = 1;
	fixture_boot(&f, &cfg);
	pfn = fixture_alloc(&f, 3, SB_MOVABLE);
	EXPECT(pfn > 0);
	fixture_free(&f, (unsigned long)pfn, 3);
	EXPECT(sb_pcp_count(fixture_zone(&f, SB_ZONE_NORMAL)) >= 8);
	/* Isolation drains. */
	EXPECT_EQ(isolate((unsigned long)pfn - FIRST, 4), 0);
	CHECK(&f);
	EXPECT_EQ(sb_pcp_count(fixture_zone(&f, SB_ZONE_NORMAL)), 0);
	EXPECT_EQ(not_free((unsigned long)pfn - FIRST, 4, 0), 0);
	EXPECT_EQ(fixture_free_blocks(&f, 2, SB_ISOLATE), 1);
	undo((unsigned long)pfn - FIRST, 4);
	EXPECT_EQ(fixture_free_blocks(&f, 2, SB_ISOLATE), 0);
	fixture_exit(&f);
}

static void each_pageblock_gets_its_own_type_back(void)
{
	struct sb_zone *zone;

	boot();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	/* A page in use keeps each pageblock from merging with its neighbours. */
	use(3, 0, SB_MOVABLE);
	use(BLOCK + 3, 0, SB_MOVABLE);
	use(2 * BLOCK + 3, 0, SB_MOVABLE);
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, FIRST, SB_UNMOVABLE);
	sb_buddy_move_block(zone, FIRST + BLOCK, SB_RECLAIMABLE);
	sb_buddy_move_block(zone, FIRST + 2 * BLOCK, SB_HIGHATOMIC);
	sb_unlock(&zone->lock);
	CHECK(&f);
	EXPECT_EQ(zone->nr_reserved_highatomic, BLOCK);
	EXPECT_EQ(isolate(1, 3 * BLOCK), 0);
	CHECK(&f);
	EXPECT_EQ(zone->nr_isolated_blocks, 4);
	EXPECT_EQ(zone->nr_reserved_highatomic, 0);
	undo(1, 3 * BLOCK);
	EXPECT_EQ(type_at(0), SB_UNMOVABLE);
	EXPECT_EQ(type_at(BLOCK), SB_RECLAIMABLE);
	EXPECT_EQ(type_at(2 * BLOCK), SB_HIGHATOMIC);
	EXPECT_EQ(type_at(3 * BLOCK), SB_MOVABLE);
	EXPECT_EQ(zone->nr_reserved_highatomic, BLOCK);
	fixture_exit(&f);
}

static void pages_that_cannot_leave_are_in_the_way(void)
{
	struct sb_isolation r = range(0, 4 * BLOCK);

	boot();
	use(2 * BLOCK + 17, 0, SB_MOVABLE);
	EXPECT_EQ(isolate(0, 4 * BLOCK), 0);
	undo(0, 4 * BLOCK);
	use(2 * BLOCK + 40, 3, SB_UNMOVABLE);
	EXPECT_EQ(in_the_way(&r), 2 * BLOCK + 40);
	/* Outside of the range, in a pageblock that is, it does no harm. */
	r.end = FIRST + 2 * BLOCK + 40;
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &r.start), 0);
	undo(0, 3 * BLOCK);
	r = range(2 * BLOCK + 43, 10);
	EXPECT_EQ(in_the_way(&r), 2 * BLOCK + 43);
	/* The first page of a range, and of a pageblock. */
	use(BLOCK, 0, SB_RECLAIMABLE);
	r = range(BLOCK, 1);
	EXPECT_EQ(in_the_way(&r), BLOCK);
	fixture_exit(&f);
}

static void in_zone_movable_all_that_was_handed_over_can_leave(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct sb_isolation r = range(3584, 256);
	unsigned long bad;

	cfg.movablecore_bytes = 8 * MiB;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.blocks.zone[3584 / BLOCK], SB_ZONE_MOVABLE);
	use(3584 + 1, 0, SB_UNMOVABLE);
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), 0);
	EXPECT_EQ(not_free(3584, 256, 0), 3584 + 1);
	undo(3584, 256);
	fixture_exit(&f);
}

static void reserved_pages_and_holes_are_in_the_way(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB + 64 * 1024);
	struct sb_isolation r = range(BLOCK, 2 * BLOCK);

	fixture_reserve(&cfg, BASE + 2 * MiB + 8 * SB_PAGE_SIZE, 4096);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(in_the_way(&r), 2 * BLOCK + 8);
	/* The last pageblock has sixteen pages of memory, some of them ours. */
	r = range(4 * BLOCK + 16, 1);
	EXPECT_EQ(in_the_way(&r), 4 * BLOCK + 16);
	r.flags = SB_ISOLATION_OFFLINE;
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &r.end), 0);
	EXPECT_EQ(not_free(4 * BLOCK + 16, 1, 0), 4 * BLOCK + 16);
	EXPECT_EQ(not_free(4 * BLOCK + 16, 1, SB_ISOLATION_OFFLINE), 0);
	undo(4 * BLOCK, 1);
	fixture_exit(&f);
}

static void bad_pages_are_in_the_way_unless_taken_away(void)
{
	struct sb_isolation r = range(0, BLOCK);

	boot();
	use(9, 0, SB_MOVABLE);
	sb_page_set(sb_memmap_page(&f.inst.map, FIRST + 9), SB_PAGE_POISONED, 0, SB_MOVABLE);
	EXPECT_EQ(in_the_way(&r), 9);
	r.flags = SB_ISOLATION_OFFLINE;
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &r.end), 0);
	EXPECT_EQ(not_free(0, BLOCK, 0), 9);
	EXPECT_EQ(not_free(0, BLOCK, SB_ISOLATION_OFFLINE), 0);
	sb_page_set(sb_memmap_page(&f.inst.map, FIRST + 9), SB_PAGE_QUARANTINE, 0, SB_MOVABLE);
	EXPECT_EQ(not_free(0, BLOCK, 0), 9);
	EXPECT_EQ(not_free(0, BLOCK, SB_ISOLATION_OFFLINE), 0);
	sb_isolate_undo(&f.inst, FIRST, FIRST + BLOCK);
	fixture_drop(&f);
}

static void what_is_isolated_is_so_once(void)
{
	struct sb_isolation r = range(0, 4 * BLOCK);
	unsigned long bad;

	boot();
	EXPECT_EQ(isolate(2 * BLOCK, BLOCK), 0);
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), -EBUSY);
	EXPECT_EQ(bad, FIRST + 2 * BLOCK);
	/* What was isolated before the failure is not any more. */
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_isolated_blocks, 1);
	CHECK(&f);
	EXPECT_EQ(not_free(1, 1, 0), 1);
	undo(0, 4 * BLOCK);
	undo(0, 4 * BLOCK);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), 3);
	fixture_exit(&f);
}

static void cma_pageblocks_are_isolated_for_cma_alone(void)
{
	struct sb_isolation r = range(BLOCK, BLOCK);
	struct sb_zone *zone;
	unsigned long bad;

	boot();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	use(BLOCK + 1, 0, SB_UNMOVABLE);
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, FIRST + BLOCK, SB_CMA);
	sb_unlock(&zone->lock);
	EXPECT_EQ(in_the_way(&r), BLOCK);
	/* Whatever is in use there. */
	r.type = SB_CMA;
	EXPECT_EQ(zone->nr_free_cma, BLOCK - 1);
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), 0);
	EXPECT_EQ(zone->nr_free_cma, 0);
	EXPECT_EQ(not_free(BLOCK, BLOCK, 0), BLOCK + 1);
	undo(BLOCK, BLOCK);
	EXPECT_EQ(type_at(BLOCK), SB_CMA);
	EXPECT_EQ(zone->nr_free_cma, BLOCK - 1);
	fixture_exit(&f);
}

static void ranges_that_are_none_are_refused(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	struct sb_isolation r;
	unsigned long bad;

	cfg.lowmem_bytes = 4 * MiB;
	fixture_add_bank(&cfg, BASE + 16 * MiB, 8 * MiB, 0);
	fixture_boot(&f, &cfg);
	r = range(5, 0);
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), -EINVAL);
	r.end--;
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), -EINVAL);
	/* Two zones. */
	r = range(3 * BLOCK, 2 * BLOCK);
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), -ERANGE);
	/* A hole, which only who takes memory away may have. */
	r = range(7 * BLOCK, 10 * BLOCK);
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), -ERANGE);
	r.flags = SB_ISOLATION_OFFLINE;
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), 0);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_HIGHMEM)->nr_isolated_blocks, 2);
	EXPECT_EQ(not_free(7 * BLOCK, 10 * BLOCK, SB_ISOLATION_OFFLINE), 0);
	EXPECT_EQ(not_free(7 * BLOCK, 10 * BLOCK, 0), 8 * BLOCK);
	undo(7 * BLOCK, 10 * BLOCK);
	r = range(10 * BLOCK, BLOCK);
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), -ERANGE);
	r.start = 0;
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), -ERANGE);
	r = range(0, 1000 * BLOCK);
	EXPECT_EQ(sb_isolate_range(&f.inst, &r, &bad), -ERANGE);
	fixture_exit(&f);
}

static void reserved_pages_handed_over_meanwhile_join_the_isolate_lists(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_reserve(&cfg, BASE + 4096, 4096);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(isolate(2, 10), 0);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 4096, 4096), 1);
	CHECK(&f);
	EXPECT_EQ(fixture_free_blocks(&f, 8, SB_ISOLATE), 1);
	undo(2, 10);
	fixture_exit(&f);
}

/* The head's pageblock is not isolated: its type alone would send the block to a per-CPU list. */
static void a_block_isolated_in_its_second_half_goes_past_the_per_cpu_lists(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	unsigned long pfn;

	cfg.pageblock_order = 2;
	fixture_boot(&f, &cfg);
	pfn = (unsigned long)fixture_alloc(&f, 3, SB_MOVABLE);
	EXPECT_EQ(isolate(pfn + 4 - FIRST, 4), 0);
	fixture_free(&f, pfn, 3);
	EXPECT_EQ(not_free(pfn + 4 - FIRST, 4, 0), 0);
	undo(pfn + 4 - FIRST, 4);
	fixture_exit(&f);
}

/* Isolating anything, at random, and undoing it leaves all as it was. */
static void random_isolation_leaves_no_trace(void)
{
	unsigned long steps = unit_iterations(3000);
	u64 seed = unit_seed();
	unsigned int i;
	long held[64];

	while (steps) {
		struct sb_config cfg = fixture_config(BASE, 4 * MiB);
		unsigned long round = min(steps, 300ul);

		cfg.pageblock_order = 3 + (unsigned int)unit_below(&seed, 6);
		cfg.rules = (enum sb_rules_version)unit_below(&seed, SB_NR_RULES);
		fixture_boot(&f, &cfg);
		for (i = 0; i < ARRAY_SIZE(held); i++)
			held[i] = fixture_alloc(&f, (unsigned int)unit_below(&seed, 5),
						unit_below(&seed, 4) ? SB_MOVABLE : SB_UNMOVABLE);
		steps -= round;
		while (round--) {
			unsigned long start = (unsigned long)unit_below(&seed, 1000);
			unsigned long nr_pages = 1 + (unsigned long)unit_below(&seed, 1024 - start);
			unsigned int which = (unsigned int)unit_below(&seed, ARRAY_SIZE(held));
			struct sb_zone *zone = fixture_zone(&f, SB_ZONE_NORMAL);
			struct sb_page_info info;

			if (isolate(start, nr_pages)) {
				EXPECT_EQ(zone->nr_isolated_blocks, 0);
				continue;
			}
			CHECK(&f);
			if (held[which] > 0 &&
			    sb_memmap_info(&f.inst, (unsigned long)held[which], &info))
				fixture_free(&f, (unsigned long)held[which], info.order);
			CHECK(&f);
			undo(start, nr_pages);
			EXPECT_EQ(zone->nr_isolated_blocks, 0);
			held[which] =
				fixture_alloc(&f, (unsigned int)unit_below(&seed, 5), SB_MOVABLE);
		}
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(isolated_pages_are_free_to_nobody),
	  UNIT_CASE(blocks_across_the_border_are_split_and_merge_again),
	  UNIT_CASE(pages_freed_meanwhile_join_the_isolate_lists),
	  UNIT_CASE(a_block_larger_than_a_pageblock_is_freed_to_both_sides),
	  UNIT_CASE(a_per_cpu_block_larger_than_a_pageblock_is_drained_to_both_sides),
	  UNIT_CASE(a_block_isolated_in_its_second_half_goes_past_the_per_cpu_lists),
	  UNIT_CASE(each_pageblock_gets_its_own_type_back),
	  UNIT_CASE(pages_that_cannot_leave_are_in_the_way),
	  UNIT_CASE(in_zone_movable_all_that_was_handed_over_can_leave),
	  UNIT_CASE(reserved_pages_and_holes_are_in_the_way),
	  UNIT_CASE(bad_pages_are_in_the_way_unless_taken_away),
	  UNIT_CASE(what_is_isolated_is_so_once),
	  UNIT_CASE(cma_pageblocks_are_isolated_for_cma_alone),
	  UNIT_CASE(ranges_that_are_none_are_refused),
	  UNIT_CASE(reserved_pages_handed_over_meanwhile_join_the_isolate_lists),
	  UNIT_CASE(random_isolation_leaves_no_trace))

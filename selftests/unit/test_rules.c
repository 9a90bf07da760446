// SPDX-License-Identifier: GPL-2.0-only
/* Linux 6.1's rules, where they are not those of 6.12. */
#include "fallback.h"
#include "fixture.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul
#define BLOCK 256ul

static struct fixture f;
static struct sb_zone *zone;

static void boot_bank(u64 base, u64 size, unsigned int pcp_high)
{
	struct sb_config cfg = fixture_config(base, size);

	cfg.pcp_high = pcp_high;
	cfg.rules = SB_RULES_6_1;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
}

/* 16 MiB, pageblocks of 1 MiB, all in use by single Movable pages. */
static void boot_full(void)
{
	boot_bank(BASE, 16 * MiB, 0);
	fixture_fill(&f);
	memset(zone->events, 0, sizeof(zone->events));
}

static unsigned long alloc(unsigned int order, unsigned int type)
{
	long pfn = fixture_alloc(&f, order, type);

	CHECK(&f);
	return pfn < 0 ? 0 : (unsigned long)pfn;
}

static unsigned int type_of(unsigned long pfn)
{
	return sb_pageblock_type(&f.inst.blocks, pfn);
}

static unsigned int list_of(unsigned long pfn)
{
	return sb_page_list(sb_memmap_page(&f.inst.map, pfn));
}

static void a_version_has_the_rules_that_its_name_says(void)
{
	EXPECT_STR(sb_rules(SB_RULES_6_12)->name, "6.12");
	EXPECT_STR(sb_rules(SB_RULES_6_1)->name, "6.1");
}

/* Less than half of it is free: all that is free changes lists, the pageblock stays. */
static void free_pages_of_a_pageblock_change_lists_though_it_is_not_claimed(void)
{
	boot_full();
	fixture_free_run(&f, PFN, 32);
	fixture_free_run(&f, PFN + 64, 8);
	EXPECT_EQ(alloc(0, SB_UNMOVABLE), PFN + 64);
	EXPECT_EQ(type_of(PFN), SB_MOVABLE);
	EXPECT_EQ(list_of(PFN), SB_UNMOVABLE);
	EXPECT_EQ(list_of(PFN + 65), SB_UNMOVABLE);
	EXPECT_EQ(zone->events[SB_EVENT_STEAL], 1);
	EXPECT_EQ(zone->events[SB_EVENT_CLAIM], 0);
	/* The next one finds them there. */
	EXPECT_EQ(alloc(3, SB_UNMOVABLE), PFN);
	EXPECT_EQ(zone->events[SB_EVENT_STEAL], 1);
	fixture_exit(&f);
}

static void a_pageblock_of_which_half_is_free_is_claimed(void)
{
	boot_full();
	fixture_free_run(&f, PFN, BLOCK / 2);
	EXPECT_EQ(alloc(0, SB_UNMOVABLE), PFN);
	EXPECT_EQ(type_of(PFN), SB_UNMOVABLE);
	EXPECT_EQ(zone->events[SB_EVENT_CLAIM], 1);
	fixture_exit(&f);
}

/* 6.12 would go on to one that can be claimed. */
static void the_largest_block_is_taken_though_a_smaller_one_could_be_claimed(void)
{
	unsigned long pfn;

	boot_full();
	fixture_free_run(&f, PFN, 64);
	for (pfn = PFN + BLOCK; pfn < PFN + 2 * BLOCK; pfn += 4)
		fixture_free_run(&f, pfn, 2);
	EXPECT_EQ(alloc(0, SB_UNMOVABLE), PFN);
	EXPECT_EQ(type_of(PFN), SB_MOVABLE);
	fixture_exit(&f);
}

/* A small one for what moves: it is alone in changing lists. */
static void a_small_movable_request_takes_the_smallest_block_to_its_own_list(void)
{
	boot_full();
	fixture_set_type(&f, PFN, SB_UNMOVABLE);
	fixture_set_type(&f, PFN + BLOCK, SB_UNMOVABLE);
	fixture_free_run(&f, PFN, 8);
	fixture_free_run(&f, PFN + BLOCK, 4);
	fixture_free_run(&f, PFN + BLOCK + 16, 4);
	EXPECT_EQ(alloc(0, SB_MOVABLE), PFN + BLOCK + 16);
	EXPECT_EQ(type_of(PFN + BLOCK), SB_UNMOVABLE);
	EXPECT_EQ(fixture_free_blocks(&f, 0, SB_MOVABLE), 1);
	EXPECT_EQ(fixture_free_blocks(&f, 1, SB_MOVABLE), 1);
	EXPECT_EQ(fixture_free_blocks(&f, 2, SB_UNMOVABLE), 1);
	EXPECT_EQ(fixture_free_blocks(&f, 3, SB_UNMOVABLE), 1);
	fixture_exit(&f);
}

static void a_free_block_of_many_pageblocks_is_claimed_with_all_of_them(void)
{
	unsigned long pfn;

	boot_bank(BASE, 16 * MiB, 0);
	pfn = alloc(0, SB_RECLAIMABLE);
	EXPECT_EQ(type_of(pfn), SB_RECLAIMABLE);
	EXPECT_EQ(type_of(pfn + 3 * BLOCK), SB_RECLAIMABLE);
	EXPECT_EQ(zone->events[SB_EVENT_CLAIM], 1);
	fixture_exit(&f);
}

/* The pageblock is reserved, its pages are on an ordinary list: one block is all that goes. */
static void of_a_reserved_pageblock_one_block_alone_is_stolen(void)
{
	boot_full();
	fixture_free_run(&f, PFN, 8);
	fixture_free_run(&f, PFN + 16, 8);
	fixture_retype(&f, PFN, SB_HIGHATOMIC);
	/* Or the watermark check would leave nothing. */
	zone->nr_reserved_highatomic = 0;
	EXPECT_EQ(alloc(3, SB_UNMOVABLE), PFN + 16);
	EXPECT_EQ(list_of(PFN), SB_MOVABLE);
	EXPECT_EQ(type_of(PFN), SB_HIGHATOMIC);
	fixture_exit(&f);
}

/*
 * The zone begins within a pageblock: what lies below the block found is left
 * alone, and taken for pages in use that do not move.
 */
static void below_the_block_found_a_first_pageblock_is_not_looked_at(void)
{
	unsigned long first = PFN + BLOCK / 2;

	boot_bank(BASE + MiB / 2, 8 * MiB, 0);
	fixture_fill(&f);
	fixture_free_run(&f, first, 32);
	fixture_free_run(&f, first + 64, 64);
	EXPECT_EQ(alloc(6, SB_UNMOVABLE), first + 64);
	EXPECT_EQ(list_of(first), SB_MOVABLE);
	EXPECT_EQ(type_of(first), SB_UNMOVABLE);
	fixture_exit(&f);
}

/* 64 free pages from there on; with the 64 movable ones below it would be half a pageblock. */
static void below_the_block_found_nothing_counts_as_alike(void)
{
	unsigned long first = PFN + BLOCK / 2;

	boot_bank(BASE + MiB / 2, 8 * MiB, 0);
	fixture_fill(&f);
	fixture_set_type(&f, first, SB_UNMOVABLE);
	fixture_free_run(&f, first + 64, 64);
	EXPECT_EQ(alloc(4, SB_MOVABLE), first + 64);
	EXPECT_EQ(type_of(first), SB_UNMOVABLE);
	EXPECT_EQ(fixture_free_blocks(&f, 4, SB_MOVABLE), 1);
	fixture_exit(&f);
}

/* It ends within one: nothing of that is moved but the block found. */
static void of_a_last_pageblock_one_block_alone_is_stolen(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB + MiB / 2);
	unsigned long last = PFN + 8 * BLOCK;

	cfg.pcp_high = 0;
	cfg.bottom_up = true;
	cfg.rules = SB_RULES_6_1;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	fixture_fill(&f);
	fixture_free_run(&f, last, 32);
	fixture_free_run(&f, last + 64, 64);
	EXPECT_EQ(alloc(6, SB_UNMOVABLE), last + 64);
	EXPECT_EQ(list_of(last), SB_MOVABLE);
	EXPECT_EQ(type_of(last), SB_MOVABLE);
	fixture_exit(&f);
}

/* A block of many pageblocks goes back whole, to the list of its first one. */
static void a_large_block_goes_back_to_the_list_of_its_first_pageblock(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		struct sb_config cfg = fixture_config(BASE, 16 * MiB);
		unsigned long pfn;

		cfg.pcp_high = 0;
		cfg.rules = rules;
		fixture_boot(&f, &cfg);
		pfn = alloc(9, SB_MOVABLE);
		fixture_fill(&f);
		fixture_retype(&f, pfn + BLOCK, SB_CMA);
		fixture_free(&f, pfn, 9);
		EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, pfn)),
			  rules == SB_RULES_6_1 ? 9 : 8);
		EXPECT_EQ(list_of(pfn), SB_MOVABLE);
		CHECK(&f);
		fixture_exit(&f);
	}
}

/* Two pageblocks merge, and by 6.12 become of one type. */
static void a_merge_leaves_the_pageblocks_types(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		struct sb_config cfg = fixture_config(BASE, 16 * MiB);

		cfg.pcp_high = 0;
		cfg.rules = rules;
		fixture_boot(&f, &cfg);
		zone = fixture_zone(&f, SB_ZONE_NORMAL);
		fixture_fill(&f);
		fixture_set_type(&f, PFN + BLOCK, SB_UNMOVABLE);
		fixture_free_run(&f, PFN + BLOCK, BLOCK);
		fixture_free_run(&f, PFN, BLOCK);
		EXPECT_EQ(fixture_free_blocks(&f, 9, SB_MOVABLE), 1);
		EXPECT_EQ(type_of(PFN + BLOCK), rules == SB_RULES_6_1 ? SB_UNMOVABLE : SB_MOVABLE);
		fixture_exit(&f);
	}
}

/* 6.12 looks at the pageblock when a page leaves a per-CPU list, 6.1 when it comes. */
static void a_page_on_a_per_cpu_list_remembers_its_type(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		struct sb_config cfg = fixture_config(BASE, 16 * MiB);

		cfg.rules = rules;
		fixture_boot(&f, &cfg);
		fixture_fill(&f);
		fixture_free(&f, PFN, 0);
		fixture_retype(&f, PFN, SB_RECLAIMABLE);
		sb_pcp_drain_all(&f.inst);
		EXPECT_EQ(list_of(PFN), rules == SB_RULES_6_1 ? SB_MOVABLE : SB_RECLAIMABLE);
		/* Not so while some pageblock is isolated. */
		fixture_free(&f, PFN + 2, 0);
		fixture_retype(&f, PFN, SB_UNMOVABLE);
		fixture_retype(&f, PFN + BLOCK, SB_ISOLATE);
		sb_pcp_drain_all(&f.inst);
		EXPECT_EQ(list_of(PFN + 2), SB_UNMOVABLE);
		fixture_drop(&f);
	}
}

/* A refill borrowed from CMA; what is not given has to be there again for its area. */
static void pages_borrowed_from_cma_find_back(void)
{
	unsigned int rules;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		struct sb_config cfg = fixture_config(BASE, 16 * MiB);
		long pfn;

		cfg.rules = rules;
		fixture_boot(&f, &cfg);
		fixture_fill(&f);
		zone = fixture_zone(&f, SB_ZONE_NORMAL);
		fixture_set_type(&f, PFN, SB_CMA);
		fixture_free_run(&f, PFN, BLOCK);
		sb_pcp_drain_all(&f.inst);
		EXPECT_EQ(zone->nr_free_cma, BLOCK);
		pfn = fixture_alloc(&f, 0, SB_MOVABLE);
		EXPECT(pfn > 0);
		EXPECT(zone->nr_free_cma < BLOCK - 1);
		CHECK(&f);
		sb_pcp_drain_all(&f.inst);
		EXPECT_EQ(zone->nr_free_cma, BLOCK - 1);
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(a_version_has_the_rules_that_its_name_says),
	  UNIT_CASE(free_pages_of_a_pageblock_change_lists_though_it_is_not_claimed),
	  UNIT_CASE(a_pageblock_of_which_half_is_free_is_claimed),
	  UNIT_CASE(the_largest_block_is_taken_though_a_smaller_one_could_be_claimed),
	  UNIT_CASE(a_small_movable_request_takes_the_smallest_block_to_its_own_list),
	  UNIT_CASE(a_free_block_of_many_pageblocks_is_claimed_with_all_of_them),
	  UNIT_CASE(of_a_reserved_pageblock_one_block_alone_is_stolen),
	  UNIT_CASE(below_the_block_found_a_first_pageblock_is_not_looked_at),
	  UNIT_CASE(below_the_block_found_nothing_counts_as_alike),
	  UNIT_CASE(of_a_last_pageblock_one_block_alone_is_stolen),
	  UNIT_CASE(a_large_block_goes_back_to_the_list_of_its_first_pageblock),
	  UNIT_CASE(a_merge_leaves_the_pageblocks_types),
	  UNIT_CASE(a_page_on_a_per_cpu_list_remembers_its_type),
	  UNIT_CASE(pages_borrowed_from_cma_find_back))

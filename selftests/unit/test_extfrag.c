// SPDX-License-Identifier: GPL-2.0-only
/* Fragmentation: the indices, and the two files byte for byte. */
#include "extfrag.h"
#include "fixture.h"
#include "show.h"

/* Lines end in a space, as Linux's do. */
#define BLANK " "
#define END BLANK "\n"

static struct fixture f;
static char text[4096];

static const char *file(void (*show)(struct sb_out *, struct sb_instance *))
{
	struct sb_out out = { .text = text, .size = sizeof(text) };

	text[0] = '\0';
	show(&out, &f.inst);
	return text;
}

static struct sb_extfrag seen_of(unsigned long pages, unsigned long blocks, unsigned long suitable)
{
	return (struct sb_extfrag){ pages, blocks, suitable };
}

static void nothing_free_is_all_unusable_and_not_fragmented(void)
{
	struct sb_extfrag seen = seen_of(0, 0, 0);

	EXPECT_EQ(sb_extfrag_unusable(&seen, 0), 1000);
	EXPECT_EQ(sb_extfrag_unusable(&seen, 9), 1000);
	EXPECT_EQ(sb_extfrag_index(&seen, 9), 0);
}

static void a_suitable_block_makes_the_index_minus_one(void)
{
	struct sb_extfrag seen = seen_of(1000, 100, 1);

	EXPECT_EQ(sb_extfrag_index(&seen, 3), -1000);
}

/* Thousand single pages, and eight wanted: a matter of fragmentation. */
static void index_tends_to_one_for_fragmentation(void)
{
	struct sb_extfrag seen = seen_of(1000, 1000, 0);

	EXPECT_EQ(sb_extfrag_index(&seen, 3), 1000 - (1000 + 125000) / 1000);
	EXPECT_EQ(sb_extfrag_unusable(&seen, 3), 1000);
}

/* Few pages, and a lot wanted: a matter of memory. */
static void index_tends_to_zero_for_lack_of_memory(void)
{
	struct sb_extfrag seen = seen_of(2, 1, 0);

	EXPECT_EQ(sb_extfrag_index(&seen, 10), 1000 - (1000 + 1) / 1);
	EXPECT_EQ(sb_extfrag_index(&seen, 2), -500);
}

static void unusable_is_the_share_of_smaller_blocks(void)
{
	struct sb_extfrag seen = seen_of(12, 5, 2);

	EXPECT_EQ(sb_extfrag_unusable(&seen, 2), 333);
	EXPECT_EQ(sb_extfrag_unusable(&seen, 1), 666);
}

/* Products that need more than 32 bits on the board. */
static void large_zones_do_not_overflow(void)
{
	struct sb_extfrag seen = seen_of(8u << 20, 8u << 20, 0);

	EXPECT_EQ(sb_extfrag_index(&seen, 1), 1000 - 500);
	seen.suitable = 1;
	EXPECT_EQ(sb_extfrag_unusable(&seen, 10), 999);
}

/* 17 pages: two of order 0, one of order 2, one of order 3, the rest metadata. */
static void boot_tiny(void)
{
	struct sb_config cfg = fixture_config(0x80003000, 17 * SB_PAGE_SIZE);

	cfg.max_order = 3;
	cfg.pageblock_order = 2;
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
}

static void counting_splits_larger_blocks(void)
{
	struct sb_extfrag seen;

	boot_tiny();
	sb_extfrag_count(fixture_zone(&f, SB_ZONE_NORMAL), 1, &seen);
	EXPECT_EQ(seen.free_pages, 14);
	EXPECT_EQ(seen.free_blocks, 4);
	EXPECT_EQ(seen.suitable, 2 + 4);
	fixture_exit(&f);
}

static void files_have_a_column_an_order(void)
{
	boot_tiny();
	EXPECT_STR(file(sb_show_unusable_index),
		   "Node 0, zone   Normal 0.000 0.142 0.142 0.428" END);
	EXPECT_STR(file(sb_show_extfrag_index),
		   "Node 0, zone   Normal -1.000 -1.000 -1.000 -1.000" END);
	/* Without the two large blocks, what is left is two single pages. */
	EXPECT(fixture_alloc(&f, 3, SB_MOVABLE) > 0);
	EXPECT(fixture_alloc(&f, 2, SB_MOVABLE) > 0);
	EXPECT_STR(file(sb_show_unusable_index),
		   "Node 0, zone   Normal 0.000 1.000 1.000 1.000" END);
	/* As Linux prints a negative one that is not -1. */
	EXPECT_STR(file(sb_show_extfrag_index),
		   "Node 0, zone   Normal -1.000  0.000  0.250  0.375" END);
	EXPECT(fixture_alloc(&f, 0, SB_MOVABLE) > 0);
	EXPECT_STR(file(sb_show_extfrag_index),
		   "Node 0, zone   Normal -1.000  0.-500  0.-250  0.-125" END);
	EXPECT(fixture_alloc(&f, 0, SB_MOVABLE) > 0);
	EXPECT_STR(file(sb_show_unusable_index),
		   "Node 0, zone   Normal 1.000 1.000 1.000 1.000" END);
	EXPECT_STR(file(sb_show_extfrag_index),
		   "Node 0, zone   Normal  0.000  0.000  0.000  0.000" END);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(nothing_free_is_all_unusable_and_not_fragmented),
	  UNIT_CASE(a_suitable_block_makes_the_index_minus_one),
	  UNIT_CASE(index_tends_to_one_for_fragmentation),
	  UNIT_CASE(index_tends_to_zero_for_lack_of_memory),
	  UNIT_CASE(unusable_is_the_share_of_smaller_blocks),
	  UNIT_CASE(large_zones_do_not_overflow), UNIT_CASE(counting_splits_larger_blocks),
	  UNIT_CASE(files_have_a_column_an_order))

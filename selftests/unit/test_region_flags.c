// SPDX-License-Identifier: GPL-2.0-only
/* The region tracker: flags and nodes of memory. */
#include "region_host.h"

static void one_region(struct host *h)
{
	host_init(h, false);
	WORKS(h, add(h, 0x10, 0x40));
}

static void mark_splits_only_where_it_must(void)
{
	static const struct {
		u64 from;
		u64 to;
		const char *wanted;
	} marks[] = {
		{ 0x08, 0x10, "10-40" },	 { 0x08, 0x18, "10-18,N 18-40" },
		{ 0x10, 0x18, "10-18,N 18-40" }, { 0x18, 0x20, "10-18 18-20,N 20-40" },
		{ 0x20, 0x40, "10-20 20-40,N" }, { 0x20, 0x48, "10-20 20-40,N" },
		{ 0x08, 0x48, "10-40,N" },	 { 0x10, 0x40, "10-40,N" },
		{ 0x40, 0x48, "10-40" },
	};
	struct host h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(marks); i++) {
		u64 base = P(marks[i].from), size = P(marks[i].to - marks[i].from);

		one_region(&h);
		WORKS(&h, sb_region_mark(&h.r, base, size, SB_REGION_NOMAP));
		MEMORY_IS(&h, marks[i].wanted);
		WORKS(&h, sb_region_mark(&h.r, base, size, SB_REGION_NOMAP));
		MEMORY_IS(&h, marks[i].wanted);
		WORKS(&h, sb_region_clear(&h.r, base, size, SB_REGION_NOMAP));
		MEMORY_IS(&h, "10-40");
	}
}

static void flags_are_set_and_cleared_one_by_one(void)
{
	struct host h;

	one_region(&h);
	WORKS(&h, sb_region_mark(&h.r, P(0x10), P(0x18), SB_REGION_HOTPLUG));
	WORKS(&h, sb_region_mark(&h.r, P(0x18), P(0x18), SB_REGION_MIRROR));
	WORKS(&h, sb_region_mark(&h.r, P(0x20), P(0x18), SB_REGION_NOMAP));
	MEMORY_IS(&h, "10-18,H 18-20,HM 20-28,HMN 28-30,MN 30-38,N 38-40");
	WORKS(&h, sb_region_clear(&h.r, 0, TOP, SB_REGION_MIRROR));
	MEMORY_IS(&h, "10-20,H 20-28,HN 28-38,N 38-40");
	WORKS(&h, sb_region_clear(&h.r, P(0x14), P(0x18), SB_REGION_HOTPLUG));
	MEMORY_IS(&h, "10-14,H 14-20 20-38,N 38-40");
	WORKS(&h, sb_region_clear(&h.r, 0, TOP, SB_REGION_NOMAP));
	WORKS(&h, sb_region_clear(&h.r, 0, TOP, SB_REGION_HOTPLUG));
	MEMORY_IS(&h, "10-40");
}

static void a_flag_over_holes_marks_what_is_there(void)
{
	struct host h;

	one_region(&h);
	WORKS(&h, add(&h, 0x50, 0x60));
	WORKS(&h, reserve(&h, 0x38, 0x58));
	WORKS(&h, sb_region_mark(&h.r, P(0x38), P(0x20), SB_REGION_HOTPLUG));
	MEMORY_IS(&h, "10-38 38-40,H 50-58,H 58-60");
	RESERVED_IS(&h, "38-58");
}

static void a_moved_border_merges_with_its_new_side(void)
{
	struct host h;

	one_region(&h);
	WORKS(&h, sb_region_mark(&h.r, P(0x10), P(0x10), SB_REGION_MIRROR));
	WORKS(&h, sb_region_mark(&h.r, P(0x20), P(0x08), SB_REGION_MIRROR));
	MEMORY_IS(&h, "10-28,M 28-40");
	WORKS(&h, sb_region_clear(&h.r, P(0x18), P(0x10), SB_REGION_MIRROR));
	MEMORY_IS(&h, "10-18,M 18-40");
}

static void set_node_splits_and_merges_and_keeps_flags(void)
{
	struct host h;

	one_region(&h);
	WORKS(&h, sb_region_mark(&h.r, P(0x18), P(0x10), SB_REGION_MIRROR));
	WORKS(&h, sb_region_set_node(&h.r, P(0x10), P(0x10), 0));
	MEMORY_IS(&h, "10-18@0 18-20@0,M 20-28,M 28-40");
	WORKS(&h, sb_region_set_node(&h.r, P(0x20), P(0x40), 1));
	MEMORY_IS(&h, "10-18@0 18-20@0,M 20-28@1,M 28-40@1");
	WORKS(&h, sb_region_set_node(&h.r, 0, TOP, SB_NID_ANY));
	MEMORY_IS(&h, "10-18 18-28,M 28-40");
}

/* Memory that is full and cannot grow: 0-100 of 128 regions that differ in turn. */
static void striped(struct host *h)
{
	u64 i;

	host_init(h, false);
	for (i = 0; i < SB_REGIONS_INITIAL; i++)
		WORKS(h, sb_region_add(&h->r, P(2 * i), P(2), (int)(i & 1), 0));
	EXPECT_EQ(h->r.memory.nr, SB_REGIONS_INITIAL);
}

static void a_split_without_room_is_enomem_and_changes_nothing(void)
{
	struct host h;

	striped(&h);
	LEAVES(&h, sb_region_mark(&h.r, P(1), P(1), SB_REGION_NOMAP), -ENOMEM);
	LEAVES(&h, sb_region_mark(&h.r, P(2), P(1), SB_REGION_NOMAP), -ENOMEM);
	LEAVES(&h, sb_region_mark(&h.r, P(1), P(4), SB_REGION_NOMAP), -ENOMEM);
	LEAVES(&h, sb_region_set_node(&h.r, P(1), P(1), 5), -ENOMEM);
}

static void a_change_that_splits_nothing_needs_no_room(void)
{
	struct host h;

	striped(&h);
	WORKS(&h, sb_region_clear(&h.r, P(1), P(2), SB_REGION_NOMAP));
	WORKS(&h, sb_region_set_node(&h.r, P(2) + 1, 1, 1));
	EXPECT_EQ(h.r.memory.nr, SB_REGIONS_INITIAL);
	WORKS(&h, sb_region_mark(&h.r, P(2), P(2), SB_REGION_NOMAP));
	EXPECT_EQ(h.r.memory.nr, SB_REGIONS_INITIAL);
}

UNIT_MAIN(UNIT_CASE(mark_splits_only_where_it_must),
	  UNIT_CASE(flags_are_set_and_cleared_one_by_one),
	  UNIT_CASE(a_flag_over_holes_marks_what_is_there),
	  UNIT_CASE(a_moved_border_merges_with_its_new_side),
	  UNIT_CASE(set_node_splits_and_merges_and_keeps_flags),
	  UNIT_CASE(a_split_without_room_is_enomem_and_changes_nothing),
	  UNIT_CASE(a_change_that_splits_nothing_needs_no_room))

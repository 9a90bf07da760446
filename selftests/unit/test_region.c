// SPDX-License-Identifier: GPL-2.0-only
/* The region tracker: ranges go in and out, over any overlap. */
#include "region_host.h"

struct overlap {
	u64 from;
	u64 to;
	const char *wanted;
};

/* What becomes of 10-20 and 30-40 when a range is put on top of them. */
static const struct overlap unions[] = {
	{ 0x04, 0x08, "4-8 10-20 30-40" }, /* before all, apart */
	{ 0x08, 0x10, "8-20 30-40" }, /* touches from below */
	{ 0x08, 0x18, "8-20 30-40" }, /* overlaps from below */
	{ 0x08, 0x20, "8-20 30-40" }, /* same end */
	{ 0x08, 0x28, "8-28 30-40" }, /* around the first */
	{ 0x10, 0x18, "10-20 30-40" }, /* inside, same start */
	{ 0x12, 0x18, "10-20 30-40" }, /* inside */
	{ 0x18, 0x20, "10-20 30-40" }, /* inside, same end */
	{ 0x10, 0x20, "10-20 30-40" }, /* identical */
	{ 0x10, 0x28, "10-28 30-40" }, /* same start */
	{ 0x18, 0x28, "10-28 30-40" }, /* overlaps from above */
	{ 0x20, 0x28, "10-28 30-40" }, /* touches from above */
	{ 0x24, 0x28, "10-20 24-28 30-40" }, /* between, apart */
	{ 0x28, 0x30, "10-20 28-40" }, /* touches the second */
	{ 0x20, 0x30, "10-40" }, /* fills the gap */
	{ 0x18, 0x38, "10-40" }, /* over both */
	{ 0x10, 0x40, "10-40" }, /* exactly over both */
	{ 0x08, 0x48, "8-48" }, /* around both */
	{ 0x38, 0x48, "10-20 30-48" }, /* over the last's end */
	{ 0x44, 0x48, "10-20 30-40 44-48" }, /* after all */
};

static const struct overlap cuts[] = {
	{ 0x04, 0x08, "10-20 30-40" },
	{ 0x08, 0x10, "10-20 30-40" },
	{ 0x08, 0x18, "18-20 30-40" },
	{ 0x08, 0x20, "30-40" },
	{ 0x08, 0x28, "30-40" },
	{ 0x10, 0x18, "18-20 30-40" },
	{ 0x12, 0x18, "10-12 18-20 30-40" },
	{ 0x18, 0x20, "10-18 30-40" },
	{ 0x10, 0x20, "30-40" },
	{ 0x10, 0x28, "30-40" },
	{ 0x18, 0x28, "10-18 30-40" },
	{ 0x20, 0x28, "10-20 30-40" },
	{ 0x24, 0x28, "10-20 30-40" },
	{ 0x28, 0x30, "10-20 30-40" },
	{ 0x20, 0x30, "10-20 30-40" },
	{ 0x18, 0x38, "10-18 38-40" },
	{ 0x10, 0x40, "" },
	{ 0x08, 0x48, "" },
	{ 0x38, 0x48, "10-20 30-38" },
	{ 0x44, 0x48, "10-20 30-40" },
};

static void two_regions(struct host *h)
{
	host_init(h, false);
	WORKS(h, add(h, 0x10, 0x20));
	WORKS(h, add(h, 0x30, 0x40));
	WORKS(h, reserve(h, 0x30, 0x40));
	WORKS(h, reserve(h, 0x10, 0x20));
}

static void add_over_any_overlap_is_a_union(void)
{
	struct host h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unions); i++) {
		two_regions(&h);
		WORKS(&h, add(&h, unions[i].from, unions[i].to));
		MEMORY_IS(&h, unions[i].wanted);
		RESERVED_IS(&h, "10-20 30-40");
	}
}

static void reserve_over_any_overlap_is_a_union(void)
{
	struct host h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unions); i++) {
		two_regions(&h);
		WORKS(&h, reserve(&h, unions[i].from, unions[i].to));
		RESERVED_IS(&h, unions[i].wanted);
		MEMORY_IS(&h, "10-20 30-40");
	}
}

static void remove_over_any_overlap_takes_only_what_is_there(void)
{
	struct host h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cuts); i++) {
		u64 base = P(cuts[i].from), size = P(cuts[i].to - cuts[i].from);

		two_regions(&h);
		WORKS(&h, sb_region_remove(&h.r, base, size));
		MEMORY_IS(&h, cuts[i].wanted);
		RESERVED_IS(&h, "10-20 30-40");
		WORKS(&h, sb_region_remove(&h.r, base, size));
		MEMORY_IS(&h, cuts[i].wanted);
	}
}

static void free_over_any_overlap_takes_only_what_is_there(void)
{
	struct host h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cuts); i++) {
		u64 base = P(cuts[i].from), size = P(cuts[i].to - cuts[i].from);

		two_regions(&h);
		WORKS(&h, sb_region_free(&h.r, base, size));
		RESERVED_IS(&h, cuts[i].wanted);
		MEMORY_IS(&h, "10-20 30-40");
		WORKS(&h, sb_region_free(&h.r, base, size));
		RESERVED_IS(&h, cuts[i].wanted);
	}
}

static void totals_follow_every_change(void)
{
	struct host h;

	two_regions(&h);
	EXPECT_EQ(sb_region_memory_size(&h.r), P(0x20));
	WORKS(&h, add(&h, 0x18, 0x38));
	EXPECT_EQ(sb_region_memory_size(&h.r), P(0x30));
	WORKS(&h, sb_region_remove(&h.r, P(0x12), 0x123));
	EXPECT_EQ(sb_region_memory_size(&h.r), P(0x30) - 0x123);
	WORKS(&h, sb_region_reserve(&h.r, 0x20000, 1));
	EXPECT_EQ(sb_region_reserved_size(&h.r), P(0x20) + 1);
	WORKS(&h, sb_region_free(&h.r, 0, TOP));
	EXPECT_EQ(sb_region_reserved_size(&h.r), 0);
}

static void add_to_known_memory_leaves_its_node_and_flags(void)
{
	struct host h;

	host_init(&h, false);
	WORKS(&h, sb_region_add(&h.r, P(0x10), P(0x10), 1, SB_REGION_NOMAP));
	WORKS(&h, sb_region_add(&h.r, P(0x30), P(0x10), 0, SB_REGION_MIRROR));
	WORKS(&h, sb_region_add(&h.r, P(0x08), P(0x40), 0, 0));
	MEMORY_IS(&h, "8-10@0 10-20@1,N 20-30@0 30-40@0,M 40-48@0");
	WORKS(&h, sb_region_add(&h.r, P(0x08), P(0x40), 1, SB_REGION_HOTPLUG));
	MEMORY_IS(&h, "8-10@0 10-20@1,N 20-30@0 30-40@0,M 40-48@0");
}

static void memory_that_differs_is_not_merged(void)
{
	struct host h;

	host_init(&h, false);
	WORKS(&h, sb_region_add(&h.r, P(0x10), P(0x10), 0, 0));
	WORKS(&h, sb_region_add(&h.r, P(0x20), P(0x10), 0, SB_REGION_HOTPLUG));
	WORKS(&h, sb_region_add(&h.r, P(0x30), P(0x10), 1, SB_REGION_HOTPLUG));
	WORKS(&h, sb_region_add(&h.r, P(0x08), P(0x08), 1, 0));
	MEMORY_IS(&h, "8-10@1 10-20@0 20-30@0,H 30-40@1,H");
	WORKS(&h, sb_region_add(&h.r, P(0x40), P(0x08), 1, SB_REGION_HOTPLUG));
	MEMORY_IS(&h, "8-10@1 10-20@0 20-30@0,H 30-48@1,H");
}

static void a_range_of_size_zero_is_no_range(void)
{
	struct host h;

	two_regions(&h);
	LEAVES(&h, sb_region_add(&h.r, P(0x28), 0, 0, 0), 0);
	LEAVES(&h, sb_region_remove(&h.r, P(0x18), 0), 0);
	LEAVES(&h, sb_region_reserve(&h.r, P(0x28), 0), 0);
	LEAVES(&h, sb_region_free(&h.r, P(0x18), 0), 0);
	LEAVES(&h, sb_region_mark(&h.r, P(0x18), 0, SB_REGION_NOMAP), 0);
	LEAVES(&h, sb_region_clear(&h.r, P(0x18), 0, SB_REGION_NOMAP), 0);
	LEAVES(&h, sb_region_set_node(&h.r, P(0x18), 0, 1), 0);
	LEAVES(&h, sb_region_cap(&h.r, P(0x18), 0), 0);
	LEAVES(&h, sb_region_enforce_limit(&h.r, 0), 0);
}

static void a_bad_argument_is_einval_and_changes_nothing(void)
{
	struct host h;

	two_regions(&h);
	LEAVES(&h, sb_region_add(&h.r, P(0x28), P(1), -2, 0), -EINVAL);
	LEAVES(&h, sb_region_add(&h.r, P(0x28), P(1), 0, 8), -EINVAL);
	LEAVES(&h, sb_region_add(&h.r, P(0x28), P(1), 0, 1u << 31), -EINVAL);
	LEAVES(&h, sb_region_mark(&h.r, P(0x18), P(1), 0), -EINVAL);
	LEAVES(&h, sb_region_mark(&h.r, P(0x18), P(1), 3), -EINVAL);
	LEAVES(&h, sb_region_mark(&h.r, P(0x18), P(1), 8), -EINVAL);
	LEAVES(&h, sb_region_clear(&h.r, P(0x18), P(1), 0), -EINVAL);
	LEAVES(&h, sb_region_clear(&h.r, P(0x18), P(1), 5), -EINVAL);
	LEAVES(&h, sb_region_set_node(&h.r, P(0x18), P(1), -2), -EINVAL);
	LEAVES(&h, sb_region_trim(&h.r, 0), -EINVAL);
	LEAVES(&h, sb_region_trim(&h.r, 3 * 4096), -EINVAL);
}

static void a_range_past_the_top_is_cut_there(void)
{
	struct host h;

	host_init(&h, false);
	WORKS(&h, sb_region_add(&h.r, TOP - 0xfff, 0x1000, 0, 0)); /* ends at 2^64 */
	MEMORY_IS(&h, "fffffffffffff-top@0");
	EXPECT_EQ(sb_region_memory_size(&h.r), 0xfff);
	WORKS(&h, sb_region_add(&h.r, TOP - 0x1fff, TOP, 0, 0));
	MEMORY_IS(&h, "ffffffffffffe-top@0");
	LEAVES(&h, sb_region_add(&h.r, TOP, 1, 0, 0), 0);
	WORKS(&h, sb_region_reserve(&h.r, P(1), TOP));
	RESERVED_IS(&h, "1-top");
	EXPECT(sb_region_is_reserved(&h.r, TOP - 1));
	EXPECT(!sb_region_is_reserved(&h.r, TOP));
	WORKS(&h, sb_region_free(&h.r, P(2), TOP));
	RESERVED_IS(&h, "1-2");
	WORKS(&h, sb_region_mark(&h.r, TOP - 0xfff, TOP, SB_REGION_NOMAP));
	MEMORY_IS(&h, "ffffffffffffe-fffffffffffff@0 fffffffffffff-top@0,N");
	WORKS(&h, sb_region_remove(&h.r, 0, TOP));
	MEMORY_IS(&h, "");
}

static void the_whole_address_space_is_one_region(void)
{
	struct host h;

	host_init(&h, false);
	WORKS(&h, sb_region_add(&h.r, 0, TOP, SB_NID_ANY, 0));
	MEMORY_IS(&h, "0-top");
	WORKS(&h, sb_region_remove(&h.r, 1ull << 32, 1));
	MEMORY_IS(&h, "0-100000 0x100000001-top");
	EXPECT_EQ(sb_region_memory_size(&h.r), TOP - 1);
	WORKS(&h, sb_region_add(&h.r, 0, TOP, SB_NID_ANY, 0));
	MEMORY_IS(&h, "0-top");
}

static void trim_cuts_each_region_to_whole_multiples(void)
{
	struct host h;

	host_init(&h, false);
	WORKS(&h, sb_region_add(&h.r, 0x0f80, 0x3100, 0, 0)); /* both ends */
	WORKS(&h, sb_region_add(&h.r, 0x6100, 0x0e00, 0, 0)); /* nothing left */
	WORKS(&h, sb_region_add(&h.r, 0x8000, 0x1800, 0, 0)); /* touches the next */
	WORKS(&h, sb_region_add(&h.r, 0x9800, 0x1800, 1, 0));
	WORKS(&h, sb_region_add(&h.r, TOP - 0x17ff, 0x1800, 1, 0)); /* at the top */
	WORKS(&h, sb_region_reserve(&h.r, 0xf80, 0x10));
	WORKS(&h, sb_region_trim(&h.r, 0x1000));
	MEMORY_IS(&h, "1-4@0 8-9@0 a-b@1");
	RESERVED_IS(&h, "0xf80-0xf90");
	WORKS(&h, sb_region_trim(&h.r, 1ull << 63));
	MEMORY_IS(&h, "");
}

static void enforce_limit_keeps_the_lowest_bytes(void)
{
	static const struct {
		u64 limit;
		const char *memory;
		const char *reserved;
	} limits[] = {
		{ 1, "10-0x10001", "" },
		{ P(0x08), "10-18", "14-18" },
		{ P(0x10), "10-20", "14-20" },
		{ P(0x11), "10-20 30-31", "14-20 30-31" },
		{ P(0x20), "10-20 30-40", "14-20 30-34 3f-40" },
		{ P(0x21), "10-20 30-40", "14-20 30-34 3f-48" },
		{ TOP, "10-20 30-40", "14-20 30-34 3f-48" },
	};
	struct host h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		host_init(&h, false);
		WORKS(&h, add(&h, 0x10, 0x20));
		WORKS(&h, add(&h, 0x30, 0x40));
		WORKS(&h, reserve(&h, 0x14, 0x20));
		WORKS(&h, reserve(&h, 0x30, 0x34));
		WORKS(&h, reserve(&h, 0x3f, 0x48));
		WORKS(&h, sb_region_enforce_limit(&h.r, limits[i].limit));
		MEMORY_IS(&h, limits[i].memory);
		RESERVED_IS(&h, limits[i].reserved);
	}
}

static void cap_keeps_the_range_and_what_is_not_mapped(void)
{
	struct host h;

	host_init(&h, false);
	WORKS(&h, reserve(&h, 0x00, 0x04));
	WORKS(&h, sb_region_cap(&h.r, P(0x80), P(1)));
	RESERVED_IS(&h, "0-4"); /* without memory nothing is done */
	WORKS(&h, add(&h, 0x08, 0x28));
	WORKS(&h, add(&h, 0x30, 0x60));
	WORKS(&h, sb_region_mark(&h.r, P(0x0c), P(0x08), SB_REGION_NOMAP));
	WORKS(&h, sb_region_mark(&h.r, P(0x50), P(0x08), SB_REGION_NOMAP));
	WORKS(&h, reserve(&h, 0x0e, 0x12));
	WORKS(&h, reserve(&h, 0x34, 0x60));
	WORKS(&h, sb_region_cap(&h.r, P(0x10), P(0x28)));
	MEMORY_IS(&h, "c-14,N 14-28 30-38 50-58,N");
	RESERVED_IS(&h, "10-12 34-38");
	WORKS(&h, sb_region_cap(&h.r, P(0x34), TOP));
	MEMORY_IS(&h, "c-14,N 34-38 50-58,N");
	RESERVED_IS(&h, "34-38");
}

static void check_sees_every_broken_rule(void)
{
	struct host h;
	struct sb_region *rgn;

	two_regions(&h);
	rgn = h.r.memory.regions;
#define BREAKS(change, repair)                          \
	do {                                            \
		change;                                 \
		EXPECT_EQ(sb_region_check(&h.r), -EIO); \
		repair;                                 \
		EXPECT_EQ(sb_region_check(&h.r), 0);    \
	} while (0)
	BREAKS(h.r.memory.total_size++, h.r.memory.total_size--);
	BREAKS(h.r.reserved.total_size--, h.r.reserved.total_size++);
	BREAKS(rgn[0].base = P(0x21), rgn[0].base = P(0x10)); /* overlap */
	BREAKS(rgn[0].base = P(0x50), rgn[0].base = P(0x10)); /* order */
	BREAKS(rgn[0].base = P(0x20), rgn[0].base = P(0x10)); /* not merged */
	BREAKS(rgn[1].base = TOP - 1, rgn[1].base = P(0x30)); /* wrap */
	BREAKS(rgn[1].flags = 8, rgn[1].flags = 0);
	BREAKS(rgn[1].nid = -2, rgn[1].nid = SB_NID_ANY);
	BREAKS(h.r.reserved.regions[0].flags = 4, h.r.reserved.regions[0].flags = 0);
	BREAKS(h.r.memory.max--, h.r.memory.max++);
	BREAKS((rgn[2].base = P(0x60), rgn[2].size = 0, rgn[2].flags = 0, rgn[2].nid = 0,
		h.r.memory.nr = 3),
	       h.r.memory.nr = 2);
}

UNIT_MAIN(UNIT_CASE(add_over_any_overlap_is_a_union),
	  UNIT_CASE(reserve_over_any_overlap_is_a_union),
	  UNIT_CASE(remove_over_any_overlap_takes_only_what_is_there),
	  UNIT_CASE(free_over_any_overlap_takes_only_what_is_there),
	  UNIT_CASE(totals_follow_every_change),
	  UNIT_CASE(add_to_known_memory_leaves_its_node_and_flags),
	  UNIT_CASE(memory_that_differs_is_not_merged), UNIT_CASE(a_range_of_size_zero_is_no_range),
	  UNIT_CASE(a_bad_argument_is_einval_and_changes_nothing),
	  UNIT_CASE(a_range_past_the_top_is_cut_there),
	  UNIT_CASE(the_whole_address_space_is_one_region),
	  UNIT_CASE(trim_cuts_each_region_to_whole_multiples),
	  UNIT_CASE(enforce_limit_keeps_the_lowest_bytes),
	  UNIT_CASE(cap_keeps_the_range_and_what_is_not_mapped),
	  UNIT_CASE(check_sees_every_broken_rule))

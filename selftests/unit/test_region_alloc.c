// SPDX-License-Identifier: GPL-2.0-only
/* The region tracker: where an allocation is found. */
#include "region_host.h"

#define NOTHING 0x5555ull

/* Node 0 is 10-20, node 1 is 20-30, and 40-50 belongs to none. */
static void three_regions(struct host *h)
{
	host_init(h, false);
	WORKS(h, sb_region_add(&h->r, P(0x10), P(0x10), 0, 0));
	WORKS(h, sb_region_add(&h->r, P(0x20), P(0x10), 1, 0));
	WORKS(h, add(h, 0x40, 0x50));
}

static u64 find(struct host *h, const struct sb_region_request *request)
{
	u64 base = NOTHING;
	int err;

	LEAVES(h, err = sb_region_find(&h->r, request, &base), err);
	EXPECT_EQ(err, base == NOTHING ? -ENOMEM : 0);
	return base;
}

/* A request as a literal, on a node or on any. */
#define WANT_ON(node, ...) (&(const struct sb_region_request){ .nid = (node), __VA_ARGS__ })
#define WANT(...) WANT_ON(SB_NID_ANY, __VA_ARGS__)

static void top_down_takes_the_highest_address_that_fits(void)
{
	struct host h;

	three_regions(&h);
	EXPECT_EQ(find(&h, WANT(.size = P(1))), P(0x4f));
	EXPECT_EQ(find(&h, WANT(.size = 1, .align = 1)), P(0x50) - 1);
	EXPECT_EQ(find(&h, WANT(.size = 1)), P(0x50) - 64);
	EXPECT_EQ(find(&h, WANT(.size = P(3), .align = P(4))), P(0x4c));
	EXPECT_EQ(find(&h, WANT(.size = P(5), .align = P(4))), P(0x48));
	EXPECT_EQ(find(&h, WANT(.size = P(1), .align = P(0x20))), P(0x40));
	EXPECT_EQ(find(&h, WANT(.size = P(0x10))), P(0x40));
	WORKS(&h, reserve(&h, 0x44, 0x46));
	EXPECT_EQ(find(&h, WANT(.size = P(0xb))), P(0x25));
	EXPECT_EQ(find(&h, WANT(.size = P(0xa))), P(0x46));
	EXPECT_EQ(find(&h, WANT(.size = P(0xa), .align = P(4))), P(0x24));
}

static void bottom_up_takes_the_lowest_address_that_fits(void)
{
	struct host h;

	three_regions(&h);
	h.r.bottom_up = true;
	EXPECT_EQ(find(&h, WANT(.size = P(1))), P(0x10));
	EXPECT_EQ(find(&h, WANT(.size = P(1), .min_addr = P(0x12) + 1)), P(0x12) + 64);
	EXPECT_EQ(find(&h, WANT(.size = P(1), .align = P(0x40))), P(0x40));
	WORKS(&h, reserve(&h, 0x14, 0x16));
	EXPECT_EQ(find(&h, WANT(.size = P(4))), P(0x10));
	EXPECT_EQ(find(&h, WANT(.size = P(5))), P(0x16));
	EXPECT_EQ(find(&h, WANT(.size = P(5), .align = P(8))), P(0x18));
	EXPECT_EQ(find(&h, WANT(.size = P(0xb))), P(0x20));
}

static void a_range_never_spans_two_regions_that_differ(void)
{
	struct host h;

	three_regions(&h);
	EXPECT_EQ(find(&h, WANT(.size = P(0x11))), NOTHING);
	WORKS(&h, sb_region_set_node(&h.r, P(0x20), P(0x10), 0));
	EXPECT_EQ(find(&h, WANT(.size = P(0x11))), P(0x1f));
}

static void the_bounds_hold_to_the_byte(void)
{
	struct host h;

	three_regions(&h);
	EXPECT_EQ(find(&h, WANT(.size = 64, .max_addr = P(0x48))), P(0x48) - 64);
	EXPECT_EQ(find(&h, WANT(.size = 64, .max_addr = P(0x48) + 63)), P(0x48) - 64);
	EXPECT_EQ(find(&h, WANT(.size = 64, .max_addr = P(0x10) + 64)), P(0x10));
	EXPECT_EQ(find(&h, WANT(.size = 64, .max_addr = P(0x10) + 63)), NOTHING);
	EXPECT_EQ(find(&h, WANT(.size = P(1), .min_addr = P(0x4f))), P(0x4f));
	EXPECT_EQ(find(&h, WANT(.size = P(1), .min_addr = P(0x4e), .max_addr = P(0x4f))), P(0x4e));
}

static void the_lower_bound_is_dropped_when_nothing_is_above_it(void)
{
	struct host h;

	three_regions(&h);
	EXPECT_EQ(find(&h, WANT(.size = P(1), .min_addr = P(0x4f) + 1)), P(0x4f));
	EXPECT_EQ(find(&h, WANT(.size = P(1), .min_addr = TOP)), P(0x4f));
	EXPECT_EQ(find(&h, WANT(.size = P(1), .min_addr = P(0x48), .max_addr = P(0x28))), P(0x27));
	h.r.bottom_up = true;
	EXPECT_EQ(find(&h, WANT(.size = P(2), .min_addr = P(0x4f))), P(0x10));
}

static void the_current_limit_caps_what_is_asked(void)
{
	struct host h;

	three_regions(&h);
	h.r.current_limit = P(0x44);
	EXPECT_EQ(find(&h, WANT(.size = P(1))), P(0x43));
	EXPECT_EQ(find(&h, WANT(.size = P(1), .max_addr = P(0x48))), P(0x43));
	EXPECT_EQ(find(&h, WANT(.size = P(1), .max_addr = P(0x42))), P(0x41));
	EXPECT_EQ(find(&h, WANT(.size = P(1), .min_addr = P(0x44))), P(0x43));
	h.r.current_limit = 0;
	EXPECT_EQ(find(&h, WANT(.size = P(1))), NOTHING);
}

static void a_full_node_falls_back_unless_it_is_exact(void)
{
	struct host h;

	three_regions(&h);
	EXPECT_EQ(find(&h, WANT_ON(0, .size = P(8))), P(0x18));
	EXPECT_EQ(find(&h, WANT_ON(1, .size = P(8))), P(0x28));
	EXPECT_EQ(find(&h, WANT_ON(7, .size = P(8))), P(0x48));
	EXPECT_EQ(find(&h, WANT_ON(7, .size = P(8), .exact_nid = true)), NOTHING);
	EXPECT_EQ(find(&h, WANT(.size = P(8), .exact_nid = true)), P(0x48));
	WORKS(&h, reserve(&h, 0x14, 0x1c));
	EXPECT_EQ(find(&h, WANT_ON(0, .size = P(8))), P(0x48));
	EXPECT_EQ(find(&h, WANT_ON(0, .size = P(8), .exact_nid = true)), NOTHING);
}

/* Another node above the bound comes before the node itself below it. */
static void the_node_is_dropped_before_the_lower_bound(void)
{
	struct host h;

	three_regions(&h);
	EXPECT_EQ(find(&h, WANT_ON(0, .size = P(1), .min_addr = P(0x28))), P(0x4f));
	EXPECT_EQ(find(&h, WANT_ON(0, .size = P(1), .min_addr = P(0x28), .exact_nid = true)),
		  P(0x1f));
}

static void mirrored_memory_comes_first_then_any_with_a_warning(void)
{
	struct host h;

	three_regions(&h);
	WORKS(&h, sb_region_mark(&h.r, P(0x24), P(4), SB_REGION_MIRROR));
	unit_warnings = 0;
	EXPECT_EQ(find(&h, WANT(.size = P(4))), P(0x24));
	EXPECT_EQ(find(&h, WANT_ON(0, .size = P(4))), P(0x24));
	EXPECT_EQ(find(&h, WANT(.size = P(4), .min_addr = P(0x12))), P(0x24));
	EXPECT_EQ(unit_warnings, 0);
	EXPECT_EQ(find(&h, WANT(.size = P(5))), P(0x4b));
	EXPECT_EQ(unit_warnings, 1);
	EXPECT_STR(unit_last_warning, "Could not allocate 20480 bytes of mirrored memory\n");
	EXPECT_EQ(find(&h, WANT_ON(0, .size = P(4), .exact_nid = true)), P(0x1c));
	EXPECT_EQ(unit_warnings, 2);
	/* The mirror is dropped before the lower bound, which is dropped last. */
	EXPECT_EQ(find(&h, WANT(.size = P(4), .min_addr = P(0x30))), P(0x4c));
	EXPECT_EQ(unit_warnings, 3);
	EXPECT_EQ(find(&h, WANT(.size = P(0x11), .min_addr = P(0x30))), NOTHING);
	EXPECT_EQ(unit_warnings, 5);
	WORKS(&h, sb_region_clear(&h.r, 0, TOP, SB_REGION_MIRROR));
	EXPECT_EQ(find(&h, WANT(.size = P(4))), P(0x4c));
	EXPECT_EQ(unit_warnings, 5);
}

static void nomap_is_never_given_and_hotplug_is(void)
{
	struct host h;

	three_regions(&h);
	WORKS(&h, sb_region_mark(&h.r, P(0x48), P(8), SB_REGION_NOMAP));
	WORKS(&h, sb_region_mark(&h.r, P(0x40), P(8), SB_REGION_HOTPLUG));
	EXPECT_EQ(find(&h, WANT(.size = P(1))), P(0x47));
	WORKS(&h, sb_region_mark(&h.r, 0, TOP, SB_REGION_NOMAP));
	EXPECT_EQ(find(&h, WANT(.size = P(1))), NOTHING);
}

static void the_first_page_is_never_given(void)
{
	struct host h;

	host_init(&h, false);
	WORKS(&h, add(&h, 0, 2));
	EXPECT_EQ(find(&h, WANT(.size = P(2))), NOTHING);
	EXPECT_EQ(find(&h, WANT(.size = P(1))), P(1));
	h.r.bottom_up = true;
	EXPECT_EQ(find(&h, WANT(.size = 64)), P(1));
}

static void nothing_wraps_at_the_top_of_the_address_space(void)
{
	const u64 last = TOP - 0xfff;
	struct host h;

	host_init(&h, false);
	WORKS(&h, sb_region_add(&h.r, last - P(1), TOP, SB_NID_ANY, 0));
	EXPECT_EQ(find(&h, WANT(.size = 1, .align = 1)), TOP - 1);
	EXPECT_EQ(find(&h, WANT(.size = P(1))), last - 64);
	EXPECT_EQ(find(&h, WANT(.size = P(1), .align = P(1))), last - P(1));
	EXPECT_EQ(find(&h, WANT(.size = TOP)), NOTHING);
	EXPECT_EQ(find(&h, WANT(.size = 1, .align = 1ull << 63)), NOTHING);
	h.r.bottom_up = true;
	EXPECT_EQ(find(&h, WANT(.size = 1, .align = 1ull << 63)), NOTHING);
	EXPECT_EQ(find(&h, WANT(.size = 1, .align = P(2), .min_addr = last)), last - P(1));
	EXPECT_EQ(find(&h, WANT(.size = TOP, .align = 1)), NOTHING);
}

static void alloc_reserves_what_find_has_found(void)
{
	struct host h;
	u64 base = NOTHING;

	three_regions(&h);
	WORKS(&h, sb_region_alloc(&h.r, WANT_ON(1, .size = P(2)), &base));
	EXPECT_EQ(base, P(0x2e));
	RESERVED_IS(&h, "2e-30");
	WORKS(&h, sb_region_alloc(&h.r, WANT_ON(1, .size = 100), &base));
	EXPECT_EQ(base, P(0x2e) - 128);
	EXPECT_EQ(sb_region_reserved_size(&h.r), P(2) + 100);
	WORKS(&h, sb_region_free(&h.r, base, 100));
	RESERVED_IS(&h, "2e-30");
}

static void a_failed_alloc_changes_nothing(void)
{
	struct host h;
	u64 base = NOTHING;

	three_regions(&h);
	LEAVES(&h, sb_region_alloc(&h.r, WANT(.size = P(0x11)), &base), -ENOMEM);
	LEAVES(&h, sb_region_alloc(&h.r, WANT(.size = 0), &base), -EINVAL);
	LEAVES(&h, sb_region_alloc(&h.r, WANT(.size = 1, .align = 3), &base), -EINVAL);
	LEAVES(&h, sb_region_alloc(&h.r, WANT_ON(-2, .size = 1), &base), -EINVAL);
	LEAVES(&h, sb_region_find(&h.r, WANT(.size = 0), &base), -EINVAL);
	EXPECT_EQ(base, NOTHING);
}

static void alloc_takes_all_there_is_and_then_no_more(void)
{
	struct host h;
	u64 base;
	int i;

	three_regions(&h);
	for (i = 0; i < 0x30; i++)
		WORKS(&h, sb_region_alloc(&h.r, WANT(.size = P(1), .align = P(1)), &base));
	RESERVED_IS(&h, "10-30 40-50");
	LEAVES(&h, sb_region_alloc(&h.r, WANT(.size = 1), &base), -ENOMEM);
	WORKS(&h, sb_region_free(&h.r, P(0x22), P(1)));
	WORKS(&h, sb_region_alloc(&h.r, WANT(.size = P(1)), &base));
	EXPECT_EQ(base, P(0x22));
}

UNIT_MAIN(UNIT_CASE(top_down_takes_the_highest_address_that_fits),
	  UNIT_CASE(bottom_up_takes_the_lowest_address_that_fits),
	  UNIT_CASE(a_range_never_spans_two_regions_that_differ),
	  UNIT_CASE(the_bounds_hold_to_the_byte),
	  UNIT_CASE(the_lower_bound_is_dropped_when_nothing_is_above_it),
	  UNIT_CASE(the_current_limit_caps_what_is_asked),
	  UNIT_CASE(a_full_node_falls_back_unless_it_is_exact),
	  UNIT_CASE(the_node_is_dropped_before_the_lower_bound),
	  UNIT_CASE(mirrored_memory_comes_first_then_any_with_a_warning),
	  UNIT_CASE(nomap_is_never_given_and_hotplug_is), UNIT_CASE(the_first_page_is_never_given),
	  UNIT_CASE(nothing_wraps_at_the_top_of_the_address_space),
	  UNIT_CASE(alloc_reserves_what_find_has_found), UNIT_CASE(a_failed_alloc_changes_nothing),
	  UNIT_CASE(alloc_takes_all_there_is_and_then_no_more))

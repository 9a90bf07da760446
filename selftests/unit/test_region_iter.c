// SPDX-License-Identifier: GPL-2.0-only
/* The region tracker: questions and walks. */
#include "region_host.h"

typedef bool walk_fn(const struct sb_regions *r, struct sb_region_iter *it);

/* What a walk finds, in the notation of region_host.h. */
static const char *walked(const struct host *h, walk_fn *step, struct sb_region_iter it)
{
	static char text[1024];
	char *at = text;

	*at = '\0';
	while (step(&h->r, &it)) {
		at += sprintf(at, "%s", at == text ? "" : " ");
		text_add(&at, it.base);
		*at++ = '-';
		text_add(&at, it.end);
		if (it.found_nid != SB_NID_ANY)
			at += sprintf(at, "@%d", it.found_nid);
	}
	EXPECT(!step(&h->r, &it)); /* and stays over */
	return text;
}

#define WALK_ON(h, step, node, ...) \
	walked(h, step, (struct sb_region_iter){ .nid = (node), __VA_ARGS__ })
#define WALK(h, step, ...) WALK_ON(h, step, SB_NID_ANY, __VA_ARGS__)

static void a_landscape(struct host *h)
{
	host_init(h, false);
	WORKS(h, sb_region_add(&h->r, P(0x10), P(0x10), 0, 0));
	WORKS(h, sb_region_add(&h->r, P(0x20), P(0x10), 1, 0));
	WORKS(h, sb_region_add(&h->r, P(0x40), P(0x10), 1, 0));
	WORKS(h, sb_region_mark(&h->r, P(0x28), P(8), SB_REGION_NOMAP));
	WORKS(h, sb_region_mark(&h->r, P(0x40), P(8), SB_REGION_MIRROR));
	WORKS(h, sb_region_mark(&h->r, P(0x44), P(4), SB_REGION_HOTPLUG));
}

static void memory_is_walked_in_both_directions(void)
{
	struct host h;

	host_init(&h, false);
	EXPECT_STR(WALK(&h, sb_region_iter_memory), "");
	EXPECT_STR(WALK(&h, sb_region_iter_memory_rev), "");
	a_landscape(&h);
	EXPECT_STR(WALK(&h, sb_region_iter_memory),
		   "10-20@0 20-28@1 28-30@1 40-44@1 44-48@1 48-50@1");
	EXPECT_STR(WALK(&h, sb_region_iter_memory_rev),
		   "48-50@1 44-48@1 40-44@1 28-30@1 20-28@1 10-20@0");
}

static void a_walk_may_be_of_one_node(void)
{
	struct host h;

	a_landscape(&h);
	EXPECT_STR(WALK_ON(&h, sb_region_iter_memory, 0), "10-20@0");
	EXPECT_STR(WALK_ON(&h, sb_region_iter_memory_rev, 0), "10-20@0");
	EXPECT_STR(WALK_ON(&h, sb_region_iter_free, 0), "10-20@0");
	EXPECT_STR(WALK_ON(&h, sb_region_iter_free_rev, 2), "");
}

static void a_walk_may_want_and_skip_flags(void)
{
	const u32 both = SB_REGION_MIRROR | SB_REGION_HOTPLUG;
	struct host h;

	a_landscape(&h);
	EXPECT_STR(WALK(&h, sb_region_iter_memory, .skip_flags = SB_REGION_NOMAP),
		   "10-20@0 20-28@1 40-44@1 44-48@1 48-50@1");
	EXPECT_STR(WALK(&h, sb_region_iter_memory, .want_flags = SB_REGION_MIRROR),
		   "40-44@1 44-48@1");
	EXPECT_STR(WALK(&h, sb_region_iter_memory, .want_flags = both), "44-48@1");
	EXPECT_STR(WALK(&h, sb_region_iter_free_rev, .skip_flags = both),
		   "48-50@1 28-30@1 20-28@1 10-20@0");
	EXPECT_STR(WALK(&h, sb_region_iter_free, .want_flags = SB_REGION_MIRROR,
			.skip_flags = SB_REGION_HOTPLUG),
		   "40-44@1");
}

static void free_is_memory_less_reserved(void)
{
	static const struct {
		u64 from;
		u64 to;
		const char *up;
		const char *down;
	} frees[] = {
		{ 0x08, 0x10, "10-20 30-40", "30-40 10-20" },
		{ 0x08, 0x11, "11-20 30-40", "30-40 11-20" },
		{ 0x10, 0x18, "18-20 30-40", "30-40 18-20" },
		{ 0x14, 0x18, "10-14 18-20 30-40", "30-40 18-20 10-14" },
		{ 0x18, 0x20, "10-18 30-40", "30-40 10-18" },
		{ 0x10, 0x20, "30-40", "30-40" },
		{ 0x1f, 0x31, "10-1f 31-40", "31-40 10-1f" },
		{ 0x20, 0x30, "10-20 30-40", "30-40 10-20" },
		{ 0x30, 0x40, "10-20", "10-20" },
		{ 0x3f, 0x40, "10-20 30-3f", "30-3f 10-20" },
		{ 0x3f, 0x48, "10-20 30-3f", "30-3f 10-20" },
		{ 0x10, 0x40, "", "" },
		{ 0x00, 0x80, "", "" },
	};
	struct host h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(frees); i++) {
		host_init(&h, false);
		WORKS(&h, add(&h, 0x10, 0x20));
		WORKS(&h, add(&h, 0x30, 0x40));
		WORKS(&h, reserve(&h, frees[i].from, frees[i].to));
		EXPECT_STR(WALK(&h, sb_region_iter_free), frees[i].up);
		EXPECT_STR(WALK(&h, sb_region_iter_free_rev), frees[i].down);
	}
}

static void many_reservations_leave_many_free_ranges(void)
{
	struct host h;

	a_landscape(&h);
	comb(&h, 0x1d, 4);
	WORKS(&h, reserve(&h, 0x29, 0x4c));
	EXPECT_STR(WALK(&h, sb_region_iter_free),
		   "10-1d@0 1e-1f@0 20-21@1 22-23@1 24-28@1 28-29@1 4c-50@1");
	EXPECT_STR(WALK(&h, sb_region_iter_free_rev),
		   "4c-50@1 28-29@1 24-28@1 22-23@1 20-21@1 1e-1f@0 10-1d@0");
}

static void a_reserved_walk_ignores_node_and_flags(void)
{
	struct host h;

	a_landscape(&h);
	EXPECT_STR(WALK(&h, sb_region_iter_reserved), "");
	comb(&h, 0x1e, 3);
	EXPECT_STR(WALK(&h, sb_region_iter_reserved), "1e-1f 20-21 22-23");
	EXPECT_STR(WALK_ON(&h, sb_region_iter_reserved, 1, .skip_flags = SB_REGION_FLAGS),
		   "1e-1f 20-21 22-23");
	EXPECT_STR(WALK(&h, sb_region_iter_reserved, .want_flags = SB_REGION_NOMAP),
		   "1e-1f 20-21 22-23");
}

static void a_walk_reaches_the_top_of_the_address_space(void)
{
	struct host h;

	host_init(&h, false);
	WORKS(&h, sb_region_add(&h.r, 0, TOP, SB_NID_ANY, 0));
	EXPECT_STR(WALK(&h, sb_region_iter_memory), "0-top");
	EXPECT_STR(WALK(&h, sb_region_iter_free_rev), "0-top");
	WORKS(&h, reserve(&h, 1, 2));
	WORKS(&h, sb_region_reserve(&h.r, TOP - 1, 1));
	EXPECT_STR(WALK(&h, sb_region_iter_free), "0-1 2-0xfffffffffffffffe");
	EXPECT_STR(WALK(&h, sb_region_iter_free_rev), "2-0xfffffffffffffffe 0-1");
	WORKS(&h, sb_region_reserve(&h.r, 0, TOP));
	EXPECT_STR(WALK(&h, sb_region_iter_free), "");
	EXPECT_STR(WALK(&h, sb_region_iter_free_rev), "");
}

/* What is found is taken at once, so every step sees other arrays. */
static void a_walk_goes_on_in_a_tracker_that_changes(void)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY), back = it;
	struct host h;

	a_landscape(&h);
	comb(&h, 0x12, 3);
	while (sb_region_iter_free(&h.r, &it))
		WORKS(&h, sb_region_reserve(&h.r, it.base, it.end - it.base));
	RESERVED_IS(&h, "10-30 40-50");
	WORKS(&h, sb_region_free(&h.r, P(0x11), P(0x3e)));
	while (sb_region_iter_free_rev(&h.r, &back))
		WORKS(&h, sb_region_reserve(&h.r, back.base, back.end - back.base));
	RESERVED_IS(&h, "10-30 40-50");
}

static void pfns_are_whole_pages_of_memory(void)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned long start = 1, end = 2;
	struct host h;

	host_init(&h, false);
	EXPECT(!sb_region_iter_pfns(&h.r, &it, &start, &end));
	WORKS(&h, sb_region_add(&h.r, 0x10001, 0x3000, 0, 0)); /* 11-13 */
	WORKS(&h, sb_region_add(&h.r, 0x20001, 0x1ffe, 0, 0)); /* none whole */
	WORKS(&h, sb_region_add(&h.r, 0x30fff, 0x1002, 1, 0)); /* 31-32 */
	WORKS(&h, sb_region_add(&h.r, 0x40000, 0x1000, 1, SB_REGION_NOMAP));
	WORKS(&h, reserve(&h, 0x11, 0x12));
	EXPECT(sb_region_iter_pfns(&h.r, &it, &start, &end));
	EXPECT_EQ(start, 0x11);
	EXPECT_EQ(end, 0x13);
	EXPECT_EQ(it.found_nid, 0);
	EXPECT(sb_region_iter_pfns(&h.r, &it, &start, &end));
	EXPECT_EQ(start, 0x31);
	EXPECT_EQ(end, 0x32);
	EXPECT_EQ(it.found_nid, 1);
	EXPECT(sb_region_iter_pfns(&h.r, &it, &start, &end));
	EXPECT_EQ(start, 0x40);
	EXPECT(!sb_region_iter_pfns(&h.r, &it, &start, &end));
	EXPECT_EQ(start, 0x40);
	it = (struct sb_region_iter){ .nid = 1, .skip_flags = SB_REGION_NOMAP };
	EXPECT(sb_region_iter_pfns(&h.r, &it, &start, &end));
	EXPECT_EQ(start, 0x31);
	EXPECT(!sb_region_iter_pfns(&h.r, &it, &start, &end));
}

static void memory_without_frame_numbers_has_no_pfns(void)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned long start, end;
	struct host h;

	host_init(&h, false);
	WORKS(&h, sb_region_add(&h.r, SB_PHYS_END - P(2), P(4), SB_NID_ANY, 0));
	EXPECT(sb_region_iter_pfns(&h.r, &it, &start, &end));
	EXPECT_EQ(sb_pfn_addr(start), SB_PHYS_END - P(2));
	EXPECT_EQ(end - start, 2);
	EXPECT(!sb_region_iter_pfns(&h.r, &it, &start, &end));
	it = (struct sb_region_iter)SB_REGION_ITER(SB_NID_ANY);
	WORKS(&h, sb_region_remove(&h.r, 0, SB_PHYS_END));
	EXPECT(!sb_region_iter_pfns(&h.r, &it, &start, &end));
	/* On a 32-bit CPU this would look like frame 0. */
	if (SB_PHYS_END < 1ull << 44) {
		WORKS(&h, sb_region_add(&h.r, 1ull << 44, P(4), SB_NID_ANY, 0));
		EXPECT(!sb_region_iter_pfns(&h.r, &it, &start, &end));
	}
}

static void an_address_is_asked_for_at_its_edges(void)
{
	struct host h;

	a_landscape(&h);
	WORKS(&h, reserve(&h, 0x14, 0x18));
	EXPECT(!sb_region_is_memory(&h.r, P(0x10) - 1));
	EXPECT(sb_region_is_memory(&h.r, P(0x10)));
	EXPECT(sb_region_is_memory(&h.r, P(0x30) - 1));
	EXPECT(!sb_region_is_memory(&h.r, P(0x30)));
	EXPECT(!sb_region_is_memory(&h.r, TOP));
	EXPECT(sb_region_is_mapped(&h.r, P(0x28) - 1));
	EXPECT(!sb_region_is_mapped(&h.r, P(0x28)));
	EXPECT(!sb_region_is_mapped(&h.r, P(0x30)));
	EXPECT(!sb_region_is_reserved(&h.r, P(0x14) - 1));
	EXPECT(sb_region_is_reserved(&h.r, P(0x14)));
	EXPECT(sb_region_is_reserved(&h.r, P(0x18) - 1));
	EXPECT(!sb_region_is_reserved(&h.r, P(0x18)));
	EXPECT_EQ(sb_region_nid(&h.r, P(0x20) - 1), 0);
	EXPECT_EQ(sb_region_nid(&h.r, P(0x20)), 1);
	EXPECT_EQ(sb_region_nid(&h.r, P(0x30)), SB_NID_ANY);
}

static void a_range_is_asked_for_wholly_or_partly(void)
{
	struct host h;

	a_landscape(&h);
	WORKS(&h, reserve(&h, 0x14, 0x18));
	EXPECT(sb_region_is_range_memory(&h.r, P(0x10), P(0x10)));
	EXPECT(sb_region_is_range_memory(&h.r, P(0x12), P(1)));
	EXPECT(!sb_region_is_range_memory(&h.r, P(0x10) - 1, 2));
	EXPECT(!sb_region_is_range_memory(&h.r, P(0x10), P(0x10) + 1)); /* two kinds */
	EXPECT(!sb_region_is_range_memory(&h.r, P(0x48), TOP));
	EXPECT(sb_region_is_range_memory(&h.r, P(0x48), 0));
	EXPECT(!sb_region_is_range_memory(&h.r, P(0x50), 0));
	EXPECT(sb_region_is_range_reserved(&h.r, P(0x17), TOP));
	EXPECT(sb_region_is_range_reserved(&h.r, P(0x10), P(4) + 1));
	EXPECT(!sb_region_is_range_reserved(&h.r, P(0x10), P(4)));
	EXPECT(!sb_region_is_range_reserved(&h.r, P(0x18), TOP));
	EXPECT(!sb_region_is_range_reserved(&h.r, P(0x16), 0));
	EXPECT(sb_region_holds(&h.r.reserved, P(0x14), P(4)));
	EXPECT(!sb_region_holds(&h.r.reserved, P(0x14), P(4) + 1));
	EXPECT(!sb_region_holds(&h.r.reserved, P(0x14) - 1, P(1)));
	EXPECT(sb_region_overlaps(&h.r.memory, P(0x2f), P(0x11)));
	EXPECT(!sb_region_overlaps(&h.r.memory, P(0x30), P(0x10)));
	EXPECT(sb_region_overlaps(&h.r.memory, 0, TOP));
	EXPECT(!sb_region_overlaps(&h.r.memory, P(0x14), 0));
}

static void totals_and_ends_are_known(void)
{
	struct host h;

	host_init(&h, false);
	EXPECT_EQ(sb_region_start(&h.r), 0);
	EXPECT_EQ(sb_region_end(&h.r), 0);
	a_landscape(&h);
	WORKS(&h, reserve(&h, 0x04, 0x60));
	EXPECT_EQ(sb_region_start(&h.r), P(0x10));
	EXPECT_EQ(sb_region_end(&h.r), P(0x50));
	EXPECT_EQ(sb_region_memory_size(&h.r), P(0x30));
	EXPECT_EQ(sb_region_reserved_size(&h.r), P(0x5c));
}

UNIT_MAIN(UNIT_CASE(memory_is_walked_in_both_directions), UNIT_CASE(a_walk_may_be_of_one_node),
	  UNIT_CASE(a_walk_may_want_and_skip_flags), UNIT_CASE(free_is_memory_less_reserved),
	  UNIT_CASE(many_reservations_leave_many_free_ranges),
	  UNIT_CASE(a_reserved_walk_ignores_node_and_flags),
	  UNIT_CASE(a_walk_reaches_the_top_of_the_address_space),
	  UNIT_CASE(a_walk_goes_on_in_a_tracker_that_changes),
	  UNIT_CASE(pfns_are_whole_pages_of_memory),
	  UNIT_CASE(memory_without_frame_numbers_has_no_pfns),
	  UNIT_CASE(an_address_is_asked_for_at_its_edges),
	  UNIT_CASE(a_range_is_asked_for_wholly_or_partly), UNIT_CASE(totals_and_ends_are_known))

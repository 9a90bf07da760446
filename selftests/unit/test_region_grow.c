// SPDX-License-Identifier: GPL-2.0-only
/*
 * The region tracker: arrays that outgrow their place.
 *
 * A region takes 24 bytes: 256 of them need 2 pages, 512 need 3, 1024 need 6.
 */
#include "region_host.h"

#define FULL SB_REGIONS_INITIAL

/* Memory is 1000-2000; 1000, 1002 .. 10fe are reserved, and that fills the array. */
static void full_reserved(struct host *h, bool can_grow)
{
	host_init(h, can_grow);
	WORKS(h, add(h, 0x1000, 0x2000));
	comb(h, 0x1000, FULL);
	EXPECT_EQ(h->r.reserved.nr, FULL);
	EXPECT_EQ(h->r.reserved.max, FULL);
	EXPECT_EQ(h->live, 0);
}

/* Memory is 1000-2000 and 3000, 3002 .. 30fc, and that fills the array. */
static void full_memory(struct host *h, bool can_grow)
{
	host_init(h, can_grow);
	WORKS(h, add(h, 0x1000, 0x2000));
	comb_memory(h, 0x3000, FULL - 1);
	EXPECT_EQ(h->r.memory.nr, FULL);
	EXPECT_EQ(h->r.memory.max, FULL);
}

static bool is_home(const struct sb_region_type *type, u64 from, u64 to)
{
	const struct sb_region *last = &type->regions[type->nr - 1];

	EXPECT_EQ(type->home, P(from));
	return sizeof(*last) * type->max <= P(to - from) && type->regions != type->initial;
}

static void reserved_moves_into_memory_that_it_reserves(void)
{
	struct host h;
	u64 i;

	full_reserved(&h, true);
	WORKS(&h, reserve(&h, 0x1200, 0x1201));
	EXPECT_EQ(h.r.reserved.max, 2 * FULL);
	EXPECT_EQ(h.r.reserved.nr, FULL + 2);
	EXPECT(is_home(&h.r.reserved, 0x1ffe, 0x2000));
	EXPECT_EQ(h.live, 1);
	EXPECT(sb_region_is_reserved(&h.r, P(0x1ffe)));
	EXPECT(sb_region_is_reserved(&h.r, P(0x2000) - 1));
	EXPECT(!sb_region_is_reserved(&h.r, P(0x1ffe) - 1));
	for (i = 0x1000; i < 0x1100; i++)
		EXPECT_EQ(sb_region_is_reserved(&h.r, P(i)), !(i & 1));
	host_exit(&h);
}

static void the_next_growth_gives_the_last_home_back(void)
{
	struct host h;

	full_reserved(&h, true);
	comb(&h, 0x1200, FULL - 1);
	EXPECT_EQ(h.r.reserved.nr, 2 * FULL);
	EXPECT(is_home(&h.r.reserved, 0x1ffe, 0x2000));
	WORKS(&h, reserve(&h, 0x1400, 0x1401));
	EXPECT_EQ(h.r.reserved.max, 4 * FULL);
	EXPECT(is_home(&h.r.reserved, 0x1ffb, 0x1ffe));
	EXPECT(!sb_region_is_range_reserved(&h.r, P(0x1ffe), P(2)));
	EXPECT_EQ(h.live, 1);
	host_exit(&h);
}

static void memory_moves_into_memory_that_is_reserved(void)
{
	struct host h;

	full_memory(&h, true);
	WORKS(&h, add(&h, 0x4000, 0x4008));
	EXPECT_EQ(h.r.memory.max, 2 * FULL);
	EXPECT_EQ(h.r.memory.nr, FULL + 1);
	EXPECT(is_home(&h.r.memory, 0x1ffe, 0x2000)); /* not in what was being added */
	RESERVED_IS(&h, "1ffe-2000");
	host_exit(&h);
}

/* The only memory with room for it is what is being taken away. */
static void memory_does_not_move_into_what_is_taken_away(void)
{
	struct host h;

	full_memory(&h, true);
	/* Not at the edges, so that an entry more is needed. */
	LEAVES(&h, sb_region_remove(&h.r, P(0x1000) + 1, P(0x1000) - 2), -ENOMEM);
	LEAVES(&h, sb_region_mark(&h.r, P(0x1000) + 1, P(0x1000) - 2, SB_REGION_NOMAP), -ENOMEM);
	host_exit(&h);
}

static void memory_that_needs_more_than_double_grows_at_once(void)
{
	struct host h;

	host_init(&h, true);
	WORKS(&h, sb_region_add(&h.r, P(0x1000), P(0x100), 1, 0));
	while (h.r.memory.nr < FULL)
		WORKS(&h, sb_region_add(&h.r, P(0x2000 + 2 * h.r.memory.nr), P(1), 1, 0));
	WORKS(&h, sb_region_add(&h.r, 0, TOP, 0, 0));
	EXPECT_EQ(h.r.memory.nr, 2 * FULL + 1);
	EXPECT_EQ(h.r.memory.max, 4 * FULL);
	EXPECT_EQ(h.calls, 1);
	RESERVED_IS(&h, "10fd-1100");
	host_exit(&h);
}

/* Memory's new home needs an entry of reserved, and reserved is full too. */
static void both_full(struct host *h)
{
	full_memory(h, true);
	comb(h, 0x1000, FULL);
}

static void both_arrays_grow_in_one_step(void)
{
	struct host h;

	both_full(&h);
	WORKS(&h, add(&h, 0x4000, 0x4001));
	EXPECT(is_home(&h.r.memory, 0x1ffe, 0x2000));
	EXPECT(is_home(&h.r.reserved, 0x1ffc, 0x1ffe));
	EXPECT_EQ(h.r.reserved.nr, FULL + 1);
	EXPECT_EQ(h.live, 2);
	host_exit(&h);
}

/*
 * The old home of memory lies in the middle of a reservation, and the new one
 * touches none: that takes two entries, of which reserved has one, or none.
 */
static void memory_grows_again_between_reservations(void)
{
	unsigned int spare;
	struct host h;

	for (spare = 0; spare < 2; spare++) {
		full_memory(&h, true);
		WORKS(&h, add(&h, 0x4000, 0x4001));
		WORKS(&h, reserve(&h, 0x1ff0, 0x2001));
		WORKS(&h, sb_region_mark(&h.r, P(0x1fe0), P(0x10), SB_REGION_NOMAP));
		RESERVED_IS(&h, "1ff0-2001");
		comb(&h, 0x1000, FULL - 1 - spare);
		comb_memory(&h, 0x5000, FULL);
		EXPECT_EQ(h.r.memory.max, 4 * FULL);
		EXPECT_EQ(h.r.reserved.max, 2 * FULL);
		EXPECT(sb_region_is_reserved(&h.r, P(0x1ffe) - 1));
		EXPECT(!sb_region_is_range_reserved(&h.r, P(0x1ffe), P(2)));
		EXPECT(sb_region_is_reserved(&h.r, P(0x2000)));
		EXPECT(is_home(&h.r.memory, 0x1fdd, 0x1fe0));
		host_exit(&h);
	}
}

/* The first gap takes an entry before the second one gives one back. */
static void an_add_needs_room_for_its_highest_count(void)
{
	struct host h;

	host_init(&h, false);
	WORKS(&h, sb_region_add(&h.r, P(0x10), P(1), 1, 0));
	WORKS(&h, sb_region_add(&h.r, P(0x12), P(1), 1, 0));
	WORKS(&h, sb_region_add(&h.r, P(0x13), P(1), 0, 0));
	WORKS(&h, sb_region_add(&h.r, P(0x15), P(1), 0, 0));
	comb_memory(&h, 0x100, FULL - 4);
	LEAVES(&h, sb_region_add(&h.r, P(0x11), P(4), 0, 0), -ENOMEM);
	WORKS(&h, sb_region_add(&h.r, P(0x14), P(1), 0, 0));
	WORKS(&h, sb_region_add(&h.r, P(0x11), P(1), 0, 0));
}

static void reserved_grows_beside_the_range_that_is_reserved(void)
{
	static const struct {
		u64 from;
		u64 to;
		u64 home;
	} ranges[] = {
		{ 0x1f00, 0x1f01, 0x1ffe }, /* above it there is room */
		{ 0x1f00, 0x1ffe, 0x1ffe }, /* just enough */
		{ 0x1f00, 0x1fff, 0x1efe }, /* not enough */
		{ 0x1f00, 0x2000, 0x1efe }, { 0x1200, 0x1fff, 0x11fe },
	};
	struct host h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		full_reserved(&h, true);
		WORKS(&h, reserve(&h, ranges[i].from, ranges[i].to));
		EXPECT(is_home(&h.r.reserved, ranges[i].home, ranges[i].home + 2));
		host_exit(&h);
	}
}

static void growth_follows_direction_limit_and_mirror(void)
{
	struct host h;

	full_reserved(&h, true);
	h.r.bottom_up = true;
	WORKS(&h, reserve(&h, 0x800, 0x801));
	EXPECT(is_home(&h.r.reserved, 0x10ff, 0x1101));
	host_exit(&h);
	full_reserved(&h, true);
	h.r.current_limit = P(0x1800);
	WORKS(&h, reserve(&h, 0x800, 0x801));
	EXPECT(is_home(&h.r.reserved, 0x17fe, 0x1800));
	host_exit(&h);
	full_reserved(&h, true);
	WORKS(&h, sb_region_mark(&h.r, P(0x1200), P(0x10), SB_REGION_MIRROR));
	WORKS(&h, sb_region_mark(&h.r, P(0x1e00), P(0x200), SB_REGION_NOMAP));
	WORKS(&h, reserve(&h, 0x800, 0x801));
	EXPECT(is_home(&h.r.reserved, 0x120e, 0x1210));
	host_exit(&h);
}

static void a_free_that_splits_may_grow(void)
{
	struct host h;

	host_init(&h, true);
	WORKS(&h, add(&h, 0x1000, 0x2000));
	comb(&h, 0x1000, FULL - 1);
	WORKS(&h, reserve(&h, 0x1200, 0x1210));
	WORKS(&h, sb_region_free(&h.r, P(0x1204), P(4)));
	EXPECT_EQ(h.r.reserved.max, 2 * FULL);
	EXPECT(sb_region_is_reserved(&h.r, P(0x1203)));
	EXPECT(!sb_region_is_range_reserved(&h.r, P(0x1204), P(4)));
	EXPECT(sb_region_is_reserved(&h.r, P(0x1208)));
	host_exit(&h);
}

static void an_allocation_may_grow_and_keeps_its_own_range(void)
{
	const struct sb_region_request request = {
		.size = P(1),
		.align = P(4),
		.nid = SB_NID_ANY,
	};
	struct host h;
	u64 base;

	full_reserved(&h, true);
	WORKS(&h, sb_region_alloc(&h.r, &request, &base));
	EXPECT_EQ(base, P(0x1ffc));
	EXPECT(is_home(&h.r.reserved, 0x1ffe, 0x2000));
	host_exit(&h);
	full_reserved(&h, false);
	base = 7;
	LEAVES(&h, sb_region_alloc(&h.r, &request, &base), -ENOMEM);
	EXPECT_EQ(base, 7);
}

static void what_needs_no_entry_never_grows(void)
{
	struct host h;

	full_reserved(&h, false);
	WORKS(&h, reserve(&h, 0xff0, 0x1000)); /* joins the first */
	WORKS(&h, reserve(&h, 0x1001, 0x1002)); /* joins two */
	WORKS(&h, reserve(&h, 0x1800, 0x1801)); /* the entry that has become free */
	WORKS(&h, reserve(&h, 0x10fe, 0x1110)); /* beyond a region's end */
	WORKS(&h, sb_region_free(&h.r, P(0xff8), P(0x10)));
	WORKS(&h, sb_region_free(&h.r, P(0x1105), P(0x20)));
	WORKS(&h, reserve(&h, 0, 0x10000));
	RESERVED_IS(&h, "0-10000");
	full_memory(&h, false);
	WORKS(&h, sb_region_remove(&h.r, P(0x1000), P(1)));
	WORKS(&h, sb_region_remove(&h.r, P(0x1f00), P(0x1101)));
	EXPECT_EQ(h.r.memory.nr, FULL - 1);
	WORKS(&h, add(&h, 0x3001, 0x3100));
	WORKS(&h, sb_region_mark(&h.r, 0, TOP, SB_REGION_HOTPLUG));
	MEMORY_IS(&h, "1001-1f00,H 3001-3100,H");
}

static void growth_without_a_reach_is_enomem(void)
{
	struct host h;

	full_reserved(&h, false);
	LEAVES(&h, reserve(&h, 0x1200, 0x1201), -ENOMEM);
	WORKS(&h, reserve(&h, 0x1001, 0x1002));
	WORKS(&h, reserve(&h, 0x1800, 0x1810));
	LEAVES(&h, sb_region_free(&h.r, P(0x1801), 1), -ENOMEM);
	full_memory(&h, false);
	LEAVES(&h, add(&h, 0x4000, 0x4001), -ENOMEM);
	LEAVES(&h, sb_region_remove(&h.r, P(0x1800), 1), -ENOMEM);
	LEAVES(&h, sb_region_mark(&h.r, P(0x1800), 1, SB_REGION_NOMAP), -ENOMEM);
}

static void growth_without_free_memory_is_enomem(void)
{
	struct host h;

	full_reserved(&h, true);
	h.r.current_limit = P(0x1100); /* only single pages below */
	LEAVES(&h, reserve(&h, 0x1200, 0x1201), -ENOMEM);
	h.r.current_limit = TOP;
	LEAVES(&h, reserve(&h, 0x1100, 0x2000), -ENOMEM); /* the rest, and no place beside it */
	WORKS(&h, sb_region_mark(&h.r, 0, TOP, SB_REGION_NOMAP));
	LEAVES(&h, reserve(&h, 0x1200, 0x1201), -ENOMEM);
	EXPECT_EQ(h.calls, 0);
	host_exit(&h);
	full_memory(&h, true);
	WORKS(&h, reserve(&h, 0x1001, 0x2000));
	LEAVES(&h, add(&h, 0x4000, 0x4010), -ENOMEM);
	host_exit(&h);
}

static void growth_that_cannot_be_mapped_is_enomem(void)
{
	struct host h;

	full_reserved(&h, true);
	h.refuse_from = 1;
	LEAVES(&h, reserve(&h, 0x1200, 0x1201), -ENOMEM);
	h.refuse_from = ~0u;
	WORKS(&h, reserve(&h, 0x1200, 0x1201));
	comb(&h, 0x1300, FULL - 2);
	h.refuse_from = 1;
	LEAVES(&h, reserve(&h, 0x1600, 0x1601), -ENOMEM);
	host_exit(&h);
	full_memory(&h, true);
	h.refuse_from = 1;
	LEAVES(&h, add(&h, 0x4000, 0x4001), -ENOMEM);
	host_exit(&h);
}

static void when_one_of_two_arrays_cannot_grow_none_does(void)
{
	struct host h;

	both_full(&h);
	h.refuse_from = 1;
	LEAVES(&h, add(&h, 0x4000, 0x4001), -ENOMEM);
	h.refuse_from = 3;
	LEAVES(&h, add(&h, 0x4000, 0x4001), -ENOMEM);
	EXPECT_EQ(h.calls, 3);
	h.refuse_from = ~0u;
	h.r.current_limit = P(0x1102); /* a place for one, not for two */
	LEAVES(&h, add(&h, 0x4000, 0x4001), -ENOMEM);
	EXPECT_EQ(h.calls, 4);
	h.r.current_limit = P(0x1103);
	WORKS(&h, add(&h, 0x4000, 0x4001));
	EXPECT_EQ(h.live, 2);
	host_exit(&h);
}

static void the_arrays_own_homes_are_busy(void)
{
	struct host h;

	full_memory(&h, true);
	WORKS(&h, add(&h, 0x4000, 0x4001)); /* the home is 1ffe-2000 */
	LEAVES(&h, sb_region_free(&h.r, 0, TOP), -EBUSY);
	LEAVES(&h, sb_region_free(&h.r, P(0x2000) - 1, 1), -EBUSY);
	LEAVES(&h, sb_region_remove(&h.r, P(0x1ffe), 1), -EBUSY);
	LEAVES(&h, sb_region_mark(&h.r, P(0x1f00), P(0xfe) + 1, SB_REGION_NOMAP), -EBUSY);
	LEAVES(&h, sb_region_trim(&h.r, P(0x4000)), -EBUSY);
	LEAVES(&h, sb_region_enforce_limit(&h.r, P(0xfff)), -EBUSY);
	LEAVES(&h, sb_region_cap(&h.r, P(0x1000), P(0xfff)), -EBUSY);
	LEAVES(&h, sb_region_cap(&h.r, P(0x1fff), P(0x1000)), -EBUSY);
	LEAVES(&h, sb_region_free(&h.r, P(0x1fff), 0), 0);
	WORKS(&h, sb_region_mark(&h.r, P(0x1fff), P(1), SB_REGION_HOTPLUG));
	WORKS(&h, sb_region_free(&h.r, P(0x2000), TOP));
	WORKS(&h, sb_region_free(&h.r, 0, P(0x1ffe)));
	WORKS(&h, sb_region_trim(&h.r, P(1)));
	WORKS(&h, sb_region_enforce_limit(&h.r, P(0x1001)));
	WORKS(&h, sb_region_cap(&h.r, P(0x1ffe), P(2)));
	WORKS(&h, sb_region_clear(&h.r, 0, TOP, SB_REGION_HOTPLUG));
	MEMORY_IS(&h, "1ffe-2000");
	RESERVED_IS(&h, "1ffe-2000");
	host_exit(&h);
}

/* Memory ends amid a block, and the home lies in the part to be cut off. */
static void a_trimmed_end_with_a_home_is_busy(void)
{
	struct host h;

	host_init(&h, true);
	WORKS(&h, add(&h, 0x1000, 0x1ffc));
	comb(&h, 0x1000, FULL + 1);
	EXPECT(is_home(&h.r.reserved, 0x1ffa, 0x1ffc));
	LEAVES(&h, sb_region_trim(&h.r, P(8)), -EBUSY);
	WORKS(&h, sb_region_trim(&h.r, P(4)));
	MEMORY_IS(&h, "1000-1ffc");
	host_exit(&h);
}

static void check_sees_more_regions_than_there_is_room_for(void)
{
	struct host h;

	full_reserved(&h, true);
	WORKS(&h, reserve(&h, 0x1200, 0x1201));
	h.r.reserved.max = FULL; /* of FULL + 2 */
	EXPECT_EQ(sb_region_check(&h.r), -EIO);
	h.r.reserved.max = 2 * FULL;
	EXPECT_EQ(sb_region_check(&h.r), 0);
	host_exit(&h);
}

static void check_sees_a_home_that_is_not_its_own(void)
{
	struct host h;

	full_memory(&h, true);
	WORKS(&h, add(&h, 0x4000, 0x4001));
	h.r.memory.home -= P(1);
	EXPECT_EQ(sb_region_check(&h.r), -EIO);
	h.r.memory.home += P(1);
	EXPECT_EQ(sb_region_check(&h.r), 0);
	h.r.memory.regions[0].size -= P(1);
	h.r.memory.total_size -= P(1);
	EXPECT_EQ(sb_region_check(&h.r), -EIO);
	host_exit(&h);
}

UNIT_MAIN(UNIT_CASE(reserved_moves_into_memory_that_it_reserves),
	  UNIT_CASE(the_next_growth_gives_the_last_home_back),
	  UNIT_CASE(memory_moves_into_memory_that_is_reserved),
	  UNIT_CASE(memory_does_not_move_into_what_is_taken_away),
	  UNIT_CASE(memory_that_needs_more_than_double_grows_at_once),
	  UNIT_CASE(both_arrays_grow_in_one_step),
	  UNIT_CASE(memory_grows_again_between_reservations),
	  UNIT_CASE(an_add_needs_room_for_its_highest_count),
	  UNIT_CASE(reserved_grows_beside_the_range_that_is_reserved),
	  UNIT_CASE(growth_follows_direction_limit_and_mirror),
	  UNIT_CASE(a_free_that_splits_may_grow),
	  UNIT_CASE(an_allocation_may_grow_and_keeps_its_own_range),
	  UNIT_CASE(what_needs_no_entry_never_grows), UNIT_CASE(growth_without_a_reach_is_enomem),
	  UNIT_CASE(growth_without_free_memory_is_enomem),
	  UNIT_CASE(growth_that_cannot_be_mapped_is_enomem),
	  UNIT_CASE(when_one_of_two_arrays_cannot_grow_none_does),
	  UNIT_CASE(the_arrays_own_homes_are_busy), UNIT_CASE(a_trimmed_end_with_a_home_is_busy),
	  UNIT_CASE(check_sees_more_regions_than_there_is_room_for),
	  UNIT_CASE(check_sees_a_home_that_is_not_its_own))

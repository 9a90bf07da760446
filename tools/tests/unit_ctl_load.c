// SPDX-License-Identifier: GPL-2.0-only
/* What stress and frag reckon with. */
#include <string.h>

#include "../sbuddyctl/frag.h"
#include "../sbuddyctl/histogram.h"
#include "../sbuddyctl/random.h"
#include "../sbuddyctl/stress.h"
#include "unit_ctl.h"

static void nothing_took_no_time(void)
{
	static const struct histogram none;

	CHECK(!histogram_share(&none, 50) && !histogram_share(&none, 100) && !none.max);
}

/* Over all powers, also at their ends, and beyond the last. */
static void shares_are_right_to_a_sixteenth(void)
{
	unsigned int power;
	uint64_t ns, share;
	int off;

	for (power = 0; power < HISTOGRAM_POWERS; power++) {
		for (off = -1; off < 2; off++) {
			struct histogram one = { 0 };

			ns = (UINT64_C(1) << power) + (uint64_t)off;
			histogram_add(&one, ns);
			histogram_add(&one, ns * 2 + 99);
			share = histogram_share(&one, 50);
			CHECK(share >= ns && share - ns <= ns / 16);
			CHECK(histogram_share(&one, 100) == ns * 2 + 99 && one.max == ns * 2 + 99);
		}
	}
}

static void too_long_is_counted_as_the_longest(void)
{
	struct histogram one = { 0 };

	histogram_add(&one, UINT64_MAX);
	histogram_add(&one, UINT64_C(1) << HISTOGRAM_POWERS);
	CHECK(one.count == 2 && one.max == UINT64_MAX);
	CHECK(histogram_power(&one, HISTOGRAM_POWERS - 1) == 2);
}

static void shares_are_of_how_many(void)
{
	struct histogram times = { 0 }, sum = { 0 };
	uint64_t ns;

	for (ns = 1; ns <= 1000; ns++)
		histogram_add(&times, ns);
	CHECK(histogram_share(&times, 50) >= 500 && histogram_share(&times, 50) < 500 + 500 / 16);
	CHECK(histogram_share(&times, 99) >= 990 && histogram_share(&times, 99) <= 1000);
	histogram_join(&sum, &times);
	histogram_join(&sum, &times);
	CHECK(sum.count == 2000 && sum.sum == 2 * 500500 && sum.max == 1000);
	CHECK(histogram_share(&sum, 50) == histogram_share(&times, 50));
}

/* Each time in one of them. */
static void powers_of_two_are_all_of_it(void)
{
	struct histogram times = { 0 };
	unsigned int power;
	uint64_t ns, all = 0;

	for (ns = 0; ns < 5000; ns++)
		histogram_add(&times, ns);
	for (power = 0; power < HISTOGRAM_POWERS; power++)
		all += histogram_power(&times, power);
	CHECK(all == 5000);
	CHECK(histogram_power(&times, 0) == 2 && histogram_power(&times, 3) == 8);
	CHECK(histogram_power(&times, 11) == 2048 && histogram_power(&times, 12) == 5000 - 4096);
}

static void times_have_units(void)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} times[] = {
		{ 0, "0 ns" },	      { 999, "999 ns" },       { 1000, "1.0 us" },
		{ 9949, "9.9 us" },   { 9951, "10 us" },       { 999499, "999 us" },
		{ 999501, "1.0 ms" }, { 1500000000, "1.5 s" }, { 86400000000000, "86400 s" },
	};
	char text[16];
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		CHECK(!strcmp(human_time(times[i].ns, text, sizeof(text)), times[i].text));
}

static void seed_repeats_numbers_within_bounds(void)
{
	uint64_t one = 7, same = 7, other = 8;
	unsigned int i, differ = 0, seen[5] = { 0 };

	for (i = 0; i < 1000; i++) {
		uint32_t value = random_below(&one, 5);

		CHECK(value < 5 && value == random_below(&same, 5));
		differ += value != random_below(&other, 5);
		seen[value]++;
	}
	CHECK(differ > 500 && seen[0] > 100 && seen[4] > 100 && !random_below(&one, 1));
}

static void mixes_have_orders_sizes_and_weights(void)
{
	struct stress_kind kinds[STRESS_MAX_KINDS];
	unsigned int weights[3];

	CHECK(stress_parse_sizes("0:8,10,64K:2,4096B", 10, kinds) == 4);
	CHECK(kinds[0].order == 0 && !kinds[0].bytes && kinds[0].weight == 8);
	CHECK(kinds[1].order == 10 && !kinds[1].bytes && kinds[1].weight == 1);
	CHECK(kinds[2].bytes == 65536 && kinds[2].weight == 2);
	CHECK(kinds[3].bytes == 4096 && kinds[3].weight == 1);
	CHECK(stress_parse_types("Movable:2,reclaimable", weights) == 3);
	CHECK(!weights[0] && weights[1] == 2 && weights[2] == 1);
}

static struct frag_state free_memory(unsigned int order, uint64_t whole, uint64_t smaller)
{
	return (struct frag_state){
		.order = order,
		.free = (whole << order) + smaller,
		.smaller = smaller,
		.whole = whole,
	};
}

/* What holding these pages leaves. */
static void hold(struct frag_state *state, uint64_t blocks, uint64_t run)
{
	uint64_t pages = UINT64_C(1) << state->order;

	state->whole -= blocks + !!run;
	state->free -= blocks + run;
	state->smaller += blocks * (pages - 1) + (run ? pages - run : 0);
}

static void any_index_is_met_to_a_page(void)
{
	uint64_t random = 3, run;
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		unsigned int order = 1 + random_below(&random, 10);
		struct frag_state state = free_memory(order, random_below(&random, 2000),
						      random_below(&random, 3000));
		double pages = (double)(UINT64_C(1) << order);
		double low = frag_index(&state), high = frag_highest(&state), index, off;

		index = low + (high - low) * random_below(&random, 1001) / 1000;
		hold(&state, frag_blocks(&state, index), 0);
		CHECK(frag_index(&state) <= index + 0.000000001);
		CHECK(frag_index(&state) >= low);
		CHECK(!state.whole || !frag_blocks(&state, index));
		run = frag_run(&state, index);
		CHECK(run <= UINT64_C(1) << order);
		hold(&state, 0, run);
		off = index - frag_index(&state);
		off = off < 0 ? -off : off;
		CHECK(off <= index - low + 1 / (double)(state.free + 1));
		if (run || (double)state.smaller < index * ((double)state.free - pages))
			CHECK(off * (double)(state.free + 1) <= 1.001);
	}
}

static void nothing_free_has_no_index(void)
{
	struct frag_state none = free_memory(4, 0, 0);

	CHECK(frag_index(&none) == 0 && frag_highest(&none) == 0);
	CHECK(!frag_blocks(&none, 0.5) && !frag_run(&none, 0.5));
	none = free_memory(4, 100, 0);
	CHECK(!frag_blocks(&none, 0) && !frag_run(&none, 0));
}

static void no_page_is_held_in_movable_memory(void)
{
	struct sbuddy_explain_zone zones[2] = {
		{ .zone = SBUDDY_ZONE_NORMAL, .blocks = { [0] = 3, [4] = 1, [6] = 2 } },
		{ .zone = SBUDDY_ZONE_MOVABLE, .blocks = { [1] = 1, [4] = 10 } },
	};
	struct frag_state state;

	frag_look(&state, zones, 2, 4);
	CHECK(state.free == 3 + 16 + 128 + 2 + 160 && state.smaller == 5 && state.whole == 9);
	CHECK(frag_highest(&state) == (5.0 + 9 * 15) / (309 - 9));
}

const struct unit_test load_tests[] = {
	TEST(nothing_took_no_time),
	TEST(shares_are_right_to_a_sixteenth),
	TEST(too_long_is_counted_as_the_longest),
	TEST(shares_are_of_how_many),
	TEST(powers_of_two_are_all_of_it),
	TEST(times_have_units),
	TEST(seed_repeats_numbers_within_bounds),
	TEST(mixes_have_orders_sizes_and_weights),
	TEST(any_index_is_met_to_a_page),
	TEST(nothing_free_has_no_index),
	TEST(no_page_is_held_in_movable_memory),
	{ NULL, NULL },
};

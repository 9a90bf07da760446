// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "frag.h"

void frag_look(struct frag_state *state, const struct sbuddy_explain_zone *zones, unsigned int nr,
	       unsigned int order)
{
	unsigned int i, o;

	memset(state, 0, sizeof(*state));
	state->order = order;
	for (i = 0; i < nr; i++) {
		for (o = 0; o < sizeof(zones[i].blocks) / sizeof(zones[i].blocks[0]); o++) {
			state->free += zones[i].blocks[o] << o;
			if (o < order)
				state->smaller += zones[i].blocks[o] << o;
			else if (zones[i].zone != SBUDDY_ZONE_MOVABLE)
				state->whole += zones[i].blocks[o] << (o - order);
		}
	}
}

static uint64_t pages_of(const struct frag_state *state)
{
	return UINT64_C(1) << state->order;
}

static double index_of(uint64_t smaller, uint64_t free)
{
	return free ? (double)smaller / (double)free : 0;
}

double frag_index(const struct frag_state *state)
{
	return index_of(state->smaller, state->free);
}

double frag_highest(const struct frag_state *state)
{
	return index_of(state->smaller + state->whole * (pages_of(state) - 1),
			state->free - state->whole);
}

/* With n blocks broken: index = (smaller + n * (pages - 1)) / (free - n). */
uint64_t frag_blocks(const struct frag_state *state, double index)
{
	double missing = index * (double)state->free - (double)state->smaller;
	double each = (double)(pages_of(state) - 1) + index;
	uint64_t blocks = missing > 0 ? (uint64_t)(missing / each + 0.000000001) : 0;

	return blocks < state->whole ? blocks : state->whole;
}

/* With n of a block left: index = (smaller + n) / (free - (pages - n)). */
uint64_t frag_run(const struct frag_state *state, double index)
{
	uint64_t pages = pages_of(state), left;
	double rest;

	if (!state->whole || index >= 1 || state->free < pages)
		return 0;
	if (index * (double)state->free - (double)state->smaller < 0.5)
		return 0;
	rest = (index * (double)(state->free - pages) - (double)state->smaller) / (1 - index);
	if (rest + 0.5 < 0)
		return 0;
	left = rest > 0 ? (uint64_t)(rest + 0.5) : 0;
	return left < pages ? pages - left : 1;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb frag: memory that is free, and in blocks too small.
 *
 * A page held in a block of the order has all the others of it count as unusable. Of one
 * more block, a run is held that leaves just so many pages as are missing.
 */
#ifndef SBUDDYCTL_FRAG_H
#define SBUDDYCTL_FRAG_H

#include <stdint.h>

#include "libsbuddy.h"

/**
 * struct frag_state - What is free, as seen by requests of an order.
 * @order: 1 ..
 * @free: pages
 * @smaller: of these, in smaller blocks
 * @whole: aligned blocks of that order that are free, alone or within larger ones,
 *	where a page can be held: not those of the zone Movable
 */
struct frag_state {
	unsigned int order;
	uint64_t free;
	uint64_t smaller;
	uint64_t whole;
};

void frag_look(struct frag_state *state, const struct sbuddy_explain_zone *zones, unsigned int nr,
	       unsigned int order);

/* The unusable free-space index; 0 when nothing is free. */
double frag_index(const struct frag_state *state);

/* The highest that can be reached, by a page held in each block. */
double frag_highest(const struct frag_state *state);

/* Most blocks to hold a page in without getting above @index. */
uint64_t frag_blocks(const struct frag_state *state, double index);

/**
 * frag_run() - What to hold of one more block to get to @index.
 * @state: so that frag_blocks() is 0
 * @index: wanted
 *
 * Return: 1 .. all pages of the block; 0 when it is as near as it gets, or no block is
 * whole. It meets the index to a page, but for where a whole block more that is held would
 * be too much.
 */
uint64_t frag_run(const struct frag_state *state, double index);

#endif

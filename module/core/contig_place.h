/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Places for contiguous ranges: where in a zone one could be, and what is in its way.
 *
 *	pages     | . . # . . . . . m m . . |	wanted: 6
 *	             [- - x                     # in the way: beyond it
 *	                 [- - - - - -]          found
 *
 * Nothing is taken here. A page is in the way unless it is free, be it on a per-CPU
 * list, or somebody answers for it who can move it, and that is asked for. The walk
 * is by blocks: a zone is gone through once.
 */
#ifndef SB_CONTIG_PLACE_H
#define SB_CONTIG_PLACE_H

#include "instance.h"

/**
 * struct sb_search - What is left of one zone to look at.
 * @zone: zone
 * @start: first page
 * @end: first page after it
 * @nr_pages: how many are wanted
 * @align: the first page is a multiple of it
 * @boundary: no multiple of it is crossed, or 0
 * @top_down: from @end
 * @cma: CMA pageblocks will do
 * @moves: pages in use will do, if they can be moved
 */
struct sb_search {
	struct sb_zone *zone;
	unsigned long start;
	unsigned long end;
	unsigned long nr_pages;
	unsigned long align;
	unsigned long boundary;
	bool top_down;
	bool cma;
	bool moves;
};

/* The first place of what is left, by its bounds alone. */
bool sb_contig_place_next(const struct sb_search *s, unsigned long *pfn);

/**
 * sb_contig_place_blocked() - Find what is met first in the way of a range.
 * @s: search
 * @start: first page
 * @end: first page after the range
 * @bad: set to the page
 * @beyond: set to where the next place may begin, or with @s->top_down end
 *
 * Context: Any but NMI. Takes the zone lock for a pageblock at a time.
 * Return: something is.
 */
bool sb_contig_place_blocked(const struct sb_search *s, unsigned long start, unsigned long end,
			     unsigned long *bad, unsigned long *beyond);

/* The same for a page that was found to be in the way: past its block. */
unsigned long sb_contig_place_past(const struct sb_search *s, unsigned long bad);

/* Leaves what is to be looked at beyond a place. */
void sb_contig_place_leave(struct sb_search *s, unsigned long beyond);

#endif

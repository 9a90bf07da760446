/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One sorted array of ranges, for the files of the region tracker only.
 *
 * What adds entries never checks for room: ask for the need first.
 */
#ifndef SB_REGION_ARRAY_H
#define SB_REGION_ARRAY_H

#include "region.h"

/**
 * sb_region_array_search() - Find the place of an address.
 * @type: the array
 * @addr: an address
 *
 * Return: The index of the first region that ends above @addr, which is the
 * one that holds it if any does; @type->nr when there is none.
 */
unsigned int sb_region_array_search(const struct sb_region_type *type, u64 addr);

/**
 * sb_region_array_gap() - Find the lowest part of a range that nothing covers.
 * @type: the array
 * @base: first byte of the range, and of the part found
 * @end: first byte after them
 *
 * Return: true when there is one; otherwise @base and @end stay as they are.
 */
bool sb_region_array_gap(const struct sb_region_type *type, u64 *base, u64 *end);

/**
 * sb_region_array_gap_rev() - Find the highest part that nothing covers.
 * @type: an array whose regions never touch, as those of reserved
 * @base: first byte of the range, and of the part found
 * @end: first byte after them
 *
 * Return: As sb_region_array_gap().
 */
bool sb_region_array_gap_rev(const struct sb_region_type *type, u64 *base, u64 *end);

/* How many entries sb_region_array_fill() needs beyond those in use. */
unsigned int sb_region_array_fill_needs(const struct sb_region_type *type,
					const struct sb_region *range);
/* Adds the parts of a range that no region covers, merged with their like. */
void sb_region_array_fill(struct sb_region_type *type, const struct sb_region *range);

/* How many entries sb_region_array_cut() needs beyond those in use: 0 or 1. */
unsigned int sb_region_array_cut_needs(const struct sb_region_type *type,
				       const struct sb_region *range);
/* Takes [base, end) out of whatever covers it. */
void sb_region_array_cut(struct sb_region_type *type, u64 base, u64 end);

/* Makes two of the region that holds @addr, which takes one entry. */
void sb_region_array_split(struct sb_region_type *type, u64 addr);
/* Merges what is in [base, end) among itself and with its two neighbours. */
void sb_region_array_merge(struct sb_region_type *type, u64 base, u64 end);

/* Gives a region another extent, which must not overlap its neighbours. */
void sb_region_array_resize(struct sb_region_type *type, unsigned int idx, u64 base, u64 end);
/* Takes the regions [first, end) out. */
void sb_region_array_delete(struct sb_region_type *type, unsigned int first, unsigned int end);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One sorted array of ranges, for the files of the region tracker only.
 *
 * What adds entries never checks for room: ask for the need first.
 */
#ifndef SB_REGION_ARRAY_H
#define SB_REGION_ARRAY_H

#include "region.h"

/*
 * What contracts in region_array.c are written in: A is what comes after, B and C what was before.
 * The members of an entry get names, so that provers need not know how arrays lie in memory.
 */
/*@
 * axiomatic entry {
 *	logic integer low{L}(struct sb_region *r, integer i) reads r[i].base;
 *	logic integer size{L}(struct sb_region *r, integer i) reads r[i].size;
 *	logic integer flags{L}(struct sb_region *r, integer i) reads r[i].flags;
 *	logic integer node{L}(struct sb_region *r, integer i) reads r[i].nid;
 *	axiom low{L}: \forall struct sb_region *r, integer i; low(r, i) == r[i].base;
 *	axiom size{L}: \forall struct sb_region *r, integer i; size(r, i) == r[i].size;
 *	axiom flags{L}: \forall struct sb_region *r, integer i; flags(r, i) == r[i].flags;
 *	axiom node{L}: \forall struct sb_region *r, integer i; node(r, i) == r[i].nid;
 * }
 *
 * predicate table(struct sb_region_type *t) =
 *	\valid(t) && t->nr <= t->max <= 0x40000000 && \valid(t->regions + (0 .. t->max - 1));
 * predicate ends{L}(struct sb_region *r, integer i, integer addr) =
 *	low(r, i) + size(r, i) <= addr;
 * predicate sorted{L}(struct sb_region *r, integer nr) =
 *	(\forall integer i; 0 <= i < nr ==> size(r, i) > 0 && fits(low(r, i), size(r, i))) &&
 *	(\forall integer i, j; 0 <= i < j < nr ==> low(r, i) + size(r, i) <= low(r, j));
 * lemma later{L}: \forall struct sb_region *r, integer nr, i, j, a;
 *	sorted(r, nr) ==> 0 <= i <= j < nr ==> ends(r, j, a) ==> ends(r, i, a);
 *
 * predicate same{A, B}(struct sb_region *r, integer to, integer from) =
 *	low{A}(r, to) == low{B}(r, from) && size{A}(r, to) == size{B}(r, from) &&
 *	flags{A}(r, to) == flags{B}(r, from) && node{A}(r, to) == node{B}(r, from);
 * predicate kept{A, B}(struct sb_region *r, integer from, integer to) =
 *	\forall integer i; from <= i < to ==>
 *		low{A}(r, i) == low{B}(r, i) && size{A}(r, i) == size{B}(r, i) &&
 *		flags{A}(r, i) == flags{B}(r, i) && node{A}(r, i) == node{B}(r, i);
 * predicate rest{A, B}(struct sb_region *r, integer idx) =
 *	\forall integer i; i != idx ==>
 *		low{A}(r, i) == low{B}(r, i) && size{A}(r, i) == size{B}(r, i) &&
 *		flags{A}(r, i) == flags{B}(r, i) && node{A}(r, i) == node{B}(r, i);
 * predicate moved{A, B}(struct sb_region *r, integer from, integer to, integer by) =
 *	(\forall integer i; from <= i < to ==>
 *		low{A}(r, i) == low{B}(r, i - by) && size{A}(r, i) == size{B}(r, i - by) &&
 *		flags{A}(r, i) == flags{B}(r, i - by) && node{A}(r, i) == node{B}(r, i - by)) &&
 *	(\forall integer j; from <= j + by < to ==>
 *		low{A}(r, j + by) == low{B}(r, j) && size{A}(r, j + by) == size{B}(r, j) &&
 *		flags{A}(r, j + by) == flags{B}(r, j) && node{A}(r, j + by) == node{B}(r, j));
 *
 * lemma move_below{A, B, C}: \forall struct sb_region *r, integer from, to, by;
 *	moved{B, C}(r, from + 1, to, by) ==> from < to ==> rest{A, B}(r, from) ==>
 *	same{A, B}(r, from, from - by) ==> same{B, C}(r, from - by, from - by) ==>
 *	moved{A, C}(r, from, to, by);
 * lemma move_above{A, B, C}: \forall struct sb_region *r, integer from, to, by;
 *	moved{B, C}(r, from, to, by) ==> from <= to ==> rest{A, B}(r, to) ==>
 *	same{A, B}(r, to, to - by) ==> same{B, C}(r, to - by, to - by) ==>
 *	moved{A, C}(r, from, to + 1, by);
 */

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

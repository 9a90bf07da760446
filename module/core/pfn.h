/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames, orders and addresses, and the only places that shift between them.
 *
 * A physical address is 64 bits wide on every CPU, a frame number (pfn) is an
 * unsigned long as in Linux. Ranges are half open: [start, end).
 */
#ifndef SB_PFN_H
#define SB_PFN_H

#include "sb_platform.h"

/* Orders an instance may have: 0 .. SB_MAX_ORDER, chosen by sbuddy,max-order. */
#define SB_MAX_ORDER 15
#define SB_NR_ORDERS (SB_MAX_ORDER + 1)

/* No page: an empty slot of an array of frame numbers. */
#define SB_PFN_NONE (~0ul)

/*
 * Memory ends below this address on any instance. Half of what frame numbers
 * reach on 32 bit, so that their sums do not wrap.
 */
#define SB_PHYS_END ((u64)~0ul >> 1 << SB_PAGE_SHIFT)

/*
 * What scripts/proofs knows of bits. The powers of two are defined here; what shifts and masks
 * have to do with them is claimed for arithmetic without an end, and proved for words of 32
 * and 64 bits by selftests/proofs/bits.
 */
/*@
 * axiomatic Powers {
 *	logic integer pow2(integer k) reads \nothing;
 *	axiom pow2_first: pow2(0) == 1;
 *	axiom pow2_next: \forall integer k; 0 <= k ==> pow2(k + 1) == 2 * pow2(k);
 * }
 * predicate is_power(integer x) = \exists integer k; 0 <= k < 64 && x == pow2(k);
 * admit lemma small: \forall integer k; 0 <= k < 32 ==> 0 < pow2(k) <= 0x80000000;
 * admit lemma large: \forall integer k; 0 <= k < 64 ==> 0 < pow2(k) <= 0x8000000000000000;
 * admit lemma bit: \forall integer k; 0 <= k < 64 ==> (1 << k) == pow2(k);
 * admit lemma down: \forall unsigned long x, unsigned int k; k < 8 * sizeof(x) ==>
 *	(x >> k) == x / pow2(k);
 * admit lemma up: \forall unsigned long x, unsigned int k; k < 8 * sizeof(x) ==>
 *	(x << k) == x * pow2(k);
 * admit lemma frame: \forall u64 x; (x >> SB_PAGE_SHIFT) == x / SB_PAGE_SIZE;
 * admit lemma address: \forall u64 x; (x << SB_PAGE_SHIFT) == x * SB_PAGE_SIZE;
 * admit lemma offset: \forall u64 x; (x & (SB_PAGE_SIZE - 1)) == x % SB_PAGE_SIZE;
 * admit lemma head: \forall unsigned long x, unsigned int k; k < 8 * sizeof(x) ==>
 *	(x & (unsigned long)~((unsigned long)(1 << k) - 1)) == x - x % pow2(k);
 * admit lemma head_aligned: \forall unsigned long x, unsigned int k; k < 8 * sizeof(x) ==>
 *	(x & (unsigned long)~((unsigned long)(1 << k) - 1)) % pow2(k) == 0;
 * admit lemma below: \forall u64 x, a; is_power(a) ==> (x & (a - 1)) == x % a;
 * admit lemma above: \forall u64 x, a; is_power(a) ==> (x & (u64)~(a - 1)) == x - x % a;
 * admit lemma multiple: \forall u64 x, a; is_power(a) ==>
 *	(x - x % a) % a == 0 && (x - x % a + a) % a == 0;
 * admit lemma remainder: \forall integer x, a; 0 <= x && 0 < a ==> 0 <= x % a < a;
 * admit lemma wrap_below: \forall integer x; -0x10000000000000000 <= x < 0 ==>
 *	(u64)x == x + 0x10000000000000000;
 * admit lemma one_bit: \forall u64 x; x > 0 ==> ((x & (x - 1)) == 0 <==> is_power(x));
 * admit lemma flip: \forall unsigned long x, unsigned int k; k < 8 * sizeof(x) ==>
 *	(x ^ (1 << k)) == (x / pow2(k) % 2 == 0 ? x + pow2(k) : x - pow2(k));
 */

/* The frame that holds @addr: a range's end, rounded down. */
/*@
 * requires addr / SB_PAGE_SIZE == (unsigned long)(addr / SB_PAGE_SIZE);
 * assigns \nothing;
 * ensures \result == addr / SB_PAGE_SIZE;
 */
static inline unsigned long sb_pfn_down(u64 addr)
{
	return (unsigned long)(addr >> SB_PAGE_SHIFT);
}

/* The first frame that starts at or after @addr: a range's start, rounded up. */
/*@
 * requires addr / SB_PAGE_SIZE < (unsigned long)~0;
 * assigns \nothing;
 * ensures \result == (addr + SB_PAGE_SIZE - 1) / SB_PAGE_SIZE;
 */
static inline unsigned long sb_pfn_up(u64 addr)
{
	return sb_pfn_down(addr) + ((addr & (SB_PAGE_SIZE - 1)) != 0);
}

/*@
 * requires pfn * SB_PAGE_SIZE == (u64)(pfn * SB_PAGE_SIZE);
 * assigns \nothing;
 * ensures \result == pfn * SB_PAGE_SIZE;
 */
static inline u64 sb_pfn_addr(unsigned long pfn)
{
	return (u64)pfn << SB_PAGE_SHIFT;
}

/* How many pages a block of @order has. */
/*@
 * requires order < 8 * sizeof(unsigned long);
 * assigns \nothing;
 * ensures \result == pow2(order);
 */
static inline unsigned long sb_order_pages(unsigned int order)
{
	return 1ul << order;
}

/* The other half of the block of the next order. */
/*@
 * requires order < 8 * sizeof(unsigned long);
 * assigns \nothing;
 * ensures \result == (pfn / pow2(order) % 2 == 0 ? pfn + pow2(order) : pfn - pow2(order));
 */
static inline unsigned long sb_pfn_buddy(unsigned long pfn, unsigned int order)
{
	return pfn ^ (1ul << order);
}

/* The first frame of the naturally aligned block of @order that holds @pfn. */
/*@
 * requires order < 8 * sizeof(unsigned long);
 * assigns \nothing;
 * ensures \result == pfn - pfn % pow2(order);
 * ensures \result % pow2(order) == 0;
 */
static inline unsigned long sb_pfn_block(unsigned long pfn, unsigned int order)
{
	return pfn & ~((1ul << order) - 1);
}

/*@
 * requires order < 8 * sizeof(unsigned long);
 * assigns \nothing;
 * ensures \result <==> pfn % pow2(order) == 0;
 */
static inline bool sb_pfn_aligned(unsigned long pfn, unsigned int order)
{
	return sb_pfn_block(pfn, order) == pfn;
}

/* The smallest order whose block holds @nr_pages. */
/*@
 * assigns \nothing;
 * ensures \result <= SB_MAX_ORDER;
 * ensures nr_pages <= pow2(SB_MAX_ORDER) ==> nr_pages <= pow2(\result);
 * ensures \result > 0 ==> pow2(\result - 1) < nr_pages;
 */
static inline unsigned int sb_order_for(unsigned long nr_pages)
{
	unsigned int order = 0;

	/*@
	 * loop invariant order <= SB_MAX_ORDER;
	 * loop invariant order > 0 ==> pow2(order - 1) < nr_pages;
	 * loop assigns order;
	 * loop variant SB_MAX_ORDER - order;
	 */
	while (order < SB_MAX_ORDER && sb_order_pages(order) < nr_pages)
		order++;
	return order;
}

/* The largest order, up to @max, of an aligned block that starts [pfn, pfn + nr_pages). */
/*@
 * requires nr_pages >= 1 && max <= SB_MAX_ORDER;
 * assigns \nothing;
 * ensures \result <= max && pfn % pow2(\result) == 0 && pow2(\result) <= nr_pages;
 * ensures \forall integer k; \result < k <= max ==> pfn % pow2(k) != 0 || pow2(k) > nr_pages;
 */
static inline unsigned int sb_order_at(unsigned long pfn, unsigned long nr_pages, unsigned int max)
{
	unsigned int order = max;

	/*@
	 * loop invariant order <= max;
	 * loop invariant \forall integer k; order < k <= max ==>
	 *	pfn % pow2(k) != 0 || pow2(k) > nr_pages;
	 * loop assigns order;
	 * loop variant order;
	 */
	while (!sb_pfn_aligned(pfn, order) || sb_order_pages(order) > nr_pages)
		order--;
	return order;
}

#endif

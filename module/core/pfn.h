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

/* The frame that holds @addr: a range's end, rounded down. */
static inline unsigned long sb_pfn_down(u64 addr)
{
	return (unsigned long)(addr >> SB_PAGE_SHIFT);
}

/* The first frame that starts at or after @addr: a range's start, rounded up. */
static inline unsigned long sb_pfn_up(u64 addr)
{
	return sb_pfn_down(addr) + ((addr & (SB_PAGE_SIZE - 1)) != 0);
}

static inline u64 sb_pfn_addr(unsigned long pfn)
{
	return (u64)pfn << SB_PAGE_SHIFT;
}

/* How many pages a block of @order has. */
static inline unsigned long sb_order_pages(unsigned int order)
{
	return 1ul << order;
}

/* The other half of the block of the next order. */
static inline unsigned long sb_pfn_buddy(unsigned long pfn, unsigned int order)
{
	return pfn ^ (1ul << order);
}

/* The first frame of the naturally aligned block of @order that holds @pfn. */
static inline unsigned long sb_pfn_block(unsigned long pfn, unsigned int order)
{
	return pfn & ~((1ul << order) - 1);
}

static inline bool sb_pfn_aligned(unsigned long pfn, unsigned int order)
{
	return sb_pfn_block(pfn, order) == pfn;
}

/* The smallest order whose block holds @nr_pages. */
static inline unsigned int sb_order_for(unsigned long nr_pages)
{
	unsigned int order = 0;

	while (order < SB_MAX_ORDER && sb_order_pages(order) < nr_pages)
		order++;
	return order;
}

/* The largest order, up to @max, of an aligned block that starts [pfn, pfn + nr_pages). */
static inline unsigned int sb_order_at(unsigned long pfn, unsigned long nr_pages, unsigned int max)
{
	unsigned int order = max;

	while (!sb_pfn_aligned(pfn, order) || sb_order_pages(order) > nr_pages)
		order--;
	return order;
}

#endif

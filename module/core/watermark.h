/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watermarks: how many pages a zone keeps back, and from whom.
 *
 *	free pages of a zone
 *	  |
 *	  |............ high    per-CPU lists shrink below
 *	  |............ low     a request looks further, then tries again with min
 *	  |............ min     no request goes below, but for
 *	  |  1/2 of min           HIGH
 *	  |  3/8 of min           ATOMIC: HIGH, and may not wait
 *	  0                       MEMALLOC
 *
 * A lower zone keeps back lowmem_reserve pages more from a request that could
 * have used a higher one. When types begin to mix, all marks of the zone are
 * boosted by a pageblock.
 */
#ifndef SB_WATERMARK_H
#define SB_WATERMARK_H

#include "instance.h"

/* How hard a request may try: alloc_flags of Linux's mm/internal.h. */
enum sb_alloc_flags {
	SB_ALLOC_WMARK = 3, /* enum sb_wmark to be kept */
	SB_ALLOC_NO_WATERMARKS = 1 << 2,
	SB_ALLOC_NON_BLOCK = 1 << 4, /* cannot wait: a quarter less of what HIGH leaves */
	SB_ALLOC_MIN_RESERVE = 1 << 5, /* HIGH: half of min */
	SB_ALLOC_CMA = 1 << 7, /* may borrow from CMA areas */
	SB_ALLOC_NOFRAGMENT = 1 << 8, /* no pageblock is to be mixed */
	SB_ALLOC_HIGHATOMIC = 1 << 9, /* may use pageblocks kept for it */
};

#define SB_ALLOC_RESERVES (SB_ALLOC_NON_BLOCK | SB_ALLOC_MIN_RESERVE)

/* Let the formula choose min_free_kbytes. */
#define SB_MIN_FREE_AUTO (~0u)

/* Limits of what can be chosen; Linux's own for the scale factor. */
#define SB_MIN_FREE_MAX 0x80000000u
#define SB_SCALE_FACTOR_MAX 3000u
#define SB_BOOST_FACTOR_MAX 1000000u

/**
 * sb_watermark_min_free_kbytes() - What the formula makes of some memory.
 * @lowmem_kbytes: managed memory of DMA and Normal zones, in KiB, less their
 *	high watermarks
 *
 * The root of sixteen times that, within 128 and 262144:
 * calculate_min_free_kbytes(), Linux 6.12.
 *
 * Context: Any.
 */
unsigned int sb_watermark_min_free_kbytes(u64 lowmem_kbytes);

/**
 * sb_watermark_setup() - Work out all zones' watermarks and reserves anew.
 * @inst: instance whose zones have their managed pages
 *
 * From min_free_kbytes, watermark_scale_factor and lowmem_reserve_ratio of its
 * configuration. Boosts end. __setup_per_zone_wmarks(),
 * setup_per_zone_lowmem_reserve(), Linux 6.12; 6.1 counts Movable as Normal.
 *
 * Context: Process. One caller at a time. Takes zone locks.
 */
void sb_watermark_setup(struct sb_instance *inst);

/* A zone that has lost its memory keeps nothing back. Takes its lock. */
void sb_watermark_clear(struct sb_zone *zone);

/* A watermark with the zone's boost. */
static inline unsigned long sb_watermark(const struct sb_zone *zone, enum sb_wmark wmark)
{
	return zone->watermark[wmark] + zone->watermark_boost;
}

/**
 * struct sb_watermark_sum - The arithmetic of one check, in pages.
 * @free: on the zone's lists
 * @unusable: of these, what the request may not have: HighAtomic, CMA, and
 *	all but one page of its own block
 * @min: the mark less what the request may dip into
 * @reserve: what the zone keeps back from requests that could go higher
 *
 * A page can be given when @free - @unusable > @min + @reserve.
 */
struct sb_watermark_sum {
	unsigned long free;
	unsigned long unusable;
	unsigned long min;
	unsigned long reserve;
};

void sb_watermark_sum(const struct sb_zone *zone, unsigned int order, unsigned long mark,
		      enum sb_zone_type highest, unsigned int flags, struct sb_watermark_sum *sum);

/**
 * sb_watermark_ok() - May a request be served from a zone?
 * @zone: zone to look at
 * @order: order wanted
 * @mark: pages that must be left
 * @highest: highest zone that would do for the request
 * @flags: enum sb_alloc_flags
 *
 * Counts pages, and for an order above 0 also looks for one block that is
 * large enough on a list that the request may use: __zone_watermark_ok(),
 * Linux 6.12. Read without locks; a moment later it may be wrong.
 *
 * Context: Any.
 */
bool sb_watermark_ok(const struct sb_zone *zone, unsigned int order, unsigned long mark,
		     enum sb_zone_type highest, unsigned int flags);

/*
 * The same for a mark and its boost. A request of HIGH for one page that may go
 * down to min need not keep the boost, of whatever mark: zone_watermark_fast().
 */
bool sb_watermark_allows(const struct sb_zone *zone, unsigned int order, enum sb_wmark wmark,
			 enum sb_zone_type highest, unsigned int flags);

/**
 * sb_watermark_boost() - Raise a zone's marks by a pageblock: its types are mixing.
 * @zone: zone of at least four pageblocks, else nothing happens
 *
 * At most by watermark_boost_factor / 10000 of the high mark:
 * boost_watermark(), Linux 6.12.
 *
 * Context: Any. @zone->lock held.
 */
void sb_watermark_boost(struct sb_zone *zone) __must_hold(zone->lock);

/* Ends a zone's boost. Linux's kswapd does, when it has reclaimed as much; here nothing can be. */
void sb_watermark_unboost(struct sb_zone *zone);

#endif

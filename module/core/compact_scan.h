/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two scanners of compaction, compact.h.
 *
 *	 migrate_pfn                    free_pfn[9]   free_pfn[4]    free_pfn[0]
 *	      |                             |             |              |
 *	|.....|uu.uuu.|u..........|........|.....|uuu....|uu.u.|uuuu.uuuuuuuuuu|
 *	       -->                        <--           <--             <--
 *
 * No free block of order 4 or more that may be used lies above free_pfn[4]; those
 * below it are still to be looked at by units of that order.
 */
#ifndef SB_COMPACT_SCAN_H
#define SB_COMPACT_SCAN_H

#include "compact.h"

/**
 * struct sb_compact_scan - A run in the making.
 * @zone: zone
 * @want: what is wanted, and what was done
 * @migrate_pfn: where the migrate scanner goes on
 * @free_pfn: where the free scanner goes on, downwards, for a unit of an order
 * @given: end of the place that the unit being moved was given; 0 for none
 * @highest_back: end of the highest place that was given and not used; 0 for none
 * @whole: the scanners began at both ends, or as good as that
 * @finish: the pageblock is to be scanned to its end
 * @stopped: it is to end early
 * @short_of_free: the watermark kept the free scanner from taking more
 * @nr_moved: pages moved in this run
 * @start_us: when it began, if there is a clock
 */
struct sb_compact_scan {
	struct sb_zone *zone;
	struct sb_compact *want;
	unsigned long migrate_pfn;
	unsigned long free_pfn[SB_NR_ORDERS];
	unsigned long given;
	unsigned long highest_back;
	bool whole;
	bool finish;
	bool stopped;
	bool short_of_free;
	unsigned long nr_moved;
	u64 start_us;
};

/**
 * struct sb_compact_step - What one step of the migrate scanner did.
 * @moved: pages moved
 * @failed: pages that were to be moved, and stayed
 */
struct sb_compact_step {
	unsigned long moved;
	unsigned long failed;
};

/* Puts both scanners to where a run begins. */
void sb_compact_scan_begin(struct sb_compact_scan *scan);

/* The pageblocks of the two are the same, or have passed each other: compact_scanners_met(). */
bool sb_compact_scan_met(const struct sb_compact_scan *scan);

/**
 * sb_compact_scan_step() - Move what is found next.
 * @scan: run
 * @step: filled in
 *
 * From @scan->migrate_pfn to the end of its pageblock at most, or until
 * SB_COMPACT_CLUSTER pages were moved: isolate_migratepages() and migrate_pages() of
 * compact_zone(), Linux 6.12. Pageblocks that are not suitable are gone over.
 *
 * Context: Process; may sleep.
 */
void sb_compact_scan_step(struct sb_compact_scan *scan, struct sb_compact_step *step);

/* Leaves hints for the next run about places that were given and not used. */
void sb_compact_scan_end(struct sb_compact_scan *scan);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plan of a compaction: what would come of it, and nothing is moved.
 *
 *	zone ------ descriptors, pageblocks ------> copy
 *	owners <--- whose is it, is it pinned? ---- scanners run on the copy
 *
 * The scanners of compact.h themselves run, on a copy of what describes the zone. So
 * when nobody else is at work, and the plan calls itself exact, a compaction does
 * what was said.
 */
#ifndef SB_COMPACT_PLAN_H
#define SB_COMPACT_PLAN_H

#include "compact.h"

/* Blocks, or pageblocks of other zones, that are copied before the zone's lock is let go of. */
#define SB_COMPACT_PLAN_BATCH 16

/* Of struct sb_compact_plan: no block is free. */
#define SB_COMPACT_NO_BLOCK (-1)

/**
 * struct sb_compact_plan - What there is, and what there would be.
 * @result: what would come of it
 * @exact: it comes so, if nobody else is at work: nobody was seen to be, and no
 *	debug mode or bad memory keeps freed pages from being free
 * @order_now: order of the largest free block, or SB_COMPACT_NO_BLOCK
 * @order_after: the same after a compaction
 * @run_now: most free pages in a row, in blocks of any order, those of isolated
 *	pageblocks left out
 * @run_after: the same after a compaction
 * @done: what it would do. Of pages scanned and failed, a compaction counts more:
 *	it may ask again about units that it has moved.
 */
struct sb_compact_plan {
	enum sb_compact_result result;
	bool exact;
	int order_now;
	int order_after;
	unsigned long run_now;
	unsigned long run_after;
	struct sb_compact_done done;
};

/**
 * sb_compact_plan_size() - Memory that a plan needs.
 * @inst: live instance
 * @nid: node, or SB_NID_ANY
 *
 * About eight bytes for each page that the largest zone spans.
 *
 * Context: Any.
 * Return: bytes, 0 when there is no such zone.
 */
size_t sb_compact_plan_size(struct sb_instance *inst, int nid);

/**
 * sb_compact_plan() - Say what sb_compact_node() would do.
 * @inst: live instance
 * @nid: node, or SB_NID_ANY
 * @memory: aligned for any type
 * @size: bytes of @memory, sb_compact_plan_size() or more
 * @limit: when to give up, of which @should_stop alone counts; NULL for never
 * @plan: filled in; of several zones the largest, or the sum
 *
 * Owners are asked about each unit as for a move, begin and end without move
 * between. Pages of per-CPU lists count as free in what would be, as a
 * compaction drains them.
 *
 * Context: Process; may sleep. Memory does not come or go meanwhile. Takes zone locks,
 *	for SB_COMPACT_PLAN_BATCH blocks at a time: who works meanwhile makes the plan
 *	inexact, and no worse.
 * Return: 0; -ENOSPC when @size is too small, as it is when memory was added
 *	meanwhile; -EINTR when it was stopped; -EINVAL when there is no such zone;
 *	-ENODEV when the instance is not live; -EIO when it was found corrupt.
 */
int sb_compact_plan(struct sb_instance *inst, int nid, void *memory, size_t size,
		    const struct sb_compact_limit *limit, struct sb_compact_plan *plan);

#endif

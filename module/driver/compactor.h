/* SPDX-License-Identifier: GPL-2.0-only */
/* Compaction that somebody asks for, and what would come of it. */
#ifndef SBUDDY_COMPACTOR_H
#define SBUDDY_COMPACTOR_H

#include "compact_plan.h"

struct sbuddy_device;

/**
 * struct sbuddy_compaction - What is asked for, and what was done.
 * @nid: node, or SB_NID_ANY
 * @pages: most pages to move, 0 for any number
 * @us: most microseconds to take, 0 for any time
 * @result: what came of it
 * @done: what was done
 */
struct sbuddy_compaction {
	int nid;
	unsigned long pages;
	u64 us;
	enum sb_compact_result result;
	struct sb_compact_done done;
};

/**
 * sbuddy_compact() - Compact a node, or all.
 * @dev: device
 * @c: what is asked for; @c->result and @c->done are filled in
 *
 * A signal that kills ends it early.
 *
 * Context: Process. Takes @dev->lock for a moment.
 * Return: 0; -ENODEV when the instance is not live; -EIO when it was found
 *	corrupt.
 */
int sbuddy_compact(struct sbuddy_device *dev, struct sbuddy_compaction *c);

/* What sbuddy_compact() did last, or false. */
bool sbuddy_compact_last(struct sbuddy_device *dev, struct sbuddy_compaction *c);

/**
 * sbuddy_compact_plan() - Say what sbuddy_compact() would do.
 * @dev: device
 * @nid: node, or SB_NID_ANY
 * @plan: filled in
 *
 * Context: Process.
 * Return: as sb_compact_plan(); -ENOMEM when the kernel lacks memory for a copy; or
 *	what sbuddy_memory_lock() says while memory comes or goes.
 */
int sbuddy_compact_plan(struct sbuddy_device *dev, int nid, struct sb_compact_plan *plan);

#endif

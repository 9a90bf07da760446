/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page map: a word for each page, for programs that draw or count them.
 *
 * The bits are those of include/uapi/linux/sbuddy.h, SBUDDY_PM_*, and never
 * change; the driver proves that they are the same.
 */
#ifndef SB_PAGEMAP_H
#define SB_PAGEMAP_H

#include "instance.h"

#define SB_PM_STATE_SHIFT 0 /* 4 bits, enum sb_pm_state */
#define SB_PM_ORDER_SHIFT 4 /* 4 bits */
#define SB_PM_HEAD 0x100ull
#define SB_PM_TAIL 0x200ull
#define SB_PM_COMP 0x400ull
#define SB_PM_TYPE_SHIFT 12 /* 3 bits */
#define SB_PM_BLOCK_TYPE_SHIFT 16 /* 3 bits */
#define SB_PM_ZONE_SHIFT 20 /* 3 bits, as the ioctls number zones */
#define SB_PM_NODE_SHIFT 24 /* 3 bits */

enum sb_pm_state {
	SB_PM_HOLE,
	SB_PM_RESERVED,
	SB_PM_FREE,
	SB_PM_PCP,
	SB_PM_USED,
	SB_PM_GUARD,
	SB_PM_QUARANTINE,
	SB_PM_POISONED,
};

/**
 * sb_pagemap_fill() - Say what pages are.
 * @inst: instance at any stage
 * @pfn: first page
 * @nr_pages: how many; all from the map's base_pfn to its end
 * @words: filled, one word a page
 *
 * Some tens of pages are of one moment, and what follows is of a later one, so that
 * interrupts are never off for long: who has to see all of a block as it was keeps
 * others from it. A hole is 0 altogether. Before there are pageblocks a word has no
 * zone, node or types.
 *
 * Context: Process, with what guards the stage held. Takes zone locks.
 */
void sb_pagemap_fill(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		     u64 *words);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hardware poison: pages of bad memory, taken out of circulation one by one.
 *
 *	free      split off from its block at once           SB_PAGE_POISONED
 *	in use    marked; its owner keeps it, and when the
 *	          block is freed the rest of it becomes free  SB_PAGE_POISONED
 *
 * The mark is beside the state in the descriptor of the page itself, tails
 * included: links of pages in use are unused. As long as any page in use is
 * marked, SB_HOOK_BAD_PAGE is set, and each block that is freed goes to its
 * zone past the per-CPU lists and is looked through. Without a mark it costs
 * nothing.
 *
 * A bad page stays managed, as in Linux, and is counted by its zone.
 */
#ifndef SB_HWPOISON_H
#define SB_HWPOISON_H

#include "instance.h"

/**
 * sb_hwpoison_mark() - Take a page out of circulation, at once or when it is freed.
 * @inst: instance
 * @pfn: any frame number
 *
 * A page on a per-CPU list or in quarantine gets everything there drained
 * first; a guard's other pages become free. take_page_off_buddy(), Linux 6.12.
 * What the page held is nobody's business here: a process that has it mapped
 * goes on using it.
 *
 * Context: Process. Freezes the zone.
 * Return: 0 when it is out of circulation, 1 when it is in use and marked;
 *	-EALREADY when it is out or marked; -ERANGE outside of the instance or in
 *	a hole; -EPERM for a reserved page, which was never in circulation;
 *	-EBUSY when it is on its way between lists each time that one looks;
 *	-ENODEV when the instance is not live; -EIO when it was found corrupt.
 */
int sb_hwpoison_mark(struct sb_instance *inst, unsigned long pfn);

/**
 * sb_hwpoison_unmark() - Take it back.
 * @inst: instance
 * @pfn: page that is out of circulation, or marked
 *
 * unpoison_memory(), Linux 6.12: for the laboratory.
 *
 * Context: Process. Freezes the zone.
 * Return: 0; -EINVAL for a page that is neither; else as sb_hwpoison_mark().
 */
int sb_hwpoison_unmark(struct sb_instance *inst, unsigned long pfn);

/* Some page of a block in use is marked. */
bool sb_hwpoison_any(const struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/* sb_buddy_free() for a block that has marked pages: all but these become free. */
void sb_hwpoison_free(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/* Pages of the instance out of circulation: HardwareCorrupted of /proc/meminfo. */
unsigned long sb_hwpoison_count(const struct sb_instance *inst);

#endif

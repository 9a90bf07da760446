/* SPDX-License-Identifier: GPL-2.0-only */
/* The slow path of a request: what is tried when the first pass over the zones failed. */
#ifndef SB_ALLOC_SLOW_H
#define SB_ALLOC_SLOW_H

#include "request.h"

/**
 * sb_alloc_slowly() - Try harder for a block.
 * @inst: live instance
 * @request: what is wanted
 * @pfn: set to its first page
 *
 *	down to min        or what its flags may dip into
 *	compact            without waiting: large, or not Movable
 *	no watermarks      MEMALLOC
 *	drain              per-CPU lists, quarantine, a HighAtomic pageblock
 *	compact            as long as it takes
 *	HighAtomic         the rest of it, for small blocks
 *
 * All from the first compaction on is for requests that can wait, but for MEMALLOC:
 * __alloc_pages_slowpath(), Linux 6.12.
 *
 * Context: as sb_alloc().
 * Return: true when @pfn was given.
 */
bool sb_alloc_slowly(struct sb_instance *inst, const struct sb_request *request,
		     unsigned long *pfn);

#endif

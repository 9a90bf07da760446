/* SPDX-License-Identifier: GPL-2.0-only */
/* The front door: a request in, the first page of a block out. */
#ifndef SB_ALLOC_H
#define SB_ALLOC_H

#include "instance.h"

/**
 * struct sb_request - What is asked of the allocator.
 * @order: log2 of the pages wanted, 0 .. max_order
 * @type: SB_UNMOVABLE, SB_MOVABLE or SB_RECLAIMABLE
 * @zone: highest zone that will do; lower ones are tried after it. Movable
 *	memory serves Movable requests alone.
 * @nid: node to begin with, or SB_NID_ANY
 * @this_node: do not go on to another node
 */
struct sb_request {
	unsigned int order;
	unsigned int type;
	enum sb_zone_type zone;
	int nid;
	bool this_node;
};

/**
 * sb_alloc() - Allocate a block.
 * @inst: instance
 * @request: what is wanted
 * @pfn: set to its first page
 *
 * Zones are tried in the node's order, per-CPU lists first. When all fail,
 * the lists of all CPUs are drained and the zones are tried once more. It
 * never waits.
 *
 * Context: Any but NMI. Takes per-CPU and zone locks with interrupts off.
 * Return: 0; -ENOMEM when nothing suitable is free; -EINVAL for a request
 *	that no instance could serve; -ENODEV when the instance is not live;
 *	-EIO when it was found corrupt.
 */
int __must_check sb_alloc(struct sb_instance *inst, const struct sb_request *request,
			  unsigned long *pfn);

/**
 * sb_alloc_free() - Give a block back.
 * @inst: instance that it came from
 * @pfn: its first page, as sb_alloc() told it
 * @order: its order
 *
 * A block of order 3 or below goes to this CPU's list, unless its pageblock
 * is HighAtomic, CMA or Isolate. What cannot be freed is refused with one
 * line that tells the values. Two CPUs that free the same block of such an
 * order in the same instant may both be believed: it is told when the second
 * leaves its list, and the instance stops.
 *
 * Context: Any but NMI. Takes per-CPU and zone locks with interrupts off.
 * Return: 0; -ERANGE for a page outside of the instance or in a hole;
 *	-EPERM for a reserved page; -EALREADY for one that is free; -EINVAL for
 *	a wrong order or a page inside of a block; -ENODEV when the instance is
 *	not live; -EIO when it was found corrupt.
 */
int sb_alloc_free(struct sb_instance *inst, unsigned long pfn, unsigned int order);

/**
 * sb_alloc_exact() - Allocate any number of pages, contiguous.
 * @inst: instance
 * @request: what is wanted; @request->order is not looked at
 * @nr_pages: 1 .. 2^max_order
 * @pfn: set to the first page
 *
 * A block of the next order is taken and what is too much given back, as
 * alloc_pages_exact(). The pages are freed by sb_alloc_free_exact().
 *
 * Context, Return: as sb_alloc(); -EINVAL also for a number out of range.
 */
int __must_check sb_alloc_exact(struct sb_instance *inst, const struct sb_request *request,
				unsigned long nr_pages, unsigned long *pfn);

/**
 * sb_alloc_free_exact() - Give back what sb_alloc_exact() gave.
 * @inst: instance that it came from
 * @pfn: first page
 * @nr_pages: as many as were asked for; with fewer or more, pieces do not fit
 *
 * Context, Return: as sb_alloc_free(). Nothing is freed when a piece is refused.
 */
int sb_alloc_free_exact(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages);

#endif

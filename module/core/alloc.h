/* SPDX-License-Identifier: GPL-2.0-only */
/* The front door: a request in, the first page of a block out. */
#ifndef SB_ALLOC_H
#define SB_ALLOC_H

#include "request.h"

/**
 * sb_alloc() - Allocate a block.
 * @inst: instance
 * @request: what is wanted
 * @pfn: set to its first page
 *
 * Zones are tried in the node's order, each above its low watermark, per-CPU
 * lists first. When all fail, they are tried again above their min watermark,
 * or with what the request's flags may dip into. A request that can wait
 * (SB_GFP_DIRECT_RECLAIM) is then tried once more with the lists of all CPUs
 * drained and a pageblock taken from a HighAtomic reserve that has more, and
 * with order 3 or less again for each pageblock of all reserves, until one
 * helps. Before and after, what is in use and can be moved is, to make room for more
 * than a page: compact.h. Only that may sleep: __alloc_pages(), Linux 6.12,
 * without reclaim.
 *
 * Context: Any but NMI; process for more than a page with SB_GFP_DIRECT_RECLAIM,
 *	while the instance has a mover. Takes per-CPU and zone locks with interrupts
 *	off.
 * Return: 0; -ENOMEM when nothing suitable is free; -EINVAL for a request
 *	that no instance could serve; -ENODEV when the instance is not live;
 *	-EIO when it was found corrupt.
 */
int __must_check sb_alloc(struct sb_instance *inst, const struct sb_request *request,
			  unsigned long *pfn);

/* The same of what the front has just refused, or must not be asked for. */
int __must_check sb_alloc_more(struct sb_instance *inst, const struct sb_request *request,
			       unsigned long *pfn);

/* sb_alloc() without what looks on: for debug.h. */
int __must_check sb_alloc_take(struct sb_instance *inst, const struct sb_request *request,
			       unsigned long *pfn);

/**
 * sb_alloc_bulk() - Allocate many single pages.
 * @inst: instance
 * @request: what each page is to be; its order is 0
 * @nr: entries of @pfns
 * @pfns: those that are SB_PFN_NONE are filled, from the first on
 *
 * From one zone's per-CPU lists, some at a time; when no zone has
 * that much above its low watermark, or the lists are off, one page is tried
 * for as sb_alloc() does: alloc_pages_bulk(), Linux 6.12.
 *
 * Context: as sb_alloc().
 * Return: entries filled from the first on without a gap, those that were
 *	filled before included; or a negative errno as sb_alloc(), but not
 *	-ENOMEM.
 */
long __must_check sb_alloc_bulk(struct sb_instance *inst, const struct sb_request *request,
				unsigned long nr, unsigned long *pfns);

/**
 * sb_alloc_split() - Make a block in use single pages, freed one by one.
 * @inst: instance that it came from
 * @pfn: its first page
 * @order: its order
 *
 * split_page(), Linux 6.12.
 *
 * Context: Any but NMI. Takes the zone lock.
 * Return: 0; as sb_alloc_free() for what cannot be freed; -EPERM for a block
 *	of SB_GFP_COMP.
 */
int sb_alloc_split(struct sb_instance *inst, unsigned long pfn, unsigned int order);

/**
 * sb_alloc_free() - Give a block back.
 * @inst: instance that it came from
 * @pfn: its first page, as sb_alloc() told it
 * @order: its order
 *
 * A block of order 3 or below, or a huge page, goes to this CPU's list, unless
 * its pageblock is Isolate. What cannot be freed is refused with one
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

/* The same of a block that sb_front_put() has just refused, or is too large for it. */
int sb_alloc_free_more(struct sb_instance *inst, unsigned long pfn, unsigned int order);

/**
 * sb_alloc_free_bulk() - Give many single pages back.
 * @inst: instance that they came from
 * @nr: entries of @pfns
 * @pfns: pages, in any order
 *
 * What cannot be freed is refused with a line each, and the others are freed.
 *
 * Context: as sb_alloc_free().
 * Return: how many were freed.
 */
unsigned long sb_alloc_free_bulk(struct sb_instance *inst, unsigned long nr,
				 const unsigned long *pfns);

/**
 * sb_alloc_put() - Put a block in use on a list: for debug.h.
 * @inst: instance that it came from
 * @pfn: its first page
 * @order: its order
 * @done: of SB_HOOKS_FREE, what was done for it
 *
 * Context: as sb_alloc_free().
 * Return: 0; -EAGAIN when there is more to be done for it first; or why it is not
 *	in use any more, as sb_alloc_free().
 */
int sb_alloc_put(struct sb_instance *inst, unsigned long pfn, unsigned int order,
		 unsigned long done);

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

/**
 * sb_alloc_free_range() - Give back any pages in use.
 * @inst: instance that they came from
 * @pfn: first page, anywhere in a block
 * @nr_pages: how many
 *
 * Blocks that lie in the range only in part are split first, and the rest of
 * them stays in use.
 *
 * Context: Any but NMI. Takes per-CPU and zone locks with interrupts off.
 * Return: as sb_alloc_free(), of the first page that cannot be freed; -EPERM
 *	also for part of a block of SB_GFP_COMP. Nothing is freed then.
 */
int sb_alloc_free_range(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages);

#endif

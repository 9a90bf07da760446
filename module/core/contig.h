/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contiguous ranges: any number of pages, where the caller can use them.
 *
 *	window      [min_pfn                              max_pfn)
 *	boundary    |         |         |         |         |
 *	align       | . . . . | . . . . | . . . . | . . . . |
 *	in use       ##   #      #    ##               #
 *	found                            [::::::::]
 *
 * What a buddy system alone cannot give: more than its largest block, no more than
 * was asked for, or a place between two addresses. The range is isolated, so that
 * nobody else takes of it, then its pages are taken off the free lists: the way of
 * alloc_contig_pages(), Linux 6.12. Pages in use are in the way; only when there is
 * no other place, and whoever asks can wait, those are moved whose owner lets them
 * be. The choice of place is that of contigmalloc() of FreeBSD 14.
 */
#ifndef SB_CONTIG_H
#define SB_CONTIG_H

#include "request.h"

/**
 * struct sb_contig - What range is wanted.
 * @request: zones and nodes that will do, in the order of a request's zonelist, and
 *	of which type the pages are to be; its order is not looked at. Of flags,
 *	those that choose zone, node and type, wait, zero and SB_GFP_NOWARN are
 *	taken, and SB_GFP_COMP, if the range is one block: a power of two of
 *	pages, up to the largest block, aligned to its size.
 * @min_pfn: no page below it
 * @max_pfn: no page from it on; 0 for no limit
 * @nr_pages: 1 or more
 * @align_pages: the first page is a multiple of it; a power of two, 0 means 1
 * @boundary_pages: the range crosses no multiple of it; a power of two of at least
 *	@nr_pages, or 0 for no such border
 * @top_down: the highest place is wanted, not the lowest
 * @keeps_min: zones that would be left with less than their min mark will not do
 */
struct sb_contig {
	struct sb_request request;
	unsigned long min_pfn;
	unsigned long max_pfn;
	unsigned long nr_pages;
	unsigned long align_pages;
	unsigned long boundary_pages;
	bool top_down;
	bool keeps_min;
};

/**
 * sb_contig_alloc() - Allocate the first range that will do.
 * @inst: instance
 * @contig: what is wanted
 * @pfn: set to the first page
 *
 * Zones are tried one after the other, each from one end to the other. A place
 * will do when each page is free, be it on a per-CPU list; CMA areas and what is
 * isolated are left alone. What is in the way is jumped over: a zone is gone
 * through once, block by block, but for places that were lost to others meanwhile;
 * and a second time when quarantine had to be let go of. Watermarks do not count,
 * as they do not in Linux, but with @keeps_min, which looks before a zone is gone
 * through.
 *
 * A request with SB_GFP_DIRECT_RECLAIM then goes through the zones once more, and
 * a place will do when its pages are free or can be moved, migrate.h: they are, to
 * places outside of it. The first place from which all could be moved is taken;
 * what was moved out of others stays moved.
 *
 * The pages are freed by sb_alloc_free_exact(), or in parts by
 * sb_alloc_free_range().
 *
 * Context: Any but NMI; process, without locks, with SB_GFP_DIRECT_RECLAIM. Takes
 *	per-CPU and zone locks with interrupts off, for a pageblock at a time; all
 *	of it may take long.
 * Return: 0; -ENOMEM when there is no such place; -EINVAL for what no instance
 *	could serve; -ENODEV when the instance is not live; -EIO when it was found
 *	corrupt.
 */
int __must_check sb_contig_alloc(struct sb_instance *inst, const struct sb_contig *contig,
				 unsigned long *pfn);

/**
 * sb_contig_alloc_range() - Allocate these pages and no others.
 * @inst: instance
 * @start: first page
 * @end: first page after the range
 * @type: SB_CMA for pages of a CMA area, else SB_MOVABLE
 * @gfp: SB_GFP_DIRECT_RECLAIM to have moved away what can be, else nothing is; of
 *	other flags those are taken, and mean nothing, that sb_contig_alloc() takes
 * @bad: with -EBUSY, the first page seen that is in the way
 *
 * alloc_contig_range(), Linux 6.12. The pages count as Unmovable, and are freed as
 * those of sb_contig_alloc().
 *
 * Context: as sb_contig_alloc().
 * Return: 0; -EBUSY when a page is not free and stays so, or somebody has its
 *	pageblock isolated, or it belongs to a CMA area and @type does not say so;
 *	-ENOMEM when there is no place to move to; -EINVAL for an empty range,
 *	another type or other flags; -ERANGE when it is not all memory of one zone;
 *	-ENODEV and -EIO as sb_contig_alloc(); or what an owner failed to move with.
 */
int __must_check sb_contig_alloc_range(struct sb_instance *inst, unsigned long start,
				       unsigned long end, unsigned int type, u32 gfp,
				       unsigned long *bad);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gathered pages: as many as wanted, wherever they are, in few runs.
 *
 *	free      [........]   ##   [....]  #[..] #[..][.]##   [.]
 *	wanted    17 pages
 *	taken     [00000000]        [1111]   [..]  [22222]     [.]
 *	                |              |              |
 *	runs[0] --------+    runs[1] --+    runs[2] --+
 *
 * For who sees the pages through a mapping and not as they lie: what vmalloc() of
 * Linux takes its pages for. The largest blocks are taken first, so that there
 * are few runs; what the last one has too much is given back, and blocks that
 * turn out to be neighbours are one run.
 */
#ifndef SB_GATHER_H
#define SB_GATHER_H

#include "request.h"

/**
 * struct sb_run - Pages in a row, [@pfn, @pfn + @nr_pages).
 * @pfn: first page
 * @nr_pages: 1 or more
 */
struct sb_run {
	unsigned long pfn;
	unsigned long nr_pages;
};

/**
 * sb_gather() - Allocate pages that need not be contiguous.
 * @inst: instance
 * @request: what each block is to be; its order is not looked at, and SB_GFP_COMP
 *	is not taken
 * @nr_pages: 1 or more, also more than the largest block has
 * @runs: filled in, by ascending address; no two are adjacent
 * @max_runs: entries of @runs; @nr_pages is enough for certain
 * @should_stop: asked before each block, where others may run, too; NULL for never
 *
 * All or nothing. Larger blocks than a page are asked for without waiting, and a
 * page, when there is no other way, with all that the request allows: the way of
 * vm_area_alloc_pages(), Linux 6.12, which tries one larger order alone.
 *
 * Context: as sb_alloc(); the longer, the more pieces there are.
 * Return: runs, 1 .. @max_runs; -ENOMEM when there are not so many pages for this
 *	request; -ENOSPC when there are, in more than @max_runs runs; -EINTR when it
 *	was stopped; else as sb_alloc().
 */
int __must_check sb_gather(struct sb_instance *inst, const struct sb_request *request,
			   unsigned long nr_pages, struct sb_run *runs, unsigned int max_runs,
			   bool (*should_stop)(void));

/**
 * sb_gather_free() - Give back what sb_gather() gave.
 * @inst: instance that it came from
 * @runs: all of them, or any
 * @nr_runs: how many
 *
 * A run that cannot be freed stays as it is, and the others are freed.
 *
 * Context: as sb_alloc_free_range().
 * Return: 0, or what sb_alloc_free_range() said of the first that it refused.
 */
int sb_gather_free(struct sb_instance *inst, const struct sb_run *runs, unsigned int nr_runs);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "backing.h"
#include "scatter.h"

/* More than this nobody can use, and the array would be larger than arrays are. */
#define MAX_RUNS 1000000ul

static unsigned long *firsts_of(struct sb_run *runs, unsigned int nr_runs)
{
	return (unsigned long *)(runs + nr_runs);
}

/* Just as large as is needed, as it stays for as long as the pages do. */
static struct sb_run *keep_runs(const struct sb_run *found, unsigned int nr_runs)
{
	size_t one = sizeof(*found) + sizeof(unsigned long);
	struct sb_run *runs = kvmalloc_array(nr_runs, one, GFP_KERNEL_ACCOUNT);
	unsigned long first = 0;
	unsigned int i;

	if (!runs)
		return NULL;
	for (i = 0; i < nr_runs; i++) {
		runs[i] = found[i];
		firsts_of(runs, nr_runs)[i] = first;
		first += found[i].nr_pages;
	}
	return runs;
}

static bool should_stop(void)
{
	cond_resched();
	return fatal_signal_pending(current);
}

struct sb_run *sb_scatter_alloc(struct sb_instance *inst, const struct sb_request *request,
				unsigned long nr_pages, unsigned int *nr_runs)
{
	unsigned long max_runs = min(nr_pages, MAX_RUNS);
	struct sb_run *found = kvmalloc_array(max_runs, sizeof(*found), GFP_KERNEL_ACCOUNT);
	struct sb_run *runs;
	int nr;

	if (!found)
		return ERR_PTR(-ENOMEM);
	nr = sb_gather(inst, request, nr_pages, found, max_runs, should_stop);
	if (nr < 0) {
		kvfree(found);
		return ERR_PTR(nr == -ENOSPC ? -ENOMEM : nr);
	}
	runs = keep_runs(found, nr);
	if (!runs)
		sb_scatter_free(inst, found, nr);
	kvfree(found);
	*nr_runs = nr;
	return runs ?: ERR_PTR(-ENOMEM);
}

int sb_scatter_free(struct sb_instance *inst, const struct sb_run *runs, unsigned int nr_runs)
{
	unsigned int i;
	int err, first = 0;

	for (i = 0; i < nr_runs; i++) {
		err = sb_gather_free(inst, &runs[i], 1);
		first = first ?: err;
		cond_resched();
	}
	return first;
}

unsigned int sb_scatter_find(const struct sb_run *runs, unsigned int nr_runs, unsigned long page,
			     unsigned long *first)
{
	const unsigned long *firsts = firsts_of((struct sb_run *)runs, nr_runs);
	unsigned int low = 0, high = nr_runs;

	/* firsts[low] <= page < firsts[high], as far as there is one. */
	while (high - low > 1) {
		unsigned int middle = low + (high - low) / 2;

		if (firsts[middle] <= page)
			low = middle;
		else
			high = middle;
	}
	*first = firsts[low];
	return low;
}

struct sb_run *sb_scatter_part(const struct sb_run *runs, unsigned int nr_runs, unsigned long first,
			       unsigned long nr_pages, unsigned int *nr_part)
{
	unsigned long begin, end, skip;
	unsigned int from = sb_scatter_find(runs, nr_runs, first, &begin);
	unsigned int to = sb_scatter_find(runs, nr_runs, first + nr_pages - 1, &end);
	unsigned int nr = to - from + 1, i;
	struct sb_run *part = keep_runs(runs + from, nr);

	if (!part)
		return NULL;
	skip = first - begin;
	for (i = 1; i < nr; i++)
		firsts_of(part, nr)[i] -= skip;
	part[nr - 1].nr_pages = first + nr_pages - end;
	part[0].pfn += skip;
	part[0].nr_pages -= skip;
	*nr_part = nr;
	return part;
}

/* Pages that have a struct page, of all that there are. */
static unsigned long count_valid(const struct sb_run *runs, unsigned int nr_runs,
				 unsigned long *nr_pages)
{
	unsigned long nr_valid = 0, i;

	for (*nr_pages = 0; nr_runs--; runs++) {
		for (i = 0; i < runs->nr_pages; i++)
			nr_valid += !!pfn_valid(runs->pfn + i);
		*nr_pages += runs->nr_pages;
		cond_resched();
	}
	return nr_valid;
}

static void *map_by_page(const struct sb_run *runs, unsigned int nr_runs, unsigned long nr_pages)
{
	struct page **pages = kvmalloc_array(nr_pages, sizeof(*pages), GFP_KERNEL);
	unsigned long at = 0, i;
	void *va;

	if (!pages)
		return NULL;
	for (; nr_runs--; runs++)
		for (i = 0; i < runs->nr_pages; i++)
			pages[at++] = pfn_to_page(runs->pfn + i);
	va = vmap(pages, nr_pages, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	return va;
}

static void *map_by_pfn(const struct sb_run *runs, unsigned int nr_runs, unsigned long nr_pages,
			pgprot_t prot)
{
	unsigned long *pfns = kvmalloc_array(nr_pages, sizeof(*pfns), GFP_KERNEL);
	unsigned long at = 0, i;
	void *va;

	if (!pfns)
		return NULL;
	for (; nr_runs--; runs++)
		for (i = 0; i < runs->nr_pages; i++)
			pfns[at++] = runs->pfn + i;
	va = sbuddy_vmap_pfn(pfns, nr_pages, prot);
	kvfree(pfns);
	return va;
}

void *sb_scatter_vmap(struct sb_backing *backing, const struct sb_run *runs, unsigned int nr_runs)
{
	unsigned long nr_valid, nr_pages;
	void *va;

	if (!backing->ops->mappable)
		return ERR_PTR(-EOPNOTSUPP);
	if (nr_runs == 1)
		return backing->ops->va(backing, runs->pfn, runs->nr_pages) ?: ERR_PTR(-EOPNOTSUPP);
	nr_valid = count_valid(runs, nr_runs, &nr_pages);
	/* vmap_pfn() refuses what has a struct page, be it never so reserved. */
	if (nr_valid == nr_pages)
		va = map_by_page(runs, nr_runs, nr_pages);
	else if (!nr_valid && SBUDDY_HAS_VMAP_PFN)
		va = map_by_pfn(runs, nr_runs, nr_pages, PAGE_KERNEL);
	else
		return ERR_PTR(-EOPNOTSUPP);
	return va ?: ERR_PTR(-ENOMEM);
}

void sb_scatter_vunmap(void *va, unsigned int nr_runs)
{
	if (nr_runs > 1)
		vunmap(va);
}

/* By way of the write buffer: Linux calls that write-combined, and ARM normal memory. */
void *sb_scatter_vmap_past_caches(const struct sb_run *runs, unsigned int nr_runs)
{
	unsigned long nr_pages = 0;
	unsigned int i;
	void *va;

	for (i = 0; i < nr_runs; i++)
		nr_pages += runs[i].nr_pages;
	if (nr_runs == 1)
		va = memremap(PFN_PHYS(runs->pfn), nr_pages << PAGE_SHIFT, MEMREMAP_WC);
	else if (SBUDDY_HAS_VMAP_PFN)
		va = map_by_pfn(runs, nr_runs, nr_pages, pgprot_writecombine(PAGE_KERNEL));
	else
		return ERR_PTR(-EOPNOTSUPP);
	return va ?: ERR_PTR(-ENOMEM);
}

void sb_scatter_vunmap_past_caches(void *va, unsigned int nr_runs)
{
	if (nr_runs == 1)
		memunmap(va);
	else
		vunmap(va);
}

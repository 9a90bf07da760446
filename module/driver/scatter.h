/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory in several runs that looks like one: for a process through mmap(), for the
 * kernel through a mapping of its own, for a device through a scatter list.
 *
 *	buffer  | 0 1 2 3 4 5 6 7 | 8 9 | 10 11 12 |
 *	            |                |        |
 *	runs    pfn, 8 pages      pfn, 2   pfn, 3       by address
 *	first   0                 8        10           page that each begins with
 */
#ifndef SBUDDY_SCATTER_H
#define SBUDDY_SCATTER_H

#include "gather.h"

struct sb_backing;

/**
 * sb_scatter_alloc() - Gather pages.
 * @inst: instance
 * @request: as for sb_gather()
 * @nr_pages: how many
 * @nr_runs: set to how many runs they are in
 *
 * The pages are freed by sb_scatter_free(), and then the array by kvfree().
 *
 * Context: Process. May sleep, and a signal that kills ends it.
 * Return: an array of *@nr_runs runs, and behind it of as many page numbers, the
 *	first of each run; or ERR_PTR() of what sb_gather() failed with, or of
 *	-ENOMEM without memory for the array.
 */
struct sb_run *sb_scatter_alloc(struct sb_instance *inst, const struct sb_request *request,
				unsigned long nr_pages, unsigned int *nr_runs);

/*
 * An array as above for @nr_pages pages from page @first on of such an array, or NULL
 * without memory for it. It is freed by kvfree(), and its pages are not.
 */
struct sb_run *sb_scatter_part(const struct sb_run *runs, unsigned int nr_runs, unsigned long first,
			       unsigned long nr_pages, unsigned int *nr_part);

/* sb_gather_free() that lets others run in between. Process context. */
int sb_scatter_free(struct sb_instance *inst, const struct sb_run *runs, unsigned int nr_runs);

/* The run that holds page @page, found by halving; and its first page. @runs is as above. */
unsigned int sb_scatter_find(const struct sb_run *runs, unsigned int nr_runs, unsigned long page,
			     unsigned long *first);

/**
 * sb_scatter_vmap() - Map runs as one range for the kernel, cached.
 * @backing: of the instance they came from
 * @runs: what to map
 * @nr_runs: how many
 *
 * One run is where the backing has it anyway. Several are mapped through their
 * struct pages, or, where there are none, by frame number if this kernel lets a
 * module do that.
 *
 * Context: Process. May sleep.
 * Return: the address, or ERR_PTR(): -EOPNOTSUPP when there is no memory, or no way
 *	to map it; -ENOMEM when the kernel lacks memory, or addresses.
 */
void *sb_scatter_vmap(struct sb_backing *backing, const struct sb_run *runs, unsigned int nr_runs);

/* Undoes it. Process context. */
void sb_scatter_vunmap(void *va, unsigned int nr_runs);

/**
 * sb_scatter_vmap_past_caches() - Map no-map memory for the kernel, but not cached.
 * @runs: what to map
 * @nr_runs: how many
 *
 * Context: Process. May sleep.
 * Return: the address, or ERR_PTR(): -EOPNOTSUPP for several runs when there is no way
 *	to map them; -ENOMEM when the kernel lacks memory, or addresses.
 */
void *sb_scatter_vmap_past_caches(const struct sb_run *runs, unsigned int nr_runs);

/* Undoes it. Process context. */
void sb_scatter_vunmap_past_caches(void *va, unsigned int nr_runs);

#endif

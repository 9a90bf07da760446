/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * include/sbuddy/sbuddy.h, what in-kernel clients call:
 *
 *	api.c        finding an instance, and what a page is
 *	api_alloc.c  allocating
 *	api_free.c   freeing and splitting
 *	api_contig.c contiguous ranges and CMA areas
 *	api_slab.c   objects smaller than pages: include/sbuddy/slab.h
 *	api_vmap.c   scattered memory
 */
#ifndef SBUDDY_API_H
#define SBUDDY_API_H

#include <sbuddy/sbuddy.h>

#include "device.h"

/* What clients have is the device itself. */
struct sbuddy {
	struct sbuddy_device dev;
};

/* Zeroes pages just allocated, of an instance that has addresses; may sleep if @gfp may. */
int sbuddy_api_zero(struct sbuddy *sb, gfp_t gfp, unsigned long pfn, unsigned long nr_pages);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contiguous ranges and CMA areas of a device, one request at a time: two that
 * isolate the same pageblock would be in each other's way. cma_mutex of Linux.
 */
#ifndef SBUDDY_CONTIG_LOCK_H
#define SBUDDY_CONTIG_LOCK_H

#include "device.h"

struct sb_contig;

/* sb_contig_alloc(). Context: Process. Takes @dev->contig_lock. */
int __must_check sbuddy_contig_take(struct sbuddy_device *dev, const struct sb_contig *contig,
				    unsigned long *pfn);

/**
 * sbuddy_cma_take() - sb_cma_alloc(), and tell of a failure as Linux does.
 * @dev: device
 * @area: number of the area
 * @nr_pages: how many
 * @align_order: log2 of the alignment in pages
 * @no_warn: no line in the log when it fails
 * @pfn: set to the first page
 *
 * Context: Process. Takes @dev->contig_lock.
 * Return: as sb_cma_alloc().
 */
int __must_check sbuddy_cma_take(struct sbuddy_device *dev, unsigned int area,
				 unsigned long nr_pages, unsigned int align_order, bool no_warn,
				 unsigned long *pfn);

#endif

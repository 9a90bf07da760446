/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CMA: areas for large contiguous allocations, lent to movable pages meanwhile.
 *
 *	pageblocks  | m | m | c | c | c | c | m |
 *	bitmap              |....####........|       allocated from the area: #
 *	pages               |##  #####  #    |       in use, by whomever
 *
 * An area is reserved in the tracker as soon as regions are known; at the hand-over
 * its pageblocks become SB_CMA and its pages the buddy system's. Movable requests
 * may borrow them. A bit a page tells what sb_cma_alloc() gave; what else is in
 * use is borrowed. Borrowers whose owner lets them be moved are, the others are in
 * the way.
 */
#ifndef SB_CMA_H
#define SB_CMA_H

#include "instance.h"

/* Largest order of an alignment. */
#define SB_CMA_MAX_ALIGN 30

/* Are the areas of a configuration possible? If not, a line says why. */
bool sb_cma_check_config(const struct sb_config *cfg);

/**
 * sb_cma_place() - Reserve the areas in the tracker.
 * @inst: instance whose regions are filled
 *
 * One with a base has to be free memory. For others the tracker finds a place,
 * in HighMem if it can: cma_declare_contiguous_nid(), Linux 6.12.
 *
 * Context: Process. The instance is not live yet.
 * Return: 0; -EINVAL for a base that is not the start of a pageblock; -EBUSY when
 *	it is no memory, or not free; -ENOMEM when there is no place. A line says
 *	which area it is.
 */
int sb_cma_place(struct sb_instance *inst);

/**
 * sb_cma_init() - Give the areas' pages to the hand-over, as CMA pageblocks.
 * @inst: instance with pageblocks
 *
 * cma_activate_area(), Linux 6.12, which goes on without an area that lies in two
 * zones. Here the hand-over fails.
 *
 * Context: Process. The instance is not live yet.
 * Return: 0; -EINVAL, with a line, for an area that lies in two zones; -ENOMEM
 *	when there is no room for the bitmaps, or for the tracker to grow.
 */
int sb_cma_init(struct sb_instance *inst);
void sb_cma_exit(struct sb_instance *inst);

/* The number of the area of that name, or -ENOENT. */
int sb_cma_find(const struct sb_instance *inst, const char *name);

/**
 * sb_cma_alloc() - Allocate pages from an area.
 * @inst: instance
 * @area: number of the area
 * @nr_pages: 1 or more
 * @align_order: log2 of a number of pages that the first one is a multiple of, 0 ..
 *	SB_CMA_MAX_ALIGN
 * @gfp: as for sb_contig_alloc_range(): SB_GFP_KERNEL in Linux
 * @pfn: set to the first page
 *
 * The lowest place whose bits are clear and whose pages are free, or become so as
 * their borrowers are moved: where one stays the next place is tried. cma_alloc(),
 * Linux 6.12; its area's bits stand for one page each here. Linux keeps two of these
 * apart by a mutex: when two run at the same time one may find a pageblock isolated
 * by the other, and pass it by.
 *
 * Context: Any but NMI, as sb_contig_alloc(); takes the area's lock.
 * Return: 0; -ENOMEM when there is no such place, or none to move borrowers to;
 *	-EINVAL for a number out of range, or other flags; -ENOENT when there is no
 *	such area; -ENODEV when the instance is not live; -EIO when it was found
 *	corrupt; or what an owner failed to move with.
 */
int __must_check sb_cma_alloc(struct sb_instance *inst, unsigned int area, unsigned long nr_pages,
			      unsigned int align_order, u32 gfp, unsigned long *pfn);

/**
 * sb_cma_release() - Give back what an area gave, or a part of it.
 * @inst: instance
 * @area: number of the area
 * @pfn: first page
 * @nr_pages: 1 or more
 *
 * cma_release(), Linux 6.12, where only the first page has to be the area's.
 *
 * Context: Any but NMI. Takes the area's lock, and then those of
 *	sb_alloc_free_range().
 * Return: 0; -ERANGE when not all of it is the area's; -EALREADY when not all of
 *	it was allocated from it; -EINVAL for no pages; -ENOENT when there is no
 *	such area; or as sb_alloc_free_range().
 */
int sb_cma_release(struct sb_instance *inst, unsigned int area, unsigned long pfn,
		   unsigned long nr_pages);

/* Pages of the largest range of clear bits; 0 before the area is live. */
unsigned long sb_cma_maxchunk(struct sb_instance *inst, unsigned int area);

/*
 * Text, for any stage; nothing changes the stage meanwhile. A line an area: range
 * as in memblock/reserved, node, name, pages, and what came of them.
 */
void sb_cma_show(struct sb_out *out, struct sb_instance *inst);
/* The bitmap in words of 32 bits, as debugfs's cma/NAME/bitmap of Linux 6.12. */
void sb_cma_show_bitmap(struct sb_out *out, struct sb_instance *inst, unsigned int area);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * External fragmentation: how much of what is free is of use for an order.
 *
 * Indices are in thousandths, as Linux prints them. All free pages count,
 * whatever their type; pages on per-CPU lists do not.
 */
#ifndef SB_EXTFRAG_H
#define SB_EXTFRAG_H

#include "zone.h"

/**
 * struct sb_extfrag - The free blocks of a zone, seen from one order.
 * @free_pages: pages on free lists
 * @free_blocks: blocks of any order
 * @suitable: blocks of the order that could be had, larger ones split
 */
struct sb_extfrag {
	unsigned long free_pages;
	unsigned long free_blocks;
	unsigned long suitable;
};

/* fill_contig_page_info(), Linux 6.12. Context: Any; read without locks. */
void sb_extfrag_count(const struct sb_zone *zone, unsigned int order, struct sb_extfrag *seen);

/**
 * sb_extfrag_unusable() - The share of free memory that is in too small blocks.
 * @seen: counted for @order
 * @order: order wanted
 *
 * unusable_free_index(), Linux 6.12.
 *
 * Context: Any.
 * Return: 0, all of it is of use, to 1000, none is; 1000 when nothing is free.
 */
int sb_extfrag_unusable(const struct sb_extfrag *seen, unsigned int order);

/**
 * sb_extfrag_index() - Why a request would fail.
 * @seen: counted for @order
 * @order: order wanted
 *
 * __fragmentation_index(), Linux 6.12, also in that it leaves the range when
 * fewer blocks are free than one request would take.
 *
 * Context: Any.
 * Return: -1000 when there is a suitable block; else towards 0 for lack of
 *	memory, towards 1000 for fragmentation; 0 when nothing is free.
 */
int sb_extfrag_index(const struct sb_extfrag *seen, unsigned int order);

#endif

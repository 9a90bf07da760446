/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes and zones: where each starts and ends, and in which order they are tried. */
#ifndef SB_LAYOUT_H
#define SB_LAYOUT_H

#include "instance.h"

/**
 * sb_layout_init() - Divide the tracked memory into nodes and zones.
 * @inst: instance whose regions are known
 *
 * Spanned, present and the start of Movable follow
 * calculate_node_totalpages() and find_zone_movable_pfns_for_nodes(), Linux
 * 6.12. Where Linux differs: the border of HighMem is rounded down to a
 * pageblock, so that no pageblock has two zones.
 *
 * Context: Process. The instance is not live yet.
 * Return: 0; -EINVAL when two nodes share a pageblock or there is no whole
 *	page of memory; -ERANGE when memory has no frame number on this CPU or
 *	spans more pages than a descriptor's link can tell.
 */
int sb_layout_init(struct sb_instance *inst);

/* First page of the lowest node's memory, and the first one above it all. */
unsigned long sb_layout_start(const struct sb_instance *inst);
unsigned long sb_layout_end(const struct sb_instance *inst);

/* What descriptors have to cover: memory and the window, whole pageblocks or sections. */
void sb_layout_span(const struct sb_instance *inst, unsigned long *start, unsigned long *end);

/* The zone of node @nid that spans @pfn. */
struct sb_zone *sb_layout_zone(struct sb_instance *inst, int nid, unsigned long pfn);

/* First page above Normal memory, or ~0 when there is no limit to it. */
unsigned long sb_layout_lowmem_end(const struct sb_instance *inst);

#endif

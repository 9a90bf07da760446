/* SPDX-License-Identifier: GPL-2.0-only */
/* Hand-over: what the tracker has free becomes the allocator's. */
#ifndef SB_HANDOVER_H
#define SB_HANDOVER_H

#include "instance.h"

/**
 * sb_handover() - Set up the per-CPU lists and release all free memory.
 * @inst: instance with descriptors and pageblocks
 *
 * Normal and Movable memory goes in the largest blocks that alignment allows,
 * a single page by way of a per-CPU list; HighMem page by page, and the buddy
 * system assembles it. memblock_free_all(), Linux 6.12, which takes a single page
 * past the per-CPU lists as well.
 *
 * CMA areas become so on the way: sb_cma_init().
 *
 * Context: Process. The instance is not live yet.
 * Return: 0; -ENOMEM when there is no room for the per-CPU lists; or as
 *	sb_cma_init().
 */
int sb_handover(struct sb_instance *inst);

/**
 * sb_handover_release() - Hand over reserved pages later.
 * @inst: live instance
 * @base: first byte; a page only partly in the range stays reserved
 * @size: bytes
 *
 * All or nothing, and in the largest blocks. free_reserved_area(), Linux 6.12,
 * goes page by page and leaves the checks to its caller.
 *
 * Context: Process. One caller at a time, as for the tracker.
 * Return: pages released; -EINVAL when the range has no whole page or the
 *	instance is not live; -ERANGE when part of it is no memory; -EBUSY when
 *	it holds metadata of the instance or the tracker; -EALREADY when part of
 *	it was handed over before; -ENOMEM when the tracker is full.
 */
long sb_handover_release(struct sb_instance *inst, u64 base, u64 size);

/*
 * Releases reserved pages of one zone in the largest blocks, and counts them as managed:
 * online_pages_range(), Linux 6.12. They go behind what is free already.
 */
void sb_handover_online(struct sb_zone *zone, unsigned long pfn, unsigned long end);

/* The range has pages with metadata of the instance, descriptors of added memory included. */
bool sb_handover_holds_metadata(const struct sb_instance *inst, u64 base, u64 end);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gfp: what a request says about itself, with Linux's names and meaning.
 *
 * The values are those of Linux 6.1's include/linux/gfp_types.h, where they
 * are fixed; newer kernels number them as they are configured, so whoever has
 * a gfp_t translates (module/driver/api.c). Flags of Linux that are not here
 * ask for nothing that an instance has.
 */
#ifndef SB_GFP_H
#define SB_GFP_H

#include "zone.h"

#define SB_GFP_DMA 0x01u /* the DMA zone alone */
#define SB_GFP_HIGHMEM 0x02u /* HighMem will do */
#define SB_GFP_MOVABLE 0x08u /* the pages can be moved */
#define SB_GFP_RECLAIMABLE 0x10u /* the pages can be had back */
#define SB_GFP_HIGH 0x20u /* half of the min reserve may be used */
#define SB_GFP_ZERO 0x100u /* wanted zeroed; whoever reaches memory sees to it */
#define SB_GFP_DIRECT_RECLAIM 0x400u /* the caller can wait: drains all per-CPU lists */
#define SB_GFP_KSWAPD_RECLAIM 0x800u /* somebody may be woken to help */
#define SB_GFP_NOWARN 0x2000u /* no line in the log when it fails */
#define SB_GFP_NOFAIL 0x8000u /* refused: a reserved region cannot promise it */
#define SB_GFP_NORETRY 0x10000u /* fail rather than give up the last of the HighAtomic reserve */
#define SB_GFP_MEMALLOC 0x20000u /* watermarks do not count */
#define SB_GFP_COMP 0x40000u /* more than a page is freed as a whole alone: no split */
#define SB_GFP_NOMEMALLOC 0x80000u /* no reserve may be used, MEMALLOC or not */
#define SB_GFP_THISNODE 0x200000u /* this node or nothing */

#define SB_GFP_RECLAIM (SB_GFP_DIRECT_RECLAIM | SB_GFP_KSWAPD_RECLAIM)

/* The usual combinations. */
#define SB_GFP_KERNEL SB_GFP_RECLAIM
#define SB_GFP_NOWAIT SB_GFP_KSWAPD_RECLAIM
#define SB_GFP_ATOMIC (SB_GFP_HIGH | SB_GFP_KSWAPD_RECLAIM)

#define SB_GFP_KNOWN                                                                       \
	(SB_GFP_DMA | SB_GFP_HIGHMEM | SB_GFP_MOVABLE | SB_GFP_RECLAIMABLE | SB_GFP_HIGH | \
	 SB_GFP_ZERO | SB_GFP_RECLAIM | SB_GFP_NOWARN | SB_GFP_NOFAIL | SB_GFP_NORETRY |   \
	 SB_GFP_MEMALLOC | SB_GFP_COMP | SB_GFP_NOMEMALLOC | SB_GFP_THISNODE)

/* gfp_migratetype(), Linux 6.12; both bits at once are refused by sb_alloc(). */
static inline unsigned int sb_gfp_type(u32 gfp)
{
	return (gfp & (SB_GFP_MOVABLE | SB_GFP_RECLAIMABLE)) >> 3;
}

static inline u32 sb_gfp_of_type(unsigned int type)
{
	return type << 3;
}

/* gfp_zone(), Linux 6.12: the highest zone that will do. */
static inline enum sb_zone_type sb_gfp_zone(u32 gfp)
{
	if (gfp & SB_GFP_DMA)
		return SB_ZONE_DMA;
	if (!(gfp & SB_GFP_HIGHMEM))
		return SB_ZONE_NORMAL;
	return gfp & SB_GFP_MOVABLE ? SB_ZONE_MOVABLE : SB_ZONE_HIGHMEM;
}

#endif

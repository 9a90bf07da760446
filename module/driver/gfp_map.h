/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gfp_t of the kernel that runs, and SB_GFP_* of core, either way.
 *
 * Kernels number their flags differently, and newer ones as they are configured.
 * Where the numbers are the same, the compiler makes this one AND.
 */
#ifndef SBUDDY_GFP_MAP_H
#define SBUDDY_GFP_MAP_H

#include <linux/gfp.h>

#include "gfp.h"

/* The flags that both have: a row each, of its name without a prefix. */
#define SB_GFP_MAP(row)                                                                         \
	(row(DMA) | row(HIGHMEM) | row(MOVABLE) | row(RECLAIMABLE) | row(HIGH) | row(ZERO) |    \
	 row(DIRECT_RECLAIM) | row(KSWAPD_RECLAIM) | row(NOWARN) | row(NOFAIL) | row(NORETRY) | \
	 row(MEMALLOC) | row(COMP) | row(NOMEMALLOC) | row(THISNODE))

#define SB_GFP_MAP_CORE(name) SB_GFP_##name
static_assert(SB_GFP_MAP(SB_GFP_MAP_CORE) == SB_GFP_KNOWN, "core's flags are all here");
#undef SB_GFP_MAP_CORE

/* What core understands of @gfp. */
static inline u32 sb_gfp_from_linux(gfp_t gfp)
{
#define SB_GFP_MAP_FROM(name) (gfp & __GFP_##name ? SB_GFP_##name : 0u)
	return SB_GFP_MAP(SB_GFP_MAP_FROM);
#undef SB_GFP_MAP_FROM
}

/* @gfp as Linux's texts and tools know it. */
static inline gfp_t sb_gfp_to_linux(u32 gfp)
{
#define SB_GFP_MAP_TO(name) (gfp & SB_GFP_##name ? __GFP_##name : (__force gfp_t)0)
	return SB_GFP_MAP(SB_GFP_MAP_TO);
#undef SB_GFP_MAP_TO
}

#endif

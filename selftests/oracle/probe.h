/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that are asked, told by what their headers define. */
#ifndef PROBE_H
#define PROBE_H

#include <linux/gfp.h>
#include <linux/mmzone.h>

#include "rules.h"

/* 6.7 made per-CPU lists tune themselves. */
#ifdef PCPF_FREE_HIGH_BATCH
#define LINUX_RULES SB_RULES_6_12

static inline void probe_get_pcp(const struct per_cpu_pages *pcp, unsigned int *high_min,
				 unsigned int *high_max)
{
	*high_min = pcp->high_min;
	*high_max = pcp->high_max;
}

static inline void probe_set_pcp(struct per_cpu_pages *pcp, unsigned int high_min,
				 unsigned int high_max)
{
	pcp->high_min = high_min;
	pcp->high_max = high_max;
	pcp->high = high_min;
	pcp->flags = 0;
	pcp->alloc_factor = 0;
	pcp->free_count = 0;
}

static inline void probe_forget(struct zone *zone)
{
	clear_bit(ZONE_BELOW_HIGH, &zone->flags);
}
#else
#define LINUX_RULES SB_RULES_6_1

static inline void probe_get_pcp(const struct per_cpu_pages *pcp, unsigned int *high_min,
				 unsigned int *high_max)
{
	*high_min = pcp->high;
	*high_max = pcp->high;
}

static inline void probe_set_pcp(struct per_cpu_pages *pcp, unsigned int high_min,
				 unsigned int high_max)
{
	pcp->high = high_min;
	pcp->free_factor = 0;
}

static inline void probe_forget(struct zone *zone)
{
}
#endif

/* Until 6.2, what may not wait and may use the reserves said both. */
#ifdef __GFP_ATOMIC
#define LINUX_GFP_ATOMIC (__GFP_HIGH | __GFP_ATOMIC)
#else
#define LINUX_GFP_ATOMIC __GFP_HIGH
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the Linux side share. */
#ifndef LINUX_H
#define LINUX_H

#include "oracle.h"

/**
 * struct linux_side - The node that is asked.
 * @zone: its only zone
 * @pcp: that zone's lists of CPU 0
 * @layout: what does not change
 * @lists: what Linux chose for @pcp
 * @taken: pages that the shape of a seed keeps in use
 */
struct linux_side {
	struct zone *zone;
	struct per_cpu_pages *pcp;
	struct oracle_layout layout;
	struct oracle_pcp lists;
	unsigned long *taken;
};

extern struct linux_side linux_side;

/* Where the type of a pageblock is. */
unsigned long *linux_type_word(unsigned long pfn, unsigned int *shift);
/* First page of the zone's first pageblock. */
unsigned long linux_first_block(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text: what an instance looks like, in Linux's own formats where it has one.
 *
 * Formats are those of Linux 6.12, to the byte, so that what parses
 * /proc/buddyinfo parses ours. Zones without memory are left out. A file whose
 * stage is still to come is empty.
 *
 * Context: Process, for all of them. The caller keeps the tracker and the
 * stage as they are; zones may change, and are locked where they are walked.
 */
#ifndef SB_SHOW_H
#define SB_SHOW_H

#include "instance.h"

/* Linux's debugfs memblock/memory and memblock/reserved. */
void sb_show_regions(struct sb_out *out, const struct sb_region_type *type);
void sb_show_buddyinfo(struct sb_out *out, struct sb_instance *inst);
void sb_show_pagetypeinfo(struct sb_out *out, struct sb_instance *inst);
/* As of a kernel without NUMA and SMP; of its counters, those that count anything here. */
void sb_show_zoneinfo(struct sb_out *out, struct sb_instance *inst);
/* One character a pageblock, 64 a line: its type, '.' for a hole; upper case when all is free. */
void sb_show_pageblocks(struct sb_out *out, struct sb_instance *inst);
/* What was chosen, what Linux would have chosen, and events: a name and a value a line. */
void sb_show_tunables(struct sb_out *out, struct sb_instance *inst);

/*
 * What a stage did, in one line without a line's end; empty before it is done.
 * Figures are those of the moment it is asked, not those of the step.
 */
void sb_show_stage(struct sb_out *out, const struct sb_instance *inst, enum sb_stage stage);
/* The per-CPU lists that SB_STAGE_LIVE set up, likewise: its second line in a log. */
void sb_show_pcp(struct sb_out *out, const struct sb_instance *inst);
/* All stages, a line each, the ones to come marked so. */
void sb_show_stages(struct sb_out *out, const struct sb_instance *inst);

#endif

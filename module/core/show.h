/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text: what an instance looks like, in Linux's own formats where it has one.
 *
 * Formats are those of Linux 6.12, to the byte, so that what parses
 * /proc/buddyinfo parses ours. Zones without memory are left out. A file whose
 * stage is still to come is empty.
 *
 * Context: Process, for all of them, here and in show_page.h and show_stage.h.
 * The caller keeps the tracker and the stage as they are; zones may change, and
 * are locked where they are walked.
 */
#ifndef SB_SHOW_H
#define SB_SHOW_H

#include "instance.h"

/* Linux's debugfs memblock/memory and memblock/reserved. */
void sb_show_regions(struct sb_out *out, const struct sb_region_type *type);
void sb_show_buddyinfo(struct sb_out *out, struct sb_instance *inst);

/*
 * As of a kernel with NUMA and without SMP; of its counters, those that count
 * anything here. All CPUs are on the node with the lowest number: what that
 * node serves counts as numa_local, all else as numa_other.
 */
void sb_show_zoneinfo(struct sb_out *out, struct sb_instance *inst);

/*
 * A name and a value a line: Linux's /proc/vmstat where it counts the same, in
 * its order, then what only an instance counts, named sbuddy_...
 */
void sb_show_vmstat(struct sb_out *out, struct sb_instance *inst);

/* Linux's debugfs extfrag/unusable_index and extfrag/extfrag_index. */
void sb_show_unusable_index(struct sb_out *out, struct sb_instance *inst);
void sb_show_extfrag_index(struct sb_out *out, struct sb_instance *inst);

/* What was chosen, what Linux would have chosen, and events: a name and a value a line. */
void sb_show_tunables(struct sb_out *out, struct sb_instance *inst);

/* A number of bytes, exact, in the largest unit that gives a whole number. */
void sb_show_size(struct sb_out *out, u64 bytes);

#endif

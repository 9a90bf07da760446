/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text: the ladder from what the firmware says to the page, rung by rung.
 *
 *	bank -> region -> node -> zone -> memory block -> section -> part -> pageblock -> page
 *
 * Each is made of what is below it, at its own grain. show.h tells what holds for
 * all texts; sections are to be kept still as well.
 */
#ifndef SB_SHOW_SECTION_H
#define SB_SHOW_SECTION_H

#include "instance.h"

/*
 * A line a rung for one page, any frame number. Rungs that the instance has not come
 * to yet are left out.
 */
void sb_show_granularities(struct sb_out *out, struct sb_instance *inst, unsigned long pfn);

/*
 * All of memory and the window: a line for as many pageblocks in a row as are
 * described alike. Empty before SB_STAGE_PAGEBLOCKS.
 */
void sb_show_all_granularities(struct sb_out *out, struct sb_instance *inst);

#endif

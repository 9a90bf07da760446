/* SPDX-License-Identifier: GPL-2.0-only */
/* Text about pages by their types; show.h tells what holds for all texts. */
#ifndef SB_SHOW_PAGE_H
#define SB_SHOW_PAGE_H

#include "instance.h"

/*
 * "Number of mixed blocks" follows, as in Linux, only while owners are kept: a
 * pageblock is mixed when a block in use in it is of another type. Who reads the
 * file of a kernel without owners takes each row behind the header of pageblocks
 * for one of these.
 */
void sb_show_pagetypeinfo(struct sb_out *out, struct sb_instance *inst);

/* One character a pageblock, 64 a line: its type, '.' for a hole; upper case when all is free. */
void sb_show_pageblocks(struct sb_out *out, struct sb_instance *inst);

#endif

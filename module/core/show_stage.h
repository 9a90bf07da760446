/* SPDX-License-Identifier: GPL-2.0-only */
/* Text about stages; show.h tells what holds for all texts. */
#ifndef SB_SHOW_STAGE_H
#define SB_SHOW_STAGE_H

#include "instance.h"

/*
 * What a stage did, in one line without a line's end; empty before it is done.
 * Figures are those of the moment it is asked, not those of the step.
 */
void sb_show_stage(struct sb_out *out, const struct sb_instance *inst, enum sb_stage stage);
/* The per-CPU lists that SB_STAGE_LIVE set up, likewise: its second line in a log. */
void sb_show_stage_pcp(struct sb_out *out, const struct sb_instance *inst);
/* All stages, a line each, the ones to come marked so. */
void sb_show_stages(struct sb_out *out, const struct sb_instance *inst);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an instance may be given memory later on, if its configuration does not say. */
#ifndef SBUDDY_WINDOW_H
#define SBUDDY_WINDOW_H

#include "instance.h"

/* From @start to @end, widened to whole memory blocks; nothing in a flat instance. */
void sbuddy_window_set(struct sb_config *cfg, u64 start, u64 end);

/* All memory that the running kernel has. */
void sbuddy_window_set_ram(struct sb_config *cfg);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Text: what the caches of an instance have. */
#ifndef SB_SLAB_SHOW_H
#define SB_SLAB_SHOW_H

#include "instance.h"

/**
 * sb_slab_show_info() - Print all caches as /proc/slabinfo does.
 * @out: where
 * @inst: instance
 *
 * Linux 6.12's format, version 2.1, the newest cache first. An
 * object on a CPU's array counts as active; the tunables are the room and the
 * batch of these arrays, which SLUB does not have. Empty without caches.
 *
 * Context: Process. Nobody makes or ends a cache meanwhile. Takes nodes' locks.
 */
void sb_slab_show_info(struct sb_out *out, struct sb_instance *inst);

#endif

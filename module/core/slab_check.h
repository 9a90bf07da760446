/* SPDX-License-Identifier: GPL-2.0-only */
/* The checker's part for slabs: everything is recounted. */
#ifndef SB_SLAB_CHECK_H
#define SB_SLAB_CHECK_H

#include "instance.h"

/**
 * sb_slab_check() - Recount all caches of an instance.
 * @inst: live instance
 * @out: where each violation is told, or NULL
 *
 * The arrays of all CPUs are parked meanwhile.
 *
 * Context: as sb_slab_cache_shrink().
 * Return: violations.
 */
unsigned int sb_slab_check(struct sb_instance *inst, struct sb_out *out);

#endif

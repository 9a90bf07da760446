/* SPDX-License-Identifier: GPL-2.0-only */
/* The invariant checker: recounts everything and believes nothing. */
#ifndef SB_CHECK_H
#define SB_CHECK_H

#include "instance.h"

/**
 * sb_check() - Recount an instance.
 * @inst: instance at any stage
 * @out: where each violation is told in a line of its own, or NULL
 *
 * Walks the regions, every descriptor that exists, every free list and every
 * per-CPU list, and compares them with each other and with the counters.
 *
 * Guard pages are looked at as well; one that was written to is no violation.
 *
 * Context: Process, with what guards the tracker held. A zone is frozen while
 *	it is walked, with interrupts off for a time that grows with its size.
 * Return: violations found. If there are any, the instance stops allocating.
 */
unsigned int sb_check(struct sb_instance *inst, struct sb_out *out);

#endif

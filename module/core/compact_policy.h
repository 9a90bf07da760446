/* SPDX-License-Identifier: GPL-2.0-only */
/* Policy of compaction beside what compact.h offers: when a run is over, which hints it leaves. */
#ifndef SB_COMPACT_POLICY_H
#define SB_COMPACT_POLICY_H

#include "compact_scan.h"

/* Pages that should be free above the watermark: compact_gap(). */
static inline unsigned long sb_compact_gap(unsigned int order)
{
	return 2ul << order;
}

/**
 * sb_compact_finished() - Is a run over?
 * @scan: its scanners
 *
 * They met; or a block of the order wanted is free for the type that wants it,
 * also one that it would claim from another type; or the score is low enough; or
 * it is to stop early. compact_finished(), Linux 6.12.
 *
 * Context: Process; calls what the limit names. Looks at free lists without locks.
 * Return: SB_COMPACT_CONTINUE, or what came of it.
 */
enum sb_compact_result sb_compact_finished(struct sb_compact_scan *scan);

/* What per-CPU lists keep can merge, and counts: those of all CPUs, or of this one. */
void sb_compact_drain(struct sb_zone *zone, bool all);

/* The run has been told to stop, or has used up its budget. */
bool sb_compact_stopped(struct sb_compact_scan *scan);

/* The next run begins at both ends of the zone: reset_cached_positions(). */
void sb_compact_reset_positions(struct sb_zone *zone);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drains: blocks of per-CPU lists go back to the zone, the oldest of a list first.
 *
 *	list     [ a ][ b ][ c ][ d ][ e ]
 *	           |    |    |
 *	           v    v    v
 *	zone     merged as they come; those that make up a larger block between them,
 *	         up or down, go back as that one
 */
#ifndef SB_PCP_DRAIN_H
#define SB_PCP_DRAIN_H

#include "pcp.h"

/*
 * Returns some of it, as much as may take while interrupts are off: from one list after the
 * other going round, of each as many as are still too many: free_pcppages_bulk(), Linux 6.12.
 * Between two parts the lists may be taken from and freed to.
 */
void sb_pcp_drain_part(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_pcp_surplus *surplus)
	__must_hold(pcp->lock);

/* Returns the oldest block of a list. */
void sb_pcp_drain_oldest(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which)
	__must_hold(pcp->lock);

/*
 * Puts a block of a per-CPU list on the zone's, and says of which order it is then, if that
 * took any merges. A drain does so with each list of a CPU, the oldest of its blocks first.
 */
unsigned int sb_pcp_drain_one(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/*
 * Returns all pages of this CPU's lists of @zone to it, and says how many there were.
 * Context: any but NMI.
 */
unsigned int sb_pcp_drain_this(struct sb_zone *zone);

/*
 * The same of all CPUs' lists, of a zone or of all; and of a CPU that is offline.
 * Context: process, without locks. Closes the front meanwhile: front.h.
 */
unsigned int sb_pcp_drain_zone(struct sb_zone *zone);
unsigned int sb_pcp_drain_all(struct sb_instance *inst);
unsigned int sb_pcp_drain_cpu(struct sb_instance *inst, unsigned int cpu);

#endif

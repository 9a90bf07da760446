/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Refills: an empty per-CPU list gets blocks of the zone, some at a time.
 *
 *	room     [   ][   ][   ][   ][   ][   ][ b ][ a ]    a, the first found, is given first
 *	                     <--- each part lies below --
 *
 * A part takes so long as interrupts may be off; between two of them they are on, so that
 * the list may be taken from and freed to, moved, drained or refilled by others meanwhile. A
 * part looks at what there is then.
 */
#ifndef SB_PCP_REFILL_H
#define SB_PCP_REFILL_H

#include "pcp.h"

/**
 * struct sb_pcp_missing - What is still to come to a list.
 * @take: what is wanted
 * @nr: blocks; 0 when nothing is
 * @most: blocks at which the list has enough, however it came by them
 * @effort: what a part takes, see there
 */
struct sb_pcp_missing {
	struct sb_fallback *take;
	unsigned int nr;
	unsigned int most;
	unsigned int effort;
};

/* Says what is to come to a list that is empty, or is still to come. */
void sb_pcp_refill_begin(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_fallback *take,
			 struct sb_pcp_missing *missing) __must_hold(pcp->lock);

/*
 * Fetches a part of it: some blocks, unless the list has enough or the zone has none. The
 * list keeps what is missing then, unless all of it is to come at once.
 */
void sb_pcp_refill_part(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_pcp_missing *missing)
	__must_hold(pcp->lock);

/*
 * Fetches a part of what an empty list keeps as missing, of its own type, from a zone that has
 * plenty; when nothing is missing a refill begins, unless all of it is to come at once. Says
 * whether there was any.
 */
bool sb_pcp_refill_more(struct sb_pcp *pcp, struct sb_pcp_list *list, unsigned int order,
			unsigned int type) __must_hold(pcp->lock);

/*
 * Fetches the rest, part by part, unless the caller has come to another CPU meanwhile.
 * Context: any but NMI. Takes per-CPU and zone locks.
 */
void sb_pcp_refill_rest(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_pcp_missing *missing);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tuning: how per-CPU lists adapt to runs of allocations and of frees.
 *
 * Linux keeps figures of such runs with each allocation and each free. Most of them are
 * worked out here when a list is empty or has reached its limit, as the front has no time
 * for them. So a limit is set wherever a free has to be looked at:
 *
 *	         |<---------------- limit ---------------->|
 *	list     [ a ][ b ][ c ][ d ][ e ]
 *
 * All limits together keep the lists below the pages at which they overflow.
 */
#ifndef SB_PCP_TUNE_H
#define SB_PCP_TUNE_H

#include "pcp.h"

/* How far the pages at which lists overflow may rise. */
static inline unsigned int sb_pcp_high_max(const struct sb_config *cfg)
{
	return max(cfg->pcp_high, cfg->pcp_high_max);
}

/* Sets how many pages freed in a row a free by the front may make. */
void sb_pcp_tune_init(const struct sb_instance *inst, struct sb_pcp *pcp);

/*
 * Pages for a refill of an empty list, by the rules since 6.7: for single pages the
 * batch, doubled with each refill that no free came in between, as far as there is room:
 * nr_pcp_alloc().
 */
unsigned int sb_pcp_tune_batch(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int order)
	__must_hold(pcp->lock);

/* Counts the block that has just come to a list among those freed in a row. */
void sb_pcp_tune_counted(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int which)
	__must_hold(pcp->lock);

/*
 * The same, and says whether it is of order 1 to 3, and one of a row: by the rules since 6.7,
 * when a batch was freed in a row and the last of them was such a block; by those of 6.1, after
 * an overflow. They are wanted whole, and all go back at once.
 */
bool sb_pcp_tune_freed(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int which)
	__must_hold(pcp->lock);

/* Pages at which the lists overflow now, by the rules since 6.7: nr_pcp_high(). */
unsigned int sb_pcp_tune_high(struct sb_pcp *pcp, const struct sb_zone *zone, bool is_row)
	__must_hold(pcp->lock);

/* Pages to give back when they do: nr_pcp_free(). */
unsigned int sb_pcp_tune_overflow(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int high,
				  bool is_row) __must_hold(pcp->lock);

/* Lets a list grow for as long as nothing has to be looked at. */
void sb_pcp_tune_grant(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int which)
	__must_hold(pcp->lock);

/*
 * A list has grown by a refill, of which @nr_pages are still to come: what others may without
 * a look may be too much now.
 */
void sb_pcp_tune_refilled(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int nr_pages)
	__must_hold(pcp->lock);

/*
 * The zone has come below its high watermark: frees have to look from now on. One that is
 * at it on another CPU may allow its list some more. Context: any.
 */
void sb_pcp_tune_below_high(struct sb_zone *zone);

/* Lets no list grow. */
void sb_pcp_tune_revoke(struct sb_pcp *pcp);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules: in what the page allocators of two Linux versions differ.
 *
 * One row a version, read by the rooms that the columns name; what is not here
 * is the same in both. Chosen for each instance before it boots.
 */
#ifndef SB_RULES_H
#define SB_RULES_H

#include "sb_platform.h"

enum sb_rules_version { SB_RULES_6_12, SB_RULES_6_1, SB_NR_RULES };

/**
 * struct sb_rules - What one version of Linux does.
 * @name: as users write it
 * @own_lists: a free block is on the list of its pageblock's type, always; a
 *	merge across pageblocks gives both one type (since 6.10). Else a
 *	request that falls back takes a block to its own type's list first,
 *	whatever becomes of the pageblock.
 * @split_large: what is larger than a pageblock is freed pageblock by
 *	pageblock, each to its own type (since 6.10)
 * @claim_or_steal: a fallback that cannot claim the pageblock goes on to
 *	smaller blocks, and then steals the smallest (6.12.x, from 6.15)
 * @pcp_tunes: per-CPU lists adapt how much they take, keep and give back to
 *	runs of allocations and of frees (since 6.7); else to frees alone
 * @highatomic_free: the watermark check leaves out free HighAtomic pages,
 *	and not all that are reserved (6.12.x)
 * @highatomic_small: a zone whose hundredth is less than a pageblock
 *	reserves one all the same; newer kernels reserve none
 * @movable_capped: Movable's min watermark is small like that of HighMem, and
 *	its pages do not count for the watermarks of others; 6.1 counts them
 *	unless there is HighMem, which Movable then belongs to
 * @boost_spares_high: any request of HIGH for one page may ignore a boost; 6.1
 *	asks for __GFP_ATOMIC, too
 */
struct sb_rules {
	const char *name;
	bool own_lists;
	bool split_large;
	bool claim_or_steal;
	bool pcp_tunes;
	bool highatomic_free;
	bool highatomic_small;
	bool movable_capped;
	bool boost_spares_high;
};

const struct sb_rules *sb_rules(enum sb_rules_version version);

#endif

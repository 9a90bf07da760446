/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Explanations: whether a request would be served, and if not, why not.
 *
 * Nothing is taken, moved or drained for it. When the answer is no, the request
 * is asked about again with this and that allowed to it: so what is said to
 * help does help, as long as nobody else comes first.
 */
#ifndef SB_EXPLAIN_H
#define SB_EXPLAIN_H

#include "predict.h"

/* In the order in which they are looked for. */
enum sb_explain_verdict {
	SB_EXPLAIN_SERVED, /* it would be served */
	SB_EXPLAIN_NOT_LIVE, /* the instance is not live */
	SB_EXPLAIN_CORRUPT, /* it was found corrupt */
	SB_EXPLAIN_TOO_LARGE, /* no block has that order */
	SB_EXPLAIN_QUOTA, /* the caller has all that it may have: not said here */
	SB_EXPLAIN_RESERVED, /* there is a block, kept for others */
	SB_EXPLAIN_FRAGMENTED, /* there are pages enough, in blocks too small */
	SB_EXPLAIN_WRONG_ZONE, /* there is memory, in zones that it may not use */
	SB_EXPLAIN_WRONG_NODE, /* there is memory, on nodes that it may not use */
	SB_EXPLAIN_NO_MEMORY, /* there is not enough */
	SB_NR_EXPLAIN_VERDICTS
};

/* What would have it served, all of what is set together. */
enum sb_explain_help {
	SB_EXPLAIN_HELP_HIGH = 1 << 0, /* SB_GFP_HIGH */
	SB_EXPLAIN_HELP_ATOMIC = 1 << 1, /* SB_GFP_HIGH, and not to wait */
	SB_EXPLAIN_HELP_MEMALLOC = 1 << 2, /* SB_GFP_MEMALLOC, without SB_GFP_NOMEMALLOC */
	SB_EXPLAIN_HELP_MOVABLE = 1 << 3, /* type Movable */
	SB_EXPLAIN_HELP_ZONE = 1 << 4, /* a higher zone, see help_zone */
	SB_EXPLAIN_HELP_NODE = 1 << 5, /* any node */
	SB_EXPLAIN_HELP_MOVE = 1 << 6, /* other pages to be moved out of a block, see block */
};

/* What the request makes of a zone. */
enum sb_explain_fit {
	SB_EXPLAIN_FIT_GIVES, /* would give the block */
	SB_EXPLAIN_FIT_NOT_NEEDED, /* comes after the one that would */
	SB_EXPLAIN_FIT_MARK, /* has a block, and too few pages above the mark */
	SB_EXPLAIN_FIT_BLOCKS, /* has pages enough, and no block */
	SB_EXPLAIN_FIT_PAGES, /* has neither */
	SB_EXPLAIN_FIT_ZONE, /* is of a kind that the request may not use */
	SB_EXPLAIN_FIT_NODE, /* is on a node that it may not use */
	SB_NR_EXPLAIN_FITS
};

/**
 * struct sb_explain_zone - One zone, as the deciding pass sees it. All in pages.
 * @nid: node
 * @type: which zone of the node
 * @fit: what the request makes of it
 * @mark: the mark to be kept: enum sb_wmark
 * @boost: of this, added by a boost; 0 for a request before which boosts end
 * @sum: the watermark's arithmetic; a page can be given when
 *	@sum.free - @sum.unusable > @sum.min + @sum.reserve
 * @nr_pcp: on the lists of all CPUs
 * @nr_blocks: free blocks by order, of all types
 * @largest: by type, the order of its largest free block, or -1
 * @extfrag_index: of the request's order, in thousandths, see extfrag.h
 * @unusable_index: likewise
 */
struct sb_explain_zone {
	int nid;
	enum sb_zone_type type;
	enum sb_explain_fit fit;
	enum sb_wmark mark;
	unsigned long boost;
	struct sb_watermark_sum sum;
	unsigned long nr_pcp;
	unsigned long nr_blocks[SB_NR_ORDERS];
	int largest[SB_NR_TYPES];
	int extfrag_index;
	int unusable_index;
};

/**
 * struct sb_explain_block - An aligned block of the order wanted, pages in use and all.
 * @found: there is one; the others have pages that never leave: reserved ones,
 *	holes, parts of larger blocks in use
 * @pfn: first page
 * @nr_used: pages in use
 * @nr_movable: of these, pages of Movable requests
 */
struct sb_explain_block {
	bool found;
	unsigned long pfn;
	unsigned long nr_used;
	unsigned long nr_movable;
};

/**
 * struct sb_explain - The explanation.
 * @request: what it is about
 * @verdict: the answer
 * @err: what sb_alloc() returns: 0 or -errno
 * @help: enum sb_explain_help, 0 when nothing would help
 * @help_zone: with SB_EXPLAIN_HELP_ZONE, the lowest that would do
 * @prediction: how it would go; valid if the instance is live and the request
 *	not too large; @prediction.zone is not to be followed later
 * @serves: entry of @zones that would serve it, or -1
 * @block: of SB_EXPLAIN_FRAGMENTED: the one with the fewest pages in use
 * @nr_zones: entries of @zones
 * @zones: with memory: those that suit the request, in the order tried, then
 *	the others
 * @scratch: for questions asked on the way
 */
struct sb_explain {
	struct sb_request request;
	enum sb_explain_verdict verdict;
	int err;
	unsigned int help;
	enum sb_zone_type help_zone;
	struct sb_prediction prediction;
	int serves;
	struct sb_explain_block block;
	unsigned int nr_zones;
	struct sb_explain_zone zones[SB_MAX_ZONES];
	/* private: */
	struct sb_prediction scratch;
};

/**
 * sb_explain() - Explain what would become of a request.
 * @inst: instance at any stage
 * @request: what would be wanted
 * @ex: filled; too large for a stack
 *
 * Costs what sb_predict() does, up to a dozen times, and for a fragmented zone
 * one walk over its descriptors, the lock held for a pageblock or a block of the
 * order wanted.
 *
 * Context: Process. Takes zone locks, one at a time, with interrupts off.
 * Return: 0, or -EINVAL for a request that sb_alloc() refuses, unless that is
 *	for an order below 32.
 */
int sb_explain(struct sb_instance *inst, const struct sb_request *request, struct sb_explain *ex);

#endif

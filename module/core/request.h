/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests: what is asked of the allocator. */
#ifndef SB_REQUEST_H
#define SB_REQUEST_H

#include "gfp.h"
#include "instance.h"

/*
 * PAGE_ALLOC_COSTLY_ORDER: for larger blocks Linux goes to no lengths, and the
 * last of the HighAtomic reserve is kept.
 */
#define SB_COSTLY_ORDER 3

/**
 * struct sb_request - What is asked of the allocator.
 * @order: log2 of the pages wanted, 0 .. max_order
 * @type: SB_UNMOVABLE, SB_MOVABLE or SB_RECLAIMABLE
 * @zone: highest zone that will do; lower ones are tried after it. Movable
 *	memory serves Movable requests alone. An instance without DMA takes
 *	that for Normal, as a kernel without it does.
 * @nid: node to begin with, or SB_NID_ANY
 * @gfp: SB_GFP_*; bits that @type and @zone say already need not be in it
 * @nodes: nodes that will do, a bit each; 0 for all. None else ever, where
 *	Linux lets urgent requests go elsewhere in the end.
 * @no_io: nothing is moved for it, as owners may have to do I/O: it came without
 *	__GFP_IO, gfp_compaction_allowed()
 */
struct sb_request {
	unsigned int order;
	unsigned int type;
	enum sb_zone_type zone;
	int nid;
	u32 gfp;
	u32 nodes;
	bool no_io;
};

/**
 * sb_request_init() - Say in a request what its flags say.
 * @request: filled
 * @gfp: SB_GFP_*
 * @order: log2 of the pages wanted
 * @nid: node to begin with, or SB_NID_ANY
 *
 * Context: Any.
 * Return: 0; -EINVAL for unknown flags, for SB_GFP_NOFAIL, and for pages that
 *	are movable and reclaimable at once.
 */
static inline int sb_request_init(struct sb_request *request, u32 gfp, unsigned int order, int nid)
{
	request->order = order;
	request->type = sb_gfp_type(gfp);
	request->zone = sb_gfp_zone(gfp);
	request->nid = nid;
	request->gfp = gfp;
	request->nodes = 0;
	request->no_io = false;
	return gfp & ~SB_GFP_KNOWN || gfp & SB_GFP_NOFAIL || request->type >= SB_PCPTYPES ?
		       -EINVAL :
		       0;
}

#endif

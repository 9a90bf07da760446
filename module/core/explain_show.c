// SPDX-License-Identifier: GPL-2.0-only
#include "explain_show.h"
#include "show.h"

static void show_order(struct sb_out *out, unsigned int order)
{
	sb_out_printf(out, "order %u (%lu page%s, ", order, sb_order_pages(order),
		      order ? "s" : "");
	sb_show_size(out, (u64)sb_order_pages(order) << SB_PAGE_SHIFT);
	sb_out_printf(out, ")");
}

static void show_flags(struct sb_out *out, u32 gfp)
{
	static const struct {
		u32 flag;
		const char *name;
	} names[] = {
		{ SB_GFP_HIGH, "HIGH" },
		{ SB_GFP_DIRECT_RECLAIM, "DIRECT_RECLAIM" },
		{ SB_GFP_KSWAPD_RECLAIM, "KSWAPD_RECLAIM" },
		{ SB_GFP_NORETRY, "NORETRY" },
		{ SB_GFP_MEMALLOC, "MEMALLOC" },
		{ SB_GFP_NOMEMALLOC, "NOMEMALLOC" },
		{ SB_GFP_THISNODE, "THISNODE" },
	};
	const char *before = ", ";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(gfp & names[i].flag))
			continue;
		sb_out_printf(out, "%s%s", before, names[i].name);
		before = "|";
	}
}

static void show_request(struct sb_out *out, const struct sb_request *request)
{
	sb_out_printf(out, "request: ");
	show_order(out, request->order);
	sb_out_printf(out, ", type %s, zone %s and below, ", sb_pageblock_type_name(request->type),
		      sb_zone_type_name(request->zone));
	if (request->nid == SB_NID_ANY)
		sb_out_printf(out, "any node");
	else
		sb_out_printf(out, "node %d first", request->nid);
	if (request->nodes)
		sb_out_printf(out, ", nodes %#x", request->nodes);
	show_flags(out, request->gfp);
	sb_out_printf(out, "\n");
}

const char *sb_explain_show_verdict(enum sb_explain_verdict verdict)
{
	static const char *const verdicts[SB_NR_EXPLAIN_VERDICTS] = {
		[SB_EXPLAIN_SERVED] = "would be served",
		[SB_EXPLAIN_NOT_LIVE] = "the instance is not live",
		[SB_EXPLAIN_CORRUPT] = "the instance was found corrupt and has stopped allocating",
		[SB_EXPLAIN_TOO_LARGE] = "too large: no block has that order",
		[SB_EXPLAIN_QUOTA] = "the file, or who opened it, has all that it may have",
		[SB_EXPLAIN_RESERVED] = "reserved: what is free is kept for others",
		[SB_EXPLAIN_FRAGMENTED] = "fragmented: enough is free, in blocks too small",
		[SB_EXPLAIN_WRONG_ZONE] = "wrong zone: memory is free where the request may not go",
		[SB_EXPLAIN_WRONG_NODE] = "wrong node: memory is free on other nodes",
		[SB_EXPLAIN_NO_MEMORY] = "not enough memory",
	};

	return verdict < SB_NR_EXPLAIN_VERDICTS ? verdicts[verdict] : "?";
}

static void show_way(struct sb_out *out, const struct sb_prediction *p)
{
	static const char *const passes[] = {
		[SB_PREDICT_UNMIXED] = "above the low mark, no pageblock mixed",
		[SB_PREDICT_LOW] = "above the low mark",
		[SB_PREDICT_MIN] = "above what it has to leave of the min mark",
		[SB_PREDICT_MEMALLOC] = "without marks",
		[SB_PREDICT_DRAINED] = "after all per-CPU lists were drained",
		[SB_PREDICT_UNRESERVED] = "after the HighAtomic reserve was given up",
	};
	static const char *const ways[] = {
		[SB_PREDICT_PCP] = "from this CPU's list",
		[SB_PREDICT_OWN] = "from its own list",
		[SB_PREDICT_HIGHATOMIC] = "from the HighAtomic reserve",
		[SB_PREDICT_CMA] = "from a CMA area",
		[SB_PREDICT_CLAIM] = "by claiming a pageblock",
		[SB_PREDICT_STEAL] = "by stealing a block",
		[SB_PREDICT_FREED] = "from what that frees",
	};

	sb_out_printf(out, "how: %s, %s", passes[p->pass], ways[p->way]);
	if (p->way != SB_PREDICT_PCP && p->way != SB_PREDICT_FREED)
		sb_out_printf(out, ": type %s, order %u", sb_pageblock_type_name(p->type),
			      p->order);
	sb_out_printf(out, "\n");
}

static void show_help(struct sb_out *out, const struct sb_explain *ex)
{
	static const char *const helps[] = {
		"flag HIGH", "flag ATOMIC", "flag MEMALLOC", "type Movable",
		NULL,	     "any node",    "moving pages",
	};
	const char *before = "would help: ";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(helps); i++) {
		if (!(ex->help & 1u << i))
			continue;
		if (1u << i == SB_EXPLAIN_HELP_ZONE)
			sb_out_printf(out, "%szone %s", before, sb_zone_type_name(ex->help_zone));
		else
			sb_out_printf(out, "%s%s", before, helps[i]);
		before = ", ";
	}
	if (ex->help)
		sb_out_printf(out, "\n");
}

static void show_block(struct sb_out *out, const struct sb_explain *ex, bool pfns)
{
	const struct sb_explain_block *block = &ex->block;

	sb_out_printf(out, "least to move: ");
	if (!block->found) {
		sb_out_printf(out, "every block of that order has pages that never leave\n");
		return;
	}
	sb_out_printf(out, "%lu pages in use, %lu of them movable", block->nr_used,
		      block->nr_movable);
	if (pfns)
		sb_out_printf(out, ", in the block at pfn %#lx", block->pfn);
	sb_out_printf(out, "\n");
}

/* Thousandths. */
static void show_index(struct sb_out *out, const char *name, int index)
{
	unsigned int size = (unsigned int)(index < 0 ? -index : index);

	sb_out_printf(out, "%s %s%u.%03u", name, index < 0 ? "-" : "", size / 1000, size % 1000);
}

static void show_sum(struct sb_out *out, const struct sb_explain *ex,
		     const struct sb_explain_zone *seen)
{
	static const char *const marks[] = {
		[SB_WMARK_MIN] = "min",
		[SB_WMARK_LOW] = "low",
		[SB_WMARK_HIGH] = "high",
		[SB_WMARK_PROMO] = "promo",
	};
	const struct sb_watermark_sum *sum = &seen->sum;
	bool above = sum->free > sum->unusable + sum->min + sum->reserve;

	sb_out_printf(out, "  free %lu - unusable %lu %s %s %lu + reserve %lu", sum->free,
		      sum->unusable, above ? ">" : "<=", marks[seen->mark], sum->min, sum->reserve);
	if (seen->boost)
		sb_out_printf(out, ", boost %lu in it", seen->boost);
	if (ex->prediction.flags & SB_ALLOC_NO_WATERMARKS)
		sb_out_printf(out, ", which does not count");
	sb_out_printf(out, "; %lu on per-CPU lists\n", seen->nr_pcp);
}

static void show_lists(struct sb_out *out, const struct sb_explain *ex,
		       const struct sb_explain_zone *seen)
{
	unsigned int last = SB_MAX_ORDER, order, type;

	while (last && !seen->nr_blocks[last])
		last--;
	sb_out_printf(out, "  free blocks by order:");
	for (order = 0; order <= last; order++)
		sb_out_printf(out, " %lu", seen->nr_blocks[order]);
	sb_out_printf(out, "; largest:");
	for (type = 0; type < SB_NR_TYPES; type++)
		if (seen->largest[type] >= 0)
			sb_out_printf(out, " %s %d", sb_pageblock_type_name(type),
				      seen->largest[type]);
	sb_out_printf(out, "\n  ");
	show_index(out, "fragmentation index", seen->extfrag_index);
	show_index(out, ", unusable index", seen->unusable_index);
	sb_out_printf(out, " for order %u\n", ex->request.order);
}

static void show_zone(struct sb_out *out, const struct sb_explain *ex,
		      const struct sb_explain_zone *seen)
{
	static const char *const fits[SB_NR_EXPLAIN_FITS] = {
		[SB_EXPLAIN_FIT_GIVES] = "gives the block",
		[SB_EXPLAIN_FIT_NOT_NEEDED] = "is not needed",
		[SB_EXPLAIN_FIT_MARK] = "has a block, but too few pages above the mark",
		[SB_EXPLAIN_FIT_BLOCKS] = "has pages enough, but no block for the request",
		[SB_EXPLAIN_FIT_PAGES] = "has too few pages",
		[SB_EXPLAIN_FIT_ZONE] = "is of a kind that the request may not use",
		[SB_EXPLAIN_FIT_NODE] = "is on a node that the request may not use",
	};

	sb_out_printf(out, "node %d, zone %s: %s\n", seen->nid, sb_zone_type_name(seen->type),
		      fits[seen->fit]);
	show_sum(out, ex, seen);
	show_lists(out, ex, seen);
}

void sb_explain_show(struct sb_out *out, const struct sb_explain *ex, bool pfns)
{
	unsigned int i;

	show_request(out, &ex->request);
	sb_out_printf(out, "verdict: %s\n", sb_explain_show_verdict(ex->verdict));
	if (ex->prediction.served)
		show_way(out, &ex->prediction);
	if (ex->nr_zones && !ex->prediction.exact)
		sb_out_printf(out,
			      "note: the order in which pages come free may decide otherwise\n");
	show_help(out, ex);
	if (ex->verdict == SB_EXPLAIN_FRAGMENTED)
		show_block(out, ex, pfns);
	for (i = 0; i < ex->nr_zones; i++)
		show_zone(out, ex, &ex->zones[i]);
}

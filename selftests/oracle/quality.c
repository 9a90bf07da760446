// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>

#include "stream.h"

/* 9 is a huge page, and a pageblock on amd64. */
static const unsigned int orders[] = { 4, 6, 9 };

#define MIXED 0x80

/* Pages free in blocks too small for an order, in thousandths: unusable_free_index(). */
static unsigned long unusable(const struct oracle_view *view, unsigned int order)
{
	unsigned long i, small = 0, all = 0;

	for (i = 0; i < view->zone.nr_blocks; i++) {
		all += 1ul << view->blocks[i].order;
		if (view->blocks[i].order < order)
			small += 1ul << view->blocks[i].order;
	}
	return all ? small * 1000 / all : 1000;
}

/* Says of each pageblock of a block in use whether the type of the request is another one. */
static void mark_mixed(struct oracle_view *view, const struct held *held)
{
	unsigned int block_order = sb_host_pageblock_order();
	unsigned long base = linux_layout()->start_pfn >> block_order;
	unsigned long first = (held->pfn >> block_order) - base;
	unsigned long last = ((held->pfn + (1ul << held->order) - 1) >> block_order) - base;

	for (; first <= last; first++)
		if ((view->types[first] & ~MIXED) != sb_gfp_type(held->gfp))
			view->types[first] |= MIXED;
}

static unsigned long mixed(const struct stream *s, struct oracle_view *view)
{
	unsigned long i, nr = 0;

	for (i = 0; i < s->nr_held; i++)
		mark_mixed(view, &s->held[i]);
	for (i = 0; i < view->zone.nr_types; i++) {
		nr += (view->types[i] & MIXED) != 0;
		view->types[i] &= ~MIXED;
	}
	return nr;
}

void quality_head(struct stream *s)
{
	sb_out_printf(s->out, "# each column: Linux, shadow\n");
	sb_out_printf(s->out, "# %8s %6s  %-11s  %-11s  %-29s\n", "", "in", "mixed", "unusable",
		      "served of requests, percent");
	sb_out_printf(s->out, "# %8s %6s  %-11s  %-11s  %-13s %-13s %-13s\n", "ops", "use",
		      "pageblocks", "order 9", "order 4", "order 6", "order 9");
}

static void tell_served(struct stream *s, unsigned int order)
{
	unsigned long tried = s->tried[order];

	if (tried)
		sb_out_printf(s->out, " %6lu %6lu", s->served[0][order] * 100 / tried,
			      s->served[1][order] * 100 / tried);
	else
		sb_out_printf(s->out, " %6s %6s", "-", "-");
	s->tried[order] = 0;
	s->served[0][order] = 0;
	s->served[1][order] = 0;
}

void quality_row(struct stream *s)
{
	struct oracle_view *l = &s->views[0], *o = &s->views[1];
	unsigned int i;

	sb_out_printf(s->out, "# %8lu %5lu%%  %5lu %5lu  %5lu %5lu ", s->nr_ops,
		      s->held_pages * 100 / max(s->capacity, 1ul), mixed(s, l), mixed(s, o),
		      unusable(l, 9), unusable(o, 9));
	for (i = 0; i < ARRAY_SIZE(orders); i++)
		tell_served(s, orders[i]);
	sb_out_printf(s->out, "\n");
}

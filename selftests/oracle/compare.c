// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include "oracle.h"

int oracle_view_init(struct oracle_view *view, const struct oracle_layout *layout)
{
	unsigned long nr_types = (layout->spanned >> sb_host_pageblock_order()) + 2;

	memset(view, 0, sizeof(*view));
	view->types = kvcalloc(nr_types, sizeof(*view->types), GFP_KERNEL);
	view->blocks = kvcalloc(layout->spanned, sizeof(*view->blocks), GFP_KERNEL);
	if (view->types && view->blocks)
		return 0;
	oracle_view_exit(view);
	return -ENOMEM;
}

void oracle_view_exit(struct oracle_view *view)
{
	kvfree(view->types);
	kvfree(view->blocks);
}

static bool same_number(struct sb_out *out, const char *what, unsigned long linux_side,
			unsigned long shadow)
{
	if (linux_side == shadow)
		return true;
	sb_out_printf(out, "# %s: Linux %lu, shadow %lu\n", what, linux_side, shadow);
	return false;
}

static bool same_types(struct sb_out *out, const struct oracle_view *linux_side,
		       const struct oracle_view *shadow)
{
	unsigned long i;
	bool same = true;

	for (i = 0; i < linux_side->zone.nr_types; i++) {
		if (linux_side->types[i] == shadow->types[i])
			continue;
		sb_out_printf(out, "# type of pageblock %lu: Linux %s, shadow %s\n", i,
			      sb_pageblock_type_name(linux_side->types[i]),
			      sb_pageblock_type_name(shadow->types[i]));
		same = false;
	}
	return same;
}

static void tell_block(struct sb_out *out, const char *who, const struct oracle_view *view,
		       unsigned long i)
{
	const struct sb_restore_block *block = &view->blocks[i];

	if (i >= view->zone.nr_blocks)
		sb_out_printf(out, "# %s has no more free blocks\n", who);
	else
		sb_out_printf(out, "# %s: pfn %#lx on the list of order %u %s\n", who, block->pfn,
			      block->order, sb_pageblock_type_name(block->list));
}

static bool same_block(const struct sb_restore_block *a, const struct sb_restore_block *b)
{
	return a->pfn == b->pfn && a->order == b->order && a->list == b->list;
}

/* Order by order, type by type, from head to tail: so buddyinfo and pagetypeinfo are, too. */
static bool same_blocks(struct sb_out *out, const struct oracle_view *linux_side,
			const struct oracle_view *shadow)
{
	unsigned long nr = max(linux_side->zone.nr_blocks, shadow->zone.nr_blocks);
	unsigned long i;

	for (i = 0; i < nr; i++) {
		if (i < linux_side->zone.nr_blocks && i < shadow->zone.nr_blocks &&
		    same_block(&linux_side->blocks[i], &shadow->blocks[i]))
			continue;
		sb_out_printf(out, "# free block %lu is the first that differs\n", i);
		tell_block(out, "Linux", linux_side, i);
		tell_block(out, "shadow", shadow, i);
		return false;
	}
	return true;
}

bool oracle_same(struct sb_out *out, const struct oracle_view *linux_side,
		 const struct oracle_view *shadow)
{
	const struct sb_restore *l = &linux_side->zone, *s = &shadow->zone;
	bool same = true;
	unsigned int i;

	for (i = 0; i < SB_NR_WMARKS; i++)
		same &= same_number(out, "watermark", l->watermark[i], s->watermark[i]);
	same &= same_number(out, "watermark boost", l->watermark_boost, s->watermark_boost);
	same &= same_number(out, "pages free", linux_side->nr_free, shadow->nr_free);
	same &= same_number(out, "pages HighAtomic", linux_side->nr_highatomic,
			    shadow->nr_highatomic);
	same &= same_number(out, "pages on per-CPU lists", linux_side->nr_pcp, shadow->nr_pcp);
	same &= same_number(out, "high of per-CPU lists", linux_side->pcp_high, shadow->pcp_high);
	same &= same_types(out, linux_side, shadow);
	return same_blocks(out, linux_side, shadow) && same;
}

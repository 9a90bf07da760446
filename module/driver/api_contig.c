// SPDX-License-Identifier: GPL-2.0-only
#include <linux/export.h>
#include <linux/kernel.h>

#include "alloc.h"
#include "api.h"
#include "cma.h"
#include "contig.h"
#include "contig_lock.h"
#include "gfp_map.h"

static int translate(const struct sbuddy_contig *contig, gfp_t gfp, struct sb_contig *core)
{
	int err;

	*core = (struct sb_contig){
		.min_pfn = sb_pfn_up(contig->min_addr),
		.max_pfn = sb_pfn_down(contig->max_addr),
		.nr_pages = contig->nr_pages,
		.align_pages = contig->align_pages,
		.boundary_pages = contig->boundary_pages,
		.top_down = contig->top_down,
	};
	/* Less than a page is no limit to core. */
	if (contig->max_addr && !core->max_pfn)
		return -ENOMEM;
	err = sb_request_init(&core->request, sb_gfp_from_linux(gfp), 0, contig->nid);
	core->request.nodes = contig->nodes;
	return err;
}

static int complain(const struct sbuddy *sb, const struct sbuddy_contig *contig, gfp_t gfp, int err)
{
	if (!err || (gfp & __GFP_NOWARN))
		return err;
	pr_warn_ratelimited("%s: page allocation failure: contiguous:%lu pages, mode:%pGg\n",
			    sb->dev.name, contig->nr_pages, &gfp);
	return err;
}

int sbuddy_alloc_contig(struct sbuddy *sb, const struct sbuddy_contig *contig, gfp_t gfp,
			unsigned long *pfn)
{
	struct sb_contig core;
	unsigned long first;
	int err;

	might_sleep();
	if ((gfp & __GFP_ZERO) && !sb->dev.backing->ops->mappable)
		return complain(sb, contig, gfp, -EOPNOTSUPP);
	err = translate(contig, gfp, &core);
	if (!err)
		err = sbuddy_contig_take(&sb->dev, &core, &first);
	if (!err && (gfp & __GFP_ZERO)) {
		err = sbuddy_api_zero(sb, GFP_KERNEL, first, contig->nr_pages);
		if (err)
			sb_alloc_free_range(&sb->dev.inst, first, contig->nr_pages);
	}
	if (!err)
		*pfn = first;
	return complain(sb, contig, gfp, err);
}
EXPORT_SYMBOL_GPL(sbuddy_alloc_contig);

int sbuddy_cma_find(struct sbuddy *sb, const char *name)
{
	return sb_cma_find(&sb->dev.inst, name);
}
EXPORT_SYMBOL_GPL(sbuddy_cma_find);

int sbuddy_cma_alloc(struct sbuddy *sb, unsigned int area, unsigned long nr_pages,
		     unsigned int align_order, bool no_warn, unsigned long *pfn)
{
	might_sleep();
	return sbuddy_cma_take(&sb->dev, area, nr_pages, align_order, no_warn, pfn);
}
EXPORT_SYMBOL_GPL(sbuddy_cma_alloc);

int sbuddy_cma_release(struct sbuddy *sb, unsigned int area, unsigned long pfn,
		       unsigned long nr_pages)
{
	return sb_cma_release(&sb->dev.inst, area, pfn, nr_pages);
}
EXPORT_SYMBOL_GPL(sbuddy_cma_release);

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/slab.h>

#include "alloc.h"
#include "check.h"
#include "oracle.h"
#include "pcp_drain.h"

static struct sb_instance inst;
static struct sb_zone *zone;

/* A dry instance: what it says of its memory lies in ours. */
static void *meta_map(void *ctx, u64 base, u64 size)
{
	return kvzalloc(size, GFP_KERNEL);
}

static void meta_unmap(void *ctx, void *mapped, u64 base, u64 size)
{
	kvfree(mapped);
}

/* Linux keeps its metadata elsewhere, so here a second node is there for it. */
static void place_metadata(struct sb_config *cfg, unsigned long end_pfn)
{
	struct sb_bank *bank = &cfg->banks[cfg->nr_banks++];

	bank->base = sb_pfn_addr(ALIGN(end_pfn, sb_order_pages(cfg->max_order)));
	bank->size = 16 << 20;
	bank->nid = 1;
}

static void configure(struct sb_config *cfg, const struct oracle_layout *layout, bool lists)
{
	const struct oracle_pcp *pcp = linux_pcp();
	unsigned int i;

	sb_config_defaults(cfg);
	strscpy(cfg->name, "shadow", sizeof(cfg->name));
	cfg->rules = linux_rules;
	cfg->max_order = MAX_PAGE_ORDER;
	cfg->pageblock_order = sb_host_pageblock_order();
	cfg->pcp_batch = lists ? pcp->batch : 1;
	cfg->pcp_high = lists ? pcp->high_min : 0;
	cfg->pcp_high_max = lists ? pcp->high_max : 0;
	cfg->pcp_at_once = true;
	cfg->pcp_huge_order = sb_host_pageblock_order();
	for (i = 0; i < layout->nr_memory; i++) {
		struct sb_bank *bank = &cfg->banks[cfg->nr_banks++];

		bank->base = sb_pfn_addr(layout->memory[i].start);
		bank->size = sb_pfn_addr(layout->memory[i].end) - bank->base;
	}
	for (i = 0; i < layout->nr_reserved; i++) {
		struct sb_bank *range = &cfg->reserved[cfg->nr_reserved++];

		range->base = sb_pfn_addr(layout->reserved[i].start);
		range->size = sb_pfn_addr(layout->reserved[i].end) - range->base;
	}
	place_metadata(cfg, layout->start_pfn + layout->spanned);
}

static int fill(const struct oracle_view *start)
{
	struct sb_restore state = start->zone;
	int err = 0;

	while (!err && inst.stage != SB_STAGE_PAGEBLOCKS)
		err = sb_instance_step(&inst);
	if (err)
		return err;
	state.nid = 0;
	state.zone = SB_ZONE_NORMAL;
	state.types = start->types;
	state.blocks = start->blocks;
	zone = sb_instance_zone(&inst, 0, SB_ZONE_NORMAL);
	return sb_restore(&inst, &state, 1);
}

static int check_layout(const struct oracle_layout *layout)
{
	if (zone->start_pfn == layout->start_pfn && zone->spanned == layout->spanned &&
	    zone->present == layout->present && zone->managed == layout->managed)
		return 0;
	pr_err("start %#lx spanned %lu present %lu managed %lu, but Linux's are %#lx %lu %lu %lu\n",
	       zone->start_pfn, zone->spanned, zone->present, zone->managed, layout->start_pfn,
	       layout->spanned, layout->present, layout->managed);
	return -EINVAL;
}

int shadow_open(const struct oracle_layout *layout, const struct oracle_view *start, bool lists)
{
	struct sb_reach reach = { .map = meta_map, .unmap = meta_unmap };
	struct sb_config *cfg = kzalloc(sizeof(*cfg), GFP_KERNEL);
	int err;

	if (!cfg)
		return -ENOMEM;
	configure(cfg, layout, lists);
	err = sb_instance_init(&inst, cfg, &reach);
	kfree(cfg);
	if (err)
		return err;
	err = fill(start);
	if (!err)
		err = check_layout(layout);
	if (err)
		sb_instance_exit(&inst);
	return err;
}

void shadow_close(void)
{
	sb_instance_exit(&inst);
}

static void view_list(struct oracle_view *view, unsigned int order, unsigned int type)
{
	u32 index = zone->free_area[order].list[type].first;

	for (; index != SB_PAGE_LINK_NONE; index = sb_page_next(sb_memmap_at(&inst.map, index))) {
		struct sb_restore_block *block = &view->blocks[view->zone.nr_blocks++];

		block->pfn = inst.map.base_pfn + index;
		block->order = order;
		block->list = type;
	}
}

static void view_types(struct oracle_view *view)
{
	unsigned int order = inst.cfg.pageblock_order;
	unsigned long pfn = sb_pfn_block(zone->start_pfn, order);
	unsigned long nr = 0;

	for (; pfn < sb_zone_end(zone); pfn += sb_order_pages(order))
		view->types[nr++] = sb_pageblock_type(&inst.blocks, pfn);
	view->zone.nr_types = nr;
}

void shadow_view(struct oracle_view *view)
{
	unsigned int order, type;

	view_types(view);
	view->zone.nr_blocks = 0;
	for (order = 0; order <= inst.cfg.max_order; order++)
		for (type = 0; type < SB_NR_TYPES; type++)
			view_list(view, order, type);
	memcpy(view->zone.watermark, zone->watermark, sizeof(zone->watermark));
	memcpy(view->zone.lowmem_reserve, zone->lowmem_reserve, sizeof(zone->lowmem_reserve));
	view->zone.watermark_boost = zone->watermark_boost;
	view->nr_free = zone->nr_free;
	view->nr_highatomic = zone->nr_reserved_highatomic;
	view->nr_pcp = sb_pcp_count(zone);
	view->pcp_high = zone->pcp[0].high;
}

static struct sb_request request_of(unsigned int order, u32 gfp)
{
	struct sb_request request = {
		.order = order,
		.type = sb_gfp_type(gfp),
		.zone = SB_ZONE_NORMAL,
		.gfp = gfp | SB_GFP_THISNODE | SB_GFP_NOWARN,
	};

	return request;
}

long shadow_alloc(unsigned int order, u32 gfp)
{
	struct sb_request request = request_of(order, gfp);
	unsigned long pfn;
	int err = sb_alloc(&inst, &request, &pfn);

	return err ? err : (long)pfn;
}

long shadow_bulk(u32 gfp, unsigned int nr, unsigned long *pfns)
{
	struct sb_request request = request_of(0, gfp);
	unsigned int i;

	for (i = 0; i < nr; i++)
		pfns[i] = SB_PFN_NONE;
	return sb_alloc_bulk(&inst, &request, nr, pfns);
}

int shadow_free(unsigned long pfn, unsigned int order)
{
	return sb_alloc_free(&inst, pfn, order);
}

void shadow_drain(void)
{
	sb_pcp_drain_all(&inst);
}

void shadow_events(struct sb_out *out)
{
	sb_out_printf(out, "# pageblocks claimed %lu, blocks stolen %lu, watermarks boosted %lu,",
		      sb_zone_events(zone, SB_EVENT_CLAIM), sb_zone_events(zone, SB_EVENT_STEAL),
		      sb_zone_events(zone, SB_EVENT_BOOST));
	sb_out_printf(out, " HighAtomic pageblocks reserved %lu\n",
		      sb_zone_events(zone, SB_EVENT_HIGHATOMIC_RESERVE));
}

unsigned int shadow_check(struct sb_out *out)
{
	return sb_check(&inst, out);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "show.h"
#include "show_stage.h"

/* As wide as %pa of the running kernel. */
#define PHYS_DIGITS ((int)SB_PHYS_DIGITS)

static void show_pages(struct sb_out *out, unsigned long nr_pages)
{
	sb_show_size(out, (u64)nr_pages << SB_PAGE_SHIFT);
}

static const char *plural(unsigned long nr)
{
	return nr == 1 ? "" : "s";
}

static void show_stage_new(struct sb_out *out, const struct sb_instance *inst)
{
	const struct sb_config *cfg = &inst->cfg;

	sb_out_printf(out, "%u bank%s, %u reserved, max order %u, pageblock order %u",
		      cfg->nr_banks, plural(cfg->nr_banks), cfg->nr_reserved, cfg->max_order,
		      cfg->pageblock_order);
}

static void show_region_type(struct sb_out *out, const struct sb_region_type *type)
{
	sb_out_printf(out, "%s ", type->name);
	sb_show_size(out, type->total_size);
	sb_out_printf(out, " in %u region%s", type->nr, plural(type->nr));
}

static void show_stage_regions(struct sb_out *out, const struct sb_instance *inst)
{
	show_region_type(out, &inst->regions.memory);
	sb_out_printf(out, ", ");
	show_region_type(out, &inst->regions.reserved);
}

static void show_stage_layout(struct sb_out *out, const struct sb_instance *inst)
{
	const struct sb_zone *zone = NULL;
	unsigned int nr_nodes = 0;
	int nid = SB_NID_ANY;

	while ((zone = sb_instance_next_zone(inst, zone))) {
		nr_nodes += zone->nid != nid;
		nid = zone->nid;
	}
	sb_out_printf(out, "%u node%s", nr_nodes, plural(nr_nodes));
	nid = SB_NID_ANY;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (zone->nid != nid)
			sb_out_printf(out, "; node %d: ", zone->nid);
		else
			sb_out_printf(out, ", ");
		nid = zone->nid;
		sb_out_printf(out, "%s [0x%lx-0x%lx) ", sb_zone_name(zone), zone->start_pfn,
			      sb_zone_end(zone));
		show_pages(out, zone->present);
		if (zone->spanned == zone->present)
			continue;
		sb_out_printf(out, " and ");
		show_pages(out, zone->spanned - zone->present);
		sb_out_printf(out, " of holes");
	}
}

static void show_stage_memmap(struct sb_out *out, const struct sb_instance *inst)
{
	const struct sb_memmap *map = &inst->map;

	sb_out_printf(out, "%lu descriptors of %zu B, ", map->nr_pages, sizeof(struct sb_page));
	sb_show_size(out, (u64)map->nr_pages * sizeof(struct sb_page));
	sb_out_printf(out, " at 0x%0*llx, ", PHYS_DIGITS, map->phys);
	sb_show_size(out, (u64)(map->nr_pages - map->nr_present) * sizeof(struct sb_page));
	sb_out_printf(out, " given back for holes");
}

static void show_stage_pageblocks(struct sb_out *out, const struct sb_instance *inst)
{
	const struct sb_pageblocks *blocks = &inst->blocks;
	unsigned long holes = 0, i;

	for (i = 0; i < blocks->nr_blocks; i++)
		holes += blocks->zone[i] == SB_ZONE_NONE;
	sb_out_printf(out, "%lu pageblock%s of order %u, ", blocks->nr_blocks,
		      plural(blocks->nr_blocks), blocks->order);
	show_pages(out, sb_order_pages(blocks->order));
	sb_out_printf(out, " each, %lu without memory, grouping by mobility %s", holes,
		      blocks->grouping ? "on" : "off");
	if (!inst->words_range.size)
		return;
	sb_out_printf(out, ", words of ");
	sb_show_size(out, inst->words_range.size);
}

static void show_stage_live(struct sb_out *out, const struct sb_instance *inst)
{
	const char *before = ": ";
	unsigned long nr_pages = 0;
	unsigned int order;

	for (order = 0; order < SB_NR_ORDERS; order++)
		nr_pages += inst->released[order] << order;
	sb_out_printf(out, "%lu page%s handed over", nr_pages, plural(nr_pages));
	while (order-- > 0) {
		if (!inst->released[order])
			continue;
		sb_out_printf(out, "%s%lu of order %u", before, inst->released[order], order);
		before = ", ";
	}
}

void sb_show_stage(struct sb_out *out, const struct sb_instance *inst, enum sb_stage stage)
{
	static void (*const show[SB_NR_STAGES])(struct sb_out *, const struct sb_instance *) = {
		[SB_STAGE_NEW] = show_stage_new,
		[SB_STAGE_REGIONS] = show_stage_regions,
		[SB_STAGE_LAYOUT] = show_stage_layout,
		[SB_STAGE_MEMMAP] = show_stage_memmap,
		[SB_STAGE_PAGEBLOCKS] = show_stage_pageblocks,
		[SB_STAGE_LIVE] = show_stage_live,
	};

	if (stage < SB_NR_STAGES && stage <= inst->stage)
		show[stage](out, inst);
}

void sb_show_stage_pcp(struct sb_out *out, const struct sb_instance *inst)
{
	const struct sb_config *cfg = &inst->cfg;

	if (inst->stage < SB_STAGE_LIVE)
		return;
	if (cfg->pcp_high)
		sb_out_printf(out, "per-CPU lists: batch %u, high %u, %u CPU%s", cfg->pcp_batch,
			      cfg->pcp_high, cfg->nr_cpus, plural(cfg->nr_cpus));
	else
		sb_out_printf(out, "per-CPU lists: off");
}

void sb_show_stages(struct sb_out *out, const struct sb_instance *inst)
{
	enum sb_stage stage;

	for (stage = SB_STAGE_NEW; stage < SB_NR_STAGES; stage++) {
		sb_out_printf(out, "%s: ", sb_stage_name(stage));
		if (stage > inst->stage)
			sb_out_printf(out, "to come");
		sb_show_stage(out, inst, stage);
		if (stage == SB_STAGE_LIVE && stage <= inst->stage) {
			sb_out_printf(out, "; ");
			sb_show_stage_pcp(out, inst);
		}
		sb_out_printf(out, "\n");
	}
}

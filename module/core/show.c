// SPDX-License-Identifier: GPL-2.0-only
#include "freelist.h"
#include "instance.h"
#include "pcp.h"
#include "show.h"
#include "watermark.h"

/* A free list is counted no further than this: its zone's lock is held meanwhile. */
#define COUNT_LIMIT 100000

#define BLOCKS_PER_LINE 64

/* As wide as %pa of the running kernel. */
#define PHYS_DIGITS ((int)SB_PHYS_DIGITS)

void sb_show_regions(struct sb_out *out, const struct sb_region_type *type)
{
	/* Linux has five flags; a region shows its first. */
	static const char *const names[] = { "HOTPLUG", "MIRROR", "NOMAP", "DRV_MNG", "RSV_NIT" };
	unsigned int i;

	for (i = 0; i < type->nr; i++) {
		const struct sb_region *rgn = &type->regions[i];
		unsigned int bit = rgn->flags ? sb_ctz(rgn->flags) : 0;

		sb_out_printf(out, "%4u: 0x%0*llx..0x%0*llx ", i, PHYS_DIGITS, rgn->base,
			      PHYS_DIGITS, sb_region_past(rgn) - 1);
		if (rgn->nid >= 0)
			sb_out_printf(out, "%4d ", rgn->nid);
		else
			sb_out_printf(out, "%4c ", 'x');
		sb_out_printf(out, "%s\n",
			      !rgn->flags	      ? "NONE" :
			      bit < ARRAY_SIZE(names) ? names[bit] :
							"UNKNOWN");
	}
}

void sb_show_buddyinfo(struct sb_out *out, struct sb_instance *inst)
{
	const struct sb_zone *zone = NULL;
	unsigned int order;

	if (inst->stage < SB_STAGE_LAYOUT)
		return;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		sb_out_printf(out, "Node %d, zone %8s ", zone->nid, sb_zone_name(zone));
		for (order = 0; order <= inst->cfg.max_order; order++)
			sb_out_printf(out, "%6lu ", zone->free_area[order].nr_free);
		sb_out_printf(out, "\n");
	}
}

static void show_free_count(struct sb_out *out, struct sb_zone *zone, unsigned int order,
			    unsigned int type)
{
	unsigned long irq = sb_irq_save();
	unsigned long count;

	sb_lock(&zone->lock);
	count = sb_freelist_count(zone, order, type, COUNT_LIMIT);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	sb_out_printf(out, "%s%6lu ", count >= COUNT_LIMIT ? ">" : "", count);
}

static void show_free_counts(struct sb_out *out, struct sb_zone *zone)
{
	unsigned int type, order;

	for (type = 0; type < SB_NR_TYPES; type++) {
		sb_out_printf(out, "Node %4d, zone %8s, type %12s ", zone->nid, sb_zone_name(zone),
			      sb_pageblock_type_name(type));
		for (order = 0; order <= zone->inst->cfg.max_order; order++)
			show_free_count(out, zone, order, type);
		sb_out_printf(out, "\n");
	}
}

/*
 * Every pageblock with memory of the zone. Linux steps from the zone's first
 * page, and misses the last block of a zone that starts inside of one.
 */
static void show_block_counts(struct sb_out *out, const struct sb_zone *zone)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long count[SB_NR_TYPES] = { 0 };
	unsigned long pfn = sb_pfn_block(zone->start_pfn, blocks->order);
	unsigned int type;

	for (; pfn < sb_zone_end(zone); pfn += sb_order_pages(blocks->order)) {
		if (sb_pageblock_zone(blocks, pfn) != (unsigned int)(zone - zone->inst->zones))
			continue;
		type = sb_pageblock_type(blocks, pfn);
		if (type < SB_NR_TYPES)
			count[type]++;
	}
	sb_out_printf(out, "Node %d, zone %8s ", zone->nid, sb_zone_name(zone));
	for (type = 0; type < SB_NR_TYPES; type++)
		sb_out_printf(out, "%12lu ", count[type]);
	sb_out_printf(out, "\n");
}

static void show_pagetypeinfo_node(struct sb_out *out, struct sb_instance *inst, int nid)
{
	struct sb_zone *zone = NULL;
	unsigned int i;

	sb_out_printf(out, "Page block order: %u\n", inst->blocks.order);
	sb_out_printf(out, "Pages per block:  %lu\n\n", sb_order_pages(inst->blocks.order));
	sb_out_printf(out, "%-43s ", "Free pages count per migrate type at order");
	for (i = 0; i <= inst->cfg.max_order; i++)
		sb_out_printf(out, "%6u ", i);
	sb_out_printf(out, "\n");
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (zone->nid == nid)
			show_free_counts(out, zone);
	}

	sb_out_printf(out, "\n%-23s", "Number of blocks type ");
	for (i = 0; i < SB_NR_TYPES; i++)
		sb_out_printf(out, "%12s ", sb_pageblock_type_name(i));
	sb_out_printf(out, "\n");
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (zone->nid == nid)
			show_block_counts(out, zone);
	}
}

void sb_show_pagetypeinfo(struct sb_out *out, struct sb_instance *inst)
{
	const struct sb_zone *zone = NULL;
	int nid = SB_NID_ANY;

	if (inst->stage < SB_STAGE_PAGEBLOCKS)
		return;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (zone->nid != nid)
			show_pagetypeinfo_node(out, inst, zone->nid);
		nid = zone->nid;
	}
}

static void show_zone_pages(struct sb_out *out, const struct sb_zone *zone)
{
	unsigned int type;

	sb_out_printf(out, "  pages free     %lu\n", zone->nr_free);
	sb_out_printf(out,
		      "        boost    %lu\n"
		      "        min      %lu\n"
		      "        low      %lu\n"
		      "        high     %lu\n"
		      "        promo    %lu\n",
		      zone->watermark_boost, sb_watermark(zone, SB_WMARK_MIN),
		      sb_watermark(zone, SB_WMARK_LOW), sb_watermark(zone, SB_WMARK_HIGH),
		      sb_watermark(zone, SB_WMARK_PROMO));
	sb_out_printf(out,
		      "        spanned  %lu\n"
		      "        present  %lu\n"
		      "        managed  %lu\n"
		      "        cma      %lu\n",
		      zone->spanned, zone->present, zone->managed, zone->cma_pages);
	sb_out_printf(out, "        protection: (%lu", zone->lowmem_reserve[0]);
	for (type = 1; type < SB_NR_ZONE_TYPES; type++)
		sb_out_printf(out, ", %lu", zone->lowmem_reserve[type]);
	sb_out_printf(out, ")\n");
	sb_out_printf(out, "      %-12s %lu\n", "nr_free_pages", zone->nr_free);
	sb_out_printf(out, "      %-12s %lu\n", "nr_free_cma", zone->nr_free_cma);
}

static void show_zone_pagesets(struct sb_out *out, const struct sb_zone *zone)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	unsigned int cpu;

	sb_out_printf(out, "  pagesets\n");
	for (cpu = 0; zone->pcp && cpu < cfg->nr_cpus; cpu++)
		sb_out_printf(out,
			      "    cpu: %u\n"
			      "              count: %u\n"
			      "              high:  %u\n"
			      "              batch: %u\n",
			      cpu, zone->pcp[cpu].count, zone->pcp[cpu].high, cfg->pcp_batch);
}

void sb_show_zoneinfo(struct sb_out *out, struct sb_instance *inst)
{
	const struct sb_zone *zone = NULL;
	int nid = SB_NID_ANY;

	if (inst->stage < SB_STAGE_LAYOUT)
		return;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		sb_out_printf(out, "Node %d, zone %8s\n", zone->nid, sb_zone_name(zone));
		/* None of Linux's counters of a node counts anything here. */
		if (zone->nid != nid)
			sb_out_printf(out, "  per-node stats\n");
		nid = zone->nid;
		show_zone_pages(out, zone);
		show_zone_pagesets(out, zone);
		sb_out_printf(out, "  node_unreclaimable:  %u\n", 0u);
		sb_out_printf(out, "  start_pfn:           %lu\n", zone->start_pfn);
	}
}

/* All memory of the pageblock at @pfn is on free lists. */
static bool all_free(struct sb_zone *zone, unsigned long pfn) __must_hold(zone->lock)
{
	unsigned long end = pfn + sb_order_pages(zone->inst->blocks.order);

	while (pfn < end) {
		struct sb_page_info info;
		unsigned long next = pfn + 1;

		sb_memmap_info(zone->inst, pfn, &info);
		if (info.state == SB_PAGE_FREE)
			next = info.head + sb_order_pages(info.order);
		else if (info.state != SB_PAGE_HOLE)
			return false;
		if (next <= pfn)
			return false;
		pfn = next;
	}
	return true;
}

static char block_char(struct sb_instance *inst, unsigned long pfn)
{
	static const char letters[2][SB_NR_TYPES + 1] = { "umrhci", "UMRHCI" };
	unsigned int index = sb_pageblock_zone(&inst->blocks, pfn);
	unsigned int type;
	unsigned long irq;
	bool all;

	if (index >= SB_MAX_ZONES)
		return '.';
	irq = sb_irq_save();
	sb_lock(&inst->zones[index].lock);
	type = sb_pageblock_type(&inst->blocks, pfn);
	all = all_free(&inst->zones[index], pfn);
	sb_unlock(&inst->zones[index].lock);
	sb_irq_restore(irq);
	if (type >= SB_NR_TYPES)
		return '?';
	return letters[all][type];
}

void sb_show_pageblocks(struct sb_out *out, struct sb_instance *inst)
{
	const struct sb_pageblocks *blocks = &inst->blocks;
	unsigned long i;

	if (inst->stage < SB_STAGE_PAGEBLOCKS)
		return;
	sb_out_printf(out, "# %lu pages each: ", sb_order_pages(blocks->order));
	sb_out_printf(out, "u Unmovable, m Movable, r Reclaimable, h HighAtomic, c CMA, i Isolate");
	sb_out_printf(out, "; upper case all free; . no memory");
	for (i = 0; i < blocks->nr_blocks; i++) {
		unsigned long pfn = blocks->base_pfn + (i << blocks->order);

		if (i % BLOCKS_PER_LINE == 0)
			sb_out_printf(out, "\n0x%08lx ", pfn);
		sb_out_printf(out, "%c", block_char(inst, pfn));
	}
	sb_out_printf(out, "\n");
}

/* zone_batchsize() and what its caller makes of 0, Linux 6.12. */
static unsigned long linux_pcp_batch(const struct sb_zone *zone)
{
	unsigned long quarter = min(zone->managed >> 10, (1ul << 20) >> SB_PAGE_SHIFT) / 4;
	unsigned long batch = 1;

	quarter = max(quarter, 1ul);
	while (batch * 2 <= quarter + quarter / 2)
		batch *= 2;
	return max(batch - 1, 1ul);
}

/* The figures that sb_pageblock_init() decides by, enough_to_group() there. */
static void show_grouping(struct sb_out *out, const struct sb_instance *inst)
{
	const struct sb_zone *zone = NULL;
	unsigned long present = 0;

	while ((zone = sb_instance_next_zone(inst, zone)))
		present += zone->present;
	sb_out_printf(out, "grouping %u\n", inst->blocks.grouping);
	sb_out_printf(out, "grouping_pages %lu\n", present);
	sb_out_printf(out, "grouping_pages_needed %lu\n",
		      sb_order_pages(inst->blocks.order) * SB_NR_TYPES);
}

void sb_show_tunables(struct sb_out *out, struct sb_instance *inst)
{
	const struct sb_config *cfg = &inst->cfg;
	const struct sb_zone *zone = NULL;

	sb_out_printf(out, "stage %s\n", sb_stage_name(inst->stage));
	sb_out_printf(out, "corrupt %u\n", inst->corrupt);
	sb_out_printf(out, "max_order %u\n", cfg->max_order);
	sb_out_printf(out, "pageblock_order %u\n", cfg->pageblock_order);
	/* Without huge pages, as on this class of boards. */
	sb_out_printf(out, "linux_pageblock_order %u\n", cfg->max_order);
	sb_out_printf(out, "pcp_batch %u\n", cfg->pcp_batch);
	sb_out_printf(out, "pcp_high %u\n", cfg->pcp_high);
	sb_out_printf(out, "nr_cpus %u\n", cfg->nr_cpus);
	if (inst->stage >= SB_STAGE_PAGEBLOCKS)
		show_grouping(out, inst);
	if (inst->stage < SB_STAGE_LIVE)
		return;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		const char *name = sb_zone_name(zone);

		sb_out_printf(out, "node%d_%s_linux_pcp_batch %lu\n", zone->nid, name,
			      linux_pcp_batch(zone));
		sb_out_printf(out, "node%d_%s_claimed %lu\n", zone->nid, name,
			      sb_zone_events(zone, SB_EVENT_CLAIM));
		sb_out_printf(out, "node%d_%s_stolen %lu\n", zone->nid, name,
			      sb_zone_events(zone, SB_EVENT_STEAL));
	}
}

/* Exact, in the largest unit that gives a whole number. */
static void show_size(struct sb_out *out, u64 bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB" };
	unsigned int i = 0;

	while (bytes && !(bytes & 1023) && i + 1 < ARRAY_SIZE(units)) {
		bytes >>= 10;
		i++;
	}
	sb_out_printf(out, "%llu %s", bytes, units[i]);
}

static void show_pages(struct sb_out *out, unsigned long nr_pages)
{
	show_size(out, (u64)nr_pages << SB_PAGE_SHIFT);
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
	show_size(out, type->total_size);
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
	show_size(out, (u64)map->nr_pages * sizeof(struct sb_page));
	sb_out_printf(out, " at 0x%0*llx, ", PHYS_DIGITS, map->phys);
	show_size(out, (u64)(map->nr_pages - map->nr_present) * sizeof(struct sb_page));
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

void sb_show_pcp(struct sb_out *out, const struct sb_instance *inst)
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
			sb_show_pcp(out, inst);
		}
		sb_out_printf(out, "\n");
	}
}

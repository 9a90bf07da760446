// SPDX-License-Identifier: GPL-2.0-only
#include "extfrag.h"
#include "hwpoison.h"
#include "pcp.h"
#include "show.h"
#include "watermark.h"

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
	unsigned long nr[SB_NR_ORDERS];
	unsigned int order;

	if (inst->stage < SB_STAGE_LAYOUT)
		return;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		sb_engine_tally(zone, nr);
		sb_out_printf(out, "Node %d, zone %8s ", zone->nid, sb_zone_name(zone));
		for (order = 0; order <= inst->cfg.max_order; order++)
			sb_out_printf(out, "%6lu ", nr[order]);
		sb_out_printf(out, "\n");
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

/* enum numa_stat_item */
enum numa_item {
	SB_NUMA_HIT,
	SB_NUMA_MISS,
	SB_NUMA_FOREIGN,
	SB_NUMA_INTERLEAVE,
	SB_NUMA_LOCAL,
	SB_NUMA_OTHER,
	SB_NR_NUMA_ITEMS
};

static const char *const numa_names[SB_NR_NUMA_ITEMS] = {
	[SB_NUMA_HIT] = "numa_hit",	    [SB_NUMA_MISS] = "numa_miss",
	[SB_NUMA_FOREIGN] = "numa_foreign", [SB_NUMA_INTERLEAVE] = "numa_interleave",
	[SB_NUMA_LOCAL] = "numa_local",	    [SB_NUMA_OTHER] = "numa_other",
};

/* zone_statistics(): adds what a zone counted. Nobody interleaves. */
static void add_numa(const struct sb_zone *zone, unsigned long counts[SB_NR_NUMA_ITEMS])
{
	unsigned long requests = sb_zone_events(zone, SB_EVENT_ALLOC);
	unsigned long missed = sb_zone_events(zone, SB_EVENT_MISS);

	/* Counted after the request itself: a moment later there may be more of these. */
	counts[SB_NUMA_HIT] += requests - min(requests, missed);
	counts[SB_NUMA_MISS] += missed;
	counts[SB_NUMA_FOREIGN] += sb_zone_events(zone, SB_EVENT_FOREIGN);
	counts[zone->nid == zone->inst->first_nid ? SB_NUMA_LOCAL : SB_NUMA_OTHER] += requests;
}

static void show_zone_numa(struct sb_out *out, const struct sb_zone *zone)
{
	unsigned long counts[SB_NR_NUMA_ITEMS] = { 0 };
	unsigned int i;

	add_numa(zone, counts);
	for (i = 0; i < SB_NR_NUMA_ITEMS; i++)
		sb_out_printf(out, "      %-12s %lu\n", numa_names[i], counts[i]);
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
			      cpu, sb_pcp_pages(zone->inst, &zone->pcp[cpu]), zone->pcp[cpu].high,
			      cfg->pcp_batch);
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
		show_zone_numa(out, zone);
		show_zone_pagesets(out, zone);
		sb_out_printf(out, "  node_unreclaimable:  %u\n", 0u);
		sb_out_printf(out, "  start_pfn:           %lu\n", zone->start_pfn);
	}
}

static unsigned long sum_events(const struct sb_instance *inst, enum sb_event_item item)
{
	unsigned long nr = 0;
	unsigned int i;

	/* What happened in a zone that has lost its memory stays counted. */
	for (i = 0; i < SB_MAX_ZONES; i++)
		nr += sb_zone_events(&inst->zones[i], item);
	return nr;
}

/* Pages given by the zones of one kind, of all nodes. */
static unsigned long sum_alloc_pages(const struct sb_instance *inst, enum sb_zone_type type)
{
	unsigned long nr = 0;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++)
		nr += sb_zone_events(&inst->zones[nid * SB_NR_ZONE_TYPES + (int)type],
				     SB_EVENT_ALLOC_PAGES);
	return nr;
}

static void show_vmstat_zones(struct sb_out *out, const struct sb_instance *inst)
{
	unsigned long counts[SB_NR_NUMA_ITEMS] = { 0 };
	unsigned long nr_free = 0, nr_free_cma = 0;
	const struct sb_zone *zone = NULL;
	unsigned int i;

	while ((zone = sb_instance_next_zone(inst, zone))) {
		nr_free += zone->nr_free;
		nr_free_cma += zone->nr_free_cma;
		add_numa(zone, counts);
	}
	sb_out_printf(out, "nr_free_pages %lu\n", nr_free);
	sb_out_printf(out, "nr_free_cma %lu\n", nr_free_cma);
	for (i = 0; i < SB_NR_NUMA_ITEMS; i++)
		sb_out_printf(out, "%s %lu\n", numa_names[i], counts[i]);
}

void sb_show_vmstat(struct sb_out *out, struct sb_instance *inst)
{
	static const char *const pgalloc[SB_NR_ZONE_TYPES] = {
		[SB_ZONE_DMA] = "pgalloc_dma",
		[SB_ZONE_NORMAL] = "pgalloc_normal",
		[SB_ZONE_HIGHMEM] = "pgalloc_high",
		[SB_ZONE_MOVABLE] = "pgalloc_movable",
	};
	static const struct {
		const char *name;
		enum sb_event_item item;
	} events[] = {
		{ "pgfree", SB_EVENT_FREE_PAGES },
		{ "pgmigrate_success", SB_EVENT_MIGRATE_SUCCESS },
		{ "pgmigrate_fail", SB_EVENT_MIGRATE_FAIL },
		{ "compact_migrate_scanned", SB_EVENT_COMPACT_MIGRATE_SCANNED },
		{ "compact_free_scanned", SB_EVENT_COMPACT_FREE_SCANNED },
		{ "compact_isolated", SB_EVENT_COMPACT_ISOLATED },
		{ "compact_stall", SB_EVENT_COMPACT_STALL },
		{ "compact_fail", SB_EVENT_COMPACT_FAIL },
		{ "compact_success", SB_EVENT_COMPACT_SUCCESS },
		{ "compact_daemon_wake", SB_EVENT_COMPACT_DAEMON_WAKE },
		{ "compact_daemon_migrate_scanned", SB_EVENT_COMPACT_DAEMON_MIGRATE_SCANNED },
		{ "compact_daemon_free_scanned", SB_EVENT_COMPACT_DAEMON_FREE_SCANNED },
		{ "cma_alloc_success", SB_EVENT_CMA_ALLOC_SUCCESS },
		{ "cma_alloc_fail", SB_EVENT_CMA_ALLOC_FAIL },
		{ "sbuddy_alloc_fail", SB_EVENT_ALLOC_FAIL },
		{ "sbuddy_claim", SB_EVENT_CLAIM },
		{ "sbuddy_steal", SB_EVENT_STEAL },
		{ "sbuddy_boost", SB_EVENT_BOOST },
		{ "sbuddy_highatomic_reserve", SB_EVENT_HIGHATOMIC_RESERVE },
		{ "sbuddy_highatomic_unreserve", SB_EVENT_HIGHATOMIC_UNRESERVE },
		{ "sbuddy_pcp_refill", SB_EVENT_PCP_REFILL },
		{ "sbuddy_pcp_drain", SB_EVENT_PCP_DRAIN },
	};
	enum sb_zone_type type;
	unsigned int i;

	if (inst->stage < SB_STAGE_LAYOUT)
		return;
	show_vmstat_zones(out, inst);
	for (type = 0; type < SB_NR_ZONE_TYPES; type++)
		sb_out_printf(out, "%s %lu\n", pgalloc[type], sum_alloc_pages(inst, type));
	for (i = 0; i < ARRAY_SIZE(events); i++)
		sb_out_printf(out, "%s %lu\n", events[i].name, sum_events(inst, events[i].item));
	sb_out_printf(out, "sbuddy_hwpoison_pages %lu\n", sb_hwpoison_count(inst));
}

/* A figure for each order, in thousandths; negative ones come out as Linux prints them. */
static void show_index(struct sb_out *out, struct sb_instance *inst, int width,
		       int (*index_of)(const struct sb_extfrag *seen, unsigned int order))
{
	const struct sb_zone *zone = NULL;
	struct sb_extfrag seen;
	unsigned int order;
	int index;

	if (inst->stage < SB_STAGE_LAYOUT)
		return;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		sb_out_printf(out, "Node %d, zone %8s ", zone->nid, sb_zone_name(zone));
		for (order = 0; order <= inst->cfg.max_order; order++) {
			sb_extfrag_count(zone, order, &seen);
			index = index_of(&seen, order);
			sb_out_printf(out, "%*d.%03d ", width, index / 1000, index % 1000);
		}
		sb_out_printf(out, "\n");
	}
}

void sb_show_unusable_index(struct sb_out *out, struct sb_instance *inst)
{
	show_index(out, inst, 0, sb_extfrag_unusable);
}

void sb_show_extfrag_index(struct sb_out *out, struct sb_instance *inst)
{
	show_index(out, inst, 2, sb_extfrag_index);
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
	/* Without huge pages, as on this class of boards. */
	sb_out_printf(out, "linux_pageblock_order %u\n", cfg->max_order);
	sb_out_printf(out, "nr_cpus %u\n", cfg->nr_cpus);
	/* What the file pagemap begins with, and how many words it has. */
	if (inst->stage >= SB_STAGE_MEMMAP)
		sb_out_printf(out, "pagemap_base_pfn %lu\npagemap_pages %lu\n", inst->map.base_pfn,
			      inst->map.nr_pages);
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

void sb_show_size(struct sb_out *out, u64 bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB" };
	unsigned int i = 0;

	while (bytes && !(bytes & 1023) && i + 1 < ARRAY_SIZE(units)) {
		bytes >>= 10;
		i++;
	}
	sb_out_printf(out, "%llu %s", bytes, units[i]);
}

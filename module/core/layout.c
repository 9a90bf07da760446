// SPDX-License-Identifier: GPL-2.0-only
#include "layout.h"
#include "region_iter.h"
#include "zonelist.h"

/* What kernelcore and movablecore come to, and what is still to be placed. */
struct core_split {
	unsigned long kernelcore; /* pages left to place */
	unsigned long usable_start; /* Movable never starts below */
	unsigned long movable[SB_MAX_NODES];
};

unsigned long sb_layout_start(const struct sb_instance *inst)
{
	unsigned long start = ~0ul;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++)
		if (inst->nodes[nid].start_pfn < inst->nodes[nid].end_pfn)
			start = min(start, inst->nodes[nid].start_pfn);
	return start;
}

unsigned long sb_layout_end(const struct sb_instance *inst)
{
	unsigned long end = 0;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++)
		end = max(end, inst->nodes[nid].end_pfn);
	return end;
}

/* Where the lowest bank starts, whatever memory came or went since. */
static u64 lowest_bank(const struct sb_instance *inst)
{
	u64 start = inst->cfg.banks[0].base;
	unsigned int i;

	for (i = 1; i < inst->cfg.nr_banks; i++)
		start = min(start, inst->cfg.banks[i].base);
	return start;
}

void sb_layout_span(const struct sb_instance *inst, unsigned long *start, unsigned long *end)
{
	const struct sb_config *cfg = &inst->cfg;
	u64 size = cfg->section_bytes ? cfg->section_bytes : SB_PAGE_SIZE << cfg->pageblock_order;
	u64 first = sb_pfn_addr(sb_layout_start(inst)), past = sb_pfn_addr(sb_layout_end(inst));

	if (cfg->window_bytes) {
		first = min(first, cfg->window_base);
		past = max(past, cfg->window_base + cfg->window_bytes);
	}
	*start = sb_pfn_down(first & ~(size - 1));
	*end = sb_pfn_down((past - 1) | (size - 1)) + 1;
}

unsigned long sb_layout_lowmem_end(const struct sb_instance *inst)
{
	u64 limit = lowest_bank(inst) + inst->cfg.lowmem_bytes;

	if (!inst->cfg.lowmem_bytes || limit < inst->cfg.lowmem_bytes || limit > SB_PHYS_END)
		return ~0ul;
	return sb_pfn_block(sb_pfn_down(limit), inst->cfg.pageblock_order);
}

/* First page above DMA memory; as low as memory starts when there is no such zone. */
static unsigned long dma_end(const struct sb_instance *inst)
{
	u64 start = lowest_bank(inst);
	u64 limit = start + min(inst->cfg.dma_bytes, SB_PHYS_END - min(start, SB_PHYS_END));

	if (!inst->cfg.dma_bytes)
		return 0;
	return min(sb_pfn_block(sb_pfn_down(limit), inst->cfg.pageblock_order),
		   sb_layout_lowmem_end(inst));
}

struct sb_zone *sb_layout_zone(struct sb_instance *inst, int nid, unsigned long pfn)
{
	enum sb_zone_type type = SB_ZONE_MOVABLE;

	while (type > SB_ZONE_DMA && !sb_zone_spans(sb_instance_zone(inst, nid, type), pfn))
		type--;
	return sb_instance_zone(inst, nid, type);
}

/* Whole pages of memory of @nid, or of all, in [start, end). */
static unsigned long pages_in(const struct sb_instance *inst, int nid, unsigned long start,
			      unsigned long end)
{
	struct sb_region_iter it = SB_REGION_ITER(nid);
	unsigned long nr_pages = 0;
	unsigned long from, to;

	while (sb_region_iter_pfns(&inst->regions, &it, &from, &to)) {
		from = max(from, start);
		to = min(to, end);
		if (from < to)
			nr_pages += to - from;
	}
	return nr_pages;
}

static void find_nodes(struct sb_instance *inst)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned long start, end;

	memset(inst->nodes, 0, sizeof(inst->nodes));
	while (sb_region_iter_pfns(&inst->regions, &it, &start, &end)) {
		struct sb_node *node = &inst->nodes[it.found_nid];

		if (node->start_pfn == node->end_pfn)
			node->start_pfn = start;
		node->end_pfn = end;
		node->at_boot = true;
	}
	inst->nr_nodes = 0;
	for (inst->first_nid = 0; inst->first_nid < SB_MAX_NODES; inst->first_nid++)
		inst->nr_nodes += inst->nodes[inst->first_nid].end_pfn != 0;
	for (inst->first_nid = 0; inst->first_nid < SB_MAX_NODES - 1; inst->first_nid++)
		if (inst->nodes[inst->first_nid].end_pfn)
			break;
}

/* Links, and indices beside them, count from the first page that is covered. */
static int check_links(const struct sb_instance *inst)
{
	unsigned long start, end;

	sb_layout_span(inst, &start, &end);
	if (end - start < SB_PAGE_LINK_NONE)
		return 0;
	sb_warn("%s: %s spans %lu pages, more than the %u that links can tell\n", inst->cfg.name,
		inst->cfg.window_bytes ? "memory with the window" : "memory", end - start,
		SB_PAGE_LINK_NONE - 1);
	return -ERANGE;
}

static int check_span(const struct sb_instance *inst)
{
	unsigned int order = inst->cfg.pageblock_order;
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned long start, end, last = 0;
	int last_nid = SB_NID_ANY;
	u64 past;

	past = max(sb_region_end(&inst->regions), inst->cfg.window_base + inst->cfg.window_bytes);
	if (past > SB_PHYS_END) {
		sb_warn("%s: memory up to %#llx has no frame numbers on this CPU, which ends at %#llx\n",
			inst->cfg.name, past, SB_PHYS_END);
		return -ERANGE;
	}
	while (sb_region_iter_pfns(&inst->regions, &it, &start, &end)) {
		if (last_nid != SB_NID_ANY && last_nid != it.found_nid &&
		    sb_pfn_block(start, order) == sb_pfn_block(last, order)) {
			sb_warn("%s: nodes %d and %d share the pageblock of pfn %#lx: align their memory to %lu pages\n",
				inst->cfg.name, last_nid, it.found_nid, start,
				sb_order_pages(order));
			return -EINVAL;
		}
		last = end - 1;
		last_nid = it.found_nid;
	}
	if (last_nid == SB_NID_ANY) {
		sb_warn("%s: there is no whole page of memory\n", inst->cfg.name);
		return -EINVAL;
	}
	return check_links(inst);
}

static unsigned long to_pages(u64 bytes, unsigned int percent, unsigned long total)
{
	if (percent)
		return (unsigned long)sb_div_u64((u64)total * percent, 100);
	return sb_pfn_down(min(bytes, SB_PHYS_END));
}

/*
 * find_zone_movable_pfns_for_nodes(): with both given, kernelcore counts when
 * it asks for more than movablecore would leave.
 */
static unsigned long required_kernelcore(const struct sb_instance *inst, unsigned long total)
{
	const struct sb_config *cfg = &inst->cfg;
	unsigned long kernelcore = to_pages(cfg->kernelcore_bytes, cfg->kernelcore_percent, total);
	unsigned long movable = to_pages(cfg->movablecore_bytes, cfg->movablecore_percent, total);
	unsigned long block = sb_order_pages(cfg->max_order);

	if (movable) {
		movable = (movable + block - 1) / block * block;
		kernelcore = max(kernelcore, total - min(total, movable));
	}
	return kernelcore;
}

/* Lets one node keep up to @share pages as kernelcore; Movable starts after them. */
static void place_on_node(const struct sb_instance *inst, struct core_split *split, int nid,
			  unsigned long share)
{
	struct sb_region_iter it = SB_REGION_ITER(nid);
	unsigned long start, end;

	while (sb_region_iter_pfns(&inst->regions, &it, &start, &end)) {
		unsigned long nr_pages;

		start = max(start, split->movable[nid]);
		if (start >= end)
			continue;
		if (start < split->usable_start) {
			nr_pages = min(end, split->usable_start) - start;
			share -= min(nr_pages, share);
			split->kernelcore -= min(nr_pages, split->kernelcore);
			if (end <= split->usable_start) {
				split->movable[nid] = end;
				continue;
			}
			start = split->usable_start;
		}
		nr_pages = min(end - start, share);
		split->movable[nid] = start + nr_pages;
		split->kernelcore -= min(split->kernelcore, nr_pages);
		share -= nr_pages;
		if (!share)
			break;
	}
}

/*
 * Spreads kernelcore evenly over the nodes. What a small node cannot hold is
 * spread over one node less in another round, until all is placed.
 */
static void spread_kernelcore(const struct sb_instance *inst, struct core_split *split)
{
	unsigned int nr_nodes = 0;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++)
		nr_nodes += inst->nodes[nid].end_pfn != 0;
	do {
		unsigned long share = split->kernelcore / nr_nodes;

		for (nid = 0; nid < SB_MAX_NODES; nid++) {
			if (!inst->nodes[nid].end_pfn)
				continue;
			if (split->kernelcore < share)
				share = split->kernelcore / nr_nodes;
			place_on_node(inst, split, nid, share);
		}
		nr_nodes--;
	} while (nr_nodes && split->kernelcore > nr_nodes);
}

/* Where Movable starts on each node; 0 on one that has none. */
static void find_movable(struct sb_instance *inst, struct core_split *split)
{
	unsigned long block = sb_order_pages(inst->cfg.max_order);
	unsigned long total = pages_in(inst, SB_NID_ANY, 0, ~0ul);
	int nid;

	memset(split, 0, sizeof(*split));
	split->kernelcore = required_kernelcore(inst, total);
	if (!split->kernelcore || split->kernelcore >= total)
		return;
	/* Movable is cut from the highest zone that has memory. */
	split->usable_start = sb_layout_lowmem_end(inst);
	if (split->usable_start >= sb_layout_end(inst))
		split->usable_start = dma_end(inst);
	if (split->usable_start >= sb_layout_end(inst))
		split->usable_start = 0;
	split->usable_start = max(split->usable_start, sb_layout_start(inst));
	spread_kernelcore(inst, split);
	for (nid = 0; nid < SB_MAX_NODES; nid++) {
		split->movable[nid] = (split->movable[nid] + block - 1) / block * block;
		if (split->movable[nid] >= inst->nodes[nid].end_pfn)
			split->movable[nid] = 0;
	}
}

static void set_zone(struct sb_instance *inst, int nid, enum sb_zone_type type, unsigned long start,
		     unsigned long end)
{
	const struct sb_node *node = &inst->nodes[nid];
	struct sb_zone *zone = sb_instance_zone(inst, nid, type);

	start = max(start, node->start_pfn);
	end = min(end, node->end_pfn);
	if (start >= end)
		return;
	zone->start_pfn = start;
	zone->spanned = end - start;
	zone->present = pages_in(inst, nid, start, end);
	zone->present_early = zone->present;
}

static void find_zones(struct sb_instance *inst, const struct core_split *split)
{
	unsigned long lowmem_end = sb_layout_lowmem_end(inst);
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++) {
		unsigned long movable = split->movable[nid] ? split->movable[nid] : ~0ul;
		enum sb_zone_type type;

		for (type = SB_ZONE_DMA; type < SB_NR_ZONE_TYPES; type++)
			sb_zone_init(sb_instance_zone(inst, nid, type), inst, nid, type);
		set_zone(inst, nid, SB_ZONE_DMA, 0, min(dma_end(inst), movable));
		set_zone(inst, nid, SB_ZONE_NORMAL, dma_end(inst), min(lowmem_end, movable));
		set_zone(inst, nid, SB_ZONE_HIGHMEM, lowmem_end, movable);
		set_zone(inst, nid, SB_ZONE_MOVABLE, movable, ~0ul);
	}
}

int sb_layout_init(struct sb_instance *inst)
{
	struct core_split split;
	int err;

	find_nodes(inst);
	err = check_span(inst);
	if (err)
		return err;
	find_movable(inst, &split);
	find_zones(inst, &split);
	sb_zonelist_build(inst);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "layout.h"
#include "memory_block.h"
#include "region_iter.h"

const char *sb_block_state_name(enum sb_block_state state)
{
	static const char *const names[SB_NR_BLOCK_STATES] = {
		[SB_BLOCK_OFFLINE] = "offline",
		[SB_BLOCK_GOING_OFFLINE] = "going-offline",
		[SB_BLOCK_ONLINE] = "online",
	};

	return names[state];
}

const char *sb_online_name(enum sb_online how)
{
	static const char *const names[SB_NR_ONLINE] = {
		[SB_ONLINE_OFFLINE] = "offline",
		[SB_ONLINE] = "online",
		[SB_ONLINE_KERNEL] = "online_kernel",
		[SB_ONLINE_MOVABLE] = "online_movable",
	};

	return names[how];
}

const char *sb_online_policy_name(enum sb_online_policy policy)
{
	static const char *const names[SB_NR_ONLINE_POLICIES] = {
		[SB_ONLINE_CONTIG_ZONES] = "contig-zones",
		[SB_ONLINE_AUTO_MOVABLE] = "auto-movable",
	};

	return names[policy];
}

unsigned long sb_memory_block_pages(const struct sb_instance *inst)
{
	return inst->sections.section ? sb_pfn_down(sb_section_block_bytes(&inst->cfg)) : 0;
}

/* Some page of [start, end) is no memory. */
static bool has_holes(const struct sb_instance *inst, unsigned long start, unsigned long end)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned long from, to;

	while (start < end && sb_region_iter_pfns(&inst->regions, &it, &from, &to))
		if (from <= start && start < to)
			start = to;
	return start < end;
}

/* The one zone that has all pageblocks of a block that belong to one, or NULL. */
static struct sb_zone *only_zone(const struct sb_instance *inst, unsigned long pfn,
				 unsigned long end)
{
	unsigned int found = SB_ZONE_NONE, zone;

	for (; pfn < end; pfn += sb_order_pages(inst->cfg.pageblock_order)) {
		zone = sb_pageblock_zone(&inst->blocks, pfn);
		if (zone == SB_ZONE_NONE)
			continue;
		if (found != SB_ZONE_NONE && found != zone)
			return NULL;
		found = zone;
	}
	return found == SB_ZONE_NONE ? NULL : (struct sb_zone *)&inst->zones[found];
}

/* Takes in what one of its sections is. */
static void add_section(struct sb_memory_block *block, const struct sb_section *section,
			bool is_first)
{
	if (!section || !(section->flags & SB_SECTION_PRESENT))
		return;
	if (block->nid == SB_NID_ANY)
		block->nid = section->nid;
	if (section->flags & SB_SECTION_EARLY)
		block->at_boot = true;
	if (section->flags & SB_SECTION_ONLINE)
		block->state = SB_BLOCK_ONLINE;
	if (is_first && (section->flags & SB_SECTION_MAP_INSIDE))
		block->nr_meta = sb_pfn_down(sb_section_map_size(block->nr_pages));
}

bool sb_memory_block_get(const struct sb_instance *inst, unsigned long index,
			 struct sb_memory_block *block)
{
	unsigned long nr_pages = sb_memory_block_pages(inst), pfn, end;

	memset(block, 0, sizeof(*block));
	if (!nr_pages || index > sb_pfn_down(SB_PHYS_END) / nr_pages)
		return false;
	block->index = index;
	block->start_pfn = index * nr_pages;
	block->nr_pages = nr_pages;
	block->nid = SB_NID_ANY;
	end = block->start_pfn + nr_pages;
	for (pfn = block->start_pfn; pfn < end; pfn += sb_order_pages(inst->sections.order))
		add_section(block, sb_section_of(inst, pfn), pfn == block->start_pfn);
	if (block->nid == SB_NID_ANY)
		return false;
	if (block->state == SB_BLOCK_ONLINE && inst->hotplug.going <= block->start_pfn &&
	    block->start_pfn < inst->hotplug.going_end)
		block->state = SB_BLOCK_GOING_OFFLINE;
	block->zone = only_zone(inst, block->start_pfn, end);
	block->has_holes = has_holes(inst, block->start_pfn, end);
	return true;
}

bool sb_memory_block_next(const struct sb_instance *inst, unsigned long index,
			  struct sb_memory_block *block)
{
	unsigned long nr_pages = sb_memory_block_pages(inst);

	if (!nr_pages)
		return false;
	index = max(index, inst->sections.start_pfn / nr_pages);
	for (; index * nr_pages < inst->sections.end_pfn; index++)
		if (sb_memory_block_get(inst, index, block))
			return true;
	return false;
}

static bool intersects(const struct sb_zone *zone, unsigned long start, unsigned long nr_pages)
{
	return zone->spanned && start < sb_zone_end(zone) && zone->start_pfn < start + nr_pages;
}

/* default_kernel_zone_for_pfn() */
static struct sb_zone *kernel_zone(struct sb_instance *inst, int nid, unsigned long start,
				   unsigned long nr_pages)
{
	struct sb_zone *dma = sb_instance_zone(inst, nid, SB_ZONE_DMA);

	if (intersects(dma, start, nr_pages))
		return dma;
	if (start + nr_pages > sb_layout_lowmem_end(inst))
		return sb_instance_zone(inst, nid, SB_ZONE_HIGHMEM);
	return sb_instance_zone(inst, nid, SB_ZONE_NORMAL);
}

/* default_zone_for_pfn() */
static struct sb_zone *contig_zone(struct sb_instance *inst, int nid, unsigned long start,
				   unsigned long nr_pages)
{
	struct sb_zone *kernel = kernel_zone(inst, nid, start, nr_pages);
	struct sb_zone *movable = sb_instance_zone(inst, nid, SB_ZONE_MOVABLE);

	if (intersects(movable, start, nr_pages) && !intersects(kernel, start, nr_pages))
		return movable;
	return kernel;
}

void sb_memory_block_movable_stats(const struct sb_instance *inst, int nid,
				   struct sb_movable_stats *stats)
{
	const struct sb_zone *zone = NULL;

	memset(stats, 0, sizeof(*stats));
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (nid != SB_NID_ANY && zone->nid != nid)
			continue;
		if (zone->type == SB_ZONE_MOVABLE) {
			stats->movable += zone->present;
			continue;
		}
		stats->movable += zone->cma_pages;
		stats->kernel_early += zone->present_early - zone->cma_pages;
	}
}

/* auto_movable_can_online_movable() */
static bool keeps_ratio(const struct sb_instance *inst, int nid, unsigned long nr_pages)
{
	struct sb_movable_stats stats;

	sb_memory_block_movable_stats(inst, nid, &stats);
	return (u64)stats.movable + nr_pages <=
	       sb_div_u64((u64)inst->cfg.auto_movable_ratio * stats.kernel_early, 100);
}

/* auto_movable_zone_for_pfn() */
static struct sb_zone *balanced_zone(struct sb_instance *inst, int nid, unsigned long start,
				     unsigned long nr_pages)
{
	if (keeps_ratio(inst, SB_NID_ANY, nr_pages) && keeps_ratio(inst, nid, nr_pages))
		return sb_instance_zone(inst, nid, SB_ZONE_MOVABLE);
	return kernel_zone(inst, nid, start, nr_pages);
}

struct sb_zone *sb_memory_block_zone_for(struct sb_instance *inst, int nid, unsigned long start_pfn,
					 unsigned long nr_pages, enum sb_online how)
{
	if (how == SB_ONLINE_KERNEL)
		return kernel_zone(inst, nid, start_pfn, nr_pages);
	if (how == SB_ONLINE_MOVABLE)
		return sb_instance_zone(inst, nid, SB_ZONE_MOVABLE);
	if (inst->cfg.online_policy == SB_ONLINE_AUTO_MOVABLE)
		return balanced_zone(inst, nid, start_pfn, nr_pages);
	return contig_zone(inst, nid, start_pfn, nr_pages);
}

/* print_allowed_zone() */
static void show_other(struct sb_out *out, struct sb_instance *inst,
		       const struct sb_memory_block *block, enum sb_online how,
		       const struct sb_zone *shown)
{
	const struct sb_zone *zone =
		sb_memory_block_zone_for(inst, block->nid, block->start_pfn, block->nr_pages, how);

	if (zone != shown)
		sb_out_printf(out, " %s", sb_zone_name(zone));
}

void sb_memory_block_show_zones(struct sb_out *out, struct sb_instance *inst,
				const struct sb_memory_block *block)
{
	const struct sb_zone *zone;

	if (block->state != SB_BLOCK_OFFLINE) {
		sb_out_printf(out, "%s\n", block->zone ? sb_zone_name(block->zone) : "none");
		return;
	}
	zone = sb_memory_block_zone_for(inst, block->nid, block->start_pfn, block->nr_pages,
					SB_ONLINE);
	sb_out_printf(out, "%s", sb_zone_name(zone));
	show_other(out, inst, block, SB_ONLINE_KERNEL, zone);
	show_other(out, inst, block, SB_ONLINE_MOVABLE, zone);
	sb_out_printf(out, "\n");
}

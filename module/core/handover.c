// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "cma.h"
#include "debug.h"
#include "handover.h"
#include "layout.h"
#include "pcp.h"
#include "region_iter.h"
#include "watermark.h"

/* Nobody else has the pages: only where they end up is a matter of the zone. */
static void put_block(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long irq;

	sb_memmap_set_tails(&zone->inst->map, pfn, pfn + sb_order_pages(order));
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	sb_buddy_free(zone, pfn, order, true);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

static void release_block(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	struct sb_instance *inst = zone->inst;
	unsigned int type = sb_pageblock_type(&inst->blocks, pfn);

	zone->managed += sb_order_pages(order);
	inst->released[order]++;
	sb_debug_fill(inst, pfn, sb_order_pages(order));
	if (order == 0 && type != SB_ISOLATE && zone->type != SB_ZONE_HIGHMEM &&
	    sb_pcp_serves(inst, order))
		sb_pcp_put(zone, pfn, order, type, SB_HOOKS_FREE);
	else
		put_block(zone, pfn, order);
}

/* Releases pages of one zone. */
static void release_range(struct sb_zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned int max_order = zone->type == SB_ZONE_HIGHMEM ? 0 : zone->inst->cfg.max_order;

	while (pfn < end) {
		unsigned int order = sb_order_at(pfn, end - pfn, max_order);

		release_block(zone, pfn, order);
		pfn += sb_order_pages(order);
	}
}

/* Where a run of pages of @zone that starts with @pfn ends; no block lies half in a CMA area. */
static unsigned long zone_run_end(const struct sb_zone *zone, unsigned long pfn, unsigned long end)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	bool cma = sb_pageblock_type(blocks, pfn) == SB_CMA;

	while (pfn < end &&
	       sb_pageblock_zone(blocks, pfn) == (unsigned int)(zone - zone->inst->zones) &&
	       (sb_pageblock_type(blocks, pfn) == SB_CMA) == cma)
		pfn = sb_pfn_block(pfn, blocks->order) + sb_order_pages(blocks->order);
	return min(pfn, end);
}

static unsigned long release_free(struct sb_instance *inst, u64 base, u64 end)
{
	unsigned long start_pfn = sb_pfn_up(base), end_pfn = sb_pfn_down(end);
	unsigned long pfn = start_pfn;

	while (pfn < end_pfn) {
		struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
		unsigned long stop = zone_run_end(zone, pfn, end_pfn);

		release_range(zone, pfn, stop);
		pfn = stop;
	}
	return start_pfn < end_pfn ? end_pfn - start_pfn : 0;
}

int sb_handover(struct sb_instance *inst)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	int err;

	err = sb_pcp_init(inst);
	if (err)
		return err;
	err = sb_cma_init(inst);
	if (err) {
		sb_pcp_exit(inst);
		return err;
	}
	if (inst->cfg.init_on_free)
		sb_instance_hook(inst, SB_HOOK_ZERO, true);
	it.skip_flags = SB_REGION_NOMAP;
	while (sb_region_iter_free(&inst->regions, &it))
		release_free(inst, it.base, it.end);
	/* What the tracker calls free is not its own any more: it stops growing. */
	inst->regions.current_limit = 0;
	sb_watermark_setup(inst);
	sb_debug_setup(inst);
	return 0;
}

void sb_handover_online(struct sb_zone *zone, unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		unsigned int order = sb_order_at(pfn, end - pfn, zone->inst->cfg.max_order);

		zone->managed += sb_order_pages(order);
		sb_debug_fill(zone->inst, pfn, sb_order_pages(order));
		put_block(zone, pfn, order);
		pfn += sb_order_pages(order);
	}
}

static bool overlaps(const struct sb_own_range *own, u64 base, u64 end)
{
	return own->mapped && own->base < end && base < own->base + own->size;
}

/* Descriptors of added memory, be they in it or elsewhere. */
static bool holds_descriptors(const struct sb_instance *inst, u64 base, u64 end)
{
	const struct sb_sections *s = &inst->sections;
	u64 size = (u64)sb_order_pages(s->order) * sizeof(struct sb_page);
	unsigned long i;

	for (i = 0; i < s->nr; i++) {
		const struct sb_section *section = &s->section[i];

		if ((section->flags & SB_SECTION_PRESENT) && !(section->flags & SB_SECTION_EARLY) &&
		    section->map_phys < end && base < section->map_phys + size)
			return true;
	}
	return false;
}

bool sb_handover_holds_metadata(const struct sb_instance *inst, u64 base, u64 end)
{
	return overlaps(&inst->sections_range, base, end) || holds_descriptors(inst, base, end) ||
	       overlaps(&inst->map_range, base, end) || overlaps(&inst->blocks_range, base, end) ||
	       overlaps(&inst->words_range, base, end) || overlaps(&inst->pcp_range, base, end) ||
	       overlaps(&inst->cma_range, base, end);
}

/* The pages must be memory, reserved, mapped, and never handed over. */
static int check_pages(const struct sb_instance *inst, unsigned long pfn, unsigned long end)
{
	struct sb_page_info info;

	for (; pfn < end; pfn++) {
		if (!sb_memmap_info(inst, pfn, &info) || info.state == SB_PAGE_HOLE ||
		    !sb_region_is_mapped(&inst->regions, sb_pfn_addr(pfn)))
			return -ERANGE;
		if (info.state != SB_PAGE_RESERVED)
			return -EALREADY;
	}
	return 0;
}

/* The tracker knows all of that of pages that are online, and sb_check() that it is right. */
static bool all_reserved(const struct sb_instance *inst, unsigned long pfn, unsigned long end)
{
	const struct sb_regions *r = &inst->regions;
	u64 base = sb_pfn_addr(pfn), size = sb_pfn_addr(end) - base;

	return sb_region_holds(&r->reserved, base, size) &&
	       sb_region_holds(&r->memory, base, size) && sb_region_is_mapped(r, base);
}

/* Asks for all, then for each pageblock, and for single pages where that will not do. */
static int check_release(const struct sb_instance *inst, unsigned long pfn, unsigned long end)
{
	bool all = all_reserved(inst, pfn, end);
	unsigned int order = inst->blocks.order;
	unsigned long stop;
	int err = 0;

	for (; !err && pfn < end; pfn = stop) {
		stop = min(end, sb_pfn_block(pfn, order) + sb_order_pages(order));
		if (!sb_memmap_exists(inst, pfn) || !(all || all_reserved(inst, pfn, stop)))
			err = check_pages(inst, pfn, stop);
	}
	return err;
}

long sb_handover_release(struct sb_instance *inst, u64 base, u64 size)
{
	u64 end = base + min(size, ~base);
	u64 start = (base + SB_PAGE_SIZE - 1) & ~(u64)(SB_PAGE_SIZE - 1);
	unsigned long start_pfn = sb_pfn_up(base), end_pfn = sb_pfn_down(end);
	unsigned long nr_pages;
	int err;

	if (inst->stage != SB_STAGE_LIVE || start < base || start >= end ||
	    end - start < SB_PAGE_SIZE)
		return -EINVAL;
	if (end > SB_PHYS_END)
		return -ERANGE;
	if (sb_handover_holds_metadata(inst, sb_pfn_addr(start_pfn), sb_pfn_addr(end_pfn)))
		return -EBUSY;
	err = check_release(inst, start_pfn, end_pfn);
	if (err)
		return err;
	err = sb_region_free(&inst->regions, sb_pfn_addr(start_pfn),
			     sb_pfn_addr(end_pfn) - sb_pfn_addr(start_pfn));
	if (err)
		return err;
	nr_pages = release_free(inst, base, end);
	sb_watermark_setup(inst);
	return (long)nr_pages;
}

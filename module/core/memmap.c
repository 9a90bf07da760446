// SPDX-License-Identifier: GPL-2.0-only
#include "instance.h"
#include "layout.h"
#include "memmap.h"
#include "region_iter.h"

static u64 descriptor_addr(const struct sb_memmap *map, unsigned long pfn)
{
	return map->phys + (u64)(pfn - map->base_pfn) * sizeof(struct sb_page);
}

/*
 * Gives back the pages of the array that hold only descriptors of
 * [start, end), a gap in memory of whole pageblocks.
 */
static int give_back(struct sb_instance *inst, unsigned long start, unsigned long end)
{
	struct sb_memmap *map = &inst->map;
	u64 from = sb_pfn_addr(sb_pfn_up(descriptor_addr(map, start)));
	u64 to = sb_pfn_addr(sb_pfn_down(descriptor_addr(map, end)));

	if (from >= to)
		return 0;
	map->nr_present -= (unsigned long)((to - from) / sizeof(struct sb_page));
	return sb_region_free(&inst->regions, from, to - from);
}

static int give_back_holes(struct sb_instance *inst)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned int order = inst->cfg.pageblock_order;
	unsigned long gap = inst->map.base_pfn;
	unsigned long start, end;
	int err;

	while (sb_region_iter_pfns(&inst->regions, &it, &start, &end)) {
		err = give_back(inst, gap, max(gap, sb_pfn_block(start, order)));
		if (err)
			return err;
		gap = sb_pfn_block(end - 1, order) + sb_order_pages(order);
	}
	return 0;
}

static void set_states(struct sb_memmap *map, unsigned long start, unsigned long end,
		       enum sb_page_state state)
{
	for (; start < end; start++)
		sb_page_set(sb_memmap_page(map, start), state, 0, SB_PAGE_LINK_NONE);
}

/* The array arrives zeroed, so what is not written here is a hole. */
static void reserve_all(struct sb_instance *inst)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned long start, end;

	while (sb_region_iter_pfns(&inst->regions, &it, &start, &end))
		set_states(&inst->map, start, end, SB_PAGE_RESERVED);
}

int sb_memmap_init(struct sb_instance *inst)
{
	struct sb_memmap *map = &inst->map;
	unsigned int order = inst->cfg.pageblock_order;
	unsigned long end;
	int err;

	map->base_pfn = sb_pfn_block(sb_layout_start(inst), order);
	end = sb_pfn_block(sb_layout_end(inst) - 1, order) + sb_order_pages(order);
	map->nr_pages = end - map->base_pfn;
	map->nr_present = map->nr_pages;
	err = sb_instance_place(inst, (u64)map->nr_pages * sizeof(struct sb_page),
				&inst->map_range);
	if (err)
		goto err_clear;
	map->phys = inst->map_range.base;
	map->pages = inst->map_range.mapped;
	reserve_all(inst);
	err = give_back_holes(inst);
	if (err)
		goto err_displace;
	return 0;

err_displace:
	sb_instance_displace(inst, &inst->map_range);
err_clear:
	memset(map, 0, sizeof(*map));
	return err;
}

void sb_memmap_exit(struct sb_instance *inst)
{
	sb_instance_displace(inst, &inst->map_range);
	memset(&inst->map, 0, sizeof(inst->map));
}

/* A tail belongs to the nearest head below it, found by alignment. */
static void find_head(const struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info)
{
	const struct sb_memmap *map = &inst->map;
	unsigned int order;

	for (order = 0; order <= inst->cfg.max_order; order++) {
		unsigned long head = sb_pfn_block(pfn, order);
		const struct sb_page *page;

		if (!sb_memmap_exists(inst, head))
			break;
		page = sb_memmap_page(map, head);
		info->state = sb_page_state(page);
		if (info->state == SB_PAGE_TAIL)
			continue;
		info->head = head;
		info->tail = head != pfn;
		info->order = sb_page_order(page);
		info->type = sb_page_type(page);
		return;
	}
}

bool sb_memmap_exists(const struct sb_instance *inst, unsigned long pfn)
{
	if (!inst->map.pages || !sb_memmap_covers(&inst->map, pfn))
		return false;
	if (inst->blocks.zone)
		return sb_pageblock_zone(&inst->blocks, pfn) != SB_ZONE_NONE;
	return sb_region_is_memory(&inst->regions, sb_pfn_addr(pfn));
}

bool sb_memmap_info(const struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info)
{
	memset(info, 0, sizeof(*info));
	info->head = pfn;
	if (!inst->map.pages || !sb_memmap_covers(&inst->map, pfn))
		return false;
	if (sb_memmap_exists(inst, pfn))
		find_head(inst, pfn, info);
	return true;
}

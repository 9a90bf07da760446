// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"
#include "layout.h"
#include "memmap.h"
#include "region_iter.h"

/* Gives back the pages of [from, to), descriptors of a gap in memory. */
static int give_back(struct sb_instance *inst, u64 from, u64 to)
{
	from = sb_pfn_addr(sb_pfn_up(from));
	to = sb_pfn_addr(sb_pfn_down(to));
	if (from >= to)
		return 0;
	inst->map.nr_present -= (unsigned long)((to - from) / sizeof(struct sb_page));
	return sb_region_free(&inst->regions, from, to - from);
}

/* Gaps are whole pageblocks. */
static int give_back_holes(struct sb_instance *inst)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned int order = inst->cfg.pageblock_order;
	unsigned long gap = inst->map.base_pfn;
	unsigned long start, end;
	int err;

	while (sb_region_iter_pfns(&inst->regions, &it, &start, &end)) {
		err = give_back(inst, sb_memmap_phys(inst, gap),
				sb_memmap_phys(inst, max(gap, sb_pfn_block(start, order))));
		if (err)
			return err;
		gap = sb_pfn_block(end - 1, order) + sb_order_pages(order);
	}
	return 0;
}

/* Gaps are whole parts of one section: between sections there are no descriptors. */
static int give_back_parts(struct sb_instance *inst)
{
	const struct sb_sections *s = &inst->sections;
	unsigned long size = sb_order_pages(s->sub_order);
	unsigned long pfn = inst->map.base_pfn, end = pfn + inst->map.nr_pages, gap = pfn;
	int err;

	for (; pfn < end; pfn += size) {
		if (!sb_section_present(inst, pfn))
			continue;
		if (gap > sb_pfn_block(pfn, s->order)) {
			err = give_back(inst, sb_memmap_phys(inst, gap), sb_memmap_phys(inst, pfn));
			if (err)
				return err;
		}
		gap = pfn + size;
	}
	return 0;
}

void sb_page_reserve(struct sb_page *page, unsigned long nr_pages)
{
	const struct sb_page reserved = {
		.next_order = SB_PAGE_LINK_NONE << 4,
		.prev_state = SB_PAGE_LINK_NONE << 4 | SB_PAGE_RESERVED,
	};

#pragma GCC unroll 8
	for (; nr_pages; nr_pages--)
		*page++ = reserved;
}

/* Only the state of a reserved page is another one than a tail's. */
static void set_tails(struct sb_page *page, unsigned long nr_pages)
{
	const struct sb_page *end = page + nr_pages;

#pragma GCC unroll 16
	for (; page < end; page++)
		WRITE_ONCE(page->prev_state, SB_PAGE_LINK_NONE << 4 | SB_PAGE_TAIL);
}

/* Pages of [pfn, end) from @pfn on whose descriptors follow each other: those of its section. */
static unsigned long pages_in_row(const struct sb_memmap *map, unsigned long pfn, unsigned long end)
{
	return min(end - 1, pfn | ((1ul << map->shift) - 1)) + 1 - pfn;
}

void sb_memmap_set_tails(const struct sb_memmap *map, unsigned long pfn, unsigned long end)
{
	unsigned long nr;

	for (; pfn < end; pfn += nr) {
		nr = pages_in_row(map, pfn, end);
		set_tails(sb_memmap_page(map, pfn), nr);
	}
}

static void reserve(const struct sb_memmap *map, unsigned long pfn, unsigned long end)
{
	unsigned long nr;

	for (; pfn < end; pfn += nr) {
		nr = pages_in_row(map, pfn, end);
		sb_page_reserve(sb_memmap_page(map, pfn), nr);
	}
}

/* The array arrives zeroed, so what is not written here is a hole. */
static void reserve_all(struct sb_instance *inst)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned long start, end;

	while (sb_region_iter_pfns(&inst->regions, &it, &start, &end))
		reserve(&inst->map, start, end);
}

static int place(struct sb_instance *inst, unsigned long nr_pages)
{
	struct sb_memmap *map = &inst->map;
	int err = sb_instance_place(inst, (u64)nr_pages * sizeof(struct sb_page), &inst->map_range);

	if (err)
		return err;
	map->nr_present = nr_pages;
	map->phys = inst->map_range.base;
	return 0;
}

static int init_flat(struct sb_instance *inst)
{
	struct sb_memmap *map = &inst->map;
	int err = place(inst, map->nr_pages);

	if (err)
		return err;
	map->flat = (unsigned long)inst->map_range.mapped - map->base_pfn * sizeof(struct sb_page);
	map->table = (unsigned long)&map->flat;
	map->shift = 8 * sizeof(long) - 1;
	reserve_all(inst);
	return give_back_holes(inst);
}

static int init_sections(struct sb_instance *inst)
{
	struct sb_memmap *map = &inst->map;
	struct sb_sections *s = &inst->sections;
	int err = sb_section_init(inst);

	if (!err)
		err = place(inst, sb_section_find_early(inst));
	if (err)
		return err;
	map->shift = s->order;
	map->table = (unsigned long)s->table - s->first * sizeof(*s->table);
	sb_section_map_early(inst);
	reserve_all(inst);
	return give_back_parts(inst);
}

int sb_memmap_init(struct sb_instance *inst)
{
	struct sb_memmap *map = &inst->map;
	unsigned long end;
	int err;

	sb_layout_span(inst, &map->base_pfn, &end);
	map->nr_pages = end - map->base_pfn;
	err = inst->cfg.section_bytes ? init_sections(inst) : init_flat(inst);
	if (err)
		sb_memmap_exit(inst);
	return err;
}

void sb_memmap_exit(struct sb_instance *inst)
{
	sb_section_exit(inst);
	sb_instance_displace(inst, &inst->map_range);
	memset(&inst->map, 0, sizeof(inst->map));
}

/* Of a block on a per-CPU list, the type of those that it goes back to. */
static unsigned int type_of(const struct sb_page *page, enum sb_page_state state)
{
	if (state == SB_PAGE_FREE)
		return sb_page_list(page);
	return state == SB_PAGE_PCP ? sb_page_pcp_type(page) : sb_page_type(page);
}

/* A tail belongs to the nearest head below it, found by alignment. */
static void find_head(const struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info)
{
	const struct sb_memmap *map = &inst->map;
	unsigned int order;

	if (inst->engine->look && inst->engine->look(inst, pfn, info))
		return;
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
		info->type = type_of(page, info->state);
		info->mover = info->state == SB_PAGE_ALLOC && sb_page_has_mover(page);
		return;
	}
}

u64 sb_memmap_phys(const struct sb_instance *inst, unsigned long pfn)
{
	const struct sb_section *section = sb_section_of(inst, pfn);

	if (!section)
		return inst->map.phys + (u64)(pfn - inst->map.base_pfn) * sizeof(struct sb_page);
	pfn -= sb_pfn_block(pfn, inst->sections.order);
	return section->map_phys + (u64)pfn * sizeof(struct sb_page);
}

bool sb_memmap_exists(const struct sb_instance *inst, unsigned long pfn)
{
	if (likely(inst->blocks.zone))
		return sb_pageblock_zone(&inst->blocks, pfn) != SB_ZONE_NONE;
	return sb_memmap_covers(&inst->map, pfn) &&
	       sb_region_is_memory(&inst->regions, sb_pfn_addr(pfn));
}

bool sb_memmap_info(const struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info)
{
	unsigned long irq;

	memset(info, 0, sizeof(*info));
	info->head = pfn;
	if (!sb_memmap_covers(&inst->map, pfn))
		return false;
	/* Whoever removes the memory waits for those who look. */
	irq = sb_irq_save();
	if (sb_memmap_exists(inst, pfn))
		find_head(inst, pfn, info);
	sb_irq_restore(irq);
	return true;
}

bool sb_memmap_look_up(struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info)
{
	unsigned int index = sb_pageblock_zone(&inst->blocks, pfn);
	struct sb_zone *zone;
	unsigned long irq;
	bool known;

	if (index == SB_ZONE_NONE)
		return sb_memmap_info(inst, pfn, info);
	zone = &inst->zones[index];
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	known = sb_memmap_info(inst, pfn, info);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return known;
}

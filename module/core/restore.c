// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"
#include "front.h"
#include "pcp.h"
#include "plenty.h"
#include "region_iter.h"
#include "restore.h"

static struct sb_zone *zone_of(struct sb_instance *inst, unsigned long pfn)
{
	return &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
}

/* All that the tracker has free is in use, until a block says otherwise. */
static void use_all(struct sb_instance *inst)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned long pfn;

	it.skip_flags = SB_REGION_NOMAP;
	while (sb_region_iter_free(&inst->regions, &it)) {
		for (pfn = sb_pfn_up(it.base); pfn < sb_pfn_down(it.end); pfn++) {
			sb_page_set(sb_memmap_page(&inst->map, pfn), SB_PAGE_ALLOC, 0,
				    SB_UNMOVABLE);
			zone_of(inst, pfn)->managed++;
		}
	}
}

static int set_types(struct sb_zone *zone, const struct sb_restore *state) __must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	unsigned long size = sb_order_pages(inst->cfg.pageblock_order);
	unsigned long pfn = sb_pfn_block(zone->start_pfn, inst->cfg.pageblock_order);
	unsigned long i;

	for (i = 0; i < state->nr_types; i++, pfn += size) {
		if (pfn >= sb_zone_end(zone))
			return -ERANGE;
		if (state->types[i] >= SB_NR_TYPES)
			return -EINVAL;
		if (sb_pageblock_zone(&inst->blocks, pfn) != (unsigned int)(zone - inst->zones))
			continue;
		sb_pageblock_set_type(inst, pfn, state->types[i]);
	}
	return 0;
}

/* Every page of it is in use by use_all(), and by no block before it. */
static bool is_whole(const struct sb_zone *zone, const struct sb_restore_block *block)
{
	const struct sb_instance *inst = zone->inst;
	unsigned long pfn = block->pfn, end;

	if (block->order > inst->cfg.max_order || block->list >= SB_NR_TYPES ||
	    !sb_pfn_aligned(pfn, block->order))
		return false;
	end = pfn + sb_order_pages(block->order);
	for (; pfn < end; pfn++)
		if (!sb_memmap_exists(inst, pfn) ||
		    sb_pageblock_zone(&inst->blocks, pfn) != (unsigned int)(zone - inst->zones) ||
		    sb_page_state(sb_memmap_page(&inst->map, pfn)) != SB_PAGE_ALLOC)
			return false;
	return true;
}

static int free_blocks(struct sb_zone *zone, const struct sb_restore *state) __must_hold(zone->lock)
{
	const struct sb_memmap *map = &zone->inst->map;
	unsigned long i, pfn;

	for (i = 0; i < state->nr_blocks; i++) {
		const struct sb_restore_block *block = &state->blocks[i];

		if (!is_whole(zone, block))
			return -EINVAL;
		for (pfn = block->pfn; pfn < block->pfn + sb_order_pages(block->order); pfn++)
			sb_page_set_tail(sb_memmap_page(map, pfn));
		sb_engine_add(zone, block->pfn, block->order, block->list, SB_ENGINE_TAIL);
	}
	return 0;
}

static void set_watermarks(struct sb_zone *zone, const struct sb_restore *state)
	__must_hold(zone->lock)
{
	memcpy(zone->watermark, state->watermark, sizeof(zone->watermark));
	memcpy(zone->lowmem_reserve, state->lowmem_reserve, sizeof(zone->lowmem_reserve));
	zone->watermark_boost = state->watermark_boost;
	sb_plenty_measure(zone);
}

static int restore_zone(struct sb_instance *inst, const struct sb_restore *state)
{
	struct sb_zone *zone;
	unsigned long irq;
	int err;

	if ((unsigned int)state->nid >= SB_MAX_NODES || state->zone >= SB_NR_ZONE_TYPES)
		return -ERANGE;
	zone = sb_instance_zone(inst, state->nid, state->zone);
	if (!sb_zone_populated(zone))
		return -ERANGE;
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	err = set_types(zone, state);
	if (!err)
		err = free_blocks(zone, state);
	set_watermarks(zone, state);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return err;
}

int sb_restore(struct sb_instance *inst, const struct sb_restore *zones, unsigned int nr_zones)
{
	unsigned int i;
	int err;

	if (inst->stage != SB_STAGE_PAGEBLOCKS)
		return -ENODEV;
	err = sb_pcp_init(inst);
	if (err)
		return err;
	use_all(inst);
	for (i = 0; i < nr_zones && !err; i++)
		err = restore_zone(inst, &zones[i]);
	if (err)
		return err;
	inst->regions.current_limit = 0;
	/* Who sees the stage sees what it made. */
	smp_store_release(&inst->stage, SB_STAGE_LIVE);
	sb_front_update(inst);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Where CMA areas are, and how they become so. */
#include "cma.h"
#include "layout.h"
#include "region_alloc.h"

static u64 block_bytes(const struct sb_config *cfg)
{
	return sb_pfn_addr(sb_order_pages(cfg->pageblock_order));
}

static bool is_named_before(const struct sb_config *cfg, unsigned int area)
{
	unsigned int i;

	for (i = 0; i < area; i++)
		if (!strcmp(cfg->cma[i].name, cfg->cma[area].name))
			return true;
	return false;
}

bool sb_cma_check_config(const struct sb_config *cfg)
{
	/* A size is rounded up. */
	u64 most = SB_PHYS_END - block_bytes(cfg);
	const char *wrong = NULL;
	unsigned int i;

	if (cfg->nr_cma > SB_MAX_CMA) {
		sb_warn("%s: there are %u CMA areas, but must be at most %u\n", cfg->name,
			cfg->nr_cma, SB_MAX_CMA);
		return false;
	}
	for (i = 0; i < cfg->nr_cma && !wrong; i++) {
		const struct sb_cma_config *area = &cfg->cma[i];

		if (!area->name[0] || is_named_before(cfg, i))
			wrong = "a name of its own";
		else if (!area->size || area->size > most || area->base > most - area->size)
			wrong = "a size that memory can have";
		else if (area->nid < SB_NID_ANY || area->nid >= SB_MAX_NODES)
			wrong = "a node that there can be";
	}
	if (wrong)
		sb_warn("%s: CMA area %u must have %s\n", cfg->name, i - 1, wrong);
	return !wrong;
}

static int refuse(const struct sb_instance *inst, unsigned int area, u64 size, const char *why,
		  int err)
{
	const struct sb_cma_config *wanted = &inst->cfg.cma[area];

	sb_warn("%s: CMA area %s of %llu bytes at %#llx: %s\n", inst->cfg.name, wanted->name, size,
		wanted->base, why);
	return err;
}

static int reserve_fixed(struct sb_instance *inst, unsigned int area, u64 size)
{
	u64 base = inst->cfg.cma[area].base, found;

	if (base & (block_bytes(&inst->cfg) - 1))
		return refuse(inst, area, size, "it does not start where a pageblock does",
			      -EINVAL);
	if (sb_region_find_between(&inst->regions, base, base + size, size, SB_PAGE_SIZE, &found))
		return refuse(inst, area, size, "not all of that is free memory", -EBUSY);
	return sb_region_reserve(&inst->regions, base, size);
}

static u64 memory_end(const struct sb_instance *inst)
{
	const struct sb_region_type *memory = &inst->regions.memory;

	return memory->nr ? sb_region_past(&memory->regions[memory->nr - 1]) : 0;
}

/* All of an area is on one side of the border of HighMem, above if possible. */
static int reserve_anywhere(struct sb_instance *inst, unsigned int area, u64 size, u64 *base)
{
	u64 border = sb_pfn_addr(sb_layout_lowmem_end(inst));
	struct sb_region_request request = {
		.size = size,
		.align = block_bytes(&inst->cfg),
		.nid = inst->cfg.cma[area].nid,
		.exact_nid = inst->cfg.cma[area].nid != SB_NID_ANY,
	};

	if (border < memory_end(inst)) {
		request.min_addr = border;
		if (!sb_region_find(&inst->regions, &request, base) && *base >= request.min_addr)
			return sb_region_reserve(&inst->regions, *base, size);
		request.min_addr = 0;
		request.max_addr = border;
	}
	if (sb_region_alloc(&inst->regions, &request, base))
		return refuse(inst, area, size, "there is no such range of free memory", -ENOMEM);
	return 0;
}

static int place_area(struct sb_instance *inst, unsigned int area)
{
	const struct sb_cma_config *wanted = &inst->cfg.cma[area];
	u64 block = block_bytes(&inst->cfg), base = wanted->base;
	u64 size = (wanted->size + block - 1) & ~(block - 1);
	int err;

	if (base)
		err = reserve_fixed(inst, area, size);
	else
		err = reserve_anywhere(inst, area, size, &base);
	if (err)
		return err;
	inst->cma[area].base_pfn = sb_pfn_down(base);
	inst->cma[area].nr_pages = sb_pfn_down(size);
	return 0;
}

static u64 bytes_of(const struct sb_cma *cma)
{
	return sb_pfn_addr(cma->nr_pages);
}

int sb_cma_place(struct sb_instance *inst)
{
	unsigned int area;
	int err = 0;

	for (area = 0; area < inst->cfg.nr_cma && !err; area++)
		err = place_area(inst, area);
	if (!err)
		return 0;
	/* The last one tried has no place. */
	for (area--; area-- > 0;) {
		struct sb_cma *cma = &inst->cma[area];

		sb_region_free(&inst->regions, sb_pfn_addr(cma->base_pfn), bytes_of(cma));
		cma->nr_pages = 0;
	}
	return err;
}

static unsigned long nr_words(const struct sb_cma *cma)
{
	return (cma->nr_pages + 31) / 32;
}

static int place_bitmaps(struct sb_instance *inst)
{
	unsigned long words = 0;
	unsigned int area;
	u32 *bitmap;
	int err;

	for (area = 0; area < inst->cfg.nr_cma; area++)
		words += nr_words(&inst->cma[area]);
	err = sb_instance_place(inst, (u64)words * sizeof(u32), &inst->cma_range);
	if (err)
		return err;
	bitmap = inst->cma_range.mapped;
	for (area = 0; area < inst->cfg.nr_cma; area++) {
		inst->cma[area].bitmap = bitmap;
		bitmap += nr_words(&inst->cma[area]);
	}
	return 0;
}

static struct sb_zone *zone_at(struct sb_instance *inst, unsigned long pfn)
{
	return &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
}

static int check_zone(struct sb_instance *inst, unsigned int area)
{
	const struct sb_cma *cma = &inst->cma[area];
	unsigned long size = sb_order_pages(inst->cfg.pageblock_order), pfn;

	for (pfn = cma->base_pfn; pfn < cma->base_pfn + cma->nr_pages; pfn += size) {
		if (zone_at(inst, pfn) == zone_at(inst, cma->base_pfn))
			continue;
		sb_warn("%s: CMA area %s lies in zones %s and %s: give it a base, or another size\n",
			inst->cfg.name, inst->cfg.cma[area].name,
			sb_zone_name(zone_at(inst, cma->base_pfn)),
			sb_zone_name(zone_at(inst, pfn)));
		return -EINVAL;
	}
	return 0;
}

/* Takes the areas off what is reserved, so that they are handed over: all or none. */
static int unreserve(struct sb_instance *inst)
{
	unsigned int area;
	int err = 0;

	for (area = 0; area < inst->cfg.nr_cma && !err; area++)
		err = sb_region_free(&inst->regions, sb_pfn_addr(inst->cma[area].base_pfn),
				     bytes_of(&inst->cma[area]));
	if (!err)
		return 0;
	for (area--; area-- > 0;)
		sb_region_reserve(&inst->regions, sb_pfn_addr(inst->cma[area].base_pfn),
				  bytes_of(&inst->cma[area]));
	return err;
}

static void set_types(struct sb_instance *inst, const struct sb_cma *cma)
{
	unsigned long size = sb_order_pages(inst->cfg.pageblock_order), pfn;

	for (pfn = cma->base_pfn; pfn < cma->base_pfn + cma->nr_pages; pfn += size)
		sb_pageblock_set_type(inst, pfn, SB_CMA);
	zone_at(inst, cma->base_pfn)->cma_pages += cma->nr_pages;
}

int sb_cma_init(struct sb_instance *inst)
{
	unsigned int area;
	int err = 0;

	if (!inst->cfg.nr_cma)
		return 0;
	for (area = 0; area < inst->cfg.nr_cma && !err; area++)
		err = check_zone(inst, area);
	if (!err)
		err = place_bitmaps(inst);
	if (!err)
		err = unreserve(inst);
	if (err) {
		sb_cma_exit(inst);
		return err;
	}
	for (area = 0; area < inst->cfg.nr_cma; area++)
		set_types(inst, &inst->cma[area]);
	return 0;
}

void sb_cma_exit(struct sb_instance *inst)
{
	unsigned int area;

	for (area = 0; area < SB_MAX_CMA; area++)
		inst->cma[area].bitmap = NULL;
	sb_instance_displace(inst, &inst->cma_range);
}

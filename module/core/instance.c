// SPDX-License-Identifier: GPL-2.0-only
#include "cma.h"
#include "engine.h"
#include "front.h"
#include "handover.h"
#include "hotplug.h"
#include "instance.h"
#include "layout.h"
#include "pcp.h"
#include "region_alloc.h"

const char *sb_stage_name(enum sb_stage stage)
{
	static const char *const names[SB_NR_STAGES] = {
		[SB_STAGE_NEW] = "new",
		[SB_STAGE_REGIONS] = "regions",
		[SB_STAGE_LAYOUT] = "layout",
		[SB_STAGE_MEMMAP] = "memmap",
		[SB_STAGE_PAGEBLOCKS] = "pageblocks",
		[SB_STAGE_LIVE] = "live",
	};

	return names[stage];
}

int sb_instance_init(struct sb_instance *inst, const struct sb_config *cfg,
		     const struct sb_reach *reach)
{
	unsigned int i;

	if (!sb_config_check(cfg))
		return -EINVAL;
	memset(inst, 0, sizeof(*inst));
	inst->cfg = *cfg;
	inst->reach = *reach;
	inst->rules = sb_rules(cfg->rules);
	inst->engine = sb_engine(cfg->engine);
	sb_lock_init(&inst->block_lock);
	sb_lock_init(&inst->debug.lock);
	sb_lock_init(&inst->owners.lock);
	sb_lock_init(&inst->slabs.lock);
	sb_front_setup(inst);
	for (i = 0; i < SB_MAX_CMA; i++)
		sb_lock_init(&inst->cma[i].lock);
	sb_region_init(&inst->regions, &inst->reach);
	inst->regions.bottom_up = cfg->bottom_up;
	for (i = 0; i < SB_MAX_ZONES; i++)
		sb_zone_init(&inst->zones[i], inst, (int)(i / SB_NR_ZONE_TYPES),
			     i % SB_NR_ZONE_TYPES);
	return 0;
}

static int fill_regions(struct sb_instance *inst)
{
	const struct sb_config *cfg = &inst->cfg;
	unsigned int i;
	int err = 0;

	for (i = 0; i < cfg->nr_banks && !err; i++)
		err = sb_region_add(&inst->regions, cfg->banks[i].base, cfg->banks[i].size,
				    cfg->banks[i].nid, cfg->banks[i].flags);
	for (i = 0; i < cfg->nr_reserved && !err; i++)
		err = sb_region_reserve(&inst->regions, cfg->reserved[i].base,
					cfg->reserved[i].size);
	if (!err)
		err = sb_cma_place(inst);
	/* As on ARM: metadata goes where it can be reached at any time. */
	inst->regions.current_limit = sb_pfn_addr(sb_layout_lowmem_end(inst));
	return err;
}

static int (*const stages[SB_NR_STAGES])(struct sb_instance *inst) = {
	[SB_STAGE_REGIONS] = fill_regions,  [SB_STAGE_LAYOUT] = sb_layout_init,
	[SB_STAGE_MEMMAP] = sb_memmap_init, [SB_STAGE_PAGEBLOCKS] = sb_pageblock_init,
	[SB_STAGE_LIVE] = sb_handover,
};

int sb_instance_step(struct sb_instance *inst)
{
	int err;

	if (inst->stage == SB_STAGE_LIVE)
		return -EALREADY;
	err = stages[inst->stage + 1](inst);
	if (err)
		return err;
	/* Who sees the stage sees what it made. */
	smp_store_release(&inst->stage, inst->stage + 1);
	sb_front_update(inst);
	return 0;
}

int sb_instance_boot(struct sb_instance *inst)
{
	int err = 0;

	while (!err && inst->stage != SB_STAGE_LIVE)
		err = sb_instance_step(inst);
	return err;
}

void sb_instance_exit(struct sb_instance *inst)
{
	sb_hotplug_exit(inst);
	sb_cma_exit(inst);
	sb_pcp_exit(inst);
	sb_pageblock_exit(inst);
	sb_memmap_exit(inst);
	sb_region_exit(&inst->regions);
	inst->stage = SB_STAGE_NEW;
}

struct sb_zone *sb_instance_next_zone(const struct sb_instance *inst, const struct sb_zone *zone)
{
	size_t next = zone ? (size_t)(zone - inst->zones) + 1 : 0;

	for (; next < SB_MAX_ZONES; next++)
		if (sb_zone_populated(&inst->zones[next]))
			return (struct sb_zone *)&inst->zones[next];
	return NULL;
}

void sb_instance_hook_locked(struct sb_instance *inst, unsigned long hook, bool on)
{
	unsigned long hooks = on ? inst->hooks | hook : inst->hooks & ~hook;

	sb_assert_held(&inst->debug.lock);
	/* Who sees it sees what was done before. */
	smp_store_release(&inst->hooks, hooks);
	sb_front_update(inst);
}

void sb_instance_hook(struct sb_instance *inst, unsigned long hook, bool on)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&inst->debug.lock);
	sb_instance_hook_locked(inst, hook, on);
	sb_unlock(&inst->debug.lock);
	sb_irq_restore(irq);
}

void sb_instance_broken(struct sb_instance *inst, const char *what, unsigned long value)
{
	if (inst->corrupt)
		return;
	inst->corrupt = true;
	sb_front_update(inst);
	sb_warn("%s: corrupt, and stops: %s %#lx\n", inst->cfg.name, what, value);
}

int sb_instance_place(struct sb_instance *inst, u64 size, struct sb_own_range *range)
{
	struct sb_region_request request = {
		.size = (size + SB_PAGE_SIZE - 1) & ~(u64)(SB_PAGE_SIZE - 1),
		.align = SB_PAGE_SIZE,
		.nid = SB_NID_ANY,
	};
	int err;

	err = sb_region_alloc(&inst->regions, &request, &range->base);
	if (err) {
		sb_warn("%s: no room for %llu bytes of metadata: the memory is too small or its span too large\n",
			inst->cfg.name, request.size);
		return err;
	}
	range->size = request.size;
	range->mapped = inst->reach.map(inst->reach.ctx, range->base, range->size);
	if (!range->mapped) {
		sb_region_free(&inst->regions, range->base, range->size);
		memset(range, 0, sizeof(*range));
		return -ENOMEM;
	}
	memset(range->mapped, 0, (size_t)range->size);
	return 0;
}

void sb_instance_displace(struct sb_instance *inst, struct sb_own_range *range)
{
	if (!range->mapped)
		return;
	inst->reach.unmap(inst->reach.ctx, range->mapped, range->base, range->size);
	sb_region_free(&inst->regions, range->base, range->size);
	memset(range, 0, sizeof(*range));
}

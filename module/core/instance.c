// SPDX-License-Identifier: GPL-2.0-only
#include "cma.h"
#include "compact.h"
#include "engine.h"
#include "guard.h"
#include "handover.h"
#include "hotplug.h"
#include "front.h"
#include "instance.h"
#include "layout.h"
#include "pcp.h"
#include "quarantine.h"
#include "region_alloc.h"
#include "region_iter.h"
#include "slab_cache.h"
#include "watermark.h"
#include "word.h"

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

void sb_instance_defaults(struct sb_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->max_order = 10;
	cfg->pageblock_order = 8;
	cfg->pcp_batch = 16;
	cfg->pcp_high = SB_PCP_HIGH_AUTO;
	cfg->min_free_kbytes = SB_MIN_FREE_AUTO;
	cfg->watermark_scale_factor = 10;
	cfg->watermark_boost_factor = 15000;
	cfg->lowmem_reserve_ratio[SB_ZONE_DMA] = 256;
	cfg->lowmem_reserve_ratio[SB_ZONE_NORMAL] = 32;
	cfg->auto_movable_ratio = 301;
	cfg->compaction_proactiveness = 20;
	cfg->extfrag_threshold = 500;
	cfg->nr_cpus = 1;
}

static bool within(const struct sb_config *cfg, const char *what, u64 value, u64 low, u64 high)
{
	if (value >= low && value <= high)
		return true;
	sb_warn("%s: %s is %llu, but must be %llu to %llu\n", cfg->name, what, value, low, high);
	return false;
}

static bool check_banks(const struct sb_config *cfg)
{
	unsigned int i;

	if (!within(cfg, "the number of banks", cfg->nr_banks, 1, SB_MAX_BANKS) ||
	    !within(cfg, "the number of reserved ranges", cfg->nr_reserved, 0, SB_MAX_BANKS))
		return false;
	for (i = 0; i < cfg->nr_banks; i++) {
		const struct sb_bank *bank = &cfg->banks[i];

		/* A negative node becomes a number out of range. */
		if (!within(cfg, "a bank's flags", bank->flags & ~SB_REGION_FLAGS, 0, 0) ||
		    !within(cfg, "a bank's base", bank->base, 0, ~0ull - SB_PAGE_SIZE) ||
		    !within(cfg, "a bank's node", (u64)(u32)bank->nid, 0, SB_MAX_NODES - 1) ||
		    !within(cfg, "a bank's size in bytes", bank->size, SB_PAGE_SIZE,
			    ~0ull - bank->base))
			return false;
	}
	return true;
}

static bool check_watermarks(const struct sb_config *cfg)
{
	return (cfg->min_free_kbytes == SB_MIN_FREE_AUTO ||
		within(cfg, "min_free_kbytes", cfg->min_free_kbytes, 0, SB_MIN_FREE_MAX)) &&
	       within(cfg, "watermark_scale_factor", cfg->watermark_scale_factor, 1,
		      SB_SCALE_FACTOR_MAX) &&
	       within(cfg, "watermark_boost_factor", cfg->watermark_boost_factor, 0,
		      SB_BOOST_FACTOR_MAX);
}

static bool check_debug(const struct sb_config *cfg)
{
	return within(cfg, "debug_guardpage_minorder", cfg->debug_guardpage_minorder, 0,
		      sb_guard_order_max(cfg)) &&
	       within(cfg, "quarantine_pages", cfg->quarantine_pages, 0, SB_QUARANTINE_MAX) &&
	       within(cfg, "the rest of slab_debug", cfg->slab_debug & ~(u32)SB_SLAB_DEBUG, 0, 0);
}

/* Of free pages words tell neither another type than their pageblock's, nor how they were split. */
static bool check_words(const struct sb_config *cfg)
{
	if (cfg->rules != SB_RULES_6_12 || cfg->debug_guardpage_minorder) {
		sb_warn("%s: engine is word, which has the rules of 6.12 and no guard pages\n",
			cfg->name);
		return false;
	}
	return within(cfg, "pageblock_order with the engine word", cfg->pageblock_order,
		      SB_WORD_MIN_BLOCK, SB_WORD_MAX_BLOCK);
}

static bool check_engine(const struct sb_config *cfg)
{
	return within(cfg, "engine", cfg->engine, 0, SB_NR_ENGINES - 1) &&
	       (cfg->engine != SB_ENGINE_WORD || check_words(cfg));
}

static bool check_sections(const struct sb_config *cfg)
{
	u64 most = cfg->section_bytes ? SB_SECTION_MAX : 0;

	return within(cfg, "memory_block_bytes", cfg->memory_block_bytes, 0, most) &&
	       within(cfg, "window_bytes", cfg->window_bytes, 0, cfg->section_bytes ? ~0ull : 0) &&
	       within(cfg, "window_base", cfg->window_base, 0,
		      cfg->window_bytes ? ~0ull - cfg->window_bytes : 0) &&
	       within(cfg, "auto_online", cfg->auto_online, 0, SB_NR_ONLINE - 1) &&
	       within(cfg, "online_policy", cfg->online_policy, 0, SB_NR_ONLINE_POLICIES - 1) &&
	       (!cfg->section_bytes ||
		(within(cfg, "section_bytes", cfg->section_bytes,
			SB_PAGE_SIZE << cfg->pageblock_order, SB_SECTION_MAX) &&
		 sb_section_check_config(cfg)));
}

static bool check_compact(const struct sb_config *cfg)
{
	return within(cfg, "compaction_proactiveness", cfg->compaction_proactiveness, 0,
		      SB_PROACTIVENESS_MAX) &&
	       within(cfg, "extfrag_threshold", cfg->extfrag_threshold, 0,
		      SB_EXTFRAG_THRESHOLD_MAX);
}

static bool check_config(const struct sb_config *cfg)
{
	unsigned int high_min = cfg->pcp_high ? cfg->pcp_batch : 0;
	bool auto_high = cfg->pcp_high == SB_PCP_HIGH_AUTO;

	return within(cfg, "max_order", cfg->max_order, 1, SB_MAX_ORDER) &&
	       within(cfg, "pageblock_order", cfg->pageblock_order, 1, cfg->max_order) &&
	       within(cfg, "pcp_batch", cfg->pcp_batch, 1, SB_PCP_MAX_BATCH) &&
	       (auto_high || within(cfg, "pcp_high", cfg->pcp_high, high_min, SB_PCP_MAX_HIGH)) &&
	       within(cfg, "pcp_high_max", cfg->pcp_high_max, 0, SB_PCP_MAX_TUNED) &&
	       (!cfg->pcp_huge_order || within(cfg, "pcp_huge_order", cfg->pcp_huge_order,
					       SB_PCP_ORDERS, cfg->max_order)) &&
	       within(cfg, "rules", cfg->rules, 0, SB_NR_RULES - 1) && check_engine(cfg) &&
	       check_watermarks(cfg) && check_debug(cfg) && check_compact(cfg) &&
	       check_sections(cfg) &&
	       within(cfg, "kernelcore_percent", cfg->kernelcore_percent, 0, 100) &&
	       within(cfg, "movablecore_percent", cfg->movablecore_percent, 0, 100) &&
	       within(cfg, "nr_cpus", cfg->nr_cpus, 1, SB_MAX_CPUS) && check_banks(cfg) &&
	       sb_cma_check_config(cfg);
}

int sb_instance_init(struct sb_instance *inst, const struct sb_config *cfg,
		     const struct sb_reach *reach)
{
	unsigned int i;

	if (!check_config(cfg))
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

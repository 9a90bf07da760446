// SPDX-License-Identifier: GPL-2.0-only
#include "cma.h"
#include "compact.h"
#include "config.h"
#include "engine.h"
#include "guard.h"
#include "pcp.h"
#include "quarantine.h"
#include "section.h"
#include "slab_cache.h"
#include "watermark.h"
#include "word.h"

void sb_config_defaults(struct sb_config *cfg)
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
	return within(cfg, "page_poison with init_on_free", cfg->page_poison, 0,
		      !cfg->init_on_free) &&
	       within(cfg, "debug_guardpage_minorder", cfg->debug_guardpage_minorder, 0,
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

bool sb_config_check(const struct sb_config *cfg)
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

/* SPDX-License-Identifier: GPL-2.0-only */
/* Random instances, and random requests to them. */
#ifndef MODEL_RANDOM_H
#define MODEL_RANDOM_H

#include "contig.h"
#include "isolate.h"
#include "model_pages.h"

#define MODEL_BASE 0x90000000ull

static inline unsigned int below(u64 *seed, u64 limit)
{
	return (unsigned int)unit_below(seed, limit);
}

static inline unsigned long random_pfn(const struct model *m, u64 *seed)
{
	return m->base + below(seed, m->nr_pages);
}

static inline struct sb_request random_request(const struct model *m, u64 *seed)
{
	static const u32 usual[] = { SB_GFP_KERNEL, SB_GFP_ATOMIC, SB_GFP_NOWAIT,
				     SB_GFP_KERNEL | SB_GFP_MEMALLOC };
	struct sb_request request;

	/* One by one: what of an initializer comes first is the compiler's choice. */
	memset(&request, 0, sizeof(request));
	request.order = below(seed, 1 + below(seed, m->f->inst.cfg.max_order + 1));
	request.type = below(seed, 2) ? SB_MOVABLE : below(seed, SB_PCPTYPES);
	request.zone = (enum sb_zone_type)below(seed, SB_NR_ZONE_TYPES);
	request.nid = (int)below(seed, 3) - 1;
	request.gfp = usual[below(seed, ARRAY_SIZE(usual))];
	request.nodes = below(seed, 8) ? 0 : below(seed, 8);
	request.gfp |= below(seed, 8) ? 0 : SB_GFP_THISNODE;
	return request;
}

static inline struct sb_contig random_contig(const struct model *m, u64 *seed)
{
	struct sb_contig contig = { .request = random_request(m, seed) };

	contig.nr_pages = 1 + below(seed, 1 + below(seed, 300));
	contig.top_down = below(seed, 2);
	contig.request.gfp &= SB_GFP_RECLAIM | SB_GFP_THISNODE;
	if (below(seed, 2))
		contig.align_pages = 1ul << below(seed, 9);
	if (!below(seed, 3))
		contig.boundary_pages = 1ul << (sb_order_for(contig.nr_pages) + below(seed, 3));
	if (!below(seed, 3))
		contig.min_pfn = random_pfn(m, seed);
	if (!below(seed, 3))
		contig.max_pfn = random_pfn(m, seed);
	if (!below(seed, 4)) {
		contig.nr_pages = sb_order_pages(below(seed, m->f->inst.cfg.max_order + 1));
		contig.boundary_pages = 0;
		contig.request.gfp |= SB_GFP_COMP;
	}
	return contig;
}

static inline struct sb_isolation random_isolation(const struct model *m, u64 *seed)
{
	struct sb_isolation range = { .start = random_pfn(m, seed) };

	range.end = range.start + 1 + below(seed, 1 + below(seed, 100));
	range.type = below(seed, 3) ? SB_MOVABLE : SB_CMA;
	range.flags = below(seed, 2) ? SB_ISOLATION_OFFLINE : 0;
	return range;
}

static inline void random_tunables(struct sb_config *cfg, u64 *seed)
{
	cfg->min_free_kbytes = below(seed, 3) ? below(seed, 256) : 0;
	cfg->watermark_scale_factor = 1 + below(seed, 300);
	cfg->watermark_boost_factor = below(seed, 3) * 10000;
}

static inline void random_cma(struct sb_config *cfg, u64 *seed)
{
	unsigned int i, nr = below(seed, 3);

	for (i = 0; i < nr; i++) {
		struct sb_cma_config *area = &cfg->cma[cfg->nr_cma++];

		snprintf(area->name, sizeof(area->name), "area%u", i);
		area->size = (1 + below(seed, 4)) * (SB_PAGE_SIZE << cfg->pageblock_order);
		area->nid = SB_NID_ANY;
	}
}

static inline void random_modes(struct sb_config *cfg, u64 *seed)
{
	unsigned int filled = below(seed, 4);

	cfg->page_poison = filled == 0;
	cfg->init_on_free = filled == 1;
	cfg->debug_guardpage_minorder = below(seed, 4) ? 0 : below(seed, 3);
	cfg->quarantine_pages = below(seed, 4) ? 0 : below(seed, 200);
}

static inline struct sb_config random_config(u64 *seed)
{
	struct sb_config cfg = fixture_config(MODEL_BASE, MiB + below(seed, 64) * 4096ull);
	u64 size;
	unsigned int i;

	if (below(seed, 2)) {
		size = MiB + below(seed, 64) * 4096ull;
		fixture_add_bank(&cfg, MODEL_BASE + 3 * MiB, size, (int)below(seed, 2));
	}
	cfg.max_order = 3 + below(seed, 7);
	cfg.pageblock_order = 2 + below(seed, min(cfg.max_order, 6u) - 1);
	cfg.nr_cpus = 1 + below(seed, 3);
	cfg.pcp_batch = 1 + below(seed, 20);
	cfg.pcp_high = below(seed, 4) ? cfg.pcp_batch + below(seed, 60) : 0;
	if (below(seed, 3) == 0 && cfg.max_order > 4)
		cfg.pcp_huge_order = 4 + below(seed, cfg.max_order - 4);
	cfg.rules = below(seed, 3) ? SB_RULES_6_12 : SB_RULES_6_1;
	if (below(seed, 2))
		random_tunables(&cfg, seed);
	if (below(seed, 3) == 0)
		cfg.dma_bytes = below(seed, 8) * 128 * 1024;
	cfg.bottom_up = below(seed, 2);
	if (below(seed, 3) == 0)
		cfg.kernelcore_percent = 20 + below(seed, 80);
	for (i = below(seed, 4); i; i--) {
		size = 1 + below(seed, 256 * 1024);
		fixture_reserve(&cfg, MODEL_BASE + below(seed, 4 * MiB), size);
	}
	random_cma(&cfg, seed);
	random_modes(&cfg, seed);
	if (below(seed, 2))
		fixture_use_word(&cfg);
	return cfg;
}

/* There may be no room for the areas. */
static inline void model_boot(struct model *m, struct fixture *f, struct sb_config *cfg)
{
	int err;

	f->fail_map = 0;
	err = fixture_init(f, cfg);
	if (!err)
		err = sb_instance_boot(&f->inst);
	fixture_drop(f);
	if (err) {
		cfg->nr_cma = 0;
		cfg->debug_guardpage_minorder = 0;
	}
	fixture_boot(f, cfg);
	model_init(m, f);
}

#endif

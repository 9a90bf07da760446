/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs of compaction, of every kind. */
#ifndef MODEL_COMPACT_H
#define MODEL_COMPACT_H

#include "compact.h"
#include "model_mover.h"

static inline struct sb_compact random_compact(const struct sb_config *cfg, u64 *seed)
{
	struct sb_compact c = {
		.order = SB_COMPACT_WHOLE,
		.type = (unsigned int)unit_below(seed, SB_PCPTYPES),
		.highest = SB_ZONE_MOVABLE,
		.flags = SB_WMARK_MIN,
		.mode = (enum sb_migrate_mode)unit_below(seed, 3),
		.whole_zone = unit_below(seed, 2),
		.ignore_skip_hint = unit_below(seed, 2),
		.ignore_block_suitable = unit_below(seed, 4) == 0,
		.limit = { .pages = unit_below(seed, 2) ? 0 : 1 + unit_below(seed, 64) },
	};

	/* A run of a request has an order. */
	if (unit_below(seed, 3))
		return c;
	c.order = 1 + (int)unit_below(seed, cfg->max_order);
	c.direct = unit_below(seed, 2);
	return c;
}

/* Compacts each zone, no two in the same way. */
static inline void model_compact_zones(struct mover *m, u64 *seed)
{
	struct sb_instance *inst = &m->f->inst;
	struct sb_zone *zone = NULL;

	mover_remember(m);
	while ((zone = sb_instance_next_zone(inst, zone))) {
		struct sb_compact c = random_compact(&inst->cfg, seed);
		enum sb_compact_result result = sb_compact_zone(zone, &c);

		EXPECT(result != SB_COMPACT_CONTINUE && result < SB_NR_COMPACT_RESULTS);
		EXPECT(!c.limit.pages ||
		       c.done.moved < c.limit.pages + sb_order_pages(inst->cfg.max_order));
	}
	mover_expect_only_up(m);
}

#endif

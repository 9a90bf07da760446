// SPDX-License-Identifier: GPL-2.0-only
/* Compaction at random: whatever is asked, contents, counts and lists stay right. */
#define MOVER_UNITS 1024
#include "model_compact.h"

#define BASE 0x90000000ull

static struct fixture f;
static struct mover m;
static u64 seed;

static unsigned int below(unsigned int limit)
{
	return (unsigned int)unit_below(&seed, limit);
}

static struct sb_config random_config(void)
{
	struct sb_config cfg = fixture_config(BASE, (1 + below(3)) * MiB);
	unsigned int filled;

	cfg.pageblock_order = 2 + below(4);
	cfg.max_order = cfg.pageblock_order + below(4);
	cfg.pcp_batch = 1 + below(8);
	cfg.pcp_high = below(2) ? 32 : 0;
	cfg.pcp_at_once = below(2);
	cfg.nr_cpus = 1 + below(3);
	cfg.rules = below(3) ? SB_RULES_6_12 : SB_RULES_6_1;
	cfg.watermark_boost_factor = below(2) ? 15000 : 0;
	cfg.min_free_kbytes = below(2) ? 64 : 0;
	cfg.quarantine_pages = below(6) ? 0 : 16;
	filled = below(4);
	cfg.page_poison = filled == 0;
	cfg.init_on_free = filled == 1;
	if (below(2))
		fixture_use_word(&cfg);
	if (below(2))
		cfg.movablecore_percent = 50;
	if (below(2))
		fixture_add_bank(&cfg, BASE + 8 * MiB, MiB, 1);
	if (below(3) == 0) {
		cfg.cma[0] = (struct sb_cma_config){ .name = "area",
						     .size = 64 * SB_PAGE_SIZE,
						     .nid = SB_NID_ANY };
		cfg.nr_cma = 1;
	}
	return cfg;
}

static void alloc_unit(void)
{
	static const u32 flags[] = { SB_GFP_NOWAIT, SB_GFP_KERNEL, SB_GFP_KERNEL | SB_GFP_NORETRY };
	unsigned int most = (unsigned int)sb_order_pages(f.inst.cfg.max_order);
	u32 gfp = SB_GFP_MOVABLE | SB_GFP_HIGHMEM | flags[below(ARRAY_SIZE(flags))];
	struct mover_unit *unit;

	mover_remember(&m);
	unit = mover_alloc(&m, below(3) ? 1 + below(3) : 1 + below(most), gfp);
	if (unit)
		unit->pinned = below(16) == 0;
	mover_expect_only_up(&m);
}

static void free_unit(void)
{
	struct mover_unit *unit = &m.unit[below(MOVER_UNITS)];

	if (unit->nr_pages)
		mover_free(&m, unit);
}

/* What does not move, for a time. */
#define OTHERS 16
static struct {
	long pfn;
	unsigned int order;
} others[OTHERS];

static void free_other(unsigned int i)
{
	if (others[i].pfn > 0)
		fixture_free(&f, (unsigned long)others[i].pfn, others[i].order);
	others[i].pfn = 0;
}

static void alloc_other(void)
{
	unsigned int i = below(OTHERS);

	free_other(i);
	others[i].order = below(f.inst.cfg.max_order + 1);
	others[i].pfn = fixture_alloc(&f, others[i].order, below(SB_PCPTYPES));
}

static void step(void)
{
	sb_host_cpu = below(f.inst.cfg.nr_cpus);
	m.fail_move = below(30) ? 0 : -ENOMEM;
	switch (below(16)) {
	case 0:
		model_compact_zones(&m, &seed);
		break;
	case 1:
		alloc_other();
		break;
	case 2:
		sb_compact_reset_skip(fixture_zone(&f, SB_ZONE_NORMAL));
		break;
	case 3 ... 9:
		alloc_unit();
		break;
	default:
		free_unit();
	}
	mover_expect_all(&m);
}

/* Once more, all of it, and nothing is left. */
static void end_round(struct sb_compact_done *done)
{
	unsigned int i;

	m.fail_move = 0;
	mover_remember(&m);
	sb_compact_node(&f.inst, SB_NID_ANY, false, NULL, done);
	mover_expect_only_up(&m);
	CHECK(&f);
	for (i = 0; i < OTHERS; i++)
		free_other(i);
	mover_exit(&m);
	fixture_exit(&f);
}

static void contents_and_lists_stay_right(void)
{
	unsigned long left = unit_iterations(8000);
	struct sb_compact_done done = { 0 };

	seed = unit_seed();
	while (left) {
		struct sb_config cfg = random_config();
		unsigned long round = min(left, 400ul);

		fixture_boot(&f, &cfg);
		mover_init(&m, &f);
		left -= round;
		while (round--) {
			step();
			if (round % 8 == 0)
				CHECK(&f);
		}
		end_round(&done);
	}
	EXPECT(done.units > 0 || unit_iterations(8000) < 8000);
}

UNIT_MAIN(UNIT_CASE(contents_and_lists_stay_right))

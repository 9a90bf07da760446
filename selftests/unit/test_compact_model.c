// SPDX-License-Identifier: GPL-2.0-only
/* Compaction at random: whatever is asked, contents, counts and lists stay right. */
#define MOVER_UNITS 1024
#include "compact.h"
#include "model_mover.h"

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

	cfg.pageblock_order = 2 + below(4);
	cfg.max_order = cfg.pageblock_order + below(4);
	cfg.pcp_batch = 1 + below(8);
	cfg.pcp_high = below(2) ? 32 : 0;
	cfg.nr_cpus = 1 + below(3);
	cfg.rules = below(3) ? SB_RULES_6_12 : SB_RULES_6_1;
	cfg.watermark_boost_factor = below(2) ? 15000 : 0;
	cfg.min_free_kbytes = below(2) ? 64 : 0;
	cfg.quarantine_pages = below(6) ? 0 : 16;
	cfg.page_poison = below(4) == 0;
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

/* Never into a pageblock that takes none, nor down. */
static unsigned long was[MOVER_UNITS];

static void remember(void)
{
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++)
		was[i] = m.unit[i].pfn;
}

static void expect_only_up(void)
{
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++) {
		const struct mover_unit *unit = &m.unit[i];

		if (!unit->nr_pages || unit->pfn == was[i])
			continue;
		EXPECT(!unit->pinned);
		EXPECT(unit->pfn > was[i]);
		EXPECT(fixture_zone_of(&f, unit->pfn) == fixture_zone_of(&f, was[i]));
	}
}

static void alloc_unit(void)
{
	static const u32 flags[] = { SB_GFP_NOWAIT, SB_GFP_KERNEL, SB_GFP_KERNEL | SB_GFP_NORETRY };
	unsigned int most = (unsigned int)sb_order_pages(f.inst.cfg.max_order);
	u32 gfp = SB_GFP_MOVABLE | SB_GFP_HIGHMEM | flags[below(ARRAY_SIZE(flags))];
	struct mover_unit *unit;

	remember();
	unit = mover_alloc(&m, below(3) ? 1 + below(3) : 1 + below(most), gfp);
	if (unit) {
		unit->pinned = below(16) == 0;
		was[unit - m.unit] = unit->pfn;
	}
	expect_only_up();
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

static struct sb_compact random_compact(void)
{
	struct sb_compact c = {
		.order = below(3) ? SB_COMPACT_WHOLE : 1 + (int)below(f.inst.cfg.max_order),
		.type = below(SB_PCPTYPES),
		.highest = SB_ZONE_MOVABLE,
		.flags = SB_WMARK_MIN,
		.mode = below(3),
		.direct = below(2),
		.whole_zone = below(2),
		.ignore_skip_hint = below(2),
		.ignore_block_suitable = below(4) == 0,
		.limit = { .pages = below(2) ? 0 : 1 + below(64) },
	};

	/* A run of a request has an order. */
	if (c.order == SB_COMPACT_WHOLE)
		c.direct = false;
	return c;
}

static void compact_a_zone(void)
{
	struct sb_zone *zone = NULL;

	remember();
	while ((zone = sb_instance_next_zone(&f.inst, zone))) {
		struct sb_compact c = random_compact();
		enum sb_compact_result result = sb_compact_zone(zone, &c);

		EXPECT(result != SB_COMPACT_CONTINUE && result < SB_NR_COMPACT_RESULTS);
		EXPECT(!c.limit.pages ||
		       c.done.moved < c.limit.pages + sb_order_pages(f.inst.cfg.max_order));
	}
	expect_only_up();
}

static void step(void)
{
	sb_host_cpu = below(f.inst.cfg.nr_cpus);
	m.fail_move = below(30) ? 0 : -ENOMEM;
	switch (below(16)) {
	case 0:
		compact_a_zone();
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

static void contents_and_lists_stay_right(void)
{
	unsigned long i, runs, rounds = unit_iterations(20);
	struct sb_compact_done done = { 0 };

	seed = unit_seed();
	for (runs = 0; runs < rounds; runs++) {
		struct sb_config cfg = random_config();

		fixture_boot(&f, &cfg);
		mover_init(&m, &f);
		for (i = 0; i < 400; i++) {
			step();
			if (i % 8 == 0)
				CHECK(&f);
		}
		m.fail_move = 0;
		remember();
		sb_compact_node(&f.inst, SB_NID_ANY, false, NULL, &done);
		expect_only_up();
		CHECK(&f);
		for (i = 0; i < OTHERS; i++)
			free_other((unsigned int)i);
		mover_exit(&m);
		fixture_exit(&f);
	}
	EXPECT(done.units > 0);
}

UNIT_MAIN(UNIT_CASE(contents_and_lists_stay_right))

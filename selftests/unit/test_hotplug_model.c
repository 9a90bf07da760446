// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks come and go at random while pages are taken, moved, isolated and found bad, next
 * to a model that knows of each block where it is, and of each page why it has to stay.
 */
#include "cma.h"
#include "debug.h"
#include "hwpoison.h"
#include "isolate.h"
#include "model_blocks.h"
#include "model_mover.h"

#define BASE 0x90000000ull
#define FIRST 0x90000ul
#define PAGES 64ul
#define BLOCK (PAGES * SB_PAGE_SIZE)
#define BLOCKS 16u
#define BOOT 6u /* blocks of the boot: DMA is the first, CMA in the third */
#define HELD 40u

struct held {
	unsigned long pfn;
	unsigned long nr_pages; /* 0: nothing */
	unsigned int order;
};

static struct fixture f;
static struct mover m;
static struct model_blocks blocks;
static u64 seed;

static struct {
	struct held held[HELD];
	struct held cma;
	struct sb_isolation isolated;
	bool bad[BLOCKS * PAGES];
} model;

static unsigned int below(u64 limit)
{
	return (unsigned int)unit_below(&seed, limit);
}

static unsigned long pfn_of(unsigned int block)
{
	return FIRST + block * PAGES;
}

static struct sb_config random_config(void)
{
	struct sb_config cfg = fixture_config(BASE, BOOT * BLOCK);
	unsigned int filled;

	cfg.max_order = 5;
	cfg.pcp_at_once = below(2);
	cfg.pageblock_order = 3;
	cfg.section_bytes = BLOCK / 2;
	cfg.memory_block_bytes = BLOCK;
	cfg.window_base = BASE;
	cfg.window_bytes = BLOCKS * BLOCK;
	cfg.dma_bytes = below(2) ? BLOCK : 0;
	cfg.memmap_on_memory = below(2);
	cfg.rules = below(3) ? SB_RULES_6_12 : SB_RULES_6_1;
	if (below(2))
		fixture_use_word(&cfg);
	cfg.pcp_batch = 4;
	cfg.pcp_high = below(3) ? 8 : 0;
	cfg.min_free_kbytes = below(2) * 64;
	cfg.quarantine_pages = below(3) ? 0 : 8;
	filled = below(4);
	cfg.page_poison = filled == 0;
	cfg.init_on_free = filled == 1;
	cfg.nr_cma = 1;
	snprintf(cfg.cma[0].name, sizeof(cfg.cma[0].name), "a");
	cfg.cma[0].base = BASE + 2 * BLOCK + BLOCK / 2;
	cfg.cma[0].size = BLOCK / 4;
	return cfg;
}

static void boot(void)
{
	struct sb_config cfg = random_config();

	memset(&model, 0, sizeof(model));
	fixture_boot(&f, &cfg);
	blocks_init(&blocks, &f);
	mover_init(&m, &f);
}

static void expect_all(void)
{
	blocks_expect_all(&blocks);
	CHECK(&f);
}

static bool overlap(unsigned long a, unsigned long a_end, unsigned long b, unsigned long b_end)
{
	return b < b_end && a < b_end && b < a_end;
}

/* Somebody has a page of [pfn, end) and nobody can move it. */
static bool is_held(unsigned long pfn, unsigned long end)
{
	unsigned int i;

	for (i = 0; i < HELD; i++)
		if (overlap(pfn, end, model.held[i].pfn,
			    model.held[i].pfn + model.held[i].nr_pages))
			return true;
	for (i = 0; i < MOVER_UNITS; i++)
		if (m.unit[i].pinned &&
		    overlap(pfn, end, m.unit[i].pfn, m.unit[i].pfn + m.unit[i].nr_pages))
			return true;
	return false;
}

/* Descriptors of other blocks. */
static bool describes_others(unsigned int block)
{
	unsigned int i;

	for (i = 0; i < BLOCKS; i++)
		if (i != block && blocks.block[i].state != BLOCK_ABSENT &&
		    !blocks.block[i].at_boot &&
		    blocks_map_pfn(&blocks, i) / PAGES == pfn_of(block) / PAGES)
			return true;
	return false;
}

static bool has_to_stay(unsigned int block)
{
	unsigned long pfn = pfn_of(block), end = pfn + PAGES;
	u64 meta = blocks_meta(&blocks, block) * SB_PAGE_SIZE;

	return is_held(pfn, end) || describes_others(block) || block == 2 ||
	       (model.isolated.end && overlap(pfn, end, sb_pfn_block(model.isolated.start, 3),
					      sb_pfn_block(model.isolated.end + 7, 3))) ||
	       sb_region_is_range_reserved(&f.inst.regions, blocks_addr(&blocks, block) + meta,
					   BLOCK - meta);
}

static bool has_unit(unsigned int block)
{
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++)
		if (m.unit[i].nr_pages && overlap(pfn_of(block), pfn_of(block + 1), m.unit[i].pfn,
						  m.unit[i].pfn + m.unit[i].nr_pages))
			return true;
	return false;
}

static bool any_bad(unsigned int block, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr * PAGES; i++)
		if (model.bad[block * PAGES + i])
			return true;
	return false;
}

static void step_add(unsigned int block, unsigned int nr)
{
	blocks_add(&blocks, block, nr, 0);
}

static void step_online(unsigned int block, unsigned int nr)
{
	blocks_online(&blocks, block, nr, SB_ONLINE + below(3), any_bad(block, nr));
}

static void step_offline(unsigned int block, unsigned int nr)
{
	bool stays = false, moves = false;
	struct sb_pinned pinned;
	unsigned int i;

	for (i = block; i < block + nr; i++) {
		stays |= has_to_stay(i);
		moves |= has_unit(i);
	}
	blocks_offline(&blocks, block, nr, stays, moves, &pinned);
	mover_expect_all(&m);
}

/* Memory of the boot would come back as another kind. */
static void step_remove(unsigned int block, unsigned int nr)
{
	if (block < BOOT || blocks_remove(&blocks, block, nr))
		return;
	memset(&model.bad[block * PAGES], 0, nr * PAGES * sizeof(model.bad[0]));
}

static void step_block(void)
{
	static void (*const steps[])(unsigned int block, unsigned int nr) = { step_add, step_online,
									      step_offline,
									      step_remove };
	unsigned int nr = 1 + !below(3);

	steps[below(ARRAY_SIZE(steps))](below(BLOCKS + 1 - nr), nr);
}

static void step_hold(void)
{
	static const u32 gfp[] = { SB_GFP_KERNEL, SB_GFP_ATOMIC, SB_GFP_NOWAIT };
	struct held *held = &model.held[below(HELD)];
	struct sb_request request = { .order = below(5),
				      .type = below(SB_PCPTYPES),
				      .zone = (enum sb_zone_type)below(SB_NR_ZONE_TYPES),
				      .nid = 0,
				      .gfp = gfp[below(ARRAY_SIZE(gfp))] };

	if (held->nr_pages) {
		fixture_free(&f, held->pfn, held->order);
		held->nr_pages = 0;
	} else if (!sb_alloc(&f.inst, &request, &held->pfn)) {
		held->order = request.order;
		held->nr_pages = sb_order_pages(request.order);
	}
}

static void step_unit(void)
{
	struct mover_unit *unit = &m.unit[below(24)];

	if (!unit->nr_pages)
		mover_alloc(&m, 1 + below(20), SB_GFP_KERNEL | SB_GFP_MOVABLE | SB_GFP_HIGHMEM);
	else if (below(3))
		mover_free(&m, unit);
	else
		unit->pinned = !unit->pinned;
}

static void step_cma(void)
{
	struct held *cma = &model.cma;
	unsigned long nr_pages = 1 + below(8);

	if (cma->nr_pages) {
		EXPECT_EQ(sb_cma_release(&f.inst, 0, cma->pfn, cma->nr_pages), 0);
		cma->nr_pages = 0;
	} else if (!sb_cma_alloc(&f.inst, 0, nr_pages, 1, SB_GFP_KERNEL, &cma->pfn)) {
		cma->nr_pages = nr_pages;
	}
}

static void step_isolate(void)
{
	struct sb_isolation *isolated = &model.isolated;
	unsigned long bad;

	if (isolated->end) {
		sb_isolate_undo(&f.inst, isolated->start, isolated->end);
		isolated->end = 0;
		return;
	}
	isolated->start = FIRST + below(BLOCKS * PAGES - 40);
	isolated->end = isolated->start + 1 + below(40);
	isolated->type = SB_MOVABLE;
	if (sb_isolate_range(&f.inst, isolated, &bad))
		isolated->end = 0;
}

static void step_bad(void)
{
	unsigned int page = (unsigned int)(BOOT * PAGES) + below((BLOCKS - BOOT) * PAGES);
	int err = sb_hwpoison_mark(&f.inst, FIRST + page);

	if (err == 1)
		EXPECT_EQ(sb_hwpoison_unmark(&f.inst, FIRST + page), 0);
	else if (!err)
		model.bad[page] = true;
}

static void step(void)
{
	unsigned int which = below(100);

	if (which < 40)
		step_block();
	else if (which < 65)
		step_hold();
	else if (which < 85)
		step_unit();
	else if (which < 91)
		step_cma();
	else if (which < 97)
		step_isolate();
	else if (which < 98)
		step_bad();
	else
		sb_pcp_drain_all(&f.inst);
}

static void let_go_of_all(void)
{
	unsigned int i;

	for (i = 0; i < HELD; i++)
		if (model.held[i].nr_pages)
			fixture_free(&f, model.held[i].pfn, model.held[i].order);
	for (i = 0; i < MOVER_UNITS; i++)
		m.unit[i].pinned = false;
	mover_exit(&m);
	if (model.cma.nr_pages)
		step_cma();
	if (model.isolated.end)
		step_isolate();
	memset(model.held, 0, sizeof(model.held));
}

/* Whoever describes another block goes after it. */
static void take_out_all(void)
{
	unsigned int round, i;

	for (round = 0; round < BLOCKS; round++)
		for (i = BOOT; i < BLOCKS; i++) {
			if (blocks.block[i].state == BLOCK_ONLINE)
				step_offline(i, 1);
			if (blocks.block[i].state == BLOCK_OFFLINE)
				step_remove(i, 1);
		}
	for (i = 0; i < BOOT; i++)
		if (blocks.block[i].state == BLOCK_OFFLINE)
			EXPECT_EQ(blocks_online(&blocks, i, 1, SB_ONLINE_KERNEL, false), 0);
}

static void blocks_come_and_go_at_random(void)
{
	unsigned long steps = unit_iterations(20000), i;
	static char before[4096], after[4096];

	seed = unit_seed();
	for (i = 0; i < steps; i++) {
		if (i % 1000 == 0) {
			boot();
			blocks_tell(&blocks, before, sizeof(before));
		}
		step();
		expect_all();
		if (i % 1000 != 999 && i + 1 != steps)
			continue;
		let_go_of_all();
		take_out_all();
		blocks_tell(&blocks, after, sizeof(after));
		EXPECT_STR(after, before);
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(blocks_come_and_go_at_random))

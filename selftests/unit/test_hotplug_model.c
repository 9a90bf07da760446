// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks come and go at random while pages are taken, moved, isolated and found bad, next
 * to a model that knows of each block where it is, and of each page why it has to stay.
 */
#include "cma.h"
#include "debug.h"
#include "fixture.h"
#include "hotplug.h"
#include "hwpoison.h"
#include "isolate.h"
#include "model_mover.h"
#include "show.h"

#define BASE 0x90000000ull
#define FIRST 0x90000ul
#define PAGES 64ul
#define BLOCK (PAGES * SB_PAGE_SIZE)
#define BLOCKS 16u
#define BOOT 6u /* blocks of the boot: DMA is the first, CMA in the third */
#define HELD 40u

enum { ABSENT, OFFLINE, ONLINE };

struct held {
	unsigned long pfn;
	unsigned long nr_pages; /* 0: nothing */
	unsigned int order;
};

static struct fixture f;
static struct mover m;
static u64 seed;

static struct {
	int state[BLOCKS];
	struct sb_zone *zone[BLOCKS];
	struct held held[HELD];
	struct held cma;
	struct sb_isolation isolated;
	bool bad[BLOCKS * PAGES];
} model;

static unsigned int below(u64 limit)
{
	return (unsigned int)unit_below(&seed, limit);
}

static u64 at(unsigned int block)
{
	return BASE + block * BLOCK;
}

static unsigned long pfn_of(unsigned int block)
{
	return FIRST + block * PAGES;
}

static struct sb_config random_config(void)
{
	struct sb_config cfg = fixture_config(BASE, BOOT * BLOCK);

	cfg.max_order = 5;
	cfg.pageblock_order = 3;
	cfg.section_bytes = BLOCK / 2;
	cfg.memory_block_bytes = BLOCK;
	cfg.window_base = BASE;
	cfg.window_bytes = BLOCKS * BLOCK;
	cfg.dma_bytes = below(2) ? BLOCK : 0;
	cfg.memmap_on_memory = below(2);
	cfg.rules = below(3) ? SB_RULES_6_12 : SB_RULES_6_1;
	cfg.pcp_batch = 4;
	cfg.pcp_high = below(3) ? 8 : 0;
	cfg.min_free_kbytes = below(2) * 64;
	cfg.quarantine_pages = below(3) ? 0 : 8;
	cfg.page_poison = !below(4);
	cfg.nr_cma = 1;
	snprintf(cfg.cma[0].name, sizeof(cfg.cma[0].name), "a");
	cfg.cma[0].base = at(2) + BLOCK / 2;
	cfg.cma[0].size = BLOCK / 4;
	return cfg;
}

/* What is added has memory behind it, like a bank. */
static void back_window(void)
{
	struct sb_config *cfg = &f.inst.cfg;
	struct sb_bank rest = { .base = at(BOOT), .size = (BLOCKS - BOOT) * BLOCK };

	f.memory[cfg->nr_banks] = calloc(1, (size_t)rest.size);
	cfg->banks[cfg->nr_banks++] = rest;
}

static void boot(void)
{
	struct sb_config cfg = random_config();
	unsigned int i;

	memset(&model, 0, sizeof(model));
	fixture_boot(&f, &cfg);
	back_window();
	mover_init(&m, &f);
	for (i = 0; i < BOOT; i++) {
		model.state[i] = ONLINE;
		model.zone[i] =
			fixture_zone(&f, !i && cfg.dma_bytes ? SB_ZONE_DMA : SB_ZONE_NORMAL);
	}
}

/* From the first to the last block that a zone has; none when it has no memory. */
static bool hull(const struct sb_zone *zone, unsigned long *start, unsigned long *end)
{
	unsigned int i;

	*start = 0;
	*end = 0;
	for (i = 0; i < BLOCKS; i++) {
		if (model.zone[i] != zone)
			continue;
		if (!*end)
			*start = pfn_of(i);
		*end = pfn_of(i + 1);
	}
	return *end;
}

static bool is_in(unsigned int block, const struct sb_zone *zone)
{
	unsigned long start, end;

	return hull(zone, &start, &end) && start < pfn_of(block + 1) && pfn_of(block) < end;
}

static struct sb_zone *wanted_zone(unsigned int block, enum sb_online how)
{
	struct sb_zone *movable = fixture_zone(&f, SB_ZONE_MOVABLE);
	struct sb_zone *kernel = fixture_zone(&f, SB_ZONE_DMA);

	if (!is_in(block, kernel))
		kernel = fixture_zone(&f, SB_ZONE_NORMAL);
	if (how == SB_ONLINE_MOVABLE)
		return movable;
	return how == SB_ONLINE && is_in(block, movable) && !is_in(block, kernel) ? movable :
										    kernel;
}

static void expect_zone(struct sb_zone *zone)
{
	unsigned long present = 0, start, end;
	unsigned int i;

	for (i = 0; i < BLOCKS; i++)
		present += model.zone[i] == zone ? PAGES : 0;
	hull(zone, &start, &end);
	EXPECT_EQ(zone->present, present);
	EXPECT_EQ(zone->start_pfn, start);
	EXPECT_EQ(zone->spanned, end - start);
}

static void expect_all(void)
{
	struct sb_memory_block block;
	unsigned int i;

	expect_zone(fixture_zone(&f, SB_ZONE_DMA));
	expect_zone(fixture_zone(&f, SB_ZONE_NORMAL));
	expect_zone(fixture_zone(&f, SB_ZONE_MOVABLE));
	for (i = 0; i < BLOCKS; i++) {
		bool there = sb_memory_block_get(&f.inst, FIRST / PAGES + i, &block);

		EXPECT_EQ(there, model.state[i] != ABSENT);
		if (there) {
			EXPECT_EQ(block.state,
				  model.state[i] == ONLINE ? SB_BLOCK_ONLINE : SB_BLOCK_OFFLINE);
			EXPECT(block.zone == model.zone[i]);
		}
	}
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

/* Descriptors of other blocks, as their sections tell. */
static bool describes_others(unsigned int block)
{
	unsigned int i;

	for (i = 0; i < BLOCKS; i++) {
		const struct sb_section *section = sb_section_of(&f.inst, pfn_of(i));

		if (i != block && model.state[i] != ABSENT &&
		    !(section->flags & SB_SECTION_EARLY) &&
		    overlap(pfn_of(block), pfn_of(block + 1), sb_pfn_down(section->map_phys),
			    sb_pfn_down(section->map_phys) + 1))
			return true;
	}
	return false;
}

static bool has_to_stay(unsigned int block)
{
	unsigned long pfn = pfn_of(block), end = pfn + PAGES;
	bool meta = f.inst.cfg.memmap_on_memory && block >= BOOT;

	return is_held(pfn, end) || describes_others(block) || block == 2 ||
	       (model.isolated.end && overlap(pfn, end, sb_pfn_block(model.isolated.start, 3),
					      sb_pfn_block(model.isolated.end + 7, 3))) ||
	       sb_region_is_range_reserved(&f.inst.regions, at(block) + meta * SB_PAGE_SIZE,
					   BLOCK - meta * SB_PAGE_SIZE);
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

static bool any(unsigned int block, unsigned int nr, int state)
{
	unsigned int i;

	for (i = block; i < block + nr; i++)
		if (model.state[i] == state)
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
	int err = sb_hotplug_add(&f.inst, at(block), nr * BLOCK, 0);
	unsigned int i;

	if (any(block, nr, OFFLINE) || any(block, nr, ONLINE))
		EXPECT_EQ(err, -EEXIST);
	else if (f.inst.cfg.memmap_on_memory)
		EXPECT_EQ(err, 0);
	else
		EXPECT(!err || err == -ENOMEM);
	for (i = block; !err && i < block + nr; i++)
		model.state[i] = OFFLINE;
}

static void step_online(unsigned int block, unsigned int nr)
{
	enum sb_online how = SB_ONLINE + below(3);
	struct sb_zone *zone[BLOCKS];
	unsigned int i;
	int err;

	memcpy(zone, model.zone, sizeof(zone));
	for (i = block; i < block + nr && !any(block, nr, ONLINE); i++)
		model.zone[i] = wanted_zone(i, how);
	err = sb_hotplug_online(&f.inst, at(block), nr * BLOCK, how);
	if (any(block, nr, ABSENT))
		EXPECT_EQ(err, -ENOENT);
	else if (any(block, nr, ONLINE))
		EXPECT_EQ(err, -EALREADY);
	else
		EXPECT_EQ(err, any_bad(block, nr) ? -EHWPOISON : 0);
	if (err)
		memcpy(model.zone, zone, sizeof(zone));
	for (i = block; !err && i < block + nr; i++)
		model.state[i] = ONLINE;
}

static void step_offline(unsigned int block, unsigned int nr)
{
	bool stays = false, moves = false, mixed = false;
	struct sb_pinned pinned;
	unsigned int i;
	int err;

	for (i = block; i < block + nr; i++) {
		stays |= has_to_stay(i);
		moves |= has_unit(i);
		mixed |= model.zone[i] != model.zone[block];
	}
	err = sb_hotplug_offline(&f.inst, at(block), nr * BLOCK, &pinned);
	if (any(block, nr, ABSENT))
		EXPECT_EQ(err, -ENOENT);
	else if (any(block, nr, OFFLINE))
		EXPECT_EQ(err, -EALREADY);
	else if (mixed)
		EXPECT_EQ(err, -EINVAL);
	else if (!(moves && err == -ENOMEM))
		EXPECT_EQ(err, stays ? -EBUSY : 0);
	if (err == -EBUSY)
		EXPECT(pinned.reason && pinned.pfn >= pfn_of(block) &&
		       pinned.pfn < pfn_of(block + nr) && strcmp(pinned.reason, "busy"));
	for (i = block; !err && i < block + nr; i++) {
		model.state[i] = OFFLINE;
		model.zone[i] = NULL;
	}
	mover_expect_all(&m);
}

static void step_remove(unsigned int block, unsigned int nr)
{
	unsigned int i;
	int err;

	/* Memory of the boot would come back as another kind. */
	if (block < BOOT)
		return;
	err = sb_hotplug_remove(&f.inst, at(block), nr * BLOCK);
	if (any(block, nr, ABSENT))
		EXPECT_EQ(err, -ENOENT);
	else
		EXPECT_EQ(err, any(block, nr, ONLINE) ? -EBUSY : 0);
	for (i = block; !err && i < block + nr; i++) {
		model.state[i] = ABSENT;
		memset(&model.bad[i * PAGES], 0, PAGES * sizeof(model.bad[0]));
	}
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
			if (model.state[i] == ONLINE)
				step_offline(i, 1);
			if (model.state[i] == OFFLINE)
				step_remove(i, 1);
		}
	for (i = 0; i < BOOT; i++)
		if (model.state[i] == OFFLINE) {
			EXPECT_EQ(sb_hotplug_online(&f.inst, at(i), BLOCK, SB_ONLINE_KERNEL), 0);
			model.state[i] = ONLINE;
		}
}

static void tell(char *text, size_t size)
{
	struct sb_out out = { .text = text, .size = size };
	struct sb_zone *zone = NULL;
	unsigned long present = 0, managed = 0;

	text[0] = '\0';
	sb_show_regions(&out, &f.inst.regions.memory);
	sb_show_regions(&out, &f.inst.regions.reserved);
	while ((zone = sb_instance_next_zone(&f.inst, zone))) {
		present += zone->present;
		managed += zone->managed;
	}
	sb_out_printf(&out, "present %lu managed %lu descriptors %lu\n", present, managed,
		      f.inst.map.nr_present);
}

static void blocks_come_and_go_at_random(void)
{
	unsigned long steps = unit_iterations(20000), i;
	static char before[4096], after[4096];

	seed = unit_seed();
	for (i = 0; i < steps; i++) {
		if (i % 1000 == 0) {
			boot();
			tell(before, sizeof(before));
		}
		step();
		expect_all();
		if (i % 1000 != 999 && i + 1 != steps)
			continue;
		let_go_of_all();
		take_out_all();
		tell(after, sizeof(after));
		EXPECT_STR(after, before);
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(blocks_come_and_go_at_random))

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The word engine: which pageblock it takes from, what it costs, and next to a model so
 * naive that it must be right. After every random step the checker recounts it.
 */
#include "fixture.h"
#include "word_block.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul
#define BLOCK 256ul
#define MAX_PAGES 4096ul
#define MAX_HELD 512u

static struct fixture f;
static struct sb_zone *zone;

static void boot(u64 size, unsigned int nr_cpus)
{
	struct sb_config cfg = fixture_config(BASE, size);

	cfg.engine = SB_ENGINE_WORD;
	cfg.pcp_high = 0;
	cfg.nr_cpus = nr_cpus;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_host_cpu = 0;
}

static unsigned long block_of(unsigned long pfn)
{
	return sb_pfn_block(pfn, f.inst.cfg.pageblock_order);
}

/* The pageblock that a page is given of. */
static unsigned long take_page(void)
{
	return block_of((unsigned long)fixture_alloc(&f, 0, SB_MOVABLE));
}

/* The one that CPU 0 took from last. */
static unsigned long active(void)
{
	const struct sb_word_zone *lists = f.inst.words.zone[zone - f.inst.zones];

	return sb_word_pfn(&f.inst, lists->active[SB_MOVABLE]);
}

static unsigned int nr_free(unsigned long pfn)
{
	return sb_word_of(&f.inst, pfn)->nr_free;
}

static void runs_are_found_at_all_places_at_once(void)
{
	EXPECT_EQ(sb_word_runs(0xf7, 0), 0xf7);
	EXPECT_EQ(sb_word_runs(0xf7, 1), 0x51);
	EXPECT_EQ(sb_word_runs(0xf7, 2), 0x10);
	EXPECT_EQ(sb_word_runs(~0u, 5), 1);
	EXPECT_EQ(sb_word_runs(~1u, 5), 0);
	EXPECT_EQ(sb_word_longest(0xf7, 5), 2);
	EXPECT_EQ(sb_word_tightest(0xf7, 0, 5), 2);
	EXPECT_EQ(sb_word_tightest(0xf3, 1, 5), 0);
	EXPECT_EQ(sb_word_tightest(0xf0, 1, 5), 4);
	EXPECT_EQ(sb_word_weight(0xf7), 7);
	EXPECT_EQ(sb_word_weight(~0u), 32);
}

/* Two bits a page, and 4 KiB: descriptors apart. */
static void it_keeps_less_than_two_bits_a_page(void)
{
	u64 lists = sizeof(struct sb_word_zone) + SB_PCPTYPES * sizeof(u32);

	EXPECT(lists <= 4096);
	boot(64 * MiB, 1);
	EXPECT(f.inst.words_range.size <= 64 * MiB / SB_PAGE_SIZE * 2 / 8 + 4096);
	fixture_exit(&f);
}

static void the_fullest_pageblock_is_taken_from(void)
{
	unsigned long last, i;

	boot(8 * MiB, 1);
	fixture_fill(&f);
	/* Nobody takes from the last one that was filled. */
	last = active();
	/* A quarter of one, three quarters of another, an eighth of a third. */
	fixture_free_run(&f, last ^ 2 * BLOCK, BLOCK / 4);
	fixture_free_run(&f, last ^ 3 * BLOCK, 3 * BLOCK / 4);
	fixture_free_run(&f, last ^ 4 * BLOCK, BLOCK / 8);
	for (i = 0; i < BLOCK / 8; i++)
		EXPECT_EQ(take_page(), last ^ 4 * BLOCK);
	for (i = 0; i < BLOCK / 4; i++)
		EXPECT_EQ(take_page(), last ^ 2 * BLOCK);
	EXPECT_EQ(take_page(), last ^ 3 * BLOCK);
	fixture_exit(&f);
}

/* Every other page is free in an emptier pageblock: nobody else could use these. */
static void crumbs_are_taken_before_runs(void)
{
	unsigned long last, at;

	boot(8 * MiB, 1);
	fixture_fill(&f);
	last = active();
	fixture_free_run(&f, last ^ 2 * BLOCK, 32);
	for (at = 0; at < BLOCK; at += 2)
		fixture_free_run(&f, (last ^ 3 * BLOCK) + at, 1);
	EXPECT_EQ(take_page(), last ^ 3 * BLOCK);
	EXPECT_EQ(block_of((unsigned long)fixture_alloc(&f, 1, SB_MOVABLE)), last ^ 2 * BLOCK);
	fixture_exit(&f);
}

/* The pageblock that was taken from before has long runs, and another one has short ones. */
static void runs_are_left_where_there_are_crumbs(void)
{
	unsigned long last, i;

	boot(8 * MiB, 1);
	fixture_fill(&f);
	last = active();
	fixture_free_run(&f, last ^ 2 * BLOCK, BLOCK / 2);
	EXPECT_EQ(take_page(), last ^ 2 * BLOCK);
	fixture_free_run(&f, last ^ 3 * BLOCK, 4);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(take_page(), last ^ 3 * BLOCK);
	EXPECT_EQ(take_page(), last ^ 2 * BLOCK);
	CHECK(&f);
	fixture_exit(&f);
}

/* What a larger request needs is left alone: a page comes from where there is no more. */
static void the_smallest_run_that_will_do_is_taken(void)
{
	boot(8 * MiB, 1);
	fixture_fill(&f);
	fixture_free_run(&f, PFN + 2 * BLOCK + 32, 32);
	fixture_free_run(&f, PFN + 2 * BLOCK + 64, 3);
	EXPECT_EQ(fixture_alloc(&f, 0, SB_MOVABLE), PFN + 2 * BLOCK + 66);
	EXPECT_EQ(fixture_alloc(&f, 0, SB_MOVABLE), PFN + 2 * BLOCK + 64);
	EXPECT_EQ(fixture_alloc(&f, 5, SB_MOVABLE), PFN + 2 * BLOCK + 32);
	fixture_exit(&f);
}

static void each_cpu_takes_from_a_pageblock_of_its_own(void)
{
	unsigned long first, second, i;

	boot(8 * MiB, 2);
	first = take_page();
	sb_host_cpu = 1;
	second = take_page();
	EXPECT(first != second);
	for (i = 0; i < BLOCK / 2; i++) {
		sb_host_cpu = i % 2;
		EXPECT_EQ(take_page(), i % 2 ? second : first);
	}
	sb_host_cpu = 0;
	fixture_exit(&f);
}

static void pageblocks_that_are_free_merge_and_come_apart(void)
{
	long pfn;

	boot(8 * MiB, 1);
	pfn = fixture_alloc(&f, 10, SB_MOVABLE);
	EXPECT(pfn > 0 && sb_pfn_aligned((unsigned long)pfn, 10));
	EXPECT_EQ(nr_free((unsigned long)pfn + 3 * BLOCK), 0);
	CHECK(&f);
	fixture_free(&f, (unsigned long)pfn, 10);
	EXPECT(sb_engine_is_free(&f.inst, (unsigned long)pfn, 10));
	fixture_exit(&f);
}

static void pageblocks_of_types_apart_do_not_merge(void)
{
	unsigned long pfn;

	boot(8 * MiB, 1);
	pfn = (unsigned long)fixture_alloc(&f, 10, SB_MOVABLE);
	fixture_set_type(&f, pfn + BLOCK, SB_HIGHATOMIC);
	fixture_free(&f, pfn, 10);
	EXPECT(sb_engine_is_free(&f.inst, pfn, 8));
	EXPECT(sb_engine_is_free(&f.inst, pfn + BLOCK, 8));
	EXPECT(sb_engine_is_free(&f.inst, pfn + 2 * BLOCK, 9));
	CHECK(&f);
	/* One in the middle of a free block leaves it. */
	fixture_set_type(&f, pfn + 3 * BLOCK, SB_HIGHATOMIC);
	EXPECT(sb_engine_is_free(&f.inst, pfn + 2 * BLOCK, 8));
	EXPECT(sb_engine_is_free(&f.inst, pfn + 3 * BLOCK, 8));
	EXPECT_EQ(zone->nr_free_highatomic, 2 * BLOCK);
	fixture_exit(&f);
}

/* The others are Movable, and would not be at home there. */
static void half_of_a_pageblock_is_enough_to_claim_it(void)
{
	long pfn;

	boot(8 * MiB, 1);
	fixture_fill(&f);
	fixture_free_run(&f, PFN + 2 * BLOCK, BLOCK / 2 - 1);
	pfn = fixture_alloc(&f, 0, SB_UNMOVABLE);
	EXPECT_EQ(block_of((unsigned long)pfn), PFN + 2 * BLOCK);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, (unsigned long)pfn), SB_MOVABLE);
	fixture_free(&f, (unsigned long)pfn, 0);
	fixture_free_run(&f, PFN + 2 * BLOCK + BLOCK / 2 - 1, 1);
	pfn = fixture_alloc(&f, 0, SB_UNMOVABLE);
	EXPECT_EQ(block_of((unsigned long)pfn), PFN + 2 * BLOCK);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, (unsigned long)pfn), SB_UNMOVABLE);
	fixture_exit(&f);
}

static void a_page_that_is_free_cannot_be_freed(void)
{
	long pfn;

	boot(8 * MiB, 1);
	pfn = fixture_alloc(&f, 0, SB_MOVABLE);
	fixture_free(&f, (unsigned long)pfn, 0);
	EXPECT_EQ(sb_alloc_free(&f.inst, (unsigned long)pfn, 0), -EALREADY);
	EXPECT(strstr(unit_last_warning, "the page is free,"));
	fixture_exit(&f);
}

static void what_it_cannot_do_is_refused(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	cfg.engine = SB_ENGINE_WORD;
	cfg.pageblock_order = 4;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	cfg.pageblock_order = 10;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	cfg.pageblock_order = 9;
	cfg.rules = SB_RULES_6_1;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	cfg.rules = SB_RULES_6_12;
	cfg.debug_guardpage_minorder = 1;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	cfg.debug_guardpage_minorder = 0;
	cfg.engine = SB_NR_ENGINES;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
}

struct held {
	unsigned long pfn;
	unsigned int order;
};

/* A byte a page: nobody has it, and it is not reserved. */
static struct model {
	unsigned char is_free[MAX_PAGES];
	unsigned long nr_pages;
	struct held held[MAX_HELD];
	unsigned int nr_held;
	u64 seed;
} m;

static unsigned int below(u64 limit)
{
	return (unsigned int)unit_below(&m.seed, limit);
}

static bool all_are(unsigned long at, unsigned int order, unsigned char value)
{
	unsigned long end = at + sb_order_pages(order);

	if (end > m.nr_pages)
		return false;
	while (at < end && m.is_free[at] == value)
		at++;
	return at == end;
}

static void set_all(unsigned long pfn, unsigned int order, unsigned char value)
{
	EXPECT(all_are(pfn - f.inst.map.base_pfn, order, !value));
	memset(m.is_free + (pfn - f.inst.map.base_pfn), value, sb_order_pages(order));
}

/* Blocks of less than a pageblock that are part of no larger one there. */
static unsigned long model_count(unsigned int order, unsigned int type)
{
	unsigned long size = sb_order_pages(order), nr = 0, at;

	for (at = 0; at < m.nr_pages; at += size)
		nr += sb_pageblock_type(&f.inst.blocks, f.inst.map.base_pfn + at) == type &&
		      all_are(at, order, 1) && !all_are(sb_pfn_block(at, order + 1), order + 1, 1);
	return nr;
}

/* Up to a pageblock, a block of a type is there or not. */
static bool model_has(unsigned int order, unsigned int type)
{
	unsigned long at;

	for (at = 0; at < m.nr_pages; at += sb_order_pages(order))
		if (all_are(at, order, 1) &&
		    sb_pageblock_type(&f.inst.blocks, f.inst.map.base_pfn + at) == type)
			return true;
	return false;
}

static void expect_pages(void)
{
	struct sb_page_info info;
	unsigned long i;

	for (i = 0; i < m.nr_pages; i++) {
		bool is_free;

		sb_memmap_info(&f.inst, f.inst.map.base_pfn + i, &info);
		is_free = info.state == SB_PAGE_FREE;
		if (is_free != m.is_free[i])
			unit_fail(__FILE__, __LINE__, "page %lu has state %u, is_free %u", i,
				  info.state, m.is_free[i]);
		if (is_free && info.order < f.inst.cfg.pageblock_order)
			EXPECT(all_are(info.head - f.inst.map.base_pfn, info.order, 1) &&
			       !all_are(sb_pfn_block(info.head, info.order + 1) -
						f.inst.map.base_pfn,
					info.order + 1, 1));
	}
}

static void expect_same(void)
{
	unsigned int order, type;

	CHECK(&f);
	expect_pages();
	sb_lock(&zone->lock);
	for (type = 0; type < SB_NR_TYPES; type++)
		for (order = 0; order < f.inst.cfg.pageblock_order; order++)
			EXPECT_EQ(sb_engine_count(zone, order, type, ~0ul),
				  model_count(order, type));
	sb_unlock(&zone->lock);
}

static void hold(unsigned long pfn, unsigned int order)
{
	set_all(pfn, order, 0);
	sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_ALLOC, order, SB_MOVABLE);
	m.held[m.nr_held++] = (struct held){ pfn, order };
}

static void step_take(void)
{
	unsigned int order = below(1 + below(f.inst.cfg.max_order + 1)), type = below(SB_NR_TYPES);
	unsigned long pfn;
	bool found;

	if (m.nr_held == MAX_HELD)
		return;
	sb_host_cpu = below(f.inst.cfg.nr_cpus);
	sb_lock(&zone->lock);
	found = sb_buddy_take(zone, order, type, &pfn);
	if (order <= f.inst.cfg.pageblock_order)
		EXPECT_EQ(found, model_has(order, type));
	if (found) {
		EXPECT(sb_pfn_aligned(pfn, order));
		EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, pfn), type);
		hold(pfn, order);
	}
	sb_unlock(&zone->lock);
}

static void step_put(void)
{
	struct held held;
	unsigned int which;

	if (!m.nr_held)
		return;
	which = below(m.nr_held);
	held = m.held[which];
	m.held[which] = m.held[--m.nr_held];
	sb_lock(&zone->lock);
	sb_buddy_free(zone, held.pfn, held.order, below(2));
	sb_unlock(&zone->lock);
	set_all(held.pfn, held.order, 1);
}

/* A pageblock of any type becomes one of another; not by itself if it is free as a whole. */
static void step_retype(void)
{
	unsigned long pfn = f.inst.map.base_pfn + below(m.nr_pages);
	struct sb_page_info info;

	sb_memmap_info(&f.inst, pfn, &info);
	if (info.state == SB_PAGE_FREE && info.order >= f.inst.cfg.pageblock_order)
		return;
	fixture_set_type(&f, pfn, below(SB_NR_TYPES));
}

/* One page is taken out of a free block, which comes apart around it. */
static void step_cut(void)
{
	unsigned long pfn = f.inst.map.base_pfn + below(m.nr_pages), head;
	struct sb_page_info info;
	unsigned int order, type;

	sb_memmap_info(&f.inst, pfn, &info);
	if (info.state != SB_PAGE_FREE || m.nr_held == MAX_HELD)
		return;
	head = info.head;
	order = info.order;
	type = info.type;
	sb_lock(&zone->lock);
	sb_engine_del(zone, head, order);
	while (order--) {
		unsigned long half = sb_pfn_block(pfn, order);

		sb_engine_add(zone, sb_pfn_buddy(half, order), order, type, SB_ENGINE_HEAD);
	}
	hold(pfn, 0);
	sb_unlock(&zone->lock);
}

static void step_claim(void)
{
	unsigned int type = below(SB_PCPTYPES), other = below(SB_PCPTYPES);
	unsigned int high, low;
	unsigned long pfn;

	for (high = f.inst.cfg.pageblock_order; high <= f.inst.cfg.max_order; high++)
		if (!sb_engine_empty(zone, high, other))
			break;
	if (high > f.inst.cfg.max_order || m.nr_held == MAX_HELD)
		return;
	low = below(high + 1);
	sb_lock(&zone->lock);
	pfn = sb_engine_first(zone, high, other);
	f.inst.engine->claim(zone, pfn, high, low, type);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, pfn), type);
	hold(pfn, low);
	sb_unlock(&zone->lock);
}

static void step(void)
{
	switch (below(12)) {
	case 0:
		step_retype();
		break;
	case 1:
		step_cut();
		break;
	case 2:
		step_claim();
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		step_put();
		break;
	default:
		step_take();
		break;
	}
}

static void random_boot(void)
{
	struct sb_config cfg = fixture_config(BASE, (4 + below(12)) * MiB + below(64) * 4096);
	struct sb_page_info info;
	unsigned long i;

	cfg.pageblock_order = 5 + below(5);
	cfg.max_order = cfg.pageblock_order + below(4);
	cfg.nr_cpus = 1 + below(3);
	cfg.pcp_high = 0;
	cfg.engine = SB_ENGINE_WORD;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	m.nr_held = 0;
	m.nr_pages = f.inst.map.nr_pages;
	for (i = 0; i < m.nr_pages; i++) {
		sb_memmap_info(&f.inst, f.inst.map.base_pfn + i, &info);
		m.is_free[i] = info.state == SB_PAGE_FREE;
	}
}

static void random_steps_agree_with_the_model(void)
{
	unsigned long left = unit_iterations(1500);

	m.seed = unit_seed();
	while (left) {
		unsigned long round = min(left, 300ul);

		left -= round;
		random_boot();
		while (round--) {
			step();
			expect_same();
		}
		while (m.nr_held)
			step_put();
		expect_same();
		sb_host_cpu = 0;
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(runs_are_found_at_all_places_at_once),
	  UNIT_CASE(it_keeps_less_than_two_bits_a_page),
	  UNIT_CASE(the_fullest_pageblock_is_taken_from), UNIT_CASE(crumbs_are_taken_before_runs),
	  UNIT_CASE(runs_are_left_where_there_are_crumbs),
	  UNIT_CASE(the_smallest_run_that_will_do_is_taken),
	  UNIT_CASE(each_cpu_takes_from_a_pageblock_of_its_own),
	  UNIT_CASE(pageblocks_that_are_free_merge_and_come_apart),
	  UNIT_CASE(pageblocks_of_types_apart_do_not_merge),
	  UNIT_CASE(half_of_a_pageblock_is_enough_to_claim_it),
	  UNIT_CASE(a_page_that_is_free_cannot_be_freed), UNIT_CASE(what_it_cannot_do_is_refused),
	  UNIT_CASE(random_steps_agree_with_the_model))

// SPDX-License-Identifier: GPL-2.0-only
/* CMA areas: where they are placed, who may have their pages, and what is told of them. */
#include "cma.h"
#include "fixture.h"
#include "show.h"
#include "trace.h"

#define BASE 0x90000000ull
#define FIRST 0x90000ul
#define BLOCK 256ul

static struct fixture f;

static void add(struct sb_config *cfg, const char *name, u64 base, u64 size, int nid)
{
	struct sb_cma_config *area = &cfg->cma[cfg->nr_cma++];

	snprintf(area->name, sizeof(area->name), "%s", name);
	area->base = base;
	area->size = size;
	area->nid = nid;
}

/* 16 MiB with an area of 4 MiB from the fourth on. */
static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	add(&cfg, "video", BASE + 4 * MiB, 4 * MiB, SB_NID_ANY);
	fixture_boot(&f, &cfg);
}

#define AREA 1024ul

/* The first page, counted from the first of the area, or -errno. */
static long take(unsigned long nr_pages, unsigned int align_order)
{
	unsigned long pfn = 0;
	int err = sb_cma_alloc(&f.inst, 0, nr_pages, align_order, 0, &pfn);

	CHECK(&f);
	return err ? err : (long)(pfn - f.inst.cma[0].base_pfn);
}

static int give(long page, unsigned long nr_pages)
{
	int err =
		sb_cma_release(&f.inst, 0, f.inst.cma[0].base_pfn + (unsigned long)page, nr_pages);

	CHECK(&f);
	return err;
}

static unsigned int type_at(unsigned long page)
{
	return sb_pageblock_type(&f.inst.blocks, FIRST + page);
}

static void an_area_with_a_base_is_there(void)
{
	struct sb_zone *zone;

	boot();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	EXPECT_EQ(f.inst.cma[0].base_pfn, FIRST + AREA);
	EXPECT_EQ(f.inst.cma[0].nr_pages, 1024);
	EXPECT_EQ(type_at(AREA - 1), SB_MOVABLE);
	EXPECT_EQ(type_at(AREA), SB_CMA);
	EXPECT_EQ(type_at(AREA + 1023), SB_CMA);
	EXPECT_EQ(type_at(AREA + 1024), SB_MOVABLE);
	EXPECT_EQ(zone->cma_pages, 1024);
	EXPECT_EQ(zone->nr_free_cma, 1024);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_CMA), 1);
	EXPECT_EQ(sb_cma_find(&f.inst, "video"), 0);
	EXPECT_EQ(sb_cma_find(&f.inst, "audio"), -ENOENT);
	fixture_exit(&f);
}

static void an_area_is_reserved_until_the_hand_over(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	u64 reserved;

	add(&cfg, "a", 0, 3 * MiB + 1, SB_NID_ANY);
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_instance_step(&f.inst), 0);
	/* Rounded up to pageblocks, and at the top, where no metadata is yet. */
	EXPECT_EQ(f.inst.cma[0].base_pfn, FIRST + 3072);
	EXPECT_EQ(f.inst.cma[0].nr_pages, 1024);
	EXPECT_EQ(f.inst.regions.reserved.total_size, 4 * MiB);
	EXPECT_EQ(sb_cma_maxchunk(&f.inst, 0), 0);
	EXPECT_EQ(sb_instance_boot(&f.inst), 0);
	reserved = f.inst.regions.reserved.total_size;
	EXPECT_EQ(reserved, f.inst.map_range.size + f.inst.blocks_range.size +
				    f.inst.pcp_range.size + f.inst.cma_range.size);
	EXPECT_EQ(sb_handover_release(&f.inst, f.inst.cma_range.base, SB_PAGE_SIZE), -EBUSY);
	fixture_exit(&f);
}

static void areas_go_to_highmem_where_there_is_room(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.lowmem_bytes = 10 * MiB;
	add(&cfg, "a", 0, 4 * MiB, SB_NID_ANY);
	add(&cfg, "b", 0, 4 * MiB, SB_NID_ANY);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.cma[0].base_pfn, FIRST + 3072);
	/* Neither in what HighMem has left nor across its border. */
	EXPECT_EQ(f.inst.cma[1].base_pfn, FIRST + 1536);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_HIGHMEM)->cma_pages, 1024);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->cma_pages, 1024);
	fixture_exit(&f);
}

static void an_area_lies_on_its_node(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_add_bank(&cfg, BASE + 8 * MiB, 8 * MiB, 1);
	add(&cfg, "a", 0, MiB, 0);
	add(&cfg, "b", 0, MiB, SB_NID_ANY);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.cma[0].base_pfn, FIRST + 2048 - BLOCK);
	EXPECT_EQ(f.inst.cma[1].base_pfn, FIRST + 4096 - BLOCK);
	EXPECT_EQ(sb_instance_zone(&f.inst, 1, SB_ZONE_NORMAL)->cma_pages, BLOCK);
	fixture_exit(&f);
}

/* The errno of the stage that fails, after which all that was taken is free again. */
static int refused(const struct sb_config *cfg, enum sb_stage stage, const char *why)
{
	int err;

	unit_last_warning[0] = '\0';
	f.fail_map = 0;
	EXPECT_EQ(fixture_init(&f, cfg), 0);
	err = sb_instance_boot(&f.inst);
	EXPECT_EQ(f.inst.stage + 1, stage);
	if (!strstr(unit_last_warning, why))
		unit_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", unit_last_warning, why);
	/* A second try finds things as the first one did. */
	EXPECT_EQ(sb_instance_boot(&f.inst), err);
	if (stage == SB_STAGE_REGIONS)
		EXPECT_EQ(f.inst.regions.reserved.total_size, 0);
	CHECK(&f);
	fixture_drop(&f);
	return err;
}

static void a_place_that_will_not_do_is_refused(void)
{
	struct sb_config good = fixture_config(BASE, 16 * MiB), cfg;

	add(&good, "first", BASE, MiB, SB_NID_ANY);
	cfg = good;
	add(&cfg, "a", BASE + 4 * MiB + 4096, MiB, SB_NID_ANY);
	EXPECT_EQ(refused(&cfg, SB_STAGE_REGIONS, "does not start where a pageblock does"),
		  -EINVAL);
	cfg = good;
	add(&cfg, "a", BASE + 16 * MiB, MiB, SB_NID_ANY);
	EXPECT_EQ(refused(&cfg, SB_STAGE_REGIONS, "not all of that is free memory"), -EBUSY);
	cfg = good;
	add(&cfg, "a", BASE, 4 * MiB, SB_NID_ANY);
	EXPECT_EQ(refused(&cfg, SB_STAGE_REGIONS, "CMA area a of 4194304 bytes at 0x90000000"),
		  -EBUSY);
	cfg = good;
	add(&cfg, "a", 0, 16 * MiB, SB_NID_ANY);
	EXPECT_EQ(refused(&cfg, SB_STAGE_REGIONS, "no such range of free memory"), -ENOMEM);
	cfg = good;
	add(&cfg, "a", 0, MiB, 3);
	EXPECT_EQ(refused(&cfg, SB_STAGE_REGIONS, "no such range of free memory"), -ENOMEM);
	cfg = good;
	cfg.lowmem_bytes = 8 * MiB;
	add(&cfg, "a", BASE + 7 * MiB, 2 * MiB, SB_NID_ANY);
	EXPECT_EQ(refused(&cfg, SB_STAGE_LIVE, "lies in zones Normal and HighMem"), -EINVAL);
	cfg = good;
	cfg.banks[0].flags = SB_REGION_NOMAP;
	fixture_add_bank(&cfg, BASE + 32 * MiB, 16 * MiB, 0);
	EXPECT_EQ(refused(&cfg, SB_STAGE_REGIONS, "not all of that is free memory"), -EBUSY);
}

static void a_hand_over_without_room_for_the_bitmap_fails(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	add(&cfg, "a", 0, MiB, SB_NID_ANY);
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	while (f.inst.stage < SB_STAGE_PAGEBLOCKS)
		EXPECT_EQ(sb_instance_step(&f.inst), 0);
	f.fail_map = f.nr_map_calls + 2;
	EXPECT_EQ(sb_instance_step(&f.inst), -ENOMEM);
	EXPECT_EQ(f.inst.stage, SB_STAGE_PAGEBLOCKS);
	EXPECT_EQ(type_at(4096 - BLOCK), SB_MOVABLE);
	EXPECT_EQ(sb_cma_alloc(&f.inst, 0, 1, 0, 0, &f.inst.cma[0].nr_failed), -ENODEV);
	EXPECT_EQ(sb_instance_step(&f.inst), 0);
	EXPECT_EQ(take(256, 0), 0);
	EXPECT_EQ(give(0, 256), 0);
	fixture_exit(&f);
}

static void a_configuration_that_cannot_be_is_refused(void)
{
	struct sb_config good = fixture_config(BASE, 16 * MiB), cfg;

#define REFUSED(text)                                              \
	do {                                                       \
		EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);        \
		EXPECT_STR(unit_last_warning, "test: " text "\n"); \
		cfg = good;                                        \
	} while (0)
	add(&good, "a", 0, MiB, SB_NID_ANY);
	cfg = good;
	add(&cfg, "a", 0, MiB, SB_NID_ANY);
	REFUSED("CMA area 1 must have a name of its own");
	cfg.cma[0].name[0] = '\0';
	REFUSED("CMA area 0 must have a name of its own");
	cfg.cma[0].size = 0;
	REFUSED("CMA area 0 must have a size that memory can have");
	cfg.cma[0].base = ~0ull - MiB;
	REFUSED("CMA area 0 must have a size that memory can have");
	cfg.cma[0].size = ~0ull;
	REFUSED("CMA area 0 must have a size that memory can have");
	cfg.cma[0].size = SB_PHYS_END;
	REFUSED("CMA area 0 must have a size that memory can have");
	cfg.cma[0].nid = SB_MAX_NODES;
	REFUSED("CMA area 0 must have a node that there can be");
	cfg.cma[0].nid = -2;
	REFUSED("CMA area 0 must have a node that there can be");
	cfg.nr_cma = SB_MAX_CMA + 1;
	REFUSED("there are 9 CMA areas, but must be at most 8");
}

static void pages_are_given_from_the_lowest_on(void)
{
	boot();
	EXPECT_EQ(take(100, 0), 0);
	EXPECT_EQ(take(300, 0), 100);
	EXPECT_EQ(f.inst.cma[0].nr_used, 400);
	EXPECT_EQ(sb_cma_maxchunk(&f.inst, 0), 624);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_free_cma, 624);
	EXPECT_EQ(give(0, 100), 0);
	EXPECT_EQ(take(101, 0), 400);
	EXPECT_EQ(take(100, 0), 0);
	EXPECT_EQ(take(1024, 0), -ENOMEM);
	EXPECT_EQ(take(523, 0), 501);
	EXPECT_EQ(take(1, 0), -ENOMEM);
	EXPECT_EQ(sb_cma_maxchunk(&f.inst, 0), 0);
	EXPECT_EQ(give(0, 1024), 0);
	EXPECT_EQ(take(1024, 0), 0);
	EXPECT_EQ(take(1025, 0), -ENOMEM);
	EXPECT_EQ(give(0, 1024), 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_CMA), 1);
	fixture_exit(&f);
}

static void the_first_page_is_aligned_in_memory(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	/* Starts a pageblock after a multiple of two. */
	add(&cfg, "a", BASE + 5 * MiB, 4 * MiB, SB_NID_ANY);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(take(3, 0), 0);
	EXPECT_EQ(take(3, 2), 4);
	EXPECT_EQ(take(3, 9), 256);
	EXPECT_EQ(take(3, 9), 768);
	EXPECT_EQ(take(3, 9), -ENOMEM);
	EXPECT_EQ(take(3, SB_CMA_MAX_ALIGN), -ENOMEM);
	EXPECT_EQ(take(3, SB_CMA_MAX_ALIGN + 1), -EINVAL);
	fixture_drop(&f);
}

/* All free pages but those of the area, then one after the other of it. */
static void borrow(unsigned long nr_pages)
{
	struct sb_zone *zone = fixture_zone(&f, SB_ZONE_NORMAL);

	sb_host_cpu = 0;
	while (zone->nr_free_cma > 1024 - nr_pages && fixture_alloc(&f, 0, SB_MOVABLE) >= 0)
		;
}

static void movable_requests_borrow_and_others_do_not(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_high = 0;
	add(&cfg, "video", BASE + 4 * MiB, 4 * MiB, SB_NID_ANY);
	fixture_boot(&f, &cfg);
	while (fixture_alloc(&f, 0, SB_UNMOVABLE) >= 0)
		;
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_free, 1024);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_free_cma, 1024);
	EXPECT_EQ(fixture_alloc(&f, 0, SB_RECLAIMABLE), -ENOMEM);
	EXPECT(fixture_alloc(&f, 3, SB_MOVABLE) >= (long)(FIRST + AREA));
	CHECK(&f);
	fixture_drop(&f);
}

static void what_is_borrowed_is_passed_by(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	long pfn;

	cfg.pcp_high = 0;
	add(&cfg, "video", BASE + 4 * MiB, 4 * MiB, SB_NID_ANY);
	fixture_boot(&f, &cfg);
	f.inst.hooks = SB_HOOK_TRACE;
	borrow(0);
	/* What is left but for the area's pages. */
	while (fixture_alloc(&f, 0, SB_UNMOVABLE) >= 0)
		;
	pfn = fixture_alloc(&f, 0, SB_MOVABLE);
	EXPECT_EQ(pfn, FIRST + AREA);
	unit_events_clear();
	EXPECT_EQ(take(100, 0), 1);
	EXPECT_EQ(unit_event(0)->kind, SB_TRACE_CMA_START);
	EXPECT_EQ(unit_event(1)->kind, SB_TRACE_CMA_BUSY);
	EXPECT_EQ(unit_event(1)->pfn, FIRST + AREA);
	EXPECT_EQ(unit_event(2)->kind, SB_TRACE_TEST_ISOLATED);
	EXPECT_EQ(unit_event(unit_nr_events - 1)->kind, SB_TRACE_CMA_FINISH);
	EXPECT_EQ(unit_event(unit_nr_events - 1)->pfn, FIRST + AREA + 1);
	EXPECT_EQ(take(64, 6), 128);
	/* Bits of what was in the way are clear again. */
	EXPECT_EQ(f.inst.cma[0].nr_used, 164);
	EXPECT_EQ(f.inst.cma[0].bitmap[0], ~1u);
	fixture_free(&f, (unsigned long)pfn, 0);
	EXPECT_EQ(take(1, 0), 0);
	unit_events_clear();
	EXPECT_EQ(give(0, 101), 0);
	EXPECT_EQ(unit_event(unit_nr_events - 1)->kind, SB_TRACE_CMA_RELEASE);
	EXPECT_EQ(unit_event(unit_nr_events - 1)->nr_pages, 101);
	f.inst.hooks = 0;
	fixture_drop(&f);
}

static void pages_on_per_cpu_lists_are_not_in_the_way(void)
{
	boot();
	EXPECT_EQ(take(7, 0), 0);
	EXPECT_EQ(give(0, 7), 0);
	EXPECT(sb_pcp_count(fixture_zone(&f, SB_ZONE_NORMAL)) >= 7);
	EXPECT_EQ(take(1024, 0), 0);
	EXPECT_EQ(give(0, 1024), 0);
	fixture_exit(&f);
}

static void release_refuses_what_was_not_given(void)
{
	unsigned long pfn;

	boot();
	EXPECT_EQ(take(100, 0), 0);
	EXPECT_EQ(give(-1, 2), -ERANGE);
	EXPECT_EQ(give(1023, 2), -ERANGE);
	EXPECT_EQ(give(1024, 1), -ERANGE);
	EXPECT_EQ(give(5, ~0ul), -ERANGE);
	EXPECT_EQ(give(0, 101), -EALREADY);
	EXPECT_EQ(give(500, 1), -EALREADY);
	EXPECT_EQ(give(0, 0), -EINVAL);
	EXPECT_EQ(take(0, 0), -EINVAL);
	EXPECT_EQ(sb_cma_release(&f.inst, 1, FIRST, 1), -ENOENT);
	EXPECT_EQ(sb_cma_alloc(&f.inst, 1, 1, 0, 0, &pfn), -ENOENT);
	EXPECT_EQ(give(30, 30), 0);
	EXPECT_EQ(give(30, 30), -EALREADY);
	EXPECT_EQ(give(0, 30), 0);
	EXPECT_EQ(give(60, 40), 0);
	EXPECT_EQ(f.inst.cma[0].nr_used, 0);
	/* Freed past the area, it is told, and stays allocated from it. */
	EXPECT_EQ(take(1, 0), 0);
	fixture_free(&f, FIRST + AREA, 0);
	EXPECT_EQ(give(0, 1), -EALREADY);
	EXPECT_EQ(f.inst.cma[0].nr_used, 1);
	f.inst.corrupt = true;
	EXPECT_EQ(take(1, 0), -EIO);
	EXPECT_EQ(give(0, 1), -EIO);
	f.inst.corrupt = false;
	fixture_exit(&f);
}

static void what_came_of_requests_is_counted(void)
{
	struct sb_zone *zone;

	boot();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	EXPECT_EQ(take(100, 0), 0);
	EXPECT_EQ(take(200, 0), 100);
	EXPECT_EQ(take(2000, 0), -ENOMEM);
	EXPECT_EQ(give(20, 7), 0);
	/* What could not be asked for does not count. */
	EXPECT_EQ(take(0, 0), -EINVAL);
	EXPECT_EQ(zone->events[SB_EVENT_CMA_ALLOC_SUCCESS], 2);
	EXPECT_EQ(zone->events[SB_EVENT_CMA_ALLOC_FAIL], 1);
	EXPECT_EQ(f.inst.cma[0].nr_succeeded, 300);
	EXPECT_EQ(f.inst.cma[0].nr_failed, 2000);
	EXPECT_EQ(f.inst.cma[0].nr_released, 7);
	fixture_drop(&f);
}

static void areas_are_shown(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	static char text[4096];
	struct sb_out out = { .text = text, .size = sizeof(text) };

	cfg.pageblock_order = 3;
	add(&cfg, "video", BASE + 4 * MiB, 40 * SB_PAGE_SIZE, SB_NID_ANY);
	add(&cfg, "dsp", BASE + 8 * MiB, MiB, SB_NID_ANY);
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	sb_cma_show(&out, &f.inst);
	sb_cma_show_bitmap(&out, &f.inst, 0);
	EXPECT_EQ(out.used, 0);
	EXPECT_EQ(sb_instance_boot(&f.inst), 0);
	EXPECT_EQ(take(33, 0), 0);
	EXPECT_EQ(take(8, 0), -ENOMEM);
	EXPECT_EQ(give(1, 2), 0);
	sb_cma_show(&out, &f.inst);
	EXPECT_STR(
		text,
		"   0: 0x90400000..0x90427fff    0 video: 40 pages, 31 used, at most 7 in a row free, 33 given, 8 refused, 2 given back\n"
		"   1: 0x90800000..0x908fffff    0 dsp: 256 pages, 0 used, at most 256 in a row free, 0 given, 0 refused, 0 given back\n");
	out.used = 0;
	sb_cma_show_bitmap(&out, &f.inst, 0);
	EXPECT_STR(text, "4294967289 1\n");
	out.used = 0;
	sb_cma_show_bitmap(&out, &f.inst, 1);
	EXPECT_STR(text, "0 0 0 0 0 0 0 0\n");
	out.used = 0;
	sb_pcp_drain_all(&f.inst);
	sb_show_zoneinfo(&out, &f.inst);
	EXPECT(strstr(text, "        cma      296\n"));
	EXPECT(strstr(text, "      nr_free_cma  265\n"));
	fixture_drop(&f);
}

static void the_checker_counts_pageblocks_of_areas(void)
{
	struct sb_zone *zone;

	boot();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	zone->cma_pages += BLOCK;
	EXPECT_EQ(sb_check(&f.inst, NULL), 1);
	zone->cma_pages -= BLOCK;
	EXPECT_EQ(sb_check(&f.inst, NULL), 0);
	fixture_drop(&f);
}

/* By the rules of 6.1 a block is freed whole; none lies half in an area. */
static void areas_are_kept_apart_by_any_rules(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.rules = SB_RULES_6_1;
	add(&cfg, "a", BASE + 5 * MiB, MiB, SB_NID_ANY);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(fixture_free_blocks(&f, 8, SB_CMA), 1);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_free_cma, BLOCK);
	EXPECT_EQ(take(BLOCK, 0), 0);
	EXPECT_EQ(give(0, BLOCK), 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(fixture_free_blocks(&f, 8, SB_CMA), 1);
	fixture_exit(&f);
}

/*
 * The model: what is in use of the area, and by whom.
 */

enum { FREE, GIVEN, BORROWED };

static unsigned char model[1024];

static long model_find(unsigned long nr_pages, unsigned int align_order)
{
	unsigned long at, i, size = f.inst.cma[0].nr_pages;

	for (at = 0; at + nr_pages <= size; at++) {
		if ((f.inst.cma[0].base_pfn + at) % sb_order_pages(align_order))
			continue;
		for (i = 0; i < nr_pages && model[at + i] == FREE; i++)
			;
		if (i == nr_pages)
			return (long)at;
	}
	return -ENOMEM;
}

static void step_take(u64 *seed)
{
	unsigned long nr_pages = 1 + (unsigned long)unit_below(seed, 1 + unit_below(seed, 400));
	unsigned int align_order = (unsigned int)unit_below(seed, 9);
	long wanted = model_find(nr_pages, align_order);

	EXPECT_EQ(take(nr_pages, align_order), wanted);
	if (wanted >= 0)
		memset(model + wanted, GIVEN, nr_pages);
}

static void step_give(u64 *seed)
{
	unsigned long at = (unsigned long)unit_below(seed, f.inst.cma[0].nr_pages);
	unsigned long nr_pages = 1 + (unsigned long)unit_below(seed, 200), i;
	bool ours = at + nr_pages <= f.inst.cma[0].nr_pages;

	if (!ours) {
		EXPECT_EQ(give((long)at, nr_pages), -ERANGE);
		return;
	}
	for (i = 0; i < nr_pages; i++)
		ours &= model[at + i] == GIVEN;
	EXPECT_EQ(give((long)at, nr_pages), ours ? 0 : -EALREADY);
	if (ours)
		memset(model + at, FREE, nr_pages);
}

/* Borrowed pages are given back in any case, so that the area does not fill up. */
static void step_borrow(u64 *seed)
{
	unsigned long held[64], at;
	unsigned int nr = (unsigned int)unit_below(seed, ARRAY_SIZE(held)), i;

	for (i = 0; i < nr; i++) {
		long pfn = fixture_alloc(&f, 0, SB_MOVABLE);

		if (pfn < 0)
			break;
		held[i] = (unsigned long)pfn;
		at = held[i] - f.inst.cma[0].base_pfn;
		if (at >= f.inst.cma[0].nr_pages)
			continue;
		EXPECT_EQ(model[at], FREE);
		model[at] = BORROWED;
	}
	step_take(seed);
	step_give(seed);
	while (i-- > 0) {
		fixture_free(&f, held[i], 0);
		at = held[i] - f.inst.cma[0].base_pfn;
		if (at < f.inst.cma[0].nr_pages)
			model[at] = FREE;
	}
}

static void random_requests_agree_with_the_model(void)
{
	unsigned long steps = unit_iterations(4000), i;
	u64 seed = unit_seed();

	while (steps) {
		struct sb_config cfg = fixture_config(BASE, 4 * MiB + unit_below(&seed, 4) * MiB);
		unsigned long round = min(steps, 400ul);

		cfg.pageblock_order = 4 + (unsigned int)unit_below(&seed, 5);
		cfg.rules = (enum sb_rules_version)unit_below(&seed, SB_NR_RULES);
		cfg.nr_cpus = 2;
		cfg.bottom_up = unit_below(&seed, 2);
		/* By pageblocks it is no more than 3 MiB, which leaves memory for the others. */
		add(&cfg, "a", 0, 64 * 1024 + unit_below(&seed, 3 * MiB - 64 * 1024), SB_NID_ANY);
		fixture_boot(&f, &cfg);
		memset(model, FREE, sizeof(model));
		steps -= round;
		while (round--) {
			sb_host_cpu = (unsigned int)unit_below(&seed, 2);
			if (unit_below(&seed, 4) == 0)
				step_borrow(&seed);
			else if (unit_below(&seed, 2))
				step_take(&seed);
			else
				step_give(&seed);
			for (i = 0; i < f.inst.cma[0].nr_pages; i++)
				EXPECT_EQ(f.inst.cma[0].bitmap[i / 32] >> i % 32 & 1,
					  model[i] == GIVEN);
		}
		sb_host_cpu = 0;
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(an_area_with_a_base_is_there),
	  UNIT_CASE(an_area_is_reserved_until_the_hand_over),
	  UNIT_CASE(areas_go_to_highmem_where_there_is_room), UNIT_CASE(an_area_lies_on_its_node),
	  UNIT_CASE(a_place_that_will_not_do_is_refused),
	  UNIT_CASE(a_hand_over_without_room_for_the_bitmap_fails),
	  UNIT_CASE(a_configuration_that_cannot_be_is_refused),
	  UNIT_CASE(pages_are_given_from_the_lowest_on),
	  UNIT_CASE(the_first_page_is_aligned_in_memory),
	  UNIT_CASE(movable_requests_borrow_and_others_do_not),
	  UNIT_CASE(what_is_borrowed_is_passed_by),
	  UNIT_CASE(pages_on_per_cpu_lists_are_not_in_the_way),
	  UNIT_CASE(release_refuses_what_was_not_given),
	  UNIT_CASE(what_came_of_requests_is_counted), UNIT_CASE(areas_are_shown),
	  UNIT_CASE(the_checker_counts_pageblocks_of_areas),
	  UNIT_CASE(areas_are_kept_apart_by_any_rules),
	  UNIT_CASE(random_requests_agree_with_the_model))

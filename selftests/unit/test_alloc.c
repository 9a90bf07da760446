// SPDX-License-Identifier: GPL-2.0-only
/* The front door: which zone serves, what is refused, exact sizes. */
#include "fixture.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;

static long ask(struct sb_request request)
{
	unsigned long pfn = 0;
	int err = sb_alloc(&f.inst, &request, &pfn);

	CHECK(&f);
	return err ? err : (long)pfn;
}

static struct sb_zone *zone_of(long pfn)
{
	return &f.inst.zones[sb_pageblock_zone(&f.inst.blocks, (unsigned long)pfn)];
}

/* Normal 8 MiB, HighMem 8 MiB, Movable 16 MiB. */
static void boot_three_zones(void)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);

	cfg.lowmem_bytes = 8 * MiB;
	cfg.kernelcore_bytes = 16 * MiB;
	fixture_boot(&f, &cfg);
}

static void a_request_goes_down_from_the_highest_zone_it_allows(void)
{
	static const enum sb_zone_type highest[] = { SB_ZONE_NORMAL, SB_ZONE_HIGHMEM,
						     SB_ZONE_MOVABLE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(highest); i++) {
		struct sb_request request = {
			.order = 6, .type = SB_MOVABLE, .zone = highest[i], .nid = SB_NID_ANY
		};
		int zone = (int)highest[i];
		long pfn;

		boot_three_zones();
		while ((pfn = ask(request)) > 0) {
			EXPECT((int)zone_of(pfn)->type <= zone);
			zone = (int)zone_of(pfn)->type;
		}
		EXPECT_EQ(pfn, -ENOMEM);
		EXPECT_EQ(zone, SB_ZONE_NORMAL);
		fixture_exit(&f);
	}
}

static void movable_memory_serves_movable_requests_alone(void)
{
	struct sb_request request = {
		.order = 3, .type = SB_UNMOVABLE, .zone = SB_ZONE_MOVABLE, .nid = SB_NID_ANY
	};

	boot_three_zones();
	EXPECT_EQ(zone_of(ask(request))->type, SB_ZONE_HIGHMEM);
	request.type = SB_RECLAIMABLE;
	EXPECT_EQ(zone_of(ask(request))->type, SB_ZONE_HIGHMEM);
	request.type = SB_MOVABLE;
	EXPECT_EQ(zone_of(ask(request))->type, SB_ZONE_MOVABLE);
	fixture_exit(&f);
}

static void nodes_are_tried_in_turn_unless_told_not_to(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	struct sb_request request = { .order = 10, .type = SB_MOVABLE, .nid = 1 };

	fixture_add_bank(&cfg, BASE + 8 * MiB, 12 * MiB, 1);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(zone_of(ask(request))->nid, 1);
	EXPECT_EQ(zone_of(ask(request))->nid, 1);
	request.gfp |= SB_GFP_THISNODE;
	EXPECT_EQ(ask(request), -ENOMEM);
	request.gfp &= ~SB_GFP_THISNODE;
	EXPECT_EQ(zone_of(ask(request))->nid, 0);
	request.nid = SB_NID_ANY;
	request.order = 3;
	EXPECT_EQ(zone_of(ask(request))->nid, 0);
	/* A node without memory has a zonelist all the same. */
	request.nid = 7;
	EXPECT(ask(request) > 0);
	request.gfp |= SB_GFP_THISNODE;
	EXPECT_EQ(ask(request), -ENOMEM);
	fixture_exit(&f);
}

static void impossible_requests_are_refused(void)
{
	static const struct sb_request rows[] = {
		{ .order = 11, .nid = SB_NID_ANY },
		{ .order = ~0u, .nid = SB_NID_ANY },
		{ .type = SB_HIGHATOMIC, .nid = SB_NID_ANY },
		{ .type = SB_ISOLATE, .nid = SB_NID_ANY },
		{ .type = ~0u, .nid = SB_NID_ANY },
		{ .zone = SB_NR_ZONE_TYPES, .nid = SB_NID_ANY },
		{ .nid = SB_MAX_NODES },
		{ .nid = -2 },
	};
	size_t i;

	boot_three_zones();
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT_EQ(ask(rows[i]), -EINVAL);
	fixture_exit(&f);
}

static void expect_refusal(unsigned long pfn, unsigned int order, int err, const char *says)
{
	unsigned int before = unit_warnings;

	EXPECT_EQ(sb_alloc_free(&f.inst, pfn, order), err);
	EXPECT_EQ(unit_warnings, before + 1);
	if (!strstr(unit_last_warning, says))
		unit_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", unit_last_warning,
			  says);
	CHECK(&f);
}

static void wrong_frees_are_detected_reported_once_and_refused(void)
{
	struct sb_request request = { .type = SB_MOVABLE, .nid = SB_NID_ANY };
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	long page, block;

	fixture_add_bank(&cfg, BASE + 32 * MiB, 8 * MiB, 0);
	fixture_reserve(&cfg, BASE + 4 * MiB, 4096);
	fixture_boot(&f, &cfg);
	page = ask(request);
	request.order = 5;
	block = ask(request);

	expect_refusal((unsigned long)block, 4, -EINVAL, "order 4: the page is in use");
	expect_refusal((unsigned long)block, 6, -EINVAL, "order 6: the page is in use");
	expect_refusal((unsigned long)block, ~0u, -EINVAL, "in use");
	expect_refusal((unsigned long)block + 1, 0, -EINVAL, "in use");
	expect_refusal((unsigned long)block + 16, 4, -EINVAL, "in use");
	expect_refusal(PFN + 1024, 0, -EPERM, "pfn 0x90400 order 0: the page is reserved");
	expect_refusal(sb_pfn_down(f.inst.map.phys), 0, -EPERM, "reserved");
	expect_refusal(PFN + 6000, 0, -ERANGE, "in a hole");
	expect_refusal(PFN - 1, 0, -ERANGE, "outside");
	expect_refusal(PFN + 10240, 0, -ERANGE, "outside");
	expect_refusal(~0ul, 0, -ERANGE, "outside");

	EXPECT_EQ(sb_alloc_free(&f.inst, (unsigned long)page, 0), 0);
	expect_refusal((unsigned long)page, 0, -EALREADY, "on a per-CPU list");
	EXPECT_EQ(sb_alloc_free(&f.inst, (unsigned long)block, 5), 0);
	expect_refusal((unsigned long)block, 5, -EALREADY, "the page is free");
	expect_refusal((unsigned long)block + 3, 0, -EALREADY, "the page is free");
	sb_pcp_drain_all(&f.inst);
	expect_refusal((unsigned long)page, 0, -EALREADY, "the page is free");
	fixture_exit(&f);
}

static void a_corrupt_instance_stops_and_stays_readable(void)
{
	struct sb_request request = { .type = SB_MOVABLE, .nid = SB_NID_ANY };
	struct sb_page *page;
	unsigned int before;
	long pfn;

	boot_three_zones();
	pfn = ask(request);
	EXPECT_EQ(sb_alloc_free(&f.inst, (unsigned long)pfn, 0), 0);
	/* A stray write to a descriptor, found when the page leaves its list. */
	page = sb_memmap_page(&f.inst.map, (unsigned long)pfn);
	sb_page_set(page, SB_PAGE_ALLOC, 0, 0);
	before = unit_warnings;
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(unit_warnings, before + 1);
	EXPECT(strstr(unit_last_warning, "corrupt"));
	EXPECT_EQ(sb_alloc(&f.inst, &request, (unsigned long *)&pfn), -EIO);
	EXPECT_EQ(sb_alloc_free(&f.inst, (unsigned long)pfn, 0), -EIO);
	fixture_drop(&f);
}

static void exact_sizes_give_the_tail_back(void)
{
	struct sb_request request = { .type = SB_MOVABLE, .nid = SB_NID_ANY };
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned long nr_pages;
	struct sb_zone *zone;
	unsigned long pfn;

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	for (nr_pages = 1; nr_pages <= 1024; nr_pages += 1 + nr_pages / 3) {
		EXPECT_EQ(sb_alloc_exact(&f.inst, &request, nr_pages, &pfn), 0);
		CHECK(&f);
		EXPECT_EQ(zone->nr_free, zone->managed - nr_pages);
		EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, nr_pages), 0);
		CHECK(&f);
		EXPECT_EQ(zone->nr_free, zone->managed);
	}
	/* With a wrong number nothing is freed. */
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 7, &pfn), 0);
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, 5), -EINVAL);
	EXPECT_EQ(zone->nr_free, zone->managed - 7);
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, 8), -EINVAL);
	EXPECT_EQ(zone->nr_free, zone->managed - 7);
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, 7), 0);
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 0, &pfn), -EINVAL);
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 1025, &pfn), -EINVAL);
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, ~0ul, &pfn), -EINVAL);
	fixture_exit(&f);
}

static struct sb_request one_page(unsigned int type, u32 gfp)
{
	struct sb_request request = {
		.type = type, .zone = SB_ZONE_MOVABLE, .nid = SB_NID_ANY, .gfp = gfp
	};

	return request;
}

static void boot_normal(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_boot(&f, &cfg);
}

static void bulk_fills_empty_slots_alone(void)
{
	struct sb_request request = one_page(SB_MOVABLE, SB_GFP_KERNEL);
	unsigned long pfns[40], i, k;

	boot_normal();
	for (i = 0; i < ARRAY_SIZE(pfns); i++)
		pfns[i] = i % 3 ? SB_PFN_NONE : 7000 + i;
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, 40, pfns), 40);
	CHECK(&f);
	for (i = 0; i < ARRAY_SIZE(pfns); i++) {
		EXPECT_EQ(pfns[i] == 7000 + i, i % 3 == 0);
		for (k = 0; k < i; k++)
			EXPECT(pfns[i] != pfns[k]);
		if (i % 3)
			fixture_free(&f, pfns[i], 0);
	}
	EXPECT_EQ(sb_zone_events(fixture_zone(&f, SB_ZONE_NORMAL), SB_EVENT_ALLOC), 26);
	/* Nothing to do. */
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, 0, NULL), 0);
	pfns[1] = 1;
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, 2, pfns), 2);
	fixture_exit(&f);
}

static long bulk(struct sb_request request, unsigned long *pfns, unsigned long nr)
{
	unsigned long i;
	long got;

	for (i = 0; i < nr; i++)
		pfns[i] = SB_PFN_NONE;
	got = sb_alloc_bulk(&f.inst, &request, nr, pfns);
	CHECK(&f);
	for (i = 0; got >= 0 && i < nr; i++)
		EXPECT_EQ(pfns[i] != SB_PFN_NONE, i < (unsigned long)got);
	return got;
}

/* All of them have to fit above it, or one is all there is. */
static void bulk_keeps_the_low_mark(void)
{
	struct sb_zone *zone;
	unsigned long pfns[64];

	boot_normal();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_pcp_drain_all(&f.inst);
	zone->watermark[SB_WMARK_LOW] = zone->nr_free - 64;
	fixture_measure(zone);
	EXPECT_EQ(bulk(one_page(SB_MOVABLE, SB_GFP_KERNEL), pfns, 64), 1);
	sb_pcp_drain_all(&f.inst);
	zone->watermark[SB_WMARK_LOW] = zone->nr_free - 65;
	fixture_measure(zone);
	EXPECT_EQ(bulk(one_page(SB_MOVABLE, SB_GFP_KERNEL), pfns, 64), 64);
	/* Reserves count as of the preferred zone, which is Normal whatever was asked for. */
	zone->watermark[SB_WMARK_LOW] = 0;
	zone->lowmem_reserve[SB_ZONE_MOVABLE] = 1000000;
	fixture_measure(zone);
	EXPECT_EQ(bulk(one_page(SB_MOVABLE, SB_GFP_KERNEL), pfns, 64), 64);
	fixture_exit(&f);
}

static void bulk_takes_what_there_is_and_says_how_much(void)
{
	static unsigned long pfns[4200];
	struct sb_zone *zone;

	boot_normal();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	/* A request that no zone has pages enough for gets one. */
	EXPECT_EQ(bulk(one_page(SB_MOVABLE, SB_GFP_KERNEL), pfns, 4200), 1);
	EXPECT_EQ(bulk(one_page(SB_MOVABLE, SB_GFP_KERNEL), pfns, 3000), 3000);
	fixture_fill(&f);
	EXPECT_EQ(bulk(one_page(SB_MOVABLE, SB_GFP_KERNEL), pfns, 10), 0);
	EXPECT_EQ(zone->nr_free, 0);
	fixture_exit(&f);
}

static void bulk_stays_in_one_zone_of_the_own_node(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned long pfns[32], i;
	struct sb_zone *zone;

	cfg.lowmem_bytes = 8 * MiB;
	fixture_add_bank(&cfg, BASE + 16 * MiB, 8 * MiB, 1);
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_HIGHMEM);
	zone->watermark[SB_WMARK_LOW] = 4096;
	fixture_measure(zone);
	EXPECT_EQ(bulk(one_page(SB_MOVABLE, SB_GFP_KERNEL), pfns, 32), 32);
	for (i = 0; i < 32; i++)
		EXPECT_EQ(zone_of((long)pfns[i])->type, SB_ZONE_NORMAL);
	zone->watermark[SB_WMARK_HIGH] = 4096;
	fixture_measure(zone);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	zone->watermark[SB_WMARK_LOW] = 4096;
	zone->watermark[SB_WMARK_HIGH] = 4096;
	fixture_measure(zone);
	EXPECT_EQ(bulk(one_page(SB_MOVABLE, SB_GFP_KERNEL), pfns, 32), 1);
	EXPECT_EQ(zone_of((long)pfns[0])->nid, 1);
	fixture_exit(&f);
}

static void without_per_cpu_lists_bulk_is_one_page(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned long pfns[8];

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(bulk(one_page(SB_MOVABLE, SB_GFP_KERNEL), pfns, 8), 1);
	fixture_exit(&f);
}

/* The first pass of a single page would look further. */
static void bulk_mixes_types_rather_than_give_one_page(void)
{
	unsigned long pfns[32];

	boot_normal();
	fixture_fill(&f);
	fixture_free_run(&f, PFN, 64);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(bulk(one_page(SB_UNMOVABLE, SB_GFP_KERNEL), pfns, 32), 32);
	fixture_exit(&f);
}

static void a_split_block_is_freed_page_by_page(void)
{
	unsigned long pfn, i;

	boot_normal();
	pfn = (unsigned long)fixture_alloc(&f, 3, SB_MOVABLE);
	expect_refusal(pfn, 0, -EINVAL, "in use");
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 2), -EINVAL);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn + 1, 0), -EINVAL);
	EXPECT_EQ(sb_alloc_split(&f.inst, PFN - 1, 0), -ERANGE);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 3), 0);
	CHECK(&f);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 3), -EINVAL);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 0), 0);
	for (i = 0; i < 8; i++)
		fixture_free(&f, pfn + 7 - i, 0);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 0), -EALREADY);
	sb_pcp_drain_all(&f.inst);
	fixture_exit(&f);
}

/* More than one page: of __GFP_COMP a single one is as any other. */
static void a_compound_block_is_neither_split_nor_freed_in_part(void)
{
	struct sb_request request = one_page(SB_MOVABLE, SB_GFP_KERNEL | SB_GFP_COMP);
	unsigned long pfn;

	boot_normal();
	pfn = (unsigned long)ask(request);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 0), 0);
	fixture_free(&f, pfn, 0);
	request.order = 5;
	pfn = (unsigned long)ask(request);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 5), -EPERM);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn, 31), -EPERM);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn + 1, 31), -EPERM);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn + 3, 1), -EPERM);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, pfn)), 5);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn, 32), 0);
	/* An exact number of pages is no compound block. */
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 16, &pfn), 0);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn + 3, 2), 0);
	CHECK(&f);
	fixture_exit(&f);
}

/* Any range of pages in use, and the rest of each block stays in use. */
static void part_of_a_block_is_freed_and_the_rest_stays(void)
{
	struct sb_request request = one_page(SB_MOVABLE, SB_GFP_KERNEL);
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned long start, nr, i, pfn;

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	request.order = 4;
	for (start = 0; start < 16; start++)
		for (nr = 1; start + nr <= 16; nr += 1 + nr / 4) {
			pfn = (unsigned long)fixture_ask(&f, request);
			EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn + start, nr), 0);
			CHECK(&f);
			for (i = 0; i < 16; i++) {
				struct sb_page_info info;

				sb_memmap_info(&f.inst, pfn + i, &info);
				EXPECT_EQ(info.state == SB_PAGE_ALLOC,
					  i < start || i >= start + nr);
			}
			if (start)
				EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn, start), 0);
			if (start + nr < 16)
				EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn + start + nr,
							      16 - start - nr),
					  0);
		}
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_free,
		  fixture_zone(&f, SB_ZONE_NORMAL)->managed);
	fixture_exit(&f);
}

static void a_range_is_freed_all_or_nothing(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	struct sb_zone *zone;
	unsigned long before;

	fixture_add_bank(&cfg, BASE + 8 * MiB, 8 * MiB, 0);
	fixture_reserve(&cfg, BASE + MiB, 4096);
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	fixture_fill(&f);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	fixture_free(&f, PFN + 100, 0);
	before = zone->nr_free;
	EXPECT_EQ(sb_alloc_free_range(&f.inst, PFN + 90, 11), -EALREADY);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, PFN + 250, 10), -EPERM);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, PFN + 1020, 8), -ERANGE);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, PFN - 4, 8), -ERANGE);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, PFN + 4090, 40), -EPERM);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, PFN + 4, 0), -EINVAL);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, PFN + 4, ~0ul), -EINVAL);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, ~0ul, 1), -EINVAL);
	EXPECT_EQ(zone->nr_free, before);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, PFN + 90, 10), 0);
	EXPECT_EQ(zone->nr_free, before + 10);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(a_request_goes_down_from_the_highest_zone_it_allows),
	  UNIT_CASE(movable_memory_serves_movable_requests_alone),
	  UNIT_CASE(nodes_are_tried_in_turn_unless_told_not_to),
	  UNIT_CASE(impossible_requests_are_refused),
	  UNIT_CASE(wrong_frees_are_detected_reported_once_and_refused),
	  UNIT_CASE(a_corrupt_instance_stops_and_stays_readable),
	  UNIT_CASE(exact_sizes_give_the_tail_back), UNIT_CASE(bulk_fills_empty_slots_alone),
	  UNIT_CASE(bulk_keeps_the_low_mark), UNIT_CASE(bulk_takes_what_there_is_and_says_how_much),
	  UNIT_CASE(bulk_stays_in_one_zone_of_the_own_node),
	  UNIT_CASE(without_per_cpu_lists_bulk_is_one_page),
	  UNIT_CASE(bulk_mixes_types_rather_than_give_one_page),
	  UNIT_CASE(a_split_block_is_freed_page_by_page),
	  UNIT_CASE(a_compound_block_is_neither_split_nor_freed_in_part),
	  UNIT_CASE(part_of_a_block_is_freed_and_the_rest_stays),
	  UNIT_CASE(a_range_is_freed_all_or_nothing))

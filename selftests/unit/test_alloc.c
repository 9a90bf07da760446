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

UNIT_MAIN(UNIT_CASE(a_request_goes_down_from_the_highest_zone_it_allows),
	  UNIT_CASE(movable_memory_serves_movable_requests_alone),
	  UNIT_CASE(nodes_are_tried_in_turn_unless_told_not_to),
	  UNIT_CASE(impossible_requests_are_refused),
	  UNIT_CASE(wrong_frees_are_detected_reported_once_and_refused),
	  UNIT_CASE(a_corrupt_instance_stops_and_stays_readable),
	  UNIT_CASE(exact_sizes_give_the_tail_back))

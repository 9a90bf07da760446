// SPDX-License-Identifier: GPL-2.0-only
/* Explanations: each verdict, its figures and its text; and that what helps does. */
#include "explain_show.h"
#include "fixture.h"

static struct fixture f;
static struct sb_explain ex;
static char text[SB_EXPLAIN_TEXT_MAX];

static struct sb_request request_of(unsigned int order, unsigned int type, enum sb_zone_type zone)
{
	return (struct sb_request){
		.order = order,
		.type = type,
		.zone = zone,
		.nid = SB_NID_ANY,
		.gfp = SB_GFP_KERNEL,
	};
}

static enum sb_explain_verdict verdict(const struct sb_request *request)
{
	EXPECT_EQ(sb_explain(&f.inst, request, &ex), 0);
	return ex.verdict;
}

static const char *told(bool pfns)
{
	struct sb_out out = { .text = text, .size = sizeof(text) };

	text[0] = '\0';
	sb_explain_show(&out, &ex, pfns);
	return text;
}

/* 64 pages in pageblocks of four, no per-CPU lists; 8 are metadata at most. */
static void boot_small(unsigned int min_free_kbytes)
{
	struct sb_config cfg = fixture_config(0x80000000, 64 * SB_PAGE_SIZE);

	cfg.max_order = 4;
	cfg.pageblock_order = 2;
	cfg.pcp_high = 0;
	cfg.min_free_kbytes = min_free_kbytes;
	fixture_boot(&f, &cfg);
}

static void boot_zones(unsigned int ratio)
{
	struct sb_config cfg = fixture_config(0x90000000, 16 * MiB);

	cfg.lowmem_bytes = 8 * MiB;
	cfg.kernelcore_bytes = 12 * MiB;
	cfg.lowmem_reserve_ratio[SB_ZONE_NORMAL] = ratio;
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
}

static void take_all_of(enum sb_zone_type zone, unsigned int type)
{
	struct sb_request request = request_of(f.inst.cfg.max_order, type, zone);
	unsigned long pfn;

	for (;;) {
		if (!sb_alloc(&f.inst, &request, &pfn))
			continue;
		if (!request.order--)
			return;
	}
}

static void served_from_its_own_list(void)
{
	struct sb_request request = request_of(3, SB_MOVABLE, SB_ZONE_MOVABLE);

	boot_zones(0);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_SERVED);
	EXPECT_EQ(ex.err, 0);
	EXPECT_EQ(ex.nr_zones, 3);
	EXPECT_EQ(ex.serves, 0);
	EXPECT_EQ(ex.zones[0].type, SB_ZONE_MOVABLE);
	EXPECT_EQ(ex.zones[0].fit, SB_EXPLAIN_FIT_GIVES);
	EXPECT_EQ(ex.zones[1].fit, SB_EXPLAIN_FIT_NOT_NEEDED);
	EXPECT_EQ(ex.prediction.way, SB_PREDICT_OWN);
	EXPECT_EQ(ex.prediction.order, 10);
	EXPECT(strstr(told(true), "request: order 3 (8 pages, 32 KiB), type Movable, zone Movable "
				  "and below, any node, DIRECT_RECLAIM|KSWAPD_RECLAIM\n"
				  "verdict: would be served\n"
				  "how: above the low mark, from its own list: type Movable, order "
				  "10\n"
				  "node 0, zone Movable: gives the block\n"));
	fixture_exit(&f);
}

static void served_by_a_claim(void)
{
	struct sb_request request = request_of(0, SB_UNMOVABLE, SB_ZONE_NORMAL);

	boot_zones(0);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_SERVED);
	EXPECT_EQ(ex.prediction.pass, SB_PREDICT_UNMIXED);
	EXPECT_EQ(ex.prediction.way, SB_PREDICT_CLAIM);
	EXPECT_EQ(ex.prediction.type, SB_MOVABLE);
	/* Zones that it may not use are told at the end. */
	EXPECT_EQ(ex.zones[1].fit, SB_EXPLAIN_FIT_ZONE);
	EXPECT_EQ(ex.zones[2].fit, SB_EXPLAIN_FIT_ZONE);
	fixture_exit(&f);
}

static void other_states_have_their_verdicts(void)
{
	struct sb_request request = request_of(5, SB_MOVABLE, SB_ZONE_NORMAL);

	boot_small(0);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_TOO_LARGE);
	EXPECT_EQ(ex.err, -EINVAL);
	EXPECT(strstr(told(true), "verdict: too large: no block has that order\n"));
	request.order = 31;
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_TOO_LARGE);
	EXPECT(strstr(told(true), "request: order 31 (2147483648 pages, 8192 GiB)"));
	request.order = 32;
	EXPECT_EQ(sb_explain(&f.inst, &request, &ex), -EINVAL);
	request.order = 0;
	request.type = SB_HIGHATOMIC;
	EXPECT_EQ(sb_explain(&f.inst, &request, &ex), -EINVAL);
	request.type = SB_MOVABLE;
	f.inst.corrupt = true;
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_CORRUPT);
	EXPECT_EQ(ex.err, -EIO);
	f.inst.corrupt = false;
	f.inst.stage = SB_STAGE_PAGEBLOCKS;
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_NOT_LIVE);
	EXPECT_EQ(ex.err, -ENODEV);
	EXPECT(strstr(told(true), "verdict: the instance is not live\n"));
	f.inst.stage = SB_STAGE_LIVE;
	fixture_exit(&f);
}

/* Nothing is free at all, and no flag, zone or node would change that. */
static void nothing_free_is_not_enough_memory(void)
{
	struct sb_request request = request_of(0, SB_MOVABLE, SB_ZONE_MOVABLE);

	boot_small(0);
	take_all_of(SB_ZONE_MOVABLE, SB_MOVABLE);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_NO_MEMORY);
	EXPECT_EQ(ex.help, 0);
	EXPECT_EQ(ex.err, -ENOMEM);
	EXPECT_EQ(ex.zones[0].sum.free, 0);
	EXPECT(strstr(told(true), "verdict: not enough memory\n"));
	fixture_exit(&f);
}

/* Half of the min mark is for HIGH, an eighth less for those who cannot wait, too. */
static void reserves_name_the_least_flag(void)
{
	static const struct {
		u32 gfp;
		unsigned int help;
	} steps[] = {
		{ SB_GFP_KERNEL, SB_EXPLAIN_HELP_HIGH },
		{ SB_GFP_KERNEL | SB_GFP_HIGH, SB_EXPLAIN_HELP_ATOMIC },
		{ SB_GFP_ATOMIC, SB_EXPLAIN_HELP_MEMALLOC },
	};
	struct sb_request request = request_of(0, SB_MOVABLE, SB_ZONE_NORMAL);
	unsigned long pfn;
	unsigned int i;

	boot_small(96);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		request.gfp = steps[i].gfp;
		while (!sb_alloc(&f.inst, &request, &pfn))
			;
		EXPECT_EQ(verdict(&request), SB_EXPLAIN_RESERVED);
		EXPECT_EQ(ex.help, steps[i].help);
		EXPECT_EQ(ex.zones[0].fit, SB_EXPLAIN_FIT_MARK);
		EXPECT_EQ(ex.zones[0].sum.free, ex.zones[0].sum.min + ex.zones[0].sum.reserve);
	}
	EXPECT(strstr(told(true),
		      "verdict: reserved: what is free is kept for others\n"
		      "would help: flag MEMALLOC\n"
		      "node 0, zone Normal: has a block, but too few pages above the "
		      "mark\n"
		      "  free 9 - unusable 0 <= min 9 + reserve 0; 0 on per-CPU lists\n"));
	fixture_exit(&f);
}

static void highatomic_blocks_are_for_atomic_requests(void)
{
	struct sb_request request = request_of(4, SB_MOVABLE, SB_ZONE_NORMAL);
	struct sb_zone *zone;
	unsigned long pfn;

	boot_small(0);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_lock(&zone->lock);
	pfn = sb_engine_first(zone, 4, SB_MOVABLE);
	sb_buddy_retype(zone, pfn, 4, SB_HIGHATOMIC);
	sb_engine_move(zone, pfn, 4, SB_HIGHATOMIC);
	sb_unlock(&zone->lock);
	request.gfp |= SB_GFP_NORETRY;
	while (verdict(&request) == SB_EXPLAIN_SERVED && ex.prediction.pass < SB_PREDICT_DRAINED)
		EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), 0);
	/* More than one pageblock is kept, so the first is given up even so. */
	EXPECT_EQ(ex.verdict, SB_EXPLAIN_SERVED);
	EXPECT_EQ(ex.prediction.way, SB_PREDICT_FREED);
	request.gfp &= ~SB_GFP_DIRECT_RECLAIM;
	request.gfp |= SB_GFP_NOMEMALLOC;
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_RESERVED);
	EXPECT_EQ(ex.help, SB_EXPLAIN_HELP_ATOMIC);
	request.gfp = SB_GFP_ATOMIC;
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_SERVED);
	EXPECT_EQ(ex.prediction.way, SB_PREDICT_HIGHATOMIC);
	EXPECT_EQ(ex.prediction.order, 4);
	EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), 0);
	fixture_exit(&f);
}

static void cma_areas_are_for_movable_requests(void)
{
	struct sb_request request = request_of(1, SB_UNMOVABLE, SB_ZONE_NORMAL);
	struct sb_zone *zone;
	long pfn;

	boot_small(0);
	pfn = fixture_alloc(&f, 2, SB_MOVABLE);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_lock(&zone->lock);
	sb_pageblock_set_type(&f.inst, (unsigned long)pfn, SB_CMA);
	zone->cma_pages += 4;
	sb_unlock(&zone->lock);
	fixture_free(&f, (unsigned long)pfn, 2);
	take_all_of(SB_ZONE_NORMAL, SB_UNMOVABLE);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_RESERVED);
	EXPECT_EQ(ex.help, SB_EXPLAIN_HELP_MOVABLE);
	EXPECT(strstr(told(true), "would help: type Movable\n"));
	fixture_exit(&f);
}

/* Every second page in use, but for the block that has one of its four in use alone. */
static void fragmented_names_the_block_that_takes_least(void)
{
	struct sb_request request = request_of(2, SB_MOVABLE, SB_ZONE_NORMAL);
	unsigned long best = 0, pfn, end;
	struct sb_request single = request_of(0, SB_MOVABLE, SB_ZONE_NORMAL);

	boot_small(0);
	single.gfp |= SB_GFP_MEMALLOC;
	while (!sb_alloc(&f.inst, &single, &pfn))
		best = pfn;
	best = sb_pfn_block(best, 2);
	end = f.inst.map.base_pfn + f.inst.map.nr_pages;
	for (pfn = f.inst.map.base_pfn; pfn < end; pfn++) {
		struct sb_page_info info;

		sb_memmap_info(&f.inst, pfn, &info);
		if (info.state == SB_PAGE_ALLOC &&
		    (sb_pfn_block(pfn, 2) == best ? pfn < best + 3 : pfn % 2))
			fixture_free(&f, pfn, 0);
	}
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_FRAGMENTED);
	EXPECT_EQ(ex.help, SB_EXPLAIN_HELP_MOVE);
	EXPECT_EQ(ex.zones[0].fit, SB_EXPLAIN_FIT_BLOCKS);
	EXPECT(ex.block.found);
	EXPECT_EQ(ex.block.pfn, best);
	EXPECT_EQ(ex.block.nr_used, ex.block.nr_movable);
	EXPECT(ex.block.nr_used <= 1);
	EXPECT(ex.zones[0].extfrag_index > 500);
	EXPECT(strstr(told(true), "verdict: fragmented: enough is free, in blocks too small\n"
				  "would help: moving pages\n"
				  "least to move: 1 pages in use, 1 of them movable, in the block "
				  "at pfn 0x"));
	EXPECT(!strstr(told(false), "pfn"));
	/* Moved it is: the page goes, and the request is served. */
	fixture_free(&f, best + 3, 0);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_SERVED);
	fixture_exit(&f);
}

static void memory_in_a_higher_zone_is_the_wrong_zone(void)
{
	struct sb_request request = request_of(8, SB_UNMOVABLE, SB_ZONE_NORMAL);

	boot_zones(0);
	take_all_of(SB_ZONE_NORMAL, SB_UNMOVABLE);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_WRONG_ZONE);
	EXPECT_EQ(ex.help, SB_EXPLAIN_HELP_ZONE);
	EXPECT_EQ(ex.help_zone, SB_ZONE_HIGHMEM);
	EXPECT(strstr(told(true), "would help: zone HighMem\n"));
	take_all_of(SB_ZONE_HIGHMEM, SB_UNMOVABLE);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_WRONG_ZONE);
	EXPECT_EQ(ex.help, SB_EXPLAIN_HELP_ZONE | SB_EXPLAIN_HELP_MOVABLE);
	EXPECT_EQ(ex.help_zone, SB_ZONE_MOVABLE);
	request.zone = SB_ZONE_MOVABLE;
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_WRONG_ZONE);
	EXPECT_EQ(ex.help, SB_EXPLAIN_HELP_MOVABLE);
	fixture_exit(&f);
}

/* A zone keeps pages back from those who might have gone higher. */
static void lowmem_reserve_is_in_the_sum(void)
{
	struct sb_request request = request_of(0, SB_MOVABLE, SB_ZONE_MOVABLE);
	struct sb_zone *zone;

	boot_zones(2);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	take_all_of(SB_ZONE_MOVABLE, SB_MOVABLE);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_RESERVED);
	EXPECT_EQ(ex.zones[2].type, SB_ZONE_NORMAL);
	EXPECT_EQ(ex.zones[2].sum.reserve, zone->lowmem_reserve[SB_ZONE_MOVABLE]);
	EXPECT_EQ(ex.zones[2].sum.free, zone->nr_free);
	EXPECT_EQ(ex.zones[2].fit, SB_EXPLAIN_FIT_MARK);
	fixture_exit(&f);
}

static void memory_on_another_node_is_the_wrong_node(void)
{
	struct sb_config cfg = fixture_config(0x90000000, 8 * MiB);
	struct sb_request request = request_of(10, SB_MOVABLE, SB_ZONE_NORMAL);
	unsigned long pfn;

	fixture_add_bank(&cfg, 0x91000000, 8 * MiB, 1);
	fixture_boot(&f, &cfg);
	request.nid = 0;
	request.gfp |= SB_GFP_THISNODE;
	while (!sb_alloc(&f.inst, &request, &pfn))
		;
	request.order = 9;
	while (!sb_alloc(&f.inst, &request, &pfn))
		;
	request.order = 10;
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_WRONG_NODE);
	EXPECT_EQ(ex.help, SB_EXPLAIN_HELP_NODE);
	EXPECT_EQ(ex.zones[1].fit, SB_EXPLAIN_FIT_NODE);
	EXPECT(strstr(told(true), "would help: any node\n"));
	request.gfp &= ~SB_GFP_THISNODE;
	request.nodes = 1;
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_WRONG_NODE);
	fixture_exit(&f);
}

static void per_cpu_lists_are_counted(void)
{
	struct sb_config cfg = fixture_config(0x90000000, 16 * MiB);
	struct sb_request request = request_of(0, SB_MOVABLE, SB_ZONE_NORMAL);
	long pfn;

	fixture_boot(&f, &cfg);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_SERVED);
	EXPECT_EQ(ex.prediction.way, SB_PREDICT_OWN);
	pfn = fixture_alloc(&f, 0, SB_MOVABLE);
	fixture_free(&f, (unsigned long)pfn, 0);
	EXPECT_EQ(verdict(&request), SB_EXPLAIN_SERVED);
	EXPECT_EQ(ex.prediction.way, SB_PREDICT_PCP);
	EXPECT_EQ(ex.zones[0].nr_pcp, sb_pcp_count(fixture_zone(&f, SB_ZONE_NORMAL)));
	EXPECT(strstr(told(true), ", from this CPU's list\n"));
	fixture_exit(&f);
}

/* The largest text there can be fits. */
static void the_longest_text_fits(void)
{
	unsigned int i, j;

	memset(&ex, 0, sizeof(ex));
	ex.request = request_of(15, SB_RECLAIMABLE, SB_ZONE_MOVABLE);
	ex.request.gfp = ~0u;
	ex.request.nodes = 0xff;
	ex.help = 0x7f;
	ex.verdict = SB_EXPLAIN_FRAGMENTED;
	ex.nr_zones = SB_MAX_ZONES;
	ex.prediction.flags = SB_ALLOC_NO_WATERMARKS;
	ex.block = (struct sb_explain_block){ true, ~0ul, ~0ul, ~0ul };
	for (i = 0; i < SB_MAX_ZONES; i++) {
		struct sb_explain_zone *zone = &ex.zones[i];

		zone->fit = SB_EXPLAIN_FIT_BLOCKS;
		/* Zones below 64 GiB of 4 KiB pages. */
		zone->sum = (struct sb_watermark_sum){ 1 << 24, 1 << 24, 1 << 24, 1 << 24 };
		zone->boost = 1 << 24;
		zone->nr_pcp = 1 << 24;
		zone->extfrag_index = -1000;
		for (j = 0; j < SB_NR_TYPES; j++)
			zone->largest[j] = 15;
		for (j = 0; j < SB_NR_ORDERS; j++)
			zone->nr_blocks[j] = 1ul << (24 - j);
	}
	told(true);
	EXPECT(strlen(text) < sizeof(text) - 1);
}

UNIT_MAIN(UNIT_CASE(served_from_its_own_list), UNIT_CASE(served_by_a_claim),
	  UNIT_CASE(other_states_have_their_verdicts), UNIT_CASE(nothing_free_is_not_enough_memory),
	  UNIT_CASE(reserves_name_the_least_flag),
	  UNIT_CASE(highatomic_blocks_are_for_atomic_requests),
	  UNIT_CASE(cma_areas_are_for_movable_requests),
	  UNIT_CASE(fragmented_names_the_block_that_takes_least),
	  UNIT_CASE(memory_in_a_higher_zone_is_the_wrong_zone),
	  UNIT_CASE(lowmem_reserve_is_in_the_sum),
	  UNIT_CASE(memory_on_another_node_is_the_wrong_node), UNIT_CASE(per_cpu_lists_are_counted),
	  UNIT_CASE(the_longest_text_fits))

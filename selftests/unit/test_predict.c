// SPDX-License-Identifier: GPL-2.0-only
/* What is predicted is what sb_alloc() then does. */
#include "explain.h"
#include "fixture.h"
#include "watermark.h"

#define BASE 0x90000000ull
#define MAX_HELD 4096

static struct fixture f;

static struct held {
	unsigned long pfn;
	unsigned int order;
} held[MAX_HELD];
static unsigned int nr_held;

/* How often each pass and way was seen, and how often the answer was left open. */
static struct seen {
	unsigned long steps;
	unsigned long inexact;
	unsigned long failed;
	unsigned long pass[SB_PREDICT_UNRESERVED + 1];
	unsigned long way[SB_PREDICT_FREED + 1];
	unsigned long verdict[SB_NR_EXPLAIN_VERDICTS];
} seen;

static struct sb_request random_request(u64 *seed)
{
	static const u32 flags[] = {
		SB_GFP_HIGH,	 SB_GFP_DIRECT_RECLAIM, SB_GFP_KSWAPD_RECLAIM, SB_GFP_NORETRY,
		SB_GFP_MEMALLOC, SB_GFP_COMP,		SB_GFP_NOMEMALLOC,     SB_GFP_THISNODE,
	};
	struct sb_request request = {
		.order = (unsigned int)unit_below(seed,
						  1 + unit_below(seed, f.inst.cfg.max_order + 1)),
		.type = (unsigned int)unit_below(seed, SB_PCPTYPES),
		.zone = (enum sb_zone_type)unit_below(seed, SB_NR_ZONE_TYPES),
		.nid = (int)unit_below(seed, 3) - 1,
		.gfp = SB_GFP_KERNEL,
	};
	unsigned int i;

	if (unit_below(seed, 4) == 0)
		request.gfp = SB_GFP_ATOMIC;
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (unit_below(seed, 6) == 0)
			request.gfp ^= flags[i];
	if (unit_below(seed, 8) == 0)
		request.nodes = 1 + (u32)unit_below(seed, 3);
	return request;
}

static struct sb_config random_config(u64 *seed)
{
	struct sb_config cfg =
		fixture_config(BASE, 4 * MiB + unit_below(seed, 1024) * SB_PAGE_SIZE);

	cfg.max_order = 3 + (unsigned int)unit_below(seed, 6);
	cfg.pageblock_order = 1 + (unsigned int)unit_below(seed, min(cfg.max_order, 6u));
	cfg.rules = unit_below(seed, 3) ? SB_RULES_6_12 : SB_RULES_6_1;
	if (unit_below(seed, 2))
		fixture_use_word(&cfg);
	cfg.nr_cpus = 1 + (unsigned int)unit_below(seed, 2);
	cfg.pcp_batch = 1 + (unsigned int)unit_below(seed, 20);
	cfg.pcp_high = unit_below(seed, 4) ? cfg.pcp_batch + (unsigned int)unit_below(seed, 60) : 0;
	if (unit_below(seed, 2))
		fixture_add_bank(&cfg, BASE + 16 * MiB, 2 * MiB, (int)unit_below(seed, 2));
	if (unit_below(seed, 2))
		cfg.lowmem_bytes = MiB + unit_below(seed, 8) * 256 * 1024;
	if (unit_below(seed, 3) == 0)
		cfg.dma_bytes = MiB;
	if (unit_below(seed, 2))
		cfg.kernelcore_percent = 20 + (unsigned int)unit_below(seed, 80);
	if (unit_below(seed, 2))
		cfg.min_free_kbytes = (unsigned int)unit_below(seed, 1024);
	if (unit_below(seed, 2))
		cfg.watermark_boost_factor = 15000;
	cfg.init_on_free = unit_below(seed, 4) == 0;
	if (unit_below(seed, 2))
		cfg.lowmem_reserve_ratio[SB_ZONE_NORMAL] = 1 + (unsigned int)unit_below(seed, 64);
	fixture_reserve(&cfg, BASE + unit_below(seed, 4 * MiB), unit_below(seed, 256 * 1024) + 1);
	return cfg;
}

/* A few pageblocks are areas of CMA: taken, given another type, and freed again. */
static void make_cma(u64 *seed)
{
	struct sb_request request = {
		.order = f.inst.cfg.pageblock_order,
		.type = SB_MOVABLE,
		.zone = SB_ZONE_MOVABLE,
		.nid = SB_NID_ANY,
		.gfp = SB_GFP_KERNEL | SB_GFP_MEMALLOC,
	};
	unsigned int i;

	for (i = (unsigned int)unit_below(seed, 5); i > 0; i--) {
		struct sb_zone *zone;
		unsigned long pfn;

		request.zone = (enum sb_zone_type)unit_below(seed, SB_NR_ZONE_TYPES);
		if (sb_alloc(&f.inst, &request, &pfn))
			continue;
		zone = &f.inst.zones[sb_pageblock_zone(&f.inst.blocks, pfn)];
		sb_lock(&zone->lock);
		if (sb_pageblock_type(&f.inst.blocks, pfn) != SB_CMA)
			zone->cma_pages += sb_order_pages(request.order);
		sb_pageblock_set_type(&f.inst, pfn, SB_CMA);
		sb_unlock(&zone->lock);
		fixture_free(&f, pfn, request.order);
	}
}

static void free_one(u64 *seed)
{
	unsigned int which;

	if (!nr_held)
		return;
	which = (unsigned int)unit_below(seed, nr_held);
	fixture_free(&f, held[which].pfn, held[which].order);
	held[which] = held[--nr_held];
}

static struct sb_prediction p;

static void expect_way(const struct sb_request *request, unsigned long pfn,
		       const unsigned long before[2])
{
	const struct sb_zone *zone = &f.inst.zones[sb_pageblock_zone(&f.inst.blocks, pfn)];
	unsigned long claims, steals;

	if (p.pass == SB_PREDICT_UNRESERVED || p.pass == SB_PREDICT_DRAINED)
		return;
	EXPECT_EQ(zone - f.inst.zones, p.zone - f.inst.zones);
	claims = sb_zone_events(zone, SB_EVENT_CLAIM) - before[0];
	steals = sb_zone_events(zone, SB_EVENT_STEAL) - before[1];
	if (p.way == SB_PREDICT_CLAIM)
		EXPECT(claims);
	else if (p.way == SB_PREDICT_STEAL)
		EXPECT(steals);
	else if (!sb_pcp_serves(&f.inst, request->order) || p.way == SB_PREDICT_PCP)
		EXPECT_EQ(claims + steals, 0);
}

static void count(bool served)
{
	seen.steps++;
	seen.inexact += !p.exact;
	seen.failed += !served;
	if (p.served) {
		seen.pass[p.pass]++;
		seen.way[p.way]++;
	}
}

static struct sb_explain ex;

/* The request with what is said to help. */
static struct sb_request helped(void)
{
	struct sb_request request = ex.request;

	if (ex.help & (SB_EXPLAIN_HELP_HIGH | SB_EXPLAIN_HELP_ATOMIC))
		request.gfp |= SB_GFP_HIGH;
	if (ex.help & SB_EXPLAIN_HELP_ATOMIC)
		request.gfp &= ~(SB_GFP_DIRECT_RECLAIM | SB_GFP_NOMEMALLOC);
	if (ex.help & SB_EXPLAIN_HELP_MEMALLOC)
		request.gfp = (request.gfp | SB_GFP_MEMALLOC) & ~SB_GFP_NOMEMALLOC;
	if (ex.help & SB_EXPLAIN_HELP_MOVABLE)
		request.type = SB_MOVABLE;
	if (ex.help & SB_EXPLAIN_HELP_ZONE)
		request.zone = ex.help_zone;
	if (ex.help & SB_EXPLAIN_HELP_NODE) {
		request.gfp &= ~SB_GFP_THISNODE;
		request.nodes = 0;
	}
	return request;
}

/* Whether every page of a block is free, on a per-CPU list, or counted as in use. */
static void expect_block(void)
{
	unsigned long nr_used = 0, pfn, end = ex.block.pfn + sb_order_pages(ex.request.order);
	struct sb_page_info info;

	if (!ex.block.found)
		return;
	EXPECT(sb_pfn_aligned(ex.block.pfn, ex.request.order));
	for (pfn = ex.block.pfn; pfn < end; pfn++) {
		EXPECT(sb_memmap_info(&f.inst, pfn, &info));
		EXPECT(info.state == SB_PAGE_FREE || info.state == SB_PAGE_PCP ||
		       info.state == SB_PAGE_ALLOC);
		nr_used += info.state == SB_PAGE_ALLOC;
	}
	EXPECT_EQ(ex.block.nr_used, nr_used);
	EXPECT(ex.block.nr_movable <= nr_used);
}

/* A verdict counts what it says; and what is said to help does help. */
static void explain(const struct sb_request *request)
{
	struct sb_request more;
	unsigned long pfn;

	EXPECT_EQ(sb_explain(&f.inst, request, &ex), 0);
	EXPECT(ex.nr_zones >= 1);
	seen.verdict[ex.verdict]++;
	expect_block();
	if (!(ex.help & ~(unsigned int)SB_EXPLAIN_HELP_MOVE))
		return;
	more = helped();
	EXPECT(ex.scratch.served);
	if (ex.scratch.exact && nr_held < MAX_HELD) {
		EXPECT_EQ(sb_alloc(&f.inst, &more, &pfn), 0);
		held[nr_held++] = (struct held){ pfn, more.order };
	}
}

static void ask_and_take(u64 *seed)
{
	struct sb_request request = random_request(seed);
	unsigned long pfn, before[2] = { 0, 0 };
	int err;

	if (nr_held == MAX_HELD || sb_gfp_type(request.gfp) >= SB_PCPTYPES)
		return;
	sb_predict(&f.inst, &request, &p);
	if (p.served) {
		before[0] = sb_zone_events(p.zone, SB_EVENT_CLAIM);
		before[1] = sb_zone_events(p.zone, SB_EVENT_STEAL);
	}
	err = sb_alloc(&f.inst, &request, &pfn);
	count(!err);
	if (p.exact && p.served != !err)
		unit_fail(
			__FILE__, __LINE__,
			"order %u type %u zone %u nid %d gfp %#x nodes %#x: predicted %d (pass %u), got %d",
			request.order, request.type, request.zone, request.nid, request.gfp,
			request.nodes, p.served, p.pass, err);
	if (!err && p.served && p.exact)
		expect_way(&request, pfn, before);
	if (!err)
		held[nr_held++] = (struct held){ pfn, request.order };
	else if (unit_below(seed, 4) == 0)
		explain(&request);
}

/* Mostly full and mostly empty by turns, so that every pass has its day. */
static void run(u64 *seed, unsigned long steps)
{
	unsigned int bias = 80;

	nr_held = 0;
	while (steps--) {
		sb_host_cpu = (unsigned int)unit_below(seed, f.inst.cfg.nr_cpus);
		if (unit_below(seed, 300) == 0)
			bias = 30 + (unsigned int)unit_below(seed, 65);
		if (unit_below(seed, 100) < bias)
			ask_and_take(seed);
		else
			free_one(seed);
	}
	while (nr_held)
		free_one(seed);
}

/* Blocks of a pageblock each, at the start of 64 pages; nothing is kept back, no lists of CPUs. */
static unsigned long boot_blocks(unsigned int min_free_kbytes)
{
	struct sb_config cfg = fixture_config(BASE, 64 * SB_PAGE_SIZE);
	struct sb_request request = { .order = 2, .type = SB_MOVABLE, .gfp = SB_GFP_MEMALLOC };
	unsigned long pfn;

	cfg.max_order = 4;
	cfg.pageblock_order = 2;
	cfg.pcp_high = 0;
	cfg.min_free_kbytes = min_free_kbytes;
	/* Zeroed or not, they come the same way. */
	cfg.init_on_free = true;
	fixture_boot(&f, &cfg);
	request.zone = SB_ZONE_NORMAL;
	while (!sb_alloc(&f.inst, &request, &pfn))
		;
	request.order = 0;
	while (!sb_alloc(&f.inst, &request, &pfn))
		;
	return sb_pfn_down(BASE);
}

static void free_as(unsigned long pfn, unsigned int type)
{
	struct sb_zone *zone = fixture_zone(&f, SB_ZONE_NORMAL);

	sb_lock(&zone->lock);
	sb_pageblock_set_type(&f.inst, pfn, type);
	sb_unlock(&zone->lock);
	fixture_free(&f, pfn, 2);
}

static void expect_prediction(const struct sb_request *request, bool served,
			      enum sb_predict_pass pass)
{
	unsigned long pfn;

	sb_predict(&f.inst, request, &p);
	EXPECT(p.exact);
	EXPECT_EQ(p.served, served);
	EXPECT_EQ(p.pass, pass);
	EXPECT_EQ(sb_alloc(&f.inst, request, &pfn), served ? 0 : -ENOMEM);
}

/* Given up, a pageblock of the reserve does not merge with its buddy. */
static void what_is_given_up_stays_apart_from_its_buddy(void)
{
	struct sb_request request = { .order = 3,
				      .type = SB_MOVABLE,
				      .zone = SB_ZONE_NORMAL,
				      .gfp = SB_GFP_KERNEL | SB_GFP_NORETRY };
	unsigned long base = boot_blocks(0);

	free_as(base + 24, SB_HIGHATOMIC);
	free_as(base + 16, SB_HIGHATOMIC);
	free_as(base + 4, SB_MOVABLE);
	free_as(base, SB_HIGHATOMIC);
	expect_prediction(&request, false, SB_PREDICT_DRAINED);
	fixture_drop(&f);
}

/* Nothing but the reserve is above the mark, until a pageblock of it is given up. */
static void what_is_given_up_counts_for_everybody(void)
{
	struct sb_request request = { .type = SB_MOVABLE,
				      .zone = SB_ZONE_NORMAL,
				      .gfp = SB_GFP_KERNEL | SB_GFP_NORETRY };
	unsigned long base = boot_blocks(16);

	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->watermark[SB_WMARK_MIN], 4);
	free_as(base, SB_MOVABLE);
	free_as(base + 8, SB_HIGHATOMIC);
	free_as(base + 16, SB_HIGHATOMIC);
	expect_prediction(&request, true, SB_PREDICT_DRAINED);
	fixture_exit(&f);
}

/* Every pass, way and verdict had its day. The reserve itself is seldom what is come to. */
static bool seen_all(void)
{
	unsigned int i;

	for (i = 0; i <= SB_PREDICT_UNRESERVED; i++)
		if (!seen.pass[i])
			return false;
	for (i = 0; i <= SB_PREDICT_FREED; i++)
		if (!seen.way[i] && i != SB_PREDICT_HIGHATOMIC)
			return false;
	for (i = SB_EXPLAIN_RESERVED; i < SB_NR_EXPLAIN_VERDICTS; i++)
		if (!seen.verdict[i])
			return false;
	return true;
}

static void random_requests_go_as_predicted(void)
{
	unsigned long steps = unit_iterations(120000), round;
	/* What is rare may come late. */
	unsigned long most = steps > 50000 ? 4 * steps : 0;
	u64 seed = unit_seed();

	while (steps || (seen.steps < most && !seen_all())) {
		struct sb_config cfg = random_config(&seed);

		round = min(steps ?: 3000ul, 3000ul);
		sb_host_cpu = 0;
		fixture_boot(&f, &cfg);
		make_cma(&seed);
		run(&seed, round);
		steps -= min(steps, round);
		fixture_exit(&f);
	}
	EXPECT(!most || seen_all());
}

UNIT_MAIN(UNIT_CASE(what_is_given_up_stays_apart_from_its_buddy),
	  UNIT_CASE(what_is_given_up_counts_for_everybody),
	  UNIT_CASE(random_requests_go_as_predicted))

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests to an instance, and to a model so naive that it must be
 * right: one byte a page. After every step the checker recounts the instance.
 */
#include "fixture.h"

#define BASE 0x90000000ull
#define MAX_PAGES 4096
#define MAX_HELD 512

static struct fixture f;

enum { M_ABSENT, M_FREE, M_USED, M_RESERVED };

struct held {
	unsigned long pfn;
	unsigned long nr_pages;
	unsigned int order;
	bool exact;
};

static struct model {
	unsigned long base;
	unsigned char page[MAX_PAGES];
	struct held held[MAX_HELD];
	unsigned int nr_held;
} m;

static unsigned char *model_page(unsigned long pfn)
{
	return &m.page[pfn - m.base];
}

static void model_set(unsigned long pfn, unsigned long nr_pages, unsigned char from,
		      unsigned char to)
{
	for (; nr_pages--; pfn++) {
		if (*model_page(pfn) != from)
			unit_fail(__FILE__, __LINE__, "pfn %#lx is %u in the model, not %u", pfn,
				  *model_page(pfn), from);
		*model_page(pfn) = to;
	}
}

static void model_init(void)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	struct sb_region_iter rest = SB_REGION_ITER(SB_NID_ANY);
	unsigned long start, end;

	memset(&m, 0, sizeof(m));
	m.base = f.inst.map.base_pfn;
	while (sb_region_iter_pfns(&f.inst.regions, &it, &start, &end))
		model_set(start, end - start, M_ABSENT, M_RESERVED);
	while (sb_region_iter_free(&f.inst.regions, &rest))
		if (sb_pfn_up(rest.base) < sb_pfn_down(rest.end))
			model_set(sb_pfn_up(rest.base),
				  sb_pfn_down(rest.end) - sb_pfn_up(rest.base), M_RESERVED, M_FREE);
}

static const struct sb_zone *zone_of(unsigned long pfn)
{
	unsigned int zone = sb_pageblock_zone(&f.inst.blocks, pfn);

	return zone == SB_ZONE_NONE ? NULL : &f.inst.zones[zone];
}

static bool allowed(const struct sb_zone *zone, const struct sb_request *request)
{
	int nid = request->nid == SB_NID_ANY ? f.inst.first_nid : request->nid;
	enum sb_zone_type highest = request->zone;

	if (highest == SB_ZONE_DMA && !f.inst.cfg.dma_bytes)
		highest = SB_ZONE_NORMAL;
	return zone && zone->type <= highest &&
	       (zone->type != SB_ZONE_MOVABLE || request->type == SB_MOVABLE) &&
	       (!(request->gfp & SB_GFP_THISNODE) || zone->nid == nid);
}

/* Is there an aligned run of free pages, in one zone that the request allows? */
static bool model_can_serve(const struct sb_request *request)
{
	unsigned long step = sb_order_pages(request->order), i;
	unsigned long pfn = (m.base + step - 1) / step * step;

	for (; pfn + step <= m.base + f.inst.map.nr_pages; pfn += step) {
		if (!allowed(zone_of(pfn), request))
			continue;
		for (i = 0; i < step; i++)
			if (*model_page(pfn + i) != M_FREE || zone_of(pfn + i) != zone_of(pfn))
				break;
		if (i == step)
			return true;
	}
	return false;
}

static struct sb_request random_request(u64 *seed)
{
	struct sb_request request = {
		.order = (unsigned int)unit_below(seed,
						  1 + unit_below(seed, f.inst.cfg.max_order + 1)),
		.type = (unsigned int)unit_below(seed, SB_PCPTYPES),
		.zone = (enum sb_zone_type)unit_below(seed, SB_NR_ZONE_TYPES),
		.nid = (int)unit_below(seed, 3) - 1,
		.gfp = SB_GFP_KERNEL | SB_GFP_MEMALLOC |
		       (unit_below(seed, 4) ? 0 : SB_GFP_THISNODE),
	};

	return request;
}

static void remember(unsigned long pfn, unsigned long nr_pages, unsigned int order, bool exact)
{
	struct held held = { pfn, nr_pages, order, exact };

	model_set(pfn, nr_pages, M_FREE, M_USED);
	m.held[m.nr_held++] = held;
}

static void step_alloc(u64 *seed)
{
	struct sb_request request = random_request(seed);
	unsigned long pfn;
	int err;

	if (m.nr_held == MAX_HELD)
		return;
	err = sb_alloc(&f.inst, &request, &pfn);
	EXPECT_EQ(err, model_can_serve(&request) ? 0 : -ENOMEM);
	if (err)
		return;
	EXPECT(sb_pfn_aligned(pfn, request.order));
	EXPECT(allowed(zone_of(pfn), &request));
	remember(pfn, sb_order_pages(request.order), request.order, false);
}

static void step_alloc_exact(u64 *seed)
{
	struct sb_request request = random_request(seed);
	unsigned long nr_pages = 1 + unit_below(seed, sb_order_pages(f.inst.cfg.max_order));
	unsigned long pfn;

	if (m.nr_held < MAX_HELD && !sb_alloc_exact(&f.inst, &request, nr_pages, &pfn))
		remember(pfn, nr_pages, 0, true);
}

static void step_free(u64 *seed)
{
	unsigned int which = m.nr_held ? (unsigned int)unit_below(seed, m.nr_held) : 0;
	struct held held = m.held[which];

	if (!m.nr_held)
		return;
	m.held[which] = m.held[--m.nr_held];
	if (held.exact)
		EXPECT_EQ(sb_alloc_free_exact(&f.inst, held.pfn, held.nr_pages), 0);
	else
		EXPECT_EQ(sb_alloc_free(&f.inst, held.pfn, held.order), 0);
	model_set(held.pfn, held.nr_pages, M_USED, M_FREE);
}

static bool is_held_block(unsigned long pfn, unsigned int order)
{
	struct sb_page_info info;

	return sb_memmap_info(&f.inst, pfn, &info) && info.state == SB_PAGE_ALLOC && !info.tail &&
	       info.order == order;
}

/* Any page, any order: refused unless it happens to be right. */
static void step_wrong_free(u64 *seed)
{
	unsigned long pfn = m.base - 8 + (unsigned long)unit_below(seed, f.inst.map.nr_pages + 16);
	unsigned int order = (unsigned int)unit_below(seed, SB_NR_ORDERS);

	if (!is_held_block(pfn, order))
		EXPECT(sb_alloc_free(&f.inst, pfn, order) < 0);
}

static void step_release(u64 *seed)
{
	unsigned long pfn = m.base + (unsigned long)unit_below(seed, f.inst.map.nr_pages);
	unsigned long nr_pages = 1 + unit_below(seed, 40);
	long released = sb_handover_release(&f.inst, sb_pfn_addr(pfn), sb_pfn_addr(nr_pages));

	if (released > 0) {
		EXPECT_EQ(released, nr_pages);
		model_set(pfn, nr_pages, M_RESERVED, M_FREE);
	}
}

static void step(u64 *seed)
{
	u64 what = unit_below(seed, 100);

	sb_host_cpu = (unsigned int)unit_below(seed, f.inst.cfg.nr_cpus);
	if (what < 48)
		step_alloc(seed);
	else if (what < 52)
		step_alloc_exact(seed);
	else if (what < 95)
		step_free(seed);
	else if (what < 98)
		step_wrong_free(seed);
	else if (what < 99)
		step_release(seed);
	else
		sb_pcp_drain_cpu(&f.inst, (unsigned int)unit_below(seed, f.inst.cfg.nr_cpus));
	CHECK(&f);
}

static void expect_same_total(void)
{
	unsigned long nr_free = 0, i;
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		nr_free += zone->nr_free + sb_pcp_count(zone);
	for (i = 0; i < f.inst.map.nr_pages; i++)
		nr_free -= m.page[i] == M_FREE;
	EXPECT_EQ(nr_free, 0);
}

static struct sb_config random_config(u64 *seed)
{
	struct sb_config cfg = fixture_config(BASE, MiB + unit_below(seed, 64) * 4096);
	unsigned int i;

	if (unit_below(seed, 2))
		fixture_add_bank(&cfg, BASE + 3 * MiB, MiB + unit_below(seed, 64) * 4096, 0);
	if (unit_below(seed, 2))
		fixture_add_bank(&cfg, BASE + 6 * MiB, 2 * MiB, (int)unit_below(seed, 2));
	cfg.max_order = 3 + (unsigned int)unit_below(seed, 7);
	cfg.pageblock_order = 2 + (unsigned int)unit_below(seed, min(cfg.max_order, 5u) - 1);
	cfg.nr_cpus = 1 + (unsigned int)unit_below(seed, 3);
	cfg.pcp_batch = 1 + (unsigned int)unit_below(seed, 20);
	cfg.pcp_high = unit_below(seed, 4) ? cfg.pcp_batch + (unsigned int)unit_below(seed, 60) : 0;
	cfg.bottom_up = unit_below(seed, 2);
	if (unit_below(seed, 2))
		cfg.lowmem_bytes = MiB + unit_below(seed, 8) * 256 * 1024;
	if (unit_below(seed, 2))
		cfg.kernelcore_percent = 20 + (unsigned int)unit_below(seed, 80);
	/* A node inside of another's span. */
	if (cfg.nr_banks > 1 && unit_below(seed, 3) == 0)
		cfg.banks[1].nid = 1;
	for (i = 0; i < unit_below(seed, 6); i++)
		fixture_reserve(&cfg, BASE + unit_below(seed, 8 * MiB),
				unit_below(seed, 512 * 1024) + 1);
	return cfg;
}

static void random_requests_agree_with_the_model(void)
{
	unsigned long steps = unit_iterations(40000);
	u64 seed = unit_seed();

	while (steps) {
		struct sb_config cfg = random_config(&seed);
		unsigned long round = min(steps, 2000ul);

		sb_host_cpu = 0;
		fixture_boot(&f, &cfg);
		model_init();
		steps -= round;
		while (round--)
			step(&seed);
		expect_same_total();
		while (m.nr_held)
			step_free(&seed);
		expect_same_total();
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(random_requests_agree_with_the_model))

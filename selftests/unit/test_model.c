// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests to an instance, and to a model so naive that it must be
 * right: one byte a page. After every step the checker recounts the instance.
 */
#include "model_marks.h"
#include "model_trace.h"
#include "zonelist.h"

#define BASE 0x90000000ull
#define MAX_PAGES 4096
#define MAX_HELD 512

static struct fixture f;

enum { M_ABSENT, M_FREE, M_USED, M_RESERVED };

/* How something in use is to be given back. */
enum kind { BLOCK, COMPOUND, EXACT, SINGLE_PAGES, RANGE };

struct held {
	unsigned long pfn;
	unsigned long nr_pages;
	unsigned int order;
	enum kind kind;
};

static struct model {
	unsigned long base;
	unsigned char page[MAX_PAGES];
	struct held held[MAX_HELD];
	unsigned int nr_held;
	struct sb_zone before[SB_MAX_ZONES];
	unsigned long parked[SB_MAX_ZONES];
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

static enum sb_zone_type highest_of(const struct sb_request *request)
{
	if (request->zone == SB_ZONE_DMA && !f.inst.cfg.dma_bytes)
		return SB_ZONE_NORMAL;
	return request->zone;
}

static bool allowed(const struct sb_zone *zone, const struct sb_request *request)
{
	int nid = request->nid == SB_NID_ANY ? f.inst.first_nid : request->nid;

	return zone && zone->type <= highest_of(request) &&
	       (zone->type != SB_ZONE_MOVABLE || request->type == SB_MOVABLE) &&
	       (!(request->gfp & SB_GFP_THISNODE) || zone->nid == nid) &&
	       (!request->nodes || request->nodes & 1u << zone->nid);
}

/* Is there an aligned run of free pages, in one zone that the request allows?
 */
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

static bool any_reserve(void)
{
	const struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		if (zone->nr_reserved_highatomic || zone->cma_pages)
			return true;
	return false;
}

/* Nothing looks for buddies when a pageblock becomes an ordinary one again, as in Linux. */
static bool all_merged(unsigned int order)
{
	const struct sb_zone *zone = NULL;

	while (order > f.inst.cfg.pageblock_order && (zone = sb_instance_next_zone(&f.inst, zone)))
		if (zone->events[SB_EVENT_HIGHATOMIC_UNRESERVE])
			return false;
	return true;
}

/* All that is free can be had: what is parked is fetched, no mark counts, no type is apart. */
static bool can_have_all(const struct sb_request *request)
{
	u32 all = SB_GFP_DIRECT_RECLAIM | SB_GFP_MEMALLOC;

	return (request->gfp & all) == all && !(request->gfp & SB_GFP_NOMEMALLOC) &&
	       f.inst.cfg.rules == SB_RULES_6_12 && !any_reserve() && all_merged(request->order);
}

static u32 random_gfp(u64 *seed)
{
	static const u32 usual[] = { SB_GFP_KERNEL, SB_GFP_ATOMIC, SB_GFP_NOWAIT,
				     SB_GFP_KERNEL | SB_GFP_MEMALLOC };
	static const u32 bits[] = { SB_GFP_HIGH,       SB_GFP_NORETRY,	     SB_GFP_MEMALLOC,
				    SB_GFP_NOMEMALLOC, SB_GFP_COMP,	     SB_GFP_THISNODE,
				    SB_GFP_ZERO,       SB_GFP_DIRECT_RECLAIM };
	u32 gfp = usual[unit_below(seed, ARRAY_SIZE(usual))];
	u64 nr = unit_below(seed, 3);

	while (nr--)
		gfp ^= bits[unit_below(seed, ARRAY_SIZE(bits))];
	return gfp;
}

static struct sb_request random_request(u64 *seed)
{
	u64 most = 1 + unit_below(seed, f.inst.cfg.max_order + 1);
	struct sb_request request = { .order = (unsigned int)unit_below(seed, most) };

	/* One by one: what of an initializer comes first is the compiler's choice. */
	request.type = (unsigned int)unit_below(seed, SB_PCPTYPES);
	request.zone = (enum sb_zone_type)unit_below(seed, SB_NR_ZONE_TYPES);
	request.nid = (int)unit_below(seed, 3) - 1;
	request.gfp = random_gfp(seed);
	request.nodes = unit_below(seed, 8) ? 0 : (u32)unit_below(seed, 8);
	return request;
}

static void remember(unsigned long pfn, unsigned long nr_pages, unsigned int order, enum kind kind)
{
	struct held held = { pfn, nr_pages, order, kind };

	model_note((u64)pfn << 32 | nr_pages << 8 | (u64)kind << 4 | order);
	if (m.nr_held == MAX_HELD)
		unit_fail(__FILE__, __LINE__, "no room to remember pfn %#lx", pfn);
	else
		m.held[m.nr_held++] = held;
}

/* Zones as they are before a request. */
static void look(void)
{
	const struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&f.inst, zone))) {
		m.before[zone - f.inst.zones] = *zone;
		m.parked[zone - f.inst.zones] = sb_pcp_count(zone);
	}
}

/* As it was, or may have become on the way: a boost ended, lists drained, the reserve given up. */
static bool may_have_given(const struct sb_zone *zone, const struct sb_request *request,
			   enum sb_zone_type highest)
{
	struct rights first = model_first_rights(&f.inst, request);
	struct rights second = model_rights(&f.inst, request);
	struct sb_zone then = m.before[zone - f.inst.zones];

	if (model_may_give(&then, request, highest, &first, SB_WMARK_LOW) ||
	    model_ignores_marks(request))
		return true;
	if (request->gfp & SB_GFP_KSWAPD_RECLAIM)
		then.watermark_boost = 0;
	if (model_may_give(&then, request, highest, &second, SB_WMARK_MIN))
		return true;
	if (!(request->gfp & SB_GFP_DIRECT_RECLAIM))
		return false;
	then.nr_free += m.parked[zone - f.inst.zones] - (sb_order_pages(request->order) - 1);
	then.nr_free_highatomic = 0;
	then.nr_reserved_highatomic = 0;
	return model_above(&then, &(struct sb_request){ .order = 0 }, highest, &second,
			   (long)then.watermark[SB_WMARK_MIN] + (long)then.watermark_boost);
}

static bool on_own_list(const struct sb_zone *zone, const struct sb_request *request)
{
	unsigned int type = f.inst.blocks.grouping ? request->type : SB_UNMOVABLE;

	return sb_pcp_serves(&f.inst, request->order) &&
	       zone->pcp[sb_host_cpu].list[sb_pcp_list_index(request->order, type)].nr;
}

/* Nothing that failed changed anything after its last look: so as zones are now. */
static bool may_give_now(const struct sb_request *request, struct rights rights)
{
	const struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		if (allowed(zone, request) &&
		    zone->nr_reserved_highatomic ==
			    m.before[zone - f.inst.zones].nr_reserved_highatomic &&
		    model_may_give(zone, request, highest_of(request), &rights, SB_WMARK_MIN) &&
		    (on_own_list(zone, request) ||
		     model_has_any(zone, request->order, &rights, rights.quarter)))
			return true;
	return false;
}

static void expect_nothing_to_give(const struct sb_request *request)
{
	struct rights rights = model_rights(&f.inst, request);

	if (!model_ignores_marks(request) || !(request->gfp & SB_GFP_DIRECT_RECLAIM))
		EXPECT(!may_give_now(request, rights));
	if (!model_ignores_marks(request))
		return;
	rights = model_first_rights(&f.inst, request);
	rights.no_marks = true;
	EXPECT(!may_give_now(request, rights));
}

static void step_alloc(u64 *seed)
{
	struct sb_request request = random_request(seed);
	bool whole = request.order && (request.gfp & SB_GFP_COMP);
	unsigned long pfn;
	int err;

	if (m.nr_held == MAX_HELD)
		return;
	look();
	err = sb_alloc(&f.inst, &request, &pfn);
	if (can_have_all(&request))
		EXPECT_EQ(err, model_can_serve(&request) ? 0 : -ENOMEM);
	if (err) {
		EXPECT_EQ(err, -ENOMEM);
		expect_nothing_to_give(&request);
		return;
	}
	EXPECT(sb_pfn_aligned(pfn, request.order));
	EXPECT(allowed(zone_of(pfn), &request));
	EXPECT(may_have_given(zone_of(pfn), &request, highest_of(&request)));
	model_set(pfn, sb_order_pages(request.order), M_FREE, M_USED);
	remember(pfn, sb_order_pages(request.order), request.order, whole ? COMPOUND : BLOCK);
}

static void step_alloc_exact(u64 *seed)
{
	struct sb_request request = random_request(seed);
	unsigned long nr_pages = 1 + unit_below(seed, sb_order_pages(f.inst.cfg.max_order));
	unsigned long pfn;

	if (m.nr_held == MAX_HELD || sb_alloc_exact(&f.inst, &request, nr_pages, &pfn))
		return;
	model_set(pfn, nr_pages, M_FREE, M_USED);
	remember(pfn, nr_pages, 0, EXACT);
}

/* The highest type of the first node that has a zone for it: bulk goes by this one's reserves. */
static enum sb_zone_type preferred_of(const struct sb_request *request)
{
	int nid = request->nid == SB_NID_ANY ? f.inst.first_nid : request->nid;
	int i, type;

	for (i = 0; i < SB_MAX_NODES; i++)
		for (type = SB_NR_ZONE_TYPES - 1; type >= 0; type--) {
			const struct sb_zone *zone =
				sb_instance_zone(&f.inst, (nid + i) % SB_MAX_NODES, type);

			if (sb_zone_populated(zone) && allowed(zone, request))
				return type;
		}
	return SB_ZONE_MOVABLE;
}

/* Some slots are filled before, and stay as they are. */
static void step_bulk(u64 *seed)
{
	struct sb_request request = random_request(seed);
	unsigned long pfns[24], was[24], i;
	unsigned long nr = (unsigned long)unit_below(seed, ARRAY_SIZE(pfns) + 1);
	long got;

	if (m.nr_held + ARRAY_SIZE(pfns) > MAX_HELD)
		return;
	request.order = 0;
	for (i = 0; i < nr; i++)
		pfns[i] = unit_below(seed, 4) ? SB_PFN_NONE : i;
	memcpy(was, pfns, nr * sizeof(*was));
	look();
	got = sb_alloc_bulk(&f.inst, &request, nr, pfns);
	for (i = 0; i < nr; i++) {
		EXPECT(was[i] == SB_PFN_NONE || pfns[i] == i);
		EXPECT(pfns[i] != SB_PFN_NONE || (long)i >= got);
		if (was[i] != SB_PFN_NONE || pfns[i] == SB_PFN_NONE)
			continue;
		EXPECT((long)i < got);
		EXPECT(allowed(zone_of(pfns[i]), &request));
		EXPECT(may_have_given(zone_of(pfns[i]), &request, highest_of(&request)) ||
		       may_have_given(zone_of(pfns[i]), &request, preferred_of(&request)));
		model_set(pfns[i], 1, M_FREE, M_USED);
		remember(pfns[i], 1, 0, BLOCK);
	}
}

static int give_back(const struct held *held)
{
	unsigned long i;

	switch (held->kind) {
	case EXACT:
		return sb_alloc_free_exact(&f.inst, held->pfn, held->nr_pages);
	case RANGE:
		return sb_alloc_free_range(&f.inst, held->pfn, held->nr_pages);
	case SINGLE_PAGES:
		for (i = 0; i < held->nr_pages; i++)
			EXPECT_EQ(sb_alloc_free(&f.inst, held->pfn + i, 0), 0);
		return 0;
	default:
		return sb_alloc_free(&f.inst, held->pfn, held->order);
	}
}

static void step_free(u64 *seed)
{
	unsigned int which = m.nr_held ? (unsigned int)unit_below(seed, m.nr_held) : 0;
	struct held held = m.held[which];

	if (!m.nr_held)
		return;
	m.held[which] = m.held[--m.nr_held];
	EXPECT_EQ(give_back(&held), 0);
	model_set(held.pfn, held.nr_pages, M_USED, M_FREE);
}

static void step_split(u64 *seed)
{
	struct held *held = &m.held[m.nr_held ? unit_below(seed, m.nr_held) : 0];
	int err;

	if (!m.nr_held || held->kind > COMPOUND)
		return;
	err = sb_alloc_split(&f.inst, held->pfn, held->order);
	EXPECT_EQ(err, held->kind == COMPOUND ? -EPERM : 0);
	if (!err)
		held->kind = SINGLE_PAGES;
}

/* All pages in use, and no compound block in part. */
static bool may_free_range(unsigned long pfn, unsigned long end)
{
	unsigned int i;

	for (i = 0; i < m.nr_held; i++) {
		const struct held *held = &m.held[i];

		if (held->kind == COMPOUND && held->pfn < end && held->pfn + held->nr_pages > pfn &&
		    (held->pfn < pfn || held->pfn + held->nr_pages > end))
			return false;
	}
	for (; pfn < end; pfn++)
		if (pfn < m.base || pfn - m.base >= f.inst.map.nr_pages ||
		    *model_page(pfn) != M_USED)
			return false;
	return true;
}

static void forget_range(unsigned long pfn, unsigned long end)
{
	unsigned int i;

	for (i = m.nr_held; i-- > 0;) {
		struct held held = m.held[i];
		unsigned long held_end = held.pfn + held.nr_pages;

		if (held.pfn >= end || held_end <= pfn)
			continue;
		m.held[i] = m.held[--m.nr_held];
		if (held.pfn < pfn)
			remember(held.pfn, pfn - held.pfn, 0, RANGE);
		if (held_end > end)
			remember(end, held_end - end, 0, RANGE);
	}
}

/* Somewhere about a block in use. */
static void step_free_range(u64 *seed)
{
	const struct held *held = &m.held[m.nr_held ? unit_below(seed, m.nr_held) : 0];
	unsigned long pfn, nr_pages;
	int err;

	if (!m.nr_held || m.nr_held + 2 > MAX_HELD)
		return;
	pfn = held->pfn + (unsigned long)unit_below(seed, held->nr_pages);
	nr_pages = 1 + (unsigned long)unit_below(seed, held->nr_pages);
	err = sb_alloc_free_range(&f.inst, pfn, nr_pages);
	EXPECT_EQ(err == 0, may_free_range(pfn, pfn + nr_pages));
	if (err)
		return;
	model_set(pfn, nr_pages, M_USED, M_FREE);
	forget_range(pfn, pfn + nr_pages);
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

static void random_tunables(struct sb_config *cfg, u64 *seed)
{
	unsigned int type;

	cfg->min_free_kbytes = unit_below(seed, 3) ? (unsigned int)unit_below(seed, 512) :
						     SB_MIN_FREE_AUTO;
	cfg->watermark_scale_factor = 1 + (unsigned int)unit_below(seed, 300);
	cfg->watermark_boost_factor = (unsigned int)unit_below(seed, 3) * 10000;
	for (type = 0; type < SB_NR_ZONE_TYPES; type++)
		cfg->lowmem_reserve_ratio[type] = (unsigned int)unit_below(seed, 3) * 8;
}

static void step_tune(u64 *seed)
{
	random_tunables(&f.inst.cfg, seed);
	sb_watermark_setup(&f.inst);
}

static void step_drain(u64 *seed)
{
	sb_pcp_drain_cpu(&f.inst, (unsigned int)unit_below(seed, f.inst.cfg.nr_cpus));
}

/* In a thousand steps, how many are of which kind. */
static const struct {
	unsigned int share;
	void (*run)(u64 *seed);
	const char *name;
} steps[] = {
	{ 450, step_alloc, "alloc" },
	{ 40, step_alloc_exact, "exact" },
	{ 20, step_bulk, "bulk" },
	{ 380, step_free, "free" },
	{ 20, step_split, "split" },
	{ 40, step_free_range, "free range" },
	{ 30, step_wrong_free, "wrong free" },
	{ 5, step_release, "release" },
	{ 5, step_tune, "tune" },
	{ 10, step_drain, "drain" },
};

static const char *step(u64 *seed)
{
	u64 what = unit_below(seed, 1000);
	size_t i = 0;

	for (; what >= steps[i].share; i++)
		what -= steps[i].share;
	sb_host_cpu = (unsigned int)unit_below(seed, f.inst.cfg.nr_cpus);
	steps[i].run(seed);
	MODEL_CHECK(&f);
	return steps[i].name;
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
	u64 size, nr;

	if (unit_below(seed, 2))
		fixture_add_bank(&cfg, BASE + 3 * MiB, MiB + unit_below(seed, 64) * 4096, 0);
	if (unit_below(seed, 2))
		fixture_add_bank(&cfg, BASE + 6 * MiB, 2 * MiB, (int)unit_below(seed, 2));
	cfg.max_order = 3 + (unsigned int)unit_below(seed, 7);
	cfg.pageblock_order = 2 + (unsigned int)unit_below(seed, min(cfg.max_order, 5u) - 1);
	cfg.nr_cpus = 1 + (unsigned int)unit_below(seed, 3);
	cfg.pcp_batch = 1 + (unsigned int)unit_below(seed, 20);
	cfg.pcp_high = unit_below(seed, 4) ? cfg.pcp_batch + (unsigned int)unit_below(seed, 60) : 0;
	cfg.pcp_high_max = unit_below(seed, 2) ? (unsigned int)unit_below(seed, 300) : 0;
	cfg.pcp_at_once = unit_below(seed, 2);
	if (unit_below(seed, 3) == 0 && cfg.max_order > 4)
		cfg.pcp_huge_order = 4 + (unsigned int)unit_below(seed, cfg.max_order - 4);
	cfg.rules = unit_below(seed, 2) ? SB_RULES_6_12 : SB_RULES_6_1;
	if (unit_below(seed, 4))
		random_tunables(&cfg, seed);
	if (unit_below(seed, 3) == 0)
		cfg.dma_bytes = unit_below(seed, 8) * 128 * 1024;
	if (unit_below(seed, 2))
		fixture_use_word(&cfg);
	cfg.bottom_up = unit_below(seed, 2);
	if (unit_below(seed, 2))
		cfg.lowmem_bytes = MiB + unit_below(seed, 8) * 256 * 1024;
	if (unit_below(seed, 2))
		cfg.kernelcore_percent = 20 + (unsigned int)unit_below(seed, 80);
	/* A node inside of another's span. */
	if (cfg.nr_banks > 1 && unit_below(seed, 3) == 0)
		cfg.banks[1].nid = 1;
	if (cfg.nr_banks > 1 && unit_below(seed, 4) == 0)
		cfg.banks[cfg.nr_banks - 1].nid = 2;
	for (nr = unit_below(seed, 4); nr; nr--) {
		size = 1 + unit_below(seed, 512 * 1024);
		fixture_reserve(&cfg, BASE + unit_below(seed, 8 * MiB), size);
	}
	return cfg;
}

/* A few pageblocks become a CMA area, before anything is in use. */
static void make_cma(u64 *seed)
{
	const struct sb_pageblocks *blocks = &f.inst.blocks;
	unsigned long i, start;
	struct sb_zone *zone;

	if (!blocks->grouping || unit_below(seed, 3))
		return;
	fixture_fill(&f);
	for (i = 0; i < 8; i++) {
		start = m.base +
			((unsigned long)unit_below(seed, blocks->nr_blocks) << blocks->order);
		zone = (struct sb_zone *)zone_of(start);
		if (!zone || sb_pageblock_type(blocks, start) == SB_CMA ||
		    !sb_zone_spans(zone, start) ||
		    !sb_zone_spans(zone, start + sb_order_pages(blocks->order) - 1))
			continue;
		fixture_set_type(&f, start, SB_CMA);
		zone->cma_pages += sb_order_pages(blocks->order);
	}
	for (i = 0; i < f.inst.map.nr_pages; i++)
		if (m.page[i] == M_FREE)
			fixture_free(&f, m.base + i, 0);
}

static void boot(u64 *seed)
{
	struct sb_config cfg = random_config(seed);

	sb_host_cpu = 0;
	fixture_boot(&f, &cfg);
	model_init();
	make_cma(seed);
}

static void end(u64 *seed)
{
	expect_same_total();
	while (m.nr_held)
		step_free(seed);
	expect_same_total();
	fixture_exit(&f);
}

static void random_requests_agree_with_the_model(void)
{
	const struct model_run run = { .round = 2000, .boot = boot, .step = step, .end = end };

	model_run(&run, 40000);
}

UNIT_MAIN(UNIT_CASE(random_requests_agree_with_the_model))

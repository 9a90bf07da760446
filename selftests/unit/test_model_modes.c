// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests while debug modes come and go, memory turns bad, and ranges are
 * taken whole: what is given must be free in a model of pages, good, and where it
 * was wanted, and in the end all of it is there again.
 */
#include "cma.h"
#include "guard.h"
#include "model_modes.h"
#include "model_places.h"
#include "model_random.h"
#include "model_trace.h"
#include "quarantine.h"

#define MAX_HELD 400
#define MAX_ISOLATED 3

static struct fixture f;
static struct model m;

/* How something in use is to be given back. */
enum kind { BLOCK, COMPOUND, EXACT, RANGE, AREA };

/* @pid: who took it, if owners were kept then and ever since; else 0. */
struct held {
	unsigned long pfn;
	unsigned long nr_pages;
	unsigned int order;
	enum kind kind;
	int pid;
};

static struct held held[MAX_HELD];
static unsigned int nr_held;
static struct sb_isolation isolated[MAX_ISOLATED];
static unsigned int nr_isolated;
static void *owners;

static bool is_room(unsigned int nr)
{
	return nr_held + nr <= MAX_HELD;
}

static void remember(unsigned long pfn, unsigned long nr_pages, unsigned int order, enum kind kind,
		     int pid)
{
	struct held one = { pfn, nr_pages, order, kind, pid };

	model_note((u64)pfn << 32 | nr_pages << 8 | (u64)kind << 4 | order);
	held[nr_held++] = one;
}

/* What has just been given. */
static void given(unsigned long pfn, unsigned long nr_pages, unsigned int order, enum kind kind)
{
	model_give(&m, pfn, nr_pages);
	remember(pfn, nr_pages, order, kind, owners ? f.pid : 0);
}

static void step_alloc(u64 *seed)
{
	struct sb_request request = random_request(&m, seed);
	bool all = model_can_have_all(&m, &request);
	unsigned long pfn;
	int err;

	if (!is_room(1))
		return;
	if (!below(seed, 4))
		request.gfp |= SB_GFP_COMP;
	err = sb_alloc(&f.inst, &request, &pfn);
	EXPECT(!err || err == -ENOMEM);
	if (all)
		EXPECT_EQ(err, model_can_serve(&m, &request) ? 0 : -ENOMEM);
	if (err)
		return;
	EXPECT(sb_pfn_aligned(pfn, request.order));
	EXPECT(model_allows(&m, &request, pfn));
	given(pfn, sb_order_pages(request.order), request.order,
	      request.order && (request.gfp & SB_GFP_COMP) ? COMPOUND : BLOCK);
}

static void step_exact(u64 *seed)
{
	struct sb_request request = random_request(&m, seed);
	unsigned long nr_pages = 1 + below(seed, sb_order_pages(f.inst.cfg.max_order));
	unsigned long pfn;

	if (is_room(1) && !sb_alloc_exact(&f.inst, &request, nr_pages, &pfn))
		given(pfn, nr_pages, 0, EXACT);
}

static void step_bulk(u64 *seed)
{
	struct sb_request request = random_request(&m, seed);
	unsigned long pfns[12];
	unsigned int nr = below(seed, ARRAY_SIZE(pfns) + 1), i;
	long got;

	if (!is_room(nr))
		return;
	request.order = 0;
	for (i = 0; i < nr; i++)
		pfns[i] = SB_PFN_NONE;
	got = sb_alloc_bulk(&f.inst, &request, nr, pfns);
	EXPECT(got >= 0);
	for (i = 0; i < nr; i++) {
		EXPECT_EQ(pfns[i] != SB_PFN_NONE, (long)i < got);
		if (pfns[i] == SB_PFN_NONE)
			continue;
		EXPECT(model_allows(&m, &request, pfns[i]));
		given(pfns[i], 1, 0, BLOCK);
	}
}

/* Guards are in the way, and what rests may be passed by for a place further on. */
static void step_contig(u64 *seed)
{
	struct sb_contig contig = random_contig(&m, seed);
	bool guards = model_guards(&m), rests = model_resting(&m);
	bool comp = contig.request.gfp & SB_GFP_COMP;
	unsigned long wanted, pfn = 0;
	int err;

	if (!is_room(1))
		return;
	wanted = model_contig(&m, &contig);
	err = sb_contig_alloc(&f.inst, &contig, &pfn);
	EXPECT(!err || err == -ENOMEM);
	if (!guards)
		EXPECT_EQ(err, wanted == SB_PFN_NONE ? -ENOMEM : 0);
	if (err)
		return;
	if (!guards && !rests)
		EXPECT_EQ(pfn, wanted);
	EXPECT(model_allows(&m, &contig.request, pfn));
	EXPECT(model_suits(&m, &contig, pfn));
	given(pfn, contig.nr_pages, sb_order_for(contig.nr_pages), comp ? COMPOUND : EXACT);
}

static void step_contig_range(u64 *seed)
{
	unsigned long pfn = random_pfn(&m, seed), nr_pages = 1 + below(seed, 1 + below(seed, 40));
	const struct sb_zone *zone = model_zone(&m, pfn);
	bool fits = zone && model_fits(&m, zone, pfn, nr_pages, -1), guards = model_guards(&m);
	unsigned long bad = 0;
	int err;

	if (!is_room(1))
		return;
	err = sb_contig_alloc_range(&f.inst, pfn, pfn + nr_pages, SB_MOVABLE, 0, &bad);
	EXPECT(!err || err == -EBUSY || err == -ERANGE);
	EXPECT(err != -EBUSY || bad - pfn < nr_pages);
	EXPECT(err ? !fits || guards : fits);
	if (!err)
		given(pfn, nr_pages, 0, EXACT);
}

static void step_cma(u64 *seed)
{
	unsigned int align_order = below(seed, 4), area;
	unsigned long nr_pages, wanted, pfn = 0;
	bool guards = model_guards(&m);
	int err;

	if (!f.inst.cfg.nr_cma || !is_room(1))
		return;
	area = below(seed, f.inst.cfg.nr_cma);
	nr_pages = 1 + below(seed, f.inst.cma[area].nr_pages);
	wanted = model_cma(&m, area, nr_pages, align_order);
	err = sb_cma_alloc(&f.inst, area, nr_pages, align_order, 0, &pfn);
	if (err)
		EXPECT_EQ(err, -ENOMEM);
	if (!guards) {
		EXPECT_EQ(err, wanted == SB_PFN_NONE ? -ENOMEM : 0);
		EXPECT(err || pfn == wanted);
	}
	if (err)
		return;
	EXPECT(sb_pfn_aligned(pfn, align_order));
	EXPECT(model_fits(&m, model_zone(&m, pfn), pfn, nr_pages, (int)area));
	given(pfn, nr_pages, area, AREA);
}

static int give_back(const struct held *one)
{
	model_take_back(&m, one->pfn, one->nr_pages);
	switch (one->kind) {
	case EXACT:
		return sb_alloc_free_exact(&f.inst, one->pfn, one->nr_pages);
	case RANGE:
		return sb_alloc_free_range(&f.inst, one->pfn, one->nr_pages);
	case AREA:
		return sb_cma_release(&f.inst, one->order, one->pfn, one->nr_pages);
	default:
		return sb_alloc_free(&f.inst, one->pfn, one->order);
	}
}

static struct held forget(unsigned int which)
{
	struct held one = held[which];

	held[which] = held[--nr_held];
	return one;
}

static void step_free(u64 *seed)
{
	struct held one;

	if (!nr_held)
		return;
	one = forget(below(seed, nr_held));
	EXPECT_EQ(give_back(&one), 0);
}

/* A part of something; the rest is a part, too, from then on. */
static void step_free_part(u64 *seed)
{
	unsigned long first, end;
	struct held one, part;

	if (!nr_held || !is_room(2))
		return;
	one = forget(below(seed, nr_held));
	first = below(seed, one.nr_pages);
	end = first + 1 + below(seed, one.nr_pages - first);
	if (one.kind == COMPOUND && end - first < one.nr_pages) {
		EXPECT_EQ(sb_alloc_free_range(&f.inst, one.pfn + first, end - first), -EPERM);
		remember(one.pfn, one.nr_pages, one.order, one.kind, one.pid);
		return;
	}
	part = one;
	part.kind = one.kind == AREA ? AREA : RANGE;
	part.pfn += first;
	part.nr_pages = end - first;
	EXPECT_EQ(give_back(&part), 0);
	if (first)
		remember(one.pfn, first, one.order, part.kind, one.pid);
	if (end < one.nr_pages)
		remember(one.pfn + end, one.nr_pages - end, one.order, part.kind, one.pid);
}

static void step_split(u64 *seed)
{
	struct held *one = &held[nr_held ? below(seed, nr_held) : 0];

	if (!nr_held || one->kind > COMPOUND)
		return;
	if (one->kind == BLOCK) {
		EXPECT_EQ(sb_alloc_split(&f.inst, one->pfn, one->order), 0);
		one->kind = RANGE;
	} else if (one->order) {
		EXPECT_EQ(sb_alloc_split(&f.inst, one->pfn, one->order), -EPERM);
	}
}

static void step_wrong_free(u64 *seed)
{
	unsigned long pfn = random_pfn(&m, seed);

	if (model_at(&m, pfn) == M_USED || model_at(&m, pfn) == M_MARKED)
		return;
	EXPECT(sb_alloc_free(&f.inst, pfn, below(seed, 4)) < 0);
	EXPECT(sb_alloc_free_range(&f.inst, pfn, 1) < 0);
}

static void step_mark(u64 *seed)
{
	model_mark_bad(&m, random_pfn(&m, seed));
}

/* Mostly a page that is bad, if there is one further on. */
static void step_unmark(u64 *seed)
{
	unsigned long pfn = random_pfn(&m, seed), next = pfn;

	while (below(seed, 500) && model_covers(&m, next) && model_at(&m, next) < M_MARKED)
		next++;
	model_unmark(&m, model_covers(&m, next) ? next : pfn);
}

static void step_isolate(u64 *seed)
{
	struct sb_isolation range = random_isolation(&m, seed);

	if (nr_isolated < MAX_ISOLATED && model_isolate(&m, &range))
		isolated[nr_isolated++] = range;
}

static void step_undo(u64 *seed)
{
	unsigned int which = nr_isolated ? below(seed, nr_isolated) : 0;
	struct sb_isolation range = isolated[which];

	if (!nr_isolated)
		return;
	model_undo(&m, &range);
	isolated[which] = isolated[--nr_isolated];
}

static void step_release(u64 *seed)
{
	unsigned long pfn = random_pfn(&m, seed), nr_pages = 1 + below(seed, 40);
	long released = sb_handover_release(&f.inst, sb_pfn_addr(pfn), sb_pfn_addr(nr_pages));

	if (released <= 0)
		return;
	EXPECT_EQ(released, nr_pages);
	model_set(&m, pfn, nr_pages, M_RESERVED, M_FREE);
}

/* Whoever took something is not known any more. */
static void forget_pids(void)
{
	unsigned int i;

	for (i = 0; i < nr_held; i++)
		held[i].pid = 0;
}

static void step_mode(u64 *seed)
{
	if (model_switch_mode(&f, &owners, sb_guard_order_max(&f.inst.cfg), seed))
		forget_pids();
}

static void step_look(u64 *seed)
{
	const struct held *one = &held[nr_held ? below(seed, nr_held) : 0];
	unsigned long pfn = one->pfn + (nr_held ? below(seed, one->nr_pages) : 0);
	struct sb_owner owner;

	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	if (!nr_held)
		return;
	model_expect_written(&m, pfn);
	if (!owners || !one->pid)
		return;
	sb_owner_find(&f.inst, pfn, &owner, NULL, NULL);
	EXPECT(owner.in_use);
	EXPECT_EQ(owner.pid, one->pid);
}

static void step_tune(u64 *seed)
{
	random_tunables(&f.inst.cfg, seed);
	sb_watermark_setup(&f.inst);
}

static void step_drain(u64 *seed)
{
	if (below(seed, 2))
		sb_pcp_drain_cpu(&f.inst, below(seed, f.inst.cfg.nr_cpus));
	else
		sb_quarantine_drain_all(&f.inst);
}

/* In a thousand steps, how many are of which kind. */
static const struct {
	unsigned int share;
	void (*run)(u64 *seed);
	const char *name;
} steps[] = {
	{ 300, step_alloc, "alloc" },
	{ 40, step_exact, "exact" },
	{ 20, step_bulk, "bulk" },
	{ 50, step_contig, "contig" },
	{ 30, step_contig_range, "contig range" },
	{ 30, step_cma, "cma" },
	{ 330, step_free, "free" },
	{ 50, step_free_part, "free part" },
	{ 20, step_split, "split" },
	{ 10, step_wrong_free, "wrong free" },
	{ 20, step_mark, "mark" },
	{ 20, step_unmark, "unmark" },
	{ 15, step_isolate, "isolate" },
	{ 15, step_undo, "undo" },
	{ 3, step_release, "release" },
	{ 15, step_mode, "mode" },
	{ 12, step_look, "look" },
	{ 8, step_tune, "tune" },
	{ 12, step_drain, "drain" },
};

static const char *step(u64 *seed)
{
	unsigned int what = below(seed, 1000);
	size_t i = 0;

	for (; what >= steps[i].share; i++)
		what -= steps[i].share;
	sb_host_cpu = below(seed, f.inst.cfg.nr_cpus);
	f.pid++;
	steps[i].run(seed);
	MODEL_CHECK(&f);
	return steps[i].name;
}

static void end_modes(u64 *seed)
{
	while (nr_isolated)
		step_undo(seed);
	model_end_modes(&f, &owners);
	forget_pids();
}

/* In one order or the other: what is bad is given back before or after it is freed. */
static void end_all(u64 *seed)
{
	bool modes_first = below(seed, 2), bad_first = below(seed, 2);
	unsigned int round;
	unsigned long i;

	for (round = 0; round < 2; round++) {
		if (modes_first == !round)
			end_modes(seed);
		while (round == bad_first && nr_held)
			step_free(seed);
		for (i = 0; i < m.nr_pages; i++)
			if (round != bad_first && m.page[i] >= M_MARKED)
				model_unmark(&m, m.base + i);
		CHECK(&f);
	}
	sb_pcp_drain_all(&f.inst);
	model_expect_all_back(&m);
	model_expect_no_findings(&f);
}

static void boot(u64 *seed)
{
	struct sb_config cfg = random_config(seed);

	sb_host_cpu = 0;
	f.pid = 1;
	model_boot(&m, &f, &cfg);
}

static void end(u64 *seed)
{
	model_expect_no_findings(&f);
	end_all(seed);
	fixture_exit(&f);
}

static void random_modes_agree_with_the_model(void)
{
	const struct model_run run = { .round = 2000, .boot = boot, .step = step, .end = end };

	model_run(&run, 20000);
}

UNIT_MAIN(UNIT_CASE(random_modes_agree_with_the_model))

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random units that move, are pinned, and fail to move, while ranges and CMA areas
 * are claimed, pages turn bad and debug modes come and go: a model of pages knows
 * who has which, contents are where they should be, and the checker is content.
 */
#include "cma.h"
#include "debug.h"
#include "model_mover.h"
#include "model_places.h"
#include "model_random.h"
#include "owner.h"
#include "quarantine.h"

#define MAX_HELD 64

/* @area: number of the CMA area, or -1. */
struct held {
	unsigned long pfn;
	unsigned long nr_pages;
	int area;
};

static struct fixture f;
static struct model m;
static struct mover mover;
static unsigned long was_at[MOVER_UNITS]; /* where the model has the units */
static struct held held[MAX_HELD];
static unsigned int nr_held;
static void *owners;

static void leave(unsigned long pfn, unsigned long nr_pages)
{
	for (; nr_pages--; pfn++) {
		bool bad = model_at(&m, pfn) == M_MARKED;

		model_set(&m, pfn, 1, bad ? M_MARKED : M_USED, bad ? M_BAD : M_FREE);
	}
}

/*
 * Lets the model know who has moved, be it by compaction. All leave first, as one
 * may be where another was.
 */
static unsigned int follow(void)
{
	unsigned int i, moved = 0;

	for (i = 0; i < MOVER_UNITS; i++)
		if (mover.unit[i].nr_pages && mover.unit[i].pfn != was_at[i])
			leave(was_at[i], mover.unit[i].nr_pages);
	for (i = 0; i < MOVER_UNITS; i++) {
		const struct mover_unit *unit = &mover.unit[i];

		if (!unit->nr_pages || unit->pfn == was_at[i])
			continue;
		EXPECT(!unit->pinned);
		model_set(&m, unit->pfn, unit->nr_pages, M_FREE, M_USED);
		EXPECT(!m.isolated[unit->pfn - m.base]);
		was_at[i] = unit->pfn;
		moved++;
	}
	return moved;
}

static struct mover_unit *random_unit(u64 *seed)
{
	unsigned int first = below(seed, MOVER_UNITS), i;

	for (i = 0; i < MOVER_UNITS; i++) {
		struct mover_unit *unit = &mover.unit[(first + i) % MOVER_UNITS];

		if (unit->nr_pages)
			return unit;
	}
	return NULL;
}

static void step_unit(u64 *seed)
{
	struct sb_request request = random_request(&m, seed);
	unsigned long nr_pages =
		1 + below(seed, 1 + below(seed, sb_order_pages(f.inst.cfg.max_order)));
	u32 gfp = request.gfp & SB_GFP_THISNODE;
	struct mover_unit *unit;
	unsigned long pfn;
	int err;

	if (request.zone == SB_ZONE_DMA)
		gfp |= SB_GFP_DMA;
	else if (request.zone != SB_ZONE_NORMAL)
		gfp |= SB_GFP_HIGHMEM;
	err = sb_alloc_exact(&f.inst, &request, nr_pages, &pfn);
	follow();
	if (err)
		return;
	unit = mover_adopt(&mover, pfn, nr_pages, request.type, gfp);
	if (!unit) {
		EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, nr_pages), 0);
		return;
	}
	model_set(&m, pfn, nr_pages, M_FREE, M_USED);
	was_at[unit - mover.unit] = pfn;
	unit->pinned = !below(seed, 8);
}

static void step_free_unit(u64 *seed)
{
	struct mover_unit *unit = random_unit(seed);

	if (!unit)
		return;
	leave(unit->pfn, unit->nr_pages);
	mover_free(&mover, unit);
}

static void step_pin(u64 *seed)
{
	struct mover_unit *unit = random_unit(seed);

	if (unit)
		unit->pinned = below(seed, 3) == 0;
}

/* The zones that the unit's request allows are the same as before. */
static void expect_allowed(const struct mover_unit *unit, unsigned long from)
{
	struct sb_request request = { .type = unit->type };

	request.zone = sb_gfp_zone(unit->gfp | sb_gfp_of_type(unit->type));
	request.gfp = unit->gfp;
	request.nid = model_zone(&m, from)->nid;
	EXPECT(model_allows(&m, &request, unit->pfn));
}

static void step_migrate(u64 *seed)
{
	struct sb_migration how = { .mode = (enum sb_migrate_mode)below(seed, 3) };
	struct mover_unit *unit = random_unit(seed);
	unsigned long pfn = random_pfn(&m, seed), from;
	struct sb_unit seen;
	int err;

	if (unit && below(seed, 8))
		pfn = unit->pfn + below(seed, unit->nr_pages);
	unit = mover_at(&mover, pfn);
	if (!unit) {
		EXPECT_EQ(sb_migrate_unit(&f.inst, pfn, &how, &seen), -ENOENT);
		return;
	}
	from = unit->pfn;
	mover.fail_move = below(seed, 8) ? 0 : -EINTR;
	err = sb_migrate_unit(&f.inst, pfn, &how, &seen);
	EXPECT(err == -EBUSY ? unit->pinned : !unit->pinned);
	EXPECT(!err || err == -EBUSY || err == -ENOMEM || err == mover.fail_move);
	EXPECT(!err || unit->pfn == from);
	mover.fail_move = 0;
	EXPECT_EQ(follow(), !err);
	if (!err)
		expect_allowed(unit, from);
}

static void given(unsigned long pfn, unsigned long nr_pages, int area)
{
	model_give(&m, pfn, nr_pages);
	held[nr_held++] = (struct held){ pfn, nr_pages, area };
}

static void step_block(u64 *seed)
{
	struct sb_request request = random_request(&m, seed);
	unsigned long pfn;
	int err;

	if (nr_held == MAX_HELD)
		return;
	err = sb_alloc(&f.inst, &request, &pfn);
	follow();
	if (!err)
		given(pfn, sb_order_pages(request.order), -1);
}

static void step_give_back(u64 *seed)
{
	unsigned int which = nr_held ? below(seed, nr_held) : 0;
	struct held one = held[which];

	if (!nr_held)
		return;
	held[which] = held[--nr_held];
	model_take_back(&m, one.pfn, one.nr_pages);
	EXPECT_EQ(one.area < 0 ?
			  sb_alloc_free_range(&f.inst, one.pfn, one.nr_pages) :
			  sb_cma_release(&f.inst, (unsigned int)one.area, one.pfn, one.nr_pages),
		  0);
}

/* A free place is taken if there is one, and nobody moves for it. */
static void step_contig(u64 *seed)
{
	struct sb_contig contig = random_contig(&m, seed);
	bool guards = model_guards(&m), rests = model_resting(&m);
	unsigned long wanted, pfn = 0;
	unsigned int moved;
	int err;

	if (nr_held == MAX_HELD)
		return;
	contig.request.gfp &= ~SB_GFP_COMP;
	wanted = model_contig(&m, &contig);
	err = sb_contig_alloc(&f.inst, &contig, &pfn);
	moved = follow();
	EXPECT(!err || err == -ENOMEM);
	if (wanted != SB_PFN_NONE && !guards) {
		EXPECT_EQ(err, 0);
		EXPECT_EQ(moved, 0);
		EXPECT(rests || pfn == wanted);
	}
	if (!(contig.request.gfp & SB_GFP_DIRECT_RECLAIM))
		EXPECT_EQ(moved, 0);
	if (err)
		return;
	EXPECT(model_allows(&m, &contig.request, pfn));
	EXPECT(model_suits(&m, &contig, pfn));
	given(pfn, contig.nr_pages, -1);
}

static bool any_stays(unsigned long pfn, unsigned long nr_pages)
{
	for (; nr_pages--; pfn++) {
		const struct mover_unit *unit = mover_at(&mover, pfn);

		if (model_at(&m, pfn) != M_FREE && (!unit || unit->pinned))
			return true;
	}
	return false;
}

static void step_fixed(u64 *seed)
{
	unsigned long pfn = random_pfn(&m, seed), nr_pages = 1 + below(seed, 1 + below(seed, 40));
	const struct sb_zone *zone = model_zone(&m, pfn);
	bool fits = zone && model_fits(&m, zone, pfn, nr_pages, -1);
	bool stays = any_stays(pfn, nr_pages), guards = model_guards(&m);
	unsigned long bad = 0;
	unsigned int moved;
	int err;

	if (nr_held == MAX_HELD)
		return;
	err = sb_contig_alloc_range(&f.inst, pfn, pfn + nr_pages, SB_MOVABLE,
				    below(seed, 4) ? SB_GFP_KERNEL : 0, &bad);
	moved = follow();
	EXPECT(!err || err == -EBUSY || err == -ERANGE || err == -ENOMEM);
	EXPECT(err != -EBUSY || bad - pfn < nr_pages);
	EXPECT(!stays || err);
	if (fits && !guards)
		EXPECT(!err && !moved);
	if (!err)
		given(pfn, nr_pages, -1);
}

static void step_cma(u64 *seed)
{
	unsigned int align_order = below(seed, 4), area;
	unsigned long nr_pages, wanted, pfn = 0;
	u32 gfp = below(seed, 4) ? SB_GFP_KERNEL : 0;
	bool guards = model_guards(&m);
	int err;

	if (!f.inst.cfg.nr_cma || nr_held == MAX_HELD)
		return;
	area = below(seed, f.inst.cfg.nr_cma);
	nr_pages = 1 + below(seed, 1 + below(seed, f.inst.cma[area].nr_pages));
	wanted = model_cma(&m, area, nr_pages, align_order);
	err = sb_cma_alloc(&f.inst, area, nr_pages, align_order, gfp, &pfn);
	follow();
	EXPECT(!err || err == -ENOMEM);
	/* Without a place for borrowers of a lower one all is given up, as in Linux. */
	if (!guards && !gfp)
		EXPECT(wanted == SB_PFN_NONE ? err : !err && pfn == wanted);
	if (!guards && !err && wanted != SB_PFN_NONE)
		EXPECT(pfn <= wanted);
	if (err)
		return;
	EXPECT(sb_pfn_aligned(pfn, align_order));
	EXPECT(model_fits(&m, model_zone(&m, pfn), pfn, nr_pages, (int)area));
	given(pfn, nr_pages, (int)area);
}

/* As memory that is taken offline is emptied. */
static void step_range(u64 *seed)
{
	const struct sb_migration how = { .mode = SB_MIGRATE_SYNC, .reason = SB_MR_MEMORY_HOTPLUG };
	unsigned long pfn = random_pfn(&m, seed), bad = 0;
	struct sb_isolation range = {
		.start = pfn,
		.end = pfn + 1 + below(seed, 1 + below(seed, 100)),
		.type = below(seed, 3) ? SB_MOVABLE : SB_CMA,
		.flags = below(seed, 2) ? SB_ISOLATION_OFFLINE : 0,
	};
	int err;

	if (sb_isolate_range(&f.inst, &range, &bad))
		return;
	model_set_isolated(&m, range.start, range.end, true);
	err = sb_migrate_range(&f.inst, range.start, range.end, &how, &bad);
	follow();
	EXPECT(!err || err == -EBUSY || err == -ENOMEM);
	if (err) {
		EXPECT(bad >= range.start && bad < range.end);
		EXPECT(model_at(&m, bad) >= M_USED && model_at(&m, bad) != M_BAD);
	}
	for (pfn = range.start; !err && pfn < range.end; pfn++)
		EXPECT(model_at(&m, pfn) != M_USED && model_at(&m, pfn) != M_MARKED);
	model_expect_isolated(&m, &range);
	sb_isolate_undo(&f.inst, range.start, range.end);
	model_set_isolated(&m, range.start, range.end, false);
}

/* Whose page it is, the model of free pages does not write to it. */
static void step_bad(u64 *seed)
{
	unsigned long pfn = random_pfn(&m, seed);

	if (model_at(&m, pfn) != M_MARKED && !below(seed, 2))
		model_mark_bad(&m, pfn);
	else if (!mover_at(&mover, pfn))
		model_unmark(&m, pfn);
}

static void switch_owner(void)
{
	if (owners) {
		EXPECT(sb_owner_detach(&f.inst) == owners);
		free(owners);
		owners = NULL;
	} else {
		owners = calloc(1, (size_t)sb_owner_size(&f.inst));
		EXPECT_EQ(sb_owner_attach(&f.inst, owners), 0);
	}
}

static void step_mode(u64 *seed)
{
	switch (below(seed, 4)) {
	case 0:
		EXPECT_EQ(sb_debug_set_poison(&f.inst, !(f.inst.hooks & SB_HOOK_POISON)), 0);
		break;
	case 1:
		EXPECT_EQ(sb_debug_set_guard(&f.inst, below(seed, 3) ? 0 : 1), 0);
		break;
	case 2:
		EXPECT_EQ(sb_debug_set_quarantine(&f.inst, below(seed, 3) * 50), 0);
		break;
	default:
		switch_owner();
	}
}

static void step_look(u64 *seed)
{
	(void)seed;
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
}

/* In a thousand steps, how many are of which kind. */
static const struct {
	unsigned int share;
	void (*run)(u64 *seed);
} steps[] = {
	{ 250, step_unit }, { 130, step_free_unit }, { 60, step_pin },	  { 130, step_migrate },
	{ 80, step_block }, { 120, step_give_back }, { 70, step_contig }, { 50, step_fixed },
	{ 40, step_cma },   { 30, step_range },	     { 15, step_bad },	  { 15, step_mode },
	{ 10, step_look },
};

static void step(u64 *seed)
{
	unsigned int what = below(seed, 1000);
	size_t i = 0;

	for (; what >= steps[i].share; i++)
		what -= steps[i].share;
	sb_host_cpu = below(seed, f.inst.cfg.nr_cpus);
	steps[i].run(seed);
	CHECK(&f);
	mover_expect_all(&mover);
}

static void end_round(u64 *seed)
{
	unsigned long i;

	while (random_unit(seed))
		step_free_unit(seed);
	while (nr_held)
		step_give_back(seed);
	if (f.inst.hooks & SB_HOOK_POISON)
		sb_debug_set_poison(&f.inst, false);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 0), 0);
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 0), 0);
	if (owners)
		switch_owner();
	for (i = 0; i < m.nr_pages; i++)
		if (m.page[i] == M_BAD)
			model_unmark(&m, m.base + i);
	sb_pcp_drain_all(&f.inst);
	model_expect_all_back(&m);
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_WRITE], 0);
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_OVERRUN], 0);
}

static void random_units_agree_with_the_model(void)
{
	unsigned long left = unit_iterations(12000);
	u64 seed = unit_seed();

	while (left) {
		struct sb_config cfg = random_config(&seed);
		unsigned long round = min(left, 1000ul);

		sb_host_cpu = 0;
		model_boot(&m, &f, &cfg);
		mover_init(&mover, &f);
		left -= round;
		while (round--)
			step(&seed);
		end_round(&seed);
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(random_units_agree_with_the_model))

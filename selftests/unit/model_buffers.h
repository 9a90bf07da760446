/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers of every kind in one instance, and a model of pages that knows who has
 * which: units that move, are pinned, and fail to move; blocks, ranges and gathered
 * pages that stay. What a step may do is known from the model before, and what it
 * did is compared with it after.
 */
#ifndef MODEL_BUFFERS_H
#define MODEL_BUFFERS_H

#include "cma.h"
#include "gather.h"
#include "model_mover.h"
#include "model_places.h"
#include "model_random.h"
#include "model_trace.h"

#define BUFFERS_HELD 64
#define BUFFERS_RUNS 8

/**
 * struct buffer - Pages that stay where they are.
 * @run: where they are
 * @nr_runs: entries of @run
 * @area: number of their CMA area, or -1
 */
struct buffer {
	struct sb_run run[BUFFERS_RUNS];
	unsigned int nr_runs;
	int area;
};

/**
 * struct buffers - All that is in use.
 * @f: the instance
 * @m: model of its pages
 * @mover: those that can be moved; the model has them where they were
 * @nid: node that each unit is on
 * @held: those that cannot
 * @nr_held: entries of @held
 */
struct buffers {
	struct fixture *f;
	struct model m;
	struct mover mover;
	int nid[MOVER_UNITS];
	struct buffer held[BUFFERS_HELD];
	unsigned int nr_held;
};

/* A kind of step: of as many as all shares add up to, @share are of this one. */
struct buffers_step {
	unsigned int share;
	void (*run)(struct buffers *b, u64 *seed);
};

/* On some CPU. */
static inline void buffers_step(struct buffers *b, const struct buffers_step *steps, size_t nr,
				u64 *seed)
{
	unsigned int what = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		what += steps[i].share;
	what = below(seed, what);
	for (i = 0; what >= steps[i].share; i++)
		what -= steps[i].share;
	sb_host_cpu = below(seed, b->f->inst.cfg.nr_cpus);
	steps[i].run(b, seed);
}

/* Of an instance that is live, whose pages the model knows already. */
static inline void buffers_init(struct buffers *b, struct fixture *f)
{
	b->f = f;
	b->nr_held = 0;
	mover_init(&b->mover, f);
}

static inline void buffers_leave(struct buffers *b, unsigned long pfn, unsigned long nr_pages)
{
	for (; nr_pages--; pfn++) {
		bool bad = model_at(&b->m, pfn) == M_MARKED;

		model_set(&b->m, pfn, 1, bad ? M_MARKED : M_USED, bad ? M_BAD : M_FREE);
	}
}

/* In a zone of the request's, and of CMA areas what can be moved alone. */
static inline bool buffers_may_have(const struct buffers *b, const struct sb_request *request,
				    unsigned long pfn)
{
	return model_allows(&b->m, request, pfn) &&
	       (request->type == SB_MOVABLE || model_area(&b->m, pfn) < 0);
}

/* Where a unit has gone is where its request could have been served, and was free. */
static inline void buffers_arrive(struct buffers *b, struct mover_unit *unit, int *nid)
{
	struct sb_request request = { .type = unit->type, .gfp = unit->gfp, .nid = *nid };

	EXPECT(!unit->pinned);
	model_note((u64)unit->pfn << 32 | unit->nr_pages);
	model_set(&b->m, unit->pfn, unit->nr_pages, M_FREE, M_USED);
	EXPECT(!b->m.isolated[unit->pfn - b->m.base]);
	request.zone = sb_gfp_zone(unit->gfp | sb_gfp_of_type(unit->type));
	EXPECT(buffers_may_have(b, &request, unit->pfn));
	*nid = model_zone(&b->m, unit->pfn)->nid;
	unit->was = unit->pfn;
}

/*
 * Lets the model know who has moved, be it by compaction. All leave first, as one
 * may be where another was.
 */
static inline unsigned int buffers_follow(struct buffers *b)
{
	unsigned int i, moved = 0;

	for (i = 0; i < MOVER_UNITS; i++) {
		const struct mover_unit *unit = &b->mover.unit[i];

		if (unit->nr_pages && unit->pfn != unit->was)
			buffers_leave(b, unit->was, unit->nr_pages);
	}
	for (i = 0; i < MOVER_UNITS; i++) {
		struct mover_unit *unit = &b->mover.unit[i];

		if (!unit->nr_pages || unit->pfn == unit->was)
			continue;
		buffers_arrive(b, unit, &b->nid[i]);
		moved++;
	}
	return moved;
}

static inline struct mover_unit *buffers_random_unit(struct buffers *b, u64 *seed)
{
	unsigned int first = below(seed, MOVER_UNITS), i;

	for (i = 0; i < MOVER_UNITS; i++) {
		struct mover_unit *unit = &b->mover.unit[(first + i) % MOVER_UNITS];

		if (unit->nr_pages)
			return unit;
	}
	return NULL;
}

/* Of any number of pages, now and then of more than the largest block has. */
static inline int buffers_take(struct buffers *b, struct sb_request *request, u64 *seed,
			       unsigned long *nr_pages, unsigned long *pfn)
{
	unsigned long most = sb_order_pages(b->f->inst.cfg.max_order);
	struct sb_contig contig;

	if (most > 64 || below(seed, 16)) {
		*nr_pages = 1 + below(seed, 1 + below(seed, most));
		return sb_alloc_exact(&b->f->inst, request, *nr_pages, pfn);
	}
	*nr_pages = most + 1 + below(seed, most);
	request->gfp &= SB_GFP_RECLAIM | SB_GFP_THISNODE;
	contig = (struct sb_contig){ .request = *request, .nr_pages = *nr_pages };
	return sb_contig_alloc(&b->f->inst, &contig, pfn);
}

static inline void buffers_unit(struct buffers *b, u64 *seed)
{
	struct sb_request request = random_request(&b->m, seed);
	u32 gfp = request.gfp & SB_GFP_THISNODE;
	struct mover_unit *unit;
	unsigned long nr_pages, pfn;
	int err;

	if (request.zone == SB_ZONE_DMA)
		gfp |= SB_GFP_DMA;
	else if (request.zone != SB_ZONE_NORMAL)
		gfp |= SB_GFP_HIGHMEM;
	err = buffers_take(b, &request, seed, &nr_pages, &pfn);
	buffers_follow(b);
	if (err) {
		EXPECT_EQ(err, -ENOMEM);
		return;
	}
	EXPECT(buffers_may_have(b, &request, pfn));
	unit = mover_adopt(&b->mover, pfn, nr_pages, request.type, gfp);
	if (!unit) {
		EXPECT_EQ(sb_alloc_free_exact(&b->f->inst, pfn, nr_pages), 0);
		return;
	}
	model_set(&b->m, pfn, nr_pages, M_FREE, M_USED);
	b->nid[unit - b->mover.unit] = model_zone(&b->m, pfn)->nid;
	unit->pinned = !below(seed, 8);
}

static inline void buffers_free_unit(struct buffers *b, u64 *seed)
{
	struct mover_unit *unit = buffers_random_unit(b, seed);

	if (!unit)
		return;
	buffers_leave(b, unit->pfn, unit->nr_pages);
	mover_free(&b->mover, unit);
}

static inline void buffers_pin(struct buffers *b, u64 *seed)
{
	struct mover_unit *unit = buffers_random_unit(b, seed);

	if (!unit)
		return;
	unit->pinned = below(seed, 3) == 0;
	unit->busy = below(seed, 4) ? 0 : below(seed, 5);
}

static inline void buffers_migrate(struct buffers *b, u64 *seed)
{
	struct sb_migration how = { .mode = (enum sb_migrate_mode)below(seed, 3) };
	struct mover_unit *unit = buffers_random_unit(b, seed);
	unsigned long pfn = random_pfn(&b->m, seed), from;
	struct sb_unit seen;
	bool stays;
	int err;

	if (unit && below(seed, 8))
		pfn = unit->pfn + below(seed, unit->nr_pages);
	unit = mover_at(&b->mover, pfn);
	if (!unit) {
		EXPECT_EQ(sb_migrate_unit(&b->f->inst, pfn, &how, &seen), -ENOENT);
		return;
	}
	from = unit->pfn;
	stays = unit->pinned || unit->busy;
	b->mover.fail_move = below(seed, 8) ? 0 : -EINTR;
	err = sb_migrate_unit(&b->f->inst, pfn, &how, &seen);
	EXPECT_EQ(err == -EBUSY, stays);
	EXPECT(!err || err == -EBUSY || err == -ENOMEM || err == b->mover.fail_move);
	EXPECT(!err || unit->pfn == from);
	b->mover.fail_move = 0;
	EXPECT_EQ(buffers_follow(b), !err);
}

static inline bool buffers_is_room(const struct buffers *b)
{
	return b->nr_held < BUFFERS_HELD;
}

static inline void buffers_given(struct buffers *b, const struct sb_run *runs, unsigned int nr_runs,
				 int area)
{
	struct buffer *one = &b->held[b->nr_held++];
	unsigned int i;

	one->nr_runs = nr_runs;
	one->area = area;
	for (i = 0; i < nr_runs; i++) {
		model_give(&b->m, runs[i].pfn, runs[i].nr_pages);
		model_note((u64)runs[i].pfn << 32 | runs[i].nr_pages);
		one->run[i] = runs[i];
	}
}

static inline void buffers_given_run(struct buffers *b, unsigned long pfn, unsigned long nr_pages,
				     int area)
{
	struct sb_run run = { pfn, nr_pages };

	buffers_given(b, &run, 1, area);
}

/* What nobody keeps back is there, or can be made room for. */
static inline void buffers_block(struct buffers *b, u64 *seed)
{
	struct sb_request request = random_request(&b->m, seed);
	bool sure = model_can_have_all(&b->m, &request) && model_can_serve(&b->m, &request);
	unsigned long pfn;
	int err;

	if (!buffers_is_room(b))
		return;
	request.gfp |= below(seed, 4) ? 0 : SB_GFP_COMP;
	err = sb_alloc(&b->f->inst, &request, &pfn);
	buffers_follow(b);
	EXPECT(!err || (err == -ENOMEM && !sure));
	if (err)
		return;
	EXPECT(sb_pfn_aligned(pfn, request.order));
	EXPECT(buffers_may_have(b, &request, pfn));
	buffers_given_run(b, pfn, sb_order_pages(request.order), -1);
}

/* By ascending address, and no two adjacent. */
static inline void buffers_gather(struct buffers *b, u64 *seed)
{
	struct sb_request request = random_request(&b->m, seed);
	unsigned long nr_pages = 1 + below(seed, 1 + below(seed, 80)), nr = 0;
	struct sb_run runs[BUFFERS_RUNS];
	int nr_runs, i;

	if (!buffers_is_room(b))
		return;
	nr_runs = sb_gather(&b->f->inst, &request, nr_pages, runs, ARRAY_SIZE(runs), NULL);
	buffers_follow(b);
	EXPECT(nr_runs > 0 || nr_runs == -ENOMEM || nr_runs == -ENOSPC);
	for (i = 0; i < nr_runs; i++) {
		EXPECT(buffers_may_have(b, &request, runs[i].pfn));
		EXPECT(!i || runs[i].pfn > runs[i - 1].pfn + runs[i - 1].nr_pages);
		nr += runs[i].nr_pages;
	}
	if (nr_runs <= 0)
		return;
	EXPECT_EQ(nr, nr_pages);
	buffers_given(b, runs, (unsigned int)nr_runs, -1);
}

static inline void buffers_give_back(struct buffers *b, u64 *seed)
{
	unsigned int which = b->nr_held ? below(seed, b->nr_held) : 0, i;
	struct buffer one = b->held[which];

	if (!b->nr_held)
		return;
	b->held[which] = b->held[--b->nr_held];
	for (i = 0; i < one.nr_runs; i++)
		model_take_back(&b->m, one.run[i].pfn, one.run[i].nr_pages);
	EXPECT_EQ(one.area < 0 ? sb_gather_free(&b->f->inst, one.run, one.nr_runs) :
				 sb_cma_release(&b->f->inst, (unsigned int)one.area, one.run[0].pfn,
						one.run[0].nr_pages),
		  0);
}

/* What nobody has is not given back, whatever its order. */
static inline void buffers_wrong_free(struct buffers *b, u64 *seed)
{
	unsigned long pfn = random_pfn(&b->m, seed);

	if (model_at(&b->m, pfn) == M_USED || model_at(&b->m, pfn) == M_MARKED)
		return;
	EXPECT(sb_alloc_free(&b->f->inst, pfn, below(seed, 4)) < 0);
	EXPECT(sb_alloc_free_range(&b->f->inst, pfn, 1) < 0);
}

/* A free place is taken if there is one, and nobody moves for it. */
static inline void buffers_contig(struct buffers *b, u64 *seed)
{
	struct sb_contig contig = random_contig(&b->m, seed);
	bool guards = model_guards(&b->m), rests = model_resting(&b->m);
	unsigned long wanted, pfn = 0;
	unsigned int moved;
	int err;

	if (!buffers_is_room(b))
		return;
	contig.request.gfp &= ~SB_GFP_COMP;
	wanted = model_contig(&b->m, &contig);
	err = sb_contig_alloc(&b->f->inst, &contig, &pfn);
	moved = buffers_follow(b);
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
	EXPECT(model_allows(&b->m, &contig.request, pfn));
	EXPECT(model_suits(&b->m, &contig, pfn));
	buffers_given_run(b, pfn, contig.nr_pages, -1);
}

static inline bool buffers_any_stays(struct buffers *b, unsigned long pfn, unsigned long nr_pages)
{
	for (; nr_pages--; pfn++) {
		const struct mover_unit *unit = mover_at(&b->mover, pfn);

		if (model_at(&b->m, pfn) != M_FREE && (!unit || unit->pinned))
			return true;
	}
	return false;
}

static inline void buffers_fixed(struct buffers *b, u64 *seed)
{
	unsigned long pfn = random_pfn(&b->m, seed),
		      nr_pages = 1 + below(seed, 1 + below(seed, 40));
	const struct sb_zone *zone = model_zone(&b->m, pfn);
	bool fits = zone && model_fits(&b->m, zone, pfn, nr_pages, -1);
	bool stays = buffers_any_stays(b, pfn, nr_pages), guards = model_guards(&b->m);
	unsigned long bad = 0;
	unsigned int moved;
	int err;

	if (!buffers_is_room(b))
		return;
	err = sb_contig_alloc_range(&b->f->inst, pfn, pfn + nr_pages, SB_MOVABLE,
				    below(seed, 4) ? SB_GFP_KERNEL : 0, &bad);
	moved = buffers_follow(b);
	EXPECT(!err || err == -EBUSY || err == -ERANGE || err == -ENOMEM);
	EXPECT(err != -EBUSY || bad - pfn < nr_pages);
	EXPECT(!stays || err);
	if (fits && !guards)
		EXPECT(!err && !moved);
	if (!err)
		buffers_given_run(b, pfn, nr_pages, -1);
}

static inline void buffers_cma(struct buffers *b, u64 *seed)
{
	unsigned int align_order = below(seed, 4), area;
	unsigned long nr_pages, wanted, pfn = 0;
	u32 gfp = below(seed, 4) ? SB_GFP_KERNEL : 0;
	bool guards = model_guards(&b->m);
	int err;

	if (!b->f->inst.cfg.nr_cma || !buffers_is_room(b))
		return;
	area = below(seed, b->f->inst.cfg.nr_cma);
	nr_pages = 1 + below(seed, 1 + below(seed, b->f->inst.cma[area].nr_pages));
	wanted = model_cma(&b->m, area, nr_pages, align_order);
	err = sb_cma_alloc(&b->f->inst, area, nr_pages, align_order, gfp, &pfn);
	buffers_follow(b);
	EXPECT(!err || err == -ENOMEM);
	/* Without a place for borrowers of a lower one all is given up, as in Linux. */
	if (!guards && !gfp)
		EXPECT(wanted == SB_PFN_NONE ? err : !err && pfn == wanted);
	if (!guards && !err && wanted != SB_PFN_NONE)
		EXPECT(pfn <= wanted);
	if (err)
		return;
	EXPECT(sb_pfn_aligned(pfn, align_order));
	EXPECT(model_fits(&b->m, model_zone(&b->m, pfn), pfn, nr_pages, (int)area));
	buffers_given_run(b, pfn, nr_pages, (int)area);
}

/* As memory that is taken offline is emptied. */
static inline void buffers_range(struct buffers *b, u64 *seed)
{
	const struct sb_migration how = { .mode = SB_MIGRATE_SYNC, .reason = SB_MR_MEMORY_HOTPLUG };
	struct sb_isolation range = random_isolation(&b->m, seed);
	unsigned long bad = 0, pfn;
	int err;

	if (!model_isolate(&b->m, &range))
		return;
	err = sb_migrate_range(&b->f->inst, range.start, range.end, &how, &bad);
	buffers_follow(b);
	EXPECT(!err || err == -EBUSY || err == -ENOMEM);
	if (err) {
		EXPECT(bad >= range.start && bad < range.end);
		EXPECT(model_at(&b->m, bad) >= M_USED && model_at(&b->m, bad) != M_BAD);
	}
	for (pfn = range.start; !err && pfn < range.end; pfn++)
		EXPECT(model_at(&b->m, pfn) != M_USED && model_at(&b->m, pfn) != M_MARKED);
	model_undo(&b->m, &range);
}

/* Whose page it is, the model of free pages does not write to it. */
static inline void buffers_bad_at(struct buffers *b, unsigned long pfn, u64 *seed)
{
	if (model_at(&b->m, pfn) != M_MARKED && !below(seed, 2))
		model_mark_bad(&b->m, pfn);
	else if (!mover_at(&b->mover, pfn))
		model_unmark(&b->m, pfn);
}

static inline void buffers_bad(struct buffers *b, u64 *seed)
{
	buffers_bad_at(b, random_pfn(&b->m, seed), seed);
}

static inline void buffers_give_back_all(struct buffers *b, u64 *seed)
{
	while (buffers_random_unit(b, seed))
		buffers_free_unit(b, seed);
	while (b->nr_held)
		buffers_give_back(b, seed);
}

/* No page is bad any more. */
static inline void buffers_mend_all(struct buffers *b)
{
	unsigned long i;

	for (i = 0; i < b->m.nr_pages; i++)
		if (b->m.page[i] == M_BAD)
			model_unmark(&b->m, b->m.base + i);
}

#endif

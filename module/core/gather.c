// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "gather.h"

/**
 * struct gathering - A request on its way.
 * @inst: instance
 * @block: what each block is to be
 * @order: none larger is to be had without waiting
 * @left: pages still wanted
 * @runs: what there is so far, in the order of its arrival
 * @nr_runs: entries used
 * @max_runs: entries there are
 * @should_stop: see sb_gather()
 */
struct gathering {
	struct sb_instance *inst;
	struct sb_request block;
	unsigned int order;
	unsigned long left;
	struct sb_run *runs;
	unsigned int nr_runs;
	unsigned int max_runs;
	bool (*should_stop)(void);
};

/* Lets @runs[@at] sink to where it belongs in a heap with the highest on top. */
static void sift(struct sb_run *runs, unsigned int at, unsigned int nr)
{
	struct sb_run run = runs[at];
	unsigned int child;

	for (; (child = 2 * at + 1) < nr; at = child) {
		child += child + 1 < nr && runs[child + 1].pfn > runs[child].pfn;
		if (runs[child].pfn < run.pfn)
			break;
		runs[at] = runs[child];
	}
	runs[at] = run;
}

/* By heap: no memory, no recursion, and no order of arrival makes it slow. */
static void sort_runs(struct sb_run *runs, unsigned int nr)
{
	unsigned int i;

	for (i = nr / 2; i--;)
		sift(runs, i, nr);
	while (nr-- > 1) {
		struct sb_run highest = runs[0];

		runs[0] = runs[nr];
		runs[nr] = highest;
		sift(runs, 0, nr);
	}
}

/* Makes one of two that touch, in @run. */
static bool join(struct sb_run *run, const struct sb_run *other)
{
	if (other->pfn + other->nr_pages == run->pfn)
		run->pfn = other->pfn;
	else if (run->pfn + run->nr_pages != other->pfn)
		return false;
	run->nr_pages += other->nr_pages;
	return true;
}

static void tidy(struct gathering *g)
{
	unsigned int last = 0, i;

	if (!g->nr_runs)
		return;
	sort_runs(g->runs, g->nr_runs);
	for (i = 1; i < g->nr_runs; i++)
		if (!join(&g->runs[last], &g->runs[i]))
			g->runs[++last] = g->runs[i];
	g->nr_runs = last + 1;
}

static bool join_any(struct gathering *g, const struct sb_run *run)
{
	unsigned int i;

	for (i = 0; i < g->nr_runs; i++)
		if (join(&g->runs[i], run))
			return true;
	return false;
}

/* Mostly a block comes right after or before the last one, as they are of one split. */
static int add_run(struct gathering *g, const struct sb_run *run)
{
	if (g->nr_runs && join(&g->runs[g->nr_runs - 1], run))
		return 0;
	if (g->nr_runs == g->max_runs)
		tidy(g);
	if (g->nr_runs == g->max_runs)
		return join_any(g, run) ? 0 : -ENOSPC;
	g->runs[g->nr_runs++] = *run;
	return 0;
}

/* Takes a block, less what of it is too much. */
static int take_block(struct gathering *g, unsigned int order, u32 gfp)
{
	struct sb_run run = { .nr_pages = min(sb_order_pages(order), g->left) };
	struct sb_request block = g->block;
	int err;

	block.gfp = gfp;
	err = sb_alloc_exact(g->inst, &block, run.nr_pages, &run.pfn);
	if (err)
		return err;
	err = add_run(g, &run);
	if (err)
		sb_alloc_free_exact(g->inst, run.pfn, run.nr_pages);
	else
		g->left -= run.nr_pages;
	return err;
}

static unsigned int largest_wanted(const struct gathering *g)
{
	return min(sb_order_for(g->left), g->inst->cfg.max_order);
}

/* -ENOMEM when not even a page is to be had without waiting. */
static int take_largest(struct gathering *g)
{
	u32 gfp = g->block.gfp & ~SB_GFP_DIRECT_RECLAIM;
	int err;

	g->order = min(g->order, largest_wanted(g));
	for (;;) {
		err = take_block(g, g->order, gfp);
		if (err != -ENOMEM || !g->order)
			return err;
		g->order--;
	}
}

static int take_next(struct gathering *g)
{
	int err = take_largest(g);

	if (err != -ENOMEM || !(g->block.gfp & SB_GFP_DIRECT_RECLAIM))
		return err;
	err = take_block(g, 0, g->block.gfp);
	/* What made a page free may have made more of them free. */
	g->order = g->inst->cfg.max_order;
	return err;
}

/* So that nobody is left without pages meanwhile for what cannot be. */
static bool is_too_much(struct sb_instance *inst, unsigned long nr_pages)
{
	struct sb_zone *zone = NULL;
	unsigned long managed = 0;

	while ((zone = sb_instance_next_zone(inst, zone)))
		managed += READ_ONCE(zone->managed);
	return nr_pages > managed;
}

static bool is_stopped(const struct gathering *g)
{
	return g->should_stop && g->should_stop();
}

/* Of many runs one at a time, so that others may run in between. */
static void undo(const struct gathering *g)
{
	unsigned int i;

	for (i = 0; i < g->nr_runs; i++) {
		sb_gather_free(g->inst, &g->runs[i], 1);
		is_stopped(g);
	}
}

int sb_gather(struct sb_instance *inst, const struct sb_request *request, unsigned long nr_pages,
	      struct sb_run *runs, unsigned int max_runs, bool (*should_stop)(void))
{
	struct gathering g = {
		.inst = inst,
		.block = *request,
		.order = inst->cfg.max_order,
		.left = nr_pages,
		.runs = runs,
		.max_runs = max_runs,
		.should_stop = should_stop,
	};
	int err = nr_pages ? 0 : -EINVAL;

	if (inst->stage == SB_STAGE_LIVE && is_too_much(inst, nr_pages))
		return -ENOMEM;
	g.block.gfp &= ~SB_GFP_COMP;
	while (g.left && !err)
		err = is_stopped(&g) ? -EINTR : take_next(&g);
	if (err) {
		undo(&g);
		return err;
	}
	tidy(&g);
	return (int)g.nr_runs;
}

int sb_gather_free(struct sb_instance *inst, const struct sb_run *runs, unsigned int nr_runs)
{
	unsigned int i;
	int err, first = 0;

	for (i = 0; i < nr_runs; i++) {
		err = sb_alloc_free_range(inst, runs[i].pfn, runs[i].nr_pages);
		if (err && !first)
			first = err;
	}
	return first;
}

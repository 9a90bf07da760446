// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/sched.h>

#include "bench.h"

#define PAIR(order_, peer_)                                                           \
	{                                                                             \
		.name = "pair-order-" #order_, .peer = &(peer_), .kind = BENCH_PAIRS, \
		.order = (order_)                                                     \
	}

#define BURST(nr_, how_, turn_, peer_)                                                 \
	{                                                                              \
		.name = "burst-" #nr_ "-" how_, .peer = &(peer_), .kind = BENCH_BURST, \
		.nr = (nr_), .turn = (turn_)                                           \
	}

#define BULK(nr_)                                                                          \
	{                                                                                  \
		.name = "bulk-" #nr_, .peer = &bench_bulk, .kind = BENCH_BULK, .nr = (nr_) \
	}

/* All pages one by one. */
#define WHOLE(name_, part_, turn_, peer_)                                                \
	{                                                                                \
		.name = (name_), .peer = &(peer_), .kind = BENCH_BURST, .part = (part_), \
		.turn = (turn_)                                                          \
	}

#define MIXED(percent_, peer_)                                                     \
	{                                                                          \
		.name = "mixed-" #percent_, .peer = &(peer_), .kind = BENCH_MIXED, \
		.percent = (percent_)                                              \
	}

#define SCARCE(order_, percent_, peer_)                                                            \
	{                                                                                          \
		.name = "order-" #order_ "-at-" #percent_, .peer = &(peer_), .kind = BENCH_SCARCE, \
		.order = (order_), .nr = 256, .percent = (percent_)                                \
	}

/* Contiguous pages of any number, of which these are powers of two. */
#define CONTIG(nr_, order_)                                                                        \
	{                                                                                          \
		.name = "contig-" #nr_, .peer = &bench_cma, .kind = BENCH_PAIRS, .order = (order_) \
	}

#define WORST_PAGE(name_, part_, peer_)                                                      \
	{                                                                                    \
		.name = "worst-" name_ "-page", .peer = &(peer_), .kind = BENCH_WORST_BURST, \
		.part = (part_), .nr = 16384, .turn = BENCH_RANDOM                           \
	}

#define WORST_ORDER(name_, part_, order_, nr_)                                             \
	{                                                                                  \
		.name = "worst-" name_ "-order-" #order_, .peer = &bench_page,             \
		.kind = BENCH_WORST_BURST, .part = (part_), .nr = (nr_), .order = (order_) \
	}

#define WORST_MIXED(name_, part_, percent_, peer_)                                \
	{                                                                         \
		.name = "worst-" name_ "-mixed-" #percent_, .peer = &(peer_),     \
		.kind = BENCH_WORST_MIXED, .part = (part_), .percent = (percent_) \
	}

#define WORST_SCARCE(name_, part_, order_, percent_, peer_)                                  \
	{                                                                                    \
		.name = "worst-" name_ "-order-" #order_ "-at-" #percent_, .peer = &(peer_), \
		.kind = BENCH_WORST_SCARCE, .part = (part_), .order = (order_), .nr = 64,    \
		.percent = (percent_)                                                        \
	}

const struct bench_work bench_works[] = {
	PAIR(0, bench_page),
	PAIR(1, bench_page),
	PAIR(2, bench_page),
	PAIR(3, bench_page),
	PAIR(4, bench_page),
	PAIR(5, bench_page),
	PAIR(6, bench_page),
	PAIR(7, bench_page),
	PAIR(8, bench_page),
	PAIR(9, bench_page),
	PAIR(10, bench_page),
	PAIR(0, bench_slab),
	PAIR(0, bench_first_fit),
	PAIR(4, bench_first_fit),
	PAIR(0, bench_best_fit),
	PAIR(0, bench_drm),
	PAIR(4, bench_drm),
	BURST(512, "fifo", BENCH_FIFO, bench_page),
	BURST(512, "lifo", BENCH_LIFO, bench_page),
	BURST(512, "random", BENCH_RANDOM, bench_page),
	BURST(16384, "fifo", BENCH_FIFO, bench_page),
	BURST(16384, "lifo", BENCH_LIFO, bench_page),
	BURST(16384, "random", BENCH_RANDOM, bench_page),
	BURST(512, "fifo", BENCH_FIFO, bench_first_fit),
	BURST(512, "lifo", BENCH_LIFO, bench_first_fit),
	BURST(512, "random", BENCH_RANDOM, bench_first_fit),
	BURST(512, "random", BENCH_RANDOM, bench_best_fit),
	BURST(512, "fifo", BENCH_FIFO, bench_drm),
	BURST(512, "lifo", BENCH_LIFO, bench_drm),
	BURST(512, "random", BENCH_RANDOM, bench_drm),
	BULK(1),
	BULK(2),
	BULK(4),
	BULK(8),
	BULK(16),
	BULK(32),
	BULK(64),
	BULK(128),
	BULK(256),
	BULK(512),
	WHOLE("fill-64m", BENCH_GETS, BENCH_FIFO, bench_first_fit),
	WHOLE("free-64m", BENCH_PUTS, BENCH_FIFO, bench_first_fit),
	WHOLE("free-random-64m", BENCH_PUTS, BENCH_RANDOM, bench_first_fit),
	WHOLE("fill-64m", BENCH_GETS, BENCH_FIFO, bench_best_fit),
	WHOLE("free-64m", BENCH_PUTS, BENCH_FIFO, bench_best_fit),
	WHOLE("free-random-64m", BENCH_PUTS, BENCH_RANDOM, bench_best_fit),
	WHOLE("fill-64m", BENCH_GETS, BENCH_FIFO, bench_drm),
	WHOLE("free-64m", BENCH_PUTS, BENCH_FIFO, bench_drm),
	WHOLE("free-random-64m", BENCH_PUTS, BENCH_RANDOM, bench_drm),
	MIXED(50, bench_first_fit),
	MIXED(75, bench_first_fit),
	MIXED(90, bench_first_fit),
	MIXED(99, bench_first_fit),
	MIXED(50, bench_best_fit),
	MIXED(75, bench_best_fit),
	MIXED(90, bench_best_fit),
	MIXED(99, bench_best_fit),
	MIXED(50, bench_drm),
	MIXED(75, bench_drm),
	MIXED(90, bench_drm),
	MIXED(99, bench_drm),
	SCARCE(4, 90, bench_first_fit),
	SCARCE(4, 90, bench_best_fit),
	SCARCE(4, 90, bench_drm),
	CONTIG(16, 4),
	CONTIG(256, 8),
	WORST_PAGE("get", BENCH_GETS, bench_page),
	WORST_PAGE("put", BENCH_PUTS, bench_page),
	WORST_PAGE("get", BENCH_GETS, bench_first_fit),
	WORST_PAGE("put", BENCH_PUTS, bench_first_fit),
	WORST_PAGE("get", BENCH_GETS, bench_best_fit),
	WORST_PAGE("put", BENCH_PUTS, bench_best_fit),
	WORST_ORDER("get", BENCH_GETS, 4, 512),
	WORST_ORDER("put", BENCH_PUTS, 4, 512),
	WORST_ORDER("get", BENCH_GETS, 10, 8),
	WORST_ORDER("put", BENCH_PUTS, 10, 8),
	WORST_MIXED("get", BENCH_GETS, 50, bench_first_fit),
	WORST_MIXED("put", BENCH_PUTS, 50, bench_first_fit),
	WORST_MIXED("get", BENCH_GETS, 75, bench_first_fit),
	WORST_MIXED("put", BENCH_PUTS, 75, bench_first_fit),
	WORST_MIXED("get", BENCH_GETS, 90, bench_first_fit),
	WORST_MIXED("put", BENCH_PUTS, 90, bench_first_fit),
	WORST_MIXED("get", BENCH_GETS, 99, bench_first_fit),
	WORST_MIXED("put", BENCH_PUTS, 99, bench_first_fit),
	WORST_MIXED("get", BENCH_GETS, 90, bench_best_fit),
	WORST_MIXED("put", BENCH_PUTS, 90, bench_best_fit),
	WORST_SCARCE("get", BENCH_GETS, 4, 90, bench_first_fit),
};

const unsigned int bench_nr_works = ARRAY_SIZE(bench_works);

unsigned int bench_burst_size(const struct bench *bench, const struct bench_work *work)
{
	if (!work->nr)
		return bench->nr_pages >> work->order;
	return min_t(unsigned long, work->nr,
		     (bench->nr_pages - bench->nr_pages / 16) >> work->order);
}

static bool is_worst(const struct bench_work *work)
{
	return work->kind >= BENCH_WORST_BURST;
}

/* A round of one side; @best is BENCH_NONE before the first. */
static void do_round(struct bench *bench, const struct bench_work *work,
		     const struct bench_side *side, u64 *best, unsigned int *missed)
{
	u64 figure;

	bench->missed = 0;
	figure = side->work[work->kind](bench, work);
	*missed = bench->missed;
	if (*best == BENCH_NONE || (is_worst(work) ? figure > *best : figure < *best))
		*best = figure;
	cond_resched();
}

/* A side is started and stopped with nothing allocated. */
static int start(struct bench *bench, const struct bench_side *side)
{
	return side->start ? side->start(bench) : 0;
}

static void stop(struct bench *bench, const struct bench_side *side)
{
	if (side->stop)
		side->stop(bench);
}

void bench_do(struct bench *bench, const struct bench_work *work, struct bench_result *result)
{
	const struct bench_side *ours = work->peer->ours ?: &bench_ours;
	bool lacks = start(bench, ours) || start(bench, work->peer);
	unsigned int round;

	*result = (struct bench_result){ .ours = BENCH_NONE, .theirs = BENCH_NONE };
	if (lacks)
		result->lacks = work->peer->lacks;
	for (round = 0; round < BENCH_ROUNDS; round++) {
		do_round(bench, work, ours, &result->ours, &result->our_missed);
		if (!lacks)
			do_round(bench, work, work->peer, &result->theirs, &result->their_missed);
	}
	if (!lacks)
		stop(bench, work->peer);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitfield.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include "bench.h"

/* Frees of a stream once memory is filled. */
#define NR_STEPS 2048

/* Requests that follow a free, at most, of the largest block and what was left. */
#define REQUESTS_PER_STEP 32

static u32 draw(struct rnd_state *rnd, u32 below)
{
	return (u32)(((u64)prandom_u32_state(rnd) * below) >> 32);
}

/* Of a hundred requests 50 are for one page, 20 for two, 15, 10, and 5 for sixteen. */
static unsigned int draw_order(struct rnd_state *rnd)
{
	static const u8 up_to[] = { 50, 70, 85, 95 };
	u32 at = draw(rnd, 100);
	unsigned int order = 0;

	while (order < ARRAY_SIZE(up_to) && at >= up_to[order])
		order++;
	return order;
}

/* 60 are unmovable, 30 movable, 10 reclaimable. */
static u32 draw_type(struct rnd_state *rnd)
{
	u32 at = draw(rnd, 100);

	return FIELD_PREP(BENCH_EVENT_TYPE, (at >= 60) + (at >= 90));
}

static void push_get(struct bench_stream *stream, struct rnd_state *rnd, unsigned int order)
{
	u32 slot = stream->ids[stream->live++];

	stream->orders[slot] = (u8)order;
	stream->pages += 1ul << order;
	stream->events[stream->end++] = slot | FIELD_PREP(BENCH_EVENT_ORDER, order) |
					draw_type(rnd);
}

static void push_put(struct bench_stream *stream, struct rnd_state *rnd)
{
	u32 at = draw(rnd, stream->live--);
	u32 slot = stream->ids[at];
	unsigned int order = stream->orders[slot];

	swap(stream->ids[at], stream->ids[stream->live]);
	stream->pages -= 1ul << order;
	stream->events[stream->end++] = slot | FIELD_PREP(BENCH_EVENT_ORDER, order) |
					BENCH_EVENT_PUT;
}

/* Requests until the next one, whose order is drawn already, is more than may be in use. */
static void push_gets(struct bench_stream *stream, struct rnd_state *rnd, unsigned long most,
		      unsigned int *order)
{
	while (stream->pages + (1ul << *order) <= most) {
		push_get(stream, rnd, *order);
		*order = draw_order(rnd);
	}
}

void bench_stream_make(struct bench *bench, unsigned int percent)
{
	unsigned long most = bench->nr_pages * percent / 100;
	struct bench_stream *stream = &bench->stream;
	unsigned int step, order;
	struct rnd_state rnd;

	if (stream->percent == percent)
		return;
	stream->percent = percent;
	stream->end = 0;
	prandom_seed_state(&rnd, percent);
	order = draw_order(&rnd);
	push_gets(stream, &rnd, most, &order);
	stream->ready = stream->end;
	for (step = 0; step < NR_STEPS && stream->live; step++) {
		push_put(stream, &rnd);
		push_gets(stream, &rnd, most, &order);
	}
	stream->done = stream->end;
	while (stream->live)
		push_put(stream, &rnd);
}

void bench_take_turns(struct bench *bench, enum bench_turn turn, unsigned int nr)
{
	struct rnd_state rnd;
	unsigned int i;

	for (i = 0; i < nr; i++)
		bench->turn[i] = turn == BENCH_LIFO ? nr - 1 - i : i;
	if (turn != BENCH_RANDOM)
		return;
	prandom_seed_state(&rnd, 1);
	for (i = nr; i > 1; i--) {
		u32 at = draw(&rnd, i);

		swap(bench->turn[i - 1], bench->turn[at]);
	}
}

int bench_stream_init(struct bench *bench)
{
	size_t events = 2 * bench->nr_pages + REQUESTS_PER_STEP * NR_STEPS;
	struct bench_stream *stream = &bench->stream;
	unsigned int i;

	stream->events = kvcalloc(events, sizeof(*stream->events), GFP_KERNEL);
	stream->ids = kvcalloc(bench->nr_pages, sizeof(*stream->ids), GFP_KERNEL);
	stream->orders = kvcalloc(bench->nr_pages, sizeof(*stream->orders), GFP_KERNEL);
	if (!stream->events || !stream->ids || !stream->orders)
		return -ENOMEM;
	for (i = 0; i < bench->nr_pages; i++)
		stream->ids[i] = i;
	return 0;
}

void bench_stream_free(struct bench *bench)
{
	kvfree(bench->stream.orders);
	kvfree(bench->stream.ids);
	kvfree(bench->stream.events);
}

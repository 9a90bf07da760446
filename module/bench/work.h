/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How each kind of work is done. All of it is inlined into functions of one side,
 * BENCH_KIND(), so that its calls are direct.
 */
#ifndef SBUDDY_BENCH_WORK_H
#define SBUDDY_BENCH_WORK_H

#include <linux/bitfield.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "bench.h"

/* While there is plenty. */
#define BENCH_GFP GFP_KERNEL

/* To the last page, and never asleep: peers have neither reserves nor who would help. */
#define BENCH_GFP_ALL (__GFP_MEMALLOC | __GFP_NOWARN)

/* Those too that are on per-CPU lists of another type. */
#define BENCH_GFP_FILL (GFP_KERNEL | BENCH_GFP_ALL)

/**
 * struct side - An allocator.
 * @get: a block of 2^order pages; false when there is none
 * @put: gives it back
 */
struct side {
	bool (*get)(struct bench *bench, unsigned int order, gfp_t gfp, unsigned long *handle);
	void (*put)(struct bench *bench, unsigned int order, unsigned long handle);
};

static inline u64 bench_each(u64 ns, unsigned int nr)
{
	return div_u64(ns * 1000, nr);
}

/* As many as take some time, by a coarse clock too. */
static __always_inline u64 bench_pairs(struct bench *bench, const struct bench_work *work,
				       const struct side *side)
{
	unsigned int order = work->order, nr = 16384 >> order | 128, i;
	unsigned long handle;
	u64 start = ktime_get_ns();

	for (i = 0; i < nr; i++) {
		if (unlikely(!side->get(bench, order, BENCH_GFP, &handle)))
			return BENCH_NONE;
		side->put(bench, order, handle);
	}
	return bench_each(ktime_get_ns() - start, nr);
}

static __always_inline unsigned int bench_get_all(struct bench *bench, const struct side *side,
						  unsigned int order, gfp_t gfp, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (unlikely(!side->get(bench, order, gfp, &bench->slots[i])))
			break;
	return i;
}

/* Of @nr blocks, those whose turn it is from @first on. */
static __always_inline void bench_put_all(struct bench *bench, const struct side *side,
					  unsigned int order, unsigned int first, unsigned int nr)
{
	unsigned int i;

	for (i = first; i < nr; i++)
		side->put(bench, order, bench->slots[bench->turn[i]]);
}

static __always_inline u64 bench_burst(struct bench *bench, const struct bench_work *work,
				       const struct side *side)
{
	unsigned int nr = bench_burst_size(bench, work), got;
	u64 start, full, end;

	bench_take_turns(bench, work->turn, nr);
	start = ktime_get_ns();
	if (work->nr)
		got = bench_get_all(bench, side, work->order, BENCH_GFP, nr);
	else
		got = bench_get_all(bench, side, work->order, BENCH_GFP_FILL, nr);
	full = ktime_get_ns();
	if (got < nr)
		bench_take_turns(bench, BENCH_FIFO, got);
	bench_put_all(bench, side, work->order, 0, got);
	end = ktime_get_ns();
	if (got < nr)
		return BENCH_NONE;
	if (work->part == BENCH_GETS)
		return bench_each(full - start, nr);
	return bench_each(end - (work->part == BENCH_PUTS ? full : start), nr);
}

static __always_inline void bench_event_put(struct bench *bench, const struct side *side, u32 event)
{
	unsigned long handle = bench->slots[event & BENCH_EVENT_SLOT];

	if (likely(handle != BENCH_NO_HANDLE))
		side->put(bench, FIELD_GET(BENCH_EVENT_ORDER, event), handle);
}

static __always_inline void bench_event_get(struct bench *bench, const struct side *side, u32 event)
{
	static const gfp_t gfp[] = { BENCH_GFP_ALL, BENCH_GFP_ALL | __GFP_MOVABLE,
				     BENCH_GFP_ALL | __GFP_RECLAIMABLE, BENCH_GFP_ALL };
	unsigned long *slot = &bench->slots[event & BENCH_EVENT_SLOT];

	if (unlikely(!side->get(bench, FIELD_GET(BENCH_EVENT_ORDER, event),
				gfp[FIELD_GET(BENCH_EVENT_TYPE, event)], slot))) {
		*slot = BENCH_NO_HANDLE;
		bench->missed++;
	}
}

static __always_inline void bench_replay(struct bench *bench, const struct side *side,
					 unsigned int first, unsigned int end)
{
	unsigned int i;

	for (i = first; i < end; i++) {
		u32 event = bench->stream.events[i];

		if (event & BENCH_EVENT_PUT)
			bench_event_put(bench, side, event);
		else
			bench_event_get(bench, side, event);
	}
}

static __always_inline u64 bench_mixed(struct bench *bench, const struct bench_work *work,
				       const struct side *side)
{
	const struct bench_stream *stream = &bench->stream;
	u64 ns;

	bench_stream_make(bench, work->percent);
	bench_replay(bench, side, 0, stream->ready);
	ns = ktime_get_ns();
	bench_replay(bench, side, stream->ready, stream->done);
	ns = ktime_get_ns() - ns;
	bench_replay(bench, side, stream->done, stream->end);
	return bench_each(ns, stream->done - stream->ready);
}

static __always_inline u64 bench_ask(struct bench *bench, const struct bench_work *work,
				     const struct side *side)
{
	u64 start = ktime_get_ns();
	unsigned long handle;
	unsigned int i;

	for (i = 0; i < work->nr; i++)
		if (unlikely(side->get(bench, work->order, BENCH_GFP_ALL, &handle)))
			side->put(bench, work->order, handle);
		else
			bench->missed++;
	return bench_each(ktime_get_ns() - start, work->nr);
}

/* Fills all but a part with pages, here and there: says how many are free then. */
static __always_inline unsigned int
bench_make_scarce(struct bench *bench, const struct bench_work *work, const struct side *side)
{
	unsigned int nr = bench->nr_pages, freed = nr * (100 - work->percent) / 100;
	unsigned int got;

	bench_take_turns(bench, BENCH_FIFO, nr);
	got = bench_get_all(bench, side, 0, BENCH_GFP_FILL, nr);
	if (got < nr) {
		bench_put_all(bench, side, 0, 0, got);
		return 0;
	}
	bench_take_turns(bench, BENCH_RANDOM, nr);
	bench_put_all(bench, side, 0, 0, freed);
	return freed;
}

static __always_inline u64 bench_scarce(struct bench *bench, const struct bench_work *work,
					const struct side *side)
{
	unsigned int freed = bench_make_scarce(bench, work, side);
	u64 each;

	if (!freed)
		return BENCH_NONE;
	each = bench_ask(bench, work, side);
	bench_put_all(bench, side, 0, freed, bench->nr_pages);
	return each;
}

/* Nothing may come between: interrupts are off. */
static __always_inline void bench_time_get(struct bench *bench, const struct side *side, u32 event,
					   u64 *longest)
{
	unsigned long flags;
	u64 ns;

	local_irq_save(flags);
	ns = ktime_get_ns();
	bench_event_get(bench, side, event);
	ns = ktime_get_ns() - ns;
	local_irq_restore(flags);
	*longest = max(*longest, ns);
}

static __always_inline void bench_time_put(struct bench *bench, const struct side *side, u32 event,
					   u64 *longest)
{
	unsigned long flags;
	u64 ns;

	local_irq_save(flags);
	ns = ktime_get_ns();
	bench_event_put(bench, side, event);
	ns = ktime_get_ns() - ns;
	local_irq_restore(flags);
	*longest = max(*longest, ns);
}

static inline u64 bench_longest(const struct bench_work *work, u64 get, u64 put)
{
	u64 ns = work->part == BENCH_GETS ? get : put;

	return ns > bench_clock.cost ? (ns - bench_clock.cost) * 1000 : 0;
}

static __always_inline u64 bench_worst_burst(struct bench *bench, const struct bench_work *work,
					     const struct side *side)
{
	u32 event = FIELD_PREP(BENCH_EVENT_ORDER, work->order);
	unsigned int nr = bench_burst_size(bench, work), i;
	u64 get = 0, put = 0;

	bench_take_turns(bench, work->turn, nr);
	for (i = 0; i < nr; i++)
		bench_time_get(bench, side, event | i, &get);
	for (i = 0; i < nr; i++)
		bench_time_put(bench, side, event | bench->turn[i], &put);
	return bench_longest(work, get, put);
}

static __always_inline u64 bench_worst_mixed(struct bench *bench, const struct bench_work *work,
					     const struct side *side)
{
	const struct bench_stream *stream = &bench->stream;
	u64 get = 0, put = 0;
	unsigned int i;

	bench_stream_make(bench, work->percent);
	bench_replay(bench, side, 0, stream->ready);
	for (i = stream->ready; i < stream->done; i++) {
		u32 event = stream->events[i];

		if (event & BENCH_EVENT_PUT)
			bench_time_put(bench, side, event, &put);
		else
			bench_time_get(bench, side, event, &get);
	}
	bench_replay(bench, side, stream->done, stream->end);
	return bench_longest(work, get, put);
}

/* The first slot in turn is free. */
static __always_inline u64 bench_ask_longest(struct bench *bench, const struct bench_work *work,
					     const struct side *side)
{
	u32 event = bench->turn[0] | FIELD_PREP(BENCH_EVENT_ORDER, work->order);
	u64 get = 0, put = 0;
	unsigned int i;

	for (i = 0; i < work->nr; i++) {
		bench_time_get(bench, side, event, &get);
		bench_time_put(bench, side, event, &put);
	}
	return bench_longest(work, get, put);
}

static __always_inline u64 bench_worst_scarce(struct bench *bench, const struct bench_work *work,
					      const struct side *side)
{
	unsigned int freed = bench_make_scarce(bench, work, side);
	u64 longest;

	if (!freed)
		return BENCH_NONE;
	longest = bench_ask_longest(bench, work, side);
	bench_put_all(bench, side, 0, freed, bench->nr_pages);
	return longest;
}

/* Makes a function of a kind of work for one side. */
#define BENCH_KIND(side, kind)                                                       \
	static u64 side##_##kind(struct bench *bench, const struct bench_work *work) \
	{                                                                            \
		return bench_##kind(bench, work, &(side));                           \
	}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* A stream of requests, made of a seed and of nothing else. */
#ifndef STREAM_H
#define STREAM_H

#include "oracle.h"

enum op_kind { OP_ALLOC, OP_BULK, OP_FREE, OP_DRAIN };

/**
 * struct op - One operation, and what came of it.
 * @kind: what it was
 * @order: of the block
 * @nr: pages asked for in bulk
 * @gfp: how it was asked
 * @linux_got: first page, how many of a bulk, or an errno
 * @shadow_got: likewise
 */
struct op {
	enum op_kind kind;
	unsigned int order;
	unsigned int nr;
	u32 gfp;
	long linux_got;
	long shadow_got;
};

/* A block that is in use on both sides. */
struct held {
	unsigned long pfn;
	u32 order;
	u32 gfp;
};

/* A while of requests of one character. */
struct phase {
	unsigned long left;
	unsigned int profile;
	unsigned int fill; /* percent of the zone that should be in use */
	unsigned int burst; /* operations alike, one after the other */
	unsigned int newest; /* percent of frees that take what came last */
	u8 types[SB_PCPTYPES]; /* weights */
};

#define OP_LOG 20

/**
 * struct stream - The state of one run.
 * @run: what was asked for
 * @out: the report
 * @random: state of the generator
 * @phase: the present one
 * @burst_left: operations left that are like the one before
 * @op: the one before
 * @capacity: pages free at the start
 * @fill_order: what fills them fast
 * @held: what is in use
 * @nr_held: entries of @held
 * @held_pages: their pages
 * @nr_ops: operations so far
 * @log: the last operations, a ring
 * @tried: requests by order, since the last row of the table
 * @served: of these, those that were given a block, by Linux and by the shadow
 * @views: Linux, shadow
 */
struct stream {
	const struct oracle_run *run;
	struct sb_out *out;
	u64 random;
	struct phase phase;
	unsigned int burst_left;
	struct op op;
	unsigned long capacity;
	unsigned int fill_order;
	struct held *held;
	unsigned long nr_held;
	unsigned long held_pages;
	unsigned long nr_ops;
	struct op log[OP_LOG];
	unsigned long tried[SB_NR_ORDERS];
	unsigned long served[2][SB_NR_ORDERS];
	struct oracle_view views[2];
};

/* stream_random.c: what the seed starts with. */
void stream_shape(struct stream *s, struct oracle_shape *shape);
/* The next operation. */
void stream_next(struct stream *s, struct op *op);
/* Which of the held blocks is to be freed. */
unsigned long stream_choose(struct stream *s);

/* quality.c: how well both sides keep memory together, a row at a time. */
void quality_head(struct stream *s);
void quality_row(struct stream *s);

#endif

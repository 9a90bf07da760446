// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

/* Weights of orders 0 to 10, of 256. */
static const u8 profiles[][11] = {
	{ 240, 8, 4, 4 },
	{ 128, 48, 32, 24, 8, 6, 4, 3, 2, 1 },
	{ 64, 40, 36, 32, 24, 20, 16, 10, 6, 6, 2 },
	{ 0, 0, 0, 0, 120, 50, 36, 20, 14, 10, 6 },
	{ 40, 0, 0, 0, 0, 0, 0, 0, 20, 156, 40 },
	{ 24, 88, 76, 68 },
};

/* xorshift64*, Marsaglia and Vigna; enough for a dice. */
static u64 next_random(struct stream *s)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return s->random * 0x2545f4914f6cdd1dull >> 16;
}

static unsigned int below(struct stream *s, unsigned int limit)
{
	return (u32)next_random(s) % limit;
}

static bool percent(struct stream *s, unsigned int part)
{
	return below(s, 100) < part;
}

static unsigned int weighted(struct stream *s, const u8 *weights, unsigned int nr)
{
	unsigned int sum = 0, i;

	for (i = 0; i < nr; i++)
		sum += weights[i];
	sum = below(s, sum);
	for (i = 0; i < nr && sum >= weights[i]; i++)
		sum -= weights[i];
	return i;
}

/* Little memory, or none in large pieces, brings out rules that are seldom needed. */
void stream_shape(struct stream *s, struct oracle_shape *shape)
{
	/* Blocks of order 4 and above may be claimed by what moves: so often none is larger. */
	static const u8 orders[] = { 0, 0, 0, 0, 3, 4, 5, 5, 5, 6, 7, 9 };

	shape->seed = next_random(s);
	shape->kept_order = orders[below(s, ARRAY_SIZE(orders))];
	/* What is left is little enough to be filled, however small its blocks are. */
	if (shape->kept_order && shape->kept_order < 6)
		shape->kept_blocks = 90 + below(s, 8);
	else
		shape->kept_blocks = below(s, 3) ? 60 + below(s, 37) : below(s, 60);
	s->fill_order = shape->kept_order ? shape->kept_order - 1 : 8;
	shape->mixed = below(s, 3);
}

/* Half of the phases fill the zone to the last page. */
static void new_phase(struct stream *s)
{
	struct phase *phase = &s->phase;
	unsigned int i;

	phase->left = 50 + below(s, 1000);
	phase->profile = below(s, ARRAY_SIZE(profiles));
	phase->fill = below(s, 2) ? below(s, 95) : 110;
	phase->burst = 1 + below(s, below(s, 4) ? 8 : 80);
	phase->newest = 25 * below(s, 5);
	for (i = 0; i < SB_PCPTYPES; i++)
		phase->types[i] = 1 + below(s, 20);
	/* Often of one type by far, so that it has to go to the others' pageblocks. */
	if (below(s, 3))
		phase->types[below(s, SB_PCPTYPES)] = 200;
}

/*
 * With Linux's lists switched off a request of an order that they serve still
 * goes by way of them, past the HighAtomic pages that are there for it.
 */
static bool may_be_high(const struct stream *s, unsigned int order)
{
	return s->run->lists || !order || (order > 3 && order != sb_host_pageblock_order());
}

static u32 random_gfp(struct stream *s, unsigned int order)
{
	static const u32 types[SB_PCPTYPES] = {
		[SB_MOVABLE] = SB_GFP_MOVABLE,
		[SB_RECLAIMABLE] = SB_GFP_RECLAIMABLE,
	};
	u32 gfp = types[weighted(s, s->phase.types, SB_PCPTYPES)];

	if (percent(s, 6) && may_be_high(s, order))
		gfp |= SB_GFP_HIGH;
	if (percent(s, 2))
		gfp |= SB_GFP_NOMEMALLOC;
	if (percent(s, 1))
		gfp |= SB_GFP_MEMALLOC;
	return gfp;
}

static bool wants_more(struct stream *s)
{
	if (!s->nr_held)
		return true;
	return percent(s, s->held_pages * 100 < s->capacity * s->phase.fill ? 70 : 30);
}

static bool far_from_full(const struct stream *s)
{
	return (s->held_pages * 100 + s->capacity * 15) < s->capacity * s->phase.fill;
}

static void new_op(struct stream *s, struct op *op)
{
	memset(op, 0, sizeof(*op));
	if (!below(s, 700)) {
		op->kind = OP_DRAIN;
		return;
	}
	if (far_from_full(s) && below(s, 4)) {
		op->kind = OP_ALLOC;
		op->order = s->fill_order;
		op->gfp = random_gfp(s, op->order);
		return;
	}
	if (!wants_more(s)) {
		op->kind = OP_FREE;
		return;
	}
	op->kind = below(s, 24) || !s->run->lists ? OP_ALLOC : OP_BULK;
	if (op->kind == OP_ALLOC)
		op->order = weighted(s, profiles[s->phase.profile], ARRAY_SIZE(profiles[0]));
	else
		op->nr = 1 + below(s, ORACLE_BULK);
	op->gfp = random_gfp(s, op->order);
}

void stream_next(struct stream *s, struct op *op)
{
	if (!s->phase.left)
		new_phase(s);
	s->phase.left--;
	if (s->burst_left && s->op.kind != OP_DRAIN && (s->op.kind != OP_FREE || s->nr_held)) {
		s->burst_left--;
		*op = s->op;
		return;
	}
	new_op(s, op);
	s->burst_left = below(s, s->phase.burst);
	s->op = *op;
}

unsigned long stream_choose(struct stream *s)
{
	if (percent(s, s->phase.newest))
		return s->nr_held - 1;
	return below(s, s->nr_held);
}

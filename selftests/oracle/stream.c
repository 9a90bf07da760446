// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/nmi.h>
#include <linux/preempt.h>

#include "stream.h"

static void tell_op(struct sb_out *out, unsigned long number, const struct op *op)
{
	static const char *const kinds[] = {
		[OP_ALLOC] = "alloc",
		[OP_BULK] = "bulk",
		[OP_FREE] = "free",
		[OP_DRAIN] = "drain",
	};
	bool pages = op->kind == OP_ALLOC || op->kind == OP_FREE;

	sb_out_printf(out, "#   %lu %s", number, kinds[op->kind]);
	if (op->kind == OP_BULK)
		sb_out_printf(out, " of %u", op->nr);
	if (op->kind != OP_DRAIN)
		sb_out_printf(out, " order %u %s%s%s%s", op->order,
			      sb_pageblock_type_name(sb_gfp_type(op->gfp)),
			      op->gfp & SB_GFP_HIGH ? " HIGH" : "",
			      op->gfp & SB_GFP_MEMALLOC ? " MEMALLOC" : "",
			      op->gfp & SB_GFP_NOMEMALLOC ? " NOMEMALLOC" : "");
	sb_out_printf(out, pages ? ": Linux %#lx, shadow %#lx\n" : ": Linux %ld, shadow %ld\n",
		      op->linux_got, op->shadow_got);
}

static int differ(struct stream *s, const char *what)
{
	unsigned long i = s->nr_ops > OP_LOG ? s->nr_ops - OP_LOG : 0;

	sb_out_printf(s->out, "# seed %llu, operation %lu: %s\n", s->run->seed, s->nr_ops - 1,
		      what);
	for (; i < s->nr_ops; i++)
		tell_op(s->out, i, &s->log[i % OP_LOG]);
	return -EILSEQ;
}

static bool same(struct stream *s)
{
	linux_view(&s->views[0]);
	shadow_view(&s->views[1]);
	return oracle_same(s->out, &s->views[0], &s->views[1]);
}

static void hold(struct stream *s, unsigned long pfn, const struct op *op)
{
	struct held *held = &s->held[s->nr_held++];

	held->pfn = pfn;
	held->order = op->order;
	held->gfp = op->gfp;
	s->held_pages += 1ul << op->order;
}

static int do_alloc(struct stream *s, struct op *op)
{
	op->linux_got = linux_alloc(op->order, op->gfp);
	op->shadow_got = shadow_alloc(op->order, op->gfp);
	s->tried[op->order]++;
	s->served[0][op->order] += op->linux_got > 0;
	s->served[1][op->order] += op->shadow_got > 0;
	if (op->linux_got > 0)
		hold(s, op->linux_got, op);
	return op->linux_got != op->shadow_got;
}

static int do_bulk(struct stream *s, struct op *op)
{
	unsigned long got[ORACLE_BULK], shadow_got[ORACLE_BULK];
	long i;

	op->linux_got = linux_bulk(op->gfp, op->nr, got);
	op->shadow_got = shadow_bulk(op->gfp, op->nr, shadow_got);
	for (i = 0; i < op->linux_got; i++)
		hold(s, got[i], op);
	if (op->linux_got != op->shadow_got)
		return 1;
	for (i = 0; i < op->linux_got; i++) {
		if (got[i] == shadow_got[i])
			continue;
		sb_out_printf(s->out, "# page %ld of a bulk: Linux %#lx, shadow %#lx\n", i, got[i],
			      shadow_got[i]);
		return 1;
	}
	return 0;
}

static int do_free(struct stream *s, struct op *op)
{
	struct held *held = &s->held[stream_choose(s)];
	int err;

	op->order = held->order;
	op->gfp = held->gfp;
	op->linux_got = held->pfn;
	s->held_pages -= 1ul << held->order;
	linux_free(held->pfn, held->order, held->gfp);
	err = shadow_free(held->pfn, held->order);
	op->shadow_got = err ? err : (long)held->pfn;
	*held = s->held[--s->nr_held];
	return err;
}

static int make_op(struct stream *s, struct op *op)
{
	switch (op->kind) {
	case OP_ALLOC:
		return do_alloc(s, op);
	case OP_BULK:
		return do_bulk(s, op);
	case OP_FREE:
		return do_free(s, op);
	default:
		linux_drain();
		shadow_drain();
		return 0;
	}
}

static int do_op(struct stream *s)
{
	struct op *op = &s->log[s->nr_ops++ % OP_LOG];

	stream_next(s, op);
	if (!make_op(s, op))
		return 0;
	same(s);
	return differ(s, "the answers differ");
}

static int checkpoint(struct stream *s)
{
	touch_softlockup_watchdog();
	return same(s) ? 0 : differ(s, "the zones differ after it");
}

static int free_all(struct stream *s)
{
	int err = 0;

	while (s->nr_held && !err) {
		struct op *op = &s->log[s->nr_ops++ % OP_LOG];

		op->kind = OP_FREE;
		if (do_free(s, op))
			err = differ(s, "the shadow refuses");
	}
	return err;
}

static int run_ops(struct stream *s)
{
	unsigned long row = max(s->run->nr_ops / 10, 1ul);
	int err = checkpoint(s);

	while (!err && s->nr_ops < s->run->nr_ops) {
		err = do_op(s);
		if (!err && (s->nr_ops % s->run->every == 0 || s->nr_ops % row == 0))
			err = checkpoint(s);
		if (!err && s->nr_ops % row == 0)
			quality_row(s);
	}
	if (!err)
		err = free_all(s);
	if (!err)
		err = checkpoint(s);
	if (err)
		return err;
	linux_drain();
	shadow_drain();
	return checkpoint(s);
}

/* What differs is given back to Linux all the same. */
static void give_back(struct stream *s)
{
	while (s->nr_held) {
		struct held *held = &s->held[--s->nr_held];

		linux_free(held->pfn, held->order, held->gfp);
	}
	linux_drain();
}

static int run_stream(struct stream *s)
{
	struct oracle_shape shape;
	int err;

	stream_shape(s, &shape);
	err = linux_shape(&shape, s->run->lists);
	if (err) {
		sb_out_printf(s->out, "# Linux's zone could not be emptied: error %d\n", err);
		goto out_unshape;
	}
	linux_view(&s->views[0]);
	s->capacity = s->views[0].nr_free;
	err = shadow_open(linux_layout(), &s->views[0], s->run->lists);
	if (err) {
		sb_out_printf(s->out, "# no shadow: error %d\n", err);
		goto out_unshape;
	}
	sb_out_printf(s->out, "# pageblocks in use %u%%, one page in use of each order %u\n",
		      shape.kept_blocks, shape.kept_order);
	quality_head(s);
	/* Who does not sleep is alone: neither workers nor kswapd come in between. */
	preempt_disable();
	err = run_ops(s);
	give_back(s);
	preempt_enable();
	shadow_events(s->out);
	if (!err && shadow_check(s->out))
		err = -EUCLEAN;
	shadow_close();
out_unshape:
	linux_unshape();
	return err;
}

int oracle_stream(const struct oracle_run *run, struct sb_out *out)
{
	struct stream *s = kvzalloc(sizeof(*s), GFP_KERNEL);
	int err = -ENOMEM;

	if (!s)
		return -ENOMEM;
	s->run = run;
	s->out = out;
	s->random = run->seed * 0x9e3779b97f4a7c15ull + 1;
	s->held = kvcalloc(linux_layout()->managed, sizeof(*s->held), GFP_KERNEL);
	if (s->held && !oracle_view_init(&s->views[0], linux_layout())) {
		if (!oracle_view_init(&s->views[1], linux_layout())) {
			err = run_stream(s);
			oracle_view_exit(&s->views[1]);
		}
		oracle_view_exit(&s->views[0]);
	}
	kvfree(s->held);
	kvfree(s);
	return err;
}

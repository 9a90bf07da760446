/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Predictions: what sb_alloc() would do, without doing it.
 *
 * Each pass of sb_alloc() is followed in its order, by the same arithmetic on
 * the same zones. What draining the per-CPU lists and giving up the HighAtomic
 * reserve would free is foreseen on a copy of the zone. The answer is that of
 * the moment: other CPUs may change it before it is used.
 */
#ifndef SB_PREDICT_H
#define SB_PREDICT_H

#include "fallback.h"
#include "request.h"
#include "watermark.h"

/* The passes of sb_alloc(), in order. */
enum sb_predict_pass {
	SB_PREDICT_UNMIXED, /* above the low mark, no pageblock mixed */
	SB_PREDICT_LOW, /* above the low mark */
	SB_PREDICT_MIN, /* above the min mark, or what flags leave of it */
	SB_PREDICT_MEMALLOC, /* without marks */
	SB_PREDICT_DRAINED, /* with all per-CPU lists empty */
	SB_PREDICT_UNRESERVED, /* with the HighAtomic reserve given up */
};

/* Where in its zone the block would come from. */
enum sb_predict_way {
	SB_PREDICT_PCP, /* the list of this CPU */
	SB_PREDICT_OWN, /* a free list of the request's type */
	SB_PREDICT_HIGHATOMIC, /* one of HighAtomic */
	SB_PREDICT_CMA, /* one of CMA */
	SB_PREDICT_CLAIM, /* another type's, whose pageblock changes its type */
	SB_PREDICT_STEAL, /* another type's, whose pageblock keeps it */
	SB_PREDICT_FREED, /* what the pass has freed */
};

/**
 * struct sb_prediction - The answer.
 * @served: the request would be served; else the passes up to @pass fail
 * @exact: false where the order in which pages come free would decide: rules
 *	of Linux 6.1 with pageblocks kept for somebody, and debug modes
 * @pass: which pass serves it, or the last that fails
 * @flags: enum sb_alloc_flags of that pass
 * @unboosted: boosts have ended by then
 * @zone: zone that serves it, or NULL
 * @way: where in @zone the block comes from
 * @type: type of the list that it comes from
 * @order: order of the block there; for SB_PREDICT_FREED that of the request
 * @given_start: first page of what a first look gives up of the reserve
 * @given_end: first page after it
 * @future: a zone as a pass would find it
 */
struct sb_prediction {
	bool served;
	bool exact;
	enum sb_predict_pass pass;
	unsigned int flags;
	bool unboosted;
	struct sb_zone *zone;
	enum sb_predict_way way;
	unsigned int type;
	unsigned int order;
	/* private: */
	unsigned long given_start;
	unsigned long given_end;
	struct sb_zone future;
};

/**
 * sb_predict() - Say what sb_alloc() would do on this CPU.
 * @inst: live instance, not corrupt
 * @request: one that sb_alloc() does not refuse
 * @p: filled; too large for a stack
 *
 * Pages are walked only if the per-CPU lists or the reserve have to help, a
 * pageblock or the block wanted at a time.
 *
 * Context: Any but NMI. Takes zone locks, one at a time, with interrupts off.
 */
void sb_predict(struct sb_instance *inst, const struct sb_request *request,
		struct sb_prediction *p);

#endif

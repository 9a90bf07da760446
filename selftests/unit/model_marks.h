/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The watermark check once more, so naive that it must be right: what a request
 * may do in words, and plain arithmetic on what a zone has.
 */
#ifndef MODEL_MARKS_H
#define MODEL_MARKS_H

#include "fixture.h"

/* What a request may dip into. */
struct rights {
	bool half; /* half of min */
	bool quarter; /* and a quarter of the rest; single pages of the reserve */
	bool atomic; /* blocks of the HighAtomic reserve */
	bool cma;
	bool no_marks;
};

static inline bool model_is_movable(const struct sb_instance *inst,
				    const struct sb_request *request)
{
	return request->type == SB_MOVABLE && inst->blocks.grouping;
}

/* Of its first try: none but CMA. */
static inline struct rights model_first_rights(const struct sb_instance *inst,
					       const struct sb_request *request)
{
	struct rights rights = { .cma = model_is_movable(inst, request) };

	return rights;
}

/* Of its second one. */
static inline struct rights model_rights(const struct sb_instance *inst,
					 const struct sb_request *request)
{
	struct rights rights = model_first_rights(inst, request);
	bool waits = request->gfp & SB_GFP_DIRECT_RECLAIM;

	rights.half = request->gfp & SB_GFP_HIGH;
	rights.quarter = !waits && !(request->gfp & SB_GFP_NOMEMALLOC);
	rights.atomic = rights.half && rights.quarter && request->order;
	return rights;
}

static inline bool model_ignores_marks(const struct sb_request *request)
{
	return (request->gfp & SB_GFP_MEMALLOC) && !(request->gfp & SB_GFP_NOMEMALLOC);
}

static inline bool model_has_block(const struct sb_zone *zone, unsigned int order,
				   unsigned int type)
{
	for (; order < SB_NR_ORDERS; order++)
		if (!sb_engine_empty(zone, order, type))
			return true;
	return false;
}

/* Some list that the request may take from has a block that is large enough. */
static inline bool model_has_any(const struct sb_zone *zone, unsigned int order,
				 const struct rights *rights, bool reserve)
{
	unsigned int type;

	for (type = 0; type < SB_PCPTYPES; type++)
		if (model_has_block(zone, order, type))
			return true;
	return (rights->cma && model_has_block(zone, order, SB_CMA)) ||
	       (reserve && model_has_block(zone, order, SB_HIGHATOMIC));
}

static inline bool model_above(const struct sb_zone *zone, const struct sb_request *request,
			       enum sb_zone_type highest, const struct rights *rights, long mark)
{
	long left = (long)zone->nr_free - ((1l << request->order) - 1);

	if (!rights->half && !rights->quarter)
		left -= (long)(zone->inst->cfg.rules == SB_RULES_6_12 ?
				       zone->nr_free_highatomic :
				       zone->nr_reserved_highatomic);
	if (!rights->cma)
		left -= (long)zone->nr_free_cma;
	if (rights->half)
		mark -= mark / 2;
	if (rights->half && rights->quarter)
		mark -= mark / 4;
	if (left <= mark + (long)zone->lowmem_reserve[highest])
		return false;
	return !request->order || model_has_any(zone, request->order, rights, rights->atomic);
}

/* May the zone give, as it is, to who keeps @wmark? */
static inline bool model_may_give(const struct sb_zone *zone, const struct sb_request *request,
				  enum sb_zone_type highest, const struct rights *rights,
				  enum sb_wmark wmark)
{
	long boost = (long)zone->watermark_boost;
	bool ignores = !request->order && wmark == SB_WMARK_MIN && rights->half &&
		       (rights->quarter || zone->inst->cfg.rules == SB_RULES_6_12);

	return rights->no_marks ||
	       model_above(zone, request, highest, rights, (long)zone->watermark[wmark] + boost) ||
	       (ignores &&
		model_above(zone, request, highest, rights, (long)zone->watermark[SB_WMARK_MIN]));
}

#endif

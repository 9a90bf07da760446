// SPDX-License-Identifier: GPL-2.0-only
#include "fallback.h"
#include "trace.h"
#include "watermark.h"

#define NR_FALLBACKS (SB_PCPTYPES - 1)

static const unsigned char fallbacks[SB_PCPTYPES][NR_FALLBACKS] = {
	[SB_UNMOVABLE] = { SB_RECLAIMABLE, SB_MOVABLE },
	[SB_MOVABLE] = { SB_RECLAIMABLE, SB_UNMOVABLE },
	[SB_RECLAIMABLE] = { SB_UNMOVABLE, SB_MOVABLE },
};

int sb_fallback_find(const struct sb_zone *zone, unsigned int order, unsigned int type)
{
	unsigned int i;

	for (i = 0; i < NR_FALLBACKS; i++)
		if (!sb_engine_empty(zone, order, fallbacks[type][i]))
			return fallbacks[type][i];
	return -1;
}

/*
 * A block that is large, or wanted by requests that never move, justifies
 * taking the pageblock: it keeps such requests from spreading over many.
 */
bool sb_fallback_may_claim(const struct sb_instance *inst, unsigned int order, unsigned int type)
{
	return order >= inst->cfg.pageblock_order / 2 || type == SB_RECLAIMABLE ||
	       type == SB_UNMOVABLE || !inst->blocks.grouping;
}

/* A pageblock that sticks out of the zone is never claimed. */
static bool inside_zone(const struct sb_zone *zone, unsigned long start)
{
	return sb_zone_spans(zone, start) &&
	       sb_zone_spans(zone, start + sb_order_pages(zone->inst->cfg.pageblock_order) - 1);
}

/* Which pages of a pageblock are looked for; holes and reserved pages are neither. */
struct sought {
	bool free;
	bool movable;
};

/* The block at @pfn, of the list engine where @page is given; says how many pages follow. */
static unsigned long look_at(const struct sb_instance *inst, unsigned long pfn,
			     const struct sb_page *page, struct sought *is)
{
	struct sb_page_info info;

	if (likely(page)) {
		info.state = sb_page_state(page);
		info.order = sb_page_order(page);
		info.type = sb_page_type(page);
	} else {
		sb_engine_look(inst, pfn, &info);
	}
	is->free = info.state == SB_PAGE_FREE;
	is->movable = info.state == SB_PAGE_ALLOC && info.type == SB_MOVABLE;
	return sb_order_pages(info.order);
}

/*
 * Of the pageblock's pages from @pfn on, at least so many are sought. Looks at no more than it
 * takes to know.
 */
static bool has_pages(const struct sb_zone *zone, unsigned long pfn, struct sought sought,
		      unsigned long least)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int block_order = inst->cfg.pageblock_order;
	unsigned long end = sb_pfn_block(pfn, block_order) + sb_order_pages(block_order);
	const struct sb_page *page = inst->engine->look ? NULL : sb_memmap_page(&inst->map, pfn);
	unsigned long found = 0, nr_pages;
	struct sought is;

	while (found < least && pfn < end && found + (end - pfn) >= least) {
		nr_pages = look_at(inst, pfn, page, &is);
		if ((is.free && sought.free) || (is.movable && sought.movable))
			found += min(nr_pages, end - pfn);
		pfn += nr_pages;
		if (likely(page))
			page += nr_pages;
	}
	return found >= least;
}

static void trace(const struct sb_zone *zone, const struct sb_fallback *take, unsigned long pfn,
		  unsigned int order, int foreign)
{
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_extfrag(zone->inst, pfn, take->order, order, take->type,
				 (unsigned int)foreign);
}

/*
 * Most of the pageblock is free, or would be at home in one of @type. Unmovable and Reclaimable
 * pages cannot be told apart, so they count where all that is not movable does.
 */
static bool worth_claiming(const struct sb_zone *zone, unsigned long pfn, unsigned int old_type,
			   unsigned int type)
{
	const struct sb_instance *inst = zone->inst;
	unsigned long half = sb_order_pages(inst->cfg.pageblock_order - 1);
	struct sought sought = { .free = true, .movable = type == SB_MOVABLE };
	struct sought others = { .movable = true };

	if (!inst->blocks.grouping)
		return true;
	if (type != SB_MOVABLE && old_type == SB_MOVABLE)
		return !has_pages(zone, pfn, others, half + 1);
	return has_pages(zone, pfn, sought, half);
}

/* Orders to look through: with NOFRAGMENT whole pageblocks alone. */
static unsigned int least_order(const struct sb_zone *zone, const struct sb_fallback *take)
{
	return take->flags & SB_ALLOC_NOFRAGMENT ?
		       max(take->order, zone->inst->cfg.pageblock_order) :
		       take->order;
}

static bool claimable(const struct sb_zone *zone, unsigned long found, unsigned int type)
{
	const struct sb_instance *inst = zone->inst;
	unsigned long start = sb_pfn_block(found, inst->cfg.pageblock_order);

	if (!inside_zone(zone, start))
		return false;
	/* Then it does not matter what the others are. */
	if (sb_engine_nr_free(zone, start) >= sb_order_pages(inst->cfg.pageblock_order - 1))
		return true;
	return worth_claiming(zone, start, sb_pageblock_type(&inst->blocks, found), type);
}

static bool claim_block(struct sb_zone *zone, unsigned long found, const struct sb_fallback *take,
			unsigned long *pfn) __must_hold(zone->lock)
{
	sb_watermark_boost(zone);
	if (!claimable(zone, found, take->type))
		return false;
	sb_buddy_move_block(zone, found, take->type);
	return sb_buddy_take(zone, take->order, take->type, pfn);
}

/* Takes a block of one or more pageblocks with its pageblocks. */
static bool claim_large(struct sb_zone *zone, unsigned long pfn, unsigned int current_order,
			const struct sb_fallback *take) __must_hold(zone->lock)
{
	return zone->inst->engine->claim(zone, pfn, current_order, take->order, take->type);
}

/* Largest first: that roughly finds the pageblock with the most free pages. */
static bool claim(struct sb_zone *zone, const struct sb_fallback *take, unsigned long *pfn)
	__must_hold(zone->lock)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int least = least_order(zone, take);
	unsigned int order;

	for (order = inst->cfg.max_order + 1; order-- > least;) {
		int foreign = sb_fallback_find(zone, order, take->type);

		if (foreign < 0)
			continue;
		if (!sb_fallback_may_claim(inst, order, take->type))
			return false;
		*pfn = sb_engine_first(zone, order, (unsigned int)foreign);
		if (!(order < inst->cfg.pageblock_order ? claim_block(zone, *pfn, take, pfn) :
							  claim_large(zone, *pfn, order, take)))
			continue;
		zone->events[SB_EVENT_CLAIM]++;
		trace(zone, take, *pfn, order, foreign);
		return true;
	}
	return false;
}

static bool steal(struct sb_zone *zone, const struct sb_fallback *take, unsigned long *pfn)
	__must_hold(zone->lock)
{
	unsigned int order;

	for (order = take->order; order <= zone->inst->cfg.max_order; order++) {
		int foreign = sb_fallback_find(zone, order, take->type);

		if (foreign < 0)
			continue;
		if (unlikely(!sb_buddy_take(zone, take->order, (unsigned int)foreign, pfn)))
			return false;
		zone->events[SB_EVENT_STEAL]++;
		trace(zone, take, *pfn, order, foreign);
		return true;
	}
	return false;
}

static bool take_cma(struct sb_zone *zone, const struct sb_fallback *take, unsigned long *pfn)
	__must_hold(zone->lock)
{
	return (take->flags & SB_ALLOC_CMA) && sb_buddy_take(zone, take->order, SB_CMA, pfn);
}

/* Tries one after the other, from where the last take of the run succeeded. */
static bool take_6_12(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn)
	__must_hold(zone->lock)
{
	if (take->mode <= SB_FALLBACK_NORMAL && sb_buddy_take(zone, take->order, take->type, pfn))
		return true;
	if (take->mode <= SB_FALLBACK_CMA && take_cma(zone, take, pfn)) {
		take->mode = SB_FALLBACK_CMA;
		return true;
	}
	/* A claim fills the request's own lists, so that the next looks there again. */
	if (take->mode <= SB_FALLBACK_CLAIM && claim(zone, take, pfn)) {
		take->mode = SB_FALLBACK_NORMAL;
		return true;
	}
	if ((take->flags & SB_ALLOC_NOFRAGMENT) || !steal(zone, take, pfn))
		return false;
	take->mode = SB_FALLBACK_STEAL;
	return true;
}

/* The largest foreign block, or for what moves the smallest if the pageblock cannot be claimed. */
static bool find_6_1(const struct sb_zone *zone, const struct sb_fallback *take,
		     unsigned int *found, int *foreign)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int least = least_order(zone, take);
	unsigned int order;

	for (order = inst->cfg.max_order + 1; order-- > least;) {
		*foreign = sb_fallback_find(zone, order, take->type);
		*found = order;
		if (*foreign < 0)
			continue;
		if (sb_fallback_may_claim(inst, order, take->type) || take->type != SB_MOVABLE)
			return true;
		for (*found = take->order; *found < order; ++*found) {
			*foreign = sb_fallback_find(zone, *found, take->type);
			if (*foreign >= 0)
				return true;
		}
		*foreign = sb_fallback_find(zone, order, take->type);
		return true;
	}
	return false;
}

/* Moves all free pages of the pageblock, and with most of it the pageblock itself. */
static bool claim_6_1(struct sb_zone *zone, unsigned long pfn, unsigned int type)
	__must_hold(zone->lock)
{
	const struct sb_instance *inst = zone->inst;
	unsigned long start = sb_pfn_block(pfn, inst->cfg.pageblock_order);
	unsigned int old_type = sb_pageblock_type(&inst->blocks, pfn);
	bool worth = worth_claiming(zone, sb_zone_spans(zone, start) ? start : pfn, old_type, type);

	if (!sb_buddy_move_free(zone, pfn, type))
		return false;
	if (worth) {
		sb_pageblock_set_type(zone->inst, start, type);
		zone->events[SB_EVENT_CLAIM]++;
	} else {
		zone->events[SB_EVENT_STEAL]++;
	}
	return true;
}

/* steal_suitable_fallback(), Linux 6.1: the block ends up on lists of @type, there to be taken. */
static void bring_6_1(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		      unsigned int type) __must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;

	if (sb_pageblock_type(&inst->blocks, pfn) != SB_HIGHATOMIC) {
		if (order >= inst->cfg.pageblock_order) {
			sb_buddy_retype(zone, pfn, order, type);
			sb_engine_move(zone, pfn, order, type);
			zone->events[SB_EVENT_CLAIM]++;
			return;
		}
		sb_watermark_boost(zone);
		if (sb_fallback_may_claim(inst, order, type) && claim_6_1(zone, pfn, type))
			return;
	}
	sb_engine_move(zone, pfn, order, type);
	zone->events[SB_EVENT_STEAL]++;
}

static bool take_6_1(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn)
	__must_hold(zone->lock)
{
	unsigned int order;
	int foreign;

	for (;;) {
		if (sb_buddy_take(zone, take->order, take->type, pfn) || take_cma(zone, take, pfn))
			return true;
		if (!find_6_1(zone, take, &order, &foreign))
			return false;
		*pfn = sb_engine_first(zone, order, (unsigned int)foreign);
		bring_6_1(zone, *pfn, order, take->type);
		trace(zone, take, *pfn, order, foreign);
	}
}

bool sb_fallback_take(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn)
{
	if (take->type >= SB_PCPTYPES)
		return sb_buddy_take(zone, take->order, take->type, pfn);
	/* What moves borrows from CMA areas while these have more than half of all that is free. */
	if (zone->nr_free_cma > zone->nr_free / 2 && take_cma(zone, take, pfn))
		return true;
	return zone->inst->rules->claim_or_steal ? take_6_12(zone, take, pfn) :
						   take_6_1(zone, take, pfn);
}

static bool plan_on(const struct sb_zone *zone, unsigned int order, unsigned int type,
		    enum sb_fallback_mode mode, struct sb_fallback_plan *plan)
{
	for (; order <= zone->inst->cfg.max_order; order++) {
		if (sb_engine_empty(zone, order, type))
			continue;
		plan->mode = mode;
		plan->type = type;
		plan->order = order;
		return true;
	}
	return false;
}

static bool plan_cma(const struct sb_zone *zone, const struct sb_fallback *take,
		     struct sb_fallback_plan *plan)
{
	return (take->flags & SB_ALLOC_CMA) &&
	       plan_on(zone, take->order, SB_CMA, SB_FALLBACK_CMA, plan);
}

static bool plan_claim(const struct sb_zone *zone, const struct sb_fallback *take,
		       struct sb_fallback_plan *plan)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int least = least_order(zone, take);
	unsigned int order;

	for (order = inst->cfg.max_order + 1; order-- > least;) {
		int foreign = sb_fallback_find(zone, order, take->type);

		if (foreign < 0)
			continue;
		if (!sb_fallback_may_claim(inst, order, take->type))
			return false;
		plan->mode = SB_FALLBACK_CLAIM;
		plan->type = (unsigned int)foreign;
		plan->order = order;
		if (order >= inst->cfg.pageblock_order ||
		    claimable(zone, sb_engine_first(zone, order, plan->type), take->type))
			return true;
	}
	return false;
}

static bool plan_steal(const struct sb_zone *zone, const struct sb_fallback *take,
		       struct sb_fallback_plan *plan)
{
	unsigned int order;

	for (order = take->order; order <= zone->inst->cfg.max_order; order++) {
		int foreign = sb_fallback_find(zone, order, take->type);

		if (foreign < 0)
			continue;
		plan->mode = SB_FALLBACK_STEAL;
		plan->type = (unsigned int)foreign;
		plan->order = order;
		return true;
	}
	return false;
}

/* Whether bring_6_1() would give the pageblock another type. */
static bool claims_6_1(const struct sb_zone *zone, unsigned long pfn, unsigned int order,
		       unsigned int type)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int block_order = inst->cfg.pageblock_order;
	unsigned int old_type = sb_pageblock_type(&inst->blocks, pfn);
	unsigned long start = sb_pfn_block(pfn, block_order);

	if (old_type == SB_HIGHATOMIC)
		return false;
	if (order >= block_order)
		return true;
	if (!sb_fallback_may_claim(inst, order, type) ||
	    !sb_zone_spans(zone, start + sb_order_pages(block_order) - 1))
		return false;
	return worth_claiming(zone, sb_zone_spans(zone, start) ? start : pfn, old_type, type);
}

static bool plan_6_1(const struct sb_zone *zone, const struct sb_fallback *take,
		     struct sb_fallback_plan *plan)
{
	unsigned long pfn;
	int foreign;

	if (!find_6_1(zone, take, &plan->order, &foreign))
		return false;
	plan->type = (unsigned int)foreign;
	pfn = sb_engine_first(zone, plan->order, plan->type);
	plan->mode = claims_6_1(zone, pfn, plan->order, take->type) ? SB_FALLBACK_CLAIM :
								      SB_FALLBACK_STEAL;
	return true;
}

bool sb_fallback_plan(struct sb_zone *zone, const struct sb_fallback *take,
		      struct sb_fallback_plan *plan)
{
	bool fallbacks_too = take->type < SB_PCPTYPES;

	sb_assert_held(&zone->lock);
	if (fallbacks_too && zone->nr_free_cma > zone->nr_free / 2 && plan_cma(zone, take, plan))
		return true;
	if (plan_on(zone, take->order, take->type, SB_FALLBACK_NORMAL, plan))
		return true;
	if (!fallbacks_too)
		return false;
	if (plan_cma(zone, take, plan))
		return true;
	if (!zone->inst->rules->claim_or_steal)
		return plan_6_1(zone, take, plan);
	return plan_claim(zone, take, plan) ||
	       (!(take->flags & SB_ALLOC_NOFRAGMENT) && plan_steal(zone, take, plan));
}

// SPDX-License-Identifier: GPL-2.0-only
#include "pcp.h"
#include "predict.h"
#include "zonelist.h"

/* What is asked of each zone, pass by pass. */
struct question {
	struct sb_instance *inst;
	const struct sb_request *request;
	enum sb_zone_type highest;
	struct sb_fallback take;
};

/* An aligned block of the order wanted, on the way to be found free or not. */
struct candidate {
	bool whole;
	int type;
};

static bool set_way(struct sb_prediction *p, enum sb_predict_way way, unsigned int type,
		    unsigned int order)
{
	p->way = way;
	p->type = type;
	p->order = order;
	return true;
}

static bool on_this_cpu(const struct sb_zone *zone, const struct sb_fallback *take)
{
	const struct sb_pcp *pcp = &zone->pcp[sb_this_cpu() % zone->inst->cfg.nr_cpus];

	return READ_ONCE(pcp->list[sb_pcp_list_index(take->order, take->type)].nr) != 0;
}

static bool way_highatomic(struct sb_prediction *p, const struct sb_zone *zone,
			   const struct sb_fallback *take)
{
	unsigned int order;

	for (order = take->order; order <= zone->inst->cfg.max_order; order++)
		if (!sb_engine_empty(zone, order, SB_HIGHATOMIC))
			return set_way(p, SB_PREDICT_HIGHATOMIC, SB_HIGHATOMIC, order);
	return false;
}

static bool way_fallback(struct sb_prediction *p, struct sb_zone *zone,
			 const struct sb_fallback *take) __must_hold(zone->lock)
{
	static const enum sb_predict_way ways[] = {
		[SB_FALLBACK_NORMAL] = SB_PREDICT_OWN,
		[SB_FALLBACK_CMA] = SB_PREDICT_CMA,
		[SB_FALLBACK_CLAIM] = SB_PREDICT_CLAIM,
		[SB_FALLBACK_STEAL] = SB_PREDICT_STEAL,
	};
	struct sb_fallback_plan plan;

	return sb_fallback_plan(zone, take, &plan) &&
	       set_way(p, ways[plan.mode], plan.type, plan.order);
}

/* take_from_zone() of zonelist.c: the per-CPU list, filled if need be, then the zone. */
static bool find_way(struct sb_prediction *p, struct sb_zone *zone, const struct sb_fallback *take)
	__must_hold(zone->lock)
{
	if (sb_pcp_serves(zone->inst, take->order)) {
		if (on_this_cpu(zone, take))
			return set_way(p, SB_PREDICT_PCP, take->type, take->order);
		if (way_fallback(p, zone, take))
			return true;
	}
	if ((take->flags & SB_ALLOC_HIGHATOMIC) && way_highatomic(p, zone, take))
		return true;
	return way_fallback(p, zone, take) ||
	       ((take->flags & SB_ALLOC_NON_BLOCK) && way_highatomic(p, zone, take));
}

/* The marks of the zone as this pass finds it. */
static bool marks_allow(const struct sb_prediction *p, const struct question *q)
{
	return (q->take.flags & SB_ALLOC_NO_WATERMARKS) ||
	       sb_watermark_allows(&p->future, q->take.order, q->take.flags & SB_ALLOC_WMARK,
				   q->highest, q->take.flags);
}

/* Copies a zone whose lock is held; the copy's own lock is never taken. */
static void copy_zone(struct sb_prediction *p, const struct sb_zone *zone)
{
	memcpy(&p->future, zone, sizeof(*zone));
	if (p->unboosted)
		p->future.watermark_boost = 0;
}

static bool zone_gives(struct sb_prediction *p, const struct question *q, struct sb_zone *zone)
{
	unsigned long irq = sb_irq_save();
	bool gives;

	sb_lock(&zone->lock);
	copy_zone(p, zone);
	gives = marks_allow(p, q) && find_way(p, zone, &q->take);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return gives;
}

static bool was_given(const struct sb_prediction *p, unsigned long pfn)
{
	return pfn >= p->given_start && pfn < p->given_end;
}

/* The list that a block is on, or comes to when per-CPU lists are drained. */
static unsigned int list_of(const struct sb_prediction *p, const struct question *q,
			    const struct sb_zone *zone, const struct sb_page_info *info)
{
	const struct sb_instance *inst = q->inst;
	unsigned int type;

	if (info->state == SB_PAGE_FREE)
		type = info->type;
	else if (inst->rules->own_lists || zone->nr_isolated_blocks)
		type = sb_pageblock_type(&inst->blocks, info->head);
	else
		type = info->type;
	return type == SB_HIGHATOMIC && was_given(p, info->head) ? q->take.type : type;
}

/* What leaves a per-CPU list counts as free from then on; what is given up is nobody's reserve. */
static void account(struct sb_prediction *p, const struct sb_page_info *info, unsigned int type,
		    unsigned long nr_pages)
{
	struct sb_zone *future = &p->future;

	if (info->state == SB_PAGE_FREE) {
		if (was_given(p, info->head))
			future->nr_free_highatomic -= nr_pages;
		return;
	}
	if (type != SB_ISOLATE)
		future->nr_free += nr_pages;
	if (type == SB_CMA)
		future->nr_free_cma += nr_pages;
	else if (type == SB_HIGHATOMIC)
		future->nr_free_highatomic += nr_pages;
}

/*
 * Two free buddies of a pageblock or more stay apart until a page is freed in
 * one of them.
 */
static bool stays_apart(const struct sb_instance *inst, const struct sb_page_info *info,
			unsigned int order)
{
	unsigned long buddy = sb_pfn_buddy(info->head, info->order);

	return info->state == SB_PAGE_FREE && info->order >= inst->cfg.pageblock_order &&
	       info->order < order && sb_memmap_exists(inst, buddy) &&
	       sb_engine_is_free(inst, buddy, info->order);
}

/* Types that merge are one type here. */
static void add_piece(struct candidate *c, unsigned int type)
{
	int merged = type < SB_PCPTYPES ? SB_MOVABLE : (int)type;

	if (c->type < 0)
		c->type = merged;
	else if (c->type != merged)
		c->whole = false;
}

/* Looks at one aligned block, and counts what is on per-CPU lists in it. */
static struct candidate look_at(struct sb_prediction *p, const struct question *q,
				const struct sb_zone *zone, unsigned long pfn)
{
	unsigned long end = pfn + sb_order_pages(q->take.order), next;
	const struct sb_pageblocks *blocks = &q->inst->blocks;
	struct candidate c = { .whole = true, .type = -1 };
	struct sb_page_info info;
	unsigned int type;

	for (; pfn < end; pfn = next) {
		if (sb_pageblock_zone(blocks, pfn) != (unsigned int)(zone - q->inst->zones)) {
			c.whole = false;
			next = sb_pfn_block(pfn, blocks->order) + sb_order_pages(blocks->order);
			continue;
		}
		sb_memmap_info(q->inst, pfn, &info);
		next = min(sb_page_info_next(&info, pfn), end);
		if (info.state != SB_PAGE_FREE && info.state != SB_PAGE_PCP) {
			c.whole = false;
			continue;
		}
		type = list_of(p, q, zone, &info);
		account(p, &info, type, next - pfn);
		add_piece(&c, type);
		if (stays_apart(q->inst, &info, q->take.order))
			c.whole = false;
	}
	return c;
}

/* A free block that there would be; which of the ordinary types it has does not matter. */
static void add_block(struct sb_prediction *p, const struct question *q, const struct candidate *c,
		      bool unreserved)
{
	int type = c->type == SB_HIGHATOMIC && unreserved ? SB_MOVABLE : c->type;

	p->future.nonempty[type] |= 1u << q->take.order;
}

static void survey(struct sb_prediction *p, const struct question *q, struct sb_zone *zone,
		   bool unreserved)
{
	unsigned int grain = max(q->take.order, q->inst->cfg.pageblock_order);
	unsigned long pfn = sb_pfn_block(zone->start_pfn, grain);

	for (; pfn < sb_zone_end(zone); pfn += sb_order_pages(grain)) {
		unsigned long end = pfn + sb_order_pages(grain), at;
		unsigned long irq = sb_irq_save();

		sb_lock(&zone->lock);
		for (at = pfn; at < end; at += sb_order_pages(q->take.order)) {
			struct candidate c = look_at(p, q, zone, at);

			if (c.whole)
				add_block(p, q, &c, unreserved);
		}
		sb_unlock(&zone->lock);
		sb_irq_restore(irq);
	}
}

/* The zone as it would be. Pages are looked at only if some of them would change hands. */
static void foresee(struct sb_prediction *p, const struct question *q, struct sb_zone *zone,
		    bool unreserved)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&zone->lock);
	copy_zone(p, zone);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	if (!q->inst->rules->own_lists && (p->future.nr_reserved_highatomic ||
					   p->future.cma_pages || p->future.nr_isolated_blocks))
		p->exact = false;
	if (sb_pcp_count(zone) || p->future.nr_reserved_highatomic)
		survey(p, q, zone, unreserved);
	if (unreserved) {
		p->future.nr_free_highatomic = 0;
		p->future.nr_reserved_highatomic = 0;
	}
}

static bool has_ordinary_block(const struct sb_zone *zone, const struct sb_fallback *take)
{
	unsigned int order, type;

	for (order = take->order; order <= zone->inst->cfg.max_order; order++)
		for (type = 0; type <= SB_CMA; type++)
			if ((type < SB_PCPTYPES ||
			     (type == SB_CMA && (take->flags & SB_ALLOC_CMA))) &&
			    !sb_engine_empty(zone, order, type))
				return true;
	return false;
}

static bool zone_would_give(struct sb_prediction *p, const struct question *q, struct sb_zone *zone)
{
	foresee(p, q, zone, p->pass == SB_PREDICT_UNRESERVED);
	return marks_allow(p, q) && has_ordinary_block(&p->future, &q->take) &&
	       set_way(p, SB_PREDICT_FREED, q->take.type, q->take.order);
}

/* pass() of zonelist.c. */
static bool try_pass(struct sb_prediction *p, struct question *q, enum sb_predict_pass pass,
		     unsigned int flags)
{
	struct sb_zone *preferred = NULL, *zone;
	struct sb_zonelist_iter it;

	p->pass = pass;
	p->flags = flags;
	q->take.flags = flags;
	sb_zonelist_begin(&it, q->inst, q->request);
	q->highest = it.highest;
	while ((zone = sb_zonelist_next(&it))) {
		if (!preferred)
			preferred = zone;
		if ((flags & SB_ALLOC_NOFRAGMENT) && zone->nid != preferred->nid)
			return false;
		if (pass < SB_PREDICT_DRAINED ? !zone_gives(p, q, zone) :
						!zone_would_give(p, q, zone))
			continue;
		p->zone = zone;
		return true;
	}
	return false;
}

/* The block of the reserve that sb_highatomic_unreserve() gives up first, if it does. */
static bool find_given(struct sb_prediction *p, struct sb_zone *zone)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	unsigned long irq = sb_irq_save();
	bool found = false;
	unsigned int order;

	sb_lock(&zone->lock);
	for (order = 0; order <= cfg->max_order && !found; order++) {
		unsigned int size = max(order, cfg->pageblock_order);

		found = !sb_engine_empty(zone, order, SB_HIGHATOMIC);
		if (!found)
			continue;
		p->given_start = sb_pfn_block(sb_engine_first(zone, order, SB_HIGHATOMIC), size);
		p->given_end = p->given_start + sb_order_pages(size);
	}
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return found;
}

static void give_first(struct sb_prediction *p, const struct question *q)
{
	unsigned long kept = sb_order_pages(q->inst->cfg.pageblock_order);
	struct sb_zonelist_iter it;
	struct sb_zone *zone;

	sb_zonelist_begin(&it, q->inst, q->request);
	while ((zone = sb_zonelist_next(&it)))
		if (READ_ONCE(zone->nr_reserved_highatomic) > kept && find_given(p, zone))
			return;
}

/* take_all() of alloc.c. */
static bool try_all(struct sb_prediction *p, struct question *q, unsigned int flags)
{
	give_first(p, q);
	if (try_pass(p, q, SB_PREDICT_DRAINED, flags))
		return true;
	if ((q->request->gfp & SB_GFP_NORETRY) || q->request->order > SB_COSTLY_ORDER)
		return false;
	return try_pass(p, q, SB_PREDICT_UNRESERVED, flags);
}

/* take_slowly() of alloc.c. */
static bool try_slowly(struct sb_prediction *p, struct question *q)
{
	unsigned int flags = sb_zonelist_slow_flags(q->inst, q->request);
	u32 gfp = q->request->gfp;

	p->unboosted = gfp & SB_GFP_KSWAPD_RECLAIM;
	if (try_pass(p, q, SB_PREDICT_MIN, flags))
		return true;
	if ((gfp & SB_GFP_MEMALLOC) && !(gfp & SB_GFP_NOMEMALLOC)) {
		flags = SB_ALLOC_NO_WATERMARKS | (flags & SB_ALLOC_CMA);
		if (try_pass(p, q, SB_PREDICT_MEMALLOC, flags))
			return true;
	}
	return (gfp & SB_GFP_DIRECT_RECLAIM) && try_all(p, q, flags);
}

void sb_predict(struct sb_instance *inst, const struct sb_request *request, struct sb_prediction *p)
{
	unsigned int flags = sb_zonelist_first_flags(inst, request);
	struct question q = {
		.inst = inst,
		.request = request,
		.take = {
			.order = request->order,
			.type = inst->blocks.grouping ? request->type : SB_UNMOVABLE,
		},
	};

	memset(p, 0, sizeof(*p));
	p->exact = !(READ_ONCE(inst->hooks) & ~(unsigned long)(SB_HOOK_TRACE | SB_HOOK_ZERO));
	if ((flags & SB_ALLOC_NOFRAGMENT) && try_pass(p, &q, SB_PREDICT_UNMIXED, flags))
		p->served = true;
	flags &= ~(unsigned int)SB_ALLOC_NOFRAGMENT;
	p->served = p->served || try_pass(p, &q, SB_PREDICT_LOW, flags) || try_slowly(p, &q);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "highatomic.h"
#include "pcp.h"
#include "pcp_tune.h"
#include "plenty.h"
#include "zonelist.h"

/* Own node first, then the next ones; in each from the highest zone down. */
static void write_list(const struct sb_instance *inst, int nid, struct sb_zonelist *list)
{
	unsigned int nr = 0;
	int i;

	for (i = 0; i < SB_MAX_NODES; i++) {
		int other = (nid + i) % SB_MAX_NODES;
		int type;

		for (type = SB_NR_ZONE_TYPES - 1; type >= 0; type--) {
			const struct sb_zone *zone = &inst->zones[other * SB_NR_ZONE_TYPES + type];

			if (sb_zone_populated(zone))
				WRITE_ONCE(list->zone[nr++], (u8)(zone - inst->zones));
		}
	}
	WRITE_ONCE(list->nr_zones, nr);
}

void sb_zonelist_build(struct sb_instance *inst)
{
	unsigned int seq = inst->hotplug.zonelist_seq;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++) {
		struct sb_node *node = &inst->nodes[nid];
		struct sb_zonelist *list = &node->lists[node->zonelist == node->lists];

		write_list(inst, nid, list);
		/* Who finds the list finds what is in it. */
		smp_store_release(&node->zonelist, list);
	}
	sb_pageblock_set_grouping(inst);
	sb_plenty_build(inst);
	/* Who sees the number finds the lists. */
	smp_store_release(&inst->hotplug.zonelist_seq, seq + 1);
}

static int start_node(const struct sb_instance *inst, const struct sb_request *request)
{
	return request->nid == SB_NID_ANY ? inst->first_nid : request->nid;
}

void sb_zonelist_begin(struct sb_zonelist_iter *it, struct sb_instance *inst,
		       const struct sb_request *request)
{
	it->inst = inst;
	it->request = request;
	it->nid = start_node(inst, request);
	/* What is in it was written before. */
	it->list = READ_ONCE(inst->nodes[it->nid].zonelist);
	it->next = 0;
	it->highest = request->zone;
	/* As a kernel without a DMA zone does. */
	if (it->highest == SB_ZONE_DMA && !inst->cfg.dma_bytes)
		it->highest = SB_ZONE_NORMAL;
}

/* What may not move would pin the zone that is there to be emptied. */
static bool suits(const struct sb_zonelist_iter *it, const struct sb_zone *zone)
{
	const struct sb_request *request = it->request;

	return zone->type <= it->highest &&
	       (zone->type != SB_ZONE_MOVABLE || request->type == SB_MOVABLE) &&
	       (!(request->gfp & SB_GFP_THISNODE) || zone->nid == it->nid) &&
	       (!request->nodes || request->nodes >> zone->nid & 1);
}

struct sb_zone *sb_zonelist_next(struct sb_zonelist_iter *it)
{
	while (it->next < READ_ONCE(it->list->nr_zones)) {
		struct sb_zone *zone = &it->inst->zones[READ_ONCE(it->list->zone[it->next++])];

		if (likely(suits(it, zone)))
			return zone;
	}
	return NULL;
}

/*
 * alloc_flags_nofragment(): worth it where there is a zone below Normal to go
 * to, and always on an instance of one node.
 */
static bool avoids_fragments(struct sb_instance *inst, const struct sb_request *request)
{
	struct sb_zonelist_iter it;
	const struct sb_zone *zone;

	sb_zonelist_begin(&it, inst, request);
	zone = sb_zonelist_next(&it);
	if (!zone || zone->type != SB_ZONE_NORMAL)
		return false;
	return inst->nr_nodes == 1 || sb_zone_populated(zone - 1);
}

/* gfp_migratetype(): without pageblocks enough to group by type, all are one. */
static unsigned int type_of(const struct sb_instance *inst, const struct sb_request *request)
{
	return inst->blocks.grouping ? request->type : SB_UNMOVABLE;
}

static unsigned int cma_flag(const struct sb_instance *inst, const struct sb_request *request)
{
	return type_of(inst, request) == SB_MOVABLE ? SB_ALLOC_CMA : 0;
}

unsigned int sb_zonelist_first_flags(struct sb_instance *inst, const struct sb_request *request)
{
	unsigned int flags = SB_WMARK_LOW | cma_flag(inst, request);

	if (avoids_fragments(inst, request))
		flags |= SB_ALLOC_NOFRAGMENT;
	return flags;
}

unsigned int sb_zonelist_slow_flags(const struct sb_instance *inst,
				    const struct sb_request *request)
{
	unsigned int flags = SB_WMARK_MIN | cma_flag(inst, request);

	if (request->gfp & SB_GFP_HIGH)
		flags |= SB_ALLOC_MIN_RESERVE;
	if (!(request->gfp & (SB_GFP_DIRECT_RECLAIM | SB_GFP_NOMEMALLOC))) {
		flags |= SB_ALLOC_NON_BLOCK;
		if (request->order && (request->gfp & SB_GFP_HIGH))
			flags |= SB_ALLOC_HIGHATOMIC;
	}
	return flags;
}

static struct sb_fallback fallback_of(const struct sb_instance *inst,
				      const struct sb_request *request, unsigned int flags)
{
	struct sb_fallback take = {
		.order = request->order,
		.type = type_of(inst, request),
		.flags = flags,
		.mode = SB_FALLBACK_NORMAL,
	};

	return take;
}

/* rmqueue_buddy(): a request that cannot wait may have what is kept for large ones, too. */
static bool take_locked(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn)
	__must_hold(zone->lock)
{
	if ((take->flags & SB_ALLOC_HIGHATOMIC) &&
	    sb_buddy_take(zone, take->order, SB_HIGHATOMIC, pfn))
		return true;
	take->mode = SB_FALLBACK_NORMAL;
	return sb_fallback_take(zone, take, pfn) ||
	       ((take->flags & SB_ALLOC_NON_BLOCK) &&
		sb_buddy_take(zone, take->order, SB_HIGHATOMIC, pfn));
}

static bool take_from_buddy(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn)
{
	unsigned long irq = sb_irq_save();
	bool found;

	sb_lock(&zone->lock);
	found = take_locked(zone, take, pfn);
	if (found) {
		sb_page_set(sb_memmap_page(&zone->inst->map, *pfn), SB_PAGE_ALLOC, take->order,
			    take->type);
		zone->events[SB_EVENT_ALLOC]++;
		zone->events[SB_EVENT_ALLOC_PAGES] += sb_order_pages(take->order);
	}
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return found;
}

static bool take_from_zone(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn)
{
	if (likely(sb_pcp_serves(zone->inst, take->order)) && likely(sb_pcp_take(zone, take, pfn)))
		return true;
	return take_from_buddy(zone, take, pfn);
}

/* Whether the zone has pages enough; on the way, whether it is short of its high mark. */
static bool may_give(struct sb_zone *zone, const struct sb_request *request,
		     enum sb_zone_type highest, unsigned int flags)
{
	unsigned int order = request->order;

	if (!zone->below_high) {
		if (likely(sb_watermark_allows(zone, order, SB_WMARK_HIGH, highest, flags)))
			return true;
		sb_pcp_tune_below_high(zone);
	}
	return sb_watermark_allows(zone, order, flags & SB_ALLOC_WMARK, highest, flags) ||
	       (flags & SB_ALLOC_NO_WATERMARKS);
}

/* By CPU, so without a lock. False of a CPU that would have to share the counts. */
static bool count_on_cpu(struct sb_zone *preferred, struct sb_zone *zone)
{
	unsigned long irq = sb_irq_save();
	unsigned int cpu = sb_this_cpu();
	bool own = zone->pcp && preferred->pcp && cpu < zone->inst->cfg.nr_cpus;

	if (likely(own)) {
		WRITE_ONCE(zone->pcp[cpu].nr_miss, zone->pcp[cpu].nr_miss + 1);
		WRITE_ONCE(preferred->pcp[cpu].nr_foreign, preferred->pcp[cpu].nr_foreign + 1);
	}
	sb_irq_restore(irq);
	return own;
}

static void count_nodes(struct sb_zone *preferred, struct sb_zone *zone)
{
	if (likely(preferred->nid == zone->nid) || likely(count_on_cpu(preferred, zone)))
		return;
	sb_zone_count(zone, SB_EVENT_MISS, 1);
	sb_zone_count(preferred, SB_EVENT_FOREIGN, 1);
}

/* One pass. Another node is worse than a mixed pageblock: it ends one without mixing. */
static bool pass(struct sb_instance *inst, const struct sb_request *request, unsigned int flags,
		 unsigned long *pfn)
{
	struct sb_fallback take = fallback_of(inst, request, flags);
	struct sb_zone *preferred = NULL, *zone;
	struct sb_zonelist_iter it;

	sb_zonelist_begin(&it, inst, request);
	while ((zone = sb_zonelist_next(&it))) {
		if (!preferred)
			preferred = zone;
		if (unlikely((flags & SB_ALLOC_NOFRAGMENT) && zone->nid != preferred->nid))
			return false;
		if (!may_give(zone, request, it.highest, flags))
			continue;
		take.mode = SB_FALLBACK_NORMAL;
		if (!take_from_zone(zone, &take, pfn))
			continue;
		count_nodes(preferred, zone);
		if (unlikely(flags & SB_ALLOC_HIGHATOMIC))
			sb_highatomic_reserve(zone, *pfn, request->order);
		return true;
	}
	return false;
}

/* No block of any type is as large, and the zone is known to be short of its high mark. */
static bool has_nothing(const struct sb_zone *zone, unsigned int order)
{
	unsigned int type;
	u32 orders = 0;

	for (type = 0; type < SB_NR_TYPES; type++)
		orders |= READ_ONCE(zone->nonempty[type]);
	return !(orders >> order) && READ_ONCE(zone->below_high);
}

bool sb_zonelist_hopeless(struct sb_instance *inst, const struct sb_request *request)
{
	struct sb_zonelist_iter it;
	const struct sb_zone *zone;

	if (request->order < SB_PCP_ORDERS || sb_pcp_serves(inst, request->order))
		return false;
	sb_zonelist_begin(&it, inst, request);
	while ((zone = sb_zonelist_next(&it)))
		if (!has_nothing(zone, request->order))
			return false;
	return true;
}

bool sb_zonelist_take(struct sb_instance *inst, const struct sb_request *request,
		      unsigned int flags, unsigned long *pfn)
{
	if (unlikely(sb_zonelist_hopeless(inst, request)))
		return false;
	if (likely(pass(inst, request, flags, pfn)))
		return true;
	return (flags & SB_ALLOC_NOFRAGMENT) &&
	       pass(inst, request, flags & ~(unsigned int)SB_ALLOC_NOFRAGMENT, pfn);
}

unsigned long sb_zonelist_take_bulk(struct sb_instance *inst, const struct sb_request *request,
				    unsigned long nr, unsigned long *pfns)
{
	unsigned int flags = SB_WMARK_LOW | cma_flag(inst, request);
	struct sb_fallback take = fallback_of(inst, request, flags);
	struct sb_zone *preferred = NULL, *zone;
	struct sb_zonelist_iter it;

	if (!sb_pcp_serves(inst, 0))
		return 0;
	sb_zonelist_begin(&it, inst, request);
	while ((zone = sb_zonelist_next(&it))) {
		if (!preferred)
			preferred = zone;
		if (zone->nid != preferred->nid)
			return 0;
		if (sb_watermark_ok(zone, 0, sb_watermark(zone, SB_WMARK_LOW) + nr, preferred->type,
				    flags))
			return sb_pcp_take_bulk(zone, &take, nr, pfns);
	}
	return 0;
}

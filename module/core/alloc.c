// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "fallback.h"
#include "pcp.h"

static bool take_from_zone(struct sb_zone *zone, unsigned int order, unsigned int type,
			   unsigned long *pfn)
{
	struct sb_instance *inst = zone->inst;
	unsigned long irq;
	bool found;

	if (sb_pcp_serves(inst, order, type))
		return sb_pcp_take(zone, order, type, pfn);
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	found = sb_fallback_take(zone, order, type, pfn);
	if (found)
		sb_page_set(sb_memmap_page(&inst->map, *pfn), SB_PAGE_ALLOC, order, type);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return found;
}

static int start_node(const struct sb_instance *inst, const struct sb_request *request)
{
	return request->nid == SB_NID_ANY ? inst->first_nid : request->nid;
}

/* What may not move would pin the zone that is there to be emptied. */
static bool suits(const struct sb_zone *zone, const struct sb_request *request)
{
	return zone->type <= request->zone &&
	       (zone->type != SB_ZONE_MOVABLE || request->type == SB_MOVABLE);
}

static bool take_from_zonelist(struct sb_instance *inst, const struct sb_request *request,
			       unsigned int type, unsigned long *pfn)
{
	int nid = start_node(inst, request);
	const struct sb_node *node = &inst->nodes[nid];
	unsigned int i;

	for (i = 0; i < node->nr_zones; i++) {
		struct sb_zone *zone = &inst->zones[node->zonelist[i]];

		if (!suits(zone, request) || (request->this_node && zone->nid != nid))
			continue;
		if (take_from_zone(zone, request->order, type, pfn))
			return true;
	}
	return false;
}

static int check_request(const struct sb_instance *inst, const struct sb_request *request)
{
	if (inst->corrupt)
		return -EIO;
	if (inst->stage != SB_STAGE_LIVE)
		return -ENODEV;
	if (request->order > inst->cfg.max_order || request->type >= SB_PCPTYPES ||
	    request->zone >= SB_NR_ZONE_TYPES || request->nid < SB_NID_ANY ||
	    request->nid >= SB_MAX_NODES)
		return -EINVAL;
	return 0;
}

int sb_alloc(struct sb_instance *inst, const struct sb_request *request, unsigned long *pfn)
{
	unsigned int type = inst->blocks.grouping ? request->type : SB_UNMOVABLE;
	int err = check_request(inst, request);

	if (unlikely(err))
		return err;
	if (likely(take_from_zonelist(inst, request, type, pfn)))
		return 0;
	/* Free pages parked on per-CPU lists may be what it takes. */
	if (sb_pcp_drain_all(inst) && take_from_zonelist(inst, request, type, pfn))
		return 0;
	return -ENOMEM;
}

/* Says why a block cannot be freed; 0 when it can. */
static int check_free(const struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	const struct sb_page *page;

	if (inst->corrupt)
		return -EIO;
	if (inst->stage != SB_STAGE_LIVE)
		return -ENODEV;
	if (!sb_memmap_exists(inst, pfn))
		return -ERANGE;
	page = sb_memmap_page(&inst->map, pfn);
	if (likely(sb_page_state(page) == SB_PAGE_ALLOC))
		return sb_page_order(page) == order ? 0 : -EINVAL;
	return sb_page_state(page) == SB_PAGE_HOLE ? -ERANGE : -EALREADY;
}

static int refuse(const struct sb_instance *inst, unsigned long pfn, unsigned int order, int err)
{
	static const char *const states[SB_NR_PAGE_STATES] = {
		[SB_PAGE_HOLE] = "in a hole",
		[SB_PAGE_RESERVED] = "reserved",
		[SB_PAGE_TAIL] = "inside of a block that is being moved",
		[SB_PAGE_FREE] = "free",
		[SB_PAGE_PCP] = "free, on a per-CPU list",
		[SB_PAGE_ALLOC] = "in use",
	};
	struct sb_page_info info;

	if (err == -EIO || err == -ENODEV)
		return err;
	if (!sb_memmap_info(inst, pfn, &info)) {
		sb_warn("%s: refused to free pfn %#lx order %u: outside of the instance\n",
			inst->cfg.name, pfn, order);
		return -ERANGE;
	}
	sb_warn("%s: refused to free pfn %#lx order %u: the page is %s, block pfn %#lx order %u\n",
		inst->cfg.name, pfn, order, states[info.state], info.head, info.order);
	if (info.state == SB_PAGE_RESERVED)
		return -EPERM;
	return info.state == SB_PAGE_ALLOC ? -EINVAL : err;
}

int sb_alloc_free(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	int err = check_free(inst, pfn, order);
	struct sb_zone *zone;
	unsigned int type;
	unsigned long irq;

	if (unlikely(err))
		return refuse(inst, pfn, order, err);
	zone = &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
	type = sb_pageblock_type(&inst->blocks, pfn);
	if (sb_pcp_serves(inst, order, type)) {
		sb_pcp_put(zone, pfn, order, type);
		return 0;
	}
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	/* Another CPU may have freed it meanwhile. */
	err = check_free(inst, pfn, order);
	if (likely(!err))
		sb_buddy_put(zone, pfn, order, false);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return unlikely(err) ? refuse(inst, pfn, order, err) : 0;
}

/* Marks [pfn, pfn + nr_pages) as in use, in the largest aligned blocks. */
static void mark_pieces(struct sb_zone *zone, unsigned long pfn, unsigned long nr_pages,
			unsigned int type) __must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;

	while (nr_pages) {
		unsigned int order = sb_order_at(pfn, nr_pages, inst->cfg.max_order);

		sb_page_set(sb_memmap_page(&inst->map, pfn), SB_PAGE_ALLOC, order, type);
		pfn += sb_order_pages(order);
		nr_pages -= sb_order_pages(order);
	}
}

/* Makes one block in use two runs of smaller ones, the second after @nr_pages. */
static void divide(struct sb_instance *inst, unsigned long pfn, unsigned int order,
		   unsigned long nr_pages)
{
	struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
	unsigned int type = sb_page_type(sb_memmap_page(&inst->map, pfn));
	unsigned long irq = sb_irq_save();

	sb_lock(&zone->lock);
	mark_pieces(zone, pfn, nr_pages, type);
	mark_pieces(zone, pfn + nr_pages, sb_order_pages(order) - nr_pages, type);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

int sb_alloc_exact(struct sb_instance *inst, const struct sb_request *request,
		   unsigned long nr_pages, unsigned long *pfn)
{
	struct sb_request block = *request;
	int err;

	if (!nr_pages || nr_pages > sb_order_pages(inst->cfg.max_order))
		return -EINVAL;
	block.order = sb_order_for(nr_pages);
	err = sb_alloc(inst, &block, pfn);
	if (err)
		return err;
	divide(inst, *pfn, block.order, nr_pages);
	sb_alloc_free_exact(inst, *pfn + nr_pages, sb_order_pages(block.order) - nr_pages);
	return 0;
}

int sb_alloc_free_exact(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages)
{
	unsigned long end = pfn + nr_pages, piece;
	unsigned int order;
	int err;

	/* All of it or nothing. */
	for (piece = pfn; piece < end; piece += sb_order_pages(order)) {
		order = sb_order_at(piece, end - piece, inst->cfg.max_order);
		err = check_free(inst, piece, order);
		if (err)
			return refuse(inst, piece, order, err);
	}
	for (piece = pfn; piece < end; piece += sb_order_pages(order)) {
		order = sb_order_at(piece, end - piece, inst->cfg.max_order);
		err = sb_alloc_free(inst, piece, order);
		if (err)
			return err;
	}
	return 0;
}

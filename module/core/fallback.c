// SPDX-License-Identifier: GPL-2.0-only
#include "fallback.h"

#define NR_FALLBACKS (SB_PCPTYPES - 1)

static const unsigned char fallbacks[SB_PCPTYPES][NR_FALLBACKS] = {
	[SB_UNMOVABLE] = { SB_RECLAIMABLE, SB_MOVABLE },
	[SB_MOVABLE] = { SB_RECLAIMABLE, SB_UNMOVABLE },
	[SB_RECLAIMABLE] = { SB_UNMOVABLE, SB_MOVABLE },
};

/* What a pageblock holds, in pages; holes and reserved pages are neither. */
struct contents {
	unsigned long nr_free;
	unsigned long nr_movable;
};

static bool find_foreign(const struct sb_zone *zone, unsigned int order, unsigned int type,
			 unsigned int *foreign)
{
	unsigned int i;

	for (i = 0; zone->free_area[order].nr_free && i < NR_FALLBACKS; i++) {
		*foreign = fallbacks[type][i];
		if (!sb_freelist_empty(zone, order, *foreign))
			return true;
	}
	return false;
}

/*
 * A block that is large, or wanted by requests that never move, justifies
 * taking the pageblock: it keeps such requests from spreading over many.
 */
static bool may_claim(const struct sb_instance *inst, unsigned int order, unsigned int type)
{
	return order >= inst->cfg.pageblock_order / 2 || type == SB_RECLAIMABLE ||
	       type == SB_UNMOVABLE;
}

/* A pageblock that sticks out of the zone is never claimed. */
static bool inside_zone(const struct sb_zone *zone, unsigned long start)
{
	return sb_zone_spans(zone, start) &&
	       sb_zone_spans(zone, start + sb_order_pages(zone->inst->cfg.pageblock_order) - 1);
}

static struct contents count_contents(const struct sb_zone *zone, unsigned long pfn)
{
	const struct sb_instance *inst = zone->inst;
	unsigned long end = pfn + sb_order_pages(inst->cfg.pageblock_order);
	struct contents seen = { 0, 0 };

	while (pfn < end) {
		const struct sb_page *page = sb_memmap_page(&inst->map, pfn);
		unsigned long nr_pages = sb_order_pages(sb_page_order(page));

		if (sb_page_state(page) == SB_PAGE_FREE)
			seen.nr_free += nr_pages;
		else if (sb_page_state(page) == SB_PAGE_ALLOC && sb_page_type(page) == SB_MOVABLE)
			seen.nr_movable += min(nr_pages, end - pfn);
		pfn += nr_pages;
	}
	return seen;
}

/* Pages that would be at home in the pageblock if it changed to @type. */
static unsigned long count_alike(const struct sb_zone *zone, const struct contents *seen,
				 unsigned int old_type, unsigned int type)
{
	if (type == SB_MOVABLE)
		return seen->nr_movable;
	if (old_type == SB_MOVABLE)
		return sb_order_pages(zone->inst->cfg.pageblock_order) -
		       (seen->nr_free + seen->nr_movable);
	/* Unmovable and Reclaimable pages cannot be told apart, so none count. */
	return 0;
}

/* Takes a block of one or more pageblocks with its pageblocks. */
static void claim_large(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			unsigned int current_order, unsigned int old_type, unsigned int type)
	__must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	unsigned long block;

	sb_freelist_del(zone, pfn, current_order, old_type);
	for (block = pfn; block < pfn + sb_order_pages(current_order);
	     block += sb_order_pages(inst->cfg.pageblock_order))
		sb_pageblock_set_type(inst, block, type);
	sb_buddy_expand(zone, pfn, order, current_order, type);
}

static bool claim_block(struct sb_zone *zone, unsigned long found, unsigned int order,
			unsigned int type, unsigned long *pfn) __must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	unsigned long start = sb_pfn_block(found, inst->cfg.pageblock_order);
	unsigned int old_type = sb_pageblock_type(&inst->blocks, found);
	struct contents seen;

	if (!inside_zone(zone, start))
		return false;
	seen = count_contents(zone, start);
	if (inst->blocks.grouping && seen.nr_free + count_alike(zone, &seen, old_type, type) <
					     sb_order_pages(inst->cfg.pageblock_order - 1))
		return false;
	sb_buddy_move_block(zone, start, type);
	return sb_buddy_take(zone, order, type, pfn);
}

/* Largest first: that roughly finds the pageblock with the most free pages. */
static bool claim(struct sb_zone *zone, unsigned int order, unsigned int type, unsigned long *pfn)
	__must_hold(zone->lock)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int current_order, foreign;

	for (current_order = inst->cfg.max_order + 1; current_order-- > order;) {
		if (!find_foreign(zone, current_order, type, &foreign))
			continue;
		if (!may_claim(inst, current_order, type))
			return false;
		*pfn = sb_freelist_first(zone, current_order, foreign);
		if (current_order >= inst->cfg.pageblock_order)
			claim_large(zone, *pfn, order, current_order, foreign, type);
		else if (!claim_block(zone, *pfn, order, type, pfn))
			continue;
		zone->events.claimed++;
		return true;
	}
	return false;
}

static bool steal(struct sb_zone *zone, unsigned int order, unsigned int type, unsigned long *pfn)
	__must_hold(zone->lock)
{
	unsigned int current_order, foreign;

	for (current_order = order; current_order <= zone->inst->cfg.max_order; current_order++) {
		if (!find_foreign(zone, current_order, type, &foreign))
			continue;
		zone->events.stolen++;
		return sb_buddy_take(zone, order, foreign, pfn);
	}
	return false;
}

bool sb_fallback_take(struct sb_zone *zone, unsigned int order, unsigned int type,
		      unsigned long *pfn)
{
	if (sb_buddy_take(zone, order, type, pfn))
		return true;
	if (type >= SB_PCPTYPES)
		return false;
	return claim(zone, order, type, pfn) || steal(zone, order, type, pfn);
}

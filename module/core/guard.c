// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "debug.h"
#include "freelist.h"
#include "guard.h"
#include "pattern.h"
#include "plenty.h"

static struct sb_page *page_of(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_memmap_page(&zone->inst->map, pfn);
}

unsigned int sb_guard_order_max(const struct sb_config *cfg)
{
	/* Where nothing is split, nothing is left over. */
	if (cfg->engine != SB_ENGINE_LIST)
		return 0;
	return min(SB_GUARD_ORDER_MAX, min(cfg->max_order / 2, cfg->pageblock_order));
}

static void set_guard(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock)
{
	sb_pattern_fill(zone->inst, pfn, sb_order_pages(order), SB_PATTERN_GUARD);
	sb_page_set(page_of(zone, pfn), SB_PAGE_GUARD, order, SB_PAGE_LINK_NONE);
	zone->nr_guard += sb_order_pages(order);
}

static void clear_guard(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock)
{
	struct sb_finding finding;

	if (sb_pattern_check(zone->inst, pfn, sb_order_pages(order), SB_PATTERN_GUARD, &finding))
		sb_debug_tell_overrun(zone->inst, &finding, pfn);
	sb_pattern_fill_free(zone->inst, pfn, sb_order_pages(order));
	sb_page_set_tail(page_of(zone, pfn));
	zone->nr_guard -= sb_order_pages(order);
}

void sb_guard_expand(struct sb_zone *zone, unsigned long pfn, unsigned int low, unsigned int high,
		     unsigned int type)
{
	while (high > low) {
		high--;
		if (high < zone->inst->debug.guard_order)
			set_guard(zone, pfn + sb_order_pages(high), high);
		else
			sb_freelist_push(zone, pfn + sb_order_pages(high), high, type,
					 SB_ENGINE_HEAD);
	}
	sb_plenty_look(zone);
}

bool sb_guard_absorb(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	const struct sb_page *page = page_of(zone, pfn);

	if (order >= zone->inst->cfg.pageblock_order || sb_page_state(page) != SB_PAGE_GUARD ||
	    sb_page_order(page) != order)
		return false;
	clear_guard(zone, pfn, order);
	return true;
}

static void release_block(struct sb_zone *zone, unsigned long pfn) __must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	unsigned long end = pfn + sb_order_pages(inst->cfg.pageblock_order);

	while (pfn < end) {
		const struct sb_page *page = page_of(zone, pfn);
		unsigned int order = sb_page_order(page);

		if (sb_page_state(page) == SB_PAGE_GUARD) {
			clear_guard(zone, pfn, order);
			sb_buddy_put(zone, pfn, order, sb_pageblock_type(&inst->blocks, pfn),
				     false);
		}
		pfn += sb_order_pages(order);
	}
}

void sb_guard_release(struct sb_instance *inst)
{
	const struct sb_pageblocks *blocks = &inst->blocks;
	unsigned long i, irq;

	for (i = 0; i < blocks->nr_blocks; i++) {
		struct sb_zone *zone;

		if (blocks->zone[i] == SB_ZONE_NONE)
			continue;
		zone = &inst->zones[blocks->zone[i]];
		irq = sb_irq_save();
		sb_lock(&zone->lock);
		release_block(zone, blocks->base_pfn + (i << blocks->order));
		sb_unlock(&zone->lock);
		sb_irq_restore(irq);
	}
}

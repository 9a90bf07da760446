// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "debug.h"
#include "quarantine.h"

static struct sb_page *page_at(const struct sb_zone *zone, u32 index)
{
	return sb_memmap_at(&zone->inst->map, index);
}

void sb_quarantine_init(struct sb_zone *zone)
{
	zone->quarantine.first = SB_PAGE_LINK_NONE;
	zone->quarantine.last = SB_PAGE_LINK_NONE;
}

void sb_quarantine_push(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	u32 index = (u32)(pfn - zone->inst->map.base_pfn);

	sb_assert_held(&zone->lock);
	sb_page_set(page_at(zone, index), SB_PAGE_QUARANTINE, order, SB_PAGE_LINK_NONE);
	if (zone->quarantine.last == SB_PAGE_LINK_NONE)
		zone->quarantine.first = index;
	else
		sb_page_set_next(page_at(zone, zone->quarantine.last), index);
	zone->quarantine.last = index;
	zone->nr_quarantine += sb_order_pages(order);
}

/* What a link leads to, unless a stray write was there: a block that rests, and that can be one. */
static bool is_block(const struct sb_zone *zone, u32 index)
{
	unsigned long pfn = zone->inst->map.base_pfn + index;
	unsigned int order;

	if (!sb_memmap_exists(zone->inst, pfn) ||
	    sb_page_state(page_at(zone, index)) != SB_PAGE_QUARANTINE)
		return false;
	order = sb_page_order(page_at(zone, index));
	return order <= zone->inst->cfg.max_order && sb_pfn_aligned(pfn, order) &&
	       pfn >= zone->start_pfn && pfn + sb_order_pages(order) <= sb_zone_end(zone);
}

/* Takes the oldest block out of the queue, where it still counts. */
static bool pop(struct sb_zone *zone, unsigned long most, unsigned long *pfn)
	__must_hold(zone->lock)
{
	u32 index = zone->quarantine.first, next;

	if (zone->nr_quarantine <= most || index == SB_PAGE_LINK_NONE)
		return false;
	if (unlikely(!is_block(zone, index))) {
		sb_instance_broken(zone->inst, "what rests is not a block at index", index);
		zone->quarantine.first = SB_PAGE_LINK_NONE;
		zone->quarantine.last = SB_PAGE_LINK_NONE;
		return false;
	}
	next = sb_page_next(page_at(zone, index));
	zone->quarantine.first = next;
	if (next == SB_PAGE_LINK_NONE)
		zone->quarantine.last = SB_PAGE_LINK_NONE;
	*pfn = zone->inst->map.base_pfn + index;
	return true;
}

static bool pop_locked(struct sb_zone *zone, unsigned long most, unsigned long *pfn)
{
	unsigned long irq = sb_irq_save();
	bool found;

	sb_lock(&zone->lock);
	found = pop(zone, most, pfn);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return found;
}

static void release(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&zone->lock);
	zone->nr_quarantine -= sb_order_pages(order);
	sb_buddy_free(zone, pfn, order, false);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

unsigned long sb_quarantine_shrink(struct sb_zone *zone, unsigned long most)
{
	struct sb_instance *inst = zone->inst;
	unsigned long pfn, done = 0;

	for (;;) {
		u32 verifying = sb_debug_verifying(inst);
		unsigned int order;

		if (!pop_locked(zone, most, &pfn))
			return done;
		order = sb_page_order(sb_memmap_page(&inst->map, pfn));
		sb_debug_verify(inst, pfn, sb_order_pages(order), verifying);
		release(zone, pfn, order);
		done += sb_order_pages(order);
	}
}

unsigned long sb_quarantine_drain_all(struct sb_instance *inst)
{
	struct sb_zone *zone = NULL;
	unsigned long done = 0;

	while ((zone = sb_instance_next_zone(inst, zone)))
		if (READ_ONCE(zone->nr_quarantine))
			done += sb_quarantine_shrink(zone, 0);
	return done;
}

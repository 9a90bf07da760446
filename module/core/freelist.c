// SPDX-License-Identifier: GPL-2.0-only
#include "freelist.h"
#include "plenty.h"

static u32 index_of(const struct sb_zone *zone, unsigned long pfn)
{
	return (u32)(pfn - zone->inst->map.base_pfn);
}

static struct sb_page *page_of(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_memmap_page(&zone->inst->map, pfn);
}

static struct sb_page *page_at(const struct sb_zone *zone, u32 index)
{
	return sb_memmap_at(&zone->inst->map, index);
}

static void set_nonempty(struct sb_zone *zone, unsigned int order, unsigned int type)
{
	WRITE_ONCE(zone->nonempty[type], zone->nonempty[type] | 1u << order);
}

static void set_empty(struct sb_zone *zone, unsigned int order, unsigned int type)
{
	WRITE_ONCE(zone->nonempty[type], zone->nonempty[type] & ~(1u << order));
}

/*
 * Pages of an isolated pageblock are on a list, and yet not free to anybody;
 * those of two other types are not free to everybody. account_freepages().
 */
static void account(struct sb_zone *zone, unsigned int type, long nr_pages)
{
	if (type != SB_ISOLATE)
		WRITE_ONCE(zone->nr_free, zone->nr_free + (unsigned long)nr_pages);
	if (type == SB_CMA)
		zone->nr_free_cma += (unsigned long)nr_pages;
	else if (type == SB_HIGHATOMIC)
		zone->nr_free_highatomic += (unsigned long)nr_pages;
}

static void link_block(struct sb_zone *zone, unsigned int order, unsigned int type,
		       struct sb_page *page, u32 index, enum sb_freelist_end end)
{
	struct sb_free_list *list = &zone->free_area[order].list[type];
	u32 prev = end == SB_FREELIST_TAIL ? list->last : SB_PAGE_LINK_NONE;
	u32 next = end == SB_FREELIST_TAIL ? SB_PAGE_LINK_NONE : list->first;

	sb_page_set_prev(page, prev);
	sb_page_set_next(page, next);
	if (prev == SB_PAGE_LINK_NONE)
		list->first = index;
	else
		sb_page_set_next(page_at(zone, prev), index);
	if (next == SB_PAGE_LINK_NONE)
		list->last = index;
	else
		sb_page_set_prev(page_at(zone, next), index);
	if (prev == next)
		set_nonempty(zone, order, type);
}

static void unlink_block(struct sb_zone *zone, unsigned int order, unsigned int type,
			 const struct sb_page *page)
{
	struct sb_free_list *list = &zone->free_area[order].list[type];
	u32 prev = sb_page_prev(page);
	u32 next = sb_page_next(page);

	if (prev == SB_PAGE_LINK_NONE)
		list->first = next;
	else
		sb_page_set_next(page_at(zone, prev), next);
	if (next == SB_PAGE_LINK_NONE)
		list->last = prev;
	else
		sb_page_set_prev(page_at(zone, next), prev);
	if (prev == next)
		set_empty(zone, order, type);
}

void sb_freelist_init(struct sb_zone *zone)
{
	unsigned int order, type;

	for (order = 0; order < SB_NR_ORDERS; order++) {
		for (type = 0; type < SB_NR_TYPES; type++) {
			zone->free_area[order].list[type].first = SB_PAGE_LINK_NONE;
			zone->free_area[order].list[type].last = SB_PAGE_LINK_NONE;
		}
		zone->free_area[order].nr_free = 0;
	}
	memset(zone->nonempty, 0, sizeof(zone->nonempty));
}

void sb_freelist_add(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		     enum sb_freelist_end end)
{
	struct sb_page *page = page_of(zone, pfn);

	sb_assert_held(&zone->lock);
	sb_page_set(page, SB_PAGE_FREE + type, order, SB_PAGE_LINK_NONE);
	link_block(zone, order, type, page, index_of(zone, pfn), end);
	zone->free_area[order].nr_free++;
	account(zone, type, (long)sb_order_pages(order));
	sb_plenty_look(zone);
}

void sb_freelist_del(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	struct sb_page *page = page_of(zone, pfn);
	unsigned int type = sb_page_list(page);

	sb_assert_held(&zone->lock);
	unlink_block(zone, order, type, page);
	sb_page_set_tail(page);
	zone->free_area[order].nr_free--;
	account(zone, type, -(long)sb_order_pages(order));
	sb_plenty_look(zone);
}

void sb_freelist_move(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		      unsigned int type)
{
	struct sb_page *page = page_of(zone, pfn);
	unsigned int old_type = sb_page_list(page);

	sb_assert_held(&zone->lock);
	unlink_block(zone, order, old_type, page);
	sb_page_set(page, SB_PAGE_FREE + type, order, SB_PAGE_LINK_NONE);
	link_block(zone, order, type, page, index_of(zone, pfn), SB_FREELIST_TAIL);
	account(zone, old_type, -(long)sb_order_pages(order));
	account(zone, type, (long)sb_order_pages(order));
	sb_plenty_look(zone);
}

unsigned long sb_freelist_count(const struct sb_zone *zone, unsigned int order, unsigned int type,
				unsigned long limit)
{
	u32 index = zone->free_area[order].list[type].first;
	unsigned long nr = 0;

	while (index != SB_PAGE_LINK_NONE && nr < limit) {
		index = sb_page_next(page_at(zone, index));
		nr++;
	}
	return nr;
}

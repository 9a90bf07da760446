// SPDX-License-Identifier: GPL-2.0-only
#include "freelist.h"
#include "plenty.h"

static struct sb_page *page_of(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_memmap_page(&zone->inst->map, pfn);
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

void sb_freelist_give_up(struct sb_zone *zone, unsigned int order, unsigned int type)
{
	if (type < SB_NR_TYPES) {
		zone->free_area[order].list[type].first = SB_PAGE_LINK_NONE;
		zone->free_area[order].list[type].last = SB_PAGE_LINK_NONE;
		sb_engine_set_order(zone, order, type, false);
	}
	sb_instance_broken(zone->inst, "links do not lead forth and back on a list of order",
			   order);
}

void sb_freelist_push(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		      unsigned int type, enum sb_engine_end end)
{
	sb_assert_held(&zone->lock);
	sb_freelist_link(zone, &zone->inst->map, pfn, order, type, end);
	sb_engine_account(zone, type, (long)sb_order_pages(order));
}

bool sb_freelist_pull(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	const struct sb_memmap *map = &zone->inst->map;
	struct sb_page *page = page_of(zone, pfn);
	unsigned int type = sb_page_list(page);

	sb_assert_held(&zone->lock);
	if (unlikely(!sb_freelist_unlink(zone, map, page, order, (u32)(pfn - map->base_pfn))))
		return false;
	sb_page_set_tail(page);
	sb_engine_account(zone, type, -(long)sb_order_pages(order));
	return true;
}

void sb_freelist_add(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		     enum sb_engine_end end)
{
	sb_freelist_push(zone, pfn, order, type, end);
	sb_plenty_look(zone);
}

bool sb_freelist_del(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	bool done = sb_freelist_pull(zone, pfn, order);

	sb_plenty_look(zone);
	return done;
}

void sb_freelist_move(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		      unsigned int type)
{
	const struct sb_memmap *map = &zone->inst->map;
	struct sb_page *page = page_of(zone, pfn);
	unsigned int old_type = sb_page_list(page);

	sb_assert_held(&zone->lock);
	if (unlikely(!sb_freelist_unlink(zone, map, page, order, (u32)(pfn - map->base_pfn))))
		return;
	sb_freelist_link(zone, map, pfn, order, type, SB_ENGINE_TAIL);
	sb_engine_account(zone, old_type, -(long)sb_order_pages(order));
	sb_engine_account(zone, type, (long)sb_order_pages(order));
	sb_plenty_look(zone);
}

unsigned long sb_freelist_first(const struct sb_zone *zone, unsigned int order, unsigned int type)
{
	return zone->inst->map.base_pfn + zone->free_area[order].list[type].first;
}

unsigned long sb_freelist_count(const struct sb_zone *zone, unsigned int order, unsigned int type,
				unsigned long limit)
{
	u32 index = zone->free_area[order].list[type].first;
	const struct sb_memmap *map = &zone->inst->map;
	unsigned long nr = 0;

	while (nr < limit && index < map->nr_pages && sb_memmap_has_table(map, index)) {
		index = sb_page_next(sb_memmap_at(map, index));
		nr++;
	}
	return nr;
}

void sb_freelist_tally(const struct sb_zone *zone, unsigned long *nr)
{
	unsigned int order;

	for (order = 0; order < SB_NR_ORDERS; order++)
		nr[order] = READ_ONCE(zone->free_area[order].nr_free);
}

/* What a check tells, and how often it did. */
struct tally {
	struct sb_out *out;
	unsigned int violations;
};

static struct sb_out *blame(struct tally *tally)
{
	tally->violations++;
	return tally->out;
}

#define violation(tally, ...) sb_out_printf(blame(tally), __VA_ARGS__)

static bool is_linked(const struct sb_zone *zone, u32 index, u32 prev, unsigned int order,
		      unsigned int type)
{
	const struct sb_memmap *map = &zone->inst->map;

	return index < map->nr_pages &&
	       sb_instance_zone_at(zone->inst, map->base_pfn + index) == zone &&
	       sb_page_is_free(sb_memmap_at(map, index), order) &&
	       sb_page_prev(sb_memmap_at(map, index)) == prev &&
	       sb_page_list(sb_memmap_at(map, index)) == type;
}

/* Links lead forth and back over blocks that are where they belong. */
static unsigned long walk_list(const struct sb_zone *zone, struct tally *tally, unsigned int order,
			       unsigned int type)
{
	const struct sb_free_list *list = &zone->free_area[order].list[type];
	const struct sb_memmap *map = &zone->inst->map;
	u32 prev = SB_PAGE_LINK_NONE, index = list->first;
	unsigned long nr = 0;

	for (; index != SB_PAGE_LINK_NONE; index = sb_page_next(sb_memmap_at(map, index))) {
		if (!is_linked(zone, index, prev, order, type)) {
			violation(tally, "list of order %u type %u is broken at pfn %#lx\n", order,
				  type, zone->inst->map.base_pfn + index);
			return nr;
		}
		prev = index;
		nr++;
	}
	if (list->last != prev)
		violation(tally, "list of order %u type %u ends at index %#x, not %#x\n", order,
			  type, prev, list->last);
	if (sb_engine_empty(zone, order, type) != !nr)
		violation(tally, "list of order %u type %u has %lu blocks, its bit says %u\n",
			  order, type, nr, !sb_engine_empty(zone, order, type));
	return nr;
}

unsigned int sb_freelist_check(const struct sb_zone *zone, const struct sb_engine_seen *seen,
			       struct sb_out *out)
{
	struct tally tally = { .out = out };
	unsigned int order, type;

	for (order = 0; order < SB_NR_ORDERS; order++) {
		unsigned long nr_free = 0;

		for (type = 0; type < SB_NR_TYPES; type++) {
			unsigned long nr = walk_list(zone, &tally, order, type);

			if (nr != seen->blocks[order][type])
				violation(&tally,
					  "order %u type %u: %lu blocks, descriptors say %lu\n",
					  order, type, nr, seen->blocks[order][type]);
			nr_free += nr;
		}
		if (nr_free != zone->free_area[order].nr_free)
			violation(&tally, "order %u has %lu free blocks, its counter says %lu\n",
				  order, nr_free, zone->free_area[order].nr_free);
	}
	return tally.violations;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "zone_span.h"

static void set_span(struct sb_zone *zone, unsigned long start, unsigned long end)
{
	WRITE_ONCE(zone->start_pfn, start);
	WRITE_ONCE(zone->spanned, end - start);
}

/* A node spans what its zones do. */
static void set_node_span(struct sb_instance *inst, int nid)
{
	unsigned long start = ~0ul, end = 0;
	enum sb_zone_type type;

	for (type = SB_ZONE_DMA; type < SB_NR_ZONE_TYPES; type++) {
		const struct sb_zone *zone = sb_instance_zone(inst, nid, type);

		if (!zone->spanned)
			continue;
		start = min(start, zone->start_pfn);
		end = max(end, sb_zone_end(zone));
	}
	WRITE_ONCE(inst->nodes[nid].start_pfn, min(start, end));
	WRITE_ONCE(inst->nodes[nid].end_pfn, end);
}

void sb_zone_span_grow(struct sb_zone *zone, unsigned long start, unsigned long end)
{
	sb_assert_held(&zone->lock);
	if (zone->spanned) {
		start = min(start, zone->start_pfn);
		end = max(end, sb_zone_end(zone));
	}
	set_span(zone, start, end);
	set_node_span(zone->inst, zone->nid);
}

static bool owns(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_pageblock_zone(&zone->inst->blocks, pfn) ==
	       (unsigned int)(zone - zone->inst->zones);
}

static bool exists(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_page_state(sb_memmap_page(&zone->inst->map, pfn)) != SB_PAGE_HOLE;
}

/* First page of the zone in [pfn, end), or @end: find_smallest_section_pfn(). */
static unsigned long first_page(const struct sb_zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned int order = zone->inst->cfg.pageblock_order;

	while (pfn < end && !(owns(zone, pfn) && exists(zone, pfn)))
		pfn = owns(zone, pfn) ? pfn + 1 : sb_pfn_block(pfn, order) + sb_order_pages(order);
	return min(pfn, end);
}

/* First page after the last of the zone in [start, end), or @start: find_biggest_section_pfn(). */
static unsigned long last_end(const struct sb_zone *zone, unsigned long start, unsigned long end)
{
	unsigned int order = zone->inst->cfg.pageblock_order;

	while (end > start && !(owns(zone, end - 1) && exists(zone, end - 1)))
		end = owns(zone, end - 1) ? end - 1 : sb_pfn_block(end - 1, order);
	return max(start, end);
}

void sb_zone_span_shrink(struct sb_zone *zone, unsigned long start, unsigned long end)
{
	unsigned long first = zone->start_pfn, last = sb_zone_end(zone);

	sb_assert_held(&zone->lock);
	if (start <= first)
		first = first_page(zone, end, last);
	if (end >= last)
		last = last_end(zone, first, start);
	if (first >= last)
		set_span(zone, 0, 0);
	else
		set_span(zone, first, last);
	set_node_span(zone->inst, zone->nid);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/percpu.h>

#include "linux.h"
#include "probe.h"

struct linux_side linux_side;

static void (*drain_local)(struct zone *zone);

const enum sb_rules_version linux_rules = LINUX_RULES;

/* drain_local_pages() is not exported; a probe that is never armed tells where it is. */
static int find_drain(void)
{
	struct kprobe probe = { .symbol_name = "drain_local_pages" };
	int err = register_kprobe(&probe);

	if (err)
		return err;
	drain_local = (void *)probe.addr;
	unregister_kprobe(&probe);
	return 0;
}

static struct zone *only_zone(int nid)
{
	struct zone *found = NULL, *z = NODE_DATA(nid)->node_zones;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		if (!populated_zone(&z[i]))
			continue;
		if (found)
			return NULL;
		found = &z[i];
	}
	return found;
}

static int add_page(struct oracle_range *ranges, unsigned int *nr, unsigned long pfn)
{
	if (*nr && ranges[*nr - 1].end == pfn) {
		ranges[*nr - 1].end++;
		return 0;
	}
	if (*nr == ORACLE_RANGES)
		return -ENOSPC;
	ranges[*nr].start = pfn;
	ranges[(*nr)++].end = pfn + 1;
	return 0;
}

static int find_layout(const struct zone *zone, struct oracle_layout *layout)
{
	unsigned long pfn;
	int err = 0;

	layout->start_pfn = zone->zone_start_pfn;
	layout->spanned = zone->spanned_pages;
	layout->present = zone->present_pages;
	layout->managed = zone_managed_pages((struct zone *)zone);
	for (pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone) && !err; pfn++) {
		if (!pfn_valid(pfn) || page_zone(pfn_to_page(pfn)) != zone)
			continue;
		err = add_page(layout->memory, &layout->nr_memory, pfn);
		if (!err && PageReserved(pfn_to_page(pfn)))
			err = add_page(layout->reserved, &layout->nr_reserved, pfn);
	}
	return err;
}

int linux_open(int nid)
{
	struct linux_side *side = &linux_side;
	int err;

	side->zone = node_online(nid) ? only_zone(nid) : NULL;
	if (!side->zone)
		return -ENODEV;
	side->pcp = per_cpu_ptr(side->zone->per_cpu_pageset, 0);
	side->lists.batch = side->pcp->batch;
	probe_get_pcp(side->pcp, &side->lists.high_min, &side->lists.high_max);
	/* Else free pages are counted in steps, and a watermark may look like kept. */
	per_cpu_ptr(side->zone->per_cpu_zonestats, 0)->stat_threshold = 0;
	err = find_drain();
	if (!err)
		err = find_layout(side->zone, &side->layout);
	if (err)
		return err;
	side->taken = kvcalloc(BITS_TO_LONGS(side->layout.spanned), sizeof(long), GFP_KERNEL);
	return side->taken ? 0 : -ENOMEM;
}

void linux_close(void)
{
	kvfree(linux_side.taken);
}

const struct oracle_layout *linux_layout(void)
{
	return &linux_side.layout;
}

const struct oracle_pcp *linux_pcp(void)
{
	return &linux_side.lists;
}

void linux_drain(void)
{
	drain_local(linux_side.zone);
}

static unsigned int our_type(unsigned int type)
{
	return type == MIGRATE_ISOLATE ? SB_ISOLATE : type;
}

static unsigned int block_type(unsigned long pfn)
{
	unsigned int shift;
	const unsigned long *word = linux_type_word(pfn, &shift);

	return our_type(*word >> shift & MIGRATETYPE_MASK);
}

static void view_types(struct oracle_view *view)
{
	unsigned long step = 1ul << sb_host_pageblock_order();
	unsigned long pfn, nr = 0;

	for (pfn = linux_first_block(); pfn < zone_end_pfn(linux_side.zone); pfn += step)
		view->types[nr++] = block_type(pfn);
	view->zone.nr_types = nr;
}

static void view_list(struct oracle_view *view, unsigned int order, unsigned int type)
{
	struct page *page;

	list_for_each_entry(page, &linux_side.zone->free_area[order].free_list[type], buddy_list) {
		struct sb_restore_block *block = &view->blocks[view->zone.nr_blocks++];

		block->pfn = page_to_pfn(page);
		block->order = order;
		block->list = our_type(type);
	}
}

void linux_view(struct oracle_view *view)
{
	struct zone *zone = linux_side.zone;
	unsigned int order, type, i;
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	view_types(view);
	view->zone.nr_blocks = 0;
	for (order = 0; order <= MAX_PAGE_ORDER; order++)
		for (type = 0; type < MIGRATE_TYPES; type++)
			view_list(view, order, type);
	for (i = 0; i < SB_NR_WMARKS; i++)
		view->zone.watermark[i] = zone->_watermark[i];
	view->zone.watermark_boost = zone->watermark_boost;
	view->zone.lowmem_reserve[SB_ZONE_NORMAL] = zone->lowmem_reserve[ZONE_NORMAL];
	view->nr_free = zone_page_state(zone, NR_FREE_PAGES);
	view->nr_highatomic = zone->nr_reserved_highatomic;
	view->nr_pcp = linux_side.pcp->count;
	view->pcp_high = linux_side.pcp->high;
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* No flag of reclaim: nobody is woken, nothing else runs. */
static gfp_t linux_gfp(u32 gfp)
{
	gfp_t flags = __GFP_THISNODE | __GFP_NOWARN;

	if (gfp & SB_GFP_MOVABLE)
		flags |= __GFP_MOVABLE;
	if (gfp & SB_GFP_RECLAIMABLE)
		flags |= __GFP_RECLAIMABLE;
	/* To the shadow, what may not use reserves is not atomic, either. */
	if (gfp & SB_GFP_HIGH)
		flags |= gfp & SB_GFP_NOMEMALLOC ? __GFP_HIGH : LINUX_GFP_ATOMIC;
	if (gfp & SB_GFP_MEMALLOC)
		flags |= __GFP_MEMALLOC;
	if (gfp & SB_GFP_NOMEMALLOC)
		flags |= __GFP_NOMEMALLOC;
	return flags;
}

/* Linux takes pages for movable that say so; ours would not be asked to move. */
static void mark(struct page *page, unsigned int order, bool movable)
{
	unsigned long i;

	for (i = 0; i < 1ul << order; i++)
		page[i].mapping = movable ? (void *)PAGE_MAPPING_MOVABLE : NULL;
}

long linux_alloc(unsigned int order, u32 gfp)
{
	struct page *page = alloc_pages_node(zone_to_nid(linux_side.zone), linux_gfp(gfp), order);

	if (!page)
		return -ENOMEM;
	if (gfp & SB_GFP_MOVABLE)
		mark(page, order, true);
	return page_to_pfn(page);
}

unsigned int linux_bulk(u32 gfp, unsigned int nr, unsigned long *pfns)
{
	struct page *pages[ORACLE_BULK] = { NULL };
	unsigned int i;

	nr = alloc_pages_bulk_array_node(linux_gfp(gfp), zone_to_nid(linux_side.zone), nr, pages);
	for (i = 0; i < nr; i++) {
		if (gfp & SB_GFP_MOVABLE)
			mark(pages[i], 0, true);
		pfns[i] = page_to_pfn(pages[i]);
	}
	return nr;
}

void linux_free(unsigned long pfn, unsigned int order, u32 gfp)
{
	struct page *page = pfn_to_page(pfn);

	if (gfp & SB_GFP_MOVABLE)
		mark(page, order, false);
	__free_pages(page, order);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "debug.h"
#include "engine.h"

/* What a walk over the descriptors of one zone has seen, in pages. */
struct tally {
	struct sb_out *out;
	unsigned int violations;
	unsigned long guard;
	unsigned long quarantine;
	unsigned long hwpoison;
	unsigned long marked;
};

static struct sb_out *blame(struct tally *tally)
{
	tally->violations++;
	return tally->out;
}

#define violation(tally, ...) sb_out_printf(blame(tally), __VA_ARGS__)

/* A page that is marked is in use: all others have left circulation, or never will. */
static void count_page(const struct sb_zone *zone, struct tally *tally, unsigned long pfn,
		       enum sb_page_state state)
{
	if (!sb_page_is_marked(sb_memmap_page(&zone->inst->map, pfn)))
		return;
	if (state == SB_PAGE_ALLOC)
		tally->marked++;
	else
		violation(tally, "pfn %#lx is marked bad, and in state %u\n", pfn, state);
}

static void count_block(struct tally *tally, const struct sb_page_info *info)
{
	switch (info->state) {
	case SB_PAGE_GUARD:
		tally->guard += sb_order_pages(info->order);
		break;
	case SB_PAGE_QUARANTINE:
		tally->quarantine += sb_order_pages(info->order);
		break;
	case SB_PAGE_POISONED:
		tally->hwpoison++;
		if (info->order)
			violation(tally, "pfn %#lx is bad memory of order %u\n", info->head,
				  info->order);
		break;
	default:
		break;
	}
}

static void walk_pages(const struct sb_zone *zone, struct tally *tally)
{
	const struct sb_instance *inst = zone->inst;
	enum sb_page_state state = SB_PAGE_HOLE;
	unsigned long pfn;

	for (pfn = zone->start_pfn; pfn < sb_zone_end(zone); pfn++) {
		struct sb_page_info info;

		if (sb_pageblock_zone(&inst->blocks, pfn) != (unsigned int)(zone - inst->zones))
			continue;
		sb_engine_look(inst, pfn, &info);
		if (info.state != SB_PAGE_TAIL) {
			state = info.state;
			count_block(tally, &info);
		}
		count_page(zone, tally, pfn, state);
	}
}

/* The queue leads from the first block to the last, over blocks that rest, and counted ones. */
static void walk_queue(const struct sb_zone *zone, struct tally *tally)
{
	const struct sb_memmap *map = &zone->inst->map;
	u32 index = zone->quarantine.first, last = SB_PAGE_LINK_NONE;
	unsigned long nr_pages = 0;

	while (index != SB_PAGE_LINK_NONE && nr_pages <= zone->nr_quarantine) {
		if (!sb_memmap_exists(zone->inst, map->base_pfn + index) ||
		    sb_page_state(sb_memmap_at(map, index)) != SB_PAGE_QUARANTINE) {
			violation(tally, "the quarantine is broken at pfn %#lx\n",
				  map->base_pfn + index);
			return;
		}
		nr_pages += sb_order_pages(sb_page_order(sb_memmap_at(map, index)));
		last = index;
		index = sb_page_next(sb_memmap_at(map, index));
	}
	if (nr_pages > zone->nr_quarantine || last != zone->quarantine.last)
		violation(tally, "the quarantine ends at index %#x after %lu pages, not at %#x\n",
			  last, nr_pages, zone->quarantine.last);
}

static void compare(struct tally *tally, const char *what, unsigned long seen,
		    unsigned long counter)
{
	if (seen != counter)
		violation(tally, "%lu pages are %s, the counter says %lu\n", seen, what, counter);
}

unsigned int sb_debug_check(struct sb_zone *zone, struct sb_out *out)
{
	struct tally tally = { .out = out };

	walk_pages(zone, &tally);
	walk_queue(zone, &tally);
	compare(&tally, "guards", tally.guard, zone->nr_guard);
	compare(&tally, "in quarantine", tally.quarantine, zone->nr_quarantine);
	compare(&tally, "bad memory", tally.hwpoison, zone->nr_hwpoison);
	compare(&tally, "in use and marked bad", tally.marked, zone->nr_marked);
	if (tally.marked && !(zone->inst->hooks & SB_HOOK_BAD_PAGE))
		violation(&tally, "pages in use are marked bad, and nobody looks for them\n");
	return tally.violations;
}

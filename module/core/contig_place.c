// SPDX-License-Identifier: GPL-2.0-only
#include "contig_place.h"
#include "migrate.h"

static unsigned long round_down_to(unsigned long pfn, unsigned long align)
{
	return pfn & ~(align - 1);
}

static unsigned long round_up_to(unsigned long pfn, unsigned long align)
{
	return round_down_to(pfn + (align - 1), align);
}

static bool crosses(const struct sb_search *s, unsigned long pfn)
{
	return s->boundary && ((pfn ^ (pfn + s->nr_pages - 1)) & ~(s->boundary - 1));
}

/*
 * One step to a border is enough: a boundary has room for the range, and what is
 * aligned to more than that crosses none.
 */
static bool lowest_place(const struct sb_search *s, unsigned long *pfn)
{
	*pfn = round_up_to(s->start, s->align);
	if (crosses(s, *pfn))
		*pfn = round_up_to(*pfn, s->boundary);
	return *pfn >= s->start && *pfn <= s->end - s->nr_pages;
}

static bool highest_place(const struct sb_search *s, unsigned long *pfn)
{
	unsigned long border;

	*pfn = round_down_to(s->end - s->nr_pages, s->align);
	if (crosses(s, *pfn)) {
		border = round_down_to(*pfn + s->nr_pages - 1, s->boundary);
		*pfn = round_down_to(border - s->nr_pages, s->align);
	}
	return *pfn >= s->start;
}

bool sb_contig_place_next(const struct sb_search *s, unsigned long *pfn)
{
	if (s->start >= s->end || s->end - s->start < s->nr_pages)
		return false;
	return s->top_down ? highest_place(s, pfn) : lowest_place(s, pfn);
}

/*
 * Free for us: on a free list, or on a per-CPU list that is drained first. When
 * things are moved, a guard merges with the block that moves away beside it.
 */
static bool is_takeable(const struct sb_search *s, const struct sb_page_info *info)
{
	if (info->state == SB_PAGE_FREE || info->state == SB_PAGE_PCP)
		return true;
	return s->moves && (info->state == SB_PAGE_GUARD || sb_migrate_can(s->zone->inst, info));
}

/* The page in the way that is met first in [start, end). */
static bool find_page(const struct sb_search *s, unsigned long start, unsigned long end,
		      unsigned long *bad) __must_hold(s->zone->lock)
{
	struct sb_page_info info;

	while (start < end) {
		*bad = s->top_down ? end - 1 : start;
		sb_memmap_info(s->zone->inst, *bad, &info);
		if (!is_takeable(s, &info))
			return true;
		if (s->top_down)
			end = min(info.head, *bad);
		else
			start = sb_page_info_next(&info, *bad);
	}
	return false;
}

/* Where what is in the way ends, from @bad on to its pageblock's end or, top down, start. */
static unsigned long skip_run(const struct sb_search *s, unsigned long bad)
	__must_hold(s->zone->lock)
{
	const struct sb_instance *inst = s->zone->inst;
	unsigned long block = sb_pfn_block(bad, inst->cfg.pageblock_order);
	unsigned long end = block + sb_order_pages(inst->cfg.pageblock_order);
	unsigned long beyond = s->top_down ? bad + 1 : bad;
	struct sb_page_info info;

	while (s->top_down ? beyond > block : beyond < end) {
		sb_memmap_info(inst, s->top_down ? beyond - 1 : beyond, &info);
		if (is_takeable(s, &info))
			break;
		beyond = s->top_down ? min(info.head, beyond - 1) :
				       sb_page_info_next(&info, beyond);
	}
	return beyond;
}

/* The pageblock is not to be looked into: another zone's, a CMA area's, isolated. */
static bool is_closed(const struct sb_search *s, unsigned long pfn)
{
	const struct sb_instance *inst = s->zone->inst;
	unsigned int type;

	if (sb_pageblock_zone(&inst->blocks, pfn) != (unsigned int)(s->zone - inst->zones))
		return true;
	type = sb_pageblock_type(&inst->blocks, pfn);
	return type == SB_ISOLATE || (type == SB_CMA && !s->cma);
}

/*
 * What is in the way in a part of one pageblock: @bad is its page that was met
 * first, @beyond where the next place may begin, or with top_down end.
 */
static bool find_in_pageblock(const struct sb_search *s, unsigned long start, unsigned long end,
			      unsigned long *bad, unsigned long *beyond)
{
	unsigned int order = s->zone->inst->cfg.pageblock_order;
	unsigned long block = sb_pfn_block(start, order), irq;
	bool found;

	if (is_closed(s, start)) {
		*bad = s->top_down ? end - 1 : start;
		*beyond = s->top_down ? block : block + sb_order_pages(order);
		return true;
	}
	irq = sb_irq_save();
	sb_lock(&s->zone->lock);
	found = find_page(s, start, end, bad);
	if (found)
		*beyond = skip_run(s, *bad);
	sb_unlock(&s->zone->lock);
	sb_irq_restore(irq);
	return found;
}

bool sb_contig_place_blocked(const struct sb_search *s, unsigned long start, unsigned long end,
			     unsigned long *bad, unsigned long *beyond)
{
	unsigned int order = s->zone->inst->cfg.pageblock_order;

	while (start < end) {
		unsigned long block = sb_pfn_block(s->top_down ? end - 1 : start, order);
		unsigned long from = max(start, block),
			      to = min(end, block + sb_order_pages(order));

		if (find_in_pageblock(s, from, to, bad, beyond))
			return true;
		if (s->top_down)
			end = from;
		else
			start = to;
	}
	return false;
}

unsigned long sb_contig_place_past(const struct sb_search *s, unsigned long bad)
{
	unsigned long irq = sb_irq_save();
	struct sb_page_info info;

	sb_lock(&s->zone->lock);
	sb_memmap_info(s->zone->inst, bad, &info);
	sb_unlock(&s->zone->lock);
	sb_irq_restore(irq);
	return s->top_down ? min(info.head, bad) : sb_page_info_next(&info, bad);
}

void sb_contig_place_leave(struct sb_search *s, unsigned long beyond)
{
	if (s->top_down)
		s->end = beyond;
	else
		s->start = beyond;
}

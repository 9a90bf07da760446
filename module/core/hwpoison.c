// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "hwpoison.h"
#include "pattern.h"
#include "pcp_drain.h"
#include "quarantine.h"
#include "trace.h"

/* Looks at a page that comes and goes before it is left alone. */
#define MAX_TRIES 100

static struct sb_page *page_of(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_memmap_page(&zone->inst->map, pfn);
}

/* Counts it, too, and sees to the hook. */
static void set_marked(struct sb_zone *zone, unsigned long pfn, bool marked)
{
	struct sb_instance *inst = zone->inst;
	unsigned long change = marked ? 1 : -1ul;

	sb_page_set_marked(page_of(zone, pfn), marked);
	zone->nr_marked += change;
	sb_lock(&inst->debug.lock);
	inst->debug.nr_marked += change;
	sb_instance_hook_locked(inst, SB_HOOK_BAD_PAGE, inst->debug.nr_marked != 0);
	sb_unlock(&inst->debug.lock);
}

static void retire(struct sb_zone *zone, unsigned long pfn)
{
	sb_page_set(page_of(zone, pfn), SB_PAGE_POISONED, 0, SB_PAGE_LINK_NONE);
	zone->nr_hwpoison++;
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_poison(zone->inst, pfn, 0);
}

/* Puts [pfn, end), which is on no list, on that of @type; nothing beside it can merge. */
static void put_pieces(struct sb_zone *zone, unsigned long pfn, unsigned long end,
		       unsigned int type) __must_hold(zone->lock)
{
	unsigned int order;

	for (; pfn < end; pfn += sb_order_pages(order)) {
		order = sb_order_at(pfn, end - pfn, zone->inst->cfg.max_order);
		sb_engine_add(zone, pfn, order, type, SB_ENGINE_HEAD);
	}
}

/* Splits a block that is on no list, so that one page of it is lost. */
static void split_off(struct sb_zone *zone, const struct sb_page_info *info, unsigned long pfn,
		      unsigned int type) __must_hold(zone->lock)
{
	sb_page_set_tail(page_of(zone, info->head));
	put_pieces(zone, info->head, pfn, type);
	put_pieces(zone, pfn + 1, info->head + sb_order_pages(info->order), type);
	retire(zone, pfn);
}

static int mark_free(struct sb_zone *zone, const struct sb_page_info *info, unsigned long pfn)
	__must_hold(zone->lock)
{
	if (unlikely(!sb_engine_del(zone, info->head, info->order)))
		return -EIO;
	split_off(zone, info, pfn, info->type);
	return 0;
}

static int mark_guard(struct sb_zone *zone, const struct sb_page_info *info, unsigned long pfn)
	__must_hold(zone->lock)
{
	sb_pattern_fill_free(zone->inst, info->head, sb_order_pages(info->order));
	zone->nr_guard -= sb_order_pages(info->order);
	split_off(zone, info, pfn, sb_pageblock_type(&zone->inst->blocks, pfn));
	return 0;
}

static int mark_used(struct sb_zone *zone, unsigned long pfn)
{
	if (sb_page_is_marked(page_of(zone, pfn)))
		return -EALREADY;
	set_marked(zone, pfn, true);
	return 1;
}

static int mark_locked(struct sb_zone *zone, unsigned long pfn) __must_hold(zone->lock)
{
	struct sb_page_info info;

	sb_memmap_info(zone->inst, pfn, &info);
	switch (info.state) {
	case SB_PAGE_FREE:
		return mark_free(zone, &info, pfn);
	case SB_PAGE_GUARD:
		return mark_guard(zone, &info, pfn);
	case SB_PAGE_ALLOC:
		return mark_used(zone, pfn);
	case SB_PAGE_POISONED:
		return -EALREADY;
	case SB_PAGE_RESERVED:
		return -EPERM;
	case SB_PAGE_HOLE:
		return -ERANGE;
	default:
		return -EBUSY;
	}
}

static int unmark_locked(struct sb_zone *zone, unsigned long pfn) __must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	struct sb_page_info info;

	sb_memmap_info(inst, pfn, &info);
	if (info.state == SB_PAGE_ALLOC && sb_page_is_marked(page_of(zone, pfn))) {
		set_marked(zone, pfn, false);
		return 0;
	}
	if (info.state != SB_PAGE_POISONED)
		return info.state == SB_PAGE_HOLE ? -ERANGE : -EINVAL;
	zone->nr_hwpoison--;
	sb_pattern_fill_free(inst, pfn, 1);
	sb_buddy_put(zone, pfn, 0, sb_pageblock_type(&inst->blocks, pfn), false);
	return 0;
}

/* Per-CPU locks as well: what is in use must not be on its way to a list. */
static int locked(struct sb_zone *zone, unsigned long pfn, bool mark)
{
	unsigned long irq = sb_zone_freeze(zone);
	int ret;

	sb_assert_held(&zone->lock);
	ret = mark ? mark_locked(zone, pfn) : unmark_locked(zone, pfn);
	sb_zone_thaw(zone, irq);
	return ret;
}

static int change(struct sb_instance *inst, unsigned long pfn, bool mark)
{
	struct sb_zone *zone;
	int tries, ret;

	if (inst->corrupt)
		return -EIO;
	if (inst->stage != SB_STAGE_LIVE)
		return -ENODEV;
	zone = sb_instance_zone_at(inst, pfn);
	if (!zone)
		return -ERANGE;
	ret = locked(zone, pfn, mark);
	for (tries = 1; ret == -EBUSY && tries < MAX_TRIES; tries++) {
		sb_pcp_drain_all(inst);
		sb_quarantine_drain_all(inst);
		ret = locked(zone, pfn, mark);
	}
	return ret;
}

int sb_hwpoison_mark(struct sb_instance *inst, unsigned long pfn)
{
	int ret = change(inst, pfn, true);

	if (ret >= 0)
		sb_warn("%s: memory failure: pfn %#lx: %s\n", inst->cfg.name, pfn,
			ret ? "in use, leaves circulation when it is freed" : "out of circulation");
	return ret;
}

int sb_hwpoison_unmark(struct sb_instance *inst, unsigned long pfn)
{
	return change(inst, pfn, false);
}

bool sb_hwpoison_any(const struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long end = pfn + sb_order_pages(order);

	for (; pfn < end; pfn++)
		if (sb_page_is_marked(page_of(zone, pfn)))
			return true;
	return false;
}

/* Pages from @pfn on that are not marked. */
static unsigned long good_run(const struct sb_zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned long next = pfn;

	while (next < end && !sb_page_is_marked(page_of(zone, next)))
		next++;
	return next - pfn;
}

void sb_hwpoison_free(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long end = pfn + sb_order_pages(order);

	while (pfn < end) {
		unsigned long nr_good = good_run(zone, pfn, end);
		unsigned int piece;

		if (nr_good) {
			piece = sb_order_at(pfn, nr_good, order);
			sb_buddy_free(zone, pfn, piece, false);
			pfn += sb_order_pages(piece);
		} else {
			set_marked(zone, pfn, false);
			retire(zone, pfn++);
		}
	}
}

unsigned long sb_hwpoison_count(const struct sb_instance *inst)
{
	struct sb_zone *zone = NULL;
	unsigned long nr_pages = 0;

	while ((zone = sb_instance_next_zone(inst, zone)))
		nr_pages += READ_ONCE(zone->nr_hwpoison);
	return nr_pages;
}

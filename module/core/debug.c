// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "buddy.h"
#include "debug.h"
#include "guard.h"
#include "hwpoison.h"
#include "owner.h"
#include "pattern.h"
#include "quarantine.h"

/* Pages that are filled or looked at under one freeze: a quarter of a millisecond or so. */
#define SCAN_PAGES 32ul

/* A zone's pages from @pfn to @end, which are frozen. */
struct piece {
	struct sb_zone *zone;
	unsigned long pfn;
	unsigned long end;
};

/* Pages up to the next block or the piece's end, and what they are. */
static unsigned long next_block(const struct piece *piece, struct sb_page_info *info)
{
	const struct sb_instance *inst = piece->zone->inst;

	info->state = SB_PAGE_HOLE;
	if (sb_pageblock_zone(&inst->blocks, piece->pfn) !=
	    (unsigned int)(piece->zone - inst->zones))
		return 1;
	sb_memmap_info(inst, piece->pfn, info);
	return min(info->head + sb_order_pages(info->order), piece->end) - piece->pfn;
}

static bool is_resting(enum sb_page_state state)
{
	return state == SB_PAGE_FREE || state == SB_PAGE_PCP || state == SB_PAGE_QUARANTINE;
}

static void fill_piece(struct piece *piece)
{
	struct sb_page_info info;
	unsigned long nr_pages;

	for (; piece->pfn < piece->end; piece->pfn += nr_pages) {
		nr_pages = next_block(piece, &info);
		if (is_resting(info.state))
			sb_pattern_fill(piece->zone->inst, piece->pfn, nr_pages, SB_PATTERN_FREE);
	}
}

/*
 * By frame number, so that no page is missed which moves from list to list
 * meanwhile; each lock of the zone is taken at least once.
 */
static void fill_zone(struct sb_zone *zone)
{
	struct piece piece = { .zone = zone, .pfn = zone->start_pfn };
	unsigned long irq;

	while (piece.pfn < sb_zone_end(zone)) {
		piece.end = min(piece.pfn + SCAN_PAGES, sb_zone_end(zone));
		irq = sb_zone_freeze(zone);
		fill_piece(&piece);
		sb_zone_thaw(zone, irq);
	}
}

int sb_debug_set_poison(struct sb_instance *inst, bool on)
{
	struct sb_zone *zone = NULL;

	if (on && inst->cfg.init_on_free)
		return -EBUSY;
	if (on == !!(inst->hooks & SB_HOOK_POISON))
		return -EALREADY;
	if (!on) {
		WRITE_ONCE(inst->debug.verifying, 0);
		sb_instance_hook(inst, SB_HOOK_POISON, false);
		return 0;
	}
	sb_instance_hook(inst, SB_HOOK_POISON, true);
	while ((zone = sb_instance_next_zone(inst, zone)))
		fill_zone(zone);
	if (!++inst->debug.generation)
		inst->debug.generation = 1;
	/* Who sees it sees the pages filled. */
	smp_store_release(&inst->debug.verifying, inst->debug.generation);
	return 0;
}

int sb_debug_set_guard(struct sb_instance *inst, unsigned int minorder)
{
	if (minorder > sb_guard_order_max(&inst->cfg))
		return -EINVAL;
	WRITE_ONCE(inst->debug.guard_order, minorder);
	sb_instance_hook(inst, SB_HOOK_GUARD, minorder != 0);
	if (!minorder)
		sb_guard_release(inst);
	return 0;
}

int sb_debug_set_quarantine(struct sb_instance *inst, unsigned long nr_pages)
{
	struct sb_zone *zone = NULL;

	if (nr_pages > SB_QUARANTINE_MAX)
		return -EINVAL;
	WRITE_ONCE(inst->debug.quarantine, nr_pages);
	sb_instance_hook(inst, SB_HOOK_QUARANTINE, nr_pages != 0);
	while ((zone = sb_instance_next_zone(inst, zone)))
		sb_quarantine_shrink(zone, nr_pages);
	return 0;
}

void sb_debug_setup(struct sb_instance *inst)
{
	const struct sb_config *cfg = &inst->cfg;

	if (cfg->page_poison)
		sb_debug_set_poison(inst, true);
	if (cfg->debug_guardpage_minorder)
		sb_debug_set_guard(inst, cfg->debug_guardpage_minorder);
	if (cfg->quarantine_pages)
		sb_debug_set_quarantine(inst, cfg->quarantine_pages);
}

int sb_debug_alloc(struct sb_instance *inst, const struct sb_request *request, unsigned long *pfn)
{
	u32 verifying = sb_debug_verifying(inst);
	int err = sb_alloc_take(inst, request, pfn);

	if (err)
		return err;
	sb_debug_verify(inst, *pfn, sb_order_pages(request->order), verifying);
	if (READ_ONCE(inst->hooks) & SB_HOOK_OWNER)
		sb_owner_alloc(inst, *pfn, request, request->order);
	return 0;
}

/*
 * Bad memory is best left alone, but not with what was in it: whether a page is
 * still marked when its block comes to a list is not known yet.
 */
static void fill(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages)
{
	unsigned long end = pfn + nr_pages;

	if (likely(!READ_ONCE(inst->debug.nr_marked)) || inst->cfg.init_on_free) {
		sb_pattern_fill(inst, pfn, nr_pages, sb_pattern_of_free(inst));
		return;
	}
	for (; pfn < end; pfn++)
		if (!sb_page_is_marked(sb_memmap_page(&inst->map, pfn)))
			sb_pattern_fill(inst, pfn, 1, sb_pattern_of_free(inst));
}

/* Does what the modes that have just been seen on want of a block in use. */
static void prepare(struct sb_instance *inst, unsigned long pfn, unsigned int order,
		    unsigned long hooks)
{
	if (hooks & SB_HOOK_OWNER)
		sb_owner_free(inst, pfn);
	if (hooks & (SB_HOOK_POISON | SB_HOOK_ZERO))
		fill(inst, pfn, sb_order_pages(order));
}

/* A mode that is switched on meanwhile sends it round once more. */
int sb_debug_free(struct sb_instance *inst, unsigned long pfn, unsigned int order,
		  unsigned long done)
{
	struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
	unsigned long hooks;
	int err;

	do {
		hooks = READ_ONCE(inst->hooks) & SB_HOOKS_FREE;
		prepare(inst, pfn, order, hooks & ~done);
		done |= hooks;
		err = sb_alloc_put(inst, pfn, order, done);
	} while (err == -EAGAIN);
	if (done & SB_HOOK_QUARANTINE)
		sb_quarantine_shrink(zone, READ_ONCE(inst->debug.quarantine));
	return err;
}

void sb_debug_fill(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages)
{
	if (READ_ONCE(inst->hooks) & (SB_HOOK_POISON | SB_HOOK_ZERO))
		fill(inst, pfn, nr_pages);
}

void sb_debug_put(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	struct sb_instance *inst = zone->inst;

	if (inst->debug.nr_marked && sb_hwpoison_any(zone, pfn, order))
		sb_hwpoison_free(zone, pfn, order);
	else if (inst->hooks & SB_HOOK_QUARANTINE)
		sb_quarantine_push(zone, pfn, order);
	else
		sb_buddy_free(zone, pfn, order, false);
}

/* The first page of a piece that is not as it should be; the piece goes on after it. */
static bool check_piece(struct piece *piece, bool guards, struct sb_finding *finding,
			unsigned long *guard)
{
	const struct sb_instance *inst = piece->zone->inst;
	bool free = !guards && (sb_debug_verifying(inst) || inst->cfg.init_on_free);
	struct sb_page_info info;
	unsigned long nr_pages;

	for (; piece->pfn < piece->end; piece->pfn += nr_pages) {
		bool is_guard;
		u8 byte;

		nr_pages = next_block(piece, &info);
		is_guard = info.state == SB_PAGE_GUARD;
		byte = is_guard ? SB_PATTERN_GUARD : sb_pattern_of_free(inst);
		if (!is_guard && !(free && is_resting(info.state)))
			continue;
		if (!sb_pattern_check(inst, piece->pfn, nr_pages, byte, finding))
			continue;
		sb_pattern_fill(inst, finding->pfn, 1, byte);
		piece->pfn = finding->pfn + 1;
		*guard = is_guard ? info.head : SB_PFN_NONE;
		return true;
	}
	return false;
}

static unsigned long scan_zone(struct sb_zone *zone, bool guards)
{
	struct piece piece = { .zone = zone, .pfn = zone->start_pfn };
	unsigned long found = 0, guard, irq;
	struct sb_finding finding;
	bool bad;

	while (piece.pfn < sb_zone_end(zone)) {
		piece.end = min(piece.pfn + SCAN_PAGES, sb_zone_end(zone));
		irq = sb_zone_freeze(zone);
		bad = check_piece(&piece, guards, &finding, &guard);
		sb_zone_thaw(zone, irq);
		if (!bad)
			continue;
		found++;
		if (guard == SB_PFN_NONE)
			sb_finding_tell(zone->inst, SB_FINDING_WRITE, finding.pfn, &finding);
		else
			sb_debug_tell_overrun(zone->inst, &finding, guard);
	}
	return found;
}

unsigned long sb_debug_scan(struct sb_instance *inst, bool guards)
{
	struct sb_zone *zone = NULL;
	unsigned long found = 0;

	if (inst->stage != SB_STAGE_LIVE)
		return 0;
	while ((zone = sb_instance_next_zone(inst, zone)))
		if (!guards || READ_ONCE(zone->nr_guard))
			found += scan_zone(zone, guards);
	return found;
}

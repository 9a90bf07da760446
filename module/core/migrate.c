// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "contig.h"
#include "migrate.h"
#include "owner.h"
#include "pcp_drain.h"
#include "quarantine.h"
#include "trace.h"

/* Times that a busy unit is tried: __alloc_contig_migrate_range(). */
#define MAX_TRIES 5

const char *sb_migrate_mode_name(unsigned int mode)
{
	static const char *const names[] = {
		[SB_MIGRATE_ASYNC] = "MIGRATE_ASYNC",
		[SB_MIGRATE_SYNC_LIGHT] = "MIGRATE_SYNC_LIGHT",
		[SB_MIGRATE_SYNC] = "MIGRATE_SYNC",
	};

	return mode < ARRAY_SIZE(names) ? names[mode] : "unknown";
}

const char *sb_migrate_reason_name(unsigned int reason)
{
	static const char *const names[SB_NR_MIGRATE_REASONS] = {
		[SB_MR_COMPACTION] = "compaction",
		[SB_MR_MEMORY_FAILURE] = "memory_failure",
		[SB_MR_MEMORY_HOTPLUG] = "memory_hotplug",
		[SB_MR_SYSCALL] = "syscall_or_cpuset",
		[SB_MR_CONTIG_RANGE] = "contig_range",
		[SB_MR_LONGTERM_PIN] = "longterm_pin",
	};
	const char *name = reason < SB_NR_MIGRATE_REASONS ? names[reason] : NULL;

	return name ? name : "unknown";
}

void sb_migrate_set_mover(struct sb_instance *inst, const struct sb_mover *mover, void *ctx)
{
	inst->mover_ctx = ctx;
	/* Who sees a mover sees its context. */
	smp_store_release(&inst->mover, mover);
}

static struct sb_zone *zone_of(struct sb_instance *inst, unsigned long pfn)
{
	return &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
}

void sb_migrate_mark(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		     bool movable)
{
	unsigned long block = sb_order_pages(inst->cfg.pageblock_order), end = pfn + nr_pages;

	while (pfn < end) {
		unsigned long stop = min(sb_pfn_block(pfn, inst->cfg.pageblock_order) + block, end);
		struct sb_zone *zone = zone_of(inst, pfn);
		unsigned long irq = sb_irq_save();

		sb_lock(&zone->lock);
		while (pfn < stop) {
			struct sb_page *page = sb_memmap_page(&inst->map, pfn);

			sb_page_set_mover(page, movable);
			pfn += sb_order_pages(sb_page_order(page));
		}
		sb_unlock(&zone->lock);
		sb_irq_restore(irq);
	}
}

/* What a page is, by the lock of its zone, which is told; NULL when there is no such page. */
static struct sb_zone *look_up(struct sb_instance *inst, unsigned long pfn,
			       struct sb_page_info *info, bool *can_move)
{
	struct sb_zone *zone = sb_instance_zone_at(inst, pfn);
	unsigned long irq;

	if (!zone)
		return NULL;
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	sb_memmap_info(inst, pfn, info);
	*can_move = sb_migrate_can(inst, info);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return info->state == SB_PAGE_HOLE ? NULL : zone;
}

/* Nobody changes the pages of a unit that is held, unless the owner does not hold it. */
static bool is_whole(struct sb_instance *inst, unsigned long pfn, const struct sb_unit *unit)
{
	unsigned long end = unit->pfn + unit->nr_pages, piece;
	struct sb_page_info info;
	unsigned int order;
	bool can_move;

	if (pfn < unit->pfn || pfn >= end)
		return false;
	for (piece = unit->pfn; piece < end; piece += sb_order_pages(order)) {
		order = sb_order_at(piece, end - piece, inst->cfg.max_order);
		if (!look_up(inst, piece, &info, &can_move) || !can_move || info.tail ||
		    info.order != order)
			return false;
	}
	return true;
}

/* alloc_migration_target(): as the unit's own request, its node first. */
static int find_anywhere(struct sb_instance *inst, const struct sb_unit *unit,
			 enum sb_migrate_mode mode, unsigned long *to)
{
	u32 gfp = (unit->gfp & (SB_GFP_DMA | SB_GFP_HIGHMEM | SB_GFP_THISNODE)) | SB_GFP_NOWARN |
		  sb_gfp_of_type(unit->type);
	struct sb_contig contig = { .nr_pages = unit->nr_pages };
	int err = sb_request_init(&contig.request, gfp, 0, zone_of(inst, unit->pfn)->nid);

	if (err)
		return err;
	/* By requests that do not wait, so that nothing is moved for what is moved. */
	if (unit->nr_pages > sb_order_pages(inst->cfg.max_order))
		return sb_contig_alloc(inst, &contig, to);
	err = sb_alloc_exact(inst, &contig.request, unit->nr_pages, to);
	if (err != -ENOMEM || mode == SB_MIGRATE_ASYNC)
		return err;
	sb_pcp_drain_all(inst);
	sb_quarantine_drain_all(inst);
	return sb_alloc_exact(inst, &contig.request, unit->nr_pages, to);
}

/* First page of the old place's piece that [@at, ...) of a unit lies in. */
static unsigned long piece_at(struct sb_instance *inst, const struct sb_unit *unit,
			      unsigned long at)
{
	struct sb_page_info info;

	sb_memmap_look_up(inst, unit->pfn + at, &info);
	return info.head;
}

/* A block that is freed as a whole alone stays such a one. */
static void keep_compound(struct sb_instance *inst, unsigned long pfn)
{
	struct sb_zone *zone = zone_of(inst, pfn);
	unsigned long irq = sb_irq_save();
	struct sb_page *page;

	sb_lock(&zone->lock);
	page = sb_memmap_page(&inst->map, pfn);
	sb_page_set_next(page, sb_page_next(page) | SB_PAGE_COMP);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

/* What core knows of the old place it knows of the new one; pieces may differ. */
static void inherit(struct sb_instance *inst, const struct sb_unit *unit, unsigned long to,
		    unsigned int reason)
{
	unsigned long at;
	unsigned int order;

	sb_migrate_mark(inst, to, unit->nr_pages, true);
	if (sb_page_is_comp(sb_memmap_page(&inst->map, unit->pfn)))
		keep_compound(inst, to);
	if (likely(!(READ_ONCE(inst->hooks) & SB_HOOK_OWNER)))
		return;
	for (at = 0; at < unit->nr_pages; at += sb_order_pages(order)) {
		order = sb_page_order(sb_memmap_page(&inst->map, to + at));
		sb_owner_move(inst, piece_at(inst, unit, at), to + at, order, reason);
	}
}

/* Moves a unit that is held. */
static int move(struct sb_instance *inst, struct sb_unit *unit, const struct sb_migration *how)
{
	unsigned long to;
	int err = how->target ? how->target(how->arg, unit, &to) :
				find_anywhere(inst, unit, how->mode, &to);

	if (err)
		return err;
	err = inst->mover->move(inst->mover_ctx, unit, to);
	if (err) {
		sb_alloc_free_exact(inst, to, unit->nr_pages);
		return err;
	}
	inherit(inst, unit, to, how->reason);
	sb_alloc_free_exact(inst, unit->pfn, unit->nr_pages);
	return 0;
}

/*
 * Pages that stayed because their owner would not let them go count, too. @zone is told,
 * as it may have lost what is free now to somebody who takes it offline.
 */
static void account(struct sb_zone *zone, unsigned long pfn, unsigned long nr_pages,
		    const struct sb_migration *how, int err)
{
	sb_zone_count(zone, err ? SB_EVENT_MIGRATE_FAIL : SB_EVENT_MIGRATE_SUCCESS, nr_pages);
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_migrate(zone->inst, pfn, nr_pages, how->mode, how->reason, err != 0);
}

int sb_migrate_unit(struct sb_instance *inst, unsigned long pfn, const struct sb_migration *how,
		    struct sb_unit *unit)
{
	struct sb_page_info info;
	struct sb_zone *zone;
	bool can_move;
	int err;

	memset(unit, 0, sizeof(*unit));
	if (inst->corrupt)
		return -EIO;
	if (inst->stage != SB_STAGE_LIVE)
		return -ENODEV;
	zone = READ_ONCE(inst->mover) ? look_up(inst, pfn, &info, &can_move) : NULL;
	if (!zone || !can_move)
		return -ENOENT;
	err = inst->mover->begin(inst->mover_ctx, pfn, how->mode, unit);
	if (err) {
		memset(unit, 0, sizeof(*unit));
		if (err == -EBUSY)
			account(zone, info.head, sb_order_pages(info.order), how, err);
		return err;
	}
	err = is_whole(inst, pfn, unit) ? move(inst, unit, how) : -EINVAL;
	inst->mover->end(inst->mover_ctx, unit);
	account(zone, err ? pfn : unit->pfn, unit->nr_pages, how, err);
	return err;
}

/* The first page of [pfn, end) that is in use, or @end; @can_move says what of it. */
static unsigned long next_used(struct sb_instance *inst, unsigned long pfn, unsigned long end,
			       bool *can_move)
{
	struct sb_page_info info;

	while (pfn < end) {
		if (!look_up(inst, pfn, &info, can_move)) {
			pfn++;
			continue;
		}
		if (info.state == SB_PAGE_ALLOC)
			return pfn;
		pfn = sb_page_info_next(&info, pfn);
	}
	return end;
}

int sb_migrate_range(struct sb_instance *inst, unsigned long start, unsigned long end,
		     const struct sb_migration *how, unsigned long *bad)
{
	unsigned long pfn = start;
	struct sb_unit unit;
	bool can_move;
	int tries = 0, err;

	for (;;) {
		*bad = next_used(inst, pfn, end, &can_move);
		if (*bad >= end)
			return 0;
		if (*bad != pfn)
			tries = 0;
		pfn = *bad;
		if (!can_move)
			return -EBUSY;
		err = sb_migrate_unit(inst, pfn, how, &unit);
		if (err && err != -EBUSY && err != -EAGAIN && err != -ENOENT)
			return err;
		if (err && ++tries == MAX_TRIES)
			return -EBUSY;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Migration: pages in use move to another place, and their owner does not notice.
 *
 *	before   | unit . . . |            | free . . . |
 *	begin      held still                               owner: neither freed nor pinned
 *	move       ---------- contents ------------>        owner: nobody reaches it; switched
 *	end                                  unit           owner: reached again
 *	after    | free . . . |            | unit . . . |
 *
 * A unit is what one owner has in a row and moves as a whole: a buffer of any number
 * of pages. Core knows which pages may be moved by a bit beside the type of their
 * blocks, SB_PAGE_MOVER; whose they are, and how they are reached, only the owner
 * knows, who is asked through struct sb_mover. A unit that is pinned stays where
 * it is: the owner says so when asked, with -EBUSY.
 *
 * The bit is a hint, looked at under the zone's lock and out of date once that is
 * let go of. What holds is what begin() says: from then until end() nobody but the
 * one who moves the unit frees, splits, pins or moves its pages. So of two who want
 * to move a unit the second gets -EBUSY, or -ENOENT when the first is done; and a
 * page that was freed in between is found to be nobody's by begin(), or, if it is
 * somebody else's by then, his unit is moved.
 */
#ifndef SB_MIGRATE_H
#define SB_MIGRATE_H

#include "request.h"

/* How long to wait for what is in the way: enum migrate_mode, Linux 6.12. */
enum sb_migrate_mode {
	SB_MIGRATE_ASYNC, /* for nothing */
	SB_MIGRATE_SYNC_LIGHT, /* for an owner's lock, if that is short */
	SB_MIGRATE_SYNC, /* for whatever it takes */
};

/* What for: enum migrate_reason, Linux 6.12, with its numbers. */
enum sb_migrate_reason {
	SB_MR_COMPACTION = 0,
	SB_MR_MEMORY_FAILURE = 1,
	SB_MR_MEMORY_HOTPLUG = 2,
	SB_MR_SYSCALL = 3,
	SB_MR_CONTIG_RANGE = 6,
	SB_MR_LONGTERM_PIN = 7,
	SB_NR_MIGRATE_REASONS
};

/**
 * struct sb_unit - What is moved as one.
 * @pfn: first page
 * @nr_pages: pages, in the pieces that sb_alloc_free_exact() frees, all marked as
 *	movable and in one zone
 * @type: migratetype of the request it serves
 * @gfp: SB_GFP_* of that request, those that choose zone and node included
 * @owner: whatever the owner needs to find it again
 */
struct sb_unit {
	unsigned long pfn;
	unsigned long nr_pages;
	unsigned int type;
	u32 gfp;
	void *owner;
};

/* Characters of what sb_mover.describe says, the terminating zero included. */
#define SB_UNIT_NAME_LEN 64

/**
 * struct sb_mover - What owners of pages that can be moved do for it.
 * @begin: find the unit that a page belongs to, and hold it still until @end:
 *	nobody frees it or pins it. What asks and moves nothing ends it again, so
 *	it costs those who use the unit nothing. 0; -EBUSY when it is
 *	pinned, or not to be had without waiting longer than @mode allows;
 *	-ENOENT when the page is nobody's any more.
 * @move: the contents of @unit are in [to, to + nr_pages) and the owner goes there
 *	from now on; nobody reaches either place meanwhile. 0, or -errno when all is as before.
 * @end: undoes @begin, moved or not; of a moved one @unit still names the old
 *	place, which is free already
 * @describe: says whose a page is and whether it is pinned, in no more than
 *	SB_UNIT_NAME_LEN characters; does not wait
 *
 * All but @describe are called in process context, without locks, and may sleep.
 */
struct sb_mover {
	int (*begin)(void *ctx, unsigned long pfn, enum sb_migrate_mode mode, struct sb_unit *unit);
	int (*move)(void *ctx, struct sb_unit *unit, unsigned long to);
	void (*end)(void *ctx, struct sb_unit *unit);
	void (*describe)(void *ctx, unsigned long pfn, char *text);
};

/* Who is asked; NULL for nobody. Before pages are marked as movable. */
void sb_migrate_set_mover(struct sb_instance *inst, const struct sb_mover *mover, void *ctx);

/**
 * sb_migrate_mark() - Say that pages in use can be moved, or cannot any more.
 * @inst: live instance
 * @pfn: first page of the unit
 * @nr_pages: its pages, all in use, whole blocks
 * @movable: the owner answers for them
 *
 * Freed pages lose the mark by themselves, and parts of a block that is split keep
 * it. The owner sees to it that nobody frees them meanwhile.
 *
 * Context: Any. Takes the zone's lock, for a pageblock at a time.
 */
void sb_migrate_mark(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		     bool movable);

/**
 * typedef sb_migrate_target - Gives a place to move a unit to.
 * @arg: as given
 * @unit: what is to be moved
 * @to: set to the first page of [to, to + nr_pages), in use, in the pieces that
 *	sb_alloc_exact() makes
 *
 * Return: 0 or -errno. What was not needed after all is given back by
 *	sb_alloc_free_exact().
 */
typedef int (*sb_migrate_target)(void *arg, const struct sb_unit *unit, unsigned long *to);

/**
 * struct sb_migration - How pages are to be moved.
 * @mode: how long to wait
 * @reason: what for; told by the trace, and by page_owner
 * @target: where to; NULL for anywhere that the unit's own request would be served
 *	from, its node first: alloc_migration_target(), Linux 6.12
 * @arg: for @target
 */
struct sb_migration {
	enum sb_migrate_mode mode;
	enum sb_migrate_reason reason;
	sb_migrate_target target;
	void *arg;
};

/**
 * sb_migrate_unit() - Move the unit that a page belongs to.
 * @inst: live instance
 * @pfn: any frame number
 * @how: how
 * @unit: filled in with where it was, when begin() found one; else all 0
 *
 * The old place is free afterwards, and the new one marked as movable. Of poisoned
 * memory the new place is looked at before it is written to; who had the old place
 * has the new one as page_owner sees it; bad memory leaves circulation as the old
 * place is freed.
 *
 * Context: Process; may sleep. No locks held.
 * Return: 0; -ENOENT when the page is not in use any more, or nobody answers for
 *	it; -EBUSY when it is pinned; -ENOMEM when there is no place; -EINVAL when
 *	the owner's unit is not what begin() has to find; -ENODEV when the
 *	instance is not live; -EIO when it was found corrupt; or what @how->target
 *	or the owner failed with.
 */
int sb_migrate_unit(struct sb_instance *inst, unsigned long pfn, const struct sb_migration *how,
		    struct sb_unit *unit);

/**
 * sb_migrate_range() - Empty an isolated range of what can be moved.
 * @inst: live instance
 * @start: first page of a range that sb_isolate_range() has isolated
 * @end: first page after it
 * @how: how
 * @bad: with an error, the first page that stays in use
 *
 * As __alloc_contig_migrate_range(), Linux 6.12: a unit that is busy is tried five
 * times in all, and without a place for one all is given up at once. Units that are in the range
 * only in part are moved as a whole. What is not free at the end is told, be it
 * that nobody answers for it: whether it matters is for sb_isolate_test() to say.
 *
 * Context: Process; may sleep. No locks held.
 * Return: 0 when no page of the range is in use, -EBUSY with @bad when one is, or
 *	-errno of sb_migrate_unit().
 */
int sb_migrate_range(struct sb_instance *inst, unsigned long start, unsigned long end,
		     const struct sb_migration *how, unsigned long *bad);

/* Some block in use, by what sb_memmap_info() says of it, can be moved. */
static inline bool sb_migrate_can(const struct sb_instance *inst, const struct sb_page_info *info)
{
	return info->mover;
}

/* Names as in Linux's trace and page_owner: "MIGRATE_ASYNC", "contig_range". */
const char *sb_migrate_mode_name(unsigned int mode);
const char *sb_migrate_reason_name(unsigned int reason);

#endif

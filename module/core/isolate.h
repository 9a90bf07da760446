/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Isolation: free pages of some pageblocks are kept from everybody.
 *
 *	pageblocks   |   m   |   m   |   r   |   m   |
 *	free            #### ##############    ####      before
 *	isolated         ###:#######:#######:  ####      three pageblocks are
 *
 * An isolated pageblock is of type SB_ISOLATE, and so are the lists that its free
 * pages are on; no request looks there. Pages in use stay so, and join these
 * lists when they are freed, or moved away by sb_migrate_range(). Who isolated a
 * range may take it, or see it empty, and then gives each pageblock the type back
 * that it had: Linux 6.12 gives all the same one, which its callers have to know.
 */
#ifndef SB_ISOLATE_H
#define SB_ISOLATE_H

#include "buddy.h"

enum sb_isolation_flags {
	/* To take memory away: bad pages do no harm, nor do holes (MEMORY_OFFLINE). */
	SB_ISOLATION_OFFLINE = 1 << 0,
};

/**
 * struct sb_isolation - What is isolated.
 * @start: first page
 * @end: first page after it. Pageblocks that are in the range only in part are
 *	isolated as a whole, but the rest of them may be in use.
 * @type: SB_CMA when pageblocks of a CMA area are meant, else SB_MOVABLE
 * @flags: enum sb_isolation_flags
 */
struct sb_isolation {
	unsigned long start;
	unsigned long end;
	unsigned int type;
	unsigned int flags;
};

/**
 * sb_isolate_range() - Isolate the pageblocks of a range.
 * @inst: live instance
 * @range: what
 * @bad: with -EBUSY, the page that is in the way
 *
 * Free blocks that reach beyond a pageblock are split there. What per-CPU lists
 * of the zone hold is given back at the end, so that it can be seen.
 * start_isolate_page_range(), Linux 6.12, except that a pageblock which sticks out
 * of its zone is isolated, too: none is shared by two zones here.
 *
 * In the way are, as for has_unmovable_pages(): reserved pages and holes; pages in
 * use by a request that is not Movable, unless somebody moves them, or the zone is
 * Movable, or the pageblock is CMA and @range->type says so; bad pages, unless to be
 * taken away; CMA pageblocks that @range->type does not ask for; and pageblocks that
 * are Isolate already. Movable pages that nobody moves are in the way later on, when
 * the range is emptied, as pinned ones are in Linux.
 *
 * Context: Any but NMI. Takes a zone lock for a pageblock at a time, and
 *	per-CPU locks.
 * Return: 0; -EBUSY, and nothing is isolated; -EINVAL for an empty range;
 *	-ERANGE when it leaves the instance, or a zone, or has a pageblock without
 *	memory that is not to be taken away.
 */
int __must_check sb_isolate_range(struct sb_instance *inst, const struct sb_isolation *range,
				  unsigned long *bad);

/**
 * sb_isolate_undo() - Give pageblocks back the types that they had.
 * @inst: live instance
 * @start: first page
 * @end: first page after the range; the same as was isolated
 *
 * Free pages go to the lists of those types, and merge with what they were kept
 * from: undo_isolate_page_range(), Linux 6.12.
 *
 * Context: Any but NMI. Takes a zone lock for a pageblock at a time.
 */
void sb_isolate_undo(struct sb_instance *inst, unsigned long start, unsigned long end);

/**
 * sb_isolate_test() - Is an isolated range free?
 * @inst: live instance
 * @range: what; its type is not looked at
 * @bad: with -EBUSY, the first page that is not
 *
 * Every page has to be on an Isolate list. One that is to be taken away may also
 * be bad, in quarantine, or missing: test_pages_isolated(), Linux 6.12.
 *
 * Context: Any but NMI. Takes a zone lock for a pageblock at a time.
 * Return: 0 or -EBUSY.
 */
int __must_check sb_isolate_test(struct sb_instance *inst, const struct sb_isolation *range,
				 unsigned long *bad);

#endif

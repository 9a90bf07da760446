/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Long-term pins: where pages may lie that are to stay for as long as somebody likes.
 *
 *	zone        | Normal                        | Movable       |
 *	pageblock   |   u   |   m   |  CMA  |isolated|   m   |   m   |
 *	may stay       yes     yes     no      no       no      no
 *	moved to      <-------------------+-------+-------+-------+
 *
 * The Movable zone is there to go offline, a CMA area to be claimed, and an isolated
 * pageblock is being emptied at this moment: one page that stays there spoils it. So
 * what is in one of them is moved before it is pinned, as pin_user_pages() of Linux
 * 6.12 does with FOLL_LONGTERM, and without a place for it there is no pin.
 */
#ifndef SB_LONGTERM_H
#define SB_LONGTERM_H

#include "migrate.h"

/**
 * sb_longterm_pinnable() - May pages stay where they are?
 * @inst: live instance
 * @pfn: first page of some that are in use
 * @nr_pages: how many
 *
 * folio_is_longterm_pinnable(), Linux 6.12. What is isolated a moment later finds
 * the pin in its way.
 *
 * Context: Any. Takes no lock.
 * Return: all of them may.
 */
bool sb_longterm_pinnable(const struct sb_instance *inst, unsigned long pfn,
			  unsigned long nr_pages);

/**
 * sb_longterm_move() - Move a unit to where it may stay.
 * @inst: live instance
 * @unit: as the owner's begin() would tell it, a moment ago
 *
 * The new place is that of an Unmovable request which waits, has others moved out
 * of its way, and goes to no zone or node that the unit's own could not use; its node
 * comes first: check_and_migrate_movable_pages(), Linux 6.12. It is taken before the
 * unit is held. The unit is as movable as before, and may be elsewhere again when
 * this returns: hold it, ask sb_longterm_pinnable(), and begin anew if need be.
 *
 * Context: Process; may sleep. No locks held.
 * Return: 0; -ENOENT when the unit is not there any more; -EBUSY when it is pinned;
 *	-ENOMEM when there is no place; or as sb_migrate_unit().
 */
int sb_longterm_move(struct sb_instance *inst, const struct sb_unit *unit);

#endif

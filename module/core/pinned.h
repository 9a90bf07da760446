/* SPDX-License-Identifier: GPL-2.0-only */
/* Pinned: which page kept memory from going offline, why, and whose it is. */
#ifndef SB_PINNED_H
#define SB_PINNED_H

#include "migrate.h"

/**
 * struct sb_pinned - What kept a block from going offline.
 * @pfn: first page that stayed; the block's first when no page is to blame
 * @reason: in a few words: "metadata", "unmovable", "pinned" and the like
 * @state: state of the block of pages that the page belongs to
 * @order: order of that block
 * @type: migratetype of the request that it serves, if it is in use
 * @movable: somebody answers for moving it, and did not
 * @text: what that somebody says of it: sb_mover.describe
 * @owner: who has it, if owners are kept; else all 0
 */
struct sb_pinned {
	unsigned long pfn;
	const char *reason;
	enum sb_page_state state;
	unsigned int order;
	unsigned int type;
	bool movable;
	char text[SB_UNIT_NAME_LEN];
	struct sb_owner owner;
};

/**
 * sb_pinned_find() - Say what a page is that would not leave.
 * @inst: live instance
 * @pfn: the page; isolated by nobody who asks
 * @pinned: filled in
 *
 * Context: Process, with what keeps hotplug away.
 */
void sb_pinned_find(struct sb_instance *inst, unsigned long pfn, struct sb_pinned *pinned);

#endif

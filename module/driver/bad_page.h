/* SPDX-License-Identifier: GPL-2.0-only */
/* Bad pages of blocks in use: hwpoison.h. */
#ifndef SBUDDY_BAD_PAGE_H
#define SBUDDY_BAD_PAGE_H

#include "hwpoison.h"

/*
 * Whether a block has any. Such a one is for its zone alone, which takes them out of
 * circulation when it is freed. Context: Any but NMI. Takes the zone lock, if there are any
 * at all.
 */
static inline bool sb_bad_page_any(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
	unsigned long irq;
	bool bad;

	if (likely(!(READ_ONCE(inst->hooks) & SB_HOOK_BAD_PAGE)))
		return false;
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	bad = sb_hwpoison_any(zone, pfn, order);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return bad;
}

#endif

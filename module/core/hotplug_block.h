/* SPDX-License-Identifier: GPL-2.0-only */
/* One memory block: to a zone, and away from it. For hotplug.h. */
#ifndef SB_HOTPLUG_BLOCK_H
#define SB_HOTPLUG_BLOCK_H

#include "hotplug.h"

/*
 * Tells whoever wants to know; what he says counts for SB_GOING_* alone. It goes for
 * all here: one caller at a time, in process context, without locks.
 */
int sb_hotplug_block_notify(struct sb_instance *inst, enum sb_hotplug_event event,
			    const struct sb_memory_block *block, struct sb_zone *zone);

/* A block that is offline becomes part of a zone. Return: as sb_hotplug_online(). */
int sb_hotplug_block_online(struct sb_instance *inst, const struct sb_memory_block *block,
			    struct sb_zone *zone);

/* The same for one that has just left it: bad pages and what notifiers say do not count. */
void sb_hotplug_block_put_back(struct sb_instance *inst, const struct sb_memory_block *block,
			       struct sb_zone *zone);

/*
 * A block that is online leaves its zone, or stays as it is with @pinned filled in, if
 * that is not NULL. Return: as sb_hotplug_offline().
 */
int sb_hotplug_block_offline(struct sb_instance *inst, const struct sb_memory_block *block,
			     struct sb_pinned *pinned);

#endif

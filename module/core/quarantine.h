/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quarantine: freed blocks rest in a queue before anybody gets them again.
 *
 *	freed --> |new| ... |old| --> free lists        @quarantine pages a zone
 *
 * A stale pointer or a device that was not stopped then writes to memory that
 * nobody has, where the pattern of free pages shows it, instead of to the next
 * owner's. KASAN's quarantine is the model. Resting pages are not free: they
 * are let go before a request that can wait fails.
 */
#ifndef SB_QUARANTINE_H
#define SB_QUARANTINE_H

#include "instance.h"

/* Most pages that may rest in each zone. */
#define SB_QUARANTINE_MAX 16777216u

void sb_quarantine_init(struct sb_zone *zone);

/* A block that was in use rests from now on. */
void sb_quarantine_push(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/**
 * sb_quarantine_shrink() - Let go of the oldest blocks.
 * @zone: zone
 * @most: pages that may go on resting
 *
 * Each is looked at on its way out while free pages are filled, without a lock.
 *
 * Context: Any, without the zone lock.
 * Return: pages that went to the free lists.
 */
unsigned long sb_quarantine_shrink(struct sb_zone *zone, unsigned long most);

/* Lets go of all blocks of all zones, and says how many pages they had. */
unsigned long sb_quarantine_drain_all(struct sb_instance *inst);

#endif

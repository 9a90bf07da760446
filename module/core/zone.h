/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Zones: the free areas of one kind of memory on one node, and what guards them.
 *
 * Lock order, outermost first; every lock is taken with interrupts off:
 *
 *	1. zone freeze lock       keeps freezers apart, see sb_zone_freeze()
 *	2. per-CPU list lock      one CPU's lists of one zone
 *	3. zone lock              free areas and descriptors of free pages
 *	4. pageblock lock         the words of pageblock bits
 *
 * A per-CPU lock is taken by its own CPU, and by another one only to drain.
 */
#ifndef SB_ZONE_H
#define SB_ZONE_H

#include "memmap.h"
#include "pageblock.h"

struct sb_pcp;

#define SB_MAX_NODES 8

enum sb_zone_type { SB_ZONE_NORMAL, SB_ZONE_HIGHMEM, SB_ZONE_MOVABLE, SB_NR_ZONE_TYPES };

#define SB_MAX_ZONES (SB_MAX_NODES * SB_NR_ZONE_TYPES)

/* Indices into the descriptors, SB_PAGE_LINK_NONE when empty. */
struct sb_free_list {
	u32 first;
	u32 last;
};

/* @nr_free counts blocks, not pages, of all types. */
struct sb_free_area {
	struct sb_free_list list[SB_NR_TYPES];
	unsigned long nr_free;
};

/* How often a request was served from blocks of another migratetype. */
struct sb_zone_events {
	unsigned long claimed; /* whole pageblock changed its type */
	unsigned long stolen; /* one block was taken, its pageblock kept its type */
};

/**
 * struct sb_zone - One zone of one node.
 * @lock: guards @free_area, @nr_free, @events and descriptors of free pages
 * @freeze_lock: keeps apart those who take all locks, see sb_zone_freeze()
 * @inst: instance that the zone belongs to
 * @nid: node
 * @type: which zone of the node
 * @start_pfn: first page spanned
 * @spanned: pages from the first to the last, holes included
 * @present: spanned less holes
 * @managed: pages ever handed over to the allocator, less those taken back
 * @nr_free: pages on free lists, those of isolated pageblocks left out
 * @free_area: by order
 * @events: what happened since the hand-over
 * @pcp: per-CPU lists, one for each CPU of the instance
 */
struct sb_zone {
	struct sb_lock lock;
	struct sb_lock freeze_lock;
	struct sb_instance *inst;
	int nid;
	enum sb_zone_type type;
	unsigned long start_pfn;
	unsigned long spanned;
	unsigned long present;
	unsigned long managed;
	unsigned long nr_free;
	struct sb_free_area free_area[SB_NR_ORDERS];
	struct sb_zone_events events;
	struct sb_pcp *pcp;
};

/* Names as in /proc/zoneinfo. */
const char *sb_zone_name(const struct sb_zone *zone);

/* A zone without memory is absent from every file. */
static inline bool sb_zone_populated(const struct sb_zone *zone)
{
	return zone->present != 0;
}

static inline unsigned long sb_zone_end(const struct sb_zone *zone)
{
	return zone->start_pfn + zone->spanned;
}

static inline bool sb_zone_spans(const struct sb_zone *zone, unsigned long pfn)
{
	return pfn - zone->start_pfn < zone->spanned;
}

void sb_zone_init(struct sb_zone *zone, struct sb_instance *inst, int nid, enum sb_zone_type type);

/**
 * sb_zone_freeze() - Hold a zone still, per-CPU lists and all.
 * @zone: zone to freeze
 *
 * For those who look at everything at once: the checker and the tests.
 *
 * Context: Any. Takes every lock of the zone; interrupts stay off until
 *	sb_zone_thaw().
 * Return: the interrupt state, for sb_zone_thaw().
 */
unsigned long sb_zone_freeze(struct sb_zone *zone) __acquires(zone->freeze_lock);
void sb_zone_thaw(struct sb_zone *zone, unsigned long irq) __releases(zone->freeze_lock);

#endif

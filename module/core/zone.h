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
 *	   debug lock             hooks and findings
 *	   owner lock             the table of owners
 *	5. front lock             which lists requests find: front.h
 *	   event ring lock        records, written under any of these: driver/ring.h
 *
 * The locks of slabs are taken alone, or the caches' lock first and then a node's.
 * A CMA area's lock stands alone: nothing is taken under it, nor is it taken under
 * another. No two of a rank from the fourth on are held at a time. A per-CPU lock is taken
 * by its own CPU, and by another one only while the front is closed.
 */
#ifndef SB_ZONE_H
#define SB_ZONE_H

#include "memmap.h"
#include "pageblock.h"

struct sb_pcp;

#define SB_MAX_NODES 8

/* From the lowest up, as Linux orders them. */
enum sb_zone_type {
	SB_ZONE_DMA,
	SB_ZONE_NORMAL,
	SB_ZONE_HIGHMEM,
	SB_ZONE_MOVABLE,
	SB_NR_ZONE_TYPES
};

enum sb_wmark { SB_WMARK_MIN, SB_WMARK_LOW, SB_WMARK_HIGH, SB_WMARK_PROMO, SB_NR_WMARKS };

#define SB_MAX_ZONES (SB_MAX_NODES * SB_NR_ZONE_TYPES)

/* Indices into the descriptors, SB_PAGE_LINK_NONE when empty. */
struct sb_free_list {
	u32 first;
	u32 last;
};

/* Orders that have per-CPU lists whatever there is of huge pages. */
#define SB_PCP_ORDERS 4

/* @nr_free counts blocks, not pages, of all types. */
struct sb_free_area {
	struct sb_free_list list[SB_NR_TYPES];
	unsigned long nr_free;
};

/* What happened in a zone since the hand-over. */
enum sb_event_item {
	SB_EVENT_ALLOC, /* requests served */
	SB_EVENT_ALLOC_PAGES, /* pages given */
	SB_EVENT_FREE_PAGES, /* pages given back */
	SB_EVENT_MISS, /* requests served here that preferred another node */
	SB_EVENT_FOREIGN, /* requests that preferred this node, served on another */
	SB_EVENT_CLAIM, /* a fallback changed a pageblock's type */
	SB_EVENT_STEAL, /* a fallback took a block, the pageblock kept its type */
	SB_EVENT_BOOST, /* watermarks were boosted */
	SB_EVENT_HIGHATOMIC_RESERVE, /* a pageblock became HighAtomic */
	SB_EVENT_HIGHATOMIC_UNRESERVE, /* and was given up again */
	SB_EVENT_PCP_REFILL, /* pages moved to per-CPU lists */
	SB_EVENT_PCP_DRAIN, /* and back */
	SB_EVENT_ALLOC_FAIL, /* requests that preferred this zone and failed */
	SB_EVENT_CMA_ALLOC_SUCCESS, /* ranges given by CMA areas */
	SB_EVENT_CMA_ALLOC_FAIL, /* and not given */
	SB_EVENT_MIGRATE_SUCCESS, /* pages that were moved */
	SB_EVENT_MIGRATE_FAIL, /* and that were to be, but stayed */
	SB_EVENT_COMPACT_MIGRATE_SCANNED, /* pages looked at as to be moved */
	SB_EVENT_COMPACT_FREE_SCANNED, /* as places to move to */
	SB_EVENT_COMPACT_ISOLATED, /* pages held for a move, of either kind */
	SB_EVENT_COMPACT_STALL, /* requests that preferred this zone and compacted */
	SB_EVENT_COMPACT_FAIL, /* of these, in vain */
	SB_EVENT_COMPACT_SUCCESS, /* and served by it */
	SB_EVENT_COMPACT_DAEMON_WAKE, /* workers woken, counted in the node's first zone */
	SB_EVENT_COMPACT_DAEMON_MIGRATE_SCANNED, /* pages looked at by a worker */
	SB_EVENT_COMPACT_DAEMON_FREE_SCANNED, /* likewise */
	SB_NR_EVENTS
};

/**
 * struct sb_zone_compact - What compaction keeps of a zone, compact.h.
 * @migrate_pfn: where the migrate scanner goes on: of async runs, and of others
 * @free_pfn: where the free scanner does
 * @init_migrate_pfn: where the first pageblock was that had something to move
 * @init_free_pfn: where the last was that had free pages
 * @considered: times that it was left out since it failed
 * @defer_shift: log2 of how often it is to be
 * @order_failed: orders from here on are
 * @flush: a request's run has been through the whole zone: skip bits are old
 *
 * Hints, read and written without a lock, as in Linux.
 */
struct sb_zone_compact {
	unsigned long migrate_pfn[2];
	unsigned long free_pfn;
	unsigned long init_migrate_pfn;
	unsigned long init_free_pfn;
	unsigned int considered;
	unsigned int defer_shift;
	unsigned int order_failed;
	bool flush;
};

/**
 * struct sb_zone - One zone of one node.
 * @lock: guards @free_area, the counts of free pages, @watermark_boost, @events
 *	and descriptors of free pages
 * @freeze_lock: keeps apart those who take all locks, see sb_zone_freeze()
 * @inst: instance that the zone belongs to
 * @nid: node
 * @type: which zone of the node
 * @start_pfn: first page spanned
 * @spanned: pages from the first to the last, holes included
 * @present: spanned less holes
 * @present_early: of these, memory of the boot
 * @managed: pages ever handed over to the allocator, less those taken back
 * @nr_free: pages on free lists, those of isolated pageblocks left out
 * @nr_free_cma: of these, pages on CMA lists
 * @nr_free_highatomic: of these, pages on HighAtomic lists
 * @nr_reserved_highatomic: pages of pageblocks that are HighAtomic
 * @cma_pages: pages of CMA areas
 * @nr_isolated_blocks: pageblocks that are Isolate
 * @watermark: pages to be left, see watermark.h
 * @watermark_boost: added to each of them for a time
 * @lowmem_reserve: pages kept back from requests for a higher zone, by that zone
 * @below_high: free pages were fewer than the high watermark of late
 * @plenty: with more pages free than this no small request need look: plenty.h
 * @plenty_orders: orders that have more, and a block: from 0 on, SB_PCP_ORDERS at most
 * @nonempty: orders at which something is free, a bit each, by type: engine.h
 * @pcp: per-CPU lists, one for each CPU of the instance
 * @front_slot: number of the zone among those that have some
 * @free_area: lists of blocks by order, buddy.h
 * @events: how often what happened; what per-CPU lists serve, and most misses of nodes,
 *	are counted there
 * @nr_guard: guard pages, guard.h
 * @nr_quarantine: pages in quarantine, or on their way out of it
 * @nr_hwpoison: pages of bad memory that are out of circulation
 * @nr_marked: pages in use that are marked as bad memory
 * @quarantine: freed blocks that rest, linked by next, the oldest first
 * @compact: what compaction keeps
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
	unsigned long present_early;
	unsigned long managed;
	unsigned long nr_free;
	unsigned long nr_free_cma;
	unsigned long nr_free_highatomic;
	unsigned long nr_reserved_highatomic;
	unsigned long cma_pages;
	unsigned long nr_isolated_blocks;
	unsigned long watermark[SB_NR_WMARKS];
	unsigned long watermark_boost;
	unsigned long lowmem_reserve[SB_NR_ZONE_TYPES];
	bool below_high;
	unsigned long plenty;
	unsigned int plenty_orders;
	u32 nonempty[SB_NR_TYPES];
	struct sb_pcp *pcp;
	unsigned int front_slot;
	struct sb_free_area free_area[SB_NR_ORDERS];
	unsigned long events[SB_NR_EVENTS];
	unsigned long nr_guard;
	unsigned long nr_quarantine;
	unsigned long nr_hwpoison;
	unsigned long nr_marked;
	struct sb_free_list quarantine;
	struct sb_zone_compact compact;
};

/* Names as in /proc/zoneinfo. */
const char *sb_zone_name(const struct sb_zone *zone);
const char *sb_zone_type_name(enum sb_zone_type type);

/* A zone without memory is absent from every file. */
static inline bool sb_zone_populated(const struct sb_zone *zone)
{
	return READ_ONCE(zone->present) != 0;
}

/*@
 * requires \valid_read(zone);
 * requires zone->start_pfn + zone->spanned <= (unsigned long)-1;
 * assigns \nothing;
 * ensures \result == zone->start_pfn + zone->spanned;
 */
static inline unsigned long sb_zone_end(const struct sb_zone *zone)
{
	return zone->start_pfn + zone->spanned;
}

/* A frame below the zone makes the difference wrap, and larger than any span. */
/*@
 * requires \valid_read(zone);
 * requires zone->start_pfn + zone->spanned <= (unsigned long)-1;
 * assigns \nothing;
 * ensures \result <==> zone->start_pfn <= pfn < zone->start_pfn + zone->spanned;
 */
static inline bool sb_zone_spans(const struct sb_zone *zone, unsigned long pfn)
{
	return pfn - zone->start_pfn < zone->spanned;
}

/* Counts an event from outside of the zone's lock. */
void sb_zone_count(struct sb_zone *zone, enum sb_event_item item, unsigned long nr);

/* An event's count, per-CPU lists included; read without locks. */
unsigned long sb_zone_events(const struct sb_zone *zone, enum sb_event_item item);

void sb_zone_init(struct sb_zone *zone, struct sb_instance *inst, int nid, enum sb_zone_type type);

/**
 * sb_zone_freeze() - Hold a zone still, per-CPU lists and all.
 * @zone: zone to freeze
 *
 * For those who look at everything at once: the checker and the tests. Closes the
 * front meanwhile.
 *
 * Context: Process, without locks. Takes every lock of the zone; interrupts stay off
 *	until sb_zone_thaw().
 * Return: the interrupt state, for sb_zone_thaw().
 */
unsigned long sb_zone_freeze(struct sb_zone *zone) __acquires(zone->freeze_lock);
void sb_zone_thaw(struct sb_zone *zone, unsigned long irq) __releases(zone->freeze_lock);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compaction: what can be moved goes up, so that what is free comes together below.
 *
 *	        migrate scanner -->                  <-- free scanner
 *	before  |u . u u|. u . .|P . u .|. u . u|. . u .|. . . .|
 *	after   |. . . .|. . . .|P . . .|. u u u|u u u u|. . . .|     P is pinned
 *
 * Two scanners walk through a zone, pageblock by pageblock. The one from below looks
 * for pages in use that can be moved, the one from above for free pages to move
 * them to; it is over when they meet: compact_zone(), Linux 6.12. What is kept
 * from one run to the next, skip bits of pageblocks and where the scanners
 * stopped, is kept as there.
 *
 * What is moved here is a unit, of any number of pages, where Linux moves pages and
 * folios. That changes the scanners in this:
 *
 * - A unit is moved when it is found, one at a time; none waits on a list. The
 *   migrate scanner then goes on behind it, be that in a later pageblock.
 * - The free scanner gives a block of the next power of two, from the upper end of a
 *   free block; what of it the unit does not need is free again at once. No free page
 *   is held for later.
 * - It has a place for each order: above that, nothing of that order or more is
 *   free. So large units are not in the way of small ones, and no page moves twice.
 * - A unit of a pageblock or more, which Linux leaves alone, moves to a free block of
 *   just its order, so that no larger one is broken for it.
 *
 * Free blocks of the order wanted, or of a pageblock when there is none, are not
 * broken for smaller units; units of the order wanted or more stay.
 *
 * Linux's searches of the free lists before the scan (fast_find_migrateblock(),
 * fast_isolate_freepages()) and its capture of a page being freed are left out:
 * zones are small here, and the result does not depend on the order of lists.
 * Nor is a lock that is taken a reason to end an async run.
 */
#ifndef SB_COMPACT_H
#define SB_COMPACT_H

#include "migrate.h"
#include "watermark.h"

/* Compaction is deferred no more than 2^6 times in a row: COMPACT_MAX_DEFER_SHIFT. */
#define SB_COMPACT_MAX_DEFER_SHIFT 6

/* Pages looked at, or moved, before it is asked whether to go on: COMPACT_CLUSTER_MAX. */
#define SB_COMPACT_CLUSTER 32

/* How often a worker looks at scores, in milliseconds: HPAGE_FRAG_CHECK_INTERVAL_MSEC. */
#define SB_COMPACT_CHECK_MS 500

/* Limits of tunables, Linux's own. */
#define SB_PROACTIVENESS_MAX 100u
#define SB_EXTFRAG_THRESHOLD_MAX 1000u

/* Of the order wanted: none, the whole zone is to be compacted. */
#define SB_COMPACT_WHOLE (-1)

/* What came of it: enum compact_result, Linux 6.12. The further down, the better. */
enum sb_compact_result {
	SB_COMPACT_NOT_SUITABLE_ZONE, /* in events alone */
	SB_COMPACT_SKIPPED, /* there is not enough free memory, or nobody's pages can move */
	SB_COMPACT_DEFERRED, /* it failed of late */
	SB_COMPACT_NO_SUITABLE_PAGE, /* in events alone */
	SB_COMPACT_CONTINUE, /* it would go on; never the result of a run */
	SB_COMPACT_COMPLETE, /* the scanners met, after the whole zone */
	SB_COMPACT_PARTIAL_SKIPPED, /* they met, after a part of it */
	SB_COMPACT_CONTENDED, /* ended early: told to stop, budget used up, watermark reached */
	SB_COMPACT_SUCCESS, /* a block is free, or the score is low enough */
	SB_NR_COMPACT_RESULTS
};

/* How hard a request tries: enum compact_priority. */
enum sb_compact_prio {
	SB_COMPACT_PRIO_SYNC_FULL,
	SB_COMPACT_PRIO_SYNC_LIGHT,
	SB_COMPACT_PRIO_ASYNC,
};

/**
 * struct sb_compact_limit - When to stop early; all 0 for not at all.
 * @pages: pages to move at most, 0 for any number; a unit that is begun is moved
 *	as a whole
 * @us: microseconds to take at most, 0 for any time; looked at after each unit
 *	and each pageblock
 * @now_us: a clock that does not go back; may be NULL when @us is 0
 * @should_stop: asked as often, NULL for never: a fatal signal, or a thread to
 *	be stopped. May sleep, and is the place to let others run.
 * @ctx: for both
 */
struct sb_compact_limit {
	unsigned long pages;
	u64 us;
	u64 (*now_us)(void *ctx);
	bool (*should_stop)(void *ctx);
	void *ctx;
};

/**
 * struct sb_compact_done - What was done, in pages; added to by each run.
 * @migrate_scanned: looked at by the migrate scanner
 * @free_scanned: by the free scanner
 * @isolated: of units that were to be moved, and of places given to them
 * @moved: of units that are somewhere else now
 * @failed: of units that are not
 * @units: units moved
 */
struct sb_compact_done {
	unsigned long migrate_scanned;
	unsigned long free_scanned;
	unsigned long isolated;
	unsigned long moved;
	unsigned long failed;
	unsigned long units;
};

/**
 * struct sb_compact - What is wanted of a run: struct compact_control.
 * @order: log2 of the pages of the block wanted, 1 .. max_order, or
 *	SB_COMPACT_WHOLE
 * @type: migratetype of the request that wants it
 * @highest: highest zone that would do for it
 * @flags: enum sb_alloc_flags of the request
 * @mode: how long to wait for owners
 * @direct: a request waits for it
 * @proactive: until the zone's score is low enough; with SB_COMPACT_WHOLE alone
 * @whole_zone: from end to end, wherever the scanners were
 * @ignore_skip_hint: look also where nothing was found before
 * @ignore_block_suitable: move to pageblocks that are not Movable, too
 * @limit: when to stop early
 * @done: what was done
 */
struct sb_compact {
	int order;
	unsigned int type;
	enum sb_zone_type highest;
	unsigned int flags;
	enum sb_migrate_mode mode;
	bool direct;
	bool proactive;
	bool whole_zone;
	bool ignore_skip_hint;
	bool ignore_block_suitable;
	struct sb_compact_limit limit;
	struct sb_compact_done done;
};

/* Adds up what two runs have done. */
void sb_compact_add_done(struct sb_compact_done *sum, const struct sb_compact_done *done);

/* As in Linux's events: "skipped", "complete" and so on. */
const char *sb_compact_result_name(enum sb_compact_result result);

/**
 * sb_compact_zone() - Compact one zone.
 * @zone: zone of a live instance
 * @compact: what is wanted; @compact->done is added to
 *
 * compact_zone(), Linux 6.12, counted there as compact_migrate_scanned,
 * compact_free_scanned and compact_isolated. A run of SB_COMPACT_WHOLE drains the
 * zone's per-CPU lists as it begins and ends; another drains this CPU's, each
 * time that it leaves a block of the order wanted.
 *
 * Context: Process; may sleep. No locks held. Zone locks are held for a block of the
 *	free scanner at a time. Two at a time do no harm.
 * Return: what came of it; SB_COMPACT_SKIPPED also when nobody's pages can move.
 */
enum sb_compact_result sb_compact_zone(struct sb_zone *zone, struct sb_compact *compact);

/**
 * sb_compact_node() - Compact all zones of a node, or of all nodes.
 * @inst: live instance
 * @nid: node, or SB_NID_ANY
 * @proactive: until scores are low enough, and do not wait long for owners
 * @limit: when to stop early, for all zones together; NULL for not at all
 * @done: what was done is added to it
 *
 * compact_node(), Linux 6.12: what a write to compact_memory asks for, and with
 * @proactive what kcompactd does, counted then as compact_daemon_migrate_scanned and
 * compact_daemon_free_scanned, too.
 *
 * Context: as sb_compact_zone().
 * Return: the best result of a zone, but SB_COMPACT_CONTENDED when it was
 *	stopped; SB_COMPACT_SKIPPED when there is nothing to do.
 */
enum sb_compact_result sb_compact_node(struct sb_instance *inst, int nid, bool proactive,
				       const struct sb_compact_limit *limit,
				       struct sb_compact_done *done);

/**
 * sb_compact_direct() - Compact for a request, in the zones that suit it.
 * @inst: live instance
 * @request: what is wanted; nothing happens for a single page, or when it cannot
 *	wait, or only without I/O
 * @flags: enum sb_alloc_flags of the request
 * @prio: how hard
 *
 * try_to_compact_pages(), Linux 6.12.
 *
 * Context: as sb_compact_zone().
 * Return: the best result of a zone.
 */
enum sb_compact_result sb_compact_direct(struct sb_instance *inst, const struct sb_request *request,
					 unsigned int flags, enum sb_compact_prio prio);

/**
 * sb_compact_take() - Compact for a request, and try to serve it.
 * @inst: live instance
 * @request: as for sb_compact_direct()
 * @flags: enum sb_alloc_flags
 * @prio: how hard
 * @pfn: set to the first page
 *
 * Counted as compact_stall, and compact_success or compact_fail, unless it was skipped:
 * __alloc_pages_direct_compact(), Linux 6.12.
 *
 * Context: as sb_compact_zone().
 * Return: true when @pfn was given.
 */
bool sb_compact_take(struct sb_instance *inst, const struct sb_request *request, unsigned int flags,
		     enum sb_compact_prio prio, unsigned long *pfn);

/**
 * sb_compact_daemon() - Do what a worker was woken for.
 * @inst: live instance
 * @nid: node
 * @order: order of the request that woke it
 * @highest: highest zone that would do for it
 * @limit: when to stop early, NULL for not at all
 *
 * kcompactd_do_work(), Linux 6.12, counted as compact_daemon_wake.
 *
 * Context: as sb_compact_zone().
 */
void sb_compact_daemon(struct sb_instance *inst, int nid, unsigned int order,
		       enum sb_zone_type highest, const struct sb_compact_limit *limit);

/* Would a worker of a node have something to do? kcompactd_node_suitable(). */
bool sb_compact_daemon_suitable(struct sb_instance *inst, int nid, unsigned int order,
				enum sb_zone_type highest);

/**
 * sb_compact_set_worker() - Say who is woken for requests.
 * @inst: instance that is not live yet
 * @wake: called by sb_alloc() with a request for more than a page and with
 *	SB_GFP_KSWAPD_RECLAIM that failed; or that had to try harder and does not compact
 *	by itself, whatever came of it. wake_all_kswapds() and wakeup_kswapd(), Linux
 *	6.12. In any context but NMI, without locks. NULL for nobody.
 * @ctx: handed to it
 */
void sb_compact_set_worker(struct sb_instance *inst,
			   void (*wake)(void *ctx, const struct sb_request *request), void *ctx);

/* A worker goes to sleep, or somebody wakes it: for events alone. */
void sb_compact_tell_sleep(struct sb_instance *inst, int nid);
void sb_compact_tell_wakeup(struct sb_instance *inst, int nid, unsigned int order,
			    enum sb_zone_type highest);

/**
 * sb_compact_suitable() - Is it worth while to compact a zone for an order?
 * @zone: zone
 * @order: order wanted
 * @highest: highest zone that would do
 *
 * There has to be free memory enough to move things to: the low watermark for a
 * costly order, else min, and twice the pages wanted. For a costly order
 * the fragmentation index must be above extfrag_threshold, too:
 * compaction_suitable(), Linux 6.12.
 *
 * Context: Any.
 */
bool sb_compact_suitable(struct sb_zone *zone, unsigned int order, enum sb_zone_type highest);

/*
 * The same after the question whether it is needed at all: SUCCESS when it is not, SKIPPED
 * or CONTINUE. compaction_suit_allocation_order().
 */
enum sb_compact_result sb_compact_needed(struct sb_zone *zone, unsigned int order,
					 enum sb_zone_type highest, unsigned int flags);

/**
 * sb_compact_score_zone() - How fragmented a zone is.
 * @zone: zone
 *
 * The share of its free pages that are in blocks smaller than a pageblock, in
 * hundredths; 0 when nothing is free: fragmentation_score_zone().
 *
 * Context: Any; read without locks.
 */
unsigned int sb_compact_score_zone(const struct sb_zone *zone);

/* The same of a node, each zone by its share of the node: fragmentation_score_node(). */
unsigned int sb_compact_score_node(struct sb_instance *inst, int nid);

/* The score that ends proactive compaction, or above which it begins: 100 .. 5 and 10 more. */
unsigned int sb_compact_score_wmark(const struct sb_instance *inst, bool low);

/* Is it time for a worker to compact a node unasked? should_proactive_compact_node(). */
bool sb_compact_should_proactive(struct sb_instance *inst, int nid);

/**
 * sb_compact_proactive() - Compact a node unasked, if it is time.
 * @inst: live instance
 * @nid: node
 * @limit: when to stop early, NULL for not at all
 * @done: what was done is added to it
 *
 * Context: as sb_compact_zone().
 * Return: milliseconds to wait before it is worth while to ask again: 2^6 times
 *	SB_COMPACT_CHECK_MS when the score did not go down, as kcompactd() does, else
 *	that itself.
 */
unsigned int sb_compact_proactive(struct sb_instance *inst, int nid,
				  const struct sb_compact_limit *limit,
				  struct sb_compact_done *done);

/*
 * Deferral, of a zone and for an order: after a failure the next try is left out,
 * then two, four and so on. defer_compaction(), compaction_deferred(),
 * compaction_defer_reset() and compaction_restarting(), Linux 6.12; as there
 * without a lock. A success of the request itself ends it; one of the run alone
 * only raises the order that failed.
 */
void sb_compact_defer(struct sb_zone *zone, unsigned int order);
bool sb_compact_deferred(struct sb_zone *zone, unsigned int order);
void sb_compact_defer_reset(struct sb_zone *zone, unsigned int order, bool success);
bool sb_compact_restarting(const struct sb_zone *zone, int order);

/**
 * sb_compact_reset_skip() - Look again where nothing was found before.
 * @zone: zone; nothing happens unless a request's run has been through all of it
 *
 * __reset_isolation_suitable(), Linux 6.12, but that it looks at all pages rather than at
 * every eighth. kswapd asks for it when it goes to sleep; without one, whoever does
 * periodic work.
 *
 * Context: Process. Takes the pageblock lock.
 */
void sb_compact_reset_skip(struct sb_zone *zone);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Engines: what holds the free pages of a zone.
 *
 *	fallback, isolation, compaction, hot-plug, files, checker
 *	------------------------------- buddy.h, and this file
 *	list: blocks on lists by order and type      buddy.c, freelist.c
 *	word: a bit a page, pageblocks on lists      word.h, word*.c
 *
 * An instance has one engine, chosen before it boots. What is above asks for blocks,
 * which are naturally aligned, as large as what is free beside them allows, and of
 * one type; how they are kept is the engine's business alone. So descriptors of free
 * pages are, too: who wants to know what a page is asks sb_memmap_info(), or
 * sb_engine_look() with the zone's lock held.
 */
#ifndef SB_ENGINE_H
#define SB_ENGINE_H

#include "instance.h"

/* Where on its list a block is put, by an engine that has lists of blocks. */
enum sb_engine_end { SB_ENGINE_HEAD, SB_ENGINE_TAIL };

/* Free blocks that a walk over all pages found, by order and type. */
struct sb_engine_seen {
	unsigned long blocks[SB_NR_ORDERS][SB_NR_TYPES];
};

/**
 * struct sb_engine - What an engine can do. The zone's lock is held unless it says so.
 * @name: as users write it
 * @at_once: refills of per-CPU lists and what overflows give back are one call's work: what
 *	is taken or given in parts would lie in more pageblocks
 * @init: makes room for what it keeps, once there are pageblocks: 0 or -ENOMEM. NULL
 *	when that is nothing. No lock, the instance is not live yet.
 * @take: sb_buddy_take(), without telling anybody
 * @take_many: sb_buddy_take_many()
 * @put: sb_buddy_put(), which says of which order the block is then
 * @add: makes a block free. Nothing beside it can merge with it; its pages other than
 *	the first are tails already.
 * @del: takes a block away, as large as it is. Its first page is a tail from then on,
 *	of no block: the caller says what it is.
 * @claim: gives a free block of a pageblock or more, and its pageblocks, to another
 *	type, and takes the lower part of an order from it; false as sb_engine_del()
 * @move: gives a free block to another type. Less than a pageblock need not go alone.
 * @move_rest: gives what is free in the pageblock of a page, from it on, to another
 *	type, and says how many pages that were
 * @first: a block of an order and type for which zone->nonempty is set
 * @count: blocks of an order and type, up to a limit
 * @tally: sb_engine_tally()
 * @nr_free: free pages of the pageblock of a page. NULL when that takes a walk.
 * @look: the page is free, and this is its block; false when it is not. NULL when
 *	descriptors say it. Any page that exists, and without a lock, too: then the
 *	answer may be out of date.
 * @check: counts and tells what is not in order, of blocks that a walk has seen
 */
struct sb_engine {
	const char *name;
	bool at_once;
	int (*init)(struct sb_instance *inst);
	bool (*take)(struct sb_zone *zone, unsigned int order, unsigned int type,
		     unsigned long *pfn);
	unsigned int (*take_many)(struct sb_zone *zone, unsigned int order, unsigned int type,
				  unsigned int most, u32 *end);
	unsigned int (*put)(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			    unsigned int type, bool fresh);
	void (*add)(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		    enum sb_engine_end end);
	bool (*del)(struct sb_zone *zone, unsigned long pfn, unsigned int order);
	bool (*claim)(struct sb_zone *zone, unsigned long pfn, unsigned int high, unsigned int low,
		      unsigned int type);
	void (*move)(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		     unsigned int type);
	unsigned long (*move_rest)(struct sb_zone *zone, unsigned long pfn, unsigned int type);
	unsigned long (*first)(const struct sb_zone *zone, unsigned int order, unsigned int type);
	unsigned long (*count)(const struct sb_zone *zone, unsigned int order, unsigned int type,
			       unsigned long limit);
	void (*tally)(const struct sb_zone *zone, unsigned long *nr);
	unsigned int (*nr_free)(const struct sb_zone *zone, unsigned long pfn);
	bool (*look)(const struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info);
	unsigned int (*check)(const struct sb_zone *zone, const struct sb_engine_seen *seen,
			      struct sb_out *out);
};

/* What an engine is called, and what it can do. */
const struct sb_engine *sb_engine(enum sb_engine_kind kind);

extern const struct sb_engine sb_engine_list;

static inline void sb_engine_add(struct sb_zone *zone, unsigned long pfn, unsigned int order,
				 unsigned int type, enum sb_engine_end end) __must_hold(zone->lock)
{
	zone->inst->engine->add(zone, pfn, order, type, end);
}

/* Says whether it was there; if not, a stray write was, and nobody must touch the block. */
static inline bool sb_engine_del(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock)
{
	return zone->inst->engine->del(zone, pfn, order);
}

static inline void sb_engine_move(struct sb_zone *zone, unsigned long pfn, unsigned int order,
				  unsigned int type) __must_hold(zone->lock)
{
	zone->inst->engine->move(zone, pfn, order, type);
}

/* Nothing to be taken is found at this order: there may be something at others. */
static inline bool sb_engine_empty(const struct sb_zone *zone, unsigned int order,
				   unsigned int type)
{
	return !(READ_ONCE(zone->nonempty[type]) >> order & 1);
}

/* Nothing of this order or above is free. */
static inline bool sb_engine_lacks(const struct sb_zone *zone, unsigned int order,
				   unsigned int type)
{
	return !(READ_ONCE(zone->nonempty[type]) >> order);
}

/* First page of a block of an order and type that is not empty. */
static inline unsigned long sb_engine_first(const struct sb_zone *zone, unsigned int order,
					    unsigned int type)
{
	return zone->inst->engine->first(zone, order, type);
}

/* Blocks of an order and type; stops at @limit. */
static inline unsigned long sb_engine_count(const struct sb_zone *zone, unsigned int order,
					    unsigned int type, unsigned long limit)
	__must_hold(zone->lock)
{
	return zone->inst->engine->count(zone, order, type, limit);
}

/* Blocks of all types, by order, SB_NR_ORDERS of them. Without a lock they may be out of date. */
static inline void sb_engine_tally(const struct sb_zone *zone, unsigned long *nr)
{
	zone->inst->engine->tally(zone, nr);
}

/* Free pages of a page's pageblock are known to be so many at least. */
static inline unsigned int sb_engine_nr_free(const struct sb_zone *zone, unsigned long pfn)
{
	return zone->inst->engine->nr_free ? zone->inst->engine->nr_free(zone, pfn) : 0;
}

/**
 * sb_engine_look() - Say what a block is that begins at a page.
 * @inst: instance
 * @pfn: first page of a block, or one that is no block's or has no memory
 * @info: state, order and type are filled in; for a tail or a hole, as one page
 *
 * sb_memmap_info() for who walks from block to block. Of a free block that begins
 * below @pfn all is told; so is where it does.
 *
 * Context: Any. The page has a descriptor, and its zone's lock is held.
 */
void sb_engine_look(const struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info);

/* The type of a free block, which is that of its list where there are lists. */
unsigned int sb_engine_type(const struct sb_instance *inst, unsigned long pfn);

/* A free block of exactly this order begins at a page that has a descriptor. */
bool sb_engine_is_free(const struct sb_instance *inst, unsigned long pfn, unsigned int order);

/*
 * Pages of an isolated pageblock are kept like others, and yet not free to anybody;
 * those of two other types are not free to everybody. account_freepages().
 */
static inline void sb_engine_account(struct sb_zone *zone, unsigned int type, long nr_pages)
	__must_hold(zone->lock)
{
	if (type != SB_ISOLATE)
		WRITE_ONCE(zone->nr_free, zone->nr_free + (unsigned long)nr_pages);
	if (type == SB_CMA)
		zone->nr_free_cma += (unsigned long)nr_pages;
	else if (type == SB_HIGHATOMIC)
		zone->nr_free_highatomic += (unsigned long)nr_pages;
}

/* There is something at an order of a type from now on, or nothing any more. */
static inline void sb_engine_set_order(struct sb_zone *zone, unsigned int order, unsigned int type,
				       bool any) __must_hold(zone->lock)
{
	u32 orders = zone->nonempty[type] & ~(1u << order);

	WRITE_ONCE(zone->nonempty[type], any ? orders | 1u << order : orders);
}

#endif

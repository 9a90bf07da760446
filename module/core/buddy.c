// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "freelist.h"
#include "guard.h"
#include "pcp.h"
#include "plenty.h"
#include "trace.h"

static struct sb_page *page_of(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_memmap_page(&zone->inst->map, pfn);
}

/* Below the pageblock order a buddy shares the pageblock, so the zone as well. */
static bool same_zone(const struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	const struct sb_instance *inst = zone->inst;

	return order < inst->cfg.pageblock_order ||
	       sb_pageblock_zone(&inst->blocks, pfn) == (unsigned int)(zone - inst->zones);
}

static bool is_free_buddy(const struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	return same_zone(zone, pfn, order) && sb_page_is_free(page_of(zone, pfn), order);
}

static bool mergeable(unsigned int type)
{
	return type < SB_PCPTYPES;
}

/*
 * When the block one order up has a free buddy, a merge is close: at the tail
 * of its list the block is likely to stay untouched until then.
 */
static bool merge_likely(const struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long higher = sb_pfn_block(pfn, order + 1);

	if (order + 1 >= zone->inst->cfg.max_order)
		return false;
	return is_free_buddy(zone, sb_pfn_buddy(higher, order + 1), order + 1);
}

/*
 * Splits a block that is on no list; the lower @low order is the caller's, who accounts the
 * pages of the others.
 */
static void split(struct sb_zone *zone, const struct sb_memmap *map, unsigned long pfn,
		  unsigned int low, unsigned int high, unsigned int type) __must_hold(zone->lock)
{
	while (high > low) {
		high--;
		sb_freelist_link(zone, map, pfn + sb_order_pages(high), high, type, SB_ENGINE_HEAD);
	}
}

/* Some of the pages that are left over become guards. */
static noinline void split_guarded(struct sb_zone *zone, unsigned long pfn, unsigned int low,
				   unsigned int high, unsigned int type) __must_hold(zone->lock)
{
	sb_engine_account(zone, type, -(long)sb_order_pages(high));
	sb_guard_expand(zone, pfn, low, high, type);
}

/*
 * Puts what is left of a block on its lists: all from @done on, in blocks of @order. Lists of
 * orders in between had none, or the block would not have been taken.
 */
static __always_inline void put_rest(struct sb_zone *zone, const struct sb_memmap *map,
				     unsigned long pfn, unsigned int order, unsigned int done,
				     unsigned int nr, unsigned int type) __must_hold(zone->lock)
{
	while (done < nr) {
		unsigned int piece = sb_ctz(done);

		sb_freelist_link_alone(zone, map, pfn + ((unsigned long)done << order),
				       order + piece, type);
		done += 1u << piece;
	}
}

static bool list_take(struct sb_zone *zone, unsigned int order, unsigned int type,
		      unsigned long *pfn) __must_hold(zone->lock)
{
	u32 orders = zone->nonempty[type] >> order;
	const struct sb_memmap map = zone->inst->map;
	struct sb_page *page;
	unsigned int large;

	if (unlikely(!orders))
		return false;
	large = order + sb_ctz(orders);
	*pfn = map.base_pfn + zone->free_area[large].list[type].first;
	page = sb_freelist_pop(zone, &map, large, type);
	if (unlikely(!page))
		return false;
	sb_page_set_tail(page);
	if (unlikely(zone->inst->hooks & SB_HOOK_GUARD)) {
		split_guarded(zone, *pfn, order, large, type);
		return true;
	}
	put_rest(zone, &map, *pfn, order, 1, 1u << (large - order), type);
	sb_engine_account(zone, type, -(long)sb_order_pages(order));
	sb_plenty_look(zone);
	return true;
}

static unsigned int list_take_many(struct sb_zone *zone, unsigned int order, unsigned int type,
				   unsigned int most, u32 *end) __must_hold(zone->lock)
{
	u32 orders = zone->nonempty[type] >> order, index, step = 1u << order;
	const struct sb_memmap map = zone->inst->map;
	unsigned int large, nr, taken, i;
	struct sb_page *page;

	if (!orders)
		return 0;
	large = order + sb_ctz(orders);
	nr = 1u << (large - order);
	taken = min(nr, most);
	index = zone->free_area[large].list[type].first;
	page = sb_freelist_pop(zone, &map, large, type);
	if (unlikely(!page))
		return 0;
	sb_page_set_tail(page);
	put_rest(zone, &map, map.base_pfn + index, order, taken, nr, type);
	sb_engine_account(zone, type, -((long)taken << order));
	sb_plenty_look(zone);
	for (i = 0; i < taken; i++, index += step, page += step) {
		sb_page_set_listed(page, order, type);
		*--end = index;
	}
	return taken;
}

unsigned int sb_buddy_take_many(struct sb_zone *zone, unsigned int order, unsigned int type,
				unsigned int most, u32 *end)
{
	return zone->inst->engine->take_many(zone, order, type, most, end);
}

bool sb_buddy_take(struct sb_zone *zone, unsigned int order, unsigned int type, unsigned long *pfn)
{
	if (!zone->inst->engine->take(zone, order, type, pfn))
		return false;
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_zone_locked(zone->inst, *pfn, order, type,
				     sb_pcp_serves(zone->inst, order) && type < SB_PCPTYPES);
	return true;
}

void sb_buddy_retype(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type)
{
	unsigned long end = pfn + sb_order_pages(order);

	for (; pfn < end; pfn += sb_order_pages(zone->inst->cfg.pageblock_order))
		sb_pageblock_set_type(zone->inst, pfn, type);
}

/* Takes a free buddy off its list, or a guard, unless the types of the two forbid a merge. */
static bool take_buddy(struct sb_zone *zone, unsigned long buddy, unsigned int order,
		       unsigned int type) __must_hold(zone->lock)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int buddy_type = type;
	struct sb_page *page;

	if (!same_zone(zone, buddy, order))
		return false;
	page = page_of(zone, buddy);
	if (!sb_page_is_free(page, order))
		return unlikely(inst->hooks & SB_HOOK_GUARD) && sb_guard_absorb(zone, buddy, order);
	if (order >= inst->cfg.pageblock_order &&
	    !(inst->rules->own_lists && sb_page_list(page) == type))
		buddy_type = sb_pageblock_type(&inst->blocks, buddy);
	if (buddy_type != type && !(mergeable(type) && mergeable(buddy_type)))
		return false;
	if (unlikely(!sb_freelist_pull(zone, buddy, order)))
		return false;
	if (buddy_type != type && inst->rules->own_lists)
		sb_buddy_retype(zone, buddy, order, type);
	return true;
}

/* A free block's pages are to be another type's: Linux 6.1 may have put it on its lists. */
static noinline void count_as(struct sb_zone *zone, unsigned int order, unsigned int from,
			      unsigned int type) __must_hold(zone->lock)
{
	sb_engine_account(zone, from, -(long)sb_order_pages(order));
	sb_engine_account(zone, type, (long)sb_order_pages(order));
}

/*
 * Merges a block with what is free beside it in its pageblock, where zone and type are the
 * same: its buddies' pages change their list alone, and stay accounted. Says which order it
 * has then.
 */
static unsigned int merge_inside(struct sb_zone *zone, const struct sb_memmap *map,
				 unsigned long pfn, unsigned int low, unsigned int most,
				 unsigned int type) __must_hold(zone->lock)
{
	u32 index = (u32)(pfn - map->base_pfn);
	struct sb_page *buddy = sb_memmap_page(map, pfn);
	/* Where the descriptor of index 0 were, if those of all pageblocks were one array. */
	unsigned long origin = (unsigned long)buddy - index * sizeof(*buddy);
	u32 nr_flat = map->flat ? (u32)map->nr_pages : 0;
	unsigned int order;

	for (order = low; order < most; order++) {
		u32 beside = index ^ 1u << order, state;

		buddy = (struct sb_page *)(origin + beside * sizeof(*buddy));
		state = buddy->prev_state;
		if ((state & 15) < SB_PAGE_FREE || (buddy->next_order & 15) != order)
			break;
		if (!sb_freelist_unlink_inner(&zone->free_area[order], origin, nr_flat, buddy,
					      beside) &&
		    unlikely(!sb_freelist_unlink(zone, map, buddy, order, beside)))
			break;
		sb_page_set_tail(buddy);
		if (unlikely((state & 7) != type))
			count_as(zone, order, state & 7, type);
		index &= beside;
	}
	return order;
}

/*
 * The same with whatever may be merged with, pageblocks and guards too, whose pages are not
 * accounted any more then.
 */
static noinline unsigned int merge_any(struct sb_zone *zone, unsigned long pfn, unsigned int order,
				       unsigned int type) __must_hold(zone->lock)
{
	while (order < zone->inst->cfg.max_order &&
	       take_buddy(zone, sb_pfn_buddy(pfn, order), order, type)) {
		pfn = sb_pfn_block(pfn, order + 1);
		order++;
	}
	return order;
}

static unsigned int list_put(struct sb_zone *zone, unsigned long pfn, unsigned int low,
			     unsigned int type, bool fresh) __must_hold(zone->lock)
{
	const struct sb_instance *inst = zone->inst;
	const struct sb_memmap map = inst->map;
	bool guards = READ_ONCE(inst->hooks) & SB_HOOK_GUARD;
	unsigned int most = min(inst->cfg.pageblock_order, inst->cfg.max_order);
	unsigned int order = low, inside;
	unsigned long head;
	long accounted;
	bool to_tail;

	if (likely(low < most && !guards))
		order = merge_inside(zone, &map, pfn, low, most, type);
	inside = order;
	if (order < inst->cfg.max_order && unlikely(order >= most || guards))
		order = merge_any(zone, sb_pfn_block(pfn, order), order, type);
	head = sb_pfn_block(pfn, order);
	if (head != pfn)
		sb_page_set_tail(sb_memmap_page(&map, pfn));
	to_tail = fresh || merge_likely(zone, head, order);
	accounted = (long)(sb_order_pages(order) - sb_order_pages(inside) + sb_order_pages(low));
	sb_freelist_link(zone, &map, head, order, type, to_tail ? SB_ENGINE_TAIL : SB_ENGINE_HEAD);
	sb_engine_account(zone, type, accounted);
	sb_plenty_look_more(zone, type);
	return order;
}

unsigned int sb_buddy_put(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			  unsigned int type, bool fresh)
{
	return zone->inst->engine->put(zone, pfn, order, type, fresh);
}

static bool of_one_type(const struct sb_instance *inst, unsigned long pfn, unsigned long end)
{
	unsigned int type = sb_pageblock_type(&inst->blocks, pfn);

	while ((pfn += sb_order_pages(inst->cfg.pageblock_order)) < end)
		if (sb_pageblock_type(&inst->blocks, pfn) != type)
			return false;
	return true;
}

/* Pageblocks of one type would merge again: put together, they are the same block. */
static unsigned int piece_order(const struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	const struct sb_instance *inst = zone->inst;
	bool split = inst->rules->split_large || zone->nr_isolated_blocks;

	if (order <= inst->cfg.pageblock_order || !split ||
	    of_one_type(inst, pfn, pfn + sb_order_pages(order)))
		return order;
	return inst->cfg.pageblock_order;
}

void sb_buddy_free(struct sb_zone *zone, unsigned long pfn, unsigned int order, bool fresh)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int piece = piece_order(zone, pfn, order);
	unsigned long end = pfn + sb_order_pages(order);

	for (; pfn < end; pfn += sb_order_pages(piece))
		sb_buddy_put(zone, pfn, piece, sb_pageblock_type(&inst->blocks, pfn), fresh);
}

static unsigned long list_move_rest(struct sb_zone *zone, unsigned long pfn, unsigned int type)
	__must_hold(zone->lock)
{
	unsigned int block_order = zone->inst->cfg.pageblock_order;
	unsigned long end = sb_pfn_block(pfn, block_order) + sb_order_pages(block_order);
	unsigned long moved = 0;

	while (pfn < end) {
		const struct sb_page *page = page_of(zone, pfn);
		unsigned int order = sb_page_order(page);

		if (sb_page_state(page) == SB_PAGE_FREE) {
			sb_freelist_move(zone, pfn, order, type);
			moved += sb_order_pages(order);
		}
		pfn += sb_order_pages(order);
	}
	return moved;
}

unsigned long sb_buddy_move_rest(struct sb_zone *zone, unsigned long pfn, unsigned int type)
{
	return zone->inst->engine->move_rest(zone, pfn, type);
}

unsigned long sb_buddy_move_free(struct sb_zone *zone, unsigned long pfn, unsigned int type)
{
	unsigned int block_order = zone->inst->cfg.pageblock_order;
	unsigned long start = sb_pfn_block(pfn, block_order);

	/* Newer kernels keep away from pageblocks that the zone does not span. */
	if (!zone->inst->rules->own_lists) {
		if (!sb_zone_spans(zone, start + sb_order_pages(block_order) - 1))
			return 0;
		if (!sb_zone_spans(zone, start))
			start = pfn;
	}
	return sb_buddy_move_rest(zone, start, type);
}

unsigned long sb_buddy_move_block(struct sb_zone *zone, unsigned long pfn, unsigned int type)
{
	sb_pageblock_set_type(zone->inst, pfn, type);
	return sb_buddy_move_free(zone, pfn, type);
}

static bool list_claim(struct sb_zone *zone, unsigned long pfn, unsigned int high, unsigned int low,
		       unsigned int type) __must_hold(zone->lock)
{
	if (unlikely(!sb_freelist_pull(zone, pfn, high)))
		return false;
	sb_buddy_retype(zone, pfn, high, type);
	sb_engine_account(zone, type, (long)sb_order_pages(high));
	if (unlikely(zone->inst->hooks & SB_HOOK_GUARD)) {
		split_guarded(zone, pfn, low, high, type);
		return true;
	}
	split(zone, &zone->inst->map, pfn, low, high, type);
	sb_engine_account(zone, type, -(long)sb_order_pages(low));
	sb_plenty_look(zone);
	return true;
}

const struct sb_engine sb_engine_list = {
	.name = "list",
	.take = list_take,
	.take_many = list_take_many,
	.put = list_put,
	.add = sb_freelist_add,
	.del = sb_freelist_del,
	.claim = list_claim,
	.move = sb_freelist_move,
	.move_rest = list_move_rest,
	.first = sb_freelist_first,
	.count = sb_freelist_count,
	.tally = sb_freelist_tally,
	.check = sb_freelist_check,
};

// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "plenty.h"
#include "word_check.h"
#include "word_list.h"

static struct sb_word_zone *lists_of(const struct sb_zone *zone)
{
	return zone->inst->words.zone[zone - zone->inst->zones];
}

static unsigned int page_in_block(const struct sb_instance *inst, unsigned long pfn)
{
	return (unsigned int)(pfn - sb_pfn_block(pfn, inst->blocks.order));
}

static bool is_partial(const struct sb_zone *zone, const struct sb_word_block *block)
{
	return block->order < zone->inst->blocks.order;
}

/* Makes the pages of whole pageblocks free or used; they are on no list. */
static void set_whole(struct sb_zone *zone, unsigned long pfn, unsigned int order, bool free)
	__must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	u32 index = sb_word_index(inst, pfn), end = index + (1u << (order - inst->blocks.order));
	long nr_pages = (long)sb_order_pages(order);

	sb_engine_account(zone, sb_word_at(inst, index)->type, free ? nr_pages : -nr_pages);
	for (; index < end; index++) {
		sb_word_set_all(inst, index, free);
		WRITE_ONCE(sb_word_at(inst, index)->order, free ? SB_WORD_INNER : SB_WORD_EMPTY);
	}
}

static noinline void broken(const struct sb_zone *zone, unsigned long pfn)
{
	sb_instance_broken(zone->inst, "a bit does not say what its page is, from pfn", pfn);
}

/* Makes a part of a pageblock free, and it may be free as a whole then: of which order? */
static unsigned int put_part(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			     unsigned int type) __must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	u32 index = sb_word_index(inst, pfn);
	struct sb_word_block *block = sb_word_at(inst, index);

	if (!block->nr_free)
		block->type = (u8)type;
	if (unlikely(!sb_word_set(inst, index, page_in_block(inst, pfn), order, true))) {
		broken(zone, pfn);
		return order;
	}
	sb_engine_account(zone, block->type, (long)sb_order_pages(order));
	if (block->nr_free < sb_order_pages(inst->blocks.order)) {
		sb_word_settle(zone, index);
		return order;
	}
	if (block->order != SB_WORD_EMPTY)
		sb_word_unlink(zone, index);
	block->active = false;
	return sb_word_merge(zone, sb_pfn_block(pfn, inst->blocks.order), inst->blocks.order,
			     block->type);
}

/* The same for whole pageblocks. */
static unsigned int put_whole(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			      unsigned int type) __must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;
	u32 index = sb_word_index(inst, pfn), end = index + (1u << (order - inst->blocks.order));

	for (; index < end; index++) {
		if (unlikely(sb_word_at(inst, index)->nr_free)) {
			broken(zone, pfn);
			return order;
		}
		sb_word_at(inst, index)->type = (u8)type;
	}
	set_whole(zone, pfn, order, true);
	return sb_word_merge(zone, pfn, order, type);
}

static unsigned int put(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			unsigned int type, bool fresh) __must_hold(zone->lock)
{
	sb_assert_held(&zone->lock);
	sb_page_set_tail(sb_memmap_page(&zone->inst->map, pfn));
	order = order < zone->inst->blocks.order ? put_part(zone, pfn, order, type) :
						   put_whole(zone, pfn, order, type);
	sb_plenty_look(zone);
	return order;
}

static void add(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		enum sb_engine_end end) __must_hold(zone->lock)
{
	put(zone, pfn, order, type, false);
}

/* Pages of a pageblock were taken, which is on a list if it was partial before. */
static void note_taken(struct sb_zone *zone, u32 index, unsigned int nr_pages)
	__must_hold(zone->lock)
{
	struct sb_word_block *block = sb_word_at(zone->inst, index);

	sb_engine_account(zone, block->type, -(long)nr_pages);
	if (is_partial(zone, block)) {
		sb_word_settle(zone, index);
		return;
	}
	WRITE_ONCE(block->order, (u8)sb_word_largest(zone->inst, block));
	if (block->nr_free)
		sb_word_link(zone, index);
}

/* Takes a block that is free and as large as it says, or lies in one of a pageblock or more. */
static bool del(struct sb_zone *zone, unsigned long pfn, unsigned int order) __must_hold(zone->lock)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int block_order = inst->blocks.order;
	u32 index = sb_word_index(inst, pfn);

	sb_assert_held(&zone->lock);
	if (!is_partial(zone, sb_word_at(inst, index)))
		sb_word_cut(zone, sb_pfn_block(pfn, block_order), max(order, block_order));
	if (order < block_order) {
		if (unlikely(!sb_word_set(inst, index, page_in_block(inst, pfn), order, false))) {
			broken(zone, pfn);
			return false;
		}
		note_taken(zone, index, 1u << order);
	} else {
		set_whole(zone, pfn, order, false);
	}
	sb_plenty_look(zone);
	return true;
}

static u32 *active_of(const struct sb_zone *zone, unsigned int type)
{
	unsigned int cpu = sb_this_cpu() % zone->inst->cfg.nr_cpus;

	return &lists_of(zone)->active[cpu * SB_PCPTYPES + type];
}

/*
 * The pageblock whose largest free block is the smallest that will do, and of such the
 * fullest. Not one that is free as a whole; nor one that a CPU takes from, unless with
 * @active. SB_WORD_NONE when there is none.
 */
static u32 tightest(const struct sb_zone *zone, unsigned int order, unsigned int type, bool active)
{
	u32 orders = zone->nonempty[type] & ((1u << zone->inst->blocks.order) - 1);
	const struct sb_word_zone *lists = lists_of(zone);

	for (orders = orders >> order << order; orders; orders &= orders - 1) {
		unsigned int at = sb_ctz(orders), fill = sb_ctz(lists->fills[type][at]);

		if (fill != SB_WORD_ACTIVE || active)
			return lists->partial[type][at][fill];
	}
	return SB_WORD_NONE;
}

/* There is a block: in a whole pageblock, or else in one that another CPU takes from. */
static u32 last_resort(const struct sb_zone *zone, unsigned int order, unsigned int type)
{
	u32 orders = zone->nonempty[type] >> zone->inst->blocks.order;

	if (orders)
		return lists_of(zone)->whole[type][zone->inst->blocks.order + sb_ctz(orders)];
	return tightest(zone, order, type, true);
}

/* The pageblock that this CPU took from before will do again. */
static bool is_good(const struct sb_zone *zone, u32 index, unsigned int order, unsigned int type)
{
	const struct sb_word_block *block;

	if (index == SB_WORD_NONE)
		return false;
	block = sb_word_at(zone->inst, index);
	return block->type == type && is_partial(zone, block) && block->order >= order &&
	       sb_instance_zone_at(zone->inst, sb_word_pfn(zone->inst, index)) == zone;
}

/*
 * Where a block of less than a pageblock is taken from: there is one. Not the pageblock that
 * this CPU took from before, as long as the largest block of another one is smaller.
 */
static u32 choose(const struct sb_zone *zone, const u32 *active, unsigned int order,
		  unsigned int type)
{
	bool good = active && is_good(zone, *active, order, type);
	unsigned int largest = good ? sb_word_at(zone->inst, *active)->order : SB_WORD_EMPTY;
	u32 index;

	if (largest == order)
		return *active;
	index = tightest(zone, order, type, false);
	if (index != SB_WORD_NONE && sb_word_at(zone->inst, index)->order < largest)
		return index;
	return good ? *active : last_resort(zone, order, type);
}

/* This CPU takes from another pageblock, which is in part free, from now on. */
static void activate(struct sb_zone *zone, u32 *active, u32 index) __must_hold(zone->lock)
{
	u32 old = *active;

	/* It may have gone to another zone meanwhile. */
	if (old != SB_WORD_NONE &&
	    sb_instance_zone_at(zone->inst, sb_word_pfn(zone->inst, old)) == zone &&
	    is_partial(zone, sb_word_at(zone->inst, old))) {
		sb_word_at(zone->inst, old)->active = false;
		sb_word_settle(zone, old);
	}
	*active = index;
	sb_word_at(zone->inst, index)->active = true;
	sb_word_settle(zone, index);
}

/* Takes blocks of less than a pageblock: there is one. */
static unsigned int take_small(struct sb_zone *zone, unsigned int order, unsigned int type,
			       unsigned int most, u32 *end) __must_hold(zone->lock)
{
	u32 *active = type < SB_PCPTYPES ? active_of(zone, type) : NULL;
	struct sb_instance *inst = zone->inst;
	u32 index = choose(zone, active, order, type);
	bool again = active && index == *active && sb_word_at(inst, index)->active;
	unsigned int nr;

	if (!is_partial(zone, sb_word_at(inst, index)))
		sb_word_cut(zone, sb_word_pfn(inst, index), inst->blocks.order);
	nr = sb_word_take(inst, index, order, most, end);
	note_taken(zone, index, nr << order);
	/* A larger request does not make this CPU give up what smaller ones can have. */
	if (active && !again && is_partial(zone, sb_word_at(inst, index)) &&
	    !(order && is_good(zone, *active, 0, type)))
		activate(zone, active, index);
	return nr;
}

/* Takes a pageblock or more: there is something. */
static unsigned long take_large(struct sb_zone *zone, unsigned int order, unsigned int type)
	__must_hold(zone->lock)
{
	unsigned int large = order + sb_ctz(zone->nonempty[type] >> order);
	unsigned long pfn = sb_word_pfn(zone->inst, lists_of(zone)->whole[type][large]);

	sb_word_cut(zone, pfn, order);
	set_whole(zone, pfn, order, false);
	return pfn;
}

static unsigned int take_many(struct sb_zone *zone, unsigned int order, unsigned int type,
			      unsigned int most, u32 *end) __must_hold(zone->lock)
{
	unsigned int nr = 1;

	sb_assert_held(&zone->lock);
	if (!(zone->nonempty[type] >> order))
		return 0;
	if (order < zone->inst->blocks.order)
		nr = take_small(zone, order, type, most, end);
	else
		end[-1] = (u32)(take_large(zone, order, type) - zone->inst->map.base_pfn);
	sb_plenty_look(zone);
	return nr;
}

static unsigned int take_to_list(struct sb_zone *zone, unsigned int order, unsigned int type,
				 unsigned int most, u32 *end) __must_hold(zone->lock)
{
	unsigned int nr = take_many(zone, order, type, most, end), i;
	struct sb_page *page;
	u32 first;

	if (!nr)
		return 0;
	/* Blocks of one word have descriptors of one array. */
	first = end[-1];
	page = sb_memmap_at(&zone->inst->map, first);
	for (i = 0; i < nr; i++)
		sb_page_set_listed(page + (int)(*--end - first), order, type);
	return nr;
}

static bool take(struct sb_zone *zone, unsigned int order, unsigned int type, unsigned long *pfn)
	__must_hold(zone->lock)
{
	u32 index;

	if (!take_many(zone, order, type, 1, &index + 1))
		return false;
	*pfn = zone->inst->map.base_pfn + index;
	return true;
}

static void move(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type)
	__must_hold(zone->lock)
{
	u32 index = sb_word_index(zone->inst, pfn);

	sb_assert_held(&zone->lock);
	sb_word_unlink(zone, index);
	sb_word_retype(zone, pfn, max(order, zone->inst->blocks.order), type);
	sb_word_link(zone, index);
	sb_plenty_look(zone);
}

static unsigned long move_rest(struct sb_zone *zone, unsigned long pfn, unsigned int type)
	__must_hold(zone->lock)
{
	unsigned int block_order = zone->inst->blocks.order;
	struct sb_word_block *block = sb_word_of(zone->inst, pfn);

	if (!block->nr_free)
		return 0;
	pfn = sb_pfn_block(pfn, block_order);
	if (!is_partial(zone, block) && block->order != block_order) {
		sb_word_cut(zone, pfn, block_order);
		sb_word_link(zone, sb_word_index(zone->inst, pfn));
	}
	move(zone, pfn, block_order, type);
	return block->nr_free;
}

static bool claim(struct sb_zone *zone, unsigned long pfn, unsigned int high, unsigned int low,
		  unsigned int type) __must_hold(zone->lock)
{
	sb_buddy_retype(zone, pfn, high, type);
	move(zone, pfn, high, type);
	return del(zone, pfn, low);
}

static unsigned long first(const struct sb_zone *zone, unsigned int order, unsigned int type)
{
	const struct sb_word_zone *lists = lists_of(zone);
	const struct sb_instance *inst = zone->inst;
	u32 index;

	if (order >= inst->blocks.order)
		return sb_word_pfn(inst, lists->whole[type][order]);
	index = lists->partial[type][order][sb_ctz(lists->fills[type][order])];
	return sb_word_pfn(inst, index) + sb_word_find(inst, index, order);
}

/* Adds the blocks of a type, or of all with SB_NR_TYPES, by order. */
static void add_blocks(const struct sb_zone *zone, unsigned int type, unsigned long *nr)
{
	const struct sb_instance *inst = zone->inst;
	u32 index = sb_word_index(inst, zone->start_pfn), end;

	if (!zone->spanned || !inst->words.bits)
		return;
	end = sb_word_index(inst, sb_zone_end(zone) - 1) + 1;
	for (; index < end; index++) {
		const struct sb_word_block *block = sb_word_at(inst, index);
		unsigned int order = READ_ONCE(block->order);

		if (sb_instance_zone_at(inst, sb_word_pfn(inst, index)) != zone ||
		    (type != SB_NR_TYPES && block->type != type))
			continue;
		if (order < inst->blocks.order)
			sb_word_tally(inst, index, nr);
		else if (order < SB_NR_ORDERS)
			nr[order]++;
	}
}

static unsigned long count(const struct sb_zone *zone, unsigned int order, unsigned int type,
			   unsigned long limit)
{
	unsigned long nr[SB_NR_ORDERS] = { 0 };

	add_blocks(zone, type, nr);
	return min(nr[order], limit);
}

static void tally(const struct sb_zone *zone, unsigned long *nr)
{
	memset(nr, 0, SB_NR_ORDERS * sizeof(*nr));
	add_blocks(zone, SB_NR_TYPES, nr);
}

static unsigned int nr_free(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_word_of(zone->inst, pfn)->nr_free;
}

static bool look(const struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info)
{
	int order;

	/* Before there are pageblocks all is reserved. */
	if (!inst->words.bits)
		return false;
	order = sb_word_order_at(inst, sb_word_index(inst, pfn), page_in_block(inst, pfn));
	if (order < 0)
		return false;
	info->state = SB_PAGE_FREE;
	info->type = sb_word_of(inst, pfn)->type;
	info->order = (unsigned int)order;
	info->head = sb_pfn_block(pfn, info->order);
	if (info->order == inst->blocks.order &&
	    !sb_word_run_of(inst, pfn, &info->head, &info->order)) {
		info->head = sb_pfn_block(pfn, inst->blocks.order);
		info->order = inst->blocks.order;
	}
	info->tail = info->head != pfn;
	return true;
}

/* Memory of it, or some that may be added. */
static bool may_have_pages(const struct sb_zone *zone)
{
	const struct sb_instance *inst = zone->inst;

	return sb_zone_populated(zone) ||
	       (inst->sections.section && inst->nodes[zone->nid].at_boot);
}

static void init_lists(struct sb_word_zone *lists, size_t size)
{
	memset(lists, 0xff, size);
	memset(lists->fills, 0, sizeof(lists->fills));
}

static int init(struct sb_instance *inst)
{
	size_t each = sizeof(struct sb_word_zone) + inst->cfg.nr_cpus * SB_PCPTYPES * sizeof(u32);
	unsigned long nr = inst->blocks.nr_blocks, i;
	unsigned int nr_zones = 0;
	u8 *at;
	int err;

	each = (each + 7) & ~(size_t)7;
	for (i = 0; i < SB_MAX_ZONES; i++)
		nr_zones += may_have_pages(&inst->zones[i]);
	err = sb_instance_place(inst,
				(u64)nr * sizeof(struct sb_word_block) +
					((u64)nr << (inst->blocks.order - SB_WORD_ORDER)) *
						sizeof(u32) +
					nr_zones * each,
				&inst->words_range);
	if (err)
		return err;
	at = inst->words_range.mapped;
	for (i = 0; i < SB_MAX_ZONES; i++) {
		if (!may_have_pages(&inst->zones[i]))
			continue;
		inst->words.zone[i] = (struct sb_word_zone *)at;
		init_lists(inst->words.zone[i], each);
		at += each;
	}
	inst->words.block = (struct sb_word_block *)at;
	inst->words.bits = (u32 *)(inst->words.block + nr);
	for (i = 0; i < nr; i++)
		inst->words.block[i].order = SB_WORD_EMPTY;
	return 0;
}

const struct sb_engine sb_engine_word = {
	.name = "word",
	.at_once = true,
	.init = init,
	.take = take,
	.take_many = take_to_list,
	.put = put,
	.add = add,
	.del = del,
	.claim = claim,
	.move = move,
	.move_rest = move_rest,
	.first = first,
	.count = count,
	.tally = tally,
	.nr_free = nr_free,
	.look = look,
	.check = sb_word_check,
};

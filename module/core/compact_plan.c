// SPDX-License-Identifier: GPL-2.0-only
#include "buddy.h"
#include "compact_plan.h"
#include "front.h"
#include "pcp_drain.h"

/**
 * struct copy - A zone to try things on.
 * @real: instance that it was copied from
 * @from: zone, likewise
 * @zone: its copy, in @inst
 * @first: first page of its first pageblock
 * @end: first page after its last one
 * @nr_free: free pages of the zone when it was looked at first
 * @to: where the unit that is being moved would go
 * @limit: when to give up, or NULL
 * @moved: it would
 * @disturbed: somebody else is at work
 * @stopped: it was given up
 * @inst: as much of an instance as the scanners look at
 */
struct copy {
	struct sb_instance *real;
	struct sb_zone *from;
	struct sb_zone *zone;
	unsigned long first;
	unsigned long end;
	unsigned long nr_free;
	unsigned long to;
	const struct sb_compact_limit *limit;
	bool moved;
	bool disturbed;
	bool stopped;
	struct sb_instance inst;
};

static unsigned long first_of(const struct sb_zone *zone)
{
	return sb_pfn_block(zone->start_pfn, zone->inst->cfg.pageblock_order);
}

static unsigned long end_of(const struct sb_zone *zone)
{
	unsigned int order = zone->inst->cfg.pageblock_order;

	return sb_pfn_block(sb_zone_end(zone) - 1, order) + sb_order_pages(order);
}

static size_t flags_size(const struct sb_instance *inst)
{
	return (inst->blocks.nr_blocks + 7) / 8 * sizeof(u32);
}

/* The copy, descriptors, bits of all pageblocks, and two bytes for each. */
static size_t size_for(const struct sb_zone *zone)
{
	return sizeof(struct copy) + (end_of(zone) - first_of(zone)) * sizeof(struct sb_page) +
	       flags_size(zone->inst) + 2 * zone->inst->blocks.nr_blocks;
}

size_t sb_compact_plan_size(struct sb_instance *inst, int nid)
{
	struct sb_zone *zone = NULL;
	size_t size = 0;

	if (inst->stage != SB_STAGE_LIVE)
		return 0;
	while ((zone = sb_instance_next_zone(inst, zone)))
		if (nid == SB_NID_ANY || zone->nid == nid)
			size = max(size, size_for(zone));
	return size;
}

/* Asks the real owner, and lets go of the unit at once. */
static int begin(void *ctx, unsigned long pfn, enum sb_migrate_mode mode, struct sb_unit *unit)
{
	struct copy *copy = ctx;
	const struct sb_mover *mover = copy->real->mover;
	int err = mover->begin(copy->real->mover_ctx, pfn, mode, unit);

	if (!err)
		mover->end(copy->real->mover_ctx, unit);
	else if (err != -EBUSY)
		copy->disturbed = true;
	copy->moved = false;
	return err;
}

static int move(void *ctx, struct sb_unit *unit, unsigned long to)
{
	struct copy *copy = ctx;

	copy->to = to;
	copy->moved = true;
	return 0;
}

/* The owner does not know the new place: nobody is to ask him about it. */
static void end(void *ctx, struct sb_unit *unit)
{
	struct copy *copy = ctx;

	if (copy->moved)
		sb_migrate_mark(&copy->inst, copy->to, unit->nr_pages, false);
}

static const struct sb_mover plan_mover = {
	.begin = begin,
	.move = move,
	.end = end,
};

/* What the scanners, buddy lists and the move itself look at. */
static void copy_instance(struct copy *copy, const struct sb_instance *real)
{
	struct sb_instance *inst = &copy->inst;

	memset(inst, 0, sizeof(*inst));
	inst->cfg = real->cfg;
	inst->cfg.pcp_high = 0;
	inst->stage = SB_STAGE_LIVE;
	inst->rules = real->rules;
	/* Blocks are put back one by one, and taken as the list engine would. */
	inst->cfg.engine = SB_ENGINE_LIST;
	inst->engine = sb_engine(SB_ENGINE_LIST);
	sb_lock_init(&inst->block_lock);
	sb_lock_init(&inst->debug.lock);
	sb_lock_init(&inst->owners.lock);
	sb_front_setup(inst);
	inst->mover_ctx = copy;
	inst->mover = &plan_mover;
}

static void copy_zone(struct copy *copy, const struct sb_zone *from)
{
	struct sb_zone *zone = &copy->inst.zones[from - copy->real->zones];

	sb_zone_init(zone, &copy->inst, from->nid, from->type);
	zone->start_pfn = from->start_pfn;
	zone->spanned = from->spanned;
	zone->present = from->present;
	zone->managed = from->managed;
	zone->nr_reserved_highatomic = from->nr_reserved_highatomic;
	zone->cma_pages = from->cma_pages;
	zone->nr_isolated_blocks = from->nr_isolated_blocks;
	memcpy(zone->watermark, from->watermark, sizeof(zone->watermark));
	zone->watermark_boost = from->watermark_boost;
	memcpy(zone->lowmem_reserve, from->lowmem_reserve, sizeof(zone->lowmem_reserve));
	copy->zone = zone;
}

/* As a flat instance that has the pageblocks of this zone alone. */
static void place_maps(struct copy *copy, struct sb_page *pages)
{
	const struct sb_pageblocks *real = &copy->real->blocks;
	struct sb_pageblocks *blocks = &copy->inst.blocks;
	unsigned int own = (unsigned int)(copy->from - copy->real->zones);
	struct sb_memmap *map = &copy->inst.map;
	unsigned long i;

	map->base_pfn = copy->real->map.base_pfn;
	map->nr_pages = copy->real->map.nr_pages;
	map->flat = (unsigned long)pages - copy->first * sizeof(*pages);
	map->table = (unsigned long)&map->flat;
	map->shift = 8 * sizeof(long) - 1;
	*blocks = *real;
	blocks->flags = (u32 *)(pages + (copy->end - copy->first));
	blocks->zone = (u8 *)blocks->flags + flags_size(copy->real);
	blocks->home = blocks->zone + blocks->nr_blocks;
	memset(blocks->home, SB_HOME_NONE, blocks->nr_blocks);
	memcpy(blocks->flags, real->flags, flags_size(copy->real));
	for (i = 0; i < blocks->nr_blocks; i++)
		blocks->zone[i] = real->zone[i] == own ? (u8)own : SB_ZONE_NONE;
}

/* All that has to be copied is then what blocks begin with. */
static void set_tails(struct copy *copy)
{
	unsigned long pfn;

	for (pfn = copy->first; pfn < copy->end; pfn++)
		sb_page_set_tail(sb_memmap_page(&copy->inst.map, pfn));
}

/* The pageblock is not the zone's, or no longer: its pages are holes. */
static unsigned long leave_out(struct copy *copy, unsigned long pfn)
{
	struct sb_pageblocks *blocks = &copy->inst.blocks;
	u8 *zone = &blocks->zone[sb_pageblock_index(blocks, pfn)];

	copy->disturbed |= *zone != SB_ZONE_NONE;
	*zone = SB_ZONE_NONE;
	return sb_pfn_block(pfn, blocks->order) + sb_order_pages(blocks->order);
}

/* A block begins here; if not, there was another one when the page before was copied. */
static bool is_whole(const struct copy *copy, const struct sb_page *page, unsigned long pfn)
{
	unsigned int order = sb_page_order(page);

	return sb_page_state(page) != SB_PAGE_TAIL && order <= copy->inst.cfg.max_order &&
	       sb_pfn_aligned(pfn, order) && pfn + sb_order_pages(order) <= copy->end;
}

/* What begins at @pfn, and where the next one does. A page of which it is not known stays. */
static unsigned long copy_block(struct copy *copy, unsigned long pfn) __must_hold(copy->from->lock)
{
	struct sb_page *page = sb_memmap_page(&copy->inst.map, pfn);
	struct sb_page_info info;

	if (sb_instance_zone_at(copy->real, pfn) != copy->from)
		return leave_out(copy, pfn);
	*page = *sb_memmap_page(&copy->real->map, pfn);
	/* Of what is free an engine may have no descriptor. */
	if (sb_page_state(page) == SB_PAGE_TAIL) {
		sb_engine_look(copy->real, pfn, &info);
		if (info.state == SB_PAGE_FREE && info.head == pfn)
			sb_page_set(page, SB_PAGE_FREE + info.type, info.order, SB_PAGE_LINK_NONE);
	}
	if (is_whole(copy, page, pfn))
		return pfn + sb_order_pages(sb_page_order(page));
	copy->disturbed = true;
	sb_page_set(page, SB_PAGE_RESERVED, 0, SB_PAGE_LINK_NONE);
	return pfn + 1;
}

/* A few at a time, so that nobody waits long for the zone. */
static unsigned long copy_some(struct copy *copy, unsigned long pfn)
{
	unsigned long irq = sb_irq_save();
	unsigned int nr;

	sb_lock(&copy->from->lock);
	if (pfn == copy->first)
		copy->nr_free = copy->from->nr_free;
	copy->disturbed |= copy->from->nr_free != copy->nr_free;
	for (nr = 0; nr < SB_COMPACT_PLAN_BATCH && pfn < copy->end; nr++)
		pfn = copy_block(copy, pfn);
	sb_unlock(&copy->from->lock);
	sb_irq_restore(irq);
	return pfn;
}

static bool is_stopped(struct copy *copy)
{
	const struct sb_compact_limit *limit = copy->limit;

	copy->stopped = copy->stopped ||
			(limit && limit->should_stop && limit->should_stop(limit->ctx));
	return copy->stopped;
}

static void copy_all_pages(struct copy *copy)
{
	unsigned long pfn = copy->first;

	set_tails(copy);
	while (pfn < copy->end && !is_stopped(copy))
		pfn = copy_some(copy, pfn);
}

/* Most pages in a row that are free to somebody. */
static unsigned long longest_run(const struct copy *copy)
{
	unsigned long pfn = copy->first, run = 0, most = 0;
	struct sb_page_info info;

	while (pfn < copy->end) {
		unsigned long next;

		sb_memmap_info(&copy->inst, pfn, &info);
		next = sb_page_info_next(&info, pfn);
		if (info.state == SB_PAGE_FREE && info.type != SB_ISOLATE)
			run += next - pfn;
		else
			run = 0;
		most = max(most, run);
		pfn = next;
	}
	return most;
}

static int largest_order(const struct sb_zone *zone)
{
	int order = (int)zone->inst->cfg.max_order;
	unsigned int type;

	for (; order >= 0; order--)
		for (type = 0; type < SB_ISOLATE; type++)
			if (!sb_engine_empty(zone, (unsigned int)order, type))
				return order;
	return SB_COMPACT_NO_BLOCK;
}

/* A block goes to a list of the copy: as it is when it was on one, or drained. */
static void link_block(struct copy *copy, const struct sb_page_info *info)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&copy->zone->lock);
	if (info->state == SB_PAGE_FREE)
		sb_engine_add(copy->zone, info->head, info->order, info->type, SB_ENGINE_TAIL);
	else
		sb_pcp_drain_one(copy->zone, info->head, info->order);
	sb_unlock(&copy->zone->lock);
	sb_irq_restore(irq);
}

static void link_blocks(struct copy *copy, enum sb_page_state state)
{
	unsigned long pfn = copy->first, next;
	struct sb_page_info info;

	for (; pfn < copy->end; pfn = next) {
		sb_memmap_info(&copy->inst, pfn, &info);
		next = sb_page_info_next(&info, pfn);
		if (info.state == state && !info.tail)
			link_block(copy, &info);
	}
}

static void link_list(struct copy *copy, const struct sb_pcp_list *list)
{
	const u32 *slot = READ_ONCE(list->slot), *end = slot + READ_ONCE(list->nr);
	struct sb_page_info info;

	/* Its CPU may have moved it between the two reads. */
	end = min(end, (const u32 *)list->room + list->max);
	for (; slot < end; slot++) {
		sb_memmap_info(&copy->inst, copy->inst.map.base_pfn + READ_ONCE(*slot), &info);
		if (info.state == SB_PAGE_PCP && !info.tail)
			link_block(copy, &info);
		else
			copy->disturbed = true;
	}
}

/* In the order of a drain: of blocks that merge it is the last that says of which type they are. */
static void link_lists(struct copy *copy)
{
	const struct sb_zone *from = copy->from;
	unsigned int cpu, which;

	for (cpu = 0; from->pcp && cpu < copy->real->cfg.nr_cpus; cpu++)
		for (which = 0; which < SB_PCP_LISTS; which++)
			link_list(copy, &from->pcp[cpu].list[which]);
	/* Those that came to a list meanwhile. */
	link_blocks(copy, SB_PAGE_PCP);
}

static void take_copy(struct copy *copy, struct sb_zone *from, const struct sb_compact_limit *limit)
{
	memset(copy, 0, offsetof(struct copy, inst));
	copy->limit = limit;
	copy->real = from->inst;
	copy->from = from;
	copy->first = first_of(from);
	copy->end = end_of(from);
	copy_instance(copy, copy->real);
	copy_zone(copy, from);
	place_maps(copy, (struct sb_page *)(copy + 1));
	copy_all_pages(copy);
}

/* Nothing keeps pages that are freed from being free. */
static bool frees_are_free(const struct sb_zone *zone)
{
	return !(READ_ONCE(zone->inst->hooks) & SB_HOOKS_ZONE) && !zone->nr_guard &&
	       !zone->inst->debug.guard_order;
}

/* False when it was given up. */
static bool plan_zone(struct sb_zone *zone, struct copy *copy, const struct sb_compact_limit *limit,
		      struct sb_compact_plan *plan)
{
	struct sb_compact compact = {
		.order = SB_COMPACT_WHOLE,
		.mode = SB_MIGRATE_SYNC,
		.whole_zone = true,
		.ignore_skip_hint = true,
	};

	memset(plan, 0, sizeof(*plan));
	plan->result = SB_COMPACT_SKIPPED;
	plan->order_now = largest_order(zone);
	if (limit)
		compact.limit = *limit;
	take_copy(copy, zone, limit);
	if (is_stopped(copy))
		return false;
	plan->run_now = longest_run(copy);
	if (READ_ONCE(zone->inst->mover)) {
		/* What is free first: a compaction begins by a drain, which merges with it. */
		link_blocks(copy, SB_PAGE_FREE);
		link_lists(copy);
		plan->result = sb_compact_zone(copy->zone, &compact);
		plan->order_after = largest_order(copy->zone);
		plan->run_after = longest_run(copy);
		plan->done = compact.done;
	} else {
		plan->order_after = plan->order_now;
		plan->run_after = plan->run_now;
	}
	plan->exact = frees_are_free(zone) && !copy->disturbed && !copy->inst.corrupt;
	return !is_stopped(copy);
}

static void add_plan(struct sb_compact_plan *sum, const struct sb_compact_plan *plan)
{
	sum->result = max(sum->result, plan->result);
	sum->exact &= plan->exact;
	sum->order_now = max(sum->order_now, plan->order_now);
	sum->order_after = max(sum->order_after, plan->order_after);
	sum->run_now = max(sum->run_now, plan->run_now);
	sum->run_after = max(sum->run_after, plan->run_after);
	sb_compact_add_done(&sum->done, &plan->done);
}

int sb_compact_plan(struct sb_instance *inst, int nid, void *memory, size_t size,
		    const struct sb_compact_limit *limit, struct sb_compact_plan *plan)
{
	struct sb_compact_plan one;
	struct sb_zone *zone = NULL;
	bool any = false;

	if (inst->corrupt)
		return -EIO;
	if (inst->stage != SB_STAGE_LIVE)
		return -ENODEV;
	memset(plan, 0, sizeof(*plan));
	plan->result = SB_COMPACT_SKIPPED;
	plan->exact = true;
	plan->order_now = SB_COMPACT_NO_BLOCK;
	plan->order_after = SB_COMPACT_NO_BLOCK;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (nid != SB_NID_ANY && zone->nid != nid)
			continue;
		if (size_for(zone) > size)
			return -ENOSPC;
		if (!plan_zone(zone, memory, limit, &one))
			return -EINTR;
		add_plan(plan, &one);
		any = true;
	}
	return any ? 0 : -EINVAL;
}

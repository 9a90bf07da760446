// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"
#include "front.h"
#include "plenty.h"

/* Always empty and always full. */
static struct sb_pcp_list none;

static const struct sb_front closed = {
	.list = { [0 ... SB_NR_HOMES * SB_PCP_ORDERS - 1] = &none },
};

static_assert(SB_NR_HOMES <= 256, "a home is a byte");
static_assert(SB_FRONT_GFPS > (SB_GFP_DMA | SB_GFP_HIGHMEM | SB_GFP_MOVABLE | SB_GFP_RECLAIMABLE),
	      "flags of zone and type are below");

void sb_front_number(struct sb_instance *inst)
{
	unsigned int i, nr = 0;

	for (i = 0; i < SB_MAX_ZONES; i++)
		if (sb_pcp_wanted(&inst->zones[i]))
			inst->zones[i].front_slot = nr++;
}

static size_t table_size(const struct sb_instance *inst)
{
	unsigned int i, nr = 0;

	for (i = 0; i < SB_MAX_ZONES; i++)
		nr += sb_pcp_wanted(&inst->zones[i]);
	return nr * SB_HOME_TYPES * SB_PCP_ORDERS * sizeof(closed.list[0]);
}

size_t sb_front_size(const struct sb_instance *inst)
{
	return table_size(inst) * inst->cfg.nr_cpus;
}

static struct sb_front *table_of(const struct sb_instance *inst, unsigned int cpu)
{
	return (struct sb_front *)((char *)inst->front.tables + inst->front.table_size * cpu);
}

/* The lists that pages of a zone come to, and none for the types that have none. */
static void set_lists(struct sb_front *front, const struct sb_zone *zone, unsigned int cpu)
{
	unsigned int home = zone->front_slot * SB_HOME_TYPES, type, order;

	for (order = 0; order < SB_PCP_ORDERS; order++) {
		for (type = 0; type < SB_PCPTYPES; type++)
			front->list[sb_front_list(home + type, order)] =
				&zone->pcp[cpu].list[sb_pcp_list_index(order, type)];
		front->list[sb_front_list(home + SB_HOME_NONE, order)] = &none;
	}
}

void sb_front_init(struct sb_instance *inst, void *tables)
{
	unsigned int cpu, i;

	inst->front.tables = tables;
	inst->front.table_size = table_size(inst);
	for (cpu = 0; cpu < inst->cfg.nr_cpus; cpu++)
		for (i = 0; i < SB_MAX_ZONES; i++)
			if (inst->zones[i].pcp)
				set_lists(table_of(inst, cpu), &inst->zones[i], cpu);
}

void sb_front_exit(struct sb_instance *inst)
{
	inst->front.tables = NULL;
	sb_front_update(inst);
}

/* CPUs that share lists need their locks. */
static bool may_open(const struct sb_instance *inst)
{
	return inst->front.tables && inst->stage == SB_STAGE_LIVE && !inst->corrupt &&
	       !inst->hooks && !inst->front.nr_closed && inst->cfg.pcp_high &&
	       sb_nr_cpus() <= inst->cfg.nr_cpus;
}

static void update_locked(struct sb_instance *inst) __must_hold(inst->front.lock)
{
	bool open = may_open(inst);
	unsigned int cpu;

	for (cpu = 0; cpu < inst->cfg.nr_cpus; cpu++)
		/* Who sees the table sees what is in it. */
		smp_store_release(&inst->front.of[cpu], open ? table_of(inst, cpu) : &closed);
}

void sb_front_setup(struct sb_instance *inst)
{
	unsigned int cpu;

	sb_lock_init(&inst->front.lock);
	for (cpu = 0; cpu < SB_MAX_CPUS; cpu++)
		inst->front.of[cpu] = &closed;
}

void sb_front_update(struct sb_instance *inst)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&inst->front.lock);
	update_locked(inst);
	sb_unlock(&inst->front.lock);
	sb_irq_restore(irq);
}

static void count_closed(struct sb_instance *inst, int nr)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&inst->front.lock);
	inst->front.nr_closed += (unsigned int)nr;
	update_locked(inst);
	sb_unlock(&inst->front.lock);
	sb_irq_restore(irq);
}

void sb_front_close(struct sb_instance *inst)
{
	count_closed(inst, 1);
	sb_quiesce();
}

void sb_front_open(struct sb_instance *inst)
{
	count_closed(inst, -1);
}

/* Pages that go in or out while interrupts are off. */
#define BULK_PART 32ul

/* Fills entries from @i on below @end; says how far it came. */
static unsigned long take_part(struct sb_instance *inst, struct sb_pcp_list *list, unsigned long i,
			       unsigned long end, unsigned long *pfns)
{
	const struct sb_memmap map = inst->map;
	u32 nr = list->nr, taken;

	for (; i < end; i++) {
		if (unlikely(pfns[i] != SB_PFN_NONE))
			continue;
		if (unlikely(!nr))
			break;
		pfns[i] = map.base_pfn + list->slot[--nr];
		WRITE_ONCE(sb_memmap_page(&map, pfns[i])->prev_state, SB_PAGE_USED);
	}
	taken = list->nr - nr;
	WRITE_ONCE(list->nr, nr);
	WRITE_ONCE(list->nr_taken, list->nr_taken + taken);
	sb_pcp_of(list)->nr_taken += taken;
	return i;
}

/* The zone that is preferred has plenty after @nr pages more, too. */
static bool has_plenty(const struct sb_instance *inst, u32 gfp, unsigned long nr)
{
	unsigned int index = READ_ONCE(inst->front.zone[gfp % SB_FRONT_GFPS]);

	return index != SB_ZONE_NONE && sb_plenty_after(&inst->zones[index], nr);
}

unsigned long sb_front_take_bulk(struct sb_instance *inst, u32 gfp, unsigned long nr,
				 unsigned long *pfns)
{
	unsigned long done = 0, end = 0;

	if (unlikely(!has_plenty(inst, gfp, nr)))
		return 0;
	while (done == end && done < nr) {
		unsigned long irq = sb_irq_save();
		unsigned int which = READ_ONCE(inst->front.list[0][gfp % SB_FRONT_GFPS]);
		struct sb_pcp_list *list = sb_front_this(inst)->list[which];

		end = min(nr, done + BULK_PART);
		if (likely(list != &none))
			done = take_part(inst, list, done, end, pfns);
		sb_irq_restore(irq);
	}
	/* The list may have gone between two parts, where entries were full before. */
	while (done < nr && pfns[done] != SB_PFN_NONE)
		done++;
	return done;
}

unsigned long sb_front_put_bulk(struct sb_instance *inst, unsigned long nr,
				const unsigned long *pfns)
{
	unsigned long done = 0, end = 0;

	while (done == end && done < nr) {
		unsigned long irq = sb_irq_save();
		const struct sb_front *front = sb_front_this(inst);

		end = min(nr, done + BULK_PART);
		while (done < end && likely(sb_front_put_to(inst, front, pfns[done], 0)))
			done++;
		sb_irq_restore(irq);
	}
	return done;
}

/* Nobody looks on, and the instance is live and sound, for as long as interrupts are off. */
static bool is_open(const struct sb_instance *inst)
{
	return sb_front_this(inst) != &closed;
}

static bool is_large(const struct sb_instance *inst, unsigned int order)
{
	return order >= SB_PCP_ORDERS && order <= inst->cfg.max_order &&
	       order != inst->cfg.pcp_huge_order;
}

/* What CMA areas lend is a matter of balance. */
static bool may_borrow(const struct sb_zone *zone, unsigned int type)
{
	return type == SB_MOVABLE && zone->cma_pages;
}

static bool take_large(struct sb_zone *zone, unsigned int order, unsigned int type,
		       unsigned long *pfn) __must_hold(zone->lock)
{
	if (unlikely(!sb_plenty_for(zone, order) || may_borrow(zone, type) ||
		     !zone->inst->engine->take(zone, order, type, pfn)))
		return false;
	sb_page_set(sb_memmap_page(&zone->inst->map, *pfn), SB_PAGE_ALLOC, order, type);
	zone->events[SB_EVENT_ALLOC]++;
	zone->events[SB_EVENT_ALLOC_PAGES] += sb_order_pages(order);
	return true;
}

bool sb_front_take_large(struct sb_instance *inst, u32 gfp, unsigned int order, unsigned long *pfn)
{
	unsigned int index = READ_ONCE(inst->front.zone[gfp % SB_FRONT_GFPS]);
	unsigned int type = sb_plenty_type(inst, gfp);
	struct sb_zone *zone;
	unsigned long irq;
	bool found = false;

	if (unlikely(index == SB_ZONE_NONE || !is_large(inst, order)))
		return false;
	zone = &inst->zones[index];
	/* Seen without the lock, so that who asks in vain takes none. */
	if (unlikely(type >= SB_PCPTYPES || sb_engine_lacks(zone, order, type)))
		return false;
	irq = sb_irq_save();
	if (likely(is_open(inst))) {
		sb_lock(&zone->lock);
		found = take_large(zone, order, type, pfn);
		sb_unlock(&zone->lock);
	}
	sb_irq_restore(irq);
	return found;
}

/* All pageblocks of a block in use have the home of the first. */
static bool has_one_home(const struct sb_pageblocks *blocks, unsigned long block,
			 unsigned int order)
{
	unsigned long end = block + (order > blocks->order ? 1ul << (order - blocks->order) : 1);
	unsigned int home = blocks->home[block];

	while (++block < end)
		if (blocks->home[block] != home)
			return false;
	return true;
}

static bool put_large(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long block = sb_pageblock_index(blocks, pfn);
	unsigned int type = blocks->home[block] - zone->front_slot * SB_HOME_TYPES;
	const struct sb_page *page;

	/* Where the home is none there may be no descriptor. */
	if (unlikely(type >= SB_PCPTYPES))
		return false;
	page = sb_memmap_page(&zone->inst->map, pfn);
	if (unlikely(page->prev_state != SB_PAGE_USED ||
		     (page->next_order & SB_FRONT_FREE_MASK) != order ||
		     !has_one_home(blocks, block, order)))
		return false;
	zone->inst->engine->put(zone, pfn, order, type, false);
	zone->events[SB_EVENT_FREE_PAGES] += sb_order_pages(order);
	return true;
}

bool sb_front_put_large(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	unsigned long irq = sb_irq_save();
	unsigned int index = sb_pageblock_zone(&inst->blocks, pfn);
	struct sb_zone *zone;
	bool done = false;

	if (likely(index != SB_ZONE_NONE && is_large(inst, order) && is_open(inst))) {
		zone = &inst->zones[index];
		sb_lock(&zone->lock);
		done = put_large(zone, pfn, order);
		sb_unlock(&zone->lock);
	}
	sb_irq_restore(irq);
	return done;
}

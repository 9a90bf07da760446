// SPDX-License-Identifier: GPL-2.0-only
#include "front.h"
#include "pcp.h"
#include "pcp_drain.h"
#include "pcp_refill.h"
#include "pcp_tune.h"
#include "watermark.h"

/*
 * A list grows by frees while all lists together are below high, or by a
 * refill of up to high, or of a batch or two blocks; and then one is freed to it. With
 * room for one more it is never full while each free gives something back.
 */
static unsigned int list_max(const struct sb_instance *inst, unsigned int which)
{
	if (which >= SB_PCP_HUGE && !inst->cfg.pcp_huge_order)
		return 0;
	return ((sb_pcp_high_max(&inst->cfg) + inst->cfg.pcp_batch) >>
		sb_pcp_list_order(inst, which)) +
	       4;
}

static unsigned int slots_per_pcp(const struct sb_instance *inst)
{
	unsigned int which, nr_slots = 0;

	for (which = 0; which < SB_PCP_LISTS; which++)
		nr_slots += list_max(inst, which);
	return nr_slots;
}

/* Gives one table its part of the slots, and tells where the next one's begin. */
static u32 *set_up(struct sb_zone *zone, struct sb_pcp *pcp, u32 *slots)
{
	const struct sb_instance *inst = zone->inst;
	unsigned int which;

	sb_lock_init(&pcp->lock);
	pcp->zone = zone;
	pcp->high = inst->cfg.pcp_high;
	for (which = 0; which < SB_PCP_LISTS; which++) {
		struct sb_pcp_list *list = &pcp->list[which];
		unsigned int type = which % SB_PCPTYPES;

		list->word = sb_page_pcp_word(sb_pcp_list_order(inst, which), type);
		list->state = sb_page_pcp_state(type);
		list->max = list_max(inst, which);
		list->slot = slots;
		list->room = slots;
		slots += list->max;
	}
	sb_pcp_tune_init(inst, pcp);
	return slots;
}

bool sb_pcp_wanted(const struct sb_zone *zone)
{
	const struct sb_instance *inst = zone->inst;

	if (sb_zone_populated(zone))
		return true;
	if (!inst->sections.section || !inst->nodes[zone->nid].at_boot)
		return false;
	return zone->type == SB_ZONE_NORMAL || zone->type == SB_ZONE_MOVABLE ||
	       (zone->type == SB_ZONE_HIGHMEM && inst->cfg.lowmem_bytes);
}

/*
 * Pages at which lists overflow if nobody said it. Linux's own figure is about as large, the low
 * watermark of the zone for all CPUs of its node: zone_highsize(), Linux 6.12.
 */
static unsigned int high_auto(struct sb_instance *inst)
{
	unsigned int least = SB_PCP_AUTO_MAX;
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(inst, zone))) {
		unsigned long share = zone->present / 64 / inst->cfg.nr_cpus;

		if (share < least)
			least = (unsigned int)share;
	}
	return max(max(least, SB_PCP_AUTO_MIN), inst->cfg.pcp_batch);
}

int sb_pcp_init(struct sb_instance *inst)
{
	unsigned int nr_cpus = inst->cfg.nr_cpus;
	unsigned int nr_zones = 0, cpu, i;
	struct sb_pcp *pcp;
	u64 tables = sb_front_size(inst), each;
	u32 *slots;
	int err;

	if (inst->cfg.pcp_high == SB_PCP_HIGH_AUTO)
		inst->cfg.pcp_high = high_auto(inst);
	each = sizeof(*pcp) + slots_per_pcp(inst) * sizeof(*pcp->list->slot);
	for (i = 0; i < SB_MAX_ZONES; i++)
		nr_zones += sb_pcp_wanted(&inst->zones[i]);
	err = sb_instance_place(inst, tables + each * nr_zones * nr_cpus, &inst->pcp_range);
	if (err)
		return err;
	pcp = (struct sb_pcp *)((char *)inst->pcp_range.mapped + tables);
	slots = (u32 *)(pcp + (size_t)nr_zones * nr_cpus);
	for (i = 0; i < SB_MAX_ZONES; i++) {
		if (!sb_pcp_wanted(&inst->zones[i]))
			continue;
		inst->zones[i].pcp = pcp;
		for (cpu = 0; cpu < nr_cpus; cpu++)
			slots = set_up(&inst->zones[i], pcp++, slots);
	}
	sb_front_init(inst, inst->pcp_range.mapped);
	return 0;
}

void sb_pcp_exit(struct sb_instance *inst)
{
	unsigned int i;

	sb_front_exit(inst);
	for (i = 0; i < SB_MAX_ZONES; i++)
		inst->zones[i].pcp = NULL;
	sb_instance_displace(inst, &inst->pcp_range);
}

static unsigned int blocks_of(const struct sb_pcp_list *list, unsigned int nr_lists)
{
	unsigned int nr = 0;

	while (nr_lists--)
		nr += READ_ONCE(list++->nr);
	return nr;
}

/* Asked in the middle of drains. */
unsigned int sb_pcp_pages(const struct sb_instance *inst, const struct sb_pcp *pcp)
{
	unsigned int order = SB_PCP_ORDERS, nr_pages = 0;

	while (order--)
		nr_pages = nr_pages * 2 + blocks_of(&pcp->list[order * SB_PCPTYPES], SB_PCPTYPES);
	return nr_pages + (blocks_of(&pcp->list[SB_PCP_HUGE], SB_PCP_LISTS - SB_PCP_HUGE)
			   << inst->cfg.pcp_huge_order);
}

/* Blocks that a request for many takes at most while interrupts are off. */
#define BULK_PART 32u

/* Takes the top of a list that may have to be filled first. */
static bool take_one(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_fallback *take,
		     struct sb_pcp_missing *missing, unsigned long *pfn) __must_hold(pcp->lock)
{
	struct sb_pcp_list *list = &pcp->list[sb_pcp_list_index(take->order, take->type)];

	if (unlikely(!list->nr)) {
		if (likely(!missing->nr))
			sb_pcp_refill_begin(zone, pcp, take, missing);
		sb_pcp_refill_part(zone, pcp, missing);
		if (unlikely(!list->nr))
			return false;
	}
	*pfn = sb_pcp_pfn(zone, list->slot[--list->nr]);
	list->nr_taken++;
	sb_page_set(sb_memmap_page(&zone->inst->map, *pfn), SB_PAGE_ALLOC, take->order, take->type);
	return true;
}

bool sb_pcp_take(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn)
{
	struct sb_pcp_missing missing = { .nr = 0 };
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = sb_pcp_this(zone);
	bool found;

	sb_lock(&pcp->lock);
	found = take_one(zone, pcp, take, &missing, pfn);
	if (likely(found))
		pcp->in_a_row >>= 1;
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	sb_pcp_refill_rest(zone, pcp, &missing);
	return found;
}

/**
 * struct bulk - A request for many.
 * @take: what each is to be
 * @nr: entries of @pfns
 * @pfns: those that are SB_PFN_NONE are to be filled
 * @next: the next to look at
 * @taken: how many were filled
 * @pcp: where the last part was taken
 * @missing: what is to come to the list there
 */
struct bulk {
	struct sb_fallback *take;
	unsigned long nr;
	unsigned long *pfns;
	unsigned long next;
	unsigned long taken;
	struct sb_pcp *pcp;
	struct sb_pcp_missing missing;
};

/* Fills some; says whether there may be more to fill. */
static bool take_part(struct sb_zone *zone, struct sb_pcp *pcp, struct bulk *bulk)
	__must_hold(pcp->lock)
{
	const struct sb_pcp_list *list =
		&pcp->list[sb_pcp_list_index(bulk->take->order, bulk->take->type)];
	unsigned long end = min(bulk->nr, bulk->next + BULK_PART), before = bulk->taken;
	bool more = true;

	for (; more && bulk->next < end; bulk->next++) {
		if (bulk->pfns[bulk->next] != SB_PFN_NONE)
			continue;
		/* A refill takes as long as a part may, so there is one at the beginning alone. */
		if (!list->nr && bulk->taken != before)
			break;
		more = take_one(zone, pcp, bulk->take, &bulk->missing, &bulk->pfns[bulk->next]);
		bulk->taken += more;
	}
	/* To what is freed in a row these do not count. */
	pcp->nr_taken += bulk->taken - before;
	return more && bulk->next < bulk->nr;
}

/* What is to come to the lists of another CPU is their next request's to fetch. */
static bool take_here(struct sb_zone *zone, struct bulk *bulk)
{
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = sb_pcp_this(zone);
	bool more;

	if (unlikely(pcp != bulk->pcp))
		bulk->missing.nr = 0;
	bulk->pcp = pcp;
	sb_lock(&pcp->lock);
	more = take_part(zone, pcp, bulk);
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	return more;
}

unsigned long sb_pcp_take_bulk(struct sb_zone *zone, struct sb_fallback *take, unsigned long nr,
			       unsigned long *pfns)
{
	struct bulk bulk = { .take = take, .nr = nr, .pfns = pfns };

	while (take_here(zone, &bulk) && !zone->inst->corrupt)
		;
	sb_pcp_refill_rest(zone, bulk.pcp, &bulk.missing);
	return bulk.taken;
}

/* Says what is too much; the block that is the last of @which has just come. */
static void find_surplus(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which,
			 struct sb_pcp_surplus *surplus) __must_hold(pcp->lock)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	bool is_row = sb_pcp_tune_freed(pcp, zone, which);
	unsigned int high = is_row ? 0 : cfg->pcp_high, nr_pages;

	if (zone->inst->rules->pcp_tunes)
		high = sb_pcp_tune_high(pcp, zone, is_row);
	nr_pages = sb_pcp_pages(zone->inst, pcp);
	if (likely(nr_pages < high))
		return;
	surplus->nr_pages = sb_pcp_tune_overflow(pcp, zone, high, is_row);
	/* Who finds out gives nothing back, nor did those before it, maybe. */
	if (!sb_pcp_at_once(zone) && surplus->nr_pages < nr_pages)
		surplus->nr_pages += nr_pages - high;
	surplus->nr_pages = min(surplus->nr_pages, nr_pages);
	surplus->keep = nr_pages - surplus->nr_pages;
	surplus->which = which;
	/* What is allowed without a look depends on what was tuned. */
	sb_pcp_tune_revoke(pcp);
}

/* Gives back some of what is too much; says whether nothing is any more. */
static bool overflow(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_pcp_surplus *surplus)
	__must_hold(pcp->lock)
{
	sb_pcp_drain_part(zone, pcp, surplus);
	if (likely(surplus->nr_pages))
		return false;
	if (zone->below_high &&
	    sb_watermark_ok(zone, 0, sb_watermark(zone, SB_WMARK_HIGH), SB_ZONE_MOVABLE, 0))
		zone->below_high = false;
	return true;
}

/* The same, and when nothing is too much any more, frees need not look. */
static void overflow_at_once(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which,
			     struct sb_pcp_surplus *surplus) __must_hold(pcp->lock)
{
	if (!overflow(zone, pcp, surplus))
		return;
	sb_pcp_move_down(&pcp->list[which]);
	sb_pcp_tune_grant(pcp, zone, which);
}

/* Gives back the rest, unless the caller has come to another CPU: the next free there does. */
static void overflow_rest(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which,
			  struct sb_pcp_surplus *surplus)
{
	while (surplus->nr_pages) {
		unsigned long irq = sb_irq_save();

		if (likely(sb_pcp_this(zone) == pcp && !zone->inst->corrupt)) {
			sb_lock(&pcp->lock);
			overflow_at_once(zone, pcp, which, surplus);
			sb_unlock(&pcp->lock);
		} else {
			surplus->nr_pages = 0;
		}
		sb_irq_restore(irq);
	}
}

/* Puts a block on a list that has room for it. */
static void push(struct sb_zone *zone, struct sb_pcp_list *list, unsigned long pfn,
		 unsigned int order, unsigned int type)
{
	sb_pcp_mark(zone, pfn, order, type);
	if (unlikely(list->slot + list->nr >= list->room + list->max))
		sb_pcp_move_down(list);
	list->slot[list->nr++] = (u32)(pfn - zone->inst->map.base_pfn);
}

/*
 * A block that is larger than those that go is the next: so no free brings more pages than go.
 * The free that comes after the last of it finds out how far lists may grow.
 */
void sb_pcp_overflow(struct sb_pcp *pcp, unsigned int which)
{
	const struct sb_instance *inst = pcp->zone->inst;

	if (sb_pcp_list_order(inst, which) > sb_pcp_list_order(inst, pcp->surplus.which))
		pcp->surplus.which = which;
	overflow(pcp->zone, pcp, &pcp->surplus);
}

/* What is too much is not gone yet, and more came than went: then it goes from this list. */
static void make_room(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which)
	__must_hold(pcp->lock)
{
	if (pcp->surplus.nr_pages) {
		pcp->surplus.which = which;
		sb_pcp_overflow(pcp, which);
	} else {
		sb_pcp_drain_oldest(zone, pcp, which);
	}
}

/* Puts a block while something is too much. */
static void put_beside(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which,
		       unsigned long pfn, unsigned int type) __must_hold(pcp->lock)
{
	push(zone, &pcp->list[which], pfn, sb_pcp_list_order(zone->inst, which), type);
	sb_pcp_tune_counted(pcp, zone, which);
}

static void put_one(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which, unsigned long pfn,
		    unsigned int type, struct sb_pcp_surplus *surplus) __must_hold(pcp->lock)
{
	bool at_once = sb_pcp_at_once(zone);
	bool full = !at_once && unlikely(pcp->list[which].nr + 1 >= pcp->list[which].max);

	if (full)
		make_room(zone, pcp, which);
	if (pcp->surplus.nr_pages) {
		put_beside(zone, pcp, which, pfn, type);
		/* To give back more would take too long for one call. */
		if (!full)
			sb_pcp_overflow(pcp, which);
		return;
	}
	push(zone, &pcp->list[which], pfn, sb_pcp_list_order(zone->inst, which), type);
	sb_pcp_move_down(&pcp->list[which]);
	find_surplus(zone, pcp, which, at_once ? surplus : &pcp->surplus);
	if (!at_once && pcp->surplus.nr_pages)
		return;
	if (unlikely(surplus->nr_pages))
		overflow_at_once(zone, pcp, which, surplus);
	else
		sb_pcp_tune_grant(pcp, zone, which);
}

bool sb_pcp_put(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		unsigned long done)
{
	unsigned int which = sb_pcp_list_index(order, type);
	struct sb_pcp_surplus surplus = { .nr_pages = 0 };
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = sb_pcp_this(zone);
	bool ready;

	sb_lock(&pcp->lock);
	ready = likely(!(zone->inst->hooks & SB_HOOKS_FREE & ~done));
	if (ready)
		put_one(zone, pcp, which, pfn, type, &surplus);
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	overflow_rest(zone, pcp, which, &surplus);
	return ready;
}

unsigned long sb_pcp_count(const struct sb_zone *zone)
{
	unsigned long nr_pages = 0;
	unsigned int cpu;

	for (cpu = 0; zone->pcp && cpu < zone->inst->cfg.nr_cpus; cpu++)
		nr_pages += sb_pcp_pages(zone->inst, &zone->pcp[cpu]);
	return nr_pages;
}

static unsigned long count_list(const struct sb_pcp_list *list, unsigned int order,
				enum sb_event_item item)
{
	switch (item) {
	case SB_EVENT_ALLOC:
		return READ_ONCE(list->nr_taken);
	case SB_EVENT_ALLOC_PAGES:
		return READ_ONCE(list->nr_taken) << order;
	case SB_EVENT_FREE_PAGES:
		return sb_pcp_list_freed(list) << order;
	default:
		return 0;
	}
}

unsigned long sb_pcp_events(const struct sb_zone *zone, enum sb_event_item item)
{
	unsigned int cpu, which;
	unsigned long nr = 0;

	for (cpu = 0; item <= SB_EVENT_FREE_PAGES && zone->pcp && cpu < zone->inst->cfg.nr_cpus;
	     cpu++)
		for (which = 0; which < SB_PCP_LISTS; which++)
			nr += count_list(&zone->pcp[cpu].list[which],
					 sb_pcp_list_order(zone->inst, which), item);
	return nr;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "front.h"
#include "pcp.h"
#include "pcp_drain.h"
#include "pcp_tune.h"
#include "watermark.h"

/*
 * A list grows by frees while all lists together are below high, or by a
 * refill of up to high, or of a batch or two blocks when it is empty.
 */
static unsigned int list_max(const struct sb_instance *inst, unsigned int which)
{
	if (which >= SB_PCP_HUGE && !inst->cfg.pcp_huge_order)
		return 0;
	return ((sb_pcp_high_max(&inst->cfg) + inst->cfg.pcp_batch) >>
		sb_pcp_list_order(inst, which)) +
	       2;
}

static unsigned int slots_per_pcp(const struct sb_instance *inst)
{
	unsigned int which, nr_slots = 0;

	for (which = 0; which < SB_PCP_LISTS; which++)
		nr_slots += list_max(inst, which);
	return nr_slots;
}

/* Gives one table its part of the slots, and tells where the next one's begin. */
static u32 *set_up(const struct sb_instance *inst, struct sb_pcp *pcp, u32 *slots)
{
	unsigned int which;

	sb_lock_init(&pcp->lock);
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

int sb_pcp_init(struct sb_instance *inst)
{
	unsigned int nr_cpus = inst->cfg.nr_cpus;
	unsigned int nr_zones = 0, cpu, i;
	struct sb_pcp *pcp;
	u64 each = sizeof(*pcp) + slots_per_pcp(inst) * sizeof(*pcp->list->slot);
	u64 tables = sb_front_size(inst);
	u32 *slots;
	int err;

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
			slots = set_up(inst, pcp++, slots);
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

unsigned int sb_pcp_pages(const struct sb_instance *inst, const struct sb_pcp *pcp)
{
	unsigned int which, nr_pages = 0;

	for (which = 0; which < SB_PCP_LISTS; which++)
		nr_pages += READ_ONCE(pcp->list[which].nr) << sb_pcp_list_order(inst, which);
	return nr_pages;
}

/* Blocks of a refill. A batch of one stays one, as in Linux. */
static unsigned int refill_blocks(struct sb_pcp *pcp, const struct sb_zone *zone,
				  unsigned int order) __must_hold(pcp->lock)
{
	unsigned int batch = zone->inst->rules->pcp_tunes ? sb_pcp_tune_batch(pcp, zone, order) :
							    zone->inst->cfg.pcp_batch;

	return batch > 1 ? max(batch >> order, 2u) : 1;
}

/* What was borrowed from a CMA area is to go back there, if it is not given. */
static unsigned int refill_type(const struct sb_zone *zone, const struct sb_fallback *take,
				unsigned long pfn)
{
	if ((take->flags & SB_ALLOC_CMA) && sb_pageblock_type(&zone->inst->blocks, pfn) == SB_CMA)
		return SB_CMA;
	return take->type;
}

static void set_pcp(const struct sb_zone *zone, unsigned long pfn, unsigned int order,
		    unsigned int type)
{
	struct sb_page *page = sb_memmap_page(&zone->inst->map, pfn);
	unsigned int list_type = type < SB_PCPTYPES ? type : SB_MOVABLE;

	WRITE_ONCE(page->next_order, sb_page_pcp_word(order, list_type));
	WRITE_ONCE(page->prev_state, sb_page_pcp_state(type));
}

/* Whatever looks at each block, or chooses one anew for each, has them one by one. */
static bool may_run(const struct sb_zone *zone, const struct sb_fallback *take)
{
	return take->mode == SB_FALLBACK_NORMAL && take->type < SB_PCPTYPES &&
	       !(zone->inst->hooks & (SB_HOOK_TRACE | SB_HOOK_GUARD)) &&
	       !((take->flags & SB_ALLOC_CMA) && zone->cma_pages);
}

/* Takes up to @most blocks, into the slots below @end, the first of them uppermost. */
static unsigned int take_some(struct sb_zone *zone, struct sb_fallback *take, unsigned int most,
			      u32 *end) __must_hold(zone->lock)
{
	unsigned int nr = 0;
	unsigned long pfn;

	if (likely(may_run(zone, take)))
		nr = sb_buddy_take_many(zone, take->order, take->type, most, end);
	if (nr || !sb_fallback_take(zone, take, &pfn))
		return nr;
	end[-1] = (u32)(pfn - zone->inst->map.base_pfn);
	return 1;
}

/* Uses the room of blocks that were drained again. */
static void move_down(struct sb_pcp_list *list)
{
	if (list->slot == list->room)
		return;
	memmove(list->room, list->slot, list->nr * sizeof(*list->slot));
	list->slot = list->room;
}

/* Filled from the top down, so that the first block found is the first given. */
static void refill(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_pcp_list *list,
		   struct sb_fallback *take) __must_hold(pcp->lock)
{
	unsigned int want = refill_blocks(pcp, zone, take->order);
	unsigned int got = 0, nr, i;
	unsigned long pfn;

	move_down(list);
	sb_lock(&zone->lock);
	while (got < want) {
		nr = take_some(zone, take, want - got, list->slot + want - got);
		if (!nr)
			break;
		for (; nr; nr--) {
			pfn = sb_pcp_pfn(zone, list->slot[want - ++got]);
			set_pcp(zone, pfn, take->order, refill_type(zone, take, pfn));
		}
	}
	zone->events[SB_EVENT_PCP_REFILL] += got << take->order;
	sb_unlock(&zone->lock);
	for (i = 0; want > got && i < got; i++)
		list->slot[i] = list->slot[want - got + i];
	list->nr = got;
	list->nr_moved += got;
	sb_pcp_tune_refilled(pcp, zone);
}

static struct sb_pcp_list *list_of(struct sb_pcp *pcp, const struct sb_fallback *take)
{
	return &pcp->list[sb_pcp_list_index(take->order, take->type)];
}

/* Takes the top of a list that may have to be filled first. */
static bool take_one(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_fallback *take,
		     unsigned long *pfn) __must_hold(pcp->lock)
{
	struct sb_pcp_list *list = list_of(pcp, take);

	if (unlikely(!list->nr)) {
		refill(zone, pcp, list, take);
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
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = sb_pcp_this(zone);
	bool found;

	sb_lock(&pcp->lock);
	found = take_one(zone, pcp, take, pfn);
	if (likely(found))
		pcp->in_a_row >>= 1;
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	return found;
}

unsigned long sb_pcp_take_bulk(struct sb_zone *zone, struct sb_fallback *take, unsigned long nr,
			       unsigned long *pfns)
{
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = sb_pcp_this(zone);
	unsigned long taken = 0, i;

	sb_lock(&pcp->lock);
	for (i = 0; i < nr; i++) {
		if (pfns[i] != SB_PFN_NONE)
			continue;
		take->mode = SB_FALLBACK_NORMAL;
		if (!take_one(zone, pcp, take, &pfns[i]))
			break;
		taken++;
	}
	/* To what is freed in a row these do not count. */
	pcp->nr_taken += taken;
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	return taken;
}

/* Gives back what is too much; the block that is the last of @which has just come. */
static void overflow(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which)
	__must_hold(pcp->lock)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	bool is_row = sb_pcp_tune_freed(pcp, zone, which);
	unsigned int high = is_row ? 0 : cfg->pcp_high;

	if (zone->inst->rules->pcp_tunes)
		high = sb_pcp_tune_high(pcp, zone, is_row);
	if (likely(sb_pcp_pages(zone->inst, pcp) < high))
		return;
	sb_pcp_drain(zone, pcp, sb_pcp_tune_overflow(pcp, zone, high, is_row), which);
	/* What is allowed without a look depends on what was tuned. */
	sb_pcp_tune_revoke(pcp);
	if (zone->below_high &&
	    sb_watermark_ok(zone, 0, sb_watermark(zone, SB_WMARK_HIGH), SB_ZONE_MOVABLE, 0))
		zone->below_high = false;
}

bool sb_pcp_put(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		unsigned long done)
{
	unsigned int which = sb_pcp_list_index(order, type);
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = sb_pcp_this(zone);
	struct sb_pcp_list *list = &pcp->list[which];
	bool ready;

	sb_lock(&pcp->lock);
	ready = likely(!(zone->inst->hooks & SB_HOOKS_FREE & ~done));
	if (ready) {
		set_pcp(zone, pfn, order, type);
		move_down(list);
		list->slot[list->nr++] = (u32)(pfn - zone->inst->map.base_pfn);
		overflow(zone, pcp, which);
		move_down(list);
		sb_pcp_tune_grant(pcp, zone, which);
	}
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
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

// SPDX-License-Identifier: GPL-2.0-only
#include "pcp_refill.h"
#include "pcp_tune.h"
#include "watermark.h"

/*
 * What a part takes at most, in units of about 50 instructions: a block that comes with
 * others is one, to find them is some. A request that has to work out what is missing, and
 * leaves most of it to others, takes no more than a few; one that has come by the front had
 * less to do before.
 */
#define PART_EFFORT 32u
#define FIND_EFFORT 12u
#define FIRST_EFFORT 4u
#define FRONT_EFFORT 16u

/* Blocks of a refill. A batch of one stays one, as in Linux. */
static unsigned int refill_blocks(struct sb_pcp *pcp, const struct sb_zone *zone,
				  unsigned int order) __must_hold(pcp->lock)
{
	unsigned int batch = zone->inst->rules->pcp_tunes ? sb_pcp_tune_batch(pcp, zone, order) :
							    zone->inst->cfg.pcp_batch;

	return batch > 1 ? max(batch >> order, 2u) : 1;
}

/* What was borrowed from a CMA area is to go back there, if it is not given. */
static void mark_borrowed(const struct sb_zone *zone, struct sb_page *page, unsigned long pfn)
{
	if (sb_pageblock_type(&zone->inst->blocks, pfn) == SB_CMA)
		WRITE_ONCE(page->prev_state, sb_page_pcp_state(SB_CMA));
}

/* Whatever looks at each block, or chooses one anew for each, has them one by one. */
static bool may_run(const struct sb_zone *zone, const struct sb_fallback *take)
{
	return take->mode == SB_FALLBACK_NORMAL && take->type < SB_PCPTYPES &&
	       !(zone->inst->hooks & (SB_HOOK_TRACE | SB_HOOK_GUARD)) &&
	       !((take->flags & SB_ALLOC_CMA) && zone->cma_pages);
}

/* A block on its way to the list of @take, which may go back to lists of another type. */
static void set_listed(const struct sb_zone *zone, const struct sb_fallback *take,
		       unsigned long pfn)
{
	struct sb_page *page = sb_memmap_page(&zone->inst->map, pfn);

	WRITE_ONCE(page->next_order, sb_page_pcp_word(take->order, sb_pcp_type(take->type)));
	WRITE_ONCE(page->prev_state, sb_page_pcp_state(take->type));
	if (unlikely(take->flags & SB_ALLOC_CMA))
		mark_borrowed(zone, page, pfn);
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
	set_listed(zone, take, pfn);
	end[-1] = (u32)(pfn - zone->inst->map.base_pfn);
	return 1;
}

/* Blocks come to the list, which are below its bottom. */
static void add_below(struct sb_pcp_list *list, unsigned int nr)
{
	list->nr += nr;
	list->nr_moved += nr;
	list->slot -= nr;
}

/* Makes room for @nr blocks below the bottom of a list. */
static void move_up(struct sb_pcp_list *list, unsigned int nr)
{
	if (likely(list->slot >= list->room + nr))
		return;
	memmove(list->room + nr, list->slot, list->nr * sizeof(*list->slot));
	list->slot = list->room + nr;
}

/* Takes that mixed types, by either rules. */
static unsigned long nr_mixed(const struct sb_zone *zone)
{
	return zone->events[SB_EVENT_CLAIM] + zone->events[SB_EVENT_STEAL];
}

/* Nothing is free that would be taken before another type's. */
static bool lacks_own(const struct sb_zone *zone, const struct sb_fallback *take)
{
	return sb_engine_lacks(zone, take->order, take->type) &&
	       (!(take->flags & SB_ALLOC_CMA) || sb_engine_lacks(zone, take->order, SB_CMA));
}

/* Up to @most blocks; says whether the zone has any more. */
static bool fetch(struct sb_zone *zone, struct sb_pcp_list *list, struct sb_fallback *take,
		  unsigned int most, unsigned int limit) __must_hold(zone->lock)
{
	unsigned int effort = 0, done = 0, nr = 1;
	unsigned long mixed;

	/* A claim that failed is not tried again for each part, nor the marks boosted. */
	if (take->mode != SB_FALLBACK_STEAL || !lacks_own(zone, take))
		take->mode = SB_FALLBACK_NORMAL;
	/* What types mix for takes as long as a part may, so it begins one. */
	while (nr && done < most && effort < limit && (!done || !lacks_own(zone, take))) {
		mixed = nr_mixed(zone);
		nr = take_some(zone, take, min(most - done, limit - effort), list->slot);
		add_below(list, nr);
		done += nr;
		effort += nr_mixed(zone) == mixed ? FIND_EFFORT + nr : limit;
	}
	zone->events[SB_EVENT_PCP_REFILL] += done << take->order;
	return nr;
}

static struct sb_pcp_list *list_of(struct sb_pcp *pcp, const struct sb_fallback *take)
{
	return &pcp->list[sb_pcp_list_index(take->order, take->type)];
}

/* All that is wanted now has room, so all of a refill that nobody comes between lies as it is. */
void sb_pcp_refill_begin(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_fallback *take,
			 struct sb_pcp_missing *missing)
{
	struct sb_pcp_list *list = list_of(pcp, take);
	bool at_once = sb_pcp_at_once(zone);

	take->mode = SB_FALLBACK_NORMAL;
	missing->take = take;
	missing->effort = at_once || list->nr_missing ? PART_EFFORT : FIRST_EFFORT;
	missing->nr = list->nr_missing ? list->nr_missing : refill_blocks(pcp, zone, take->order);
	missing->most = missing->nr;
	/* The list is empty, so nothing has to be moved. */
	list->slot = list->room + (at_once ? missing->nr : min(missing->nr, missing->effort));
}

void sb_pcp_refill_part(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_pcp_missing *missing)
{
	struct sb_pcp_list *list = list_of(pcp, missing->take);
	unsigned int before = list->nr;
	unsigned int most = before < missing->most ? missing->most - before : 0;
	bool first = missing->nr == missing->most, more = false;

	most = min(most, missing->nr);
	if (!sb_pcp_at_once(zone))
		most = min(most, missing->effort);
	if (most) {
		move_up(list, most);
		sb_lock(&zone->lock);
		more = fetch(zone, list, missing->take, most, missing->effort);
		sb_unlock(&zone->lock);
	}
	missing->nr = more ? missing->nr - (list->nr - before) : 0;
	if (likely(!sb_pcp_at_once(zone))) {
		list->nr_missing = missing->nr;
		missing->nr = 0;
	}
	/* Frees have to look until the list has all its room again. */
	if (missing->nr)
		WRITE_ONCE(list->limit, 0);
	else
		sb_pcp_move_down(list);
	/* What is freed between two parts may have been told that there was room. */
	if (first || !missing->nr)
		sb_pcp_tune_refilled(pcp, zone, missing->nr << missing->take->order);
}

/* Up to @most blocks of a type that requests ask for, and says how many. */
static unsigned int fetch_own(struct sb_zone *zone, struct sb_pcp_list *list, unsigned int order,
			      unsigned int type, unsigned int most, unsigned int limit)
	__must_hold(zone->lock)
{
	unsigned int effort = 0, done = 0, nr;

	do {
		nr = min(most - done, limit - effort);
		nr = zone->inst->engine->take_many(zone, order, type, nr, list->slot);
		add_below(list, nr);
		done += nr;
		effort += FIND_EFFORT + nr;
	} while (nr && done < most && effort < limit);
	zone->events[SB_EVENT_PCP_REFILL] += done << order;
	return done;
}

bool sb_pcp_refill_more(struct sb_pcp *pcp, struct sb_pcp_list *list, unsigned int order,
			unsigned int type)
{
	unsigned int limit = PART_EFFORT, most, done;
	struct sb_zone *zone = pcp->zone;
	bool begins = !list->nr_missing;

	/* What CMA areas lend is a matter of balance. */
	if (unlikely(type == SB_MOVABLE && zone->cma_pages))
		return false;
	if (begins) {
		if (sb_pcp_at_once(zone) || sb_engine_lacks(zone, order, type))
			return false;
		list->nr_missing = refill_blocks(pcp, zone, order);
		limit = FRONT_EFFORT;
	}
	most = min(list->nr_missing, limit);
	list->slot = list->room + most;
	sb_lock(&zone->lock);
	done = fetch_own(zone, list, order, type, most, limit);
	sb_unlock(&zone->lock);
	list->nr_missing -= done;
	/* Whether lists may grow beside what is missing is seen once. */
	if (begins)
		sb_pcp_tune_refilled(pcp, zone, 0);
	sb_pcp_move_down(list);
	return done;
}

void sb_pcp_refill_rest(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_pcp_missing *missing)
{
	while (missing->nr) {
		unsigned long irq = sb_irq_save();

		if (likely(sb_pcp_this(zone) == pcp && !zone->inst->corrupt)) {
			sb_lock(&pcp->lock);
			sb_pcp_refill_part(zone, pcp, missing);
			sb_unlock(&pcp->lock);
		} else {
			missing->nr = 0;
		}
		sb_irq_restore(irq);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
#include "front.h"
#include "pcp.h"
#include "pcp_drain.h"
#include "trace.h"

/* Linux 6.1 remembers the type from when the page came, unless some pageblock is isolated. */
static __always_inline unsigned int return_type(const struct sb_zone *zone, unsigned long pfn)
{
	const struct sb_instance *inst = zone->inst;

	if (inst->rules->own_lists || zone->nr_isolated_blocks)
		return sb_pageblock_type(&inst->blocks, pfn);
	return sb_page_pcp_type(sb_memmap_page(&inst->map, pfn));
}

/*
 * A block larger than a pageblock may have two types in it: part of it was isolated
 * meanwhile, or it was taken as a range.
 */
static bool is_mixed(const struct sb_zone *zone, unsigned int order)
{
	return order > zone->inst->cfg.pageblock_order &&
	       (zone->inst->rules->split_large || zone->nr_isolated_blocks);
}

unsigned int sb_pcp_drain_one(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	if (likely(!is_mixed(zone, order)))
		return sb_buddy_put(zone, pfn, order, return_type(zone, pfn), false);
	sb_buddy_free(zone, pfn, order, false);
	return order;
}

/*
 * What a part takes until it ends, in units of about 25 instructions. What follows the first
 * block must be no run and not merge often: one that merges all the way up takes as long as
 * a part may. Runs of more would take longer than that, too.
 */
#define PART_EFFORT 20u
#define BLOCK_EFFORT 11u
#define MERGE_EFFORT 3u
#define RUN_MOST 5u
#define MERGES_MOST 4u

/* The second of @nr blocks from @slot on lies beside the first. */
static inline bool begins_run(const u32 *slot, unsigned int nr, unsigned int order)
{
	u32 step = nr > 1 ? slot[1] - slot[0] : 0;

	return step == 1u << order || step == -(1u << order);
}

/*
 * Whether the second half of @nr blocks from @slot on, whose first has @page, are @step apart
 * as the first is, and go back to the same list. All are of one pageblock.
 */
static bool is_run(const u32 *slot, const struct sb_page *page, unsigned int nr, u32 step)
{
	const u32 *end = slot + nr;
	u32 state = page->prev_state, next = *slot + nr / 2 * step;

	page += (int)(nr / 2 * step);
	for (slot += nr / 2; slot < end; slot++, next += step, page += (int)step)
		if (*slot != next || page->prev_state != state)
			return false;
	return true;
}

/* Whether a run of 2^@run blocks from a page on, up or down, could be all of a block. */
static bool may_be_block(unsigned long pfn, unsigned int order, unsigned int run, bool down)
{
	return sb_pfn_aligned(down ? pfn + sb_order_pages(order) : pfn, order + run);
}

/*
 * Makes blocks that follow each other, and would be all of a larger one when the last is
 * returned, that one: its buddies merge with it then, and not before. Says how many
 * orders it is larger; @i is the slot of its first page then.
 */
static noinline unsigned int join_run(const struct sb_zone *zone, const struct sb_pcp_list *list,
				      unsigned int *i, unsigned int nr, unsigned int order)
{
	unsigned int first = *i, run = 0, most, n;
	const u32 *slot = &list->slot[first];
	u32 step = slot[1] - slot[0];
	bool down = step == -(1u << order);
	struct sb_page *page;

	if (zone->nr_isolated_blocks || (zone->inst->hooks & (SB_HOOK_TRACE | SB_HOOK_GUARD)))
		return 0;
	most = zone->inst->cfg.pageblock_order;
	most = most > order ? min(most - order, RUN_MOST) : 0;
	page = sb_memmap_at(&zone->inst->map, *slot);
	while (run < most && first + (2u << run) <= nr &&
	       may_be_block(sb_pcp_pfn(zone, *slot), order, run + 1, down) &&
	       is_run(slot, page, 2u << run, step))
		run++;
	if (!down)
		page += (int)step;
	for (n = 1; n < 1u << run; n++, page += (int)step)
		sb_page_set_tail(page);
	*i = down ? first + (1u << run) - 1 : first;
	return run;
}

static void trace(const struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	if (unlikely(sb_trace_on(zone->inst)))
		sb_trace_pcpu_drain(zone->inst, pfn, order, return_type(zone, pfn));
}

/*
 * Returns some of the @nr oldest blocks of a list, of which the first is at slot @i, as one
 * block. Says how many it were, and adds what it took.
 */
static unsigned int drain_run(struct sb_zone *zone, const struct sb_pcp_list *list, unsigned int i,
			      unsigned int nr, unsigned int order, unsigned int *effort)
	__must_hold(zone->lock)
{
	unsigned long pfn = sb_pcp_pfn(zone, list->slot[i]);
	unsigned int run = 0, high;

	*effort += BLOCK_EFFORT;
	if (sb_page_state(sb_memmap_page(&zone->inst->map, pfn)) != SB_PAGE_PCP) {
		sb_instance_broken(zone->inst, "two per-CPU lists held pfn", pfn);
		return 1;
	}
	if (begins_run(&list->slot[i], nr - i, order)) {
		run = join_run(zone, list, &i, nr, order);
		pfn = sb_pcp_pfn(zone, list->slot[i]);
	}
	trace(zone, pfn, order);
	if (likely(order + run <= zone->inst->cfg.pageblock_order))
		high = zone->inst->engine->put(zone, pfn, order + run, return_type(zone, pfn),
					       false);
	else
		high = sb_pcp_drain_one(zone, pfn, order + run);
	*effort += (high - order - run) * MERGE_EFFORT + (1u << run);
	return 1u << run;
}

/* The next begins a run, or so many free blocks wait for it that their merge takes long. */
static bool takes_long(const struct sb_zone *zone, const u32 *slot, unsigned int nr,
		       unsigned int order)
{
	unsigned int end = order + MERGES_MOST;
	u32 index = *slot;

	if (begins_run(slot, nr, order))
		return true;
	while (order < end && order < zone->inst->cfg.pageblock_order &&
	       sb_page_is_free(sb_memmap_at(&zone->inst->map, index ^ 1u << order), order))
		index &= ~(1u << order++);
	return order == end;
}

/*
 * Returns some of the @nr oldest blocks of a list, and says how many pages they had. What would
 * take too long after others ends the part.
 */
static unsigned int drain_list(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which,
			       unsigned int nr, unsigned int *effort) __must_hold(pcp->lock)
	__must_hold(zone->lock)
{
	struct sb_pcp_list *list = &pcp->list[which];
	unsigned int order = sb_pcp_list_order(zone->inst, which), done = 0;

	while (done < nr && *effort < PART_EFFORT) {
		if (*effort && takes_long(zone, &list->slot[done], nr - done, order))
			*effort = PART_EFFORT;
		else
			done += drain_run(zone, list, done, nr, order, effort);
	}
	list->nr -= done;
	list->nr_moved -= done;
	list->slot += done;
	/* Somebody has to move the rest down before the list may grow as far as before. */
	WRITE_ONCE(list->limit, 0);
	return done << order;
}

/*
 * Pages of the surplus that are on lists still. Where frees to come give it back, what was
 * taken meanwhile does not count: the lists have no fewer than a part too few for it.
 */
static unsigned int pages_left(const struct sb_zone *zone, const struct sb_pcp *pcp,
			       const struct sb_pcp_surplus *surplus)
{
	unsigned int nr_pages;

	if (likely(!sb_pcp_at_once(zone)))
		return surplus->nr_pages;
	nr_pages = sb_pcp_pages(zone->inst, pcp);
	return nr_pages > surplus->keep ? min(surplus->nr_pages, nr_pages - surplus->keep) : 0;
}

static unsigned int list_after(unsigned int which)
{
	return which + 1 < SB_PCP_LISTS ? which + 1 : 0;
}

/* Goes on to a list that has something; says whether there is any. */
static bool skip_empty(const struct sb_pcp *pcp, struct sb_pcp_surplus *surplus)
	__must_hold(pcp->lock)
{
	unsigned int nr;

	for (nr = 0; nr < SB_PCP_LISTS && !pcp->list[surplus->which].nr; nr++)
		surplus->which = list_after(surplus->which);
	return nr < SB_PCP_LISTS;
}

/* Returns some of what is too much from the list that is next, which is not empty. */
static unsigned int drain_next(struct sb_zone *zone, struct sb_pcp *pcp,
			       struct sb_pcp_surplus *surplus, unsigned int left,
			       unsigned int *effort) __must_hold(pcp->lock) __must_hold(zone->lock)
{
	unsigned int which = surplus->which;
	unsigned int order = sb_pcp_list_order(zone->inst, which);
	unsigned int want = min((left + (1u << order) - 1) >> order, pcp->list[which].nr);
	unsigned int done = drain_list(zone, pcp, which, want, effort);

	if (done >> order == want)
		surplus->which = list_after(which);
	return done;
}

void sb_pcp_drain_part(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_pcp_surplus *surplus)
{
	unsigned int left = pages_left(zone, pcp, surplus), total = 0, effort = 0, done;

	sb_lock(&zone->lock);
	while (left && effort < PART_EFFORT) {
		if (unlikely(!skip_empty(pcp, surplus))) {
			left = 0;
			break;
		}
		done = drain_next(zone, pcp, surplus, left, &effort);
		left -= min(left, done);
		total += done;
	}
	zone->events[SB_EVENT_PCP_DRAIN] += total;
	sb_unlock(&zone->lock);
	surplus->nr_pages = left;
}

static unsigned int drain_one_of(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which)
	__must_hold(pcp->lock)
{
	unsigned int effort = 0, done;

	sb_lock(&zone->lock);
	done = drain_list(zone, pcp, which, 1, &effort);
	zone->events[SB_EVENT_PCP_DRAIN] += done;
	sb_unlock(&zone->lock);
	return done;
}

void sb_pcp_drain_oldest(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which)
{
	drain_one_of(zone, pcp, which);
}

static unsigned int drain_first(struct sb_zone *zone, struct sb_pcp *pcp) __must_hold(pcp->lock)
{
	unsigned int which = 0;

	while (which < SB_PCP_LISTS && !pcp->list[which].nr)
		which++;
	if (which < SB_PCP_LISTS)
		return drain_one_of(zone, pcp, which);
	/* What was too much has gone. */
	pcp->surplus.nr_pages = 0;
	return 0;
}

/* One that merges all the way up takes as long as interrupts may be off. */
static unsigned int drain_block(struct sb_zone *zone, struct sb_pcp *pcp)
{
	unsigned int done;

	sb_lock(&pcp->lock);
	done = drain_first(zone, pcp);
	sb_unlock(&pcp->lock);
	return done;
}

unsigned int sb_pcp_drain_this(struct sb_zone *zone)
{
	unsigned int done = 0, nr_pages;
	unsigned long irq;

	do {
		irq = sb_irq_save();
		nr_pages = drain_block(zone, sb_pcp_this(zone));
		sb_irq_restore(irq);
		done += nr_pages;
	} while (nr_pages);
	return done;
}

/* The front is closed, or the CPU offline. */
static unsigned int drain_other(struct sb_zone *zone, unsigned int cpu)
{
	unsigned int done = 0, nr_pages;
	unsigned long irq;

	do {
		irq = sb_irq_save();
		nr_pages = drain_block(zone, &zone->pcp[cpu % zone->inst->cfg.nr_cpus]);
		sb_irq_restore(irq);
		done += nr_pages;
	} while (nr_pages);
	return done;
}

static unsigned int drain_zone(struct sb_zone *zone)
{
	unsigned int cpu, done = 0;

	for (cpu = 0; zone->pcp && cpu < zone->inst->cfg.nr_cpus; cpu++)
		done += drain_other(zone, cpu);
	return done;
}

unsigned int sb_pcp_drain_zone(struct sb_zone *zone)
{
	unsigned int done;

	sb_front_close(zone->inst);
	done = drain_zone(zone);
	sb_front_open(zone->inst);
	return done;
}

unsigned int sb_pcp_drain_all(struct sb_instance *inst)
{
	struct sb_zone *zone = NULL;
	unsigned int done = 0;

	sb_front_close(inst);
	while ((zone = sb_instance_next_zone(inst, zone)))
		done += drain_zone(zone);
	sb_front_open(inst);
	return done;
}

unsigned int sb_pcp_drain_cpu(struct sb_instance *inst, unsigned int cpu)
{
	struct sb_zone *zone = NULL;
	unsigned int done = 0;

	while ((zone = sb_instance_next_zone(inst, zone)))
		if (zone->pcp)
			done += drain_other(zone, cpu);
	return done;
}

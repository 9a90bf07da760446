// SPDX-License-Identifier: GPL-2.0-only
#include "front.h"
#include "pcp.h"
#include "pcp_drain.h"
#include "trace.h"

/* Linux 6.1 remembers the type from when the page came, unless some pageblock is isolated. */
static unsigned int return_type(const struct sb_zone *zone, unsigned long pfn)
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
	unsigned int type = return_type(zone, pfn);

	if (unlikely(is_mixed(zone, order)))
		sb_buddy_free(zone, pfn, order, false);
	else
		sb_buddy_put(zone, pfn, order, type, false);
	return type;
}

/* Whether @nr blocks from slot @i on follow each other, and go back to the same list. */
static bool is_run(const struct sb_zone *zone, const struct sb_pcp_list *list, unsigned int i,
		   unsigned int nr, unsigned int order)
{
	const struct sb_memmap *map = &zone->inst->map;
	u32 state = sb_memmap_at(map, list->slot[i])->prev_state;
	unsigned int n;

	for (n = nr / 2; n < nr; n++)
		if (list->slot[i + n] != list->slot[i] + (n << order) ||
		    sb_memmap_at(map, list->slot[i + n])->prev_state != state)
			return false;
	return true;
}

/*
 * Makes blocks that follow each other, and would be all of a larger one when the last is
 * returned, that one: its buddies merge with it then, and not before. Says how many
 * orders it is larger.
 */
static unsigned int join_run(const struct sb_zone *zone, const struct sb_pcp_list *list,
			     unsigned int i, unsigned int nr, unsigned int order)
{
	const struct sb_memmap *map = &zone->inst->map;
	unsigned long pfn = sb_pcp_pfn(zone, list->slot[i]);
	unsigned int run = 0, n;

	if ((zone->inst->hooks & (SB_HOOK_TRACE | SB_HOOK_GUARD)) || zone->nr_isolated_blocks)
		return 0;
	while (order + run < zone->inst->cfg.pageblock_order && i + (2u << run) <= nr &&
	       sb_pfn_aligned(pfn, order + run + 1) && is_run(zone, list, i, 2u << run, order))
		run++;
	for (n = 1; n < 1u << run; n++)
		sb_page_set_tail(sb_memmap_at(map, list->slot[i + n]));
	return run;
}

/* Returns the @nr oldest blocks of a list, and says how many pages they had. */
static unsigned int drain_list(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which,
			       unsigned int nr) __must_hold(pcp->lock) __must_hold(zone->lock)
{
	struct sb_pcp_list *list = &pcp->list[which];
	unsigned int order = sb_pcp_list_order(zone->inst, which);
	unsigned int type, run, i;

	for (i = 0; i < nr; i += 1u << run) {
		unsigned long pfn = sb_pcp_pfn(zone, list->slot[i]);

		run = 0;
		if (sb_page_state(sb_memmap_page(&zone->inst->map, pfn)) != SB_PAGE_PCP) {
			sb_instance_broken(zone->inst, "two per-CPU lists held pfn", pfn);
			continue;
		}
		run = join_run(zone, list, i, nr, order);
		type = sb_pcp_drain_one(zone, pfn, order + run);
		if (unlikely(sb_trace_on(zone->inst)))
			sb_trace_pcpu_drain(zone->inst, pfn, order, type);
	}
	list->nr -= nr;
	list->nr_moved -= nr;
	list->slot += nr;
	/* Somebody has to move the rest down before the list may grow as far as before. */
	WRITE_ONCE(list->limit, 0);
	return nr << order;
}

unsigned int sb_pcp_drain(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int nr_pages,
			  unsigned int which)
{
	unsigned int done = 0;

	nr_pages = min(nr_pages, sb_pcp_pages(zone->inst, pcp));
	sb_lock(&zone->lock);
	while (done < nr_pages) {
		unsigned int order = sb_pcp_list_order(zone->inst, which);
		unsigned int want = (nr_pages - done + (1u << order) - 1) >> order;

		if (pcp->list[which].nr)
			done += drain_list(zone, pcp, which, min(want, pcp->list[which].nr));
		which = (which + 1) % SB_PCP_LISTS;
	}
	zone->events[SB_EVENT_PCP_DRAIN] += done;
	sb_unlock(&zone->lock);
	return done;
}

static unsigned int drain_first(struct sb_zone *zone, struct sb_pcp *pcp) __must_hold(pcp->lock)
{
	unsigned int which = 0, done;

	while (which < SB_PCP_LISTS && !pcp->list[which].nr)
		which++;
	if (which == SB_PCP_LISTS)
		return 0;
	sb_lock(&zone->lock);
	done = drain_list(zone, pcp, which, 1);
	zone->events[SB_EVENT_PCP_DRAIN] += done;
	sb_unlock(&zone->lock);
	return done;
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

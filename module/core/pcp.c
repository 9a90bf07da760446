// SPDX-License-Identifier: GPL-2.0-only
#include "fallback.h"
#include "pcp.h"

static struct sb_pcp_list *list_of(struct sb_pcp *pcp, unsigned int order, unsigned int type)
{
	return &pcp->list[order * SB_PCPTYPES + type];
}

/* CPUs beyond those the instance has lists for share them. */
static struct sb_pcp *this_pcp(const struct sb_zone *zone)
{
	unsigned int cpu = sb_this_cpu();

	if (unlikely(cpu >= zone->inst->cfg.nr_cpus))
		cpu %= zone->inst->cfg.nr_cpus;
	return &zone->pcp[cpu];
}

static unsigned long pfn_at(const struct sb_zone *zone, u32 index)
{
	return zone->inst->map.base_pfn + index;
}

/*
 * A list grows by frees while all lists together are below high, or by a
 * refill of a batch or two blocks when it is empty.
 */
static unsigned int list_max(const struct sb_config *cfg, unsigned int order)
{
	return ((cfg->pcp_high + cfg->pcp_batch) >> order) + 2;
}

static unsigned int slots_per_pcp(const struct sb_config *cfg)
{
	unsigned int order, nr_slots = 0;

	for (order = 0; order < SB_PCP_ORDERS; order++)
		nr_slots += list_max(cfg, order) * SB_PCPTYPES;
	return nr_slots;
}

/* Gives one table its part of the slots, and tells where the next one's begin. */
static u32 *set_up(const struct sb_config *cfg, struct sb_pcp *pcp, u32 *slots)
{
	unsigned int order, type;

	sb_lock_init(&pcp->lock);
	for (order = 0; order < SB_PCP_ORDERS; order++) {
		for (type = 0; type < SB_PCPTYPES; type++) {
			struct sb_pcp_list *list = list_of(pcp, order, type);

			list->max = list_max(cfg, order);
			list->slot = slots;
			slots += list->max;
		}
	}
	return slots;
}

int sb_pcp_init(struct sb_instance *inst)
{
	unsigned int nr_cpus = inst->cfg.nr_cpus;
	unsigned int nr_zones = 0, cpu;
	struct sb_zone *zone = NULL;
	struct sb_pcp *pcp;
	u32 *slots;
	int err;

	while ((zone = sb_instance_next_zone(inst, zone)))
		nr_zones++;
	err = sb_instance_place(inst,
				(u64)nr_zones * nr_cpus *
					(sizeof(*pcp) + slots_per_pcp(&inst->cfg) * sizeof(u32)),
				&inst->pcp_range);
	if (err)
		return err;
	pcp = inst->pcp_range.mapped;
	slots = (u32 *)(pcp + (size_t)nr_zones * nr_cpus);
	while ((zone = sb_instance_next_zone(inst, zone))) {
		zone->pcp = pcp;
		for (cpu = 0; cpu < nr_cpus; cpu++)
			slots = set_up(&inst->cfg, pcp++, slots);
	}
	return 0;
}

void sb_pcp_exit(struct sb_instance *inst)
{
	unsigned int i;

	for (i = 0; i < SB_MAX_ZONES; i++)
		inst->zones[i].pcp = NULL;
	sb_instance_displace(inst, &inst->pcp_range);
}

/* A batch of one stays one, as in Linux. */
static unsigned int refill_blocks(const struct sb_config *cfg, unsigned int order)
{
	return cfg->pcp_batch > 1 ? max(cfg->pcp_batch >> order, 2u) : 1;
}

/* Filled from the top down, so that the first block found is the first given. */
static void refill(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int order, unsigned int type)
	__must_hold(pcp->lock)
{
	struct sb_pcp_list *list = list_of(pcp, order, type);
	unsigned int want = refill_blocks(&zone->inst->cfg, order);
	unsigned int got = 0, i;
	unsigned long pfn;

	sb_lock(&zone->lock);
	while (got < want && sb_fallback_take(zone, order, type, &pfn)) {
		sb_page_set(sb_memmap_page(&zone->inst->map, pfn), SB_PAGE_PCP, order, type);
		list->slot[want - ++got] = (u32)(pfn - zone->inst->map.base_pfn);
	}
	sb_unlock(&zone->lock);
	for (i = 0; want > got && i < got; i++)
		list->slot[i] = list->slot[want - got + i];
	list->nr = got;
	pcp->count += got << order;
}

bool sb_pcp_take(struct sb_zone *zone, unsigned int order, unsigned int type, unsigned long *pfn)
{
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = this_pcp(zone);
	struct sb_pcp_list *list = list_of(pcp, order, type);
	bool found;

	sb_lock(&pcp->lock);
	if (unlikely(!list->nr))
		refill(zone, pcp, order, type);
	found = list->nr > 0;
	if (likely(found)) {
		*pfn = pfn_at(zone, list->slot[--list->nr]);
		pcp->count -= 1u << order;
		sb_page_set(sb_memmap_page(&zone->inst->map, *pfn), SB_PAGE_ALLOC, order, type);
	}
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	return found;
}

/* Returns the @nr oldest blocks of a list, and says how many pages they had. */
static unsigned int drain_list(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which,
			       unsigned int nr) __must_hold(pcp->lock) __must_hold(zone->lock)
{
	struct sb_pcp_list *list = &pcp->list[which];
	unsigned int order = which / SB_PCPTYPES;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		unsigned long pfn = pfn_at(zone, list->slot[i]);

		if (sb_page_state(sb_memmap_page(&zone->inst->map, pfn)) != SB_PAGE_PCP) {
			sb_instance_broken(zone->inst, "two per-CPU lists held pfn", pfn);
			continue;
		}
		sb_buddy_put(zone, pfn, order, false);
	}
	list->nr -= nr;
	memmove(list->slot, list->slot + nr, list->nr * sizeof(*list->slot));
	pcp->count -= nr << order;
	return nr << order;
}

/*
 * Returns at least @nr_pages, beginning with list @which and going round; of
 * each list as many as are still wanted.
 */
static unsigned int drain(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int nr_pages,
			  unsigned int which) __must_hold(pcp->lock)
{
	unsigned int done = 0;

	nr_pages = min(nr_pages, pcp->count);
	sb_lock(&zone->lock);
	while (done < nr_pages) {
		unsigned int order = which / SB_PCPTYPES;
		unsigned int want = (nr_pages - done + (1u << order) - 1) >> order;

		done += drain_list(zone, pcp, which, min(want, pcp->list[which].nr));
		which = (which + 1) % SB_PCP_LISTS;
	}
	sb_unlock(&zone->lock);
	return done;
}

void sb_pcp_put(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type)
{
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = this_pcp(zone);
	struct sb_pcp_list *list = list_of(pcp, order, type);
	const struct sb_config *cfg = &zone->inst->cfg;

	sb_lock(&pcp->lock);
	sb_page_set(sb_memmap_page(&zone->inst->map, pfn), SB_PAGE_PCP, order, type);
	list->slot[list->nr++] = (u32)(pfn - zone->inst->map.base_pfn);
	pcp->count += 1u << order;
	if (unlikely(pcp->count >= cfg->pcp_high))
		drain(zone, pcp, cfg->pcp_batch, order * SB_PCPTYPES + type);
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
}

/* A batch at a time, so that interrupts are not off for long. */
static unsigned int drain_batch(struct sb_zone *zone, struct sb_pcp *pcp)
{
	unsigned long irq = sb_irq_save();
	unsigned int done;

	sb_lock(&pcp->lock);
	done = drain(zone, pcp, zone->inst->cfg.pcp_batch, 0);
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	return done;
}

unsigned int sb_pcp_drain_zone(struct sb_zone *zone, unsigned int cpu)
{
	struct sb_pcp *pcp = &zone->pcp[cpu % zone->inst->cfg.nr_cpus];
	unsigned int done = 0, batch;

	while ((batch = drain_batch(zone, pcp)))
		done += batch;
	return done;
}

unsigned int sb_pcp_drain_cpu(struct sb_instance *inst, unsigned int cpu)
{
	struct sb_zone *zone = NULL;
	unsigned int done = 0;

	while ((zone = sb_instance_next_zone(inst, zone)))
		if (zone->pcp)
			done += sb_pcp_drain_zone(zone, cpu);
	return done;
}

unsigned int sb_pcp_drain_all(struct sb_instance *inst)
{
	unsigned int cpu, done = 0;

	for (cpu = 0; cpu < inst->cfg.nr_cpus; cpu++)
		done += sb_pcp_drain_cpu(inst, cpu);
	return done;
}

unsigned long sb_pcp_count(const struct sb_zone *zone)
{
	unsigned long nr_pages = 0;
	unsigned int cpu;

	for (cpu = 0; zone->pcp && cpu < zone->inst->cfg.nr_cpus; cpu++)
		nr_pages += zone->pcp[cpu].count;
	return nr_pages;
}

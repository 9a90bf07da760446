// SPDX-License-Identifier: GPL-2.0-only
#include "pcp.h"
#include "trace.h"
#include "watermark.h"

/* Batches are doubled no more often: CONFIG_PCP_BATCH_SCALE_MAX. */
#define SCALE_MAX 5

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

static unsigned int high_max(const struct sb_config *cfg)
{
	return max(cfg->pcp_high, cfg->pcp_high_max);
}

/*
 * A list grows by frees while all lists together are below high, or by a
 * refill of up to high, or of a batch or two blocks when it is empty.
 */
static unsigned int list_max(const struct sb_instance *inst, unsigned int which)
{
	if (which >= SB_PCP_HUGE && !inst->cfg.pcp_huge_order)
		return 0;
	return ((high_max(&inst->cfg) + inst->cfg.pcp_batch) >> sb_pcp_list_order(inst, which)) + 2;
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
		pcp->list[which].max = list_max(inst, which);
		pcp->list[which].slot = slots;
		slots += pcp->list[which].max;
	}
	return slots;
}

/* It has memory, or may get some: sb_memory_block_zone_for(). */
static bool may_have_pages(const struct sb_zone *zone)
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
	u32 *slots;
	int err;

	for (i = 0; i < SB_MAX_ZONES; i++)
		nr_zones += may_have_pages(&inst->zones[i]);
	err = sb_instance_place(inst, each * nr_zones * nr_cpus, &inst->pcp_range);
	if (err)
		return err;
	pcp = inst->pcp_range.mapped;
	slots = (u32 *)(pcp + (size_t)nr_zones * nr_cpus);
	for (i = 0; i < SB_MAX_ZONES; i++) {
		if (!may_have_pages(&inst->zones[i]))
			continue;
		inst->zones[i].pcp = pcp;
		for (cpu = 0; cpu < nr_cpus; cpu++)
			slots = set_up(inst, pcp++, slots);
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

static unsigned int clamp_to(unsigned int value, unsigned int low, unsigned int high)
{
	return min(max(value, low), high);
}

/*
 * Pages to take for single ones: the batch, doubled with each refill that no
 * free came in between, as far as there is room.
 */
static unsigned int tuned_batch(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int order)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	unsigned int most = high_max(cfg), batch = cfg->pcp_batch, room;

	pcp->high = clamp_to(pcp->high, cfg->pcp_high, most);
	if (!order)
		batch <<= pcp->alloc_factor;
	if (cfg->pcp_high != most && !zone->below_high)
		pcp->high = min(pcp->high + batch, most);
	if (order)
		return batch;
	room = pcp->high > pcp->count + cfg->pcp_batch ? pcp->high - pcp->count - cfg->pcp_batch :
							 0;
	room = max(room, cfg->pcp_batch);
	if (batch <= room && pcp->alloc_factor < SCALE_MAX)
		pcp->alloc_factor++;
	return min(batch, room);
}

/* Blocks of a refill. A batch of one stays one, as in Linux. */
static unsigned int refill_blocks(struct sb_pcp *pcp, const struct sb_zone *zone,
				  unsigned int order)
{
	unsigned int batch = zone->inst->rules->pcp_tunes ? tuned_batch(pcp, zone, order) :
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

/* Filled from the top down, so that the first block found is the first given. */
static void refill(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_pcp_list *list,
		   struct sb_fallback *take) __must_hold(pcp->lock)
{
	unsigned int want = refill_blocks(pcp, zone, take->order);
	unsigned int got = 0, i;
	unsigned long pfn;

	sb_lock(&zone->lock);
	while (got < want && sb_fallback_take(zone, take, &pfn)) {
		sb_page_set(sb_memmap_page(&zone->inst->map, pfn), SB_PAGE_PCP, take->order,
			    refill_type(zone, take, pfn));
		list->slot[want - ++got] = (u32)(pfn - zone->inst->map.base_pfn);
	}
	zone->events[SB_EVENT_PCP_REFILL] += got << take->order;
	sb_unlock(&zone->lock);
	for (i = 0; want > got && i < got; i++)
		list->slot[i] = list->slot[want - got + i];
	list->nr = got;
	pcp->count += got << take->order;
}

/* Takes the top of a list that may have to be filled first. */
static bool take_one(struct sb_zone *zone, struct sb_pcp *pcp, struct sb_fallback *take,
		     unsigned long *pfn) __must_hold(pcp->lock)
{
	struct sb_pcp_list *list = &pcp->list[sb_pcp_list_index(take->order, take->type)];

	if (unlikely(!list->nr)) {
		refill(zone, pcp, list, take);
		if (unlikely(!list->nr))
			return false;
	}
	*pfn = pfn_at(zone, list->slot[--list->nr]);
	pcp->count -= 1u << take->order;
	pcp->events[SB_EVENT_ALLOC]++;
	pcp->events[SB_EVENT_ALLOC_PAGES] += 1u << take->order;
	sb_page_set(sb_memmap_page(&zone->inst->map, *pfn), SB_PAGE_ALLOC, take->order, take->type);
	return true;
}

bool sb_pcp_take(struct sb_zone *zone, struct sb_fallback *take, unsigned long *pfn)
{
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = this_pcp(zone);
	bool found;

	sb_lock(&pcp->lock);
	pcp->free_count >>= 1;
	pcp->free_factor >>= 1;
	found = take_one(zone, pcp, take, pfn);
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	return found;
}

unsigned long sb_pcp_take_bulk(struct sb_zone *zone, struct sb_fallback *take, unsigned long nr,
			       unsigned long *pfns)
{
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = this_pcp(zone);
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
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	return taken;
}

/* Linux 6.1 remembers the type from when the page came, unless some pageblock is isolated. */
static unsigned int return_type(const struct sb_zone *zone, unsigned long pfn)
{
	const struct sb_instance *inst = zone->inst;

	if (inst->rules->own_lists || zone->nr_isolated_blocks)
		return sb_pageblock_type(&inst->blocks, pfn);
	return sb_page_type(sb_memmap_page(&inst->map, pfn));
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

unsigned int sb_pcp_return(struct sb_zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned int type = return_type(zone, pfn);

	if (unlikely(is_mixed(zone, order)))
		sb_buddy_free(zone, pfn, order, false);
	else
		sb_buddy_put(zone, pfn, order, type, false);
	return type;
}

/* Returns the @nr oldest blocks of a list, and says how many pages they had. */
static unsigned int drain_list(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int which,
			       unsigned int nr) __must_hold(pcp->lock) __must_hold(zone->lock)
{
	struct sb_pcp_list *list = &pcp->list[which];
	unsigned int order = sb_pcp_list_order(zone->inst, which);
	unsigned int type, i;

	for (i = 0; i < nr; i++) {
		unsigned long pfn = pfn_at(zone, list->slot[i]);

		if (sb_page_state(sb_memmap_page(&zone->inst->map, pfn)) != SB_PAGE_PCP) {
			sb_instance_broken(zone->inst, "two per-CPU lists held pfn", pfn);
			continue;
		}
		type = sb_pcp_return(zone, pfn, order);
		if (unlikely(sb_trace_on(zone->inst)))
			sb_trace_pcpu_drain(zone->inst, pfn, order, type);
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
		unsigned int order = sb_pcp_list_order(zone->inst, which);
		unsigned int want = (nr_pages - done + (1u << order) - 1) >> order;

		done += drain_list(zone, pcp, which, min(want, pcp->list[which].nr));
		which = (which + 1) % SB_PCP_LISTS;
	}
	zone->events[SB_EVENT_PCP_DRAIN] += done;
	sb_unlock(&zone->lock);
	return done;
}

/* Pages to give back at an overflow, as runs of frees ask for: nr_pcp_free(). */
static unsigned int overflow_batch(struct sb_pcp *pcp, const struct sb_zone *zone,
				   unsigned int high, bool free_high)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	unsigned int batch = cfg->pcp_batch, most;

	if (free_high)
		return zone->inst->rules->pcp_tunes ? min(pcp->count, batch << SCALE_MAX) :
						      pcp->count;
	if (high < batch)
		return 1;
	most = max(high - batch, batch);
	if (zone->inst->rules->pcp_tunes)
		return min(max(pcp->free_count, batch), most);
	batch <<= pcp->free_factor;
	if (batch < most && pcp->free_factor < SCALE_MAX)
		pcp->free_factor++;
	return min(max(batch, cfg->pcp_batch), most);
}

/* Pages at which the lists overflow now, since 6.7: nr_pcp_high(). */
static unsigned int tuned_high(struct sb_pcp *pcp, const struct sb_zone *zone, bool free_high)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	unsigned int most = high_max(cfg), batch = cfg->pcp_batch;
	unsigned int high = clamp_to(pcp->high, cfg->pcp_high, most), down;

	pcp->high = high;
	if (free_high) {
		down = batch << SCALE_MAX;
		pcp->high = max(high > down ? high - down : 0, cfg->pcp_high);
		return 0;
	}
	if (cfg->pcp_high == most)
		return high;
	if (zone->below_high) {
		down = max(pcp->free_count, batch);
		pcp->high = max(high > down ? high - down : 0, cfg->pcp_high);
		return max(pcp->count, cfg->pcp_high);
	}
	if (pcp->count >= high && high < pcp->free_count + batch)
		pcp->high = clamp_to(pcp->free_count + batch, cfg->pcp_high, most);
	return high;
}

/* Blocks above order 0 that are freed in a row go back at once: they are wanted whole. */
static bool is_free_high(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int order)
{
	bool small = order && order < SB_PCP_ORDERS;
	bool free_high;

	if (!zone->inst->rules->pcp_tunes)
		return small && pcp->free_factor;
	free_high = small && pcp->free_high_order && pcp->free_count >= zone->inst->cfg.pcp_batch;
	pcp->free_high_order = small;
	return free_high;
}

static void overflow(struct sb_zone *zone, struct sb_pcp *pcp, unsigned int order,
		     unsigned int which) __must_hold(pcp->lock)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	bool free_high = is_free_high(pcp, zone, order);
	unsigned int high = free_high ? 0 : cfg->pcp_high;

	if (zone->inst->rules->pcp_tunes) {
		pcp->alloc_factor >>= 1;
		if (pcp->free_count < cfg->pcp_batch << SCALE_MAX)
			pcp->free_count += 1u << order;
		high = tuned_high(pcp, zone, free_high);
	}
	if (likely(pcp->count < high))
		return;
	drain(zone, pcp, overflow_batch(pcp, zone, high, free_high), which);
	if (zone->below_high &&
	    sb_watermark_ok(zone, 0, sb_watermark(zone, SB_WMARK_HIGH), SB_ZONE_MOVABLE, 0))
		zone->below_high = false;
}

bool sb_pcp_put(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		unsigned long done)
{
	unsigned int which = sb_pcp_list_index(order, type);
	unsigned long irq = sb_irq_save();
	struct sb_pcp *pcp = this_pcp(zone);
	struct sb_pcp_list *list = &pcp->list[which];
	bool ready;

	sb_lock(&pcp->lock);
	ready = likely(!(zone->inst->hooks & SB_HOOKS_FREE & ~done));
	if (ready) {
		sb_page_set(sb_memmap_page(&zone->inst->map, pfn), SB_PAGE_PCP, order, type);
		list->slot[list->nr++] = (u32)(pfn - zone->inst->map.base_pfn);
		pcp->count += 1u << order;
		pcp->events[SB_EVENT_FREE_PAGES] += 1u << order;
		overflow(zone, pcp, order, which);
	}
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	return ready;
}

/* One that merges all the way up takes as long as interrupts may be off. */
static unsigned int drain_block(struct sb_zone *zone, struct sb_pcp *pcp)
{
	unsigned long irq = sb_irq_save();
	unsigned int done;

	sb_lock(&pcp->lock);
	done = drain(zone, pcp, 1, 0);
	sb_unlock(&pcp->lock);
	sb_irq_restore(irq);
	return done;
}

unsigned int sb_pcp_drain_zone(struct sb_zone *zone, unsigned int cpu)
{
	struct sb_pcp *pcp = &zone->pcp[cpu % zone->inst->cfg.nr_cpus];
	unsigned int done = 0, nr_pages;

	while ((nr_pages = drain_block(zone, pcp)))
		done += nr_pages;
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

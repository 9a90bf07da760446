// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"
#include "front.h"
#include "debug.h"
#include "engine.h"
#include "hotplug.h"
#include "pcp.h"
#include "region_iter.h"
#include "slab_check.h"

/* What a walk over the descriptors of one zone has seen. */
struct tally {
	struct sb_out *out;
	unsigned int violations;
	unsigned long pages[SB_NR_PAGE_STATES];
	struct sb_engine_seen seen;
	unsigned long free_pages[SB_NR_TYPES];
	unsigned long blocks[SB_NR_TYPES]; /* pageblocks */
	unsigned long pcp_blocks[SB_PCP_LISTS];
	unsigned long pcp_odd; /* on a per-CPU list that cannot be there */
};

/* Counts a violation, and says where it is told. */
static struct sb_out *blame(struct tally *tally)
{
	tally->violations++;
	return tally->out;
}

#define violation(tally, ...) sb_out_printf(blame(tally), __VA_ARGS__)

static bool owns(const struct sb_zone *zone, unsigned long pfn)
{
	return sb_pageblock_zone(&zone->inst->blocks, pfn) ==
	       (unsigned int)(zone - zone->inst->zones);
}

/* Two free buddies of one order must have been merged, where that is allowed. */
static void check_merged(const struct sb_zone *zone, struct tally *tally, unsigned long pfn,
			 unsigned int order)
{
	const struct sb_instance *inst = zone->inst;
	unsigned long buddy = sb_pfn_buddy(pfn, order);
	unsigned int type, buddy_type;

	/*
	 * Linux 6.1 goes by what it remembers of a page, too, and nothing looks
	 * for a buddy when a pageblock becomes an ordinary one again.
	 */
	if (order >= inst->cfg.pageblock_order &&
	    (!inst->rules->own_lists || zone->events[SB_EVENT_HIGHATOMIC_UNRESERVE]))
		return;
	if (order >= inst->cfg.max_order || buddy < pfn || !owns(zone, buddy) ||
	    !sb_engine_is_free(inst, buddy, order))
		return;
	type = sb_pageblock_type(&inst->blocks, pfn);
	buddy_type = sb_pageblock_type(&inst->blocks, buddy);
	if (type == buddy_type || (type < SB_PCPTYPES && buddy_type < SB_PCPTYPES))
		violation(tally, "pfn %#lx and its buddy %#lx are both free at order %u\n", pfn,
			  buddy, order);
}

/* All pageblocks of a free block have the type of the list that it is on, but for old rules. */
static void check_one_type(const struct sb_zone *zone, struct tally *tally, unsigned long pfn,
			   unsigned int order, unsigned int type)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long p;

	if (!zone->inst->rules->own_lists)
		return;
	for (p = pfn; p < pfn + sb_order_pages(order); p += sb_order_pages(blocks->order))
		if (sb_pageblock_type(blocks, p) != type)
			violation(tally, "free pfn %#lx order %u: pageblocks of types %u and %u\n",
				  pfn, order, type, sb_pageblock_type(blocks, p));
}

static void count_free(const struct sb_zone *zone, struct tally *tally,
		       const struct sb_page_info *info)
{
	if (info->type >= SB_NR_TYPES) {
		violation(tally, "free pfn %#lx is on a list of type %u\n", info->head, info->type);
		return;
	}
	check_merged(zone, tally, info->head, info->order);
	check_one_type(zone, tally, info->head, info->order, info->type);
	tally->seen.blocks[info->order][info->type]++;
	tally->free_pages[info->type] += sb_order_pages(info->order);
}

static void count_pcp(const struct sb_zone *zone, struct tally *tally,
		      const struct sb_page_info *info)
{
	if (sb_pcp_serves(zone->inst, info->order) && info->type < SB_ISOLATE)
		tally->pcp_blocks[sb_pcp_list_index(info->order, info->type)]++;
	else
		tally->pcp_odd++;
}

static void count_head(const struct sb_zone *zone, struct tally *tally,
		       const struct sb_page_info *info)
{
	unsigned int type = sb_pageblock_type(&zone->inst->blocks, info->head);

	if (type >= SB_NR_TYPES)
		violation(tally, "pfn %#lx lies in a pageblock of type %u\n", info->head, type);
	else if (info->state == SB_PAGE_FREE)
		count_free(zone, tally, info);
	else if (info->state == SB_PAGE_PCP)
		count_pcp(zone, tally, info);
	else if (info->state == SB_PAGE_ALLOC && info->type >= SB_PCPTYPES)
		violation(tally, "pfn %#lx order %u serves a request of type %u\n", info->head,
			  info->order, info->type);
}

/* A block's other pages are tails, in the same zone. */
static void check_block(const struct sb_zone *zone, struct tally *tally, unsigned long pfn,
			const struct sb_page_info *info)
{
	unsigned int order = info->order;
	unsigned long p;

	if (order > zone->inst->cfg.max_order || !sb_pfn_aligned(pfn, order) || info->head != pfn) {
		violation(tally, "pfn %#lx in state %u has order %u\n", pfn, info->state, order);
		return;
	}
	for (p = pfn + 1; p < pfn + sb_order_pages(order); p++) {
		if (owns(zone, p) &&
		    sb_page_state(sb_memmap_page(&zone->inst->map, p)) == SB_PAGE_TAIL)
			continue;
		violation(tally, "pfn %#lx is no tail, but lies in block pfn %#lx order %u\n", p,
			  pfn, order);
		return;
	}
	tally->pages[info->state] += sb_order_pages(order);
	count_head(zone, tally, info);
}

static void check_state(const struct sb_zone *zone, struct tally *tally, unsigned long pfn,
			const struct sb_page_info *info)
{
	enum sb_page_state state = info->state;

	if (state == SB_PAGE_HOLE || state == SB_PAGE_RESERVED)
		tally->pages[state]++;
	else if (state == SB_PAGE_TAIL)
		violation(tally, "pfn %#lx is the tail of no block\n", pfn);
	else if (state < SB_NR_PAGE_STATES)
		check_block(zone, tally, pfn, info);
	else
		violation(tally, "pfn %#lx has state %u\n", pfn, state);
}

/* The tracker and the descriptors tell the same story of a page. */
static void check_tracker(const struct sb_zone *zone, struct tally *tally, unsigned long pfn)
{
	const struct sb_instance *inst = zone->inst;
	const struct sb_regions *regions = &inst->regions;
	enum sb_page_state state = sb_page_state(sb_memmap_page(&inst->map, pfn));
	u64 addr = sb_pfn_addr(pfn);
	bool memory = sb_region_is_range_memory(regions, addr, SB_PAGE_SIZE);
	bool hole = state == SB_PAGE_HOLE;
	bool taken = sb_region_is_range_reserved(regions, addr, SB_PAGE_SIZE) ||
		     !sb_region_is_mapped(regions, addr);

	if (memory == hole)
		violation(tally, "pfn %#lx is %smemory to the tracker, but has state %u\n", pfn,
			  memory ? "" : "no ", state);
	else if (memory && inst->stage == SB_STAGE_LIVE && taken != (state == SB_PAGE_RESERVED))
		violation(tally, "pfn %#lx is %sreserved in the tracker, but has state %u\n", pfn,
			  taken ? "" : "not ", state);
}

static void walk_pages(const struct sb_zone *zone, struct tally *tally)
{
	unsigned int block_order = zone->inst->cfg.pageblock_order;
	unsigned long pfn = zone->start_pfn;

	while (pfn < sb_zone_end(zone)) {
		struct sb_page_info info;

		if (!owns(zone, pfn)) {
			pfn = sb_pfn_block(pfn, block_order) + sb_order_pages(block_order);
			continue;
		}
		sb_engine_look(zone->inst, pfn, &info);
		check_state(zone, tally, pfn, &info);
		pfn += sb_pfn_aligned(pfn, info.order) ? sb_order_pages(info.order) : 1;
	}
}

/* Needs no lock: what is reserved or a hole stays so while the tracker is kept still. */
static void walk_tracker(const struct sb_zone *zone, struct tally *tally)
{
	unsigned int order = zone->inst->cfg.pageblock_order;
	unsigned long pfn = zone->start_pfn;

	while (pfn < sb_zone_end(zone)) {
		if (!owns(zone, pfn)) {
			pfn = sb_pfn_block(pfn, order) + sb_order_pages(order);
			continue;
		}
		check_tracker(zone, tally, pfn++);
	}
}

static unsigned long check_slots(const struct sb_zone *zone, struct tally *tally,
				 const struct sb_pcp_list *list, unsigned int which)
{
	u32 i;

	if (list->nr > list->max) {
		violation(tally, "per-CPU list %u has %u blocks, and room for %u\n", which,
			  list->nr, list->max);
		return 0;
	}
	for (i = 0; i < list->nr; i++) {
		unsigned long pfn = zone->inst->map.base_pfn + list->slot[i];
		const struct sb_page *page = sb_memmap_page(&zone->inst->map, pfn);

		if (owns(zone, pfn) && sb_page_state(page) == SB_PAGE_PCP &&
		    sb_pcp_list_index(sb_page_order(page), sb_page_type(page)) == which)
			continue;
		violation(tally, "per-CPU list %u holds pfn %#lx, which is not its own\n", which,
			  pfn);
	}
	return list->nr;
}

static void check_pcp(const struct sb_zone *zone, struct tally *tally)
{
	unsigned long blocks[SB_PCP_LISTS] = { 0 };
	unsigned int cpu, which;

	for (cpu = 0; zone->pcp && cpu < zone->inst->cfg.nr_cpus; cpu++) {
		const struct sb_pcp *pcp = &zone->pcp[cpu];

		for (which = 0; which < SB_PCP_LISTS; which++) {
			unsigned long nr = check_slots(zone, tally, &pcp->list[which], which);

			blocks[which] += nr;
		}
	}
	for (which = 0; which < SB_PCP_LISTS; which++)
		if (blocks[which] != tally->pcp_blocks[which])
			violation(tally, "per-CPU lists %u have %lu blocks, descriptors say %lu\n",
				  which, blocks[which], tally->pcp_blocks[which]);
	if (tally->pcp_odd)
		violation(tally, "%lu blocks claim to be on per-CPU lists that do not exist\n",
			  tally->pcp_odd);
}

static void check_count(struct tally *tally, const char *what, unsigned long seen,
			unsigned long counter)
{
	if (seen != counter)
		violation(tally, "%lu pages are %s, the counter says %lu\n", seen, what, counter);
}

/* Every page that exists is reserved or was handed over. */
static void check_totals(const struct sb_zone *zone, struct tally *tally)
{
	unsigned long managed = 0, nr_free = 0;
	unsigned int i;

	for (i = SB_PAGE_TAIL; i < SB_NR_PAGE_STATES; i++)
		managed += tally->pages[i];
	for (i = 0; i < SB_ISOLATE; i++)
		nr_free += tally->free_pages[i];
	check_count(tally, "handed over", managed, zone->managed);
	check_count(tally, "present", managed + tally->pages[SB_PAGE_RESERVED], zone->present);
	check_count(tally, "free", nr_free, zone->nr_free);
	check_count(tally, "free CMA", tally->free_pages[SB_CMA], zone->nr_free_cma);
	check_count(tally, "free HighAtomic", tally->free_pages[SB_HIGHATOMIC],
		    zone->nr_free_highatomic);
}

/* What is counted of pageblocks is what their bits say. */
static void check_blocks(const struct sb_zone *zone, struct tally *tally)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long pfn = sb_pfn_block(zone->start_pfn, blocks->order);
	unsigned long cma = 0;

	for (; pfn < sb_zone_end(zone); pfn += sb_order_pages(blocks->order)) {
		unsigned int type = sb_pageblock_type(blocks, pfn);

		if (!owns(zone, pfn) || type >= SB_NR_TYPES)
			continue;
		tally->blocks[type]++;
		if (type == SB_ISOLATE)
			type = blocks->former[sb_pageblock_index(blocks, pfn)];
		cma += type == SB_CMA;
	}
	if (zone->cma_pages)
		check_count(tally, "in CMA pageblocks", cma << blocks->order, zone->cma_pages);
	if (zone->inst->rules->own_lists)
		check_count(tally, "in HighAtomic pageblocks",
			    tally->blocks[SB_HIGHATOMIC] << blocks->order,
			    zone->nr_reserved_highatomic);
	if (tally->blocks[SB_ISOLATE] != zone->nr_isolated_blocks)
		violation(tally, "%lu pageblocks are Isolate, the counter says %lu\n",
			  tally->blocks[SB_ISOLATE], zone->nr_isolated_blocks);
}

static unsigned int check_zone(struct sb_zone *zone, struct sb_out *out)
{
	struct tally tally = { .out = out };
	unsigned long irq = sb_zone_freeze(zone);

	walk_pages(zone, &tally);
	tally.violations += zone->inst->engine->check(zone, &tally.seen, out);
	check_pcp(zone, &tally);
	check_totals(zone, &tally);
	check_blocks(zone, &tally);
	sb_assert_held(&zone->lock);
	tally.violations += sb_debug_check(zone, out) + sb_front_check(zone, out);
	sb_zone_thaw(zone, irq);
	walk_tracker(zone, &tally);
	if (tally.violations)
		sb_out_printf(out, "Node %d, zone %8s: %u violations\n", zone->nid,
			      sb_zone_name(zone), tally.violations);
	return tally.violations;
}

/* Metadata that anybody could be given is as good as lost. */
static unsigned int check_own(const struct sb_instance *inst, const char *what, u64 base, u64 size,
			      struct sb_out *out)
{
	u64 addr;

	for (addr = base; addr < base + size; addr += SB_PAGE_SIZE) {
		if (sb_region_is_reserved(&inst->regions, addr))
			continue;
		sb_out_printf(out, "the %s at %#llx are not reserved\n", what, addr);
		return 1;
	}
	return 0;
}

/* Descriptors exist for all pageblocks that have memory; those of added sections are apart. */
static unsigned int check_map(const struct sb_instance *inst, struct sb_out *out)
{
	u64 bytes = sb_order_pages(inst->blocks.order) * sizeof(struct sb_page);
	unsigned int violations = 0;
	unsigned long i;

	for (i = 0; i < inst->blocks.nr_blocks; i++) {
		unsigned long pfn = inst->blocks.base_pfn + (i << inst->blocks.order);
		u64 first;

		if (inst->blocks.zone[i] == SB_ZONE_NONE || sb_section_is_added(inst, pfn))
			continue;
		first = sb_pfn_addr(sb_pfn_down(sb_memmap_phys(inst, pfn)));
		violations += check_own(inst, "descriptors", first, bytes, out);
	}
	return violations;
}

static unsigned int check_metadata(const struct sb_instance *inst, struct sb_out *out)
{
	return check_map(inst, out) +
	       check_own(inst, "pageblock bits", inst->blocks_range.base, inst->blocks_range.size,
			 out) +
	       check_own(inst, "free bits", inst->words_range.base, inst->words_range.size, out) +
	       check_own(inst, "sections", inst->sections_range.base, inst->sections_range.size,
			 out) +
	       sb_section_check(inst, out) +
	       check_own(inst, "per-CPU lists", inst->pcp_range.base, inst->pcp_range.size, out) +
	       check_own(inst, "CMA bitmaps", inst->cma_range.base, inst->cma_range.size, out);
}

/* A client's fault, or a device's: the instance is in order. */
static void tell_overruns(struct sb_instance *inst, struct sb_out *out)
{
	unsigned long found = sb_debug_scan(inst, true);

	if (found)
		sb_out_printf(out, "%lu guard pages were written to: see the log\n", found);
}

unsigned int sb_check(struct sb_instance *inst, struct sb_out *out)
{
	unsigned int violations = 0;
	struct sb_zone *zone = NULL;

	if (sb_region_check(&inst->regions)) {
		violations++;
		sb_out_printf(out, "the region tracker is not in order\n");
	}
	if (inst->stage < SB_STAGE_PAGEBLOCKS)
		return violations;
	violations += check_metadata(inst, out);
	while ((zone = sb_instance_next_zone(inst, zone)))
		violations += check_zone(zone, out);
	violations += sb_hotplug_check(inst, out);
	violations += sb_slab_check(inst, out);
	if (violations)
		sb_instance_broken(inst, "violations that the checker found:", violations);
	else if (inst->hooks & SB_HOOK_GUARD)
		tell_overruns(inst, out);
	return violations;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"
#include "show_page.h"

/* A free list is counted no further than this: its zone's lock is held meanwhile. */
#define COUNT_LIMIT 100000

/* Blocks that are looked at with interrupts off at a time. */
#define LOOKS 8

#define BLOCKS_PER_LINE 64

static void show_free_count(struct sb_out *out, struct sb_zone *zone, unsigned int order,
			    unsigned int type)
{
	unsigned long irq = sb_irq_save();
	unsigned long count;

	sb_lock(&zone->lock);
	count = sb_engine_count(zone, order, type, COUNT_LIMIT);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	sb_out_printf(out, "%s%6lu ", count >= COUNT_LIMIT ? ">" : "", count);
}

static void show_free_counts(struct sb_out *out, struct sb_zone *zone)
{
	unsigned int type, order;

	for (type = 0; type < SB_NR_TYPES; type++) {
		sb_out_printf(out, "Node %4d, zone %8s, type %12s ", zone->nid, sb_zone_name(zone),
			      sb_pageblock_type_name(type));
		for (order = 0; order <= zone->inst->cfg.max_order; order++)
			show_free_count(out, zone, order, type);
		sb_out_printf(out, "\n");
	}
}

/*
 * Every pageblock with memory of the zone. Linux steps from the zone's first
 * page, and misses the last block of a zone that starts inside of one.
 */
static void show_block_counts(struct sb_out *out, const struct sb_zone *zone)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long count[SB_NR_TYPES] = { 0 };
	unsigned long pfn = sb_pfn_block(zone->start_pfn, blocks->order);
	unsigned int type;

	for (; pfn < sb_zone_end(zone); pfn += sb_order_pages(blocks->order)) {
		if (sb_pageblock_zone(blocks, pfn) != (unsigned int)(zone - zone->inst->zones))
			continue;
		type = sb_pageblock_type(blocks, pfn);
		if (type < SB_NR_TYPES)
			count[type]++;
	}
	sb_out_printf(out, "Node %d, zone %8s ", zone->nid, sb_zone_name(zone));
	for (type = 0; type < SB_NR_TYPES; type++)
		sb_out_printf(out, "%12lu ", count[type]);
	sb_out_printf(out, "\n");
}

/*
 * Some block in use in the pageblock, up to @end, is of another type; some blocks are
 * looked at, and @pfn is what comes after them. Linux looks at pages as they were asked
 * for, and so does this.
 */
static bool is_mixed(struct sb_zone *zone, unsigned long *pfn, unsigned long end,
		     unsigned int block_type) __must_hold(zone->lock)
{
	unsigned int left = LOOKS;
	struct sb_page_info info;

	while (*pfn < end && left--) {
		sb_memmap_info(zone->inst, *pfn, &info);
		if (info.state == SB_PAGE_ALLOC && info.type != block_type) {
			*pfn = end;
			return true;
		}
		*pfn = sb_page_info_next(&info, *pfn);
	}
	return false;
}

/* Mixed blocks of CMA count as Movable: pagetypeinfo_showmixedcount_print(). */
static void show_mixed_counts(struct sb_out *out, struct sb_zone *zone)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long count[SB_NR_TYPES] = { 0 };
	unsigned long pfn = zone->start_pfn;
	unsigned int type;

	/* A block that is larger than a pageblock is looked at once. */
	while (pfn < sb_zone_end(zone)) {
		unsigned long end =
			sb_pfn_block(pfn, blocks->order) + sb_order_pages(blocks->order);
		unsigned long irq;

		if (sb_pageblock_zone(blocks, pfn) != (unsigned int)(zone - zone->inst->zones)) {
			pfn = end;
			continue;
		}
		irq = sb_irq_save();
		sb_lock(&zone->lock);
		type = sb_pageblock_type(blocks, pfn);
		if (is_mixed(zone, &pfn, min(end, sb_zone_end(zone)), type))
			count[type == SB_CMA ? SB_MOVABLE : type]++;
		sb_unlock(&zone->lock);
		sb_irq_restore(irq);
	}
	sb_out_printf(out, "Node %d, zone %8s ", zone->nid, sb_zone_name(zone));
	for (type = 0; type < SB_NR_TYPES; type++)
		sb_out_printf(out, "%12lu ", count[type]);
	sb_out_printf(out, "\n");
}

static void show_mixed_node(struct sb_out *out, struct sb_instance *inst, int nid)
{
	struct sb_zone *zone = NULL;
	unsigned int i;

	sb_out_printf(out, "\n%-23s", "Number of mixed blocks ");
	for (i = 0; i < SB_NR_TYPES; i++)
		sb_out_printf(out, "%12s ", sb_pageblock_type_name(i));
	sb_out_printf(out, "\n");
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (zone->nid == nid)
			show_mixed_counts(out, zone);
	}
}

static void show_pagetypeinfo_node(struct sb_out *out, struct sb_instance *inst, int nid)
{
	struct sb_zone *zone = NULL;
	unsigned int i;

	sb_out_printf(out, "Page block order: %u\n", inst->blocks.order);
	sb_out_printf(out, "Pages per block:  %lu\n\n", sb_order_pages(inst->blocks.order));
	sb_out_printf(out, "%-43s ", "Free pages count per migrate type at order");
	for (i = 0; i <= inst->cfg.max_order; i++)
		sb_out_printf(out, "%6u ", i);
	sb_out_printf(out, "\n");
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (zone->nid == nid)
			show_free_counts(out, zone);
	}

	sb_out_printf(out, "\n%-23s", "Number of blocks type ");
	for (i = 0; i < SB_NR_TYPES; i++)
		sb_out_printf(out, "%12s ", sb_pageblock_type_name(i));
	sb_out_printf(out, "\n");
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (zone->nid == nid)
			show_block_counts(out, zone);
	}
	if (READ_ONCE(inst->hooks) & SB_HOOK_OWNER)
		show_mixed_node(out, inst, nid);
}

void sb_show_pagetypeinfo(struct sb_out *out, struct sb_instance *inst)
{
	const struct sb_zone *zone = NULL;
	int nid = SB_NID_ANY;

	if (inst->stage < SB_STAGE_PAGEBLOCKS)
		return;
	while ((zone = sb_instance_next_zone(inst, zone))) {
		if (zone->nid != nid)
			show_pagetypeinfo_node(out, inst, zone->nid);
		nid = zone->nid;
	}
}

/* All memory of the pageblock at @pfn is on free lists. */
static bool all_free(struct sb_zone *zone, unsigned long pfn) __must_hold(zone->lock)
{
	unsigned long end = pfn + sb_order_pages(zone->inst->blocks.order);

	while (pfn < end) {
		struct sb_page_info info;
		unsigned long next = pfn + 1;

		sb_memmap_info(zone->inst, pfn, &info);
		if (info.state == SB_PAGE_FREE)
			next = info.head + sb_order_pages(info.order);
		else if (info.state != SB_PAGE_HOLE)
			return false;
		if (next <= pfn)
			return false;
		pfn = next;
	}
	return true;
}

static char block_char(struct sb_instance *inst, unsigned long pfn)
{
	static const char letters[2][SB_NR_TYPES + 1] = { "umrhci", "UMRHCI" };
	unsigned int index = sb_pageblock_zone(&inst->blocks, pfn);
	unsigned int type;
	unsigned long irq;
	bool all;

	if (index >= SB_MAX_ZONES)
		return '.';
	irq = sb_irq_save();
	sb_lock(&inst->zones[index].lock);
	type = sb_pageblock_type(&inst->blocks, pfn);
	all = all_free(&inst->zones[index], pfn);
	sb_unlock(&inst->zones[index].lock);
	sb_irq_restore(irq);
	if (type >= SB_NR_TYPES)
		return '?';
	return letters[all][type];
}

void sb_show_pageblocks(struct sb_out *out, struct sb_instance *inst)
{
	const struct sb_pageblocks *blocks = &inst->blocks;
	unsigned long i;

	if (inst->stage < SB_STAGE_PAGEBLOCKS)
		return;
	sb_out_printf(out, "# %lu pages each: ", sb_order_pages(blocks->order));
	sb_out_printf(out, "u Unmovable, m Movable, r Reclaimable, h HighAtomic, c CMA, i Isolate");
	sb_out_printf(out, "; upper case all free; . no memory");
	for (i = 0; i < blocks->nr_blocks; i++) {
		unsigned long pfn = blocks->base_pfn + (i << blocks->order);

		if (i % BLOCKS_PER_LINE == 0)
			sb_out_printf(out, "\n0x%08lx ", pfn);
		sb_out_printf(out, "%c", block_char(inst, pfn));
	}
	sb_out_printf(out, "\n");
}

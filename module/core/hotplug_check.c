// SPDX-License-Identifier: GPL-2.0-only
#include "hotplug.h"
#include "zonelist.h"

struct tally {
	struct sb_instance *inst;
	struct sb_out *out;
	unsigned int violations;
};

/* Counts a violation, and says where it is told. */
static struct sb_out *blame(struct tally *tally)
{
	tally->violations++;
	return tally->out;
}

#define violation(tally, ...) sb_out_printf(blame(tally), __VA_ARGS__)

/* All sections of a block are there and online, or none is; a block of the boot may lack some. */
static void check_sections(struct tally *tally, const struct sb_memory_block *block)
{
	const struct sb_instance *inst = tally->inst;
	bool online = block->state != SB_BLOCK_OFFLINE;
	unsigned long pfn = block->start_pfn, end = pfn + block->nr_pages;

	for (; pfn < end; pfn += sb_order_pages(inst->sections.order)) {
		const struct sb_section *section = sb_section_of(inst, pfn);
		bool present = section && (section->flags & SB_SECTION_PRESENT);

		if (!present && block->at_boot)
			continue;
		if (!present || !(section->flags & SB_SECTION_ONLINE) == online)
			violation(tally, "block %lu is %s, but not its section at pfn %#lx\n",
				  block->index, sb_block_state_name(block->state), pfn);
	}
}

/* Pages that are offline are in no zone, and nobody has them. */
static void check_offline(struct tally *tally, const struct sb_memory_block *block)
{
	const struct sb_instance *inst = tally->inst;
	unsigned long pfn = block->start_pfn, end = pfn + block->nr_pages;

	if (block->zone)
		violation(tally, "block %lu is offline, but has pages in zone %s\n", block->index,
			  sb_zone_name(block->zone));
	for (; pfn < end; pfn++) {
		enum sb_page_state state;

		if (!sb_section_present(inst, pfn))
			continue;
		state = sb_page_state(sb_memmap_page(&inst->map, pfn));
		if (state == SB_PAGE_RESERVED || state == SB_PAGE_POISONED ||
		    (state == SB_PAGE_HOLE && block->at_boot))
			continue;
		violation(tally, "pfn %#lx is offline, but has state %u\n", pfn, state);
		return;
	}
}

static void check_online(struct tally *tally, const struct sb_memory_block *block)
{
	if (block->at_boot)
		return;
	if (!block->zone || block->zone->nid != block->nid || block->has_holes)
		violation(tally, "block %lu is online, but not in one zone of node %d\n",
			  block->index, block->nid);
}

static void check_blocks(struct tally *tally)
{
	struct sb_memory_block block;
	unsigned long i;

	for (i = 0; sb_memory_block_next(tally->inst, i, &block); i = block.index + 1) {
		check_sections(tally, &block);
		if (block.state == SB_BLOCK_OFFLINE)
			check_offline(tally, &block);
		else
			check_online(tally, &block);
	}
}

/* A pageblock lies in the span of its zone, and has descriptors if it has one. */
static void check_pageblocks(struct tally *tally)
{
	const struct sb_pageblocks *blocks = &tally->inst->blocks;
	unsigned long pages = sb_order_pages(blocks->order), i;

	for (i = 0; i < blocks->nr_blocks; i++) {
		unsigned long pfn = blocks->base_pfn + i * pages;
		const struct sb_zone *zone;

		if (blocks->zone[i] == SB_ZONE_NONE)
			continue;
		zone = &tally->inst->zones[blocks->zone[i]];
		if (pfn + pages <= zone->start_pfn || pfn >= sb_zone_end(zone) ||
		    !sb_section_online(tally->inst, pfn))
			violation(tally, "the pageblock at pfn %#lx is not in zone %s of node %d\n",
				  pfn, sb_zone_name(zone), zone->nid);
	}
}

/* A zone without memory has nothing left of it. */
static void check_empty(struct tally *tally, const struct sb_zone *zone)
{
	if (zone->managed || zone->nr_free || zone->nr_isolated_blocks || zone->nr_hwpoison ||
	    zone->present_early)
		violation(tally, "Node %d, zone %8s: has no memory, and counts some\n", zone->nid,
			  sb_zone_name(zone));
}

static void check_zones(struct tally *tally)
{
	unsigned int i;

	for (i = 0; i < SB_MAX_ZONES; i++) {
		const struct sb_zone *zone = &tally->inst->zones[i];

		if (!sb_zone_populated(zone))
			check_empty(tally, zone);
		else if (zone->present_early > zone->present || zone->present > zone->spanned)
			violation(tally, "Node %d, zone %8s: %lu of %lu pages present are early\n",
				  zone->nid, sb_zone_name(zone), zone->present_early,
				  zone->present);
		else if (tally->inst->stage == SB_STAGE_LIVE && !zone->pcp)
			violation(tally, "Node %d, zone %8s: has no per-CPU lists\n", zone->nid,
				  sb_zone_name(zone));
	}
}

/* A node reaches from the first page of its zones to the last. */
static void check_node_span(struct tally *tally, int nid)
{
	const struct sb_node *node = &tally->inst->nodes[nid];
	unsigned long start = ~0ul, end = 0;
	enum sb_zone_type type;

	for (type = SB_ZONE_DMA; type < SB_NR_ZONE_TYPES; type++) {
		const struct sb_zone *zone = sb_instance_zone(tally->inst, nid, type);

		if (!zone->spanned)
			continue;
		start = min(start, zone->start_pfn);
		end = max(end, sb_zone_end(zone));
	}
	if (node->end_pfn != end || node->start_pfn != min(start, end))
		violation(tally, "node %d has pfns %#lx to %#lx, its zones %#lx to %#lx\n", nid,
			  node->start_pfn, node->end_pfn, min(start, end), end);
}

/* A list has each zone with memory once, nearer nodes and higher zones first. */
static void check_zonelist(struct tally *tally, int nid)
{
	const struct sb_zonelist *list = tally->inst->nodes[nid].zonelist;
	unsigned int rank, last = 0, wanted = 0, i;

	for (i = 0; i < SB_MAX_ZONES; i++)
		wanted += sb_zone_populated(&tally->inst->zones[i]);
	if (list->nr_zones != wanted)
		violation(tally, "the zonelist of node %d has %u zones, and not %u\n", nid,
			  list->nr_zones, wanted);
	for (i = 0; i < list->nr_zones; i++) {
		const struct sb_zone *zone = &tally->inst->zones[list->zone[i]];

		rank = (unsigned int)(zone->nid + SB_MAX_NODES - nid) % SB_MAX_NODES *
			       SB_NR_ZONE_TYPES +
		       SB_ZONE_MOVABLE - zone->type;
		if (!sb_zone_populated(zone) || (i && rank <= last))
			violation(tally, "the zonelist of node %d is wrong at place %u\n", nid, i);
		last = rank;
	}
}

unsigned int sb_hotplug_check(struct sb_instance *inst, struct sb_out *out)
{
	struct tally tally = { .inst = inst, .out = out };
	int nid;

	check_blocks(&tally);
	check_pageblocks(&tally);
	check_zones(&tally);
	for (nid = 0; nid < SB_MAX_NODES; nid++) {
		check_node_span(&tally, nid);
		check_zonelist(&tally, nid);
	}
	return tally.violations;
}

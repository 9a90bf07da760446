// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"
#include "front.h"
#include "layout.h"
#include "pageblock.h"
#include "plenty.h"
#include "region_iter.h"

#define SKIP_BIT 8u
#define FLAGS_PER_WORD 8

const char *sb_pageblock_type_name(unsigned int type)
{
	static const char *const names[SB_NR_TYPES] = {
		[SB_UNMOVABLE] = "Unmovable",
		[SB_MOVABLE] = "Movable",
		[SB_RECLAIMABLE] = "Reclaimable",
		[SB_HIGHATOMIC] = "HighAtomic",
		[SB_CMA] = "CMA",
		[SB_ISOLATE] = "Isolate",
	};

	return names[type];
}

static u8 home_of(const struct sb_instance *inst, unsigned int zone, unsigned int type)
{
	if (zone == SB_ZONE_NONE || type >= SB_PCPTYPES)
		return SB_HOME_NONE;
	return (u8)(inst->zones[zone].front_slot * SB_HOME_TYPES + type);
}

static void set_home(struct sb_instance *inst, unsigned long pfn, unsigned int zone,
		     unsigned int type)
{
	/* Who sees the home sees the descriptors. */
	smp_store_release(&inst->blocks.home[sb_pageblock_index(&inst->blocks, pfn)],
			  home_of(inst, zone, type));
}

void sb_pageblock_set_zone(struct sb_instance *inst, unsigned long pfn, unsigned int zone)
{
	u8 *owner = &inst->blocks.zone[sb_pageblock_index(&inst->blocks, pfn)];

	/* Who sees the zone sees the descriptors. */
	smp_store_release(owner, (u8)zone);
	set_home(inst, pfn, zone, sb_pageblock_type(&inst->blocks, pfn));
}

/* Replaces the bits of @mask; other zones may write the same word meanwhile. */
static void set_bits(struct sb_instance *inst, unsigned long pfn, u32 mask, u32 bits)
{
	unsigned long index = sb_pageblock_index(&inst->blocks, pfn);
	unsigned int shift = index % FLAGS_PER_WORD * 4;
	u32 *word = &inst->blocks.flags[index / FLAGS_PER_WORD];
	unsigned long irq = sb_irq_save();

	sb_lock(&inst->block_lock);
	WRITE_ONCE(*word, (*word & ~(mask << shift)) | bits << shift);
	sb_unlock(&inst->block_lock);
	sb_irq_restore(irq);
}

/* Keeps the zone's counts of pageblocks that are special. */
static void count_type(struct sb_zone *zone, unsigned int type, long nr_blocks)
{
	if (type == SB_ISOLATE)
		zone->nr_isolated_blocks += (unsigned long)nr_blocks;
	else if (type == SB_HIGHATOMIC)
		WRITE_ONCE(zone->nr_reserved_highatomic,
			   zone->nr_reserved_highatomic +
				   (unsigned long)nr_blocks *
					   sb_order_pages(zone->inst->blocks.order));
	sb_plenty_look(zone);
}

void sb_pageblock_set_type(struct sb_instance *inst, unsigned long pfn, unsigned int type)
{
	unsigned int zone = sb_pageblock_zone(&inst->blocks, pfn);

	if (zone != SB_ZONE_NONE) {
		count_type(&inst->zones[zone], sb_pageblock_type(&inst->blocks, pfn), -1);
		count_type(&inst->zones[zone], type, 1);
	}
	set_bits(inst, pfn, SKIP_BIT - 1, type);
	set_home(inst, pfn, zone, type);
}

bool sb_pageblock_skip(const struct sb_pageblocks *blocks, unsigned long pfn)
{
	unsigned long index = sb_pageblock_index(blocks, pfn);

	return blocks->flags[index / FLAGS_PER_WORD] >> index % FLAGS_PER_WORD * 4 & SKIP_BIT;
}

void sb_pageblock_set_skip(struct sb_instance *inst, unsigned long pfn, bool skip)
{
	set_bits(inst, pfn, SKIP_BIT, skip ? SKIP_BIT : 0);
}

/* The zone whose memory a pageblock holds; no pageblock holds that of two. */
static void own_blocks(struct sb_instance *inst)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	struct sb_pageblocks *blocks = &inst->blocks;
	unsigned long start, end;

	memset(blocks->zone, SB_ZONE_NONE, blocks->nr_blocks);
	memset(blocks->home, SB_HOME_NONE, blocks->nr_blocks);
	while (sb_region_iter_pfns(&inst->regions, &it, &start, &end)) {
		unsigned long pfn = sb_pfn_block(start, blocks->order);

		for (; pfn < end; pfn += sb_order_pages(blocks->order)) {
			const struct sb_zone *zone =
				sb_layout_zone(inst, it.found_nid, max(pfn, start));

			sb_pageblock_set_zone(inst, pfn, (unsigned int)(zone - inst->zones));
		}
	}
}

/*
 * build_all_zonelists(), Linux 6.12: with fewer pages than a pageblock of each
 * type, grouping would only get in the way. Linux counts managed pages less high
 * marks, but looks before the hand-over, when that is all that is present.
 */
static bool enough_to_group(const struct sb_instance *inst)
{
	unsigned long present = 0;
	const struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(inst, zone)))
		present += zone->present;
	return present >= sb_order_pages(inst->blocks.order) * SB_NR_TYPES;
}

void sb_pageblock_set_grouping(struct sb_instance *inst)
{
	if (inst->blocks.flags)
		WRITE_ONCE(inst->blocks.grouping, enough_to_group(inst));
}

int sb_pageblock_init(struct sb_instance *inst)
{
	struct sb_pageblocks *blocks = &inst->blocks;
	unsigned long nr_words, i;
	int err;

	blocks->order = inst->cfg.pageblock_order;
	blocks->base_pfn = inst->map.base_pfn;
	blocks->nr_blocks = inst->map.nr_pages >> blocks->order;
	nr_words = (blocks->nr_blocks + FLAGS_PER_WORD - 1) / FLAGS_PER_WORD;
	err = sb_instance_place(inst, (u64)nr_words * sizeof(u32) + 3 * (u64)blocks->nr_blocks,
				&inst->blocks_range);
	if (err) {
		memset(blocks, 0, sizeof(*blocks));
		return err;
	}
	blocks->phys = inst->blocks_range.base;
	blocks->flags = inst->blocks_range.mapped;
	blocks->zone = (u8 *)(blocks->flags + nr_words);
	blocks->former = blocks->zone + blocks->nr_blocks;
	blocks->home = blocks->former + blocks->nr_blocks;
	for (i = 0; i < nr_words; i++)
		blocks->flags[i] = SB_MOVABLE * 0x11111111u;
	sb_front_number(inst);
	own_blocks(inst);
	sb_section_set_blocks(inst);
	sb_pageblock_set_grouping(inst);
	err = inst->engine->init ? inst->engine->init(inst) : 0;
	if (err)
		sb_pageblock_exit(inst);
	return err;
}

void sb_pageblock_exit(struct sb_instance *inst)
{
	sb_instance_displace(inst, &inst->words_range);
	memset(&inst->words, 0, sizeof(inst->words));
	sb_instance_displace(inst, &inst->blocks_range);
	memset(&inst->blocks, 0, sizeof(inst->blocks));
}

// SPDX-License-Identifier: GPL-2.0-only
#include "pagemap.h"

/* What is told with interrupts off at a time, in words: a look at a block takes as long as some. */
#define MOST_WORDS 160
#define LOOK_WORDS 48

static u64 zone_bits(const struct sb_instance *inst, unsigned long pfn)
{
	/* The ioctls' numbers came before there was a DMA zone. */
	static const u8 numbers[SB_NR_ZONE_TYPES] = {
		[SB_ZONE_NORMAL] = 0,
		[SB_ZONE_HIGHMEM] = 1,
		[SB_ZONE_MOVABLE] = 2,
		[SB_ZONE_DMA] = 3,
	};
	const struct sb_zone *zone = sb_instance_zone_at(inst, pfn);

	if (!zone)
		return 0;
	return (u64)sb_pageblock_type(&inst->blocks, pfn) << SB_PM_BLOCK_TYPE_SHIFT |
	       (u64)numbers[zone->type] << SB_PM_ZONE_SHIFT | (u64)zone->nid << SB_PM_NODE_SHIFT;
}

/* The migratetype of a block: of the list that it is on, or of the request that has it. */
static u64 type_bits(const struct sb_instance *inst, const struct sb_page_info *info)
{
	const struct sb_page *head = sb_memmap_page(&inst->map, info->head);

	switch (info->state) {
	case SB_PAGE_FREE:
		return (u64)info->type << SB_PM_TYPE_SHIFT;
	case SB_PAGE_ALLOC:
		return (u64)info->type << SB_PM_TYPE_SHIFT |
		       (sb_page_is_comp(head) ? SB_PM_COMP : 0);
	case SB_PAGE_PCP:
		return (u64)info->type << SB_PM_TYPE_SHIFT;
	default:
		return 0;
	}
}

/* What the words of a block have in common; 0 of a hole. */
static u64 block_word(const struct sb_instance *inst, unsigned long pfn,
		      const struct sb_page_info *info)
{
	static const u8 states[SB_NR_PAGE_STATES] = {
		[SB_PAGE_HOLE] = SB_PM_HOLE,
		[SB_PAGE_RESERVED] = SB_PM_RESERVED,
		[SB_PAGE_TAIL] = SB_PM_HOLE,
		[SB_PAGE_PCP] = SB_PM_PCP,
		[SB_PAGE_ALLOC] = SB_PM_USED,
		[SB_PAGE_GUARD] = SB_PM_GUARD,
		[SB_PAGE_QUARANTINE] = SB_PM_QUARANTINE,
		[SB_PAGE_POISONED] = SB_PM_POISONED,
		[SB_PAGE_FREE] = SB_PM_FREE,
	};

	if (info->state == SB_PAGE_HOLE)
		return 0;
	return (u64)states[info->state] << SB_PM_STATE_SHIFT |
	       (u64)info->order << SB_PM_ORDER_SHIFT | SB_PM_TAIL | type_bits(inst, info) |
	       zone_bits(inst, pfn);
}

/* The words of up to @most pages of the block at @pfn: how many there are. */
static unsigned long fill_block(const struct sb_instance *inst, unsigned long pfn,
				unsigned long most, u64 *words)
{
	struct sb_page_info info;
	unsigned long nr, i;
	u64 word;

	sb_memmap_info(inst, pfn, &info);
	word = block_word(inst, pfn, &info);
	nr = min(sb_page_info_next(&info, pfn) - pfn, most);
	for (i = 0; i < nr; i++)
		words[i] = word;
	if (word && !info.tail)
		words[0] = word ^ (SB_PM_HEAD | SB_PM_TAIL);
	return nr;
}

/* As many pages as may be told with interrupts off, of @nr_pages: how many these are. */
static unsigned long fill(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
			  u64 *words)
{
	unsigned long done = 0, left = MOST_WORDS;

	while (done < nr_pages && left > LOOK_WORDS) {
		unsigned long most = min(nr_pages - done, left - LOOK_WORDS);
		unsigned long nr = fill_block(inst, pfn + done, most, words + done);

		done += nr;
		left -= LOOK_WORDS + nr;
	}
	return done;
}

static unsigned long fill_locked(struct sb_zone *zone, unsigned long pfn, unsigned long nr_pages,
				 u64 *words)
{
	unsigned long done;

	sb_lock(&zone->lock);
	done = fill(zone->inst, pfn, nr_pages, words);
	sb_unlock(&zone->lock);
	return done;
}

void sb_pagemap_fill(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		     u64 *words)
{
	unsigned int block_order = inst->cfg.pageblock_order;
	unsigned long nr, irq;

	for (; nr_pages; nr_pages -= nr, pfn += nr, words += nr) {
		struct sb_zone *zone = sb_instance_zone_at(inst, pfn);

		nr = min(nr_pages,
			 sb_pfn_block(pfn, block_order) + sb_order_pages(block_order) - pfn);
		irq = sb_irq_save();
		nr = zone ? fill_locked(zone, pfn, nr, words) : fill(inst, pfn, nr, words);
		sb_irq_restore(irq);
	}
}

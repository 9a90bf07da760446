/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pageblocks: the grain at which pages are grouped by mobility.
 *
 * Four bits each, as in Linux: three of migratetype and one that tells a
 * compaction scanner to skip the block. Beside them one byte says to which
 * zone the block belongs, so that a page finds its zone, and a free block its
 * buddy's, in constant time. No pageblock is shared by two zones.
 */
#ifndef SB_PAGEBLOCK_H
#define SB_PAGEBLOCK_H

#include "pfn.h"

struct sb_instance;

/* Order and names are those of enum migratetype, Linux 6.12. */
enum sb_migratetype {
	SB_UNMOVABLE,
	SB_MOVABLE,
	SB_RECLAIMABLE,
	SB_PCPTYPES, /* types below have per-CPU lists */
	SB_HIGHATOMIC = SB_PCPTYPES,
	SB_CMA,
	SB_ISOLATE,
	SB_NR_TYPES
};

/* The zone of a pageblock without memory. */
#define SB_ZONE_NONE 0xff

/* A zone and a type in a byte: types with per-CPU lists, and one that stands for all others. */
#define SB_HOME_TYPES (SB_PCPTYPES + 1)
/* Of no zone, or of such a type. */
#define SB_HOME_NONE SB_PCPTYPES
#define SB_NR_HOMES (SB_MAX_ZONES * SB_HOME_TYPES)

/**
 * struct sb_pageblocks - The pageblocks of an instance.
 * @flags: four bits a block, eight blocks a word, lowest bits first
 * @zone: index into the instance's zones, or SB_ZONE_NONE, a byte a block
 * @home: where the front brings its pages, a byte a block: sb_pageblock_home()
 * @former: type that an Isolate block had and will have again, a byte a block;
 *	guarded by the lock of its zone
 * @base_pfn: first page of block 0
 * @nr_blocks: how many there are, holes included
 * @order: log2 of the pages in one
 * @grouping: pages are grouped by mobility; false on an instance too small
 *	for it, where every request is Unmovable and claims what it can
 * @phys: where @flags, @zone, @former and @home lie, in this order
 */
struct sb_pageblocks {
	u32 *flags;
	u8 *zone;
	u8 *former;
	u8 *home;
	unsigned long base_pfn;
	unsigned long nr_blocks;
	unsigned int order;
	bool grouping;
	u64 phys;
};

/* Names as in /proc/pagetypeinfo. */
const char *sb_pageblock_type_name(unsigned int type);

/*@
 * requires \valid_read(blocks) && blocks->order < 8 * sizeof(unsigned long);
 * requires blocks->base_pfn <= pfn;
 * assigns \nothing;
 * ensures \result == (pfn - blocks->base_pfn) / pow2(blocks->order);
 */
static inline unsigned long sb_pageblock_index(const struct sb_pageblocks *blocks,
					       unsigned long pfn)
{
	return (pfn - blocks->base_pfn) >> blocks->order;
}

static inline unsigned int sb_pageblock_type(const struct sb_pageblocks *blocks, unsigned long pfn)
{
	unsigned long index = sb_pageblock_index(blocks, pfn);

	return READ_ONCE(blocks->flags[index / 8]) >> index % 8 * 4 & 7;
}

/* Index of the zone that owns @pfn, or SB_ZONE_NONE; any @pfn may be asked. */
static inline unsigned int sb_pageblock_zone(const struct sb_pageblocks *blocks, unsigned long pfn)
{
	unsigned long index = sb_pageblock_index(blocks, pfn);

	/* Below the first one the difference wraps, and is larger than any index. */
	if (index >= blocks->nr_blocks)
		return SB_ZONE_NONE;
	return READ_ONCE(blocks->zone[index]);
}

/* The word with the bits of the pageblock of @pfn, and of others. */
static inline u32 *sb_pageblock_word(const struct sb_pageblocks *blocks, unsigned long pfn)
{
	return &blocks->flags[sb_pageblock_index(blocks, pfn) / 8];
}

/*
 * Says which zone owns a pageblock: index into the instance's zones, or SB_ZONE_NONE.
 * What was written before is seen by who sees it.
 *
 * Context: one caller at a time. The pageblock has descriptors, and nobody has its
 * pages.
 */
void sb_pageblock_set_zone(struct sb_instance *inst, unsigned long pfn, unsigned int zone);

/*
 * Says of which type a pageblock is, and counts it; its free pages stay where they
 * are.
 *
 * Context: the zone's lock is held, or the instance is not live yet. The four
 * bits share a word with seven other blocks, of this zone or of another, so
 * the instance's pageblock lock is taken inside.
 */
void sb_pageblock_set_type(struct sb_instance *inst, unsigned long pfn, unsigned int type);
bool sb_pageblock_skip(const struct sb_pageblocks *blocks, unsigned long pfn);
void sb_pageblock_set_skip(struct sb_instance *inst, unsigned long pfn, bool skip);

/* Decides whether there is memory enough to group it by mobility, if there are pageblocks yet. */
void sb_pageblock_set_grouping(struct sb_instance *inst);

/**
 * sb_pageblock_init() - Place the pageblock bits and make every block Movable.
 * @inst: instance with descriptors
 *
 * Context: Process. The instance is not live yet.
 * Return: 0, or -ENOMEM when no memory that the kernel reaches is left.
 */
int sb_pageblock_init(struct sb_instance *inst);
void sb_pageblock_exit(struct sb_instance *inst);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Restore: an instance that starts where another allocator is, not after a boot.
 *
 * It takes the place of the hand-over. What is free, in which order, and what
 * type each pageblock has is told; all other memory that nobody reserved is in
 * use for good, as single Unmovable pages.
 */
#ifndef SB_RESTORE_H
#define SB_RESTORE_H

#include "instance.h"

/**
 * struct sb_restore_block - A free block.
 * @pfn: its first page
 * @order: log2 of its pages
 * @list: type of the list that it is on
 */
struct sb_restore_block {
	unsigned long pfn;
	u16 order;
	u16 list;
};

/**
 * struct sb_restore - What one zone looks like.
 * @nid: node
 * @zone: which zone of it
 * @nr_types: entries of @types
 * @nr_blocks: entries of @blocks
 * @types: migratetypes of pageblocks, from that of the zone's first page on
 * @blocks: what is free; blocks of one order and list from the list's head on
 * @watermark: pages to be left
 * @watermark_boost: added to each of them
 * @lowmem_reserve: kept back from requests for a higher zone, by that zone
 */
struct sb_restore {
	int nid;
	enum sb_zone_type zone;
	unsigned long nr_types;
	unsigned long nr_blocks;
	const u8 *types;
	const struct sb_restore_block *blocks;
	unsigned long watermark[SB_NR_WMARKS];
	unsigned long watermark_boost;
	unsigned long lowmem_reserve[SB_NR_ZONE_TYPES];
};

/**
 * sb_restore() - Walk from SB_STAGE_PAGEBLOCKS to SB_STAGE_LIVE by description.
 * @inst: instance with pageblocks
 * @zones: one description a zone; a zone that has none is all in use
 * @nr_zones: entries of @zones
 *
 * HighAtomic reserves are counted from the pageblocks. After an error other
 * than -ENODEV the instance is good for sb_instance_exit() alone.
 *
 * Context: Process. The instance is not live yet. Takes zone locks.
 * Return: 0; -ENODEV at another stage; -ENOMEM when there is no room for the
 *	per-CPU lists; -ERANGE for a zone without memory or more types than it
 *	has pageblocks; -EINVAL for a type that does not exist, or a block that
 *	is misaligned, too large, or not all memory that nobody has.
 */
int __must_check sb_restore(struct sb_instance *inst, const struct sb_restore *zones,
			    unsigned int nr_zones);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory blocks: what is added, taken online and offline, and removed as one.
 *
 *	block      |   32   |   33   |   34   |   35   |
 *	sections   |   |   |   |   |            |   |   |     one or more each
 *	state        online  offline   absent   online
 *
 * Blocks are as large as the configuration says, and numbered from address 0
 * on, so that a block's number never changes: drivers/base/memory.c, Linux 6.12.
 * Only an instance with sections has them. What is known of a block is kept with
 * its sections and pageblocks; struct sb_memory_block is filled in on the way.
 */
#ifndef SB_MEMORY_BLOCK_H
#define SB_MEMORY_BLOCK_H

#include "instance.h"

/* MEM_* of Linux's include/linux/memory.h, those that last. */
enum sb_block_state {
	SB_BLOCK_OFFLINE,
	SB_BLOCK_GOING_OFFLINE,
	SB_BLOCK_ONLINE,
	SB_NR_BLOCK_STATES
};

/**
 * struct sb_memory_block - What a block is at this moment.
 * @index: its number, phys_index of Linux
 * @start_pfn: first page
 * @nr_pages: pages, holes included
 * @nr_meta: of these, pages at its start that hold its own descriptors
 * @nid: node of its memory
 * @state: what it is
 * @zone: the zone that all of it lies in; NULL when it is offline, or lies in
 *	several and so cannot go offline
 * @at_boot: memory of the boot, whose descriptors stay when it is removed
 * @has_holes: part of it is no memory, so that it cannot go offline
 */
struct sb_memory_block {
	unsigned long index;
	unsigned long start_pfn;
	unsigned long nr_pages;
	unsigned long nr_meta;
	int nid;
	enum sb_block_state state;
	struct sb_zone *zone;
	bool at_boot;
	bool has_holes;
};

/* Names as in sysfs: "offline", "going-offline", "online". */
const char *sb_block_state_name(enum sb_block_state state);

/* Names as in sysfs: "offline", "online", "online_kernel", "online_movable". */
const char *sb_online_name(enum sb_online how);
/* "contig-zones", "auto-movable". */
const char *sb_online_policy_name(enum sb_online_policy policy);

/* Pages in a block; 0 on an instance without sections. */
unsigned long sb_memory_block_pages(const struct sb_instance *inst);

/**
 * sb_memory_block_get() - Look at a block.
 * @inst: instance with pageblocks
 * @index: any number
 * @block: filled in
 *
 * Context: Process, with what keeps hotplug away, for the answer to last.
 * Return: true, or false when there is no such block.
 */
bool sb_memory_block_get(const struct sb_instance *inst, unsigned long index,
			 struct sb_memory_block *block);

/**
 * sb_memory_block_next() - The first block from a number on.
 * @inst: instance with pageblocks
 * @index: number to begin with
 * @block: filled in
 *
 *	for (i = 0; sb_memory_block_next(inst, i, &block); i = block.index + 1)
 *
 * Context: as sb_memory_block_get().
 * Return: true, or false when there is none.
 */
bool sb_memory_block_next(const struct sb_instance *inst, unsigned long index,
			  struct sb_memory_block *block);

/**
 * sb_memory_block_zone_for() - The zone that pages would come into.
 * @inst: live instance
 * @nid: their node
 * @start_pfn: first page
 * @nr_pages: pages
 * @how: SB_ONLINE, SB_ONLINE_KERNEL or SB_ONLINE_MOVABLE
 *
 * zone_for_pfn_range(), Linux 6.12. Memory above what the kernel reaches is HighMem
 * unless it is Movable; Linux has no hotplug with HighMem. There are no memory
 * groups, and no movable_node: what two zones span, or none, is not Movable. With
 * SB_ONLINE_AUTO_MOVABLE the ratio has to hold for all nodes together, and for
 * the node by itself.
 *
 * Context: Process, with what keeps hotplug away.
 */
struct sb_zone *sb_memory_block_zone_for(struct sb_instance *inst, int nid, unsigned long start_pfn,
					 unsigned long nr_pages, enum sb_online how);

/*
 * What of a zone's memory auto-movable weighs against each other: kernel memory of the
 * boot, and Movable memory or what is as good, CMA areas.
 */
struct sb_movable_stats {
	unsigned long kernel_early;
	unsigned long movable;
};

/* Counts it for one node, or for all with SB_NID_ANY: auto_movable_stats_account_zone(). */
void sb_memory_block_movable_stats(const struct sb_instance *inst, int nid,
				   struct sb_movable_stats *stats);

/**
 * sb_memory_block_show_zones() - Print where a block is, or could go.
 * @out: where
 * @inst: live instance
 * @block: the block
 *
 * The zone that it is in, or "none"; of an offline one the default zone first, then
 * the other one: valid_zones_show(), Linux 6.12. Ends with a newline.
 *
 * Context: as sb_memory_block_get().
 */
void sb_memory_block_show_zones(struct sb_out *out, struct sb_instance *inst,
				const struct sb_memory_block *block);

#endif

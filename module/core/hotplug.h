/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hotplug: memory blocks are added, go online and offline, and are removed.
 *
 *	            add              online
 *	absent  --------->  offline  ------->  online
 *	        <---------           <-------
 *	          remove             offline
 *
 *	tracker      x                 x         x      memory, flag HOTPLUG
 *	descriptors  x                 x         x      Reserved while offline
 *	zone                                     x      spans, counts, lists
 *
 * Each step is undone as a whole when a part of it fails, and leaves what was
 * before it when it is taken back. One caller at a time; requests for memory come
 * and go meanwhile.
 */
#ifndef SB_HOTPLUG_H
#define SB_HOTPLUG_H

#include "memory_block.h"
#include "pinned.h"

/* MEM_* of Linux's include/linux/memory.h, in the order of a block's life. */
enum sb_hotplug_event {
	SB_GOING_ONLINE,
	SB_CANCEL_ONLINE,
	SB_ONLINED,
	SB_GOING_OFFLINE,
	SB_CANCEL_OFFLINE,
	SB_OFFLINED,
	SB_NR_HOTPLUG_EVENTS
};

/**
 * struct sb_hotplug_ops - Who is told of blocks.
 * @notify: called for each block; what it returns counts for SB_GOING_*, where
 *	anything but 0 undoes the step and is what the caller gets. Whoever was
 *	told of SB_GOING_* is told of SB_CANCEL_* when it does not come to pass.
 * @again: asked about a block that is going offline, and has a page that may be free
 *	or can be moved before long: on its way from list to list, held still by its
 *	owner, or Movable and its owner has not said yet that it can be. @tries counts
 *	from 0 for each block. To wait and return 0 has it tried again; anything else
 *	ends it, and is what the caller gets. NULL ends it with -EBUSY.
 *
 * Called in process context without locks of the instance, and may sleep, but not
 * call hotplug.
 */
struct sb_hotplug_ops {
	int (*notify)(void *ctx, enum sb_hotplug_event event, unsigned long start_pfn,
		      unsigned long nr_pages, int nid, struct sb_zone *zone);
	int (*again)(void *ctx, unsigned int tries);
};

/* Who is told; NULL for nobody. While no block comes or goes. */
void sb_hotplug_set_ops(struct sb_instance *inst, const struct sb_hotplug_ops *ops, void *ctx);

/* "GOING_ONLINE" and so on, as in Linux's documentation. */
const char *sb_hotplug_event_name(enum sb_hotplug_event event);

/**
 * sb_hotplug_add() - Say that there is more memory.
 * @inst: live instance with sections
 * @base: first byte, at the start of a memory block
 * @size: bytes, whole memory blocks
 * @nid: its node, one that had memory at boot
 *
 * The tracker knows it from now on, as SB_REGION_HOTPLUG, and it has descriptors:
 * in the first pages of each block with memmap_on_memory, which are then reserved
 * for good, else in Unmovable pages of what is online. Then its blocks go online as
 * auto_online says, as far as they can: add_memory_resource(), Linux 6.12, where
 * descriptors in the block take up whole pageblocks.
 *
 * Context: Process; may sleep.
 * Return: 0; -EINVAL for a range that is not whole blocks, or another node; -ERANGE
 *	when it leaves the window of the configuration; -EEXIST when part of it is
 *	memory already, or reserved; -ENOMEM when the tracker is full, which cannot
 *	grow any more, or there is no room for descriptors; -EOPNOTSUPP without
 *	sections; -ENODEV when the instance is not live; -EIO when it was found corrupt.
 */
int sb_hotplug_add(struct sb_instance *inst, u64 base, u64 size, int nid);

/**
 * sb_hotplug_online() - Hand memory over to the allocator.
 * @inst: live instance with sections
 * @base: first byte, at the start of a memory block
 * @size: bytes, whole memory blocks
 * @how: to which zone, sb_memory_block_zone_for()
 *
 * Pages go to the lists in the largest blocks, behind what is there; pageblocks are
 * Movable. Watermarks, reserves and, for a zone that had no memory, zonelists are
 * worked out anew: online_pages(), Linux 6.12.
 *
 * Context: Process; may sleep.
 * Return: 0; -EALREADY when a block is online; -EINVAL for a range that is not
 *	whole blocks, or SB_ONLINE_OFFLINE; -ENOENT when one does not exist;
 *	-EHWPOISON when it has a bad page; what a notifier refused with; else as
 *	sb_hotplug_add(). Blocks before the one that failed go offline again.
 */
int sb_hotplug_online(struct sb_instance *inst, u64 base, u64 size, enum sb_online how);

/**
 * sb_hotplug_offline() - Take memory away from the allocator.
 * @inst: live instance with sections
 * @base: first byte, at the start of a memory block
 * @size: bytes, whole memory blocks
 * @pinned: filled in when a block stays online, or NULL
 *
 * A block's pageblocks are isolated, what is in use is moved elsewhere, and when all
 * of it is free it leaves the lists: offline_pages(), Linux 6.12, except that it tries
 * only as long as sb_hotplug_ops.again lets it. Pages that cannot be moved pin it, and
 * so does a CMA area: it is not to lose any. Bad pages go with it.
 *
 * Context: Process; may sleep. Takes zone locks for a pageblock at a time, and once
 *	for all free blocks of a memory block.
 * Return: 0; -EALREADY when a block is offline; -EBUSY with @pinned; -ENOMEM when
 *	there is no place to move to; -EINVAL for
 *	a range that is not whole blocks, or has holes or several zones;
 *	-ENOENT when one does not exist; what a notifier refused with, or ended the
 *	tries with; else as
 *	sb_hotplug_add(). Blocks before the one that failed go online again.
 */
int sb_hotplug_offline(struct sb_instance *inst, u64 base, u64 size, struct sb_pinned *pinned);

/**
 * sb_hotplug_remove() - Say that memory is gone.
 * @inst: live instance with sections
 * @base: first byte, at the start of a memory block
 * @size: bytes, whole memory blocks
 *
 * try_remove_memory(), Linux 6.12. Descriptors of the boot's memory stay where they
 * are, unused; others go when nobody looks at them any more: sb_memmap_page().
 *
 * Context: Process; may sleep, without locks that are spun on: sb_quiesce().
 * Return: 0; -EBUSY when a block is not offline; -EINVAL for a range that is not whole
 *	blocks; -ENOENT when one does not exist; -ENOMEM when the tracker would have
 *	to grow; else as sb_hotplug_add(). Nothing has changed then.
 */
int sb_hotplug_remove(struct sb_instance *inst, u64 base, u64 size);

/*
 * Recounts blocks, spans and zonelists, for the checker: says how many violations it has
 * told. Of any instance with pageblocks; in process context, with hotplug kept away.
 */
unsigned int sb_hotplug_check(struct sb_instance *inst, struct sb_out *out);

/* Lets go of the descriptors of all that was added, for sb_instance_exit(). */
void sb_hotplug_exit(struct sb_instance *inst);

#endif

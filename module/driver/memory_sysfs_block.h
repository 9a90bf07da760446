/* SPDX-License-Identifier: GPL-2.0-only */
/* The directory of a memory block: memory_sysfs.h. */
#ifndef SBUDDY_MEMORY_SYSFS_BLOCK_H
#define SBUDDY_MEMORY_SYSFS_BLOCK_H

#include <linux/kobject.h>
#include <linux/list.h>

struct sbuddy_device;

/**
 * struct sbuddy_memory_dir - The directory of all blocks.
 * @kset: what the blocks' directories are in
 * @dev: device
 * @blocks: struct sbuddy_memory_block
 */
struct sbuddy_memory_dir {
	struct kset kset;
	struct sbuddy_device *dev;
	struct list_head blocks; /* guarded by @dev->memory.lock */
};

/* Takes the directories of all blocks away. Context: Process. @memory.lock held. */
void sbuddy_memory_sysfs_remove_blocks(struct sbuddy_memory_dir *dir);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory blocks as files, /sys/class/misc/sbuddyN/memory/, as Linux has them in
 * /sys/devices/system/memory:
 *
 *	block_size_bytes, auto_online_blocks, probe or grow
 *	memoryX/state, phys_index, valid_zones, removable, node, remove
 *
 * There as long as the device is published and has sections. Whoever writes to
 * a file is waited for when it goes away, so none of them waits for
 * @memory.lock: it backs out and is called again, see sbuddy_memory_lock().
 */
#ifndef SBUDDY_MEMORY_SYSFS_H
#define SBUDDY_MEMORY_SYSFS_H

#include <linux/kobject.h>
#include <linux/types.h>

struct sbuddy_device;

/**
 * sbuddy_memory_sysfs_add() - Make the directory, with one for each block.
 * @dev: live device with its /dev node
 *
 * A failure is told in the kernel's log: the device does without.
 *
 * Context: Process.
 */
void sbuddy_memory_sysfs_add(struct sbuddy_device *dev);

/**
 * sbuddy_memory_sysfs_remove() - Take the directory away.
 * @dev: device that still has its /dev node
 *
 * Context: Process. Waits for who reads or writes its files. Takes @memory.lock.
 */
void sbuddy_memory_sysfs_remove(struct sbuddy_device *dev);

/**
 * sbuddy_memory_sysfs_add_block() - Make the directory of a block, and tell of it.
 * @dev: device
 * @base: first byte of the block
 *
 * Context: Process. @memory.lock held.
 * Return: 0 or -errno; 0 also when the device has no directory.
 */
int sbuddy_memory_sysfs_add_block(struct sbuddy_device *dev, u64 base);
void sbuddy_memory_sysfs_remove_block(struct sbuddy_device *dev, u64 base);

/* Sends a uevent of a block: KOBJ_ONLINE or KOBJ_OFFLINE. Context: likewise. */
void sbuddy_memory_sysfs_tell(struct sbuddy_device *dev, u64 base, enum kobject_action action);

#endif

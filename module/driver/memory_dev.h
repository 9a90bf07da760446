/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that comes and goes while a device works: core/hotplug.h, together with
 * where the memory comes from and who is told.
 *
 *	memory_dev.c          adding, growing, going online and offline, removing
 *	memory_fail.c         why the last one failed
 *	memory_fail_file.c    the file of debugfs that tells it
 *	memory_sysfs.c        the files that ask for it
 *	memory_sysfs_block.c  those of each block
 *
 * One change at a time: @lock. Who makes one holds it all the while, and with it
 * what it changes: contig_lock of the device, which isolates pageblocks too, and
 * the device's lock, which guards the tracker and who walks descriptors. That of
 * removed memory go when nobody looks at them any more.
 */
#ifndef SBUDDY_MEMORY_DEV_H
#define SBUDDY_MEMORY_DEV_H

#include <linux/mutex.h>
#include <linux/notifier.h>

#include "hotplug.h"

struct sbuddy_device;
struct sbuddy_memory_dir;

/**
 * struct sbuddy_memory - What a device knows of its memory blocks.
 * @lock: see above; outermost of the device's
 * @notifiers: in-kernel clients that are told
 * @dir: directory in sysfs, or NULL
 * @failed: bytes of the block that failed last, or 0
 * @failed_base: its first byte
 * @failed_err: what it failed with
 * @pinned: what pinned it
 */
struct sbuddy_memory {
	struct mutex lock; /* guards the rest, but for @notifiers */
	struct blocking_notifier_head notifiers;
	struct sbuddy_memory_dir *dir;
	u64 failed;
	u64 failed_base;
	int failed_err;
	struct sb_pinned pinned;
};

/* Before the instance is live. */
void sbuddy_memory_init(struct sbuddy_device *dev);

/**
 * sbuddy_memory_lock() - Take the lock in a file's write or read.
 * @dev: device
 *
 * Whoever takes the file away waits for its readers and writers, maybe with the
 * lock held; so they do not wait for it: lock_device_hotplug_sysfs(), Linux 6.12.
 *
 * Context: Process, called by user space.
 * Return: 0, or what makes the call begin again.
 */
int sbuddy_memory_lock(struct sbuddy_device *dev);
void sbuddy_memory_unlock(struct sbuddy_device *dev);

/* What is to become of a block, by its name in Linux's files; or -EINVAL. */
int sbuddy_memory_parse_online(const char *text);

/* Bytes of a block; 0 when the device has no sections. */
u64 sbuddy_memory_block_bytes(const struct sbuddy_device *dev);

/**
 * sbuddy_memory_probe() - Add the block at an address.
 * @dev: live device
 * @base: first byte
 * @nid: node, or SB_NID_ANY for the one that the backing tells, or that is near
 *
 * Context: Process. @memory.lock held, here and below.
 * Return: 0; -ENXIO when the address is not of memory that is held back; or as
 *	sb_hotplug_add().
 */
int sbuddy_memory_probe(struct sbuddy_device *dev, u64 base, int nid);

/**
 * sbuddy_memory_grow() - Add memory from where the backing gets it.
 * @dev: live device
 * @bytes: rounded up to blocks
 * @nid: node, or SB_NID_ANY for the first
 *
 * Return: 0, and all of it is added; -E2BIG when a block is larger than what the
 *	kernel has in one piece; -ENOMEM when it has not so much; or as
 *	sb_hotplug_add().
 */
int sbuddy_memory_grow(struct sbuddy_device *dev, u64 bytes, int nid);

/* sb_hotplug_online() of a block. */
int sbuddy_memory_online(struct sbuddy_device *dev, u64 base, enum sb_online how);

/* sb_hotplug_offline() of a block; what kept it online is told in the kernel's log. */
int sbuddy_memory_offline(struct sbuddy_device *dev, u64 base);

/*
 * sb_hotplug_remove() of a block, whose memory goes back to where it came from. Its
 * directory is still there.
 */
int sbuddy_memory_remove(struct sbuddy_device *dev, u64 base);

#endif

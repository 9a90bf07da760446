/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device: one instance with its backing, its /dev node and its debugfs files.
 *
 * It is made by a probed carveout or by a configfs directory and lives until
 * that maker destroys it. The maker is kept from doing so while the device is
 * in use: an open file, a mapping or an in-kernel client holds the module, and
 * through @ops->get the configfs directory.
 *
 * Locks, outermost first: @memory.lock, @contig_lock, @lock, @slabs.lock, then those
 * of core (module/core/zone.h). Each is left out by whoever does not need it.
 */
#ifndef SBUDDY_DEVICE_H
#define SBUDDY_DEVICE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>

#include "instance.h"
#include "backing.h"
#include "compactd.h"
#include "compactor.h"
#include "held.h"
#include "memory_dev.h"
#include "mover.h"
#include "pressure.h"
#include "quota.h"
#include "ring.h"
#include "slabs.h"
#include "sync.h"

struct dentry;
struct device;
struct device_node;
struct sbuddy_cma_files;
struct sbuddy_device;

/**
 * struct sbuddy_device_ops - What a maker is asked when its device is used.
 * @get: a file was opened, or a client came; keep the device until @put; 0 or
 *	-errno
 * @put: the file and all its mappings are gone, or the client; may be called in
 *	any process context, also with mmap_lock held
 */
struct sbuddy_device_ops {
	int (*get)(struct sbuddy_device *dev);
	void (*put)(struct sbuddy_device *dev);
};

/**
 * struct sbuddy_device - One live instance.
 * @inst: the pipeline
 * @backing: its memory
 * @ops: its maker
 * @maker: for @ops
 * @misc: /dev/sbuddyN
 * @id: N
 * @debugfs: /sys/kernel/debug/sbuddy/<name>
 * @cma_files: of its CMA areas in debugfs, or NULL
 * @contig_lock: keeps contiguous requests apart, contig_lock.h
 * @lock: see below; core guards what requests touch by its own locks
 * @nr_files: open files
 * @nr_clients: in-kernel clients
 * @nr_buffers: buffers that some handle or mapping keeps, but for those of bare.h
 * @clients_lock: comes before the locks of clients
 * @clients: open files, in the order in which they were opened
 * @nr_opened: files that ever were
 * @nr_pinned: pages of those that are pinned, pin.h
 * @movable: those that can be moved
 * @held: those that are gone, and have pages that somebody else has
 * @syncs: what was done to the caches
 * @memory: memory that comes and goes
 * @slabs: caches of objects
 * @pressure: who waits for memory
 * @quotas: what files and users may have
 * @compactd: its worker
 * @compacted: somebody has asked for a compaction; guarded by @lock
 * @compaction: the last that was asked for, likewise
 * @name: of @inst, which is not known at first
 * @published: /dev/sbuddyN exists, or is being made
 * @offered: to in-kernel clients; guarded by the lock of @all
 * @all: among all devices, whose names differ
 * @traced: among those with events, see events.h
 * @ring: its last events
 * @cpu: among those that hear of CPUs going offline
 */
struct sbuddy_device {
	struct sb_instance inst;
	struct sb_backing *backing;
	const struct sbuddy_device_ops *ops;
	void *maker;
	struct miscdevice misc;
	int id;
	struct dentry *debugfs;
	struct sbuddy_cma_files *cma_files;
	struct mutex contig_lock; /* no data: see contig_lock.h */
	struct mutex lock; /* guards @inst.regions, @inst.stage and @published */
	atomic_t nr_files;
	atomic_t nr_clients;
	atomic_t nr_buffers;
	spinlock_t clients_lock; /* guards @clients and @nr_opened */
	struct list_head clients;
	u32 nr_opened;
	atomic_long_t nr_pinned;
	struct sbuddy_movable movable;
	struct sbuddy_held held;
	struct sbuddy_syncs syncs;
	struct sbuddy_memory memory;
	struct sbuddy_slabs slabs;
	struct sbuddy_pressure pressure;
	struct sbuddy_quotas quotas;
	struct sbuddy_compactd compactd;
	bool compacted;
	struct sbuddy_compaction compaction;
	char name[SB_NAME_LEN];
	bool published;
	bool offered;
	struct list_head all;
	struct list_head traced;
	struct sbuddy_ring ring;
	struct hlist_node cpu;
};

/**
 * sbuddy_device_name_ok() - May an instance be called so?
 * @name: text
 *
 * Return: true for 1 .. SB_NAME_LEN - 1 letters, digits and "@._-", other
 *	than "." and "..".
 */
bool sbuddy_device_name_ok(const char *name);

/**
 * sbuddy_device_create() - Make an instance usable.
 * @cfg: configuration
 * @backing: memory; destroyed with the device, and when this fails
 * @ops: maker, or NULL
 * @maker: kept in the device
 * @parent: device for messages and sysfs, or NULL
 * @walk: stop at SB_STAGE_NEW instead of booting; sbuddy_device_step() walks
 *
 * It has debugfs files from SB_STAGE_NEW on, and a /dev node when it is live.
 *
 * Context: Process.
 * Return: the device, or ERR_PTR(): -EEXIST when the name is taken, about
 *	which the caller complains; else the kernel's log says why.
 */
struct sbuddy_device *sbuddy_device_create(const struct sb_config *cfg, struct sb_backing *backing,
					   const struct sbuddy_device_ops *ops, void *maker,
					   struct device *parent, bool walk);

/**
 * sbuddy_device_step() - Walk to the next stage, with its line in the log.
 * @dev: device made to be walked
 *
 * The last stage makes the /dev node; should that fail, the next call tries
 * it again.
 *
 * Context: Process. Takes @dev->lock.
 * Return: 0, -EALREADY when there is no stage left, or why it failed.
 */
int sbuddy_device_step(struct sbuddy_device *dev);

/**
 * sbuddy_device_get() - Find a live device for an in-kernel client, and keep it.
 * @name: of the instance, or NULL for any
 * @node: of the device tree that it was made for, or NULL for any
 *
 * Context: Process. Takes the lock of the list of all devices.
 * Return: the device until sbuddy_device_put(), or NULL.
 */
struct sbuddy_device *sbuddy_device_get(const char *name, const struct device_node *node);
void sbuddy_device_put(struct sbuddy_device *dev);

/**
 * sbuddy_device_keep() - Keep a device and the module, in a call that it waits for.
 * @dev: device
 *
 * Context: Process.
 * Return: 0 until sbuddy_device_let_go(), or -ENODEV when it is about to end.
 */
int sbuddy_device_keep(struct sbuddy_device *dev);
void sbuddy_device_let_go(struct sbuddy_device *dev);

/**
 * sbuddy_device_unpublish() - Take the /dev node and the files away.
 * @dev: device; open files stay usable, and clients keep it
 *
 * For a maker that has to wait until the last user has gone.
 *
 * Context: Process. Takes @dev->lock.
 */
void sbuddy_device_unpublish(struct sbuddy_device *dev);

/**
 * sbuddy_device_destroy() - End a device and let go of its memory.
 * @dev: device without users
 *
 * Context: Process.
 */
void sbuddy_device_destroy(struct sbuddy_device *dev);

#endif

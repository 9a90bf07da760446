/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One directory of /sys/kernel/config/sbuddy/, shared by
 *
 *	configfs.c        the directories, and starting and stopping what they tell
 *	configfs_attrs.c  their files
 *	configfs_list.c   the files that are lists of ranges
 *	configfs_cma.c    the file that is a list of CMA areas
 *
 * Locks, outermost first: @lock, then those of driver/device.h; @users_lock
 * is innermost.
 */
#ifndef SBUDDY_CONFIGFS_ITEM_H
#define SBUDDY_CONFIGFS_ITEM_H

#include <linux/configfs.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include "instance.h"

struct sbuddy_device;

enum sbuddy_kind { SBUDDY_SANDBOX, SBUDDY_DRY };

/**
 * struct sbuddy_item - A directory.
 * @item: for configfs
 * @lock: see below
 * @kind: where its memory comes from
 * @walk: stop at each stage
 * @cfg: what the files say
 * @dev: the device, or NULL when not live
 * @users_lock: see below
 * @nr_users: open files; each keeps the directory
 * @accepting: files may be opened
 */
struct sbuddy_item {
	struct config_item item;
	struct mutex lock; /* guards what follows, up to the next lock */
	enum sbuddy_kind kind;
	bool walk;
	struct sb_config cfg;
	struct sbuddy_device *dev;
	spinlock_t users_lock; /* guards what follows */
	unsigned int nr_users;
	bool accepting;
};

static inline struct sbuddy_item *to_sbuddy_item(struct config_item *item)
{
	return container_of(item, struct sbuddy_item, item);
}

#define SBUDDY_NR_TUNABLE_ATTRS 40

/* All files: those of tunables, then the others; ends with NULL once it is set up. */
extern struct configfs_attribute *sbuddy_item_attrs[];
extern struct configfs_attribute *const sbuddy_tunable_attrs[SBUDDY_NR_TUNABLE_ATTRS];
void sbuddy_item_attrs_init(void);

/* A value without its line's end, cut to SBUDDY_TUNABLE_LEN. */
const char *sbuddy_item_word(const char *page, char *buf);

/* Says in the kernel's log which value will not do, and what would: -EINVAL. */
int sbuddy_item_refuse(const struct sbuddy_item *item, const char *attr, const char *page,
		       const char *wanted);

/**
 * sbuddy_item_start() - Make the device that the files tell.
 * @item: directory that is not live
 *
 * Context: Process. @item->lock held.
 * Return: 0, or -errno about which the kernel's log has a line.
 */
int sbuddy_item_start(struct sbuddy_item *item);

/**
 * sbuddy_item_stop() - End the device.
 * @item: directory that is live
 *
 * Context: Process. @item->lock held.
 * Return: 0, or -EBUSY while it is in use.
 */
int sbuddy_item_stop(struct sbuddy_item *item);

/**
 * sbuddy_item_begin_change() - Prepare to change what the files say.
 * @item: directory
 * @attr: name of the file, for the line in the kernel's log
 *
 * Return: 0 with @item->lock held, or -EBUSY when it is live.
 */
int sbuddy_item_begin_change(struct sbuddy_item *item, const char *attr);

/**
 * sbuddy_list_store() - Replace a list of ranges by another, a line each.
 * @item: directory
 * @attr: "memory" or "reserved"
 * @page: text
 * @count: characters
 * @banks: list of SB_MAX_BANKS entries
 * @nr_banks: how many there are
 *
 * Context: Process. Takes @item->lock.
 * Return: @count; -EBUSY or -EINVAL, about which the kernel's log has a line;
 *	-ENOMEM.
 */
ssize_t sbuddy_list_store(struct sbuddy_item *item, const char *attr, const char *page,
			  size_t count, struct sb_bank *banks, unsigned int *nr_banks);

/* The file cma. */
ssize_t sbuddy_cma_show(struct config_item *config_item, char *page);
ssize_t sbuddy_cma_store(struct config_item *config_item, const char *page, size_t count);

#endif

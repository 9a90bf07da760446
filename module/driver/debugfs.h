/* SPDX-License-Identifier: GPL-2.0-only */
/* Windows into an instance: /sys/kernel/debug/sbuddy/<instance>/. */
#ifndef SBUDDY_DEBUGFS_H
#define SBUDDY_DEBUGFS_H

#include <linux/fs.h>

struct sb_instance;
struct sb_out;
struct sbuddy_device;
struct seq_file;

/* Files that have a source file of their own; each is given the device. */
extern const struct file_operations sbuddy_tunables_fops;
extern const struct file_operations sbuddy_explain_fops;
extern const struct file_operations sbuddy_pagemap_fops;
extern const struct file_operations sbuddy_debug_fops;
extern const struct file_operations sbuddy_page_owner_fops;
extern const struct file_operations sbuddy_poison_fops;
extern const struct file_operations sbuddy_slabinfo_fops;
extern const struct file_operations sbuddy_clients_fops;
extern const struct file_operations sbuddy_buffers_fops;
extern const struct file_operations sbuddy_compact_fops;
extern const struct file_operations sbuddy_compact_plan_fops;
extern const struct file_operations sbuddy_granularities_fops;
extern const struct file_operations sbuddy_hotplug_failure_fops;

void sbuddy_debugfs_root_init(void);
void sbuddy_debugfs_root_exit(void);

/**
 * sbuddy_debugfs_add() - Make the files of a device.
 * @dev: device with an instance at any stage
 *
 * A failure is not told: no debugfs, no files.
 *
 * Context: Process.
 */
void sbuddy_debugfs_add(struct sbuddy_device *dev);

/**
 * sbuddy_debugfs_remove() - Take the files away.
 * @dev: device; no file of it is being read afterwards
 *
 * Context: Process. @dev->lock is not held: who reads a file takes it, and is
 *	waited for.
 */
void sbuddy_debugfs_remove(struct sbuddy_device *dev);

/**
 * sbuddy_debugfs_show() - Make the text of a file.
 * @seq: the file; its private data is the device
 * @print: what makes it
 *
 * Context: Process. Takes the device's lock, so that the tracker and the stage
 *	stay as they are.
 * Return: 0, or -EINTR when a signal came first.
 */
int sbuddy_debugfs_show(struct seq_file *seq, void (*print)(struct sb_out *, struct sb_instance *));

/* The files of CMA areas, below those of the device, which were made or are gone already. */
void sbuddy_debugfs_cma_add(struct sbuddy_device *dev);
void sbuddy_debugfs_cma_remove(struct sbuddy_device *dev);

#endif

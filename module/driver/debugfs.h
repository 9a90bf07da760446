/* SPDX-License-Identifier: GPL-2.0-only */
/* Windows into an instance: /sys/kernel/debug/sbuddy/<instance>/. */
#ifndef SBUDDY_DEBUGFS_H
#define SBUDDY_DEBUGFS_H

struct sbuddy_device;

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

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/sbuddyN: files, commands and their arguments. */
#ifndef SBUDDY_CHARDEV_H
#define SBUDDY_CHARDEV_H

struct sbuddy_device;

/**
 * sbuddy_chardev_register() - Make /dev/sbuddyN, with N of @dev->id.
 * @dev: device that is live; it may be opened before this returns
 *
 * Context: Process. @dev->lock may be held.
 * Return: 0 or -errno.
 */
int sbuddy_chardev_register(struct sbuddy_device *dev);

/**
 * sbuddy_chardev_unregister() - Take /dev/sbuddyN away.
 * @dev: device that has it
 *
 * Nobody opens the device any more. Files that are open stay usable, and it is
 * the maker who sees to it that there are none.
 *
 * Context: Process. Waits for an open() under way.
 */
void sbuddy_chardev_unregister(struct sbuddy_device *dev);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slab caches of a device: those that clients create, and those of all sizes
 * that its clients share, which are there while it has any.
 */
#ifndef SBUDDY_SLABS_H
#define SBUDDY_SLABS_H

#include <linux/mutex.h>

#include "slab_class.h"

struct sbuddy_device;

/**
 * struct sbuddy_slabs - Slab caches of a device; all 0 at first but for @lock.
 * @lock: keeps creating, shrinking, showing and destroying apart
 * @nr_users: clients that have found the device
 * @classes: caches of all sizes, or NULL: without clients, without addresses, or
 *	for lack of memory; stays while there are clients
 */
struct sbuddy_slabs {
	struct mutex lock; /* taken after all others of the device */
	unsigned int nr_users;
	struct sb_slab_classes *classes;
};

/**
 * sbuddy_slabs_get() - A client came, who wants memory of all sizes.
 * @dev: live device
 *
 * Without memory for it he gets none; the next client has it tried again.
 *
 * Context: Process. Takes the lock.
 */
void sbuddy_slabs_get(struct sbuddy_device *dev);

/**
 * sbuddy_slabs_put() - A client goes.
 * @dev: device
 *
 * Once the last has, objects in use are told, or the caches of all sizes go.
 *
 * Context: Process. Takes the lock.
 */
void sbuddy_slabs_put(struct sbuddy_device *dev);

/* Gives back what no object needs, and says how many slabs. Context: as sbuddy_slabs_get(). */
unsigned long sbuddy_slabs_shrink(struct sbuddy_device *dev);

/**
 * sbuddy_slabs_exit() - Lets go of the caches of all sizes, whoever uses them.
 * @dev: device without clients
 *
 * Context: Process. Takes the lock.
 */
void sbuddy_slabs_exit(struct sbuddy_device *dev);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carveouts: "sbuddy,carveout" nodes of the device tree, each an instance over
 * memory that was reserved at boot.
 *
 *	carveout_of.c       what the node says: tunables and regions
 *	carveout_hotplug.c  which of it is held back, to be added later
 *	carveout_verify.c   whether it is true, before anything is touched
 *	carveout.c          owning and mapping it, and the platform driver
 */
#ifndef SBUDDY_CARVEOUT_H
#define SBUDDY_CARVEOUT_H

#include <linux/completion.h>
#include <linux/ioport.h>
#include <linux/refcount.h>

#include "backing.h"
#include "instance.h"

struct device;
struct device_node;
struct sbuddy_device;

#define CARVEOUT_MAX_REGIONS 8

/**
 * struct carveout_claim - One memory-region of a node.
 * @name: of the region's node
 * @base: first byte
 * @size: bytes
 * @nid: node of the instance
 * @index: its place in the property memory-region
 * @held: bytes at its end that the instance does not begin with
 * @no_map: the kernel has no mapping of its own, and no page descriptors
 * @res: makes it ours in /proc/iomem
 */
struct carveout_claim {
	const char *name;
	u64 base;
	u64 size;
	int nid;
	unsigned int index;
	u64 held;
	bool no_map;
	struct resource res;
};

/**
 * struct carveout - A probed node.
 * @backing: handed to the device
 * @cfg: what the node asks for
 * @nr_claims: entries of @claims
 * @claims: by address, all of one kind
 * @nr_mappings: entries of @mappings
 * @mappings: claims, adjacent ones joined
 * @users: open files, and one more until the node goes away
 * @unused: the last of @users has gone
 * @dev: the device
 */
struct carveout {
	struct sb_backing backing;
	struct sb_config cfg;
	unsigned int nr_claims;
	struct carveout_claim claims[CARVEOUT_MAX_REGIONS];
	unsigned int nr_mappings;
	struct sb_mapping mappings[CARVEOUT_MAX_REGIONS];
	refcount_t users;
	struct completion unused;
	struct sbuddy_device *dev;
};

/* Only where the kernel has CONFIG_OF_RESERVED_MEM. */
int sbuddy_carveout_init(void);
void sbuddy_carveout_exit(void);

/**
 * carveout_read() - Read what the node says.
 * @dev: device of the node
 * @co: its @cfg and @claims are filled in
 *
 * Nothing is touched. What is wrong is told in one line.
 *
 * Return: 0; -ENODEV when something is wrong; -ENOMEM.
 */
int carveout_read(struct device *dev, struct carveout *co);

/**
 * carveout_hold_back() - Read which memory is to be added later, and share out the rest.
 * @dev: device of the node
 * @co: its @claims are there, by address; its banks and window are filled in
 *
 * Return: 0, or -ENODEV when something is wrong, which is told in one line.
 */
int carveout_hold_back(struct device *dev, struct carveout *co);

/**
 * carveout_verify() - Prove that nobody else uses the memory.
 * @dev: device of the node
 * @co: as carveout_read() left it
 *
 * Nothing is touched. What is wrong is told in one line.
 *
 * Return: 0, or -ENODEV when something is wrong.
 */
int carveout_verify(struct device *dev, const struct carveout *co);

#endif

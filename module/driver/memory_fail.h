/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a memory block did not change, in the kernel's log and in the file hotplug_failure. */
#ifndef SBUDDY_MEMORY_FAIL_H
#define SBUDDY_MEMORY_FAIL_H

#include <linux/types.h>

struct sb_instance;
struct sb_out;
struct sb_pinned;
struct sbuddy_device;

/**
 * sbuddy_memory_failed() - Remember a failure, and tell it in the kernel's log.
 * @dev: device
 * @base: first byte of the block
 * @err: what it failed with
 * @pinned: what pinned it; NULL when it was not to go offline
 *
 * Context: Process. @memory.lock held.
 */
void sbuddy_memory_failed(struct sbuddy_device *dev, u64 base, int err,
			  const struct sb_pinned *pinned);

/* Prints the last one. Context: likewise. */
void sbuddy_memory_show_failure(struct sb_out *out, struct sbuddy_device *dev);

#endif

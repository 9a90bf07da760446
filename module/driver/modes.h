/* SPDX-License-Identifier: GPL-2.0-only */
/* Debug modes: what core needs of the kernel for them, and the words that switch them. */
#ifndef SBUDDY_MODES_H
#define SBUDDY_MODES_H

#include <linux/types.h>

struct sb_origin;
struct sbuddy_device;

/* sb_reach.origin: the thread that runs, and its stack. */
void sbuddy_modes_origin(void *ctx, struct sb_origin *origin);

/**
 * sbuddy_modes_start() - Switch on what the configuration says and core cannot.
 * @dev: device that has just become live
 *
 * Without memory for a table of owners there are none, and a line says so.
 *
 * Context: Process. @dev->lock held.
 */
void sbuddy_modes_start(struct sbuddy_device *dev);

/* Lets go of the table of owners; nobody uses the device any more. */
void sbuddy_modes_stop(struct sbuddy_device *dev);

/**
 * sbuddy_modes_block_comes() - Have owners kept of a memory block, if they are.
 * @dev: live device
 * @pfn: first page of the block, which is about to go online
 *
 * Context: Process. @dev->memory.lock held.
 * Return: 0, or -ENOMEM.
 */
int sbuddy_modes_block_comes(struct sbuddy_device *dev, unsigned long pfn);

/* Gives back what that took; the block is offline. */
void sbuddy_modes_block_goes(struct sbuddy_device *dev, unsigned long pfn);

/**
 * sbuddy_modes_write() - Switch modes.
 * @dev: device
 * @text: words, which are taken apart
 *
 *	==============  ==========================================================
 *	+MODE, -MODE    switches poison, guard, owner or quarantine on or off
 *	guard=N         blocks below order N are guarded; 0 is off, + is 1
 *	quarantine=N    N pages of each zone rest; 0 is off, + is 256
 *	scan            looks at all guards and free pages now
 *	==============  ==========================================================
 *
 * Context: Process. Takes @dev->memory.lock and @dev->lock, for as long as it takes
 *	to fill or look at all free pages.
 * Return: 0; -EINVAL for no words, an unknown one, or a number out of range, which
 *	the log tells, and nothing is switched; -ENODEV when the instance is not
 *	live; -EBUSY for +poison where free pages are zero; -ENOMEM when there is no
 *	memory for a table of owners; -EINTR.
 */
int sbuddy_modes_write(struct sbuddy_device *dev, char *text);

#endif

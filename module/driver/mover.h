/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mover: buffers whose pages core wants elsewhere, migrate.h.
 *
 *	core                      mover                           processes
 *
 *	begin(pfn)   ---------->  whose? not pinned? lock it      go on
 *	move(to)     ---------->  take its mappings away,         wait when they touch it
 *	                          nobody else has a page?
 *	                          copy its pages, change its run
 *	end()        ---------->  unlock it                       fault: mapped at the new
 *	                                                          place, or seen there
 */
#ifndef SBUDDY_MOVER_H
#define SBUDDY_MOVER_H

#include <linux/rbtree.h>

#include "migrate.h"
#include "sb_platform.h"

struct sb_buffer;
struct sbuddy_device;

/**
 * struct sbuddy_movable - The buffers of a device that can be moved.
 * @lock: guards @root, and with the buffer's lock where a buffer in it is. Comes
 *	after all locks of core, which asks under them whose a page is.
 * @root: by address
 */
struct sbuddy_movable {
	struct sb_lock lock;
	struct rb_root root;
};

/* Has core ask this mover. Before there are buffers. */
void sbuddy_mover_start(struct sbuddy_device *dev);

/**
 * sbuddy_mover_add() - Have a buffer moved from now on when its place is wanted.
 * @buf: buffer that is not published yet
 *
 * Context: Process.
 */
void sbuddy_mover_add(struct sb_buffer *buf);

/* What core is told of a buffer that can be moved. Its lock is held. */
struct sb_unit sbuddy_mover_unit(struct sb_buffer *buf);

/* Not any more: nobody has a reference. Any context. */
void sbuddy_mover_remove(struct sb_buffer *buf);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compaction worker: kcompactd of one device.
 *
 *	request of a buffer, pages or slab
 *	that failed, or cannot wait ----> order, zone -+
 *	                                               +--> worker: core/compact.h
 *	every half second, while compaction_proactiveness is not 0 and there is a
 *	buffer that can be moved ----------------------+
 *
 * Else it sleeps, without a timer.
 */
#ifndef SBUDDY_COMPACTD_H
#define SBUDDY_COMPACTD_H

#include <linux/irq_work.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "request.h"

struct sbuddy_device;
struct task_struct;

/**
 * struct sbuddy_compactd - The worker of a device.
 * @task: its thread, or NULL
 * @wait: where it sleeps
 * @kick: wakes it, whatever the context
 * @lock: guards the rest
 * @poked: whether it has to compact unasked may have changed
 * @order: largest order that a request failed with since it looked; 0 for none
 * @highest: highest zone that one of them could use
 * @nid: node that the last of them began with
 */
struct sbuddy_compactd {
	struct task_struct *task;
	wait_queue_head_t wait;
	struct irq_work kick;
	raw_spinlock_t lock; /* taken from any context; nothing is taken under it */
	bool poked;
	unsigned int order;
	enum sb_zone_type highest;
	int nid;
};

void sbuddy_compactd_init(struct sbuddy_device *dev);

/**
 * sbuddy_compactd_start() - Have a worker.
 * @dev: device that has just become live
 *
 * Without one nothing is compacted unasked, and a line says so.
 *
 * Context: Process.
 */
void sbuddy_compactd_start(struct sbuddy_device *dev);

/* Waits until it has ended. There need not be one. */
void sbuddy_compactd_stop(struct sbuddy_device *dev);

/* There may be a reason to compact unasked: a tunable, or the first buffer. Process context. */
void sbuddy_compactd_poke(struct sbuddy_device *dev);

#endif

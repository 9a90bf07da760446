/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory pressure: who waits for memory, and who wants to hear of little or of much.
 *
 *	a buffer is freed ----> armed? -----> wake who waits
 *	a request was slow ---> watched? ---> wake who polls when a zone fell below low
 *	every SB_PRESSURE_BACK_OFF -------->  likewise, and when all are above high
 *
 * Who frees looks at @armed and no more, which is set by who is about to wait and taken
 * away by the first who frees. There is no barrier between a free and that look, so who
 * waits may be missed; he tries again by himself after SB_PRESSURE_BACK_OFF, as memory
 * comes in ways that nobody is told of here, too: from kernel modules, by hotplug, from the
 * lists of other CPUs.
 *
 * Requests look at @watchers once they are slow, which all are in a zone that nears its
 * high mark, front.h.
 *
 * A zone has the pages on its free lists and those on the lists of all CPUs, as
 * SBUDDY_IOC_INFO counts them.
 */
#ifndef SBUDDY_PRESSURE_H
#define SBUDDY_PRESSURE_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/poll.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "zone.h"

/* Milliseconds after which who waits tries by himself. */
#define SB_PRESSURE_BACK_OFF 100

/* For sb_client.falls: the file was never asked whether a zone fell. */
#define SB_PRESSURE_UNSEEN (-1)

/* Milliseconds that never end. */
#define SB_PRESSURE_FOREVER 0xffffffffu

struct file;
struct sb_client;
struct sbuddy_device;

/**
 * struct sbuddy_pressure - What a device knows of who waits.
 * @armed: somebody among @waiters wants to hear of the next free
 * @watchers: open files that were polled
 * @waiters: requests that wait
 * @pollers: files that are polled
 * @look: guards @low, and that @falls goes with it
 * @low: a bit for each zone that was below its low mark when somebody looked
 * @falls: how often a zone was found there that had not been before
 * @missing: a file was polled that is to hear when no zone is below its high mark
 * @work: looks while somebody polls
 * @gone: the device ends, so nobody waits any more
 */
struct sbuddy_pressure {
	bool armed;
	atomic_t watchers;
	wait_queue_head_t waiters;
	wait_queue_head_t pollers;
	spinlock_t look; /* innermost */
	u32 low;
	atomic_t falls;
	bool missing;
	struct delayed_work work;
	bool gone;
};

static_assert(SB_MAX_ZONES <= 32, "a bit for each");

/* Before the device can be opened. */
void sb_pressure_init(struct sbuddy_device *dev);

/* Ends all waiting for good. Process context. */
void sb_pressure_end(struct sbuddy_device *dev);

/* Nobody has the device open any more. Process context. */
void sb_pressure_exit(struct sbuddy_device *dev);

/* For who has freed, when @armed is set, and who was slow, when there are @watchers. */
void sb_pressure_wake(struct sbuddy_pressure *pressure);
void sb_pressure_look(struct sbuddy_pressure *pressure);

static inline void sb_pressure_freed(struct sbuddy_pressure *pressure)
{
	if (unlikely(READ_ONCE(pressure->armed)))
		sb_pressure_wake(pressure);
}

static inline void sb_pressure_slow(struct sbuddy_pressure *pressure)
{
	if (unlikely(atomic_read(&pressure->watchers)))
		sb_pressure_look(pressure);
}

/**
 * sb_pressure_wait() - Try until it succeeds, or there is no time left.
 * @dev: device that the caller keeps
 * @timeout_ms: most milliseconds, or SB_PRESSURE_FOREVER; set to what is left of them
 * @attempt: fails with -ENOMEM as long as it is to be repeated; may sleep
 * @arg: for it
 *
 * It is tried at once, whenever a buffer was freed, but not twice in one tick of the
 * clock, after every SB_PRESSURE_BACK_OFF, and when the time is over. A success counts
 * more than the end of the time, and that more than a signal.
 *
 * Context: Process, without locks.
 * Return: what @attempt returned last; but for -ENOMEM: -ENODEV when the device is being
 *	taken away, -ETIMEDOUT, or -ERESTARTSYS for a signal.
 */
int sb_pressure_wait(struct sbuddy_device *dev, u32 *timeout_ms, int (*attempt)(void *arg),
		     void *arg);

/* poll() of an open file, as include/uapi/linux/sbuddy.h tells. */
__poll_t sb_pressure_poll(struct sb_client *client, struct file *file, poll_table *table);

/**
 * sb_pressure_falls() - How often a zone fell since the file was asked last.
 * @client: open file, which counts from the first time on that it is asked or polled
 * @forget: it is asked; else it is the same the next time
 *
 * Context: Process.
 */
u32 sb_pressure_falls(struct sb_client *client, bool forget);

/* Zones that are below a mark now. */
u32 sb_pressure_below(struct sbuddy_device *dev, enum sb_wmark mark);

/* The file is closed. */
void sb_pressure_close(struct sb_client *client);

#endif

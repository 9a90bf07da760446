// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>

#include "buffer.h"
#include "pcp.h"
#include "pressure.h"
#include "watermark.h"

#define NS_PER_MS 1000000ull

static struct sbuddy_device *device_of(struct sbuddy_pressure *pressure)
{
	return container_of(pressure, struct sbuddy_device, pressure);
}

/* Read without locks: a moment later it may be otherwise. */
static unsigned long pages_of(const struct sb_zone *zone)
{
	return READ_ONCE(zone->nr_free) + sb_pcp_count(zone);
}

static u32 zones_below(const struct sb_instance *inst, enum sb_wmark mark)
{
	const struct sb_zone *zone = NULL;
	u32 below = 0;

	while ((zone = sb_instance_next_zone(inst, zone)))
		if (pages_of(zone) < sb_watermark(zone, mark))
			below |= BIT(zone - inst->zones);
	return below;
}

void sb_pressure_wake(struct sbuddy_pressure *pressure)
{
	/* Of those who free together, one is enough. */
	if (xchg(&pressure->armed, false))
		wake_up_all(&pressure->waiters);
}

void sb_pressure_look(struct sbuddy_pressure *pressure)
{
	struct sb_instance *inst = &device_of(pressure)->inst;
	u32 below, fell;

	/* Also if it is over before anybody looks again. */
	if (zones_below(inst, SB_WMARK_HIGH))
		WRITE_ONCE(pressure->missing, true);
	spin_lock(&pressure->look);
	below = zones_below(inst, SB_WMARK_LOW);
	fell = below & ~pressure->low;
	pressure->low = below;
	if (fell)
		atomic_inc(&pressure->falls);
	spin_unlock(&pressure->look);
	if (fell)
		wake_up_poll(&pressure->pollers, EPOLLPRI);
}

static void work_again(struct sbuddy_pressure *pressure)
{
	schedule_delayed_work(&pressure->work, msecs_to_jiffies(SB_PRESSURE_BACK_OFF));
}

static void work_fn(struct work_struct *work)
{
	struct sbuddy_pressure *pressure =
		container_of(to_delayed_work(work), struct sbuddy_pressure, work);
	struct sbuddy_device *dev = device_of(pressure);

	/* Who is about to poll has the work done once more, so it is no matter who is missed. */
	if (READ_ONCE(pressure->gone) || !waitqueue_active(&pressure->pollers))
		return;
	if (READ_ONCE(dev->inst.corrupt)) {
		wake_up_poll(&pressure->pollers, EPOLLERR);
		return;
	}
	sb_pressure_look(pressure);
	if (zones_below(&dev->inst, SB_WMARK_HIGH)) {
		/* Also for who was told that there is enough, and does not ask again. */
		WRITE_ONCE(pressure->missing, true);
	} else if (READ_ONCE(pressure->missing)) {
		WRITE_ONCE(pressure->missing, false);
		wake_up_poll(&pressure->pollers, EPOLLIN | EPOLLRDNORM);
	}
	work_again(pressure);
}

void sb_pressure_init(struct sbuddy_device *dev)
{
	spin_lock_init(&dev->pressure.look);
	init_waitqueue_head(&dev->pressure.waiters);
	init_waitqueue_head(&dev->pressure.pollers);
	INIT_DELAYED_WORK(&dev->pressure.work, work_fn);
}

void sb_pressure_end(struct sbuddy_device *dev)
{
	WRITE_ONCE(dev->pressure.gone, true);
	wake_up_all(&dev->pressure.waiters);
	wake_up_all(&dev->pressure.pollers);
}

void sb_pressure_exit(struct sbuddy_device *dev)
{
	cancel_delayed_work_sync(&dev->pressure.work);
}

/* Milliseconds from now to @deadline, rounded down: who waits in parts never waits longer. */
static u32 left_of(u64 deadline)
{
	u64 now = ktime_get_ns();

	return deadline > now ? (u32)div_u64(deadline - now, NS_PER_MS) : 0;
}

/* Sleeps until it is worth another try: 0, or why there is to be none. */
static int pause(struct sbuddy_pressure *pressure, struct wait_queue_entry *wait, u64 deadline,
		 unsigned long tried)
{
	unsigned long longest = msecs_to_jiffies(SB_PRESSURE_BACK_OFF);
	u64 now = ktime_get_ns();

	if (READ_ONCE(pressure->gone))
		return -ENODEV;
	if (now >= deadline)
		return -ETIMEDOUT;
	if (signal_pending(current))
		return -ERESTARTSYS;
	if (deadline - now < SB_PRESSURE_BACK_OFF * NS_PER_MS)
		longest = nsecs_to_jiffies(deadline - now) + 1;
	wait_woken(wait, TASK_INTERRUPTIBLE, (long)longest);
	/* Others may free without a break what does not help. */
	if (!time_after(jiffies, tried))
		schedule_timeout_interruptible(1);
	return 0;
}

int sb_pressure_wait(struct sbuddy_device *dev, u32 *timeout_ms, int (*attempt)(void *arg),
		     void *arg)
{
	bool forever = *timeout_ms == SB_PRESSURE_FOREVER;
	u64 deadline = forever ? U64_MAX : ktime_get_ns() + *timeout_ms * NS_PER_MS;
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	unsigned long tried;
	int err, stop;

	add_wait_queue(&dev->pressure.waiters, &wait);
	do {
		WRITE_ONCE(dev->pressure.armed, true);
		tried = jiffies;
		err = attempt(arg);
		stop = err == -ENOMEM ? pause(&dev->pressure, &wait, deadline, tried) : 0;
	} while (err == -ENOMEM && !stop);
	remove_wait_queue(&dev->pressure.waiters, &wait);
	if (!forever)
		*timeout_ms = left_of(deadline);
	return stop ?: err;
}

/* At first there is one to tell of if a zone is below. Falls are counted as what @falls holds. */
static int seen_falls(struct sb_client *client)
{
	struct sbuddy_pressure *pressure = &client->dev->pressure;
	int seen = READ_ONCE(client->falls);

	if (likely(seen != SB_PRESSURE_UNSEEN))
		return seen;
	spin_lock(&pressure->look);
	seen = (atomic_read(&pressure->falls) - !!pressure->low) & INT_MAX;
	spin_unlock(&pressure->look);
	cmpxchg(&client->falls, SB_PRESSURE_UNSEEN, seen);
	return READ_ONCE(client->falls);
}

static u32 count_falls(struct sb_client *client, int seen, int *now)
{
	*now = atomic_read(&client->dev->pressure.falls) & INT_MAX;
	return (u32)(*now - seen) & INT_MAX;
}

static void watch(struct sb_client *client)
{
	if (!xchg(&client->watches, true))
		atomic_inc(&client->dev->pressure.watchers);
	sb_pressure_look(&client->dev->pressure);
}

u32 sb_pressure_falls(struct sb_client *client, bool forget)
{
	int seen, now;
	u32 falls;

	watch(client);
	do {
		seen = seen_falls(client);
		falls = count_falls(client, seen, &now);
	} while (forget && cmpxchg(&client->falls, seen, now) != seen);
	return falls;
}

u32 sb_pressure_below(struct sbuddy_device *dev, enum sb_wmark mark)
{
	return hweight32(zones_below(&dev->inst, mark));
}

__poll_t sb_pressure_poll(struct sb_client *client, struct file *file, poll_table *table)
{
	struct sbuddy_device *dev = client->dev;
	__poll_t events = 0;

	poll_wait(file, &dev->pressure.pollers, table);
	if (READ_ONCE(dev->pressure.gone))
		return EPOLLERR | EPOLLHUP;
	if (READ_ONCE(dev->inst.corrupt))
		return EPOLLERR;
	if (sb_pressure_falls(client, false))
		events |= EPOLLPRI;
	if (!zones_below(&dev->inst, SB_WMARK_HIGH))
		events |= EPOLLIN | EPOLLRDNORM;
	else
		WRITE_ONCE(dev->pressure.missing, true);
	work_again(&dev->pressure);
	return events;
}

void sb_pressure_close(struct sb_client *client)
{
	if (client->watches)
		atomic_dec(&client->dev->pressure.watchers);
}

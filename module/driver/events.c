// SPDX-License-Identifier: GPL-2.0-only
#include <linux/vmalloc.h>

#include "device.h"
#include "events.h"
#include "tracepoints.h"

/*
 * Guards the list, the count and who has a ring, so that a device that is made
 * while an event is enabled, or the other way round, is told in any case.
 * Inner to the kernel's tracing locks; only memory is allocated outside of it.
 */
static DEFINE_MUTEX(listen_lock);
static LIST_HEAD(devices);
static unsigned int nr_enabled; /* events of tracefs and perf */

static void update_hook(struct sbuddy_device *dev)
{
	lockdep_assert_held(&listen_lock);
	sb_instance_hook(&dev->inst, SB_HOOK_TRACE, nr_enabled || dev->ring.events);
}

static void count_enabled(int by)
{
	struct sbuddy_device *dev;

	mutex_lock(&listen_lock);
	nr_enabled += by;
	list_for_each_entry(dev, &devices, traced)
		update_hook(dev);
	mutex_unlock(&listen_lock);
}

int sbuddy_events_reg(void)
{
	count_enabled(1);
	return 0;
}

void sbuddy_events_unreg(void)
{
	count_enabled(-1);
}

void sbuddy_events_add(struct sbuddy_device *dev)
{
	sbuddy_ring_init(&dev->ring);
	mutex_lock(&listen_lock);
	list_add(&dev->traced, &devices);
	update_hook(dev);
	mutex_unlock(&listen_lock);
}

void sbuddy_events_remove(struct sbuddy_device *dev)
{
	struct sb_event *old;

	mutex_lock(&listen_lock);
	list_del(&dev->traced);
	sb_instance_hook(&dev->inst, SB_HOOK_TRACE, false);
	old = sbuddy_ring_replace(&dev->ring, NULL, 0);
	mutex_unlock(&listen_lock);
	vfree(old);
	sbuddy_ring_wake();
}

int sbuddy_events_ring(struct sbuddy_device *dev, unsigned int kib)
{
	struct sb_event *events = NULL, *old;
	u32 size = 0;

	if (kib) {
		events = sbuddy_ring_memory(kib, &size);
		if (!events)
			return -ENOMEM;
	}
	mutex_lock(&listen_lock);
	old = sbuddy_ring_replace(&dev->ring, events, size);
	update_hook(dev);
	mutex_unlock(&listen_lock);
	vfree(old);
	return 0;
}

void sb_platform_trace(struct sb_instance *inst, struct sb_event *event)
{
	struct sbuddy_device *dev = container_of(inst, struct sbuddy_device, inst);

	event->instance = dev->id;
	sbuddy_tracepoints_emit(event, inst->cfg.pageblock_order);
	sbuddy_ring_write(&dev->ring, event);
}

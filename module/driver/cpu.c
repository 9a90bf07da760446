// SPDX-License-Identifier: GPL-2.0-only
#include "cpu.h"
#include "device.h"
#include "hotcpu.h"
#include "pcp_drain.h"
#include "slab_cache.h"

/* The slabs first, which give pages back; not while somebody counts their objects. */
static void drain_live(struct sbuddy_device *dev, unsigned int cpu)
{
	mutex_lock(&dev->slabs.lock);
	sb_slab_cache_drain_cpu(&dev->inst, cpu);
	mutex_unlock(&dev->slabs.lock);
	sb_pcp_drain_cpu(&dev->inst, cpu);
}

/* The CPU is dead: nobody puts a page on its lists any more. */
static int drain(unsigned int cpu, struct hlist_node *node)
{
	struct sbuddy_device *dev = hlist_entry(node, struct sbuddy_device, cpu);

	/* Pairs with sb_instance_step(): the lists are there when it is live. */
	if (smp_load_acquire(&dev->inst.stage) == SB_STAGE_LIVE)
		drain_live(dev, cpu);
	return 0;
}

int sbuddy_cpu_init(void)
{
	return sbuddy_hotcpu_init(drain);
}

void sbuddy_cpu_exit(void)
{
	sbuddy_hotcpu_exit();
}

int sbuddy_cpu_add(struct sbuddy_device *dev)
{
	return sbuddy_hotcpu_add(&dev->cpu);
}

void sbuddy_cpu_remove(struct sbuddy_device *dev)
{
	sbuddy_hotcpu_remove(&dev->cpu);
}

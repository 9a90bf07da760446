// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpuhotplug.h>

#include "cpu.h"
#include "device.h"
#include "pcp_drain.h"
#include "slab_cache.h"

static enum cpuhp_state state;

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
	int ret = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN, "sbuddy:dead", NULL, drain);

	if (ret < 0)
		return ret;
	state = ret;
	return 0;
}

void sbuddy_cpu_exit(void)
{
	cpuhp_remove_multi_state(state);
}

int sbuddy_cpu_add(struct sbuddy_device *dev)
{
	return cpuhp_state_add_instance_nocalls(state, &dev->cpu);
}

void sbuddy_cpu_remove(struct sbuddy_device *dev)
{
	cpuhp_state_remove_instance_nocalls(state, &dev->cpu);
}

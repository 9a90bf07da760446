// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compactor.h"
#include "device.h"

static u64 now_us(void *ctx)
{
	return ktime_to_us(ktime_get());
}

static bool should_stop(void *ctx)
{
	cond_resched();
	return fatal_signal_pending(current);
}

static int check_live(struct sbuddy_device *dev)
{
	/* Who sees the stage sees what it made. */
	if (smp_load_acquire(&dev->inst.stage) != SB_STAGE_LIVE)
		return -ENODEV;
	return READ_ONCE(dev->inst.corrupt) ? -EIO : 0;
}

static void remember(struct sbuddy_device *dev, const struct sbuddy_compaction *c)
{
	mutex_lock(&dev->lock);
	dev->compaction = *c;
	dev->compacted = true;
	mutex_unlock(&dev->lock);
}

int sbuddy_compact(struct sbuddy_device *dev, struct sbuddy_compaction *c)
{
	const struct sb_compact_limit limit = {
		.pages = c->pages,
		.us = c->us,
		.now_us = now_us,
		.should_stop = should_stop,
	};
	int err = check_live(dev);

	if (err)
		return err;
	c->result = sb_compact_node(&dev->inst, c->nid, false, &limit, &c->done);
	remember(dev, c);
	return 0;
}

bool sbuddy_compact_last(struct sbuddy_device *dev, struct sbuddy_compaction *c)
{
	bool compacted;

	mutex_lock(&dev->lock);
	compacted = dev->compacted;
	*c = dev->compaction;
	mutex_unlock(&dev->lock);
	return compacted;
}

static int make_plan(struct sbuddy_device *dev, int nid, struct sb_compact_plan *plan)
{
	const struct sb_compact_limit limit = { .should_stop = should_stop };
	size_t size = sb_compact_plan_size(&dev->inst, nid);
	void *memory;
	int err;

	if (!size)
		return -EINVAL;
	memory = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!memory)
		return -ENOMEM;
	err = sb_compact_plan(&dev->inst, nid, memory, size, &limit, plan);
	kvfree(memory);
	return err;
}

/* The zones that are copied stay as large as they are. */
int sbuddy_compact_plan(struct sbuddy_device *dev, int nid, struct sb_compact_plan *plan)
{
	int err = check_live(dev) ?: sbuddy_memory_lock(dev);

	if (err)
		return err;
	err = make_plan(dev, nid, plan);
	sbuddy_memory_unlock(dev);
	return err;
}

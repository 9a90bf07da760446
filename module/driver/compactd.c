// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "compact.h"
#include "compactd.h"
#include "device.h"

/* What the worker has to do. */
struct work {
	bool poked;
	unsigned int order;
	enum sb_zone_type highest;
	int nid;
};

static bool should_stop(void *ctx)
{
	cond_resched();
	return kthread_should_stop();
}

static const struct sb_compact_limit limit = { .should_stop = should_stop };

/* Without buffers that can be moved there is nothing to look for. */
static bool is_idle(const struct sbuddy_device *dev)
{
	return !READ_ONCE(dev->inst.cfg.compaction_proactiveness) ||
	       !READ_ONCE(dev->movable.root.rb_node);
}

static bool has_work(struct sbuddy_compactd *d)
{
	return READ_ONCE(d->order) || READ_ONCE(d->poked) || kthread_should_stop();
}

static struct work take_work(struct sbuddy_compactd *d)
{
	struct work work;
	unsigned long flags;

	raw_spin_lock_irqsave(&d->lock, flags);
	work = (struct work){ READ_ONCE(d->poked), d->order, d->highest, d->nid };
	WRITE_ONCE(d->poked, false);
	WRITE_ONCE(d->order, 0);
	d->highest = 0;
	raw_spin_unlock_irqrestore(&d->lock, flags);
	return work;
}

static void sleep(struct sbuddy_device *dev, unsigned int ms)
{
	struct sbuddy_compactd *d = &dev->compactd;
	long timeout = is_idle(dev) ? MAX_SCHEDULE_TIMEOUT : (long)msecs_to_jiffies(ms);

	wait_event_freezable_timeout(d->wait, has_work(d), timeout);
}

/* Milliseconds to wait before it is worth while to look again. */
static unsigned int look_at_all(struct sbuddy_device *dev)
{
	struct sb_compact_done done = {};
	unsigned int ms = 0;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES && !is_idle(dev); nid++)
		if (dev->inst.nodes[nid].start_pfn < dev->inst.nodes[nid].end_pfn)
			ms = max(ms, sb_compact_proactive(&dev->inst, nid, &limit, &done));
	if (done.migrate_scanned)
		sb_compact_tell_sleep(&dev->inst, dev->inst.first_nid);
	return ms ?: SB_COMPACT_CHECK_MS;
}

static void compact_for(struct sbuddy_device *dev, const struct work *work)
{
	sb_compact_daemon(&dev->inst, work->nid, work->order, work->highest, &limit);
	sb_compact_tell_sleep(&dev->inst, work->nid);
}

static int run(void *arg)
{
	struct sbuddy_device *dev = arg;
	unsigned int ms = SB_COMPACT_CHECK_MS;

	set_freezable();
	while (!kthread_should_stop()) {
		struct work work;

		sleep(dev, ms);
		work = take_work(&dev->compactd);
		if (work.order)
			compact_for(dev, &work);
		else if (work.poked)
			ms = SB_COMPACT_CHECK_MS;
		else
			ms = look_at_all(dev);
	}
	return 0;
}

void sbuddy_compactd_start(struct sbuddy_device *dev)
{
	struct task_struct *task;

	/* The last stage may be walked to again. */
	if (dev->compactd.task)
		return;
	task = kthread_run(run, dev, "sbuddy%d-compact", dev->id);
	if (IS_ERR(task)) {
		pr_warn("%s: no thread to compact with: error %ld\n", dev->name, PTR_ERR(task));
		return;
	}
	dev->compactd.task = task;
}

void sbuddy_compactd_stop(struct sbuddy_device *dev)
{
	if (dev->compactd.task)
		kthread_stop(dev->compactd.task);
	dev->compactd.task = NULL;
	irq_work_sync(&dev->compactd.kick);
}

static void want(struct sbuddy_compactd *d, const struct sb_request *request, int nid)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&d->lock, flags);
	WRITE_ONCE(d->order, max(d->order, request->order));
	d->highest = max(d->highest, request->zone);
	d->nid = nid;
	raw_spin_unlock_irqrestore(&d->lock, flags);
	/* The caller may hold a raw lock, under which nobody is woken. */
	irq_work_queue(&d->kick);
}

static void kick(struct irq_work *work)
{
	wake_up(&container_of(work, struct sbuddy_compactd, kick)->wait);
}

/* What kswapd tells kcompactd of a request that it cannot help: wakeup_kcompactd(). */
static void wake(void *ctx, const struct sb_request *request)
{
	struct sbuddy_device *dev = ctx;
	int nid = request->nid == SB_NID_ANY ? dev->inst.first_nid : request->nid;

	if (!READ_ONCE(dev->compactd.task))
		return;
	if (!sb_compact_daemon_suitable(&dev->inst, nid, request->order, request->zone))
		return;
	sb_compact_tell_wakeup(&dev->inst, nid, request->order, request->zone);
	want(&dev->compactd, request, nid);
}

void sbuddy_compactd_init(struct sbuddy_device *dev)
{
	init_waitqueue_head(&dev->compactd.wait);
	raw_spin_lock_init(&dev->compactd.lock);
	init_irq_work(&dev->compactd.kick, kick);
	sb_compact_set_worker(&dev->inst, wake, dev);
}

void sbuddy_compactd_poke(struct sbuddy_device *dev)
{
	WRITE_ONCE(dev->compactd.poked, true);
	wake_up(&dev->compactd.wait);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <sbuddy/sbuddy.h>

#include "device.h"
#include "memory_dev.h"
#include "memory_fail.h"
#include "memory_sysfs.h"
#include "modes.h"

/* Core's events as clients know them. */
static const unsigned long events[SB_NR_HOTPLUG_EVENTS] = {
	[SB_GOING_ONLINE] = SBUDDY_MEM_GOING_ONLINE,
	[SB_CANCEL_ONLINE] = SBUDDY_MEM_CANCEL_ONLINE,
	[SB_ONLINED] = SBUDDY_MEM_ONLINE,
	[SB_GOING_OFFLINE] = SBUDDY_MEM_GOING_OFFLINE,
	[SB_CANCEL_OFFLINE] = SBUDDY_MEM_CANCEL_OFFLINE,
	[SB_OFFLINED] = SBUDDY_MEM_OFFLINE,
};

u64 sbuddy_memory_block_bytes(const struct sbuddy_device *dev)
{
	return sb_pfn_addr(sb_memory_block_pages(&dev->inst));
}

/* First byte of the block that holds a page. */
static u64 block_base(const struct sbuddy_device *dev, unsigned long pfn)
{
	return sb_pfn_addr(pfn) & ~(sbuddy_memory_block_bytes(dev) - 1);
}

static int tell_clients(struct sbuddy_device *dev, unsigned long action,
			struct sbuddy_memory_notify *arg)
{
	int ret = blocking_notifier_call_chain(&dev->memory.notifiers, action, arg);

	return notifier_to_errno(ret);
}

/* A block that goes online by itself is told of before, as one that is offline. */
static int come(struct sbuddy_device *dev, unsigned long start_pfn)
{
	int err = sbuddy_memory_sysfs_add_block(dev, block_base(dev, start_pfn));

	return err ? err : sbuddy_modes_block_comes(dev, start_pfn);
}

static int notify(void *ctx, enum sb_hotplug_event event, unsigned long start_pfn,
		  unsigned long nr_pages, int nid, struct sb_zone *zone)
{
	struct sbuddy_device *dev = ctx;
	struct sbuddy_memory_notify arg = {
		.start_pfn = start_pfn,
		.nr_pages = nr_pages,
		.nid = nid,
		.zone = zone ? sb_zone_name(zone) : NULL,
	};
	u64 base = block_base(dev, start_pfn);
	int err = 0;

	if (event == SB_GOING_ONLINE)
		err = come(dev, start_pfn);
	if (!err)
		err = tell_clients(dev, events[event], &arg);
	if (event == SB_CANCEL_ONLINE || event == SB_OFFLINED)
		sbuddy_modes_block_goes(dev, start_pfn);
	if (event == SB_ONLINED)
		sbuddy_memory_sysfs_tell(dev, base, KOBJ_ONLINE);
	else if (event == SB_OFFLINED)
		sbuddy_memory_sysfs_tell(dev, base, KOBJ_OFFLINE);
	return err;
}

/* A fifth of a second, or until a signal comes: a buffer is mapped, copied or registered. */
static int again(void *ctx, unsigned int tries)
{
	if (tries >= 20)
		return -EBUSY;
	return msleep_interruptible(10) || signal_pending(current) ? -EINTR : 0;
}

static const struct sb_hotplug_ops hotplug_ops = { .notify = notify, .again = again };

void sbuddy_memory_init(struct sbuddy_device *dev)
{
	mutex_init(&dev->memory.lock);
	BLOCKING_INIT_NOTIFIER_HEAD(&dev->memory.notifiers);
	sb_hotplug_set_ops(&dev->inst, &hotplug_ops, dev);
}

int sbuddy_memory_lock(struct sbuddy_device *dev)
{
	if (mutex_trylock(&dev->memory.lock))
		return 0;
	/* Not to spin while somebody is at it. */
	usleep_range(5000, 10000);
	return restart_syscall();
}

void sbuddy_memory_unlock(struct sbuddy_device *dev)
{
	mutex_unlock(&dev->memory.lock);
}

int sbuddy_memory_parse_online(const char *text)
{
	int how;

	for (how = 0; how < SB_NR_ONLINE; how++)
		if (sysfs_streq(text, sb_online_name(how)))
			return how;
	return -EINVAL;
}

/* The node of the last bank below an address, or else of the first one. */
static int near_node(const struct sb_config *cfg, u64 base)
{
	const struct sb_bank *near = NULL;
	unsigned int i;

	for (i = 0; i < cfg->nr_banks; i++)
		if (cfg->banks[i].base <= base && (!near || cfg->banks[i].base > near->base))
			near = &cfg->banks[i];
	return near ? near->nid : cfg->banks[0].nid;
}

static void add_dirs(struct sbuddy_device *dev, u64 base, u64 size)
{
	u64 step = sbuddy_memory_block_bytes(dev), at;
	int err = 0;

	for (at = base; at < base + size && !err; at += step)
		err = sbuddy_memory_sysfs_add_block(dev, at);
	if (err)
		pr_err("%s: cannot make the files of a memory block: error %d\n", dev->name, err);
}

static int add(struct sbuddy_device *dev, u64 base, u64 size, int nid)
{
	int err;

	err = mutex_lock_interruptible(&dev->lock);
	if (err)
		return err;
	err = sb_hotplug_add(&dev->inst, base, size, nid);
	mutex_unlock(&dev->lock);
	if (err)
		return err;
	add_dirs(dev, base, size);
	pr_info("%s: memory added: %llu KiB at %#llx, node %d\n", dev->name, size >> 10, base, nid);
	return 0;
}

int sbuddy_memory_probe(struct sbuddy_device *dev, u64 base, int nid)
{
	u64 size = sbuddy_memory_block_bytes(dev);
	int known = SB_NID_ANY;
	int err;

	if (base & (size - 1))
		return -EINVAL;
	err = dev->backing->ops->probe(dev->backing, base, size, &known);
	if (err)
		return err;
	if (nid == SB_NID_ANY)
		nid = known == SB_NID_ANY ? near_node(&dev->inst.cfg, base) : known;
	return add(dev, base, size, nid);
}

/* One block of the kernel's memory. */
static int grow_block(struct sbuddy_device *dev, int nid, u64 *base)
{
	u64 size = sbuddy_memory_block_bytes(dev);
	struct sb_backing *backing = dev->backing;
	unsigned int order = ilog2(size) - PAGE_SHIFT;
	int err;

	err = backing->ops->grow(backing, &order, base);
	if (err == -E2BIG)
		pr_err("%s: grow: a memory block has %llu KiB, but the kernel lends no more than %lu KiB in one piece: choose a smaller memory_block_bytes\n",
		       dev->name, size >> 10, (PAGE_SIZE << order) >> 10);
	if (err)
		return err;
	err = add(dev, *base, size, nid);
	if (err)
		backing->ops->shrink(backing, *base, size);
	return err;
}

/* Of all that was added by one request; what somebody uses already stays. */
static void undo_grow(struct sbuddy_device *dev, const u64 *bases, unsigned int nr)
{
	while (nr--) {
		int err = sbuddy_memory_offline(dev, bases[nr]);

		if (!err || err == -EALREADY)
			err = sbuddy_memory_remove(dev, bases[nr]);
		if (!err)
			sbuddy_memory_sysfs_remove_block(dev, bases[nr]);
		else
			pr_warn("%s: grow: memory at %#llx stays: error %d\n", dev->name, bases[nr],
				err);
	}
}

static int grow_blocks(struct sbuddy_device *dev, int nid, u64 *bases, unsigned int nr)
{
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++) {
		err = signal_pending(current) ? -EINTR : grow_block(dev, nid, &bases[i]);
		if (err) {
			undo_grow(dev, bases, i);
			return err;
		}
		cond_resched();
	}
	return 0;
}

int sbuddy_memory_grow(struct sbuddy_device *dev, u64 bytes, int nid)
{
	unsigned int shift = ilog2(sbuddy_memory_block_bytes(dev));
	u64 nr = (bytes >> shift) + !!(bytes & ((1ull << shift) - 1));
	u64 *bases;
	int err;

	if (!nr)
		return -EINVAL;
	/* Without trying, which would push out what others have cached. */
	if (nr > (u64)max(si_mem_available(), 0l) >> (shift - PAGE_SHIFT)) {
		pr_err("%s: grow: the kernel has no %llu KiB to lend\n", dev->name, bytes >> 10);
		return -ENOMEM;
	}
	bases = kvmalloc_array(nr, sizeof(*bases), GFP_KERNEL);
	if (!bases)
		return -ENOMEM;
	err = grow_blocks(dev, nid == SB_NID_ANY ? dev->inst.first_nid : nid, bases, nr);
	kvfree(bases);
	return err;
}

int sbuddy_memory_online(struct sbuddy_device *dev, u64 base, enum sb_online how)
{
	u64 size = sbuddy_memory_block_bytes(dev);
	int err;

	err = sb_hotplug_online(&dev->inst, base, size, how);
	if (err)
		sbuddy_memory_failed(dev, base, err, NULL);
	return err;
}

int sbuddy_memory_offline(struct sbuddy_device *dev, u64 base)
{
	u64 size = sbuddy_memory_block_bytes(dev);
	struct sb_pinned pinned = {};
	int err;

	/* Slabs cannot be moved. */
	sbuddy_slabs_shrink(dev);
	mutex_lock(&dev->contig_lock);
	err = sb_hotplug_offline(&dev->inst, base, size, &pinned);
	mutex_unlock(&dev->contig_lock);
	if (err && err != -EALREADY)
		sbuddy_memory_failed(dev, base, err, &pinned);
	return err;
}

int sbuddy_memory_remove(struct sbuddy_device *dev, u64 base)
{
	u64 size = sbuddy_memory_block_bytes(dev);
	int err;

	mutex_lock(&dev->contig_lock);
	mutex_lock(&dev->lock);
	err = sb_hotplug_remove(&dev->inst, base, size);
	mutex_unlock(&dev->lock);
	mutex_unlock(&dev->contig_lock);
	if (err)
		return err;
	if (dev->backing->ops->shrink)
		dev->backing->ops->shrink(dev->backing, base, size);
	pr_info("%s: memory removed: %llu KiB at %#llx\n", dev->name, size >> 10, base);
	return 0;
}

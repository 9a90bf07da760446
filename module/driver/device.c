// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "chardev.h"
#include "cpu.h"
#include "debugfs.h"
#include "device.h"
#include "events.h"
#include "memory_sysfs.h"
#include "modes.h"
#include "mover.h"
#include "show_stage.h"

/* Longest line of a stage. */
#define LINE_LEN 512

/* Others want some of the kernel's dynamic minors, too. */
#define MAX_DEVICES 64

/* Every device there is, and which numbers they have; the lock also keeps names apart. */
static LIST_HEAD(devices);
static DECLARE_BITMAP(ids, MAX_DEVICES);
static DEFINE_MUTEX(devices_lock);

bool sbuddy_device_name_ok(const char *name)
{
	size_t len = strlen(name);
	size_t i;

	if (!len || len >= SB_NAME_LEN || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) || (!isalnum(name[i]) && !strchr("@._-", name[i])))
			return false;
	return true;
}

static void *reach_map(void *ctx, u64 base, u64 size)
{
	struct sb_backing *backing = ctx;

	return backing->ops->meta_map(backing, base, size);
}

static void reach_unmap(void *ctx, void *mapped, u64 base, u64 size)
{
	struct sb_backing *backing = ctx;

	backing->ops->meta_unmap(backing, mapped, base, size);
}

static void *reach_page(void *ctx, unsigned long pfn)
{
	struct sb_backing *backing = ctx;

	return backing->ops->va(backing, pfn, 1);
}

static void *reach_span(void *ctx, unsigned long pfn, unsigned long nr_pages)
{
	struct sb_backing *backing = ctx;

	return backing->ops->va(backing, pfn, nr_pages);
}

static unsigned long reach_pfn(void *ctx, const void *va)
{
	struct sb_backing *backing = ctx;

	return backing->ops->pfn(backing, va);
}

/* Takes a place and a number among all devices, unless the name is taken. */
static int enlist(struct sbuddy_device *dev)
{
	struct sbuddy_device *other;
	int err = 0;

	mutex_lock(&devices_lock);
	list_for_each_entry(other, &devices, all)
		if (!strcmp(other->name, dev->name))
			err = -EEXIST;
	dev->id = find_first_zero_bit(ids, MAX_DEVICES);
	if (!err && dev->id == MAX_DEVICES)
		err = -ENOSPC;
	if (!err) {
		set_bit(dev->id, ids);
		list_add_tail(&dev->all, &devices);
	}
	mutex_unlock(&devices_lock);
	if (err == -ENOSPC)
		pr_err("%s: there are %d instances already: end one first\n", dev->name,
		       MAX_DEVICES);
	return err;
}

static void delist(struct sbuddy_device *dev)
{
	mutex_lock(&devices_lock);
	list_del(&dev->all);
	clear_bit(dev->id, ids);
	mutex_unlock(&devices_lock);
}

static void set_offered(struct sbuddy_device *dev, bool offered)
{
	mutex_lock(&devices_lock);
	dev->offered = offered;
	mutex_unlock(&devices_lock);
}

static bool is_wanted(const struct sbuddy_device *dev, const char *name,
		      const struct device_node *node)
{
	if (!dev->offered || (name && strcmp(dev->name, name)))
		return false;
	return !node || (dev->misc.parent && dev->misc.parent->of_node == node);
}

int sbuddy_device_keep(struct sbuddy_device *dev)
{
	int err = 0;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	if (dev->ops && dev->ops->get)
		err = dev->ops->get(dev);
	if (err)
		module_put(THIS_MODULE);
	return err;
}

void sbuddy_device_let_go(struct sbuddy_device *dev)
{
	if (dev->ops && dev->ops->put)
		dev->ops->put(dev);
	module_put(THIS_MODULE);
}

struct sbuddy_device *sbuddy_device_get(const char *name, const struct device_node *node)
{
	struct sbuddy_device *found = NULL, *dev;

	mutex_lock(&devices_lock);
	list_for_each_entry(dev, &devices, all)
		if (!found && is_wanted(dev, name, node))
			found = dev;
	/* It cannot end meanwhile: before that it is taken off the offer. */
	if (found && sbuddy_device_keep(found))
		found = NULL;
	if (found)
		atomic_inc(&found->nr_clients);
	mutex_unlock(&devices_lock);
	return found;
}

void sbuddy_device_put(struct sbuddy_device *dev)
{
	atomic_dec(&dev->nr_clients);
	sbuddy_device_let_go(dev);
}

static void log_stage(struct sbuddy_device *dev)
{
	char line[LINE_LEN] = "";
	struct sb_out out = { .text = line, .size = sizeof(line) };
	enum sb_stage stage = dev->inst.stage;

	sb_show_stage(&out, &dev->inst, stage);
	pr_info("%s: %s: %s\n", dev->name, sb_stage_name(stage), line);
	if (stage != SB_STAGE_LIVE)
		return;
	out.used = 0;
	sb_show_stage_pcp(&out, &dev->inst);
	pr_info("%s: %s\n", dev->name, line);
}

static void set_published(struct sbuddy_device *dev, bool published)
{
	mutex_lock(&dev->lock);
	dev->published = published;
	mutex_unlock(&dev->lock);
}

/* Without the lock, which an open() may want that keeps registration waiting. */
static int publish(struct sbuddy_device *dev)
{
	int err = sbuddy_chardev_register(dev);

	if (err) {
		pr_err("%s: cannot make /dev/sbuddy%d: error %d\n", dev->name, dev->id, err);
		set_published(dev, false);
	}
	set_offered(dev, !err);
	if (!err)
		sbuddy_memory_sysfs_add(dev);
	/* -EEXIST is for a name that is taken. */
	return err == -EEXIST ? -EBUSY : err;
}

int sbuddy_device_step(struct sbuddy_device *dev)
{
	bool last = false;
	int err = 0;

	mutex_lock(&dev->lock);
	if (dev->published)
		err = -EALREADY;
	else if (dev->inst.stage != SB_STAGE_LIVE)
		err = sb_instance_step(&dev->inst);
	if (!err) {
		log_stage(dev);
		last = dev->inst.stage == SB_STAGE_LIVE;
		dev->published = last;
		if (last) {
			sbuddy_modes_start(dev);
			sbuddy_compactd_start(dev);
		}
	}
	mutex_unlock(&dev->lock);
	return last ? publish(dev) : err;
}

static int boot(struct sbuddy_device *dev)
{
	int err = 0;

	while (!err && !dev->published)
		err = sbuddy_device_step(dev);
	return err;
}

static int start(struct sbuddy_device *dev, const struct sb_config *cfg)
{
	const struct sb_reach reach = {
		.map = reach_map,
		.unmap = reach_unmap,
		.page = reach_page,
		.span = reach_span,
		.pfn = reach_pfn,
		.origin = sbuddy_modes_origin,
		.ctx = dev->backing,
	};
	int err;

	err = sb_instance_init(&dev->inst, cfg, &reach);
	if (err)
		return err;
	sbuddy_mover_start(dev);
	sbuddy_held_init(dev);
	sbuddy_quotas_set(dev);
	sbuddy_compactd_init(dev);
	sbuddy_memory_init(dev);
	sbuddy_events_add(dev);
	err = sbuddy_cpu_add(dev);
	if (err) {
		sbuddy_events_remove(dev);
		return err;
	}
	sbuddy_debugfs_add(dev);
	return 0;
}

static struct sbuddy_device *alloc(const char *name, struct sb_backing *backing,
				   const struct sbuddy_device_ops *ops, void *maker,
				   struct device *parent)
{
	struct sbuddy_device *dev = kvzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	strscpy(dev->name, name, sizeof(dev->name));
	dev->backing = backing;
	dev->ops = ops;
	dev->maker = maker;
	dev->misc.parent = parent;
	mutex_init(&dev->lock);
	spin_lock_init(&dev->clients_lock);
	INIT_LIST_HEAD(&dev->clients);
	mutex_init(&dev->contig_lock);
	mutex_init(&dev->slabs.lock);
	sb_pressure_init(dev);
	sbuddy_quotas_init(dev);
	return dev;
}

struct sbuddy_device *sbuddy_device_create(const struct sb_config *cfg, struct sb_backing *backing,
					   const struct sbuddy_device_ops *ops, void *maker,
					   struct device *parent, bool walk)
{
	struct sbuddy_device *dev = alloc(cfg->name, backing, ops, maker, parent);
	int err = -ENOMEM;

	if (!dev)
		goto err_backing;
	err = enlist(dev);
	if (err)
		goto err_free;
	err = start(dev, cfg);
	if (err)
		goto err_delist;
	err = walk ? 0 : boot(dev);
	if (!err)
		return dev;
	sbuddy_device_destroy(dev);
	return ERR_PTR(err);

err_delist:
	delist(dev);
err_free:
	kvfree(dev);
err_backing:
	backing->ops->destroy(backing);
	return ERR_PTR(err);
}

void sbuddy_device_unpublish(struct sbuddy_device *dev)
{
	/* The files first, so that nobody walks to another stage through them. */
	sbuddy_debugfs_remove(dev);
	set_offered(dev, false);
	sb_pressure_end(dev);
	if (!dev->published)
		return;
	sbuddy_memory_sysfs_remove(dev);
	sbuddy_chardev_unregister(dev);
	set_published(dev, false);
}

void sbuddy_device_destroy(struct sbuddy_device *dev)
{
	sbuddy_device_unpublish(dev);
	sbuddy_cpu_remove(dev);
	sbuddy_events_remove(dev);
	sb_pressure_exit(dev);
	sbuddy_compactd_stop(dev);
	sbuddy_held_stop(dev);
	sbuddy_modes_stop(dev);
	sbuddy_slabs_exit(dev);
	sb_instance_exit(&dev->inst);
	delist(dev);
	dev->backing->ops->destroy(dev->backing);
	kvfree(dev);
}

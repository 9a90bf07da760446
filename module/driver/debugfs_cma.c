// SPDX-License-Identifier: GPL-2.0-only
/* The directories cma/NAME, with the files of Linux's debugfs cma/NAME. */
#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "cma.h"
#include "debugfs.h"
#include "device.h"
#include "contig_lock.h"

/**
 * struct sbuddy_cma_files - The files of one area.
 * @dev: device
 * @area: number of the area
 * @lock: guards @taken
 * @taken: what was allocated by the file alloc, the last first
 */
struct sbuddy_cma_files {
	struct sbuddy_device *dev;
	unsigned int area;
	struct mutex lock; /* guards @taken */
	struct list_head taken;
};

struct taken {
	struct list_head list;
	unsigned long pfn;
	unsigned long nr_pages;
};

static struct sb_cma *cma_of(const struct sbuddy_cma_files *files)
{
	return &files->dev->inst.cma[files->area];
}

static int base_pfn_get(void *data, u64 *value)
{
	*value = READ_ONCE(cma_of(data)->base_pfn);
	return 0;
}

static int count_get(void *data, u64 *value)
{
	*value = READ_ONCE(cma_of(data)->nr_pages);
	return 0;
}

static int order_per_bit_get(void *data, u64 *value)
{
	*value = 0;
	return 0;
}

static int used_get(void *data, u64 *value)
{
	*value = READ_ONCE(cma_of(data)->nr_used);
	return 0;
}

/* The device's lock keeps the bitmap where it is. */
static int maxchunk_get(void *data, u64 *value)
{
	struct sbuddy_cma_files *files = data;

	mutex_lock(&files->dev->lock);
	*value = sb_cma_maxchunk(&files->dev->inst, files->area);
	mutex_unlock(&files->dev->lock);
	return 0;
}

static int alloc_set(void *data, u64 nr_pages)
{
	struct sbuddy_cma_files *files = data;
	struct taken *taken = kzalloc(sizeof(*taken), GFP_KERNEL);
	int err;

	if (!taken)
		return -ENOMEM;
	taken->nr_pages = min_t(u64, nr_pages, ULONG_MAX);
	err = sbuddy_cma_take(files->dev, files->area, taken->nr_pages, 0, false, &taken->pfn);
	if (err) {
		kfree(taken);
		return err;
	}
	mutex_lock(&files->lock);
	list_add(&taken->list, &files->taken);
	mutex_unlock(&files->lock);
	return 0;
}

/* Gives back from the start of what was taken last. */
static void give_back(struct sbuddy_cma_files *files, u64 nr_pages)
{
	struct taken *taken;
	unsigned long part;

	while (nr_pages && !list_empty(&files->taken)) {
		taken = list_first_entry(&files->taken, struct taken, list);
		part = min_t(u64, nr_pages, taken->nr_pages);
		sb_cma_release(&files->dev->inst, files->area, taken->pfn, part);
		taken->pfn += part;
		taken->nr_pages -= part;
		nr_pages -= part;
		if (taken->nr_pages)
			continue;
		list_del(&taken->list);
		kfree(taken);
	}
}

static int free_set(void *data, u64 nr_pages)
{
	struct sbuddy_cma_files *files = data;

	mutex_lock(&files->lock);
	give_back(files, nr_pages);
	mutex_unlock(&files->lock);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(base_pfn_fops, base_pfn_get, NULL, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(count_fops, count_get, NULL, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(order_per_bit_fops, order_per_bit_get, NULL, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(used_fops, used_get, NULL, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(maxchunk_fops, maxchunk_get, NULL, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(alloc_fops, NULL, alloc_set, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(free_fops, NULL, free_set, "%llu\n");

static int bitmap_show(struct seq_file *seq, void *unused)
{
	struct sbuddy_cma_files *files = seq->private;
	struct sb_out out = { .seq = seq };

	mutex_lock(&files->dev->lock);
	sb_cma_show_bitmap(&out, &files->dev->inst, files->area);
	mutex_unlock(&files->dev->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bitmap);

static void add_area(struct sbuddy_cma_files *files, const char *name, struct dentry *parent)
{
	struct dentry *dir = debugfs_create_dir(name, parent);

	debugfs_create_file("alloc", 0200, dir, files, &alloc_fops);
	debugfs_create_file("free", 0200, dir, files, &free_fops);
	debugfs_create_file("base_pfn", 0444, dir, files, &base_pfn_fops);
	debugfs_create_file("count", 0444, dir, files, &count_fops);
	debugfs_create_file("order_per_bit", 0444, dir, files, &order_per_bit_fops);
	debugfs_create_file("used", 0444, dir, files, &used_fops);
	debugfs_create_file("maxchunk", 0444, dir, files, &maxchunk_fops);
	debugfs_create_file("bitmap", 0444, dir, files, &bitmap_fops);
}

void sbuddy_debugfs_cma_add(struct sbuddy_device *dev)
{
	const struct sb_config *cfg = &dev->inst.cfg;
	struct dentry *parent;
	unsigned int i;

	if (!cfg->nr_cma)
		return;
	dev->cma_files = kcalloc(cfg->nr_cma, sizeof(*dev->cma_files), GFP_KERNEL);
	if (!dev->cma_files)
		return;
	parent = debugfs_create_dir("cma", dev->debugfs);
	for (i = 0; i < cfg->nr_cma; i++) {
		struct sbuddy_cma_files *files = &dev->cma_files[i];

		files->dev = dev;
		files->area = i;
		mutex_init(&files->lock);
		INIT_LIST_HEAD(&files->taken);
		add_area(files, cfg->cma[i].name, parent);
	}
}

void sbuddy_debugfs_cma_remove(struct sbuddy_device *dev)
{
	unsigned int i;

	for (i = 0; dev->cma_files && i < dev->inst.cfg.nr_cma; i++)
		give_back(&dev->cma_files[i], U64_MAX);
	kfree(dev->cma_files);
	dev->cma_files = NULL;
}

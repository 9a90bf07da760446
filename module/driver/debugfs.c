// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every file but one is the text of core/show.h or core/check.h, made under the
 * device's lock: the tracker and the stage stay as they are meanwhile. A file
 * that is open while its device goes away reads -EIO; debugfs sees to that.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "check.h"
#include "cma.h"
#include "corrupt.h"
#include "debugfs.h"
#include "device.h"
#include "handover.h"
#include "range.h"
#include "show.h"
#include "show_page.h"
#include "show_stage.h"

static struct dentry *root;

static void print_memory(struct sb_out *out, struct sb_instance *inst)
{
	sb_show_regions(out, &inst->regions.memory);
}

static void print_reserved(struct sb_out *out, struct sb_instance *inst)
{
	sb_show_regions(out, &inst->regions.reserved);
}

static void print_stages(struct sb_out *out, struct sb_instance *inst)
{
	sb_show_stages(out, inst);
}

static void print_check(struct sb_out *out, struct sb_instance *inst)
{
	struct sbuddy_slabs *slabs = &container_of(inst, struct sbuddy_device, inst)->slabs;
	unsigned int nr;

	mutex_lock(&slabs->lock);
	nr = sb_check(inst, out);
	mutex_unlock(&slabs->lock);
	sb_out_printf(out, "%u violations\n", nr);
}

int sbuddy_debugfs_show(struct seq_file *seq, void (*print)(struct sb_out *, struct sb_instance *))
{
	struct sbuddy_device *dev = seq->private;
	struct sb_out out = { .seq = seq };
	int err;

	err = mutex_lock_interruptible(&dev->lock);
	if (err)
		return err;
	print(&out, &dev->inst);
	mutex_unlock(&dev->lock);
	return 0;
}

/*
 * The buffer starts at @size bytes, for the text of an instance of usual size:
 * what does not fit is made again from the start in one twice as large.
 */
#define SBUDDY_FILE(name, print, size)                             \
	static int name##_show(struct seq_file *seq, void *unused) \
	{                                                          \
		return sbuddy_debugfs_show(seq, print);            \
	}                                                          \
	SBUDDY_FILE_OF(name, size)
#define SBUDDY_FILE_OF(name, size)                                                  \
	static int name##_open(struct inode *inode, struct file *file)              \
	{                                                                           \
		return single_open_size(file, name##_show, inode->i_private, size); \
	}                                                                           \
	static const struct file_operations name##_fops = {                         \
		.owner = THIS_MODULE,                                               \
		.open = name##_open,                                                \
		.read = seq_read,                                                   \
		.llseek = seq_lseek,                                                \
		.release = single_release,                                          \
	}

SBUDDY_FILE(memory, print_memory, PAGE_SIZE);
SBUDDY_FILE(reserved, print_reserved, PAGE_SIZE);
SBUDDY_FILE(zoneinfo, sb_show_zoneinfo, 2 * PAGE_SIZE);
SBUDDY_FILE(buddyinfo, sb_show_buddyinfo, PAGE_SIZE);
SBUDDY_FILE(pagetypeinfo, sb_show_pagetypeinfo, 4 * PAGE_SIZE);
SBUDDY_FILE(vmstat, sb_show_vmstat, PAGE_SIZE);
SBUDDY_FILE(unusable_index, sb_show_unusable_index, PAGE_SIZE);
SBUDDY_FILE(extfrag_index, sb_show_extfrag_index, PAGE_SIZE);
SBUDDY_FILE(pageblocks, sb_show_pageblocks, 2 * PAGE_SIZE);
SBUDDY_FILE(stages, print_stages, PAGE_SIZE);
SBUDDY_FILE(cmainfo, sb_cma_show, PAGE_SIZE);

/* Blocks that are about to come or go are neither right nor wrong. */
static int check_show(struct seq_file *seq, void *unused)
{
	struct sbuddy_device *dev = seq->private;
	int err;

	err = mutex_lock_interruptible(&dev->memory.lock);
	if (err)
		return err;
	err = sbuddy_debugfs_show(seq, print_check);
	mutex_unlock(&dev->memory.lock);
	return err;
}

SBUDDY_FILE_OF(check, PAGE_SIZE);

static void print_held(struct sb_out *out, struct sb_instance *inst)
{
	struct sbuddy_device *dev = container_of(inst, struct sbuddy_device, inst);
	unsigned int nr_buffers;
	unsigned long nr_pages = sb_held_pages(dev, &nr_buffers);

	sb_out_printf(out, "%lu pages of %u buffers\n", nr_pages, nr_buffers);
}

SBUDDY_FILE(held, print_held, PAGE_SIZE);

static void print_syncs(struct sb_out *out, struct sb_instance *inst)
{
	struct sbuddy_syncs *syncs = &container_of(inst, struct sbuddy_device, inst)->syncs;

	sb_out_printf(out, "cleaned %lld\n", (long long)atomic64_read(&syncs->cleaned));
	sb_out_printf(out, "flushed %lld\n", (long long)atomic64_read(&syncs->flushed));
	sb_out_printf(out, "last_address %#llx\n",
		      (unsigned long long)atomic64_read(&syncs->last_phys));
	sb_out_printf(out, "last_bytes %lld\n", (long long)atomic64_read(&syncs->last_bytes));
}

SBUDDY_FILE(syncs, print_syncs, PAGE_SIZE);

static int hand_over(struct sbuddy_device *dev, const struct sb_bank *range)
{
	long nr_pages;
	int err;

	err = mutex_lock_interruptible(&dev->lock);
	if (err)
		return err;
	nr_pages = sb_handover_release(&dev->inst, range->base, range->size);
	mutex_unlock(&dev->lock);
	if (nr_pages < 0) {
		pr_err("%s: release: not all of %#llx bytes at %#llx is reserved and nobody's: error %ld\n",
		       dev->name, range->size, range->base, nr_pages);
		return nr_pages;
	}
	pr_info("%s: %ld reserved pages handed over at %#llx\n", dev->name, nr_pages, range->base);
	return 0;
}

/* "BASE SIZE" written to it hands over reserved pages. */
static ssize_t release_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct sbuddy_device *dev = file->private_data;
	struct sb_bank range;
	char text[64];
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	text[count] = '\0';
	if (sbuddy_range_parse(strim(text), &range, true, false)) {
		pr_err("%s: release: must be written as BASE SIZE, numbers with K, M, G or T\n",
		       dev->name);
		return -EINVAL;
	}
	err = hand_over(dev, &range);
	return err ? err : count;
}

static const struct file_operations release_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = release_write,
};

/* Root alone reads what takes long with a lock held, as with /proc/pagetypeinfo. */
void sbuddy_debugfs_add(struct sbuddy_device *dev)
{
	struct dentry *dir = debugfs_create_dir(dev->name, root);
	struct dentry *memblock = debugfs_create_dir("memblock", dir);
	struct dentry *extfrag = debugfs_create_dir("extfrag", dir);
	struct dentry *ring = debugfs_create_dir("ring", dir);

	dev->debugfs = dir;
	debugfs_create_file("memory", 0444, memblock, dev, &memory_fops);
	debugfs_create_file("reserved", 0444, memblock, dev, &reserved_fops);
	debugfs_create_file("zoneinfo", 0444, dir, dev, &zoneinfo_fops);
	debugfs_create_file("buddyinfo", 0444, dir, dev, &buddyinfo_fops);
	debugfs_create_file("pagetypeinfo", 0400, dir, dev, &pagetypeinfo_fops);
	debugfs_create_file("vmstat", 0444, dir, dev, &vmstat_fops);
	debugfs_create_file("slabinfo", 0400, dir, dev, &sbuddy_slabinfo_fops);
	debugfs_create_file("unusable_index", 0444, extfrag, dev, &unusable_index_fops);
	debugfs_create_file("extfrag_index", 0444, extfrag, dev, &extfrag_index_fops);
	debugfs_create_file("pageblocks", 0444, dir, dev, &pageblocks_fops);
	debugfs_create_file("stages", 0444, dir, dev, &stages_fops);
	debugfs_create_file("tunables", 0644, dir, dev, &sbuddy_tunables_fops);
	debugfs_create_file("cmainfo", 0444, dir, dev, &cmainfo_fops);
	debugfs_create_file("check", 0400, dir, dev, &check_fops);
	debugfs_create_file("explain", 0600, dir, dev, &sbuddy_explain_fops);
	debugfs_create_file_unsafe("pagemap", 0400, dir, dev, &sbuddy_pagemap_fops);
	debugfs_create_file("release", 0200, dir, dev, &release_fops);
	debugfs_create_file("debug", 0600, dir, dev, &sbuddy_debug_fops);
	debugfs_create_file("page_owner", 0400, dir, dev, &sbuddy_page_owner_fops);
	debugfs_create_file("poison", 0200, dir, dev, &sbuddy_poison_fops);
	debugfs_create_file("clients", 0400, dir, dev, &sbuddy_clients_fops);
	debugfs_create_file("buffers", 0400, dir, dev, &sbuddy_buffers_fops);
	debugfs_create_file("compact", 0600, dir, dev, &sbuddy_compact_fops);
	debugfs_create_file("compact_plan", 0400, dir, dev, &sbuddy_compact_plan_fops);
	debugfs_create_file("granularities", 0600, dir, dev, &sbuddy_granularities_fops);
	debugfs_create_file("held", 0444, dir, dev, &held_fops);
	debugfs_create_file("syncs", 0400, dir, dev, &syncs_fops);
	debugfs_create_file("hotplug_failure", 0400, dir, dev, &sbuddy_hotplug_failure_fops);
	debugfs_create_file("enable", 0600, ring, dev, &sbuddy_ring_enable_fops);
	debugfs_create_file("data", 0400, ring, dev, &sbuddy_ring_data_fops);
	debugfs_create_file("text", 0400, ring, dev, &sbuddy_ring_text_fops);
	debugfs_create_file("stats", 0444, ring, dev, &sbuddy_ring_stats_fops);
	sbuddy_debugfs_cma_add(dev);
	sbuddy_corrupt_add(dev);
}

void sbuddy_debugfs_remove(struct sbuddy_device *dev)
{
	debugfs_remove_recursive(dev->debugfs);
	sbuddy_debugfs_cma_remove(dev);
	dev->debugfs = NULL;
}

void sbuddy_debugfs_root_init(void)
{
	root = debugfs_create_dir("sbuddy", NULL);
}

void sbuddy_debugfs_root_exit(void)
{
	debugfs_remove_recursive(root);
	root = NULL;
}

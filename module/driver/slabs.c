// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "debugfs.h"
#include "device.h"
#include "slab_show.h"
#include "slabs.h"

/* The arrays of the caches follow them. */
static struct sb_slab_classes *make_classes(struct sbuddy_device *dev)
{
	struct sb_slab_classes *classes;
	int err;

	classes = kvzalloc(sizeof(*classes) + sb_slab_class_memory(nr_cpu_ids), GFP_KERNEL);
	if (!classes)
		return NULL;
	err = sb_slab_class_create(classes, &dev->inst, 0, classes + 1, nr_cpu_ids);
	if (!err)
		return classes;
	pr_warn("%s: no caches for sbuddy_kmalloc(): error %d\n", dev->name, err);
	kvfree(classes);
	return NULL;
}

void sbuddy_slabs_get(struct sbuddy_device *dev)
{
	struct sbuddy_slabs *slabs = &dev->slabs;

	mutex_lock(&slabs->lock);
	slabs->nr_users++;
	if (!slabs->classes && dev->backing->ops->mappable)
		/* Another client may look for them at this moment, who had none. */
		smp_store_release(&slabs->classes, make_classes(dev));
	mutex_unlock(&slabs->lock);
}

static void end_classes(struct sbuddy_slabs *slabs)
{
	if (!slabs->classes || sb_slab_class_destroy(slabs->classes))
		return;
	kvfree(slabs->classes);
	slabs->classes = NULL;
}

void sbuddy_slabs_put(struct sbuddy_device *dev)
{
	struct sbuddy_slabs *slabs = &dev->slabs;

	mutex_lock(&slabs->lock);
	if (!--slabs->nr_users)
		end_classes(slabs);
	mutex_unlock(&slabs->lock);
}

unsigned long sbuddy_slabs_shrink(struct sbuddy_device *dev)
{
	unsigned long nr;

	mutex_lock(&dev->slabs.lock);
	nr = sb_slab_cache_shrink_all(&dev->inst);
	mutex_unlock(&dev->slabs.lock);
	return nr;
}

void sbuddy_slabs_exit(struct sbuddy_device *dev)
{
	mutex_lock(&dev->slabs.lock);
	end_classes(&dev->slabs);
	/* What is in use still goes with the instance, which looks at no cache any more. */
	kvfree(dev->slabs.classes);
	dev->slabs.classes = NULL;
	mutex_unlock(&dev->slabs.lock);
}

static int slabinfo_show(struct seq_file *seq, void *unused)
{
	struct sbuddy_device *dev = seq->private;
	struct sb_out out = { .seq = seq };
	int err;

	err = mutex_lock_interruptible(&dev->slabs.lock);
	if (err)
		return err;
	sb_slab_show_info(&out, &dev->inst);
	mutex_unlock(&dev->slabs.lock);
	return 0;
}

static int slabinfo_open(struct inode *inode, struct file *file)
{
	return single_open(file, slabinfo_show, inode->i_private);
}

const struct file_operations sbuddy_slabinfo_fops = {
	.owner = THIS_MODULE,
	.open = slabinfo_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

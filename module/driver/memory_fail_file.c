// SPDX-License-Identifier: GPL-2.0-only
/* The file hotplug_failure of debugfs. */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "debugfs.h"
#include "device.h"
#include "memory_fail.h"

static int failure_show(struct seq_file *seq, void *unused)
{
	struct sbuddy_device *dev = seq->private;
	struct sb_out out = { .seq = seq };
	int err;

	err = mutex_lock_interruptible(&dev->memory.lock);
	if (err)
		return err;
	sbuddy_memory_show_failure(&out, dev);
	mutex_unlock(&dev->memory.lock);
	return 0;
}

static int failure_open(struct inode *inode, struct file *file)
{
	return single_open(file, failure_show, inode->i_private);
}

const struct file_operations sbuddy_hotplug_failure_fops = {
	.owner = THIS_MODULE,
	.open = failure_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

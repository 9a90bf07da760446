// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "buffer.h"
#include "chardev.h"
#include "holder.h"
#include "ioctl.h"
#include "mmap.h"
#include "quick.h"

static int chardev_open(struct inode *inode, struct file *file)
{
	/* Not taken away meanwhile: misc_open() and misc_deregister() share a lock. */
	struct sbuddy_device *dev = container_of(file->private_data, struct sbuddy_device, misc);
	struct sb_client *client = sb_client_create(dev);
	int err = 0;

	if (IS_ERR(client))
		return PTR_ERR(client);
	if (dev->ops && dev->ops->get)
		err = dev->ops->get(dev);
	if (err) {
		sb_client_release(client);
		return err;
	}
	atomic_inc(&dev->nr_files);
	file->private_data = client;
	file->f_mapping = client->space->i_mapping;
	client->writable = file->f_mode & FMODE_WRITE;
	sbuddy_file_unsigned_offset(file);
	return nonseekable_open(inode, file);
}

/* Comes after the last munmap(): each mapping keeps its file. */
static int chardev_release(struct inode *inode, struct file *file)
{
	struct sb_client *client = file->private_data;
	struct sbuddy_device *dev = client->dev;

	sb_pressure_close(client);
	sb_holder_log_death(client);
	sb_client_release(client);
	atomic_dec(&dev->nr_files);
	if (dev->ops && dev->ops->put)
		dev->ops->put(dev);
	return 0;
}

static long chardev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct sb_client *client = file->private_data;

	if (cmd == SBUDDY_IOC_TAKE)
		return sb_quick_take(client, arg);
	if (cmd == SBUDDY_IOC_GIVE)
		return sb_quick_give(client, arg);
	return sb_ioctl(client, cmd, (void __user *)arg);
}

static int chardev_mmap(struct file *file, struct vm_area_struct *vma)
{
	return sb_mmap(file->private_data, vma);
}

static void chardev_show_fdinfo(struct seq_file *seq, struct file *file)
{
	sb_holder_show(file->private_data, seq);
}

static __poll_t chardev_poll(struct file *file, poll_table *table)
{
	return sb_pressure_poll(file->private_data, file, table);
}

static const struct file_operations chardev_fops = { .owner = THIS_MODULE,
						     .open = chardev_open,
						     .release = chardev_release,
						     .unlocked_ioctl = chardev_ioctl,
						     .compat_ioctl = compat_ptr_ioctl,
						     .mmap = chardev_mmap,
						     .poll = chardev_poll,
						     .show_fdinfo = chardev_show_fdinfo,
						     .llseek = no_llseek,
						     SBUDDY_FOPS_HUGE SBUDDY_FOPS_UNSIGNED_OFFSET };

int sbuddy_chardev_register(struct sbuddy_device *dev)
{
	struct miscdevice *misc = &dev->misc;
	int err;

	misc->minor = MISC_DYNAMIC_MINOR;
	misc->fops = &chardev_fops;
	misc->name = kasprintf(GFP_KERNEL, "sbuddy%d", dev->id);
	if (!misc->name)
		return -ENOMEM;
	err = misc_register(misc);
	if (err) {
		kfree(misc->name);
		misc->name = NULL;
	}
	return err;
}

void sbuddy_chardev_unregister(struct sbuddy_device *dev)
{
	misc_deregister(&dev->misc);
	kfree(dev->misc.name);
	dev->misc.name = NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "corrupt.h"
#include "device.h"

/* No lock is taken: a stray write has none, either. */
static int flip(struct sbuddy_device *dev, unsigned long pfn, unsigned int word, u32 mask)
{
	unsigned long irq = sb_irq_save();
	struct sb_page *page;
	int err = -EINVAL;

	if (word < 2 && sb_memmap_exists(&dev->inst, pfn)) {
		page = sb_memmap_page(&dev->inst.map, pfn);
		*(word ? &page->prev_state : &page->next_order) ^= mask;
		err = 0;
	}
	sb_irq_restore(irq);
	return err;
}

static ssize_t corrupt_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct sbuddy_device *dev = file->private_data;
	unsigned long pfn;
	unsigned int word;
	char text[64];
	u32 mask;
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	text[count] = '\0';
	if (sscanf(text, "%li %u %x", &pfn, &word, &mask) != 3)
		return -EINVAL;
	mutex_lock(&dev->lock);
	err = flip(dev, pfn, word, mask);
	mutex_unlock(&dev->lock);
	return err ? err : (ssize_t)count;
}

static const struct file_operations corrupt_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = corrupt_write,
	.llseek = no_llseek,
};

void sbuddy_corrupt_add(struct sbuddy_device *dev)
{
	debugfs_create_file("corrupt", 0200, dev->debugfs, dev, &corrupt_fops);
}

// SPDX-License-Identifier: GPL-2.0-only
/* The files debug, page_owner and poison of debugfs. */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "debug.h"
#include "debugfs.h"
#include "device.h"
#include "hwpoison.h"
#include "modes.h"
#include "owner.h"

/* Longest text that may be written. */
#define TEXT_LEN 128

/* Copies what is written, trimmed; an error as ERR_PTR(). */
static char *read_text(char *text, const char __user *user, size_t count)
{
	if (count >= TEXT_LEN)
		return ERR_PTR(-EINVAL);
	if (copy_from_user(text, user, count))
		return ERR_PTR(-EFAULT);
	text[count] = '\0';
	return strim(text);
}

static int debug_show(struct seq_file *seq, void *unused)
{
	struct sbuddy_device *dev = seq->private;
	struct sb_out out = { .seq = seq };

	sb_debug_show(&out, &dev->inst);
	return 0;
}

static int debug_open(struct inode *inode, struct file *file)
{
	return single_open(file, debug_show, inode->i_private);
}

static ssize_t debug_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	char text[TEXT_LEN];
	char *words = read_text(text, user, count);
	int err;

	if (IS_ERR(words))
		return PTR_ERR(words);
	err = sbuddy_modes_write(seq->private, words);
	return err ?: count;
}

const struct file_operations sbuddy_debug_fops = {
	.owner = THIS_MODULE,
	.open = debug_open,
	.read = seq_read,
	.write = debug_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/*
 * The place is a page, counted from the first; and so is the iterator, but from one, as
 * nothing else tells what to show on all kernels.
 */
static void *owner_at(struct seq_file *seq, loff_t pos)
{
	struct sbuddy_device *dev = seq->private;
	struct sb_instance *inst = &dev->inst;

	/* Who sees the stage sees what it made. */
	if (smp_load_acquire(&inst->stage) != SB_STAGE_LIVE || pos >= inst->map.nr_pages)
		return NULL;
	return (void *)((unsigned long)pos + 1);
}

/* With the lock, as nobody else keeps the descriptors there. */
static void *owner_start(struct seq_file *seq, loff_t *pos)
{
	struct sbuddy_device *dev = seq->private;

	mutex_lock(&dev->lock);
	return owner_at(seq, *pos);
}

static void *owner_next(struct seq_file *seq, void *it, loff_t *pos)
{
	const struct sbuddy_device *dev = seq->private;
	const struct sb_instance *inst = &dev->inst;
	unsigned long pfn = inst->map.base_pfn + *pos;
	struct sb_page_info info;

	cond_resched();
	/* A pageblock without memory has no descriptors to tell where it ends. */
	if (!sb_memmap_exists(inst, pfn))
		pfn = sb_pfn_block(pfn, inst->blocks.order) + sb_order_pages(inst->blocks.order);
	else if (sb_memmap_info(inst, pfn, &info))
		pfn = sb_page_info_next(&info, pfn);
	*pos = pfn - inst->map.base_pfn;
	return owner_at(seq, *pos);
}

static void owner_stop(struct seq_file *seq, void *it)
{
	struct sbuddy_device *dev = seq->private;

	mutex_unlock(&dev->lock);
}

static int owner_show(struct seq_file *seq, void *it)
{
	struct sbuddy_device *dev = seq->private;
	struct sb_instance *inst = &dev->inst;
	struct sb_out out = { .seq = seq };

	sb_owner_show(&out, inst, inst->map.base_pfn + (unsigned long)it - 1);
	return 0;
}

static const struct seq_operations owner_ops = {
	.start = owner_start,
	.next = owner_next,
	.stop = owner_stop,
	.show = owner_show,
};

static int owner_open(struct inode *inode, struct file *file)
{
	int err = seq_open(file, &owner_ops);

	if (!err)
		((struct seq_file *)file->private_data)->private = inode->i_private;
	return err;
}

const struct file_operations sbuddy_page_owner_fops = {
	.owner = THIS_MODULE,
	.open = owner_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release,
};

static int mark(struct sbuddy_device *dev, u64 addr, bool undo)
{
	unsigned long pfn = sb_pfn_down(addr);
	int ret;

	if (addr >= SB_PHYS_END)
		return -ERANGE;
	ret = mutex_lock_interruptible(&dev->lock);
	if (ret)
		return ret;
	ret = undo ? sb_hwpoison_unmark(&dev->inst, pfn) : sb_hwpoison_mark(&dev->inst, pfn);
	mutex_unlock(&dev->lock);
	return min(ret, 0);
}

/* An address written to it marks its page as bad memory; with a minus before it, as good. */
static ssize_t poison_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct sbuddy_device *dev = file->private_data;
	char text[TEXT_LEN];
	char *word = read_text(text, user, count);
	bool undo;
	u64 addr;
	int err;

	if (IS_ERR(word))
		return PTR_ERR(word);
	undo = *word == '-';
	if (kstrtou64(word + undo, 0, &addr)) {
		pr_err("%s: poison: must be written as an address, or as -ADDRESS to undo it\n",
		       dev->name);
		return -EINVAL;
	}
	err = mark(dev, addr, undo);
	return err ?: count;
}

const struct file_operations sbuddy_poison_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = poison_write,
};

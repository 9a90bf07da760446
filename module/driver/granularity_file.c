// SPDX-License-Identifier: GPL-2.0-only
/* The file granularities of debugfs. */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "debugfs.h"
#include "device.h"
#include "show_section.h"

/**
 * struct ladder - An open file granularities.
 * @dev: device
 * @pfn: page whose ladder is told, or SB_PFN_NONE for all
 */
struct ladder {
	struct sbuddy_device *dev;
	unsigned long pfn;
};

static void print(struct sb_out *out, struct sb_instance *inst, unsigned long pfn)
{
	if (pfn == SB_PFN_NONE)
		sb_show_all_granularities(out, inst);
	else
		sb_show_granularities(out, inst, pfn);
}

static int ladder_show(struct seq_file *seq, void *unused)
{
	const struct ladder *ladder = seq->private;
	struct sbuddy_device *dev = ladder->dev;
	struct sb_out out = { .seq = seq };
	int err;

	/* Memory blocks neither come nor go meanwhile. */
	err = mutex_lock_interruptible(&dev->memory.lock);
	if (err)
		return err;
	err = mutex_lock_interruptible(&dev->lock);
	if (!err) {
		print(&out, &dev->inst, READ_ONCE(ladder->pfn));
		mutex_unlock(&dev->lock);
	}
	mutex_unlock(&dev->memory.lock);
	return err;
}

static int ladder_open(struct inode *inode, struct file *file)
{
	struct ladder *ladder = kmalloc(sizeof(*ladder), GFP_KERNEL);
	int err;

	if (!ladder)
		return -ENOMEM;
	ladder->dev = inode->i_private;
	ladder->pfn = SB_PFN_NONE;
	err = single_open(file, ladder_show, ladder);
	if (err)
		kfree(ladder);
	return err;
}

static int ladder_release(struct inode *inode, struct file *file)
{
	kfree(((struct seq_file *)file->private_data)->private);
	return single_release(inode, file);
}

/* An address, or "pfn" and a frame number: of that page the same open file tells. */
static int parse(char *text, unsigned long *pfn)
{
	char *number = text;
	u64 value;

	if (!strncmp(text, "pfn ", 4))
		number = skip_spaces(text + 4);
	if (kstrtou64(number, 0, &value))
		return -EINVAL;
	if (number == text)
		value >>= SB_PAGE_SHIFT;
	if (value >= sb_pfn_down(SB_PHYS_END))
		return -ERANGE;
	*pfn = (unsigned long)value;
	return 0;
}

static ssize_t ladder_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct ladder *ladder = ((struct seq_file *)file->private_data)->private;
	unsigned long pfn = SB_PFN_NONE;
	char text[32], *word;
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	text[count] = '\0';
	word = strim(text);
	err = strcmp(word, "all") ? parse(word, &pfn) : 0;
	if (err)
		return err;
	WRITE_ONCE(ladder->pfn, pfn);
	/* It is read from its start, whatever was written. */
	*pos = 0;
	return count;
}

const struct file_operations sbuddy_granularities_fops = {
	.owner = THIS_MODULE,
	.open = ladder_open,
	.read = seq_read,
	.write = ladder_write,
	.llseek = seq_lseek,
	.release = ladder_release,
};

// SPDX-License-Identifier: GPL-2.0-only
/* The debugfs file "tunables": shows all of them, and takes lines of NAME VALUE. */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "debugfs.h"
#include "device.h"
#include "show.h"
#include "tunable.h"
#include "watermark.h"

#define LINE_LEN 80

static void print(struct sb_out *out, struct sb_instance *inst)
{
	char text[SBUDDY_TUNABLE_LEN];
	unsigned int i;

	for (i = 0; i < sbuddy_nr_tunables; i++) {
		const struct sbuddy_tunable *t = &sbuddy_tunables[i];

		sb_out_printf(out, "%s %s\n", t->name,
			      sbuddy_tunable_text(t, sbuddy_tunable_get(t, &inst->cfg), text));
	}
	sb_show_tunables(out, inst);
	sb_out_printf(out, "host_pageblock_order %u\n", sb_host_pageblock_order());
}

static int show(struct seq_file *seq, void *unused)
{
	return sbuddy_debugfs_show(seq, print);
}

static int open(struct inode *inode, struct file *file)
{
	return single_open_size(file, show, inode->i_private, PAGE_SIZE);
}

static int change(struct sbuddy_device *dev, const struct sbuddy_tunable *t, u64 value)
{
	int err;

	/* Memory that comes or goes has watermarks worked out anew, too. */
	err = mutex_lock_interruptible(&dev->memory.lock);
	if (err)
		return err;
	err = mutex_lock_interruptible(&dev->lock);
	if (!err) {
		sbuddy_tunable_set(t, &dev->inst.cfg, value);
		if (dev->inst.stage == SB_STAGE_LIVE)
			sb_watermark_setup(&dev->inst);
		sbuddy_quotas_set(dev);
		mutex_unlock(&dev->lock);
		sbuddy_compactd_poke(dev);
	}
	mutex_unlock(&dev->memory.lock);
	return err;
}

static int set(struct sbuddy_device *dev, const char *name, const char *text)
{
	const struct sbuddy_tunable *t = sbuddy_tunable_find(name);
	char range[SBUDDY_TUNABLE_LEN];
	u64 value;

	if (!t) {
		pr_err("%s: tunables: there is no \"%s\"\n", dev->name, name);
		return -EINVAL;
	}
	if (!t->live) {
		pr_err("%s: tunables: %s is chosen before the instance is made\n", dev->name, name);
		return -EBUSY;
	}
	if (sbuddy_tunable_parse(t, text, &value)) {
		pr_err("%s: tunables: %s is \"%s\", but must be %s\n", dev->name, name, text,
		       sbuddy_tunable_range(t, range));
		return -EINVAL;
	}
	return change(dev, t, value);
}

/* One line at a time: what fails must not have changed anything before. */
static ssize_t write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct sbuddy_device *dev = ((struct seq_file *)file->private_data)->private;
	char line[LINE_LEN], *name, *value;
	int err;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, user, count))
		return -EFAULT;
	line[count] = '\0';
	value = strim(line);
	name = strsep(&value, " ");
	if (!value || strpbrk(value, "\n")) {
		pr_err("%s: tunables: must be written as NAME VALUE, a line at a time\n",
		       dev->name);
		return -EINVAL;
	}
	err = set(dev, name, skip_spaces(value));
	return err ? err : count;
}

const struct file_operations sbuddy_tunables_fops = {
	.owner = THIS_MODULE,
	.open = open,
	.read = seq_read,
	.write = write,
	.llseek = seq_lseek,
	.release = single_release,
};

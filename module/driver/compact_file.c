// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files compact and compact_plan of debugfs. Writing to compact compacts, as
 * to Linux's compact_memory, with words of
 *
 *	node=N or node=any	which, any by default
 *	pages=N			move no more
 *	us=N			take no longer, in microseconds
 *
 * or "1" for none of them. What was done last is read from either open file.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "compactor.h"
#include "debugfs.h"
#include "device.h"

#define WORDS_LEN 96

static int parse_node(const char *text, int *nid)
{
	if (!strcmp(text, "any")) {
		*nid = SB_NID_ANY;
		return 0;
	}
	return kstrtoint(text, 10, nid) || *nid < 0 || *nid >= SB_MAX_NODES ? -EINVAL : 0;
}

static int parse_word(const char *word, struct sbuddy_compaction *c)
{
	if (!*word || !strcmp(word, "1"))
		return 0;
	if (!strncmp(word, "node=", 5))
		return parse_node(word + 5, &c->nid);
	if (!strncmp(word, "pages=", 6))
		return kstrtoul(word + 6, 10, &c->pages);
	if (!strncmp(word, "us=", 3))
		return kstrtou64(word + 3, 10, &c->us);
	return -EINVAL;
}

static int parse(struct sbuddy_device *dev, char *words, struct sbuddy_compaction *c)
{
	char *word;

	while ((word = strsep(&words, " "))) {
		if (!parse_word(word, c))
			continue;
		pr_err("%s: compact: \"%s\" is none of 1, node=N, node=any, pages=N and us=N\n",
		       dev->name, word);
		return -EINVAL;
	}
	return 0;
}

static ssize_t compact_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct sbuddy_device *dev = ((struct seq_file *)file->private_data)->private;
	struct sbuddy_compaction c = { .nid = SB_NID_ANY };
	char text[WORDS_LEN];
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	text[count] = '\0';
	err = parse(dev, strim(text), &c);
	if (!err)
		err = sbuddy_compact(dev, &c);
	return err ?: count;
}

static void print_done(struct seq_file *seq, const struct sb_compact_done *done)
{
	seq_printf(seq,
		   "migrate_scanned %lu\nfree_scanned %lu\nisolated %lu\n"
		   "moved %lu\nfailed %lu\nunits %lu\n",
		   done->migrate_scanned, done->free_scanned, done->isolated, done->moved,
		   done->failed, done->units);
}

static int compact_show(struct seq_file *seq, void *unused)
{
	struct sbuddy_compaction last;

	if (!sbuddy_compact_last(seq->private, &last)) {
		seq_puts(seq, "nothing was asked for yet\n");
		return 0;
	}
	seq_printf(seq, "result %s\n", sb_compact_result_name(last.result));
	print_done(seq, &last.done);
	return 0;
}

static int compact_open(struct inode *inode, struct file *file)
{
	return single_open(file, compact_show, inode->i_private);
}

const struct file_operations sbuddy_compact_fops = {
	.owner = THIS_MODULE,
	.open = compact_open,
	.read = seq_read,
	.write = compact_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static void print_largest(struct seq_file *seq, const char *when, int order, unsigned long run)
{
	seq_printf(seq, "order_%s %d\nrun_%s %lu\n", when, order, when, run);
}

static int plan_show(struct seq_file *seq, void *unused)
{
	struct sb_compact_plan plan;
	int err = sbuddy_compact_plan(seq->private, SB_NID_ANY, &plan);

	if (err)
		return err;
	print_largest(seq, "now", plan.order_now, plan.run_now);
	print_largest(seq, "after", plan.order_after, plan.run_after);
	seq_printf(seq, "result %s\nexact %d\n", sb_compact_result_name(plan.result), plan.exact);
	print_done(seq, &plan.done);
	return 0;
}

static int plan_open(struct inode *inode, struct file *file)
{
	return single_open(file, plan_show, inode->i_private);
}

const struct file_operations sbuddy_compact_plan_fops = {
	.owner = THIS_MODULE,
	.open = plan_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/sbuddy-oracle: "SEED OPS EVERY LISTS" written runs a stream,
 * and fails when the sides differ; "churn TRACE SEEDS" has Linux alone replay one of
 * churn.h, and "recorded NAME" what is in file /NAME.kmem; read, it tells what was seen.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "oracle.h"

#define REPORT_SIZE (64 << 10)

static int nid = 1;
module_param(nid, int, 0444);
MODULE_PARM_DESC(nid, "node that nobody else uses");

static struct dentry *file;
static struct sb_out report;
static DEFINE_MUTEX(lock);

/* What is asked for, or what is wrong with it. */
static int run_text(const char *text)
{
	struct oracle_run run = { 0 };
	unsigned int lists, trace, seeds;
	char name[32];

	if (sscanf(text, "churn %u %u", &trace, &seeds) == 2)
		return linux_churn(trace, seeds, &report);
	if (sscanf(text, "recorded %31s", name) == 1)
		return linux_recorded(name, &report);
	if (sscanf(text, "%llu %lu %lu %u", &run.seed, &run.nr_ops, &run.every, &lists) != 4 ||
	    !run.every)
		return -EINVAL;
	run.lists = lists;
	return oracle_stream(&run, &report);
}

static ssize_t run_write(struct file *opened, const char __user *from, size_t size, loff_t *pos)
{
	char text[80];
	int err;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	text[size] = '\0';
	mutex_lock(&lock);
	report.used = 0;
	report.text[0] = '\0';
	err = run_text(text);
	mutex_unlock(&lock);
	return err ? err : (ssize_t)size;
}

static ssize_t run_read(struct file *opened, char __user *to, size_t size, loff_t *pos)
{
	ssize_t done;

	mutex_lock(&lock);
	done = simple_read_from_buffer(to, size, pos, report.text, report.used);
	mutex_unlock(&lock);
	return done;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.read = run_read,
	.write = run_write,
	.llseek = default_llseek,
};

static int __init oracle_init(void)
{
	int err = linux_open(nid);

	if (err) {
		pr_err("node %d cannot be asked: %d\n", nid, err);
		return err;
	}
	report.size = REPORT_SIZE;
	report.text = kvzalloc(report.size, GFP_KERNEL);
	if (!report.text) {
		linux_close();
		return -ENOMEM;
	}
	file = debugfs_create_file("sbuddy-oracle", 0600, NULL, NULL, &run_fops);
	return 0;
}

static void __exit oracle_exit(void)
{
	debugfs_remove(file);
	kvfree(report.text);
	linux_close();
}

module_init(oracle_init);
module_exit(oracle_exit);
MODULE_DESCRIPTION("Linux's page allocator judges sbuddy's");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include "irqsoff.h"

/* Places in all of core that end a section are fewer. */
#define NR_PLACES 256

/**
 * struct place - Where interrupts came back.
 * @where: address of code, 0 for an entry that is not used
 * @longest: nanoseconds that they were off
 */
struct place {
	unsigned long where;
	u64 longest;
};

static struct place places[NR_PLACES];
static DEFINE_RAW_SPINLOCK(lock); /* guards places; nothing is taken under it */
static DEFINE_PER_CPU(u64, since);
static struct dentry *file;

void sbuddy_irqsoff_begin(void)
{
	__this_cpu_write(since, ktime_get_mono_fast_ns());
}

static struct place *find(unsigned long where)
{
	unsigned int i = 0;

	while (i < NR_PLACES - 1 && places[i].where && places[i].where != where)
		i++;
	places[i].where = where;
	return &places[i];
}

void sbuddy_irqsoff_end(unsigned long where)
{
	u64 ns = ktime_get_mono_fast_ns() - __this_cpu_read(since);
	struct place *place;

	raw_spin_lock(&lock);
	place = find(where);
	place->longest = max(place->longest, ns);
	raw_spin_unlock(&lock);
}

static int irqsoff_show(struct seq_file *seq, void *unused)
{
	struct place place;
	unsigned int i;

	for (i = 0; i < NR_PLACES; i++) {
		raw_spin_lock_irq(&lock);
		place = places[i];
		raw_spin_unlock_irq(&lock);
		if (place.longest)
			seq_printf(seq, "%llu %pS\n", place.longest, (void *)place.where);
	}
	return 0;
}

static int irqsoff_open(struct inode *inode, struct file *f)
{
	return single_open(f, irqsoff_show, NULL);
}

static ssize_t irqsoff_write(struct file *f, const char __user *text, size_t len, loff_t *pos)
{
	raw_spin_lock_irq(&lock);
	memset(places, 0, sizeof(places));
	raw_spin_unlock_irq(&lock);
	return (ssize_t)len;
}

static const struct file_operations irqsoff_fops = {
	.owner = THIS_MODULE,
	.open = irqsoff_open,
	.read = seq_read,
	.write = irqsoff_write,
	.llseek = seq_lseek,
	.release = single_release,
};

void sbuddy_irqsoff_init(void)
{
	file = debugfs_create_file("sbuddy_irqsoff", 0600, NULL, NULL, &irqsoff_fops);
}

void sbuddy_irqsoff_exit(void)
{
	debugfs_remove(file);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring's files. ring/data gives each record once, to one reader; ring/text
 * shows those that nobody took, and leaves them.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/time64.h>
#include <linux/uaccess.h>

#include "device.h"
#include "events.h"
#include "ring.h"

/* Records copied at a time: half a KiB of stack, and interrupts are off meanwhile. */
#define BATCH 16

static int enable_get(void *data, u64 *kib)
{
	struct sbuddy_device *dev = data;
	struct sbuddy_ring figures;

	sbuddy_ring_figures(&dev->ring, &figures);
	*kib = (u64)figures.size * sizeof(struct sb_event) / 1024;
	return 0;
}

/* 0 is off, 1 the usual size, else KiB. The ring is empty afterwards. */
static int enable_set(void *data, u64 kib)
{
	if (kib > SBUDDY_RING_MAX_KIB)
		return -EINVAL;
	return sbuddy_events_ring(data, kib == 1 ? SBUDDY_RING_DEFAULT_KIB : kib);
}

static int enable_open(struct inode *inode, struct file *file)
{
	return simple_attr_open(inode, file, enable_get, enable_set, "%llu\n");
}

const struct file_operations sbuddy_ring_enable_fops = {
	.owner = THIS_MODULE,
	.open = enable_open,
	.read = simple_attr_read,
	.write = simple_attr_write,
	.llseek = no_llseek,
	.release = simple_attr_release,
};

static int data_open(struct inode *inode, struct file *file)
{
	file->private_data = inode->i_private;
	return nonseekable_open(inode, file);
}

/* Whole records, as many as there are: 0 bytes when there is none, never a wait. */
static ssize_t data_read(struct file *file, char __user *user, size_t count, loff_t *pos)
{
	struct sbuddy_device *dev = file->private_data;
	size_t max = count / sizeof(struct sb_event);
	struct sb_event batch[BATCH];
	size_t done = 0;

	if (!max)
		return -EINVAL;
	while (done < max && !signal_pending(current)) {
		unsigned int nr;

		nr = sbuddy_ring_take(&dev->ring, batch, min_t(size_t, max - done, BATCH));
		if (!nr)
			break;
		if (copy_to_user(user + done * sizeof(*batch), batch, nr * sizeof(*batch))) {
			sbuddy_ring_lose(&dev->ring, nr);
			return done ? done * sizeof(*batch) : -EFAULT;
		}
		done += nr;
	}
	/* 0 is for a ring that is empty. */
	if (!done && signal_pending(current))
		return -ERESTARTSYS;
	return done * sizeof(*batch);
}

static __poll_t data_poll(struct file *file, struct poll_table_struct *table)
{
	struct sbuddy_device *dev = file->private_data;

	poll_wait(file, &sbuddy_ring_readers, table);
	return sbuddy_ring_poll(&dev->ring) ? EPOLLIN | EPOLLRDNORM : 0;
}

const struct file_operations sbuddy_ring_data_fops = {
	.owner = THIS_MODULE,
	.open = data_open,
	.read = data_read,
	.poll = data_poll,
	.llseek = no_llseek,
};

/*
 * struct text - One reader of ring/text.
 * @dev: whose ring
 * @missed: records between the last one shown and @event that are gone
 * @event: the one to show
 */
struct text {
	struct sbuddy_device *dev;
	u64 missed;
	struct sb_event event;
};

/* A line's number in the file is its record's position in the ring. */
static void *text_start(struct seq_file *seq, loff_t *pos)
{
	struct text *text = seq->private;
	u64 at = *pos;

	if (!sbuddy_ring_peek(&text->dev->ring, &at, &text->event))
		return NULL;
	text->missed = *pos ? at - *pos : 0;
	*pos = at;
	return text;
}

static void *text_next(struct seq_file *seq, void *unused, loff_t *pos)
{
	++*pos;
	return text_start(seq, pos);
}

static void text_stop(struct seq_file *seq, void *unused)
{
}

static int text_show(struct seq_file *seq, void *unused)
{
	struct text *text = seq->private;
	struct sb_out out = { .seq = seq };
	u32 ns;
	u64 seconds = div_u64_rem(text->event.time_ns, NSEC_PER_SEC, &ns);

	if (text->missed)
		seq_printf(seq, "# %llu events overwritten or taken meanwhile\n", text->missed);
	seq_printf(seq, "[%03u] %5llu.%06lu: ", text->event.cpu, seconds, ns / NSEC_PER_USEC);
	sb_trace_show(&out, &text->event, text->dev->inst.cfg.pageblock_order);
	seq_putc(seq, '\n');
	return 0;
}

static const struct seq_operations text_ops = {
	.start = text_start,
	.next = text_next,
	.stop = text_stop,
	.show = text_show,
};

static int text_open(struct inode *inode, struct file *file)
{
	struct text *text = __seq_open_private(file, &text_ops, sizeof(*text));

	if (!text)
		return -ENOMEM;
	text->dev = inode->i_private;
	return nonseekable_open(inode, file);
}

const struct file_operations sbuddy_ring_text_fops = {
	.owner = THIS_MODULE,
	.open = text_open,
	.read = seq_read,
	.llseek = no_llseek,
	.release = seq_release_private,
};

/* written = read + lost + unread, size records fit; traced: core is told to tell of events. */
static int stats_show(struct seq_file *seq, void *unused)
{
	struct sbuddy_device *dev = seq->private;
	struct sbuddy_ring figures;
	u64 unread;

	sbuddy_ring_figures(&dev->ring, &figures);
	unread = figures.head - figures.tail;
	seq_printf(seq, "size %u\n", figures.size);
	seq_printf(seq, "written %llu\n", figures.head);
	seq_printf(seq, "read %llu\n", figures.head - figures.lost - unread);
	seq_printf(seq, "lost %llu\n", figures.lost);
	seq_printf(seq, "unread %llu\n", unread);
	seq_printf(seq, "traced %u\n", sb_trace_on(&dev->inst));
	return 0;
}

static int stats_open(struct inode *inode, struct file *file)
{
	return single_open(file, stats_show, inode->i_private);
}

const struct file_operations sbuddy_ring_stats_fops = {
	.owner = THIS_MODULE,
	.open = stats_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

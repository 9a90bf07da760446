// SPDX-License-Identifier: GPL-2.0-only
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "bench.h"
#include "memmap.h"

static struct bench *the;
static struct dentry *file;

static DEFINE_MUTEX(lock); /* guards what follows, and the one who works */
static const struct bench_work *done;
static struct bench_result result;

static void *bench_start(struct seq_file *seq, loff_t *pos)
{
	mutex_lock(&lock);
	if (!*pos) {
		done = NULL;
		return SEQ_START_TOKEN;
	}
	return *pos <= bench_nr_works ? (void *)&bench_works[*pos - 1] : NULL;
}

static void *bench_next(struct seq_file *seq, void *item, loff_t *pos)
{
	++*pos;
	return *pos <= bench_nr_works ? (void *)&bench_works[*pos - 1] : NULL;
}

static void bench_stop(struct seq_file *seq, void *item)
{
	mutex_unlock(&lock);
}

static void show_figure(struct seq_file *seq, u64 figure)
{
	if (figure == BENCH_NONE)
		seq_puts(seq, " -");
	else
		seq_printf(seq, " %llu", figure);
}

static void show_result(struct seq_file *seq, const struct bench_work *work)
{
	const char *peer = work->peer->name;

	if (result.lacks)
		seq_printf(seq, "# %s %s: %s\n", work->name, peer, result.lacks);
	if (result.our_missed || result.their_missed)
		seq_printf(seq, "# %s %s: %u requests of ours found nothing, %u of theirs\n",
			   work->name, peer, result.our_missed, result.their_missed);
	seq_printf(seq, "%s %s %s", work->name, peer, bench_clock.counts ? "instructions" : "ns");
	show_figure(seq, result.ours);
	show_figure(seq, result.theirs);
	seq_putc(seq, '\n');
}

/* What an allocator keeps of each page: no work. */
static void show_descriptor(struct seq_file *seq)
{
	if (bench_is_wanted("descriptor", "struct-page"))
		seq_printf(seq, "descriptor struct-page bytes %zu %zu\n",
			   1000 * sizeof(struct sb_page), 1000 * sizeof(struct page));
}

/* A line that did not fit is asked for again; its work is not done again for that. */
static int bench_show(struct seq_file *seq, void *item)
{
	const struct bench_work *work = item;

	if (item == SEQ_START_TOKEN) {
		bench_notes(the, seq);
		show_descriptor(seq);
		return 0;
	}
	if (!bench_is_wanted(work->name, work->peer->name))
		return SEQ_SKIP;
	if (done != work)
		bench_do(the, work, &result);
	done = work;
	show_result(seq, work);
	return 0;
}

static const struct seq_operations bench_sops = {
	.start = bench_start,
	.next = bench_next,
	.stop = bench_stop,
	.show = bench_show,
};

DEFINE_SEQ_ATTRIBUTE(bench);

int bench_file_make(struct bench *bench)
{
	the = bench;
	file = debugfs_create_file("sbuddy_bench", 0400, NULL, NULL, &bench_fops);
	return PTR_ERR_OR_ZERO(file);
}

void bench_file_remove(void)
{
	debugfs_remove(file);
}

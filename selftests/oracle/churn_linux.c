// SPDX-License-Identifier: GPL-2.0-only
/* Linux replays churn.h, or what was recorded, on the node that is asked, with its own lists. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "churn.h"
#include "linux.h"
#include "recorded.h"

/* What is replayed, unless it is one of churn.h. */
static struct recorded recorded;
static struct recorded_life *lives;

/* Counted from the first page of a pageblock. */
static unsigned long base(void)
{
	return linux_first_block();
}

static long get(void *ctx, unsigned int order, unsigned int type)
{
	long pfn = linux_alloc(order, sb_gfp_of_type(type));

	cond_resched();
	return pfn < 0 ? pfn : pfn - (long)base();
}

static void put(void *ctx, unsigned long page, unsigned int order, unsigned int type)
{
	linux_free(base() + page, order, sb_gfp_of_type(type));
	cond_resched();
}

static void find_gone(struct churn *churn)
{
	unsigned long i;

	for (i = 0; i < churn->nr_pages; i++) {
		unsigned long pfn = base() + i;

		if (!pfn_valid(pfn) || page_zone(pfn_to_page(pfn)) != linux_side.zone ||
		    PageReserved(pfn_to_page(pfn)))
			churn->use[i] = CHURN_GONE;
	}
}

/* With watermarks that ask for nothing, as instances of tests have them. */
static int replay(struct churn *churn, struct churn_score *score)
{
	static const struct oracle_shape empty;
	struct zone *zone = linux_side.zone;
	unsigned long marks[ARRAY_SIZE(zone->_watermark)];
	int err = linux_shape(&empty, true);

	if (!err) {
		memcpy(marks, zone->_watermark, sizeof(marks));
		memset(zone->_watermark, 0, sizeof(marks));
		find_gone(churn);
		err = lives ? recorded_run(&recorded, lives, churn, score) :
			      churn_run(churn, score);
		memcpy(zone->_watermark, marks, sizeof(marks));
	}
	linux_unshape();
	return err;
}

static int replay_once(unsigned int trace, u64 seed, struct churn_score *score)
{
	struct churn churn = {
		.side = { .get = get, .put = put },
		.trace = trace,
		.random = seed,
		.nr_pages = zone_end_pfn(linux_side.zone) - base(),
	};
	int err = -ENOMEM;

	churn.use = kvzalloc(churn.nr_pages, GFP_KERNEL);
	churn.movable.blocks = kvcalloc(churn.nr_pages, sizeof(struct churn_held), GFP_KERNEL);
	churn.unmovable.blocks = kvcalloc(churn.nr_pages, sizeof(struct churn_held), GFP_KERNEL);
	if (churn.use && churn.movable.blocks && churn.unmovable.blocks)
		err = replay(&churn, score);
	kvfree(churn.unmovable.blocks);
	kvfree(churn.movable.blocks);
	kvfree(churn.use);
	return err;
}

static int replay_seeds(const char *name, unsigned int trace, unsigned int seeds,
			struct sb_out *out)
{
	unsigned long mib = DIV_ROUND_UP(linux_side.layout.present, SZ_1M / PAGE_SIZE);
	struct churn_score sum = { 0 }, score;
	unsigned int seed;
	int err = 0;

	for (seed = 1; seed <= seeds && !err; seed++) {
		err = replay_once(trace, seed, &score);
		sum.share += score.share;
		sum.unusable += score.unusable;
		sum.mixed += score.mixed * 10;
	}
	if (!err)
		sb_out_printf(out, "%lu %s %lu %lu %lu\n", mib, name, sum.share / seeds,
			      sum.unusable / seeds, sum.mixed / seeds);
	return err;
}

int linux_churn(unsigned int trace, unsigned int seeds, struct sb_out *out)
{
	if (trace >= CHURN_TRACES || !seeds)
		return -EINVAL;
	return replay_seeds(churn_names[trace], trace, seeds, out);
}

/* Takes bytes for a trace. */
static int measure(void *bytes, size_t size)
{
	u8 *orders = kvzalloc(size, GFP_KERNEL);
	int err = -ENOMEM;

	recorded = (struct recorded){ .bytes = bytes, .size = size };
	if (orders)
		err = recorded_measure(&recorded, orders) ? 0 : -EINVAL;
	kvfree(orders);
	if (err)
		return err;
	lives = kvcalloc(recorded.nr_births, sizeof(*lives), GFP_KERNEL);
	return lives ? 0 : -ENOMEM;
}

/* What is in an open file, which has to be freed; or an errno. */
static void *read_all(struct file *from, size_t size)
{
	void *bytes = kvzalloc(size, GFP_KERNEL);
	loff_t pos = 0;
	ssize_t done;

	if (!bytes)
		return ERR_PTR(-ENOMEM);
	done = kernel_read(from, bytes, size, &pos);
	if (done == size)
		return bytes;
	kvfree(bytes);
	return ERR_PTR(done < 0 ? done : -EIO);
}

static int replay_file(struct file *from, const char *name, struct sb_out *out)
{
	size_t size = i_size_read(file_inode(from));
	void *bytes = read_all(from, size);
	int err;

	if (IS_ERR(bytes))
		return PTR_ERR(bytes);
	err = measure(bytes, size);
	if (!err)
		err = replay_seeds(name, 0, 1, out);
	kvfree(lives);
	lives = NULL;
	kvfree(bytes);
	return err;
}

int linux_recorded(const char *name, struct sb_out *out)
{
	char *path = kasprintf(GFP_KERNEL, "/%s.kmem", name);
	struct file *from;
	int err;

	if (!path)
		return -ENOMEM;
	from = filp_open(path, O_RDONLY, 0);
	kfree(path);
	if (IS_ERR(from))
		return PTR_ERR(from);
	err = replay_file(from, name, out);
	filp_close(from, NULL);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Linux replays churn.h on the node that is asked, with its own per-CPU lists. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "churn.h"
#include "linux.h"

/* Counted from the first page of a pageblock. */
static unsigned long base(void)
{
	return linux_first_block();
}

static u32 gfp_of(unsigned int type)
{
	return type == SB_MOVABLE ? SB_GFP_MOVABLE : 0;
}

static long get(void *ctx, unsigned int order, unsigned int type)
{
	long pfn = linux_alloc(order, gfp_of(type));

	cond_resched();
	return pfn < 0 ? pfn : pfn - (long)base();
}

static void put(void *ctx, unsigned long page, unsigned int order, unsigned int type)
{
	linux_free(base() + page, order, gfp_of(type));
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
		err = churn_run(churn, score);
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

int linux_churn(unsigned int trace, unsigned int seeds, struct sb_out *out)
{
	unsigned long mib = DIV_ROUND_UP(linux_side.layout.present, SZ_1M / PAGE_SIZE);
	struct churn_score sum = { 0 }, score;
	unsigned int seed;
	int err = 0;

	if (trace >= CHURN_TRACES || !seeds)
		return -EINVAL;
	for (seed = 1; seed <= seeds && !err; seed++) {
		err = replay_once(trace, seed, &score);
		sum.share += score.share;
		sum.unusable += score.unusable;
		sum.mixed += score.mixed * 10;
	}
	if (!err)
		sb_out_printf(out, "%lu %s %lu %lu %lu\n", mib, churn_names[trace],
			      sum.share / seeds, sum.unusable / seeds, sum.mixed / seeds);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/list.h>

#include "peers.h"
#include "work.h"

#if SBUDDY_HAS_GPU_BUDDY
static struct gpu_buddy buddy;

static int start_buddy(struct bench *bench)
{
	return gpu_buddy_init(&buddy, (u64)bench->nr_pages << PAGE_SHIFT, PAGE_SIZE);
}

static void stop_buddy(struct bench *bench)
{
	gpu_buddy_fini(&buddy);
}

/* One block, which is as large as what is asked for. */
static __always_inline bool get_block(struct bench *bench, unsigned int order, gfp_t gfp,
				      unsigned long *handle)
{
	u64 size = (u64)PAGE_SIZE << order;
	LIST_HEAD(blocks);

	if (gpu_buddy_alloc_blocks(&buddy, 0, buddy.size, size, size, &blocks, 0))
		return false;
	*handle = (unsigned long)list_first_entry(&blocks, struct gpu_buddy_block, link);
	return true;
}

static __always_inline void put_block(struct bench *bench, unsigned int order, unsigned long handle)
{
	gpu_buddy_free_block(&buddy, (struct gpu_buddy_block *)handle);
}

/* Not timed with interrupts off: it makes nodes, for which it may sleep. */
static const struct side block = { get_block, put_block };
BENCH_KIND(block, pairs)
BENCH_KIND(block, burst)
BENCH_KIND(block, mixed)
BENCH_KIND(block, scarce)

#else
static int start_buddy(struct bench *bench)
{
	return -EOPNOTSUPP;
}

/* Never asked for. */
#define stop_buddy NULL
#define block_pairs NULL
#define block_burst NULL
#define block_mixed NULL
#define block_scarce NULL
#endif

const struct bench_side bench_drm = {
	.name = "drm_buddy",
	.lacks = "this kernel is built without it",
	.start = start_buddy,
	.stop = stop_buddy,
	.work = {
		[BENCH_PAIRS] = block_pairs,
		[BENCH_BURST] = block_burst,
		[BENCH_MIXED] = block_mixed,
		[BENCH_SCARCE] = block_scarce,
	},
};

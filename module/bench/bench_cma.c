// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/vmstat.h>

#include "peers.h"
#include "work.h"

/* Pages of the largest request. */
#define MOST 256

static struct platform_device *device;
static dma_addr_t address;

static __always_inline bool get_range(struct bench *bench, unsigned int order, gfp_t gfp,
				      unsigned long *pfn)
{
	const struct sbuddy_contig wanted = {
		.nr_pages = 1ul << order,
		.align_pages = 1ul << order,
		.nid = NUMA_NO_NODE,
	};

	return !sbuddy_alloc_contig(bench->sb, &wanted, gfp | __GFP_ZERO, pfn);
}

static __always_inline void put_range(struct bench *bench, unsigned int order, unsigned long pfn)
{
	sbuddy_free_range(bench->sb, pfn, 1ul << order);
}

static const struct side range = { get_range, put_range };
BENCH_KIND(range, pairs)

static const struct bench_side ours = {
	.name = "sbuddy",
	.work = { [BENCH_PAIRS] = range_pairs },
};

/* Without an area, or with a full one, the kernel would take other pages. */
static int start_device(struct bench *bench)
{
	const struct platform_device_info info = {
		.name = "sbuddy_bench",
		.id = PLATFORM_DEVID_NONE,
		.dma_mask = DMA_BIT_MASK(32),
	};

	if (!SBUDDY_HAS_DMA_PAGES || !IS_ENABLED(CONFIG_DMA_CMA) ||
	    global_zone_page_state(NR_FREE_CMA_PAGES) < 2 * MOST)
		return -EOPNOTSUPP;
	device = platform_device_register_full(&info);
	return PTR_ERR_OR_ZERO(device);
}

static void stop_device(struct bench *bench)
{
	platform_device_unregister(device);
}

/* It is zeroed. */
static __always_inline bool get_buffer(struct bench *bench, unsigned int order, gfp_t gfp,
				       unsigned long *page)
{
	*page = (unsigned long)dma_alloc_pages(&device->dev, PAGE_SIZE << order, &address,
					       DMA_BIDIRECTIONAL, gfp);
	return *page;
}

static __always_inline void put_buffer(struct bench *bench, unsigned int order, unsigned long page)
{
	dma_free_pages(&device->dev, PAGE_SIZE << order, (struct page *)page, address,
		       DMA_BIDIRECTIONAL);
}

static const struct side buffer = { get_buffer, put_buffer };
BENCH_KIND(buffer, pairs)

const struct bench_side bench_cma = {
	.name = "cma",
	.lacks = "this kernel has no CMA area with room",
	.ours = &ours,
	.start = start_device,
	.stop = stop_device,
	.work = { [BENCH_PAIRS] = buffer_pairs },
};

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "work.h"

static struct kmem_cache *cache;

static int start_cache(struct bench *bench)
{
	cache = kmem_cache_create("sbuddy_bench", 64, 0, 0, NULL);
	return cache ? 0 : -ENOMEM;
}

static void stop_cache(struct bench *bench)
{
	kmem_cache_destroy(cache);
}

static __always_inline bool get_object(struct bench *bench, unsigned int order, gfp_t gfp,
				       unsigned long *object)
{
	*object = (unsigned long)kmem_cache_alloc(cache, gfp);
	return *object;
}

static __always_inline void put_object(struct bench *bench, unsigned int order,
				       unsigned long object)
{
	kmem_cache_free(cache, (void *)object);
}

static const struct side object = { get_object, put_object };
BENCH_KIND(object, pairs)

const struct bench_side bench_slab = {
	.name = "kmem_cache",
	.lacks = "there is no memory for a cache",
	.start = start_cache,
	.stop = stop_cache,
	.work = { [BENCH_PAIRS] = object_pairs },
};

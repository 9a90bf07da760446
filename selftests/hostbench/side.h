/* SPDX-License-Identifier: GPL-2.0-only */
/* The allocators, each a struct side that the compiler knows, so that calls are direct. */
#ifndef SIDE_H
#define SIDE_H

#include <stdlib.h>

#include "bench.h"

/**
 * struct side - An allocator.
 * @get: a block of 2^order pages of a type; false when there is none
 * @put: gives it back
 */
struct side {
	bool (*get)(struct pool *pool, unsigned int order, unsigned int type,
		    unsigned long *handle);
	void (*put)(struct pool *pool, unsigned int order, unsigned long handle);
};

static __always_inline bool ours_get(struct pool *pool, unsigned int order, unsigned int type,
				     unsigned long *handle)
{
	struct sb_request request = {
		.order = order,
		.type = type,
		.zone = SB_ZONE_NORMAL,
		.nid = SB_NID_ANY,
		.gfp = SB_GFP_KERNEL | sb_gfp_of_type(type),
	};

	return host_get(&pool->host, &request, handle);
}

static __always_inline void ours_put(struct pool *pool, unsigned int order, unsigned long handle)
{
	host_put(&pool->host, handle, order);
}

static __always_inline bool list_get(struct pool *pool, unsigned int order, unsigned int type,
				     unsigned long *handle)
{
	return list_buddy_alloc(pool->list, order, handle);
}

static __always_inline void list_put(struct pool *pool, unsigned int order, unsigned long handle)
{
	list_buddy_free(pool->list, handle, order);
}

/* Single pages alone. The compiler must not see that nobody uses them. */
static __always_inline bool malloc_get(struct pool *pool, unsigned int order, unsigned int type,
				       unsigned long *handle)
{
	void *block = malloc(SB_PAGE_SIZE);

	__asm__ volatile("" : "+r"(block));
	if (likely(block))
		pool->nr_heap++;
	*handle = (unsigned long)block;
	return block;
}

static __always_inline void malloc_put(struct pool *pool, unsigned int order, unsigned long handle)
{
	pool->nr_heap--;
	free((void *)handle);
}

static const struct side ours = { ours_get, ours_put };
static const struct side list = { list_get, list_put };

#endif

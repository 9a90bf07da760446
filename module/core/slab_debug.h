/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debug switches of a cache: who writes where no object of his is.
 *
 *	| red zone | object, poisoned while it is free | red zone | owner | freer |
 *	  @pad       @object_size                        to @inuse
 *
 * The bytes are those of Linux: red zones are 0xcc beside an object in use and
 * 0xbb beside a free one, poison is 0x6b and ends with 0xa5. What is found is told
 * as finding.h says, and put right, so that it is told once.
 */
#ifndef SB_SLAB_DEBUG_H
#define SB_SLAB_DEBUG_H

#include "slab_cache.h"

#define SB_SLAB_RED_FREE 0xbb /* SLUB_RED_INACTIVE */
#define SB_SLAB_RED_USED 0xcc /* SLUB_RED_ACTIVE */
#define SB_SLAB_POISON_FREE 0x6b /* POISON_FREE */
#define SB_SLAB_POISON_END 0xa5 /* POISON_END */

/* Bytes that owners take behind each object. */
size_t sb_slab_debug_owner_bytes(void);

/* An object of a new slab. */
void sb_slab_debug_make(struct sb_slab *slab, u32 index);
/* An object that was allocated, or is being freed: nobody else has it. */
void sb_slab_debug_alloc(struct sb_slab_cache *cache, void *obj);
void sb_slab_debug_free(struct sb_slab_cache *cache, void *obj);

/* Two lines: who allocated an object last, and who freed it. */
void sb_slab_debug_tell_owner(struct sb_slab_cache *cache, const void *obj);

/* Who allocated an object, or NULL when owners are not kept. */
const struct sb_origin *sb_slab_debug_owner(const struct sb_slab_cache *cache, const void *obj);

#endif

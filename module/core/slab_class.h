/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Size classes: objects of any size up to 8 KiB, from caches of a few sizes.
 *
 *	8 16 32 64 96 128 192 256 512 1k 2k 4k 8k
 *
 * The sizes and names are those of Linux's kmalloc(); more than 8 KiB is pages:
 * alloc.h.
 */
#ifndef SB_SLAB_CLASS_H
#define SB_SLAB_CLASS_H

#include "slab.h"

#define SB_SLAB_NR_CLASSES 13
#define SB_SLAB_CLASS_MAX 8192ul

/**
 * struct sb_slab_classes - The caches of all sizes; the caller's memory.
 * @inst: instance
 * @nr: caches created so far
 * @cache: by size, the smallest first
 */
struct sb_slab_classes {
	struct sb_instance *inst;
	unsigned int nr;
	struct sb_slab_cache cache[SB_SLAB_NR_CLASSES];
};

/* Bytes that the arrays of all classes take. */
size_t sb_slab_class_memory(unsigned int nr_cpus);

/**
 * sb_slab_class_create() - Create the caches of all sizes.
 * @classes: caller's memory; need not be zeroed
 * @inst: live instance
 * @flags: enum sb_slab_flags, of all caches
 * @mem: sb_slab_class_memory() bytes, aligned as a pointer
 * @nr_cpus: more than any number that sb_this_cpu() ever gives
 *
 * Objects of a class whose size is a power of two are aligned to it, up to
 * SB_PAGE_SIZE, without debug switches, too.
 *
 * Context: as sb_slab_cache_create().
 * Return: 0, or as sb_slab_cache_create(); nothing is created then.
 */
int __must_check sb_slab_class_create(struct sb_slab_classes *classes, struct sb_instance *inst,
				      u32 flags, void *mem, unsigned int nr_cpus);

/**
 * sb_slab_class_destroy() - Give back all slabs of all sizes.
 * @classes: classes that nobody uses meanwhile
 *
 * Context: as sb_slab_cache_destroy().
 * Return: 0; or -EBUSY while objects are in use: all caches go on.
 */
int sb_slab_class_destroy(struct sb_slab_classes *classes);

/* The cache that serves a size, or NULL for 0 and for more than SB_SLAB_CLASS_MAX. */
struct sb_slab_cache *sb_slab_class_of(struct sb_slab_classes *classes, size_t size);

/**
 * sb_slab_class_alloc() - Allocate memory of any size.
 * @classes: classes
 * @size: bytes, 1 .. SB_SLAB_CLASS_MAX
 * @gfp: as for sb_slab_alloc()
 * @nid: likewise
 * @obj: set to the memory
 *
 * kmalloc_node(), Linux 6.12.
 *
 * Context: as sb_slab_alloc().
 * Return: as sb_slab_alloc(); -EINVAL also for 0 bytes; -E2BIG for too many.
 */
int __must_check sb_slab_class_alloc(struct sb_slab_classes *classes, size_t size, u32 gfp, int nid,
				     void **obj);

/**
 * sb_slab_class_free() - Free it.
 * @classes: classes that it came from
 * @obj: the memory, or NULL for nothing
 *
 * kfree(), Linux 6.12.
 *
 * Context: as sb_slab_free().
 * Return: as sb_slab_free(), -EPERM for an object of a cache that is not one of these.
 */
int sb_slab_class_free(struct sb_slab_classes *classes, void *obj);

/* Bytes that may be used at @obj, or 0 when it is none of these in use: ksize(). */
size_t sb_slab_class_size(const struct sb_slab_classes *classes, const void *obj);

#endif

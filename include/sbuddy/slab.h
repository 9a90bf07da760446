/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SBUDDY_SLAB_H
#define _SBUDDY_SLAB_H

/**
 * DOC: slab
 *
 * Objects smaller than pages, out of an instance's memory: Linux's kmem_cache and
 * kmalloc() families, each function with the instance or a cache of it first::
 *
 *	struct sbuddy_cache *cache;
 *	struct request *req;
 *
 *	cache = sbuddy_cache_create(sb, "requests", sizeof(*req), 0, 0, NULL);
 *	if (IS_ERR(cache))
 *		return PTR_ERR(cache);
 *	req = sbuddy_cache_alloc(cache, GFP_KERNEL | __GFP_ZERO);
 *	...
 *	sbuddy_cache_free(cache, req);
 *	sbuddy_cache_destroy(cache);
 *
 * A **cache** has objects of one size, cut from blocks of pages that it takes from
 * the instance when it needs them, and gives back when enough of them are unused.
 * Each CPU has some free objects at hand, which cost no lock.
 *
 * A cache keeps its instance as a client does, so it may be destroyed after the
 * instance was put; it counts among the instance's clients in its file users.
 *
 * **sbuddy_kmalloc()** takes from caches of a few sizes that all clients of an
 * instance share. They are there while it has clients. When the last of them puts
 * the instance, and objects are in use still, the log names the first of them, and
 * those caches stay until the instance ends.
 *
 * **Dry instances** have no memory for objects: no cache is created, and
 * sbuddy_kmalloc() fails.
 *
 * **Contexts.** Objects are allocated and freed where pages are: in any context but
 * NMI. Whatever creates, shrinks or destroys caches may sleep.
 *
 * An object that cannot be freed stays as it is, and one line in the log says why.
 * The file slabinfo of the instance's debugfs directory shows all caches, as
 * /proc/slabinfo does.
 */

#include <linux/bitops.h>
#include <sbuddy/sbuddy.h>

/* A cache, opaque. */
struct sbuddy_cache;

/**
 * enum sbuddy_cache_flags - What a cache is asked for.
 * @SBUDDY_CACHE_HWCACHE_ALIGN: objects lie on no more cache lines than they need
 * @SBUDDY_CACHE_RECLAIMABLE: its pages group with reclaimable ones
 * @SBUDDY_CACHE_DMA: its pages are of the DMA zone
 * @SBUDDY_CACHE_COLOUR: the first objects of its blocks lie on different cache lines
 * @SBUDDY_CACHE_RED_ZONE: writes right before and behind an object are found when it
 *	is freed
 * @SBUDDY_CACHE_POISON: writes to a free object are found when it is allocated next
 * @SBUDDY_CACHE_OWNER: findings tell who allocated and who freed an object
 *
 * The first three and the last three are SLAB_HWCACHE_ALIGN, SLAB_RECLAIM_ACCOUNT,
 * SLAB_CACHE_DMA, SLAB_RED_ZONE, SLAB_POISON and SLAB_STORE_USER. With any of the
 * last three, no CPU has objects at hand: each request takes a lock. Those that
 * slab_debug of the instance names, every cache has, those of all sizes included.
 */
enum sbuddy_cache_flags {
	SBUDDY_CACHE_HWCACHE_ALIGN = BIT(0),
	SBUDDY_CACHE_RECLAIMABLE = BIT(1),
	SBUDDY_CACHE_DMA = BIT(2),
	SBUDDY_CACHE_COLOUR = BIT(3),
	SBUDDY_CACHE_RED_ZONE = BIT(4),
	SBUDDY_CACHE_POISON = BIT(5),
	SBUDDY_CACHE_OWNER = BIT(6),
};

/* Most that sbuddy_kmalloc() gives, in bytes; sbuddy_get_free_pages() has more. */
#define SBUDDY_KMALLOC_MAX 8192ul

/*
 * Caches
 */

/**
 * sbuddy_cache_create() - Make a cache of objects of one size.
 * @sb: instance
 * @name: as in slabinfo, no other cache's of the instance; copied
 * @size: bytes of an object, 1 .. about 63 KiB
 * @align: bytes, a power of two, up to a page; 0 for what a u64 needs
 * @flags: SBUDDY_CACHE_*
 * @ctor: makes an object what it is to be when it is allocated, and is to be again
 *	when it is freed; called in the context of an allocation, also for objects
 *	that are not wanted yet. NULL for none.
 *
 * Mirrors kmem_cache_create(). No memory of the instance is taken yet.
 *
 * Context: Process. May sleep.
 * Return: the cache until sbuddy_cache_destroy(), or ERR_PTR(): -EINVAL for an
 *	argument out of range; -EEXIST when a cache has that name; -EOPNOTSUPP when
 *	the instance has no addresses; -ENOMEM when the kernel lacks memory.
 */
struct sbuddy_cache *__must_check sbuddy_cache_create(struct sbuddy *sb, const char *name,
						      size_t size, size_t align, u32 flags,
						      void (*ctor)(void *obj));

/**
 * sbuddy_cache_destroy() - Give back all memory of a cache, which is no more.
 * @cache: cache that nobody uses meanwhile; NULL and ERR_PTR() are let pass
 *
 * Mirrors kmem_cache_destroy(), which goes ahead all the same.
 *
 * Context: Process. May sleep.
 * Return: 0; or -EBUSY while objects are in use: the log names the first of them,
 *	and the cache goes on.
 */
int sbuddy_cache_destroy(struct sbuddy_cache *cache);

/**
 * sbuddy_cache_shrink() - Give back pages whose objects are all free.
 * @cache: cache; others may use it meanwhile
 *
 * Mirrors kmem_cache_shrink(). The objects that CPUs have at hand go back first.
 *
 * Context: Process. May sleep.
 * Return: how many blocks of pages were given back.
 */
unsigned long sbuddy_cache_shrink(struct sbuddy_cache *cache);

/**
 * sbuddy_cache_shrink_all() - sbuddy_cache_shrink() for all caches of an instance.
 * @sb: instance
 *
 * Those of sbuddy_kmalloc() are among them.
 *
 * Context: Process. May sleep.
 * Return: how many blocks of pages were given back.
 */
unsigned long sbuddy_cache_shrink_all(struct sbuddy *sb);

/**
 * sbuddy_cache_alloc_node() - Allocate an object, beginning with a node.
 * @cache: cache
 * @gfp: what may be done to get it
 * @nid: node to begin with, 0 .. 7, or NUMA_NO_NODE; with __GFP_THISNODE no other
 *
 * Mirrors kmem_cache_alloc_node(). __GFP_HIGHMEM, __GFP_MOVABLE and __GFP_NOFAIL are
 * refused, __GFP_DMA if the cache has not SBUDDY_CACHE_DMA, and __GFP_ZERO if it has
 * a constructor.
 *
 * Context: Any but NMI; process, where it may sleep, with __GFP_DIRECT_RECLAIM.
 * Return: the object, or NULL.
 */
void *__must_check sbuddy_cache_alloc_node(struct sbuddy_cache *cache, gfp_t gfp, int nid);

/**
 * sbuddy_cache_alloc() - Allocate an object.
 * @cache: cache
 * @gfp: what may be done to get it
 *
 * Mirrors kmem_cache_alloc(). Freed by sbuddy_cache_free().
 *
 * Context, Return: as sbuddy_cache_alloc_node().
 */
static inline void *__must_check sbuddy_cache_alloc(struct sbuddy_cache *cache, gfp_t gfp)
{
	return sbuddy_cache_alloc_node(cache, gfp, NUMA_NO_NODE);
}

/**
 * sbuddy_cache_free() - Free an object.
 * @cache: cache that it is of
 * @obj: the object, or NULL for nothing
 *
 * Mirrors kmem_cache_free(). When two CPUs free one object in the same instant,
 * both may be told 0: it is found later, and stops the instance.
 *
 * Context: Any but NMI.
 * Return: 0; -ERANGE for an address outside of the instance; -ENOENT for one in no
 *	cache; -EPERM for an object of another cache; -EINVAL for an address where no
 *	object begins; -EALREADY for an object that is free.
 */
int sbuddy_cache_free(struct sbuddy_cache *cache, void *obj);

/**
 * sbuddy_cache_alloc_bulk() - Allocate many objects, or none.
 * @cache: cache
 * @gfp: what may be done to get them
 * @nr: how many
 * @objs: filled
 *
 * Mirrors kmem_cache_alloc_bulk().
 *
 * Context: as sbuddy_cache_alloc_node().
 * Return: @nr, or 0.
 */
size_t __must_check sbuddy_cache_alloc_bulk(struct sbuddy_cache *cache, gfp_t gfp, size_t nr,
					    void **objs);

/**
 * sbuddy_cache_free_bulk() - Free many objects.
 * @cache: cache that they are of
 * @nr: how many
 * @objs: the objects
 *
 * Mirrors kmem_cache_free_bulk().
 *
 * Context, Return: as sbuddy_cache_free(), of the first that is refused; the others
 *	are freed all the same.
 */
int sbuddy_cache_free_bulk(struct sbuddy_cache *cache, size_t nr, void **objs);

/*
 * Memory of any size
 */

/**
 * sbuddy_kmalloc_node() - Allocate memory of any size, beginning with a node.
 * @sb: instance
 * @size: bytes, 1 .. SBUDDY_KMALLOC_MAX
 * @gfp: what may be done to get it
 * @nid: node to begin with, 0 .. 7, or NUMA_NO_NODE; with __GFP_THISNODE no other
 *
 * Mirrors kmalloc_node(). What is asked for in a power of two is aligned to it, up
 * to a page. __GFP_HIGHMEM, __GFP_MOVABLE, __GFP_DMA and __GFP_NOFAIL are refused.
 *
 * Context: Any but NMI; process, where it may sleep, with __GFP_DIRECT_RECLAIM.
 * Return: its address, or NULL, also where there are no addresses.
 */
void *__must_check sbuddy_kmalloc_node(struct sbuddy *sb, size_t size, gfp_t gfp, int nid);

/**
 * sbuddy_kmalloc() - Allocate memory of any size.
 * @sb: instance
 * @size: bytes, 1 .. SBUDDY_KMALLOC_MAX
 * @gfp: what may be done to get it
 *
 * Mirrors kmalloc(). Freed by sbuddy_kfree().
 *
 * Context, Return: as sbuddy_kmalloc_node().
 */
static inline void *__must_check sbuddy_kmalloc(struct sbuddy *sb, size_t size, gfp_t gfp)
{
	return sbuddy_kmalloc_node(sb, size, gfp, NUMA_NO_NODE);
}

/**
 * sbuddy_kzalloc() - Allocate memory of any size, zeroed.
 * @sb: instance
 * @size: bytes, 1 .. SBUDDY_KMALLOC_MAX
 * @gfp: what may be done to get it
 *
 * Mirrors kzalloc().
 *
 * Context, Return: as sbuddy_kmalloc_node().
 */
static inline void *__must_check sbuddy_kzalloc(struct sbuddy *sb, size_t size, gfp_t gfp)
{
	return sbuddy_kmalloc(sb, size, gfp | __GFP_ZERO);
}

/**
 * sbuddy_kfree() - Free memory of any size.
 * @sb: instance
 * @obj: from sbuddy_kmalloc(), or NULL for nothing
 *
 * Mirrors kfree().
 *
 * Context: Any but NMI.
 * Return: as sbuddy_cache_free(); -EOPNOTSUPP where nothing was to be had.
 */
int sbuddy_kfree(struct sbuddy *sb, const void *obj);

/**
 * sbuddy_ksize() - Say how many bytes may be used.
 * @sb: instance
 * @obj: from sbuddy_kmalloc(), or NULL
 *
 * Mirrors ksize().
 *
 * Context: Any but NMI.
 * Return: bytes, as many as were asked for or more; 0 for NULL, and for what is not
 *	in use.
 */
size_t sbuddy_ksize(struct sbuddy *sb, const void *obj);

#endif

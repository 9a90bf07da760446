// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <sbuddy/slab.h>

#include "api.h"
#include "gfp_map.h"
#include "slab.h"

static_assert((u32)SBUDDY_CACHE_HWCACHE_ALIGN == SB_SLAB_HWCACHE_ALIGN);
static_assert((u32)SBUDDY_CACHE_RECLAIMABLE == SB_SLAB_RECLAIMABLE);
static_assert((u32)SBUDDY_CACHE_DMA == SB_SLAB_DMA);
static_assert((u32)SBUDDY_CACHE_COLOUR == SB_SLAB_COLOUR);
static_assert((u32)SBUDDY_CACHE_RED_ZONE == SB_SLAB_RED_ZONE);
static_assert((u32)SBUDDY_CACHE_POISON == SB_SLAB_POISON);
static_assert((u32)SBUDDY_CACHE_OWNER == SB_SLAB_OWNER);
static_assert(SBUDDY_KMALLOC_MAX == SB_SLAB_CLASS_MAX);

/* Flags with which more is to be done, or refused, than to take an object at hand. */
#define GFP_SLOW (__GFP_ZERO | __GFP_HIGHMEM | __GFP_MOVABLE | __GFP_DMA | __GFP_NOFAIL)

/* The arrays of the cache follow it. */
struct sbuddy_cache {
	struct sb_slab_cache core;
	struct sbuddy_device *dev;
	char *name;
};

static int create(struct sbuddy_cache *cache, struct sb_slab_config *config)
{
	struct sbuddy_device *dev = cache->dev;
	int err;

	cache->name = kstrdup(config->name, GFP_KERNEL);
	if (!cache->name)
		return -ENOMEM;
	config->name = cache->name;
	err = sbuddy_device_keep(dev);
	if (err)
		goto err_name;
	mutex_lock(&dev->slabs.lock);
	err = sb_slab_cache_create(&cache->core, &dev->inst, config, cache + 1, nr_cpu_ids);
	mutex_unlock(&dev->slabs.lock);
	if (err)
		goto err_keep;
	atomic_inc(&dev->nr_clients);
	return 0;

err_keep:
	sbuddy_device_let_go(dev);
err_name:
	kfree(cache->name);
	return err;
}

struct sbuddy_cache *sbuddy_cache_create(struct sbuddy *sb, const char *name, size_t size,
					 size_t align, u32 flags, void (*ctor)(void *obj))
{
	struct sb_slab_config config = {
		.name = name,
		.size = size,
		.align = align,
		.flags = flags,
		.ctor = ctor,
	};
	struct sbuddy_cache *cache;
	int err;

	might_sleep();
	if (!sb->dev.backing->ops->mappable)
		return ERR_PTR(-EOPNOTSUPP);
	if (!name)
		return ERR_PTR(-EINVAL);
	cache = kvzalloc(sizeof(*cache) + sb_slab_cache_memory(&config, nr_cpu_ids), GFP_KERNEL);
	if (!cache)
		return ERR_PTR(-ENOMEM);
	cache->dev = &sb->dev;
	err = create(cache, &config);
	if (!err)
		return cache;
	kvfree(cache);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(sbuddy_cache_create);

int sbuddy_cache_destroy(struct sbuddy_cache *cache)
{
	struct sbuddy_device *dev;
	int err;

	might_sleep();
	if (IS_ERR_OR_NULL(cache))
		return 0;
	dev = cache->dev;
	mutex_lock(&dev->slabs.lock);
	err = sb_slab_cache_destroy(&cache->core);
	mutex_unlock(&dev->slabs.lock);
	if (err)
		return err;
	kfree(cache->name);
	kvfree(cache);
	sbuddy_device_put(dev);
	return 0;
}
EXPORT_SYMBOL_GPL(sbuddy_cache_destroy);

unsigned long sbuddy_cache_shrink(struct sbuddy_cache *cache)
{
	unsigned long nr;

	might_sleep();
	mutex_lock(&cache->dev->slabs.lock);
	nr = sb_slab_cache_shrink(&cache->core);
	mutex_unlock(&cache->dev->slabs.lock);
	return nr;
}
EXPORT_SYMBOL_GPL(sbuddy_cache_shrink);

unsigned long sbuddy_cache_shrink_all(struct sbuddy *sb)
{
	might_sleep();
	return sbuddy_slabs_shrink(&sb->dev);
}
EXPORT_SYMBOL_GPL(sbuddy_cache_shrink_all);

/* As slab_out_of_memory(), but who asked for what: slabinfo has the rest. */
static noinline void complain(const char *instance, const char *cache, gfp_t gfp, int err,
			      unsigned long caller)
{
	if (gfp & __GFP_NOWARN)
		return;
	pr_warn_ratelimited("%s: %s: object allocation failure: error %d, mode:%pGg, caller:%pS\n",
			    instance, cache, err, &gfp, (void *)caller);
}

static noinline void *take_slowly(struct sb_slab_cache *cache, gfp_t gfp, int nid,
				  unsigned long caller)
{
	void *obj;
	int err;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	err = sb_slab_alloc(cache, sb_gfp_from_linux(gfp), nid, &obj);
	if (likely(!err))
		return obj;
	complain(cache->inst->cfg.name, cache->name, gfp, err, caller);
	return NULL;
}

/* Who has an object at hand need not give way to others, as might_sleep() does. */
static __always_inline void *take(struct sb_slab_cache *cache, gfp_t gfp, int nid,
				  unsigned long caller)
{
	if (IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP))
		might_sleep_if(gfpflags_allow_blocking(gfp));
	if (likely(!(gfp & GFP_SLOW) && nid == NUMA_NO_NODE)) {
		void *obj = sb_slab_take(cache);

		if (likely(obj))
			return obj;
	}
	return take_slowly(cache, gfp, nid, caller);
}

void *sbuddy_cache_alloc_node(struct sbuddy_cache *cache, gfp_t gfp, int nid)
{
	return take(&cache->core, gfp, nid, _RET_IP_);
}
EXPORT_SYMBOL_GPL(sbuddy_cache_alloc_node);

int sbuddy_cache_free(struct sbuddy_cache *cache, void *obj)
{
	/* Who could not create a cache frees nothing of it. */
	if (unlikely(!obj) || likely(sb_slab_put(&cache->core, obj)))
		return 0;
	return sb_slab_free(&cache->core, obj);
}
EXPORT_SYMBOL_GPL(sbuddy_cache_free);

size_t sbuddy_cache_alloc_bulk(struct sbuddy_cache *cache, gfp_t gfp, size_t nr, void **objs)
{
	int err;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	err = sb_slab_alloc_bulk(&cache->core, sb_gfp_from_linux(gfp), nr, objs);
	if (likely(!err))
		return nr;
	complain(cache->dev->name, cache->name, gfp, err, _RET_IP_);
	return 0;
}
EXPORT_SYMBOL_GPL(sbuddy_cache_alloc_bulk);

int sbuddy_cache_free_bulk(struct sbuddy_cache *cache, size_t nr, void **objs)
{
	return sb_slab_free_bulk(&cache->core, nr, objs);
}
EXPORT_SYMBOL_GPL(sbuddy_cache_free_bulk);

static struct sb_slab_classes *classes_of(struct sbuddy *sb)
{
	return READ_ONCE(sb->dev.slabs.classes);
}

/* Why no class has such memory. */
static int why_none(const struct sbuddy *sb, size_t size)
{
	if (!sb->dev.backing->ops->mappable)
		return -EOPNOTSUPP;
	if (size > SBUDDY_KMALLOC_MAX)
		return -E2BIG;
	return size ? -ENOMEM : -EINVAL;
}

void *sbuddy_kmalloc_node(struct sbuddy *sb, size_t size, gfp_t gfp, int nid)
{
	struct sb_slab_classes *classes = classes_of(sb);
	struct sb_slab_cache *cache = classes ? sb_slab_class_of(classes, size) : NULL;

	if (likely(cache))
		return take(cache, gfp, nid, _RET_IP_);
	complain(sb->dev.name, "kmalloc", gfp, why_none(sb, size), _RET_IP_);
	return NULL;
}
EXPORT_SYMBOL_GPL(sbuddy_kmalloc_node);

int sbuddy_kfree(struct sbuddy *sb, const void *obj)
{
	struct sb_slab_classes *classes = classes_of(sb);

	if (!obj)
		return 0;
	return classes ? sb_slab_class_free(classes, (void *)obj) : -EOPNOTSUPP;
}
EXPORT_SYMBOL_GPL(sbuddy_kfree);

size_t sbuddy_ksize(struct sbuddy *sb, const void *obj)
{
	struct sb_slab_classes *classes = classes_of(sb);

	return classes && obj ? sb_slab_class_size(classes, obj) : 0;
}
EXPORT_SYMBOL_GPL(sbuddy_ksize);

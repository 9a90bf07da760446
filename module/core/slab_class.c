// SPDX-License-Identifier: GPL-2.0-only
#include "slab_class.h"

static const struct {
	u32 size;
	const char *name;
} classes_of[SB_SLAB_NR_CLASSES] = {
	{ 8, "kmalloc-8" },	{ 16, "kmalloc-16" },	{ 32, "kmalloc-32" },
	{ 64, "kmalloc-64" },	{ 96, "kmalloc-96" },	{ 128, "kmalloc-128" },
	{ 192, "kmalloc-192" }, { 256, "kmalloc-256" }, { 512, "kmalloc-512" },
	{ 1024, "kmalloc-1k" }, { 2048, "kmalloc-2k" }, { 4096, "kmalloc-4k" },
	{ 8192, "kmalloc-8k" },
};

/* Above 192 bytes, sizes double from one class to the next. */
#define FIRST_DOUBLED 7u

/* For sizes up to 192, by eights: kmalloc_size_index[] of Linux. */
static const u8 class_by_eights[192 / 8] = {
	0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6,
};

static struct sb_slab_config config_of(unsigned int class, u32 flags)
{
	u32 size = classes_of[class].size;
	struct sb_slab_config config = { .name = classes_of[class].name,
					 .size = size,
					 .flags = flags };

	if (!(size & (size - 1)))
		config.align = min((size_t)size, (size_t)SB_PAGE_SIZE);
	return config;
}

/* Arrays are of pointers and counts, so one begins well where another ends. */
size_t sb_slab_class_memory(unsigned int nr_cpus)
{
	size_t bytes = 0;
	unsigned int i;

	for (i = 0; i < SB_SLAB_NR_CLASSES; i++) {
		struct sb_slab_config config = config_of(i, 0);

		bytes += sb_slab_cache_memory(&config, nr_cpus);
	}
	return bytes;
}

int sb_slab_class_create(struct sb_slab_classes *classes, struct sb_instance *inst, u32 flags,
			 void *mem, unsigned int nr_cpus)
{
	u8 *next = mem;

	classes->inst = inst;
	for (classes->nr = 0; classes->nr < SB_SLAB_NR_CLASSES; classes->nr++) {
		struct sb_slab_config config = config_of(classes->nr, flags);
		int err = sb_slab_cache_create(&classes->cache[classes->nr], inst, &config, next,
					       nr_cpus);

		if (err) {
			sb_slab_class_destroy(classes);
			return err;
		}
		next += sb_slab_cache_memory(&config, nr_cpus);
	}
	return 0;
}

int sb_slab_class_destroy(struct sb_slab_classes *classes)
{
	unsigned int i;

	for (i = 0; i < classes->nr; i++)
		if (sb_slab_cache_in_use(&classes->cache[i]))
			return -EBUSY;
	while (classes->nr)
		sb_slab_cache_destroy(&classes->cache[--classes->nr]);
	return 0;
}

struct sb_slab_cache *sb_slab_class_of(struct sb_slab_classes *classes, size_t size)
{
	unsigned int index = FIRST_DOUBLED;

	if (!size || size > SB_SLAB_CLASS_MAX)
		return NULL;
	if (size <= 192)
		return &classes->cache[class_by_eights[(size - 1) / 8]];
	while (classes_of[index].size < size)
		index++;
	return &classes->cache[index];
}

int sb_slab_class_alloc(struct sb_slab_classes *classes, size_t size, u32 gfp, int nid, void **obj)
{
	struct sb_slab_cache *cache = sb_slab_class_of(classes, size);

	if (unlikely(!cache))
		return size ? -E2BIG : -EINVAL;
	return sb_slab_alloc(cache, gfp, nid, obj);
}

/* The class that has an address in one of its slabs, or NULL. */
static struct sb_slab_cache *class_at(const struct sb_slab_classes *classes, const void *obj)
{
	struct sb_slab *slab;
	u32 index;

	sb_slab_page_find(classes->inst, obj, &slab, &index);
	if (!slab || slab->cache < classes->cache ||
	    slab->cache >= classes->cache + SB_SLAB_NR_CLASSES)
		return NULL;
	return slab->cache;
}

int sb_slab_class_free(struct sb_slab_classes *classes, void *obj)
{
	struct sb_slab_cache *cache;

	if (!obj)
		return 0;
	cache = class_at(classes, obj);
	/* The first class refuses what is of none, and says why. */
	return sb_slab_free(cache ? cache : &classes->cache[0], obj);
}

size_t sb_slab_class_size(const struct sb_slab_classes *classes, const void *obj)
{
	struct sb_slab_cache *cache = sb_slab_cache_of(classes->inst, obj);

	return cache && cache == class_at(classes, obj) ? cache->object_size : 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Caches for tests, in an instance of their own. */
#ifndef SLAB_HOST_H
#define SLAB_HOST_H

#include "fixture.h"
#include "slab_class.h"
#include "slab_check.h"
#include "slab_cpu.h"

#define SLAB_CPUS 4

/* A cache, and the memory of its arrays. */
struct slab_host {
	struct sb_slab_cache cache;
	void *mem;
};

/* Creates a cache of @config and says what became of it. */
static inline int slab_host_try(struct slab_host *h, struct fixture *f,
				const struct sb_slab_config *config)
{
	int err;

	h->mem = malloc(sb_slab_cache_memory(config, SLAB_CPUS));
	memset(&h->cache, 0xa5, sizeof(h->cache));
	err = sb_slab_cache_create(&h->cache, &f->inst, config, h->mem, SLAB_CPUS);
	if (err)
		free(h->mem);
	return err;
}

static inline void slab_host_create(struct slab_host *h, struct fixture *f, const char *name,
				    size_t size, u32 flags)
{
	struct sb_slab_config config = { .name = name, .size = size, .flags = flags };

	EXPECT_EQ(slab_host_try(h, f, &config), 0);
}

/* Expects all objects to be free. */
static inline void slab_host_destroy(struct slab_host *h)
{
	EXPECT_EQ(sb_slab_cache_destroy(&h->cache), 0);
	free(h->mem);
}

/* An object, or NULL. */
static inline void *slab_host_alloc(struct slab_host *h, u32 gfp, int nid)
{
	void *obj = NULL;
	int err = sb_slab_alloc(&h->cache, gfp, nid, &obj);

	if (err)
		EXPECT_EQ(err, -ENOMEM);
	return err ? NULL : obj;
}

/* Blocks of pages that are slabs, as the descriptors tell. */
static inline unsigned long slab_host_blocks(struct fixture *f)
{
	unsigned long pfn = f->inst.map.base_pfn, end = pfn + f->inst.map.nr_pages, nr = 0;

	for (; pfn < end; pfn++)
		nr += sb_memmap_exists(&f->inst, pfn) &&
		      sb_page_is_slab(sb_memmap_page(&f->inst.map, pfn));
	return nr;
}

static inline unsigned long slab_host_slabs(const struct sb_slab_cache *cache)
{
	unsigned long nr = 0;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++)
		nr += cache->node[nid].nr_slabs;
	return nr;
}

#endif

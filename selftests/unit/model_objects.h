/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects of several caches, next to a plain list of what is in use and what it
 * holds.
 */
#ifndef MODEL_OBJECTS_H
#define MODEL_OBJECTS_H

#include "slab_host.h"

#ifndef OBJECTS_MOST
#define OBJECTS_MOST 600
#endif

static const struct {
	const char *name;
	size_t size;
	u32 flags;
} object_caches[] = {
	{ "small", 24, 0 },
	{ "middle", 200, SB_SLAB_COLOUR },
	{ "coloured", 3 * 704, SB_SLAB_COLOUR },
	{ "large", 4096, SB_SLAB_RECLAIMABLE },
	{ "watched", 100, SB_SLAB_DEBUG },
	{ "aligned", 40, SB_SLAB_HWCACHE_ALIGN | SB_SLAB_RED_ZONE },
};

#define OBJECT_CACHES ARRAY_SIZE(object_caches)

/* @byte: what all of it holds. */
struct object {
	u8 *at;
	unsigned int cache;
	u8 byte;
};

/**
 * struct objects - The caches of an instance, and objects of all of them in use.
 * @f: the instance
 * @host: caches
 * @live: objects in use
 * @nr: entries of @live
 */
struct objects {
	struct fixture *f;
	struct slab_host host[OBJECT_CACHES];
	struct object live[OBJECTS_MOST];
	unsigned int nr;
};

static inline void objects_init(struct objects *o, struct fixture *f)
{
	unsigned int i;

	o->f = f;
	o->nr = 0;
	for (i = 0; i < OBJECT_CACHES; i++)
		slab_host_create(&o->host[i], f, object_caches[i].name, object_caches[i].size,
				 object_caches[i].flags);
}

static inline struct slab_host *objects_random_cache(struct objects *o, u64 *seed)
{
	return &o->host[unit_below(seed, OBJECT_CACHES)];
}

static inline void objects_alloc(struct objects *o, u64 *seed)
{
	unsigned int which = (unsigned int)unit_below(seed, OBJECT_CACHES);
	size_t size = object_caches[which].size, i;
	struct object *new = &o->live[o->nr];
	int nid = (int)unit_below(seed, 3) - 1;
	u32 gfp = unit_below(seed, 2) ? SB_GFP_KERNEL : SB_GFP_ATOMIC;
	bool zero = unit_below(seed, 4) == 0;

	if (o->nr == OBJECTS_MOST)
		return;
	new->at = slab_host_alloc(&o->host[which], zero ? gfp | SB_GFP_ZERO : gfp, nid);
	if (!new->at)
		return;
	new->cache = which;
	new->byte = (u8)unit_random(seed);
	for (i = 0; zero && i < size; i++)
		EXPECT_EQ(new->at[i], 0);
	memset(new->at, new->byte, size);
	o->nr++;
}

static inline void objects_expect_contents(const struct object *object)
{
	size_t i;

	for (i = 0; i < object_caches[object->cache].size; i++)
		if (object->at[i] != object->byte)
			unit_fail(__FILE__, __LINE__, "%s: byte %zu is %#x, not %#x",
				  object_caches[object->cache].name, i, object->at[i],
				  object->byte);
}

static inline void objects_free(struct objects *o, u64 *seed)
{
	unsigned int pick = (unsigned int)unit_below(seed, o->nr + 1);
	struct object *old = &o->live[pick];
	struct sb_slab_cache *cache;

	if (pick == o->nr)
		return;
	cache = &o->host[old->cache].cache;
	objects_expect_contents(old);
	EXPECT_EQ(sb_slab_free(cache, old->at), 0);
	if (unit_below(seed, 4) == 0)
		EXPECT(sb_slab_free(cache, old->at) != 0);
	*old = o->live[--o->nr];
}

/* Whatever the address, only what is in use of that very cache is taken back. */
static inline void objects_free_nonsense(struct objects *o, u8 *addr, u64 *seed)
{
	const struct object *near = &o->live[unit_below(seed, o->nr + 1)];
	unsigned int which = (unsigned int)unit_below(seed, OBJECT_CACHES), i;

	if (near < o->live + o->nr && unit_below(seed, 2))
		addr = near->at + unit_below(seed, 8192) - 4096;
	for (i = 0; i < o->nr; i++)
		if (o->live[i].at == addr && o->live[i].cache == which)
			return;
	EXPECT(sb_slab_free(&o->host[which].cache, addr) != 0);
}

/* What caches count is what is in use. */
static inline void objects_expect_counts(struct objects *o)
{
	unsigned long used[OBJECT_CACHES] = { 0 }, slabs = 0;
	unsigned int i;

	for (i = 0; i < o->nr; i++)
		used[o->live[i].cache]++;
	for (i = 0; i < OBJECT_CACHES; i++) {
		const struct sb_slab_cache *cache = &o->host[i].cache;
		unsigned long objects = 0, free = 0;
		unsigned int n;

		slabs += slab_host_slabs(cache);
		for (n = 0; n < SB_MAX_NODES; n++) {
			objects += cache->node[n].nr_objects;
			free += cache->node[n].nr_free;
		}
		for (n = 0; n < SLAB_CPUS; n++)
			free += sb_slab_cpu_nr(sb_slab_cpu_at(cache, n));
		EXPECT_EQ(objects - free, used[i]);
	}
	EXPECT_EQ(slab_host_blocks(o->f), slabs);
}

static inline void objects_exit(struct objects *o, u64 *seed)
{
	unsigned int i;

	while (o->nr)
		objects_free(o, seed);
	for (i = 0; i < OBJECT_CACHES; i++)
		slab_host_destroy(&o->host[i]);
	EXPECT_EQ(slab_host_blocks(o->f), 0);
}

#endif

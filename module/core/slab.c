// SPDX-License-Identifier: GPL-2.0-only
#include "gfp.h"
#include "slab.h"
#include "slab_cpu.h"
#include "slab_debug.h"
#include "slab_node.h"

static bool take_one(struct sb_slab_cache *cache, int nid, struct sb_slab_slot *slot)
{
	return sb_slab_node_take(cache, nid, SB_SLAB_USED, 1, slot);
}

static bool take_any(struct sb_slab_cache *cache, int first, struct sb_slab_slot *slot)
{
	int i;

	for (i = 0; i < SB_MAX_NODES; i++)
		if (take_one(cache, (first + i) % SB_MAX_NODES, slot))
			return true;
	return false;
}

/* Nobody else sees the slab before it is on its list, so one object of it is the caller's. */
static int take_new(struct sb_slab_cache *cache, u32 gfp, int nid, struct sb_slab_slot *slot)
{
	struct sb_slab *slab;
	int err = sb_slab_page_make(cache, gfp, nid, &slab);

	if (err)
		return err;
	slot->obj = sb_slab_page_object(slab, 0);
	slot->state = &slab->state[0];
	slab->state[0] = SB_SLAB_USED;
	slab->nr_free--;
	slab->hint = 1;
	sb_slab_node_add(slab);
	return 0;
}

static int take_from_slabs(struct sb_slab_cache *cache, u32 gfp, int nid, struct sb_slab_slot *slot)
{
	int first = nid == SB_NID_ANY ? cache->inst->first_nid : nid;
	int err;

	if (nid == SB_NID_ANY ? take_any(cache, first, slot) : take_one(cache, nid, slot))
		return 0;
	err = take_new(cache, gfp, nid, slot);
	if (err == -ENOMEM && !(gfp & SB_GFP_THISNODE) && take_any(cache, first, slot))
		return 0;
	return err;
}

static int alloc_slowly(struct sb_slab_cache *cache, u32 gfp, int nid, void **obj)
{
	struct sb_slab_slot slot;
	int err;

	*obj = nid == SB_NID_ANY ? sb_slab_cpu_take(cache) : NULL;
	if (*obj)
		return 0;
	if (READ_ONCE(cache->inst->corrupt))
		return -EIO;
	err = take_from_slabs(cache, gfp, nid, &slot);
	if (err)
		return err;
	*obj = slot.obj;
	if (cache->flags & SB_SLAB_DEBUG)
		sb_slab_debug_alloc(cache, slot.obj);
	return 0;
}

static noinline int alloc_checked(struct sb_slab_cache *cache, u32 gfp, int nid, void **obj)
{
	int err;

	if ((gfp & cache->refused) || nid < SB_NID_ANY || nid >= SB_MAX_NODES)
		return -EINVAL;
	err = alloc_slowly(cache, gfp, nid, obj);
	if (!err && (gfp & SB_GFP_ZERO))
		memset(*obj, 0, cache->object_size);
	return err;
}

int sb_slab_alloc(struct sb_slab_cache *cache, u32 gfp, int nid, void **obj)
{
	if (likely(!(gfp & (cache->refused | SB_GFP_ZERO)) && nid == SB_NID_ANY)) {
		*obj = sb_slab_take(cache);
		if (likely(*obj))
			return 0;
	}
	return alloc_checked(cache, gfp, nid, obj);
}

static void refuse(const struct sb_slab_cache *cache, const void *obj, const struct sb_slab *slab,
		   int err)
{
	const char *why = "outside of the instance";

	if (err == -ENOENT)
		why = "in no slab";
	else if (err == -EPERM)
		why = slab->cache->name;
	else if (err == -EINVAL)
		why = "not where an object begins";
	else if (err == -EALREADY)
		why = "free";
	sb_warn("%s: %s: refused to free %#lx: the address is %s%s\n", cache->inst->cfg.name,
		cache->name, (unsigned long)obj, err == -EPERM ? "of another cache, " : "", why);
}

/* What an address is to a cache; 0 for an object of it that is in use. */
static int identify(const struct sb_slab_cache *cache, const void *obj, struct sb_slab **slab,
		    u32 *index)
{
	int err = sb_slab_page_find(cache->inst, obj, slab, index);

	if (*slab && (*slab)->cache != cache)
		return -EPERM;
	if (!err && READ_ONCE((*slab)->state[*index]) != SB_SLAB_USED)
		return -EALREADY;
	return err;
}

static int give(struct sb_slab_cache *cache, struct sb_slab *slab, u32 index)
{
	struct sb_slab_slot slot = { .obj = sb_slab_page_object(slab, index),
				     .state = &slab->state[index] };
	struct sb_slab *empty = NULL;
	u32 given;

	if (cache->flags & SB_SLAB_DEBUG)
		sb_slab_debug_free(cache, slot.obj);
	else if (sb_slab_cpu_put(cache, &slot))
		return 0;
	given = sb_slab_node_give(cache, SB_SLAB_USED, 1, &slot, &empty);
	sb_slab_node_release(cache->inst, empty);
	return given ? 0 : -EALREADY;
}

static noinline int free_slowly(struct sb_slab_cache *cache, void *obj)
{
	struct sb_slab *slab;
	u32 index;
	int err = identify(cache, obj, &slab, &index);

	if (!err)
		err = give(cache, slab, index);
	if (!err)
		return 0;
	refuse(cache, obj, slab, err);
	if (err == -EALREADY && (cache->flags & SB_SLAB_OWNER))
		sb_slab_debug_tell_owner(cache, obj);
	return err;
}

int sb_slab_free(struct sb_slab_cache *cache, void *obj)
{
	return likely(sb_slab_put(cache, obj)) ? 0 : free_slowly(cache, obj);
}

int sb_slab_alloc_bulk(struct sb_slab_cache *cache, u32 gfp, unsigned long nr, void **objs)
{
	unsigned long i;
	int err = 0;

	for (i = 0; i < nr; i++) {
		err = sb_slab_alloc(cache, gfp, SB_NID_ANY, &objs[i]);
		if (err)
			break;
	}
	if (err)
		sb_slab_free_bulk(cache, i, objs);
	return err;
}

int sb_slab_free_bulk(struct sb_slab_cache *cache, unsigned long nr, void **objs)
{
	int first = 0;
	unsigned long i;

	for (i = 0; i < nr; i++) {
		int err = sb_slab_free(cache, objs[i]);

		if (!first)
			first = err;
	}
	return first;
}

struct sb_slab_cache *sb_slab_cache_of(const struct sb_instance *inst, const void *obj)
{
	struct sb_slab *slab;
	u32 index;

	if (sb_slab_page_find(inst, obj, &slab, &index) ||
	    READ_ONCE(slab->state[index]) != SB_SLAB_USED)
		return NULL;
	return slab->cache;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "debug.h"
#include "slab_debug.h"

/* Who allocated an object last, and who freed it; all 0 when it is not known. */
struct owners {
	struct sb_origin alloc;
	struct sb_origin free;
};

size_t sb_slab_debug_owner_bytes(void)
{
	return sizeof(struct owners);
}

static struct owners *owners_of(const struct sb_slab_cache *cache, const void *obj)
{
	return cache->flags & SB_SLAB_OWNER ? (struct owners *)((u8 *)obj + cache->inuse) : NULL;
}

const struct sb_origin *sb_slab_debug_owner(const struct sb_slab_cache *cache, const void *obj)
{
	const struct owners *owners = owners_of(cache, obj);

	return owners ? &owners->alloc : NULL;
}

static u32 red_bytes(const struct sb_slab_cache *cache)
{
	u32 bytes = (cache->object_size + sizeof(long) - 1) & ~(u32)(sizeof(long) - 1);

	return bytes == cache->object_size ? sizeof(long) : bytes - cache->object_size;
}

static void set_red(const struct sb_slab_cache *cache, u8 *obj, u8 byte)
{
	if (!(cache->flags & SB_SLAB_RED_ZONE))
		return;
	memset(obj - cache->pad, byte, cache->pad);
	memset(obj + cache->object_size, byte, red_bytes(cache));
}

static void set_poison(const struct sb_slab_cache *cache, u8 *obj)
{
	if (!(cache->flags & SB_SLAB_POISON))
		return;
	memset(obj, SB_SLAB_POISON_FREE, cache->object_size - 1);
	obj[cache->object_size - 1] = SB_SLAB_POISON_END;
}

static void who(const struct sb_instance *inst, struct sb_origin *origin)
{
	memset(origin, 0, sizeof(*origin));
	if (inst->reach.origin)
		inst->reach.origin(inst->reach.ctx, origin);
}

void sb_slab_debug_make(struct sb_slab *slab, u32 index)
{
	struct sb_slab_cache *cache = slab->cache;
	u8 *obj = sb_slab_page_object(slab, index);
	struct owners *owners = owners_of(cache, obj);

	set_red(cache, obj, SB_SLAB_RED_FREE);
	set_poison(cache, obj);
	if (owners)
		memset(owners, 0, sizeof(*owners));
}

static void fill_owner(struct sb_finding *finding, const struct owners *owners, bool in_use)
{
	struct sb_owner *owner = &finding->owner;

	owner->known = owners->alloc.ns;
	owner->in_use = in_use;
	owner->ns = owners->alloc.ns;
	owner->pid = owners->alloc.pid;
	owner->tgid = owners->alloc.tgid;
	memcpy(owner->comm, owners->alloc.comm, sizeof(owner->comm));
	finding->stack = owners->alloc.stack;
	owner->free_ns = owners->free.ns;
	owner->free_pid = owners->free.pid;
	owner->free_tgid = owners->free.tgid;
	finding->free_stack = owners->free.stack;
}

/* The first and the last byte of @mem that are wrong are told, and where they are. */
static void tell(struct sb_slab_cache *cache, const u8 *obj, const u8 *mem, u32 first, u32 last,
		 u8 wanted, bool in_use)
{
	const struct sb_instance *inst = cache->inst;
	struct owners *owners = owners_of(cache, obj);
	struct sb_finding finding = { .bytes = last - first + 1,
				      .value = mem[first],
				      .wanted = wanted };
	struct sb_slab *slab;
	u32 index;

	sb_slab_page_find(inst, obj, &slab, &index);
	finding.pfn = slab->pfn + ((unsigned long)(mem + first - slab->base) >> SB_PAGE_SHIFT);
	finding.offset = (u32)((mem + first - slab->base) & (SB_PAGE_SIZE - 1));
	finding.owner_pfn = slab->pfn;
	finding.owner.order = (u8)slab->order;
	memcpy(finding.cache, cache->name, min(strlen(cache->name), sizeof(finding.cache) - 1));
	if (owners)
		fill_owner(&finding, owners, in_use);
	sb_finding_tell_object(cache->inst,
			       in_use ? SB_FINDING_OBJECT_OVERRUN : SB_FINDING_OBJECT_WRITE,
			       &finding);
}

/* Looks at bytes that are all to be the same. */
static void check_bytes(struct sb_slab_cache *cache, const u8 *obj, const u8 *mem, u32 bytes,
			u8 wanted, bool in_use)
{
	u32 first = 0, last = bytes;

	while (first < bytes && mem[first] == wanted)
		first++;
	if (first == bytes)
		return;
	while (mem[last - 1] == wanted)
		last--;
	tell(cache, obj, mem, first, last - 1, wanted, in_use);
}

static void check_red(struct sb_slab_cache *cache, const u8 *obj, u8 byte, bool in_use)
{
	if (!(cache->flags & SB_SLAB_RED_ZONE))
		return;
	check_bytes(cache, obj, obj - cache->pad, cache->pad, byte, in_use);
	check_bytes(cache, obj, obj + cache->object_size, red_bytes(cache), byte, in_use);
}

static void check_poison(struct sb_slab_cache *cache, const u8 *obj)
{
	u32 last = cache->object_size - 1;

	if (!(cache->flags & SB_SLAB_POISON))
		return;
	check_bytes(cache, obj, obj, last, SB_SLAB_POISON_FREE, false);
	check_bytes(cache, obj, obj + last, 1, SB_SLAB_POISON_END, false);
}

void sb_slab_debug_alloc(struct sb_slab_cache *cache, void *obj)
{
	struct owners *owners = owners_of(cache, obj);

	check_red(cache, obj, SB_SLAB_RED_FREE, false);
	check_poison(cache, obj);
	set_red(cache, obj, SB_SLAB_RED_USED);
	if (owners)
		who(cache->inst, &owners->alloc);
	if (cache->ctor && (cache->flags & SB_SLAB_POISON))
		cache->ctor(obj);
}

void sb_slab_debug_free(struct sb_slab_cache *cache, void *obj)
{
	struct owners *owners = owners_of(cache, obj);

	check_red(cache, obj, SB_SLAB_RED_USED, true);
	if (owners)
		who(cache->inst, &owners->free);
	set_red(cache, obj, SB_SLAB_RED_FREE);
	set_poison(cache, obj);
}

static void tell_origin(const struct sb_slab_cache *cache, const char *what,
			const struct sb_origin *origin)
{
	if (origin->ns)
		sb_warn("%s: %s:   %s at %llu ns by pid %d (%s) from " SB_CALLER "\n",
			cache->inst->cfg.name, cache->name, what, origin->ns, origin->pid,
			origin->comm, (void *)(origin->stack.nr ? origin->stack.entry[0] : 0));
}

void sb_slab_debug_tell_owner(struct sb_slab_cache *cache, const void *obj)
{
	const struct owners *owners = owners_of(cache, obj);

	tell_origin(cache, "allocated", &owners->alloc);
	tell_origin(cache, "freed", &owners->free);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "request.h"
#include "section.h"
#include "slab_cache.h"
#include "slab_cpu.h"
#include "slab_debug.h"
#include "slab_node.h"

/* SLAB_HWCACHE_ALIGN and colours go by lines of this size. */
#define LINE 64u
/* MIN_PARTIAL and MAX_PARTIAL, Linux 6.12. */
#define MIN_PARTIAL 5u
#define MAX_PARTIAL 10u
/* Objects of a refill or a flush, so that interrupts are not off for long. */
#define MOST_AT_ONCE 30u
/* Objects in use that are named when a cache cannot be destroyed. */
#define MAX_NAMED 4u

static u32 align_up(u32 value, u32 align)
{
	return (value + align - 1) & ~(align - 1);
}

/* Bits up to the highest one that is set: fls(). */
static unsigned int bits_of(unsigned long value)
{
	unsigned int bits = 0;

	for (; value; value >>= 1)
		bits++;
	return bits;
}

static unsigned int order_of(u32 bytes)
{
	return sb_order_for((bytes + SB_PAGE_SIZE - 1) >> SB_PAGE_SHIFT);
}

static u32 bytes_of(unsigned int order)
{
	return (u32)(SB_PAGE_SIZE << order);
}

static u32 objects_of(u32 size, unsigned int order)
{
	return sb_slab_page_header(size, order) / size;
}

static unsigned int order_limit(void)
{
	return order_of(SB_SLAB_MAX_BYTES);
}

/* slub_max_order */
static unsigned int max_order(void)
{
	unsigned int limit = order_limit();

	return limit < SB_COSTLY_ORDER ? limit : SB_COSTLY_ORDER;
}

/* The least order that has room for an object. */
static int least_order(u32 size)
{
	unsigned int order;

	for (order = 0; order <= order_limit(); order++)
		if (objects_of(size, order))
			return (int)order;
	return -EINVAL;
}

/* calc_slab_order() */
static unsigned int order_wasting(u32 size, unsigned int order, u32 fraction)
{
	for (; order <= max_order(); order++) {
		u32 objects = objects_of(size, order);

		if (objects && bytes_of(order) - objects * size <= bytes_of(order) / fraction)
			break;
	}
	return order;
}

int sb_slab_cache_order(u32 size, unsigned int nr_cpus)
{
	u32 most = max(bytes_of(max_order()) / size, 1u);
	u32 objects = min(4 * (bits_of(nr_cpus) + 1), most);
	u32 fraction;

	for (fraction = 16; fraction > 1; fraction /= 2) {
		unsigned int order = order_wasting(size, order_of(objects * size), fraction);

		if (order <= max_order())
			return (int)order;
	}
	return least_order(size);
}

/* calculate_alignment() */
static u32 align_of(const struct sb_slab_config *config)
{
	u32 align = config->align, line = LINE;

	if (align < sizeof(u64))
		align = sizeof(u64);
	if (!(config->flags & SB_SLAB_HWCACHE_ALIGN))
		return align;
	while (config->size <= line / 2)
		line /= 2;
	return max(align, line);
}

/* calculate_sizes(), Linux 6.12, but that free objects need no links. */
static void choose_sizes(struct sb_slab_cache *cache, const struct sb_slab_config *config)
{
	u32 size = align_up((u32)config->size, sizeof(long));

	cache->object_size = (u32)config->size;
	cache->align = align_of(config);
	cache->pad = 0;
	if (config->flags & SB_SLAB_RED_ZONE) {
		cache->pad = align_up(sizeof(long), cache->align);
		if (size == config->size)
			size += sizeof(long);
	}
	cache->inuse = size;
	if (config->flags & SB_SLAB_OWNER) {
		cache->inuse = align_up(size, sizeof(u64));
		size = cache->inuse + (u32)sb_slab_debug_owner_bytes();
	}
	cache->size = align_up(size + cache->pad, cache->align);
}

static bool check_config(const struct sb_slab_config *config)
{
	return config->name && config->name[0] && config->size &&
	       config->size < SB_SLAB_MAX_BYTES && config->align <= SB_PAGE_SIZE &&
	       !(config->align & (config->align - 1)) && !(config->flags & ~(u32)SB_SLAB_FLAGS);
}

static u32 refused_by(const struct sb_slab_config *config)
{
	u32 refused = ~SB_GFP_KNOWN | SB_GFP_HIGHMEM | SB_GFP_MOVABLE | SB_GFP_NOFAIL;

	if (!(config->flags & SB_SLAB_DMA))
		refused |= SB_GFP_DMA;
	return config->ctor ? refused | SB_GFP_ZERO : refused;
}

static int choose_orders(struct sb_slab_cache *cache)
{
	int order = sb_slab_cache_order(cache->size, cache->nr_cpus);

	if (order < 0 || order > (int)cache->inst->cfg.max_order)
		return -EINVAL;
	cache->order = (unsigned int)order;
	cache->min_order = (unsigned int)least_order(cache->size);
	cache->mask = ~(unsigned long)(bytes_of(cache->order) - 1);
	cache->header = sb_slab_page_header(cache->size, cache->order);
	cache->states = cache->header + (u32)offsetof(struct sb_slab, state);
	cache->reciprocal = (u32)sb_div_u64((1ull << 32) + cache->size - 1, cache->size);
	return 0;
}

static void choose_colours(struct sb_slab_cache *cache)
{
	u32 rest = cache->header % cache->size;

	cache->colour_step = max(cache->align, LINE);
	cache->colours = cache->flags & SB_SLAB_COLOUR ? rest / cache->colour_step + 1 : 1;
	cache->next_colour = 0;
}

/*
 * Descriptors are one array as far as the window goes, and all of them exist. They stay,
 * whatever becomes of their memory: those of memory that was added go with it.
 */
static unsigned long descriptors_from(const struct sb_instance *inst, unsigned long pfn,
				      unsigned long end)
{
	const struct sb_page *first = sb_memmap_page(&inst->map, pfn);
	unsigned long step = sb_order_pages(inst->cfg.pageblock_order), next;

	for (next = pfn; next < end; next = sb_pfn_block(next, inst->cfg.pageblock_order) + step)
		if (!sb_memmap_exists(inst, next) || sb_section_is_added(inst, next) ||
		    sb_memmap_page(&inst->map, next) != first + (next - pfn))
			break;
	return min(next, end);
}

static void open_window(struct sb_slab_cache *cache, const struct sb_bank *bank)
{
	const struct sb_instance *inst = cache->inst;
	unsigned long pages = sb_order_pages(cache->order);
	unsigned long pfn = sb_pfn_block(sb_pfn_up(bank->base) + pages - 1, cache->order);
	unsigned long end = sb_pfn_down(bank->base + bank->size);
	void *first;

	if (pfn >= end || !sb_memmap_exists(inst, pfn))
		return;
	end = sb_pfn_block(descriptors_from(inst, pfn, end), cache->order);
	first = pfn < end ? inst->reach.span(inst->reach.ctx, pfn, end - pfn) : NULL;
	if (!first)
		return;
	cache->window = (unsigned long)first;
	cache->window_bytes = (end - pfn) << SB_PAGE_SHIFT;
	cache->window_map = sb_memmap_page(&inst->map, pfn);
	cache->states = cache->window + cache->header + offsetof(struct sb_slab, state);
}

static void find_window(struct sb_slab_cache *cache)
{
	unsigned int i;

	cache->window = 0;
	cache->window_bytes = 0;
	cache->window_map = NULL;
	cache->states = 0;
	for (i = 0; i < cache->inst->cfg.nr_banks && !cache->window_bytes; i++)
		open_window(cache, &cache->inst->cfg.banks[i]);
}

static int choose_layout(struct sb_slab_cache *cache, const struct sb_slab_config *config,
			 u32 debug)
{
	struct sb_slab_config all = *config;
	int err;

	all.flags |= debug;
	cache->flags = all.flags;
	choose_sizes(cache, &all);
	err = choose_orders(cache);
	if (!err)
		choose_colours(cache);
	return err;
}

static void init_nodes(struct sb_slab_cache *cache)
{
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++) {
		memset(&cache->node[nid], 0, sizeof(cache->node[nid]));
		sb_lock_init(&cache->node[nid].lock);
	}
}

static bool id_taken(const struct sb_slabs *slabs, u32 id)
{
	const struct sb_slab_cache *cache;

	for (cache = slabs->first; cache; cache = cache->next)
		if (cache->id == id)
			return true;
	return false;
}

static int enlist(struct sb_slab_cache *cache)
{
	struct sb_slabs *slabs = &cache->inst->slabs;
	unsigned long irq = sb_irq_save();
	struct sb_slab_cache *other;

	sb_lock(&slabs->lock);
	for (other = slabs->first; other && strcmp(other->name, cache->name); other = other->next)
		;
	if (!other) {
		for (cache->id = 0; id_taken(slabs, cache->id); cache->id++)
			;
		cache->page_word = sb_slab_page_word(cache, cache->order);
		cache->next = slabs->first;
		slabs->first = cache;
	}
	sb_unlock(&slabs->lock);
	sb_irq_restore(irq);
	return other ? -EEXIST : 0;
}

static void delist(struct sb_slab_cache *cache)
{
	struct sb_slabs *slabs = &cache->inst->slabs;
	unsigned long irq = sb_irq_save();
	struct sb_slab_cache **link = &slabs->first;

	sb_lock(&slabs->lock);
	while (*link != cache)
		link = &(*link)->next;
	*link = cache->next;
	sb_unlock(&slabs->lock);
	sb_irq_restore(irq);
}

static u32 limit_of(const struct sb_slab_config *config)
{
	return sb_slab_cpu_limit(config->size < SB_SLAB_MAX_BYTES ? (u32)config->size :
								    SB_SLAB_MAX_BYTES);
}

size_t sb_slab_cache_memory(const struct sb_slab_config *config, unsigned int nr_cpus)
{
	return nr_cpus * (sizeof(struct sb_slab_cpu *) + sb_slab_cpu_bytes(limit_of(config)));
}

int sb_slab_cache_create(struct sb_slab_cache *cache, struct sb_instance *inst,
			 const struct sb_slab_config *config, void *mem, unsigned int nr_cpus)
{
	int err;

	if (!check_config(config) || !nr_cpus)
		return -EINVAL;
	if (READ_ONCE(inst->stage) != SB_STAGE_LIVE)
		return -ENODEV;
	if (!inst->reach.span || !inst->reach.pfn || inst->map.nr_pages > SB_PAGE_SLAB_MOST)
		return -EOPNOTSUPP;
	cache->inst = inst;
	cache->name = config->name;
	cache->ctor = config->ctor;
	cache->refused = refused_by(config);
	cache->nr_cpus = nr_cpus;
	err = choose_layout(cache, config, inst->cfg.slab_debug);
	/* An object that leaves no room for it goes without. */
	if (err)
		err = choose_layout(cache, config, 0);
	if (err)
		return err;
	cache->min_partial = min(max(bits_of(cache->size) / 2, MIN_PARTIAL), MAX_PARTIAL);
	cache->limit = limit_of(config);
	cache->batch = min(cache->limit / 2, MOST_AT_ONCE);
	init_nodes(cache);
	find_window(cache);
	sb_slab_cpu_init(cache, mem);
	return enlist(cache);
}

static unsigned long drain_cpus(struct sb_slab_cache *cache)
{
	struct sb_slabs *slabs = &cache->inst->slabs;
	struct sb_slab *empty = NULL;
	unsigned int cpu;
	unsigned long irq;

	for (cpu = 0; cpu < cache->nr_cpus; cpu++) {
		irq = sb_irq_save();
		sb_lock(&slabs->lock);
		sb_slab_cpu_drain(cache, cpu, &empty);
		sb_unlock(&slabs->lock);
		sb_irq_restore(irq);
	}
	return sb_slab_node_release(cache->inst, empty);
}

static unsigned long release_empty(struct sb_slab_cache *cache)
{
	struct sb_slab *empty = NULL;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++)
		sb_slab_node_take_empty(cache, nid, &empty);
	return sb_slab_node_release(cache->inst, empty);
}

unsigned long sb_slab_cache_shrink(struct sb_slab_cache *cache)
{
	unsigned long nr;

	sb_slab_cpu_park(cache);
	sb_quiesce();
	nr = drain_cpus(cache);
	sb_slab_cpu_unpark(cache);
	return nr + release_empty(cache);
}

unsigned long sb_slab_cache_shrink_all(struct sb_instance *inst)
{
	struct sb_slab_cache *cache;
	unsigned long nr = 0;

	for (cache = inst->slabs.first; cache; cache = cache->next)
		nr += sb_slab_cache_shrink(cache);
	return nr;
}

void sb_slab_cache_drain_cpu(struct sb_instance *inst, unsigned int cpu)
{
	struct sb_slab *empty = NULL;
	struct sb_slab_cache *cache;
	unsigned long irq = sb_irq_save();

	sb_lock(&inst->slabs.lock);
	for (cache = inst->slabs.first; cache; cache = cache->next)
		if (cpu < cache->nr_cpus)
			sb_slab_cpu_drain(cache, cpu, &empty);
	sb_unlock(&inst->slabs.lock);
	sb_irq_restore(irq);
	sb_slab_node_release(inst, empty);
}

static void name_object(const struct sb_slab_cache *cache, const struct sb_slab *slab, u32 index)
{
	const void *obj = sb_slab_page_object(slab, index);
	const struct sb_origin *owner = sb_slab_debug_owner(cache, obj);

	if (owner)
		sb_warn("%s: %s: object %#lx is in use, of pid %d (%s), allocated at %llu ns\n",
			cache->inst->cfg.name, cache->name, (unsigned long)obj, owner->pid,
			owner->comm, owner->ns);
	else
		sb_warn("%s: %s: object %#lx is in use\n", cache->inst->cfg.name, cache->name,
			(unsigned long)obj);
}

/* Names the first objects in use of a list, and says how many there are. */
static unsigned long name_used(const struct sb_slab_cache *cache, const struct sb_slab *slab,
			       unsigned long nr)
{
	u32 i;

	for (; slab; slab = slab->next)
		for (i = 0; i < slab->nr; i++)
			if (slab->state[i] == SB_SLAB_USED && nr++ < MAX_NAMED)
				name_object(cache, slab, i);
	return nr;
}

/* Nobody allocates or frees, so the lists stand still. */
static unsigned long count_used(const struct sb_slab_cache *cache)
{
	unsigned long nr = 0;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++) {
		nr = name_used(cache, cache->node[nid].full.first, nr);
		nr = name_used(cache, cache->node[nid].partial.first, nr);
	}
	return nr;
}

unsigned long sb_slab_cache_in_use(struct sb_slab_cache *cache)
{
	unsigned long used;

	sb_slab_cpu_park(cache);
	sb_quiesce();
	drain_cpus(cache);
	used = count_used(cache);
	sb_slab_cpu_unpark(cache);
	if (used)
		sb_warn("%s: %s: not destroyed, %lu objects are in use\n", cache->inst->cfg.name,
			cache->name, used);
	return used;
}

int sb_slab_cache_destroy(struct sb_slab_cache *cache)
{
	if (sb_slab_cache_in_use(cache))
		return -EBUSY;
	release_empty(cache);
	delist(cache);
	return 0;
}

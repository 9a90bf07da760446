// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "slab_cache.h"
#include "slab_debug.h"

/* The last bytes of a slab say where its header is. */
#define FOOTER sizeof(u32)

static u32 slab_bytes(unsigned int order)
{
	return (u32)(SB_PAGE_SIZE << order);
}

u32 sb_slab_page_header(u32 size, unsigned int order)
{
	u32 bytes = slab_bytes(order);
	size_t header = sizeof(struct sb_slab) + (bytes - 1) / size + 1 + FOOTER;

	header = (header + sizeof(u64) - 1) & ~(sizeof(u64) - 1);
	return header < bytes ? bytes - (u32)header : 0;
}

void *sb_slab_page_place(const struct sb_slab *slab, u32 index)
{
	return slab->base + slab->colour + (size_t)index * slab->cache->size;
}

void *sb_slab_page_object(const struct sb_slab *slab, u32 index)
{
	return (u8 *)sb_slab_page_place(slab, index) + slab->cache->pad;
}

u32 sb_slab_page_word(const struct sb_slab_cache *cache, unsigned int order)
{
	u32 type = cache->flags & SB_SLAB_RECLAIMABLE ? SB_RECLAIMABLE : SB_UNMOVABLE;

	return sb_page_slab_word(type, cache->id, order);
}

static int ask(struct sb_slab_cache *cache, u32 gfp, int nid, unsigned int order,
	       unsigned long *pfn)
{
	struct sb_request request;
	int err;

	gfp &= ~(SB_GFP_ZERO | SB_GFP_RECLAIMABLE);
	gfp |= SB_GFP_COMP;
	if (cache->flags & SB_SLAB_RECLAIMABLE)
		gfp |= SB_GFP_RECLAIMABLE;
	if (cache->flags & SB_SLAB_DMA)
		gfp |= SB_GFP_DMA;
	err = sb_request_init(&request, gfp, order, nid);
	return err ? err : sb_alloc(cache->inst, &request, pfn);
}

static int ask_twice(struct sb_slab_cache *cache, u32 gfp, int nid, unsigned int *order,
		     unsigned long *pfn)
{
	u32 easy = gfp | SB_GFP_NORETRY | SB_GFP_NOWARN;
	int err = -ENOMEM;

	/* Who can wait is not to wait for it, nor to make others work: allocate_slab(). */
	if (gfp & SB_GFP_DIRECT_RECLAIM)
		easy = (easy | SB_GFP_NOMEMALLOC) & ~SB_GFP_RECLAIM;

	*order = cache->order;
	if (cache->order > cache->min_order)
		err = ask(cache, easy, nid, *order, pfn);
	if (err != -ENOMEM)
		return err;
	*order = cache->min_order;
	return ask(cache, gfp, nid, *order, pfn);
}

/* Two CPUs that make slabs at once may choose the same one. */
static u32 choose_colour(struct sb_slab_cache *cache, unsigned int order)
{
	u32 colour = READ_ONCE(cache->next_colour);

	if (cache->colours == 1 || order != cache->order)
		return 0;
	WRITE_ONCE(cache->next_colour, colour + 1 < cache->colours ? colour + 1 : 0);
	return colour * cache->colour_step;
}

static struct sb_slab *write_header(struct sb_slab_cache *cache, unsigned long pfn, u8 *base,
				    unsigned int order)
{
	struct sb_instance *inst = cache->inst;
	u32 header = sb_slab_page_header(cache->size, order), last = slab_bytes(order) - FOOTER;
	struct sb_slab *slab = (struct sb_slab *)(base + header);

	memset(slab, 0, last - header);
	*(u32 *)(base + last) = header;
	slab->cache = cache;
	slab->pfn = pfn;
	slab->base = base;
	slab->order = order;
	slab->nid = inst->zones[sb_pageblock_zone(&inst->blocks, pfn)].nid;
	slab->colour = choose_colour(cache, order);
	slab->nr = header / cache->size;
	slab->nr_free = slab->nr;
	memset(slab->state, SB_SLAB_FREE, slab->nr);
	return slab;
}

static void write_objects(struct sb_slab *slab)
{
	struct sb_slab_cache *cache = slab->cache;
	u32 i;

	for (i = 0; i < slab->nr; i++) {
		if (cache->ctor && !(cache->flags & SB_SLAB_POISON))
			cache->ctor(sb_slab_page_object(slab, i));
		if (cache->flags & SB_SLAB_DEBUG)
			sb_slab_debug_make(slab, i);
	}
}

int sb_slab_page_make(struct sb_slab_cache *cache, u32 gfp, int nid, struct sb_slab **slab)
{
	struct sb_instance *inst = cache->inst;
	unsigned int order;
	unsigned long pfn;
	struct sb_page *page;
	u8 *base;
	int err;

	err = ask_twice(cache, gfp, nid, &order, &pfn);
	if (err)
		return err;
	base = inst->reach.span(inst->reach.ctx, pfn, sb_order_pages(order));
	if (!base) {
		sb_alloc_free(inst, pfn, order);
		return -ENOMEM;
	}
	*slab = write_header(cache, pfn, base, order);
	write_objects(*slab);
	page = sb_memmap_page(&inst->map, pfn);
	/* Whoever sees it sees the header, too. */
	smp_store_release(&page->next_order, sb_slab_page_word(cache, order));
	return 0;
}

void sb_slab_page_release(struct sb_instance *inst, struct sb_slab *slab)
{
	unsigned int order = slab->order;
	unsigned long pfn = slab->pfn;
	struct sb_page *page = sb_memmap_page(&inst->map, pfn);

	sb_page_clear_slab(page);
	sb_alloc_free(inst, pfn, order);
}

/* The slab that a page belongs to is looked for by the orders that it may have. */
static struct sb_slab *slab_at(const struct sb_instance *inst, unsigned long pfn)
{
	unsigned int order;

	for (order = 0; SB_PAGE_SIZE << order <= SB_SLAB_MAX_BYTES; order++) {
		unsigned long head = sb_pfn_block(pfn, order);
		const struct sb_page *page;
		u8 *base;

		if (!sb_memmap_exists(inst, head))
			continue;
		page = sb_memmap_page(&inst->map, head);
		if (!sb_page_is_slab(page) || sb_page_order(page) != order)
			continue;
		base = inst->reach.span(inst->reach.ctx, head, sb_order_pages(order));
		return (struct sb_slab *)(base + *(u32 *)(base + slab_bytes(order) - FOOTER));
	}
	return NULL;
}

int sb_slab_page_find(const struct sb_instance *inst, const void *addr, struct sb_slab **slab,
		      u32 *index)
{
	unsigned long pfn = inst->reach.pfn(inst->reach.ctx, addr);
	u32 inside;

	*slab = NULL;
	if (pfn == SB_PFN_NONE || !sb_memmap_exists(inst, pfn))
		return -ERANGE;
	*slab = slab_at(inst, pfn);
	if (!*slab)
		return -ENOENT;
	/* Below the first object it becomes more than any object's. */
	inside = (u32)((const u8 *)addr - (*slab)->base) - (*slab)->colour - (*slab)->cache->pad;
	*index = inside / (*slab)->cache->size;
	if (*index >= (*slab)->nr || inside % (*slab)->cache->size)
		return -EINVAL;
	return 0;
}

void sb_slab_page_add(struct sb_slab_list *list, struct sb_slab *slab, bool last)
{
	slab->prev = last ? list->last : NULL;
	slab->next = last ? NULL : list->first;
	if (slab->prev)
		slab->prev->next = slab;
	else
		list->first = slab;
	if (slab->next)
		slab->next->prev = slab;
	else
		list->last = slab;
}

void sb_slab_page_remove(struct sb_slab_list *list, struct sb_slab *slab)
{
	if (slab->prev)
		slab->prev->next = slab->next;
	else
		list->first = slab->next;
	if (slab->next)
		slab->next->prev = slab->prev;
	else
		list->last = slab->prev;
	slab->next = NULL;
	slab->prev = NULL;
}

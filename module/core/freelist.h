/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Free lists: the only code that links a block, counts it, or says it is free.
 *
 * The list engine composes these few, so that list, count and descriptor cannot
 * drift apart.
 */
#ifndef SB_FREELIST_H
#define SB_FREELIST_H

#include "engine.h"

void sb_freelist_init(struct sb_zone *zone);

/* The block's pages other than its first are tails already. */
void sb_freelist_add(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type,
		     enum sb_engine_end end) __must_hold(zone->lock);

/* Leaves the block's first page a tail: the caller says what it is from now on. */
bool sb_freelist_del(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/*
 * Links a block, and says that it is free. Its pages are not accounted yet, as those of many
 * may be at once, nor was it seen whether the zone has plenty. @map may be a copy, which no
 * store makes a compiler read again.
 */
static inline void sb_freelist_link(struct sb_zone *zone, const struct sb_memmap *map,
				    unsigned long pfn, unsigned int order, unsigned int type,
				    enum sb_engine_end end) __must_hold(zone->lock)
{
	struct sb_free_list *list = &zone->free_area[order].list[type];
	u32 index = (u32)(pfn - map->base_pfn);
	u32 prev = end == SB_ENGINE_TAIL ? list->last : SB_PAGE_LINK_NONE;
	u32 next = end == SB_ENGINE_TAIL ? SB_PAGE_LINK_NONE : list->first;
	struct sb_page *page = sb_memmap_page(map, pfn);

	WRITE_ONCE(page->next_order, next << 4 | order);
	WRITE_ONCE(page->prev_state, prev << 4 | (SB_PAGE_FREE + type));
	if (prev != SB_PAGE_LINK_NONE)
		sb_page_set_next(sb_memmap_at(map, prev), index);
	else
		list->first = index;
	if (next != SB_PAGE_LINK_NONE)
		sb_page_set_prev(sb_memmap_at(map, next), index);
	else
		list->last = index;
	if (prev == next)
		sb_engine_set_order(zone, order, type, true);
	zone->free_area[order].nr_free++;
}

/* The same for a list that is empty, or all of it would be lost. */
static inline void sb_freelist_link_alone(struct sb_zone *zone, const struct sb_memmap *map,
					  unsigned long pfn, unsigned int order, unsigned int type)
	__must_hold(zone->lock)
{
	struct sb_free_list *list = &zone->free_area[order].list[type];
	struct sb_page *page = sb_memmap_page(map, pfn);

	WRITE_ONCE(page->next_order, SB_PAGE_LINK_NONE << 4 | order);
	WRITE_ONCE(page->prev_state, SB_PAGE_LINK_NONE << 4 | (SB_PAGE_FREE + type));
	list->first = (u32)(pfn - map->base_pfn);
	list->last = list->first;
	sb_engine_set_order(zone, order, type, true);
	zone->free_area[order].nr_free++;
}

/*
 * Gives a list up that a stray write has broken, if there is such a list: nobody follows its
 * links any more, as nothing of this instance is allocated any more.
 */
void sb_freelist_give_up(struct sb_zone *zone, unsigned int order, unsigned int type)
	__must_hold(zone->lock);

/*
 * Takes a block, which links lead to as @index, off the list that its descriptor tells of:
 * neither described anew yet, nor are its pages accounted. @map as for sb_freelist_link().
 * Where those beside it do not lead back to it, as those of its order and type, no link is
 * followed: the instance is corrupt from then on, sb_instance_broken(), and nobody must take
 * the block for what its descriptor says. Returns whether it was taken off.
 */
static inline bool sb_freelist_unlink(struct sb_zone *zone, const struct sb_memmap *map,
				      struct sb_page *page, unsigned int order, u32 index)
	__must_hold(zone->lock)
{
	u32 word = page->next_order, state = page->prev_state;
	u32 prev = state >> 4, next = word >> 4, type = state & 7;
	struct sb_free_area *area = &zone->free_area[order];
	struct sb_page *before = NULL, *after = NULL;
	struct sb_free_list *list;

	if (unlikely(type >= SB_NR_TYPES))
		goto broken;
	list = &area->list[type];
	if (prev < map->nr_pages) {
		if (unlikely(!sb_memmap_has_table(map, prev)))
			goto broken;
		before = sb_memmap_at(map, prev);
		if (unlikely(before->next_order != (index << 4 | order)))
			goto broken;
	} else if (unlikely(prev != SB_PAGE_LINK_NONE || list->first != index)) {
		goto broken;
	}
	if (next < map->nr_pages) {
		if (unlikely(!sb_memmap_has_table(map, next)))
			goto broken;
		after = sb_memmap_at(map, next);
		if (unlikely(after->prev_state != (index << 4 | (state & 15))))
			goto broken;
	} else if (unlikely(next != SB_PAGE_LINK_NONE || list->last != index)) {
		goto broken;
	}
	/* They are of the list, too, so the rest of their words need not be read. */
	if (before)
		before->next_order = next << 4 | order;
	else
		list->first = next;
	if (after)
		after->prev_state = prev << 4 | (state & 15);
	else
		list->last = prev;
	if (prev == next)
		sb_engine_set_order(zone, order, type, false);
	area->nr_free--;
	return true;

broken:
	sb_freelist_give_up(zone, order, type);
	return false;
}

/*
 * The same where it takes little, with the zone's lock held, too: for a block between two
 * others, in a flat instance whose descriptor of index 0 is at @origin. The caller has seen
 * that its order is that of @area. Returns false, and has done nothing, where it is not, or
 * when something is wrong.
 */
static inline bool sb_freelist_unlink_inner(struct sb_free_area *area, unsigned long origin,
					    u32 nr_pages, const struct sb_page *page, u32 index)
{
	u32 word = page->next_order, state = page->prev_state;
	struct sb_page *before = (struct sb_page *)(origin + (state >> 4) * sizeof(*before));
	struct sb_page *after = (struct sb_page *)(origin + (word >> 4) * sizeof(*after));

	if (state >> 4 >= nr_pages || word >> 4 >= nr_pages ||
	    before->next_order != (index << 4 | (word & 15)) ||
	    after->prev_state != (index << 4 | (state & 15)))
		return false;
	before->next_order = word;
	after->prev_state = state;
	area->nr_free--;
	return true;
}

/* Takes the first block off a list that is not empty, as sb_freelist_unlink(); NULL then. */
static inline struct sb_page *sb_freelist_pop(struct sb_zone *zone, const struct sb_memmap *map,
					      unsigned int order, unsigned int type)
	__must_hold(zone->lock)
{
	struct sb_free_list *list = &zone->free_area[order].list[type];
	u32 index = list->first, state = SB_PAGE_LINK_NONE << 4 | (SB_PAGE_FREE + type), next;
	struct sb_page *page = sb_memmap_at(map, index), *after;

	next = sb_page_next(page);
	if (unlikely(page->prev_state != state))
		goto broken;
	if (next < map->nr_pages) {
		if (unlikely(!sb_memmap_has_table(map, next)))
			goto broken;
		after = sb_memmap_at(map, next);
		if (unlikely(after->prev_state != (index << 4 | (state & 15))))
			goto broken;
		after->prev_state = state;
	} else {
		if (unlikely(next != SB_PAGE_LINK_NONE || list->last != index))
			goto broken;
		list->last = SB_PAGE_LINK_NONE;
		sb_engine_set_order(zone, order, type, false);
	}
	list->first = next;
	zone->free_area[order].nr_free--;
	return page;

broken:
	sb_freelist_give_up(zone, order, type);
	return NULL;
}

/*
 * Add and delete, where more follows: a block is merged or divided. At last somebody has
 * to look whether the zone has plenty, plenty.h.
 */
void sb_freelist_push(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		      unsigned int type, enum sb_engine_end end) __must_hold(zone->lock);
bool sb_freelist_pull(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/* Puts a free block at the end of another type's list, as move_to_free_list(). */
void sb_freelist_move(struct sb_zone *zone, unsigned long pfn, unsigned int order,
		      unsigned int type) __must_hold(zone->lock);

/* First block of a list that is not empty. */
unsigned long sb_freelist_first(const struct sb_zone *zone, unsigned int order, unsigned int type);

/* Blocks on a list, counted by walking it; stops at @limit. */
unsigned long sb_freelist_count(const struct sb_zone *zone, unsigned int order, unsigned int type,
				unsigned long limit);

/* Those of all lists of each order are counted already. */
void sb_freelist_tally(const struct sb_zone *zone, unsigned long *nr);

/* Lists, counts and nonempty agree with what a walk has seen: see struct sb_engine. */
unsigned int sb_freelist_check(const struct sb_zone *zone, const struct sb_engine_seen *seen,
			       struct sb_out *out);

#endif

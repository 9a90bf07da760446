// SPDX-License-Identifier: GPL-2.0-only
#include "slab_node.h"

/* Fills the @nr slots before @end, the last one first. */
static void take_from(struct sb_slab *slab, enum sb_slab_state state, u32 nr,
		      struct sb_slab_slot *end)
{
	u8 *first = sb_slab_page_object(slab, 0);
	u32 size = slab->cache->size, i = slab->hint;
	struct sb_slab_slot *slot = end - nr;

	slab->nr_free -= nr;
	for (; end != slot; i++) {
		if (slab->state[i] != SB_SLAB_FREE)
			continue;
		end--;
		end->obj = first + i * size;
		end->state = &slab->state[i];
		WRITE_ONCE(slab->state[i], state);
	}
	slab->hint = i;
}

u32 sb_slab_node_take(struct sb_slab_cache *cache, int nid, enum sb_slab_state state, u32 nr,
		      struct sb_slab_slot *slot)
{
	struct sb_slab_node *node = &cache->node[nid];
	unsigned long irq = sb_irq_save();
	struct sb_slab *slab;
	u32 got = 0;

	sb_lock(&node->lock);
	while (got < nr && (slab = node->partial.first)) {
		u32 some = min(nr - got, slab->nr_free);

		node->nr_empty -= slab->nr_free == slab->nr;
		take_from(slab, state, some, slot + nr - got);
		got += some;
		if (slab->nr_free)
			continue;
		sb_slab_page_remove(&node->partial, slab);
		sb_slab_page_add(&node->full, slab, false);
		node->nr_partial--;
	}
	node->nr_free -= got;
	sb_unlock(&node->lock);
	sb_irq_restore(irq);
	return got;
}

static void forget(struct sb_slab_node *node, struct sb_slab *slab, struct sb_slab **empty)
	__must_hold(node->lock)
{
	sb_slab_page_remove(&node->partial, slab);
	node->nr_partial--;
	node->nr_slabs--;
	node->nr_objects -= slab->nr;
	node->nr_free -= slab->nr;
	slab->next = *empty;
	*empty = slab;
}

/*
 * A slab that was full, or whose objects are all free now, changes its place.
 * __slab_free(), Linux 6.12: an empty one is kept while partial ones are few.
 */
static noinline void move(struct sb_slab_node *node, struct sb_slab *slab, struct sb_slab **empty)
	__must_hold(node->lock)
{
	bool was_full = slab->nr_free == 1;
	bool enough = node->nr_partial >= slab->cache->min_partial;

	sb_slab_page_remove(was_full ? &node->full : &node->partial, slab);
	node->nr_partial += was_full;
	sb_slab_page_add(&node->partial, slab, slab->nr_free == slab->nr);
	if (slab->nr_free < slab->nr)
		return;
	if (enough)
		forget(node, slab, empty);
	else
		node->nr_empty++;
}

/* The caller counts it among the node's. */
static inline void give_to(struct sb_slab_node *node, struct sb_slab *slab,
			   const struct sb_slab_slot *slot, struct sb_slab **empty)
	__must_hold(node->lock)
{
	WRITE_ONCE(*slot->state, SB_SLAB_FREE);
	slab->hint = min(slab->hint, (u32)(slot->state - slab->state));
	slab->nr_free++;
	if (unlikely(slab->nr_free == 1 || slab->nr_free == slab->nr))
		move(node, slab, empty);
}

static noinline struct sb_slab *find(struct sb_slab_cache *cache, const void *obj)
{
	struct sb_slab *slab;
	u32 index;

	sb_slab_page_find(cache->inst, obj, &slab, &index);
	return slab;
}

/* The slab of an object that is not FREE. */
static inline struct sb_slab *slab_of(struct sb_slab_cache *cache, const struct sb_slab_slot *slot)
{
	u8 *states;
	u32 inside;

	if (likely(sb_slab_cache_near(cache, slot->obj, &inside, &states)))
		return sb_slab_page_of_states(states);
	return find(cache, slot->obj);
}

static inline bool is_of(const struct sb_slab_slot *slot, const struct sb_slab *slab)
{
	return (unsigned long)slot->state - (unsigned long)slab->state < slab->nr;
}

/* Gives those from the first on that are of one node, and says how many these are. */
static u32 give_some(struct sb_slab_cache *cache, enum sb_slab_state state, u32 nr,
		     const struct sb_slab_slot *slot, u32 *given, struct sb_slab **empty)
{
	const struct sb_slab_slot *next = slot, *end = slot + nr;
	struct sb_slab *slab = slab_of(cache, slot);
	struct sb_slab_node *node = &cache->node[slab->nid];
	int nid = slab->nid;
	u32 known = 0;

	sb_lock(&node->lock);
	do {
		if (likely(READ_ONCE(*next->state) == state)) {
			give_to(node, slab, next, empty);
			known++;
		}
		if (++next == end)
			break;
		if (!is_of(next, slab))
			slab = slab_of(cache, next);
	} while (likely(slab->nid == nid));
	node->nr_free += known;
	sb_unlock(&node->lock);
	*given += known;
	return (u32)(next - slot);
}

u32 sb_slab_node_give(struct sb_slab_cache *cache, enum sb_slab_state state, u32 nr,
		      const struct sb_slab_slot *slot, struct sb_slab **empty)
{
	unsigned long irq = sb_irq_save();
	u32 given = 0, i = 0;

	while (i < nr)
		i += give_some(cache, state, nr - i, slot + i, &given, empty);
	sb_irq_restore(irq);
	return given;
}

unsigned long sb_slab_node_release(struct sb_instance *inst, struct sb_slab *empty)
{
	unsigned long nr;

	for (nr = 0; unlikely(empty); nr++) {
		struct sb_slab *slab = empty;

		empty = slab->next;
		sb_slab_page_release(inst, slab);
	}
	return nr;
}

void sb_slab_node_add(struct sb_slab *slab)
{
	struct sb_slab_node *node = &slab->cache->node[slab->nid];
	unsigned long irq = sb_irq_save();

	sb_lock(&node->lock);
	sb_slab_page_add(slab->nr_free ? &node->partial : &node->full, slab, false);
	node->nr_partial += slab->nr_free != 0;
	node->nr_slabs++;
	node->nr_objects += slab->nr;
	node->nr_free += slab->nr_free;
	sb_unlock(&node->lock);
	sb_irq_restore(irq);
}

void sb_slab_node_take_empty(struct sb_slab_cache *cache, int nid, struct sb_slab **empty)
{
	struct sb_slab_node *node = &cache->node[nid];
	unsigned long irq = sb_irq_save();

	sb_lock(&node->lock);
	for (; node->nr_empty; node->nr_empty--)
		forget(node, node->partial.last, empty);
	sb_unlock(&node->lock);
	sb_irq_restore(irq);
}

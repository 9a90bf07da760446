// SPDX-License-Identifier: GPL-2.0-only
#include "slab_node.h"

static void take_from(struct sb_slab *slab, enum sb_slab_state state, u32 nr,
		      struct sb_slab_slot *slot)
{
	u32 i = slab->hint;

	slab->nr_free -= nr;
	for (; nr; i++) {
		if (slab->state[i] != SB_SLAB_FREE)
			continue;
		slot->obj = sb_slab_page_object(slab, i);
		slot->state = &slab->state[i];
		WRITE_ONCE(slab->state[i], state);
		slot++;
		nr--;
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
		take_from(slab, state, some, slot + got);
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

/* __slab_free(), Linux 6.12: a slab that becomes empty is kept while partial ones are few. */
static void give_to(struct sb_slab_node *node, struct sb_slab *slab, u32 index,
		    struct sb_slab **empty) __must_hold(node->lock)
{
	bool was_full = !slab->nr_free;
	bool enough = node->nr_partial >= slab->cache->min_partial;

	WRITE_ONCE(slab->state[index], SB_SLAB_FREE);
	slab->nr_free++;
	slab->hint = min(slab->hint, index);
	node->nr_free++;
	if (!was_full && slab->nr_free < slab->nr)
		return;
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

/* The slab of an object that is not FREE. */
static struct sb_slab *slab_of(struct sb_slab_cache *cache, const struct sb_slab_slot *slot)
{
	struct sb_slab *slab;
	u8 *states;
	u32 index;

	if (likely(sb_slab_cache_near(cache, slot->obj, &index, &states)))
		return sb_slab_page_of_states(states);
	sb_slab_page_find(cache->inst, slot->obj, &slab, &index);
	return slab;
}

/* Gives those from the first on that are of one node, and says how many these are. */
static u32 give_some(struct sb_slab_cache *cache, enum sb_slab_state state, u32 nr,
		     const struct sb_slab_slot *slot, u32 *given, struct sb_slab **empty)
{
	struct sb_slab *slab = slab_of(cache, slot);
	struct sb_slab_node *node = &cache->node[slab->nid];
	int nid = slab->nid;
	u32 i = 0;

	sb_lock(&node->lock);
	while (slab->nid == nid) {
		if (likely(READ_ONCE(*slot[i].state) == state)) {
			give_to(node, slab, (u32)(slot[i].state - slab->state), empty);
			(*given)++;
		}
		if (++i == nr)
			break;
		slab = slab_of(cache, &slot[i]);
	}
	sb_unlock(&node->lock);
	return i;
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

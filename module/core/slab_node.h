/* SPDX-License-Identifier: GPL-2.0-only */
/* A node's slabs: where objects come from and go to, many at a time. */
#ifndef SB_SLAB_NODE_H
#define SB_SLAB_NODE_H

#include "slab_cache.h"

/**
 * sb_slab_node_take() - Take free objects of a node's slabs.
 * @cache: cache
 * @nid: node
 * @state: what they are from now on: SB_SLAB_CPU or SB_SLAB_USED
 * @nr: how many at most
 * @slot: the last of @nr is filled first; when there were fewer, the first ones are not
 *
 * Context: Any, interrupts on or off. Takes the node's lock.
 * Return: how many there were.
 */
u32 sb_slab_node_take(struct sb_slab_cache *cache, int nid, enum sb_slab_state state, u32 nr,
		      struct sb_slab_slot *slot);

/**
 * sb_slab_node_give() - Give objects back to their slabs.
 * @cache: cache that they are of
 * @state: what they are now: SB_SLAB_CPU or SB_SLAB_USED
 * @nr: how many
 * @slot: the objects
 * @empty: slabs that are not needed any more are put before this list, linked by
 *	next; for sb_slab_node_release()
 *
 * Context: as sb_slab_node_take().
 * Return: objects that were in @state; others are left alone.
 */
u32 sb_slab_node_give(struct sb_slab_cache *cache, enum sb_slab_state state, u32 nr,
		      const struct sb_slab_slot *slot, struct sb_slab **empty);

/* Gives the pages of a list of slabs back, and says how many. Context: any but NMI, no locks. */
unsigned long sb_slab_node_release(struct sb_instance *inst, struct sb_slab *empty);

/* Puts a new slab on its node's lists. */
void sb_slab_node_add(struct sb_slab *slab);

/* Takes the slabs of a node off its lists whose objects are all free. */
void sb_slab_node_take_empty(struct sb_slab_cache *cache, int nid, struct sb_slab **empty);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slabs: a block of pages, cut into objects, with a header at its end.
 *
 *	FREE  ---refill-->  CPU  ---alloc-->  USED
 *	      <--flush----       <--free----
 *
 * The byte of an object says where it is. Between FREE and another it changes
 * under the node's lock; else its CPU changes it, with interrupts off, or who has
 * the object. As it is a byte, others write to those beside it meanwhile.
 */
#ifndef SB_SLAB_PAGE_H
#define SB_SLAB_PAGE_H

#include "memmap.h"

struct sb_slab_cache;
struct sb_slab_node;

enum sb_slab_state {
	SB_SLAB_NONE, /* there is no such object */
	SB_SLAB_FREE, /* free, and on no CPU's array */
	SB_SLAB_CPU, /* free, on a CPU's array */
	SB_SLAB_USED, /* in use */
};

/**
 * struct sb_slab - Header of a slab.
 * @colour: bytes from the start of the slab to the place of its first object,
 *	fewer than those of a place
 * @nr: objects
 * @nr_free: those that are FREE
 * @hint: the first that may be
 * @order: log2 of its pages
 * @nid: node of its pages
 * @cache: cache that it belongs to
 * @pfn: its first page
 * @base: where that is
 * @next: next slab of its list, or NULL
 * @prev: the one before it, or NULL
 * @state: enum sb_slab_state, by object; as many as would fit without a header
 *
 * The node's lock guards @nr_free, @hint, @next and @prev.
 */
struct sb_slab {
	u32 colour;
	u32 nr;
	u32 nr_free;
	u32 hint;
	unsigned int order;
	int nid;
	struct sb_slab_cache *cache;
	unsigned long pfn;
	u8 *base;
	struct sb_slab *next;
	struct sb_slab *prev;
	u8 state[];
};

static inline struct sb_slab *sb_slab_page_of_states(u8 *states)
{
	return (struct sb_slab *)(states - offsetof(struct sb_slab, state));
}

struct sb_slab_list {
	struct sb_slab *first;
	struct sb_slab *last;
};

/* Bytes from the start of a slab of @order to its header. */
u32 sb_slab_page_header(u32 size, unsigned int order);

/* Where the place of an object begins. */
void *sb_slab_page_place(const struct sb_slab *slab, u32 index);
/* The object itself. */
void *sb_slab_page_object(const struct sb_slab *slab, u32 index);

/**
 * sb_slab_page_make() - Make a slab, its objects FREE, on no list yet.
 * @cache: cache
 * @gfp: SB_GFP_* of the request
 * @nid: node to begin with, or SB_NID_ANY
 * @slab: set to it
 *
 * allocate_slab(), Linux 6.12: with the cache's order and no effort first, then
 * with the least order that will do.
 *
 * Context: Any but NMI, without locks.
 * Return: 0, or what sb_alloc() fails with.
 */
int sb_slab_page_make(struct sb_slab_cache *cache, u32 gfp, int nid, struct sb_slab **slab);

/* next_order of a slab's first page: no list has links so high, and no other cache that id. */
u32 sb_slab_page_word(const struct sb_slab_cache *cache, unsigned int order);

/* Gives the pages of a slab back that is on no list. */
void sb_slab_page_release(struct sb_instance *inst, struct sb_slab *slab);

/**
 * sb_slab_page_find() - Say whose object is at an address.
 * @inst: instance
 * @addr: any address
 * @slab: set to its slab
 * @index: set to which object of it
 *
 * Context: Any. An object that is not in use may be gone the next moment.
 * Return: 0; -ERANGE for an address outside of the instance; -ENOENT for one
 *	in no slab; -EINVAL for one that is not where an object begins, @slab is
 *	set.
 */
int sb_slab_page_find(const struct sb_instance *inst, const void *addr, struct sb_slab **slab,
		      u32 *index);

/* Lists of slabs; the node's lock is held. */
void sb_slab_page_add(struct sb_slab_list *list, struct sb_slab *slab, bool last);
void sb_slab_page_remove(struct sb_slab_list *list, struct sb_slab *slab);

#endif

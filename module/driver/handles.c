// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include "handles.h"

#define RESERVED ((struct sb_buffer *)ERR_PTR(-EBUSY))

static u32 leaf_of(u32 number)
{
	return number / SB_HANDLES_PER_LEAF;
}

static u32 place_of(u32 number)
{
	return number % SB_HANDLES_PER_LEAF;
}

/* 0 is no number. */
static u32 number_after(u32 number)
{
	return number < SB_HANDLES_LAST ? number + 1 : 1;
}

void sb_handles_init(struct sb_handles *handles)
{
	spin_lock_init(&handles->lock);
	handles->next = 1;
}

void sb_handles_exit(struct sb_handles *handles)
{
	unsigned int i;

	for (i = 0; i < SB_HANDLES_LEAVES; i++)
		kfree(handles->leaf[i].slot);
}

/* The first unused one of @number and those behind it in its leaf; or 0. */
static u32 unused_from(const struct sb_handle_leaf *leaf, u32 number)
{
	u32 place = place_of(number);

	if (leaf->used == SB_HANDLES_PER_LEAF)
		return 0;
	while (place < SB_HANDLES_PER_LEAF && leaf->slot[place])
		place++;
	return place < SB_HANDLES_PER_LEAF ? number - place_of(number) + place : 0;
}

/* Goes on to the next number that is unused, or to the beginning of a leaf that is not there. */
static noinline bool advance(struct sb_handles *handles)
{
	u32 number = handles->next, found = 0;
	unsigned int i;

	/* The leaf that it begins in comes twice: the second time from its beginning. */
	for (i = 0; i <= SB_HANDLES_LEAVES && !found; i++) {
		const struct sb_handle_leaf *leaf = &handles->leaf[leaf_of(number)];

		found = leaf->slot ? unused_from(leaf, number) : number;
		number = number_after(number | (SB_HANDLES_PER_LEAF - 1));
	}
	handles->next = found ?: handles->next;
	return found;
}

u32 sb_handles_reserve(struct sb_handles *handles)
{
	u32 number = handles->next;
	struct sb_handle_leaf *leaf = &handles->leaf[leaf_of(number)];

	if (unlikely(!leaf->slot || leaf->slot[place_of(number)])) {
		if (!advance(handles))
			return 0;
		number = handles->next;
		leaf = &handles->leaf[leaf_of(number)];
		if (!leaf->slot)
			return 0;
	}
	leaf->slot[place_of(number)] = RESERVED;
	leaf->used++;
	handles->nr++;
	handles->next = number_after(number);
	return number;
}

int sb_handles_grow(struct sb_handles *handles)
{
	struct sb_buffer **slot = kcalloc(SB_HANDLES_PER_LEAF, sizeof(*slot), GFP_KERNEL_ACCOUNT);
	struct sb_handle_leaf *leaf;

	if (!slot)
		return -ENOMEM;
	spin_lock(&handles->lock);
	leaf = &handles->leaf[leaf_of(handles->next)];
	/* Another thread may have been here first, or have gone on to another leaf. */
	if (!leaf->slot)
		swap(leaf->slot, slot);
	spin_unlock(&handles->lock);
	kfree(slot);
	return 0;
}

void sb_handles_set(struct sb_handles *handles, u32 number, struct sb_buffer *buf)
{
	/*
	 * The leaf stays, as one of its numbers is reserved. Pairs with the acquire in
	 * sb_handles_get(): who finds the buffer finds it complete.
	 */
	smp_store_release(&handles->leaf[leaf_of(number)].slot[place_of(number)], buf);
}

struct sb_buffer *sb_handles_get(const struct sb_handles *handles, unsigned long number)
{
	struct sb_buffer **slot, *buf;

	if (unlikely(number > SB_HANDLES_LAST))
		return NULL;
	slot = handles->leaf[array_index_nospec(leaf_of(number), SB_HANDLES_LEAVES)].slot;
	if (unlikely(!slot))
		return NULL;
	/* Pairs with the release in sb_handles_set(): the buffer is complete. */
	buf = smp_load_acquire(&slot[place_of(number)]);
	return likely(buf != RESERVED) ? buf : NULL;
}

static void clear(struct sb_handles *handles, struct sb_handle_leaf *leaf, u32 number)
{
	leaf->slot[place_of(number)] = NULL;
	handles->nr--;
	if (likely(--leaf->used || leaf_of(number) == leaf_of(handles->next)))
		return;
	kfree(leaf->slot);
	leaf->slot = NULL;
}

void sb_handles_clear(struct sb_handles *handles, u32 number)
{
	clear(handles, &handles->leaf[leaf_of(number)], number);
}

struct sb_buffer *sb_handles_take(struct sb_handles *handles, u32 number)
{
	struct sb_buffer *buf = sb_handles_get(handles, number);

	if (likely(buf))
		clear(handles, &handles->leaf[leaf_of(number)], number);
	return buf;
}

struct sb_buffer *sb_handles_next(const struct sb_handles *handles, u32 *number)
{
	for (; *number <= SB_HANDLES_LAST; ++*number) {
		struct sb_buffer **slot = handles->leaf[leaf_of(*number)].slot;

		if (!slot)
			*number |= SB_HANDLES_PER_LEAF - 1;
		else if (!IS_ERR_OR_NULL(slot[place_of(*number)]))
			return slot[place_of(*number)];
	}
	return NULL;
}

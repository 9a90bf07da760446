// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>
#include <linux/slab.h>

#include "handles.h"

/* Turns are counted in 32 bits, which has to come round where numbers do. */
static_assert(((SB_HANDLES_LAST + 1) & SB_HANDLES_LAST) == 0);
static_assert(SBUDDY_MAX_HANDLES <= SB_HANDLES_LAST);

void sb_handles_init(struct sb_handles *handles)
{
	spin_lock_init(&handles->lock);
	handles->allowed = INT_MAX;
}

void sb_handles_exit(struct sb_handles *handles)
{
	unsigned int i;

	for (i = 0; i < SB_HANDLES_LEAVES; i++)
		kfree(handles->leaf[i]);
}

int sb_handles_grow(struct sb_handles *handles, u32 number)
{
	unsigned long *leaf = kcalloc(SB_HANDLES_PER_LEAF, sizeof(*leaf), GFP_KERNEL_ACCOUNT);
	unsigned int i = number / SB_HANDLES_PER_LEAF;

	if (!leaf)
		return -ENOMEM;
	/* 0 is no number. */
	if (!i)
		leaf[0] = SB_HANDLES_RESERVED;
	/* Another thread may have been here first. */
	if (cmpxchg_release(&handles->leaf[i], NULL, leaf))
		kfree(leaf);
	return 0;
}

int sb_handles_reserve(struct sb_handles *handles, u32 *number)
{
	int err = 0;

	for (;; cond_resched()) {
		u64 begun = sb_handles_begin(handles, 1, 0);

		*number = sb_handles_number((u32)begun);
		if (unlikely(sb_handles_full(sb_handles_since(handles, begun))))
			err = -ENOSPC;
		else if (unlikely(!sb_handles_word(handles, *number)))
			err = sb_handles_grow(handles, *number);
		if (unlikely(err))
			break;
		if (sb_handles_claim(sb_handles_word(handles, *number), SB_HANDLES_RESERVED))
			return 0;
		sb_handles_over(handles, 1, 0);
	}
	sb_handles_over(handles, 1, 0);
	return err;
}

void sb_handles_raise(struct sb_handles *handles, u64 used)
{
	int pages = sb_handles_pages_since(used), peak = atomic_read(&handles->peak);

	while (pages > peak && !atomic_try_cmpxchg(&handles->peak, &peak, pages))
		;
}

void sb_handles_set(struct sb_handles *handles, u32 number, unsigned long value)
{
	/* Who finds it finds it complete. */
	smp_store_release(sb_handles_word(handles, number), value);
	if (!value)
		sb_handles_over(handles, 1, 0);
}

unsigned long sb_handles_get(const struct sb_handles *handles, unsigned long number)
{
	unsigned long *word, value;

	if (unlikely(number > SB_HANDLES_LAST))
		return 0;
	word = sb_handles_word(handles, (u32)number);
	/* Pairs with the release in sb_handles_set(). */
	value = likely(word) ? smp_load_acquire(word) : 0;
	return likely(value != SB_HANDLES_RESERVED) ? value : 0;
}

unsigned long sb_handles_next(const struct sb_handles *handles, u32 *number)
{
	unsigned long value;

	for (; *number <= SB_HANDLES_LAST; ++*number) {
		value = sb_handles_get(handles, *number);
		if (value)
			return value;
		if (!sb_handles_word(handles, *number))
			*number |= SB_HANDLES_PER_LEAF - 1;
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that name the buffers of an open file.
 *
 *	leaf 0            leaf 1    leaf 2
 *	. 1 2 3 ... 1023  none      2048 2049 ...     next: 2051
 *
 * They are given in turn, from 1 to SB_HANDLES_LAST and round again, so that one that
 * was given up rests for as long as it can. A leaf is there while one of its numbers is
 * in use, or about to be. A number is reserved first, when nobody finds anything by it,
 * and then set.
 */
#ifndef SBUDDY_HANDLES_H
#define SBUDDY_HANDLES_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct sb_buffer;

#define SB_HANDLES_PER_LEAF 1024u
#define SB_HANDLES_LEAVES 128u
#define SB_HANDLES_LAST (SB_HANDLES_PER_LEAF * SB_HANDLES_LEAVES - 1)

/**
 * struct sb_handle_leaf - Numbers in a row.
 * @slot: what each names, or NULL for none
 * @used: those that are reserved or set
 */
struct sb_handle_leaf {
	struct sb_buffer **slot;
	unsigned int used;
};

/**
 * struct sb_handles - The numbers of an open file.
 * @lock: guards the rest
 * @next: where the search for an unused one begins
 * @nr: reserved and set
 * @leaf: all of them
 */
struct sb_handles {
	spinlock_t lock; /* innermost, but for what kfree() takes */
	u32 next;
	u32 nr;
	struct sb_handle_leaf leaf[SB_HANDLES_LEAVES];
};

void sb_handles_init(struct sb_handles *handles);

/* Forgets all of them. Nobody uses them any more. */
void sb_handles_exit(struct sb_handles *handles);

/*
 * Reserves a number. 0 when a leaf for it has to be made first, by sb_handles_grow()
 * without the lock; and when none is left, which the caller does not let happen.
 */
u32 sb_handles_reserve(struct sb_handles *handles) __must_hold(&handles->lock);

/* Process context, may sleep: 0 or -ENOMEM. */
int sb_handles_grow(struct sb_handles *handles);

/* Sets a number that the caller has reserved. Needs no lock. */
void sb_handles_set(struct sb_handles *handles, u32 number, struct sb_buffer *buf);

/* What a number names, or NULL for none, or one that is reserved only. */
struct sb_buffer *sb_handles_get(const struct sb_handles *handles, unsigned long number)
	__must_hold(&handles->lock);

/* Gives a number up that is reserved or set. */
void sb_handles_clear(struct sb_handles *handles, u32 number) __must_hold(&handles->lock);

/* Gives a number up that is set, and says what it named; NULL for any other. */
struct sb_buffer *sb_handles_take(struct sb_handles *handles, u32 number)
	__must_hold(&handles->lock);

/* The buffer of the first number from *@number on that is set, or NULL; nobody else uses them. */
struct sb_buffer *sb_handles_next(const struct sb_handles *handles, u32 *number);

#endif

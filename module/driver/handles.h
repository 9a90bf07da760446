/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that name the buffers of an open file.
 *
 *	leaf 0            leaf 1    leaf 2
 *	. 1 2 3 ... 1023  none      2048 2049 ...     next: 2051
 *
 * They are given in turn, from 1 to SB_HANDLES_LAST and round again, so that one that
 * was given up rests for as long as it can. What a number names is a word:
 *
 *	0			nothing: whoever had the number's turn may claim it
 *	SB_HANDLES_RESERVED	nothing that anybody finds, until its claimer sets it
 *	odd			a block, bare.h
 *	4 more than 8 * n	a page that shares a block, share.h
 *	other			the address of a struct sb_buffer
 *
 * Words change by compare-and-exchange, so that claiming and giving up take no lock; but
 * an address is put in place of a block, and taken away, with the lock alone: who has it
 * finds the buffer alive. A leaf once made stays.
 *
 * Two counters that grow tell what is in use, each the turns of numbers in its low
 * half and pages in its high one, so that one operation counts both:
 *
 *	begun - past    =    pages in use << 32 | numbers in use
 *
 * Pages that are refused, as they are more than there may be, are taken back from @begun,
 * so that nobody who looks at what was in use before they came takes them for freed ones:
 * then whatever is not refused stays within the limit, with any number of threads.
 */
#ifndef SBUDDY_HANDLES_H
#define SBUDDY_HANDLES_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <uapi/linux/sbuddy.h>

#define SB_HANDLES_PER_LEAF 1024u
#define SB_HANDLES_LEAVES 128u
#define SB_HANDLES_LAST (SB_HANDLES_PER_LEAF * SB_HANDLES_LEAVES - 1)

#define SB_HANDLES_RESERVED 2ul

/**
 * struct sb_handles - The numbers of an open file.
 * @lock: of those that name a struct sb_buffer
 * @begun: turns that numbers had, and pages that were taken
 * @past: turns that are over, as the number was given up, or in use when it came; and
 *	pages that went back
 * @peak: most pages that were in use at a time
 * @allowed: pages up to which nobody needs to be asked, quota.h
 * @leaf: words, by number; or NULL
 */
struct sb_handles {
	spinlock_t lock; /* innermost */
	atomic64_t begun;
	atomic64_t past;
	atomic_t peak;
	int allowed;
	unsigned long *leaf[SB_HANDLES_LEAVES];
};

void sb_handles_init(struct sb_handles *handles);

/* Forgets all of them. Nobody uses them any more. */
void sb_handles_exit(struct sb_handles *handles);

/* Pages and numbers in use, as above. May be a moment old. */
static inline u64 sb_handles_used(const struct sb_handles *handles)
{
	/* Read first, so that no turn is over before it came. */
	u64 past = (u64)atomic64_read_acquire(&handles->past);

	return (u64)atomic64_read(&handles->begun) - past;
}

static inline u32 sb_handles_nr(const struct sb_handles *handles)
{
	return (u32)sb_handles_used(handles);
}

static inline u32 sb_handles_pages(const struct sb_handles *handles)
{
	return (u32)(sb_handles_used(handles) >> 32);
}

/* Where the word of a number is, or NULL; whatever @number is, nothing else is touched. */
static inline unsigned long *sb_handles_word(const struct sb_handles *handles, u32 number)
{
	unsigned long *const *slot =
		&handles->leaf[number / SB_HANDLES_PER_LEAF % SB_HANDLES_LEAVES];
	/* Pairs with the release in sb_handles_grow(): all words are zero. */
	unsigned long *leaf = smp_load_acquire(slot);

	return likely(leaf) ? leaf + number % SB_HANDLES_PER_LEAF : NULL;
}

/*
 * The turns of @nr numbers in a row, the last of which is the low half of what it returns,
 * and @pages that are taken for them. The caller claims the numbers, or says that their
 * turn is over.
 */
static inline u64 sb_handles_begin(struct sb_handles *handles, unsigned int nr, u32 pages)
{
	return (u64)atomic64_add_return_relaxed((s64)((u64)pages << 32 | nr), &handles->begun);
}

static inline u32 sb_handles_number(u32 turn)
{
	return turn & SB_HANDLES_LAST;
}

static inline void sb_handles_over(struct sb_handles *handles, unsigned int nr, u32 pages)
{
	atomic64_add((s64)((u64)pages << 32 | nr), &handles->past);
}

/* Of what sb_handles_begin() returned: what was in use then. Later turns may be over by now. */
static inline u64 sb_handles_since(const struct sb_handles *handles, u64 begun)
{
	return begun - (u64)atomic64_read(&handles->past);
}

/*
 * Pages of what sb_handles_since() tells. Of later turns that are over, more may be than there
 * were before: the low half is negative then, and must not borrow a page.
 */
static inline s32 sb_handles_pages_since(u64 used)
{
	return (s32)((used + BIT_ULL(31)) >> 32);
}

/* Whether the last one of these would be one too many. */
static inline bool sb_handles_full(u64 used)
{
	return (s32)used > SBUDDY_MAX_HANDLES;
}

/* Whether these are more pages than there ever were: then sb_handles_raise() is told. */
static inline bool sb_handles_highest(const struct sb_handles *handles, u64 used)
{
	return sb_handles_pages_since(used) > atomic_read(&handles->peak);
}

void sb_handles_raise(struct sb_handles *handles, u64 used);

/* Says that pages are there which sb_handles_since() counts. */
static inline void sb_handles_got(struct sb_handles *handles, u64 used)
{
	if (unlikely(sb_handles_highest(handles, used)))
		sb_handles_raise(handles, used);
}

/* Whether these are more pages than there may be without asking. */
static inline bool sb_handles_exceed(const struct sb_handles *handles, u64 used)
{
	return sb_handles_pages_since(used) > READ_ONCE(handles->allowed);
}

/* Takes back what sb_handles_begin() counted, and was refused. */
static inline void sb_handles_refuse(struct sb_handles *handles, unsigned int nr, u32 pages)
{
	atomic64_sub((s64)((u64)pages << 32), &handles->begun);
	if (nr)
		sb_handles_over(handles, nr, 0);
}

/* Claims a number that had its turn; false when it is in use. */
static inline bool sb_handles_claim(unsigned long *word, unsigned long value)
{
	/* Who gives the block up sees what was done to it, as in sb_handles_drop(). */
	return likely(!cmpxchg_release(word, 0ul, value));
}

/* Takes away what was there, unless it is something else by now. */
static inline bool sb_handles_drop(unsigned long *word, unsigned long value)
{
	return likely(cmpxchg_acquire(word, value, 0ul) == value);
}

/**
 * sb_handles_reserve() - Have a number that nobody finds anything by, yet.
 * @handles: the file's
 * @number: set to it
 *
 * Context: Process. May sleep.
 * Return: 0; -ENOSPC when there are SBUDDY_MAX_HANDLES; -ENOMEM.
 */
int sb_handles_reserve(struct sb_handles *handles, u32 *number);

/* Makes the leaf that a number is in: 0 or -ENOMEM. Process context, may sleep. */
int sb_handles_grow(struct sb_handles *handles, u32 number);

/* Sets a number that the caller has reserved; gives it up when @value is 0. */
void sb_handles_set(struct sb_handles *handles, u32 number, unsigned long value);

/* What a number names; 0 for none, one that is reserved only, and one that there is not. */
unsigned long sb_handles_get(const struct sb_handles *handles, unsigned long number);

/* The first number from *@number on that names something, and what; or 0. */
unsigned long sb_handles_next(const struct sb_handles *handles, u32 *number);

#endif

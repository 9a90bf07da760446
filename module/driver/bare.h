/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks that only a handle knows of: no structure is made before somebody asks for more
 * than to free one.
 *
 *	word of the handle:  first page | order | reclaimable | 1
 *
 * They are low orders of what never moves, asked for without flags and for any node, so
 * the word tells all of it. Nobody reaches their pages, so nobody has to zero them:
 * sb_buffer_get() makes a buffer of one first, which is zeroed when it is reached.
 */
#ifndef SBUDDY_BARE_H
#define SBUDDY_BARE_H

#include "alloc.h"
#include "device.h"
#include "front.h"
#include "handles.h"

#define SB_BARE 1ul

#define SB_BARE_SHIFT 4

/* Bits of a word that tell what a block is. */
#define SB_BARE_KIND(order, type) ((order) << 2 | (SB_RECLAIMABLE & (type)) | SB_BARE)

static_assert(SB_UNMOVABLE == 0 && SB_RECLAIMABLE == 2, "the type is one bit of the word");
static_assert(SB_PCP_ORDERS <= 4, "the order is two");

static inline bool sb_bare(unsigned long word)
{
	return word & SB_BARE;
}

/* A machine of 32 bits has frame numbers of at most 28. */
static inline unsigned long sb_bare_word(unsigned long pfn, unsigned long kind)
{
	return pfn << SB_BARE_SHIFT | kind;
}

static inline unsigned long sb_bare_pfn(unsigned long word)
{
	return word >> SB_BARE_SHIFT;
}

static inline unsigned int sb_bare_order(unsigned long word)
{
	return word >> 2 & 3;
}

static inline unsigned int sb_bare_type(unsigned long word)
{
	return word & SB_RECLAIMABLE;
}

/* Takes a block from its handle, which is given up; 0 when it names none. */
static inline unsigned long sb_bare_take_back(struct sb_handles *handles, u32 number)
{
	unsigned long *at = likely(number <= SB_HANDLES_LAST) ? sb_handles_word(handles, number) :
								NULL;
	unsigned long word = likely(at) ? READ_ONCE(*at) : 0;

	/* Another thread may be as fast. */
	if (unlikely(!sb_bare(word) || !sb_handles_drop(at, word)))
		return 0;
	sb_handles_over(handles, 1, (u32)sb_order_pages(sb_bare_order(word)));
	return word;
}

/* Gives the block back; what is refused was said by core, and stays allocated. */
static inline void sb_bare_free(struct sbuddy_device *dev, unsigned long word)
{
	struct sb_instance *inst = &dev->inst;
	unsigned long pfn = sb_bare_pfn(word);
	unsigned int order = sb_bare_order(word);

	if (unlikely(!sb_front_put(inst, pfn, order)))
		sb_alloc_free(inst, pfn, order);
	sb_pressure_freed(&dev->pressure);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many single pages at a time: for as many as a block has, the block is taken as it is,
 * and its pages share it until one of them goes another way than the others.
 *
 *	word of the handle:  index of the page | order of the block | reclaimable | 100
 *
 * The handles of the pages are in a row, as the pages are. When all of them are freed
 * together the block goes back as it came; whatever is done to one alone makes it single
 * pages first, bare.h. All words of a block change at once, with the lock of the handles.
 * Only blocks of the list that single pages would come from are shared, and none while
 * somebody looks at each page, debug.h.
 */
#ifndef SBUDDY_SHARE_H
#define SBUDDY_SHARE_H

#include "buffer.h"

#define SB_SHARE 4ul

static inline bool sb_share(unsigned long word)
{
	return (word & 7) == SB_SHARE;
}

static inline unsigned int sb_share_type(unsigned long word)
{
	return word >> 2 & SB_RECLAIMABLE;
}

/* Pages that are taken, or given back, at a time. */
#define SB_SHARE_CHUNK 64u

/**
 * struct sb_piece - A block on its way to its handle, or to those of its pages.
 * @number: handle, the first of as many as the block has pages if it is shared
 * @word: the first one's
 */
struct sb_piece {
	u32 number;
	unsigned long word;
};

/**
 * sb_share_take() - Take blocks for handles in a row.
 * @client: open file
 * @arg: what each is to be, from sb_quick_arg()
 * @nr: how many are wanted, 1 .. SB_SHARE_CHUNK
 * @pieces: room for @nr; filled
 * @nr_pieces: set to how many
 *
 * The handles from the first piece's on are unknown to everybody else until
 * sb_share_publish() of each piece, or else sb_share_cancel(), which must follow.
 *
 * Context: Process. May sleep.
 * Return: how many blocks, at least one; or -errno as sb_buffer_alloc().
 */
int sb_share_take(struct sb_client *client, unsigned long arg, unsigned int nr,
		  struct sb_piece *pieces, unsigned int *nr_pieces);
void sb_share_publish(struct sb_client *client, const struct sb_piece *piece);
void sb_share_cancel(struct sb_client *client, const struct sb_piece *piece);

/* Makes all pages of the block single that a handle's page shares. */
void sb_share_end(struct sb_client *client, u32 handle) __must_hold(&client->handles.lock);

/*
 * Frees the block that begins with the page of @handles[0] if all its pages are to be freed:
 * @nr handles follow. Returns its pages, or 0 when it is no such block.
 */
unsigned int sb_share_free(struct sb_client *client, const u32 *handles, unsigned int nr);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/log2.h>

#include "bare.h"
#include "quick.h"
#include "share.h"

/* A block with fewer pages is no cheaper than its pages. */
#define MIN_ORDER 2u

/* In a word below the index. */
#define INDEX_SHIFT 8

static_assert(1u << 6 == SB_SHARE_CHUNK && SB_MAX_ORDER <= 15, "the order is four bits");
static_assert(SB_HANDLES_PER_LEAF % SB_SHARE_CHUNK == 0);

static unsigned int order_of(unsigned long word)
{
	return word >> 4 & 15;
}

static unsigned int pages_of(const struct sb_piece *piece)
{
	return sb_share(piece->word) ? 1u << order_of(piece->word) : 1;
}

/* In pages, which are as many as its handles only where they share it. */
static u32 memory_of(const struct sb_piece *piece)
{
	return 1u << (sb_share(piece->word) ? order_of(piece->word) : sb_bare_order(piece->word));
}

/* Which of the block's pages it is. */
static unsigned int place_of(unsigned long word)
{
	return word >> INDEX_SHIFT & ((1u << order_of(word)) - 1);
}

/* The largest block that @nr pages are to share; 0 for none. */
static unsigned int order_for(const struct sb_instance *inst, unsigned long arg, unsigned int nr)
{
	struct sb_request request;
	unsigned int zone, order = (unsigned int)ilog2(nr);
	u32 orders;

	if (nr < 1u << MIN_ORDER || READ_ONCE(inst->hooks) || sb_quick_request(inst, arg, &request))
		return 0;
	zone = READ_ONCE(inst->front.zone[sb_quick_gfp(arg)]);
	if (request.order || zone == SB_ZONE_NONE)
		return 0;
	/* It may be gone when it is asked for: then the pages come from elsewhere. */
	orders = READ_ONCE(inst->zones[zone].nonempty[inst->blocks.grouping ? request.type : 0]);
	while (order >= MIN_ORDER && !(orders >> order))
		order--;
	return order >= MIN_ORDER ? order : 0;
}

/* Goes to no lengths, as single pages will do. */
static bool take_block(struct sb_client *client, unsigned long arg, unsigned int order,
		       unsigned long *word)
{
	struct sb_instance *inst = &client->dev->inst;
	struct sb_request request;
	unsigned long pfn, index;

	if (sb_quick_request(inst, arg, &request))
		return false;
	request.order = order;
	request.gfp = SB_GFP_NOWAIT | SB_GFP_NORETRY;
	if (sb_alloc(inst, &request, &pfn))
		return false;
	sb_pressure_slow(&client->dev->pressure);
	index = pfn - inst->map.base_pfn;
	*word = index << INDEX_SHIFT | order << 4 | (request.type & SB_RECLAIMABLE) << 2 | SB_SHARE;
	/* No instance is so large, but one without memory. */
	if (likely(*word >> INDEX_SHIFT == index))
		return true;
	sb_alloc_free(inst, pfn, order);
	return false;
}

/* Numbers in a row, of one leaf, that nobody finds anything by: how many, or -errno. */
static int reserve_row(struct sb_handles *handles, unsigned int nr, u32 *number)
{
	unsigned int room = SB_HANDLES_PER_LEAF;
	unsigned int got = 0;
	unsigned long *words;
	u64 begun;

	room -= ((u32)atomic64_read(&handles->begun) + 1) % SB_HANDLES_PER_LEAF;
	nr = min(nr, room);
	begun = sb_handles_begin(handles, nr, 0);
	*number = sb_handles_number((u32)begun - nr + 1);
	words = sb_handles_word(handles, *number);
	if (unlikely(!words) && !sb_handles_grow(handles, *number))
		words = sb_handles_word(handles, *number);
	/* Another thread may have had some turns first, so that the rest is in the next leaf. */
	room = SB_HANDLES_PER_LEAF - *number % SB_HANDLES_PER_LEAF;
	if (likely(words && !sb_handles_full(sb_handles_since(handles, begun))))
		while (got < min(nr, room) && sb_handles_claim(&words[got], SB_HANDLES_RESERVED))
			got++;
	if (unlikely(got < nr))
		sb_handles_over(handles, nr - got, 0);
	return likely(got) ? (int)got : sb_handles_reserve(handles, number) ?: 1;
}

/* Pages for as many blocks of up to @nr as there may be: how many, or -EDQUOT. */
static int charge(struct sb_client *client, unsigned int nr, unsigned int order, u64 *used)
{
	int err;

	while ((err = sb_quota_charge(client, nr << order, used)) && nr > 1)
		nr /= 2;
	return err ?: (int)nr;
}

/* Pages for @nr blocks were charged, and there are @got. */
static void settle_charge(struct sb_handles *handles, u64 used, unsigned int nr, unsigned int got,
			  unsigned int order)
{
	u32 rest = (nr - got) << order;

	if (rest)
		sb_handles_over(handles, 0, rest);
	sb_handles_got(handles, used - ((u64)rest << 32));
}

int sb_share_take(struct sb_client *client, unsigned long arg, unsigned int nr,
		  struct sb_piece *pieces, unsigned int *nr_pieces)
{
	struct sb_handles *handles = &client->handles;
	const unsigned int one = (unsigned int)arg >> 4;
	unsigned int got = 0, nr_got = 0, order;
	int err = 0, row, charged;
	u32 number;
	u64 used;

	charged = charge(client, nr, one, &used);
	if (unlikely(charged < 0))
		return charged;
	row = reserve_row(handles, (unsigned int)charged, &number);
	while ((int)got < row) {
		struct sb_piece *piece = &pieces[nr_got];

		piece->number = number + got;
		order = order_for(&client->dev->inst, arg, (unsigned int)row - got);
		if (!order || !take_block(client, arg, order, &piece->word))
			err = sb_quick_block(client, arg, &piece->word);
		if (unlikely(err))
			break;
		got += pages_of(piece);
		nr_got++;
	}
	*nr_pieces = nr_got;
	settle_charge(handles, used, (unsigned int)charged, got, one);
	if (unlikely(row < 0))
		return row;
	for (nr = got; nr < (unsigned int)row; nr++)
		sb_handles_set(handles, number + nr, 0);
	return got ? (int)got : err;
}

static void set_words(unsigned long *at, unsigned int nr, unsigned long word, unsigned long step)
{
	for (; nr; nr--, at++, word += step)
		/* Who finds one finds it complete. */
		smp_store_release(at, word);
}

void sb_share_publish(struct sb_client *client, const struct sb_piece *piece)
{
	unsigned long *at = sb_handles_word(&client->handles, piece->number);

	if (!sb_share(piece->word)) {
		set_words(at, 1, piece->word, 0);
		return;
	}
	spin_lock(&client->handles.lock);
	set_words(at, pages_of(piece), piece->word, 1ul << INDEX_SHIFT);
	spin_unlock(&client->handles.lock);
}

static void free_block(struct sb_client *client, unsigned long word)
{
	struct sb_instance *inst = &client->dev->inst;

	if (sb_share(word)) {
		sb_alloc_free(inst, inst->map.base_pfn + (word >> INDEX_SHIFT), order_of(word));
		sb_pressure_freed(&client->dev->pressure);
	} else {
		sb_bare_free(client->dev, word);
	}
}

void sb_share_cancel(struct sb_client *client, const struct sb_piece *piece)
{
	unsigned int i, nr = pages_of(piece);

	free_block(client, piece->word);
	sb_handles_over(&client->handles, 0, memory_of(piece));
	for (i = 0; i < nr; i++)
		sb_handles_set(&client->handles, piece->number + i, 0);
}

void sb_share_end(struct sb_client *client, u32 handle)
{
	struct sb_instance *inst = &client->dev->inst;
	unsigned long *at = sb_handles_word(&client->handles, handle);
	unsigned int order = order_of(*at), place = place_of(*at);
	unsigned long pfn = inst->map.base_pfn + (*at >> INDEX_SHIFT) - place;
	unsigned int type = sb_share_type(*at);

	/* What is refused was said by core: then they stay allocated when they are freed. */
	sb_alloc_split(inst, pfn, order);
	set_words(at - place, 1u << order, sb_bare_word(pfn, SB_BARE_KIND(0, type)),
		  1ul << SB_BARE_SHIFT);
}

static bool are_in_a_row(const u32 *handles, unsigned int nr)
{
	unsigned int i;

	for (i = 1; i < nr; i++)
		if (handles[i] != handles[0] + i)
			return false;
	return true;
}

unsigned int sb_share_free(struct sb_client *client, const u32 *handles, unsigned int nr)
{
	unsigned long word = sb_handles_get(&client->handles, handles[0]);
	unsigned int nr_pages = 1u << order_of(word);
	bool same;

	if (!sb_share(word) || place_of(word) || nr_pages > nr || !are_in_a_row(handles, nr_pages))
		return 0;
	spin_lock(&client->handles.lock);
	same = sb_handles_get(&client->handles, handles[0]) == word;
	if (likely(same))
		set_words(sb_handles_word(&client->handles, handles[0]), nr_pages, 0, 0);
	spin_unlock(&client->handles.lock);
	if (unlikely(!same))
		return 0;
	sb_handles_over(&client->handles, nr_pages, nr_pages);
	free_block(client, word);
	return nr_pages;
}

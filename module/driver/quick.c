// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>

#include "bare.h"
#include "ioctl.h"
#include "quick.h"
#include "share.h"

#define FLAGS(arg) ((u32)(arg) >> 8 & 0xff)
#define COUNT(arg) (((arg) >> 16) + 1)

/* Zone, type and an order of the front; all else is zero. */
#define PLAIN 0x3ful

/* Set for those that the front can be told of, which does not look at it. */
#define CAN 0x80

static_assert(CAN >= SB_FRONT_GFPS);

/* What the front is told, by zone and type of the argument. */
static const u8 front_gfp[16] = {
	[SBUDDY_ZONE_NORMAL | SBUDDY_UNMOVABLE << 2] = CAN,
	[SBUDDY_ZONE_HIGHMEM | SBUDDY_UNMOVABLE << 2] = CAN | SB_GFP_HIGHMEM,
	[SBUDDY_ZONE_DMA | SBUDDY_UNMOVABLE << 2] = CAN | SB_GFP_DMA,
	[SBUDDY_ZONE_NORMAL | SBUDDY_RECLAIMABLE << 2] = CAN | SB_GFP_RECLAIMABLE,
	[SBUDDY_ZONE_HIGHMEM | SBUDDY_RECLAIMABLE << 2] = CAN | SB_GFP_RECLAIMABLE | SB_GFP_HIGHMEM,
	[SBUDDY_ZONE_DMA | SBUDDY_RECLAIMABLE << 2] = CAN | SB_GFP_RECLAIMABLE | SB_GFP_DMA,
};

static_assert(SB_PCP_ORDERS == 4, "two bits of PLAIN");
static_assert(SBUDDY_TAKE(3, SBUDDY_RECLAIMABLE, SBUDDY_ZONE_DMA, 0, 1) ==
	      (3 << 4 | SBUDDY_RECLAIMABLE << 2 | SBUDDY_ZONE_DMA));

static inline bool is_plain(unsigned long arg)
{
	return !(arg & ~PLAIN) && front_gfp[arg % 16];
}

/* Of a plain one: the bits that SB_BARE_KIND() makes are in the same order. */
static inline unsigned long kind_of(unsigned long arg)
{
	BUILD_BUG_ON(SB_BARE_KIND(3, SB_RECLAIMABLE) !=
		     (SBUDDY_TAKE(3, SBUDDY_RECLAIMABLE, 0, 0, 1) >> 2 | SB_BARE));
	return arg >> 2 | SB_BARE;
}

static inline bool take_from_front(struct sb_instance *inst, unsigned long arg, unsigned long *pfn)
{
	return sb_front_take(inst, front_gfp[arg % 16], (unsigned int)arg >> 4, pfn);
}

int sb_quick_request(const struct sb_instance *inst, unsigned long arg, struct sb_request *request)
{
	unsigned long ignored;

	*request = (struct sb_request){ .type = arg >> 2 & 3, .nid = SB_NID_ANY };
	return sb_call_parse(inst, request, &ignored, FLAGS(arg), arg & 3, arg >> 4 & 15, 0);
}

u32 sb_quick_gfp(unsigned long arg)
{
	return front_gfp[arg % 16] & (SB_FRONT_GFPS - 1);
}

unsigned long sb_quick_arg(u32 order, u32 type, u32 zone)
{
	unsigned long arg = (unsigned long)order << 4 | type << 2 | zone;

	if (order >= SB_PCP_ORDERS || type > SBUDDY_RECLAIMABLE || zone > SBUDDY_ZONE_DMA)
		return SB_QUICK_NONE;
	return is_plain(arg) ? arg : SB_QUICK_NONE;
}

/* Without the front, which may have no block while there are some. */
static noinline int block_slowly(struct sb_client *client, unsigned long arg, unsigned long *pfn)
{
	struct sb_request request;
	int err = sb_quick_request(&client->dev->inst, arg, &request);

	if (!err)
		err = sb_alloc(&client->dev->inst, &request, pfn);
	if (err == -ENOMEM)
		sb_buffer_explain(client, &request);
	sb_pressure_slow(&client->dev->pressure);
	return err;
}

static inline int get_block(struct sb_client *client, unsigned long arg, unsigned long *word)
{
	unsigned long pfn;
	int err = 0;

	if (unlikely(!take_from_front(&client->dev->inst, arg, &pfn)))
		err = block_slowly(client, arg, &pfn);
	if (likely(!err))
		*word = sb_bare_word(pfn, kind_of(arg));
	return err;
}

int sb_quick_block(struct sb_client *client, unsigned long arg, unsigned long *word)
{
	return get_block(client, arg, word);
}

/* One block, whatever is in the way. */
static noinline long take_one(struct sb_client *client, unsigned long arg)
{
	struct sb_handles *handles = &client->handles;
	u32 number, pages = 1u << (arg >> 4);
	unsigned long word;
	u64 used;
	int err = sb_handles_reserve(handles, &number);

	if (err)
		return err;
	err = sb_quota_charge(client, pages, &used);
	if (err)
		goto err_number;
	err = get_block(client, arg, &word);
	if (err)
		goto err_pages;
	sb_handles_got(handles, used);
	sb_handles_set(handles, number, word);
	return (long)number;

err_pages:
	sb_handles_over(handles, 0, pages);
err_number:
	sb_handles_set(handles, number, 0);
	return err;
}

static long taken(u32 first, unsigned int nr)
{
	return first | (long)(nr - 1) << SBUDDY_TAKEN_SHIFT;
}

/* Whether the numbers go on from those before; if not, it is as if it had not been taken. */
static bool settle(struct sb_client *client, const struct sb_piece *pieces, unsigned int nr,
		   u32 number)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (pieces[0].number == number)
			sb_share_publish(client, &pieces[i]);
		else
			sb_share_cancel(client, &pieces[i]);
	return pieces[0].number == number;
}

static long take_many(struct sb_client *client, unsigned long arg, unsigned int nr)
{
	struct sb_piece pieces[SB_SHARE_CHUNK];
	unsigned int got, nr_pieces;
	u32 first = 0;
	int more;

	for (got = 0; got < nr; got += (unsigned int)more) {
		more = sb_share_take(client, arg, min(nr - got, SB_SHARE_CHUNK), pieces,
				     &nr_pieces);
		if (more < 0)
			return got ? taken(first, got) : more;
		if (!got)
			first = pieces[0].number;
		if (!settle(client, pieces, nr_pieces, first + got))
			break;
	}
	return taken(first, got);
}

/* Buffers, as by SBUDDY_IOC_ALLOC, as long as their numbers are in a row. */
static long take_buffers(struct sb_client *client, unsigned long arg, unsigned int nr)
{
	struct sb_request request;
	struct sb_buffer *buf;
	unsigned int got;
	u32 first = 0;
	int err = sb_quick_request(&client->dev->inst, arg, &request);

	if (err)
		return err;
	for (got = 0; got < nr; got++) {
		buf = sb_buffer_alloc(client, &request, 0, false);
		if (IS_ERR(buf))
			return got ? taken(first, got) : PTR_ERR(buf);
		if (!got)
			first = buf->handle;
		if (buf->handle != first + got) {
			sb_buffer_abort(client, buf);
			break;
		}
		sb_buffer_publish(client, buf);
		cond_resched();
	}
	return taken(first, got);
}

static noinline long take_any(struct sb_client *client, unsigned long arg)
{
	unsigned long count = COUNT(arg);

	if (count > SBUDDY_MAX_TAKE || FLAGS(arg) & ~SBUDDY_ALLOC_RESERVES)
		return -EINVAL;
	if (is_plain(arg & 0xffff))
		return take_many(client, arg & 0xffff, (unsigned int)count);
	return take_buffers(client, arg, (unsigned int)count);
}

/* Not for the function tracer: it would cost as much as a tenth of it. */
notrace long sb_quick_take(struct sb_client *client, unsigned long arg)
{
	struct sb_handles *handles = &client->handles;
	struct sb_instance *inst = &client->dev->inst;
	unsigned long *at, pfn;
	u64 begun, used;
	u32 pages;

	if (unlikely(!is_plain(arg)))
		return take_any(client, arg);
	pages = 1u << (arg >> 4);
	begun = sb_handles_begin(handles, 1, pages);
	used = sb_handles_since(handles, begun);
	at = sb_handles_word(handles, sb_handles_number((u32)begun));
	if (unlikely(!at || sb_handles_full(used) || sb_handles_exceed(handles, used))) {
		sb_handles_refuse(handles, 1, pages);
		return take_one(client, arg);
	}
	if (unlikely(!take_from_front(inst, arg, &pfn)))
		goto slow;
	sb_handles_got(handles, used);
	if (likely(sb_handles_claim(at, sb_bare_word(pfn, kind_of(arg)))))
		return sb_handles_number((u32)begun);
	sb_bare_free(client->dev, sb_bare_word(pfn, kind_of(arg)));
slow:
	sb_handles_over(handles, 1, pages);
	return take_one(client, arg);
}

static noinline long give_any(struct sb_client *client, unsigned long arg)
{
	u32 handles[SB_SHARE_CHUNK], next = arg & SB_HANDLES_LAST;
	unsigned long count = (arg >> SBUDDY_TAKEN_SHIFT) + 1, given = 0;
	unsigned int nr, i, freed;

	if (count > SBUDDY_MAX_TAKE)
		return -EINVAL;
	do {
		nr = (unsigned int)min(count - given, (unsigned long)SB_SHARE_CHUNK);
		for (i = 0; i < nr; i++)
			handles[i] = next++;
		freed = sb_buffer_free_many(client, handles, nr);
		given += freed;
	} while (freed == nr && given < count);
	return given ? (long)given : -ENOENT;
}

notrace long sb_quick_give(struct sb_client *client, unsigned long arg)
{
	unsigned long word = 0;

	if (likely(arg <= SB_HANDLES_LAST))
		word = sb_bare_take_back(&client->handles, (u32)arg);
	if (unlikely(!word))
		return give_any(client, arg);
	sb_bare_free(client->dev, word);
	return 1;
}

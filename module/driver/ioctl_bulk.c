// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_ALLOC_BULK of blocks that need no structure. */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "ioctl.h"
#include "share.h"

/* Results written at a time. */
#define ROW 32u

static int put_row(struct sbuddy_result __user *to, u32 first, unsigned int nr)
{
	struct sbuddy_result results[ROW];
	unsigned int done, some, i;

	for (done = 0; done < nr; done += some) {
		some = min(nr - done, ROW);
		for (i = 0; i < some; i++)
			results[i] = (struct sbuddy_result){
				.handle = first + done + i,
				.offset = sb_handle_offset(first + done + i),
			};
		if (copy_to_user(to + done, results, some * sizeof(*results)))
			return -EFAULT;
	}
	return 0;
}

/* Allocates until it has enough or something fails; counts what it has. */
static int fill(struct sb_call *call, unsigned long arg, struct sb_piece *pieces,
		unsigned int *nr_pieces)
{
	struct sbuddy_alloc_bulk *bulk = &call->alloc_bulk;
	struct sbuddy_result __user *results = sb_call_pointer(bulk->results);
	unsigned int nr;
	int more;

	if (!results)
		return -EFAULT;
	for (bulk->allocated = 0; bulk->allocated < bulk->count; bulk->allocated += (u32)more) {
		struct sb_piece *next = pieces + *nr_pieces;

		more = sb_share_take(call->client, arg,
				     min(bulk->count - bulk->allocated, SB_SHARE_CHUNK), next, &nr);
		if (more < 0)
			return more;
		*nr_pieces += nr;
		if (put_row(results + bulk->allocated, next->number, (unsigned int)more))
			return -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/* Makes all known at once, or none. */
static void settle(struct sb_client *client, const struct sb_piece *pieces, unsigned int nr,
		   bool publish)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (publish)
			sb_share_publish(client, &pieces[i]);
		else
			sb_share_cancel(client, &pieces[i]);
		cond_resched();
	}
}

int sb_call_alloc_bare_bulk(struct sb_call *call, unsigned long arg)
{
	struct sbuddy_alloc_bulk *bulk = &call->alloc_bulk;
	struct sb_piece *pieces = kvmalloc_array(bulk->count, sizeof(*pieces), GFP_KERNEL_ACCOUNT);
	unsigned int nr = 0;
	int err;

	if (!pieces)
		return -ENOMEM;
	err = fill(call, arg, pieces, &nr);
	/* Some are better than none, unless the process cannot be told. */
	if (bulk->allocated && err != -EFAULT && err != -EINTR)
		err = sb_call_reply(call);
	settle(call->client, pieces, nr, !err);
	kvfree(pieces);
	return err;
}

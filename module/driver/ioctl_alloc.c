// SPDX-License-Identifier: GPL-2.0-only
/* Commands that make buffers. */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "bare.h"
#include "caching.h"
#include "claim.h"
#include "ioctl.h"
#include "quick.h"

static_assert(SBUDDY_MAX_SCATTERED == SB_BUFFER_MAX_PAGES);
static_assert(SBUDDY_WAIT_FOREVER == SB_PRESSURE_FOREVER);

/* A process can wait, unless it says that it cannot. */
static u32 gfp_of(u32 flags)
{
	u32 gfp = flags & SBUDDY_ALLOC_ATOMIC ? SB_GFP_ATOMIC : SB_GFP_KERNEL;

	if (flags & SBUDDY_ALLOC_HIGH)
		gfp |= SB_GFP_HIGH;
	if (flags & SBUDDY_ALLOC_MEMALLOC)
		gfp |= SB_GFP_MEMALLOC;
	if (flags & SBUDDY_ALLOC_THIS_NODE)
		gfp |= SB_GFP_THISNODE;
	return gfp;
}

int sb_call_parse(const struct sb_instance *inst, struct sb_request *request,
		  unsigned long *nr_pages, u32 flags, u32 zone, u32 order, u64 bytes)
{
	u64 most;

	if (flags & ~SBUDDY_ALLOC_FLAGS)
		return -EINVAL;
	if ((flags & SBUDDY_ALLOC_SCATTERED) && !(flags & SBUDDY_ALLOC_BYTES))
		return -EINVAL;
	if ((flags & SB_CACHING_FLAGS) == SB_CACHING_FLAGS)
		return -EINVAL;
	if ((flags & SBUDDY_ALLOC_RESERVES) && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	*nr_pages = 0;
	request->order = order;
	request->gfp = gfp_of(flags);
	if (request->type >= SB_PCPTYPES || sb_call_zone(zone, &request->zone))
		return -EINVAL;
	if (request->nid < SB_NID_ANY || request->nid >= SB_MAX_NODES)
		return -EINVAL;
	if ((flags & SBUDDY_ALLOC_THIS_NODE) && request->nid == SB_NID_ANY)
		return -EINVAL;
	if (!(flags & SBUDDY_ALLOC_BYTES))
		return bytes || order > inst->cfg.max_order ? -EINVAL : 0;
	most = flags & SBUDDY_ALLOC_SCATTERED ? sb_pfn_addr(SBUDDY_MAX_SCATTERED) :
						sb_call_max_bytes(inst);
	if (order || !bytes || bytes > most)
		return -EINVAL;
	*nr_pages = (bytes + SB_PAGE_SIZE - 1) >> SB_PAGE_SHIFT;
	return 0;
}

/* Writes what is told, and not what the process told, which it has. */
static int tell(struct sbuddy_alloc __user *user, u32 handle, unsigned long nr_pages)
{
	const struct {
		u32 handle;
		u32 reserved;
		u64 offset;
		u64 granted;
	} out = { handle, 0, sb_handle_offset(handle), sb_pfn_addr(nr_pages) };

	BUILD_BUG_ON(offsetof(struct sbuddy_alloc, handle) + sizeof(out) != SBUDDY_ALLOC_SIZE_VER0);
	return copy_to_user(&user->handle, &out, sizeof(out)) ? -EFAULT : 0;
}

/**
 * struct attempt - A request that may be tried again.
 * @client: open file
 * @request: what is wanted
 * @nr_pages: likewise
 * @scattered: likewise
 * @claimed: likewise
 * @buf: set when it succeeds
 */
struct attempt {
	struct sb_client *client;
	struct sb_request request;
	unsigned long nr_pages;
	bool scattered;
	bool claimed;
	struct sb_buffer *buf;
};

static int attempt(void *arg)
{
	struct attempt *it = arg;

	if (it->claimed)
		it->buf = sb_claim_alloc(it->client, &it->request);
	else
		it->buf = sb_buffer_alloc(it->client, &it->request, it->nr_pages, it->scattered);
	return PTR_ERR_OR_ZERO(it->buf);
}

/* What is left of the time is told for the call that comes next, if there is one. */
static int wait(struct attempt *it, u32 timeout_ms, struct sbuddy_alloc __user *user)
{
	int err = sb_pressure_wait(it->client->dev, &timeout_ms, attempt, it);

	if (err == -ERESTARTSYS && put_user(timeout_ms, &user->timeout_ms))
		return -EFAULT;
	return err;
}

static int check_extra(const struct sbuddy_alloc *arg)
{
	if (arg->reserved || arg->reserved2)
		return -EINVAL;
	/* Half a field is none. */
	if (arg->size > SBUDDY_ALLOC_SIZE_VER0 &&
	    arg->size < SBUDDY_ALLOC_SIZE_VER0 + sizeof(arg->timeout_ms))
		return -EINVAL;
	if ((arg->flags & SBUDDY_ALLOC_CLAIMED) &&
	    (arg->flags & (SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_RESERVES)))
		return -EINVAL;
	if (arg->flags & SBUDDY_ALLOC_WAIT)
		return arg->flags & SBUDDY_ALLOC_ATOMIC ? -EINVAL : 0;
	return arg->timeout_ms ? -EINVAL : 0;
}

static int alloc(struct sb_client *client, const struct sbuddy_alloc *arg,
		 struct sbuddy_alloc __user *user)
{
	struct attempt it = {
		.client = client,
		.request = { .type = arg->type, .nid = arg->node },
		.scattered = arg->flags & SBUDDY_ALLOC_SCATTERED,
		.claimed = arg->flags & SBUDDY_ALLOC_CLAIMED,
	};
	const u32 flags = arg->flags & ~(u32)(SBUDDY_ALLOC_WAIT | SBUDDY_ALLOC_CLAIMED);
	int err = check_extra(arg);

	if (!err)
		err = sb_call_parse(&client->dev->inst, &it.request, &it.nr_pages, flags, arg->zone,
				    arg->order, arg->bytes);
	if (!err)
		err = sb_caching_check(client->dev, arg->flags);
	if (err)
		return err;
	err = attempt(&it);
	if (err == -ENOMEM && (arg->flags & SBUDDY_ALLOC_WAIT))
		err = wait(&it, arg->timeout_ms, user);
	if (err)
		return err;
	sb_caching_begin(it.buf, arg->flags);
	err = tell(user, it.buf->handle, it.buf->nr_pages);
	if (unlikely(err))
		sb_buffer_abort(client, it.buf);
	else
		sb_buffer_publish(client, it.buf);
	return err;
}

/* What SBUDDY_IOC_TAKE would be told, for a block that needs no structure. */
static unsigned long quick_arg(u32 flags, u64 bytes, int node, u32 order, u32 type, u32 zone)
{
	if (flags || bytes || node != SBUDDY_NODE_ANY)
		return SB_QUICK_NONE;
	return sb_quick_arg(order, type, zone);
}

/* A block that needs no structure. */
static int alloc_bare(struct sb_client *client, unsigned long arg, u32 order,
		      struct sbuddy_alloc __user *user)
{
	struct sb_handles *handles = &client->handles;
	u32 handle, pages = (u32)sb_order_pages(order);
	unsigned long word;
	u64 used;
	int err = sb_handles_reserve(handles, &handle);

	if (unlikely(err))
		return err;
	err = sb_quota_charge(client, pages, &used);
	if (unlikely(err))
		goto err_number;
	err = sb_quick_block(client, arg, &word);
	if (unlikely(err))
		goto err_pages;
	err = tell(user, handle, pages);
	if (unlikely(err))
		goto err_block;
	sb_handles_got(handles, used);
	sb_handles_set(handles, handle, word);
	return 0;

err_block:
	sb_bare_free(client->dev, word);
err_pages:
	sb_handles_over(handles, 0, pages);
err_number:
	sb_handles_set(handles, handle, 0);
	return err;
}

int sb_call_alloc(struct sb_call *call)
{
	return alloc(call->client, &call->alloc, call->user);
}

int sb_call_alloc_usual(struct sb_client *client, void __user *user)
{
	struct sbuddy_alloc arg;
	unsigned long quick;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return SB_CALL_UNUSUAL;
	if (arg.size == SBUDDY_ALLOC_SIZE_VER0) {
		arg.timeout_ms = 0;
		arg.reserved2 = 0;
	} else if (arg.size != sizeof(arg)) {
		return SB_CALL_UNUSUAL;
	}
	quick = quick_arg(arg.flags, arg.bytes, arg.node, arg.order, arg.type, arg.zone);
	if (quick == SB_QUICK_NONE || check_extra(&arg))
		return alloc(client, &arg, user);
	return alloc_bare(client, quick, arg.order, user);
}

static int put_results(struct sbuddy_result __user *to, struct sb_buffer *const *bufs,
		       unsigned int nr)
{
	struct sbuddy_result results[SB_BUFFER_CHUNK];
	unsigned int i;

	for (i = 0; i < nr; i++)
		results[i] = (struct sbuddy_result){
			.handle = bufs[i]->handle,
			.offset = sb_buffer_offset(bufs[i]),
		};
	return copy_to_user(to, results, nr * sizeof(*results)) ? -EFAULT : 0;
}

/* Some more of those that are wanted: how many, or -errno. */
static int alloc_some(struct sb_call *call, const struct sb_request *request,
		      unsigned long nr_pages, struct sb_buffer **bufs)
{
	const struct sbuddy_alloc_bulk *bulk = &call->alloc_bulk;

	if (!request->order && !nr_pages)
		return sb_buffer_alloc_pages(call->client, request, bufs,
					     min(bulk->count - bulk->allocated, SB_BUFFER_CHUNK));
	bufs[0] = sb_buffer_alloc(call->client, request, nr_pages,
				  bulk->flags & SBUDDY_ALLOC_SCATTERED);
	return PTR_ERR_OR_ZERO(bufs[0]) ?: 1;
}

/* Allocates until it has enough or something fails; counts what it has. */
static int fill_chain(struct sb_call *call, const struct sb_request *request,
		      unsigned long nr_pages, struct sb_buffer **chain)
{
	struct sbuddy_alloc_bulk *bulk = &call->alloc_bulk;
	struct sbuddy_result __user *results = sb_call_pointer(bulk->results);
	struct sb_buffer *bufs[SB_BUFFER_CHUNK];
	int nr, i;

	if (!results)
		return -EFAULT;
	for (bulk->allocated = 0; bulk->allocated < bulk->count; bulk->allocated += nr) {
		nr = alloc_some(call, request, nr_pages, bufs);
		if (nr < 0)
			return nr;
		for (i = 0; i < nr; i++) {
			sb_caching_begin(bufs[i], bulk->flags);
			bufs[i]->next = *chain;
			*chain = bufs[i];
		}
		if (put_results(results + bulk->allocated, bufs, nr))
			return -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/* Makes all known at once, or none. */
static void settle_chain(struct sb_client *client, struct sb_buffer *chain, bool publish)
{
	while (chain) {
		struct sb_buffer *buf = chain;

		chain = buf->next;
		if (publish)
			sb_buffer_publish(client, buf);
		else
			sb_buffer_abort(client, buf);
		cond_resched();
	}
}

int sb_call_alloc_bulk(struct sb_call *call)
{
	struct sb_client *client = call->client;
	struct sbuddy_alloc_bulk *bulk = &call->alloc_bulk;
	struct sb_request request = {
		.type = bulk->type,
		.nid = bulk->node,
	};
	unsigned long quick = quick_arg(bulk->flags, bulk->bytes, bulk->node, bulk->order,
					bulk->type, bulk->zone);
	struct sb_buffer *chain = NULL;
	unsigned long nr_pages;
	int err;

	if (!bulk->count || bulk->count > SBUDDY_MAX_HANDLES)
		return -EINVAL;
	err = sb_call_parse(&client->dev->inst, &request, &nr_pages, bulk->flags, bulk->zone,
			    bulk->order, bulk->bytes);
	if (!err)
		err = sb_caching_check(client->dev, bulk->flags);
	if (err)
		return err;
	if (quick != SB_QUICK_NONE)
		return sb_call_alloc_bare_bulk(call, quick);
	err = fill_chain(call, &request, nr_pages, &chain);
	/* Some are better than none, unless the process cannot be told. */
	if (bulk->allocated && err != -EFAULT && err != -EINTR)
		err = sb_call_reply(call);
	settle_chain(client, chain, !err);
	return err;
}

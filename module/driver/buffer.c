// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <uapi/linux/sbuddy.h>

#include "buffer.h"
#include "caching.h"
#include "claim.h"
#include "client.h"
#include "explain.h"
#include "mover.h"
#include "scatter.h"
#include "slice.h"

/* Most pages that are zeroed when somebody is to reach them: mmap() keeps others waiting. */
#define LATE_PAGES 16ul

static_assert(SB_HANDLES_LAST == SB_BUFFER_MAX_HANDLE);
static_assert(SBUDDY_MAX_HANDLES * 2 <= SB_BUFFER_MAX_HANDLE + 1,
	      "a freed handle rests while as many as a file may have are given");

unsigned long sb_buffer_run(const struct sb_buffer *buf, unsigned long page, unsigned long *nr)
{
	const struct sb_run *run = buf->runs;
	unsigned long first = 0;

	if (run != &buf->one)
		run += sb_scatter_find(buf->runs, buf->nr_runs, page, &first);
	*nr = run->nr_pages - (page - first);
	return run->pfn + (page - first);
}

unsigned long sb_buffer_pfn(const struct sb_buffer *buf, unsigned long page)
{
	unsigned long nr;

	return sb_buffer_run(buf, page, &nr);
}

static void set_one_run(struct sb_buffer *buf, unsigned long nr_pages)
{
	buf->nr_pages = nr_pages;
	buf->runs = &buf->one;
	buf->nr_runs = 1;
	buf->one.nr_pages = nr_pages;
}

void sb_buffer_set_block(struct sb_buffer *buf, unsigned long pfn)
{
	buf->exact = false;
	buf->zeroed = false;
	set_one_run(buf, sb_order_pages(buf->request.order));
	buf->one.pfn = pfn;
}

static int alloc_one_run(struct sb_buffer *buf, unsigned long nr_pages)
{
	struct sb_instance *inst = &buf->dev->inst;

	buf->exact = nr_pages != 0;
	set_one_run(buf, nr_pages ? nr_pages : sb_order_pages(buf->request.order));
	if (!buf->exact)
		return sb_alloc(inst, &buf->request, &buf->one.pfn);
	buf->request.order = sb_order_for(nr_pages);
	return sb_alloc_exact(inst, &buf->request, nr_pages, &buf->one.pfn);
}

/* A block of that order there may be none of: more pages are in several runs for sure. */
static int alloc_runs(struct sb_buffer *buf, unsigned long nr_pages)
{
	const struct sb_instance *inst = &buf->dev->inst;
	const u32 gfp = buf->request.gfp;
	struct sb_run *runs;
	int err = -ENOMEM;

	/* As kvmalloc(): no lengths are gone to for what need not be. */
	buf->request.gfp |= SB_GFP_NORETRY;
	if (nr_pages <= sb_order_pages(inst->cfg.max_order))
		err = alloc_one_run(buf, nr_pages);
	buf->request.gfp = gfp;
	if (err != -ENOMEM)
		return err;
	buf->request.order = sb_order_for(nr_pages);
	runs = sb_scatter_alloc(&buf->dev->inst, &buf->request, nr_pages, &buf->nr_runs);
	if (IS_ERR(runs))
		return PTR_ERR(runs);
	buf->runs = runs;
	buf->nr_pages = nr_pages;
	return 0;
}

static void free_pages_of(struct sb_buffer *buf)
{
	struct sb_instance *inst = &buf->dev->inst;

	/* What is refused here was said by core, and stays allocated. */
	if (buf->runs != &buf->one) {
		sb_scatter_free(inst, buf->runs, buf->nr_runs);
		kvfree(buf->runs);
	} else if (buf->exact) {
		sb_alloc_free_exact(inst, buf->one.pfn, buf->nr_pages);
	} else {
		sb_alloc_free(inst, buf->one.pfn, buf->request.order);
	}
}

/* Finds out why at once, while it is true. Without memory for that nothing is known. */
void sb_buffer_explain(struct sb_client *client, const struct sb_request *request)
{
	if (mutex_lock_killable(&client->failure_lock))
		return;
	if (!client->failure)
		client->failure = kvmalloc(sizeof(*client->failure), GFP_KERNEL_ACCOUNT);
	if (client->failure)
		sb_explain(&client->dev->inst, request, client->failure);
	mutex_unlock(&client->failure_lock);
}

static int get_pages(struct sb_buffer *buf, unsigned long nr_pages, bool scattered)
{
	int err = scattered ? alloc_runs(buf, nr_pages) : alloc_one_run(buf, nr_pages);

	sb_pressure_slow(&buf->dev->pressure);
	if (unlikely(err == -ENOMEM))
		sb_buffer_explain(buf->client, &buf->request);
	return err;
}

static void end_pages_of(struct sb_buffer *buf)
{
	if (buf->whole) {
		sb_slice_end(buf);
		return;
	}
	sb_caching_end(buf);
	/* What was claimed stays charged. */
	if (unlikely(buf->claim) && sb_claim_put(buf))
		return;
	free_pages_of(buf);
	sb_handles_over(&buf->client->handles, 0, (u32)buf->nr_pages);
}

void sb_buffer_end(struct sb_buffer *buf)
{
	struct sbuddy_device *dev = buf->dev;
	bool by_pages = buf->by_pages;

	if (buf->movable)
		sbuddy_mover_remove(buf);
	end_pages_of(buf);
	atomic_dec(&dev->nr_buffers);
	sb_pressure_freed(&buf->dev->pressure);
	if (buf->loose)
		atomic_long_sub((long)sb_buffer_own(buf), &buf->client->nr_loose);
	buf->by_pages = 0;
	buf->next = NULL;
	sb_client_retire(buf->client, buf);
	/* Not before the client is done with the device. */
	if (by_pages)
		sbuddy_device_let_go(dev);
}

void sb_buffer_put(struct sb_buffer *buf)
{
	if (refcount_dec_and_test(&buf->refs) && !sb_held_keep(buf))
		sb_buffer_end(buf);
}

/* Its pages are there. */
static int make_usable(struct sb_buffer *buf)
{
	int err = 0;

	buf->zeroed = false;
	if (buf->nr_pages > LATE_PAGES)
		err = sb_buffer_zero(buf);
	if (unlikely(err))
		return err;
	if (buf->request.type == SB_MOVABLE && buf->runs == &buf->one)
		sbuddy_mover_add(buf);
	return 0;
}

/* Counts it, and leaves nothing when it cannot be used. */
static int settle(struct sb_buffer *buf, u64 used)
{
	int err;

	atomic_inc(&buf->dev->nr_buffers);
	sb_handles_got(&buf->client->handles, used);
	err = make_usable(buf);
	if (unlikely(err))
		sb_buffer_abort(buf->client, buf);
	return err;
}

int sb_buffer_adopt(struct sb_buffer *buf, unsigned long pfn, unsigned long nr_pages, u64 used)
{
	buf->exact = true;
	buf->request.order = sb_order_for(nr_pages);
	set_one_run(buf, nr_pages);
	buf->one.pfn = pfn;
	return settle(buf, used);
}

int sb_buffer_adopt_block(struct sb_buffer *buf, unsigned long pfn)
{
	sb_buffer_set_block(buf, pfn);
	return settle(buf, 0);
}

struct sb_buffer *sb_buffer_alloc(struct sb_client *client, const struct sb_request *request,
				  unsigned long nr_pages, bool scattered)
{
	struct sb_buffer *buf = sb_client_begin(client, request);
	u32 pages = (u32)(nr_pages ?: sb_order_pages(request->order));
	u64 used;
	int err;

	if (IS_ERR(buf))
		return buf;
	err = sb_quota_charge(client, pages, &used);
	if (unlikely(err))
		goto err_cancel;
	err = get_pages(buf, nr_pages, scattered);
	if (unlikely(err))
		goto err_pages;
	err = settle(buf, used);
	return unlikely(err) ? ERR_PTR(err) : buf;

err_pages:
	sb_handles_over(&client->handles, 0, pages);
err_cancel:
	sb_client_cancel(buf);
	return ERR_PTR(err);
}

/* Gives the first @nr buffers a page each: the others are not wanted. */
static unsigned int spread(struct sb_buffer **bufs, const unsigned long *pfns, unsigned int nr)
{
	unsigned int i, done;

	for (i = 0; i < nr; i++)
		sb_buffer_set_block(bufs[i], pfns[i]);
	atomic_add((int)nr, &bufs[0]->dev->nr_buffers);
	for (done = 0; done < nr && !make_usable(bufs[done]); done++)
		;
	for (i = done; i < nr; i++)
		sb_buffer_abort(bufs[i]->client, bufs[i]);
	return done;
}

/* As many pages, and a structure for each, as are to be had at once: how many, or -errno. */
static int get_many(struct sb_client *client, const struct sb_request *request,
		    struct sb_buffer **bufs, unsigned long *pfns, unsigned int nr)
{
	struct sb_instance *inst = &client->dev->inst;
	long got, begun, i;

	for (i = 0; i < nr; i++)
		pfns[i] = SB_PFN_NONE;
	got = sb_alloc_bulk(inst, request, nr, pfns);
	sb_pressure_slow(&client->dev->pressure);
	if (unlikely(got <= 0))
		return (int)got;
	begun = sb_client_begin_many(client, request, bufs, (unsigned int)got);
	for (i = max(begun, 0l); unlikely(i < got); i++)
		sb_alloc_free(inst, pfns[i], 0);
	return (int)begun;
}

int sb_buffer_alloc_pages(struct sb_client *client, const struct sb_request *request,
			  struct sb_buffer **bufs, unsigned int nr)
{
	unsigned long pfns[SB_BUFFER_CHUNK];
	u64 used;
	int got = 0;

	if (likely(!sb_quota_charge(client, nr, &used))) {
		got = get_many(client, request, bufs, pfns, nr);
		nr -= (unsigned int)max(got, 0);
		if (unlikely(nr))
			sb_handles_over(&client->handles, 0, nr);
		if (likely(got > 0))
			sb_handles_got(&client->handles, used - ((u64)nr << 32));
	}
	if (likely(got > 0))
		return (int)spread(bufs, pfns, (unsigned int)got) ?: -EINTR;
	if (got < 0)
		return got;
	/* Where there are not so many, or may not be, there may be one. */
	bufs[0] = sb_buffer_alloc(client, request, 0, false);
	return PTR_ERR_OR_ZERO(bufs[0]) ?: 1;
}

void sb_buffer_publish(struct sb_client *client, struct sb_buffer *buf)
{
	sb_handles_set(&client->handles, buf->handle, (unsigned long)buf);
}

void sb_buffer_abort(struct sb_client *client, struct sb_buffer *buf)
{
	spin_lock(&client->handles.lock);
	client->nr_named--;
	spin_unlock(&client->handles.lock);
	sb_handles_set(&client->handles, buf->handle, 0);
	sb_buffer_put(buf);
}

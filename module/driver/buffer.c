// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <uapi/linux/sbuddy.h>

#include "buffer.h"
#include "explain.h"
#include "mover.h"
#include "pin.h"
#include "scatter.h"
#include "space.h"

/* Pages zeroed between two looks at who else wants the CPU. */
#define ZERO_PAGES 256ul

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

static int alloc_one_run(struct sb_buffer *buf, unsigned long nr_pages)
{
	struct sb_instance *inst = &buf->dev->inst;

	buf->exact = nr_pages != 0;
	buf->nr_pages = nr_pages ? nr_pages : sb_order_pages(buf->request.order);
	buf->runs = &buf->one;
	buf->nr_runs = 1;
	buf->one.nr_pages = buf->nr_pages;
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

static int zero_pages_of(const struct sb_buffer *buf)
{
	struct sb_backing *backing = buf->dev->backing;
	unsigned long done, nr;

	if (!backing->ops->mappable)
		return 0;
	for (done = 0; done < buf->nr_pages; done += nr) {
		unsigned long pfn = sb_buffer_run(buf, done, &nr);
		void *va;

		nr = min(nr, ZERO_PAGES);
		va = backing->ops->va(backing, pfn, nr);
		if (WARN_ON_ONCE(!va))
			return -EIO;
		memset(va, 0, nr << SB_PAGE_SHIFT);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/* Finds out why at once, while it is true. Without memory for that nothing is known. */
static void explain_failure(struct sb_client *client, const struct sb_request *request)
{
	if (mutex_lock_killable(&client->failure_lock))
		return;
	if (!client->failure)
		client->failure = kvmalloc(sizeof(*client->failure), GFP_KERNEL_ACCOUNT);
	if (client->failure)
		sb_explain(&client->dev->inst, request, client->failure);
	mutex_unlock(&client->failure_lock);
}

static struct sb_buffer *buffer_new(struct sb_client *client, u32 handle,
				    const struct sb_request *request)
{
	struct sb_buffer *buf = kzalloc(sizeof(*buf), GFP_KERNEL_ACCOUNT);

	if (!buf)
		return NULL;
	buf->dev = client->dev;
	buf->client = client;
	buf->handle = handle;
	buf->request = *request;
	refcount_set(&buf->refs, 1);
	init_rwsem(&buf->lock);
	return buf;
}

static struct sb_buffer *buffer_create(struct sb_client *client, u32 handle,
				       const struct sb_request *request, unsigned long nr_pages,
				       bool scattered)
{
	struct sbuddy_device *dev = client->dev;
	struct sb_buffer *buf = buffer_new(client, handle, request);
	int err;

	if (!buf)
		return ERR_PTR(-ENOMEM);
	err = scattered ? alloc_runs(buf, nr_pages) : alloc_one_run(buf, nr_pages);
	if (err == -ENOMEM)
		explain_failure(client, &buf->request);
	if (err) {
		kfree(buf);
		return ERR_PTR(err);
	}
	atomic_inc(&dev->nr_buffers);
	refcount_inc(&client->refs);
	err = zero_pages_of(buf);
	if (err) {
		sb_buffer_put(buf);
		return ERR_PTR(err);
	}
	if (buf->request.type == SB_MOVABLE && buf->runs == &buf->one)
		sbuddy_mover_add(buf);
	return buf;
}

static void client_put(struct sb_client *client)
{
	if (!refcount_dec_and_test(&client->refs))
		return;
	iput(client->space);
	kfree(client);
}

void sb_buffer_put(struct sb_buffer *buf)
{
	struct sbuddy_device *dev = buf->dev;

	if (!refcount_dec_and_test(&buf->refs))
		return;
	if (buf->movable)
		sbuddy_mover_remove(buf);
	free_pages_of(buf);
	client_put(buf->client);
	kfree(buf);
	atomic_dec(&dev->nr_buffers);
}

static int reserve_handle(struct sb_client *client, u32 *handle)
{
	const struct xa_limit limit = XA_LIMIT(1, SB_BUFFER_MAX_HANDLE);
	int err;

	if (!atomic_add_unless(&client->nr_handles, 1, SBUDDY_MAX_HANDLES))
		return -ENOSPC;
	err = xa_alloc_cyclic(&client->buffers, handle, NULL, limit, &client->next, GFP_KERNEL);
	if (err < 0) {
		atomic_dec(&client->nr_handles);
		return err;
	}
	return 0;
}

static void release_handle(struct sb_client *client, u32 handle)
{
	xa_erase(&client->buffers, handle);
	atomic_dec(&client->nr_handles);
}

struct sb_buffer *sb_buffer_alloc(struct sb_client *client, const struct sb_request *request,
				  unsigned long nr_pages, bool scattered)
{
	struct sb_buffer *buf;
	u32 handle;
	int err;

	err = reserve_handle(client, &handle);
	if (err)
		return ERR_PTR(err);
	buf = buffer_create(client, handle, request, nr_pages, scattered);
	if (IS_ERR(buf))
		release_handle(client, handle);
	return buf;
}

void sb_buffer_publish(struct sb_client *client, struct sb_buffer *buf)
{
	/* Cannot fail: the entry is there since the handle was reserved. */
	xa_store(&client->buffers, buf->handle, buf, GFP_KERNEL);
}

void sb_buffer_abort(struct sb_client *client, struct sb_buffer *buf)
{
	release_handle(client, buf->handle);
	sb_buffer_put(buf);
}

struct sb_buffer *sb_buffer_get(struct sb_client *client, unsigned long handle)
{
	struct sb_buffer *buf;

	/* The lock keeps the handle's reference in place until there is another. */
	xa_lock(&client->buffers);
	buf = xa_load(&client->buffers, handle);
	if (buf)
		refcount_inc(&buf->refs);
	xa_unlock(&client->buffers);
	return buf;
}

/* The handle is gone for everybody else. */
static void put_handle(struct sb_buffer *buf)
{
	atomic_dec(&buf->client->nr_handles);
	sb_pin_drop_handle(buf);
	sb_buffer_put(buf);
}

int sb_buffer_free(struct sb_client *client, unsigned long handle)
{
	struct sb_buffer *buf;

	/* A reserved handle reads as NULL, and is not ours to erase. */
	xa_lock(&client->buffers);
	buf = xa_load(&client->buffers, handle);
	if (buf)
		__xa_erase(&client->buffers, handle);
	xa_unlock(&client->buffers);
	if (!buf)
		return -ENOENT;
	put_handle(buf);
	return 0;
}

struct sb_client *sb_client_create(struct sbuddy_device *dev)
{
	struct sb_client *client = kzalloc(sizeof(*client), GFP_KERNEL_ACCOUNT);
	struct inode *space;

	if (!client)
		return ERR_PTR(-ENOMEM);
	space = sb_space_create();
	if (IS_ERR(space)) {
		kfree(client);
		return ERR_CAST(space);
	}
	client->dev = dev;
	client->space = space;
	xa_init_flags(&client->buffers, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	client->next = 1;
	mutex_init(&client->failure_lock);
	refcount_set(&client->refs, 1);
	client->pid = task_tgid_nr(current);
	get_task_comm(client->comm, current);
	return client;
}

void sb_client_release(struct sb_client *client)
{
	struct sb_buffer *buf;
	unsigned long handle;

	xa_for_each(&client->buffers, handle, buf) {
		put_handle(buf);
		cond_resched();
	}
	xa_destroy(&client->buffers);
	kvfree(client->failure);
	client_put(client);
}

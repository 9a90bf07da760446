// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <uapi/linux/sbuddy.h>

#include "buffer.h"
#include "explain.h"

/* Pages zeroed between two looks at who else wants the CPU. */
#define ZERO_PAGES 256ul

static_assert(SBUDDY_MAX_HANDLES * 2 <= SB_BUFFER_MAX_HANDLE + 1,
	      "a freed handle rests while as many as a file may have are given");

static int alloc_pages_of(struct sb_buffer *buf, unsigned long nr_pages)
{
	struct sb_instance *inst = &buf->dev->inst;

	buf->exact = nr_pages != 0;
	if (buf->exact) {
		buf->request.order = sb_order_for(nr_pages);
		buf->nr_pages = nr_pages;
		return sb_alloc_exact(inst, &buf->request, nr_pages, &buf->pfn);
	}
	buf->nr_pages = sb_order_pages(buf->request.order);
	return sb_alloc(inst, &buf->request, &buf->pfn);
}

static void free_pages_of(struct sb_buffer *buf)
{
	struct sb_instance *inst = &buf->dev->inst;

	/* What is refused here was said by core, and stays allocated. */
	if (buf->exact)
		sb_alloc_free_exact(inst, buf->pfn, buf->nr_pages);
	else
		sb_alloc_free(inst, buf->pfn, buf->request.order);
}

static int zero_pages_of(const struct sb_buffer *buf)
{
	struct sb_backing *backing = buf->dev->backing;
	unsigned long done, nr;

	if (!backing->ops->mappable)
		return 0;
	for (done = 0; done < buf->nr_pages; done += nr) {
		void *va;

		nr = min(buf->nr_pages - done, ZERO_PAGES);
		va = backing->ops->va(backing, buf->pfn + done, nr);
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

static struct sb_buffer *buffer_create(struct sb_client *client, const struct sb_request *request,
				       unsigned long nr_pages)
{
	struct sbuddy_device *dev = client->dev;
	struct sb_buffer *buf = kzalloc(sizeof(*buf), GFP_KERNEL_ACCOUNT);
	int err;

	if (!buf)
		return ERR_PTR(-ENOMEM);
	buf->dev = dev;
	buf->request = *request;
	refcount_set(&buf->refs, 1);
	err = alloc_pages_of(buf, nr_pages);
	if (err == -ENOMEM)
		explain_failure(client, &buf->request);
	if (err) {
		kfree(buf);
		return ERR_PTR(err);
	}
	atomic_inc(&dev->nr_buffers);
	err = zero_pages_of(buf);
	if (err) {
		sb_buffer_put(buf);
		return ERR_PTR(err);
	}
	return buf;
}

void sb_buffer_put(struct sb_buffer *buf)
{
	struct sbuddy_device *dev = buf->dev;

	if (!refcount_dec_and_test(&buf->refs))
		return;
	free_pages_of(buf);
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
				  unsigned long nr_pages)
{
	struct sb_buffer *buf;
	u32 handle;
	int err;

	err = reserve_handle(client, &handle);
	if (err)
		return ERR_PTR(err);
	buf = buffer_create(client, request, nr_pages);
	if (IS_ERR(buf))
		release_handle(client, handle);
	else
		buf->handle = handle;
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
	atomic_dec(&client->nr_handles);
	sb_buffer_put(buf);
	return 0;
}

void sb_client_init(struct sb_client *client, struct sbuddy_device *dev)
{
	client->dev = dev;
	xa_init_flags(&client->buffers, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	client->next = 1;
	atomic_set(&client->nr_handles, 0);
	mutex_init(&client->failure_lock);
}

void sb_client_exit(struct sb_client *client)
{
	struct sb_buffer *buf;
	unsigned long handle;

	xa_for_each(&client->buffers, handle, buf) {
		sb_buffer_put(buf);
		cond_resched();
	}
	xa_destroy(&client->buffers);
	kvfree(client->failure);
}

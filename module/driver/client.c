// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <uapi/linux/sbuddy.h>

#include "client.h"
#include "pin.h"
#include "space.h"

/* Structures kept for the next buffers of a file. */
#define MAX_SPARE 64

static struct sb_buffer *take_spare(struct sb_client *client) __must_hold(&client->handles.lock)
{
	struct sb_buffer *buf = client->spare;

	if (likely(buf)) {
		client->spare = buf->next;
		client->nr_spare--;
	}
	return buf;
}

static void give_spare(struct sb_client *client, struct sb_buffer *buf)
	__must_hold(&client->handles.lock)
{
	if (unlikely(client->nr_spare == MAX_SPARE)) {
		kfree(buf);
		return;
	}
	buf->next = client->spare;
	client->spare = buf;
	client->nr_spare++;
}

/* What is the same for all buffers that a structure is for. */
static struct sb_buffer *buffer_new(struct sb_client *client)
{
	struct sb_buffer *buf = kzalloc(sizeof(*buf), GFP_KERNEL_ACCOUNT);

	if (!buf)
		return NULL;
	buf->dev = client->dev;
	buf->client = client;
	init_rwsem(&buf->lock);
	return buf;
}

static void client_free(struct sb_client *client)
{
	struct sb_buffer *buf;

	while ((buf = client->spare)) {
		client->spare = buf->next;
		kfree(buf);
	}
	iput(client->space);
	kfree(client);
}

void sb_client_retire(struct sb_client *client, struct sb_buffer *chain)
{
	bool last;

	spin_lock(&client->handles.lock);
	while (chain) {
		struct sb_buffer *buf = chain;

		chain = buf->next;
		give_spare(client, buf);
		client->nr_buffers--;
	}
	last = unlikely(client->released) && !client->nr_buffers;
	spin_unlock(&client->handles.lock);
	if (unlikely(last))
		client_free(client);
}

static void unreserve(struct sb_client *client, u32 handle, struct sb_buffer *buf)
{
	spin_lock(&client->handles.lock);
	sb_handles_clear(&client->handles, handle);
	client->nr_buffers--;
	if (buf)
		give_spare(client, buf);
	spin_unlock(&client->handles.lock);
}

void sb_client_cancel(struct sb_buffer *buf)
{
	unreserve(buf->client, buf->handle, buf);
}

/* A handle and a structure, if there is one: the least that can be done with the lock. */
static int reserve(struct sb_client *client, u32 *handle, struct sb_buffer **buf)
	__must_hold(&client->handles.lock)
{
	if (unlikely(client->handles.nr >= SBUDDY_MAX_HANDLES))
		return -ENOSPC;
	*handle = sb_handles_reserve(&client->handles);
	if (unlikely(!*handle))
		return -EAGAIN;
	*buf = take_spare(client);
	client->nr_buffers++;
	return 0;
}

static bool set_up(struct sb_client *client, u32 handle, const struct sb_request *request,
		   struct sb_buffer **bufp)
{
	struct sb_buffer *buf = *bufp;

	if (unlikely(!buf))
		buf = buffer_new(client);
	if (unlikely(!buf))
		return false;
	buf->handle = handle;
	buf->request = *request;
	buf->movable = false;
	refcount_set(&buf->refs, 1);
	*bufp = buf;
	return true;
}

struct sb_buffer *sb_client_begin(struct sb_client *client, const struct sb_request *request)
{
	struct sb_buffer *buf;
	u32 handle;
	int err;

	do {
		spin_lock(&client->handles.lock);
		err = reserve(client, &handle, &buf);
		spin_unlock(&client->handles.lock);
		if (unlikely(err == -EAGAIN && sb_handles_grow(&client->handles)))
			err = -ENOMEM;
	} while (unlikely(err == -EAGAIN));
	if (unlikely(err))
		return ERR_PTR(err);
	if (likely(set_up(client, handle, request, &buf)))
		return buf;
	unreserve(client, handle, NULL);
	return ERR_PTR(-ENOMEM);
}

int sb_client_begin_many(struct sb_client *client, const struct sb_request *request,
			 struct sb_buffer **bufs, unsigned int nr)
{
	u32 handles[SB_BUFFER_CHUNK];
	unsigned int got = 0, done = 0;

	spin_lock(&client->handles.lock);
	while (got < nr && !reserve(client, &handles[got], &bufs[got]))
		got++;
	spin_unlock(&client->handles.lock);
	while (done < got && set_up(client, handles[done], request, &bufs[done]))
		done++;
	while (unlikely(got > done)) {
		got--;
		unreserve(client, handles[got], bufs[got]);
	}
	if (likely(done))
		return (int)done;
	bufs[0] = sb_client_begin(client, request);
	return PTR_ERR_OR_ZERO(bufs[0]) ?: 1;
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
	sb_handles_init(&client->handles);
	mutex_init(&client->failure_lock);
	client->pid = task_tgid_nr(current);
	get_task_comm(client->comm, current);
	return client;
}

void sb_client_release(struct sb_client *client)
{
	struct sb_buffer *buf;
	u32 handle;
	bool last;

	for (handle = 1; (buf = sb_handles_next(&client->handles, &handle)); handle++) {
		sb_pin_drop_all(buf);
		sb_buffer_put(buf);
		cond_resched();
	}
	sb_handles_exit(&client->handles);
	kvfree(client->failure);
	spin_lock(&client->handles.lock);
	client->released = true;
	last = !client->nr_buffers;
	spin_unlock(&client->handles.lock);
	if (last)
		client_free(client);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <uapi/linux/sbuddy.h>

#include "bare.h"
#include "claim.h"
#include "client.h"
#include "share.h"
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
	sb_claims_free(client);
	sb_quota_leave(client);
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
	client->nr_named--;
	client->nr_buffers--;
	if (buf)
		give_spare(client, buf);
	spin_unlock(&client->handles.lock);
	sb_handles_set(&client->handles, handle, 0);
}

void sb_client_cancel(struct sb_buffer *buf)
{
	unreserve(buf->client, buf->handle, buf);
}

/* A structure, if there is one, for a handle that is reserved. */
static struct sb_buffer *begin(struct sb_client *client) __must_hold(&client->handles.lock)
{
	client->nr_named++;
	client->nr_buffers++;
	return take_spare(client);
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
	buf->name[0] = '\0';
	buf->whole = NULL;
	buf->claim = NULL;
	buf->loose = false;
	buf->movable = false;
	refcount_set(&buf->refs, 1);
	*bufp = buf;
	return true;
}

struct sb_buffer *sb_client_begin(struct sb_client *client, const struct sb_request *request)
{
	struct sb_buffer *buf;
	u32 handle;
	int err = sb_handles_reserve(&client->handles, &handle);

	if (unlikely(err))
		return ERR_PTR(err);
	spin_lock(&client->handles.lock);
	buf = begin(client);
	spin_unlock(&client->handles.lock);
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
	int err = 0;

	while (got < nr && !(err = sb_handles_reserve(&client->handles, &handles[got])))
		got++;
	if (unlikely(!got))
		return err;
	spin_lock(&client->handles.lock);
	for (nr = 0; nr < got; nr++)
		bufs[nr] = begin(client);
	spin_unlock(&client->handles.lock);
	while (done < got && set_up(client, handles[done], request, &bufs[done]))
		done++;
	while (unlikely(got > done)) {
		got--;
		unreserve(client, handles[got], bufs[got]);
	}
	return likely(done) ? (int)done : -ENOMEM;
}

/* Has a structure ready for dress(). */
static int stock(struct sb_client *client)
{
	struct sb_buffer *buf = buffer_new(client);

	if (!buf)
		return -ENOMEM;
	spin_lock(&client->handles.lock);
	give_spare(client, buf);
	spin_unlock(&client->handles.lock);
	return 0;
}

/*
 * Makes a buffer of a block that only @handle knows of. ERR_PTR(-EAGAIN) when a structure
 * has to be made first; NULL when the handle was given up meanwhile.
 */
static struct sb_buffer *dress(struct sb_client *client, u32 handle, unsigned long word)
	__must_hold(&client->handles.lock)
{
	const struct sb_request request = {
		.order = sb_bare_order(word),
		.type = sb_bare_type(word),
		.zone = SB_ZONE_NORMAL,
		.nid = SB_NID_ANY,
		.gfp = SB_GFP_KERNEL,
	};
	struct sb_buffer *buf = take_spare(client);

	if (!buf)
		return ERR_PTR(-EAGAIN);
	set_up(client, handle, &request, &buf);
	sb_buffer_set_block(buf, sb_bare_pfn(word));
	/* Who finds it finds it complete. */
	if (cmpxchg_release(sb_handles_word(&client->handles, handle), word, (unsigned long)buf) !=
	    word) {
		give_spare(client, buf);
		return NULL;
	}
	client->nr_named++;
	client->nr_buffers++;
	atomic_inc(&client->dev->nr_buffers);
	return buf;
}

/* With another reference, if there is a structure. */
static struct sb_buffer *find(struct sb_client *client, unsigned long handle)
	__must_hold(&client->handles.lock)
{
	unsigned long word = sb_handles_get(&client->handles, handle);
	struct sb_buffer *buf;

	if (sb_share(word)) {
		sb_share_end(client, (u32)handle);
		word = sb_handles_get(&client->handles, handle);
	}
	buf = (struct sb_buffer *)word;
	if (sb_bare(word))
		buf = dress(client, (u32)handle, word);
	/* The lock keeps the handle's reference in place until there is another. */
	if (!IS_ERR_OR_NULL(buf))
		refcount_inc(&buf->refs);
	return buf;
}

struct sb_buffer *sb_buffer_get(struct sb_client *client, unsigned long handle)
{
	struct sb_buffer *buf;
	int err;

	for (;;) {
		spin_lock(&client->handles.lock);
		buf = find(client, handle);
		spin_unlock(&client->handles.lock);
		if (buf != ERR_PTR(-EAGAIN))
			return buf ?: ERR_PTR(-ENOENT);
		err = stock(client);
		if (err)
			return ERR_PTR(err);
	}
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
	client->falls = SB_PRESSURE_UNSEEN;
	sb_handles_init(&client->handles);
	if (sb_quota_join(client)) {
		iput(space);
		kfree(client);
		return ERR_PTR(-ENOMEM);
	}
	mutex_init(&client->failure_lock);
	client->opened = ktime_get_boottime_seconds();
	client->pid = task_tgid_nr(current);
	get_task_comm(client->comm, current);
	spin_lock(&dev->clients_lock);
	client->id = ++dev->nr_opened;
	list_add_tail(&client->list, &dev->clients);
	spin_unlock(&dev->clients_lock);
	return client;
}

unsigned int sb_client_nr_bare(struct sbuddy_device *dev)
{
	struct sb_client *client;
	unsigned int nr = 0;

	spin_lock(&dev->clients_lock);
	list_for_each_entry(client, &dev->clients, list) {
		spin_lock(&client->handles.lock);
		nr += sb_handles_nr(&client->handles) - client->nr_named;
		spin_unlock(&client->handles.lock);
	}
	spin_unlock(&dev->clients_lock);
	return nr;
}

static void free_all(struct sb_client *client)
{
	unsigned long word;
	u32 handle;

	for (handle = 1; (word = sb_handles_next(&client->handles, &handle)); handle++) {
		sb_buffer_free(client, handle);
		cond_resched();
	}
}

void sb_client_release(struct sb_client *client)
{
	bool last;

	free_all(client);
	sb_claims_end(client);
	spin_lock(&client->dev->clients_lock);
	list_del(&client->list);
	spin_unlock(&client->dev->clients_lock);
	sb_handles_exit(&client->handles);
	kvfree(client->failure);
	spin_lock(&client->handles.lock);
	client->released = true;
	last = !client->nr_buffers;
	spin_unlock(&client->handles.lock);
	if (last)
		client_free(client);
}

// SPDX-License-Identifier: GPL-2.0-only
/* Handles given up, and the buffers that they named. */
#include "bare.h"
#include "buffer.h"
#include "pin.h"
#include "share.h"

/* Takes a handle away, unless it is reserved only, and not the caller's to give up. */
static struct sb_buffer *take_handle(struct sb_client *client, u32 handle)
	__must_hold(&client->handles.lock)
{
	unsigned long word = sb_handles_get(&client->handles, handle);
	struct sb_buffer *buf = (struct sb_buffer *)word;

	/* A block was none yet when the caller looked for one. */
	if (unlikely(!word || sb_bare(word) || sb_share(word)))
		return NULL;
	client->nr_named--;
	if (unlikely(buf->handle_pins))
		sb_pin_drop_all(buf);
	buf->loose = true;
	atomic_long_add((long)sb_buffer_own(buf), &client->nr_loose);
	sb_handles_set(&client->handles, handle, 0);
	return buf;
}

int sb_buffer_free(struct sb_client *client, u32 handle)
{
	unsigned long word = sb_bare_take_back(&client->handles, handle);
	struct sb_buffer *buf;

	if (likely(word)) {
		sb_bare_free(client->dev, word);
		return 0;
	}
	spin_lock(&client->handles.lock);
	if (sb_share(sb_handles_get(&client->handles, handle)))
		sb_share_end(client, handle);
	word = sb_bare_take_back(&client->handles, handle);
	buf = word ? NULL : take_handle(client, handle);
	spin_unlock(&client->handles.lock);
	if (buf)
		sb_buffer_put(buf);
	else if (word)
		sb_bare_free(client->dev, word);
	return buf || word ? 0 : -ENOENT;
}

unsigned int sb_buffer_free_many(struct sb_client *client, const u32 *handles, unsigned int nr)
{
	unsigned int freed = 0, pages;

	while (freed < nr) {
		pages = sb_share_free(client, handles + freed, nr - freed);
		if (!pages && sb_buffer_free(client, handles[freed]))
			break;
		freed += pages ?: 1;
	}
	return freed;
}

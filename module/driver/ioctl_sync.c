// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_SYNC: a process and a device that use a buffer in turns. */
#include <linux/err.h>
#include <uapi/linux/dma-buf.h>

#include "ioctl.h"
#include "sync.h"

static_assert(SBUDDY_SYNC_READ == DMA_BUF_SYNC_READ);
static_assert(SBUDDY_SYNC_WRITE == DMA_BUF_SYNC_WRITE);
static_assert(SBUDDY_SYNC_START == DMA_BUF_SYNC_START);
static_assert(SBUDDY_SYNC_END == DMA_BUF_SYNC_END);

static int sync(const struct sbuddy_sync *arg, struct sb_buffer *buf)
{
	u64 size = sb_buffer_bytes(buf);
	int err;

	if (!arg->bytes || arg->offset >= size || arg->bytes > size - arg->offset)
		return -EINVAL;
	err = down_read_killable(&buf->lock);
	if (err)
		return err;
	if (buf->caching)
		mb(); /* what waits in the write buffer, for the device, or from it */
	else
		sb_sync_range(buf, arg->offset, arg->bytes, sb_sync_op(arg->flags));
	up_read(&buf->lock);
	return 0;
}

int sb_call_sync(struct sb_call *call)
{
	const struct sbuddy_sync *arg = &call->sync;
	struct sb_buffer *buf;
	int err;

	if (arg->reserved || (arg->flags & ~(SBUDDY_SYNC_RW | SBUDDY_SYNC_END)) ||
	    !(arg->flags & SBUDDY_SYNC_RW))
		return -EINVAL;
	err = sb_sync_check(call->client->dev);
	if (err)
		return err;
	buf = sb_buffer_get(call->client, arg->handle);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	err = sync(arg, buf);
	sb_buffer_put(buf);
	return err;
}

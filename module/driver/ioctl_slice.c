// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_SLICE: a handle for a part of a buffer. */
#include <linux/err.h>
#include <linux/mm.h>

#include "ioctl.h"
#include "slice.h"

static int slice(struct sb_call *call, struct sb_buffer *of)
{
	struct sbuddy_slice *arg = &call->slice;
	struct sb_buffer *buf;
	int err;

	if (arg->bytes > sb_buffer_bytes(of) || arg->start > sb_buffer_bytes(of) - arg->bytes)
		return -EINVAL;
	buf = sb_slice_create(of, (unsigned long)(arg->start >> SB_PAGE_SHIFT),
			      (unsigned long)(arg->bytes >> SB_PAGE_SHIFT));
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	arg->slice = buf->handle;
	arg->offset = sb_buffer_offset(buf);
	err = sb_call_reply(call);
	if (err)
		sb_buffer_abort(call->client, buf);
	else
		sb_buffer_publish(call->client, buf);
	return err;
}

int sb_call_slice(struct sb_call *call)
{
	const struct sbuddy_slice *arg = &call->slice;
	struct sb_buffer *of;
	int err;

	if (arg->flags || !arg->bytes || !PAGE_ALIGNED(arg->start | arg->bytes))
		return -EINVAL;
	of = sb_buffer_get(call->client, arg->handle);
	if (IS_ERR(of))
		return PTR_ERR(of);
	err = slice(call, of);
	sb_buffer_put(of);
	return err;
}

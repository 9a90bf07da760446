// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_EXPORT: a buffer as a dma-buf. */
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/mm.h>

#include "dmabuf.h"
#include "ioctl.h"
#include "slice.h"

/* A descriptor is seen by other threads as soon as it is installed: so this comes last. */
static int give(struct sb_call *call, struct file *file)
{
	int err, fd = get_unused_fd_flags(call->export.flags & O_CLOEXEC);

	if (fd < 0)
		return fd;
	call->export.fd = fd;
	err = sb_call_reply(call);
	if (err)
		put_unused_fd(fd);
	else
		fd_install(fd, file);
	return err;
}

static int export(struct sb_call *call, struct sb_buffer *buf)
{
	struct file *file = sb_dmabuf_export(buf, call->export.flags & O_ACCMODE);
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = give(call, file);
	if (err)
		fput(file);
	return err;
}

static void copy_name(struct sb_buffer *to, const struct sb_buffer *from)
{
	spin_lock(&from->client->handles.lock);
	strscpy(to->name, from->name, sizeof(to->name));
	spin_unlock(&from->client->handles.lock);
}

/* A slice that only the dma-buf has: its handle is given up before anybody was told. */
static int export_part(struct sb_call *call, struct sb_buffer *of)
{
	const struct sbuddy_export *arg = &call->export;
	struct sb_buffer *part;
	int err;

	if (arg->bytes > sb_buffer_bytes(of) || arg->start > sb_buffer_bytes(of) - arg->bytes)
		return -EINVAL;
	part = sb_slice_create(of, (unsigned long)(arg->start >> SB_PAGE_SHIFT),
			       (unsigned long)(arg->bytes >> SB_PAGE_SHIFT));
	if (IS_ERR(part))
		return PTR_ERR(part);
	copy_name(part, of);
	err = export(call, part);
	sb_buffer_abort(call->client, part);
	return err;
}

int sb_call_export(struct sb_call *call)
{
	const struct sbuddy_export *arg = &call->export;
	u32 flags = arg->flags;
	struct sb_buffer *buf;
	int err;

	if (!PAGE_ALIGNED(arg->start | arg->bytes) || (arg->start && !arg->bytes))
		return -EINVAL;

	if (flags & ~(O_CLOEXEC | O_RDWR))
		return -EINVAL;
	if ((flags & O_RDWR) && !call->client->writable)
		return -EACCES;
	buf = sb_buffer_get(call->client, call->export.handle);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	err = arg->bytes ? export_part(call, buf) : export(call, buf);
	sb_buffer_put(buf);
	return err;
}

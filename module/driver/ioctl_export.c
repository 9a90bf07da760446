// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_EXPORT: a buffer as a dma-buf. */
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>

#include "dmabuf.h"
#include "ioctl.h"

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

int sb_call_export(struct sb_call *call)
{
	u32 flags = call->export.flags;
	struct sb_buffer *buf;
	int err;

	if (flags & ~(O_CLOEXEC | O_RDWR))
		return -EINVAL;
	if ((flags & O_RDWR) && !call->client->writable)
		return -EACCES;
	buf = sb_buffer_get(call->client, call->export.handle);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	err = export(call, buf);
	sb_buffer_put(buf);
	return err;
}

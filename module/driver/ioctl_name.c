// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_NAME: what a buffer is for. */
#include <linux/ctype.h>
#include <linux/err.h>

#include "ioctl.h"

static bool is_printable(const char *name)
{
	for (; *name; name++)
		if (!isascii(*name) || !isprint(*name))
			return false;
	return true;
}

static void set_name(struct sb_buffer *buf, const char *name)
{
	spin_lock(&buf->client->handles.lock);
	strscpy(buf->name, name, sizeof(buf->name));
	spin_unlock(&buf->client->handles.lock);
}

static int tell_name(struct sb_call *call, struct sb_buffer *buf)
{
	memset(call->name.name, 0, sizeof(call->name.name));
	spin_lock(&buf->client->handles.lock);
	strscpy(call->name.name, buf->name, sizeof(call->name.name));
	spin_unlock(&buf->client->handles.lock);
	return sb_call_reply(call);
}

int sb_call_name(struct sb_call *call)
{
	struct sbuddy_name *arg = &call->name;
	bool get = arg->flags & SBUDDY_NAME_GET;
	struct sb_buffer *buf;
	int err = 0;

	if ((arg->flags & ~SBUDDY_NAME_GET) || arg->reserved)
		return -EINVAL;
	if (!get && (!memchr(arg->name, '\0', sizeof(arg->name)) || !is_printable(arg->name)))
		return -EINVAL;
	buf = sb_buffer_get(call->client, arg->handle);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	if (get)
		err = tell_name(call, buf);
	else
		set_name(buf, arg->name);
	sb_buffer_put(buf);
	return err;
}

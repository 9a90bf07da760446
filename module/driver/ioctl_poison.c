// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_POISON: memory that is said to be bad. */
#include <linux/capability.h>

#include "hwpoison.h"
#include "ioctl.h"

static int find_in_buffer(struct sb_call *call, unsigned long *pfn)
{
	u64 offset = call->poison.address;
	struct sb_buffer *buf = sb_buffer_get(call->client, call->poison.handle);
	int err = 0;

	if (!buf)
		return -ENOENT;
	if (offset < sb_buffer_bytes(buf))
		*pfn = buf->pfn + sb_pfn_down(offset);
	else
		err = -EINVAL;
	sb_buffer_put(buf);
	return err;
}

static int find(struct sb_call *call, unsigned long *pfn)
{
	if (!(call->poison.flags & SBUDDY_POISON_PHYS))
		return find_in_buffer(call, pfn);
	if (call->poison.handle)
		return -EINVAL;
	if (call->poison.address >= SB_PHYS_END)
		return -ERANGE;
	*pfn = sb_pfn_down(call->poison.address);
	return 0;
}

int sb_call_poison(struct sb_call *call)
{
	struct sb_instance *inst = &call->client->dev->inst;
	unsigned long pfn;
	int ret;

	if (call->poison.flags & ~SBUDDY_POISON_FLAGS)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	ret = find(call, &pfn);
	if (ret)
		return ret;
	ret = call->poison.flags & SBUDDY_POISON_UNDO ? sb_hwpoison_unmark(inst, pfn) :
							sb_hwpoison_mark(inst, pfn);
	if (ret < 0)
		return ret;
	call->poison.in_use = ret;
	return sb_call_reply(call);
}

// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_POISON: memory that is said to be bad. */
#include <linux/capability.h>
#include <linux/err.h>

#include "hwpoison.h"
#include "ioctl.h"

static int mark(struct sb_call *call, unsigned long pfn)
{
	struct sb_instance *inst = &call->client->dev->inst;

	return call->poison.flags & SBUDDY_POISON_UNDO ? sb_hwpoison_unmark(inst, pfn) :
							 sb_hwpoison_mark(inst, pfn);
}

/* The buffer stays, where it is, until its page is marked: nobody else's by then. */
static int mark_in_buffer(struct sb_call *call)
{
	u64 offset = call->poison.address;
	struct sb_buffer *buf = sb_buffer_get(call->client, call->poison.handle);
	int ret;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = down_read_killable(&buf->lock);
	if (!ret) {
		ret = -EINVAL;
		if (offset < sb_buffer_bytes(buf))
			ret = mark(call, sb_buffer_pfn(buf, sb_pfn_down(offset)));
		up_read(&buf->lock);
	}
	sb_buffer_put(buf);
	return ret;
}

static int mark_phys(struct sb_call *call)
{
	if (call->poison.handle)
		return -EINVAL;
	if (call->poison.address >= SB_PHYS_END)
		return -ERANGE;
	return mark(call, sb_pfn_down(call->poison.address));
}

int sb_call_poison(struct sb_call *call)
{
	int ret;

	if (call->poison.flags & ~SBUDDY_POISON_FLAGS)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	ret = call->poison.flags & SBUDDY_POISON_PHYS ? mark_phys(call) : mark_in_buffer(call);
	if (ret < 0)
		return ret;
	call->poison.in_use = ret;
	return sb_call_reply(call);
}

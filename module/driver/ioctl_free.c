// SPDX-License-Identifier: GPL-2.0-only
/* Commands that let go of handles. */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "ioctl.h"
#include "share.h"

int sb_call_free(struct sb_call *call)
{
	return sb_buffer_free(call->client, call->free.handle);
}

int sb_call_free_usual(struct sb_client *client, void __user *user)
{
	struct sbuddy_free arg;

	if (copy_from_user(&arg, user, sizeof(arg)) || arg.size != sizeof(arg))
		return SB_CALL_UNUSUAL;
	return sb_buffer_free(client, arg.handle);
}

/* Reads handles, singly where it must, so that those before a fault are freed. */
static u32 read_handles(u32 *handles, const u32 __user *from, u32 wanted)
{
	u32 nr;

	if (likely(!copy_from_user(handles, from, wanted * sizeof(*handles))))
		return wanted;
	for (nr = 0; nr < wanted; nr++)
		if (get_user(handles[nr], from + nr))
			break;
	return nr;
}

static int free_array(struct sb_call *call)
{
	struct sbuddy_free_bulk *bulk = &call->free_bulk;
	const u32 __user *from = sb_call_pointer(bulk->handles);
	u32 handles[SB_SHARE_CHUNK];

	if (!from)
		return -EFAULT;
	while (bulk->freed < bulk->count) {
		u32 nr = read_handles(handles, from + bulk->freed,
				      min(bulk->count - bulk->freed, SB_SHARE_CHUNK));
		u32 freed = sb_buffer_free_many(call->client, handles, nr);

		bulk->freed += freed;
		if (!nr)
			return -EFAULT;
		if (freed < nr)
			return -ENOENT;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int sb_call_free_bulk(struct sb_call *call)
{
	struct sbuddy_free_bulk *bulk = &call->free_bulk;
	int err;

	if (bulk->reserved || !bulk->count || bulk->count > SBUDDY_MAX_HANDLES)
		return -EINVAL;
	bulk->freed = 0;
	err = free_array(call);
	return sb_call_reply(call) ?: err;
}

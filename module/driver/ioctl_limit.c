// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_LIMIT: how much an open file may have. */
#include <linux/capability.h>

#include "ioctl.h"

/* As the ABI tells a limit in bytes; and back. */
static u64 bytes_of(u32 pages)
{
	return pages == SB_QUOTA_NONE ? 0 : sb_pfn_addr(pages);
}

static int set_limit(struct sb_client *client, u64 bytes)
{
	int limit = bytes ? (int)min_t(u64, bytes >> SB_PAGE_SHIFT, SB_QUOTA_NONE) : SB_QUOTA_NONE;
	int err = sb_quota_limit(client, limit, false);

	/* Nobody is asked for what he does not need. */
	if (err == -EPERM && capable(CAP_SYS_RESOURCE))
		err = sb_quota_limit(client, limit, true);
	return err;
}

int sb_call_limit(struct sb_call *call)
{
	struct sbuddy_limit *arg = &call->limit;
	struct sb_quota_usage usage;
	int err = 0;

	if (arg->flags & ~SBUDDY_LIMIT_GET)
		return -EINVAL;
	if (!(arg->flags & SBUDDY_LIMIT_GET)) {
		if (arg->bytes && arg->bytes < SB_PAGE_SIZE)
			return -EINVAL;
		err = set_limit(call->client, arg->bytes);
	}
	if (err)
		return err;
	sb_quota_usage(call->client, &usage);
	arg->bytes = bytes_of(usage.limit);
	arg->used = sb_pfn_addr(usage.used);
	arg->uid = sb_quota_uid_number(call->client);
	arg->reserved = 0;
	arg->uid_bytes = bytes_of(usage.uid_limit);
	arg->uid_used = usage.uid_used << SB_PAGE_SHIFT;
	return sb_call_reply(call);
}

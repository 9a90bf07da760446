// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_COMPACT and SBUDDY_IOC_PLAN. */
#include <linux/capability.h>

#include "compactor.h"
#include "ioctl.h"

/* The ABI's numbers are not to change with core's. */
static u32 result_number(enum sb_compact_result result)
{
	switch (result) {
	case SB_COMPACT_COMPLETE:
		return SBUDDY_COMPACT_COMPLETE;
	case SB_COMPACT_PARTIAL_SKIPPED:
		return SBUDDY_COMPACT_PARTIAL;
	case SB_COMPACT_CONTENDED:
		return SBUDDY_COMPACT_STOPPED;
	case SB_COMPACT_SUCCESS:
		return SBUDDY_COMPACT_SUCCESS;
	default:
		return SBUDDY_COMPACT_SKIPPED;
	}
}

static int check_node(int nid)
{
	return nid < SB_NID_ANY || nid >= SB_MAX_NODES ? -EINVAL : 0;
}

int sb_call_compact(struct sb_call *call)
{
	struct sbuddy_compact *arg = &call->compact;
	struct sbuddy_compaction c = { .nid = arg->node, .us = arg->us };
	int err;

	if (arg->flags || check_node(arg->node) || arg->pages > ULONG_MAX)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	c.pages = (unsigned long)arg->pages;
	err = sbuddy_compact(call->client->dev, &c);
	if (err)
		return err;
	arg->result = result_number(c.result);
	arg->migrate_scanned = c.done.migrate_scanned;
	arg->free_scanned = c.done.free_scanned;
	arg->moved = c.done.moved;
	arg->failed = c.done.failed;
	arg->units = c.done.units;
	return sb_call_reply(call);
}

int sb_call_plan(struct sb_call *call)
{
	struct sbuddy_plan *arg = &call->plan;
	struct sb_compact_plan plan;
	int err;

	if (arg->flags || arg->reserved || check_node(arg->node))
		return -EINVAL;
	err = sbuddy_compact_plan(call->client->dev, arg->node, &plan);
	if (err)
		return err;
	arg->result = result_number(plan.result);
	arg->exact = plan.exact;
	arg->order_now = plan.order_now;
	arg->order_after = plan.order_after;
	arg->run_now = plan.run_now;
	arg->run_after = plan.run_after;
	arg->moved = plan.done.moved;
	arg->failed = plan.done.failed;
	arg->units = plan.done.units;
	return sb_call_reply(call);
}

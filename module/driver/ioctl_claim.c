// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_CLAIM: blocks for certain. */
#include "claim.h"
#include "ioctl.h"

static int set_claim(struct sb_client *client, const struct sbuddy_claim *arg)
{
	struct sb_request request = { .type = arg->type, .nid = arg->node };
	unsigned long ignored;
	int err = sb_call_parse(&client->dev->inst, &request, &ignored, arg->flags, arg->zone,
				arg->order, 0);

	return err ?: sb_claim_set(client, &request, arg->count);
}

int sb_call_claim(struct sb_call *call)
{
	struct sbuddy_claim *arg = &call->claim;
	struct sb_claim_state state;
	int err = 0;

	if ((arg->flags & ~(u32)SBUDDY_CLAIM_FLAGS) || arg->reserved)
		return -EINVAL;
	if (arg->order > call->client->dev->inst.cfg.max_order || arg->count > SBUDDY_MAX_HANDLES)
		return -EINVAL;
	if (!(arg->flags & SBUDDY_CLAIM_GET))
		err = set_claim(call->client, arg);
	if (err)
		return err;
	sb_claim_get(call->client, arg->order, &state);
	arg->count = state.count;
	arg->held = state.held;
	arg->used = state.used;
	return sb_call_reply(call);
}

// SPDX-License-Identifier: GPL-2.0-only
/* The command that explains what becomes of a request. */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "explain_show.h"
#include "ioctl.h"

#define FLAGS (SBUDDY_EXPLAIN_LAST | SBUDDY_EXPLAIN_PHYS)

/* Core's numbers are the ABI's. */
static_assert(SBUDDY_EXPLAIN_SERVED == SB_EXPLAIN_SERVED);
static_assert(SBUDDY_EXPLAIN_NOT_LIVE == SB_EXPLAIN_NOT_LIVE);
static_assert(SBUDDY_EXPLAIN_CORRUPT == SB_EXPLAIN_CORRUPT);
static_assert(SBUDDY_EXPLAIN_TOO_LARGE == SB_EXPLAIN_TOO_LARGE);
static_assert(SBUDDY_EXPLAIN_QUOTA == SB_EXPLAIN_QUOTA);
static_assert(SBUDDY_EXPLAIN_RESERVED == SB_EXPLAIN_RESERVED);
static_assert(SBUDDY_EXPLAIN_FRAGMENTED == SB_EXPLAIN_FRAGMENTED);
static_assert(SBUDDY_EXPLAIN_WRONG_ZONE == SB_EXPLAIN_WRONG_ZONE);
static_assert(SBUDDY_EXPLAIN_WRONG_NODE == SB_EXPLAIN_WRONG_NODE);
static_assert(SBUDDY_EXPLAIN_NO_MEMORY == SB_EXPLAIN_NO_MEMORY);
static_assert(SBUDDY_HELP_HIGH == SB_EXPLAIN_HELP_HIGH);
static_assert(SBUDDY_HELP_ATOMIC == SB_EXPLAIN_HELP_ATOMIC);
static_assert(SBUDDY_HELP_MEMALLOC == SB_EXPLAIN_HELP_MEMALLOC);
static_assert(SBUDDY_HELP_MOVABLE == SB_EXPLAIN_HELP_MOVABLE);
static_assert(SBUDDY_HELP_ZONE == SB_EXPLAIN_HELP_ZONE);
static_assert(SBUDDY_HELP_NODE == SB_EXPLAIN_HELP_NODE);
static_assert(SBUDDY_HELP_MOVE == SB_EXPLAIN_HELP_MOVE);
static_assert(SBUDDY_PASS_UNMIXED == SB_PREDICT_UNMIXED);
static_assert(SBUDDY_PASS_LOW == SB_PREDICT_LOW);
static_assert(SBUDDY_PASS_MIN == SB_PREDICT_MIN);
static_assert(SBUDDY_PASS_MEMALLOC == SB_PREDICT_MEMALLOC);
static_assert(SBUDDY_PASS_DRAINED == SB_PREDICT_DRAINED);
static_assert(SBUDDY_PASS_UNRESERVED == SB_PREDICT_UNRESERVED);
static_assert(SBUDDY_WAY_PCP == SB_PREDICT_PCP);
static_assert(SBUDDY_WAY_OWN == SB_PREDICT_OWN);
static_assert(SBUDDY_WAY_HIGHATOMIC == SB_PREDICT_HIGHATOMIC);
static_assert(SBUDDY_WAY_CMA == SB_PREDICT_CMA);
static_assert(SBUDDY_WAY_CLAIM == SB_PREDICT_CLAIM);
static_assert(SBUDDY_WAY_STEAL == SB_PREDICT_STEAL);
static_assert(SBUDDY_WAY_FREED == SB_PREDICT_FREED);
static_assert(SBUDDY_FIT_GIVES == SB_EXPLAIN_FIT_GIVES);
static_assert(SBUDDY_FIT_NOT_NEEDED == SB_EXPLAIN_FIT_NOT_NEEDED);
static_assert(SBUDDY_FIT_MARK == SB_EXPLAIN_FIT_MARK);
static_assert(SBUDDY_FIT_BLOCKS == SB_EXPLAIN_FIT_BLOCKS);
static_assert(SBUDDY_FIT_PAGES == SB_EXPLAIN_FIT_PAGES);
static_assert(SBUDDY_FIT_ZONE == SB_EXPLAIN_FIT_ZONE);
static_assert(SBUDDY_FIT_NODE == SB_EXPLAIN_FIT_NODE);
static_assert(ARRAY_SIZE(((struct sbuddy_explain_zone *)0)->blocks) == SB_NR_ORDERS);
static_assert(ARRAY_SIZE(((struct sbuddy_explain_zone *)0)->largest) >= SB_NR_TYPES);

/* The request in the struct. What is too large is asked about all the same. */
static int parse(const struct sb_instance *inst, const struct sbuddy_explain *arg,
		 struct sb_request *request)
{
	bool in_bytes = arg->alloc_flags & SBUDDY_ALLOC_BYTES;
	u64 most = sb_call_max_bytes(inst);
	unsigned long nr_pages;
	int err;

	request->type = arg->type;
	request->nid = arg->node;
	err = sb_call_parse(inst, request, &nr_pages, arg->alloc_flags, arg->zone,
			    in_bytes ? arg->order : 0, min(arg->bytes, most));
	if (err)
		return err;
	if (!in_bytes)
		request->order = arg->order;
	else
		request->order = arg->bytes > most ? inst->cfg.max_order + 1 :
						     sb_order_for(nr_pages);
	return 0;
}

static bool is_over_quota(struct sb_client *client, const struct sbuddy_explain *arg)
{
	struct sb_quota_usage usage;
	u64 pages = 1ull << (arg->order & 31);

	if (arg->alloc_flags & SBUDDY_ALLOC_BYTES)
		pages = (arg->bytes >> SB_PAGE_SHIFT) + !!offset_in_page(arg->bytes);
	sb_quota_usage(client, &usage);
	return (usage.limit != SB_QUOTA_NONE && usage.used + pages > usage.limit) ||
	       (usage.uid_limit != SB_QUOTA_NONE && usage.uid_used + pages > usage.uid_limit);
}

static int ask(struct sb_client *client, const struct sbuddy_explain *arg, struct sb_explain *ex)
{
	struct sb_request request = {};
	int err;

	err = parse(&client->dev->inst, arg, &request);
	if (!err)
		err = sb_explain(&client->dev->inst, &request, ex);
	if (err)
		return err;
	if (ex->verdict == SB_EXPLAIN_TOO_LARGE)
		return 0;
	if (sb_handles_nr(&client->handles) >= SBUDDY_MAX_HANDLES)
		ex->err = -ENOSPC;
	else if (is_over_quota(client, arg))
		ex->err = -EDQUOT;
	else
		return 0;
	ex->verdict = SB_EXPLAIN_QUOTA;
	return 0;
}

static u32 alloc_flags_of(u32 gfp)
{
	u32 flags = 0;

	if (gfp & SB_GFP_MEMALLOC)
		flags |= SBUDDY_ALLOC_MEMALLOC;
	if (gfp & SB_GFP_THISNODE)
		flags |= SBUDDY_ALLOC_THIS_NODE;
	if (!(gfp & SB_GFP_DIRECT_RECLAIM))
		flags |= SBUDDY_ALLOC_ATOMIC;
	else if (gfp & SB_GFP_HIGH)
		flags |= SBUDDY_ALLOC_HIGH;
	return flags;
}

static int recall(struct sb_client *client, struct sbuddy_explain *arg, struct sb_explain *ex)
{
	int err = 0;

	if (mutex_lock_killable(&client->failure_lock))
		return -EINTR;
	if (client->failure)
		memcpy(ex, client->failure, sizeof(*ex));
	else
		err = -ENOENT;
	mutex_unlock(&client->failure_lock);
	if (err)
		return err;
	arg->alloc_flags = alloc_flags_of(ex->request.gfp);
	arg->order = ex->request.order;
	arg->type = ex->request.type;
	arg->zone = sb_call_zone_number(ex->request.zone);
	arg->node = ex->request.nid;
	arg->bytes = 0;
	return 0;
}

static void fill_answer(struct sbuddy_explain *arg, const struct sb_explain *ex)
{
	const struct sb_prediction *p = &ex->prediction;
	const struct sb_explain_block *block = &ex->block;

	arg->error = -ex->err;
	arg->verdict = ex->verdict;
	arg->help = ex->help;
	arg->help_zone = ex->help & SB_EXPLAIN_HELP_ZONE ? sb_call_zone_number(ex->help_zone) : 0;
	arg->pass = p->pass;
	arg->way = p->way;
	arg->way_type = p->type;
	arg->way_order = p->order;
	arg->serves = ex->serves;
	arg->exact = p->exact;
	arg->block_used = block->found ? block->nr_used : ~0ull;
	arg->block_movable = block->nr_movable;
	arg->block_phys = 0;
	if (block->found && (arg->flags & SBUDDY_EXPLAIN_PHYS))
		arg->block_phys = sb_pfn_addr(block->pfn);
}

static void fill_zone(struct sbuddy_explain_zone *to, const struct sb_explain_zone *seen)
{
	unsigned int i;

	memset(to, 0, sizeof(*to));
	to->zone = sb_call_zone_number(seen->type);
	to->node = seen->nid;
	to->fit = seen->fit;
	to->mark = seen->mark;
	to->free = seen->sum.free;
	to->unusable = seen->sum.unusable;
	to->min = seen->sum.min;
	to->reserve = seen->sum.reserve;
	to->boost = seen->boost;
	to->pcp = seen->nr_pcp;
	to->extfrag_index = seen->extfrag_index;
	to->unusable_index = seen->unusable_index;
	for (i = 0; i < ARRAY_SIZE(to->largest); i++)
		to->largest[i] = i < SB_NR_TYPES ? seen->largest[i] : -1;
	for (i = 0; i < ARRAY_SIZE(to->blocks); i++)
		to->blocks[i] = seen->nr_blocks[i];
}

/* As many entries as there is room for, each as long as the process knows it. */
static int put_zones(struct sbuddy_explain *arg, const struct sb_explain *ex)
{
	char __user *to = sb_call_pointer(arg->zones);
	u32 room = arg->nr_zones, i;
	struct sbuddy_explain_zone zone;
	size_t len = min_t(size_t, arg->zone_size, sizeof(zone));

	arg->nr_zones = ex->nr_zones;
	if (!arg->zones)
		return 0;
	for (i = 0; i < min(room, ex->nr_zones); i++, to += arg->zone_size) {
		fill_zone(&zone, &ex->zones[i]);
		if (!to || copy_to_user(to, &zone, len) ||
		    clear_user(to + len, arg->zone_size - len))
			return -EFAULT;
	}
	return 0;
}

static int put_text(struct sbuddy_explain *arg, const struct sb_explain *ex)
{
	char __user *to = sb_call_pointer(arg->text);
	struct sb_out out = { .size = SB_EXPLAIN_TEXT_MAX };
	size_t len;
	int err = 0;

	out.text = kvzalloc(out.size, GFP_KERNEL_ACCOUNT);
	if (!out.text)
		return -ENOMEM;
	sb_explain_show(&out, ex, arg->flags & SBUDDY_EXPLAIN_PHYS);
	len = min_t(size_t, arg->text_size, out.used + 1);
	arg->text_size = out.used + 1;
	if (arg->text && len) {
		out.text[len - 1] = '\0';
		if (!to || copy_to_user(to, out.text, len))
			err = -EFAULT;
	}
	kvfree(out.text);
	return err;
}

static int check(const struct sbuddy_explain *arg)
{
	if (arg->reserved)
		return -EINVAL;
	if (arg->zones &&
	    (arg->zone_size < SBUDDY_EXPLAIN_ZONE_SIZE_VER0 || arg->zone_size > PAGE_SIZE))
		return -EINVAL;
	return sb_call_check_phys(arg->flags, FLAGS, SBUDDY_EXPLAIN_PHYS);
}

int sb_call_explain(struct sb_call *call)
{
	struct sbuddy_explain *arg = &call->explain;
	struct sb_explain *ex;
	int err;

	err = check(arg);
	if (err)
		return err;
	ex = kvmalloc(sizeof(*ex), GFP_KERNEL_ACCOUNT);
	if (!ex)
		return -ENOMEM;
	err = arg->flags & SBUDDY_EXPLAIN_LAST ? recall(call->client, arg, ex) :
						 ask(call->client, arg, ex);
	if (!err) {
		fill_answer(arg, ex);
		err = put_zones(arg, ex);
	}
	if (!err)
		err = put_text(arg, ex);
	kvfree(ex);
	return err ? err : sb_call_reply(call);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "bad_page.h"
#include "buffer.h"
#include "claim.h"
#include "client.h"
#include "migrate.h"

/**
 * struct sb_claim - Blocks of one order.
 * @claims: that it is one of
 * @request: what they are
 * @count: how many are claimed
 * @held: entries of @blocks
 * @used: how many buffers have one
 * @room: entries that @blocks has room for, @count or more
 * @blocks: first pages of those that are held
 */
struct sb_claim {
	struct sb_claims *claims;
	struct sb_request request;
	u32 count;
	u32 held;
	u32 used;
	u32 room;
	unsigned long *blocks;
};

/**
 * struct sb_claims - Those of an open file.
 * @change: one who changes a claim at a time
 * @lock: guards the rest
 * @of: by order
 */
struct sb_claims {
	struct mutex change; /* taken before the locks of core, and of quotas */
	spinlock_t lock; /* innermost */
	struct sb_claim of[SB_NR_ORDERS];
};

static struct sb_claims *claims_of(const struct sb_client *client)
{
	/* Pairs with the release below. */
	return smp_load_acquire(&client->claims);
}

static struct sb_claims *make_claims(struct sb_client *client)
{
	struct sb_claims *claims = claims_of(client);
	unsigned int order;

	if (claims)
		return claims;
	claims = kzalloc(sizeof(*claims), GFP_KERNEL_ACCOUNT);
	if (!claims)
		return NULL;
	mutex_init(&claims->change);
	spin_lock_init(&claims->lock);
	for (order = 0; order < SB_NR_ORDERS; order++)
		claims->of[order].claims = claims;
	/* Another thread may have been here first. */
	if (cmpxchg_release(&client->claims, NULL, claims))
		kfree(claims);
	return claims_of(client);
}

/* How hard was tried to get it makes no difference afterwards. */
static bool is_same(const struct sb_request *a, const struct sb_request *b)
{
	return a->type == b->type && a->zone == b->zone && a->nid == b->nid &&
	       !((a->gfp ^ b->gfp) & SB_GFP_THISNODE);
}

static u32 pages_of(const struct sb_claim *claim)
{
	return (u32)sb_order_pages(claim->request.order);
}

static void push(struct sb_claim *claim, unsigned long pfn) __must_hold(&claim->claims->lock)
{
	claim->blocks[claim->held++] = pfn;
}

/* The caller has it then, as a block that it has not freed. */
static bool pop_excess(struct sb_claim *claim, unsigned long *pfn)
{
	bool any;

	spin_lock(&claim->claims->lock);
	any = claim->held && claim->held + claim->used > claim->count;
	if (any)
		*pfn = claim->blocks[--claim->held];
	spin_unlock(&claim->claims->lock);
	return any;
}

static void give_back(struct sb_client *client, const struct sb_claim *claim, unsigned long pfn)
{
	sb_alloc_free(&client->dev->inst, pfn, claim->request.order);
	sb_handles_over(&client->handles, 0, pages_of(claim));
	sb_pressure_freed(&client->dev->pressure);
}

static void set_count(struct sb_client *client, struct sb_claim *claim, u32 count)
{
	unsigned long pfn;

	spin_lock(&claim->claims->lock);
	claim->count = count;
	spin_unlock(&claim->claims->lock);
	while (pop_excess(claim, &pfn)) {
		give_back(client, claim, pfn);
		cond_resched();
	}
}

/* Says how many are wanted, so that those stay which are freed meanwhile: how many are missing. */
static int begin_growth(struct sb_claim *claim, const struct sb_request *request, u32 count,
			u32 *missing)
{
	unsigned long *blocks = NULL;

	if (count > claim->room) {
		blocks = kvmalloc_array(count, sizeof(*blocks), GFP_KERNEL_ACCOUNT);
		if (!blocks)
			return -ENOMEM;
	}
	spin_lock(&claim->claims->lock);
	if (blocks) {
		if (claim->held)
			memcpy(blocks, claim->blocks, claim->held * sizeof(*blocks));
		swap(blocks, claim->blocks);
		claim->room = count;
	}
	claim->request = *request;
	claim->count = count;
	*missing = count - min(count, claim->held + claim->used);
	spin_unlock(&claim->claims->lock);
	kvfree(blocks);
	return 0;
}

static int take_blocks(struct sb_client *client, struct sb_claim *claim, u32 *missing)
{
	unsigned long pfn;
	int err;

	for (; *missing; --*missing) {
		err = sb_alloc(&client->dev->inst, &claim->request, &pfn);
		sb_pressure_slow(&client->dev->pressure);
		if (err)
			return err;
		spin_lock(&claim->claims->lock);
		push(claim, pfn);
		spin_unlock(&claim->claims->lock);
		if (fatal_signal_pending(current)) {
			--*missing;
			return -EINTR;
		}
		cond_resched();
	}
	return 0;
}

/* What turned out bad is replaced, also where there is to be less: then only if it can be. */
static int change(struct sb_client *client, struct sb_claim *claim,
		  const struct sb_request *request, u32 count)
{
	u32 former = min(claim->count, count), missing;
	u64 used;
	int err;

	set_count(client, claim, former);
	err = begin_growth(claim, request, count, &missing);
	if (err || !missing)
		return err;
	err = sb_quota_charge(client, missing * pages_of(claim), &used);
	if (!err) {
		err = take_blocks(client, claim, &missing);
		if (missing)
			sb_handles_over(&client->handles, 0, missing * pages_of(claim));
		if (!err)
			sb_handles_got(&client->handles, used);
	}
	if (err)
		set_count(client, claim, former);
	return former == count ? 0 : err;
}

/* More than there ever are need not be tried. */
static bool is_too_much(const struct sb_client *client, const struct sb_request *request, u32 count)
{
	u64 managed = 0;
	const struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&client->dev->inst, zone)))
		managed += READ_ONCE(zone->managed);
	return (u64)count << request->order > min_t(u64, managed, INT_MAX);
}

int sb_claim_set(struct sb_client *client, const struct sb_request *request, u32 count)
{
	struct sb_claims *claims = make_claims(client);
	struct sb_claim *claim;
	int err = 0;

	if (!claims)
		return -ENOMEM;
	if (is_too_much(client, request, count))
		return -ENOMEM;
	if (mutex_lock_killable(&claims->change))
		return -EINTR;
	claim = &claims->of[request->order];
	/* Only buffers that go change it beside who has the mutex. */
	if ((claim->count || READ_ONCE(claim->used)) && !is_same(&claim->request, request))
		err = -EBUSY;
	else
		err = change(client, claim, request, count);
	mutex_unlock(&claims->change);
	return err;
}

void sb_claim_get(struct sb_client *client, unsigned int order, struct sb_claim_state *state)
{
	struct sb_claims *claims = claims_of(client);

	*state = (struct sb_claim_state){};
	if (!claims)
		return;
	spin_lock(&claims->lock);
	state->count = claims->of[order].count;
	state->held = claims->of[order].held;
	state->used = claims->of[order].used;
	spin_unlock(&claims->lock);
}

static int draw(struct sb_claim *claim, const struct sb_request *request, unsigned long *pfn)
{
	int err = 0;

	spin_lock(&claim->claims->lock);
	if (!claim->count)
		err = -ENOENT;
	else if (!is_same(&claim->request, request))
		err = -EINVAL;
	else if (!claim->held)
		err = -ENOMEM;
	if (!err) {
		*pfn = claim->blocks[--claim->held];
		claim->used++;
	}
	spin_unlock(&claim->claims->lock);
	return err;
}

/* Whether it is of use; else it is one less. */
static bool keep_or_lose(struct sb_client *client, struct sb_claim *claim, unsigned long pfn)
{
	if (likely(!sb_bad_page_any(&client->dev->inst, pfn, claim->request.order)))
		return true;
	spin_lock(&claim->claims->lock);
	claim->used--;
	spin_unlock(&claim->claims->lock);
	give_back(client, claim, pfn);
	return false;
}

struct sb_buffer *sb_claim_alloc(struct sb_client *client, const struct sb_request *request)
{
	struct sb_claims *claims = claims_of(client);
	struct sb_claim *claim;
	struct sb_buffer *buf;
	unsigned long pfn;
	int err;

	if (!claims)
		return ERR_PTR(-ENOENT);
	/* It may be somebody else's, too. */
	if (READ_ONCE(client->dev->inst.corrupt))
		return ERR_PTR(-EIO);
	claim = &claims->of[request->order];
	buf = sb_client_begin(client, request);
	if (IS_ERR(buf))
		return buf;
	do {
		err = draw(claim, request, &pfn);
	} while (!err && !keep_or_lose(client, claim, pfn));
	if (err) {
		sb_client_cancel(buf);
		return ERR_PTR(err);
	}
	buf->claim = claim;
	err = sb_buffer_adopt_block(buf, pfn);
	return err ? ERR_PTR(err) : buf;
}

bool sb_claim_put(struct sb_buffer *buf)
{
	struct sb_claim *claim = buf->claim;
	bool keep = !sb_bad_page_any(&buf->dev->inst, buf->one.pfn, buf->request.order);

	/* Nobody answers for it any more. */
	if (buf->movable)
		sb_migrate_mark(&buf->dev->inst, buf->one.pfn, buf->nr_pages, false);
	spin_lock(&claim->claims->lock);
	claim->used--;
	if (claim->held + claim->used >= claim->count)
		keep = false;
	if (keep)
		push(claim, buf->one.pfn);
	spin_unlock(&claim->claims->lock);
	return keep;
}

u64 sb_claims_bytes(const struct sb_client *client)
{
	const struct sb_claims *claims = claims_of(client);
	u64 pages = 0;
	unsigned int order;

	for (order = 0; claims && order < SB_NR_ORDERS; order++)
		pages += (u64)READ_ONCE(claims->of[order].count) << order;
	return pages << SB_PAGE_SHIFT;
}

void sb_claims_end(struct sb_client *client)
{
	struct sb_claims *claims = client->claims;
	unsigned int order;

	for (order = 0; claims && order < SB_NR_ORDERS; order++)
		set_count(client, &claims->of[order], 0);
}

void sb_claims_free(struct sb_client *client)
{
	struct sb_claims *claims = client->claims;
	unsigned int order;

	for (order = 0; claims && order < SB_NR_ORDERS; order++)
		kvfree(claims->of[order].blocks);
	kfree(claims);
}

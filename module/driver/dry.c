// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "backing.h"
#include "dry.h"

static void *va(struct sb_backing *backing, unsigned long pfn, unsigned long nr_pages)
{
	return NULL;
}

static unsigned long pfn(struct sb_backing *backing, const void *va)
{
	return SB_PFN_NONE;
}

/* Any address will do, as nothing is behind it. */
static int probe(struct sb_backing *backing, u64 base, u64 size, int *nid)
{
	return 0;
}

static void *meta_map(struct sb_backing *backing, u64 base, u64 size)
{
	if (size > INT_MAX)
		return NULL;
	return kvzalloc((size_t)size, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
}

/* Memory is removed while others look at pages, each for a moment. */
static void meta_unmap(struct sb_backing *backing, void *mapped, u64 base, u64 size)
{
	synchronize_rcu_expedited();
	kvfree(mapped);
}

static void destroy(struct sb_backing *backing)
{
	kfree(backing);
}

static const struct sb_backing_ops dry_ops = {
	.name = "dry",
	.va = va,
	.pfn = pfn,
	.probe = probe,
	.meta_map = meta_map,
	.meta_unmap = meta_unmap,
	.destroy = destroy,
};

struct sb_backing *sbuddy_dry_create(void)
{
	struct sb_backing *backing = kzalloc(sizeof(*backing), GFP_KERNEL);

	if (!backing)
		return ERR_PTR(-ENOMEM);
	backing->ops = &dry_ops;
	return backing;
}

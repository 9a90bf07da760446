// SPDX-License-Identifier: GPL-2.0-only
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "alloc.h"
#include "api.h"
#include "front.h"
#include "gfp_map.h"

/* Pages zeroed between two looks at who else wants the CPU. */
#define ZERO_PAGES 256ul

/**
 * struct ask - A client's request on its way to core.
 * @sb: instance
 * @gfp: what may be done to get it
 * @order: log2 of pages, if @nr_pages is 0
 * @nid: node to begin with
 * @nodes: nodes that will do, 0 for all
 * @nr_pages: an exact number of pages
 * @caller: who asked, for the line about a failure
 * @refused: the front has been asked, or must not be
 * @core: the same in core's words
 */
struct ask {
	struct sbuddy *sb;
	gfp_t gfp;
	unsigned int order;
	int nid;
	u32 nodes;
	unsigned long nr_pages;
	unsigned long caller;
	bool refused;
	struct sb_request core;
};

/* As warn_alloc(), but the stack: the caller is what most look for in it. */
static noinline int complain(const struct ask *ask, int err)
{
	const char *name = ask->sb->dev.name;
	void *caller = (void *)ask->caller;

	if (ask->gfp & __GFP_NOWARN)
		return err;
	if (ask->gfp & __GFP_NOFAIL) {
		pr_warn_ratelimited("%s: __GFP_NOFAIL is refused, caller:%pS\n", name, caller);
		return err;
	}
	pr_warn_ratelimited("%s: page allocation failure: order:%u, mode:%pGg, caller:%pS\n", name,
			    ask->order, &ask->gfp, caller);
	return err;
}

static bool has_addresses(const struct ask *ask)
{
	return ask->sb->dev.backing->ops->mappable;
}

/* Says it to core, or why not. */
static int translate(struct ask *ask)
{
	int err;

	might_sleep_if(gfpflags_allow_blocking(ask->gfp));
	if ((ask->gfp & __GFP_ZERO) && !has_addresses(ask))
		return -EOPNOTSUPP;
	if (ask->nr_pages)
		ask->order = sb_order_for(ask->nr_pages);
	err = sb_request_init(&ask->core, sb_gfp_from_linux(ask->gfp), ask->order, ask->nid);
	ask->core.nodes = ask->nodes;
	ask->core.no_io = !(ask->gfp & __GFP_IO);
	return err;
}

int sbuddy_api_zero(struct sbuddy *sb, gfp_t gfp, unsigned long pfn, unsigned long nr_pages)
{
	struct sb_backing *backing = sb->dev.backing;
	unsigned long nr;

	if (sb->dev.inst.cfg.init_on_free)
		return 0;
	for (; nr_pages; pfn += nr, nr_pages -= nr) {
		void *va;

		nr = min(nr_pages, ZERO_PAGES);
		va = backing->ops->va(backing, pfn, nr);
		if (WARN_ON_ONCE(!va))
			return -EOPNOTSUPP;
		memset(va, 0, nr << SB_PAGE_SHIFT);
		if (gfpflags_allow_blocking(gfp))
			cond_resched();
	}
	return 0;
}

static int take(struct ask *ask, unsigned long *pfn)
{
	struct sb_instance *inst = &ask->sb->dev.inst;
	unsigned long nr = ask->nr_pages;
	unsigned long first;
	int err = translate(ask);

	if (!err && nr)
		err = sb_alloc_exact(inst, &ask->core, nr, &first);
	else if (!err)
		err = ask->refused ? sb_alloc_more(inst, &ask->core, &first) :
				     sb_alloc(inst, &ask->core, &first);
	if (unlikely(err))
		return complain(ask, err);
	if (ask->gfp & __GFP_ZERO)
		err = sbuddy_api_zero(ask->sb, ask->gfp, first, nr ?: sb_order_pages(ask->order));
	if (unlikely(err)) {
		if (nr)
			sb_alloc_free_exact(inst, first, nr);
		else
			sb_alloc_free(inst, first, ask->order);
		return complain(ask, err);
	}
	*pfn = first;
	return 0;
}

/* Who asks for an address gets none of what may have none, in Linux. */
static void *take_address(struct ask *ask)
{
	unsigned long pfn;

	ask->gfp &= ~__GFP_HIGHMEM;
	if (!has_addresses(ask)) {
		complain(ask, -EOPNOTSUPP);
		return NULL;
	}
	return take(ask, &pfn) ? NULL : sbuddy_pfn_to_virt(ask->sb, pfn);
}

int sbuddy_alloc_pages_nodemask(struct sbuddy *sb, gfp_t gfp, unsigned int order, int nid,
				u32 nodes, unsigned long *pfn)
{
	struct ask ask = {
		.sb = sb,
		.gfp = gfp,
		.order = order,
		.nid = nid,
		.nodes = nodes,
		.caller = _RET_IP_,
	};

	return take(&ask, pfn);
}
EXPORT_SYMBOL_GPL(sbuddy_alloc_pages_nodemask);

/* Those that the front understands have the same numbers in all kernels, as zones go by them. */
static_assert((__force u32)__GFP_DMA == SB_GFP_DMA);
static_assert((__force u32)__GFP_HIGHMEM == SB_GFP_HIGHMEM);
static_assert((__force u32)__GFP_MOVABLE == SB_GFP_MOVABLE);
static_assert((__force u32)__GFP_RECLAIMABLE == SB_GFP_RECLAIMABLE);

static noinline unsigned long sbuddy_alloc_for(struct sbuddy *sb, gfp_t gfp, unsigned int order,
					       unsigned long caller)
{
	struct ask ask = {
		.sb = sb,
		.gfp = gfp,
		.order = order,
		.nid = NUMA_NO_NODE,
		.caller = caller,
		.refused = true,
	};
	unsigned long pfn;
	int err = take(&ask, &pfn);

	return err ? (unsigned long)err : pfn;
}

/*
 * What comes here does so by a jump, as the last that it does: so whom this would return to is
 * the client, whom nobody had to note on the short way.
 */
static noinline unsigned long sbuddy_alloc_any(struct sbuddy *sb, gfp_t gfp, unsigned int order)
{
	return sbuddy_alloc_for(sb, gfp, order, _RET_IP_);
}

static noinline notrace unsigned long alloc_large(struct sbuddy *sb, gfp_t gfp, unsigned int order)
{
	unsigned long pfn;

	if (likely(sb_front_take_large(&sb->dev.inst, (__force u32)gfp, order, &pfn)))
		return pfn;
	return sbuddy_alloc_for(sb, gfp, order, _RET_IP_);
}

static noinline notrace unsigned long alloc_more(struct sbuddy *sb, gfp_t gfp, unsigned int order)
{
	unsigned long pfn = sb_front_take_more(&sb->dev.inst, (__force u32)gfp, order);

	return likely(pfn != SB_PFN_NONE) ? pfn : sbuddy_alloc_for(sb, gfp, order, _RET_IP_);
}

unsigned long __sbuddy_alloc_pages(struct sbuddy *sb, gfp_t gfp, unsigned int order)
{
	if (likely(!(gfp & SBUDDY_GFP_CAREFUL)))
		return __sbuddy_alloc_plain(sb, gfp, order);
	return sbuddy_alloc_any(sb, gfp, order);
}
EXPORT_SYMBOL_GPL(__sbuddy_alloc_pages);

/* Not for the function tracer: it would cost as much as a tenth of it. */
notrace unsigned long __sbuddy_alloc_plain(struct sbuddy *sb, gfp_t gfp, unsigned int order)
{
	unsigned long pfn;

	if (unlikely(order >= SB_PCP_ORDERS))
		return alloc_large(sb, gfp, order);
	if (likely(sb_front_take(&sb->dev.inst, (__force u32)gfp, order, &pfn)))
		return pfn;
	return alloc_more(sb, gfp, order);
}
EXPORT_SYMBOL_GPL(__sbuddy_alloc_plain);

void *sbuddy_get_free_pages(struct sbuddy *sb, gfp_t gfp, unsigned int order)
{
	struct ask ask = {
		.sb = sb,
		.gfp = gfp,
		.order = order,
		.nid = NUMA_NO_NODE,
		.caller = _RET_IP_,
	};

	return take_address(&ask);
}
EXPORT_SYMBOL_GPL(sbuddy_get_free_pages);

/* A number of pages that no block has is core's to refuse, and 0 stands for an order. */
static void init_ask(struct ask *ask, struct sbuddy *sb, unsigned long nr_pages, gfp_t gfp,
		     unsigned long caller)
{
	*ask = (struct ask){
		.sb = sb,
		.gfp = gfp & ~__GFP_COMP,
		.nid = NUMA_NO_NODE,
		.nr_pages = nr_pages,
		.caller = caller,
	};
}

void *sbuddy_alloc_pages_exact(struct sbuddy *sb, size_t bytes, gfp_t gfp)
{
	struct ask ask;

	init_ask(&ask, sb, bytes ? (bytes - 1) / SB_PAGE_SIZE + 1 : 0, gfp, _RET_IP_);
	if (bytes)
		return take_address(&ask);
	complain(&ask, -EINVAL);
	return NULL;
}
EXPORT_SYMBOL_GPL(sbuddy_alloc_pages_exact);

int sbuddy_alloc_pfns_exact(struct sbuddy *sb, unsigned long nr_pages, gfp_t gfp,
			    unsigned long *pfn)
{
	struct ask ask;

	init_ask(&ask, sb, nr_pages, gfp, _RET_IP_);
	return nr_pages ? take(&ask, pfn) : complain(&ask, -EINVAL);
}
EXPORT_SYMBOL_GPL(sbuddy_alloc_pfns_exact);

/* Says how many are zero, from the start; the others are given back. */
static unsigned long zero_each(const struct ask *ask, unsigned long nr, unsigned long *pfns)
{
	unsigned long zeroed = 0, i;

	while (zeroed < nr && !sbuddy_api_zero(ask->sb, ask->gfp, pfns[zeroed], 1))
		zeroed++;
	for (i = zeroed; i < nr; i++) {
		sb_alloc_free(&ask->sb->dev.inst, pfns[i], 0);
		pfns[i] = SBUDDY_PFN_NONE;
	}
	return zeroed;
}

/* The next slot from @from on that is empty, or that is full. */
static unsigned long next_slot(const unsigned long *pfns, unsigned long from, unsigned long nr,
			       bool empty)
{
	while (from < nr && (pfns[from] == SBUDDY_PFN_NONE) != empty)
		from++;
	return from;
}

/*
 * Fills slots from @done on, which is empty, run by run: so it is known which were filled here.
 * Says which is empty still, or what went wrong before any was filled.
 */
static long fill_zeroed(const struct ask *ask, unsigned long done, unsigned long nr,
			unsigned long *pfns)
{
	struct sb_instance *inst = &ask->sb->dev.inst;
	bool any = false;

	while (done < nr) {
		unsigned long end = next_slot(pfns, done, nr, false);
		long filled = sb_alloc_bulk(inst, &ask->core, end - done, pfns + done);

		if (filled < 0 && !any)
			return filled;
		any = true;
		done += zero_each(ask, max(filled, 0l), pfns + done);
		if (done < end)
			break;
		done = next_slot(pfns, end, nr, true);
	}
	return done;
}

/* One alone is a request as any other: it ends what was freed in a row. */
static unsigned long take_plainly(struct sb_instance *inst, u32 gfp, unsigned long nr,
				  unsigned long *pfns)
{
	return nr == 1 ? sb_front_take(inst, gfp, 0, pfns) :
			 sb_front_take_bulk(inst, gfp, nr, pfns);
}

unsigned long sbuddy_alloc_pages_bulk(struct sbuddy *sb, gfp_t gfp, unsigned long nr,
				      unsigned long *pfns)
{
	unsigned long before = next_slot(pfns, 0, nr, true), done = before;
	struct sb_instance *inst = &sb->dev.inst;
	struct ask ask;
	long filled;

	if (likely(!(gfp & SBUDDY_GFP_CAREFUL)))
		done += take_plainly(inst, (__force u32)gfp, nr - done, pfns + done);
	if (likely(done == nr))
		return nr;
	init_ask(&ask, sb, 0, gfp, _RET_IP_);
	filled = translate(&ask);
	if (!filled && (gfp & __GFP_ZERO))
		filled = fill_zeroed(&ask, done, nr, pfns);
	else if (!filled)
		filled = sb_alloc_bulk(inst, &ask.core, nr, pfns);
	done = max_t(long, done, filled);
	if (unlikely(done == before))
		complain(&ask, filled < 0 ? filled : -ENOMEM);
	return done;
}
EXPORT_SYMBOL_GPL(sbuddy_alloc_pages_bulk);

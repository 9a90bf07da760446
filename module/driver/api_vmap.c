// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "api.h"
#include "gfp_map.h"
#include "scatter.h"

/* Clients are shown core's runs by another name. */
static_assert(sizeof(struct sbuddy_run) == sizeof(struct sb_run));
static_assert(offsetof(struct sbuddy_run, nr_pages) == offsetof(struct sb_run, nr_pages));

static const struct sb_run *runs_of(const struct sbuddy_scattered *mem)
{
	return (const struct sb_run *)mem->runs;
}

static int gather(struct sbuddy *sb, gfp_t gfp, struct sbuddy_scattered *mem)
{
	struct sb_request request;
	struct sb_run *runs;
	int err;

	err = sb_request_init(&request, sb_gfp_from_linux(gfp), 0, NUMA_NO_NODE);
	if (err)
		return err;
	runs = sb_scatter_alloc(&sb->dev.inst, &request, mem->nr_pages, &mem->nr_runs);
	if (IS_ERR(runs))
		return PTR_ERR(runs);
	mem->runs = (const struct sbuddy_run *)runs;
	return 0;
}

static int zero(struct sbuddy *sb, const struct sbuddy_scattered *mem)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < mem->nr_runs && !err; i++)
		err = sbuddy_api_zero(sb, GFP_KERNEL, mem->runs[i].pfn, mem->runs[i].nr_pages);
	return err;
}

static struct sbuddy_scattered *alloc(struct sbuddy *sb, unsigned long nr_pages, gfp_t gfp)
{
	struct sbuddy_scattered *mem;
	int err;

	if (!nr_pages)
		return ERR_PTR(-EINVAL);
	if ((gfp & __GFP_ZERO) && !sb->dev.backing->ops->mappable)
		return ERR_PTR(-EOPNOTSUPP);
	mem = kzalloc(sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);
	mem->nr_pages = nr_pages;
	err = gather(sb, gfp, mem);
	if (err) {
		kfree(mem);
		return ERR_PTR(err);
	}
	if (gfp & __GFP_ZERO)
		err = zero(sb, mem);
	if (!err)
		return mem;
	sbuddy_free_scattered(sb, mem);
	return ERR_PTR(err);
}

struct sbuddy_scattered *sbuddy_alloc_scattered(struct sbuddy *sb, unsigned long nr_pages,
						gfp_t gfp)
{
	struct sbuddy_scattered *mem;

	might_sleep();
	mem = alloc(sb, nr_pages, gfp);
	if (IS_ERR(mem) && !(gfp & __GFP_NOWARN))
		pr_warn_ratelimited("%s: page allocation failure: scattered:%lu pages, mode:%pGg\n",
				    sb->dev.name, nr_pages, &gfp);
	return mem;
}
EXPORT_SYMBOL_GPL(sbuddy_alloc_scattered);

int sbuddy_free_scattered(struct sbuddy *sb, struct sbuddy_scattered *mem)
{
	int err;

	if (IS_ERR_OR_NULL(mem))
		return 0;
	err = sb_scatter_free(&sb->dev.inst, runs_of(mem), mem->nr_runs);
	kvfree(mem->runs);
	kfree(mem);
	return err;
}
EXPORT_SYMBOL_GPL(sbuddy_free_scattered);

void *sbuddy_vmap(struct sbuddy *sb, const struct sbuddy_scattered *mem)
{
	might_sleep();
	return sb_scatter_vmap(sb->dev.backing, runs_of(mem), mem->nr_runs);
}
EXPORT_SYMBOL_GPL(sbuddy_vmap);

void sbuddy_vunmap(struct sbuddy *sb, void *addr)
{
	might_sleep();
	/* One run is where the instance has it for good. */
	if (!IS_ERR_OR_NULL(addr) && sbuddy_virt_to_pfn(sb, addr) == SBUDDY_PFN_NONE)
		vunmap(addr);
}
EXPORT_SYMBOL_GPL(sbuddy_vunmap);

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ratelimit.h>

#include "cma.h"
#include "contig.h"
#include "contig_lock.h"

int sbuddy_contig_take(struct sbuddy_device *dev, const struct sb_contig *contig,
		       unsigned long *pfn)
{
	int err;

	mutex_lock(&dev->contig_lock);
	err = sb_contig_alloc(&dev->inst, contig, pfn);
	mutex_unlock(&dev->contig_lock);
	return err;
}

int sbuddy_cma_take(struct sbuddy_device *dev, unsigned int area, unsigned long nr_pages,
		    unsigned int align_order, bool no_warn, unsigned long *pfn)
{
	const struct sb_config *cfg = &dev->inst.cfg;
	int err;

	mutex_lock(&dev->contig_lock);
	err = sb_cma_alloc(&dev->inst, area, nr_pages, align_order, SB_GFP_KERNEL, pfn);
	mutex_unlock(&dev->contig_lock);
	if (err && !no_warn)
		pr_err_ratelimited("%s: CMA area %s: alloc failed, req-size: %lu pages, ret: %d\n",
				   dev->name, area < cfg->nr_cma ? cfg->cma[area].name : "(none)",
				   nr_pages, err);
	return err;
}

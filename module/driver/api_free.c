// SPDX-License-Identifier: GPL-2.0-only
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "alloc.h"
#include "api.h"
#include "front.h"

int sbuddy_split_page(struct sbuddy *sb, unsigned long pfn, unsigned int order)
{
	return sb_alloc_split(&sb->dev.inst, pfn, order);
}
EXPORT_SYMBOL_GPL(sbuddy_split_page);

/* Not for the function tracer, as __sbuddy_alloc_plain(). */
notrace int sbuddy_free_pages(struct sbuddy *sb, unsigned long pfn, unsigned int order)
{
	if (likely(order < SB_PCP_ORDERS) && likely(sb_front_put(&sb->dev.inst, pfn, order)))
		return 0;
	return sb_alloc_free_more(&sb->dev.inst, pfn, order);
}
EXPORT_SYMBOL_GPL(sbuddy_free_pages);

unsigned long sbuddy_free_pages_bulk(struct sbuddy *sb, unsigned long nr, const unsigned long *pfns)
{
	return sb_alloc_free_bulk(&sb->dev.inst, nr, pfns);
}
EXPORT_SYMBOL_GPL(sbuddy_free_pages_bulk);

int sbuddy_free_range(struct sbuddy *sb, unsigned long pfn, unsigned long nr_pages)
{
	return sb_alloc_free_range(&sb->dev.inst, pfn, nr_pages);
}
EXPORT_SYMBOL_GPL(sbuddy_free_range);

/* Which page starts at an address, or why none does. */
static int find_page(struct sbuddy *sb, const void *addr, unsigned long *pfn, unsigned long caller)
{
	bool found;

	*pfn = sbuddy_virt_to_pfn(sb, addr);
	found = *pfn != SBUDDY_PFN_NONE;
	if (found && PAGE_ALIGNED(addr))
		return 0;
	pr_warn_ratelimited("%s: refused to free an address %s, caller:%pS\n", sb->dev.name,
			    found ? "inside of a page" : "outside of the instance", (void *)caller);
	return found ? -EINVAL : -ERANGE;
}

int sbuddy_free_pages_addr(struct sbuddy *sb, const void *addr, unsigned int order)
{
	unsigned long pfn;
	int err = addr ? find_page(sb, addr, &pfn, _RET_IP_) : 0;

	return err || !addr ? err : sb_alloc_free(&sb->dev.inst, pfn, order);
}
EXPORT_SYMBOL_GPL(sbuddy_free_pages_addr);

int sbuddy_free_pages_exact(struct sbuddy *sb, const void *addr, size_t bytes)
{
	unsigned long nr_pages = bytes ? (bytes - 1) / SB_PAGE_SIZE + 1 : 0;
	unsigned long pfn;
	int err = addr ? find_page(sb, addr, &pfn, _RET_IP_) : 0;

	if (err || !addr)
		return err;
	return nr_pages ? sb_alloc_free_exact(&sb->dev.inst, pfn, nr_pages) : -EINVAL;
}
EXPORT_SYMBOL_GPL(sbuddy_free_pages_exact);

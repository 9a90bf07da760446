// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <uapi/linux/sbuddy.h>

#include "buffer.h"
#include "cache.h"
#include "sync.h"

/* Bytes between two looks at who else wants the CPU. */
#define CHUNK SZ_1M

int sb_sync_check(const struct sbuddy_device *dev)
{
	if (!dev->backing->ops->mappable)
		return -EOPNOTSUPP;
	return sb_cache_all_coherent() || sb_cache_can_flush() ? 0 : -EOPNOTSUPP;
}

/* As the DMA API: before a device writes, too, no line may be left to be written back. */
enum sb_sync_op sb_sync_op(u32 flags)
{
	if (flags & SBUDDY_SYNC_READ)
		return SB_SYNC_FLUSH;
	return flags & SBUDDY_SYNC_END ? SB_SYNC_CLEAN : SB_SYNC_NONE;
}

static void count(struct sbuddy_syncs *syncs, u64 phys, size_t bytes, enum sb_sync_op op)
{
	atomic64_add((s64)bytes, op == SB_SYNC_CLEAN ? &syncs->cleaned : &syncs->flushed);
	atomic64_set(&syncs->last_phys, (s64)phys);
	atomic64_set(&syncs->last_bytes, (s64)bytes);
}

/* Of a run: [phys, phys + bytes). */
static void treat(struct sbuddy_device *dev, u64 phys, size_t bytes, enum sb_sync_op op)
{
	struct sb_backing *backing = dev->backing;
	unsigned long first = sb_pfn_down(phys);
	char *va = backing->ops->va(backing, first, sb_pfn_up(phys + bytes) - first);

	if (WARN_ON_ONCE(!va))
		return;
	va += phys - sb_pfn_addr(first);
	if (op == SB_SYNC_CLEAN)
		sb_cache_clean(va, (phys_addr_t)phys, bytes);
	else
		sb_cache_flush(va, (phys_addr_t)phys, bytes);
	count(&dev->syncs, phys, bytes, op);
}

void sb_sync_pages(struct sbuddy_device *dev, unsigned long pfn, unsigned long nr_pages,
		   enum sb_sync_op op)
{
	treat(dev, sb_pfn_addr(pfn), nr_pages << PAGE_SHIFT, op);
}

void sb_sync_range(const struct sb_buffer *buf, u64 offset, u64 bytes, enum sb_sync_op op)
{
	unsigned long nr_pages, in_page;
	size_t part;
	u64 phys;

	if (op == SB_SYNC_NONE)
		return;
	for (; bytes; offset += part, bytes -= part) {
		in_page = offset & (PAGE_SIZE - 1);
		phys = sb_pfn_addr(sb_buffer_run(buf, offset >> PAGE_SHIFT, &nr_pages)) + in_page;
		part = min_t(u64, ((u64)nr_pages << PAGE_SHIFT) - in_page,
			     min_t(u64, bytes, CHUNK));
		treat(buf->dev, phys, part, op);
		cond_resched();
	}
}

void sb_sync_all(const struct sb_buffer *buf, enum sb_sync_op op)
{
	sb_sync_range(buf, 0, sb_buffer_bytes(buf), op);
}

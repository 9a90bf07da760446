// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include "cache.h"
#include "caching.h"

int sb_caching_check(const struct sbuddy_device *dev, u32 flags)
{
	const struct sb_backing_ops *ops = dev->backing->ops;

	if (!(flags & SB_CACHING_FLAGS))
		return 0;
	return ops->mappable && !ops->has_pages && sb_cache_can_flush() ? 0 : -EOPNOTSUPP;
}

void sb_caching_begin(struct sb_buffer *buf, u32 flags)
{
	if (likely(!(flags & SB_CACHING_FLAGS)))
		return;
	/* The mover knows it already. */
	down_write(&buf->lock);
	buf->caching = flags & SBUDDY_ALLOC_WC ? SBUDDY_CACHING_WC : SBUDDY_CACHING_UNCACHED;
	/* What others before left in the caches, and the zeroes. */
	sb_sync_all(buf, SB_SYNC_FLUSH);
	up_write(&buf->lock);
}

void sb_caching_end(struct sb_buffer *buf)
{
	if (likely(!buf->caching))
		return;
	/* Lines may have been fetched before the last was written past the caches. */
	sb_sync_all(buf, SB_SYNC_FLUSH);
	buf->caching = SBUDDY_CACHING_CACHED;
}

pgprot_t sb_caching_prot(const struct sb_buffer *buf, pgprot_t prot)
{
	switch (buf->caching) {
	case SBUDDY_CACHING_WC:
		return pgprot_writecombine(prot);
	case SBUDDY_CACHING_UNCACHED:
		return pgprot_noncached(prot);
	default:
		return prot;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the CPU keeps what it reads and writes of a buffer: in its caches, or not.
 *
 *	                  cached          WC               uncached
 *	process           caches          write buffer     nothing
 *	device            SYNC first      at once          at once
 *	kernel            caches          caches: flushed when it has read or written
 *
 * Only memory that the kernel maps nowhere but in its own mapping of the carveout can be
 * mapped otherwise than cached. That one stays cached, and the CPU may fetch lines through
 * it at any time, but dirty ones there are none: whoever reads or writes through it
 * has none left before and afterwards, sb_caching_settle(). So nothing is written back
 * over what a process or a device wrote. It is for whole pages that nobody else writes to
 * meanwhile: ptrace() has a mapping past the caches made for each access.
 */
#ifndef SBUDDY_CACHING_H
#define SBUDDY_CACHING_H

#include <linux/pgtable.h>
#include <uapi/linux/sbuddy.h>

#include "buffer.h"
#include "sync.h"

#define SB_CACHING_FLAGS (SBUDDY_ALLOC_WC | SBUDDY_ALLOC_UNCACHED)

/**
 * sb_caching_check() - May buffers be cached so?
 * @dev: device
 * @flags: SBUDDY_ALLOC_*, not both of SB_CACHING_FLAGS
 *
 * Return: 0; -EOPNOTSUPP when this memory cannot but be cached.
 */
int sb_caching_check(const struct sbuddy_device *dev, u32 flags);

/**
 * sb_caching_begin() - Have a buffer cached so from now on.
 * @buf: buffer that is not published yet
 * @flags: SBUDDY_ALLOC_*, of which sb_caching_check() says that they may be
 *
 * Context: Process. May sleep.
 */
void sb_caching_begin(struct sb_buffer *buf, u32 flags);

/* Its pages are about to be anybody's. Process context. */
void sb_caching_end(struct sb_buffer *buf);

/* How processes map it. */
pgprot_t sb_caching_prot(const struct sb_buffer *buf, pgprot_t prot);

/* The kernel is about to read pages of it by its cached mapping, or has written to them. */
static inline void sb_caching_settle(const struct sb_buffer *buf, unsigned long pfn,
				     unsigned long nr_pages)
{
	if (unlikely(buf->caching))
		sb_sync_pages(buf->dev, pfn, nr_pages, SB_SYNC_FLUSH);
}

#endif

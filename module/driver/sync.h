/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who reads and writes a buffer in turns: the CPU through its caches, a device past them.
 *
 *	device writes        START, READ        CPU reads
 *	                     lines are forgotten
 *	CPU writes           END, WRITE         device reads
 *	                     lines are written back
 *
 * By the kernel's own cached mapping, for memory with struct pages and without: the
 * caches of ARM and arm64 go by physical address. Where all devices see what is in the
 * caches nothing is left to do; it is counted all the same.
 */
#ifndef SBUDDY_SYNC_H
#define SBUDDY_SYNC_H

#include <linux/atomic.h>
#include <linux/types.h>

struct sb_buffer;
struct sbuddy_device;

/* What becomes of lines. */
enum sb_sync_op {
	SB_SYNC_NONE,
	SB_SYNC_CLEAN, /* written back */
	SB_SYNC_FLUSH, /* written back, and forgotten */
};

/**
 * struct sbuddy_syncs - What was done to the caches of a device's memory.
 * @cleaned: bytes, as by SB_SYNC_CLEAN
 * @flushed: bytes, as by SB_SYNC_FLUSH
 * @last_phys: address of the last range
 * @last_bytes: of it
 */
struct sbuddy_syncs {
	atomic64_t cleaned;
	atomic64_t flushed;
	atomic64_t last_phys;
	atomic64_t last_bytes;
};

/* 0; -EOPNOTSUPP where there is no memory, or no way for a module to do this. */
int sb_sync_check(const struct sbuddy_device *dev);

/* What SBUDDY_SYNC_* come to for the caches. */
enum sb_sync_op sb_sync_op(u32 flags);

/**
 * sb_sync_range() - Treat a part of a buffer.
 * @buf: buffer; its lock is held, or a pin, or nobody else knows it
 * @offset: first byte
 * @bytes: how many; all of it within the buffer
 * @op: what to do
 *
 * Context: Process. May sleep.
 */
void sb_sync_range(const struct sb_buffer *buf, u64 offset, u64 bytes, enum sb_sync_op op);

/* All of it. */
void sb_sync_all(const struct sb_buffer *buf, enum sb_sync_op op);

/* Pages of a device's memory, wherever they are. Any context. */
void sb_sync_pages(struct sbuddy_device *dev, unsigned long pfn, unsigned long nr_pages,
		   enum sb_sync_op op);

#endif

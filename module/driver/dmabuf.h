/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers as dma-bufs: what other drivers, and processes that know of no handles,
 * share them by.
 *
 *	fd --------> struct dma_buf --> struct sb_buffer --> pages
 *	handle -------------------------/
 *	mapping of either --------------/
 *
 * Whatever is closed first, the pages stay for the others: a dma-buf has a reference
 * of its buffer, keeps the device and the module, and does not need the file that
 * it was exported by.
 *
 * Mapped for a device, a mapped carveout or a sandbox is a scatter list of pages,
 * one entry a run. A no-map carveout has no pages that Linux may be told of: its
 * entries have addresses for the device and no more, and its caches are cared for
 * here, where Linux would do it through a mapping that it does not have.
 *
 * A dma-buf alone has its buffer move as before; it is pinned, pin.h, as long as a
 * device or another part of the kernel has it mapped.
 */
#ifndef SBUDDY_DMABUF_H
#define SBUDDY_DMABUF_H

#include <linux/err.h>

struct file;
struct sb_buffer;

/**
 * sb_dmabuf_export() - Make a dma-buf of a buffer.
 * @buf: buffer
 * @flags: O_RDONLY or O_RDWR, for processes that map it
 *
 * Context: Process. May sleep.
 * Return: its file, which the caller installs or puts; or ERR_PTR(): -EOPNOTSUPP
 *	when there is no memory, or the kernel has no dma-bufs; -ENOMEM; -ENODEV when
 *	the device is being taken away.
 */
#ifdef CONFIG_DMA_SHARED_BUFFER
struct file *sb_dmabuf_export(struct sb_buffer *buf, int flags);
#else
static inline struct file *sb_dmabuf_export(struct sb_buffer *buf, int flags)
{
	return ERR_PTR(-EOPNOTSUPP);
}
#endif

#endif

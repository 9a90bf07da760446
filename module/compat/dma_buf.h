/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-buf as Linux 6.2 has it, for who exports and for who imports. */
#ifndef SB_COMPAT_DMA_BUF_H
#define SB_COMPAT_DMA_BUF_H

#include <linux/dma-buf.h>
#include <linux/version.h>

/* 5.18 made struct dma_buf_map, which 5.11 had made of an address, iosys_map. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
struct iosys_map {
	void *vaddr;
};

static inline void iosys_map_set_vaddr(struct iosys_map *map, void *vaddr)
{
	map->vaddr = vaddr;
}
#elif LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)
#define iosys_map dma_buf_map
#define iosys_map_set_vaddr dma_buf_map_set_vaddr
#endif

/* The operations .vmap and .vunmap, of functions for Linux 5.11 and newer. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define SBUDDY_DMA_BUF_VMAP(map_fn, unmap_fn)                            \
	static void *map_fn##_address(struct dma_buf *dmabuf)            \
	{                                                                \
		struct iosys_map map;                                    \
		return map_fn(dmabuf, &map) ? NULL : map.vaddr;          \
	}                                                                \
	static void unmap_fn##_address(struct dma_buf *dmabuf, void *va) \
	{                                                                \
		struct iosys_map map = { .vaddr = va };                  \
		unmap_fn(dmabuf, &map);                                  \
	}
#define SBUDDY_DMA_BUF_VMAP_OPS(map_fn, unmap_fn) \
	.vmap = map_fn##_address, .vunmap = unmap_fn##_address
#else
#define SBUDDY_DMA_BUF_VMAP(map_fn, unmap_fn)
#define SBUDDY_DMA_BUF_VMAP_OPS(map_fn, unmap_fn) .vmap = map_fn, .vunmap = unmap_fn
#endif

/* 6.2 made who imports take the lock of the reservation, or call these, which do. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
static inline int dma_buf_vmap_unlocked(struct dma_buf *dmabuf, struct iosys_map *map)
{
	map->vaddr = dma_buf_vmap(dmabuf);
	return map->vaddr ? 0 : -ENOMEM;
}

static inline void dma_buf_vunmap_unlocked(struct dma_buf *dmabuf, struct iosys_map *map)
{
	dma_buf_vunmap(dmabuf, map->vaddr);
}
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define dma_buf_vmap_unlocked dma_buf_vmap
#define dma_buf_vunmap_unlocked dma_buf_vunmap
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define dma_buf_map_attachment_unlocked dma_buf_map_attachment
#define dma_buf_unmap_attachment_unlocked dma_buf_unmap_attachment
#endif

#endif

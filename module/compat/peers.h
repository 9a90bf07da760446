/* SPDX-License-Identifier: GPL-2.0-only */
/* Allocators of the kernel that sbuddy_bench measures, as the newest has them. */
#ifndef SB_COMPAT_PEERS_H
#define SB_COMPAT_PEERS_H

#include <linux/gfp.h>
#include <linux/version.h>

/* 5.13 brought alloc_pages_bulk_array(), and 6.14 dropped the last word of its name. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 13, 0)
#define alloc_pages_bulk(gfp, nr, pages) ((void)(gfp), (void)(nr), (void)(pages), 0ul)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define alloc_pages_bulk(gfp, nr, pages) alloc_pages_bulk_array(gfp, nr, pages)
#endif

/* 5.18 brought the buddy allocator of DRM; newer kernels have it apart from that. */
#if IS_ENABLED(CONFIG_GPU_BUDDY)
#include <linux/gpu_buddy.h>
#define SBUDDY_HAS_GPU_BUDDY 1
#elif IS_ENABLED(CONFIG_DRM_BUDDY)
#include <drm/drm_buddy.h>
#define SBUDDY_HAS_GPU_BUDDY 1
#define gpu_buddy drm_buddy
#define gpu_buddy_block drm_buddy_block
#define gpu_buddy_init drm_buddy_init
#define gpu_buddy_fini drm_buddy_fini
#define gpu_buddy_alloc_blocks drm_buddy_alloc_blocks
#define gpu_buddy_free_block drm_buddy_free_block
#else
#define SBUDDY_HAS_GPU_BUDDY 0
#endif

/* 5.10 has the DMA API give pages. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#define SBUDDY_HAS_DMA_PAGES false
#define dma_alloc_pages(dev, size, address, dir, gfp) \
	((void)(dev), (void)(address), (void)(gfp), (struct page *)NULL)
#define dma_free_pages(dev, size, page, address, dir) ((void)(page), (void)(address))
#else
#define SBUDDY_HAS_DMA_PAGES true
#endif

/* 4.14 tells what a zone counts from what a node does. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 14, 0)
#define global_zone_page_state(item) global_page_state(item)
#endif

#endif

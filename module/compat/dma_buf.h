/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-buf as Linux 6.2 has it, for who exports and for who imports. */
#ifndef SB_COMPAT_DMA_BUF_H
#define SB_COMPAT_DMA_BUF_H

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/version.h>

/* Where a device sees memory. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 16, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
#include <linux/dma-direct.h>
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 10, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
#include <linux/dma-map-ops.h>
#endif

/* 5.8 does with a whole table what had been done with its list, and an errno. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
#define for_each_sgtable_sg(table, sg, i) for_each_sg((table)->sgl, sg, (table)->orig_nents, i)
#define for_each_sgtable_dma_sg(table, sg, i) for_each_sg((table)->sgl, sg, (table)->nents, i)

static inline int dma_map_sgtable(struct device *dev, struct sg_table *table,
				  enum dma_data_direction dir, unsigned long attrs)
{
	int nents = dma_map_sg_attrs(dev, table->sgl, table->orig_nents, dir, attrs);

	if (nents <= 0)
		return -EINVAL;
	table->nents = nents;
	return 0;
}

static inline void dma_unmap_sgtable(struct device *dev, struct sg_table *table,
				     enum dma_data_direction dir, unsigned long attrs)
{
	dma_unmap_sg_attrs(dev, table->sgl, table->orig_nents, dir, attrs);
}

static inline void dma_sync_sgtable_for_cpu(struct device *dev, struct sg_table *table,
					    enum dma_data_direction dir)
{
	dma_sync_sg_for_cpu(dev, table->sgl, table->orig_nents, dir);
}

static inline void dma_sync_sgtable_for_device(struct device *dev, struct sg_table *table,
					       enum dma_data_direction dir)
{
	dma_sync_sg_for_device(dev, table->sgl, table->orig_nents, dir);
}
#endif

/*
 * 5.3 lets a dma-buf have a name, 5.8 guards it by a lock of its own. It is given away, from
 * kmalloc(), once, and before any process has the dma-buf.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 3, 0)
static inline void sbuddy_dma_buf_set_name(struct dma_buf *dmabuf, const char *name)
{
	kfree(name);
}
#elif LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
static inline void sbuddy_dma_buf_set_name(struct dma_buf *dmabuf, const char *name)
{
	/* Whole, for who reads it in the list of all. */
	smp_store_release(&dmabuf->name, name);
}
#else
static inline void sbuddy_dma_buf_set_name(struct dma_buf *dmabuf, const char *name)
{
	spin_lock(&dmabuf->name_lock);
	dmabuf->name = name;
	spin_unlock(&dmabuf->name_lock);
}
#endif

/*
 * Until 5.6 who imports could ask for a page at a time; and until 4.19 a dma-buf without
 * functions for that is refused, which 4.12 gave other names.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 12, 0)
static inline void *sbuddy_dma_buf_no_page(struct dma_buf *dmabuf, unsigned long page)
{
	return NULL;
}

#define SBUDDY_DMA_BUF_PAGE_OPS \
	.kmap_atomic = sbuddy_dma_buf_no_page, .kmap = sbuddy_dma_buf_no_page,
#elif LINUX_VERSION_CODE < KERNEL_VERSION(4, 19, 0)
static inline void *sbuddy_dma_buf_no_page(struct dma_buf *dmabuf, unsigned long page)
{
	return NULL;
}

#define SBUDDY_DMA_BUF_PAGE_OPS .map_atomic = sbuddy_dma_buf_no_page, .map = sbuddy_dma_buf_no_page,
#else
#define SBUDDY_DMA_BUF_PAGE_OPS
#endif

/* 4.11 has these, of which that kernel has the half. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 11, 0)
static inline dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset,
					    size_t size, enum dma_data_direction dir,
					    unsigned long attrs)
{
	return get_dma_ops(dev)->map_page(dev, page, offset, size, dir, attrs);
}

static inline void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
					enum dma_data_direction dir, unsigned long attrs)
{
	if (get_dma_ops(dev)->unmap_page)
		get_dma_ops(dev)->unmap_page(dev, addr, size, dir, attrs);
}
#endif

/*
 * Memory that Linux does not use, for a device, without care for caches: 0 or -EIO. Until
 * 5.15 dma_map_resource() refuses what Linux has descriptors of, as it may have of memory
 * that was reserved. This goes as a page, unless the device would be given a copy instead:
 * nobody would bring what is in the copy back.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
#define SBUDDY_DMA_AS_PAGE(base) pfn_valid(PHYS_PFN(base))

static inline int sbuddy_dma_map_page(struct device *dev, phys_addr_t base, size_t size,
				      enum dma_data_direction dir, dma_addr_t *addr)
{
	u64 last = phys_to_dma(dev, base) + size - 1;

	if (last > dma_get_mask(dev))
		return -EIO;
	*addr = dma_map_page_attrs(dev, pfn_to_page(PHYS_PFN(base)), 0, size, dir,
				   DMA_ATTR_SKIP_CPU_SYNC);
	if (dma_mapping_error(dev, *addr))
		return -EIO;
	/* An IOMMU puts it where it likes; without one another address is that of a copy. */
	if (get_dma_ops(dev) || *addr == phys_to_dma(dev, base))
		return 0;
	dma_unmap_page_attrs(dev, *addr, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
	return -EIO;
}
#else
#define SBUDDY_DMA_AS_PAGE(base) false

static inline int sbuddy_dma_map_page(struct device *dev, phys_addr_t base, size_t size,
				      enum dma_data_direction dir, dma_addr_t *addr)
{
	return -EIO;
}
#endif

static inline int sbuddy_dma_map(struct device *dev, phys_addr_t base, size_t size,
				 enum dma_data_direction dir, dma_addr_t *addr)
{
	if (SBUDDY_DMA_AS_PAGE(base))
		return sbuddy_dma_map_page(dev, base, size, dir, addr);
	*addr = dma_map_resource(dev, base, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
	return dma_mapping_error(dev, *addr) ? -EIO : 0;
}

static inline void sbuddy_dma_unmap(struct device *dev, phys_addr_t base, size_t size,
				    enum dma_data_direction dir, dma_addr_t addr)
{
	if (SBUDDY_DMA_AS_PAGE(base))
		dma_unmap_page_attrs(dev, addr, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
	else
		dma_unmap_resource(dev, addr, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
}

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

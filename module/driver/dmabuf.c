// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <uapi/linux/sbuddy.h>

#include "buffer.h"
#include "cache.h"
#include "dma_buf.h"
#include "dmabuf.h"
#include "mmap.h"
#include "pin.h"
#include "scatter.h"

SBUDDY_IMPORT_DMA_BUF;

/**
 * struct exported - A dma-buf of a buffer.
 * @buf: the buffer
 * @lock: guards @maps
 * @maps: what devices have mapped
 */
struct exported {
	struct sb_buffer *buf;
	struct mutex lock; /* taken after the lock of the dma-buf's reservation */
	struct list_head maps;
};

/**
 * struct map - A buffer as one device sees it.
 * @list: among those of its dma-buf
 * @dev: the device
 * @dir: which way data goes
 * @table: one entry a run
 */
struct map {
	struct list_head list;
	struct device *dev;
	enum dma_data_direction dir;
	struct sg_table table;
};

static struct sb_backing *backing_of(const struct sb_buffer *buf)
{
	return buf->dev->backing;
}

static size_t run_bytes(const struct sb_run *run)
{
	return run->nr_pages << PAGE_SHIFT;
}

static u32 sync_flags(enum dma_data_direction dir)
{
	switch (dir) {
	case DMA_TO_DEVICE:
		return SBUDDY_SYNC_WRITE;
	case DMA_FROM_DEVICE:
		return SBUDDY_SYNC_READ;
	default:
		return SBUDDY_SYNC_RW;
	}
}

/* Of cached memory that Linux keeps no caches for. @when is SBUDDY_SYNC_START or _END. */
static void sync_runs(const struct sb_buffer *buf, const struct map *map, u32 when)
{
	if (!sb_cache_coherent(map->dev) && !buf->caching)
		sb_sync_all(buf, sb_sync_op(when | sync_flags(map->dir)));
}

static int map_pages(const struct sb_buffer *buf, struct map *map)
{
	const struct sb_run *run = buf->runs;
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(&map->table, sg, i) {
		sg_set_page(sg, pfn_to_page(run->pfn), run_bytes(run), 0);
		run++;
	}
	return dma_map_sgtable(map->dev, &map->table, map->dir, 0);
}

static void unmap_resources(const struct sb_buffer *buf, struct map *map, unsigned int nr)
{
	const struct sb_run *run = buf->runs;
	struct scatterlist *sg = map->table.sgl;

	for (; nr--; sg = sg_next(sg), run++)
		sbuddy_dma_unmap(map->dev, PFN_PHYS(run->pfn), run_bytes(run), map->dir,
				 sg_dma_address(sg));
}

static int map_resources(const struct sb_buffer *buf, struct map *map)
{
	const struct sb_run *run = buf->runs;
	struct scatterlist *sg;
	unsigned int i;

	if (!sb_cache_coherent(map->dev) && !sb_cache_can_flush())
		return -EOPNOTSUPP;
	for_each_sgtable_sg(&map->table, sg, i) {
		int err = sbuddy_dma_map(map->dev, PFN_PHYS(run->pfn), run_bytes(run), map->dir,
					 &sg_dma_address(sg));

		if (err) {
			unmap_resources(buf, map, i);
			return err;
		}
		sg_set_page(sg, NULL, run_bytes(run), 0);
		sg_dma_len(sg) = run_bytes(run);
		run++;
	}
	sync_runs(buf, map, SBUDDY_SYNC_END);
	return 0;
}

static int map_runs(const struct sb_buffer *buf, struct map *map)
{
	int err = sg_alloc_table(&map->table, buf->nr_runs, GFP_KERNEL);

	if (err)
		return err;
	err = backing_of(buf)->ops->has_pages ? map_pages(buf, map) : map_resources(buf, map);
	if (err)
		sg_free_table(&map->table);
	return err;
}

static void unmap_runs(const struct sb_buffer *buf, struct map *map)
{
	if (backing_of(buf)->ops->has_pages) {
		dma_unmap_sgtable(map->dev, &map->table, map->dir, 0);
	} else {
		unmap_resources(buf, map, map->table.nents);
		sync_runs(buf, map, SBUDDY_SYNC_START);
	}
	sg_free_table(&map->table);
}

static struct sg_table *export_map(struct dma_buf_attachment *attach, enum dma_data_direction dir)
{
	struct exported *exported = attach->dmabuf->priv;
	struct map *map = kzalloc(sizeof(*map), GFP_KERNEL);
	int err;

	if (!map)
		return ERR_PTR(-ENOMEM);
	map->dev = attach->dev;
	map->dir = dir;
	err = sb_pin(exported->buf);
	if (err)
		goto err_free;
	err = map_runs(exported->buf, map);
	if (err)
		goto err_unpin;
	mutex_lock(&exported->lock);
	list_add(&map->list, &exported->maps);
	mutex_unlock(&exported->lock);
	return &map->table;

err_unpin:
	sb_unpin(exported->buf);
err_free:
	kfree(map);
	return ERR_PTR(err);
}

static void export_unmap(struct dma_buf_attachment *attach, struct sg_table *table,
			 enum dma_data_direction dir)
{
	struct exported *exported = attach->dmabuf->priv;
	struct map *map = container_of(table, struct map, table);

	mutex_lock(&exported->lock);
	list_del(&map->list);
	mutex_unlock(&exported->lock);
	unmap_runs(exported->buf, map);
	sb_unpin(exported->buf);
	kfree(map);
}

/* Each device is told in the direction that it mapped for, whatever the CPU is to do. */
static int export_sync(struct dma_buf *dmabuf, u32 when,
		       void (*sync)(struct device *dev, struct sg_table *table,
				    enum dma_data_direction dir))
{
	struct exported *exported = dmabuf->priv;
	struct map *map;

	mutex_lock(&exported->lock);
	list_for_each_entry(map, &exported->maps, list)
		if (backing_of(exported->buf)->ops->has_pages)
			sync(map->dev, &map->table, map->dir);
		else
			sync_runs(exported->buf, map, when);
	mutex_unlock(&exported->lock);
	return 0;
}

static int export_begin_cpu(struct dma_buf *dmabuf, enum dma_data_direction dir)
{
	return export_sync(dmabuf, SBUDDY_SYNC_START, dma_sync_sgtable_for_cpu);
}

static int export_end_cpu(struct dma_buf *dmabuf, enum dma_data_direction dir)
{
	return export_sync(dmabuf, SBUDDY_SYNC_END, dma_sync_sgtable_for_device);
}

static int export_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct exported *exported = dmabuf->priv;

	return sb_mmap_buffer(exported->buf, vma);
}

static int export_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct exported *exported = dmabuf->priv;
	struct sb_buffer *buf = exported->buf;
	int err = sb_pin(buf);
	void *va;

	if (err)
		return err;
	if (buf->caching)
		va = sb_scatter_vmap_past_caches(buf->runs, buf->nr_runs);
	else
		va = sb_scatter_vmap(backing_of(buf), buf->runs, buf->nr_runs);
	if (IS_ERR(va)) {
		sb_unpin(buf);
		return PTR_ERR(va);
	}
	iosys_map_set_vaddr(map, va);
	return 0;
}

static void export_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct exported *exported = dmabuf->priv;
	struct sb_buffer *buf = exported->buf;

	if (buf->caching)
		sb_scatter_vunmap_past_caches(map->vaddr, buf->nr_runs);
	else
		sb_scatter_vunmap(map->vaddr, buf->nr_runs);
	sb_unpin(buf);
}

SBUDDY_DMA_BUF_VMAP(export_vmap, export_vunmap)

static int device_get(struct sbuddy_device *dev)
{
	return dev->ops && dev->ops->get ? dev->ops->get(dev) : 0;
}

static void device_put(struct sbuddy_device *dev)
{
	if (dev->ops && dev->ops->put)
		dev->ops->put(dev);
}

static void export_release(struct dma_buf *dmabuf)
{
	struct exported *exported = dmabuf->priv;
	struct sbuddy_device *dev = exported->buf->dev;

	sb_buffer_put(exported->buf);
	kfree(exported);
	device_put(dev);
}

static const struct dma_buf_ops export_ops = {
	.map_dma_buf = export_map,
	.unmap_dma_buf = export_unmap,
	.begin_cpu_access = export_begin_cpu,
	.end_cpu_access = export_end_cpu,
	.mmap = export_mmap,
	.release = export_release,
	SBUDDY_DMA_BUF_PAGE_OPS SBUDDY_DMA_BUF_VMAP_OPS(export_vmap, export_vunmap),
};

static struct dma_buf *make_dmabuf(struct exported *exported, int flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);

	info.ops = &export_ops;
	info.size = sb_buffer_bytes(exported->buf);
	info.flags = flags;
	info.priv = exported;
	return dma_buf_export(&info);
}

/* What cannot be told for lack of memory is no reason to fail. */
static void pass_name(struct dma_buf *dmabuf, struct sb_buffer *buf)
{
	char text[SBUDDY_NAME_LEN];

	spin_lock(&buf->client->handles.lock);
	strscpy(text, buf->name, sizeof(text));
	spin_unlock(&buf->client->handles.lock);
	if (text[0])
		sbuddy_dma_buf_set_name(dmabuf, kstrdup(text, GFP_KERNEL));
}

struct file *sb_dmabuf_export(struct sb_buffer *buf, int flags)
{
	struct dma_buf *dmabuf;
	struct exported *exported;
	int err;

	if (!backing_of(buf)->ops->mappable)
		return ERR_PTR(-EOPNOTSUPP);
	err = sb_buffer_zero(buf);
	if (err)
		return ERR_PTR(err);
	exported = kzalloc(sizeof(*exported), GFP_KERNEL_ACCOUNT);
	if (!exported)
		return ERR_PTR(-ENOMEM);
	exported->buf = buf;
	mutex_init(&exported->lock);
	INIT_LIST_HEAD(&exported->maps);
	err = device_get(buf->dev);
	if (err)
		goto err_free;
	refcount_inc(&buf->refs);
	dmabuf = make_dmabuf(exported, flags);
	if (!IS_ERR(dmabuf)) {
		pass_name(dmabuf, buf);
		/* Who moves the buffer finds all areas that map it. */
		dmabuf->file->f_mapping = buf->client->space->i_mapping;
		return dmabuf->file;
	}
	err = PTR_ERR(dmabuf);
	sb_buffer_put(buf);
	device_put(buf->dev);
err_free:
	kfree(exported);
	return ERR_PTR(err);
}

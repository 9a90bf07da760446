// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that imports dma-bufs, as one of a camera or a display does. A process
 * writes commands to /sys/kernel/debug/sbuddy_importer/do, which fail as they fail:
 *
 *	attach FD        attach a device, and map for it
 *	expect BYTE      the memory holds nothing but this, by the kernel's mapping
 *	fill BYTE        and now this, written between begin and end of CPU access
 *	sync             nothing but begin and end
 *	count FROM       each word is one more than the one before, the first is FROM, by
 *	                 the addresses that the device got, in their order
 *	number FROM      and now this, as if the device wrote it
 *	detach           undo it all
 *
 * /sys/kernel/debug/sbuddy_importer/entries tells in how many entries the list is,
 * pages how many of them have a struct page, and bytes how much they are in all.
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "dma_buf.h"

SBUDDY_IMPORT_DMA_BUF;

static struct platform_device *device;
static struct dentry *dir;

/* What is attached now. */
static DEFINE_MUTEX(lock);
static struct dma_buf *dmabuf;
static struct dma_buf_attachment *attachment;
static struct sg_table *table;
static u32 nr_entries;
static u32 nr_with_pages;
static u64 nr_bytes;

/* With DMABUF_DEBUG all but the low bits are inverted, so that nobody follows them. */
static bool has_page(const struct scatterlist *sg)
{
	const unsigned long none = IS_ENABLED(CONFIG_DMABUF_DEBUG) ? ~0xfful : 0;

	return (sg->page_link & ~0xfful) != none;
}

static void look_at_table(void)
{
	struct scatterlist *sg;
	unsigned int i;

	nr_entries = 0;
	nr_with_pages = 0;
	nr_bytes = 0;
	for_each_sgtable_dma_sg(table, sg, i) {
		nr_entries++;
		nr_with_pages += has_page(sg);
		nr_bytes += sg_dma_len(sg);
		pr_debug("entry %u: %pad\n", i, &sg_dma_address(sg));
	}
}

static int attach(int fd)
{
	int err;

	if (dmabuf)
		return -EBUSY;
	dmabuf = dma_buf_get(fd);
	if (IS_ERR(dmabuf)) {
		err = PTR_ERR(dmabuf);
		goto err_none;
	}
	attachment = dma_buf_attach(dmabuf, &device->dev);
	if (IS_ERR(attachment)) {
		err = PTR_ERR(attachment);
		goto err_put;
	}
	table = dma_buf_map_attachment_unlocked(attachment, DMA_BIDIRECTIONAL);
	if (IS_ERR(table)) {
		err = PTR_ERR(table);
		goto err_detach;
	}
	look_at_table();
	return 0;

err_detach:
	dma_buf_detach(dmabuf, attachment);
err_put:
	dma_buf_put(dmabuf);
err_none:
	dmabuf = NULL;
	return err;
}

static int detach(void)
{
	if (!dmabuf)
		return -ENOENT;
	dma_buf_unmap_attachment_unlocked(attachment, table, DMA_BIDIRECTIONAL);
	dma_buf_detach(dmabuf, attachment);
	dma_buf_put(dmabuf);
	dmabuf = NULL;
	return 0;
}

static int expect(void *va, int byte)
{
	return memchr_inv(va, byte, dmabuf->size) ? -EILSEQ : 0;
}

static int fill(void *va, int byte)
{
	memset(va, byte, dmabuf->size);
	return 0;
}

static int nothing(void *va, int byte)
{
	return 0;
}

static int access(int (*fn)(void *va, int byte), int byte)
{
	struct iosys_map map;
	int err, end;

	if (!dmabuf)
		return -ENOENT;
	err = dma_buf_begin_cpu_access(dmabuf, DMA_BIDIRECTIONAL);
	if (err)
		return err;
	err = dma_buf_vmap_unlocked(dmabuf, &map);
	if (!err) {
		err = fn(map.vaddr, byte);
		dma_buf_vunmap_unlocked(dmabuf, &map);
	}
	end = dma_buf_end_cpu_access(dmabuf, DMA_BIDIRECTIONAL);
	return err ?: end;
}

static int count(u32 *words, size_t nr, u32 from)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (words[i] != from + i)
			return -EILSEQ;
	return 0;
}

static int number(u32 *words, size_t nr, u32 from)
{
	size_t i;

	for (i = 0; i < nr; i++)
		words[i] = from + i;
	return 0;
}

/* Nothing translates for this device: its addresses are those of the memory. */
static int by_address(int (*fn)(u32 *words, size_t nr, u32 from), u32 from)
{
	struct scatterlist *sg;
	unsigned int i;
	int err = 0;

	if (!dmabuf)
		return -ENOENT;
	for_each_sgtable_dma_sg(table, sg, i) {
		size_t nr = sg_dma_len(sg) / sizeof(u32);
		u32 *words = memremap(sg_dma_address(sg), sg_dma_len(sg), MEMREMAP_WB);

		if (!words)
			return -ENOMEM;
		err = fn(words, nr, from);
		memunmap(words);
		if (err)
			break;
		from += nr;
	}
	return err;
}

static int run(char *text)
{
	char *word;
	int value = 0;

	text = strim(text);
	word = strsep(&text, " ");
	if (text && kstrtoint(text, 0, &value))
		return -EINVAL;
	if (!strcmp(word, "attach"))
		return attach(value);
	if (!strcmp(word, "expect"))
		return access(expect, value);
	if (!strcmp(word, "fill"))
		return access(fill, value);
	if (!strcmp(word, "sync"))
		return access(nothing, 0);
	if (!strcmp(word, "count"))
		return by_address(count, value);
	if (!strcmp(word, "number"))
		return by_address(number, value);
	return strcmp(word, "detach") ? -EINVAL : detach();
}

static ssize_t do_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char text[32] = "";
	int err;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	mutex_lock(&lock);
	err = run(text);
	mutex_unlock(&lock);
	return err ?: len;
}

static const struct file_operations do_fops = {
	.owner = THIS_MODULE,
	.write = do_write,
};

static int __init importer_init(void)
{
	int err;

	device = platform_device_register_simple("sbuddy_importer", -1, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	err = dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(sizeof(dma_addr_t) * 8));
	if (err) {
		platform_device_unregister(device);
		return err;
	}
	dir = debugfs_create_dir("sbuddy_importer", NULL);
	debugfs_create_file("do", 0200, dir, NULL, &do_fops);
	debugfs_create_u32("entries", 0400, dir, &nr_entries);
	debugfs_create_u32("pages", 0400, dir, &nr_with_pages);
	debugfs_create_u64("bytes", 0400, dir, &nr_bytes);
	return 0;
}

static void __exit importer_exit(void)
{
	debugfs_remove_recursive(dir);
	detach();
	platform_device_unregister(device);
}

module_init(importer_init);
module_exit(importer_exit);

MODULE_DESCRIPTION("A device that dma-bufs of sbuddy are mapped for");
MODULE_AUTHOR("The sbuddy developers");
MODULE_LICENSE("GPL");

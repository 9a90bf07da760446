// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include "buffer.h"
#include "mmap.h"

/* First page of the buffer that @vma maps: right after a split or move, too. */
static unsigned long first_page(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff & (sb_order_pages(SB_BUFFER_WINDOW) - 1);
}

static bool inside(const struct sb_buffer *buf, struct vm_area_struct *vma)
{
	unsigned long first = first_page(vma);

	return first < buf->nr_pages && vma_pages(vma) <= buf->nr_pages - first;
}

/* A copy of an area: after fork(), or after what splits or moves it. */
static void area_open(struct vm_area_struct *vma)
{
	struct sb_buffer *buf = vma->vm_private_data;

	refcount_inc(&buf->refs);
	atomic_inc(&buf->nr_mappings);
}

/* No CPU reaches the pages through this area any more: TLBs were flushed. */
static void area_close(struct vm_area_struct *vma)
{
	struct sb_buffer *buf = vma->vm_private_data;

	atomic_dec(&buf->nr_mappings);
	sb_buffer_put(buf);
}

/*
 * For ptrace() and /proc/PID/mem, which find no struct page here. Linux calls
 * it on CPUs that have ioremap_prot(): x86 and arm64, but not 32-bit ARM.
 */
static int area_access(struct vm_area_struct *vma, unsigned long addr, void *data, int len,
		       int write)
{
	const struct sb_buffer *buf = vma->vm_private_data;
	struct sb_backing *backing = buf->dev->backing;
	unsigned long in_page = offset_in_page(addr);
	unsigned long page = first_page(vma) + ((addr - vma->vm_start) >> PAGE_SHIFT);
	char *va;

	if (len <= 0 || addr < vma->vm_start || addr >= vma->vm_end || page >= buf->nr_pages)
		return -EFAULT;
	if (write && !(vma->vm_flags & VM_WRITE))
		return -EFAULT;
	/* Page by page: the caller comes again for the rest. */
	len = min_t(unsigned long, len, PAGE_SIZE - in_page);
	va = backing->ops->va(backing, buf->pfn + page, 1);
	if (!va)
		return -EFAULT;
	if (write)
		memcpy(va + in_page, data, len);
	else
		memcpy(data, va + in_page, len);
	return len;
}

static const struct vm_operations_struct area_ops = {
	.open = area_open,
	.close = area_close,
	.access = area_access,
};

static int map_pages(struct sb_buffer *buf, struct vm_area_struct *vma)
{
	int err;

	if (!inside(buf, vma))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vm_flags_clear(vma, VM_MAYEXEC);
	err = remap_pfn_range(vma, vma->vm_start, buf->pfn + first_page(vma),
			      vma->vm_end - vma->vm_start, vma->vm_page_prot);
	/* Nobody may reach the pages any more when the reference is dropped. */
	if (err)
		sbuddy_undo_remap(vma);
	return err;
}

int sb_mmap(struct sb_client *client, struct vm_area_struct *vma)
{
	struct sb_buffer *buf;
	int err;

	/* VM_SHARED is not set when the file was opened read-only. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (!client->dev->backing->ops->mappable)
		return -EOPNOTSUPP;
	buf = sb_buffer_get(client, vma->vm_pgoff >> SB_BUFFER_WINDOW);
	if (!buf)
		return -ENOENT;
	err = map_pages(buf, vma);
	if (err) {
		sb_buffer_put(buf);
		return err;
	}
	atomic_inc(&buf->nr_mappings);
	vma->vm_private_data = buf;
	vma->vm_ops = &area_ops;
	return 0;
}

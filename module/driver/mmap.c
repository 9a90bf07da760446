// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>

#include "buffer.h"
#include "caching.h"
#include "huge.h"
#include "mmap.h"
#include "scatter.h"

/* Pages that one fault maps, aligned: as fault_around_bytes of Linux, 64 KiB. */
#define FAULT_AROUND 16ul

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
 * A move under way may take long, so the fault does not keep others from the address
 * space meanwhile: it lets go of it, waits, and has itself repeated. The second time
 * it waits as it is.
 */
static bool lock_for_fault(struct sb_buffer *buf, struct sbuddy_fault *vmf)
{
	struct file *file;

	if (down_read_trylock(&buf->lock))
		return true;
	if (!fault_flag_allow_retry_first(vmf->flags)) {
		down_read(&buf->lock);
		return true;
	}
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return false;
	/* The area may go as soon as others may change the address space, and the file. */
	file = get_file(vmf->vma->vm_file);
	refcount_inc(&buf->refs);
	sbuddy_release_fault_lock(vmf);
	if (!down_read_killable(&buf->lock))
		up_read(&buf->lock);
	sb_buffer_put(buf);
	fput(file);
	return false;
}

/* By its struct pages, so that the rest of the kernel may use the memory: held.h. */
static bool is_by_pages(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_MIXEDMAP;
}

static vm_fault_t map_one(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	int err;

	if (!is_by_pages(vma))
		return vmf_insert_pfn(vma, addr, pfn);
	err = vm_insert_page(vma, addr, pfn_to_page(pfn));
	/* Another thread may have been as fast. */
	return err && err != -EBUSY ? vmf_error(err) : VM_FAULT_NOPAGE;
}

/* @page of the buffer at @addr, and what is around it: a page that is there stays. */
static vm_fault_t map_around(const struct sb_buffer *buf, struct vm_area_struct *vma,
			     unsigned long addr, unsigned long page)
{
	unsigned long window = FAULT_AROUND << PAGE_SHIFT;
	unsigned long first = max(addr & ~(window - 1), vma->vm_start);
	unsigned long end = min((addr | (window - 1)) + 1, vma->vm_end);
	vm_fault_t ret = map_one(vma, addr, sb_buffer_pfn(buf, page));
	unsigned long at;

	page -= (addr - first) >> PAGE_SHIFT;
	for (at = first; at != end && page < buf->nr_pages; at += PAGE_SIZE, page++) {
		if (ret != VM_FAULT_NOPAGE)
			break;
		/* Nobody asked for this one, so it may fail. */
		if (at != addr && map_one(vma, at, sb_buffer_pfn(buf, page)) != ret)
			break;
	}
	return ret;
}

static vm_fault_t area_fault(struct sbuddy_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct sb_buffer *buf = vma->vm_private_data;
	unsigned long addr = vmf->address & PAGE_MASK;
	unsigned long page = first_page(vma) + ((addr - vma->vm_start) >> PAGE_SHIFT);
	vm_fault_t ret;

	if (page >= buf->nr_pages)
		return VM_FAULT_SIGBUS;
	if (!lock_for_fault(buf, vmf))
		return VM_FAULT_RETRY;
	ret = map_around(buf, vma, addr, page);
	up_read(&buf->lock);
	return ret;
}

SBUDDY_VM_FAULT(area_fault)

/* Where the kernel reaches a page, by the caches or past them as the processes do; or NULL. */
static char *map_for_kernel(const struct sb_buffer *buf, const struct sb_run *page)
{
	struct sb_backing *backing = buf->dev->backing;
	char *va;

	if (likely(!buf->caching))
		return backing->ops->va(backing, page->pfn, 1);
	/* A line of the caches has others' bytes, too, and they are written meanwhile. */
	va = sb_scatter_vmap_past_caches(page, 1);
	return IS_ERR(va) ? NULL : va;
}

static int copy_part(const struct sb_buffer *buf, unsigned long page, unsigned long in_page,
		     void *data, int len, int write)
{
	const struct sb_run run = { .pfn = sb_buffer_pfn(buf, page), .nr_pages = 1 };
	char *va = map_for_kernel(buf, &run);

	if (!va)
		return -EFAULT;
	if (write)
		memcpy(va + in_page, data, (size_t)len);
	else
		memcpy(data, va + in_page, (size_t)len);
	if (unlikely(buf->caching))
		sb_scatter_vunmap_past_caches(va, 1);
	return len;
}

/*
 * For ptrace() and /proc/PID/mem, which find no struct page here. Linux calls
 * it on CPUs that have ioremap_prot(): x86 and arm64, but not 32-bit ARM.
 */
static int area_access(struct vm_area_struct *vma, unsigned long addr, void *data, int len,
		       int write)
{
	struct sb_buffer *buf = vma->vm_private_data;
	unsigned long page = first_page(vma) + ((addr - vma->vm_start) >> PAGE_SHIFT);
	int ret;

	if (len <= 0 || addr < vma->vm_start || addr >= vma->vm_end || page >= buf->nr_pages)
		return -EFAULT;
	if (write && !(vma->vm_flags & VM_WRITE))
		return -EFAULT;
	/* Page by page: the caller comes again for the rest. */
	len = min_t(unsigned long, len, PAGE_SIZE - offset_in_page(addr));
	ret = down_read_killable(&buf->lock);
	if (ret)
		return ret;
	ret = copy_part(buf, page, offset_in_page(addr), data, len, write);
	up_read(&buf->lock);
	return ret;
}

/* For an entry of the second level; a page is mapped by the other one where none fits. */
static vm_fault_t __maybe_unused area_huge_fault(struct sbuddy_fault *vmf, unsigned int order)
{
	struct sb_buffer *buf = vmf->vma->vm_private_data;
	vm_fault_t ret;

	/* Linux takes no references of pages in an entry of ours. */
	if (order != PMD_SHIFT - PAGE_SHIFT || is_by_pages(vmf->vma))
		return VM_FAULT_FALLBACK;
	if (!lock_for_fault(buf, vmf))
		return VM_FAULT_RETRY;
	ret = sb_huge_map(buf, vmf, first_page(vmf->vma));
	up_read(&buf->lock);
	return ret;
}

static const struct vm_operations_struct area_ops = { .open = area_open,
						      .close = area_close,
						      SBUDDY_VM_OPS_FAULT(area_fault),
						      .access = area_access,
						      SBUDDY_VM_OPS_HUGE(area_huge_fault) };

static int map_pfns(struct sb_buffer *buf, struct vm_area_struct *vma)
{
	int err;

	vm_flags_set(vma, VM_IO | VM_PFNMAP);
	vma->vm_page_prot = sb_caching_prot(buf, vma->vm_page_prot);
	/* Only what is mapped after this returns is found by who takes mappings away. */
	if (buf->movable || buf->nr_runs > 1 || sb_huge_fits(buf))
		return 0;
	err = remap_pfn_range(vma, vma->vm_start, sb_buffer_pfn(buf, first_page(vma)),
			      vma->vm_end - vma->vm_start, vma->vm_page_prot);
	/* Nobody may reach the pages any more when the reference is dropped. */
	if (err)
		sbuddy_undo_remap(vma);
	return err;
}

static int map_buffer(struct sb_buffer *buf, struct vm_area_struct *vma, bool by_pages)
{
	int err;

	if (!inside(buf, vma))
		return -EINVAL;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	vm_flags_clear(vma, VM_MAYEXEC);
	if (!by_pages)
		return map_pfns(buf, vma);
	/* A slice has no pages of its own: others map them, too. */
	err = sb_held_expect(buf->whole ?: buf);
	if (!err)
		vm_flags_set(vma, VM_MIXEDMAP);
	return err;
}

/* Anything wrong with an area, whatever it is to map? */
static int check_area(const struct sbuddy_device *dev, const struct vm_area_struct *vma)
{
	/* VM_SHARED is not set when the file was opened read-only. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	return dev->backing->ops->mappable ? 0 : -EOPNOTSUPP;
}

/* The area has the caller's reference from then on, or else it is dropped. */
static int give_area(struct sb_buffer *buf, struct vm_area_struct *vma, bool by_pages)
{
	int err = sb_buffer_zero(buf);

	if (!err)
		err = map_buffer(buf, vma, by_pages);
	if (err) {
		sb_buffer_put(buf);
		return err;
	}
	atomic_inc(&buf->nr_mappings);
	vma->vm_private_data = buf;
	vma->vm_ops = &area_ops;
	return 0;
}

int sb_mmap(struct sb_client *client, struct vm_area_struct *vma)
{
	struct sb_buffer *buf;
	int err = check_area(client->dev, vma);

	if (err)
		return err;
	buf = sb_buffer_get(client, vma->vm_pgoff >> SB_BUFFER_WINDOW);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	return give_area(buf, vma, client->dev->backing->ops->has_pages);
}

int sb_mmap_buffer(struct sb_buffer *buf, struct vm_area_struct *vma)
{
	int err = check_area(buf->dev, vma);

	if (err)
		return err;
	vma->vm_pgoff += (unsigned long)buf->handle << SB_BUFFER_WINDOW;
	refcount_inc(&buf->refs);
	/* As the heaps of Linux do: who maps a dma-buf is to ask the exporter for its pages. */
	return give_area(buf, vma, false);
}

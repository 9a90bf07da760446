// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include "buffer.h"
#include "huge.h"
#include "pmd.h"

#define HUGE_PAGES (PMD_SIZE >> PAGE_SHIFT)

/* The offset of a buffer's first page is a multiple, so an address can be aligned as it is. */
static_assert(SB_BUFFER_MAX_PAGES % HUGE_PAGES == 0 || !SBUDDY_HAS_HUGE);

static bool is_aligned(unsigned long pfn)
{
	return !(pfn % HUGE_PAGES);
}

bool sb_huge_fits(const struct sb_buffer *buf)
{
	return SBUDDY_HAS_HUGE && buf->nr_pages >= HUGE_PAGES && is_aligned(sb_buffer_pfn(buf, 0));
}

vm_fault_t sb_huge_map(const struct sb_buffer *buf, struct sbuddy_fault *vmf, unsigned long first)
{
	const struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PMD_MASK;
	unsigned long page, pfn, nr;

	if (addr < vma->vm_start || vma->vm_end - addr < PMD_SIZE)
		return VM_FAULT_FALLBACK;
	page = first + ((addr - vma->vm_start) >> PAGE_SHIFT);
	if (page >= buf->nr_pages)
		return VM_FAULT_SIGBUS;
	pfn = sb_buffer_run(buf, page, &nr);
	if (!is_aligned(pfn) || nr < HUGE_PAGES)
		return VM_FAULT_FALLBACK;
	return sbuddy_insert_pmd(vmf, pfn);
}

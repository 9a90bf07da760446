/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of the kernel, and faults of processes. */
#ifndef SB_COMPAT_MEMORY_H
#define SB_COMPAT_MEMORY_H

/* A variable of the kernel's, in the way of what we have by that name. */
#define min_free_kbytes host_min_free_kbytes
#include <linux/mm.h>
#undef min_free_kbytes
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

/* 4.18 counts sizes without overflow. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 18, 0)
static inline size_t sbuddy_struct_size(size_t head, size_t one, size_t nr)
{
	return nr > (SIZE_MAX - head) / one ? SIZE_MAX : head + nr * one;
}

#define struct_size(p, member, nr) sbuddy_struct_size(sizeof(*(p)), sizeof(*(p)->member), nr)
#endif

/* 5.8 dropped how it is to be mapped, which is as always. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
#define __vmalloc(size, gfp) __vmalloc(size, gfp, PAGE_KERNEL)
#endif

/* 4.12: from where there is room, without going to lengths for a run of pages. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 12, 0)
static inline void *kvmalloc(size_t size, gfp_t gfp)
{
	void *va = kmalloc(size, size > PAGE_SIZE ? gfp | __GFP_NOWARN | __GFP_NORETRY : gfp);

	return va || size <= PAGE_SIZE ? va : __vmalloc(size, gfp | __GFP_HIGHMEM);
}

static inline void *kvmalloc_array(size_t nr, size_t size, gfp_t gfp)
{
	return size && nr > SIZE_MAX / size ? NULL : kvmalloc(nr * size, gfp);
}

static inline void *kvzalloc(size_t size, gfp_t gfp)
{
	return kvmalloc(size, gfp | __GFP_ZERO);
}

static inline void *kvcalloc(size_t nr, size_t size, gfp_t gfp)
{
	return kvmalloc_array(nr, size, gfp | __GFP_ZERO);
}
#endif

/* 5.8 named what is done with the lock of an address space. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
#define mmap_read_unlock(mm) up_read(&(mm)->mmap_sem)
#endif

/* 5.7: may this fault be repeated, and was it not yet? */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 7, 0)
static inline bool fault_flag_allow_retry_first(unsigned int flags)
{
	return (flags & FAULT_FLAG_ALLOW_RETRY) && !(flags & FAULT_FLAG_TRIED);
}
#endif

/* 4.17 made what a fault returns a type, and errnos into it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 17, 0)
typedef int vm_fault_t;

static inline vm_fault_t vmf_error(int err)
{
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/* Another thread may have been as fast. */
static inline vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr,
					unsigned long pfn)
{
	int err = vm_insert_pfn(vma, addr, pfn);

	return err && err != -EBUSY ? vmf_error(err) : VM_FAULT_NOPAGE;
}
#endif

/*
 * 4.10 has a fault tell its area and its address as a number, 4.11 dropped the area as an
 * argument of its own. SBUDDY_VM_FAULT() is for after a function that is asked as 4.11
 * does, with a struct sbuddy_fault; SBUDDY_VM_OPS_FAULT() for the operations.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 11, 0)
struct sbuddy_fault {
	struct vm_area_struct *vma;
	unsigned long address;
	unsigned int flags;
};

#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 10, 0)
#define sbuddy_fault_address(vmf) ((unsigned long)(vmf)->virtual_address)
#else
#define sbuddy_fault_address(vmf) ((vmf)->address)
#endif

#define SBUDDY_VM_FAULT(fn)                                                       \
	static int fn##_in_area(struct vm_area_struct *vma, struct vm_fault *vmf) \
	{                                                                         \
		struct sbuddy_fault fault = {                                     \
			.vma = vma,                                               \
			.address = sbuddy_fault_address(vmf),                     \
			.flags = vmf->flags,                                      \
		};                                                                \
		return fn(&fault);                                                \
	}
#define SBUDDY_VM_OPS_FAULT(fn) .fault = fn##_in_area
#else
#define sbuddy_fault vm_fault
#define SBUDDY_VM_FAULT(fn)
#define SBUDDY_VM_OPS_FAULT(fn) .fault = fn
#endif

/* 5.3 can have all memory zeroed when it is given, and when it comes back. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 3, 0)
#define want_init_on_alloc(gfp) false
#define want_init_on_free() false
#endif

/*
 * 5.10 has vmap_pfn(). Until 5.8 modules may take a range of addresses themselves, and map
 * one run after the other there. VM_IOREMAP keeps those who read all of the kernel's memory
 * from looking for struct pages behind it. vunmap() undoes it.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
static __maybe_unused void *sbuddy_vmap_pfn(const unsigned long *pfns, unsigned long nr,
					    pgprot_t prot)
{
	struct vm_struct *area =
		__get_vm_area(nr << PAGE_SHIFT, VM_IOREMAP, VMALLOC_START, VMALLOC_END);
	unsigned long at, run, va;

	if (!area)
		return NULL;
	for (at = 0; at < nr; at += run) {
		for (run = 1; at + run < nr && pfns[at + run] == pfns[at] + run; run++)
			;
		va = (unsigned long)area->addr + (at << PAGE_SHIFT);
		if (ioremap_page_range(va, va + (run << PAGE_SHIFT), PFN_PHYS(pfns[at]), prot)) {
			vunmap(area->addr);
			return NULL;
		}
	}
	return area->addr;
}
#endif

/* 4.13 gave it the name that says what it does. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 13, 0)
#define __GFP_RETRY_MAYFAIL __GFP_REPEAT
#endif

#endif

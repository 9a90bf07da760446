/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel versions: included before every file of the module, and the only one
 * that asks which kernel it is built for. Each entry says what changed and
 * when, and gives older kernels the newest interface.
 */
#ifndef SB_COMPAT_H
#define SB_COMPAT_H

/* Each line of the log starts "sbuddy NAME: ". */
#define pr_fmt(fmt) KBUILD_MODNAME " " fmt

#include <linux/atomic.h>
#include <linux/mmzone.h>
#include <linux/version.h>

/* Newer kernels have these names themselves. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#include "files.h"
#include "language.h"
#include "memory.h"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 9, 0)
#error "sbuddy requires Linux >= 4.9"
#endif

/* A macro on most machines, which is in the way of our own fields of that name. */
static inline unsigned int sb_host_pageblock_order(void)
{
	return pageblock_order;
}

#undef pageblock_order

/* 6.8 named the highest order; 6.4 had made MAX_ORDER mean it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define MAX_PAGE_ORDER (MAX_ORDER - 1)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define MAX_PAGE_ORDER MAX_ORDER
#endif

/* 6.12 dropped no_llseek(): a file without .llseek does not seek. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define no_llseek NULL
#endif

/* 6.3 wrapped vma->vm_flags; the locks it asserts are the caller's anyway. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define vm_flags_set(vma, flags) ((void)((vma)->vm_flags |= (flags)))
#define vm_flags_clear(vma, flags) ((void)((vma)->vm_flags &= ~(flags)))
#define vm_flags_mod(vma, set, clear) \
	((void)((vma)->vm_flags = ((vma)->vm_flags | (set)) & ~(clear)))
#endif

/*
 * What kset_uevent_ops.name() is asked with: 5.17 dropped the set, 6.2 made the object
 * constant.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 17, 0)
#define SBUDDY_UEVENT_NAME_ARGS struct kset *kset, struct kobject *kobj
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define SBUDDY_UEVENT_NAME_ARGS struct kobject *kobj
#else
#define SBUDDY_UEVENT_NAME_ARGS const struct kobject *kobj
#endif

/* Before 5.18 a machine of 32 bit had none that builds. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0) && !defined(CONFIG_64BIT)
static inline s64 sbuddy_atomic64_read_acquire(const atomic64_t *v)
{
	s64 value = atomic64_read(v);

	/* As the release that it pairs with has. */
	smp_mb();
	return value;
}

#undef atomic64_read_acquire
#define atomic64_read_acquire(v) sbuddy_atomic64_read_acquire(v)
#endif

/* 5.4 brought namespaces of symbols, 6.13 made their names strings. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 4, 0)
#define SBUDDY_IMPORT_DMA_BUF
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define SBUDDY_IMPORT_DMA_BUF MODULE_IMPORT_NS(DMA_BUF)
#else
#define SBUDDY_IMPORT_DMA_BUF MODULE_IMPORT_NS("DMA_BUF")
#endif

/* 6.12 moved "mmap() takes any offset" from a file's mode to its operations. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define SBUDDY_FOPS_UNSIGNED_OFFSET
#define sbuddy_file_unsigned_offset(file) ((void)((file)->f_mode |= FMODE_UNSIGNED_OFFSET))
#else
#define SBUDDY_FOPS_UNSIGNED_OFFSET .fop_flags = FOP_UNSIGNED_OFFSET,
#define sbuddy_file_unsigned_offset(file) ((void)(file))
#endif

/*
 * 6.7 named what lets go of the lock that a fault came with: that of the area alone,
 * or of the address space. Before, only faults for one page came here, with the latter.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define sbuddy_release_fault_lock(vmf) mmap_read_unlock((vmf)->vma->vm_mm)
#else
#define sbuddy_release_fault_lock(vmf) release_fault_lock(vmf)
#endif

/* 6.11 made remap_pfn_range() undo what it had mapped before it failed. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define sbuddy_undo_remap(vma) zap_vma_ptes(vma, (vma)->vm_start, (vma)->vm_end - (vma)->vm_start)
#else
#define sbuddy_undo_remap(vma) ((void)(vma))
#endif

/*
 * vmap_pfn(), of 5.10, is built when some other part of the kernel selects it. Kernels
 * before 5.8 let modules have what it is made of: memory.h.
 */
#ifdef CONFIG_VMAP_PFN
#define SBUDDY_HAS_VMAP_PFN true
#define sbuddy_vmap_pfn(pfns, nr, prot) vmap_pfn(pfns, nr, prot)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
#define SBUDDY_HAS_VMAP_PFN true
#else
#define SBUDDY_HAS_VMAP_PFN false
#define sbuddy_vmap_pfn(pfns, nr, prot) ((void)(pfns), (void)(nr), (void)(prot), (void *)NULL)
#endif

/*
 * Before 6.0 ARM kept to itself which devices see what is in the caches: none is
 * taken to.
 */
#if defined(CONFIG_ARM) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
#define sbuddy_dma_coherent(dev) ((void)(dev), false)
#else
#define sbuddy_dma_coherent(dev) dev_is_dma_coherent(dev)
#endif

/*
 * 6.12 lets a module map memory for a process by an entry of the second level, on
 * machines that can tell such an entry from one of a huge page: pmd.h.
 */
#if defined(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) && defined(CONFIG_TRANSPARENT_HUGEPAGE)
#define SBUDDY_HAS_HUGE 1
#define SBUDDY_FOPS_HUGE .get_unmapped_area = thp_get_unmapped_area,
#define SBUDDY_VM_OPS_HUGE(fn) .huge_fault = (fn),
#else
#define SBUDDY_HAS_HUGE 0
#define SBUDDY_FOPS_HUGE
#define SBUDDY_VM_OPS_HUGE(fn)
#endif

/*
 * Takes mappings of [first, first + nr) pages away. 5.15 exported
 * unmap_mapping_pages(). unmap_mapping_range() drops the upper half of an offset on
 * 32 bits since 6.7, and in stable releases of all that came before, but for 4.9, which
 * had its last one earlier: so from 4 GiB on all mappings have to go there, which are
 * faulted again.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 10, 0)
#define sbuddy_unmap_pages(mapping, first, nr) \
	unmap_mapping_range(mapping, (loff_t)(first) << PAGE_SHIFT, (loff_t)(nr) << PAGE_SHIFT, 1)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
#define sbuddy_unmap_pages(mapping, first, nr)                               \
	((first) + (nr) > ULONG_MAX >> PAGE_SHIFT ?                          \
		 unmap_mapping_range(mapping, 0, 0, 1) :                     \
		 unmap_mapping_range(mapping, (loff_t)(first) << PAGE_SHIFT, \
				     (loff_t)(nr) << PAGE_SHIFT, 1))
#else
#define sbuddy_unmap_pages(mapping, first, nr) unmap_mapping_pages(mapping, first, nr, true)
#endif

#endif

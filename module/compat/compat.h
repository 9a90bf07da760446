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

#include <linux/mmzone.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "sbuddy requires Linux >= 5.10"
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

/* 6.13 made the name of a symbol namespace a string. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
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

/* 6.11 made remap_pfn_range() undo what it had mapped before it failed. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define sbuddy_undo_remap(vma) zap_vma_ptes(vma, (vma)->vm_start, (vma)->vm_end - (vma)->vm_start)
#else
#define sbuddy_undo_remap(vma) ((void)(vma))
#endif

#endif

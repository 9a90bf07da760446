/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of the second level for a process, as Linux 6.18 has them. */
#ifndef SB_COMPAT_PMD_H
#define SB_COMPAT_PMD_H

#include <linux/mm.h>
#include <linux/version.h>

#include "memory.h"

/* 6.18 dropped pfn_t. */
#if SBUDDY_HAS_HUGE && LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#include <linux/pfn_t.h>
#elif SBUDDY_HAS_HUGE
#define __pfn_to_pfn_t(pfn, flags) (pfn)
#endif

static inline vm_fault_t sbuddy_insert_pmd(struct sbuddy_fault *vmf, unsigned long pfn)
{
#if SBUDDY_HAS_HUGE
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	return vmf_insert_pfn_pmd(vmf, __pfn_to_pfn_t(pfn, PFN_DEV), write);
#else
	return VM_FAULT_FALLBACK;
#endif
}

#endif

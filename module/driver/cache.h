/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU caches, for memory that the DMA API must not be told of: on ARM it would look
 * for it in the kernel's linear mapping, where a no-map carveout is not. And for memory
 * that no device was mapped for, of which it must not be told either.
 */
#ifndef SBUDDY_CACHE_H
#define SBUDDY_CACHE_H

#include <linux/dma-map-ops.h>
#include <linux/libnvdimm.h>

#ifdef CONFIG_ARM
#include <asm/cacheflush.h>
#include <asm/outercache.h>
#endif

/* Does a device see what is in the caches? */
static inline bool sb_cache_coherent(struct device *dev)
{
	return sbuddy_dma_coherent(dev);
}

/* May sb_cache_flush() be called on this machine? */
static inline bool sb_cache_can_flush(void)
{
	return IS_ENABLED(CONFIG_ARM) ||
	       (IS_ENABLED(CONFIG_ARM64) && IS_ENABLED(CONFIG_ARCH_HAS_PMEM_API));
}

/* Do all devices of this machine see what is in the caches? */
static inline bool sb_cache_all_coherent(void)
{
	return IS_ENABLED(CONFIG_X86);
}

/**
 * sb_cache_flush() - Write back what caches hold of memory, and forget it.
 * @va: where the kernel has it, cached; which reaches what others wrote through
 *	mappings of their own, as these caches go by physical address
 * @phys: its physical address
 * @size: bytes; lines that are of it in part are treated as a whole
 *
 * Context: Any.
 */
static inline void sb_cache_flush(void *va, phys_addr_t phys, size_t size)
{
#if defined(CONFIG_ARM)
	__cpuc_flush_dcache_area(va, size);
	outer_flush_range(phys, phys + size);
#elif defined(CONFIG_ARM64)
	arch_wb_cache_pmem(va, size);
	arch_invalidate_pmem(va, size);
#endif
}

/* Likewise, but what is written back may stay. ARM has no such function for modules. */
static inline void sb_cache_clean(void *va, phys_addr_t phys, size_t size)
{
#if defined(CONFIG_ARM64)
	arch_wb_cache_pmem(va, size);
#else
	sb_cache_flush(va, phys, size);
#endif
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Backings: where an instance's memory comes from, and what may be done to it.
 *
 *	carveout  reserved-memory of the device tree, mapped or no-map
 *	sandbox   pages taken from the running kernel
 *	dry       page descriptors only: nothing can be read, written or mapped
 */
#ifndef SBUDDY_BACKING_H
#define SBUDDY_BACKING_H

#include <linux/types.h>

#include "pfn.h"

struct sb_backing;

/**
 * struct sb_backing_ops - What a kind of backing does.
 * @name: as told to users: "no-map", "mapped", "sandbox" or "dry"
 * @va: kernel address of [pfn, pfn + nr_pages), or NULL when there is none;
 *	valid until @shrink; never NULL for memory that can be mapped
 * @meta_map: where core may keep metadata that it places in the range
 * @meta_unmap: undoes @meta_map
 * @pfn: the page that an address of @va lies in, or SB_PFN_NONE for any other
 * @probe: may [base, base + size), which is not the instance's now, be added to
 *	it? 0 with its node in @nid, when that is known; -ENXIO when it is not the
 *	backing's. NULL where memory cannot be told by its address
 * @grow: takes as much memory as a block of @order has, aligned to its size, from
 *	wherever it comes from: 0 or -ENOMEM; -E2BIG for an @order beyond what there
 *	is, which is set to the largest. NULL where there is no more
 * @shrink: gives back a range that the instance has let go of; nobody reaches it
 *	any more. NULL where it stays with the backing until @probe finds it again
 * @destroy: lets go of the memory; the backing is freed
 * @mappable: processes may map pages of it
 * @has_pages: it is in the kernel's own mapping, or HighMem, by struct pages: other
 *	parts of the kernel may be given those
 *
 * @grow, @shrink and @destroy are called one at a time, in process context.
 */
struct sb_backing_ops {
	const char *name;
	void *(*va)(struct sb_backing *backing, unsigned long pfn, unsigned long nr_pages);
	unsigned long (*pfn)(struct sb_backing *backing, const void *va);
	int (*probe)(struct sb_backing *backing, u64 base, u64 size, int *nid);
	int (*grow)(struct sb_backing *backing, unsigned int *order, u64 *base);
	void (*shrink)(struct sb_backing *backing, u64 base, u64 size);
	void *(*meta_map)(struct sb_backing *backing, u64 base, u64 size);
	void (*meta_unmap)(struct sb_backing *backing, void *mapped, u64 base, u64 size);
	void (*destroy)(struct sb_backing *backing);
	bool mappable;
	bool has_pages;
};

/* Embedded in each kind's own structure. */
struct sb_backing {
	const struct sb_backing_ops *ops;
};

/**
 * struct sb_mapping - Memory that is contiguous for the kernel, too.
 * @base: address of the first byte
 * @size: bytes
 * @va: where the kernel reaches it
 */
struct sb_mapping {
	u64 base;
	u64 size;
	void *va;
};

/* Where the kernel reaches all of [base, base + size), or NULL. */
static inline void *sb_mapping_va(const struct sb_mapping *mappings, unsigned int nr, u64 base,
				  u64 size)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		u64 offset = base - mappings[i].base;

		if (offset < mappings[i].size && size <= mappings[i].size - offset)
			return mappings[i].va + offset;
	}
	return NULL;
}

/* The page that an address lies in, or SB_PFN_NONE when it is of another mapping. */
static inline unsigned long sb_mapping_pfn(const struct sb_mapping *mapping, const void *va)
{
	unsigned long offset = (unsigned long)va - (unsigned long)mapping->va;

	return offset < mapping->size ? sb_pfn_down(mapping->base + offset) : SB_PFN_NONE;
}

#endif

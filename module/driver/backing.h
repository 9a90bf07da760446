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
 *	valid for the backing's life; never NULL for memory that can be mapped
 * @meta_map: where core may keep metadata that it places in the range
 * @meta_unmap: undoes @meta_map
 * @destroy: lets go of the memory; the backing is freed
 * @mappable: processes may map pages of it
 */
struct sb_backing_ops {
	const char *name;
	void *(*va)(struct sb_backing *backing, unsigned long pfn, unsigned long nr_pages);
	void *(*meta_map)(struct sb_backing *backing, u64 base, u64 size);
	void (*meta_unmap)(struct sb_backing *backing, void *mapped, u64 base, u64 size);
	void (*destroy)(struct sb_backing *backing);
	bool mappable;
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

#endif

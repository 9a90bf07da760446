/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking memory from the region tracker: found, reserved, and told by address. */
#ifndef SB_REGION_ALLOC_H
#define SB_REGION_ALLOC_H

#include "region.h"

/* What an alignment of 0 means: bytes in a cache line. */
#define SB_REGION_ALIGN 64

/**
 * struct sb_region_request - What is asked of the tracker.
 * @size: bytes, not 0
 * @align: bytes, a power of two; 0 means SB_REGION_ALIGN
 * @min_addr: lowest address of the range, preferred over none: when nothing
 *	is free above it the search is made again from the bottom
 * @max_addr: the range ends at or below it, and at or below the tracker's
 *	current limit; 0 means that limit alone
 * @nid: node preferred, or SB_NID_ANY
 * @exact_nid: do not fall back to another node
 */
struct sb_region_request {
	u64 size;
	u64 align;
	u64 min_addr;
	u64 max_addr;
	int nid;
	bool exact_nid;
};

/**
 * sb_region_find() - Find the range that sb_region_alloc() would take.
 * @r: the tracker
 * @request: what is wanted
 * @base: where it is; written only on success
 *
 * The highest address that fits is taken, or the lowest one when the tracker
 * is bottom up. A range lies in one region of memory. NOMAP memory and the
 * first page of the address space are never given; HOTPLUG memory is, as in
 * Linux without movable_node.
 *
 * When some memory is mirrored only that is looked at, first on the node asked
 * for, then on any; after a warning all memory is, in the same order. When
 * nothing is found the whole search is made again without @min_addr. Mirrors
 * memblock_alloc_internal() and memblock_alloc_range_nid(), Linux 6.12.
 *
 * Return: 0, -EINVAL for size 0, an alignment that is not a power of two or a
 * negative node, -ENOMEM when no free range fits.
 */
int __must_check sb_region_find(const struct sb_regions *r, const struct sb_region_request *request,
				u64 *base);

/**
 * sb_region_alloc() - Find a range and reserve it.
 * @r: the tracker
 * @request: what is wanted, see sb_region_find()
 * @base: where it is; written only on success
 *
 * sb_region_free() gives it back.
 *
 * Return: As sb_region_find(), and -ENOMEM also when the array of reserved
 * regions is full and cannot grow; nothing has changed then.
 */
int __must_check sb_region_alloc(struct sb_regions *r, const struct sb_region_request *request,
				 u64 *base);

/**
 * sb_region_find_between() - Find a free range on any node.
 * @r: the tracker
 * @start: lowest address of the range
 * @end: it ends at or below this address; the current limit does not count
 * @size: bytes, not 0
 * @align: bytes, a power of two
 * @base: where it is; written only on success
 *
 * Mirrored memory is preferred, the rest is as for sb_region_find(). Mirrors
 * memblock_find_in_range(), Linux 6.12.
 *
 * Return: 0, or -ENOMEM when no free range fits.
 */
int __must_check sb_region_find_between(const struct sb_regions *r, u64 start, u64 end, u64 size,
					u64 align, u64 *base);

#endif

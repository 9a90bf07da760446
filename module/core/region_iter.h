/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * DOC: Questions to the region tracker, and walks over what it knows.
 *
 * A walk remembers an address, not an index, and sees the tracker as it is at
 * each step. So the tracker may change under it, and even its arrays may move:
 * the walk goes on behind the range it has found last.
 *
 * ::
 *
 *	struct sb_region_iter it = SB_REGION_ITER(nid);
 *
 *	while (sb_region_iter_free(r, &it))
 *		use(it.base, it.end);
 */
#ifndef SB_REGION_ITER_H
#define SB_REGION_ITER_H

#include "region.h"

/**
 * struct sb_region_iter - A place in a walk, and the range found there.
 * @nid: only memory of this node, or SB_NID_ANY
 * @skip_flags: leave out memory with any of these flags
 * @want_flags: only memory with all of these flags
 * @base: first byte of the range found
 * @end: first byte after it
 * @found_nid: node of the range found, or SB_NID_ANY
 *
 * Nothing is left out unasked: a walk that must not touch NOMAP memory says so
 * in @skip_flags, where Linux's walks leave it out by themselves.
 */
struct sb_region_iter {
	int nid;
	u32 skip_flags;
	u32 want_flags;
	u64 base;
	u64 end;
	int found_nid;
	/* private: */
	bool started;
};

/* A walk that has not begun; use it in one direction only. */
#define SB_REGION_ITER(node)  \
	{                     \
		.nid = (node) \
	}

/**
 * sb_region_iter_memory() - Walk over memory, upwards.
 * @r: the tracker
 * @it: the walk
 *
 * A region at a time; neighbours that touch differ in node or flags. Mirrors
 * for_each_mem_range(), Linux 6.12.
 *
 * Return: true with the next range in @it, false when there is none.
 */
bool sb_region_iter_memory(const struct sb_regions *r, struct sb_region_iter *it);

/**
 * sb_region_iter_memory_rev() - Walk over memory, downwards.
 * @r: the tracker
 * @it: the walk
 *
 * Return: As sb_region_iter_memory().
 */
bool sb_region_iter_memory_rev(const struct sb_regions *r, struct sb_region_iter *it);

/**
 * sb_region_iter_free() - Walk over memory less reserved, upwards.
 * @r: the tracker
 * @it: the walk
 *
 * A range never spans two regions of memory. Mirrors
 * for_each_free_mem_range(), Linux 6.12.
 *
 * Return: true with the next range in @it, false when there is none.
 */
bool sb_region_iter_free(const struct sb_regions *r, struct sb_region_iter *it);

/**
 * sb_region_iter_free_rev() - Walk over memory less reserved, downwards.
 * @r: the tracker
 * @it: the walk
 *
 * Return: As sb_region_iter_free().
 */
bool sb_region_iter_free_rev(const struct sb_regions *r, struct sb_region_iter *it);

/**
 * sb_region_iter_reserved() - Walk over what is reserved, upwards.
 * @r: the tracker
 * @it: the walk; its node and flags choose memory, so they do not count here
 *
 * Mirrors for_each_reserved_mem_range(), Linux 6.12.
 *
 * Return: true with the next range in @it, false when there is none.
 */
bool sb_region_iter_reserved(const struct sb_regions *r, struct sb_region_iter *it);

/**
 * sb_region_iter_pfns() - Walk over the whole pages of memory, upwards.
 * @r: the tracker
 * @it: the walk
 * @start_pfn: the first frame found
 * @end_pfn: the frame after the last one
 *
 * Starts are rounded up and ends down, region by region; those without a whole
 * page are left out, and so is what has no frame number on this CPU. Mirrors
 * for_each_mem_pfn_range(), Linux 6.12.
 *
 * Return: true with the next frames, false when there are none.
 */
bool sb_region_iter_pfns(const struct sb_regions *r, struct sb_region_iter *it,
			 unsigned long *start_pfn, unsigned long *end_pfn);

/**
 * sb_region_is_memory() - Is there memory at an address?
 * @r: the tracker
 * @addr: the address
 *
 * Return: true when a region of memory holds the byte at @addr.
 */
bool sb_region_is_memory(const struct sb_regions *r, u64 addr);

/**
 * sb_region_is_mapped() - Is there memory at an address that may be touched?
 * @r: the tracker
 * @addr: the address
 *
 * Mirrors memblock_is_map_memory(), Linux 6.12.
 *
 * Return: true when there is memory at @addr that is not NOMAP.
 */
bool sb_region_is_mapped(const struct sb_regions *r, u64 addr);

/**
 * sb_region_is_reserved() - Is an address taken?
 * @r: the tracker
 * @addr: the address
 *
 * Return: true when the byte at @addr is reserved.
 */
bool sb_region_is_reserved(const struct sb_regions *r, u64 addr);

/**
 * sb_region_is_range_memory() - Does a range lie in one region of memory?
 * @r: the tracker
 * @base: address of the first byte
 * @size: bytes; for 0 only @base counts
 *
 * Mirrors memblock_is_region_memory(), Linux 6.12.
 *
 * Return: true when one region holds the whole range. A range over two
 * regions that touch is all memory, and yet false: they differ in kind.
 */
bool sb_region_is_range_memory(const struct sb_regions *r, u64 base, u64 size);

/**
 * sb_region_is_range_reserved() - Is any byte of a range taken?
 * @r: the tracker
 * @base: address of the first byte
 * @size: bytes
 *
 * Mirrors memblock_is_region_reserved(), Linux 6.12.
 *
 * Return: true when a byte of the range is reserved; false for size 0.
 */
bool sb_region_is_range_reserved(const struct sb_regions *r, u64 base, u64 size);

/**
 * sb_region_holds() - Has an entry of an array all of a range?
 * @type: one of a tracker's arrays
 * @base: address of the first byte
 * @size: bytes
 *
 * Return: true when one region holds the whole range; for size 0, the byte at @base.
 */
bool sb_region_holds(const struct sb_region_type *type, u64 base, u64 size);

/**
 * sb_region_overlaps() - Has an array any byte of a range?
 * @type: the array
 * @base: address of the first byte
 * @size: bytes
 *
 * Mirrors memblock_overlaps_region(), Linux 6.12.
 *
 * Return: true when a region of @type and the range share a byte; false for
 * size 0.
 */
bool sb_region_overlaps(const struct sb_region_type *type, u64 base, u64 size);

/**
 * sb_region_nid() - Which node does an address belong to?
 * @r: the tracker
 * @addr: the address
 *
 * Return: The node of the memory at @addr; SB_NID_ANY when there is no memory,
 * or no node known.
 */
int sb_region_nid(const struct sb_regions *r, u64 addr);

/**
 * sb_region_memory_size() - How much memory is there?
 * @r: the tracker
 *
 * Return: Bytes.
 */
u64 sb_region_memory_size(const struct sb_regions *r);

/**
 * sb_region_reserved_size() - How much is reserved, of memory or elsewhere?
 * @r: the tracker
 *
 * Return: Bytes.
 */
u64 sb_region_reserved_size(const struct sb_regions *r);

/**
 * sb_region_start() - Where does memory begin?
 * @r: the tracker
 *
 * Mirrors memblock_start_of_DRAM(), Linux 6.12.
 *
 * Return: The lowest address of memory; 0 when there is none.
 */
u64 sb_region_start(const struct sb_regions *r);

/**
 * sb_region_end() - Where does memory end?
 * @r: the tracker
 *
 * Mirrors memblock_end_of_DRAM(), Linux 6.12.
 *
 * Return: The first address above all memory; 0 when there is none.
 */
u64 sb_region_end(const struct sb_regions *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * DOC: The region tracker: what memory there is, and what of it is taken.
 *
 * ::
 *
 *	memory    |####################|      |##########|
 *	reserved      |####|      |##|           |#|
 *	free      |###|    |######|  |#|      |##| |#####|
 *
 * Linux calls it memblock. Two sorted arrays of disjoint ranges; neighbours
 * that touch and are alike, in node and flags, are one region. A range is
 * [base, base + size) in bytes, 64 bits wide on every CPU. The end of a range
 * has to be a number too, so a range that would reach the top of the address
 * space is cut below its last byte, as memblock_cap_size() does: nothing ever
 * ends above 2^64 - 1. A range of size 0 is no range: nothing happens, 0 is
 * returned.
 *
 * The tracker never allocates. Its arrays start inside struct sb_regions and,
 * when full, move into memory that the tracker itself describes and reserves.
 * What changes the tracker makes room first, so it is done as a whole or not
 * at all.
 *
 * A tracker has no lock and may be used in any context: its owner keeps
 * callers apart.
 */
#ifndef SB_REGION_H
#define SB_REGION_H

#include "pfn.h"

#define SB_REGIONS_INITIAL 128

/* Any node, or no node known. */
#define SB_NID_ANY (-1)

/* The highest end a range can have. */
#define SB_REGION_TOP (~(u64)0)

enum sb_region_flags {
	SB_REGION_NONE = 0,
	SB_REGION_HOTPLUG = 1 << 0, /* may be taken away at run time */
	SB_REGION_MIRROR = 1 << 1, /* mirrored, so preferred for our own use */
	SB_REGION_NOMAP = 1 << 2, /* exists, and must not be touched */
};

#define SB_REGION_FLAGS (SB_REGION_HOTPLUG | SB_REGION_MIRROR | SB_REGION_NOMAP)

/**
 * struct sb_region - One range, and what is the same all over it.
 * @base: address of the first byte
 * @size: bytes, never 0 in an array
 * @flags: of enum sb_region_flags; 0 in reserved
 * @nid: node, or SB_NID_ANY; SB_NID_ANY in reserved
 */
struct sb_region {
	u64 base;
	u64 size;
	u32 flags;
	int nid;
};

/**
 * struct sb_region_type - One of the two arrays of a tracker.
 * @name: "memory" or "reserved"
 * @regions: sorted by base, disjoint; @initial, or memory that @home names
 * @nr: entries in use
 * @max: entries there is room for
 * @total_size: bytes in all the regions together
 * @home: where @regions lies in tracked memory, once it has left @initial
 * @initial: where @regions lies first
 */
struct sb_region_type {
	const char *name;
	struct sb_region *regions;
	unsigned int nr;
	unsigned int max;
	u64 total_size;
	u64 home;
	struct sb_region initial[SB_REGIONS_INITIAL];
};

struct sb_origin;

/**
 * struct sb_reach - How core gets at the memory that the tracker describes.
 * @map: gives the address at which [base, base + size) can be read and
 *	written, or NULL; it stays valid until @unmap. Base and size are whole
 *	pages.
 * @unmap: takes back what @map gave, with the same base and size
 * @page: gives the address of one page, or NULL where there is no memory; callable
 *	from any context. It may be NULL itself: no page can be reached.
 * @span: gives the address of pages that are contiguous for the kernel, too, or
 *	NULL where they are not; likewise, NULL when there is nothing to reach
 * @pfn: gives the page that an address of @span lies in, or SB_PFN_NONE; likewise
 * @origin: fills in who calls and from where, of a struct that is all 0; likewise
 * @ctx: handed to all
 */
struct sb_reach {
	void *(*map)(void *ctx, u64 base, u64 size);
	void (*unmap)(void *ctx, void *mapped, u64 base, u64 size);
	void *(*page)(void *ctx, unsigned long pfn);
	void *(*span)(void *ctx, unsigned long pfn, unsigned long nr_pages);
	unsigned long (*pfn)(void *ctx, const void *va);
	void (*origin)(void *ctx, struct sb_origin *origin);
	void *ctx;
};

/**
 * struct sb_regions - A tracker.
 * @memory: what exists
 * @reserved: what is taken; it may name ranges where there is no memory
 * @bottom_up: allocate from low addresses first; the owner sets it at will
 * @current_limit: allocate below this address, exclusive; likewise. At first
 *	it is SB_REGION_TOP.
 * @reach: how grown arrays are got at, or NULL
 */
struct sb_regions {
	struct sb_region_type memory;
	struct sb_region_type reserved;
	bool bottom_up;
	u64 current_limit;
	const struct sb_reach *reach;
};

/*@
 * predicate fits(integer base, integer size) = base + size <= (u64)SB_REGION_TOP;
 */

/* The first byte past a region. */
/*@
 * requires \valid_read(rgn) && fits(rgn->base, rgn->size);
 * assigns \nothing;
 * ensures \result == rgn->base + rgn->size;
 */
static inline u64 sb_region_past(const struct sb_region *rgn)
{
	return rgn->base + rgn->size;
}

/* The part of a size that does not wrap. */
/*@
 * assigns \nothing;
 * ensures fits(base, \result);
 * ensures fits(base, size) ? \result == size : base + \result == (u64)SB_REGION_TOP;
 */
static inline u64 sb_region_clip(u64 base, u64 size)
{
	return min(size, SB_REGION_TOP - base);
}

/*@
 * requires base <= end;
 * assigns \nothing;
 * ensures \result.base == base && \result.size == end - base;
 * ensures \result.nid == nid && \result.flags == flags;
 */
static inline struct sb_region sb_region_make(u64 base, u64 end, int nid, u32 flags)
{
	return (struct sb_region){ .base = base, .size = end - base, .flags = flags, .nid = nid };
}

/*@
 * requires \valid_read(a) && \valid_read(b);
 * assigns \nothing;
 * ensures \result <==> a->nid == b->nid && a->flags == b->flags;
 */
static inline bool sb_region_alike(const struct sb_region *a, const struct sb_region *b)
{
	return a->nid == b->nid && a->flags == b->flags;
}

/* Would the two be one region? */
/*@
 * requires \valid_read(below) && \valid_read(above) && fits(below->base, below->size);
 * assigns \nothing;
 * ensures \result <==> below->base + below->size == above->base &&
 *	below->nid == above->nid && below->flags == above->flags;
 */
static inline bool sb_region_joins(const struct sb_region *below, const struct sb_region *above)
{
	return sb_region_past(below) == above->base && sb_region_alike(below, above);
}

/*@
 * assigns \nothing;
 * ensures \result <==> is_power(align);
 */
static inline bool sb_region_is_align(u64 align)
{
	return align && !(align & (align - 1));
}

/*@
 * requires is_power(align);
 * assigns \nothing;
 * ensures \result == addr - addr % align && \result % align == 0;
 */
static inline u64 sb_region_round_down(u64 addr, u64 align)
{
	return addr & ~(align - 1);
}

/* SB_REGION_TOP, where no range starts, when the next multiple is above 2^64. */
/*@
 * requires is_power(align);
 * assigns \nothing;
 * behavior there:
 *	assumes addr % align == 0;
 *	ensures \result == addr;
 * behavior next:
 *	assumes addr % align != 0 && fits(addr - addr % align, align);
 *	ensures \result == addr - addr % align + align && \result % align == 0;
 * behavior beyond:
 *	assumes addr % align != 0 && !fits(addr - addr % align, align);
 *	ensures \result == (u64)SB_REGION_TOP;
 * complete behaviors;
 */
static inline u64 sb_region_round_up(u64 addr, u64 align)
{
	u64 beyond = addr - sb_region_round_down(addr, align), gap = beyond ? align - beyond : 0;

	return gap > SB_REGION_TOP - addr ? SB_REGION_TOP : addr + gap;
}

/**
 * sb_region_init() - Make an empty tracker.
 * @r: the tracker; what it held before is forgotten
 * @reach: how to get at tracked memory; it has to outlive @r. NULL when there
 *	is no way: an array that is full then stays so, and what needs another
 *	entry fails with -ENOMEM.
 */
void sb_region_init(struct sb_regions *r, const struct sb_reach *reach);

/**
 * sb_region_exit() - Give grown arrays back to the reach.
 * @r: the tracker; empty afterwards, as sb_region_init() leaves it
 */
void sb_region_exit(struct sb_regions *r);

/**
 * sb_region_add() - Say that memory exists.
 * @r: the tracker
 * @base: address of the first byte
 * @size: bytes
 * @nid: its node, or SB_NID_ANY
 * @flags: any of enum sb_region_flags
 *
 * Only what is not memory yet is added; memory that is already known keeps
 * its node and flags. Mirrors memblock_add_range(), Linux 6.12, except that a
 * part which merges at once takes no room, so that arrays grow later.
 *
 * Return: 0, -EINVAL for a negative node or an unknown flag, -ENOMEM when the
 * array is full and cannot grow; nothing has changed then.
 */
int sb_region_add(struct sb_regions *r, u64 base, u64 size, int nid, u32 flags);

/**
 * sb_region_remove() - Say that memory does not exist.
 * @r: the tracker
 * @base: address of the first byte
 * @size: bytes
 *
 * What is not memory stays so, and reservations stay as they are. Mirrors
 * memblock_remove(), Linux 6.12, except for -EBUSY.
 *
 * Return: 0, -EBUSY when an array of the tracker lies in the range, -ENOMEM
 * when a region has to be split and the array cannot grow; nothing has changed
 * in either case.
 */
int sb_region_remove(struct sb_regions *r, u64 base, u64 size);

/**
 * sb_region_reserve() - Take a range, whether or not it is memory or free.
 * @r: the tracker
 * @base: address of the first byte
 * @size: bytes
 *
 * Reservations are not counted: one sb_region_free() undoes any number of
 * them. Mirrors memblock_reserve(), Linux 6.12.
 *
 * Return: 0, or -ENOMEM when the array is full and cannot grow; nothing has
 * changed then.
 */
int sb_region_reserve(struct sb_regions *r, u64 base, u64 size);

/**
 * sb_region_free() - Give back whatever of a range is reserved.
 * @r: the tracker
 * @base: address of the first byte
 * @size: bytes
 *
 * Mirrors memblock_phys_free(), Linux 6.12, except for -EBUSY: Linux would
 * let its own arrays be handed out.
 *
 * Return: 0, -EBUSY when an array of the tracker lies in the range, -ENOMEM
 * when a region has to be split and the array cannot grow; nothing has changed
 * in either case.
 */
int sb_region_free(struct sb_regions *r, u64 base, u64 size);

/**
 * sb_region_mark() - Set a flag on the memory of a range.
 * @r: the tracker
 * @base: address of the first byte
 * @size: bytes
 * @flag: one of SB_REGION_HOTPLUG, SB_REGION_MIRROR, SB_REGION_NOMAP
 *
 * Regions are split where the range begins and ends, and merged again where
 * that makes neighbours alike. Mirrors memblock_mark_hotplug() and its
 * sisters, Linux 6.12; marking as mirrored does not depend on an option.
 *
 * Return: 0, -EINVAL when @flag is not one flag, -EBUSY when memory that an
 * array of the tracker lies in would become NOMAP, -ENOMEM when a region has to
 * be split and the array cannot grow; nothing has changed then.
 */
int sb_region_mark(struct sb_regions *r, u64 base, u64 size, u32 flag);

/**
 * sb_region_clear() - Clear a flag on the memory of a range.
 * @r: the tracker
 * @base: address of the first byte
 * @size: bytes
 * @flag: as for sb_region_mark()
 *
 * Mirrors memblock_clear_hotplug() and its sisters, Linux 6.12.
 *
 * Return: 0, -EINVAL when @flag is not one flag, -ENOMEM when a region has to
 * be split and the array cannot grow; nothing has changed then.
 */
int sb_region_clear(struct sb_regions *r, u64 base, u64 size, u32 flag);

/**
 * sb_region_set_node() - Say which node the memory of a range belongs to.
 * @r: the tracker
 * @base: address of the first byte
 * @size: bytes
 * @nid: the node, or SB_NID_ANY
 *
 * Mirrors memblock_set_node() on memory, Linux 6.12.
 *
 * Return: 0, -EINVAL for a negative node, -ENOMEM when a region has to be
 * split and the array cannot grow; nothing has changed then.
 */
int sb_region_set_node(struct sb_regions *r, u64 base, u64 size, int nid);

/**
 * sb_region_trim() - Cut every region of memory to whole multiples.
 * @r: the tracker
 * @align: bytes, a power of two
 *
 * Each region is cut by itself, also where two that differ touch. Mirrors
 * memblock_trim_memory(), Linux 6.12.
 *
 * Return: 0, -EINVAL when @align is not a power of two, -EBUSY when an array of
 * the tracker lies in what would be cut off; nothing has changed then.
 */
int sb_region_trim(struct sb_regions *r, u64 align);

/**
 * sb_region_enforce_limit() - Keep only so much memory, from the bottom.
 * @r: the tracker
 * @limit: bytes of memory to keep; 0 means no limit
 *
 * Memory and reservations above the address at which @limit is reached are
 * dropped. With less memory than @limit nothing is. Mirrors
 * memblock_enforce_memory_limit(), Linux 6.12.
 *
 * Return: 0, or -EBUSY when an array of the tracker lies in what would be
 * dropped; nothing has changed then.
 */
int sb_region_enforce_limit(struct sb_regions *r, u64 limit);

/**
 * sb_region_cap() - Keep only what lies in a range.
 * @r: the tracker
 * @base: address of the first byte to keep
 * @size: bytes to keep
 *
 * NOMAP memory is kept wherever it is, its reservations are not. Without any
 * memory nothing is done. Mirrors memblock_cap_memory_range(), Linux 6.12,
 * except that NOMAP regions are not left split at the ends of the range.
 *
 * Return: 0, or -EBUSY when an array of the tracker lies in what would be
 * dropped; nothing has changed then.
 */
int sb_region_cap(struct sb_regions *r, u64 base, u64 size);

/**
 * sb_region_check() - Look at every rule that a tracker keeps.
 * @r: the tracker
 *
 * Sorted, disjoint, merged, no empty region, no wrap, known flags and nodes,
 * the totals right, the arrays big enough, and grown ones in reserved memory.
 *
 * Return: 0, or -EIO when one is broken.
 */
int sb_region_check(const struct sb_regions *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl ABI of /dev/sbuddyN: contiguous buffers by handle, mapped by offset.
 *
 * A handle names one buffer of one open file. Those who share the file (dup(),
 * fork(), a file descriptor passed over a socket) share its handles; another
 * open of the same device has its own and sees none of these. A buffer arrives
 * zeroed. It is given back when its handle and its last mapping are gone: the
 * handle by SBUDDY_IOC_FREE, or with the file, when its last descriptor is
 * closed and nothing of it is mapped any more, a process that dies included.
 * The number of a freed handle is not given to another buffer before all other
 * numbers had their turn.
 *
 * Every struct begins with @size, which the caller sets to sizeof() of the
 * struct as it knows it, at least the SIZE_VER0 of that struct. A kernel that
 * knows a longer one takes zero for what is missing. A kernel that knows a
 * shorter one accepts what it does not know as long as it is zero, and refuses
 * it with E2BIG otherwise. No more than @size bytes are ever written back.
 * Because of this the size that _IOWR() codes into a command's number is not
 * looked at: a command is known by magic, direction and number alone.
 *
 * Fields marked "in" are read, "out" written, all others of a struct are left
 * alone. Out fields need no value beforehand. When a command fails nothing is
 * written, unless it says so below.
 *
 * mmap() of a buffer, whole or in part, takes @offset of the struct that told
 * the handle, plus whole pages. It must be MAP_SHARED, and is never executable:
 *
 *	EINVAL      private, or reaches beyond the end of the buffer
 *	EPERM       PROT_EXEC
 *	EACCES      PROT_WRITE, and the file was opened without writing
 *	EOPNOTSUPP  no memory that could be mapped: a dry instance
 *	ENOENT      no such handle
 *	ENOMEM      the kernel lacks memory for page tables
 *
 * open() fails with ENOMEM when the kernel lacks memory, and with ENODEV when
 * the device is being taken away. The node is there as long as pages can be
 * allocated.
 *
 * Errors that every command knows:
 *
 *	ENOTTY      unknown command
 *	EFAULT      the struct, or an array it points to, cannot be read or written
 *	EINVAL      @size below SIZE_VER0, an unknown flag, a reserved field that
 *	            is not zero, or a value outside the range told here
 *	E2BIG       @size above the page size, or unknown fields that are not zero
 */
#ifndef _UAPI_LINUX_SBUDDY_H
#define _UAPI_LINUX_SBUDDY_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Migratetypes, for @type. */
#define SBUDDY_UNMOVABLE 0
#define SBUDDY_MOVABLE 1
#define SBUDDY_RECLAIMABLE 2

/*
 * Zones, for @zone: the highest that will do. Lower ones are tried after it.
 * Movable memory is given to SBUDDY_MOVABLE requests alone.
 */
#define SBUDDY_ZONE_NORMAL 0
#define SBUDDY_ZONE_HIGHMEM 1
#define SBUDDY_ZONE_MOVABLE 2
#define SBUDDY_ZONE_DMA 3 /* below all others; Normal on an instance without it */

/* For @node: begin with the first node that has memory. */
#define SBUDDY_NODE_ANY (-1)

/* Handles that one open file may have at a time, and entries of one array. */
#define SBUDDY_MAX_HANDLES 65536

/* Bytes of a name, its terminating zero included. */
#define SBUDDY_NAME_LEN 32

/* sbuddy_info.flags: tell @base. */
#define SBUDDY_INFO_PHYS 0x1

/* sbuddy_info.state */
#define SBUDDY_STATE_CORRUPT 0x1 /* found corrupt: it has stopped allocating */
#define SBUDDY_STATE_MAPPABLE 0x2 /* there is memory, mmap() works */

/**
 * struct sbuddy_info - SBUDDY_IOC_INFO: what the device is.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_INFO_*
 * @state: out, SBUDDY_STATE_*
 * @page_size: out, bytes of a page
 * @max_order: out, largest order, log2 of pages, 0 .. 15
 * @pageblock_order: out, log2 of the pages of a pageblock, 1 .. @max_order
 * @nr_nodes: out, nodes that have memory
 * @max_handles: out, handles that this file may have at a time
 * @nr_handles: out, handles that it has
 * @reserved: in, 0
 * @pages_managed: out, pages handed over to the allocator
 * @pages_free: out, pages free, those on per-CPU lists included
 * @pages_pcp: out, pages on per-CPU lists
 * @max_bytes: out, most that one buffer can have, in bytes
 * @memory: out, bytes of memory that the instance tracks, without holes
 * @base: out, physical address of the lowest; 0 without SBUDDY_INFO_PHYS
 * @name: out, the instance, zero-terminated
 * @backing: out, "no-map", "mapped", "sandbox" or "dry", zero-terminated
 *
 * Figures of pages are read without locks and may be a moment apart.
 *
 * EPERM: SBUDDY_INFO_PHYS without CAP_SYS_RAWIO.
 */
struct sbuddy_info {
	__u32 size;
	__u32 flags;
	__u32 state;
	__u32 page_size;
	__u32 max_order;
	__u32 pageblock_order;
	__u32 nr_nodes;
	__u32 max_handles;
	__u32 nr_handles;
	__u32 reserved;
	__u64 pages_managed;
	__u64 pages_free;
	__u64 pages_pcp;
	__u64 max_bytes;
	__u64 memory;
	__u64 base;
	char name[SBUDDY_NAME_LEN];
	char backing[SBUDDY_NAME_LEN];
};

#define SBUDDY_INFO_SIZE_VER0 152

/* sbuddy_alloc.flags and sbuddy_alloc_bulk.flags */
#define SBUDDY_ALLOC_BYTES 0x1 /* @bytes says how much, not @order */
#define SBUDDY_ALLOC_THIS_NODE 0x2 /* @node or nothing */
#define SBUDDY_ALLOC_HIGH 0x4 /* half of the min watermark may be used */
#define SBUDDY_ALLOC_ATOMIC 0x8 /* as HIGH, and a bit more, but nothing is drained for it */
#define SBUDDY_ALLOC_MEMALLOC 0x10 /* watermarks do not count */

#define SBUDDY_ALLOC_RESERVES (SBUDDY_ALLOC_HIGH | SBUDDY_ALLOC_ATOMIC | SBUDDY_ALLOC_MEMALLOC)
#define SBUDDY_ALLOC_FLAGS \
	(SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_THIS_NODE | SBUDDY_ALLOC_RESERVES)

/**
 * struct sbuddy_alloc - SBUDDY_IOC_ALLOC: a buffer, zeroed.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_ALLOC_*
 * @order: in, log2 of pages, 0 .. max_order; 0 with SBUDDY_ALLOC_BYTES
 * @type: in, SBUDDY_UNMOVABLE, SBUDDY_MOVABLE or SBUDDY_RECLAIMABLE
 * @zone: in, SBUDDY_ZONE_*
 * @node: in, node to begin with, 0 .. 7, or SBUDDY_NODE_ANY, which excludes
 *	SBUDDY_ALLOC_THIS_NODE
 * @bytes: in, with SBUDDY_ALLOC_BYTES 1 .. max_bytes, rounded up to pages but
 *	not to a power of two; else 0
 * @handle: out, name of the buffer, never 0
 * @reserved: in, 0
 * @offset: out, where mmap() finds it
 * @granted: out, bytes of the buffer, whole pages
 *
 * Watermarks keep some pages back, as in Linux, unless the instance was made
 * with min_free_kbytes of 0.
 *
 * ENOMEM: nothing suitable is free above the watermarks, or with
 *	SBUDDY_ALLOC_THIS_NODE not there, or the kernel lacks memory for the
 *	handle.
 * EPERM: a flag of SBUDDY_ALLOC_RESERVES without CAP_SYS_RESOURCE.
 * ENOSPC: the file has max_handles handles.
 * EIO: the instance was found corrupt.
 * EINTR: the process was killed meanwhile.
 */
struct sbuddy_alloc {
	__u32 size;
	__u32 flags;
	__u32 order;
	__u32 type;
	__u32 zone;
	__s32 node;
	__u64 bytes;
	__u32 handle;
	__u32 reserved;
	__u64 offset;
	__u64 granted;
};

#define SBUDDY_ALLOC_SIZE_VER0 56

/**
 * struct sbuddy_result - One buffer of SBUDDY_IOC_ALLOC_BULK.
 * @handle: out, name of the buffer, never 0
 * @reserved: out, 0
 * @offset: out, where mmap() finds it
 */
struct sbuddy_result {
	__u32 handle;
	__u32 reserved;
	__u64 offset;
};

/**
 * struct sbuddy_alloc_bulk - SBUDDY_IOC_ALLOC_BULK: many buffers of one kind.
 * @size: in, bytes of this struct
 * @flags: in, as in struct sbuddy_alloc
 * @order: in, likewise, for each buffer
 * @type: in, likewise
 * @zone: in, likewise
 * @node: in, likewise
 * @bytes: in, likewise, for each buffer
 * @count: in, buffers wanted, 1 .. SBUDDY_MAX_HANDLES
 * @allocated: out, buffers given, 1 .. @count
 * @results: in, address of an array of @count struct sbuddy_result
 *
 * As alloc_pages_bulk(), it succeeds when there is at least one buffer: the
 * first @allocated results are valid, and what the others hold is undefined.
 * The errno for none at all is that of SBUDDY_IOC_ALLOC. With EFAULT nothing
 * was allocated, whatever was written to the array.
 */
struct sbuddy_alloc_bulk {
	__u32 size;
	__u32 flags;
	__u32 order;
	__u32 type;
	__u32 zone;
	__s32 node;
	__u64 bytes;
	__u32 count;
	__u32 allocated;
	__u64 results;
};

#define SBUDDY_ALLOC_BULK_SIZE_VER0 48

/**
 * struct sbuddy_free - SBUDDY_IOC_FREE: let go of a handle.
 * @size: in, bytes of this struct
 * @handle: in, which
 *
 * The handle is gone at once, the memory when the last mapping is gone, too.
 * Of two that free one handle at the same time, one succeeds.
 *
 * ENOENT: no such handle in this file, or not any more.
 */
struct sbuddy_free {
	__u32 size;
	__u32 handle;
};

#define SBUDDY_FREE_SIZE_VER0 8

/**
 * struct sbuddy_free_bulk - SBUDDY_IOC_FREE_BULK: let go of many handles.
 * @size: in, bytes of this struct
 * @count: in, handles in the array, 1 .. SBUDDY_MAX_HANDLES
 * @freed: out, handles freed, also written when ENOENT or EFAULT stopped it
 * @reserved: in, 0
 * @handles: in, address of an array of @count __u32
 *
 * Handles are freed in the array's order, up to the first that is bad.
 *
 * ENOENT: entry @freed of the array is no handle of this file.
 * EFAULT: entry @freed of the array cannot be read; or @freed could not be
 *	written, which is then as it was.
 * EINTR: the process was killed meanwhile.
 */
struct sbuddy_free_bulk {
	__u32 size;
	__u32 count;
	__u32 freed;
	__u32 reserved;
	__u64 handles;
};

#define SBUDDY_FREE_BULK_SIZE_VER0 24

/* sbuddy_query.flags: tell @phys. */
#define SBUDDY_QUERY_PHYS 0x1

/**
 * struct sbuddy_query - SBUDDY_IOC_QUERY: what a buffer is.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_QUERY_*
 * @handle: in, which
 * @mappings: out, how many mappings there are, in all processes; one that
 *	munmap() or mprotect() has cut counts once a piece
 * @order: out, log2 of the pages of the smallest block that holds it
 * @type: out, SBUDDY_UNMOVABLE, SBUDDY_MOVABLE or SBUDDY_RECLAIMABLE
 * @zone: out, SBUDDY_ZONE_* that it lies in
 * @node: out, node that it lies on
 * @bytes: out, its size
 * @offset: out, where mmap() finds it
 * @phys: out, physical address; 0 without SBUDDY_QUERY_PHYS
 *
 * ENOENT: no such handle in this file.
 * EPERM: SBUDDY_QUERY_PHYS without CAP_SYS_RAWIO.
 */
struct sbuddy_query {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 mappings;
	__u32 order;
	__u32 type;
	__u32 zone;
	__s32 node;
	__u64 bytes;
	__u64 offset;
	__u64 phys;
};

#define SBUDDY_QUERY_SIZE_VER0 56

/**
 * struct sbuddy_drain - SBUDDY_IOC_DRAIN: empty the lists of all CPUs.
 * @size: in, bytes of this struct
 * @reserved: in, 0
 * @pages: out, pages that went back to their zones
 */
struct sbuddy_drain {
	__u32 size;
	__u32 reserved;
	__u64 pages;
};

#define SBUDDY_DRAIN_SIZE_VER0 16

#define SBUDDY_IOC_MAGIC 0xB9

#define SBUDDY_IOC_INFO _IOWR(SBUDDY_IOC_MAGIC, 0, struct sbuddy_info)
#define SBUDDY_IOC_ALLOC _IOWR(SBUDDY_IOC_MAGIC, 1, struct sbuddy_alloc)
#define SBUDDY_IOC_ALLOC_BULK _IOWR(SBUDDY_IOC_MAGIC, 2, struct sbuddy_alloc_bulk)
#define SBUDDY_IOC_FREE _IOWR(SBUDDY_IOC_MAGIC, 3, struct sbuddy_free)
#define SBUDDY_IOC_FREE_BULK _IOWR(SBUDDY_IOC_MAGIC, 4, struct sbuddy_free_bulk)
#define SBUDDY_IOC_QUERY _IOWR(SBUDDY_IOC_MAGIC, 5, struct sbuddy_query)
#define SBUDDY_IOC_DRAIN _IOWR(SBUDDY_IOC_MAGIC, 6, struct sbuddy_drain)

#endif

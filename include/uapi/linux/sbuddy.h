/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl ABI of /dev/sbuddyN: buffers by handle, mapped by offset.
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
 * A buffer of type SBUDDY_MOVABLE may be moved to another place in memory while it is
 * used, when its place is wanted for a larger buffer: its bytes and its mappings stay
 * what they are, and who touches it meanwhile waits. Who needs it to stay, for a
 * device that is told its address, pins it first. A scattered one is never moved.
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
 * What is mapped of a "mapped" or "sandbox" device has struct pages: the rest of the kernel
 * uses it as any memory of the process, for direct I/O, ptrace() and pipes. As long as
 * somebody there has a page of it a buffer is not given to anybody else, and does not
 * move. What is mapped of others, or of a dma-buf, is the process's alone.
 *
 * open() fails with ENOMEM when the kernel lacks memory, and with ENODEV when
 * the device is being taken away. The node is there as long as pages can be
 * allocated.
 *
 * poll() tells of memory as a whole. A zone has what SBUDDY_IOC_INFO counts as free, of
 * which it keeps some below its low mark, and wants some more up to its high mark:
 *
 *	EPOLLIN, EPOLLRDNORM  no zone is below its high mark, so there is enough again;
 *			who waits for it is woken within a tenth of a second
 *	EPOLLPRI	a zone fell below its low mark, and SBUDDY_IOC_FALLS has not told of
 *			it yet; also if the zone is above again. Nothing but that command takes
 *			it away: neither poll() nor epoll_ctl() does, and all who poll the file
 *			see it. A file that is polled for the first time sees one if a zone is
 *			below. A fall is noticed by the request that causes it, or within a
 *			tenth of a second if that is a kernel module's
 *	EPOLLERR	the instance was found corrupt, or, with EPOLLHUP, is being taken away
 *
 * Errors that every command knows:
 *
 *	ENOTTY      unknown command
 *	EFAULT      the struct, or an array it points to, cannot be read or written
 *	            (a handle, a pin or a descriptor that could not be told is taken
 *	            back; other work that was done by then stays done)
 *	EINVAL      @size below SIZE_VER0, an unknown flag, a reserved field that
 *	            is not zero, or a value outside the range told here
 *	ENOMEM      a handle was told, and the kernel lacks memory to look at its buffer
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
/* mmap() uses entries of the CPU's next size, where they fit; not "no-map": of a dma-buf */
#define SBUDDY_STATE_HUGE 0x4
#define SBUDDY_STATE_WORD 0x8 /* the engine is "word", not "list" */

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
 * @pages_pinned: out, pages of buffers that have pins
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
	__u64 pages_pinned;
};

#define SBUDDY_INFO_SIZE_VER0 152
#define SBUDDY_INFO_SIZE_VER1 160 /* @pages_pinned */

/* sbuddy_alloc.flags and sbuddy_alloc_bulk.flags */
#define SBUDDY_ALLOC_BYTES 0x1 /* @bytes says how much, not @order */
#define SBUDDY_ALLOC_THIS_NODE 0x2 /* @node or nothing */
#define SBUDDY_ALLOC_HIGH 0x4 /* half of the min watermark may be used */
#define SBUDDY_ALLOC_ATOMIC 0x8 /* as HIGH, and a bit more, but nothing is drained for it */
#define SBUDDY_ALLOC_MEMALLOC 0x10 /* watermarks do not count */
#define SBUDDY_ALLOC_SCATTERED 0x20 /* with BYTES: in several runs when not in one */
#define SBUDDY_ALLOC_WAIT 0x40 /* up to @timeout_ms; for SBUDDY_IOC_ALLOC alone */
#define SBUDDY_ALLOC_WC 0x80 /* written past the caches, in bursts: write-combined */
#define SBUDDY_ALLOC_UNCACHED 0x100 /* past the caches, each access for itself */
#define SBUDDY_ALLOC_CLAIMED 0x200 /* of the claim of @order; for SBUDDY_IOC_ALLOC alone */

#define SBUDDY_ALLOC_RESERVES (SBUDDY_ALLOC_HIGH | SBUDDY_ALLOC_ATOMIC | SBUDDY_ALLOC_MEMALLOC)
#define SBUDDY_ALLOC_FLAGS                                                      \
	(SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_THIS_NODE | SBUDDY_ALLOC_SCATTERED | \
	 SBUDDY_ALLOC_RESERVES | SBUDDY_ALLOC_WC | SBUDDY_ALLOC_UNCACHED)

/* Pages that a buffer of SBUDDY_ALLOC_SCATTERED may have. */
#define SBUDDY_MAX_SCATTERED 32768

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
 *	not to a power of two; with SBUDDY_ALLOC_SCATTERED as well up to
 *	SBUDDY_MAX_SCATTERED pages; else 0
 * @handle: out, name of the buffer, never 0
 * @reserved: in, 0
 * @offset: out, where mmap() finds it
 * @granted: out, bytes of the buffer, whole pages
 * @timeout_ms: in, with SBUDDY_ALLOC_WAIT most milliseconds to wait, 0 for none, or
 *	SBUDDY_WAIT_FOREVER; else 0. When a signal ended the wait: out, what was left
 * @reserved2: in, 0
 *
 * Watermarks keep some pages back, as in Linux, unless the instance was made
 * with min_free_kbytes of 0.
 *
 * With SBUDDY_ALLOC_SCATTERED a buffer that is not to be had in one run of pages is
 * gathered from blocks of any size, the largest first. It is mapped as one range
 * like any other; that it is in several runs, SBUDDY_IOC_QUERY tells. When not even
 * that succeeds, SBUDDY_IOC_EXPLAIN tells why there was no one block.
 *
 * With SBUDDY_ALLOC_WAIT a request for which nothing suitable is free is tried again, when
 * a buffer of the device was freed and at least every tenth of a second, until it succeeds
 * or the time is over. Those who wait are not in a queue: who comes at the right moment
 * gets the memory. When a signal has a handler, the call begins again with what is left of
 * the time, after SA_RESTART, or fails with EINTR; then @timeout_ms tells it, rounded down.
 * The flag excludes SBUDDY_ALLOC_ATOMIC.
 *
 * With SBUDDY_ALLOC_WC or SBUDDY_ALLOC_UNCACHED, of which there may be one, it is never in
 * the CPU's caches: a device sees at once what the process has written, and the other way
 * round. Each of its mappings is such a one, those of a dma-buf and of the kernel
 * included. On ARM uncached memory bears aligned accesses alone; write-combined memory
 * bears any, and is faster. It takes memory that the kernel does not map with all other.
 *
 * With SBUDDY_ALLOC_CLAIMED it is a block of what SBUDDY_IOC_CLAIM has claimed of @order,
 * which there is for certain as long as not all of them are in use. @type, @zone, @node and
 * SBUDDY_ALLOC_THIS_NODE are those of the claim. The flag excludes SBUDDY_ALLOC_BYTES and
 * SBUDDY_ALLOC_RESERVES; with SBUDDY_ALLOC_WAIT it waits for a buffer of the claim.
 *
 * ETIMEDOUT: with SBUDDY_ALLOC_WAIT, instead of ENOMEM.
 * ENOENT: with SBUDDY_ALLOC_CLAIMED, the file has no claim of that order.
 * ENODEV: with SBUDDY_ALLOC_WAIT, the device is being taken away.
 * EOPNOTSUPP: SBUDDY_ALLOC_WC or SBUDDY_ALLOC_UNCACHED, and the backing is not "no-map", or
 *	the kernel lets no module treat the caches.
 * ENOMEM: nothing suitable is free above the watermarks, or with
 *	SBUDDY_ALLOC_THIS_NODE not there, or the kernel lacks memory for the
 *	handle; with SBUDDY_ALLOC_CLAIMED, all of the claim is in use.
 * EPERM: a flag of SBUDDY_ALLOC_RESERVES without CAP_SYS_RESOURCE.
 * ENOSPC: the file has max_handles handles.
 * EDQUOT: it would have more than it, or who opened it, may have: SBUDDY_IOC_LIMIT.
 * EIO: the instance was found corrupt.
 * EINTR: the process was killed meanwhile, or had a signal while it waited.
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
	__u32 timeout_ms;
	__u32 reserved2;
};

#define SBUDDY_ALLOC_SIZE_VER0 56
#define SBUDDY_ALLOC_SIZE_VER1 64 /* @timeout_ms and @reserved2 */

/* sbuddy_alloc.timeout_ms: no end. */
#define SBUDDY_WAIT_FOREVER 0xffffffff

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

/* sbuddy_query.caching */
#define SBUDDY_CACHING_CACHED 0
#define SBUDDY_CACHING_WC 1 /* SBUDDY_ALLOC_WC */
#define SBUDDY_CACHING_UNCACHED 2 /* SBUDDY_ALLOC_UNCACHED */

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
 * @pins: out, how many pins it has
 * @runs: out, in how many runs of pages it is: 1 unless it was asked for with
 *	SBUDDY_ALLOC_SCATTERED
 * @caching: out, SBUDDY_CACHING_*
 * @reserved: out, 0
 *
 * ENOENT: no such handle in this file.
 * EPERM: SBUDDY_QUERY_PHYS without CAP_SYS_RAWIO.
 * EOPNOTSUPP: SBUDDY_QUERY_PHYS, and it is in several runs, so that no one address
 *	tells where it is.
 * EAGAIN: SBUDDY_QUERY_PHYS, and it has no pin and can be moved, so that its address
 *	may be another by now.
 * EINTR: the process was killed meanwhile.
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
	__u32 pins;
	__u32 runs;
	__u32 caching;
	__u32 reserved;
};

#define SBUDDY_QUERY_SIZE_VER0 56
#define SBUDDY_QUERY_SIZE_VER1 64 /* @pins and @runs */
#define SBUDDY_QUERY_SIZE_VER2 72 /* @caching */

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

/* sbuddy_poison.flags */
#define SBUDDY_POISON_PHYS 0x1 /* @address is a physical address, not one in a buffer */
#define SBUDDY_POISON_UNDO 0x2 /* the memory is good again */

#define SBUDDY_POISON_FLAGS (SBUDDY_POISON_PHYS | SBUDDY_POISON_UNDO)

/**
 * struct sbuddy_poison - SBUDDY_IOC_POISON: a page of bad memory.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_POISON_*
 * @handle: in, buffer that the page belongs to; 0 with SBUDDY_POISON_PHYS
 * @in_use: out, 1 when somebody uses the page, so that it leaves circulation
 *	only when it is freed; 0 when it is out of circulation, or good again
 * @address: in, offset of any byte of the page in the buffer, or with
 *	SBUDDY_POISON_PHYS its physical address
 *
 * Nobody is given the page any more. Who has it goes on using it: a buffer keeps
 * its pages and its mappings, until it is freed.
 *
 * EPERM: without CAP_SYS_ADMIN; or a page that was never handed over.
 * ENOENT: no such handle in this file.
 * EALREADY: it was said before.
 * EINVAL: @address beyond the end of the buffer; or, with SBUDDY_POISON_UNDO, a
 *	page that is not bad.
 * ERANGE: with SBUDDY_POISON_PHYS, no memory of this instance.
 * EBUSY: the page goes from list to list faster than it can be got hold of.
 * EIO: the instance was found corrupt.
 */
struct sbuddy_poison {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 in_use;
	__u64 address;
};

#define SBUDDY_POISON_SIZE_VER0 24

/**
 * struct sbuddy_slice - SBUDDY_IOC_SLICE: a handle for a part of a buffer.
 * @size: in, bytes of this struct
 * @flags: in, 0
 * @handle: in, buffer or slice that it is to be a part of
 * @slice: out, its handle, never 0
 * @start: in, its first byte, counted from that of @handle's, at the begin of a page
 * @bytes: in, whole pages
 * @offset: out, where mmap() finds it
 *
 * What can be done with a buffer can be done with a slice. Slices may overlap, and each is
 * freed by itself: the memory of a buffer is given back when it, all of its slices and
 * their mappings are gone. A slice has no memory of its own, so it counts for none. A
 * buffer that can be moved does not move as long as it has slices, each of which counts as
 * a pin of it; so it may have to be moved first, as by SBUDDY_IOC_PIN.
 *
 * EINVAL: not whole pages, none, or beyond the end of @handle's.
 * ENOENT: no such handle in this file.
 * ENOSPC: the file has max_handles handles.
 * EOVERFLOW, ENOMEM, EIO, EINTR: as SBUDDY_IOC_PIN.
 */
struct sbuddy_slice {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 slice;
	__u64 start;
	__u64 bytes;
	__u64 offset;
};

#define SBUDDY_SLICE_SIZE_VER0 40

/* sbuddy_name.flags: tell the name, do not change it. */
#define SBUDDY_NAME_GET 0x1

/**
 * struct sbuddy_name - SBUDDY_IOC_NAME: what a buffer is for.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_NAME_*
 * @handle: in, which
 * @reserved: in, 0
 * @name: in, printable ASCII characters and a terminating zero, behind which nothing is
 *	looked at; out with SBUDDY_NAME_GET, filled up with zeroes
 *
 * A name is for people who look for who holds memory. It need not be unique, and an empty
 * one is none. It goes with the handle; a dma-buf that is made of the buffer afterwards
 * begins with it.
 *
 * EINVAL: also a name without an end, or with a character that is not printable.
 * ENOENT: no such handle in this file.
 */
struct sbuddy_name {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 reserved;
	char name[SBUDDY_NAME_LEN];
};

#define SBUDDY_NAME_SIZE_VER0 48

/* Pins that one buffer may have. */
#define SBUDDY_MAX_PINS 65535

/* sbuddy_pin.flags: tell @phys. */
#define SBUDDY_PIN_PHYS 0x1

/**
 * struct sbuddy_pin - SBUDDY_IOC_PIN: have a buffer stay where it is.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_PIN_*
 * @handle: in, which
 * @pins: out, how many pins it has now
 * @phys: out, physical address of its first byte; 0 without SBUDDY_PIN_PHYS
 *
 * Pins are counted. It stays until as many were taken away, or the handle is gone:
 * then all of the handle's go, even if the buffer is still mapped. A buffer that
 * is never moved can be pinned as well. What is pinned is in the way of larger
 * buffers, so let go of it when it may move again.
 *
 * A buffer that can be moved and has no pin yet does not stay in Movable memory, nor
 * in a CMA area: those are to go offline, or to be claimed. It is moved to other
 * memory that its request could use first, and pinned there; without room there it
 * is as it was, and not pinned.
 *
 * ENOENT: no such handle in this file, or not any more.
 * EOVERFLOW: it has SBUDDY_MAX_PINS pins.
 * EOPNOTSUPP: SBUDDY_PIN_PHYS, and it is in several runs.
 * EPERM: SBUDDY_PIN_PHYS without CAP_SYS_RAWIO.
 * ENOMEM: it is in Movable memory or a CMA area, and there is no room elsewhere.
 * EBUSY: it is there, and others in the kernel have a page of it, a pipe or a disk.
 * EIO: it would have to be moved, and the instance was found corrupt.
 * EINTR: the process was killed meanwhile.
 */
struct sbuddy_pin {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 pins;
	__u64 phys;
};

#define SBUDDY_PIN_SIZE_VER0 24

/**
 * struct sbuddy_unpin - SBUDDY_IOC_UNPIN: take one pin away.
 * @size: in, bytes of this struct
 * @flags: in, 0
 * @handle: in, which
 * @pins: out, how many pins it has left
 *
 * EINVAL: no pin of this handle.
 * ENOENT: no such handle in this file.
 */
struct sbuddy_unpin {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 pins;
};

#define SBUDDY_UNPIN_SIZE_VER0 16

/**
 * struct sbuddy_export - SBUDDY_IOC_EXPORT: a dma-buf of a buffer, or of a part of it.
 * @size: in, bytes of this struct
 * @flags: in, of <fcntl.h>: O_RDONLY or O_RDWR, for whoever maps it, and O_CLOEXEC
 * @handle: in, which
 * @fd: out, descriptor of the dma-buf
 * @start: in, first byte of the part, at the begin of a page
 * @bytes: in, whole pages from there on; or 0 with @start of 0 for all of it
 *
 * Each call makes another dma-buf. A dma-buf has the buffer for itself: the handle
 * can be freed and the device closed, and the memory stays until the dma-buf goes.
 * It is mapped from offset 0, by the rules that mmap() has above. A buffer that can
 * be moved stays where it is while a device, or another part of the kernel, has it
 * mapped by a dma-buf; mapping it so is pinning it, and fails as SBUDDY_IOC_PIN does.
 *
 * A part is as a slice, of which nobody has the handle: whoever has the dma-buf reaches no
 * more than the part. It keeps the memory of the whole buffer, and keeps it from moving.
 *
 * EINVAL: a part that is not whole pages, or not within the buffer.
 * EACCES: O_RDWR, and the file was opened without writing.
 * ENOENT: no such handle in this file.
 * EOPNOTSUPP: a dry instance, or a kernel without dma-bufs.
 * EMFILE: the process has all the descriptors that it may have.
 * ENOMEM: the kernel lacks memory.
 * EINTR: the process was killed meanwhile.
 * ENOSPC, EOVERFLOW, EIO: of a part, as SBUDDY_IOC_SLICE.
 */
struct sbuddy_export {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__s32 fd;
	__u64 start;
	__u64 bytes;
};

#define SBUDDY_EXPORT_SIZE_VER0 16
#define SBUDDY_EXPORT_SIZE_VER1 32 /* @start and @bytes */

/* sbuddy_sync.flags: when, and who; the same numbers as those of DMA_BUF_IOCTL_SYNC. */
#define SBUDDY_SYNC_READ 0x1 /* the process reads what a device has written */
#define SBUDDY_SYNC_WRITE 0x2 /* a device reads what the process has written */
#define SBUDDY_SYNC_RW (SBUDDY_SYNC_READ | SBUDDY_SYNC_WRITE)
#define SBUDDY_SYNC_START 0x0 /* the process begins, the device has stopped */
#define SBUDDY_SYNC_END 0x4 /* the process has stopped, the device may begin */

/**
 * struct sbuddy_sync - SBUDDY_IOC_SYNC: the CPU's caches agree with memory.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_SYNC_START or SBUDDY_SYNC_END, with READ, WRITE or both
 * @handle: in, which buffer
 * @reserved: in, 0
 * @offset: in, first byte of it
 * @bytes: in, how many, 1 .. those that are left from there on
 *
 * For who tells a device the address of a pinned buffer. Between START and END the
 * process uses that part, between END and START the device. As caches keep whole lines,
 * of 64 bytes on many CPUs, parts that both use at the same time have to be that far
 * apart. The caches of all CPUs are treated, whatever the buffer is mapped at; where
 * devices look into them nothing needs to be done, and it succeeds.
 *
 * A dma-buf has its own: DMA_BUF_IOCTL_SYNC, which knows its devices.
 *
 * EINVAL: neither READ nor WRITE, or a range that is empty or not within the buffer.
 * ENOENT: no such handle in this file.
 * EOPNOTSUPP: a dry device, or a machine whose kernel lets no module treat the caches.
 * EINTR: the process was killed meanwhile.
 */
struct sbuddy_sync {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 reserved;
	__u64 offset;
	__u64 bytes;
};

#define SBUDDY_SYNC_SIZE_VER0 32

/* sbuddy_explain.flags */
#define SBUDDY_EXPLAIN_LAST 0x1 /* about the request of this file that failed last */
#define SBUDDY_EXPLAIN_PHYS 0x2 /* tell physical addresses */

/* sbuddy_explain.verdict */
#define SBUDDY_EXPLAIN_SERVED 0 /* it would be served */
#define SBUDDY_EXPLAIN_NOT_LIVE 1 /* the instance is not live */
#define SBUDDY_EXPLAIN_CORRUPT 2 /* it was found corrupt: it has stopped allocating */
#define SBUDDY_EXPLAIN_TOO_LARGE 3 /* no block has that order */
#define SBUDDY_EXPLAIN_QUOTA 4 /* the file has all that it may have */
#define SBUDDY_EXPLAIN_RESERVED 5 /* there is a block, kept for others */
#define SBUDDY_EXPLAIN_FRAGMENTED 6 /* there are pages enough, in blocks too small */
#define SBUDDY_EXPLAIN_WRONG_ZONE 7 /* memory is free in zones that it may not use */
#define SBUDDY_EXPLAIN_WRONG_NODE 8 /* memory is free on nodes that it may not use */
#define SBUDDY_EXPLAIN_NO_MEMORY 9 /* there is not enough */

/* sbuddy_explain.help: what would have it served, all that is set together. */
#define SBUDDY_HELP_HIGH 0x1 /* SBUDDY_ALLOC_HIGH */
#define SBUDDY_HELP_ATOMIC 0x2 /* SBUDDY_ALLOC_ATOMIC */
#define SBUDDY_HELP_MEMALLOC 0x4 /* SBUDDY_ALLOC_MEMALLOC */
#define SBUDDY_HELP_MOVABLE 0x8 /* type SBUDDY_MOVABLE */
#define SBUDDY_HELP_ZONE 0x10 /* a higher zone: @help_zone */
#define SBUDDY_HELP_NODE 0x20 /* not SBUDDY_ALLOC_THIS_NODE */
#define SBUDDY_HELP_MOVE 0x40 /* moving what is in the block that @block tells of */

/* sbuddy_explain.pass: which try serves it, or the last that fails */
#define SBUDDY_PASS_UNMIXED 0 /* above the low mark, no pageblock mixed */
#define SBUDDY_PASS_LOW 1 /* above the low mark */
#define SBUDDY_PASS_MIN 2 /* above what its flags leave of the min mark */
#define SBUDDY_PASS_MEMALLOC 3 /* without marks */
#define SBUDDY_PASS_DRAINED 4 /* with all per-CPU lists empty */
#define SBUDDY_PASS_UNRESERVED 5 /* with the HighAtomic reserve given up */

/* sbuddy_explain.way: where its block would come from */
#define SBUDDY_WAY_PCP 0 /* this CPU's list */
#define SBUDDY_WAY_OWN 1 /* a free list of its type */
#define SBUDDY_WAY_HIGHATOMIC 2 /* one of HighAtomic */
#define SBUDDY_WAY_CMA 3 /* one of CMA */
#define SBUDDY_WAY_CLAIM 4 /* @way_type's; the pageblock changes its type */
#define SBUDDY_WAY_STEAL 5 /* @way_type's; the pageblock keeps its type */
#define SBUDDY_WAY_FREED 6 /* what that try has freed */

/* sbuddy_explain_zone.fit */
#define SBUDDY_FIT_GIVES 0 /* would give the block */
#define SBUDDY_FIT_NOT_NEEDED 1 /* comes after the one that would */
#define SBUDDY_FIT_MARK 2 /* has a block, and too few pages above the mark */
#define SBUDDY_FIT_BLOCKS 3 /* has pages enough, and no block */
#define SBUDDY_FIT_PAGES 4 /* has neither */
#define SBUDDY_FIT_ZONE 5 /* is of a kind that the request may not use */
#define SBUDDY_FIT_NODE 6 /* is on a node that it may not use */

/**
 * struct sbuddy_explain_zone - One zone in the answer of SBUDDY_IOC_EXPLAIN.
 * @zone: out, SBUDDY_ZONE_*
 * @node: out, node
 * @fit: out, SBUDDY_FIT_*
 * @mark: out, the watermark to be kept: 0 min, 1 low
 * @free: out, pages on free lists
 * @unusable: out, of these, what the request may not have
 * @min: out, the mark less what the request may dip into, its boost included
 * @reserve: out, pages kept back from requests that could use a higher zone
 * @boost: out, what a boost adds to the mark
 * @pcp: out, pages on the lists of all CPUs
 * @extfrag_index: out, for the request's order, in thousandths: -1000 when a
 *	block is free, else towards 0 for lack of memory, towards 1000 for
 *	fragmentation
 * @unusable_index: out, thousandths of what is free that are in smaller blocks
 * @largest: out, by migratetype, as /proc/pagetypeinfo orders them, the order of
 *	the largest free block, or -1; the last two are -1
 * @blocks: out, free blocks of each order, of all types
 *
 * A page can be given when @free - @unusable > @min + @reserve.
 */
struct sbuddy_explain_zone {
	__u32 zone;
	__s32 node;
	__u32 fit;
	__u32 mark;
	__u64 free;
	__u64 unusable;
	__u64 min;
	__u64 reserve;
	__u64 boost;
	__u64 pcp;
	__s32 extfrag_index;
	__s32 unusable_index;
	__s32 largest[8];
	__u64 blocks[16];
};

#define SBUDDY_EXPLAIN_ZONE_SIZE_VER0 232

/**
 * struct sbuddy_explain - SBUDDY_IOC_EXPLAIN: what would become of a request.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_EXPLAIN_*
 * @alloc_flags: in, SBUDDY_ALLOC_*; out with SBUDDY_EXPLAIN_LAST
 * @order: in, as in struct sbuddy_alloc; but any order to 31 may be asked about. Out
 *	with SBUDDY_EXPLAIN_LAST, then that of the smallest block that holds it
 * @type: in, as in struct sbuddy_alloc; out with SBUDDY_EXPLAIN_LAST
 * @zone: likewise
 * @node: likewise
 * @error: out, what SBUDDY_IOC_ALLOC would fail with: 0 or a positive errno
 * @bytes: in, as in struct sbuddy_alloc; out with SBUDDY_EXPLAIN_LAST, then 0
 *	and without SBUDDY_ALLOC_BYTES in @alloc_flags
 * @verdict: out, SBUDDY_EXPLAIN_*
 * @help: out, SBUDDY_HELP_*; 0 when nothing would help
 * @help_zone: out, SBUDDY_ZONE_*, with SBUDDY_HELP_ZONE
 * @pass: out, SBUDDY_PASS_*
 * @way: out, SBUDDY_WAY_*, with SBUDDY_EXPLAIN_SERVED
 * @way_type: out, migratetype of the list that the block would come from
 * @way_order: out, order of the block there
 * @serves: out, entry of @zones that would serve it, or -1
 * @exact: out, 0 when the order in which pages come free would decide; else 1
 * @nr_zones: in, entries that @zones has room for; out, zones there are
 * @zone_size: in, sizeof(struct sbuddy_explain_zone)
 * @text_size: in, bytes that @text has room for; out, bytes of the whole text,
 *	its terminating zero included
 * @zones: in, address of an array of @nr_zones entries of @zone_size bytes, or 0
 * @text: in, address of a buffer for the answer as text for people, or 0
 * @block_used: out, with SBUDDY_EXPLAIN_FRAGMENTED: pages in use in the aligned
 *	block of that order that has the fewest; ~0 when each has pages that
 *	never leave
 * @block_movable: out, of these, pages of SBUDDY_MOVABLE requests
 * @block_phys: out, address of that block; 0 without SBUDDY_EXPLAIN_PHYS
 * @reserved: in, 0
 *
 * Nothing is allocated, and the answer is that of the moment. The zones are
 * those with memory: first those that suit the request, in the order in which
 * they are tried. Entries beyond those there are stay as they were. The text is
 * cut off where the buffer ends, and always terminated.
 *
 * With SBUDDY_EXPLAIN_LAST the answer is what was found when the request failed
 * with ENOMEM. If memory came free in that instant, it is that it would be
 * served.
 *
 * EPERM: SBUDDY_EXPLAIN_PHYS without CAP_SYS_RAWIO; or as SBUDDY_IOC_ALLOC.
 * ENOENT: SBUDDY_EXPLAIN_LAST, and no request of this file has failed so.
 * ENOMEM: the kernel lacks memory for the answer.
 */
struct sbuddy_explain {
	__u32 size;
	__u32 flags;
	__u32 alloc_flags;
	__u32 order;
	__u32 type;
	__u32 zone;
	__s32 node;
	__u32 error;
	__u64 bytes;
	__u32 verdict;
	__u32 help;
	__u32 help_zone;
	__u32 pass;
	__u32 way;
	__u32 way_type;
	__u32 way_order;
	__s32 serves;
	__u32 exact;
	__u32 nr_zones;
	__u32 zone_size;
	__u32 text_size;
	__u64 zones;
	__u64 text;
	__u64 block_used;
	__u64 block_movable;
	__u64 block_phys;
	__u64 reserved;
};

#define SBUDDY_EXPLAIN_SIZE_VER0 136

/* sbuddy_place.flags */
#define SBUDDY_PLACE_THIS_NODE 0x1 /* @node or nothing */
#define SBUDDY_PLACE_HIGHEST 0x2 /* the highest place that will do, not the lowest */
#define SBUDDY_PLACE_STILL 0x4 /* move nothing that is in the way */
#define SBUDDY_PLACE_PHYS 0x8 /* tell @phys */

#define SBUDDY_PLACE_FLAGS \
	(SBUDDY_PLACE_THIS_NODE | SBUDDY_PLACE_HIGHEST | SBUDDY_PLACE_STILL | SBUDDY_PLACE_PHYS)

/**
 * struct sbuddy_place - SBUDDY_IOC_PLACE: a buffer where a device can use it, zeroed.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_PLACE_*
 * @zone: in, SBUDDY_ZONE_*, as for requests that are not SBUDDY_MOVABLE
 * @node: in, node to begin with, 0 .. 7, or SBUDDY_NODE_ANY, which excludes
 *	SBUDDY_PLACE_THIS_NODE
 * @bytes: in, 1 .. SBUDDY_MAX_SCATTERED pages, rounded up to pages, in one run; so it
 *	may be more than a block has
 * @align: in, its address is a multiple of that, a power of two up to 1 << 40; 0 for
 *	a page
 * @boundary: in, it crosses no multiple of that, a power of two from @bytes, rounded up
 *	to pages, up to 1 << 40; or 0 for no such border
 * @min: in, physical address, none of it lies below
 * @max: in, physical address, none of it lies there or above; 0 for no limit
 * @handle: out, name of the buffer, never 0
 * @reserved: in, 0
 * @offset: out, where mmap() finds it
 * @granted: out, bytes of the buffer, whole pages
 * @phys: out, its physical address; 0 without SBUDDY_PLACE_PHYS
 *
 * It counts as SBUDDY_UNMOVABLE, and stays where it is as long as it lives. Buffers that
 * can be moved are moved out of its way, if there is no place without. It lies in no zone
 * that it would leave with less than its min watermark, but for who has CAP_SYS_RESOURCE.
 * SBUDDY_EXPLAIN_LAST knows nothing of this command.
 *
 * EPERM: SBUDDY_PLACE_PHYS, @min or @max without CAP_SYS_RAWIO.
 * ENOMEM: there is no such place, or the kernel lacks memory for the handle.
 * ENOSPC: the file has max_handles handles.
 * EDQUOT: as SBUDDY_IOC_ALLOC.
 * EIO: the instance was found corrupt.
 * EINTR: the process was killed meanwhile.
 */
struct sbuddy_place {
	__u32 size;
	__u32 flags;
	__u32 zone;
	__s32 node;
	__u64 bytes;
	__u64 align;
	__u64 boundary;
	__u64 min;
	__u64 max;
	__u32 handle;
	__u32 reserved;
	__u64 offset;
	__u64 granted;
	__u64 phys;
};

#define SBUDDY_PLACE_SIZE_VER0 88

/* sbuddy_falls.flags: EPOLLPRI stays. */
#define SBUDDY_FALLS_KEEP 0x1

/**
 * struct sbuddy_falls - SBUDDY_IOC_FALLS: how often memory became low.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_FALLS_*
 * @falls: out, how often a zone fell below its low mark since this was asked last without
 *	SBUDDY_FALLS_KEEP; at first, since the file was polled first, one included if a zone
 *	was below then
 * @low: out, zones that are below their low mark now
 *
 * Then poll() of this file tells EPOLLPRI when a zone falls the next time. What falls while
 * this is answered is told by the one or by the other. It is of the open file, whoever
 * polls it: of several who do, one should ask, or each open the device for himself.
 */
struct sbuddy_falls {
	__u32 size;
	__u32 flags;
	__u32 falls;
	__u32 low;
};

#define SBUDDY_FALLS_SIZE_VER0 16

/* sbuddy_limit.flags: tell the limits, do not change any. */
#define SBUDDY_LIMIT_GET 0x1

/**
 * struct sbuddy_limit - SBUDDY_IOC_LIMIT: how much this open file may have.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_LIMIT_*
 * @bytes: in without SBUDDY_LIMIT_GET, most bytes, rounded down to pages, a page or more; 0
 *	for no limit. Out: what it is now, 0 for none
 * @used: out, bytes that the file has
 * @uid: out, who opened the file: his real uid, as the first user namespace numbers it
 * @reserved: out, 0
 * @uid_bytes: out, most bytes that all files may have that @uid has opened; 0 for no limit,
 *	or none that this file is bound by
 * @uid_used: out, bytes that these have
 *
 * A file has what its buffers have from when they are asked for until their memory is free
 * again: also what a mapping or a dma-buf keeps when the handle or the file is gone, but
 * not slices, which have no memory of their own. Whoever uses the file, by dup(), fork() or
 * as a descriptor was passed to him, it counts for the file and for who opened it.
 * What would be more than a limit fails with EDQUOT, and nothing waits for it. A limit below
 * what is in use takes nothing away.
 *
 * A file begins with the limit quota_file_bytes of its instance, and users have
 * quota_uid_bytes; who has CAP_SYS_RESOURCE when he opens it has neither, but his
 * files count for his uid.
 *
 * EPERM: more than now, or none where there is one, without CAP_SYS_RESOURCE.
 */
struct sbuddy_limit {
	__u32 size;
	__u32 flags;
	__u64 bytes;
	__u64 used;
	__u32 uid;
	__u32 reserved;
	__u64 uid_bytes;
	__u64 uid_used;
};

#define SBUDDY_LIMIT_SIZE_VER0 48

/* sbuddy_claim.flags; others are SBUDDY_ALLOC_THIS_NODE and SBUDDY_ALLOC_RESERVES */
#define SBUDDY_CLAIM_GET 0x1 /* tell what is claimed of @order, do not change it */

#define SBUDDY_CLAIM_FLAGS (SBUDDY_CLAIM_GET | SBUDDY_ALLOC_THIS_NODE | SBUDDY_ALLOC_RESERVES)

/**
 * struct sbuddy_claim - SBUDDY_IOC_CLAIM: have blocks for certain, and allocate later.
 * @size: in, bytes of this struct
 * @flags: in, SBUDDY_CLAIM_FLAGS
 * @order: in, log2 of the pages of each block, 0 .. max_order
 * @type: in, as in struct sbuddy_alloc; not with SBUDDY_CLAIM_GET, as are the next ones
 * @zone: in, likewise
 * @node: in, likewise
 * @count: in, blocks of that order that the file is to have claimed altogether, up to
 *	SBUDDY_MAX_HANDLES; 0 gives the claim up. Out: how many it has claimed
 * @held: out, blocks that are there to be allocated
 * @used: out, blocks that buffers have; more than @count if it was made smaller
 * @reserved: in, 0
 *
 * The blocks are taken from the instance at once, as by SBUDDY_IOC_ALLOC, and count for the
 * file: SBUDDY_IOC_LIMIT. SBUDDY_IOC_ALLOC with SBUDDY_ALLOC_CLAIMED makes a buffer of one,
 * whatever memory is left and whoever wants it; it counts no more than the block did. When
 * the buffer goes, with its handle and its last mapping and dma-buf, its block is there to
 * be allocated again. A file may have one claim of each order. It ends with @count of 0, or
 * with the file; buffers of it stay, and their memory is the instance's when they go, as it
 * is of those that are more than a smaller claim.
 *
 * What is claimed does not move as long as it is no buffer. A claim of SBUDDY_MOVABLE may be
 * in the way of memory that is to go offline, and of CMA areas.
 *
 * A block with a page that was found bad is not held: then there is one less until this is
 * called again, with any @count.
 *
 * ENOMEM: there are not so many blocks; then the claim is as it was. Or the kernel lacks
 *	memory.
 * EBUSY: there is a claim of that order of another @type, @zone, @node or
 *	SBUDDY_ALLOC_THIS_NODE, or buffers of one.
 * EDQUOT: as SBUDDY_IOC_ALLOC.
 * EPERM: a flag of SBUDDY_ALLOC_RESERVES without CAP_SYS_RESOURCE.
 * EIO: the instance was found corrupt.
 * EINTR: the process was killed meanwhile; then the claim is as it was.
 */
struct sbuddy_claim {
	__u32 size;
	__u32 flags;
	__u32 order;
	__u32 type;
	__u32 zone;
	__s32 node;
	__u32 count;
	__u32 held;
	__u32 used;
	__u32 reserved;
};

#define SBUDDY_CLAIM_SIZE_VER0 40

/* sbuddy_compact.result and sbuddy_plan.result */
#define SBUDDY_COMPACT_SKIPPED 0 /* nothing to do, or nothing that can be moved */
#define SBUDDY_COMPACT_COMPLETE 1 /* all of each zone was gone through */
#define SBUDDY_COMPACT_PARTIAL 2 /* a part was, as the rest had been before */
#define SBUDDY_COMPACT_STOPPED 3 /* @pages or @us were used up, or the process killed */
#define SBUDDY_COMPACT_SUCCESS 4 /* there was nothing left to do before its end */

/**
 * struct sbuddy_compact - SBUDDY_IOC_COMPACT: move buffers, so that free memory is in a row.
 * @size: in, bytes of this struct
 * @flags: in, 0
 * @node: in, node, 0 .. 7, or SBUDDY_NODE_ANY for all
 * @result: out, SBUDDY_COMPACT_*
 * @pages: in, move no more pages, but a buffer that is begun as a whole; 0 for
 *	any number
 * @us: in, take no longer, in microseconds, likewise; 0 for any time
 * @migrate_scanned: out, pages looked at for what can be moved
 * @free_scanned: out, pages looked at for places to move it to
 * @moved: out, pages that are somewhere else now
 * @failed: out, pages that should have been moved and were not: pinned, or in use
 * @units: out, buffers moved
 *
 * Buffers of type SBUDDY_MOVABLE are moved, unless they are pinned, of all files.
 * Who maps one does not notice.
 *
 * EPERM: without CAP_SYS_ADMIN.
 * EIO: the instance was found corrupt.
 */
struct sbuddy_compact {
	__u32 size;
	__u32 flags;
	__s32 node;
	__u32 result;
	__u64 pages;
	__u64 us;
	__u64 migrate_scanned;
	__u64 free_scanned;
	__u64 moved;
	__u64 failed;
	__u64 units;
};

#define SBUDDY_COMPACT_SIZE_VER0 72

/**
 * struct sbuddy_plan - SBUDDY_IOC_PLAN: what SBUDDY_IOC_COMPACT would do.
 * @size: in, bytes of this struct
 * @flags: in, 0
 * @node: in, node, 0 .. 7, or SBUDDY_NODE_ANY for all
 * @result: out, SBUDDY_COMPACT_*
 * @exact: out, 1 when it comes so if nobody else is at work; else 0
 * @order_now: out, order of the largest free block, -1 without one
 * @order_after: out, the same after it
 * @reserved: in, 0
 * @run_now: out, most free pages in a row
 * @run_after: out, the same after it
 * @moved: out, pages that would be moved
 * @failed: out, pages that would not be, though they should
 * @units: out, buffers that would be moved
 *
 * EINVAL: or a node without memory.
 * ENOMEM: the kernel lacks memory to try it out on a copy.
 * ENOSPC: memory was added meanwhile; ask again.
 * EIO: the instance was found corrupt.
 */
struct sbuddy_plan {
	__u32 size;
	__u32 flags;
	__s32 node;
	__u32 result;
	__u32 exact;
	__s32 order_now;
	__s32 order_after;
	__u32 reserved;
	__u64 run_now;
	__u64 run_after;
	__u64 moved;
	__u64 failed;
	__u64 units;
};

#define SBUDDY_PLAN_SIZE_VER0 72

/*
 * SBUDDY_IOC_TAKE and SBUDDY_IOC_GIVE: the quick forms of SBUDDY_IOC_ALLOC and
 * SBUDDY_IOC_FREE. There is no struct: the argument is a number, and so is what
 * ioctl() returns; nothing is copied.
 *
 * SBUDDY_IOC_TAKE takes SBUDDY_TAKE(order, type, zone, flags, count): @count buffers,
 * 1 .. SBUDDY_MAX_TAKE, each as SBUDDY_IOC_ALLOC would give it for these values, for
 * any node; of its flags those of SBUDDY_ALLOC_RESERVES alone. Their handles are
 * numbers in a row. It returns a positive number that tells the first and how many:
 * SBUDDY_TAKEN_HANDLE(), and SBUDDY_TAKEN_COUNT(), 1 .. @count. A single one is its
 * handle. There are fewer than @count when no more are free, when the file may have no
 * more handles or no more memory, or when the next number is in use; then asking again may
 * give more. The handles are as good as any: SBUDDY_IOC_QUERY tells where mmap() finds a
 * buffer, and SBUDDY_IOC_FREE frees it.
 *
 * SBUDDY_IOC_GIVE takes SBUDDY_TAKEN(handle, count), as SBUDDY_IOC_TAKE returns it,
 * and frees @count handles in a row, up to the first that is bad. It returns how many
 * were freed, at least one. They may come from SBUDDY_IOC_ALLOC as well.
 *
 * EINVAL: a value out of its range.
 * ENOENT: SBUDDY_IOC_GIVE, and the first is no handle of this file, or not any more.
 * Others as SBUDDY_IOC_ALLOC.
 */
#define SBUDDY_MAX_TAKE 1024

#define SBUDDY_TAKE(order, type, zone, flags, count) \
	(((zone) | (type) << 2 | (order) << 4 | (flags) << 8) + ((count) << 16) - (1 << 16))

#define SBUDDY_TAKEN_SHIFT 17
#define SBUDDY_TAKEN(handle, count) \
	((handle) + ((count) << SBUDDY_TAKEN_SHIFT) - (1 << SBUDDY_TAKEN_SHIFT))
#define SBUDDY_TAKEN_HANDLE(taken) ((taken) % (1 << SBUDDY_TAKEN_SHIFT))
#define SBUDDY_TAKEN_COUNT(taken) (((taken) >> SBUDDY_TAKEN_SHIFT) + 1)

/*
 * The file pagemap in debugfs: eight bytes a page, for root. Word N is that of
 * frame pagemap_base_pfn + N, which the file tunables tells with the number of
 * words. read() tells what pages are now; offset and length have to be multiples
 * of eight, else it fails with EINVAL. mmap(), read-only, shows what they were
 * when this open file was first mapped: open it again for another look. Either
 * way some tens of pages are of one moment: a block may have come or gone while
 * its words, or those of its neighbours, were filled in.
 */
#define SBUDDY_PM_STATE(word) ((word) >> 0 & 15) /* SBUDDY_PM_HOLE and so on */
#define SBUDDY_PM_ORDER(word) ((word) >> 4 & 15) /* of the page's block */
#define SBUDDY_PM_HEAD 0x100ull /* first page of its block */
#define SBUDDY_PM_TAIL 0x200ull /* another page of its block */
#define SBUDDY_PM_COMP 0x400ull /* in use, and freed as a whole alone */
#define SBUDDY_PM_TYPE(word) ((word) >> 12 & 7) /* of the free list, or of the request */
#define SBUDDY_PM_BLOCK_TYPE(word) ((word) >> 16 & 7) /* of the pageblock */
#define SBUDDY_PM_ZONE(word) ((word) >> 20 & 7) /* SBUDDY_ZONE_* */
#define SBUDDY_PM_NODE(word) ((word) >> 24 & 7)

/* Beside the types of requests, a list or a pageblock may be of these. */
#define SBUDDY_TYPE_HIGHATOMIC 3
#define SBUDDY_TYPE_CMA 4
#define SBUDDY_TYPE_ISOLATE 5

#define SBUDDY_PM_HOLE 0 /* no memory; the word is 0 */
#define SBUDDY_PM_RESERVED 1 /* never handed over to the allocator */
#define SBUDDY_PM_FREE 2 /* on a free list */
#define SBUDDY_PM_PCP 3 /* on a per-CPU list */
#define SBUDDY_PM_USED 4
#define SBUDDY_PM_GUARD 5 /* kept empty to catch overruns */
#define SBUDDY_PM_QUARANTINE 6 /* freed, and resting before its reuse */
#define SBUDDY_PM_POISONED 7 /* bad memory, out of circulation for good */

#define SBUDDY_IOC_MAGIC 0xB9

#define SBUDDY_IOC_INFO _IOWR(SBUDDY_IOC_MAGIC, 0, struct sbuddy_info)
#define SBUDDY_IOC_ALLOC _IOWR(SBUDDY_IOC_MAGIC, 1, struct sbuddy_alloc)
#define SBUDDY_IOC_ALLOC_BULK _IOWR(SBUDDY_IOC_MAGIC, 2, struct sbuddy_alloc_bulk)
#define SBUDDY_IOC_FREE _IOWR(SBUDDY_IOC_MAGIC, 3, struct sbuddy_free)
#define SBUDDY_IOC_FREE_BULK _IOWR(SBUDDY_IOC_MAGIC, 4, struct sbuddy_free_bulk)
#define SBUDDY_IOC_QUERY _IOWR(SBUDDY_IOC_MAGIC, 5, struct sbuddy_query)
#define SBUDDY_IOC_DRAIN _IOWR(SBUDDY_IOC_MAGIC, 6, struct sbuddy_drain)
#define SBUDDY_IOC_EXPLAIN _IOWR(SBUDDY_IOC_MAGIC, 7, struct sbuddy_explain)
#define SBUDDY_IOC_POISON _IOWR(SBUDDY_IOC_MAGIC, 8, struct sbuddy_poison)
#define SBUDDY_IOC_PIN _IOWR(SBUDDY_IOC_MAGIC, 9, struct sbuddy_pin)
#define SBUDDY_IOC_UNPIN _IOWR(SBUDDY_IOC_MAGIC, 10, struct sbuddy_unpin)
#define SBUDDY_IOC_COMPACT _IOWR(SBUDDY_IOC_MAGIC, 11, struct sbuddy_compact)
#define SBUDDY_IOC_PLAN _IOWR(SBUDDY_IOC_MAGIC, 12, struct sbuddy_plan)
#define SBUDDY_IOC_EXPORT _IOWR(SBUDDY_IOC_MAGIC, 13, struct sbuddy_export)
#define SBUDDY_IOC_TAKE _IO(SBUDDY_IOC_MAGIC, 14)
#define SBUDDY_IOC_GIVE _IO(SBUDDY_IOC_MAGIC, 15)
#define SBUDDY_IOC_NAME _IOWR(SBUDDY_IOC_MAGIC, 16, struct sbuddy_name)
#define SBUDDY_IOC_SYNC _IOWR(SBUDDY_IOC_MAGIC, 17, struct sbuddy_sync)
#define SBUDDY_IOC_SLICE _IOWR(SBUDDY_IOC_MAGIC, 18, struct sbuddy_slice)
#define SBUDDY_IOC_PLACE _IOWR(SBUDDY_IOC_MAGIC, 19, struct sbuddy_place)
#define SBUDDY_IOC_LIMIT _IOWR(SBUDDY_IOC_MAGIC, 20, struct sbuddy_limit)
#define SBUDDY_IOC_CLAIM _IOWR(SBUDDY_IOC_MAGIC, 21, struct sbuddy_claim)
#define SBUDDY_IOC_FALLS _IOWR(SBUDDY_IOC_MAGIC, 22, struct sbuddy_falls)

#endif

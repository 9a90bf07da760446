/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libsbuddy: the ioctls of /dev/sbuddyN as functions.
 *
 * A device is a file descriptor, a buffer its handle: there is nothing else to keep,
 * and the library has no state of its own. All functions can be called by any thread
 * at any time, on one descriptor or on several. An arena has a lock inside.
 *
 * What fails returns a negative errno; <linux/sbuddy.h> tells when which, by ioctl.
 * Functions that take one of its structs also take the struct's size, as the program
 * knows it: a program goes on working with a library that knows a longer one. They
 * fill in the member @size. What a caller gives in other members counts where the
 * function does not say that it is filled in.
 */
#ifndef LIBSBUDDY_H
#define LIBSBUDDY_H

#include <stddef.h>
#include <stdint.h>

#include <linux/sbuddy.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct sbuddy_buf - A buffer, as sbuddy_alloc_order() and its like tell it.
 * @handle: its name, never 0
 * @reserved: 0
 * @offset: where sbuddy_map() finds it
 * @bytes: what it has, whole pages
 */
struct sbuddy_buf {
	uint32_t handle;
	uint32_t reserved;
	uint64_t offset;
	uint64_t bytes;
};

/*
 * Devices
 */

/**
 * sbuddy_version() - The version of the library, "0.1.0" for example.
 */
const char *sbuddy_version(void);

/**
 * sbuddy_devices() - Which devices there are.
 * @numbers: the N of each /dev/sbuddyN, ascending
 * @max: entries that @numbers has room for
 *
 * Return: how many there are, which may be more than @max; or a negative errno of
 * opendir(3).
 */
int sbuddy_devices(unsigned int *numbers, unsigned int max);

/**
 * sbuddy_open() - Open a device by a name.
 * @name: a path, if there is a slash in it; "sbuddyN"; else the name of an instance;
 *	NULL for the device with the lowest number
 * @flags: O_RDONLY, O_WRONLY or O_RDWR; O_CLOEXEC is added
 *
 * Return: a descriptor; -ENOENT when there is no such device; else the negative errno
 * of open(2), of a device that could not be asked for its name when none of the
 * others has it.
 */
int sbuddy_open(const char *name, int flags);

/**
 * sbuddy_open_nr() - Open /dev/sbuddyN by its number.
 * @nr: N
 * @flags: as for sbuddy_open()
 */
int sbuddy_open_nr(unsigned int nr, int flags);

/**
 * sbuddy_close() - close(2). Handles go with the last descriptor and mapping.
 * @fd: descriptor of a device or of a dma-buf
 */
int sbuddy_close(int fd);

/**
 * sbuddy_info() - SBUDDY_IOC_INFO: what the device is.
 * @fd: device
 * @flags: SBUDDY_INFO_*
 * @info: filled in altogether
 * @size: sizeof(*info)
 */
int sbuddy_info(int fd, uint32_t flags, struct sbuddy_info *info, size_t size);

/**
 * sbuddy_drain() - SBUDDY_IOC_DRAIN: empty the lists of all CPUs.
 * @fd: device
 * @pages: pages that went back to their zones, or NULL
 */
int sbuddy_drain(int fd, uint64_t *pages);

/*
 * Buffers
 */

/**
 * sbuddy_alloc() - SBUDDY_IOC_ALLOC: a buffer, with all that can be asked for.
 * @fd: device
 * @request: request and answer
 * @size: sizeof(*request)
 */
int sbuddy_alloc(int fd, struct sbuddy_alloc *request, size_t size);

/**
 * sbuddy_alloc_order() - A block of 2^@order pages, of any zone and node.
 * @fd: device
 * @order: 0 .. max_order
 * @type: SBUDDY_UNMOVABLE, SBUDDY_MOVABLE or SBUDDY_RECLAIMABLE; the zone Movable is
 *	for SBUDDY_MOVABLE alone
 * @buf: filled in
 */
int sbuddy_alloc_order(int fd, unsigned int order, unsigned int type, struct sbuddy_buf *buf);

/**
 * sbuddy_alloc_bytes() - A buffer of at least @bytes, of any zone and node.
 * @fd: device
 * @bytes: 1 .. max_bytes, more with SBUDDY_ALLOC_SCATTERED
 * @type: as for sbuddy_alloc_order()
 * @flags: SBUDDY_ALLOC_*; SBUDDY_ALLOC_BYTES is added
 * @buf: filled in
 */
int sbuddy_alloc_bytes(int fd, uint64_t bytes, unsigned int type, uint32_t flags,
		       struct sbuddy_buf *buf);

/**
 * sbuddy_place() - SBUDDY_IOC_PLACE: a buffer where a device can use it.
 * @fd: device
 * @request: request and answer
 * @size: sizeof(*request)
 */
int sbuddy_place(int fd, struct sbuddy_place *request, size_t size);

/**
 * sbuddy_alloc_bulk() - SBUDDY_IOC_ALLOC_BULK: many buffers of one kind.
 * @fd: device
 * @request: request and answer; @results has the address of an array
 * @size: sizeof(*request)
 *
 * Return: how many there are in the array, at least one; or a negative errno.
 */
int sbuddy_alloc_bulk(int fd, struct sbuddy_alloc_bulk *request, size_t size);

/**
 * sbuddy_take() - SBUDDY_IOC_TAKE: many buffers in few instructions.
 * @fd: device
 * @order: as in struct sbuddy_alloc
 * @type: likewise
 * @zone: likewise
 * @flags: those of SBUDDY_ALLOC_RESERVES alone
 * @count: 1 .. SBUDDY_MAX_TAKE
 * @handle: the first of the handles, which are numbers in a row
 *
 * Return: how many there are, 1 .. @count; or a negative errno.
 */
int sbuddy_take(int fd, unsigned int order, unsigned int type, unsigned int zone, uint32_t flags,
		unsigned int count, uint32_t *handle);

/**
 * sbuddy_give() - SBUDDY_IOC_GIVE: free handles in a row.
 * @fd: device
 * @handle: the first
 * @count: 1 .. SBUDDY_MAX_TAKE
 *
 * Return: how many were freed, at least one; or a negative errno.
 */
int sbuddy_give(int fd, uint32_t handle, unsigned int count);

/**
 * sbuddy_free() - SBUDDY_IOC_FREE: let go of a handle.
 * @fd: device
 * @handle: which
 *
 * Its mappings go on working. The memory goes with the last of them.
 */
int sbuddy_free(int fd, uint32_t handle);

/**
 * sbuddy_free_bulk() - SBUDDY_IOC_FREE_BULK: let go of many handles.
 * @fd: device
 * @handles: which, freed in this order up to the first that is bad
 * @count: how many; 0 does nothing
 * @freed: how many were freed, also when it fails, or NULL
 */
int sbuddy_free_bulk(int fd, const uint32_t *handles, uint32_t count, uint32_t *freed);

/**
 * sbuddy_query() - SBUDDY_IOC_QUERY: what a buffer is.
 * @fd: device
 * @handle: which
 * @flags: SBUDDY_QUERY_*
 * @query: filled in altogether
 * @size: sizeof(*query)
 */
int sbuddy_query(int fd, uint32_t handle, uint32_t flags, struct sbuddy_query *query, size_t size);

/**
 * sbuddy_map() - Have a buffer, or some pages of it, in this process's memory.
 * @fd: device; or a dma-buf, whose buffer begins at offset 0
 * @offset: that of the buffer, plus whole pages
 * @bytes: how much; to the end of the buffer at most
 * @prot: PROT_READ, PROT_WRITE of <sys/mman.h>
 * @address: where it is
 *
 * Return: 0 or the negative errno of mmap(2), which <linux/sbuddy.h> tells.
 */
int sbuddy_map(int fd, uint64_t offset, size_t bytes, int prot, void **address);

/**
 * sbuddy_unmap() - munmap(2).
 * @address: as from sbuddy_map(), plus whole pages
 * @bytes: how much
 */
int sbuddy_unmap(void *address, size_t bytes);

/**
 * sbuddy_export() - SBUDDY_IOC_EXPORT: a dma-buf of a buffer.
 * @fd: device
 * @handle: which
 * @flags: O_RDONLY or O_RDWR; O_CLOEXEC is added
 *
 * Return: a descriptor; or a negative errno.
 */
int sbuddy_export(int fd, uint32_t handle, int flags);

/**
 * sbuddy_export_part() - The same of a part of a buffer.
 * @fd: device
 * @handle: which
 * @start: first byte of the part, at the begin of a page
 * @bytes: whole pages
 * @flags: as for sbuddy_export()
 *
 * Who has the dma-buf reaches no more than that part.
 *
 * Return: a descriptor; or a negative errno.
 */
int sbuddy_export_part(int fd, uint32_t handle, uint64_t start, uint64_t bytes, int flags);

/**
 * sbuddy_set_limit() - SBUDDY_IOC_LIMIT: choose how much this open file may have.
 * @fd: device
 * @bytes: a page or more, rounded down to pages; 0 for no limit
 *
 * Return: 0 or a negative errno; -EPERM for more than now without CAP_SYS_RESOURCE.
 */
int sbuddy_set_limit(int fd, uint64_t bytes);

/**
 * sbuddy_get_limit() - What the file and its user may have, and have.
 * @fd: device
 * @limit: filled in altogether
 * @size: sizeof(*limit)
 */
int sbuddy_get_limit(int fd, struct sbuddy_limit *limit, size_t size);

/**
 * sbuddy_claim() - SBUDDY_IOC_CLAIM: have blocks for certain, and allocate later.
 * @fd: device
 * @claim: request and answer
 * @size: sizeof(*claim)
 *
 * sbuddy_alloc() with SBUDDY_ALLOC_CLAIMED makes buffers of them.
 */
int sbuddy_claim(int fd, struct sbuddy_claim *claim, size_t size);

/**
 * sbuddy_falls() - SBUDDY_IOC_FALLS: how often memory became low since this was asked last.
 * @fd: device; poll(2) of it tells POLLPRI until this is asked
 * @low: zones that are low now, or NULL
 *
 * Return: how often; or a negative errno.
 */
int sbuddy_falls(int fd, unsigned int *low);

/*
 * Where buffers are, and why they are not
 */

/**
 * sbuddy_slice() - SBUDDY_IOC_SLICE: a handle for a part of a buffer.
 * @fd: device
 * @handle: buffer, or slice
 * @start: first byte of the part, at the begin of a page
 * @bytes: whole pages
 * @slice: filled
 *
 * The memory is given back when the buffer and all of its slices are freed, in any order.
 *
 * Return: 0 or a negative errno.
 */
int sbuddy_slice(int fd, uint32_t handle, uint64_t start, uint64_t bytes, struct sbuddy_buf *slice);

/**
 * sbuddy_set_name() - SBUDDY_IOC_NAME: say what a buffer is for.
 * @fd: device
 * @handle: which
 * @name: up to SBUDDY_NAME_LEN - 1 printable ASCII characters; none, or NULL, to take the
 *	name away
 *
 * Return: 0 or a negative errno; -EINVAL also when the name is too long.
 */
int sbuddy_set_name(int fd, uint32_t handle, const char *name);

/**
 * sbuddy_get_name() - The name of a buffer, "" without one.
 * @fd: device
 * @handle: which
 * @name: filled
 *
 * Return: 0 or a negative errno.
 */
int sbuddy_get_name(int fd, uint32_t handle, char name[SBUDDY_NAME_LEN]);

/**
 * sbuddy_sync() - SBUDDY_IOC_SYNC: have caches agree with memory, for a device.
 * @fd: device
 * @handle: which
 * @flags: SBUDDY_SYNC_START before the process uses that part, SBUDDY_SYNC_END before the
 *	device does; with SBUDDY_SYNC_READ, SBUDDY_SYNC_WRITE or both
 * @offset: first byte of the part
 * @bytes: how many
 *
 * Return: 0 or a negative errno.
 */
int sbuddy_sync(int fd, uint32_t handle, uint32_t flags, uint64_t offset, uint64_t bytes);

/**
 * sbuddy_pin() - SBUDDY_IOC_PIN: have a buffer stay where it is.
 * @fd: device
 * @handle: which
 * @phys: its physical address, for those with CAP_SYS_RAWIO; or NULL
 *
 * Return: how many pins it has now, or a negative errno.
 */
int sbuddy_pin(int fd, uint32_t handle, uint64_t *phys);

/**
 * sbuddy_unpin() - SBUDDY_IOC_UNPIN: take one pin away.
 * @fd: device
 * @handle: which
 *
 * Return: how many pins it has left, or a negative errno.
 */
int sbuddy_unpin(int fd, uint32_t handle);

/**
 * sbuddy_compact() - SBUDDY_IOC_COMPACT: move buffers, so that free memory is in a row.
 * @fd: device
 * @compact: request and answer
 * @size: sizeof(*compact)
 */
int sbuddy_compact(int fd, struct sbuddy_compact *compact, size_t size);

/**
 * sbuddy_plan() - SBUDDY_IOC_PLAN: what sbuddy_compact() would do.
 * @fd: device
 * @node: which node, or SBUDDY_NODE_ANY
 * @plan: filled in altogether
 * @size: sizeof(*plan)
 */
int sbuddy_plan(int fd, int node, struct sbuddy_plan *plan, size_t size);

/**
 * sbuddy_explain() - SBUDDY_IOC_EXPLAIN: what would become of a request, in figures.
 * @fd: device
 * @explain: question and answer; @zone_size is sizeof(struct sbuddy_explain_zone)
 * @size: sizeof(*explain)
 */
int sbuddy_explain(int fd, struct sbuddy_explain *explain, size_t size);

/**
 * sbuddy_explain_text() - The same as text for people.
 * @fd: device
 * @request: as for sbuddy_alloc(); NULL for the request of this file that failed last
 * @text: room for the answer, which is always terminated; NULL with @bytes of 0
 * @bytes: how much room
 *
 * Return: bytes of the whole text, its terminating zero included; or a negative errno.
 */
int sbuddy_explain_text(int fd, const struct sbuddy_alloc *request, char *text, size_t bytes);

/**
 * sbuddy_poison() - SBUDDY_IOC_POISON: a page of bad memory.
 * @fd: device
 * @handle: buffer that it belongs to, or 0 with SBUDDY_POISON_PHYS
 * @address: offset in the buffer, or a physical address with SBUDDY_POISON_PHYS
 * @flags: SBUDDY_POISON_*
 *
 * Return: 1 when somebody uses the page, else 0; or a negative errno.
 */
int sbuddy_poison(int fd, uint32_t handle, uint64_t address, uint32_t flags);

/*
 * Arenas: many small buffers out of one
 *
 * What is kept of them lies outside of the memory, so that neither a device nor
 * another process that writes to it can spoil it.
 */

struct sbuddy_arena;

/* Each buffer of an arena begins at a multiple of this: no two share a cache line. */
#define SBUDDY_ARENA_GRANULE 64

/**
 * struct sbuddy_arena_stats - How full an arena is.
 * @bytes: what it has
 * @used: what is in use, each buffer rounded up to granules
 * @largest: the longest piece that is free
 * @buffers: buffers that are in use
 */
struct sbuddy_arena_stats {
	uint64_t bytes;
	uint64_t used;
	uint64_t largest;
	uint64_t buffers;
};

/**
 * sbuddy_arena_open() - An arena of a new buffer of a device.
 * @fd: device; needed no more when this returns
 * @bytes: size, rounded up to pages
 * @type: as for sbuddy_alloc_order()
 * @flags: as for sbuddy_alloc_bytes()
 * @arena: the arena
 *
 * The handle is the arena's: it is freed by sbuddy_arena_close(), which needs the
 * device to be open still, or with the file.
 */
int sbuddy_arena_open(int fd, uint64_t bytes, unsigned int type, uint32_t flags,
		      struct sbuddy_arena **arena);

/**
 * sbuddy_arena_over() - An arena of memory that is there already.
 * @memory: begins at a multiple of SBUDDY_ARENA_GRANULE
 * @bytes: how much, at least a granule; rounded down to granules
 * @arena: the arena
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int sbuddy_arena_over(void *memory, size_t bytes, struct sbuddy_arena **arena);

/**
 * sbuddy_arena_close() - The end of an arena and of all its buffers.
 * @arena: that nobody uses any more; or NULL
 */
void sbuddy_arena_close(struct sbuddy_arena *arena);

/**
 * sbuddy_arena_alloc() - A small buffer. What it holds is undefined.
 * @arena: of which
 * @bytes: at least one
 * @align: a power of two for its address; 0 for SBUDDY_ARENA_GRANULE, as is less
 *
 * Return: its address; NULL when there is no room, or a value is out of range.
 */
void *sbuddy_arena_alloc(struct sbuddy_arena *arena, size_t bytes, size_t align);

/**
 * sbuddy_arena_free() - Give a small buffer back.
 * @arena: of which it is
 * @buffer: address from sbuddy_arena_alloc(), or NULL
 *
 * Return: 0; -ERANGE when it is not of this arena; -ENOENT when no buffer that is in
 * use begins there.
 */
int sbuddy_arena_free(struct sbuddy_arena *arena, void *buffer);

/**
 * sbuddy_arena_handle() - The handle of sbuddy_arena_open(), or 0 without one.
 * @arena: of which
 */
uint32_t sbuddy_arena_handle(const struct sbuddy_arena *arena);

/**
 * sbuddy_arena_offset() - Where in the arena an address is, for whoever has it elsewhere.
 * @arena: of which
 * @address: in it
 *
 * Return: bytes from its beginning, or -ERANGE.
 */
int64_t sbuddy_arena_offset(const struct sbuddy_arena *arena, const void *address);

/**
 * sbuddy_arena_stats() - How full it is.
 * @arena: of which
 * @stats: filled in
 */
void sbuddy_arena_stats(struct sbuddy_arena *arena, struct sbuddy_arena_stats *stats);

#ifdef __cplusplus
}
#endif

#endif

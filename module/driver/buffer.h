/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers, and the handles by which an open file names them.
 *
 *	handle --\
 *	mapping --+--> struct sb_buffer --> pages of the instance
 *	mapping --/
 *
 * Whatever keeps a buffer alive is bound to the open file: the table of handles
 * is in the file, and a mapping pins the file until munmap(). So when a file is
 * released its handles hold the last references, and no buffer outlives the
 * file, nor the file the device.
 *
 * A handle is reserved first and published last, when nothing can fail any
 * more: until then no other thread finds it.
 *
 * A Movable buffer goes elsewhere when its place is wanted, mover.h, unless it is
 * pinned. Who looks at where it is holds its lock for reading, or a pin; who moves
 * it holds the lock for writing. The others stay where they are, for whom this
 * costs an uncontended lock. Lock order, outermost first:
 *
 *	mmap_lock                faults, ptrace
 *	sb_buffer.lock           asleep, also for memory: a fault makes page tables
 *	i_mmap_rwsem             of sb_client.space: the mover takes mappings away
 *	lock of page tables
 *
 *	sb_buffer.lock, then sb_client.handles.lock, or the locks of core, or the lock
 *	of sbuddy_movable, which comes after those of core
 *
 * No open(), close() of an area, and no sb_buffer_put() takes the first three, and
 * the mover never takes mmap_lock while it holds the second: so an area that is
 * closed under mmap_lock waits for nobody who waits for mmap_lock. The mover has a
 * reference, and may be who lets go of the last one.
 */
#ifndef SBUDDY_BUFFER_H
#define SBUDDY_BUFFER_H

#include <linux/atomic.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched.h>

#include "alloc.h"
#include "device.h"
#include "gather.h"
#include "handles.h"
#include "quota.h"

/*
 * The offset of a mapping is handle << SB_BUFFER_WINDOW pages, so that every
 * buffer fits its window and every offset fits a long, counted in pages.
 */
#define SB_BUFFER_WINDOW SB_MAX_ORDER
#define SB_BUFFER_MAX_PAGES BIT(SB_BUFFER_WINDOW)
#define SB_BUFFER_MAX_HANDLE ((1u << (32 - SB_BUFFER_WINDOW)) - 1)

/* Buffers that are made, or freed, at a time. */
#define SB_BUFFER_CHUNK 32u

struct sb_claim;
struct sb_claims;
struct sb_explain;

/**
 * struct sb_client - An open file.
 * @dev: device that was opened
 * @handles: names of buffers; those that are reserved are not published yet. Its lock
 *	guards @spare, @nr_spare, @nr_buffers, @nr_named and @released, too
 * @spare: structures that wait for their next buffer
 * @nr_spare: how many
 * @nr_buffers: that are not freed yet: the mover may have one when the file is gone
 * @nr_named: handles that are of a structure, or reserved for one
 * @released: the file is gone, and whoever frees the last buffer ends the client
 * @list: among those of @dev
 * @failure_lock: guards @failure
 * @failure: why the last request failed that failed with -ENOMEM, or NULL
 * @space: of all areas that map buffers of this file, and no other's, space.h; also
 *	those that map dma-bufs of them
 * @writable: it was opened for writing
 * @id: names it among the open files of @dev, from 1 on
 * @opened: when, in seconds since the system was started
 * @nr_pins: pins of its buffers
 * @nr_slice_runs: entries of arrays that slices have of their own
 * @watches: it was polled
 * @falls: of struct sbuddy_pressure up to which it was told, or SB_PRESSURE_UNSEEN
 * @nr_loose: pages of those that have no handle any more
 * @quota: what it may have
 * @claims: what it has claimed, or NULL
 * @pid: of who opened it
 * @comm: likewise
 */
struct sb_client {
	struct sbuddy_device *dev;
	struct sb_handles handles;
	struct sb_buffer *spare;
	unsigned int nr_spare;
	unsigned int nr_buffers;
	unsigned int nr_named;
	bool released;
	struct list_head list;
	struct mutex failure_lock; /* taken before the locks of core */
	struct sb_explain *failure;
	struct inode *space;
	bool writable;
	u32 id;
	time64_t opened;
	atomic_t nr_pins;
	atomic_t nr_slice_runs;
	atomic_long_t nr_loose;
	bool watches;
	int falls;
	struct sb_quota quota;
	struct sb_claims *claims;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct sb_buffer - Pages that some process may reach.
 * @dev: where the pages come from
 * @client: open file that it was made for
 * @next: next in a chain that waits to be published; for the owner of the chain, of
 *	which sb_client.spare is one
 * @refs: handle, mappings, and whoever looks at it
 * @nr_mappings: areas of address spaces that map some of it
 * @handle: its number in the open file
 * @name: what it is for, or empty; guarded by the lock of the handles
 * @request: what was asked for
 * @exact: from sb_alloc_exact(), so freed accordingly
 * @nr_pages: how many
 * @runs: where they are, in the buffer's order: &@one when they are contiguous
 * @nr_runs: entries of @runs
 * @one: for @runs; others are an array of scatter.h
 * @lock: keeps @runs as they are
 * @claim: that its block is of, claim.h; or NULL
 * @whole: the buffer that this is a slice of, slice.h; or NULL
 * @loose: its handle is gone
 * @zeroed: its pages are zero, but for what was written since; set under @lock
 * @caching: SBUDDY_CACHING_*, caching.h; does not change once it is published
 * @by_pages: 1 when it was ever mapped by its struct pages, held.h
 * @movable: the mover may move it; never changes
 * @pins: how many want it to stay; grows under @lock alone
 * @handle_pins: of these, the handle's; guarded by the lock of the handles
 * @node: among all that can be moved, by address
 */
struct sb_buffer {
	struct sbuddy_device *dev;
	struct sb_client *client;
	struct sb_buffer *next;
	refcount_t refs;
	atomic_t nr_mappings;
	u32 handle;
	char name[SBUDDY_NAME_LEN];
	struct sb_request request;
	bool exact;
	unsigned long nr_pages;
	struct sb_run *runs;
	unsigned int nr_runs;
	struct sb_run one;
	struct rw_semaphore lock;
	struct sb_claim *claim;
	struct sb_buffer *whole;
	bool loose;
	bool zeroed;
	u8 caching;
	unsigned int by_pages;
	bool movable;
	atomic_t pins;
	u32 handle_pins;
	struct rb_node node;
};

/* Pages that it counts for: those of a slice are another's. */
static inline unsigned long sb_buffer_own(const struct sb_buffer *buf)
{
	return buf->whole ? 0 : buf->nr_pages;
}

static inline u64 sb_buffer_bytes(const struct sb_buffer *buf)
{
	return sb_pfn_addr(buf->nr_pages);
}

/*
 * Where page @page of the buffer is, 0 .. nr_pages - 1: as long as it is pinned, or
 * its lock held.
 */
unsigned long sb_buffer_pfn(const struct sb_buffer *buf, unsigned long page);

/* Likewise, and in *@nr how many there are in a row from there on. */
unsigned long sb_buffer_run(const struct sb_buffer *buf, unsigned long page, unsigned long *nr);

/* What mmap() is told to find it. */
static inline u64 sb_handle_offset(u32 handle)
{
	return (u64)handle << (SB_BUFFER_WINDOW + SB_PAGE_SHIFT);
}

static inline u64 sb_buffer_offset(const struct sb_buffer *buf)
{
	return sb_handle_offset(buf->handle);
}

/* For an open file; or ERR_PTR(-ENOMEM). */
struct sb_client *sb_client_create(struct sbuddy_device *dev);
/* Lets go of all handles. The client is not to be used any more. */
void sb_client_release(struct sb_client *client);

/**
 * sb_buffer_alloc() - Allocate pages, and reserve a handle for them.
 * @client: open file
 * @request: what is wanted; @request->order is not looked at when @nr_pages
 *	is given
 * @nr_pages: that many pages, or 0 for a block of @request->order
 * @scattered: they may be in several runs, up to SB_BUFFER_MAX_PAGES of them, when
 *	they are not to be had in one; not with @nr_pages of 0
 *
 * The handle is unknown to everybody else until sb_buffer_publish(), which
 * must follow, or else sb_buffer_abort().
 *
 * Context: Process. May sleep.
 * Return: the buffer, or ERR_PTR(): -ENOSPC when the file has all the handles
 *	that it may have, -EDQUOT when it may not have so many pages, -EINTR when the
 *	process was killed meanwhile, or what sb_alloc() failed with.
 */
struct sb_buffer *sb_buffer_alloc(struct sb_client *client, const struct sb_request *request,
				  unsigned long nr_pages, bool scattered);

/**
 * sb_buffer_alloc_pages() - The same for several buffers of a page each.
 * @client: open file
 * @request: what each page is to be, of order 0
 * @bufs: filled
 * @nr: how many are wanted, 1 .. SB_BUFFER_CHUNK
 *
 * Context: Process. May sleep.
 * Return: how many, at least one; or -errno as sb_buffer_alloc().
 */
int sb_buffer_alloc_pages(struct sb_client *client, const struct sb_request *request,
			  struct sb_buffer **bufs, unsigned int nr);

/* Says that a buffer is the block of its request's order that begins with @pfn. */
void sb_buffer_set_block(struct sb_buffer *buf, unsigned long pfn);

/* Keeps why a request failed with -ENOMEM, for SBUDDY_EXPLAIN_LAST. */
void sb_buffer_explain(struct sb_client *client, const struct sb_request *request);

/**
 * sb_buffer_adopt() - Make a buffer of a range that the caller took.
 * @buf: from sb_client_begin(); its request tells the type
 * @pfn: first page, to be freed by sb_alloc_free_exact()
 * @nr_pages: how many, up to SB_BUFFER_MAX_PAGES
 * @used: of sb_quota_charge(), which was asked for them before
 *
 * Then as after sb_buffer_alloc(). When it fails, pages and structure are gone.
 *
 * Context: Process. May sleep.
 * Return: 0, or -errno of sb_buffer_zero().
 */
int sb_buffer_adopt(struct sb_buffer *buf, unsigned long pfn, unsigned long nr_pages, u64 used);

/* Likewise of the block of its request's order that begins with @pfn, which is charged already. */
int sb_buffer_adopt_block(struct sb_buffer *buf, unsigned long pfn);

void sb_buffer_publish(struct sb_client *client, struct sb_buffer *buf);
void sb_buffer_abort(struct sb_client *client, struct sb_buffer *buf);

/**
 * sb_buffer_zero() - Have the pages zeroed, unless they were.
 * @buf: buffer that the caller has a reference of
 *
 * For whoever is about to let somebody reach them: a process by mmap(), a device by a
 * pin or a dma-buf. What nobody reaches need not be zeroed, as in Linux.
 *
 * Context: Process, without @buf->lock, also with mmap_lock held.
 * Return: 0; -EINTR when the process was killed meanwhile; -EIO when the kernel does
 *	not reach them.
 */
int sb_buffer_zero(struct sb_buffer *buf);

/* Takes the handle away, and with it the handle's reference: 0 or -ENOENT. */
int sb_buffer_free(struct sb_client *client, u32 handle);

/* Likewise several, in turn up to the first that is bad: how many. */
unsigned int sb_buffer_free_many(struct sb_client *client, const u32 *handles, unsigned int nr);

/*
 * The buffer of a handle with a reference of its own; ERR_PTR(-ENOENT) for none, and
 * ERR_PTR(-ENOMEM) when it needs a structure first and the kernel lacks memory.
 */
struct sb_buffer *sb_buffer_get(struct sb_client *client, unsigned long handle);

/**
 * sb_buffer_put() - Let go of a reference; with the last one go the pages.
 * @buf: buffer
 *
 * Pages that somebody else in the kernel has are set aside until he lets go, held.h.
 *
 * Context: Process, also with mmap_lock held.
 */
void sb_buffer_put(struct sb_buffer *buf);

/* What becomes of a buffer that nobody has any more: its pages are free. Process context. */
void sb_buffer_end(struct sb_buffer *buf);

#endif

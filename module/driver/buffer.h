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
 */
#ifndef SBUDDY_BUFFER_H
#define SBUDDY_BUFFER_H

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/xarray.h>

#include "alloc.h"
#include "device.h"

/*
 * The offset of a mapping is handle << SB_BUFFER_WINDOW pages, so that every
 * buffer fits its window and every offset fits a long, counted in pages.
 */
#define SB_BUFFER_WINDOW SB_MAX_ORDER
#define SB_BUFFER_MAX_HANDLE ((1u << (32 - SB_BUFFER_WINDOW)) - 1)

struct sb_explain;

/**
 * struct sb_client - An open file.
 * @dev: device that was opened
 * @buffers: by handle; reserved entries are handles not published yet
 * @next: where the search for an unused handle begins
 * @nr_handles: published and reserved ones
 * @failure_lock: guards @failure
 * @failure: why the last request failed that failed with -ENOMEM, or NULL
 */
struct sb_client {
	struct sbuddy_device *dev;
	struct xarray buffers;
	u32 next;
	atomic_t nr_handles;
	struct mutex failure_lock; /* taken before the locks of core */
	struct sb_explain *failure;
};

/**
 * struct sb_buffer - Contiguous pages that some process may reach.
 * @dev: where the pages come from
 * @next: next in a chain that waits to be published; for the owner of the chain
 * @refs: handle, mappings, and whoever looks at it
 * @nr_mappings: areas of address spaces that map some of it
 * @handle: its name in the open file
 * @request: what was asked for
 * @exact: from sb_alloc_exact(), so freed accordingly
 * @pfn: first page
 * @nr_pages: how many
 */
struct sb_buffer {
	struct sbuddy_device *dev;
	struct sb_buffer *next;
	refcount_t refs;
	atomic_t nr_mappings;
	u32 handle;
	struct sb_request request;
	bool exact;
	unsigned long pfn;
	unsigned long nr_pages;
};

static inline u64 sb_buffer_bytes(const struct sb_buffer *buf)
{
	return sb_pfn_addr(buf->nr_pages);
}

/* What mmap() is told to find it. */
static inline u64 sb_buffer_offset(const struct sb_buffer *buf)
{
	return (u64)buf->handle << (SB_BUFFER_WINDOW + SB_PAGE_SHIFT);
}

void sb_client_init(struct sb_client *client, struct sbuddy_device *dev);
/* Lets go of all handles. */
void sb_client_exit(struct sb_client *client);

/**
 * sb_buffer_alloc() - Allocate zeroed pages, and reserve a handle for them.
 * @client: open file
 * @request: what is wanted; @request->order is not looked at when @nr_pages
 *	is given
 * @nr_pages: that many pages, or 0 for a block of @request->order
 *
 * The handle is unknown to everybody else until sb_buffer_publish(), which
 * must follow, or else sb_buffer_abort().
 *
 * Context: Process. May sleep.
 * Return: the buffer, or ERR_PTR(): -ENOSPC when the file has all the handles
 *	that it may have, -EINTR when the process was killed meanwhile, or what
 *	sb_alloc() failed with.
 */
struct sb_buffer *sb_buffer_alloc(struct sb_client *client, const struct sb_request *request,
				  unsigned long nr_pages);
void sb_buffer_publish(struct sb_client *client, struct sb_buffer *buf);
void sb_buffer_abort(struct sb_client *client, struct sb_buffer *buf);

/* Takes the handle away, and with it the handle's reference: 0 or -ENOENT. */
int sb_buffer_free(struct sb_client *client, unsigned long handle);

/* The buffer of a handle with a reference of its own, or NULL. */
struct sb_buffer *sb_buffer_get(struct sb_client *client, unsigned long handle);

/**
 * sb_buffer_put() - Let go of a reference; with the last one go the pages.
 * @buf: buffer
 *
 * Context: Process, also with mmap_lock held.
 */
void sb_buffer_put(struct sb_buffer *buf);

#endif

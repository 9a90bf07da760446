/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Claims: blocks that an open file has for certain, to allocate them later.
 *
 *	claimed of order 4      | used | used | held | held |
 *	                           ^                     |
 *	  last put of a buffer ----'--> held             '--> buffer: cannot fail for memory
 *
 * Blocks are taken from the instance when they are claimed, and stay with the file. So no
 * promise has to be kept in mind by anybody else: for the allocator they are in use.
 * A file has one claim of each order. Its blocks have been charged, quota.h, and are as long
 * as they are held or used; what is used beyond a claim that became smaller is an ordinary
 * buffer's, and goes where those go.
 *
 *	held + used >= count    always, but for blocks with bad pages, and while it grows
 *	held + used > count     only without any held
 *
 * The claims live as long as the client, as buffers may end after their file.
 */
#ifndef SBUDDY_CLAIM_H
#define SBUDDY_CLAIM_H

#include <linux/types.h>

struct sb_buffer;
struct sb_client;
struct sb_request;

/**
 * struct sb_claim_state - What a claim is.
 * @count: blocks that are claimed
 * @held: blocks that are there to be allocated
 * @used: blocks that buffers have
 */
struct sb_claim_state {
	u32 count;
	u32 held;
	u32 used;
};

/**
 * sb_claim_set() - Claim so many blocks, no more and no fewer.
 * @client: open file
 * @request: what each is to be
 * @count: 0 .. SBUDDY_MAX_HANDLES
 *
 * Context: Process. May sleep.
 * Return: 0; -ENOMEM, -EDQUOT, -EINTR when the process was killed, or as sb_alloc(), with
 *	the claim as it was; -EBUSY when it is one of another request.
 */
int sb_claim_set(struct sb_client *client, const struct sb_request *request, u32 count);

void sb_claim_get(struct sb_client *client, unsigned int order, struct sb_claim_state *state);

/**
 * sb_claim_alloc() - Make a buffer of a block that is held.
 * @client: open file
 * @request: that of the claim
 *
 * Then as after sb_buffer_alloc().
 *
 * Context: Process. May sleep.
 * Return: the buffer, or ERR_PTR(): -ENOENT without such a claim; -EINVAL when it is of
 *	another request; -ENOMEM when none is held; -EIO when the instance was found
 *	corrupt; or as sb_client_begin() or sb_buffer_zero().
 */
struct sb_buffer *sb_claim_alloc(struct sb_client *client, const struct sb_request *request);

/**
 * sb_claim_put() - Take the block of a buffer back, unless it is more than is claimed.
 * @buf: buffer with a claim, that nobody has any more
 *
 * Context: Process, also with mmap_lock held.
 * Return: true when its pages are held now; false when the caller has to free them.
 */
bool sb_claim_put(struct sb_buffer *buf);

/* Bytes of all claims. May be a moment old. */
u64 sb_claims_bytes(const struct sb_client *client);

/* The file is closed: what is held goes back. Process context. */
void sb_claims_end(struct sb_client *client);

/* Nobody has a buffer of them any more. */
void sb_claims_free(struct sb_client *client);

#endif

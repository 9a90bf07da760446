/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an open file keeps for its buffers: handles, and structures that are used again,
 * so that making a buffer and freeing it asks Linux for no memory.
 */
#ifndef SBUDDY_CLIENT_H
#define SBUDDY_CLIENT_H

#include "buffer.h"

/**
 * sb_client_begin() - Reserve a handle, and a structure for its buffer.
 * @client: open file
 * @request: what is asked for
 *
 * Context: Process. May sleep.
 * Return: the structure with one reference and without pages; or ERR_PTR(): -ENOSPC
 *	when the file has all the handles that it may have, -ENOMEM when the kernel lacks
 *	memory.
 */
struct sb_buffer *sb_client_begin(struct sb_client *client, const struct sb_request *request);

/**
 * sb_client_begin_many() - The same for as many as there are, up to @nr.
 * @client: open file
 * @request: what is asked for
 * @bufs: filled
 * @nr: 1 .. SB_BUFFER_CHUNK
 *
 * Context: Process. May sleep.
 * Return: how many, at least one; or -errno of sb_client_begin().
 */
int sb_client_begin_many(struct sb_client *client, const struct sb_request *request,
			 struct sb_buffer **bufs, unsigned int nr);

/* Undoes it for a structure that never had pages. */
void sb_client_cancel(struct sb_buffer *buf);

/* Blocks of all files of a device that no structure was made for. */
unsigned int sb_client_nr_bare(struct sbuddy_device *dev);

/**
 * sb_client_retire() - Let go of structures whose handles and pages are gone.
 * @client: open file that they are of
 * @chain: the structures, which are not to be used any more
 *
 * With the last one of a file that is closed goes the client.
 *
 * Context: Process, also with mmap_lock held.
 */
void sb_client_retire(struct sb_client *client, struct sb_buffer *chain);

#endif

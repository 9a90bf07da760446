/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slices: buffers that are a part of another one.
 *
 *	handle 7 --> buffer  | . . . . . . . . |   its pages are freed after the last of all
 *	handle 8 --> slice       | . . |
 *	handle 9 --> slice         | . . . . . |
 *
 * A slice has a reference of the buffer that has the pages, and of no other slice. What is
 * no slice stays where it is as long as it has any: each of them is a pin of it, if it can
 * be moved at all. So a slice never moves; and what it has for runs it has for itself.
 */
#ifndef SBUDDY_SLICE_H
#define SBUDDY_SLICE_H

struct sb_buffer;

/**
 * sb_slice_create() - Make a slice, and reserve a handle for it.
 * @of: buffer or slice that the caller has a reference of
 * @first: its first page, counted from that of @of
 * @nr_pages: 1 or more, all of them of @of
 *
 * Then as after sb_buffer_alloc(). It counts for no bytes, as its pages are @of's.
 *
 * Context: Process. May sleep.
 * Return: the slice, or ERR_PTR(): -ENOSPC when the file has all the handles that it may
 *	have, -ENOMEM when the kernel lacks memory, or as sb_pin().
 */
struct sb_buffer *sb_slice_create(struct sb_buffer *of, unsigned long first,
				  unsigned long nr_pages);

/* What it had goes back. For sb_buffer_end(). */
void sb_slice_end(struct sb_buffer *slice);

#endif

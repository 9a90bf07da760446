/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings of buffers into processes. */
#ifndef SBUDDY_MMAP_H
#define SBUDDY_MMAP_H

struct sb_buffer;
struct sb_client;
struct vm_area_struct;

/**
 * sb_mmap() - Map a buffer, or some of its pages.
 * @client: open file
 * @vma: area to fill; its offset names buffer and first page
 *
 * Memory that has struct pages is mapped by them, when it is touched, so that the rest
 * of the kernel may use it: direct I/O, ptrace(), pipes, held.h.
 *
 * No-map memory is mapped by pfn, so that nobody looks for a page that is not there: the
 * area's own reference keeps it. A buffer that stays where it is, in one run, is mapped
 * at once. Others are mapped when they are touched, and again when they were moved
 * meanwhile; so is what larger entries can map, huge.h.
 *
 * Context: Process. @vma's mmap_lock held for writing.
 * Return: 0 or -errno, as told in include/uapi/linux/sbuddy.h.
 */
int sb_mmap(struct sb_client *client, struct vm_area_struct *vma);

/**
 * sb_mmap_buffer() - Map a buffer by a file of its own.
 * @buf: buffer; the file's mapping is that of the buffer's client
 * @vma: area to fill; its offset counts from the buffer's first page, and afterwards
 *	as in the client's file
 *
 * Mapped by pfn, whatever the memory is.
 *
 * Context, Return: as sb_mmap().
 */
int sb_mmap_buffer(struct sb_buffer *buf, struct vm_area_struct *vma);

#endif

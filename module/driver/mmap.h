/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings of buffers into processes. */
#ifndef SBUDDY_MMAP_H
#define SBUDDY_MMAP_H

struct sb_client;
struct vm_area_struct;

/**
 * sb_mmap() - Map a buffer, or some of its pages.
 * @client: open file
 * @vma: area to fill; its offset names buffer and first page
 *
 * All pages are mapped at once, by pfn and cached, whatever backs them. So
 * there is no fault to be served later, and nobody takes references on pages
 * of which some have no struct page: the area's own reference keeps them.
 *
 * Context: Process. @vma's mmap_lock held for writing.
 * Return: 0 or -errno, as told in include/uapi/linux/sbuddy.h.
 */
int sb_mmap(struct sb_client *client, struct vm_area_struct *vma);

#endif

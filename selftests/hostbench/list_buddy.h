/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A peer: the textbook's buddy system as kernels have it, with a descriptor of 64 bytes
 * for each page, doubly linked lists, and one lock.
 *
 * It has no per-CPU lists, no types, no watermarks, counts nothing but free pages, and
 * does not look whether a block that is freed was in use.
 */
#ifndef LIST_BUDDY_H
#define LIST_BUDDY_H

#include "pfn.h"

#define LIST_BUDDY_ORDERS 11

/**
 * struct list_page - A page.
 * @next: of a free block's first page, the next block of its list
 * @prev: the one before, or the list itself
 * @order: of a free block's first page
 * @free: it is a free block's first page
 */
struct list_page {
	struct list_page *next;
	struct list_page *prev;
	u32 order;
	u32 free;
} __attribute__((aligned(64)));

/**
 * struct list_buddy - The pages.
 * @lock: guards the rest
 * @head: a list for each order, empty when it leads to itself
 * @nr_free: pages on them
 * @nr_pages: pages in all
 * @page: descriptors
 */
struct list_buddy {
	struct sb_lock lock;
	struct list_page head[LIST_BUDDY_ORDERS];
	unsigned long nr_free;
	unsigned long nr_pages;
	struct list_page *page;
};

/* NULL when there is no memory for the descriptors. */
struct list_buddy *list_buddy_create(unsigned long nr_pages);
void list_buddy_destroy(struct list_buddy *buddy);

bool list_buddy_alloc(struct list_buddy *buddy, unsigned int order, unsigned long *pfn);
void list_buddy_free(struct list_buddy *buddy, unsigned long pfn, unsigned int order);

/* All pages are free and back in the blocks that they were in first. */
bool list_buddy_is_whole(struct list_buddy *buddy);

#endif

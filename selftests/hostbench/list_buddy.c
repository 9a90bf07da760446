// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "list_buddy.h"

static void make_empty(struct list_page *head)
{
	head->next = head;
	head->prev = head;
}

static void add(struct list_buddy *buddy, struct list_page *page, unsigned int order)
{
	struct list_page *head = &buddy->head[order];

	page->order = order;
	page->free = 1;
	page->next = head->next;
	page->prev = head;
	head->next->prev = page;
	head->next = page;
}

static void del(struct list_page *page)
{
	page->free = 0;
	page->prev->next = page->next;
	page->next->prev = page->prev;
}

/* Releases all pages in blocks as large as alignment allows. */
static void release(struct list_buddy *buddy)
{
	unsigned long pfn = 0;

	while (pfn < buddy->nr_pages) {
		unsigned int order = LIST_BUDDY_ORDERS - 1;

		while (pfn & ((1ul << order) - 1) || pfn + (1ul << order) > buddy->nr_pages)
			order--;
		add(buddy, &buddy->page[pfn], order);
		pfn += 1ul << order;
	}
	buddy->nr_free = buddy->nr_pages;
}

struct list_buddy *list_buddy_create(unsigned long nr_pages)
{
	struct list_buddy *buddy = calloc(1, sizeof(*buddy));
	size_t size = nr_pages * sizeof(*buddy->page);
	unsigned int order;

	if (!buddy)
		return NULL;
	buddy->page = aligned_alloc(sizeof(*buddy->page), size);
	if (!buddy->page) {
		free(buddy);
		return NULL;
	}
	memset(buddy->page, 0, size);
	buddy->nr_pages = nr_pages;
	for (order = 0; order < LIST_BUDDY_ORDERS; order++)
		make_empty(&buddy->head[order]);
	release(buddy);
	return buddy;
}

void list_buddy_destroy(struct list_buddy *buddy)
{
	free(buddy->page);
	free(buddy);
}

static struct list_page *take(struct list_buddy *buddy, unsigned int order)
{
	unsigned int high = order;
	struct list_page *page;

	while (buddy->head[high].next == &buddy->head[high])
		if (++high == LIST_BUDDY_ORDERS)
			return NULL;
	page = buddy->head[high].next;
	del(page);
	while (high > order) {
		high--;
		add(buddy, page + (1ul << high), high);
	}
	buddy->nr_free -= 1ul << order;
	return page;
}

bool list_buddy_alloc(struct list_buddy *buddy, unsigned int order, unsigned long *pfn)
{
	struct list_page *page;

	sb_lock(&buddy->lock);
	page = take(buddy, order);
	sb_unlock(&buddy->lock);
	if (page)
		*pfn = (unsigned long)(page - buddy->page);
	return page;
}

void list_buddy_free(struct list_buddy *buddy, unsigned long pfn, unsigned int order)
{
	sb_lock(&buddy->lock);
	buddy->nr_free += 1ul << order;
	for (; order < LIST_BUDDY_ORDERS - 1; order++) {
		unsigned long other = sb_pfn_buddy(pfn, order);

		if (other >= buddy->nr_pages || !buddy->page[other].free ||
		    buddy->page[other].order != order)
			break;
		del(&buddy->page[other]);
		pfn &= other;
	}
	add(buddy, &buddy->page[pfn], order);
	sb_unlock(&buddy->lock);
}

bool list_buddy_is_whole(struct list_buddy *buddy)
{
	unsigned long nr_large = 0;
	const struct list_page *page, *head = &buddy->head[LIST_BUDDY_ORDERS - 1];

	for (page = head->next; page != head; page = page->next)
		nr_large++;
	return buddy->nr_free == buddy->nr_pages &&
	       nr_large == buddy->nr_pages >> (LIST_BUDDY_ORDERS - 1);
}

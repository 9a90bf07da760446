// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "machine.h"

unsigned long lab_view_blocks(const struct lab_view *view, unsigned int order)
{
	unsigned long nr = 0;
	unsigned int type;

	for (type = 0; type < LAB_NR_TYPES; type++)
		nr += view->look.blocks[type][order];
	return nr;
}

unsigned long lab_view_suitable(const struct lab_view *view, unsigned int order)
{
	unsigned long nr = 0;
	unsigned int above;

	for (above = order; above <= view->setup->max_order; above++)
		nr += lab_view_blocks(view, above) << (above - order);
	return nr;
}

int lab_view_unusable(const struct lab_view *view, unsigned int order)
{
	unsigned long nr_free = view->look.free;

	if (!nr_free)
		return 1000;
	return (int)((nr_free - (lab_view_suitable(view, order) << order)) * 1000 / nr_free);
}

int lab_view_extfrag(const struct lab_view *view, unsigned int order)
{
	unsigned long nr_blocks = 0;
	unsigned int i;

	for (i = 0; i <= view->setup->max_order; i++)
		nr_blocks += lab_view_blocks(view, i);
	if (!nr_blocks)
		return 0;
	if (lab_view_suitable(view, order))
		return -1000;
	return 1000 - (int)((1000 + view->look.free * 1000 / (1ul << order)) / nr_blocks);
}

unsigned int lab_view_top(const struct lab_view *view)
{
	unsigned int order = 0;

	while (order < view->setup->max_order && 2ul << order <= view->setup->pages)
		order++;
	return order;
}

int lab_view_largest(const struct lab_view *view)
{
	int order = (int)view->setup->max_order;

	while (order >= 0 && !lab_view_blocks(view, (unsigned int)order))
		order--;
	return order;
}

unsigned long lab_view_used(const struct lab_view *view)
{
	unsigned long nr = 0, i;

	for (i = 0; i < view->setup->pages; i++)
		nr += view->page[i] == 'u' || view->page[i] == 'm' || view->page[i] == 'r';
	return nr;
}

static void mark(struct lab_view *view, unsigned long first, unsigned int order, char page)
{
	unsigned long i;

	for (i = first; i < first + (1ul << order); i++) {
		view->page[i] = page;
		view->head[i] = (unsigned short)first;
		view->order[i] = (unsigned char)order;
	}
}

static char type_at(const struct lab_view *view, unsigned long page)
{
	return view->look.block_types[page >> view->setup->pageblock_order];
}

/* Free, of one type or of types that merge. */
static bool all_free(const struct lab_view *view, unsigned long first, unsigned int order)
{
	unsigned long i;

	if (first + (1ul << order) > view->setup->pages)
		return false;
	for (i = first; i < first + (1ul << order); i++)
		if (view->page[i] != '.' ||
		    (type_at(view, i) != type_at(view, first) &&
		     !(strchr("UMR", type_at(view, i)) && strchr("UMR", type_at(view, first)))))
			return false;
	return true;
}

/* The buddy system merges whatever can be merged, so blocks follow from what is free. */
static void find_blocks(struct lab_view *view)
{
	unsigned long i = 0;

	while (i < view->setup->pages) {
		unsigned int order = view->setup->max_order;

		if (view->page[i] != '.') {
			i++;
			continue;
		}
		while (order && (i & ((1ul << order) - 1) || !all_free(view, i, order)))
			order--;
		mark(view, i, order, '.');
		i += 1ul << order;
	}
}

static void compare(const struct lab_view *view)
{
	unsigned long seen[LAB_NR_ORDERS] = { 0 }, i, pcp = 0;
	unsigned int order;

	for (i = 0; i < view->setup->pages; i++) {
		pcp += view->page[i] == 'p';
		if (view->page[i] == '.' && view->head[i] == i)
			seen[view->order[i]]++;
	}
	for (order = 0; order <= view->setup->max_order; order++)
		if (seen[order] != lab_view_blocks(view, order))
			lab_die("%lu free blocks of order %u are seen, and %lu counted",
				seen[order], order, lab_view_blocks(view, order));
	if (pcp != view->look.pcp)
		lab_die("%lu pages on per-CPU lists are seen, and %lu counted", pcp,
			view->look.pcp);
}

void lab_view_take(struct lab_view *view, const struct lab *lab)
{
	static const char letters[] = { [LAB_FREE] = '.', [LAB_ON_LIST] = 'p' };
	unsigned long i;

	memset(view, 0, sizeof(*view));
	view->setup = &lab->setup;
	memcpy(view->caption, lab->caption, sizeof(view->caption));
	machine_look(&lab->setup, &view->look);
	for (i = 0; i < lab->setup.pages; i++)
		mark(view, i, 0, letters[view->look.state[i]]);
	for (i = 0; i < lab->setup.pages; i++)
		if (lab->block[i].used)
			mark(view, i, lab->block[i].order, "umr"[lab->block[i].type]);
	find_blocks(view);
	compare(view);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "lab.h"

#define WIDTH 82

/* Pages in a line: a power of two, and as many as fit with the borders of pageblocks. */
static unsigned long pages_per_line(const struct lab_setup *setup)
{
	unsigned long block = 1ul << setup->pageblock_order, nr = 64;

	while (nr > block && nr / block * (block + 4) > WIDTH)
		nr /= 2;
	return nr < setup->nr ? nr : setup->nr;
}

static char letter(const struct lab_view *view, unsigned long page)
{
	if (view->page[page] != '.')
		return view->page[page];
	return "0123456789ABCDEF"[view->order[page]];
}

static void print_line(FILE *out, const struct lab_view *view, unsigned long from, unsigned long nr)
{
	unsigned long mask = (1ul << view->setup->pageblock_order) - 1, i;

	fprintf(out, "  %6lu ", from);
	for (i = from; i < from + nr && i < view->setup->first + view->setup->nr; i++) {
		if (!(i & mask))
			fprintf(out, " %c[",
				view->look.block_types[i >> view->setup->pageblock_order]);
		else if (i == from)
			fprintf(out, "   ");
		fputc(letter(view, i), out);
		if ((i & mask) == mask || i + 1 == view->setup->pages)
			fputc(']', out);
	}
	fputc('\n', out);
}

static void print_index(FILE *out, const char *name, const struct lab_view *view,
			int (*index)(const struct lab_view *, unsigned int))
{
	unsigned int order;

	fprintf(out, "    %-12s", name);
	for (order = 0; order <= lab_view_top(view); order++) {
		int value = index(view, order);

		fprintf(out, " %s%d.%03d", value < 0 ? "-" : " ",
			(value < 0 ? -value : value) / 1000, (value < 0 ? -value : value) % 1000);
	}
	fputc('\n', out);
}

static void print_counts(FILE *out, const char *name, const struct lab_view *view,
			 unsigned long (*count)(const struct lab_view *, unsigned int))
{
	unsigned int order;

	fprintf(out, "    %-12s", name);
	for (order = 0; order <= lab_view_top(view); order++)
		fprintf(out, " %6lu", count ? count(view, order) : order);
	fputc('\n', out);
}

void lab_text_pages(FILE *out, const struct lab_view *view)
{
	const struct lab_setup *setup = view->setup;
	unsigned long per_line = pages_per_line(setup), i;
	const struct lab_look *look = &view->look;
	int largest = lab_view_largest(view);

	for (i = setup->first; i < setup->first + setup->nr; i += per_line)
		print_line(out, view, i, per_line);
	fprintf(out, "    %lu in use, %lu free", lab_view_used(view), look->free);
	if (look->pcp)
		fprintf(out, ", %lu on per-CPU lists", look->pcp);
	if (largest >= 0)
		fprintf(out, "; largest free block: %lu page%s", 1ul << largest,
			largest ? "s" : "");
	fputc('\n', out);
	if (look->mark[2])
		fprintf(out, "    watermarks: min %lu, low %lu, high %lu%s\n", look->mark[0],
			look->mark[1], look->mark[2], look->boost ? ", boosted" : "");
}

void lab_text_figures(FILE *out, const struct lab_view *view)
{
	print_counts(out, "order", view, NULL);
	print_counts(out, "free blocks", view, lab_view_blocks);
	print_counts(out, "can be had", view, lab_view_suitable);
	print_index(out, "unusable", view, lab_view_unusable);
	print_index(out, "extfrag", view, lab_view_extfrag);
}

// SPDX-License-Identifier: GPL-2.0-only
/* All views of a lab as one picture, in whole pixels, so that it is the same everywhere. */
#include <string.h>

#include "lab.h"

#define MARGIN 24
#define LABEL 40
#define WIDTH 824
#define STRIP 5
#define LINE 17
#define TEXT_COLUMNS 112

/* Colours that the colour-blind tell apart, after Okabe and Ito. */
#define BLUE "#0072b2"
#define ORANGE "#d55e00"
#define GREEN "#009e73"
#define PINK "#cc79a7"
#define YELLOW "#f0e442"
#define SKY "#56b4e9"
#define GREY "#999999"

struct canvas {
	FILE *out;
	const struct lab_setup *setup;
	unsigned int per_row;
	unsigned int cell;
	unsigned int tall;
	unsigned int y;
};

static const char *type_colour(char type)
{
	static const char *const colours[] = { ORANGE, BLUE, GREEN, PINK, SKY, GREY };
	const char *at = strchr(LAB_TYPE_LETTERS, type);

	return colours[at ? at - LAB_TYPE_LETTERS : 5];
}

static const char *page_colour(char page)
{
	switch (page) {
	case 'u':
		return ORANGE;
	case 'm':
		return BLUE;
	case 'r':
		return GREEN;
	case 'p':
		return YELLOW;
	default:
		return GREY;
	}
}

static void escaped(FILE *out, const char *text, size_t len)
{
	for (; len--; text++)
		if (*text == '&' || *text == '<' || *text == '>')
			fprintf(out, "&#%d;", *text);
		else
			fputc(*text, out);
}

static void text(struct canvas *c, const char *class, const char *from, size_t len)
{
	c->y += LINE;
	fprintf(c->out, "<text class=\"%s\" x=\"%d\" y=\"%u\">", class, MARGIN, c->y);
	escaped(c->out, from, len);
	fprintf(c->out, "</text>\n");
}

/* Cut between words. */
static void paragraph(struct canvas *c, const char *class, const char *from)
{
	while (strlen(from) > TEXT_COLUMNS) {
		size_t len = TEXT_COLUMNS;

		while (len && from[len] != ' ')
			len--;
		text(c, class, from, len);
		from += len + 1;
	}
	text(c, class, from, strlen(from));
}

static void rect(struct canvas *c, unsigned int x, unsigned int y, unsigned int width,
		 unsigned int height, const char *style)
{
	fprintf(c->out, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" %s/>\n", x, y, width,
		height, style);
}

static void filled(struct canvas *c, unsigned int x, unsigned int y, unsigned int width,
		   unsigned int height, const char *colour)
{
	char style[32];

	snprintf(style, sizeof(style), "fill=\"%s\"", colour);
	rect(c, x, y, width, height, style);
}

static unsigned int column(const struct canvas *c, unsigned long page)
{
	return MARGIN + LABEL + (unsigned int)((page - c->setup->first) % c->per_row) * c->cell;
}

/* Where a run that starts with a page ends: with its block, its pageblock, or its row. */
static unsigned long row_end(const struct canvas *c, unsigned long page, unsigned long end)
{
	unsigned long done = (page - c->setup->first) % c->per_row;
	unsigned long row = page + c->per_row - done;
	unsigned long last = c->setup->first + c->setup->nr;

	if (row > last)
		row = last;
	return end < row ? end : row;
}

static void draw_free(struct canvas *c, const struct lab_view *view, unsigned long page,
		      unsigned long end)
{
	unsigned int x = column(c, page), width = (unsigned int)(end - page) * c->cell;

	rect(c, x + 1, c->y + 1, width - 2, c->tall - 2, "class=\"free\"");
	fprintf(c->out, "<text class=\"count\" x=\"%u\" y=\"%u\">%u</text>\n", x + width / 2,
		c->y + c->tall / 2 + 4, 1u << view->order[page]);
}

static void draw_used(struct canvas *c, const struct lab_view *view, unsigned long page,
		      unsigned long end)
{
	unsigned int width = (unsigned int)(end - page) * c->cell;

	filled(c, column(c, page) + 1, c->y + 1, width - 2, c->tall - 2,
	       page_colour(view->page[page]));
}

/* Where a pageblock starts, and through the cells where no block lies across. */
static void draw_border(struct canvas *c, unsigned int x, unsigned int from, unsigned int strip)
{
	filled(c, x, from, 2, strip + STRIP + 3 - from, "#000");
}

/* The blocks of one row, and below them the types of its pageblocks. */
static void draw_row(struct canvas *c, const struct lab_view *view, unsigned long first)
{
	unsigned long end = row_end(c, first, ~0ul), page, next;
	unsigned long block = 1ul << c->setup->pageblock_order;
	unsigned int strip = c->y + c->tall + 2;

	fprintf(c->out, "<text class=\"label\" x=\"%u\" y=\"%u\">%lu</text>\n", MARGIN + LABEL - 8,
		c->y + c->tall / 2 + 4, first);
	for (page = first; page < end; page = next) {
		next = row_end(c, page, view->head[page] + (1ul << view->order[page]));
		if (view->page[page] == '.')
			draw_free(c, view, page, next);
		else
			draw_used(c, view, page, next);
	}
	for (page = first; page < end; page = next) {
		next = row_end(c, page, (page / block + 1) * block);
		filled(c, column(c, page) + 1, strip, (unsigned int)(next - page) * c->cell - 2,
		       STRIP, type_colour(view->look.block_types[page / block]));
		if (!(page % block))
			draw_border(c, column(c, page) - 1,
				    view->head[page] == page ? c->y - 3 : strip - 1, strip);
	}
	c->y = strip + STRIP + 10;
}

/* Free pages from 0 to twice the high watermark, and the marks. */
static void draw_marks(struct canvas *c, const struct lab_look *look)
{
	static const char *const names[] = { "min", "low", "high" };
	unsigned int width = WIDTH - 2 * MARGIN - LABEL, i;
	unsigned long most = 2 * look->mark[2], seen = look->free < most ? look->free : most;
	unsigned int x = MARGIN + LABEL;

	if (!look->mark[2])
		return;
	c->y += 18;
	rect(c, x, c->y, width, 12, "class=\"free\"");
	filled(c, x, c->y, (unsigned int)(seen * width / most), 12, SKY);
	for (i = 0; i < 3; i++) {
		unsigned int at = x + (unsigned int)(look->mark[i] * width / most);

		filled(c, at, c->y - 4, 2, 20, "#000");
		fprintf(c->out, "<text class=\"count\" x=\"%u\" y=\"%u\">%s %lu</text>\n", at,
			c->y - 6, names[i], look->mark[i]);
	}
	c->y += 14;
}

static void draw_figures(struct canvas *c, const struct lab_view *view)
{
	const struct lab_look *look = &view->look;
	int largest = lab_view_largest(view);
	char line[LAB_LINE];
	int used;

	used = snprintf(line, sizeof(line), "%lu in use, %lu free", lab_view_used(view),
			look->free);
	if (look->pcp)
		used += snprintf(line + used, sizeof(line) - (size_t)used, ", %lu on per-CPU lists",
				 look->pcp);
	if (largest >= 0)
		snprintf(line + used, sizeof(line) - (size_t)used,
			 "; largest free block: %lu page%s", 1ul << largest, largest ? "s" : "");
	text(c, "figures", line, strlen(line));
}

static void draw_view(struct canvas *c, const struct lab_view *view)
{
	unsigned long page;

	c->y += 14;
	paragraph(c, "say", view->caption);
	c->y += 10;
	for (page = c->setup->first; page < c->setup->first + c->setup->nr; page += c->per_row)
		draw_row(c, view, page);
	draw_marks(c, &view->look);
	draw_figures(c, view);
}

static void draw_legend(struct canvas *c)
{
	static const struct {
		const char *colour;
		const char *name;
		unsigned int width;
	} entries[] = {
		{ ORANGE, "Unmovable", 100 },	      { BLUE, "Movable", 84 },
		{ GREEN, "Reclaimable", 106 },	      { PINK, "HighAtomic pageblock", 162 },
		{ YELLOW, "on a per-CPU list", 134 }, { NULL, "free block, and its pages", 0 },
	};
	unsigned int x = MARGIN;
	char line[LAB_LINE];
	size_t i;

	c->y += 26;
	for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (entries[i].colour)
			filled(c, x, c->y - 11, 12, 12, entries[i].colour);
		else
			rect(c, x, c->y - 11, 12, 12, "class=\"free\"");
		fprintf(c->out, "<text class=\"figures\" x=\"%u\" y=\"%u\">%s</text>\n", x + 17,
			c->y, entries[i].name);
		x += entries[i].width;
	}
	snprintf(
		line, sizeof(line),
		"A cell is a page of 4 KiB, a row %u KiB. Cells: what has the page. Strip below: the type of the pageblock.",
		4 * c->per_row);
	text(c, "figures", line, strlen(line));
	c->y += MARGIN;
}

static unsigned int draw(struct canvas *c, const struct lab *lab)
{
	unsigned int i;

	c->y = 18;
	text(c, "title", lab->title, strlen(lab->title));
	for (i = 0; i < lab->nr_shots; i++)
		draw_view(c, lab->shots[i]);
	draw_legend(c);
	return c->y;
}

void lab_svg(FILE *out, const struct lab *lab)
{
	const struct lab_setup *setup = &lab->setup;
	unsigned int per_row = setup->nr > 64 ? 64 : 32;
	struct canvas c = {
		.setup = setup,
		.per_row = per_row,
		.cell = (WIDTH - 2 * MARGIN - LABEL) / per_row,
		.tall = per_row == 64 ? 18 : 22,
	};
	unsigned int height;

	/* Once for its height. */
	c.out = fopen("/dev/null", "w");
	if (!c.out)
		lab_die("/dev/null cannot be opened");
	height = draw(&c, lab);
	fclose(c.out);
	c.out = out;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" width=\"%d\" height=\"%u\">\n"
		"<!-- SPDX"
		"-License-Identifier: GPL-2.0-only -->\n"
		"<!-- Made by sbuddy-lab from %s; see selftests/labs. -->\n"
		"<style>\n"
		"text { font: 12px sans-serif; fill: #000 }\n"
		".title { font-size: 18px; font-weight: bold }\n"
		".say { font-size: 14px }\n"
		".figures { fill: #444 }\n"
		".label { fill: #666; text-anchor: end }\n"
		".count { font-size: 10px; text-anchor: middle; fill: #333 }\n"
		".free { fill: #f4f4f4; stroke: #777 }\n"
		"</style>\n"
		"<rect width=\"%d\" height=\"%u\" fill=\"#fff\"/>\n",
		WIDTH, height, WIDTH, height, lab->name, WIDTH, height);
	draw(&c, lab);
	fprintf(out, "</svg>\n");
}

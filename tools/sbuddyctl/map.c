// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb map: the region as a picture, on the terminal or in a file.
 */
#include <sys/ioctl.h>

#include "ctl.h"
#include "pagemap.h"

#define ROWS 16 /* that it fits into, beside legend and scale, unless a cell is given */
#define ADDRESS 13 /* columns in front of a row */

static unsigned int columns(void)
{
	struct winsize window;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) &&
	    window.ws_col > ADDRESS + 8)
		return window.ws_col;
	return 80;
}

/* The largest power of two that fits into the columns of a terminal. */
static unsigned int width_of_options(void)
{
	unsigned int width = 8;

	while (2 * width + ADDRESS <= columns())
		width *= 2;
	return (unsigned int)number_of(OPT_WIDTH, width, 1, 4096);
}

static uint64_t cell_of_options(const struct pagemap *map, unsigned int width)
{
	const char *text = given(OPT_CELL);
	uint64_t cell = 1, bytes;

	if (text && !strcmp(text, "page"))
		return 1;
	if (text && !strcmp(text, "block"))
		return UINT64_C(1) << map->pageblock_order;
	if (text) {
		bytes = bytes_of(OPT_CELL, 0);
		if (bytes % map->page_size)
			die_usage("--cell takes whole pages of %u bytes, not \"%s\"",
				  map->page_size, text);
		return bytes / map->page_size;
	}
	while ((map->pages + cell - 1) / cell > (uint64_t)width * ROWS)
		cell *= 2;
	return cell;
}

/* A colour is told where it changes, in a row. */
static void draw_cell(const struct picture *picture, uint64_t cell)
{
	const struct kind *kind = picture_kind(picture->by, picture->kinds[cell]);
	int begins = !(cell % picture->width);
	int ends = cell % picture->width == picture->width - 1 || cell + 1 == picture->cells;

	if (in_color() && (begins || picture->kinds[cell - 1] != picture->kinds[cell]))
		printf("\033[48;5;%um\033[38;5;0m", kind->ansi);
	putchar(kind->letter);
	if (in_color() && ends)
		fputs("\033[0m", stdout);
}

/* Only of kinds that there are, with their share. */
static void draw_legend(const struct picture *picture)
{
	uint64_t count[16] = { 0 }, cell;
	const struct kind *kind;
	unsigned int i;

	for (cell = 0; cell < picture->cells; cell++)
		count[picture->kinds[cell]]++;
	for (i = 0; (kind = picture_kind(picture->by, i)); i++) {
		if (!count[i])
			continue;
		if (in_color())
			printf("\033[48;5;%um\033[38;5;0m%c\033[0m", kind->ansi, kind->letter);
		else
			printf("'%c'", kind->letter);
		printf(" %s: %" PRIu64 " cells, %.1f %%\n", kind->name, count[i],
		       100.0 * (double)count[i] / (double)picture->cells);
	}
}

static void draw(const struct picture *picture)
{
	const struct pagemap *map = picture->map;
	uint64_t cell, bytes = picture->cell * map->page_size;
	char of_cell[32], of_row[32], all[32];

	printf("%s: %s; a cell is %s, a row %s\n", map->name,
	       human(map->pages * map->page_size, all, sizeof(all)),
	       human(bytes, of_cell, sizeof(of_cell)),
	       human(bytes * picture->width, of_row, sizeof(of_row)));
	for (cell = 0; cell < picture->cells; cell++) {
		if (!(cell % picture->width))
			printf("%s0x%09" PRIx64 " ", cell ? "\n" : "",
			       map->base_pfn * map->page_size + cell * bytes);
		draw_cell(picture, cell);
	}
	putchar('\n');
	draw_legend(picture);
}

/* Cells as letters: short, and what the legend tells. */
static void print_json(const struct picture *picture)
{
	const struct kind *kind;
	char *letters = calloc(1, picture->cells + 1), letter[2] = "";
	uint64_t cell;
	unsigned int i;

	if (!letters)
		die("no memory for %" PRIu64 " letters", picture->cells);
	for (cell = 0; cell < picture->cells; cell++)
		letters[cell] = picture_kind(picture->by, picture->kinds[cell])->letter;
	json_open(NULL, '{');
	json_text("instance", picture->map->name);
	json_number("base", picture->map->base_pfn * picture->map->page_size);
	json_number("page_bytes", picture->map->page_size);
	json_number("cell_bytes", picture->cell * picture->map->page_size);
	json_open("legend", '{');
	for (i = 0; (kind = picture_kind(picture->by, i)); i++) {
		letter[0] = kind->letter;
		json_text(letter, kind->name);
	}
	json_close('}');
	json_text("cells", letters);
	json_close('}');
	json_end();
	free(letters);
}

int run_map(int argc, char **argv)
{
	static const char *const bys[] = { "state", "type", "order" };
	enum by by = (enum by)word_of(OPT_BY, bys, 3, BY_STATE);
	unsigned int width = width_of_options();
	struct pagemap map;
	struct picture picture = { .map = &map, .by = by, .width = width };

	read_pagemap(&map);
	picture.cell = cell_of_options(&map, width);
	make_picture(&picture);
	if (given(OPT_SVG))
		write_svg(&picture, given(OPT_SVG));
	if (given(OPT_PNG))
		write_png(&picture, given(OPT_PNG));
	if (in_json())
		print_json(&picture);
	else if (!given(OPT_SVG) && !given(OPT_PNG))
		draw(&picture);
	free(picture.kinds);
	free(map.words);
	return 0;
}

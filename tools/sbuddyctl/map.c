// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb map: the region as a picture, on the terminal or in a file.
 */
#include <sys/ioctl.h>

#include "ctl.h"
#include "pagemap.h"
#include "terminal.h"

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

static struct pagemap map;

static void draw_picture(struct picture *picture, unsigned int legend_columns)
{
	char *text = NULL;
	size_t size;
	FILE *to;

	if (in_json()) {
		print_map_json(picture);
	} else if (legend_columns < 2) {
		draw_map(stdout, picture, legend_columns);
	} else {
		to = open_memstream(&text, &size);
		if (!to)
			die("no memory for a picture");
		draw_map(to, picture, legend_columns);
		fclose(to);
		terminal_show_text(text);
		free(text);
	}
}

/* As it is now. */
static void read_picture(struct picture *picture)
{
	picture->map = &map;
	picture->width = width_of_options();
	read_pagemap(&map, picture->by);
	picture->cell = cell_of_options(&map, picture->width);
	make_picture(picture);
}

static void free_picture(struct picture *picture)
{
	free(picture->kinds);
	free_pagemap(&map);
}

static int into_file(void)
{
	return given(OPT_SVG) || given(OPT_PNG);
}

/* On the terminal if no file is named, or if JSON is asked for. */
static void put_picture(struct picture *picture, unsigned int legend_columns)
{
	if (given(OPT_SVG))
		write_svg(picture, given(OPT_SVG));
	if (given(OPT_PNG))
		write_png(picture, given(OPT_PNG));
	if (in_json() || !into_file())
		draw_picture(picture, legend_columns);
}

/* Until q, a signal, or the last frame. */
static void follow(struct picture *picture)
{
	uint64_t frames = number_of(OPT_FRAMES, 0, 1, UINT32_MAX);
	double delay = seconds_of(OPT_DELAY, 2);
	int live = !in_json() && !into_file() && terminal_there(), key;

	if (live)
		terminal_begin();
	for (;;) {
		read_picture(picture);
		put_picture(picture, live ? 2 : 1);
		free_picture(picture);
		if (frames && !--frames)
			return;
		if (!live && !in_json() && !into_file())
			putchar('\n');
		fflush(stdout);
		key = terminal_wait(delay);
		if (key < 0 || key == 'q' || key == 'Q')
			return;
		if (key == 'b')
			picture->by = (picture->by + 1) % BY_OWNER;
	}
}

int run_map(int argc, char **argv)
{
	static const char *const bys[] = { "state", "type", "order", "owner" };
	struct picture picture = { .by = (enum by)word_of(OPT_BY, bys, 4, BY_STATE) };

	if (given(OPT_FOLLOW)) {
		follow(&picture);
		return 0;
	}
	if (given(OPT_DELAY) || given(OPT_FRAMES))
		die_usage("--delay and --frames go with --follow");
	read_picture(&picture);
	put_picture(&picture, 1);
	free_picture(&picture);
	return 0;
}

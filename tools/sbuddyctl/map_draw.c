// SPDX-License-Identifier: GPL-2.0-only
/*
 * A picture of cells in letters and colours, or as JSON.
 */
#include "ctl.h"
#include "pagemap.h"

#define LEGEND 40 /* columns of one of several entries in a line */

/* A colour is told where it changes, in a row. */
static void draw_cell(FILE *to, const struct picture *picture, uint64_t cell)
{
	const struct kind *kind = picture_kind(picture->by, picture->kinds[cell]);
	int begins = !(cell % picture->width);
	int ends = cell % picture->width == picture->width - 1 || cell + 1 == picture->cells;

	if (in_color() && (begins || picture->kinds[cell - 1] != picture->kinds[cell]))
		fprintf(to, "\033[48;5;%um\033[38;5;0m", kind->ansi);
	fputc(kind->letter, to);
	if (in_color() && ends)
		fputs("\033[0m", to);
}

/* A sign and what it means; the columns that this takes. */
static int draw_kind(FILE *to, const struct kind *kind, uint64_t count, uint64_t all)
{
	if (in_color())
		fprintf(to, "\033[48;5;%um\033[38;5;0m%c\033[0m", kind->ansi, kind->letter);
	else
		fprintf(to, "'%c'", kind->letter);
	return (in_color() ? 1 : 3) + fprintf(to, " %s: %" PRIu64 " cells, %.1f %%", kind->name,
					      count, 100.0 * (double)count / (double)all);
}

/* Only of kinds that there are, with their share. */
static void draw_legend(FILE *to, const struct picture *picture, unsigned int columns)
{
	uint64_t count[MAX_KINDS] = { 0 }, cell;
	const struct kind *kind;
	unsigned int i, column = 0;
	int at = 0;

	for (cell = 0; cell < picture->cells; cell++)
		count[picture->kinds[cell]]++;
	for (i = 0; (kind = picture_kind(picture->by, i)); i++) {
		if (!count[i])
			continue;
		if (column)
			fprintf(to, "%*s", at < LEGEND ? LEGEND - at : 1, "");
		at = draw_kind(to, kind, count[i], picture->cells);
		column = (column + 1) % columns;
		if (!column)
			fputc('\n', to);
	}
	if (column)
		fputc('\n', to);
}

void draw_map(FILE *to, const struct picture *picture, unsigned int legend_columns)
{
	const struct pagemap *map = picture->map;
	uint64_t cell, bytes = picture->cell * map->page_size;
	char of_cell[32], of_row[32], all[32];

	fprintf(to, "%s: %s; a cell is %s, a row %s\n", map->name,
		human(map->pages * map->page_size, all, sizeof(all)),
		human(bytes, of_cell, sizeof(of_cell)),
		human(bytes * picture->width, of_row, sizeof(of_row)));
	for (cell = 0; cell < picture->cells; cell++) {
		if (!(cell % picture->width))
			fprintf(to, "%s0x%09" PRIx64 " ", cell ? "\n" : "",
				map->base_pfn * map->page_size + cell * bytes);
		draw_cell(to, picture, cell);
	}
	fputc('\n', to);
	draw_legend(to, picture, legend_columns);
}

/* Cells as letters: short, and what the legend tells. */
void print_map_json(const struct picture *picture)
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

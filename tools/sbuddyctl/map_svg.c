// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"
#include "pagemap.h"

#define SIDE 8 /* of a cell */
#define LEFT 90
#define TOP 30

/* Where the cells of one kind beside each other end, in this row. */
static uint64_t end_of(const struct picture *picture, uint64_t cell)
{
	uint64_t end = (cell / picture->width + 1) * picture->width, i = cell + 1;

	if (end > picture->cells)
		end = picture->cells;
	while (i < end && picture->kinds[i] == picture->kinds[cell])
		i++;
	return i;
}

/* A name may have what means something else there. */
static void put_text(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (*text == '<' || *text == '&')
			fprintf(file, "&#%d;", *text);
		else
			fputc(*text, file);
	}
}

/* They are one rectangle, which a browser tells about. */
static void draw_rows(FILE *file, const struct picture *picture)
{
	uint64_t cell, end, bytes = picture->cell * picture->map->page_size;
	const struct kind *kind;

	for (cell = 0; cell < picture->cells; cell = end) {
		end = end_of(picture, cell);
		kind = picture_kind(picture->by, picture->kinds[cell]);
		fprintf(file,
			"<rect x=\"%" PRIu64 "\" y=\"%" PRIu64 "\" width=\"%" PRIu64
			"\" height=\"%d\" fill=\"#%06x\"><title>0x%08" PRIx64 ": ",
			LEFT + cell % picture->width * SIDE, TOP + cell / picture->width * SIDE,
			(end - cell) * SIDE, SIDE, kind->rgb,
			picture->map->base_pfn * picture->map->page_size + cell * bytes);
		put_text(file, kind->name);
		fputs("</title></rect>\n", file);
	}
}

static void draw_addresses(FILE *file, const struct picture *picture, uint64_t rows)
{
	uint64_t row, bytes = picture->cell * picture->map->page_size * picture->width;

	for (row = 0; row < rows; row += 4)
		fprintf(file, "<text x=\"%d\" y=\"%" PRIu64 "\">0x%08" PRIx64 "</text>\n", 4,
			TOP + row * SIDE + SIDE,
			picture->map->base_pfn * picture->map->page_size + row * bytes);
}

static void draw_legend(FILE *file, const struct picture *picture, uint64_t y)
{
	const struct kind *kind;
	unsigned int i;

	for (i = 0; (kind = picture_kind(picture->by, i)); i++) {
		fprintf(file,
			"<rect x=\"%d\" y=\"%" PRIu64
			"\" width=\"%d\" height=\"%d\" fill=\"#%06x\" "
			"stroke=\"#999\"/><text x=\"%d\" y=\"%" PRIu64 "\">",
			LEFT, y + i * 14, SIDE, SIDE, kind->rgb, LEFT + 14, y + i * 14 + SIDE);
		put_text(file, kind->name);
		fputs("</text>\n", file);
	}
}

static unsigned int nr_kinds(enum by by)
{
	unsigned int nr = 0;

	while (picture_kind(by, nr))
		nr++;
	return nr;
}

void write_svg(const struct picture *picture, const char *path)
{
	uint64_t rows = (picture->cells + picture->width - 1) / picture->width;
	uint64_t legend = TOP + rows * SIDE + 14, width = LEFT + picture->width * SIDE + 10;
	char size[32];
	FILE *file = begin_output(path);

	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%" PRIu64 "\" height=\"%" PRIu64
		"\" font-family=\"monospace\" font-size=\"11\">\n",
		width < 360 ? 360 : width, legend + nr_kinds(picture->by) * 14 + 10);
	fprintf(file, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n");
	fprintf(file, "<text x=\"4\" y=\"18\">");
	put_text(file, picture->map->name);
	fprintf(file, ": a cell is %s</text>\n",
		human(picture->cell * picture->map->page_size, size, sizeof(size)));
	draw_rows(file, picture);
	draw_addresses(file, picture, rows);
	draw_legend(file, picture, legend);
	fprintf(file, "</svg>\n");
	end_output(file, path);
}

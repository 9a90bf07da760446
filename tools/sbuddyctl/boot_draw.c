// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stage as a picture: a row for what exists, what is taken, zones and pageblocks, all
 * to one scale.
 */
#include <ctype.h>

#include "boot.h"
#include "ctl.h"

#define CELLS 64
#define MAX_ORDERS 16

const char *const boot_texts[BOOT_STAGES] = {
	"It was described, and nothing has been looked at yet.",
	"What memory exists, and what of it is taken: two lists of ranges, as memblock has them.",
	"Nodes and zones: kinds of memory, cut where the settings say (free_area_init).",
	"A descriptor for each page, taken from the memory itself, at + (memmap_init).",
	"Pageblocks, which group pages by whether they can be moved; all begin as Movable.",
	"What is not taken goes to the free lists, in blocks as large as they can be (memblock_free_all).",
};

/* From the first byte to behind the last, in cells that are all of one size. */
struct scale {
	uint64_t base;
	uint64_t cell;
	unsigned int cells;
};

static struct scale scale_of(const struct layout *layout)
{
	const struct layout_region *region = layout->memory.list;
	uint64_t base = UINT64_MAX, end = 0, cell = 4096;

	for (; region < layout->memory.list + layout->memory.nr; region++) {
		base = region->base < base ? region->base : base;
		end = region->base + region->bytes > end ? region->base + region->bytes : end;
	}
	if (!end)
		return (struct scale){ 0, 1, 0 };
	while ((end - base + cell - 1) / cell > CELLS)
		cell *= 2;
	return (struct scale){ base, cell, (unsigned int)((end - base + cell - 1) / cell) };
}

/* All cells that a range has a part of. */
static void fill(char *row, const struct scale *scale, uint64_t base, uint64_t bytes, char letter)
{
	uint64_t cell, end;

	if (!bytes || base < scale->base)
		return;
	end = (base + bytes - 1 - scale->base) / scale->cell;
	for (cell = (base - scale->base) / scale->cell; cell <= end && cell < scale->cells; cell++)
		row[cell] = letter;
}

static void begin(char *row, const struct scale *scale)
{
	memset(row, ' ', scale->cells);
	row[scale->cells] = '\0';
}

static unsigned int color_of(char letter)
{
	static const struct {
		char letter;
		unsigned int color;
	} colors[] = {
		{ '=', 250 }, { '#', 208 }, { '+', 160 }, { 'D', 221 }, { 'N', 75 },
		{ 'H', 114 }, { 'M', 75 },  { 'm', 26 },  { 'u', 166 }, { 'r', 36 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(colors); i++)
		if (colors[i].letter == letter)
			return colors[i].color;
	return 244;
}

/* A colour is told where it changes. */
static void put_row(const char *name, const char *row)
{
	const char *at;

	printf("   %-11s", name);
	for (at = row; *at; at++) {
		if (in_color() && (at == row || at[-1] != *at)) {
			if (*at == ' ')
				fputs("\033[0m", stdout);
			else
				printf("\033[48;5;%um\033[38;5;0m", color_of(*at));
		}
		putchar(*at);
	}
	printf("%s\n", in_color() ? "\033[0m" : "");
}

static int had_region(const struct layout_regions *regions, const struct layout_region *region)
{
	unsigned int i;

	for (i = 0; i < regions->nr; i++)
		if (regions->list[i].base <= region->base &&
		    region->base + region->bytes <= regions->list[i].base + regions->list[i].bytes)
			return 1;
	return 0;
}

static void draw_regions(const struct boot *boot, const struct scale *scale)
{
	const struct layout_regions *memory = &boot->now.memory, *reserved = &boot->now.reserved;
	char row[CELLS + 1];
	unsigned int i;

	begin(row, scale);
	for (i = 0; i < memory->nr; i++)
		fill(row, scale, memory->list[i].base, memory->list[i].bytes, '=');
	put_row("memory", row);
	begin(row, scale);
	for (i = 0; i < reserved->nr; i++)
		fill(row, scale, reserved->list[i].base, reserved->list[i].bytes,
		     had_region(&boot->before.reserved, &reserved->list[i]) ? '#' : '+');
	put_row("reserved", row);
}

/* The zones' initials. */
static void draw_zones(const struct boot *boot, const struct scale *scale)
{
	const struct layout_zone *zone = boot->now.zones;
	char row[CELLS + 1];

	if (!boot->now.nr_zones)
		return;
	begin(row, scale);
	for (; zone < boot->now.zones + boot->now.nr_zones; zone++)
		fill(row, scale, zone->start * boot->page_size, zone->spanned * boot->page_size,
		     zone->name[0]);
	put_row("zones", row);
}

/* Letters of the file pageblocks: of the pageblocks of a cell, what is in use is seen. */
static void draw_pageblocks(const struct boot *boot, const struct scale *scale)
{
	FILE *file = open_debugfs(boot->instance, "pageblocks");
	uint64_t pfn, bytes = boot->page_size << boot->block_order, at;
	char line[512], letters[256], row[CELLS + 1];
	unsigned int i, seen = 0;

	begin(row, scale);
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "0x%" SCNx64 " %255s", &pfn, letters) != 2)
			continue;
		for (i = 0; letters[i]; i++) {
			at = pfn * boot->page_size + i * bytes;
			if (!isalpha((unsigned char)letters[i]) || at < scale->base)
				continue;
			at = (at - scale->base) / scale->cell;
			if (at < scale->cells && !islower((unsigned char)row[at]))
				fill(row, scale, scale->base + at * scale->cell,
				     bytes > scale->cell ? bytes : 1, letters[i]);
			seen++;
		}
	}
	if (file)
		fclose(file);
	if (seen)
		put_row("pageblocks", row);
}

/* The lines of buddyinfo, below orders. */
static void draw_blocks(const struct boot *boot)
{
	FILE *file = open_debugfs(boot->instance, "buddyinfo");
	unsigned long blocks[MAX_ORDERS];
	unsigned int nr = 0, i, lines = 0;
	char line[512], zone[16];
	int node, at, more;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %d, zone %15s%n", &node, zone, &at) != 2)
			continue;
		for (nr = 0; nr < MAX_ORDERS && sscanf(line + at, "%lu%n", &blocks[nr], &more) == 1;
		     nr++)
			at += more;
		if (!lines++) {
			printf("\n   free blocks of order");
			for (i = 0; i < nr; i++)
				printf("%5u", i);
		}
		printf("\n   node %d, %-13s", node, zone);
		for (i = 0; i < nr; i++)
			printf("%5lu", blocks[i]);
	}
	if (lines)
		putchar('\n');
	if (file)
		fclose(file);
}

/* In lines of up to 80 columns, if words allow. */
static void put_text(const char *text)
{
	size_t column = 0, len;

	for (; *text; text += len) {
		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (column && column + 1 + len > 80) {
			putchar('\n');
			column = 0;
		}
		printf("%s%.*s", column ? " " : "   ", (int)len, text);
		column += len + (column ? 1 : 3);
	}
	putchar('\n');
}

void boot_draw(const struct boot *boot)
{
	struct scale scale = scale_of(&boot->now);
	char cell[32];

	printf("%s%s== %u of %u: %s%s\n", boot->stage ? "\n" : "", in_color() ? "\033[1m" : "",
	       boot->stage + 1, BOOT_STAGES, boot->name, in_color() ? "\033[0m" : "");
	put_text(boot_texts[boot->stage]);
	put_text(boot->line);
	if (scale.cells) {
		printf("\n   0x%08" PRIx64 " to 0x%08" PRIx64 "; a cell is %s\n", scale.base,
		       scale.base + scale.cells * scale.cell,
		       human(scale.cell, cell, sizeof(cell)));
		draw_regions(boot, &scale);
		draw_zones(boot, &scale);
		draw_pageblocks(boot, &scale);
	}
	if (boot->stage == BOOT_STAGES - 1) {
		put_text(
			"= is there, # was taken before, + in part by this stage; a pageblock is m, and M when all of it is free");
		draw_blocks(boot);
	}
	fflush(stdout);
}

static void json_regions(const char *key, const struct layout_regions *regions)
{
	const struct layout_region *region = regions->list;

	json_open(key, '[');
	for (; region < regions->list + regions->nr; region++) {
		json_open(NULL, '{');
		json_number("base", region->base);
		json_number("bytes", region->bytes);
		if (region->node >= 0)
			json_signed("node", region->node);
		json_text("flag", region->flag);
		json_close('}');
	}
	json_close(']');
}

void boot_json(const struct boot *boot)
{
	const struct layout_zone *zone = boot->now.zones;

	json_open(NULL, '{');
	json_text("stage", boot->name);
	json_text("what", boot_texts[boot->stage]);
	json_text("line", boot->line);
	json_regions("memory", &boot->now.memory);
	json_regions("reserved", &boot->now.reserved);
	json_open("zones", '[');
	for (; zone < boot->now.zones + boot->now.nr_zones; zone++) {
		json_open(NULL, '{');
		json_signed("node", zone->node);
		json_text("zone", zone->name);
		json_number("base", zone->start * boot->page_size);
		json_number("spanned", zone->spanned);
		json_number("present", zone->present);
		json_number("managed", zone->managed);
		json_close('}');
	}
	json_close(']');
	json_close('}');
}

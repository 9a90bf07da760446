/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page map of an instance, cut into cells of equal size for a picture.
 */
#ifndef SBUDDYCTL_PAGEMAP_H
#define SBUDDYCTL_PAGEMAP_H

#include <stdint.h>
#include <stdio.h>

#define MAX_KINDS 64

struct pagemap {
	uint64_t base_pfn;
	uint64_t pages;
	uint64_t *words; /* SBUDDY_PM_* */
	unsigned short *owners; /* of each page in use, for owner_kind(); or NULL */
	uint32_t page_size;
	uint32_t pageblock_order;
	uint32_t max_order;
	char name[64];
};

/* What colours mean. */
enum by { BY_STATE, BY_TYPE, BY_ORDER, BY_OWNER };

/* How one kind of cell is shown. */
struct kind {
	char letter;
	const char *name;
	uint32_t rgb;
	unsigned int ansi; /* of the 256 colours of terminals */
};

struct picture {
	const struct pagemap *map;
	enum by by;
	uint64_t cell; /* pages of one */
	uint64_t cells;
	unsigned int width; /* cells of a row */
	unsigned char *kinds; /* of each cell, for picture_kind() */
};

/**
 * read_pagemap() - Read what each page of --device is, from debugfs.
 * @map: filled in; what is allocated is for free_pagemap()
 * @by: what it is for: owners are read for BY_OWNER alone
 *
 * Ends the program when it cannot be read, or when no owners are kept.
 */
void read_pagemap(struct pagemap *map, enum by by);
void free_pagemap(struct pagemap *map);

/**
 * read_owners() - Whose the pages are.
 * @map: @words are read; @owners is set
 * @file: the file page_owner
 *
 * What owner_kind() tells is of the map that was read last: processes with the most
 * pages have letters.
 */
void read_owners(struct pagemap *map, FILE *file);

/* How an owner is shown; NULL behind the last one. */
const struct kind *owner_kind(unsigned int kind);

/**
 * make_picture() - Decide on each cell.
 * @picture: @map, @by, @cell and @width are set, @cells and @kinds filled in
 *
 * A cell is of the kind that most of its pages are of; of two, what is in use counts.
 */
void make_picture(struct picture *picture);

/**
 * picture_kind() - How a kind is shown.
 * @by: what colours mean; BY_OWNER after a map was read for it
 * @kind: 0, 1, ...
 *
 * Return: NULL behind the last one.
 */
const struct kind *picture_kind(enum by by, unsigned int kind);

/* map_draw.c: with addresses, scale and legend, of so many columns beside each other */
void draw_map(FILE *to, const struct picture *picture, unsigned int legend_columns);
void print_map_json(const struct picture *picture);

/* Both end the program when the file cannot be written. */
void write_svg(const struct picture *picture, const char *file);
void write_png(const struct picture *picture, const char *file);

#endif

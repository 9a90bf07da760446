/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page map of an instance, cut into cells of equal size for a picture.
 */
#ifndef SBUDDYCTL_PAGEMAP_H
#define SBUDDYCTL_PAGEMAP_H

#include <stdint.h>

struct pagemap {
	uint64_t base_pfn;
	uint64_t pages;
	uint64_t *words; /* SBUDDY_PM_* */
	uint32_t page_size;
	uint32_t pageblock_order;
	uint32_t max_order;
	char name[64];
};

/* What colours mean. */
enum by { BY_STATE, BY_TYPE, BY_ORDER };

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
 * @map: filled in; the words are allocated
 *
 * Ends the program when it cannot be read.
 */
void read_pagemap(struct pagemap *map);

/**
 * make_picture() - Decide on each cell.
 * @picture: @map, @by, @cell and @width are set, @cells and @kinds filled in
 *
 * A cell is of the kind that most of its pages are of; of two, what is in use counts.
 */
void make_picture(struct picture *picture);

/**
 * picture_kind() - How a kind is shown.
 * @by: what colours mean
 * @kind: 0, 1, ...
 *
 * Return: NULL behind the last one.
 */
const struct kind *picture_kind(enum by by, unsigned int kind);

/* Both end the program when the file cannot be written. */
void write_svg(const struct picture *picture, const char *file);
void write_png(const struct picture *picture, const char *file);

#endif

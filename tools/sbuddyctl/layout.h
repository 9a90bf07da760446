/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Regions and zones of an instance, as its files in debugfs tell of them; and as a picture
 * of some lines.
 */
#ifndef SBUDDYCTL_LAYOUT_H
#define SBUDDYCTL_LAYOUT_H

#include <stdint.h>

#define LAYOUT_REGIONS 128
#define LAYOUT_ZONES 32

struct layout_region {
	uint64_t base; /* bytes */
	uint64_t bytes;
	int node; /* -1 for none */
	char flag[16];
};

struct layout_regions {
	struct layout_region list[LAYOUT_REGIONS];
	unsigned int nr;
};

struct layout_zone {
	int node;
	char name[16];
	uint64_t start; /* pfn */
	uint64_t spanned; /* pages, as the following */
	uint64_t present;
	uint64_t managed;
};

/**
 * struct layout - What is known of an instance.
 * @memory: regions that exist; what is beyond LAYOUT_REGIONS is left out
 * @reserved: what of them is taken
 * @zones: in the order of zoneinfo
 * @nr_zones: how many
 */
struct layout {
	struct layout_regions memory;
	struct layout_regions reserved;
	struct layout_zone zones[LAYOUT_ZONES];
	unsigned int nr_zones;
};

/* The number behind @name, "NAME 5" or "NAME: 5", if @line has it. */
void layout_figure(const char *line, const char *name, uint64_t *value);

/* What is not to be read, or not there yet, is empty. */
void layout_read(struct layout *layout, const char *instance);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"
#include "pagemap.h"

static FILE *open_file(const char *name, const char *file)
{
	FILE *stream = open_debugfs(name, file);
	char path[512];

	if (!stream)
		die("cannot open %s: %s (it is for root, and debugfs has to be mounted)",
		    debugfs_path(name, file, path, sizeof(path)), strerror(errno));
	return stream;
}

static void read_size(struct pagemap *map)
{
	FILE *file = open_file(map->name, "tunables");
	char line[256], value[128];

	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "pagemap_base_pfn %127s", value) == 1)
			map->base_pfn = strtoull(value, NULL, 0);
		if (sscanf(line, "pagemap_pages %127s", value) == 1)
			map->pages = strtoull(value, NULL, 0);
	}
	fclose(file);
	if (!map->pages)
		die("the instance %s has no pages yet", map->name);
}

static void read_words(struct pagemap *map)
{
	size_t got;
	FILE *file;

	map->words = calloc(map->pages, sizeof(*map->words));
	if (!map->words)
		die("no memory for a word for each of %" PRIu64 " pages", map->pages);
	file = open_file(map->name, "pagemap");
	got = fread(map->words, sizeof(*map->words), map->pages, file);
	fclose(file);
	/* Memory may have gone meanwhile; what was not read is shown as a hole. */
	if (!got)
		die("cannot read the page map of %s", map->name);
}

static int keeps_owners(const struct pagemap *map)
{
	FILE *file = open_file(map->name, "debug");
	int on = 0, value;
	char line[256];

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "owner %d", &value) == 1)
			on = value;
	fclose(file);
	return on;
}

void read_pagemap(struct pagemap *map, enum by by)
{
	int fd = open_device(O_RDONLY);
	struct sbuddy_info info = info_of(fd);
	char path[512];
	FILE *file;

	sbuddy_close(fd);
	memset(map, 0, sizeof(*map));
	snprintf(map->name, sizeof(map->name), "%s", info.name);
	map->page_size = info.page_size;
	map->pageblock_order = info.pageblock_order;
	map->max_order = info.max_order;
	read_size(map);
	read_words(map);
	if (by != BY_OWNER)
		return;
	if (!keeps_owners(map))
		die("no owners are kept: echo +owner >%s has that begin",
		    debugfs_path(map->name, "debug", path, sizeof(path)));
	file = open_file(map->name, "page_owner");
	read_owners(map, file);
	fclose(file);
}

void free_pagemap(struct pagemap *map)
{
	free(map->words);
	free(map->owners);
}

/* Later ones win over earlier ones of which a cell has as many pages. */
static const struct kind states[] = {
	{ ' ', "hole", 0xffffff, 16 },		{ '.', "free", 0x9fd89f, 114 },
	{ 'o', "per-CPU list", 0xe8d35a, 221 }, { '#', "reserved", 0x9a9a9a, 245 },
	{ 'X', "in use", 0x3c6eb4, 26 },	{ 'g', "guard", 0xb48cd9, 140 },
	{ 'q', "quarantine", 0xe59a3c, 208 },	{ '!', "poisoned", 0xd03030, 160 },
};

static const unsigned char kind_of_state[16] = {
	[SBUDDY_PM_HOLE] = 0,	    [SBUDDY_PM_FREE] = 1,     [SBUDDY_PM_PCP] = 2,
	[SBUDDY_PM_RESERVED] = 3,   [SBUDDY_PM_USED] = 4,     [SBUDDY_PM_GUARD] = 5,
	[SBUDDY_PM_QUARANTINE] = 6, [SBUDDY_PM_POISONED] = 7,
};

/* Upper case where it is free: of the pageblock, as the file pageblocks has it. */
static const struct kind types[] = {
	{ ' ', "hole or reserved", 0xffffff, 16 },    { 'U', "Unmovable, free", 0xe6b3b3, 217 },
	{ 'M', "Movable, free", 0xb3cfe6, 153 },      { 'R', "Reclaimable, free", 0xb3e6c0, 157 },
	{ 'H', "HighAtomic, free", 0xe6e0b3, 229 },   { 'C', "CMA, free", 0xd6b3e6, 183 },
	{ 'I', "Isolate, free", 0xd9d9d9, 253 },      { 'u', "Unmovable, in use", 0xb03030, 124 },
	{ 'm', "Movable, in use", 0x3070b0, 26 },     { 'r', "Reclaimable, in use", 0x309050, 29 },
	{ 'h', "HighAtomic, in use", 0xa89020, 136 }, { 'c', "CMA, in use", 0x8030a8, 91 },
	{ 'i', "Isolate, in use", 0x707070, 242 },
};

static const struct kind orders[] = {
	{ ' ', "hole or reserved", 0xffffff, 16 },	  { '0', "free, order 0", 0xfff2cc, 230 },
	{ '1', "free, order 1", 0xffe699, 229 },	  { '2', "free, order 2", 0xffd966, 221 },
	{ '3', "free, order 3", 0xe2e68c, 186 },	  { '4', "free, order 4", 0xc6e08c, 150 },
	{ '5', "free, order 5", 0xa9d98c, 114 },	  { '6', "free, order 6", 0x8cd28c, 78 },
	{ '7', "free, order 7", 0x70c090, 72 },		  { '8', "free, order 8", 0x54ae94, 37 },
	{ '9', "free, order 9", 0x389c98, 31 },		  { 'a', "free, order 10", 0x1c8a9c, 30 },
	{ 'b', "free, order 11 and more", 0x00789c, 24 }, { '#', "in use", 0x606060, 240 },
};

static const struct {
	const struct kind *kinds;
	unsigned int count;
} palettes[] = {
	[BY_STATE] = { states, ARRAY_LEN(states) },
	[BY_TYPE] = { types, ARRAY_LEN(types) },
	[BY_ORDER] = { orders, ARRAY_LEN(orders) },
};

const struct kind *picture_kind(enum by by, unsigned int kind)
{
	if (by == BY_OWNER)
		return owner_kind(kind);
	return kind < palettes[by].count ? &palettes[by].kinds[kind] : NULL;
}

/* What is kept empty, rests or is bad is nobody's, and counts as free. */
static unsigned int kind_of_owner(const struct pagemap *map, uint64_t page)
{
	switch (SBUDDY_PM_STATE(map->words[page])) {
	case SBUDDY_PM_HOLE:
	case SBUDDY_PM_RESERVED:
		return 0;
	case SBUDDY_PM_PCP:
		return 2;
	case SBUDDY_PM_USED:
		return map->owners[page];
	default:
		return 1;
	}
}

static unsigned int kind_of(enum by by, uint64_t word)
{
	unsigned int state = SBUDDY_PM_STATE(word), order = SBUDDY_PM_ORDER(word);
	unsigned int type = SBUDDY_PM_BLOCK_TYPE(word);

	if (by == BY_STATE)
		return kind_of_state[state];
	if (state == SBUDDY_PM_HOLE || state == SBUDDY_PM_RESERVED)
		return 0;
	if (by == BY_ORDER) {
		if (state != SBUDDY_PM_FREE)
			return ARRAY_LEN(orders) - 1;
		return 1 + (order > 11 ? 11 : order);
	}
	type = type < 6 ? type : 5;
	return 1 + type + (state == SBUDDY_PM_FREE ? 0 : 6);
}

void make_picture(struct picture *picture)
{
	const struct pagemap *map = picture->map;
	unsigned int count[MAX_KINDS], kind, best;
	uint64_t cell, page, end;

	picture->cells = (map->pages + picture->cell - 1) / picture->cell;
	picture->kinds = malloc(picture->cells);
	if (!picture->kinds)
		die("no memory for a picture of %" PRIu64 " cells", picture->cells);
	for (cell = 0; cell < picture->cells; cell++) {
		memset(count, 0, sizeof(count));
		end = (cell + 1) * picture->cell;
		for (page = cell * picture->cell; page < end && page < map->pages; page++)
			count[picture->by == BY_OWNER ? kind_of_owner(map, page) :
							kind_of(picture->by, map->words[page])]++;
		for (kind = best = 0; kind < ARRAY_LEN(count); kind++)
			best = count[kind] && count[kind] >= count[best] ? kind : best;
		picture->kinds[cell] = (unsigned char)best;
	}
}

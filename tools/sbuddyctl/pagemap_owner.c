// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose each page in use is, as the file page_owner tells while owners are kept.
 */
#include "ctl.h"
#include "pagemap.h"

#define MAX_OWNERS 4096
#define LETTERS 26
#define NAME 48

/* Before them come a hole, what is free, on a list, and nobody's. */
#define FIRST 4

struct owner {
	unsigned int number; /* in the order of appearance; 1 is the first */
	int pid;
	char name[20];
	uint64_t pages;
};

static struct owner owners[MAX_OWNERS];
static unsigned int nr_owners;

static char names[LETTERS][NAME];

static struct kind kinds[FIRST + LETTERS + 1] = {
	{ ' ', "hole or reserved", 0xffffff, 16 },
	{ '.', "free", 0xe4f4e4, 194 },
	{ 'o', "per-CPU list", 0xe8d35a, 221 },
	{ '?', "in use before owners were kept", 0x9a9a9a, 245 },
};

static unsigned int nr_kinds;

static const struct {
	uint32_t rgb;
	unsigned int ansi;
} colours[] = {
	{ 0x5f87d7, 68 },  { 0xd75f5f, 167 }, { 0x5faf5f, 71 },	 { 0xd7af5f, 179 },
	{ 0xaf5fd7, 134 }, { 0x5fafaf, 73 },  { 0xd787af, 175 }, { 0xafaf00, 142 },
	{ 0x5f5faf, 61 },  { 0xd7875f, 173 }, { 0x00875f, 29 },	 { 0x8787af, 103 },
};

const struct kind *owner_kind(unsigned int kind)
{
	return kind < nr_kinds ? &kinds[kind] : NULL;
}

/* A process calls itself anything; this is for terminals, and for pictures in XML. */
static void set_name(struct owner *owner, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < sizeof(owner->name) - 1; i++)
		owner->name[i] = name[i] < ' ' || name[i] > '~' || strchr("<&", name[i]) ? '?' :
											   name[i];
	owner->name[i] = '\0';
}

/* The number of a process; 0 of one too many. */
static unsigned int number_of_owner(int pid, const char *name, size_t len)
{
	unsigned int i;

	for (i = nr_owners; i > 0; i--)
		if (owners[i - 1].pid == pid)
			return i;
	if (nr_owners == MAX_OWNERS)
		return 0;
	owners[nr_owners] = (struct owner){ .number = nr_owners + 1, .pid = pid };
	set_name(&owners[nr_owners], name, len);
	return ++nr_owners;
}

/* Page allocated via order 4, ..., pid 87, tgid 87 (sbuddyctl), ts ... ns */
static unsigned int parse_owner(const char *line, unsigned int *order)
{
	const char *process = strstr(line, ", tgid "), *end = strstr(line, "), ts ");
	int pid, at = 0;

	if (sscanf(line, "Page allocated via order %u,", order) != 1 || !process || !end)
		return 0;
	if (sscanf(process, ", tgid %d (%n", &pid, &at) != 1 || !at || process + at > end)
		return 0;
	return number_of_owner(pid, process + at, (size_t)(end - process - at));
}

/* Only of what the map says is in use: the two files are not of one moment. */
static void give(struct pagemap *map, uint64_t pfn, unsigned int order, unsigned int number)
{
	uint64_t page = pfn - map->base_pfn, end = page + (UINT64_C(1) << order);

	if (pfn < map->base_pfn || order > 15)
		return;
	for (; page < end && page < map->pages; page++) {
		if (SBUDDY_PM_STATE(map->words[page]) != SBUDDY_PM_USED)
			continue;
		map->owners[page] = (unsigned short)number;
		owners[number - 1].pages++;
	}
}

static int by_pages(const void *a, const void *b)
{
	const struct owner *left = a, *right = b;

	if (left->pages != right->pages)
		return left->pages < right->pages ? 1 : -1;
	return (left->number > right->number) - (left->number < right->number);
}

/* Letters for those with the most pages; the others share a sign. */
static void name_kinds(struct pagemap *map)
{
	static unsigned char kind_of[MAX_OWNERS + 1];
	unsigned int i, nr;
	uint64_t page;

	qsort(owners, nr_owners, sizeof(*owners), by_pages);
	nr = nr_owners < LETTERS ? nr_owners : LETTERS;
	for (i = 0; i < nr; i++) {
		snprintf(names[i], NAME, "%s, pid %d", owners[i].name, owners[i].pid);
		kinds[FIRST + i] = (struct kind){ (char)('a' + i), names[i],
						  colours[i % ARRAY_LEN(colours)].rgb,
						  colours[i % ARRAY_LEN(colours)].ansi };
	}
	kind_of[0] = FIRST - 1;
	for (i = 0; i < nr_owners; i++)
		kind_of[owners[i].number] = (unsigned char)(FIRST + (i < nr ? i : nr));
	nr_kinds = FIRST + nr;
	if (nr < nr_owners)
		kinds[nr_kinds++] = (struct kind){ '&', "others", 0x606060, 240 };
	for (page = 0; page < map->pages; page++)
		map->owners[page] = kind_of[map->owners[page]];
}

void read_owners(struct pagemap *map, FILE *file)
{
	unsigned int order = 0, number = 0;
	char line[1024];
	uint64_t pfn;

	nr_owners = 0;
	map->owners = calloc(map->pages, sizeof(*map->owners));
	if (!map->owners)
		die("no memory for the owners of %" PRIu64 " pages", map->pages);
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "Page allocated", 14))
			number = parse_owner(line, &order);
		else if (number && sscanf(line, "PFN %" SCNx64, &pfn) == 1)
			give(map, pfn, order, number);
	}
	name_kinds(map);
}

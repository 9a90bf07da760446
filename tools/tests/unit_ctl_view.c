// SPDX-License-Identifier: GPL-2.0-only
/* What top and map read and show. */
#include <stdlib.h>
#include <string.h>

#include "../sbuddyctl/pagemap.h"
#include "../sbuddyctl/top.h"
#include "unit_ctl.h"

static struct top_sample sample, later;

static void two_zones(void)
{
	memset(&sample, 0, sizeof(sample));
	sample.nr_zones = 2;
	sample.zones[0].zone = SBUDDY_ZONE_MOVABLE;
	sample.zones[1].zone = SBUDDY_ZONE_NORMAL;
}

static void zones_are_known_by_node_and_name(void)
{
	static const char *const types[] = {
		"Page block order: 8\n",
		"Free pages count per migrate type at order       0      1\n",
		"Node    0, zone   Normal, type    Unmovable      7      0     15\n",
		"Node    0, zone  Movable, type          CMA      0      9\n",
		"Node    1, zone   Normal, type    Unmovable      1      1      1\n",
		"Node    0, zone   Normal, type      Nothing      2      2      2\n",
		"Node 0, zone   Normal            0           64            0\n",
	};
	static const char *const lines[] = {
		"Node 0, zone   Normal\n",  "  pages free     16334\n",	 "        min      255\n",
		"        low      318\n",   "        high     381\n",	 "    cpu: 0\n",
		"              count: 4\n", "              high:  64\n", "    cpu: 1\n",
		"              count: 5\n", "              high:  63\n", "Node 3, zone  Movable\n",
		"        min      1\n",	    "Node 0, zone  Movable\n",	 "        min      2\n",
	};
	struct top_zone *at = NULL;
	size_t i;

	two_zones();
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		top_parse_types(types[i], &sample);
	CHECK(sample.more[1].blocks[0][0] == 7 && !sample.more[1].blocks[0][1]);
	CHECK(sample.more[1].blocks[0][2] == 15 && sample.more[0].blocks[4][1] == 9);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		top_parse_zones(lines[i], &sample, &at);
	CHECK(sample.more[1].min == 255 && sample.more[1].low == 318 && sample.more[1].high == 381);
	CHECK(sample.more[1].nr_cpus == 2 && sample.more[1].cpus[0].count == 4);
	CHECK(sample.more[1].cpus[1].count == 5 && sample.more[1].cpus[1].high == 63);
	CHECK(sample.more[0].min == 2 && !sample.more[0].nr_cpus);
}

static void rates_are_of_what_happened_between(void)
{
	two_zones();
	memset(&later, 0, sizeof(later));
	top_parse_events("pgalloc_normal 100\n", &sample);
	top_parse_events("pgalloc_normal 180\n", &later);
	top_parse_events("pgalloc_movable 40\n", &later);
	top_parse_events("pgalloc_nothing 1000\n", &later);
	later.time = 4;
	CHECK(top_rate(&sample, &later, EVENT_ALLOC) == 30);
	CHECK(top_rate(NULL, &later, EVENT_ALLOC) < 0 && top_rate(&later, &later, EVENT_ALLOC) < 0);
	sample.events[EVENT_FREE] = 5;
	CHECK(top_rate(&sample, &later, EVENT_FREE) == 0);
}

/* Columns that are to come are before the last one. */
static void clients_are_sorted_by_any_column(void)
{
	static const char first[TOP_KEYS] = {
		[KEY_BYTES] = 'b', [KEY_PEAK] = 'b', [KEY_BUFFERS] = 'a', [KEY_PINS] = 'c',
		[KEY_AGE] = 'a',   [KEY_ID] = 'a',   [KEY_PID] = 'c',	  [KEY_NAME] = 'a',
	};
	unsigned int key;

	two_zones();
	top_parse_clients("id pid buffers bytes peak pins age comm\n", &sample);
	top_parse_clients("1 30 9 4096 4096 0 100 a\n", &sample);
	top_parse_clients("2 20 3 49152 90000 0 50 17 23 b\n", &sample);
	top_parse_clients("3 10 1 8192 8192 5 70 c\n", &sample);
	CHECK(sample.nr_clients == 3);
	for (key = 0; key < TOP_KEYS; key++) {
		top_sort(&sample, key, false);
		CHECK(sample.clients[0].name[0] == first[key] && !sample.clients[0].name[1]);
		top_sort(&sample, key, true);
		CHECK(sample.clients[0].name[0] != first[key]);
	}
}

static void pages_are_cut_to_the_terminal(void)
{
	static struct page page = { .columns = 5, .rows = 2 };

	page_head(&page, "%s", "abcdefgh");
	page_line(&page, "%d", 42);
	page_line(&page, "%s", "too much");
	CHECK(page.nr == 2 && !strcmp(page.lines[0].text, "abcde") && page.lines[0].reverse);
	CHECK(!strcmp(page.lines[1].text, "42") && !page.lines[1].reverse);
}

/* What @text says of twelve pages, the first two of which are free; "?" where nothing is. */
static const char *owners_of(const char *text)
{
	static char letters[13];
	uint64_t words[12];
	struct pagemap map = { .base_pfn = 0x98000, .pages = 12, .words = words };
	struct picture picture = { .map = &map, .by = BY_OWNER, .cell = 1, .width = 12 };
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	unsigned int i;

	for (i = 0; i < 12; i++)
		words[i] = i < 2 ? SBUDDY_PM_FREE : SBUDDY_PM_USED;
	read_owners(&map, file);
	fclose(file);
	make_picture(&picture);
	for (i = 0; i < 12; i++)
		letters[i] = picture_kind(BY_OWNER, picture.kinds[i])->letter;
	free(picture.kinds);
	free(map.owners);
	return letters;
}

#define PAGES(order, pid, name, pfn)                                                        \
	"Page allocated via order " #order ", mask 0xc0a(X|Y), pid 1, tgid " #pid " (" name \
	"), ts 4 ns\nPFN " #pfn " type Movable Block 2495\n sb_alloc+0x1/0x2\n\n"

/* Not of what is free meanwhile, nor beyond the map's ends. */
static void pages_are_of_who_has_most_first(void)
{
	CHECK(!strcmp(owners_of("\n"), "..??????????"));
	CHECK(!strcmp(owners_of(PAGES(1, 7, "one", 0x98002) PAGES(2, 8, "two) <\033", 0x98004)
					PAGES(0, 7, "one", 0x98008) PAGES(0, 9, "three", 0x98000)
						PAGES(3, 9, "three", 0x9800b)
							PAGES(4, 9, "three", 0x97fff)),
		      "..bbaaaab??c"));
	CHECK(!strcmp(picture_kind(BY_OWNER, 4)->name, "two) ??, pid 8"));
	CHECK(!strcmp(picture_kind(BY_OWNER, 5)->name, "one, pid 7"));
	CHECK(!picture_kind(BY_OWNER, 7));
}

/* Who has no letter is one of the others. */
static void letters_are_for_those_with_most(void)
{
	char text[30 * 200] = "";
	unsigned int i;

	for (i = 0; i < 30; i++)
		sprintf(text + strlen(text),
			"Page allocated via order 0, mask 0, pid 1, tgid %u (x), ts 1 ns\n"
			"PFN %#x type\n",
			100 + i, 0x98000 + i);
	CHECK(!strcmp(owners_of(text), "..abcdefghij"));
	CHECK(picture_kind(BY_OWNER, 30)->letter == '&' && !picture_kind(BY_OWNER, 31));
}

const struct unit_test view_tests[] = {
	TEST(zones_are_known_by_node_and_name),
	TEST(rates_are_of_what_happened_between),
	TEST(clients_are_sorted_by_any_column),
	TEST(pages_are_cut_to_the_terminal),
	TEST(pages_are_of_who_has_most_first),
	TEST(letters_are_for_those_with_most),
	{ NULL, NULL },
};

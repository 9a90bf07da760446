// SPDX-License-Identifier: GPL-2.0-only
/* What record writes, and report takes. */
#include <stdlib.h>
#include <string.h>

#include "../sbuddyctl/ctl.h"
#include "../sbuddyctl/record.h"
#include "unit_ctl.h"

static void whole_json_is_taken_and_no_part_of_it(void)
{
	static const char whole[] =
		"{\"a\": [1, -2.5e+3, true, null, \"x\\u00e9\\n\xc3\xa9\"], \"b\": {\"c\": \"\"}}";
	size_t len = strlen(whole), i;
	char *part;

	CHECK(json_check(whole, true));
	for (i = 0; i < len; i++) {
		part = strndup(whole, i);
		CHECK(part && !json_check(part, true));
		free(part);
	}
}

static void json_without_end_is_refused(void)
{
	char deep[1001];

	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	CHECK(!json_check(deep, false));
	CHECK(!json_check("{\"a\": \"\xc3\"}", true));
	CHECK(!json_check("{\"a\": \"\xed\xa0\x80\"}", true));
	CHECK(!json_check("[1]", true));
	CHECK(json_check("[1]", false));
}

static int runs_are(const uint64_t *words, uint64_t pages, const char *wanted)
{
	char *runs = record_runs(words, pages);
	int same = runs && !strcmp(runs, wanted);

	if (!same)
		printf("# %s, not %s\n", runs ? runs : "nothing", wanted);
	free(runs);
	return same;
}

static void blocks_are_runs_and_like_ones_are_counted(void)
{
	static const uint64_t words[] = {
		0x112, 0x212, 0x112, 0x212, 0x102, 0x102, 0x104, 0, 0, 0, 0x204,
	};

	CHECK(runs_are(words, ARRAY_LEN(words), "112*2x2 102x2 104 0*3 4"));
	CHECK(runs_are(words + 1, 1, "12"));
	CHECK(runs_are(words, 0, ""));
}

static void sizes_have_the_unit_that_people_read(void)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {
		{ 0, "0 B" },
		{ 4096, "4 KiB" },
		{ 10239, "10239 B" },
		{ 66969600, "63.9 MiB" },
		{ 10241, "10.0 KiB" },
		{ 74471863, "71.0 MiB" },
		{ UINT64_C(1) << 40, "1 TiB" },
	};
	char text[32];
	size_t i;

	for (i = 0; i < ARRAY_LEN(sizes); i++)
		CHECK(!strcmp(human(sizes[i].bytes, text, sizeof(text)), sizes[i].text));
}

const struct unit_test record_tests[] = {
	TEST(whole_json_is_taken_and_no_part_of_it),
	TEST(json_without_end_is_refused),
	TEST(blocks_are_runs_and_like_ones_are_counted),
	TEST(sizes_have_the_unit_that_people_read),
	{ NULL, NULL },
};

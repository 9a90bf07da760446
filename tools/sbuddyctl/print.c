// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"

const char *human(uint64_t bytes, char *text, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned int unit = 0;

	while (unit < 4 && bytes && !(bytes & 1023)) {
		bytes >>= 10;
		unit++;
	}
	if (bytes < 10240 || unit == 4)
		snprintf(text, size, "%" PRIu64 " %s", bytes, units[unit]);
	else
		snprintf(text, size, "%.1f %s", (double)bytes / 1024, units[unit + 1]);
	return text;
}

int in_json(void)
{
	return !!given(OPT_JSON);
}

int in_color(void)
{
	static const char *const words[] = { "auto", "always", "never" };
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	switch (word_of(OPT_COLOR, words, 3, 0)) {
	case 1:
		return 1;
	case 2:
		return 0;
	default:
		return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb");
	}
}

/* Whether a comma has to come before the next one at this depth. */
static int depth, has_one[16];

static void begin(const char *key)
{
	if (has_one[depth])
		fputs(", ", stdout);
	has_one[depth] = 1;
	if (key)
		printf("\"%s\": ", key);
}

void json_open(const char *key, char bracket)
{
	begin(key);
	putchar(bracket);
	has_one[++depth] = 0;
}

void json_close(char bracket)
{
	putchar(bracket);
	depth--;
}

void json_text(const char *key, const char *value)
{
	begin(key);
	putchar('"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			printf("\\%c", *value);
		else if ((unsigned char)*value < ' ')
			printf("\\u%04x", (unsigned int)*value);
		else
			putchar(*value);
	}
	putchar('"');
}

void json_number(const char *key, uint64_t value)
{
	begin(key);
	printf("%" PRIu64, value);
}

void json_signed(const char *key, int64_t value)
{
	begin(key);
	printf("%" PRId64, value);
}

void json_float(const char *key, double value)
{
	begin(key);
	printf("%.6g", value);
}

void json_bool(const char *key, int value)
{
	begin(key);
	fputs(value ? "true" : "false", stdout);
}

void json_end(void)
{
	putchar('\n');
	has_one[0] = 0;
}

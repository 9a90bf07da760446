// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"

const char *human(uint64_t bytes, char *text, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned int unit = 0;
	double value;

	while (unit < 4 && bytes && !(bytes & 1023)) {
		bytes >>= 10;
		unit++;
	}
	if (bytes < 10240 || unit == 4) {
		snprintf(text, size, "%" PRIu64 " %s", bytes, units[unit]);
		return text;
	}
	for (value = (double)bytes; value >= 10240 && unit < 4; unit++)
		value /= 1024;
	snprintf(text, size, "%.1f %s", value, units[unit]);
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
static FILE *out; /* NULL for the standard output */

static FILE *where(void)
{
	return out ? out : stdout;
}

void json_to(FILE *stream)
{
	out = stream;
}

unsigned int utf8_length(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	unsigned int len = *c < 0x80 ? 1 : *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : 4, i;

	if (*c > 0xf4 || (*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) ||
	    (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] > 0x8f))
		return 0;
	for (i = 1; i < len; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* What is no UTF-8 would spoil all of it for who reads it. */
static void json_string(const char *text)
{
	unsigned int len;

	putc('"', where());
	for (; *text; text += len ? len : 1) {
		len = utf8_length(text);
		if (!len)
			fputs("\\ufffd", where());
		else if (*text == '"' || *text == '\\')
			fprintf(where(), "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(where(), "\\u%04x", (unsigned int)*text);
		else
			fwrite(text, 1, len, where());
	}
	putc('"', where());
}

static void begin(const char *key)
{
	if (has_one[depth])
		fputs(", ", where());
	has_one[depth] = 1;
	if (key) {
		json_string(key);
		fputs(": ", where());
	}
}

void json_open(const char *key, char bracket)
{
	begin(key);
	putc(bracket, where());
	has_one[++depth] = 0;
}

void json_close(char bracket)
{
	putc(bracket, where());
	depth--;
}

void json_text(const char *key, const char *value)
{
	begin(key);
	json_string(value);
}

void json_number(const char *key, uint64_t value)
{
	begin(key);
	fprintf(where(), "%" PRIu64, value);
}

void json_signed(const char *key, int64_t value)
{
	begin(key);
	fprintf(where(), "%" PRId64, value);
}

void json_float(const char *key, double value)
{
	begin(key);
	fprintf(where(), "%.6g", value);
}

void json_bool(const char *key, int value)
{
	begin(key);
	fputs(value ? "true" : "false", where());
}

void json_raw(const char *key, const char *json)
{
	begin(key);
	fputs(json, where());
}

void json_forget(void)
{
	depth = 0;
	has_one[0] = 0;
	out = NULL;
}

void json_end(void)
{
	putc('\n', where());
	has_one[0] = 0;
}

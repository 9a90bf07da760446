// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <strings.h>

#include "ctl.h"

uint64_t number_of(enum opt opt, uint64_t without, uint64_t min, uint64_t max)
{
	const char *text = given(opt);
	unsigned long long value;
	char *end;

	if (!text)
		return without;
	errno = 0;
	value = strtoull(text, &end, 0);
	if (!isdigit((unsigned char)text[0]) || *end || errno || value < min || value > max)
		die_usage("--%s takes a number from %" PRIu64 " to %" PRIu64 ", not \"%s\"",
			  option_name(opt), min, max, text);
	return value;
}

/* The power of two that K, M, G, T, with iB or B behind or not, stand for; or -1. */
static int unit_of(const char *text)
{
	static const char units[] = "KMGT";
	const char *unit = *text ? strchr(units, toupper((unsigned char)*text)) : NULL;

	if (!strcasecmp(text, "") || !strcasecmp(text, "B"))
		return 0;
	if (!unit || (text[1] && strcasecmp(text + 1, "iB") && strcasecmp(text + 1, "B")))
		return -1;
	return 10 * (int)(unit - units + 1);
}

int parse_size(const char *text, uint64_t *bytes)
{
	unsigned long long value;
	char *end;
	int shift;

	errno = 0;
	value = strtoull(text, &end, 0);
	shift = unit_of(end);
	if (!isdigit((unsigned char)text[0]) || errno || shift < 0 || !value ||
	    value > UINT64_MAX >> shift)
		return -EINVAL;
	*bytes = value << shift;
	return 0;
}

uint64_t bytes_of(enum opt opt, uint64_t without)
{
	const char *text = given(opt);
	uint64_t bytes = without;

	if (text && parse_size(text, &bytes))
		die_usage("--%s takes a size like 4096, 100K or 4MiB, not \"%s\"", option_name(opt),
			  text);
	return bytes;
}

double seconds_of(enum opt opt, double without)
{
	const char *text = given(opt);
	double value;
	char *end;

	if (!text)
		return without;
	value = strtod(text, &end);
	if (!isdigit((unsigned char)text[0]) || *end || !(value > 0 && value <= 1e6))
		die_usage("--%s takes seconds, more than 0 and no more than a million, not \"%s\"",
			  option_name(opt), text);
	return value;
}

double share_of(enum opt opt)
{
	const char *text = given(opt);
	double value;
	char *end;

	value = strtod(text, &end);
	if (!isdigit((unsigned char)text[0]) || *end || !(value >= 0 && value <= 1))
		die_usage("--%s takes a share from 0 to 1, not \"%s\"", option_name(opt), text);
	return value;
}

unsigned int word_of(enum opt opt, const char *const *words, unsigned int count,
		     unsigned int without)
{
	const char *text = given(opt);
	char all[128] = "";
	unsigned int i;

	if (!text)
		return without;
	for (i = 0; i < count; i++) {
		if (!strcasecmp(text, words[i]))
			return i;
		strncat(all, i ? ", " : "", sizeof(all) - strlen(all) - 1);
		strncat(all, words[i], sizeof(all) - strlen(all) - 1);
	}
	die_usage("--%s takes one of %s, not \"%s\"", option_name(opt), all, text);
}

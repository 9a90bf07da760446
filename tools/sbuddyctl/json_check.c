// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a text is JSON (RFC 8259). Nothing is made of it: who reads a record is a
 * browser, which must not be given what only looks like one.
 */
#include <ctype.h>

#include "ctl.h"
#include "record.h"

#define DEEPEST 32

struct cursor {
	const char *at;
	unsigned int depth;
};

static bool value(struct cursor *c);

static void blanks(struct cursor *c)
{
	c->at += strspn(c->at, " \t\r\n");
}

static bool word(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(c->at, text, len))
		return false;
	c->at += len;
	return true;
}

static bool escape(struct cursor *c)
{
	if (*c->at != 'u') {
		if (!*c->at || !strchr("\"\\/bfnrt", *c->at))
			return false;
		c->at++;
		return true;
	}
	if (strspn(c->at + 1, "0123456789abcdefABCDEF") < 4)
		return false;
	c->at += 5;
	return true;
}

static bool string(struct cursor *c)
{
	unsigned int len;

	if (*c->at != '"')
		return false;
	c->at++;
	while (*c->at != '"') {
		if ((unsigned char)*c->at < ' ')
			return false;
		len = utf8_length(c->at);
		c->at += len;
		if (!len || (c->at[-1] == '\\' && !escape(c)))
			return false;
	}
	c->at++;
	return true;
}

static bool digits(struct cursor *c)
{
	const char *start = c->at;

	while (isdigit((unsigned char)*c->at))
		c->at++;
	return c->at > start;
}

static bool number(struct cursor *c)
{
	if (*c->at == '-')
		c->at++;
	if (*c->at == '0')
		c->at++;
	else if (!digits(c))
		return false;
	if (*c->at == '.') {
		c->at++;
		if (!digits(c))
			return false;
	}
	if (*c->at != 'e' && *c->at != 'E')
		return true;
	c->at++;
	if (*c->at == '+' || *c->at == '-')
		c->at++;
	return digits(c);
}

static bool member(struct cursor *c)
{
	blanks(c);
	if (!string(c))
		return false;
	blanks(c);
	return word(c, ":") && value(c);
}

static bool list(struct cursor *c, bool (*element)(struct cursor *), const char *end)
{
	c->at++;
	if (++c->depth > DEEPEST)
		return false;
	blanks(c);
	if (!word(c, end)) {
		do {
			if (!element(c))
				return false;
			blanks(c);
		} while (word(c, ","));
		if (!word(c, end))
			return false;
	}
	c->depth--;
	return true;
}

static bool value(struct cursor *c)
{
	bool good;

	blanks(c);
	switch (*c->at) {
	case '{':
		good = list(c, member, "}");
		break;
	case '[':
		good = list(c, value, "]");
		break;
	case '"':
		good = string(c);
		break;
	default:
		good = word(c, "true") || word(c, "false") || word(c, "null") || number(c);
	}
	blanks(c);
	return good;
}

bool json_check(const char *text, bool object)
{
	struct cursor cursor = { .at = text };

	blanks(&cursor);
	if (object && *cursor.at != '{')
		return false;
	return value(&cursor) && !*cursor.at;
}

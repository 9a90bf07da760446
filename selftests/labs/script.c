// SPDX-License-Identifier: GPL-2.0-only
/* Reads a lab, starts its machine, and goes through its statements. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "script.h"

#define MAX_LINES 200

struct script {
	struct lab *lab;
	bool started;
	bool said;
	unsigned int nr_lines;
	struct lab_line lines[MAX_LINES];
};

unsigned long lab_number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (!isdigit((unsigned char)*text) || *end)
		lab_die("not a number: %s", text);
	return value;
}

static unsigned long long bytes(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 0);

	if (*end == 'K')
		value <<= 10;
	else if (*end == 'M')
		value <<= 20;
	else if (*end)
		lab_die("not a size: %s", text);
	return value;
}

/* The words of a statement behind its first, as they were written. */
static const char *rest_of(const struct lab_line *line)
{
	const char *rest = line->whole + strcspn(line->whole, " \t");

	return rest + strspn(rest, " \t");
}

const char *lab_word(const struct lab_line *line, unsigned int i)
{
	if (i >= line->nr)
		lab_die("something is missing: %s", line->whole);
	return line->word[i];
}

static void say(struct script *s, const char *text)
{
	char *caption = s->lab->caption;
	size_t used = s->said ? strlen(caption) : 0;

	snprintf(caption + used, sizeof(s->lab->caption) - used, "%s%s", used ? " " : "", text);
	fprintf(s->lab->out, "%s%s\n", used ? "" : "\n", text);
	s->said = true;
}

/* The lines up to "end", over and over; says where it stands. */
static unsigned int repeat(struct script *s, unsigned int i)
{
	unsigned long times = lab_number(lab_word(&s->lines[i], 1));
	unsigned int first = i + 1, end = first;

	fprintf(s->lab->out, "  $ %s:", s->lines[i].whole);
	while (end < s->nr_lines && strcmp(s->lines[end].word[0], "end")) {
		fprintf(s->lab->out, "%s %s", end == first ? "" : ";", s->lines[end].whole);
		end++;
	}
	if (end == s->nr_lines)
		lab_die("repeat without end");
	fputc('\n', s->lab->out);
	while (times--)
		for (i = first; i < end; i++)
			lab_statement(s->lab, &s->lines[i], true);
	return end;
}

static void set(struct lab_setup *setup, const char *name, const char *value)
{
	struct lab_value *to = &setup->values[setup->nr_values];

	if (setup->nr_values++ == LAB_MAX_VALUES)
		lab_die("more than %d values are set", LAB_MAX_VALUES);
	snprintf(to->name, sizeof(to->name), "%s", name);
	snprintf(to->value, sizeof(to->value), "%s", value);
	if (!strcmp(name, "max_order"))
		setup->max_order = (unsigned int)lab_number(value);
	if (!strcmp(name, "pageblock_order"))
		setup->pageblock_order = (unsigned int)lab_number(value);
}

/* What is said before the machine starts. */
static bool prepare(struct script *s, const struct lab_line *line)
{
	struct lab_setup *setup = &s->lab->setup;
	const char *name = line->word[0];

	if (!strcmp(name, "title")) {
		snprintf(s->lab->title, sizeof(s->lab->title), "%s", rest_of(line));
		fprintf(s->lab->out, "== %s\n\n", s->lab->title);
	} else if (!strcmp(name, "about")) {
		fprintf(s->lab->out, "   %s\n", rest_of(line));
	} else if (!strcmp(name, "pages")) {
		setup->pages = lab_number(lab_word(line, 1));
	} else if (!strcmp(name, "rest")) {
		setup->rest = bytes(lab_word(line, 1));
	} else if (!strcmp(name, "cpus")) {
		setup->cpus = (unsigned int)lab_number(lab_word(line, 1));
	} else if (!strcmp(name, "window")) {
		setup->first = lab_number(lab_word(line, 1));
		setup->nr = lab_number(lab_word(line, 2));
	} else if (!strcmp(name, "set")) {
		set(setup, lab_word(line, 1), lab_word(line, 2));
	} else {
		return false;
	}
	return true;
}

static void start(struct script *s)
{
	struct lab_setup *setup = &s->lab->setup;
	unsigned int i;

	if (!setup->nr)
		setup->nr = setup->pages;
	if (setup->first + setup->nr > setup->pages)
		lab_die("window: there are %lu pages", setup->pages);
	if (setup->pages < 4 || setup->pages > LAB_MAX_PAGES)
		lab_die("pages must be 4 to %d", LAB_MAX_PAGES);
	machine_start(setup);
	fprintf(s->lab->out, "\n   %lu pages", setup->pages);
	for (i = 0; i < setup->nr_values; i++)
		fprintf(s->lab->out, ", %s %s", setup->values[i].name, setup->values[i].value);
	fputs("\n\n"
	      "   u, m, r: in use by an Unmovable, Movable, Reclaimable request; p: on a per-CPU list\n"
	      "   a digit: free, in a block of that order; M[...]: a pageblock and its type\n",
	      s->lab->out);
	s->started = true;
}

static void read_script(struct script *s, FILE *file)
{
	struct lab_line *line = s->lines;

	while (fgets(line->whole, sizeof(line->whole), file)) {
		char *save, *text;

		line->whole[strcspn(line->whole, "#\n")] = '\0';
		memcpy(line->text, line->whole, sizeof(line->text));
		line->nr = 0;
		for (text = strtok_r(line->text, " \t", &save); text;
		     text = strtok_r(NULL, " \t", &save)) {
			if (line->nr == LAB_MAX_WORDS)
				lab_die("too many words: %s", line->whole);
			line->word[line->nr++] = text;
		}
		if (!line->nr)
			continue;
		text = line->whole + strspn(line->whole, " \t");
		memmove(line->whole, text, strlen(text) + 1);
		if (++line - s->lines == MAX_LINES)
			lab_die("more than %d statements", MAX_LINES);
	}
	s->nr_lines = (unsigned int)(line - s->lines);
}

void lab_run(struct lab *lab, FILE *file)
{
	struct script *s = calloc(1, sizeof(*s));
	unsigned int i;

	lab->setup.rest = 256 << 20;
	lab->setup.max_order = 10;
	lab->setup.pageblock_order = 8;
	s->lab = lab;
	read_script(s, file);
	for (i = 0; i < s->nr_lines; i++) {
		const struct lab_line *line = &s->lines[i];

		if (!s->started && prepare(s, line))
			continue;
		if (!s->started)
			start(s);
		if (!strcmp(line->word[0], "say")) {
			say(s, rest_of(line));
			continue;
		}
		if (s->said)
			fputc('\n', lab->out);
		s->said = false;
		if (!strcmp(line->word[0], "repeat"))
			i = repeat(s, i);
		else
			lab_statement(lab, line, false);
	}
	machine_stop();
	free(s);
}

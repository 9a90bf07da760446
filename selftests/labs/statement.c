// SPDX-License-Identifier: GPL-2.0-only
/* What the statements of a lab do to a machine. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "script.h"

#define RUNS_WIDTH 90

static unsigned int type_of(const char *text)
{
	static const char *const names[] = { "Unmovable", "Movable", "Reclaimable" };
	unsigned int i;

	for (i = 0; i < 3; i++)
		if (!strcmp(text, names[i]))
			return i;
	lab_die("no type of request: %s", text);
}

static enum lab_flag flag_of(const struct lab_line *line)
{
	static const char *const names[] = { "", "high", "atomic", "memalloc" };
	unsigned int i;

	if (line->nr < 5)
		return LAB_FLAG_NONE;
	for (i = 1; i < 4; i++)
		if (!strcmp(line->word[4], names[i]))
			return (enum lab_flag)i;
	lab_die("no flag: %s", line->word[4]);
}

/* Pages as they were given, in runs of neighbours: 4-7 12 0-3. */
struct runs {
	FILE *out;
	bool any;
	unsigned long first;
	unsigned long next;
	int column;
};

static void end_run(struct runs *runs)
{
	if (!runs->any)
		return;
	if (runs->column > RUNS_WIDTH)
		runs->column = fprintf(runs->out, "\n         ") - 1;
	runs->column += fprintf(runs->out, " %lu", runs->first);
	if (runs->next - runs->first > 1)
		runs->column += fprintf(runs->out, "-%lu", runs->next - 1);
}

static void add_run(struct runs *runs, unsigned long page, unsigned long nr_pages)
{
	if (!runs->any)
		runs->column = fprintf(runs->out, "    pages");
	if (!runs->any || page != runs->next) {
		end_run(runs);
		runs->any = true;
		runs->first = page;
	}
	runs->next = page + nr_pages;
}

/* What there was to be had, and what came in the end. */
static void end_runs(struct runs *runs, long result)
{
	end_run(runs);
	if (result >= 0)
		fputc('\n', runs->out);
	else
		fprintf(runs->out, "%s%s\n", runs->any ? ", then " : "    ",
			result == -ENOMEM ? "ENOMEM" : strerror((int)-result));
}

static void take(struct lab *lab, const struct lab_line *line, bool quiet)
{
	bool all = !strcmp(lab_word(line, 1), "all");
	unsigned long want = all ? LAB_MAX_PAGES : lab_number(line->word[1]), nr;
	unsigned int order = (unsigned int)lab_number(lab_word(line, 2));
	unsigned int type = type_of(lab_word(line, 3));
	struct runs runs = { .out = lab->out };
	enum lab_flag flag = flag_of(line);
	long page = 0;

	for (nr = 0; nr < want; nr++) {
		page = machine_take(order, type, flag);
		if (page < 0)
			break;
		lab->block[page] = (struct lab_block){ true, order, type };
		if (!quiet)
			add_run(&runs, (unsigned long)page, 1ul << order);
	}
	if (!quiet)
		end_runs(&runs, page);
}

static void give(struct lab *lab, unsigned long page)
{
	if (page >= lab->setup.pages || !lab->block[page].used)
		lab_die("no block in use starts at page %lu", page);
	machine_free(page, lab->block[page].order);
	lab->block[page].used = false;
}

static bool is_named(const struct lab_line *line, unsigned long page)
{
	unsigned int i;

	for (i = 1; i < line->nr; i++)
		if (lab_number(line->word[i]) == page)
			return true;
	return false;
}

static void keep(struct lab *lab, const struct lab_line *line, bool quiet)
{
	unsigned long page;

	for (page = 0; page < lab->setup.pages; page++)
		if (lab->block[page].used && !is_named(line, page))
			give(lab, page);
}

static void give_all(struct lab *lab, int type)
{
	unsigned long page;

	for (page = 0; page < lab->setup.pages; page++)
		if (lab->block[page].used &&
		    (type < 0 || lab->block[page].type == (unsigned int)type))
			give(lab, page);
}

static void free_blocks(struct lab *lab, const struct lab_line *line, bool quiet)
{
	unsigned int i;

	if (!strcmp(lab_word(line, 1), "all"))
		give_all(lab, -1);
	else if (!isdigit((unsigned char)*line->word[1]))
		give_all(lab, (int)type_of(line->word[1]));
	else
		for (i = 1; i < line->nr; i++)
			give(lab, lab_number(line->word[i]));
}

static void drain(struct lab *lab, const struct lab_line *line, bool quiet)
{
	fprintf(lab->out, "    %lu pages went back\n", machine_drain());
}

static void cpu(struct lab *lab, const struct lab_line *line, bool quiet)
{
	machine_cpu((unsigned int)lab_number(lab_word(line, 1)));
}

/* As in the file, from its start to where the next node begins; without blanks at the ends. */
static void show_types(struct lab *lab)
{
	static const char head[] = "Page block order";
	struct lab_view *view = calloc(1, sizeof(*view));
	const char *text, *end;

	lab_view_take(view, lab);
	text = view->look.pagetypeinfo;
	end = strstr(text + 1, head);
	while (*text && text != end) {
		size_t end_of_line = strcspn(text, "\n"), len = end_of_line;

		while (len && text[len - 1] == ' ')
			len--;
		if (len)
			fprintf(lab->out, "    %.*s\n", (int)len, text);
		text += end_of_line + (text[end_of_line] == '\n');
	}
	free(view);
}

static void show(struct lab *lab, const struct lab_line *line, bool quiet)
{
	struct lab_view *view;

	if (line->nr > 1 && !strcmp(line->word[1], "types")) {
		show_types(lab);
		return;
	}
	if (lab->nr_shots == LAB_MAX_SHOTS)
		lab_die("more than %d pictures", LAB_MAX_SHOTS);
	view = calloc(1, sizeof(*view));
	lab_view_take(view, lab);
	lab->shots[lab->nr_shots++] = view;
	lab_text_pages(lab->out, view);
	if (line->nr == 1)
		lab_text_figures(lab->out, view);
}

static const struct {
	const char *name;
	void (*run)(struct lab *lab, const struct lab_line *line, bool quiet);
} statements[] = {
	{ "take", take },   { "free", free_blocks }, { "keep", keep },
	{ "drain", drain }, { "cpu", cpu },	     { "show", show },
};

void lab_statement(struct lab *lab, const struct lab_line *line, bool quiet)
{
	size_t i;

	for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (!strcmp(line->word[0], statements[i].name))
			break;
	if (i == sizeof(statements) / sizeof(statements[0]))
		lab_die("no statement: %s", line->whole);
	if (!quiet)
		fprintf(lab->out, "  $ %s\n", line->whole);
	statements[i].run(lab, line, quiet);
}

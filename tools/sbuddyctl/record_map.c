// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page map of a sample as a text of runs: a word of include/uapi/linux/sbuddy.h in
 * hexadecimal, "*PAGES" when it is of more than one, "xTIMES" when it comes several
 * times in a row. The first page of a block has HEAD, which stands for the run; TAIL, which
 * the others have instead, is left out.
 */
#include "ctl.h"
#include "layout.h"
#include "record.h"

struct run {
	uint64_t word;
	uint64_t pages;
};

/* From the page that @words points at. */
static struct run run_at(const uint64_t *words, uint64_t left)
{
	uint64_t next = words[0] & SBUDDY_PM_HEAD ? words[0] ^ (SBUDDY_PM_HEAD | SBUDDY_PM_TAIL) :
						    words[0];
	struct run run = { words[0], 1 };

	while (run.pages < left && words[run.pages] == next && !(words[run.pages] & SBUDDY_PM_HEAD))
		run.pages++;
	return run;
}

static void put_run(FILE *to, const struct run *run, uint64_t times)
{
	fprintf(to, "%" PRIx64, run->word & ~(uint64_t)SBUDDY_PM_TAIL);
	if (run->pages > 1)
		fprintf(to, "*%" PRIu64, run->pages);
	if (times > 1)
		fprintf(to, "x%" PRIu64, times);
}

char *record_runs(const uint64_t *words, uint64_t pages)
{
	struct run run = { 0, 0 }, next;
	uint64_t page, times = 0;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	for (page = 0; page < pages; page += next.pages) {
		next = run_at(words + page, pages - page);
		if (times && next.word == run.word && next.pages == run.pages) {
			times++;
			continue;
		}
		if (times)
			put_run(to, &run, times);
		if (times)
			putc(' ', to);
		run = next;
		times = 1;
	}
	if (times)
		put_run(to, &run, times);
	if (fclose(to)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Not there for who may not read it, and when it is what it was. */
void record_map(const struct sbuddy_info *info, struct record_seen *seen)
{
	FILE *file = open_debugfs(info->name, "pagemap");
	uint64_t pages = record_tunable(info, "pagemap_pages");
	uint64_t *words = file && pages ? calloc(pages, sizeof(*words)) : NULL;
	char *text = NULL;

	if (words && fread(words, sizeof(*words), pages, file))
		text = record_runs(words, pages);
	if (text && (!seen->map || strcmp(seen->map, text))) {
		json_text("map", text);
		free(seen->map);
		seen->map = text;
	} else {
		free(text);
	}
	free(words);
	if (file)
		fclose(file);
}

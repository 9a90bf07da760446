// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb report: a record as one page of HTML that needs nothing else. The page is put
 * together of what lies in tools/report, which is in this program as text; what it shows
 * is the record itself, which its script reads.
 */
#include <sys/stat.h>

#include "ctl.h"
#include "record.h"

static const unsigned char page_bytes[] = {
#include "report.inc"
};

#define PLACE "@RECORD@"

struct report {
	const char *path;
	FILE *from;
	FILE *to;
	char *line;
	size_t room;
	uint64_t samples;
	uint64_t lines;
};

/*
 * No tag and no comment can begin or end within it: '<', '>' and '&' are in strings
 * alone, where JSON has another way to say them.
 */
static void put_escaped(FILE *to, const char *text)
{
	size_t plain;

	for (; *text; text++) {
		plain = strcspn(text, "<>&");
		fwrite(text, 1, plain, to);
		text += plain;
		if (!*text)
			break;
		fprintf(to, "\\u%04x", (unsigned int)*text);
	}
	putc('\n', to);
}

/* The version is what the first line begins with. */
static void check_version(const struct report *r)
{
	unsigned int version;

	if (sscanf(r->line, "{ \"sbuddy_record\" : %u", &version) != 1)
		die("%s is no record: sbuddyctl record makes one", r->path);
	if (version != RECORD_VERSION)
		die("%s is a record of version %u, and this is for version %d", r->path, version,
		    RECORD_VERSION);
}

/* The next line, if it is whole. */
static bool next_line(struct report *r)
{
	ssize_t len = getline(&r->line, &r->room, r->from);

	if (len < 0)
		return false;
	if (r->line[len - 1] != '\n') {
		warn("%s ends within line %" PRIu64 ", which is left out", r->path, r->lines + 1);
		return false;
	}
	r->line[len - 1] = '\0';
	r->lines++;
	if (r->lines == 1)
		check_version(r);
	if ((size_t)len - 1 != strlen(r->line) || !json_check(r->line, true))
		die("%s, line %" PRIu64 ": this is no object of JSON", r->path, r->lines);
	return true;
}

static void put_record(struct report *r)
{
	do {
		put_escaped(r->to, r->line);
		r->samples += !strncmp(r->line, "{\"us\": ", 7) && !strstr(r->line, ", \"load\": ");
	} while (next_line(r));
	if (ferror(r->from))
		die("cannot read %s: %s", r->path, strerror(errno));
}

static void write_page(struct report *r, const char *path)
{
	const char *page = (const char *)page_bytes, *place = strstr(page, PLACE);
	struct stat from, to;

	if (!fstat(fileno(r->from), &from) && !stat(path, &to) && from.st_dev == to.st_dev &&
	    from.st_ino == to.st_ino)
		die_usage("%s is the record itself: say another --output", path);
	r->to = begin_output(path);
	fwrite(page, 1, (size_t)(place - page), r->to);
	put_record(r);
	fputs(place + strlen(PLACE), r->to);
	end_output(r->to, path);
}

static uint64_t size_of(const char *path)
{
	struct stat stat_of;

	return stat(path, &stat_of) ? 0 : (uint64_t)stat_of.st_size;
}

int run_report(int argc, char **argv)
{
	struct report r = { 0 };
	char path[4096], size[32];

	if (argc != 1)
		die_usage("report takes one record");
	r.path = argv[0];
	snprintf(path, sizeof(path), "%s%s", given(OPT_OUTPUT) ? given(OPT_OUTPUT) : r.path,
		 given(OPT_OUTPUT) ? "" : ".html");
	r.from = fopen(r.path, "re");
	if (!r.from)
		die("cannot open %s: %s", r.path, strerror(errno));
	if (!next_line(&r))
		die("%s is no record: it has no line", r.path);
	write_page(&r, path);
	fclose(r.from);
	free(r.line);
	if (in_json()) {
		json_open(NULL, '{');
		json_text("file", path);
		json_number("samples", r.samples);
		json_number("bytes", size_of(path));
		json_close('}');
		json_end();
	} else {
		printf("%s: %" PRIu64 " samples, %s; any browser shows it\n", path, r.samples,
		       human(size_of(path), size, sizeof(size)));
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts that sbuddyctl reads: sizes, records, and files of debugfs. The first byte says
 * which; what it reads of any file of debugfs is the rest. Whoever complains ends the
 * program; here, the input.
 */
#include <setjmp.h>
#include <stdarg.h>

#include "../../tools/sbuddyctl/ctl.h"
#include "../../tools/sbuddyctl/layout.h"
#include "../../tools/sbuddyctl/pagemap.h"
#include "../../tools/sbuddyctl/record.h"
#include "../../tools/sbuddyctl/top.h"
#include "fuzz.h"

static jmp_buf ended;
static const char *text;
static size_t length;
static FILE *nowhere;
static const struct sbuddy_info info = { .name = "fuzz", .max_order = 10 };

/* What a program that ends has not freed yet is of no interest. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static void complain(const char *fmt, va_list args)
{
	static char line[1 << 16];

	vsnprintf(line, sizeof(line), fmt, args);
}

void warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
}

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	longjmp(ended, 1);
}

void die_usage(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	longjmp(ended, 1);
}

void die_error(const char *what, int err)
{
	longjmp(ended, 1);
}

const char *debugfs_path(const char *instance, const char *file, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", instance, file);
	return path;
}

FILE *open_debugfs(const char *instance, const char *file)
{
	return length ? fmemopen((void *)text, length, "r") : NULL;
}

static void sizes(void)
{
	uint64_t bytes = 0, again = 0;
	char shown[32];

	if (parse_size(text, &bytes))
		return;
	FUZZ_EXPECT(bytes);
	/* Whole units are exact, and without a blank they are what was read. */
	human(bytes, shown, sizeof(shown));
	if (strchr(shown, '.'))
		return;
	memmove(strchr(shown, ' '), strchr(shown, ' ') + 1, strlen(strchr(shown, ' ')));
	FUZZ_EXPECT(!parse_size(shown, &again) && again == bytes);
}

static void json(void)
{
	char *printed = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&printed, &size);

	FUZZ_EXPECT(file);
	FUZZ_EXPECT(!json_check(text, true) || json_check(text, false));
	/* Whatever a name is, it is a text in JSON. */
	json_to(file);
	json_open(NULL, '{');
	json_text("name", text);
	json_close('}');
	json_forget();
	fclose(file);
	FUZZ_EXPECT(json_check(printed, true));
	free(printed);
}

/* All lines by all that read lines. */
static void top(void)
{
	static struct top_sample sample;
	struct top_zone *at = NULL;
	char *lines = strdup(text), *line, *rest = lines;

	memset(&sample, 0, sizeof(sample));
	sample.nr_zones = 3;
	while ((line = strsep(&rest, "\n"))) {
		top_parse_types(line, &sample);
		top_parse_zones(line, &sample, &at);
		top_parse_events(line, &sample);
		top_parse_clients(line, &sample);
	}
	FUZZ_EXPECT(sample.nr_clients <= TOP_CLIENTS);
	top_sort(&sample, (enum top_key)(length % TOP_KEYS), length & 1);
	free(lines);
}

static void layout(void)
{
	static struct layout read;

	layout_read(&read, "fuzz");
	FUZZ_EXPECT(read.nr_zones <= LAYOUT_ZONES && read.memory.nr <= LAYOUT_REGIONS);
}

/* As a sample, which has to be JSON whatever the files say. */
static void sample_of_record(void)
{
	static struct record_seen seen;
	char *printed = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&printed, &size);

	FUZZ_EXPECT(file);
	json_to(file);
	json_open(NULL, '{');
	record_cpus(&info);
	record_extfrag(&info);
	record_counters(&info, &seen);
	record_clients(&info);
	record_buffers(&info);
	record_owners(&info, &seen);
	json_close('}');
	json_forget();
	fclose(file);
	FUZZ_EXPECT(json_check(printed, true));
	free(printed);
	free(seen.owners);
	memset(&seen, 0, sizeof(seen));
}

static void owners(void)
{
	static uint64_t words[256];
	struct pagemap map = { .base_pfn = 0x80000, .pages = ARRAY_LEN(words), .words = words };
	FILE *file = open_debugfs("fuzz", "page_owner");
	unsigned int i;

	for (i = 0; i < map.pages; i++)
		words[i] = SBUDDY_PM_USED;
	if (!file)
		return;
	read_owners(&map, file);
	for (i = 0; i < map.pages; i++)
		FUZZ_EXPECT(owner_kind(map.owners[i]));
	free(map.owners);
	fclose(file);
}

static void runs(void)
{
	uint64_t words[64] = { 0 };
	char *shown;

	memcpy(words, text, length < sizeof(words) ? length : sizeof(words));
	shown = record_runs(words, length < sizeof(words) ? length / 8 : ARRAY_LEN(words));
	FUZZ_EXPECT(shown && !strchr(shown, '\n'));
	free(shown);
}

static void report(void)
{
	char path[32], page[64], *arguments[] = { path, NULL };
	int fd;

	strcpy(path, "/tmp/sbuddy-fuzz-XXXXXX");
	fd = mkstemp(path);
	FUZZ_EXPECT(fd >= 0 && write(fd, text, length) == (ssize_t)length);
	close(fd);
	snprintf(page, sizeof(page), "%s.html", path);
	if (!setjmp(ended))
		run_report(1, arguments);
	unlink(path);
	unlink(page);
	/* A program that ends leaves its files open: the lowest that were free. */
	close_range((unsigned int)fd, (unsigned int)fd + 3, 0);
}

static void (*const readers[])(void) = { sizes,	 json,	 top, layout, sample_of_record,
					 owners, report, runs };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;

	if (!nowhere) {
		nowhere = freopen("/dev/null", "w", stdout);
		FUZZ_EXPECT(nowhere);
	}
	if (!size)
		return 0;
	copy = fuzz_text(data + 1, size - 1);
	text = copy;
	length = size - 1;
	if (!setjmp(ended))
		readers[data[0] % ARRAY_LEN(readers)]();
	free(copy);
	return 0;
}

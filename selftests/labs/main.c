// SPDX-License-Identifier: GPL-2.0-only
/* sbuddy-lab: runs a lab, and tells and draws what it shows. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"

#define KSFT_SKIP 4

static void complain(const char *fmt, va_list args)
{
	fflush(stdout);
	fputs("sbuddy-lab: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void lab_die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	exit(1);
}

void lab_skip(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	exit(KSFT_SKIP);
}

static FILE *open_file(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	if (!file)
		lab_die("%s: %s", path, strerror(errno));
	return file;
}

static void usage(FILE *to)
{
	fputs("Usage: sbuddy-lab [--svg FILE] LAB\n"
	      "Run a lab: a scripted situation of a page allocator, told as text, and\n"
	      "drawn to FILE. Exits with 4 when the machine is not one for the lab.\n",
	      to);
}

int main(int argc, char **argv)
{
	struct lab *lab = calloc(1, sizeof(*lab));
	const char *svg = NULL;
	FILE *file;

	if (argc == 4 && !strcmp(argv[1], "--svg")) {
		svg = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc != 2 || argv[1][0] == '-') {
		usage(argc == 2 && !strcmp(argv[1], "--help") ? stdout : stderr);
		return argc == 2 && !strcmp(argv[1], "--help") ? 0 : 2;
	}
	lab->out = stdout;
	lab->name = strrchr(argv[1], '/') ? strrchr(argv[1], '/') + 1 : argv[1];
	file = open_file(argv[1], "r");
	lab_run(lab, file);
	fclose(file);
	if (svg) {
		file = open_file(svg, "w");
		lab_svg(file, lab);
		if (fclose(file))
			lab_die("%s: %s", svg, strerror(errno));
	}
	while (lab->nr_shots)
		free(lab->shots[--lab->nr_shots]);
	free(lab);
	return 0;
}

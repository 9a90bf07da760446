// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "engine.h"

/* With fewer, the least of them tells more of the machine's other programs. */
#define MIN_ROUNDS 7

struct bench_options bench_options = { .rounds = 15 };

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "single", bench_single },
	{ "mixed", bench_mixed },
	{ "threads", bench_threads },
	{ "sizes", bench_sizes },
};

static const char help[] =
	"Usage: sbuddy-hostbench [OPTION]...\n"
	"Measures sbuddy's core in wall time, beside allocators of user space.\n"
	"\n"
	"  --only PART    single, mixed, threads or sizes alone\n"
	"  --rounds N     do each work N times, 7 or more; 15 unless told\n"
	"  --threads N    as many threads at most; one for each CPU unless told\n"
	"  --engine NAME  list or word: what holds the free pages; list unless told\n"
	"  --json         print a list of objects, in nanoseconds\n"
	"  --help         print this\n"
	"\n"
	"A line is NAME PEER UNIT SBUDDY PEER'S, the figures in thousandths of the unit.\n"
	"Only ratios are worth looking at. It fails if an allocator lost a page.\n";

static unsigned int number(const char *text, unsigned int least, unsigned int most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < least || value > most) {
		fprintf(stderr, "sbuddy-hostbench: %s is no number of %u to %u\n", text, least,
			most);
		exit(2);
	}
	return (unsigned int)value;
}

static const char *part(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strcmp(parts[i].name, name))
			return name;
	fprintf(stderr, "sbuddy-hostbench: there is no part %s\n", name);
	exit(2);
}

static enum sb_engine_kind engine(const char *name)
{
	enum sb_engine_kind kind;

	for (kind = 0; kind < SB_NR_ENGINES; kind++)
		if (!strcmp(sb_engine(kind)->name, name))
			return kind;
	fprintf(stderr, "sbuddy-hostbench: there is no engine %s\n", name);
	exit(2);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "only", required_argument, NULL, 'o' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "threads", required_argument, NULL, 't' },
		{ "engine", required_argument, NULL, 'e' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'o')
			bench_options.only = part(optarg);
		else if (option == 'r')
			bench_options.rounds = number(optarg, MIN_ROUNDS, 1000000);
		else if (option == 't')
			bench_options.nr_threads = number(optarg, 1, SB_MAX_CPUS);
		else if (option == 'e')
			bench_options.engine = engine(optarg);
		else if (option == 'j')
			bench_options.json = true;
		else if (option == 'h')
			exit(fputs(help, stdout) < 0);
		else
			exit(2);
	}
	if (optind < argc) {
		fputs(help, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	unsigned int i;

	bench_options.nr_threads =
		min((unsigned int)sysconf(_SC_NPROCESSORS_ONLN), SB_MAX_CPUS + 0u);
	parse(argc, argv);
	/* The heap keeps what it has, as the others do. */
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	report_begin();
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (!bench_options.only || !strcmp(bench_options.only, parts[i].name))
			parts[i].run();
	report_end();
	return report_failed();
}

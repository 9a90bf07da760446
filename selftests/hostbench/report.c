// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench.h"

static unsigned int nr_lines;
static bool failed;

void report_begin(void)
{
	struct utsname name;

	uname(&name);
	if (bench_options.json)
		printf("[");
	report_note("host %s %s, %ld CPUs online, compiler %s, least of %u rounds", name.release,
		    name.machine, sysconf(_SC_NPROCESSORS_ONLN), __VERSION__, bench_options.rounds);
	report_note(
		"list-buddy has no per-CPU lists, types, watermarks or checks; malloc-4k also touches its memory");
	report_note(
		"sbuddy keeps nothing back (watermarks 0), pcp_batch 16, pcp_high 64, and interrupts cost nothing");
}

static void print_figure(u64 value)
{
	if (value == BENCH_NONE)
		printf("null");
	else
		printf("%llu.%03llu", value / 1000, value % 1000);
}

static void print_json(const char *name, const char *peer, u64 sbuddy, u64 theirs)
{
	printf("%s\n  {\"name\": \"%s/%s\", \"kernel\": \"host\", \"sbuddy\": ",
	       nr_lines ? "," : "", name, peer);
	print_figure(sbuddy);
	printf(", \"peer\": ");
	print_figure(theirs);
	printf(", \"unit\": \"ns\", \"ratio\": ");
	if (sbuddy != BENCH_NONE && theirs != BENCH_NONE && theirs)
		printf("%.4f", (double)sbuddy / (double)theirs);
	else
		printf("null");
	printf(", \"goal\": null, \"met\": null}");
}

static void print_line(const char *name, const char *peer, u64 sbuddy, u64 theirs)
{
	printf("%s %s ns ", name, peer);
	if (sbuddy == BENCH_NONE)
		printf("- ");
	else
		printf("%llu ", sbuddy);
	if (theirs == BENCH_NONE)
		printf("-\n");
	else
		printf("%llu\n", theirs);
}

void report(const char *name, const char *peer, u64 sbuddy, u64 theirs)
{
	if (bench_options.json)
		print_json(name, peer, sbuddy, theirs);
	else
		print_line(name, peer, sbuddy, theirs);
	nr_lines++;
	fflush(stdout);
}

/* JSON has no place for them. */
void report_note(const char *fmt, ...)
{
	FILE *to = bench_options.json ? stderr : stdout;
	va_list args;

	fputs("# ", to);
	va_start(args, fmt);
	vfprintf(to, fmt, args);
	va_end(args);
	fputs("\n", to);
	fflush(to);
}

void report_progress(const char *name)
{
	fprintf(stderr, "sbuddy-hostbench: %s\n", name);
}

void report_failure(const char *fmt, ...)
{
	va_list args;

	failed = true;
	fputs("sbuddy-hostbench: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("\n", stderr);
}

void report_end(void)
{
	if (bench_options.json)
		printf("\n]\n");
	if (sb_host_warnings)
		report_failure("core complained %u times", sb_host_warnings);
}

bool report_failed(void)
{
	return failed;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"
#include "stress.h"

static const char *const path_names[NR_PATHS] = {
	[PATH_PCP] = "per-CPU",	      [PATH_BUDDY] = "buddy", [PATH_RESERVE] = "reserve",
	[PATH_FALLBACK] = "fallback", [PATH_FREED] = "freed", [PATH_FAILURE] = "failure",
};

#define COLUMNS (NR_PATHS + 2)

/* Those of the table: paths, all requests, all frees. */
static const struct histogram *column(const struct stress_totals *totals, unsigned int i,
				      const char **name)
{
	if (i < NR_PATHS) {
		*name = path_names[i];
		return &totals->paths[i];
	}
	*name = i == NR_PATHS ? "all" : "free";
	return i == NR_PATHS ? &totals->alloc : &totals->free;
}

static void print_row(const struct stress_totals *totals, unsigned int i, uint64_t asked)
{
	char p50[16], p99[16], max[16], share[16] = "";
	const struct histogram *of;
	const char *name;

	of = column(totals, i, &name);
	if (!of->count)
		return;
	if (i < NR_PATHS)
		snprintf(share, sizeof(share), "%.1f %%",
			 100.0 * (double)of->count / (double)asked);
	printf("%-10s%10" PRIu64 "%10s%10s%10s%10s\n", name, of->count, share,
	       human_time(histogram_share(of, 50), p50, sizeof(p50)),
	       human_time(histogram_share(of, 99), p99, sizeof(p99)),
	       human_time(of->max, max, sizeof(max)));
}

/* A column for each path that there is anything of; whether there is anything in the row. */
static int print_power(const struct stress_totals *totals, unsigned int power, int dry)
{
	const struct histogram *of;
	const char *name;
	int any = 0;
	unsigned int i;

	for (i = 0; i < COLUMNS; i++) {
		of = column(totals, i, &name);
		any |= !!histogram_power(of, power);
		if (of->count && !dry)
			printf("%9" PRIu64, histogram_power(of, power));
	}
	return any;
}

static void print_histogram(const struct stress_totals *totals)
{
	const char *name;
	unsigned int i;
	char from[16];

	printf("\n%-8s", "from");
	for (i = 0; i < COLUMNS; i++)
		if (column(totals, i, &name)->count)
			printf("%9s", name);
	printf("\n");
	for (i = 0; i < HISTOGRAM_POWERS; i++) {
		if (!print_power(totals, i, 1))
			continue;
		printf("%-8s", human_time(i ? UINT64_C(1) << i : 0, from, sizeof(from)));
		print_power(totals, i, 0);
		printf("\n");
	}
}

static uint64_t asked_of(const struct stress_totals *totals)
{
	uint64_t asked = 0;
	unsigned int i;

	for (i = 0; i < NR_PATHS; i++)
		asked += totals->paths[i].count;
	return asked;
}

void stress_print(const struct stress_plan *plan, const struct stress_totals *totals,
		  double seconds, uint64_t before, uint64_t after)
{
	uint64_t served = totals->alloc.count - totals->failures;
	char size[32], aim[32];
	unsigned int i;

	printf("%s: seed %u, %u thread%s, %.1f s, aiming at %" PRIu64 " pages, %s\n",
	       plan->info.name, plan->seed, plan->threads, plan->threads > 1 ? "s" : "", seconds,
	       plan->pages, human(plan->pages * plan->info.page_size, aim, sizeof(aim)));
	printf("%" PRIu64 " served, %.0f a second; %" PRIu64 " failed; %" PRIu64
	       " freed; at most %" PRIu64 " pages, %s\n\n",
	       served, (double)served / seconds, totals->failures, totals->free.count, totals->peak,
	       human(totals->peak * plan->info.page_size, size, sizeof(size)));
	printf("%-10s%10s%10s%10s%10s%10s\n", "path", "requests", "share", "p50", "p99", "max");
	for (i = 0; i < COLUMNS; i++)
		print_row(totals, i, asked_of(totals));
	print_histogram(totals);
	printf("\n%" PRIu64 " pages were free before, %" PRIu64 " are after\n", before, after);
}

static void json_histogram(const struct histogram *of)
{
	unsigned int power;

	json_number("requests", of->count);
	json_number("mean_ns", of->count ? of->sum / of->count : 0);
	json_number("p50_ns", histogram_share(of, 50));
	json_number("p99_ns", histogram_share(of, 99));
	json_number("max_ns", of->max);
	json_open("powers_of_two_ns", '[');
	for (power = 0; power < HISTOGRAM_POWERS && of->max >> power; power++)
		json_number(NULL, histogram_power(of, power));
	json_close(']');
}

void stress_json(const struct stress_plan *plan, const struct stress_totals *totals, double seconds,
		 uint64_t before, uint64_t after)
{
	const struct histogram *of;
	const char *name;
	unsigned int i;

	json_open(NULL, '{');
	json_text("instance", plan->info.name);
	json_number("seed", plan->seed);
	json_number("threads", plan->threads);
	json_float("seconds", seconds);
	json_number("pages_aimed_at", plan->pages);
	json_number("pages_peak", totals->peak);
	json_number("served", totals->alloc.count - totals->failures);
	json_number("failed", totals->failures);
	json_number("freed", totals->free.count);
	json_float("served_per_second", (double)(totals->alloc.count - totals->failures) / seconds);
	json_number("asked", asked_of(totals));
	json_open("paths", '{');
	for (i = 0; i < COLUMNS; i++) {
		of = column(totals, i, &name);
		json_open(name, '{');
		json_histogram(of);
		json_close('}');
	}
	json_close('}');
	json_number("pages_free_before", before);
	json_number("pages_free_after", after);
	json_close('}');
	json_end();
}

/* For record, whose command this may be: a line for each column of the table. */
void stress_record(const struct stress_totals *totals)
{
	const char *path = getenv("SBUDDY_RECORD"), *name;
	FILE *file = path ? fopen(path, "ae") : NULL;
	const struct histogram *of;
	unsigned int i, power;

	if (!file)
		return;
	json_to(file);
	for (i = 0; i < COLUMNS; i++) {
		of = column(totals, i, &name);
		if (!of->count)
			continue;
		json_open(NULL, '{');
		json_text("latency", name);
		json_open("ns", '[');
		for (power = 0; power < HISTOGRAM_POWERS && of->max >> power; power++) {
			json_open(NULL, '[');
			json_number(NULL, UINT64_C(2) << power);
			json_number(NULL, histogram_power(of, power));
			json_close(']');
		}
		json_close(']');
		json_close('}');
		json_end();
		fflush(file);
	}
	json_to(NULL);
	fclose(file);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a sample has of the files zoneinfo, extfrag_index and vmstat.
 */
#include "ctl.h"
#include "layout.h"
#include "record.h"

uint64_t record_tunable(const struct sbuddy_info *info, const char *name)
{
	FILE *file = open_debugfs(info->name, "tunables");
	char line[256], seen[64], value[64];
	uint64_t found = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %63s", seen, value) == 2 && !strcmp(seen, name))
			found = strtoull(value, NULL, 0);
	if (file)
		fclose(file);
	return found;
}

static void tell_cpu(int node, const char *zone, uint64_t cpu, const uint64_t *figures)
{
	json_open(NULL, '{');
	json_signed("node", node);
	json_text("zone", zone);
	json_number("cpu", cpu);
	json_number("count", figures[0]);
	json_number("high", figures[1]);
	json_number("batch", figures[2]);
	json_close('}');
}

/* A CPU of zoneinfo ends with its batch. */
void record_cpus(const struct sbuddy_info *info)
{
	FILE *file = open_debugfs(info->name, "zoneinfo");
	char line[256], zone[32] = "";
	uint64_t figures[3] = { 0 }, cpu = 0;
	int node = 0;

	if (!file)
		return;
	json_open("cpus", '[');
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %d, zone %31s", &node, zone) == 2)
			continue;
		layout_figure(line, "cpu", &cpu);
		layout_figure(line, "count", &figures[0]);
		layout_figure(line, "high", &figures[1]);
		if (sscanf(line, " batch: %" SCNu64, &figures[2]) == 1)
			tell_cpu(node, zone, cpu, figures);
	}
	json_close(']');
	fclose(file);
}

/* Whether it is another value than before. */
static bool counter_changed(struct record_seen *seen, const char *name, uint64_t value)
{
	struct record_counter *counter = seen->counters;
	unsigned int i;

	for (i = 0; i < seen->nr_counters; i++, counter++)
		if (!strcmp(counter->name, name))
			break;
	if (i == RECORD_COUNTERS)
		return true;
	if (i < seen->nr_counters && counter->value == value)
		return false;
	if (i == seen->nr_counters)
		snprintf(seen->counters[seen->nr_counters++].name, sizeof(counter->name), "%s",
			 name);
	counter->value = value;
	return true;
}

/* Those that are not what they were. */
void record_counters(const struct sbuddy_info *info, struct record_seen *seen)
{
	FILE *file = open_debugfs(info->name, "vmstat");
	char line[256], name[64];
	uint64_t value;

	if (!file)
		return;
	json_open("counters", '{');
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %" SCNu64, name, &value) == 2 &&
		    counter_changed(seen, name, value))
			json_number(name, value);
	json_close('}');
	fclose(file);
}

/* Thousandths, which the file has as decimals of -1 .. 1; -1000 where a block is free. */
static void tell_indices(const char *text)
{
	char *end;
	double index;

	json_open("index", '[');
	for (index = strtod(text, &end); end != text; index = strtod(text, &end)) {
		if (!(index >= -1 && index <= 1))
			break;
		json_signed(NULL, (int64_t)(index * 1000 + (index < 0 ? -0.5 : 0.5)));
		text = end;
	}
	json_close(']');
}

void record_extfrag(const struct sbuddy_info *info)
{
	FILE *file = open_debugfs(info->name, "extfrag/extfrag_index");
	char line[512], zone[32];
	int node, at;

	if (!file)
		return;
	json_open("extfrag", '[');
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %d, zone %31s%n", &node, zone, &at) != 2)
			continue;
		json_open(NULL, '{');
		json_signed("node", node);
		json_text("zone", zone);
		tell_indices(line + at);
		json_close('}');
	}
	json_close(']');
	fclose(file);
}

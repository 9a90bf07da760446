// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "ctl.h"
#include "top.h"

static int each_line(struct top_sample *sample, const char *name,
		     void (*parse)(const char *line, struct top_sample *sample))
{
	FILE *file = open_debugfs(sample->info.name, name);
	char line[1024];

	while (file && fgets(line, sizeof(line), file))
		parse(line, sample);
	if (file)
		fclose(file);
	return !!file;
}

static void read_zones(struct top_sample *sample)
{
	FILE *file = open_debugfs(sample->info.name, "zoneinfo");
	struct top_zone *at = NULL;
	char line[1024];

	while (file && fgets(line, sizeof(line), file))
		top_parse_zones(line, sample, &at);
	if (file)
		fclose(file);
}

void top_read(int fd, struct top_sample *sample)
{
	struct timespec time;

	memset(sample, 0, sizeof(*sample));
	clock_gettime(CLOCK_MONOTONIC, &time);
	sample->time = (double)time.tv_sec + (double)time.tv_nsec / 1e9;
	sample->info = info_of(fd);
	sample->nr_zones = zones_of(fd, sample->zones);
	sample->root = each_line(sample, "vmstat", top_parse_events);
	each_line(sample, "pagetypeinfo", top_parse_types);
	each_line(sample, "clients", top_parse_clients);
	read_zones(sample);
}

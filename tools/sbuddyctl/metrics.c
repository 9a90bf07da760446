// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb metrics: all devices in the text format of OpenMetrics, for the textfile
 * collector of Prometheus's node_exporter, or whatever reads it.
 *
 *	sbuddyctl metrics >sbuddy.prom.new && mv sbuddy.prom.new sbuddy.prom
 */
#include "ctl.h"

#define MAX_DEVICES 256

struct device {
	struct sbuddy_info info;
	struct sbuddy_explain_zone zones[MAX_ZONES];
	unsigned int nr_zones;
};

static struct device *devices;
static unsigned int nr_devices;

/* One that goes meanwhile is left out. */
static void look(void)
{
	unsigned int numbers[MAX_DEVICES];
	int i, fd, count = sbuddy_devices(numbers, MAX_DEVICES);
	struct device *device;

	if (count < 0)
		die_error("cannot read /dev", count);
	devices = calloc(MAX_DEVICES, sizeof(*devices));
	if (!devices)
		die("no memory for %d devices", MAX_DEVICES);
	for (i = 0; i < count && i < MAX_DEVICES; i++) {
		device = &devices[nr_devices];
		fd = sbuddy_open_nr(numbers[i], O_RDONLY);
		if (fd == -ENODEV || fd == -ENOENT)
			continue;
		if (fd < 0)
			die_error("cannot open a device", fd);
		device->info = info_of(fd);
		device->nr_zones = zones_of(fd, device->zones);
		sbuddy_close(fd);
		nr_devices++;
	}
}

static void family(const char *name, const char *type, const char *unit, const char *help)
{
	printf("# TYPE %s %s\n", name, type);
	if (unit)
		printf("# UNIT %s %s\n", name, unit);
	printf("# HELP %s %s\n", name, help);
}

/* Names are of letters, digits and what configfs allows; these three need care. */
static void label(const char *name, const char *value)
{
	printf("%s=\"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			putchar('\\');
		putchar(*value == '\n' ? ' ' : *value);
	}
	putchar('"');
}

typedef uint64_t (*figure)(const struct sbuddy_info *info);

static void of_device(const char *name, const char *unit, const char *help, figure value)
{
	unsigned int i;

	family(name, "gauge", unit, help);
	for (i = 0; i < nr_devices; i++) {
		printf("%s{", name);
		label("instance_name", devices[i].info.name);
		printf("} %" PRIu64 "\n", value(&devices[i].info));
	}
}

static uint64_t memory(const struct sbuddy_info *info)
{
	return info->memory;
}

static uint64_t managed(const struct sbuddy_info *info)
{
	return info->pages_managed * info->page_size;
}

static uint64_t free_bytes(const struct sbuddy_info *info)
{
	return info->pages_free * info->page_size;
}

static uint64_t per_cpu(const struct sbuddy_info *info)
{
	return info->pages_pcp * info->page_size;
}

static uint64_t pinned(const struct sbuddy_info *info)
{
	return info->pages_pinned * info->page_size;
}

static uint64_t corrupt(const struct sbuddy_info *info)
{
	return !!(info->state & SBUDDY_STATE_CORRUPT);
}

static void labels_of_zone(const struct device *device, const struct sbuddy_explain_zone *zone,
			   unsigned int order)
{
	label("instance_name", device->info.name);
	printf(",node=\"%d\",zone=\"%s\",order=\"%u\"", zone->node, zone_names[zone->zone & 3],
	       order);
}

static void of_orders(const char *name, const char *help, int share)
{
	const struct sbuddy_explain_zone *zone;
	const struct device *device;
	unsigned int order;

	family(name, "gauge", share ? "ratio" : NULL, help);
	for (device = devices; device < devices + nr_devices; device++) {
		for (zone = device->zones; zone < device->zones + device->nr_zones; zone++) {
			for (order = 0; order <= device->info.max_order; order++) {
				printf("%s{", name);
				labels_of_zone(device, zone, order);
				if (share)
					printf("} %.6g\n", unusable(zone, 1, order));
				else
					printf("} %" PRIu64 "\n", (uint64_t)zone->blocks[order]);
			}
		}
	}
}

static void of_info(void)
{
	const struct device *device;

	family("sbuddy_instance_info", "gauge", NULL, "What each instance is.");
	for (device = devices; device < devices + nr_devices; device++) {
		printf("sbuddy_instance_info{");
		label("instance_name", device->info.name);
		printf(",");
		label("backing", device->info.backing);
		printf(",engine=\"%s\"} 1\n",
		       device->info.state & SBUDDY_STATE_WORD ? "word" : "list");
	}
}

/* Of vmstat what only rises: what is so now has other names. */
static int rises(const char *name)
{
	static const char now[] = "_pages";
	size_t len = strlen(name);

	return strncmp(name, "nr_", 3) &&
	       (len < strlen(now) || strcmp(name + len - strlen(now), now));
}

static void events_of(const struct device *device)
{
	FILE *file = open_debugfs(device->info.name, "vmstat");
	char line[256], name[128];
	uint64_t value;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%127s %" SCNu64, name, &value) != 2 || !rises(name))
			continue;
		printf("sbuddy_events_total{");
		label("instance_name", device->info.name);
		printf(",");
		label("event", name);
		printf("} %" PRIu64 "\n", value);
	}
	if (file)
		fclose(file);
}

int run_metrics(int argc, char **argv)
{
	unsigned int i;

	if (in_json())
		die_usage("metrics has a format of its own: stat has --json");
	look();
	of_info();
	of_device("sbuddy_memory_bytes", "bytes", "Memory that the instance tracks.", memory);
	of_device("sbuddy_managed_bytes", "bytes", "Memory that can be allocated.", managed);
	of_device("sbuddy_free_bytes", "bytes", "Memory that is free.", free_bytes);
	of_device("sbuddy_per_cpu_bytes", "bytes", "Memory that is free, on per-CPU lists.",
		  per_cpu);
	of_device("sbuddy_pinned_bytes", "bytes", "Memory of buffers that have pins.", pinned);
	of_device("sbuddy_corrupt", NULL, "Whether the instance was found corrupt.", corrupt);
	of_orders("sbuddy_free_blocks", "Free blocks of each order.", 0);
	of_orders("sbuddy_unusable_ratio", "Share of free memory in blocks smaller than the order.",
		  1);
	family("sbuddy_events", "counter", NULL,
	       "What happened, by the names of vmstat; for root.");
	for (i = 0; i < nr_devices; i++)
		events_of(&devices[i]);
	printf("# EOF\n");
	free(devices);
	return 0;
}

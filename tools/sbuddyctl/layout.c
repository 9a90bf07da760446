// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"
#include "layout.h"

/* Lines like "   0: 0xBASE..0xLAST    0 NONE", with x for no node. */
static void read_regions(struct layout_regions *regions, const char *instance, const char *name)
{
	FILE *file = open_debugfs(instance, name);
	struct layout_region *region;
	char line[256], node[16];
	uint64_t last;

	regions->nr = 0;
	while (file && regions->nr < LAYOUT_REGIONS && fgets(line, sizeof(line), file)) {
		region = &regions->list[regions->nr];
		if (sscanf(line, " %*u: 0x%" SCNx64 "..0x%" SCNx64 " %15s %15s", &region->base,
			   &last, node, region->flag) != 4)
			continue;
		region->bytes = last - region->base + 1;
		region->node = strcmp(node, "x") ? (int)strtol(node, NULL, 10) : -1;
		regions->nr++;
	}
	if (file)
		fclose(file);
}

void layout_figure(const char *line, const char *name, uint64_t *value)
{
	size_t len = strlen(name);

	line += strspn(line, " ");
	if (!strncmp(line, name, len) && line[len] && strchr(" :", line[len]))
		*value = strtoull(line + len + 1, NULL, 10);
}

/* A zone of zoneinfo ends with its start. */
static void read_zones(struct layout *layout, const char *instance)
{
	FILE *file = open_debugfs(instance, "zoneinfo");
	struct layout_zone zone = { 0 };
	char line[256];

	layout->nr_zones = 0;
	while (file && layout->nr_zones < LAYOUT_ZONES && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %d, zone %15s", &zone.node, zone.name) == 2)
			continue;
		layout_figure(line, "spanned", &zone.spanned);
		layout_figure(line, "present", &zone.present);
		layout_figure(line, "managed", &zone.managed);
		if (sscanf(line, " start_pfn: %" SCNu64, &zone.start) == 1)
			layout->zones[layout->nr_zones++] = zone;
	}
	if (file)
		fclose(file);
}

void layout_read(struct layout *layout, const char *instance)
{
	read_regions(&layout->memory, instance, "memblock/memory");
	read_regions(&layout->reserved, instance, "memblock/reserved");
	read_zones(layout, instance);
}

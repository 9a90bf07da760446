// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first line of a record: what the instance is, and where its parts lie. Places are
 * numbers of pages from the first of the page map, which says nothing about addresses.
 */
#include <time.h>

#include "ctl.h"
#include "layout.h"
#include "record.h"

static void tell_instance(const struct sbuddy_info *info)
{
	json_text("instance", info->name);
	json_text("backing", info->backing);
	json_text("engine", info->state & SBUDDY_STATE_WORD ? "word" : "list");
	json_number("page_bytes", info->page_size);
	json_number("max_order", info->max_order);
	json_number("pageblock_order", info->pageblock_order);
	json_number("nodes", info->nr_nodes);
	json_number("memory_bytes", info->memory);
	json_number("pages_managed", info->pages_managed);
}

static void tell_regions(const struct sbuddy_info *info, const char *key,
			 const struct layout_regions *regions, uint64_t base_pfn)
{
	const struct layout_region *region = regions->list;

	json_open(key, '[');
	for (; region < regions->list + regions->nr; region++) {
		json_open(NULL, '{');
		json_signed("page", (int64_t)(region->base / info->page_size - base_pfn));
		json_number("bytes", region->bytes);
		if (region->node >= 0)
			json_signed("node", region->node);
		json_text("flag", region->flag);
		json_close('}');
	}
	json_close(']');
}

static void tell_zones(const struct layout *layout, uint64_t base_pfn)
{
	const struct layout_zone *zone = layout->zones;

	json_open("zones", '[');
	for (; zone < layout->zones + layout->nr_zones; zone++) {
		json_open(NULL, '{');
		json_signed("node", zone->node);
		json_text("zone", zone->name);
		json_signed("page", (int64_t)(zone->start - base_pfn));
		json_number("spanned", zone->spanned);
		json_number("present", zone->present);
		json_number("managed", zone->managed);
		json_close('}');
	}
	json_close(']');
}

static void tell_stages(const struct sbuddy_info *info)
{
	FILE *file = open_debugfs(info->name, "stages");
	char line[512];

	json_open("stages", '[');
	/* Where memory lies is said in there, too. */
	while (file && given(OPT_PHYS) && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		json_text(NULL, line);
	}
	json_close(']');
	if (file)
		fclose(file);
}

static void tell_command(int argc, char **argv)
{
	int i;

	json_open("command", '[');
	for (i = 0; i < argc; i++)
		json_text(NULL, argv[i]);
	json_close(']');
}

void record_header(const struct sbuddy_info *info, double interval, bool phys, int argc,
		   char **argv)
{
	uint64_t base_pfn = record_tunable(info, "pagemap_base_pfn");
	static struct layout layout;

	layout_read(&layout, info->name);
	json_open(NULL, '{');
	json_number("sbuddy_record", RECORD_VERSION);
	json_text("sbuddyctl", sbuddy_version());
	tell_instance(info);
	json_number("pages", record_tunable(info, "pagemap_pages"));
	if (phys)
		json_number("base_pfn", base_pfn);
	json_number("started", (uint64_t)time(NULL));
	json_float("interval", interval);
	tell_command(argc, argv);
	tell_regions(info, "memory", &layout.memory, base_pfn);
	tell_regions(info, "reserved", &layout.reserved, base_pfn);
	tell_zones(&layout, base_pfn);
	tell_stages(info);
	json_close('}');
}

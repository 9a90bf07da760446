// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first line of a record: what the instance is, and where its parts lie. Places are
 * numbers of pages from the first of the page map, which says nothing about addresses.
 */
#include <time.h>

#include "ctl.h"
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

/* Lines of memblock/memory and memblock/reserved: "   0: 0xBASE..0xEND    0 NONE". */
static void tell_regions(const struct sbuddy_info *info, const char *key, const char *name,
			 uint64_t base_pfn)
{
	FILE *file = record_debugfs(info, name);
	char line[256], node[16], flag[32];
	uint64_t base, end;

	json_open(key, '[');
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*u: 0x%" SCNx64 "..0x%" SCNx64 " %15s %31s", &base, &end, node,
			   flag) != 4)
			continue;
		json_open(NULL, '{');
		json_signed("page", (int64_t)(base / info->page_size - base_pfn));
		json_number("bytes", end - base + 1);
		if (strcmp(node, "x"))
			json_number("node", strtoul(node, NULL, 10));
		json_text("flag", flag);
		json_close('}');
	}
	json_close(']');
	if (file)
		fclose(file);
}

/* A zone of zoneinfo ends with its start. */
static void tell_zones(const struct sbuddy_info *info, uint64_t base_pfn)
{
	FILE *file = record_debugfs(info, "zoneinfo");
	uint64_t spanned = 0, present = 0, managed = 0, start;
	char line[256], zone[32] = "";
	int node = 0;

	json_open("zones", '[');
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "Node %d, zone %31s", &node, zone);
		sscanf(line, " spanned %" SCNu64, &spanned);
		sscanf(line, " present %" SCNu64, &present);
		sscanf(line, " managed %" SCNu64, &managed);
		if (sscanf(line, " start_pfn: %" SCNu64, &start) != 1)
			continue;
		json_open(NULL, '{');
		json_signed("node", node);
		json_text("zone", zone);
		json_signed("page", (int64_t)(start - base_pfn));
		json_number("spanned", spanned);
		json_number("present", present);
		json_number("managed", managed);
		json_close('}');
	}
	json_close(']');
	if (file)
		fclose(file);
}

static void tell_stages(const struct sbuddy_info *info)
{
	FILE *file = record_debugfs(info, "stages");
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
	tell_regions(info, "memory", "memblock/memory", base_pfn);
	tell_regions(info, "reserved", "memblock/reserved", base_pfn);
	tell_zones(info, base_pfn);
	tell_stages(info);
	json_close('}');
}

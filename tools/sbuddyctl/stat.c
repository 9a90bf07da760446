// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb stat: what the ioctl EXPLAIN tells of zones, which needs no privilege.
 */
#include "ctl.h"

static void json_zone(const struct sbuddy_explain_zone *zone, unsigned int orders)
{
	unsigned int i;

	json_open(NULL, '{');
	json_signed("node", zone->node);
	json_text("zone", zone_names[zone->zone & 3]);
	json_number("pages_free", zone->free);
	json_number("pages_per_cpu", zone->pcp);
	json_number("mark", zone->min);
	json_number("reserve", zone->reserve);
	json_number("boost", zone->boost);
	json_open("blocks", '[');
	for (i = 0; i < orders; i++)
		json_number(NULL, zone->blocks[i]);
	json_close(']');
	json_open("unusable", '[');
	for (i = 0; i < orders; i++)
		json_float(NULL, unusable(zone, 1, i));
	json_close(']');
	json_open("largest_order", '{');
	for (i = 0; i < ARRAY_LEN(type_names); i++)
		json_signed(type_names[i], zone->largest[i]);
	json_close('}');
	json_close('}');
}

static void print_json(const struct sbuddy_info *info, const struct sbuddy_explain_zone *zones,
		       unsigned int nr)
{
	unsigned int i;

	json_open(NULL, '{');
	json_text("instance", info->name);
	json_number("page_bytes", info->page_size);
	json_number("pages_managed", info->pages_managed);
	json_number("pages_free", info->pages_free);
	json_number("pages_per_cpu", info->pages_pcp);
	json_number("pages_pinned", info->pages_pinned);
	json_open("zones", '[');
	for (i = 0; i < nr; i++)
		json_zone(&zones[i], info->max_order + 1);
	json_close(']');
	json_close('}');
	json_end();
}

/* At most 80 columns wide with orders to 10. */
static void print_zone(const struct sbuddy_explain_zone *zone, const struct sbuddy_info *info)
{
	uint64_t free = zone->free, pcp = zone->pcp, kept = zone->min + zone->reserve;
	char size[32];
	unsigned int i;

	printf("\nnode %d, zone %s: %" PRIu64 " pages free, %s; %" PRIu64
	       " on per-CPU lists; %" PRIu64 " kept back\n",
	       zone->node, zone_names[zone->zone & 3], free,
	       human(free * info->page_size, size, sizeof(size)), pcp, kept);
	printf("  order       ");
	for (i = 0; i <= info->max_order; i++)
		printf("%6u", i);
	printf("\n  free blocks ");
	for (i = 0; i <= info->max_order; i++)
		printf("%6" PRIu64, (uint64_t)zone->blocks[i]);
	printf("\n  unusable %%  ");
	for (i = 0; i <= info->max_order; i++)
		printf("%6.1f", 100 * unusable(zone, 1, i));
	printf("\n");
}

int run_stat(int argc, char **argv)
{
	struct sbuddy_explain_zone zones[MAX_ZONES];
	int fd = open_device(O_RDONLY);
	struct sbuddy_info info = info_of(fd);
	unsigned int i, nr = zones_of(fd, zones);
	char size[32];

	sbuddy_close(fd);
	if (in_json()) {
		print_json(&info, zones, nr);
		return 0;
	}
	printf("%s: %" PRIu64 " of %" PRIu64 " pages free, %s; %" PRIu64 " pinned\n", info.name,
	       (uint64_t)info.pages_free, (uint64_t)info.pages_managed,
	       human(info.pages_free * info.page_size, size, sizeof(size)),
	       (uint64_t)info.pages_pinned);
	for (i = 0; i < nr; i++)
		print_zone(&zones[i], &info);
	return 0;
}

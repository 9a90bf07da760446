// SPDX-License-Identifier: GPL-2.0-only
/*
 * The line of a sample: what any user may ask the device, then what root reads of debugfs.
 */
#include "ctl.h"
#include "record.h"

static void tell_zone(const struct sbuddy_explain_zone *zone, unsigned int orders)
{
	unsigned int i;

	json_open(NULL, '{');
	json_signed("node", zone->node);
	json_text("zone", zone_names[zone->zone & 3]);
	json_number("free", zone->free);
	json_number("per_cpu", zone->pcp);
	json_number("mark", zone->min);
	json_number("reserve", zone->reserve);
	json_number("boost", zone->boost);
	json_open("blocks", '[');
	for (i = 0; i < orders; i++)
		json_number(NULL, zone->blocks[i]);
	json_close(']');
	json_open("largest", '[');
	for (i = 0; i < ARRAY_LEN(type_names); i++)
		json_signed(NULL, zone->largest[i]);
	json_close(']');
	json_close('}');
}

/* As zones_of(), but a device that has gone is no error of the program. */
static int ask_zones(int fd, struct sbuddy_explain_zone *zones, unsigned int *nr)
{
	struct sbuddy_explain explain = {
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.nr_zones = MAX_ZONES,
		.zone_size = sizeof(*zones),
		.zones = (uintptr_t)zones,
	};
	int err = sbuddy_explain(fd, &explain, sizeof(explain));

	*nr = explain.nr_zones < MAX_ZONES ? explain.nr_zones : MAX_ZONES;
	return err;
}

int record_sample(int fd, struct sbuddy_info *info, uint64_t us, struct record_seen *seen)
{
	struct sbuddy_explain_zone zones[MAX_ZONES];
	unsigned int i, nr;
	int err = sbuddy_info(fd, 0, info, sizeof(*info));

	if (!err)
		err = ask_zones(fd, zones, &nr);
	if (err)
		return err;
	json_open(NULL, '{');
	json_number("us", us);
	json_number("managed", info->pages_managed);
	json_number("free", info->pages_free);
	json_number("per_cpu", info->pages_pcp);
	json_number("pinned", info->pages_pinned);
	json_open("zones", '[');
	for (i = 0; i < nr; i++)
		tell_zone(&zones[i], info->max_order + 1);
	json_close(']');
	record_map(info, seen);
	record_owners(info, seen);
	record_cpus(info);
	record_extfrag(info);
	record_counters(info, seen);
	record_clients(info);
	record_buffers(info);
	json_close('}');
	return 0;
}

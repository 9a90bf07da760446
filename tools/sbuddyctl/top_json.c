// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"
#include "top.h"

static void json_zone(const struct top_sample *now, unsigned int i)
{
	const struct sbuddy_explain_zone *zone = &now->zones[i];
	const struct top_zone *more = &now->more[i];
	unsigned int type, order, cpu;

	json_open(NULL, '{');
	json_signed("node", zone->node);
	json_text("zone", zone_names[zone->zone & 3]);
	json_number("pages_free", zone->free);
	json_number("pages_per_cpu", zone->pcp);
	json_float("unusable", unusable(zone, 1, now->info.pageblock_order));
	json_open("blocks", '[');
	for (order = 0; order <= now->info.max_order; order++)
		json_number(NULL, zone->blocks[order]);
	json_close(']');
	if (now->root) {
		json_number("min", more->min);
		json_number("low", more->low);
		json_number("high", more->high);
		json_open("types", '{');
		for (type = 0; type < TOP_TYPES; type++) {
			json_open(type_names[type], '[');
			for (order = 0; order <= now->info.max_order; order++)
				json_number(NULL, more->blocks[type][order]);
			json_close(']');
		}
		json_close('}');
		json_open("cpus", '[');
		for (cpu = 0; cpu < more->nr_cpus; cpu++)
			json_number(NULL, more->cpus[cpu].count);
		json_close(']');
	}
	json_close('}');
}

static void json_clients(const struct top_sample *now)
{
	const struct top_client *client;

	json_open("clients", '[');
	for (client = now->clients; client < now->clients + now->nr_clients; client++) {
		json_open(NULL, '{');
		json_number("id", client->id);
		json_number("pid", client->pid);
		json_number("buffers", client->buffers);
		json_number("bytes", client->bytes);
		json_number("peak", client->peak);
		json_number("pins", client->pins);
		json_number("age", client->age);
		json_text("name", client->name);
		json_close('}');
	}
	json_close(']');
}

void top_json(const struct top_sample *before, const struct top_sample *now)
{
	unsigned int i;

	json_open(NULL, '{');
	json_text("instance", now->info.name);
	json_number("time_ms", (uint64_t)(now->time * 1000));
	json_number("pages_managed", now->info.pages_managed);
	json_number("pages_free", now->info.pages_free);
	json_number("pages_per_cpu", now->info.pages_pcp);
	json_number("pages_pinned", now->info.pages_pinned);
	if (before && now->root) {
		json_open("per_second", '{');
		for (i = 0; i < TOP_EVENTS; i++)
			json_float(top_event_names[i], top_rate(before, now, i));
		json_close('}');
	}
	json_open("zones", '[');
	for (i = 0; i < now->nr_zones; i++)
		json_zone(now, i);
	json_close(']');
	if (now->root)
		json_clients(now);
	json_close('}');
	json_end();
	fflush(stdout);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"
#include "top.h"

/* Zones have the numbers of the ABI; one that is not among those of requests is NULL. */
static struct top_zone *zone_named(struct top_sample *sample, int node, const char *name)
{
	unsigned int i;

	for (i = 0; i < sample->nr_zones; i++)
		if (sample->zones[i].node == node &&
		    !strcmp(zone_names[sample->zones[i].zone & 3], name))
			return &sample->more[i];
	return NULL;
}

/* Node    0, zone   Normal, type      Movable      0      1 ... */
void top_parse_types(const char *line, struct top_sample *sample)
{
	char name[32], type[32], *end;
	unsigned int t, order;
	struct top_zone *zone;
	int node, at = 0;

	if (sscanf(line, "Node %d, zone %31[^,], type %31s%n", &node, name, type, &at) != 3 || !at)
		return;
	zone = zone_named(sample, node, name);
	for (t = 0; t < TOP_TYPES && strcmp(type, type_names[t]); t++)
		;
	if (!zone || t == TOP_TYPES)
		return;
	for (line += at, order = 0; order < TOP_ORDERS; order++, line = end) {
		zone->blocks[t][order] = strtoull(line, &end, 10);
		if (end == line)
			return;
	}
}

static void parse_cpu(const char *line, struct top_zone *zone)
{
	unsigned int cpu;
	uint64_t value;

	if (sscanf(line, " cpu: %u", &cpu) == 1 && zone->nr_cpus < TOP_CPUS)
		zone->nr_cpus++;
	if (!zone->nr_cpus)
		return;
	if (sscanf(line, " count: %" SCNu64, &value) == 1)
		zone->cpus[zone->nr_cpus - 1].count = value;
	if (sscanf(line, " high: %" SCNu64, &value) == 1)
		zone->cpus[zone->nr_cpus - 1].high = value;
}

void top_parse_zones(const char *line, struct top_sample *sample, struct top_zone **at)
{
	uint64_t value;
	char name[32];
	int node;

	if (sscanf(line, "Node %d, zone %31s", &node, name) == 2)
		*at = zone_named(sample, node, name);
	if (!*at)
		return;
	if (sscanf(line, " min %" SCNu64, &value) == 1)
		(*at)->min = value;
	if (sscanf(line, " low %" SCNu64, &value) == 1)
		(*at)->low = value;
	if (sscanf(line, " high %" SCNu64, &value) == 1)
		(*at)->high = value;
	parse_cpu(line, *at);
}

void top_parse_events(const char *line, struct top_sample *sample)
{
	static const struct {
		const char *name;
		enum top_event event;
	} counters[] = {
		{ "pgalloc_dma", EVENT_ALLOC },
		{ "pgalloc_normal", EVENT_ALLOC },
		{ "pgalloc_high", EVENT_ALLOC },
		{ "pgalloc_movable", EVENT_ALLOC },
		{ "pgfree", EVENT_FREE },
		{ "sbuddy_alloc_fail", EVENT_FAIL },
		{ "sbuddy_pcp_refill", EVENT_REFILL },
		{ "sbuddy_pcp_drain", EVENT_DRAIN },
		{ "sbuddy_claim", EVENT_CLAIM },
		{ "sbuddy_steal", EVENT_STEAL },
		{ "pgmigrate_success", EVENT_MOVED },
		{ "compact_stall", EVENT_COMPACT },
	};
	uint64_t value;
	char name[64];
	unsigned int i;

	if (sscanf(line, "%63s %" SCNu64, name, &value) != 2)
		return;
	for (i = 0; i < ARRAY_LEN(counters); i++)
		if (!strcmp(name, counters[i].name))
			sample->events[counters[i].event] += value;
}

/* id pid buffers bytes peak pins age ... comm: what is to come is before the last one */
void top_parse_clients(const char *line, struct top_sample *sample)
{
	struct top_client *client = &sample->clients[sample->nr_clients];
	const char *last = strrchr(line, ' ');

	if (sample->nr_clients == TOP_CLIENTS || !last)
		return;
	if (sscanf(line,
		   "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64,
		   &client->id, &client->pid, &client->buffers, &client->bytes, &client->peak,
		   &client->pins, &client->age) != 7)
		return;
	snprintf(client->name, sizeof(client->name), "%.*s", (int)strcspn(last + 1, "\n"),
		 last + 1);
	sample->nr_clients++;
}

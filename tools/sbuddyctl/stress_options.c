// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <strings.h>
#include <time.h>

#include "ctl.h"
#include "stress.h"

#define MAX_WEIGHT 1000000
#define ITEM 64

/* The next of a list, without its weight, which is 1 if there is none; NULL at the end. */
static const char *next_item(const char *list, char *item, unsigned int *weight, const char *option)
{
	size_t len = strcspn(list, ",");
	unsigned long value = 1;
	char *colon, *end;

	if (!len || len >= ITEM)
		die_usage("--%s takes a list with commas, not \"%s\"", option, list);
	memcpy(item, list, len);
	item[len] = '\0';
	colon = strchr(item, ':');
	if (colon) {
		value = strtoul(colon + 1, &end, 10);
		if (!isdigit((unsigned char)colon[1]) || *end || !value || value > MAX_WEIGHT)
			die_usage("--%s takes weights from 1 to %d, not \"%s\"", option, MAX_WEIGHT,
				  colon + 1);
		*colon = '\0';
	}
	*weight = (unsigned int)value;
	return list[len] ? list + len + 1 : NULL;
}

/* A number alone is an order; a size has a unit. */
static void kind_of(const char *item, unsigned int max_order, struct stress_kind *kind)
{
	char *end;
	unsigned long order = strtoul(item, &end, 10);

	kind->bytes = 0;
	kind->order = (unsigned int)order;
	if (isdigit((unsigned char)item[0]) && !*end) {
		if (order > max_order)
			die_usage(
				"--sizes takes orders from 0 to %u, and sizes with a unit, not \"%s\"",
				max_order, item);
	} else if (parse_size(item, &kind->bytes)) {
		die_usage("--sizes takes orders, and sizes like 100K or 4MiB, not \"%s\"", item);
	}
}

unsigned int stress_parse_sizes(const char *list, unsigned int max_order, struct stress_kind *kinds)
{
	char item[ITEM];
	unsigned int nr;

	for (nr = 0; list; nr++) {
		if (nr == STRESS_MAX_KINDS)
			die_usage("--sizes takes up to %d of them", STRESS_MAX_KINDS);
		list = next_item(list, item, &kinds[nr].weight, "sizes");
		kind_of(item, max_order, &kinds[nr]);
	}
	return nr;
}

unsigned int stress_parse_types(const char *list, unsigned int *weights)
{
	unsigned int type, weight, sum = 0;
	char item[ITEM];

	memset(weights, 0, 3 * sizeof(*weights));
	while (list) {
		list = next_item(list, item, &weight, "types");
		for (type = 0; type < 3 && strcasecmp(item, type_names[type]); type++)
			;
		if (type == 3)
			die_usage("--types takes of unmovable, movable, reclaimable, not \"%s\"",
				  item);
		weights[type] += weight;
		sum += weight;
	}
	return sum;
}

static void plan_sizes(struct stress_plan *plan)
{
	static const char *const defaults[] = { "0", "0:2,1", "0:4,1:2,2", "0:8,1:4,2:2,3" };
	unsigned int max = plan->info.max_order, i;
	const char *list = given(OPT_SIZES);

	if (!list)
		list = defaults[max < 3 ? max : 3];
	plan->nr_kinds = stress_parse_sizes(list, max, plan->kinds);
	for (i = 0; i < plan->nr_kinds; i++) {
		if (plan->kinds[i].bytes > plan->info.max_bytes)
			die_usage("--sizes: no buffer of this device has more than %" PRIu64
				  " bytes",
				  (uint64_t)plan->info.max_bytes);
		plan->sizes += plan->kinds[i].weight;
	}
}

void stress_plan(struct stress_plan *plan, const struct sbuddy_info *info)
{
	uint32_t seed = (uint32_t)time(NULL) * 1000003 ^ (uint32_t)getpid();

	memset(plan, 0, sizeof(*plan));
	plan->info = *info;
	plan_sizes(plan);
	plan->type_sum = stress_parse_types(
		given(OPT_TYPES) ? given(OPT_TYPES) : "movable:2,unmovable", plan->types);
	plan->ops = number_of(OPT_OPS, 0, 1, UINT32_MAX);
	plan->seconds = seconds_of(OPT_FOR, plan->ops ? 0 : 10);
	plan->seed = (uint32_t)number_of(OPT_SEED, seed, 0, UINT32_MAX);
	plan->threads = (unsigned int)number_of(OPT_THREADS, 1, 1, STRESS_MAX_THREADS);
	plan->pages = info->pages_free * number_of(OPT_FILL, 50, 1, 100) / 100;
	plan->sample = (unsigned int)number_of(OPT_SAMPLE, 8, 0, 1000000);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "top.h"

const char *const top_key_names[TOP_KEYS] = {
	[KEY_BYTES] = "bytes", [KEY_PEAK] = "peak", [KEY_BUFFERS] = "buffers", [KEY_PINS] = "pins",
	[KEY_AGE] = "age",     [KEY_ID] = "id",	    [KEY_PID] = "pid",	       [KEY_NAME] = "name",
};

static enum top_key sort_key;
static int sign;

static uint64_t value_of(const struct top_client *client)
{
	switch (sort_key) {
	case KEY_BYTES:
		return client->bytes;
	case KEY_PEAK:
		return client->peak;
	case KEY_BUFFERS:
		return client->buffers;
	case KEY_PINS:
		return client->pins;
	case KEY_AGE:
		return client->age;
	case KEY_PID:
		return client->pid;
	default:
		return client->id;
	}
}

/* Of two that are equal, that which came first. */
static int compare(const void *left, const void *right)
{
	const struct top_client *a = left, *b = right;
	uint64_t of_a = value_of(a), of_b = value_of(b);
	int order = (of_a > of_b) - (of_a < of_b);

	if (sort_key == KEY_NAME)
		order = strcmp(a->name, b->name);
	if (order)
		return sign * order;
	return (a->id > b->id) - (a->id < b->id);
}

void top_sort(struct top_sample *sample, enum top_key key, bool backwards)
{
	sort_key = key;
	sign = (key >= KEY_ID) == backwards ? -1 : 1;
	qsort(sample->clients, sample->nr_clients, sizeof(*sample->clients), compare);
}

double top_rate(const struct top_sample *before, const struct top_sample *now, enum top_event event)
{
	if (!before || now->time <= before->time)
		return -1;
	if (now->events[event] < before->events[event])
		return 0;
	return (double)(now->events[event] - before->events[event]) / (now->time - before->time);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs list and info.
 */
#include "ctl.h"

#define MAX_DEVICES 256

static const char *state_of(const struct sbuddy_info *info)
{
	return info->state & SBUDDY_STATE_CORRUPT ? "corrupt" : "ok";
}

static void json_info(const struct sbuddy_info *info)
{
	json_text("instance", info->name);
	json_text("backing", info->backing);
	json_text("state", state_of(info));
	json_text("engine", info->state & SBUDDY_STATE_WORD ? "word" : "list");
	json_bool("mappable", !!(info->state & SBUDDY_STATE_MAPPABLE));
	json_bool("huge", !!(info->state & SBUDDY_STATE_HUGE));
	json_number("page_bytes", info->page_size);
	json_number("max_order", info->max_order);
	json_number("pageblock_order", info->pageblock_order);
	json_number("nodes", info->nr_nodes);
	json_number("memory_bytes", info->memory);
	json_number("max_buffer_bytes", info->max_bytes);
	json_number("pages_managed", info->pages_managed);
	json_number("pages_free", info->pages_free);
	json_number("pages_per_cpu", info->pages_pcp);
	json_number("pages_pinned", info->pages_pinned);
	json_number("max_handles", info->max_handles);
}

static void list_one(unsigned int nr)
{
	int err, fd = sbuddy_open_nr(nr, O_RDONLY);
	struct sbuddy_info info;
	char memory[32], free[32], device[32];

	snprintf(device, sizeof(device), "sbuddy%u", nr);
	err = fd < 0 ? fd : sbuddy_info(fd, 0, &info, sizeof(info));
	if (fd >= 0)
		sbuddy_close(fd);
	if (in_json()) {
		json_open(NULL, '{');
		json_text("device", device);
		if (err)
			json_text("error", strerror(-err));
		else
			json_info(&info);
		json_close('}');
	} else if (err) {
		printf("%-9s  %s\n", device, strerror(-err));
	} else {
		printf("%-9s  %-16s  %-7s  %10s  %10s  %s\n", device, info.name, info.backing,
		       human(info.memory, memory, sizeof(memory)),
		       human(info.pages_free * info.page_size, free, sizeof(free)),
		       state_of(&info));
	}
}

int run_list(int argc, char **argv)
{
	unsigned int numbers[MAX_DEVICES];
	int i, count = sbuddy_devices(numbers, MAX_DEVICES);

	if (count < 0)
		die_error("cannot read /dev", count);
	if (in_json()) {
		json_open(NULL, '{');
		json_open("devices", '[');
	} else if (count) {
		printf("%-9s  %-16s  %-7s  %10s  %10s  %s\n", "device", "instance", "backing",
		       "memory", "free", "state");
	} else {
		warn("there is no device: load the module with an overlay, or make an instance in configfs");
	}
	for (i = 0; i < count && i < MAX_DEVICES; i++)
		list_one(numbers[i]);
	if (in_json()) {
		json_close(']');
		json_close('}');
		json_end();
	}
	return 0;
}

static void line(const char *name, const char *value)
{
	printf("%-14s  %s\n", name, value);
}

static void pages_line(const char *name, uint64_t pages, const struct sbuddy_info *info)
{
	char size[32];

	printf("%-14s  %" PRIu64 " pages, %s\n", name, pages,
	       human(pages * info->page_size, size, sizeof(size)));
}

static void order_line(const char *name, unsigned int order, const struct sbuddy_info *info)
{
	char size[32];

	printf("%-14s  order %u, %s\n", name, order,
	       human((uint64_t)info->page_size << order, size, sizeof(size)));
}

static void print_info(const struct sbuddy_info *info)
{
	char size[32];

	line("instance", info->name);
	line("backing", info->backing);
	line("state", state_of(info));
	line("engine", info->state & SBUDDY_STATE_WORD ? "word" : "list");
	line("mappable", info->state & SBUDDY_STATE_MAPPABLE ? "yes" : "no");
	line("memory", human(info->memory, size, sizeof(size)));
	line("page", human(info->page_size, size, sizeof(size)));
	order_line("largest block", info->max_order, info);
	order_line("pageblock", info->pageblock_order, info);
	line("largest buffer", human(info->max_bytes, size, sizeof(size)));
	printf("%-14s  %u\n", "nodes", info->nr_nodes);
	pages_line("managed", info->pages_managed, info);
	pages_line("free", info->pages_free, info);
	pages_line("per-CPU lists", info->pages_pcp, info);
	pages_line("pinned", info->pages_pinned, info);
	printf("%-14s  %u for each open file\n", "handles", info->max_handles);
}

int run_info(int argc, char **argv)
{
	int fd = open_device(O_RDONLY);
	struct sbuddy_info info = info_of(fd);

	sbuddy_close(fd);
	if (!in_json()) {
		print_info(&info);
		return 0;
	}
	json_open(NULL, '{');
	json_info(&info);
	json_close('}');
	json_end();
	return 0;
}

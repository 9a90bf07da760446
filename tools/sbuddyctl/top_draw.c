// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "ctl.h"
#include "top.h"

#define BAR 24

const char *const top_event_names[TOP_EVENTS] = {
	[EVENT_ALLOC] = "alloc",   [EVENT_FREE] = "free",   [EVENT_FAIL] = "fail",
	[EVENT_REFILL] = "refill", [EVENT_DRAIN] = "drain", [EVENT_CLAIM] = "claim",
	[EVENT_STEAL] = "steal",   [EVENT_MOVED] = "moved", [EVENT_COMPACT] = "compact",
};

static const char *zone_name(const struct sbuddy_explain_zone *zone, char *text, size_t size)
{
	snprintf(text, size, "%d %s", zone->node, zone_names[zone->zone & 3]);
	return text;
}

static void draw_memory(struct page *page, const struct top_sample *now, double delay)
{
	const struct sbuddy_info *info = &now->info;
	uint64_t used = info->pages_managed - info->pages_free;
	char bar[BAR + 1] = "", memory[32], is_free[32], clock[16] = "";
	time_t seconds = time(NULL);
	double share = 0;
	unsigned int i;

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&seconds));
	page_line(page, "%s: %s, %s, engine %s%s; %s, every %.3g s", info->name, info->backing,
		  human(info->memory, memory, sizeof(memory)),
		  info->state & SBUDDY_STATE_WORD ? "word" : "list",
		  info->state & SBUDDY_STATE_CORRUPT ? ", CORRUPT" : "", clock, delay);
	if (info->pages_managed)
		share = (double)used / (double)info->pages_managed;
	for (i = 0; i < BAR; i++)
		bar[i] = i < (unsigned int)(share * BAR + 0.5) ? '#' : '.';
	page_line(page, "[%s] %.1f %% in use; %" PRIu64 " of %" PRIu64 " pages free, %s", bar,
		  100 * share, (uint64_t)info->pages_free, (uint64_t)info->pages_managed,
		  human(info->pages_free * info->page_size, is_free, sizeof(is_free)));
}

static void draw_rates(struct page *page, const struct top_sample *before,
		       const struct top_sample *now)
{
	char names[128] = "", values[128] = "";
	unsigned int i;
	double rate;
	int at = 0;

	if (!now->root) {
		page_line(page, "rates, types, marks and clients are for root");
		return;
	}
	for (i = 0; i < TOP_EVENTS; i++) {
		rate = top_rate(before, now, i);
		snprintf(names + at, sizeof(names) - (size_t)at, "%8s", top_event_names[i]);
		if (rate < 0)
			snprintf(values + at, sizeof(values) - (size_t)at, "%8s", "-");
		else
			snprintf(values + at, sizeof(values) - (size_t)at, "%8.0f", rate);
		at += 8;
	}
	page_head(page, "%s  per s", names);
	page_line(page, "%s", values);
}

/* The order of the largest free block, or "-". */
static const char *largest(const struct sbuddy_explain_zone *zone, char *text, size_t size)
{
	int order = TOP_ORDERS - 1;

	while (order >= 0 && !zone->blocks[order])
		order--;
	snprintf(text, size, order < 0 ? "-" : "%d", order);
	return text;
}

/* Its watermarks are for root. */
static void draw_zone(struct page *page, const struct top_sample *now, unsigned int i)
{
	const struct sbuddy_explain_zone *zone = &now->zones[i];
	const struct top_zone *more = &now->more[i];
	char name[32], order[8], marks[64];

	snprintf(marks, sizeof(marks), "%8s%8s%8s", "-", "-", "-");
	if (now->root)
		snprintf(marks, sizeof(marks), "%8" PRIu64 "%8" PRIu64 "%8" PRIu64, more->min,
			 more->low, more->high);
	page_line(page, "%-12s%9" PRIu64 "%s%9" PRIu64 "%9s%8.1f %%",
		  zone_name(zone, name, sizeof(name)), (uint64_t)zone->free, marks,
		  (uint64_t)zone->pcp, largest(zone, order, sizeof(order)),
		  100 * unusable(zone, 1, now->info.pageblock_order));
}

static void draw_zones(struct page *page, const struct top_sample *now)
{
	unsigned int i;

	page_head(page, "%-12s%9s%8s%8s%8s%9s%9s%10s", "zone", "free", "min", "low", "high",
		  "per-CPU", "largest", "unusable");
	for (i = 0; i < now->nr_zones; i++)
		draw_zone(page, now, i);
}

/* As wide as fits, for up to 16 orders. */
static void draw_row(struct page *page, bool head, const char *zone, const char *type,
		     const uint64_t *blocks, unsigned int orders)
{
	unsigned int i, width = page->columns > 24 ? (page->columns - 24) / orders : 0;
	char row[PAGE_COLUMNS] = "";
	int at = 0;

	width = width > 7 ? 7 : width;
	for (i = 0; i < orders && at < (int)sizeof(row) - 32; i++)
		at += snprintf(row + at, sizeof(row) - (size_t)at, "%*" PRIu64, (int)width,
			       blocks[i]);
	if (head)
		page_head(page, "%-12s%-12s%s", zone, type, row);
	else
		page_line(page, "%-12s%-12s%s", zone, type, row);
}

static bool any(const uint64_t *blocks)
{
	unsigned int i;

	for (i = 0; i < TOP_ORDERS; i++)
		if (blocks[i])
			return true;
	return false;
}

static void draw_orders(struct page *page, const struct top_sample *now)
{
	static const uint64_t orders[TOP_ORDERS] = { 0, 1, 2,  3,  4,  5,  6,  7,
						     8, 9, 10, 11, 12, 13, 14, 15 };
	unsigned int i, type, nr = now->info.max_order + 1;
	char name[32];

	draw_row(page, true, "free blocks", "type", orders, nr);
	for (i = 0; i < now->nr_zones; i++) {
		uint64_t blocks[TOP_ORDERS];

		zone_name(&now->zones[i], name, sizeof(name));
		memcpy(blocks, now->zones[i].blocks, sizeof(blocks));
		if (!now->root)
			draw_row(page, false, name, "all", blocks, nr);
		for (type = 0; now->root && type < TOP_TYPES; type++)
			if (any(now->more[i].blocks[type]))
				draw_row(page, false, name, type_names[type],
					 now->more[i].blocks[type], nr);
	}
}

static void draw_cpus(struct page *page, const struct top_sample *now)
{
	const struct top_zone *zone;
	unsigned int i, cpu;
	char row[PAGE_COLUMNS], name[32];
	size_t at;

	if (!now->root)
		return;
	page_head(page, "%-12s%s", "CPUs' lists", "cpu: pages of at most");
	for (i = 0; i < now->nr_zones; i++) {
		zone = &now->more[i];
		for (at = 0, row[0] = '\0', cpu = 0; cpu < zone->nr_cpus; cpu++) {
			if (at < sizeof(row) - 64)
				at += (size_t)snprintf(row + at, sizeof(row) - at,
						       "%s%u: %" PRIu64 "/%" PRIu64, at ? "  " : "",
						       cpu, zone->cpus[cpu].count,
						       zone->cpus[cpu].high);
		}
		page_line(page, "%-12s%s", zone_name(&now->zones[i], name, sizeof(name)), row);
	}
}

static void draw_clients(struct page *page, const struct top_sample *now, enum top_key key,
			 bool backwards)
{
	const struct top_client *client;
	char bytes[32], peak[32];
	unsigned int i;

	if (!now->root)
		return;
	page_head(page, "%6s %7s %8s %11s %11s %6s %7s  %s", "id", "pid", "buffers", "bytes",
		  "peak", "pins", "age", "name");
	for (i = 0; i < now->nr_clients; i++) {
		client = &now->clients[i];
		page_line(page,
			  "%6" PRIu64 " %7" PRIu64 " %8" PRIu64 " %11s %11s %6" PRIu64 " %7" PRIu64
			  "  %s",
			  client->id, client->pid, client->buffers,
			  human(client->bytes, bytes, sizeof(bytes)),
			  human(client->peak, peak, sizeof(peak)), client->pins, client->age,
			  client->name);
	}
}

void top_draw(struct page *page, const struct top_sample *before, const struct top_sample *now,
	      double delay, enum top_key key, bool backwards)
{
	unsigned int rows = page->rows;

	page->nr = 0;
	if (!page->plain && page->rows > 1)
		page->rows--;
	draw_memory(page, now, delay);
	draw_rates(page, before, now);
	draw_zones(page, now);
	draw_orders(page, now);
	draw_cpus(page, now);
	draw_clients(page, now, key, backwards);
	page->rows = rows;
	if (page->plain)
		return;
	while (page->nr + 1 < page->rows && page->nr < PAGE_LINES)
		page_line(page, "%s", "");
	page_line(page, "q quit  s, S sort by (%s%s)  r reverse  +, - delay", top_key_names[key],
		  backwards ? ", reversed" : "");
}

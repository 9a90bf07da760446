/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb top: an instance at one moment, and what happened since the one before.
 */
#ifndef SBUDDYCTL_TOP_H
#define SBUDDYCTL_TOP_H

#include <stdbool.h>
#include <stdint.h>

#include "libsbuddy.h"
#include "terminal.h"

#define TOP_ZONES 32
#define TOP_TYPES 6
#define TOP_ORDERS 16
#define TOP_CPUS 64
#define TOP_CLIENTS 1024

struct top_client {
	uint64_t id;
	uint64_t pid;
	uint64_t buffers;
	uint64_t bytes;
	uint64_t peak;
	uint64_t pins;
	uint64_t age; /* seconds */
	char name[64];
};

/* What of a zone is for root; it stays 0 for others. */
struct top_zone {
	uint64_t min; /* pages, as are the next two */
	uint64_t low;
	uint64_t high;
	uint64_t blocks[TOP_TYPES][TOP_ORDERS];
	unsigned int nr_cpus;
	struct {
		uint64_t count; /* pages */
		uint64_t high;
	} cpus[TOP_CPUS];
};

/* What happens. */
enum top_event {
	EVENT_ALLOC, /* pages */
	EVENT_FREE, /* pages */
	EVENT_FAIL,
	EVENT_REFILL, /* pages, as are those of drain */
	EVENT_DRAIN,
	EVENT_CLAIM,
	EVENT_STEAL,
	EVENT_MOVED, /* pages */
	EVENT_COMPACT,
	TOP_EVENTS,
};

extern const char *const top_event_names[TOP_EVENTS];

/**
 * struct top_sample - An instance at one moment.
 * @time: in seconds, of a clock that only rises
 * @info: of the device
 * @zones: of requests, @nr_zones of them
 * @more: the same zones, if @root
 * @events: how often since the instance is live, if @root
 * @clients: who has it open, if @root; @nr_clients of them
 * @root: debugfs could be read
 */
struct top_sample {
	double time;
	struct sbuddy_info info;
	struct sbuddy_explain_zone zones[TOP_ZONES];
	struct top_zone more[TOP_ZONES];
	unsigned int nr_zones;
	uint64_t events[TOP_EVENTS];
	struct top_client clients[TOP_CLIENTS];
	unsigned int nr_clients;
	bool root;
};

/* By what clients are sorted. */
enum top_key { KEY_BYTES, KEY_PEAK, KEY_BUFFERS, KEY_PINS, KEY_AGE, KEY_ID, KEY_PID, KEY_NAME };
#define TOP_KEYS 8

extern const char *const top_key_names[TOP_KEYS];

/* top_read.c */
void top_read(int fd, struct top_sample *sample);

/* top_parse.c: lines of debugfs's files, of which some are not looked at */
void top_parse_types(const char *line, struct top_sample *sample);
void top_parse_zones(const char *line, struct top_sample *sample, struct top_zone **at);
void top_parse_events(const char *line, struct top_sample *sample);
void top_parse_clients(const char *line, struct top_sample *sample);

/* top_sort.c: largest first, but for numbers and names of clients */
void top_sort(struct top_sample *sample, enum top_key key, bool backwards);

/* A second's; -1 when there is no sample before. */
double top_rate(const struct top_sample *before, const struct top_sample *now,
		enum top_event event);

/* top_draw.c, top_json.c; @before is NULL for the first one */
void top_draw(struct page *page, const struct top_sample *before, const struct top_sample *now,
	      double delay, enum top_key key, bool backwards);
void top_json(const struct top_sample *before, const struct top_sample *now);

#endif

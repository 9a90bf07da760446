/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking for compaction, and seeing what came of it: what is free in each span, as the
 * file pagemap tells it. A span is memory in a row of one zone. Free memory of two zones,
 * or of the two sides of a hole, is never one run.
 */
#ifndef SBUDDY_TEST_COMPACTION_H
#define SBUDDY_TEST_COMPACTION_H

#include "device.h"

#define SB_MAX_SPANS 64

/* What is free in a span. */
struct sb_span {
	unsigned int node;
	unsigned int zone;
	unsigned long pages;
	unsigned long runs;
	unsigned long longest; /* pages of the longest of these */
	unsigned long barred; /* pages that are in pageblocks which are not Movable */
	unsigned long longest_barred; /* of these, in the longest run */
};

struct sb_spans {
	unsigned int nr;
	struct sb_span span[SB_MAX_SPANS];
};

static inline struct sbuddy_plan sb_plan(int fd)
{
	struct sbuddy_plan plan = { .size = sizeof(plan), .node = SBUDDY_NODE_ANY };

	if (sb_call(fd, SBUDDY_IOC_PLAN, &plan))
		plan.result = ~0u;
	return plan;
}

static inline int sb_compact(int fd, uint64_t pages, uint64_t us, struct sbuddy_compact *c)
{
	struct sbuddy_compact arg = {
		.size = sizeof(arg),
		.node = SBUDDY_NODE_ANY,
		.pages = pages,
		.us = us,
	};
	int err = sb_call(fd, SBUDDY_IOC_COMPACT, &arg);

	*c = arg;
	return err;
}

/* It stays where it is, and that is told: 0 or -errno. */
static inline int sb_pin_at(int fd, uint32_t handle, uint64_t *phys)
{
	struct sbuddy_pin arg = {
		.size = sizeof(arg),
		.flags = SBUDDY_PIN_PHYS,
		.handle = handle,
	};
	int err = sb_call(fd, SBUDDY_IOC_PIN, &arg);

	if (!err)
		*phys = arg.phys;
	return err;
}

static inline FILE *sb_debugfs_file(int fd, const char *name, const char *mode)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/sbuddy/%s/%s", sb_info(fd).name, name);
	return fopen(path, mode);
}

/* The worker would do it before us. */
static inline int sb_set_proactiveness(int fd, unsigned int value)
{
	FILE *file = sb_debugfs_file(fd, "tunables", "w");
	int err = 0;

	if (!file)
		return -errno;
	if (fprintf(file, "compaction_proactiveness %u", value) < 0)
		err = -errno;
	return fclose(file) ? -errno : err;
}

/* Each page of a buffer has its own, at its first word and, inverted, at its last one. */
static inline uint32_t sb_stamp(uint32_t number, uint32_t page)
{
	return (number * 2654435761u + page) | 1;
}

static inline void sb_write_stamps(uint32_t *words, uint32_t number, uint32_t pages)
{
	size_t in_page = (size_t)sysconf(_SC_PAGESIZE) / sizeof(*words);
	uint32_t i;

	for (i = 0; i < pages; i++, words += in_page) {
		words[0] = sb_stamp(number, i);
		words[in_page - 1] = ~sb_stamp(number, i);
	}
}

/* How many of the pages are not as they were written. */
static inline uint32_t sb_lost_stamps(const uint32_t *words, uint32_t number, uint32_t pages)
{
	size_t in_page = (size_t)sysconf(_SC_PAGESIZE) / sizeof(*words);
	uint32_t i, lost = 0;

	for (i = 0; i < pages; i++, words += in_page)
		lost += words[0] != sb_stamp(number, i) ||
			words[in_page - 1] != ~sb_stamp(number, i);
	return lost;
}

/* The span that a page is in, NULL for a hole; no run goes on where one begins. */
static inline struct sb_span *sb_span_of(struct sb_spans *spans, uint64_t word, uint64_t before,
					 unsigned long *run)
{
	struct sb_span *span = spans->nr ? &spans->span[spans->nr - 1] : NULL;

	if (SBUDDY_PM_STATE(word) == SBUDDY_PM_HOLE)
		return NULL;
	if (SBUDDY_PM_STATE(before) != SBUDDY_PM_HOLE && span &&
	    span->node == SBUDDY_PM_NODE(word) && span->zone == SBUDDY_PM_ZONE(word))
		return span;
	if (spans->nr == SB_MAX_SPANS)
		return NULL;
	*run = 0;
	span = &spans->span[spans->nr++];
	span->node = SBUDDY_PM_NODE(word);
	span->zone = SBUDDY_PM_ZONE(word);
	return span;
}

/* What is on free lists: 0, or -1 when there is no file to tell. */
static inline int sb_see_free(int fd, struct sb_spans *spans)
{
	FILE *file = sb_debugfs_file(fd, "pagemap", "r");
	unsigned long run = 0, barred = 0, bar;
	uint64_t word, before = 0;

	memset(spans, 0, sizeof(*spans));
	if (!file)
		return -1;
	for (; fread(&word, sizeof(word), 1, file) == 1; before = word) {
		struct sb_span *span = sb_span_of(spans, word, before, &run);

		run = span && SBUDDY_PM_STATE(word) == SBUDDY_PM_FREE ? run + 1 : 0;
		if (!run)
			continue;
		bar = SBUDDY_PM_BLOCK_TYPE(word) != SBUDDY_MOVABLE;
		barred = run == 1 ? bar : barred + bar;
		span->pages++;
		span->runs += run == 1;
		span->barred += bar;
		if (run > span->longest) {
			span->longest = run;
			span->longest_barred = barred;
		}
	}
	fclose(file);
	return 0;
}

/* The longest run of all, which is what a plan tells. */
static inline unsigned long sb_longest_run(const struct sb_spans *spans)
{
	unsigned long longest = 0;
	unsigned int i;

	for (i = 0; i < spans->nr; i++)
		if (spans->span[i].longest > longest)
			longest = spans->span[i].longest;
	return longest;
}

/* Not by printf(), as the harness ends a test without flushing. */
static inline void sb_print_free(const char *when, const struct sb_spans *spans)
{
	unsigned int i;

	for (i = 0; i < spans->nr; i++)
		dprintf(STDOUT_FILENO,
			"# %s: node %u, zone %u: %lu pages free in %lu runs, the longest of %lu\n",
			when, spans->span[i].node, spans->span[i].zone, spans->span[i].pages,
			spans->span[i].runs, spans->span[i].longest);
}

#endif

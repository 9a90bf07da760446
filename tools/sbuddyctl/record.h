/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb record: what becomes of an instance, sample by sample, in a file of lines of
 * JSON. Documentation/record.md says what is in them.
 */
#ifndef SBUDDYCTL_RECORD_H
#define SBUDDYCTL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "libsbuddy.h"

#define RECORD_VERSION 1

/* Counters of vmstat that are kept from one sample to the next. */
#define RECORD_COUNTERS 256

struct record_counter {
	char name[64];
	uint64_t value;
};

/**
 * struct record_seen - What the last sample told, so that the next need not repeat it.
 * @map: page map, as it was written, or NULL
 * @owners: owners, as they were written, or NULL
 * @counters: of vmstat
 * @nr_counters: how many
 */
struct record_seen {
	char *map;
	char *owners;
	struct record_counter counters[RECORD_COUNTERS];
	unsigned int nr_counters;
};

/**
 * struct record_file - The file that is written.
 * @path: for messages
 * @fd: open for writing, or -1
 * @bytes: of whole lines
 * @limit: most bytes
 * @line: what is written of a line, or NULL between lines
 * @text: its text once @line is flushed
 * @size: its bytes
 */
struct record_file {
	const char *path;
	int fd;
	uint64_t bytes;
	uint64_t limit;
	FILE *line;
	char *text;
	size_t size;
};

/* A command that runs meanwhile, and the pipe by which it tells of itself. */
struct record_load {
	pid_t pid; /* 0 when there is none, or it has ended */
	int fd; /* -1 likewise */
	size_t used;
	char text[8192];
};

/* record_file.c: a line is begun, json_*() fill it, and it is written as a whole */
void record_create(struct record_file *file, const char *path, uint64_t limit);
void record_begin(struct record_file *file);

/**
 * record_end() - Write the line that was begun.
 * @file: file
 * @last: the line that says why it ended, for which there is always room
 *
 * Return: 0, 1 when it would be beyond the limit, or what the write failed with. The file
 * then ends with the line before.
 */
int record_end(struct record_file *file, bool last);

/* Forgets the line that was begun. */
void record_drop(struct record_file *file);

/* record_header.c: the first line */
void record_header(const struct sbuddy_info *info, double interval, bool phys, int argc,
		   char **argv);

/**
 * record_sample() - Fill the line of a sample.
 * @fd: device
 * @info: what it is
 * @us: microseconds since the first
 * @seen: the sample before, and then this one
 *
 * Return: 0, or negative errno when the device does not answer.
 */
int record_sample(int fd, struct sbuddy_info *info, uint64_t us, struct record_seen *seen);

/* record_map.c, record_holders.c: parts of a sample, those of debugfs for who may read it */
void record_map(const struct sbuddy_info *info, struct record_seen *seen);
char *record_runs(const uint64_t *words, uint64_t pages); /* for free(); NULL without memory */
void record_cpus(const struct sbuddy_info *info);
void record_extfrag(const struct sbuddy_info *info);
void record_counters(const struct sbuddy_info *info, struct record_seen *seen);
void record_clients(const struct sbuddy_info *info);
void record_buffers(const struct sbuddy_info *info);
void record_owners(const struct sbuddy_info *info, struct record_seen *seen);

/* A figure of the file tunables; 0 when there is none. */
uint64_t record_tunable(const struct sbuddy_info *info, const char *name);

/* record_load.c: starts @argv with SBUDDY_RECORD in its environment */
void record_load_start(struct record_load *load, char **argv);

/* Reads what the command has told; calls @tell for each line that is a JSON object. */
void record_load_read(struct record_load *load, void (*tell)(void *data, const char *text),
		      void *data);

/* json_check.c: whether @text is one JSON value, and an object if @object is set. */
bool json_check(const char *text, bool object);

#endif

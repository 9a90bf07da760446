/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the files clients and buffers of debugfs, and fdinfo. */
#ifndef SBUDDY_TEST_HOLDERS_H
#define SBUDDY_TEST_HOLDERS_H

#include "device.h"

#define CLIENTS_HEAD "id pid buffers bytes peak pins age uid limit claimed comm\n"
#define BUFFERS_HEAD "id pid handle bytes order runs type mappings pins slice_of name\n"

/* A line of the file clients. */
struct holder {
	unsigned int id;
	int pid;
	uint64_t buffers;
	uint64_t bytes;
	uint64_t peak;
	unsigned int pins;
	uint64_t age;
	unsigned int uid;
	uint64_t limit;
	uint64_t claimed;
	char comm[80];
};

/* A line of the file buffers. */
struct line {
	unsigned int id;
	int pid;
	unsigned int handle;
	uint64_t bytes;
	unsigned int order;
	unsigned int runs;
	char type[16];
	unsigned int mappings;
	unsigned int pins;
	unsigned int slice_of;
	char name[SBUDDY_NAME_LEN];
};

static inline FILE *open_window(const char *name)
{
	const char *debugfs = getenv("DEBUGFS");
	int fd = sb_open(O_RDWR);
	char path[128];

	snprintf(path, sizeof(path), "%s/sbuddy/%s/%s", debugfs ? debugfs : "/sys/kernel/debug",
		 sb_info(fd).name, name);
	close(fd);
	return fopen(path, "r");
}

/* The value of a key, or ~0. */
static inline uint64_t fdinfo(int fd, const char *key)
{
	unsigned long long value = ~0ull;
	char path[64], text[128];
	size_t len = strlen(key);
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(text, sizeof(text), file))
		if (!strncmp(text, key, len) && text[len] == ':')
			sscanf(text + len + 1, "%llu", &value);
	if (file)
		fclose(file);
	return value;
}

static inline int read_holder(const char *text, struct holder *holder)
{
	unsigned long long buffers, bytes, peak, age, limit, claimed;

	memset(holder, 0, sizeof(*holder));
	if (sscanf(text, "%u %d %llu %llu %llu %u %llu %u %llu %llu %79s", &holder->id,
		   &holder->pid, &buffers, &bytes, &peak, &holder->pins, &age, &holder->uid, &limit,
		   &claimed, holder->comm) != 11)
		return -1;
	holder->buffers = buffers;
	holder->bytes = bytes;
	holder->peak = peak;
	holder->age = age;
	holder->limit = limit;
	holder->claimed = claimed;
	return 0;
}

/* The line of an open file of this process: 0, or -1 when there is none. */
static inline int find_holder(int fd, struct holder *holder)
{
	FILE *file = open_window("clients");
	uint64_t id = fdinfo(fd, "sbuddy-client");
	char text[256];
	int err = -1;

	if (!file)
		return -1;
	if (!fgets(text, sizeof(text), file) || strcmp(text, CLIENTS_HEAD))
		printf("# the file clients begins with: %s", text);
	else
		while (err && fgets(text, sizeof(text), file))
			if (read_holder(text, holder) || holder->id == id)
				err = holder->id == id ? 0 : -1;
	fclose(file);
	return err;
}

static inline int read_line(char *text, struct line *line)
{
	unsigned long long bytes;
	int name = 0;

	memset(line, 0, sizeof(*line));
	text[strcspn(text, "\n")] = '\0';
	if (sscanf(text, "%u %d %u %llu %u %u %15s %u %u %u %n", &line->id, &line->pid,
		   &line->handle, &bytes, &line->order, &line->runs, line->type, &line->mappings,
		   &line->pins, &line->slice_of, &name) < 4)
		return -1;
	line->bytes = bytes;
	if (name)
		snprintf(line->name, sizeof(line->name), "%s", text + name);
	return 0;
}

/* The next line of an open file of the device: 0, or -1 at the end. */
static inline int next_line(FILE *file, unsigned int id, struct line *line)
{
	char text[256];

	while (fgets(text, sizeof(text), file))
		if (!read_line(text, line) && line->id == id)
			return 0;
	return -1;
}

static inline int find_line(unsigned int id, uint32_t handle, struct line *line)
{
	FILE *file = open_window("buffers");
	int err = -1;

	if (!file)
		return -1;
	while (err && !next_line(file, id, line))
		err = line->handle == handle ? 0 : -1;
	fclose(file);
	return err;
}

static inline uint64_t listed_bytes(unsigned int id)
{
	FILE *file = open_window("buffers");
	uint64_t bytes = 0;
	struct line line;

	if (!file)
		return ~0ull;
	while (!next_line(file, id, &line))
		bytes += line.slice_of ? 0 : line.bytes;
	fclose(file);
	return bytes;
}

static inline long count_lines(unsigned int id)
{
	FILE *file = open_window("buffers");
	struct line line;
	long nr = 0;

	while (file && !next_line(file, id, &line))
		nr++;
	if (file)
		fclose(file);
	return nr;
}

static inline void need_holders(void)
{
	FILE *file = open_window("clients");

	if (!file) {
		printf("1..0 # SKIP the file clients cannot be read: %s\n", strerror(errno));
		exit(KSFT_SKIPPED);
	}
	fclose(file);
}

#endif

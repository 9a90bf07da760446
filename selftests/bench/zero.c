// SPDX-License-Identifier: GPL-2.0-only
/*
 * When pages are zeroed: as they are freed, with init_on_free, or when a process is about to
 * reach them. Two sandboxes of the same size do the same work; what one side spends with a
 * get the other spends with a put, and neither zeroes twice.
 */
#include <sys/stat.h>

#include "bench.h"

#define ORDER 4
#define NR_PAGES (1u << ORDER)
#define CONFIGFS "/sys/kernel/config/sbuddy/"

static int at_free, at_use;

static void write_file(const char *item, const char *name, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), CONFIGFS "%s/%s", item, name);
	fd = open(path, O_WRONLY);
	bench_must(fd >= 0 && write(fd, text, strlen(text)) > 0 && !close(fd), path);
}

/* The device of a new sandbox, open. */
static int make(const char *item, const char *init_on_free)
{
	char path[128], device[32] = "/dev/";
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), CONFIGFS "%s", item);
	if (mkdir(path, 0755)) {
		bench_must(errno != EEXIST, path);
		printf("# %s: %s\n", path, strerror(errno));
		exit(BENCH_SKIPPED);
	}
	write_file(item, "memory", "4M");
	write_file(item, "init_on_free", init_on_free);
	write_file(item, "live", "1");
	snprintf(path, sizeof(path), CONFIGFS "%s/device", item);
	fd = open(path, O_RDONLY);
	got = read(fd, device + 5, sizeof(device) - 6);
	bench_must(got > 0 && !close(fd), path);
	device[5 + got] = '\0';
	device[strcspn(device, "\n")] = '\0';
	fd = open(device, O_RDWR | O_CLOEXEC);
	bench_must(fd >= 0, device);
	return fd;
}

static void end(int fd, const char *item)
{
	char path[128];

	snprintf(path, sizeof(path), CONFIGFS "%s", item);
	bench_must(!close(fd) && !rmdir(path), path);
}

/* How long @times gets take, and as many puts, with pages that were all written to. */
static void live(int fd, unsigned int times, uint64_t *get, uint64_t *put)
{
	size_t len = NR_PAGES * bench_page;

	*get = *put = 0;
	bench_fd = fd;
	while (times--) {
		uint64_t start = bench_now();
		struct sbuddy_alloc alloc = bench_alloc(ORDER, SBUDDY_UNMOVABLE);
		char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			       (off_t)alloc.offset);

		bench_must(p != MAP_FAILED, "mmap");
		*get += bench_now() - start;
		memset(p, 1, len);
		start = bench_now();
		bench_must(!munmap(p, len), "munmap");
		bench_free(alloc.handle);
		*put += bench_now() - start;
	}
}

static uint64_t gets_of(int fd, unsigned int times)
{
	uint64_t get, put;

	live(fd, times, &get, &put);
	return get;
}

static uint64_t puts_of(int fd, unsigned int times)
{
	uint64_t get, put;

	live(fd, times, &get, &put);
	return put;
}

static uint64_t both_of(int fd, unsigned int times)
{
	uint64_t get, put;

	live(fd, times, &get, &put);
	return get + put;
}

#define SIDE(part, when)                                  \
	static uint64_t part##_##when(unsigned int times) \
	{                                                 \
		return part##_of(when, times);            \
	}                                                 \
	static const struct side part##_side_##when = { part##_##when, NR_PAGES }

SIDE(gets, at_free);
SIDE(gets, at_use);
SIDE(puts, at_free);
SIDE(puts, at_use);
SIDE(both, at_free);
SIDE(both, at_use);

int main(void)
{
	bench_begin();
	at_free = make("bench-at-free", "1");
	at_use = make("bench-at-use", "0");
	printf("# zeroed: %u pages at a time, zeroed as they are freed, beside when they are mapped\n",
	       NR_PAGES);
	bench_compare("zeroed-get", "at-use", 128, &gets_side_at_free, &gets_side_at_use);
	bench_compare("zeroed-put", "at-use", 128, &puts_side_at_free, &puts_side_at_use);
	bench_compare("zeroed-both", "at-use", 128, &both_side_at_free, &both_side_at_use);
	end(at_free, "bench-at-free");
	end(at_use, "bench-at-use");
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An instance where everything moves when it is told to, made by way of configfs:
 *
 *	[ unmovable, almost all of it ][ room ][ area a ][ area b ]
 *
 * Movable buffers are in two CMA areas, which are asked first as there is hardly
 * anything else. Who claims one of them has what is in it moved to the other. What
 * is pinned goes to the room that is left.
 */
#ifndef SBUDDY_TEST_MOVABLE_H
#define SBUDDY_TEST_MOVABLE_H

#include <sys/stat.h>

#include "device.h"

#define ITEM "/sys/kernel/config/sbuddy/test-movable"
#define FILES "/sys/kernel/debug/sbuddy/test-movable"

#ifndef MOVABLE_AREAS
#define MOVABLE_AREAS "a 3M\nb 3M"
#endif

/* Log2 of the pages that are left for what is pinned. */
#define ROOM_ORDER 8

/* Keeps what is not in the areas. */
static int filler = -1;

/* 0 or -errno */
static inline int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int err = write(fd, text, strlen(text)) < 0 ? -errno : 0;

	close(fd);
	return err;
}

static inline long long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY);
	ssize_t len = read(fd, text, sizeof(text) - 1);

	close(fd);
	return len > 0 ? strtoll(text, NULL, 0) : -1;
}

/* One path a thread: threads of a process ask at once. */
static inline const char *area_file(int area, const char *file)
{
	static __thread char path[128];

	snprintf(path, sizeof(path), FILES "/cma/%c/%s", 'a' + area, file);
	return path;
}

/* Claims an area, whole, and lets go of it: 0, or why it could not be had. */
static inline int claim_area(int area)
{
	char pages[32];
	int err;

	snprintf(pages, sizeof(pages), "%lld", read_number(area_file(area, "count")));
	err = write_to(area_file(area, "alloc"), pages);
	if (!err)
		write_to(area_file(area, "free"), pages);
	return err;
}

static inline int pin(int fd, uint32_t handle, uint64_t *phys)
{
	struct sbuddy_pin arg = {
		.size = sizeof(arg),
		.flags = phys ? SBUDDY_PIN_PHYS : 0,
		.handle = handle,
	};
	int err = sb_call(fd, SBUDDY_IOC_PIN, &arg);

	if (err)
		return err;
	if (phys)
		*phys = arg.phys;
	return (int)arg.pins;
}

/* As pin(): pins that are left, or -errno. */
static inline int unpin(int fd, uint32_t handle)
{
	struct sbuddy_unpin arg = { .size = sizeof(arg), .handle = handle };
	int err = sb_call(fd, SBUDDY_IOC_UNPIN, &arg);

	return err ? err : (int)arg.pins;
}

/* The area that an address is in, or -1. */
static inline int area_of(uint64_t phys)
{
	long long pfn = (long long)(phys / (uint64_t)sysconf(_SC_PAGESIZE)), base;
	int area;

	for (area = 0; area < 2; area++) {
		base = read_number(area_file(area, "base_pfn"));
		if (pfn >= base && pfn < base + read_number(area_file(area, "count")))
			return area;
	}
	return -1;
}

/* As pin(), but 0 pins when the buffer lies in an area then. */
static inline int pin_outside(int fd, uint32_t handle)
{
	uint64_t phys = 0;
	int pins = pin(fd, handle, &phys);

	return pins > 0 && area_of(phys) >= 0 ? 0 : pins;
}

/* The number behind a name in a file of debugfs, or -1. */
static inline long long figure(const char *file, const char *name)
{
	FILE *text = fopen(file, "r");
	char key[64], rest[128];
	long long found = -1;

	while (text && found < 0 && fscanf(text, "%63s%127[^\n]", key, rest) == 2)
		if (!strcmp(key, name))
			found = strtoll(rest, NULL, 0);
	if (text)
		fclose(text);
	return found;
}

/* Pages in use of an area, as the page map tells. */
static inline int used_of(int area)
{
	long long base = figure(FILES "/tunables", "pagemap_base_pfn"), i;
	long long count = read_number(area_file(area, "count"));
	off_t at = (off_t)((read_number(area_file(area, "base_pfn")) - base) * 8);
	uint64_t *words = calloc((size_t)count, sizeof(*words));
	int map = open(FILES "/pagemap", O_RDONLY), used = 0;
	ssize_t size = (ssize_t)((size_t)count * sizeof(*words));

	if (pread(map, words, (size_t)size, at) != size)
		used = -1;
	for (i = 0; i < count && used >= 0; i++)
		used += SBUDDY_PM_STATE(words[i]) == SBUDDY_PM_USED;
	close(map);
	free(words);
	return used;
}

static inline int in_areas(void)
{
	return used_of(0) + used_of(1);
}

/* Has all that is in the areas moved, some of it twice: 0, or why not. */
static inline int move_all(void)
{
	return claim_area(0) ?: claim_area(1);
}

/* Unmovable buffers, until nothing is left but the areas and the room. */
static inline int fill_the_rest(void)
{
	struct sbuddy_alloc alloc, room = sb_request(ROOM_ORDER);
	int order;

	filler = sb_open(O_RDWR);
	if (filler < 0)
		return -errno;
	room.type = SBUDDY_UNMOVABLE;
	if (sb_call(filler, SBUDDY_IOC_ALLOC, &room))
		return -ENOMEM;
	for (order = (int)sb_info(filler).max_order; order >= 0; order--) {
		int err;

		do {
			alloc = sb_request((unsigned int)order);
			alloc.type = SBUDDY_UNMOVABLE;
			err = sb_call(filler, SBUDDY_IOC_ALLOC, &alloc);
		} while (!err);
		if (err != -ENOMEM)
			return err;
	}
	return sb_put(filler, room.handle);
}

static inline int make_instance(const char *kind, const char *memory)
{
	static char node[64] = "/dev/";
	ssize_t len;
	int fd;

	if (mkdir(ITEM, 0755))
		return -errno;
	if (write_to(ITEM "/kind", kind) || write_to(ITEM "/memory", memory) ||
	    write_to(ITEM "/cma", MOVABLE_AREAS) || write_to(ITEM "/min_free_kbytes", "0") ||
	    write_to(ITEM "/live", "1"))
		return -EIO;
	fd = open(ITEM "/device", O_RDONLY);
	len = read(fd, node + 5, sizeof(node) - 6);
	close(fd);
	if (len < 2)
		return -EIO;
	node[5 + len - 1] = '\0';
	setenv("SBUDDY_DEVICE", node, 1);
	return fill_the_rest();
}

/* A test that was killed may still be closing its file. */
static inline int remove_instance(void)
{
	int tries;

	close(filler);
	for (tries = 0; rmdir(ITEM); tries++) {
		if (errno != EBUSY || tries == 100)
			return -errno;
		usleep(100000);
	}
	return 0;
}

static inline void remove_at_exit(void)
{
	/* The harness ends the process itself. */
	if (remove_instance())
		sb_fail_at_exit();
}

/* 0 when there is one to test on; else the program's status. */
static inline int start_on(const char *kind, const char *memory)
{
	int err;

	if (access("/sys/kernel/config/sbuddy", F_OK) || access("/sys/kernel/debug/sbuddy", F_OK)) {
		printf("1..0 # SKIP no configfs or debugfs of sbuddy\n");
		return KSFT_SKIPPED;
	}
	err = make_instance(kind, memory);
	atexit(remove_at_exit);
	if (!err)
		return 0;
	printf("1..0 # SKIP cannot make %s with %s: %s\n", ITEM, memory, strerror(-err));
	return KSFT_SKIPPED;
}

static inline int start_on_sandbox(void)
{
	return start_on("sandbox", "16M");
}

#define SBUDDY_MOVABLE_TEST_MAIN                               \
	int main(int argc, char **argv)                        \
	{                                                      \
		int status = start_on_sandbox();               \
		return status ?: test_harness_run(argc, argv); \
	}

#endif

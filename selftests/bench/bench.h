/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all programs of this folder share. They print a line for each comparison:
 *
 *	NAME PEER UNIT OURS PEERS
 *
 * OURS and PEERS are in thousandths of UNIT, or "-" where that side is not to be had.
 * UNIT is "instructions" where the clock counts these, which SBUDDY_ICOUNT in the
 * environment says (selftests/board/run --icount), else "ns". Lines that begin with #
 * are notes.
 *
 * Both sides are timed in turn, round by round in one process, and of each the least
 * round counts. The first round is not counted: it fills caches and makes slabs.
 */
#ifndef SBUDDY_BENCH_H
#define SBUDDY_BENCH_H

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <linux/sbuddy.h>

#define BENCH_ROUNDS 6
#define BENCH_SKIPPED 4

/**
 * struct side - One of two that do the same.
 * @run: does it @times, and says how long that took, in nanoseconds
 * @per: what one of these counts for: pages, for example
 */
struct side {
	uint64_t (*run)(unsigned int times);
	unsigned int per;
};

static int bench_fd;
static size_t bench_page;

static inline uint64_t bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* What cannot go wrong after it went well once. */
static inline void bench_must(int ok, const char *what)
{
	if (ok)
		return;
	printf("# %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline void bench_print(const struct side *side, uint64_t least, unsigned int times)
{
	if (side)
		printf(" %llu", (unsigned long long)(least * 1000 / ((uint64_t)times * side->per)));
	else
		printf(" -");
}

/* A side that is NULL is not to be had. */
static inline void bench_compare(const char *name, const char *peer, unsigned int times,
				 const struct side *ours, const struct side *theirs)
{
	uint64_t least_ours = UINT64_MAX, least_theirs = UINT64_MAX, took;
	int round;

	for (round = 0; round < BENCH_ROUNDS; round++) {
		took = ours ? ours->run(times) : 0;
		if (round && took < least_ours)
			least_ours = took;
		took = theirs ? theirs->run(times) : 0;
		if (round && took < least_theirs)
			least_theirs = took;
	}
	printf("%s %s %s", name, peer, getenv("SBUDDY_ICOUNT") ? "instructions" : "ns");
	bench_print(ours, least_ours, times);
	bench_print(theirs, least_theirs, times);
	printf("\n");
}

/* The device of the environment's SBUDDY_DEVICE, or else the first one there is. */
static inline const char *bench_path(void)
{
	static char path[64] = "/dev/sbuddy0";
	const char *env = getenv("SBUDDY_DEVICE");
	glob_t found;

	if (env)
		return env;
	if (!glob("/dev/sbuddy[0-9]*", 0, NULL, &found)) {
		snprintf(path, sizeof(path), "%s", found.gl_pathv[0]);
		globfree(&found);
	}
	return path;
}

/* Opens the device, and says what is measured. */
static inline struct sbuddy_info bench_begin(void)
{
	struct sbuddy_info info = { .size = sizeof(info) };
	struct utsname name;

	bench_fd = open(bench_path(), O_RDWR | O_CLOEXEC);
	if (bench_fd < 0) {
		printf("# cannot open %s: %s\n", bench_path(), strerror(errno));
		exit(BENCH_SKIPPED);
	}
	bench_must(!ioctl(bench_fd, SBUDDY_IOC_INFO, &info), "SBUDDY_IOC_INFO");
	bench_must(!uname(&name), "uname");
	bench_page = info.page_size;
	printf("# Linux %s %s, %s: %s, %s\n", name.release, name.version, bench_path(), info.name,
	       info.backing);
	return info;
}

static inline struct sbuddy_alloc bench_alloc(unsigned int order, unsigned int type)
{
	struct sbuddy_alloc alloc = {
		.size = sizeof(alloc),
		.order = order,
		.type = type,
		.zone = type == SBUDDY_MOVABLE ? SBUDDY_ZONE_MOVABLE : SBUDDY_ZONE_NORMAL,
		.node = SBUDDY_NODE_ANY,
	};

	bench_must(!ioctl(bench_fd, SBUDDY_IOC_ALLOC, &alloc), "SBUDDY_IOC_ALLOC");
	return alloc;
}

static inline void bench_free(uint32_t handle)
{
	struct sbuddy_free arg = { .size = sizeof(arg), .handle = handle };

	bench_must(!ioctl(bench_fd, SBUDDY_IOC_FREE, &arg), "SBUDDY_IOC_FREE");
}

/* A file in memory of so many pages, all of them there. */
static inline int bench_memfd(unsigned int nr_pages)
{
	size_t len = nr_pages * bench_page;
	int fd = memfd_create("bench", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *p;

	bench_must(fd >= 0 && !ftruncate(fd, (off_t)len), "memfd_create");
	p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	bench_must(p != MAP_FAILED && !munmap(p, len), "mmap of a memfd");
	return fd;
}

#endif

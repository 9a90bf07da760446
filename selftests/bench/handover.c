// SPDX-License-Identifier: GPL-2.0-only
/*
 * What memory costs to become the allocator's: reserved pages of a dry instance are handed
 * over, all in one write to its file release.
 */
#include <sys/stat.h>

#include "bench.h"

#define ITEM "/sys/kernel/config/sbuddy/bench-handover"
#define RELEASE "/sys/kernel/debug/sbuddy/bench-handover/release"
#define RESERVED "0x80000000 64M"
#define PAGES 16384
#define ROUNDS 4

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	bench_must(fd >= 0, path);
	bench_must(write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	bench_must(!close(fd), path);
}

/* Nanoseconds, in an instance that nobody used before. */
static uint64_t hand_over(void)
{
	uint64_t took;
	int fd;

	bench_must(!mkdir(ITEM, 0755), ITEM);
	put(ITEM "/kind", "dry");
	put(ITEM "/memory", "0x80000000 128M");
	put(ITEM "/reserved", RESERVED);
	put(ITEM "/live", "1");
	fd = open(RELEASE, O_WRONLY | O_CLOEXEC);
	bench_must(fd >= 0, RELEASE);
	took = bench_now();
	bench_must(write(fd, RESERVED, strlen(RESERVED)) == (ssize_t)strlen(RESERVED), RELEASE);
	took = bench_now() - took;
	bench_must(!close(fd) && !rmdir(ITEM), ITEM);
	return took;
}

int main(void)
{
	uint64_t least = UINT64_MAX, took;
	int round;

	if (access("/sys/kernel/config/sbuddy", X_OK)) {
		printf("# handover-page none: no configfs of sbuddy\n");
		return BENCH_SKIPPED;
	}
	for (round = 0; round < ROUNDS; round++) {
		took = hand_over();
		if (round && took < least)
			least = took;
	}
	printf("# handover-page: %u pages of a dry instance, handed over at once\n", PAGES);
	printf("handover-page none %s %llu -\n", getenv("SBUDDY_ICOUNT") ? "instructions" : "ns",
	       (unsigned long long)(least * 1000 / PAGES));
	return 0;
}

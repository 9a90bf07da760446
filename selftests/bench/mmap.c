// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of a buffer in one run, by the page, against those of a file in memory that
 * mmap() populates: all pages are there beforehand, on both sides. And the life of a
 * page, from its allocation to its end, against that of such a file, and of memory of the
 * process alone.
 */
#include "bench.h"

#define ORDER 6
#define NR_PAGES (1u << ORDER)
#define NR_AREAS 16u

static struct sbuddy_alloc unmovable, movable;
static int memfd;

static char *map(int fd, uint64_t offset, size_t len, int flags)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, flags, fd, (off_t)offset);

	bench_must(p != MAP_FAILED, "mmap");
	return p;
}

static void touch(char *p, size_t len)
{
	size_t at;

	for (at = 0; at < len; at += bench_page)
		*(volatile char *)(p + at) = 1;
}

static uint64_t use(unsigned int times, int fd, uint64_t offset, int flags)
{
	size_t len = NR_PAGES * bench_page;
	uint64_t start = bench_now();

	while (times--) {
		char *p = map(fd, offset, len, flags);

		touch(p, len);
		bench_must(!munmap(p, len), "munmap");
	}
	return bench_now() - start;
}

static uint64_t use_ours(unsigned int times)
{
	return use(times, bench_fd, unmovable.offset, MAP_SHARED);
}

static uint64_t use_movable(unsigned int times)
{
	return use(times, bench_fd, movable.offset, MAP_SHARED);
}

static uint64_t use_memfd(unsigned int times)
{
	return use(times, memfd, 0, MAP_SHARED | MAP_POPULATE);
}

/* munmap() is left out of it. */
static uint64_t map_alone(unsigned int times, int fd, uint64_t offset, int flags)
{
	size_t len = NR_PAGES * bench_page;
	char *area[NR_AREAS];
	uint64_t took = 0;
	unsigned int i;

	for (; times >= NR_AREAS; times -= NR_AREAS) {
		uint64_t start = bench_now();

		for (i = 0; i < NR_AREAS; i++)
			area[i] = map(fd, offset, len, flags);
		took += bench_now() - start;
		for (i = 0; i < NR_AREAS; i++)
			bench_must(!munmap(area[i], len), "munmap");
	}
	return took;
}

static uint64_t map_ours(unsigned int times)
{
	return map_alone(times, bench_fd, unmovable.offset, MAP_SHARED);
}

static uint64_t map_memfd(unsigned int times)
{
	return map_alone(times, memfd, 0, MAP_SHARED | MAP_POPULATE);
}

static uint64_t life(unsigned int times)
{
	uint64_t start = bench_now();

	while (times--) {
		struct sbuddy_alloc alloc = bench_alloc(0, SBUDDY_UNMOVABLE);
		char *p = map(bench_fd, alloc.offset, bench_page, MAP_SHARED);

		touch(p, bench_page);
		bench_must(!munmap(p, bench_page), "munmap");
		bench_free(alloc.handle);
	}
	return bench_now() - start;
}

static uint64_t life_memfd(unsigned int times)
{
	uint64_t start = bench_now();

	while (times--) {
		int fd = memfd_create("bench", MFD_CLOEXEC);
		char *p;

		bench_must(fd >= 0 && !ftruncate(fd, (off_t)bench_page), "memfd_create");
		p = map(fd, 0, bench_page, MAP_SHARED | MAP_POPULATE);
		touch(p, bench_page);
		bench_must(!munmap(p, bench_page) && !close(fd), "munmap");
	}
	return bench_now() - start;
}

static uint64_t life_anonymous(unsigned int times)
{
	uint64_t start = bench_now();

	while (times--) {
		char *p = map(-1, 0, bench_page, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE);

		touch(p, bench_page);
		bench_must(!munmap(p, bench_page), "munmap");
	}
	return bench_now() - start;
}

int main(void)
{
	static const struct side ours = { use_ours, NR_PAGES }, moving = { use_movable, NR_PAGES };
	static const struct side theirs = { use_memfd, NR_PAGES };
	static const struct side ours_map = { map_ours, NR_PAGES };
	static const struct side theirs_map = { map_memfd, NR_PAGES };
	static const struct side ours_life = { life, 1 }, memfd_life = { life_memfd, 1 };
	static const struct side anonymous_life = { life_anonymous, 1 };

	if (!(bench_begin().state & SBUDDY_STATE_MAPPABLE)) {
		printf("# %s is dry: it has nothing to map\n", bench_path());
		return BENCH_SKIPPED;
	}
	unmovable = bench_alloc(ORDER, SBUDDY_UNMOVABLE);
	movable = bench_alloc(ORDER, SBUDDY_MOVABLE);
	memfd = bench_memfd(NR_PAGES);
	printf("# mmap-page: mapped, each page written to, and unmapped, %u pages at a time\n",
	       NR_PAGES);
	bench_compare("mmap-page", "memfd", 512, &ours, &theirs);
	bench_compare("mmap-page-movable", "memfd", 512, &moving, &theirs);
	bench_compare("mmap-page-map", "memfd", 512, &ours_map, &theirs_map);
	printf("# page-life: allocated, mapped, written to, unmapped and freed, one page\n");
	bench_compare("page-life", "memfd", 1024, &ours_life, &memfd_life);
	bench_compare("page-life", "anonymous", 1024, &ours_life, &anonymous_life);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * SBUDDY_IOC_ALLOC and SBUDDY_IOC_FREE of single pages, against ioctls that do nothing
 * on the same file; and the same pages in bulk, against one by one. Pages are not
 * touched: what that takes is in mmap.c.
 */
#include "bench.h"

#define NR_BULK 64u

/* Of our magic, but no command that there is: it gets as far as our handler. */
#define NULL_IOCTL _IOWR(SBUDDY_IOC_MAGIC, 0xff, struct sbuddy_free)

static uint64_t single(unsigned int times)
{
	uint64_t start = bench_now();

	while (times--)
		bench_free(bench_alloc(0, SBUDDY_UNMOVABLE).handle);
	return bench_now() - start;
}

static uint64_t quick(unsigned int times)
{
	const unsigned long arg = SBUDDY_TAKE(0, SBUDDY_UNMOVABLE, SBUDDY_ZONE_NORMAL, 0, 1);
	uint64_t start = bench_now();

	while (times--) {
		int handle = ioctl(bench_fd, SBUDDY_IOC_TAKE, arg);

		bench_must(handle > 0, "SBUDDY_IOC_TAKE");
		bench_must(ioctl(bench_fd, SBUDDY_IOC_GIVE, handle) == 1, "SBUDDY_IOC_GIVE");
	}
	return bench_now() - start;
}

/* Takes and gives up to @nr pages at once; says how many they were. */
static unsigned int quick_some(unsigned int nr)
{
	int taken = ioctl(bench_fd, SBUDDY_IOC_TAKE,
			  SBUDDY_TAKE(0, SBUDDY_UNMOVABLE, SBUDDY_ZONE_NORMAL, 0, nr));

	bench_must(taken > 0, "SBUDDY_IOC_TAKE");
	nr = SBUDDY_TAKEN_COUNT(taken);
	bench_must(ioctl(bench_fd, SBUDDY_IOC_GIVE, taken) == (int)nr, "SBUDDY_IOC_GIVE");
	return nr;
}

static uint64_t quick_bulk(unsigned int times)
{
	uint64_t start = bench_now();
	unsigned int left;

	for (; times >= NR_BULK; times -= NR_BULK)
		for (left = NR_BULK; left; left -= quick_some(left))
			;
	return bench_now() - start;
}

static uint64_t single_movable(unsigned int times)
{
	uint64_t start = bench_now();

	while (times--)
		bench_free(bench_alloc(0, SBUDDY_MOVABLE).handle);
	return bench_now() - start;
}

static uint64_t nothing(unsigned int times)
{
	struct sbuddy_free arg = { .size = sizeof(arg) };
	uint64_t start = bench_now();

	while (times--) {
		bench_must(ioctl(bench_fd, NULL_IOCTL, &arg) && errno == ENOTTY, "null ioctl");
		bench_must(ioctl(bench_fd, NULL_IOCTL, &arg) && errno == ENOTTY, "null ioctl");
	}
	return bench_now() - start;
}

static void bulk_once(struct sbuddy_result *results, uint32_t *handles)
{
	struct sbuddy_alloc_bulk alloc = {
		.size = sizeof(alloc),
		.type = SBUDDY_UNMOVABLE,
		.zone = SBUDDY_ZONE_NORMAL,
		.node = SBUDDY_NODE_ANY,
		.count = NR_BULK,
		.results = (uintptr_t)results,
	};
	struct sbuddy_free_bulk arg = {
		.size = sizeof(arg),
		.count = NR_BULK,
		.handles = (uintptr_t)handles,
	};
	unsigned int i;

	bench_must(!ioctl(bench_fd, SBUDDY_IOC_ALLOC_BULK, &alloc) && alloc.allocated == NR_BULK,
		   "SBUDDY_IOC_ALLOC_BULK");
	for (i = 0; i < NR_BULK; i++)
		handles[i] = results[i].handle;
	bench_must(!ioctl(bench_fd, SBUDDY_IOC_FREE_BULK, &arg), "SBUDDY_IOC_FREE_BULK");
}

static uint64_t bulk(unsigned int times)
{
	struct sbuddy_result results[NR_BULK];
	uint32_t handles[NR_BULK];
	uint64_t start = bench_now();

	for (; times >= NR_BULK; times -= NR_BULK)
		bulk_once(results, handles);
	return bench_now() - start;
}

int main(void)
{
	static const struct side ours = { single, 1 }, movable = { single_movable, 1 };
	static const struct side fast = { quick, 1 }, fast_bulk = { quick_bulk, 1 };
	static const struct side null = { nothing, 1 }, in_bulk = { bulk, 1 };
	const unsigned int times = 64 * NR_BULK;

	bench_begin();
	printf("# null-ioctl: two of an unknown command, which the handler answers ENOTTY\n");
	bench_compare("ioctl-pair", "null-ioctl", times, &ours, &null);
	bench_compare("ioctl-pair-movable", "null-ioctl", times, &movable, &null);
	bench_compare("ioctl-quick-pair", "null-ioctl", times, &fast, &null);
	bench_compare("bulk-64-quick", "single-quick", times, &fast_bulk, &fast);
	bench_compare("bulk-64-quick", "single-ioctl", times, &fast_bulk, &ours);
	bench_compare("bulk-64-ioctl", "single-ioctl", times, &in_bulk, &ours);
	return 0;
}

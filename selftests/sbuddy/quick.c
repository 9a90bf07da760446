// SPDX-License-Identifier: GPL-2.0-only
/*
 * SBUDDY_IOC_TAKE and SBUDDY_IOC_GIVE, and pages that are buffers only when somebody asks:
 * what they are, that nothing shines through, and that threads and signals lose nothing.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "device.h"

#define UNMOVABLE SBUDDY_UNMOVABLE
#define NORMAL SBUDDY_ZONE_NORMAL
#define LAST_HANDLE ((1 << SBUDDY_TAKEN_SHIFT) - 1)

FIXTURE(file)
{
	int fd;
	uint64_t free;
};

FIXTURE_SETUP(file)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->free = sb_free_pages(self->fd);
}

FIXTURE_TEARDOWN(file)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(fd));
	close(fd);
}

/* What ioctl() returned, or -errno. */
static int number(int fd, unsigned long cmd, unsigned long arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static int take(int fd, unsigned long arg)
{
	return number(fd, SBUDDY_IOC_TAKE, arg);
}

static int give(int fd, unsigned long arg)
{
	return number(fd, SBUDDY_IOC_GIVE, arg);
}

static int take_page(int fd)
{
	return take(fd, SBUDDY_TAKE(0, UNMOVABLE, NORMAL, 0, 1));
}

static int take_pages(int fd, unsigned int count)
{
	return take(fd, SBUDDY_TAKE(0, UNMOVABLE, NORMAL, 0, count));
}

/* Maps it as a process that was told the handle alone. */
static char *map(int fd, uint32_t handle, uint64_t *bytes)
{
	struct sbuddy_query query;

	if (sb_query(fd, handle, &query))
		return MAP_FAILED;
	*bytes = query.bytes;
	return sb_map(fd, query.offset, query.bytes);
}

TEST_F(file, kinds_are_what_was_asked_for)
{
	unsigned int max_order = sb_info(self->fd).max_order, order, type, zone;
	struct sbuddy_query query;
	int handle;

	for (order = 0; order <= max_order; order++)
		for (type = 0; type < 3; type++)
			for (zone = 0; zone < 4; zone++) {
				handle = take(self->fd, SBUDDY_TAKE(order, type, zone, 0, 1));
				ASSERT_LT(0, handle)
				TH_LOG("order %u type %u zone %u: %d", order, type, zone, handle);
				ASSERT_EQ(1, sb_info(self->fd).nr_handles);
				ASSERT_EQ(self->free - (1 << order), sb_free_pages(self->fd));
				ASSERT_EQ(0, sb_query(self->fd, handle, &query));
				ASSERT_EQ(order, query.order);
				ASSERT_EQ(type, query.type);
				ASSERT_EQ(4096ull << order, query.bytes);
				ASSERT_EQ(1, query.runs);
				ASSERT_EQ(0, query.mappings);
				ASSERT_EQ(1, give(self->fd, handle));
				ASSERT_EQ(-ENOENT, give(self->fd, handle));
				ASSERT_EQ(-ENOENT, sb_query(self->fd, handle, &query));
				ASSERT_EQ(self->free, sb_free_pages(self->fd));
			}
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
}

TEST_F(file, runs_have_handles_in_a_row)
{
	unsigned int order, type, i, wanted;
	struct sbuddy_query query;
	int taken, first, count;

	for (order = 0; order <= 5; order++)
		for (type = 0; type < 3; type++) {
			wanted = order < 3 ? 100 : 7;
			taken = take(self->fd, SBUDDY_TAKE(order, type, NORMAL, 0, wanted));
			ASSERT_LT(0, taken);
			first = SBUDDY_TAKEN_HANDLE(taken);
			count = SBUDDY_TAKEN_COUNT(taken);
			/* Less where numbers reach the end of an array: then the rest. */
			ASSERT_GE(wanted, count);
			ASSERT_EQ(count, sb_info(self->fd).nr_handles);
			for (i = 0; i < count; i++) {
				ASSERT_EQ(0, sb_query(self->fd, first + i, &query));
				ASSERT_EQ(order, query.order);
				ASSERT_EQ(type, query.type);
			}
			ASSERT_EQ(-ENOENT, sb_query(self->fd, first + count, &query));
			ASSERT_EQ(self->free - ((uint64_t)count << order), sb_free_pages(self->fd));
			ASSERT_EQ(count, give(self->fd, taken));
			ASSERT_EQ(-ENOENT, give(self->fd, taken));
			ASSERT_EQ(self->free, sb_free_pages(self->fd));
		}
}

TEST_F(file, giving_stops_at_the_first_that_is_bad)
{
	int taken = take_pages(self->fd, 40), first = SBUDDY_TAKEN_HANDLE(taken);

	ASSERT_LT(0, taken);
	ASSERT_EQ(40, SBUDDY_TAKEN_COUNT(taken));
	ASSERT_EQ(0, sb_put(self->fd, first + 20));
	EXPECT_EQ(20, give(self->fd, taken));
	EXPECT_EQ(19, sb_info(self->fd).nr_handles);
	EXPECT_EQ(-ENOENT, give(self->fd, taken));
	EXPECT_EQ(-ENOENT, give(self->fd, SBUDDY_TAKEN(first + 20, 20)));
	EXPECT_EQ(19, give(self->fd, SBUDDY_TAKEN(first + 21, 1000)));
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
}

#define NR_WAYS 6

/* Frees 64 handles in one of these ways: how many of them were freed. */
static int give_in_a_way(int fd, unsigned int way, int first)
{
	static uint32_t handles[64];
	struct sbuddy_free_bulk bulk = {
		.size = sizeof(bulk),
		.count = 64,
		.handles = (uintptr_t)handles,
	};
	unsigned int step = way == 1 ? 1 : way == 2 ? 16 : 64, i;
	struct sbuddy_query query;
	int freed = 0;

	for (i = 0; i < 64; i++)
		handles[i] = way == 4 ? first + 63 - i : first + i;
	if (way == 3 || way == 4)
		return sb_call(fd, SBUDDY_IOC_FREE_BULK, &bulk) ?: bulk.freed;
	if (way == 5 && (sb_query(fd, first + 33, &query) || query.order))
		return -1;
	for (i = 0; i < 64; i += step)
		freed += give(fd, SBUDDY_TAKEN(first + i, step));
	return freed;
}

/* However a run is given back: whole, in other pieces than it came, or one by one. */
TEST_F(file, runs_come_apart_in_any_way)
{
	unsigned int way;
	int taken;

	for (way = 0; way < NR_WAYS; way++) {
		taken = take_pages(self->fd, 64);
		ASSERT_LT(0, taken);
		ASSERT_EQ(64, SBUDDY_TAKEN_COUNT(taken));
		ASSERT_EQ(64, give_in_a_way(self->fd, way, SBUDDY_TAKEN_HANDLE(taken)))
		TH_LOG("way %u", way);
		ASSERT_EQ(0, sb_info(self->fd).nr_handles);
		ASSERT_EQ(self->free, sb_free_pages(self->fd));
		ASSERT_EQ(-ENOENT, give(self->fd, taken));
	}
	/* What is left of one goes with the file. */
	taken = take_pages(self->fd, 64);
	ASSERT_LT(0, taken);
	EXPECT_EQ(1, give(self->fd, SBUDDY_TAKEN_HANDLE(taken)));
	ASSERT_LT(0, take_pages(self->fd, 64));
}

/* Each page of a run is its own, and none has what was in it before. */
TEST_F(file, pages_of_a_run_are_apart)
{
	static char *at[64];
	unsigned int round, i, nr;
	uint64_t bytes;
	int taken;

	if (!sb_mappable(self->fd))
		SKIP(return, "nothing can be mapped");
	for (round = 0; round < 3; round++) {
		taken = take_pages(self->fd, 64);
		ASSERT_LT(0, taken);
		nr = SBUDDY_TAKEN_COUNT(taken);
		for (i = 0; i < nr; i++) {
			at[i] = map(self->fd, SBUDDY_TAKEN_HANDLE(taken) + i, &bytes);
			ASSERT_TRUE(at[i] != MAP_FAILED);
			ASSERT_EQ(4096, bytes);
			ASSERT_EQ(-1, sb_differs(at[i], 0, bytes));
			memset(at[i], 1 + i, bytes);
		}
		for (i = 0; i < nr; i++)
			ASSERT_EQ(-1, sb_differs(at[i], 1 + i, bytes));
		for (i = 0; i < nr; i++)
			ASSERT_EQ(0, munmap(at[i], bytes));
		ASSERT_EQ(nr, give(self->fd, taken));
	}
}

TEST_F(file, both_ways_know_the_handles_of_the_other)
{
	struct sbuddy_alloc alloc = sb_request(0);
	struct sbuddy_free_bulk bulk = { .size = sizeof(bulk), .count = 3 };
	uint32_t handles[3];
	int i;

	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	EXPECT_EQ(1, give(self->fd, alloc.handle));
	alloc.type = UNMOVABLE;
	alloc.zone = NORMAL;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	EXPECT_EQ(1, give(self->fd, alloc.handle));
	for (i = 0; i < 3; i++) {
		int handle = take_page(self->fd);

		ASSERT_LT(0, handle);
		handles[i] = handle;
	}
	bulk.handles = (uintptr_t)handles;
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_FREE_BULK, &bulk));
	EXPECT_EQ(-ENOENT, sb_put(self->fd, handles[0]));
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
}

/* All of it, twice: whoever comes after a buffer that was written to finds zeroes. */
TEST_F(file, nothing_of_the_last_owner_is_left)
{
	static int handles[4096];
	unsigned int round, order, nr, i;
	uint64_t bytes;
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "nothing can be mapped");
	for (round = 0; round < 2; round++)
		for (order = 0; order < 4; order++) {
			for (nr = 0; nr < ARRAY_LEN(handles) >> order; nr++) {
				handles[nr] =
					take(self->fd, SBUDDY_TAKE(order, UNMOVABLE, NORMAL, 0, 1));
				if (handles[nr] <= 0)
					break;
				p = map(self->fd, handles[nr], &bytes);
				ASSERT_TRUE(p != MAP_FAILED);
				ASSERT_EQ(-1, sb_differs(p, 0, bytes)) TH_LOG("order %u", order);
				memset(p, 0xa5, bytes);
				ASSERT_EQ(0, munmap(p, bytes));
				/* Looked at again, it is what was written. */
				p = map(self->fd, handles[nr], &bytes);
				ASSERT_EQ(-1, sb_differs(p, 0xa5, bytes));
				ASSERT_EQ(0, munmap(p, bytes));
			}
			ASSERT_LT(0, nr);
			for (i = 0; i < nr; i++)
				ASSERT_EQ(1, give(self->fd, handles[i]));
		}
}

TEST_F(file, a_mapping_keeps_the_memory_without_its_handle)
{
	uint64_t bytes;
	int handle = take_page(self->fd);
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "nothing can be mapped");
	p = map(self->fd, handle, &bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	p[7] = 1;
	EXPECT_EQ(1, give(self->fd, handle));
	EXPECT_EQ(self->free - 1, sb_free_pages(self->fd));
	EXPECT_EQ(1, p[7]);
	EXPECT_EQ(0, munmap(p, bytes));
	EXPECT_EQ(self->free, sb_free_pages(self->fd));
}

TEST_F(file, handles_of_another_file_are_unknown)
{
	int other = sb_open(O_RDWR), handle = take_page(self->fd);
	struct sbuddy_query query;

	ASSERT_LT(0, handle);
	EXPECT_EQ(-ENOENT, give(other, handle));
	EXPECT_EQ(-ENOENT, sb_put(other, handle));
	EXPECT_EQ(-ENOENT, sb_query(other, handle, &query));
	EXPECT_EQ(1, give(self->fd, handle));
	close(other);
}

TEST_F(file, bad_arguments_are_refused)
{
	static const unsigned long bad_takes[] = {
		SBUDDY_TAKE(0, 3, NORMAL, 0, 1),
		SBUDDY_TAKE(15, UNMOVABLE, NORMAL, 0, 1),
		SBUDDY_TAKE(0, UNMOVABLE, NORMAL, SBUDDY_ALLOC_BYTES, 1),
		SBUDDY_TAKE(0, UNMOVABLE, NORMAL, SBUDDY_ALLOC_THIS_NODE, 1),
		SBUDDY_TAKE(0, UNMOVABLE, NORMAL, SBUDDY_ALLOC_SCATTERED, 1),
		SBUDDY_TAKE(0, UNMOVABLE, NORMAL, 0x40, 1),
		SBUDDY_TAKE(0, UNMOVABLE, NORMAL, 0x80, 1),
		SBUDDY_TAKE(0, UNMOVABLE, NORMAL, 0, SBUDDY_MAX_TAKE + 1),
		SBUDDY_TAKE(0, UNMOVABLE, NORMAL, 0, 0ul),
		~0ul,
	};
	unsigned long bit;
	int handle;
	int i;

	for (i = 0; i < ARRAY_LEN(bad_takes); i++)
		EXPECT_EQ(-EINVAL, take(self->fd, bad_takes[i])) TH_LOG("%lx", bad_takes[i]);
	/* Bits above the count. */
	for (bit = 1ul << 26; bit; bit <<= 1)
		EXPECT_EQ(-EINVAL, take(self->fd, bit)) TH_LOG("%lx", bit);
	EXPECT_EQ(-ENOENT, give(self->fd, 0));
	EXPECT_EQ(-ENOENT, give(self->fd, LAST_HANDLE));
	EXPECT_EQ(-ENOENT, give(self->fd, SBUDDY_TAKEN(LAST_HANDLE, 1024ul)));
	EXPECT_EQ(-EINVAL, give(self->fd, SBUDDY_TAKEN(1, 1025ul)));
	EXPECT_EQ(-EINVAL, give(self->fd, ~0ul));
	handle = take_page(self->fd);
	ASSERT_LT(0, handle);
	for (bit = 1ul << 27; bit; bit <<= 1)
		EXPECT_EQ(-EINVAL, give(self->fd, bit | handle)) TH_LOG("%lx", bit);
	EXPECT_EQ(1, sb_info(self->fd).nr_handles);
	EXPECT_EQ(-ENOENT, give(self->fd, handle + 1));
	EXPECT_EQ(-ENOENT, give(self->fd, handle ^ 1 << 16));
	EXPECT_EQ(1, give(self->fd, handle));
}

/* Any number at all: nothing but what a run of the pair may say. */
TEST_F(file, random_arguments_do_no_harm)
{
	uint64_t rnd = 12345;
	unsigned int i;
	int ret;

	for (i = 0; i < 20000; i++) {
		unsigned long arg;

		rnd = rnd * 6364136223846793005ull + 1442695040888963407ull;
		arg = (unsigned long)(rnd >> 20);
		if (rnd & 1 << 10)
			arg &= 0x3f01ff;
		ret = number(self->fd, rnd & 1 << 9 ? SBUDDY_IOC_TAKE : SBUDDY_IOC_GIVE, arg);
		ASSERT_TRUE(ret > 0 || ret == -EINVAL || ret == -ENOENT || ret == -ENOMEM ||
			    ret == -EPERM)
		TH_LOG("%lx: %d", arg, ret);
		if (i % 1024)
			continue;
		close(self->fd);
		self->fd = sb_open(O_RDWR);
		ASSERT_EQ(self->free, sb_free_pages(self->fd));
	}
}

TEST_F(file, all_is_given_and_the_failure_explained)
{
	struct sbuddy_explain explain = { .size = sizeof(explain), .flags = SBUDDY_EXPLAIN_LAST };
	uint64_t nr = 0;
	int taken;

	EXPECT_EQ(-ENOENT, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &explain));
	while ((taken = take_pages(self->fd, SBUDDY_MAX_TAKE)) > 0)
		nr += SBUDDY_TAKEN_COUNT(taken);
	if (taken == -ENOSPC)
		SKIP(return, "the device is too large to be exhausted");
	EXPECT_EQ(-ENOMEM, taken);
	EXPECT_EQ(nr, sb_info(self->fd).nr_handles);
	EXPECT_EQ(self->free - nr, sb_free_pages(self->fd));
	EXPECT_EQ(-ENOMEM, take_page(self->fd));
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &explain));
	EXPECT_EQ(0, explain.order);
	EXPECT_EQ(UNMOVABLE, explain.type);
	/* The end of the file gives back what is left. */
}

/* More than there are numbers, in runs that do not divide them. */
TEST_F(file, numbers_come_round_past_those_in_use)
{
	int kept[2] = { take_page(self->fd), 0 };
	unsigned int round = 0, around = 0;
	int taken, first, last = 0;
	uint64_t nr;

	ASSERT_LT(0, kept[0]);
	for (nr = 0; nr < 140 * 1024; nr += SBUDDY_TAKEN_COUNT(taken)) {
		taken = take_pages(self->fd, 700);
		ASSERT_LT(0, taken);
		first = SBUDDY_TAKEN_HANDLE(taken);
		ASSERT_NE(0, first);
		for (int i = 0; i < 2; i++)
			ASSERT_TRUE(kept[i] < first ||
				    kept[i] >= first + (int)SBUDDY_TAKEN_COUNT(taken));
		around += first < last;
		last = first + SBUDDY_TAKEN_COUNT(taken) - 1;
		ASSERT_GE(LAST_HANDLE, last);
		ASSERT_EQ(SBUDDY_TAKEN_COUNT(taken), give(self->fd, taken));
		if (++round == 70)
			kept[1] = take_page(self->fd);
	}
	EXPECT_EQ(1, around);
	EXPECT_EQ(1, give(self->fd, kept[0]));
	EXPECT_EQ(1, give(self->fd, kept[1]));
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
}

/* ALLOC of what is a page only: each place where its struct may end, and its answer. */
TEST_F(file, faults_leave_nothing_behind)
{
	char *end = sb_cliff(PROT_READ | PROT_WRITE), *p;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), part;
	struct sbuddy_alloc alloc = sb_request(0);

	alloc.type = UNMOVABLE;
	alloc.zone = NORMAL;
	for (part = 0; part < sizeof(alloc); part += 4) {
		memcpy(end - part, &alloc, part);
		EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_ALLOC, end - part));
		EXPECT_EQ(0, sb_info(self->fd).nr_handles);
	}
	/* All can be read, and less and less of it written; what comes last never is. */
	p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(p != MAP_FAILED);
	for (part = 0; part < SBUDDY_ALLOC_SIZE_VER0; part += 4) {
		ASSERT_EQ(0, mprotect(p + page, page, PROT_READ | PROT_WRITE));
		memcpy(p + page - part, &alloc, sizeof(alloc));
		ASSERT_EQ(0, mprotect(p + page, page, PROT_READ));
		EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_ALLOC, p + page - part));
		EXPECT_EQ(0, sb_info(self->fd).nr_handles);
		EXPECT_EQ(self->free, sb_free_pages(self->fd));
	}
	munmap(p, 2 * page);
	EXPECT_LT(0, take_page(self->fd));
}

/*
 * Threads
 */

#define NR_RACES 400
#define NR_THREADS 4

struct race {
	int fd;
	pthread_barrier_t barrier;
	atomic_int handle;
	int rest; /* others that came with it */
	atomic_uint won, wrong;
};

struct racer {
	struct race *race;
	unsigned int how;
};

/* One way of many to free a handle, or to look at it: 1 when it was freed here. */
static int try_handle(const struct racer *racer, int handle)
{
	struct race *race = racer->race;
	struct sbuddy_query query;
	int err;

	switch (racer->how) {
	case 0:
	case 1:
		err = give(race->fd, handle);
		break;
	case 2:
		err = sb_put(race->fd, handle) ?: 1;
		break;
	default:
		err = sb_query(race->fd, handle, &query);
	}
	if (err < 0 && err != -ENOENT)
		atomic_fetch_add(&race->wrong, 1);
	return err == 1;
}

static void *free_as_others(void *arg)
{
	struct racer *racer = arg;
	struct race *race = racer->race;
	unsigned int i;

	for (i = 0; i < NR_RACES; i++) {
		if (!racer->how) {
			int taken = i % 2 ? take_page(race->fd) : take_pages(race->fd, 8);
			int handle = SBUDDY_TAKEN_HANDLE(taken), nr = SBUDDY_TAKEN_COUNT(taken);

			if (taken <= 0)
				atomic_fetch_add(&race->wrong, 1);
			race->rest = nr > 1 ? SBUDDY_TAKEN(handle + 1, nr - 1) : 0;
			atomic_store(&race->handle, handle);
		}
		pthread_barrier_wait(&race->barrier);
		atomic_fetch_add(&race->won, try_handle(racer, atomic_load(&race->handle)));
		pthread_barrier_wait(&race->barrier);
		if (!racer->how && race->rest && give(race->fd, race->rest) <= 0)
			atomic_fetch_add(&race->wrong, 1);
	}
	return NULL;
}

TEST_F(file, of_those_that_free_one_handle_one_succeeds)
{
	struct race race = { .fd = self->fd };
	struct racer racers[NR_THREADS];
	pthread_t threads[NR_THREADS];
	unsigned int i;

	pthread_barrier_init(&race.barrier, NULL, NR_THREADS);
	for (i = 0; i < NR_THREADS; i++) {
		racers[i] = (struct racer){ &race, i };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, free_as_others, &racers[i]));
	}
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(NR_RACES, race.won);
	EXPECT_EQ(0, race.wrong);
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
	EXPECT_EQ(self->free, sb_free_pages(self->fd));
}

#define NR_SPUN 1024

struct spun {
	int fd;
	int handles[NR_SPUN];
	atomic_uint arrived[NR_SPUN];
	atomic_uint won;
};

/* As near to each other as two threads get: neither sleeps before. */
static void *give_all_together(void *arg)
{
	struct spun *spun = arg;
	unsigned int i, tries;

	for (i = 0; i < NR_SPUN; i++) {
		atomic_fetch_add(&spun->arrived[i], 1);
		for (tries = 1; atomic_load(&spun->arrived[i]) < 2; tries++)
			if (!(tries % 1024))
				sched_yield();
		if (give(spun->fd, spun->handles[i]) == 1)
			atomic_fetch_add(&spun->won, 1);
	}
	return NULL;
}

TEST_F(file, of_two_at_the_same_instant_one_succeeds)
{
	static struct spun spun;
	pthread_t thread;
	unsigned int i;

	spun.fd = self->fd;
	for (i = 0; i < NR_SPUN; i++) {
		spun.handles[i] = take_page(self->fd);
		ASSERT_LT(0, spun.handles[i]);
	}
	ASSERT_EQ(0, pthread_create(&thread, NULL, give_all_together, &spun));
	give_all_together(&spun);
	pthread_join(thread, NULL);
	EXPECT_EQ(NR_SPUN, spun.won);
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
	EXPECT_EQ(self->free, sb_free_pages(self->fd));
}

/* Each thread has what nobody else has, though all are of one file. */
static void *take_and_give(void *arg)
{
	struct racer *racer = arg;
	struct race *race = racer->race;
	struct sbuddy_query query;
	unsigned int i;

	for (i = 0; i < 10 * NR_RACES; i++) {
		unsigned int count = i % 5 ? 1 : 1 + i % 97;
		int taken = take_pages(race->fd, count);
		int first = SBUDDY_TAKEN_HANDLE(taken), nr = SBUDDY_TAKEN_COUNT(taken);

		if (taken <= 0 || nr > count) {
			atomic_fetch_add(&race->wrong, 1);
			continue;
		}
		if (!(i % 7) && sb_query(race->fd, first + nr / 2, &query))
			atomic_fetch_add(&race->wrong, 1);
		if (give(race->fd, taken) != nr)
			atomic_fetch_add(&race->wrong, 1);
	}
	return NULL;
}

TEST_F(file, threads_do_not_get_the_same_numbers)
{
	struct race race = { .fd = self->fd };
	struct racer racers[NR_THREADS];
	pthread_t threads[NR_THREADS];
	unsigned int i;

	for (i = 0; i < NR_THREADS; i++) {
		racers[i] = (struct racer){ &race, i };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, take_and_give, &racers[i]));
	}
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(0, race.wrong);
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
	EXPECT_EQ(self->free, sb_free_pages(self->fd));
}

static void *never_end(void *arg)
{
	struct racer *racer = arg;
	struct sbuddy_query query;
	uint64_t bytes;
	unsigned int i;

	for (i = 0;; i++) {
		int taken = take_pages(racer->race->fd, 1 + i % 50);

		if (taken <= 0)
			continue;
		if (!(i % 3))
			sb_query(racer->race->fd, SBUDDY_TAKEN_HANDLE(taken), &query);
		if (!(i % 11))
			map(racer->race->fd, SBUDDY_TAKEN_HANDLE(taken), &bytes);
		give(racer->race->fd, taken - !(i % 5));
	}
	return NULL;
}

TEST_F(file, a_killed_process_leaves_nothing)
{
	unsigned int round, i;

	for (round = 0; round < 40; round++) {
		pid_t pid = fork();
		int status;

		ASSERT_LE(0, pid);
		if (!pid) {
			struct race race = { .fd = sb_open(O_RDWR) };
			struct racer racers[2];
			pthread_t thread;

			for (i = 0; i < 2; i++) {
				racers[i] = (struct racer){ &race, i };
				pthread_create(&thread, NULL, never_end, &racers[i]);
			}
			pause();
		}
		usleep(1000 + 700 * round);
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_EQ(self->free, sb_free_pages(self->fd)) TH_LOG("round %u", round);
	}
}

SBUDDY_TEST_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* Handles: many at once, freed twice, of other files, and their numbers. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <pthread.h>

#include "device.h"

#define NR 300

static struct sbuddy_result results[SBUDDY_MAX_HANDLES];
static uint32_t handles[SBUDDY_MAX_HANDLES];

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

static int get_bulk(int fd, unsigned int order, uint32_t count, struct sbuddy_result *to,
		    uint32_t *allocated)
{
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.order = order,
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.count = count,
		.results = (uintptr_t)to,
	};
	int err = sb_call(fd, SBUDDY_IOC_ALLOC_BULK, &bulk);

	*allocated = bulk.allocated;
	return err;
}

static int put_bulk(int fd, const uint32_t *from, uint32_t count, uint32_t *freed)
{
	struct sbuddy_free_bulk bulk = {
		.size = sizeof(bulk),
		.count = count,
		.handles = (uintptr_t)from,
	};
	int err = sb_call(fd, SBUDDY_IOC_FREE_BULK, &bulk);

	*freed = bulk.freed;
	return err;
}

TEST_F(file, bulk_gives_and_takes_many)
{
	struct sbuddy_query query;
	uint32_t nr, i;

	memset(results, 0xff, sizeof(results[0]) * (NR + 1));
	ASSERT_EQ(0, get_bulk(self->fd, 0, NR, results, &nr));
	ASSERT_EQ(NR, nr);
	EXPECT_EQ(self->free - NR, sb_free_pages(self->fd));
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, sb_query(self->fd, results[i].handle, &query));
		ASSERT_EQ(query.offset, results[i].offset);
		ASSERT_EQ(0, results[i].reserved);
		handles[i] = results[i].handle;
	}
	EXPECT_EQ(UINT32_MAX, results[NR].handle);
	ASSERT_EQ(0, put_bulk(self->fd, handles, NR, &nr));
	EXPECT_EQ(NR, nr);
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
}

TEST_F(file, bulk_gives_what_there_is)
{
	unsigned int order = sb_info(self->fd).max_order;
	uint32_t nr;

	ASSERT_EQ(0, get_bulk(self->fd, order, 4096, results, &nr));
	EXPECT_LT(0, nr);
	EXPECT_GT(4096, nr) TH_LOG("the device is too large to be exhausted");
	EXPECT_EQ(nr, sb_info(self->fd).nr_handles);
	EXPECT_EQ(-ENOMEM, get_bulk(self->fd, order, 1, results, &nr));
}

TEST_F(file, bulk_refuses_bad_counts_and_arrays)
{
	struct sbuddy_result *cliff = (struct sbuddy_result *)sb_cliff(PROT_READ | PROT_WRITE);
	uint32_t *steps = (uint32_t *)cliff;
	uint32_t nr;

	EXPECT_EQ(-EINVAL, get_bulk(self->fd, 0, 0, results, &nr));
	EXPECT_EQ(-EINVAL, get_bulk(self->fd, 0, SBUDDY_MAX_HANDLES + 1, results, &nr));
	EXPECT_EQ(-EINVAL, get_bulk(self->fd, 0, UINT32_MAX, results, &nr));
	EXPECT_EQ(-EFAULT, get_bulk(self->fd, 0, 1, NULL, &nr));
	EXPECT_EQ(-EFAULT, get_bulk(self->fd, 0, 4, cliff - 3, &nr));
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
	EXPECT_EQ(self->free, sb_free_pages(self->fd));
	EXPECT_EQ(-EINVAL, put_bulk(self->fd, handles, 0, &nr));
	EXPECT_EQ(-EINVAL, put_bulk(self->fd, handles, SBUDDY_MAX_HANDLES + 1, &nr));
	EXPECT_EQ(-EFAULT, put_bulk(self->fd, NULL, 1, &nr));
	/* Those that can be read are freed. */
	ASSERT_EQ(0, get_bulk(self->fd, 0, 2, results, &nr));
	steps[-2] = results[0].handle;
	steps[-1] = results[1].handle;
	EXPECT_EQ(-EFAULT, put_bulk(self->fd, steps - 2, 3, &nr));
	EXPECT_EQ(2, nr);
}

#if UINTPTR_MAX == UINT32_MAX
TEST_F(file, arrays_above_4_gib_are_not_cut_off)
{
	struct sbuddy_free_bulk bulk = {
		.size = sizeof(bulk),
		.count = 1,
		.handles = (uintptr_t)handles | 1ull << 32,
	};
	uint32_t nr;

	ASSERT_EQ(0, get_bulk(self->fd, 0, 1, results, &nr));
	handles[0] = results[0].handle;
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_FREE_BULK, &bulk));
	EXPECT_EQ(1, sb_info(self->fd).nr_handles);
}
#endif

TEST_F(file, free_bulk_stops_at_the_first_bad_one)
{
	uint32_t nr;

	ASSERT_EQ(0, get_bulk(self->fd, 0, 3, results, &nr));
	handles[0] = results[0].handle;
	handles[1] = results[0].handle;
	handles[2] = results[1].handle;
	EXPECT_EQ(-ENOENT, put_bulk(self->fd, handles, 3, &nr));
	EXPECT_EQ(1, nr);
	EXPECT_EQ(2, sb_info(self->fd).nr_handles);
	EXPECT_EQ(0, put_bulk(self->fd, handles + 2, 1, &nr));
}

TEST_F(file, freed_handle_is_refused_and_not_reused_soon)
{
	struct sbuddy_alloc first, next;
	int i;

	ASSERT_EQ(0, sb_get(self->fd, 0, &first));
	ASSERT_EQ(0, sb_put(self->fd, first.handle));
	EXPECT_EQ(-ENOENT, sb_put(self->fd, first.handle));
	EXPECT_EQ(-ENOENT, sb_put(self->fd, 0));
	EXPECT_EQ(-ENOENT, sb_put(self->fd, UINT32_MAX));
	for (i = 0; i < 1000; i++) {
		ASSERT_EQ(0, sb_get(self->fd, 0, &next));
		ASSERT_NE(first.handle, next.handle);
		ASSERT_EQ(0, sb_put(self->fd, next.handle));
	}
}

/* More than there are numbers, 1024 at a time. */
TEST_F(file, numbers_come_round_past_those_in_use)
{
	struct sbuddy_alloc kept[2];
	uint32_t round, nr, i, around = 0;
	uint32_t last = 0;

	ASSERT_EQ(0, sb_get(self->fd, 0, &kept[0]));
	for (round = 0; round < 140; round++) {
		ASSERT_EQ(0, get_bulk(self->fd, 0, 1024, results, &nr));
		ASSERT_EQ(1024, nr);
		for (i = 0; i < nr; i++) {
			handles[i] = results[i].handle;
			ASSERT_NE(0, handles[i]);
			ASSERT_NE(kept[0].handle, handles[i]);
			ASSERT_TRUE(round <= 70 || kept[1].handle != handles[i]);
			around += handles[i] < last;
			last = handles[i];
		}
		ASSERT_EQ(0, put_bulk(self->fd, handles, nr, &nr));
		if (round == 70)
			ASSERT_EQ(0, sb_get(self->fd, 0, &kept[1]));
	}
	EXPECT_EQ(1, around);
	EXPECT_EQ(0, sb_put(self->fd, kept[0].handle));
	EXPECT_EQ(0, sb_put(self->fd, kept[1].handle));
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
}

TEST_F(file, handles_belong_to_the_open_file)
{
	int other = sb_open(O_RDWR);
	int same = dup(self->fd);
	struct sbuddy_alloc alloc;
	struct sbuddy_query query;
	pid_t pid;

	ASSERT_EQ(0, sb_get(self->fd, 0, &alloc));
	EXPECT_EQ(-ENOENT, sb_query(other, alloc.handle, &query));
	EXPECT_EQ(-ENOENT, sb_put(other, alloc.handle));
	EXPECT_TRUE(sb_map(other, alloc.offset, alloc.granted) == MAP_FAILED);
	EXPECT_EQ(0, sb_query(same, alloc.handle, &query));
	pid = fork();
	if (!pid)
		_exit(sb_put(self->fd, alloc.handle) ? 1 : 0);
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(-ENOENT, sb_put(same, alloc.handle));
	close(other);
	close(same);
}

struct race {
	int fd;
	uint32_t handle;
	pthread_barrier_t *start;
	int err;
};

static void *put_at_start(void *arg)
{
	struct race *race = arg;

	pthread_barrier_wait(race->start);
	race->err = sb_put(race->fd, race->handle);
	return NULL;
}

TEST_F(file, of_two_that_free_one_succeeds)
{
	pthread_barrier_t start;
	struct sbuddy_alloc alloc;
	struct race races[2];
	pthread_t threads[2];
	int round, i;

	pthread_barrier_init(&start, NULL, 2);
	for (round = 0; round < 120; round++) {
		ASSERT_EQ(0, sb_get(self->fd, 0, &alloc));
		for (i = 0; i < 2; i++) {
			races[i] = (struct race){ self->fd, alloc.handle, &start, 0 };
			ASSERT_EQ(0, pthread_create(&threads[i], NULL, put_at_start, &races[i]));
		}
		for (i = 0; i < 2; i++)
			pthread_join(threads[i], NULL);
		ASSERT_EQ(-ENOENT, races[0].err + races[1].err);
		ASSERT_TRUE(!races[0].err || !races[1].err);
		ASSERT_EQ(self->free, sb_free_pages(self->fd));
	}
	pthread_barrier_destroy(&start);
}

SBUDDY_TEST_MAIN

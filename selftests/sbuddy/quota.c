// SPDX-License-Identifier: GPL-2.0-only
/* Quotas: what an open file may have, and a user by all of his files. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <pthread.h>
#include <stdatomic.h>

#include "quota.h"

#define LIMIT 100u
#define ONE 1000
#define ANOTHER 1001

FIXTURE(quota)
{
	int fd;
	int other;
	uint64_t page;
	uint64_t free;
};

FIXTURE_SETUP(quota)
{
	self->other = sb_open(O_RDWR);
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->page = (uint64_t)sysconf(_SC_PAGESIZE);
	self->free = sb_free_pages(self->other);
	if (self->free < 10 * LIMIT)
		SKIP(return, "too little memory");
}

FIXTURE_TEARDOWN(quota)
{
	set_tunable("quota_uid_bytes", 0);
	set_tunable("quota_file_bytes", 0);
	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(self->other));
	close(self->other);
}

/* Up to so many pages: how many, or -errno. */
static int take(int fd, unsigned int count)
{
	unsigned int got = 0;
	long taken = 0;

	while (got < count && taken >= 0) {
		taken = ioctl(fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, count - got));
		got += taken > 0 ? SBUDDY_TAKEN_COUNT(taken) : 0;
	}
	return got ? (int)got : -errno;
}

static int get_bare(int fd)
{
	struct sbuddy_alloc alloc = sb_request(0);

	alloc.type = SBUDDY_UNMOVABLE;
	alloc.zone = SBUDDY_ZONE_NORMAL;
	return sb_call(fd, SBUDDY_IOC_ALLOC, &alloc);
}

static int get_movable(int fd)
{
	struct sbuddy_alloc alloc;

	return sb_get(fd, 0, &alloc);
}

static int get_exact(int fd)
{
	struct sbuddy_alloc alloc = sb_request(0);

	alloc.flags = SBUDDY_ALLOC_BYTES;
	alloc.bytes = 3ull * (uint64_t)sysconf(_SC_PAGESIZE);
	return sb_call(fd, SBUDDY_IOC_ALLOC, &alloc);
}

static int get_scattered(int fd)
{
	struct sbuddy_alloc alloc = sb_request(0);

	alloc.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED;
	alloc.bytes = 7ull * (uint64_t)sysconf(_SC_PAGESIZE);
	return sb_call(fd, SBUDDY_IOC_ALLOC, &alloc);
}

static int get_place(int fd)
{
	struct sbuddy_place place = {
		.size = sizeof(place),
		.zone = SBUDDY_ZONE_HIGHMEM,
		.node = SBUDDY_NODE_ANY,
		.bytes = 5ull * (uint64_t)sysconf(_SC_PAGESIZE),
	};

	return sb_call(fd, SBUDDY_IOC_PLACE, &place);
}

static int get_bulk(int fd, unsigned int type, unsigned int order, unsigned int count)
{
	static struct sbuddy_result results[2 * LIMIT];
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.order = order,
		.type = type,
		.zone = type == SBUDDY_MOVABLE ? SBUDDY_ZONE_MOVABLE : SBUDDY_ZONE_NORMAL,
		.node = SBUDDY_NODE_ANY,
		.count = count,
		.results = (uintptr_t)results,
	};

	return sb_call(fd, SBUDDY_IOC_ALLOC_BULK, &bulk);
}

static int get_bulk_bare(int fd)
{
	return get_bulk(fd, SBUDDY_UNMOVABLE, 0, 2 * LIMIT);
}

static int get_bulk_movable(int fd)
{
	return get_bulk(fd, SBUDDY_MOVABLE, 0, 2 * LIMIT);
}

static int get_bulk_blocks(int fd)
{
	return get_bulk(fd, SBUDDY_UNMOVABLE, 2, 2 * LIMIT);
}

static int take_one(int fd)
{
	return take(fd, 1) < 0 ? -errno : 0;
}

static int take_many(int fd)
{
	return take(fd, 1024) < 0 ? -errno : 0;
}

static const struct way {
	const char *name;
	int (*get)(int fd);
	unsigned int pages;
} ways[] = {
	{ "alloc", get_bare, 1 },
	{ "alloc of movable", get_movable, 1 },
	{ "alloc of bytes", get_exact, 3 },
	{ "alloc of several runs", get_scattered, 7 },
	{ "place", get_place, 5 },
	{ "bulk", get_bulk_bare, 1 },
	{ "bulk of movable", get_bulk_movable, 1 },
	{ "bulk of blocks", get_bulk_blocks, 4 },
	{ "take", take_one, 1 },
	{ "take of many", take_many, 1 },
};

/* As often as it goes: its last errno. */
static int get_until_refused(const struct way *way, int fd)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < 10 * LIMIT; i++)
		err = way->get(fd);
	return err;
}

TEST_F(quota, bounds_each_way)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(ways); i++) {
		const struct way *way = &ways[i];
		uint64_t most = LIMIT / way->pages * way->pages * self->page;
		int fd = sb_open(O_RDWR);

		ASSERT_EQ(0, set_limit(fd, LIMIT));
		EXPECT_EQ(-EDQUOT, get_until_refused(way, fd))
		TH_LOG("%s", way->name);
		EXPECT_EQ(most, get_limit(fd).used)
		TH_LOG("%s", way->name);
		EXPECT_EQ(most, fdinfo(fd, "sbuddy-bytes"));
		EXPECT_EQ(most, fdinfo(fd, "sbuddy-peak"));
		EXPECT_EQ(self->free - most / self->page, sb_free_pages(self->other));
		close(fd);
		EXPECT_EQ(self->free, sb_free_pages(self->other));
	}
}

/* What fails for another reason, or is freed, is there to be had again. */
TEST_F(quota, is_given_back)
{
	struct sbuddy_alloc alloc = sb_request(0), buf;
	char *cliff = sb_cliff(PROT_READ | PROT_WRITE);
	unsigned int i;

	ASSERT_EQ(0, set_limit(self->fd, 1));
	for (i = 0; i < 3 * LIMIT; i++) {
		ASSERT_EQ(1, take(self->fd, 1));
		ASSERT_EQ(-EDQUOT, take(self->fd, 1));
		ASSERT_EQ(1, get_limit(self->fd).used / self->page);
		close(self->fd);
		self->fd = sb_open(O_RDWR);
		ASSERT_EQ(0, set_limit(self->fd, 1));
	}
	for (i = 0; i < LIMIT; i++) {
		ASSERT_EQ(0, sb_get(self->fd, 0, &buf));
		ASSERT_EQ(-EDQUOT, sb_get(self->fd, 0, &alloc));
		ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	}
	/* Cannot be told. */
	memcpy(cliff - sizeof(alloc), &alloc, sizeof(alloc));
	mprotect(cliff - self->page, self->page, PROT_READ);
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_ALLOC, cliff - sizeof(alloc)));
	alloc.type = SBUDDY_UNMOVABLE;
	alloc.zone = SBUDDY_ZONE_NORMAL;
	mprotect(cliff - self->page, self->page, PROT_READ | PROT_WRITE);
	memcpy(cliff - sizeof(alloc), &alloc, sizeof(alloc));
	mprotect(cliff - self->page, self->page, PROT_READ);
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_ALLOC, cliff - sizeof(alloc)));
	EXPECT_EQ(0, get_limit(self->fd).used);
	/* There is not so much. */
	ASSERT_EQ(0, set_limit(self->fd, 0));
	close(self->fd);
	self->fd = sb_open(O_RDWR);
	alloc = sb_request(0);
	alloc.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED;
	alloc.bytes = (self->free + 1) * self->page;
	if (self->free < SBUDDY_MAX_SCATTERED)
		EXPECT_EQ(-ENOMEM, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	EXPECT_EQ(0, fdinfo(self->fd, "sbuddy-bytes"));
	EXPECT_EQ(0, fdinfo(self->fd, "sbuddy-peak"));
}

TEST_F(quota, is_explained)
{
	struct sbuddy_explain explain = {
		.size = sizeof(explain),
		.order = 2,
		.node = SBUDDY_NODE_ANY,
	};

	ASSERT_EQ(0, set_limit(self->fd, 5));
	ASSERT_EQ(1, take(self->fd, 1));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &explain));
	EXPECT_EQ(0, explain.error);
	ASSERT_EQ(1, take(self->fd, 1));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &explain));
	EXPECT_EQ(EDQUOT, explain.error);
	EXPECT_EQ(SBUDDY_EXPLAIN_QUOTA, explain.verdict);
	explain.alloc_flags = SBUDDY_ALLOC_BYTES;
	explain.order = 0;
	explain.bytes = 3 * self->page + 1;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &explain));
	EXPECT_EQ(EDQUOT, explain.error);
	explain.bytes--;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &explain));
	EXPECT_EQ(0, explain.error);
}

TEST_F(quota, slices_have_nothing_of_their_own)
{
	struct sbuddy_alloc buf;
	struct sbuddy_slice slice = { .size = sizeof(slice), .bytes = self->page };

	ASSERT_EQ(0, set_limit(self->fd, 4));
	ASSERT_EQ(0, sb_get(self->fd, 2, &buf));
	slice.handle = buf.handle;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_SLICE, &slice));
	EXPECT_EQ(4 * self->page, get_limit(self->fd).used);
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	EXPECT_EQ(-EDQUOT, take(self->fd, 1));
	ASSERT_EQ(0, sb_put(self->fd, slice.slice));
	EXPECT_EQ(4, take(self->fd, 4));
}

TEST_F(quota, counts_what_a_mapping_keeps)
{
	struct sbuddy_alloc buf;
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "a dry device has nothing to map");
	ASSERT_EQ(0, set_limit(self->fd, 4));
	ASSERT_EQ(0, sb_get(self->fd, 2, &buf));
	p = sb_map(self->fd, buf.offset, self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	EXPECT_EQ(-EDQUOT, take(self->fd, 1));
	munmap(p, self->page);
	EXPECT_EQ(1, take(self->fd, 1));
}

TEST_F(quota, counts_what_a_dma_buf_keeps)
{
	struct sbuddy_export export = { .size = sizeof(export), .flags = O_RDWR | O_CLOEXEC };
	uint64_t before = get_limit(self->other).uid_used;
	struct sbuddy_alloc buf;
	int err;

	ASSERT_EQ(0, sb_get(self->fd, 2, &buf));
	export.handle = buf.handle;
	err = sb_call(self->fd, SBUDDY_IOC_EXPORT, &export);
	if (err == -EOPNOTSUPP)
		SKIP(return, "no dma-bufs of this device");
	ASSERT_EQ(0, err);
	close(self->fd);
	EXPECT_EQ(before + 4 * self->page, get_limit(self->other).uid_used);
	close(export.fd);
	EXPECT_EQ(before, get_limit(self->other).uid_used);
	self->fd = sb_open(O_RDWR);
}

TEST_F(quota, comes_down_for_anybody)
{
	struct sbuddy_limit arg = { .size = sizeof(arg), .bytes = self->page - 1 };
	struct holder holder;

	EXPECT_EQ(0, get_limit(self->fd).bytes);
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_LIMIT, &arg));
	arg.flags = 2;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_LIMIT, &arg));
	arg = (struct sbuddy_limit){ .size = sizeof(arg), .bytes = 10 * self->page + 1 };
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_LIMIT, &arg));
	EXPECT_EQ(10 * self->page, arg.bytes);
	EXPECT_EQ(getuid(), arg.uid);
	EXPECT_EQ(10 * self->page, fdinfo(self->fd, "sbuddy-limit"));
	EXPECT_EQ(getuid(), fdinfo(self->fd, "sbuddy-uid"));
	if (!find_holder(self->fd, &holder)) {
		EXPECT_EQ(10 * self->page, holder.limit);
		EXPECT_EQ(getuid(), holder.uid);
	}
	use_resource_cap(0);
	EXPECT_EQ(-EPERM, set_limit(self->fd, 11));
	EXPECT_EQ(-EPERM, set_limit(self->fd, 0));
	EXPECT_EQ(0, set_limit(self->fd, 10));
	EXPECT_EQ(10, take(self->fd, 20));
	EXPECT_EQ(0, set_limit(self->fd, 5));
	EXPECT_EQ(10 * self->page, get_limit(self->fd).used);
	EXPECT_EQ(-EDQUOT, take(self->fd, 1));
	use_resource_cap(1);
	EXPECT_EQ(0, set_limit(self->fd, 12));
	EXPECT_EQ(2, take(self->fd, 20));
	EXPECT_EQ(0, set_limit(self->fd, 0));
	EXPECT_EQ(20, take(self->fd, 20));
}

TEST_F(quota, is_the_files_whoever_has_it)
{
	int copy = dup(self->fd);
	pid_t pid;

	ASSERT_EQ(0, set_limit(self->fd, 4));
	EXPECT_EQ(3, take(copy, 3));
	close(copy);
	pid = fork();
	if (!pid) {
		if (setuid(ONE))
			_exit(1);
		_exit(take(self->fd, 8) != 1 || take(self->fd, 1) != -EDQUOT ||
		      get_limit(self->fd).uid == ONE);
	}
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(4 * self->page, get_limit(self->fd).used);
}

TEST_F(quota, of_files_is_chosen_for_the_instance)
{
	int bound;

	if (set_tunable("quota_file_bytes", LIMIT * self->page))
		SKIP(return, "no tunables");
	bound = open_as(ONE);
	ASSERT_LE(0, bound);
	EXPECT_EQ(LIMIT * self->page, get_limit(bound).bytes);
	EXPECT_EQ(LIMIT, take(bound, 1000));
	EXPECT_EQ(0, get_limit(self->fd).bytes);
	close(bound);
}

TEST_F(quota, of_a_user_is_for_all_files)
{
	int a, b, c, free;

	if (set_tunable("quota_uid_bytes", LIMIT * self->page))
		SKIP(return, "no tunables");
	a = open_as(ONE);
	b = open_as(ONE);
	c = open_as(ANOTHER);
	free = sb_open(O_RDWR);
	ASSERT_LE(0, c);
	EXPECT_EQ(LIMIT - 10, take(a, LIMIT - 10));
	EXPECT_EQ(10, take(b, 1000));
	EXPECT_EQ(-EDQUOT, take(b, 1));
	EXPECT_EQ(-EDQUOT, take(a, 1));
	EXPECT_EQ(LIMIT * self->page, get_limit(a).uid_used);
	EXPECT_EQ(LIMIT * self->page, get_limit(a).uid_bytes);
	EXPECT_EQ(LIMIT, take(c, 1000));
	/* Who may have any number of pages. */
	EXPECT_EQ(2 * LIMIT, take(free, 2 * LIMIT));
	EXPECT_EQ(0, get_limit(free).uid_bytes);
	/* What the one does not use any more is the other's. */
	close(a);
	EXPECT_EQ(LIMIT - 10, take(b, 1000));
	a = open_as(ONE);
	EXPECT_EQ(-EDQUOT, take(a, 1));
	/* More for all, and less than is in use. */
	ASSERT_EQ(0, set_tunable("quota_uid_bytes", 2 * LIMIT * self->page));
	EXPECT_EQ(LIMIT, take(a, 1000));
	ASSERT_EQ(0, set_tunable("quota_uid_bytes", LIMIT * self->page));
	EXPECT_EQ(-EDQUOT, take(b, 1));
	close(b);
	EXPECT_EQ(-EDQUOT, take(a, 1));
	ASSERT_EQ(0, set_tunable("quota_uid_bytes", 0));
	EXPECT_EQ(LIMIT, take(a, LIMIT));
	close(a);
	close(c);
	close(free);
}

/* A file that gives back keeps no more than it uses, as soon as another wants it. */
TEST_F(quota, is_taken_back_from_who_does_not_use_it)
{
	long taken;
	int a, b, i;

	if (set_tunable("quota_uid_bytes", LIMIT * self->page))
		SKIP(return, "no tunables");
	a = open_as(ONE);
	b = open_as(ONE);
	ASSERT_LE(0, b);
	for (i = 0; i < 20; i++) {
		taken = ioctl(i & 1 ? a : b, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, LIMIT));
		ASSERT_EQ(LIMIT, SBUDDY_TAKEN_COUNT(taken));
		ASSERT_EQ(-EDQUOT, take(i & 1 ? b : a, 1));
		ASSERT_EQ(LIMIT, ioctl(i & 1 ? a : b, SBUDDY_IOC_GIVE, taken));
	}
	close(a);
	close(b);
}

#define THREADS 4

static int files[2];
static atomic_int held;

/* Takes and gives, and ends with as much as it gets. */
static void *hammer(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg, i;
	int fd = files[seed & 1];
	long taken[LIMIT];
	int nr = 0;

	for (i = 0; i < 1000; i++) {
		seed = seed * 1664525 + 1013904223;
		if (seed >> 31 && nr < (int)LIMIT) {
			taken[nr] = ioctl(fd, SBUDDY_IOC_TAKE,
					  SBUDDY_TAKE(0, 0, 0, 0, 1 + (seed >> 20 & 3)));
			nr += taken[nr] > 0;
		} else if (nr) {
			nr--;
			ioctl(fd, SBUDDY_IOC_GIVE, taken[nr]);
		}
	}
	while (nr)
		atomic_fetch_add(&held, (int)SBUDDY_TAKEN_COUNT(taken[--nr]));
	return NULL;
}

TEST_F(quota, holds_with_many_threads)
{
	pthread_t threads[THREADS];
	unsigned int round, i;
	int more, j;

	if (set_tunable("quota_uid_bytes", LIMIT * self->page))
		SKIP(return, "no tunables");
	for (round = 0; round < 2; round++) {
		files[0] = open_as(ONE);
		files[1] = open_as(ONE);
		ASSERT_LE(0, files[1]);
		/* The second time, by the limit of a file alone. */
		if (round) {
			ASSERT_EQ(0, set_tunable("quota_uid_bytes", 0));
			ASSERT_EQ(0, set_limit(files[0], LIMIT / 2));
			ASSERT_EQ(0, set_limit(files[1], LIMIT / 2));
		}
		atomic_store(&held, 0);
		for (i = 0; i < THREADS; i++)
			ASSERT_EQ(0, pthread_create(&threads[i], NULL, hammer,
						    (void *)(uintptr_t)(i + 4 * round)));
		for (i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		EXPECT_GE(LIMIT, atomic_load(&held));
		for (j = 0; j < 2; j++)
			while ((more = take(files[j], 7)) > 0)
				atomic_fetch_add(&held, more);
		EXPECT_EQ(LIMIT, atomic_load(&held));
		close(files[0]);
		close(files[1]);
	}
}

SBUDDY_TEST_MAIN

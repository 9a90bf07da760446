// SPDX-License-Identifier: GPL-2.0-only
/* Claims: blocks that an open file has for certain. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "quota.h"

#define ORDER 4
#define PAGES (1u << ORDER)
#define NR 6
#define MAX_BUFFERS 40000

static struct sbuddy_alloc all[MAX_BUFFERS];

FIXTURE(claim)
{
	int fd;
	int other;
	uint64_t page;
	uint64_t free;
};

FIXTURE_SETUP(claim)
{
	self->other = sb_open(O_RDWR);
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->page = (uint64_t)sysconf(_SC_PAGESIZE);
	self->free = sb_free_pages(self->other);
	if (self->free < 10 * NR * PAGES)
		SKIP(return, "too little memory");
}

FIXTURE_TEARDOWN(claim)
{
	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(self->other));
	close(self->other);
}

static struct sbuddy_claim wish(uint32_t order, uint32_t count)
{
	struct sbuddy_claim claim = {
		.size = sizeof(claim),
		.order = order,
		.node = SBUDDY_NODE_ANY,
		.count = count,
	};

	return claim;
}

static int claim_blocks(int fd, uint32_t count)
{
	struct sbuddy_claim claim = wish(ORDER, count);

	return sb_call(fd, SBUDDY_IOC_CLAIM, &claim);
}

static struct sbuddy_claim get_claim(int fd)
{
	struct sbuddy_claim claim = wish(ORDER, 0);

	claim.flags = SBUDDY_CLAIM_GET;
	sb_call(fd, SBUDDY_IOC_CLAIM, &claim);
	return claim;
}

static int claim_is(int fd, uint32_t nr, uint32_t held, uint32_t used)
{
	struct sbuddy_claim claim = get_claim(fd);

	return claim.count == nr && claim.held == held && claim.used == used;
}

#define EXPECT_CLAIM(nr, held, used) EXPECT_EQ(1, claim_is(self->fd, nr, held, used))

static struct sbuddy_alloc claimed(void)
{
	struct sbuddy_alloc alloc = {
		.size = sizeof(alloc),
		.flags = SBUDDY_ALLOC_CLAIMED,
		.order = ORDER,
		.node = SBUDDY_NODE_ANY,
	};

	return alloc;
}

static int get(int fd, struct sbuddy_alloc *alloc)
{
	*alloc = claimed();
	return sb_call(fd, SBUDDY_IOC_ALLOC, alloc);
}

static int get_as_many(int fd, struct sbuddy_alloc *bufs, int max)
{
	int nr = 0;

	while (nr < max && !get(fd, &bufs[nr]))
		nr++;
	return nr;
}

TEST_F(claim, is_there_when_nothing_else_is)
{
	struct sbuddy_alloc bufs[NR + 1], wc;
	unsigned int round;
	int i;

	ASSERT_EQ(0, claim_blocks(self->fd, NR));
	EXPECT_EQ(self->free - NR * PAGES, sb_free_pages(self->other));
	ASSERT_GT(MAX_BUFFERS, sb_get_all(self->other, all, MAX_BUFFERS));
	EXPECT_EQ(-ENOMEM, sb_get(self->other, ORDER, &wc));
	for (round = 0; round < 3; round++) {
		ASSERT_EQ(NR, get_as_many(self->fd, bufs, NR + 1));
		EXPECT_CLAIM(NR, 0, NR);
		EXPECT_EQ(-ENOMEM, get(self->fd, &bufs[NR]));
		/* What is freed is not anybody's. */
		for (i = 0; i < NR; i++) {
			EXPECT_EQ(PAGES * self->page, bufs[i].granted);
			EXPECT_EQ(0, sb_put(self->fd, bufs[i].handle));
			EXPECT_EQ(-ENOMEM, sb_get(self->other, ORDER, &wc));
		}
		EXPECT_CLAIM(NR, NR, 0);
	}
	EXPECT_EQ(0, claim_blocks(self->fd, NR - 1));
	EXPECT_EQ(0, sb_get(self->other, ORDER, &wc));
	close(self->other);
	self->other = sb_open(O_RDWR);
}

TEST_F(claim, is_all_or_nothing)
{
	struct sbuddy_alloc buf;

	ASSERT_EQ(0, claim_blocks(self->fd, 2));
	ASSERT_GT(MAX_BUFFERS, sb_get_all(self->other, all, MAX_BUFFERS));
	EXPECT_EQ(-ENOMEM, claim_blocks(self->fd, 3));
	EXPECT_CLAIM(2, 2, 0);
	EXPECT_EQ(2 * PAGES * self->page, fdinfo(self->fd, "sbuddy-bytes"));
	close(self->other);
	self->other = sb_open(O_RDWR);
	/* Takes nearly all of it before it fails. */
	EXPECT_EQ(-ENOMEM, claim_blocks(self->fd, (uint32_t)(self->free / PAGES)));
	EXPECT_EQ(-ENOMEM, claim_blocks(self->fd, (uint32_t)(self->free / PAGES) + 1));
	EXPECT_CLAIM(2, 2, 0);
	EXPECT_EQ(self->free - 2 * PAGES, sb_free_pages(self->other));
	ASSERT_EQ(0, get(self->fd, &buf));
	EXPECT_EQ(-ENOMEM, claim_blocks(self->fd, SBUDDY_MAX_HANDLES));
	EXPECT_CLAIM(2, 1, 1);
	EXPECT_EQ(0, claim_blocks(self->fd, 3));
	EXPECT_CLAIM(3, 2, 1);
}

TEST_F(claim, gets_smaller)
{
	struct sbuddy_alloc bufs[NR];
	int i;

	ASSERT_EQ(0, claim_blocks(self->fd, NR));
	ASSERT_EQ(4, get_as_many(self->fd, bufs, 4));
	ASSERT_EQ(0, claim_blocks(self->fd, 3));
	EXPECT_CLAIM(3, 0, 4);
	EXPECT_EQ(self->free - 4 * PAGES, sb_free_pages(self->other));
	/* The first that goes is more than is claimed, the next is held. */
	ASSERT_EQ(0, sb_put(self->fd, bufs[0].handle));
	EXPECT_CLAIM(3, 0, 3);
	EXPECT_EQ(self->free - 3 * PAGES, sb_free_pages(self->other));
	ASSERT_EQ(0, sb_put(self->fd, bufs[1].handle));
	EXPECT_CLAIM(3, 1, 2);
	EXPECT_EQ(self->free - 3 * PAGES, sb_free_pages(self->other));
	ASSERT_EQ(0, claim_blocks(self->fd, 0));
	EXPECT_EQ(-ENOENT, get(self->fd, &bufs[0]));
	EXPECT_EQ(self->free - 2 * PAGES, sb_free_pages(self->other));
	/* What buffers have is claimed again. */
	ASSERT_EQ(0, claim_blocks(self->fd, 3));
	EXPECT_CLAIM(3, 1, 2);
	EXPECT_EQ(self->free - 3 * PAGES, sb_free_pages(self->other));
	ASSERT_EQ(0, claim_blocks(self->fd, 0));
	for (i = 2; i < 4; i++)
		ASSERT_EQ(0, sb_put(self->fd, bufs[i].handle));
	EXPECT_EQ(self->free, sb_free_pages(self->other));
	EXPECT_EQ(0, fdinfo(self->fd, "sbuddy-bytes"));
}

TEST_F(claim, arrives_zeroed_each_time)
{
	struct sbuddy_alloc buf;
	unsigned int i;
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "a dry device has nothing to map");
	ASSERT_EQ(0, claim_blocks(self->fd, 1));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, get(self->fd, &buf));
		p = sb_map(self->fd, buf.offset, PAGES * self->page);
		ASSERT_TRUE(p != MAP_FAILED);
		EXPECT_EQ(-1, sb_differs(p, 0, PAGES * self->page));
		memset(p, 0x5a, PAGES * self->page);
		/* It is not held as long as somebody maps it. */
		ASSERT_EQ(0, sb_put(self->fd, buf.handle));
		EXPECT_CLAIM(1, 0, 1);
		EXPECT_EQ(-ENOMEM, get(self->fd, &buf));
		munmap(p, PAGES * self->page);
		EXPECT_CLAIM(1, 1, 0);
	}
}

TEST_F(claim, counts_once)
{
	struct sbuddy_alloc buf;
	struct holder holder;

	ASSERT_EQ(0, set_limit(self->fd, NR * PAGES));
	EXPECT_EQ(-EDQUOT, claim_blocks(self->fd, NR + 1));
	EXPECT_EQ(0, get_limit(self->fd).used);
	ASSERT_EQ(0, claim_blocks(self->fd, NR));
	EXPECT_EQ(NR * PAGES * self->page, get_limit(self->fd).used);
	EXPECT_EQ(-EDQUOT, sb_get(self->fd, 0, &buf));
	ASSERT_EQ(0, get(self->fd, &buf));
	EXPECT_EQ(NR * PAGES * self->page, get_limit(self->fd).used);
	EXPECT_EQ(NR * PAGES * self->page, fdinfo(self->fd, "sbuddy-claimed"));
	EXPECT_EQ(NR * PAGES * self->page, fdinfo(self->fd, "sbuddy-peak"));
	if (!find_holder(self->fd, &holder))
		EXPECT_EQ(NR * PAGES * self->page, holder.claimed);
	ASSERT_EQ(0, claim_blocks(self->fd, 0));
	EXPECT_EQ(PAGES * self->page, get_limit(self->fd).used);
	ASSERT_EQ(0, set_limit(self->fd, 1));
	EXPECT_EQ(0, claim_blocks(self->fd, 0));
	EXPECT_EQ(0, claim_blocks(self->fd, 1));
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	EXPECT_EQ(PAGES * self->page, get_limit(self->fd).used);
	ASSERT_EQ(0, claim_blocks(self->fd, 0));
	EXPECT_EQ(0, get_limit(self->fd).used);
}

TEST_F(claim, is_of_one_kind)
{
	struct sbuddy_claim claim = wish(ORDER, 2);
	struct sbuddy_alloc buf = claimed();

	EXPECT_EQ(-ENOENT, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_CLAIM, &claim));
	buf.type = SBUDDY_RECLAIMABLE;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	buf = claimed();
	buf.zone = SBUDDY_ZONE_HIGHMEM;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	buf = claimed();
	buf.flags |= SBUDDY_ALLOC_HIGH;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	buf = claimed();
	buf.flags |= SBUDDY_ALLOC_BYTES;
	buf.order = 0;
	buf.bytes = 1;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	buf = claimed();
	buf.order = ORDER + 1;
	EXPECT_EQ(-ENOENT, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	claim.type = SBUDDY_RECLAIMABLE;
	EXPECT_EQ(-EBUSY, sb_call(self->fd, SBUDDY_IOC_CLAIM, &claim));
	ASSERT_EQ(0, get(self->fd, &buf));
	ASSERT_EQ(0, claim_blocks(self->fd, 0));
	EXPECT_EQ(-EBUSY, sb_call(self->fd, SBUDDY_IOC_CLAIM, &claim));
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_CLAIM, &claim));
	claim = wish(SBUDDY_MAX_HANDLES, 1);
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_CLAIM, &claim));
	claim = wish(0, SBUDDY_MAX_HANDLES + 1);
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_CLAIM, &claim));
	claim = wish(0, 1);
	claim.flags = SBUDDY_ALLOC_MEMALLOC;
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_CLAIM, &claim));
	use_resource_cap(0);
	EXPECT_EQ(-EPERM, sb_call(self->fd, SBUDDY_IOC_CLAIM, &claim));
	use_resource_cap(1);
	buf = claimed();
	buf.order = 0;
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
}

TEST_F(claim, of_movable_memory_is_moved_as_buffers_are)
{
	struct sbuddy_claim claim = wish(ORDER, NR);
	struct sbuddy_compact compact = { .size = sizeof(compact), .node = SBUDDY_NODE_ANY };
	struct sbuddy_alloc buf = claimed();
	unsigned int i;

	claim.type = SBUDDY_MOVABLE;
	claim.zone = SBUDDY_ZONE_MOVABLE;
	buf.type = SBUDDY_MOVABLE;
	buf.zone = SBUDDY_ZONE_MOVABLE;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_CLAIM, &claim));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
		EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_COMPACT, &compact));
		EXPECT_EQ(0, sb_put(self->fd, buf.handle));
		EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_COMPACT, &compact));
	}
	EXPECT_CLAIM(NR, NR, 0);
}

TEST_F(claim, goes_with_the_file)
{
	struct sbuddy_export export = { .size = sizeof(export), .flags = O_RDWR | O_CLOEXEC };
	struct sbuddy_alloc bufs[2];
	pid_t pid;
	int err;

	ASSERT_EQ(0, claim_blocks(self->fd, NR));
	ASSERT_EQ(2, get_as_many(self->fd, bufs, 2));
	export.handle = bufs[0].handle;
	err = sb_call(self->fd, SBUDDY_IOC_EXPORT, &export);
	close(self->fd);
	EXPECT_EQ(self->free - (err ? 0 : PAGES), sb_free_pages(self->other));
	if (!err)
		close(export.fd);
	EXPECT_EQ(self->free, sb_free_pages(self->other));
	pid = fork();
	if (!pid) {
		self->fd = sb_open(O_RDWR);
		if (!claim_blocks(self->fd, NR) && !get(self->fd, &bufs[0]))
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	EXPECT_EQ(128 + SIGKILL, sb_child_status(pid));
	self->fd = sb_open(O_RDWR);
}

/* Where the first page of a buffer is. */
static uint64_t address_of(int fd, uint32_t handle)
{
	struct sbuddy_pin pin = {
		.size = sizeof(pin),
		.flags = SBUDDY_PIN_PHYS,
		.handle = handle,
	};

	return sb_call(fd, SBUDDY_IOC_PIN, &pin) ? 0 : pin.phys;
}

static int poison(int fd, uint64_t address, uint32_t flags)
{
	struct sbuddy_poison arg = {
		.size = sizeof(arg),
		.flags = SBUDDY_POISON_PHYS | flags,
		.address = address,
	};

	return sb_call(fd, SBUDDY_IOC_POISON, &arg);
}

TEST_F(claim, is_less_by_what_went_bad)
{
	struct sbuddy_alloc buf;
	uint64_t bad;

	ASSERT_EQ(0, claim_blocks(self->fd, 2));
	ASSERT_EQ(0, get(self->fd, &buf));
	bad = address_of(self->fd, buf.handle) + 3 * self->page;
	ASSERT_EQ(0, poison(self->fd, bad, 0));
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	EXPECT_CLAIM(2, 1, 0);
	EXPECT_EQ(PAGES * self->page, get_limit(self->fd).used);
	ASSERT_EQ(0, claim_blocks(self->fd, 2));
	EXPECT_CLAIM(2, 2, 0);
	ASSERT_EQ(0, poison(self->fd, bad, SBUDDY_POISON_UNDO));
	/* One that is held, too. */
	ASSERT_EQ(0, claim_blocks(self->fd, 1));
	ASSERT_EQ(0, get(self->fd, &buf));
	bad = address_of(self->fd, buf.handle);
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	ASSERT_EQ(0, poison(self->fd, bad, 0));
	EXPECT_EQ(-ENOMEM, get(self->fd, &buf));
	EXPECT_CLAIM(1, 0, 0);
	EXPECT_EQ(0, get_limit(self->fd).used);
	ASSERT_EQ(0, poison(self->fd, bad, SBUDDY_POISON_UNDO));
}

static void *put_later(void *arg)
{
	usleep(50000);
	sb_put(*(int *)arg, all[0].handle);
	return NULL;
}

TEST_F(claim, is_waited_for)
{
	struct sbuddy_alloc buf = claimed();
	pthread_t thread;

	ASSERT_EQ(0, claim_blocks(self->fd, 1));
	ASSERT_EQ(0, get(self->fd, &all[0]));
	buf.flags |= SBUDDY_ALLOC_WAIT;
	buf.timeout_ms = 1;
	EXPECT_EQ(-ETIMEDOUT, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	buf.timeout_ms = 60000;
	ASSERT_EQ(0, pthread_create(&thread, NULL, put_later, &self->fd));
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	pthread_join(thread, NULL);
}

static atomic_int stop;
static int the_fd;

/* Has all memory but what is claimed come and go. */
static void *be_greedy(void *arg)
{
	struct sbuddy_alloc bufs[64];
	int fd = sb_open(O_RDWR), nr;

	while (!atomic_load(&stop)) {
		for (nr = 0; nr < 64 && !sb_get(fd, 8, &bufs[nr]); nr++)
			;
		while (nr)
			sb_put(fd, bufs[--nr].handle);
	}
	close(fd);
	return NULL;
}

static void *change_claim(void *arg)
{
	unsigned int i;

	for (i = 0; !atomic_load(&stop); i++)
		claim_blocks(the_fd, NR + i % 5);
	return NULL;
}

/* As long as no more than NR are used there is always another. */
TEST_F(claim, never_fails_whoever_wants_memory)
{
	struct sbuddy_alloc bufs[NR];
	pthread_t threads[3];
	unsigned int i;
	int failed = 0, nr;

	ASSERT_EQ(0, claim_blocks(self->fd, NR));
	the_fd = self->fd;
	atomic_store(&stop, 0);
	ASSERT_EQ(0, pthread_create(&threads[0], NULL, be_greedy, NULL));
	ASSERT_EQ(0, pthread_create(&threads[1], NULL, be_greedy, NULL));
	ASSERT_EQ(0, pthread_create(&threads[2], NULL, change_claim, NULL));
	for (i = 0; i < 100; i++) {
		for (nr = 0; nr < NR && !get(self->fd, &bufs[nr]); nr++)
			;
		failed += nr < NR;
		while (nr)
			sb_put(self->fd, bufs[--nr].handle);
	}
	atomic_store(&stop, 1);
	for (i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(0, failed);
	ASSERT_EQ(0, claim_blocks(self->fd, NR));
	EXPECT_CLAIM(NR, NR, 0);
	EXPECT_EQ(NR * PAGES * self->page, get_limit(self->fd).used);
}

SBUDDY_TEST_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compaction of the whole device: the textbook's picture, a quarter free and no two
 * free pages together, becomes one free run, and no byte is lost on the way.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/capability.h>

#include "compaction.h"

/* Of every so many pages one is freed. */
#define SHARE 4

/*
 * No two that lie together; and from group to group another one of them: after a failure
 * compaction sees by every eighth page whether a pageblock has both what may move and room.
 */
static bool is_freed(long i)
{
	return (i + i / 64) % SHARE == 0;
}

static struct sbuddy_alloc *bufs;
static uint32_t **words;
static long nr_bufs;

static int get_page(int fd, struct sbuddy_alloc *alloc)
{
	*alloc = sb_request(0);
	alloc->flags = SBUDDY_ALLOC_MEMALLOC;
	return sb_call(fd, SBUDDY_IOC_ALLOC, alloc);
}

/*
 * As Linux's, compaction does not always help at once: another may have in hand what it
 * takes, or it failed of late and is put off, up to 63 times. Who asks again is served.
 */
static int ask_until_served(int fd, struct sbuddy_alloc *alloc)
{
	int tries, err = sb_call(fd, SBUDDY_IOC_ALLOC, alloc);

	for (tries = 0; err == -ENOMEM && tries < 1000; tries++) {
		usleep(10000);
		err = sb_call(fd, SBUDDY_IOC_ALLOC, alloc);
	}
	if (tries)
		dprintf(STDOUT_FILENO, "# refused %d times\n", tries);
	return err;
}

FIXTURE(full)
{
	int fd;
	size_t page;
	uint64_t before;
};

/* All memory in single pages, each with a stamp, and every fourth given back. */
FIXTURE_SETUP(full)
{
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	long i;

	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, sb_set_proactiveness(self->fd, 0));
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->before = sb_free_pages(self->fd);
	bufs = calloc(self->before, sizeof(*bufs));
	words = calloc(self->before, sizeof(*words));
	ASSERT_TRUE(bufs && words);
	for (nr_bufs = 0; nr_bufs < (long)self->before; nr_bufs++)
		if (get_page(self->fd, &bufs[nr_bufs]))
			break;
	for (i = 0; i < nr_bufs && sb_mappable(self->fd); i++) {
		words[i] = sb_map(self->fd, bufs[i].offset, self->page);
		ASSERT_TRUE(words[i] != MAP_FAILED);
		sb_write_stamps(words[i], (uint32_t)i, 1);
	}
	for (i = 0; i < nr_bufs; i++) {
		if (!is_freed(i))
			continue;
		if (words[i])
			munmap(words[i], self->page);
		words[i] = NULL;
		ASSERT_EQ(0, sb_put(self->fd, bufs[i].handle));
		bufs[i].handle = 0;
	}
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_DRAIN, &drain));
}

FIXTURE_TEARDOWN(full)
{
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	int tries;
	long i;

	for (i = 0; i < nr_bufs; i++)
		if (words[i])
			munmap(words[i], self->page);
	free(words);
	free(bufs);
	close(self->fd);
	self->fd = sb_open(O_RDWR);
	EXPECT_EQ(0, sb_set_proactiveness(self->fd, 20));
	/* Who compacts unasked may have some of it in hand. */
	for (tries = 0; tries < 100; tries++) {
		sb_call(self->fd, SBUDDY_IOC_DRAIN, &drain);
		if (sb_free_pages(self->fd) == self->before)
			break;
		usleep(100000);
	}
	EXPECT_EQ(self->before, sb_free_pages(self->fd));
	close(self->fd);
}

static long stamps_lost(void)
{
	long i, lost = 0;

	for (i = 0; i < nr_bufs; i++)
		if (words[i])
			lost += sb_lost_stamps(words[i], (uint32_t)i, 1);
	return lost;
}

TEST_F(full, becomes_one_free_run_in_each_span_as_planned)
{
	struct sbuddy_plan plan = sb_plan(self->fd), after;
	struct sb_spans spans;
	struct sbuddy_compact c;
	unsigned long astray = 1ul << sb_info(self->fd).pageblock_order >> 1;
	unsigned int i;

	EXPECT_GT(2, plan.order_now);
	ASSERT_EQ(0, sb_compact(self->fd, 0, 0, &c));
	after = sb_plan(self->fd);
	EXPECT_EQ(0, stamps_lost());
	EXPECT_EQ(1u, plan.exact);
	EXPECT_EQ(plan.result, c.result);
	EXPECT_EQ(plan.order_after, after.order_now);
	EXPECT_EQ(plan.run_after, after.run_now);
	EXPECT_EQ(plan.moved, c.moved);
	EXPECT_EQ(plan.units, c.units);
	EXPECT_EQ(plan.failed, c.failed);
	ASSERT_EQ(0, sb_see_free(self->fd, &spans));
	dprintf(STDOUT_FILENO, "# largest free run: %llu pages before, %llu after; %llu moved\n",
		(unsigned long long)plan.run_now, (unsigned long long)after.run_now,
		(unsigned long long)c.moved);
	sb_print_free("after", &spans);
	EXPECT_EQ(sb_longest_run(&spans), after.run_now);
	/*
	 * But for what lies between metadata, in the pageblock where the scanners met, and in
	 * those that other programs left as not Movable: as Linux's, it fills none of these.
	 */
	for (i = 0; i < spans.nr; i++) {
		const struct sb_span *span = &spans.span[i];

		EXPECT_LE(span->pages - (span->barred - span->longest_barred),
			  span->longest + astray);
	}
}

TEST_F(full, serves_a_large_request_that_waits_and_no_other)
{
	struct sbuddy_alloc large = sb_request(6);

	EXPECT_GT(2, sb_plan(self->fd).order_now);
	large.flags = SBUDDY_ALLOC_MEMALLOC | SBUDDY_ALLOC_ATOMIC;
	EXPECT_EQ(-ENOMEM, sb_call(self->fd, SBUDDY_IOC_ALLOC, &large));
	large.flags = SBUDDY_ALLOC_MEMALLOC;
	EXPECT_EQ(0, ask_until_served(self->fd, &large));
	EXPECT_EQ(0, stamps_lost());
}

/* Each large buffer is zeroed where small ones were a moment ago. */
TEST_F(full, keeps_its_bytes_while_others_compact_and_allocate)
{
	struct sbuddy_alloc large[8];
	int i, round;

	ASSERT_EQ(0, sb_set_proactiveness(self->fd, 100));
	for (round = 0; round < 4; round++) {
		for (i = 0; i < 8; i++) {
			large[i] = sb_request(5);
			large[i].flags = SBUDDY_ALLOC_MEMALLOC;
			ASSERT_EQ(0, ask_until_served(self->fd, &large[i]));
		}
		EXPECT_EQ(0, stamps_lost());
		for (i = 0; i < 8; i++)
			EXPECT_EQ(0, sb_put(self->fd, large[i].handle));
	}
}

TEST_F(full, moves_no_more_and_takes_no_longer_than_it_may)
{
	struct sbuddy_compact c, rest;
	uint64_t moved = 0;
	int rounds = 0;

	do {
		ASSERT_EQ(0, sb_compact(self->fd, 100, 0, &c));
		EXPECT_GE(100u, c.moved);
		moved += c.moved;
	} while (c.result == SBUDDY_COMPACT_STOPPED && ++rounds < 5);
	EXPECT_EQ(5, rounds);
	EXPECT_EQ(500u, moved);
	ASSERT_EQ(0, sb_compact(self->fd, 0, 1, &c));
	EXPECT_EQ((unsigned int)SBUDDY_COMPACT_STOPPED, c.result);
	ASSERT_EQ(0, sb_compact(self->fd, 0, 0, &rest));
	EXPECT_LT(c.moved, rest.moved);
	EXPECT_EQ(0, stamps_lost());
}

TEST_F(full, is_compacted_unasked_when_that_is_wanted)
{
	int tries;

	ASSERT_EQ(0, sb_set_proactiveness(self->fd, 100));
	for (tries = 0; tries < 600 && sb_plan(self->fd).order_now < 6; tries++)
		usleep(100000);
	EXPECT_LE(6, sb_plan(self->fd).order_now);
	EXPECT_EQ(0, stamps_lost());
}

static int pin_all(int fd, int (*pin)(int fd, uint32_t handle))
{
	int err = 0;
	long i;

	for (i = 0; i < nr_bufs && !err; i++)
		if (bufs[i].handle)
			err = pin(fd, bufs[i].handle);
	return err;
}

TEST_F(full, is_put_off_after_it_failed_but_not_for_ever)
{
	struct sbuddy_alloc large = sb_request(6);
	int err, tries;

	large.flags = SBUDDY_ALLOC_MEMALLOC;
	err = pin_all(self->fd, sb_pin);
	if (err == -ENOMEM)
		SKIP(return, "what is pinned leaves Movable memory, and all other is full");
	ASSERT_EQ(0, err);
	for (tries = 0; tries < 8; tries++)
		EXPECT_EQ(-ENOMEM, sb_call(self->fd, SBUDDY_IOC_ALLOC, &large));
	ASSERT_EQ(0, pin_all(self->fd, sb_unpin));
	EXPECT_EQ(0, ask_until_served(self->fd, &large));
	EXPECT_EQ(0, stamps_lost());
}

TEST_F(full, leaves_what_is_pinned)
{
	struct sbuddy_plan unpinned = sb_plan(self->fd), plan, after;
	struct sbuddy_compact c;
	long i;

	for (i = 1; i < nr_bufs; i += 64 * SHARE)
		ASSERT_EQ(0, sb_pin(self->fd, bufs[i].handle));
	plan = sb_plan(self->fd);
	ASSERT_EQ(0, sb_compact(self->fd, 0, 0, &c));
	after = sb_plan(self->fd);
	EXPECT_LT(0u, c.failed);
	EXPECT_EQ(plan.run_after, after.run_now);
	/* Elsewhere than in a zone that is to be emptied; so not all runs are shorter. */
	EXPECT_GT(unpinned.run_after, after.run_now);
	EXPECT_EQ(0, stamps_lost());
}

TEST(what_may_not_be_asked_is_refused)
{
	struct sbuddy_plan plan = { .size = sizeof(plan), .node = SBUDDY_NODE_ANY };
	struct sbuddy_compact c = { .size = sizeof(c), .node = SBUDDY_NODE_ANY };
	int fd = sb_open(O_RDWR);

	c.flags = 1;
	EXPECT_EQ(-EINVAL, sb_call(fd, SBUDDY_IOC_COMPACT, &c));
	c.flags = 0;
	c.node = 8;
	EXPECT_EQ(-EINVAL, sb_call(fd, SBUDDY_IOC_COMPACT, &c));
	c.node = -2;
	EXPECT_EQ(-EINVAL, sb_call(fd, SBUDDY_IOC_COMPACT, &c));
	plan.reserved = 1;
	EXPECT_EQ(-EINVAL, sb_call(fd, SBUDDY_IOC_PLAN, &plan));
	plan.reserved = 0;
	plan.flags = 1;
	EXPECT_EQ(-EINVAL, sb_call(fd, SBUDDY_IOC_PLAN, &plan));
	plan.flags = 0;
	plan.node = 7;
	EXPECT_EQ(-EINVAL, sb_call(fd, SBUDDY_IOC_PLAN, &plan));
	close(fd);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	return (int)syscall(SYS_capset, &header, data);
}

TEST(compacting_is_for_the_privileged_and_planning_is_not)
{
	int fd = sb_open(O_RDWR);
	struct sbuddy_compact c;

	ASSERT_EQ(0, drop_capabilities());
	EXPECT_EQ(-EPERM, sb_compact(fd, 0, 0, &c));
	EXPECT_NE(~0u, sb_plan(fd).result);
	close(fd);
}

SBUDDY_TEST_MAIN

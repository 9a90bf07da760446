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

#include "device.h"

/* Of every so many pages one is freed. */
#define SHARE 4

static struct sbuddy_alloc *bufs;
static uint32_t **words;
static long nr_bufs;

static int get_page(int fd, struct sbuddy_alloc *alloc)
{
	*alloc = sb_request(0);
	alloc->flags = SBUDDY_ALLOC_MEMALLOC;
	return sb_call(fd, SBUDDY_IOC_ALLOC, alloc);
}

static uint32_t stamp(long i)
{
	return (uint32_t)i * 2654435761u | 1;
}

static struct sbuddy_plan plan_of(int fd)
{
	struct sbuddy_plan plan = { .size = sizeof(plan), .node = SBUDDY_NODE_ANY };

	if (sb_call(fd, SBUDDY_IOC_PLAN, &plan))
		plan.result = ~0u;
	return plan;
}

static int compact(int fd, uint64_t pages, uint64_t us, struct sbuddy_compact *c)
{
	struct sbuddy_compact arg = {
		.size = sizeof(arg),
		.node = SBUDDY_NODE_ANY,
		.pages = pages,
		.us = us,
	};
	int err = sb_call(fd, SBUDDY_IOC_COMPACT, &arg);

	*c = arg;
	return err;
}

/* The worker would do it before us. */
static int set_proactiveness(int fd, unsigned int value)
{
	char path[128], line[64];
	int file, err;

	snprintf(path, sizeof(path), "/sys/kernel/debug/sbuddy/%s/tunables", sb_info(fd).name);
	snprintf(line, sizeof(line), "compaction_proactiveness %u", value);
	file = open(path, O_WRONLY);
	err = write(file, line, strlen(line)) < 0 ? -errno : 0;
	close(file);
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
	ASSERT_EQ(0, set_proactiveness(self->fd, 0));
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
		words[i][0] = stamp(i);
		words[i][self->page / 4 - 1] = ~stamp(i);
	}
	for (i = 0; i < nr_bufs; i += SHARE) {
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
	long i;

	for (i = 0; i < nr_bufs; i++)
		if (words[i])
			munmap(words[i], self->page);
	free(words);
	free(bufs);
	close(self->fd);
	self->fd = sb_open(O_RDWR);
	sb_call(self->fd, SBUDDY_IOC_DRAIN, &drain);
	EXPECT_EQ(self->before, sb_free_pages(self->fd));
	EXPECT_EQ(0, set_proactiveness(self->fd, 20));
	close(self->fd);
}

static long stamps_lost(size_t page)
{
	long i, lost = 0;

	for (i = 0; i < nr_bufs; i++)
		if (words[i])
			lost += words[i][0] != stamp(i) || words[i][page / 4 - 1] != ~stamp(i);
	return lost;
}

TEST_F(full, becomes_one_free_run_as_planned)
{
	struct sbuddy_plan plan = plan_of(self->fd), after;
	struct sbuddy_compact c;

	EXPECT_GT(2, plan.order_now);
	ASSERT_EQ(0, compact(self->fd, 0, 0, &c));
	after = plan_of(self->fd);
	EXPECT_EQ(0, stamps_lost(self->page));
	EXPECT_EQ(1u, plan.exact);
	EXPECT_EQ(plan.result, c.result);
	EXPECT_EQ(plan.order_after, after.order_now);
	EXPECT_EQ(plan.run_after, after.run_now);
	EXPECT_EQ(plan.moved, c.moved);
	EXPECT_EQ(plan.units, c.units);
	EXPECT_EQ(plan.failed, c.failed);
	/* What is free is in a row, but for what lies between metadata and at a border. */
	TH_LOG("largest free run: %llu pages before, %llu after, of %llu free; %llu moved",
	       (unsigned long long)plan.run_now, (unsigned long long)after.run_now,
	       (unsigned long long)sb_free_pages(self->fd), (unsigned long long)c.moved);
	EXPECT_LT(sb_free_pages(self->fd) * 9 / 10, after.run_now);
}

TEST_F(full, serves_a_large_request_that_waits_and_no_other)
{
	struct sbuddy_alloc large = sb_request(6);

	EXPECT_GT(2, plan_of(self->fd).order_now);
	large.flags = SBUDDY_ALLOC_MEMALLOC | SBUDDY_ALLOC_ATOMIC;
	EXPECT_EQ(-ENOMEM, sb_call(self->fd, SBUDDY_IOC_ALLOC, &large));
	large.flags = SBUDDY_ALLOC_MEMALLOC;
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &large));
	EXPECT_EQ(0, stamps_lost(self->page));
}

/* Each large buffer is zeroed where small ones were a moment ago. */
TEST_F(full, keeps_its_bytes_while_others_compact_and_allocate)
{
	struct sbuddy_alloc large[8];
	int i, round;

	ASSERT_EQ(0, set_proactiveness(self->fd, 100));
	for (round = 0; round < 4; round++) {
		for (i = 0; i < 8; i++) {
			large[i] = sb_request(5);
			large[i].flags = SBUDDY_ALLOC_MEMALLOC;
			EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &large[i]));
		}
		EXPECT_EQ(0, stamps_lost(self->page));
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
		ASSERT_EQ(0, compact(self->fd, 100, 0, &c));
		EXPECT_GE(100u, c.moved);
		moved += c.moved;
	} while (c.result == SBUDDY_COMPACT_STOPPED && ++rounds < 5);
	EXPECT_EQ(5, rounds);
	EXPECT_EQ(500u, moved);
	ASSERT_EQ(0, compact(self->fd, 0, 1, &c));
	EXPECT_EQ((unsigned int)SBUDDY_COMPACT_STOPPED, c.result);
	ASSERT_EQ(0, compact(self->fd, 0, 0, &rest));
	EXPECT_LT(c.moved, rest.moved);
	EXPECT_EQ(0, stamps_lost(self->page));
}

TEST_F(full, is_compacted_unasked_when_that_is_wanted)
{
	int tries;

	ASSERT_EQ(0, set_proactiveness(self->fd, 100));
	for (tries = 0; tries < 600 && plan_of(self->fd).order_now < 6; tries++)
		usleep(100000);
	EXPECT_LE(6, plan_of(self->fd).order_now);
	EXPECT_EQ(0, stamps_lost(self->page));
}

TEST_F(full, leaves_what_is_pinned)
{
	struct sbuddy_plan after;
	struct sbuddy_compact c;
	long i;

	for (i = 1; i < nr_bufs; i += 64 * SHARE)
		ASSERT_EQ(0, sb_pin(self->fd, bufs[i].handle));
	ASSERT_EQ(0, compact(self->fd, 0, 0, &c));
	after = plan_of(self->fd);
	EXPECT_LT(0u, c.failed);
	EXPECT_GT(sb_free_pages(self->fd) / 2, after.run_now);
	EXPECT_EQ(0, stamps_lost(self->page));
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
	EXPECT_EQ(-EPERM, compact(fd, 0, 0, &c));
	EXPECT_NE(~0u, plan_of(fd).result);
	close(fd);
}

SBUDDY_TEST_MAIN

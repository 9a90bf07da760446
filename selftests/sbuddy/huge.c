// SPDX-License-Identifier: GPL-2.0-only
/*
 * One entry of a page table for as much as a table of the last level maps, where the
 * kernel lets the module do so; where not, that it does not say so.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/resource.h>

#include "large.h"

FIXTURE(huge)
{
	int fd;
	uint64_t free;
	struct sbuddy_alloc buf;
	size_t bytes;
};

/* What stays is mapped at once where each page has an entry of its own. */
FIXTURE_VARIANT(huge)
{
	uint32_t type;
};

/* The formatter takes each of these for a call. */
/* clang-format off */
FIXTURE_VARIANT_ADD(huge, movable) {
	SBUDDY_MOVABLE,
};

FIXTURE_VARIANT_ADD(huge, unmovable) {
	SBUDDY_UNMOVABLE,
};

/* clang-format on */

/* Of this order a block is as large as an entry maps. */
static unsigned int huge_order(void)
{
	unsigned int order = 0;

	while ((4096u << order) < HUGE)
		order++;
	return order;
}

FIXTURE_SETUP(huge)
{
	unsigned int order = huge_order();

	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->free = sb_free_pages(self->fd);
	/* Two entries show more than one, where blocks are that large. */
	order += order < sb_info(self->fd).max_order;
	self->buf = sb_request(order);
	self->buf.type = variant->type;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &self->buf));
	self->bytes = self->buf.granted;
	ASSERT_EQ(0, self->bytes % HUGE);
}

FIXTURE_TEARDOWN(huge)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(fd));
	close(fd);
}

static int is_huge(int fd)
{
	return !!(sb_info(fd).state & SBUDDY_STATE_HUGE);
}

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

/* Faults that it takes to read a byte of each page. */
static long touch(const volatile char *p, size_t bytes)
{
	long before = faults();
	size_t i;

	for (i = 0; i < bytes; i += 4096)
		(void)p[i];
	return faults() - before;
}

TEST_F(huge, one_fault_for_each_entry)
{
	char *p = large_map(self->fd, &self->buf, 0, self->bytes);
	int huge = is_huge(self->fd), movable = variant->type == SBUDDY_MOVABLE;
	/* By pages, what moves takes several; what stays was mapped before. */
	long least = huge ? 1 : 2 * movable;
	long most = huge ? 1 : movable * (HUGE / 4096);
	size_t at;

	ASSERT_TRUE(p != MAP_FAILED);
	for (at = 0; at < self->bytes; at += HUGE) {
		long nr = touch(p + at, HUGE);

		EXPECT_LE(least, nr);
		EXPECT_GE(most, nr);
	}
	if (huge)
		EXPECT_EQ(0, (uintptr_t)p % HUGE);
	EXPECT_EQ(0, touch(p, self->bytes));
	EXPECT_EQ(-1, sb_differs(p, 0, self->bytes));
	memset(p, 0x11, self->bytes);
	EXPECT_EQ(-1, sb_differs(p, 0x11, self->bytes));
	EXPECT_EQ(0, munmap(p, self->bytes));
}

/* What is cut is pages from then on, and nothing is lost. */
TEST_F(huge, a_part_can_be_taken_out)
{
	char *p = large_map(self->fd, &self->buf, 0, self->bytes);
	char *last = p + self->bytes - HUGE;

	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x22, self->bytes);
	EXPECT_EQ(0, munmap(p + 4096, 4096));
	EXPECT_EQ(-1, sb_differs(p, 0x22, 4096));
	EXPECT_EQ(-1, sb_differs(p + 8192, 0x22, self->bytes - 8192));
	EXPECT_EQ(0, mprotect(last + 16384, 4096, PROT_READ));
	EXPECT_EQ(-1, sb_differs(last + 8192, 0x22, HUGE - 8192));
	last[20480] = 0x23;
	EXPECT_EQ(0x23, last[20480]);
	EXPECT_EQ(0, munmap(p, self->bytes));
}

/* Somewhere else, or only some of it: pages, as everywhere. */
TEST_F(huge, what_is_not_aligned_is_mapped_by_pages)
{
	size_t less = self->bytes - 8192;
	char *p = large_map(self->fd, &self->buf, 4096, less), *q;

	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x33, less);
	q = large_map(self->fd, &self->buf, 0, self->bytes);
	ASSERT_TRUE(q != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(q, 0, 4096));
	EXPECT_EQ(-1, sb_differs(q + 4096, 0x33, less));
	EXPECT_EQ(-1, sb_differs(q + self->bytes - 4096, 0, 4096));
	EXPECT_EQ(0, munmap(p, less));
	EXPECT_EQ(0, munmap(q, self->bytes));
}

TEST_F(huge, a_child_sees_the_same)
{
	size_t half = self->bytes / 2;
	char *p = large_map(self->fd, &self->buf, 0, self->bytes);
	pid_t pid;

	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x44, half);
	pid = fork();
	if (!pid) {
		memset(p + half, 0x55, half);
		_exit(sb_differs(p, 0x44, half) != -1);
	}
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(-1, sb_differs(p, 0x44, half));
	EXPECT_EQ(-1, sb_differs(p + half, 0x55, half));
	EXPECT_EQ(0, munmap(p, self->bytes));
}

/* What is in several runs is mapped at large where a run is. */
TEST_F(huge, of_several_runs_each_has_its_entries)
{
	struct sbuddy_alloc alloc = self->buf;
	size_t bytes = 2 * sb_info(self->fd).max_bytes;
	char *p;

	alloc.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED;
	alloc.order = 0;
	alloc.bytes = bytes;
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	p = large_map(self->fd, &alloc, 0, bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	if (is_huge(self->fd))
		EXPECT_EQ(bytes / HUGE, touch(p, bytes));
	EXPECT_EQ(-1, sb_differs(p, 0, bytes));
	memset(p, 0x66, bytes);
	EXPECT_EQ(-1, sb_differs(p, 0x66, bytes));
	EXPECT_EQ(0, munmap(p, bytes));
}

/* A harness of Linux 6.1 passes when all is skipped, so it is asked beforehand. */
int main(int argc, char **argv)
{
	struct sbuddy_info info;
	int fd;

	sb_need_memory();
	fd = sb_open(O_RDWR);
	info = sb_info(fd);
	close(fd);
	if (info.page_size != 4096 || info.max_order < huge_order()) {
		printf("1..0 # SKIP no block of %s is as large as an entry\n", sb_path());
		return KSFT_SKIPPED;
	}
	return test_harness_run(argc, argv);
}

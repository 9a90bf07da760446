// SPDX-License-Identifier: GPL-2.0-only
/*
 * One entry of a page table for as much as a table of the last level maps, where the
 * kernel lets the module do so; where not, that it does not say so.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/resource.h>

#include "device.h"

/* Where SBUDDY_STATE_HUGE is, this is what an entry maps, with pages of 4 KiB. */
#define HUGE (2u << 20)

FIXTURE(huge)
{
	int fd;
	uint64_t free;
	struct sbuddy_alloc buf;
};

FIXTURE_SETUP(huge)
{
	struct sbuddy_info info;
	unsigned int order = 0;

	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	info = sb_info(self->fd);
	self->free = info.pages_free;
	while ((info.page_size << order) < 2 * HUGE)
		order++;
	if (info.page_size != 4096 || order > info.max_order || sb_get(self->fd, order, &self->buf))
		SKIP(return, "there is no block as large as two entries");
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
	char *p = sb_map(self->fd, self->buf.offset, 2 * HUGE);

	ASSERT_TRUE(p != MAP_FAILED);
	if (!is_huge(self->fd))
		SKIP(munmap(p, 2 * HUGE); return, "each page has an entry of its own here");
	EXPECT_EQ(0, (uintptr_t)p % HUGE);
	EXPECT_EQ(1, touch(p, HUGE));
	EXPECT_EQ(1, touch(p + HUGE, HUGE));
	EXPECT_EQ(0, touch(p, 2 * HUGE));
	EXPECT_EQ(-1, sb_differs(p, 0, 2 * HUGE));
	memset(p, 0x11, 2 * HUGE);
	EXPECT_EQ(-1, sb_differs(p, 0x11, 2 * HUGE));
	EXPECT_EQ(0, munmap(p, 2 * HUGE));
}

/* What is cut is pages from then on, and nothing is lost. */
TEST_F(huge, a_part_can_be_taken_out)
{
	char *p = sb_map(self->fd, self->buf.offset, 2 * HUGE);

	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x22, 2 * HUGE);
	EXPECT_EQ(0, munmap(p + 4096, 4096));
	EXPECT_EQ(-1, sb_differs(p, 0x22, 4096));
	EXPECT_EQ(-1, sb_differs(p + 8192, 0x22, 2 * HUGE - 8192));
	EXPECT_EQ(0, mprotect(p + HUGE, 4096, PROT_READ));
	EXPECT_EQ(-1, sb_differs(p + HUGE, 0x22, HUGE));
	p[HUGE + 4096] = 0x23;
	EXPECT_EQ(0x23, p[HUGE + 4096]);
	EXPECT_EQ(0, munmap(p, 2 * HUGE));
}

/* Somewhere else, or only some of it: pages, as everywhere. */
TEST_F(huge, what_is_not_aligned_is_mapped_by_pages)
{
	char *p = sb_map(self->fd, self->buf.offset + 4096, 2 * HUGE - 8192), *q;

	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x33, 2 * HUGE - 8192);
	q = sb_map(self->fd, self->buf.offset, 2 * HUGE);
	ASSERT_TRUE(q != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(q, 0, 4096));
	EXPECT_EQ(-1, sb_differs(q + 4096, 0x33, 2 * HUGE - 8192));
	EXPECT_EQ(-1, sb_differs(q + 2 * HUGE - 4096, 0, 4096));
	EXPECT_EQ(0, munmap(p, 2 * HUGE - 8192));
	EXPECT_EQ(0, munmap(q, 2 * HUGE));
}

TEST_F(huge, a_child_sees_the_same)
{
	char *p = sb_map(self->fd, self->buf.offset, 2 * HUGE);
	pid_t pid;

	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x44, HUGE);
	pid = fork();
	if (!pid) {
		memset(p + HUGE, 0x55, HUGE);
		_exit(sb_differs(p, 0x44, HUGE) != -1);
	}
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(-1, sb_differs(p + HUGE, 0x55, HUGE));
	EXPECT_EQ(0, munmap(p, 2 * HUGE));
}

SBUDDY_MEMORY_TEST_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* How long a buffer lives, and that nothing of it is left for the next owner. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <signal.h>

#include "device.h"

#define ORDER 3
#define PAGES (1u << ORDER)
#define MAX_BUFFERS 4096
/* Most that the tests which touch all memory touch. */
#define MAX_TOUCHED (64ull << 20)

static struct sbuddy_alloc all[MAX_BUFFERS];

FIXTURE(file)
{
	int fd;
	int other; /* to look at the device when @fd is closed */
	size_t page;
	size_t len;
	uint64_t free;
	struct sbuddy_alloc buf;
	char *p;
};

FIXTURE_SETUP(file)
{
	self->fd = sb_open(O_RDWR);
	self->other = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, self->other);
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->len = self->page << ORDER;
	self->free = sb_free_pages(self->fd);
	ASSERT_EQ(0, sb_get(self->fd, ORDER, &self->buf));
	if (sb_mappable(self->fd)) {
		self->p = sb_map(self->fd, self->buf.offset, self->len);
		ASSERT_TRUE(self->p != MAP_FAILED);
	}
}

FIXTURE_TEARDOWN(file)
{
	close(self->fd);
	close(self->other);
}

#define EXPECT_ALL_FREE() EXPECT_EQ(self->free, sb_free_pages(self->other))
#define EXPECT_IN_USE() EXPECT_EQ(self->free - PAGES, sb_free_pages(self->other))

/* Takes all that is left and writes to it: nobody else's page may change. */
static void overwrite_the_rest(int fd)
{
	int nr = sb_get_all(fd, all, MAX_BUFFERS);
	uint64_t touched = 0;
	int i;

	for (i = 0; i < nr; i++) {
		char *p = sb_map(fd, all[i].offset, all[i].granted);

		if (p == MAP_FAILED)
			continue;
		if (touched < MAX_TOUCHED)
			memset(p, 0xee, all[i].granted);
		touched += all[i].granted;
		munmap(p, all[i].granted);
	}
	for (i = 0; i < nr; i++)
		sb_put(fd, all[i].handle);
}

TEST_F(file, close_gives_back)
{
	struct sbuddy_alloc more;
	unsigned int order;

	for (order = 0; order < 5; order++)
		ASSERT_EQ(0, sb_get(self->fd, order, &more));
	if (self->p)
		munmap(self->p, self->len);
	EXPECT_EQ(self->free - PAGES - 31, sb_free_pages(self->other));
	close(self->fd);
	EXPECT_ALL_FREE();
}

TEST_F(file, killed_process_gives_back)
{
	struct sbuddy_alloc buf;
	int ready[2];
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	if (!pid) {
		int fd = sb_open(O_RDWR);
		unsigned int order;

		for (order = 0; order < 4; order++) {
			if (sb_get(fd, order, &buf))
				_exit(1);
			if (self->p && sb_map(fd, buf.offset, buf.granted) == MAP_FAILED)
				_exit(2);
		}
		if (write(ready[1], "", 1) != 1)
			_exit(3);
		for (;;)
			pause();
	}
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &c, 1));
	EXPECT_EQ(self->free - PAGES - 15, sb_free_pages(self->other));
	kill(pid, SIGKILL);
	EXPECT_EQ(128 + SIGKILL, sb_child_status(pid));
	EXPECT_IN_USE();
}

TEST_F(file, free_while_mapped_keeps_the_pages)
{
	memset(self->p, 0x5a, self->len);
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
	EXPECT_IN_USE();
	overwrite_the_rest(self->other);
	EXPECT_EQ(-1, sb_differs(self->p, 0x5a, self->len));
	EXPECT_TRUE(sb_map(self->fd, self->buf.offset, self->len) == MAP_FAILED);
	EXPECT_EQ(0, munmap(self->p, self->len));
	EXPECT_ALL_FREE();
}

TEST_F(file, close_while_mapped_keeps_the_pages)
{
	memset(self->p, 0x5a, self->len);
	close(self->fd);
	EXPECT_IN_USE();
	overwrite_the_rest(self->other);
	EXPECT_EQ(-1, sb_differs(self->p, 0x5a, self->len));
	EXPECT_EQ(0, munmap(self->p, self->len));
	EXPECT_ALL_FREE();
}

TEST_F(file, munmap_in_pieces_frees_with_the_last)
{
	struct sbuddy_query query;

	ASSERT_EQ(0, munmap(self->p + 2 * self->page, self->page));
	ASSERT_EQ(0, sb_query(self->fd, self->buf.handle, &query));
	EXPECT_EQ(2, query.mappings);
	ASSERT_EQ(0, mprotect(self->p + 5 * self->page, self->page, PROT_READ));
	ASSERT_EQ(0, sb_query(self->fd, self->buf.handle, &query));
	EXPECT_EQ(4, query.mappings);
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	ASSERT_EQ(0, munmap(self->p, 2 * self->page));
	EXPECT_IN_USE();
	ASSERT_EQ(0, munmap(self->p + 6 * self->page, 2 * self->page));
	ASSERT_EQ(0, munmap(self->p + 3 * self->page, 2 * self->page));
	EXPECT_IN_USE();
	EXPECT_EQ(0, self->p[5 * self->page]);
	ASSERT_EQ(0, munmap(self->p + 5 * self->page, self->page));
	EXPECT_ALL_FREE();
}

TEST_F(file, moved_mapping_keeps_the_pages)
{
	char *q;

	memset(self->p, 0x5a, self->len);
	q = mmap(NULL, self->len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(q != MAP_FAILED);
	/* The middle: the mapping is split into three, one of which moves. */
	q = mremap(self->p + self->page, 2 * self->page, 2 * self->page,
		   MREMAP_MAYMOVE | MREMAP_FIXED, q);
	ASSERT_TRUE(q != MAP_FAILED);
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	ASSERT_EQ(0, munmap(self->p, self->len));
	EXPECT_IN_USE();
	overwrite_the_rest(self->other);
	EXPECT_EQ(-1, sb_differs(q, 0x5a, 2 * self->page));
	ASSERT_EQ(0, munmap(q, 2 * self->page));
	EXPECT_ALL_FREE();
}

TEST_F(file, child_shares_and_keeps_the_pages)
{
	int go[2], done[2];
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(go));
	ASSERT_EQ(0, pipe(done));
	pid = fork();
	if (!pid) {
		self->p[0] = 'c';
		if (write(done[1], "", 1) != 1 || read(go[0], &c, 1) != 1)
			_exit(1);
		/* The parent has let go of everything, and the rest was overwritten. */
		_exit(self->p[0] == 'p' && sb_differs(self->p + 1, 0, self->len - 1) < 0 ? 0 : 2);
	}
	ASSERT_EQ(1, read(done[0], &c, 1));
	EXPECT_EQ('c', self->p[0]);
	self->p[0] = 'p';
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	ASSERT_EQ(0, munmap(self->p, self->len));
	close(self->fd);
	EXPECT_IN_USE();
	overwrite_the_rest(self->other);
	ASSERT_EQ(1, write(go[1], "", 1));
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_ALL_FREE();
}

TEST_F(file, child_without_the_mapping_is_fine)
{
	pid_t pid;

	ASSERT_EQ(0, madvise(self->p, self->len, MADV_DONTFORK));
	pid = fork();
	if (!pid)
		_exit(0);
	EXPECT_EQ(0, sb_child_status(pid));
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_IN_USE();
	EXPECT_EQ(0, self->p[0]);
	munmap(self->p, self->len);
	EXPECT_ALL_FREE();
}

TEST_F(file, many_mappings_come_and_go)
{
	char *maps[200];
	int i;

	for (i = 0; i < 200; i++) {
		maps[i] = sb_map(self->fd, self->buf.offset, self->len);
		ASSERT_TRUE(maps[i] != MAP_FAILED);
	}
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	munmap(self->p, self->len);
	for (i = 0; i < 200; i++) {
		EXPECT_EQ(self->free - PAGES, sb_free_pages(self->other));
		munmap(maps[i], self->len);
	}
	EXPECT_ALL_FREE();
}

/* Fills [.., MAX_TOUCHED) of the device, or counts what is not zero. */
static uint64_t sweep(int fd, int fill)
{
	int nr = sb_get_all(fd, all, MAX_BUFFERS);
	uint64_t touched = 0, dirty = 0;
	int i;

	for (i = 0; i < nr; i++) {
		char *p = sb_map(fd, all[i].offset, all[i].granted);

		if (p == MAP_FAILED)
			return UINT64_MAX;
		if (touched < MAX_TOUCHED && fill)
			memset(p, fill, all[i].granted);
		else if (!fill && sb_differs(p, 0, all[i].granted) >= 0)
			dirty++;
		touched += all[i].granted;
		munmap(p, all[i].granted);
	}
	for (i = 0; i < nr; i++)
		sb_put(fd, all[i].handle);
	return dirty;
}

TEST_F(file, next_owner_finds_zeroes)
{
	struct sbuddy_alloc three = sb_request(0);
	struct sbuddy_result results[64];
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.count = 64,
		.results = (uintptr_t)results,
	};
	uint32_t i;
	char *p;

	munmap(self->p, self->len);
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	ASSERT_EQ(0, sweep(self->fd, 0xa7));
	/* What is granted beyond the bytes asked for, and each of a bulk. */
	three.flags = SBUDDY_ALLOC_BYTES;
	three.bytes = 2 * self->page + 1;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &three));
	p = sb_map(self->fd, three.offset, three.granted);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, three.granted));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC_BULK, &bulk));
	for (i = 0; i < bulk.allocated; i++) {
		p = sb_map(self->fd, results[i].offset, self->page);
		ASSERT_TRUE(p != MAP_FAILED);
		ASSERT_EQ(-1, sb_differs(p, 0, self->page));
	}
	EXPECT_EQ(0, sweep(self->fd, 0));
}

SBUDDY_MEMORY_TEST_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* Mappings: what can be mapped how, and what cannot. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/uio.h>

#include "device.h"

#define ORDER 3

FIXTURE(buffer)
{
	int fd;
	uint64_t free;
	size_t page;
	struct sbuddy_alloc buf;
};

/* What is mapped at once, and what is when it is touched. */
FIXTURE_VARIANT(buffer)
{
	uint32_t type;
};

/* The formatter takes each of these for a call. */
/* clang-format off */
FIXTURE_VARIANT_ADD(buffer, movable) {
	SBUDDY_MOVABLE,
};

FIXTURE_VARIANT_ADD(buffer, unmovable) {
	SBUDDY_UNMOVABLE,
};

/* clang-format on */

FIXTURE_SETUP(buffer)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->free = sb_free_pages(self->fd);
	self->buf = sb_request(ORDER);
	self->buf.type = variant->type;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &self->buf));
}

FIXTURE_TEARDOWN(buffer)
{
	int fd = sb_open(O_RDWR);

	/* What a test left mapped keeps its buffer, so only the handle goes here. */
	sb_put(self->fd, self->buf.handle);
	close(self->fd);
	close(fd);
}

static uint32_t mappings(int fd, uint32_t handle)
{
	struct sbuddy_query query;

	return sb_query(fd, handle, &query) ? UINT32_MAX : query.mappings;
}

/* 0, or the errno of a mapping that should not be. */
static int try_map(int fd, int prot, int flags, uint64_t offset, size_t len)
{
	void *p = mmap(NULL, len, prot, flags, fd, (off_t)offset);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, len);
	return 0;
}

TEST_F(buffer, whole_is_zeroed_and_keeps_what_is_written)
{
	char *p, *q;
	size_t i;

	p = sb_map(self->fd, self->buf.offset, self->buf.granted);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, self->buf.granted));
	for (i = 0; i < self->buf.granted; i++)
		p[i] = (char)(i % 251);
	q = sb_map(self->fd, self->buf.offset, self->buf.granted);
	ASSERT_TRUE(q != MAP_FAILED);
	EXPECT_EQ(2, mappings(self->fd, self->buf.handle));
	EXPECT_EQ(0, memcmp(p, q, self->buf.granted));
	EXPECT_EQ(0, munmap(p, self->buf.granted));
	EXPECT_EQ((char)250, q[250]);
	EXPECT_EQ(1, mappings(self->fd, self->buf.handle));
	EXPECT_EQ(0, munmap(q, self->buf.granted));
	EXPECT_EQ(0, mappings(self->fd, self->buf.handle));
}

TEST_F(buffer, part_is_that_part)
{
	char *whole, *part;

	whole = sb_map(self->fd, self->buf.offset, self->buf.granted);
	part = sb_map(self->fd, self->buf.offset + 3 * self->page, 2 * self->page);
	ASSERT_TRUE(whole != MAP_FAILED);
	ASSERT_TRUE(part != MAP_FAILED);
	whole[3 * self->page] = 'a';
	part[2 * self->page - 1] = 'z';
	EXPECT_EQ('a', part[0]);
	EXPECT_EQ('z', whole[5 * self->page - 1]);
}

TEST_F(buffer, byte_sized_one_ends_with_its_last_page)
{
	struct sbuddy_alloc three = sb_request(0);
	size_t page = self->page;

	three.flags = SBUDDY_ALLOC_BYTES;
	three.bytes = 3 * page - 5;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &three));
	EXPECT_EQ(0, try_map(self->fd, PROT_READ, MAP_SHARED, three.offset, 3 * page));
	EXPECT_EQ(EINVAL, try_map(self->fd, PROT_READ, MAP_SHARED, three.offset, 4 * page));
	EXPECT_EQ(EINVAL, try_map(self->fd, PROT_READ, MAP_SHARED, three.offset + 3 * page, page));
}

TEST_F(buffer, bounds_are_checked_without_overflow)
{
	const uint64_t offset = self->buf.offset, len = self->buf.granted;
	const size_t page = self->page;
	const uint64_t window = (uint64_t)page << 15;
	int err;

	EXPECT_EQ(EINVAL, try_map(self->fd, PROT_READ, MAP_SHARED, offset, len + page));
	EXPECT_EQ(EINVAL, try_map(self->fd, PROT_READ, MAP_SHARED, offset + page, len));
	EXPECT_EQ(EINVAL, try_map(self->fd, PROT_READ, MAP_SHARED, offset + len, page));
	EXPECT_EQ(EINVAL, try_map(self->fd, PROT_READ, MAP_SHARED, offset + window - page, page));
	/* Over the end of its window into the next, and from the one before into it. */
	EXPECT_EQ(EINVAL,
		  try_map(self->fd, PROT_READ, MAP_SHARED, offset + window - page, 2 * page));
	EXPECT_EQ(ENOENT, try_map(self->fd, PROT_READ, MAP_SHARED, offset + window, page));
	EXPECT_EQ(ENOENT, try_map(self->fd, PROT_READ, MAP_SHARED, offset - window, page));
	EXPECT_EQ(ENOENT, try_map(self->fd, PROT_READ, MAP_SHARED, 0, page));
	/* The highest offsets that a program can say. */
	err = try_map(self->fd, PROT_READ, MAP_SHARED, (1ull << 43) - page, page);
	EXPECT_TRUE(err == ENOENT || err == EOVERFLOW || err == EINVAL);
	EXPECT_EQ(0, mappings(self->fd, self->buf.handle));
}

TEST_F(buffer, handles_beyond_4_gib_of_offsets_are_mapped)
{
	struct sbuddy_alloc next;
	int i;

	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, sb_get(self->fd, 0, &next));
		ASSERT_EQ(0, try_map(self->fd, PROT_READ, MAP_SHARED, next.offset, self->page));
		ASSERT_EQ(0, sb_put(self->fd, next.handle));
	}
	EXPECT_LT(1ull << 32, next.offset);
}

TEST_F(buffer, private_and_executable_are_refused)
{
	const int rw = PROT_READ | PROT_WRITE;
	char *p;

	EXPECT_EQ(EINVAL, try_map(self->fd, rw, MAP_PRIVATE, self->buf.offset, self->page));
	EXPECT_EQ(EINVAL, try_map(self->fd, PROT_READ, MAP_PRIVATE, self->buf.offset, self->page));
	EXPECT_EQ(EPERM, try_map(self->fd, PROT_READ | PROT_EXEC, MAP_SHARED, self->buf.offset,
				 self->page));
	p = sb_map(self->fd, self->buf.offset, self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, mprotect(p, self->page, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(buffer, read_only_file_maps_read_only)
{
	int fd = sb_open(O_RDONLY);
	struct sbuddy_alloc buf;
	char *p;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sb_get(fd, 0, &buf));
	EXPECT_EQ(EACCES, try_map(fd, PROT_READ | PROT_WRITE, MAP_SHARED, buf.offset, self->page));
	EXPECT_EQ(EINVAL, try_map(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE, buf.offset, self->page));
	p = mmap(NULL, self->page, PROT_READ, MAP_SHARED, fd, (off_t)buf.offset);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(0, p[0]);
	EXPECT_EQ(-1, mprotect(p, self->page, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	close(fd);
}

TEST_F(buffer, mremap_moves_and_shrinks_but_does_not_expand)
{
	const size_t page = self->page;
	char *p, *q;

	p = sb_map(self->fd, self->buf.offset, 4 * page);
	ASSERT_TRUE(p != MAP_FAILED);
	p[page] = 'x';
	EXPECT_TRUE(mremap(p, 4 * page, 5 * page, 0) == MAP_FAILED);
	EXPECT_TRUE(mremap(p, 4 * page, 64 * page, MREMAP_MAYMOVE) == MAP_FAILED);
	/* Not as many mappings of a page as somebody likes, either. */
	EXPECT_TRUE(mremap(p, 0, 4 * page, MREMAP_MAYMOVE) == MAP_FAILED);
	q = mmap(NULL, 4 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(q != MAP_FAILED);
	ASSERT_TRUE(mremap(p, 4 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED, q) == q);
	EXPECT_EQ('x', q[page]);
	EXPECT_EQ(1, mappings(self->fd, self->buf.handle));
	ASSERT_TRUE(mremap(q, 4 * page, 2 * page, 0) == q);
	EXPECT_EQ('x', q[page]);
	EXPECT_EQ(0, munmap(q, 2 * page));
	EXPECT_EQ(0, mappings(self->fd, self->buf.handle));
}

/* As a debugger does it; only CPUs with ioremap_prot() can, 32-bit ARM cannot. */
TEST_F(buffer, debugger_reads_and_writes)
{
	char text[] = "poked", seen[sizeof(text)] = "";
	int mem = open("/proc/self/mem", O_RDWR);
	uintptr_t at;
	char *p, *ro;

	p = sb_map(self->fd, self->buf.offset + self->page, 2 * self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	at = (uintptr_t)p + self->page - 3; /* over the border of two pages */
	strcpy((char *)at, "peek");
	if (pread(mem, seen, sizeof(seen), (off_t)at) < 0)
		SKIP(return, "the kernel asks no driver: %s", strerror(errno));
	EXPECT_STREQ("peek", seen);
	EXPECT_EQ(sizeof(text), pwrite(mem, text, sizeof(text), (off_t)at));
	EXPECT_STREQ(text, (char *)at);
	/* Not beyond the mapping, not where the process itself may not write. */
	EXPECT_EQ(4, pread(mem, seen, 4, (off_t)((uintptr_t)p + 2 * self->page - 4)));
	ro = mmap(NULL, self->page, PROT_READ, MAP_SHARED, self->fd, (off_t)self->buf.offset);
	ASSERT_TRUE(ro != MAP_FAILED);
	EXPECT_GT(0, pwrite(mem, text, sizeof(text), (off_t)(uintptr_t)ro));
	EXPECT_EQ(0, ro[0]);
	close(mem);
}

SBUDDY_MEMORY_TEST_MAIN

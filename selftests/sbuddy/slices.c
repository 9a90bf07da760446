// SPDX-License-Identifier: GPL-2.0-only
/* Slices: parts of buffers that are buffers themselves. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "device.h"
#include "fragment.h"
#include "holders.h"

#define ORDER 3
#define PAGES (1u << ORDER)

FIXTURE(slices)
{
	int fd;
	int other;
	size_t page;
	uint64_t free;
	struct sbuddy_alloc buf;
};

FIXTURE_SETUP(slices)
{
	self->fd = sb_open(O_RDWR);
	self->other = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->free = sb_free_pages(self->other);
	ASSERT_EQ(0, sb_get(self->fd, ORDER, &self->buf));
}

FIXTURE_TEARDOWN(slices)
{
	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(self->other));
	EXPECT_EQ(0, sb_info(self->other).pages_pinned);
	close(self->other);
}

#define EXPECT_ALL_FREE() EXPECT_EQ(self->free, sb_free_pages(self->other))
#define EXPECT_IN_USE() EXPECT_EQ(self->free - PAGES, sb_free_pages(self->other))

/* Of pages [first, first + nr). */
static int slice(int fd, uint32_t handle, size_t first, size_t nr, struct sbuddy_slice *arg)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	*arg = (struct sbuddy_slice){
		.size = sizeof(*arg),
		.handle = handle,
		.start = first * page,
		.bytes = nr * page,
	};
	return sb_call(fd, SBUDDY_IOC_SLICE, arg);
}

/* Writes the number of each page to it. */
static int number_pages(int fd, uint64_t offset, size_t nr)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), i;
	char *p = sb_map(fd, offset, nr * page);

	if (p == MAP_FAILED)
		return -1;
	for (i = 0; i < nr; i++)
		memset(p + i * page, (int)(i & 0x7f) + 1, page);
	return munmap(p, nr * page);
}

/* Whether a mapping shows the pages from @first on. */
static int shows(int fd, uint64_t offset, size_t first, size_t nr)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), i;
	char *p = sb_map(fd, offset, nr * page);
	int right = p != MAP_FAILED;

	for (i = 0; right && i < nr; i++)
		right = sb_differs(p + i * page, (int)((first + i) & 0x7f) + 1, page) < 0;
	if (p != MAP_FAILED)
		munmap(p, nr * page);
	return right;
}

/* Its pages are those of the whole, which others map: they are in nobody else's hands. */
TEST_F(slices, that_go_are_gone_while_the_whole_is_mapped)
{
	struct sbuddy_query query;
	struct sbuddy_slice part;
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "there is no memory to map");
	p = sb_map(self->fd, self->buf.offset, PAGES * self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 1, PAGES * self->page);
	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 0, 1, &part));
	EXPECT_EQ(0, number_pages(self->fd, part.offset, 1));
	EXPECT_EQ(0, sb_put(self->fd, part.slice));
	ASSERT_EQ(0, sb_query(self->fd, self->buf.handle, &query));
	EXPECT_EQ(0, query.pins);
	EXPECT_EQ(0, sb_info(self->fd).pages_pinned);
	EXPECT_EQ(0, munmap(p, PAGES * self->page));
}

TEST_F(slices, keep_the_memory_whatever_is_freed_first)
{
	struct sbuddy_slice a, b, of_a;

	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 0, 4, &a));
	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 2, 6, &b));
	ASSERT_EQ(0, slice(self->fd, a.slice, 1, 2, &of_a));
	EXPECT_EQ(4, sb_info(self->fd).nr_handles);
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_IN_USE();
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
	ASSERT_EQ(0, sb_put(self->fd, b.slice));
	EXPECT_IN_USE();
	ASSERT_EQ(0, sb_put(self->fd, of_a.slice));
	EXPECT_ALL_FREE();
	EXPECT_EQ(-ENOENT, sb_put(self->fd, of_a.slice));
}

TEST_F(slices, are_what_query_tells)
{
	struct sbuddy_query whole, query;
	struct sbuddy_slice a;

	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 3, 3, &a));
	ASSERT_EQ(0, sb_query(self->fd, self->buf.handle, &whole));
	ASSERT_EQ(0, sb_query(self->fd, a.slice, &query));
	EXPECT_EQ(3 * self->page, query.bytes);
	EXPECT_EQ(2, query.order);
	EXPECT_EQ(1, query.runs);
	EXPECT_EQ(0, query.pins);
	EXPECT_EQ(a.offset, query.offset);
	EXPECT_EQ(whole.type, query.type);
	/* It can be moved, but for the slice. */
	EXPECT_EQ(1, whole.pins);
	whole.size = sizeof(whole);
	whole.flags = SBUDDY_QUERY_PHYS;
	query.flags = SBUDDY_QUERY_PHYS;
	if (!sb_call(self->fd, SBUDDY_IOC_QUERY, &whole)) {
		ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_QUERY, &query));
		EXPECT_EQ(whole.phys + 3 * self->page, query.phys);
	}
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
	ASSERT_EQ(0, sb_query(self->fd, self->buf.handle, &whole));
	EXPECT_EQ(0, whole.pins);
}

TEST_F(slices, show_the_same_pages)
{
	struct sbuddy_slice a, b;

	if (!sb_mappable(self->fd))
		SKIP(return, "a dry device has nothing to map");
	ASSERT_EQ(0, number_pages(self->fd, self->buf.offset, PAGES));
	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 2, 5, &a));
	ASSERT_EQ(0, slice(self->fd, a.slice, 1, 3, &b));
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_EQ(1, shows(self->fd, a.offset, 2, 5));
	EXPECT_EQ(1, shows(self->fd, b.offset, 3, 3));
	EXPECT_EQ(0, shows(self->fd, b.offset, 3, 4));
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
	EXPECT_EQ(1, shows(self->fd, b.offset, 3, 3));
}

TEST_F(slices, of_several_runs_are_those_pages)
{
	struct sbuddy_alloc large = sb_request(0);
	size_t nr = (sb_info(self->fd).max_bytes / self->page) + PAGES, first;
	struct sbuddy_query query;
	struct sbuddy_slice a, b;

	if (!sb_mappable(self->fd))
		SKIP(return, "a dry device has nothing to map");
	/* More than a block has: in several runs for sure. */
	large.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED;
	large.bytes = nr * self->page;
	if (nr > SBUDDY_MAX_SCATTERED || sb_call(self->fd, SBUDDY_IOC_ALLOC, &large))
		SKIP(return, "too little memory");
	ASSERT_EQ(0, number_pages(self->fd, large.offset, nr));
	for (first = 0; first < nr; first += nr / 9) {
		size_t some = nr - first < 70 ? nr - first : nr / 2 < nr - first ? nr / 2 : 70;

		ASSERT_EQ(0, slice(self->fd, large.handle, first, some, &a));
		EXPECT_EQ(1, shows(self->fd, a.offset, first, some));
		ASSERT_EQ(0, slice(self->fd, a.slice, some / 3, some - some / 3, &b));
		EXPECT_EQ(1, shows(self->fd, b.offset, first + some / 3, some - some / 3));
		ASSERT_EQ(0, sb_query(self->fd, b.slice, &query));
		EXPECT_LE(1, query.runs);
		ASSERT_EQ(0, sb_put(self->fd, a.slice));
		ASSERT_EQ(0, sb_put(self->fd, b.slice));
	}
	ASSERT_EQ(0, slice(self->fd, large.handle, 0, nr, &a));
	ASSERT_EQ(0, sb_put(self->fd, large.handle));
	EXPECT_EQ(1, shows(self->fd, a.offset, 0, nr));
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
}

TEST_F(slices, arrive_zeroed)
{
	struct sbuddy_slice a;
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "a dry device has nothing to map");
	ASSERT_EQ(0, number_pages(self->fd, self->buf.offset, PAGES));
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	ASSERT_EQ(0, sb_get(self->fd, ORDER, &self->buf));
	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 0, PAGES, &a));
	p = sb_map(self->fd, a.offset, PAGES * self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, PAGES * self->page));
	memset(p, 0x5a, self->page);
	/* The buffer is not zeroed again when it is reached itself. */
	munmap(p, PAGES * self->page);
	p = sb_map(self->fd, self->buf.offset, self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0x5a, self->page));
	munmap(p, self->page);
}

TEST_F(slices, live_as_long_as_a_mapping)
{
	struct sbuddy_slice a;
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "a dry device has nothing to map");
	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 1, 2, &a));
	p = sb_map(self->fd, a.offset, 2 * self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_IN_USE();
	memset(p, 1, 2 * self->page);
	munmap(p, 2 * self->page);
	EXPECT_ALL_FREE();
}

TEST_F(slices, are_exported_and_pinned)
{
	struct sbuddy_export export = { .size = sizeof(export), .flags = O_RDWR | O_CLOEXEC };
	struct sbuddy_slice a;
	int err;
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "a dry device has nothing to map");
	ASSERT_EQ(0, number_pages(self->fd, self->buf.offset, PAGES));
	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 4, 2, &a));
	EXPECT_EQ(0, sb_pin(self->fd, a.slice));
	export.handle = a.slice;
	err = sb_call(self->fd, SBUDDY_IOC_EXPORT, &export);
	if (err == -EOPNOTSUPP)
		SKIP(return, "no dma-bufs of this device");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	p = sb_map(export.fd, 0, 2 * self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 5, self->page));
	munmap(p, 2 * self->page);
	EXPECT_IN_USE();
	close(export.fd);
	EXPECT_ALL_FREE();
}

/* The descriptor or -errno. */
static int export_part(int fd, uint32_t handle, uint64_t start, uint64_t bytes)
{
	struct sbuddy_export arg = {
		.size = sizeof(arg),
		.flags = O_RDWR | O_CLOEXEC,
		.handle = handle,
		.start = start,
		.bytes = bytes,
	};
	int err = sb_call(fd, SBUDDY_IOC_EXPORT, &arg);

	return err ? err : arg.fd;
}

TEST_F(slices, are_exported_without_a_handle)
{
	uint64_t bytes = fdinfo(self->fd, "sbuddy-bytes");
	struct sbuddy_query query;
	struct sbuddy_slice a;
	int part, of_slice;
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "a dry device has nothing to map");
	ASSERT_EQ(0, number_pages(self->fd, self->buf.offset, PAGES));
	part = export_part(self->fd, self->buf.handle, 2 * self->page, 3 * self->page);
	if (part == -EOPNOTSUPP)
		SKIP(return, "no dma-bufs of this device");
	ASSERT_LE(0, part);
	EXPECT_EQ(1, sb_info(self->fd).nr_handles);
	EXPECT_EQ(bytes, fdinfo(self->fd, "sbuddy-bytes"));
	EXPECT_EQ(3 * self->page, lseek(part, 0, SEEK_END));
	ASSERT_EQ(0, sb_query(self->fd, self->buf.handle, &query));
	EXPECT_EQ(1, query.pins);
	EXPECT_EQ(1, shows(part, 0, 2, 3));
	EXPECT_TRUE(sb_map(part, 0, 4 * self->page) == MAP_FAILED);
	EXPECT_TRUE(sb_map(part, self->page, 3 * self->page) == MAP_FAILED);
	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 4, 4, &a));
	of_slice = export_part(self->fd, a.slice, self->page, self->page);
	ASSERT_LE(0, of_slice);
	EXPECT_EQ(1, shows(of_slice, 0, 5, 1));
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	/* Others come to have the handles. */
	ASSERT_EQ(0, sb_get(self->fd, 0, &self->buf));
	close(self->fd);
	self->fd = -1;
	p = sb_map(part, self->page, 2 * self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 4, self->page));
	munmap(p, 2 * self->page);
	EXPECT_IN_USE();
	close(part);
	EXPECT_IN_USE();
	close(of_slice);
	EXPECT_ALL_FREE();
}

TEST_F(slices, beyond_the_end_are_not_exported)
{
	const uint64_t page = self->page, all = PAGES * page;
	const struct {
		uint64_t start;
		uint64_t bytes;
	} bad[] = {
		{ page, 0 },
		{ 1, page },
		{ 0, 1 },
		{ 0, all + page },
		{ all, page },
		{ page, all },
		{ ~0ull & ~(page - 1), page },
		{ page, ~0ull & ~(page - 1) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT_EQ(-EINVAL,
			  export_part(self->fd, self->buf.handle, bad[i].start, bad[i].bytes))
	TH_LOG("%u", i);
	EXPECT_EQ(-ENOENT, export_part(self->fd, self->buf.handle + 1, 0, page));
	EXPECT_EQ(1, sb_info(self->fd).nr_handles);
	EXPECT_EQ(0, sb_info(self->fd).pages_pinned);
}

TEST_F(slices, beyond_the_end_are_refused)
{
	static const struct {
		uint64_t start;
		uint64_t bytes;
	} bad[] = {
		{ 0, 0 },
		{ 0, 1 },
		{ 1, 4096 },
		{ 0, (PAGES + 1) * 4096 },
		{ PAGES * 4096, 4096 },
		{ (PAGES - 1) * 4096, 8192 },
		{ ~0ull & ~4095ull, 4096 },
		{ ~0ull & ~4095ull, 8192 },
		{ 4096, ~0ull & ~4095ull },
		{ 1ull << 32, 4096 },
		{ 0, 1ull << 32 },
	};
	struct sbuddy_slice arg;
	unsigned int i;

	if (self->page != 4096)
		SKIP(return, "other pages");
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		arg = (struct sbuddy_slice){
			.size = sizeof(arg),
			.handle = self->buf.handle,
			.start = bad[i].start,
			.bytes = bad[i].bytes,
		};
		EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_SLICE, &arg))
		TH_LOG("%u", i);
	}
	EXPECT_EQ(-ENOENT, slice(self->fd, self->buf.handle + 1, 0, 1, &arg));
	EXPECT_EQ(1, sb_info(self->fd).nr_handles);
}

TEST_F(slices, of_blocks_without_a_structure)
{
	long taken = ioctl(self->fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, 8));
	uint32_t first = SBUDDY_TAKEN_HANDLE(taken), nr = SBUDDY_TAKEN_COUNT(taken), i;
	struct sbuddy_slice a;

	ASSERT_LT(0, taken);
	ASSERT_EQ(0, slice(self->fd, first + nr - 1, 0, 1, &a));
	for (i = 0; i < nr; i++)
		ASSERT_EQ(0, sb_put(self->fd, first + i));
	EXPECT_EQ(self->free - PAGES - 1, sb_free_pages(self->other));
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
	EXPECT_IN_USE();
}

TEST_F(slices, count_for_no_bytes)
{
	struct sbuddy_slice a;
	struct holder holder;
	struct line line;

	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 1, 2, &a));
	EXPECT_EQ(PAGES * self->page, fdinfo(self->fd, "sbuddy-bytes"));
	if (!find_holder(self->fd, &holder)) {
		ASSERT_EQ(0, find_line(holder.id, a.slice, &line));
		EXPECT_EQ(self->buf.handle, line.slice_of);
		EXPECT_EQ(2 * self->page, line.bytes);
	}
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_EQ(PAGES * self->page, fdinfo(self->fd, "sbuddy-bytes"));
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
	EXPECT_EQ(0, fdinfo(self->fd, "sbuddy-bytes"));
}

#define MAX_RUNS 1000000u

/* They have no memory that would bound what the kernel keeps of where they are. */
TEST_F(slices, of_many_runs_are_not_endless)
{
	int hog = sb_open(O_RDWR);
	struct sbuddy_alloc large;
	struct sbuddy_query query;
	struct sbuddy_slice part;
	uint32_t nr_slices = 0, last = 0;
	uint64_t pages;
	int err;

	sb_fragment(hog);
	pages = sb_free_pages(hog) / 4 * 3;
	if (pages > 8000)
		pages = 8000;
	/* Of what is free, some may be in zones for other requests. */
	do {
		large = sb_in_bytes(pages * self->page, SBUDDY_ALLOC_SCATTERED);
		err = sb_call(self->fd, SBUDDY_IOC_ALLOC, &large);
	} while (err == -ENOMEM && (pages -= pages / 4) > 1000);
	close(hog);
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, sb_query(self->fd, large.handle, &query));
	if (query.runs < 1000)
		SKIP(return, "too little memory");
	for (; nr_slices <= MAX_RUNS / query.runs; nr_slices++, last = part.slice) {
		err = slice(self->fd, large.handle, 0, pages, &part);
		if (err)
			break;
	}
	EXPECT_EQ(-ENOMEM, err);
	EXPECT_EQ(MAX_RUNS / query.runs, nr_slices);
	ASSERT_EQ(0, sb_put(self->fd, last));
	EXPECT_EQ(0, slice(self->fd, large.handle, 0, pages, &part));
	EXPECT_EQ(-ENOMEM, slice(self->fd, large.handle, 0, pages, &part));
}

TEST_F(slices, go_with_the_file)
{
	struct sbuddy_slice a, b;

	ASSERT_EQ(0, slice(self->fd, self->buf.handle, 0, 4, &a));
	ASSERT_EQ(0, slice(self->fd, a.slice, 0, 4, &b));
	ASSERT_EQ(0, sb_put(self->fd, a.slice));
	close(self->fd);
	self->fd = -1;
	EXPECT_ALL_FREE();
}

SBUDDY_TEST_MAIN

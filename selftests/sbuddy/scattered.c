// SPDX-License-Identifier: GPL-2.0-only
/* Buffers in several runs of pages: when there are any, and that nobody sees it. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "fragment.h"

#define WANTED 64u

FIXTURE(scattered)
{
	int fd;
	uint64_t free;
	size_t page;
};

FIXTURE_SETUP(scattered)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->free = sb_free_pages(self->fd);
	ASSERT_LT(4 * WANTED, sb_fragment(self->fd));
}

FIXTURE_TEARDOWN(scattered)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(fd));
	close(fd);
}

static int get(int fd, uint64_t bytes, uint32_t flags, struct sbuddy_alloc *alloc)
{
	*alloc = sb_in_bytes(bytes, flags);
	return sb_call(fd, SBUDDY_IOC_ALLOC, alloc);
}

static uint32_t runs_of(int fd, uint32_t handle)
{
	struct sbuddy_query query;

	return sb_query(fd, handle, &query) ? 0 : query.runs;
}

TEST_F(scattered, is_for_who_asks_alone)
{
	struct sbuddy_alloc alloc;
	uint64_t bytes = WANTED * self->page;

	EXPECT_EQ(-ENOMEM, get(self->fd, bytes, 0, &alloc));
	EXPECT_EQ(-ENOMEM, get(self->fd, 2 * self->page, 0, &alloc));
	EXPECT_EQ(0, get(self->fd, bytes - 1, SBUDDY_ALLOC_SCATTERED, &alloc));
	EXPECT_EQ(bytes, alloc.granted);
	EXPECT_EQ(WANTED, runs_of(self->fd, alloc.handle));
	EXPECT_EQ(0, sb_put(self->fd, alloc.handle));
}

TEST_F(scattered, one_run_when_there_is_one)
{
	struct sbuddy_alloc alloc;

	close(self->fd);
	self->fd = sb_open(O_RDWR);
	ASSERT_EQ(0, get(self->fd, WANTED * self->page, SBUDDY_ALLOC_SCATTERED, &alloc));
	EXPECT_EQ(1, runs_of(self->fd, alloc.handle));
}

TEST_F(scattered, is_zeroed_and_one_range)
{
	uint64_t bytes = WANTED * self->page, i;
	struct sbuddy_alloc alloc;
	uint32_t *p, *q;

	ASSERT_EQ(0, get(self->fd, bytes, SBUDDY_ALLOC_SCATTERED, &alloc));
	p = sb_map(self->fd, alloc.offset, bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, bytes));
	for (i = 0; i < bytes / sizeof(*p); i++)
		p[i] = (uint32_t)i;
	/* Another mapping, of a part, sees the same pages in the same order. */
	q = sb_map(self->fd, alloc.offset + 5 * self->page, bytes - 5 * self->page);
	ASSERT_TRUE(q != MAP_FAILED);
	EXPECT_EQ(0, memcmp((char *)p + 5 * self->page, q, bytes - 5 * self->page));
	EXPECT_EQ(0, munmap(p, bytes));
	for (i = 0; i < (bytes - 5 * self->page) / sizeof(*q); i++)
		if (q[i] != i + 5 * self->page / sizeof(*q))
			break;
	EXPECT_EQ((bytes - 5 * self->page) / sizeof(*q), i);
	EXPECT_EQ(0, munmap(q, bytes - 5 * self->page));
	/* What the next owner gets is zeroed, too. */
	EXPECT_EQ(0, sb_put(self->fd, alloc.handle));
	ASSERT_EQ(0, get(self->fd, bytes, SBUDDY_ALLOC_SCATTERED, &alloc));
	p = sb_map(self->fd, alloc.offset, bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, bytes));
	EXPECT_EQ(0, munmap(p, bytes));
}

TEST_F(scattered, ends_where_it_ends)
{
	uint64_t bytes = WANTED * self->page;
	struct sbuddy_alloc alloc;

	ASSERT_EQ(0, get(self->fd, bytes, SBUDDY_ALLOC_SCATTERED, &alloc));
	EXPECT_TRUE(sb_map(self->fd, alloc.offset, bytes + 1) == MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(sb_map(self->fd, alloc.offset + bytes, 1) == MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(scattered, mapping_outlives_handle_and_fork)
{
	uint64_t bytes = WANTED * self->page;
	uint64_t before = sb_free_pages(self->fd);
	struct sbuddy_alloc alloc;
	char *p;
	pid_t pid;

	ASSERT_EQ(0, get(self->fd, bytes, SBUDDY_ALLOC_SCATTERED, &alloc));
	p = sb_map(self->fd, alloc.offset, bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	p[0] = 1;
	EXPECT_EQ(0, sb_put(self->fd, alloc.handle));
	EXPECT_EQ(before - WANTED, sb_free_pages(self->fd));
	pid = fork();
	if (!pid) {
		/* Pages that nobody touched yet, and one that the parent did. */
		p[bytes - 1] = 2;
		_exit(p[0] != 1);
	}
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(2, p[bytes - 1]);
	EXPECT_EQ(0, munmap(p, bytes));
	EXPECT_EQ(before, sb_free_pages(self->fd));
}

TEST_F(scattered, has_no_one_address)
{
	struct sbuddy_query query = { .size = sizeof(query), .flags = SBUDDY_QUERY_PHYS };
	struct sbuddy_pin pin = { .size = sizeof(pin), .flags = SBUDDY_PIN_PHYS };
	struct sbuddy_alloc alloc;

	ASSERT_EQ(0, get(self->fd, WANTED * self->page, SBUDDY_ALLOC_SCATTERED, &alloc));
	query.handle = alloc.handle;
	pin.handle = alloc.handle;
	EXPECT_EQ(-EOPNOTSUPP, sb_call(self->fd, SBUDDY_IOC_QUERY, &query));
	EXPECT_EQ(-EOPNOTSUPP, sb_call(self->fd, SBUDDY_IOC_PIN, &pin));
	query.flags = 0;
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_QUERY, &query));
	EXPECT_EQ(0, query.pins);
	EXPECT_EQ(WANTED * self->page, query.bytes);
	EXPECT_EQ(SBUDDY_UNMOVABLE, query.type);
}

TEST_F(scattered, each_page_can_be_bad)
{
	struct sbuddy_poison poison = { .size = sizeof(poison) };
	struct sbuddy_alloc alloc;
	uint32_t page;

	ASSERT_EQ(0, get(self->fd, WANTED * self->page, SBUDDY_ALLOC_SCATTERED, &alloc));
	poison.handle = alloc.handle;
	for (page = 0; page < WANTED; page += 7) {
		poison.flags = 0;
		poison.address = page * self->page + 1;
		EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_POISON, &poison));
		EXPECT_EQ(-EALREADY, sb_call(self->fd, SBUDDY_IOC_POISON, &poison));
		poison.flags = SBUDDY_POISON_UNDO;
		EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_POISON, &poison));
	}
	poison.flags = 0;
	poison.address = WANTED * self->page;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_POISON, &poison));
}

TEST_F(scattered, wrong_sizes_are_refused)
{
	struct sbuddy_alloc alloc = sb_request(2);
	uint64_t most = (uint64_t)SBUDDY_MAX_SCATTERED * self->page;

	alloc.flags = SBUDDY_ALLOC_SCATTERED;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	EXPECT_EQ(-EINVAL, get(self->fd, 0, SBUDDY_ALLOC_SCATTERED, &alloc));
	EXPECT_EQ(-EINVAL, get(self->fd, most + 1, SBUDDY_ALLOC_SCATTERED, &alloc));
	EXPECT_EQ(-EINVAL, get(self->fd, UINT64_MAX, SBUDDY_ALLOC_SCATTERED, &alloc));
}

/*
 * As many as requests for one page get, in the state that there is: watermarks, and
 * memory that is for others, keep the rest back.
 */
static uint32_t count_singles(void)
{
	static struct sbuddy_result all[SB_MAX_SINGLE];
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.type = SBUDDY_UNMOVABLE,
		.zone = SBUDDY_ZONE_HIGHMEM,
		.node = SBUDDY_NODE_ANY,
	};
	int fd = sb_open(O_RDWR);
	uint32_t nr = 0;

	for (;; nr += bulk.allocated) {
		bulk.count = SB_MAX_SINGLE - nr;
		bulk.results = (uintptr_t)(all + nr);
		if (sb_call(fd, SBUDDY_IOC_ALLOC_BULK, &bulk))
			break;
	}
	close(fd);
	return nr;
}

/* All that is to be had page by page, and one page more than that. */
TEST_F(scattered, all_or_nothing)
{
	uint64_t before = sb_free_pages(self->fd), wanted;
	struct sbuddy_alloc alloc;

	if (before >= SBUDDY_MAX_SCATTERED)
		SKIP(return, "there is more memory than a buffer has");
	EXPECT_EQ(-ENOMEM,
		  get(self->fd, (before + 1) * self->page, SBUDDY_ALLOC_SCATTERED, &alloc));
	EXPECT_EQ(before, sb_free_pages(self->fd));
	wanted = count_singles();
	EXPECT_LT(WANTED, wanted);
	EXPECT_EQ(before, sb_free_pages(self->fd));
	EXPECT_EQ(-ENOMEM,
		  get(self->fd, (wanted + 1) * self->page, SBUDDY_ALLOC_SCATTERED, &alloc));
	EXPECT_EQ(before, sb_free_pages(self->fd));
	ASSERT_EQ(0, get(self->fd, wanted * self->page, SBUDDY_ALLOC_SCATTERED, &alloc));
	EXPECT_EQ(before - wanted, sb_free_pages(self->fd));
	EXPECT_EQ(0, sb_put(self->fd, alloc.handle));
	EXPECT_EQ(before, sb_free_pages(self->fd));
}

/* More than the largest block has, which no other buffer can. */
TEST_F(scattered, more_than_a_block)
{
	uint64_t bytes = sb_info(self->fd).max_bytes + self->page;
	struct sbuddy_alloc alloc;
	char *p;

	close(self->fd);
	self->fd = sb_open(O_RDWR);
	if (sb_free_pages(self->fd) * self->page < 2 * bytes)
		SKIP(return, "there is too little memory");
	EXPECT_EQ(-EINVAL, get(self->fd, bytes, 0, &alloc));
	ASSERT_EQ(0, get(self->fd, bytes, SBUDDY_ALLOC_SCATTERED, &alloc));
	EXPECT_EQ(bytes, alloc.granted);
	p = sb_map(self->fd, alloc.offset, bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, bytes));
	p[bytes - 1] = 1;
	EXPECT_EQ(0, munmap(p, bytes));
}

SBUDDY_MEMORY_TEST_MAIN

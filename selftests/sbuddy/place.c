// SPDX-License-Identifier: GPL-2.0-only
/* Buffers at a place: alignment, borders, windows, nodes, and any number of pages. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "device.h"

FIXTURE(place)
{
	int fd;
	uint64_t free;
	uint64_t page;
	uint64_t base; /* of memory, physical */
};

static struct sbuddy_info info_with_base(int fd)
{
	struct sbuddy_info info = { .size = sizeof(info), .flags = SBUDDY_INFO_PHYS };

	sb_call(fd, SBUDDY_IOC_INFO, &info);
	return info;
}

FIXTURE_SETUP(place)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->page = (uint64_t)sysconf(_SC_PAGESIZE);
	self->free = sb_free_pages(self->fd);
	self->base = info_with_base(self->fd).base;
}

FIXTURE_TEARDOWN(place)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(fd));
	close(fd);
}

static struct sbuddy_place wish(uint64_t bytes)
{
	struct sbuddy_place place = {
		.size = sizeof(place),
		.flags = SBUDDY_PLACE_PHYS,
		.zone = SBUDDY_ZONE_HIGHMEM,
		.node = SBUDDY_NODE_ANY,
		.bytes = bytes,
	};

	return place;
}

static int get(int fd, struct sbuddy_place *place)
{
	return sb_call(fd, SBUDDY_IOC_PLACE, place);
}

TEST_F(place, any_number_of_pages_zeroed)
{
	struct sbuddy_place place = wish(5 * self->page - 1);
	struct sbuddy_query query;
	char *p;

	ASSERT_EQ(0, get(self->fd, &place));
	EXPECT_NE(0, place.handle);
	EXPECT_EQ(5 * self->page, place.granted);
	EXPECT_EQ(self->free - 5, sb_free_pages(self->fd));
	p = sb_map(self->fd, place.offset, place.granted);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, place.granted));
	memset(p, 0x5a, place.granted);
	EXPECT_EQ(0, munmap(p, place.granted));
	EXPECT_EQ(0, sb_query(self->fd, place.handle, &query));
	EXPECT_EQ(1, query.runs);
	EXPECT_EQ(SBUDDY_UNMOVABLE, query.type);
	EXPECT_EQ(0, sb_put(self->fd, place.handle));
	/* The next owner sees nothing of it. */
	ASSERT_EQ(0, get(self->fd, &place));
	p = sb_map(self->fd, place.offset, place.granted);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, place.granted));
	EXPECT_EQ(0, munmap(p, place.granted));
}

TEST_F(place, is_aligned)
{
	uint64_t align;

	for (align = 1; align <= 256 * self->page; align *= 2) {
		struct sbuddy_place place = wish(3 * self->page);

		place.align = align;
		ASSERT_EQ(0, get(self->fd, &place));
		EXPECT_EQ(0, place.phys % align);
		EXPECT_EQ(0, place.phys % self->page);
	}
}

/* As many as there are: one of them would cross a border if it were not looked at. */
TEST_F(place, crosses_no_border)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		struct sbuddy_place place = wish(5 * self->page);

		place.boundary = 8 * self->page;
		ASSERT_EQ(0, get(self->fd, &place));
		EXPECT_EQ(place.phys / place.boundary,
			  (place.phys + place.granted - 1) / place.boundary);
	}
}

TEST_F(place, lies_in_the_window)
{
	struct sbuddy_place low = wish(4 * self->page), high = low, there = low, none = low;

	ASSERT_EQ(0, get(self->fd, &low));
	high.flags |= SBUDDY_PLACE_HIGHEST;
	ASSERT_EQ(0, get(self->fd, &high));
	EXPECT_LT(low.phys, high.phys);
	ASSERT_EQ(0, sb_put(self->fd, high.handle));
	/* A window as large as the buffer has one place. */
	there.min = high.phys - self->page + 1;
	there.max = high.phys + 5 * self->page - 1;
	ASSERT_EQ(0, get(self->fd, &there));
	EXPECT_EQ(high.phys, there.phys);
	none.min = there.min;
	none.max = there.max;
	EXPECT_EQ(-ENOMEM, get(self->fd, &none));
	none.min = 0;
	none.max = self->base;
	EXPECT_EQ(-ENOMEM, get(self->fd, &none));
	none.max = self->page - 1;
	EXPECT_EQ(-ENOMEM, get(self->fd, &none));
	none.min = UINT64_MAX - 1;
	none.max = UINT64_MAX;
	EXPECT_EQ(-ENOMEM, get(self->fd, &none));
	none.max = 0;
	EXPECT_EQ(-ENOMEM, get(self->fd, &none));
}

/* No other buffer in one run can be larger than a block. */
TEST_F(place, more_than_a_block)
{
	uint64_t bytes = sb_info(self->fd).max_bytes + self->page;
	struct sbuddy_place place = wish(bytes);
	char *p;

	if (self->free * self->page < 3 * bytes)
		SKIP(return, "there is too little memory");
	ASSERT_EQ(0, get(self->fd, &place));
	EXPECT_EQ(bytes, place.granted);
	p = sb_map(self->fd, place.offset, bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	p[0] = 1;
	p[bytes - 1] = 2;
	EXPECT_EQ(0, munmap(p, bytes));
	EXPECT_EQ(0, sb_put(self->fd, place.handle));
	EXPECT_EQ(self->free, sb_free_pages(self->fd));
}

/* What can be moved makes way, unless it is to stay. */
TEST_F(place, others_make_way)
{
	struct sbuddy_query query = { .size = sizeof(query), .flags = SBUDDY_QUERY_PHYS };
	struct sbuddy_alloc alloc = sb_request(2);
	struct sbuddy_place place = wish(4 * self->page), again;

	/* Not in a zone that is for movable memory alone. */
	alloc.zone = SBUDDY_ZONE_NORMAL;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	query.handle = alloc.handle;
	ASSERT_EQ(0, sb_pin(self->fd, alloc.handle));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_QUERY, &query));
	place.min = query.phys;
	place.max = query.phys + alloc.granted;
	again = place;
	EXPECT_EQ(-ENOMEM, get(self->fd, &again));
	ASSERT_EQ(0, sb_unpin(self->fd, alloc.handle));
	again.flags |= SBUDDY_PLACE_STILL;
	EXPECT_EQ(-ENOMEM, get(self->fd, &again));
	again = place;
	ASSERT_EQ(0, get(self->fd, &again));
	EXPECT_EQ(place.min, again.phys);
	EXPECT_EQ(self->free - 8, sb_free_pages(self->fd));
}

TEST_F(place, wrong_values_are_refused)
{
	const uint64_t most = SBUDDY_MAX_SCATTERED * self->page;
	const struct sbuddy_place good = wish(3 * self->page);
	struct sbuddy_place place;

#define REFUSED(error, field, value)                        \
	do {                                                \
		place = good;                               \
		place.field = (value);                      \
		EXPECT_EQ(-(error), get(self->fd, &place)); \
	} while (0)
	REFUSED(EINVAL, bytes, 0);
	REFUSED(EINVAL, bytes, most + 1);
	REFUSED(EINVAL, bytes, UINT64_MAX);
	REFUSED(EINVAL, align, 3 * self->page);
	REFUSED(EINVAL, align, 1ull << 41);
	REFUSED(ENOMEM, align, 1ull << 40);
	REFUSED(EINVAL, boundary, 2 * self->page);
	REFUSED(EINVAL, boundary, 5 * self->page);
	REFUSED(EINVAL, boundary, 1ull << 41);
	REFUSED(EINVAL, flags, 0x10);
	REFUSED(EINVAL, flags, SBUDDY_PLACE_THIS_NODE);
	REFUSED(EINVAL, reserved, 1);
	REFUSED(EINVAL, zone, 4);
	REFUSED(EINVAL, node, -2);
	REFUSED(EINVAL, node, 8);
#undef REFUSED
	place = good;
	place.min = 2 * self->page;
	place.max = place.min;
	EXPECT_EQ(-EINVAL, get(self->fd, &place));
}

/* What a process that is not privileged is told, by what it gets and by what not. */
static int ask_as_nobody(int fd, uint64_t page)
{
	struct sbuddy_place place = wish(page);

	if (setgid(65534) || setuid(65534))
		return 1;
	if (get(fd, &place) != -EPERM)
		return 2;
	place.flags = 0;
	place.min = page;
	if (get(fd, &place) != -EPERM)
		return 3;
	place.min = 0;
	place.max = UINT64_MAX;
	if (get(fd, &place) != -EPERM)
		return 4;
	place.max = 0;
	place.align = 16 * page;
	if (get(fd, &place) || place.phys)
		return 5;
	return 0;
}

TEST_F(place, addresses_are_for_the_privileged)
{
	pid_t pid = fork();

	if (!pid)
		_exit(ask_as_nobody(self->fd, self->page));
	EXPECT_EQ(0, sb_child_status(pid));
}

/* As many pages as a process gets. */
static uint64_t take_all(uint64_t page, int privileged)
{
	int fd = sb_open(O_RDWR);
	uint64_t nr = 0, step;

	if (!privileged && (setgid(65534) || setuid(65534)))
		return UINT64_MAX;
	for (step = 256; step; step /= 4)
		for (;; nr += step) {
			struct sbuddy_place place = wish(step * page);

			place.flags = 0;
			if (get(fd, &place))
				break;
		}
	close(fd);
	return nr;
}

TEST_F(place, the_last_pages_are_for_the_privileged)
{
	uint64_t *taken =
		mmap(NULL, self->page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int privileged;
	pid_t pid;

	ASSERT_TRUE(taken != MAP_FAILED);
	for (privileged = 0; privileged < 2; privileged++) {
		pid = fork();
		if (!pid) {
			taken[privileged] = take_all(self->page, privileged);
			_exit(0);
		}
		EXPECT_EQ(0, sb_child_status(pid));
	}
	EXPECT_LT(0, taken[0]);
	EXPECT_LT(taken[0], taken[1]);
	EXPECT_GE(self->free, taken[1]);
	EXPECT_EQ(0, munmap(taken, self->page));
}

SBUDDY_MEMORY_TEST_MAIN

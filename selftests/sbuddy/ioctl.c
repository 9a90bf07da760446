// SPDX-License-Identifier: GPL-2.0-only
/* What each command does with good and bad values. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "device.h"

#define MAX_BUFFERS 4096

static struct sbuddy_alloc all[MAX_BUFFERS];

FIXTURE(file)
{
	int fd;
	struct sbuddy_info info;
};

FIXTURE_SETUP(file)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->info = sb_info(self->fd);
}

FIXTURE_TEARDOWN(file)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->info.pages_free, sb_free_pages(fd));
	close(fd);
}

TEST_F(file, info_is_plausible)
{
	const struct sbuddy_info *info = &self->info;
	const char *engine = getenv("SBUDDY_ENGINE");

	if (engine)
		EXPECT_EQ(strcmp(engine, "word") == 0, !!(info->state & SBUDDY_STATE_WORD));
	EXPECT_EQ((uint32_t)sysconf(_SC_PAGESIZE), info->page_size);
	EXPECT_GE(15, info->max_order);
	EXPECT_GE(info->max_order, info->pageblock_order);
	EXPECT_LE(1, info->nr_nodes);
	EXPECT_EQ(SBUDDY_MAX_HANDLES, info->max_handles);
	EXPECT_EQ(0, info->nr_handles);
	EXPECT_LT(0, info->pages_managed);
	EXPECT_GE(info->pages_managed, info->pages_free);
	EXPECT_GE(info->pages_free, info->pages_pcp);
	EXPECT_GE(info->memory / info->page_size, info->pages_managed);
	EXPECT_EQ((uint64_t)info->page_size << info->max_order, info->max_bytes);
	EXPECT_EQ(0, info->base);
	EXPECT_EQ(0, info->state & SBUDDY_STATE_CORRUPT);
	EXPECT_GT(SBUDDY_NAME_LEN, strnlen(info->name, SBUDDY_NAME_LEN));
	EXPECT_GT(SBUDDY_NAME_LEN, strnlen(info->backing, SBUDDY_NAME_LEN));
	EXPECT_EQ(strcmp(info->backing, "dry") != 0, !!(info->state & SBUDDY_STATE_MAPPABLE));
}

TEST_F(file, alloc_gives_each_order_and_type)
{
	struct sbuddy_query query;
	struct sbuddy_alloc alloc;
	unsigned int order, type;
	uint64_t before;

	for (order = 0; order <= self->info.max_order; order++) {
		for (type = SBUDDY_UNMOVABLE; type <= SBUDDY_RECLAIMABLE; type++) {
			before = sb_free_pages(self->fd);
			alloc = sb_request(order);
			alloc.type = type;
			ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
			EXPECT_LT(0, alloc.handle);
			EXPECT_EQ((uint64_t)self->info.page_size << order, alloc.granted);
			EXPECT_EQ(before - (1ull << order), sb_free_pages(self->fd));
			ASSERT_EQ(0, sb_query(self->fd, alloc.handle, &query));
			EXPECT_EQ(order, query.order);
			EXPECT_EQ(type, query.type);
			EXPECT_EQ(alloc.granted, query.bytes);
			EXPECT_EQ(alloc.offset, query.offset);
			EXPECT_EQ(0, query.mappings);
			EXPECT_EQ(0, query.phys);
			EXPECT_GE(SBUDDY_ZONE_MOVABLE, query.zone);
			ASSERT_EQ(0, sb_put(self->fd, alloc.handle));
			EXPECT_EQ(before, sb_free_pages(self->fd));
		}
	}
}

TEST_F(file, alloc_of_bytes_rounds_up_to_pages_only)
{
	const uint64_t page = self->info.page_size;
	const struct {
		uint64_t bytes, pages;
		unsigned int order;
	} cases[] = {
		{ 1, 1, 0 },	    { page - 1, 1, 0 },	    { page, 1, 0 },	{ page + 1, 2, 1 },
		{ 3 * page, 3, 2 }, { 5 * page - 7, 5, 3 }, { 8 * page, 8, 3 }, { 9 * page, 9, 4 },
	};
	struct sbuddy_alloc alloc;
	struct sbuddy_query query;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		if (cases[i].bytes > self->info.max_bytes)
			continue;
		alloc = sb_request(0);
		alloc.flags = SBUDDY_ALLOC_BYTES;
		alloc.bytes = cases[i].bytes;
		ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
		EXPECT_EQ(cases[i].pages * page, alloc.granted);
		EXPECT_EQ(self->info.pages_free - cases[i].pages, sb_free_pages(self->fd));
		ASSERT_EQ(0, sb_query(self->fd, alloc.handle, &query));
		EXPECT_EQ(cases[i].order, query.order);
		EXPECT_EQ(alloc.granted, query.bytes);
		ASSERT_EQ(0, sb_put(self->fd, alloc.handle));
	}
}

TEST_F(file, alloc_refuses_bad_values)
{
	const uint32_t bytes = SBUDDY_ALLOC_BYTES, this_node = SBUDDY_ALLOC_THIS_NODE;
	const struct {
		uint32_t flags, order, type, zone;
		int32_t node;
		uint64_t bytes;
	} cases[] = {
		{ 0, self->info.max_order + 1, 0, 0, -1, 0 },
		{ 0, 64, 0, 0, -1, 0 },
		{ 0, UINT32_MAX, 0, 0, -1, 0 },
		{ 0, 0, 3, 0, -1, 0 },
		{ 0, 0, UINT32_MAX, 0, -1, 0 },
		{ 0, 0, 0, 4, -1, 0 },
		{ 0, 0, 0, UINT32_MAX, -1, 0 },
		{ 0, 0, 0, 0, -2, 0 },
		{ 0, 0, 0, 0, 8, 0 },
		{ 0, 0, 0, 0, INT32_MIN, 0 },
		{ 0, 0, 0, 0, INT32_MAX, 0 },
		{ 0, 0, 0, 0, -1, 1 },
		{ bytes, 0, 0, 0, -1, 0 },
		{ bytes, 1, 0, 0, -1, 1 },
		{ bytes, 0, 0, 0, -1, self->info.max_bytes + 1 },
		{ bytes, 0, 0, 0, -1, UINT64_MAX },
		{ bytes, 0, 0, 0, -1, 1ull << 32 },
		{ bytes, 0, 0, 0, -1, UINT64_MAX - 4095 },
		{ bytes, 0, 0, 0, -1, 1ull << 44 },
		{ this_node, 0, 0, 0, -1, 0 },
	};
	struct sbuddy_alloc_bulk bulk;
	struct sbuddy_result result;
	struct sbuddy_alloc alloc;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		alloc = sb_request(cases[i].order);
		alloc.flags = cases[i].flags;
		alloc.type = cases[i].type;
		alloc.zone = cases[i].zone;
		alloc.node = cases[i].node;
		alloc.bytes = cases[i].bytes;
		EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc))
		TH_LOG("case %zu", i);
		bulk = (struct sbuddy_alloc_bulk){
			sizeof(bulk), alloc.flags, alloc.order, alloc.type, alloc.zone,
			alloc.node,   alloc.bytes, 1,		0,	    (uintptr_t)&result,
		};
		EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC_BULK, &bulk))
		TH_LOG("bulk case %zu", i);
	}
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
}

TEST_F(file, alloc_keeps_to_zone_and_node)
{
	struct sbuddy_query query;
	struct sbuddy_alloc alloc;
	uint32_t zone;
	int node, err;

	for (zone = SBUDDY_ZONE_NORMAL; zone <= SBUDDY_ZONE_MOVABLE; zone++) {
		for (node = 0; node < 8; node++) {
			alloc = sb_request(0);
			alloc.zone = zone;
			alloc.node = node;
			alloc.flags = SBUDDY_ALLOC_THIS_NODE;
			err = sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc);
			/* A node without such memory has none. */
			if (err == -ENOMEM)
				continue;
			ASSERT_EQ(0, err);
			ASSERT_EQ(0, sb_query(self->fd, alloc.handle, &query));
			EXPECT_EQ(node, query.node);
			EXPECT_GE(zone, query.zone);
		}
	}
}

TEST_F(file, exhaustion_is_told_and_recovered_from)
{
	struct sbuddy_alloc one;
	int i, nr;

	nr = sb_get_all(self->fd, all, MAX_BUFFERS);
	ASSERT_LT(0, nr);
	if (nr == MAX_BUFFERS)
		SKIP(return, "more than %d blocks are free", MAX_BUFFERS);
	EXPECT_EQ(-ENOMEM, sb_get(self->fd, 0, &one));
	EXPECT_EQ(nr, (int)sb_info(self->fd).nr_handles);
	ASSERT_EQ(0, sb_put(self->fd, all[nr - 1].handle));
	ASSERT_EQ(0, sb_get(self->fd, 0, &all[nr - 1]));
	for (i = 0; i < nr; i++)
		ASSERT_EQ(0, sb_put(self->fd, all[i].handle));
	EXPECT_EQ(self->info.pages_free, sb_free_pages(self->fd));
	EXPECT_EQ(0, sb_get(self->fd, self->info.max_order, &one));
}

/* Allocates single pages until there is none; says how many there were. */
static uint64_t drain_with(int fd, uint32_t flags)
{
	struct sbuddy_alloc one = sb_request(0);
	uint64_t nr;

	one.flags = flags;
	for (nr = 0; !sb_call(fd, SBUDDY_IOC_ALLOC, &one); nr++)
		;
	return nr;
}

/* Ordinary requests stop at the watermarks, others go deeper, and MEMALLOC to the end. */
TEST_F(file, reserves_are_for_those_who_say_so)
{
	uint64_t left;

	if (geteuid())
		SKIP(return, "reserves take CAP_SYS_RESOURCE");
	ASSERT_LT(0, sb_get_all(self->fd, all, MAX_BUFFERS));
	drain_with(self->fd, 0);
	left = sb_free_pages(self->fd);
	EXPECT_LT(0, left);
	EXPECT_LT(0, drain_with(self->fd, SBUDDY_ALLOC_HIGH));
	EXPECT_LT(0, drain_with(self->fd, SBUDDY_ALLOC_ATOMIC));
	EXPECT_LT(0, drain_with(self->fd, SBUDDY_ALLOC_MEMALLOC));
	EXPECT_EQ(0, sb_free_pages(self->fd));
}

TEST_F(file, reserves_need_a_capability)
{
	static const uint32_t flags[] = { SBUDDY_ALLOC_HIGH, SBUDDY_ALLOC_ATOMIC,
					  SBUDDY_ALLOC_MEMALLOC };
	struct sbuddy_alloc alloc = sb_request(0);
	size_t i;
	pid_t pid;

	pid = fork();
	if (!pid) {
		if (!geteuid() && setuid(65534))
			_exit(1);
		for (i = 0; i < ARRAY_LEN(flags); i++) {
			alloc.flags = flags[i];
			if (sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc) != -EPERM)
				_exit(2 + (int)i);
		}
		_exit(0);
	}
	EXPECT_EQ(0, sb_child_status(pid));
}

/* As in a kernel without a DMA zone: then Normal it is. */
TEST_F(file, dma_is_always_possible)
{
	struct sbuddy_alloc alloc = sb_request(0);
	struct sbuddy_query query;

	alloc.zone = SBUDDY_ZONE_DMA;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	ASSERT_EQ(0, sb_query(self->fd, alloc.handle, &query));
	EXPECT_TRUE(query.zone == SBUDDY_ZONE_DMA || query.zone == SBUDDY_ZONE_NORMAL);
}

TEST_F(file, query_refuses_unknown_handles)
{
	struct sbuddy_query query;
	struct sbuddy_alloc alloc;

	EXPECT_EQ(-ENOENT, sb_query(self->fd, 0, &query));
	EXPECT_EQ(-ENOENT, sb_query(self->fd, 1, &query));
	EXPECT_EQ(-ENOENT, sb_query(self->fd, UINT32_MAX, &query));
	ASSERT_EQ(0, sb_get(self->fd, 0, &alloc));
	EXPECT_EQ(-ENOENT, sb_query(self->fd, alloc.handle + 1, &query));
}

TEST_F(file, physical_addresses_need_a_capability)
{
	struct sbuddy_info info = { .size = sizeof(info), .flags = SBUDDY_INFO_PHYS };
	struct sbuddy_query query = { .size = sizeof(query), .flags = SBUDDY_QUERY_PHYS };
	struct sbuddy_alloc alloc;
	pid_t pid;

	ASSERT_EQ(0, sb_get(self->fd, 0, &alloc));
	ASSERT_EQ(0, sb_pin(self->fd, alloc.handle));
	query.handle = alloc.handle;
	if (!geteuid()) {
		EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_INFO, &info));
		ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_QUERY, &query));
		EXPECT_LE(info.base, query.phys);
		EXPECT_EQ(0, query.phys % self->info.page_size);
	}
	pid = fork();
	if (!pid) {
		if (!geteuid() && setuid(65534))
			_exit(1);
		if (sb_call(self->fd, SBUDDY_IOC_INFO, &info) != -EPERM)
			_exit(2);
		_exit(sb_call(self->fd, SBUDDY_IOC_QUERY, &query) != -EPERM ? 3 : 0);
	}
	EXPECT_EQ(0, sb_child_status(pid));
}

TEST_F(file, drain_empties_the_lists)
{
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	struct sbuddy_alloc alloc;

	ASSERT_EQ(0, sb_get(self->fd, 0, &alloc));
	ASSERT_EQ(0, sb_put(self->fd, alloc.handle));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_DRAIN, &drain));
	EXPECT_EQ(0, sb_info(self->fd).pages_pcp);
	EXPECT_EQ(self->info.pages_free, sb_free_pages(self->fd));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_DRAIN, &drain));
	EXPECT_EQ(0, drain.pages);
}

SBUDDY_TEST_MAIN

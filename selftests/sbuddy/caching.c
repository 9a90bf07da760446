// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers that are not cached, or written in bursts: who gets them, what they show, and
 * that nothing is left in the caches that could be written over them. An emulated CPU has
 * no caches, so that is told by debugfs.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

#include "fragment.h"
#include "syncs.h"

#define PAGES 24u

FIXTURE(caching)
{
	int fd;
	uint64_t free;
	size_t bytes;
};

FIXTURE_VARIANT(caching)
{
	uint32_t flag;
	uint32_t caching;
	uint32_t type;
};

/* The formatter takes each of these for a call. */
/* clang-format off */
FIXTURE_VARIANT_ADD(caching, wc) {
	SBUDDY_ALLOC_WC, SBUDDY_CACHING_WC, SBUDDY_UNMOVABLE,
};

FIXTURE_VARIANT_ADD(caching, wc_movable) {
	SBUDDY_ALLOC_WC, SBUDDY_CACHING_WC, SBUDDY_MOVABLE,
};

FIXTURE_VARIANT_ADD(caching, uncached) {
	SBUDDY_ALLOC_UNCACHED, SBUDDY_CACHING_UNCACHED, SBUDDY_UNMOVABLE,
};

/* clang-format on */

FIXTURE_SETUP(caching)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->bytes = PAGES * (size_t)sysconf(_SC_PAGESIZE);
	self->free = sb_free_pages(self->fd);
}

FIXTURE_TEARDOWN(caching)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(fd));
	close(fd);
}

static int is_no_map(int fd)
{
	return !strcmp(sb_info(fd).backing, "no-map");
}

#define NEED_NO_MAP()                                          \
	do {                                                   \
		if (!is_no_map(self->fd))                      \
			SKIP(return, "this memory is cached"); \
	} while (0)

static int get(int fd, uint64_t bytes, uint32_t flags, uint32_t type, struct sbuddy_alloc *alloc)
{
	*alloc = sb_in_bytes(bytes, flags);
	alloc->type = type;
	alloc->zone = SBUDDY_ZONE_MOVABLE;
	return sb_call(fd, SBUDDY_IOC_ALLOC, alloc);
}

static uint32_t caching_of(int fd, uint32_t handle)
{
	struct sbuddy_query query;

	return sb_query(fd, handle, &query) ? UINT32_MAX : query.caching;
}

/* Each access is aligned and of a word's size, which all memory bears. */
static void put_words(volatile uint32_t *p, size_t bytes, uint32_t from)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*p); i++)
		p[i] = from + (uint32_t)i;
}

static int has_words(const volatile uint32_t *p, size_t bytes, uint32_t from)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*p); i++)
		if (p[i] != from + (uint32_t)i)
			return 0;
	return 1;
}

static int is_zero(const volatile uint32_t *p, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*p); i++)
		if (p[i])
			return 0;
	return 1;
}

TEST_F(caching, is_refused_where_memory_is_cached)
{
	const uint32_t both = SBUDDY_ALLOC_WC | SBUDDY_ALLOC_UNCACHED;
	struct sbuddy_result result;
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.flags = variant->flag,
		.node = SBUDDY_NODE_ANY,
		.count = 1,
		.results = (uintptr_t)&result,
	};
	int expected = is_no_map(self->fd) ? 0 : -EOPNOTSUPP;
	struct sbuddy_alloc alloc;

	EXPECT_EQ(-EINVAL, get(self->fd, self->bytes, both, variant->type, &alloc));
	EXPECT_EQ(expected, get(self->fd, self->bytes, variant->flag, variant->type, &alloc));
	EXPECT_EQ(expected, sb_call(self->fd, SBUDDY_IOC_ALLOC_BULK, &bulk));
	if (!expected)
		EXPECT_EQ(variant->caching, caching_of(self->fd, result.handle));
	bulk.flags = both;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC_BULK, &bulk));
	ASSERT_EQ(0, get(self->fd, self->bytes, 0, variant->type, &alloc));
	EXPECT_EQ(SBUDDY_CACHING_CACHED, caching_of(self->fd, alloc.handle));
}

TEST_F(caching, mappings_show_the_same)
{
	struct sbuddy_alloc alloc;
	uint32_t *p, *q;

	NEED_NO_MAP();
	ASSERT_EQ(0, get(self->fd, self->bytes, variant->flag, variant->type, &alloc));
	EXPECT_EQ(variant->caching, caching_of(self->fd, alloc.handle));
	p = sb_map(self->fd, alloc.offset, self->bytes);
	q = sb_map(self->fd, alloc.offset, self->bytes);
	ASSERT_TRUE(p != MAP_FAILED && q != MAP_FAILED);
	EXPECT_TRUE(is_zero(p, self->bytes));
	put_words(p, self->bytes, 5);
	EXPECT_TRUE(has_words(q, self->bytes, 5));
	ASSERT_EQ(0, mprotect(p, self->bytes, PROT_READ));
	put_words(q, self->bytes, 6);
	EXPECT_TRUE(has_words(p, self->bytes, 6));
	EXPECT_EQ(0, munmap(p, self->bytes));
	EXPECT_EQ(0, munmap(q, self->bytes));
}

TEST_F(caching, slices_are_as_the_whole)
{
	struct sbuddy_slice slice = { .size = sizeof(slice), .bytes = self->bytes / 2 };
	struct sbuddy_alloc alloc;
	struct sbuddy_query query;
	uint32_t *p;

	NEED_NO_MAP();
	ASSERT_EQ(0, get(self->fd, self->bytes, variant->flag, variant->type, &alloc));
	slice.handle = alloc.handle;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_SLICE, &slice));
	ASSERT_EQ(0, sb_query(self->fd, slice.slice, &query));
	EXPECT_EQ(variant->caching, query.caching);
	/* Its end is not the end of the whole. */
	ASSERT_EQ(0, sb_put(self->fd, slice.slice));
	EXPECT_EQ(variant->caching, caching_of(self->fd, alloc.handle));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_SLICE, &slice));
	ASSERT_EQ(0, sb_put(self->fd, alloc.handle));
	ASSERT_EQ(0, sb_query(self->fd, slice.slice, &query));
	p = sb_map(self->fd, query.offset, query.bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	put_words(p, query.bytes, 7);
	EXPECT_TRUE(has_words(p, query.bytes, 7));
	EXPECT_EQ(0, munmap(p, query.bytes));
}

/* Of what the owner before wrote by his caches, and of the zeroes, nothing is left there. */
TEST_F(caching, nothing_stays_in_the_caches)
{
	const size_t small = 2 * self->bytes / PAGES;
	struct sbuddy_alloc alloc;
	long long flushed = sb_syncs(self->fd, "flushed");
	uint32_t *p;

	NEED_NO_MAP();
	if (flushed < 0)
		SKIP(return, "no debugfs");
	/* Zeroed at once, or when it is mapped. */
	ASSERT_EQ(0, get(self->fd, self->bytes, variant->flag, variant->type, &alloc));
	EXPECT_LE(flushed + (long long)self->bytes, sb_syncs(self->fd, "flushed"));
	flushed = sb_syncs(self->fd, "flushed");
	ASSERT_EQ(0, sb_put(self->fd, alloc.handle));
	EXPECT_EQ(flushed + (long long)self->bytes, sb_syncs(self->fd, "flushed"));
	ASSERT_EQ(0, get(self->fd, small, variant->flag, variant->type, &alloc));
	flushed = sb_syncs(self->fd, "flushed");
	p = sb_map(self->fd, alloc.offset, small);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(flushed + (long long)small, sb_syncs(self->fd, "flushed"));
	EXPECT_TRUE(is_zero(p, small));
	EXPECT_EQ(0, munmap(p, small));
}

/* There is nothing to be done for it. */
TEST_F(caching, sync_has_nothing_to_do)
{
	struct sbuddy_sync sync = {
		.size = sizeof(sync),
		.flags = SBUDDY_SYNC_RW,
		.bytes = self->bytes,
	};
	struct sbuddy_alloc alloc;
	long long flushed;

	NEED_NO_MAP();
	ASSERT_EQ(0, get(self->fd, self->bytes, variant->flag, variant->type, &alloc));
	sync.handle = alloc.handle;
	flushed = sb_syncs(self->fd, "flushed");
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_SYNC, &sync));
	sync.flags |= SBUDDY_SYNC_END;
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_SYNC, &sync));
	EXPECT_EQ(flushed, sb_syncs(self->fd, "flushed"));
}

TEST_F(caching, a_device_and_the_kernel_see_the_same)
{
	struct sbuddy_export export = { .size = sizeof(export), .flags = O_RDWR };
	struct sbuddy_alloc alloc;
	long long flushed;
	uint32_t *p;

	NEED_NO_MAP();
	ASSERT_EQ(0, get(self->fd, self->bytes, variant->flag, variant->type, &alloc));
	/* Where it may stay: a device's pin would have it moved, which flushes. */
	ASSERT_EQ(0, sb_pin(self->fd, alloc.handle));
	export.handle = alloc.handle;
	if (sb_call(self->fd, SBUDDY_IOC_EXPORT, &export) ||
	    system("modprobe sbuddy_importer 2>/dev/null"))
		SKIP(return, "no dma-bufs, or no sbuddy_importer.ko");
	p = sb_map(export.fd, 0, self->bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	put_words(p, self->bytes, 7);
	flushed = sb_syncs(self->fd, "flushed");
	EXPECT_EQ(0, importer("attach", export.fd));
	EXPECT_EQ(0, importer("count", 7));
	EXPECT_EQ(0, importer("fill", 0x11));
	EXPECT_EQ(0x11111111, p[PAGES]);
	EXPECT_EQ(0, importer("expect", 0x11));
	EXPECT_EQ(0, importer("number", 9));
	EXPECT_TRUE(has_words(p, self->bytes, 9));
	EXPECT_EQ(0, importer("detach", 0));
	EXPECT_EQ(flushed, sb_syncs(self->fd, "flushed"));
	EXPECT_EQ(0, munmap(p, self->bytes));
	close(export.fd);
	EXPECT_EQ(0, system("rmmod sbuddy_importer"));
}

static uint64_t address_of(int fd, uint32_t handle)
{
	struct sbuddy_pin pin = {
		.size = sizeof(pin),
		.flags = SBUDDY_PIN_PHYS,
		.handle = handle,
	};
	struct sbuddy_unpin unpin = { .size = sizeof(unpin), .handle = handle };

	if (sb_call(fd, SBUDDY_IOC_PIN, &pin) || sb_call(fd, SBUDDY_IOC_UNPIN, &unpin))
		return 0;
	return pin.phys;
}

/* Its place is wanted for another buffer. */
TEST_F(caching, moves_with_its_bytes)
{
	struct sbuddy_place place = {
		.size = sizeof(place),
		.zone = SBUDDY_ZONE_HIGHMEM,
		.node = SBUDDY_NODE_ANY,
		.bytes = self->bytes,
	};
	struct sbuddy_alloc alloc;
	uint64_t phys;
	uint32_t *p;

	NEED_NO_MAP();
	if (variant->type != SBUDDY_MOVABLE)
		SKIP(return, "it does not move");
	ASSERT_EQ(0, get(self->fd, self->bytes, variant->flag, variant->type, &alloc));
	p = sb_map(self->fd, alloc.offset, self->bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	put_words(p, self->bytes, 21);
	phys = address_of(self->fd, alloc.handle);
	ASSERT_NE(0, phys);
	place.min = phys;
	place.max = phys + self->bytes;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_PLACE, &place));
	EXPECT_NE(phys, address_of(self->fd, alloc.handle));
	EXPECT_EQ(variant->caching, caching_of(self->fd, alloc.handle));
	EXPECT_TRUE(has_words(p, self->bytes, 21));
	put_words(p, self->bytes, 22);
	EXPECT_TRUE(has_words(p, self->bytes, 22));
	EXPECT_EQ(0, munmap(p, self->bytes));
}

TEST_F(caching, in_several_runs_it_is_as_well)
{
	const uint32_t flags = variant->flag | SBUDDY_ALLOC_SCATTERED;
	struct sbuddy_alloc alloc;
	uint32_t *p;

	NEED_NO_MAP();
	ASSERT_LT(4 * PAGES, sb_fragment(self->fd));
	ASSERT_EQ(0, get(self->fd, self->bytes, flags, SBUDDY_UNMOVABLE, &alloc));
	p = sb_map(self->fd, alloc.offset, self->bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_TRUE(is_zero(p, self->bytes));
	put_words(p, self->bytes, 3);
	EXPECT_TRUE(has_words(p, self->bytes, 3));
	EXPECT_EQ(0, munmap(p, self->bytes));
}

SBUDDY_MEMORY_TEST_MAIN

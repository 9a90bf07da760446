// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU's caches and a buffer that a device uses: what may be asked for, and that it is
 * done to that part of memory and no other. An emulated CPU has no caches, so what was
 * done is told by debugfs.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <linux/dma-buf.h>

#include "fragment.h"
#include "syncs.h"

#define ORDER 3

FIXTURE(sync)
{
	int fd;
	size_t page;
	struct sbuddy_alloc buf;
	uint64_t phys;
	char *p;
};

static int sync_part(int fd, uint32_t handle, uint32_t flags, uint64_t offset, uint64_t bytes)
{
	struct sbuddy_sync arg = {
		.size = sizeof(arg),
		.flags = flags,
		.handle = handle,
		.offset = offset,
		.bytes = bytes,
	};

	return sb_call(fd, SBUDDY_IOC_SYNC, &arg);
}

FIXTURE_SETUP(sync)
{
	struct sbuddy_pin pin = { .size = sizeof(pin), .flags = SBUDDY_PIN_PHYS };

	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	ASSERT_EQ(0, sb_get(self->fd, ORDER, &self->buf));
	pin.handle = self->buf.handle;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_PIN, &pin));
	self->phys = pin.phys;
	self->p = sb_map(self->fd, self->buf.offset, self->buf.granted);
	ASSERT_TRUE(self->p != MAP_FAILED);
}

FIXTURE_TEARDOWN(sync)
{
	munmap(self->p, self->buf.granted);
	close(self->fd);
}

#define NEED_COUNTS()                                  \
	do {                                           \
		if (sb_syncs(self->fd, "flushed") < 0) \
			SKIP(return, "no debugfs");    \
	} while (0)

TEST_F(sync, wrong_arguments_are_refused)
{
	const uint32_t start = SBUDDY_SYNC_START | SBUDDY_SYNC_RW, handle = self->buf.handle;
	const uint64_t size = self->buf.granted;
	const int fd = self->fd;
	struct sbuddy_sync arg = { .size = sizeof(arg), .flags = start, .handle = handle };

	EXPECT_EQ(-EINVAL, sync_part(fd, handle, SBUDDY_SYNC_START, 0, size));
	EXPECT_EQ(-EINVAL, sync_part(fd, handle, SBUDDY_SYNC_END, 0, size));
	EXPECT_EQ(-EINVAL, sync_part(fd, handle, start | 8, 0, size));
	EXPECT_EQ(-EINVAL, sync_part(fd, handle, UINT32_MAX, 0, size));
	EXPECT_EQ(-EINVAL, sync_part(fd, handle, start, 0, 0));
	EXPECT_EQ(-EINVAL, sync_part(fd, handle, start, 0, size + 1));
	EXPECT_EQ(-EINVAL, sync_part(fd, handle, start, size, 1));
	EXPECT_EQ(-EINVAL, sync_part(fd, handle, start, 1, size));
	EXPECT_EQ(-EINVAL, sync_part(fd, handle, start, UINT64_MAX, 2));
	EXPECT_EQ(-EINVAL, sync_part(fd, handle, start, 2, UINT64_MAX));
	EXPECT_EQ(-ENOENT, sync_part(fd, handle + 1, start, 0, size));
	EXPECT_EQ(-ENOENT, sync_part(fd, 0, start, 0, size));
	arg.bytes = 1;
	arg.reserved = 1;
	EXPECT_EQ(-EINVAL, sb_call(fd, SBUDDY_IOC_SYNC, &arg));
	arg.reserved = 0;
	arg.size = SBUDDY_SYNC_SIZE_VER0 - 1;
	EXPECT_EQ(-EINVAL, sb_call(fd, SBUDDY_IOC_SYNC, &arg));
}

TEST_F(sync, is_done_to_that_part_and_no_other)
{
	static const struct {
		uint64_t offset, bytes;
	} parts[] = {
		{ 0, 1 }, { 0, 4096 }, { 63, 2 }, { 100, 5000 }, { 4096, 8192 }, { 32767, 1 }
	};
	long long flushed;
	size_t i;

	NEED_COUNTS();
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		flushed = sb_syncs(self->fd, "flushed");
		ASSERT_EQ(0, sync_part(self->fd, self->buf.handle, SBUDDY_SYNC_READ,
				       parts[i].offset, parts[i].bytes));
		EXPECT_EQ(flushed + (long long)parts[i].bytes, sb_syncs(self->fd, "flushed"));
		EXPECT_EQ(parts[i].bytes, sb_syncs(self->fd, "last_bytes"));
		EXPECT_EQ(self->phys + parts[i].offset, sb_syncs(self->fd, "last_address"));
	}
}

/* As the DMA API: what the process has read need not be written back, and so on. */
TEST_F(sync, depends_on_who_did_what)
{
	static const struct {
		uint32_t flags;
		int cleaned, flushed;
	} cases[] = {
		{ SBUDDY_SYNC_START | SBUDDY_SYNC_READ, 0, 1 },
		{ SBUDDY_SYNC_START | SBUDDY_SYNC_WRITE, 0, 0 },
		{ SBUDDY_SYNC_START | SBUDDY_SYNC_RW, 0, 1 },
		{ SBUDDY_SYNC_END | SBUDDY_SYNC_READ, 0, 1 },
		{ SBUDDY_SYNC_END | SBUDDY_SYNC_WRITE, 1, 0 },
		{ SBUDDY_SYNC_END | SBUDDY_SYNC_RW, 0, 1 },
	};
	size_t i;

	NEED_COUNTS();
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		long long cleaned = sb_syncs(self->fd, "cleaned"),
			  flushed = sb_syncs(self->fd, "flushed");

		ASSERT_EQ(0, sync_part(self->fd, self->buf.handle, cases[i].flags, 64, 128));
		EXPECT_EQ(cleaned + 128 * cases[i].cleaned, sb_syncs(self->fd, "cleaned"));
		EXPECT_EQ(flushed + 128 * cases[i].flushed, sb_syncs(self->fd, "flushed"));
	}
}

TEST_F(sync, bytes_stay_what_they_are)
{
	uint32_t flags;

	for (flags = SBUDDY_SYNC_READ; flags <= (SBUDDY_SYNC_RW | SBUDDY_SYNC_END); flags++) {
		memset(self->p, (int)flags, self->buf.granted);
		if (flags & SBUDDY_SYNC_RW)
			EXPECT_EQ(0, sync_part(self->fd, self->buf.handle, flags, 1,
					       self->buf.granted - 1));
		EXPECT_EQ(-1, sb_differs(self->p, (int)flags, self->buf.granted));
	}
}

/* Each run for itself, wherever it is. */
TEST_F(sync, several_runs_are_treated_each)
{
	struct sbuddy_alloc alloc = sb_in_bytes(24 * self->page, SBUDDY_ALLOC_SCATTERED);
	long long flushed;

	NEED_COUNTS();
	ASSERT_LT(100, sb_fragment(self->fd));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	flushed = sb_syncs(self->fd, "flushed");
	ASSERT_EQ(0, sync_part(self->fd, alloc.handle, SBUDDY_SYNC_READ, 10, 23 * self->page));
	EXPECT_EQ(flushed + (long long)(23 * self->page), sb_syncs(self->fd, "flushed"));
	/* The last run has but what is left. */
	EXPECT_GE(self->page, sb_syncs(self->fd, "last_bytes"));
	EXPECT_LT(0, sb_syncs(self->fd, "last_bytes"));
}

TEST_F(sync, a_long_part_is_all_of_it)
{
	struct sbuddy_alloc alloc = sb_in_bytes(sb_info(self->fd).max_bytes, 0);
	long long cleaned;

	NEED_COUNTS();
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	cleaned = sb_syncs(self->fd, "cleaned");
	ASSERT_EQ(0, sync_part(self->fd, alloc.handle, SBUDDY_SYNC_END | SBUDDY_SYNC_WRITE, 0,
			       alloc.granted));
	EXPECT_EQ(cleaned + (long long)alloc.granted, sb_syncs(self->fd, "cleaned"));
}

/* Memory that Linux keeps no caches for is treated as here. */
TEST_F(sync, a_dma_buf_does_the_same)
{
	struct sbuddy_export export = {
		.size = sizeof(export),
		.flags = O_RDWR,
		.handle = self->buf.handle,
	};
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW };
	long long flushed;

	NEED_COUNTS();
	if (strcmp(sb_info(self->fd).backing, "no-map"))
		SKIP(return, "Linux keeps the caches of this memory");
	if (sb_call(self->fd, SBUDDY_IOC_EXPORT, &export) ||
	    system("modprobe sbuddy_importer 2>/dev/null"))
		SKIP(return, "no dma-bufs, or no sbuddy_importer.ko");
	ASSERT_EQ(0, importer("attach", export.fd));
	flushed = sb_syncs(self->fd, "flushed");
	EXPECT_EQ(0, ioctl(export.fd, DMA_BUF_IOCTL_SYNC, &sync));
	EXPECT_EQ(flushed + (long long)self->buf.granted, sb_syncs(self->fd, "flushed"));
	EXPECT_EQ(self->phys, sb_syncs(self->fd, "last_address"));
	EXPECT_EQ(0, importer("detach", 0));
	close(export.fd);
	EXPECT_EQ(0, system("rmmod sbuddy_importer"));
}

SBUDDY_MEMORY_TEST_MAIN

/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of classes of bugs share: a file, another that looks on, and a buffer. */
#ifndef SBUDDY_TEST_CLASSES_H
#define SBUDDY_TEST_CLASSES_H

#include <pthread.h>
#include <stddef.h>
#include <stdatomic.h>

#include "device.h"

#define ORDER 3
#define PAGES (1u << ORDER)
#define MAX_BUFFERS 4096
/* Most that a test writes to in order to find out whose page it is. */
#define MAX_TOUCHED (16ull << 20)

FIXTURE(class)
{
	int fd;
	int other;
	size_t page;
	size_t len;
	uint64_t free; /* with the buffer in use */
	struct sbuddy_alloc buf;
	char *p;
};

FIXTURE_SETUP(class)
{
	self->fd = sb_open(O_RDWR);
	self->other = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, self->other);
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->len = self->page << ORDER;
	ASSERT_EQ(0, sb_get(self->fd, ORDER, &self->buf));
	self->free = sb_free_pages(self->fd);
	self->p = sb_map(self->fd, self->buf.offset, self->len);
	ASSERT_TRUE(self->p != MAP_FAILED);
}

FIXTURE_TEARDOWN(class)
{
	close(self->fd);
	close(self->other);
}

#define EXPECT_AS_BEFORE() EXPECT_EQ(self->free, sb_free_pages(self->other))
#define EXPECT_BACK() EXPECT_EQ(self->free + PAGES, sb_free_pages(self->other))

/* Writes @byte to what else there is, up to a limit: nobody's page may change by it. */
static inline void write_to_the_rest(int fd, int byte)
{
	static struct sbuddy_alloc all[MAX_BUFFERS];
	int nr = sb_get_all(fd, all, MAX_BUFFERS);
	uint64_t touched = 0;
	int i;

	/* The small ones, which come last, are those that were used before. */
	for (i = nr - 1; i >= 0 && touched < MAX_TOUCHED; i--) {
		char *p = sb_map(fd, all[i].offset, all[i].granted);

		if (p == MAP_FAILED)
			continue;
		memset(p, byte, all[i].granted);
		touched += all[i].granted;
		munmap(p, all[i].granted);
	}
	for (i = 0; i < nr; i++)
		sb_put(fd, all[i].handle);
}

/* The descriptor of a dma-buf of it, or -errno. */
static inline int export_buffer(int fd, uint32_t handle, uint32_t flags)
{
	struct sbuddy_export arg = { .size = sizeof(arg), .flags = flags, .handle = handle };
	int err = sb_call(fd, SBUDDY_IOC_EXPORT, &arg);

	return err ? err : arg.fd;
}

/* 0, or the errno of a mapping that should not be. */
static inline int try_map(int fd, int prot, int flags, uint64_t offset, size_t len)
{
	void *p = mmap(NULL, len, prot, flags, fd, (off_t)offset);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, len);
	return 0;
}

#endif

// SPDX-License-Identifier: GPL-2.0-only
/* What buffers are for: names, and where they are shown. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <linux/dma-buf.h>

#include "device.h"
#include "holders.h"

FIXTURE(names)
{
	int fd;
	uint64_t free;
	struct sbuddy_alloc buf;
};

FIXTURE_SETUP(names)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->free = sb_free_pages(self->fd);
	ASSERT_EQ(0, sb_get(self->fd, 1, &self->buf));
}

FIXTURE_TEARDOWN(names)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(fd));
	close(fd);
}

static int set_name(int fd, uint32_t handle, const char *text)
{
	struct sbuddy_name name = { .size = sizeof(name), .handle = handle };

	memcpy(name.name, text, strnlen(text, sizeof(name.name)));
	return sb_call(fd, SBUDDY_IOC_NAME, &name);
}

/* With nothing left of what was there before. */
static int get_name(int fd, uint32_t handle, char *text)
{
	struct sbuddy_name name = {
		.size = sizeof(name),
		.flags = SBUDDY_NAME_GET,
		.handle = handle,
	};
	int err;

	memset(name.name, 0xa5, sizeof(name.name));
	err = sb_call(fd, SBUDDY_IOC_NAME, &name);
	memcpy(text, name.name, sizeof(name.name));
	return err;
}

static void expect_name(struct __test_metadata *_metadata, int fd, uint32_t handle,
			const char *wanted)
{
	char padded[SBUDDY_NAME_LEN] = "", text[SBUDDY_NAME_LEN];

	strcpy(padded, wanted);
	ASSERT_EQ(0, get_name(fd, handle, text));
	EXPECT_EQ(0, memcmp(padded, text, sizeof(text)));
}

TEST_F(names, are_kept_changed_and_taken_away)
{
	uint32_t handle = self->buf.handle;

	expect_name(_metadata, self->fd, handle, "");
	ASSERT_EQ(0, set_name(self->fd, handle, "camera 0, ring"));
	expect_name(_metadata, self->fd, handle, "camera 0, ring");
	ASSERT_EQ(0, set_name(self->fd, handle, "0123456789012345678901234567890"));
	expect_name(_metadata, self->fd, handle, "0123456789012345678901234567890");
	ASSERT_EQ(0, set_name(self->fd, handle, "a"));
	expect_name(_metadata, self->fd, handle, "a");
	ASSERT_EQ(0, set_name(self->fd, handle, ""));
	expect_name(_metadata, self->fd, handle, "");
}

TEST_F(names, that_will_not_do_change_nothing)
{
	static const char *const bad[] = {
		"a\nb",
		"\t",
		"\x1b[31m",
		"\x7f",
		"caf\xc3\xa9",
		"\xff",
		"01234567890123456789012345678901",
	};
	unsigned int i;

	ASSERT_EQ(0, set_name(self->fd, self->buf.handle, "good"));
	for (i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT_EQ(-EINVAL, set_name(self->fd, self->buf.handle, bad[i]));
	expect_name(_metadata, self->fd, self->buf.handle, "good");
}

TEST_F(names, need_a_handle)
{
	char text[SBUDDY_NAME_LEN];

	EXPECT_EQ(-ENOENT, set_name(self->fd, 0, "a"));
	EXPECT_EQ(-ENOENT, set_name(self->fd, self->buf.handle + 1, "a"));
	EXPECT_EQ(-ENOENT, get_name(self->fd, UINT32_MAX, text));
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_EQ(-ENOENT, set_name(self->fd, self->buf.handle, "a"));
}

/* The structure of a buffer that is gone is used again. */
TEST_F(names, go_with_the_buffer)
{
	struct sbuddy_alloc next;

	ASSERT_EQ(0, set_name(self->fd, self->buf.handle, "old"));
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	ASSERT_EQ(0, sb_get(self->fd, 1, &next));
	expect_name(_metadata, self->fd, next.handle, "");
}

TEST_F(names, are_for_blocks_without_a_structure_too)
{
	long one = ioctl(self->fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, 1));
	long many = ioctl(self->fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, 8));

	ASSERT_LT(0, one);
	ASSERT_LT(0, many);
	ASSERT_EQ(0, set_name(self->fd, (uint32_t)one, "one"));
	ASSERT_EQ(0, set_name(self->fd, SBUDDY_TAKEN_HANDLE(many) + 1, "second"));
	expect_name(_metadata, self->fd, (uint32_t)one, "one");
	expect_name(_metadata, self->fd, SBUDDY_TAKEN_HANDLE(many) + 1, "second");
	expect_name(_metadata, self->fd, SBUDDY_TAKEN_HANDLE(many), "");
}

TEST_F(names, are_shown_in_debugfs)
{
	struct holder holder;
	struct line line;

	if (find_holder(self->fd, &holder))
		SKIP(return, "the file clients cannot be read");
	ASSERT_EQ(0, set_name(self->fd, self->buf.handle, "frame 1"));
	ASSERT_EQ(0, find_line(holder.id, self->buf.handle, &line));
	EXPECT_STREQ("frame 1", line.name);
}

/* Kernels before 5.3 give them none, and refuse to be told one. */
static bool has_names(int dmabuf)
{
	return !ioctl(dmabuf, DMA_BUF_SET_NAME, "named") || errno != ENOTTY;
}

TEST_F(names, are_those_of_dma_bufs)
{
	struct sbuddy_export export = {
		.size = sizeof(export),
		.flags = O_CLOEXEC,
		.handle = self->buf.handle,
	};
	char path[64], text[128];
	int err, found = 0;
	bool named;
	FILE *file;

	ASSERT_EQ(0, set_name(self->fd, self->buf.handle, "frame 2"));
	err = sb_call(self->fd, SBUDDY_IOC_EXPORT, &export);
	if (err == -EOPNOTSUPP)
		SKIP(return, "no dma-bufs of this device");
	ASSERT_EQ(0, err);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", export.fd);
	file = fopen(path, "r");
	ASSERT_TRUE(!!file);
	while (fgets(text, sizeof(text), file))
		found |= !strcmp(text, "name:\tframe 2\n");
	fclose(file);
	named = has_names(export.fd);
	close(export.fd);
	if (!named)
		SKIP(return, "this kernel has no names for dma-bufs");
	EXPECT_EQ(1, found);
}

SBUDDY_TEST_MAIN

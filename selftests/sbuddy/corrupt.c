// SPDX-License-Identifier: GPL-2.0-only
/*
 * An instance whose descriptors are wrong is found out, stops, and harms nobody. They are
 * made wrong by a file that the module has when it is built for such tests.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <sys/stat.h>

#include "device.h"

#define ITEM "/sys/kernel/config/sbuddy/corrupt"
#define FILES "/sys/kernel/debug/sbuddy/corrupt/"
#define PAGES 16u

FIXTURE(corrupt)
{
	int fd;
	size_t len;
	struct sbuddy_alloc buf;
	char *p;
};

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static void get(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	text[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

FIXTURE_SETUP(corrupt)
{
	char name[32], path[64];

	ASSERT_EQ(0, mkdir(ITEM, 0755));
	ASSERT_EQ(0, put(ITEM "/memory", "4M"));
	ASSERT_EQ(0, put(ITEM "/live", "1"));
	get(ITEM "/device", name, sizeof(name));
	name[strcspn(name, "\n")] = '\0';
	snprintf(path, sizeof(path), "/dev/%s", name);
	self->fd = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	self->len = PAGES * (size_t)sysconf(_SC_PAGESIZE);
	ASSERT_EQ(0, sb_get(self->fd, 4, &self->buf));
	self->p = sb_map(self->fd, self->buf.offset, self->len);
	ASSERT_TRUE(self->p != MAP_FAILED);
	memset(self->p, 0x5a, self->len);
}

/* Whatever became of it, it can be ended, and another one begun. */
FIXTURE_TEARDOWN(corrupt)
{
	munmap(self->p, self->len);
	close(self->fd);
	EXPECT_EQ(0, rmdir(ITEM));
	EXPECT_EQ(0, mkdir(ITEM, 0755));
	EXPECT_EQ(0, put(ITEM "/memory", "2M"));
	EXPECT_EQ(0, put(ITEM "/live", "1"));
	EXPECT_EQ(0, rmdir(ITEM));
}

static unsigned long base_pfn(void)
{
	unsigned long long value, found = 0;
	char line[128], key[64];
	FILE *file = fopen(FILES "tunables", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %llu", key, &value) == 2 && !strcmp(key, "pagemap_base_pfn"))
			found = value;
	if (file)
		fclose(file);
	return (unsigned long)found;
}

/* Flips bits of the first free block that is larger than a page: 0 or -errno. */
static int flip(unsigned int word, unsigned int mask)
{
	static uint64_t words[2048];
	int fd = open(FILES "pagemap", O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, words, sizeof(words));
	char text[64];
	ssize_t i;

	close(fd);
	for (i = 0; i < len / (ssize_t)sizeof(words[0]); i++)
		if (SBUDDY_PM_STATE(words[i]) == SBUDDY_PM_FREE && words[i] & SBUDDY_PM_HEAD &&
		    SBUDDY_PM_ORDER(words[i]) > 0)
			break;
	if (i >= len / (ssize_t)sizeof(words[0]))
		return -ENOENT;
	snprintf(text, sizeof(text), "%#lx %u %#x", base_pfn() + (unsigned long)i, word, mask);
	return put(FILES "corrupt", text);
}

/* All files of the instance can still be read. */
static int files_are_readable(void)
{
	DIR *files = opendir(FILES);
	struct dirent *entry;
	char path[512], text[4096];
	int nr = 0;

	while (files && (entry = readdir(files))) {
		snprintf(path, sizeof(path), FILES "%s", entry->d_name);
		if (entry->d_type != DT_REG)
			continue;
		get(path, text, sizeof(text));
		nr += text[0] != '\0';
	}
	if (files)
		closedir(files);
	return nr;
}

/* It gives nothing, and what was there before is as it was: 0, or what is not so. */
static int not_stopped(FIXTURE_DATA(corrupt) * self)
{
	struct sbuddy_alloc more;

	if (!(sb_info(self->fd).state & SBUDDY_STATE_CORRUPT))
		return 1;
	if (sb_get(self->fd, 0, &more) != -EIO || sb_get(self->fd, 4, &more) != -EIO)
		return 2;
	if (files_are_readable() < 10)
		return 3;
	if (sb_differs(self->p, 0x5a, self->len) >= 0)
		return 4;
	memset(self->p, 0x5a, self->len);
	return 0;
}

TEST_F(corrupt, order_is_found_by_the_checker)
{
	char text[256];

	get(FILES "check", text, sizeof(text));
	ASSERT_EQ(0, strncmp(text, "0 violations", 12));
	ASSERT_EQ(0, flip(0, 0x3));
	get(FILES "check", text, sizeof(text));
	EXPECT_NE(0, strncmp(text, "0 violations", 12));
	EXPECT_EQ(0, not_stopped(self));
}

TEST_F(corrupt, state_is_found_by_the_checker)
{
	char text[256];

	ASSERT_EQ(0, flip(1, 0xc));
	get(FILES "check", text, sizeof(text));
	EXPECT_NE(0, strncmp(text, "0 violations", 12));
	EXPECT_EQ(0, not_stopped(self));
}

/* Nobody has to look: whoever gets the block finds out. */
TEST_F(corrupt, state_is_found_by_the_next_touch)
{
	struct sbuddy_alloc more;
	int err, i;

	ASSERT_EQ(0, flip(1, 0xc));
	for (i = 0, err = 0; i < 2000 && !err; i++)
		err = sb_get(self->fd, 0, &more);
	EXPECT_EQ(-EIO, err);
	EXPECT_EQ(0, not_stopped(self));
}

TEST_F(corrupt, link_is_found_by_the_next_touch)
{
	struct sbuddy_alloc more;
	int err, i;

	ASSERT_EQ(0, flip(0, 0x70));
	for (i = 0, err = 0; i < 2000 && !err; i++)
		err = sb_get(self->fd, 0, &more);
	EXPECT_EQ(-EIO, err);
	EXPECT_EQ(0, not_stopped(self));
}

int main(int argc, char **argv)
{
	int has;

	if (mkdir(ITEM, 0755) || put(ITEM "/memory", "2M") || put(ITEM "/live", "1")) {
		printf("1..0 # SKIP no instance: load the module, and mount configfs\n");
		return KSFT_SKIPPED;
	}
	has = !access(FILES "corrupt", W_OK);
	rmdir(ITEM);
	if (!has) {
		printf("1..0 # SKIP the module was not built with SBUDDY_CORRUPT=1\n");
		return KSFT_SKIPPED;
	}
	return test_harness_run(argc, argv);
}

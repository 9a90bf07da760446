// SPDX-License-Identifier: GPL-2.0-only
/* The file page_owner: this process is told of, in words that Linux's own tool reads. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <ctype.h>
#include <regex.h>
#include "device.h"

static char text[1 << 20];

FIXTURE(owner)
{
	int fd;
	char dir[128];
};

static int write_file(const char *dir, const char *name, const char *value)
{
	char path[192];
	ssize_t done;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	done = write(fd, value, strlen(value));
	close(fd);
	return done < 0 ? -errno : 0;
}

/* In pieces, as programs read. */
static const char *read_file(const char *dir, const char *name)
{
	size_t used = 0;
	char path[192];
	ssize_t done;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	while (fd >= 0 && used < sizeof(text) - 1) {
		done = read(fd, text + used,
			    sizeof(text) - 1 - used < 1000 ? sizeof(text) - 1 - used : 1000);
		if (done <= 0)
			break;
		used += (size_t)done;
	}
	close(fd);
	text[used] = '\0';
	return text;
}

FIXTURE_SETUP(owner)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	snprintf(self->dir, sizeof(self->dir), "/sys/kernel/debug/sbuddy/%s",
		 sb_info(self->fd).name);
	if (access(self->dir, X_OK))
		SKIP(return, "no %s", self->dir);
	ASSERT_EQ(0, write_file(self->dir, "debug", "+owner"));
}

FIXTURE_TEARDOWN(owner)
{
	write_file(self->dir, "debug", "-owner");
	close(self->fd);
}

/* The part of @block that the bracket of @pattern matches, as page_owner_sort finds it. */
static const char *field(const char *block, const char *pattern)
{
	static char found[128];
	regmatch_t match[2];
	regex_t regex;

	found[0] = '\0';
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE))
		return found;
	if (!regexec(&regex, block, 2, match, REG_NOTBOL))
		snprintf(found, sizeof(found), "%.*s", (int)(match[1].rm_eo - match[1].rm_so),
			 block + match[1].rm_so);
	regfree(&regex);
	return found;
}

static int count(const char *in, const char *what)
{
	int nr = 0;

	while ((in = strstr(in, what))) {
		in += strlen(what);
		nr++;
	}
	return nr;
}

TEST_F(owner, every_buffer_of_this_process_is_told)
{
	struct sbuddy_alloc alloc[3];
	char number[32];
	int i;

	EXPECT_EQ(0, strlen(read_file(self->dir, "page_owner")));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, sb_get(self->fd, 5, &alloc[i]));
	read_file(self->dir, "page_owner");
	EXPECT_EQ(3, count(text, "Page allocated via order 5, mask 0x"));
	EXPECT_EQ(3, count(text, "\n\n"));
	EXPECT_STREQ("5", field(text, "order\\s*([0-9]*),"));
	snprintf(number, sizeof(number), "%d", getpid());
	EXPECT_STREQ(number, field(text, "pid\\s*([0-9]*),"));
	EXPECT_STREQ(number, field(text, "tgid\\s*([0-9]*) "));
	EXPECT_STREQ("page_owner", field(text, "tgid\\s*[0-9]*\\s*\\((.*)\\),\\s*ts"));
	EXPECT_NE(0, atoll(field(text, "ts\\s*([0-9]*)\\s*ns")));
	EXPECT_STREQ("Movable", field(text, "PFN 0x[0-9a-f]* type ([A-Za-z]*) Block [0-9]* type"));
	/* A kernel without CONFIG_STACKTRACE tells of no process where it is, nor us who called. */
	if (!access("/proc/self/stack", F_OK))
		EXPECT_TRUE(!!strstr(text, "\n sb_"));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, sb_put(self->fd, alloc[i].handle));
	EXPECT_EQ(0, strlen(read_file(self->dir, "page_owner")));
}

TEST_F(owner, many_small_buffers_are_told_once_each)
{
	static struct sbuddy_alloc alloc[2000];
	int nr = 0, i;

	while (nr < 2000 && !sb_get(self->fd, 0, &alloc[nr]))
		nr++;
	EXPECT_LT(500, nr);
	read_file(self->dir, "page_owner");
	if (strlen(text) < sizeof(text) - 1)
		EXPECT_EQ(nr, count(text, "Page allocated via order 0,"));
	for (i = 0; i < nr; i++)
		EXPECT_EQ(0, sb_put(self->fd, alloc[i].handle));
}

TEST_F(owner, it_comes_and_goes_while_others_allocate)
{
	struct sbuddy_alloc alloc;
	pid_t pid = fork();
	int i;

	ASSERT_LE(0, pid);
	if (!pid) {
		for (;;)
			if (!sb_get(self->fd, 2, &alloc))
				sb_put(self->fd, alloc.handle);
	}
	for (i = 0; i < 200; i++) {
		EXPECT_EQ(0, write_file(self->dir, "debug", i & 1 ? "+owner" : "-owner"));
		read_file(self->dir, "page_owner");
	}
	kill(pid, SIGKILL);
	sb_child_status(pid);
	EXPECT_TRUE(!!strstr(read_file(self->dir, "check"), "0 violations"));
}

SBUDDY_TEST_MAIN

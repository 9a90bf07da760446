// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dry instance of 512 MiB, made here by way of configfs: what only one without
 * memory shows, and what only one larger than any carveout of a test shows.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/stat.h>

#include "device.h"

#define ITEM "/sys/kernel/config/sbuddy/test-dry"

FIXTURE(dry)
{
	int fd;
	struct sbuddy_alloc buf;
};

FIXTURE_SETUP(dry)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, sb_get(self->fd, 3, &self->buf));
}

FIXTURE_TEARDOWN(dry)
{
	close(self->fd);
}

TEST_F(dry, has_the_pages_of_a_whole_board)
{
	struct sbuddy_info info = sb_info(self->fd);

	EXPECT_EQ(512u << 20, info.memory);
	/* 8 bytes of descriptor a page, and little else. */
	EXPECT_LT(512u << 8, info.pages_managed + 512);
	EXPECT_STREQ("dry", info.backing);
	EXPECT_FALSE(sb_mappable(self->fd));
}

TEST_F(dry, cannot_be_mapped)
{
	EXPECT_TRUE(mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->fd, (off_t)self->buf.offset) ==
		    MAP_FAILED);
	EXPECT_EQ(EOPNOTSUPP, errno);
}

static struct sbuddy_result results[SBUDDY_MAX_HANDLES];

TEST_F(dry, handles_of_a_file_are_limited)
{
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.node = SBUDDY_NODE_ANY,
		.count = SBUDDY_MAX_HANDLES - 1,
		.results = (uintptr_t)results,
	};
	struct sbuddy_alloc alloc;

	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC_BULK, &bulk));
	ASSERT_EQ(SBUDDY_MAX_HANDLES - 1, bulk.allocated);
	EXPECT_EQ(-ENOSPC, sb_get(self->fd, 0, &alloc));
	bulk.count = 1;
	EXPECT_EQ(-ENOSPC, sb_call(self->fd, SBUDDY_IOC_ALLOC_BULK, &bulk));
	ASSERT_EQ(0, sb_put(self->fd, results[7].handle));
	EXPECT_EQ(0, sb_get(self->fd, 0, &alloc));
}

static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t len = fd < 0 ? -1 : write(fd, text, strlen(text));

	close(fd);
	return len != (ssize_t)strlen(text);
}

/* Sets SBUDDY_DEVICE to the node of a new instance. */
static int make_instance(void)
{
	char node[64] = "/dev/";
	ssize_t len;
	int fd;

	if (mkdir(ITEM, 0755) || write_to(ITEM "/kind", "dry") ||
	    write_to(ITEM "/memory", "0x80000000 512M") || write_to(ITEM "/live", "1"))
		return -1;
	fd = open(ITEM "/device", O_RDONLY);
	len = read(fd, node + 5, sizeof(node) - 6);
	close(fd);
	if (len < 2)
		return -1;
	node[5 + len - 1] = '\0';
	return setenv("SBUDDY_DEVICE", node, 1);
}

/* The harness ends the process itself. A test that was killed may still be closing its file. */
static void remove_instance(void)
{
	int tries;

	for (tries = 0; rmdir(ITEM); tries++) {
		if (errno != EBUSY || tries == 100)
			_exit(1);
		usleep(100000);
	}
}

int main(int argc, char **argv)
{
	if (access("/sys/kernel/config/sbuddy", F_OK)) {
		printf("1..0 # SKIP no configfs of sbuddy: load the module, and mount configfs\n");
		return KSFT_SKIPPED;
	}
	if (make_instance()) {
		printf("Bail out! cannot make %s: %s\n", ITEM, strerror(errno));
		return 1;
	}
	atexit(remove_instance);
	return test_harness_run(argc, argv);
}

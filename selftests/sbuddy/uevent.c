// SPDX-License-Identifier: GPL-2.0-only
/*
 * What user space is told of memory blocks: the uevents that Linux sends of its own,
 * once each and in the order in which things happen, and none of what does not.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/socket.h>

#include <linux/netlink.h>

#include "hotplug.h"

#define SUBSYSTEM "sbuddy_memory"

FIXTURE(uevents)
{
	int fd;
	unsigned long block;
};

/* The value of a key in a message of strings one behind the other, or "". */
static const char *value_of(const char *text, size_t len, const char *key)
{
	const char *end = text + len;
	size_t nr = strlen(key);

	for (; text < end; text += strlen(text) + 1)
		if (!strncmp(text, key, nr) && text[nr] == '=')
			return text + nr + 1;
	return "";
}

/* The directory and its number must be those of a block of this instance. */
static int is_ours(const char *text, size_t len)
{
	const char *devpath = value_of(text, len, "DEVPATH");
	char want[160];

	snprintf(want, sizeof(want), "/devices/virtual/misc/%s/memory/memory",
		 strrchr(node, '/') + 1);
	return !strncmp(devpath, want, strlen(want)) && strchr(text, '@') &&
	       !strcmp(strchr(text, '@') + 1, devpath) &&
	       !strncmp(text, value_of(text, len, "ACTION"), strcspn(text, "@"));
}

/* The next event of a memory block as "ACTION NUMBER", or "": all that was sent is there. */
static const char *next_event(int fd)
{
	static char event[64];
	char text[4096];
	const char *path;
	ssize_t len;

	while ((len = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT)) > 0) {
		text[len] = '\0';
		if (strcmp(value_of(text, (size_t)len, "SUBSYSTEM"), SUBSYSTEM))
			continue;
		if (!is_ours(text, (size_t)len) ||
		    strcmp(value_of(text, (size_t)len, "SBUDDY_INSTANCE"), "hotplug-load"))
			return text[0] ? "of something else" : "";
		path = value_of(text, (size_t)len, "DEVPATH");
		snprintf(event, sizeof(event), "%s %s", value_of(text, (size_t)len, "ACTION"),
			 strrchr(path, '/') + 7);
		return event;
	}
	return "";
}

#define EXPECT_EVENT(action)                                                 \
	do {                                                                 \
		char want[64];                                               \
		snprintf(want, sizeof(want), "%s %lu", action, self->block); \
		EXPECT_STREQ(want, next_event(self->fd));                    \
	} while (0)

#define EXPECT_NO_EVENT() EXPECT_STREQ("", next_event(self->fd))

static int listen_to_kernel(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Blocks that the instance begins with are added, and have never been offline. */
FIXTURE_SETUP(uevents)
{
	const char *event;
	int nr = 0;

	self->fd = listen_to_kernel();
	if (self->fd < 0)
		SKIP(return, "no uevents of this kernel");
	ASSERT_EQ(0, hotplug_start("offline"));
	while (*(event = next_event(self->fd))) {
		EXPECT_EQ(0, strncmp(event, "add ", 4));
		nr++;
	}
	EXPECT_LE(4, nr);
	ASSERT_EQ(0, put("4M", "%s/grow", memory));
	event = next_event(self->fd);
	EXPECT_EQ(0, strncmp(event, "add ", 4));
	self->block = strtoul(event + 4, NULL, 10);
	EXPECT_NO_EVENT();
}

FIXTURE_TEARDOWN(uevents)
{
	if (self->fd < 0)
		return;
	EXPECT_TRUE(is_right());
	EXPECT_NO_EVENT();
	EXPECT_EQ(0, rmdir(ITEM));
	/* Each block that is left goes, offline or not. */
	while (*next_event(self->fd))
		;
	close(self->fd);
}

TEST_F(uevents, each_step_is_told_once)
{
	static const char *const ways[] = { "online", "online_kernel", "online_movable" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(ways); i++) {
		EXPECT_EQ(0, set_state(self->block, ways[i]));
		EXPECT_EVENT("online");
		EXPECT_NO_EVENT();
		EXPECT_EQ(0, set_state(self->block, "offline"));
		EXPECT_EVENT("offline");
		EXPECT_NO_EVENT();
	}
	EXPECT_EQ(0, put("1", "%s/memory%lu/remove", memory, self->block));
	EXPECT_EVENT("remove");
	EXPECT_NO_EVENT();
}

/* What is so already, and words that are none. */
TEST_F(uevents, what_is_wrong_is_not_told)
{
	EXPECT_EQ(-EINVAL, set_state(self->block, "offline"));
	EXPECT_EQ(-EINVAL, set_state(self->block, "onlin"));
	EXPECT_EQ(-EINVAL, put("0", "%s/memory%lu/remove", memory, self->block));
	EXPECT_EQ(-EINVAL, put("0", "%s/grow", memory));
	EXPECT_NO_EVENT();
	EXPECT_EQ(0, set_state(self->block, "online"));
	EXPECT_EVENT("online");
	EXPECT_EQ(-EINVAL, set_state(self->block, "online_movable"));
	EXPECT_EQ(-EBUSY, put("1", "%s/memory%lu/remove", memory, self->block));
	EXPECT_NO_EVENT();
}

/* All memory in buffers, those that can be moved pinned. */
static void fill(int fd, uint32_t type)
{
	struct sbuddy_alloc buf;

	do {
		buf = sb_request(0);
		buf.type = type;
		buf.zone = SBUDDY_ZONE_NORMAL;
	} while (!sb_call(fd, SBUDDY_IOC_ALLOC, &buf) &&
		 (type == SBUDDY_UNMOVABLE || !sb_pin(fd, buf.handle)));
}

/* Unmovable memory is found at once, a pin after the block began to go. */
TEST_F(uevents, what_is_refused_is_not_told)
{
	static const uint32_t types[] = { SBUDDY_UNMOVABLE, SBUDDY_MOVABLE };
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_LEN(types); i++) {
		fd = open(node, O_RDWR | O_CLOEXEC);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, set_state(self->block, "online_kernel"));
		EXPECT_EVENT("online");
		fill(fd, types[i]);
		EXPECT_EQ(-EBUSY, set_state(self->block, "offline"));
		EXPECT_NO_EVENT();
		close(fd);
		EXPECT_EQ(0, set_state(self->block, "offline"));
		EXPECT_EVENT("offline");
		EXPECT_NO_EVENT();
	}
}

TEST_F(uevents, a_block_is_added_before_it_goes_online_by_itself)
{
	unsigned long first = self->block;
	const char *event;

	EXPECT_EQ(0, put("online_movable", "%s/auto_online_blocks", memory));
	EXPECT_EQ(0, put("4M", "%s/grow", memory));
	event = next_event(self->fd);
	EXPECT_EQ(0, strncmp(event, "add ", 4));
	self->block = strtoul(event + 4, NULL, 10);
	EXPECT_NE(first, self->block);
	EXPECT_EVENT("online");
	EXPECT_NO_EVENT();
}

TEST_F(uevents, all_that_is_left_goes_with_the_instance)
{
	unsigned long blocks[32];
	int nr = find_blocks(NULL, blocks, 32), gone = 0;
	const char *event;

	EXPECT_LE(4, nr);
	EXPECT_EQ(0, rmdir(ITEM));
	while (*(event = next_event(self->fd))) {
		EXPECT_EQ(0, strncmp(event, "remove ", 7));
		gone++;
	}
	EXPECT_EQ(nr, gone);
	ASSERT_EQ(0, hotplug_start("offline"));
	while (*(event = next_event(self->fd)))
		EXPECT_EQ(0, strncmp(event, "add ", 4));
}

int main(int argc, char **argv)
{
	return have_configfs() ? test_harness_run(argc, argv) : KSFT_SKIPPED;
}

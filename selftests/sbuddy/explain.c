// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_EXPLAIN: its answers, what it lets nobody know, and bad arguments. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include "device.h"

#define MAX_ZONES 32
#define MAX_BUFFERS 4096

FIXTURE(explain)
{
	int fd;
	struct sbuddy_info info;
	struct sbuddy_explain arg;
	struct sbuddy_explain_zone zones[MAX_ZONES];
	char text[8192];
};

FIXTURE_SETUP(explain)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->info = sb_info(self->fd);
	self->arg = (struct sbuddy_explain){
		.size = sizeof(self->arg),
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.nr_zones = MAX_ZONES,
		.zone_size = sizeof(self->zones[0]),
		.text_size = sizeof(self->text),
		.zones = (uintptr_t)self->zones,
		.text = (uintptr_t)self->text,
	};
}

FIXTURE_TEARDOWN(explain)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->info.pages_free, sb_free_pages(fd));
	close(fd);
}

static int ask(FIXTURE_DATA(explain) * self)
{
	self->arg.nr_zones = MAX_ZONES;
	self->arg.zone_size = sizeof(self->zones[0]);
	self->arg.text_size = sizeof(self->text);
	return sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &self->arg);
}

/* Keeps all memory that an ordinary request gets. */
static void exhaust(struct __test_metadata *_metadata, int fd)
{
	static struct sbuddy_alloc all[MAX_BUFFERS];

	ASSERT_LE(0, sb_get_all(fd, all, MAX_BUFFERS));
}

TEST_F(explain, tells_what_alloc_will_do)
{
	struct sbuddy_alloc buf;

	self->arg.order = 2;
	ASSERT_EQ(0, ask(self));
	EXPECT_EQ(SBUDDY_EXPLAIN_SERVED, self->arg.verdict);
	EXPECT_EQ(0, self->arg.error);
	EXPECT_EQ(0, self->arg.help);
	EXPECT_LE(1, self->arg.nr_zones);
	ASSERT_GT((int)self->arg.nr_zones, self->arg.serves);
	ASSERT_LE(0, self->arg.serves);
	EXPECT_EQ(SBUDDY_FIT_GIVES, self->zones[self->arg.serves].fit);
	EXPECT_EQ(strlen(self->text) + 1, self->arg.text_size);
	EXPECT_TRUE(!!strstr(self->text, "verdict: would be served\n"));
	EXPECT_EQ(0, sb_get(self->fd, 2, &buf));
}

TEST_F(explain, figures_are_those_of_the_device)
{
	uint64_t free = 0, blocks = 0;
	unsigned int i, order;

	ASSERT_EQ(0, ask(self));
	for (i = 0; i < self->arg.nr_zones; i++) {
		free += self->zones[i].free + self->zones[i].pcp;
		for (order = 0; order < 16; order++)
			blocks += self->zones[i].blocks[order] << order;
		blocks += self->zones[i].pcp;
		EXPECT_GT(1, self->zones[i].largest[6]);
		EXPECT_EQ(-1, self->zones[i].largest[7]);
	}
	EXPECT_EQ(self->info.pages_free, free);
	EXPECT_LE(free, blocks);
}

TEST_F(explain, too_large_is_an_answer)
{
	self->arg.order = self->info.max_order + 1;
	ASSERT_EQ(0, ask(self));
	EXPECT_EQ(SBUDDY_EXPLAIN_TOO_LARGE, self->arg.verdict);
	EXPECT_EQ(EINVAL, self->arg.error);
	self->arg.order = 31;
	EXPECT_EQ(0, ask(self));
	self->arg.order = 32;
	EXPECT_EQ(-EINVAL, ask(self));
	self->arg.order = 0;
	self->arg.alloc_flags = SBUDDY_ALLOC_BYTES;
	self->arg.bytes = self->info.max_bytes + 1;
	ASSERT_EQ(0, ask(self));
	EXPECT_EQ(SBUDDY_EXPLAIN_TOO_LARGE, self->arg.verdict);
	self->arg.bytes = UINT64_MAX;
	ASSERT_EQ(0, ask(self));
	EXPECT_EQ(SBUDDY_EXPLAIN_TOO_LARGE, self->arg.verdict);
	self->arg.bytes = self->info.max_bytes - 1;
	ASSERT_EQ(0, ask(self));
	EXPECT_NE(SBUDDY_EXPLAIN_TOO_LARGE, self->arg.verdict);
	self->arg.bytes = 0;
	EXPECT_EQ(-EINVAL, ask(self));
}

TEST_F(explain, last_failure_is_remembered)
{
	struct sbuddy_alloc buf;
	int other = sb_open(O_RDWR);

	self->arg.flags = SBUDDY_EXPLAIN_LAST;
	EXPECT_EQ(-ENOENT, ask(self));
	exhaust(_metadata, other);
	buf = sb_request(self->info.max_order);
	buf.type = SBUDDY_UNMOVABLE;
	EXPECT_EQ(-ENOMEM, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	/* Memory comes back, and the answer stays. */
	close(other);
	ASSERT_EQ(0, ask(self));
	EXPECT_NE(SBUDDY_EXPLAIN_SERVED, self->arg.verdict);
	EXPECT_EQ(ENOMEM, self->arg.error);
	EXPECT_EQ(self->info.max_order, self->arg.order);
	EXPECT_EQ(SBUDDY_UNMOVABLE, self->arg.type);
	EXPECT_EQ(SBUDDY_ZONE_MOVABLE, self->arg.zone);
	EXPECT_EQ(SBUDDY_NODE_ANY, self->arg.node);
	EXPECT_EQ(0, self->arg.alloc_flags);
	/* What fails for another reason does not replace it. */
	buf.order = 99;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	ASSERT_EQ(0, ask(self));
	EXPECT_EQ(self->info.max_order, self->arg.order);
	self->arg.flags = 0;
	ASSERT_EQ(0, ask(self));
	EXPECT_EQ(SBUDDY_EXPLAIN_SERVED, self->arg.verdict);
}

TEST_F(explain, verdict_follows_exhaustion)
{
	struct sbuddy_alloc buf;
	unsigned int order;
	int other = sb_open(O_RDWR);

	exhaust(_metadata, other);
	for (order = 0; order <= self->info.max_order; order++) {
		self->arg.order = order;
		ASSERT_EQ(0, ask(self));
		EXPECT_EQ(self->arg.error == ENOMEM ? -ENOMEM : 0, sb_get(self->fd, order, &buf));
	}
	close(other);
}

TEST_F(explain, reserve_flags_and_addresses_are_for_the_privileged)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };
	pid_t pid = fork();

	if (!pid) {
		syscall(SYS_capset, &header, none);
		if (ask(self))
			_exit(1);
		self->arg.flags = SBUDDY_EXPLAIN_PHYS;
		if (ask(self) != -EPERM)
			_exit(2);
		self->arg.flags = 0;
		self->arg.alloc_flags = SBUDDY_ALLOC_MEMALLOC;
		_exit(ask(self) == -EPERM ? 0 : 3);
	}
	EXPECT_EQ(0, sb_child_status(pid));
}

TEST_F(explain, text_tells_frames_with_addresses_alone)
{
	self->arg.order = self->info.max_order;
	ASSERT_EQ(0, ask(self));
	EXPECT_FALSE(!!strstr(self->text, "pfn"));
	EXPECT_EQ(0, self->arg.block_phys);
	self->arg.flags = SBUDDY_EXPLAIN_PHYS;
	EXPECT_EQ(0, ask(self));
}

TEST_F(explain, unknown_values_are_refused)
{
	uint32_t bit;

	for (bit = SBUDDY_EXPLAIN_PHYS << 1; bit; bit <<= 1) {
		self->arg.flags = bit;
		ASSERT_EQ(-EINVAL, ask(self));
	}
	self->arg.flags = 0;
	self->arg.type = 3;
	EXPECT_EQ(-EINVAL, ask(self));
	self->arg.type = 0;
	self->arg.zone = 4;
	EXPECT_EQ(-EINVAL, ask(self));
	self->arg.zone = 0;
	self->arg.node = 8;
	EXPECT_EQ(-EINVAL, ask(self));
	self->arg.node = -2;
	EXPECT_EQ(-EINVAL, ask(self));
	self->arg.node = SBUDDY_NODE_ANY;
	self->arg.alloc_flags = SBUDDY_ALLOC_THIS_NODE;
	EXPECT_EQ(-EINVAL, ask(self));
}

TEST_F(explain, room_is_respected)
{
	uint32_t nr, len;

	ASSERT_EQ(0, ask(self));
	nr = self->arg.nr_zones;
	len = self->arg.text_size;
	memset(self->zones, 0x5a, sizeof(self->zones));
	memset(self->text, 0x5a, sizeof(self->text));
	self->arg.nr_zones = nr - 1;
	self->arg.text_size = 10;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &self->arg));
	EXPECT_EQ(nr, self->arg.nr_zones);
	EXPECT_EQ(len, self->arg.text_size);
	EXPECT_EQ(-1, sb_differs(&self->zones[nr - 1], 0x5a, sizeof(self->zones[0])));
	EXPECT_EQ(9, strlen(self->text));
	EXPECT_EQ(0x5a, self->text[10]);
	/* Nothing at all is wanted. */
	self->arg.text_size = 0;
	self->arg.nr_zones = 0;
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &self->arg));
	self->arg.zones = 0;
	self->arg.text = 0;
	EXPECT_EQ(0, ask(self));
	EXPECT_EQ(nr, self->arg.nr_zones);
	EXPECT_EQ(len, self->arg.text_size);
}

/* A program of tomorrow has longer entries: what this kernel does not know is 0. */
TEST_F(explain, longer_entries_are_cleared_to_their_end)
{
	static unsigned char room[2 * 300];

	memset(room, 0x5a, sizeof(room));
	self->arg.zones = (uintptr_t)room;
	self->arg.zone_size = 300;
	self->arg.nr_zones = 1;
	self->arg.text = 0;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &self->arg));
	EXPECT_EQ(-1, sb_differs(room + sizeof(self->zones[0]), 0, 300 - sizeof(self->zones[0])));
	EXPECT_EQ(0x5a, room[300]);
	self->arg.zone_size = SBUDDY_EXPLAIN_ZONE_SIZE_VER0 - 1;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &self->arg));
	self->arg.zone_size = (uint32_t)sysconf(_SC_PAGESIZE) + 1;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &self->arg));
}

TEST_F(explain, bad_addresses_are_told)
{
	char *cliff = sb_cliff(PROT_READ | PROT_WRITE);

	self->arg.zones = (uintptr_t)(cliff - sizeof(self->zones[0]) + 1);
	EXPECT_EQ(-EFAULT, ask(self));
	self->arg.zones = UINT64_MAX - 7;
	EXPECT_EQ(-EFAULT, ask(self));
	self->arg.zones = 1ull << 63 | (uintptr_t)self->zones;
	EXPECT_EQ(-EFAULT, ask(self));
	self->arg.zones = (uintptr_t)self->zones;
	self->arg.text = (uintptr_t)(cliff - 3);
	EXPECT_EQ(-EFAULT, ask(self));
	self->arg.text = 1;
	EXPECT_EQ(-EFAULT, ask(self));
}

SBUDDY_TEST_MAIN

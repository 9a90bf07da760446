// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory blocks go offline while buffers are in them: those that can be moved are, and
 * one that is pinned is told of by name. On an instance of its own, a sandbox.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "hotplug.h"

#define NR_BLOCKS 2
#define NR_CHILDREN 4
#define NR_SLOTS 16
#define MAX_TRIES 50

FIXTURE(blocks)
{
	int fd;
	unsigned long block[NR_BLOCKS];
};

/* What is added is Movable, and nothing else is. */
FIXTURE_SETUP(blocks)
{
	ASSERT_EQ(0, hotplug_start("online_movable"));
	ASSERT_EQ(0, put("8M", "%s/grow", memory));
	ASSERT_EQ(NR_BLOCKS, find_blocks("Movable", self->block, NR_BLOCKS));
	self->fd = open(node, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(blocks)
{
	close(self->fd);
	EXPECT_TRUE(is_right());
	EXPECT_EQ(0, rmdir(ITEM));
}

/* A block that is not free for a moment is tried again. */
static int set_offline(unsigned long block, unsigned int *nr_tries)
{
	int tries, err = -EBUSY;

	for (tries = 0; tries < MAX_TRIES && err == -EBUSY; tries++) {
		if (tries)
			usleep(2000);
		err = set_state(block, "offline");
		++*nr_tries;
	}
	return err;
}

/* What is pinned has no place in Movable memory: it leaves before it is. */
TEST_F(blocks, pinned_buffer_leaves_them)
{
	struct sbuddy_pin pin = { .size = sizeof(pin), .flags = SBUDDY_PIN_PHYS };
	size_t len = (size_t)sysconf(_SC_PAGESIZE) << 4;
	unsigned int tries = 0, i;
	struct sbuddy_alloc buf;
	char *p;

	ASSERT_EQ(0, sb_get(self->fd, 4, &buf));
	p = sb_map(self->fd, buf.offset, len);
	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x5a, len);
	pin.handle = buf.handle;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_PIN, &pin));
	for (i = 0; i < NR_BLOCKS; i++) {
		EXPECT_NE(self->block[i], (unsigned long)(pin.phys / BLOCK));
		EXPECT_EQ(0, set_offline(self->block[i], &tries));
		EXPECT_EQ(0, put("1", "%s/memory%lu/remove", memory, self->block[i]));
	}
	EXPECT_EQ(-1, sb_differs(p, 0x5a, len));
	munmap(p, len);
}

/* A buffer that is pinned in a block, which is Normal now; or 0. */
static uint64_t pin_in_block(int fd, unsigned long block, struct sbuddy_alloc *buf)
{
	struct sbuddy_pin pin = { .size = sizeof(pin), .flags = SBUDDY_PIN_PHYS };
	struct sbuddy_alloc others[64];
	uint64_t found = 0;
	int nr;

	for (nr = 0; nr < 64 && !found; nr++) {
		others[nr] = sb_request(6);
		others[nr].zone = SBUDDY_ZONE_NORMAL;
		if (sb_call(fd, SBUDDY_IOC_ALLOC, &others[nr]))
			break;
		pin.handle = others[nr].handle;
		if (!sb_call(fd, SBUDDY_IOC_PIN, &pin) && pin.phys / BLOCK == block)
			found = pin.phys;
	}
	if (found)
		*buf = others[--nr];
	while (nr--)
		sb_put(fd, others[nr].handle);
	return found;
}

TEST_F(blocks, pinned_buffer_is_named)
{
	struct sbuddy_pin pin = { .size = sizeof(pin), .flags = SBUDDY_PIN_PHYS };
	struct sbuddy_unpin unpin = { .size = sizeof(unpin) };
	size_t len = (size_t)sysconf(_SC_PAGESIZE) << 6;
	unsigned long block = self->block[0];
	struct sbuddy_alloc buf;
	unsigned int tries = 0;
	char text[512], want[64];
	uint64_t before;
	char *p;

	ASSERT_EQ(0, set_offline(block, &tries));
	ASSERT_EQ(0, set_state(block, "online_kernel"));
	before = pin_in_block(self->fd, block, &buf);
	ASSERT_NE(0, before);
	p = sb_map(self->fd, buf.offset, len);
	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x5a, len);
	pin.handle = buf.handle;
	unpin.handle = buf.handle;
	EXPECT_EQ(-EBUSY, set_state(block, "offline"));
	get(FILES "hotplug_failure", text, sizeof(text));
	snprintf(want, sizeof(want), "[%d] handle %u, 1 pins", getpid(), buf.handle);
	EXPECT_TRUE(!!strstr(text, want))
	{
		printf("# %s\n# without: %s\n", text, want);
	}
	snprintf(want, sizeof(want), "page %#llx:", (unsigned long long)before >> 12);
	EXPECT_TRUE(!!strstr(text, want))
	{
		printf("# %s\n# without: %s\n", text, want);
	}
	EXPECT_TRUE(is_right());
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_UNPIN, &unpin));
	EXPECT_EQ(0, set_offline(block, &tries));
	EXPECT_EQ(-1, sb_differs(p, 0x5a, len));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_PIN, &pin));
	EXPECT_NE(block, (unsigned long)(pin.phys / BLOCK));
	EXPECT_EQ(0, put("1", "%s/memory%lu/remove", memory, block));
	EXPECT_EQ(-1, sb_differs(p, 0x5a, len));
	munmap(p, len);
}

/* What a module has freed stays in its caches, and goes when a block is to go. */
TEST_F(blocks, empty_slabs_do_not_keep_them)
{
	unsigned long block = self->block[0];
	struct sbuddy_alloc buf;
	unsigned int tries = 0;

	if (load_churn("hotplug-load", 64, 0))
		SKIP(return, "there is no sbuddy_churn.ko");
	ASSERT_EQ(0, set_offline(block, &tries));
	/* Nothing is left but the block, when it comes. */
	do {
		buf = sb_request(0);
		buf.type = SBUDDY_UNMOVABLE;
		buf.zone = SBUDDY_ZONE_NORMAL;
	} while (!sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	ASSERT_EQ(0, set_state(block, "online_kernel"));
	EXPECT_EQ(0, put("200", CHURN));
	EXPECT_LT(0, slabinfo("hotplug-load", "churn", 2));
	EXPECT_EQ(0, set_offline(block, &tries));
	EXPECT_EQ(0, slabinfo("hotplug-load", "churn", 2));
	EXPECT_EQ(0, system("rmmod sbuddy_churn"));
}

/* Kernel memory has no place in the blocks that are to go. */
TEST_F(blocks, unmovable_keeps_out)
{
	unsigned int tries = 0;
	struct sbuddy_alloc buf;
	int i;

	for (i = 0; i < 64; i++) {
		buf = sb_request(5);
		buf.type = SBUDDY_UNMOVABLE;
		if (sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf))
			break;
	}
	EXPECT_LT(16, i);
	for (i = 0; i < NR_BLOCKS; i++) {
		EXPECT_EQ(0, set_offline(self->block[i], &tries));
		EXPECT_EQ(0, put("1", "%s/memory%lu/remove", memory, self->block[i]));
	}
}

/* A buffer that a child has, full of one byte. */
struct slot {
	struct sbuddy_alloc buf;
	char *p;
	size_t len;
	int byte;
};

static int fill_slot(int fd, struct slot *slot)
{
	unsigned int order = (unsigned int)rand() % 5;

	slot->buf = sb_request(order);
	if (rand() % 4 == 0) {
		slot->buf.type = SBUDDY_UNMOVABLE;
		slot->buf.zone = SBUDDY_ZONE_NORMAL;
	}
	if (sb_call(fd, SBUDDY_IOC_ALLOC, &slot->buf))
		return 0;
	slot->len = (size_t)sysconf(_SC_PAGESIZE) << order;
	slot->p = sb_map(fd, slot->buf.offset, slot->len);
	if (slot->p == MAP_FAILED)
		return 1;
	slot->byte = rand() & 255;
	memset(slot->p, slot->byte, slot->len);
	return 0;
}

static int empty_slot(int fd, struct slot *slot)
{
	int bad = sb_differs(slot->p, slot->byte, slot->len) != -1;

	munmap(slot->p, slot->len);
	if (sb_put(fd, slot->buf.handle))
		bad = 1;
	slot->p = NULL;
	return bad;
}

static int work(volatile int *stop, unsigned int seed)
{
	struct slot slots[NR_SLOTS] = { 0 };
	int fd = open(node, O_RDWR | O_CLOEXEC);
	int bad = fd < 0;
	int i;

	srand(seed);
	while (!*stop && !bad) {
		struct slot *slot = &slots[rand() % NR_SLOTS];

		bad |= slot->p ? empty_slot(fd, slot) : fill_slot(fd, slot);
	}
	for (i = 0; i < NR_SLOTS; i++)
		if (slots[i].p)
			bad |= empty_slot(fd, &slots[i]);
	close(fd);
	return bad;
}

/* As many rounds as one CPU for each child has time for, or fewer. */
TEST_F(blocks, offline_under_load)
{
	int cycles = sysconf(_SC_NPROCESSORS_ONLN) >= NR_CHILDREN ? 200 : 20;
	volatile int *stop = mmap(NULL, sizeof(*stop), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int tries = 0;
	pid_t child[NR_CHILDREN];
	int i;

	ASSERT_TRUE(stop != MAP_FAILED);
	for (i = 0; i < NR_CHILDREN; i++) {
		child[i] = fork();
		if (!child[i])
			_exit(work(stop, (unsigned int)i + 1));
	}
	for (i = 0; i < cycles; i++) {
		unsigned long block = self->block[i % NR_BLOCKS];

		EXPECT_EQ(0, set_offline(block, &tries));
		EXPECT_EQ(0, set_state(block, "online_movable"));
		if (i % 10 == 0)
			EXPECT_TRUE(is_right());
	}
	*stop = 1;
	for (i = 0; i < NR_CHILDREN; i++)
		EXPECT_EQ(0, sb_child_status(child[i]));
	TH_LOG("%d times offline, in %u tries", cycles, tries);
}

int main(int argc, char **argv)
{
	if (!have_configfs())
		return KSFT_SKIPPED;
	return test_harness_run(argc, argv);
}

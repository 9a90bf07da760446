// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory blocks go offline while buffers are in them: those that can be moved are, and
 * one that is pinned is told of by name. On an instance of its own, a sandbox.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <stdarg.h>
#include <sys/stat.h>

#include "device.h"

#define ITEM "/sys/kernel/config/sbuddy/hotplug-load"
#define FILES "/sys/kernel/debug/sbuddy/hotplug-load/"
#define BLOCK (4ull << 20)
#define NR_BLOCKS 2
#define NR_CHILDREN 4
#define NR_SLOTS 16
#define MAX_TRIES 50

static char memory[128];
static char node[64];

static __attribute__((format(printf, 2, 3))) int put(const char *text, const char *fmt, ...)
{
	char path[256];
	va_list args;
	int fd, err = 0;

	va_start(args, fmt);
	vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CLOEXEC);
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
	text[strcspn(text, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

static int is_right(void)
{
	char text[256];

	get(FILES "check", text, sizeof(text));
	if (strcmp(text, "0 violations"))
		printf("# check: %s\n", text);
	return !strcmp(text, "0 violations");
}

FIXTURE(blocks)
{
	int fd;
	unsigned long block[NR_BLOCKS];
};

/* Numbers of the blocks that were added: not those of the boot. */
static int find_blocks(unsigned long *block)
{
	char pattern[160], text[16];
	glob_t found;
	size_t i;
	int nr = 0;

	snprintf(pattern, sizeof(pattern), "%s/memory[0-9]*/valid_zones", memory);
	if (glob(pattern, 0, NULL, &found))
		return 0;
	for (i = 0; i < found.gl_pathc; i++) {
		get(found.gl_pathv[i], text, sizeof(text));
		if (!strcmp(text, "Movable") && nr < NR_BLOCKS)
			block[nr++] = strtoul(found.gl_pathv[i] + strlen(memory) + 7, NULL, 10);
	}
	globfree(&found);
	return nr;
}

/* What is added is Movable, and nothing else is. */
FIXTURE_SETUP(blocks)
{
	char name[32];

	ASSERT_EQ(0, mkdir(ITEM, 0755));
	ASSERT_EQ(0, put("sandbox", ITEM "/kind"));
	ASSERT_EQ(0, put("16M", ITEM "/memory"));
	ASSERT_EQ(0, put("1M", ITEM "/section_bytes"));
	ASSERT_EQ(0, put("4M", ITEM "/memory_block_bytes"));
	ASSERT_EQ(0, put("online_movable", ITEM "/auto_online"));
	ASSERT_EQ(0, put("1", ITEM "/live"));
	get(ITEM "/device", name, sizeof(name));
	snprintf(memory, sizeof(memory), "/sys/class/misc/%s/memory", name);
	snprintf(node, sizeof(node), "/dev/%s", name);
	ASSERT_EQ(0, put("8M", "%s/grow", memory));
	ASSERT_EQ(NR_BLOCKS, find_blocks(self->block));
	self->fd = open(node, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(blocks)
{
	close(self->fd);
	EXPECT_TRUE(is_right());
	EXPECT_EQ(0, rmdir(ITEM));
}

static int set_state(unsigned long block, const char *state)
{
	return put(state, "%s/memory%lu/state", memory, block);
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

TEST_F(blocks, pinned_buffer_is_named)
{
	struct sbuddy_pin pin = { .size = sizeof(pin), .flags = SBUDDY_PIN_PHYS };
	struct sbuddy_unpin unpin = { .size = sizeof(unpin) };
	struct sbuddy_query query;
	size_t len = (size_t)sysconf(_SC_PAGESIZE) << 4;
	struct sbuddy_alloc buf;
	unsigned int tries = 0;
	unsigned long block;
	char text[512], want[64];
	uint64_t before;
	char *p;

	ASSERT_EQ(0, sb_get(self->fd, 4, &buf));
	p = sb_map(self->fd, buf.offset, len);
	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x5a, len);
	pin.handle = buf.handle;
	unpin.handle = buf.handle;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_PIN, &pin));
	before = pin.phys;
	block = (unsigned long)(before / BLOCK);
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
	EXPECT_EQ(0, sb_query(self->fd, buf.handle, &query));
	EXPECT_EQ(0, put("1", "%s/memory%lu/remove", memory, block));
	EXPECT_EQ(-1, sb_differs(p, 0x5a, len));
	munmap(p, len);
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
	if (access("/sys/kernel/config/sbuddy", W_OK)) {
		printf("1..0 # SKIP no /sys/kernel/config/sbuddy: load the module, and mount configfs\n");
		return KSFT_SKIPPED;
	}
	return test_harness_run(argc, argv);
}

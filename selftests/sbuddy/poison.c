// SPDX-License-Identifier: GPL-2.0-only
/* Pages of bad memory: who may say so, and that nobody is given them again. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "device.h"

#define MAX_BUFFERS 4096

static struct sbuddy_alloc all[MAX_BUFFERS];

FIXTURE(poison)
{
	int fd;
	struct sbuddy_info info;
};

FIXTURE_SETUP(poison)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->info = sb_info(self->fd);
}

/* What a test marked it takes back. */
FIXTURE_TEARDOWN(poison)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->info.pages_free, sb_free_pages(fd));
	close(fd);
}

static int poison(int fd, uint32_t flags, uint32_t handle, uint64_t address, uint32_t *in_use)
{
	struct sbuddy_poison arg = {
		.size = sizeof(arg),
		.flags = flags,
		.handle = handle,
		.in_use = 77,
		.address = address,
	};
	int err = sb_call(fd, SBUDDY_IOC_POISON, &arg);

	if (in_use)
		*in_use = arg.in_use;
	return err;
}

static uint64_t phys_of(int fd, uint32_t handle)
{
	struct sbuddy_query query = {
		.size = sizeof(query),
		.flags = SBUDDY_QUERY_PHYS,
		.handle = handle,
	};

	return sb_pin(fd, handle) || sb_call(fd, SBUDDY_IOC_QUERY, &query) ? 0 : query.phys;
}

TEST_F(poison, a_page_in_use_leaves_when_its_buffer_is_freed)
{
	const uint64_t page = self->info.page_size;
	struct sbuddy_alloc alloc;
	uint32_t in_use;
	uint64_t phys;
	char *mem;

	ASSERT_EQ(0, sb_get(self->fd, 3, &alloc));
	phys = phys_of(self->fd, alloc.handle);
	ASSERT_NE(0, phys);
	EXPECT_EQ(0, poison(self->fd, 0, alloc.handle, 5 * page + 123, &in_use));
	EXPECT_EQ(1, in_use);
	EXPECT_EQ(-EALREADY, poison(self->fd, 0, alloc.handle, 5 * page, NULL));
	EXPECT_EQ(-EALREADY, poison(self->fd, SBUDDY_POISON_PHYS, 0, phys + 5 * page, NULL));
	/* Who has it goes on using it. */
	if (sb_mappable(self->fd)) {
		mem = sb_map(self->fd, alloc.offset, 8 * page);
		ASSERT_TRUE(mem != MAP_FAILED);
		memset(mem, 0x5a, 8 * page);
		EXPECT_EQ(-1, sb_differs(mem, 0x5a, 8 * page));
		munmap(mem, 8 * page);
	}
	EXPECT_EQ(0, sb_put(self->fd, alloc.handle));
	EXPECT_EQ(self->info.pages_free - 1, sb_free_pages(self->fd));
	EXPECT_EQ(-EALREADY, poison(self->fd, SBUDDY_POISON_PHYS, 0, phys + 5 * page, NULL));
	EXPECT_EQ(0, poison(self->fd, SBUDDY_POISON_PHYS | SBUDDY_POISON_UNDO, 0, phys + 5 * page,
			    &in_use));
	EXPECT_EQ(0, in_use);
	EXPECT_EQ(-EINVAL, poison(self->fd, SBUDDY_POISON_PHYS | SBUDDY_POISON_UNDO, 0,
				  phys + 5 * page, NULL));
}

TEST_F(poison, nobody_is_given_a_bad_page)
{
	const uint64_t page = self->info.page_size;
	struct sbuddy_alloc alloc;
	uint64_t bad, phys;
	uint32_t in_use;
	int nr, i;

	ASSERT_EQ(0, sb_get(self->fd, 4, &alloc));
	bad = phys_of(self->fd, alloc.handle) + 9 * page;
	ASSERT_EQ(0, sb_put(self->fd, alloc.handle));
	ASSERT_EQ(0, poison(self->fd, SBUDDY_POISON_PHYS, 0, bad, &in_use));
	EXPECT_EQ(0, in_use);
	EXPECT_EQ(self->info.pages_free - 1, sb_free_pages(self->fd));
	nr = sb_get_all(self->fd, all, MAX_BUFFERS);
	EXPECT_LT(0, nr);
	for (i = 0; i < nr; i++) {
		phys = phys_of(self->fd, all[i].handle);
		EXPECT_FALSE(bad >= phys && bad < phys + all[i].granted);
		EXPECT_EQ(0, sb_put(self->fd, all[i].handle));
	}
	EXPECT_EQ(0, poison(self->fd, SBUDDY_POISON_PHYS | SBUDDY_POISON_UNDO, 0, bad, NULL));
}

TEST_F(poison, a_mark_in_a_buffer_can_be_taken_back)
{
	struct sbuddy_alloc alloc;

	ASSERT_EQ(0, sb_get(self->fd, 0, &alloc));
	EXPECT_EQ(-EINVAL, poison(self->fd, SBUDDY_POISON_UNDO, alloc.handle, 0, NULL));
	EXPECT_EQ(0, poison(self->fd, 0, alloc.handle, 0, NULL));
	EXPECT_EQ(0, poison(self->fd, SBUDDY_POISON_UNDO, alloc.handle, 0, NULL));
	EXPECT_EQ(0, sb_put(self->fd, alloc.handle));
}

TEST_F(poison, nonsense_is_refused)
{
	const uint64_t page = self->info.page_size;
	struct sbuddy_poison arg = { .size = sizeof(arg) - 1 };
	struct sbuddy_alloc alloc;
	uint32_t in_use;

	ASSERT_EQ(0, sb_get(self->fd, 1, &alloc));
	EXPECT_EQ(-EINVAL, poison(self->fd, 4, alloc.handle, 0, NULL));
	EXPECT_EQ(-EINVAL, poison(self->fd, ~0u, alloc.handle, 0, NULL));
	EXPECT_EQ(-EINVAL, poison(self->fd, 0, alloc.handle, 2 * page, NULL));
	EXPECT_EQ(-EINVAL, poison(self->fd, 0, alloc.handle, ~0ull, &in_use));
	EXPECT_EQ(77, in_use);
	EXPECT_EQ(-EINVAL, poison(self->fd, SBUDDY_POISON_PHYS, alloc.handle, 0, NULL));
	EXPECT_EQ(-ENOENT, poison(self->fd, 0, 0, 0, NULL));
	EXPECT_EQ(-ENOENT, poison(self->fd, 0, ~0u, 0, NULL));
	EXPECT_EQ(-ERANGE, poison(self->fd, SBUDDY_POISON_PHYS, 0, 0, NULL));
	EXPECT_EQ(-ERANGE, poison(self->fd, SBUDDY_POISON_PHYS, 0, ~0ull, NULL));
	EXPECT_EQ(-ERANGE, poison(self->fd, SBUDDY_POISON_PHYS, 0, 1ull << 44, NULL));
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_POISON, &arg));
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_POISON, sb_cliff(PROT_READ)));
	EXPECT_EQ(0, sb_put(self->fd, alloc.handle));
}

TEST_F(poison, it_takes_a_privilege)
{
	struct sbuddy_alloc alloc;
	pid_t pid;

	ASSERT_EQ(0, sb_get(self->fd, 0, &alloc));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (!geteuid() && setuid(65534))
			_exit(1);
		if (poison(self->fd, 0, alloc.handle, 0, NULL) != -EPERM ||
		    poison(self->fd, SBUDDY_POISON_PHYS, 0, 0, NULL) != -EPERM ||
		    poison(self->fd, 0, 0, 0, NULL) != -EPERM)
			_exit(2);
		_exit(0);
	}
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(0, sb_put(self->fd, alloc.handle));
}

SBUDDY_TEST_MAIN

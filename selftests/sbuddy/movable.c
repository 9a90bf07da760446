// SPDX-License-Identifier: GPL-2.0-only
/* Buffers that move while they are used, and those that are pinned and do not. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/resource.h>
#include <sys/uio.h>

#include "movable.h"

#define PAGES 5

FIXTURE(buffer)
{
	int fd;
	size_t page;
	size_t len;
	struct sbuddy_alloc buf;
	unsigned char *p;
};

static int get_pages(int fd, unsigned int nr, struct sbuddy_alloc *alloc)
{
	*alloc = sb_request(0);
	alloc->flags = SBUDDY_ALLOC_BYTES;
	alloc->bytes = (uint64_t)nr * (uint64_t)sysconf(_SC_PAGESIZE);
	return sb_call(fd, SBUDDY_IOC_ALLOC, alloc);
}

static void fill(unsigned char *p, size_t len, unsigned int seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (unsigned char)(i % 251 + seed);
}

static int is_filled(const unsigned char *p, size_t len, unsigned int seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != (unsigned char)(i % 251 + seed))
			return 0;
	return 1;
}

FIXTURE_SETUP(buffer)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->len = PAGES * self->page;
	ASSERT_EQ(0, get_pages(self->fd, PAGES, &self->buf));
	self->p = sb_map(self->fd, self->buf.offset, self->len);
	ASSERT_TRUE(self->p != MAP_FAILED);
	fill(self->p, self->len, 1);
}

FIXTURE_TEARDOWN(buffer)
{
	close(self->fd);
}

static struct sbuddy_query query(int fd, uint32_t handle)
{
	struct sbuddy_query arg;

	sb_query(fd, handle, &arg);
	return arg;
}

/* Pages that were moved so far. */
static long long nr_moved(void)
{
	return figure(FILES "/vmstat", "pgmigrate_success");
}

#define EXPECT_MOVES()                                \
	do {                                          \
		long long moved = nr_moved();         \
		ASSERT_LE(PAGES, in_areas());         \
		ASSERT_EQ(0, move_all());             \
		EXPECT_LE(moved + PAGES, nr_moved()); \
	} while (0)

TEST_F(buffer, moves_with_its_bytes_under_its_mappings)
{
	unsigned char *part = sb_map(self->fd, self->buf.offset + self->page, 2 * self->page);

	ASSERT_TRUE(part != MAP_FAILED);
	EXPECT_MOVES();
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
	EXPECT_EQ(0, memcmp(part, self->p + self->page, 2 * self->page));
	EXPECT_EQ(2, query(self->fd, self->buf.handle).mappings);
	self->p[self->page + 7] = 0xee;
	EXPECT_EQ(0xee, part[7]);
	EXPECT_MOVES();
	EXPECT_EQ(0xee, part[7]);
	EXPECT_EQ(0xee, self->p[self->page + 7]);
}

/* Pages that nobody has touched yet are zero wherever they are. */
TEST_F(buffer, moves_untouched_and_unmapped)
{
	struct sbuddy_alloc other;
	unsigned char *p;

	ASSERT_EQ(0, sb_get(self->fd, 3, &other));
	ASSERT_EQ(0, move_all());
	p = sb_map(self->fd, other.offset, 8 * self->page);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, 8 * self->page));
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
}

TEST_F(buffer, parent_and_child_see_the_same_after_a_move)
{
	int down[2], up[2];
	char c = 0;
	pid_t pid;

	ASSERT_EQ(0, pipe(down));
	ASSERT_EQ(0, pipe(up));
	pid = fork();
	if (!pid) {
		self->p[0] = 11;
		if (write(up[1], "x", 1) != 1 || read(down[0], &c, 1) != 1)
			_exit(1);
		/* It was moved meanwhile, and written to. */
		if (self->p[0] != 12 || !is_filled(self->p + 251, self->len - 251, 1))
			_exit(2);
		self->p[1] = 13;
		_exit(0);
	}
	ASSERT_EQ(1, read(up[0], &c, 1));
	EXPECT_EQ(11, self->p[0]);
	EXPECT_MOVES();
	EXPECT_EQ(11, self->p[0]);
	self->p[0] = 12;
	ASSERT_EQ(1, write(down[1], "x", 1));
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(13, self->p[1]);
	EXPECT_EQ(1, query(self->fd, self->buf.handle).mappings);
}

TEST_F(buffer, cut_moved_and_protected_areas_follow)
{
	const size_t page = self->page;
	unsigned char *q = mmap(NULL, 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_TRUE(q != MAP_FAILED);
	/* A hole in the middle, the last two pages elsewhere, the first read-only. */
	ASSERT_EQ(0, munmap(self->p + 2 * page, page));
	ASSERT_TRUE(mremap(self->p + 3 * page, 2 * page, 2 * page, MREMAP_MAYMOVE | MREMAP_FIXED,
			   q) == q);
	ASSERT_EQ(0, mprotect(self->p, page, PROT_READ));
	EXPECT_MOVES();
	EXPECT_TRUE(is_filled(self->p, 2 * page, 1));
	EXPECT_EQ((unsigned char)(3 * page % 251 + 1), q[0]);
	EXPECT_EQ((unsigned char)((5 * page - 1) % 251 + 1), q[2 * page - 1]);
	self->p[page] = 99;
	ASSERT_EQ(0, mprotect(self->p, page, PROT_READ | PROT_WRITE));
	self->p[0] = 98;
	EXPECT_MOVES();
	EXPECT_EQ(99, self->p[page]);
	EXPECT_EQ(98, self->p[0]);
	EXPECT_EQ((unsigned char)(3 * page % 251 + 1), q[0]);
}

TEST_F(buffer, read_only_stays_read_only)
{
	pid_t pid;

	ASSERT_EQ(0, mprotect(self->p, self->len, PROT_READ));
	EXPECT_MOVES();
	pid = fork();
	if (!pid) {
		struct rlimit none = {};

		setrlimit(RLIMIT_CORE, &none);
		self->p[0] = 1;
		_exit(0);
	}
	EXPECT_EQ(128 + SIGSEGV, sb_child_status(pid));
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
}

/* Only CPUs with ioremap_prot() can, 32-bit ARM cannot. */
TEST_F(buffer, debugger_sees_it_where_it_went)
{
	unsigned char seen[16], text[4] = "abc";
	int mem = open("/proc/self/mem", O_RDWR);
	off_t at = (off_t)(uintptr_t)(self->p + self->page);

	EXPECT_MOVES();
	if (pread(mem, seen, sizeof(seen), at) < 0)
		SKIP(return, "the kernel asks no driver: %s", strerror(errno));
	EXPECT_EQ(0, memcmp(seen, self->p + self->page, sizeof(seen)));
	EXPECT_MOVES();
	EXPECT_EQ((ssize_t)sizeof(text), pwrite(mem, text, sizeof(text), at));
	EXPECT_STREQ("abc", (char *)self->p + self->page);
	close(mem);
}

TEST_F(buffer, handle_freed_and_still_mapped_moves)
{
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_MOVES();
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
}

TEST_F(buffer, descriptor_closed_and_still_mapped_moves)
{
	close(self->fd);
	self->fd = -1;
	EXPECT_MOVES();
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
	munmap(self->p, self->len);
	EXPECT_EQ(0, in_areas());
	EXPECT_EQ(0, move_all());
}

TEST_F(buffer, address_is_told_of_what_is_pinned_alone)
{
	struct sbuddy_query arg = {
		.size = sizeof(arg),
		.flags = SBUDDY_QUERY_PHYS,
		.handle = self->buf.handle,
	};
	uint64_t phys = 0;

	EXPECT_EQ(-EAGAIN, sb_call(self->fd, SBUDDY_IOC_QUERY, &arg));
	ASSERT_EQ(1, pin(self->fd, self->buf.handle, &phys));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_QUERY, &arg));
	EXPECT_EQ(phys, arg.phys);
	EXPECT_NE(0, phys);
	EXPECT_EQ(1, arg.pins);
	EXPECT_EQ(0, unpin(self->fd, self->buf.handle));
	EXPECT_EQ(-EAGAIN, sb_call(self->fd, SBUDDY_IOC_QUERY, &arg));
	EXPECT_EQ(0, query(self->fd, self->buf.handle).pins);
}

/* What an area is there for is not spoiled by a pin. */
TEST_F(buffer, leaves_the_areas_when_it_is_pinned)
{
	uint64_t phys = 0, again;

	ASSERT_EQ(PAGES, in_areas());
	ASSERT_EQ(1, pin(self->fd, self->buf.handle, &phys));
	EXPECT_EQ(-1, area_of(phys));
	EXPECT_EQ(0, in_areas());
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
	fill(self->p, self->len, 2);
	EXPECT_EQ(0, move_all());
	ASSERT_EQ(2, pin(self->fd, self->buf.handle, &again));
	EXPECT_EQ(phys, again);
	EXPECT_TRUE(is_filled(self->p, self->len, 2));
}

TEST_F(buffer, stays_as_long_as_it_is_pinned)
{
	uint64_t first, again;

	ASSERT_EQ(1, pin(self->fd, self->buf.handle, &first));
	ASSERT_EQ(2, pin(self->fd, self->buf.handle, &again));
	EXPECT_EQ(first, again);
	EXPECT_EQ(1, unpin(self->fd, self->buf.handle));
	EXPECT_EQ(0, write_to(FILES "/compact", "1"));
	ASSERT_EQ(2, pin(self->fd, self->buf.handle, &again));
	EXPECT_EQ(first, again);
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
	EXPECT_EQ(1, unpin(self->fd, self->buf.handle));
	EXPECT_EQ(0, unpin(self->fd, self->buf.handle));
}

/* Nothing but the areas is left: no pin, and all is as before. */
TEST_F(buffer, without_a_place_to_stay_it_is_not_pinned)
{
	struct sbuddy_alloc taken;
	int fd = sb_open(O_RDWR);

	ASSERT_EQ(PAGES, in_areas());
	do {
		taken = sb_request(0);
		taken.type = SBUDDY_UNMOVABLE;
	} while (!sb_call(fd, SBUDDY_IOC_ALLOC, &taken));
	EXPECT_EQ(-ENOMEM, pin_outside(self->fd, self->buf.handle));
	EXPECT_EQ(-ENOMEM, pin(self->fd, self->buf.handle, NULL));
	EXPECT_EQ(0, query(self->fd, self->buf.handle).pins);
	EXPECT_EQ(0, sb_info(self->fd).pages_pinned);
	EXPECT_EQ(PAGES, in_areas());
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
	close(fd);
	EXPECT_EQ(1, pin_outside(self->fd, self->buf.handle));
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
}

/* Who has a page reads it, or writes to it, where it is. */
TEST_F(buffer, stays_while_a_pipe_has_a_page)
{
	struct iovec iov = { self->p + self->page, self->page };
	long long moved = nr_moved();
	unsigned char seen[4096];
	int pipes[2];

	ASSERT_GE(sizeof(seen), self->page);
	ASSERT_EQ(PAGES, in_areas());
	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(self->page, vmsplice(pipes[1], &iov, 1, 0));
	EXPECT_GT(0, move_all());
	EXPECT_EQ(-EBUSY, pin(self->fd, self->buf.handle, NULL));
	EXPECT_EQ(moved, nr_moved());
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
	memset(self->p + self->page, 0x66, self->page);
	EXPECT_EQ(self->page, read(pipes[0], seen, self->page));
	EXPECT_EQ(-1, sb_differs(seen, 0x66, self->page));
	EXPECT_MOVES();
	EXPECT_EQ(-1, sb_differs(self->p + self->page, 0x66, self->page));
	EXPECT_EQ(1, pin(self->fd, self->buf.handle, NULL));
	close(pipes[0]);
	close(pipes[1]);
}

static int tell_importer(const char *what, int number)
{
	char text[32];

	snprintf(text, sizeof(text), "%s %d", what, number);
	return write_to("/sys/kernel/debug/sbuddy_importer/do", text);
}

/* A device that has it mapped is as good as a pin. */
TEST_F(buffer, leaves_the_areas_for_a_device)
{
	struct sbuddy_export arg = {
		.size = sizeof(arg),
		.flags = O_RDWR,
		.handle = self->buf.handle,
	};

	if (sb_call(self->fd, SBUDDY_IOC_EXPORT, &arg) == -EOPNOTSUPP ||
	    system("modprobe sbuddy_importer 2>/dev/null"))
		SKIP(return, "no dma-bufs, or no sbuddy_importer.ko");
	/* The descriptor alone has it go where it likes. */
	ASSERT_EQ(PAGES, in_areas());
	EXPECT_EQ(0, tell_importer("attach", arg.fd));
	EXPECT_EQ(1, query(self->fd, self->buf.handle).pins);
	EXPECT_EQ(0, in_areas());
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
	EXPECT_EQ(0, move_all());
	memset(self->p, 0x44, self->len);
	EXPECT_EQ(0, tell_importer("expect", 0x44));
	EXPECT_EQ(0, tell_importer("detach", 0));
	close(arg.fd);
	EXPECT_EQ(0, system("rmmod sbuddy_importer"));
}

TEST_F(buffer, pins_go_with_the_handle)
{
	ASSERT_EQ(1, pin(self->fd, self->buf.handle, NULL));
	ASSERT_EQ(2, pin(self->fd, self->buf.handle, NULL));
	EXPECT_EQ(PAGES, sb_info(self->fd).pages_pinned);
	EXPECT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_EQ(0, sb_info(self->fd).pages_pinned);
	EXPECT_EQ(-ENOENT, unpin(self->fd, self->buf.handle));
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
}

TEST_F(buffer, pins_go_with_the_process)
{
	uint64_t phys = 0;
	int pipes[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(pipes));
	pid = fork();
	if (!pid) {
		int fd = sb_open(O_RDWR);
		struct sbuddy_alloc buf;

		if (get_pages(fd, 3, &buf) || pin(fd, buf.handle, &phys) != 1 ||
		    write(pipes[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	ASSERT_EQ(1, read(pipes[0], &phys, 1));
	EXPECT_EQ(3, sb_info(self->fd).pages_pinned);
	kill(pid, SIGKILL);
	EXPECT_EQ(128 + SIGKILL, sb_child_status(pid));
	EXPECT_EQ(0, sb_info(self->fd).pages_pinned);
	EXPECT_EQ(0, move_all());
}

TEST_F(buffer, what_cannot_be_pinned_is_refused)
{
	uint32_t handle = self->buf.handle;
	struct sbuddy_alloc other;

	EXPECT_EQ(-ENOENT, pin(self->fd, 0, NULL));
	EXPECT_EQ(-ENOENT, pin(self->fd, handle + 1, NULL));
	EXPECT_EQ(-ENOENT, pin(filler, handle + 77777, NULL));
	EXPECT_EQ(-ENOENT, unpin(self->fd, handle + 1));
	EXPECT_EQ(-EINVAL, unpin(self->fd, handle));
	ASSERT_EQ(1, pin(self->fd, handle, NULL));
	EXPECT_EQ(0, unpin(self->fd, handle));
	EXPECT_EQ(-EINVAL, unpin(self->fd, handle));
	ASSERT_EQ(0, get_pages(self->fd, 1, &other));
	ASSERT_EQ(0, sb_put(self->fd, other.handle));
	EXPECT_EQ(-ENOENT, pin(self->fd, other.handle, NULL));
	EXPECT_EQ(-ENOENT, unpin(self->fd, other.handle));
}

TEST_F(buffer, pins_have_a_limit)
{
	int nr, pins;

	/* Refused, each may take long: the first one that is ends this. */
	for (nr = 1; nr <= SBUDDY_MAX_PINS; nr++) {
		pins = pin(self->fd, self->buf.handle, NULL);
		ASSERT_EQ(nr, pins);
	}
	EXPECT_EQ(-EOVERFLOW, pin(self->fd, self->buf.handle, NULL));
	EXPECT_EQ(SBUDDY_MAX_PINS - 1, unpin(self->fd, self->buf.handle));
	EXPECT_EQ(SBUDDY_MAX_PINS, pin(self->fd, self->buf.handle, NULL));
	EXPECT_EQ(PAGES, sb_info(self->fd).pages_pinned);
}

TEST_F(buffer, pinning_needs_no_capability_but_its_address_does)
{
	uint64_t phys;
	pid_t pid = fork();

	if (!pid) {
		if (!geteuid() && setuid(65534))
			_exit(1);
		if (pin(self->fd, self->buf.handle, &phys) != -EPERM)
			_exit(2);
		if (pin(self->fd, self->buf.handle, NULL) != 1)
			_exit(3);
		_exit(unpin(self->fd, self->buf.handle) ? 4 : 0);
	}
	EXPECT_EQ(0, sb_child_status(pid));
}

/* What never moves can be pinned, and its address is known anyway. */
TEST_F(buffer, unmovable_ones_can_be_pinned)
{
	struct sbuddy_query arg = { .size = sizeof(arg), .flags = SBUDDY_QUERY_PHYS };
	uint64_t phys = 0;

	/* A request that failed has used up its number. */
	while (arg.handle < 1000 && sb_call(filler, SBUDDY_IOC_QUERY, &arg))
		arg.handle++;
	ASSERT_GT(1000, arg.handle);
	EXPECT_EQ(1, pin(filler, arg.handle, &phys));
	EXPECT_EQ(arg.phys, phys);
	EXPECT_EQ(0, unpin(filler, arg.handle));
}

/* Each file has mappings of its own, though their offsets are the same. */
TEST_F(buffer, other_files_keep_their_pages)
{
	unsigned char *p[16];
	int fd[16], i;

	for (i = 0; i < 16; i++) {
		struct sbuddy_alloc buf;

		fd[i] = sb_open(O_RDWR);
		ASSERT_EQ(0, get_pages(fd[i], PAGES, &buf));
		EXPECT_EQ(self->buf.offset, buf.offset);
		p[i] = sb_map(fd[i], buf.offset, self->len);
		ASSERT_TRUE(p[i] != MAP_FAILED);
		fill(p[i], self->len, (unsigned int)i + 100);
	}
	EXPECT_MOVES();
	EXPECT_TRUE(is_filled(self->p, self->len, 1));
	for (i = 0; i < 16; i++) {
		EXPECT_TRUE(is_filled(p[i], self->len, (unsigned int)i + 100));
		close(fd[i]);
	}
}

SBUDDY_MOVABLE_TEST_MAIN

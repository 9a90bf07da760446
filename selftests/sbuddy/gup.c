// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapped buffers as memory of the process for everybody else: disks that read straight
 * into them, debuggers, pipes; and that nobody gets a page that one of them still has.
 * Memory without struct pages is refused, and its debugger asks the driver.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "device.h"

#define ORDER 4
#define DISK "/dev/ram0"
#define WHERE "/tmp/sbuddy-gup"

FIXTURE(gup)
{
	int fd;
	uint64_t free;
	size_t page;
	struct sbuddy_alloc buf;
	size_t len;
	unsigned char *p;
};

FIXTURE_VARIANT(gup)
{
	uint32_t type;
};

/* The formatter takes each of these for a call. */
/* clang-format off */
FIXTURE_VARIANT_ADD(gup, movable) {
	SBUDDY_MOVABLE,
};

FIXTURE_VARIANT_ADD(gup, unmovable) {
	SBUDDY_UNMOVABLE,
};

/* clang-format on */

FIXTURE_SETUP(gup)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->free = sb_free_pages(self->fd);
	self->buf = sb_request(ORDER);
	self->buf.type = variant->type;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &self->buf));
	self->len = self->buf.granted;
	self->p = sb_map(self->fd, self->buf.offset, self->len);
	ASSERT_TRUE(self->p != MAP_FAILED);
}

/* Pages free, as soon as nobody has one any more. */
static uint64_t free_in_the_end(int fd, uint64_t wanted)
{
	int tries;

	for (tries = 0; tries < 500 && sb_free_pages(fd) != wanted; tries++)
		usleep(20000);
	return sb_free_pages(fd);
}

FIXTURE_TEARDOWN(gup)
{
	int fd = sb_open(O_RDWR);

	munmap(self->p, self->len);
	close(self->fd);
	EXPECT_EQ(self->free, free_in_the_end(fd, self->free));
	close(fd);
}

static int has_pages(int fd)
{
	return strcmp(sb_info(fd).backing, "no-map") != 0;
}

static void fill(unsigned char *p, size_t len, unsigned int seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (unsigned char)(i % 251 + seed);
}

/*
 * Disks
 */

/* A filesystem on a disk in memory; not 0 where there is none to be had. */
static int make_disk(void)
{
	if (access(DISK, F_OK) && system("modprobe brd rd_nr=1 rd_size=4096 2>/dev/null"))
		return -1;
	if (system("modprobe ext4 2>/dev/null; mke2fs -b 4096 " DISK " >/dev/null 2>&1"))
		return -1;
	mkdir(WHERE, 0700);
	return mount(DISK, WHERE, "ext4", 0, NULL);
}

static void remove_disk(void)
{
	umount(WHERE);
	rmdir(WHERE);
	if (system("rmmod brd 2>/dev/null"))
		printf("# " DISK " stays\n");
}

TEST_F(gup, a_disk_reads_and_writes_it)
{
	int has = has_pages(self->fd), fd;
	unsigned char *copy = malloc(self->len);

	ASSERT_TRUE(!!copy);
	if (make_disk())
		SKIP(return, "there is no disk in memory to be had");
	fd = open(WHERE "/file", O_RDWR | O_CREAT | O_DIRECT, 0600);
	ASSERT_LE(0, fd);
	fill(self->p, self->len, 3);
	if (!has) {
		EXPECT_EQ(-1, pwrite(fd, self->p, self->len, 0));
		EXPECT_EQ(EFAULT, errno);
		goto out;
	}
	EXPECT_EQ(self->len, pwrite(fd, self->p, self->len, 0));
	/* Not by way of the buffer: what the disk has. */
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	fcntl(fd, F_SETFL, 0);
	EXPECT_EQ(self->len, pread(fd, copy, self->len, 0));
	fill(self->p, self->len, 4);
	EXPECT_NE(0, memcmp(copy, self->p, self->len));
	fcntl(fd, F_SETFL, O_DIRECT);
	/* All of it but a page, to pages that nobody has touched, one further. */
	EXPECT_EQ(0, munmap(self->p, self->len));
	self->p = sb_map(self->fd, self->buf.offset, self->len);
	ASSERT_TRUE(self->p != MAP_FAILED);
	EXPECT_EQ(self->len - self->page,
		  pread(fd, self->p + self->page, self->len - self->page, 0));
	EXPECT_EQ(0, memcmp(copy, self->p + self->page, self->len - self->page));
	fill(copy, self->page, 4);
	EXPECT_EQ(0, memcmp(copy, self->p, self->page));
out:
	EXPECT_EQ(0, close(fd));
	remove_disk();
	free(copy);
}

/* Of a hole nothing is read from the disk. */
TEST_F(gup, a_disk_does_not_write_to_what_is_mapped_read_only)
{
	void *ro, *zeroes = calloc(1, self->len);
	int fd;

	ASSERT_TRUE(!!zeroes);
	if (make_disk())
		SKIP(return, "there is no disk in memory to be had");
	ro = mmap(NULL, self->len, PROT_READ, MAP_SHARED, self->fd, (off_t)self->buf.offset);
	ASSERT_TRUE(ro != MAP_FAILED);
	fd = open(WHERE "/file", O_RDWR | O_CREAT, 0600);
	ASSERT_LE(0, fd);
	ASSERT_EQ(self->len, pwrite(fd, zeroes, self->len, 0));
	ASSERT_EQ(0, fsync(fd));
	ASSERT_EQ(0, fcntl(fd, F_SETFL, O_DIRECT));
	EXPECT_EQ(-1, pread(fd, ro, self->len, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, close(fd));
	remove_disk();
	free(zeroes);
	EXPECT_EQ(0, munmap(ro, self->len));
}

/*
 * Other processes
 */

/* A child that has the mapping, and waits. */
static pid_t start_child(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

TEST_F(gup, another_process_reads_and_writes_it)
{
	const size_t at = 3 * self->page - 5;
	char text[] = "written by another", seen[sizeof(text)] = "";
	struct iovec local = { text, sizeof(text) }, remote = { self->p + at, sizeof(text) };
	struct iovec back = { seen, sizeof(seen) };
	pid_t pid;

	if (process_vm_readv(getpid(), NULL, 0, NULL, 0, 0))
		SKIP(return, "the kernel has no process_vm_readv()");
	pid = start_child();
	if (!has_pages(self->fd)) {
		EXPECT_EQ(-1, process_vm_writev(pid, &local, 1, &remote, 1, 0));
		EXPECT_EQ(EFAULT, errno);
		EXPECT_EQ(-1, process_vm_readv(pid, &back, 1, &remote, 1, 0));
		EXPECT_EQ(EFAULT, errno);
	} else {
		EXPECT_EQ(sizeof(text), process_vm_writev(pid, &local, 1, &remote, 1, 0));
		EXPECT_STREQ(text, (char *)self->p + at);
		EXPECT_EQ(sizeof(text), process_vm_readv(pid, &back, 1, &remote, 1, 0));
		EXPECT_STREQ(text, seen);
	}
	end_child(pid);
}

/* Without struct pages it depends on the CPU whether Linux asks the driver. */
TEST_F(gup, a_debugger_peeks_and_pokes)
{
	long *word = (long *)(self->p + self->page);
	pid_t pid = start_child();
	long seen;

	*word = 0x5eed;
	ASSERT_EQ(0, ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	errno = 0;
	seen = ptrace(PTRACE_PEEKDATA, pid, word, NULL);
	if (errno && !has_pages(self->fd)) {
		EXPECT_EQ(EIO, errno);
		end_child(pid);
		SKIP(return, "the kernel asks no driver");
	}
	EXPECT_EQ(0, errno);
	EXPECT_EQ(0x5eed, seen);
	EXPECT_EQ(0, ptrace(PTRACE_POKEDATA, pid, word, (void *)0xfeed));
	EXPECT_EQ(0xfeed, *word);
	end_child(pid);
}

/*
 * Pipes: what is spliced into one is the page itself
 */

static int splice_page(int out, void *p, size_t page)
{
	struct iovec iov = { p, page };

	return vmsplice(out, &iov, 1, 0) == (ssize_t)page ? 0 : -errno;
}

/* Pages and buffers that are set aside, or -1. */
static int read_held(int fd, long *pages, long *buffers)
{
	struct sbuddy_info info = sb_info(fd);
	char path[128];
	FILE *file;
	int nr;

	snprintf(path, sizeof(path), "/sys/kernel/debug/sbuddy/%s/held", info.name);
	file = fopen(path, "re");
	if (!file)
		return -1;
	nr = fscanf(file, "%ld pages of %ld buffers", pages, buffers);
	fclose(file);
	return nr == 2 ? 0 : -1;
}

/* All that there is, with nothing in it but zeroes: how much of it is not. */
static uint64_t take_all_and_scribble(int fd, unsigned char byte)
{
	static struct sbuddy_alloc all[4096];
	int nr = sb_get_all(fd, all, ARRAY_LEN(all)), i;
	uint64_t dirty = 0;

	for (i = 0; i < nr && all[i].granted <= 1u << 20; i++)
		;
	/* The largest are left alone: what was freed is small, and near the end. */
	for (; nr-- > i;) {
		void *p = sb_map(fd, all[nr].offset, all[nr].granted);

		if (p == MAP_FAILED)
			return UINT64_MAX;
		dirty += sb_differs(p, 0, all[nr].granted) >= 0;
		memset(p, byte, all[nr].granted);
		munmap(p, all[nr].granted);
	}
	return dirty;
}

TEST_F(gup, what_a_pipe_has_nobody_else_gets)
{
	unsigned char seen[4096];
	long pages = 0, buffers = 0;
	int pipes[2], other;

	ASSERT_EQ(0, pipe(pipes));
	ASSERT_GE(sizeof(seen), self->page);
	memset(self->p, 0x5a, self->len);
	if (!has_pages(self->fd)) {
		EXPECT_EQ(-EFAULT, splice_page(pipes[1], self->p + self->page, self->page));
		goto out;
	}
	ASSERT_EQ(0, splice_page(pipes[1], self->p + self->page, self->page));
	ASSERT_EQ(0, munmap(self->p, self->len));
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	/* It is nobody's, and not free. */
	EXPECT_EQ(self->free - (1u << ORDER), sb_free_pages(self->fd));
	if (!read_held(self->fd, &pages, &buffers)) {
		EXPECT_EQ(1 << ORDER, pages);
		EXPECT_EQ(1, buffers);
	}
	other = sb_open(O_RDWR);
	EXPECT_EQ(0, take_all_and_scribble(other, 0xee));
	close(other);
	EXPECT_EQ(self->page, read(pipes[0], seen, self->page));
	EXPECT_EQ(-1, sb_differs(seen, 0x5a, self->page));
	EXPECT_EQ(self->free, free_in_the_end(self->fd, self->free));
	if (!read_held(self->fd, &pages, &buffers))
		EXPECT_EQ(0, pages + buffers);
out:
	close(pipes[0]);
	close(pipes[1]);
}

/* Also when all else of the file is gone. */
TEST_F(gup, what_a_pipe_has_stays_when_the_file_is_closed)
{
	unsigned char seen[4096];
	int pipes[2], other = sb_open(O_RDWR);

	if (!has_pages(self->fd))
		SKIP(close(other); return, "memory without struct pages");
	ASSERT_EQ(0, pipe(pipes));
	memset(self->p, 0x5b, self->len);
	ASSERT_EQ(0, splice_page(pipes[1], self->p, self->page));
	ASSERT_EQ(0, munmap(self->p, self->len));
	close(self->fd);
	EXPECT_EQ(self->free - (1u << ORDER), sb_free_pages(other));
	EXPECT_EQ(self->page, read(pipes[0], seen, self->page));
	EXPECT_EQ(-1, sb_differs(seen, 0x5b, self->page));
	EXPECT_EQ(self->free, free_in_the_end(other, self->free));
	self->fd = other;
	close(pipes[0]);
	close(pipes[1]);
}

SBUDDY_MEMORY_TEST_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds memory: the files clients and buffers of debugfs and fdinfo agree with what
 * this process has, whatever way it got it.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "device.h"
#include "holders.h"

#define MANY 100

FIXTURE(holders)
{
	int fd;
	int other;
	long page;
	uint64_t free;
};

FIXTURE_SETUP(holders)
{
	self->page = sysconf(_SC_PAGESIZE);
	self->other = sb_open(O_RDWR);
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->free = sb_free_pages(self->other);
}

FIXTURE_TEARDOWN(holders)
{
	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(self->other));
	close(self->other);
}

static void expect_bytes(struct __test_metadata *_metadata, int fd, uint64_t buffers,
			 uint64_t bytes, uint64_t peak)
{
	struct holder holder;

	ASSERT_EQ(0, find_holder(fd, &holder));
	EXPECT_EQ(buffers, holder.buffers);
	EXPECT_EQ(bytes, holder.bytes);
	EXPECT_EQ(peak, holder.peak);
	EXPECT_EQ(buffers, fdinfo(fd, "sbuddy-buffers"));
	EXPECT_EQ(bytes, fdinfo(fd, "sbuddy-bytes"));
	EXPECT_EQ(peak, fdinfo(fd, "sbuddy-peak"));
	EXPECT_EQ(bytes, listed_bytes(holder.id));
}

TEST_F(holders, a_new_file_has_nothing)
{
	struct holder holder;

	prctl(PR_SET_NAME, "a b\nc");
	close(self->fd);
	self->fd = sb_open(O_RDWR);
	ASSERT_EQ(0, find_holder(self->fd, &holder));
	EXPECT_EQ(getpid(), holder.pid);
	EXPECT_STREQ("a\\040b\\012c", holder.comm);
	EXPECT_GE(600, holder.age);
	EXPECT_EQ(0, holder.pins);
	expect_bytes(_metadata, self->fd, 0, 0, 0);
}

TEST_F(holders, counts_what_has_no_structure)
{
	long page = self->page, taken[MANY], order;
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		taken[i] = ioctl(self->fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, 1));
		ASSERT_LT(0, taken[i]);
	}
	expect_bytes(_metadata, self->fd, MANY, MANY * page, MANY * page);
	for (i = 0; i < MANY; i++)
		ASSERT_EQ(1, ioctl(self->fd, SBUDDY_IOC_GIVE, taken[i]));
	expect_bytes(_metadata, self->fd, 0, 0, MANY * page);
	order = ioctl(self->fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(3, 2, 0, 0, 1));
	ASSERT_LT(0, order);
	expect_bytes(_metadata, self->fd, 1, 8 * page, MANY * page);
	ASSERT_EQ(1, ioctl(self->fd, SBUDDY_IOC_GIVE, order));
}

TEST_F(holders, counts_blocks_that_pages_share)
{
	struct holder holder;
	struct sbuddy_query query;
	long taken = ioctl(self->fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, 64));
	uint32_t first = SBUDDY_TAKEN_HANDLE(taken), nr = SBUDDY_TAKEN_COUNT(taken), i;

	ASSERT_LT(0, taken);
	expect_bytes(_metadata, self->fd, nr, nr * self->page, nr * self->page);
	/* Whatever a handle becomes, it is counted once. */
	ASSERT_EQ(0, sb_query(self->fd, first + 1, &query));
	expect_bytes(_metadata, self->fd, nr, nr * self->page, nr * self->page);
	ASSERT_EQ(0, sb_put(self->fd, first + 1));
	ASSERT_EQ(0, sb_put(self->fd, first + 2));
	expect_bytes(_metadata, self->fd, nr - 2, (nr - 2) * self->page, nr * self->page);
	ASSERT_EQ(0, find_holder(self->fd, &holder));
	for (i = 3; i < nr; i++)
		ASSERT_EQ(0, sb_put(self->fd, first + i));
	ASSERT_EQ(0, sb_put(self->fd, first));
	expect_bytes(_metadata, self->fd, 0, 0, nr * self->page);
}

TEST_F(holders, counts_blocks_that_go_back_together)
{
	long taken = ioctl(self->fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, 64));
	uint32_t nr = SBUDDY_TAKEN_COUNT(taken);

	ASSERT_LT(0, taken);
	ASSERT_EQ(nr, ioctl(self->fd, SBUDDY_IOC_GIVE, taken));
	expect_bytes(_metadata, self->fd, 0, 0, nr * self->page);
}

TEST_F(holders, counts_every_kind_of_request)
{
	struct sbuddy_alloc movable, scattered = sb_request(0), bare = sb_request(2);
	uint64_t page = (uint64_t)self->page;

	ASSERT_EQ(0, sb_get(self->fd, 4, &movable));
	expect_bytes(_metadata, self->fd, 1, 16 * page, 16 * page);
	scattered.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED;
	scattered.bytes = 5 * page;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &scattered));
	bare.type = SBUDDY_UNMOVABLE;
	bare.zone = SBUDDY_ZONE_NORMAL;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &bare));
	expect_bytes(_metadata, self->fd, 3, 25 * page, 25 * page);
	ASSERT_EQ(0, sb_put(self->fd, movable.handle));
	expect_bytes(_metadata, self->fd, 2, 9 * page, 25 * page);
}

TEST_F(holders, requests_that_fail_do_not_count)
{
	struct sbuddy_alloc large = sb_request(0);
	struct holder holder;

	large.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_THIS_NODE;
	large.bytes = sb_info(self->fd).max_bytes;
	large.node = 7;
	EXPECT_EQ(-ENOMEM, sb_call(self->fd, SBUDDY_IOC_ALLOC, &large));
	expect_bytes(_metadata, self->fd, 0, 0, 0);
	ASSERT_EQ(0, find_holder(self->fd, &holder));
}

TEST_F(holders, shows_pins)
{
	struct sbuddy_alloc buf;
	struct sbuddy_unpin unpin = { .size = sizeof(unpin) };
	struct holder holder;

	ASSERT_EQ(0, sb_get(self->fd, 1, &buf));
	ASSERT_EQ(0, sb_pin(self->fd, buf.handle));
	ASSERT_EQ(0, sb_pin(self->fd, buf.handle));
	ASSERT_EQ(0, find_holder(self->fd, &holder));
	EXPECT_EQ(2, holder.pins);
	unpin.handle = buf.handle;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_UNPIN, &unpin));
	ASSERT_EQ(0, find_holder(self->fd, &holder));
	EXPECT_EQ(1, holder.pins);
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	ASSERT_EQ(0, find_holder(self->fd, &holder));
	EXPECT_EQ(0, holder.pins);
}

TEST_F(holders, shows_what_a_mapping_alone_keeps)
{
	struct sbuddy_alloc buf;
	struct holder holder;
	struct line line;
	size_t len = (size_t)self->page << 2;
	char *p;

	if (!sb_mappable(self->fd))
		SKIP(return, "a dry device has nothing to map");
	ASSERT_EQ(0, sb_get(self->fd, 2, &buf));
	p = sb_map(self->fd, buf.offset, len);
	ASSERT_TRUE(p != MAP_FAILED);
	ASSERT_EQ(0, find_holder(self->fd, &holder));
	ASSERT_EQ(0, find_line(holder.id, buf.handle, &line));
	EXPECT_EQ(len, line.bytes);
	EXPECT_EQ(2, line.order);
	EXPECT_EQ(1, line.runs);
	EXPECT_STREQ("Movable", line.type);
	EXPECT_EQ(1, line.mappings);
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	expect_bytes(_metadata, self->fd, 1, len, len);
	EXPECT_EQ(-1, find_line(holder.id, buf.handle, &line));
	munmap(p, len);
	expect_bytes(_metadata, self->fd, 0, 0, len);
}

/* More lines than a page of text, of files that come and go. */
TEST_F(holders, long_lists_are_complete)
{
	long taken, nr = 0;
	struct holder holder;

	while (nr < 3000) {
		taken = ioctl(self->fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, 500));
		if (taken < 0)
			break;
		nr += SBUDDY_TAKEN_COUNT(taken);
	}
	ASSERT_LT(200, nr);
	expect_bytes(_metadata, self->fd, nr, nr * self->page, nr * self->page);
	ASSERT_EQ(0, find_holder(self->fd, &holder));
	EXPECT_EQ(nr, count_lines(holder.id));
}

/* A line of the log from there on that has @text: 1 when there is one. */
static int is_logged(int kmsg, const char *text)
{
	char line[1024];
	int found = 0;
	ssize_t len;

	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0 || (len < 0 && errno == EPIPE)) {
		if (len < 0)
			continue;
		line[len] = '\0';
		found |= !!strstr(line, text);
	}
	return found;
}

/* Ends with buffers of three pages, by a signal or by itself. */
static void leave(int signal)
{
	int fd = sb_open(O_RDWR);
	struct sbuddy_alloc buf;

	prctl(PR_SET_NAME, "leaver");
	if (sb_get(fd, 1, &buf) || ioctl(fd, SBUDDY_IOC_TAKE, 0) < 0)
		_exit(1);
	if (signal)
		kill(getpid(), signal);
	_exit(0);
}

/* Whether the log tells of a process that ended so. */
static int tells_end(struct __test_metadata *_metadata, int kmsg, int signal, long bytes)
{
	char text[128];
	pid_t pid;

	lseek(kmsg, 0, SEEK_END);
	pid = fork();
	if (!pid)
		leave(signal);
	EXPECT_EQ(signal ? 128 + signal : 0, sb_child_status(pid));
	snprintf(text, sizeof(text), ": leaver[%d], ended by signal %d, had 2 buffers, %ld bytes",
		 pid, signal, bytes);
	return is_logged(kmsg, text);
}

/* Of those who end at the same time the log tells some: after five seconds again. */
TEST_F(holders, the_log_tells_who_was_killed_with_buffers)
{
	static const int signals[] = { SIGKILL, SIGTERM };
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK), try, told;
	long bytes = 3 * self->page;
	unsigned int i;

	if (kmsg < 0)
		SKIP(return, "the log cannot be read");
	for (i = 0; i < ARRAY_LEN(signals); i++) {
		told = tells_end(_metadata, kmsg, signals[i], bytes);
		for (try = 0; !told && try < 10; try++) {
			sleep(1);
			told = tells_end(_metadata, kmsg, signals[i], bytes);
		}
		EXPECT_EQ(1, told);
	}
	EXPECT_EQ(0, tells_end(_metadata, kmsg, 0, bytes));
	close(kmsg);
}

/* Lines of @id in the file clients, when it is read in pieces of @size bytes. */
static int count_client(uint64_t id, size_t size)
{
	static char text[1 << 16];
	FILE *file = open_window("clients");
	size_t used = 0;
	char *line = text;
	ssize_t done = 1;
	int nr = 0;

	while (file && done > 0 && used + size < sizeof(text)) {
		done = read(fileno(file), text + used, size);
		used += done > 0 ? (size_t)done : 0;
	}
	text[used] = '\0';
	fclose(file);
	while ((line = strchr(line, '\n')))
		nr += strtoull(++line, NULL, 10) == id;
	return nr;
}

TEST_F(holders, tell_each_file_once_however_they_are_read)
{
	static const size_t pieces[] = { 1, 70, 200, 4000 };
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(pieces); i++) {
		EXPECT_EQ(1, count_client(fdinfo(self->other, "sbuddy-client"), pieces[i]));
		EXPECT_EQ(1, count_client(fdinfo(self->fd, "sbuddy-client"), pieces[i]));
	}
}

TEST_F(holders, only_root_reads_them)
{
	static const char *const names[] = { "clients", "buffers" };
	struct stat stat;
	unsigned int i;
	FILE *file;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		file = open_window(names[i]);
		ASSERT_TRUE(!!file);
		EXPECT_EQ(0, fstat(fileno(file), &stat));
		EXPECT_EQ(0400, stat.st_mode & 07777);
		fclose(file);
	}
}

int main(int argc, char **argv)
{
	sb_need_device();
	need_holders();
	return test_harness_run(argc, argv);
}

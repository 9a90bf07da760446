// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event ring: every record read is what this program did, none is missing
 * without being counted, and switching it off ends it.
 *
 * Runs on the device of device.h, with its ring switched on and off again.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

#include "device.h"

/* As module/core/trace.h documents it. */
struct event {
	uint64_t time_ns;
	uint64_t pfn;
	uint32_t seq;
	uint32_t gfp;
	uint8_t order;
	uint8_t type;
	uint8_t other_order;
	uint8_t other_type;
	uint16_t cpu;
	uint8_t instance;
	uint8_t kind;
};

enum { PAGE_ALLOC = 1, PAGE_FREE = 2, LAST_KIND = 29 };

#define NO_PFN UINT64_MAX

static void path_of(char *path, size_t size, const char *file)
{
	int fd = sb_open(O_RDWR);
	struct sbuddy_info info = sb_info(fd);

	close(fd);
	snprintf(path, size, "/sys/kernel/debug/sbuddy/%s/ring/%s", info.name, file);
}

static int ring_open(const char *file, int flags)
{
	char path[128];

	path_of(path, sizeof(path), file);
	return open(path, flags | O_CLOEXEC);
}

/* 0 or -errno: what writing a number to ring/enable gives. */
static int ring_set(unsigned int kib)
{
	char text[16];
	int fd = ring_open("enable", O_WRONLY);
	int len = snprintf(text, sizeof(text), "%u", kib);
	int err = write(fd, text, len) == len ? 0 : -errno;

	close(fd);
	return err;
}

static long long ring_size_kib(void)
{
	char text[32] = "";
	int fd = ring_open("enable", O_RDONLY);
	ssize_t len = read(fd, text, sizeof(text) - 1);

	close(fd);
	return len > 0 ? atoll(text) : -1;
}

/* A figure of ring/stats, or -1. */
static long long ring_stat(const char *name)
{
	char path[128], line[128], is[32];
	long long value, found = -1;
	FILE *file;

	path_of(path, sizeof(path), "stats");
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%31s %lld", is, &value) == 2 && !strcmp(is, name))
			found = value;
	if (file)
		fclose(file);
	return found;
}

/* The number of the node: what records call the instance. */
static int node_number(void)
{
	return atoi(sb_path() + strlen("/dev/sbuddy"));
}

FIXTURE(ring)
{
	int fd;
	int data;
};

FIXTURE_SETUP(ring)
{
	struct sbuddy_drain drain = { .size = sizeof(drain) };

	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_DRAIN, &drain));
	self->data = ring_open("data", O_RDONLY);
	ASSERT_LE(0, self->data);
	ASSERT_EQ(0, ring_set(1));
}

FIXTURE_TEARDOWN(ring)
{
	close(self->data);
	close(self->fd);
	ring_set(0);
}

static struct event events[65536];

static long take(int data, size_t max)
{
	ssize_t len = read(data, events, max * sizeof(*events));

	return len < 0 ? -errno : len / (ssize_t)sizeof(*events);
}

/* Events are made by allocations and frees of this many blocks of an order. */
static void churn(int fd, unsigned int order, int times)
{
	struct sbuddy_alloc alloc;

	while (times-- && !sb_get(fd, order, &alloc))
		sb_put(fd, alloc.handle);
}

static long long pfn_of(int fd, uint32_t handle)
{
	struct sbuddy_query query = {
		.size = sizeof(query),
		.handle = handle,
		.flags = SBUDDY_QUERY_PHYS,
	};

	if (sb_pin(fd, handle) || sb_call(fd, SBUDDY_IOC_QUERY, &query))
		return -1;
	return query.phys / sysconf(_SC_PAGESIZE);
}

/* One that a pin leaves where it is. */
static int get_unmovable(int fd, unsigned int order, struct sbuddy_alloc *alloc)
{
	*alloc = sb_request(order);
	alloc->type = SBUDDY_UNMOVABLE;
	return sb_call(fd, SBUDDY_IOC_ALLOC, alloc);
}

TEST(off_it_costs_nothing_and_holds_nothing)
{
	int data = ring_open("data", O_RDONLY);

	ASSERT_EQ(0, ring_set(0));
	EXPECT_EQ(0, ring_size_kib());
	EXPECT_EQ(0, ring_stat("traced"));
	EXPECT_EQ(0, ring_stat("size"));
	EXPECT_EQ(0, take(data, 16));
	close(data);
}

TEST_F(ring, sizes_are_powers_of_two)
{
	EXPECT_EQ(256, ring_size_kib());
	EXPECT_EQ(8192, ring_stat("size"));
	ASSERT_EQ(0, ring_set(5));
	EXPECT_EQ(8, ring_size_kib());
	EXPECT_EQ(-EINVAL, ring_set(16385));
	EXPECT_EQ(8, ring_size_kib());
	EXPECT_EQ(1, ring_stat("traced"));
}

TEST_F(ring, an_allocation_and_its_free_are_told)
{
	struct sbuddy_alloc alloc;
	struct timespec now;
	const struct event *got = NULL, *given = NULL;
	long long pfn;
	long i, nr;

	ASSERT_EQ(0, get_unmovable(self->fd, 4, &alloc));
	pfn = pfn_of(self->fd, alloc.handle);
	ASSERT_LE(0, pfn);
	ASSERT_EQ(0, sb_put(self->fd, alloc.handle));
	nr = take(self->data, ARRAY_LEN(events));
	clock_gettime(CLOCK_MONOTONIC, &now);
	ASSERT_LE(2, nr) TH_LOG("core tells nothing: %ld events", nr);
	for (i = 0; i < nr; i++) {
		if (events[i].kind == PAGE_ALLOC && (long long)events[i].pfn == pfn)
			got = &events[i];
		if (events[i].kind == PAGE_FREE && (long long)events[i].pfn == pfn)
			given = &events[i];
	}
	ASSERT_TRUE(got && given);
	EXPECT_EQ(4, got->order);
	EXPECT_EQ(SBUDDY_UNMOVABLE, got->type);
	EXPECT_EQ(4, given->order);
	EXPECT_EQ(node_number(), got->instance);
	EXPECT_LT(got->seq, given->seq);
	EXPECT_LE(got->time_ns, given->time_ns);
	EXPECT_LE(given->time_ns, now.tv_sec * 1000000000ull + now.tv_nsec);
}

TEST_F(ring, records_are_numbered_and_whole)
{
	long i, nr;

	churn(self->fd, 0, 200);
	nr = take(self->data, ARRAY_LEN(events));
	ASSERT_LE(400, nr);
	for (i = 0; i < nr; i++) {
		ASSERT_EQ(i, events[i].seq);
		ASSERT_LE(PAGE_ALLOC, events[i].kind);
		ASSERT_GE(LAST_KIND, events[i].kind);
		ASSERT_LE(events[i ? i - 1 : 0].time_ns, events[i].time_ns);
	}
	EXPECT_EQ(nr, ring_stat("written"));
	EXPECT_EQ(nr, ring_stat("read"));
	EXPECT_EQ(0, ring_stat("unread"));
	EXPECT_EQ(0, ring_stat("lost"));
	EXPECT_EQ(0, take(self->data, 16));
}

TEST_F(ring, reads_take_whole_records_alone)
{
	char bytes[100];

	churn(self->fd, 0, 4);
	EXPECT_EQ(-1, read(self->data, bytes, 31));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(96, read(self->data, bytes, sizeof(bytes)));
	ASSERT_EQ(1, take(self->data, 1));
	EXPECT_EQ(3, events[0].seq);
}

TEST_F(ring, what_is_overwritten_is_counted)
{
	long long written, lost;
	long nr, i;

	/* 2 KiB: 64 records. */
	ASSERT_EQ(0, ring_set(2));
	churn(self->fd, 0, 300);
	written = ring_stat("written");
	lost = ring_stat("lost");
	ASSERT_LE(600, written);
	EXPECT_EQ(64, ring_stat("unread"));
	EXPECT_EQ(written - 64, lost);
	nr = take(self->data, ARRAY_LEN(events));
	ASSERT_EQ(64, nr);
	/* The latest are there; the gap is what was lost. */
	for (i = 0; i < nr; i++)
		ASSERT_EQ(lost + i, events[i].seq);
	EXPECT_EQ(64, ring_stat("read"));
}

TEST_F(ring, what_no_memory_took_is_counted)
{
	char *cliff = sb_cliff(PROT_READ | PROT_WRITE);

	churn(self->fd, 0, 40);
	EXPECT_EQ(-1, read(self->data, cliff, 64));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(2, ring_stat("lost"));
	ASSERT_EQ(1, take(self->data, 1));
	EXPECT_EQ(2, events[0].seq);
	/* Sixteen records reach the memory, the seventeenth does not. */
	EXPECT_EQ(512, read(self->data, cliff - 512, 1024));
}

TEST_F(ring, text_shows_them_and_takes_none)
{
	char path[128], line[512], wanted[128];
	struct sbuddy_alloc alloc;
	int lines = 0, found = 0;
	long long unread;
	FILE *file;

	ASSERT_EQ(0, get_unmovable(self->fd, 4, &alloc));
	snprintf(wanted, sizeof(wanted),
		 ": mm_page_alloc: pfn=0x%llx order=4 migratetype=Unmovable ",
		 pfn_of(self->fd, alloc.handle));
	churn(self->fd, 0, 500);
	unread = ring_stat("unread");
	path_of(path, sizeof(path), "text");
	file = fopen(path, "r");
	ASSERT_TRUE(!!file);
	while (fgets(line, sizeof(line), file)) {
		lines++;
		found += !!strstr(line, wanted);
	}
	fclose(file);
	EXPECT_EQ(unread, lines);
	EXPECT_EQ(1, found);
	EXPECT_EQ(unread, ring_stat("unread"));
	EXPECT_EQ(0, ring_stat("lost"));
}

TEST_F(ring, text_says_what_was_overwritten_meanwhile)
{
	char line[512], first[64];
	long long at = -1;
	int fd;

	/* 4 KiB: 128 records, of which the file reads some 50 at a time. */
	ASSERT_EQ(0, ring_set(4));
	churn(self->fd, 0, 100);
	fd = ring_open("text", O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(sizeof(first), read(fd, first, sizeof(first)));
	churn(self->fd, 0, 300);
	while (at < 0) {
		ssize_t len = read(fd, line, sizeof(line) - 1);
		char *said;

		ASSERT_LT(0, len);
		line[len] = '\0';
		said = strstr(line, "# ");
		if (said && strchr(said, '\n'))
			at = atoll(said + 2);
	}
	EXPECT_LT(0, at);
	close(fd);
}

TEST_F(ring, poll_waits_for_the_next_event)
{
	struct pollfd pfd = { .fd = self->data, .events = POLLIN };
	struct timespec before, after;
	pid_t pid;

	take(self->data, ARRAY_LEN(events));
	EXPECT_EQ(0, poll(&pfd, 1, 0));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		usleep(200000);
		churn(self->fd, 5, 1);
		_exit(0);
	}
	clock_gettime(CLOCK_MONOTONIC, &before);
	EXPECT_EQ(1, poll(&pfd, 1, 30000));
	clock_gettime(CLOCK_MONOTONIC, &after);
	EXPECT_TRUE(pfd.revents & POLLIN);
	/* One that nobody wakes looks once more when its time is over. */
	EXPECT_GT(25, after.tv_sec - before.tv_sec);
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_LE(1, take(self->data, ARRAY_LEN(events)));
}

static int stop;

static void *churn_until_stop(void *unused)
{
	int fd = sb_open(O_RDWR);

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		churn(fd, 0, 50);
	close(fd);
	return NULL;
}

/* Nothing is missing but what was counted, nothing is there twice. */
TEST_F(ring, readers_and_writers_at_once_agree)
{
	pthread_t writers[2];
	long long seen = 0, gaps = 0, rounds;
	uint32_t next = 0;
	long i, nr;

	ASSERT_EQ(0, ring_set(2));
	stop = 0;
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&writers[i], NULL, churn_until_stop, NULL));
	for (rounds = 0; rounds < 2000 || next < 5000; rounds++) {
		if (rounds == 1000000)
			break;
		nr = take(self->data, 50);
		for (i = 0; i < nr; i++) {
			gaps += events[i].seq - next;
			next = events[i].seq + 1;
			seen++;
		}
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		pthread_join(writers[i], NULL);
	while ((nr = take(self->data, 50)) > 0)
		for (i = 0; i < nr; i++) {
			gaps += events[i].seq - next;
			next = events[i].seq + 1;
			seen++;
		}
	EXPECT_LE(5000, seen + gaps);
	EXPECT_EQ(ring_stat("written"), seen + gaps);
	EXPECT_EQ(ring_stat("read"), seen);
	EXPECT_EQ(ring_stat("lost"), gaps);
}

/* The ring comes and goes, in all sizes, under those who write and read. */
TEST_F(ring, it_can_be_replaced_under_load)
{
	static const unsigned int sizes[] = { 2, 0, 64, 0, 256, 4 };
	pthread_t writers[2];
	unsigned int i;
	long j, nr;

	stop = 0;
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&writers[i], NULL, churn_until_stop, NULL));
	for (i = 0; i < 300; i++) {
		EXPECT_EQ(0, ring_set(sizes[i % ARRAY_LEN(sizes)]));
		nr = take(self->data, 64);
		for (j = 0; j < nr; j++)
			ASSERT_EQ(node_number(), events[j].instance);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		pthread_join(writers[i], NULL);
}

#define ITEM "/sys/kernel/config/sbuddy/test-ring"

static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t len = fd < 0 ? -1 : write(fd, text, strlen(text));

	close(fd);
	return len != (ssize_t)strlen(text);
}

/* The file stays open, so the module stays; the ring does not. */
TEST(a_reader_that_waits_outlives_the_instance)
{
	struct pollfd pfd = { .events = POLLIN };
	pid_t pid;

	if (access("/sys/kernel/config/sbuddy", F_OK))
		SKIP(return, "no configfs of sbuddy to make an instance in");
	ASSERT_EQ(0, mkdir(ITEM, 0755));
	ASSERT_EQ(0, write_to(ITEM "/kind", "dry"));
	ASSERT_EQ(0, write_to(ITEM "/memory", "0x80000000 16M"));
	ASSERT_EQ(0, write_to(ITEM "/live", "1"));
	ASSERT_EQ(0, write_to("/sys/kernel/debug/sbuddy/test-ring/ring/enable", "64"));
	pfd.fd = open("/sys/kernel/debug/sbuddy/test-ring/ring/data", O_RDONLY);
	ASSERT_LE(0, pfd.fd);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		alarm(25);
		_exit(poll(&pfd, 1, -1) != 1 || !(pfd.revents & POLLHUP));
	}
	usleep(200000);
	EXPECT_EQ(0, rmdir(ITEM));
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(-EIO, take(pfd.fd, 1));
	close(pfd.fd);
}

int main(int argc, char **argv)
{
	sb_need_device();
	if (ring_stat("size") < 0) {
		printf("1..0 # SKIP no ring in debugfs: is it mounted, and are you root?\n");
		return KSFT_SKIPPED;
	}
	return test_harness_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0-only
/* Requests that wait for memory, and poll(). */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>

#include "device.h"

#define MAX_BUFFERS 40000
#define LONG_MS 60000

static struct sbuddy_alloc all[MAX_BUFFERS];

FIXTURE(waiting)
{
	int fd;
	int other;
	uint64_t free;
	int nr;
};

/* All memory is another file's. */
FIXTURE_SETUP(waiting)
{
	self->fd = sb_open(O_RDWR);
	self->other = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->free = sb_free_pages(self->fd);
	self->nr = sb_get_all(self->other, all, MAX_BUFFERS);
	ASSERT_LT(1, self->nr);
	ASSERT_GT(MAX_BUFFERS, self->nr);
}

FIXTURE_TEARDOWN(waiting)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	close(self->other);
	EXPECT_EQ(self->free, sb_free_pages(fd));
	close(fd);
}

static struct sbuddy_alloc wait_for(unsigned int order, uint32_t timeout_ms)
{
	struct sbuddy_alloc alloc = sb_request(order);

	alloc.flags = SBUDDY_ALLOC_WAIT;
	alloc.timeout_ms = timeout_ms;
	return alloc;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Somebody who frees after a while, as it was told to. */
struct freer {
	pthread_t thread;
	int fd;
	int first;
	int last;
	unsigned int after_ms;
};

static void *free_later(void *arg)
{
	struct freer *freer = arg;
	int i;

	usleep(freer->after_ms * 1000);
	for (i = freer->first; i < freer->last; i++)
		sb_put(freer->fd, all[i].handle);
	return NULL;
}

static void begin_freeing(struct freer *freer)
{
	pthread_create(&freer->thread, NULL, free_later, freer);
}

TEST_F(waiting, nothing_to_wait_for_is_had_at_once)
{
	struct sbuddy_alloc buf = wait_for(0, LONG_MS);

	ASSERT_EQ(0, sb_put(self->other, all[0].handle));
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	EXPECT_EQ(LONG_MS, buf.timeout_ms);
}

TEST_F(waiting, ends_when_memory_is_freed)
{
	struct freer freer = { .fd = self->other, .last = 1, .after_ms = 100 };
	uint32_t times[] = { LONG_MS, SBUDDY_WAIT_FOREVER };
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(times); i++) {
		struct sbuddy_alloc buf = wait_for(2, times[i]);

		freer.first = (int)i;
		freer.last = (int)i + 1;
		begin_freeing(&freer);
		EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
		pthread_join(freer.thread, NULL);
	}
}

TEST_F(waiting, finds_what_is_freed_page_by_page)
{
	struct freer freer = { .fd = self->other, .last = self->nr, .after_ms = 50 };
	struct sbuddy_alloc buf = wait_for(3, LONG_MS);
	int i;

	/* As many single pages as there are, none of which has a neighbour of its own. */
	for (i = 0; i < self->nr; i++)
		sb_put(self->other, all[i].handle);
	for (i = 0; i < MAX_BUFFERS && !sb_get(self->other, 0, &all[i]); i++)
		;
	freer.last = i;
	if (i == MAX_BUFFERS)
		SKIP(return, "too much memory");
	begin_freeing(&freer);
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	pthread_join(freer.thread, NULL);
}

TEST_F(waiting, ends_when_who_has_memory_is_killed)
{
	struct sbuddy_alloc buf = wait_for(1, LONG_MS);
	pid_t pid = fork();

	if (!pid) {
		close(self->fd);
		usleep(100000);
		kill(getpid(), SIGKILL);
	}
	close(self->other);
	self->other = -1;
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	sb_child_status(pid);
}

TEST_F(waiting, is_for_any_size)
{
	struct freer freer = { .fd = self->other, .last = self->nr, .after_ms = 50 };
	struct sbuddy_alloc exact = wait_for(0, LONG_MS), scattered = wait_for(0, LONG_MS);

	exact.flags |= SBUDDY_ALLOC_BYTES;
	exact.bytes = 3ull << 12;
	scattered.flags |= SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED;
	scattered.bytes = 20ull << 12;
	begin_freeing(&freer);
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &exact));
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &scattered));
	pthread_join(freer.thread, NULL);
}

TEST_F(waiting, ends_when_the_time_is_over)
{
	struct sbuddy_alloc buf = wait_for(0, 150);
	uint64_t begun = now_ms();

	EXPECT_EQ(-ETIMEDOUT, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	EXPECT_LE(150, now_ms() - begun);
	EXPECT_EQ(150, buf.timeout_ms);
	buf = wait_for(0, 0);
	EXPECT_EQ(-ETIMEDOUT, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	EXPECT_EQ(0, sb_info(self->fd).nr_handles);
}

/* Frees and takes what is of no use to who waits, as fast as it can. */
static atomic_int busy;

static void *be_busy(void *arg)
{
	int fd = sb_open(O_RDWR);
	struct sbuddy_alloc buf;

	sb_put(*(int *)arg, all[1].handle);
	while (atomic_load(&busy))
		if (!sb_get(fd, 0, &buf))
			sb_put(fd, buf.handle);
	close(fd);
	return NULL;
}

TEST_F(waiting, wait_ends_while_others_are_busy)
{
	struct sbuddy_alloc buf = wait_for(sb_info(self->fd).max_order, 300);
	pthread_t thread;

	/* A block too small for it is all there is. */
	if (all[self->nr - 1].granted >= sb_info(self->fd).max_bytes)
		SKIP(return, "all blocks are large");
	all[1] = all[self->nr - 1];
	atomic_store(&busy, 1);
	ASSERT_EQ(0, pthread_create(&thread, NULL, be_busy, &self->other));
	EXPECT_EQ(-ETIMEDOUT, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	atomic_store(&busy, 0);
	pthread_join(thread, NULL);
}

static void ignore(int signal)
{
}

static void tick(unsigned int ms, int flags)
{
	struct sigaction action = { .sa_handler = ignore, .sa_flags = flags };
	struct itimerval often = { { 0, ms * 1000 }, { 0, ms * 1000 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

/* Were each to begin anew with all of the time, it would never end. */
TEST_F(waiting, signals_do_not_make_it_longer)
{
	struct sbuddy_alloc buf = wait_for(0, 400);

	tick(50, SA_RESTART);
	EXPECT_EQ(-ETIMEDOUT, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	tick(0, SA_RESTART);
	EXPECT_GT(400, buf.timeout_ms);
}

TEST_F(waiting, tells_what_a_signal_left)
{
	struct sbuddy_alloc buf = wait_for(0, LONG_MS), forever = wait_for(0, SBUDDY_WAIT_FOREVER);

	tick(50, 0);
	EXPECT_EQ(-EINTR, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	EXPECT_EQ(-EINTR, sb_call(self->fd, SBUDDY_IOC_ALLOC, &forever));
	tick(0, 0);
	EXPECT_GT(LONG_MS, buf.timeout_ms);
	EXPECT_EQ(SBUDDY_WAIT_FOREVER, forever.timeout_ms);
}

TEST_F(waiting, can_be_killed)
{
	pid_t pid = fork();

	if (!pid) {
		struct sbuddy_alloc buf = wait_for(0, SBUDDY_WAIT_FOREVER);

		_exit(sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf) ? 1 : 0);
	}
	usleep(100000);
	kill(pid, SIGKILL);
	EXPECT_EQ(128 + SIGKILL, sb_child_status(pid));
}

TEST_F(waiting, refuses_what_makes_no_sense)
{
	struct sbuddy_alloc buf = wait_for(0, 0);
	struct sbuddy_result result;
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.flags = SBUDDY_ALLOC_WAIT,
		.node = SBUDDY_NODE_ANY,
		.count = 1,
		.results = (uintptr_t)&result,
	};

	buf.flags |= SBUDDY_ALLOC_ATOMIC;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	buf = wait_for(0, 0);
	buf.reserved2 = 1;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	buf = sb_request(0);
	buf.timeout_ms = 1;
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_ALLOC_BULK, &bulk));
	/* A program that knows no time does not wait. */
	buf = wait_for(0, 0);
	buf.size = SBUDDY_ALLOC_SIZE_VER0;
	EXPECT_EQ(-ETIMEDOUT, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
}

static short poll_now(int fd, short events, int ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };

	return poll(&pollfd, 1, ms) > 0 ? pollfd.revents : 0;
}

/* How often a zone fell; or -errno. */
static int falls(int fd, uint32_t flags)
{
	struct sbuddy_falls arg = { .size = sizeof(arg), .flags = flags };
	int err = sb_call(fd, SBUDDY_IOC_FALLS, &arg);

	return err ? err : (int)arg.falls;
}

TEST_F(waiting, poll_tells_of_little_until_it_was_asked)
{
	struct freer freer = { .fd = self->other, .last = self->nr, .after_ms = 100 };
	int i;

	EXPECT_EQ(0, poll_now(self->fd, POLLIN, 0));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(POLLPRI, poll_now(self->fd, POLLPRI | POLLIN, 0));
	EXPECT_EQ(1, falls(self->fd, SBUDDY_FALLS_KEEP));
	EXPECT_EQ(POLLPRI, poll_now(self->fd, POLLPRI, 0));
	EXPECT_EQ(1, falls(self->fd, 0));
	EXPECT_EQ(0, falls(self->fd, 0));
	EXPECT_EQ(0, poll_now(self->fd, POLLPRI | POLLIN, 0));
	begin_freeing(&freer);
	EXPECT_EQ(POLLIN | POLLRDNORM, poll_now(self->fd, POLLPRI | POLLIN | POLLRDNORM, LONG_MS));
	pthread_join(freer.thread, NULL);
}

static void free_all(int fd, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		sb_put(fd, all[i].handle);
}

static uint32_t wait_events(int epoll, int ms)
{
	struct epoll_event event = { .events = 0 };

	return epoll_wait(epoll, &event, 1, ms) > 0 ? event.events : 0;
}

static int control(int epoll, int op, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	return epoll_ctl(epoll, op, fd, &event);
}

/* Who says what he waits for has not waited yet. */
TEST_F(waiting, epoll_is_told_after_it_was_changed)
{
	int a = epoll_create1(0), b = epoll_create1(0), i;

	EXPECT_EQ(0, control(a, EPOLL_CTL_ADD, self->fd, EPOLLPRI));
	EXPECT_EQ(0, control(a, EPOLL_CTL_MOD, self->fd, EPOLLPRI | EPOLLIN));
	EXPECT_EQ(0, control(b, EPOLL_CTL_ADD, self->fd, EPOLLIN));
	EXPECT_EQ(0, control(b, EPOLL_CTL_MOD, self->fd, EPOLLPRI | EPOLLET));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(EPOLLPRI, wait_events(a, LONG_MS));
	EXPECT_EQ(EPOLLPRI, wait_events(b, LONG_MS));
	EXPECT_EQ(0, wait_events(b, 0));
	EXPECT_EQ(1, falls(self->fd, 0));
	EXPECT_EQ(0, wait_events(a, 0));
	/* It falls again, and both hear of it. */
	free_all(self->other, self->nr);
	EXPECT_EQ(EPOLLIN, wait_events(a, LONG_MS));
	sb_get_all(self->other, all, MAX_BUFFERS);
	EXPECT_EQ(EPOLLPRI, wait_events(a, LONG_MS));
	EXPECT_EQ(EPOLLPRI, wait_events(b, LONG_MS));
	close(a);
	close(b);
}

/* A shortage that is over before anybody looks is told of all the same, and so is its end. */
TEST_F(waiting, epoll_is_told_of_what_is_over)
{
	int low = epoll_create1(0), enough = epoll_create1(0), i;

	free_all(self->other, self->nr);
	ASSERT_EQ(0, control(enough, EPOLL_CTL_ADD, self->fd, EPOLLIN | EPOLLET));
	ASSERT_EQ(0, control(low, EPOLL_CTL_ADD, self->fd, EPOLLPRI));
	EXPECT_EQ(EPOLLIN, wait_events(enough, LONG_MS));
	EXPECT_EQ(0, wait_events(low, 0));
	for (i = 0; i < 5; i++) {
		free_all(self->other, sb_get_all(self->other, all, MAX_BUFFERS));
		EXPECT_EQ(EPOLLIN, wait_events(enough, 20000));
		EXPECT_EQ(EPOLLPRI, wait_events(low, 0));
		EXPECT_LE(1, falls(self->fd, 0));
		EXPECT_EQ(0, wait_events(low, 0));
	}
	close(low);
	close(enough);
}

static void *take_later(void *arg)
{
	usleep(100000);
	sb_get_all(*(int *)arg, all, MAX_BUFFERS);
	return NULL;
}

TEST_F(waiting, poll_wakes_when_there_is_little)
{
	pthread_t thread;
	int i;

	for (i = 0; i < self->nr; i++)
		sb_put(self->other, all[i].handle);
	EXPECT_EQ(POLLIN, poll_now(self->fd, POLLPRI | POLLIN, LONG_MS));
	EXPECT_EQ(0, poll_now(self->fd, POLLPRI, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, take_later, &self->other));
	EXPECT_EQ(POLLPRI, poll_now(self->fd, POLLPRI, LONG_MS));
	pthread_join(thread, NULL);
	EXPECT_LE(1, falls(self->fd, 0));
	EXPECT_EQ(0, poll_now(self->fd, POLLPRI, 0));
}

/* The platform device that the device is of; 0 or -1 when there is none. */
static int find_platform_device(char *name, size_t size)
{
	const char *node = strrchr(sb_path(), '/') + 1;
	char path[128], target[256];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/class/misc/%s/device", node);
	len = readlink(path, target, sizeof(target) - 1);
	if (len <= 0)
		return -1;
	target[len] = '\0';
	snprintf(name, size, "%s", strrchr(target, '/') + 1);
	return 0;
}

/* Runs it to its end in another process. */
static pid_t run(const char *program, const char *module, const char *parameter)
{
	pid_t pid = fork();

	if (!pid) {
		execlp(program, program, module, parameter, NULL);
		_exit(127);
	}
	return pid;
}

TEST_F(waiting, wait_ends_at_removal)
{
	struct sbuddy_alloc buf = wait_for(0, LONG_MS);
	char name[128], parameter[160];
	pid_t pid;
	int err;

	if (find_platform_device(name, sizeof(name)))
		SKIP(return, "not the device of a carveout");
	snprintf(parameter, sizeof(parameter), "device=%s", name);
	pid = run("modprobe", "sbuddy_unbind", parameter);
	err = sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf);
	EXPECT_EQ(POLLERR | POLLHUP, poll_now(self->fd, POLLIN, LONG_MS));
	close(self->fd);
	close(self->other);
	ASSERT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(-ENODEV, err);
	EXPECT_EQ(-1, sb_open(O_RDWR));
	EXPECT_EQ(0, sb_child_status(run("rmmod", "sbuddy_unbind", NULL)));
	self->fd = sb_open(O_RDWR);
	EXPECT_LE(0, self->fd);
	self->other = -1;
}

SBUDDY_TEST_MAIN

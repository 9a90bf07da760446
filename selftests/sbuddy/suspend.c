// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine sleeps, and what was in memory before is there afterwards: buffers, mappings,
 * dma-bufs, and pages on the lists of CPUs that went offline on the way. Where nothing
 * would wake the machine, the kernel's own test goes as far as it can without sleeping.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "classes.h"

#define POWER "/sys/power/"
#define RTC "/sys/class/rtc/rtc0/"
#define BUFFERS 64

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* Of a file that lists what can be chosen. */
static int has(const char *path, const char *word)
{
	char text[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[len > 0 ? len : 0] = '\0';
	return !!strstr(text, word);
}

/* The deepest sleep there is. */
static const char *deepest(void)
{
	return has(POWER "state", "mem") ? "mem" : "freeze";
}

struct worker {
	int fd;
	atomic_int stop;
	atomic_int rounds;
	atomic_int failed;
};

/* Somebody is in the middle of it when the machine falls asleep. */
static void *work_on(void *arg)
{
	struct worker *worker = arg;
	struct sbuddy_alloc buf;
	unsigned int order;

	for (order = 0; !atomic_load(&worker->stop); order = (order + 1) % 5) {
		if (sb_get(worker->fd, order, &buf) || sb_put(worker->fd, buf.handle))
			atomic_fetch_add(&worker->failed, 1);
		atomic_fetch_add(&worker->rounds, 1);
	}
	return NULL;
}

static int sleep_with_work(int fd, const char *state)
{
	struct worker worker = { .fd = fd };
	pthread_t thread;
	int err, before;

	if (pthread_create(&thread, NULL, work_on, &worker))
		return -EAGAIN;
	usleep(20000);
	err = put(POWER "state", state);
	before = atomic_load(&worker.rounds);
	usleep(50000);
	if (atomic_load(&worker.rounds) == before)
		err = -ETIMEDOUT;
	atomic_store(&worker.stop, 1);
	pthread_join(thread, NULL);
	return err ? err : -atomic_load(&worker.failed);
}

/* Sleeps with pages in many hands, and looks at them afterwards. */
static void sleep_and_look(struct __test_metadata *_metadata, FIXTURE_DATA(class) * self,
			   const char *state)
{
	struct sbuddy_alloc bufs[BUFFERS];
	int dmabuf = export_buffer(self->fd, self->buf.handle, O_RDWR);
	char *maps[BUFFERS];
	int i;

	ASSERT_LE(0, dmabuf);
	memset(self->p, 0x5a, self->len);
	for (i = 0; i < BUFFERS; i++) {
		ASSERT_EQ(0, sb_get(self->fd, i % 3, &bufs[i]));
		maps[i] = sb_map(self->fd, bufs[i].offset, bufs[i].granted);
		ASSERT_TRUE(maps[i] != MAP_FAILED);
		memset(maps[i], i, bufs[i].granted);
	}
	ASSERT_EQ(0, sleep_with_work(self->other, state));
	for (i = 0; i < BUFFERS; i++) {
		EXPECT_EQ(-1, sb_differs(maps[i], i, bufs[i].granted));
		munmap(maps[i], bufs[i].granted);
		EXPECT_EQ(0, sb_put(self->fd, bufs[i].handle));
	}
	EXPECT_EQ(-1, sb_differs(self->p, 0x5a, self->len));
	close(dmabuf);
	EXPECT_AS_BEFORE();
}

/* Processes stop, devices suspend, CPUs go, and all of it back. */
TEST_F(class, rehearsed)
{
	/* Of the lighter sleep the last two are no part. */
	static const char *const depths[] = { "freezer", "devices", "platform", "processors",
					      "core" };
	size_t nr = has(POWER "mem_sleep", "[deep]") ? ARRAY_LEN(depths) : 3, i;

	if (!has(POWER "pm_test", "devices"))
		SKIP(return, "the kernel has no PM_DEBUG");
	put("/sys/module/suspend/parameters/pm_test_delay", "0");
	for (i = 0; i < nr; i++) {
		ASSERT_EQ(0, put(POWER "pm_test", depths[i]));
		sleep_and_look(_metadata, self, deepest());
	}
	ASSERT_EQ(0, put(POWER "pm_test", "none"));
}

/* The clock wakes the machine. */
TEST_F(class, asleep)
{
	char time[32] = "";
	int fd;

	if (!has(RTC "name", "rtc_cmos"))
		SKIP(return, "no clock would wake the machine");
	fd = open(RTC "since_epoch", O_RDONLY | O_CLOEXEC);
	ASSERT_LT(0, read(fd, time, sizeof(time) - 1));
	close(fd);
	ASSERT_EQ(0, put(RTC "wakealarm", "0"));
	ASSERT_EQ(0, put(RTC "wakealarm", "+3"));
	sleep_and_look(_metadata, self, deepest());
	EXPECT_TRUE(!has(RTC "since_epoch", time));
}

SBUDDY_MEMORY_TEST_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A crowd that allocates, maps and frees for a long time, of whom one or the other is
 * killed where he is, while CPUs come and go. Afterwards all pages are back, the kernel
 * needs no more memory than before, and a buffer takes no longer than in the beginning.
 *
 * SBUDDY_SOAK_CALLS, SBUDDY_SOAK_KILLS and SBUDDY_SOAK_CYCLES (of CPUs) make it longer.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "device.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 36000

#define POPULATION 64
#define SLOTS 16
#define CALLS 8000
#define KILLS 8
#define CYCLES 3
#define SAMPLES 100000
/* kB that the kernel keeps for itself, for each CPU and for who was here first. */
#define SLACK 1024

struct shared {
	volatile uint64_t calls;
	volatile int stop;
	volatile int cycles;
	volatile int wrong;
	volatile int inside[POPULATION]; /* in the middle of a call */
	volatile uint32_t nr_samples;
	float samples[SAMPLES];
};

static struct shared *shared;

static uint64_t env_or(const char *name, uint64_t fallback)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : fallback;
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void begin(int number)
{
	shared->inside[number] = 1;
}

static void end(int number)
{
	shared->inside[number] = 0;
	__atomic_fetch_add(&shared->calls, 1, __ATOMIC_RELAXED);
}

/* What is new is empty. */
static void look(int fd, const struct sbuddy_alloc *buf)
{
	volatile uint32_t *p = sb_map(fd, buf->offset, buf->granted);

	if (p == MAP_FAILED)
		return;
	if (p[0] || p[buf->granted / 4 - 1])
		shared->wrong++;
	p[0] = 1;
	p[buf->granted / 4 - 1] = 1;
	/* Some stay, and go with the process. */
	if (buf->handle & 7)
		munmap((void *)p, buf->granted);
}

static void live(int number, uint32_t seed)
{
	struct sbuddy_alloc bufs[SLOTS] = {}, *buf;
	int fd = sb_open(O_RDWR), mappable = sb_mappable(fd), err;

	while (!shared->stop) {
		uint32_t r = next_random(&seed);

		buf = &bufs[r % SLOTS];
		begin(number);
		if (buf->handle) {
			err = sb_put(fd, buf->handle);
			buf->handle = 0;
		} else {
			err = sb_get(fd, r >> 8 & 3, buf);
			if (err)
				buf->handle = 0;
		}
		end(number);
		if (err && err != -ENOMEM)
			shared->wrong++;
		if (mappable && buf->handle && !(r >> 16 & 15))
			look(fd, buf);
	}
}

static pid_t born(int number, uint32_t seed)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	shared->inside[number] = 0;
	/* Who measures, and who kills, would wait for all others. */
	if (nice(10) == -1)
		_exit(1);
	live(number, seed * 2654435761u | 1);
	_exit(0);
}

static uint64_t cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

/* What a buffer costs, in calls that do nothing: these are as slow as the machine just is. */
static void measure(void)
{
	int fd = sb_open(O_RDWR), i;
	struct sbuddy_alloc buf;
	uint64_t start, middle;

	while (!shared->stop) {
		start = cpu_time();
		for (i = 0; i < 64; i++)
			syscall(SYS_getppid);
		middle = cpu_time();
		for (i = 0; i < 16; i++)
			if (!sb_get(fd, 0, &buf))
				sb_put(fd, buf.handle);
		if (shared->nr_samples < SAMPLES && middle > start)
			shared->samples[shared->nr_samples++] =
				(float)(cpu_time() - middle) / (float)(middle - start);
		usleep(5000);
	}
}

static void cycle_cpus(int cycles)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC);

	while (fd >= 0 && cycles-- && !shared->wrong) {
		if (write(fd, "0", 1) != 1 || write(fd, "1", 1) != 1)
			break;
		shared->cycles++;
	}
}

static long meminfo(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	long kb = -1;

	while (kb < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kb = strtol(line + strlen(name) + 1, NULL, 10);
	fclose(file);
	return kb;
}

/* With what CPUs keep for themselves, which MemFree leaves out and comes and goes. */
static long free_kb(void)
{
	FILE *file = fopen("/proc/zoneinfo", "r");
	long kb = meminfo("MemFree"), kept;
	char line[128];

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " count: %ld", &kept) == 1)
			kb += kept * (sysconf(_SC_PAGESIZE) / 1024);
	fclose(file);
	return kb;
}

static void settle(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	sync();
	if (write(fd, "3", 1) != 1)
		printf("# caches stay\n");
	close(fd);
	sleep(1);
}

static int compare(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

static float median(float *samples, uint32_t nr)
{
	qsort(samples, nr, sizeof(*samples), compare);
	return samples[nr / 2];
}

/* The whole life of a population. */
struct crowd {
	pid_t pids[POPULATION];
	pid_t cycler, measurer;
	uint64_t killed; /* in the middle of a call */
};

static pid_t helper(int what, int cycles)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (what)
		cycle_cpus(cycles);
	else
		measure();
	_exit(0);
}

static void kill_one(struct crowd *crowd, uint32_t *seed)
{
	int number = (int)(next_random(seed) % POPULATION), tries;

	usleep(next_random(seed) % 4000);
	for (tries = 0; tries < POPULATION && !shared->inside[number]; tries++)
		number = (number + 1) % POPULATION;
	crowd->killed += shared->inside[number];
	kill(crowd->pids[number], SIGKILL);
	sb_child_status(crowd->pids[number]);
	crowd->pids[number] = born(number, next_random(seed));
}

static void run_crowd(struct crowd *crowd, uint64_t calls, uint64_t kills, int cycles)
{
	uint32_t seed = 12345, i;

	for (i = 0; i < POPULATION; i++)
		crowd->pids[i] = born((int)i, next_random(&seed));
	crowd->measurer = helper(0, 0);
	crowd->cycler = helper(1, cycles);
	while ((shared->calls < calls || crowd->killed < kills) && !shared->wrong)
		kill_one(crowd, &seed);
	sb_child_status(crowd->cycler);
	shared->stop = 1;
	sb_child_status(crowd->measurer);
	for (i = 0; i < POPULATION; i++)
		sb_child_status(crowd->pids[i]);
}

static void expect_stable(struct __test_metadata *_metadata)
{
	uint32_t tenth = shared->nr_samples / 10;
	float first, last;

	/* Too few, if it was short. */
	if (tenth < 20)
		return;
	first = median(shared->samples, tenth);
	last = median(shared->samples + shared->nr_samples - tenth, tenth);
	printf("# a buffer costs %.2f calls in the first tenth, %.2f in the last\n", first, last);
	EXPECT_GT(2 * first, last);
}

TEST(nothing_is_lost_and_nothing_grows)
{
	uint64_t calls = env_or("SBUDDY_SOAK_CALLS", CALLS);
	uint64_t kills = env_or("SBUDDY_SOAK_KILLS", KILLS), free_pages;
	int cycles = (int)env_or("SBUDDY_SOAK_CYCLES", CYCLES), fd = sb_open(O_RDWR);
	struct crowd crowd = {};
	long slab, available;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ASSERT_TRUE(shared != MAP_FAILED);
	memset(shared, 0, sizeof(*shared));
	free_pages = sb_free_pages(fd);
	/* A first crowd, so that the kernel has what it keeps. */
	run_crowd(&crowd, calls / 20, kills / 20, 1);
	shared->stop = 0;
	shared->calls = 0;
	shared->cycles = 0;
	crowd.killed = 0;
	settle();
	slab = meminfo("Slab");
	available = free_kb();
	run_crowd(&crowd, calls, kills, cycles);
	settle();
	printf("# %llu calls, %llu killed in the middle of one, %d CPU cycles\n",
	       (unsigned long long)shared->calls, (unsigned long long)crowd.killed, shared->cycles);
	printf("# Slab %ld -> %ld kB, free %ld -> %ld kB\n", slab, meminfo("Slab"), available,
	       free_kb());
	EXPECT_EQ(0, shared->wrong);
	EXPECT_EQ(free_pages, sb_free_pages(fd));
	EXPECT_GT(slab + SLACK, meminfo("Slab"));
	EXPECT_GT(free_kb() + 4 * SLACK, available);
	expect_stable(_metadata);
	fflush(stdout);
	close(fd);
}

SBUDDY_TEST_MAIN

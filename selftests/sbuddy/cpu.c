// SPDX-License-Identifier: GPL-2.0-only
/* A CPU that goes offline leaves no page on its lists, and no object on its arrays. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sched.h>

#include "slabinfo.h"

/* The first CPU often cannot go. */
#define CPU 1
/* How often it goes. */
#define CYCLES 30
#define ONLINE "/sys/devices/system/cpu/cpu1/online"

/* Pages on the CPU's lists, of all zones, as zoneinfo tells; -1 if it does not. */
static long pages_of_cpu(int fd)
{
	struct sbuddy_info info = sb_info(fd);
	char path[128], line[128];
	int cpu = -1, count;
	long pages = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/sbuddy/%s/zoneinfo", info.name);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " cpu: %d", &cpu) == 1)
			continue;
		if (cpu == CPU && sscanf(line, " count: %d", &count) == 1)
			pages = (pages < 0 ? 0 : pages) + count;
	}
	if (file)
		fclose(file);
	return pages;
}

static int set_online(const char *text)
{
	int fd = open(ONLINE, O_WRONLY);
	ssize_t len = write(fd, text, 1);

	close(fd);
	return len == 1 ? 0 : -1;
}

static int run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

TEST(a_cpu_that_goes_offline_is_drained)
{
	int fd = sb_open(O_RDWR);
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	struct sbuddy_alloc alloc;
	uint64_t free_pages;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sb_call(fd, SBUDDY_IOC_DRAIN, &drain));
	free_pages = sb_info(fd).pages_free;
	ASSERT_EQ(0, pages_of_cpu(fd));
	ASSERT_EQ(0, run_on(CPU));
	ASSERT_EQ(0, sb_get(fd, 0, &alloc));
	ASSERT_EQ(0, sb_put(fd, alloc.handle));
	ASSERT_LT(0, pages_of_cpu(fd));
	ASSERT_EQ(0, run_on(0));
	ASSERT_EQ(0, set_online("0"));
	EXPECT_EQ(0, pages_of_cpu(fd));
	EXPECT_EQ(free_pages, sb_info(fd).pages_free);
	EXPECT_EQ(0, set_online("1"));
	/* And it serves again. */
	ASSERT_EQ(0, run_on(CPU));
	EXPECT_EQ(0, sb_get(fd, 0, &alloc));
	close(fd);
}

static int churn(const char *nr)
{
	int fd = open(CHURN, O_WRONLY);
	ssize_t len = write(fd, nr, strlen(nr));

	close(fd);
	return len < 0 ? -1 : 0;
}

TEST(its_objects_go_back_to_their_slabs)
{
	int fd = sb_open(O_RDWR);
	struct sbuddy_info info = sb_info(fd);
	long before;

	/* Some are on the array of the CPU that loads it, and stay there. */
	ASSERT_EQ(0, run_on(0));
	if (load_churn(info.name, 64, 3))
		SKIP(return, "there is no sbuddy_churn.ko");
	before = slabinfo(info.name, "churn", 1);
	EXPECT_LE(3, before);
	ASSERT_EQ(0, run_on(CPU));
	ASSERT_EQ(0, churn("100"));
	EXPECT_LT(before, slabinfo(info.name, "churn", 1));
	ASSERT_EQ(0, run_on(0));
	ASSERT_EQ(0, set_online("0"));
	EXPECT_EQ(before, slabinfo(info.name, "churn", 1));
	EXPECT_EQ(0, set_online("1"));
	/* And it serves again. */
	ASSERT_EQ(0, run_on(CPU));
	EXPECT_EQ(0, churn("100"));
	EXPECT_EQ(0, system("rmmod sbuddy_churn"));
	EXPECT_EQ(info.pages_free, sb_free_pages(fd));
	close(fd);
}

/* What the one who checks and the one who takes the CPU away tell each other. */
struct shared {
	volatile int stop;
	volatile int pause;
	volatile int paused;
	volatile int rounds;
};

/* Whether all that the checker found, again and again, was right. */
static int check_until(const char *name, struct shared *shared)
{
	char path[128], text[256] = "";
	int fd, wrong = 0;

	run_on(2);
	snprintf(path, sizeof(path), "/sys/kernel/debug/sbuddy/%s/check", name);
	while (!shared->stop && !wrong) {
		shared->paused = shared->pause;
		if (shared->paused)
			continue;
		fd = open(path, O_RDONLY);
		if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0 ||
		    strcmp(text, "0 violations\n"))
			wrong = 1;
		close(fd);
		shared->rounds++;
	}
	shared->paused = 1;
	if (wrong)
		dprintf(STDOUT_FILENO, "# %s\n", text);
	return wrong;
}

/* Objects come to an array only while nobody counts. */
static int churn_unseen(struct shared *shared)
{
	int err;

	shared->pause = 1;
	while (!shared->paused)
		usleep(1000);
	err = churn("1000");
	shared->pause = 0;
	return err;
}

/* A sandbox where next to nothing but objects is counted. */
#define ITEM "/sys/kernel/config/sbuddy/test-cpu"
#define MAKE_ITEM                                                          \
	"mkdir " ITEM " && echo sandbox >" ITEM "/kind && echo 16M >" ITEM \
	"/memory && echo 1 >" ITEM "/live"

/* What is counted on an array and what in a slab is not to change meanwhile. */
TEST(it_goes_while_its_objects_are_counted)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int i;

	ASSERT_TRUE(shared != MAP_FAILED);
	if (access("/sys/kernel/config/sbuddy", W_OK))
		SKIP(return, "there is no configfs");
	ASSERT_EQ(0, system(MAKE_ITEM));
	if (load_churn("test-cpu", 8, 600000))
		SKIP(goto out, "there is no sbuddy_churn.ko");
	pid = fork();
	if (!pid)
		_exit(check_until("test-cpu", shared));
	for (i = 0; i < CYCLES; i++) {
		EXPECT_EQ(0, run_on(CPU));
		EXPECT_EQ(0, churn_unseen(shared));
		EXPECT_EQ(0, run_on(0));
		EXPECT_EQ(0, set_online("0"));
		EXPECT_EQ(0, set_online("1"));
	}
	shared->stop = 1;
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_LT(1, shared->rounds);
	TH_LOG("%d times offline, while it was counted %d times", CYCLES, shared->rounds);
	EXPECT_EQ(0, system("rmmod sbuddy_churn"));
out:
	EXPECT_EQ(0, rmdir(ITEM));
}

int main(int argc, char **argv)
{
	sb_need_device();
	if (access(ONLINE, W_OK)) {
		printf("1..0 # SKIP %s is not there: one CPU, or none that can go\n", ONLINE);
		return KSFT_SKIPPED;
	}
	return test_harness_run(argc, argv);
}

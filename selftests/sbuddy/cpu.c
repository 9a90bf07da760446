// SPDX-License-Identifier: GPL-2.0-only
/* A CPU that goes offline leaves no page on its lists. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sched.h>

#include "device.h"

/* The first CPU often cannot go. */
#define CPU 1
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

int main(int argc, char **argv)
{
	sb_need_device();
	if (access(ONLINE, W_OK)) {
		printf("1..0 # SKIP %s is not there: one CPU, or none that can go\n", ONLINE);
		return KSFT_SKIPPED;
	}
	return test_harness_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sixteen at a time: threads that share their open files, processes that are killed where
 * they are, all of them with the calls of the fuzzer; and those who take away CPUs, read
 * files, remove instances and try to unload. Nobody knows what is in which buffer then; but
 * in the end all pages are back, and the kernel has not complained.
 *
 * SBUDDY_SECONDS makes it longer, SBUDDY_ENGINE=word takes the other engine.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>

#include "fuzz_check.h"
#include "races.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 7200

#define SECONDS 3
#define THREADS 6
#define PROCESSES 6

static struct races *races;
static struct fuzz fuzz;

static void *stay(void *arg)
{
	uint64_t rnd = (uintptr_t)arg | 1;
	struct fuzz_program p;

	while (!races->stop) {
		fuzz_fresh(&p, &rnd);
		fuzz_program_run(&fuzz, &p);
	}
	return NULL;
}

/* Threads that have all in common. */
static int run_threads(uint64_t seed)
{
	pthread_t threads[THREADS];
	uintptr_t i;

	fuzz.threaded = 1;
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, stay,
				   (void *)(uintptr_t)(seed * 977 + i * 2)))
			return 1;
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static pid_t start(unsigned int number, uint64_t seed)
{
	static void (*const others[])(struct races *) = { races_cpus, races_read, races_instances,
							  races_unload };
	pid_t pid = fork();

	if (pid)
		return pid;
	/* Those who disturb come first, or they would have to wait for all others. */
	if (number >= ARRAY_LEN(others) && nice(10) == -1)
		_exit(1);
	if (number < ARRAY_LEN(others))
		others[number](races);
	else if (number == ARRAY_LEN(others))
		_exit(run_threads(seed));
	else
		stay((void *)(uintptr_t)(seed * 7919));
	_exit(0);
}

#define OTHERS 4
#define ALL (OTHERS + 1 + PROCESSES)

static void disturb(pid_t *pids, uint64_t *rnd)
{
	unsigned int number = OTHERS + fuzz_below(rnd, 1 + PROCESSES);

	usleep(fuzz_below(rnd, 30000));
	if (fuzz_below(rnd, 3)) {
		kill(pids[number], SIGALRM);
		return;
	}
	kill(pids[number], SIGKILL);
	sb_child_status(pids[number]);
	races->kills++;
	pids[number] = start(number, fuzz_random(rnd));
}

/* Those who were killed may have left children. */
static void reap_all(void)
{
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

static void tell(void)
{
	printf("# %llu calls, %u kills, %u CPU cycles, %u reads, %u removals, %u attempts to unload\n",
	       (unsigned long long)fuzz.w->calls, races->kills, races->cycles, races->reads,
	       races->removals, races->attempts);
	fflush(stdout);
}

TEST(nothing_is_lost_in_a_crowd)
{
	const char *seconds = getenv("SBUDDY_SECONDS"), *engine = getenv("SBUDDY_ENGINE");
	time_t end = time(NULL) + (seconds ? atoi(seconds) : SECONDS);
	uint64_t rnd = (uint64_t)time(NULL) | 1;
	struct fuzz_watch watch;
	pid_t pids[ALL];
	char node[48];
	unsigned int i;

	if (races_make("races", "16M", engine ? engine : "list", node, sizeof(node)))
		SKIP(return, "no sandbox");
	setenv("SBUDDY_DEVICE", node, 1);
	races = mmap(NULL, sizeof(*races), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	ASSERT_EQ(0, fuzz_begin(&fuzz));
	ASSERT_EQ(0, fuzz_watch_begin(&watch));
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	fuzz.crowd = 1;
	for (i = 0; i < ALL; i++)
		pids[i] = start(i, fuzz_random(&rnd));
	while (time(NULL) < end)
		disturb(pids, &rnd);
	races->stop = 1;
	for (i = 0; i < ALL; i++)
		kill(pids[i], i < OTHERS ? 0 : SIGKILL);
	reap_all();
	tell();
	EXPECT_EQ(0, races->wrong);
	fuzz_judge(&fuzz, &watch, 1);
	EXPECT_STREQ("", fuzz.w->failure);
	close(watch.observer);
	close(watch.check);
	close(watch.pagemap);
	EXPECT_EQ(0, races_remove("races"));
}

int main(int argc, char **argv)
{
	if (access(RACES_ITEMS, F_OK) || access(RACES_FILES, F_OK)) {
		printf("1..0 # SKIP no configfs or debugfs of sbuddy\n");
		return KSFT_SKIPPED;
	}
	return test_harness_run(argc, argv);
}

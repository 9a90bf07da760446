// SPDX-License-Identifier: GPL-2.0-only
/*
 * A buffer as large as an entry of the last page table but one moves while threads
 * write to it: where it has such an entry, faults for it wait, too, and for another
 * lock than those for pages.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <pthread.h>

#define MOVABLE_AREAS "a 8M\nb 8M"
#include "movable.h"

#include "large.h"

#define NR_WRITERS 2
#define NR_MOVES 50

static volatile int done;

/* Counts in @word as it does by itself. */
struct writer {
	pthread_t thread;
	volatile uint32_t *word;
	uint32_t count;
};

static void *write_until_done(void *arg)
{
	struct writer *writer = arg;

	while (!done) {
		++*writer->word;
		writer->count++;
	}
	return NULL;
}

TEST(no_write_is_lost_and_the_mapping_goes_in_the_end)
{
	unsigned int page = (unsigned int)sysconf(_SC_PAGESIZE), order = 0, i;
	struct writer writers[NR_WRITERS] = { 0 };
	struct sbuddy_alloc buf;
	int fd = sb_open(O_RDWR);
	char *p;

	while (page << order < HUGE)
		order++;
	ASSERT_EQ(0, sb_get(fd, order, &buf));
	ASSERT_EQ(1 << order, in_areas());
	p = large_map(fd, &buf, 0, HUGE);
	ASSERT_TRUE(p != MAP_FAILED);
	for (i = 0; i < NR_WRITERS; i++) {
		writers[i].word = (volatile uint32_t *)(p + i * 3 * page);
		ASSERT_EQ(0,
			  pthread_create(&writers[i].thread, NULL, write_until_done, &writers[i]));
	}
	for (i = 0; i < NR_MOVES; i++)
		EXPECT_EQ(0, move_all());
	done = 1;
	for (i = 0; i < NR_WRITERS; i++) {
		pthread_join(writers[i].thread, NULL);
		EXPECT_EQ(writers[i].count, *writers[i].word);
	}
	/* This waits for every fault that has not given its lock back. */
	EXPECT_EQ(0, munmap(p, HUGE));
	close(fd);
}

int main(int argc, char **argv)
{
	int status = start_on("sandbox", "32M");

	return status ?: test_harness_run(argc, argv);
}

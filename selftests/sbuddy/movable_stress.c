// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers that are written, checked, mapped, shared, pinned and freed by all CPUs
 * while all of them are moved to and fro. Each word of a buffer says what it was
 * written as, so that a byte that is lost, stale or somebody else's is found.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

#include "movable.h"

#define WRITERS 4
#define BUFFERS 6
#define SECONDS 12

/* What all processes tell each other. */
struct shared {
	volatile int stop;
	volatile unsigned int rounds[WRITERS];
	volatile unsigned int wrong;
};

static struct shared *shared;

/* One buffer of a writer. */
struct slot {
	struct sbuddy_alloc buf;
	uint32_t *p;
	uint32_t stamp; /* what it was written as last, or 0 */
};

struct writer {
	int number;
	int fd;
	uint32_t seed;
	struct slot slots[BUFFERS];
};

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void complain(const struct slot *slot, size_t word, const char *what)
{
	/* Not by printf(), as who says this may be killed. */
	dprintf(STDOUT_FILENO, "# handle %u, word %zu: %s (%#x, written as %#x)\n",
		slot->buf.handle, word, what, slot->p ? slot->p[word] : 0, slot->stamp);
	shared->wrong++;
	shared->stop = 1;
}

static size_t words(const struct slot *slot)
{
	return slot->buf.granted / sizeof(uint32_t);
}

static uint32_t word_of(uint32_t stamp, size_t i)
{
	return stamp ? stamp * 2654435761u + (uint32_t)i : 0;
}

static void check_all(const struct slot *slot)
{
	size_t i;

	for (i = 0; i < words(slot); i++)
		if (slot->p[i] != word_of(slot->stamp, i))
			return complain(slot, i, "not what was written");
}

/* Each word is looked at right before it is written: a move in between is survived. */
static void write_all(struct slot *slot, uint32_t stamp)
{
	volatile uint32_t *p = slot->p;
	size_t i;

	for (i = 0; i < words(slot); i++) {
		if (p[i] != word_of(slot->stamp, i))
			return complain(slot, i, "not what was written");
		p[i] = word_of(stamp, i);
	}
	slot->stamp = stamp;
}

static int open_slot(struct writer *w, struct slot *slot)
{
	*slot = (struct slot){ .buf = sb_request(0) };
	slot->buf.flags = SBUDDY_ALLOC_BYTES;
	slot->buf.bytes = (1 + next_random(&w->seed) % 20) * 4096ull;
	if (sb_call(w->fd, SBUDDY_IOC_ALLOC, &slot->buf))
		return -1;
	slot->p = sb_map(w->fd, slot->buf.offset, slot->buf.granted);
	if (slot->p == MAP_FAILED) {
		slot->p = NULL;
		complain(slot, 0, "cannot be mapped");
	}
	return 0;
}

static void close_slot(struct writer *w, struct slot *slot)
{
	/* In any order: the last of the two frees it. */
	if (next_random(&w->seed) & 1) {
		sb_put(w->fd, slot->buf.handle);
		check_all(slot);
		munmap(slot->p, slot->buf.granted);
	} else {
		munmap(slot->p, slot->buf.granted);
		sb_put(w->fd, slot->buf.handle);
	}
	*slot = (struct slot){};
}

static void map_again(struct writer *w, struct slot *slot)
{
	void *q = sb_map(w->fd, slot->buf.offset, slot->buf.granted);

	if (q == MAP_FAILED)
		return complain(slot, 0, "cannot be mapped");
	munmap(slot->p, slot->buf.granted);
	slot->p = q;
}

/* Out of the areas, if there is room. */
static void pin_for_a_while(struct writer *w, struct slot *slot)
{
	uint64_t phys = 0, again = 0;
	int pins = pin(w->fd, slot->buf.handle, &phys);

	if (pins == -ENOMEM)
		return;
	if (pins != 1)
		complain(slot, 0, "cannot be pinned");
	if (area_of(phys) >= 0)
		complain(slot, 0, "pinned where it is in the way");
	write_all(slot, next_random(&w->seed) | 1);
	if (pin(w->fd, slot->buf.handle, &again) != 2 || phys != again)
		complain(slot, 0, "moved while it was pinned");
	check_all(slot);
	unpin(w->fd, slot->buf.handle);
	unpin(w->fd, slot->buf.handle);
}

/* A child checks what its parent wrote; some are killed meanwhile. */
static void share(struct writer *w, struct slot *slot)
{
	int victim = next_random(&w->seed) & 1;
	pid_t pid = fork();
	int status;

	if (!pid) {
		do {
			check_all(slot);
		} while (victim && !shared->stop);
		_exit(0);
	}
	if (pid < 0)
		return;
	if (victim) {
		usleep(next_random(&w->seed) % 20000);
		kill(pid, SIGKILL);
	}
	status = sb_child_status(pid);
	if (status && status != 128 + SIGKILL)
		complain(slot, 0, "a child that shares it died");
}

static void work_on(struct writer *w, struct slot *slot)
{
	uint32_t what = next_random(&w->seed) % 64;

	if (!slot->p)
		open_slot(w, slot);
	else if (what < 40)
		write_all(slot, next_random(&w->seed) | 1);
	else if (what < 50)
		check_all(slot);
	else if (what < 54)
		map_again(w, slot);
	else if (what < 58)
		pin_for_a_while(w, slot);
	else if (what < 59)
		share(w, slot);
	else
		close_slot(w, slot);
}

/* The two halves of the slots, each by a thread: faults of one address space meet. */
static void *work(void *arg)
{
	struct writer *half = arg;

	while (!shared->stop) {
		work_on(half, &half->slots[next_random(&half->seed) % BUFFERS]);
		shared->rounds[half->number]++;
	}
	return NULL;
}

static int run_writer(int number)
{
	struct writer halves[2] = {};
	pthread_t thread;
	int i, fd = sb_open(O_RDWR);

	for (i = 0; i < 2; i++) {
		halves[i].number = number;
		halves[i].fd = fd;
		halves[i].seed = 12345u + (uint32_t)(number * 2 + i) * 7919u;
	}
	if (fd < 0 || pthread_create(&thread, NULL, work, &halves[1]))
		return 1;
	work(&halves[0]);
	pthread_join(thread, NULL);
	return 0;
}

static long long vmstat(const char *name)
{
	return figure(FILES "/vmstat", name);
}

TEST(no_byte_is_lost_while_all_is_moved)
{
	unsigned int claims = 0, refused = 0;
	const char *seconds = getenv("SBUDDY_SECONDS");
	long long before = vmstat("pgmigrate_success");
	time_t end = time(NULL) + (seconds ? atoi(seconds) : SECONDS);
	int fd = sb_open(O_RDWR), i;
	uint64_t free = sb_free_pages(fd);
	pid_t pids[WRITERS];
	char text[64] = "";

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ASSERT_TRUE(shared != MAP_FAILED);
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	for (i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(run_writer(i));
	}
	for (i = 0; time(NULL) < end && !shared->stop; i++) {
		claims++;
		refused += claim_area(i & 1) != 0;
		/* Now and then one dies where it is, and another takes its place. */
		if (i % 64 == 63) {
			int n = i / 64 % WRITERS;

			kill(pids[n], SIGKILL);
			EXPECT_EQ(128 + SIGKILL, sb_child_status(pids[n]));
			pids[n] = fork();
			if (!pids[n])
				_exit(run_writer(n));
		}
	}
	shared->stop = 1;
	for (i = 0; i < WRITERS; i++) {
		EXPECT_EQ(0, sb_child_status(pids[i]));
		EXPECT_LT(10, shared->rounds[i]);
	}
	/* Children of writers that were killed. */
	while (wait(NULL) > 0 || errno == EINTR)
		;
	EXPECT_EQ(0, shared->wrong);
	EXPECT_EQ(free, sb_free_pages(fd));
	EXPECT_EQ(0, sb_info(fd).pages_pinned);
	dprintf(STDOUT_FILENO, "# %u claims, %u refused, %lld pages moved, %lld not\n", claims,
		refused, vmstat("pgmigrate_success") - before, vmstat("pgmigrate_fail"));
	EXPECT_GT(claims, refused);
	EXPECT_LT(before + 100, vmstat("pgmigrate_success"));
	i = open(FILES "/check", O_RDONLY);
	EXPECT_LT(0, read(i, text, sizeof(text) - 1));
	EXPECT_STREQ("0 violations\n", text);
	close(i);
	close(fd);
}

SBUDDY_MOVABLE_TEST_MAIN

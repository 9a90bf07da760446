// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that means no good: random structs, and threads that pull the rug
 * from under each other. The device must neither lose a page nor show one to
 * two owners. SBUDDY_SEED repeats a run, SBUDDY_ROUNDS makes it longer.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "device.h"

#define ROUNDS 4000
#define NR_THREADS 4
#define NR_SLOTS 32

static const unsigned long commands[] = {
	SBUDDY_IOC_PIN,	       SBUDDY_IOC_UNPIN,   SBUDDY_IOC_INFO,	 SBUDDY_IOC_ALLOC,
	SBUDDY_IOC_ALLOC_BULK, SBUDDY_IOC_FREE,	   SBUDDY_IOC_FREE_BULK, SBUDDY_IOC_QUERY,
	SBUDDY_IOC_DRAIN,      SBUDDY_IOC_EXPLAIN, SBUDDY_IOC_NAME,	 SBUDDY_IOC_SLICE,
};

/* xorshift64: the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static uint64_t env_or(const char *name, uint64_t fallback)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : fallback;
}

static uint64_t seed(void)
{
	struct timespec now;
	uint64_t chosen;

	clock_gettime(CLOCK_REALTIME, &now);
	chosen = env_or("SBUDDY_SEED", (uint64_t)now.tv_sec << 20 ^ (uint64_t)now.tv_nsec) | 1;
	printf("# SBUDDY_SEED=%#llx\n", (unsigned long long)chosen);
	fflush(stdout);
	return chosen;
}

/* Values at which things break, and some that are just numbers. */
static uint32_t odd_word(uint64_t *rnd)
{
	static const uint32_t odd[] = {
		0,     1,     2,     3,		 8,	     10,	 11,
		15,    16,    31,    32,	 64,	     4095,	 4096,
		65535, 65536, 65537, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff,
	};
	uint64_t r = next_random(rnd);

	return r & 1 ? odd[(r >> 8) % ARRAY_LEN(odd)] : (uint32_t)(r >> 32) % 300;
}

FIXTURE(device)
{
	int fd;
	int other;
	uint64_t free;
	uint64_t rnd;
};

FIXTURE_SETUP(device)
{
	self->fd = sb_open(O_RDWR);
	self->other = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, self->other);
	self->free = sb_free_pages(self->other);
	self->rnd = seed();
}

FIXTURE_TEARDOWN(device)
{
	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(self->other));
	EXPECT_EQ(0, sb_info(self->other).state & SBUDDY_STATE_CORRUPT);
	close(self->other);
}

static int known_errno(int err)
{
	static const int known[] = {
		0,	-EINVAL, -E2BIG,  -EFAULT,    -ENOMEM,	   -ENOSPC, -ENOENT,
		-EPERM, -ENOTTY, -EAGAIN, -EOVERFLOW, -EOPNOTSUPP, -EDQUOT, -ETIMEDOUT,
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(known); i++)
		if (err == known[i])
			return 1;
	return 0;
}

/* A struct that is right in most words, so that the wrong ones are reached. */
static void make_struct(uint32_t *words, unsigned long cmd, void *array, uint64_t *rnd)
{
	uint32_t size = _IOC_SIZE(cmd);
	struct sbuddy_alloc alloc = sb_request((unsigned int)(next_random(rnd) % 4));
	uint64_t address = (uintptr_t)array;
	unsigned int i, nr_wrong = (unsigned int)(next_random(rnd) % 4);

	memset(words, 0, 256);
	if (cmd == SBUDDY_IOC_ALLOC || cmd == SBUDDY_IOC_ALLOC_BULK)
		memcpy(words, &alloc, 32);
	words[0] = size;
	if (cmd == SBUDDY_IOC_FREE)
		words[1] = (uint32_t)(next_random(rnd) % 200);
	if (cmd == SBUDDY_IOC_QUERY || cmd == SBUDDY_IOC_PIN || cmd == SBUDDY_IOC_UNPIN ||
	    cmd == SBUDDY_IOC_NAME || cmd == SBUDDY_IOC_SLICE)
		words[2] = (uint32_t)(next_random(rnd) % 200);
	if (cmd == SBUDDY_IOC_FREE_BULK)
		words[1] = (uint32_t)(next_random(rnd) % 20);
	if (cmd == SBUDDY_IOC_ALLOC_BULK)
		words[8] = (uint32_t)(next_random(rnd) % 20);
	if (cmd == SBUDDY_IOC_SLICE)
		words[6] = 4096;
	if (cmd == SBUDDY_IOC_EXPLAIN) {
		words[19] = 2;
		words[20] = SBUDDY_EXPLAIN_ZONE_SIZE_VER0;
		words[21] = (uint32_t)(next_random(rnd) % 600);
		memcpy(&words[22], &address, sizeof(address));
		memcpy(&words[24], &address, sizeof(address));
	}
	if (cmd == SBUDDY_IOC_FREE_BULK || cmd == SBUDDY_IOC_ALLOC_BULK)
		memcpy((char *)words + size - 8, &address, sizeof(address));
	for (i = 0; i < nr_wrong; i++)
		words[next_random(rnd) % (size / 4 + 2)] = odd_word(rnd);
}

TEST_F(device, random_structs_do_no_harm)
{
	uint64_t rounds = env_or("SBUDDY_ROUNDS", ROUNDS), i;
	static uint32_t array[SBUDDY_MAX_HANDLES * 4];
	uint32_t words[64];
	int err;

	for (i = 0; i < rounds; i++) {
		unsigned long cmd = commands[next_random(&self->rnd) % ARRAY_LEN(commands)];

		array[next_random(&self->rnd) % 16] = (uint32_t)(next_random(&self->rnd) % 200);
		make_struct(words, cmd, array, &self->rnd);
		err = sb_call(self->fd, cmd, words);
		ASSERT_TRUE(known_errno(err))
		TH_LOG("round %llu: %s", (unsigned long long)i, strerror(-err));
		/* A file full of handles answers all with ENOSPC: begin anew. */
		if (!(i % 512)) {
			close(self->fd);
			self->fd = sb_open(O_RDWR);
			ASSERT_EQ(self->free, sb_free_pages(self->other));
		}
	}
}

struct crowd {
	int fd;
	int mappable;
	unsigned int rounds;
	atomic_uint handles[NR_SLOTS];
	atomic_uint failures;
};

struct member {
	struct crowd *crowd;
	uint64_t rnd;
	unsigned char mark;
};

/* A new buffer belongs to nobody else: zero, and then ours until it is published. */
static void join(struct member *self, unsigned int slot)
{
	struct crowd *crowd = self->crowd;
	struct sbuddy_alloc buf;
	unsigned int old;
	char *p;

	if (sb_get(crowd->fd, (unsigned int)(next_random(&self->rnd) % 4), &buf))
		return;
	if (crowd->mappable) {
		p = sb_map(crowd->fd, buf.offset, buf.granted);
		/* Handles can be guessed: another member may have freed it. */
		if (p != MAP_FAILED) {
			if (sb_differs(p, 0, buf.granted) >= 0)
				atomic_fetch_add(&crowd->failures, 1);
			memset(p, self->mark, buf.granted);
			if (sb_differs(p, self->mark, buf.granted) >= 0)
				atomic_fetch_add(&crowd->failures, 1);
			munmap(p, buf.granted);
		}
	}
	old = atomic_exchange(&crowd->handles[slot], buf.handle);
	if (old)
		sb_put(crowd->fd, old);
}

static void *misbehave(void *arg)
{
	struct member *self = arg;
	struct crowd *crowd = self->crowd;
	struct sbuddy_query query;
	unsigned int i, slot, handle;
	char *p;

	for (i = 0; i < crowd->rounds; i++) {
		slot = (unsigned int)(next_random(&self->rnd) % NR_SLOTS);
		handle = atomic_load(&crowd->handles[slot]);
		switch (next_random(&self->rnd) % 5) {
		case 0:
		case 1:
			join(self, slot);
			break;
		case 2: /* not taken out of its slot: others free it, too */
			sb_put(crowd->fd, handle);
			break;
		case 3:
			sb_query(crowd->fd, handle, &query);
			break;
		default:
			p = sb_map(crowd->fd, (uint64_t)handle * sysconf(_SC_PAGESIZE) << 15, 4096);
			if (p == MAP_FAILED)
				break;
			sb_put(crowd->fd, handle);
			sched_yield();
			*(volatile char *)p;
			munmap(p, 4096);
		}
	}
	return NULL;
}

TEST_F(device, threads_race_for_the_same_handles)
{
	struct crowd crowd = {
		.fd = self->fd,
		.mappable = sb_mappable(self->fd),
		.rounds = (unsigned int)env_or("SBUDDY_ROUNDS", ROUNDS) / 8,
	};
	struct member members[NR_THREADS];
	pthread_t threads[NR_THREADS];
	int i;

	for (i = 0; i < NR_THREADS; i++) {
		members[i] = (struct member){ &crowd, next_random(&self->rnd), 0x11 * (i + 1) };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, misbehave, &members[i]));
	}
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(0, atomic_load(&crowd.failures));
}

/* The kernel reads a struct once: its size does not grow after it was checked. */
static void *grow_and_shrink(void *arg)
{
	uint32_t *words = arg;
	volatile uint32_t *size = words;

	while (words[63] == 0) {
		*size = SBUDDY_QUERY_SIZE_VER0;
		*size = 4096;
		*size = 0;
		atomic_signal_fence(memory_order_seq_cst);
	}
	return NULL;
}

TEST_F(device, size_may_change_while_it_is_read)
{
	static uint32_t words[1100];
	struct sbuddy_alloc buf;
	pthread_t thread;
	int i, err;

	ASSERT_EQ(0, sb_get(self->fd, 0, &buf));
	words[2] = buf.handle;
	ASSERT_EQ(0, pthread_create(&thread, NULL, grow_and_shrink, words));
	for (i = 0; i < 5000; i++) {
		err = sb_call(self->fd, SBUDDY_IOC_QUERY, words);
		if (err && err != -EINVAL)
			break;
	}
	words[63] = 1;
	pthread_join(thread, NULL);
	EXPECT_TRUE(!err || err == -EINVAL);
	for (i = 64; i < 1100; i++)
		ASSERT_EQ(0, words[i]);
}

TEST_F(device, killed_in_the_middle_of_it)
{
	int round;

	for (round = 0; round < 20; round++) {
		pid_t pid = fork();

		if (!pid) {
			int fd = sb_open(O_RDWR);
			struct sbuddy_alloc buf;

			for (;;)
				if (!sb_get(fd, 2, &buf))
					sb_map(fd, buf.offset, buf.granted);
				else
					fd = sb_open(O_RDWR);
		}
		usleep(1000 + (useconds_t)(next_random(&self->rnd) % 20000));
		kill(pid, SIGKILL);
		ASSERT_EQ(128 + SIGKILL, sb_child_status(pid));
		ASSERT_EQ(self->free, sb_free_pages(self->other));
	}
}

SBUDDY_TEST_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arena over plain memory: each test's name states the rule. A random run compares
 * it with a naive model that remembers who has which bytes.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libsbuddy.h"

#define G ((size_t)SBUDDY_ARENA_GRANULE)
#define GRANULES 200

static int failures;

#define CHECK(what)                                                                 \
	do {                                                                        \
		if (!(what)) {                                                      \
			printf("# %s:%d: not so: %s\n", __func__, __LINE__, #what); \
			failures++;                                                 \
			return;                                                     \
		}                                                                   \
	} while (0)

static unsigned char *memory;
static struct sbuddy_arena *arena;

static struct sbuddy_arena_stats stats(void)
{
	struct sbuddy_arena_stats now;

	sbuddy_arena_stats(arena, &now);
	return now;
}

static void arena_of_nothing_is_refused(void)
{
	struct sbuddy_arena *other = NULL;

	CHECK(sbuddy_arena_over(memory, G - 1, &other) == -EINVAL);
	CHECK(sbuddy_arena_over(memory + 1, 10 * G, &other) == -EINVAL);
	CHECK(sbuddy_arena_over(memory, SIZE_MAX, &other) == -EINVAL);
	CHECK(!other);
	sbuddy_arena_close(NULL);
}

static void new_arena_is_empty(void)
{
	CHECK(stats().bytes == GRANULES * G);
	CHECK(stats().used == 0 && stats().buffers == 0);
	CHECK(stats().largest == GRANULES * G);
	CHECK(sbuddy_arena_handle(arena) == 0);
}

static void buffers_are_of_whole_granules(void)
{
	unsigned char *a = sbuddy_arena_alloc(arena, 1, 0);
	unsigned char *b = sbuddy_arena_alloc(arena, G + 1, 0);

	CHECK(a == memory);
	CHECK(b == memory + G);
	CHECK(stats().used == 3 * G && stats().buffers == 2);
	CHECK(!sbuddy_arena_free(arena, b) && !sbuddy_arena_free(arena, a));
	CHECK(stats().used == 0);
}

static void sizes_and_alignments_out_of_range_get_nothing(void)
{
	CHECK(!sbuddy_arena_alloc(arena, 0, 0));
	CHECK(!sbuddy_arena_alloc(arena, GRANULES * G + 1, 0));
	CHECK(!sbuddy_arena_alloc(arena, SIZE_MAX, 0));
	CHECK(!sbuddy_arena_alloc(arena, 1, 3));
	CHECK(!sbuddy_arena_alloc(arena, 1, SIZE_MAX / 2 + 1) ||
	      !((uintptr_t)memory % (SIZE_MAX / 2 + 1)));
	CHECK(stats().used == 0);
}

static void all_of_it_can_be_one_buffer(void)
{
	unsigned char *all = sbuddy_arena_alloc(arena, GRANULES * G, 0);

	CHECK(all == memory);
	CHECK(stats().largest == 0);
	CHECK(!sbuddy_arena_alloc(arena, 1, 0));
	memset(all, 0x5a, GRANULES * G);
	CHECK(!sbuddy_arena_free(arena, all));
}

static void alignment_is_of_the_address(void)
{
	unsigned char *a = sbuddy_arena_alloc(arena, 1, 0);
	unsigned char *b = sbuddy_arena_alloc(arena, 3 * G, 1024);
	unsigned char *c = sbuddy_arena_alloc(arena, 1, 1);

	CHECK(a && b && c);
	CHECK(!((uintptr_t)b % 1024));
	CHECK(c == a + G);
	CHECK(!sbuddy_arena_free(arena, a));
	CHECK(!sbuddy_arena_free(arena, b));
	CHECK(!sbuddy_arena_free(arena, c));
}

static void first_place_with_room_is_taken(void)
{
	unsigned char *p[6];
	size_t i;

	for (i = 0; i < 6; i++)
		p[i] = sbuddy_arena_alloc(arena, 2 * G, 0);
	CHECK(!sbuddy_arena_free(arena, p[1]));
	CHECK(!sbuddy_arena_free(arena, p[3]));
	CHECK(!sbuddy_arena_free(arena, p[4]));
	CHECK(sbuddy_arena_alloc(arena, 3 * G, 0) == p[3]);
	CHECK(sbuddy_arena_alloc(arena, 2 * G, 0) == p[1]);
	CHECK(!sbuddy_arena_free(arena, p[3]));
	CHECK(!sbuddy_arena_free(arena, p[1]));
	for (i = 0; i < 6; i++)
		if (i != 1 && i != 3 && i != 4)
			CHECK(!sbuddy_arena_free(arena, p[i]));
	CHECK(stats().largest == GRANULES * G);
}

static void neighbours_stay_when_one_goes(void)
{
	unsigned char *a = sbuddy_arena_alloc(arena, 2 * G, 0);
	unsigned char *b = sbuddy_arena_alloc(arena, 2 * G, 0);
	unsigned char *c = sbuddy_arena_alloc(arena, 2 * G, 0);

	CHECK(!sbuddy_arena_free(arena, a));
	CHECK(stats().used == 4 * G && stats().buffers == 2);
	CHECK(!sbuddy_arena_free(arena, b) && !sbuddy_arena_free(arena, c));
}

static void what_is_no_buffer_cannot_be_freed(void)
{
	unsigned char *a = sbuddy_arena_alloc(arena, 2 * G, 0);
	int elsewhere;

	CHECK(!sbuddy_arena_free(arena, NULL));
	CHECK(sbuddy_arena_free(arena, &elsewhere) == -ERANGE);
	CHECK(sbuddy_arena_free(arena, memory + GRANULES * G) == -ERANGE);
	CHECK(sbuddy_arena_free(arena, a + 1) == -ENOENT);
	CHECK(sbuddy_arena_free(arena, a + G) == -ENOENT);
	CHECK(sbuddy_arena_free(arena, a + 2 * G) == -ENOENT);
	CHECK(stats().used == 2 * G);
	CHECK(!sbuddy_arena_free(arena, a));
	CHECK(sbuddy_arena_free(arena, a) == -ENOENT);
	CHECK(stats().used == 0);
}

static void offsets_are_from_the_beginning(void)
{
	CHECK(sbuddy_arena_offset(arena, memory) == 0);
	CHECK(sbuddy_arena_offset(arena, memory + 777) == 777);
	CHECK(sbuddy_arena_offset(arena, memory + GRANULES * G) == -ERANGE);
	CHECK(sbuddy_arena_offset(arena, memory - 1) == -ERANGE);
}

#define BUFFERS 64

struct piece {
	unsigned char *at;
	size_t bytes;
};

static size_t rounded(size_t bytes)
{
	return (bytes + G - 1) / G * G;
}

static int overlaps(const struct piece *pieces, const struct piece *one)
{
	int i;

	for (i = 0; i < BUFFERS; i++)
		if (&pieces[i] != one && pieces[i].at && pieces[i].at < one->at + one->bytes &&
		    one->at < pieces[i].at + pieces[i].bytes)
			return 1;
	return 0;
}

/* What is nobody's is as long as the longest gap, in granules: counted one by one. */
static size_t longest_gap(const struct piece *pieces)
{
	size_t g, run = 0, longest = 0;
	int i, taken;

	for (g = 0; g < GRANULES; g++) {
		taken = 0;
		for (i = 0; i < BUFFERS; i++)
			taken |= pieces[i].at && memory + g * G >= pieces[i].at &&
				 memory + g * G < pieces[i].at + rounded(pieces[i].bytes);
		run = taken ? 0 : run + 1;
		longest = run > longest ? run : longest;
	}
	return longest * G;
}

static void model_agrees(void)
{
	struct piece pieces[BUFFERS] = { 0 };
	unsigned int seed = 1;
	size_t used = 0, count = 0;
	struct piece *one;
	int step;

	for (step = 0; step < 20000; step++) {
		one = &pieces[rand_r(&seed) % BUFFERS];
		if (one->at) {
			CHECK(one->at[0] == (unsigned char)(one - pieces));
			CHECK(one->at[one->bytes - 1] == (unsigned char)(one - pieces));
			CHECK(!sbuddy_arena_free(arena, one->at));
			used -= rounded(one->bytes);
			count--;
			one->at = NULL;
		} else {
			size_t align = (size_t)1 << rand_r(&seed) % 10;

			one->bytes = 1 + (size_t)rand_r(&seed) % (8 * G);
			one->at = sbuddy_arena_alloc(arena, one->bytes, align);
			if (!one->at) {
				/* With no wish for its place, it is there if there is a gap. */
				CHECK(align > G || longest_gap(pieces) < one->bytes);
				continue;
			}
			CHECK(!((uintptr_t)one->at % align));
			CHECK(!overlaps(pieces, one));
			memset(one->at, (int)(one - pieces), one->bytes);
			used += rounded(one->bytes);
			count++;
		}
		CHECK(stats().used == used && stats().buffers == count);
		CHECK(stats().largest == longest_gap(pieces));
	}
	for (one = pieces; one < pieces + BUFFERS; one++)
		CHECK(!sbuddy_arena_free(arena, one->at));
}

#define THREADS 4

static int spoilt;

static void *churn(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;
	unsigned char mine = (unsigned char)seed, *at[8] = { 0 };
	size_t i, slot, step;

	for (step = 0; step < 20000; step++) {
		slot = (size_t)rand_r(&seed) % 8;
		for (i = 0; at[slot] && i < 2 * G; i++)
			if (at[slot][i] != mine)
				__atomic_store_n(&spoilt, 1, __ATOMIC_RELAXED);
		if (sbuddy_arena_free(arena, at[slot]))
			__atomic_store_n(&spoilt, 1, __ATOMIC_RELAXED);
		at[slot] = sbuddy_arena_alloc(arena, 2 * G, 0);
		if (at[slot])
			memset(at[slot], mine, 2 * G);
	}
	for (slot = 0; slot < 8; slot++)
		sbuddy_arena_free(arena, at[slot]);
	return NULL;
}

static void threads_do_not_meet(void)
{
	pthread_t threads[THREADS];
	uintptr_t i;

	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, churn, (void *)(i + 1)));
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(!spoilt);
	CHECK(stats().used == 0 && stats().buffers == 0);
}

#define TEST(name)          \
	{                   \
#name, name \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	TEST(arena_of_nothing_is_refused),
	TEST(new_arena_is_empty),
	TEST(buffers_are_of_whole_granules),
	TEST(sizes_and_alignments_out_of_range_get_nothing),
	TEST(all_of_it_can_be_one_buffer),
	TEST(alignment_is_of_the_address),
	TEST(first_place_with_room_is_taken),
	TEST(neighbours_stay_when_one_goes),
	TEST(what_is_no_buffer_cannot_be_freed),
	TEST(offsets_are_from_the_beginning),
	TEST(model_agrees),
	TEST(threads_do_not_meet),
};

/* Says how it went. */
static int run(size_t nr, const char *name, void (*test)(void))
{
	int before = failures;

	if (sbuddy_arena_over(memory, GRANULES * G + G - 1, &arena))
		return 1;
	test();
	sbuddy_arena_close(arena);
	printf("%sok %zu - %s\n", failures != before ? "not " : "", nr, name);
	return failures != before;
}

/* The test that is named, or all. */
int main(int argc, char **argv)
{
	size_t i, nr = 0;
	int failed = 0;

	memory = aligned_alloc(4096, (GRANULES * G + 4095) / 4096 * 4096);
	if (!memory)
		return 1;
	printf("TAP version 13\n");
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (argc < 2 || !strcmp(argv[1], tests[i].name))
			failed |= run(++nr, tests[i].name, tests[i].run);
	printf("1..%zu\n", nr);
	free(memory);
	return failed || !nr;
}

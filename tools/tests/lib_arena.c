// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arenas of a device's memory; what they do with it, unit_arena.c tests.
 */
#include "lib_test.h"

static void arena_is_one_buffer(void)
{
	uint64_t before = free_now();
	struct sbuddy_arena_stats stats;
	struct sbuddy_arena *arena;
	struct sbuddy_query query;
	char *a, *b;

	SKIP_UNLESS(info_now().state & SBUDDY_STATE_MAPPABLE);
	CHECK(!sbuddy_arena_open(dev, 100000, SBUDDY_UNMOVABLE, 0, &arena));
	CHECK(!sbuddy_query(dev, sbuddy_arena_handle(arena), 0, &query, sizeof(query)));
	CHECK(query.mappings == 1 && query.bytes >= 100000);
	a = sbuddy_arena_alloc(arena, 1000, 0);
	b = sbuddy_arena_alloc(arena, 5000, 4096);
	CHECK(a && b);
	memset(a, 1, 1000);
	memset(b, 2, 5000);
	CHECK(sbuddy_arena_offset(arena, b) > 0 && !(sbuddy_arena_offset(arena, b) % 4096));
	CHECK(!sbuddy_arena_free(arena, a));
	CHECK(sbuddy_arena_free(arena, a) == -ENOENT);
	sbuddy_arena_stats(arena, &stats);
	CHECK(stats.bytes == query.bytes && stats.buffers == 1 && stats.used >= 5000);
	sbuddy_arena_close(arena);
	CHECK(free_now() == before);
}

static void what_cannot_be_had_is_no_arena(void)
{
	struct sbuddy_arena *arena = NULL;
	char memory[2 * SBUDDY_ARENA_GRANULE];

	CHECK(sbuddy_arena_open(dev, 0, SBUDDY_UNMOVABLE, 0, &arena) == -EINVAL);
	CHECK(sbuddy_arena_open(-1, 4096, SBUDDY_UNMOVABLE, 0, &arena) == -EBADF);
	CHECK(sbuddy_arena_over(memory, 1, &arena) == -EINVAL);
	CHECK(!arena);
}

const struct test arena_tests[] = {
	TEST(arena_is_one_buffer),
	TEST(what_cannot_be_had_is_no_arena),
	{ NULL, NULL },
};

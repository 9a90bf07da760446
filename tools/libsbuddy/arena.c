// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two bits a granule, beside the memory: whether it is in use, and whether a buffer
 * begins there. A buffer is its first granule and all in use up to the next beginning.
 * The first place with room is taken, so that what is free stays together at the end.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "call.h"

#define WORD_BITS 64u

struct sbuddy_arena {
	pthread_mutex_t lock;
	unsigned char *memory;
	size_t granules;
	size_t first_free; /* all before it are in use */
	size_t nr_used;
	size_t nr_buffers;
	uint64_t *used;
	uint64_t *begins;
	int fd; /* of the device that the memory comes from, or -1 */
	uint32_t handle;
	size_t mapped; /* bytes of the mapping, or 0 */
};

static int is_set(const uint64_t *bits, size_t i)
{
	return (int)(bits[i / WORD_BITS] >> i % WORD_BITS & 1);
}

static void set(uint64_t *bits, size_t i)
{
	bits[i / WORD_BITS] |= UINT64_C(1) << i % WORD_BITS;
}

static void unset(uint64_t *bits, size_t i)
{
	bits[i / WORD_BITS] &= ~(UINT64_C(1) << i % WORD_BITS);
}

/* From @i on, the first granule whose use is @wanted; the end when there is none. */
static size_t next(const struct sbuddy_arena *arena, size_t i, int wanted)
{
	uint64_t word;

	while (i < arena->granules) {
		word = arena->used[i / WORD_BITS];
		word = (wanted ? word : ~word) >> i % WORD_BITS;
		if (word) {
			i += (size_t)__builtin_ctzll(word);
			break;
		}
		i += WORD_BITS - i % WORD_BITS;
	}
	return i < arena->granules ? i : arena->granules;
}

int sbuddy_arena_over(void *memory, size_t bytes, struct sbuddy_arena **arena)
{
	size_t granules = bytes / SBUDDY_ARENA_GRANULE;
	size_t words = (granules + WORD_BITS - 1) / WORD_BITS;
	struct sbuddy_arena *new;

	if (!granules || (uintptr_t)memory % SBUDDY_ARENA_GRANULE ||
	    bytes > UINTPTR_MAX - (uintptr_t)memory)
		return -EINVAL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->used = calloc(2 * words, sizeof(*new->used));
	if (!new->used || pthread_mutex_init(&new->lock, NULL)) {
		free(new->used);
		free(new);
		return -ENOMEM;
	}
	new->begins = new->used + words;
	new->memory = memory;
	new->granules = granules;
	new->fd = -1;
	*arena = new;
	return 0;
}

int sbuddy_arena_open(int fd, uint64_t bytes, unsigned int type, uint32_t flags,
		      struct sbuddy_arena **arena)
{
	struct sbuddy_buf buf;
	void *memory;
	int err = sbuddy_alloc_bytes(fd, bytes, type, flags, &buf);

	if (err)
		return err;
	err = buf.bytes > SIZE_MAX ? -ENOMEM : 0;
	if (!err)
		err = sbuddy_map(fd, buf.offset, (size_t)buf.bytes, PROT_READ | PROT_WRITE,
				 &memory);
	if (err)
		goto free;
	err = sbuddy_arena_over(memory, (size_t)buf.bytes, arena);
	if (err)
		goto unmap;
	(*arena)->fd = fd;
	(*arena)->handle = buf.handle;
	(*arena)->mapped = (size_t)buf.bytes;
	return 0;
unmap:
	sbuddy_unmap(memory, (size_t)buf.bytes);
free:
	sbuddy_free(fd, buf.handle);
	return err;
}

void sbuddy_arena_close(struct sbuddy_arena *arena)
{
	if (!arena)
		return;
	if (arena->mapped) {
		sbuddy_unmap(arena->memory, arena->mapped);
		sbuddy_free(arena->fd, arena->handle);
	}
	pthread_mutex_destroy(&arena->lock);
	free(arena->used);
	free(arena);
}

/* The first granule at or after @i whose address is a multiple of @align, or the end. */
static size_t aligned(const struct sbuddy_arena *arena, size_t i, size_t align)
{
	uintptr_t address = (uintptr_t)arena->memory + i * SBUDDY_ARENA_GRANULE;
	size_t more = (align - address % align) % align / SBUDDY_ARENA_GRANULE;

	return more < arena->granules - i ? i + more : arena->granules;
}

/* Where @count granules are free in a row, or the end. */
static size_t find(const struct sbuddy_arena *arena, size_t count, size_t align)
{
	size_t i = arena->first_free, end;

	while (i < arena->granules) {
		i = aligned(arena, next(arena, i, 0), align);
		if (arena->granules - i < count)
			break;
		end = next(arena, i, 1);
		if (end - i >= count)
			return i;
		i = end > i ? end : i + 1;
	}
	return arena->granules;
}

static void *take(struct sbuddy_arena *arena, size_t count, size_t align)
{
	size_t start = find(arena, count, align), i;

	if (start == arena->granules)
		return NULL;
	set(arena->begins, start);
	for (i = start; i < start + count; i++)
		set(arena->used, i);
	arena->first_free = next(arena, arena->first_free, 0);
	arena->nr_used += count;
	arena->nr_buffers++;
	return arena->memory + start * SBUDDY_ARENA_GRANULE;
}

void *sbuddy_arena_alloc(struct sbuddy_arena *arena, size_t bytes, size_t align)
{
	size_t count = bytes / SBUDDY_ARENA_GRANULE + !!(bytes % SBUDDY_ARENA_GRANULE);
	void *buffer;

	if (align & (align - 1) || !count || count > arena->granules)
		return NULL;
	if (align < SBUDDY_ARENA_GRANULE)
		align = SBUDDY_ARENA_GRANULE;
	pthread_mutex_lock(&arena->lock);
	buffer = take(arena, count, align);
	pthread_mutex_unlock(&arena->lock);
	return buffer;
}

/* One that begins at @start. */
static void give(struct sbuddy_arena *arena, size_t start)
{
	size_t i = start;

	unset(arena->begins, start);
	do {
		unset(arena->used, i++);
	} while (i < arena->granules && is_set(arena->used, i) && !is_set(arena->begins, i));
	if (start < arena->first_free)
		arena->first_free = start;
	arena->nr_used -= i - start;
	arena->nr_buffers--;
}

int64_t sbuddy_arena_offset(const struct sbuddy_arena *arena, const void *address)
{
	uintptr_t offset = (uintptr_t)address - (uintptr_t)arena->memory;

	if (offset >= arena->granules * SBUDDY_ARENA_GRANULE)
		return -ERANGE;
	return (int64_t)offset;
}

int sbuddy_arena_free(struct sbuddy_arena *arena, void *buffer)
{
	int64_t offset;
	int err = 0;

	if (!buffer)
		return 0;
	offset = sbuddy_arena_offset(arena, buffer);
	if (offset < 0)
		return (int)offset;
	if (offset % SBUDDY_ARENA_GRANULE)
		return -ENOENT;
	pthread_mutex_lock(&arena->lock);
	if (is_set(arena->begins, (size_t)offset / SBUDDY_ARENA_GRANULE))
		give(arena, (size_t)offset / SBUDDY_ARENA_GRANULE);
	else
		err = -ENOENT;
	pthread_mutex_unlock(&arena->lock);
	return err;
}

uint32_t sbuddy_arena_handle(const struct sbuddy_arena *arena)
{
	return arena->handle;
}

static size_t longest_free(const struct sbuddy_arena *arena)
{
	size_t longest = 0, start, end;

	for (start = next(arena, 0, 0); start < arena->granules; start = next(arena, end, 0)) {
		end = next(arena, start, 1);
		if (end - start > longest)
			longest = end - start;
	}
	return longest;
}

void sbuddy_arena_stats(struct sbuddy_arena *arena, struct sbuddy_arena_stats *stats)
{
	pthread_mutex_lock(&arena->lock);
	stats->bytes = (uint64_t)arena->granules * SBUDDY_ARENA_GRANULE;
	stats->used = (uint64_t)arena->nr_used * SBUDDY_ARENA_GRANULE;
	stats->largest = (uint64_t)longest_free(arena) * SBUDDY_ARENA_GRANULE;
	stats->buffers = arena->nr_buffers;
	pthread_mutex_unlock(&arena->lock);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sbuddy-hostbench: what module/core costs in wall time on this machine.
 *
 *	main.c         options, and which parts are done
 *	host.c         instances whose memory is never touched
 *	pool.c         an instance and its peers with as many pages, and what holds after a work
 *	side.h         the allocators that are compared
 *	work.h         what one thread does with each of them
 *	single.c       one thread: pairs, bursts, bulk, all pages
 *	mixed.c        one thread: mixed orders and types in a pool nearly full
 *	threads.c      one thread to as many as are asked for
 *	team.c         threads that do the same
 *	sizes.c        instances up to the largest there are
 *	list_buddy.c   a peer
 *	report.c       lines, or JSON
 *
 * Contenders take turns within each round, and the least of all rounds counts: other
 * programs only ever add to what is measured. Only ratios are worth looking at.
 */
#ifndef BENCH_H
#define BENCH_H

#include "alloc.h"
#include "front.h"
#include "instance.h"
#include "list_buddy.h"

#define MiB (1024ull * 1024)
#define GiB (1024 * MiB)

/* A work that could not be done. */
#define BENCH_NONE (~0ull)

/**
 * struct bench_options - What the command line says.
 * @rounds: how often each work is done
 * @nr_threads: most threads
 * @only: the one part to do, or NULL
 * @engine: of pools
 * @json: print JSON
 */
struct bench_options {
	unsigned int rounds;
	unsigned int nr_threads;
	const char *only;
	enum sb_engine_kind engine;
	bool json;
};

extern struct bench_options bench_options;

/**
 * struct host - An instance, dry: descriptors, and no memory behind its pages.
 * @inst: instance
 * @arena: where its metadata is, at the end of its memory
 * @arena_base: address in the instance of the first byte of it
 * @arena_size: bytes
 * @gap: bytes below the metadata that are reserved
 * @engine: what holds its free pages
 * @pageblock_order: of its pageblocks, or 0 for what is usual
 */
struct host {
	struct sb_instance inst;
	unsigned char *arena;
	u64 arena_base;
	u64 arena_size;
	u64 gap;
	enum sb_engine_kind engine;
	unsigned int pageblock_order;
};

/* Bytes of the largest block. */
#define HOST_BLOCK (SB_PAGE_SIZE << (LIST_BUDDY_ORDERS - 1))

/* Largest instance that links can tell, less than a terabyte by one largest block. */
u64 host_size_max(void);

/* Bytes of metadata, about, of an instance of @size. */
u64 host_arena_size(u64 size, unsigned int nr_cpus);

/*
 * Maps the metadata of an instance of @size bytes. It stays until host_destroy(), so that
 * only the first boot has the machine find memory.
 */
bool host_create(struct host *host, u64 size, unsigned int nr_cpus);
void host_destroy(struct host *host);

/*
 * Sets up an instance on equal nodes, that keeps nothing back, and walks it to
 * @stage. What was there before has to be left first: sb_instance_exit().
 */
bool host_boot(struct host *host, u64 size, unsigned int nr_nodes, unsigned int nr_cpus,
	       enum sb_stage stage);

/* As the driver does for kernel modules: by the front, if that is all there is to it. */
static __always_inline bool host_get(struct host *host, const struct sb_request *request,
				     unsigned long *pfn)
{
	if (likely(!(request->gfp & SB_FRONT_CAREFUL)) && likely(request->order < SB_PCP_ORDERS) &&
	    likely(sb_front_take(&host->inst, request->gfp, request->order, pfn)))
		return true;
	return !sb_alloc(&host->inst, request, pfn);
}

/* What is refused is told of, and fails the run. */
static __always_inline void host_put(struct host *host, unsigned long pfn, unsigned int order)
{
	if (unlikely(!sb_front_put(&host->inst, pfn, order)))
		sb_alloc_free(&host->inst, pfn, order);
}

unsigned long host_managed(const struct host *host);
/* Every page that was handed over is free, and the checker finds nothing. */
bool host_is_whole(struct host *host);

/**
 * struct pool - What works are done with.
 * @host: an instance whose pages all lie in largest blocks
 * @list: a list buddy of as many
 * @nr_heap: blocks of the C library's heap that are in use
 * @nr_pages: pages that can be had of either
 * @slot: what a work holds, @nr_pages entries
 * @turn: numbers in random order
 * @nr_turns: how many; they are made anew when a work wants another number
 */
struct pool {
	struct host host;
	struct list_buddy *list;
	long nr_heap;
	unsigned long nr_pages;
	unsigned long *slot;
	u32 *turn;
	unsigned long nr_turns;
};

/* @size bytes, whole largest blocks, can be had. NULL when that takes more memory than there is. */
struct pool *pool_create(u64 size, unsigned int nr_cpus);
void pool_destroy(struct pool *pool);
/* Fails the run unless all has come back. */
void pool_verify(struct pool *pool, const char *work);
/* Puts 0 .. @nr - 1 into @pool->turn, in an order that is random and always the same. */
void pool_shuffle(struct pool *pool, unsigned long nr);

u64 bench_now(void);
u64 bench_random(u64 *state);
/* Thousandths of a nanosecond for each of @nr. */
u64 bench_each(u64 ns, u64 nr);

void bench_single(void);
void bench_mixed(void);
void bench_threads(void);
void bench_sizes(void);

void report_begin(void);
/* One line: thousandths of a nanosecond each, or BENCH_NONE. */
void report(const char *name, const char *peer, u64 ours, u64 theirs);
/* A line that is no figure. */
void report_note(const char *fmt, ...) __printf(1, 2);
void report_end(void);
/* What is done now, for who waits. */
void report_progress(const char *name);
/* A work that did not do what it should; the program fails in the end. */
void report_failure(const char *fmt, ...) __printf(1, 2);
bool report_failed(void);

#endif

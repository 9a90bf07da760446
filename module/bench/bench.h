/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sbuddy_bench: what sbuddy costs beside what the running kernel offers.
 *
 *	modprobe sbuddy_bench instance=carveout works=pair-order,fill
 *	cat /sys/kernel/debug/sbuddy_bench
 *
 * makes the works that begin so, as NAME/PEER, or all, and tells a line for each:
 *
 *	NAME PEER UNIT OURS PEERS
 *
 * OURS and PEERS are thousandths of UNIT, or - for who could not do it. UNIT is ns, or
 * instructions where the clock counts these, as an emulator's can; or bytes. Lines that begin with
 * # are notes: what this kernel is, and why something is -. The works can be chosen anew
 * in /sys/module/sbuddy_bench/parameters/works, and who reads by single bytes, as read
 * of a shell does, sees each line as soon as its work is done.
 *
 *	bench_main.c    parameters, and the instance
 *	bench_file.c    the file, one work at a time
 *	bench_notes.c   what this kernel is
 *	bench_works.c   the works: what is done, and beside whom
 *	bench_stream.c  requests and frees at random, the same for both sides
 *	bench_clock.c   the clock, and whether it counts instructions
 *	work.h          how each kind of work is done, whoever does it
 *
 * and a file for each that does them:
 *
 *	bench_ours.c    sbuddy
 *	bench_page.c    alloc_pages()
 *	bench_bulk.c    alloc_pages_bulk(), and ours
 *	bench_pool.c    gen_pool, first fit and best fit, of as many pages as the instance
 *	bench_drm.c     the DRM buddy allocator, of as many
 *	bench_cma.c     the kernel's CMA area, by dma_alloc_pages(), and our contiguous ranges
 *	bench_slab.c    an object of 64 bytes of a kmem_cache, as the floor
 *
 * Nobody zeroes, but for CMA, where both do; of a kernel that zeroes all it gives
 * (init_on_alloc) that is not so, and a note says which it is. Nothing is taken off for
 * the loops, which are the same for both; a note tells what an empty one costs.
 *
 * Nobody else should use the instance meanwhile.
 */
#ifndef SBUDDY_BENCH_H
#define SBUDDY_BENCH_H

#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/seq_file.h>
#include <linux/types.h>
#include <sbuddy/sbuddy.h>

/* A figure of who could not do the work, and the handle of a block that was not to be had. */
#define BENCH_NONE U64_MAX
#define BENCH_NO_HANDLE (~0ul)

/* Rounds of each work: the least counts, so the first is for warming up. */
#define BENCH_ROUNDS 3

/**
 * enum bench_kind - What is done, and what of it is told.
 * @BENCH_PAIRS: a block is allocated and freed: a pair
 * @BENCH_BURST: many are allocated, then freed: a block
 * @BENCH_MIXED: of blocks that fill a part of all, any one is freed, and new ones are
 *	allocated until they fill it again: a call
 * @BENCH_SCARCE: single pages fill a part of all, here and there; a block is asked
 *	for, which is freed if there is one: a request
 * @BENCH_BULK: pages are allocated at once, then freed: a page
 * @BENCH_WORST_BURST: as BENCH_BURST: the call that took longest
 * @BENCH_WORST_MIXED: as BENCH_MIXED: the same
 * @BENCH_WORST_SCARCE: as BENCH_SCARCE: the request that took longest
 * @BENCH_NR_KINDS: how many there are
 */
enum bench_kind {
	BENCH_PAIRS,
	BENCH_BURST,
	BENCH_MIXED,
	BENCH_SCARCE,
	BENCH_BULK,
	BENCH_WORST_BURST,
	BENCH_WORST_MIXED,
	BENCH_WORST_SCARCE,
	BENCH_NR_KINDS,
};

/**
 * enum bench_turn - In which order blocks are freed.
 * @BENCH_FIFO: as allocated
 * @BENCH_LIFO: the last one first
 * @BENCH_RANDOM: shuffled, always the same way
 */
enum bench_turn {
	BENCH_FIFO,
	BENCH_LIFO,
	BENCH_RANDOM,
};

/**
 * enum bench_part - Which calls of a work count.
 * @BENCH_BOTH: all
 * @BENCH_GETS: those that allocate
 * @BENCH_PUTS: those that free
 */
enum bench_part {
	BENCH_BOTH,
	BENCH_GETS,
	BENCH_PUTS,
};

/**
 * struct bench_stream - Requests and frees at random, always the same.
 * @events: what is done, one after the other: BENCH_EVENT_*
 * @ids: slots, those in use first
 * @orders: of the block that a slot has
 * @percent: how much of all pages is in use
 * @live: slots in use
 * @pages: in use
 * @ready: events before: memory is filled
 * @done: events before: the work is done; what follows frees all
 * @end: events in all
 *
 * A slot, an order and a type of request are drawn whether requests succeed or not.
 */
struct bench_stream {
	u32 *events;
	u32 *ids;
	u8 *orders;
	unsigned int percent;
	unsigned int live;
	unsigned long pages;
	unsigned int ready;
	unsigned int done;
	unsigned int end;
};

/* An event: the slot, the block's order, the type of request, and whether it is a free. */
#define BENCH_EVENT_SLOT GENMASK(19, 0)
#define BENCH_EVENT_ORDER GENMASK(23, 20)
#define BENCH_EVENT_TYPE GENMASK(25, 24)
#define BENCH_EVENT_PUT BIT(31)

/* Pages at most that a stream can tell apart. */
#define BENCH_MAX_PAGES (BENCH_EVENT_SLOT + 1)

/**
 * struct bench - What works are done with.
 * @sb: instance that is measured
 * @nr_pages: pages that it gives before it is empty; so many a peer has, too
 * @slots: handles of the blocks that a work holds
 * @turn: in which order they are freed
 * @stream: of the works that have one
 * @missed: requests of a work that found nothing
 */
struct bench {
	struct sbuddy *sb;
	unsigned long nr_pages;
	unsigned long *slots;
	u32 *turn;
	struct bench_stream stream;
	unsigned int missed;
};

struct bench_work;

/**
 * struct bench_side - Who does works.
 * @name: as told in a line
 * @lacks: why there is none, when @start fails
 * @ours: what of us is beside it; NULL for the usual one
 * @start: makes it ready, may be NULL: 0 or an errno
 * @stop: undoes that, may be NULL
 * @work: does a kind of work: thousandths of a nanosecond, or BENCH_NONE
 */
struct bench_side {
	const char *name;
	const char *lacks;
	const struct bench_side *ours;
	int (*start)(struct bench *bench);
	void (*stop)(struct bench *bench);

	u64 (*work[BENCH_NR_KINDS])(struct bench *bench, const struct bench_work *work);
};

/**
 * struct bench_work - What is done.
 * @name: as told in a line
 * @peer: beside whom
 * @kind: how
 * @order: of the blocks; of a stream, whose are 0 to 4, nothing
 * @nr: blocks of a burst or a bulk, 0 for all there are
 * @turn: in which order they are freed
 * @part: which calls count
 * @percent: how much of all pages is in use
 */
struct bench_work {
	const char *name;
	const struct bench_side *peer;
	enum bench_kind kind;
	unsigned int order;
	unsigned int nr;
	enum bench_turn turn;
	enum bench_part part;
	unsigned int percent;
};

/**
 * struct bench_result - What came of a work.
 * @ours: thousandths of a nanosecond, or BENCH_NONE
 * @theirs: the same of the peer
 * @our_missed: requests of one round that found nothing
 * @their_missed: the same of the peer
 * @lacks: why there is no peer, or NULL
 */
struct bench_result {
	u64 ours;
	u64 theirs;
	unsigned int our_missed;
	unsigned int their_missed;
	const char *lacks;
};

extern const struct bench_work bench_works[];
extern const unsigned int bench_nr_works;

extern const struct bench_side bench_ours;
extern const struct bench_side bench_empty;
extern const struct bench_side bench_page;
extern const struct bench_side bench_bulk;
extern const struct bench_side bench_first_fit;
extern const struct bench_side bench_best_fit;
extern const struct bench_side bench_drm;
extern const struct bench_side bench_cma;
extern const struct bench_side bench_slab;

/* Both sides in turn, BENCH_ROUNDS times; of what is worst, the most counts. */
void bench_do(struct bench *bench, const struct bench_work *work, struct bench_result *result);

/* Blocks of a burst: as told, or what is there, less what watermarks may keep. */
unsigned int bench_burst_size(const struct bench *bench, const struct bench_work *work);

/* Sets the turn of @nr blocks. */
void bench_take_turns(struct bench *bench, enum bench_turn turn, unsigned int nr);

int bench_stream_init(struct bench *bench);
void bench_stream_free(struct bench *bench);

/* Makes the events for so many hundredths of all pages, unless they are those already. */
void bench_stream_make(struct bench *bench, unsigned int percent);

/**
 * struct bench_clock - The clock that works are timed by.
 * @cost: nanoseconds from one reading to the next
 * @step: nanoseconds that it goes on by, at least
 * @counts: it counts instructions, a nanosecond each
 */
struct bench_clock {
	u32 cost;
	u32 step;
	bool counts;
};

extern struct bench_clock bench_clock;
void bench_clock_look(void);

void bench_notes(struct bench *bench, struct seq_file *seq);

/* The file: whether a work was chosen is bench_main.c's to know. */
int bench_file_make(struct bench *bench);
void bench_file_remove(void);
bool bench_is_wanted(const char *name, const char *peer);

#endif

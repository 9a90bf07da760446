/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads that do the same at the same time. */
#ifndef TEAM_H
#define TEAM_H

#include <pthread.h>

#include "bench.h"

/* Short, so that on a machine with other programs all run at once some of the time. */
#define NR_OPS 16384u
#define BURST 512u
#define QUEUE 256u
#define STRANGERS 4096u

/* A number that one thread writes and another reads, on lines of its own. */
struct counter {
	unsigned long nr;
} __attribute__((aligned(128)));

/**
 * struct queue - Blocks on their way from a thread to its neighbour.
 * @slot: blocks
 * @head: how many were ever put in; only the one thread writes it
 * @tail: how many were ever taken out; only the other does
 */
struct queue {
	unsigned long slot[QUEUE];
	struct counter head;
	struct counter tail;
};

struct team;

/**
 * struct member - A thread.
 * @team: all of them
 * @thread: itself
 * @cpu: its number
 * @failed: there was no page
 * @start: when it began
 * @end: when it was done
 * @cpu_time: nanoseconds of a CPU that it took
 * @random: of the slots that it chooses
 * @slot: pages that it holds
 * @in: what its neighbour hands to it
 */
struct member {
	struct team *team;
	pthread_t thread;
	unsigned int cpu;
	bool failed;
	u64 start;
	u64 end;
	u64 cpu_time;
	u64 random;
	unsigned long slot[BURST];
	struct queue in;
};

/**
 * struct team - Threads that do the same.
 * @pool: with what
 * @run: what
 * @tidy: done by the last of them, and not counted
 * @nr: how many
 * @nr_ready: how many are waiting for the others
 * @nr_done: how many have nothing more to do
 * @stranger: blocks that anybody frees
 * @member: as many as there may be
 */
struct team {
	struct pool *pool;
	void (*run)(struct member *member);
	void (*tidy)(struct member *member);
	unsigned int nr;
	unsigned int nr_ready;
	unsigned int nr_done;
	unsigned long stranger[STRANGERS];
	struct member *member;
};

/*
 * From the first start to the last end, for each page of one thread; and what it took of
 * CPUs, of which there may be fewer than threads, for each page of all.
 */
u64 team_run(struct team *team, unsigned int nr, u64 *cpu_time);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads beside each other. Each does as much as one alone would, so that with CPUs
 * enough and nothing in each other's way, all take as long as that one.
 */
#include <pthread.h>

#include "side.h"

/* Short, so that on a machine with other programs all run at once some of the time. */
#define NR_OPS 16384u
#define RUNS_PER_ROUND 8
#define BURST 512u
#define QUEUE 256u

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
	unsigned long slot[BURST];
	struct queue in;
};

/**
 * struct team - Threads that do the same.
 * @pool: with what
 * @run: what
 * @nr: how many
 * @nr_ready: how many are waiting for the others
 * @member: as many as there may be
 */
struct team {
	struct pool *pool;
	void (*run)(struct member *member);
	unsigned int nr;
	unsigned int nr_ready;
	struct member *member;
};

static __always_inline void pairs(struct member *member, const struct side *side)
{
	struct pool *pool = member->team->pool;
	unsigned int i;

	for (i = 0; i < NR_OPS; i++) {
		if (unlikely(!side->get(pool, 0, SB_UNMOVABLE, &member->slot[0]))) {
			member->failed = true;
			return;
		}
		side->put(pool, 0, member->slot[0]);
	}
}

static __always_inline void bursts(struct member *member, const struct side *side)
{
	struct pool *pool = member->team->pool;
	unsigned int done, got, i;

	for (done = 0; done < NR_OPS && !member->failed; done += BURST) {
		for (got = 0; got < BURST; got++)
			if (unlikely(!side->get(pool, 0, SB_UNMOVABLE, &member->slot[got])))
				break;
		member->failed = got < BURST;
		for (i = 0; i < got; i++)
			side->put(pool, 0, member->slot[i]);
	}
}

/* Puts a block in, or says that there is no room. */
static __always_inline bool push(struct queue *queue, struct pool *pool, const struct side *side)
{
	unsigned long head = queue->head.nr;
	/* Who sees the number has the slots to himself. */
	unsigned long tail = smp_load_acquire(&queue->tail.nr);

	if (head - tail == QUEUE)
		return false;
	/* What cannot be had goes through the queue all the same, to keep count. */
	if (unlikely(!side->get(pool, 0, SB_UNMOVABLE, &queue->slot[head % QUEUE])))
		queue->slot[head % QUEUE] = SB_PFN_NONE;
	/* Who sees the number sees the block. */
	smp_store_release(&queue->head.nr, head + 1);
	return true;
}

/* Frees what is in it, and says how many these were. */
static __always_inline unsigned int pull(struct member *member, struct pool *pool,
					 const struct side *side)
{
	struct queue *queue = &member->in;
	unsigned long tail = queue->tail.nr;
	/* Who sees the number sees the blocks. */
	unsigned long head = smp_load_acquire(&queue->head.nr);
	unsigned int nr = 0;

	for (; tail != head; tail++, nr++) {
		if (likely(queue->slot[tail % QUEUE] != SB_PFN_NONE))
			side->put(pool, 0, queue->slot[tail % QUEUE]);
		else
			member->failed = true;
	}
	/* The slots were read before. */
	smp_store_release(&queue->tail.nr, tail);
	return nr;
}

/* The worst case of per-CPU lists: every page is freed on another CPU. */
static __always_inline void neighbour(struct member *member, const struct side *side)
{
	struct team *team = member->team;
	struct queue *out = &team->member[(member->cpu + 1) % team->nr].in;
	unsigned int sent = 0, freed = 0, looks = 0;

	while (sent < NR_OPS || freed < NR_OPS) {
		unsigned int sent_now = 0, freed_now;

		while (sent < NR_OPS && push(out, team->pool, side)) {
			sent++;
			sent_now++;
		}
		freed_now = pull(member, team->pool, side);
		freed += freed_now;
		if (!sent_now && !freed_now)
			sb_host_relax(&looks);
	}
}

#define TEAM_WORK(work)                                \
	static void ours_##work(struct member *member) \
	{                                              \
		work(member, &ours);                   \
	}                                              \
	static void list_##work(struct member *member) \
	{                                              \
		work(member, &list);                   \
	}

TEAM_WORK(pairs)
TEAM_WORK(bursts)
TEAM_WORK(neighbour)

static void *thread(void *arg)
{
	struct member *member = arg;
	struct team *team = member->team;
	unsigned int looks = 0;

	sb_host_cpu = member->cpu;
	__atomic_add_fetch(&team->nr_ready, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&team->nr_ready, __ATOMIC_ACQUIRE) < team->nr)
		sb_host_relax(&looks);
	member->start = bench_now();
	team->run(member);
	member->end = bench_now();
	return NULL;
}

/* From the first start to the last end, for each page of one thread. */
static u64 run(struct team *team, unsigned int nr, void (*work)(struct member *member))
{
	u64 start = BENCH_NONE, end = 0;
	bool failed = false;
	unsigned int i;

	team->run = work;
	team->nr = nr;
	team->nr_ready = 0;
	for (i = 0; i < nr; i++) {
		team->member[i].team = team;
		team->member[i].cpu = i;
		team->member[i].failed = false;
		if (pthread_create(&team->member[i].thread, NULL, thread, &team->member[i])) {
			report_failure("no thread can be had");
			exit(1);
		}
	}
	for (i = 0; i < nr; i++) {
		pthread_join(team->member[i].thread, NULL);
		start = min(start, team->member[i].start);
		end = max(end, team->member[i].end);
		failed |= team->member[i].failed;
	}
	return failed ? BENCH_NONE : bench_each(end - start, NR_OPS);
}

static const struct {
	const char *name;
	void (*ours)(struct member *member);
	void (*list)(struct member *member);
} works[] = {
	{ "pairs", ours_pairs, list_pairs },
	{ "bursts", ours_bursts, list_bursts },
	{ "neighbour", ours_neighbour, list_neighbour },
};

/* What one thread does alone is measured among the rest, as the machine is not the same later. */
static void do_work(struct team *team, unsigned int which, unsigned int nr)
{
	u64 our_best = BENCH_NONE, best = BENCH_NONE, our_one = BENCH_NONE, one = BENCH_NONE;
	unsigned int round;
	char name[32];

	snprintf(name, sizeof(name), "%s-threads-%u", works[which].name, nr);
	report_progress(name);
	for (round = 0; round < bench_options.rounds * RUNS_PER_ROUND; round++) {
		our_one = min(our_one, run(team, 1, works[which].ours));
		our_best = min(our_best, run(team, nr, works[which].ours));
		one = min(one, run(team, 1, works[which].list));
		best = min(best, run(team, nr, works[which].list));
	}
	report(name, "list-buddy", our_best, best);
	pool_verify(team->pool, name);
	if (nr == 1)
		return;
	report(name, "one-thread", our_best, our_one);
	if (our_best != BENCH_NONE && best != BENCH_NONE)
		report_note(
			"%s: each thread does %llu %% of what one alone does; of list-buddy, %llu %%",
			name, our_one * 100 / our_best, one * 100 / best);
}

void bench_threads(void)
{
	unsigned int most = bench_options.nr_threads, nr, i;
	struct team team = { .pool = pool_create(256 * MiB, most) };

	team.member = aligned_alloc(128, most * sizeof(*team.member));
	if (!team.pool || !team.member) {
		report_failure("no memory for %u threads", most);
		return;
	}
	memset(team.member, 0, most * sizeof(*team.member));
	for (i = 0; i < ARRAY_SIZE(works); i++)
		for (nr = 1; nr <= most; nr++)
			do_work(&team, i, nr);
	free(team.member);
	pool_destroy(team.pool);
}

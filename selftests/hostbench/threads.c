// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads beside each other. Each does as much as one alone would, so that with CPUs
 * enough and nothing in each other's way, all take as long as that one.
 */
#include "side.h"
#include "team.h"

#define RUNS_PER_ROUND 8

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

/* Puts a block, or none, in the place of another, and frees that. */
static __always_inline void swap(struct member *member, const struct side *side, unsigned int at,
				 unsigned long block)
{
	struct team *team = member->team;

	block = __atomic_exchange_n(&team->stranger[at], block, __ATOMIC_ACQ_REL);
	if (block != SB_PFN_NONE)
		side->put(team->pool, 0, block);
}

/* All free what any of them took, in no order. */
static __always_inline void strangers(struct member *member, const struct side *side)
{
	struct team *team = member->team;
	unsigned int i;

	for (i = 0; i < NR_OPS && !member->failed; i++) {
		unsigned long block;

		if (likely(side->get(team->pool, 0, SB_UNMOVABLE, &block)))
			swap(member, side, (u32)bench_random(&member->random) % STRANGERS, block);
		else
			member->failed = true;
	}
}

/* The last of all gives back what is left of that; it is not counted. */
static __always_inline void tidy(struct member *member, const struct side *side)
{
	unsigned int i;

	for (i = 0; i < STRANGERS; i++)
		swap(member, side, i, SB_PFN_NONE);
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
TEAM_WORK(strangers)
TEAM_WORK(tidy)

static const struct {
	const char *name;
	void (*ours)(struct member *member);
	void (*list)(struct member *member);
} works[] = {
	{ "pairs", ours_pairs, list_pairs },
	{ "bursts", ours_bursts, list_bursts },
	{ "neighbour", ours_neighbour, list_neighbour },
	{ "strangers", ours_strangers, list_strangers },
};

/**
 * struct figures - Of one allocator.
 * @best: least time for each page
 * @one: of one thread alone
 * @shares: of each round, what a CPU did in a second, of what it does of one thread's work
 *	right before, in percent
 * @waits: locks that were waited for
 */
struct figures {
	u64 best;
	u64 one;
	u64 *shares;
	unsigned long waits;
};

/* What one thread does alone is measured among the rest, as the machine is not the same later. */
static void do_round(struct team *team, unsigned int nr, struct figures *figures,
		     unsigned int round)
{
	unsigned long waits;
	u64 one, all;

	figures->one = min(figures->one, team_run(team, 1, &one));
	waits = sb_host_waits;
	figures->best = min(figures->best, team_run(team, nr, &all));
	figures->waits += sb_host_waits - waits;
	figures->shares[round] = one * 100 / max(all, 1ull);
}

static int by_value(const void *a, const void *b)
{
	u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

/* The share that half of the rounds are above. */
static unsigned long long middle(struct figures *figures, unsigned int rounds)
{
	qsort(figures->shares, rounds, sizeof(*figures->shares), by_value);
	return figures->shares[rounds / 2];
}

static void do_rounds(struct team *team, unsigned int which, unsigned int nr, const char *name)
{
	unsigned int rounds = bench_options.rounds * RUNS_PER_ROUND, round;
	u64 shares[2][rounds], ops = (u64)rounds * nr * NR_OPS;
	struct figures our = { BENCH_NONE, BENCH_NONE, shares[0], 0 };
	struct figures their = { BENCH_NONE, BENCH_NONE, shares[1], 0 };

	for (round = 0; round < rounds; round++) {
		team->run = works[which].ours;
		team->tidy = ours_tidy;
		do_round(team, nr, &our, round);
		team->run = works[which].list;
		team->tidy = list_tidy;
		do_round(team, nr, &their, round);
	}
	report(name, "list-buddy", our.best, their.best);
	pool_verify(team->pool, name);
	if (nr == 1)
		return;
	report(name, "one-thread", our.best, our.one);
	report_note("%s: a CPU does %llu %% of what it does for one thread; of list-buddy, %llu %%",
		    name, middle(&our, rounds), middle(&their, rounds));
	report_note("%s: of 100000 operations %llu wait for a lock; of list-buddy, %llu", name,
		    our.waits * 100000ull / ops, their.waits * 100000ull / ops);
}

static void do_work(struct team *team, unsigned int which, unsigned int nr)
{
	char name[32];

	snprintf(name, sizeof(name), "%s-threads-%u", works[which].name, nr);
	report_progress(name);
	do_rounds(team, which, nr, name);
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
		for (nr = 1; nr <= most; nr = nr < most ? min(2 * nr, most) : nr + 1)
			do_work(&team, i, nr);
	free(team.member);
	pool_destroy(team.pool);
}

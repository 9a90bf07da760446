// SPDX-License-Identifier: GPL-2.0-only
/*
 * All there is to be asked of 16 pages in six requests: each sequence of "allocate order 0 .. 4"
 * and "free this block" is made of an engine, from the same state on. After every step of every
 * sequence the checker recounts the instance, and each page is what a naive model says.
 *
 * That none is left out is seen by counting: the model walks by itself, without an engine, and
 * has to come by as many sequences, and as many different states.
 */
#include "fixture.h"

#define BASE 0x90000000ull
#define SIZE (256 * 1024ull)
#define NR_PAGES 16u
#define NR_ORDERS 5u
#define LENGTH 6u

/* More than there are states; a power of two. */
#define NR_SLOTS (1u << 16)

struct block {
	unsigned int at;
	unsigned int order;
};

/**
 * struct model - 16 pages, as two arrays of blocks.
 * @lowest: the block with the lowest address is taken first, as the word engine does;
 *	otherwise that which was last put in front
 * @free: free blocks
 * @live: blocks in use, the oldest first
 */
struct model {
	bool lowest;
	unsigned int nr_free;
	unsigned int nr_live;
	struct block free[NR_PAGES];
	struct block live[NR_PAGES];
};

/* States are told apart by what each page is: 4 bits a page. */
struct states {
	u64 slot[NR_SLOTS];
	unsigned int nr;
	u64 sum;
};

/* What a walk came by. */
struct walk {
	unsigned long sequences;
	unsigned long steps;
	struct states states;
};

static struct fixture f;
static unsigned long first_pfn;
static unsigned int top_order;
static bool broken;

static void states_add(struct states *states, u64 state)
{
	unsigned int i = (unsigned int)(state * 0x9e3779b97f4a7c15ull >> 48);

	while (states->slot[i] && states->slot[i] != state)
		i = (i + 1) % NR_SLOTS;
	if (states->slot[i])
		return;
	states->slot[i] = state;
	states->nr++;
	states->sum += state;
}

static void take_out(struct block *blocks, unsigned int *nr, unsigned int i)
{
	memmove(blocks + i, blocks + i + 1, (--*nr - i) * sizeof(*blocks));
}

static void put_in(struct block *blocks, unsigned int *nr, unsigned int i, struct block block)
{
	memmove(blocks + i + 1, blocks + i, ((*nr)++ - i) * sizeof(*blocks));
	blocks[i] = block;
}

static bool better(const struct model *m, const struct block *a, const struct block *b)
{
	return a->order < b->order || (a->order == b->order && m->lowest && a->at < b->at);
}

/* Gives the smallest block that is large enough, and puts the upper halves in front. */
static bool model_alloc(struct model *m, unsigned int order)
{
	unsigned int i, best = m->nr_free;
	struct block block;

	for (i = 0; i < m->nr_free; i++)
		if (m->free[i].order >= order &&
		    (best == m->nr_free || better(m, &m->free[i], &m->free[best])))
			best = i;
	if (best == m->nr_free)
		return false;
	block = m->free[best];
	take_out(m->free, &m->nr_free, best);
	while (block.order > order) {
		struct block half = { .order = --block.order };

		half.at = block.at + (1u << half.order);
		put_in(m->free, &m->nr_free, 0, half);
	}
	put_in(m->live, &m->nr_live, m->nr_live, block);
	return true;
}

static unsigned int find_free(const struct model *m, unsigned int at, unsigned int order)
{
	unsigned int i;

	for (i = 0; i < m->nr_free; i++)
		if (m->free[i].at == at && m->free[i].order == order)
			break;
	return i;
}

/* A block that is about to merge goes to the end. */
static void model_free(struct model *m, unsigned int which)
{
	struct block block = m->live[which];
	unsigned int size, i;
	bool last;

	take_out(m->live, &m->nr_live, which);
	for (size = 1u << block.order; size < NR_PAGES; size *= 2) {
		i = find_free(m, block.at ^ size, block.order);
		if (i == m->nr_free)
			break;
		take_out(m->free, &m->nr_free, i);
		block.at &= ~size;
		block.order++;
	}
	i = find_free(m, (block.at & ~size) ^ size * 2, block.order + 1);
	last = i < m->nr_free && block.order + 1 < top_order;
	put_in(m->free, &m->nr_free, last ? m->nr_free : 0, block);
}

static u64 model_state(const struct model *m)
{
	u64 state = 0;
	unsigned int i;

	for (i = 0; i < m->nr_free; i++)
		state |= (u64)(1 + m->free[i].order) << 4 * m->free[i].at;
	for (i = 0; i < m->nr_live; i++)
		state |= (u64)(6 + m->live[i].order) << 4 * m->live[i].at;
	return state;
}

/* The model by itself: how many ways there are to go on from here. */
static unsigned long model_walk(struct states *states, const struct model *from, unsigned int left)
{
	unsigned long sequences = 0;
	unsigned int i;

	states_add(states, model_state(from));
	if (!left)
		return 1;
	for (i = 0; i < NR_ORDERS + from->nr_live; i++) {
		struct model to = *from;

		if (i < NR_ORDERS)
			model_alloc(&to, i);
		else
			model_free(&to, i - NR_ORDERS);
		sequences += model_walk(states, &to, left - 1);
	}
	return sequences;
}

/* The state of the pages, as descriptors and the engine tell it. */
static u64 real_state(void)
{
	struct sb_page_info info;
	unsigned int i;
	u64 state = 0;

	for (i = 0; i < NR_PAGES; i++) {
		if (!sb_memmap_info(&f.inst, first_pfn + i, &info) || info.tail)
			continue;
		state |= (u64)((info.state == SB_PAGE_FREE ? 1 : 6) + info.order) << 4 * i;
	}
	return state;
}

static long real_alloc(unsigned int order)
{
	struct sb_request request = { .order = order,
				      .type = SB_MOVABLE,
				      .zone = SB_ZONE_MOVABLE,
				      .nid = SB_NID_ANY,
				      .gfp = SB_GFP_KERNEL | SB_GFP_MEMALLOC };

	return fixture_ask(&f, request);
}

/* Makes one request of both: they have to agree about what comes of it. */
static void step(struct model *m, unsigned int op)
{
	struct block block;
	long pfn, wanted = -ENOMEM;

	if (op >= NR_ORDERS) {
		block = m->live[op - NR_ORDERS];
		model_free(m, op - NR_ORDERS);
		fixture_free(&f, first_pfn + block.at, block.order);
		return;
	}
	if (model_alloc(m, op))
		wanted = (long)(first_pfn + m->live[m->nr_live - 1].at);
	pfn = real_alloc(op);
	EXPECT_EQ(pfn, wanted);
	broken |= pfn != wanted;
}

static void look(struct walk *walk, const struct model *m)
{
	u64 state = real_state();

	CHECK(&f);
	walk->steps++;
	states_add(&walk->states, state);
	EXPECT_EQ(state, model_state(m));
	broken |= state != model_state(m);
}

/*
 * Makes a sequence from the start. The first @known steps have been looked at as a part of
 * another one.
 */
static void run(struct walk *walk, struct model *m, const unsigned int *ops, unsigned int known)
{
	unsigned int i;

	for (i = 0; i < LENGTH && !broken; i++) {
		step(m, ops[i]);
		if (i >= known)
			look(walk, m);
	}
	walk->sequences++;
}

/* All sequences in the order of numbers whose digits are requests. */
static void real_walk(struct walk *walk, const struct model *start)
{
	unsigned int ops[LENGTH] = { 0 }, choices[LENGTH], known = 0, i;

	states_add(&walk->states, real_state());
	do {
		struct model m = *start;

		for (i = 0; i < LENGTH; i++) {
			choices[i] = NR_ORDERS + m.nr_live;
			if (ops[i] < NR_ORDERS)
				model_alloc(&m, ops[i]);
			else
				model_free(&m, ops[i] - NR_ORDERS);
		}
		m = *start;
		run(walk, &m, ops, known);
		while (m.nr_live && !broken)
			step(&m, NR_ORDERS);
		for (i = LENGTH; i > 0 && ++ops[i - 1] == choices[i - 1]; i--)
			ops[i - 1] = 0;
		known = i - 1;
	} while (i > 0 && !broken);
}

/* Of all pages only 16 are free, and all their neighbours in use. */
static struct model start(const struct sb_config *cfg)
{
	struct model m = {
		.lowest = cfg->engine == SB_ENGINE_WORD,
		.free = { { .order = 4 } },
		.nr_free = 1,
	};

	fixture_boot(&f, cfg);
	fixture_fill(&f);
	first_pfn = sb_pfn_down(BASE);
	top_order = cfg->max_order;
	broken = false;
	fixture_free_run(&f, first_pfn, NR_PAGES);
	return m;
}

static void walk(const struct sb_config *cfg)
{
	static struct walk real;
	static struct states states;
	const struct model m = start(cfg);
	unsigned long sequences;

	memset(&real, 0, sizeof(real));
	memset(&states, 0, sizeof(states));
	sequences = model_walk(&states, &m, LENGTH);
	real_walk(&real, &m);
	EXPECT_EQ(real.sequences, sequences);
	EXPECT_EQ(real.states.nr, states.nr);
	EXPECT_EQ(real.states.sum, states.sum);
	printf("# %lu sequences, %lu steps, %u states\n", real.sequences, real.steps,
	       real.states.nr);
	if (!broken)
		fixture_exit(&f);
}

static void lists_do_as_the_model_in_a_pageblock(void)
{
	struct sb_config cfg = fixture_config(BASE, SIZE);

	cfg.pcp_high = 0;
	cfg.max_order = 5;
	cfg.pageblock_order = 5;
	walk(&cfg);
}

static void lists_do_as_the_model_across_pageblocks(void)
{
	struct sb_config cfg = fixture_config(BASE, SIZE);

	cfg.pcp_high = 0;
	cfg.max_order = 4;
	cfg.pageblock_order = 2;
	walk(&cfg);
}

static void words_do_as_the_model(void)
{
	struct sb_config cfg = fixture_config(BASE, SIZE);

	cfg.pcp_high = 0;
	cfg.max_order = 5;
	cfg.pageblock_order = 5;
	fixture_use_word(&cfg);
	walk(&cfg);
}

UNIT_MAIN(UNIT_CASE(lists_do_as_the_model_in_a_pageblock),
	  UNIT_CASE(lists_do_as_the_model_across_pageblocks), UNIT_CASE(words_do_as_the_model))

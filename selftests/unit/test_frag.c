// SPDX-License-Identifier: GPL-2.0-only
/*
 * How scattered pages in use become, by the scheme that LLFree was published with: nine
 * tenths, or all, are taken block by block, a random half of that is freed, and then a hundred
 * times a random tenth of the rest is replaced. With pages alone, with blocks of several
 * orders, and with pages that are Unmovable, live ten times as long, and become more
 * from round to round. Judged by a map of who has which page that is kept here, not
 * by what an engine says of itself.
 *
 * SB_MIB=N in the environment replays it over that much memory instead.
 */
#include "fixture.h"

#define BASE 0x40000000ull
#define BLOCK_ORDER 9u
#define ROUNDS 100u

static struct fixture f;

enum use { NOBODY, MOVABLE, UNMOVABLE, GONE };

struct held {
	unsigned long pfn;
	unsigned int order;
};

struct holder {
	struct held *blocks;
	unsigned long nr;
	unsigned long nr_pages;
};

/**
 * struct scheme - What is asked for.
 * @name: as it is printed
 * @size: bytes of memory
 * @orders: of a hundred pages, how many are asked for in blocks of each order
 * @filled: of a thousand pages of memory, how many are taken at first
 * @unmovable: of a thousand pages of memory, how many are Unmovable in the end
 */
struct scheme {
	const char *name;
	u64 size;
	unsigned int orders[5];
	unsigned int filled;
	unsigned int unmovable;
};

static const struct scheme pages_alone = { "pages", 64 * MiB, { 100 }, 900, 0 };
static const struct scheme some_orders = { "orders", 64 * MiB, { 60, 12, 12, 8, 8 }, 900, 0 };
static const struct scheme some_types = { "types", 256 * MiB, { 100 }, 1000, 75 };

/* What came of it: thousandths, and pageblocks, which replays add up. */
struct result {
	unsigned int share;
	unsigned int unusable;
	unsigned long mixed;
};

static struct replay {
	const struct scheme *scheme;
	unsigned long nr_pages;
	unsigned char *use;
	struct holder movable;
	struct holder unmovable;
	u64 seed;
} r;

static void mark(unsigned long pfn, unsigned int order, enum use from, enum use to)
{
	unsigned long at = pfn - f.inst.map.base_pfn, end = at + sb_order_pages(order);

	for (; at < end; at++) {
		EXPECT_EQ(r.use[at], from);
		r.use[at] = (unsigned char)to;
	}
}

/* Blocks of larger orders have more pages, so that they are asked for less often. */
static unsigned int next_order(void)
{
	for (;;) {
		unsigned int which = (unsigned int)unit_below(&r.seed, 100), order = 0;

		while (which >= r.scheme->orders[order])
			which -= r.scheme->orders[order++];
		if (!unit_below(&r.seed, sb_order_pages(order)))
			return order;
	}
}

static bool take_block(enum use use)
{
	struct holder *holder = use == UNMOVABLE ? &r.unmovable : &r.movable;
	unsigned int order = next_order();
	long pfn = fixture_alloc(&f, order, use == UNMOVABLE ? SB_UNMOVABLE : SB_MOVABLE);

	if (pfn <= 0)
		return false;
	mark((unsigned long)pfn, order, NOBODY, use);
	holder->nr_pages += sb_order_pages(order);
	holder->blocks[holder->nr++] = (struct held){ (unsigned long)pfn, order };
	return true;
}

/* Up to @nr pages of a type in use, or until a block is not to be had. */
static void take_up_to(unsigned long nr, enum use use)
{
	const struct holder *holder = use == UNMOVABLE ? &r.unmovable : &r.movable;

	while (holder->nr_pages < nr && take_block(use))
		;
}

/* Frees random blocks, @nr pages of them. */
static void give_random(struct holder *holder, unsigned long nr)
{
	unsigned long done = 0;

	while (done < nr && holder->nr) {
		unsigned long which = unit_below(&r.seed, holder->nr);
		struct held held = holder->blocks[which];

		holder->blocks[which] = holder->blocks[--holder->nr];
		mark(held.pfn, held.order, holder == &r.unmovable ? UNMOVABLE : MOVABLE, NOBODY);
		done += sb_order_pages(held.order);
		fixture_free(&f, held.pfn, held.order);
	}
	holder->nr_pages -= done;
}

static unsigned long free_pages(void)
{
	return fixture_zone(&f, SB_ZONE_NORMAL)->managed - r.movable.nr_pages -
	       r.unmovable.nr_pages;
}

/* Aligned blocks without a page in use; memory that was never handed over counts as used. */
static unsigned long free_blocks(unsigned int order)
{
	unsigned long size = sb_order_pages(order), nr = 0, i, at;

	for (i = 0; i + size <= r.nr_pages; i += size) {
		for (at = 0; at < size && r.use[i + at] == NOBODY; at++)
			;
		nr += at == size;
	}
	return nr;
}

/* Pageblocks that pages of both types are in. */
static unsigned long mixed_blocks(void)
{
	unsigned long size = sb_order_pages(BLOCK_ORDER), nr = 0, i, at;

	for (i = 0; i + size <= r.nr_pages; i += size) {
		unsigned int seen = 0;

		for (at = 0; at < size; at++)
			seen |= 1u << r.use[i + at];
		nr += (seen & 1u << MOVABLE) && (seen & 1u << UNMOVABLE);
	}
	return nr;
}

static struct result look(const char *when)
{
	struct result result = {
		.share = (unsigned int)(free_blocks(BLOCK_ORDER) * 1000 /
					(free_pages() >> BLOCK_ORDER)),
		.unusable = (unsigned int)((free_pages() - (free_blocks(4) << 4)) * 1000 /
					   free_pages()),
		.mixed = mixed_blocks(),
	};

	printf("# %s, %s, %s: of %lu pageblocks possible %u, order 4 unusable %u, mixed %lu\n",
	       f.inst.engine->name, r.scheme->name, when, free_pages() >> BLOCK_ORDER, result.share,
	       result.unusable, result.mixed);
	return result;
}

static u64 size_wanted(const struct scheme *scheme)
{
	const char *text = getenv("SB_MIB");

	return text ? strtoull(text, NULL, 0) * MiB : scheme->size;
}

static void boot(enum sb_engine_kind engine, const struct scheme *scheme, u64 seed)
{
	struct sb_config cfg = fixture_config(BASE, size_wanted(scheme));
	struct sb_page_info info;
	unsigned long i;

	cfg.engine = engine;
	cfg.pageblock_order = BLOCK_ORDER;
	fixture_boot(&f, &cfg);
	memset(&r, 0, sizeof(r));
	r.scheme = scheme;
	r.seed = seed;
	r.nr_pages = f.inst.map.nr_pages;
	r.use = calloc(r.nr_pages, 1);
	r.movable.blocks = calloc(r.nr_pages, sizeof(*r.movable.blocks));
	r.unmovable.blocks = calloc(r.nr_pages, sizeof(*r.unmovable.blocks));
	for (i = 0; i < r.nr_pages; i++) {
		sb_memmap_info(&f.inst, f.inst.map.base_pfn + i, &info);
		if (info.state == SB_PAGE_HOLE || info.state == SB_PAGE_RESERVED)
			r.use[i] = GONE;
	}
}

static void end(void)
{
	give_random(&r.movable, r.nr_pages);
	give_random(&r.unmovable, r.nr_pages);
	free(r.use);
	free(r.movable.blocks);
	free(r.unmovable.blocks);
	fixture_exit(&f);
}

static struct result replay(enum sb_engine_kind engine, const struct scheme *scheme, u64 seed)
{
	struct result result;
	unsigned long memory, round;

	boot(engine, scheme, seed);
	memory = free_pages();
	take_up_to(memory * scheme->filled / 1000, MOVABLE);
	give_random(&r.movable, r.movable.nr_pages / 2);
	look("half freed");
	for (round = 1; round <= ROUNDS; round++) {
		unsigned long movable = r.movable.nr_pages;

		give_random(&r.movable, movable / 10);
		give_random(&r.unmovable, r.unmovable.nr_pages / 100);
		take_up_to(memory * scheme->unmovable * round / ROUNDS / 1000, UNMOVABLE);
		take_up_to(movable, MOVABLE);
	}
	result = look("at the end");
	CHECK(&f);
	end();
	return result;
}

/*
 * The mean of as many replays as take a GiB: of 64 MiB two pageblocks that are not free
 * are a tenth of those possible.
 */
static struct result replay_often(enum sb_engine_kind engine, const struct scheme *scheme, u64 seed)
{
	unsigned int nr = (unsigned int)max(GiB / size_wanted(scheme), 1ull), i;
	struct result mean = { 0 };

	for (i = 0; i < nr; i++) {
		struct result one = replay(engine, scheme, unit_random(&seed));

		mean.share += one.share;
		mean.unusable += one.unusable;
		mean.mixed += one.mixed;
	}
	mean.share /= nr;
	mean.unusable /= nr;
	return mean;
}

static void words_gather_what_is_free(void)
{
	struct result result = replay_often(SB_ENGINE_WORD, &pages_alone, unit_seed());

	EXPECT(result.share >= 900);
	EXPECT(result.unusable <= 50);
}

/* Not that it should be so: without the difference the test would show nothing. */
static void lists_scatter_what_is_used(void)
{
	struct result result = replay_often(SB_ENGINE_LIST, &pages_alone, unit_seed());

	EXPECT(result.share < 500);
	EXPECT(result.unusable > 200);
}

/* Requests of small blocks are served from holes that are too small for others. */
static void blocks_of_several_orders_are_gathered(void)
{
	u64 seed = unit_seed();
	struct result word = replay_often(SB_ENGINE_WORD, &some_orders, seed);
	struct result list = replay_often(SB_ENGINE_LIST, &some_orders, seed);

	EXPECT(word.share >= 900 && word.share >= 2 * list.share);
	EXPECT(word.unusable <= 60 && 2 * word.unusable <= list.unusable);
}

/* What stays for long came when there was no whole pageblock left. */
static void types_are_mixed_in_few_pageblocks(void)
{
	u64 seed = unit_seed();
	struct result word = replay_often(SB_ENGINE_WORD, &some_types, seed);
	struct result list = replay_often(SB_ENGINE_LIST, &some_types, seed);

	EXPECT(list.mixed);
	EXPECT(10 * word.mixed <= 3 * list.mixed);
}

UNIT_MAIN(UNIT_CASE(words_gather_what_is_free), UNIT_CASE(lists_scatter_what_is_used),
	  UNIT_CASE(blocks_of_several_orders_are_gathered),
	  UNIT_CASE(types_are_mixed_in_few_pageblocks))

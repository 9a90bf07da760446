// SPDX-License-Identifier: GPL-2.0-only
/*
 * How scattered pages in use become, by the scheme that LLFree was published with: nine
 * tenths are taken page by page, a random half of that is freed, and then a hundred times
 * a random tenth of the rest is replaced. Judged by a map of who has which page that is
 * kept here, not by what an engine says of itself.
 *
 * SB_MIB=N in the environment replays it over that much memory instead.
 */
#include "fixture.h"

#define BASE 0x40000000ull
#define BLOCK_ORDER 9u
#define ROUNDS 100u

static struct fixture f;

static struct replay {
	unsigned long nr_pages;
	unsigned char *used;
	unsigned long *held;
	unsigned long nr_held;
	u64 seed;
} r;

static void take(unsigned long nr)
{
	while (nr--) {
		long pfn = fixture_alloc(&f, 0, SB_MOVABLE);

		EXPECT(pfn > 0);
		if (pfn <= 0)
			return;
		EXPECT(!r.used[pfn - (long)f.inst.map.base_pfn]);
		r.used[pfn - (long)f.inst.map.base_pfn] = 1;
		r.held[r.nr_held++] = (unsigned long)pfn;
	}
}

static void give_random(unsigned long nr)
{
	while (nr--) {
		unsigned long which = unit_below(&r.seed, r.nr_held);
		unsigned long pfn = r.held[which];

		r.held[which] = r.held[--r.nr_held];
		r.used[pfn - f.inst.map.base_pfn] = 0;
		fixture_free(&f, pfn, 0);
	}
}

static unsigned long free_pages(void)
{
	return fixture_zone(&f, SB_ZONE_NORMAL)->managed - r.nr_held;
}

/* Aligned blocks without a page in use; memory that was never handed over counts as used. */
static unsigned long free_blocks(unsigned int order)
{
	unsigned long size = sb_order_pages(order), nr = 0, i, at;

	for (i = 0; i + size <= r.nr_pages; i += size) {
		for (at = 0; at < size && !r.used[i + at]; at++)
			;
		nr += at == size;
	}
	return nr;
}

/* In thousandths. */
static unsigned int share_of_blocks(void)
{
	return (unsigned int)(free_blocks(BLOCK_ORDER) * 1000 / (free_pages() >> BLOCK_ORDER));
}

static unsigned int unusable(unsigned int order)
{
	return (unsigned int)((free_pages() - (free_blocks(order) << order)) * 1000 / free_pages());
}

static void boot(enum sb_engine_kind engine, u64 size, u64 seed)
{
	struct sb_config cfg = fixture_config(BASE, size);
	struct sb_page_info info;
	unsigned long i;

	cfg.engine = engine;
	cfg.pageblock_order = BLOCK_ORDER;
	fixture_boot(&f, &cfg);
	r.seed = seed;
	r.nr_pages = f.inst.map.nr_pages;
	r.nr_held = 0;
	r.used = calloc(r.nr_pages, 1);
	r.held = calloc(r.nr_pages, sizeof(*r.held));
	for (i = 0; i < r.nr_pages; i++) {
		sb_memmap_info(&f.inst, f.inst.map.base_pfn + i, &info);
		r.used[i] = info.state == SB_PAGE_HOLE || info.state == SB_PAGE_RESERVED;
	}
}

static void end(void)
{
	give_random(r.nr_held);
	free(r.used);
	free(r.held);
	fixture_exit(&f);
}

static void replay(enum sb_engine_kind engine, u64 size, u64 seed)
{
	unsigned int round;

	boot(engine, size, seed);
	take(free_pages() * 9 / 10);
	give_random(r.nr_held / 2);
	printf("# %s, %llu MiB: of %lu pageblocks possible %u, order 4 unusable %u (thousandths)\n",
	       f.inst.engine->name, size / MiB, free_pages() >> BLOCK_ORDER, share_of_blocks(),
	       unusable(4));
	for (round = 0; round < ROUNDS; round++) {
		unsigned long nr = r.nr_held / 10;

		give_random(nr);
		take(nr);
	}
	printf("# %s after %u rounds: %u, %u\n", f.inst.engine->name, ROUNDS, share_of_blocks(),
	       unusable(4));
	CHECK(&f);
}

static u64 size_wanted(u64 normally)
{
	const char *text = getenv("SB_MIB");

	return text ? strtoull(text, NULL, 0) * MiB : normally;
}

static void words_gather_what_is_free(void)
{
	replay(SB_ENGINE_WORD, size_wanted(64 * MiB), unit_seed());
	EXPECT(share_of_blocks() >= 900);
	EXPECT(unusable(4) <= 50);
	end();
}

/* Not that it should be so: without the difference the test would show nothing. */
static void lists_scatter_what_is_used(void)
{
	replay(SB_ENGINE_LIST, size_wanted(64 * MiB), unit_seed());
	EXPECT(share_of_blocks() < 500);
	EXPECT(unusable(4) > 200);
	end();
}

UNIT_MAIN(UNIT_CASE(words_gather_what_is_free), UNIT_CASE(lists_scatter_what_is_used))

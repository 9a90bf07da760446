// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gathered pages: pictures of fragmentation, each way to fail, and random requests
 * beside a model that has a byte a page and counts free blocks by looking.
 */
#include "fixture.h"
#include "gather.h"

#define BASE 0x90000000ull
#define FIRST 0x90000ul
#define MAX_RUNS 2048
#define MAX_PAGES 2048ul
#define MAX_HELD 40

static struct fixture f;
static struct sb_run runs[MAX_RUNS];

static const struct sb_request movable = {
	.type = SB_MOVABLE,
	.zone = SB_ZONE_MOVABLE,
	.nid = SB_NID_ANY,
	.gfp = SB_GFP_KERNEL,
};

static unsigned long nr_free(void)
{
	struct sb_zone *zone = NULL;
	unsigned long nr = 0;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		nr += zone->nr_free + sb_pcp_count(zone);
	return nr;
}

/* Blocks go to their lists at once, so that a picture is what was drawn. */
static void boot(u64 size)
{
	struct sb_config cfg = fixture_config(BASE, size);

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
}

/* 4 MiB in which only the pages that are '.' in @picture are free. */
static void draw(const char *picture)
{
	unsigned long page;

	boot(4 * MiB);
	fixture_fill(&f);
	for (page = 0; picture[page]; page++)
		if (picture[page] == '.')
			fixture_free(&f, FIRST + page, 0);
	CHECK(&f);
}

/* What the picture looks like, the pages of @nr_runs runs as 'x', those in use as '#'. */
static const char *picture_of(unsigned int nr_runs, size_t len)
{
	static char text[128];
	struct sb_page_info info;
	unsigned long page;
	unsigned int i;

	for (page = 0; page < len; page++) {
		sb_memmap_info(&f.inst, FIRST + page, &info);
		text[page] = info.state == SB_PAGE_ALLOC ? '#' : '.';
	}
	text[len] = '\0';
	for (i = 0; i < nr_runs; i++)
		for (page = 0; page < runs[i].nr_pages; page++)
			if (runs[i].pfn + page - FIRST < len)
				text[runs[i].pfn + page - FIRST] = 'x';
	return text;
}

static int gather(unsigned long nr_pages, unsigned int max_runs)
{
	int ret = sb_gather(&f.inst, &movable, nr_pages, runs, max_runs, NULL);

	CHECK(&f);
	return ret;
}

/* Gathers from one picture and expects another, in so many runs or an errno. */
static void expect_drawn(const char *before, unsigned long nr_pages, int ret, const char *after)
{
	unsigned long free;

	draw(before);
	free = nr_free();
	EXPECT_EQ(gather(nr_pages, MAX_RUNS), ret);
	EXPECT_STR(picture_of(ret > 0 ? (unsigned int)ret : 0, strlen(after)), after);
	EXPECT_EQ(nr_free(), free - (ret > 0 ? nr_pages : 0));
	if (ret > 0)
		EXPECT_EQ(sb_gather_free(&f.inst, runs, (unsigned int)ret), 0);
	EXPECT_STR(picture_of(0, strlen(before)), before);
	EXPECT_EQ(nr_free(), free);
	fixture_exit(&f);
}

static void one_block_will_do_when_there_is_one(void)
{
	expect_drawn("################........########", 8, 1, "################xxxxxxxx########");
	expect_drawn(".#.#.#.#........########", 8, 1, ".#.#.#.#xxxxxxxx########");
}

static void the_tail_of_the_last_block_is_given_back(void)
{
	expect_drawn("################........########", 5, 1, "################xxxxx...########");
	expect_drawn("....####........########", 11, 2, "xxx.####xxxxxxxx########");
}

static void large_blocks_are_taken_before_small_ones(void)
{
	expect_drawn(".#.#.#.#..##....########", 6, 2, ".#.#.#.#xx##xxxx########");
	expect_drawn("........#.#.#.#.....####", 12, 2, "xxxxxxxx#.#.#.#.xxxx####");
}

static void single_pages_are_the_last_resort(void)
{
	expect_drawn(".#.#.#.#.#.#.#.#", 8, 8, "x#x#x#x#x#x#x#x#");
	expect_drawn(".#.#..#.#.######", 7, -ENOMEM, ".#.#..#.#.######");
	expect_drawn(".#.#..#.#.######", 6, 5, "x#x#xx#x#x######");
}

/* Blocks of different orders that touch, whichever came first. */
static void neighbours_are_one_run(void)
{
	expect_drawn("#.......########", 7, 1, "#xxxxxxx########");
	expect_drawn("########.......#", 7, 1, "########xxxxxxx#");
	expect_drawn("#..............#", 14, 1, "#xxxxxxxxxxxxxx#");
	expect_drawn("#.##.####......#", 8, 3, "#x##x####xxxxxx#");
}

static void more_than_the_largest_block_is_to_be_had(void)
{
	unsigned long free;

	boot(32 * MiB);
	free = nr_free();
	EXPECT_EQ(gather(5000, MAX_RUNS), 1);
	EXPECT_EQ(runs[0].nr_pages, 5000);
	EXPECT_EQ(nr_free(), free - 5000);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 1), 0);
	EXPECT_EQ(gather(free, MAX_RUNS), 1);
	EXPECT_EQ(nr_free(), 0);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 1), 0);
	EXPECT_EQ(nr_free(), free);
	fixture_exit(&f);
}

/* A run that was made of single pages is freed as what they are. */
static void pages_side_by_side_are_freed_one_by_one(void)
{
	draw("##########......");
	EXPECT_EQ(gather(6, 6), 1);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 1), 0);
	EXPECT_EQ(gather(1, 1), 1);
	EXPECT_EQ(gather(5, 1), 1);
	EXPECT_EQ(nr_free(), 0);
	runs[0] = (struct sb_run){ FIRST + 10, 6 };
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 1), 0);
	CHECK(&f);
	fixture_exit(&f);
}

static void too_many_runs_are_another_failure_than_no_memory(void)
{
	static const char *const picture = ".#.#..#.#.######";

	draw(picture);
	EXPECT_EQ(gather(6, 4), -ENOSPC);
	EXPECT_STR(picture_of(0, 16), picture);
	EXPECT_EQ(gather(7, MAX_RUNS), -ENOMEM);
	EXPECT_STR(picture_of(0, 16), picture);
	EXPECT_EQ(gather(1, 0), -ENOSPC);
	EXPECT_STR(picture_of(0, 16), picture);
	EXPECT_EQ(gather(6, 5), 5);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 5), 0);
	EXPECT_STR(picture_of(0, 16), picture);
	fixture_exit(&f);
}

/* Blocks arrive as their lists have them; room is made by finding neighbours. */
static void room_for_runs_is_made_before_it_is_short(void)
{
	draw("########################.......#");
	EXPECT_EQ(gather(7, 1), 1);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 1), 0);
	fixture_exit(&f);
	draw("#.......#######.");
	EXPECT_EQ(gather(8, 2), 2);
	EXPECT_EQ(runs[0].pfn, FIRST + 1);
	EXPECT_EQ(runs[1].pfn, FIRST + 15);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 2), 0);
	fixture_exit(&f);
}

static void what_no_request_may_be_is_refused(void)
{
	struct sb_request wrong = movable;
	unsigned long free;

	boot(4 * MiB);
	free = nr_free();
	EXPECT_EQ(gather(0, MAX_RUNS), -EINVAL);
	wrong.type = SB_CMA;
	EXPECT_EQ(sb_gather(&f.inst, &wrong, 4, runs, MAX_RUNS, NULL), -EINVAL);
	wrong = movable;
	wrong.gfp |= SB_GFP_NOFAIL;
	EXPECT_EQ(sb_gather(&f.inst, &wrong, 4, runs, MAX_RUNS, NULL), -EINVAL);
	EXPECT_EQ(gather(free + 1, MAX_RUNS), -ENOMEM);
	EXPECT_EQ(gather(~0ul, MAX_RUNS), -ENOMEM);
	EXPECT_EQ(nr_free(), free);
	/* An order that no block has does not matter, nor does SB_GFP_COMP. */
	wrong = movable;
	wrong.order = SB_MAX_ORDER + 9;
	wrong.gfp |= SB_GFP_COMP;
	EXPECT_EQ(sb_gather(&f.inst, &wrong, 5, runs, MAX_RUNS, NULL), 1);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, runs[0].pfn, 2), 0);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, runs[0].pfn + 2, 3), 0);
	fixture_exit(&f);
}

/* Between two pages, another CPU finds the instance corrupt. */
static void corrupt_from_now_on(struct sb_lock *lock)
{
	static unsigned int locked;

	if (++locked == 8)
		f.inst.corrupt = true;
}

static void a_corrupt_instance_ends_it(void)
{
	draw(".#.#.#.#.#.#.#.#.#.#.#.#.#.#.#.#");
	unit_lock_hooks.before_lock = corrupt_from_now_on;
	EXPECT_EQ(sb_gather(&f.inst, &movable, 16, runs, MAX_RUNS, NULL), -EIO);
	unit_lock_hooks.before_lock = NULL;
	EXPECT(f.inst.corrupt);
	fixture_drop(&f);
}

static void a_run_that_is_not_there_does_not_keep_the_others(void)
{
	draw(".#.#.#..########");
	EXPECT_EQ(gather(5, MAX_RUNS), 4);
	EXPECT_EQ(sb_gather_free(&f.inst, &runs[1], 1), 0);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 4), -EALREADY);
	EXPECT_EQ(nr_free(), 5);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 0), 0);
	CHECK(&f);
	fixture_exit(&f);
}

/* Who cannot wait goes without what rests on another CPU's list. */
static void other_cpus_lists_are_for_who_can_wait(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	struct sb_request atomic = movable;
	unsigned long page;

	cfg.nr_cpus = 2;
	cfg.pcp_high = 512;
	cfg.pcp_batch = 16;
	fixture_boot(&f, &cfg);
	fixture_fill(&f);
	sb_host_cpu = 1;
	for (page = 64; page < 96; page++)
		fixture_free(&f, FIRST + page, 0);
	sb_host_cpu = 0;
	atomic.gfp = SB_GFP_NOWAIT;
	EXPECT_EQ(sb_gather(&f.inst, &atomic, 32, runs, MAX_RUNS, NULL), -ENOMEM);
	EXPECT_EQ(nr_free(), 32);
	/* Draining for the first page brings the others in large blocks. */
	EXPECT_EQ(gather(32, 1), 1);
	EXPECT_EQ(runs[0].pfn, FIRST + 64);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 1), 0);
	fixture_exit(&f);
}

/* A zone with what is needed is not left for another, and watermarks hold. */
static void watermarks_hold(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	struct sb_request request = movable;
	unsigned long free, min;

	cfg.pcp_high = 0;
	cfg.min_free_kbytes = 256;
	fixture_boot(&f, &cfg);
	free = nr_free();
	min = fixture_zone(&f, SB_ZONE_NORMAL)->watermark[0];
	EXPECT(min);
	EXPECT_EQ(gather(free, MAX_RUNS), -ENOMEM);
	EXPECT_EQ(nr_free(), free);
	request.gfp |= SB_GFP_MEMALLOC;
	EXPECT_EQ(sb_gather(&f.inst, &request, free, runs, MAX_RUNS, NULL), 1);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, 1), 0);
	fixture_exit(&f);
}

static void runs_lie_on_both_nodes_unless_one_is_named(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	struct sb_request request = movable;
	unsigned long free;
	int nr, i;

	fixture_add_bank(&cfg, BASE + 64 * MiB, 4 * MiB, 1);
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	free = nr_free();
	request.nid = 1;
	request.gfp |= SB_GFP_THISNODE;
	EXPECT_EQ(sb_gather(&f.inst, &request, 1025, runs, MAX_RUNS, NULL), -ENOMEM);
	nr = sb_gather(&f.inst, &request, 1000, runs, MAX_RUNS, NULL);
	EXPECT(nr > 0);
	for (i = 0; i < nr; i++)
		EXPECT_EQ(fixture_zone_of(&f, runs[i].pfn)->nid, 1);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, (unsigned int)nr), 0);
	nr = gather(free, MAX_RUNS);
	EXPECT(nr > 1);
	EXPECT_EQ(fixture_zone_of(&f, runs[0].pfn)->nid, 0);
	EXPECT_EQ(fixture_zone_of(&f, runs[nr - 1].pfn)->nid, 1);
	EXPECT_EQ(sb_gather_free(&f.inst, runs, (unsigned int)nr), 0);
	EXPECT_EQ(nr_free(), free);
	fixture_exit(&f);
}

/*
 * The model: which pages are free, and how many blocks a request is to take.
 */

static bool is_free[MAX_PAGES];
static unsigned long nr_pages_all;

static bool block_is_free(unsigned long page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < sb_order_pages(order); i++)
		if (page + i >= nr_pages_all || !is_free[page + i])
			return false;
	return true;
}

/* Free blocks by order, of pages that lie in no larger one. */
static void count_blocks(unsigned int max_order, unsigned long *blocks)
{
	unsigned long page = 0;

	memset(blocks, 0, SB_NR_ORDERS * sizeof(*blocks));
	while (page < nr_pages_all) {
		unsigned int order = max_order;

		while (order && (!sb_pfn_aligned(page, order) || !block_is_free(page, order)))
			order--;
		blocks[order] += is_free[page];
		page += sb_order_pages(order);
	}
}

/* Blocks until there is enough, each the largest that is wanted and to be had. */
static long blocks_to_take(unsigned long nr_pages, unsigned int max_order)
{
	unsigned long blocks[SB_NR_ORDERS];
	unsigned int order, from;
	long taken = 0;

	count_blocks(max_order, blocks);
	for (order = max_order; nr_pages; taken++) {
		order = min(order, sb_order_for(nr_pages));
		for (from = order; from <= max_order && !blocks[from]; from++)
			;
		if (from > max_order) {
			if (!order--)
				return -ENOMEM;
			taken--;
			continue;
		}
		blocks[from]--;
		while (from > order)
			blocks[--from]++;
		nr_pages -= min(nr_pages, sb_order_pages(order));
	}
	return taken;
}

struct held {
	unsigned int nr_runs;
	struct sb_run runs[MAX_RUNS];
};

static struct held held[MAX_HELD];

static void expect_runs(const struct held *h, unsigned long nr_pages)
{
	unsigned long page;
	unsigned int i;

	for (i = 0; i < h->nr_runs; i++) {
		const struct sb_run *run = &h->runs[i];

		EXPECT(run->nr_pages);
		EXPECT(!i || run[-1].pfn + run[-1].nr_pages < run->pfn);
		for (page = run->pfn - FIRST; page < run->pfn - FIRST + run->nr_pages; page++) {
			EXPECT(page < nr_pages_all && is_free[page]);
			is_free[page] = false;
		}
		nr_pages -= run->nr_pages;
	}
	EXPECT_EQ(nr_pages, 0);
}

static void try_gather(struct held *h, u64 *seed, unsigned int max_order)
{
	unsigned long wanted = 1 + unit_below(seed, 1 + unit_below(seed, 600));
	unsigned int max_runs = unit_below(seed, 3) ? MAX_RUNS : 1 + unit_below(seed, 20);
	long blocks = blocks_to_take(wanted, max_order);
	int ret = sb_gather(&f.inst, &movable, wanted, h->runs, max_runs, NULL);

	if (blocks < 0)
		EXPECT(ret == -ENOMEM || (ret == -ENOSPC && max_runs < MAX_RUNS));
	else if (blocks <= (long)max_runs)
		EXPECT(ret > 0 && ret <= blocks);
	else
		EXPECT(ret == -ENOSPC || (ret > 0 && ret <= (int)max_runs));
	h->nr_runs = ret > 0 ? (unsigned int)ret : 0;
	if (ret > 0)
		expect_runs(h, wanted);
}

static void give_back(struct held *h)
{
	unsigned long page;
	unsigned int i;

	for (i = 0; i < h->nr_runs; i++)
		for (page = 0; page < h->runs[i].nr_pages; page++)
			is_free[h->runs[i].pfn - FIRST + page] = true;
	EXPECT_EQ(sb_gather_free(&f.inst, h->runs, h->nr_runs), 0);
	h->nr_runs = 0;
}

static void find_free(void)
{
	struct sb_page_info info;
	unsigned long page;

	for (page = 0; page < nr_pages_all; page++)
		is_free[page] = sb_memmap_info(&f.inst, FIRST + page, &info) &&
				info.state == SB_PAGE_FREE;
}

static void play(u64 *seed, unsigned int steps)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	unsigned int i;

	cfg.max_order = 2 + (unsigned int)unit_below(seed, 9);
	cfg.pageblock_order = 1 + (unsigned int)unit_below(seed, cfg.max_order);
	cfg.pcp_high = 0;
	nr_pages_all = MAX_PAGES;
	fixture_boot(&f, &cfg);
	find_free();
	for (i = 0; i < steps; i++) {
		struct held *h = &held[unit_below(seed, MAX_HELD)];

		if (h->nr_runs)
			give_back(h);
		else
			try_gather(h, seed, cfg.max_order);
		if (i % 16 == 0)
			CHECK(&f);
	}
	for (i = 0; i < MAX_HELD; i++)
		give_back(&held[i]);
	fixture_exit(&f);
}

static void random_requests_take_what_the_model_takes(void)
{
	unsigned long rounds = unit_iterations(20);
	u64 seed = unit_seed();

	while (rounds--)
		play(&seed, 300);
}

/* Calls of stop_at, and that which says so. */
static unsigned int nr_calls, last_call;

static bool stop_at(void)
{
	return ++nr_calls == last_call;
}

/* Before any block: what there is by then goes back. */
static void is_stopped_when_it_has_to(void)
{
	unsigned long free;

	boot(4 * MiB);
	free = nr_free();
	for (last_call = 1; last_call <= 4; last_call++) {
		nr_calls = 0;
		EXPECT_EQ(sb_gather(&f.inst, &movable, free, runs, MAX_RUNS, stop_at), -EINTR);
		EXPECT_EQ(nr_free(), free);
	}
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(is_stopped_when_it_has_to), UNIT_CASE(one_block_will_do_when_there_is_one),
	  UNIT_CASE(the_tail_of_the_last_block_is_given_back),
	  UNIT_CASE(large_blocks_are_taken_before_small_ones),
	  UNIT_CASE(single_pages_are_the_last_resort), UNIT_CASE(neighbours_are_one_run),
	  UNIT_CASE(more_than_the_largest_block_is_to_be_had),
	  UNIT_CASE(pages_side_by_side_are_freed_one_by_one),
	  UNIT_CASE(too_many_runs_are_another_failure_than_no_memory),
	  UNIT_CASE(room_for_runs_is_made_before_it_is_short),
	  UNIT_CASE(what_no_request_may_be_is_refused), UNIT_CASE(a_corrupt_instance_ends_it),
	  UNIT_CASE(a_run_that_is_not_there_does_not_keep_the_others),
	  UNIT_CASE(other_cpus_lists_are_for_who_can_wait), UNIT_CASE(watermarks_hold),
	  UNIT_CASE(runs_lie_on_both_nodes_unless_one_is_named),
	  UNIT_CASE(random_requests_take_what_the_model_takes))

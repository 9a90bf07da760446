// SPDX-License-Identifier: GPL-2.0-only
/* Compaction: the picture, and each of its rules. */
#define MOVER_UNITS 2048
#include "compact.h"
#include "model_mover.h"
#include "trace_compact.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;
static struct mover m;

/* Sixteen pages a pageblock, largest block 64, 1024 pages, the last of them metadata. */
static struct sb_config small(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);

	cfg.pageblock_order = 4;
	cfg.max_order = 6;
	cfg.pcp_high = 0;
	return cfg;
}

static void boot(void)
{
	struct sb_config cfg = small();

	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
}

static void leave(void)
{
	mover_expect_all(&m);
	mover_exit(&m);
	fixture_exit(&f);
}

static struct sb_zone *normal(void)
{
	return fixture_zone(&f, SB_ZONE_NORMAL);
}

/* All that is free becomes units of @nr_pages, until nothing of that size is. */
static void fill(unsigned long nr_pages)
{
	while (mover_alloc(&m, nr_pages, SB_GFP_MOVABLE | SB_GFP_HIGHMEM | SB_GFP_MEMALLOC))
		;
}

static void drop(unsigned long pfn)
{
	struct mover_unit *unit = mover_at(&m, pfn);

	if (unit)
		mover_free(&m, unit);
}

/* Every @step-th page of what was filled by single pages is free. */
static void thin_out(unsigned long step)
{
	unsigned long pfn;

	for (pfn = PFN; pfn < sb_zone_end(normal()); pfn += step)
		drop(pfn);
	CHECK(&f);
}

static enum sb_page_state state_at(unsigned long pfn)
{
	struct sb_page_info info;

	sb_memmap_info(&f.inst, pfn, &info);
	return info.state;
}

/* Pages in a row that are free, from @pfn on. */
static unsigned long free_run(unsigned long pfn)
{
	unsigned long end = pfn;

	while (end < sb_zone_end(normal()) && state_at(end) == SB_PAGE_FREE)
		end++;
	return end - pfn;
}

static unsigned int largest(void)
{
	unsigned int order = f.inst.cfg.max_order;

	while (order && !normal()->free_area[order].nr_free)
		order--;
	return order;
}

static unsigned long event(enum sb_event_item item)
{
	return sb_zone_events(normal(), item);
}

static struct sb_compact whole(void)
{
	return (struct sb_compact){
		.order = SB_COMPACT_WHOLE,
		.mode = SB_MIGRATE_SYNC,
		.whole_zone = true,
		.ignore_skip_hint = true,
	};
}

/* What a request of @order that waits would do. */
static struct sb_compact wanted(int order, enum sb_migrate_mode mode)
{
	return (struct sb_compact){
		.order = order,
		.type = SB_MOVABLE,
		.highest = SB_ZONE_NORMAL,
		.flags = SB_WMARK_MIN | SB_ALLOC_CMA,
		.mode = mode,
		.direct = true,
	};
}

static enum sb_compact_result compact(struct sb_compact *c)
{
	enum sb_compact_result result = sb_compact_zone(normal(), c);

	CHECK(&f);
	mover_expect_all(&m);
	return result;
}

static void a_quarter_that_is_free_becomes_one_run(void)
{
	struct sb_compact c = whole();
	unsigned long nr_free;

	boot();
	fill(1);
	thin_out(4);
	nr_free = normal()->nr_free;
	EXPECT_EQ(largest(), 0);
	EXPECT(nr_free > 240);
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	EXPECT_EQ(normal()->nr_free, nr_free);
	EXPECT(free_run(PFN) >= nr_free - 16);
	EXPECT_EQ(largest(), 6);
	EXPECT_EQ(c.done.units, c.done.moved);
	EXPECT_EQ(c.done.failed, 0);
	EXPECT_EQ(event(SB_EVENT_MIGRATE_SUCCESS), c.done.moved);
	EXPECT_EQ(event(SB_EVENT_COMPACT_MIGRATE_SCANNED), c.done.migrate_scanned);
	EXPECT_EQ(event(SB_EVENT_COMPACT_FREE_SCANNED), c.done.free_scanned);
	EXPECT_EQ(event(SB_EVENT_COMPACT_ISOLATED), 2 * c.done.moved);
	leave();
}

/* Units go up, in the order in which they are met, and none goes down. */
static void units_keep_their_size_and_go_up(void)
{
	static unsigned long was[MOVER_UNITS];
	struct sb_compact c = whole();
	unsigned int i;

	boot();
	fill(3);
	for (i = 0; i < MOVER_UNITS; i += 3)
		if (m.unit[i].nr_pages)
			mover_free(&m, &m.unit[i]);
	for (i = 0; i < MOVER_UNITS; i++)
		was[i] = m.unit[i].pfn;
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	for (i = 0; i < MOVER_UNITS; i++)
		EXPECT(!m.unit[i].nr_pages || m.unit[i].pfn >= was[i]);
	EXPECT(c.done.units > 20);
	EXPECT_EQ(c.done.moved, 3 * c.done.units);
	EXPECT_EQ(largest(), 6);
	leave();
}

/* A unit of two pageblocks goes to a free block of just its size. */
static void a_unit_larger_than_a_pageblock_moves_to_its_like(void)
{
	struct sb_compact c = whole();
	struct mover_unit *low;

	boot();
	fill(64);
	fill(32);
	fill(16);
	low = mover_at(&m, PFN);
	EXPECT_EQ(low->nr_pages, 64);
	/* 32 pages at the bottom, 16 free behind; two places of 32 further up, one of 64. */
	mover_free(&m, low);
	low = mover_alloc(&m, 30, SB_GFP_MOVABLE);
	EXPECT_EQ(low->pfn, PFN);
	drop(PFN + 256);
	drop(PFN + 512);
	EXPECT(mover_alloc(&m, 32, SB_GFP_MOVABLE));
	EXPECT(mover_alloc(&m, 32, SB_GFP_MOVABLE));
	c.ignore_skip_hint = true;
	compact(&c);
	/* The block of 64 stays whole whatever becomes of the others. */
	EXPECT_EQ(largest(), 6);
	leave();
}

/* What is as large as a pageblock already is not broken for small units. */
static void large_free_blocks_stay_whole(void)
{
	struct sb_compact c = whole();
	unsigned long pfn;

	boot();
	fill(1);
	for (pfn = PFN + 512; pfn < PFN + 576; pfn++)
		drop(pfn);
	for (pfn = PFN; pfn < PFN + 512; pfn += 4)
		drop(pfn);
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	EXPECT(c.done.moved > 0);
	EXPECT(free_run(PFN + 512) >= 64);
	leave();
}

static void what_is_pinned_or_not_movable_stays(void)
{
	struct sb_compact c = whole();
	struct mover_unit *pinned;
	unsigned long at;
	long other;

	boot();
	other = fixture_alloc(&f, 0, SB_UNMOVABLE);
	EXPECT(other > 0);
	fill(1);
	thin_out(2);
	pinned = mover_at(&m, PFN + 33);
	EXPECT(pinned);
	pinned->pinned = true;
	at = pinned->pfn;
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	EXPECT_EQ(pinned->pfn, at);
	EXPECT_EQ(state_at((unsigned long)other), SB_PAGE_ALLOC);
	EXPECT_EQ(c.done.failed, 1);
	EXPECT_EQ(event(SB_EVENT_MIGRATE_FAIL), 1);
	EXPECT_EQ(largest(), 6);
	fixture_free(&f, (unsigned long)other, 0);
	leave();
}

static void nobody_to_ask_means_skipped(void)
{
	struct sb_compact c = whole(), w = wanted(3, SB_MIGRATE_SYNC_LIGHT);
	struct sb_compact_done done = { 0 };

	boot();
	sb_migrate_set_mover(&f.inst, NULL, NULL);
	EXPECT_EQ(sb_compact_zone(normal(), &c), SB_COMPACT_SKIPPED);
	EXPECT_EQ(sb_compact_zone(normal(), &w), SB_COMPACT_SKIPPED);
	EXPECT_EQ(sb_compact_node(&f.inst, SB_NID_ANY, false, NULL, &done), SB_COMPACT_SKIPPED);
	EXPECT_EQ(done.migrate_scanned, 0);
	EXPECT_EQ(event(SB_EVENT_COMPACT_MIGRATE_SCANNED), 0);
	fixture_exit(&f);
}

/* Enough for one block, and it stops: at the end of a pageblock. */
static void a_run_for_an_order_ends_when_there_is_one(void)
{
	struct sb_compact c = wanted(4, SB_MIGRATE_SYNC_LIGHT);

	boot();
	fill(1);
	thin_out(4);
	EXPECT_EQ(compact(&c), SB_COMPACT_SUCCESS);
	EXPECT_EQ(largest(), 4);
	EXPECT_EQ(c.done.moved, 12);
	/* Once there is one, none is needed. */
	EXPECT_EQ(sb_compact_needed(normal(), 4, SB_ZONE_NORMAL, SB_WMARK_MIN), SB_COMPACT_SUCCESS);
	EXPECT_EQ(compact(&c), SB_COMPACT_SUCCESS);
	EXPECT_EQ(c.done.moved, 12);
	leave();
}

/* The zone's free memory is what counts for the question whether to begin. */
static void too_little_free_memory_is_no_case_for_compaction(void)
{
	struct sb_compact c = wanted(4, SB_MIGRATE_SYNC_LIGHT);
	unsigned long pfn;

	boot();
	fill(1);
	for (pfn = PFN; normal()->nr_free < 32; pfn += 4)
		drop(pfn);
	/* Gap: twice 16 pages, one more than that. */
	normal()->watermark[SB_WMARK_LOW] = normal()->watermark[SB_WMARK_MIN] = 0;
	EXPECT(!sb_compact_suitable(normal(), 4, SB_ZONE_NORMAL));
	EXPECT_EQ(compact(&c), SB_COMPACT_SKIPPED);
	drop(pfn);
	EXPECT(sb_compact_suitable(normal(), 4, SB_ZONE_NORMAL));
	/* A mark counts, and for a costly order it is low. */
	normal()->watermark[SB_WMARK_LOW] = 1;
	EXPECT(!sb_compact_suitable(normal(), 4, SB_ZONE_NORMAL));
	normal()->watermark[SB_WMARK_LOW] = 0;
	normal()->watermark[SB_WMARK_MIN] = 20;
	EXPECT(sb_compact_suitable(normal(), 4, SB_ZONE_NORMAL));
	EXPECT(!sb_compact_suitable(normal(), 3, SB_ZONE_NORMAL));
	normal()->watermark[SB_WMARK_MIN] = 0;
	/* What is kept back from requests that could go higher. */
	normal()->lowmem_reserve[SB_ZONE_MOVABLE] = 1;
	EXPECT(!sb_compact_suitable(normal(), 4, SB_ZONE_MOVABLE));
	normal()->lowmem_reserve[SB_ZONE_MOVABLE] = 0;
	leave();
}

/* 33 blocks of a page each, 16 wanted: the index is 1000 - (1000 + 2062) / 33. */
static void the_fragmentation_index_decides_for_costly_orders(void)
{
	unsigned long pfn;

	boot();
	fill(1);
	for (pfn = PFN; normal()->nr_free < 33; pfn += 4)
		drop(pfn);
	f.inst.cfg.extfrag_threshold = 907;
	EXPECT(sb_compact_suitable(normal(), 4, SB_ZONE_NORMAL));
	f.inst.cfg.extfrag_threshold = 908;
	EXPECT(!sb_compact_suitable(normal(), 4, SB_ZONE_NORMAL));
	EXPECT(sb_compact_suitable(normal(), 3, SB_ZONE_NORMAL));
	leave();
}

static void failures_are_followed_by_one_two_four_left_out(void)
{
	struct sb_zone *zone;
	unsigned int shift, left;

	boot();
	zone = normal();
	EXPECT(!sb_compact_deferred(zone, 4));
	for (shift = 1; shift <= SB_COMPACT_MAX_DEFER_SHIFT + 2; shift++) {
		unsigned int most = 1u << (shift < SB_COMPACT_MAX_DEFER_SHIFT ?
						   shift :
						   SB_COMPACT_MAX_DEFER_SHIFT);

		sb_compact_defer(zone, 4);
		EXPECT_EQ(zone->compact.order_failed, 0);
		EXPECT(!sb_compact_restarting(zone, 4));
		for (left = 0; sb_compact_deferred(zone, 4); left++)
			;
		EXPECT_EQ(left, most - 1);
	}
	EXPECT(sb_compact_restarting(zone, 4));
	/* A run that seems to help raises the order that failed; a served request ends it all. */
	sb_compact_defer_reset(zone, 4, false);
	EXPECT_EQ(zone->compact.order_failed, 5);
	EXPECT_EQ(zone->compact.defer_shift, SB_COMPACT_MAX_DEFER_SHIFT);
	EXPECT(!sb_compact_deferred(zone, 4));
	EXPECT(!sb_compact_restarting(zone, 4));
	sb_compact_defer(zone, 3);
	EXPECT_EQ(zone->compact.order_failed, 3);
	sb_compact_defer_reset(zone, 3, true);
	EXPECT_EQ(zone->compact.defer_shift, 0);
	EXPECT_EQ(zone->compact.considered, 0);
	leave();
}

static u64 ticks;
static unsigned int asked;

static u64 tick(void *ctx)
{
	EXPECT(ctx == &ticks);
	return ticks += 10;
}

static bool stop_at(void *ctx)
{
	EXPECT(ctx == &ticks);
	return asked-- == 0;
}

static void budgets_are_kept(void)
{
	struct sb_compact pages = whole(), time = whole(), told = whole();

	boot();
	fill(1);
	thin_out(2);
	pages.limit.pages = 5;
	EXPECT_EQ(compact(&pages), SB_COMPACT_CONTENDED);
	EXPECT_EQ(pages.done.moved, 5);
	ticks = 1000;
	time.limit = (struct sb_compact_limit){ .us = 100, .now_us = tick, .ctx = &ticks };
	EXPECT_EQ(compact(&time), SB_COMPACT_CONTENDED);
	EXPECT(time.done.moved > 0 && time.done.moved < 10);
	EXPECT_EQ(ticks, 1110);
	asked = 7;
	told.limit = (struct sb_compact_limit){ .should_stop = stop_at, .ctx = &ticks };
	EXPECT_EQ(compact(&told), SB_COMPACT_CONTENDED);
	EXPECT(told.done.moved > 0 && told.done.moved <= 7);
	leave();
}

/* Of all zones together. */
static void a_node_s_budget_is_for_all_its_zones(void)
{
	const struct sb_compact_limit limit = { .pages = 10 };
	struct sb_compact_done done = { 0 };
	struct sb_config cfg = small();
	unsigned long pfn;

	cfg.lowmem_bytes = 2 * MiB;
	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	fill(1);
	for (pfn = PFN; pfn < PFN + 1024; pfn += 2)
		drop(pfn);
	EXPECT_EQ(sb_compact_node(&f.inst, 0, false, &limit, &done), SB_COMPACT_CONTENDED);
	EXPECT_EQ(done.moved, 10);
	EXPECT_EQ(sb_compact_node(&f.inst, 1, false, NULL, &done), SB_COMPACT_SKIPPED);
	EXPECT_EQ(sb_compact_node(&f.inst, 0, false, NULL, &done), SB_COMPACT_COMPLETE);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_HIGHMEM)->compact.migrate_pfn[0],
		  fixture_zone(&f, SB_ZONE_HIGHMEM)->start_pfn);
	leave();
}

/* The free scanner leaves the reserve of min alone. */
static void the_min_watermark_is_not_moved_into(void)
{
	struct sb_compact c = whole();

	boot();
	fill(1);
	thin_out(4);
	normal()->watermark[SB_WMARK_MIN] = normal()->nr_free;
	EXPECT_EQ(compact(&c), SB_COMPACT_CONTENDED);
	EXPECT_EQ(c.done.moved, 0);
	/* One page more than is left when a page is taken. */
	normal()->watermark[SB_WMARK_MIN] = normal()->nr_free - 2;
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	EXPECT(c.done.moved > 100);
	normal()->watermark[SB_WMARK_MIN] = 0;
	leave();
}

/* Only Movable pageblocks, and those of CMA, take what is moved. */
static void pageblocks_of_other_types_take_nothing(void)
{
	struct sb_compact c = whole();
	unsigned long block;

	boot();
	fill(1);
	thin_out(2);
	for (block = PFN + 16; block + 16 <= sb_zone_end(normal()); block += 16)
		fixture_set_type(&f, block, block & 16 ? SB_UNMOVABLE : SB_RECLAIMABLE);
	CHECK(&f);
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	EXPECT_EQ(c.done.moved, 0);
	fixture_set_type(&f, PFN + 512, SB_MOVABLE);
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	EXPECT_EQ(c.done.moved, 8);
	/* The hardest try takes any but isolated ones. */
	fixture_set_type(&f, PFN + 528, SB_ISOLATE);
	c.ignore_block_suitable = true;
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	EXPECT(c.done.moved > 100);
	EXPECT_EQ(state_at(PFN + 528), SB_PAGE_FREE);
	fixture_set_type(&f, PFN + 528, SB_MOVABLE);
	leave();
}

/* A request that does not wait looks into pageblocks of its own type alone. */
static void async_requests_empty_pageblocks_of_their_type(void)
{
	struct sb_compact c = wanted(4, SB_MIGRATE_ASYNC);

	boot();
	fill(1);
	thin_out(2);
	fixture_set_type(&f, PFN, SB_UNMOVABLE);
	EXPECT_EQ(compact(&c), SB_COMPACT_SUCCESS);
	EXPECT_EQ(c.done.moved, 8);
	EXPECT_EQ(free_run(PFN), 1);
	EXPECT(free_run(PFN + 16) >= 16);
	fixture_set_type(&f, PFN, SB_MOVABLE);
	leave();
}

/* Of no use to move half of a block that cannot be emptied. */
static void async_requests_leave_blocks_that_stay_in_part(void)
{
	struct sb_compact c = wanted(4, SB_MIGRATE_ASYNC);
	long other;

	boot();
	fill(1);
	drop(PFN);
	other = fixture_alloc(&f, 0, SB_MOVABLE);
	EXPECT_EQ(other, PFN);
	thin_out(4);
	EXPECT_EQ(compact(&c), SB_COMPACT_SUCCESS);
	EXPECT_EQ(c.done.moved, 12);
	EXPECT_EQ(state_at(PFN + 1), SB_PAGE_ALLOC);
	fixture_free(&f, (unsigned long)other, 0);
	leave();
}

/* The next run goes on where the last one stopped, until both have met. */
static void scanners_go_on_where_they_were(void)
{
	struct sb_compact c = wanted(4, SB_MIGRATE_SYNC_LIGHT);
	long block;

	boot();
	fill(1);
	thin_out(4);
	EXPECT_EQ(compact(&c), SB_COMPACT_SUCCESS);
	block = fixture_alloc(&f, 4, SB_MOVABLE);
	EXPECT_EQ(block, PFN);
	EXPECT(sb_pageblock_skip(&f.inst.blocks, PFN));
	EXPECT_EQ(compact(&c), SB_COMPACT_SUCCESS);
	EXPECT_EQ(c.done.moved, 24);
	EXPECT_EQ(free_run(PFN + 16), 17);
	/* What is scanned for nothing is not begun with again. */
	c = wanted(6, SB_MIGRATE_SYNC_LIGHT);
	f.inst.cfg.extfrag_threshold = 0;
	EXPECT_EQ(compact(&c), SB_COMPACT_SUCCESS);
	EXPECT(normal()->compact.free_pfn < PFN + 1008);
	fixture_free(&f, (unsigned long)block, 4);
	leave();
}

static void meeting_scanners_reset_their_hints(void)
{
	struct sb_compact c = wanted(5, SB_MIGRATE_SYNC_LIGHT);
	unsigned long pfn;

	boot();
	fill(1);
	/* Of each pageblock something stays. */
	for (pfn = PFN + 1; pfn < sb_zone_end(normal()); pfn += 2)
		drop(pfn);
	for (pfn = PFN + 8; pfn < sb_zone_end(normal()); pfn += 16)
		if (mover_at(&m, pfn))
			mover_at(&m, pfn)->pinned = true;
	EXPECT_EQ(compact(&c), SB_COMPACT_PARTIAL_SKIPPED);
	EXPECT(normal()->compact.flush);
	EXPECT_EQ(normal()->compact.migrate_pfn[0], PFN);
	EXPECT_EQ(normal()->compact.migrate_pfn[1], PFN);
	EXPECT_EQ(normal()->compact.free_pfn, sb_pfn_block(sb_zone_end(normal()) - 1, 4));
	EXPECT(sb_pageblock_skip(&f.inst.blocks, PFN));
	/* Nothing is looked at twice ... */
	c.done = (struct sb_compact_done){ 0 };
	compact(&c);
	EXPECT(c.done.migrate_scanned < 64);
	/* ... until the bits are cleared, which takes a run of a request before it. */
	sb_compact_reset_skip(normal());
	EXPECT(!normal()->compact.flush);
	EXPECT(!sb_pageblock_skip(&f.inst.blocks, PFN));
	sb_pageblock_set_skip(&f.inst, PFN, true);
	sb_compact_reset_skip(normal());
	EXPECT(sb_pageblock_skip(&f.inst.blocks, PFN));
	leave();
}

/* Every second page is free, and none of these is where it could be sampled. */
static void a_reset_misses_no_free_page(void)
{
	struct sb_compact c = wanted(5, SB_MIGRATE_SYNC_LIGHT);
	unsigned long pfn, last;

	boot();
	fill(1);
	last = sb_pfn_block(sb_zone_end(normal()) - 1, 4);
	for (pfn = PFN + 1; pfn < sb_zone_end(normal()); pfn += 2)
		drop(pfn);
	for (pfn = PFN; pfn < sb_zone_end(normal()); pfn += 16)
		sb_pageblock_set_skip(&f.inst, pfn, true);
	normal()->compact.flush = true;
	sb_compact_reset_skip(normal());
	EXPECT(!sb_pageblock_skip(&f.inst.blocks, PFN));
	EXPECT(!sb_pageblock_skip(&f.inst.blocks, last));
	EXPECT_EQ(compact(&c), SB_COMPACT_SUCCESS);
	leave();
}

static void scores_are_the_share_of_small_blocks(void)
{
	struct sb_compact_done done = { 0 };

	boot();
	EXPECT_EQ(sb_compact_score_wmark(&f.inst, true), 80);
	EXPECT_EQ(sb_compact_score_wmark(&f.inst, false), 90);
	f.inst.cfg.compaction_proactiveness = 100;
	EXPECT_EQ(sb_compact_score_wmark(&f.inst, true), 5);
	EXPECT_EQ(sb_compact_score_wmark(&f.inst, false), 15);
	fill(1);
	EXPECT_EQ(sb_compact_score_zone(normal()), 0);
	thin_out(4);
	EXPECT_EQ(sb_compact_score_zone(normal()), 100);
	EXPECT_EQ(sb_compact_score_node(&f.inst, 0),
		  100 * normal()->present / (normal()->present + 1));
	EXPECT(sb_compact_should_proactive(&f.inst, 0));
	f.inst.cfg.compaction_proactiveness = 0;
	EXPECT(!sb_compact_should_proactive(&f.inst, 0));
	EXPECT_EQ(sb_compact_proactive(&f.inst, 0, NULL, &done), SB_COMPACT_CHECK_MS);
	EXPECT_EQ(done.moved, 0);
	f.inst.cfg.compaction_proactiveness = 40;
	EXPECT_EQ(sb_compact_proactive(&f.inst, 0, NULL, &done), SB_COMPACT_CHECK_MS);
	EXPECT(sb_compact_score_zone(normal()) <= 60);
	EXPECT(sb_compact_score_zone(normal()) > 40);
	EXPECT(done.moved > 0);
	EXPECT_EQ(event(SB_EVENT_COMPACT_DAEMON_MIGRATE_SCANNED), done.migrate_scanned);
	EXPECT_EQ(event(SB_EVENT_COMPACT_DAEMON_FREE_SCANNED), done.free_scanned);
	leave();
}

/* No progress: it is left alone for a time. */
static void proactive_work_in_vain_is_put_off(void)
{
	struct sb_compact_done done = { 0 };
	unsigned int i;

	boot();
	fill(1);
	thin_out(4);
	for (i = 0; i < MOVER_UNITS; i++)
		m.unit[i].pinned = true;
	EXPECT_EQ(sb_compact_proactive(&f.inst, 0, NULL, &done), 64 * SB_COMPACT_CHECK_MS);
	EXPECT_EQ(done.moved, 0);
	leave();
}

/* What a request is given after compaction, and how that is counted. */
static void a_large_request_that_can_wait_compacts(void)
{
	struct sb_request request = {
		.order = 4,
		.type = SB_MOVABLE,
		.zone = SB_ZONE_NORMAL,
		.gfp = SB_GFP_NOWAIT,
	};
	long pfn;

	boot();
	fill(1);
	thin_out(4);
	EXPECT_EQ(fixture_ask(&f, request), -ENOMEM);
	EXPECT_EQ(event(SB_EVENT_COMPACT_STALL), 0);
	request.gfp = SB_GFP_KERNEL;
	pfn = fixture_ask(&f, request);
	EXPECT_EQ(pfn, PFN);
	CHECK(&f);
	EXPECT_EQ(event(SB_EVENT_COMPACT_STALL), 1);
	EXPECT_EQ(event(SB_EVENT_COMPACT_SUCCESS), 1);
	EXPECT_EQ(event(SB_EVENT_COMPACT_FAIL), 0);
	EXPECT_EQ(event(SB_EVENT_MIGRATE_SUCCESS), 12);
	fixture_free(&f, (unsigned long)pfn, 4);
	leave();
}

/* In vain, and the next ones are left out: NORETRY and costly does not even defer. */
static void requests_in_vain_are_counted_and_deferred(void)
{
	struct sb_request request = {
		.order = 4,
		.type = SB_MOVABLE,
		.zone = SB_ZONE_NORMAL,
		.gfp = SB_GFP_KERNEL | SB_GFP_NORETRY,
	};
	unsigned int i;

	boot();
	fill(1);
	thin_out(4);
	for (i = 0; i < MOVER_UNITS; i++)
		m.unit[i].pinned = true;
	EXPECT_EQ(fixture_ask(&f, request), -ENOMEM);
	EXPECT_EQ(event(SB_EVENT_COMPACT_FAIL), 2);
	EXPECT_EQ(normal()->compact.defer_shift, 0);
	request.gfp = SB_GFP_KERNEL;
	EXPECT_EQ(fixture_ask(&f, request), -ENOMEM);
	EXPECT_EQ(normal()->compact.defer_shift, 1);
	EXPECT_EQ(event(SB_EVENT_COMPACT_FAIL), 4);
	EXPECT_EQ(event(SB_EVENT_COMPACT_STALL), 4);
	CHECK(&f);
	leave();
}

/* A small Movable request spoils nothing by waiting for the drains first. */
static void small_movable_requests_compact_last(void)
{
	struct sb_request request = {
		.order = 2,
		.type = SB_MOVABLE,
		.zone = SB_ZONE_NORMAL,
		.gfp = SB_GFP_KERNEL,
	};
	long pfn;

	boot();
	fill(1);
	thin_out(4);
	f.inst.hooks |= SB_HOOK_TRACE;
	unit_events_clear();
	pfn = fixture_ask(&f, request);
	f.inst.hooks = 0;
	EXPECT(pfn > 0);
	/* One try, and it may wait. */
	EXPECT_EQ(unit_event(0)->kind, SB_TRACE_COMPACT_TRY);
	EXPECT_EQ(unit_event(0)->type, SB_COMPACT_PRIO_SYNC_LIGHT);
	EXPECT_EQ(event(SB_EVENT_COMPACT_STALL), 1);
	fixture_free(&f, (unsigned long)pfn, 2);
	leave();
}

static void a_worker_does_what_it_was_woken_for(void)
{
	boot();
	fill(1);
	EXPECT(!sb_compact_daemon_suitable(&f.inst, 0, 4, SB_ZONE_MOVABLE));
	thin_out(4);
	EXPECT(sb_compact_daemon_suitable(&f.inst, 0, 4, SB_ZONE_MOVABLE));
	EXPECT(!sb_compact_daemon_suitable(&f.inst, 1, 4, SB_ZONE_MOVABLE));
	EXPECT(!sb_compact_daemon_suitable(&f.inst, 0, 4, SB_ZONE_DMA));
	sb_compact_daemon(&f.inst, 0, 4, SB_ZONE_MOVABLE, NULL);
	CHECK(&f);
	EXPECT_EQ(event(SB_EVENT_COMPACT_DAEMON_WAKE), 1);
	EXPECT(event(SB_EVENT_COMPACT_DAEMON_MIGRATE_SCANNED) > 0);
	EXPECT(event(SB_EVENT_COMPACT_DAEMON_FREE_SCANNED) > 0);
	EXPECT_EQ(largest(), 4);
	EXPECT_EQ(normal()->compact.order_failed, 5);
	EXPECT(!sb_compact_daemon_suitable(&f.inst, 0, 4, SB_ZONE_MOVABLE));
	leave();
}

/* An owner that fails to copy gives its place back, and the next run looks there again. */
static void a_place_that_was_not_used_is_free_again(void)
{
	struct sb_compact c = whole();
	unsigned long nr_free;

	boot();
	fill(1);
	thin_out(4);
	nr_free = normal()->nr_free;
	m.fail_move = -ENOSPC;
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	EXPECT_EQ(c.done.moved, 0);
	EXPECT(c.done.failed > 100);
	EXPECT_EQ(normal()->nr_free, nr_free);
	m.fail_move = 0;
	EXPECT_EQ(compact(&c), SB_COMPACT_COMPLETE);
	EXPECT_EQ(largest(), 6);
	leave();
}

static const char *told(unsigned int nr)
{
	static char text[512];
	struct sb_out out = { .text = text, .size = sizeof(text) };
	struct sb_event event = *unit_event(nr);

	event.instance = 3;
	sb_trace_show(&out, &event, 4);
	return text;
}

static void events_read_as_linux_s(void)
{
	struct sb_zone *zone;

	boot();
	zone = normal();
	unit_events_clear();
	sb_trace_compact_run(zone, SB_TRACE_COMPACT_BEGIN, PFN + 5, PFN + 1008, false, 0);
	EXPECT_STR(told(0), "mm_compaction_begin: zone_start=0x90000 migrate_pfn=0x90005 "
			    "free_pfn=0x903f0 zone_end=0x90400, mode=async instance=3");
	sb_trace_compact_run(zone, SB_TRACE_COMPACT_END, PFN, PFN, true, SB_COMPACT_SUCCESS);
	EXPECT_STR(told(1),
		   "mm_compaction_end: zone_start=0x90000 migrate_pfn=0x90000 "
		   "free_pfn=0x90000 zone_end=0x90400, mode=sync status=success instance=3");
	sb_trace_compact_isolate(&f.inst, SB_TRACE_COMPACT_MIGRATEPAGES, PFN, PFN + 16, 7);
	EXPECT_STR(told(2), "mm_compaction_isolate_migratepages: range=(0x90000 ~ 0x90010) "
			    "nr_scanned=16 nr_taken=7 instance=3");
	sb_trace_compact_moved(&f.inst, 5, 2);
	EXPECT_STR(told(3), "mm_compaction_migratepages: nr_migrated=5 nr_failed=2 instance=3");
	sb_trace_compact_try(&f.inst, 4, SB_GFP_KERNEL, SB_COMPACT_PRIO_ASYNC);
	EXPECT_STR(told(4), "mm_compaction_try_to_compact_pages: order=4 gfp_mask=GFP_KERNEL "
			    "priority=2 instance=3");
	sb_trace_compact_judged(zone, SB_TRACE_COMPACT_FINISHED, -1, SB_COMPACT_CONTINUE);
	EXPECT_STR(told(5), "mm_compaction_finished: node=0 zone=Normal   order=-1 ret=continue "
			    "instance=3");
	zone->compact.considered = 3;
	zone->compact.defer_shift = 2;
	zone->compact.order_failed = 4;
	sb_trace_compact_defer(zone, SB_TRACE_COMPACT_DEFER, 5);
	EXPECT_STR(told(6), "mm_compaction_defer_compaction: node=0 zone=Normal   order=5 "
			    "order_failed=4 consider=3 limit=4 instance=3");
	f.inst.hooks |= SB_HOOK_TRACE;
	sb_compact_tell_sleep(&f.inst, 1);
	EXPECT_STR(told(7), "mm_compaction_kcompactd_sleep: nid=1 instance=3");
	sb_compact_tell_wakeup(&f.inst, 1, 4, SB_ZONE_HIGHMEM);
	EXPECT_STR(told(8), "mm_compaction_wakeup_kcompactd: nid=1 order=4 classzone_idx=HighMem  "
			    "instance=3");
	f.inst.hooks = 0;
	leave();
}

/* A whole run, from its begin to its end. */
static void a_run_is_told(void)
{
	struct sb_compact c = wanted(4, SB_MIGRATE_SYNC_LIGHT);
	static const unsigned char first[] = {
		SB_TRACE_COMPACT_SUITABLE,
		SB_TRACE_COMPACT_BEGIN,
		SB_TRACE_COMPACT_FINISHED,
	};
	unsigned int i, end = 0;

	boot();
	fill(1);
	thin_out(4);
	f.inst.hooks |= SB_HOOK_TRACE;
	unit_events_clear();
	EXPECT_EQ(sb_compact_zone(normal(), &c), SB_COMPACT_SUCCESS);
	f.inst.hooks = 0;
	for (i = 0; i < ARRAY_SIZE(first); i++)
		EXPECT_EQ(unit_event(i)->kind, first[i]);
	for (i = 0; i < unit_nr_events; i++)
		end += unit_event(i)->kind == SB_TRACE_COMPACT_END;
	EXPECT_EQ(end, 1);
	EXPECT_EQ(unit_event(unit_nr_events - 1)->kind, SB_TRACE_COMPACT_END);
	leave();
}

UNIT_MAIN(UNIT_CASE(a_quarter_that_is_free_becomes_one_run),
	  UNIT_CASE(units_keep_their_size_and_go_up),
	  UNIT_CASE(a_unit_larger_than_a_pageblock_moves_to_its_like),
	  UNIT_CASE(large_free_blocks_stay_whole), UNIT_CASE(what_is_pinned_or_not_movable_stays),
	  UNIT_CASE(nobody_to_ask_means_skipped),
	  UNIT_CASE(a_run_for_an_order_ends_when_there_is_one),
	  UNIT_CASE(too_little_free_memory_is_no_case_for_compaction),
	  UNIT_CASE(the_fragmentation_index_decides_for_costly_orders),
	  UNIT_CASE(failures_are_followed_by_one_two_four_left_out), UNIT_CASE(budgets_are_kept),
	  UNIT_CASE(a_node_s_budget_is_for_all_its_zones),
	  UNIT_CASE(the_min_watermark_is_not_moved_into),
	  UNIT_CASE(pageblocks_of_other_types_take_nothing),
	  UNIT_CASE(async_requests_empty_pageblocks_of_their_type),
	  UNIT_CASE(async_requests_leave_blocks_that_stay_in_part),
	  UNIT_CASE(scanners_go_on_where_they_were), UNIT_CASE(meeting_scanners_reset_their_hints),
	  UNIT_CASE(a_reset_misses_no_free_page), UNIT_CASE(scores_are_the_share_of_small_blocks),
	  UNIT_CASE(proactive_work_in_vain_is_put_off),
	  UNIT_CASE(a_large_request_that_can_wait_compacts),
	  UNIT_CASE(requests_in_vain_are_counted_and_deferred),
	  UNIT_CASE(small_movable_requests_compact_last),
	  UNIT_CASE(a_worker_does_what_it_was_woken_for),
	  UNIT_CASE(a_place_that_was_not_used_is_free_again), UNIT_CASE(events_read_as_linux_s),
	  UNIT_CASE(a_run_is_told))

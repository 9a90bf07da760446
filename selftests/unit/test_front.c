// SPDX-License-Identifier: GPL-2.0-only
/* The front: what goes by it, what does not, and that nobody is in the way of another. */
#include "fixture.h"
#include "front.h"
#include "plenty.h"
#include "watermark.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul
#define TEST_CPUS 4

static struct fixture f;
static struct sb_zone *zone;
static unsigned int nr_locks;

static void count_lock(struct sb_lock *lock)
{
	nr_locks++;
}

static void boot(unsigned int high, unsigned int nr_cpus)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_batch = min(cfg.pcp_batch, high);
	cfg.pcp_high = high;
	cfg.nr_cpus = nr_cpus;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_host_cpu = 0;
}

static struct sb_request plain(unsigned int order, u32 gfp)
{
	struct sb_request request;

	EXPECT_EQ(sb_request_init(&request, gfp, order, SB_NID_ANY), 0);
	return request;
}

/* Locks that a pair of a request and its free takes, once its list has something. */
static unsigned int locks_of(unsigned int order, u32 gfp)
{
	struct sb_request request = plain(order, gfp);
	unsigned int i;
	long pfn;

	sb_pcp_drain_all(&f.inst);
	for (i = 0; i < 2; i++) {
		nr_locks = 0;
		unit_lock_hooks.before_lock = count_lock;
		pfn = fixture_ask(&f, request);
		EXPECT(pfn > 0);
		EXPECT_EQ(sb_alloc_free(&f.inst, (unsigned long)pfn, order), 0);
		unit_lock_hooks.before_lock = NULL;
		CHECK(&f);
	}
	return nr_locks;
}

static void a_pair_of_a_small_order_takes_no_lock(void)
{
	static const u32 gfps[] = { 0,
				    SB_GFP_KERNEL,
				    SB_GFP_ATOMIC,
				    SB_GFP_MOVABLE,
				    SB_GFP_RECLAIMABLE,
				    SB_GFP_HIGHMEM | SB_GFP_MOVABLE,
				    SB_GFP_DMA };
	unsigned int order;
	size_t i;

	boot(64, 1);
	for (i = 0; i < ARRAY_SIZE(gfps); i++) {
		for (order = 0; order < SB_PCP_ORDERS; order++)
			EXPECT_EQ(locks_of(order, gfps[i]), 0);
		EXPECT(locks_of(SB_PCP_ORDERS, gfps[i]) > 0);
	}
	fixture_exit(&f);
}

static void flags_that_ask_for_more_are_looked_at(void)
{
	static const u32 gfps[] = { SB_GFP_ZERO, SB_GFP_COMP, SB_GFP_THISNODE };
	struct sb_request request = plain(0, 0);
	size_t i;

	boot(64, 1);
	for (i = 0; i < ARRAY_SIZE(gfps); i++)
		EXPECT(locks_of(0, gfps[i]) > 0);
	request.gfp = SB_GFP_NOFAIL;
	EXPECT_EQ(fixture_ask(&f, request), -EINVAL);
	request.gfp = SB_GFP_MOVABLE | SB_GFP_RECLAIMABLE;
	EXPECT_EQ(fixture_ask(&f, request), -EINVAL);
	fixture_exit(&f);
}

/* With 4096 pages, free ones on the lists left out. */
static void a_zone_near_its_high_mark_is_looked_at(void)
{
	boot(64, 1);
	EXPECT_EQ(zone->plenty_orders, SB_PCP_ORDERS);
	f.inst.cfg.min_free_kbytes = (unsigned int)zone->nr_free * 4 * 2 / 3;
	sb_watermark_setup(&f.inst);
	EXPECT_EQ(zone->watermark[SB_WMARK_HIGH] / 100, zone->nr_free / 100);
	EXPECT_EQ(zone->plenty_orders, 0);
	EXPECT(locks_of(0, 0) > 0);
	f.inst.cfg.min_free_kbytes = 0;
	sb_watermark_setup(&f.inst);
	EXPECT_EQ(zone->plenty_orders, SB_PCP_ORDERS);
	EXPECT_EQ(locks_of(0, 0), 0);
	fixture_exit(&f);
}

/* Every second block of four pages is free, and none larger. */
static void an_order_without_a_block_in_the_zone_is_looked_at(void)
{
	struct sb_request request = plain(2, SB_GFP_MOVABLE | SB_GFP_MEMALLOC);
	unsigned int order;
	long pfn;

	boot(64, 1);
	while ((pfn = fixture_ask(&f, request)) > 0)
		;
	for (pfn = PFN; pfn < (long)PFN + 4096; pfn += 8)
		if (sb_page_state(sb_memmap_page(&f.inst.map, (unsigned long)pfn)) == SB_PAGE_ALLOC)
			fixture_free(&f, (unsigned long)pfn, 2);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(zone->plenty_orders, 3);
	for (order = 0; order < SB_PCP_ORDERS; order++)
		EXPECT_EQ(f.inst.front.list[order][SB_GFP_MOVABLE] ==
				  sb_front_list(SB_HOME_NONE, order),
			  order >= zone->plenty_orders);
	CHECK(&f);
	fixture_drop(&f);
}

static void hooks_and_others_close_it(void)
{
	boot(64, 1);
	EXPECT_EQ(locks_of(0, 0), 0);
	sb_instance_hook(&f.inst, SB_HOOK_TRACE, true);
	EXPECT(locks_of(0, 0) > 0);
	sb_instance_hook(&f.inst, SB_HOOK_TRACE, false);
	EXPECT_EQ(locks_of(0, 0), 0);
	sb_front_close(&f.inst);
	sb_front_close(&f.inst);
	EXPECT(locks_of(0, 0) > 0);
	sb_front_open(&f.inst);
	EXPECT(locks_of(0, 0) > 0);
	sb_front_open(&f.inst);
	EXPECT_EQ(locks_of(0, 0), 0);
	fixture_exit(&f);
}

static void a_corrupt_instance_gives_and_takes_nothing(void)
{
	long pfn;

	boot(64, 1);
	pfn = fixture_ask(&f, plain(0, 0));
	sb_instance_broken(&f.inst, "as a test wants it", 0);
	EXPECT_EQ(fixture_ask(&f, plain(0, 0)), -EIO);
	EXPECT_EQ(sb_alloc_free(&f.inst, (unsigned long)pfn, 0), -EIO);
	fixture_drop(&f);
}

static void cpus_that_share_lists_go_by_the_lock(void)
{
	boot(64, 2);
	sb_host_nr_cpus = 3;
	sb_front_update(&f.inst);
	EXPECT(locks_of(0, 0) > 0);
	sb_host_nr_cpus = 2;
	sb_front_update(&f.inst);
	EXPECT_EQ(locks_of(0, 0), 0);
	sb_host_nr_cpus = 0;
	fixture_exit(&f);
}

/* Whatever is freed: nothing but a block in use of that order comes to a list. */
static void nothing_else_than_a_block_in_use_is_put(void)
{
	unsigned long pfn, free_page;
	unsigned int order;

	boot(64, 1);
	pfn = (unsigned long)fixture_ask(&f, plain(2, 0));
	free_page = zone->nr_free ? sb_engine_first(zone, f.inst.cfg.max_order, SB_MOVABLE) : 0;
	for (order = 0; order <= 16; order++) {
		if (order != 2)
			EXPECT(!sb_front_put(&f.inst, pfn, order));
		EXPECT(!sb_front_put(&f.inst, pfn + 1, order));
		EXPECT(!sb_front_put(&f.inst, free_page, order));
		EXPECT(!sb_front_put(&f.inst, PFN - 1, order));
		EXPECT(!sb_front_put(&f.inst, PFN + 4096, order));
		EXPECT(!sb_front_put(&f.inst, 0, order));
		EXPECT(!sb_front_put(&f.inst, SB_PFN_NONE, order));
		EXPECT(!sb_front_put(&f.inst, (unsigned long)(f.inst.map.phys >> SB_PAGE_SHIFT),
				     order));
	}
	fixture_free(&f, pfn, 2);
	EXPECT(!sb_front_put(&f.inst, pfn, 2));
	CHECK(&f);
	fixture_exit(&f);
}

static void set_type(unsigned long pfn, unsigned int type)
{
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, pfn, type);
	sb_unlock(&zone->lock);
}

static void a_page_of_an_isolated_pageblock_goes_to_its_zone(void)
{
	unsigned long pfn;

	boot(64, 1);
	pfn = (unsigned long)fixture_ask(&f, plain(0, SB_GFP_MOVABLE));
	sb_pcp_drain_all(&f.inst);
	set_type(pfn, SB_ISOLATE);
	EXPECT(!sb_front_put(&f.inst, pfn, 0));
	fixture_free(&f, pfn, 0);
	EXPECT_EQ(sb_page_state(sb_memmap_page(&f.inst.map, pfn)), SB_PAGE_FREE);
	set_type(pfn, SB_MOVABLE);
	EXPECT_EQ(locks_of(0, SB_GFP_MOVABLE), 0);
	fixture_exit(&f);
}

/* Counts by hand, and the lists' own, which are worked out. What is too much for them goes. */
static void what_goes_by_it_is_counted_and_lists_never_overflow(void)
{
	unsigned long nr_alloc = 0, pages_alloc = 0, pages_free = 0, steps = unit_iterations(20000);
	unsigned long base_alloc, base_pages, base_free, drained;
	struct {
		unsigned long pfn;
		unsigned int order;
	} held[96];
	unsigned int nr = 0, i;
	u64 seed = unit_seed();

	boot(64, 1);
	base_alloc = sb_zone_events(zone, SB_EVENT_ALLOC);
	base_pages = sb_zone_events(zone, SB_EVENT_ALLOC_PAGES);
	base_free = sb_zone_events(zone, SB_EVENT_FREE_PAGES);
	while (steps--) {
		if (nr < ARRAY_SIZE(held) && unit_below(&seed, 5) < 2 + steps / 64 % 2) {
			unsigned int order = (unsigned int)unit_below(&seed, 4);
			long pfn = fixture_ask(&f, plain(order, (u32)unit_below(&seed, 3) << 3));

			EXPECT(pfn > 0);
			held[nr].pfn = (unsigned long)pfn;
			held[nr++].order = order;
			nr_alloc++;
			pages_alloc += sb_order_pages(order);
		} else if (nr) {
			i = (unsigned int)unit_below(&seed, nr);
			drained = zone->events[SB_EVENT_PCP_DRAIN];
			fixture_free(&f, held[i].pfn, held[i].order);
			pages_free += sb_order_pages(held[i].order);
			held[i] = held[--nr];
			EXPECT(sb_pcp_count(zone) < f.inst.cfg.pcp_high ||
			       zone->events[SB_EVENT_PCP_DRAIN] > drained);
		}
		if (steps % 64 == 0)
			CHECK(&f);
	}
	EXPECT_EQ(sb_zone_events(zone, SB_EVENT_ALLOC) - base_alloc, nr_alloc);
	EXPECT_EQ(sb_zone_events(zone, SB_EVENT_ALLOC_PAGES) - base_pages, pages_alloc);
	EXPECT_EQ(sb_zone_events(zone, SB_EVENT_FREE_PAGES) - base_free, pages_free);
	fixture_drop(&f);
}

/**
 * struct twins - Two instances that are asked the same.
 * @f: with the front open, and closed
 * @held: blocks in use
 * @nr_held: how many
 * @seed: of what they are asked
 */
struct twins {
	struct fixture f[2];
	struct {
		unsigned long pfn;
		unsigned int order;
	} held[2048];
	unsigned int nr_held;
	u64 seed;
};

static struct twins twins;

static void ask_both(unsigned int order, u32 gfp)
{
	struct sb_request request = plain(order, gfp);
	long pfn = fixture_ask(&twins.f[0], request);

	EXPECT_EQ(fixture_ask(&twins.f[1], request), pfn);
	if (pfn < 0)
		return;
	twins.held[twins.nr_held].pfn = (unsigned long)pfn;
	twins.held[twins.nr_held++].order = order;
}

static void free_both(unsigned int which)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		fixture_free(&twins.f[i], twins.held[which].pfn, twins.held[which].order);
	twins.held[which] = twins.held[--twins.nr_held];
}

/* Some slots are full before, and the zone may have no more than some pages. */
static void ask_both_for_many(u32 gfp)
{
	struct sb_request request = plain(0, gfp);
	unsigned long nr = 1 + unit_below(&twins.seed, 150), i;
	unsigned long pfns[2][150];
	long got;

	nr = min(nr, (unsigned long)ARRAY_SIZE(twins.held) - twins.nr_held);
	for (i = 0; i < nr; i++)
		pfns[0][i] = unit_below(&twins.seed, 16) ? SB_PFN_NONE : i;
	memcpy(pfns[1], pfns[0], nr * sizeof(pfns[0][0]));
	got = sb_alloc_bulk(&twins.f[0].inst, &request, nr, pfns[0]);
	EXPECT_EQ(sb_alloc_bulk(&twins.f[1].inst, &request, nr, pfns[1]), got);
	EXPECT(!memcmp(pfns[0], pfns[1], nr * sizeof(pfns[0][0])));
	for (i = 0; i < nr; i++) {
		if (pfns[0][i] == SB_PFN_NONE || pfns[0][i] == i)
			continue;
		twins.held[twins.nr_held].pfn = pfns[0][i];
		twins.held[twins.nr_held++].order = 0;
	}
}

/* The last that came, as many as are single pages; one of them twice. */
static void free_many_of_both(void)
{
	unsigned long pfns[100], nr = 0, again;

	while (nr + 1 < ARRAY_SIZE(pfns) && twins.nr_held && !twins.held[twins.nr_held - 1].order)
		pfns[nr++] = twins.held[--twins.nr_held].pfn;
	if (!nr)
		return;
	again = unit_below(&twins.seed, nr);
	pfns[nr] = pfns[again];
	EXPECT_EQ(sb_alloc_free_bulk(&twins.f[0].inst, nr + 1, pfns), nr);
	EXPECT_EQ(sb_alloc_free_bulk(&twins.f[1].inst, nr + 1, pfns), nr);
}

static void expect_twins(void)
{
	const struct sb_pcp *a = &fixture_zone(&twins.f[0], SB_ZONE_NORMAL)->pcp[0];
	const struct sb_pcp *b = &fixture_zone(&twins.f[1], SB_ZONE_NORMAL)->pcp[0];
	unsigned int which;

	EXPECT_EQ(a->high, b->high);
	/* Linux 6.1 counts no such row. */
	if (twins.f[0].inst.rules->pcp_tunes)
		EXPECT_EQ(a->in_a_row, b->in_a_row);
	for (which = 0; which < SB_PCP_LISTS; which++)
		EXPECT_EQ(a->list[which].nr, b->list[which].nr);
}

/* Runs of requests and of frees, mostly of one order, with the zone full now and then. */
static void ask_twins(unsigned long steps)
{
	static const u32 gfps[] = { 0, SB_GFP_MOVABLE, SB_GFP_RECLAIMABLE };
	unsigned int order = 0, takes = 0;

	while (steps--) {
		if (steps % 128 == 0) {
			order = (unsigned int)unit_below(&twins.seed, 6);
			takes = (unsigned int)unit_below(&twins.seed, 8);
		}
		if (!unit_below(&twins.seed, 64) && twins.nr_held < ARRAY_SIZE(twins.held))
			ask_both_for_many(gfps[unit_below(&twins.seed, 3)]);
		else if (!unit_below(&twins.seed, 64))
			free_many_of_both();
		else if (unit_below(&twins.seed, 8) < takes &&
			 twins.nr_held < ARRAY_SIZE(twins.held))
			ask_both(unit_below(&twins.seed, 8) ? order : 0,
				 gfps[unit_below(&twins.seed, 3)]);
		else if (twins.nr_held)
			free_both((unsigned int)unit_below(&twins.seed, twins.nr_held));
		expect_twins();
	}
}

static void boot_twin(struct fixture *twin, enum sb_rules_version rules, unsigned int high_max)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.rules = rules;
	cfg.pcp_high_max = high_max;
	cfg.min_free_kbytes = 4096;
	fixture_boot(twin, &cfg);
}

static void with_and_without_it_the_same_pages_are_given(void)
{
	static const struct {
		enum sb_rules_version rules;
		unsigned int high_max;
	} rows[] = { { SB_RULES_6_12, 0 }, { SB_RULES_6_12, 400 }, { SB_RULES_6_1, 0 } };
	size_t i;

	twins.seed = unit_seed();
	sb_host_cpu = 0;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		boot_twin(&twins.f[0], rows[i].rules, rows[i].high_max);
		boot_twin(&twins.f[1], rows[i].rules, rows[i].high_max);
		sb_front_close(&twins.f[1].inst);
		ask_twins(unit_iterations(20000));
		while (twins.nr_held)
			free_both(0);
		sb_front_open(&twins.f[1].inst);
		fixture_exit(&twins.f[0]);
		fixture_exit(&twins.f[1]);
	}
}

static void close_once(void)
{
	unit_lock_hooks.after_irq = NULL;
	sb_front_close(&f.inst);
}

static void many_leave_full_slots_alone_when_it_closes_between_parts(void)
{
	struct sb_request request = plain(0, SB_GFP_MOVABLE);
	unsigned long pfns[64];
	unsigned long i;

	boot(256, 1);
	for (i = 0; i < ARRAY_SIZE(pfns); i++)
		pfns[i] = SB_PFN_NONE;
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, ARRAY_SIZE(pfns), pfns), ARRAY_SIZE(pfns));
	EXPECT_EQ(sb_alloc_free_bulk(&f.inst, ARRAY_SIZE(pfns), pfns), ARRAY_SIZE(pfns));
	for (i = 0; i < ARRAY_SIZE(pfns); i++)
		pfns[i] = i < 32 ? SB_PFN_NONE : i;
	unit_lock_hooks.after_irq = close_once;
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, ARRAY_SIZE(pfns), pfns), ARRAY_SIZE(pfns));
	EXPECT(!unit_lock_hooks.after_irq);
	for (i = 32; i < ARRAY_SIZE(pfns); i++)
		EXPECT_EQ(pfns[i], i);
	sb_front_open(&f.inst);
	EXPECT_EQ(sb_alloc_free_bulk(&f.inst, 32, pfns), 32);
	fixture_drop(&f);
}

/* Lists for a small zone hold as little as they do in a small instance. */
static void the_smallest_zone_chooses_how_much_lists_hold(void)
{
	static const struct {
		u64 dma_bytes;
		unsigned int nr_cpus;
		unsigned int high;
	} rows[] = { { 0, 1, 256 }, { 0, 2, 128 }, { 32 * MiB, 1, 128 }, { 1 * MiB, 1, 64 } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_config cfg = fixture_config(BASE, 64 * MiB);

		cfg.dma_bytes = rows[i].dma_bytes;
		cfg.nr_cpus = rows[i].nr_cpus;
		fixture_boot(&f, &cfg);
		EXPECT_EQ(f.inst.cfg.pcp_high, rows[i].high);
		fixture_exit(&f);
	}
}

#define LARGE SB_PCP_ORDERS

/* A block that came by the front, or SB_PFN_NONE. */
static unsigned long take_large(unsigned int order, u32 gfp)
{
	unsigned long pfn;

	return sb_front_take_large(&f.inst, gfp, order, &pfn) ? pfn : SB_PFN_NONE;
}

static void a_large_block_goes_straight_between_user_and_zone(void)
{
	unsigned long nr_alloc, pfn;
	unsigned int order, max_order;

	boot(64, 1);
	max_order = f.inst.cfg.max_order;
	for (order = LARGE; order <= max_order; order++) {
		nr_alloc = sb_zone_events(zone, SB_EVENT_ALLOC_PAGES);
		pfn = take_large(order, SB_GFP_MOVABLE);
		EXPECT(pfn != SB_PFN_NONE);
		CHECK(&f);
		EXPECT_EQ(sb_zone_events(zone, SB_EVENT_ALLOC_PAGES) - nr_alloc,
			  sb_order_pages(order));
		EXPECT(sb_front_put_large(&f.inst, pfn, order));
		EXPECT(!sb_front_put_large(&f.inst, pfn, order));
		EXPECT_EQ(zone->nr_free, zone->managed);
		CHECK(&f);
	}
	/* No pageblock is of these yet: they are claimed with more care. */
	EXPECT_EQ(take_large(LARGE, 0), SB_PFN_NONE);
	EXPECT_EQ(take_large(max_order + 1, SB_GFP_MOVABLE), SB_PFN_NONE);
	EXPECT_EQ(take_large(SB_PCP_ORDERS - 1, SB_GFP_MOVABLE), SB_PFN_NONE);
	EXPECT_EQ(take_large(LARGE, SB_GFP_MOVABLE | SB_GFP_RECLAIMABLE), SB_PFN_NONE);
	fixture_exit(&f);
}

static void a_large_block_that_somebody_looks_at_goes_the_long_way(void)
{
	unsigned long pfn;

	boot(64, 1);
	pfn = take_large(LARGE, SB_GFP_MOVABLE);
	sb_instance_hook(&f.inst, SB_HOOK_TRACE, true);
	EXPECT_EQ(take_large(LARGE, SB_GFP_MOVABLE), SB_PFN_NONE);
	EXPECT(!sb_front_put_large(&f.inst, pfn, LARGE));
	sb_instance_hook(&f.inst, SB_HOOK_TRACE, false);
	EXPECT(sb_front_put_large(&f.inst, pfn, LARGE));
	sb_instance_broken(&f.inst, "as a test wants it", 0);
	EXPECT_EQ(take_large(LARGE, SB_GFP_MOVABLE), SB_PFN_NONE);
	fixture_drop(&f);
}

/* Once it is known how short the zone is. */
static void who_asks_in_vain_for_a_large_block_takes_no_lock(void)
{
	struct sb_request request = plain(LARGE, SB_GFP_MOVABLE);
	unsigned long pfn;
	unsigned int i;

	boot(64, 1);
	fixture_fill(&f);
	for (i = 0; i < 2; i++) {
		nr_locks = 0;
		unit_lock_hooks.before_lock = count_lock;
		EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), -ENOMEM);
		unit_lock_hooks.before_lock = NULL;
	}
	/* But to count it. */
	EXPECT_EQ(nr_locks, 1);
	CHECK(&f);
	fixture_exit(&f);
}

/* At the line a block may be taken, and not with a page less. */
static void a_zone_gives_large_blocks_as_long_as_it_has_plenty(void)
{
	unsigned long more = sb_order_pages(10) - sb_order_pages(SB_PCP_ORDERS - 1), pfn;

	boot(64, 1);
	zone->plenty = zone->nr_free - more;
	EXPECT_EQ(take_large(10, SB_GFP_MOVABLE), SB_PFN_NONE);
	zone->plenty--;
	pfn = take_large(10, SB_GFP_MOVABLE);
	EXPECT(pfn != SB_PFN_NONE);
	EXPECT(sb_front_put_large(&f.inst, pfn, 10));
	fixture_measure(zone);
	fixture_exit(&f);
}

static void what_cma_areas_lend_is_left_to_others(void)
{
	boot(64, 1);
	zone->cma_pages = 1;
	EXPECT_EQ(take_large(LARGE, SB_GFP_MOVABLE), SB_PFN_NONE);
	zone->cma_pages = 0;
	fixture_exit(&f);
}

static void an_empty_list_begins_its_refill_without_a_look_at_zones(void)
{
	const struct sb_pcp_list *list;
	unsigned long pfn;

	boot(64, 1);
	sb_pcp_drain_all(&f.inst);
	list = &zone->pcp[0].list[sb_pcp_list_index(0, SB_MOVABLE)];
	f.inst.cfg.pcp_at_once = false;
	zone->cma_pages = 1;
	EXPECT_EQ(sb_front_take_more(&f.inst, SB_GFP_MOVABLE, 0), SB_PFN_NONE);
	zone->cma_pages = 0;
	f.inst.cfg.pcp_at_once = true;
	EXPECT_EQ(sb_front_take_more(&f.inst, SB_GFP_MOVABLE, 0), SB_PFN_NONE);
	f.inst.cfg.pcp_at_once = false;
	EXPECT_EQ(sb_front_take_more(&f.inst, SB_GFP_RECLAIMABLE, 0), SB_PFN_NONE);
	EXPECT_EQ(list->nr_missing, 0);
	pfn = sb_front_take_more(&f.inst, SB_GFP_MOVABLE, 0);
	CHECK(&f);
	EXPECT(pfn != SB_PFN_NONE);
	EXPECT_EQ(1 + list->nr + list->nr_missing, f.inst.cfg.pcp_batch);
	fixture_free(&f, pfn, 0);
	fixture_exit(&f);
}

/* Freed in a row: it is not looked at again while what is too much goes. */
static void a_small_block_beside_a_surplus_is_put(void)
{
	unsigned long pfn;

	boot(64, 1);
	pfn = (unsigned long)fixture_alloc(&f, 1, SB_MOVABLE);
	zone->pcp[0].in_a_row = f.inst.cfg.pcp_batch;
	EXPECT(!sb_front_put(&f.inst, pfn, 1));
	EXPECT(!sb_front_put_more(&f.inst, pfn, 1));
	zone->pcp[0].surplus.nr_pages = 1;
	EXPECT(sb_front_put_more(&f.inst, pfn, 1));
	EXPECT_EQ(zone->pcp[0].in_a_row, f.inst.cfg.pcp_batch + 2);
	EXPECT_EQ(zone->pcp[0].surplus.nr_pages, 0);
	CHECK(&f);
	fixture_exit(&f);
}

static void huge_pages_have_lists(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	long pfn;

	cfg.pcp_huge_order = 8;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	EXPECT_EQ(take_large(8, SB_GFP_MOVABLE), SB_PFN_NONE);
	pfn = fixture_ask(&f, plain(8, SB_GFP_MOVABLE));
	EXPECT(pfn > 0);
	EXPECT(!sb_front_put_large(&f.inst, (unsigned long)pfn, 8));
	fixture_free(&f, (unsigned long)pfn, 8);
	EXPECT(sb_pcp_count(zone) > 0);
	fixture_exit(&f);
}

/* Whatever is freed: nothing but a large block in use, of pageblocks of one type. */
static void nothing_else_than_a_large_block_in_use_is_given(void)
{
	unsigned long pfn, half;
	unsigned int order;

	boot(64, 1);
	pfn = take_large(10, SB_GFP_MOVABLE);
	half = pfn + sb_order_pages(9);
	for (order = 0; order <= 40; order++) {
		if (order != 10)
			EXPECT(!sb_front_put_large(&f.inst, pfn, order));
		EXPECT(!sb_front_put_large(&f.inst, half, order));
		EXPECT(!sb_front_put_large(&f.inst, PFN - 1, order));
		EXPECT(!sb_front_put_large(&f.inst, PFN + 4096, order));
		EXPECT(!sb_front_put_large(&f.inst, SB_PFN_NONE, order));
	}
	set_type(half, SB_RECLAIMABLE);
	EXPECT(!sb_front_put_large(&f.inst, pfn, 10));
	set_type(half, SB_ISOLATE);
	EXPECT(!sb_front_put_large(&f.inst, pfn, 10));
	set_type(half, SB_MOVABLE);
	set_type(pfn, SB_ISOLATE);
	EXPECT(!sb_front_put_large(&f.inst, pfn, 10));
	set_type(pfn, SB_MOVABLE);
	EXPECT(sb_front_put_large(&f.inst, pfn, 10));
	fixture_exit(&f);
}

static bool stop;

/* What is taken is nobody else's until it is freed. */
static void *pairs(void *arg)
{
	static unsigned char owner[4096];
	unsigned char me = (unsigned char)(size_t)arg;
	unsigned long nr = unit_iterations(30000);

	sb_host_cpu = me - 1u;
	while (nr--) {
		long pfn = fixture_ask(&f, plain(0, SB_GFP_MOVABLE));

		if (pfn < 0)
			continue;
		EXPECT_EQ(__atomic_exchange_n(&owner[(unsigned long)pfn - PFN], me,
					      __ATOMIC_RELAXED),
			  0);
		if (nr % 16 == 0)
			sched_yield();
		EXPECT_EQ(__atomic_exchange_n(&owner[(unsigned long)pfn - PFN], 0,
					      __ATOMIC_RELAXED),
			  me);
		EXPECT_EQ(sb_alloc_free(&f.inst, (unsigned long)pfn, 0), 0);
	}
	return NULL;
}

static void *disturb(void *arg)
{
	sb_host_cpu = TEST_CPUS;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		sb_pcp_drain_all(&f.inst);
		CHECK(&f);
		sb_instance_hook(&f.inst, SB_HOOK_TRACE, true);
		sb_instance_hook(&f.inst, SB_HOOK_TRACE, false);
	}
	return NULL;
}

static void lists_are_drained_and_frozen_under_their_cpus(void)
{
	pthread_t threads[TEST_CPUS], other;
	size_t i;

	boot(64, TEST_CPUS);
	stop = false;
	for (i = 0; i < TEST_CPUS; i++)
		pthread_create(&threads[i], NULL, pairs, (void *)(i + 1));
	pthread_create(&other, NULL, disturb, NULL);
	for (i = 0; i < TEST_CPUS; i++)
		pthread_join(threads[i], NULL);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(other, NULL);
	EXPECT_EQ(zone->nr_free + sb_pcp_count(zone), zone->managed);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(a_pair_of_a_small_order_takes_no_lock),
	  UNIT_CASE(flags_that_ask_for_more_are_looked_at),
	  UNIT_CASE(a_zone_near_its_high_mark_is_looked_at),
	  UNIT_CASE(an_order_without_a_block_in_the_zone_is_looked_at),
	  UNIT_CASE(hooks_and_others_close_it),
	  UNIT_CASE(a_corrupt_instance_gives_and_takes_nothing),
	  UNIT_CASE(cpus_that_share_lists_go_by_the_lock),
	  UNIT_CASE(nothing_else_than_a_block_in_use_is_put),
	  UNIT_CASE(a_page_of_an_isolated_pageblock_goes_to_its_zone),
	  UNIT_CASE(what_goes_by_it_is_counted_and_lists_never_overflow),
	  UNIT_CASE(with_and_without_it_the_same_pages_are_given),
	  UNIT_CASE(many_leave_full_slots_alone_when_it_closes_between_parts),
	  UNIT_CASE(the_smallest_zone_chooses_how_much_lists_hold),
	  UNIT_CASE(a_large_block_goes_straight_between_user_and_zone),
	  UNIT_CASE(a_large_block_that_somebody_looks_at_goes_the_long_way),
	  UNIT_CASE(who_asks_in_vain_for_a_large_block_takes_no_lock),
	  UNIT_CASE(a_zone_gives_large_blocks_as_long_as_it_has_plenty),
	  UNIT_CASE(what_cma_areas_lend_is_left_to_others),
	  UNIT_CASE(an_empty_list_begins_its_refill_without_a_look_at_zones),
	  UNIT_CASE(a_small_block_beside_a_surplus_is_put), UNIT_CASE(huge_pages_have_lists),
	  UNIT_CASE(nothing_else_than_a_large_block_in_use_is_given),
	  UNIT_CASE(lists_are_drained_and_frozen_under_their_cpus))

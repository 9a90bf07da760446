// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contiguous ranges: each argument, each way to fail, and random requests beside a
 * model that looks at one place after the other, page by page.
 */
#include "contig.h"
#include "fixture.h"
#include "isolate.h"
#include "owner.h"
#include "trace.h"
#include "watermark.h"
#include "zonelist.h"

#define BASE 0x90000000ull
#define FIRST 0x90000ul
#define BLOCK 256ul
#define MAX_HELD 64

static struct fixture f;

static struct sb_contig want(unsigned long nr_pages)
{
	struct sb_contig contig = {
		.request = {
			.type = SB_UNMOVABLE,
			.zone = SB_ZONE_NORMAL,
			.nid = SB_NID_ANY,
			.gfp = SB_GFP_KERNEL,
		},
		.nr_pages = nr_pages,
	};

	return contig;
}

/* The first page, counted from the first one of all, or -errno. */
static long take(const struct sb_contig *contig)
{
	unsigned long pfn = 0;
	int err = sb_contig_alloc(&f.inst, contig, &pfn);

	CHECK(&f);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_isolated_blocks, 0);
	return err ? err : (long)(pfn - FIRST);
}

static long take_pages(unsigned long nr_pages)
{
	struct sb_contig contig = want(nr_pages);

	return take(&contig);
}

/* The page in the way, counted likewise, 0 - nr_pages when there was none, or -errno. */
static long take_range(unsigned long start, unsigned long nr_pages, unsigned int type)
{
	unsigned long bad = 0;
	int err = sb_contig_alloc_range(&f.inst, FIRST + start, FIRST + start + nr_pages, type, 0,
					&bad);

	CHECK(&f);
	if (err == -EBUSY)
		return (long)(bad - FIRST);
	return err ? err : -1000000;
}

#define TAKEN (-1000000)

static void give(long page, unsigned long nr_pages)
{
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, FIRST + (unsigned long)page, nr_pages), 0);
	CHECK(&f);
}

static void boot(u64 size)
{
	struct sb_config cfg = fixture_config(BASE, size);

	fixture_boot(&f, &cfg);
}

static unsigned long nr_free(void)
{
	struct sb_zone *zone = NULL;
	unsigned long nr = 0;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		nr += zone->nr_free + sb_pcp_count(zone);
	return nr;
}

static struct sb_page_info info_of(long page)
{
	struct sb_page_info info;

	sb_memmap_info(&f.inst, FIRST + (unsigned long)page, &info);
	return info;
}

static void more_than_the_largest_block_is_to_be_had(void)
{
	unsigned long before;

	boot(32 * MiB);
	before = nr_free();
	EXPECT_EQ(take_pages(5000), 0);
	EXPECT_EQ(nr_free(), before - 5000);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->events[SB_EVENT_ALLOC], 1);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->events[SB_EVENT_ALLOC_PAGES], 5000);
	/* The rest of the pageblock that it ends in is to be had as before. */
	EXPECT_EQ(take_pages(3), 5000);
	give(5000, 3);
	give(0, 5000);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(nr_free(), before);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), 7);
	fixture_exit(&f);
}

static void a_range_is_made_of_the_pieces_that_free_exact_takes(void)
{
	struct sb_contig contig = want(1024 + 64 + 3);

	boot(16 * MiB);
	contig.min_pfn = FIRST + 1;
	contig.request.type = SB_RECLAIMABLE;
	EXPECT_EQ(take(&contig), 1);
	EXPECT_EQ(info_of(0).state, SB_PAGE_FREE);
	EXPECT_EQ(info_of(1).order, 0);
	EXPECT_EQ(info_of(1).type, SB_RECLAIMABLE);
	EXPECT_EQ(info_of(512).order, 9);
	EXPECT_EQ(info_of(1024).order, 6);
	EXPECT_EQ(info_of(1024 + 67).head, FIRST + 1024 + 64);
	EXPECT_EQ(info_of(1024 + 67).order, 2);
	EXPECT_EQ(info_of(1024 + 67).state, SB_PAGE_ALLOC);
	EXPECT_EQ(info_of(1024 + 68).state, SB_PAGE_FREE);
	/* In parts, across the pieces. */
	EXPECT_EQ(sb_alloc_free_range(&f.inst, FIRST + 700, 391), 0);
	CHECK(&f);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, FIRST + 1, 699), 0);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, FIRST + 1091, 1), 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), 3);
	fixture_exit(&f);
}

static void the_lowest_place_is_taken_or_the_highest(void)
{
	struct sb_contig contig = want(300);

	boot(16 * MiB);
	EXPECT_EQ(take(&contig), 0);
	EXPECT_EQ(take(&contig), 300);
	contig.top_down = true;
	/* Metadata is at the top. */
	EXPECT_EQ(take(&contig), (long)(sb_pfn_down(f.inst.pcp_range.base) - FIRST) - 300);
	give(300, 300);
	EXPECT_EQ(take(&contig), (long)(sb_pfn_down(f.inst.pcp_range.base) - FIRST) - 600);
	contig.top_down = false;
	EXPECT_EQ(take(&contig), 300);
	fixture_drop(&f);
}

static void a_range_lies_in_its_window(void)
{
	struct sb_contig contig = want(100);

	boot(16 * MiB);
	contig.min_pfn = FIRST + 1000;
	contig.max_pfn = FIRST + 1100;
	EXPECT_EQ(take(&contig), 1000);
	EXPECT_EQ(take(&contig), -ENOMEM);
	give(1000, 100);
	contig.top_down = true;
	EXPECT_EQ(take(&contig), 1000);
	give(1000, 100);
	contig.max_pfn = FIRST + 1099;
	EXPECT_EQ(take(&contig), -ENOMEM);
	contig.top_down = false;
	EXPECT_EQ(take(&contig), -ENOMEM);
	/* Windows that leave nothing. */
	contig.max_pfn = FIRST;
	EXPECT_EQ(take(&contig), -ENOMEM);
	contig.max_pfn = FIRST + 1;
	contig.min_pfn = FIRST + 5;
	EXPECT_EQ(take(&contig), -ENOMEM);
	contig.min_pfn = ~0ul;
	contig.max_pfn = 0;
	EXPECT_EQ(take(&contig), -ENOMEM);
	contig.top_down = true;
	EXPECT_EQ(take(&contig), -ENOMEM);
	fixture_exit(&f);
}

static void the_first_page_is_aligned(void)
{
	struct sb_contig contig = want(40);

	boot(16 * MiB);
	EXPECT_EQ(take_pages(3), 0);
	contig.align_pages = 32;
	EXPECT_EQ(take(&contig), 32);
	contig.align_pages = 1024;
	EXPECT_EQ(take(&contig), 1024);
	contig.top_down = true;
	EXPECT_EQ(take(&contig), 3072);
	/* More than the largest block: 0x90000 is a multiple of 64 Ki. */
	contig.align_pages = 0x10000;
	EXPECT_EQ(take(&contig), -ENOMEM);
	contig.top_down = false;
	EXPECT_EQ(take(&contig), -ENOMEM);
	give(0, 3);
	give(32, 40);
	EXPECT_EQ(take(&contig), 0);
	contig.align_pages = ~0ul / 2 + 1;
	EXPECT_EQ(take(&contig), -ENOMEM);
	contig.top_down = true;
	EXPECT_EQ(take(&contig), -ENOMEM);
	fixture_drop(&f);
}

static void a_range_crosses_no_boundary(void)
{
	struct sb_contig contig = want(40);

	boot(16 * MiB);
	EXPECT_EQ(take_pages(50), 0);
	contig.boundary_pages = 64;
	EXPECT_EQ(take(&contig), 64);
	contig.boundary_pages = 128;
	EXPECT_EQ(take(&contig), 128);
	/* Beyond the boundary the alignment is kept. */
	contig.boundary_pages = 64;
	contig.align_pages = 256;
	EXPECT_EQ(take(&contig), 256);
	contig.align_pages = 8;
	EXPECT_EQ(take(&contig), 192);
	contig.top_down = true;
	contig.max_pfn = FIRST + 1024 + 20;
	EXPECT_EQ(take(&contig), 1024 - 40);
	contig.align_pages = 16;
	EXPECT_EQ(take(&contig), 1024 - 64 - 48);
	/* As much as has room between two. */
	contig = want(64);
	contig.boundary_pages = 64;
	contig.min_pfn = FIRST + 2001;
	EXPECT_EQ(take(&contig), 2048);
	contig.top_down = true;
	contig.max_pfn = FIRST + 2200;
	EXPECT_EQ(take(&contig), 2112);
	contig.min_pfn = FIRST + 2130;
	EXPECT_EQ(take(&contig), -ENOMEM);
	fixture_drop(&f);
}

static void pages_in_use_are_jumped_over(void)
{
	struct sb_contig contig = want(10);
	long page;

	boot(16 * MiB);
	/* Every ninth page, then one that leaves ten. */
	for (page = 9; page < 900; page += 10)
		EXPECT_EQ(take_range((unsigned long)page, 1, SB_MOVABLE), TAKEN);
	EXPECT_EQ(take(&contig), 900);
	give(19, 1);
	EXPECT_EQ(take(&contig), 10);
	contig.top_down = true;
	contig.max_pfn = FIRST + 890;
	EXPECT_EQ(take(&contig), -ENOMEM);
	give(889, 1);
	EXPECT_EQ(take(&contig), 880);
	fixture_drop(&f);
}

static void pages_on_per_cpu_lists_are_drained(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	unsigned long pages;

	cfg.nr_cpus = 2;
	fixture_boot(&f, &cfg);
	pages = nr_free();
	sb_host_cpu = 1;
	fixture_free(&f, (unsigned long)fixture_alloc(&f, 0, SB_MOVABLE), 0);
	sb_host_cpu = 0;
	fixture_free(&f, (unsigned long)fixture_alloc(&f, 3, SB_UNMOVABLE), 3);
	EXPECT(sb_pcp_count(fixture_zone(&f, SB_ZONE_NORMAL)) >= 16);
	EXPECT_EQ(take_pages(pages), 0);
	EXPECT_EQ(nr_free(), 0);
	give(0, pages);
	fixture_exit(&f);
}

static void cma_and_what_is_isolated_are_left_alone(void)
{
	struct sb_isolation isolation = {
		.start = FIRST + 4 * BLOCK,
		.end = FIRST + 5 * BLOCK,
		.type = SB_MOVABLE,
	};
	struct sb_contig contig = want(2 * BLOCK);
	struct sb_zone *zone;
	unsigned long bad, pfn;
	int i;

	boot(16 * MiB);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	for (i = 0; i < 1024; i += BLOCK)
		EXPECT_EQ(take_range((unsigned long)i, 1, SB_MOVABLE), TAKEN);
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, FIRST + BLOCK, SB_CMA);
	sb_unlock(&zone->lock);
	EXPECT_EQ(sb_isolate_range(&f.inst, &isolation, &bad), 0);
	contig.request.type = SB_MOVABLE;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), 0);
	EXPECT_EQ(pfn, FIRST + 5 * BLOCK);
	contig.top_down = true;
	contig.max_pfn = pfn;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), -ENOMEM);
	contig.nr_pages = 10;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), 0);
	EXPECT_EQ(pfn, FIRST + 4 * BLOCK - 10);
	contig.max_pfn = FIRST + 2 * BLOCK;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), 0);
	EXPECT_EQ(pfn, FIRST + BLOCK - 10);
	EXPECT_EQ(take_range(BLOCK + 10, 10, SB_MOVABLE), BLOCK + 10);
	EXPECT_EQ(take_range(BLOCK + 10, 10, SB_CMA), TAKEN);
	EXPECT_EQ(take_range(4 * BLOCK + 7, 10, SB_MOVABLE), 4 * BLOCK + 7);
	sb_isolate_undo(&f.inst, isolation.start, isolation.end);
	CHECK(&f);
	fixture_drop(&f);
}

static void zones_are_tried_as_for_any_request(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct sb_contig contig = want(1000);

	cfg.lowmem_bytes = 4 * MiB;
	cfg.movablecore_bytes = 8 * MiB;
	fixture_add_bank(&cfg, BASE + 64 * MiB, 16 * MiB, 1);
	fixture_boot(&f, &cfg);
	/* Normal has 1024 pages less metadata. */
	EXPECT(take(&contig) < 1024);
	EXPECT_EQ(take(&contig), -ENOMEM);
	contig.request.zone = SB_ZONE_MOVABLE;
	EXPECT_EQ(take(&contig), 1024);
	contig.request.type = SB_MOVABLE;
	EXPECT_EQ(f.inst.blocks.zone[3584 / BLOCK], SB_ZONE_MOVABLE);
	EXPECT_EQ(take(&contig), (long)(fixture_zone(&f, SB_ZONE_MOVABLE)->start_pfn - FIRST));
	contig.request.nid = 1;
	EXPECT(take(&contig) >= 16384);
	contig.request.nodes = 1;
	EXPECT(take(&contig) < 4096);
	contig.request.nodes = 0;
	contig.request.gfp |= SB_GFP_THISNODE;
	contig.request.nid = 7;
	EXPECT_EQ(take(&contig), -ENOMEM);
	/* No range lies in two zones. */
	contig = want(4000);
	contig.request.zone = SB_ZONE_MOVABLE;
	contig.request.type = SB_MOVABLE;
	EXPECT_EQ(take(&contig), -ENOMEM);
	fixture_drop(&f);
}

static void a_block_of_a_power_of_two_may_be_compound(void)
{
	struct sb_contig contig = want(64);

	boot(16 * MiB);
	EXPECT_EQ(take_pages(3), 0);
	contig.request.gfp |= SB_GFP_COMP;
	EXPECT_EQ(take(&contig), 64);
	EXPECT_EQ(sb_alloc_split(&f.inst, FIRST + 64, 6), -EPERM);
	fixture_free(&f, FIRST + 64, 6);
	contig.nr_pages = 1024;
	EXPECT_EQ(take(&contig), 1024);
	contig.nr_pages = 2048;
	EXPECT_EQ(take(&contig), -EINVAL);
	contig.nr_pages = 65;
	EXPECT_EQ(take(&contig), -EINVAL);
	fixture_drop(&f);
}

static void watermarks_do_not_count(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	unsigned long pages;

	cfg.min_free_kbytes = 3 * 1024;
	fixture_boot(&f, &cfg);
	pages = nr_free();
	EXPECT_EQ(fixture_alloc(&f, 9, SB_UNMOVABLE), -ENOMEM);
	EXPECT_EQ(take_pages(pages), 0);
	give(0, pages);
	fixture_exit(&f);
}

/* Two nodes, of which the first would be left with less than its min mark. */
static void zones_whose_min_mark_is_to_be_kept_are_left_out(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	struct sb_contig contig;
	struct sb_zone *zone;
	unsigned long pages;

	fixture_add_bank(&cfg, BASE + 64 * MiB, 16 * MiB, 1);
	cfg.min_free_kbytes = 512;
	fixture_boot(&f, &cfg);
	zone = &f.inst.zones[sb_pageblock_zone(&f.inst.blocks, FIRST)];
	pages = zone->nr_free + sb_pcp_count(zone) - sb_watermark(zone, SB_WMARK_MIN);
	contig = want(pages);
	contig.keeps_min = true;
	contig.request.nid = 0;
	/* A page less leaves one above the mark. */
	EXPECT(take(&contig) >= 16384);
	contig.request.nodes = 1;
	EXPECT_EQ(take(&contig), -ENOMEM);
	contig.nr_pages--;
	EXPECT_EQ(take(&contig), 0);
	contig.nr_pages = 1;
	EXPECT_EQ(take(&contig), -ENOMEM);
	contig.keeps_min = false;
	EXPECT(take(&contig) > 0);
	fixture_drop(&f);
}

static void what_no_instance_could_serve_is_refused(void)
{
	static const u32 flags[] = { SB_GFP_HIGH,     SB_GFP_NORETRY,	 SB_GFP_NOFAIL,
				     SB_GFP_MEMALLOC, SB_GFP_NOMEMALLOC, 1u << 31 };
	struct sb_contig good = want(10), contig;
	size_t i;

	boot(16 * MiB);
#define REFUSED(field, value)                      \
	do {                                       \
		contig = good;                     \
		contig.field = value;              \
		EXPECT_EQ(take(&contig), -EINVAL); \
	} while (0)
	REFUSED(nr_pages, 0);
	REFUSED(align_pages, 3);
	REFUSED(boundary_pages, 24);
	REFUSED(boundary_pages, 8);
	REFUSED(request.type, SB_HIGHATOMIC);
	REFUSED(request.zone, SB_NR_ZONE_TYPES);
	REFUSED(request.nid, SB_MAX_NODES);
	REFUSED(request.nid, -2);
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		REFUSED(request.gfp, flags[i]);
	/* Its order is not looked at. */
	contig = good;
	contig.request.order = 99;
	EXPECT_EQ(take(&contig), 0);
	contig.nr_pages = ~0ul;
	EXPECT_EQ(take(&contig), -ENOMEM);
	f.inst.corrupt = true;
	EXPECT_EQ(take(&good), -EIO);
	EXPECT_EQ(take_range(100, 1, SB_MOVABLE), -EIO);
	f.inst.corrupt = false;
	f.inst.stage = SB_STAGE_PAGEBLOCKS;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &good, &contig.nr_pages), -ENODEV);
	EXPECT_EQ(sb_contig_alloc_range(&f.inst, FIRST, FIRST + 1, SB_MOVABLE, 0, &contig.nr_pages),
		  -ENODEV);
	f.inst.stage = SB_STAGE_LIVE;
	fixture_drop(&f);
}

static void a_fixed_range_names_the_page_in_its_way(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.lowmem_bytes = 8 * MiB;
	fixture_add_bank(&cfg, BASE + 32 * MiB, 8 * MiB, 0);
	fixture_reserve(&cfg, BASE + 5 * SB_PAGE_SIZE, 1);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(take_range(0, 700, SB_MOVABLE), 5);
	EXPECT_EQ(take_range(6, 700, SB_MOVABLE), TAKEN);
	EXPECT_EQ(info_of(6).type, SB_UNMOVABLE);
	EXPECT_EQ(take_range(300, 1000, SB_MOVABLE), 300);
	EXPECT_EQ(take_range(706, 1, SB_MOVABLE), TAKEN);
	EXPECT_EQ(take_range(1000, 10, SB_UNMOVABLE), -EINVAL);
	EXPECT_EQ(take_range(1000, 10, SB_ISOLATE), -EINVAL);
	EXPECT_EQ(take_range(1000, 0, SB_MOVABLE), -EINVAL);
	EXPECT_EQ(take_range(1000, ~0ul, SB_MOVABLE), -EINVAL);
	/* Into a hole, before the first page, after the last one. */
	EXPECT_EQ(take_range(4000, 100, SB_MOVABLE), -ERANGE);
	EXPECT_EQ(take_range(5000, 10, SB_MOVABLE), -ERANGE);
	EXPECT_EQ(take_range(0ul - 1, 10, SB_MOVABLE), -ERANGE);
	EXPECT_EQ(take_range(10200, 100, SB_MOVABLE), -ERANGE);
	EXPECT_EQ(take_range(0ul - FIRST, 10, SB_MOVABLE), -ERANGE);
	give(6, 700);
	give(706, 1);
	fixture_exit(&f);
	/* Over the border of HighMem, with no metadata there. */
	cfg.bottom_up = true;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(take_range(2000, 100, SB_MOVABLE), -ERANGE);
	EXPECT_EQ(take_range(2000, 48, SB_MOVABLE), TAKEN);
	fixture_drop(&f);
}

/* Takes a page out of the middle of what is being isolated, as bad memory would be. */
static long stolen;

static void steal(struct sb_instance *inst, const struct sb_event *event)
{
	struct sb_zone *zone = fixture_zone(&f, SB_ZONE_NORMAL);
	struct sb_page_info info;

	if (event->kind != SB_TRACE_TEST_ISOLATED || stolen < 0)
		return;
	sb_lock(&zone->lock);
	sb_memmap_info(inst, FIRST + (unsigned long)stolen, &info);
	sb_engine_del(zone, info.head, info.order);
	while (info.order-- > 0)
		sb_engine_add(zone,
			      sb_pfn_buddy(sb_pfn_block(FIRST + (unsigned long)stolen, info.order),
					   info.order),
			      info.order, SB_ISOLATE, SB_ENGINE_HEAD);
	sb_page_set(sb_memmap_page(&inst->map, FIRST + (unsigned long)stolen), SB_PAGE_ALLOC, 0,
		    SB_MOVABLE);
	sb_unlock(&zone->lock);
	stolen = -1;
}

static void what_is_lost_meanwhile_is_jumped_over(void)
{
	struct sb_contig contig = want(1500);

	boot(16 * MiB);
	f.inst.hooks = SB_HOOK_TRACE;
	unit_event_hook = steal;
	/* It is in the second piece that is taken. */
	stolen = 1100;
	EXPECT_EQ(take_range(0, 1500, SB_MOVABLE), 1100);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), 2);
	EXPECT_EQ(info_of(1100).state, SB_PAGE_ALLOC);
	fixture_free(&f, FIRST + 1100, 0);
	stolen = 700;
	EXPECT_EQ(take(&contig), 701);
	give(701, 1500);
	fixture_free(&f, FIRST + 700, 0);
	stolen = 2500;
	contig.top_down = true;
	contig.max_pfn = FIRST + 3000;
	EXPECT_EQ(take(&contig), 1000);
	unit_event_hook = NULL;
	f.inst.hooks = 0;
	give(1000, 1500);
	fixture_free(&f, FIRST + 2500, 0);
	fixture_exit(&f);
}

static void what_rests_in_quarantine_is_let_go_of(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	unsigned long pages;

	cfg.quarantine_pages = 64;
	fixture_boot(&f, &cfg);
	pages = nr_free();
	EXPECT_EQ(take_pages(20), 0);
	give(0, 20);
	EXPECT_EQ(info_of(0).state, SB_PAGE_QUARANTINE);
	/* As long as there is another place it may rest. */
	EXPECT_EQ(take_pages(20), 20);
	give(20, 20);
	EXPECT_EQ(take_range(0, 30, SB_MOVABLE), TAKEN);
	give(0, 30);
	EXPECT_EQ(take_pages(pages), 0);
	give(0, pages);
	fixture_exit(&f);
}

static void free_pages_that_were_written_to_are_told_of(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	unsigned int before;

	cfg.page_poison = true;
	fixture_boot(&f, &cfg);
	before = unit_warnings;
	EXPECT_EQ(take_pages(20), 0);
	EXPECT_EQ(unit_warnings, before);
	give(0, 20);
	f.memory[0][7 * SB_PAGE_SIZE + 5] = 1;
	EXPECT_EQ(take_pages(20), 0);
	EXPECT_EQ(unit_warnings, before + 1);
	fixture_drop(&f);
}

static void each_piece_has_an_owner(void)
{
	struct sb_owner owner;
	void *table;

	boot(4 * MiB);
	table = calloc(1, (size_t)sb_owner_size(&f.inst));
	EXPECT_EQ(sb_owner_attach(&f.inst, table), 0);
	EXPECT_EQ(take_pages(300), 0);
	EXPECT_EQ(sb_owner_find(&f.inst, FIRST + 270, &owner, NULL, NULL), FIRST + 256);
	EXPECT(owner.in_use);
	EXPECT_EQ(owner.order, 5);
	EXPECT_EQ(owner.gfp, SB_GFP_KERNEL);
	give(0, 300);
	EXPECT_EQ(sb_owner_find(&f.inst, FIRST + 256, &owner, NULL, NULL), FIRST + 256);
	EXPECT(!owner.in_use);
	sb_owner_detach(&f.inst);
	free(table);
	fixture_exit(&f);
}

/*
 * The model
 */

static struct {
	bool used[16384];
	struct held {
		unsigned long pfn;
		unsigned long nr_pages;
	} held[MAX_HELD];
	unsigned int nr_held;
} m;

static void model_init(void)
{
	unsigned long i;

	memset(&m, 0, sizeof(m));
	for (i = 0; i < f.inst.map.nr_pages; i++) {
		struct sb_page_info info;

		sb_memmap_info(&f.inst, f.inst.map.base_pfn + i, &info);
		m.used[i] = info.state != SB_PAGE_FREE && info.state != SB_PAGE_PCP;
	}
}

static void model_use(unsigned long pfn, unsigned long nr_pages, bool used)
{
	for (; nr_pages--; pfn++) {
		if (m.used[pfn - f.inst.map.base_pfn] == used)
			unit_fail(__FILE__, __LINE__, "pfn %#lx was %sin use", pfn,
				  used ? "" : "not ");
		m.used[pfn - f.inst.map.base_pfn] = used;
	}
}

static bool model_fits(const struct sb_contig *c, const struct sb_zone *zone, unsigned long pfn)
{
	unsigned long last = pfn + c->nr_pages - 1, i;

	if (pfn < c->min_pfn || (c->max_pfn && last >= c->max_pfn) ||
	    (c->align_pages && pfn % c->align_pages) ||
	    (c->boundary_pages && pfn / c->boundary_pages != last / c->boundary_pages) ||
	    !sb_memmap_covers(&f.inst.map, last))
		return false;
	for (i = pfn; i <= last; i++)
		if (m.used[i - f.inst.map.base_pfn] ||
		    sb_pageblock_zone(&f.inst.blocks, i) != (unsigned int)(zone - f.inst.zones))
			return false;
	return true;
}

static long model_find(const struct sb_contig *c)
{
	unsigned long first = f.inst.map.base_pfn, end = first + f.inst.map.nr_pages, pfn;
	struct sb_zonelist_iter it;
	struct sb_zone *zone;

	sb_zonelist_begin(&it, &f.inst, &c->request);
	while ((zone = sb_zonelist_next(&it))) {
		for (pfn = first; pfn < end; pfn++) {
			unsigned long at = c->top_down ? first + end - 1 - pfn : pfn;

			if (model_fits(c, zone, at))
				return (long)at;
		}
	}
	return -ENOMEM;
}

static struct sb_contig random_contig(u64 *seed)
{
	unsigned long first = f.inst.map.base_pfn, span = f.inst.map.nr_pages;
	struct sb_contig c = want(1 + unit_below(seed, 1 + unit_below(seed, span / 2)));

	c.request.type = (unsigned int)unit_below(seed, SB_PCPTYPES);
	c.request.zone = (enum sb_zone_type)unit_below(seed, SB_NR_ZONE_TYPES);
	c.request.nid = (int)unit_below(seed, 3) - 1;
	if (unit_below(seed, 4) == 0)
		c.request.gfp |= SB_GFP_THISNODE;
	if (unit_below(seed, 4) == 0)
		c.request.nodes = (u32)unit_below(seed, 4);
	c.top_down = unit_below(seed, 2);
	if (unit_below(seed, 2))
		c.align_pages = 1ul << unit_below(seed, 12);
	if (unit_below(seed, 3) == 0) {
		c.boundary_pages = 1;
		while (c.boundary_pages < c.nr_pages)
			c.boundary_pages *= 2;
		c.boundary_pages <<= unit_below(seed, 3);
	}
	if (unit_below(seed, 2)) {
		c.min_pfn = first + (unsigned long)unit_below(seed, span);
		c.max_pfn = c.min_pfn + (unsigned long)unit_below(seed, span);
	}
	return c;
}

static void remember(unsigned long pfn, unsigned long nr_pages)
{
	struct held held = { pfn, nr_pages };

	model_use(pfn, nr_pages, true);
	m.held[m.nr_held++] = held;
}

static void step_alloc(u64 *seed)
{
	struct sb_contig c = random_contig(seed);
	long wanted = model_find(&c), seen;
	unsigned long pfn = 0;

	seen = sb_contig_alloc(&f.inst, &c, &pfn);
	if (!seen)
		seen = (long)pfn;
	EXPECT_EQ(seen, wanted);
	if (seen > 0)
		remember(pfn, c.nr_pages);
}

/* The first page in use; a pageblock's zone cannot be left. */
static void step_range(u64 *seed)
{
	unsigned long start =
		f.inst.map.base_pfn + (unsigned long)unit_below(seed, f.inst.map.nr_pages);
	unsigned long end = start + 1 + (unsigned long)unit_below(seed, 600), i = start, bad = 0;
	int err = sb_contig_alloc_range(&f.inst, start, end, SB_MOVABLE, 0, &bad);

	while (i < end && sb_memmap_covers(&f.inst.map, i) && !m.used[i - f.inst.map.base_pfn] &&
	       sb_pageblock_zone(&f.inst.blocks, i) == sb_pageblock_zone(&f.inst.blocks, start))
		i++;
	EXPECT_EQ(!err, i >= end);
	if (err == -EBUSY)
		EXPECT_EQ(bad, i);
	if (!err)
		remember(start, end - start);
}

static void step_block(u64 *seed)
{
	unsigned int order = (unsigned int)unit_below(seed, 4);
	long pfn = fixture_alloc(&f, order, (unsigned int)unit_below(seed, SB_PCPTYPES));

	if (pfn > 0)
		remember((unsigned long)pfn, sb_order_pages(order));
}

/* All of a range at once, or its two parts, the second one first. */
static void step_free(u64 *seed)
{
	unsigned int which = (unsigned int)unit_below(seed, m.nr_held);
	struct held held = m.held[which];
	unsigned long cut = (unsigned long)unit_below(seed, held.nr_pages);

	m.held[which] = m.held[--m.nr_held];
	model_use(held.pfn, held.nr_pages, false);
	if (!cut || unit_below(seed, 2)) {
		EXPECT_EQ(sb_alloc_free_exact(&f.inst, held.pfn, held.nr_pages), 0);
		return;
	}
	EXPECT_EQ(sb_alloc_free_range(&f.inst, held.pfn + cut, held.nr_pages - cut), 0);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, held.pfn, cut), 0);
}

static void step(u64 *seed)
{
	u64 what = unit_below(seed, 100);

	sb_host_cpu = (unsigned int)unit_below(seed, f.inst.cfg.nr_cpus);
	if (m.nr_held == MAX_HELD || (m.nr_held && what < 45))
		step_free(seed);
	else if (what < 70)
		step_alloc(seed);
	else if (what < 80)
		step_range(seed);
	else
		step_block(seed);
	CHECK(&f);
}

static struct sb_config random_config(u64 *seed)
{
	struct sb_config cfg = fixture_config(BASE + unit_below(seed, 4) * 20 * SB_PAGE_SIZE,
					      MiB + unit_below(seed, 512) * SB_PAGE_SIZE);

	if (unit_below(seed, 2))
		fixture_add_bank(&cfg, BASE + 4 * MiB, MiB + unit_below(seed, 512) * SB_PAGE_SIZE,
				 0);
	if (unit_below(seed, 2))
		fixture_add_bank(&cfg, BASE + 8 * MiB, 2 * MiB, (int)unit_below(seed, 2));
	cfg.max_order = 3 + (unsigned int)unit_below(seed, 8);
	cfg.pageblock_order = 1 + (unsigned int)unit_below(seed, min(cfg.max_order, 8u));
	cfg.rules = (enum sb_rules_version)unit_below(seed, SB_NR_RULES);
	cfg.nr_cpus = 1 + (unsigned int)unit_below(seed, 2);
	cfg.bottom_up = unit_below(seed, 2);
	if (unit_below(seed, 2))
		fixture_use_word(&cfg);
	if (unit_below(seed, 2))
		cfg.lowmem_bytes = MiB + unit_below(seed, 8) * 256 * 1024;
	if (unit_below(seed, 2))
		cfg.kernelcore_percent = 20 + (unsigned int)unit_below(seed, 80);
	if (unit_below(seed, 2))
		fixture_reserve(&cfg, BASE + unit_below(seed, 2 * MiB),
				unit_below(seed, 64 * 1024) + 1);
	return cfg;
}

static void random_requests_agree_with_the_model(void)
{
	unsigned long steps = unit_iterations(8000);
	u64 seed = unit_seed();

	while (steps) {
		struct sb_config cfg = random_config(&seed);
		unsigned long round = min(steps, 400ul);

		fixture_boot(&f, &cfg);
		model_init();
		steps -= round;
		while (round--)
			step(&seed);
		while (m.nr_held)
			step_free(&seed);
		sb_host_cpu = 0;
		fixture_exit(&f);
	}
}

UNIT_MAIN(UNIT_CASE(more_than_the_largest_block_is_to_be_had),
	  UNIT_CASE(a_range_is_made_of_the_pieces_that_free_exact_takes),
	  UNIT_CASE(the_lowest_place_is_taken_or_the_highest),
	  UNIT_CASE(a_range_lies_in_its_window), UNIT_CASE(the_first_page_is_aligned),
	  UNIT_CASE(a_range_crosses_no_boundary), UNIT_CASE(pages_in_use_are_jumped_over),
	  UNIT_CASE(pages_on_per_cpu_lists_are_drained),
	  UNIT_CASE(cma_and_what_is_isolated_are_left_alone),
	  UNIT_CASE(zones_are_tried_as_for_any_request),
	  UNIT_CASE(a_block_of_a_power_of_two_may_be_compound), UNIT_CASE(watermarks_do_not_count),
	  UNIT_CASE(zones_whose_min_mark_is_to_be_kept_are_left_out),
	  UNIT_CASE(what_no_instance_could_serve_is_refused),
	  UNIT_CASE(a_fixed_range_names_the_page_in_its_way),
	  UNIT_CASE(what_is_lost_meanwhile_is_jumped_over),
	  UNIT_CASE(what_rests_in_quarantine_is_let_go_of),
	  UNIT_CASE(free_pages_that_were_written_to_are_told_of),
	  UNIT_CASE(each_piece_has_an_owner), UNIT_CASE(random_requests_agree_with_the_model))

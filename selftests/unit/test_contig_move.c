// SPDX-License-Identifier: GPL-2.0-only
/* Contiguous ranges and CMA areas whose pages have to be moved away first. */
#include "cma.h"
#include "debug.h"
#include "isolate.h"
#include "model_mover.h"
#include "owner.h"
#include "quarantine.h"

#define BASE 0x90000000ull
#define FIRST 0x90000ul
#define MOVABLE (SB_GFP_MOVABLE | SB_GFP_KERNEL)

static struct fixture f;
static struct mover m;
static unsigned long bad;

/* All pages in use, as single ones that nobody moves. */
static void boot_full(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);

	cfg.max_order = 8;
	cfg.pageblock_order = 5;
	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	fixture_fill(&f);
}

static void end(void)
{
	mover_expect_all(&m);
	CHECK(&f);
	fixture_drop(&f);
}

/* Pages in use become units of @nr_pages each. */
static void make_units(unsigned long page, unsigned long nr_pages, unsigned int nr_units)
{
	for (; nr_units--; page += nr_pages) {
		struct sb_isolation block = { .start = FIRST + page,
					      .end = FIRST + page + nr_pages,
					      .type = SB_MOVABLE };

		/* Freed and taken again in the pieces that a unit has. */
		fixture_free_run(&f, FIRST + page, nr_pages);
		EXPECT_EQ(sb_contig_alloc_range(&f.inst, block.start, block.end, SB_MOVABLE, 0,
						&bad),
			  0);
		EXPECT(mover_adopt(&m, FIRST + page, nr_pages, SB_MOVABLE, MOVABLE));
	}
}

/* Every other page of [page, page + 2 * nr) becomes free. */
static void make_room(unsigned long page, unsigned long nr)
{
	for (; nr--; page += 2)
		fixture_free(&f, FIRST + page, 0);
}

/* The first page, counted from the first one of all, or -errno. */
static long take(unsigned long nr_pages, u32 gfp, bool top_down)
{
	struct sb_contig contig = { .nr_pages = nr_pages, .top_down = top_down };
	unsigned long pfn = 0;
	int err;

	EXPECT_EQ(sb_request_init(&contig.request, gfp, 0, SB_NID_ANY), 0);
	err = sb_contig_alloc(&f.inst, &contig, &pfn);
	CHECK(&f);
	mover_expect_all(&m);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_isolated_blocks, 0);
	return err ? err : (long)(pfn - FIRST);
}

static long take_range(unsigned long page, unsigned long nr_pages, u32 gfp)
{
	int err = sb_contig_alloc_range(&f.inst, FIRST + page, FIRST + page + nr_pages, SB_MOVABLE,
					gfp, &bad);

	CHECK(&f);
	mover_expect_all(&m);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_isolated_blocks, 0);
	return err;
}

static void what_can_be_moved_makes_room(void)
{
	boot_full();
	make_units(101, 1, 8);
	make_room(300, 8);
	EXPECT_EQ(take(8, SB_GFP_NOWAIT, false), -ENOMEM);
	EXPECT_EQ(m.nr_begin, 0);
	EXPECT_EQ(take(9, SB_GFP_KERNEL, false), -ENOMEM);
	EXPECT_EQ(take(8, SB_GFP_KERNEL, false), 101);
	EXPECT_EQ(m.nr_move, 8);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_free, 0);
	end();
}

static void a_place_that_is_free_is_preferred(void)
{
	boot_full();
	make_units(101, 1, 8);
	make_room(300, 20);
	fixture_free_run(&f, FIRST + 600, 8);
	EXPECT_EQ(take(8, SB_GFP_KERNEL, false), 600);
	EXPECT_EQ(m.nr_begin, 0);
	EXPECT_EQ(take(8, SB_GFP_KERNEL, false), 101);
	end();
}

static void the_first_place_of_the_search_is_emptied(void)
{
	boot_full();
	make_units(101, 2, 4);
	make_units(501, 2, 4);
	make_room(300, 1);
	fixture_free_run(&f, FIRST + 320, 2);
	fixture_free_run(&f, FIRST + 330, 2);
	fixture_free_run(&f, FIRST + 340, 2);
	/* Pages 505 .. 508 are two units. */
	EXPECT_EQ(take(4, SB_GFP_KERNEL, true), 505);
	EXPECT_EQ(m.nr_move, 2);
	EXPECT(!mover_at(&m, FIRST + 505));
	end();
}

static void a_unit_that_reaches_out_of_the_range_leaves_it_as_a_whole(void)
{
	unsigned long i;

	boot_full();
	make_units(96, 16, 1);
	fixture_free_run(&f, FIRST + 112, 4);
	fixture_free_run(&f, FIRST + 704, 16);
	/* The free place of 16 is where the unit of 16 goes. */
	EXPECT_EQ(take(18, SB_GFP_KERNEL, false), 96);
	for (i = 96; i < 114; i++)
		EXPECT(!mover_at(&m, FIRST + i));
	EXPECT_EQ(mover_at(&m, FIRST + 704)->pfn, FIRST + 704);
	end();
}

static void what_is_pinned_is_jumped_over(void)
{
	boot_full();
	make_units(100, 1, 4);
	make_units(200, 4, 1);
	make_units(300, 1, 8);
	make_room(600, 20);
	mover_at(&m, FIRST + 102)->pinned = true;
	mover_at(&m, FIRST + 200)->pinned = true;
	mover_at(&m, FIRST + 301)->pinned = true;
	EXPECT_EQ(take(4, SB_GFP_KERNEL, false), 302);
	EXPECT_EQ(mover_at(&m, FIRST + 102)->pinned, true);
	/* The same the other way round: pages that were moved in vain stay moved. */
	EXPECT_EQ(take(3, SB_GFP_KERNEL, true), -ENOMEM);
	mover_at(&m, FIRST + 200)->pinned = false;
	fixture_free_run(&f, FIRST + 704, 4);
	EXPECT_EQ(take(4, SB_GFP_KERNEL, true), 704);
	end();
}

static void owners_that_fail_are_jumped_over(void)
{
	static const int errors[] = { -EBUSY, -EAGAIN, -EINTR, -ENOMEM };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		boot_full();
		make_units(100, 2, 4);
		make_room(600, 20);
		fixture_free_run(&f, FIRST + 704, 2);
		m.fail_begin = errors[i];
		EXPECT_EQ(take(4, SB_GFP_KERNEL, false), -ENOMEM);
		EXPECT_EQ(m.nr_end, 0);
		m.fail_begin = 0;
		m.fail_move = errors[i];
		EXPECT_EQ(take(4, SB_GFP_KERNEL, false), -ENOMEM);
		EXPECT(m.nr_end >= 3);
		m.fail_move = 0;
		end();
	}
}

static void bounds_hold_for_places_that_are_emptied(void)
{
	struct sb_contig contig = { .nr_pages = 4, .align_pages = 4, .boundary_pages = 8 };
	unsigned long pfn;

	boot_full();
	make_units(99, 1, 40);
	make_room(600, 20);
	EXPECT_EQ(sb_request_init(&contig.request, SB_GFP_KERNEL, 0, SB_NID_ANY), 0);
	contig.min_pfn = FIRST + 105;
	contig.max_pfn = FIRST + 122;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), 0);
	EXPECT_EQ(pfn, FIRST + 108);
	contig.top_down = true;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), 0);
	EXPECT_EQ(pfn, FIRST + 116);
	contig.request.gfp |= SB_GFP_COMP;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), 0);
	EXPECT_EQ(pfn, FIRST + 112);
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), -ENOMEM);
	end();
}

static void a_fixed_range_is_emptied(void)
{
	boot_full();
	make_units(100, 3, 5);
	make_room(600, 1);
	fixture_free_run(&f, FIRST + 704, 32);
	EXPECT_EQ(take_range(101, 12, SB_GFP_NOWAIT), -EBUSY);
	EXPECT_EQ(bad, FIRST + 101);
	EXPECT_EQ(take_range(101, 15, SB_GFP_KERNEL), -EBUSY);
	EXPECT_EQ(bad, FIRST + 115);
	EXPECT_EQ(m.nr_begin, 0);
	mover_at(&m, FIRST + 106)->pinned = true;
	EXPECT_EQ(take_range(101, 12, SB_GFP_KERNEL), -EBUSY);
	EXPECT_EQ(bad, FIRST + 106);
	EXPECT_EQ(m.nr_begin, 7);
	mover_at(&m, FIRST + 106)->pinned = false;
	EXPECT_EQ(take_range(101, 12, SB_GFP_KERNEL), 0);
	EXPECT_EQ(take_range(101, 12, SB_GFP_ATOMIC), -EINVAL);
	end();
}

static void a_fixed_range_without_a_place_to_move_to_fails(void)
{
	boot_full();
	make_units(100, 3, 2);
	EXPECT_EQ(take_range(100, 6, SB_GFP_KERNEL), -ENOMEM);
	EXPECT_EQ(m.nr_begin, 1);
	/* Pages of the range, and of its pageblock, are no place to move to. */
	fixture_free_run(&f, FIRST + 106, 8);
	EXPECT_EQ(take_range(100, 9, SB_GFP_KERNEL), -ENOMEM);
	fixture_free_run(&f, FIRST + 704, 4);
	EXPECT_EQ(take_range(100, 3, SB_GFP_KERNEL), 0);
	end();
}

static void what_was_left_does_not_rest(void)
{
	boot_full();
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 1000), 0);
	fixture_free_run(&f, FIRST + 200, 8);
	sb_quarantine_drain_all(&f.inst);
	EXPECT_EQ(take_range(200, 8, 0), 0);
	EXPECT(mover_adopt(&m, FIRST + 200, 8, SB_MOVABLE, MOVABLE));
	fixture_free_run(&f, FIRST + 704, 8);
	/* By the search, too, which goes through the zone once. */
	EXPECT_EQ(take(8, SB_GFP_KERNEL, false), 704);
	EXPECT_EQ(take(8, SB_GFP_KERNEL, false), -ENOMEM);
	fixture_free(&f, FIRST + 300, 0);
	mover_free(&m, mover_at(&m, FIRST + 200));
	sb_quarantine_drain_all(&f.inst);
	EXPECT_EQ(take_range(200, 1, 0), 0);
	EXPECT(mover_adopt(&m, FIRST + 200, 1, SB_MOVABLE, MOVABLE));
	EXPECT_EQ(take(8, SB_GFP_KERNEL, false), 200);
	EXPECT_EQ(mover_at(&m, FIRST + 300)->pfn, FIRST + 300);
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 0), 0);
	end();
}

/* Guards beside a unit are no guards any more when it is gone; others stay in the way. */
static void guards_merge_with_what_is_moved_away(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	struct mover_unit *own, *other;
	unsigned long pfn;

	cfg.max_order = 8;
	cfg.pageblock_order = 5;
	cfg.pcp_high = 0;
	cfg.debug_guardpage_minorder = 2;
	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	own = mover_alloc(&m, 1, MOVABLE);
	other = mover_alloc(&m, 1, MOVABLE);
	EXPECT(fixture_zone(&f, SB_ZONE_NORMAL)->nr_guard);
	pfn = own->pfn & ~3ul;
	EXPECT_EQ(sb_contig_alloc_range(&f.inst, pfn, pfn + 4, SB_MOVABLE, 0, &bad), -EBUSY);
	EXPECT_EQ(sb_contig_alloc_range(&f.inst, pfn, pfn + 4, SB_MOVABLE, SB_GFP_KERNEL, &bad), 0);
	other->pinned = true;
	pfn = other->pfn & ~3ul;
	EXPECT_EQ(sb_contig_alloc_range(&f.inst, pfn, pfn + 4, SB_MOVABLE, SB_GFP_KERNEL, &bad),
		  -EBUSY);
	end();
}

static void page_owner_tells_what_it_was_moved_for(void)
{
	struct sb_owner owner;
	void *owners;

	boot_full();
	owners = calloc(1, (size_t)sb_owner_size(&f.inst));
	EXPECT_EQ(sb_owner_attach(&f.inst, owners), 0);
	make_units(100, 4, 1);
	fixture_free_run(&f, FIRST + 704, 4);
	EXPECT_EQ(take_range(100, 4, SB_GFP_KERNEL), 0);
	sb_owner_find(&f.inst, FIRST + 704, &owner, NULL, NULL);
	EXPECT_EQ(owner.moved, SB_MR_CONTIG_RANGE + 1);
	sb_owner_find(&f.inst, FIRST + 100, &owner, NULL, NULL);
	EXPECT_EQ(owner.moved, 0);
	EXPECT(owner.in_use);
	EXPECT(sb_owner_detach(&f.inst) == owners);
	free(owners);
	end();
}

#define AREA 512ul

/* An area of 128 pages, which borrowers fill up: units of @nr_pages. */
static void boot_lent(unsigned long nr_pages)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	unsigned long pfn = FIRST + AREA;

	cfg.max_order = 7;
	cfg.pageblock_order = 5;
	cfg.pcp_high = 0;
	cfg.nr_cma = 1;
	snprintf(cfg.cma[0].name, sizeof(cfg.cma[0].name), "video");
	cfg.cma[0].base = BASE + AREA * SB_PAGE_SIZE;
	cfg.cma[0].size = 128 * SB_PAGE_SIZE;
	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	for (; pfn < FIRST + AREA + 128; pfn += nr_pages) {
		EXPECT_EQ(sb_contig_alloc_range(&f.inst, pfn, pfn + nr_pages, SB_CMA, 0, &bad), 0);
		EXPECT(mover_adopt(&m, pfn, nr_pages, SB_MOVABLE, MOVABLE));
	}
}

static long claim(unsigned long nr_pages, unsigned int align_order, u32 gfp)
{
	unsigned long pfn = 0;
	int err = sb_cma_alloc(&f.inst, 0, nr_pages, align_order, gfp, &pfn);

	CHECK(&f);
	mover_expect_all(&m);
	return err ? err : (long)(pfn - FIRST - AREA);
}

static void borrowers_are_moved_out_of_an_area(void)
{
	boot_lent(8);
	EXPECT_EQ(claim(100, 0, 0), -ENOMEM);
	EXPECT_EQ(f.inst.cma[0].nr_used, 0);
	EXPECT_EQ(claim(100, 0, SB_GFP_KERNEL), 0);
	EXPECT_EQ(m.nr_move, 13);
	EXPECT_EQ(claim(3, 4, SB_GFP_KERNEL), 112);
	EXPECT_EQ(sb_cma_release(&f.inst, 0, FIRST + AREA, 100), 0);
	EXPECT_EQ(claim(1, 0, SB_GFP_KERNEL), 0);
	end();
}

static void pinned_borrowers_are_passed_by(void)
{
	boot_lent(8);
	mover_at(&m, FIRST + AREA + 20)->pinned = true;
	EXPECT_EQ(claim(40, 0, SB_GFP_KERNEL), 24);
	EXPECT_EQ(claim(100, 0, SB_GFP_KERNEL), -ENOMEM);
	EXPECT_EQ(sb_zone_events(fixture_zone(&f, SB_ZONE_NORMAL), SB_EVENT_CMA_ALLOC_SUCCESS), 1);
	EXPECT_EQ(sb_zone_events(fixture_zone(&f, SB_ZONE_NORMAL), SB_EVENT_CMA_ALLOC_FAIL), 1);
	mover_at(&m, FIRST + AREA + 20)->pinned = false;
	EXPECT_EQ(claim(24, 0, SB_GFP_KERNEL), 0);
	end();
}

static void without_a_place_for_borrowers_a_claim_fails(void)
{
	boot_lent(1);
	fixture_fill(&f);
	EXPECT_EQ(claim(2, 0, SB_GFP_KERNEL), -ENOMEM);
	fixture_free(&f, FIRST + 1000, 0);
	EXPECT_EQ(claim(1, 0, SB_GFP_KERNEL), 0);
	end();
}

static void what_is_moved_for_an_area_may_come_to_another_part_of_it(void)
{
	unsigned int i;

	boot_lent(8);
	fixture_fill(&f);
	for (i = 0; i < MOVER_UNITS; i++)
		if (m.unit[i].nr_pages && m.unit[i].pfn >= FIRST + AREA + 96 &&
		    m.unit[i].pfn < FIRST + AREA + 128)
			mover_free(&m, &m.unit[i]);
	EXPECT_EQ(claim(32, 0, SB_GFP_KERNEL), 0);
	EXPECT(mover_at(&m, FIRST + AREA + 96));
	end();
}

static void pages_that_somebody_moves_can_be_isolated(void)
{
	struct sb_isolation range = { .type = SB_MOVABLE };
	unsigned long pfn;

	boot_full();
	fixture_free_run(&f, FIRST + 96, 4);
	EXPECT_EQ(take_range(96, 4, 0), 0);
	pfn = FIRST + 96;
	range.start = pfn;
	range.end = pfn + 4;
	EXPECT_EQ(sb_isolate_range(&f.inst, &range, &bad), -EBUSY);
	EXPECT_EQ(bad, pfn);
	EXPECT(mover_adopt(&m, pfn, 4, SB_UNMOVABLE, SB_GFP_KERNEL));
	EXPECT_EQ(sb_isolate_range(&f.inst, &range, &bad), 0);
	EXPECT_EQ(sb_isolate_test(&f.inst, &range, &bad), -EBUSY);
	sb_isolate_undo(&f.inst, range.start, range.end);
	fixture_free_run(&f, FIRST + 704, 4);
	EXPECT_EQ(take_range(96, 4, SB_GFP_KERNEL), 0);
	EXPECT(mover_at(&m, FIRST + 704));
	end();
}

UNIT_MAIN(UNIT_CASE(what_can_be_moved_makes_room), UNIT_CASE(a_place_that_is_free_is_preferred),
	  UNIT_CASE(the_first_place_of_the_search_is_emptied),
	  UNIT_CASE(a_unit_that_reaches_out_of_the_range_leaves_it_as_a_whole),
	  UNIT_CASE(what_is_pinned_is_jumped_over), UNIT_CASE(owners_that_fail_are_jumped_over),
	  UNIT_CASE(bounds_hold_for_places_that_are_emptied), UNIT_CASE(a_fixed_range_is_emptied),
	  UNIT_CASE(a_fixed_range_without_a_place_to_move_to_fails),
	  UNIT_CASE(what_was_left_does_not_rest), UNIT_CASE(guards_merge_with_what_is_moved_away),
	  UNIT_CASE(page_owner_tells_what_it_was_moved_for),
	  UNIT_CASE(borrowers_are_moved_out_of_an_area), UNIT_CASE(pinned_borrowers_are_passed_by),
	  UNIT_CASE(without_a_place_for_borrowers_a_claim_fails),
	  UNIT_CASE(what_is_moved_for_an_area_may_come_to_another_part_of_it),
	  UNIT_CASE(pages_that_somebody_moves_can_be_isolated))

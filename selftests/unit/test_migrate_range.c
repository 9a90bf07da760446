// SPDX-License-Identifier: GPL-2.0-only
/* Migration of ranges, and what happens when others do something just then. */
#include "debug.h"
#include "isolate.h"
#include "model_mover.h"

#define BASE 0x90000000ull
#define FIRST 0x90000ul
#define MOVABLE (SB_GFP_MOVABLE | SB_GFP_KERNEL)

static struct fixture f;
static struct mover m;
static unsigned long start; /* a range of one pageblock, isolated */
static unsigned long bad;
static const struct sb_migration offline = { .mode = SB_MIGRATE_SYNC,
					     .reason = SB_MR_MEMORY_HOTPLUG };

static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.max_order = 8;
	cfg.pageblock_order = 5;
	cfg.nr_cpus = 2;
	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	start = FIRST + 1024;
}

static void end(void)
{
	mover_expect_all(&m);
	mover_exit(&m);
	fixture_exit(&f);
}

static void free_pages(unsigned long pfn, unsigned long nr_pages)
{
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, nr_pages), 0);
}

/* Pages of the range in use, as Movable ones, from page @at of it on. */
static void take(unsigned long at, unsigned long nr_pages)
{
	struct sb_contig contig = {
		.request = { .type = SB_MOVABLE, .nid = SB_NID_ANY },
		.min_pfn = start + at,
		.max_pfn = start + at + nr_pages,
		.nr_pages = nr_pages,
	};
	unsigned long pfn;

	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), 0);
}

static struct mover_unit *place(unsigned long at, unsigned long nr_pages)
{
	take(at, nr_pages);
	return mover_adopt(&m, start + at, nr_pages, SB_MOVABLE, MOVABLE);
}

static void isolate(void)
{
	const struct sb_isolation range = { .start = start, .end = start + 32, .type = SB_MOVABLE };

	EXPECT_EQ(sb_isolate_range(&f.inst, &range, &bad), 0);
	bad = 0;
}

static int empty(void)
{
	return sb_migrate_range(&f.inst, start, start + 32, &offline, &bad);
}

static int test_and_undo(void)
{
	const struct sb_isolation range = { .start = start, .end = start + 32 };
	unsigned long seen;
	int err = sb_isolate_test(&f.inst, &range, &seen);

	sb_isolate_undo(&f.inst, start, start + 32);
	return err;
}

static void all_units_of_a_range_leave_it(void)
{
	struct mover_unit *own[4];
	unsigned int i;

	boot();
	own[0] = place(-3ul, 5);
	own[1] = place(3, 1);
	own[2] = place(7, 11);
	own[3] = place(29, 40);
	isolate();
	EXPECT_EQ(empty(), 0);
	for (i = 0; i < 4; i++)
		EXPECT(own[i]->pfn + own[i]->nr_pages <= start || own[i]->pfn >= start + 32);
	EXPECT_EQ(m.nr_begin, 4);
	EXPECT_EQ(test_and_undo(), 0);
	end();
}

static void a_page_that_nobody_answers_for_is_told(void)
{
	struct mover_unit *own;

	boot();
	own = place(0, 4);
	take(9, 3);
	place(20, 4);
	isolate();
	EXPECT_EQ(empty(), -EBUSY);
	EXPECT_EQ(bad, start + 9);
	EXPECT(own->pfn < start || own->pfn >= start + 32);
	EXPECT_EQ(m.nr_begin, 1);
	EXPECT_EQ(test_and_undo(), -EBUSY);
	free_pages(start + 9, 3);
	end();
}

static void a_pinned_unit_is_tried_five_times(void)
{
	struct mover_unit *own;

	boot();
	own = place(-2ul, 4);
	own->pinned = true;
	place(20, 4);
	isolate();
	EXPECT_EQ(empty(), -EBUSY);
	EXPECT_EQ(bad, start);
	EXPECT_EQ(m.nr_begin, 5);
	own->pinned = false;
	EXPECT_EQ(empty(), 0);
	EXPECT_EQ(test_and_undo(), 0);
	end();
}

static void each_unit_has_tries_of_its_own(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 4; i++)
		place(i * 8, 4);
	isolate();
	m.fail_move = -EAGAIN;
	EXPECT_EQ(empty(), -EBUSY);
	EXPECT_EQ(m.nr_move, 5);
	EXPECT_EQ(bad, start);
	m.fail_move = -EIO;
	EXPECT_EQ(empty(), -EIO);
	EXPECT_EQ(m.nr_move, 6);
	m.fail_move = 0;
	EXPECT_EQ(empty(), 0);
	EXPECT_EQ(test_and_undo(), 0);
	end();
}

static void a_unit_that_is_busy_for_a_while_is_waited_for(void)
{
	boot();
	place(0, 4)->busy = 3;
	place(8, 4)->busy = 4;
	isolate();
	EXPECT_EQ(empty(), 0);
	EXPECT_EQ(m.nr_begin, 9);
	EXPECT_EQ(test_and_undo(), 0);
	end();
}

static void without_a_place_all_is_given_up_at_once(void)
{
	boot();
	place(0, 4);
	place(8, 4);
	isolate();
	fixture_fill(&f);
	EXPECT_EQ(empty(), -ENOMEM);
	EXPECT_EQ(bad, start);
	EXPECT_EQ(m.nr_begin, 1);
	EXPECT_EQ(test_and_undo(), -EBUSY);
	mover_exit(&m);
	fixture_drop(&f);
}

/* Free, on a per-CPU list, bad, a hole, reserved: not in use. */
static void what_is_not_in_use_is_passed_over(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_reserve(&cfg, BASE + 1030 * SB_PAGE_SIZE, SB_PAGE_SIZE);
	cfg.pageblock_order = 5;
	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	start = FIRST + 1024;
	place(0, 2);
	EXPECT_EQ(empty(), 0);
	EXPECT_EQ(m.nr_begin, 1);
	EXPECT_EQ(sb_migrate_range(&f.inst, start, start, &offline, &bad), 0);
	end();
}

static unsigned long freed; /* what happens meanwhile is done to this unit */

static void free_it(unsigned long pfn)
{
	struct mover_unit *own = mover_at(&m, freed);

	(void)pfn;
	mover_free(&m, own);
}

/* Just after the page was seen to be movable. */
static void free_it_unlocked(struct sb_lock *lock)
{
	if (lock != &fixture_zone_of(&f, start)->lock)
		return;
	unit_lock_hooks.after_unlock = NULL;
	free_it(0);
}

static void a_unit_freed_before_it_is_held_is_nobodys(void)
{
	struct sb_unit unit;

	boot();
	freed = place(0, 4)->pfn;
	unit_lock_hooks.after_unlock = free_it_unlocked;
	EXPECT_EQ(sb_migrate_unit(&f.inst, freed, &offline, &unit), -ENOENT);
	EXPECT_EQ(m.nr_begin, 1);
	EXPECT_EQ(m.nr_end, 0);
	freed = place(0, 4)->pfn;
	isolate();
	unit_lock_hooks.after_unlock = free_it_unlocked;
	EXPECT_EQ(empty(), 0);
	EXPECT_EQ(test_and_undo(), 0);
	end();
}

static unsigned long reused;

static void free_it_and_take_it_again(struct sb_lock *lock)
{
	if (lock != &fixture_zone_of(&f, start)->lock)
		return;
	unit_lock_hooks.after_unlock = NULL;
	free_it(0);
	reused = place(0, 2)->pfn;
}

static void a_page_that_is_somebody_elses_by_then_moves_with_him(void)
{
	struct sb_unit unit;

	boot();
	freed = place(0, 4)->pfn;
	unit_lock_hooks.after_unlock = free_it_and_take_it_again;
	EXPECT_EQ(sb_migrate_unit(&f.inst, freed, &offline, &unit), 0);
	EXPECT_EQ(unit.pfn, reused);
	EXPECT_EQ(unit.nr_pages, 2);
	end();
}

static void neighbours_may_be_freed_while_a_unit_moves(void)
{
	void (**hooks[])(unsigned long pfn) = { &m.in_begin, &m.in_move, &m.in_end };
	struct sb_unit unit;
	unsigned int i, side;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		for (side = 0; side < 2; side++) {
			struct mover_unit *own;

			boot();
			own = place(8, 8);
			freed = place(side ? 0 : 16, 8)->pfn;
			*hooks[i] = free_it;
			EXPECT_EQ(sb_migrate_unit(&f.inst, own->pfn, &offline, &unit), 0);
			EXPECT(!mover_at(&m, freed) || mover_at(&m, freed) == own);
			end();
		}
}

static int second;

static void move_it_too(unsigned long pfn)
{
	struct sb_unit unit;

	second = sb_migrate_unit(&f.inst, pfn, &offline, &unit);
}

static void of_two_who_move_a_unit_the_second_finds_it_busy(void)
{
	void (**hooks[])(unsigned long pfn) = { &m.in_begin, &m.in_end };
	struct mover_unit *own;
	struct sb_unit unit;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		boot();
		own = place(0, 4);
		second = 0;
		*hooks[i] = move_it_too;
		EXPECT_EQ(sb_migrate_unit(&f.inst, start, &offline, &unit), 0);
		EXPECT_EQ(second, -EBUSY);
		EXPECT(own->pfn != start);
		EXPECT_EQ(m.nr_move, 1);
		end();
	}
}

static void a_place_is_not_a_unit_before_the_unit_is_there(void)
{
	struct sb_unit unit;

	boot();
	place(0, 4);
	second = 0;
	m.in_move = move_it_too;
	EXPECT_EQ(sb_migrate_unit(&f.inst, start, &offline, &unit), 0);
	EXPECT_EQ(second, -ENOENT);
	end();
}

static void move_it_first(struct sb_lock *lock)
{
	if (lock != &fixture_zone_of(&f, start)->lock)
		return;
	unit_lock_hooks.after_unlock = NULL;
	move_it_too(start);
}

static void who_comes_when_it_is_gone_finds_nobody(void)
{
	struct sb_unit unit;

	boot();
	place(0, 4);
	second = -1;
	unit_lock_hooks.after_unlock = move_it_first;
	EXPECT_EQ(sb_migrate_unit(&f.inst, start, &offline, &unit), -ENOENT);
	EXPECT_EQ(second, 0);
	EXPECT_EQ(m.nr_move, 1);
	end();
}

static void switch_poison_on(unsigned long pfn)
{
	(void)pfn;
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
}

static void modes_may_be_switched_on_while_a_unit_moves(void)
{
	void (**hooks[])(unsigned long pfn) = { &m.in_begin, &m.in_move, &m.in_end };
	struct sb_unit unit;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		boot();
		place(0, 9);
		*hooks[i] = switch_poison_on;
		EXPECT_EQ(sb_migrate_unit(&f.inst, start, &offline, &unit), 0);
		mover_exit(&m);
		EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
		end();
	}
}

UNIT_MAIN(UNIT_CASE(all_units_of_a_range_leave_it),
	  UNIT_CASE(a_page_that_nobody_answers_for_is_told),
	  UNIT_CASE(a_pinned_unit_is_tried_five_times), UNIT_CASE(each_unit_has_tries_of_its_own),
	  UNIT_CASE(a_unit_that_is_busy_for_a_while_is_waited_for),
	  UNIT_CASE(without_a_place_all_is_given_up_at_once),
	  UNIT_CASE(what_is_not_in_use_is_passed_over),
	  UNIT_CASE(a_unit_freed_before_it_is_held_is_nobodys),
	  UNIT_CASE(a_page_that_is_somebody_elses_by_then_moves_with_him),
	  UNIT_CASE(neighbours_may_be_freed_while_a_unit_moves),
	  UNIT_CASE(of_two_who_move_a_unit_the_second_finds_it_busy),
	  UNIT_CASE(a_place_is_not_a_unit_before_the_unit_is_there),
	  UNIT_CASE(who_comes_when_it_is_gone_finds_nobody),
	  UNIT_CASE(modes_may_be_switched_on_while_a_unit_moves))

// SPDX-License-Identifier: GPL-2.0-only
/* Long-term pins: what may stay, and where the rest goes first. */
#include "cma.h"
#include "hotplug.h"
#include "isolate.h"
#include "longterm.h"
#include "model_mover.h"
#include "quarantine.h"

#define BASE 0x90000000ull
#define FIRST 0x90000ul
#define HIGHUSER (SB_GFP_MOVABLE | SB_GFP_HIGHMEM | SB_GFP_KERNEL)
#define MOVABLE (SB_GFP_MOVABLE | SB_GFP_KERNEL)

static struct fixture f;
static struct mover m;

static void boot_config(struct sb_config *cfg)
{
	cfg->max_order = 8;
	cfg->pageblock_order = 5;
	fixture_boot(&f, cfg);
	mover_init(&m, &f);
}

/* The last 4 MiB of 16 are Movable. */
static void boot_movable(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.movablecore_bytes = 4 * MiB;
	boot_config(&cfg);
}

/* 12 of 16 MiB are a CMA area. */
static void boot_cma(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.cma[0] = (struct sb_cma_config){ .name = "area", .size = 12 * MiB };
	cfg.nr_cma = 1;
	boot_config(&cfg);
}

static void end(void)
{
	mover_expect_all(&m);
	mover_exit(&m);
	fixture_exit(&f);
}

static struct sb_unit unit_of(struct mover_unit *own)
{
	return (struct sb_unit){
		.pfn = own->pfn,
		.nr_pages = own->nr_pages,
		.type = own->type,
		.gfp = own->gfp,
		.owner = own,
	};
}

static int move(struct mover_unit *own)
{
	struct sb_unit unit = unit_of(own);
	int err = sb_longterm_move(&f.inst, &unit);

	CHECK(&f);
	mover_expect_all(&m);
	return err;
}

static bool may_stay(const struct mover_unit *own)
{
	return sb_longterm_pinnable(&f.inst, own->pfn, own->nr_pages);
}

static unsigned int type_of(unsigned long pfn)
{
	return sb_pageblock_type(&f.inst.blocks, pfn);
}

static unsigned long nr_free(void)
{
	struct sb_zone *zone = NULL;
	unsigned long nr = 0;

	sb_pcp_drain_all(&f.inst);
	sb_quarantine_drain_all(&f.inst);
	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		nr += zone->nr_free;
	return nr;
}

static void what_is_movable_goes_to_normal(void)
{
	struct mover_unit *own;
	unsigned long before;

	boot_movable();
	own = mover_alloc(&m, 7, HIGHUSER);
	before = nr_free();
	EXPECT_EQ(fixture_zone_of(&f, own->pfn)->type, SB_ZONE_MOVABLE);
	EXPECT(!may_stay(own));
	EXPECT_EQ(move(own), 0);
	EXPECT_EQ(fixture_zone_of(&f, own->pfn)->type, SB_ZONE_NORMAL);
	EXPECT(may_stay(own));
	EXPECT_EQ(nr_free(), before);
	EXPECT_EQ(m.nr_move, 1);
	end();
}

static void what_is_movable_goes_to_highmem_when_there_is_some(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct mover_unit *own, *low;

	cfg.lowmem_bytes = 8 * MiB;
	cfg.movablecore_bytes = 4 * MiB;
	boot_config(&cfg);
	own = mover_alloc(&m, 7, HIGHUSER);
	EXPECT_EQ(fixture_zone_of(&f, own->pfn)->type, SB_ZONE_MOVABLE);
	EXPECT_EQ(move(own), 0);
	EXPECT_EQ(fixture_zone_of(&f, own->pfn)->type, SB_ZONE_HIGHMEM);
	/* Who could not use HighMem before does not come to be there. */
	low = mover_alloc(&m, 7, MOVABLE);
	EXPECT_EQ(move(low), 0);
	EXPECT_EQ(fixture_zone_of(&f, low->pfn)->type, SB_ZONE_NORMAL);
	end();
}

/* Movable memory of the second node alone. */
static void a_unit_keeps_to_its_node_if_it_can(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct sb_request request;
	struct mover_unit *own;
	unsigned long pfn;

	fixture_add_bank(&cfg, BASE + 16 * MiB, 16 * MiB, 1);
	cfg.movablecore_bytes = 8 * MiB;
	boot_config(&cfg);
	EXPECT_EQ(sb_request_init(&request, HIGHUSER, 0, 1), 0);
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 3, &pfn), 0);
	own = mover_adopt(&m, pfn, 3, SB_MOVABLE, HIGHUSER);
	EXPECT_EQ(fixture_zone_of(&f, pfn)->type, SB_ZONE_MOVABLE);
	EXPECT_EQ(fixture_zone_of(&f, pfn)->nid, 1);
	EXPECT_EQ(move(own), 0);
	EXPECT_EQ(fixture_zone_of(&f, own->pfn)->type, SB_ZONE_NORMAL);
	EXPECT_EQ(fixture_zone_of(&f, own->pfn)->nid, 1);
	end();
}

static void what_is_in_an_area_leaves_it_to_its_owner(void)
{
	struct mover_unit *own[200];
	unsigned long pfn;
	unsigned int i;

	boot_cma();
	for (i = 0; i < ARRAY_SIZE(own); i++)
		own[i] = mover_alloc(&m, 3, MOVABLE);
	for (i = 0; i < ARRAY_SIZE(own); i++) {
		EXPECT_EQ(may_stay(own[i]), type_of(own[i]->pfn) != SB_CMA);
		if (!may_stay(own[i]))
			EXPECT_EQ(move(own[i]), 0);
		EXPECT(type_of(own[i]->pfn) != SB_CMA);
		own[i]->pinned = true;
	}
	EXPECT(m.nr_move > 100);
	EXPECT_EQ(sb_cma_alloc(&f.inst, 0, 3072, 0, SB_GFP_KERNEL, &pfn), 0);
	EXPECT_EQ(sb_cma_release(&f.inst, 0, pfn, 3072), 0);
	end();
}

static void one_page_that_may_not_stay_is_enough(void)
{
	struct sb_isolation range = { .type = SB_MOVABLE };
	struct mover_unit *own;
	unsigned long bad;

	boot_movable();
	own = mover_alloc(&m, 100, MOVABLE);
	EXPECT(may_stay(own));
	range.start = own->pfn + 99;
	range.end = range.start + 1;
	EXPECT_EQ(sb_isolate_range(&f.inst, &range, &bad), 0);
	EXPECT(!may_stay(own));
	EXPECT(sb_longterm_pinnable(&f.inst, own->pfn, 96));
	EXPECT(!sb_longterm_pinnable(&f.inst, own->pfn + 97, 1));
	EXPECT_EQ(move(own), 0);
	EXPECT(may_stay(own));
	sb_isolate_undo(&f.inst, range.start, range.end);
	end();
}

static void without_a_place_it_stays_as_it_is(void)
{
	struct sb_request request = {
		.type = SB_UNMOVABLE,
		.zone = SB_ZONE_NORMAL,
		.gfp = SB_GFP_KERNEL,
	};
	unsigned long from, pfn, last = 0, nr = 0;
	struct mover_unit *own;

	boot_movable();
	own = mover_alloc(&m, 1, HIGHUSER);
	from = own->pfn;
	for (; !sb_alloc(&f.inst, &request, &pfn); nr++)
		last = pfn;
	EXPECT(nr > 2000);
	EXPECT(fixture_zone(&f, SB_ZONE_MOVABLE)->nr_free > 500);
	EXPECT_EQ(move(own), -ENOMEM);
	EXPECT_EQ(own->pfn, from);
	EXPECT_EQ(m.nr_begin, 0);
	fixture_free(&f, last, 0);
	EXPECT_EQ(move(own), 0);
	EXPECT_EQ(own->pfn, last);
	mover_exit(&m);
	fixture_drop(&f);
}

/* Free pages there are enough, but others that can be moved lie between them. */
static void others_make_way_for_it(void)
{
	struct sb_request request = {
		.type = SB_MOVABLE,
		.zone = SB_ZONE_NORMAL,
		.gfp = SB_GFP_KERNEL,
	};
	unsigned long pfn, first = FIRST + 1024, i;
	struct mover_unit *own;

	boot_movable();
	own = mover_alloc(&m, 4, HIGHUSER);
	while (!sb_alloc(&f.inst, &request, &pfn))
		;
	for (i = 0; i < 128; i += 2) {
		fixture_free(&f, first + i, 0);
		EXPECT(mover_adopt(&m, first + i + 1, 1, SB_MOVABLE, MOVABLE));
	}
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(move(own), 0);
	EXPECT(may_stay(own));
	EXPECT(m.nr_move > 1);
	mover_exit(&m);
	fixture_drop(&f);
}

static void who_has_pinned_it_meanwhile_keeps_it_there(void)
{
	struct mover_unit *own;
	unsigned long before, from;

	boot_movable();
	own = mover_alloc(&m, 4, HIGHUSER);
	before = nr_free();
	from = own->pfn;
	own->pinned = true;
	EXPECT_EQ(move(own), -EBUSY);
	EXPECT_EQ(own->pfn, from);
	EXPECT_EQ(nr_free(), before);
	own->pinned = false;
	m.fail_move = -EINTR;
	EXPECT_EQ(move(own), -EINTR);
	m.fail_move = 0;
	EXPECT_EQ(own->pfn, from);
	EXPECT_EQ(nr_free(), before);
	end();
}

/* It is elsewhere by now, and where it was is nobody's, or another's. */
static void nobody_else_is_moved_for_it(void)
{
	const struct sb_migration how = { .mode = SB_MIGRATE_SYNC };
	struct mover_unit *own, *other;
	struct sb_unit was, moved;
	unsigned long before, from;

	boot_movable();
	own = mover_alloc(&m, 4, HIGHUSER);
	was = unit_of(own);
	EXPECT_EQ(sb_migrate_unit(&f.inst, own->pfn, &how, &moved), 0);
	before = nr_free();
	EXPECT_EQ(sb_longterm_move(&f.inst, &was), -ENOENT);
	other = mover_alloc(&m, 4, HIGHUSER);
	while (other->pfn != was.pfn)
		other = mover_alloc(&m, 4, HIGHUSER);
	from = other->pfn;
	before = nr_free();
	EXPECT_EQ(sb_longterm_move(&f.inst, &was), -ENOENT);
	EXPECT_EQ(other->pfn, from);
	EXPECT_EQ(nr_free(), before);
	end();
}

static void memory_that_is_removed_has_nobody(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct sb_unit was = { .nr_pages = 1, .gfp = HIGHUSER };

	cfg.section_bytes = 4 * MiB;
	cfg.window_bytes = 32 * MiB;
	cfg.window_base = BASE;
	boot_config(&cfg);
	was.pfn = FIRST + 5000;
	EXPECT_EQ(sb_longterm_move(&f.inst, &was), -ENOENT);
	EXPECT_EQ(sb_hotplug_add(&f.inst, BASE + 16 * MiB, 4 * MiB, 0), 0);
	EXPECT_EQ(sb_longterm_move(&f.inst, &was), -ENOENT);
	end();
}

/* A block of the boot comes back as Movable memory. */
static void a_block_goes_offline_though_what_was_in_it_is_pinned(void)
{
	const u64 block = BASE + 4 * MiB;
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct sb_pinned pinned;
	struct mover_unit *own;

	cfg.section_bytes = 4 * MiB;
	boot_config(&cfg);
	EXPECT_EQ(sb_hotplug_offline(&f.inst, block, 4 * MiB, &pinned), 0);
	EXPECT_EQ(sb_hotplug_online(&f.inst, block, 4 * MiB, SB_ONLINE_MOVABLE), 0);
	own = mover_alloc(&m, 20, HIGHUSER);
	EXPECT_EQ(fixture_zone_of(&f, own->pfn)->type, SB_ZONE_MOVABLE);
	own->pinned = true;
	EXPECT_EQ(sb_hotplug_offline(&f.inst, block, 4 * MiB, &pinned), -EBUSY);
	own->pinned = false;
	EXPECT_EQ(move(own), 0);
	own->pinned = true;
	EXPECT_EQ(sb_hotplug_offline(&f.inst, block, 4 * MiB, &pinned), 0);
	own->pinned = false;
	end();
}

static void more_than_the_largest_block_moves_too(void)
{
	struct mover_unit *own;

	boot_movable();
	own = mover_alloc(&m, 600, HIGHUSER);
	EXPECT(!may_stay(own));
	EXPECT_EQ(move(own), 0);
	EXPECT(may_stay(own));
	end();
}

UNIT_MAIN(UNIT_CASE(what_is_movable_goes_to_normal),
	  UNIT_CASE(what_is_movable_goes_to_highmem_when_there_is_some),
	  UNIT_CASE(a_unit_keeps_to_its_node_if_it_can),
	  UNIT_CASE(what_is_in_an_area_leaves_it_to_its_owner),
	  UNIT_CASE(one_page_that_may_not_stay_is_enough),
	  UNIT_CASE(without_a_place_it_stays_as_it_is), UNIT_CASE(others_make_way_for_it),
	  UNIT_CASE(who_has_pinned_it_meanwhile_keeps_it_there),
	  UNIT_CASE(nobody_else_is_moved_for_it), UNIT_CASE(memory_that_is_removed_has_nobody),
	  UNIT_CASE(a_block_goes_offline_though_what_was_in_it_is_pinned),
	  UNIT_CASE(more_than_the_largest_block_moves_too))

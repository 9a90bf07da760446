// SPDX-License-Identifier: GPL-2.0-only
/* Migration: units move with all that they have, or stay as they are. */
#include "debug.h"
#include "hwpoison.h"
#include "isolate.h"
#include "model_mover.h"
#include "owner.h"
#include "quarantine.h"
#include "trace.h"

#define BASE 0x90000000ull
#define MOVABLE (SB_GFP_MOVABLE | SB_GFP_KERNEL)

static struct fixture f;
static struct mover m;
static struct sb_unit unit;
static const struct sb_migration sync_compaction = { .mode = SB_MIGRATE_SYNC };

static void boot_config(const struct sb_config *cfg)
{
	fixture_boot(&f, cfg);
	mover_init(&m, &f);
}

static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.max_order = 8;
	cfg.pageblock_order = 5;
	boot_config(&cfg);
}

static void end(void)
{
	mover_expect_all(&m);
	mover_exit(&m);
	fixture_exit(&f);
}

static int migrate(unsigned long pfn)
{
	return sb_migrate_unit(&f.inst, pfn, &sync_compaction, &unit);
}

static unsigned long events(enum sb_event_item item)
{
	struct sb_zone *zone = NULL;
	unsigned long nr = 0;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		nr += sb_zone_events(zone, item);
	return nr;
}

static enum sb_page_state state_of(unsigned long pfn)
{
	struct sb_page_info info;

	EXPECT(sb_memmap_info(&f.inst, pfn, &info));
	return info.state;
}

static bool can_move(unsigned long pfn)
{
	struct sb_page_info info;

	sb_memmap_info(&f.inst, pfn, &info);
	return sb_migrate_can(&f.inst, &info);
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

static void a_unit_moves_with_its_contents(void)
{
	struct mover_unit *own;
	unsigned long from, before;

	boot();
	own = mover_alloc(&m, 4, MOVABLE);
	before = nr_free();
	from = own->pfn;
	EXPECT_EQ(migrate(from), 0);
	EXPECT(own->pfn != from);
	EXPECT_EQ(unit.pfn, from);
	EXPECT_EQ(unit.nr_pages, 4);
	EXPECT(state_of(from) != SB_PAGE_ALLOC);
	EXPECT_EQ(events(SB_EVENT_MIGRATE_SUCCESS), 4);
	EXPECT_EQ(events(SB_EVENT_MIGRATE_FAIL), 0);
	EXPECT_EQ(nr_free(), before);
	EXPECT_EQ(m.nr_end, 1);
	end();
}

static void any_page_of_a_unit_of_any_size_will_do(void)
{
	unsigned long nr_pages;

	boot();
	for (nr_pages = 1; nr_pages <= 600; nr_pages += 1 + nr_pages / 5) {
		struct mover_unit *own = mover_alloc(&m, nr_pages, MOVABLE);
		unsigned long from = own->pfn, before = nr_free();

		EXPECT_EQ(migrate(from + nr_pages - 1), 0);
		EXPECT(own->pfn + nr_pages <= from || own->pfn >= from + nr_pages);
		EXPECT_EQ(migrate(own->pfn + nr_pages / 2), 0);
		EXPECT_EQ(nr_free(), before);
		mover_expect_all(&m);
		mover_free(&m, own);
	}
	end();
}

/* Its pieces are others than those of the place it moves to. */
static void a_unit_at_an_odd_place_moves(void)
{
	struct sb_contig contig = { .request = { .type = SB_MOVABLE }, .nr_pages = 13 };
	struct mover_unit *own;
	unsigned long pfn;

	boot();
	contig.min_pfn = sb_pfn_down(BASE) + 1027;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), 0);
	EXPECT_EQ(pfn % 16, 3);
	own = mover_adopt(&m, pfn, 13, SB_MOVABLE, MOVABLE);
	EXPECT_EQ(migrate(pfn + 12), 0);
	EXPECT_EQ(own->pfn % 16, 0);
	EXPECT_EQ(migrate(own->pfn), 0);
	end();
}

static void a_pinned_unit_stays(void)
{
	struct mover_unit *own;
	unsigned long from;

	boot();
	own = mover_alloc(&m, 4, MOVABLE);
	from = own->pfn;
	own->pinned = true;
	EXPECT_EQ(migrate(from), -EBUSY);
	EXPECT_EQ(own->pfn, from);
	EXPECT_EQ(unit.nr_pages, 0);
	EXPECT_EQ(m.nr_end, 0);
	EXPECT_EQ(events(SB_EVENT_MIGRATE_FAIL), 4);
	own->pinned = false;
	EXPECT_EQ(migrate(from), 0);
	end();
}

static void pages_that_nobody_answers_for_stay(void)
{
	unsigned long pfn;

	boot();
	EXPECT_EQ(migrate(f.inst.map.base_pfn + 5), -ENOENT);
	EXPECT_EQ(migrate(0), -ENOENT);
	EXPECT_EQ(migrate(~0ul), -ENOENT);
	pfn = (unsigned long)fixture_alloc(&f, 2, SB_MOVABLE);
	EXPECT_EQ(migrate(pfn), -ENOENT);
	EXPECT_EQ(m.nr_begin, 0);
	sb_migrate_mark(&f.inst, pfn, 4, true);
	EXPECT_EQ(migrate(pfn + 3), -ENOENT);
	EXPECT_EQ(m.nr_begin, 1);
	sb_migrate_mark(&f.inst, pfn, 4, false);
	EXPECT_EQ(migrate(pfn), -ENOENT);
	EXPECT_EQ(m.nr_begin, 1);
	EXPECT_EQ(events(SB_EVENT_MIGRATE_FAIL), 0);
	sb_migrate_mark(&f.inst, pfn, 4, true);
	sb_migrate_set_mover(&f.inst, NULL, NULL);
	EXPECT_EQ(migrate(pfn), -ENOENT);
	fixture_free(&f, pfn, 2);
	end();
}

static void only_a_live_instance_moves_anything(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct mover_unit *own;

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(migrate(sb_pfn_down(BASE)), -ENODEV);
	fixture_drop(&f);
	boot();
	own = mover_alloc(&m, 1, MOVABLE);
	f.inst.corrupt = true;
	EXPECT_EQ(migrate(own->pfn), -EIO);
	f.inst.corrupt = false;
	end();
}

static void an_owner_that_fails_keeps_the_old_place(void)
{
	struct mover_unit *own;
	unsigned long from, before;

	boot();
	own = mover_alloc(&m, 7, MOVABLE);
	before = nr_free();
	from = own->pfn;
	m.fail_move = -EINTR;
	EXPECT_EQ(migrate(from), -EINTR);
	m.fail_move = 0;
	EXPECT_EQ(own->pfn, from);
	EXPECT_EQ(m.nr_end, 1);
	EXPECT_EQ(nr_free(), before);
	EXPECT_EQ(events(SB_EVENT_MIGRATE_FAIL), 7);
	m.fail_begin = -EINTR;
	EXPECT_EQ(migrate(from), -EINTR);
	m.fail_begin = 0;
	EXPECT_EQ(m.nr_end, 1);
	EXPECT_EQ(events(SB_EVENT_MIGRATE_FAIL), 7);
	end();
}

static void a_unit_that_is_not_what_its_owner_says_stays(void)
{
	struct mover_unit *own;

	boot();
	own = mover_alloc(&m, 7, MOVABLE);
	m.spoil = true;
	EXPECT_EQ(migrate(own->pfn), -EINVAL);
	m.spoil = false;
	EXPECT_EQ(m.nr_move, 0);
	EXPECT_EQ(m.nr_end, 1);
	end();
}

static int no_target(void *arg, const struct sb_unit *what, unsigned long *to)
{
	EXPECT_EQ(what->nr_pages, 3);
	(void)to;
	return *(int *)arg;
}

static int give_target(void *arg, const struct sb_unit *what, unsigned long *to)
{
	*to = *(unsigned long *)arg;
	return 0;
}

static void a_target_says_where_to(void)
{
	struct sb_migration how = { .target = no_target };
	struct mover_unit *own, *other;
	unsigned long to;
	int err = -E2BIG;

	boot();
	own = mover_alloc(&m, 3, MOVABLE);
	how.arg = &err;
	EXPECT_EQ(sb_migrate_unit(&f.inst, own->pfn, &how, &unit), -E2BIG);
	EXPECT_EQ(m.nr_move, 0);
	EXPECT_EQ(m.nr_end, 1);
	other = mover_alloc(&m, 3, MOVABLE);
	to = other->pfn;
	other->nr_pages = 0;
	how.target = give_target;
	how.arg = &to;
	EXPECT_EQ(sb_migrate_unit(&f.inst, own->pfn, &how, &unit), 0);
	EXPECT_EQ(own->pfn, to);
	end();
}

static void without_a_place_a_unit_stays(void)
{
	struct mover_unit *own;
	unsigned long last, from;

	boot();
	own = mover_alloc(&m, 2, MOVABLE);
	from = own->pfn;
	fixture_fill(&f);
	EXPECT_EQ(migrate(from), -ENOMEM);
	EXPECT_EQ(events(SB_EVENT_MIGRATE_FAIL), 2);
	EXPECT_EQ(m.nr_end, 1);
	/* Two that are no block of two, and then two that are, on a per-CPU list. */
	last = sb_pfn_down(BASE) + 64;
	fixture_free(&f, last + 1, 0);
	fixture_free(&f, last + 2, 0);
	EXPECT_EQ(migrate(from), -ENOMEM);
	fixture_free(&f, last + 3, 0);
	EXPECT_EQ(migrate(from), 0);
	EXPECT_EQ(own->pfn, last + 2);
	mover_exit(&m);
	fixture_drop(&f);
}

static void who_does_not_wait_has_nothing_drained(void)
{
	struct sb_migration how = { .mode = SB_MIGRATE_ASYNC };
	struct mover_unit *own;
	unsigned long to;

	boot();
	own = mover_alloc(&m, 2, MOVABLE);
	fixture_fill(&f);
	to = sb_pfn_down(BASE) + 64;
	fixture_free(&f, to, 0);
	fixture_free(&f, to + 1, 0);
	EXPECT_EQ(sb_migrate_unit(&f.inst, own->pfn, &how, &unit), -ENOMEM);
	how.mode = SB_MIGRATE_SYNC_LIGHT;
	EXPECT_EQ(sb_migrate_unit(&f.inst, own->pfn, &how, &unit), 0);
	mover_exit(&m);
	fixture_drop(&f);
}

/* What was allocated for Normal alone does not come to HighMem, nor to another node. */
static void a_unit_stays_in_the_zones_of_its_request(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	struct mover_unit *low, *high;
	unsigned int i;

	cfg.lowmem_bytes = 4 * MiB;
	fixture_add_bank(&cfg, BASE + 8 * MiB, 8 * MiB, 1);
	boot_config(&cfg);
	low = mover_alloc(&m, 8, SB_GFP_MOVABLE);
	high = mover_alloc(&m, 8, SB_GFP_MOVABLE | SB_GFP_HIGHMEM);
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(migrate(low->pfn), 0);
		EXPECT_EQ(fixture_zone_of(&f, low->pfn)->type, SB_ZONE_NORMAL);
		EXPECT_EQ(migrate(high->pfn), 0);
		EXPECT_EQ(fixture_zone_of(&f, high->pfn)->type, SB_ZONE_HIGHMEM);
		EXPECT_EQ(fixture_zone_of(&f, high->pfn)->nid, 0);
	}
	mover_exit(&m);
	end();
}

static void a_unit_prefers_its_node(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	struct sb_request request;
	struct mover_unit *own;
	unsigned long pfn;

	fixture_add_bank(&cfg, BASE + 8 * MiB, 8 * MiB, 1);
	boot_config(&cfg);
	EXPECT_EQ(sb_request_init(&request, MOVABLE, 0, 1), 0);
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 3, &pfn), 0);
	own = mover_adopt(&m, pfn, 3, SB_MOVABLE, MOVABLE);
	EXPECT_EQ(migrate(pfn), 0);
	EXPECT_EQ(fixture_zone_of(&f, own->pfn)->nid, 1);
	end();
}

static void parts_of_a_block_keep_the_mark_until_they_are_freed(void)
{
	unsigned long pfn, i;

	boot();
	pfn = (unsigned long)fixture_alloc(&f, 4, SB_MOVABLE);
	sb_migrate_mark(&f.inst, pfn, 16, true);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn + 3, 2), 0);
	for (i = 0; i < 16; i++)
		EXPECT_EQ(can_move(pfn + i), i != 3 && i != 4);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn + 8, 3), 0);
	for (i = 8; i < 16; i++)
		EXPECT(can_move(pfn + i));
	CHECK(&f);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn, 3), 0);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn + 5, 11), 0);
	pfn = (unsigned long)fixture_alloc(&f, 4, SB_MOVABLE);
	EXPECT(!can_move(pfn));
	fixture_free(&f, pfn, 4);
	end();
}

/* By way of a per-CPU list, quarantine, or neither. */
static void freed_pages_are_not_marked_when_somebody_has_them_again(void)
{
	static const unsigned int orders[] = { 0, 3, 5 };
	unsigned int i, rests;
	unsigned long pfn;

	boot();
	for (rests = 0; rests < 2; rests++) {
		EXPECT_EQ(sb_debug_set_quarantine(&f.inst, rests * 100), 0);
		for (i = 0; i < ARRAY_SIZE(orders); i++) {
			unsigned long nr_pages = sb_order_pages(orders[i]);

			pfn = (unsigned long)fixture_alloc(&f, orders[i], SB_MOVABLE);
			sb_migrate_mark(&f.inst, pfn, nr_pages, true);
			fixture_free(&f, pfn, orders[i]);
			EXPECT(!can_move(pfn));
			sb_quarantine_drain_all(&f.inst);
			EXPECT(!can_move(pfn));
			pfn = (unsigned long)fixture_alloc(&f, orders[i], SB_MOVABLE);
			EXPECT(!can_move(pfn));
			fixture_free(&f, pfn, orders[i]);
		}
	}
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 0), 0);
	end();
}

static void the_mark_is_beside_all_else(void)
{
	struct sb_request request = { .order = 3, .type = SB_RECLAIMABLE, .gfp = SB_GFP_COMP };
	struct sb_page_info info;
	unsigned long pfn;

	boot();
	EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), 0);
	sb_migrate_mark(&f.inst, pfn, 8, true);
	EXPECT(sb_page_is_comp(sb_memmap_page(&f.inst.map, pfn)));
	sb_memmap_info(&f.inst, pfn + 1, &info);
	EXPECT_EQ(info.type, SB_RECLAIMABLE);
	EXPECT_EQ(info.order, 3);
	CHECK(&f);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn), 1);
	EXPECT(can_move(pfn));
	EXPECT_EQ(sb_hwpoison_unmark(&f.inst, pfn), 0);
	sb_migrate_mark(&f.inst, pfn, 8, false);
	EXPECT(sb_page_is_comp(sb_memmap_page(&f.inst.map, pfn)));
	EXPECT(!can_move(pfn));
	fixture_free(&f, pfn, 3);
	end();
}

/* More than a pageblock, in many pieces. */
static void a_long_unit_is_marked_all_along(void)
{
	struct mover_unit *own;
	unsigned long i;

	boot();
	own = mover_alloc(&m, 777, MOVABLE);
	for (i = 0; i < 777; i++)
		EXPECT(can_move(own->pfn + i));
	EXPECT(!can_move(own->pfn + 777));
	sb_migrate_mark(&f.inst, own->pfn, 777, false);
	for (i = 0; i < 777; i++)
		EXPECT(!can_move(own->pfn + i));
	sb_migrate_mark(&f.inst, own->pfn, 777, true);
	end();
}

static void a_compound_block_stays_one(void)
{
	struct sb_request request = { .order = 3, .type = SB_MOVABLE, .gfp = SB_GFP_COMP };
	struct mover_unit *own;
	unsigned long pfn;

	boot();
	EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), 0);
	own = mover_adopt(&m, pfn, 8, SB_MOVABLE, SB_GFP_MOVABLE | SB_GFP_COMP);
	EXPECT_EQ(migrate(pfn), 0);
	EXPECT_EQ(sb_alloc_split(&f.inst, own->pfn, 3), -EPERM);
	end();
}

static void *attach_owners(void)
{
	void *owners = calloc(1, (size_t)sb_owner_size(&f.inst));

	f.pid = 7;
	EXPECT_EQ(sb_owner_attach(&f.inst, owners), 0);
	return owners;
}

static const char *owner_text(unsigned long pfn)
{
	static char text[4096];
	struct sb_out out = { .text = text, .size = sizeof(text) };

	text[0] = '\0';
	sb_owner_show(&out, &f.inst, pfn);
	return text;
}

/* When, by whom and from where it was allocated; a process that moves it is not its owner. */
static void page_owner_follows_a_unit(void)
{
	const struct sb_migration how = { .reason = SB_MR_CONTIG_RANGE };
	struct sb_owner before, after, left;
	struct sb_stack stack;
	struct mover_unit *own;
	unsigned long from, bad;
	void *owners;

	boot();
	owners = attach_owners();
	own = mover_alloc(&m, 5, MOVABLE);
	from = own->pfn;
	sb_owner_find(&f.inst, from, &before, NULL, NULL);
	EXPECT(!strstr(owner_text(from), "migrated"));
	f.pid = 8;
	EXPECT_EQ(sb_migrate_unit(&f.inst, from, &how, &unit), 0);
	EXPECT_EQ(sb_owner_find(&f.inst, own->pfn + 4, &after, &stack, NULL), own->pfn + 4);
	EXPECT_EQ(after.order, 0);
	EXPECT_EQ(sb_owner_find(&f.inst, own->pfn + 3, &after, &stack, NULL), own->pfn);
	EXPECT_EQ(after.order, 2);
	EXPECT_EQ(after.pid, 7);
	EXPECT_EQ(after.ns, before.ns);
	EXPECT(after.in_use);
	EXPECT_EQ(stack.entry[1], 0x2007);
	EXPECT(strstr(owner_text(own->pfn),
		      "Page has been migrated, last migrate reason: contig_range\n\n"));
	sb_owner_find(&f.inst, from, &left, NULL, NULL);
	EXPECT(!left.in_use);
	EXPECT_EQ(left.pid, 7);
	EXPECT_EQ(left.free_pid, 8);
	from = own->pfn;
	mover_free(&m, own);
	EXPECT_EQ(sb_contig_alloc_range(&f.inst, from, from + 5, SB_MOVABLE, 0, &bad), 0);
	EXPECT(strstr(owner_text(from), "order 2"));
	EXPECT(!strstr(owner_text(from), "migrated"));
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, from, 5), 0);
	EXPECT(sb_owner_detach(&f.inst) == owners);
	free(owners);
	end();
}

static void pieces_that_differ_have_their_owner_each(void)
{
	struct sb_contig contig = { .request = { .type = SB_MOVABLE }, .nr_pages = 13 };
	struct mover_unit *own;
	struct sb_owner owner;
	unsigned long pfn, i;
	void *owners;

	boot();
	owners = attach_owners();
	contig.min_pfn = sb_pfn_down(BASE) + 1027;
	EXPECT_EQ(sb_contig_alloc(&f.inst, &contig, &pfn), 0);
	own = mover_adopt(&m, pfn, 13, SB_MOVABLE, MOVABLE);
	EXPECT_EQ(migrate(pfn), 0);
	for (i = 0; i < 13; i++) {
		sb_owner_find(&f.inst, own->pfn + i, &owner, NULL, NULL);
		EXPECT(owner.in_use);
		EXPECT_EQ(owner.ns, i < 8 ? 1 : 3);
	}
	EXPECT(sb_owner_detach(&f.inst) == owners);
	free(owners);
	end();
}

static void a_place_that_was_written_to_is_found_before_it_is_used(void)
{
	struct mover_unit *own;
	unsigned long from, i;

	boot();
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	own = mover_alloc(&m, 2, MOVABLE);
	from = own->pfn;
	EXPECT_EQ(migrate(from), 0);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_WRITE], 0);
	/* Where it was it comes to again. */
	mover_memory(&m, from)[17] = 0x55;
	for (i = 0; i < 2; i++)
		EXPECT_EQ(migrate(own->pfn), 0);
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_WRITE], 1);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, false), 0);
	end();
}

static void bad_memory_leaves_circulation_when_what_was_there_moves(void)
{
	struct mover_unit *own;
	unsigned long from;

	boot();
	own = mover_alloc(&m, 8, MOVABLE);
	from = own->pfn;
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, from + 3), 1);
	EXPECT_EQ(migrate(from), 0);
	EXPECT_EQ(state_of(from + 3), SB_PAGE_POISONED);
	EXPECT(state_of(from + 4) != SB_PAGE_ALLOC);
	EXPECT_EQ(sb_hwpoison_count(&f.inst), 1);
	EXPECT_EQ(migrate(own->pfn), 0);
	EXPECT(own->pfn + 8 <= from || own->pfn >= from + 8);
	end();
}

static void what_was_left_rests_in_quarantine(void)
{
	struct mover_unit *own;
	unsigned long from;

	boot();
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 100), 0);
	own = mover_alloc(&m, 8, MOVABLE);
	from = own->pfn;
	EXPECT_EQ(migrate(from), 0);
	EXPECT_EQ(state_of(from), SB_PAGE_QUARANTINE);
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 0), 0);
	end();
}

static void each_move_is_told(void)
{
	const struct sb_migration how = { SB_MIGRATE_SYNC_LIGHT, SB_MR_MEMORY_HOTPLUG, NULL, NULL };
	const struct sb_event *last;
	struct mover_unit *own;
	unsigned long from;

	boot();
	own = mover_alloc(&m, 8, MOVABLE);
	from = own->pfn;
	sb_instance_hook(&f.inst, SB_HOOK_TRACE, true);
	unit_events_clear();
	EXPECT_EQ(sb_migrate_unit(&f.inst, from + 1, &how, &unit), 0);
	last = unit_event(unit_nr_events - 1);
	EXPECT_EQ(last->kind, SB_TRACE_MIGRATE);
	EXPECT_EQ(last->pfn, from);
	EXPECT_EQ(last->nr_pages, 8);
	EXPECT_EQ(last->mode, SB_MIGRATE_SYNC_LIGHT);
	EXPECT_EQ(last->reason, SB_MR_MEMORY_HOTPLUG);
	EXPECT_EQ(last->failed, 0);
	own->pinned = true;
	unit_events_clear();
	EXPECT_EQ(sb_migrate_unit(&f.inst, own->pfn, &how, &unit), -EBUSY);
	EXPECT_EQ(unit_nr_events, 1);
	EXPECT_EQ(unit_event(0)->failed, 1);
	sb_instance_hook(&f.inst, SB_HOOK_TRACE, false);
	end();
}

static void modes_and_reasons_have_linux_s_names(void)
{
	EXPECT_STR(sb_migrate_mode_name(SB_MIGRATE_SYNC_LIGHT), "MIGRATE_SYNC_LIGHT");
	EXPECT_STR(sb_migrate_mode_name(3), "unknown");
	EXPECT_STR(sb_migrate_reason_name(SB_MR_MEMORY_HOTPLUG), "memory_hotplug");
	EXPECT_STR(sb_migrate_reason_name(4), "unknown");
	EXPECT_STR(sb_migrate_reason_name(99), "unknown");
}

UNIT_MAIN(UNIT_CASE(a_unit_moves_with_its_contents),
	  UNIT_CASE(any_page_of_a_unit_of_any_size_will_do),
	  UNIT_CASE(a_unit_at_an_odd_place_moves), UNIT_CASE(a_pinned_unit_stays),
	  UNIT_CASE(pages_that_nobody_answers_for_stay),
	  UNIT_CASE(only_a_live_instance_moves_anything),
	  UNIT_CASE(an_owner_that_fails_keeps_the_old_place),
	  UNIT_CASE(a_unit_that_is_not_what_its_owner_says_stays),
	  UNIT_CASE(a_target_says_where_to), UNIT_CASE(without_a_place_a_unit_stays),
	  UNIT_CASE(who_does_not_wait_has_nothing_drained),
	  UNIT_CASE(a_unit_stays_in_the_zones_of_its_request), UNIT_CASE(a_unit_prefers_its_node),
	  UNIT_CASE(parts_of_a_block_keep_the_mark_until_they_are_freed),
	  UNIT_CASE(freed_pages_are_not_marked_when_somebody_has_them_again),
	  UNIT_CASE(the_mark_is_beside_all_else), UNIT_CASE(a_long_unit_is_marked_all_along),
	  UNIT_CASE(a_compound_block_stays_one), UNIT_CASE(page_owner_follows_a_unit),
	  UNIT_CASE(pieces_that_differ_have_their_owner_each),
	  UNIT_CASE(a_place_that_was_written_to_is_found_before_it_is_used),
	  UNIT_CASE(bad_memory_leaves_circulation_when_what_was_there_moves),
	  UNIT_CASE(what_was_left_rests_in_quarantine), UNIT_CASE(each_move_is_told),
	  UNIT_CASE(modes_and_reasons_have_linux_s_names))

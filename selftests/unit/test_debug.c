// SPDX-License-Identifier: GPL-2.0-only
/* Debug modes: filled pages, guards and quarantine, switched while pages come and go. */
#include "fixture.h"
#include "debug.h"
#include "guard.h"
#include "hwpoison.h"
#include "owner.h"
#include "quarantine.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;
static struct sb_zone *zone;

static void boot(unsigned int pcp_high)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_high = pcp_high;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_pcp_drain_all(&f.inst);
	unit_warnings = 0;
}

static unsigned char *mem(unsigned long pfn)
{
	return f.memory[0] + (pfn - PFN) * SB_PAGE_SIZE;
}

static bool is_filled(unsigned long pfn, unsigned char byte)
{
	return mem(pfn)[0] == byte && !memcmp(mem(pfn), mem(pfn) + 1, SB_PAGE_SIZE - 1);
}

static enum sb_page_state state_of(unsigned long pfn)
{
	struct sb_page_info info;

	EXPECT(sb_memmap_info(&f.inst, pfn, &info));
	return info.state;
}

static unsigned long alloc(unsigned int order)
{
	long pfn = fixture_alloc(&f, order, SB_MOVABLE);

	EXPECT(pfn > 0);
	CHECK(&f);
	return (unsigned long)pfn;
}

/* From now on only blocks of the largest order are split. */
static void take_small_blocks(void)
{
	unsigned int order;

	for (order = 0; order < 10; order++)
		while (fixture_free_blocks(&f, order, SB_MOVABLE))
			alloc(order);
}

static void give(unsigned long pfn, unsigned int order)
{
	fixture_free(&f, pfn, order);
	CHECK(&f);
}

static unsigned long found(enum sb_finding_kind kind)
{
	return f.inst.debug.found[kind];
}

static void switched_on_all_free_pages_are_filled_and_none_in_use(void)
{
	unsigned long pfn, used, i;

	boot(64);
	used = alloc(3);
	memset(mem(used), 0x33, 8 * SB_PAGE_SIZE);
	pfn = alloc(0);
	give(pfn, 0);
	EXPECT_EQ(state_of(pfn), SB_PAGE_PCP);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), -EALREADY);
	for (i = PFN; i < PFN + 4096; i++)
		if (state_of(i) == SB_PAGE_FREE || state_of(i) == SB_PAGE_PCP)
			EXPECT(is_filled(i, 0xaa));
	EXPECT(is_filled(used + 7, 0x33));
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	give(used, 3);
	EXPECT(is_filled(used + 7, 0xaa));
	fixture_exit(&f);
}

static void a_write_after_free_is_told_when_the_page_is_given_again(void)
{
	unsigned long pfn;

	boot(64);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	pfn = alloc(0);
	memset(mem(pfn), 0, SB_PAGE_SIZE);
	give(pfn, 0);
	mem(pfn)[100] = 0xab;
	EXPECT_EQ(alloc(0), pfn);
	EXPECT_EQ(found(SB_FINDING_WRITE), 1);
	EXPECT_EQ(f.inst.debug.last.pfn, pfn);
	EXPECT_EQ(f.inst.debug.last.offset, 100);
	EXPECT_EQ(f.inst.debug.last.bytes, 1);
	EXPECT_EQ(f.inst.debug.last.value, 0xab);
	EXPECT_EQ(f.inst.debug.last.wanted, 0xaa);
	EXPECT_EQ(unit_warnings, 1);
	EXPECT(strstr(unit_last_warning, "test: write after free: pfn 0x90"));
	EXPECT(strstr(unit_last_warning,
		      "offset 100: 0xaa is 0xab, 1 byte, a single bit; owner not known"));
	give(pfn, 0);
	fixture_exit(&f);
}

static void every_bad_page_of_a_block_is_told(void)
{
	unsigned long pfn;

	boot(0);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	pfn = alloc(4);
	give(pfn, 4);
	mem(pfn + 3)[0] = 1;
	mem(pfn + 3)[4095] = 2;
	mem(pfn + 15)[4095] = 3;
	EXPECT_EQ(alloc(4), pfn);
	EXPECT_EQ(found(SB_FINDING_WRITE), 2);
	EXPECT_EQ(f.inst.debug.last.pfn, pfn + 15);
	EXPECT_EQ(f.inst.debug.last.offset, 4095);
	give(pfn, 4);
	fixture_exit(&f);
}

static void a_scan_tells_of_it_once(void)
{
	boot(0);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	mem(PFN + 1000)[8] = 0;
	mem(PFN + 1001)[9] = 0;
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 2);
	EXPECT_EQ(found(SB_FINDING_WRITE), 2);
	EXPECT_EQ(f.inst.debug.last.pfn, PFN + 1001);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	fixture_exit(&f);
}

static void switched_off_nothing_is_filled_or_told(void)
{
	unsigned long pfn;

	boot(64);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	pfn = alloc(0);
	memset(mem(pfn), 0x55, SB_PAGE_SIZE);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, false), 0);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, false), -EALREADY);
	EXPECT_EQ(f.inst.hooks, 0);
	give(pfn, 0);
	EXPECT(is_filled(pfn, 0x55));
	EXPECT_EQ(alloc(0), pfn);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	give(pfn, 0);
	/* On again, what was freed meanwhile is nobody's fault. */
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	EXPECT_EQ(alloc(0), pfn);
	EXPECT_EQ(found(SB_FINDING_WRITE), 0);
	give(pfn, 0);
	fixture_exit(&f);
}

static void pages_taken_while_it_was_switched_are_not_looked_at(void)
{
	unsigned long pfn;
	u32 before;

	boot(64);
	EXPECT_EQ(sb_debug_verifying(&f.inst), 0);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	before = sb_debug_verifying(&f.inst);
	pfn = alloc(0);
	memset(mem(pfn), 0, SB_PAGE_SIZE);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, false), 0);
	sb_debug_verify(&f.inst, pfn, 1, before);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	sb_debug_verify(&f.inst, pfn, 1, before);
	sb_debug_verify(&f.inst, pfn, 1, 0);
	EXPECT_EQ(found(SB_FINDING_WRITE), 0);
	sb_debug_verify(&f.inst, pfn, 1, sb_debug_verifying(&f.inst));
	EXPECT_EQ(found(SB_FINDING_WRITE), 1);
	give(pfn, 0);
	fixture_exit(&f);
}

static void the_rest_of_an_exact_buffer_is_filled(void)
{
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = SB_GFP_KERNEL
	};
	unsigned long pfn;

	boot(64);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 3, &pfn), 0);
	memset(mem(pfn), 0, 3 * SB_PAGE_SIZE);
	/* One byte too far. */
	mem(pfn + 3)[0] = 0;
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 1);
	EXPECT_EQ(f.inst.debug.last.pfn, pfn + 3);
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, 3), 0);
	fixture_exit(&f);
}

static void pages_that_come_in_bulk_are_looked_at(void)
{
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = SB_GFP_KERNEL
	};
	unsigned long pfn, pfns[4] = { SB_PFN_NONE, SB_PFN_NONE, SB_PFN_NONE, SB_PFN_NONE };
	int i;

	boot(64);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	pfn = alloc(0);
	give(pfn, 0);
	mem(pfn)[0] = 0;
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, 4, pfns), 4);
	EXPECT_EQ(found(SB_FINDING_WRITE), 1);
	for (i = 0; i < 4; i++)
		give(pfns[i], 0);
	fixture_exit(&f);
}

static void pages_handed_over_later_are_filled(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_reserve(&cfg, BASE + MiB, 64 * 1024);
	cfg.page_poison = true;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.hooks, SB_HOOK_POISON);
	memset(mem(PFN + 256), 0, 16 * SB_PAGE_SIZE);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + MiB, 64 * 1024), 16);
	EXPECT(is_filled(PFN + 256, 0xaa));
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	fixture_exit(&f);
}

static void boot_zeroed(unsigned int pcp_high)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_high = pcp_high;
	cfg.init_on_free = true;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	EXPECT_EQ(f.inst.hooks, SB_HOOK_ZERO);
}

static void what_was_written_to_is_zeroed_when_it_is_freed(void)
{
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = SB_GFP_KERNEL
	};
	unsigned int order;
	unsigned long pfn;

	boot_zeroed(64);
	for (order = 0; order <= 10; order++) {
		pfn = alloc(order);
		EXPECT(is_filled(pfn, 0));
		memset(mem(pfn), 0x33, SB_PAGE_SIZE << order);
		give(pfn, order);
		EXPECT(is_filled(pfn, 0));
		EXPECT(is_filled(pfn + sb_order_pages(order) - 1, 0));
	}
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 5, &pfn), 0);
	memset(mem(pfn), 0x33, 5 * SB_PAGE_SIZE);
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, 5), 0);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	EXPECT_EQ(found(SB_FINDING_WRITE), 0);
	fixture_exit(&f);
}

/* What is written to pages that are free shows whether they were zeroed since. */
static void pages_that_nobody_had_are_not_zeroed_again(void)
{
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = SB_GFP_KERNEL
	};
	unsigned long pfn, pfns[4] = { [0 ... 3] = SB_PFN_NONE };

	boot_zeroed(64);
	pfn = alloc(3);
	give(pfn, 3);
	mem(pfn + 5)[0] = 1;
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 5, &pfn), 0);
	CHECK(&f);
	EXPECT_EQ(mem(pfn + 5)[0], 1);
	mem(pfn + 5)[0] = 0;
	mem(pfn + 4)[0] = 1;
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, 5), 0);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, 4, pfns), 4);
	mem(pfns[3])[0] = 1;
	EXPECT_EQ(sb_alloc_free_bulk(&f.inst, 4, pfns), 4);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	fixture_exit(&f);
}

/* Without per-CPU lists it gets one; singly all would come. */
static void a_request_for_many_zeroed_pages_is_one(void)
{
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = SB_GFP_KERNEL
	};
	unsigned long pfns[4] = { [0 ... 3] = SB_PFN_NONE };

	boot_zeroed(0);
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, 4, pfns), 1);
	give(pfns[0], 0);
	fixture_exit(&f);
}

static void bad_pages_are_zeroed_as_well(void)
{
	unsigned long pfn;

	boot_zeroed(0);
	pfn = alloc(2);
	memset(mem(pfn), 0x33, 4 * SB_PAGE_SIZE);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn + 1), 1);
	give(pfn, 2);
	EXPECT(is_filled(pfn, 0));
	EXPECT(is_filled(pfn + 1, 0));
	memset(mem(pfn + 1), 0x33, SB_PAGE_SIZE);
	EXPECT_EQ(sb_hwpoison_unmark(&f.inst, pfn + 1), 0);
	EXPECT(is_filled(pfn + 1, 0));
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	fixture_exit(&f);
}

static void a_scan_tells_which_free_pages_are_not_zero(void)
{
	boot_zeroed(0);
	mem(PFN + 1000)[8] = 1;
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 1);
	EXPECT_EQ(f.inst.debug.last.pfn, PFN + 1000);
	EXPECT_EQ(f.inst.debug.last.wanted, 0);
	EXPECT(is_filled(PFN + 1000, 0));
	fixture_exit(&f);
}

static void pages_handed_over_are_zeroed(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_reserve(&cfg, BASE + MiB, 64 * 1024);
	cfg.init_on_free = true;
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	memset(f.memory[0], 0x33, 16 * MiB);
	while (f.inst.stage != SB_STAGE_LIVE)
		EXPECT_EQ(sb_instance_step(&f.inst), 0);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	EXPECT(is_filled(PFN, 0));
	EXPECT(is_filled(PFN + 256, 0x33));
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + MiB, 64 * 1024), 16);
	EXPECT(is_filled(PFN + 256, 0));
	fixture_exit(&f);
}

static void zeroed_pages_are_not_filled_with_anything_else(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct sb_instance inst;

	boot_zeroed(0);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), -EBUSY);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, false), -EALREADY);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 2), 0);
	give(alloc(0), 0);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 0), 0);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	fixture_exit(&f);
	cfg.init_on_free = true;
	cfg.page_poison = true;
	unit_warnings = 0;
	EXPECT_EQ(sb_instance_init(&inst, &cfg, &f.inst.reach), -EINVAL);
	EXPECT(strstr(unit_last_warning, "page_poison with init_on_free"));
}

static void pages_without_memory_are_never_wrong(void)
{
	struct sb_config cfg = fixture_config(BASE, 128 * MiB);
	long pfn;

	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 1), 0);
	pfn = fixture_alloc(&f, 0, SB_MOVABLE);
	fixture_free(&f, (unsigned long)pfn, 0);
	f.inst.reach.page = NULL;
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	fixture_exit(&f);
}

static void a_split_below_the_order_leaves_guards(void)
{
	unsigned long pfn, before;

	boot(0);
	take_small_blocks();
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 2), 0);
	before = zone->nr_free;
	pfn = alloc(0);
	EXPECT_EQ(state_of(pfn + 1), SB_PAGE_GUARD);
	EXPECT(is_filled(pfn + 1, 0x4e));
	EXPECT_EQ(state_of(pfn ^ 2), SB_PAGE_GUARD);
	EXPECT_EQ(state_of(pfn ^ 4), SB_PAGE_FREE);
	EXPECT_EQ(zone->nr_guard, 3);
	EXPECT_EQ(zone->nr_free, before - 4);
	fixture_exit(&f);
}

static void freed_the_block_and_its_guards_are_one_again(void)
{
	unsigned long pfn, before;

	boot(0);
	before = zone->nr_free;
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 3), 0);
	pfn = alloc(0);
	EXPECT(zone->nr_guard > 0);
	give(pfn, 0);
	EXPECT_EQ(zone->nr_guard, 0);
	EXPECT_EQ(zone->nr_free, before);
	EXPECT_EQ(found(SB_FINDING_OVERRUN), 0);
	fixture_exit(&f);
}

static void an_overrun_is_told_when_the_block_is_freed(void)
{
	unsigned long pfn;

	boot(0);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 1), 0);
	pfn = alloc(0);
	memset(mem(pfn), 0, SB_PAGE_SIZE + 7);
	give(pfn, 0);
	EXPECT_EQ(found(SB_FINDING_OVERRUN), 1);
	EXPECT_EQ(f.inst.debug.last.pfn, pfn + 1);
	EXPECT_EQ(f.inst.debug.last.offset, 0);
	EXPECT_EQ(f.inst.debug.last.bytes, 7);
	EXPECT(strstr(unit_last_warning, "test: overrun: pfn 0x90"));
	fixture_exit(&f);
}

static void the_checker_tells_of_it_as_well_and_once(void)
{
	static char text[4096];
	struct sb_out out = { .text = text, .size = sizeof(text) };
	unsigned long pfn;

	boot(0);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 1), 0);
	pfn = alloc(0);
	mem(pfn + 1)[2000] = 0;
	EXPECT_EQ(sb_check(&f.inst, &out), 0);
	EXPECT_STR(text, "1 guard pages were written to: see the log\n");
	EXPECT_EQ(found(SB_FINDING_OVERRUN), 1);
	EXPECT_EQ(sb_check(&f.inst, NULL), 0);
	give(pfn, 0);
	EXPECT_EQ(found(SB_FINDING_OVERRUN), 1);
	fixture_exit(&f);
}

static void guards_and_filled_pages_get_along(void)
{
	unsigned long pfn;

	boot(64);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 2), 0);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	pfn = alloc(1);
	give(pfn, 1);
	sb_pcp_drain_all(&f.inst);
	pfn = alloc(5);
	EXPECT_EQ(found(SB_FINDING_WRITE), 0);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	give(pfn, 5);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 0), 0);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	fixture_exit(&f);
}

static void switched_off_all_guards_become_free(void)
{
	unsigned long pfn[8], free, i;

	boot(64);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 3), 0);
	for (i = 0; i < 8; i++)
		pfn[i] = alloc(i % 3);
	free = zone->nr_free;
	i = zone->nr_guard;
	EXPECT(i > 0);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 0), 0);
	CHECK(&f);
	EXPECT_EQ(zone->nr_guard, 0);
	EXPECT_EQ(zone->nr_free, free + i);
	for (i = 0; i < 8; i++)
		give(pfn[i], i % 3);
	fixture_exit(&f);
}

static void the_order_of_guards_has_limits(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	boot(64);
	EXPECT_EQ(sb_guard_order_max(&f.inst.cfg), 5);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 6), -EINVAL);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, ~0u), -EINVAL);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 5), 0);
	fixture_exit(&f);
	cfg.debug_guardpage_minorder = 6;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	cfg.debug_guardpage_minorder = 0;
	cfg.quarantine_pages = SB_QUARANTINE_MAX + 1;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	cfg.quarantine_pages = 16;
	cfg.pageblock_order = 1;
	cfg.debug_guardpage_minorder = 1;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.hooks, SB_HOOK_GUARD | SB_HOOK_QUARANTINE);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 2), -EINVAL);
	fixture_exit(&f);
}

static void freed_blocks_rest_and_leave_in_their_order(void)
{
	unsigned long a, b, c, free;

	boot(64);
	a = alloc(1);
	b = alloc(1);
	c = alloc(1);
	sb_pcp_drain_all(&f.inst);
	free = zone->nr_free;
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 4), 0);
	give(b, 1);
	give(a, 1);
	EXPECT_EQ(state_of(b + 1), SB_PAGE_QUARANTINE);
	EXPECT_EQ(zone->nr_free, free);
	EXPECT_EQ(zone->nr_quarantine, 4);
	give(c, 1);
	EXPECT_EQ(state_of(b), SB_PAGE_FREE);
	EXPECT_EQ(state_of(a), SB_PAGE_QUARANTINE);
	EXPECT_EQ(state_of(c), SB_PAGE_QUARANTINE);
	EXPECT_EQ(sb_alloc_free(&f.inst, a, 1), -EALREADY);
	EXPECT_EQ(sb_quarantine_drain_all(&f.inst), 4);
	CHECK(&f);
	EXPECT_EQ(zone->nr_free, free + 6);
	fixture_exit(&f);
}

static void a_block_larger_than_the_quarantine_leaves_at_once(void)
{
	unsigned long pfn, free;

	boot(64);
	free = zone->nr_free;
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 8), 0);
	pfn = alloc(4);
	give(pfn, 4);
	EXPECT_EQ(zone->nr_quarantine, 0);
	EXPECT_EQ(zone->nr_free, free);
	fixture_exit(&f);
}

static void resting_blocks_are_looked_at_as_they_leave(void)
{
	unsigned long pfn;

	boot(64);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 8), 0);
	pfn = alloc(3);
	give(pfn, 3);
	mem(pfn + 4)[5] = 0;
	EXPECT_EQ(found(SB_FINDING_WRITE), 0);
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 0), 0);
	EXPECT_EQ(found(SB_FINDING_WRITE), 1);
	EXPECT_EQ(f.inst.debug.last.pfn, pfn + 4);
	EXPECT_EQ(state_of(pfn), SB_PAGE_FREE);
	fixture_exit(&f);
}

static void a_request_that_can_wait_gets_what_rests(void)
{
	struct sb_request request = { .order = 10,
				      .type = SB_MOVABLE,
				      .zone = SB_ZONE_NORMAL,
				      .nid = SB_NID_ANY,
				      .gfp = SB_GFP_ATOMIC };
	long all[8];
	unsigned long pfn;
	int nr = 0;

	boot(64);
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 4096), 0);
	while (nr < 8 && (all[nr] = fixture_alloc(&f, 10, SB_MOVABLE)) > 0)
		nr++;
	EXPECT(nr > 0);
	fixture_free(&f, (unsigned long)all[--nr], 10);
	EXPECT_EQ(zone->nr_quarantine, 1024);
	EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), -ENOMEM);
	request.gfp = SB_GFP_KERNEL;
	EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), 0);
	EXPECT_EQ(zone->nr_quarantine, 0);
	fixture_exit(&f);
}

static void findings_name_who_had_the_page(void)
{
	static char text[4096];
	struct sb_out out = { .text = text, .size = sizeof(text) };
	void *table;
	unsigned long pfn;

	boot(64);
	table = calloc(1, sb_owner_size(&f.inst));
	EXPECT_EQ(sb_owner_attach(&f.inst, table), 0);
	EXPECT_EQ(sb_debug_set_poison(&f.inst, true), 0);
	EXPECT_EQ(sb_debug_set_guard(&f.inst, 1), 0);
	f.pid = 41;
	pfn = alloc(3);
	f.pid = 42;
	give(pfn, 3);
	mem(pfn + 5)[16] = 0;
	f.pid = 43;
	EXPECT_EQ(alloc(3), pfn);
	EXPECT_EQ(f.inst.debug.last.owner.pid, 41);
	EXPECT_EQ(f.inst.debug.last.owner.free_pid, 42);
	EXPECT_EQ(f.inst.debug.last.owner_pfn, pfn);
	EXPECT_EQ(f.inst.debug.last.stack.entry[1], 0x2000 + 41);
	EXPECT_EQ(f.inst.debug.last.free_stack.entry[1], 0x2000 + 42);
	EXPECT(strstr(unit_last_warning, "last owner pid 41 (process 41)"));
	EXPECT(strstr(unit_last_warning, "by pid 42"));
	give(pfn, 3);
	pfn = alloc(0);
	mem(pfn ^ 1)[0] = 0;
	EXPECT_EQ(sb_debug_scan(&f.inst, true), 1);
	EXPECT(strstr(unit_last_warning, "; owner pid 43 (process 43)"));
	sb_debug_show(&out, &f.inst);
	EXPECT(strstr(text, "poison 1\nguard 1\nowner 1\nquarantine 0\n"));
	EXPECT(strstr(text, "found_write_after_free 1\nfound_overrun 1\n"
			    "found_object_write_after_free 0\nfound_object_overrun 0\n"
			    "last overrun: pfn 0x9"));
	EXPECT(strstr(text, "\nallocated 0x1000 < 0x202b\n"));
	EXPECT(sb_owner_detach(&f.inst) == table);
	free(table);
	give(pfn, 0);
	fixture_exit(&f);
}

static void the_checker_recounts_guards_and_quarantine(void)
{
	static char text[4096];
	struct sb_out out = { .text = text, .size = sizeof(text) };

	boot(0);
	zone->nr_guard = 3;
	EXPECT(sb_check(&f.inst, &out) > 0);
	EXPECT(strstr(text, "0 pages are guards, the counter says 3"));
	fixture_drop(&f);
	boot(0);
	EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 64), 0);
	give(alloc(2), 2);
	zone->quarantine.first = SB_PAGE_LINK_NONE;
	out.used = 0;
	EXPECT(sb_check(&f.inst, &out) > 0);
	EXPECT(strstr(text, "the quarantine ends at"));
	fixture_drop(&f);
}

/* Any mode at any time, with requests in between: never a finding that is none. */
static void modes_are_switched_at_random(void)
{
	unsigned long steps = unit_iterations(3000), nr = 0, i;
	u64 seed = unit_seed();
	struct {
		unsigned long pfn;
		unsigned int order;
	} held[64];

	boot(64);
	for (i = 0; i < steps; i++) {
		u64 dice = unit_below(&seed, 100);

		if (dice < 2) {
			sb_debug_set_poison(&f.inst, unit_below(&seed, 2));
		} else if (dice < 4) {
			sb_debug_set_guard(&f.inst, (unsigned int)unit_below(&seed, 6));
		} else if (dice < 6) {
			sb_debug_set_quarantine(&f.inst, unit_below(&seed, 3) * 100);
		} else if (dice < 7) {
			EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
		} else if (dice < 60 && nr < ARRAY_SIZE(held)) {
			unsigned int order = (unsigned int)unit_below(&seed, 7);
			long pfn = fixture_alloc(&f, order, (unsigned int)unit_below(&seed, 3));

			if (pfn < 0)
				continue;
			memset(mem((unsigned long)pfn), (int)i, SB_PAGE_SIZE << order);
			held[nr].pfn = (unsigned long)pfn;
			held[nr++].order = order;
		} else if (nr) {
			size_t which = unit_below(&seed, nr);

			fixture_free(&f, held[which].pfn, held[which].order);
			held[which] = held[--nr];
		}
		CHECK(&f);
	}
	EXPECT_EQ(found(SB_FINDING_WRITE) + found(SB_FINDING_OVERRUN), 0);
	fixture_exit(&f);
}

/* A thread that allocates, writes and frees while modes change. */
static void *churn(void *arg)
{
	u64 seed = 77 + (u64)(size_t)arg;
	unsigned long i;

	sb_host_cpu = (unsigned int)(size_t)arg;
	for (i = 0; i < 3000; i++) {
		unsigned int order = (unsigned int)unit_below(&seed, 5);
		long pfn = fixture_alloc(&f, order, SB_MOVABLE);

		if (pfn < 0)
			continue;
		memset(mem((unsigned long)pfn), 0, SB_PAGE_SIZE << order);
		fixture_free(&f, (unsigned long)pfn, order);
	}
	return NULL;
}

static void modes_are_switched_while_others_allocate(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	pthread_t threads[3];
	void *table;
	size_t i;

	cfg.nr_cpus = 4;
	fixture_boot(&f, &cfg);
	table = malloc(sb_owner_size(&f.inst));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, churn, (void *)(i + 1)), 0);
	for (i = 0; i < 30; i++) {
		sb_debug_set_poison(&f.inst, true);
		memset(table, 0, sb_owner_size(&f.inst));
		EXPECT_EQ(sb_owner_attach(&f.inst, table), 0);
		EXPECT_EQ(sb_debug_set_guard(&f.inst, 2), 0);
		EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 32), 0);
		EXPECT(sb_owner_detach(&f.inst) == table);
		EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 0), 0);
		EXPECT_EQ(sb_debug_set_guard(&f.inst, 0), 0);
		sb_debug_set_poison(&f.inst, false);
	}
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	free(table);
	EXPECT_EQ(found(SB_FINDING_WRITE) + found(SB_FINDING_OVERRUN), 0);
	EXPECT_EQ(f.inst.hooks, 0);
	sb_host_cpu = 0;
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(switched_on_all_free_pages_are_filled_and_none_in_use),
	  UNIT_CASE(a_write_after_free_is_told_when_the_page_is_given_again),
	  UNIT_CASE(every_bad_page_of_a_block_is_told), UNIT_CASE(a_scan_tells_of_it_once),
	  UNIT_CASE(switched_off_nothing_is_filled_or_told),
	  UNIT_CASE(pages_taken_while_it_was_switched_are_not_looked_at),
	  UNIT_CASE(the_rest_of_an_exact_buffer_is_filled),
	  UNIT_CASE(pages_that_come_in_bulk_are_looked_at),
	  UNIT_CASE(pages_handed_over_later_are_filled),
	  UNIT_CASE(what_was_written_to_is_zeroed_when_it_is_freed),
	  UNIT_CASE(pages_that_nobody_had_are_not_zeroed_again),
	  UNIT_CASE(a_request_for_many_zeroed_pages_is_one),
	  UNIT_CASE(bad_pages_are_zeroed_as_well),
	  UNIT_CASE(a_scan_tells_which_free_pages_are_not_zero),
	  UNIT_CASE(pages_handed_over_are_zeroed),
	  UNIT_CASE(zeroed_pages_are_not_filled_with_anything_else),
	  UNIT_CASE(pages_without_memory_are_never_wrong),
	  UNIT_CASE(a_split_below_the_order_leaves_guards),
	  UNIT_CASE(freed_the_block_and_its_guards_are_one_again),
	  UNIT_CASE(an_overrun_is_told_when_the_block_is_freed),
	  UNIT_CASE(the_checker_tells_of_it_as_well_and_once),
	  UNIT_CASE(guards_and_filled_pages_get_along),
	  UNIT_CASE(switched_off_all_guards_become_free), UNIT_CASE(the_order_of_guards_has_limits),
	  UNIT_CASE(freed_blocks_rest_and_leave_in_their_order),
	  UNIT_CASE(a_block_larger_than_the_quarantine_leaves_at_once),
	  UNIT_CASE(resting_blocks_are_looked_at_as_they_leave),
	  UNIT_CASE(a_request_that_can_wait_gets_what_rests),
	  UNIT_CASE(findings_name_who_had_the_page),
	  UNIT_CASE(the_checker_recounts_guards_and_quarantine),
	  UNIT_CASE(modes_are_switched_at_random),
	  UNIT_CASE(modes_are_switched_while_others_allocate))

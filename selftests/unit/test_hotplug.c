// SPDX-License-Identifier: GPL-2.0-only
/* Memory that comes and goes: each rule, each way to fail, and that all goes back. */
#include <unistd.h>

#include "alloc.h"
#include "cma.h"
#include "debug.h"
#include "fixture.h"
#include "handover.h"
#include "hotplug.h"
#include "hwpoison.h"
#include "isolate.h"
#include "model_mover.h"
#include "region_iter.h"
#include "show.h"
#include "zonelist.h"

#define BASE 0x80000000ull
#define FIRST 0x80000ul
#define BLOCK (4 * MiB)
#define PAGES 1024ul

static struct fixture f;
static struct sb_pinned pinned;

/* 16 MiB of the boot, and room for as much again on both sides of 16 MiB more. */
static struct sb_config config(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.section_bytes = BLOCK;
	cfg.window_base = BASE - 16 * MiB;
	cfg.window_bytes = 64 * MiB;
	return cfg;
}

/* Address and first page of the block with this number, counted from the boot's first. */
static u64 at(int block)
{
	return BASE + (u64)(block * (long long)BLOCK);
}

static unsigned long pfn_of(int block)
{
	return sb_pfn_down(at(block));
}

static int add(int block, unsigned int nr)
{
	int err = sb_hotplug_add(&f.inst, at(block), nr * BLOCK, 0);

	CHECK(&f);
	return err;
}

static int online(int block, unsigned int nr, enum sb_online how)
{
	int err = sb_hotplug_online(&f.inst, at(block), nr * BLOCK, how);

	CHECK(&f);
	return err;
}

static int offline(int block, unsigned int nr)
{
	int err = sb_hotplug_offline(&f.inst, at(block), nr * BLOCK, &pinned);

	CHECK(&f);
	return err;
}

static int take_out(int block, unsigned int nr)
{
	int err = sb_hotplug_remove(&f.inst, at(block), nr * BLOCK);

	CHECK(&f);
	return err;
}

/* All that files tell; free pages of per-CPU lists count where they came from. */
static void tell(char *text, size_t size)
{
	struct sb_out out = { .text = text, .size = size };

	sb_pcp_drain_all(&f.inst);
	text[0] = '\0';
	sb_show_regions(&out, &f.inst.regions.memory);
	sb_show_regions(&out, &f.inst.regions.reserved);
	sb_show_buddyinfo(&out, &f.inst);
	sb_show_zoneinfo(&out, &f.inst);
}

static char before[1 << 16], after[1 << 16];

static void add_to_remove_leaves_no_trace(void)
{
	struct sb_config cfg = config();
	int zones[] = { SB_ONLINE, SB_ONLINE_KERNEL, SB_ONLINE_MOVABLE };
	unsigned long present;
	unsigned int i;

	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	present = f.inst.map.nr_present;
	for (i = 0; i < ARRAY_SIZE(zones); i++) {
		tell(before, sizeof(before));
		EXPECT_EQ(add(4, 3), 0);
		EXPECT_EQ(online(4, 3, zones[i]), 0);
		EXPECT_EQ(offline(4, 3), 0);
		EXPECT_EQ(take_out(4, 3), 0);
		tell(after, sizeof(after));
		EXPECT_STR(after, before);
		EXPECT_EQ(f.inst.map.nr_present, present);
	}
	fixture_exit(&f);
}

/* Somebody who may have been led to descriptors while they were online, and is held up. */
static struct reader {
	bool looks;
	bool removing;
	bool removed;
} reader;

static void *look_for_long(void *unused)
{
	unsigned long irq;

	sb_host_cpu = 1;
	irq = sb_irq_save();
	WRITE_ONCE(reader.looks, true);
	while (!READ_ONCE(reader.removing))
		sched_yield();
	usleep(20000);
	EXPECT(!READ_ONCE(reader.removed));
	sb_irq_restore(irq);
	return NULL;
}

static void descriptors_stay_while_somebody_looks(void)
{
	struct sb_config cfg = config();
	pthread_t thread;

	fixture_boot(&f, &cfg);
	memset(&reader, 0, sizeof(reader));
	EXPECT_EQ(add(4, 1), 0);
	EXPECT_EQ(online(4, 1, SB_ONLINE), 0);
	EXPECT_EQ(offline(4, 1), 0);
	EXPECT(!sb_memmap_exists(&f.inst, pfn_of(4)));
	pthread_create(&thread, NULL, look_for_long, NULL);
	while (!READ_ONCE(reader.looks))
		sched_yield();
	WRITE_ONCE(reader.removing, true);
	EXPECT_EQ(sb_hotplug_remove(&f.inst, at(4), BLOCK), 0);
	WRITE_ONCE(reader.removed, true);
	pthread_join(thread, NULL);
	fixture_exit(&f);
}

static void descriptors_elsewhere_are_given_back(void)
{
	struct sb_config cfg = config();
	unsigned long managed, nr_free;
	struct sb_zone *zone;

	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	managed = zone->managed;
	nr_free = zone->nr_free;
	EXPECT_EQ(add(4, 2), 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(zone->managed, managed);
	EXPECT_EQ(zone->nr_free, nr_free - 4);
	EXPECT_EQ(online(4, 2, SB_ONLINE), 0);
	EXPECT_EQ(zone->managed, managed + 2 * PAGES);
	/* What describes others does not go. */
	EXPECT_EQ(offline(4, 2), 0);
	EXPECT_EQ(take_out(5, 1), 0);
	EXPECT_EQ(take_out(4, 1), 0);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(zone->nr_free, nr_free);
	fixture_exit(&f);
}

static void memory_is_used_where_it_went(void)
{
	struct sb_config cfg = config();
	struct sb_zone *movable;
	unsigned long pfn;

	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(add(4, 1), 0);
	EXPECT_EQ(online(4, 1, SB_ONLINE_MOVABLE), 0);
	movable = fixture_zone(&f, SB_ZONE_MOVABLE);
	EXPECT_EQ(movable->start_pfn, pfn_of(4));
	EXPECT_EQ(movable->spanned, PAGES);
	EXPECT_EQ(movable->present, PAGES);
	/* Two pages of descriptors stay reserved. */
	EXPECT_EQ(movable->managed, PAGES - 2);
	EXPECT_EQ(movable->nr_free, PAGES - 2);
	EXPECT_EQ(f.inst.nodes[0].end_pfn, pfn_of(5));
	EXPECT_EQ(f.inst.nodes[0].zonelist->nr_zones, 2);
	EXPECT_EQ(f.inst.nodes[0].zonelist->zone[0], SB_ZONE_MOVABLE);
	EXPECT_EQ(f.inst.nodes[3].zonelist->zone[0], SB_ZONE_MOVABLE);
	EXPECT_EQ(sb_page_state(sb_memmap_page(&f.inst.map, pfn_of(4))), SB_PAGE_RESERVED);
	pfn = (unsigned long)fixture_ask(
		&f, (struct sb_request){
			    .zone = SB_ZONE_MOVABLE, .type = SB_MOVABLE, .order = 4, .nid = 0 });
	EXPECT(pfn >= pfn_of(4) && pfn < pfn_of(5));
	fixture_free(&f, pfn, 4);
	EXPECT_EQ(offline(4, 1), 0);
	EXPECT_EQ(movable->spanned, 0);
	EXPECT_EQ(movable->managed, 0);
	EXPECT_EQ(f.inst.nodes[0].end_pfn, pfn_of(4));
	EXPECT_EQ(f.inst.nodes[0].zonelist->nr_zones, 1);
	EXPECT_EQ(take_out(4, 1), 0);
	fixture_exit(&f);
}

static void the_largest_blocks_go_behind_what_is_free(void)
{
	struct sb_config cfg = config();
	unsigned long last;

	fixture_boot(&f, &cfg);
	EXPECT_EQ(add(4, 1), 0);
	last = fixture_free_blocks(&f, 10, SB_MOVABLE);
	EXPECT_EQ(online(4, 1, SB_ONLINE), 0);
	EXPECT_EQ(fixture_free_blocks(&f, 10, SB_MOVABLE), last + 1);
	EXPECT_EQ(f.inst.map.base_pfn +
			  fixture_zone(&f, SB_ZONE_NORMAL)->free_area[10].list[SB_MOVABLE].last,
		  pfn_of(4));
	fixture_exit(&f);
}

static void ranges_that_cannot_be_added_are_refused(void)
{
	struct sb_config cfg = config();

	fixture_reserve(&cfg, at(7), 4096);
	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	tell(before, sizeof(before));
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(4), 0, 0), -EINVAL);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(4) + 4096, BLOCK, 0), -EINVAL);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(4), BLOCK - 4096, 0), -EINVAL);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(4), BLOCK, 1), -EINVAL);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(4), BLOCK, SB_NID_ANY), -EINVAL);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(4), BLOCK, SB_MAX_NODES), -EINVAL);
	EXPECT_EQ(add(-5, 1), -ERANGE);
	EXPECT_EQ(add(11, 2), -ERANGE);
	EXPECT_EQ(sb_hotplug_add(&f.inst, 0 - (u64)BLOCK, 2 * BLOCK, 0), -ERANGE);
	EXPECT_EQ(add(3, 2), -EEXIST);
	EXPECT_EQ(add(7, 1), -EEXIST);
	tell(after, sizeof(after));
	EXPECT_STR(after, before);
	EXPECT_EQ(add(4, 1), 0);
	EXPECT_EQ(add(4, 1), -EEXIST);
	EXPECT_EQ(add(-4, 1), 0);
	fixture_exit(&f);
}

static void an_instance_that_is_flat_or_not_live_has_no_hotplug(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(4), BLOCK, 0), -EOPNOTSUPP);
	EXPECT_EQ(sb_hotplug_offline(&f.inst, at(0), BLOCK, NULL), -EOPNOTSUPP);
	fixture_exit(&f);
	cfg = config();
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(4), BLOCK, 0), -ENODEV);
	fixture_drop(&f);
	fixture_boot(&f, &cfg);
	f.inst.corrupt = true;
	EXPECT_EQ(sb_hotplug_online(&f.inst, at(0), BLOCK, SB_ONLINE), -EIO);
	EXPECT_EQ(sb_hotplug_remove(&f.inst, at(0), BLOCK), -EIO);
	fixture_drop(&f);
}

/* The largest block of pages must not lie in two. */
static void small_sections_go_online_and_offline_together(void)
{
	struct sb_config cfg = config();

	cfg.section_bytes = BLOCK / 4;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_memory_block_pages(&f.inst), PAGES);
	EXPECT_EQ(sb_hotplug_offline(&f.inst, at(0), BLOCK / 4, NULL), -EINVAL);
	EXPECT_EQ(offline(1, 1), 0);
	EXPECT_EQ(take_out(1, 1), 0);
	EXPECT_EQ(add(1, 1), 0);
	EXPECT_EQ(online(1, 1, SB_ONLINE), 0);
	fixture_exit(&f);
}

static void steps_out_of_order_are_refused(void)
{
	struct sb_config cfg = config();

	fixture_boot(&f, &cfg);
	EXPECT_EQ(online(4, 1, SB_ONLINE), -ENOENT);
	EXPECT_EQ(offline(4, 1), -ENOENT);
	EXPECT_EQ(take_out(4, 1), -ENOENT);
	EXPECT_EQ(online(0, 1, SB_ONLINE), -EALREADY);
	EXPECT_EQ(take_out(0, 1), -EBUSY);
	EXPECT_EQ(add(4, 2), 0);
	EXPECT_EQ(offline(4, 1), -EALREADY);
	EXPECT_EQ(online(4, 1, SB_ONLINE_OFFLINE), -EINVAL);
	EXPECT_EQ(online(4, 1, SB_NR_ONLINE), -EINVAL);
	EXPECT_EQ(sb_hotplug_online(&f.inst, at(4), 4096, SB_ONLINE), -EINVAL);
	EXPECT_EQ(online(4, 1, SB_ONLINE), 0);
	EXPECT_EQ(online(4, 2, SB_ONLINE), -EALREADY);
	EXPECT_EQ(offline(4, 2), -EALREADY);
	EXPECT_EQ(take_out(4, 2), -EBUSY);
	EXPECT_EQ(sb_hotplug_offline(&f.inst, at(4) + 4096, BLOCK, NULL), -EINVAL);
	EXPECT_EQ(online(5, 1, SB_ONLINE_MOVABLE), 0);
	/* Of two zones. */
	EXPECT_EQ(offline(4, 2), -EINVAL);
	fixture_exit(&f);
}

static void a_tracker_that_is_full_adds_nothing(void)
{
	struct sb_config cfg = config();
	unsigned int i;

	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	/* Reserved ranges outside of the window; it has one entry left, then none. */
	for (i = 0; f.inst.regions.reserved.nr < SB_REGIONS_INITIAL - 1; i++)
		EXPECT_EQ(sb_region_reserve(&f.inst.regions, i * 8192, 4096), 0);
	tell(before, sizeof(before));
	EXPECT_EQ(add(5, 1), 0);
	EXPECT_EQ(take_out(5, 1), 0);
	/* The second block's descriptors find no place, so the first ones' go as well. */
	EXPECT_EQ(add(5, 2), -ENOMEM);
	tell(after, sizeof(after));
	EXPECT_STR(after, before);
	EXPECT_EQ(sb_region_reserve(&f.inst.regions, i * 8192, 4096), 0);
	EXPECT_EQ(add(5, 1), -ENOMEM);
	for (i = 0; f.inst.regions.memory.nr < SB_REGIONS_INITIAL; i++)
		EXPECT_EQ(sb_region_add(&f.inst.regions, i * 8192, 4096, 0, 0), 0);
	f.inst.cfg.memmap_on_memory = false;
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(4), BLOCK, 0), -ENOMEM);
	fixture_drop(&f);
}

static void descriptors_that_cannot_be_mapped_undo_it_all(void)
{
	struct sb_config cfg = config();
	int inside;

	for (inside = 0; inside < 2; inside++) {
		cfg.memmap_on_memory = inside;
		fixture_boot(&f, &cfg);
		tell(before, sizeof(before));
		f.fail_map = f.nr_map_calls + 2;
		EXPECT_EQ(add(4, 3), -ENOMEM);
		tell(after, sizeof(after));
		if (inside)
			EXPECT_STR(after, before);
		EXPECT_EQ(add(4, 3), 0);
		fixture_exit(&f);
	}
}

static void no_page_for_descriptors_is_no_memory(void)
{
	struct sb_config cfg = config();
	unsigned int regions;

	fixture_boot(&f, &cfg);
	fixture_fill(&f);
	regions = f.inst.regions.memory.nr;
	EXPECT_EQ(add(4, 1), -ENOMEM);
	EXPECT_EQ(f.inst.regions.memory.nr, regions);
	f.inst.cfg.memmap_on_memory = true;
	EXPECT_EQ(add(4, 1), 0);
	fixture_exit(&f);
}

/* The first page that a request of @type finds in the block; those before it stay free. */
static unsigned long use(int block, unsigned int type)
{
	static unsigned long passed[8 * PAGES];
	unsigned long nr = 0, pfn = 0;
	long got;

	while (nr < ARRAY_SIZE(passed)) {
		got = fixture_alloc(&f, 0, type);
		EXPECT(got > 0);
		pfn = (unsigned long)got;
		if (got <= 0 || (pfn >= pfn_of(block) && pfn < pfn_of(block + 1)))
			break;
		passed[nr++] = pfn;
	}
	while (nr--)
		fixture_free(&f, passed[nr], 0);
	return pfn;
}

static void what_cannot_move_pins_a_block(void)
{
	struct sb_config cfg = config();
	unsigned long pfn;

	fixture_boot(&f, &cfg);
	pfn = use(1, SB_UNMOVABLE);
	EXPECT_EQ(offline(1, 1), -EBUSY);
	EXPECT_EQ(pinned.state, SB_PAGE_ALLOC);
	EXPECT_EQ(pinned.type, SB_UNMOVABLE);
	EXPECT_STR(pinned.reason, "unmovable");
	EXPECT(pinned.pfn >= pfn_of(1) && pinned.pfn <= pfn);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_isolated_blocks, 0);
	fixture_exit(&f);
}

static struct mover m;

/* A unit of one page in the block. */
static struct mover_unit *unit_in(int block)
{
	return mover_adopt(&m, use(block, SB_MOVABLE), 1, SB_MOVABLE,
			   SB_GFP_KERNEL | SB_GFP_MOVABLE);
}

static void what_is_in_use_moves_out_of_the_way(void)
{
	struct sb_config cfg = config();
	struct mover_unit *unit[20];
	unsigned int i;

	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	for (i = 0; i < ARRAY_SIZE(unit); i++)
		unit[i] = unit_in(1);
	EXPECT_EQ(offline(1, 1), 0);
	for (i = 0; i < ARRAY_SIZE(unit); i++)
		EXPECT(unit[i]->pfn < pfn_of(1) || unit[i]->pfn >= pfn_of(2));
	mover_expect_all(&m);
	EXPECT_EQ(m.nr_move, ARRAY_SIZE(unit));
	mover_exit(&m);
	fixture_exit(&f);
}

static void a_pinned_unit_pins_a_block_and_is_told(void)
{
	struct sb_config cfg = config();
	struct mover_unit *unit;
	unsigned long pfn;
	char text[SB_UNIT_NAME_LEN];

	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	unit = unit_in(1);
	pfn = unit->pfn;
	unit->pinned = true;
	EXPECT_EQ(offline(1, 1), -EBUSY);
	EXPECT_STR(pinned.reason, "pinned");
	EXPECT_EQ(pinned.pfn, pfn);
	EXPECT(pinned.movable);
	EXPECT_EQ(pinned.type, SB_MOVABLE);
	snprintf(text, sizeof(text), "unit %llu, pinned", unit->stamp);
	EXPECT_STR(pinned.text, text);
	unit->pinned = false;
	EXPECT_EQ(offline(1, 1), 0);
	mover_exit(&m);
	fixture_exit(&f);
}

static void without_a_place_to_move_to_a_block_stays(void)
{
	struct sb_config cfg = config();

	fixture_boot(&f, &cfg);
	mover_init(&m, &f);
	mover_adopt(&m, (unsigned long)fixture_alloc(&f, 10, SB_MOVABLE), PAGES, SB_MOVABLE,
		    SB_GFP_KERNEL | SB_GFP_MOVABLE);
	EXPECT_EQ(m.unit[0].pfn, pfn_of(0));
	fixture_fill(&f);
	EXPECT_EQ(offline(0, 1), -ENOMEM);
	EXPECT_STR(pinned.reason, "pinned");
	EXPECT_EQ(pinned.pfn, m.unit[0].pfn);
	fixture_exit(&f);
}

static void nobody_answers_for_what_stays(void)
{
	struct sb_config cfg = config();
	unsigned long pfn;

	fixture_boot(&f, &cfg);
	pfn = use(1, SB_MOVABLE);
	EXPECT_EQ(offline(1, 1), -EBUSY);
	EXPECT_STR(pinned.reason, "unmovable");
	EXPECT_EQ(pinned.pfn, pfn);
	EXPECT_EQ(pinned.type, SB_MOVABLE);
	EXPECT(!pinned.movable);
	fixture_exit(&f);
}

static void metadata_of_the_instance_pins_a_block(void)
{
	struct sb_config cfg = config();

	fixture_boot(&f, &cfg);
	EXPECT_EQ(offline(3, 1), -EBUSY);
	EXPECT_STR(pinned.reason, "metadata");
	EXPECT_EQ(pinned.state, SB_PAGE_RESERVED);
	fixture_exit(&f);
	fixture_reserve(&cfg, at(1) + 8 * 4096, 4096);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(offline(1, 1), -EBUSY);
	EXPECT_STR(pinned.reason, "reserved");
	EXPECT_EQ(pinned.pfn, pfn_of(1) + 8);
	/* With nowhere to look. */
	EXPECT_EQ(sb_hotplug_offline(&f.inst, at(1), BLOCK, NULL), -EBUSY);
	fixture_exit(&f);
}

static void descriptors_of_others_pin_a_block(void)
{
	struct sb_config cfg = config();
	int i;

	fixture_boot(&f, &cfg);
	EXPECT_EQ(add(5, 1), 0);
	for (i = 0; i < 3; i++)
		if (offline(i, 1))
			break;
	EXPECT_STR(pinned.reason, "metadata");
	EXPECT_EQ(pinned.state, i < 3 ? SB_PAGE_ALLOC : SB_PAGE_RESERVED);
	EXPECT_EQ(sb_handover_release(&f.inst, at(3) + BLOCK - 4096, 4096), -EBUSY);
	fixture_exit(&f);
}

static void nobody_releases_descriptors_in_a_block(void)
{
	struct sb_config cfg = config();

	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(add(5, 1), 0);
	EXPECT_EQ(online(5, 1, SB_ONLINE), 0);
	EXPECT_EQ(sb_handover_release(&f.inst, at(5), 4096), -EBUSY);
	EXPECT_EQ(sb_handover_release(&f.inst, at(5) + 4096, 4096), -EBUSY);
	fixture_exit(&f);
}

static void a_cma_area_pins_a_block(void)
{
	struct sb_config cfg = config();

	cfg.nr_cma = 1;
	snprintf(cfg.cma[0].name, sizeof(cfg.cma[0].name), "a");
	cfg.cma[0].base = at(1) + BLOCK / 2;
	cfg.cma[0].size = BLOCK / 4;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(offline(1, 1), -EBUSY);
	EXPECT_STR(pinned.reason, "CMA area");
	EXPECT_EQ(pinned.pfn, pfn_of(1) + PAGES / 2);
	EXPECT_EQ(offline(0, 1), 0);
	fixture_exit(&f);
}

static void what_another_isolated_pins_a_block(void)
{
	struct sb_config cfg = config();
	struct sb_isolation range = { .start = FIRST + PAGES + 256,
				      .end = FIRST + PAGES + 512,
				      .type = SB_MOVABLE };
	unsigned long bad;

	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_isolate_range(&f.inst, &range, &bad), 0);
	EXPECT_EQ(offline(1, 1), -EBUSY);
	EXPECT_STR(pinned.reason, "isolated by another");
	EXPECT_EQ(pinned.pfn, range.start);
	sb_isolate_undo(&f.inst, range.start, range.end);
	EXPECT_EQ(offline(1, 1), 0);
	fixture_exit(&f);
}

static void boot_memory_goes_and_comes_back(void)
{
	struct sb_config cfg = config();
	struct sb_zone *zone;

	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	tell(before, sizeof(before));
	EXPECT_EQ(offline(1, 1), 0);
	EXPECT_EQ(zone->spanned, 4 * PAGES);
	EXPECT_EQ(zone->present, 3 * PAGES);
	EXPECT_EQ(zone->present_early, 3 * PAGES);
	EXPECT_EQ(offline(0, 1), 0);
	EXPECT_EQ(zone->start_pfn, pfn_of(2));
	EXPECT_EQ(zone->spanned, 2 * PAGES);
	EXPECT_EQ(online(0, 2, SB_ONLINE), 0);
	tell(after, sizeof(after));
	EXPECT_STR(after, before);
	EXPECT_EQ(offline(0, 2), 0);
	EXPECT_EQ(take_out(0, 2), 0);
	EXPECT(!sb_region_is_memory(&f.inst.regions, at(0)));
	EXPECT_EQ(add(0, 2), 0);
	EXPECT_EQ(online(0, 2, SB_ONLINE), 0);
	EXPECT_EQ(zone->present, 4 * PAGES);
	EXPECT_EQ(zone->present_early, 2 * PAGES);
	fixture_exit(&f);
}

static void a_block_with_holes_or_two_zones_stays(void)
{
	struct sb_config cfg = config();

	cfg.banks[0].size = 15 * MiB;
	cfg.dma_bytes = 6 * MiB;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(offline(3, 1), -EINVAL);
	EXPECT_STR(pinned.reason, "memory holes");
	EXPECT_EQ(offline(1, 1), -EINVAL);
	EXPECT_STR(pinned.reason, "several zones");
	EXPECT_EQ(add(3, 1), -EEXIST);
	EXPECT_EQ(offline(0, 1), 0);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_DMA)->start_pfn, pfn_of(1));
	fixture_exit(&f);
}

static void bad_pages_go_with_their_block_and_keep_it_away(void)
{
	struct sb_config cfg = config();
	unsigned long managed;
	struct sb_zone *zone;

	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	managed = zone->managed;
	EXPECT_EQ(add(4, 1), 0);
	EXPECT_EQ(online(4, 1, SB_ONLINE), 0);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn_of(4) + 77), 0);
	EXPECT_EQ(offline(4, 1), 0);
	EXPECT_EQ(zone->nr_hwpoison, 0);
	EXPECT_EQ(zone->managed, managed);
	EXPECT_EQ(online(4, 1, SB_ONLINE), -EHWPOISON);
	/* A new module in the same place has good pages. */
	EXPECT_EQ(take_out(4, 1), 0);
	EXPECT_EQ(add(4, 1), 0);
	EXPECT_EQ(online(4, 1, SB_ONLINE), 0);
	fixture_exit(&f);
}

static void a_bad_page_does_not_keep_a_block_from_being_put_back(void)
{
	struct sb_config cfg = config();

	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_hwpoison_mark(&f.inst, pfn_of(0) + 99), 0);
	use(1, SB_UNMOVABLE);
	tell(before, sizeof(before));
	EXPECT_EQ(offline(0, 2), -EBUSY);
	EXPECT(pinned.pfn >= pfn_of(1));
	tell(after, sizeof(after));
	EXPECT_STR(after, before);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_hwpoison, 1);
	fixture_exit(&f);
}

static void what_is_reserved_for_high_atomic_goes_as_well(void)
{
	struct sb_config cfg = config();
	struct sb_zone *zone;

	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	fixture_set_type(&f, pfn_of(1) + 256, SB_HIGHATOMIC);
	EXPECT_EQ(zone->nr_reserved_highatomic, 256);
	EXPECT_EQ(offline(1, 1), 0);
	EXPECT_EQ(zone->nr_reserved_highatomic, 0);
	EXPECT_EQ(online(1, 1, SB_ONLINE), 0);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, pfn_of(1) + 256), SB_MOVABLE);
	fixture_exit(&f);
}

static void modes_go_with_it(void)
{
	struct sb_config cfg = config();

	cfg.page_poison = true;
	cfg.quarantine_pages = 64;
	cfg.debug_guardpage_minorder = 2;
	fixture_boot(&f, &cfg);
	fixture_free(&f, (unsigned long)fixture_alloc(&f, 3, SB_MOVABLE), 3);
	fixture_free(&f, (unsigned long)fixture_alloc(&f, 0, SB_MOVABLE), 0);
	EXPECT_EQ(offline(0, 3), 0);
	EXPECT_EQ(online(0, 3, SB_ONLINE), 0);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
	fixture_exit(&f);
}

/* What notifiers were told, a letter each; one of them is refused, if it is to be. */
static char told[64];
static int refused = SB_NR_HOTPLUG_EVENTS;
static unsigned int refuse_nr;

static int notify(void *ctx, enum sb_hotplug_event event, unsigned long start_pfn,
		  unsigned long nr_pages, int nid, struct sb_zone *zone)
{
	struct sb_memory_block block;
	size_t nr = strlen(told);

	EXPECT(ctx == told);
	EXPECT_EQ(nr_pages, PAGES);
	EXPECT_EQ(nid, zone->nid);
	EXPECT(sb_memory_block_get(&f.inst, start_pfn / PAGES, &block));
	EXPECT_EQ(block.state,
		  event == SB_GOING_ONLINE || event == SB_CANCEL_ONLINE || event == SB_OFFLINED ?
			  SB_BLOCK_OFFLINE :
		  event == SB_ONLINED ? SB_BLOCK_ONLINE :
					SB_BLOCK_GOING_OFFLINE);
	told[nr] = "gcoGCO"[event];
	told[nr + 1] = '\0';
	return (int)event == refused && !refuse_nr-- ? -EPERM : 0;
}

static void refuse(enum sb_hotplug_event event, unsigned int nr)
{
	refused = (int)event;
	refuse_nr = nr;
	told[0] = '\0';
}

static void notifiers_are_told_and_may_refuse(void)
{
	static const struct sb_hotplug_ops ops = { .notify = notify };
	struct sb_config cfg = config();

	fixture_boot(&f, &cfg);
	sb_hotplug_set_ops(&f.inst, &ops, told);
	EXPECT_EQ(add(4, 2), 0);
	tell(before, sizeof(before));
	refuse(SB_GOING_ONLINE, 0);
	EXPECT_EQ(online(4, 2, SB_ONLINE), -EPERM);
	EXPECT_STR(told, "gc");
	refuse(SB_GOING_ONLINE, 1);
	EXPECT_EQ(online(4, 2, SB_ONLINE), -EPERM);
	EXPECT_STR(told, "gogcGO");
	tell(after, sizeof(after));
	EXPECT_STR(after, before);
	/* Nobody is asked whether it is over. */
	refuse(SB_ONLINED, 0);
	EXPECT_EQ(online(4, 2, SB_ONLINE), 0);
	EXPECT_STR(told, "gogo");
	tell(before, sizeof(before));
	refuse(SB_GOING_OFFLINE, 1);
	EXPECT_EQ(offline(4, 2), -EPERM);
	EXPECT_STR(told, "GOGCgo");
	EXPECT_STR(pinned.reason, "refused by a notifier");
	tell(after, sizeof(after));
	EXPECT_STR(after, before);
	refuse(SB_NR_HOTPLUG_EVENTS, 0);
	/* Isolation comes before anybody is asked. */
	fixture_alloc(&f, 10, SB_UNMOVABLE);
	use(2, SB_UNMOVABLE);
	EXPECT_EQ(offline(2, 1), -EBUSY);
	EXPECT_STR(told, "");
	EXPECT_STR(sb_hotplug_event_name(SB_GOING_OFFLINE), "MEM_GOING_OFFLINE");
	sb_hotplug_set_ops(&f.inst, NULL, NULL);
	fixture_exit(&f);
}

/* What is waited for: it comes to pass at the last try, if there is one. */
static struct {
	unsigned int tries;
	unsigned int last;
	int err;
	struct mover_unit *unit;
} waits;

static int again(void *ctx, unsigned int tries)
{
	EXPECT_EQ(tries, waits.tries++);
	if (tries < waits.last)
		return 0;
	if (waits.unit && !waits.err) {
		sb_migrate_mark(&f.inst, waits.unit->pfn, waits.unit->nr_pages, true);
		waits.unit->pinned = false;
	}
	return waits.err;
}

static int offline_with_patience(unsigned int last, int err, struct mover_unit *unit)
{
	waits.tries = 0;
	waits.last = last;
	waits.err = err;
	waits.unit = unit;
	refuse(SB_NR_HOTPLUG_EVENTS, 0);
	return offline(1, 1);
}

static void what_may_pass_is_waited_for(void)
{
	static const struct sb_hotplug_ops ops = { .notify = notify, .again = again };
	struct sb_config cfg = config();
	struct mover_unit *unit;

	fixture_boot(&f, &cfg);
	sb_hotplug_set_ops(&f.inst, &ops, told);
	mover_init(&m, &f);
	unit = unit_in(1);
	/* Its owner does not know it yet. */
	sb_migrate_mark(&f.inst, unit->pfn, unit->nr_pages, false);
	EXPECT_EQ(offline_with_patience(3, -EINTR, unit), -EINTR);
	EXPECT_EQ(waits.tries, 4);
	EXPECT_STR(told, "GC");
	EXPECT_EQ(pinned.pfn, unit->pfn);
	EXPECT_EQ(offline_with_patience(3, 0, unit), 0);
	EXPECT_EQ(waits.tries, 4);
	EXPECT_STR(told, "GO");
	EXPECT_EQ(online(1, 1, SB_ONLINE), 0);
	/* Or holds it still. */
	unit = unit_in(1);
	unit->pinned = true;
	EXPECT_EQ(offline_with_patience(2, -EBUSY, NULL), -EBUSY);
	EXPECT_EQ(offline_with_patience(2, 0, unit), 0);
	EXPECT_EQ(waits.tries, 3);
	mover_exit(&m);
	sb_hotplug_set_ops(&f.inst, NULL, NULL);
	fixture_exit(&f);
}

static void what_stays_for_good_is_not_waited_for(void)
{
	static const struct sb_hotplug_ops ops = { .notify = notify, .again = again };
	struct sb_config cfg = config();

	fixture_boot(&f, &cfg);
	sb_hotplug_set_ops(&f.inst, &ops, told);
	fixture_alloc(&f, 10, SB_UNMOVABLE);
	use(1, SB_UNMOVABLE);
	EXPECT_EQ(offline_with_patience(9, -EINTR, NULL), -EBUSY);
	EXPECT_EQ(waits.tries, 0);
	sb_hotplug_set_ops(&f.inst, NULL, NULL);
	fixture_exit(&f);
}

static void a_range_that_fails_in_the_middle_is_as_before(void)
{
	struct sb_config cfg = config();

	fixture_boot(&f, &cfg);
	use(1, SB_UNMOVABLE);
	tell(before, sizeof(before));
	EXPECT_EQ(offline(0, 3), -EBUSY);
	EXPECT(pinned.pfn >= pfn_of(1));
	tell(after, sizeof(after));
	EXPECT_STR(after, before);
	fixture_exit(&f);
}

static void watermarks_follow(void)
{
	struct sb_config cfg = config();
	struct sb_zone *normal, *movable;

	cfg.min_free_kbytes = 1024;
	cfg.watermark_scale_factor = 100;
	cfg.lowmem_reserve_ratio[SB_ZONE_NORMAL] = 32;
	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	normal = fixture_zone(&f, SB_ZONE_NORMAL);
	movable = fixture_zone(&f, SB_ZONE_MOVABLE);
	tell(before, sizeof(before));
	EXPECT_EQ(add(4, 4), 0);
	EXPECT_EQ(online(4, 4, SB_ONLINE_MOVABLE), 0);
	EXPECT_EQ(normal->lowmem_reserve[SB_ZONE_MOVABLE], movable->managed / 32);
	EXPECT_EQ(movable->watermark[SB_WMARK_MIN], 32);
	EXPECT_EQ(offline(4, 4), 0);
	EXPECT_EQ(normal->lowmem_reserve[SB_ZONE_MOVABLE], 0);
	EXPECT_EQ(movable->watermark[SB_WMARK_MIN], 0);
	EXPECT_EQ(take_out(4, 4), 0);
	tell(after, sizeof(after));
	EXPECT_STR(after, before);
	fixture_exit(&f);
}

static void a_node_may_become_empty(void)
{
	struct sb_config cfg = config();
	struct sb_request there = { .type = SB_MOVABLE, .zone = SB_ZONE_MOVABLE, .nid = 1 };
	unsigned long pfn;

	fixture_add_bank(&cfg, at(-4), BLOCK, 1);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(offline(-4, 1), 0);
	EXPECT_EQ(f.inst.nodes[1].start_pfn, 0);
	EXPECT_EQ(f.inst.nodes[1].end_pfn, 0);
	EXPECT_EQ(f.inst.nodes[1].zonelist->nr_zones, 1);
	pfn = (unsigned long)fixture_ask(&f, there);
	EXPECT(pfn >= pfn_of(0));
	fixture_free(&f, pfn, 0);
	there.gfp = SB_GFP_THISNODE;
	EXPECT_EQ(fixture_ask(&f, there), -ENOMEM);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(5), BLOCK, 1), 0);
	EXPECT_EQ(online(5, 1, SB_ONLINE_MOVABLE), 0);
	pfn = (unsigned long)fixture_ask(&f, there);
	EXPECT(pfn >= pfn_of(5));
	fixture_free(&f, pfn, 0);
	EXPECT_EQ(online(-4, 1, SB_ONLINE), 0);
	EXPECT_EQ(f.inst.nodes[1].start_pfn, pfn_of(-4));
	EXPECT_EQ(f.inst.nodes[1].end_pfn, pfn_of(6));
	fixture_exit(&f);
}

static void a_small_instance_groups_pages_once_it_has_enough(void)
{
	struct sb_config cfg = config();

	cfg.banks[0].size = 5 * MiB;
	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	EXPECT(!f.inst.blocks.grouping);
	EXPECT_EQ(add(4, 2), 0);
	EXPECT_EQ(online(4, 2, SB_ONLINE_MOVABLE), 0);
	EXPECT(f.inst.blocks.grouping);
	EXPECT_EQ(offline(4, 2), 0);
	EXPECT(!f.inst.blocks.grouping);
	fixture_exit(&f);
}

static void added_memory_goes_online_by_itself(void)
{
	struct sb_config cfg = config();
	struct sb_memory_block block;

	cfg.auto_online = SB_ONLINE_MOVABLE;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(add(4, 2), 0);
	EXPECT(sb_memory_block_get(&f.inst, pfn_of(5) / PAGES, &block));
	EXPECT_EQ(block.state, SB_BLOCK_ONLINE);
	EXPECT(block.zone == fixture_zone(&f, SB_ZONE_MOVABLE));
	EXPECT_EQ(take_out(4, 2), -EBUSY);
	fixture_exit(&f);
}

/* A zone comes while somebody is about to fail. */
static void come_to_help(struct sb_lock *lock)
{
	if (lock != &fixture_zone(&f, SB_ZONE_NORMAL)->lock)
		return;
	unit_lock_hooks.before_lock = NULL;
	EXPECT_EQ(sb_hotplug_online(&f.inst, at(4), BLOCK, SB_ONLINE_MOVABLE), 0);
}

static void a_request_that_fails_looks_at_zones_that_came_meanwhile(void)
{
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_MOVABLE, .nid = 0, .gfp = SB_GFP_MEMALLOC
	};
	struct sb_config cfg = config();
	struct sb_zonelist_iter it;
	unsigned int seq;
	long pfn;

	cfg.pcp_high = 0;
	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(add(4, 1), 0);
	fixture_fill(&f);
	/* A walk that has begun goes on with what it began with. */
	sb_zonelist_begin(&it, &f.inst, &request);
	seq = sb_zonelist_seq(&f.inst);
	EXPECT(sb_zonelist_next(&it) == fixture_zone(&f, SB_ZONE_NORMAL));
	unit_lock_hooks.before_lock = come_to_help;
	pfn = fixture_ask(&f, request);
	EXPECT(pfn >= (long)pfn_of(4));
	EXPECT(!sb_zonelist_next(&it));
	EXPECT(sb_zonelist_seq(&f.inst) != seq);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(add_to_remove_leaves_no_trace), UNIT_CASE(descriptors_elsewhere_are_given_back),
	  UNIT_CASE(descriptors_stay_while_somebody_looks), UNIT_CASE(memory_is_used_where_it_went),
	  UNIT_CASE(the_largest_blocks_go_behind_what_is_free),
	  UNIT_CASE(ranges_that_cannot_be_added_are_refused),
	  UNIT_CASE(an_instance_that_is_flat_or_not_live_has_no_hotplug),
	  UNIT_CASE(small_sections_go_online_and_offline_together),
	  UNIT_CASE(steps_out_of_order_are_refused), UNIT_CASE(a_tracker_that_is_full_adds_nothing),
	  UNIT_CASE(descriptors_that_cannot_be_mapped_undo_it_all),
	  UNIT_CASE(no_page_for_descriptors_is_no_memory), UNIT_CASE(what_cannot_move_pins_a_block),
	  UNIT_CASE(what_is_in_use_moves_out_of_the_way),
	  UNIT_CASE(a_pinned_unit_pins_a_block_and_is_told),
	  UNIT_CASE(without_a_place_to_move_to_a_block_stays),
	  UNIT_CASE(nobody_answers_for_what_stays),
	  UNIT_CASE(metadata_of_the_instance_pins_a_block),
	  UNIT_CASE(descriptors_of_others_pin_a_block),
	  UNIT_CASE(nobody_releases_descriptors_in_a_block), UNIT_CASE(a_cma_area_pins_a_block),
	  UNIT_CASE(what_another_isolated_pins_a_block), UNIT_CASE(boot_memory_goes_and_comes_back),
	  UNIT_CASE(a_block_with_holes_or_two_zones_stays),
	  UNIT_CASE(bad_pages_go_with_their_block_and_keep_it_away),
	  UNIT_CASE(a_bad_page_does_not_keep_a_block_from_being_put_back),
	  UNIT_CASE(what_is_reserved_for_high_atomic_goes_as_well), UNIT_CASE(modes_go_with_it),
	  UNIT_CASE(notifiers_are_told_and_may_refuse), UNIT_CASE(what_may_pass_is_waited_for),
	  UNIT_CASE(what_stays_for_good_is_not_waited_for),
	  UNIT_CASE(a_range_that_fails_in_the_middle_is_as_before), UNIT_CASE(watermarks_follow),
	  UNIT_CASE(a_node_may_become_empty),
	  UNIT_CASE(a_small_instance_groups_pages_once_it_has_enough),
	  UNIT_CASE(added_memory_goes_online_by_itself),
	  UNIT_CASE(a_request_that_fails_looks_at_zones_that_came_meanwhile))

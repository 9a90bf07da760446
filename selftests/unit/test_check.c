// SPDX-License-Identifier: GPL-2.0-only
/* The checker itself: each way an instance can be wrong is told. */
#include "fixture.h"
#include "front.h"
#include "watermark.h"

#define BASE 0x90000000ull

static struct fixture f;
static struct sb_zone *zone;
static char text[1 << 16];

static struct sb_page *page_at(unsigned long pfn)
{
	return sb_memmap_page(&f.inst.map, pfn);
}

static struct sb_free_list *some_list(unsigned int *order)
{
	for (*order = 10; sb_engine_empty(zone, *order, SB_MOVABLE); --*order)
		;
	return &zone->free_area[*order].list[SB_MOVABLE];
}

/* Each breaks one thing; what it must be told by. */
static const char *link_lost(void)
{
	unsigned int order;
	struct sb_free_list *list = some_list(&order);

	list->first = sb_page_next(sb_memmap_at(&f.inst.map, list->first));
	return "blocks, descriptors say";
}

static const char *link_back_wrong(void)
{
	unsigned int order;
	struct sb_free_list *list = some_list(&order);

	sb_page_set_prev(sb_memmap_at(&f.inst.map, list->last), 1);
	return "is broken at pfn";
}

static const char *link_outside(void)
{
	unsigned int order;
	struct sb_free_list *list = some_list(&order);

	list->first = 5000000;
	return "is broken at pfn";
}

static const char *last_wrong(void)
{
	unsigned int order;

	some_list(&order)->last = 7;
	return "ends at index";
}

static const char *list_loops(void)
{
	unsigned int order;
	struct sb_free_list *list = some_list(&order);

	sb_page_set_next(sb_memmap_at(&f.inst.map, list->last), list->first);
	return "is broken at pfn";
}

static const char *area_counter_wrong(void)
{
	zone->free_area[10].nr_free++;
	return "free blocks, its counter says";
}

static const char *zone_counter_wrong(void)
{
	zone->nr_free--;
	return "pages are free, the counter says";
}

static const char *managed_wrong(void)
{
	zone->managed++;
	return "pages are handed over, the counter says";
}

static const char *present_wrong(void)
{
	zone->present++;
	return "pages are present, the counter says";
}

static const char *free_page_in_use(void)
{
	unsigned int order;
	struct sb_free_list *list = some_list(&order);

	sb_page_set(sb_memmap_at(&f.inst.map, list->first + 3), SB_PAGE_ALLOC, 0, SB_MOVABLE);
	return "is no tail, but lies in block";
}

static const char *orphaned_tail(void)
{
	long pfn = fixture_alloc(&f, 5, SB_MOVABLE);

	sb_page_set_tail(page_at((unsigned long)pfn));
	return "is the tail of no block";
}

static const char *unaligned_head(void)
{
	long pfn = fixture_alloc(&f, 5, SB_MOVABLE);

	sb_page_set(page_at((unsigned long)pfn + 1), SB_PAGE_ALLOC, 3, SB_MOVABLE);
	sb_page_set(page_at((unsigned long)pfn), SB_PAGE_ALLOC, 0, SB_MOVABLE);
	return "has order 3";
}

static const char *unmerged_buddies(void)
{
	long pfn = fixture_alloc(&f, 5, SB_MOVABLE);

	sb_lock(&zone->lock);
	sb_engine_add(zone, (unsigned long)pfn, 4, SB_MOVABLE, SB_ENGINE_HEAD);
	sb_engine_add(zone, (unsigned long)pfn + 16, 4, SB_MOVABLE, SB_ENGINE_HEAD);
	sb_unlock(&zone->lock);
	return "are both free at order 4";
}

static const char *pageblock_retyped(void)
{
	unsigned int order;
	struct sb_free_list *list = some_list(&order);

	fixture_retype(&f, f.inst.map.base_pfn + list->first + 256, SB_UNMOVABLE);
	return "pageblocks of types";
}

static const char *reserved_page_lost(void)
{
	sb_page_set(page_at(sb_pfn_down(f.inst.map.phys)), SB_PAGE_ALLOC, 0, 0);
	return "is reserved in the tracker";
}

static const char *free_page_reserved_in_tracker(void)
{
	EXPECT_EQ(sb_region_reserve(&f.inst.regions, BASE, 1), 0);
	return "is reserved in the tracker";
}

static const char *page_never_handed_over(void)
{
	EXPECT_EQ(sb_region_free(&f.inst.regions, f.inst.map.phys, 4096), 0);
	return "is not reserved in the tracker";
}

static const char *memory_gone_from_tracker(void)
{
	EXPECT_EQ(sb_region_remove(&f.inst.regions, BASE, 4096), 0);
	return "is no memory to the tracker";
}

static const char *tracker_out_of_order(void)
{
	f.inst.regions.memory.total_size++;
	return "the region tracker is not in order";
}

static const char *pageblock_of_no_type(void)
{
	fixture_retype(&f, f.inst.map.base_pfn, 7);
	return "lies in a pageblock of type 7";
}

static const char *request_of_no_type(void)
{
	long pfn = fixture_alloc(&f, 5, SB_MOVABLE);

	sb_page_set(page_at((unsigned long)pfn), SB_PAGE_ALLOC, 5, SB_CMA);
	return "serves a request of type 4";
}

static const char *descriptors_given_away(void)
{
	EXPECT_EQ(sb_region_free(&f.inst.regions, f.inst.map.phys + 8192, 4096), 0);
	return "are not reserved";
}

static const char *pcp_slot_twice(void)
{
	struct sb_pcp_list *list = &zone->pcp[0].list[SB_MOVABLE];

	list->slot[list->nr] = list->slot[0];
	list->nr++;
	return "per-CPU lists 1 have";
}

static const char *pcp_slot_foreign(void)
{
	zone->pcp[0].list[SB_MOVABLE].slot[0] = 3;
	return "which is not its own";
}

static const char *pcp_list_too_long(void)
{
	struct sb_pcp_list *list = &zone->pcp[0].list[SB_MOVABLE];

	list->nr = list->max + 1;
	return "and room for";
}

static const char *pcp_page_of_odd_order(void)
{
	long pfn = fixture_alloc(&f, 5, SB_MOVABLE);

	sb_page_set(page_at((unsigned long)pfn), SB_PAGE_PCP, 5, SB_MOVABLE);
	return "per-CPU lists that do not exist";
}

static const char *mask_says_empty(void)
{
	unsigned int order;

	some_list(&order);
	zone->nonempty[SB_MOVABLE] &= ~(1u << order);
	return "its bit says 0";
}

static const char *mask_says_there_is_one(void)
{
	zone->nonempty[SB_RECLAIMABLE] |= 1;
	return "list of order 0 type 2 has 0 blocks, its bit says 1";
}

static const char *pageblock_led_astray(void)
{
	f.inst.blocks.home[0]++;
	return "has home";
}

static const char *requests_let_through(void)
{
	f.inst.cfg.min_free_kbytes = 32 << 10;
	sb_watermark_setup(&f.inst);
	f.inst.front.list[0][0] = sb_front_list(zone->front_slot * SB_HOME_TYPES, 0);
	return "and order 0 find their list, and must not";
}

static const char *pcp_limit_too_far(void)
{
	zone->pcp[0].list[SB_MOVABLE].limit = zone->pcp[0].list[SB_MOVABLE].max + 1;
	return "and has not room";
}

static const char *pcp_limit_beside_drained_slots(void)
{
	zone->pcp[0].list[SB_MOVABLE].limit = 2;
	zone->pcp[0].list[SB_MOVABLE].slot++;
	return "and has not room";
}

#define BREAKS(fn)      \
	{               \
#fn, fn \
	}

static void each_kind_of_damage_is_told(void)
{
	static const struct {
		const char *name;
		const char *(*damage)(void);
	} rows[] = {
		BREAKS(link_lost),
		BREAKS(link_back_wrong),
		BREAKS(link_outside),
		BREAKS(last_wrong),
		BREAKS(list_loops),
		BREAKS(area_counter_wrong),
		BREAKS(zone_counter_wrong),
		BREAKS(managed_wrong),
		BREAKS(present_wrong),
		BREAKS(free_page_in_use),
		BREAKS(orphaned_tail),
		BREAKS(unaligned_head),
		BREAKS(unmerged_buddies),
		BREAKS(pageblock_retyped),
		BREAKS(reserved_page_lost),
		BREAKS(free_page_reserved_in_tracker),
		BREAKS(page_never_handed_over),
		BREAKS(memory_gone_from_tracker),
		BREAKS(tracker_out_of_order),
		BREAKS(pageblock_of_no_type),
		BREAKS(request_of_no_type),
		BREAKS(descriptors_given_away),
		BREAKS(pcp_slot_twice),
		BREAKS(pcp_slot_foreign),
		BREAKS(pcp_list_too_long),
		BREAKS(pcp_page_of_odd_order),
		BREAKS(mask_says_empty),
		BREAKS(mask_says_there_is_one),
		BREAKS(pageblock_led_astray),
		BREAKS(requests_let_through),
		BREAKS(pcp_limit_too_far),
		BREAKS(pcp_limit_beside_drained_slots),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_config cfg = fixture_config(BASE, 32 * MiB);
		struct sb_out out = { .text = text, .size = sizeof(text) };
		const char *says;

		fixture_boot(&f, &cfg);
		zone = fixture_zone(&f, SB_ZONE_NORMAL);
		fixture_free(&f, (unsigned long)fixture_alloc(&f, 0, SB_MOVABLE), 0);
		says = rows[i].damage();
		text[0] = '\0';
		EXPECT(sb_check(&f.inst, &out) > 0);
		if (!strstr(text, says))
			unit_fail(__FILE__, __LINE__, "%s: \"%s\" is not in\n%s", rows[i].name,
				  says, text);
		EXPECT(sb_check(&f.inst, NULL) > 0);
		EXPECT(f.inst.corrupt);
		EXPECT_EQ(fixture_alloc(&f, 0, SB_MOVABLE), -EIO);
		fixture_drop(&f);
	}
}

UNIT_MAIN(UNIT_CASE(each_kind_of_damage_is_told))

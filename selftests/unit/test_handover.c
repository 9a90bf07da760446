// SPDX-License-Identifier: GPL-2.0-only
/* Hand-over: all free memory, in the largest blocks, and reserved pages later. */
#include "fixture.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul
#define PAGE 4096ull

static struct fixture f;

static unsigned long sum_managed(void)
{
	unsigned long nr_pages = 0;
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		nr_pages += zone->managed;
	return nr_pages;
}

static unsigned long sum_free(void)
{
	unsigned long nr_pages = 0;
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		nr_pages += zone->nr_free + sb_pcp_count(zone);
	return nr_pages;
}

static enum sb_page_state state_of(unsigned long pfn)
{
	struct sb_page_info info;

	EXPECT(sb_memmap_info(&f.inst, pfn, &info));
	return info.state;
}

/* Everything but pages [8, 18) of a pageblock is reserved: 8 + 2. */
static void ten_pages_become_eight_and_two(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_reserve(&cfg, BASE, 8 * PAGE);
	fixture_reserve(&cfg, BASE + 18 * PAGE, 4 * MiB - 18 * PAGE);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(state_of(PFN + 8), SB_PAGE_FREE);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, PFN + 8)), 3);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, PFN + 16)), 1);
	EXPECT_EQ(state_of(PFN + 18), SB_PAGE_RESERVED);
	fixture_exit(&f);
}

static void a_single_page_goes_to_a_per_cpu_list(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_reserve(&cfg, BASE, 8 * PAGE);
	fixture_reserve(&cfg, BASE + 9 * PAGE, 4 * MiB - 9 * PAGE);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(state_of(PFN + 8), SB_PAGE_PCP);
	EXPECT(sb_pcp_count(fixture_zone(&f, SB_ZONE_NORMAL)) >= 1);
	fixture_exit(&f);
}

static void highmem_goes_page_by_page_and_is_assembled(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);

	cfg.lowmem_bytes = 32 * MiB;
	fixture_boot(&f, &cfg);
	EXPECT(f.inst.released[0] >= 8192);
	EXPECT_EQ(sb_pcp_count(fixture_zone(&f, SB_ZONE_HIGHMEM)), 0);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_HIGHMEM)->free_area[10].nr_free, 8);
	fixture_exit(&f);
}

static void nomap_memory_is_present_and_never_handed_over(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_add_bank(&cfg, BASE + 8 * MiB, 4 * MiB, 0);
	cfg.banks[1].flags = SB_REGION_NOMAP;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->present, 3072);
	EXPECT(sum_managed() < 2048);
	EXPECT_EQ(state_of(PFN + 2048), SB_PAGE_RESERVED);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 8 * MiB, PAGE), -ERANGE);
	fixture_exit(&f);
}

static void reserved_pages_can_be_released_as_a_range(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned long managed;

	fixture_reserve(&cfg, BASE + 4 * MiB, 2 * MiB);
	fixture_boot(&f, &cfg);
	managed = sum_managed();
	/* A page only partly in the range stays: 2 of them here. */
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 4 * MiB + 1, 2 * MiB - 2), 510);
	CHECK(&f);
	EXPECT_EQ(sum_managed(), managed + 510);
	EXPECT_EQ(state_of(PFN + 1024), SB_PAGE_RESERVED);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 4 * MiB, PAGE), 1);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 6 * MiB - PAGE, PAGE), 1);
	CHECK(&f);
	sb_pcp_drain_all(&f.inst);
	EXPECT_EQ(sb_page_order(sb_memmap_page(&f.inst.map, PFN + 1024)), 10);
	fixture_exit(&f);
}

static void what_cannot_be_released_is_refused(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_add_bank(&cfg, BASE + 32 * MiB, 4 * MiB, 0);
	fixture_reserve(&cfg, BASE + 4 * MiB, 2 * MiB);
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 4 * MiB, PAGE), -EINVAL);
	EXPECT_EQ(sb_instance_boot(&f.inst), 0);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 4 * MiB, 0), -EINVAL);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 4 * MiB, PAGE - 1), -EINVAL);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE - PAGE, 2 * PAGE), -ERANGE);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 20 * MiB, PAGE), -ERANGE);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE, PAGE), -EALREADY);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 4 * MiB - PAGE, 2 * PAGE), -EALREADY);
	EXPECT_EQ(sb_handover_release(&f.inst, f.inst.map.phys, PAGE), -EBUSY);
	EXPECT_EQ(sb_handover_release(&f.inst, f.inst.blocks.phys, PAGE), -EBUSY);
	EXPECT_EQ(sb_handover_release(&f.inst, f.inst.pcp_range.base, PAGE), -EBUSY);
	EXPECT_EQ(sb_handover_release(&f.inst, ~0ull - PAGE, ~0ull), -EINVAL);
	/* Its frame number is that of a reserved page, if cut to 32 bits. */
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 4 * MiB + (1ull << 44), PAGE), -ERANGE);
	/* Nothing was released on the way to a refusal. */
	EXPECT_EQ(state_of(PFN + 1024), SB_PAGE_RESERVED);
	fixture_exit(&f);
}

/* What the tracker calls free belongs to the allocator: no array moves there. */
static void releasing_much_never_grows_the_tracker(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned int i;
	long released = 1;

	fixture_reserve(&cfg, BASE + 4 * MiB, 4 * MiB);
	fixture_boot(&f, &cfg);
	for (i = 0; i < 512 && released == 1; i++)
		released = sb_handover_release(&f.inst, BASE + 4 * MiB + i * 2 * PAGE, PAGE);
	EXPECT_EQ(released, -ENOMEM);
	EXPECT_EQ(f.inst.regions.reserved.nr, SB_REGIONS_INITIAL);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 6 * MiB, 2 * MiB), 512);
	fixture_exit(&f);
}

/* Node 1 lies inside of node 0's span; the release spans both. */
static void a_release_over_two_nodes_gives_each_its_own(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_add_bank(&cfg, BASE + 16 * MiB, 16 * MiB, 1);
	fixture_add_bank(&cfg, BASE + 32 * MiB, 16 * MiB, 0);
	fixture_reserve(&cfg, BASE + 15 * MiB - 4096, 18 * MiB + 8192);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 15 * MiB - 4096, 18 * MiB + 8192), 4610);
	CHECK(&f);
	EXPECT_EQ(sb_instance_zone(&f.inst, 1, SB_ZONE_NORMAL)->managed, 4096);
	fixture_exit(&f);
}

/* Without grouping blocks of two types meet: the Movable ones of the hand-over. */
static void a_release_without_grouping_merges(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);
	long a, b;

	fixture_reserve(&cfg, BASE + 1 * MiB, 1 * MiB);
	fixture_boot(&f, &cfg);
	EXPECT(!f.inst.blocks.grouping);
	a = fixture_alloc(&f, 8, SB_MOVABLE);
	b = fixture_alloc(&f, 8, SB_MOVABLE);
	fixture_free(&f, (unsigned long)a, 8);
	fixture_free(&f, (unsigned long)b, 8);
	EXPECT_EQ(sb_handover_release(&f.inst, BASE + 1 * MiB, 1 * MiB), 256);
	CHECK(&f);
	fixture_exit(&f);
}

/* Free lists cover the free pages, and no other cover has larger blocks. */
static void expect_largest_cover(void)
{
	struct sb_zone *zone = NULL;

	sb_pcp_drain_all(&f.inst);
	while ((zone = sb_instance_next_zone(&f.inst, zone))) {
		unsigned long nr_pages = 0;
		unsigned int order;

		for (order = 0; order < SB_NR_ORDERS; order++)
			nr_pages += zone->free_area[order].nr_free << order;
		EXPECT_EQ(nr_pages, zone->nr_free);
	}
	/* The checker refuses two free buddies, so what is left is unique. */
	CHECK(&f);
}

static void random_bank(struct sb_config *cfg, u64 *seed, u64 *base)
{
	bool odd = unit_below(seed, 4) == 0;
	u64 size = (1 + unit_below(seed, 6)) * MiB + (odd ? unit_below(seed, 256) * PAGE : 0);
	int nid = (int)unit_below(seed, 3);

	/* Banks of different nodes keep off each other's pageblocks. */
	*base = (*base + 8 * MiB - 1) / (8 * MiB) * (8 * MiB) + unit_below(seed, 2) * 16 * MiB;
	fixture_add_bank(cfg, *base + (odd ? unit_below(seed, 16) * PAGE : 0), size, nid);
	*base += size + 1 * MiB;
}

static struct sb_config random_config(u64 *seed)
{
	struct sb_config cfg;
	u64 base = BASE;
	unsigned int i, nr_banks = 1 + (unsigned int)unit_below(seed, 5);

	sb_config_defaults(&cfg);
	snprintf(cfg.name, sizeof(cfg.name), "random");
	for (i = 0; i < nr_banks; i++)
		random_bank(&cfg, seed, &base);
	cfg.max_order = 4 + (unsigned int)unit_below(seed, 8);
	cfg.pageblock_order = 3 + (unsigned int)unit_below(seed, min(cfg.max_order, 8u) - 2);
	cfg.pcp_high = unit_below(seed, 3) ? 64 : 0;
	cfg.bottom_up = unit_below(seed, 2);
	/* Room for metadata stays below the border of HighMem. */
	if (unit_below(seed, 2))
		cfg.lowmem_bytes = 8 * MiB + unit_below(seed, 32) * MiB;
	if (unit_below(seed, 2))
		cfg.kernelcore_bytes = unit_below(seed, 16) * MiB;
	if (unit_below(seed, 2))
		cfg.movablecore_percent = (unsigned int)unit_below(seed, 100);
	for (i = 0; i < unit_below(seed, 12); i++) {
		const struct sb_bank *bank = &cfg.banks[unit_below(seed, nr_banks)];

		fixture_reserve(&cfg, bank->base + unit_below(seed, bank->size),
				unit_below(seed, bank->size / 8) + 1);
	}
	return cfg;
}

static unsigned long free_in_tracker(void)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	unsigned long nr_pages = 0;

	while (sb_region_iter_free(&f.inst.regions, &it))
		if (sb_pfn_up(it.base) < sb_pfn_down(it.end))
			nr_pages += sb_pfn_down(it.end) - sb_pfn_up(it.base);
	return nr_pages;
}

static void any_layout_hands_over_memory_less_reserved(void)
{
	unsigned long rounds = unit_iterations(300), booted = 0;
	u64 seed = unit_seed();

	while (rounds--) {
		struct sb_config cfg = random_config(&seed);
		int err;

		f.fail_map = 0;
		EXPECT_EQ(fixture_init(&f, &cfg), 0);
		err = sb_instance_boot(&f.inst);
		/* Reservations may have left no room for metadata. */
		EXPECT(!err || err == -ENOMEM);
		CHECK(&f);
		if (!err) {
			booted++;
			EXPECT_EQ(sum_managed(), free_in_tracker());
			EXPECT_EQ(sum_free(), sum_managed());
			expect_largest_cover();
		}
		fixture_exit(&f);
	}
	EXPECT(booted > 0);
}

static void an_instance_can_be_walked_stage_by_stage(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	int stage;

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	for (stage = SB_STAGE_NEW; stage < SB_STAGE_LIVE; stage++) {
		EXPECT_EQ(f.inst.stage, stage);
		CHECK(&f);
		EXPECT_EQ(fixture_alloc(&f, 0, SB_MOVABLE), -ENODEV);
		EXPECT_EQ(f.inst.regions.memory.nr, stage >= SB_STAGE_REGIONS);
		EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->present,
			  stage >= SB_STAGE_LAYOUT ? 4096 : 0);
		EXPECT_EQ(f.inst.map.nr_present, stage >= SB_STAGE_MEMMAP ? 4096 : 0);
		EXPECT_EQ(f.inst.blocks.nr_blocks, stage >= SB_STAGE_PAGEBLOCKS ? 16 : 0);
		EXPECT_EQ(sum_managed(), 0);
		EXPECT_EQ(sb_instance_step(&f.inst), 0);
	}
	EXPECT(sum_managed() > 4000);
	EXPECT_EQ(sb_instance_step(&f.inst), -EALREADY);
	fixture_exit(&f);
}

static void an_instance_may_end_at_any_stage(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	int stage;

	for (stage = SB_STAGE_NEW; stage <= SB_STAGE_LIVE; stage++) {
		EXPECT_EQ(fixture_init(&f, &cfg), 0);
		while ((int)f.inst.stage < stage)
			EXPECT_EQ(sb_instance_step(&f.inst), 0);
		fixture_exit(&f);
	}
}

static void bad_configurations_are_refused_by_name(void)
{
	static const struct {
		size_t offset;
		unsigned int value;
		const char *says;
	} rows[] = {
		{ offsetof(struct sb_config, max_order), 16, "max_order is 16" },
		{ offsetof(struct sb_config, max_order), 0, "max_order is 0" },
		{ offsetof(struct sb_config, pageblock_order), 11, "pageblock_order is 11" },
		{ offsetof(struct sb_config, pageblock_order), 0, "pageblock_order is 0" },
		{ offsetof(struct sb_config, pcp_batch), 0, "pcp_batch is 0" },
		{ offsetof(struct sb_config, pcp_batch), 513, "pcp_batch is 513" },
		{ offsetof(struct sb_config, pcp_high), 15, "pcp_high is 15" },
		{ offsetof(struct sb_config, pcp_high), 8193, "pcp_high is 8193" },
		{ offsetof(struct sb_config, kernelcore_percent), 101, "kernelcore_percent" },
		{ offsetof(struct sb_config, movablecore_percent), 101, "movablecore_percent" },
		{ offsetof(struct sb_config, nr_cpus), 0, "nr_cpus is 0" },
		{ offsetof(struct sb_config, nr_cpus), 129, "nr_cpus is 129" },
		{ offsetof(struct sb_config, banks[0].flags), 8, "flags is 8" },
		{ offsetof(struct sb_config, nr_banks), 0, "number of banks is 0" },
		{ offsetof(struct sb_config, nr_banks), 33, "number of banks is 33" },
		{ offsetof(struct sb_config, nr_reserved), 33, "number of reserved" },
		{ offsetof(struct sb_config, banks[0].nid), 8, "node is 8" },
		{ offsetof(struct sb_config, banks[0].nid), ~0u, "node is 4294967295" },
	};
	struct sb_config cfg;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		cfg = fixture_config(BASE, 16 * MiB);
		memcpy((char *)&cfg + rows[i].offset, &rows[i].value, sizeof(rows[i].value));
		EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
		if (!strstr(unit_last_warning, rows[i].says))
			unit_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"",
				  unit_last_warning, rows[i].says);
	}
	cfg = fixture_config(BASE, 4095);
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	cfg = fixture_config(~0ull - MiB, 2 * MiB);
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
}

UNIT_MAIN(UNIT_CASE(ten_pages_become_eight_and_two),
	  UNIT_CASE(a_single_page_goes_to_a_per_cpu_list),
	  UNIT_CASE(highmem_goes_page_by_page_and_is_assembled),
	  UNIT_CASE(nomap_memory_is_present_and_never_handed_over),
	  UNIT_CASE(reserved_pages_can_be_released_as_a_range),
	  UNIT_CASE(what_cannot_be_released_is_refused),
	  UNIT_CASE(releasing_much_never_grows_the_tracker),
	  UNIT_CASE(a_release_over_two_nodes_gives_each_its_own),
	  UNIT_CASE(a_release_without_grouping_merges),
	  UNIT_CASE(any_layout_hands_over_memory_less_reserved),
	  UNIT_CASE(an_instance_can_be_walked_stage_by_stage),
	  UNIT_CASE(an_instance_may_end_at_any_stage),
	  UNIT_CASE(bad_configurations_are_refused_by_name))

// SPDX-License-Identifier: GPL-2.0-only
/* Requests and configurations: what flags say, and that nothing wrong is accepted. */
#include "fixture.h"
#include "watermark.h"

#define BASE 0x90000000ull

static struct fixture f;

/* gfp_zone() and gfp_migratetype() */
static void flags_say_zone_and_type_as_in_linux(void)
{
	static const struct {
		u32 gfp;
		enum sb_zone_type zone;
		unsigned int type;
	} rows[] = {
		{ SB_GFP_KERNEL, SB_ZONE_NORMAL, SB_UNMOVABLE },
		{ SB_GFP_KERNEL | SB_GFP_RECLAIMABLE, SB_ZONE_NORMAL, SB_RECLAIMABLE },
		{ SB_GFP_KERNEL | SB_GFP_MOVABLE, SB_ZONE_NORMAL, SB_MOVABLE },
		{ SB_GFP_DMA, SB_ZONE_DMA, SB_UNMOVABLE },
		{ SB_GFP_DMA | SB_GFP_MOVABLE, SB_ZONE_DMA, SB_MOVABLE },
		{ SB_GFP_HIGHMEM, SB_ZONE_HIGHMEM, SB_UNMOVABLE },
		{ SB_GFP_HIGHMEM | SB_GFP_MOVABLE, SB_ZONE_MOVABLE, SB_MOVABLE },
	};
	struct sb_request request;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(&request, 0xa5, sizeof(request));
		EXPECT_EQ(sb_request_init(&request, rows[i].gfp, 3, 1), 0);
		EXPECT_EQ(request.zone, rows[i].zone);
		EXPECT_EQ(request.type, rows[i].type);
		EXPECT_EQ(request.gfp, rows[i].gfp);
		EXPECT_EQ(request.order, 3);
		EXPECT_EQ(request.nid, 1);
		EXPECT_EQ(request.nodes, 0);
	}
}

/* The values are Linux 6.1's. */
static void flags_have_the_values_of_linux(void)
{
	EXPECT_EQ(SB_GFP_KERNEL, 0xc00);
	EXPECT_EQ(SB_GFP_NOWAIT, 0x800);
	EXPECT_EQ(SB_GFP_ATOMIC, 0x820);
	EXPECT_EQ(SB_GFP_KNOWN, 0x2fad3b | SB_GFP_NOFAIL);
}

static void flags_that_cannot_be_are_refused(void)
{
	struct sb_request request;
	unsigned int bit;

	for (bit = 0; bit < 32; bit++) {
		u32 gfp = 1u << bit;
		bool fine = (gfp & SB_GFP_KNOWN) && gfp != SB_GFP_NOFAIL;

		EXPECT_EQ(sb_request_init(&request, gfp, 0, 0), fine ? 0 : -EINVAL);
	}
	EXPECT_EQ(sb_request_init(&request, SB_GFP_MOVABLE | SB_GFP_RECLAIMABLE, 0, 0), -EINVAL);
}

static void no_wrong_field_of_a_request_is_accepted(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct sb_request good = { .nid = SB_NID_ANY, .zone = SB_ZONE_NORMAL };
	unsigned long pfns[4] = { SB_PFN_NONE, SB_PFN_NONE, SB_PFN_NONE, SB_PFN_NONE };
	struct sb_request rows[40];
	size_t nr = 0, i;
	unsigned int bit;

	fixture_boot(&f, &cfg);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		rows[i] = good;
	rows[nr++].order = 11;
	rows[nr++].order = ~0u;
	rows[nr++].type = SB_PCPTYPES;
	rows[nr++].type = ~0u;
	rows[nr++].zone = SB_NR_ZONE_TYPES;
	rows[nr++].zone = ~0u;
	rows[nr++].nid = SB_NID_ANY - 1;
	rows[nr++].nid = SB_MAX_NODES;
	rows[nr++].nodes = 1u << SB_MAX_NODES;
	rows[nr++].nodes = 0x80000001u;
	rows[nr++].gfp = SB_GFP_MOVABLE | SB_GFP_RECLAIMABLE;
	rows[nr++].gfp = SB_GFP_NOFAIL;
	for (bit = 0; bit < 32; bit++)
		if (!(SB_GFP_KNOWN >> bit & 1))
			rows[nr++].gfp = SB_GFP_KERNEL | 1u << bit;
	for (i = 0; i < nr; i++) {
		EXPECT_EQ(fixture_ask(&f, rows[i]), -EINVAL);
		EXPECT_EQ(sb_alloc_bulk(&f.inst, &rows[i], 4, pfns), -EINVAL);
		if (rows[i].order)
			continue;
		EXPECT_EQ(sb_alloc_exact(&f.inst, &rows[i], 3, pfns), -EINVAL);
	}
	good.order = 1;
	EXPECT_EQ(sb_alloc_bulk(&f.inst, &good, 4, pfns), -EINVAL);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_NORMAL)->nr_free + sb_pcp_count(fixture_zone(&f, 1)),
		  fixture_zone(&f, SB_ZONE_NORMAL)->managed);
	fixture_exit(&f);
}

static void before_it_is_live_nothing_is_given_nor_taken(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	struct sb_request request = { .nid = SB_NID_ANY };
	unsigned long pfn = SB_PFN_NONE;

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	while (f.inst.stage != SB_STAGE_LIVE) {
		EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), -ENODEV);
		EXPECT_EQ(sb_alloc_bulk(&f.inst, &request, 1, &pfn), -ENODEV);
		EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 3, &pfn), -ENODEV);
		EXPECT_EQ(sb_alloc_free(&f.inst, 0x90000, 0), -ENODEV);
		EXPECT_EQ(sb_alloc_split(&f.inst, 0x90000, 0), -ENODEV);
		EXPECT_EQ(sb_instance_step(&f.inst), 0);
	}
	fixture_exit(&f);
}

/* The value's name, a field that is an unsigned int, and a wrong value. */
#define WRONG(field, value)                                                                        \
	{                                                                                          \
#field, offsetof(struct sb_config, field), sizeof(((struct sb_config *)0)->field), \
			value                                                                      \
	}

static const struct {
	const char *name;
	size_t offset;
	size_t size;
	unsigned int value;
} wrong[] = {
	WRONG(max_order, 0),
	WRONG(max_order, SB_MAX_ORDER + 1),
	WRONG(max_order, ~0u),
	WRONG(pageblock_order, 0),
	WRONG(pageblock_order, 11),
	WRONG(rules, SB_NR_RULES),
	WRONG(rules, ~0u),
	WRONG(kernelcore_percent, 101),
	WRONG(movablecore_percent, 101),
	WRONG(pcp_batch, 0),
	WRONG(pcp_batch, SB_PCP_MAX_BATCH + 1),
	WRONG(pcp_high, 15),
	WRONG(pcp_high, SB_PCP_MAX_HIGH + 1),
	WRONG(pcp_high_max, SB_PCP_MAX_TUNED + 1),
	WRONG(pcp_huge_order, 1),
	WRONG(pcp_huge_order, 3),
	WRONG(pcp_huge_order, 11),
	WRONG(pcp_huge_order, ~0u),
	WRONG(min_free_kbytes, SB_MIN_FREE_MAX + 1),
	WRONG(min_free_kbytes, ~0u - 1),
	WRONG(watermark_scale_factor, 0),
	WRONG(watermark_scale_factor, SB_SCALE_FACTOR_MAX + 1),
	WRONG(watermark_boost_factor, SB_BOOST_FACTOR_MAX + 1),
	WRONG(nr_cpus, 0),
	WRONG(nr_cpus, SB_MAX_CPUS + 1),
};

static void a_wrong_value_of_a_configuration_is_refused_by_name(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct sb_config cfg = fixture_config(BASE, 16 * MiB);
		unsigned int before = unit_warnings;
		char number[16];

		EXPECT_EQ(wrong[i].size, sizeof(unsigned int));
		memcpy((char *)&cfg + wrong[i].offset, &wrong[i].value, sizeof(unsigned int));
		snprintf(number, sizeof(number), " is %u,", wrong[i].value);
		EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
		EXPECT_EQ(unit_warnings, before + 1);
		if (!strstr(unit_last_warning, wrong[i].name) || !strstr(unit_last_warning, number))
			unit_fail(__FILE__, __LINE__, "\"%s\" does not name %s and%s",
				  unit_last_warning, wrong[i].name, number);
	}
}

/* Limits are part of the range. */
static void values_at_the_limits_are_accepted(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.pcp_high_max = SB_PCP_MAX_TUNED;
	cfg.pcp_high = SB_PCP_MAX_HIGH;
	cfg.pcp_batch = SB_PCP_MAX_BATCH;
	cfg.pcp_huge_order = 10;
	cfg.min_free_kbytes = SB_MIN_FREE_MAX;
	cfg.watermark_scale_factor = SB_SCALE_FACTOR_MAX;
	cfg.watermark_boost_factor = SB_BOOST_FACTOR_MAX;
	memset(cfg.lowmem_reserve_ratio, 0xff, sizeof(cfg.lowmem_reserve_ratio));
	cfg.dma_bytes = ~0ull;
	cfg.lowmem_bytes = ~0ull;
	cfg.rules = SB_NR_RULES - 1;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(fixture_alloc(&f, 0, SB_MOVABLE), -ENOMEM);
	fixture_exit(&f);
	cfg = fixture_config(BASE, 16 * MiB);
	cfg.pcp_high = 0;
	cfg.pcp_huge_order = SB_PCP_ORDERS;
	cfg.min_free_kbytes = SB_MIN_FREE_AUTO;
	cfg.watermark_boost_factor = 0;
	fixture_boot(&f, &cfg);
	EXPECT(fixture_alloc(&f, 0, SB_MOVABLE) > 0);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(flags_say_zone_and_type_as_in_linux), UNIT_CASE(flags_have_the_values_of_linux),
	  UNIT_CASE(flags_that_cannot_be_are_refused),
	  UNIT_CASE(no_wrong_field_of_a_request_is_accepted),
	  UNIT_CASE(before_it_is_live_nothing_is_given_nor_taken),
	  UNIT_CASE(a_wrong_value_of_a_configuration_is_refused_by_name),
	  UNIT_CASE(values_at_the_limits_are_accepted))

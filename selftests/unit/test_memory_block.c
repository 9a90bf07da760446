// SPDX-License-Identifier: GPL-2.0-only
/* Memory blocks: what is told of them, and which zone they come into. */
#include "fixture.h"
#include "hotplug.h"

#define BASE 0x80000000ull
#define BLOCK (8 * MiB)
#define PAGES 2048ul
#define FIRST (BASE / BLOCK)

static struct fixture f;
static struct sb_memory_block block;

/* Two sections a block: 32 MiB of the boot in a window of 128 MiB. */
static struct sb_config config(void)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);

	cfg.section_bytes = BLOCK / 2;
	cfg.memory_block_bytes = BLOCK;
	cfg.window_base = BASE;
	cfg.window_bytes = 16 * BLOCK;
	return cfg;
}

static u64 at(unsigned int nr)
{
	return BASE + nr * BLOCK;
}

static unsigned long pfn_of(unsigned int nr)
{
	return sb_pfn_down(at(nr));
}

static void come(unsigned int nr, enum sb_online how)
{
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(nr), BLOCK, 0), 0);
	EXPECT_EQ(sb_hotplug_online(&f.inst, at(nr), BLOCK, how), 0);
	CHECK(&f);
}

static void blocks_of_the_boot_are_online(void)
{
	struct sb_config cfg = config();
	unsigned long i;

	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_memory_block_pages(&f.inst), PAGES);
	for (i = FIRST; i < FIRST + 4; i++) {
		EXPECT(sb_memory_block_get(&f.inst, i, &block));
		EXPECT_EQ(block.index, i);
		EXPECT_EQ(block.start_pfn, i * PAGES);
		EXPECT_EQ(block.nr_pages, PAGES);
		EXPECT_EQ(block.nr_meta, 0);
		EXPECT_EQ(block.nid, 0);
		EXPECT_EQ(block.state, SB_BLOCK_ONLINE);
		EXPECT(block.zone == fixture_zone(&f, SB_ZONE_NORMAL));
		EXPECT(block.at_boot && !block.has_holes);
	}
	EXPECT(!sb_memory_block_get(&f.inst, FIRST - 1, &block));
	EXPECT(!sb_memory_block_get(&f.inst, FIRST + 4, &block));
	EXPECT(!sb_memory_block_get(&f.inst, ~0ul, &block));
	EXPECT(!sb_memory_block_get(&f.inst, ~0ul / PAGES + 1 + FIRST, &block));
	fixture_exit(&f);
}

static void the_next_block_is_found(void)
{
	struct sb_config cfg = config();
	unsigned long i, nr = 0;

	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(15), BLOCK, 0), 0);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(6), BLOCK, 0), 0);
	for (i = 0; sb_memory_block_next(&f.inst, i, &block); i = block.index + 1)
		nr++;
	EXPECT_EQ(nr, 6);
	EXPECT(sb_memory_block_next(&f.inst, FIRST + 4, &block));
	EXPECT_EQ(block.index, FIRST + 6);
	EXPECT_EQ(block.state, SB_BLOCK_OFFLINE);
	EXPECT(!block.at_boot && !block.zone);
	EXPECT(!sb_memory_block_next(&f.inst, FIRST + 16, &block));
	fixture_exit(&f);
}

static void a_flat_instance_has_none(void)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);

	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_memory_block_pages(&f.inst), 0);
	EXPECT(!sb_memory_block_get(&f.inst, FIRST, &block));
	EXPECT(!sb_memory_block_next(&f.inst, 0, &block));
	fixture_exit(&f);
	cfg.section_bytes = 4 * MiB;
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT(!sb_memory_block_next(&f.inst, 0, &block));
	fixture_drop(&f);
}

static void descriptors_in_a_block_are_told(void)
{
	struct sb_config cfg = config();

	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	come(5, SB_ONLINE);
	EXPECT(sb_memory_block_get(&f.inst, FIRST + 5, &block));
	EXPECT_EQ(block.nr_meta, 4);
	EXPECT_EQ(block.zone->present, 5 * PAGES);
	fixture_exit(&f);
}

static void a_block_of_the_boot_may_have_holes_and_zones(void)
{
	struct sb_config cfg = config();

	cfg.banks[0].size = 30 * MiB;
	cfg.dma_bytes = 4 * MiB;
	fixture_boot(&f, &cfg);
	EXPECT(sb_memory_block_get(&f.inst, FIRST, &block));
	EXPECT(!block.zone && !block.has_holes);
	EXPECT(sb_memory_block_get(&f.inst, FIRST + 3, &block));
	EXPECT(block.zone && block.has_holes);
	fixture_exit(&f);
}

/* The zone that a block would come into, by its type. */
static int zone_for(unsigned int nr, enum sb_online how)
{
	return (int)sb_memory_block_zone_for(&f.inst, 0, pfn_of(nr), PAGES, how)->type;
}

static void expect_valid(unsigned int nr, const char *wanted)
{
	char text[64] = "";
	struct sb_out out = { .text = text, .size = sizeof(text) };

	EXPECT(sb_memory_block_get(&f.inst, FIRST + nr, &block));
	sb_memory_block_show_zones(&out, &f.inst, &block);
	EXPECT_STR(text, wanted);
}

static void a_block_comes_to_the_zone_around_it(void)
{
	struct sb_config cfg = config();

	fixture_boot(&f, &cfg);
	/* No zone is there: kernel memory. */
	EXPECT_EQ(zone_for(8, SB_ONLINE), SB_ZONE_NORMAL);
	EXPECT_EQ(zone_for(8, SB_ONLINE_KERNEL), SB_ZONE_NORMAL);
	EXPECT_EQ(zone_for(8, SB_ONLINE_MOVABLE), SB_ZONE_MOVABLE);
	come(7, SB_ONLINE_MOVABLE);
	/* Next to a zone is not in it. */
	EXPECT_EQ(zone_for(8, SB_ONLINE), SB_ZONE_NORMAL);
	come(9, SB_ONLINE_MOVABLE);
	EXPECT_EQ(zone_for(8, SB_ONLINE), SB_ZONE_MOVABLE);
	EXPECT_EQ(zone_for(8, SB_ONLINE_KERNEL), SB_ZONE_NORMAL);
	/* In the span of both. */
	come(10, SB_ONLINE_KERNEL);
	EXPECT_EQ(zone_for(8, SB_ONLINE), SB_ZONE_NORMAL);
	EXPECT_EQ(zone_for(5, SB_ONLINE), SB_ZONE_NORMAL);
	fixture_exit(&f);
}

static void dma_and_highmem_are_kernel_memory_where_they_are(void)
{
	struct sb_config cfg = config();

	cfg.dma_bytes = BLOCK;
	cfg.lowmem_bytes = 8 * BLOCK;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(zone_for(0, SB_ONLINE_KERNEL), SB_ZONE_DMA);
	EXPECT_EQ(zone_for(1, SB_ONLINE), SB_ZONE_NORMAL);
	EXPECT_EQ(zone_for(7, SB_ONLINE), SB_ZONE_NORMAL);
	EXPECT_EQ(zone_for(8, SB_ONLINE), SB_ZONE_HIGHMEM);
	EXPECT_EQ(zone_for(8, SB_ONLINE_MOVABLE), SB_ZONE_MOVABLE);
	come(9, SB_ONLINE);
	EXPECT_EQ(fixture_zone(&f, SB_ZONE_HIGHMEM)->present, PAGES);
	/* A zone that has lost all its memory is not there any more: Linux's rule. */
	EXPECT_EQ(sb_hotplug_offline(&f.inst, at(0), BLOCK, NULL), 0);
	EXPECT_EQ(zone_for(0, SB_ONLINE), SB_ZONE_NORMAL);
	fixture_exit(&f);
}

static void what_is_high_does_not_move_with_the_lowest_memory(void)
{
	struct sb_config cfg = config();

	cfg.lowmem_bytes = 8 * BLOCK;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_hotplug_offline(&f.inst, at(0), BLOCK, NULL), 0);
	EXPECT_EQ(sb_hotplug_remove(&f.inst, at(0), BLOCK), 0);
	EXPECT_EQ(zone_for(8, SB_ONLINE), SB_ZONE_HIGHMEM);
	fixture_exit(&f);
}

static void movable_memory_keeps_to_the_ratio(void)
{
	struct sb_config cfg = config();
	unsigned int nr;

	cfg.online_policy = SB_ONLINE_AUTO_MOVABLE;
	cfg.auto_movable_ratio = 199;
	cfg.memmap_on_memory = true;
	fixture_boot(&f, &cfg);
	/* 32 MiB of the boot allow 63 MiB: seven blocks. */
	for (nr = 4; nr < 11; nr++) {
		EXPECT_EQ(zone_for(nr, SB_ONLINE), SB_ZONE_MOVABLE);
		come(nr, SB_ONLINE);
	}
	EXPECT_EQ(zone_for(11, SB_ONLINE), SB_ZONE_NORMAL);
	/* Kernel memory that was added allows no more. */
	come(11, SB_ONLINE);
	EXPECT_EQ(zone_for(12, SB_ONLINE), SB_ZONE_NORMAL);
	EXPECT_EQ(zone_for(12, SB_ONLINE_MOVABLE), SB_ZONE_MOVABLE);
	f.inst.cfg.auto_movable_ratio = 200;
	EXPECT_EQ(zone_for(12, SB_ONLINE), SB_ZONE_MOVABLE);
	/* Less memory of the boot allows less. */
	EXPECT_EQ(sb_hotplug_offline(&f.inst, at(0), BLOCK, NULL), 0);
	EXPECT_EQ(zone_for(12, SB_ONLINE), SB_ZONE_NORMAL);
	f.inst.cfg.auto_movable_ratio = 0;
	EXPECT_EQ(zone_for(5, SB_ONLINE), SB_ZONE_NORMAL);
	fixture_exit(&f);
}

static void cma_areas_count_as_movable(void)
{
	struct sb_config cfg = config();
	struct sb_movable_stats stats;

	cfg.nr_cma = 1;
	snprintf(cfg.cma[0].name, sizeof(cfg.cma[0].name), "a");
	cfg.cma[0].size = BLOCK;
	cfg.cma[0].nid = SB_NID_ANY;
	fixture_boot(&f, &cfg);
	come(6, SB_ONLINE_MOVABLE);
	come(7, SB_ONLINE_KERNEL);
	sb_memory_block_movable_stats(&f.inst, SB_NID_ANY, &stats);
	EXPECT_EQ(stats.movable, 2 * PAGES);
	EXPECT_EQ(stats.kernel_early, 3 * PAGES);
	fixture_exit(&f);
}

static void each_node_keeps_to_the_ratio_too(void)
{
	struct sb_config cfg = config();

	fixture_add_bank(&cfg, at(12), BLOCK, 1);
	cfg.online_policy = SB_ONLINE_AUTO_MOVABLE;
	cfg.auto_movable_ratio = 100;
	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(13), 2 * BLOCK, 1), 0);
	EXPECT_EQ(sb_hotplug_online(&f.inst, at(13), 2 * BLOCK, SB_ONLINE), 0);
	EXPECT_EQ(sb_instance_zone(&f.inst, 1, SB_ZONE_MOVABLE)->present, PAGES);
	EXPECT_EQ(sb_instance_zone(&f.inst, 1, SB_ZONE_NORMAL)->present, 2 * PAGES);
	fixture_exit(&f);
}

static void valid_zones_are_told_as_linux_does(void)
{
	struct sb_config cfg = config();

	cfg.banks[0].size = 30 * MiB;
	cfg.dma_bytes = 4 * MiB;
	fixture_boot(&f, &cfg);
	expect_valid(0, "none\n");
	expect_valid(1, "Normal\n");
	EXPECT_EQ(sb_hotplug_add(&f.inst, at(8), BLOCK, 0), 0);
	expect_valid(8, "Normal Movable\n");
	come(7, SB_ONLINE_MOVABLE);
	come(9, SB_ONLINE_MOVABLE);
	expect_valid(7, "Movable\n");
	expect_valid(8, "Movable Normal\n");
	fixture_exit(&f);
}

static void names_are_those_of_sysfs(void)
{
	EXPECT_STR(sb_block_state_name(SB_BLOCK_OFFLINE), "offline");
	EXPECT_STR(sb_block_state_name(SB_BLOCK_GOING_OFFLINE), "going-offline");
	EXPECT_STR(sb_block_state_name(SB_BLOCK_ONLINE), "online");
	EXPECT_STR(sb_online_name(SB_ONLINE_OFFLINE), "offline");
	EXPECT_STR(sb_online_name(SB_ONLINE), "online");
	EXPECT_STR(sb_online_name(SB_ONLINE_KERNEL), "online_kernel");
	EXPECT_STR(sb_online_name(SB_ONLINE_MOVABLE), "online_movable");
	EXPECT_STR(sb_online_policy_name(SB_ONLINE_CONTIG_ZONES), "contig-zones");
	EXPECT_STR(sb_online_policy_name(SB_ONLINE_AUTO_MOVABLE), "auto-movable");
}

UNIT_MAIN(UNIT_CASE(blocks_of_the_boot_are_online), UNIT_CASE(the_next_block_is_found),
	  UNIT_CASE(a_flat_instance_has_none), UNIT_CASE(descriptors_in_a_block_are_told),
	  UNIT_CASE(a_block_of_the_boot_may_have_holes_and_zones),
	  UNIT_CASE(a_block_comes_to_the_zone_around_it),
	  UNIT_CASE(dma_and_highmem_are_kernel_memory_where_they_are),
	  UNIT_CASE(what_is_high_does_not_move_with_the_lowest_memory),
	  UNIT_CASE(movable_memory_keeps_to_the_ratio), UNIT_CASE(cma_areas_count_as_movable),
	  UNIT_CASE(each_node_keeps_to_the_ratio_too),
	  UNIT_CASE(valid_zones_are_told_as_linux_does), UNIT_CASE(names_are_those_of_sysfs))

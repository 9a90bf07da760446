// SPDX-License-Identifier: GPL-2.0-only
/* The text files, byte for byte. */
#include "fixture.h"
#include "show.h"
#include "show_page.h"
#include "show_stage.h"

static struct fixture f;
static char text[1 << 20];

/* Per-CPU lists so short that the tables of a few CPUs fit a page on any host. */
static struct sb_config config(unsigned int max_order, unsigned int pageblock_order, u64 base,
			       u64 size)
{
	struct sb_config cfg = fixture_config(base, size);

	cfg.max_order = max_order;
	cfg.pageblock_order = pageblock_order;
	cfg.pcp_batch = 2;
	cfg.pcp_high = 8;
	return cfg;
}

/* 64 MiB where the board's overlay has it: one zone. */
static void boot_carveout(void)
{
	struct sb_config cfg = config(10, 8, 0x98000000, 64 * MiB);

	fixture_boot(&f, &cfg);
}

/* Node 0 with a hole, no nodes 1 and 2, node 3 with two reserved pages. */
static void boot_two_nodes(void)
{
	struct sb_config cfg = config(10, 8, 0x80000000, 8 * MiB);

	fixture_add_bank(&cfg, 0x81000000, 4 * MiB, 0);
	fixture_add_bank(&cfg, 0x82000000, 4 * MiB, 3);
	fixture_reserve(&cfg, 0x82000000, 5000);
	cfg.nr_cpus = 2;
	cfg.bottom_up = true;
	/* Per-CPU lists of two pages, be pointers of four bytes or of eight. */
	cfg.pcp_high_max = 24;
	fixture_boot(&f, &cfg);
}

/* A third each; the first page is taken, so the second is handed over alone. */
static void boot_three_zones(void)
{
	struct sb_config cfg = config(10, 8, 0x88000000, 48 * MiB);

	cfg.lowmem_bytes = 16 * MiB;
	cfg.kernelcore_bytes = 32 * MiB;
	fixture_reserve(&cfg, 0x88000000, 1);
	/* Per-CPU lists of two pages here as well. */
	cfg.pcp_high_max = 24;
	fixture_boot(&f, &cfg);
}

/* 17 pages that start in the middle of a pageblock; the lists are off. */
static void boot_tiny(void)
{
	struct sb_config cfg = config(3, 2, 0x80003000, 17 * SB_PAGE_SIZE);

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
}

/* An empty text to print into. */
static struct sb_out blank(void)
{
	text[0] = '\0';
	return (struct sb_out){ .text = text, .size = sizeof(text) };
}

static const char *file(void (*show)(struct sb_out *, struct sb_instance *))
{
	struct sb_out out = blank();

	show(&out, &f.inst);
	return text;
}

static const char *line(void (*show)(struct sb_out *, const struct sb_instance *))
{
	struct sb_out out = blank();

	show(&out, &f.inst);
	return text;
}

static const char *regions(const struct sb_region_type *type)
{
	struct sb_out out = blank();

	sb_show_regions(&out, type);
	return text;
}

static const char *stage(enum sb_stage which)
{
	struct sb_out out = blank();

	sb_show_stage(&out, &f.inst, which);
	return text;
}

/* Lines end in a space, as Linux's do. */
#define BLANK " "
#define END BLANK "\n"
#define ZONE(nid, name) "Node " nid ", zone " name " "
#define LISTS(nid, name, type) "Node    " nid ", zone " name ", type " type " "
#define ORDERS_10 "     0      1      2      3      4      5      6      7      8      9     10" END
#define NONE_10 "     0      0      0      0      0      0      0      0      0      0      0" END
#define ORDERS "Free pages count per migrate type at order  "
#define FREE_64M "     0      1      1      1      1      0      1      1      1      1     15" END
#define FREE_N0 "     0      2      2      1      0      1      1      1      1      1      2" END
#define FREE_N3 "     0      1      1      1      1      1      1      1      1      1      0" END
#define FREE_LOW "     0      1      2      1      1      2      2      2      2      2      2" END
#define FREE_16M "     0      0      0      0      0      0      0      0      0      0      4" END
#define MOVABLE(nr) "           0 " nr "            0            0            0            0" END
#define TYPES "   Unmovable      Movable  Reclaimable   HighAtomic          CMA      Isolate" END
#define BLOCKS "\nNumber of blocks type  " TYPES
#define LEGEND                                                                    \
	" pages each: u Unmovable, m Movable, r Reclaimable, h HighAtomic, c CMA" \
	", i Isolate; upper case all free; . no memory\n"

/* What a zone counts that nobody has asked for anything. */
#define NO_NUMA                     \
	"      numa_hit     0\n"    \
	"      numa_miss    0\n"    \
	"      numa_foreign 0\n"    \
	"      numa_interleave 0\n" \
	"      numa_local   0\n"    \
	"      numa_other   0\n"

static void carveout_buddyinfo_has_a_column_an_order(void)
{
	boot_carveout();
	EXPECT_STR(file(sb_show_buddyinfo), ZONE("0", "  Normal") FREE_64M);
	fixture_exit(&f);
}

static void carveout_pagetypeinfo_counts_lists_and_blocks(void)
{
	boot_carveout();
	EXPECT_STR(file(sb_show_pagetypeinfo),
		   "Page block order: 8\n"
		   "Pages per block:  256\n"
		   "\n" ORDERS ORDERS_10 LISTS("0", "  Normal", "   Unmovable")
			   NONE_10 LISTS("0", "  Normal", "     Movable")
				   FREE_64M LISTS("0", "  Normal", " Reclaimable") NONE_10 LISTS(
					   "0", "  Normal", "  HighAtomic")
					   NONE_10 LISTS("0", "  Normal", "         CMA")
						   NONE_10 LISTS("0", "  Normal", "     Isolate")
							   NONE_10 BLOCKS ZONE("0", "  Normal")
								   MOVABLE("          64"));
	fixture_exit(&f);
}

static void carveout_zoneinfo_is_that_of_a_small_kernel(void)
{
	boot_carveout();
	EXPECT_STR(file(sb_show_zoneinfo), "Node 0, zone   Normal\n"
					   "  per-node stats\n"
					   "  pages free     16350\n"
					   "        boost    0\n"
					   "        min      0\n"
					   "        low      1\n"
					   "        high     2\n"
					   "        promo    3\n"
					   "        spanned  16384\n"
					   "        present  16384\n"
					   "        managed  16350\n"
					   "        cma      0\n"
					   "        protection: (0, 0, 0, 0)\n"
					   "      nr_free_pages 16350\n"
					   "      nr_free_cma  0\n" NO_NUMA "  pagesets\n"
					   "    cpu: 0\n"
					   "              count: 0\n"
					   "              high:  8\n"
					   "              batch: 2\n"
					   "  node_unreclaimable:  0\n"
					   "  start_pfn:           622592\n");
	fixture_exit(&f);
}

static void carveout_regions_read_like_memblock(void)
{
	boot_carveout();
	EXPECT_STR(regions(&f.inst.regions.memory), "   0: 0x98000000..0x9bffffff    0 NONE\n");
	EXPECT_STR(regions(&f.inst.regions.reserved), "   0: 0x9bfde000..0x9bffffff    x NONE\n");
	fixture_exit(&f);
}

static void regions_show_their_first_flag_and_wide_addresses(void)
{
	static struct sb_regions r;

	sb_region_init(&r, NULL);
	EXPECT_STR(regions(&r.memory), "");
	EXPECT_EQ(sb_region_add(&r, 0, 0x1000, 0, 0), 0);
	EXPECT_EQ(sb_region_add(&r, 0x10000, 0x1000, 7, SB_REGION_HOTPLUG | SB_REGION_NOMAP), 0);
	EXPECT_EQ(sb_region_add(&r, 0x20000, 1, 0, SB_REGION_MIRROR), 0);
	EXPECT_EQ(sb_region_add(&r, 0xfffff000, 0x1000, 0, SB_REGION_NOMAP), 0);
	EXPECT_EQ(sb_region_add(&r, 0x123456789000, 0x2000, SB_NID_ANY, 0), 0);
	EXPECT_STR(regions(&r.memory), "   0: 0x00000000..0x00000fff    0 NONE\n"
				       "   1: 0x00010000..0x00010fff    7 HOTPLUG\n"
				       "   2: 0x00020000..0x00020000    0 MIRROR\n"
				       "   3: 0xfffff000..0xffffffff    0 NOMAP\n"
				       "   4: 0x123456789000..0x12345678afff    x NONE\n");
	r.memory.regions[0].flags = 1 << 3;
	r.memory.regions[1].flags = 1 << 4;
	r.memory.regions[2].flags = 1u << 31;
	r.memory.nr = 3;
	EXPECT_STR(regions(&r.memory), "   0: 0x00000000..0x00000fff    0 DRV_MNG\n"
				       "   1: 0x00010000..0x00010fff    7 RSV_NIT\n"
				       "   2: 0x00020000..0x00020000    0 UNKNOWN\n");
}

static void each_node_has_its_own_tables(void)
{
	boot_two_nodes();
	EXPECT_STR(file(sb_show_buddyinfo),
		   ZONE("0", "  Normal") FREE_N0 ZONE("3", "  Normal") FREE_N3);
	EXPECT_STR(
		file(sb_show_pagetypeinfo),
		"Page block order: 8\n"
		"Pages per block:  256\n"
		"\n" ORDERS ORDERS_10 LISTS("0", "  Normal", "   Unmovable") NONE_10 LISTS(
			"0", "  Normal", "     Movable") FREE_N0 LISTS("0", "  Normal",
								       " Reclaimable")
			NONE_10 LISTS("0", "  Normal", "  HighAtomic") NONE_10 LISTS(
				"0", "  Normal", "         CMA") NONE_10 LISTS("0", "  Normal",
									       "     Isolate")
				NONE_10 BLOCKS ZONE("0", "  Normal") MOVABLE(
					"          12") "Page block order: 8\n"
							"Pages per block:  256\n"
							"\n" ORDERS ORDERS_10 LISTS(
								"3", "  Normal",
								"   Unmovable") NONE_10 LISTS("3",
											      "  Normal",
											      "     Movable") FREE_N3
								LISTS("3", "  Normal", " Reclaimable") NONE_10 LISTS(
									"3", "  Normal",
									"  HighAtomic") NONE_10
									LISTS("3", "  Normal",
									      "         CMA") NONE_10
										LISTS("3",
										      "  Normal",
										      "     Isolate") NONE_10
											BLOCKS ZONE(
												"3",
												"  Normal")
												MOVABLE("           4"));
	fixture_exit(&f);
}

#define PAGESET(cpu, count)                \
	"    cpu: " cpu "\n"               \
	"              count: " count "\n" \
	"              high:  8\n"         \
	"              batch: 2\n"

static void each_cpu_has_its_pageset(void)
{
	boot_two_nodes();
	EXPECT_STR(file(sb_show_zoneinfo),
		   "Node 0, zone   Normal\n"
		   "  per-node stats\n"
		   "  pages free     3060\n"
		   "        boost    0\n"
		   "        min      0\n"
		   "        low      0\n"
		   "        high     0\n"
		   "        promo    0\n"
		   "        spanned  5120\n"
		   "        present  3072\n"
		   "        managed  3061\n"
		   "        cma      0\n"
		   "        protection: (0, 0, 0, 0)\n"
		   "      nr_free_pages 3060\n"
		   "      nr_free_cma  0\n" NO_NUMA "  pagesets\n" PAGESET("0", "1")
			   PAGESET("1", "0") "  node_unreclaimable:  0\n"
					     "  start_pfn:           524288\n"
					     "Node 3, zone   Normal\n"
					     "  per-node stats\n"
					     "  pages free     1022\n"
					     "        boost    0\n"
					     "        min      0\n"
					     "        low      0\n"
					     "        high     0\n"
					     "        promo    0\n"
					     "        spanned  1024\n"
					     "        present  1024\n"
					     "        managed  1022\n"
					     "        cma      0\n"
					     "        protection: (0, 0, 0, 0)\n"
					     "      nr_free_pages 1022\n"
					     "      nr_free_cma  0\n" NO_NUMA
					     "  pagesets\n" PAGESET("0", "0") PAGESET(
						     "1", "0") "  node_unreclaimable:  0\n"
							       "  start_pfn:           532480\n");
	fixture_exit(&f);
}

static void three_zones_come_in_order_and_stats_once(void)
{
	const char *found;

	boot_three_zones();
	EXPECT_STR(file(sb_show_buddyinfo), ZONE("0", "  Normal") FREE_LOW ZONE("0", " HighMem")
						    FREE_16M ZONE("0", " Movable") FREE_16M);
	found = strstr(file(sb_show_zoneinfo), "per-node stats");
	EXPECT(found && !strstr(found + 1, "per-node stats"));
	EXPECT(strstr(text, "Node 0, zone  HighMem\n  pages free     4096\n"));
	EXPECT(strstr(text, "Node 0, zone  Movable\n  pages free     4096\n"));
	/* The pages that were handed over alone went to a per-CPU list. */
	EXPECT(strstr(text, "  pages free     4066\n"));
	EXPECT(strstr(text, "        managed  4068\n"));
	EXPECT(strstr(text, "    cpu: 0\n              count: 2\n"));
	EXPECT(strstr(file(sb_show_pagetypeinfo),
		      BLOCKS ZONE("0", "  Normal") MOVABLE("          16") ZONE("0", " HighMem")
			      MOVABLE("          16") ZONE("0", " Movable")
				      MOVABLE("          16")));
	fixture_exit(&f);
}

static void tiny_instance_has_its_own_orders(void)
{
	boot_tiny();
	EXPECT_STR(file(sb_show_buddyinfo),
		   ZONE("0", "  Normal") "     2      0      1      1" END);
	EXPECT_STR(
		file(sb_show_pagetypeinfo),
		"Page block order: 2\n"
		"Pages per block:  4\n"
		"\n" ORDERS "     0      1      2      3" END LISTS(
			"0", "  Normal", "   Unmovable") "     0      0      0      0" END
			LISTS("0", "  Normal", "     Movable") "     2      0      1      1" END LISTS(
				"0", "  Normal", " Reclaimable") "     0      0      0      0" END
				LISTS("0", "  Normal",
				      "  HighAtomic") "     0      0      0      0" END
					LISTS("0", "  Normal",
					      "         CMA") "     0      0      0      0" END
						LISTS("0", "  Normal",
						      "     Isolate") "     0      0      0      0" END
							BLOCKS ZONE("0", "  Normal")
								MOVABLE("           5"));
	fixture_exit(&f);
}

/* The zone starts in the middle of a block: its last block counts all the same. */
static void pageblocks_of_a_ragged_zone_are_all_shown(void)
{
	boot_tiny();
	EXPECT_STR(file(sb_show_pageblocks), "# 4" LEGEND "0x00080000 MMMMm\n");
	fixture_exit(&f);
}

static void pageblocks_tell_type_use_and_holes(void)
{
	struct sb_zone *zone;

	boot_two_nodes();
	EXPECT_EQ(fixture_alloc(&f, 8, SB_MOVABLE), 0x80100);
	EXPECT_EQ(fixture_alloc(&f, 8, SB_MOVABLE), 0x80200);
	fixture_retype(&f, 0x80100, SB_UNMOVABLE);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, 0x80300, SB_RECLAIMABLE);
	sb_unlock(&zone->lock);
	EXPECT_STR(file(sb_show_pageblocks),
		   "# 256" LEGEND "0x00080000 mumRMMMM........MMMM............mMMM\n");
	fixture_exit(&f);
}

static void pageblocks_break_after_64(void)
{
	struct sb_config cfg = config(4, 2, 0x80000000, 130 * 4 * SB_PAGE_SIZE);

	fixture_boot(&f, &cfg);
	EXPECT(strstr(file(sb_show_pageblocks), "\n0x00080000 MMMM"));
	EXPECT(strstr(text, "MMMM\n0x00080100 MMMM"));
	EXPECT(strstr(text, "\n0x00080200 Mm\n"));
	fixture_exit(&f);
}

/* Linux counts a list up to 100000, and says so when it stopped there. */
static void long_free_lists_are_capped(void)
{
	struct sb_config cfg = config(1, 1, 0x40000000, 202002 * SB_PAGE_SIZE);
	const struct sb_zone *zone;

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	while (zone->free_area[1].nr_free > 100000)
		EXPECT(fixture_alloc(&f, 1, SB_MOVABLE) > 0);
	EXPECT(strstr(file(sb_show_pagetypeinfo), "type      Movable      1 >100000" END));
	EXPECT_STR(file(sb_show_buddyinfo), ZONE("0", "  Normal") "     1 100000" END);
	EXPECT(fixture_alloc(&f, 1, SB_MOVABLE) > 0);
	EXPECT(strstr(file(sb_show_pagetypeinfo), "type      Movable      1  99999" END));
	fixture_exit(&f);
}

static void every_file_is_empty_until_its_stage(void)
{
	static const struct {
		void (*show)(struct sb_out *out, struct sb_instance *inst);
		enum sb_stage from;
	} files[] = {
		{ sb_show_buddyinfo, SB_STAGE_LAYOUT },
		{ sb_show_zoneinfo, SB_STAGE_LAYOUT },
		{ sb_show_vmstat, SB_STAGE_LAYOUT },
		{ sb_show_unusable_index, SB_STAGE_LAYOUT },
		{ sb_show_extfrag_index, SB_STAGE_LAYOUT },
		{ sb_show_pagetypeinfo, SB_STAGE_PAGEBLOCKS },
		{ sb_show_pageblocks, SB_STAGE_PAGEBLOCKS },
		{ sb_show_tunables, SB_STAGE_NEW },
	};
	struct sb_config cfg = config(10, 8, 0x98000000, 64 * MiB);
	enum sb_stage at, which;
	unsigned int i;

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_STR(regions(&f.inst.regions.memory), "");
	for (at = SB_STAGE_NEW; at < SB_NR_STAGES; at++) {
		EXPECT_EQ(f.inst.stage, at);
		for (i = 0; i < ARRAY_SIZE(files); i++)
			EXPECT_EQ(file(files[i].show)[0] != '\0', at >= files[i].from);
		for (which = SB_STAGE_NEW; which < SB_NR_STAGES; which++)
			EXPECT_EQ(stage(which)[0] != '\0', at >= which);
		EXPECT_EQ(line(sb_show_stage_pcp)[0] != '\0', at == SB_STAGE_LIVE);
		EXPECT_EQ(sb_instance_step(&f.inst), at == SB_STAGE_LIVE ? -EALREADY : 0);
	}
	EXPECT_STR(stage(SB_NR_STAGES), "");
	fixture_exit(&f);
}

static void zones_show_their_spans_before_they_are_live(void)
{
	struct sb_config cfg = config(10, 8, 0x98000000, 64 * MiB);

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_instance_step(&f.inst), 0);
	EXPECT_EQ(sb_instance_step(&f.inst), 0);
	EXPECT_STR(file(sb_show_buddyinfo), ZONE("0", "  Normal") NONE_10);
	EXPECT(strstr(file(sb_show_zoneinfo), "        spanned  16384\n"
					      "        present  16384\n"
					      "        managed  0\n"));
	EXPECT(strstr(text, "\n  pagesets\n  node_unreclaimable:  0\n"));
	EXPECT_EQ(sb_instance_step(&f.inst), 0);
	EXPECT_EQ(sb_instance_step(&f.inst), 0);
	/* All is reserved yet. */
	EXPECT(strstr(file(sb_show_pageblocks), "\n0x00098000 mmmmmmmm"));
	EXPECT(!strstr(text, "MMMM"));
	fixture_exit(&f);
}

static void stages_tell_what_they_did(void)
{
	boot_carveout();
	EXPECT_STR(
		line(sb_show_stages),
		"new: 1 bank, 0 reserved, max order 10, pageblock order 8\n"
		"regions: memory 64 MiB in 1 region, reserved 136 KiB in 1 region\n"
		"layout: 1 node; node 0: Normal [0x98000-0x9c000) 64 MiB\n"
		"memmap: 16384 descriptors of 8 B, 128 KiB at 0x9bfe0000, 0 B given back for holes\n"
		"pageblocks: 64 pageblocks of order 8, 1 MiB each, 0 without memory, grouping by mobility on\n"
		"live: 16350 pages handed over: 15 of order 10, 1 of order 9, 1 of order 8, 1 of order 7, 1 of order 6, 1 of order 4, 1 of order 3, 1 of order 2, 1 of order 1; per-CPU lists: batch 2, high 8, 1 CPU\n");
	EXPECT_STR(line(sb_show_stage_pcp), "per-CPU lists: batch 2, high 8, 1 CPU");
	fixture_exit(&f);
}

static void stages_to_come_are_marked(void)
{
	struct sb_config cfg = config(3, 2, 0x80000000, 1 * MiB);

	fixture_add_bank(&cfg, 0x80200000, 3 * MiB + SB_PAGE_SIZE, 0);
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_instance_step(&f.inst), 0);
	EXPECT_STR(line(sb_show_stages),
		   "new: 2 banks, 0 reserved, max order 3, pageblock order 2\n"
		   "regions: memory 4100 KiB in 2 regions, reserved 0 B in 0 regions\n"
		   "layout: to come\n"
		   "memmap: to come\n"
		   "pageblocks: to come\n"
		   "live: to come\n");
	EXPECT_EQ(sb_instance_step(&f.inst), 0);
	EXPECT_STR(stage(SB_STAGE_LAYOUT),
		   "1 node; node 0: Normal [0x80000-0x80501) 4100 KiB and 1 MiB of holes");
	fixture_exit(&f);
}

static void layout_line_has_all_nodes_and_zones(void)
{
	boot_two_nodes();
	EXPECT_STR(
		stage(SB_STAGE_LAYOUT),
		"2 nodes; node 0: Normal [0x80000-0x81400) 12 MiB and 8 MiB of holes; node 3: Normal [0x82000-0x82400) 4 MiB");
	EXPECT_STR(stage(SB_STAGE_MEMMAP),
		   "9216 descriptors of 8 B, 72 KiB at 0x80000000, 40 KiB given back for holes");
	EXPECT_STR(
		stage(SB_STAGE_PAGEBLOCKS),
		"36 pageblocks of order 8, 1 MiB each, 20 without memory, grouping by mobility on");
	fixture_exit(&f);
	boot_three_zones();
	EXPECT_STR(
		stage(SB_STAGE_LAYOUT),
		"1 node; node 0: Normal [0x88000-0x89000) 16 MiB, HighMem [0x89000-0x8a000) 16 MiB, Movable [0x8a000-0x8b000) 16 MiB");
	fixture_exit(&f);
	boot_tiny();
	EXPECT(strstr(stage(SB_STAGE_PAGEBLOCKS), "grouping by mobility off"));
	EXPECT_STR(line(sb_show_stage_pcp), "per-CPU lists: off");
	fixture_exit(&f);
}

static void tunables_say_what_linux_would_have_chosen(void)
{
	boot_carveout();
	EXPECT_STR(file(sb_show_tunables), "stage live\n"
					   "corrupt 0\n"
					   "linux_pageblock_order 10\n"
					   "nr_cpus 1\n"
					   "pagemap_base_pfn 622592\n"
					   "pagemap_pages 16384\n"
					   "grouping 1\n"
					   "grouping_pages 16384\n"
					   "grouping_pages_needed 1536\n"
					   "node0_Normal_linux_pcp_batch 3\n"
					   "node0_Normal_claimed 0\n"
					   "node0_Normal_stolen 0\n");
	fixture_exit(&f);
	boot_tiny();
	EXPECT(strstr(file(sb_show_tunables),
		      "grouping 0\ngrouping_pages 17\ngrouping_pages_needed 24\n"));
	fixture_exit(&f);
}

/* The batches of Linux's zone_batchsize(), from 16 MiB to 2 GiB. */
static void linux_batch_follows_the_zone_size(void)
{
	static const struct {
		unsigned long managed;
		unsigned long batch;
	} sizes[] = {
		{ 0, 1 },	{ 4096, 1 },	{ 8192, 1 },	{ 8191, 1 },
		{ 16384, 3 },	{ 32768, 7 },	{ 65536, 15 },	{ 131072, 31 },
		{ 196608, 63 }, { 262143, 63 }, { 262144, 63 }, { 524288, 63 },
	};
	unsigned long managed;
	struct sb_zone *zone;
	char want[64];
	unsigned int i;

	boot_carveout();
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	managed = zone->managed;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		zone->managed = sizes[i].managed;
		snprintf(want, sizeof(want), "\nnode0_Normal_linux_pcp_batch %lu\n",
			 sizes[i].batch);
		if (!strstr(file(sb_show_tunables), want))
			unit_fail(__FILE__, __LINE__, "%lu pages: no%sin\n%s", sizes[i].managed,
				  want, text);
	}
	zone->managed = managed;
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(carveout_buddyinfo_has_a_column_an_order),
	  UNIT_CASE(carveout_pagetypeinfo_counts_lists_and_blocks),
	  UNIT_CASE(carveout_zoneinfo_is_that_of_a_small_kernel),
	  UNIT_CASE(carveout_regions_read_like_memblock),
	  UNIT_CASE(regions_show_their_first_flag_and_wide_addresses),
	  UNIT_CASE(each_node_has_its_own_tables), UNIT_CASE(each_cpu_has_its_pageset),
	  UNIT_CASE(three_zones_come_in_order_and_stats_once),
	  UNIT_CASE(tiny_instance_has_its_own_orders),
	  UNIT_CASE(pageblocks_of_a_ragged_zone_are_all_shown),
	  UNIT_CASE(pageblocks_tell_type_use_and_holes), UNIT_CASE(pageblocks_break_after_64),
	  UNIT_CASE(long_free_lists_are_capped), UNIT_CASE(every_file_is_empty_until_its_stage),
	  UNIT_CASE(zones_show_their_spans_before_they_are_live),
	  UNIT_CASE(stages_tell_what_they_did), UNIT_CASE(stages_to_come_are_marked),
	  UNIT_CASE(layout_line_has_all_nodes_and_zones),
	  UNIT_CASE(tunables_say_what_linux_would_have_chosen),
	  UNIT_CASE(linux_batch_follows_the_zone_size))

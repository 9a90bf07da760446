// SPDX-License-Identifier: GPL-2.0-only
/* The ladder from the firmware to the page, byte for byte. */
#include "fixture.h"
#include "owner.h"
#include "show_section.h"

#define BASE 0x80000000ull

static struct fixture f;
static char text[1 << 16];

static const char *ladder(unsigned long pfn)
{
	struct sb_out out = { .text = text, .size = sizeof(text) };

	text[0] = '\0';
	sb_show_granularities(&out, &f.inst, pfn);
	return text;
}

static const char *all(void)
{
	struct sb_out out = { .text = text, .size = sizeof(text) };

	text[0] = '\0';
	sb_show_all_granularities(&out, &f.inst);
	return text;
}

/* Sections of 8 MiB, blocks of 16, a window of 64 MiB from the bank on. */
static struct sb_config config(void)
{
	struct sb_config cfg = fixture_config(BASE, 20 * MiB);

	cfg.section_bytes = 8 * MiB;
	cfg.memory_block_bytes = 16 * MiB;
	cfg.window_base = BASE;
	cfg.window_bytes = 64 * MiB;
	return cfg;
}

static void a_page_tells_all_that_it_lies_in(void)
{
	struct sb_config cfg = config();

	fixture_boot(&f, &cfg);
	EXPECT_STR(ladder(0x80905), "bank         0 [0x80000000-0x81400000) node 0\n"
				    "region       0 [0x80000000-0x81400000)\n"
				    "node         0 [0x80000-0x81400)\n"
				    "zone         Normal [0x80000-0x81400)\n"
				    "memory block 128 [0x80000-0x81000) online at-boot\n"
				    "section      257 [0x80800-0x81000) present,online,early\n"
				    "subsection   1 [0x80900-0x80a00) present\n"
				    "descriptor   0x813f9828\n"
				    "pageblock    9 [0x80900-0x80a00) Movable\n"
				    "page         0x80905 free order 10 head 0x80800\n");
	fixture_exit(&f);
}

static void a_page_of_added_memory_tells_that_it_waits(void)
{
	struct sb_config cfg = config();
	struct sb_own_range own = { .base = BASE + 48 * MiB, .size = 4096ul * 8 };

	fixture_boot(&f, &cfg);
	own.mapped = malloc((size_t)own.size);
	EXPECT_EQ(sb_section_populate(&f.inst, 0x83000, 0x84000, 0, &own), 0);
	EXPECT_STR(ladder(0x83801), "bank         none\n"
				    "region       none\n"
				    "node         none\n"
				    "zone         none\n"
				    "memory block 131 [0x83000-0x84000) offline\n"
				    "section      263 [0x83800-0x84000) present,map-inside\n"
				    "subsection   0 [0x83800-0x83900) present\n"
				    "descriptor   0x83004008\n"
				    "pageblock    56 [0x83800-0x83900) Movable\n"
				    "page         0x83801 hole\n");
	EXPECT_STR(ladder(0x82000), "bank         none\n"
				    "region       none\n"
				    "node         none\n"
				    "zone         none\n"
				    "memory block 130 [0x82000-0x83000) absent\n"
				    "section      260 [0x82000-0x82800) absent\n"
				    "subsection   0 [0x82000-0x82100) absent\n"
				    "descriptor   none\n"
				    "pageblock    32 [0x82000-0x82100) Movable\n"
				    "page         0x82000 hole\n");
	sb_section_depopulate(&f.inst, 0x83000, 0x84000);
	fixture_exit(&f);
	free(own.mapped);
}

static void a_flat_instance_has_fewer_rungs(void)
{
	struct sb_config cfg = fixture_config(BASE, 20 * MiB);

	cfg.banks[0].flags = SB_REGION_HOTPLUG | SB_REGION_NOMAP;
	fixture_add_bank(&cfg, BASE + 20 * MiB, 4 * MiB, 2);
	fixture_reserve(&cfg, BASE + 21 * MiB, 4096);
	fixture_boot(&f, &cfg);
	sb_pageblock_set_skip(&f.inst, 0x81500, true);
	EXPECT_STR(ladder(0x81500), "bank         1 [0x81400000-0x81800000) node 2\n"
				    "region       1 [0x81400000-0x81800000) reserved\n"
				    "node         2 [0x81400-0x81800)\n"
				    "zone         Normal [0x81400-0x81800)\n"
				    "memory block none: flat\n"
				    "section      none: flat\n"
				    "descriptor   0x817fe800\n"
				    "pageblock    21 [0x81500-0x81600) Movable skip\n"
				    "page         0x81500 reserved\n");
	EXPECT(strstr(ladder(0x80000),
		      "bank         0 [0x80000000-0x81400000) node 0 HOTPLUG,NOMAP\n"
		      "region       0 [0x80000000-0x81400000) HOTPLUG,NOMAP\n") == text);
	EXPECT_STR(ladder(0x90000), "bank         none\n"
				    "region       none\n"
				    "node         none\n"
				    "zone         none\n"
				    "memory block none: flat\n"
				    "section      none: flat\n"
				    "descriptor   none\n"
				    "pageblock    none\n"
				    "page         none\n");
	fixture_exit(&f);
}

static void who_has_a_page_is_told_while_owners_are_kept(void)
{
	struct sb_config cfg = config();
	void *mem, *part;
	long pfn;

	cfg.page_owner = true;
	fixture_boot(&f, &cfg);
	mem = calloc(1, (size_t)sb_owner_size(&f.inst));
	EXPECT_EQ(sb_owner_attach(&f.inst, mem), 0);
	part = calloc(1, (size_t)sb_owner_part_size(&f.inst));
	EXPECT_EQ(sb_owner_attach_part(&f.inst, 0x80000, part), 0);
	f.pid = 42;
	EXPECT(strstr(ladder(0x80000), "\nowner        none\n"));
	pfn = fixture_alloc(&f, 10, SB_MOVABLE);
	EXPECT_EQ(pfn, 0x80000);
	EXPECT(strstr(ladder(0x80001),
		      "\npage         0x80001 used order 10 head 0x80000\n"
		      "owner        of now pid 42 (process 42) order 10 head 0x80000\n"));
	fixture_free(&f, 0x80000, 10);
	EXPECT(strstr(ladder(0x80001),
		      "\nowner        last pid 42 (process 42) order 10 head 0x80000\n"));
	EXPECT(sb_owner_detach_any_part(&f.inst) == part);
	sb_owner_detach(&f.inst);
	fixture_exit(&f);
	free(part);
	free(mem);
}

static void rungs_come_with_the_stages(void)
{
	static const char *const last[SB_NR_STAGES] = {
		"bank ", "region ", "node ", "page ", "page ", "page ",
	};
	struct sb_config cfg = config();

	f.fail_map = 0;
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	for (;;) {
		const char *line = ladder(0x80000), *next;

		while ((next = strchr(line, '\n')) && next[1])
			line = next + 1;
		EXPECT(!strncmp(line, last[f.inst.stage], strlen(last[f.inst.stage])));
		EXPECT_EQ(all()[0] != '\0', f.inst.stage >= SB_STAGE_PAGEBLOCKS);
		if (f.inst.stage == SB_STAGE_LIVE)
			break;
		EXPECT_EQ(sb_instance_step(&f.inst), 0);
	}
	fixture_exit(&f);
}

static void what_is_alike_is_one_line(void)
{
	struct sb_config cfg = config();
	struct sb_own_range own = { .base = 0, .size = 4096ul * 8 };

	fixture_add_bank(&cfg, BASE + 28 * MiB, 4 * MiB, 1);
	cfg.kernelcore_bytes = 12 * MiB;
	fixture_boot(&f, &cfg);
	own.mapped = malloc((size_t)own.size);
	EXPECT_EQ(sb_section_populate(&f.inst, 0x83000, 0x84000, 0, &own), 0);
	sb_pageblock_set_skip(&f.inst, 0x83000, true);
	EXPECT_STR(
		all(),
		"[0x80000-0x80800) bank 0 region 0 node 0 Normal block 128 online section 256 present,online,early Movable\n"
		"[0x80800-0x81000) bank 0 region 0 node 0 Movable block 128 online section 257 present,online,early Movable\n"
		"[0x81000-0x81400) bank 0 region 0 node 0 Movable block 129 online section 258 present,online,early Movable\n"
		"[0x81400-0x81800) block 129 online section 258 present,online,early no memory\n"
		"[0x81800-0x81c00) block 129 online section 259 present,online,early no memory\n"
		"[0x81c00-0x82000) bank 1 region 1 node 1 Normal block 129 online section 259 present,online,early Movable\n"
		"[0x82000-0x83000) no memory\n"
		"[0x83000-0x83100) block 131 offline section 262 present Movable skip\n"
		"[0x83100-0x83800) block 131 offline section 262 present Movable\n"
		"[0x83800-0x84000) block 131 offline section 263 present Movable\n");
	sb_section_depopulate(&f.inst, 0x83000, 0x84000);
	fixture_exit(&f);
	free(own.mapped);
}

static void a_flat_instance_is_told_by_banks_and_types(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);

	fixture_add_bank(&cfg, BASE + 6 * MiB, 4 * MiB, 0);
	fixture_boot(&f, &cfg);
	fixture_set_type(&f, 0x80100, SB_RECLAIMABLE);
	EXPECT_STR(all(), "[0x80000-0x80100) bank 0 region 0 node 0 Normal Movable\n"
			  "[0x80100-0x80200) bank 0 region 0 node 0 Normal Reclaimable\n"
			  "[0x80200-0x80400) bank 0 region 0 node 0 Normal Movable\n"
			  "[0x80400-0x80600) no memory\n"
			  "[0x80600-0x80a00) bank 1 region 1 node 0 Normal Movable\n");
	fixture_drop(&f);
}

UNIT_MAIN(UNIT_CASE(a_page_tells_all_that_it_lies_in),
	  UNIT_CASE(a_page_of_added_memory_tells_that_it_waits),
	  UNIT_CASE(a_flat_instance_has_fewer_rungs),
	  UNIT_CASE(who_has_a_page_is_told_while_owners_are_kept),
	  UNIT_CASE(rungs_come_with_the_stages), UNIT_CASE(what_is_alike_is_one_line),
	  UNIT_CASE(a_flat_instance_is_told_by_banks_and_types))

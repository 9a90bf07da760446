// SPDX-License-Identifier: GPL-2.0-only
/* What happened, as vmstat and zoneinfo tell it; and mixed pageblocks. */
#include "fixture.h"
#include "show.h"
#include "show_page.h"

static struct fixture f;
static char text[1 << 16];

static const char *file(void (*show)(struct sb_out *, struct sb_instance *))
{
	struct sb_out out = { .text = text, .size = sizeof(text) };

	text[0] = '\0';
	show(&out, &f.inst);
	return text;
}

/* The value of a line "name value" of vmstat. */
static long value(const char *name)
{
	char line[64];
	const char *found;

	snprintf(line, sizeof(line), "\n%s ", name);
	found = strstr(file(sb_show_vmstat), line);
	return found ? strtol(found + strlen(line), NULL, 10) : -1;
}

static void boot(unsigned int pcp_high)
{
	struct sb_config cfg = fixture_config(0x90000000, 16 * MiB);

	cfg.pcp_batch = 4;
	cfg.pcp_high = pcp_high;
	cfg.lowmem_bytes = 8 * MiB;
	fixture_boot(&f, &cfg);
}

static void vmstat_has_linux_s_names_in_linux_s_order(void)
{
	char first[32];

	boot(0);
	snprintf(first, sizeof(first), "nr_free_pages %lu\n",
		 fixture_zone(&f, SB_ZONE_NORMAL)->nr_free +
			 fixture_zone(&f, SB_ZONE_HIGHMEM)->nr_free);
	EXPECT(strstr(file(sb_show_vmstat), first) == text);
	EXPECT_STR(text + strlen(first), "nr_free_cma 0\n"
					 "numa_hit 0\n"
					 "numa_miss 0\n"
					 "numa_foreign 0\n"
					 "numa_interleave 0\n"
					 "numa_local 0\n"
					 "numa_other 0\n"
					 "pgalloc_dma 0\n"
					 "pgalloc_normal 0\n"
					 "pgalloc_high 0\n"
					 "pgalloc_movable 0\n"
					 "pgfree 0\n"
					 "pgmigrate_success 0\n"
					 "pgmigrate_fail 0\n"
					 "compact_migrate_scanned 0\n"
					 "compact_free_scanned 0\n"
					 "compact_isolated 0\n"
					 "compact_stall 0\n"
					 "compact_fail 0\n"
					 "compact_success 0\n"
					 "compact_daemon_wake 0\n"
					 "compact_daemon_migrate_scanned 0\n"
					 "compact_daemon_free_scanned 0\n"
					 "cma_alloc_success 0\n"
					 "cma_alloc_fail 0\n"
					 "sbuddy_alloc_fail 0\n"
					 "sbuddy_claim 0\n"
					 "sbuddy_steal 0\n"
					 "sbuddy_boost 0\n"
					 "sbuddy_highatomic_reserve 0\n"
					 "sbuddy_highatomic_unreserve 0\n"
					 "sbuddy_pcp_refill 0\n"
					 "sbuddy_pcp_drain 0\n"
					 "sbuddy_hwpoison_pages 0\n");
	fixture_exit(&f);
}

/* Requests count once, pages by their number. */
static void requests_and_pages_are_told_apart(void)
{
	struct sb_request high = { .order = 2, .type = SB_MOVABLE, .zone = SB_ZONE_HIGHMEM };
	unsigned long pfn;
	long first;

	boot(0);
	first = fixture_alloc(&f, 3, SB_MOVABLE);
	EXPECT(first > 0);
	EXPECT_EQ(sb_alloc(&f.inst, &high, &pfn), 0);
	EXPECT_EQ(value("pgalloc_normal"), 8);
	EXPECT_EQ(value("pgalloc_high"), 4);
	EXPECT_EQ(value("numa_hit"), 2);
	EXPECT_EQ(value("numa_local"), 2);
	EXPECT_EQ(value("pgfree"), 0);
	fixture_free(&f, (unsigned long)first, 3);
	EXPECT_EQ(value("pgfree"), 8);
	fixture_exit(&f);
}

static void pages_on_their_way_to_per_cpu_lists_count(void)
{
	long pfn;

	boot(16);
	pfn = fixture_alloc(&f, 0, SB_MOVABLE);
	EXPECT(pfn > 0);
	EXPECT_EQ(value("sbuddy_pcp_refill"), 4);
	EXPECT_EQ(value("pgalloc_normal"), 1);
	fixture_free(&f, (unsigned long)pfn, 0);
	EXPECT_EQ(sb_pcp_drain_all(&f.inst), 4);
	EXPECT_EQ(value("sbuddy_pcp_drain"), 4);
	fixture_exit(&f);
}

/* An Unmovable request claims a pageblock of the Movable ones that there are. */
static void claims_and_failures_count(void)
{
	boot(0);
	EXPECT(fixture_alloc(&f, 0, SB_UNMOVABLE) > 0);
	EXPECT_EQ(value("sbuddy_claim"), 1);
	EXPECT_EQ(value("sbuddy_steal"), 0);
	while (fixture_alloc(&f, 10, SB_MOVABLE) > 0)
		;
	EXPECT_EQ(value("sbuddy_alloc_fail"), 1);
	EXPECT_EQ(fixture_alloc(&f, 10, SB_MOVABLE), -ENOMEM);
	EXPECT_EQ(value("sbuddy_alloc_fail"), 2);
	/* What no instance could serve is no failure of this one. */
	EXPECT_EQ(fixture_alloc(&f, 11, SB_MOVABLE), -EINVAL);
	EXPECT_EQ(value("sbuddy_alloc_fail"), 2);
	fixture_exit(&f);
}

/* Nodes 1 and 2; CPUs are on node 1. A request for node 1 is served by node 2. */
static void node_counters_are_those_of_zone_statistics(void)
{
	struct sb_config cfg = fixture_config(0x90000000, 4 * MiB);
	struct sb_request request = { .order = 10, .type = SB_MOVABLE, .zone = SB_ZONE_NORMAL };
	unsigned long pfn;

	cfg.banks[0].nid = 1;
	fixture_add_bank(&cfg, 0x91000000, 8 * MiB, 2);
	cfg.reserved[cfg.nr_reserved++] = (struct sb_bank){ .base = 0x90000000, .size = 4096 };
	fixture_boot(&f, &cfg);
	request.nid = 1;
	EXPECT_EQ(sb_alloc(&f.inst, &request, &pfn), 0);
	EXPECT(strstr(file(sb_show_zoneinfo), "Node 1, zone   Normal\n"));
	EXPECT(strstr(text, "      numa_hit     0\n"
			    "      numa_miss    0\n"
			    "      numa_foreign 1\n"
			    "      numa_interleave 0\n"
			    "      numa_local   0\n"
			    "      numa_other   0\n"));
	EXPECT(strstr(text, "      numa_hit     0\n"
			    "      numa_miss    1\n"
			    "      numa_foreign 0\n"
			    "      numa_interleave 0\n"
			    "      numa_local   0\n"
			    "      numa_other   1\n"));
	EXPECT_EQ(value("numa_miss"), 1);
	EXPECT_EQ(value("numa_foreign"), 1);
	EXPECT_EQ(value("numa_other"), 1);
	fixture_exit(&f);
}

static const char mixed[] = "\nNumber of mixed blocks ";

static void mixed_blocks_are_told_while_owners_are_kept(void)
{
	boot(0);
	EXPECT(!strstr(file(sb_show_pagetypeinfo), mixed));
	f.inst.hooks |= SB_HOOK_OWNER;
	EXPECT(strstr(file(sb_show_pagetypeinfo), mixed));
	f.inst.hooks = 0;
	fixture_exit(&f);
}

/* What is told after the header of mixed blocks, owners or not. */
static const char *mixed_rows(void)
{
	const char *found;

	f.inst.hooks |= SB_HOOK_OWNER;
	found = strstr(file(sb_show_pagetypeinfo), mixed);
	f.inst.hooks = 0;
	return found ? strchr(found + 1, '\n') + 1 : "";
}

#define BLANK " "
#define ROW(zone, u, m, r) \
	"Node 0, zone " zone u m r "           0            0            0" BLANK "\n"

static void a_block_is_mixed_when_something_in_it_is_of_another_type(void)
{
	struct sb_zone *zone;
	long pfn, large;

	boot(0);
	EXPECT_STR(mixed_rows(),
		   ROW("  Normal", "            0 ", "           0 ", "           0 ")
			   ROW(" HighMem", "            0 ", "           0 ", "           0 "));
	/* Movable pages in a Movable pageblock are at home; a whole pageblock of them, too. */
	pfn = fixture_alloc(&f, 0, SB_MOVABLE);
	large = fixture_alloc(&f, 9, SB_MOVABLE);
	EXPECT(pfn > 0 && large > 0);
	EXPECT(strstr(mixed_rows(),
		      ROW("  Normal", "            0 ", "           0 ", "           0 ")));
	/* The pageblocks change, the pages do not. */
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, (unsigned long)pfn, SB_UNMOVABLE);
	sb_buddy_retype(zone, (unsigned long)large, 9, SB_RECLAIMABLE);
	sb_unlock(&zone->lock);
	EXPECT(strstr(mixed_rows(),
		      ROW("  Normal", "            1 ", "           0 ", "           2 ")));
	/* What is mixed in an area of CMA counts as Movable. */
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, (unsigned long)pfn, SB_CMA);
	sb_unlock(&zone->lock);
	EXPECT(strstr(mixed_rows(),
		      ROW("  Normal", "            0 ", "           1 ", "           2 ")));
	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, (unsigned long)pfn, SB_MOVABLE);
	sb_unlock(&zone->lock);
	fixture_exit(&f);
}

/* More blocks come before the one that makes the difference than are looked at in one go. */
static void a_block_is_mixed_wherever_the_other_type_is(void)
{
	unsigned int i;
	long pfn = 0;

	boot(0);
	for (i = 0; i < 30; i++)
		pfn = fixture_alloc(&f, 0, SB_MOVABLE);
	EXPECT(pfn > 0);
	sb_page_set(sb_memmap_page(&f.inst.map, (unsigned long)pfn), SB_PAGE_ALLOC, 0,
		    SB_UNMOVABLE);
	EXPECT(strstr(mixed_rows(),
		      ROW("  Normal", "            0 ", "           1 ", "           0 ")));
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(vmstat_has_linux_s_names_in_linux_s_order),
	  UNIT_CASE(requests_and_pages_are_told_apart),
	  UNIT_CASE(pages_on_their_way_to_per_cpu_lists_count),
	  UNIT_CASE(claims_and_failures_count),
	  UNIT_CASE(node_counters_are_those_of_zone_statistics),
	  UNIT_CASE(mixed_blocks_are_told_while_owners_are_kept),
	  UNIT_CASE(a_block_is_mixed_when_something_in_it_is_of_another_type),
	  UNIT_CASE(a_block_is_mixed_wherever_the_other_type_is))

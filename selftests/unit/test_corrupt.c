// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors that somebody else wrote to: whichever bits are wrong, nothing outside of the
 * instance is read or written for it, and each call comes to an end.
 */
#include "debug.h"
#include "fixture.h"
#include "model_random.h"

#define PAGES 1024u

static struct fixture f;
static struct {
	unsigned long pfn[PAGES];
	unsigned int order[PAGES];
	unsigned int nr;
} held;

static void take(u64 *seed)
{
	unsigned int order = below(seed, 2) ? 0 : below(seed, 6);
	long pfn = held.nr < PAGES ? fixture_alloc(&f, order, below(seed, SB_PCPTYPES)) : -ENOMEM;

	if (pfn < 0)
		return;
	held.pfn[held.nr] = (unsigned long)pfn;
	held.order[held.nr++] = order;
}

static int give(u64 *seed)
{
	unsigned int i;
	int err;

	if (!held.nr)
		return 0;
	i = below(seed, held.nr--);
	err = sb_alloc_free(&f.inst, held.pfn[i], held.order[i]);
	held.pfn[i] = held.pfn[held.nr];
	held.order[i] = held.order[held.nr];
	return err;
}

static void take_many(u64 *seed)
{
	const struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = SB_GFP_KERNEL
	};
	unsigned long pfns[64], nr = below(seed, 64), i;
	long got;

	for (i = 0; i < nr; i++)
		pfns[i] = SB_PFN_NONE;
	got = sb_alloc_bulk(&f.inst, &request, nr, pfns);
	if (got > 0)
		sb_alloc_free_bulk(&f.inst, (unsigned long)got, pfns);
}

static void stir(u64 *seed, unsigned int steps)
{
	while (steps--) {
		if (!below(seed, 200))
			sb_pcp_drain_all(&f.inst);
		else if (!below(seed, 50))
			take_many(seed);
		else if (below(seed, 100) < 55)
			take(seed);
		else
			give(seed);
	}
}

/* Mostly the first of a block, as nobody reads much of the others. */
static struct sb_page *some_page(u64 *seed)
{
	unsigned int tries = below(seed, 30);
	struct sb_page *page;

	do
		page = sb_memmap_at(&f.inst.map, below(seed, f.inst.map.nr_pages));
	while (tries-- && sb_page_state(page) == SB_PAGE_TAIL);
	return page;
}

/* One bit, some bits, or a word that was meant for elsewhere. */
static void scribble(u64 *seed)
{
	struct sb_page *page = some_page(seed);
	u32 *word = below(seed, 2) ? &page->next_order : &page->prev_state;

	switch (below(seed, 4)) {
	case 0:
		*word ^= 1u << below(seed, 32);
		break;
	case 1:
		*word ^= 1u << below(seed, 4);
		break;
	case 2:
		*word = (u32)unit_random(seed);
		break;
	default:
		*page = *some_page(seed);
	}
}

static void boot(u64 *seed)
{
	struct sb_config cfg = fixture_config(MODEL_BASE, 4 * MiB);

	cfg.pageblock_order = 5 + below(seed, 5);
	cfg.pcp_at_once = below(seed, 2);
	if (below(seed, 2))
		fixture_use_word(&cfg);
	fixture_boot(&f, &cfg);
	if (!below(seed, 4))
		EXPECT_EQ(sb_debug_set_quarantine(&f.inst, 64), 0);
}

static void nothing_follows_a_stray_write_astray(void)
{
	unsigned long i, nr = unit_iterations(200), stopped = 0;
	u64 seed = unit_seed();

	for (i = 0; i < nr && !unit_failures(); i++) {
		unsigned int warnings = unit_warnings;

		held.nr = 0;
		boot(&seed);
		stir(&seed, 300);
		scribble(&seed);
		stir(&seed, 600);
		while (held.nr && give(&seed) != -EIO)
			;
		sb_pcp_drain_all(&f.inst);
		stopped += f.inst.corrupt;
		EXPECT(!f.inst.corrupt || fixture_alloc(&f, 0, SB_MOVABLE) == -EIO);
		EXPECT(!f.inst.corrupt || unit_warnings > warnings);
		/* Nor does the checker, which finds what no call came upon. */
		sb_check(&f.inst, NULL);
		fixture_drop(&f);
	}
	printf("# %lu of %lu stopped before the checker looked\n", stopped, nr);
	/* The rest was written where nobody looks, or what stood there before. */
	EXPECT(stopped >= nr / 40);
}

/* The second block of the list that is claimed from does not lead back to the first. */
static void a_claim_takes_nothing_from_a_broken_list(void)
{
	struct sb_config cfg = fixture_config(MODEL_BASE, 64 * MiB);
	const struct sb_free_list *list;
	unsigned long nr_free;
	struct sb_zone *zone;
	struct sb_page *page;
	u32 first;
	long pfn;

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	zone = fixture_zone(&f, SB_ZONE_NORMAL);
	list = &zone->free_area[cfg.max_order].list[SB_MOVABLE];
	first = list->first;
	page = sb_memmap_at(&f.inst.map, sb_page_next(sb_memmap_at(&f.inst.map, first)));
	page->prev_state ^= 1u << 12;
	nr_free = zone->nr_free;
	EXPECT(!zone->nonempty[SB_UNMOVABLE] && !zone->nonempty[SB_RECLAIMABLE]);
	/* Of another list, maybe. */
	pfn = fixture_alloc(&f, 0, SB_UNMOVABLE);
	EXPECT(pfn != (long)(f.inst.map.base_pfn + first));
	EXPECT_EQ(zone->nr_free, nr_free - (pfn > 0));
	EXPECT(f.inst.corrupt);
	EXPECT_EQ(fixture_alloc(&f, 0, SB_UNMOVABLE), -EIO);
	fixture_drop(&f);
}

/* A pageblock that says of itself that it is on a list of CMA: it is where it was before. */
static void a_pageblock_of_another_type_than_it_says_is_told_at_once(void)
{
	struct sb_config cfg = fixture_config(MODEL_BASE, 64 * MiB);
	struct sb_page *page;
	long pfn;

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	do {
		pfn = fixture_alloc(&f, cfg.pageblock_order, SB_MOVABLE);
		EXPECT(pfn > 0);
		page = sb_memmap_page(&f.inst.map,
				      sb_pfn_buddy((unsigned long)pfn, cfg.pageblock_order));
	} while (!sb_page_is_free(page, cfg.pageblock_order));
	page->prev_state = (page->prev_state & ~7u) | SB_CMA;
	fixture_free(&f, (unsigned long)pfn, cfg.pageblock_order);
	EXPECT(f.inst.corrupt);
	fixture_drop(&f);
}

/* Of four free pages that are on one list, one in the middle leads to a page in use. */
static void a_merge_follows_no_link_that_does_not_lead_back(void)
{
	struct sb_config cfg = fixture_config(MODEL_BASE, 64 * MiB);
	struct sb_page *page, *used, before;
	unsigned long pfn, i;

	cfg.pcp_high = 0;
	fixture_boot(&f, &cfg);
	pfn = (unsigned long)fixture_alloc(&f, 3, SB_MOVABLE);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 3), 0);
	for (i = 0; i < 8; i += 2)
		fixture_free(&f, pfn + i, 0);
	page = sb_memmap_page(&f.inst.map, pfn + 2);
	used = sb_memmap_page(&f.inst.map, pfn + 7);
	EXPECT(sb_page_next(page) != SB_PAGE_LINK_NONE && sb_page_prev(page) != SB_PAGE_LINK_NONE);
	before = *used;
	sb_page_set_next(page, (u32)(pfn + 7 - f.inst.map.base_pfn));
	fixture_free(&f, pfn + 3, 0);
	EXPECT(f.inst.corrupt);
	EXPECT(!memcmp(used, &before, sizeof(before)));
	fixture_drop(&f);
}

UNIT_MAIN(UNIT_CASE(a_merge_follows_no_link_that_does_not_lead_back),
	  UNIT_CASE(a_pageblock_of_another_type_than_it_says_is_told_at_once),
	  UNIT_CASE(a_claim_takes_nothing_from_a_broken_list),
	  UNIT_CASE(nothing_follows_a_stray_write_astray))

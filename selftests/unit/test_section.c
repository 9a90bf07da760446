// SPDX-License-Identifier: GPL-2.0-only
/* Sections: how a page finds its descriptor, and how memory brings its own. */
#include "model_random.h"
#include "section.h"

#define BASE 0x80000000ull
#define SECTION (8 * MiB)
#define PAGES (SECTION / SB_PAGE_SIZE)

static struct fixture f;

static struct sb_config sections_config(u64 base, u64 size)
{
	struct sb_config cfg = fixture_config(base, size);

	cfg.section_bytes = SECTION;
	return cfg;
}

/* A window of eight sections, of which the boot has the third and the fourth. */
static struct sb_config window_config(void)
{
	struct sb_config cfg = sections_config(BASE + 2 * SECTION, 2 * SECTION);

	cfg.window_base = BASE;
	cfg.window_bytes = 8 * SECTION;
	return cfg;
}

static unsigned long page_in(unsigned int nr, unsigned long page)
{
	return sb_pfn_down(BASE) + nr * PAGES + page;
}

/* Memory for the descriptors of @nr_pages, which lies at @base to who asks. */
static struct sb_own_range own_range(u64 base, unsigned long nr_pages)
{
	struct sb_own_range own = { .base = base, .size = sb_section_map_size(nr_pages) };

	own.mapped = malloc((size_t)own.size);
	return own;
}

static void every_page_finds_its_own_descriptor(void)
{
	struct sb_config cfg = sections_config(BASE, 64 * MiB);
	unsigned long pfn = sb_pfn_down(BASE);
	struct sb_page *first = NULL;
	unsigned long i;

	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.sections.nr, 8);
	EXPECT_EQ(f.inst.sections.first, BASE / SECTION);
	first = f.inst.map_range.mapped;
	for (i = 0; i < 16384; i++)
		if (sb_memmap_page(&f.inst.map, pfn + i) != first + i ||
		    sb_memmap_at(&f.inst.map, (u32)i) != first + i ||
		    sb_memmap_phys(&f.inst, pfn + i) != f.inst.map.phys + i * 8)
			break;
	EXPECT_EQ(i, 16384);
	fixture_exit(&f);
}

static void a_flat_instance_has_no_sections(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);
	struct sb_own_range own = own_range(0, PAGES);

	fixture_boot(&f, &cfg);
	EXPECT(!sb_section_of(&f.inst, sb_pfn_down(BASE)));
	EXPECT(sb_section_present(&f.inst, sb_pfn_down(BASE)));
	EXPECT(sb_section_online(&f.inst, sb_pfn_down(BASE)));
	EXPECT(!sb_section_present(&f.inst, sb_pfn_down(BASE) - 1));
	EXPECT_EQ(sb_section_populate(&f.inst, 0, PAGES, 0, &own), -EINVAL);
	EXPECT_EQ(f.inst.sections_range.size, 0);
	fixture_exit(&f);
	free(own.mapped);
}

static void sections_without_memory_have_no_descriptors(void)
{
	struct sb_config cfg = window_config();
	unsigned int i;

	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.map.base_pfn, sb_pfn_down(BASE));
	EXPECT_EQ(f.inst.map.nr_pages, 8 * PAGES);
	EXPECT_EQ(f.inst.map.nr_present, 2 * PAGES);
	EXPECT_EQ(f.inst.map_range.size, 2 * PAGES * sizeof(struct sb_page));
	EXPECT_EQ(f.inst.blocks.nr_blocks, 8 * PAGES / 256);
	for (i = 0; i < 8; i++) {
		const struct sb_section *section = sb_section_of(&f.inst, page_in(i, 5));
		bool early = i == 2 || i == 3;

		EXPECT_EQ(section->flags,
			  early ? SB_SECTION_PRESENT | SB_SECTION_ONLINE | SB_SECTION_EARLY : 0);
		EXPECT_EQ(sb_section_present(&f.inst, page_in(i, 5)), early);
		EXPECT_EQ(sb_section_online(&f.inst, page_in(i, 5)), early);
		EXPECT_EQ(sb_memmap_exists(&f.inst, page_in(i, 5)), early);
	}
	EXPECT(!sb_section_of(&f.inst, page_in(8, 0)));
	EXPECT(!sb_section_of(&f.inst, page_in(0, 0) - 1));
	fixture_exit(&f);
}

/* Two banks in one section of 64 MiB, whose parts are of 1 MiB: a gap of 30 parts. */
static void parts_of_a_section_without_memory_have_none_either(void)
{
	struct sb_config cfg = fixture_config(BASE + 4 * MiB, 8 * MiB);
	const struct sb_section *section;
	unsigned long pfn = sb_pfn_down(BASE);

	fixture_add_bank(&cfg, BASE + 42 * MiB + 4096, 8 * MiB, 0);
	cfg.section_bytes = 64 * MiB;
	fixture_boot(&f, &cfg);
	section = sb_section_of(&f.inst, pfn);
	EXPECT_EQ(f.inst.sections.sub_order, 8);
	EXPECT_EQ(section->subsections, 0xffull << 4 | 0x1ffull << 42);
	EXPECT_EQ(f.inst.map_range.size, sb_section_map_size(47 * 256));
	EXPECT_EQ(f.inst.map.nr_present, 17 * 256);
	EXPECT_EQ(section->map_phys + 4 * 256 * sizeof(struct sb_page), f.inst.map_range.base);
	EXPECT(!sb_section_present(&f.inst, pfn));
	EXPECT(sb_section_present(&f.inst, pfn + 4 * 256));
	EXPECT(!sb_section_present(&f.inst, pfn + 12 * 256));
	EXPECT(sb_section_present(&f.inst, pfn + 42 * 256));
	EXPECT(sb_section_present(&f.inst, pfn + 51 * 256 - 1));
	EXPECT(!sb_section_present(&f.inst, pfn + 51 * 256));
	fixture_exit(&f);
}

static void a_part_is_never_smaller_than_a_pageblock(void)
{
	static const struct {
		unsigned int pageblock_order;
		u64 section;
		unsigned int sub_order;
		u64 all;
	} rows[] = {
		{ 8, MiB, 8, 1 },	    { 8, 8 * MiB, 8, 0xff },   { 8, 64 * MiB, 8, ~0ull },
		{ 8, 128 * MiB, 9, ~0ull }, { 2, 64 * MiB, 8, ~0ull },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_config cfg = fixture_config(0x100000000ull, 128 * MiB);

		cfg.pageblock_order = rows[i].pageblock_order;
		cfg.section_bytes = rows[i].section;
		fixture_boot(&f, &cfg);
		EXPECT_EQ(f.inst.sections.sub_order, rows[i].sub_order);
		EXPECT_EQ(f.inst.sections.section[0].subsections, rows[i].all);
		fixture_exit(&f);
	}
}

/* A block of 1024 pages, and sections of 256: a tail's head is three sections away. */
static void a_block_may_lie_across_sections(void)
{
	struct sb_config cfg = fixture_config(BASE, 64 * MiB);
	struct sb_page_info info;
	long pfn;

	cfg.section_bytes = MiB;
	fixture_boot(&f, &cfg);
	pfn = fixture_alloc(&f, 10, SB_MOVABLE);
	EXPECT(sb_memmap_info(&f.inst, (unsigned long)pfn + 1000, &info));
	EXPECT_EQ(info.head, pfn);
	EXPECT_EQ(info.order, 10);
	EXPECT(info.tail);
	CHECK(&f);
	fixture_free(&f, (unsigned long)pfn, 10);
	fixture_exit(&f);
}

static struct fixture twin;

/* What a piece of metadata has more than the twin's, which is placed at one end of it. */
static void reserve_rest(struct sb_config *cfg, const struct sb_own_range *own, u64 size)
{
	if (size < own->size)
		fixture_reserve(cfg, cfg->bottom_up ? own->base + size : own->base,
				own->size - size);
}

/*
 * A flat instance that has reserved what sections cost: the table, and lists of zones
 * that may get memory.
 */
static void boot_twin(void)
{
	struct sb_config cfg = f.inst.cfg;
	struct sb_own_range *table = &f.inst.sections_range, *lists = &f.inst.pcp_range;
	u64 lists_size, words_size;
	unsigned int i;

	cfg.section_bytes = 0;
	fixture_reserve(&cfg, table->base, table->size);
	for (i = 0; i < cfg.nr_cma; i++) {
		cfg.cma[i].base = sb_pfn_addr(f.inst.cma[i].base_pfn);
		cfg.cma[i].size = sb_pfn_addr(f.inst.cma[i].nr_pages);
	}
	fixture_boot(&twin, &cfg);
	lists_size = twin.inst.pcp_range.size;
	words_size = twin.inst.words_range.size;
	if (lists_size == lists->size && words_size == f.inst.words_range.size)
		return;
	fixture_drop(&twin);
	reserve_rest(&cfg, lists, lists_size);
	reserve_rest(&cfg, &f.inst.words_range, words_size);
	fixture_boot(&twin, &cfg);
}

/* Where memory is in pieces, what is larger may not fit where the twin's does. */
static bool is_alike(void)
{
	const struct sb_region_type *a = &f.inst.regions.reserved, *b = &twin.inst.regions.reserved;

	return a->nr == b->nr && !memcmp(a->regions, b->regions, a->nr * sizeof(*a->regions));
}

struct held {
	unsigned long pfn;
	unsigned int order;
};

static void compare_twins(struct model *m, u64 *seed)
{
	static struct held held[256];
	unsigned int nr = 0, i;

	for (i = 0; i < 400; i++) {
		if (nr < ARRAY_SIZE(held) && below(seed, 5) < 3) {
			struct sb_request request = random_request(m, seed);
			long pfn = fixture_ask(&f, request);

			EXPECT_EQ(pfn, fixture_ask(&twin, request));
			if (pfn > 0)
				held[nr++] = (struct held){ (unsigned long)pfn, request.order };
		} else if (nr) {
			unsigned int which = below(seed, nr);

			fixture_free(&f, held[which].pfn, held[which].order);
			fixture_free(&twin, held[which].pfn, held[which].order);
			held[which] = held[--nr];
		}
	}
	CHECK(&f);
	CHECK(&twin);
}

static void an_instance_with_sections_gives_the_same_pages_as_a_flat_one(void)
{
	u64 seed = unit_seed();
	unsigned long i, nr = unit_iterations(60), compared = 0;

	for (i = 0; i < nr; i++) {
		struct sb_config cfg = random_config(&seed);
		static struct model m;

		if (cfg.pageblock_order < 4)
			cfg.nr_banks = 1;
		cfg.section_bytes = (SB_PAGE_SIZE << cfg.pageblock_order) << 6;
		model_boot(&m, &f, &cfg);
		boot_twin();
		if (is_alike()) {
			compare_twins(&m, &seed);
			compared++;
		}
		fixture_drop(&f);
		fixture_drop(&twin);
	}
	EXPECT(compared > nr / 2);
}

struct refusal {
	u64 section, block, base, bytes;
	const char *text;
};

static void sizes_that_do_not_fit_are_refused(void)
{
	static const struct refusal rows[] = {
		{ MiB / 2, 0, 0, 0, "section_bytes is 524288, but must be 1048576 to" },
		{ 3 * MiB, 0, 0, 0, "section_bytes is 3145728, but must be a power of two" },
		{ 4096 * GiB, 0, 0, 0, "section_bytes is 4398046511104, but must be" },
		{ 8 * MiB, 4 * MiB, 0, 0, "memory_block_bytes is 4194304, but must be a multiple" },
		{ 8 * MiB, 24 * MiB, 0, 0, "memory_block_bytes is 25165824, but must be a power" },
		{ 8 * MiB, 4096 * GiB, 0, 0, "memory_block_bytes is 4398046511104, but must be" },
		{ MiB, 2 * MiB, 0, 0,
		  "memory_block_bytes is 2097152, but must be 4194304 or more" },
		{ 8 * MiB, 0, BASE + MiB, 8 * MiB, "window_base is 2148532224, but must be a mul" },
		{ 8 * MiB, 0, BASE, 9 * MiB, "window_bytes is 9437184, but must be a multiple" },
		{ 8 * MiB, 0, -8 * MiB, 16 * MiB, "window_base is 18446744073701163008, but" },
		{ 8 * MiB, 0, BASE, 0, "window_base is 2147483648, but must be 0 to 0" },
		{ 0, 8 * MiB, 0, 0, "memory_block_bytes is 8388608, but must be 0 to 0" },
		{ 0, 0, BASE, 8 * MiB, "window_bytes is 8388608, but must be 0 to 0" },
		{ 1, 0, 0, 0, "section_bytes is 1, but must be 1048576 to" },
		{ ~0ull, 0, 0, 0, "section_bytes is 18446744073709551615, but must be" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sb_config cfg = fixture_config(BASE, 64 * MiB);

		cfg.section_bytes = rows[i].section;
		cfg.memory_block_bytes = rows[i].block;
		cfg.window_base = rows[i].base;
		cfg.window_bytes = rows[i].bytes;
		EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
		if (!strstr(unit_last_warning, rows[i].text))
			EXPECT_STR(unit_last_warning, rows[i].text);
	}
}

static void policies_out_of_range_are_refused(void)
{
	struct sb_config cfg = sections_config(BASE, 64 * MiB);

	EXPECT_EQ(cfg.auto_movable_ratio, 301);
	cfg.auto_online = SB_NR_ONLINE;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	EXPECT(strstr(unit_last_warning, "auto_online is 4, but must be 0 to 3"));
	cfg.auto_online = SB_ONLINE_MOVABLE;
	cfg.online_policy = SB_NR_ONLINE_POLICIES;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	EXPECT(strstr(unit_last_warning, "online_policy is 2, but must be 0 to 1"));
}

static void expect_boot(const struct sb_config *cfg, int err)
{
	f.fail_map = 0;
	EXPECT_EQ(fixture_init(&f, cfg), 0);
	EXPECT_EQ(sb_instance_boot(&f.inst), err);
	fixture_exit(&f);
}

/* 2^28 pages are one link too many; a section less is not. */
static void a_window_is_as_large_as_links_can_tell(void)
{
	struct sb_config cfg = sections_config(1024 * GiB, 64 * MiB);

	cfg.section_bytes = 128 * MiB;
	cfg.window_base = 1024 * GiB;
	cfg.window_bytes = 1024 * GiB;
	expect_boot(&cfg, -ERANGE);
	EXPECT(strstr(unit_last_warning, "memory with the window spans 268435456 pages"));
	cfg.window_bytes -= 128 * MiB;
	expect_boot(&cfg, 0);
	/* Memory below the window counts as well. */
	cfg.window_base += 128 * MiB;
	expect_boot(&cfg, -ERANGE);
}

/* The first and the last section of a window of almost 1 TiB have memory. */
static void banks_may_be_far_apart(void)
{
	struct sb_config cfg = sections_config(0, 16 * MiB);
	u64 last = 1024 * GiB - 256 * MiB;
	unsigned long lowest = ~0ul, highest = 0, page = sb_pfn_down(last + 128 * MiB) - 1;
	long pfn;

	cfg.section_bytes = 128 * MiB;
	fixture_add_bank(&cfg, last + 112 * MiB, 16 * MiB, 1);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.sections.nr, 8191);
	EXPECT_EQ(f.inst.map.nr_present, 8192);
	EXPECT_EQ(f.inst.map_range.size, 8192 * sizeof(struct sb_page));
	EXPECT(sb_memmap_page(&f.inst.map, page) ==
	       (struct sb_page *)f.inst.map_range.mapped + 8191);
	EXPECT_EQ(sb_memmap_phys(&f.inst, page), f.inst.map.phys + 8191 * 8);
	while ((pfn = fixture_alloc(&f, 0, SB_MOVABLE)) >= 0) {
		page = (unsigned long)pfn;
		lowest = min(lowest, page);
		highest = max(highest, page);
	}
	EXPECT(lowest < 4096);
	EXPECT(highest >= sb_pfn_down(last + 112 * MiB));
	fixture_exit(&f);
}

/* As high as frame numbers of 32 bits reach: every sum of them wraps, or might. */
static void the_highest_addresses_work_on_any_cpu(void)
{
	u64 end = 0x7ffffffull << 16;
	struct sb_config cfg = sections_config(end - 64 * MiB + 0x10000, 24 * MiB);
	struct sb_own_range own = own_range(0, PAGES);
	unsigned long first = sb_pfn_down(end - 64 * MiB + 0x10000), last = first + 7 * PAGES;
	long pfn;

	cfg.window_base = end - 64 * MiB + 0x10000;
	cfg.window_bytes = 56 * MiB;
	fixture_boot(&f, &cfg);
	pfn = fixture_alloc(&f, 10, SB_MOVABLE);
	EXPECT_EQ((unsigned long)pfn, first);
	fixture_free(&f, first, 10);
	EXPECT_EQ(sb_section_populate(&f.inst, last - PAGES, last, 0, &own), 0);
	EXPECT(sb_memmap_page(&f.inst.map, last - 1) == (struct sb_page *)own.mapped + PAGES - 1);
	CHECK(&f);
	EXPECT_EQ(sb_section_populate(&f.inst, last, last + PAGES, 0, &own), -ERANGE);
	sb_section_depopulate(&f.inst, last - PAGES, last);
	cfg.window_bytes += 16 * MiB;
	fixture_exit(&f);
	free(own.mapped);
	if (sizeof(unsigned long) == 4) {
		expect_boot(&cfg, -ERANGE);
		EXPECT(strstr(unit_last_warning, "no frame numbers"));
	}
}

static void added_sections_bring_their_descriptors(void)
{
	struct sb_config cfg = window_config();
	struct sb_own_range own = own_range(BASE + 64 * SECTION, 2 * PAGES);
	struct sb_page *page = own.mapped;
	struct sb_page_info info;
	unsigned long pfn;

	fixture_boot(&f, &cfg);
	sb_pageblock_set_skip(&f.inst, page_in(5, 300), true);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(7, 0), 3, &own), 0);
	EXPECT_EQ(f.inst.map.nr_present, 4 * PAGES);
	for (pfn = page_in(5, 0); pfn < page_in(7, 0); pfn++, page++)
		if (sb_memmap_page(&f.inst.map, pfn) != page ||
		    sb_page_state(page) != SB_PAGE_RESERVED)
			break;
	EXPECT_EQ(pfn, page_in(7, 0));
	EXPECT_EQ(sb_section_of(&f.inst, page_in(6, 1))->flags, SB_SECTION_PRESENT);
	EXPECT_EQ(sb_section_of(&f.inst, page_in(6, 1))->nid, 3);
	EXPECT_EQ(sb_memmap_phys(&f.inst, page_in(6, 1)), own.base + (PAGES + 1) * 8);
	EXPECT_EQ(sb_pageblock_type(&f.inst.blocks, page_in(5, 300)), SB_MOVABLE);
	EXPECT(!sb_pageblock_skip(&f.inst.blocks, page_in(5, 300)));
	CHECK(&f);

	/* It is not online, so nobody is led to what may go. */
	EXPECT(sb_section_present(&f.inst, page_in(5, 0)));
	EXPECT(!sb_section_online(&f.inst, page_in(5, 0)));
	EXPECT(!sb_memmap_exists(&f.inst, page_in(5, 0)));
	EXPECT(sb_memmap_info(&f.inst, page_in(5, 0), &info));
	EXPECT_EQ(info.state, SB_PAGE_HOLE);
	EXPECT_EQ(sb_alloc_free(&f.inst, page_in(5, 0), 0), -ERANGE);

	sb_section_depopulate(&f.inst, page_in(5, 0), page_in(7, 0));
	EXPECT_EQ(f.inst.map.nr_present, 2 * PAGES);
	EXPECT(!sb_section_present(&f.inst, page_in(5, 0)));
	fixture_exit(&f);
	free(own.mapped);
}

static void descriptors_inside_of_their_section_are_told(void)
{
	struct sb_config cfg = window_config();
	struct sb_own_range own = own_range(BASE + 5 * SECTION, 2 * PAGES);

	fixture_boot(&f, &cfg);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(7, 0), 0, &own), 0);
	EXPECT_EQ(sb_section_of(&f.inst, page_in(6, 0))->flags,
		  SB_SECTION_PRESENT | SB_SECTION_MAP_INSIDE);
	CHECK(&f);
	sb_section_depopulate(&f.inst, page_in(5, 0), page_in(7, 0));
	fixture_exit(&f);
	free(own.mapped);
}

static void what_cannot_be_added_is_refused(void)
{
	struct sb_config cfg = window_config();
	struct sb_own_range own = own_range(0, 2 * PAGES), none = { 0 };

	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(6, 0), 0, &own), -EINVAL);
	EXPECT_EQ(sb_instance_boot(&f.inst), 0);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 1), page_in(6, 0), 0, &own), -EINVAL);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(6, 1), 0, &own), -EINVAL);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(5, 0), 0, &own), -EINVAL);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(6, 0), page_in(5, 0), 0, &own), -EINVAL);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(6, 0), -1, &own), -EINVAL);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(6, 0), SB_MAX_NODES, &own),
		  -EINVAL);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(6, 0), 0, &none), -EINVAL);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(8, 0), 0, &own), -EINVAL);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(7, 0), page_in(9, 0), 0, &own), -ERANGE);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(1, 0), page_in(3, 0), 0, &own), -EEXIST);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(6, 0), 0, &own), 0);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(4, 0), page_in(6, 0), 0, &own), -EEXIST);
	EXPECT(!sb_section_present(&f.inst, page_in(4, 0)));
	sb_section_depopulate(&f.inst, page_in(5, 0), page_in(6, 0));
	fixture_exit(&f);
	free(own.mapped);
}

/* Banks outside of the window count for what is covered, not for where memory may be added. */
static void memory_is_added_in_the_window_alone(void)
{
	struct sb_config cfg = window_config();
	struct sb_own_range own = own_range(0, PAGES);

	fixture_add_bank(&cfg, BASE + 16 * SECTION, SECTION, 0);
	fixture_boot(&f, &cfg);
	EXPECT_EQ(f.inst.sections.nr, 17);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(8, 0), page_in(9, 0), 0, &own), -ERANGE);
	fixture_exit(&f);
	free(own.mapped);
}

/* What the boot leaves in its array is not given to anybody else. */
static void a_section_of_the_boot_can_go_and_come_back(void)
{
	struct sb_config cfg = window_config();
	struct sb_own_range own = own_range(0, PAGES);
	struct sb_section *section;
	unsigned long pfn;

	fixture_boot(&f, &cfg);
	section = sb_section_of(&f.inst, page_in(2, 0));
	/* As if it had gone offline. */
	for (pfn = page_in(2, 0); pfn < page_in(3, 0); pfn++)
		sb_page_set(sb_memmap_page(&f.inst.map, pfn), SB_PAGE_RESERVED, 0, 0);
	sb_section_set_online(&f.inst, page_in(2, 0), page_in(3, 0), false);
	EXPECT_EQ(section->flags, SB_SECTION_PRESENT | SB_SECTION_EARLY);
	sb_section_depopulate(&f.inst, page_in(2, 0), page_in(3, 0));
	EXPECT_EQ(section->flags, 0);
	EXPECT_EQ(f.inst.map.nr_present, 2 * PAGES);
	EXPECT_EQ(sb_section_populate(&f.inst, page_in(2, 0), page_in(3, 0), 1, &own), 0);
	EXPECT_EQ(section->flags, SB_SECTION_PRESENT);
	EXPECT(sb_memmap_page(&f.inst.map, page_in(2, 7)) == (struct sb_page *)own.mapped + 7);
	sb_section_depopulate(&f.inst, page_in(2, 0), page_in(3, 0));
	fixture_drop(&f);
	free(own.mapped);
}

/* A stage that fails leaves nothing, and can be walked again. */
static void a_table_that_cannot_be_mapped_can_be_tried_again(void)
{
	struct sb_config cfg = window_config();
	unsigned int fail;

	for (fail = 1; fail <= 2; fail++) {
		EXPECT_EQ(fixture_init(&f, &cfg), 0);
		f.fail_map = fail;
		EXPECT_EQ(sb_instance_boot(&f.inst), -ENOMEM);
		EXPECT_EQ(f.inst.stage, SB_STAGE_LAYOUT);
		EXPECT_EQ(f.nr_maps, 0);
		EXPECT_EQ(f.inst.map.nr_pages, 0);
		f.fail_map = 0;
		EXPECT_EQ(sb_instance_boot(&f.inst), 0);
		fixture_exit(&f);
	}
}

static void expect_violation(const char *text)
{
	char found[2048] = "";
	struct sb_out out = { .text = found, .size = sizeof(found) };

	EXPECT(sb_check(&f.inst, &out) > 0);
	if (!strstr(found, text))
		EXPECT_STR(found, text);
}

static void the_checker_sees_sections_that_are_broken(void)
{
	static const char *const texts[] = {
		"section 258 is online, and of no zone\n",
		"section 258 is offline, and of a zone\n",
		"section 258 has pageblocks of a zone, and no descriptors for them\n",
		"section 261 has no memory, and something left of it\n",
		"section 259 looks for its pageblocks elsewhere\n",
		"section 259 has memory, and no node or no part with it\n",
		"section 261 is offline, and has a page in circulation\n",
		"section 261 has descriptors in memory that is not taken\n",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		struct sb_config cfg = window_config();
		struct sb_own_range own = own_range(BASE + 2 * SECTION, PAGES);
		struct sb_section *two, *three, *five;

		fixture_boot(&f, &cfg);
		two = sb_section_of(&f.inst, page_in(2, 0));
		three = sb_section_of(&f.inst, page_in(3, 0));
		five = sb_section_of(&f.inst, page_in(5, 0));
		if (i == 0)
			memset(&f.inst.blocks.zone[16], SB_ZONE_NONE, 8);
		else if (i == 1)
			two->flags &= ~(u32)SB_SECTION_ONLINE;
		else if (i == 2)
			two->subsections &= ~16ull;
		else if (i == 3)
			five->subsections = 1;
		else if (i == 4)
			three->block_flags++;
		else if (i == 5)
			three->nid = SB_NID_ANY;
		else
			EXPECT_EQ(sb_section_populate(&f.inst, page_in(5, 0), page_in(6, 0), 0,
						      &own),
				  0);
		if (i == 6)
			sb_page_set(sb_memmap_page(&f.inst.map, page_in(5, 9)), SB_PAGE_ALLOC, 0,
				    0);
		expect_violation(texts[i]);
		sb_section_depopulate(&f.inst, page_in(5, 0), page_in(6, 0));
		fixture_drop(&f);
		free(own.mapped);
	}
}

#define MODEL_SECTIONS 64

/* What a naive model knows of a section: whose array its descriptors are in, and where. */
struct known {
	struct sb_page *page; /* NULL: no memory */
	void *array; /* to be let go of with the last section in it */
	unsigned int *users;
	int nid;
};

static void expect_known(const struct known *known, const struct sb_config *cfg, u64 *seed)
{
	unsigned int nr = (unsigned int)(cfg->section_bytes / SB_PAGE_SIZE), i;

	for (i = 0; i < MODEL_SECTIONS; i++) {
		unsigned long pfn = sb_pfn_down(cfg->window_base) + (unsigned long)i * nr;
		unsigned long page = below(seed, nr);
		const struct sb_section *section = sb_section_of(&f.inst, pfn + page);

		if (section->flags & SB_SECTION_EARLY)
			continue;
		EXPECT_EQ(sb_section_present(&f.inst, pfn + page), !!known[i].page);
		EXPECT(!sb_memmap_exists(&f.inst, pfn + page));
		if (!known[i].page)
			continue;
		EXPECT(sb_memmap_page(&f.inst.map, pfn + page) == known[i].page + page);
		EXPECT_EQ(sb_page_state(known[i].page + page), SB_PAGE_RESERVED);
		EXPECT_EQ(section->nid, known[i].nid);
	}
}

static void add(struct known *known, const struct sb_config *cfg, unsigned int at, unsigned int nr,
		u64 *seed)
{
	unsigned long pages = (unsigned long)(cfg->section_bytes / SB_PAGE_SIZE);
	unsigned long start = sb_pfn_down(cfg->window_base) + at * pages;
	struct sb_own_range own = own_range(0, nr * pages);
	int nid = (int)below(seed, SB_MAX_NODES), err, wanted = 0;
	unsigned int *users = malloc(sizeof(*users)), i;

	for (i = at; i < at + nr; i++)
		if (known[i].page ||
		    sb_section_of(&f.inst, start + (i - at) * pages)->flags & SB_SECTION_EARLY)
			wanted = -EEXIST;
	err = sb_section_populate(&f.inst, start, start + nr * pages, nid, &own);
	EXPECT_EQ(err, wanted);
	*users = nr;
	if (err) {
		free(users);
		free(own.mapped);
		return;
	}
	for (i = 0; i < nr; i++)
		known[at + i] = (struct known){ (struct sb_page *)own.mapped + i * pages,
						own.mapped, users, nid };
}

static void drop(struct known *known, const struct sb_config *cfg, unsigned int at)
{
	unsigned long pages = (unsigned long)(cfg->section_bytes / SB_PAGE_SIZE);
	unsigned long start = sb_pfn_down(cfg->window_base) + at * pages;

	if (!known[at].page)
		return;
	sb_section_depopulate(&f.inst, start, start + pages);
	if (!--*known[at].users) {
		free(known[at].array);
		free(known[at].users);
	}
	memset(&known[at], 0, sizeof(known[at]));
}

/* Requests go on meanwhile, and find nothing of it. */
static void disturb(const struct sb_config *cfg, u64 *seed)
{
	unsigned int order = below(seed, cfg->max_order + 1);
	long pfn = fixture_alloc(&f, order, SB_MOVABLE);

	if (pfn > 0)
		fixture_free(&f, (unsigned long)pfn, order);
}

static void sections_come_and_go_as_a_naive_model_has_it(void)
{
	u64 seed = unit_seed();
	unsigned long i, nr = unit_iterations(20);

	for (i = 0; i < nr; i++) {
		struct known known[MODEL_SECTIONS] = {};
		struct sb_config cfg = fixture_config(BASE, 4 * MiB);
		unsigned int step;

		cfg.pageblock_order = 3 + below(&seed, 6);
		/* Each section is a memory block. */
		cfg.max_order = cfg.pageblock_order + below(&seed, 3);
		cfg.section_bytes = SB_PAGE_SIZE << cfg.max_order;
		cfg.window_bytes = MODEL_SECTIONS * cfg.section_bytes;
		cfg.window_base = BASE - below(&seed, MODEL_SECTIONS / 2) * cfg.section_bytes;
		fixture_boot(&f, &cfg);
		for (step = 0; step < 40; step++) {
			unsigned int at = below(&seed, MODEL_SECTIONS);

			if (below(&seed, 2))
				add(known, &cfg, at, 1 + below(&seed, min(4u, MODEL_SECTIONS - at)),
				    &seed);
			else
				drop(known, &cfg, at);
			disturb(&cfg, &seed);
			expect_known(known, &cfg, &seed);
			CHECK(&f);
		}
		for (step = 0; step < MODEL_SECTIONS; step++)
			drop(known, &cfg, step);
		fixture_exit(&f);
	}
}

static void a_boot_that_fails_anywhere_is_undone(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned int step, failed = 0;
	int err;

	cfg.section_bytes = 4 * MiB;
	for (step = 1; step < 20; step++) {
		EXPECT_EQ(fixture_init(&f, &cfg), 0);
		f.fail_map = step;
		err = sb_instance_boot(&f.inst);
		EXPECT(!err || err == -ENOMEM);
		failed += err != 0;
		f.fail_map = 0;
		fixture_drop(&f);
	}
	EXPECT(failed >= 3 && failed < 19);
}

UNIT_MAIN(UNIT_CASE(a_boot_that_fails_anywhere_is_undone),
	  UNIT_CASE(every_page_finds_its_own_descriptor),
	  UNIT_CASE(a_flat_instance_has_no_sections),
	  UNIT_CASE(sections_without_memory_have_no_descriptors),
	  UNIT_CASE(parts_of_a_section_without_memory_have_none_either),
	  UNIT_CASE(a_part_is_never_smaller_than_a_pageblock),
	  UNIT_CASE(a_block_may_lie_across_sections),
	  UNIT_CASE(an_instance_with_sections_gives_the_same_pages_as_a_flat_one),
	  UNIT_CASE(sizes_that_do_not_fit_are_refused),
	  UNIT_CASE(policies_out_of_range_are_refused),
	  UNIT_CASE(a_window_is_as_large_as_links_can_tell), UNIT_CASE(banks_may_be_far_apart),
	  UNIT_CASE(the_highest_addresses_work_on_any_cpu),
	  UNIT_CASE(added_sections_bring_their_descriptors),
	  UNIT_CASE(descriptors_inside_of_their_section_are_told),
	  UNIT_CASE(what_cannot_be_added_is_refused),
	  UNIT_CASE(memory_is_added_in_the_window_alone),
	  UNIT_CASE(a_section_of_the_boot_can_go_and_come_back),
	  UNIT_CASE(a_table_that_cannot_be_mapped_can_be_tried_again),
	  UNIT_CASE(the_checker_sees_sections_that_are_broken),
	  UNIT_CASE(sections_come_and_go_as_a_naive_model_has_it))

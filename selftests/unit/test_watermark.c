// SPDX-License-Identifier: GPL-2.0-only
/* Watermarks and reserves of zones: their numbers. */
#include "fixture.h"
#include "watermark.h"

#define BASE 0x90000000ull
#define PAGES(mib) (256ul * (mib))

static struct fixture f;

/* Two nodes that have each kind of zone; what is in them the test says. */
static void lay_out(enum sb_rules_version rules, bool highmem)
{
	struct sb_config cfg = fixture_config(BASE, 32 * MiB);

	fixture_add_bank(&cfg, BASE + 32 * MiB, 32 * MiB, 1);
	cfg.rules = rules;
	cfg.min_free_kbytes = SB_MIN_FREE_AUTO;
	cfg.watermark_scale_factor = 10;
	cfg.lowmem_reserve_ratio[SB_ZONE_DMA] = 256;
	cfg.lowmem_reserve_ratio[SB_ZONE_NORMAL] = 32;
	cfg.lowmem_bytes = highmem ? 48 * MiB : 0;
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	while (f.inst.stage < SB_STAGE_LAYOUT)
		EXPECT_EQ(sb_instance_step(&f.inst), 0);
}

static void set_pages(int nid, unsigned int type, unsigned long nr_pages)
{
	struct sb_zone *z = sb_instance_zone(&f.inst, nid, type);

	z->present = nr_pages;
	z->managed = nr_pages;
}

static void expect_marks(const struct sb_zone *z, const unsigned long *marks)
{
	unsigned int i;

	for (i = 0; i < SB_NR_WMARKS; i++)
		if (z->watermark[i] != marks[i])
			unit_fail(__FILE__, __LINE__, "%lu pages of %s: mark %u is %lu, not %lu",
				  z->managed, sb_zone_name(z), i, z->watermark[i], marks[i]);
}

/* The table above calculate_min_free_kbytes() in Linux, and the limits. */
static void min_free_kbytes_is_the_root_of_sixteen_times_lowmem(void)
{
	static const struct {
		u64 mib;
		unsigned int kib;
	} rows[] = {
		{ 0, 128 },
		{ 1, 128 },
		{ 2, 181 },
		{ 16, 512 },
		{ 32, 724 },
		{ 64, 1024 },
		{ 128, 1448 },
		{ 256, 2048 },
		{ 512, 2896 },
		{ 1024, 4096 },
		{ 2048, 5792 },
		{ 4096, 8192 },
		{ 8192, 11585 },
		{ 16384, 16384 },
		{ 65536, 32768 },
		{ 1ull << 22, 262144 },
		{ 1ull << 23, 262144 },
		{ ~0ull >> 10, 262144 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT_EQ(sb_watermark_min_free_kbytes(rows[i].mib * 1024), rows[i].kib);
	EXPECT_EQ(sb_watermark_min_free_kbytes(1024 * 1024 - 1), 4095);
}

/* Worked out by hand from __setup_per_zone_wmarks(): pages, min, low, high, promo. */
static void one_zone_has_the_marks_of_linux(void)
{
	static const struct {
		unsigned long nr_pages;
		unsigned long marks[SB_NR_WMARKS];
	} rows[] = {
		{ PAGES(8), { 90, 112, 134, 156 } },
		{ PAGES(16), { 128, 160, 192, 224 } },
		{ PAGES(32), { 181, 226, 271, 316 } },
		{ PAGES(64), { 256, 320, 384, 448 } },
		{ PAGES(64) - 1, { 255, 318, 381, 444 } },
		{ PAGES(128), { 362, 452, 542, 632 } },
		{ PAGES(256), { 512, 640, 768, 896 } },
		{ PAGES(512), { 724, 905, 1086, 1267 } },
		{ PAGES(1024), { 1024, 1286, 1548, 1810 } },
		{ PAGES(4096), { 2048, 3096, 4144, 5192 } },
		{ PAGES(65536), { 8192, 24969, 41746, 58523 } },
	};
	unsigned int rules;
	size_t i;

	for (rules = 0; rules < SB_NR_RULES; rules++) {
		lay_out(rules, false);
		set_pages(0, SB_ZONE_NORMAL, 0);
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			set_pages(1, SB_ZONE_NORMAL, rows[i].nr_pages);
			sb_watermark_setup(&f.inst);
			expect_marks(sb_instance_zone(&f.inst, 1, SB_ZONE_NORMAL), rows[i].marks);
		}
		fixture_drop(&f);
	}
}

/* By hand, too: several zones share what is kept back. */
static const struct {
	enum sb_rules_version rules;
	bool highmem;
	struct {
		int nid;
		enum sb_zone_type type;
		unsigned long nr_pages;
		unsigned long marks[SB_NR_WMARKS];
		unsigned long reserve[SB_NR_ZONE_TYPES];
	} zones[3];
} shared[] = {
	{ SB_RULES_6_12,
	  true,
	  { { 0, SB_ZONE_NORMAL, PAGES(768), { 886, 1107, 1328, 1549 }, { 0, 0, 2048, 2048 } },
	    { 0, SB_ZONE_HIGHMEM, PAGES(256), { 64, 137, 210, 283 }, { 0 } } } },
	/* Least and most of what HighMem keeps: 32 and 128 pages. */
	{ SB_RULES_6_12,
	  true,
	  { { 0, SB_ZONE_NORMAL, PAGES(64), { 256, 320, 384, 448 }, { 0, 0, 128, 128 } },
	    { 0, SB_ZONE_HIGHMEM, PAGES(16), { 32, 48, 64, 80 }, { 0 } },
	    { 1, SB_ZONE_HIGHMEM, PAGES(1024), { 128, 1152, 2176, 3200 }, { 0 } } } },
	{ SB_RULES_6_12,
	  false,
	  { { 0, SB_ZONE_NORMAL, PAGES(512), { 724, 905, 1086, 1267 }, { 0, 0, 0, 4096 } },
	    { 0, SB_ZONE_MOVABLE, PAGES(512), { 128, 309, 490, 671 }, { 0 } } } },
	{ SB_RULES_6_1,
	  false,
	  { { 0, SB_ZONE_NORMAL, PAGES(512), { 362, 493, 624, 755 }, { 0, 0, 0, 4096 } },
	    { 0, SB_ZONE_MOVABLE, PAGES(512), { 362, 493, 624, 755 }, { 0 } } } },
	/* Where there is HighMem, Movable is cut from it, and 6.1 takes it for that. */
	{ SB_RULES_6_1,
	  true,
	  { { 0, SB_ZONE_NORMAL, PAGES(512), { 724, 905, 1086, 1267 }, { 0, 0, 0, 4096 } },
	    { 0, SB_ZONE_MOVABLE, PAGES(512), { 128, 309, 490, 671 }, { 0 } } } },
	{ SB_RULES_6_12,
	  false,
	  { { 0, SB_ZONE_DMA, PAGES(16), { 32, 40, 48, 56 }, { 0, 240, 240, 240 } },
	    { 0, SB_ZONE_NORMAL, PAGES(240), { 480, 600, 720, 840 }, { 0 } } } },
	{ SB_RULES_6_12,
	  true,
	  { { 0, SB_ZONE_DMA, PAGES(16), { 42, 52, 62, 72 }, { 0, 504, 760, 760 } },
	    { 0, SB_ZONE_NORMAL, PAGES(504), { 1342, 1677, 2012, 2347 }, { 0, 0, 2048, 2048 } },
	    { 0, SB_ZONE_HIGHMEM, PAGES(256), { 64, 234, 404, 574 }, { 0 } } } },
	{ SB_RULES_6_12,
	  false,
	  { { 0, SB_ZONE_NORMAL, PAGES(64), { 128, 160, 192, 224 }, { 0 } },
	    { 1, SB_ZONE_NORMAL, PAGES(192), { 384, 480, 576, 672 }, { 0 } } } },
};

static void zones_share_the_marks_and_keep_back_from_higher_ones_as_in_linux(void)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(shared); i++) {
		lay_out(shared[i].rules, shared[i].highmem);
		for (n = 0; n < SB_MAX_ZONES; n++)
			set_pages((int)n / SB_NR_ZONE_TYPES, n % SB_NR_ZONE_TYPES, 0);
		for (n = 0; n < 3; n++)
			if (shared[i].zones[n].nr_pages)
				set_pages(shared[i].zones[n].nid, shared[i].zones[n].type,
					  shared[i].zones[n].nr_pages);
		/* One row has a user's choice. */
		f.inst.cfg.min_free_kbytes = i == 6 ? 5542 : SB_MIN_FREE_AUTO;
		sb_watermark_setup(&f.inst);
		for (n = 0; n < 3 && shared[i].zones[n].nr_pages; n++) {
			const struct sb_zone *z = sb_instance_zone(&f.inst, shared[i].zones[n].nid,
								   shared[i].zones[n].type);
			unsigned int upper;

			expect_marks(z, shared[i].zones[n].marks);
			for (upper = 0; upper < SB_NR_ZONE_TYPES; upper++)
				EXPECT_EQ(z->lowmem_reserve[upper],
					  shared[i].zones[n].reserve[upper]);
		}
		fixture_drop(&f);
	}
}

/* The same once more, in floating point and plain loops. */
static double naive_root(double square)
{
	double root = 0;

	while ((root + 1024) * (root + 1024) <= square)
		root += 1024;
	while ((root + 1) * (root + 1) <= square)
		root += 1;
	return root;
}

static double whole(double x)
{
	static const double rounding = 1.0000000000001;

	return (double)(u64)(x * rounding);
}

static bool naive_is_low(const struct sb_zone *z)
{
	if (z->type == SB_ZONE_MOVABLE)
		return f.inst.cfg.rules == SB_RULES_6_1 && !f.inst.cfg.lowmem_bytes;
	return z->type != SB_ZONE_HIGHMEM;
}

static double naive_pages_min(double lowmem)
{
	double kib = f.inst.cfg.min_free_kbytes;

	if (f.inst.cfg.min_free_kbytes == SB_MIN_FREE_AUTO) {
		kib = naive_root(lowmem * 4 * 16);
		kib = kib < 128 ? 128 : kib > 262144 ? 262144 : kib;
	}
	return whole(kib / 4);
}

static void naive_marks(const struct sb_zone *z, double pages_min, double low, double *marks)
{
	double part = whole(pages_min * (double)z->managed / low);
	double step = whole((double)z->managed * f.inst.cfg.watermark_scale_factor / 10000);
	double small = whole((double)z->managed / 1024);
	unsigned int i;

	small = small < 32 ? 32 : small > 128 ? 128 : small;
	if (step < whole(part / 4))
		step = whole(part / 4);
	for (i = 0; i < SB_NR_WMARKS; i++)
		marks[i] = (naive_is_low(z) ? part : small) + i * step;
}

static double naive_reserve(const struct sb_zone *z, unsigned int upper)
{
	unsigned int ratio = f.inst.cfg.lowmem_reserve_ratio[z->type];
	double above = 0;
	unsigned int type;

	for (type = z->type + 1; type <= upper; type++)
		above += (double)sb_instance_zone(&f.inst, z->nid, type)->managed;
	return ratio && z->managed ? whole(above / ratio) : 0;
}

static void compare_with_naive(void)
{
	struct sb_zone *z = NULL;
	double buffer = 0, low = 0, marks[SB_NR_WMARKS];
	unsigned int i;

	while ((z = sb_instance_next_zone(&f.inst, z))) {
		buffer += z->type <= SB_ZONE_NORMAL ? (double)z->managed : 0;
		low += naive_is_low(z) ? (double)z->managed : 0;
	}
	sb_watermark_setup(&f.inst);
	while ((z = sb_instance_next_zone(&f.inst, z))) {
		naive_marks(z, naive_pages_min(buffer), low, marks);
		for (i = 0; i < SB_NR_WMARKS; i++)
			EXPECT_EQ(z->watermark[i], marks[i]);
		for (i = z->type + 1; i < SB_NR_ZONE_TYPES; i++)
			EXPECT_EQ(z->lowmem_reserve[i], naive_reserve(z, i));
	}
}

static void marks_agree_with_a_naive_reckoning_on_any_zones(void)
{
	u64 seed = unit_seed();
	unsigned long round;

	for (round = 0; round < unit_iterations(400); round++) {
		struct sb_config *cfg = &f.inst.cfg;
		size_t n;

		lay_out(unit_below(&seed, SB_NR_RULES), unit_below(&seed, 2));
		for (n = 0; n < 2 * SB_NR_ZONE_TYPES; n++)
			set_pages((int)n / SB_NR_ZONE_TYPES, n % SB_NR_ZONE_TYPES,
				  unit_below(&seed, 3) ?
					  (unsigned long)unit_below(&seed,
								    1ull << unit_below(&seed, 24)) :
					  0);
		set_pages(0, SB_ZONE_NORMAL, 1 + (unsigned long)unit_below(&seed, 1 << 20));
		if (unit_below(&seed, 2))
			cfg->min_free_kbytes = (unsigned int)unit_below(&seed, 1 << 20);
		cfg->watermark_scale_factor = 1 + (unsigned int)unit_below(&seed, 3000);
		for (n = 0; n < SB_NR_ZONE_TYPES; n++)
			cfg->lowmem_reserve_ratio[n] = (unsigned int)unit_below(&seed, 300);
		compare_with_naive();
		fixture_drop(&f);
	}
}

static void marks_do_not_wrap_whatever_is_chosen(void)
{
	struct sb_zone *z = NULL;

	lay_out(SB_RULES_6_12, true);
	set_pages(0, SB_ZONE_NORMAL, 1);
	set_pages(0, SB_ZONE_HIGHMEM, PAGES(2048));
	f.inst.cfg.min_free_kbytes = SB_MIN_FREE_MAX;
	f.inst.cfg.watermark_scale_factor = SB_SCALE_FACTOR_MAX;
	sb_watermark_setup(&f.inst);
	while ((z = sb_instance_next_zone(&f.inst, z)))
		EXPECT(!z->managed || (z->watermark[SB_WMARK_PROMO] > z->watermark[SB_WMARK_HIGH] &&
				       z->watermark[SB_WMARK_HIGH] > z->watermark[SB_WMARK_LOW] &&
				       z->watermark[SB_WMARK_LOW] > z->watermark[SB_WMARK_MIN]));
	/* HighMem's part is 2^48 pages, more than 32 bits can say. */
	z = sb_instance_zone(&f.inst, 0, SB_ZONE_HIGHMEM);
	EXPECT(z->watermark[SB_WMARK_LOW] - z->watermark[SB_WMARK_MIN] >= 1ul << 26);
	fixture_drop(&f);
}

UNIT_MAIN(UNIT_CASE(min_free_kbytes_is_the_root_of_sixteen_times_lowmem),
	  UNIT_CASE(one_zone_has_the_marks_of_linux),
	  UNIT_CASE(zones_share_the_marks_and_keep_back_from_higher_ones_as_in_linux),
	  UNIT_CASE(marks_agree_with_a_naive_reckoning_on_any_zones),
	  UNIT_CASE(marks_do_not_wrap_whatever_is_chosen))

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages as whoever asks for them sees them, so naive that it must be right: a
 * byte a page. What rests on a list of a CPU, in quarantine or as a guard is free.
 */
#ifndef MODEL_PAGES_H
#define MODEL_PAGES_H

#include "fixture.h"
#include "hwpoison.h"

#define MODEL_PAGES 4096

enum model_page { M_ABSENT, M_RESERVED, M_FREE, M_USED, M_MARKED, M_BAD };

/**
 * struct model - What there is, and who has it.
 * @f: the instance and its memory
 * @base: first page
 * @nr_pages: entries of @page
 * @page: enum model_page
 * @isolated: the page's pageblock is
 */
struct model {
	struct fixture *f;
	unsigned long base;
	unsigned long nr_pages;
	unsigned char page[MODEL_PAGES];
	bool isolated[MODEL_PAGES];
};

static inline bool model_covers(const struct model *m, unsigned long pfn)
{
	return pfn - m->base < m->nr_pages;
}

static inline enum model_page model_at(const struct model *m, unsigned long pfn)
{
	return model_covers(m, pfn) ? m->page[pfn - m->base] : M_ABSENT;
}

static inline void model_set(struct model *m, unsigned long pfn, unsigned long nr_pages,
			     enum model_page from, enum model_page to)
{
	for (; nr_pages--; pfn++) {
		if (model_at(m, pfn) != from)
			unit_fail(__FILE__, __LINE__, "pfn %#lx is %d in the model, not %d", pfn,
				  model_at(m, pfn), from);
		if (model_covers(m, pfn))
			m->page[pfn - m->base] = (unsigned char)to;
	}
}

/* What memory and reserved of the tracker leave; all else is nobody's. */
static inline void model_init(struct model *m, struct fixture *f)
{
	struct sb_region_iter all = SB_REGION_ITER(SB_NID_ANY);
	struct sb_region_iter free = SB_REGION_ITER(SB_NID_ANY);
	unsigned long start, end;

	memset(m, 0, sizeof(*m));
	m->f = f;
	m->base = f->inst.map.base_pfn;
	m->nr_pages = f->inst.map.nr_pages;
	while (sb_region_iter_pfns(&f->inst.regions, &all, &start, &end))
		model_set(m, start, end - start, M_ABSENT, M_RESERVED);
	while (sb_region_iter_free(&f->inst.regions, &free)) {
		start = sb_pfn_up(free.base);
		end = sb_pfn_down(free.end);
		if (start < end)
			model_set(m, start, end - start, M_RESERVED, M_FREE);
	}
}

static inline unsigned long model_count(const struct model *m, enum model_page what)
{
	unsigned long nr = 0, i;

	for (i = 0; i < m->nr_pages; i++)
		nr += m->page[i] == what;
	return nr;
}

/* Words that whoever has a page finds as he left them. */
static inline u64 *model_words(const struct model *m, unsigned long pfn)
{
	return m->f->inst.reach.page(m->f->inst.reach.ctx, pfn);
}

static inline void model_write(const struct model *m, unsigned long pfn)
{
	u64 *words = model_words(m, pfn);

	words[0] = ~(u64)pfn;
	words[SB_PAGE_SIZE / sizeof(u64) - 1] = pfn;
}

static inline void model_expect_written(const struct model *m, unsigned long pfn)
{
	const u64 *words = model_words(m, pfn);

	if (words[0] != ~(u64)pfn || words[SB_PAGE_SIZE / sizeof(u64) - 1] != pfn)
		unit_fail(__FILE__, __LINE__, "somebody wrote to pfn %#lx, which is %d", pfn,
			  model_at(m, pfn));
}

/* Where it was last written to. */
static inline void model_expect_zero(const struct model *m, unsigned long pfn)
{
	const u64 *words = model_words(m, pfn);

	if (words[0] || words[SB_PAGE_SIZE / sizeof(u64) - 1])
		unit_fail(__FILE__, __LINE__, "pfn %#lx was free, and is not zero", pfn);
}

static inline void model_give(struct model *m, unsigned long pfn, unsigned long nr_pages)
{
	model_set(m, pfn, nr_pages, M_FREE, M_USED);
	for (; nr_pages--; pfn++) {
		EXPECT(!m->isolated[pfn - m->base]);
		if (m->f->inst.cfg.init_on_free)
			model_expect_zero(m, pfn);
		model_write(m, pfn);
	}
}

/* Before it happens, as free pages may be filled. */
static inline void model_take_back(struct model *m, unsigned long pfn, unsigned long nr_pages)
{
	for (; nr_pages--; pfn++) {
		bool bad = model_at(m, pfn) == M_MARKED;

		model_expect_written(m, pfn);
		model_set(m, pfn, 1, bad ? M_MARKED : M_USED, bad ? M_BAD : M_FREE);
	}
}

static inline const struct sb_zone *model_zone(const struct model *m, unsigned long pfn)
{
	unsigned int zone = sb_pageblock_zone(&m->f->inst.blocks, pfn);

	return zone == SB_ZONE_NONE ? NULL : &m->f->inst.zones[zone];
}

static inline void model_mark_bad(struct model *m, unsigned long pfn)
{
	static const int answers[] = { -ERANGE, -EPERM, 0, 1, -EALREADY, -EALREADY };
	enum model_page was = model_at(m, pfn);

	EXPECT_EQ(sb_hwpoison_mark(&m->f->inst, pfn), answers[was]);
	if (was == M_FREE)
		model_set(m, pfn, 1, M_FREE, M_BAD);
	else if (was == M_USED)
		model_set(m, pfn, 1, M_USED, M_MARKED);
}

/* A bad page is its owner's for as long as it is in use. */
static inline void model_unmark(struct model *m, unsigned long pfn)
{
	static const int answers[] = { -ERANGE, -EINVAL, -EINVAL, -EINVAL, 0, 0 };
	enum model_page was = model_at(m, pfn);

	if (was == M_MARKED)
		model_expect_written(m, pfn);
	EXPECT_EQ(sb_hwpoison_unmark(&m->f->inst, pfn), answers[was]);
	if (was >= M_MARKED)
		model_set(m, pfn, 1, was, was == M_BAD ? M_FREE : M_USED);
}

static inline void model_expect_all_back(const struct model *m)
{
	unsigned long nr_free = 0;
	struct sb_zone *zone = NULL;

	EXPECT_EQ(m->f->inst.hooks & ~(unsigned long)SB_HOOK_ZERO, 0);
	EXPECT_EQ(sb_hwpoison_count(&m->f->inst), 0);
	while ((zone = sb_instance_next_zone(&m->f->inst, zone))) {
		EXPECT_EQ(zone->nr_free, zone->managed);
		nr_free += zone->nr_free;
	}
	EXPECT_EQ(nr_free, model_count(m, M_FREE));
	EXPECT_EQ(nr_free + model_count(m, M_RESERVED) + model_count(m, M_ABSENT), m->nr_pages);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owners of pages that can be moved, for tests: each page of a unit holds a stamp
 * of its own in its memory, so that one that is lost, or comes to a wrong place, is
 * seen. Any step may be made to fail.
 */
#ifndef MODEL_MOVER_H
#define MODEL_MOVER_H

#include "contig.h"
#include "fixture.h"
#include "migrate.h"

#ifndef MOVER_UNITS
#define MOVER_UNITS 256
#endif

/**
 * struct mover_unit - What somebody has in a row.
 * @pfn: first page
 * @nr_pages: pages; 0 for an entry that is not used
 * @type: migratetype of the request
 * @gfp: flags of the request
 * @stamp: contents of the first page, one more for each further one
 * @pinned: stays where it is
 * @busy: so often it does all the same
 * @held: between begin and end
 * @was: first page when somebody last looked
 */
struct mover_unit {
	unsigned long pfn;
	unsigned long nr_pages;
	unsigned int type;
	u32 gfp;
	u64 stamp;
	bool pinned;
	unsigned int busy;
	bool held;
	unsigned long was;
};

/**
 * struct mover - All units of an instance.
 * @f: the instance
 * @unit: units
 * @stamp: the next one's
 * @fail_begin: what begin fails with, or 0; likewise the next two
 * @fail_move: of move
 * @spoil: begin tells of one page more than there is
 * @in_begin: called when a unit is held, once; likewise the next two
 * @in_move: before it is copied
 * @in_end: before it is let go of
 * @nr_begin: calls so far; likewise the next two
 * @nr_move: of move
 * @nr_end: of end
 */
struct mover {
	struct fixture *f;
	struct mover_unit unit[MOVER_UNITS];
	u64 stamp;
	int fail_begin;
	int fail_move;
	bool spoil;
	void (*in_begin)(unsigned long pfn);
	void (*in_move)(unsigned long pfn);
	void (*in_end)(unsigned long pfn);
	unsigned int nr_begin;
	unsigned int nr_move;
	unsigned int nr_end;
};

static inline unsigned char *mover_memory(const struct mover *m, unsigned long pfn)
{
	return m->f->inst.reach.page(m->f->inst.reach.ctx, pfn);
}

static inline struct mover_unit *mover_at(struct mover *m, unsigned long pfn)
{
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++)
		if (pfn - m->unit[i].pfn < m->unit[i].nr_pages)
			return &m->unit[i];
	return NULL;
}

/* All of a page, so that a pattern of free pages is seen anywhere in it. */
static inline void mover_write(const struct mover *m, const struct mover_unit *unit)
{
	unsigned long page, i;

	for (page = 0; page < unit->nr_pages; page++) {
		u64 *words = (u64 *)mover_memory(m, unit->pfn + page);

		for (i = 0; i < SB_PAGE_SIZE / sizeof(u64); i += 63)
			words[i] = unit->stamp + page;
	}
}

static inline void mover_expect_contents(const struct mover *m, const struct mover_unit *unit)
{
	unsigned long page, i;

	for (page = 0; page < unit->nr_pages; page++) {
		const u64 *words = (const u64 *)mover_memory(m, unit->pfn + page);

		for (i = 0; i < SB_PAGE_SIZE / sizeof(u64); i += 63)
			if (words[i] != unit->stamp + page) {
				unit_fail(__FILE__, __LINE__,
					  "page %lu of the unit at %#lx has %#llx, not %#llx", page,
					  unit->pfn, words[i], unit->stamp + page);
				return;
			}
	}
}

static inline void mover_hook(void (**hook)(unsigned long pfn), unsigned long pfn)
{
	void (*run)(unsigned long pfn) = *hook;

	*hook = NULL;
	if (run)
		run(pfn);
}

static inline int mover_begin(void *ctx, unsigned long pfn, enum sb_migrate_mode mode,
			      struct sb_unit *unit)
{
	struct mover *m = ctx;
	struct mover_unit *own = mover_at(m, pfn);

	(void)mode;
	m->nr_begin++;
	if (m->fail_begin)
		return m->fail_begin;
	if (!own)
		return -ENOENT;
	if (own->pinned || own->held)
		return -EBUSY;
	if (own->busy) {
		own->busy--;
		return -EBUSY;
	}
	own->held = true;
	unit->pfn = own->pfn;
	unit->nr_pages = own->nr_pages + m->spoil;
	unit->type = own->type;
	unit->gfp = own->gfp;
	unit->owner = own;
	mover_hook(&m->in_begin, pfn);
	return 0;
}

static inline int mover_move(void *ctx, struct sb_unit *unit, unsigned long to)
{
	struct mover_unit *own = unit->owner;
	struct mover *m = ctx;
	unsigned long page;

	m->nr_move++;
	EXPECT(own->held);
	EXPECT_EQ(own->pfn, unit->pfn);
	mover_expect_contents(m, own);
	mover_hook(&m->in_move, to);
	if (m->fail_move)
		return m->fail_move;
	for (page = 0; page < unit->nr_pages; page++)
		memcpy(mover_memory(m, to + page), mover_memory(m, unit->pfn + page), SB_PAGE_SIZE);
	own->pfn = to;
	return 0;
}

static inline void mover_end(void *ctx, struct sb_unit *unit)
{
	struct mover_unit *own = unit->owner;
	struct mover *m = ctx;

	m->nr_end++;
	EXPECT(own->held);
	mover_hook(&m->in_end, own->pfn);
	mover_expect_contents(m, own);
	own->held = false;
}

static inline void mover_describe(void *ctx, unsigned long pfn, char *text)
{
	const struct mover_unit *own = mover_at(ctx, pfn);

	snprintf(text, SB_UNIT_NAME_LEN, "unit %llu%s", own ? own->stamp : 0,
		 own && own->pinned ? ", pinned" : "");
}

static const struct sb_mover model_mover = {
	.begin = mover_begin,
	.move = mover_move,
	.end = mover_end,
	.describe = mover_describe,
};

static inline void mover_init(struct mover *m, struct fixture *f)
{
	memset(m, 0, sizeof(*m));
	m->f = f;
	m->stamp = 1;
	sb_migrate_set_mover(&f->inst, &model_mover, m);
}

/* Where it was last written to, of pages that were free before they became a unit's. */
static inline void mover_expect_zero(const struct mover *m, unsigned long pfn,
				     unsigned long nr_pages)
{
	unsigned long i;

	for (; nr_pages--; pfn++) {
		const u64 *words = (const u64 *)mover_memory(m, pfn);

		for (i = 0; i < SB_PAGE_SIZE / sizeof(u64); i += 63)
			EXPECT_EQ(words[i], 0);
	}
}

/* Pages that are in use become a unit, in an entry that is free, or NULL. */
static inline struct mover_unit *mover_adopt(struct mover *m, unsigned long pfn,
					     unsigned long nr_pages, unsigned int type, u32 gfp)
{
	unsigned int i = 0;

	while (i < MOVER_UNITS && m->unit[i].nr_pages)
		i++;
	if (i == MOVER_UNITS)
		return NULL;
	m->unit[i] = (struct mover_unit){
		.pfn = pfn,
		.nr_pages = nr_pages,
		.type = type,
		.gfp = gfp,
		.stamp = m->stamp,
		.was = pfn,
	};
	m->stamp += nr_pages;
	if (m->f->inst.cfg.init_on_free)
		mover_expect_zero(m, pfn, nr_pages);
	mover_write(m, &m->unit[i]);
	sb_migrate_mark(&m->f->inst, pfn, nr_pages, true);
	return &m->unit[i];
}

/* A unit where the request finds a place, or NULL. */
static inline struct mover_unit *mover_alloc(struct mover *m, unsigned long nr_pages, u32 gfp)
{
	struct sb_request request;
	struct mover_unit *unit;
	unsigned long pfn;
	int err;

	EXPECT_EQ(sb_request_init(&request, gfp, 0, SB_NID_ANY), 0);
	if (nr_pages > sb_order_pages(m->f->inst.cfg.max_order)) {
		struct sb_contig contig = { .request = request, .nr_pages = nr_pages };

		err = sb_contig_alloc(&m->f->inst, &contig, &pfn);
	} else {
		err = sb_alloc_exact(&m->f->inst, &request, nr_pages, &pfn);
	}
	if (err)
		return NULL;
	unit = mover_adopt(m, pfn, nr_pages, request.type, gfp);
	if (!unit)
		EXPECT_EQ(sb_alloc_free_exact(&m->f->inst, pfn, nr_pages), 0);
	return unit;
}

static inline void mover_free(struct mover *m, struct mover_unit *unit)
{
	unsigned long pfn = unit->pfn, nr_pages = unit->nr_pages;

	EXPECT(!unit->held);
	mover_expect_contents(m, unit);
	unit->nr_pages = 0;
	EXPECT_EQ(sb_alloc_free_exact(&m->f->inst, pfn, nr_pages), 0);
}

/* Every page of every unit is marked, and has what it should. */
static inline void mover_expect_all(struct mover *m)
{
	unsigned long page;
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++) {
		const struct mover_unit *unit = &m->unit[i];

		mover_expect_contents(m, unit);
		for (page = 0; page < unit->nr_pages; page++) {
			struct sb_page_info info;

			sb_memmap_info(&m->f->inst, unit->pfn + page, &info);
			EXPECT(sb_migrate_can(&m->f->inst, &info));
		}
	}
}

static inline void mover_remember(struct mover *m)
{
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++)
		m->unit[i].was = m->unit[i].pfn;
}

/* Since then: as compaction moves units, and none that is pinned. */
static inline void mover_expect_only_up(const struct mover *m)
{
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++) {
		const struct mover_unit *unit = &m->unit[i];

		if (!unit->nr_pages || unit->pfn == unit->was)
			continue;
		EXPECT(!unit->pinned);
		EXPECT(unit->pfn > unit->was);
		EXPECT(fixture_zone_of(m->f, unit->pfn) == fixture_zone_of(m->f, unit->was));
	}
}

static inline void mover_exit(struct mover *m)
{
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++)
		if (m->unit[i].nr_pages)
			mover_free(m, &m->unit[i]);
}

#endif

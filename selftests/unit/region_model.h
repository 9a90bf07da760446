/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A naive model of the region tracker: a map of cells of one page, each with
 * its node, its flags, and whether it is reserved.
 */
#ifndef REGION_MODEL_H
#define REGION_MODEL_H

#include "region_host.h"

#define MAX_CELLS 1024
#define CELL ((u64)SB_PAGE_SIZE)

struct cell {
	bool memory;
	bool reserved;
	int nid;
	u32 flags;
};

/* A range of cells, and how it is named to the tracker. */
struct cell_range {
	unsigned int from;
	unsigned int to;
	u64 base;
	u64 size;
};

struct model {
	struct host h;
	struct cell cells[MAX_CELLS];
	unsigned int nr;
	u64 base; /* address of the first cell */
	u64 state; /* of the random numbers */
	struct cell_range range; /* what the step is about */
	struct cell_range homes[2]; /* of both arrays, before the step */
};

static inline unsigned int below(struct model *m, unsigned int limit)
{
	return (unsigned int)unit_below(&m->state, limit);
}

/* Where a cell starts; the last one ends at the top, not at 0. */
static inline u64 cell_addr(const struct model *m, unsigned int i)
{
	u64 addr = m->base + i * CELL;

	return i && !addr ? TOP : addr;
}

static inline struct cell_range random_range(struct model *m, unsigned int longest)
{
	struct cell_range range;

	if (below(m, 4))
		longest = min(longest, 8u);
	range.from = below(m, m->nr);
	range.to = range.from + below(m, min(longest, m->nr - range.from) + 1);
	range.base = cell_addr(m, range.from);
	range.size = (range.to - range.from) * CELL;
	/* At the top of the address space a range may try to reach further. */
	if (range.size && range.to == m->nr && cell_addr(m, m->nr) == TOP && below(m, 2))
		range.size = max(range.size, unit_random(&m->state) << 16);
	return range;
}

static inline bool same_kind(const struct cell *a, const struct cell *b)
{
	return a->memory == b->memory && a->nid == b->nid && a->flags == b->flags;
}

static inline void expect_region(const struct model *m, const struct sb_region_type *type,
				 unsigned int *idx, unsigned int from, unsigned int to,
				 const struct cell *kind)
{
	const struct sb_region *rgn = &type->regions[*idx];

	if (*idx >= type->nr) {
		unit_fail(__FILE__, __LINE__, "%s lacks a region at cell %u", type->name, from);
		return;
	}
	EXPECT_EQ(rgn->base, cell_addr(m, from));
	EXPECT_EQ(rgn->base + rgn->size, cell_addr(m, to));
	EXPECT_EQ(rgn->nid, kind ? kind->nid : SB_NID_ANY);
	EXPECT_EQ(rgn->flags, kind ? kind->flags : 0);
	(*idx)++;
}

static inline void compare(const struct model *m)
{
	unsigned int i, end, nr_memory = 0, nr_reserved = 0;
	const struct cell *cells = m->cells;

	EXPECT_EQ(sb_region_check(&m->h.r), 0);
	for (i = 0; i < m->nr; i = end) {
		for (end = i + 1; end < m->nr && same_kind(&cells[i], &cells[end]);)
			end++;
		if (cells[i].memory)
			expect_region(m, &m->h.r.memory, &nr_memory, i, end, &cells[i]);
	}
	for (i = 0; i < m->nr; i = end) {
		for (end = i + 1; end < m->nr && cells[i].reserved == cells[end].reserved;)
			end++;
		if (cells[i].reserved)
			expect_region(m, &m->h.r.reserved, &nr_reserved, i, end, NULL);
	}
	EXPECT_EQ(m->h.r.memory.nr, nr_memory);
	EXPECT_EQ(m->h.r.reserved.nr, nr_reserved);
}

/* The cells of a grown array. */
static inline struct cell_range home(const struct model *m, const struct sb_region_type *type)
{
	u64 size = sb_region_round_up(type->max * sizeof(struct sb_region), CELL);
	struct cell_range range = { 0 };

	if (type->regions == type->initial)
		return range;
	range.from = (unsigned int)((type->home - m->base) / CELL);
	range.to = range.from + (unsigned int)(size / CELL);
	return range;
}

static inline bool meets(struct cell_range a, unsigned int from, unsigned int to)
{
	return from < to && a.from < to && from < a.to;
}

static inline bool is_busy(const struct model *m, unsigned int from, unsigned int to)
{
	return meets(home(m, &m->h.r.memory), from, to) ||
	       meets(home(m, &m->h.r.reserved), from, to);
}

static inline void set_reserved(struct model *m, struct cell_range what, bool reserved)
{
	while (what.from < what.to)
		m->cells[what.from++].reserved = reserved;
}

/* After a step: the arrays that have moved, and the errno that came. */
static inline bool took_place(struct model *m, bool busy, int err)
{
	const struct cell_range *homes = m->homes;
	const struct cell_range memory = home(m, &m->h.r.memory);
	const struct cell_range reserved = home(m, &m->h.r.reserved);

	if (err == -ENOMEM) {
		/* Only when an array is full, and growth is made to fail or has no place. */
		EXPECT(m->h.r.memory.nr + 2 > m->h.r.memory.max ||
		       m->h.r.reserved.nr + 2 > m->h.r.reserved.max);
		EXPECT(memory.from == homes[0].from && reserved.from == homes[1].from);
		return false;
	}
	EXPECT_EQ(err, busy ? -EBUSY : 0);
	if (memory.from != homes[0].from || memory.to != homes[0].to) {
		set_reserved(m, homes[0], false);
		set_reserved(m, memory, true);
	}
	if (reserved.from != homes[1].from || reserved.to != homes[1].to) {
		set_reserved(m, homes[1], false);
		set_reserved(m, reserved, true);
	}
	return !err;
}

#endif

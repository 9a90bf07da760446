// SPDX-License-Identifier: GPL-2.0-only
/*
 * The region tracker against a naive model: after every random step its arrays
 * are compared with the model's map, entry by entry.
 */
#include "region_model.h"

typedef void step_fn(struct model *m);

/* How often a step is taken, of the sum of all. */
struct choice {
	step_fn *step;
	unsigned int weight;
};

static void step_add(struct model *m)
{
	struct cell_range range = m->range;
	int nid = (int)below(m, 3) - 1;
	u32 flags = below(m, 2) ? 0 : below(m, 8);
	unsigned int i;

	if (!took_place(m, false, sb_region_add(&m->h.r, range.base, range.size, nid, flags)))
		return;
	for (i = range.from; i < range.to; i++)
		if (!m->cells[i].memory)
			m->cells[i] = (struct cell){ true, m->cells[i].reserved, nid, flags };
}

static void drop_memory(struct model *m, unsigned int from, unsigned int to)
{
	for (; from < to; from++)
		m->cells[from] = (struct cell){ .reserved = m->cells[from].reserved };
}

static void step_remove(struct model *m)
{
	struct cell_range range = m->range;

	if (took_place(m, is_busy(m, range.from, range.to),
		       sb_region_remove(&m->h.r, range.base, range.size)))
		drop_memory(m, range.from, range.to);
}

static void step_reserve(struct model *m)
{
	struct cell_range range = m->range;

	if (took_place(m, false, sb_region_reserve(&m->h.r, range.base, range.size)))
		set_reserved(m, range, true);
}

static void step_free(struct model *m)
{
	struct cell_range range = m->range;

	if (took_place(m, is_busy(m, range.from, range.to),
		       sb_region_free(&m->h.r, range.base, range.size)))
		set_reserved(m, range, false);
}

static void step_flag(struct model *m)
{
	struct cell_range range = m->range;
	u32 flag = 1u << below(m, 3);
	bool set = below(m, 2);
	bool busy = set && flag == SB_REGION_NOMAP && is_busy(m, range.from, range.to);
	int err;

	if (set)
		err = sb_region_mark(&m->h.r, range.base, range.size, flag);
	else
		err = sb_region_clear(&m->h.r, range.base, range.size, flag);
	if (!took_place(m, busy, err))
		return;
	for (; range.from < range.to; range.from++) {
		struct cell *cell = &m->cells[range.from];

		if (cell->memory)
			cell->flags = set ? cell->flags | flag : cell->flags & ~flag;
	}
}

static void step_node(struct model *m)
{
	struct cell_range range = m->range;
	int nid = (int)below(m, 3) - 1;

	if (!took_place(m, false, sb_region_set_node(&m->h.r, range.base, range.size, nid)))
		return;
	for (; range.from < range.to; range.from++)
		if (m->cells[range.from].memory)
			m->cells[range.from].nid = nid;
}

/* A range that ends at the top has lost its last byte, and so ends amid a block. */
static void step_trim(struct model *m)
{
	unsigned int pages = 1u << below(m, 3), i, j, end;
	u64 align = pages * CELL;
	static struct cell after[MAX_CELLS];
	bool busy = false;

	memcpy(after, m->cells, sizeof(after));
	for (i = 0; i < m->nr; i = end) {
		for (end = i + 1; end < m->nr && same_kind(&m->cells[i], &m->cells[end]);)
			end++;
		for (j = i; j < end && m->cells[i].memory; j++) {
			u64 block = cell_addr(m, j) & ~(align - 1);

			if (block >= cell_addr(m, i) && block + align - 1 < cell_addr(m, end) &&
			    block + align - 1 != TOP)
				continue;
			busy |= is_busy(m, j, j + 1);
			after[j] = (struct cell){ .reserved = after[j].reserved };
		}
	}
	if (took_place(m, busy, sb_region_trim(&m->h.r, align)))
		memcpy(m->cells, after, sizeof(after));
}

static void step_limit(struct model *m)
{
	unsigned int keep = 1 + below(m, m->nr), i, nr = 0;
	struct cell_range rest = { .to = m->nr };

	for (i = 0; i < m->nr && nr < keep; i++)
		nr += m->cells[i].memory;
	if (nr < keep)
		i = m->nr;
	rest.from = i;
	if (!took_place(m, is_busy(m, i, m->nr), sb_region_enforce_limit(&m->h.r, keep * CELL)))
		return;
	drop_memory(m, i, m->nr);
	set_reserved(m, rest, false);
}

static void step_cap(struct model *m)
{
	struct cell_range range = m->range;
	const struct cell_range under = { .to = range.from }, over = { range.to, m->nr, 0, 0 };
	bool busy, none = range.from == range.to || !m->h.r.memory.nr;
	unsigned int i;

	busy = !none && (is_busy(m, 0, range.from) || is_busy(m, range.to, m->nr));
	if (!took_place(m, busy, sb_region_cap(&m->h.r, range.base, range.size)) || none)
		return;
	for (i = 0; i < m->nr; i++)
		if ((i < range.from || i >= range.to) && !(m->cells[i].flags & SB_REGION_NOMAP))
			drop_memory(m, i, i + 1);
	set_reserved(m, under, false);
	set_reserved(m, over, false);
}

/* May a cell be given to such a request? */
static bool usable(const struct model *m, unsigned int i, int nid, u32 want)
{
	const struct cell *cell = &m->cells[i];

	return cell->memory && !cell->reserved && !(cell->flags & SB_REGION_NOMAP) &&
	       (cell->flags & want) == want && (nid == SB_NID_ANY || nid == cell->nid);
}

/* The best address in the cell @i for a block that starts there. */
static bool block_in(const struct model *m, const struct sb_region_request *q, u64 min_addr,
		     u64 max_addr, unsigned int i, u64 *at)
{
	u64 low = max(cell_addr(m, i), min_addr), high;
	unsigned int end = i;

	while (end < m->nr && same_kind(&m->cells[i], &m->cells[end]) && !m->cells[end].reserved)
		end++;
	high = min(cell_addr(m, end), max_addr);
	if (high < q->size || high - q->size < low)
		return false;
	high = min(high - q->size, cell_addr(m, i) + CELL - 1);
	if (m->h.r.bottom_up)
		*at = low % q->align ? low - low % q->align + q->align : low;
	else
		*at = high - high % q->align;
	return *at >= low && *at <= high;
}

static bool best_in(const struct model *m, const struct sb_region_request *q, u64 min_addr,
		    u64 max_addr, int nid, u32 want, u64 *at)
{
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		unsigned int cell = m->h.r.bottom_up ? i : m->nr - 1 - i;

		if (usable(m, cell, nid, want) && block_in(m, q, min_addr, max_addr, cell, at))
			return true;
	}
	return false;
}

/* The rules in the order in which they are dropped: node, mirror, lower bound. */
static bool best(const struct model *m, const struct sb_region_request *q, u64 *at)
{
	u64 max_addr = q->max_addr ? min(q->max_addr, m->h.r.current_limit) : m->h.r.current_limit;
	unsigned int bound, mirror, any;
	bool some = false;

	for (bound = 0; bound < m->nr; bound++)
		some |= m->cells[bound].flags & SB_REGION_MIRROR;
	for (bound = 0; bound < 2; bound++)
		for (mirror = some ? 0 : 1; mirror < 2; mirror++)
			for (any = 0; any < (q->exact_nid ? 1 : 2); any++)
				if (best_in(m, q, max(bound ? 0 : q->min_addr, CELL), max_addr,
					    any ? SB_NID_ANY : q->nid,
					    mirror ? 0 : SB_REGION_MIRROR, at))
					return true;
	return false;
}

static void random_request(struct model *m, struct sb_region_request *q)
{
	*q = (struct sb_region_request){
		.size = 1 + unit_below(&m->state, (below(m, 4) ? 4 : 24) * CELL),
		.align = 1ull << below(m, 17),
		.nid = (int)below(m, 4) - 1,
		.exact_nid = below(m, 2),
	};
	if (below(m, 2))
		q->min_addr = cell_addr(m, below(m, m->nr)) + below(m, 2) * below(m, 4096);
	if (below(m, 2))
		q->max_addr = cell_addr(m, below(m, m->nr)) + below(m, 2) * below(m, 4096);
	m->h.r.current_limit = below(m, 2) ? TOP : cell_addr(m, below(m, m->nr + 1));
	m->h.r.bottom_up = below(m, 2);
}

static void step_find(struct model *m)
{
	struct sb_region_request q;
	u64 seen = 1, wanted = 1;
	int err;

	random_request(m, &q);
	err = best(m, &q, &wanted) ? 0 : -ENOMEM;
	EXPECT_EQ(sb_region_find(&m->h.r, &q, &seen), err);
	if (!err)
		EXPECT_EQ(seen, wanted);
}

static void step_alloc(struct model *m)
{
	struct sb_region_request q;
	u64 seen = 1, wanted = 1;
	bool found;
	int err;

	random_request(m, &q);
	q.size = (q.size + CELL - 1) / CELL * CELL;
	q.align = max(q.align, CELL);
	found = best(m, &q, &wanted);
	err = sb_region_alloc(&m->h.r, &q, &seen);
	if (!found) {
		EXPECT_EQ(err, -ENOMEM);
		return;
	}
	if (took_place(m, false, err)) {
		unsigned int from = (unsigned int)((seen - m->base) / CELL);
		struct cell_range range = { .from = from };

		EXPECT_EQ(seen, wanted);
		range.to = from + (unsigned int)(q.size / CELL);
		set_reserved(m, range, true);
	}
	m->h.r.current_limit = TOP;
}

/* Does the walk give the cell? */
static bool walks(const struct cell *cell, const struct sb_region_iter *it, bool only_free)
{
	return cell->memory && (it->nid == SB_NID_ANY || it->nid == cell->nid) &&
	       !(cell->flags & it->skip_flags) && !(~cell->flags & it->want_flags) &&
	       !(only_free && cell->reserved);
}

static bool next_cells(const struct model *m, const struct sb_region_iter *it, bool only_free,
		       unsigned int *from, unsigned int *to)
{
	while (*from < m->nr && !walks(&m->cells[*from], it, only_free))
		++*from;
	for (*to = *from; *to < m->nr && walks(&m->cells[*to], it, only_free); ++*to)
		if (!same_kind(&m->cells[*from], &m->cells[*to]))
			break;
	return *from < m->nr;
}

/* Forwards against the map, then backwards against what was found forwards. */
static void step_walk(struct model *m)
{
	bool (*const up[])(const struct sb_regions *r, struct sb_region_iter *it) = {
		sb_region_iter_memory,
		sb_region_iter_free,
	};
	bool (*const down[])(const struct sb_regions *r, struct sb_region_iter *it) = {
		sb_region_iter_memory_rev,
		sb_region_iter_free_rev,
	};
	static struct sb_region_iter found[MAX_CELLS];
	struct sb_region_iter it = SB_REGION_ITER((int)below(m, 4) - 1), back;
	unsigned int from = 0, to, nr = 0, only_free = below(m, 2);

	it.skip_flags = below(m, 2) ? 0 : below(m, 8);
	it.want_flags = below(m, 2) ? 0 : below(m, 8);
	back = it;
	for (; next_cells(m, &it, only_free, &from, &to); from = to) {
		EXPECT(up[only_free](&m->h.r, &it));
		EXPECT_EQ(it.base, cell_addr(m, from));
		EXPECT_EQ(it.end, cell_addr(m, to));
		EXPECT_EQ(it.found_nid, m->cells[from].nid);
		found[nr++] = it;
	}
	EXPECT(!up[only_free](&m->h.r, &it));
	while (nr-- > 0) {
		EXPECT(down[only_free](&m->h.r, &back));
		EXPECT(back.base == found[nr].base && back.end == found[nr].end);
		EXPECT_EQ(back.found_nid, found[nr].found_nid);
	}
	EXPECT(!down[only_free](&m->h.r, &back));
}

static void step_ask(struct model *m)
{
	const struct cell_range range = m->range;
	bool memory = true, reserved = false, overlaps = false;
	const struct cell *first = &m->cells[range.from];
	unsigned int i;

	for (i = range.from; i < range.to; i++) {
		memory &= m->cells[i].memory && same_kind(first, &m->cells[i]);
		overlaps |= m->cells[i].memory;
		reserved |= m->cells[i].reserved;
	}
	memory &= first->memory;
	EXPECT_EQ(sb_region_is_range_memory(&m->h.r, range.base, range.size), memory);
	EXPECT_EQ(sb_region_overlaps(&m->h.r.memory, range.base, range.size), overlaps);
	EXPECT_EQ(sb_region_is_range_reserved(&m->h.r, range.base, range.size), reserved);
	EXPECT_EQ(sb_region_is_memory(&m->h.r, range.base), first->memory);
	EXPECT_EQ(sb_region_is_reserved(&m->h.r, range.base + CELL - 2), first->reserved);
	EXPECT_EQ(sb_region_is_mapped(&m->h.r, range.base),
		  first->memory && !(first->flags & SB_REGION_NOMAP));
	EXPECT_EQ(sb_region_nid(&m->h.r, range.base), first->memory ? first->nid : SB_NID_ANY);
}

static const struct choice all_steps[] = {
	{ step_add, 100 }, { step_remove, 35 }, { step_reserve, 80 }, { step_free, 60 },
	{ step_flag, 40 }, { step_node, 30 },	{ step_find, 45 },    { step_alloc, 40 },
	{ step_walk, 30 }, { step_ask, 37 },	{ step_trim, 1 },     { step_limit, 1 },
	{ step_cap, 1 },   { NULL, 0 },
};

/* What keeps the map full of small differences. */
static const struct choice small_steps[] = {
	{ step_add, 1 },   { step_remove, 1 }, { step_reserve, 2 },
	{ step_free, 1 },  { step_flag, 1 },   { step_node, 1 },
	{ step_alloc, 1 }, { step_walk, 1 },   { NULL, 0 },
};

static step_fn *choose(struct model *m, const struct choice *choices)
{
	unsigned int i, sum = 0, at;

	for (i = 0; choices[i].step; i++)
		sum += choices[i].weight;
	at = below(m, sum);
	for (i = 0; at >= choices[i].weight; i++)
		at -= choices[i].weight;
	return choices[i].step;
}

static void run(struct model *m, const struct choice *choices, unsigned int longest,
		unsigned long steps)
{
	while (steps-- > 0) {
		m->homes[0] = home(m, &m->h.r.memory);
		m->homes[1] = home(m, &m->h.r.reserved);
		m->range = random_range(m, longest);
		/* Every seventh growth is not given its memory. */
		m->h.refuse_from = below(m, 7) ? ~0u : m->h.calls + 1 + below(m, 2);
		choose(m, choices)(m);
		compare(m);
	}
}

static struct model *new_model(u64 base, unsigned int nr, u64 seed)
{
	static struct model m;

	memset(&m, 0, sizeof(m));
	host_init(&m.h, true);
	m.base = base;
	m.nr = nr;
	m.state = seed;
	return &m;
}

static void small_run(u64 base)
{
	struct model *m = new_model(base, 64, unit_seed());

	run(m, all_steps, m->nr, unit_iterations(200000));
	host_exit(&m->h);
}

static void steps_at_the_bottom_follow_the_model(void)
{
	small_run(0);
}

static void steps_across_4_gib_follow_the_model(void)
{
	small_run((1ull << 32) - 32 * CELL);
}

static void steps_at_the_top_follow_the_model(void)
{
	small_run(-64 * CELL);
}

/* Short ranges in a wide map, so that both arrays grow again and again. */
static void steps_with_growing_arrays_follow_the_model(void)
{
	const unsigned long steps = unit_iterations(200000) / 64;
	u64 seed = unit_seed();
	unsigned int i, j;

	for (i = 0; i < 4; i++) {
		struct model *m =
			new_model(i & 1 ? -MAX_CELLS * CELL : P(0x80000), MAX_CELLS, seed + 2 * i);

		WORKS(&m->h, sb_region_add(&m->h.r, m->base, MAX_CELLS * CELL, SB_NID_ANY, 0));
		for (j = 0; j < MAX_CELLS; j++)
			m->cells[j] = (struct cell){ .memory = true, .nid = SB_NID_ANY };
		run(m, small_steps, 2, steps);
		if (steps >= 2500)
			EXPECT_EQ(m->h.live, 2);
		host_exit(&m->h);
	}
}

UNIT_MAIN(UNIT_CASE(steps_at_the_bottom_follow_the_model),
	  UNIT_CASE(steps_across_4_gib_follow_the_model),
	  UNIT_CASE(steps_at_the_top_follow_the_model),
	  UNIT_CASE(steps_with_growing_arrays_follow_the_model))

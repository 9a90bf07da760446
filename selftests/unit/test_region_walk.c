// SPDX-License-Identifier: GPL-2.0-only
/*
 * All there is to be asked of a table of regions over a few bytes, at either end of the address
 * space: every request, with every range, in every state that any sequence of requests leads to.
 * After each of them the table is what a naive model says, byte by byte.
 *
 * A table has one form for what its bytes are, so it does not matter how a state was come by, and
 * what follows from each state follows from all sequences, however long. That none is left out
 * is seen by counting: each byte may be of any kind, whatever the others are.
 */
#include "region_array.h"
#include "region_host.h"

#define MAX_BYTES 12u
#define MAX_STATES 4096u
#define POISON 0xa5

/**
 * struct universe - A few bytes, each of which is nothing or of a kind.
 * @base: address of the first
 * @nr: how many there are
 * @kinds: how many kinds there are, nothing included; two are those of reserved
 */
struct universe {
	u64 base;
	unsigned int nr;
	unsigned int kinds;
};

/* What each byte is: 0 for nothing, or 1 + what it has of these. */
#define NODE 1u
#define FLAG 2u

struct map {
	u8 kind[MAX_BYTES];
};

enum verb { ADD, REMOVE, MARK, CLEAR, SET_NODE, CAP, TRIM, LIMIT, NR_VERBS };

/* A request; @kind is what is added, or what is set. */
struct op {
	enum verb verb;
	unsigned int kind;
	unsigned int from;
	unsigned int to;
	bool beyond; /* with a size that goes past the address space */
};

static struct universe uni;
static struct sb_regions r;
static struct sb_region_type *table;
static unsigned int queue[MAX_STATES], nr_states;
static bool seen[MAX_STATES];
static unsigned long nr_steps;

static unsigned int number_of(const struct map *map)
{
	unsigned int state = 0, i;

	for (i = uni.nr; i-- > 0;)
		state = state * uni.kinds + map->kind[i];
	return state;
}

static struct map map_of(unsigned int state)
{
	struct map map = { 0 };
	unsigned int i;

	for (i = 0; i < uni.nr; i++, state /= uni.kinds)
		map.kind[i] = (u8)(state % uni.kinds);
	return map;
}

static struct sb_region region_of(unsigned int from, unsigned int to, unsigned int kind)
{
	bool on_node = (kind - 1) & NODE, flagged = (kind - 1) & FLAG;

	return sb_region_make(uni.base + from, uni.base + to, on_node ? 0 : SB_NID_ANY,
			      flagged ? SB_REGION_NOMAP : 0);
}

static unsigned int end_of_run(const struct map *map, unsigned int i)
{
	unsigned int end = i + 1;

	while (end < uni.nr && map->kind[end] == map->kind[i])
		end++;
	return end;
}

/* Makes the table that belongs to a map, and nothing but rubbish behind it. */
static void load(const struct map *map)
{
	unsigned int i, end;

	memset(table->regions, POISON, table->max * sizeof(*table->regions));
	table->nr = 0;
	table->total_size = 0;
	for (i = 0; i < uni.nr; i = end) {
		end = end_of_run(map, i);
		if (!map->kind[i])
			continue;
		table->regions[table->nr++] = region_of(i, end, map->kind[i]);
		table->total_size += end - i;
	}
}

static void expect_table(const struct map *map)
{
	unsigned int i, end, nr = 0;
	u64 total = 0;

	for (i = 0; i < uni.nr; i = end) {
		struct sb_region wanted, *rgn = &table->regions[nr];

		end = end_of_run(map, i);
		if (!map->kind[i])
			continue;
		wanted = region_of(i, end, map->kind[i]);
		EXPECT(nr < table->nr && !memcmp(rgn, &wanted, sizeof(wanted)));
		total += end - i;
		nr++;
	}
	EXPECT_EQ(table->nr, nr);
	EXPECT_EQ(table->total_size, total);
	EXPECT_EQ(sb_region_check(&r), 0);
}

/* A byte stays when its block lies in its run as a whole. */
static void model_trim(struct map *map, u64 align)
{
	const struct map old = *map;
	unsigned int i, j, end;

	for (i = 0; i < uni.nr; i = end) {
		end = end_of_run(&old, i);
		for (j = i; j < end; j++) {
			u64 first = (uni.base + j) & ~(align - 1), last = first + (align - 1);

			if (first < uni.base + i || last > uni.base + (end - 1))
				map->kind[j] = 0;
		}
	}
}

static void model_limit(struct map *map, unsigned int limit)
{
	unsigned int i, left = limit;

	for (i = 0; i < uni.nr && limit; i++) {
		if (map->kind[i] && left)
			left--;
		else
			map->kind[i] = 0;
	}
}

static unsigned int model_byte(const struct op *op, unsigned int old)
{
	switch (op->verb) {
	case ADD:
		return old ? old : op->kind;
	case REMOVE:
		return 0;
	case MARK:
		return old ? 1 + ((old - 1) | FLAG) : 0;
	case CLEAR:
		return old ? 1 + ((old - 1) & ~FLAG) : 0;
	case SET_NODE:
		return old ? 1 + ((old - 1) & ~NODE) + op->kind : 0;
	default:
		return old;
	}
}

static void model_cap(struct map *map, const struct op *op)
{
	unsigned int i;

	for (i = 0; i < uni.nr && op->from < op->to; i++)
		if ((i < op->from || i >= op->to) && !(map->kind[i] && (map->kind[i] - 1) & FLAG))
			map->kind[i] = 0;
}

static void model(struct map *map, const struct op *op)
{
	unsigned int i;

	if (op->verb == TRIM)
		model_trim(map, 1u << op->from);
	else if (op->verb == LIMIT)
		model_limit(map, op->from);
	else if (op->verb == CAP)
		model_cap(map, op);
	else
		for (i = op->from; i < op->to; i++)
			map->kind[i] = (u8)model_byte(op, map->kind[i]);
}

static int real(const struct op *op)
{
	u64 base = uni.base + op->from, size = op->beyond ? ~0ull : op->to - op->from;
	struct sb_region kind = region_of(op->from, op->to, op->kind);

	switch (op->verb) {
	case ADD:
		if (table == &r.reserved)
			return sb_region_reserve(&r, base, size);
		return sb_region_add(&r, base, size, kind.nid, kind.flags);
	case REMOVE:
		if (table == &r.reserved)
			return sb_region_free(&r, base, size);
		return sb_region_remove(&r, base, size);
	case MARK:
		return sb_region_mark(&r, base, size, SB_REGION_NOMAP);
	case CLEAR:
		return sb_region_clear(&r, base, size, SB_REGION_NOMAP);
	case SET_NODE:
		return sb_region_set_node(&r, base, size, op->kind ? 0 : SB_NID_ANY);
	case CAP:
		return sb_region_cap(&r, base, size);
	case TRIM:
		return sb_region_trim(&r, 1u << op->from);
	default:
		return sb_region_enforce_limit(&r, op->from);
	}
}

static bool untouched(unsigned int idx)
{
	const u8 *bytes = (const u8 *)&table->regions[idx];
	unsigned int i;

	for (i = 0; i < sizeof(*table->regions); i++)
		if (bytes[i] != POISON)
			return false;
	return true;
}

/* As many entries more as are said to be needed are written to: no fewer, and never another. */
static void step(unsigned int state, const struct op *op)
{
	struct map map = map_of(state);
	struct sb_region range = region_of(op->from, op->to, op->kind);
	unsigned int need = 2, nr;

	load(&map);
	nr = table->nr;
	if (op->verb == ADD)
		need = sb_region_array_fill_needs(table, &range);
	else if (op->verb == REMOVE)
		need = sb_region_array_cut_needs(table, &range);
	model(&map, op);
	EXPECT_EQ(real(op), 0);
	expect_table(&map);
	EXPECT(untouched(nr + need));
	if (need && op->verb <= REMOVE && range.size)
		EXPECT(!untouched(nr + need - 1));
	nr_steps++;
	state = number_of(&map);
	if (!seen[state]) {
		seen[state] = true;
		queue[nr_states++] = state;
	}
}

/* The first of the model's bytes in [from, to) that are nothing, and what follows them. */
static bool model_gap(const struct map *map, unsigned int *from, unsigned int *to)
{
	while (*from < *to && map->kind[*from])
		++*from;
	if (*from >= *to)
		return false;
	*to = min(*to, end_of_run(map, *from));
	return true;
}

static bool model_gap_rev(const struct map *map, unsigned int *from, unsigned int *to)
{
	unsigned int first;

	while (*from < *to && map->kind[*to - 1])
		--*to;
	if (*from >= *to)
		return false;
	for (first = *to; first > *from && !map->kind[first - 1];)
		first--;
	*from = first;
	return true;
}

static void expect_gap(const struct map *map, unsigned int from, unsigned int to, bool rev)
{
	u64 base = uni.base + from, end = uni.base + to;
	unsigned int first = from, past = to;
	bool is_gap = rev ? model_gap_rev(map, &first, &past) : model_gap(map, &first, &past);

	if (!is_gap) {
		first = from;
		past = to;
	}
	EXPECT_EQ(rev ? sb_region_array_gap_rev(table, &base, &end) :
			sb_region_array_gap(table, &base, &end),
		  is_gap);
	EXPECT_EQ(base, uni.base + first);
	EXPECT_EQ(end, uni.base + past);
}

/* What can be asked of a state without changing it. */
static void look(unsigned int state)
{
	const struct map map = map_of(state);
	unsigned int i, j, end, idx;

	load(&map);
	for (i = 0; i <= uni.nr; i++) {
		for (j = 0, idx = 0; j < i; j = end) {
			end = end_of_run(&map, j);
			idx += map.kind[j] && end <= i;
		}
		EXPECT_EQ(sb_region_array_search(table, uni.base + i), idx);
		for (j = i; j <= uni.nr; j++) {
			expect_gap(&map, i, j, false);
			if (uni.kinds == 2)
				expect_gap(&map, i, j, true);
		}
	}
	expect_table(&map);
}

static void step_ranges(unsigned int state, enum verb verb, unsigned int kind)
{
	struct op op = { .verb = verb, .kind = kind };

	for (op.from = 0; op.from <= uni.nr; op.from++) {
		for (op.to = op.from; op.to <= uni.nr; op.to++)
			step(state, &op);
		op.to = uni.nr;
		op.beyond = uni.base + uni.nr == TOP;
		if (op.beyond)
			step(state, &op);
		op.beyond = false;
	}
}

static void step_all(unsigned int state)
{
	struct op op = { .kind = 1 };
	unsigned int kind;

	for (kind = 1; kind < uni.kinds; kind++)
		step_ranges(state, ADD, kind);
	step_ranges(state, REMOVE, 1);
	if (table == &r.reserved)
		return;
	step_ranges(state, MARK, 1);
	step_ranges(state, CLEAR, 1);
	step_ranges(state, SET_NODE, 0);
	step_ranges(state, SET_NODE, NODE);
	step_ranges(state, CAP, 1);
	op.verb = TRIM;
	for (op.from = 0; op.from < 4; op.from++)
		step(state, &op);
	op.verb = LIMIT;
	for (op.from = 0; op.from <= uni.nr + 1; op.from++)
		step(state, &op);
}

/* From the empty table on, until there is no state left that has not been asked everything. */
static void walk(u64 base, unsigned int nr, unsigned int kinds)
{
	unsigned int i, wanted = 1;

	uni = (struct universe){ .base = base, .nr = nr, .kinds = kinds };
	sb_region_init(&r, NULL);
	table = kinds == 2 ? &r.reserved : &r.memory;
	memset(seen, 0, sizeof(seen));
	seen[0] = true;
	queue[0] = 0;
	nr_states = 1;
	nr_steps = 0;
	for (i = 0; i < nr_states && !unit_failures(); i++) {
		look(queue[i]);
		step_all(queue[i]);
	}
	for (i = 0; i < nr; i++)
		wanted *= kinds;
	EXPECT_EQ(nr_states, wanted);
	printf("# %u states, %lu steps\n", nr_states, nr_steps);
}

static void memory_does_as_the_model_at_the_bottom(void)
{
	walk(0, 5, 5);
}

static void memory_does_as_the_model_at_the_top(void)
{
	walk(TOP - 4, 4, 5);
}

static void reserved_does_as_the_model_at_the_bottom(void)
{
	walk(0, 11, 2);
}

static void reserved_does_as_the_model_at_the_top(void)
{
	walk(TOP - 11, 11, 2);
}

UNIT_MAIN(UNIT_CASE(memory_does_as_the_model_at_the_bottom),
	  UNIT_CASE(memory_does_as_the_model_at_the_top),
	  UNIT_CASE(reserved_does_as_the_model_at_the_bottom),
	  UNIT_CASE(reserved_does_as_the_model_at_the_top))

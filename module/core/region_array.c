// SPDX-License-Identifier: GPL-2.0-only
/* One sorted array of ranges: what goes in, what goes out, and what is between. */
#include "region_array.h"

/*@
 * requires table(type) && sorted(type->regions, type->nr);
 * assigns \nothing;
 * ensures \result <= type->nr;
 * ensures \forall integer i; 0 <= i < \result ==> ends(type->regions, i, addr);
 * ensures \forall integer i; \result <= i < type->nr ==> !ends(type->regions, i, addr);
 */
unsigned int sb_region_array_search(const struct sb_region_type *type, u64 addr)
{
	unsigned int low = 0, high = type->nr;

	/*@
	 * loop invariant low <= high <= type->nr;
	 * loop invariant \forall integer i; 0 <= i < low ==> ends(type->regions, i, addr);
	 * loop invariant \forall integer i; high <= i < type->nr ==>
	 *	!ends(type->regions, i, addr);
	 * loop assigns low, high;
	 * loop variant high - low;
	 */
	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		/*@ assert low <= mid < high && size(type->regions, mid) > 0; */
		/*@ assert fits(low(type->regions, mid), size(type->regions, mid)); */
		/*@
		 * assert ends(type->regions, mid, addr) <==>
		 *	type->regions[mid].base + type->regions[mid].size <= addr;
		 */
		if (sb_region_past(&type->regions[mid]) > addr)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

bool sb_region_array_gap(const struct sb_region_type *type, u64 *base, u64 *end)
{
	unsigned int i = sb_region_array_search(type, *base);
	u64 start = *base;

	for (; i < type->nr && type->regions[i].base <= start; i++)
		start = sb_region_past(&type->regions[i]);
	if (start >= *end)
		return false;
	*base = start;
	if (i < type->nr)
		*end = min(*end, type->regions[i].base);
	return true;
}

bool sb_region_array_gap_rev(const struct sb_region_type *type, u64 *base, u64 *end)
{
	u64 start = *base, stop = *end;
	unsigned int i;

	if (start >= stop)
		return false;
	/* Everything from i on ends at stop or above, so only it may cover the last byte. */
	i = sb_region_array_search(type, stop - 1);
	if (i < type->nr)
		stop = min(stop, type->regions[i].base);
	if (i > 0)
		start = max(start, sb_region_past(&type->regions[i - 1]));
	if (start >= stop)
		return false;
	*base = start;
	*end = stop;
	return true;
}

/*
 * The writers of an array: each keeps nr and total_size true. None of them
 * checks for room, their callers have made it.
 */

/* Entries are moved one by one, not by memmove(): so it can be proved where each comes to lie. */
/*@
 * requires \valid(rgn + to) && \valid_read(rgn + from);
 * assigns rgn[to];
 * ensures same{Post, Pre}(rgn, to, from);
 * ensures rest{Post, Pre}(rgn, to);
 */
static void copy(struct sb_region *rgn, unsigned int to, unsigned int from)
{
	rgn[to] = rgn[from];
	/*@ assert \forall integer i; i != to ==> same{Here, Pre}(rgn, i, i); */
}

/* Makes room for an entry. */
/*@
 * requires idx <= nr < 0x40000000 && \valid(rgn + (0 .. nr));
 * assigns rgn[idx .. nr];
 * ensures kept{Post, Pre}(rgn, 0, idx);
 * ensures moved{Post, Pre}(rgn, idx + 1, nr + 1, 1);
 */
static void move_up(struct sb_region *rgn, unsigned int nr, unsigned int idx)
{
	unsigned int i;

	/*@
	 * loop invariant idx <= i <= nr && kept{Here, Pre}(rgn, 0, i);
	 * loop invariant moved{Here, Pre}(rgn, i + 1, nr + 1, 1);
	 * loop assigns i, rgn[idx .. nr];
	 * loop variant i;
	 */
	for (i = nr; i > idx; i--) {
		/*@ assert same{Here, Pre}(rgn, i - 1, i - 1); */
		copy(rgn, i, i - 1);
		/*@ assert moved{Here, Pre}(rgn, i, nr + 1, 1); */
	}
	/*@ assert i == idx; */
}

/* Lets what comes after [first, end) take its place. */
/*@
 * requires first <= end <= nr < 0x40000000 && \valid(rgn + (0 .. nr - 1));
 * assigns rgn[first .. nr - 1];
 * ensures kept{Post, Pre}(rgn, 0, first);
 * ensures moved{Post, Pre}(rgn, first, nr - (end - first), first - end);
 */
static void move_down(struct sb_region *rgn, unsigned int nr, unsigned int first, unsigned int end)
{
	unsigned int by = end - first, i;

	/*@
	 * loop invariant end <= i <= nr && kept{Here, Pre}(rgn, 0, first);
	 * loop invariant kept{Here, Pre}(rgn, i, nr);
	 * loop invariant moved{Here, Pre}(rgn, first, i - by, -by);
	 * loop assigns i, rgn[first .. nr - 1];
	 * loop variant nr - i;
	 */
	for (i = end; i < nr; i++) {
		/*@ assert same{Here, Pre}(rgn, i, i); */
		copy(rgn, i - by, i);
		/*@ assert moved{Here, Pre}(rgn, first, i - by + 1, -by); */
	}
	/*@ assert i == nr; */
}

static void insert(struct sb_region_type *type, unsigned int idx, const struct sb_region *add)
{
	move_up(type->regions, type->nr, idx);
	type->regions[idx] = *add;
	type->nr++;
	type->total_size += add->size;
}

void sb_region_array_delete(struct sb_region_type *type, unsigned int first, unsigned int end)
{
	unsigned int i;

	for (i = first; i < end; i++)
		type->total_size -= type->regions[i].size;
	move_down(type->regions, type->nr, first, end);
	type->nr -= end - first;
}

void sb_region_array_resize(struct sb_region_type *type, unsigned int idx, u64 base, u64 end)
{
	struct sb_region *rgn = &type->regions[idx];

	type->total_size += end - base - rgn->size;
	rgn->base = base;
	rgn->size = end - base;
}

/* Makes one of two regions that join, and says whether they did. */
static bool merge(struct sb_region_type *type, unsigned int below)
{
	struct sb_region *rgn = &type->regions[below];
	u64 end;

	if (below + 1 >= type->nr || !sb_region_joins(rgn, rgn + 1))
		return false;
	end = sb_region_past(rgn + 1);
	sb_region_array_delete(type, below + 1, below + 2);
	sb_region_array_resize(type, below, rgn->base, end);
	return true;
}

/*
 * What adding a range takes: each gap in it becomes a region, less one for
 * every neighbour that it joins. The highest count on the way is what counts.
 */
unsigned int sb_region_array_fill_needs(const struct sb_region_type *type,
					const struct sb_region *range)
{
	u64 base = range->base, end = sb_region_past(range);
	int now = 0, most = 0;

	while (sb_region_array_gap(type, &base, &end)) {
		struct sb_region add = sb_region_make(base, end, range->nid, range->flags);
		unsigned int i = sb_region_array_search(type, base);

		now++;
		if (i > 0 && sb_region_joins(&type->regions[i - 1], &add))
			now--;
		if (i < type->nr && sb_region_joins(&add, &type->regions[i]))
			now--;
		most = max(most, now);
		base = end;
		end = sb_region_past(range);
	}
	return (unsigned int)most;
}

static void fill_gap(struct sb_region_type *type, const struct sb_region *add)
{
	unsigned int i = sb_region_array_search(type, add->base);
	struct sb_region *rgn = &type->regions[i];
	u64 end = sb_region_past(add);

	if (i > 0 && sb_region_joins(rgn - 1, add)) {
		sb_region_array_resize(type, i - 1, rgn[-1].base, end);
		merge(type, i - 1);
	} else if (i < type->nr && sb_region_joins(add, rgn)) {
		sb_region_array_resize(type, i, add->base, sb_region_past(rgn));
	} else {
		insert(type, i, add);
	}
}

void sb_region_array_fill(struct sb_region_type *type, const struct sb_region *range)
{
	u64 base = range->base, end = sb_region_past(range);

	while (sb_region_array_gap(type, &base, &end)) {
		struct sb_region add = sb_region_make(base, end, range->nid, range->flags);

		fill_gap(type, &add);
		base = end;
		end = sb_region_past(range);
	}
}

/* A hole in the middle of a region makes two of it. */
unsigned int sb_region_array_cut_needs(const struct sb_region_type *type,
				       const struct sb_region *range)
{
	unsigned int i = sb_region_array_search(type, range->base);
	const struct sb_region *rgn = &type->regions[i];

	return i < type->nr && rgn->base < range->base &&
	       sb_region_past(rgn) > sb_region_past(range);
}

void sb_region_array_cut(struct sb_region_type *type, u64 base, u64 end)
{
	unsigned int i = sb_region_array_search(type, base), last;
	struct sb_region above;

	if (i < type->nr && type->regions[i].base < base) {
		above = type->regions[i];
		sb_region_array_resize(type, i++, above.base, base);
		if (sb_region_past(&above) > end) {
			above = sb_region_make(end, sb_region_past(&above), above.nid, above.flags);
			insert(type, i, &above);
			return;
		}
	}
	for (last = i; last < type->nr; last++)
		if (sb_region_past(&type->regions[last]) > end)
			break;
	sb_region_array_delete(type, i, last);
	if (i < type->nr && type->regions[i].base < end)
		sb_region_array_resize(type, i, end, sb_region_past(&type->regions[i]));
}

void sb_region_array_split(struct sb_region_type *type, u64 addr)
{
	unsigned int i = sb_region_array_search(type, addr);
	struct sb_region above = type->regions[i];

	above.base = addr;
	above.size = sb_region_past(&type->regions[i]) - addr;
	sb_region_array_resize(type, i, type->regions[i].base, addr);
	insert(type, i + 1, &above);
}

void sb_region_array_merge(struct sb_region_type *type, u64 base, u64 end)
{
	unsigned int i = sb_region_array_search(type, base);

	if (i > 0)
		i--;
	while (i < type->nr && type->regions[i].base < end)
		if (!merge(type, i))
			i++;
}

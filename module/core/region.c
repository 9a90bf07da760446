// SPDX-License-Identifier: GPL-2.0-only
/* The region tracker: what changes it, how it makes room, and its rules. */
#include "region.h"
#include "region_alloc.h"
#include "region_array.h"
#include "region_iter.h"

/* What happens to the regions of a range that stays where it is. */
struct change {
	u32 set;
	u32 clear;
	bool move;
	int nid;
};

/* A grown array: where it lies, how big it is, and how to get at it. */
struct array {
	struct sb_region home;
	unsigned int max;
	void *mapped;
};

static u64 array_bytes(unsigned int max)
{
	u64 size = (u64)max * sizeof(struct sb_region);

	return sb_region_round_up(size, SB_PAGE_SIZE);
}

static struct sb_region home_of(const struct sb_region_type *type)
{
	struct sb_region home = { .nid = SB_NID_ANY };

	if (type->regions != type->initial) {
		home.base = type->home;
		home.size = array_bytes(type->max);
	}
	return home;
}

static bool holds_array(const struct sb_regions *r, u64 base, u64 end)
{
	const struct sb_region homes[] = { home_of(&r->memory), home_of(&r->reserved) };
	unsigned int i;

	if (base >= end)
		return false;
	for (i = 0; i < ARRAY_SIZE(homes); i++)
		if (homes[i].base < end && sb_region_past(&homes[i]) > base)
			return true;
	return false;
}

/* Finds a place for an array, beside the range that is about to be taken. */
static int place_array(const struct sb_regions *r, const struct sb_region *avoid,
		       struct array *array)
{
	u64 limit = r->current_limit, size = array_bytes(array->max), base;
	int err;

	if (!r->reach)
		return -ENOMEM;
	err = sb_region_find_between(r, sb_region_past(avoid), limit, size, SB_PAGE_SIZE, &base);
	if (err && avoid->size)
		err = sb_region_find_between(r, 0, min(avoid->base, limit), size, SB_PAGE_SIZE,
					     &base);
	if (err)
		return err;
	array->mapped = r->reach->map(r->reach->ctx, base, size);
	array->home = sb_region_make(base, base + size, SB_NID_ANY, 0);
	return array->mapped ? 0 : -ENOMEM;
}

/* Cannot fail: reserved has two entries to spare, or is what has just grown. */
static void move_array(struct sb_regions *r, struct sb_region_type *type, const struct array *array)
{
	struct sb_region old_home = home_of(type);
	struct sb_region *old = type->regions;

	memmove(array->mapped, old, type->nr * sizeof(*old));
	type->regions = array->mapped;
	type->max = array->max;
	type->home = array->home.base;
	sb_region_array_fill(&r->reserved, &array->home);
	if (old == type->initial)
		return;
	sb_region_array_cut(&r->reserved, old_home.base, sb_region_past(&old_home));
	r->reach->unmap(r->reach->ctx, old, old_home.base, old_home.size);
}

/*
 * One doubling is enough, even after the array's own home has been reserved
 * and the old one freed: all reserved regions are alike, so that no change
 * needs more than one entry.
 */
static int grow_reserved(struct sb_regions *r, const struct sb_region *avoid)
{
	struct array array = { .max = r->reserved.max * 2 };
	int err;

	err = place_array(r, avoid, &array);
	if (err)
		return err;
	move_array(r, &r->reserved, &array);
	return 0;
}

/* The smallest range that holds two. */
static struct sb_region hull(const struct sb_region *a, const struct sb_region *b)
{
	return sb_region_make(min(a->base, b->base), max(sb_region_past(a), sb_region_past(b)),
			      SB_NID_ANY, 0);
}

/* What can fail comes first, so that nothing has to be undone but a mapping. */
static int grow_memory(struct sb_regions *r, unsigned int need, const struct sb_region *avoid)
{
	struct array array = { .max = r->memory.max };
	struct sb_region both;
	int err;

	while (array.max < r->memory.nr + need)
		array.max *= 2;
	err = place_array(r, avoid, &array);
	if (err)
		return err;
	/* One entry for the new home, one for the split that frees the old. */
	both = avoid->size ? hull(avoid, &array.home) : array.home;
	if (r->reserved.nr + 2 > r->reserved.max)
		err = grow_reserved(r, &both);
	if (err) {
		r->reach->unmap(r->reach->ctx, array.mapped, array.home.base, array.home.size);
		return err;
	}
	move_array(r, &r->memory, &array);
	return 0;
}

static int make_room(struct sb_regions *r, struct sb_region_type *type, unsigned int need,
		     const struct sb_region *range)
{
	if (type->nr + need <= type->max)
		return 0;
	if (type == &r->reserved)
		return grow_reserved(r, range);
	return grow_memory(r, need, range);
}

static int add_missing(struct sb_regions *r, struct sb_region_type *type,
		       const struct sb_region *range)
{
	/* What is added to memory may hold its array, what is reserved may not. */
	static const struct sb_region nothing;
	const struct sb_region *avoid = type == &r->memory ? &nothing : range;
	int err = make_room(r, type, sb_region_array_fill_needs(type, range), avoid);

	if (!err)
		sb_region_array_fill(type, range);
	return err;
}

static int cut_range(struct sb_regions *r, struct sb_region_type *type, u64 base, u64 size)
{
	struct sb_region range = { .base = base, .size = sb_region_clip(base, size) };
	int err;

	if (!range.size)
		return 0;
	err = make_room(r, type, sb_region_array_cut_needs(type, &range), &range);
	if (!err)
		sb_region_array_cut(type, base, sb_region_past(&range));
	return err;
}

static struct sb_region changed(const struct sb_region *rgn, const struct change *change)
{
	struct sb_region to = *rgn;

	to.flags = (to.flags & ~change->clear) | change->set;
	if (change->move)
		to.nid = change->nid;
	return to;
}

/* Does a region that the change would alter lie on both sides of an address? */
static bool splits(const struct sb_region_type *type, u64 addr, const struct change *change)
{
	unsigned int i = sb_region_array_search(type, addr);
	struct sb_region to;

	if (i == type->nr || type->regions[i].base >= addr)
		return false;
	to = changed(&type->regions[i], change);
	return !sb_region_alike(&type->regions[i], &to);
}

static int change_range(struct sb_regions *r, u64 base, u64 size, const struct change *change)
{
	struct sb_region_type *type = &r->memory;
	u64 end = base + sb_region_clip(base, size);
	struct sb_region range = { .base = base, .size = end - base };
	bool below, above;
	unsigned int i;
	int err;

	if (base == end)
		return 0;
	below = splits(type, base, change);
	above = splits(type, end, change);
	err = make_room(r, type, (unsigned int)below + above, &range);
	if (err)
		return err;
	if (below)
		sb_region_array_split(type, base);
	if (above)
		sb_region_array_split(type, end);
	for (i = sb_region_array_search(type, base); i < type->nr; i++) {
		if (type->regions[i].base >= end)
			break;
		type->regions[i] = changed(&type->regions[i], change);
	}
	sb_region_array_merge(type, base, end);
	return 0;
}

static void empty(struct sb_region_type *type, const char *name)
{
	type->name = name;
	type->regions = type->initial;
	type->nr = 0;
	type->max = SB_REGIONS_INITIAL;
	type->total_size = 0;
	type->home = 0;
}

void sb_region_init(struct sb_regions *r, const struct sb_reach *reach)
{
	empty(&r->memory, "memory");
	empty(&r->reserved, "reserved");
	r->bottom_up = false;
	r->current_limit = SB_REGION_TOP;
	r->reach = reach;
}

static void unmap_array(const struct sb_regions *r, const struct sb_region_type *type)
{
	struct sb_region home = home_of(type);

	if (home.size)
		r->reach->unmap(r->reach->ctx, type->regions, home.base, home.size);
}

void sb_region_exit(struct sb_regions *r)
{
	unmap_array(r, &r->memory);
	unmap_array(r, &r->reserved);
	sb_region_init(r, r->reach);
}

int sb_region_add(struct sb_regions *r, u64 base, u64 size, int nid, u32 flags)
{
	struct sb_region range = { .base = base, .flags = flags, .nid = nid };

	if (nid < SB_NID_ANY || (flags & ~(u32)SB_REGION_FLAGS))
		return -EINVAL;
	range.size = sb_region_clip(base, size);
	return add_missing(r, &r->memory, &range);
}

int sb_region_remove(struct sb_regions *r, u64 base, u64 size)
{
	if (holds_array(r, base, base + sb_region_clip(base, size)))
		return -EBUSY;
	return cut_range(r, &r->memory, base, size);
}

int sb_region_reserve(struct sb_regions *r, u64 base, u64 size)
{
	struct sb_region range = { .base = base, .nid = SB_NID_ANY };

	range.size = sb_region_clip(base, size);
	return add_missing(r, &r->reserved, &range);
}

int sb_region_free(struct sb_regions *r, u64 base, u64 size)
{
	if (holds_array(r, base, base + sb_region_clip(base, size)))
		return -EBUSY;
	return cut_range(r, &r->reserved, base, size);
}

static bool is_flag(u32 flag)
{
	return sb_region_is_align(flag) && (flag & SB_REGION_FLAGS);
}

int sb_region_mark(struct sb_regions *r, u64 base, u64 size, u32 flag)
{
	const struct change change = { .set = flag };

	if (!is_flag(flag))
		return -EINVAL;
	if (flag == SB_REGION_NOMAP && holds_array(r, base, base + sb_region_clip(base, size)))
		return -EBUSY;
	return change_range(r, base, size, &change);
}

int sb_region_clear(struct sb_regions *r, u64 base, u64 size, u32 flag)
{
	const struct change change = { .clear = flag };

	return is_flag(flag) ? change_range(r, base, size, &change) : -EINVAL;
}

int sb_region_set_node(struct sb_regions *r, u64 base, u64 size, int nid)
{
	const struct change change = { .move = true, .nid = nid };

	return nid >= SB_NID_ANY ? change_range(r, base, size, &change) : -EINVAL;
}

/* What is left of a region; an empty range at its end when nothing is. */
static struct sb_region trimmed(const struct sb_region *rgn, u64 align)
{
	u64 past = sb_region_past(rgn);
	u64 base = sb_region_round_up(rgn->base, align);
	u64 end = sb_region_round_down(past, align);

	if (base >= end)
		return sb_region_make(past, past, rgn->nid, rgn->flags);
	return sb_region_make(base, end, rgn->nid, rgn->flags);
}

int sb_region_trim(struct sb_regions *r, u64 align)
{
	struct sb_region_type *type = &r->memory;
	unsigned int i;

	if (!sb_region_is_align(align))
		return -EINVAL;
	for (i = 0; i < type->nr; i++) {
		const struct sb_region *rgn = &type->regions[i], to = trimmed(rgn, align);

		if (holds_array(r, rgn->base, to.base) ||
		    holds_array(r, sb_region_past(&to), sb_region_past(rgn)))
			return -EBUSY;
	}
	while (i-- > 0) {
		const struct sb_region to = trimmed(&type->regions[i], align);

		if (to.size)
			sb_region_array_resize(type, i, to.base, sb_region_past(&to));
		else
			sb_region_array_delete(type, i, i + 1);
	}
	return 0;
}

/* The address below which there are @limit bytes of memory; the top for less. */
static u64 limit_addr(const struct sb_regions *r, u64 limit)
{
	unsigned int i;

	for (i = 0; i < r->memory.nr; i++) {
		const struct sb_region *rgn = &r->memory.regions[i];

		if (limit <= rgn->size)
			return rgn->base + limit;
		limit -= rgn->size;
	}
	return SB_REGION_TOP;
}

/* No cut reaches less far than an end of the address space, so none splits. */
int sb_region_enforce_limit(struct sb_regions *r, u64 limit)
{
	u64 end;

	if (!limit)
		return 0;
	end = limit_addr(r, limit);
	if (holds_array(r, end, SB_REGION_TOP))
		return -EBUSY;
	sb_region_array_cut(&r->memory, end, SB_REGION_TOP);
	sb_region_array_cut(&r->reserved, end, SB_REGION_TOP);
	return 0;
}

static void cap_memory(struct sb_region_type *type, u64 base, u64 end)
{
	unsigned int i = type->nr;

	while (i-- > 0) {
		const struct sb_region *rgn = &type->regions[i];
		u64 from = max(base, rgn->base), to = min(end, sb_region_past(rgn));

		if (rgn->flags & SB_REGION_NOMAP)
			continue;
		if (from < to)
			sb_region_array_resize(type, i, from, to);
		else
			sb_region_array_delete(type, i, i + 1);
	}
}

int sb_region_cap(struct sb_regions *r, u64 base, u64 size)
{
	u64 end = base + sb_region_clip(base, size);

	if (base == end || !r->memory.nr)
		return 0;
	if (holds_array(r, 0, base) || holds_array(r, end, SB_REGION_TOP))
		return -EBUSY;
	cap_memory(&r->memory, base, end);
	sb_region_array_cut(&r->reserved, 0, base);
	sb_region_array_cut(&r->reserved, end, SB_REGION_TOP);
	return 0;
}

static bool is_sound(const struct sb_region_type *type, u32 flags)
{
	u64 total = 0;
	unsigned int i;

	if (type->nr > type->max || type->max < SB_REGIONS_INITIAL)
		return false;
	for (i = 0; i < type->nr; i++) {
		const struct sb_region *rgn = &type->regions[i];

		if (!rgn->size || rgn->size != sb_region_clip(rgn->base, rgn->size))
			return false;
		if ((rgn->flags & ~flags) || rgn->nid < SB_NID_ANY)
			return false;
		if (i > 0 && sb_region_past(rgn - 1) > rgn->base)
			return false;
		if (i > 0 && sb_region_joins(rgn - 1, rgn))
			return false;
		total += rgn->size;
	}
	return total == type->total_size;
}

/* A grown array lies in memory, and nobody else is given its place. */
static bool is_housed(const struct sb_regions *r, const struct sb_region_type *type)
{
	const struct sb_region home = home_of(type);
	u64 base = home.base, end = sb_region_past(&home);

	return !sb_region_array_gap(&r->memory, &base, &end) &&
	       !sb_region_array_gap(&r->reserved, &base, &end);
}

int sb_region_check(const struct sb_regions *r)
{
	if (!is_sound(&r->memory, SB_REGION_FLAGS) || !is_sound(&r->reserved, 0))
		return -EIO;
	if (!is_housed(r, &r->memory) || !is_housed(r, &r->reserved))
		return -EIO;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Questions to the region tracker, and walks over what it knows. */
#include "region_array.h"
#include "region_iter.h"

/* What a walk goes over: the regions of one array, less what another covers. */
struct walk {
	const struct sb_region_type *type;
	const struct sb_region_type *without;
	bool filtered;
};

static bool wanted(const struct walk *walk, const struct sb_region *rgn,
		   const struct sb_region_iter *it)
{
	if (!walk->filtered)
		return true;
	if (it->nid != SB_NID_ANY && it->nid != rgn->nid)
		return false;
	return !(rgn->flags & it->skip_flags) && (rgn->flags & it->want_flags) == it->want_flags;
}

static void found(struct sb_region_iter *it, u64 base, u64 end, int nid)
{
	it->base = base;
	it->end = end;
	it->found_nid = nid;
	it->started = true;
}

static bool step(const struct walk *walk, struct sb_region_iter *it)
{
	u64 from = it->started ? it->end : 0;
	unsigned int i;

	for (i = sb_region_array_search(walk->type, from); i < walk->type->nr; i++) {
		const struct sb_region *rgn = &walk->type->regions[i];
		u64 base = max(rgn->base, from), end = sb_region_past(rgn);

		if (!wanted(walk, rgn, it))
			continue;
		if (walk->without && !sb_region_array_gap(walk->without, &base, &end))
			continue;
		found(it, base, end, rgn->nid);
		return true;
	}
	return false;
}

static bool step_back(const struct walk *walk, struct sb_region_iter *it)
{
	u64 from = it->started ? it->base : SB_REGION_TOP;
	unsigned int i;

	i = from ? sb_region_array_search(walk->type, from - 1) : 0;
	if (i < walk->type->nr && walk->type->regions[i].base < from)
		i++;
	while (i-- > 0) {
		const struct sb_region *rgn = &walk->type->regions[i];
		u64 base = rgn->base, end = min(sb_region_past(rgn), from);

		if (!wanted(walk, rgn, it))
			continue;
		if (walk->without && !sb_region_array_gap_rev(walk->without, &base, &end))
			continue;
		found(it, base, end, rgn->nid);
		return true;
	}
	return false;
}

bool sb_region_iter_memory(const struct sb_regions *r, struct sb_region_iter *it)
{
	const struct walk walk = { .type = &r->memory, .filtered = true };

	return step(&walk, it);
}

bool sb_region_iter_memory_rev(const struct sb_regions *r, struct sb_region_iter *it)
{
	const struct walk walk = { .type = &r->memory, .filtered = true };

	return step_back(&walk, it);
}

bool sb_region_iter_free(const struct sb_regions *r, struct sb_region_iter *it)
{
	const struct walk walk = { &r->memory, &r->reserved, true };

	return step(&walk, it);
}

bool sb_region_iter_free_rev(const struct sb_regions *r, struct sb_region_iter *it)
{
	const struct walk walk = { &r->memory, &r->reserved, true };

	return step_back(&walk, it);
}

bool sb_region_iter_reserved(const struct sb_regions *r, struct sb_region_iter *it)
{
	const struct walk walk = { .type = &r->reserved };

	return step(&walk, it);
}

bool sb_region_iter_pfns(const struct sb_regions *r, struct sb_region_iter *it,
			 unsigned long *start_pfn, unsigned long *end_pfn)
{
	while (sb_region_iter_memory(r, it)) {
		unsigned long start, end;

		if (it->base >= SB_PHYS_END)
			return false;
		start = sb_pfn_up(it->base);
		end = sb_pfn_down(min(it->end, SB_PHYS_END));
		if (start >= end)
			continue;
		*start_pfn = start;
		*end_pfn = end;
		return true;
	}
	return false;
}

/* The region that holds an address, or NULL. */
static const struct sb_region *holder(const struct sb_region_type *type, u64 addr)
{
	unsigned int i = sb_region_array_search(type, addr);

	return i < type->nr && type->regions[i].base <= addr ? &type->regions[i] : NULL;
}

bool sb_region_is_memory(const struct sb_regions *r, u64 addr)
{
	return holder(&r->memory, addr);
}

bool sb_region_is_mapped(const struct sb_regions *r, u64 addr)
{
	const struct sb_region *rgn = holder(&r->memory, addr);

	return rgn && !(rgn->flags & SB_REGION_NOMAP);
}

bool sb_region_is_reserved(const struct sb_regions *r, u64 addr)
{
	return holder(&r->reserved, addr);
}

bool sb_region_holds(const struct sb_region_type *type, u64 base, u64 size)
{
	const struct sb_region *rgn = holder(type, base);

	return rgn && sb_region_past(rgn) >= base + sb_region_clip(base, size);
}

bool sb_region_is_range_memory(const struct sb_regions *r, u64 base, u64 size)
{
	return sb_region_holds(&r->memory, base, size);
}

bool sb_region_is_range_reserved(const struct sb_regions *r, u64 base, u64 size)
{
	return sb_region_overlaps(&r->reserved, base, size);
}

bool sb_region_overlaps(const struct sb_region_type *type, u64 base, u64 size)
{
	unsigned int i = sb_region_array_search(type, base);
	u64 end = base + sb_region_clip(base, size);

	return base < end && i < type->nr && type->regions[i].base < end;
}

int sb_region_nid(const struct sb_regions *r, u64 addr)
{
	const struct sb_region *rgn = holder(&r->memory, addr);

	return rgn ? rgn->nid : SB_NID_ANY;
}

u64 sb_region_memory_size(const struct sb_regions *r)
{
	return r->memory.total_size;
}

u64 sb_region_reserved_size(const struct sb_regions *r)
{
	return r->reserved.total_size;
}

u64 sb_region_start(const struct sb_regions *r)
{
	return r->memory.nr ? r->memory.regions[0].base : 0;
}

u64 sb_region_end(const struct sb_regions *r)
{
	return r->memory.nr ? sb_region_past(&r->memory.regions[r->memory.nr - 1]) : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Taking memory from the region tracker. */
#include "region_alloc.h"
#include "region_iter.h"

/* What is looked for, and the bounds of the search. */
struct search {
	u64 start;
	u64 end;
	u64 size;
	u64 align;
	int nid;
	bool exact_nid;
	bool bottom_up;
};

/* Does it fit into this free range, and where? */
/*@
 * requires \valid_read(s) && \valid(at) && \separated(s, at) && base <= end;
 * requires s->size > 0 && is_power(s->align);
 * assigns *at;
 * ensures \result ==> base <= *at && s->start <= *at && *at % s->align == 0;
 * ensures \result ==> *at + s->size <= end && *at + s->size <= s->end;
 * ensures !\result ==> *at == \old(*at);
 */
static bool fits(const struct search *s, u64 base, u64 end, u64 *at)
{
	u64 cand;

	base = max(base, s->start);
	end = min(end, s->end);
	if (base >= end || end - base < s->size)
		return false;
	if (s->bottom_up)
		cand = sb_region_round_up(base, s->align);
	else
		cand = sb_region_round_down(end - s->size, s->align);
	if (cand < base || cand > end - s->size)
		return false;
	*at = cand;
	return true;
}

static bool look(const struct sb_regions *r, const struct search *s, int nid, u32 want, u64 *at)
{
	struct sb_region_iter it = SB_REGION_ITER(nid);

	it.want_flags = want;
	it.skip_flags = SB_REGION_NOMAP;
	while (s->bottom_up ? sb_region_iter_free(r, &it) : sb_region_iter_free_rev(r, &it))
		if (fits(s, it.base, it.end, at))
			return true;
	return false;
}

static bool look_on_nodes(const struct sb_regions *r, const struct search *s, u32 want, u64 *at)
{
	if (look(r, s, s->nid, want, at))
		return true;
	if (s->nid == SB_NID_ANY || s->exact_nid)
		return false;
	return look(r, s, SB_NID_ANY, want, at);
}

static bool has_mirror(const struct sb_regions *r)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);

	it.want_flags = SB_REGION_MIRROR;
	return sb_region_iter_memory(r, &it);
}

/* Linux never gives the first page: to it, address 0 means failure. */
static bool find(const struct sb_regions *r, struct search s, u64 *at)
{
	const u64 second_page = SB_PAGE_SIZE;

	s.start = max(s.start, second_page);
	s.bottom_up = r->bottom_up;
	if (has_mirror(r)) {
		if (look_on_nodes(r, &s, SB_REGION_MIRROR, at))
			return true;
		sb_warn("Could not allocate %llu bytes of mirrored memory\n",
			(unsigned long long)s.size);
	}
	return look_on_nodes(r, &s, 0, at);
}

int sb_region_find_between(const struct sb_regions *r, u64 start, u64 end, u64 size, u64 align,
			   u64 *base)
{
	const struct search s = {
		.start = start,
		.end = end,
		.size = size,
		.align = align,
		.nid = SB_NID_ANY,
	};

	return find(r, s, base) ? 0 : -ENOMEM;
}

int sb_region_find(const struct sb_regions *r, const struct sb_region_request *request, u64 *base)
{
	struct search s = {
		.start = request->min_addr,
		.end = r->current_limit,
		.size = request->size,
		.align = request->align ? request->align : SB_REGION_ALIGN,
		.nid = request->nid,
		.exact_nid = request->exact_nid,
	};

	if (!s.size || !sb_region_is_align(s.align) || s.nid < SB_NID_ANY)
		return -EINVAL;
	if (request->max_addr)
		s.end = min(s.end, request->max_addr);
	if (find(r, s, base))
		return 0;
	if (!s.start)
		return -ENOMEM;
	s.start = 0;
	return find(r, s, base) ? 0 : -ENOMEM;
}

int sb_region_alloc(struct sb_regions *r, const struct sb_region_request *request, u64 *base)
{
	u64 at;
	int err;

	err = sb_region_find(r, request, &at);
	if (!err)
		err = sb_region_reserve(r, at, request->size);
	if (!err)
		*base = at;
	return err;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pages of the model may be given for what, found by looking at every place. */
#ifndef MODEL_PLACES_H
#define MODEL_PLACES_H

#include "contig.h"
#include "isolate.h"
#include "model_pages.h"
#include "zonelist.h"

static inline bool model_allows(const struct model *m, const struct sb_request *request,
				unsigned long pfn)
{
	int nid = request->nid == SB_NID_ANY ? m->f->inst.first_nid : request->nid;
	const struct sb_zone *zone = model_zone(m, pfn);
	enum sb_zone_type highest = request->zone;

	if (highest == SB_ZONE_DMA && !m->f->inst.cfg.dma_bytes)
		highest = SB_ZONE_NORMAL;
	return zone && zone->type <= highest &&
	       (zone->type != SB_ZONE_MOVABLE || request->type == SB_MOVABLE) &&
	       (!(request->gfp & SB_GFP_THISNODE) || zone->nid == nid) &&
	       (!request->nodes || request->nodes & 1u << zone->nid);
}

/* The number of the CMA area that has the page, or -1. */
static inline int model_area(const struct model *m, unsigned long pfn)
{
	const struct sb_instance *inst = &m->f->inst;
	unsigned int i;

	for (i = 0; i < inst->cfg.nr_cma; i++)
		if (pfn - inst->cma[i].base_pfn < inst->cma[i].nr_pages)
			return (int)i;
	return -1;
}

/* All of a range is free, for whoever may have pages of @area, or of none with -1. */
static inline bool model_fits(const struct model *m, const struct sb_zone *zone, unsigned long pfn,
			      unsigned long nr_pages, int area)
{
	for (; nr_pages--; pfn++)
		if (model_at(m, pfn) != M_FREE || m->isolated[pfn - m->base] ||
		    model_zone(m, pfn) != zone || model_area(m, pfn) != area)
			return false;
	return true;
}

/* A place will do, as the words of struct sb_contig have it. */
static inline bool model_suits(const struct model *m, const struct sb_contig *contig,
			       unsigned long pfn)
{
	unsigned long last = pfn + contig->nr_pages - 1;
	unsigned long align = max(contig->align_pages, 1ul);

	if (contig->request.gfp & SB_GFP_COMP)
		align = max(align, contig->nr_pages);
	return pfn >= contig->min_pfn && (!contig->max_pfn || last < contig->max_pfn) &&
	       pfn % align == 0 &&
	       (!contig->boundary_pages ||
		pfn / contig->boundary_pages == last / contig->boundary_pages) &&
	       model_fits(m, model_zone(m, pfn), pfn, contig->nr_pages, -1);
}

/* The place in a zone that is to be found, or SB_PFN_NONE. */
static inline unsigned long model_place(const struct model *m, const struct sb_contig *contig,
					const struct sb_zone *zone)
{
	unsigned long i, pfn;

	for (i = 0; i < zone->spanned; i++) {
		pfn = contig->top_down ? sb_zone_end(zone) - 1 - i : zone->start_pfn + i;
		if (model_zone(m, pfn) == zone && model_suits(m, contig, pfn))
			return pfn;
	}
	return SB_PFN_NONE;
}

/* The same in the first zone of the request's that has one. */
static inline unsigned long model_contig(const struct model *m, const struct sb_contig *contig)
{
	unsigned long pfn = SB_PFN_NONE;
	struct sb_zonelist_iter it;
	const struct sb_zone *zone;

	sb_zonelist_begin(&it, &m->f->inst, &contig->request);
	while (pfn == SB_PFN_NONE && (zone = sb_zonelist_next(&it)))
		pfn = model_place(m, contig, zone);
	return pfn;
}

/* Is there an aligned block of free pages that the request may have? */
static inline bool model_can_serve(const struct model *m, const struct sb_request *request)
{
	unsigned long step = sb_order_pages(request->order);
	unsigned long pfn = (m->base + step - 1) / step * step;

	for (; pfn < m->base + m->nr_pages; pfn += step)
		if (model_allows(m, request, pfn) &&
		    model_fits(m, model_zone(m, pfn), pfn, step, -1))
			return true;
	return false;
}

/* The lowest place for a range of an area, or SB_PFN_NONE. */
static inline unsigned long model_cma(const struct model *m, unsigned int area,
				      unsigned long nr_pages, unsigned int align_order)
{
	const struct sb_cma *cma = &m->f->inst.cma[area];
	unsigned long pfn;

	for (pfn = cma->base_pfn; pfn < cma->base_pfn + cma->nr_pages; pfn++)
		if (sb_pfn_aligned(pfn, align_order) &&
		    model_fits(m, model_zone(m, pfn), pfn, nr_pages, (int)area))
			return pfn;
	return SB_PFN_NONE;
}

static inline unsigned long model_guards(const struct model *m)
{
	struct sb_zone *zone = NULL;
	unsigned long nr = 0;

	while ((zone = sb_instance_next_zone(&m->f->inst, zone)))
		nr += zone->nr_guard;
	return nr;
}

static inline unsigned long model_resting(const struct model *m)
{
	struct sb_zone *zone = NULL;
	unsigned long nr = 0;

	while ((zone = sb_instance_next_zone(&m->f->inst, zone)))
		nr += zone->nr_quarantine;
	return nr;
}

static inline bool model_any_reserve(const struct model *m)
{
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&m->f->inst, zone)))
		if (zone->nr_reserved_highatomic || zone->cma_pages)
			return true;
	return false;
}

/* Nothing looks for buddies when a pageblock becomes an ordinary one again, as in Linux. */
static inline bool model_all_merged(const struct model *m, unsigned int order)
{
	struct sb_zone *zone = NULL;

	if (order <= m->f->inst.cfg.pageblock_order)
		return true;
	while ((zone = sb_instance_next_zone(&m->f->inst, zone)))
		if (zone->events[SB_EVENT_HIGHATOMIC_UNRESERVE])
			return false;
	return true;
}

/* All that is free can be had: what rests is let go of, no mark counts, no type is apart. */
static inline bool model_can_have_all(const struct model *m, const struct sb_request *request)
{
	u32 all = SB_GFP_DIRECT_RECLAIM | SB_GFP_MEMALLOC;

	return (request->gfp & all) == all && m->f->inst.cfg.rules == SB_RULES_6_12 &&
	       !model_any_reserve(m) && !m->f->inst.debug.guard_order &&
	       model_all_merged(m, request->order);
}

static inline void model_set_isolated(struct model *m, unsigned long start, unsigned long end,
				      bool on)
{
	unsigned int order = m->f->inst.cfg.pageblock_order;
	unsigned long pfn = sb_pfn_block(start, order);

	end = sb_pfn_block(end - 1, order) + sb_order_pages(order);
	for (; pfn < end; pfn++)
		if (model_covers(m, pfn))
			m->isolated[pfn - m->base] = on;
}

/* It is only pages like these that an isolated range may have. */
static inline bool model_may_isolate(const struct model *m, const struct sb_isolation *range)
{
	bool offline = range->flags & SB_ISOLATION_OFFLINE;
	unsigned long pfn;

	for (pfn = range->start; pfn < range->end; pfn++) {
		enum model_page page = model_at(m, pfn);
		const struct sb_zone *zone = model_zone(m, pfn);

		/* A CMA area is lent to what can be moved, bad pages or not. */
		if (page > M_ABSENT && m->isolated[pfn - m->base])
			return false;
		if (model_area(m, pfn) >= 0) {
			if (range->type != SB_CMA)
				return false;
		} else if (page == M_RESERVED || (page == M_ABSENT && !offline) ||
			   (page == M_BAD && !offline && zone->type != SB_ZONE_MOVABLE)) {
			return false;
		}
	}
	return true;
}

/* Guards and what rests are not out of use, though free to the model. */
static inline void model_expect_isolated(const struct model *m, const struct sb_isolation *range)
{
	bool offline = range->flags & SB_ISOLATION_OFFLINE;
	unsigned long pfn, bad = 0;

	if (model_guards(m) || (model_resting(m) && !offline))
		return;
	for (pfn = range->start; pfn < range->end; pfn++) {
		enum model_page page = model_at(m, pfn);

		if (page != M_FREE && !(offline && (page == M_BAD || page == M_ABSENT)))
			break;
	}
	EXPECT_EQ(sb_isolate_test(&m->f->inst, range, &bad), pfn < range->end ? -EBUSY : 0);
	EXPECT(pfn == range->end || bad == pfn);
}

/* Isolates a range, and says whether it is; it has to when all of it is free. */
static inline bool model_isolate(struct model *m, const struct sb_isolation *range)
{
	const struct sb_zone *zone = model_zone(m, range->start);
	unsigned long nr_pages = range->end - range->start, bad = 0;
	bool fits = zone && model_fits(m, zone, range->start, nr_pages, -1);
	int err = sb_isolate_range(&m->f->inst, range, &bad);

	EXPECT(!err || (!fits && (err == -EBUSY || err == -ERANGE)));
	if (err)
		return false;
	EXPECT(model_may_isolate(m, range));
	model_set_isolated(m, range->start, range->end, true);
	return true;
}

static inline void model_undo(struct model *m, const struct sb_isolation *range)
{
	model_expect_isolated(m, range);
	sb_isolate_undo(&m->f->inst, range->start, range->end);
	model_set_isolated(m, range->start, range->end, false);
}

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "contig.h"
#include "longterm.h"

/* Where a unit is to go, in use by nobody else. */
struct place {
	const struct sb_unit *unit;
	unsigned long pfn;
	bool taken;
};

bool sb_longterm_pinnable(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages)
{
	unsigned long block = sb_order_pages(inst->blocks.order), end = pfn + nr_pages;

	if (inst->zones[sb_pageblock_zone(&inst->blocks, pfn)].type == SB_ZONE_MOVABLE)
		return false;
	for (pfn = sb_pfn_block(pfn, inst->blocks.order); pfn < end; pfn += block) {
		unsigned int type = sb_pageblock_type(&inst->blocks, pfn);

		if (type == SB_CMA || type == SB_ISOLATE)
			return false;
	}
	return true;
}

/* Not as a Movable request: that would be served from Movable memory and CMA areas first. */
static int init_request(struct sb_instance *inst, const struct sb_unit *unit,
			struct sb_request *request)
{
	unsigned int index = sb_pageblock_zone(&inst->blocks, unit->pfn);
	u32 gfp = unit->gfp & (SB_GFP_DMA | SB_GFP_HIGHMEM | SB_GFP_THISNODE);

	/* It went elsewhere, and its memory was removed. */
	if (index == SB_ZONE_NONE)
		return -ENOENT;
	if (inst->zones[index].type == SB_ZONE_HIGHMEM)
		gfp |= SB_GFP_HIGHMEM;
	return sb_request_init(request, gfp | SB_GFP_KERNEL | SB_GFP_NOWARN, 0,
			       inst->zones[index].nid);
}

static int take_place(struct sb_instance *inst, const struct sb_unit *unit, unsigned long *pfn)
{
	struct sb_contig contig = { .nr_pages = unit->nr_pages };
	int err = init_request(inst, unit, &contig.request);

	if (err)
		return err;
	if (unit->nr_pages > sb_order_pages(inst->cfg.max_order))
		return sb_contig_alloc(inst, &contig, pfn);
	return sb_alloc_exact(inst, &contig.request, unit->nr_pages, pfn);
}

/* Whose pages lie there by now may be somebody else. */
static int give_place(void *arg, const struct sb_unit *unit, unsigned long *to)
{
	struct place *place = arg;

	if (unit->owner != place->unit->owner || unit->pfn != place->unit->pfn)
		return -ENOENT;
	*to = place->pfn;
	place->taken = true;
	return 0;
}

int sb_longterm_move(struct sb_instance *inst, const struct sb_unit *unit)
{
	struct place place = { .unit = unit };
	const struct sb_migration how = {
		.mode = SB_MIGRATE_SYNC,
		.reason = SB_MR_LONGTERM_PIN,
		.target = give_place,
		.arg = &place,
	};
	struct sb_unit moved;
	int err = take_place(inst, unit, &place.pfn);

	if (err)
		return err;
	err = sb_migrate_unit(inst, unit->pfn, &how, &moved);
	if (!place.taken)
		sb_alloc_free_exact(inst, place.pfn, unit->nr_pages);
	return err;
}

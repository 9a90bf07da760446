// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "cma.h"
#include "contig.h"
#include "trace.h"

#define WORD_BITS 32

/* The first bit from @from on that is set, or is clear; @nr when there is none. */
static unsigned long find_bit(const u32 *bitmap, unsigned long from, unsigned long nr, bool set)
{
	while (from < nr) {
		u32 word = bitmap[from / WORD_BITS];

		word = (set ? word : ~word) >> from % WORD_BITS;
		if (word)
			return min(from + sb_ctz(word), nr);
		from += WORD_BITS - from % WORD_BITS;
	}
	return nr;
}

static void fill_bits(u32 *bitmap, unsigned long from, unsigned long nr, bool set)
{
	while (nr) {
		unsigned long bits = min(nr, WORD_BITS - from % WORD_BITS);
		u32 mask = ~0u >> (WORD_BITS - bits) << from % WORD_BITS;

		if (set)
			bitmap[from / WORD_BITS] |= mask;
		else
			bitmap[from / WORD_BITS] &= ~mask;
		from += bits;
		nr -= bits;
	}
}

/* Marks pages as allocated, or as given back. */
static void mark(struct sb_cma *cma, unsigned long at, unsigned long nr_pages, bool used)
	__must_hold(cma->lock)
{
	fill_bits(cma->bitmap, at, nr_pages, used);
	cma->nr_used += used ? nr_pages : 0 - nr_pages;
}

static void mark_back(struct sb_cma *cma, unsigned long at, unsigned long nr_pages)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&cma->lock);
	mark(cma, at, nr_pages, false);
	sb_unlock(&cma->lock);
	sb_irq_restore(irq);
}

/* The first place from @at on, in pages of the area, that nobody has; marked as ours. */
static bool claim(struct sb_cma *cma, unsigned long *at, unsigned long nr_pages,
		  unsigned long align)
{
	unsigned long irq = sb_irq_save();
	bool found = false;

	sb_lock(&cma->lock);
	while (!found) {
		unsigned long busy;

		*at += -(cma->base_pfn + *at) & (align - 1);
		if (*at > cma->nr_pages || cma->nr_pages - *at < nr_pages)
			break;
		busy = find_bit(cma->bitmap, *at, *at + nr_pages, true);
		found = busy == *at + nr_pages;
		if (!found)
			*at = busy + 1;
	}
	if (found)
		mark(cma, *at, nr_pages, true);
	sb_unlock(&cma->lock);
	sb_irq_restore(irq);
	return found;
}

/* Linux tries the next aligned place: with some page in it of the block in use, it is as bad. */
static unsigned long past(const struct sb_instance *inst, unsigned long bad)
{
	struct sb_page_info info;

	if (!sb_memmap_info(inst, bad, &info) || info.state != SB_PAGE_ALLOC)
		return bad + 1;
	return sb_page_info_next(&info, bad);
}

static int alloc(struct sb_instance *inst, unsigned int area, unsigned long nr_pages,
		 unsigned int align_order, u32 gfp, unsigned long *pfn)
{
	struct sb_cma *cma = &inst->cma[area];
	unsigned long at = 0, bad;
	int err;

	while (claim(cma, &at, nr_pages, sb_order_pages(align_order))) {
		*pfn = cma->base_pfn + at;
		err = sb_contig_alloc_range(inst, *pfn, *pfn + nr_pages, SB_CMA, gfp, &bad);
		if (!err)
			return 0;
		mark_back(cma, at, nr_pages);
		if (err != -EBUSY)
			return err;
		if (unlikely(sb_trace_on(inst)))
			sb_trace_cma_busy(inst, area, *pfn, nr_pages, align_order);
		at = past(inst, bad) - cma->base_pfn;
	}
	return -ENOMEM;
}

static void account(struct sb_instance *inst, struct sb_cma *cma, unsigned long nr_pages, int err)
{
	struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, cma->base_pfn)];
	unsigned long irq;

	sb_zone_count(zone, err ? SB_EVENT_CMA_ALLOC_FAIL : SB_EVENT_CMA_ALLOC_SUCCESS, 1);
	irq = sb_irq_save();
	sb_lock(&cma->lock);
	if (err)
		cma->nr_failed += nr_pages;
	else
		cma->nr_succeeded += nr_pages;
	sb_unlock(&cma->lock);
	sb_irq_restore(irq);
}

static int check(const struct sb_instance *inst, unsigned int area, unsigned long nr_pages)
{
	if (inst->corrupt)
		return -EIO;
	if (inst->stage != SB_STAGE_LIVE)
		return -ENODEV;
	if (area >= inst->cfg.nr_cma || !inst->cma[area].bitmap)
		return -ENOENT;
	return nr_pages ? 0 : -EINVAL;
}

int sb_cma_alloc(struct sb_instance *inst, unsigned int area, unsigned long nr_pages,
		 unsigned int align_order, u32 gfp, unsigned long *pfn)
{
	unsigned long found = 0;
	int err = check(inst, area, nr_pages);

	if (!err && align_order > SB_CMA_MAX_ALIGN)
		err = -EINVAL;
	if (err)
		return err;
	if (unlikely(sb_trace_on(inst)))
		sb_trace_cma_start(inst, area, nr_pages, align_order);
	err = alloc(inst, area, nr_pages, align_order, gfp, &found);
	account(inst, &inst->cma[area], nr_pages, err);
	if (unlikely(sb_trace_on(inst)))
		sb_trace_cma_finish(inst, area, err ? 0 : found, nr_pages, align_order, err);
	if (!err)
		*pfn = found;
	return err;
}

static bool was_given(struct sb_cma *cma, unsigned long at, unsigned long nr_pages)
{
	unsigned long irq = sb_irq_save();
	bool given;

	sb_lock(&cma->lock);
	given = find_bit(cma->bitmap, at, at + nr_pages, false) == at + nr_pages;
	sb_unlock(&cma->lock);
	sb_irq_restore(irq);
	return given;
}

int sb_cma_release(struct sb_instance *inst, unsigned int area, unsigned long pfn,
		   unsigned long nr_pages)
{
	int err = check(inst, area, nr_pages);
	unsigned long at, irq;
	struct sb_cma *cma;

	if (err)
		return err;
	cma = &inst->cma[area];
	at = pfn - cma->base_pfn;
	if (pfn < cma->base_pfn || at >= cma->nr_pages || nr_pages > cma->nr_pages - at)
		return -ERANGE;
	if (!was_given(cma, at, nr_pages))
		return -EALREADY;
	err = sb_alloc_free_range(inst, pfn, nr_pages);
	if (err)
		return err;
	irq = sb_irq_save();
	sb_lock(&cma->lock);
	mark(cma, at, nr_pages, false);
	cma->nr_released += nr_pages;
	sb_unlock(&cma->lock);
	sb_irq_restore(irq);
	if (unlikely(sb_trace_on(inst)))
		sb_trace_cma_release(inst, area, pfn, nr_pages);
	return 0;
}

int sb_cma_find(const struct sb_instance *inst, const char *name)
{
	unsigned int i;

	for (i = 0; i < inst->cfg.nr_cma; i++)
		if (!strcmp(inst->cfg.cma[i].name, name))
			return (int)i;
	return -ENOENT;
}

unsigned long sb_cma_maxchunk(struct sb_instance *inst, unsigned int area)
{
	struct sb_cma *cma = &inst->cma[area];
	unsigned long start, end = 0, most = 0;
	unsigned long irq = sb_irq_save();

	sb_lock(&cma->lock);
	while (cma->bitmap && end < cma->nr_pages) {
		start = find_bit(cma->bitmap, end, cma->nr_pages, false);
		end = find_bit(cma->bitmap, start, cma->nr_pages, true);
		most = max(most, end - start);
	}
	sb_unlock(&cma->lock);
	sb_irq_restore(irq);
	return most;
}

void sb_cma_show(struct sb_out *out, struct sb_instance *inst)
{
	unsigned int i;

	if (inst->stage < SB_STAGE_PAGEBLOCKS)
		return;
	for (i = 0; i < inst->cfg.nr_cma; i++) {
		const struct sb_cma *cma = &inst->cma[i];
		unsigned int zone = sb_pageblock_zone(&inst->blocks, cma->base_pfn);

		sb_out_printf(out, "%4u: 0x%0*llx..0x%0*llx %4d %s: ", i, (int)SB_PHYS_DIGITS,
			      sb_pfn_addr(cma->base_pfn), (int)SB_PHYS_DIGITS,
			      sb_pfn_addr(cma->base_pfn + cma->nr_pages) - 1, inst->zones[zone].nid,
			      inst->cfg.cma[i].name);
		sb_out_printf(out, "%lu pages, %lu used, at most %lu in a row free, ",
			      cma->nr_pages, READ_ONCE(cma->nr_used), sb_cma_maxchunk(inst, i));
		sb_out_printf(out, "%lu given, %lu refused, %lu given back\n",
			      READ_ONCE(cma->nr_succeeded), READ_ONCE(cma->nr_failed),
			      READ_ONCE(cma->nr_released));
	}
}

void sb_cma_show_bitmap(struct sb_out *out, struct sb_instance *inst, unsigned int area)
{
	const struct sb_cma *cma = &inst->cma[area];
	unsigned long i, nr_words = (cma->nr_pages + WORD_BITS - 1) / WORD_BITS;

	for (i = 0; cma->bitmap && i < nr_words; i++)
		sb_out_printf(out, "%u%c", READ_ONCE(cma->bitmap[i]),
			      i + 1 < nr_words ? ' ' : '\n');
}

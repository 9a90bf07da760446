// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"
#include "layout.h"
#include "plenty.h"
#include "watermark.h"

#define MIN_FREE_LEAST 128u
#define MIN_FREE_MOST 262144u

/* Of a zone whose pages the kernel itself hardly needs: SWAP_CLUSTER_MAX to 128. */
#define SMALL_MIN_LEAST 32ul
#define SMALL_MIN_MOST 128ul

unsigned int sb_watermark_min_free_kbytes(u64 lowmem_kbytes)
{
	u64 square = min(lowmem_kbytes, (u64)1 << 40) * 16;
	unsigned int root = 0, bit;

	for (bit = 1u << 23; bit; bit >>= 1)
		if ((u64)(root | bit) * (root | bit) <= square)
			root |= bit;
	return min(max(root, MIN_FREE_LEAST), MIN_FREE_MOST);
}

/* is_highmem(): to Linux 6.1 Movable is what it was cut from. */
static bool counts_as_lowmem(const struct sb_zone *zone)
{
	const struct sb_instance *inst = zone->inst;

	if (zone->type == SB_ZONE_MOVABLE)
		return !inst->rules->movable_capped &&
		       sb_layout_lowmem_end(inst) >= sb_layout_end(inst);
	return zone->type != SB_ZONE_HIGHMEM;
}

static unsigned long lowmem_pages(const struct sb_instance *inst)
{
	const struct sb_zone *zone = NULL;
	unsigned long nr_pages = 0;

	while ((zone = sb_instance_next_zone(inst, zone)))
		nr_pages += counts_as_lowmem(zone) ? zone->managed : 0;
	return nr_pages;
}

/*
 * nr_free_buffer_pages(): what GFP_USER may use, less the high marks. These are
 * 0 when a kernel boots and asks for the first time, and so they are here.
 */
static unsigned int min_free_kbytes(const struct sb_instance *inst)
{
	const struct sb_zone *zone = NULL;
	u64 nr_pages = 0;

	if (inst->cfg.min_free_kbytes != SB_MIN_FREE_AUTO)
		return inst->cfg.min_free_kbytes;
	while ((zone = sb_instance_next_zone(inst, zone)))
		nr_pages += zone->type <= SB_ZONE_NORMAL ? zone->managed : 0;
	return sb_watermark_min_free_kbytes(nr_pages * (SB_PAGE_SIZE >> 10));
}

void sb_watermark_clear(struct sb_zone *zone)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&zone->lock);
	memset(zone->watermark, 0, sizeof(zone->watermark));
	memset(zone->lowmem_reserve, 0, sizeof(zone->lowmem_reserve));
	zone->watermark_boost = 0;
	zone->below_high = false;
	sb_plenty_measure(zone);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

/* A share of @nr_pages; exact, where the product alone would not fit. */
static unsigned long share(unsigned long nr_pages, unsigned int numerator, unsigned int denominator)
{
	unsigned long whole = nr_pages / denominator;
	u64 rest = (u64)(nr_pages % denominator) * numerator;

	return whole * numerator + (unsigned long)sb_div_u64(rest, denominator);
}

static void set_marks(struct sb_zone *zone, unsigned long pages_min, unsigned long lowmem)
{
	/* So much that no sum of marks wraps. */
	u64 most = ~0ul / 8;
	u64 part = min(sb_div64_u64((u64)pages_min * zone->managed, max(lowmem, 1ul)), most);
	unsigned long small = min(max(zone->managed / 1024, SMALL_MIN_LEAST), SMALL_MIN_MOST);
	unsigned long step =
		max((unsigned long)part / 4,
		    share(zone->managed, zone->inst->cfg.watermark_scale_factor, 10000));
	unsigned long irq = sb_irq_save();
	enum sb_wmark wmark;

	sb_lock(&zone->lock);
	zone->watermark[SB_WMARK_MIN] = counts_as_lowmem(zone) ? (unsigned long)part : small;
	for (wmark = SB_WMARK_LOW; wmark < SB_NR_WMARKS; wmark++)
		zone->watermark[wmark] = zone->watermark[wmark - 1] + step;
	zone->watermark_boost = 0;
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

static void measure(struct sb_zone *zone)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&zone->lock);
	sb_plenty_measure(zone);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

/* What zone @type of a node keeps back from each higher one. */
static void set_reserves(struct sb_instance *inst, int nid, enum sb_zone_type type)
{
	struct sb_zone *zone = sb_instance_zone(inst, nid, type);
	unsigned int ratio = inst->cfg.lowmem_reserve_ratio[type];
	unsigned long above = 0;
	enum sb_zone_type upper;

	for (upper = type + 1; upper < SB_NR_ZONE_TYPES; upper++) {
		above += sb_instance_zone(inst, nid, upper)->managed;
		WRITE_ONCE(zone->lowmem_reserve[upper], ratio && zone->managed ? above / ratio : 0);
	}
}

void sb_watermark_setup(struct sb_instance *inst)
{
	unsigned long pages_min = min_free_kbytes(inst) / (SB_PAGE_SIZE >> 10);
	unsigned long lowmem = lowmem_pages(inst);
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(inst, zone))) {
		set_marks(zone, pages_min, lowmem);
		set_reserves(inst, zone->nid, zone->type);
		measure(zone);
	}
}

static unsigned long unusable(const struct sb_zone *zone, unsigned int order, unsigned int flags)
{
	unsigned long nr_pages = sb_order_pages(order) - 1;

	if (!(flags & SB_ALLOC_RESERVES))
		nr_pages += zone->inst->rules->highatomic_free ?
				    READ_ONCE(zone->nr_free_highatomic) :
				    READ_ONCE(zone->nr_reserved_highatomic);
	if (!(flags & SB_ALLOC_CMA))
		nr_pages += READ_ONCE(zone->nr_free_cma);
	return nr_pages;
}

void sb_watermark_sum(const struct sb_zone *zone, unsigned int order, unsigned long mark,
		      enum sb_zone_type highest, unsigned int flags, struct sb_watermark_sum *sum)
{
	sum->free = READ_ONCE(zone->nr_free);
	sum->unusable = unusable(zone, order, flags);
	sum->min = mark;
	if (flags & SB_ALLOC_MIN_RESERVE) {
		sum->min -= sum->min / 2;
		if (flags & SB_ALLOC_NON_BLOCK)
			sum->min -= sum->min / 4;
	}
	sum->reserve = READ_ONCE(zone->lowmem_reserve[highest]);
}

/* A block that is large enough lies on a list that the request may use. */
static bool has_block(const struct sb_zone *zone, unsigned int order, unsigned int flags)
{
	u32 orders = READ_ONCE(zone->nonempty[SB_UNMOVABLE]) |
		     READ_ONCE(zone->nonempty[SB_MOVABLE]) |
		     READ_ONCE(zone->nonempty[SB_RECLAIMABLE]);

	if (flags & SB_ALLOC_CMA)
		orders |= READ_ONCE(zone->nonempty[SB_CMA]);
	if (flags & SB_ALLOC_HIGHATOMIC)
		orders |= READ_ONCE(zone->nonempty[SB_HIGHATOMIC]);
	return orders >> order;
}

bool sb_watermark_ok(const struct sb_zone *zone, unsigned int order, unsigned long mark,
		     enum sb_zone_type highest, unsigned int flags)
{
	struct sb_watermark_sum sum;

	sb_watermark_sum(zone, order, mark, highest, flags, &sum);
	if (sum.free <= sum.unusable + sum.min + sum.reserve)
		return false;
	return !order || has_block(zone, order, flags);
}

/* 6.1 asks for __GFP_ATOMIC, which stands for a request of HIGH that cannot wait. */
static bool ignores_boost(const struct sb_zone *zone, unsigned int order, unsigned int flags)
{
	unsigned int needed = SB_ALLOC_MIN_RESERVE;

	if (!zone->inst->rules->boost_spares_high)
		needed |= SB_ALLOC_NON_BLOCK;
	return !order && (flags & SB_ALLOC_WMARK) == SB_WMARK_MIN && (flags & needed) == needed;
}

bool sb_watermark_allows(const struct sb_zone *zone, unsigned int order, enum sb_wmark wmark,
			 enum sb_zone_type highest, unsigned int flags)
{
	if (likely(sb_watermark_ok(zone, order, sb_watermark(zone, wmark), highest, flags)))
		return true;
	return zone->watermark_boost && ignores_boost(zone, order, flags) &&
	       sb_watermark_ok(zone, order, zone->watermark[SB_WMARK_MIN], highest, flags);
}

void sb_watermark_boost(struct sb_zone *zone)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	unsigned long block = sb_order_pages(cfg->pageblock_order);
	unsigned long most;

	sb_assert_held(&zone->lock);
	most = share(zone->watermark[SB_WMARK_HIGH], cfg->watermark_boost_factor, 10000);
	if (block * 4 > zone->managed || !most)
		return;
	zone->watermark_boost = min(zone->watermark_boost + block, max(block, most));
	zone->events[SB_EVENT_BOOST]++;
	sb_plenty_measure(zone);
}

void sb_watermark_unboost(struct sb_zone *zone)
{
	unsigned long irq;

	if (likely(!READ_ONCE(zone->watermark_boost)))
		return;
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	zone->watermark_boost = 0;
	sb_plenty_measure(zone);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

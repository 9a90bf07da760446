// SPDX-License-Identifier: GPL-2.0-only
/* What a seed starts with: pages in use, types of pageblocks, per-CPU lists. */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/preempt.h>

#include "linux.h"
#include "probe.h"

static void set_lists(unsigned int batch, unsigned int high_min, unsigned int high_max)
{
	linux_side.pcp->batch = batch;
	probe_set_pcp(linux_side.pcp, high_min, high_max);
}

static void switch_lists(bool on)
{
	linux_drain();
	if (on)
		set_lists(linux_side.lists.batch, linux_side.lists.high_min,
			  linux_side.lists.high_max);
	else
		set_lists(1, 0, 0);
}

/* get_pfnblock_migratetype() is not exported, what it reads is. */
unsigned long *linux_type_word(unsigned long pfn, unsigned int *shift)
{
	unsigned long block = (pfn & (PAGES_PER_SECTION - 1)) >> sb_host_pageblock_order();
	unsigned long bit = block * NR_PAGEBLOCK_BITS;

	*shift = bit % BITS_PER_LONG;
	return section_to_usemap(__pfn_to_section(pfn)) + bit / BITS_PER_LONG;
}

static void set_block_type(unsigned long pfn, unsigned long type)
{
	unsigned int shift;
	unsigned long *word = linux_type_word(pfn, &shift);

	*word = (*word & ~(MIGRATETYPE_MASK << shift)) | type << shift;
}

unsigned long linux_first_block(void)
{
	return ALIGN_DOWN(linux_side.zone->zone_start_pfn, 1ul << sb_host_pageblock_order());
}

static void take_all(void)
{
	long pfn;

	while ((pfn = linux_alloc(0, 0)) > 0)
		__set_bit(pfn - linux_side.layout.start_pfn, linux_side.taken);
}

static unsigned int dice(const struct oracle_shape *shape, unsigned long n, unsigned int sides)
{
	return hash_64(shape->seed ^ n * 0x9e3779b97f4a7c15ull, 32) % sides;
}

static void set_types(const struct oracle_shape *shape)
{
	unsigned long step = 1ul << sb_host_pageblock_order();
	unsigned long pfn;

	for (pfn = linux_first_block(); pfn < zone_end_pfn(linux_side.zone); pfn += step)
		set_block_type(pfn, shape->mixed ? dice(shape, pfn + 1, MIGRATE_PCPTYPES) :
						   MIGRATE_MOVABLE);
}

static bool keeps(const struct oracle_shape *shape, unsigned long pfn)
{
	unsigned int order = shape->kept_order;

	if (dice(shape, pfn >> sb_host_pageblock_order(), 100) < shape->kept_blocks)
		return true;
	return order && (pfn & ((1ul << order) - 1)) == dice(shape, pfn >> order, 1u << order);
}

static void free_but(const struct oracle_shape *shape)
{
	unsigned long *taken = linux_side.taken, end = linux_side.layout.spanned, bit;

	for (bit = find_first_bit(taken, end); bit < end; bit = find_next_bit(taken, end, bit)) {
		unsigned long pfn = linux_side.layout.start_pfn + bit;

		if (!shape || !keeps(shape, pfn)) {
			__clear_bit(bit, taken);
			linux_free(pfn, 0, 0);
		}
		bit++;
	}
}

/*
 * Takes every page, which needs watermarks that ask for nothing, gives pageblocks
 * their types while nothing is free that could be on a wrong list, and frees
 * upwards: so nothing is left of the seed before, least of all its reserves.
 */
static int wash(const struct oracle_shape *shape)
{
	struct zone *zone = linux_side.zone;
	unsigned long marks[ARRAY_SIZE(zone->_watermark)];
	bool clean;

	zone->watermark_boost = 0;
	memcpy(marks, zone->_watermark, sizeof(marks));
	memset(zone->_watermark, 0, sizeof(marks));
	take_all();
	clean = !zone_page_state(zone, NR_FREE_PAGES);
	if (clean) {
		set_types(shape);
		zone->nr_reserved_highatomic = 0;
	}
	free_but(shape);
	memcpy(zone->_watermark, marks, sizeof(marks));
	zone->watermark_boost = 0;
	return clean ? 0 : -EBUSY;
}

int linux_shape(const struct oracle_shape *shape, bool lists)
{
	int err;

	preempt_disable();
	switch_lists(false);
	err = wash(shape);
	switch_lists(lists);
	probe_forget(linux_side.zone);
	preempt_enable();
	return err;
}

void linux_unshape(void)
{
	free_but(NULL);
	switch_lists(true);
}

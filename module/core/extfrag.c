// SPDX-License-Identifier: GPL-2.0-only
#include "extfrag.h"
#include "engine.h"

void sb_extfrag_count(const struct sb_zone *zone, unsigned int order, struct sb_extfrag *seen)
{
	unsigned long blocks[SB_NR_ORDERS];
	unsigned int at;

	memset(seen, 0, sizeof(*seen));
	sb_engine_tally(zone, blocks);
	for (at = 0; at <= zone->inst->cfg.max_order; at++) {
		seen->free_blocks += blocks[at];
		seen->free_pages += blocks[at] << at;
		if (at >= order)
			seen->suitable += blocks[at] << (at - order);
	}
}

int sb_extfrag_unusable(const struct sb_extfrag *seen, unsigned int order)
{
	unsigned long unusable = seen->free_pages - (seen->suitable << order);

	if (!seen->free_pages)
		return 1000;
	return (int)sb_div64_u64(unusable * 1000ull, seen->free_pages);
}

int sb_extfrag_index(const struct sb_extfrag *seen, unsigned int order)
{
	u64 requests;

	if (!seen->free_blocks)
		return 0;
	if (seen->suitable)
		return -1000;
	requests = sb_div64_u64(seen->free_pages * 1000ull, sb_order_pages(order));
	return 1000 - (int)sb_div64_u64(1000 + requests, seen->free_blocks);
}

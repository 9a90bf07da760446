// SPDX-License-Identifier: GPL-2.0-only
#include "front.h"
#include "plenty.h"
#include "zonelist.h"

/**
 * struct tally - What was seen.
 * @out: where it is told, or NULL
 * @violations: how often something did not fit
 */
struct tally {
	struct sb_out *out;
	unsigned int violations;
};

#define violation(tally, ...)                             \
	do {                                              \
		(tally)->violations++;                    \
		sb_out_printf((tally)->out, __VA_ARGS__); \
	} while (0)

/* By the rules for each request, and not by the line above which all of them hold. */
static void check_home(const struct sb_zone *zone, u32 gfp, unsigned int order, struct tally *tally)
{
	unsigned int home = zone->inst->front.list[order][gfp] / SB_PCP_ORDERS;

	if (home == SB_HOME_NONE || home / SB_HOME_TYPES != zone->front_slot)
		return;
	if (sb_watermark_ok(zone, order, sb_watermark(zone, SB_WMARK_HIGH), sb_gfp_zone(gfp), 0))
		return;
	violation(tally, "requests of flags %#x and order %u find their list, and must not\n", gfp,
		  order);
}

static void check_requests(const struct sb_zone *zone, struct tally *tally)
{
	unsigned int order;
	u32 gfp;

	for (gfp = 0; gfp < SB_FRONT_GFPS; gfp++)
		for (order = 0; order < SB_PCP_ORDERS; order++)
			check_home(zone, gfp, order, tally);
}

static void check_homes(const struct sb_zone *zone, struct tally *tally)
{
	const struct sb_pageblocks *blocks = &zone->inst->blocks;
	unsigned long i;

	for (i = 0; i < blocks->nr_blocks; i++) {
		unsigned long pfn = blocks->base_pfn + (i << blocks->order);
		unsigned int type = sb_pageblock_type(blocks, pfn);
		unsigned int home = zone->front_slot * SB_HOME_TYPES + type;

		if (sb_pageblock_zone(blocks, pfn) != (unsigned int)(zone - zone->inst->zones))
			continue;
		if (blocks->home[i] != (type < SB_PCPTYPES ? home : SB_HOME_NONE))
			violation(tally, "the pageblock at pfn %#lx, of type %u, has home %u\n",
				  pfn, type, blocks->home[i]);
	}
}

/* A free by the front looks at no more than the limit of its list. */
static void check_limits(const struct sb_zone *zone, unsigned int cpu, struct tally *tally)
{
	unsigned int which;

	for (which = 0; which < SB_PCP_LISTS; which++) {
		const struct sb_pcp_list *list = &zone->pcp[cpu].list[which];
		u32 limit = READ_ONCE(list->limit);

		if (limit && (list->slot != list->room || limit > list->max))
			violation(tally,
				  "per-CPU lists %u: list %u may grow to %u, and has not room\n",
				  cpu, which, limit);
	}
}

unsigned int sb_front_check(struct sb_zone *zone, struct sb_out *out)
{
	struct tally tally = { .out = out };
	unsigned int cpu;

	check_homes(zone, &tally);
	if (zone->pcp)
		check_requests(zone, &tally);
	for (cpu = 0; zone->pcp && cpu < zone->inst->cfg.nr_cpus; cpu++)
		check_limits(zone, cpu, &tally);
	return tally.violations;
}

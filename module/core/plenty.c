// SPDX-License-Identifier: GPL-2.0-only
#include "front.h"
#include "plenty.h"
#include "zonelist.h"

static bool prefers(const struct sb_instance *inst, u32 gfp, const struct sb_zone *zone)
{
	return inst->front.zone[gfp] == (unsigned int)(zone - inst->zones);
}

static void tell(struct sb_instance *inst, u32 gfp, unsigned int order, unsigned int home)
{
	WRITE_ONCE(inst->front.list[order][gfp], sb_front_list(home, order));
}

void sb_plenty_set(struct sb_zone *zone, unsigned int nr_orders)
{
	struct sb_instance *inst = zone->inst;
	unsigned int first = zone->front_slot * SB_HOME_TYPES, order;
	unsigned int low = min(nr_orders, zone->plenty_orders);
	unsigned int high = max(nr_orders, zone->plenty_orders);
	unsigned int index = (unsigned int)(zone - inst->zones);
	bool grouping = inst->blocks.grouping;
	u32 gfp;

	sb_assert_held(&zone->lock);
	zone->plenty_orders = nr_orders;
	for (gfp = 0; gfp < SB_FRONT_GFPS; gfp++) {
		unsigned int home = first + (grouping ? sb_gfp_type(gfp) : SB_UNMOVABLE);

		if (inst->front.zone[gfp] != index)
			continue;
		for (order = low; order < high; order++)
			tell(inst, gfp, order, order < nr_orders ? home : SB_HOME_NONE);
	}
}

/* What the zone keeps back from requests that prefer it, at most. */
static unsigned long most_reserved(const struct sb_zone *zone)
{
	unsigned long most = 0;
	u32 gfp;

	for (gfp = 0; gfp < SB_FRONT_GFPS; gfp++)
		if (prefers(zone->inst, gfp, zone))
			most = max(most, READ_ONCE(zone->lowmem_reserve[sb_gfp_zone(gfp)]));
	return most;
}

void sb_plenty_measure(struct sb_zone *zone)
{
	sb_assert_held(&zone->lock);
	WRITE_ONCE(zone->plenty, sb_watermark(zone, SB_WMARK_HIGH) + most_reserved(zone) +
					 sb_order_pages(SB_PCP_ORDERS - 1) - 1);
	sb_plenty_look(zone);
}

/* The first zone that would be tried, unless it is another node's. */
static unsigned int preferred(struct sb_instance *inst, u32 gfp)
{
	struct sb_zonelist_iter it;
	struct sb_request request;
	const struct sb_zone *zone;

	if (sb_request_init(&request, gfp, 0, SB_NID_ANY))
		return SB_ZONE_NONE;
	sb_zonelist_begin(&it, inst, &request);
	zone = sb_zonelist_next(&it);
	return zone && zone->nid == it.nid ? (unsigned int)(zone - inst->zones) : SB_ZONE_NONE;
}

/* Takes the lock of each zone, so that nobody writes by what was known before. */
static void measure_all(struct sb_instance *inst)
{
	unsigned int i;

	for (i = 0; i < SB_MAX_ZONES; i++) {
		struct sb_zone *zone = &inst->zones[i];
		unsigned long irq = sb_irq_save();

		sb_lock(&zone->lock);
		/* What another zone's homes were is overwritten for all orders. */
		zone->plenty_orders = SB_PCP_ORDERS;
		sb_plenty_set(zone, 0);
		sb_plenty_measure(zone);
		sb_unlock(&zone->lock);
		sb_irq_restore(irq);
	}
}

void sb_plenty_build(struct sb_instance *inst)
{
	unsigned int order;
	u32 gfp;

	for (gfp = 0; gfp < SB_FRONT_GFPS; gfp++) {
		WRITE_ONCE(inst->front.zone[gfp], (u8)preferred(inst, gfp));
		for (order = 0; order < SB_PCP_ORDERS; order++)
			tell(inst, gfp, order, SB_HOME_NONE);
	}
	measure_all(inst);
	/* What was written by the old ways before its zone's lock was taken here. */
	measure_all(inst);
}

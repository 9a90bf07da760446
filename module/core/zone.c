// SPDX-License-Identifier: GPL-2.0-only
#include "freelist.h"
#include "front.h"
#include "instance.h"
#include "pcp.h"
#include "plenty.h"
#include "quarantine.h"
#include "zone.h"

const char *sb_zone_type_name(enum sb_zone_type type)
{
	static const char *const names[SB_NR_ZONE_TYPES] = {
		[SB_ZONE_DMA] = "DMA",
		[SB_ZONE_NORMAL] = "Normal",
		[SB_ZONE_HIGHMEM] = "HighMem",
		[SB_ZONE_MOVABLE] = "Movable",
	};

	return names[type];
}

const char *sb_zone_name(const struct sb_zone *zone)
{
	return sb_zone_type_name(zone->type);
}

void sb_zone_init(struct sb_zone *zone, struct sb_instance *inst, int nid, enum sb_zone_type type)
{
	memset(zone, 0, sizeof(*zone));
	sb_lock_init(&zone->freeze_lock);
	sb_lock_init(&zone->lock);
	zone->inst = inst;
	zone->nid = nid;
	zone->type = type;
	sb_freelist_init(zone);
	zone->plenty = SB_PLENTY_NEVER;
	sb_quarantine_init(zone);
}

void sb_zone_count(struct sb_zone *zone, enum sb_event_item item, unsigned long nr)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&zone->lock);
	zone->events[item] += nr;
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

/* Events of nodes that CPUs have counted. */
static unsigned long node_events(const struct sb_zone *zone, enum sb_event_item item)
{
	unsigned long nr = 0;
	unsigned int cpu;

	for (cpu = 0; zone->pcp && cpu < zone->inst->cfg.nr_cpus; cpu++) {
		const struct sb_pcp *pcp = &zone->pcp[cpu];

		if (item == SB_EVENT_MISS)
			nr += READ_ONCE(pcp->nr_miss);
		else if (item == SB_EVENT_FOREIGN)
			nr += READ_ONCE(pcp->nr_foreign);
	}
	return nr;
}

unsigned long sb_zone_events(const struct sb_zone *zone, enum sb_event_item item)
{
	return READ_ONCE(zone->events[item]) + sb_pcp_events(zone, item) + node_events(zone, item);
}

unsigned long sb_zone_freeze(struct sb_zone *zone) __acquires(zone->freeze_lock)
{
	unsigned long irq;
	unsigned int cpu;

	sb_front_close(zone->inst);
	irq = sb_irq_save();
	sb_lock(&zone->freeze_lock);
	for (cpu = 0; zone->pcp && cpu < zone->inst->cfg.nr_cpus; cpu++)
		sb_lock_nested(&zone->pcp[cpu].lock, &zone->freeze_lock);
	sb_lock_nested(&zone->lock, &zone->freeze_lock);
	return irq;
}

void sb_zone_thaw(struct sb_zone *zone, unsigned long irq) __releases(zone->freeze_lock)
{
	unsigned int cpu;

	sb_unlock_nested(&zone->lock);
	for (cpu = zone->pcp ? zone->inst->cfg.nr_cpus : 0; cpu-- > 0;)
		sb_unlock_nested(&zone->pcp[cpu].lock);
	sb_unlock(&zone->freeze_lock);
	sb_irq_restore(irq);
	sb_front_open(zone->inst);
}

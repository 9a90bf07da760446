/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-CPU lists: small stacks of blocks in front of the zone lock.
 *
 *	          order 0   1   2   3
 *	Unmovable     [.]  [.] [.] [.]     a stack each: taken from and freed to
 *	Movable       [.]  [.] [.] [.]     its top, drained from its bottom
 *	Reclaimable   [.]  [.] [.] [.]
 *
 * One such table for each CPU and zone, in arrays as small as batch and high
 * allow. Pages on them are free for their CPU and in use for the zone.
 */
#ifndef SB_PCP_H
#define SB_PCP_H

#include "buddy.h"

#define SB_PCP_ORDERS 4
#define SB_PCP_LISTS (SB_PCP_ORDERS * SB_PCPTYPES)
#define SB_PCP_MAX_BATCH 512
#define SB_PCP_MAX_HIGH 8192

/**
 * struct sb_pcp_list - A stack of blocks of one order and type.
 * @nr: blocks on it
 * @max: blocks it has room for
 * @slot: first pages of the blocks, as indices into the descriptors
 */
struct sb_pcp_list {
	u32 nr;
	u32 max;
	u32 *slot;
};

/**
 * struct sb_pcp - One CPU's lists of one zone.
 * @lock: guards the rest
 * @count: pages on all lists
 * @list: by order * SB_PCPTYPES + type
 */
struct sb_pcp {
	struct sb_lock lock;
	unsigned int count;
	struct sb_pcp_list list[SB_PCP_LISTS];
};

static inline bool sb_pcp_serves(const struct sb_instance *inst, unsigned int order,
				 unsigned int type)
{
	return order < SB_PCP_ORDERS && type < SB_PCPTYPES && inst->cfg.pcp_high;
}

/**
 * sb_pcp_init() - Place and set up the lists of every zone and CPU.
 * @inst: instance whose layout is done
 *
 * Context: Process. The instance is not live yet.
 * Return: 0, or -ENOMEM when no memory that the kernel reaches is left.
 */
int sb_pcp_init(struct sb_instance *inst);
void sb_pcp_exit(struct sb_instance *inst);

/**
 * sb_pcp_take() - Take a block from this CPU's list, refilled when empty.
 * @zone: zone to take from
 * @order: 0 .. SB_PCP_ORDERS - 1
 * @type: below SB_PCPTYPES
 * @pfn: set to the first page, in use from now on
 *
 * A refill moves pcp_batch pages, at least two blocks if the batch is not 1.
 *
 * Context: Any. Takes the per-CPU lock, and for a refill the zone lock.
 * Return: true, or false when the zone has nothing for @type.
 */
bool sb_pcp_take(struct sb_zone *zone, unsigned int order, unsigned int type, unsigned long *pfn);

/**
 * sb_pcp_put() - Put a block on this CPU's list.
 * @zone: zone that the block lies in
 * @pfn: first page
 * @order: 0 .. SB_PCP_ORDERS - 1
 * @type: type of its pageblock, below SB_PCPTYPES
 *
 * At pcp_high pages, pcp_batch of them go back to the zone, the oldest of
 * each list first, the lists in turn: free_pcppages_bulk(), Linux 6.12.
 *
 * Context: Any. Takes the per-CPU lock, and for an overflow the zone lock.
 */
void sb_pcp_put(struct sb_zone *zone, unsigned long pfn, unsigned int order, unsigned int type);

/* Returns all pages of one CPU's lists of @zone to it, and says how many there were. */
unsigned int sb_pcp_drain_zone(struct sb_zone *zone, unsigned int cpu);
/* The same for all zones: what a CPU that goes offline needs. */
unsigned int sb_pcp_drain_cpu(struct sb_instance *inst, unsigned int cpu);
unsigned int sb_pcp_drain_all(struct sb_instance *inst);

/* Pages on the lists of all CPUs, read without locks. */
unsigned long sb_pcp_count(const struct sb_zone *zone);

#endif

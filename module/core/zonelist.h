/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Zonelists: in which zones a request is tried, in which order, and how hard.
 *
 *	node   zonelist --+
 *	       lists[0] <-+   requests walk it
 *	       lists[1]       written next, when a zone comes or goes
 *
 * Nobody is kept from a list that is about to be written again, so a walk may pass
 * over a zone; it never sees one that does not exist. A request that fails looks
 * whether lists were rebuilt meanwhile, and if so begins again: as with
 * zonelist_update_seq of Linux 6.12, which writes its lists in place.
 */
#ifndef SB_ZONELIST_H
#define SB_ZONELIST_H

#include "request.h"
#include "watermark.h"

/**
 * struct sb_zonelist_iter - A walk over the zones that suit a request.
 * @inst: instance
 * @request: what they are to suit
 * @list: the list that is walked
 * @highest: highest zone that will do, as the instance has it
 * @nid: node whose order is followed
 * @next: place in @list
 */
struct sb_zonelist_iter {
	struct sb_instance *inst;
	const struct sb_request *request;
	const struct sb_zonelist *list;
	enum sb_zone_type highest;
	int nid;
	unsigned int next;
};

/*
 * The first zone is the one that the request prefers:
 *
 *	sb_zonelist_begin(&it, inst, request);
 *	while ((zone = sb_zonelist_next(&it)))
 */
void sb_zonelist_begin(struct sb_zonelist_iter *it, struct sb_instance *inst,
		       const struct sb_request *request);
struct sb_zone *sb_zonelist_next(struct sb_zonelist_iter *it);

/**
 * sb_zonelist_build() - Write the lists of all nodes and have requests go by them.
 * @inst: instance whose zones are known
 *
 * Whether pages are grouped by mobility is decided anew, if there are pageblocks
 * yet: build_all_zonelists(), Linux 6.12.
 *
 * Context: Process. One caller at a time; requests may come meanwhile.
 */
void sb_zonelist_build(struct sb_instance *inst);

/* To be read before zones are tried: with the same number afterwards, none was missed. */
static inline unsigned int sb_zonelist_seq(const struct sb_instance *inst)
{
	/* Pairs with the release of sb_zonelist_build(). */
	return smp_load_acquire(&inst->hotplug.zonelist_seq);
}

/* What the first pass keeps to, and what passes after it may do: enum sb_alloc_flags. */
unsigned int sb_zonelist_first_flags(struct sb_instance *inst, const struct sb_request *request);
unsigned int sb_zonelist_slow_flags(const struct sb_instance *inst,
				    const struct sb_request *request);

/*
 * No zone that a request for a large block may use has one on its lists, nor may there be one
 * on per-CPU lists, and all are known to be short of their high mark: to try them would change
 * nothing. Takes no lock, so a moment later it may be otherwise.
 */
bool sb_zonelist_hopeless(struct sb_instance *inst, const struct sb_request *request);

/**
 * sb_zonelist_take() - Take a block from the first zone that may give it.
 * @inst: live instance
 * @request: what is wanted
 * @flags: enum sb_alloc_flags
 * @pfn: set to the first page
 *
 * With SB_ALLOC_NOFRAGMENT the zones of the preferred node are tried without
 * mixing types first, then all zones without that care:
 * get_page_from_freelist(), Linux 6.12.
 *
 * Context: Any but NMI. Takes per-CPU and zone locks with interrupts off.
 * Return: true when @pfn was given.
 */
bool sb_zonelist_take(struct sb_instance *inst, const struct sb_request *request,
		      unsigned int flags, unsigned long *pfn);

/**
 * sb_zonelist_take_bulk() - Take single pages from one zone's per-CPU list.
 * @inst: live instance
 * @request: what each page is to be; of order 0
 * @nr: entries of @pfns
 * @pfns: those that are SB_PFN_NONE are filled, from the first on
 *
 * From the first zone of the preferred node that stays above its low mark with
 * @nr pages less; types may mix in it: alloc_pages_bulk(), Linux 6.12.
 *
 * Context: Any but NMI. Takes a per-CPU and a zone lock with interrupts off.
 * Return: pages taken, 0 when no zone would do or per-CPU lists are off.
 */
unsigned long sb_zonelist_take_bulk(struct sb_instance *inst, const struct sb_request *request,
				    unsigned long nr, unsigned long *pfns);

#endif

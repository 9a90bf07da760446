/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debug modes: what Linux has to find who writes to memory that is not his.
 *
 *	poison      free pages are filled, and looked at when they are allocated
 *	guard       splits leave guard pages beside small blocks: guard.h
 *	owner       who has each block, and who had it: owner.h
 *	quarantine  freed blocks rest before their reuse: quarantine.h
 *
 * Each is switched while the instance is in use, and costs a test of
 * sb_instance.hooks when it is off. That test is made with the lock held under
 * which a block goes to a list. So when a mode has been switched on, and each
 * lock was taken once, no block comes to a list any more without what the mode
 * wants done to it.
 *
 * That free pages are zero, sb_config.init_on_free, is no mode: it is so from hand-over on, or
 * never. So who wants zeroed pages gets them as they are: init_on_free=, Linux 6.12,
 * want_init_on_free(). But for scans nobody looks whether they are.
 *
 * What is found is told by one line, with the owner where owners are kept, and
 * counted; the memory is given to whom it was going to be given, as in Linux:
 * its pattern is of no use to him in either case.
 */
#ifndef SB_DEBUG_H
#define SB_DEBUG_H

#include "finding.h"
#include "request.h"

/**
 * sb_debug_set_poison() - Fill free pages from now on, or no more.
 * @inst: live instance
 * @on: whether
 *
 * On, all pages that are free now are filled, some at a time; when it returns
 * every allocation looks at its pages: page_poison=, Linux 6.12.
 *
 * Context: Process. One caller at a time for all that switches modes. Freezes
 *	zones.
 * Return: 0, -EALREADY, or -EBUSY for what is to be zero.
 */
int sb_debug_set_poison(struct sb_instance *inst, bool on);

/**
 * sb_debug_set_guard() - Have splits leave guard pages.
 * @inst: live instance
 * @minorder: those of blocks below this order do, 1 .. sb_guard_order_max(); 0
 *	is off, and puts all guards on the free lists
 *
 * debug_guardpage_minorder=, Linux 6.12. Guards that there are stay when the
 * order is changed.
 *
 * Context: as sb_debug_set_poison().
 * Return: 0, or -EINVAL for an order out of range.
 */
int sb_debug_set_guard(struct sb_instance *inst, unsigned int minorder);

/**
 * sb_debug_set_quarantine() - Have freed blocks rest.
 * @inst: live instance
 * @nr_pages: of each zone, to SB_QUARANTINE_MAX; 0 is off, and lets go of all
 *
 * Context: as sb_debug_set_poison().
 * Return: 0, or -EINVAL for a number out of range.
 */
int sb_debug_set_quarantine(struct sb_instance *inst, unsigned long nr_pages);

/* Switches on what the configuration says, but for owners, whose memory is the caller's. */
void sb_debug_setup(struct sb_instance *inst);

/* Ways of requests while SB_HOOKS_ALLOC or SB_HOOKS_FREE are set: for alloc.c. */
int sb_debug_alloc(struct sb_instance *inst, const struct sb_request *request, unsigned long *pfn);
/* @done: what need not be done, as it is so. */
int sb_debug_free(struct sb_instance *inst, unsigned long pfn, unsigned int order,
		  unsigned long done);

/**
 * sb_debug_verifying() - Are all free pages filled now?
 * @inst: instance
 *
 * Whoever takes free pages by other ways than sb_alloc() asks before he does,
 * and hands the answer to sb_debug_verify() when he has them.
 *
 * Context: Any.
 * Return: 0, or a number that changes each time that it is switched on.
 */
static inline u32 sb_debug_verifying(const struct sb_instance *inst)
{
	return READ_ONCE(inst->debug.verifying);
}

/* Tells of pages taken that are not as they were filled; nobody else has them. */
void sb_debug_verify(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		     u32 verifying);

/*
 * Fills pages that become free by other ways than sb_alloc_free(), if free pages
 * are filled or zeroed. Nobody switches modes meanwhile.
 */
void sb_debug_fill(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages);

/* Puts a block in use where SB_HOOKS_ZONE say: quarantine, or past marked pages. */
void sb_debug_put(struct sb_zone *zone, unsigned long pfn, unsigned int order)
	__must_hold(zone->lock);

/**
 * sb_debug_scan() - Look at guards, and at free pages if they are filled.
 * @inst: instance at any stage
 * @guards: at guards alone
 *
 * What is found is told, and filled again, so that it is told once.
 *
 * Context: Process. Freezes zones, for some pages at a time.
 * Return: pages that are not as they should be.
 */
unsigned long sb_debug_scan(struct sb_instance *inst, bool guards);

/**
 * sb_finding_tell() - Tell of memory that was written to.
 * @inst: instance
 * @kind: what it is
 * @owner_pfn: page whose owner is to blame
 * @finding: where, as a pattern was found damaged; the rest is filled in
 *
 * Counted, kept as the last one, and told by a line, rate limited.
 *
 * Context: Any. Takes the owner and the debug lock.
 */
void sb_finding_tell(struct sb_instance *inst, enum sb_finding_kind kind, unsigned long owner_pfn,
		     struct sb_finding *finding);

/* The same for a finding whose owner, cache and stacks are filled in already: slab_debug.h. */
void sb_finding_tell_object(struct sb_instance *inst, enum sb_finding_kind kind,
			    struct sb_finding *finding);

/* Tells of a damaged guard, whose first page is @guard: the finding is filled in by a pattern. */
void sb_debug_tell_overrun(struct sb_instance *inst, struct sb_finding *finding,
			   unsigned long guard);

/**
 * sb_debug_show() - Say which modes are on, and what was found.
 * @out: where
 * @inst: instance at any stage
 *
 * A name and a value a line, the last finding at the end.
 *
 * Context: Process.
 */
void sb_debug_show(struct sb_out *out, struct sb_instance *inst);

/**
 * sb_debug_check() - Recount guards, quarantine, and bad pages of a zone.
 * @zone: zone that is frozen
 * @out: where each violation is told, or NULL
 *
 * Return: violations.
 */
unsigned int sb_debug_check(struct sb_zone *zone, struct sb_out *out) __must_hold(zone->lock);

#endif

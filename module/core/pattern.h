/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Patterns: pages filled with one byte, and looked at for others.
 *
 * Memory is reached by sb_reach.page; a page that has none is as it should be.
 * It is reached cached: what a device wrote is seen when no cache line of the
 * page hides it, as with Linux's page_poison.
 */
#ifndef SB_PATTERN_H
#define SB_PATTERN_H

#include "instance.h"

/* PAGE_POISON, Linux 6.12. */
#define SB_PATTERN_FREE 0xaa
/* Another one, so that a dump tells guard pages from free ones. */
#define SB_PATTERN_GUARD 0x4e

/* What free pages are filled with while that is done. */
static inline u8 sb_pattern_of_free(const struct sb_instance *inst)
{
	return inst->cfg.init_on_free ? 0 : SB_PATTERN_FREE;
}

/* Context of all: any; nobody else has the pages. */
void sb_pattern_fill(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		     u8 byte);

/* Fills them as free pages are filled now, if they are. */
void sb_pattern_fill_free(const struct sb_instance *inst, unsigned long pfn,
			  unsigned long nr_pages);

/**
 * sb_pattern_check() - Look for the first page that is not as it was filled.
 * @inst: instance
 * @pfn: first page
 * @nr_pages: how many
 * @byte: what they are filled with
 * @finding: its page, offset, bytes, value and wanted are set when there is one
 *
 * check_poison_mem(), Linux 6.12.
 *
 * Return: true when a page is not.
 */
bool sb_pattern_check(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		      u8 byte, struct sb_finding *finding);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HighAtomic: pageblocks kept for large requests that cannot wait.
 *
 * Such a request, once served, makes the pageblock it was served from one of
 * these: what is free there and what is freed later serves others of its kind,
 * and ordinary requests leave it alone. About a hundredth of a zone is kept so
 * at most, and given up again before an ordinary request fails.
 */
#ifndef SB_HIGHATOMIC_H
#define SB_HIGHATOMIC_H

#include "request.h"

/**
 * sb_highatomic_reserve() - Keep the pageblocks that a request was served from.
 * @zone: zone
 * @pfn: first page given
 * @order: its order
 *
 * reserve_highatomic_pageblock(), Linux 6.12.
 *
 * Context: Any. Takes @zone->lock.
 */
void sb_highatomic_reserve(struct sb_zone *zone, unsigned long pfn, unsigned int order);

/**
 * sb_highatomic_unreserve() - Give one pageblock up for a request.
 * @inst: live instance
 * @request: who needs it; the pageblock becomes one of its type
 * @force: also the last one of a zone
 *
 * unreserve_highatomic_pageblock(), Linux 6.12.
 *
 * Context: Any. Takes zone locks.
 * Return: true when free pages were given up.
 */
bool sb_highatomic_unreserve(struct sb_instance *inst, const struct sb_request *request,
			     bool force);

#endif

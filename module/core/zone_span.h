/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spans: from where to where a zone's memory lies while blocks come and go.
 *
 *	Normal    |########|........|########|          |
 *	Movable   |        |                 |####|#####|
 *	spanned   <-------- Normal --------->           |
 *	                                     <-Movable-->
 *
 * A zone's span reaches from its first page to its last, and may have another zone's
 * memory in it: which pages are its own is told by their pageblocks.
 */
#ifndef SB_ZONE_SPAN_H
#define SB_ZONE_SPAN_H

#include "instance.h"

/*
 * Makes a zone span a range as well, and its node: resize_zone_range(),
 * resize_pgdat_range(), Linux 6.12.
 */
void sb_zone_span_grow(struct sb_zone *zone, unsigned long start, unsigned long end)
	__must_hold(zone->lock);

/*
 * Cuts a zone's span to what it still has once a range at one of its ends left it,
 * and its node's: shrink_zone_span(), update_pgdat_span(), Linux 6.12, except that
 * a span ends with a page that exists, and not with its section.
 */
void sb_zone_span_shrink(struct sb_zone *zone, unsigned long start, unsigned long end)
	__must_hold(zone->lock);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include "front.h"
#include "pcp_drain.h"
#include "pcp_refill.h"
#include "pcp_tune.h"

unsigned long sb_front_take_more(struct sb_instance *inst, u32 gfp, unsigned int order)
{
	unsigned long irq = sb_irq_save(), pfn = SB_PFN_NONE;
	unsigned int which = READ_ONCE(inst->front.list[order][gfp % SB_FRONT_GFPS]);
	struct sb_pcp_list *list = sb_front_this(inst)->list[which];
	struct sb_pcp *pcp;

	/* The list that is always empty has no room. */
	if (likely(list->max && !list->nr)) {
		pcp = sb_pcp_of(list);
		sb_lock(&pcp->lock);
		if (likely(sb_pcp_refill_more(pcp, list, order, list->word >> 4)))
			pfn = sb_front_take_from(inst, list, list->nr - 1);
		sb_unlock(&pcp->lock);
	}
	sb_irq_restore(irq);
	return pfn;
}

/* Room is used up from below while parts go; to move a list takes as long as a part may. */
static bool put_more(struct sb_pcp *pcp, struct sb_pcp_list *list, unsigned long index,
		     unsigned int order) __must_hold(pcp->lock)
{
	bool moves = unlikely(list->slot + list->nr >= list->room + list->max);
	unsigned int which = (unsigned int)(list - pcp->list);

	if (moves)
		sb_pcp_move_down(list);
	if (unlikely(!sb_front_push(pcp->zone->inst, list, index, order)))
		return false;
	sb_pcp_tune_counted(pcp, pcp->zone, which);
	if (likely(!moves))
		sb_pcp_overflow(pcp, which);
	return true;
}

bool sb_front_put_more(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	unsigned long irq = sb_irq_save(), index = pfn - inst->map.base_pfn;
	unsigned long block = index >> inst->blocks.order;
	struct sb_pcp_list *list;
	bool done = false;
	struct sb_pcp *pcp;

	if (unlikely(!sb_front_knows(inst, block, order)))
		goto out;
	list = sb_front_list_of(inst, sb_front_this(inst), block, order);
	/* The list that is always full has no room. */
	if (unlikely(list->nr + 1 >= list->max))
		goto out;
	pcp = sb_pcp_of(list);
	sb_lock(&pcp->lock);
	if (likely(pcp->surplus.nr_pages))
		done = put_more(pcp, list, index, order);
	sb_unlock(&pcp->lock);
out:
	sb_irq_restore(irq);
	return done;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "handover.h"
#include "owner.h"
#include "pinned.h"

static bool is_metadata(const struct sb_instance *inst, unsigned long pfn)
{
	return sb_handover_holds_metadata(inst, sb_pfn_addr(pfn), sb_pfn_addr(pfn + 1));
}

static const char *reason_of(struct sb_instance *inst, unsigned long pfn,
			     const struct sb_page_info *info)
{
	unsigned int type = sb_pageblock_type(&inst->blocks, pfn);

	if (info->state == SB_PAGE_HOLE)
		return "no memory";
	if (type == SB_CMA)
		return "CMA area";
	if (type == SB_ISOLATE)
		return "isolated by another";
	if (info->state == SB_PAGE_RESERVED)
		return is_metadata(inst, pfn) ? "metadata" : "reserved";
	if (info->state != SB_PAGE_ALLOC)
		return "busy";
	if (sb_migrate_can(inst, info))
		return "pinned";
	return is_metadata(inst, pfn) ? "metadata" : "unmovable";
}

void sb_pinned_find(struct sb_instance *inst, unsigned long pfn, struct sb_pinned *pinned)
{
	const struct sb_mover *mover = READ_ONCE(inst->mover);
	struct sb_stack stack, free_stack;
	struct sb_page_info info;

	memset(pinned, 0, sizeof(*pinned));
	pinned->pfn = pfn;
	sb_memmap_info(inst, pfn, &info);
	pinned->reason = reason_of(inst, pfn, &info);
	pinned->state = info.state;
	pinned->order = info.order;
	pinned->type = info.type;
	pinned->movable = sb_migrate_can(inst, &info);
	if (pinned->movable && mover && mover->describe)
		mover->describe(inst->mover_ctx, pfn, pinned->text);
	if (info.state == SB_PAGE_ALLOC && (READ_ONCE(inst->hooks) & SB_HOOK_OWNER))
		sb_owner_find(inst, pfn, &pinned->owner, &stack, &free_stack);
}

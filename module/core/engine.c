// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"
#include "word.h"

const struct sb_engine *sb_engine(enum sb_engine_kind kind)
{
	static const struct sb_engine *const engines[SB_NR_ENGINES] = {
		[SB_ENGINE_LIST] = &sb_engine_list,
		[SB_ENGINE_WORD] = &sb_engine_word,
	};

	return engines[kind];
}

void sb_engine_look(const struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info)
{
	const struct sb_page *page = sb_memmap_page(&inst->map, pfn);

	info->head = pfn;
	info->state = sb_page_state(page);
	if (info->state == SB_PAGE_TAIL && inst->engine->look &&
	    inst->engine->look(inst, pfn, info))
		return;
	info->order = sb_page_order(page);
	info->type = info->state == SB_PAGE_FREE ? sb_page_list(page) : sb_page_type(page);
}

unsigned int sb_engine_type(const struct sb_instance *inst, unsigned long pfn)
{
	struct sb_page_info info;

	sb_engine_look(inst, pfn, &info);
	return info.type;
}

bool sb_engine_is_free(const struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	struct sb_page_info info;

	sb_engine_look(inst, pfn, &info);
	return info.state == SB_PAGE_FREE && info.head == pfn && info.order == order;
}

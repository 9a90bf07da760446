// SPDX-License-Identifier: GPL-2.0-only
/* A file for each tunable. configfs does not tell a file which one it is, so each has functions. */
#include <linux/module.h>

#include "configfs_item.h"
#include "device.h"
#include "tunable.h"

static ssize_t show(struct config_item *config_item, char *page, const char *name)
{
	const struct sbuddy_tunable *t = sbuddy_tunable_find(name);
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	char text[SBUDDY_TUNABLE_LEN];
	u64 value;

	mutex_lock(&item->lock);
	value = sbuddy_tunable_get(t, item->dev ? &item->dev->inst.cfg : &item->cfg);
	mutex_unlock(&item->lock);
	return scnprintf(page, PAGE_SIZE, "%s\n", sbuddy_tunable_text(t, value, text));
}

static int parse(const struct sbuddy_item *item, const struct sbuddy_tunable *t, const char *page,
		 u64 *value)
{
	char text[SBUDDY_TUNABLE_LEN], range[SBUDDY_TUNABLE_LEN];

	if (strlen(page) < sizeof(text) &&
	    !sbuddy_tunable_parse(t, sbuddy_item_word(page, text), value))
		return 0;
	return sbuddy_item_refuse(item, t->name, page, sbuddy_tunable_range(t, range));
}

static ssize_t store(struct config_item *config_item, const char *page, size_t count,
		     const char *name)
{
	const struct sbuddy_tunable *t = sbuddy_tunable_find(name);
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	u64 value;
	int err;

	err = parse(item, t, page, &value);
	if (!err)
		err = sbuddy_item_begin_change(item, t->name);
	if (err)
		return err;
	sbuddy_tunable_set(t, &item->cfg, value);
	mutex_unlock(&item->lock);
	return count;
}

#define TUNABLE_FILE(name)                                                                    \
	static ssize_t name##_show(struct config_item *item, char *page)                      \
	{                                                                                     \
		return show(item, page, #name);                                               \
	}                                                                                     \
	static ssize_t name##_store(struct config_item *item, const char *page, size_t count) \
	{                                                                                     \
		return store(item, page, count, #name);                                       \
	}                                                                                     \
	CONFIGFS_ATTR(, name)

TUNABLE_FILE(max_order);
TUNABLE_FILE(pageblock_order);
TUNABLE_FILE(rules);
TUNABLE_FILE(engine);
TUNABLE_FILE(dma_bytes);
TUNABLE_FILE(lowmem_bytes);
TUNABLE_FILE(kernelcore_bytes);
TUNABLE_FILE(kernelcore_percent);
TUNABLE_FILE(movablecore_bytes);
TUNABLE_FILE(movablecore_percent);
TUNABLE_FILE(pcp_batch);
TUNABLE_FILE(pcp_high);
TUNABLE_FILE(pcp_high_max);
TUNABLE_FILE(pcp_at_once);
TUNABLE_FILE(pcp_huge_order);
TUNABLE_FILE(min_free_kbytes);
TUNABLE_FILE(watermark_scale_factor);
TUNABLE_FILE(watermark_boost_factor);
TUNABLE_FILE(extfrag_threshold);
TUNABLE_FILE(compaction_proactiveness);
TUNABLE_FILE(lowmem_reserve_ratio_dma);
TUNABLE_FILE(lowmem_reserve_ratio_normal);
TUNABLE_FILE(lowmem_reserve_ratio_highmem);
TUNABLE_FILE(section_bytes);
TUNABLE_FILE(memory_block_bytes);
TUNABLE_FILE(window_base);
TUNABLE_FILE(window_bytes);
TUNABLE_FILE(memmap_on_memory);
TUNABLE_FILE(auto_online);
TUNABLE_FILE(online_policy);
TUNABLE_FILE(auto_movable_ratio);
TUNABLE_FILE(bottom_up);
TUNABLE_FILE(init_on_free);
TUNABLE_FILE(page_poison);
TUNABLE_FILE(page_owner);
TUNABLE_FILE(debug_guardpage_minorder);
TUNABLE_FILE(quarantine_pages);
TUNABLE_FILE(quota_file_bytes);
TUNABLE_FILE(quota_uid_bytes);
TUNABLE_FILE(slab_debug);

struct configfs_attribute *const sbuddy_tunable_attrs[SBUDDY_NR_TUNABLE_ATTRS] = {
	&attr_max_order,
	&attr_pageblock_order,
	&attr_rules,
	&attr_engine,
	&attr_dma_bytes,
	&attr_lowmem_bytes,
	&attr_kernelcore_bytes,
	&attr_kernelcore_percent,
	&attr_movablecore_bytes,
	&attr_movablecore_percent,
	&attr_pcp_batch,
	&attr_pcp_high,
	&attr_pcp_high_max,
	&attr_pcp_at_once,
	&attr_pcp_huge_order,
	&attr_min_free_kbytes,
	&attr_watermark_scale_factor,
	&attr_watermark_boost_factor,
	&attr_extfrag_threshold,
	&attr_compaction_proactiveness,
	&attr_lowmem_reserve_ratio_dma,
	&attr_lowmem_reserve_ratio_normal,
	&attr_lowmem_reserve_ratio_highmem,
	&attr_section_bytes,
	&attr_memory_block_bytes,
	&attr_window_base,
	&attr_window_bytes,
	&attr_memmap_on_memory,
	&attr_auto_online,
	&attr_online_policy,
	&attr_auto_movable_ratio,
	&attr_bottom_up,
	&attr_init_on_free,
	&attr_page_poison,
	&attr_page_owner,
	&attr_debug_guardpage_minorder,
	&attr_quarantine_pages,
	&attr_quota_file_bytes,
	&attr_quota_uid_bytes,
	&attr_slab_debug,
};

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/string.h>

#include "compact.h"
#include "guard.h"
#include "pcp.h"
#include "quarantine.h"
#include "range.h"
#include "slab_cache.h"
#include "tunable.h"
#include "watermark.h"

static const char *const rules[] = {
	[SB_RULES_6_12] = "6.12",
	[SB_RULES_6_1] = "6.1",
};

static_assert(ARRAY_SIZE(rules) == SB_NR_RULES);

static const char *const engines[] = {
	[SB_ENGINE_LIST] = "list",
	[SB_ENGINE_WORD] = "word",
};

static_assert(ARRAY_SIZE(engines) == SB_NR_ENGINES);

/* As in the files of memory blocks, and in Linux's parameters. */
static const char *const online[] = {
	[SB_ONLINE_OFFLINE] = "offline",
	[SB_ONLINE] = "online",
	[SB_ONLINE_KERNEL] = "online_kernel",
	[SB_ONLINE_MOVABLE] = "online_movable",
};

static_assert(ARRAY_SIZE(online) == SB_NR_ONLINE);

static const char *const policies[] = {
	[SB_ONLINE_CONTIG_ZONES] = "contig-zones",
	[SB_ONLINE_AUTO_MOVABLE] = "auto-movable",
};

static_assert(ARRAY_SIZE(policies) == SB_NR_ONLINE_POLICIES);

#define FIELD(field) \
	.offset = offsetof(struct sb_config, field), .size = sizeof_field(struct sb_config, field)
#define TUNABLE(field, least, greatest)                                          \
	{                                                                        \
		.name = #field, FIELD(field), .low = (least), .high = (greatest) \
	}
#define TUNABLE_LIVE(field, least, greatest)                                                   \
	{                                                                                      \
		.name = #field, FIELD(field), .low = (least), .high = (greatest), .live = true \
	}
#define TUNABLE_WORDS(field, list)                                                           \
	{                                                                                    \
		.name = #field, FIELD(field), .high = ARRAY_SIZE(list) - 1, .words = (list), \
		.live = true                                                                 \
	}
#define TUNABLE_RATIO(zone, index)                                                         \
	{                                                                                  \
		.name = "lowmem_reserve_ratio_" #zone, FIELD(lowmem_reserve_ratio[index]), \
		.high = INT_MAX, .live = true                                              \
	}

const struct sbuddy_tunable sbuddy_tunables[] = {
	TUNABLE(max_order, 1, SB_MAX_ORDER),
	TUNABLE(pageblock_order, 1, SB_MAX_ORDER),
	{ .name = "rules", FIELD(rules), .high = SB_NR_RULES - 1, .words = rules },
	{ .name = "engine", FIELD(engine), .high = SB_NR_ENGINES - 1, .words = engines },
	TUNABLE(dma_bytes, 0, SB_PHYS_END),
	TUNABLE(lowmem_bytes, 0, SB_PHYS_END),
	TUNABLE(kernelcore_bytes, 0, SB_PHYS_END),
	TUNABLE(kernelcore_percent, 0, 100),
	TUNABLE(movablecore_bytes, 0, SB_PHYS_END),
	TUNABLE(movablecore_percent, 0, 100),
	TUNABLE(pcp_batch, 1, SB_PCP_MAX_BATCH),
	{ .name = "pcp_high",
	  FIELD(pcp_high),
	  .high = SB_PCP_MAX_HIGH,
	  .automatic = SB_PCP_HIGH_AUTO },
	TUNABLE(pcp_high_max, 0, SB_PCP_MAX_TUNED),
	TUNABLE(pcp_at_once, 0, 1),
	TUNABLE(pcp_huge_order, 0, SB_MAX_ORDER),
	{ .name = "min_free_kbytes",
	  FIELD(min_free_kbytes),
	  .high = SB_MIN_FREE_MAX,
	  .automatic = SB_MIN_FREE_AUTO,
	  .live = true },
	TUNABLE_LIVE(watermark_scale_factor, 1, SB_SCALE_FACTOR_MAX),
	TUNABLE_LIVE(watermark_boost_factor, 0, SB_BOOST_FACTOR_MAX),
	TUNABLE_LIVE(extfrag_threshold, 0, SB_EXTFRAG_THRESHOLD_MAX),
	TUNABLE_LIVE(compaction_proactiveness, 0, SB_PROACTIVENESS_MAX),
	TUNABLE_RATIO(dma, SB_ZONE_DMA),
	TUNABLE_RATIO(normal, SB_ZONE_NORMAL),
	TUNABLE_RATIO(highmem, SB_ZONE_HIGHMEM),
	TUNABLE(section_bytes, 0, SB_SECTION_MAX),
	TUNABLE(memory_block_bytes, 0, SB_SECTION_MAX),
	TUNABLE(window_base, 0, SB_PHYS_END),
	TUNABLE(window_bytes, 0, SB_PHYS_END),
	TUNABLE(memmap_on_memory, 0, 1),
	TUNABLE_WORDS(auto_online, online),
	TUNABLE_WORDS(online_policy, policies),
	TUNABLE_LIVE(auto_movable_ratio, 0, INT_MAX),
	TUNABLE(bottom_up, 0, 1),
	TUNABLE(init_on_free, 0, 1),
	TUNABLE(page_poison, 0, 1),
	TUNABLE(page_owner, 0, 1),
	TUNABLE(debug_guardpage_minorder, 0, SB_GUARD_ORDER_MAX),
	TUNABLE(quarantine_pages, 0, SB_QUARANTINE_MAX),
	TUNABLE_LIVE(quota_file_bytes, 0, SB_PHYS_END),
	TUNABLE_LIVE(quota_uid_bytes, 0, SB_PHYS_END),
	/* Linux's letters; its F, for checks of each free, needs no switch here. */
	{ .name = "slab_debug",
	  FIELD(slab_debug),
	  .low = SB_SLAB_RED_ZONE,
	  .high = SB_SLAB_DEBUG,
	  .letters = "ZPU" },
};

static_assert(SB_SLAB_DEBUG == (SB_SLAB_RED_ZONE | SB_SLAB_POISON | SB_SLAB_OWNER));
static_assert(SB_SLAB_POISON == SB_SLAB_RED_ZONE << 1 && SB_SLAB_OWNER == SB_SLAB_RED_ZONE << 2);

const unsigned int sbuddy_nr_tunables = ARRAY_SIZE(sbuddy_tunables);

const struct sbuddy_tunable *sbuddy_tunable_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < sbuddy_nr_tunables; i++)
		if (!strcmp(sbuddy_tunables[i].name, name))
			return &sbuddy_tunables[i];
	return NULL;
}

u64 sbuddy_tunable_get(const struct sbuddy_tunable *t, const struct sb_config *cfg)
{
	const void *field = (const void *)cfg + t->offset;

	if (t->size == sizeof(u64))
		return *(const u64 *)field;
	return t->size == sizeof(bool) ? *(const bool *)field : *(const unsigned int *)field;
}

void sbuddy_tunable_set(const struct sbuddy_tunable *t, struct sb_config *cfg, u64 value)
{
	void *field = (void *)cfg + t->offset;

	if (t->size == sizeof(u64))
		*(u64 *)field = value;
	else if (t->size == sizeof(bool))
		*(bool *)field = value;
	else
		WRITE_ONCE(*(unsigned int *)field, value);
}

/* Any of the letters in any order, or - for none. */
static int parse_letters(const struct sbuddy_tunable *t, const char *text, u64 *value)
{
	const char *letter;

	*value = 0;
	if (!strcmp(text, "-"))
		return 0;
	for (; *text; text++) {
		letter = strchr(t->letters, *text);
		if (!letter)
			return -EINVAL;
		*value |= t->low << (letter - t->letters);
	}
	return *value ? 0 : -EINVAL;
}

static const char *show_letters(const struct sbuddy_tunable *t, u64 value, char *buf)
{
	unsigned int used = 0, i;

	for (i = 0; t->letters[i]; i++)
		if (value & t->low << i)
			buf[used++] = t->letters[i];
	if (!used)
		buf[used++] = '-';
	buf[used] = '\0';
	return buf;
}

int sbuddy_tunable_parse(const struct sbuddy_tunable *t, const char *text, u64 *value)
{
	if (t->letters)
		return parse_letters(t, text, value);
	if (t->automatic && !strcmp(text, "auto")) {
		*value = t->automatic;
		return 0;
	}
	for (*value = 0; t->words && *value <= t->high; ++*value)
		if (!strcmp(text, t->words[*value]))
			return 0;
	if (t->words || sbuddy_range_bytes(text, value) || *value < t->low || *value > t->high)
		return -EINVAL;
	return 0;
}

const char *sbuddy_tunable_text(const struct sbuddy_tunable *t, u64 value, char *buf)
{
	if (t->letters)
		return show_letters(t, value, buf);
	if (t->words)
		return t->words[value];
	if (t->automatic && value == t->automatic)
		return "auto";
	snprintf(buf, SBUDDY_TUNABLE_LEN, "%llu", value);
	return buf;
}

const char *sbuddy_tunable_range(const struct sbuddy_tunable *t, char *buf)
{
	int used = 0;
	u64 i;

	if (t->letters)
		snprintf(buf, SBUDDY_TUNABLE_LEN, "- or letters of %s", t->letters);
	else if (!t->words)
		snprintf(buf, SBUDDY_TUNABLE_LEN, "%s%llu to %llu", t->automatic ? "auto or " : "",
			 t->low, t->high);
	for (i = 0; t->words && i <= t->high; i++)
		used += scnprintf(buf + used, SBUDDY_TUNABLE_LEN - used, "%s%s",
				  !i	       ? "" :
				  i == t->high ? " or " :
						 ", ",
				  t->words[i]);
	return buf;
}

// SPDX-License-Identifier: GPL-2.0-only
/* A machine on this host: module/core, with no memory behind it. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "engine.h"
#include "pcp_drain.h"
#include "show_page.h"
#include "watermark.h"

#include "machine.h"

static struct sb_instance inst;

static void *map(void *ctx, u64 base, u64 size)
{
	return malloc((size_t)size);
}

static void unmap(void *ctx, void *mapped, u64 base, u64 size)
{
	free(mapped);
}

#define FIELD(name)                                     \
	{                                               \
#name, offsetof(struct sb_config, name) \
	}

static void set_value(struct sb_config *cfg, const struct lab_value *value)
{
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
		FIELD(max_order),
		FIELD(pageblock_order),
		FIELD(pcp_batch),
		FIELD(pcp_high),
		FIELD(pcp_high_max),
		FIELD(min_free_kbytes),
		FIELD(watermark_scale_factor),
		FIELD(watermark_boost_factor),
	};
	char *end;
	size_t i;

	if (!strcmp(value->name, "rules")) {
		cfg->rules = strcmp(value->value, "6.1") ? SB_RULES_6_12 : SB_RULES_6_1;
		return;
	}
	for (i = 0; i < ARRAY_SIZE(fields) && strcmp(value->name, fields[i].name); i++)
		;
	if (i == ARRAY_SIZE(fields))
		lab_die("set: unknown: %s", value->name);
	*(unsigned int *)((char *)cfg + fields[i].offset) =
		(unsigned int)strtoul(value->value, &end, 0);
	if (*end)
		lab_die("set %s: not a number: %s", value->name, value->value);
}

void machine_start(const struct lab_setup *setup)
{
	struct sb_reach reach = { .map = map, .unmap = unmap };
	struct sb_config cfg;
	unsigned int i;

	sb_config_defaults(&cfg);
	snprintf(cfg.name, sizeof(cfg.name), "lab");
	cfg.pcp_at_once = true;
	cfg.nr_cpus = max(setup->cpus, 1u);
	cfg.nr_banks = 2;
	cfg.banks[0] = (struct sb_bank){ LAB_BASE, (u64)setup->pages << SB_PAGE_SHIFT, 0, 0 };
	cfg.banks[1] = (struct sb_bank){ LAB_REST_BASE, setup->rest, 1, 0 };
	for (i = 0; i < setup->nr_values; i++)
		set_value(&cfg, &setup->values[i]);
	if (sb_instance_init(&inst, &cfg, &reach) || sb_instance_boot(&inst))
		lab_die("the machine does not start");
}

void machine_stop(void)
{
	if (sb_check(&inst, NULL))
		lab_die("the checker finds violations");
	sb_instance_exit(&inst);
}

long machine_take(unsigned int order, unsigned int type, enum lab_flag flag)
{
	static const u32 gfp[] = {
		[LAB_FLAG_NONE] = SB_GFP_KERNEL,
		[LAB_FLAG_HIGH] = SB_GFP_KERNEL | SB_GFP_HIGH,
		[LAB_FLAG_ATOMIC] = SB_GFP_ATOMIC,
		[LAB_FLAG_MEMALLOC] = SB_GFP_KERNEL | SB_GFP_MEMALLOC,
	};
	struct sb_request request = {
		.order = order,
		.type = type,
		.zone = SB_ZONE_NORMAL,
		.gfp = gfp[flag] | SB_GFP_THISNODE,
	};
	unsigned long pfn;
	int err = sb_alloc(&inst, &request, &pfn);

	return err ? err : (long)(pfn - sb_pfn_down(LAB_BASE));
}

void machine_free(unsigned long page, unsigned int order)
{
	if (sb_alloc_free(&inst, sb_pfn_down(LAB_BASE) + page, order))
		lab_die("page %lu cannot be freed", page);
}

unsigned long machine_drain(void)
{
	return sb_pcp_drain_all(&inst);
}

void machine_cpu(unsigned int cpu)
{
	sb_host_cpu = cpu;
}

static void look_at_page(unsigned long page, struct lab_look *look)
{
	struct sb_page_info info;

	sb_memmap_info(&inst, sb_pfn_down(LAB_BASE) + page, &info);
	look->state[page] = info.state == SB_PAGE_PCP ? LAB_ON_LIST : LAB_FREE;
}

void machine_look(const struct lab_setup *setup, struct lab_look *look)
{
	struct sb_out out = { .text = look->pagetypeinfo, .size = sizeof(look->pagetypeinfo) };
	struct sb_zone *zone = sb_instance_zone(&inst, 0, SB_ZONE_NORMAL);
	unsigned int order, type;
	unsigned long i;

	sb_lock(&zone->lock);
	for (type = 0; type < SB_NR_TYPES; type++)
		for (order = 0; order <= setup->max_order; order++)
			look->blocks[type][order] = sb_engine_count(zone, order, type, ~0ul);
	sb_unlock(&zone->lock);
	for (i = 0; i << setup->pageblock_order < setup->pages; i++)
		look->block_types[i] = LAB_TYPE_LETTERS[sb_pageblock_type(
			&inst.blocks, sb_pfn_down(LAB_BASE) + (i << setup->pageblock_order))];
	for (i = 0; i < setup->pages; i++)
		look_at_page(i, look);
	look->free = zone->nr_free;
	look->pcp = sb_pcp_count(zone);
	look->boost = zone->watermark_boost;
	for (i = 0; i < 3; i++)
		look->mark[i] = sb_watermark(zone, i);
	sb_show_pagetypeinfo(&out, &inst);
}

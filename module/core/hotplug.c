// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "hotplug.h"
#include "hotplug_block.h"
#include "region_array.h"
#include "region_iter.h"

/* Whole memory blocks, by number: [first, end). */
struct blocks {
	unsigned long first;
	unsigned long end;
};

void sb_hotplug_set_ops(struct sb_instance *inst, const struct sb_hotplug_ops *ops, void *ctx)
{
	inst->hotplug.ctx = ctx;
	inst->hotplug.ops = ops;
}

const char *sb_hotplug_event_name(enum sb_hotplug_event event)
{
	static const char *const names[SB_NR_HOTPLUG_EVENTS] = {
		[SB_GOING_ONLINE] = "MEM_GOING_ONLINE",
		[SB_CANCEL_ONLINE] = "MEM_CANCEL_ONLINE",
		[SB_ONLINED] = "MEM_ONLINE",
		[SB_GOING_OFFLINE] = "MEM_GOING_OFFLINE",
		[SB_CANCEL_OFFLINE] = "MEM_CANCEL_OFFLINE",
		[SB_OFFLINED] = "MEM_OFFLINE",
	};

	return names[event];
}

/* Blocks of a range, if it is of whole ones and the instance has any. */
static int find_blocks(const struct sb_instance *inst, u64 base, u64 size, struct blocks *blocks)
{
	u64 bytes = sb_pfn_addr(sb_memory_block_pages(inst));

	if (inst->corrupt)
		return -EIO;
	if (inst->stage != SB_STAGE_LIVE)
		return -ENODEV;
	if (!bytes)
		return -EOPNOTSUPP;
	if (!size || ((base | size) & (bytes - 1)))
		return -EINVAL;
	if (base + size < base || base + size > SB_PHYS_END)
		return -ERANGE;
	blocks->first = (unsigned long)sb_div64_u64(base, bytes);
	blocks->end = blocks->first + (unsigned long)sb_div64_u64(size, bytes);
	return 0;
}

/* The same of blocks that exist. */
static int find_present(const struct sb_instance *inst, u64 base, u64 size, struct blocks *blocks)
{
	struct sb_memory_block block;
	unsigned long i;
	int err = find_blocks(inst, base, size, blocks);

	if (err)
		return err == -ERANGE ? -ENOENT : err;
	for (i = blocks->first; i < blocks->end; i++)
		if (!sb_memory_block_get(inst, i, &block))
			return -ENOENT;
	return 0;
}

static int check_add(const struct sb_instance *inst, u64 base, u64 size, int nid,
		     struct blocks *blocks)
{
	const struct sb_regions *regions = &inst->regions;
	struct sb_memory_block block;
	unsigned long i;
	int err = find_blocks(inst, base, size, blocks);

	if (err)
		return err;
	if (nid < 0 || nid >= SB_MAX_NODES || !inst->nodes[nid].at_boot)
		return -EINVAL;
	if (sb_pfn_down(base) < inst->sections.start_pfn ||
	    sb_pfn_down(base + size) > inst->sections.end_pfn)
		return -ERANGE;
	for (i = blocks->first; i < blocks->end; i++)
		if (sb_memory_block_get(inst, i, &block))
			return -EEXIST;
	return sb_region_overlaps(&regions->memory, base, size) ||
			       sb_region_overlaps(&regions->reserved, base, size) ?
		       -EEXIST :
		       0;
}

/* Where descriptors of a block are to be: in its first pages, or in others. */
static int place_descriptors(struct sb_instance *inst, u64 base, int nid, struct sb_own_range *own)
{
	struct sb_request request = {
		.type = SB_UNMOVABLE,
		.zone = SB_ZONE_NORMAL,
		.nid = nid,
		.gfp = SB_GFP_KERNEL | SB_GFP_NOWARN,
	};
	unsigned long pfn;
	int err;

	own->size = sb_section_map_size(sb_memory_block_pages(inst));
	own->base = base;
	if (inst->cfg.memmap_on_memory)
		return sb_region_reserve(&inst->regions, base, own->size);
	err = sb_alloc_exact(inst, &request, sb_pfn_down(own->size), &pfn);
	own->base = sb_pfn_addr(pfn);
	return err ? -ENOMEM : 0;
}

static void displace_descriptors(struct sb_instance *inst, const struct sb_own_range *own,
				 bool inside)
{
	if (inside)
		sb_region_free(&inst->regions, own->base, own->size);
	else
		sb_alloc_free_exact(inst, sb_pfn_down(own->base), sb_pfn_down(own->size));
}

static int add_block(struct sb_instance *inst, unsigned long index, int nid)
{
	const struct sb_reach *reach = &inst->reach;
	unsigned long start = index * sb_memory_block_pages(inst);
	struct sb_own_range own = { 0 };
	int err = place_descriptors(inst, sb_pfn_addr(start), nid, &own);

	if (err)
		return err;
	own.mapped = reach->map(reach->ctx, own.base, own.size);
	err = own.mapped ? sb_section_populate(inst, start, start + sb_memory_block_pages(inst),
					       nid, &own) :
			   -ENOMEM;
	if (!err)
		return 0;
	if (own.mapped)
		reach->unmap(reach->ctx, own.mapped, own.base, own.size);
	displace_descriptors(inst, &own, inst->cfg.memmap_on_memory);
	return err;
}

/* What was given for the descriptors of a block that was added, as its section tells. */
static struct sb_own_range descriptors_of(const struct sb_instance *inst, unsigned long start)
{
	struct sb_own_range own = {
		.base = sb_section_of(inst, start)->map_phys,
		.size = sb_section_map_size(sb_memory_block_pages(inst)),
		.mapped = sb_memmap_page(&inst->map, start),
	};

	return own;
}

static void remove_block(struct sb_instance *inst, unsigned long index)
{
	unsigned long nr_pages = sb_memory_block_pages(inst), start = index * nr_pages;
	u32 flags = sb_section_of(inst, start)->flags;
	struct sb_own_range own = { 0 };

	if (!(flags & SB_SECTION_EARLY))
		own = descriptors_of(inst, start);
	sb_section_depopulate(inst, start, start + nr_pages);
	if (flags & SB_SECTION_EARLY)
		return;
	inst->reach.unmap(inst->reach.ctx, own.mapped, own.base, own.size);
	displace_descriptors(inst, &own, flags & SB_SECTION_MAP_INSIDE);
}

void sb_hotplug_exit(struct sb_instance *inst)
{
	struct sb_memory_block block;
	struct sb_own_range own;
	unsigned long i;

	for (i = 0; sb_memory_block_next(inst, i, &block); i = block.index + 1) {
		if (block.at_boot)
			continue;
		own = descriptors_of(inst, block.start_pfn);
		inst->reach.unmap(inst->reach.ctx, own.mapped, own.base, own.size);
	}
}

int sb_hotplug_add(struct sb_instance *inst, u64 base, u64 size, int nid)
{
	struct blocks blocks;
	unsigned long i;
	int err = check_add(inst, base, size, nid, &blocks);

	if (err)
		return err;
	err = sb_region_add(&inst->regions, base, size, nid, SB_REGION_HOTPLUG);
	for (i = blocks.first; i < blocks.end && !err; i++) {
		err = add_block(inst, i, nid);
		if (!err)
			continue;
		while (i > blocks.first)
			remove_block(inst, --i);
		sb_region_remove(&inst->regions, base, size);
	}
	if (!err && inst->cfg.auto_online != SB_ONLINE_OFFLINE)
		for (i = blocks.first; i < blocks.end; i++)
			sb_hotplug_online(inst, sb_pfn_addr(i * sb_memory_block_pages(inst)),
					  sb_pfn_addr(sb_memory_block_pages(inst)),
					  inst->cfg.auto_online);
	return err;
}

int sb_hotplug_remove(struct sb_instance *inst, u64 base, u64 size)
{
	struct sb_memory_block block;
	struct blocks blocks;
	unsigned long i;
	int err = find_present(inst, base, size, &blocks);

	if (err)
		return err;
	for (i = blocks.first; i < blocks.end; i++)
		if (!sb_memory_block_get(inst, i, &block) || block.state != SB_BLOCK_OFFLINE)
			return -EBUSY;
	err = sb_region_remove(&inst->regions, base, size);
	if (err)
		return err;
	/* Who was led to descriptors before it was offline still looks at them. */
	sb_quiesce();
	for (i = blocks.first; i < blocks.end; i++)
		remove_block(inst, i);
	return 0;
}

/* All blocks are in a state, and what is to be said if one is not. */
static int check_state(const struct sb_instance *inst, const struct blocks *blocks,
		       enum sb_block_state state)
{
	struct sb_memory_block block;
	unsigned long i;

	for (i = blocks->first; i < blocks->end; i++)
		if (!sb_memory_block_get(inst, i, &block) || block.state != state)
			return -EALREADY;
	return 0;
}

static int online_one(struct sb_instance *inst, unsigned long index, enum sb_online how)
{
	struct sb_memory_block block;

	sb_memory_block_get(inst, index, &block);
	return sb_hotplug_block_online(inst, &block,
				       sb_memory_block_zone_for(inst, block.nid, block.start_pfn,
								block.nr_pages, how));
}

static int offline_one(struct sb_instance *inst, unsigned long index, struct sb_pinned *pinned)
{
	struct sb_memory_block block;

	sb_memory_block_get(inst, index, &block);
	return sb_hotplug_block_offline(inst, &block, pinned);
}

int sb_hotplug_online(struct sb_instance *inst, u64 base, u64 size, enum sb_online how)
{
	struct blocks blocks;
	unsigned long i;
	int err = find_present(inst, base, size, &blocks);

	if (!err && (how <= SB_ONLINE_OFFLINE || how >= SB_NR_ONLINE))
		err = -EINVAL;
	if (!err)
		err = check_state(inst, &blocks, SB_BLOCK_OFFLINE);
	if (err)
		return err;
	for (i = blocks.first; i < blocks.end && !err; i++)
		err = online_one(inst, i, how);
	if (err)
		for (i--; i-- > blocks.first;)
			offline_one(inst, i, NULL);
	return err;
}

/* The one zone that all blocks lie in, or NULL. */
static struct sb_zone *zone_of(const struct sb_instance *inst, const struct blocks *blocks)
{
	struct sb_memory_block block;
	struct sb_zone *zone = NULL;
	unsigned long i;

	for (i = blocks->first; i < blocks->end; i++) {
		sb_memory_block_get(inst, i, &block);
		if (!block.zone || (zone && block.zone != zone))
			return NULL;
		zone = block.zone;
	}
	return zone;
}

int sb_hotplug_offline(struct sb_instance *inst, u64 base, u64 size, struct sb_pinned *pinned)
{
	struct sb_memory_block block;
	struct blocks blocks;
	struct sb_zone *zone;
	unsigned long i;
	int err;

	if (pinned)
		memset(pinned, 0, sizeof(*pinned));
	err = find_present(inst, base, size, &blocks);
	if (!err)
		err = check_state(inst, &blocks, SB_BLOCK_ONLINE);
	if (err)
		return err;
	zone = zone_of(inst, &blocks);
	if (!zone && blocks.end - blocks.first > 1)
		return -EINVAL;
	for (i = blocks.first; i < blocks.end && !err; i++)
		err = offline_one(inst, i, pinned);
	if (!err)
		return 0;
	for (i--; i-- > blocks.first;)
		if (sb_memory_block_get(inst, i, &block))
			sb_hotplug_block_put_back(inst, &block, zone);
	return err;
}

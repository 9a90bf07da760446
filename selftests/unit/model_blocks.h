/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory blocks that come and go, next to a model so naive that it must be right: of
 * each block whether it is there, whose node's it is, and which zone has it.
 */
#ifndef MODEL_BLOCKS_H
#define MODEL_BLOCKS_H

#include "fixture.h"
#include "hotplug.h"
#include "show.h"

#define MODEL_BLOCKS 32

enum model_block_state { BLOCK_ABSENT, BLOCK_OFFLINE, BLOCK_ONLINE };

/* @zone: that has it while it is online. */
struct model_block {
	enum model_block_state state;
	int nid;
	bool at_boot;
	struct sb_zone *zone;
};

/**
 * struct model_blocks - All blocks of a window.
 * @f: the instance
 * @base: first byte of the window
 * @size: bytes of a block
 * @pages: pages of a block
 * @nr: entries of @block
 * @block: in the order of their addresses
 */
struct model_blocks {
	struct fixture *f;
	u64 base;
	u64 size;
	unsigned long pages;
	unsigned int nr;
	struct model_block block[MODEL_BLOCKS];
};

static inline u64 blocks_addr(const struct model_blocks *b, unsigned int block)
{
	return b->base + block * b->size;
}

static inline unsigned long blocks_pfn(const struct model_blocks *b, unsigned int block)
{
	return sb_pfn_down(blocks_addr(b, block));
}

/* What is added has memory behind it, like a bank: all that no bank of the boot has. */
static inline void blocks_back_window(struct model_blocks *b)
{
	struct sb_config *cfg = &b->f->inst.cfg;
	unsigned int i, end;

	for (i = 0; i < b->nr; i = end) {
		struct sb_bank *bank = &cfg->banks[cfg->nr_banks];

		for (end = i + 1; end < b->nr && !b->block[i].at_boot && !b->block[end].at_boot;)
			end++;
		if (b->block[i].at_boot)
			continue;
		*bank = (struct sb_bank){ .base = blocks_addr(b, i), .size = (end - i) * b->size };
		b->f->memory[cfg->nr_banks++] = calloc(1, (size_t)bank->size);
	}
}

/* Of an instance whose banks are whole blocks, in DMA up to dma_bytes and else in Normal. */
static inline void blocks_init(struct model_blocks *b, struct fixture *f)
{
	const struct sb_config *cfg = &f->inst.cfg;
	unsigned int i, bank;

	memset(b, 0, sizeof(*b));
	b->f = f;
	b->base = cfg->window_base;
	b->size = cfg->memory_block_bytes;
	b->pages = sb_pfn_down(b->size);
	b->nr = (unsigned int)(cfg->window_bytes / b->size);
	for (i = 0; i < b->nr; i++)
		for (bank = 0; bank < cfg->nr_banks; bank++) {
			struct model_block *block = &b->block[i];
			u64 addr = blocks_addr(b, i);

			if (addr - cfg->banks[bank].base >= cfg->banks[bank].size)
				continue;
			block->state = BLOCK_ONLINE;
			block->nid = cfg->banks[bank].nid;
			block->at_boot = true;
			block->zone = sb_instance_zone(&f->inst, block->nid,
						       addr - cfg->banks[0].base < cfg->dma_bytes ?
							       SB_ZONE_DMA :
							       SB_ZONE_NORMAL);
		}
	blocks_back_window(b);
}

/* From the first to the last block that a zone has; none when it has no memory. */
static inline bool blocks_hull(const struct model_blocks *b, const struct sb_zone *zone,
			       unsigned long *start, unsigned long *end)
{
	unsigned int i;

	*start = 0;
	*end = 0;
	for (i = 0; i < b->nr; i++) {
		if (b->block[i].zone != zone)
			continue;
		if (!*end)
			*start = blocks_pfn(b, i);
		*end = blocks_pfn(b, i + 1);
	}
	return *end;
}

static inline bool blocks_is_in(const struct model_blocks *b, unsigned int block,
				const struct sb_zone *zone)
{
	unsigned long start, end;

	return blocks_hull(b, zone, &start, &end) && start < blocks_pfn(b, block + 1) &&
	       blocks_pfn(b, block) < end;
}

static inline struct sb_zone *blocks_wanted_zone(const struct model_blocks *b, unsigned int block,
						 enum sb_online how)
{
	struct sb_zone *zones = sb_instance_zone(&b->f->inst, b->block[block].nid, SB_ZONE_DMA);
	struct sb_zone *kernel = &zones[SB_ZONE_DMA], *movable = &zones[SB_ZONE_MOVABLE];

	if (!blocks_is_in(b, block, kernel))
		kernel = &zones[SB_ZONE_NORMAL];
	if (how == SB_ONLINE_MOVABLE)
		return movable;
	return how == SB_ONLINE && blocks_is_in(b, block, movable) &&
			       !blocks_is_in(b, block, kernel) ?
		       movable :
		       kernel;
}

static inline void blocks_expect_zone(const struct model_blocks *b, const struct sb_zone *zone)
{
	unsigned long present = 0, start, end;
	unsigned int i;

	for (i = 0; i < b->nr; i++)
		present += b->block[i].zone == zone ? b->pages : 0;
	blocks_hull(b, zone, &start, &end);
	EXPECT_EQ(zone->present, present);
	EXPECT_EQ(zone->start_pfn, start);
	EXPECT_EQ(zone->spanned, end - start);
}

/* All of it is as the model says, to whoever asks for it. */
static inline void blocks_expect_all(const struct model_blocks *b)
{
	const struct sb_instance *inst = &b->f->inst;
	struct sb_memory_block seen;
	unsigned int i;

	for (i = 0; i < SB_MAX_ZONES; i++)
		blocks_expect_zone(b, &inst->zones[i]);
	for (i = 0; i < b->nr; i++) {
		const struct model_block *block = &b->block[i];

		EXPECT_EQ(sb_memory_block_get(inst, blocks_pfn(b, i) / b->pages, &seen),
			  block->state != BLOCK_ABSENT);
		if (block->state == BLOCK_ABSENT)
			continue;
		EXPECT_EQ(seen.state,
			  block->state == BLOCK_ONLINE ? SB_BLOCK_ONLINE : SB_BLOCK_OFFLINE);
		EXPECT(seen.zone == block->zone);
		EXPECT_EQ(seen.nid, block->nid);
		EXPECT_EQ(seen.at_boot, block->at_boot);
	}
}

/* Pages at the start of a block that hold its own descriptors. */
static inline unsigned long blocks_meta(const struct model_blocks *b, unsigned int block)
{
	bool inside = b->f->inst.cfg.memmap_on_memory && !b->block[block].at_boot;

	return inside ? sb_pfn_down(sb_section_map_size(b->pages)) : 0;
}

static inline bool blocks_any(const struct model_blocks *b, unsigned int block, unsigned int nr,
			      enum model_block_state state)
{
	unsigned int i;

	for (i = block; i < block + nr; i++)
		if (b->block[i].state == state)
			return true;
	return false;
}

/* First page of the descriptors of a block that was added, as its section tells. */
static inline unsigned long blocks_map_pfn(const struct model_blocks *b, unsigned int block)
{
	return sb_pfn_down(sb_section_of(&b->f->inst, blocks_pfn(b, block))->map_phys);
}

/* Added blocks go online by themselves if the configuration says so. */
static inline int blocks_add(struct model_blocks *b, unsigned int block, unsigned int nr, int nid)
{
	const struct sb_config *cfg = &b->f->inst.cfg;
	int err = sb_hotplug_add(&b->f->inst, blocks_addr(b, block), nr * b->size, nid);
	unsigned int i;

	if (blocks_any(b, block, nr, BLOCK_OFFLINE) || blocks_any(b, block, nr, BLOCK_ONLINE))
		EXPECT_EQ(err, -EEXIST);
	else if (cfg->memmap_on_memory)
		EXPECT_EQ(err, 0);
	else
		EXPECT(!err || err == -ENOMEM);
	for (i = block; !err && i < block + nr; i++) {
		b->block[i] = (struct model_block){ .state = BLOCK_OFFLINE, .nid = nid };
		if (cfg->auto_online == SB_ONLINE_OFFLINE)
			continue;
		b->block[i].state = BLOCK_ONLINE;
		b->block[i].zone = blocks_wanted_zone(b, i, cfg->auto_online);
	}
	return err;
}

/* @bad: some of it is. */
static inline int blocks_online(struct model_blocks *b, unsigned int block, unsigned int nr,
				enum sb_online how, bool bad)
{
	bool absent = blocks_any(b, block, nr, BLOCK_ABSENT);
	bool online = blocks_any(b, block, nr, BLOCK_ONLINE);
	struct model_blocks was = *b;
	unsigned int i;
	int err;

	for (i = block; i < block + nr && !absent && !online; i++) {
		b->block[i].zone = blocks_wanted_zone(b, i, how);
		b->block[i].state = BLOCK_ONLINE;
	}
	err = sb_hotplug_online(&b->f->inst, blocks_addr(b, block), nr * b->size, how);
	if (absent)
		EXPECT_EQ(err, -ENOENT);
	else if (online)
		EXPECT_EQ(err, -EALREADY);
	else
		EXPECT_EQ(err, bad ? -EHWPOISON : 0);
	if (err)
		*b = was;
	return err;
}

static inline bool blocks_several_zones(const struct model_blocks *b, unsigned int block,
					unsigned int nr)
{
	unsigned int i;

	for (i = block; i < block + nr; i++)
		if (b->block[i].zone != b->block[block].zone)
			return true;
	return false;
}

/*
 * @stays: something in it has to. @moves: what a move may fail with, -ENOMEM among it,
 * is no surprise.
 */
static inline int blocks_offline(struct model_blocks *b, unsigned int block, unsigned int nr,
				 bool stays, bool moves, struct sb_pinned *pinned)
{
	bool several = blocks_several_zones(b, block, nr);
	int err = sb_hotplug_offline(&b->f->inst, blocks_addr(b, block), nr * b->size, pinned);
	unsigned int i;

	if (blocks_any(b, block, nr, BLOCK_ABSENT))
		EXPECT_EQ(err, -ENOENT);
	else if (blocks_any(b, block, nr, BLOCK_OFFLINE))
		EXPECT_EQ(err, -EALREADY);
	else if (several)
		EXPECT_EQ(err, -EINVAL);
	else if (!(moves && err == -ENOMEM))
		EXPECT_EQ(err, stays ? -EBUSY : 0);
	if (err == -EBUSY)
		EXPECT(pinned->reason && pinned->pfn >= blocks_pfn(b, block) &&
		       pinned->pfn < blocks_pfn(b, block + nr) && strcmp(pinned->reason, "busy"));
	for (i = block; !err && i < block + nr; i++) {
		b->block[i].state = BLOCK_OFFLINE;
		b->block[i].zone = NULL;
	}
	return err;
}

static inline int blocks_remove(struct model_blocks *b, unsigned int block, unsigned int nr)
{
	int err = sb_hotplug_remove(&b->f->inst, blocks_addr(b, block), nr * b->size);
	unsigned int i;

	if (blocks_any(b, block, nr, BLOCK_ABSENT))
		EXPECT_EQ(err, -ENOENT);
	else
		EXPECT_EQ(err, blocks_any(b, block, nr, BLOCK_ONLINE) ? -EBUSY : 0);
	for (i = block; !err && i < block + nr; i++)
		b->block[i] = (struct model_block){ .state = BLOCK_ABSENT };
	return err;
}

/* What is the same again when all that was added is gone. */
static inline void blocks_tell(const struct model_blocks *b, char *text, size_t size)
{
	const struct sb_instance *inst = &b->f->inst;
	struct sb_out out = { .text = text, .size = size };
	const struct sb_zone *zone = NULL;
	unsigned long present = 0, managed = 0;

	text[0] = '\0';
	sb_show_regions(&out, &inst->regions.memory);
	sb_show_regions(&out, &inst->regions.reserved);
	while ((zone = sb_instance_next_zone(inst, zone))) {
		present += zone->present;
		managed += zone->managed;
	}
	sb_out_printf(&out, "present %lu managed %lu descriptors %lu\n", present, managed,
		      inst->map.nr_present);
}

#endif

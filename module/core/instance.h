/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An instance: one pipeline from regions to per-CPU lists, alone with its state.
 *
 *	NEW -> REGIONS -> LAYOUT -> MEMMAP -> PAGEBLOCKS -> LIVE
 *
 * Each step is one stage of what Linux does while it boots, and may be walked
 * singly: the instance then waits, readable, between two of them.
 */
#ifndef SB_INSTANCE_H
#define SB_INSTANCE_H

#include "config.h"
#include "finding.h"
#include "region.h"
#include "rules.h"
#include "section.h"
#include "words.h"
#include "zone.h"

enum sb_stage {
	SB_STAGE_NEW, /* configured, nothing known yet */
	SB_STAGE_REGIONS, /* memory and reserved are filled */
	SB_STAGE_LAYOUT, /* nodes and zones have their spans */
	SB_STAGE_MEMMAP, /* descriptors exist, all reserved */
	SB_STAGE_PAGEBLOCKS, /* pageblocks exist, all Movable */
	SB_STAGE_LIVE, /* handed over: pages can be allocated */
	SB_NR_STAGES
};

/**
 * struct sb_zonelist - Zones in order of preference, populated ones only.
 * @nr_zones: entries of @zone
 * @zone: the node's own from the highest down, then those of the next node, and so on
 */
struct sb_zonelist {
	unsigned int nr_zones;
	u8 zone[SB_MAX_ZONES];
};

/**
 * struct sb_node - A node, and where its requests are tried.
 * @start_pfn: first page of its memory; equal to @end_pfn in an empty node
 * @end_pfn: first page after it
 * @at_boot: it had memory when the instance booted, and may get more
 * @zonelist: the one of @lists that requests go by; read without a lock
 * @lists: that one, and one to be written when zones come or go
 */
struct sb_node {
	unsigned long start_pfn;
	unsigned long end_pfn;
	bool at_boot;
	const struct sb_zonelist *zonelist;
	struct sb_zonelist lists[2];
};

/* Metadata that lives in the tracked memory: kept off sb_handover_release(). */
struct sb_own_range {
	u64 base;
	u64 size;
	void *mapped;
};

/**
 * struct sb_cma - A CMA area; its name is in the configuration.
 * @base_pfn: first page, known from SB_STAGE_REGIONS on
 * @nr_pages: pages, likewise; 0 before
 * @lock: guards the rest
 * @bitmap: a bit a page, lowest first: allocated by sb_cma_alloc(); NULL before
 *	SB_STAGE_LIVE
 * @nr_used: bits that are set
 * @nr_succeeded: pages ever allocated
 * @nr_failed: pages asked for and not given
 * @nr_released: pages given back
 */
struct sb_cma {
	unsigned long base_pfn;
	unsigned long nr_pages;
	struct sb_lock lock;
	u32 *bitmap;
	unsigned long nr_used;
	unsigned long nr_succeeded;
	unsigned long nr_failed;
	unsigned long nr_released;
};

/* What a request has to look after besides itself, each off as long as its bit is not set. */
enum sb_hooks {
	SB_HOOK_TRACE = 1 << 0, /* somebody listens: trace.h */
	SB_HOOK_POISON = 1 << 1, /* free pages are filled and looked at: debug.h */
	SB_HOOK_GUARD = 1 << 2, /* guard pages: debug.h */
	SB_HOOK_OWNER = 1 << 3, /* owners are kept: owner.h */
	SB_HOOK_QUARANTINE = 1 << 4, /* reuse is delayed: debug.h */
	SB_HOOK_BAD_PAGE = 1 << 5, /* some page in use is marked bad: hwpoison.h */
	SB_HOOK_ZERO = 1 << 6, /* free pages are zero: debug.h */
};

/* Those that want something of a block that was allocated, or is being freed. */
#define SB_HOOKS_ALLOC (SB_HOOK_POISON | SB_HOOK_OWNER)
#define SB_HOOKS_FREE (SB_HOOKS_ALLOC | SB_HOOKS_ZONE | SB_HOOK_ZERO)
/* Of these, those for which it goes to its zone, past the per-CPU lists. */
#define SB_HOOKS_ZONE (SB_HOOK_QUARANTINE | SB_HOOK_BAD_PAGE)

struct sb_mover;

struct sb_hotplug_ops;

/**
 * struct sb_hotplug - What is going on with memory blocks.
 * @ops: who is told, or NULL: hotplug.h
 * @ctx: handed to them
 * @going: first page of the block that is going offline
 * @going_end: first page after it; equal to @going when none is
 * @zonelist_seq: how often zonelists were rebuilt: zonelist.h
 */
struct sb_hotplug {
	const struct sb_hotplug_ops *ops;
	void *ctx;
	unsigned long going;
	unsigned long going_end;
	unsigned int zonelist_seq;
};

struct sb_request;

struct sb_engine;

/**
 * struct sb_compact_worker - Who compacts so that requests need not.
 * @wake: told of a request that he may be able to help, or NULL: compact.h
 * @ctx: handed to it
 */
struct sb_compact_worker {
	void (*wake)(void *ctx, const struct sb_request *request);
	void *ctx;
};

struct sb_front;

/* Values of the flags that say which zone and type is wanted: front.h. */
#define SB_FRONT_GFPS 32

/**
 * struct sb_fronts - Where requests find this CPU's list at once: front.h.
 * @of: by CPU, what its requests go by; read without a lock
 * @list: by order and flags, number of the list of the zone and type wanted, see
 *	sb_front_list(); read without a lock, written under the zone's
 * @zone: by flags, index of the zone that is preferred, or SB_ZONE_NONE
 * @lock: guards @of and @nr_closed
 * @nr_closed: how many want it closed
 * @tables: of all CPUs, one after the other, or NULL
 * @table_size: bytes of each
 */
struct sb_fronts {
	const struct sb_front *of[SB_MAX_CPUS];
	u32 list[SB_PCP_ORDERS][SB_FRONT_GFPS];
	u8 zone[SB_FRONT_GFPS];
	struct sb_lock lock;
	unsigned int nr_closed;
	void *tables;
	size_t table_size;
};

struct sb_slab_cache;

/**
 * struct sb_slabs - Slab caches of an instance.
 * @lock: guards the list, and arrays of other CPUs while they are flushed
 * @first: the newest of them, or NULL
 */
struct sb_slabs {
	struct sb_lock lock;
	struct sb_slab_cache *first;
};

/**
 * struct sb_instance - Everything that belongs to one pipeline; what is read most comes first.
 * @front: the way of most requests
 * @map: page descriptors
 * @blocks: pageblocks
 * @hooks: enum sb_hooks; read without a lock by every other request
 * @cfg: as given, percentages not yet turned into bytes
 * @stage: how far it has come; read without a lock
 * @corrupt: an invariant was found broken: nothing is allocated any more
 * @rules: the row of the version that it follows
 * @engine: what holds its free pages: engine.h
 * @zones: by node number * SB_NR_ZONE_TYPES + type
 * @regions: the tracker; stays readable after the hand-over
 * @reach: how metadata in the tracked memory is reached
 * @nodes: by node number
 * @map_range: where they are; its holes are not ours any more
 * @sections: sections, if it has them
 * @sections_range: where their table is
 * @blocks_range: where their bits are
 * @words: what the word engine keeps
 * @words_range: where that is
 * @pcp_range: where the per-CPU lists are
 * @cma: CMA areas, in the order of @cfg
 * @cma_range: where their bitmaps are
 * @released: blocks handed over, by order
 * @first_nid: lowest node with memory, where a request for any node begins
 * @nr_nodes: nodes with memory
 * @block_lock: guards the words of pageblock bits
 * @debug: debug modes
 * @owners: owners of blocks
 * @slabs: slab caches
 * @worker: who compacts in the background
 * @hotplug: memory blocks that come and go
 * @mover: who is asked about pages that can be moved, or NULL: migrate.h
 * @mover_ctx: handed to it
 */
struct sb_instance {
	struct sb_fronts front;
	struct sb_memmap map;
	struct sb_pageblocks blocks;
	unsigned long hooks;
	struct sb_config cfg;
	enum sb_stage stage;
	bool corrupt;
	const struct sb_rules *rules;
	const struct sb_engine *engine;
	struct sb_zone zones[SB_MAX_ZONES];
	struct sb_regions regions;
	struct sb_reach reach;
	struct sb_node nodes[SB_MAX_NODES];
	struct sb_own_range map_range;
	struct sb_sections sections;
	struct sb_own_range sections_range;
	struct sb_own_range blocks_range;
	struct sb_words words;
	struct sb_own_range words_range;
	struct sb_own_range pcp_range;
	struct sb_cma cma[SB_MAX_CMA];
	struct sb_own_range cma_range;
	unsigned long released[SB_NR_ORDERS];
	int first_nid;
	unsigned int nr_nodes;
	struct sb_lock block_lock;
	struct sb_debug debug;
	struct sb_owners owners;
	struct sb_slabs slabs;
	struct sb_compact_worker worker;
	struct sb_hotplug hotplug;
	const struct sb_mover *mover;
	void *mover_ctx;
};

static inline struct sb_zone *sb_instance_zone(struct sb_instance *inst, int nid,
					       enum sb_zone_type type)
{
	return &inst->zones[nid * SB_NR_ZONE_TYPES + type];
}

/* The zone that a page is of at this moment, or NULL; any pfn may be asked, from pageblocks on. */
static inline struct sb_zone *sb_instance_zone_at(const struct sb_instance *inst, unsigned long pfn)
{
	unsigned int index = sb_pageblock_zone(&inst->blocks, pfn);

	return index < SB_MAX_ZONES ? (struct sb_zone *)&inst->zones[index] : NULL;
}

/*
 * The zone with memory that comes after @zone, or the first one after NULL:
 *
 *	struct sb_zone *zone = NULL;
 *
 *	while ((zone = sb_instance_next_zone(inst, zone)))
 */
struct sb_zone *sb_instance_next_zone(const struct sb_instance *inst, const struct sb_zone *zone);

/**
 * sb_instance_init() - Take a configuration, and wait at SB_STAGE_NEW.
 * @inst: caller's memory, sizeof(struct sb_instance); need not be zeroed
 * @cfg: copied
 * @reach: copied; valid until sb_instance_exit()
 *
 * Context: Process.
 * Return: 0, or -EINVAL with a line that names the value and its range.
 */
int sb_instance_init(struct sb_instance *inst, const struct sb_config *cfg,
		     const struct sb_reach *reach);

/**
 * sb_instance_step() - Walk to the next stage.
 * @inst: instance before SB_STAGE_LIVE
 *
 * A stage that fails leaves the instance where it was.
 *
 * Context: Process. One caller at a time.
 * Return: 0, -EALREADY when it is live, or what the stage failed with.
 */
int sb_instance_step(struct sb_instance *inst);

/* Walks all stages that are left. */
int sb_instance_boot(struct sb_instance *inst);

/**
 * sb_instance_exit() - Let go of all metadata.
 * @inst: instance at any stage, used by nobody any more
 *
 * To use it again takes sb_instance_init().
 *
 * Context: Process.
 */
void sb_instance_exit(struct sb_instance *inst);

/* Sets or clears one of enum sb_hooks; takes the debug lock, or has it held already. */
void sb_instance_hook(struct sb_instance *inst, unsigned long hook, bool on);
void sb_instance_hook_locked(struct sb_instance *inst, unsigned long hook, bool on)
	__must_hold(inst->debug.lock);

/* Stops the instance from allocating, and says once what was found: @what, then @value. */
void sb_instance_broken(struct sb_instance *inst, const char *what, unsigned long value);

/* Places metadata in the tracked memory, where the kernel reaches it, zeroed. */
int sb_instance_place(struct sb_instance *inst, u64 size, struct sb_own_range *range);
/* Undoes sb_instance_place(); an empty range is left alone. */
void sb_instance_displace(struct sb_instance *inst, struct sb_own_range *range);

const char *sb_stage_name(enum sb_stage stage);

#endif

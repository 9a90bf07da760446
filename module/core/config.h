/* SPDX-License-Identifier: GPL-2.0-only */
/* Configurations: all that is chosen of an instance before it boots. */
#ifndef SB_CONFIG_H
#define SB_CONFIG_H

#include "region.h"
#include "rules.h"
#include "zone.h"

/* Banks of memory, and ranges reserved beforehand, that one instance may have. */
#define SB_MAX_BANKS 32
#define SB_NAME_LEN 32

/* CMA areas that one instance may have. */
#define SB_MAX_CMA 8

/* As many locks as sb_zone_freeze() may hold at a time. */
#define SB_MAX_CPUS 128

/**
 * struct sb_bank - A range of memory, or one reserved beforehand.
 * @base: first byte
 * @size: bytes
 * @nid: node, 0 .. SB_MAX_NODES - 1; not looked at in a reserved range
 * @flags: enum sb_region_flags; not looked at in a reserved range
 */
struct sb_bank {
	u64 base;
	u64 size;
	int nid;
	u32 flags;
};

/**
 * struct sb_cma_config - A CMA area that is wanted.
 * @name: not empty, and no other area's
 * @base: first byte, at the start of a pageblock; 0 lets the tracker find a place
 * @size: bytes, rounded up to pageblocks
 * @nid: node that it has to lie on, or SB_NID_ANY; not looked at with a @base
 */
struct sb_cma_config {
	char name[SB_NAME_LEN];
	u64 base;
	u64 size;
	int nid;
};

/* What becomes of memory that is added: MMOP_* of Linux, by their order. */
enum sb_online {
	SB_ONLINE_OFFLINE, /* nothing: it waits to be asked for */
	SB_ONLINE, /* the zone is chosen by the policy */
	SB_ONLINE_KERNEL, /* it goes to a zone that is not Movable */
	SB_ONLINE_MOVABLE, /* it goes to Movable */
	SB_NR_ONLINE
};

/* How a zone is chosen: memory_hotplug.online_policy of Linux. */
enum sb_online_policy {
	SB_ONLINE_CONTIG_ZONES, /* the one whose memory is next to it, else Normal */
	SB_ONLINE_AUTO_MOVABLE, /* Movable, as long as the ratio allows it */
	SB_NR_ONLINE_POLICIES
};

/* Who holds free pages, and how: engine.h. */
enum sb_engine_kind {
	SB_ENGINE_LIST, /* blocks on lists by order and type, as Linux does */
	SB_ENGINE_WORD, /* a bit a page, and pageblocks by how full they are: word.h */
	SB_NR_ENGINES
};

/**
 * struct sb_config - All that is chosen before an instance boots.
 * @name: what it is called in messages and directories
 * @max_order: largest block, log2 of pages; 1 .. SB_MAX_ORDER
 * @pageblock_order: log2 of the pages in a pageblock; 1 .. @max_order
 * @rules: the version of Linux to follow
 * @engine: who holds free pages; SB_ENGINE_WORD wants pageblocks of 2^5 .. 2^9 pages,
 *	rules from 6.12 on, and no guard pages
 * @dma_bytes: what lies within this much of the lowest bank's start is DMA;
 *	rounded down to a pageblock; 0 means that there is no such zone
 * @lowmem_bytes: what lies this far above the lowest bank is HighMem; rounded
 *	down to a pageblock; 0 means that all is Normal
 * @kernelcore_bytes: memory not to become Movable, spread over the nodes
 * @kernelcore_percent: the same as a share of all memory, and it wins
 * @movablecore_bytes: memory to become Movable; when @kernelcore_bytes asks
 *	for more than this leaves, kernelcore wins
 * @movablecore_percent: the same as a share of all memory, and it wins
 * @pcp_batch: pages moved at once between a zone and a per-CPU list, 1 .. 512
 * @pcp_high: pages at which a CPU's lists of a zone overflow; 0 switches the
 *	lists off, else @pcp_batch .. 8192, or SB_PCP_HIGH_AUTO
 * @pcp_high_max: how far Linux's rules may raise that when runs of pages come
 *	and go, up to 131072; @pcp_high or less keeps it where it is
 * @pcp_at_once: a refill, and what an overflow gives back, are one call's work, as in Linux and
 *	with the word engine; else calls share it, and none takes long: sb_pcp_take()
 * @pcp_huge_order: an order above 3 that has per-CPU lists, too, or 0; Linux
 *	has one where there are huge pages
 * @min_free_kbytes: what watermarks keep back, 0 .. 2^31 KiB, or SB_MIN_FREE_AUTO
 * @watermark_scale_factor: distance of the watermarks in ten-thousandths of a zone, 1 .. 3000
 * @watermark_boost_factor: how far watermarks are boosted at most, in
 *	ten-thousandths of the high one; 0 switches boosting off
 * @lowmem_reserve_ratio: by zone; one page for so many of higher zones is kept
 *	back from requests that could use these, 0 for none
 * @section_bytes: memory comes and goes in sections of this size, a power of two,
 *	a pageblock or more; 0 means that none does, and the instance is flat
 * @memory_block_bytes: sections that go online and offline together, a power of
 *	two and no less than a block of @max_order takes; 0 means one section, or as
 *	many as that takes
 * @window_base: first byte of where memory may be added, at the start of a section
 * @window_bytes: bytes from there, whole sections; 0 means what the banks span
 * @memmap_on_memory: descriptors of added memory lie in it
 * @auto_online: what becomes of added memory by itself
 * @online_policy: how its zone is chosen
 * @auto_movable_ratio: Movable memory that SB_ONLINE_AUTO_MOVABLE allows, in percent
 *	of the other zones'
 * @compaction_proactiveness: how hard a worker compacts unasked, 0 for not at
 *	all .. 100
 * @extfrag_threshold: fragmentation index, in thousandths, above which it is worth
 *	while to compact for a costly order, 0 .. 1000
 * @bottom_up: the tracker allocates from low addresses
 * @init_on_free: free pages are zero: debug.h; not together with @page_poison
 * @page_poison: free pages are filled and looked at: debug.h
 * @page_owner: owners are kept; to be attached by whoever has memory for it
 * @debug_guardpage_minorder: splits for blocks below this order leave guard pages,
 *	0 .. sb_guard_order_max()
 * @quarantine_pages: freed pages of each zone that rest before their reuse, 0 ..
 *	SB_QUARANTINE_MAX
 * @slab_debug: those of SB_SLAB_DEBUG that all slab caches have, whatever they are
 *	created with
 * @quota_file_bytes: most that an open file may have, for the driver; 0 for no limit
 * @quota_uid_bytes: the same of all open files of a user
 * @nr_cpus: CPUs that have lists of their own, 1 .. SB_MAX_CPUS; those with
 *	higher numbers share them
 * @nr_banks: entries of @banks
 * @nr_reserved: entries of @reserved
 * @nr_cma: entries of @cma
 * @banks: the memory
 * @reserved: what of it is taken from the start
 * @cma: what of it is for contiguous allocations, and lent to movable pages: cma.h
 */
struct sb_config {
	char name[SB_NAME_LEN];
	unsigned int max_order;
	unsigned int pageblock_order;
	enum sb_rules_version rules;
	enum sb_engine_kind engine;
	u64 dma_bytes;
	u64 lowmem_bytes;
	u64 kernelcore_bytes;
	unsigned int kernelcore_percent;
	u64 movablecore_bytes;
	unsigned int movablecore_percent;
	unsigned int pcp_batch;
	unsigned int pcp_high;
	unsigned int pcp_high_max;
	bool pcp_at_once;
	unsigned int pcp_huge_order;
	unsigned int min_free_kbytes;
	unsigned int watermark_scale_factor;
	unsigned int watermark_boost_factor;
	unsigned int lowmem_reserve_ratio[SB_NR_ZONE_TYPES];
	u64 section_bytes;
	u64 memory_block_bytes;
	u64 window_base;
	u64 window_bytes;
	bool memmap_on_memory;
	enum sb_online auto_online;
	enum sb_online_policy online_policy;
	unsigned int auto_movable_ratio;
	unsigned int compaction_proactiveness;
	unsigned int extfrag_threshold;
	bool bottom_up;
	bool init_on_free;
	bool page_poison;
	bool page_owner;
	unsigned int debug_guardpage_minorder;
	unsigned int quarantine_pages;
	u32 slab_debug;
	u64 quota_file_bytes;
	u64 quota_uid_bytes;
	unsigned int nr_cpus;
	unsigned int nr_banks;
	unsigned int nr_reserved;
	unsigned int nr_cma;
	struct sb_bank banks[SB_MAX_BANKS];
	struct sb_bank reserved[SB_MAX_BANKS];
	struct sb_cma_config cma[SB_MAX_CMA];
};

/* The defaults: good for carveouts of 8 to 256 MiB, see the documentation. */
void sb_config_defaults(struct sb_config *cfg);

/**
 * sb_config_check() - Is each value within its range, and do they go together?
 * @cfg: configuration; of its arrays those entries alone that it says it has
 *
 * Context: Any.
 * Return: false with a line that names the value and its range.
 */
bool sb_config_check(const struct sb_config *cfg);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oracle: Linux's page allocator judges ours.
 *
 *	stream    seeded requests, each made of both sides
 *	  linux   a node of the running kernel that nobody else uses
 *	  shadow  a dry instance that starts as a copy of that node
 *	compare   what both gave, and what is left on both
 *
 * One seed at a time, on one CPU, which it does not give up in between.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <linux/mmzone.h>
#include <linux/seq_file.h>
#include <linux/types.h>

#include "gfp.h"
#include "instance.h"
#include "restore.h"

/* Entries that one call asks for at most. */
#define ORACLE_BULK 64

/* Ranges of reserved pages, and of memory, that a node may have. */
#define ORACLE_RANGES 16

/* Per-CPU lists: the parameters of the host's zone that an instance has, too. */
struct oracle_pcp {
	unsigned int batch;
	unsigned int high_min;
	unsigned int high_max;
};

struct oracle_range {
	unsigned long start;
	unsigned long end;
};

/**
 * struct oracle_layout - What of a zone does not change.
 * @start_pfn: first page spanned
 * @spanned: pages from the first to the last
 * @present: of these, memory
 * @managed: of these, the allocator's
 * @nr_memory: entries of @memory
 * @nr_reserved: entries of @reserved
 * @memory: where there is memory
 * @reserved: what of it is not the allocator's
 */
struct oracle_layout {
	unsigned long start_pfn;
	unsigned long spanned;
	unsigned long present;
	unsigned long managed;
	unsigned int nr_memory;
	unsigned int nr_reserved;
	struct oracle_range memory[ORACLE_RANGES];
	struct oracle_range reserved[ORACLE_RANGES];
};

/**
 * struct oracle_view - One side at a moment.
 * @zone: free lists and pageblock types; its arrays are the two below
 * @types: room for all pageblocks
 * @blocks: room for all pages; by order, then by type, then in list order
 * @nr_free: pages on free lists
 * @nr_highatomic: pages reserved for HighAtomic
 * @nr_pcp: pages on per-CPU lists
 * @pcp_high: pages that they may hold at this moment
 */
struct oracle_view {
	struct sb_restore zone;
	u8 *types;
	struct sb_restore_block *blocks;
	unsigned long nr_free;
	unsigned long nr_highatomic;
	unsigned int nr_pcp;
	unsigned int pcp_high;
};

int oracle_view_init(struct oracle_view *view, const struct oracle_layout *layout);
void oracle_view_exit(struct oracle_view *view);

/**
 * struct oracle_shape - What a seed finds when it starts.
 * @seed: chooses among pages and pageblocks
 * @kept_blocks: percent of the pageblocks that are in use as a whole
 * @kept_order: one page of every 2^@kept_order is in use, so that no free
 *	block is that large; 0 for none
 * @mixed: pageblocks of all three types; else all are Movable
 */
struct oracle_shape {
	u64 seed;
	unsigned int kept_blocks;
	unsigned int kept_order;
	bool mixed;
};

/* linux.c: the node. A request is told in our own flags. */
extern const enum sb_rules_version linux_rules;

int linux_open(int nid);
void linux_close(void);
const struct oracle_layout *linux_layout(void);
const struct oracle_pcp *linux_pcp(void);
/* Per-CPU lists on or off; -EBUSY when there are pages that cannot be had. */
int linux_shape(const struct oracle_shape *shape, bool lists);
/* Its own parameters again, and all pages free. */
void linux_unshape(void);
void linux_view(struct oracle_view *view);
long linux_alloc(unsigned int order, u32 gfp);
unsigned int linux_bulk(u32 gfp, unsigned int nr, unsigned long *pfns);
void linux_free(unsigned long pfn, unsigned int order, u32 gfp);
void linux_drain(void);

/* churn_linux.c: a trace of churn.h, so many seeds of it; adds a line of figures. */
int linux_churn(unsigned int trace, unsigned int seeds, struct sb_out *out);
/* What was recorded of a kernel, in file /NAME.kmem, once; adds a line likewise. */
int linux_recorded(const char *name, struct sb_out *out);

/* shadow.c: the instance. */
int shadow_open(const struct oracle_layout *layout, const struct oracle_view *start, bool lists);
void shadow_close(void);
void shadow_view(struct oracle_view *view);
long shadow_alloc(unsigned int order, u32 gfp);
long shadow_bulk(u32 gfp, unsigned int nr, unsigned long *pfns);
int shadow_free(unsigned long pfn, unsigned int order);
void shadow_drain(void);
/* How often which rule was needed. */
void shadow_events(struct sb_out *out);
/* What the checker says: violations. */
unsigned int shadow_check(struct sb_out *out);

/* compare.c: says whether two sides are the same, and if not, where they first differ. */
bool oracle_same(struct sb_out *out, const struct oracle_view *linux_side,
		 const struct oracle_view *shadow);

/**
 * struct oracle_run - What is asked for.
 * @seed: of the stream
 * @nr_ops: operations
 * @every: operations from one checkpoint to the next
 * @lists: with per-CPU lists
 */
struct oracle_run {
	u64 seed;
	unsigned long nr_ops;
	unsigned long every;
	bool lists;
};

/* stream.c: 0; -EILSEQ when the sides differ, and the report says where; or why it could not. */
int oracle_stream(const struct oracle_run *run, struct sb_out *out);

#endif

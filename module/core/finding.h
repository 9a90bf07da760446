/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings: what the debug modes saw, and who had the memory.
 *
 * The types alone, which an instance embeds: debug.h makes findings, owner.h
 * knows owners.
 */
#ifndef SB_FINDING_H
#define SB_FINDING_H

#include "pfn.h"

/* Bytes of a process's name, its terminating zero included: TASK_COMM_LEN. */
#define SB_COMM_LEN 16

/* Callers that are kept: PAGE_OWNER_STACK_DEPTH. */
#define SB_STACK_DEPTH 16

/* Longest line that a stack makes. */
#define SB_STACK_TEXT 800

/**
 * struct sb_stack - Who called whom.
 * @nr: entries used, 0 when it is not known
 * @entry: return addresses, the innermost first
 */
struct sb_stack {
	u32 nr;
	unsigned long entry[SB_STACK_DEPTH];
};

/**
 * struct sb_origin - Who allocates or frees at this moment.
 * @ns: time, in nanoseconds
 * @pid: of the thread
 * @tgid: of its process
 * @comm: its name, zero terminated
 * @stack: where it came from
 */
struct sb_origin {
	u64 ns;
	int pid;
	int tgid;
	char comm[SB_COMM_LEN];
	struct sb_stack stack;
};

/**
 * struct sb_owner - Who had a block last, or has it.
 * @ns: when it was allocated, in nanoseconds
 * @free_ns: when it, or what was there before it, was freed; 0 for never
 * @stack: who allocated it, as the table of owners numbers stacks; 0 for unknown
 * @free_stack: who freed it, likewise
 * @pid: thread that allocated it
 * @tgid: its process
 * @free_pid: thread that freed it
 * @free_tgid: its process
 * @gfp: SB_GFP_* of the request, those included that its type and zone stand for
 * @order: log2 of its pages
 * @known: somebody had it since owners are kept
 * @in_use: it has not been freed
 * @moved: one more than the enum sb_migrate_reason that it was moved for last, or 0
 * @comm: name of the thread that allocated it
 */
struct sb_owner {
	u64 ns;
	u64 free_ns;
	u32 stack;
	u32 free_stack;
	int pid;
	int tgid;
	int free_pid;
	int free_tgid;
	u32 gfp;
	u8 order;
	bool known;
	bool in_use;
	u8 moved;
	char comm[SB_COMM_LEN];
};

enum sb_finding_kind {
	SB_FINDING_WRITE, /* a free page was written to */
	SB_FINDING_OVERRUN, /* a guard page was: somebody went past his block */
	SB_FINDING_OBJECT_WRITE, /* a free object of a slab was written to */
	SB_FINDING_OBJECT_OVERRUN, /* bytes beside an object in use were */
	SB_NR_FINDINGS
};

/**
 * struct sb_finding - Memory that was written to by somebody who did not have it.
 * @kind: what was found
 * @pfn: page
 * @offset: first byte that is wrong, in the page
 * @bytes: from it to the last one that is
 * @value: what it is
 * @wanted: what it should be
 * @cache: of an object, name of its cache
 * @owner: last owner of the page or the object; of an overrun, owner of the block before it
 * @owner_pfn: that owner's block; of an object, its slab
 * @stack: where it was allocated
 * @free_stack: where it was freed
 */
struct sb_finding {
	enum sb_finding_kind kind;
	unsigned long pfn;
	unsigned int offset;
	unsigned int bytes;
	u8 value;
	u8 wanted;
	char cache[SB_COMM_LEN];
	struct sb_owner owner;
	unsigned long owner_pfn;
	struct sb_stack stack;
	struct sb_stack free_stack;
};

/**
 * struct sb_debug - State of an instance's debug modes.
 * @lock: guards the hooks, @nr_marked, @found, @last and @text
 * @verifying: other than 0 while every free page is filled: which time it is
 *	that this has been switched on
 * @generation: how often it was
 * @guard_order: blocks left by splits below this order become guards; 0 is off
 * @quarantine: pages of each zone that rest before their reuse; 0 is off
 * @nr_marked: pages in use that are marked bad
 * @found: findings, by kind
 * @last: the last of them
 * @text: a line in the making
 */
struct sb_debug {
	struct sb_lock lock;
	u32 verifying;
	u32 generation;
	unsigned int guard_order;
	unsigned long quarantine;
	unsigned long nr_marked;
	unsigned long found[SB_NR_FINDINGS];
	struct sb_finding last;
	char text[SB_STACK_TEXT];
};

struct sb_owner_table;

/**
 * struct sb_owners - Owners of blocks, while they are kept.
 * @lock: guards @table and all in it
 * @table: NULL while they are not
 */
struct sb_owners {
	struct sb_lock lock;
	struct sb_owner_table *table;
};

#endif

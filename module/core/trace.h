/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace: what core tells of what it does, with the names and fields of the
 * events of Linux 6.12 where it has one.
 *
 *	if (unlikely(sb_trace_on(inst)))
 *		sb_trace_page_free(inst, pfn, order);
 *
 * costs one load and a branch that is not taken while nobody listens. Functions
 * here build a record out of line and hand it to sb_platform_trace(). They may
 * be called in any context but NMI, with whatever locks of core held.
 *
 *	event                      told by                                  locks held
 *
 *	mm_page_alloc              sb_alloc() as it ends, failed or not     none
 *	mm_page_free               sb_alloc_free(), nothing refused         none
 *	mm_page_free_batched       a free of many, each after mm_page_free  none
 *	mm_page_alloc_zone_locked  sb_buddy_take()                          zone
 *	mm_page_pcpu_drain         drain_list() of pcp.c                    per-CPU, zone
 *	mm_page_alloc_extfrag      sb_fallback_take()                       zone
 *	cma_alloc_start            CMA allocation as it begins              none
 *	cma_alloc_busy_retry       for each range that was busy             none
 *	cma_alloc_finish           as it ends, failed or not                none
 *	cma_release                CMA release                              none
 *	test_pages_isolated        last look at a range being isolated      any
 *	highatomic_reserve         a pageblock became HighAtomic            zone
 *	highatomic_unreserve       a pageblock is that no more              zone
 *	page_poison                a page is never to be given again        any
 *	mm_migrate_pages           a unit was moved, or stayed              none
 *	mm_compaction_...          see trace_compact.h                      none
 */
#ifndef SB_TRACE_H
#define SB_TRACE_H

#include "instance.h"

/* Numbers are written to files: new kinds go to the end. No record is all zero. */
enum sb_trace_kind {
	SB_TRACE_PAGE_ALLOC = 1,
	SB_TRACE_PAGE_FREE,
	SB_TRACE_PAGE_FREE_BATCHED,
	SB_TRACE_ZONE_LOCKED,
	SB_TRACE_PCPU_DRAIN,
	SB_TRACE_EXTFRAG,
	SB_TRACE_CMA_START,
	SB_TRACE_CMA_FINISH,
	SB_TRACE_CMA_BUSY,
	SB_TRACE_CMA_RELEASE,
	SB_TRACE_TEST_ISOLATED,
	SB_TRACE_HIGHATOMIC_RESERVE,
	SB_TRACE_HIGHATOMIC_UNRESERVE,
	SB_TRACE_POISON,
	SB_TRACE_MIGRATE,
	SB_TRACE_COMPACT_BEGIN,
	SB_TRACE_COMPACT_END,
	SB_TRACE_COMPACT_MIGRATEPAGES,
	SB_TRACE_COMPACT_FREEPAGES,
	SB_TRACE_COMPACT_MOVED,
	SB_TRACE_COMPACT_TRY,
	SB_TRACE_COMPACT_FINISHED,
	SB_TRACE_COMPACT_SUITABLE,
	SB_TRACE_COMPACT_DEFERRED,
	SB_TRACE_COMPACT_DEFER,
	SB_TRACE_COMPACT_DEFER_RESET,
	SB_TRACE_COMPACT_SLEEP,
	SB_TRACE_COMPACT_WAKEUP,
	SB_TRACE_COMPACT_WAKE,
	SB_NR_TRACE_KINDS
};

/* Of a request that failed; in a record all 64 bits are set. */
#define SB_TRACE_NO_PFN SB_PFN_NONE

/**
 * struct sb_event - A record, as a program reads it: 32 bytes, host's byte order.
 * @time_ns: when, CLOCK_MONOTONIC; stamped by the platform
 * @pfn: first page; start of the range of TEST_ISOLATED; 0 in CMA_START. Of
 *	COMPACT_BEGIN and _END: the zone's start in the lower 36 bits, its pages above;
 *	of _FINISHED to _WAKE: the node, and in the lower 8 bits the zone
 * @seq: how many records were written before it to the same place, modulo
 *	2^32: a gap is as many as were lost; stamped by the platform
 * @gfp: of PAGE_ALLOC: SB_GFP_* as requested
 * @percpu_refill: of ZONE_LOCKED: per-CPU lists serve such blocks
 * @change_ownership: of EXTFRAG: the pageblock became one of @type
 * @nr_pages: of CMA and TEST_ISOLATED: pages of the range; of MIGRATE: of the unit;
 *	of COMPACT_MIGRATEPAGES and _FREEPAGES: scanned; of _MOVED: moved; of _DEFERRED
 *	to _DEFER_RESET: times left out; of _BEGIN and _END: the migrate scanner, from
 *	the zone's start, with the result in the upper 4 bits
 * @order: log2 of pages; of EXTFRAG and COMPACT: the order wanted, 255 for none
 * @type: enum sb_migratetype; of EXTFRAG: the type wanted; of COMPACT_TRY: enum
 *	sb_compact_prio; of _FINISHED and _SUITABLE: enum sb_compact_result; of
 *	_DEFERRED to _DEFER_RESET: defer_shift
 * @other_order: of EXTFRAG: order of the block found; of COMPACT_DEFERRED to
 *	_DEFER_RESET: the order that failed
 * @other_type: of EXTFRAG: type that it had
 * @align: of CMA: log2 of the alignment in pages
 * @area: of CMA: number of the area
 * @errorno: of CMA_FINISH: 0, or why it failed, as a positive errno
 * @reserved: 0
 * @nr_fine: of TEST_ISOLATED: pages from @pfn to the first that is in use; of
 *	COMPACT_MIGRATEPAGES and _FREEPAGES: taken; of _MOVED: failed; of _BEGIN and
 *	_END: the free scanner, from the zone's start, with the mode in bit 28
 * @mode: of MIGRATE: enum sb_migrate_mode
 * @reason: of MIGRATE: enum sb_migrate_reason
 * @failed: of MIGRATE: it stayed where it was
 * @unused: 0
 * @cpu: where; stamped by the platform
 * @instance: N of /dev/sbuddyN; stamped by the platform
 * @kind: enum sb_trace_kind; which fields there are. Others are 0.
 */
struct sb_event {
	u64 time_ns;
	u64 pfn;
	u32 seq;
	union {
		u32 gfp;
		u32 percpu_refill;
		u32 change_ownership;
		u32 nr_pages;
	};
	union {
		struct {
			u8 order;
			u8 type;
			u8 other_order;
			u8 other_type;
		};
		struct {
			u8 align;
			u8 area;
			u8 errorno;
			u8 reserved;
		};
		u32 nr_fine;
		struct {
			u8 mode;
			u8 reason;
			u8 failed;
			u8 unused;
		};
	};
	u16 cpu;
	u8 instance;
	u8 kind;
};

static_assert(sizeof(struct sb_event) == 32, "a record has 32 bytes");
static_assert(offsetof(struct sb_event, kind) == 31, "a record has no holes");

/**
 * sb_platform_trace() - Take an event; the platform's part, see sb_platform.h.
 * @inst: instance that it happened to
 * @event: complete but for what the platform stamps; the callee may write it
 *
 * Context: Any but NMI, under any lock of core.
 */
void sb_platform_trace(struct sb_instance *inst, struct sb_event *event);

/* Does anybody listen? */
static inline bool sb_trace_on(const struct sb_instance *inst)
{
	return READ_ONCE(inst->hooks) & SB_HOOK_TRACE;
}

/* @pfn is SB_TRACE_NO_PFN when it failed; @gfp and @type are as requested. */
void sb_trace_page_alloc(struct sb_instance *inst, unsigned long pfn, unsigned int order, u32 gfp,
			 unsigned int type);
void sb_trace_page_free(struct sb_instance *inst, unsigned long pfn, unsigned int order);
void sb_trace_page_free_batched(struct sb_instance *inst, unsigned long pfn);
/* @type is that of the list; @percpu_refill: per-CPU lists serve this order and type. */
void sb_trace_zone_locked(struct sb_instance *inst, unsigned long pfn, unsigned int order,
			  unsigned int type, bool percpu_refill);
/* @type is that of the list that the block goes back to. */
void sb_trace_pcpu_drain(struct sb_instance *inst, unsigned long pfn, unsigned int order,
			 unsigned int type);

/**
 * sb_trace_extfrag() - A request was served from another type's pages.
 * @inst: instance
 * @pfn: first page given
 * @order: order wanted
 * @other_order: order of the block found
 * @type: type wanted
 * @other_type: type that the block had
 *
 * Told after the pageblock changed its type, if it does: whether it did is
 * looked up here.
 *
 * Context: Any. The zone's lock is held.
 */
void sb_trace_extfrag(struct sb_instance *inst, unsigned long pfn, unsigned int order,
		      unsigned int other_order, unsigned int type, unsigned int other_type);

/* @area is the number of the CMA area, @align the log2 of pages. */
void sb_trace_cma_start(struct sb_instance *inst, unsigned int area, unsigned long nr_pages,
			unsigned int align);
/* @err is 0 or -errno; @pfn is 0 when it failed. */
void sb_trace_cma_finish(struct sb_instance *inst, unsigned int area, unsigned long pfn,
			 unsigned long nr_pages, unsigned int align, int err);
void sb_trace_cma_busy(struct sb_instance *inst, unsigned int area, unsigned long pfn,
		       unsigned long nr_pages, unsigned int align);
void sb_trace_cma_release(struct sb_instance *inst, unsigned int area, unsigned long pfn,
			  unsigned long nr_pages);
/* [@start, @end) was looked at; @fin is the first page in use, or @end or above. */
void sb_trace_test_isolated(struct sb_instance *inst, unsigned long start, unsigned long end,
			    unsigned long fin);
/* @pfn is the first page of the pageblock, @type what it was, or becomes. */
void sb_trace_highatomic(struct sb_instance *inst, unsigned long pfn, unsigned int type,
			 bool reserve);
void sb_trace_poison(struct sb_instance *inst, unsigned long pfn, unsigned int order);
/* [@pfn, @pfn + @nr_pages) is where the unit was, or stayed. */
void sb_trace_migrate(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		      unsigned int mode, unsigned int reason, bool failed);

/* The event's name, as below events/sbuddy/ of tracefs. */
const char *sb_trace_name(unsigned int kind);

/**
 * sb_trace_show() - An event as text, without a line's end.
 * @out: where to
 * @event: a record
 * @pageblock_order: of its instance
 *
 * "NAME: FIELD=VALUE ...", as tracefs shows the event of that name.
 *
 * Context: Process.
 */
void sb_trace_show(struct sb_out *out, const struct sb_event *event, unsigned int pageblock_order);

/*
 * Names of SB_GFP_* in the order in which they are looked for, after what else
 * the macro or function @list takes.
 */
/* clang-format off */
#define SB_TRACE_WITH_GFP_NAMES(list, ...)				\
	list(__VA_ARGS__,						\
	     { SB_GFP_KERNEL, "GFP_KERNEL" },				\
	     { SB_GFP_ATOMIC, "GFP_ATOMIC" },				\
	     { SB_GFP_NOWAIT, "GFP_NOWAIT" },				\
	     { SB_GFP_DMA, "GFP_DMA" },					\
	     { SB_GFP_HIGHMEM, "__GFP_HIGHMEM" },			\
	     { SB_GFP_MOVABLE, "__GFP_MOVABLE" },			\
	     { SB_GFP_RECLAIMABLE, "__GFP_RECLAIMABLE" },		\
	     { SB_GFP_HIGH, "__GFP_HIGH" },				\
	     { SB_GFP_ZERO, "__GFP_ZERO" },				\
	     { SB_GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM" },		\
	     { SB_GFP_NOWARN, "__GFP_NOWARN" },				\
	     { SB_GFP_NOFAIL, "__GFP_NOFAIL" },				\
	     { SB_GFP_NORETRY, "__GFP_NORETRY" },			\
	     { SB_GFP_MEMALLOC, "__GFP_MEMALLOC" },			\
	     { SB_GFP_COMP, "__GFP_COMP" },				\
	     { SB_GFP_NOMEMALLOC, "__GFP_NOMEMALLOC" },			\
	     { SB_GFP_THISNODE, "__GFP_THISNODE" })
/* clang-format on */

#endif

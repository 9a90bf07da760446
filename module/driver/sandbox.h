/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sandbox: memory borrowed from the running kernel, page allocator against
 * page allocator.
 *
 * Pages come from alloc_pages() in the largest blocks that there are, and what
 * is adjacent is joined to one bank. The kernel has no contiguous allocation
 * of arbitrary size for modules: alloc_contig_pages() is not exported. So one
 * bank asked for may become several, of the same node.
 */
#ifndef SBUDDY_SANDBOX_H
#define SBUDDY_SANDBOX_H

struct sb_backing;
struct sb_config;

/**
 * sbuddy_sandbox_create() - Borrow memory.
 * @cfg: its banks tell sizes and nodes; on success they tell where the memory
 *	is, in ascending order, and there may be more of them
 *
 * With sections, and no window chosen, memory may be added wherever the kernel
 * has any. All or nothing: it neither reclaims hard nor wakes the OOM killer.
 *
 * Context: Process.
 * Return: the backing, which gives all pages back when destroyed; -ENOMEM
 *	when the kernel has not so much free; -ENOSPC when what it has is in
 *	more than SB_MAX_BANKS pieces. The kernel's log has a line then.
 */
struct sb_backing *sbuddy_sandbox_create(struct sb_config *cfg);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owners: who has each block, and who had it before.
 *
 *	owners               an entry a page, used for the first page of a block
 *	stacks               each once, found by its hash; entries number them
 *
 * Linux calls it page_owner, and keeps an entry for each page of a block. Here
 * the first page's alone is written, so the owner of a page is that of the block
 * that had it last, as long as nobody else got that block's first page.
 *
 * Whoever allocates or frees is told by sb_reach.origin. The memory comes from
 * the caller: it is attached while requests come and go, and detached likewise.
 */
#ifndef SB_OWNER_H
#define SB_OWNER_H

#include "request.h"

/**
 * sb_owner_size() - Bytes that a table takes.
 * @inst: instance with descriptors
 *
 * Up to 600 KiB for stacks, and 80 bytes for each page that a flat instance spans,
 * holes included. One with sections has these by memory block: a word for each that
 * may be there, and sb_owner_part_size() more for those whose owners are kept.
 *
 * Context: Any.
 * Return: bytes, or 0 when there are no descriptors yet.
 */
u64 sb_owner_size(const struct sb_instance *inst);

/**
 * sb_owner_attach() - Begin to keep owners.
 * @inst: instance with descriptors
 * @mem: sb_owner_size() bytes, zeroed, aligned as a u64
 *
 * What is in use already has no owner.
 *
 * Context: Process. One caller at a time that switches modes.
 * Return: 0, or -EALREADY when owners are kept; @mem is still the caller's then.
 */
int sb_owner_attach(struct sb_instance *inst, void *mem);

/*
 * Stops keeping owners, and returns what was attached, used by nobody any more; or NULL.
 * Of an instance with sections after sb_owner_detach_any_part().
 */
void *sb_owner_detach(struct sb_instance *inst);

/* Bytes for the owners of a memory block; 0 in a flat instance. */
u64 sb_owner_part_size(const struct sb_instance *inst);

/**
 * sb_owner_attach_part() - Begin to keep owners of a memory block.
 * @inst: instance with sections
 * @pfn: first page of the block
 * @mem: sb_owner_part_size() bytes, zeroed, aligned as a u64
 *
 * Before it goes online, or later: what is in use then has no owner.
 * online_page_ext(), Linux 6.12.
 *
 * Context: Process. By whoever keeps hotplug and switches of modes away.
 * Return: 0; -EALREADY when they are kept, or -ENODEV when none are; @mem is still
 *	the caller's then.
 */
int sb_owner_attach_part(struct sb_instance *inst, unsigned long pfn, void *mem);

/* Takes away what was attached for a block, used by nobody any more; or NULL. */
void *sb_owner_detach_part(struct sb_instance *inst, unsigned long pfn);
/* The same for whichever block has it. */
void *sb_owner_detach_any_part(struct sb_instance *inst);

/**
 * sb_owner_alloc() - Write down who allocates a block.
 * @inst: instance
 * @pfn: first page
 * @request: what was asked for; its order is not looked at
 * @order: order of the block
 *
 * Context: Any, without the owner lock. It is the same for the next two.
 */
void sb_owner_alloc(struct sb_instance *inst, unsigned long pfn, const struct sb_request *request,
		    unsigned int order);
/* Writes down who frees it. */
void sb_owner_free(struct sb_instance *inst, unsigned long pfn);
/* Part of the block at @pfn is now a block of its own. */
void sb_owner_piece(struct sb_instance *inst, unsigned long pfn, unsigned long piece,
		    unsigned int order);

/**
 * sb_owner_move() - Who has a block has another one instead.
 * @inst: instance
 * @pfn: first page of the block
 * @to: first page of the other, or of a piece of it, of which all is overwritten
 * @order: order of that
 * @reason: enum sb_migrate_reason
 *
 * __folio_copy_owner(), Linux 6.12: time, process and stack are those of the
 * allocation. What is known of @pfn stays known until it is freed.
 *
 * Context: Any, without the owner lock.
 */
void sb_owner_move(struct sb_instance *inst, unsigned long pfn, unsigned long to,
		   unsigned int order, unsigned int reason);

/**
 * sb_owner_find() - Say who had a page last.
 * @inst: instance
 * @pfn: any page of it
 * @owner: set; all 0 when nobody is known
 * @stack: set to where it was allocated, or NULL
 * @free_stack: set to where it was freed, or NULL
 *
 * Of all blocks that had the page, the one that was allocated or freed last.
 *
 * Context: Any. Takes the owner lock.
 * Return: first page of that block, or @pfn when it is not known.
 */
unsigned long sb_owner_find(struct sb_instance *inst, unsigned long pfn, struct sb_owner *owner,
			    struct sb_stack *stack, struct sb_stack *free_stack);

/**
 * sb_owner_show() - Print a block in use as Linux 6.12's page_owner does.
 * @out: where
 * @inst: live instance
 * @pfn: any frame number
 *
 * The mask is SB_GFP_*, whose values are those of Linux 6.1 on any kernel, and
 * the flags tell node and zone alone.
 *
 * Context: Any. Takes the owner lock.
 * Return: pages to the next block; nothing is printed for a page that is not
 *	the first of a block whose owner is known.
 */
unsigned long sb_owner_show(struct sb_out *out, struct sb_instance *inst, unsigned long pfn);

/* Prints the names of SB_GFP_* as %pGg does: "GFP_KERNEL|__GFP_ZERO". */
void sb_owner_show_gfp(struct sb_out *out, u32 gfp);

#endif

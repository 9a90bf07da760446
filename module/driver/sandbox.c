// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "backing.h"
#include "instance.h"
#include "sandbox.h"

/* Lowmem, so that the kernel reaches it; zeroed, as it was somebody else's. */
#define SANDBOX_GFP (GFP_KERNEL | __GFP_ZERO | __GFP_NORETRY | __GFP_NOWARN)

/**
 * struct chunk - A block of the kernel's, split so that each page has its own count.
 * @list: of the sandbox, by address
 * @page: first page
 * @order: log2 of its pages
 * @nid: node of the instance that it is for
 */
struct chunk {
	struct list_head list;
	struct page *page;
	unsigned int order;
	int nid;
};

struct sandbox {
	struct sb_backing backing;
	unsigned int min_order; /* of a chunk: nodes share no pageblock */
	struct list_head chunks;
	unsigned int nr_mappings;
	struct sb_mapping mappings[SB_MAX_BANKS];
};

static struct sandbox *to_sandbox(struct sb_backing *backing)
{
	return container_of(backing, struct sandbox, backing);
}

static void *va(struct sb_backing *backing, unsigned long pfn, unsigned long nr_pages)
{
	struct sandbox *box = to_sandbox(backing);

	return sb_mapping_va(box->mappings, box->nr_mappings, sb_pfn_addr(pfn),
			     (u64)nr_pages << SB_PAGE_SHIFT);
}

static void *meta_map(struct sb_backing *backing, u64 base, u64 size)
{
	struct sandbox *box = to_sandbox(backing);

	return sb_mapping_va(box->mappings, box->nr_mappings, base, size);
}

static void meta_unmap(struct sb_backing *backing, void *mapped, u64 base, u64 size)
{
}

static void free_chunk(struct chunk *chunk)
{
	unsigned long i;

	for (i = 0; i < sb_order_pages(chunk->order); i++)
		__free_page(chunk->page + i);
	list_del(&chunk->list);
	kfree(chunk);
}

static void destroy(struct sb_backing *backing)
{
	struct sandbox *box = to_sandbox(backing);
	struct chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &box->chunks, list) {
		free_chunk(chunk);
		cond_resched();
	}
	kfree(box);
}

static const struct sb_backing_ops sandbox_ops = {
	.name = "sandbox",
	.va = va,
	.meta_map = meta_map,
	.meta_unmap = meta_unmap,
	.destroy = destroy,
	.mappable = true,
};

/* The largest block of at most @nr_pages pages that the kernel has. */
static struct page *take_largest(unsigned long nr_pages, unsigned int min_order,
				 unsigned int *order)
{
	unsigned int try = min_t(unsigned int, MAX_PAGE_ORDER, __fls(nr_pages));
	struct page *page;

	for (;; try--) {
		page = alloc_pages(SANDBOX_GFP, try);
		if (page || try <= min_order)
			break;
	}
	*order = try;
	if (page && try)
		split_page(page, try);
	return page;
}

static int take_chunk(struct sandbox *box, unsigned long nr_pages, int nid, unsigned long *taken)
{
	struct chunk *chunk = kzalloc(sizeof(*chunk), SANDBOX_GFP);

	if (!chunk)
		return -ENOMEM;
	chunk->page = take_largest(nr_pages, box->min_order, &chunk->order);
	if (!chunk->page) {
		kfree(chunk);
		return -ENOMEM;
	}
	chunk->nid = nid;
	list_add_tail(&chunk->list, &box->chunks);
	*taken = sb_order_pages(chunk->order);
	return 0;
}

static int take_bank(struct sandbox *box, const struct sb_bank *bank)
{
	unsigned long nr_pages, taken;
	int err = 0;

	for (nr_pages = sb_pfn_up(bank->size); nr_pages && !err; nr_pages -= taken) {
		err = take_chunk(box, nr_pages, bank->nid, &taken);
		if (err || fatal_signal_pending(current))
			return err ?: -EINTR;
		cond_resched();
	}
	return 0;
}

static int by_address(void *unused, const struct list_head *a, const struct list_head *b)
{
	return page_to_pfn(list_entry(a, struct chunk, list)->page) >
	       page_to_pfn(list_entry(b, struct chunk, list)->page);
}

/* Adjacent memory of one node is one bank. */
static int fill_banks(struct sandbox *box, struct sb_config *cfg)
{
	struct sb_bank *bank = NULL;
	struct chunk *chunk;

	cfg->nr_banks = 0;
	list_sort(NULL, &box->chunks, by_address);
	list_for_each_entry(chunk, &box->chunks, list) {
		u64 base = sb_pfn_addr(page_to_pfn(chunk->page));
		u64 size = (u64)PAGE_SIZE << chunk->order;

		if (bank && bank->nid == chunk->nid && bank->base + bank->size == base) {
			bank->size += size;
			continue;
		}
		if (cfg->nr_banks == SB_MAX_BANKS)
			return -ENOSPC;
		bank = &cfg->banks[cfg->nr_banks++];
		*bank = (struct sb_bank){ .base = base, .size = size, .nid = chunk->nid };
	}
	return 0;
}

/* Banks of two nodes may touch, and core may hand out a block across. */
static void fill_mappings(struct sandbox *box)
{
	struct sb_mapping *last = NULL;
	struct chunk *chunk;

	list_for_each_entry(chunk, &box->chunks, list) {
		u64 base = sb_pfn_addr(page_to_pfn(chunk->page));
		u64 size = (u64)PAGE_SIZE << chunk->order;

		if (last && last->base + last->size == base) {
			last->size += size;
			continue;
		}
		last = &box->mappings[box->nr_mappings++];
		*last = (struct sb_mapping){ base, size, page_address(chunk->page) };
	}
}

/* Memory of two nodes comes in whole pageblocks: which are adjacent is luck. */
static int check_nodes(struct sandbox *box, const struct sb_config *cfg)
{
	u64 block = (u64)PAGE_SIZE << cfg->pageblock_order;
	bool several = false;
	unsigned int i;

	for (i = 1; i < cfg->nr_banks; i++)
		several |= cfg->banks[i].nid != cfg->banks[0].nid;
	if (!several)
		return 0;
	box->min_order = cfg->pageblock_order;
	for (i = 0; i < cfg->nr_banks; i++)
		if (cfg->banks[i].size & (block - 1)) {
			pr_err("%s: sandbox: with several nodes each size must be a multiple of %llu KiB, a pageblock: %llu KiB is not\n",
			       cfg->name, block >> 10, cfg->banks[i].size >> 10);
			return -EINVAL;
		}
	return 0;
}

static u64 total_size(const struct sb_config *cfg)
{
	u64 bytes = 0;
	unsigned int i;

	for (i = 0; i < cfg->nr_banks; i++)
		bytes += min(cfg->banks[i].size, (u64)S64_MAX / SB_MAX_BANKS);
	return bytes;
}

static int fill(struct sandbox *box, struct sb_config *cfg)
{
	u64 bytes = total_size(cfg);
	unsigned int i;
	int err = check_nodes(box, cfg);

	if (err)
		return err;
	/* Without trying, which would push out what others have cached. */
	if (bytes >> SB_PAGE_SHIFT > (u64)max(si_mem_available(), 0l))
		err = -ENOMEM;
	for (i = 0; i < cfg->nr_banks && !err; i++)
		err = take_bank(box, &cfg->banks[i]);
	if (err) {
		pr_err("%s: sandbox: the kernel has no %llu KiB to lend: error %d\n", cfg->name,
		       bytes >> 10, err);
		return err;
	}
	err = fill_banks(box, cfg);
	if (err) {
		pr_err("%s: sandbox: %llu KiB are in more than %u pieces: ask for less\n",
		       cfg->name, bytes >> 10, SB_MAX_BANKS);
		return err;
	}
	fill_mappings(box);
	pr_info("%s: sandbox: %llu KiB borrowed in %u pieces\n", cfg->name, bytes >> 10,
		box->nr_mappings);
	return 0;
}

struct sb_backing *sbuddy_sandbox_create(struct sb_config *cfg)
{
	struct sandbox *box = kzalloc(sizeof(*box), GFP_KERNEL);
	int err;

	if (!box)
		return ERR_PTR(-ENOMEM);
	box->backing.ops = &sandbox_ops;
	INIT_LIST_HEAD(&box->chunks);
	err = fill(box, cfg);
	if (!err)
		return &box->backing;
	destroy(&box->backing);
	return ERR_PTR(err);
}

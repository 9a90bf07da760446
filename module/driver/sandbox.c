// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "backing.h"
#include "instance.h"
#include "language.h"
#include "mappings.h"
#include "sandbox.h"
#include "window.h"

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

/**
 * struct sandbox - What was borrowed.
 * @backing: handed to the device
 * @min_order: of a chunk: nodes share no pageblock
 * @chunks: until it is all there, then empty
 * @maps: from then on: what is borrowed, and where the kernel reaches it
 */
struct sandbox {
	struct sb_backing backing;
	unsigned int min_order;
	struct list_head chunks;
	struct sb_mappings maps;
};

static u64 chunk_base(const struct chunk *chunk)
{
	return sb_pfn_addr(page_to_pfn(chunk->page));
}

static u64 chunk_size(const struct chunk *chunk)
{
	return (u64)PAGE_SIZE << chunk->order;
}

static struct sandbox *to_sandbox(struct sb_backing *backing)
{
	return container_of(backing, struct sandbox, backing);
}

static void *va(struct sb_backing *backing, unsigned long pfn, unsigned long nr_pages)
{
	return sb_mappings_va(&to_sandbox(backing)->maps, sb_pfn_addr(pfn),
			      (u64)nr_pages << SB_PAGE_SHIFT);
}

static unsigned long pfn(struct sb_backing *backing, const void *va)
{
	return sb_mappings_pfn(&to_sandbox(backing)->maps, va);
}

static void *meta_map(struct sb_backing *backing, u64 base, u64 size)
{
	return sb_mappings_va(&to_sandbox(backing)->maps, base, size);
}

static void meta_unmap(struct sb_backing *backing, void *mapped, u64 base, u64 size)
{
}

/* Each page has a count of its own, whatever block it came with. */
static void free_range(u64 base, u64 size)
{
	unsigned long pfn, end = sb_pfn_down(base + size);

	for (pfn = sb_pfn_down(base); pfn < end; pfn++) {
		__free_page(pfn_to_page(pfn));
		if (!(pfn % 1024))
			cond_resched();
	}
}

static void free_chunks(struct sandbox *box)
{
	struct chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &box->chunks, list) {
		free_range(chunk_base(chunk), chunk_size(chunk));
		list_del(&chunk->list);
		kfree(chunk);
	}
}

static void destroy(struct sb_backing *backing)
{
	struct sandbox *box = to_sandbox(backing);
	unsigned int i;

	free_chunks(box);
	for (i = 0; i < sb_mappings_nr(&box->maps); i++) {
		const struct sb_mapping *map = sb_mappings_at(&box->maps, i);

		free_range(map->base, map->size);
	}
	sb_mappings_exit(&box->maps);
	kfree(box);
}

static struct page *take_block(unsigned int order)
{
	struct page *page = alloc_pages(SANDBOX_GFP, order);

	if (page && order)
		split_page(page, order);
	return page;
}

static int grow(struct sb_backing *backing, unsigned int *order, u64 *base)
{
	struct sb_mapping map = { .size = (u64)PAGE_SIZE << *order };
	struct page *page;
	int err;

	if (*order > MAX_PAGE_ORDER) {
		*order = MAX_PAGE_ORDER;
		return -E2BIG;
	}
	page = take_block(*order);
	if (!page)
		return -ENOMEM;
	map.base = sb_pfn_addr(page_to_pfn(page));
	map.va = page_address(page);
	err = sb_mappings_add(&to_sandbox(backing)->maps, &map);
	if (err)
		free_range(map.base, map.size);
	*base = map.base;
	return err;
}

static void shrink(struct sb_backing *backing, u64 base, u64 size)
{
	sb_mappings_del(&to_sandbox(backing)->maps, base, size);
	free_range(base, size);
}

static const struct sb_backing_ops sandbox_ops = {
	.name = "sandbox",
	.va = va,
	.pfn = pfn,
	.grow = grow,
	.shrink = shrink,
	.meta_map = meta_map,
	.meta_unmap = meta_unmap,
	.destroy = destroy,
	.mappable = true,
	.has_pages = true,
};

/* The largest block of at most @nr_pages pages that the kernel has. */
static struct page *take_largest(unsigned long nr_pages, unsigned int min_order,
				 unsigned int *order)
{
	unsigned int try = min_t(unsigned int, MAX_PAGE_ORDER, __fls(nr_pages));
	struct page *page;

	for (;; try--) {
		page = take_block(try);
		if (page || try <= min_order)
			break;
	}
	*order = try;
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

static int by_address(void *unused, SBUDDY_LIST_SORT_CONST struct list_head *a,
		      SBUDDY_LIST_SORT_CONST struct list_head *b)
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
		u64 base = chunk_base(chunk), size = chunk_size(chunk);

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
static int fill_mappings(struct sandbox *box)
{
	struct chunk *chunk, *next;
	int err;

	list_for_each_entry_safe(chunk, next, &box->chunks, list) {
		const struct sb_mapping map = { chunk_base(chunk), chunk_size(chunk),
						page_address(chunk->page) };

		err = sb_mappings_add(&box->maps, &map);
		if (err)
			return err;
		list_del(&chunk->list);
		kfree(chunk);
	}
	return 0;
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
	err = fill_mappings(box);
	if (!err)
		pr_info("%s: sandbox: %llu KiB borrowed in %u pieces\n", cfg->name, bytes >> 10,
			sb_mappings_nr(&box->maps));
	return err;
}

struct sb_backing *sbuddy_sandbox_create(struct sb_config *cfg)
{
	struct sandbox *box = kzalloc(sizeof(*box), GFP_KERNEL);
	int err;

	if (!box)
		return ERR_PTR(-ENOMEM);
	box->backing.ops = &sandbox_ops;
	INIT_LIST_HEAD(&box->chunks);
	sbuddy_window_set_ram(cfg);
	err = fill(box, cfg);
	if (!err)
		return &box->backing;
	destroy(&box->backing);
	return ERR_PTR(err);
}
